# AES, GHASH and the aead lane: benches and checks.
AES_ITER_SV := rtl/aes/aes_key_expand.sv rtl/aes/aes_iter.sv
AES_SLOTS_SV := rtl/common/rr_arbiter.sv rtl/aes/aes_key_expand.sv rtl/aes/aes_enc_pipe.sv rtl/aes/aes_dec_pipe.sv rtl/aes/aes_slots.sv
AEAD_LANE_SV := rtl/gen/sluice_pkg.sv rtl/gcm/aead_pkg.sv rtl/common/skid_buffer.sv rtl/common/byte_gearbox.sv \
  rtl/aes/aes_key_expand.sv rtl/aes/aes_enc_pipe.sv rtl/aes/aes_dec_pipe.sv rtl/gcm/ghash.sv rtl/gcm/aead_store.sv rtl/gcm/aead_check.sv rtl/gcm/aead_secret.sv \
  rtl/gcm/aead_ctx.sv rtl/gcm/aead_issue.sv rtl/gcm/aead_datapath.sv rtl/gcm/aead_tag.sv rtl/gcm/aead_out.sv rtl/gcm/aead_selftest.sv \
  rtl/gcm/aead_lane.sv
AES_TB_H := $(wildcard sim/tb/aes_*/*.h sim/tb/aead_lane/*.h rtl/aes/*.svh rtl/gcm/*.svh)

$(eval $(call rtl_bench,tb_aes_iter,aes_iter,$(AES_ITER_SV),sim/tb/aes_iter/tb_aes_iter.cpp))
$(BUILD)/vl/tb_aes_iter/Vtb_aes_iter__ALL.a $(BUILD)/bench/tb_aes_iter: $(AES_TB_H)

$(eval $(call rtl_bench,tb_aes_enc_pipe,aes_enc_pipe,rtl/aes/aes_enc_pipe.sv,sim/tb/aes_pipe/tb_aes_pipe.cpp))
$(eval $(call rtl_bench,tb_aes_dec_pipe,aes_dec_pipe,rtl/aes/aes_dec_pipe.sv,sim/tb/aes_pipe/tb_aes_pipe.cpp,,-DAES_DECRYPT))
$(eval $(call rtl_bench,tb_aes_slots,aes_slots,$(AES_SLOTS_SV),sim/tb/aes_slots/tb_aes_slots.cpp))
$(BUILD)/vl/tb_aes_slots/Vtb_aes_slots__ALL.a $(BUILD)/bench/tb_aes_slots: $(AES_TB_H)
TESTS += rtl|arbiter_formal|rtl/common/formal.sh $(BUILD)/formal/arbiter
$(eval $(call rtl_bench,tb_ghash,ghash,rtl/gcm/ghash.sv,sim/tb/ghash/tb_ghash.cpp))
$(BUILD)/vl/tb_aes_enc_pipe/Vtb_aes_enc_pipe__ALL.a $(BUILD)/vl/tb_aes_dec_pipe/Vtb_aes_dec_pipe__ALL.a $(BUILD)/bench/tb_aes_enc_pipe $(BUILD)/bench/tb_aes_dec_pipe: $(AES_TB_H)

$(eval $(call rtl_bench,tb_aead_lane,aead_lane,$(AEAD_LANE_SV),$(addprefix sim/tb/aead_lane/,tb_aead_lane.cpp tls13.cpp sessions.cpp cavp.cpp)))
$(BUILD)/vl/tb_aead_lane/Vtb_aead_lane__ALL.a $(BUILD)/bench/tb_aead_lane: $(AES_TB_H)

# NIST CAVP vectors of the installed package, not kept here
$(BUILD)/vectors/aead_cavp.txt: sim/tb/aead_lane/gen_cavp.py
	$(call say,GEN,$@)
	@mkdir -p $(@D)
	$(Q)$(PYTHON) -B $< $@
TESTS += rtl|aead_cavp|$(BUILD)/bench/tb_aead_lane --cavp $(BUILD)/vectors/aead_cavp.txt
TEST_DEPS += $(BUILD)/vectors/aead_cavp.txt

# Faults in every register of the lane, on the model of tb_aead_lane
$(BUILD)/vl/tb_aead_lane/faults_list.h: sim/tb/aead_lane/gen_faults.py $(BUILD)/vl/tb_aead_lane/Vtb_aead_lane__ALL.a
	$(Q)$(PYTHON) -B $< $(@D)/Vtb_aead_lane___024root.h > $@.new && mv $@.new $@
$(BUILD)/bench/tb_aead_faults: sim/tb/aead_lane/faults.cpp $(BUILD)/vl/tb_aead_lane/faults_list.h $(BUILD)/vl/tb_aead_lane/Vtb_aead_lane__ALL.a $(BUILD)/vl/verilated.a $(wildcard sim/harness/*.h) $(AES_TB_H)
	$(call say,BENCH,$@)
	@mkdir -p $(@D)
	$(Q)$(CXX) -std=c++17 -g -O2 -march=$(VL_ARCH) -I. -I$(BUILD)/vl/tb_aead_lane $(VL_INC) -DVM_TRACE=$(if $(filter 1,$(TRACE)),1,0) -o $@ $(filter %.cpp %.a,$^) -lcrypto -lpthread
TESTS += rtl|tb_aead_faults|$(BUILD)/bench/tb_aead_faults
TEST_DEPS += $(BUILD)/bench/tb_aead_faults

# Simulation speed of the lane, on the model of tb_aead_lane
$(BUILD)/bench/bench_aead_lane: sim/tb/aead_lane/bench_aead_lane.cpp $(BUILD)/vl/tb_aead_lane/Vtb_aead_lane__ALL.a $(BUILD)/vl/verilated.a $(wildcard sim/harness/*.h)
	$(call say,BENCH,$@)
	@mkdir -p $(@D)
	$(Q)$(CXX) -std=c++17 -g -O2 -march=$(VL_ARCH) -I. -I$(BUILD)/vl/tb_aead_lane $(VL_INC) -DVM_TRACE=$(if $(filter 1,$(TRACE)),1,0) -o $@ $(filter %.cpp %.a,$^) -lcrypto -lpthread
BENCHES += aead_lane|$(BUILD)/bench/bench_aead_lane
BENCH_DEPS += $(BUILD)/bench/bench_aead_lane

# Static checks: generated tables, verilator and yosys on every top, S-box proof, structural constant-time proof
.PHONY: lint-aead lint-aes-ct
lint-aead:
	$(call say,LINT,rtl/aes rtl/gcm rtl/common)
	$(Q)$(PYTHON) -B rtl/aes/gen_tables.py --check && $(PYTHON) -B rtl/gcm/gen_selftest.py --check
	$(Q)for m in fifo_sync skid_buffer byte_gearbox; do $(VERILATOR) --lint-only -Wall --assert -Irtl/common --top-module $$m rtl/common/$$m.sv || exit 1; done
	$(Q)for m in aes_sbox_rom aes_sbox_gf; do $(VERILATOR) --lint-only -Wall --top-module $$m rtl/aes/$$m.sv || exit 1; done
	$(Q)$(VERILATOR) --lint-only -Wall --assert --unroll-count 256 -Irtl/common --top-module aes_iter rtl/lint/verilator.vlt $(AES_ITER_SV)
	$(Q)$(VERILATOR) --lint-only -Wall --assert --unroll-count 256 -Irtl/common --top-module aead_lane rtl/lint/verilator.vlt $(AEAD_LANE_SV)
	$(Q)$(VERILATOR) --lint-only -Wall --assert --unroll-count 256 -Irtl/common --top-module aes_slots rtl/lint/verilator.vlt $(AES_SLOTS_SV)
	$(Q)yosys -q -w 'Replacing memory' -p "read_verilog -sv -Irtl/common $(AES_SLOTS_SV); hierarchy -check -top aes_slots; proc; check -assert"
	$(Q)yosys -q -p "read_verilog -sv -Irtl/common $(AES_ITER_SV); hierarchy -check -top aes_iter; proc; check -assert"
	$(Q)yosys -q -w 'Replacing memory' -p "read_verilog -sv -Irtl/common $(AEAD_LANE_SV); hierarchy -check -top aead_lane; proc; check -assert"
lint-aes-ct:
	$(call say,PROVE,S-box tables and constant time of rtl/aes rtl/gcm)
	$(Q)rtl/lint/sbox_equiv.sh
	$(Q)$(PYTHON) -B rtl/lint/cones.py rtl/gcm/ct_checks.py
LINTS += lint-aead lint-aes-ct
