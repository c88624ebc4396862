/* Rings and queue pairs: wrap, full, mixed engines, sessions shared and recycled, nothing lost. */
#include <string.h>

#include "tests/pmd/env.h"
#include "tests/pmd/soft.h"

#define LEN 64
#define BURST 32

static uint8_t gcm_key[16] = { 3, 1, 4, 1, 5, 9 };
static uint8_t hmac_key[20] = { 2, 7, 1, 8 };

static void *
gcm(struct env *e)
{
	struct rte_crypto_sym_xform x = { .type = RTE_CRYPTO_SYM_XFORM_AEAD, .aead = {
		.op = RTE_CRYPTO_AEAD_OP_ENCRYPT, .algo = RTE_CRYPTO_AEAD_AES_GCM,
		.key = { .data = gcm_key, .length = 16 }, .iv = { .offset = ENV_IV_OFFSET, .length = 12 },
		.digest_length = 16 } };

	return env_session(e, &x);
}

static void *
hmac(struct env *e)
{
	struct rte_crypto_sym_xform x = { .type = RTE_CRYPTO_SYM_XFORM_AUTH, .auth = {
		.op = RTE_CRYPTO_AUTH_OP_GENERATE, .algo = RTE_CRYPTO_AUTH_SHA1_HMAC,
		.key = { .data = hmac_key, .length = sizeof(hmac_key) }, .digest_length = 20 } };

	return env_session(e, &x);
}

/* An op that carries its number in its IV; the digest goes behind the data. */
static struct rte_crypto_op *
op_make(struct env *e, void *sess, uint32_t number, bool aead)
{
	struct rte_crypto_op *op = env_op(e);
	struct rte_mbuf *m = env_mbuf(e, NULL, LEN + 32);
	uint8_t *iv = rte_crypto_op_ctod_offset(op, uint8_t *, ENV_IV_OFFSET);

	memset(iv, 0, 16);
	memcpy(iv, &number, sizeof(number));
	rte_crypto_op_attach_sym_session(op, sess);
	op->sym->m_src = m;
	op->sym->m_dst = NULL;
	if (aead) {
		op->sym->aead.data.offset = 0;
		op->sym->aead.data.length = LEN;
		op->sym->aead.digest.data = rte_pktmbuf_mtod_offset(m, uint8_t *, LEN);
	} else {
		memcpy(rte_pktmbuf_mtod(m, void *), &number, sizeof(number));
		op->sym->auth.data.offset = 0;
		op->sym->auth.data.length = LEN;
		op->sym->auth.digest.data = rte_pktmbuf_mtod_offset(m, uint8_t *, LEN);
	}
	return op;
}

static void
op_check(struct rte_crypto_op *op, bool aead)
{
	uint8_t zero[LEN] = { 0 }, want[LEN + 32], *iv = rte_crypto_op_ctod_offset(op, uint8_t *, ENV_IV_OFFSET);
	struct rte_mbuf *m = op->sym->m_src;

	assert_int_equal(op->status, RTE_CRYPTO_OP_STATUS_SUCCESS);
	if (aead) {
		soft_gcm_seal(gcm_key, 16, iv, NULL, 0, zero, LEN, want, want + LEN);
		assert_memory_equal(rte_pktmbuf_mtod(m, uint8_t *), want, LEN + 16);
	} else {
		memcpy(zero, iv, sizeof(uint32_t));
		soft_hmac(EVP_sha1(), hmac_key, sizeof(hmac_key), zero, LEN, want);
		assert_memory_equal(rte_pktmbuf_mtod_offset(m, uint8_t *, LEN), want, 20);
	}
}

static void
op_done(struct rte_crypto_op *op)
{
	rte_pktmbuf_free(op->sym->m_src);
	rte_crypto_op_free(op);
}

/* 10^5 ops in bursts of random length on two queue pairs; one in 64 is compared with libcrypto. */
static void
a_hundred_thousand_ops_wrap_the_rings(void **state)
{
	struct env *e = *state;
	unsigned int total = e->many ? e->many : env_times(e, 100000, 3000), sent = 0, back = 0;
	struct rte_crypto_op *ops[BURST];
	void *sess = gcm(e);

	while (back < total) {
		uint16_t qp = (uint16_t)(env_random(e) % ENV_QPS), n = (uint16_t)(1 + env_random(e) % BURST), k;

		if (n > total - sent)
			n = (uint16_t)(total - sent);
		for (uint16_t i = 0; i < n; i++)
			ops[i] = op_make(e, sess, sent + i, true);
		k = rte_cryptodev_enqueue_burst(e->dev, qp, ops, n);
		sent += k;
		for (; k < n; k++)
			op_done(ops[k]);
		for (qp = 0; qp < ENV_QPS; qp++) {
			n = rte_cryptodev_dequeue_burst(e->dev, qp, ops, BURST);
			for (k = 0; k < n; k++, back++) {
				if (back % 64 == 0)
					op_check(ops[k], true);
				assert_int_equal(ops[k]->status, RTE_CRYPTO_OP_STATUS_SUCCESS);
				op_done(ops[k]);
			}
		}
	}
	assert_int_equal(sent, back);
	env_session_free(e, sess);
}

