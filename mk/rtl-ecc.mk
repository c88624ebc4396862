# The ecc engine: microcode, models, benches, checks.
ECC_CORE_SV := $(addprefix rtl/ecc/,ecc_prog_pkg.sv ecc_pkg.sv ecc_prog_rom.sv ecc_const_rom.sv ecc_wide_prog_rom.sv ecc_wide_const_rom.sv ecc_mont.sv ecc_core.sv)
ECC_ENGINE_SV := rtl/gen/sluice_pkg.sv rtl/aes/aes_key_expand.sv rtl/aes/aes_iter.sv rtl/sha/sha512_core.sv rtl/ecc/ecc_job_pkg.sv $(ECC_CORE_SV) \
  $(addprefix rtl/ecc/,ecc_unwrap.sv ecc_input.sv ecc_output.sv ecc_eddsa.sv ecc_keys.sv ecc_jobs.sv ecc_decode.sv ecc_program.sv ecc_selftest_rom.sv ecc_engine.sv)
# as for the pka engine: one C++ function for the array's stages
ECC_VL_FLAGS := --output-split 1000000 --output-split-cfuncs 1000000
$(foreach m,ecc_core ecc_core_wide ecc_engine,$(BUILD)/vl/$(m)/V$(m)__ALL.a): VL_MAKE := VM_PARALLEL_BUILDS=1

# entry points and lengths for the core's bench
$(BUILD)/vl/ecc_core/ecc_programs.h: rtl/ecc/ecc_prog_pkg.sv
	@mkdir -p $(@D)
	$(Q)awk 'BEGIN { print "static const Program kProgram[] = {" } \
	  $$2 == "logic" && $$4 ~ /^Pc[A-Z]/ { sub(/.*d/, "", $$6); sub(/;/, "", $$6); pc = $$6 } \
	  $$2 == "logic" && $$4 ~ /^Len/ { sub(/.*d/, "", $$6); sub(/;/, "", $$6); print "\t{ " pc ", " $$6 " }," } END { print "};" }' $< > $@
$(eval $(call rtl_bench,ecc_core,ecc_core,$(ECC_CORE_SV),sim/tb/ecc_core/ecc_core_tb.cpp,$(ECC_VL_FLAGS)))
# P-384's array
$(eval $(call rtl_bench,ecc_core_wide,ecc_core,$(ECC_CORE_SV),sim/tb/ecc_core/ecc_core_tb.cpp,$(ECC_VL_FLAGS) -GWide="1'b1",-DECC_CORE_WIDE -I$(BUILD)/vl/ecc_core))
$(BUILD)/bench/ecc_core $(BUILD)/bench/ecc_core_wide: sim/tb/ecc_engine/ref_ec.h $(BUILD)/vl/ecc_core/ecc_programs.h

ECC_KEYBLOB_OBJ := $(call objs,rel,common/keyblob.c)
$(eval $(call rtl_bench,ecc_engine,ecc_engine,$(ECC_ENGINE_SV),sim/tb/ecc_engine/ecc_engine_tb.cpp,$(ECC_VL_FLAGS),$(ECC_KEYBLOB_OBJ)))
$(BUILD)/bench/ecc_engine: $(ECC_KEYBLOB_OBJ) common/keyblob.h $(wildcard sim/tb/ecc_engine/*.h)
$(BUILD)/vl/ecc_engine/Vecc_engine__ALL.a: $(wildcard rtl/aes/*.svh)

BENCHES += ecc_engine|$(BUILD)/bench/ecc_engine --only speed
BENCH_DEPS += $(BUILD)/bench/ecc_engine
TESTS += rtl|ecc_core_seed2|$(BUILD)/bench/ecc_core --seed 2
TESTS += rtl|ecc_programs|$(PYTHON) -B rtl/ecc/test_programs.py

# Static checks: generated ROMs are current, verilator and yosys
.PHONY: ecc-rom lint-ecc
ecc-rom:
	$(call say,GEN,rtl/ecc/ecc_prog_rom.sv ecc_const_rom.sv ecc_wide_prog_rom.sv ecc_wide_const_rom.sv ecc_prog_pkg.sv)
	$(Q)$(PYTHON) -B rtl/ecc/gen_rom.py
	$(Q)$(PYTHON) -B rtl/ecc/gen_selftest.py
GENERATED += ecc-rom
lint-ecc:
	$(call say,LINT,rtl/ecc)
	$(Q)$(PYTHON) -B rtl/ecc/gen_rom.py --check
	$(Q)$(PYTHON) -B rtl/ecc/gen_selftest.py --check
	$(Q)$(VERILATOR) --lint-only -Wall --assert --unroll-count 256 -Irtl/common --top-module ecc_engine rtl/lint/verilator.vlt $(ECC_ENGINE_SV)
	$(Q)yosys -q -w 'Replacing memory' -p "read_verilog -sv -Irtl/common -DECC_LIMBS=3 $(ECC_ENGINE_SV); hierarchy -check -top ecc_engine; proc; check -assert; \
	  flatten; opt_clean; select -assert-none o:* %ci*:-\$$dff i:* i:clk_i i:rst_ni %u %d %i"
LINTS += lint-ecc
.PHONY: lint-ecc-ct
lint-ecc-ct:
	$(call say,PROVE,constant time of rtl/ecc)
	$(Q)$(PYTHON) -B rtl/lint/cones.py rtl/ecc/ct_checks.py
LINTS += lint-ecc-ct
