/* Known answers by which the driver finds out what records a card can open: see sluice_probe.c. */
#ifndef SLUICE_PROBE_H
#define SLUICE_PROBE_H

#include <stdint.h>

#include "dataplane/pmd/rte_pmd_sluice.h"

#define SLUICE_PROBE_RECORDS 15
#define SLUICE_PROBE_TEXT "probe"
#define SLUICE_PROBE_TYPE 23
/* byte i of the key is i; of the IV 0x40 + i; of the MAC key 0x80 + i */
#define SLUICE_PROBE_KEY 0x00
#define SLUICE_PROBE_IV 0x40
#define SLUICE_PROBE_MAC 0x80

struct sluice_probe_record {
	enum rte_pmd_sluice_tls_alg alg;
	enum rte_pmd_sluice_tls_version ver;
	uint8_t etm, len;
	uint8_t bytes[96];
};
extern const struct sluice_probe_record sluice_probe_records[SLUICE_PROBE_RECORDS];

#endif
