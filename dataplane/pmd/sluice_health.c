/*
 * Health: who the device is, whether it makes progress, failing it, resetting it.
 *
 * A queue with work and no completion is not failed by wall time alone: a simulated device may be slow, and an RSA behind many others
 * takes seconds. It is failed when, for timeout_ms, nothing completed and the device has run timeout_cycles meanwhile (more than
 * any operation can take), or says that it is idle, or does not run at all.
 */
#include <errno.h>
#include <inttypes.h>

#include <rte_cycles.h>

#include "dataplane/pmd/sluice_private.h"

#define READY_TRIES 60000 /* of a millisecond: a simulated self test runs an RSA */
#define READY_MS 1
#define WATCH_PER_TIMEOUT 8 /* looks at the device per timeout */
#define STILL_TIMEOUTS 10 /* timeouts after which a clock that stands still counts as gone */
#define RESET_SECONDS 60

/* Reading CYCLES_LO latches CYCLES_HI. */
static uint64_t
cycles(struct sluice_dev *dev)
{
	static const uint32_t offset[2] = { SLUICE_REG_CYCLES_LO, SLUICE_REG_CYCLES_HI };
	uint32_t v[2];

	dev->t->ops->reg_readv(dev->t, offset, v, 2);
	return (uint64_t)v[1] << 32 | v[0];
}

static int
identity(const char *what, uint32_t got, uint32_t want)
{
	if (got == want)
		return 0;
	SLUICE_LOG(ERR, "%s is 0x%08" PRIx32 ", this driver needs 0x%08" PRIx32, what, got, want);
	return -ENODEV;
}

int
sluice_dev_identify(struct sluice_dev *dev)
{
	struct sluice_transport *t = dev->t;

	if (identity("MAGIC", t->ops->reg_read32(t, SLUICE_REG_MAGIC), SLUICE_MAGIC) ||
			identity("MAP_VERSION", t->ops->reg_read32(t, SLUICE_REG_MAP_VERSION), SLUICE_MAP_VERSION) ||
			identity("MAP_HASH", t->ops->reg_read32(t, SLUICE_REG_MAP_HASH), SLUICE_MAP_HASH))
		return -ENODEV;
	return 0;
}

static bool
is_ready(struct sluice_dev *dev)
{
	return !(dev->t->ops->reg_read32(dev->t, SLUICE_REG_CTRL) & SLUICE_CTRL_RESET_MASK) &&
		(dev->t->ops->reg_read32(dev->t, SLUICE_REG_STATUS) & SLUICE_STATUS_READY_MASK);
}

int
sluice_dev_wait_ready(struct sluice_dev *dev)
{
	for (int i = 0; i < READY_TRIES; i++) {
		if (is_ready(dev))
			return 0;
		rte_delay_us_sleep(READY_MS * 1000);
	}
	SLUICE_LOG(ERR, "not ready after %d s (STATUS 0x%08" PRIx32 ")", READY_TRIES * READY_MS / 1000,
		dev->t->ops->reg_read32(dev->t, SLUICE_REG_STATUS));
	return -ETIMEDOUT;
}

int
sluice_dev_selftest(struct sluice_dev *dev)
{
	uint32_t done = dev->t->ops->reg_read32(dev->t, SLUICE_REG_SELFTEST_DONE);
	uint32_t pass = dev->t->ops->reg_read32(dev->t, SLUICE_REG_SELFTEST_PASS);

	if ((done & pass & dev->has.engines) == dev->has.engines)
		return 0;
	SLUICE_LOG(ERR, "self test: done 0x%" PRIx32 ", passed 0x%" PRIx32 ", wanted 0x%x", done, pass, dev->has.engines);
	return -EIO;
}

