/*
 * Hardware queues: rings in a memzone, completions, loads and erasures of sessions. Called by the thread that owns the queue pair.
 * What an op means is not known here (sluice_sym.c, sluice_tls.c, sluice_pka.c, sluice_asym.c, sluice_ec.c).
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <rte_cycles.h>
#include <rte_malloc.h>
#include <rte_memzone.h>

#include "common/ct.h"
#include "dataplane/pmd/sluice_private.h"

#define RING_ALIGN 4096u

static uint32_t
mask(const struct sluice_hwq *q)
{
	return q->size - 1;
}

static bool
has_keys(unsigned int class)
{
	return class == SLUICE_ENGINE_PKA || class == SLUICE_ENGINE_ECC;
}

uint32_t
sluice_hwq_size(unsigned int class, uint32_t n)
{
	if (has_keys(class))
		return RTE_MIN(n, SLUICE_PKA_DESC);
	return class == SLUICE_ENGINE_KDF ? RTE_MAX(n, SLUICE_KDF_DESC) : n;
}

int
sluice_hwq_alloc(struct sluice_hwq *q, struct sluice_dev *dev, uint16_t id, unsigned int class,
	uint32_t ndesc, int socket)
{
	size_t sq = ndesc * sizeof(struct sluice_desc), cq = ndesc * sizeof(struct sluice_cpl);
	char name[RTE_MEMZONE_NAMESIZE];
	uint8_t *p;

	memset(q, 0, sizeof(*q));
	q->id = id;
	q->class = (uint8_t)class;
	q->size = ndesc;
	snprintf(name, sizeof(name), "sluice%u_q%u", dev->cdev->data->dev_id, q->id);
	q->stride = offsetof(struct sluice_slot_mem, in) +
		(class == SLUICE_ENGINE_PKA ? RTE_PMD_SLUICE_PKA_MAX_IN : SLUICE_SHORT_IN);
	q->mz = rte_memzone_reserve_aligned(name, sq + cq + (size_t)ndesc * q->stride, socket,
		RTE_MEMZONE_IOVA_CONTIG, RING_ALIGN);
	q->slot = rte_zmalloc_socket("sluice_slot", ndesc * sizeof(struct sluice_slot), RTE_CACHE_LINE_SIZE,
		socket);
	if (!q->mz || !q->slot) {
		sluice_hwq_release(q);
		return -ENOMEM;
	}
	p = q->mz->addr;
	memset(p, 0, q->mz->len);
	q->sq = (struct sluice_desc *)p;
	q->cq = (struct sluice_cpl *)(p + sq);
	q->mem = p + sq + cq;
	q->sq_iova = q->mz->iova;
	q->cq_iova = q->mz->iova + sq;
	q->mem_iova = q->mz->iova + sq + cq;
	return 0;
}

int
sluice_hwq_setup(struct sluice_qp *qp, unsigned int class, uint32_t ndesc, int socket)
{
	struct sluice_dev *dev = qp->dev;
	unsigned int before = __builtin_popcount(dev->has.engines & ((1u << class) - 1));

	return sluice_hwq_alloc(&qp->hwq[class], dev, (uint16_t)(qp->id * dev->nb_classes + before), class,
		sluice_hwq_size(class, ndesc), socket);
}

void
sluice_hwq_release(struct sluice_hwq *q)
{
	if (q->mz) {
		ct_wipe(q->mz->addr, q->mz->len);
		rte_memzone_free(q->mz);
	}
	rte_free(q->slot);
	q->mz = NULL;
	q->slot = NULL;
}

/* An erasure that did not complete: after a reset of the device there is nothing to erase, otherwise another queue does it. */
static void
not_freed(struct sluice_dev *dev, struct sluice_slot *s)
{
	if (sluice_state(dev) == RTE_PMD_SLUICE_RUNNING)
		sluice_slot_put_later(s->pool, s->handle);
	else
		sluice_slot_put(s->pool, s->handle);
}

/* A session whose owner may ask for it has its keys, or has not. */
static void
loaded(struct sluice_slot *s, uint8_t status)
{
	struct rte_pmd_sluice_tls_session *sess = s->session;

	if (!sess)
		return;
	sess->broken |= status == SLUICE_ST_ABORTED;
	__atomic_store_n(&sess->load, status == SLUICE_ST_OK ? SLUICE_LOAD_DONE : SLUICE_LOAD_REFUSED, __ATOMIC_RELEASE);
	sess->inflight--;
}

