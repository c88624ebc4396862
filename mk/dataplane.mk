# sluice-dp: the dataplane's own folders; tcp/, net/ and port/ are in mk/tcp.mk.
DP_CRYPTO_SRCS := dataplane/own.c $(addprefix dataplane/crypto/,rec_alg.c soft.c soft_gcm.c soft_cbc.c)

$(eval $(call unit_test,dp_soft,tests/unit/dataplane/crypto/test_soft.c $(DP_CRYPTO_SRCS) common/wr.c common/rd.c,$$(DPDK_CFLAGS),$$(DPDK_LIBS) -lcrypto))
