# Montgomery array, key slots, the pka engine: models, benches, checks.
PKA_CORE_SV := $(addprefix rtl/pka/,pka_pkg.sv pka_program_pkg.sv pka_program_rom.sv pka_mont.sv pka_seq.sv pka_core.sv)
PKA_ENGINE_SV := rtl/gen/sluice_pkg.sv rtl/aes/aes_key_expand.sv rtl/aes/aes_iter.sv $(PKA_CORE_SV) \
  $(addprefix rtl/pka/,pka_unwrap.sv pka_operand.sv pka_const.sv pka_result.sv pka_selftest_rom.sv pka_engine.sv)
# The array's stages and their register updates must stay in one C++ function: the compiler then merges them, which is worth 2x in speed.
PKA_VL_FLAGS := --output-split 1000000 --output-split-cfuncs 1000000
PKA_KEYBLOB_OBJ := $(call objs,rel,common/keyblob.c)

$(eval $(call rtl_bench,pka_core,pka_core,$(PKA_CORE_SV),sim/tb/pka_core/pka_core_tb.cpp,$(PKA_VL_FLAGS),$(PKA_KEYBLOB_OBJ)))
$(BUILD)/bench/pka_core: $(PKA_KEYBLOB_OBJ) common/keyblob.h

$(eval $(call rtl_bench,pka_engine,pka_engine,$(PKA_ENGINE_SV),sim/tb/pka_engine/pka_engine_tb.cpp,$(PKA_VL_FLAGS),$(PKA_KEYBLOB_OBJ)))
$(BUILD)/bench/pka_engine: $(PKA_KEYBLOB_OBJ) common/keyblob.h $(wildcard sim/tb/pka_engine/*.h)
# two engines behind one port
$(eval $(call rtl_bench,pka_cluster,pka_engine,$(PKA_ENGINE_SV),sim/tb/pka_cluster/pka_cluster_tb.cpp,$(PKA_VL_FLAGS) -GNumEngines=2,$(PKA_KEYBLOB_OBJ)))
$(BUILD)/bench/pka_cluster: $(PKA_KEYBLOB_OBJ) common/keyblob.h $(wildcard sim/tb/pka_engine/*.h)
$(BUILD)/vl/pka_cluster/Vpka_cluster__ALL.a: $(wildcard rtl/aes/*.svh)
$(BUILD)/vl/pka_engine/Vpka_engine__ALL.a: $(wildcard rtl/aes/*.svh)

$(eval $(call unit_test,common_keyblob,tests/unit/common/test_keyblob.c common/keyblob.c,,-lcrypto))

BENCHES += pka_core|$(BUILD)/bench/pka_core --only speed
BENCHES += pka_cluster|$(BUILD)/bench/pka_cluster --only speed
BENCH_DEPS += $(BUILD)/bench/pka_core $(BUILD)/bench/pka_cluster

# Static checks: the self test's ROM, verilator and yosys, structural constant-time proof
.PHONY: pka-selftest pka-program lint-pka lint-pka-ct
pka-program:
	$(call say,GEN,rtl/pka/pka_program_rom.sv rtl/pka/pka_program_pkg.sv)
	$(Q)$(PYTHON) -B rtl/pka/gen_program.py
pka-selftest:
	$(call say,GEN,rtl/pka/pka_selftest_rom.sv)
	$(Q)$(PYTHON) -B rtl/pka/gen_selftest.py
GENERATED += pka-selftest pka-program
lint-pka:
	$(call say,LINT,rtl/pka)
	$(Q)$(PYTHON) -B rtl/pka/gen_selftest.py --check
	$(Q)$(PYTHON) -B rtl/pka/gen_program.py --check
	$(Q)$(VERILATOR) --lint-only -Wall --assert --unroll-count 256 -Irtl/common --top-module pka_engine rtl/lint/verilator.vlt $(PKA_ENGINE_SV)
	$(Q)yosys -q -w 'Replacing memory' -p "read_verilog -sv -Irtl/common -DPKA_LIMBS=3 $(PKA_ENGINE_SV); hierarchy -check -top pka_engine; proc; check -assert"
lint-pka-ct:
	$(call say,PROVE,constant time of rtl/pka)
	$(Q)$(PYTHON) -B rtl/lint/cones.py rtl/pka/ct_checks.py
LINTS += lint-pka lint-pka-ct
