# Montgomery array, key slots, the pka engine: models, benches, checks.
PKA_CORE_SV := rtl/pka/pka_pkg.sv rtl/pka/pka_mont.sv rtl/pka/pka_core.sv
PKA_KEYBLOB_OBJ = $(call objs,rel,control/cert/keyblob.c)

$(eval $(call rtl_bench,pka_core,pka_core,$(PKA_CORE_SV),sim/tb/pka_core/pka_core_tb.cpp,,$(PKA_KEYBLOB_OBJ)))
$(BUILD)/bench/pka_core: $(PKA_KEYBLOB_OBJ) control/cert/keyblob.h