void
sluice_hwq_leftovers(struct sluice_dev *dev, struct sluice_hwq *q)
{
	for (; q->head != q->tail; q->head++) {
		struct sluice_slot *s = &q->slot[q->head & mask(q)];

		if (s->kind == SLUICE_SLOT_FREE)
			not_freed(dev, s);
		else if (s->kind == SLUICE_SLOT_LOAD)
			loaded(s, SLUICE_ST_ABORTED);
		if (s->secret)
			ct_wipe(sluice_hwq_mem(q, q->head)->in, s->secret);
	}
}

void
sluice_hwq_program(struct sluice_dev *dev, struct sluice_hwq *q)
{
	const struct sluice_transport_ops *t = dev->t->ops;
	uint32_t config = rte_log2_u32(q->size) << SLUICE_QUEUE_CONFIG_SIZE_LOG2_SHIFT |
		(uint32_t)q->class << SLUICE_QUEUE_CONFIG_CLASS_SHIFT;

	sluice_hwq_leftovers(dev, q);
	q->head = q->tail = q->rung_head = q->rung_tail = 0;
	q->watch_armed = 0;
	memset(q->cq, 0, q->size * sizeof(struct sluice_cpl));
	t->reg_write32(dev->t, SLUICE_QUEUE_REG(q->id, SQ_BASE_LO), (uint32_t)q->sq_iova);
	t->reg_write32(dev->t, SLUICE_QUEUE_REG(q->id, SQ_BASE_HI), (uint32_t)(q->sq_iova >> 32));
	t->reg_write32(dev->t, SLUICE_QUEUE_REG(q->id, CQ_BASE_LO), (uint32_t)q->cq_iova);
	t->reg_write32(dev->t, SLUICE_QUEUE_REG(q->id, CQ_BASE_HI), (uint32_t)(q->cq_iova >> 32));
	t->reg_write32(dev->t, SLUICE_QUEUE_REG(q->id, CONFIG), config);
	t->reg_write32(dev->t, SLUICE_QUEUE_REG(q->id, CONFIG), config | SLUICE_QUEUE_CONFIG_ENABLE_MASK);
}

void
sluice_hwq_stop(struct sluice_dev *dev, struct sluice_hwq *q)
{
	dev->t->ops->reg_write32(dev->t, SLUICE_QUEUE_REG(q->id, CONFIG), 0);
}

struct sluice_desc *
sluice_hwq_next(struct sluice_hwq *q, struct sluice_slot **slot, struct sluice_slot_mem **mem,
	rte_iova_t *mem_iova)
{
	uint32_t i = q->tail & mask(q);
	struct sluice_desc *d = &q->sq[i];

	memset(d, 0, sizeof(*d));
	d->cookie = q->tail;
	*slot = &q->slot[i];
	**slot = (struct sluice_slot){ 0 };
	*mem = sluice_hwq_mem(q, i);
	*mem_iova = sluice_hwq_mem_iova(q, i);
	return d;
}

struct sluice_slot *
sluice_hwq_operand(struct sluice_hwq *q, uint8_t opcode, uint32_t handle, const void *in, uint32_t len,
	uint32_t result, struct sluice_desc **desc)
{
	struct sluice_slot_mem *mem;
	struct sluice_slot *slot;
	struct sluice_desc *d;
	rte_iova_t iova;

	d = sluice_hwq_next(q, &slot, &mem, &iova);
	if (len)
		memcpy(mem->in, in, len);
	d->opcode = opcode;
	d->handle = handle;
	d->src_addr = len ? iova + offsetof(struct sluice_slot_mem, in) : 0;
	d->src_len = len;
	d->dst_addr = result ? iova + offsetof(struct sluice_slot_mem, in) + SLUICE_RESULT : 0;
	d->dst_len = result;
	slot->min_len = slot->max_len = result;
	slot->secret = (uint16_t)RTE_MAX(len, result ? SLUICE_RESULT + result : 0);
	*desc = d;
	sluice_hwq_push(q);
	return slot;
}

void
sluice_hwq_load(struct sluice_qp *qp, struct sluice_hwq *q, struct sluice_ctx *ctx, const void *image,
	uint32_t len, struct rte_pmd_sluice_tls_session *tls)
{
	struct sluice_slot *slot;
	struct sluice_desc *d;

	if (!ctx->handle || ctx->loaded[qp->id] == qp->dev->load_epoch[qp->id])
		return;
	ctx->loaded[qp->id] = qp->dev->load_epoch[qp->id];
	__atomic_store_n(&ctx->sent, 1, __ATOMIC_RELAXED);
	slot = sluice_hwq_operand(q, has_keys(ctx->class) ? SLUICE_OP_KEY_LOAD : SLUICE_OP_SESSION_LOAD, ctx->handle,
		image, len, 0, &d);
	slot->kind = SLUICE_SLOT_LOAD;
	slot->session = tls;
}