static void
a_full_ring_refuses_and_recovers(void **state)
{
	struct env *e = *state;
	void *sess = hmac(e);

	for (int round = 0; round < 3; round++) {
		struct rte_crypto_op *all[2 * ENV_DESCS], *op;
		unsigned int n = 0;

		for (;;) {
			op = op_make(e, sess, n, false);
			if (rte_cryptodev_enqueue_burst(e->dev, 0, &op, 1) == 0)
				break;
			assert_true(++n < RTE_DIM(all));
		}
		op_done(op);
		assert_true(n >= ENV_DESCS - 8);
		env_wait(e, 0, all, n);
		for (unsigned int i = 0; i < n; i++) {
			uint32_t number;

			memcpy(&number, rte_crypto_op_ctod_offset(all[i], uint8_t *, ENV_IV_OFFSET), sizeof(number));
			assert_int_equal(number, i); /* in order */
			op_check(all[i], false);
			op_done(all[i]);
		}
	}
	env_session_free(e, sess);
}

static void
engines_share_a_queue_pair(void **state)
{
	struct env *e = *state;
	void *a = gcm(e), *h = hmac(e);

	for (unsigned int round = 0; round < env_times(e, 50, 5); round++) {
		struct rte_crypto_op *ops[BURST], *back[BURST];

		for (uint32_t i = 0; i < BURST; i++)
			ops[i] = op_make(e, i % 2 ? a : h, i, i % 2);
		assert_int_equal(rte_cryptodev_enqueue_burst(e->dev, 0, ops, BURST), BURST);
		env_wait(e, 0, back, BURST);
		for (uint32_t i = 0; i < BURST; i++) {
			op_check(back[i], back[i]->sym->session == a);
			op_done(back[i]);
		}
	}
	env_session_free(e, a);
	env_session_free(e, h);
}

/* A standard session is used on both queue pairs at once, first use included. */
static void
queue_pairs_share_a_session(void **state)
{
	struct env *e = *state;

	for (unsigned int round = 0; round < env_times(e, 100, 10); round++) {
		struct rte_crypto_op *ops[ENV_QPS][BURST];
		void *sess = gcm(e);

		for (uint16_t qp = 0; qp < ENV_QPS; qp++) {
			for (uint32_t i = 0; i < BURST; i++)
				ops[qp][i] = op_make(e, sess, i, true);
			assert_int_equal(rte_cryptodev_enqueue_burst(e->dev, qp, ops[qp], BURST), BURST);
		}
		for (uint16_t qp = 0; qp < ENV_QPS; qp++) {
			env_wait(e, qp, ops[qp], BURST);
			for (uint32_t i = 0; i < BURST; i++) {
				op_check(ops[qp][i], true);
				op_done(ops[qp][i]);
			}
		}
		env_session_free(e, sess);
	}
}

/* More sessions one after another than the device has slots, each used. */
static void
session_slots_are_recycled(void **state)
{
	struct env *e = *state;

	for (uint32_t i = 0; i < env_times(e, 3 * SLUICE_NUM_SESSIONS, 1100); i++) {
		void *sess = i % 2 ? gcm(e) : hmac(e);
		struct rte_crypto_op *op = op_make(e, sess, i, i % 2);

		env_run(e, op);
		op_check(op, i % 2);
		op_done(op);
		env_session_free(e, sess);
	}
}

/* Many sessions alive, given back all at once, and the erasures overtaken by new ones. */
static void
sessions_in_bulk_are_erased_and_replaced(void **state)
{
	enum { N = 200 };
	struct env *e = *state;
	struct rte_crypto_op *op;
	void *sess[N];

	for (int round = 0; round < 3; round++) {
		for (uint32_t i = 0; i < N; i++) {
			sess[i] = gcm(e);
			op = op_make(e, sess[i], i, true);
			env_run(e, op);
			op_check(op, true);
			op_done(op);
		}
		for (uint32_t i = 0; i < N; i++)
			env_session_free(e, sess[i]);
	}
}

