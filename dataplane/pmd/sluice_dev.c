/* The crypto device: probing (vdev crypto_sluice, PCI), creation, and the two bursts. */
#include <errno.h>
#include <string.h>

#include <bus_pci_driver.h>
#include <bus_vdev_driver.h>
#include <rte_cycles.h>
#include <rte_malloc.h>

#include "common/ct.h"
#include "dataplane/pmd/sluice_private.h"

RTE_LOG_REGISTER(sluice_logtype, pmd.crypto.sluice, NOTICE);

static uint8_t driver_id;

/* ---- bursts ---- */

static int
enqueue_one(struct sluice_qp *qp, struct rte_crypto_op *op)
{
	bool own = op->sess_type == RTE_CRYPTO_OP_SECURITY_SESSION;

	if (op->type == RTE_CRYPTO_OP_TYPE_SYMMETRIC)
		return own ? sluice_record_enqueue(qp, op) : sluice_sym_enqueue(qp, op);
	if (op->type == RTE_CRYPTO_OP_TYPE_ASYMMETRIC)
		return own ? sluice_pka_enqueue(qp, op) : sluice_asym_enqueue(qp, op);
	return RTE_CRYPTO_OP_STATUS_INVALID_ARGS;
}

/* An op that the driver refuses comes back by dequeue. False: no room to keep it. */
static bool
refuse(struct sluice_qp *qp, struct rte_crypto_op *op, int status)
{
	if (qp->done_tail - qp->done_head == qp->done_size)
		return false;
	op->status = (uint8_t)status;
	op->reserved[1] = RTE_PMD_SLUICE_NO_DEVICE_STATUS;
	qp->done[qp->done_tail++ & (qp->done_size - 1)] = op;
	qp->stats.enqueue_err_count++;
	return true;
}

uint16_t
sluice_enqueue_burst(void *queue_pair, struct rte_crypto_op **ops, uint16_t n)
{
	struct sluice_qp *qp = queue_pair;
	uint16_t i = 0;
	int rc;

	if (sluice_burst_begin(qp) && qp->halt == SLUICE_GOING) {
		for (; i < n; i++) {
			ops[i]->status = RTE_CRYPTO_OP_STATUS_NOT_PROCESSED;
			rc = enqueue_one(qp, ops[i]);
			if (rc == SLUICE_NO_ROOM || (rc && !refuse(qp, ops[i], rc)))
				break;
		}
		SLUICE_FOREACH_CLASS(qp->dev, c)
			sluice_hwq_ring(qp->dev, &qp->hwq[c]);
		qp->stats.enqueued_count += i;
		__atomic_store_n(&qp->inflight, qp->inflight + i, __ATOMIC_RELEASE);
	}
	sluice_burst_end(qp);
	return i;
}

static uint16_t
take_done(struct sluice_qp *qp, struct rte_crypto_op **ops, uint16_t n)
{
	uint16_t i = 0;

	for (; i < n && qp->done_head != qp->done_tail; i++)
		ops[i] = qp->done[qp->done_head++ & (qp->done_size - 1)];
	if (i)
		__atomic_store_n(&qp->inflight, qp->inflight - i, __ATOMIC_RELEASE);
	return i;
}

uint16_t
sluice_dequeue_burst(void *queue_pair, struct rte_crypto_op **ops, uint16_t n)
{
	struct sluice_qp *qp = queue_pair;
	bool running = sluice_burst_begin(qp);
	uint16_t got = take_done(qp, ops, n);

	SLUICE_FOREACH_CLASS(qp->dev, c) {
		struct sluice_hwq *q = &qp->hwq[c];

		if (running && qp->halt == SLUICE_GOING) {
			got += sluice_hwq_poll(qp, q, ops + got, n - got);
			sluice_hwq_frees(qp, q);
			sluice_hwq_ring(qp->dev, q);
			if (q->head != q->tail)
				sluice_watch(qp, q);
		} else if (running) { /* being reset: what completed before, then the rest */
			got += sluice_hwq_poll(qp, q, ops + got, n - got);
			if (qp->halt == SLUICE_HALTED)
				got += sluice_hwq_flush(qp, q, ops + got, n - got);
		} else if (sluice_state(qp->dev) == RTE_PMD_SLUICE_FAILED) {
			got += sluice_hwq_flush(qp, q, ops + got, n - got);
		}
	}
	qp->stats.dequeued_count += got;
	sluice_burst_end(qp);
	return got;
}

