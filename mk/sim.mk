# The device: front end and whole top, their benches, and the simulation libraries.
DEV_RTL := rtl/gen/sluice_pkg.sv rtl/gen/sluice_csr.sv $(wildcard rtl/common/*.sv) $(wildcard rtl/dma/*.sv) \
  $(addprefix rtl/top/,sluice_lite.sv sluice_regs.sv sluice_seq.sv sluice_dev.sv)
DEV_TB := $(wildcard sim/tb/sluice_dev/*.sv)

$(eval $(call rtl_bench,sluice_dev,dev_loop,$(DEV_RTL) $(DEV_TB),sim/tb/sluice_dev/test_sluice_dev.cpp))
$(BUILD)/bench/sluice_dev: $(wildcard sim/tb/sluice_dev/*.h) sim/bridge/axi_mem.h common/gen/sluice_regs.h
