# The lab's impaired wire.
$(eval $(call program,$(BUILD)/bin/sluice-relay,rel,tests/lab/relay.c,,))
ALL += $(BUILD)/bin/sluice-relay
