# Verilated models and their benches.
VERILATOR ?= verilator
VL_ARCH ?= $(ARCH)
# of a model; less for one that takes longer to compile than to run
VL_OPT := -O3
# what make is told beside it: of a model with large ROMs VM_PARALLEL_BUILDS=1, so that what only runs once is not compiled as what runs each cycle
VL_MAKE :=
VL_FLAGS := --cc -O3 --x-assign unique --x-initial unique --assert --unroll-count 256 -Wall -Wno-fatal -Irtl/common -Irtl/gen \
  $(wildcard rtl/lint/verilator.vlt) $(if $(filter 1,$(TRACE)),--trace)
VL_ROOT := $(shell $(VERILATOR) --getenv VERILATOR_ROOT 2>/dev/null || echo /usr/share/verilator)
VL_INC = -isystem $(VL_ROOT)/include -isystem $(VL_ROOT)/include/vltstd

# $(call verilate,name,top,sv-files[,extra verilator flags]): build/vl/<name>/V<name>__ALL.a with class V<name>
define verilate
$(BUILD)/vl/$(1)/V$(1)__ALL.a: $(3) $(wildcard rtl/common/*.svh rtl/*/*.mem) $(wildcard rtl/lint/verilator.vlt)
	$$(call say,VERILATE,$(1))
	@mkdir -p $$(@D)
	$$(Q)$$(VERILATOR) $$(VL_FLAGS) $(4) --prefix V$(1) --top-module $(2) --Mdir $$(@D) $(3) > $$(@D)/verilate.log 2>&1 || { cat $$(@D)/verilate.log; exit 1; }
	$$(Q)$$(MAKE) -s -C $$(@D) -f V$(1).mk V$(1)__ALL.a OPT_FAST="$$(VL_OPT) -march=$$(VL_ARCH) -fPIC" OPT_SLOW="-O1 -fPIC" $$(VL_MAKE) OPT_GLOBAL="-O2 -fPIC" >> $$(@D)/verilate.log 2>&1 || { tail -40 $$(@D)/verilate.log; exit 1; }
endef

# $(call verilate_trained,name,top,sv-files[,extra verilator flags]): the same, for models whose speed matters. clang compiles the C++ twice: into
# vl/train/ with counters, and once a training run of all such models (sim.mk) has left $(BUILD)/vl/train/all.profraw, with this model's
# part of the counts (train.py), which is worth almost twice the speed. So it is done where clang and its tools are (mk/packages.txt); TRAIN=0 has gcc
# compile the models once, and so do TRACE=1 and another machine's ARCH, whose code might not run here (TRAIN=1 overrides).
CLANGXX ?= $(subst clang,clang++,$(CLANG))
LLVM_PROFDATA ?= llvm-profdata-14
ifndef TRAIN
TRAIN := $(if $(and $(filter native,$(ARCH)),$(shell command -v $(lastword $(CLANGXX))),$(shell command -v $(LLVM_PROFDATA))),1,0)
endif
ifneq ($(TRAIN)$(filter 1,$(TRACE)),1)
verilate_trained = $(verilate)
else
# $(call clang_model,name,flags,flags of what runs once): in a recipe, the archive in the target's folder
clang_model = $$(MAKE) -s -C $$(@D) -f V$(1).mk V$(1)__ALL.a CXX="$$(CLANGXX)" OPT_FAST="$(2) -march=$$(VL_ARCH) -fPIC" OPT_SLOW="$(3) -fPIC" OPT_GLOBAL="-O2 -fPIC" >> $$(@D)/verilate.log 2>&1 || { tail -40 $$(@D)/verilate.log; exit 1; }
define verilate_trained
$(BUILD)/vl/$(1)/V$(1).mk: $(3) $(wildcard rtl/*/*.svh rtl/*/*.mem rtl/lint/verilator.vlt)
	$$(call say,VERILATE,$(1))
	@rm -rf $$(@D) && mkdir -p $$(@D)
	$$(Q)$$(VERILATOR) $$(VL_FLAGS) $(4) --prefix V$(1) --top-module $(2) --Mdir $$(@D) $(3) > $$(@D)/verilate.log 2>&1 || { cat $$(@D)/verilate.log; exit 1; }
	@touch $$@
$(BUILD)/vl/train/$(1)/V$(1)__ALL.a: $(BUILD)/vl/$(1)/V$(1).mk
	@rm -rf $$(@D) && mkdir -p $$(@D) && cp -p $(BUILD)/vl/$(1)/V$(1)*.{cpp,h,mk} $$(@D)
	$$(Q)$(call clang_model,$(1),-O1 -fprofile-instr-generate,-O1)
# made anew by every training run, but only put in place when this model's counts changed
$(BUILD)/vl/$(1)/V$(1).profdata: $(BUILD)/vl/train/all.profraw
	$$(Q)$$(PYTHON) -B mk/train.py $$(LLVM_PROFDATA) $$< V$(1) $$@
$(BUILD)/vl/$(1)/V$(1)__ALL.a: $(BUILD)/vl/$(1)/V$(1).mk $(BUILD)/vl/$(1)/V$(1).profdata
	$$(call say,COMPILE,$(1))
	@rm -f $$(@D)/*.o
	$$(Q)$(call clang_model,$(1),-O3 -fprofile-instr-use=V$(1).profdata,-O1)
endef
endif

# $(call rtl_bench,name,top,sv-files,bench.cpp...[,extra verilator flags[,extra libs]]): builds build/bench/<name>, adds it to `make test`
define rtl_bench
$(call verilate,$(1),$(2),$(3),$(5))
$(BUILD)/bench/$(1): $(4) $(BUILD)/vl/$(1)/V$(1)__ALL.a $(BUILD)/vl/verilated.a $(wildcard sim/harness/*.h)
	$$(call say,BENCH,$$@)
	@mkdir -p $$(@D)
	$$(Q)$$(CXX) -std=c++17 -g -O2 -march=$$(VL_ARCH) -I. -I$(BUILD)/vl/$(1) $$(VL_INC) -DVM_TRACE=$(if $(filter 1,$(TRACE)),1,0) -o $$@ $(filter %.cpp,$(4)) $(filter %.c,$(4)) $(BUILD)/vl/$(1)/V$(1)__ALL.a $(BUILD)/vl/verilated.a $(6) -lcrypto -lpthread
TESTS += rtl|$(1)|$(BUILD)/bench/$(1)
TEST_DEPS += $(BUILD)/bench/$(1)
endef

# The Verilator runtime, compiled once for every model and bench.
VL_RUNTIME := verilated verilated_threads $(if $(filter 1,$(TRACE)),verilated_vcd_c)
$(BUILD)/vl/verilated.a:
	$(call say,CXX,$@)
	@mkdir -p $(@D)/runtime
	$(Q)for f in $(VL_RUNTIME); do $(CXX) -std=c++17 -O3 -march=$(VL_ARCH) -fPIC $(VL_INC) -DVM_TRACE=$(if $(filter 1,$(TRACE)),1,0) -c $(VL_ROOT)/include/$$f.cpp -o $(@D)/runtime/$$f.o || exit 1; done
	$(Q)ar rcs $@ $(foreach f,$(VL_RUNTIME),$(@D)/runtime/$(f).o)
