/*
 * The driver against a mock BAR: the exact sequence of register accesses of each step, and the memory it leaves for the device. The mock
 * is a transport that writes down every access and answers from a table; the last cases use the PCI transport on plain memory.
 */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <rte_eal.h>
#include <rte_errno.h>

#include "dataplane/pmd/sluice_private.h"

#define NAME "mock"
#define DESCS 16u
#define IV_OFFSET (sizeof(struct rte_crypto_op) + sizeof(struct rte_crypto_sym_op))
#define LEN 64u

enum access { READ = 'r', WRITE = 'w', BELL = 'b', DMA = 'd', CLOSE = 'c' };

struct entry {
	enum access kind;
	uint32_t offset, val;
};

struct mock {
	struct sluice_transport base;
	struct entry log[4096];
	unsigned int n;
	bool answers; /* completes every descriptor at once, with OK: while the driver asks what the device can do */
	uint16_t head[SLUICE_QUEUE_COUNT];
	uint32_t reg[SLUICE_BAR_BYTES / 4];
};

/* Pools, made once. */
struct pools {
	struct rte_mempool *mbufs, *ops, *sessions;
};

static struct mock *
mock_of(struct sluice_transport *t)
{
	return (struct mock *)t;
}

static void
note(struct mock *m, enum access kind, uint32_t offset, uint32_t val)
{
	assert_true(m->n < RTE_DIM(m->log));
	m->log[m->n++] = (struct entry){ kind, offset, val };
}

static uint32_t
read32(struct sluice_transport *t, uint32_t offset)
{
	note(mock_of(t), READ, offset, mock_of(t)->reg[offset / 4]);
	return mock_of(t)->reg[offset / 4];
}

static void
readv(struct sluice_transport *t, const uint32_t *offset, uint32_t *val, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		val[i] = read32(t, offset[i]);
}

static void
write32(struct sluice_transport *t, uint32_t offset, uint32_t val)
{
	note(mock_of(t), WRITE, offset, val);
	if (offset == SLUICE_REG_CTRL)
		val &= ~SLUICE_CTRL_RESET_MASK;
	mock_of(t)->reg[offset / 4] = val;
}

/* What a device does that has nothing to say: OK, but it knows no public key. */
static void
answer(const volatile uint32_t *reg, uint16_t *heads, uint16_t queue, uint16_t tail)
{
	uint32_t size = 1u << (reg[SLUICE_QUEUE_REG(queue, CONFIG) / 4] & SLUICE_QUEUE_CONFIG_SIZE_LOG2_MASK);
	uintptr_t sq = reg[SLUICE_QUEUE_REG(queue, SQ_BASE_LO) / 4] | (uintptr_t)reg[SLUICE_QUEUE_REG(queue, SQ_BASE_HI) / 4] << 32;
	uintptr_t cq = reg[SLUICE_QUEUE_REG(queue, CQ_BASE_LO) / 4] | (uintptr_t)reg[SLUICE_QUEUE_REG(queue, CQ_BASE_HI) / 4] << 32;

	for (; heads[queue] != tail; heads[queue]++) {
		uint32_t i = heads[queue] % size;
		const struct sluice_desc *d = &((struct sluice_desc *)sq)[i];
		struct sluice_cpl *c = &((struct sluice_cpl *)cq)[i];

		*c = (struct sluice_cpl){ .cookie = d->cookie, .sq_head = (uint16_t)(heads[queue] + 1),
			.status = d->opcode >= SLUICE_OP_KEY_LOAD ? SLUICE_ST_BAD_DESC : SLUICE_ST_OK };
		__atomic_store_n(&c->phase, (heads[queue] / size & 1) ^ 1, __ATOMIC_RELEASE);
	}
}

static void
bell(struct sluice_transport *t, uint16_t queue, enum sluice_doorbell which, uint16_t val)
{
	note(mock_of(t), BELL, which == SLUICE_DOORBELL_SQ_TAIL ? SLUICE_QUEUE_REG(queue, SQ_TAIL) :
		SLUICE_QUEUE_REG(queue, CQ_HEAD), val);
	if (mock_of(t)->answers && which == SLUICE_DOORBELL_SQ_TAIL)
		answer(mock_of(t)->reg, mock_of(t)->head, queue, val);
}

static void
dma(struct sluice_transport *t, bool on)
{
	note(mock_of(t), DMA, 0, on);
}

static void
close_mock(struct sluice_transport *t)
{
	note(mock_of(t), CLOSE, 0, 0);
}

