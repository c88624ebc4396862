# The peer matrix: clients and servers that are not ours, in every version, suite and role they have.
$(eval $(call program,$(BUILD)/matrix/mbed_client,rel,tests/matrix/mbed_client.c,,-lmbedtls -lmbedx509 -lmbedcrypto))
$(eval $(call program,$(BUILD)/matrix/wolf_client,rel,tests/matrix/wolf_client.c,-Wno-strict-prototypes,-lwolfssl))
TEST_DEPS += $(BUILD)/matrix/mbed_client $(BUILD)/matrix/wolf_client

# The whole matrix on the soft engine; on the simulated card one row of each kind.
TESTS += e2e|matrix|$(PYTHON) -m pytest -q -p no:cacheprovider tests/matrix
