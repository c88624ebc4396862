# The control plane: sluice-cp, sluicectl, their tests.
CP_HS_SRC := $(wildcard control/handshake/*.c) control/session/session_cache.c control/cert/cert_load.c control/cert/cert_store.c
CP_COMMON_SRC := common/rd.c common/wr.c common/tls.c common/ipc.c common/chan.c
CP_PEER_SRC := tests/unit/control/tls_peer.c control/pka/pka_soft.c $(CP_HS_SRC) $(CP_COMMON_SRC)

$(eval $(call unit_test,control/hs_libssl,tests/unit/control/test_hs_libssl.c $(CP_PEER_SRC),,-lssl -lcrypto -lck))
