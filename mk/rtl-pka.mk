# Montgomery array, key slots, the pka engine: models, benches, checks.
PKA_CORE_SV := rtl/pka/pka_pkg.sv rtl/pka/pka_mont.sv rtl/pka/pka_core.sv
PKA_ENGINE_SV := rtl/gen/sluice_pkg.sv rtl/aes/aes_key_expand.sv rtl/aes/aes_iter.sv $(PKA_CORE_SV) \
  $(addprefix rtl/pka/,pka_unwrap.sv pka_operand.sv pka_result.sv pka_selftest_rom.sv pka_engine.sv)
# The array's stages and their register updates must stay in one C++ function: the compiler then merges them, which is worth 2x in speed.
PKA_VL_FLAGS := --output-split 1000000 --output-split-cfuncs 1000000
PKA_KEYBLOB_OBJ := $(call objs,rel,control/cert/keyblob.c)

$(eval $(call rtl_bench,pka_core,pka_core,$(PKA_CORE_SV),sim/tb/pka_core/pka_core_tb.cpp,$(PKA_VL_FLAGS),$(PKA_KEYBLOB_OBJ)))
$(BUILD)/bench/pka_core: $(PKA_KEYBLOB_OBJ) control/cert/keyblob.h

$(eval $(call rtl_bench,pka_engine,pka_engine,$(PKA_ENGINE_SV),sim/tb/pka_engine/pka_engine_tb.cpp,$(PKA_VL_FLAGS),$(PKA_KEYBLOB_OBJ)))
$(BUILD)/bench/pka_engine: $(PKA_KEYBLOB_OBJ) control/cert/keyblob.h sim/tb/pka_engine/keys.h
$(BUILD)/vl/pka_engine/Vpka_engine__ALL.a: $(wildcard rtl/aes/*.svh)

$(eval $(call unit_test,control_keyblob,tests/unit/control/cert/test_keyblob.c control/cert/keyblob.c,,-lcrypto))
