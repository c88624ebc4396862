# The device: front end and whole top, their benches, and the simulation libraries.
DEV_RTL := rtl/gen/sluice_pkg.sv rtl/gen/sluice_csr.sv $(wildcard rtl/common/*.sv) $(wildcard rtl/dma/*.sv) \
  $(addprefix rtl/top/,sluice_lite.sv sluice_regs.sv sluice_seq.sv sluice_dev.sv)
DEV_TB := $(wildcard sim/tb/sluice_dev/*.sv)

DEV_TESTS := $(addprefix sim/tb/sluice_dev/,test_sluice_dev.cpp test_registers.cpp test_queues.cpp test_lanes.cpp)
$(eval $(call rtl_bench,sluice_dev,dev_loop,$(DEV_RTL) $(DEV_TB),$(DEV_TESTS)))
# the same with two lanes of class 0 and four of class 4 (-GLanes=32'h00141112)
$(eval $(call rtl_bench,sluice_dev_lanes,dev_loop,$(DEV_RTL) $(DEV_TB),$(DEV_TESTS),-GLanes=1315090,-DVsluice_dev=Vsluice_dev_lanes -DSLUICE_DEV_H='"Vsluice_dev_lanes.h"' -DSLUICE_DEV_LANES=0x141112))
# and with a bus of 256 bits, and of 512 and four lanes of class 0
$(eval $(call rtl_bench,sluice_dev_256,dev_loop,$(DEV_RTL) $(DEV_TB),$(DEV_TESTS),-GBusW=256,-DVsluice_dev=Vsluice_dev_256 -DSLUICE_DEV_H='"Vsluice_dev_256.h"' -DSLUICE_DEV_LANES=0x111111))
$(eval $(call rtl_bench,sluice_dev_512,dev_loop,$(DEV_RTL) $(DEV_TB),$(DEV_TESTS),-GBusW=512 -GLanes=1118484,-DVsluice_dev=Vsluice_dev_512 -DSLUICE_DEV_H='"Vsluice_dev_512.h"' -DSLUICE_DEV_LANES=0x111114))
$(addprefix $(BUILD)/bench/sluice_dev,_256 _512 _lanes) $(BUILD)/bench/sluice_dev: $(wildcard sim/tb/sluice_dev/*.h) sim/bridge/axi_mem.h common/gen/sluice_regs.h

# ---- the simulated device as a library ----------------------------------------------------------------------------------------------
# libsluice_sim.so: front end and engines verilated one by one. libsluice_sim_whole.so: one model of sluice_top, the reference.
# The fast library runs inside the dataplane: without assertions, which cost a quarter of its speed and would end the process. The benches
# and the whole model have them, and tests/cosim holds the two libraries together.
SIM_FAST := --no-assert
SIM_MODELS :=
SIM_SV := $(DEV_RTL) rtl/top/sluice_nostore.sv
# $(call sim_engine,name,top,sv-files[,verilator flags]): an engine of the libraries, one line each
define sim_engine
$(call verilate_trained,sim_$(1),$(2),$(3),$(4) $(SIM_FAST))
SIM_MODELS += sim_$(1)
SIM_SV += $(3)
endef
$(eval $(call sim_engine,aead,aead_lane,$(AEAD_LANE_SV)))
$(eval $(call sim_engine,mac,mac_lane,$(MAC_LANE_SV)))
$(eval $(call sim_engine,pka,pka_engine,$(PKA_ENGINE_SV),$(PKA_VL_FLAGS)))
$(eval $(call sim_engine,ecc,ecc_engine,$(ECC_ENGINE_SV),$(ECC_VL_FLAGS)))
$(eval $(call sim_engine,chacha,chacha_lane,$(CHACHA_LANE_SV)))
$(eval $(call sim_engine,kdf,kdf_engine,$(KDF_ENGINE_SV)))
$(eval $(call sim_engine,drbg,drbg,$(DRBG_SV)))

$(eval $(call verilate_trained,sim_dev,sluice_dev,$(DEV_RTL),$(SIM_FAST)))
SIM_TOP_SV := rtl/gen/sluice_pkg.sv $(filter-out rtl/gen/sluice_pkg.sv,$(filter %_pkg.sv,$(sort $(SIM_SV)))) $(filter-out %_pkg.sv,$(sort $(SIM_SV))) rtl/top/sluice_top.sv
$(eval $(call verilate,sim_top,sluice_top,$(SIM_TOP_SV),-Irtl/top $(PKA_VL_FLAGS)))
$(foreach m,sim_dev $(SIM_MODELS) sim_top,$(BUILD)/vl/$(m)/V$(m)__ALL.a): $(wildcard rtl/*/*.svh)

# Two lanes of aead and mac, small slots; pka, ecc and chacha left out: -GLanes=32'h00111122 -GEngineMask=6'b100011
TOP_LANES_FLAGS := -Irtl/top -GLanes=1118498 -GEngineMask="6'h23" -GNumSessions=16 -GNumSecrets=32
$(eval $(call rtl_bench,top_lanes,sluice_top,$(SIM_TOP_SV),sim/tb/sluice_top/lanes_tb.cpp sim/tb/kdf_engine/ref.cpp,$(TOP_LANES_FLAGS),-DSLUICE_BUS_BYTES=16))
$(BUILD)/vl/top_lanes/Vtop_lanes__ALL.a: VL_OPT := -O1
$(BUILD)/bench/top_lanes: sim/tb/sluice_dev/host.h sim/tb/kdf_engine/ref.h sim/bridge/axi_mem.h common/gen/sluice_regs.h

