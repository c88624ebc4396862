# The control plane: sluice-cp, sluicectl, their tests.
CP_HS_SRC := $(wildcard control/handshake/*.c control/handshake/*/*.c) $(wildcard control/session/*.c) $(CP_CERT_SRC)
CP_COMMON_SRC := common/rd.c common/wr.c common/tls.c common/ipc.c common/chan.c common/log.c
CP_CONFIG_SRC := $(wildcard control/config*.c)
# ML-KEM-768: libcrypto's where it is new enough, our own otherwise; MLKEM=own or MLKEM=libcrypto decides (docs/adr/0005).
MLKEM ?= $(shell $(PKG_CONFIG) --atleast-version=3.5 libcrypto && echo libcrypto || echo own)
MLKEM_OWN_SRC := $(addprefix control/mlkem/,mlkem.c mlkem_poly.c mlkem_hash.c mlkem_random.c)
MLKEM_SRC := $(if $(filter libcrypto,$(MLKEM)),control/mlkem/mlkem_libcrypto.c control/mlkem/mlkem_random.c,$(MLKEM_OWN_SRC))
CP_PKA_SOFT_SRC := $(addprefix control/pka/,pka_soft.c pka_sig.c pka_const.c $(notdir $(wildcard control/pka/pka_kex*.c))) $(MLKEM_SRC)
CP_PKA_SRC := $(sort $(wildcard control/pka/*.c)) $(MLKEM_SRC) common/keyblob.c
CP_CONNS_SRC := $(wildcard control/conns*.c) control/keylog.c control/proxy2.c
CP_SRC := control/main.c control/app.c control/app_keys.c control/app_tickets.c control/sandbox.c $(CP_CONNS_SRC) control/dp_link.c $(wildcard control/manage/*.c) \
  $(CP_CONFIG_SRC) $(CP_PKA_SRC) $(CP_HS_SRC) $(CP_COMMON_SRC) $(CP_CERT_UV_SRC)
CP_LIBS := -luv -lcyaml -lyaml -lcrypto -lmicrohttpd -ljansson -lseccomp -lcap

$(eval $(call program,$(BUILD)/bin/sluice-cp,rel,$(CP_SRC),,$(CP_LIBS)))
$(eval $(call program,$(BUILD)/bin/sluicectl,rel,$(wildcard control/sluicectl/*.c) $(CP_CONFIG_SRC) $(CP_HS_SRC) $(CP_COMMON_SRC),,-lcyaml -lyaml -lcrypto -ljansson))
ALL += $(BUILD)/bin/sluice-cp $(BUILD)/bin/sluicectl

# The handshake machine with a libssl client in memory.
CP_PEER_LIB := tests/unit/control/tls_peer.c $(wildcard tests/lib/hs_*.c)
CP_PEER_SRC := $(CP_PEER_LIB) $(CP_PKA_SOFT_SRC) $(CP_HS_SRC) $(CP_COMMON_SRC)
$(eval $(call unit_test,control/hs_libssl,tests/unit/control/test_hs_libssl.c $(CP_PEER_SRC),,-lssl -lcrypto -lz))

# sluice-cp as a process, the test in the place of sluice-dp: the product's program, and one with ASan and UBSan.
$(eval $(call program,$(BUILD)/test/control/sluice-cp-asan,asan,$(CP_SRC),,$(CP_LIBS)))
$(eval $(call program,$(BUILD)/test/control/cp_process,asan,tests/unit/control/test_cp_process.c tests/unit/control/cp_config.c tests/unit/control/cp_manage.c tests/unit/control/cp_nap.c tests/unit/control/dp_peer.c control/sluicectl/http.c $(CP_PEER_SRC),,-lssl -lcrypto -lz -ljansson -lcmocka))
TESTS += unit|control/cp_process|$(BUILD)/test/control/cp_process $(BUILD)/bin/sluice-cp $(BUILD)/bin/sluicectl
TESTS += unit|control/cp_process_asan|$(BUILD)/test/control/cp_process $(BUILD)/test/control/sluice-cp-asan $(BUILD)/bin/sluicectl --no-sandbox
$(eval $(call program,$(BUILD)/test/control/cp_x509,asan,tests/unit/control/test_cp_x509.c tests/unit/control/dp_peer.c control/sluicectl/http.c tests/unit/control/cert/responder.c tests/unit/control/cert/pki.c $(CP_PEER_SRC),,-lssl -lcrypto -lz -ljansson -luv -lcmocka))
TESTS += unit|control/cp_x509|$(BUILD)/test/control/cp_x509 $(BUILD)/bin/sluice-cp
TESTS += unit|control/cp_x509_asan|$(BUILD)/test/control/cp_x509 $(BUILD)/test/control/sluice-cp-asan --no-sandbox
TEST_DEPS += $(BUILD)/test/control/cp_x509
TEST_DEPS += $(BUILD)/test/control/cp_process $(BUILD)/test/control/sluice-cp-asan $(BUILD)/bin/sluice-cp $(BUILD)/bin/sluicectl

# The table against the RFC, and the diagram of it.
$(eval $(call unit_test,control/handshake_table,tests/table/test_handshake_table.c $(CP_HS_SRC) $(CP_COMMON_SRC),,-lcrypto,table))
.PHONY: handshake-doc handshake-check
handshake-doc: $(BUILD)/test/control/handshake_table
	$(call say,GEN,docs/handshake.md)
	$(Q)$< --print > docs/handshake.md
GENERATED += handshake-doc
handshake-check: $(BUILD)/test/control/handshake_table
	$(call say,CHECK,docs/handshake.md)
	$(Q)$< --print | diff -u docs/handshake.md - || { echo "docs/handshake.md: differs; run 'make regs'"; exit 1; }
check-generated: handshake-check
$(eval $(call unit_test,control/hs_messages,tests/unit/control/test_hs_messages.c $(CP_PEER_SRC),,-lssl -lcrypto -lz))

# Fuzzers.
$(eval $(call fuzz_target,cp_ipc,tests/fuzz/fuzz_cp_ipc.c $(CP_PEER_LIB) $(filter-out control/main.c,$(CP_SRC)),,-lssl $(CP_LIBS) -lz))

$(eval $(call unit_test,control/session_cache,tests/unit/control/test_session_cache.c control/session/session_cache.c))
$(eval $(call unit_test,control/pka_soft,tests/unit/control/test_pka_soft.c $(CP_PKA_SOFT_SRC) control/handshake/hs_digest.c common/rd.c common/wr.c,,-lcrypto))
$(eval $(call unit_test,control/ks13,tests/unit/control/test_ks13.c control/handshake/tls13/ks13.c control/handshake/hs_digest.c common/wr.c,,-lcrypto))
$(eval $(call unit_test,control/ks12,tests/unit/control/test_ks12.c control/handshake/tls12/ks12.c control/handshake/hs_digest.c control/handshake/hs_suite.c common/wr.c,,-lcrypto))
$(eval $(call unit_test,control/sandbox,tests/unit/control/test_sandbox.c control/sandbox.c control/cert/ocsp_fetch.c control/cert/ocsp_http.c,,-lseccomp -lcap -luv -lcrypto))
$(eval $(call unit_test,control/conns,tests/unit/control/test_conns.c $(CP_CONNS_SRC) $(CP_CERT_UV_SRC) $(CP_CONFIG_SRC) $(filter-out $(CP_PKA_SOFT_SRC),$(CP_PKA_SRC)) $(CP_PEER_SRC),,-luv -lcyaml -lyaml -lssl -lcrypto -lz))
$(eval $(call unit_test,control/conns_slab,tests/unit/control/test_conns_slab.c $(CP_CONNS_SRC) $(CP_CERT_UV_SRC) $(CP_CONFIG_SRC) $(filter-out $(CP_PKA_SOFT_SRC),$(CP_PKA_SRC)) $(CP_PEER_SRC),,-luv -lcyaml -lyaml -lssl -lcrypto -lz))
$(eval $(call unit_test,control/config,tests/unit/control/test_config.c $(CP_CONFIG_SRC) $(CP_PEER_SRC),,-lssl -lcrypto -lz -lcyaml -lyaml))
$(eval $(call unit_test,control/hs_profile,tests/unit/control/test_hs_profile.c control/handshake/hs_profile.c control/handshake/hs_suite.c control/handshake/hs_names.c))
