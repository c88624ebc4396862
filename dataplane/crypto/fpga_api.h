/*
 * The functions of the card's driver, found in the plug-in that EAL loaded (-d
 * librte_crypto_sluice.so): sluice-dp runs without it, too.
 */
#ifndef SLUICE_DATAPLANE_CRYPTO_FPGA_API_H
#define SLUICE_DATAPLANE_CRYPTO_FPGA_API_H

#include "dataplane/pmd/rte_pmd_sluice.h"

struct fpga_api {
	__typeof__(&rte_pmd_sluice_tls_session_create) session_create;
	__typeof__(&rte_pmd_sluice_tls_session_destroy) session_destroy;
	__typeof__(&rte_pmd_sluice_info_get) info_get;
	__typeof__(&rte_pmd_sluice_state) state;
	__typeof__(&rte_pmd_sluice_counters_get) counters_get;
	__typeof__(&rte_pmd_sluice_device_reset) device_reset;
};

/* 0, -ENOENT when the driver is not loaded, -ENOSYS when it is another version. */
int fpga_api_load(struct fpga_api *api);

#endif
