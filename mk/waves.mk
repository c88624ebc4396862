# Waves of one operation: a build of the device that can write them, beside the ordinary one.
OP ?= record_open
WAVES_BUILD := $(BUILD)/trace
.PHONY: waves
waves: ## Waves and GTKWave save files of one operation in build/waves (OP=record_open; OP=help lists them; CYCLES=0: no bound)
	$(Q)$(MAKE) --no-print-directory BUILD=$(WAVES_BUILD) TRACE=1 $(WAVES_BUILD)/lib/libsluice_sim.so $(WAVES_BUILD)/bench/waves
	$(Q)mkdir -p $(BUILD)/waves && rm -f $(BUILD)/waves/$(OP)_*
	$(Q)$(WAVES_BUILD)/bench/waves $(WAVES_BUILD)/lib/libsluice_sim.so $(BUILD)/waves/$(OP) $(OP) $(CYCLES)
	$(Q)$(PYTHON) -B sim/tb/sluice_top/gtkw.py $(BUILD)/waves/$(OP)_*.vcd
$(eval $(call sim_program,$(BUILD)/bench/waves,sim/tb/sluice_top/waves.cpp))
$(BUILD)/bench/waves: $(BUILD)/vl/verilated.a