static const struct sluice_transport_ops mock_ops = { .name = "mock", .reg_read32 = read32,
	.reg_readv = readv, .reg_write32 = write32, .doorbell = bell, .dma = dma, .close = close_mock };

/* Registers of a sound device. */
static void
sound(uint32_t *reg)
{
	memset(reg, 0, SLUICE_BAR_BYTES);
	reg[SLUICE_REG_MAGIC / 4] = SLUICE_MAGIC;
	reg[SLUICE_REG_MAP_VERSION / 4] = SLUICE_MAP_VERSION;
	reg[SLUICE_REG_MAP_HASH / 4] = SLUICE_MAP_HASH;
	reg[SLUICE_REG_CAP0 / 4] = 16u << SLUICE_CAP0_NUM_QUEUES_SHIFT | 16u << SLUICE_CAP0_NUM_KEYS_SHIFT;
	reg[SLUICE_REG_CAP1 / 4] = 1024u << SLUICE_CAP1_NUM_SESSIONS_SHIFT | 12u << SLUICE_CAP1_MAX_RING_LOG2_SHIFT;
	reg[SLUICE_REG_CAP2 / 4] = 7u << SLUICE_CAP2_ENGINES_SHIFT;
	reg[SLUICE_REG_STATUS / 4] = SLUICE_STATUS_READY_MASK;
	reg[SLUICE_REG_SELFTEST_DONE / 4] = 7;
	reg[SLUICE_REG_SELFTEST_PASS / 4] = 7;
}

static struct mock *
mock_new(void)
{
	struct mock *m = calloc(1, sizeof(*m));

	assert_non_null(m);
	m->base.ops = &mock_ops;
	sound(m->reg);
	return m;
}

static int
create(struct sluice_transport *t)
{
	static const struct rte_driver driver = { .name = NAME };
	static struct rte_device device = { .name = NAME, .driver = &driver };
	struct sluice_args args;

	assert_int_equal(sluice_args_parse("", &args), 0);
	return sluice_dev_create(NAME, &device, t, &args, 0);
}

static int
create_mock(struct mock *m)
{
	int rc;

	m->answers = true;
	rc = create(&m->base);
	m->answers = false;
	return rc;
}

static struct rte_cryptodev *
cdev(void)
{
	struct rte_cryptodev *c = rte_cryptodev_pmd_get_named_dev(NAME);

	assert_non_null(c);
	return c;
}

/* The log is exactly these accesses; then it is emptied. */
static void
expect(struct mock *m, const struct entry *want, unsigned int n)
{
	for (unsigned int i = 0; i < n && i < m->n; i++)
		if (m->log[i].kind != want[i].kind || m->log[i].offset != want[i].offset || m->log[i].val != want[i].val)
			fail_msg("access %u is %c %#x = %#x, expected %c %#x = %#x", i, m->log[i].kind, m->log[i].offset,
				m->log[i].val, want[i].kind, want[i].offset, want[i].val);
	if (m->n != n)
		fail_msg("%u accesses, expected %u", m->n, n);
	m->n = 0;
}
#define EXPECT(m, ...) expect(m, (const struct entry[]){ __VA_ARGS__ }, RTE_DIM(((const struct entry[]){ __VA_ARGS__ })))

static struct mock *
up(const struct pools *p)
{
	struct mock *m = mock_new();
	struct rte_cryptodev_config config = { .nb_queue_pairs = 1 };
	struct rte_cryptodev_qp_conf qp = { .nb_descriptors = DESCS, .mp_session = p->sessions };

	assert_int_equal(create_mock(m), 0);
	assert_int_equal(rte_cryptodev_configure(cdev()->data->dev_id, &config), 0);
	assert_int_equal(rte_cryptodev_queue_pair_setup(cdev()->data->dev_id, 0, &qp, 0), 0);
	assert_int_equal(rte_cryptodev_start(cdev()->data->dev_id), 0);
	m->n = 0;
	return m;
}

static void
down(struct mock *m)
{
	rte_cryptodev_stop(cdev()->data->dev_id);
	assert_int_equal(sluice_dev_destroy(cdev()), 0);
	assert_int_equal(m->log[m->n - 1].kind, CLOSE);
	free(m);
}