static void
refused_ops_come_back_with_their_status(void **state)
{
	struct env *e = *state;
	void *sess = gcm(e);

	for (uint32_t i = 0; i < 3 * ENV_DESCS; i++) {
		struct rte_crypto_op *op = op_make(e, sess, i, true);

		if (i % 4 == 0)
			op->sym->session = NULL;
		else if (i % 4 == 1)
			op->sym->aead.data.length = LEN + 33;
		else if (i % 4 == 2)
			op->sess_type = RTE_CRYPTO_OP_SESSIONLESS;
		else
			op->sym->aead.digest.data = NULL;
		assert_int_equal(env_run(e, op), i % 2 == 0 ? RTE_CRYPTO_OP_STATUS_INVALID_SESSION :
			RTE_CRYPTO_OP_STATUS_INVALID_ARGS);
		assert_int_equal(rte_pmd_sluice_op_device_status(op), RTE_PMD_SLUICE_NO_DEVICE_STATUS);
		op_done(op);
	}
	env_session_free(e, sess);
}

static void
statistics_and_counters_add_up(void **state)
{
	struct env *e = *state;
	struct rte_pmd_sluice_counters before, after;
	struct rte_cryptodev_stats stats;
	void *sess = gcm(e);

	rte_cryptodev_stats_reset(e->dev);
	assert_int_equal(rte_pmd_sluice_counters_get(e->dev, &before), 0);
	for (uint32_t i = 0; i < 10; i++) {
		struct rte_crypto_op *op = op_make(e, sess, i, true);

		env_run(e, op);
		op_done(op);
	}
	assert_int_equal(rte_cryptodev_stats_get(e->dev, &stats), 0);
	assert_int_equal(stats.enqueued_count, 10);
	assert_int_equal(stats.dequeued_count, 10);
	assert_int_equal(stats.enqueue_err_count + stats.dequeue_err_count, 0);
	assert_int_equal(rte_pmd_sluice_counters_get(e->dev, &after), 0);
	/* ten ops and the session's load; perhaps erasures of earlier sessions */
	assert_true(after.engine[SLUICE_ENGINE_AEAD].ops - before.engine[SLUICE_ENGINE_AEAD].ops >= 11);
	assert_true(after.engine[SLUICE_ENGINE_AEAD].bytes - before.engine[SLUICE_ENGINE_AEAD].bytes >= 10 * (LEN + 12));
	assert_true(after.engine[SLUICE_ENGINE_AEAD].busy_cycles > before.engine[SLUICE_ENGINE_AEAD].busy_cycles);
	assert_true(after.device_cycles > before.device_cycles);
	assert_true(after.sim_ns > before.sim_ns);
	assert_string_equal(after.engine[SLUICE_ENGINE_PKA].name, "pka");
	env_session_free(e, sess);
}

static void
queue_pairs_are_set_up_anew(void **state)
{
	static const uint32_t sizes[] = { 16, 100, 1024, ENV_DESCS };
	struct env *e = *state;
	void *sess = gcm(e);

	for (size_t i = 0; i < RTE_DIM(sizes); i++) {
		struct rte_cryptodev_qp_conf qp = { .nb_descriptors = sizes[i], .mp_session = e->sessions };
		struct rte_crypto_op *op;

		rte_cryptodev_stop(e->dev);
		assert_int_equal(rte_cryptodev_queue_pair_setup(e->dev, 0, &qp, (int)rte_socket_id()), 0);
		assert_int_equal(rte_cryptodev_start(e->dev), 0);
		op = op_make(e, sess, 1, true);
		env_run(e, op);
		op_check(op, true);
		op_done(op);
	}
	env_session_free(e, sess);
}

const struct CMUnitTest env_tests_ring[] = {
	cmocka_unit_test(a_hundred_thousand_ops_wrap_the_rings),
	cmocka_unit_test(a_full_ring_refuses_and_recovers),
	cmocka_unit_test(engines_share_a_queue_pair),
	cmocka_unit_test(queue_pairs_share_a_session),
	cmocka_unit_test(session_slots_are_recycled),
	cmocka_unit_test(sessions_in_bulk_are_erased_and_replaced),
	cmocka_unit_test(refused_ops_come_back_with_their_status),
	cmocka_unit_test(statistics_and_counters_add_up),
	cmocka_unit_test(queue_pairs_are_set_up_anew),
};
const size_t env_tests_ring_n = RTE_DIM(env_tests_ring);
