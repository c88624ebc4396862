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

const char *
sluice_engine_name(unsigned int engine)
{
	static const char *const name[SLUICE_CLASSES] = { "aead", "mac", "pka", "ecc", "chacha", "kdf" };

	return name[engine];
}

int
rte_pmd_sluice_info_get(uint8_t dev_id, struct rte_pmd_sluice_info *info)
{
	static const uint32_t offset[] = { SLUICE_REG_MAP_VERSION, SLUICE_REG_MAP_HASH,
		SLUICE_REG_SELFTEST_DONE, SLUICE_REG_SELFTEST_PASS };
	struct sluice_dev *dev = sluice_dev_of(dev_id);
	const struct sluice_has *has;
	uint32_t v[RTE_DIM(offset)];

	if (!dev)
		return -ENODEV;
	if (!info)
		return -EINVAL;
	has = &dev->has;
	dev->t->ops->reg_readv(dev->t, offset, v, RTE_DIM(offset));
	*info = (struct rte_pmd_sluice_info){ .map_version = v[0], .map_hash = v[1],
		.max_queue_pairs = dev->max_qps, .key_slots = dev->nb_keys - dev->asym_slots,
		.sessions = dev->nb_sessions, .max_segments = SLUICE_MAX_SEGMENTS,
		.simulated = dev->t->ops->sim_ns != NULL,
		.selftest_done = (uint8_t)v[2], .selftest_pass = (uint8_t)v[3],
		.engines = has->engines, .hashes = has->hashes, .prf_hashes = has->prf_hashes, .hkdf = has->hkdf,
		.ecdh_curves = has->ecdh_curves, .ecdsa_curves = has->ecdsa_curves, .eddsa_curves = has->eddsa_curves,
		.rsa_sizes = has->rsa_sizes, .rsa_public_sizes = has->rsa_public_sizes, .kdf = has->kdf,
		.secrets = has->kdf ? dev->nb_secrets : 0,
		.ec_key_slots = has->engines >> SLUICE_ENGINE_ECC & 1 ? dev->nb_keys - dev->asym_slots : 0 };
	for (unsigned int i = 0; i < RTE_PMD_SLUICE_TLS_ALGS; i++) {
		info->tls[i] = has->tls[i];
		info->tls_etm[i] = has->tls_etm[i];
		info->tls_secret[i] = has->kdf ? has->tls[i] : 0;
	}
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
		c->queue_pair_resets += dev->qp[i]->resets;
		for (unsigned int s = 0; s < RTE_PMD_SLUICE_STATUSES; s++)
			c->status[s] += dev->qp[i]->status[s];
	}
}

/* The device's registers, from its last reset on. */
static void
device_counters(const struct sluice_dev *dev, struct rte_pmd_sluice_counters *c)
{
	enum { CYCLES_LO, CYCLES_HI, DESC, DMA, PARITY, ENGINES };
	enum { OPS_LO, OPS_HI, BYTES_LO, BYTES_HI, BUSY_LO, BUSY_HI, FAILED, PER_ENGINE };
	uint32_t offset[ENGINES + SLUICE_CLASSES * PER_ENGINE] = { SLUICE_REG_CYCLES_LO,
		SLUICE_REG_CYCLES_HI, SLUICE_REG_ERR_DESC, SLUICE_REG_ERR_DMA, SLUICE_REG_ERR_PARITY };
	uint32_t v[RTE_DIM(offset)];

	for (uint32_t e = 0; e < SLUICE_CLASSES; e++)
		for (uint32_t r = 0; r < PER_ENGINE; r++)
			offset[ENGINES + e * PER_ENGINE + r] = SLUICE_ENGINE_REG(e, OPS_LO) + r * sizeof(uint32_t);
	dev->t->ops->reg_readv(dev->t, offset, v, RTE_DIM(offset));
	memset(c, 0, sizeof(*c));
	c->nb_engines = SLUICE_CLASSES;
	for (uint32_t e = 0; e < SLUICE_CLASSES; e++) {
		const uint32_t *r = &v[ENGINES + e * PER_ENGINE];

		snprintf(c->engine[e].name, sizeof(c->engine[e].name), "%s", sluice_engine_name(e));
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
}

void
sluice_counters_begin(struct sluice_dev *dev)
{
	struct rte_pmd_sluice_counters c;

	device_counters(dev, &c);
	memcpy(dev->before, c.engine, sizeof(dev->before));
}

/* Less than before: the device was reset since (zeroise, tamper, or a reset that is under way), and counts from 0. */
static uint64_t
since(uint64_t now, uint64_t before)
{
	return now < before ? now : now - before;
}

int
rte_pmd_sluice_counters_get(uint8_t dev_id, struct rte_pmd_sluice_counters *c)
{
	struct sluice_dev *dev = sluice_dev_of(dev_id);

	if (!dev)
		return -ENODEV;
	if (!c)
		return -EINVAL;
	device_counters(dev, c);
	for (uint32_t e = 0; e < SLUICE_CLASSES; e++) {
		c->engine[e].ops = since(c->engine[e].ops, dev->before[e].ops);
		c->engine[e].bytes = since(c->engine[e].bytes, dev->before[e].bytes);
		c->engine[e].busy_cycles = since(c->engine[e].busy_cycles, dev->before[e].busy_cycles);
		c->engine[e].failed = since(c->engine[e].failed, dev->before[e].failed);
	}
	driver_counters(dev, c);
	return 0;
}

int
rte_pmd_sluice_fault_inject(uint8_t dev_id, uint8_t engine, uint32_t faults)
{
	struct sluice_dev *dev = sluice_dev_of(dev_id);

	if (!dev)
		return -ENODEV;
	if (engine >= SLUICE_CLASSES || !(dev->has.engines >> engine & 1) || faults & ~(uint32_t)(RTE_PMD_SLUICE_FAULT_HANG |
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

int
rte_pmd_sluice_queue_pair_reset(uint8_t dev_id, uint16_t qp_id)
{
	struct sluice_dev *dev = sluice_dev_of(dev_id);

	if (!dev)
		return -ENODEV;
	return qp_id < dev->max_qps && dev->qp[qp_id] ? sluice_qp_reset(dev->qp[qp_id]) : -EINVAL;
}

uint32_t
rte_pmd_sluice_secret_get(uint8_t dev_id)
{
	struct sluice_dev *dev = sluice_dev_of(dev_id);

	return dev && dev->has.kdf && sluice_state(dev) == RTE_PMD_SLUICE_RUNNING ? sluice_slot_get(&dev->secrets) : 0;
}

void
rte_pmd_sluice_secret_put(uint8_t dev_id, uint32_t handle)
{
	struct sluice_dev *dev = sluice_dev_of(dev_id);

	if (dev && handle)
		sluice_slot_give(&dev->secrets, handle);
}