/* The first accesses are exactly these. */
static unsigned int
begins(const struct mock *m, const struct entry *want, unsigned int n)
{
	assert_true(m->n >= n);
	for (unsigned int i = 0; i < n; i++)
		if (m->log[i].kind != want[i].kind || m->log[i].offset != want[i].offset || m->log[i].val != want[i].val)
			fail_msg("access %u is %c %#x = %#x", i, m->log[i].kind, m->log[i].offset, m->log[i].val);
	return n;
}

static void
bring_up_reads_identity_first_then_resets_and_asks(void **state)
{
	struct mock *m = mock_new();
	unsigned int at;

	assert_int_equal(create_mock(m), 0);
	at = begins(m, (const struct entry[]){ { READ, SLUICE_REG_MAGIC, SLUICE_MAGIC },
		{ READ, SLUICE_REG_MAP_VERSION, SLUICE_MAP_VERSION }, { READ, SLUICE_REG_MAP_HASH, SLUICE_MAP_HASH },
		{ WRITE, SLUICE_REG_CTRL, SLUICE_CTRL_RESET_MASK }, { READ, SLUICE_REG_CTRL, 0 },
		{ READ, SLUICE_REG_STATUS, SLUICE_STATUS_READY_MASK }, { READ, SLUICE_REG_CAP0, m->reg[SLUICE_REG_CAP0 / 4] },
		{ READ, SLUICE_REG_CAP1, m->reg[SLUICE_REG_CAP1 / 4] }, { READ, SLUICE_REG_CAP2, m->reg[SLUICE_REG_CAP2 / 4] },
		{ READ, SLUICE_REG_CAP3, 0 }, { READ, SLUICE_REG_SELFTEST_DONE, 7 }, { READ, SLUICE_REG_SELFTEST_PASS, 7 },
		{ WRITE, SLUICE_REG_CTRL, SLUICE_CTRL_ENABLE_MASK } }, 13);
	/* one queue for each engine: set up, rung, stopped */
	for (uint32_t q = 0; q < 3; q++, at += 8) {
		assert_int_equal(m->log[at].offset, SLUICE_QUEUE_REG(q, SQ_BASE_LO));
		assert_int_equal(m->log[at + 6].kind, BELL);
		assert_int_equal(m->log[at + 6].offset, SLUICE_QUEUE_REG(q, SQ_TAIL));
		assert_int_equal(m->log[at + 7].offset, SLUICE_QUEUE_REG(q, CONFIG));
		assert_int_equal(m->log[at + 7].val, 0);
	}
	assert_int_equal(m->log[at].offset, SLUICE_REG_CTRL);
	assert_int_equal(m->log[at++].val, 0);
	/* what the engines have counted until now is not users' */
	for (uint32_t q = 0, seen = 0; q < 3; q++, seen = 0) {
		for (unsigned int i = at; i < m->n; i++)
			seen += m->log[i].offset == SLUICE_ENGINE_REG(q, FAILED) || m->log[i].offset == SLUICE_ENGINE_REG(q, OPS_LO);
		assert_int_equal(seen, 2);
	}
	for (; at < m->n; at++)
		assert_int_equal(m->log[at].kind, READ);
	m->n = 0;
	assert_int_equal(sluice_dev_destroy(cdev()), 0);
	EXPECT(m, { DMA, 0, 0 }, { CLOSE, 0, 0 });
	free(m);
}

/* A device of another map is left alone, and both values are told. */
static void
another_identity_is_refused_with_both_values(void **state)
{
	static const uint32_t regs[] = { SLUICE_REG_MAGIC, SLUICE_REG_MAP_VERSION, SLUICE_REG_MAP_HASH };
	static const uint32_t wants[] = { SLUICE_MAGIC, SLUICE_MAP_VERSION, SLUICE_MAP_HASH };

	for (size_t i = 0; i < RTE_DIM(regs); i++) {
		char *text = NULL, got[16], want[16];
		struct mock *m = mock_new();
		size_t len = 0;
		FILE *f = open_memstream(&text, &len);

		m->reg[regs[i] / 4] = 0xdeadbe00u + (uint32_t)i;
		snprintf(got, sizeof(got), "0x%08x", 0xdeadbe00u + (unsigned int)i);
		snprintf(want, sizeof(want), "0x%08x", wants[i]);
		assert_int_equal(rte_openlog_stream(f), 0);
		assert_int_equal(create_mock(m), -ENODEV);
		assert_int_equal(rte_openlog_stream(NULL), 0);
		fclose(f);
		assert_non_null(strstr(text, got));
		assert_non_null(strstr(text, want));
		for (unsigned int a = 0; a < m->n; a++)
			assert_int_not_equal(m->log[a].kind, WRITE);
		assert_int_equal(m->log[m->n - 1].kind, CLOSE);
		free(text);
		free(m);
	}
}

