# The device map and what is made from it. Generated files are committed; check-generated proves that they are current.
REGS_DIR := rtl/regs
REGS_SRC := $(REGS_DIR)/sluice.toml $(wildcard $(REGS_DIR)/*.py)
REGS_OUT := rtl/gen/sluice_pkg.sv rtl/gen/sluice_csr.sv common/gen/sluice_regs.h docs/registers.md

# Regenerated only on request, so that a checkout's time stamps never rewrite committed files.
.PHONY: regs-generate
regs-generate: $(REGS_SRC)
	$(call say,GEN,$(REGS_OUT))
	$(Q)$(PYTHON) -B $(REGS_DIR)/gen.py
GENERATED += regs-generate

check-generated: regs-check ## Regenerate elsewhere; fail on any difference from what is committed
.PHONY: regs-check
regs-check: $(REGS_SRC)
	$(call say,CHECK,generated files)
	@mkdir -p $(BUILD)/check-generated
	$(Q)$(PYTHON) -B $(REGS_DIR)/gen.py --out $(BUILD)/check-generated
	$(Q)for f in $(REGS_OUT); do diff -u $$f $(BUILD)/check-generated/$$f || { echo "$$f: differs; run 'make regs'"; exit 1; }; done
LINTS += regs-check
