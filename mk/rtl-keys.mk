# Secret store, engine kdf and the generator of random numbers: models, benches, checks.
KDF_ENGINE_SV := rtl/gen/sluice_pkg.sv rtl/keys/kdf_pkg.sv rtl/keys/kdf_rom_pkg.sv rtl/aes/aes_key_expand.sv rtl/aes/aes_iter.sv \
  $(addprefix rtl/sha/,sha1_core.sv sha256_core.sv sha512_core.sv hash_unit.sv) rtl/mac/hmac_unit.sv \
  $(addprefix rtl/keys/,secret_lane.sv secret_store.sv kdf_rom.sv kdf_selftest_rom.sv kdf_hmac.sv kdf_seq.sv kdf_wrap.sv kdf_engine.sv)
KDF_TB := $(addprefix sim/tb/kdf_engine/,kdf_engine_tb.cpp ref.cpp chains.cpp refusals.cpp random.cpp faults.cpp)

# The bench's store is small, so that resets are short and slots are taken over often.
$(eval $(call rtl_bench,kdf_engine,kdf_engine,$(KDF_ENGINE_SV),$(KDF_TB),-GNumSecrets=32))
$(BUILD)/bench/kdf_engine: $(wildcard sim/tb/kdf_engine/*.h) $(wildcard sim/bridge/*.h) common/gen/sluice_regs.h
$(BUILD)/vl/kdf_engine/Vkdf_engine__ALL.a: $(wildcard rtl/aes/*.svh)

.PHONY: keys-rom lint-keys lint-keys-ct
keys-rom: ## Scripts, labels and self test of engine kdf
	$(call say,GEN,rtl/keys)
	$(Q)$(PYTHON) -B rtl/keys/gen_rom.py
	$(Q)$(PYTHON) -B rtl/keys/gen_selftest.py
GENERATED += keys-rom
lint-keys: ## Verilator and yosys read engine kdf; no path from an input of its port to an output
	$(call say,LINT,rtl/keys)
	$(Q)$(PYTHON) -B rtl/keys/gen_rom.py --check
	$(Q)$(PYTHON) -B rtl/keys/gen_selftest.py --check
	$(Q)$(VERILATOR) --lint-only -Wall --assert --unroll-count 256 -Irtl/common --top-module kdf_engine $(wildcard rtl/lint/verilator.vlt) $(KDF_ENGINE_SV)
	$(Q)yosys -q -p 'read_verilog -sv -I. -Irtl/common $(KDF_ENGINE_SV); chparam -set NumSecrets 4 kdf_engine; hierarchy -check -top kdf_engine; proc; check -assert; flatten; opt_clean; select -assert-none o:* %ci*:-$$dff i:* i:clk_i %d %i'
lint-keys-ct: ## No secret on its way to the host but through an HMAC or the cipher; times that depend on none
	$(call say,PROVE,no way out of the secret store)
	@mkdir -p $(BUILD)
	$(Q)$(PYTHON) -B rtl/lint/cones.py rtl/keys/ct_checks.py > $(BUILD)/lint-keys-ct.log || { cat $(BUILD)/lint-keys-ct.log; exit 1; }
.PHONY: lint-keys-formal
lint-keys-formal: ## No slot answers under another name, by k-induction
	$(call say,PROVE,slots of the secret store)
	$(Q)sh rtl/keys/formal.sh $(BUILD)/formal-keys > $(BUILD)/formal-keys.log || { cat $(BUILD)/formal-keys.log; exit 1; }
LINTS += lint-keys lint-keys-ct lint-keys-formal

# ---- generator of random numbers
DRBG_SV := rtl/aes/aes_key_expand.sv rtl/aes/aes_iter.sv $(addprefix rtl/drbg/,drbg_health.sv drbg_core.sv drbg.sv)
# a short interval, so that the bench sees many reseeds
$(eval $(call rtl_bench,drbg,drbg,$(DRBG_SV),sim/tb/drbg/drbg_tb.cpp,-GInterval=20))
$(BUILD)/vl/drbg/Vdrbg__ALL.a: $(wildcard rtl/aes/*.svh)

.PHONY: lint-drbg
lint-drbg: ## Verilator and yosys read the generator; its known answer; no path from an input to an output
	$(call say,LINT,rtl/drbg)
	$(Q)$(PYTHON) -B rtl/drbg/kat.py --check
	$(Q)$(VERILATOR) --lint-only -Wall --assert --unroll-count 256 -Irtl/common --top-module drbg $(wildcard rtl/lint/verilator.vlt) $(DRBG_SV)
	$(Q)yosys -q -p 'read_verilog -sv -I. -Irtl/common $(DRBG_SV); hierarchy -check -top drbg; proc; check -assert; flatten; opt_clean; select -assert-none o:* %ci*:-$$dff i:* i:clk_i %d %i'
LINTS += lint-drbg