static void
a_failed_self_test_is_refused(void **state)
{
	struct mock *m = mock_new();

	m->reg[SLUICE_REG_SELFTEST_PASS / 4] = 5;
	assert_int_equal(create_mock(m), -EIO);
	assert_int_equal(m->log[m->n - 1].kind, CLOSE);
	free(m);
}

static void
rings_are_programmed_before_they_are_enabled(void **state)
{
	struct pools *p = *state;
	struct mock *m = mock_new();
	struct rte_cryptodev_config config = { .nb_queue_pairs = 2 };
	struct rte_cryptodev_qp_conf qp = { .nb_descriptors = 100, .mp_session = p->sessions };
	struct sluice_qp *q;
	struct entry want[18];
	unsigned int n = 0;

	assert_int_equal(create_mock(m), 0);
	assert_int_equal(rte_cryptodev_configure(cdev()->data->dev_id, &config), 0);
	m->n = 0;
	assert_int_equal(rte_cryptodev_queue_pair_setup(cdev()->data->dev_id, 1, &qp, 0), 0);
	q = cdev()->data->queue_pairs[1];
	for (uint32_t c = 0; c < 3; c++) { /* queue pair 1: hardware queues 3, 4, 5; the public-key one is shorter */
		uint32_t cfg = (c == SLUICE_ENGINE_PKA ? 6u : 7u) | c << SLUICE_QUEUE_CONFIG_CLASS_SHIFT;
		rte_iova_t sq = q->hwq[c].sq_iova, cq = q->hwq[c].cq_iova;

		assert_int_equal(sq % 64, 0);
		assert_int_equal(cq % 64, 0);
		want[n++] = (struct entry){ WRITE, SLUICE_QUEUE_REG(3 + c, SQ_BASE_LO), (uint32_t)sq };
		want[n++] = (struct entry){ WRITE, SLUICE_QUEUE_REG(3 + c, SQ_BASE_HI), (uint32_t)(sq >> 32) };
		want[n++] = (struct entry){ WRITE, SLUICE_QUEUE_REG(3 + c, CQ_BASE_LO), (uint32_t)cq };
		want[n++] = (struct entry){ WRITE, SLUICE_QUEUE_REG(3 + c, CQ_BASE_HI), (uint32_t)(cq >> 32) };
		want[n++] = (struct entry){ WRITE, SLUICE_QUEUE_REG(3 + c, CONFIG), cfg };
		want[n++] = (struct entry){ WRITE, SLUICE_QUEUE_REG(3 + c, CONFIG), cfg | SLUICE_QUEUE_CONFIG_ENABLE_MASK };
	}
	expect(m, want, n);
	assert_int_equal(rte_cryptodev_start(cdev()->data->dev_id), 0);
	EXPECT(m, { WRITE, SLUICE_REG_CTRL, SLUICE_CTRL_ENABLE_MASK });
	rte_cryptodev_stop(cdev()->data->dev_id);
	EXPECT(m, { WRITE, SLUICE_REG_CTRL, 0 });
	assert_int_equal(rte_cryptodev_close(cdev()->data->dev_id), 0);
	EXPECT(m, { WRITE, SLUICE_QUEUE_REG(3, CONFIG), 0 }, { WRITE, SLUICE_QUEUE_REG(4, CONFIG), 0 },
		{ WRITE, SLUICE_QUEUE_REG(5, CONFIG), 0 }, { READ, SLUICE_QUEUE_REG(3, STATE), 0 },
		{ READ, SLUICE_QUEUE_REG(4, STATE), 0 }, { READ, SLUICE_QUEUE_REG(5, STATE), 0 });
	assert_int_equal(sluice_dev_destroy(cdev()), 0);
	free(m);
}

/* ---- bursts ---- */

static void *
session(const struct pools *p)
{
	static const uint8_t key[16] = { 9 };
	struct rte_crypto_sym_xform x = { .type = RTE_CRYPTO_SYM_XFORM_AEAD, .aead = {
		.op = RTE_CRYPTO_AEAD_OP_ENCRYPT, .algo = RTE_CRYPTO_AEAD_AES_GCM, .key = { .data = key, .length = 16 },
		.iv = { .offset = IV_OFFSET, .length = 12 }, .digest_length = 16 } };
	void *s = rte_cryptodev_sym_session_create(cdev()->data->dev_id, &x, p->sessions);

	assert_non_null(s);
	return s;
}