void
sluice_dev_fail(struct sluice_dev *dev, enum rte_pmd_sluice_failure why)
{
	static const char *const name[] = {
		[RTE_PMD_SLUICE_FAILURE_NONE] = "reset was asked for",
		[RTE_PMD_SLUICE_FAILURE_TIMEOUT] = "no progress",
		[RTE_PMD_SLUICE_FAILURE_COMPLETION] = "impossible completion",
		[RTE_PMD_SLUICE_FAILURE_FATAL] = "fatal error state",
		[RTE_PMD_SLUICE_FAILURE_GONE] = "registers do not answer",
		[RTE_PMD_SLUICE_FAILURE_SELFTEST] = "self test",
	};

	if (__atomic_exchange_n(&dev->failing, 1, __ATOMIC_SEQ_CST))
		return;
	/* ops are handed back only once the device cannot touch their memory any more */
	dev->t->ops->dma(dev->t, false);
	dev->t->ops->reg_write32(dev->t, SLUICE_REG_CTRL, 0);
	dev->failures++;
	__atomic_store_n(&dev->why, why, __ATOMIC_RELAXED);
	__atomic_store_n(&dev->state, RTE_PMD_SLUICE_FAILED, __ATOMIC_SEQ_CST);
	SLUICE_LOG(ERR, "device failed: %s; work in flight is given back", name[why]);
}

/* The queue made no progress since watch_since. */
static void
judge(struct sluice_qp *qp, struct sluice_hwq *q, uint64_t now)
{
	struct sluice_dev *dev = qp->dev;
	uint32_t status = dev->t->ops->reg_read32(dev->t, SLUICE_REG_STATUS);
	uint64_t ran = cycles(dev) - q->watch_cycles, waited = now - q->watch_since;
	bool idle = !(status & SLUICE_STATUS_BUSY_MASK);

	if (dev->t->ops->reg_read32(dev->t, SLUICE_REG_MAGIC) != SLUICE_MAGIC) {
		sluice_dev_fail(dev, RTE_PMD_SLUICE_FAILURE_GONE);
	} else if (status & SLUICE_STATUS_FATAL_MASK ||
			dev->t->ops->reg_read32(dev->t, SLUICE_QUEUE_REG(q->id, ERROR))) {
		sluice_dev_fail(dev, RTE_PMD_SLUICE_FAILURE_FATAL);
	} else if (waited >= dev->timeout_tsc && (ran >= dev->timeout_cycles || (idle && q->watch_idle) ||
			(ran == 0 && waited >= STILL_TIMEOUTS * dev->timeout_tsc))) {
		SLUICE_LOG(ERR, "queue %u: %u in flight, no completion in %" PRIu64 " cycles%s", q->id,
			q->tail - q->head, ran, idle ? ", the device is idle" : "");
		qp->timeouts++;
		sluice_dev_fail(dev, RTE_PMD_SLUICE_FAILURE_TIMEOUT);
	}
	q->watch_idle = idle;
}

void
sluice_watch(struct sluice_qp *qp, struct sluice_hwq *q)
{
	struct sluice_dev *dev = qp->dev;
	uint64_t now = rte_get_tsc_cycles();

	if (!q->watch_armed) {
		q->watch_armed = 1;
		q->watch_idle = 0;
		q->watch_seen = 0;
		q->watch_next = now + dev->timeout_tsc / WATCH_PER_TIMEOUT;
		return;
	}
	if (now < q->watch_next)
		return;
	q->watch_next = now + dev->timeout_tsc / WATCH_PER_TIMEOUT;
	if (!q->watch_seen) { /* the registers are read only once a queue is slow */
		q->watch_seen = 1;
		q->watch_since = now;
		q->watch_cycles = cycles(dev);
		return;
	}
	judge(qp, q, now);
}

/* ---- reset ---- */

enum { RESET_START, RESET_WAIT };

/* Every queue pair is empty and outside its bursts. */
static bool
quiet(struct sluice_dev *dev)
{
	for (unsigned int i = 0; i < SLUICE_MAX_QPS; i++) {
		struct sluice_qp *qp = dev->qp[i];

		if (!qp)
			continue;
		if (__atomic_load_n(&qp->active, __ATOMIC_SEQ_CST) || __atomic_load_n(&qp->inflight, __ATOMIC_ACQUIRE))
			return false;
	}
	return true;
}

