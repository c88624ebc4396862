# DPDK's driver-side headers, which Debian does not package: fetched once per installed DPDK version from its source package.
# `make deps` calls the target; mk/dpdk-headers.sh does the work and says what to do when it cannot.
DPDK_DRV_HEADERS := lib/cryptodev/cryptodev_pmd.h lib/eal/include/dev_driver.h lib/eal/include/bus_driver.h \
  drivers/bus/vdev/bus_vdev_driver.h drivers/bus/pci/bus_pci_driver.h

.PHONY: dpdk-headers
dpdk-headers: ## Fetch DPDK's driver-side headers
	$(Q)mk/dpdk-headers.sh $(BUILD)/dpdk-src $(DPDK_DRV_HEADERS)

$(BUILD)/dpdk-src/.stamp: mk/dpdk-headers.sh mk/dpdk-headers.mk
	$(call say,FETCH,$(@D))
	$(Q)mk/dpdk-headers.sh $(@D) $(DPDK_DRV_HEADERS)
	$(Q)touch $@