static void
ops_new(const struct pools *p, void *sess, struct rte_crypto_op **ops, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		struct rte_mbuf *m = rte_pktmbuf_alloc(p->mbufs);

		ops[i] = rte_crypto_op_alloc(p->ops, RTE_CRYPTO_OP_TYPE_SYMMETRIC);
		assert_non_null(m);
		assert_non_null(ops[i]);
		memset(rte_pktmbuf_append(m, LEN + 16), 0, LEN + 16);
		rte_crypto_op_attach_sym_session(ops[i], sess);
		ops[i]->sym->m_src = m;
		ops[i]->sym->m_dst = NULL;
		ops[i]->sym->aead.data.offset = 0;
		ops[i]->sym->aead.data.length = LEN;
		ops[i]->sym->aead.digest.data = rte_pktmbuf_mtod_offset(m, uint8_t *, LEN);
	}
}

static void
ops_free(struct rte_crypto_op **ops, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		rte_pktmbuf_free(ops[i]->sym->m_src);
		rte_crypto_op_free(ops[i]);
	}
}

/* The device completes entry `at` of a queue. */
static void
complete(struct sluice_hwq *q, uint32_t at, uint32_t length)
{
	struct sluice_cpl *c = &q->cq[at % q->size];

	*c = (struct sluice_cpl){ .cookie = q->sq[at % q->size].cookie, .length = length, .sq_head = (uint16_t)q->tail };
	c->phase = (at / q->size & 1) ^ 1;
}

static void
a_burst_rings_once_and_loads_its_session_first(void **state)
{
	struct pools *p = *state;
	struct mock *m = up(p);
	struct sluice_qp *qp = cdev()->data->queue_pairs[0];
	struct sluice_hwq *q = &qp->hwq[SLUICE_ENGINE_AEAD];
	struct rte_crypto_op *ops[3], *back[4];
	void *sess = session(p);
	const struct sluice_desc *d;

	ops_new(p, sess, ops, 3);
	assert_int_equal(rte_cryptodev_enqueue_burst(cdev()->data->dev_id, 0, ops, 3), 3);
	EXPECT(m, { BELL, SLUICE_QUEUE_REG(0, SQ_TAIL), 4 });
	assert_int_equal(q->sq[0].opcode, SLUICE_OP_SESSION_LOAD);
	assert_int_equal(q->sq[0].src_len, SLUICE_SESSION_BYTES);
	for (uint32_t i = 1; i < 4; i++) {
		d = &q->sq[i];
		assert_int_equal(d->opcode, SLUICE_OP_AEAD_SEAL);
		assert_int_equal(d->handle, q->sq[0].handle);
		assert_int_equal(d->cookie, i);
		assert_int_equal(d->src_len, 12 + LEN);
		assert_int_equal(d->dst_len, LEN + 16);
		assert_int_equal(d->flags, SLUICE_DESC_SRC_SGL | SLUICE_DESC_DST_SGL);
		assert_int_equal(d->src_nseg, 2);
		assert_int_equal(d->rsvd0 | d->handle2 | d->handle3 | d->rsvd2, 0);
	}
	assert_int_equal(rte_cryptodev_dequeue_burst(cdev()->data->dev_id, 0, back, 4), 0);
	assert_int_equal(m->n, 0); /* nothing done, nothing said */
	complete(q, 0, 0);
	complete(q, 1, LEN + 16);
	complete(q, 2, LEN + 16);
	assert_int_equal(rte_cryptodev_dequeue_burst(cdev()->data->dev_id, 0, back, 4), 2);
	EXPECT(m, { BELL, SLUICE_QUEUE_REG(0, CQ_HEAD), 3 });
	complete(q, 3, LEN + 16);
	assert_int_equal(rte_cryptodev_dequeue_burst(cdev()->data->dev_id, 0, back + 2, 4), 1);
	EXPECT(m, { BELL, SLUICE_QUEUE_REG(0, CQ_HEAD), 4 });
	for (int i = 0; i < 3; i++) {
		assert_ptr_equal(back[i], ops[i]);
		assert_int_equal(back[i]->status, RTE_CRYPTO_OP_STATUS_SUCCESS);
	}
	/* the keys are gone from memory, and the second burst does not send them again */
	for (size_t i = 0; i < SLUICE_SESSION_BYTES; i++)
		assert_int_equal(sluice_hwq_mem(q, 0)->in[i], 0);
	assert_int_equal(rte_cryptodev_enqueue_burst(cdev()->data->dev_id, 0, ops, 1), 1);
	EXPECT(m, { BELL, SLUICE_QUEUE_REG(0, SQ_TAIL), 5 });
	complete(q, 4, LEN + 16);
	assert_int_equal(rte_cryptodev_dequeue_burst(cdev()->data->dev_id, 0, back, 4), 1);
	/* the session given back is erased by the next burst */
	assert_int_equal(rte_cryptodev_sym_session_free(cdev()->data->dev_id, sess), 0);
	m->n = 0;
	assert_int_equal(rte_cryptodev_dequeue_burst(cdev()->data->dev_id, 0, back, 4), 0);
	EXPECT(m, { BELL, SLUICE_QUEUE_REG(0, SQ_TAIL), 6 });
	assert_int_equal(q->sq[5].opcode, SLUICE_OP_SESSION_FREE);
	assert_int_equal(q->sq[5].handle, q->sq[0].handle);
	complete(q, 5, 0);
	assert_int_equal(rte_cryptodev_dequeue_burst(cdev()->data->dev_id, 0, back, 4), 0);
	ops_free(ops, 3);
	down(m);
}

