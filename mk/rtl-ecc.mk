# The ecc engine: microcode, models, benches, checks.
.PHONY: ecc-rom lint-ecc
ecc-rom:
	$(call say,GEN,rtl/ecc/ecc_prog_rom.sv ecc_const_rom.sv ecc_prog_pkg.sv)
	$(Q)$(PYTHON) -B rtl/ecc/gen_rom.py
GENERATED += ecc-rom
lint-ecc:
	$(call say,LINT,rtl/ecc)
	$(Q)$(PYTHON) -B rtl/ecc/gen_rom.py --check
LINTS += lint-ecc

TESTS += rtl|ecc_programs|$(PYTHON) -B rtl/ecc/test_programs.py
