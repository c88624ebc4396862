# Set-up of the machine.
.PHONY: deps deps-list
deps: ## List and install missing packages, set hugepages, fetch DPDK's driver-side headers
	$(Q)mk/deps.sh $(BUILD)
	$(Q)$(MAKE) --no-print-directory dpdk-headers

deps-list: ## Only list the packages that are missing
	$(Q)mk/deps.sh $(BUILD) --list
