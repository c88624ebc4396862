# X.509: our certificates and theirs, with certification authorities that the tests make.
CP_CERT_SRC := $(addprefix control/cert/,allow.c cert_load.c cert_store.c cert_issuer.c ocsp.c peer.c peer_look.c trust.c trust_set.c verify.c)
CP_PKI_SRC := tests/unit/control/cert/pki.c common/rd.c common/wr.c common/tls.c
$(eval $(call unit_test,control/cert_store,tests/unit/control/cert/test_cert_store.c $(CP_PKI_SRC) $(CP_CERT_SRC),,-lcrypto))
$(eval $(call unit_test,control/verify,tests/unit/control/cert/test_verify.c $(CP_PKI_SRC) $(CP_CERT_SRC),,-lcrypto))
$(eval $(call unit_test,control/trust,tests/unit/control/cert/test_trust.c $(CP_PKI_SRC) $(CP_CERT_SRC),,-lcrypto))

# With libuv: verification on the pool, OCSP, staples.
CP_CERT_UV_SRC := $(addprefix control/cert/,crl_watch.c lru.c ocsp_client.c ocsp_fetch.c ocsp_http.c ocsp_query.c peer_cache.c staple_file.c stapler.c stapler_item.c verifier.c)
CP_CERT_TEST_SRC := tests/unit/control/cert/responder.c $(CP_PKI_SRC) $(CP_CERT_SRC) $(CP_CERT_UV_SRC) common/log.c
$(eval $(call unit_test,control/verifier,tests/unit/control/cert/test_verifier.c $(CP_CERT_TEST_SRC),,-luv -lcrypto))

# What the servers behind are told.
$(eval $(call unit_test,control/proxy2,tests/unit/control/test_proxy2.c control/proxy2.c common/wr.c common/tls.c))
$(eval $(call unit_test,control/stapler,tests/unit/control/cert/test_stapler.c $(CP_CERT_TEST_SRC),,-luv -lcrypto))
$(eval $(call unit_test,control/ocsp_http,tests/unit/control/cert/test_ocsp_http.c control/cert/ocsp_http.c,,-lcrypto))
$(eval $(call fuzz_target,peer_verify,tests/fuzz/fuzz_peer_verify.c $(CP_PKI_SRC) $(CP_CERT_SRC),,-lcrypto))
$(eval $(call fuzz_target,ocsp_http,tests/fuzz/fuzz_ocsp_http.c $(CP_PKI_SRC) $(CP_CERT_SRC) control/cert/ocsp_http.c,,-lcrypto))