/* ---- creation ---- */

static void
dev_free(struct sluice_dev *dev)
{
	for (unsigned int c = 0; c < SLUICE_CLASSES; c++) {
		sluice_slot_fini(&dev->sessions[c]);
		sluice_slot_fini(&dev->keys[c]);
		rte_free(dev->tls[c]);
		dev->tls[c] = NULL;
	}
	sluice_slot_fini(&dev->secrets);
	rte_free(dev->caps);
	dev->caps = NULL;
	ct_wipe(dev->kek, sizeof(dev->kek));
}

static int
dev_alloc(struct sluice_dev *dev, int socket)
{
	int rc = sluice_slot_init(&dev->secrets, 0, dev->nb_secrets, socket);

	SLUICE_FOREACH_CLASS(dev, c) {
		if (rc || c == SLUICE_ENGINE_KDF)
			break;
		if (c == SLUICE_ENGINE_PKA || c == SLUICE_ENGINE_ECC) {
			rc = sluice_slot_init(&dev->keys[c], dev->nb_keys - dev->asym_slots, dev->asym_slots, socket);
			continue;
		}
		rc = sluice_slot_init(&dev->sessions[c], 0, dev->nb_sessions, socket);
		dev->tls[c] = rte_zmalloc_socket("sluice_tls",
			dev->nb_sessions * sizeof(*dev->tls[c]), RTE_CACHE_LINE_SIZE, socket);
		if (!dev->tls[c])
			rc = -ENOMEM;
	}
	dev->caps = rc ? NULL : sluice_capabilities(dev, socket);
	if (rc == 0 && !dev->caps)
		rc = -ENOMEM;
	if (rc)
		dev_free(dev);
	return rc;
}

static int
dev_caps(struct sluice_dev *dev, const struct sluice_args *args)
{
	uint32_t cap0 = dev->t->ops->reg_read32(dev->t, SLUICE_REG_CAP0);
	uint32_t cap1 = dev->t->ops->reg_read32(dev->t, SLUICE_REG_CAP1);
	uint32_t cap2 = dev->t->ops->reg_read32(dev->t, SLUICE_REG_CAP2);
	uint32_t cap3 = dev->t->ops->reg_read32(dev->t, SLUICE_REG_CAP3);
	uint32_t queues = (cap0 & SLUICE_CAP0_NUM_QUEUES_MASK) >> SLUICE_CAP0_NUM_QUEUES_SHIFT;
	uint32_t most;

	dev->has.engines = (cap2 & SLUICE_CAP2_ENGINES_MASK) >> SLUICE_CAP2_ENGINES_SHIFT & ((1u << SLUICE_CLASSES) - 1);
	dev->nb_classes = (uint8_t)__builtin_popcount(dev->has.engines);
	if (dev->nb_classes == 0)
		return -ENODEV;
	most = RTE_MIN(queues / dev->nb_classes, SLUICE_MAX_QPS);
	dev->nb_secrets = RTE_MIN((cap3 & SLUICE_CAP3_NUM_SECRETS_MASK) >> SLUICE_CAP3_NUM_SECRETS_SHIFT,
		(uint32_t)SLUICE_NUM_SECRETS_MAX);
	dev->max_qps = (uint16_t)(args->max_qps ? RTE_MIN(args->max_qps, most) : most);
	dev->nb_keys = (uint16_t)((cap0 & SLUICE_CAP0_NUM_KEYS_MASK) >> SLUICE_CAP0_NUM_KEYS_SHIFT);
	dev->nb_sessions = RTE_MIN((cap1 & SLUICE_CAP1_NUM_SESSIONS_MASK) >> SLUICE_CAP1_NUM_SESSIONS_SHIFT,
		(uint32_t)SLUICE_NUM_SESSIONS_MAX);
	dev->max_ring_log2 = (uint16_t)((cap1 & SLUICE_CAP1_MAX_RING_LOG2_MASK) >> SLUICE_CAP1_MAX_RING_LOG2_SHIFT);
	dev->asym_slots = (uint16_t)RTE_MIN(args->asym_slots, (uint32_t)dev->nb_keys);
	dev->timeout_tsc = rte_get_tsc_hz() / 1000 * args->timeout_ms;
	dev->fault_inject = args->fault_inject;
	dev->timeout_cycles = args->timeout_cycles;
	return 0;
}

