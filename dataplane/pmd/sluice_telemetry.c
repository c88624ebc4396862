/*
 * The device on DPDK's telemetry socket:
 *   /sluice/state[,DEV]                   state, failures, resets and the device's error counters
 *   /sluice/fault,ENGINE,KIND[,DEV]       tests only: hang, flip or drop the next operation of aead, mac or pka; refused unless the
 *                                         device was created with fault_inject=1
 * Commands run on telemetry's own thread; what they call may wait for registers, which no worker does.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_telemetry.h>

#include "dataplane/pmd/sluice_private.h"

/* The first Sluice device, or the one that `text` names by number; NULL when there is none. */
static struct sluice_dev *
find(const char *text, uint8_t *id)
{
	if (text && *text) {
		*id = (uint8_t)strtoul(text, NULL, 10);
		return sluice_dev_of(*id);
	}
	for (unsigned int i = 0; i < RTE_CRYPTO_MAX_DEVS; i++) {
		struct sluice_dev *dev = sluice_dev_of((uint8_t)i);

		*id = (uint8_t)i;
		if (dev)
			return dev;
	}
	return NULL;
}

static int
state(const char *cmd, const char *params, struct rte_tel_data *d)
{
	static const char *const names[] = { "running", "failed", "resetting" };
	struct rte_pmd_sluice_counters c;
	uint8_t id;
	struct sluice_dev *dev = find(params, &id);

	(void)cmd;
	if (!dev || rte_pmd_sluice_counters_get(id, &c) != 0)
		return -ENODEV;
	rte_tel_data_start_dict(d);
	rte_tel_data_add_dict_string(d, "state", names[RTE_MIN(sluice_state(dev), 2u)]);
	rte_tel_data_add_dict_u64(d, "device_cycles", c.device_cycles);
	rte_tel_data_add_dict_u64(d, "failures", c.failures);
	rte_tel_data_add_dict_u64(d, "timeouts", c.timeouts);
	rte_tel_data_add_dict_u64(d, "bad_completions", c.bad_completions);
	rte_tel_data_add_dict_u64(d, "resets", c.resets);
	rte_tel_data_add_dict_u64(d, "err_desc", c.err_desc);
	rte_tel_data_add_dict_u64(d, "err_dma", c.err_dma);
	rte_tel_data_add_dict_u64(d, "err_parity", c.err_parity);
	return 0;
}

/* The index of a word in a list, or -1. */
static int
word(const char *text, const char *const *list, unsigned int n)
{
	for (unsigned int i = 0; text && i < n; i++)
		if (strcmp(text, list[i]) == 0)
			return (int)i;
	return -1;
}

static int
fault(const char *cmd, const char *params, struct rte_tel_data *d)
{
	static const char *const engines[] = { "aead", "mac", "pka" };
	static const char *const kinds[] = { "hang", "flip", "drop" };
	char text[64] = "", *rest = text;
	struct sluice_dev *dev;
	int engine, kind;
	uint8_t id;

	(void)cmd;
	if (params)
		snprintf(text, sizeof(text), "%s", params);
	engine = word(strsep(&rest, ","), engines, RTE_DIM(engines));
	kind = word(strsep(&rest, ","), kinds, RTE_DIM(kinds));
	dev = find(rest, &id);
	rte_tel_data_start_dict(d);
	if (!dev || engine < 0 || kind < 0)
		rte_tel_data_add_dict_string(d, "error", "expected aead|mac|pka,hang|flip|drop[,device]");
	else if (!dev->fault_inject)
		rte_tel_data_add_dict_string(d, "error", "the device was not created with fault_inject=1");
	else if (rte_pmd_sluice_fault_inject(id, (uint8_t)engine, 1u << kind) != 0)
		rte_tel_data_add_dict_string(d, "error", "refused");
	else
		rte_tel_data_add_dict_string(d, "fault", "ok");
	return 0;
}

RTE_INIT(sluice_telemetry_init)
{
	rte_telemetry_register_cmd("/sluice/state", state, "Health of a Sluice card. Parameters: device (optional)");
	rte_telemetry_register_cmd("/sluice/fault", fault,
		"Tests: damages the next operation. Parameters: aead|mac|pka,hang|flip|drop[,device]");
}
