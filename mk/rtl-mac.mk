# SHA cores, HMAC, PRF and the mac lane: models, benches, constant-time checks.
HASH_SV := rtl/sha/sha1_core.sv rtl/sha/sha256_core.sv rtl/sha/sha512_core.sv rtl/sha/hash_unit.sv
# The lane with everything under it, packages first.
MAC_LANE_SV := rtl/gen/sluice_pkg.sv rtl/common/skid_buffer.sv rtl/common/fifo_sync.sv rtl/aes/aes_key_expand.sv rtl/aes/aes_iter.sv $(HASH_SV) rtl/mac/mac_pkg.sv $(sort $(filter-out rtl/mac/mac_pkg.sv,$(wildcard rtl/mac/*.sv)))
MAC_TB := $(addprefix sim/tb/mac_lane/,mac_lane_tb.cpp ref.cpp primitives.cpp records.cpp faults.cpp timing.cpp cluster.cpp cavp.cpp)

$(eval $(call rtl_bench,tb_sha1_core,sha1_core,rtl/sha/sha1_core.sv,sim/tb/sha/sha1_core_tb.cpp))
$(eval $(call rtl_bench,tb_sha256_core,sha256_core,rtl/sha/sha256_core.sv,sim/tb/sha/sha256_core_tb.cpp))
$(eval $(call rtl_bench,tb_sha512_core,sha512_core,rtl/sha/sha512_core.sv,sim/tb/sha/sha512_core_tb.cpp))
$(eval $(call rtl_bench,tb_hash_unit,hash_unit,$(HASH_SV),sim/tb/sha/hash_unit_tb.cpp))
$(eval $(call rtl_bench,tb_mac_lane,mac_lane,$(MAC_LANE_SV),$(MAC_TB)))
$(BUILD)/bench/tb_sha1_core $(BUILD)/bench/tb_sha256_core $(BUILD)/bench/tb_sha512_core: sim/tb/sha/core_tb.h
$(BUILD)/bench/tb_mac_lane: sim/tb/mac_lane/lane_bench.h common/gen/sluice_regs.h
$(BUILD)/vl/tb_mac_lane/Vtb_mac_lane__ALL.a: $(wildcard rtl/aes/*.svh)

# The lane with many record slots: what differs is tested with 4, throughput with 4 and 8.
$(eval $(call verilate,tb_mac_slots4,mac_lane,$(MAC_LANE_SV),-GNumSlots=4))
$(eval $(call verilate,tb_mac_slots8,mac_lane,$(MAC_LANE_SV),-GNumSlots=8))
define mac_slots_bench
$(BUILD)/bench/tb_mac_slots$(1): $(MAC_TB) sim/tb/mac_lane/lane_bench.h common/gen/sluice_regs.h $(BUILD)/vl/tb_mac_slots$(1)/Vtb_mac_slots$(1)__ALL.a $(BUILD)/vl/verilated.a $(wildcard sim/harness/*.h)
	$$(call say,BENCH,$$@)
	@mkdir -p $$(@D)
	$$(Q)$$(CXX) -std=c++17 -g -O2 -march=$$(VL_ARCH) -DMAC_SLOTS=$(1) -I. -I$(BUILD)/vl/tb_mac_slots$(1) $$(VL_INC) -DVM_TRACE=$(if $(filter 1,$(TRACE)),1,0) -o $$@ $$(filter %.cpp %.a,$$^) -lcrypto -lpthread
endef
$(foreach n,4 8,$(eval $(call mac_slots_bench,$(n))))
$(BUILD)/vl/tb_mac_slots4/Vtb_mac_slots4__ALL.a $(BUILD)/vl/tb_mac_slots8/Vtb_mac_slots8__ALL.a: $(wildcard rtl/aes/*.svh)
TESTS += rtl|tb_mac_slots4|$(BUILD)/bench/tb_mac_slots4 --skip hashes,prf,ciphers,records,bad_records,constant_time
TEST_DEPS += $(BUILD)/bench/tb_mac_slots4
BUILD_FIRST += $(BUILD)/vl/tb_mac_slots4/Vtb_mac_slots4__ALL.a
BENCHES += mac_slots8|$(BUILD)/bench/tb_mac_slots8 --only speed
BENCH_DEPS += $(BUILD)/bench/tb_mac_slots8

# Published vectors of hashes, HMAC and HKDF.
$(BUILD)/mac_cavp.txt: sim/tb/mac_lane/cavp.py
	$(call say,GEN,$@)
	@mkdir -p $(@D)
	$(Q)$(PYTHON) -B $< $@ 2> /dev/null
TEST_DEPS += $(BUILD)/mac_cavp.txt
# Vectors, and a second seed: other random initial values, other pauses.
TESTS += rtl|tb_mac_lane_seed2|$(BUILD)/bench/tb_mac_lane --seed 2 --cavp $(BUILD)/mac_cavp.txt --skip speed,constant_time
BENCHES += mac_lane|$(BUILD)/bench/tb_mac_lane --only speed

.PHONY: lint-mac-ct lint-mac-rtl lint-mac-selftest
lint-mac-ct: ## Constant time of hashes, HMAC, PRF and CBC records, proved on the netlist
	$(call say,LINT,constant time of the mac lane)
	@mkdir -p $(BUILD)
	$(Q)$(PYTHON) -B rtl/mac/ct_check.py > $(BUILD)/lint-mac-ct.log && $(PYTHON) -B rtl/lint/cones.py rtl/mac/secret_checks.py >> $(BUILD)/lint-mac-ct.log || { cat $(BUILD)/lint-mac-ct.log; exit 1; }

lint-mac-rtl: $(MAC_LANE_SV) ## Verilator and yosys read the mac lane; no path from an input of its port to an output
	$(call say,LINT,mac lane)
	$(Q)$(VERILATOR) --lint-only -Wall -Irtl/common -Irtl/gen $(wildcard rtl/lint/verilator.vlt) --top-module mac_lane $(MAC_LANE_SV)
	$(Q)$(VERILATOR) --lint-only -Wall --unroll-count 256 -GNumSlots=4 -Irtl/common -Irtl/gen $(wildcard rtl/lint/verilator.vlt) --top-module mac_lane $(MAC_LANE_SV)
	$(Q)yosys -q -w 'Replacing memory' -p 'read_verilog -sv -I. -Irtl/common $(MAC_LANE_SV); hierarchy -check -top mac_cluster; proc; check -assert'
	$(Q)yosys -q -w 'Replacing memory' -p 'read_verilog -sv -I. -Irtl/common $(MAC_LANE_SV); hierarchy -check -top mac_lane; proc; check -assert; flatten; opt_clean; select -assert-none o:* %ci*:-$$dff i:* i:clk_i %d %i'

lint-mac-selftest: ## The self test's ROM is what its generator writes
	$(call say,LINT,self test of the mac lane)
	$(Q)$(PYTHON) -B rtl/mac/gen_selftest.py --check
LINTS += lint-mac-ct lint-mac-rtl lint-mac-selftest
# Slots of contexts by induction
TESTS += rtl|mac_formal|rtl/mac/formal.sh $(BUILD)/formal/mac