static int
dev_init(struct sluice_dev *dev, const struct sluice_args *args, int socket)
{
	int rc = sluice_dev_identify(dev);

	if (rc)
		return rc;
	/* whatever an earlier owner left running ends here */
	dev->t->ops->reg_write32(dev->t, SLUICE_REG_CTRL, SLUICE_CTRL_RESET_MASK);
	rc = sluice_dev_wait_ready(dev);
	if (rc == 0)
		rc = dev_caps(dev, args);
	if (rc == 0)
		rc = sluice_dev_selftest(dev);
	if (rc == 0)
		rc = sluice_probe(dev, socket);
	if (rc)
		return rc;
	sluice_counters_begin(dev);
	dev->state = RTE_PMD_SLUICE_RUNNING;
	rte_spinlock_init(&dev->reset_lock);
	return dev_alloc(dev, socket);
}

static uint64_t
feature_flags(const struct sluice_dev *dev)
{
	return RTE_CRYPTODEV_FF_SYMMETRIC_CRYPTO | RTE_CRYPTODEV_FF_SYM_OPERATION_CHAINING |
		RTE_CRYPTODEV_FF_HW_ACCELERATED | RTE_CRYPTODEV_FF_IN_PLACE_SGL |
		RTE_CRYPTODEV_FF_OOP_SGL_IN_SGL_OUT | RTE_CRYPTODEV_FF_OOP_SGL_IN_LB_OUT |
		RTE_CRYPTODEV_FF_OOP_LB_IN_SGL_OUT | RTE_CRYPTODEV_FF_OOP_LB_IN_LB_OUT |
		(dev->has_kek || dev->has.rsa_public_sizes || dev->has.ecdh_curves ? RTE_CRYPTODEV_FF_ASYMMETRIC_CRYPTO : 0) |
		(dev->has_kek ? RTE_CRYPTODEV_FF_RSA_PRIV_OP_KEY_QT : 0);
}

int
sluice_dev_create(const char *name, struct rte_device *device, struct sluice_transport *t,
	const struct sluice_args *args, int socket)
{
	struct rte_cryptodev_pmd_init_params params = {
		.private_data_size = sizeof(struct sluice_dev), .socket_id = socket,
		.max_nb_queue_pairs = SLUICE_MAX_QPS };
	struct rte_cryptodev *cdev;
	struct sluice_dev *dev;
	int rc;

	cdev = rte_cryptodev_pmd_create(name, device, &params);
	if (!cdev) {
		t->ops->close(t);
		return -ENOMEM;
	}
	dev = cdev->data->dev_private;
	dev->t = t;
	dev->cdev = cdev;
	dev->has_kek = args->kek[0] != '\0';
	memcpy(dev->kek, args->sim.kek, sizeof(dev->kek));
	for (unsigned int i = 0; i < SLUICE_MAX_QPS; i++)
		dev->load_epoch[i] = 1;
	rc = dev_init(dev, args, socket);
	if (rc) {
		t->ops->close(t);
		ct_wipe(dev->kek, sizeof(dev->kek));
		rte_cryptodev_pmd_destroy(cdev);
		return rc;
	}
	cdev->driver_id = driver_id;
	cdev->dev_ops = &sluice_ops;
	cdev->enqueue_burst = sluice_enqueue_burst;
	cdev->dequeue_burst = sluice_dequeue_burst;
	cdev->feature_flags = feature_flags(dev);
	rte_cryptodev_pmd_probing_finish(cdev);
	return 0;
}

int
sluice_dev_destroy(struct rte_cryptodev *cdev)
{
	struct sluice_dev *dev = cdev->data->dev_private;

	/* nothing may be written to memory that is about to be freed */
	dev->t->ops->dma(dev->t, false);
	for (unsigned int i = 0; i < SLUICE_MAX_QPS; i++) {
		struct sluice_qp *qp = dev->qp[i];

		if (!qp)
			continue;
		SLUICE_FOREACH_CLASS(dev, c)
			sluice_hwq_release(&qp->hwq[c]);
		rte_free(qp->done);
		rte_free(qp);
		dev->qp[i] = NULL; /* destroying the cryptodev closes it, which looks here */
	}
	dev->t->ops->close(dev->t);
	dev_free(dev);
	return rte_cryptodev_pmd_destroy(cdev);
}

