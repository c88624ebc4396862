/*
 * A queue pair for each lcore: sessions of their own and one that all share, one of them reset again and again, the device's counters read
 * meanwhile, nothing lost or mixed up.
 */
#include <errno.h>
#include <string.h>

#include <rte_cycles.h>
#include <rte_launch.h>
#include <rte_lcore.h>

#include "tests/pmd/env.h"
#include "tests/pmd/soft.h"

#define LEN 96
#define BURST 16

/* Lcores do not assert: they count, and the test judges. */
struct worker {
	struct env *e;
	uint16_t qp;
	void *shared, *own;
	uint8_t own_key[16];
	unsigned int total, done, wrong, resets, aborted;
	bool resetting, stuck;
};

static uint8_t shared_key[16] = { 0x51, 0x75 };

static void *
gcm(struct env *e, const uint8_t *key)
{
	struct rte_crypto_sym_xform x = { .type = RTE_CRYPTO_SYM_XFORM_AEAD, .aead = {
		.op = RTE_CRYPTO_AEAD_OP_ENCRYPT, .algo = RTE_CRYPTO_AEAD_AES_GCM,
		.key = { .data = key, .length = 16 }, .iv = { .offset = ENV_IV_OFFSET, .length = 12 }, .digest_length = 16 } };

	return env_session(e, &x);
}

/* Fills an op with its number; odd ones use the shared session. */
static void
prepare(struct worker *w, struct rte_crypto_op *op, struct rte_mbuf *m, uint32_t number)
{
	uint8_t *iv = rte_crypto_op_ctod_offset(op, uint8_t *, ENV_IV_OFFSET);

	memset(iv, 0, 16);
	memcpy(iv, &number, sizeof(number));
	iv[8] = (uint8_t)w->qp;
	rte_crypto_op_attach_sym_session(op, number & 1 ? w->shared : w->own);
	memset(rte_pktmbuf_mtod(m, void *), 0, LEN + 16);
	op->sym->m_src = m;
	op->sym->m_dst = NULL;
	op->sym->aead.data.offset = 0;
	op->sym->aead.data.length = LEN;
	op->sym->aead.digest.data = rte_pktmbuf_mtod_offset(m, uint8_t *, LEN);
}

static bool
good(struct worker *w, struct rte_crypto_op *op)
{
	uint8_t zero[LEN] = { 0 }, want[LEN + 16], *iv = rte_crypto_op_ctod_offset(op, uint8_t *, ENV_IV_OFFSET);

	soft_gcm_seal(iv[0] & 1 ? shared_key : w->own_key, 16, iv, NULL, 0, zero, LEN, want, want + LEN);
	if (w->resetting && op->status == RTE_CRYPTO_OP_STATUS_ERROR && rte_pmd_sluice_op_device_status(op) == SLUICE_ST_ABORTED) {
		w->aborted++;
		return true;
	}
	return op->status == RTE_CRYPTO_OP_STATUS_SUCCESS && iv[8] == w->qp &&
		memcmp(rte_pktmbuf_mtod(op->sym->m_src, uint8_t *), want, LEN + 16) == 0;
}

/* Resets the queue pair; what comes back meanwhile. */
static uint16_t
reset(struct worker *w, struct rte_crypto_op **back, uint64_t end)
{
	uint16_t got = 0;
	int rc;

	while ((rc = rte_pmd_sluice_queue_pair_reset(w->e->dev, w->qp)) != 0 && !w->stuck) {
		w->wrong += rc != -EAGAIN && rc != -EINPROGRESS;
		got += rte_cryptodev_dequeue_burst(w->e->dev, w->qp, back + got, (uint16_t)(BURST - got));
		w->stuck = rte_get_tsc_cycles() > end;
	}
	w->resets++;
	return got;
}

