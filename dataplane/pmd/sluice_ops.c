/* Control operations of the cryptodev: configure, start, stop, queue pairs, statistics. Bursts are in sluice_dev.c. */
#include <errno.h>
#include <string.h>

#include <rte_cycles.h>
#include <rte_malloc.h>

#include "dataplane/pmd/sluice_private.h"

#define DRAIN_TRIES 10000
#define DRAIN_US 100

static int
configure(struct rte_cryptodev *cdev, struct rte_cryptodev_config *config)
{
	struct sluice_dev *dev = cdev->data->dev_private;

	return config->nb_queue_pairs > dev->max_qps ? -EINVAL : 0;
}

static int
start(struct rte_cryptodev *cdev)
{
	struct sluice_dev *dev = cdev->data->dev_private;

	dev->t->ops->reg_write32(dev->t, SLUICE_REG_CTRL, SLUICE_CTRL_ENABLE_MASK);
	dev->started = 1;
	return 0;
}

static void
stop(struct rte_cryptodev *cdev)
{
	struct sluice_dev *dev = cdev->data->dev_private;

	dev->t->ops->reg_write32(dev->t, SLUICE_REG_CTRL, 0);
	dev->started = 0;
}

/* Erasures of sessions may still be on their way: their completions must not meet freed memory. */
static void
drain(struct sluice_qp *qp)
{
	struct rte_crypto_op *none[1];

	SLUICE_FOREACH_CLASS(qp->dev, c) {
		struct sluice_hwq *q = &qp->hwq[c];

		for (int i = 0; i < DRAIN_TRIES && q->mz && q->head != q->tail &&
				sluice_state(qp->dev) == RTE_PMD_SLUICE_RUNNING && qp->dev->started; i++) {
			sluice_hwq_poll(qp, q, none, 1);
			sluice_hwq_ring(qp->dev, q);
			rte_delay_us_sleep(DRAIN_US);
		}
	}
}

static int
qp_release(struct rte_cryptodev *cdev, uint16_t id)
{
	struct sluice_dev *dev = cdev->data->dev_private;
	struct sluice_qp *qp = dev->qp[id];

	if (!qp)
		return 0;
	if (__atomic_load_n(&qp->inflight, __ATOMIC_ACQUIRE))
		return -EAGAIN;
	drain(qp);
	sluice_qp_detach(qp);
	SLUICE_FOREACH_CLASS(dev, c)
		sluice_hwq_release(&qp->hwq[c]);
	rte_free(qp->done);
	rte_free(qp);
	dev->qp[id] = NULL;
	cdev->data->queue_pairs[id] = NULL;
	return 0;
}

static int
close_dev(struct rte_cryptodev *cdev)
{
	for (uint16_t i = 0; i < cdev->data->nb_queue_pairs; i++) {
		int rc = qp_release(cdev, i);

		if (rc)
			return rc;
	}
	return 0;
}

static int
qp_setup(struct rte_cryptodev *cdev, uint16_t id, const struct rte_cryptodev_qp_conf *conf, int socket)
{
	struct sluice_dev *dev = cdev->data->dev_private;
	uint32_t n = rte_align32pow2(RTE_MAX(conf->nb_descriptors, SLUICE_MIN_DESC));
	struct sluice_qp *qp;
	int rc;

	if (id >= dev->max_qps || n > 1u << dev->max_ring_log2)
		return -EINVAL;
	rc = qp_release(cdev, id);
	if (rc)
		return rc;
	qp = rte_zmalloc_socket("sluice_qp", sizeof(*qp), RTE_CACHE_LINE_SIZE, socket);
	if (!qp)
		return -ENOMEM;
	qp->dev = dev;
	qp->id = id;
	qp->done_size = n;
	qp->done = rte_zmalloc_socket("sluice_done", n * sizeof(void *), 0, socket);
	dev->qp[id] = qp;
	rc = qp->done ? 0 : -ENOMEM;
	SLUICE_FOREACH_CLASS(dev, c)
		rc = rc ? rc : sluice_hwq_setup(qp, c, n, socket);
	if (rc) {
		SLUICE_LOG(ERR, "queue pair %u: no memory for rings of %u", id, n);
		qp_release(cdev, id);
		return rc;
	}
	if (sluice_state(dev) == RTE_PMD_SLUICE_RUNNING)
		SLUICE_FOREACH_CLASS(dev, c)
			sluice_hwq_program(dev, &qp->hwq[c]);
	cdev->data->queue_pairs[id] = qp;
	return 0;
}

static void
info_get(struct rte_cryptodev *cdev, struct rte_cryptodev_info *info)
{
	struct sluice_dev *dev = cdev->data->dev_private;

	info->driver_id = cdev->driver_id;
	info->feature_flags = cdev->feature_flags;
	info->capabilities = dev->caps;
	info->max_nb_queue_pairs = dev->max_qps;
	info->sym.max_nb_sessions = dev->nb_sessions;
}

static void
stats_get(struct rte_cryptodev *cdev, struct rte_cryptodev_stats *stats)
{
	for (uint16_t i = 0; i < cdev->data->nb_queue_pairs; i++) {
		const struct sluice_qp *qp = cdev->data->queue_pairs[i];

		if (!qp)
			continue;
		stats->enqueued_count += qp->stats.enqueued_count;
		stats->dequeued_count += qp->stats.dequeued_count;
		stats->enqueue_err_count += qp->stats.enqueue_err_count;
		stats->dequeue_err_count += qp->stats.dequeue_err_count;
	}
}

static void
stats_reset(struct rte_cryptodev *cdev)
{
	for (uint16_t i = 0; i < cdev->data->nb_queue_pairs; i++) {
		struct sluice_qp *qp = cdev->data->queue_pairs[i];

		if (qp)
			memset(&qp->stats, 0, sizeof(qp->stats));
	}
}

static unsigned int
sym_size(struct rte_cryptodev *cdev)
{
	return sizeof(struct sluice_sym_session);
}

static unsigned int
asym_size(struct rte_cryptodev *cdev)
{
	return sizeof(struct sluice_asym_session);
}

struct rte_cryptodev_ops sluice_ops = {
	.dev_configure = configure,
	.dev_start = start,
	.dev_stop = stop,
	.dev_close = close_dev,
	.dev_infos_get = info_get,
	.stats_get = stats_get,
	.stats_reset = stats_reset,
	.queue_pair_setup = qp_setup,
	.queue_pair_release = qp_release,
	.sym_session_get_size = sym_size,
	.sym_session_configure = sluice_sym_session_configure,
	.sym_session_clear = sluice_sym_session_clear,
	.asym_session_get_size = asym_size,
	.asym_session_configure = sluice_asym_session_configure,
	.asym_session_clear = sluice_asym_session_clear,
};
