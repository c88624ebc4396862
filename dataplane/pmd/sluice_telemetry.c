/*
 * The device on DPDK's telemetry socket:
 *   /sluice/state[,DEV]                   state, failures, resets, the device's error counters, completions by status
 *   /sluice/engines[,DEV]                 per engine: operations, bytes, busy cycles, utilisation in thousandths of the device's cycles
 *   /sluice/queues[,DEV]                  per queue pair and engine: descriptors in flight
 *   /sluice/fault,ENGINE,KIND[,DEV]       tests only: hang, flip or drop the next operation of an engine; refused unless the
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
	rte_tel_data_add_dict_u64(d, "queue_pair_resets", c.queue_pair_resets);
	rte_tel_data_add_dict_u64(d, "err_desc", c.err_desc);
	rte_tel_data_add_dict_u64(d, "err_dma", c.err_dma);
	rte_tel_data_add_dict_u64(d, "err_parity", c.err_parity);
#define STATUS(name, value, doc) rte_tel_data_add_dict_u64(d, "status_" #name, c.status[value]);
	SLUICE_STATUS_LIST(STATUS)
#undef STATUS
	return 0;
}

static int
engines(const char *cmd, const char *params, struct rte_tel_data *d)
{
	struct rte_pmd_sluice_counters c;
	uint8_t id;
	struct sluice_dev *dev = find(params, &id);

	(void)cmd;
	if (!dev || rte_pmd_sluice_counters_get(id, &c) != 0)
		return -ENODEV;
	rte_tel_data_start_dict(d);
	SLUICE_FOREACH_CLASS(dev, e) {
		struct rte_tel_data *one = rte_tel_data_alloc();

		if (!one)
			return -ENOMEM;
		rte_tel_data_start_dict(one);
		rte_tel_data_add_dict_u64(one, "ops", c.engine[e].ops);
		rte_tel_data_add_dict_u64(one, "bytes", c.engine[e].bytes);
		rte_tel_data_add_dict_u64(one, "failed", c.engine[e].failed);
		rte_tel_data_add_dict_u64(one, "busy_cycles", c.engine[e].busy_cycles);
		rte_tel_data_add_dict_u64(one, "utilisation", c.device_cycles ? c.engine[e].busy_cycles * 1000 / c.device_cycles : 0);
		rte_tel_data_add_dict_container(d, sluice_engine_name(e), one, 0);
	}
	return 0;
}

/* What is in flight changes while it is read: a worker's count of a moment ago. */
static int
queues(const char *cmd, const char *params, struct rte_tel_data *d)
{
	uint8_t id;
	struct sluice_dev *dev = find(params, &id);
	char name[32];

	(void)cmd;
	if (!dev)
		return -ENODEV;
	rte_tel_data_start_dict(d);
	for (unsigned int i = 0; i < dev->max_qps; i++) {
		const struct sluice_qp *qp = dev->qp[i];

		if (!qp)
			continue;
		SLUICE_FOREACH_CLASS(dev, e) {
			const struct sluice_hwq *q = &qp->hwq[e];
			uint32_t head = __atomic_load_n(&q->head, __ATOMIC_RELAXED), tail = __atomic_load_n(&q->tail, __ATOMIC_RELAXED);

			snprintf(name, sizeof(name), "qp%u_%s", i, sluice_engine_name(e));
			rte_tel_data_add_dict_u64(d, name, RTE_MIN(tail - head, q->size));
		}
	}
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
engine_id(const char *text)
{
	for (unsigned int e = 0; text && e < SLUICE_CLASSES; e++)
		if (strcmp(text, sluice_engine_name(e)) == 0)
			return (int)e;
	return -1;
}

static int
fault(const char *cmd, const char *params, struct rte_tel_data *d)
{
	static const char *const kinds[] = { "hang", "flip", "drop" };
	char text[64] = "", *rest = text;
	struct sluice_dev *dev;
	int engine, kind;
	uint8_t id;

	(void)cmd;
	if (params)
		snprintf(text, sizeof(text), "%s", params);
	engine = engine_id(strsep(&rest, ","));
	kind = word(strsep(&rest, ","), kinds, RTE_DIM(kinds));
	dev = find(rest, &id);
	rte_tel_data_start_dict(d);
	if (!dev || engine < 0 || kind < 0)
		rte_tel_data_add_dict_string(d, "error", "expected aead|mac|pka|ecc|chacha|kdf,hang|flip|drop[,device]");
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
	rte_telemetry_register_cmd("/sluice/engines", engines, "Work of a Sluice card's engines. Parameters: device (optional)");
	rte_telemetry_register_cmd("/sluice/queues", queues, "Depth of a Sluice card's queues. Parameters: device (optional)");
	rte_telemetry_register_cmd("/sluice/fault", fault,
		"Tests: damages the next operation. Parameters: aead|mac|pka|ecc|chacha|kdf,hang|flip|drop[,device]");
}