static int
work(void *arg)
{
	struct worker *w = arg;
	struct rte_crypto_op *ops[BURST], *back[BURST];
	struct rte_mbuf *m[BURST];
	uint64_t end = rte_get_tsc_cycles() + 100 * rte_get_tsc_hz();

	for (unsigned int i = 0; i < BURST; i++) {
		ops[i] = rte_crypto_op_alloc(w->e->ops, RTE_CRYPTO_OP_TYPE_SYMMETRIC);
		m[i] = rte_pktmbuf_alloc(w->e->mbufs);
		if (!ops[i] || !m[i] || !rte_pktmbuf_append(m[i], LEN + 16)) {
			w->wrong++;
			return 0;
		}
	}
	while (w->done < w->total && !w->wrong && !w->stuck) {
		uint16_t sent = 0, got = 0;

		for (uint16_t i = 0; i < BURST; i++)
			prepare(w, ops[i], m[i], w->done + i);
		if (w->resetting && w->done / BURST % 4 == 3) { /* with the burst in flight */
			sent = rte_cryptodev_enqueue_burst(w->e->dev, w->qp, ops, BURST);
			got = reset(w, back, end);
		}
		while (got < BURST && !w->stuck) {
			sent += rte_cryptodev_enqueue_burst(w->e->dev, w->qp, ops + sent, (uint16_t)(BURST - sent));
			got += rte_cryptodev_dequeue_burst(w->e->dev, w->qp, back + got, (uint16_t)(BURST - got));
			w->stuck = rte_get_tsc_cycles() > end;
		}
		for (uint16_t i = 0; i < got; i++)
			w->wrong += back[i] != ops[i] || !good(w, back[i]);
		w->done += got;
	}
	for (unsigned int i = 0; i < BURST && !w->stuck; i++) {
		rte_crypto_op_free(ops[i]);
		rte_pktmbuf_free(m[i]);
	}
	return 0;
}

static void
lcores_have_queue_pairs_of_their_own(void **state)
{
	struct env *e = *state;
	struct worker w[ENV_LCORES] = { 0 };
	void *shared = gcm(e, shared_key);
	struct rte_pmd_sluice_counters counters;
	struct rte_cryptodev_stats before, after;
	struct rte_pmd_sluice_info info;
	uint16_t n = 0, used;
	unsigned int lcore, working;

	assert_int_equal(rte_pmd_sluice_info_get(e->dev, &info), 0);
	used = RTE_MIN(info.max_queue_pairs, ENV_LCORES);
	assert_true(used >= 2);
	rte_cryptodev_stop(e->dev);
	env_queues(e, used);
	assert_int_equal(rte_cryptodev_stats_get(e->dev, &before), 0);
	for (uint16_t i = 0; i < used; i++) {
		w[i] = (struct worker){ .e = e, .qp = i, .shared = shared, .total = env_times(e, 8000, 800), .resetting = i == 1 };
		env_random_bytes(e, w[i].own_key, sizeof(w[i].own_key));
		w[i].own = gcm(e, w[i].own_key);
	}
	RTE_LCORE_FOREACH_WORKER(lcore)
		if (n < used)
			assert_int_equal(rte_eal_remote_launch(work, &w[n++], lcore), 0);
	assert_int_equal(n, used);
	do { /* what another thread may do */
		assert_int_equal(rte_pmd_sluice_counters_get(e->dev, &counters), 0);
		assert_int_equal(rte_pmd_sluice_state(e->dev, NULL), RTE_PMD_SLUICE_RUNNING);
		working = 0;
		RTE_LCORE_FOREACH_WORKER(lcore)
			working += rte_eal_get_lcore_state(lcore) == RUNNING;
		rte_delay_us_sleep(1000); /* the processors are the workers' */
	} while (working);
	rte_eal_mp_wait_lcore();
	for (uint16_t i = 0; i < used; i++) {
		assert_false(w[i].stuck);
		assert_int_equal(w[i].wrong, 0);
		assert_int_equal(w[i].done, w[i].total);
		assert_true(w[i].resetting ? w[i].resets > 0 : w[i].resets + w[i].aborted == 0);
		env_session_free(e, w[i].own);
	}
	env_session_free(e, shared);
	assert_int_equal(rte_cryptodev_stats_get(e->dev, &after), 0);
	assert_int_equal(after.dequeued_count - before.dequeued_count, used * w[0].total);
	assert_int_equal(after.dequeue_err_count - before.dequeue_err_count, w[1].aborted);
}

const struct CMUnitTest env_tests_lcores[] = {
	cmocka_unit_test(lcores_have_queue_pairs_of_their_own),
};
const size_t env_tests_lcores_n = RTE_DIM(env_tests_lcores);
