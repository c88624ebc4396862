/*
 * Halting a queue pair with work in flight while the others go on. The device lets go of a stopped queue by itself: what was fetched and not
 * started is dropped, what runs ends without a completion, and QUEUE.STATE.BUSY becomes 0. Only then does memory change hands.
 */
#include <errno.h>

#include <rte_cycles.h>

#include "dataplane/pmd/sluice_private.h"

#define DETACH_TRIES 20000
#define DETACH_US 100

static uint32_t
device_state(struct sluice_dev *dev, const struct sluice_hwq *q)
{
	return dev->t->ops->reg_read32(dev->t, SLUICE_QUEUE_REG(q->id, STATE));
}

static void
stop(struct sluice_qp *qp)
{
	SLUICE_FOREACH_CLASS(qp->dev, c) {
		if (!qp->hwq[c].mz)
			continue;
		sluice_hwq_stop(qp->dev, &qp->hwq[c]);
		qp->hwq[c].watch_armed = 0;
		qp->hwq[c].left = 0;
	}
}

/* The device still works on something of the queue pair; one that makes no progress with it fails. */
static bool
busy(struct sluice_qp *qp)
{
	bool any = false;

	SLUICE_FOREACH_CLASS(qp->dev, c) {
		struct sluice_hwq *q = &qp->hwq[c];
		uint32_t state = q->mz ? device_state(qp->dev, q) : 0;

		if (!(state & SLUICE_QUEUE_STATE_BUSY_MASK))
			continue;
		any = true;
		if (q->left != state)
			q->watch_armed = 0;
		q->left = state;
		sluice_watch(qp, q);
	}
	return any;
}

/* Loads and erasures that no op waits for did not happen: sessions send their keys again. */
static void
forget(struct sluice_qp *qp)
{
	uint16_t *epoch = &qp->dev->load_epoch[qp->id];

	SLUICE_FOREACH_CLASS(qp->dev, c)
		if (qp->hwq[c].mz)
			sluice_hwq_leftovers(qp->dev, &qp->hwq[c]);
	if (++*epoch == 0)
		*epoch = 1;
}

static int
step(struct sluice_qp *qp)
{
	if (qp->halt == SLUICE_GOING) {
		stop(qp);
		qp->halt = SLUICE_HALTING;
	}
	if (qp->halt == SLUICE_HALTING) {
		if (busy(qp))
			return sluice_state(qp->dev) == RTE_PMD_SLUICE_RUNNING ? -EINPROGRESS : -EIO;
		qp->halt = SLUICE_HALTED;
	}
	if (__atomic_load_n(&qp->inflight, __ATOMIC_ACQUIRE))
		return -EAGAIN;
	forget(qp);
	SLUICE_FOREACH_CLASS(qp->dev, c)
		sluice_hwq_program(qp->dev, &qp->hwq[c]);
	qp->halt = SLUICE_GOING;
	qp->resets++;
	return 0;
}

int
sluice_qp_reset(struct sluice_qp *qp)
{
	int rc = sluice_burst_begin(qp) ? step(qp) : -EIO;

	sluice_burst_end(qp);
	return rc;
}

void
sluice_qp_detach(struct sluice_qp *qp)
{
	stop(qp);
	if (sluice_state(qp->dev) != RTE_PMD_SLUICE_RUNNING)
		return; /* its way to memory is cut */
	for (int i = 0; busy(qp); i++) {
		if (i == DETACH_TRIES)
			sluice_dev_fail(qp->dev, RTE_PMD_SLUICE_FAILURE_TIMEOUT);
		if (sluice_state(qp->dev) != RTE_PMD_SLUICE_RUNNING)
			break;
		rte_delay_us_sleep(DETACH_US);
	}
	forget(qp);
}
