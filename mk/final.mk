# The targets that gather what the fragments declared. Read last.
.PHONY: all help deps test test-quick lint fmt regs check-generated bench demo fuzz clean

all: $(ALL) ## Build everything

help: ## This list
	@printf 'Sluice: targets\n\n'
	@grep -hE '^[a-z-]+:.*## ' Makefile mk/*.mk | sort | sed -E 's/^([a-z-]+):.*## (.*)/\1|\2/' | awk -F'|' '{ printf "  %-16s %s\n", $$1, $$2 }'
	@printf '\nVariables: BUILD=%s  ARCH=%s  V=1 shows commands  TRACE=1 builds models that can write waves  TRAIN=0 leaves out the training of libsluice_sim.so for speed\n' '$(BUILD)' '$(ARCH)'

# One list for the runner: level|name|command. A command's words arrive one by one and are joined again.
$(BUILD)/tests.list: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' $(foreach t,$(TESTS),'$(t)') $(foreach f,$(FUZZERS),'fuzz|$(f)|$(BUILD)/fuzz/$(f)') | \
	  awk '/^[a-z0-9]+\|[^|]+\|/ { if (n++) printf "\n"; printf "%s", $$0; next } { printf " %s", $$0 } END { print "" }' > $@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@
.PHONY: FORCE
FORCE:

JOBS ?= $(shell nproc)
test: deps ## Set up what is missing, build, run every test, end with one line of totals
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) $(BUILD_FIRST) all $(TEST_DEPS) $(BUILD)/tests.list
	$(Q)$(PYTHON) tests/run.py --list $(BUILD)/tests.list

test-quick: all $(TEST_DEPS) $(BUILD)/tests.list ## Every test but end to end and fuzzing
	$(Q)$(PYTHON) tests/run.py --list $(BUILD)/tests.list --skip e2e,fuzz

FUZZ_SECONDS ?= 600
fuzz: $(foreach f,$(FUZZERS),$(BUILD)/fuzz/$(f)) $(BUILD)/tests.list ## Run every fuzz target for FUZZ_SECONDS each
	$(Q)$(PYTHON) tests/run.py --list $(BUILD)/tests.list --only fuzz --fuzz-seconds $(FUZZ_SECONDS) --fuzz-seed 0

bench: all $(BENCH_DEPS) ## Measure; tables on the terminal, JSON in build/bench.json (QUICK=1: under 3 minutes)
	$(Q)$(PYTHON) tests/bench/run.py $(if $(QUICK),--quick) --out $(BUILD)/bench.json

lint: $(LINTS) ## Static checks of C, RTL and Python

regs: $(GENERATED) ## Regenerate what is made from rtl/regs/sluice.toml

clean: ## Remove everything that was built
	rm -rf $(BUILD)
