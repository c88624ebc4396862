/*
 * The completion ring as a hostile device writes it: whatever is in it, every op in flight comes back exactly once (as done, or as failed with
 * the device), nothing is written outside the results' buffers, and nothing is believed that a sound device would not write.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <rte_log.h>
#include <rte_mbuf.h>

#include "dataplane/pmd/sluice_private.h"

#define RING 16u
#define OPS 12u /* the other slots are loads, erasures and first halves */
#define FREE_HANDLE 0x10003u

struct op_room {
	struct rte_crypto_op op;
	union {
		struct rte_crypto_sym_op sym;
		struct rte_crypto_asym_op asym;
	};
	struct rte_pmd_sluice_tls_session tls;
	uint8_t *out;
	unsigned int back;
};

/* A transport that swallows everything. */
static uint32_t
read32(struct sluice_transport *t, uint32_t offset)
{
	return 0;
}

static void
readv(struct sluice_transport *t, const uint32_t *offset, uint32_t *val, uint32_t n)
{
	memset(val, 0, n * sizeof(*val));
}

static void
write32(struct sluice_transport *t, uint32_t offset, uint32_t val)
{
}

static void
doorbell(struct sluice_transport *t, uint16_t queue, enum sluice_doorbell which, uint16_t val)
{
}

static void
dma(struct sluice_transport *t, bool on)
{
}

static const struct sluice_transport_ops nothing = { .name = "nothing", .reg_read32 = read32,
	.reg_readv = readv, .reg_write32 = write32, .doorbell = doorbell, .dma = dma };

/* One descriptor in flight, of a kind by its place. */
static void
fly(struct sluice_hwq *q, struct op_room *room, struct sluice_sym_session *sym, struct sluice_slot_pool *pool,
	unsigned int i)
{
	static const uint8_t kinds[] = { SLUICE_SLOT_SYM, SLUICE_SLOT_RECORD, SLUICE_SLOT_PKA, SLUICE_SLOT_SYM };
	struct sluice_slot *s = &q->slot[i];
	struct rte_pmd_sluice_pka_op *p;

	if (i >= OPS) {
		s->kind = i % 2 ? SLUICE_SLOT_LOAD : SLUICE_SLOT_FREE;
		s->handle = FREE_HANDLE;
		s->pool = pool;
		return;
	}
	s->kind = kinds[i % RTE_DIM(kinds)];
	s->op = &room->op;
	room->out = malloc(32);
	assert(room->out);
	if (s->kind == SLUICE_SLOT_SYM) {
		s->session = sym;
		s->min_len = s->max_len = 16 + 16;
		room->op.sym->aead.digest.data = room->out;
	} else if (s->kind == SLUICE_SLOT_RECORD) {
		s->session = &room->tls;
		room->tls.inflight = 1;
		s->max_len = 100;
	} else {
		p = (struct rte_pmd_sluice_pka_op *)room->op.asym;
		p->out = room->out;
		s->min_len = s->max_len = 32;
	}
}

static void
returned(struct rte_crypto_op **ops, uint16_t n, struct op_room *rooms)
{
	for (uint16_t i = 0; i < n; i++) {
		struct op_room *r = (struct op_room *)ops[i];

		assert(r >= rooms && r < rooms + OPS && r->back++ == 0);
		assert(ops[i]->status == RTE_CRYPTO_OP_STATUS_SUCCESS || ops[i]->status > RTE_CRYPTO_OP_STATUS_NOT_PROCESSED);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sluice_transport t = { .ops = &nothing };
	struct sluice_dev dev = { .t = &t, .state = RTE_PMD_SLUICE_RUNNING };
	struct sluice_qp qp = { .dev = &dev, .inflight = OPS };
	struct sluice_sym_session sym = { .order = SLUICE_AEAD, .generate = 1, .digest_len = 16 };
	struct sluice_hwq *q = &qp.hwq[0];
	struct rte_crypto_op *ops[RING];
	struct op_room *rooms = calloc(OPS, sizeof(*rooms));
	uint8_t taken[RING];
	uint32_t free_stack[RING], pending[RING], start = size ? data[0] : 0;
	uint16_t n;

	assert(rooms);
	rte_log_set_global_level(RTE_LOG_EMERG);
	dev.sessions[0] = (struct sluice_slot_pool){ .free = free_stack, .pending = pending, .taken = taken };
	q->size = RING;
	q->head = RING * start; /* any pass of the ring */
	q->tail = q->head + RING;
	q->stride = sizeof(struct sluice_slot_mem);
	q->sq = calloc(RING, sizeof(*q->sq));
	q->cq = calloc(RING, sizeof(*q->cq));
	q->slot = calloc(RING, sizeof(*q->slot));
	q->mem = calloc(RING, q->stride);
	assert(q->sq && q->cq && q->slot && q->mem);
	for (unsigned int i = 0; i < RING; i++) {
		struct sluice_cpl *c = &q->cq[i];

		fly(q, i < OPS ? &rooms[i] : NULL, &sym, &dev.sessions[0], i);
		/* a sound entry first, so that the input need only damage it */
		*c = (struct sluice_cpl){ .cookie = q->head + i, .length = q->slot[i].min_len,
			.sq_head = (uint16_t)(q->head + i + 1), .phase = (start & 1) ^ 1 };
	}
	for (size_t at = 1; at + 3 <= size; at += 3) /* place, place, value */
		((uint8_t *)q->cq)[(data[at] << 8 | data[at + 1]) % (RING * sizeof(*q->cq))] ^= data[at + 2];
	n = sluice_hwq_poll(&qp, q, ops, RING);
	returned(ops, n, rooms);
	if (dev.state == RTE_PMD_SLUICE_FAILED)
		assert(qp.bad_completions == 1);
	n = sluice_hwq_flush(&qp, q, ops, RING);
	returned(ops, n, rooms);
	assert(qp.inflight == 0 && q->head == q->tail);
	for (unsigned int i = 0; i < OPS; i++) {
		assert(rooms[i].back == 1 && rooms[i].tls.inflight == 0);
		free(rooms[i].out);
	}
	free(rooms);
	free(q->sq);
	free(q->cq);
	free(q->slot);
	free(q->mem);
	return 0;
}
