# Public-key work, ML-KEM, tickets and session stores: tests.
$(eval $(call unit_test,control/pka_ops,tests/unit/control/test_pka_ops.c $(CP_PKA_SOFT_SRC) control/handshake/hs_digest.c common/rd.c common/wr.c,,-lcrypto))
$(eval $(call unit_test,control/pka_kex,tests/unit/control/test_pka_kex.c $(CP_PKA_SOFT_SRC) control/handshake/hs_digest.c common/rd.c common/wr.c,,-lcrypto))
$(eval $(call unit_test,control/mlkem,tests/unit/control/test_mlkem.c $(MLKEM_SRC),,-lcrypto))
$(eval $(call unit_test,control/mlkem_poly,tests/unit/control/test_mlkem_poly.c control/mlkem/mlkem_hash.c,,-lcrypto))
# The build that is not taken is compiled too: it must not rot.
ALL += $(call objs,rel,control/mlkem/mlkem_libcrypto.c)
# Constant time: under valgrind every secret is undefined; a branch or an index that depends on one is an error. -O3 as in the product.
$(eval $(call program,$(BUILD)/test/control/mlkem_ct,rel,tests/unit/control/test_mlkem_ct.c,$(if $(filter x86_64,$(shell uname -m)),-march=x86-64-v3),-lcrypto))
TESTS += unit|control/mlkem_ct|valgrind -q $(BUILD)/test/control/mlkem_ct
TEST_DEPS += $(BUILD)/test/control/mlkem_ct
$(eval $(call unit_test,control/ticket,tests/unit/control/test_ticket.c control/session/ticket.c control/session/ticket_file.c,,-lcrypto))
$(eval $(call unit_test,control/once,tests/unit/control/test_once.c control/session/once.c))
$(eval $(call unit_test,control/client_store,tests/unit/control/test_client_store.c control/session/client_store.c))
BENCH_DEPS += $(BUILD)/bench/bench_pka
# Microseconds per operation: docs/adr/0004.
$(eval $(call program,$(BUILD)/bench/bench_pka,rel,tests/bench/bench_pka.c $(CP_PKA_SOFT_SRC) control/handshake/hs_digest.c common/rd.c common/wr.c,,-luv -lcrypto))
$(eval $(call unit_test,control/pka,tests/unit/control/test_pka.c $(CP_PKA_SRC) control/handshake/hs_digest.c $(CP_COMMON_SRC),,-luv -lcrypto))
$(eval $(call unit_test,control/pka_threads,tests/unit/control/test_pka_threads.c control/pka/pka_threads.c,,-luv))
$(eval $(call unit_test,control/pka_card,tests/unit/control/test_pka_card.c $(CP_PKA_SRC) control/handshake/hs_digest.c $(CP_COMMON_SRC),,-luv -lcrypto))
$(eval $(call fuzz_target,pka,tests/fuzz/fuzz_pka.c $(CP_PKA_SOFT_SRC) control/handshake/hs_digest.c control/session/ticket.c control/session/ticket_file.c common/rd.c common/wr.c,,-lcrypto))
# ML-KEM against an independent implementation, which pip fetches: not part of `make test`, which works without a network.
$(eval $(call program,$(BUILD)/test/control/mlkem_cross,rel,tests/unit/control/mlkem_cross.c $(MLKEM_SRC),,-lcrypto))
.PHONY: mlkem-cross
$(BUILD)/mlkem-cross/.fetched: tests/unit/control/mlkem_cross.txt
	$(call say,PIP,$@)
	$(Q)$(PYTHON) -m pip install -q --no-deps --require-hashes --target $(@D) -r $< && touch $@
mlkem-cross: $(BUILD)/test/control/mlkem_cross $(BUILD)/mlkem-cross/.fetched ## ML-KEM-768 against an independent implementation
	$(Q)PYTHONPATH=$(BUILD)/mlkem-cross $(PYTHON) tests/unit/control/mlkem_cross.py $<
