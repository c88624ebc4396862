# The crypto PMD (librte_crypto_sluice.so), the golden model of the device (libsluice_model.so) and their tests.
PMD_SRC := $(sort $(wildcard dataplane/pmd/*.c))
PMD_KEYBLOB := common/keyblob.c
PMD_FLAGS = $(DPDK_DRV_CFLAGS)
MODEL_SRC := $(filter-out sim/model/model_built.c sim/model/model_full.c,$(sort $(wildcard sim/model/*.c)))

PMD_LIB := $(BUILD)/lib/librte_crypto_sluice.so
# libsluice_model.so has the engines that the RTL has, libsluice_model_full.so those of the map
MODEL_LIB := $(BUILD)/lib/libsluice_model.so
MODEL_FULL := $(BUILD)/lib/libsluice_model_full.so
ALL += $(PMD_LIB) $(MODEL_FULL)
TEST_DEPS += $(PMD_LIB) $(MODEL_LIB) $(MODEL_FULL)

PMD_OBJS := $(call objs,rel,$(PMD_SRC),$$(PMD_FLAGS)) $(call objs,rel,$(PMD_KEYBLOB))
$(PMD_OBJS): | $(BUILD)/dpdk-src/.stamp
$(PMD_LIB): $(PMD_OBJS) dataplane/pmd/exports.map
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -shared -o $@ $(filter %.o,$^) -Wl,--version-script=dataplane/pmd/exports.map -Wl,-z,defs \
	  $(DPDK_LIBS) -lrte_bus_pci -lrte_bus_vdev -lcrypto -ldl -lpthread

MODEL_OBJS := $(call objs,rel,$(MODEL_SRC))
$(MODEL_LIB): $(call objs,rel,sim/model/model_built.c)
$(MODEL_FULL): $(call objs,rel,sim/model/model_full.c)
$(MODEL_LIB) $(MODEL_FULL): $(MODEL_OBJS)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -shared -o $@ $^ -lcrypto

# The driver's own objects linked into the tests, so that sanitizers see them.
PMD_TEST_LIBS = -Wl,--no-as-needed -lrte_bus_vdev -lrte_bus_pci -lrte_mempool_ring $(DPDK_LIBS) -lcrypto -ldl -lpthread
PMD_FUNC_SRC := $(sort $(wildcard tests/pmd/*.c))
$(eval $(call program,$(BUILD)/test/pmd_func,asan,$(PMD_SRC) $(PMD_FUNC_SRC),$$(PMD_FLAGS),$$(PMD_TEST_LIBS) -lcmocka,$(call objs,asan,$(PMD_KEYBLOB))))
$(call objs,asan,$(PMD_SRC),$$(PMD_FLAGS)): | $(BUILD)/dpdk-src/.stamp
CAVP := $(BUILD)/test/cavp.txt
$(CAVP): tests/pmd/cavp.py
	$(call say,GEN,$@)
	@mkdir -p $(@D)
	$(Q)$(PYTHON) -B $< $@
TEST_DEPS += $(CAVP)
TESTS += pmd|pmd/model|$(BUILD)/test/pmd_func --lib $(MODEL_LIB)
TESTS += pmd|pmd/model_full|$(BUILD)/test/pmd_func --cavp $(CAVP) --lib $(MODEL_FULL)
TEST_DEPS += $(BUILD)/test/pmd_func
TESTS += pmd|pmd/sim|$(BUILD)/test/pmd_func --slow --cavp $(CAVP) --lib $(BUILD)/lib/libsluice_sim.so
TEST_DEPS += $(BUILD)/lib/libsluice_sim.so

$(eval $(call fuzz_target,pmd_cpl,tests/fuzz/fuzz_pmd_cpl.c $(PMD_SRC) $(PMD_KEYBLOB),$$(PMD_FLAGS),$$(PMD_TEST_LIBS)))
$(call objs,fuzz,tests/fuzz/fuzz_pmd_cpl.c $(PMD_SRC),$$(PMD_FLAGS)): | $(BUILD)/dpdk-src/.stamp

$(eval $(call unit_test,pmd_bar,tests/unit/dataplane/pmd/test_bar.c $(PMD_SRC),$$(PMD_FLAGS),$$(PMD_TEST_LIBS),pmd))
$(BUILD)/test/pmd_bar: $(call objs,asan,$(PMD_KEYBLOB))

# DPDK's own benchmark on the driver as a plug-in.
TESTS += pmd|pmd/perf_model|tests/pmd/perf.sh $(PMD_LIB) $(MODEL_LIB)
TESTS += pmd|pmd/secondary|tests/pmd/secondary.sh $(PMD_LIB) $(MODEL_LIB)
TESTS += pmd|pmd/perf_sim|tests/pmd/perf.sh $(PMD_LIB) $(BUILD)/lib/libsluice_sim.so 100

$(foreach t,model kdf curves records front,$(eval $(call unit_test,sim_$(t),tests/unit/sim/model/test_$(t).c tests/unit/sim/model/rig.c sim/model/model_full.c $(MODEL_SRC) $(PMD_KEYBLOB),,-lcrypto)))
