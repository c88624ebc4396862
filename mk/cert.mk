# X.509: our certificates and theirs, with certification authorities that the tests make.
CP_CERT_SRC := $(addprefix control/cert/,allow.c cert_load.c cert_store.c ocsp.c peer.c peer_look.c trust.c trust_set.c verify.c)
CP_PKI_SRC := tests/unit/control/cert/pki.c common/rd.c common/wr.c common/tls.c
$(eval $(call unit_test,control/cert_store,tests/unit/control/cert/test_cert_store.c $(CP_PKI_SRC) $(CP_CERT_SRC),,-lcrypto))
$(eval $(call unit_test,control/verify,tests/unit/control/cert/test_verify.c $(CP_PKI_SRC) $(CP_CERT_SRC),,-lcrypto))
$(eval $(call unit_test,control/trust,tests/unit/control/cert/test_trust.c $(CP_PKI_SRC) $(CP_CERT_SRC),,-lcrypto))
