# X.509: our certificates and theirs, with certification authorities that the tests make.
CP_CERT_SRC := $(addprefix control/cert/,cert_load.c cert_store.c)
CP_PKI_SRC := tests/unit/control/cert/pki.c
$(eval $(call unit_test,control/cert_store,tests/unit/control/cert/test_cert_store.c $(CP_PKI_SRC) $(CP_CERT_SRC) common/wr.c,,-lcrypto))