/* What a hostile device may write into a completion. */
static void
bad_cookie(struct sluice_cpl *c)
{
	c->cookie += 7;
}

static void
bad_status(struct sluice_cpl *c)
{
	c->status = SLUICE_ST_ABORTED + 1;
}

static void
long_length(struct sluice_cpl *c)
{
	c->length++;
}

static void
short_length(struct sluice_cpl *c)
{
	c->length--;
}

static void
reserved(struct sluice_cpl *c)
{
	c->rsvd1 = 1;
}

static void
phase_bits(struct sluice_cpl *c)
{
	c->phase |= 2;
}

static void
far_head(struct sluice_cpl *c)
{
	c->sq_head += 1;
}

static void
impossible_completions_fail_the_device(void **state)
{
	static void (*const harm[])(struct sluice_cpl *) = { bad_cookie, bad_status, long_length, short_length,
		reserved, phase_bits, far_head };
	struct pools *p = *state;

	for (size_t i = 0; i < RTE_DIM(harm); i++) {
		struct mock *m = up(p);
		struct sluice_qp *qp = cdev()->data->queue_pairs[0];
		struct sluice_hwq *q = &qp->hwq[SLUICE_ENGINE_AEAD];
		struct rte_crypto_op *ops[2], *back[4];
		struct rte_pmd_sluice_counters c;
		void *sess = session(p);
		int why;

		ops_new(p, sess, ops, 2);
		assert_int_equal(rte_cryptodev_enqueue_burst(cdev()->data->dev_id, 0, ops, 2), 2);
		complete(q, 0, 0);
		complete(q, 1, LEN + 16);
		complete(q, 2, LEN + 16);
		harm[i](&q->cq[2]);
		m->n = 0;
		assert_int_equal(rte_cryptodev_dequeue_burst(cdev()->data->dev_id, 0, back, 4), 1);
		/* off memory first, then stopped; only the next burst gives the op back */
		assert_int_equal(m->log[0].kind, DMA);
		assert_int_equal(m->log[0].val, 0);
		assert_int_equal(m->log[1].kind, WRITE);
		assert_int_equal(m->log[1].offset, SLUICE_REG_CTRL);
		assert_int_equal(m->log[1].val, 0);
		assert_int_equal(rte_pmd_sluice_state(cdev()->data->dev_id, &why), RTE_PMD_SLUICE_FAILED);
		assert_int_equal(why, RTE_PMD_SLUICE_FAILURE_COMPLETION);
		assert_int_equal(rte_cryptodev_dequeue_burst(cdev()->data->dev_id, 0, back + 1, 4), 1);
		assert_int_equal(back[0]->status, RTE_CRYPTO_OP_STATUS_SUCCESS);
		assert_int_equal(back[1]->status, RTE_CRYPTO_OP_STATUS_ERROR);
		assert_int_equal(rte_cryptodev_enqueue_burst(cdev()->data->dev_id, 0, ops, 1), 0);
		assert_int_equal(rte_pmd_sluice_counters_get(cdev()->data->dev_id, &c), 0);
		assert_int_equal(c.bad_completions, 1);
		/* the way back: reset, self test, rings anew, queues on */
		m->n = 0;
		assert_int_equal(rte_pmd_sluice_device_reset(cdev()->data->dev_id), 0);
		assert_int_equal(m->log[0].kind, WRITE);
		assert_int_equal(m->log[0].val, SLUICE_CTRL_RESET_MASK);
		assert_int_equal(m->log[1].kind, DMA);
		assert_int_equal(m->log[1].val, 1);
		assert_int_equal(m->log[m->n - 1].offset, SLUICE_REG_CTRL);
		assert_int_equal(m->log[m->n - 1].val, SLUICE_CTRL_ENABLE_MASK);
		assert_int_equal(rte_cryptodev_enqueue_burst(cdev()->data->dev_id, 0, ops, 1), 1);
		assert_int_equal(rte_cryptodev_dequeue_burst(cdev()->data->dev_id, 0, back, 4), 1);
		assert_int_equal(back[0]->status, RTE_CRYPTO_OP_STATUS_INVALID_SESSION);
		ops_free(ops, 2);
		assert_int_equal(rte_cryptodev_sym_session_free(cdev()->data->dev_id, sess), 0);
		down(m);
	}
}