# the fast library is compiled twice, with a run between
BUILD_FIRST += $(BUILD)/lib/libsluice_sim.so $(foreach m,sim_top top_lanes sluice_dev_512 sluice_dev_lanes sluice_dev_256 sluice_dev,$(BUILD)/vl/$(m)/V$(m)__ALL.a)

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
$(eval $(call sim_lib,$(SIM_LIB),board_split,sim_dev $(SIM_MODELS)))
$(eval $(call sim_lib,$(SIM_WHOLE),board_whole,sim_top))

# The training run: the library with counters under the bench of its speed.
SIM_TRAIN := $(BUILD)/vl/train/libsluice_sim.so
$(SIM_TRAIN): sim/bridge/sluice_sim.cpp sim/bridge/board_split.cpp sim/bridge/exports.map $(SIM_HDR) $(foreach m,sim_dev $(SIM_MODELS),$(BUILD)/vl/train/$(m)/V$(m)__ALL.a) $(BUILD)/vl/verilated.a
	$(Q)$(CLANGXX) -std=c++17 -O1 -march=$(VL_ARCH) -fPIC -shared -fprofile-instr-generate -I. $(foreach m,sim_dev $(SIM_MODELS),-I$(BUILD)/vl/$(m)) $(VL_INC) -DVM_TRACE=0 \
	  -Wl,--version-script=sim/bridge/exports.map -o $@ $(filter %.cpp %.a,$^) -lpthread
$(BUILD)/vl/train/all.profraw: $(SIM_TRAIN) $(BUILD)/bench/bench_sim
	$(call say,TRAIN,libsluice_sim)
	$(Q)LLVM_PROFILE_FILE=$@ $(BUILD)/bench/bench_sim $(SIM_TRAIN) 16 > $(@D)/train.log || { cat $(@D)/train.log; exit 1; }

# ---- what stands on the libraries ---------------------------------------------------------------------------------------------------
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

# Agreement of the separately ticked device, the single whole model and the golden model
$(eval $(call sim_program,$(BUILD)/test/cosim,tests/cosim/cosim.cpp))
$(BUILD)/test/cosim: $(BUILD)/vl/verilated.a
TESTS += cosim|cosim|$(BUILD)/test/cosim $(SIM_LIB) $(SIM_WHOLE) $(BUILD)/lib/libsluice_model.so
TEST_DEPS += $(BUILD)/test/cosim $(SIM_LIB) $(SIM_WHOLE) $(BUILD)/lib/libsluice_model.so

TESTS += rtl|sluice_dev_seed2|$(BUILD)/bench/sluice_dev --seed 2

# Proof of the index logic, and static checks of the front end
TESTS += rtl|dma_formal|rtl/dma/formal.sh $(BUILD)/formal/dma
.PHONY: lint-dma-formal
lint-dma-formal: ## Ring indexes of the queues by induction
	$(call say,PROVE,ring indexes of the queues)
	$(Q)rtl/dma/formal.sh $(BUILD)/formal/rings rings
LINTS += lint-dma-formal
.PHONY: lint-dev-rtl
lint-dev-rtl: $(DEV_RTL) ## Verilator and yosys read the front end; no path from an input of it to an output
	$(call say,LINT,sluice_dev)
	$(Q)$(VERILATOR) --lint-only -Wall -Irtl/common -Irtl/gen $(wildcard rtl/lint/verilator.vlt) --top-module sluice_dev $(DEV_RTL)
	$(Q)for g in -GBusW=256 "-GBusW=512 -GLanes=32'h00111224" "-GNumEngines=6 -GEngineMask=6'h3f -GNumQueues=64" "-GNumEngines=6 -GEngineMask=6'h37" "-GNumEngines=2 -GEngineMask=2'h3"; do \
	  $(VERILATOR) --lint-only -Wall -Irtl/common -Irtl/gen $(wildcard rtl/lint/verilator.vlt) $$g --top-module sluice_dev $(DEV_RTL) || exit 1; done
	$(Q)$(VERILATOR) --lint-only -Wall --unroll-count 256 -Irtl/common -Irtl/gen -Irtl/top $(wildcard rtl/lint/verilator.vlt) --top-module sluice_top $(SIM_TOP_SV)
	$(Q)mkdir -p $(BUILD)/lint && yosys -q -l $(BUILD)/lint/sluice_dev.log -p "read_verilog -sv -Irtl/common $(DEV_RTL); hierarchy -check -top sluice_dev; proc; check -assert; \
	  flatten; opt_clean; select -assert-none o:* %ci*:-\$$dff i:* i:clk_i i:rst_ni %u %d %i"
	$(Q)yosys -q -l $(BUILD)/lint/sluice_dev_512.log -p "read_verilog -sv -Irtl/common $(DEV_RTL); chparam -set BusW 512 -set NumQueues 4 sluice_dev; hierarchy -check -top sluice_dev; proc; \
	  check -assert; flatten; opt_clean; select -assert-none o:* %ci*:-\$$dff i:* i:clk_i i:rst_ni %u %d %i"
LINTS += lint-dev-rtl
