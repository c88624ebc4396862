# Programs of `make bench` beside the RTL benches; tests/bench/run.py runs them. Read after net.mk and sluice-dp.mk, whose lists it uses.
BENCH_RING_SRCS := $(addprefix tests/bench/,bench_ring.c gen.c gen_cp.c gen_verify.c) $(filter-out dataplane/main.c,$(DP_SRCS))

$(eval $(call program,$(BUILD)/bench/bench_ring,rel,$(BENCH_RING_SRCS) $(NET_SRCS) $(TCP_SRCS) $(PORT_SRCS) $(COMMON_SRCS),$$(DPDK_CFLAGS),\
  $$(DPDK_LIBS) -lrte_net_ring -lrte_mempool_ring -lcrypto -lz -lpthread -ldl))
BENCH_DEPS += $(BUILD)/bench/bench_ring

# The client of the handshake figures.
$(eval $(call program,$(BUILD)/bench/resume,rel,tests/bench/resume.c,,-lssl -lcrypto))
BENCH_DEPS += $(BUILD)/bench/resume

# The simulated device, operation by operation.
ifdef SIM_LIB
$(eval $(call sim_program,$(BUILD)/bench/bench_ops,sim/tb/sluice_top/bench_ops.cpp))
$(eval $(call sim_program,$(BUILD)/bench/bench_load,sim/tb/sluice_top/bench_load.cpp))
$(BUILD)/bench/bench_ops $(BUILD)/bench/bench_load: $(BUILD)/vl/verilated.a
BENCH_DEPS += $(BUILD)/bench/bench_ops $(BUILD)/bench/bench_load
TESTS += rtl|bench_load|$(BUILD)/bench/bench_load $(SIM_LIB) check
TEST_DEPS += $(BUILD)/bench/bench_load
endif

# Engines by themselves, and plots of their figures.
BENCH_DEPS += $(BUILD)/bench/tb_mac_lane
.PHONY: plots
plots: ## Plots (SVG) of the last `make bench`, in build/bench/plots
	$(Q)$(PYTHON) -B tests/bench/plot.py --json $(BUILD)/bench.json --out $(BUILD)/bench/plots
TESTS += unit|bench_plot|$(PYTHON) -B -m pytest -q -p no:cacheprovider tests/bench/test_plot.py
