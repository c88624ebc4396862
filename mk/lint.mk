# Static checks. Engines append their own structural checks to LINTS.
.PHONY: lint-layers lint-c lint-py fmt
LINTS += lint-layers lint-py lint-c

C_PRODUCT = $(shell git ls-files 'common/*.c' 'dataplane/*.c' 'control/*.c' 'sim/*.c')
C_ALL = $(shell git ls-files '*.c' '*.h' | grep -v '/gen/')

lint-layers: ## Includes go down, files are small
	$(call say,LINT,layers)
	$(Q)$(PYTHON) tests/lint/layers.py

lint-py:
	$(call say,LINT,python)
	$(Q)$(PYTHON) -W error -m py_compile lab $$(git ls-files '*.py')

TIDY_CHECKS := -*,clang-analyzer-*,-clang-analyzer-valist.Uninitialized,-clang-analyzer-security.insecureAPI.DeprecatedOrUnsafeBufferHandling,-clang-analyzer-optin.performance.Padding,bugprone-macro-repeated-side-effects,bugprone-suspicious-*,bugprone-undefined-memory-manipulation,-bugprone-suspicious-include
LINT_CFLAGS = $(CFLAGS_BASE) -march=$(ARCH) $(DPDK_DRV_CFLAGS) $(call pkg_cflags,libuv libcyaml libmicrohttpd jansson libseccomp)
lint-c: ## clang-tidy over the product's C
	$(call say,LINT,clang-tidy)
	@mkdir -p $(BUILD)
	$(Q)printf '%s\n' $(C_PRODUCT) | xargs -P2 -n4 sh -c 'clang-tidy-14 --quiet --warnings-as-errors="*" --checks="$(TIDY_CHECKS)" "$$@" -- $(LINT_CFLAGS)' lint 2> $(BUILD)/lint-c.err || { tail -40 $(BUILD)/lint-c.err; exit 1; }

fmt: ## Format C with clang-format
	$(Q)clang-format-14 -i $(C_ALL)
