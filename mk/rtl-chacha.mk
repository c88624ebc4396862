# ChaCha20-Poly1305: the chacha lane, its benches and checks.
CHACHA_LANE_SV := rtl/gen/sluice_pkg.sv rtl/chacha/chacha_pkg.sv rtl/common/skid_buffer.sv rtl/common/byte_gearbox.sv rtl/common/fifo_sync.sv \
  $(addprefix rtl/chacha/,chacha_core.sv chacha_keystream.sv poly1305_mul.sv poly1305.sv chacha_store.sv chacha_check.sv chacha_ctx.sv \
  chacha_front.sv chacha_exec.sv chacha_jobs.sv chacha_out.sv chacha_selftest.sv chacha_lane.sv)
CHACHA_TB := $(addprefix sim/tb/chacha_lane/,tb_chacha_lane.cpp faults.cpp speed.cpp)
CHACHA_TB_H := $(wildcard sim/tb/chacha_lane/*.h) common/gen/sluice_regs.h
chacha_defs = -DCHACHA_MODEL=V$(1) -DCHACHA_MODEL_H='"V$(1).h"' -DCHACHA_CORES=$(2)

# The lane as the simulation has it, and as a card has it: four cores.
$(eval $(call rtl_bench,tb_chacha_lane,chacha_lane,$(CHACHA_LANE_SV),$(CHACHA_TB),,$(call chacha_defs,tb_chacha_lane,1)))
$(eval $(call rtl_bench,tb_chacha_lane4,chacha_lane,$(CHACHA_LANE_SV),$(CHACHA_TB),-GCores=4,$(call chacha_defs,tb_chacha_lane4,4)))
$(BUILD)/bench/tb_chacha_lane $(BUILD)/bench/tb_chacha_lane4: $(CHACHA_TB_H)
$(BUILD)/vl/tb_chacha_lane/Vtb_chacha_lane__ALL.a $(BUILD)/vl/tb_chacha_lane4/Vtb_chacha_lane4__ALL.a: rtl/chacha/chacha_selftest_rom.svh
BENCHES += chacha_lane|$(BUILD)/bench/tb_chacha_lane --only speed
BENCHES += chacha_lane4|$(BUILD)/bench/tb_chacha_lane4 --only speed
BENCH_DEPS += $(BUILD)/bench/tb_chacha_lane $(BUILD)/bench/tb_chacha_lane4

# A second seed: other random initial values, other pauses.
TESTS += rtl|tb_chacha_lane_seed2|$(BUILD)/bench/tb_chacha_lane --seed 2 --only faults

# Static checks: the self test's ROM, verilator and yosys with one core and with four, no path from an input to an output, constant time
.PHONY: chacha-selftest lint-chacha lint-chacha-ct
chacha-selftest:
	$(call say,GEN,rtl/chacha/chacha_selftest_rom.svh)
	$(Q)$(PYTHON) -B rtl/chacha/gen_selftest.py
GENERATED += chacha-selftest
lint-chacha:
	$(call say,LINT,rtl/chacha)
	$(Q)$(PYTHON) -B rtl/chacha/gen_selftest.py --check
	$(Q)for c in 1 2 4; do $(VERILATOR) --lint-only -Wall --assert --unroll-count 256 -Irtl/common -GCores=$$c --top-module chacha_lane rtl/lint/verilator.vlt $(CHACHA_LANE_SV) || exit 1; done
	$(Q)yosys -q -w 'Replacing memory' -p "read_verilog -sv -Irtl/common $(CHACHA_LANE_SV); hierarchy -check -top chacha_lane; proc; check -assert; flatten; opt_clean; \
	  select -assert-none o:* %ci*:-\$$dff i:* i:clk_i i:rst_ni %u %d %i"
lint-chacha-ct:
	$(call say,PROVE,constant time of rtl/chacha)
	$(Q)$(PYTHON) -B rtl/lint/cones.py rtl/chacha/ct_checks.py
LINTS += lint-chacha lint-chacha-ct
