# The handshake machine on a plain socket, with a record layer of its own: for protocol test suites and its own tests.
HS_LIB_SRC := $(wildcard tests/lib/hs_*.c)
HS_RUNNER_SRC := $(wildcard tests/runner/*.c) $(HS_LIB_SRC) $(CP_PKA_SOFT_SRC) $(CP_HS_SRC) $(CP_COMMON_SRC)
HS_RUNNER_LIBS := -ljansson -lcrypto -lz
$(eval $(call program,$(BUILD)/test/hs_runner,asan,$(HS_RUNNER_SRC),,$(HS_RUNNER_LIBS)))
TEST_DEPS += $(BUILD)/test/hs_runner
