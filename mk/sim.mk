# The device: front end and whole top, their benches, and the simulation libraries.
DEV_RTL := rtl/gen/sluice_pkg.sv rtl/gen/sluice_csr.sv $(wildcard rtl/common/*.sv) $(wildcard rtl/dma/*.sv) \
  $(addprefix rtl/top/,sluice_lite.sv sluice_regs.sv sluice_seq.sv sluice_dev.sv)
DEV_TB := $(wildcard sim/tb/sluice_dev/*.sv)

$(eval $(call rtl_bench,sluice_dev,dev_loop,$(DEV_RTL) $(DEV_TB),sim/tb/sluice_dev/test_sluice_dev.cpp))
$(BUILD)/bench/sluice_dev: $(wildcard sim/tb/sluice_dev/*.h) sim/bridge/axi_mem.h common/gen/sluice_regs.h

# ---- the simulated device as a library ----------------------------------------------------------------------------------------------
# libsluice_sim.so: front end and engines verilated one by one. libsluice_sim_whole.so: one model of sluice_top, the reference.
SIM_ENGINES := rtl/gcm/aead_lane.sv rtl/mac/mac_lane.sv rtl/pka/pka_engine.sv
ifeq ($(wildcard $(SIM_ENGINES)),$(SIM_ENGINES))
# The fast library runs inside the dataplane: without assertions, which cost a quarter of its speed and would end the process. The benches
# and the whole model have them, and tests/cosim holds the two libraries together.
SIM_FAST := --no-assert
$(eval $(call verilate,sim_dev,sluice_dev,$(DEV_RTL),$(SIM_FAST)))
$(eval $(call verilate,sim_aead,aead_lane,$(AEAD_LANE_SV),$(SIM_FAST)))
$(eval $(call verilate,sim_mac,mac_lane,$(MAC_LANE_SV),$(SIM_FAST)))
$(eval $(call verilate,sim_pka,pka_engine,$(PKA_ENGINE_SV),$(PKA_VL_FLAGS) $(SIM_FAST)))
SIM_TOP_SV := rtl/gen/sluice_pkg.sv $(filter-out rtl/gen/sluice_pkg.sv,$(sort $(DEV_RTL) $(AEAD_LANE_SV) $(MAC_LANE_SV) $(PKA_ENGINE_SV))) rtl/top/sluice_top.sv
SIM_TOP_SV := $(filter %_pkg.sv,$(SIM_TOP_SV)) $(filter-out %_pkg.sv,$(SIM_TOP_SV))
$(eval $(call verilate,sim_top,sluice_top,$(SIM_TOP_SV),$(PKA_VL_FLAGS)))
$(foreach m,aead mac pka top,$(BUILD)/vl/sim_$(m)/Vsim_$(m)__ALL.a): $(wildcard rtl/*/*.svh)

SIM_HDR := $(wildcard sim/bridge/*.h)
# $(call sim_lib,output,board,models)
define sim_lib
$(1): sim/bridge/sluice_sim.cpp sim/bridge/$(2).cpp sim/bridge/exports.map $(SIM_HDR) $(foreach m,$(3),$(BUILD)/vl/$(m)/V$(m)__ALL.a) $(BUILD)/vl/verilated.a
	$$(call say,SIMLIB,$$@)
	@mkdir -p $$(@D)
	$$(Q)$$(CXX) -std=c++17 -g -O2 -march=$$(VL_ARCH) -fPIC -shared -Wall -Wextra -I. $(foreach m,$(3),-I$(BUILD)/vl/$(m)) $$(VL_INC) -DVM_TRACE=$(if $(filter 1,$(TRACE)),1,0) \
	  -Wl,--version-script=sim/bridge/exports.map -Wl,--no-undefined -o $$@ $$(filter %.cpp %.a,$$^) -lpthread
endef
SIM_LIB := $(BUILD)/lib/libsluice_sim.so
SIM_WHOLE := $(BUILD)/lib/libsluice_sim_whole.so
ALL += $(SIM_LIB)
$(eval $(call sim_lib,$(SIM_LIB),board_split,sim_dev sim_aead sim_mac sim_pka))
$(eval $(call sim_lib,$(SIM_WHOLE),board_whole,sim_top))
endif

# ---- what stands on the libraries ---------------------------------------------------------------------------------------------------
ifdef SIM_LIB
SIM_TEST_HDR := $(wildcard sim/tb/sluice_top/*.h sim/bridge/*.h sim/harness/*.h) common/gen/sluice_regs.h common/keyblob.h sim/tb/pka_engine/keys.h
SIM_KEYBLOB := $(call objs,rel,common/keyblob.c)
# $(call sim_program,output,source): a C++ program that loads the libraries at run time
define sim_program
$(1): $(2) $(SIM_TEST_HDR) $(SIM_KEYBLOB)
	$$(call say,CXX,$$@)
	@mkdir -p $$(@D)
	$$(Q)$$(CXX) -std=c++17 -g -O2 -march=$$(ARCH) -Wall -Wextra -Wno-unused-parameter -I. $$(VL_INC) -DVM_TRACE=0 -o $$@ $$(filter %.cpp %.o %.a,$$^) -ldl -lcrypto
endef
$(eval $(call sim_program,$(BUILD)/bench/bench_sim,sim/tb/sluice_top/bench_sim.cpp))
$(BUILD)/bench/bench_sim: $(BUILD)/vl/verilated.a
BENCHES += sluice_sim|$(BUILD)/bench/bench_sim $(SIM_LIB)
BENCH_DEPS += $(BUILD)/bench/bench_sim $(SIM_LIB)
endif

# Agreement of the separately ticked device, the single whole model and the golden model
ifdef SIM_LIB
$(eval $(call sim_program,$(BUILD)/test/cosim,tests/cosim/cosim.cpp))
$(BUILD)/test/cosim: $(BUILD)/vl/verilated.a
TESTS += cosim|cosim|$(BUILD)/test/cosim $(SIM_LIB) $(SIM_WHOLE) $(BUILD)/lib/libsluice_model.so
TEST_DEPS += $(BUILD)/test/cosim $(SIM_LIB) $(SIM_WHOLE) $(BUILD)/lib/libsluice_model.so
endif

TESTS += rtl|sluice_dev_seed2|$(BUILD)/bench/sluice_dev --seed 2

# Proof of the index logic, and static checks of the front end
TESTS += rtl|dma_formal|rtl/dma/formal.sh $(BUILD)/formal/dma
.PHONY: lint-dev-rtl
lint-dev-rtl: $(DEV_RTL) ## Verilator and yosys read the front end; no path from an input of it to an output
	$(call say,LINT,sluice_dev)
	$(Q)$(VERILATOR) --lint-only -Wall -Irtl/common -Irtl/gen $(wildcard rtl/lint/verilator.vlt) --top-module sluice_dev $(DEV_RTL)
	$(if $(SIM_TOP_SV),$(Q)$(VERILATOR) --lint-only -Wall -Irtl/common -Irtl/gen $(wildcard rtl/lint/verilator.vlt) --top-module sluice_top $(SIM_TOP_SV))
	$(Q)mkdir -p $(BUILD)/lint && yosys -q -l $(BUILD)/lint/sluice_dev.log -p "read_verilog -sv -Irtl/common $(DEV_RTL); hierarchy -check -top sluice_dev; proc; check -assert; \
	  flatten; opt_clean; select -assert-none o:* %ci*:-\$$dff i:* i:clk_i i:rst_ni %u %d %i"
LINTS += lint-dev-rtl
