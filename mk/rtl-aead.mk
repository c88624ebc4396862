# AES, GHASH and the aead lane: benches and checks.
AES_ITER_SV := rtl/aes/aes_key_expand.sv rtl/aes/aes_iter.sv
AEAD_LANE_SV := rtl/gen/sluice_pkg.sv rtl/gcm/aead_pkg.sv rtl/common/skid_buffer.sv rtl/common/byte_gearbox.sv \
  rtl/aes/aes_key_expand.sv rtl/aes/aes_enc_pipe.sv rtl/aes/aes_dec_pipe.sv rtl/gcm/ghash.sv rtl/gcm/aead_store.sv rtl/gcm/aead_check.sv \
  rtl/gcm/aead_ctx.sv rtl/gcm/aead_issue.sv rtl/gcm/aead_datapath.sv rtl/gcm/aead_tag.sv rtl/gcm/aead_out.sv rtl/gcm/aead_selftest.sv \
  rtl/gcm/aead_lane.sv
AES_TB_H := $(wildcard sim/tb/aes_*/*.h sim/tb/aead_lane/*.h rtl/aes/*.svh rtl/gcm/*.svh)

$(eval $(call rtl_bench,tb_aes_iter,aes_iter,$(AES_ITER_SV),sim/tb/aes_iter/tb_aes_iter.cpp))
$(BUILD)/vl/tb_aes_iter/Vtb_aes_iter__ALL.a $(BUILD)/bench/tb_aes_iter: $(AES_TB_H)

$(eval $(call rtl_bench,tb_aead_lane,aead_lane,$(AEAD_LANE_SV),sim/tb/aead_lane/tb_aead_lane.cpp))
$(BUILD)/vl/tb_aead_lane/Vtb_aead_lane__ALL.a $(BUILD)/bench/tb_aead_lane: $(AES_TB_H)
