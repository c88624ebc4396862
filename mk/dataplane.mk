# The dataplane's own folders and their tests; net/, tcp/ and port/ are in net.mk, pmd/ in pmd.mk, the program in sluice-dp.mk.
DP_CRYPTO_SRCS := dataplane/own.c $(addprefix dataplane/crypto/,rec_alg.c soft.c soft_lib.c soft_aead.c soft_cbc.c soft_mac.c soft_ssl3.c soft_stream.c soft_ssl2.c soft_deflate.c)
DP_CRYPTO_LIBS := -lcrypto -lz
DP_ENGINE_SRCS := $(DP_CRYPTO_SRCS) $(addprefix dataplane/crypto/,engines.c failover.c null.c fpga.c fpga_api.c cryptodev.c)
DP_TLS_SRCS := $(addprefix dataplane/tls/,rec_in.c rec_out.c tls_conn.c tls_ctl.c tls_rx.c tls_tx.c)
DP_CTL_SRCS := $(addprefix dataplane/ctl/,ctl.c ctl_msg.c ctl_pka.c ctl_server.c)

$(eval $(call unit_test,dp_soft,tests/unit/dataplane/crypto/test_soft.c $(DP_CRYPTO_SRCS) common/wr.c common/rd.c,$$(DPDK_CFLAGS),$$(DPDK_LIBS) $(DP_CRYPTO_LIBS)))
$(eval $(call unit_test,dp_rec_in,tests/unit/dataplane/tls/test_rec_in.c dataplane/tls/rec_in.c dataplane/crypto/rec_alg.c common/rd.c common/tls.c))
$(eval $(call unit_test,dp_rec_out,tests/unit/dataplane/tls/test_rec_out.c dataplane/tls/rec_out.c dataplane/crypto/rec_alg.c))
$(eval $(call unit_test,dp_tls_proxy,tests/unit/dataplane/proxy/test_tls_proxy.c tests/unit/dataplane/fake_tcp.c dataplane/proxy/proxy.c dataplane/proxy/proxy_leg.c dataplane/config.c $(DP_TLS_SRCS) $(DP_CRYPTO_SRCS) $(COMMON_SRCS),$$(DPDK_CFLAGS),$$(DPDK_LIBS) $(DP_CRYPTO_LIBS)))
$(eval $(call unit_test,dp_tls_hostile,tests/unit/dataplane/proxy/test_tls_hostile.c tests/unit/dataplane/fake_tcp.c dataplane/proxy/proxy.c dataplane/proxy/proxy_leg.c dataplane/config.c $(DP_TLS_SRCS) $(DP_CRYPTO_SRCS) $(COMMON_SRCS),$$(DPDK_CFLAGS),$$(DPDK_LIBS) $(DP_CRYPTO_LIBS)))
$(eval $(call unit_test,dp_failover,tests/unit/dataplane/crypto/test_failover.c dataplane/crypto/failover.c $(DP_CRYPTO_SRCS) $(COMMON_SRCS),$$(DPDK_CFLAGS),$$(DPDK_LIBS) $(DP_CRYPTO_LIBS)))
DP_WORLD_SRCS := tests/unit/dataplane/fake_tcp.c dataplane/proxy/proxy.c dataplane/proxy/proxy_leg.c dataplane/config.c $(DP_TLS_SRCS) $(DP_CTL_SRCS) $(DP_CRYPTO_SRCS) $(COMMON_SRCS)
$(eval $(call unit_test,dp_ctl,tests/unit/dataplane/ctl/test_ctl.c $(DP_WORLD_SRCS),$$(DPDK_CFLAGS),$$(DPDK_LIBS) $(DP_CRYPTO_LIBS)))
$(eval $(call fuzz_target,rec_in,tests/fuzz/fuzz_rec_in.c dataplane/crypto/null.c $(DP_WORLD_SRCS),$$(DPDK_CFLAGS),$$(DPDK_LIBS) $(DP_CRYPTO_LIBS) -lcmocka))
$(eval $(call fuzz_target,dp_ipc,tests/fuzz/fuzz_dp_ipc.c $(DP_WORLD_SRCS),$$(DPDK_CFLAGS),$$(DPDK_LIBS) $(DP_CRYPTO_LIBS) -lcmocka))
$(eval $(call unit_test,dp_cryptodev,tests/unit/dataplane/crypto/test_cryptodev.c dataplane/crypto/cryptodev.c dataplane/crypto/failover.c $(DP_CRYPTO_SRCS) $(COMMON_SRCS),$$(DPDK_CFLAGS),$$(DPDK_LIBS) -lrte_bus_vdev $(DP_CRYPTO_LIBS)))
$(eval $(call unit_test,dp_counters,tests/unit/dataplane/test_counters.c))
