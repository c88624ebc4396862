# The program sluice-dp, from the sources that dataplane.mk and net.mk list.
DP_SRCS := $(addprefix dataplane/,main.c worker.c worker_rest.c worker_setup.c worker_events.c config.c) dataplane/proxy/proxy.c dataplane/proxy/proxy_leg.c $(DP_ENGINE_SRCS) $(DP_TLS_SRCS) $(DP_CTL_SRCS)

$(eval $(call program,$(BUILD)/bin/sluice-dp,rel,$(DP_SRCS) $(NET_SRCS) $(TCP_SRCS) $(PORT_SRCS) $(COMMON_SRCS),$$(DPDK_CFLAGS),$$(DPDK_LIBS) $(DP_CRYPTO_LIBS) -lpthread -ldl))
ALL += $(BUILD)/bin/sluice-dp