/* ---- the PCI transport on plain memory ---- */

struct card {
	volatile uint32_t bar[SLUICE_BAR_BYTES / 4];
	uint16_t head[SLUICE_QUEUE_COUNT];
	bool answers, stop;
};

/* As much of a card as bring-up needs: a reset ends, and what the driver asks is answered. */
static void *
card_run(void *arg)
{
	struct card *c = arg;

	while (!__atomic_load_n(&c->stop, __ATOMIC_ACQUIRE)) {
		for (uint16_t q = 0; q < 3 && __atomic_load_n(&c->answers, __ATOMIC_ACQUIRE); q++) {
			uint16_t tail = (uint16_t)c->bar[SLUICE_QUEUE_REG(q, SQ_TAIL) / 4];

			if (tail != c->head[q])
				answer(c->bar, c->head, q, tail);
		}
		if (c->bar[SLUICE_REG_CTRL / 4] & SLUICE_CTRL_RESET_MASK)
			c->bar[SLUICE_REG_CTRL / 4] = 0;
		sched_yield();
	}
	return NULL;
}

static void
pci_transport_reaches_the_right_addresses(void **state)
{
	struct card *c = calloc(1, sizeof(*c));
	struct sluice_transport *t = sluice_transport_bar((void *)(uintptr_t)c->bar);
	uint32_t offset[2] = { SLUICE_REG_MAGIC, SLUICE_QUEUE_REG(15, ERROR) }, val[2];

	assert_non_null(t);
	c->bar[SLUICE_REG_MAGIC / 4] = 0x12345678;
	c->bar[SLUICE_QUEUE_REG(15, ERROR) / 4] = 3;
	assert_int_equal(t->ops->reg_read32(t, SLUICE_REG_MAGIC), 0x12345678);
	t->ops->reg_readv(t, offset, val, 2);
	assert_int_equal(val[1], 3);
	t->ops->reg_write32(t, SLUICE_REG_FAULT_INJECT, 0x41);
	assert_int_equal(c->bar[SLUICE_REG_FAULT_INJECT / 4], 0x41);
	t->ops->doorbell(t, 7, SLUICE_DOORBELL_SQ_TAIL, 0xfffe);
	t->ops->doorbell(t, 8, SLUICE_DOORBELL_CQ_HEAD, 5);
	assert_int_equal(c->bar[SLUICE_QUEUE_REG(7, SQ_TAIL) / 4], 0xfffe);
	assert_int_equal(c->bar[SLUICE_QUEUE_REG(8, CQ_HEAD) / 4], 5);
	assert_null(t->ops->sim_ns);
	t->ops->close(t);
	free(c);
}