/* Rings anew; sessions of before are told apart by the epoch, and nothing is left on the device to erase. */
static void
reset_finish(struct sluice_dev *dev)
{
	for (unsigned int i = 0; i < SLUICE_MAX_QPS; i++) {
		if (!dev->qp[i])
			continue;
		SLUICE_FOREACH_CLASS(dev, c)
			sluice_hwq_program(dev, &dev->qp[i]->hwq[c]);
		dev->qp[i]->halt = SLUICE_GOING;
	}
	for (unsigned int c = 0; c < SLUICE_CLASSES; c++) {
		sluice_slot_forget(&dev->sessions[c]);
		sluice_slot_forget(&dev->keys[c]);
	}
	sluice_slot_void(&dev->secrets);
	dev->epoch++;
	dev->resets++;
	if (dev->started)
		dev->t->ops->reg_write32(dev->t, SLUICE_REG_CTRL, SLUICE_CTRL_ENABLE_MASK);
	dev->why = RTE_PMD_SLUICE_FAILURE_NONE;
	__atomic_store_n(&dev->failing, 0, __ATOMIC_SEQ_CST);
	__atomic_store_n(&dev->state, RTE_PMD_SLUICE_RUNNING, __ATOMIC_SEQ_CST);
	SLUICE_LOG(NOTICE, "device reset, self test passed");
}

static int
reset_failed(struct sluice_dev *dev, enum rte_pmd_sluice_failure why)
{
	dev->t->ops->dma(dev->t, false);
	dev->why = why;
	__atomic_store_n(&dev->state, RTE_PMD_SLUICE_FAILED, __ATOMIC_SEQ_CST);
	return -EIO;
}

static int
reset_step(struct sluice_dev *dev)
{
	if (sluice_state(dev) == RTE_PMD_SLUICE_RUNNING)
		sluice_dev_fail(dev, RTE_PMD_SLUICE_FAILURE_NONE);
	if (sluice_state(dev) == RTE_PMD_SLUICE_FAILED) {
		if (!quiet(dev))
			return -EAGAIN;
		__atomic_store_n(&dev->state, RTE_PMD_SLUICE_RESETTING, __ATOMIC_SEQ_CST);
		dev->reset_step = RESET_START;
	}
	/* a burst that began before the state changed may still be leaving; it saw a device that does not run */
	if (!quiet(dev))
		return -EAGAIN;
	if (dev->reset_step == RESET_START) {
		dev->t->ops->reg_write32(dev->t, SLUICE_REG_CTRL, SLUICE_CTRL_RESET_MASK);
		dev->t->ops->dma(dev->t, true);
		dev->reset_deadline = rte_get_tsc_cycles() + RESET_SECONDS * rte_get_tsc_hz();
		dev->reset_step = RESET_WAIT;
	}
	if (!is_ready(dev)) {
		if (rte_get_tsc_cycles() < dev->reset_deadline)
			return -EINPROGRESS;
		SLUICE_LOG(ERR, "not ready %d s after its reset", RESET_SECONDS);
		return reset_failed(dev, RTE_PMD_SLUICE_FAILURE_GONE);
	}
	if (sluice_dev_identify(dev))
		return reset_failed(dev, RTE_PMD_SLUICE_FAILURE_GONE);
	if (sluice_dev_selftest(dev))
		return reset_failed(dev, RTE_PMD_SLUICE_FAILURE_SELFTEST);
	sluice_counters_begin(dev);
	reset_finish(dev);
	return 0;
}

int
sluice_dev_reset(struct sluice_dev *dev)
{
	int rc;

	if (!rte_spinlock_trylock(&dev->reset_lock))
		return -EINPROGRESS;
	rc = reset_step(dev);
	rte_spinlock_unlock(&dev->reset_lock);
	return rc;
}