/* Rings, doorbells and a simulation belong to the process that made them: no other gets the device. */
static bool
is_primary(const char *name)
{
	if (rte_eal_process_type() == RTE_PROC_PRIMARY)
		return true;
	SLUICE_LOG(ERR, "%s: a secondary process cannot use it; its state is on the primary's telemetry socket (/sluice/*)", name);
	return false;
}

/* ---- vdev: the simulated core ---- */

static int
vdev_probe(struct rte_vdev_device *vdev)
{
	const char *name = rte_vdev_device_name(vdev);
	struct sluice_transport *t;
	struct sluice_args args;
	int rc;

	if (!name || !is_primary(name))
		return -ENOTSUP;
	rc = sluice_args_parse(rte_vdev_device_args(vdev), &args);
	if (rc == 0)
		rc = sluice_kek_read(args.kek, args.sim.kek);
	if (rc)
		return rc;
	t = sluice_transport_sim(&args.sim);
	if (t)
		rc = sluice_dev_create(name, &vdev->device, t, &args, (int)rte_socket_id());
	else
		rc = -ENODEV;
	ct_wipe(&args, sizeof(args));
	return rc;
}

static int
remove_named(const char *name)
{
	struct rte_cryptodev *cdev = name ? rte_cryptodev_pmd_get_named_dev(name) : NULL;

	return cdev ? sluice_dev_destroy(cdev) : -ENODEV;
}

static int
vdev_remove(struct rte_vdev_device *vdev)
{
	return remove_named(rte_vdev_device_name(vdev));
}

static struct rte_vdev_driver vdev_driver = {
	.probe = vdev_probe,
	.remove = vdev_remove,
	.drv_flags = RTE_VDEV_DRV_NEED_IOVA_AS_VA,
};

/* ---- PCI: a card ---- */

static int
pci_probe(struct rte_pci_driver *drv, struct rte_pci_device *pci)
{
	struct sluice_transport *t;
	struct sluice_args args;
	int rc;

	if (!is_primary(pci->device.name))
		return -ENOTSUP;
	rc = sluice_args_parse(pci->device.devargs ? pci->device.devargs->args : "", &args);
	if (rc)
		return rc;
	t = sluice_transport_pci(pci);
	/* a card's key-encryption key is in its fuses: raw keys of the standard API cannot be wrapped here */
	args.kek[0] = '\0';
	return t ? sluice_dev_create(pci->device.name, &pci->device, t, &args, pci->device.numa_node) : -ENODEV;
}

static int
pci_remove(struct rte_pci_device *pci)
{
	return remove_named(pci->device.name);
}

static const struct rte_pci_id pci_ids[] = {
	{ RTE_PCI_DEVICE(SLUICE_PCI_VENDOR, SLUICE_PCI_DEVICE) },
	{ .device_id = 0 },
};

static struct rte_pci_driver pci_driver = {
	.id_table = pci_ids,
	.drv_flags = RTE_PCI_DRV_NEED_MAPPING,
	.probe = pci_probe,
	.remove = pci_remove,
};

static struct cryptodev_driver crypto_driver;

RTE_PMD_REGISTER_VDEV(crypto_sluice, vdev_driver);
RTE_PMD_REGISTER_PCI(crypto_sluice_pci, pci_driver);
RTE_PMD_REGISTER_CRYPTO_DRIVER(crypto_driver, vdev_driver.driver, driver_id);
RTE_PMD_REGISTER_PCI_TABLE(crypto_sluice_pci, pci_ids);
RTE_PMD_REGISTER_PARAM_STRING(crypto_sluice,
	"transport=sim kek=<file> lib=<path> max_nb_queue_pairs=<int> timeout_ms=<int> "
	"timeout_cycles=<int> asym_slots=<int> mem_latency=<int> mem_jitter=<int> seed=<int> stuck_noise=<0|1> fault_inject=<0|1> trace=<prefix>");
