/* The functions of rte_pmd_sluice.h that concern the device: state, counters, faults, reset. Sessions are in sluice_tls.c. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "dataplane/pmd/sluice_private.h"

struct sluice_dev *
sluice_dev_of(uint8_t dev_id)
{
	struct rte_cryptodev *cdev;

	if (!rte_cryptodev_is_valid_dev(dev_id))
		return NULL;
	cdev = rte_cryptodev_pmd_get_dev(dev_id);
	return cdev && cdev->dev_ops == &sluice_ops ? cdev->data->dev_private : NULL;
}

int
rte_pmd_sluice_info_get(uint8_t dev_id, struct rte_pmd_sluice_info *info)
{
	static const uint32_t offset[] = { SLUICE_REG_MAP_VERSION, SLUICE_REG_MAP_HASH,
		SLUICE_REG_SELFTEST_DONE, SLUICE_REG_SELFTEST_PASS };
	struct sluice_dev *dev = sluice_dev_of(dev_id);
	uint32_t v[RTE_DIM(offset)];

	if (!dev)
		return -ENODEV;
	if (!info)
		return -EINVAL;
	dev->t->ops->reg_readv(dev->t, offset, v, RTE_DIM(offset));
	*info = (struct rte_pmd_sluice_info){ .map_version = v[0], .map_hash = v[1],
		.max_queue_pairs = dev->max_qps, .key_slots = dev->nb_keys - dev->asym_slots,
		.sessions = dev->nb_sessions, .max_segments = SLUICE_MAX_SEGMENTS,
		.simulated = dev->t->ops->sim_ns != NULL,
		.selftest_done = (uint8_t)v[2], .selftest_pass = (uint8_t)v[3] };
	return 0;
}

int
rte_pmd_sluice_state(uint8_t dev_id, int *why)
{
	struct sluice_dev *dev = sluice_dev_of(dev_id);

	if (!dev)
		return -ENODEV;
	if (why)
		*why = (int)__atomic_load_n(&dev->why, __ATOMIC_RELAXED);
	return (int)sluice_state(dev);
}

static void
driver_counters(const struct sluice_dev *dev, struct rte_pmd_sluice_counters *c)
{
	c->failures = dev->failures;
	c->resets = dev->resets;
	for (unsigned int i = 0; i < SLUICE_MAX_QPS; i++) {
		if (!dev->qp[i])
			continue;
		c->bad_completions += dev->qp[i]->bad_completions;
		c->timeouts += dev->qp[i]->timeouts;
	}
}

int
rte_pmd_sluice_counters_get(uint8_t dev_id, struct rte_pmd_sluice_counters *c)
{
	enum { CYCLES_LO, CYCLES_HI, DESC, DMA, PARITY, ENGINES };
	enum { OPS_LO, OPS_HI, BYTES_LO, BYTES_HI, BUSY_LO, BUSY_HI, FAILED, PER_ENGINE };
	static const char *const name[SLUICE_NUM_ENGINES] = { "aead", "mac", "pka" };
	struct sluice_dev *dev = sluice_dev_of(dev_id);
	uint32_t offset[ENGINES + SLUICE_NUM_ENGINES * PER_ENGINE] = { SLUICE_REG_CYCLES_LO,
		SLUICE_REG_CYCLES_HI, SLUICE_REG_ERR_DESC, SLUICE_REG_ERR_DMA, SLUICE_REG_ERR_PARITY };
	uint32_t v[RTE_DIM(offset)];

	if (!dev)
		return -ENODEV;
	if (!c)
		return -EINVAL;
	for (uint32_t e = 0; e < SLUICE_NUM_ENGINES; e++)
		for (uint32_t r = 0; r < PER_ENGINE; r++)
			offset[ENGINES + e * PER_ENGINE + r] = SLUICE_ENGINE_REG(e, OPS_LO) + r * sizeof(uint32_t);
	dev->t->ops->reg_readv(dev->t, offset, v, RTE_DIM(offset));
	memset(c, 0, sizeof(*c));
	c->nb_engines = SLUICE_NUM_ENGINES;
	for (uint32_t e = 0; e < SLUICE_NUM_ENGINES; e++) {
		const uint32_t *r = &v[ENGINES + e * PER_ENGINE];

		snprintf(c->engine[e].name, sizeof(c->engine[e].name), "%s", name[e]);
		c->engine[e].ops = (uint64_t)r[OPS_HI] << 32 | r[OPS_LO];
		c->engine[e].bytes = (uint64_t)r[BYTES_HI] << 32 | r[BYTES_LO];
		c->engine[e].busy_cycles = (uint64_t)r[BUSY_HI] << 32 | r[BUSY_LO];
		c->engine[e].failed = r[FAILED];
	}
	c->device_cycles = (uint64_t)v[CYCLES_HI] << 32 | v[CYCLES_LO];
	c->err_desc = v[DESC];
	c->err_dma = v[DMA];
	c->err_parity = v[PARITY];
	c->sim_ns = dev->t->ops->sim_ns ? dev->t->ops->sim_ns(dev->t) : 0;
	driver_counters(dev, c);
	return 0;
}

int
rte_pmd_sluice_fault_inject(uint8_t dev_id, uint8_t engine, uint32_t faults)
{
	struct sluice_dev *dev = sluice_dev_of(dev_id);

	if (!dev)
		return -ENODEV;
	if (engine >= SLUICE_NUM_ENGINES || faults & ~(uint32_t)(RTE_PMD_SLUICE_FAULT_HANG |
			RTE_PMD_SLUICE_FAULT_FLIP | RTE_PMD_SLUICE_FAULT_DROP))
		return -EINVAL;
	dev->t->ops->reg_write32(dev->t, SLUICE_REG_FAULT_INJECT, (uint32_t)engine |
		(faults & RTE_PMD_SLUICE_FAULT_HANG ? SLUICE_FAULT_INJECT_HANG_MASK : 0) |
		(faults & RTE_PMD_SLUICE_FAULT_FLIP ? SLUICE_FAULT_INJECT_FLIP_MASK : 0) |
		(faults & RTE_PMD_SLUICE_FAULT_DROP ? SLUICE_FAULT_INJECT_DROP_MASK : 0));
	return 0;
}

int
rte_pmd_sluice_device_reset(uint8_t dev_id)
{
	struct sluice_dev *dev = sluice_dev_of(dev_id);

	return dev ? sluice_dev_reset(dev) : -ENODEV;
}