/* Slots that a queue of this class erases, and how. */
static struct sluice_slot_pool *
pool_of(struct sluice_dev *dev, unsigned int class, uint8_t *opcode)
{
	*opcode = has_keys(class) ? SLUICE_OP_KEY_FREE : class == SLUICE_ENGINE_KDF ? SLUICE_OP_SECRET_FREE :
		SLUICE_OP_SESSION_FREE;
	if (class == SLUICE_ENGINE_KDF)
		return &dev->secrets;
	return has_keys(class) ? &dev->keys[class] : &dev->sessions[class];
}

void
sluice_hwq_frees(struct sluice_qp *qp, struct sluice_hwq *q)
{
	uint8_t opcode;
	struct sluice_slot_pool *pool = pool_of(qp->dev, q->class, &opcode);
	struct sluice_slot_mem *mem;
	struct sluice_slot *slot;
	struct sluice_desc *d;
	rte_iova_t iova;
	uint32_t handle;

	for (uint32_t i = 0; i < SLUICE_FREE_BURST && sluice_hwq_room(q) > SLUICE_OP_DESCS; i++) {
		handle = sluice_slot_pending(pool);
		if (!handle)
			return;
		d = sluice_hwq_next(q, &slot, &mem, &iova);
		d->opcode = opcode;
		d->handle = handle;
		slot->kind = SLUICE_SLOT_FREE;
		slot->handle = handle;
		slot->pool = pool;
		sluice_hwq_push(q);
	}
}

void
sluice_hwq_ring(struct sluice_dev *dev, struct sluice_hwq *q)
{
	if (q->rung_tail != q->tail) {
		q->rung_tail = q->tail;
		dev->t->ops->doorbell(dev->t, q->id, SLUICE_DOORBELL_SQ_TAIL, (uint16_t)q->tail);
	}
	if (q->rung_head != q->head) {
		q->rung_head = q->head;
		dev->t->ops->doorbell(dev->t, q->id, SLUICE_DOORBELL_CQ_HEAD, (uint16_t)q->head);
	}
}

static uint8_t
op_status(uint8_t status)
{
	switch (status) {
	case SLUICE_ST_OK:
		return RTE_CRYPTO_OP_STATUS_SUCCESS;
	case SLUICE_ST_AUTH_FAILED:
		return RTE_CRYPTO_OP_STATUS_AUTH_FAILED;
	case SLUICE_ST_BAD_HANDLE:
	case SLUICE_ST_BAD_SESSION:
	case SLUICE_ST_SEQ_EXHAUSTED:
	case SLUICE_ST_BAD_SECRET:
		return RTE_CRYPTO_OP_STATUS_INVALID_SESSION;
	case SLUICE_ST_BAD_DESC:
	case SLUICE_ST_BAD_RECORD:
	case SLUICE_ST_DST_SHORT:
	case SLUICE_ST_BAD_KEY:
	case SLUICE_ST_BAD_INPUT:
		return RTE_CRYPTO_OP_STATUS_INVALID_ARGS;
	default:
		return RTE_CRYPTO_OP_STATUS_ERROR;
	}
}

/* What every op of a slot needs at its end, whatever the end is. */
static void
leave(struct sluice_qp *qp, struct sluice_slot *s)
{
	if (s->kind == SLUICE_SLOT_RECORD)
		((struct rte_pmd_sluice_tls_session *)s->session)->inflight--;
	if (s->kind == SLUICE_SLOT_EC)
		sluice_ec_leave(qp, s);
	__atomic_store_n(&qp->inflight, qp->inflight - 1, __ATOMIC_RELEASE);
}

/* The op's last descriptor is complete: gives the op. */
static struct rte_crypto_op *
finish(struct sluice_qp *qp, struct sluice_slot *s, const struct sluice_slot_mem *mem,
	const struct sluice_cpl *cpl)
{
	struct rte_crypto_op *op = s->op;
	uint8_t status = s->earlier != SLUICE_ST_OK ? s->earlier : cpl->status;

	op->status = op_status(status);
	op->reserved[1] = status;
	if (status == SLUICE_ST_OK) {
		switch (s->kind) {
		case SLUICE_SLOT_SYM:
			sluice_sym_finish(s, mem);
			break;
		case SLUICE_SLOT_RECORD:
			sluice_record_finish(s, cpl);
			break;
		case SLUICE_SLOT_RSA:
			sluice_rsa_finish(s, mem);
			break;
		case SLUICE_SLOT_EC:
			sluice_ec_finish(s, mem);
			break;
		default:
			sluice_pka_finish(s, mem, cpl);
		}
	}
	qp->stats.dequeue_err_count += op->status != RTE_CRYPTO_OP_STATUS_SUCCESS;
	leave(qp, s);
	return op;
}