static void
a_card_is_brought_up_and_driven(void **state)
{
	struct pools *p = *state;
	struct card *c = calloc(1, sizeof(*c));
	struct rte_cryptodev_config config = { .nb_queue_pairs = 1 };
	struct rte_cryptodev_qp_conf conf = { .nb_descriptors = DESCS, .mp_session = p->sessions };
	struct rte_crypto_op *ops[2], *back[2];
	struct rte_cryptodev_info info;
	struct sluice_hwq *q;
	pthread_t thread;
	void *sess;

	sound((uint32_t *)(uintptr_t)c->bar);
	c->answers = true;
	assert_int_equal(pthread_create(&thread, NULL, card_run, c), 0);
	assert_int_equal(create(sluice_transport_bar((void *)(uintptr_t)c->bar)), 0);
	__atomic_store_n(&c->answers, false, __ATOMIC_RELEASE);
	rte_cryptodev_info_get(cdev()->data->dev_id, &info);
	assert_int_equal(info.max_nb_queue_pairs, 5);
	assert_int_equal(info.feature_flags & RTE_CRYPTODEV_FF_ASYMMETRIC_CRYPTO, 0); /* no key to wrap raw ones with */
	assert_int_equal(rte_cryptodev_configure(cdev()->data->dev_id, &config), 0);
	assert_int_equal(rte_cryptodev_queue_pair_setup(cdev()->data->dev_id, 0, &conf, 0), 0);
	assert_int_equal(rte_cryptodev_start(cdev()->data->dev_id), 0);
	assert_int_equal(c->bar[SLUICE_REG_CTRL / 4], SLUICE_CTRL_ENABLE_MASK);
	sess = session(p);
	ops_new(p, sess, ops, 2);
	assert_int_equal(rte_cryptodev_enqueue_burst(cdev()->data->dev_id, 0, ops, 2), 2);
	assert_int_equal(c->bar[SLUICE_QUEUE_REG(0, SQ_TAIL) / 4], 3);
	q = &((struct sluice_qp *)cdev()->data->queue_pairs[0])->hwq[0];
	assert_int_equal(c->bar[SLUICE_QUEUE_REG(0, SQ_BASE_LO) / 4], (uint32_t)q->sq_iova);
	complete(q, 0, 0);
	complete(q, 1, LEN + 16);
	complete(q, 2, LEN + 16);
	assert_int_equal(rte_cryptodev_dequeue_burst(cdev()->data->dev_id, 0, back, 2), 2);
	assert_int_equal(c->bar[SLUICE_QUEUE_REG(0, CQ_HEAD) / 4], 3);
	ops_free(ops, 2);
	assert_int_equal(rte_cryptodev_sym_session_free(cdev()->data->dev_id, sess), 0);
	rte_cryptodev_stop(cdev()->data->dev_id);
	assert_int_equal(sluice_dev_destroy(cdev()), 0);
	__atomic_store_n(&c->stop, true, __ATOMIC_RELEASE);
	pthread_join(thread, NULL);
	free(c);
}

static int
group_setup(void **state)
{
	static struct pools p;

	p.mbufs = rte_pktmbuf_pool_create("mbufs", 64, 0, 0, 2048, 0);
	p.ops = rte_crypto_op_pool_create("ops", RTE_CRYPTO_OP_TYPE_SYMMETRIC, 64, 0, 16, 0);
	p.sessions = rte_cryptodev_sym_session_pool_create("sessions", 16, sizeof(struct sluice_sym_session), 0, 0, 0);
	*state = &p;
	return p.mbufs && p.ops && p.sessions ? 0 : -1;
}

int
main(void)
{
	static char prefix[64], *argv[] = { (char *)(uintptr_t)"bar", (char *)(uintptr_t)"--no-huge",
		(char *)(uintptr_t)"-m", (char *)(uintptr_t)"128", (char *)(uintptr_t)"--no-pci",
		(char *)(uintptr_t)"--iova-mode=va", (char *)(uintptr_t)"--no-telemetry", (char *)(uintptr_t)"-l",
		(char *)(uintptr_t)"0", prefix };
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bring_up_reads_identity_first_then_resets_and_asks),
		cmocka_unit_test(another_identity_is_refused_with_both_values),
		cmocka_unit_test(a_failed_self_test_is_refused),
		cmocka_unit_test(rings_are_programmed_before_they_are_enabled),
		cmocka_unit_test(a_burst_rings_once_and_loads_its_session_first),
		cmocka_unit_test(impossible_completions_fail_the_device),
		cmocka_unit_test(pci_transport_reaches_the_right_addresses),
		cmocka_unit_test(a_card_is_brought_up_and_driven),
	};
	int failed;

	snprintf(prefix, sizeof(prefix), "--file-prefix=pmdbar%d", (int)getpid());
	if (rte_eal_init(RTE_DIM(argv), argv) < 0) {
		fprintf(stderr, "EAL: %s\n", rte_strerror(rte_errno));
		return 2;
	}
	failed = cmocka_run_group_tests(tests, group_setup, NULL);
	rte_eal_cleanup();
	return failed;
}
