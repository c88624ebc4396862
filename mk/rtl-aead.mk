# AES, GHASH and the aead lane: benches and checks.
AES_ITER_SV := rtl/aes/aes_key_expand.sv rtl/aes/aes_iter.sv
AES_TB_H := $(wildcard sim/tb/aes_*/*.h sim/tb/aead_lane/*.h rtl/aes/*.svh)

$(eval $(call rtl_bench,tb_aes_iter,aes_iter,$(AES_ITER_SV),sim/tb/aes_iter/tb_aes_iter.cpp))
$(BUILD)/vl/tb_aes_iter/Vtb_aes_iter__ALL.a $(BUILD)/bench/tb_aes_iter: $(AES_TB_H)