/* One good completion. Returns the op that ended with it, or NULL. */
static struct rte_crypto_op *
complete(struct sluice_qp *qp, struct sluice_hwq *q, const struct sluice_cpl *cpl)
{
	uint32_t i = q->head & mask(q);
	struct sluice_slot *s = &q->slot[i];
	struct rte_crypto_op *op = NULL;

	qp->status[cpl->status]++;
	switch (s->kind) {
	case SLUICE_SLOT_LOAD: /* if it failed, the op behind it is told BAD_HANDLE */
		loaded(s, cpl->status);
		break;
	case SLUICE_SLOT_FREE:
		sluice_slot_put(s->pool, s->handle);
		break;
	case SLUICE_SLOT_STEP:
		if (s->earlier == SLUICE_ST_OK && cpl->status == SLUICE_ST_OK)
			sluice_step_finish(s, sluice_hwq_mem(q, i), cpl);
		/* fall through */
	case SLUICE_SLOT_PART:
		q->slot[(q->head + 1) & mask(q)].earlier = s->earlier != SLUICE_ST_OK ? s->earlier : cpl->status;
		break;
	default:
		op = finish(qp, s, sluice_hwq_mem(q, i), cpl);
	}
	if (s->secret)
		ct_wipe(sluice_hwq_mem(q, i)->in, s->secret);
	s->op = NULL;
	q->head++;
	return op;
}

uint16_t
sluice_hwq_poll(struct sluice_qp *qp, struct sluice_hwq *q, struct rte_crypto_op **ops, uint16_t n)
{
	enum sluice_cpl_verdict v;
	struct sluice_cpl cpl;
	struct sluice_slot *s;
	uint32_t from = q->head;
	uint16_t got = 0;

	while (got < n && q->head != q->tail) {
		s = &q->slot[q->head & mask(q)];
		v = sluice_cpl_take(&q->cq[q->head & mask(q)], &(struct sluice_cpl_expect){
			.min_len = s->min_len, .max_len = s->max_len, .head = q->head, .tail = q->tail,
			.size = q->size }, &cpl);
		if (v == SLUICE_CPL_NONE)
			break;
		if (v != SLUICE_CPL_GOOD) {
			qp->bad_completions++;
			SLUICE_LOG(ERR, "queue %u: completion %u: %s (cookie %u status %u length %u of %u..%u)",
				q->id, q->head, sluice_cpl_verdict_name(v), cpl.cookie, cpl.status, cpl.length,
				s->min_len, s->max_len);
			sluice_dev_fail(qp->dev, RTE_PMD_SLUICE_FAILURE_COMPLETION);
			break;
		}
		ops[got] = complete(qp, q, &cpl);
		got += ops[got] != NULL;
	}
	if (q->head != from)
		q->watch_armed = 0;
	return got;
}

uint16_t
sluice_hwq_flush(struct sluice_qp *qp, struct sluice_hwq *q, struct rte_crypto_op **ops, uint16_t n)
{
	bool aborted = sluice_state(qp->dev) == RTE_PMD_SLUICE_RUNNING;
	uint16_t got = 0;

	for (; got < n && q->head != q->tail; q->head++) {
		struct sluice_slot *s = &q->slot[q->head & mask(q)];

		if (s->kind == SLUICE_SLOT_FREE)
			not_freed(qp->dev, s);
		if (s->kind == SLUICE_SLOT_LOAD)
			loaded(s, SLUICE_ST_ABORTED);
		if (s->secret)
			ct_wipe(sluice_hwq_mem(q, q->head)->in, s->secret);
		if (s->kind == SLUICE_SLOT_LOAD || s->kind == SLUICE_SLOT_FREE || s->kind == SLUICE_SLOT_PART ||
				s->kind == SLUICE_SLOT_STEP)
			continue;
		s->op->status = RTE_CRYPTO_OP_STATUS_ERROR;
		s->op->reserved[1] = aborted ? SLUICE_ST_ABORTED : RTE_PMD_SLUICE_NO_DEVICE_STATUS;
		if (s->kind == SLUICE_SLOT_RECORD)
			((struct rte_pmd_sluice_tls_session *)s->session)->broken = 1;
		ops[got++] = s->op;
		qp->stats.dequeue_err_count++;
		leave(qp, s);
	}
	return got;
}
