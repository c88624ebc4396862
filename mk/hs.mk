# The handshake machine on a plain socket, with a record layer of its own: for protocol test suites and its own tests.
HS_LIB_SRC := $(wildcard tests/lib/hs_*.c)
HS_RUNNER_SRC := $(wildcard tests/runner/*.c) $(HS_LIB_SRC) $(CP_PKA_SOFT_SRC) $(CP_HS_SRC) $(CP_COMMON_SRC)
HS_RUNNER_LIBS := -ljansson -lcrypto -lz
$(eval $(call program,$(BUILD)/test/hs_runner,asan,$(HS_RUNNER_SRC),,$(HS_RUNNER_LIBS)))
TEST_DEPS += $(BUILD)/test/hs_runner
TESTS += $(foreach t,ssl2 ssl3 server12 v2_hello client,e2e|interop_$(t)|BUILD=$(BUILD) $(PYTHON) -m pytest -q -p no:cacheprovider tests/interop/test_$(t).py)

# TLS 1.3's server with libssl clients in memory.
S13_WORLD_SRC := tests/unit/control/s13_world.c tests/unit/control/s13_hello.c tests/unit/control/cert/pki.c $(HS_LIB_SRC) $(CP_PKA_SOFT_SRC) $(CP_HS_SRC) $(CP_COMMON_SRC)
$(eval $(call unit_test,control/s13,tests/unit/control/test_s13.c $(S13_WORLD_SRC),,-lssl $(HS_RUNNER_LIBS)))

# The server of SSL 3.0 to TLS 1.2 with libssl clients in memory.
S12_WORLD_SRC := tests/unit/control/s12_world.c $(HS_LIB_SRC) $(CP_PKA_SOFT_SRC) $(CP_HS_SRC) $(CP_COMMON_SRC)
$(eval $(call unit_test,control/s12_libssl,tests/unit/control/test_s12_libssl.c $(S12_WORLD_SRC),,-lssl -lcrypto -lz))
$(eval $(call unit_test,control/s12_again,tests/unit/control/test_s12_again.c $(S12_WORLD_SRC),,-lssl -lcrypto -lz))
$(eval $(call unit_test,control/s13_sessions,tests/unit/control/test_s13_sessions.c $(S13_WORLD_SRC),,-lssl $(HS_RUNNER_LIBS)))
$(eval $(call unit_test,control/s13_hello,tests/unit/control/test_s13_hello.c $(S13_WORLD_SRC),,-lssl $(HS_RUNNER_LIBS)))
$(eval $(call unit_test,control/s13_again,tests/unit/control/test_s13_again.c $(S13_WORLD_SRC),,-lssl $(HS_RUNNER_LIBS)))
$(eval $(call unit_test,control/s13_flight,tests/unit/control/test_s13_flight.c $(S13_WORLD_SRC),,-lssl $(HS_RUNNER_LIBS)))
$(eval $(call unit_test,control/s12_faults,tests/unit/control/test_s12_faults.c $(S12_WORLD_SRC),,-lssl -lcrypto -lz))

# Fuzzers of the machine in both roles.
HS_FUZZ_SRC := tests/fuzz/hs_fuzz.c tests/unit/control/cert/pki.c $(HS_LIB_SRC) $(CP_PKA_SOFT_SRC) $(CP_HS_SRC) $(CP_COMMON_SRC)
$(eval $(call fuzz_target,hs_pair,tests/fuzz/fuzz_hs_pair.c $(HS_FUZZ_SRC),,-lcrypto -lz))
$(eval $(call fuzz_target,handshake,tests/fuzz/fuzz_handshake.c $(HS_FUZZ_SRC),,-lcrypto -lz))
$(eval $(call fuzz_target,hello,tests/fuzz/fuzz_hello.c $(HS_FUZZ_SRC),,-lcrypto -lz))
$(eval $(call fuzz_target,s13,tests/fuzz/fuzz_s13.c tests/unit/control/cert/pki.c $(CP_PKA_SOFT_SRC) $(CP_HS_SRC) $(CP_COMMON_SRC),,-lcrypto -lz))
$(eval $(call unit_test,control/ssl2,tests/unit/control/test_ssl2.c $(HS_FUZZ_SRC),,-lcrypto -lz))
$(eval $(call unit_test,control/hs_pair,tests/unit/control/test_hs_pair.c $(filter-out tests/fuzz/hs_fuzz.c,$(HS_FUZZ_SRC)),,-lcrypto -lz))
