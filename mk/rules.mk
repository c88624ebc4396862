# Macros that every fragment uses. A fragment appends to:
#   ALL      files or targets that `make all` builds
#   TESTS    level|name|command   run by `make test`; level is unit, table, rtl, pmd, packet, cosim, e2e or fuzz
#   TEST_DEPS files that the tests need built
#   BUILD_FIRST those of them that take longest, so that no core waits for the last of them
#   BENCHES  name|command         run by `make bench`
#   LINTS    targets of `make lint`
#   GENERATED targets of `make regs` (files regenerated from their sources)
ALL :=
TESTS :=
TEST_DEPS :=
BUILD_FIRST :=
BENCHES :=
LINTS :=
GENERATED :=

Q := $(if $(filter 1,$(V)),,@)
say = $(if $(filter 1,$(V)),,@printf '  %-8s %s\n' '$(1)' '$(2)')

CC := gcc
CXX := g++
CLANG ?= clang-14
PKG_CONFIG ?= pkg-config
PYTHON := /usr/bin/python3

WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wwrite-strings -Wno-unused-parameter -Werror=implicit-function-declaration
CFLAGS_BASE := -std=gnu11 -g -I. -D_GNU_SOURCE $(WARN) -fno-common -fstack-protector-strong
CFLAGS_REL := $(CFLAGS_BASE) -O3 -march=$(ARCH) -fPIC
CFLAGS_ASAN := $(CFLAGS_BASE) -O1 -march=$(ARCH) -fPIC -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
CFLAGS_FUZZ := $(CFLAGS_BASE) -O1 -march=$(ARCH) -fPIC -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined -Wno-unknown-warning-option
# Flags by package, evaluated once each. DPDK's headers are not ours to warn about.
pkg_cflags = $(if $(1),$(patsubst -I%,-isystem %,$(filter-out -march=%,$(shell $(PKG_CONFIG) --cflags $(1)))))
pkg_libs = $(if $(1),$(shell $(PKG_CONFIG) --libs $(1)))
# Lazily evaluated so that `make deps` works before the packages exist.
DPDK_CFLAGS = $(eval DPDK_CFLAGS := $$(call pkg_cflags,libdpdk) -DALLOW_EXPERIMENTAL_API)$(DPDK_CFLAGS)
DPDK_LIBS = $(eval DPDK_LIBS := $$(call pkg_libs,libdpdk))$(DPDK_LIBS)
DPDK_VERSION = $(shell dpkg-query -W -f '$${Version}' libdpdk-dev 2>/dev/null)
DPDK_DRV := $(BUILD)/dpdk-src
DPDK_DRV_CFLAGS = $(DPDK_CFLAGS) -DALLOW_INTERNAL_API $(foreach d,lib/cryptodev lib/eal/include lib/pci lib/mbuf drivers/bus/vdev drivers/bus/pci drivers/common,-isystem $(DPDK_DRV)/$(d))

# Objects: build/<flavour>/path/file.o from path/file.c, flavour rel, asan or fuzz.
# Per-file or per-folder extra flags: set CFLAGS_<path with / as _> or use $(call objs,flavour,sources,extra flags).
define obj_rule
$(BUILD)/$(1)/$(2:.c=.o): $(2)
	$$(call say,CC,$$@)
	@mkdir -p $$(@D)
	$$(Q)$(if $(filter fuzz,$(1)),$$(CLANG),$$(CC)) $$(CFLAGS_$(if $(filter rel,$(1)),REL,$(if $(filter asan,$(1)),ASAN,FUZZ))) $(3) -MMD -MP -c $$< -o $$@
-include $(BUILD)/$(1)/$(2:.c=.d)
endef
OBJ_SEEN :=
# $(call objs,flavour,sources,extra-cflags): declares the rules once, expands to the object names
objs = $(foreach s,$(2),$(if $(filter $(1)/$(s),$(OBJ_SEEN)),,$(eval OBJ_SEEN += $(1)/$(s))$(eval $(call obj_rule,$(1),$(s),$(3)))))$(foreach s,$(2),$(BUILD)/$(1)/$(s:.c=.o))

# $(call program,output,flavour,sources,extra-cflags,libs,extra-deps)
define program
$(1): $(call objs,$(2),$(3),$(4)) $(6)
	$$(call say,LD,$$@)
	@mkdir -p $$(@D)
	$$(Q)$(if $(filter fuzz,$(2)),$$(CLANG) -fsanitize=fuzzer$(comma)address$(comma)undefined,$$(CC) $(if $(filter asan,$(2)),-fsanitize=address$(comma)undefined)) -o $$@ $$(filter %.o %.a,$$^) $(5)
endef
comma := ,
# $(call unit_test,name,sources,extra-cflags,libs[,level]): a cmocka program built with ASan and UBSan
define unit_test
$(call program,$(BUILD)/test/$(1),asan,$(2),$(3),$(4) -lcmocka)
TESTS += $(or $(5),unit)|$(1)|$(BUILD)/test/$(1)
TEST_DEPS += $(BUILD)/test/$(1)
endef
# $(call fuzz_target,name,sources,extra-cflags,libs): a libFuzzer program, run 8 s by `make test` and FUZZ_SECONDS by `make fuzz`
define fuzz_target
$(call program,$(BUILD)/fuzz/$(1),fuzz,$(2),$(3),$(4))
FUZZERS += $(1)
TEST_DEPS += $(BUILD)/fuzz/$(1)
endef
FUZZERS :=
