/* A queue pair is reset with work in flight while another works on; and a device is taken away and brought back. */
#include <errno.h>
#include <string.h>

#include <rte_bus_vdev.h>
#include <rte_cycles.h>
#include <rte_malloc.h>

#include "tests/pmd/env.h"
#include "tests/pmd/soft.h"

#define LEN 64
#define LONG 8192
#define EACH 12
#define IMPATIENT "timeout_ms=100,timeout_cycles=2000000"

static const uint8_t zeros[LONG];

static int
impatient(void **state)
{
	*state = the_env;
	env_open(the_env, IMPATIENT);
	return 0;
}

static void *
gcm(struct env *e, const uint8_t *key)
{
	struct rte_crypto_sym_xform x = { .type = RTE_CRYPTO_SYM_XFORM_AEAD, .aead = {
		.op = RTE_CRYPTO_AEAD_OP_ENCRYPT, .algo = RTE_CRYPTO_AEAD_AES_GCM, .key = { .data = key, .length = 16 },
		.iv = { .offset = ENV_IV_OFFSET, .length = 12 }, .digest_length = 16 } };

	return env_session(e, &x);
}

static void *
hmac(struct env *e, const uint8_t *key)
{
	struct rte_crypto_sym_xform x = { .type = RTE_CRYPTO_SYM_XFORM_AUTH, .auth = { .op = RTE_CRYPTO_AUTH_OP_GENERATE,
		.algo = RTE_CRYPTO_AUTH_SHA256_HMAC, .key = { .data = key, .length = 16 }, .digest_length = 32 } };

	return env_session(e, &x);
}

static struct rte_crypto_op *
gcm_op(struct env *e, void *sess)
{
	struct rte_crypto_op *op = env_op(e);

	memset(rte_crypto_op_ctod_offset(op, uint8_t *, ENV_IV_OFFSET), 0, 12);
	rte_crypto_op_attach_sym_session(op, sess);
	op->sym->m_src = env_mbuf(e, NULL, LEN + 16);
	op->sym->aead.data.length = LEN;
	op->sym->aead.digest.data = rte_pktmbuf_mtod_offset(op->sym->m_src, uint8_t *, LEN);
	return op;
}

static void
gcm_good(const struct rte_crypto_op *op, const uint8_t *key)
{
	uint8_t want[LEN + 16], iv[12] = { 0 };

	soft_gcm_seal(key, 16, iv, NULL, 0, zeros, LEN, want, want + LEN);
	assert_int_equal(op->status, RTE_CRYPTO_OP_STATUS_SUCCESS);
	assert_memory_equal(rte_pktmbuf_mtod(op->sym->m_src, uint8_t *), want, sizeof(want));
}

static struct rte_crypto_op *
hmac_op(struct env *e, void *sess)
{
	struct rte_crypto_op *op = env_op(e);

	rte_crypto_op_attach_sym_session(op, sess);
	op->sym->m_src = env_mbuf(e, NULL, LONG + 32);
	op->sym->auth.data.length = LONG;
	op->sym->auth.digest.data = rte_pktmbuf_mtod_offset(op->sym->m_src, uint8_t *, LONG);
	return op;
}

static void
op_free(struct rte_crypto_op *op)
{
	if (op->type == RTE_CRYPTO_OP_TYPE_SYMMETRIC)
		rte_pktmbuf_free(op->sym->m_src);
	rte_crypto_op_free(op);
}

/* Enqueues on queue pair 1 and runs one op there. */
static void
other_works(struct env *e, void *sess, const uint8_t *key)
{
	struct rte_crypto_op *op = gcm_op(e, sess), *back;

	env_enqueue(e, 1, op);
	env_wait(e, 1, &back, 1);
	assert_ptr_equal(back, op);
	gcm_good(op, key);
	op_free(op);
}

/* Resets queue pair 0, dequeuing meanwhile: n ops must come back, each once, done or aborted. Returns how many were aborted. */
static unsigned int
take_back(struct env *e, struct rte_crypto_op **back, unsigned int n, void *sess, const uint8_t *key)
{
	unsigned int got = 0, aborted = 0;
	uint64_t end = env_deadline();
	struct rte_crypto_op *none;
	int rc;

	while ((rc = rte_pmd_sluice_queue_pair_reset(e->dev, 0)) != 0) {
		assert_true(rc == -EAGAIN || rc == -EINPROGRESS);
		assert_true(rte_get_tsc_cycles() < end);
		got += rte_cryptodev_dequeue_burst(e->dev, 0, back + got, (uint16_t)(n - got));
		if (sess)
			other_works(e, sess, key);
	}
	assert_int_equal(got, n);
	assert_int_equal(rte_cryptodev_dequeue_burst(e->dev, 0, &none, 1), 0);
	for (unsigned int i = 0; i < n; i++) {
		for (unsigned int j = 0; j < i; j++)
			assert_ptr_not_equal(back[i], back[j]);
		if (back[i]->status == RTE_CRYPTO_OP_STATUS_SUCCESS)
			continue;
		assert_int_equal(back[i]->status, RTE_CRYPTO_OP_STATUS_ERROR);
		assert_int_equal(rte_pmd_sluice_op_device_status(back[i]), SLUICE_ST_ABORTED);
		aborted++;
	}
	return aborted;
}

/* Hashes are ahead of ops with sessions that were never used: whatever was dropped, the same sessions work afterwards. */
static void
a_queue_pair_is_reset_with_work_in_flight(void **state)
{
	struct env *e = *state;
	struct rte_crypto_op *ops[3 * EACH], *back[3 * EACH];
	struct rte_pmd_sluice_counters before, after;
	uint8_t key[EACH][16], other_key[16] = { 7 };
	unsigned int aborted = 0, least = env_times(e, 20, 6), rounds = 0;
	void *sess[2 * EACH], *other = gcm(e, other_key);
	uint8_t out[64];

	assert_int_equal(rte_pmd_sluice_counters_get(e->dev, &before), 0);
	/* a model on its own thread may be faster than the reset: until work was taken back */
	for (; rounds < least || (aborted == 0 && rounds < 100 * least); rounds++) {
		unsigned int n = 0;

		for (unsigned int i = 0; i < EACH; i++) {
			env_random_bytes(e, key[i], 16);
			sess[i] = gcm(e, key[i]);
			sess[EACH + i] = hmac(e, key[i]);
		}
		for (unsigned int i = 0; i < EACH; i++) {
			struct rte_pmd_sluice_pka_op *p;

			ops[n++] = hmac_op(e, sess[EACH + i]);
			ops[n++] = gcm_op(e, sess[i]);
			ops[n] = env_asym_op(e);
			p = rte_pmd_sluice_pka_attach(ops[n++]);
			*p = (struct rte_pmd_sluice_pka_op){ .type = RTE_PMD_SLUICE_PKA_TLS_PRF, .param = 48, .in = zeros, .in_len = 100,
				.out = out, .out_len = 48 };
		}
		assert_int_equal(rte_cryptodev_enqueue_burst(e->dev, 0, ops, (uint16_t)n), n);
		aborted += take_back(e, back, n, other, other_key);
		for (unsigned int i = 0; i < n; i++)
			op_free(ops[i]);
		for (unsigned int i = 0; i < EACH; i++) {
			struct rte_crypto_op *op = gcm_op(e, sess[i]);

			env_run(e, op);
			gcm_good(op, key[i]);
			op_free(op);
			op = hmac_op(e, sess[EACH + i]);
			assert_int_equal(env_run(e, op), RTE_CRYPTO_OP_STATUS_SUCCESS);
			op_free(op);
		}
		for (unsigned int i = 0; i < 2 * EACH; i++)
			env_session_free(e, sess[i]);
	}
	assert_true(aborted > 0);
	env_session_free(e, other);
	assert_int_equal(rte_pmd_sluice_counters_get(e->dev, &after), 0);
	assert_int_equal(after.queue_pair_resets - before.queue_pair_resets, rounds);
	assert_int_equal(after.resets, before.resets);
	assert_int_equal(after.failures, before.failures);
}

static struct rte_pmd_sluice_tls_session *
tls(struct env *e)
{
	struct rte_pmd_sluice_tls_record_xform x = { .type = RTE_PMD_SLUICE_TLS_SESS_TYPE_WRITE,
		.ver = RTE_PMD_SLUICE_VERSION_TLS_1_2, .alg = RTE_PMD_SLUICE_TLS_AES_GCM, .key_len = 16, .key = zeros, .iv_len = 4, .iv = zeros };
	struct rte_pmd_sluice_tls_session *s = rte_pmd_sluice_tls_session_create(e->dev, 0, &x);

	assert_non_null(s);
	return s;
}

static struct rte_crypto_op *
record(struct env *e, struct rte_pmd_sluice_tls_session *s)
{
	struct rte_crypto_op *op = env_op(e);

	op->sym->m_src = env_mbuf(e, NULL, LEN + 64);
	op->sym->aead.data.offset = 32;
	op->sym->aead.data.length = LEN;
	rte_pmd_sluice_tls_record_attach(op, s, 23);
	return op;
}

/* The explicit nonce of a sealed record is its sequence number. */
static uint8_t
number_of(const struct rte_crypto_op *op)
{
	return *rte_pktmbuf_mtod_offset(op->sym->m_src, const uint8_t *, op->sym->aead.data.offset + 5 + 7);
}

/* A session with a record in flight has lost count and is refused; one without goes on where it was. */
static void
tls_sessions_with_work_in_flight_end(void **state)
{
	struct env *e = *state;
	struct rte_pmd_sluice_tls_session *idle = tls(e), *used = tls(e);
	struct rte_crypto_op *op = record(e, idle), *ops[EACH], *back[EACH];

	assert_int_equal(env_run(e, op), RTE_CRYPTO_OP_STATUS_SUCCESS);
	assert_int_equal(number_of(op), 0);
	op_free(op);
	for (unsigned int i = 0; i < EACH; i++)
		ops[i] = record(e, used);
	assert_int_equal(rte_cryptodev_enqueue_burst(e->dev, 0, ops, EACH), EACH);
	if (take_back(e, back, EACH, NULL, NULL)) {
		op = record(e, used);
		assert_int_equal(env_run(e, op), RTE_CRYPTO_OP_STATUS_INVALID_SESSION);
		op_free(op);
	}
	for (unsigned int i = 0; i < EACH; i++)
		op_free(ops[i]);
	assert_int_equal(rte_pmd_sluice_tls_session_destroy(used), 0);
	op = record(e, idle);
	assert_int_equal(env_run(e, op), RTE_CRYPTO_OP_STATUS_SUCCESS);
	assert_int_equal(number_of(op), 1);
	op_free(op);
	assert_int_equal(rte_pmd_sluice_tls_session_destroy(idle), 0);
}

/* Erasures are dropped too: every slot of the device must still be there afterwards. */
static void
no_slot_is_lost_by_resets(void **state)
{
	struct env *e = *state;
	struct rte_pmd_sluice_tls_session **all;
	struct rte_pmd_sluice_info info;
	uint64_t end = env_deadline();
	uint32_t n;

	assert_int_equal(rte_pmd_sluice_info_get(e->dev, &info), 0);
	for (unsigned int r = 0; r < env_times(e, 40, 10); r++) {
		struct rte_crypto_op *ops[EACH], *back[EACH], *none;
		void *sess[EACH];

		for (unsigned int i = 0; i < EACH; i++) {
			sess[i] = gcm(e, zeros);
			ops[i] = gcm_op(e, sess[i]);
		}
		assert_int_equal(rte_cryptodev_enqueue_burst(e->dev, 0, ops, EACH), EACH);
		if (r & 1)
			env_wait(e, 0, back, EACH);
		else
			take_back(e, back, EACH, NULL, NULL);
		for (unsigned int i = 0; i < EACH; i++) {
			op_free(ops[i]);
			env_session_free(e, sess[i]);
		}
		rte_cryptodev_dequeue_burst(e->dev, 0, &none, 1); /* puts erasures on their way */
		take_back(e, back, 0, NULL, NULL);
	}
	all = calloc(info.sessions + 1, sizeof(*all));
	assert_non_null(all);
	for (n = 0; n <= info.sessions; n++) {
		struct rte_pmd_sluice_tls_record_xform x = { .type = RTE_PMD_SLUICE_TLS_SESS_TYPE_WRITE,
			.ver = RTE_PMD_SLUICE_VERSION_TLS_1_2, .alg = RTE_PMD_SLUICE_TLS_AES_GCM, .key_len = 16, .key = zeros, .iv_len = 4, .iv = zeros };

		struct rte_crypto_op *none;

		while (!(all[n] = rte_pmd_sluice_tls_session_create(e->dev, 0, &x)) && n < info.sessions && rte_get_tsc_cycles() < end)
			rte_cryptodev_dequeue_burst(e->dev, 0, &none, 1); /* erasures that are on their way */
		if (!all[n])
			break;
	}
	for (uint32_t i = 0; i < n; i++)
		assert_int_equal(rte_pmd_sluice_tls_session_destroy(all[i]), 0);
	free(all);
	assert_int_equal(n, info.sessions);
}

/* The device does not let go of what hangs: that fails it, and a reset of the device is the way back. */
static void
a_queue_pair_that_hangs_fails_the_device(void **state)
{
	struct env *e = *state;
	void *sess = gcm(e, zeros);
	struct rte_crypto_op *op = gcm_op(e, sess), *back[2];
	struct rte_pmd_sluice_counters before, now;
	uint64_t end = env_deadline();
	int rc, why;

	assert_int_equal(rte_pmd_sluice_counters_get(e->dev, &before), 0);
	assert_int_equal(rte_pmd_sluice_fault_inject(e->dev, SLUICE_ENGINE_AEAD, RTE_PMD_SLUICE_FAULT_HANG), 0);
	env_enqueue(e, 0, op);
	do { /* until it is begun: what is not would be dropped */
		assert_int_equal(rte_pmd_sluice_counters_get(e->dev, &now), 0);
		assert_true(rte_get_tsc_cycles() < end);
	} while (e->slow && now.engine[SLUICE_ENGINE_AEAD].busy_cycles == before.engine[SLUICE_ENGINE_AEAD].busy_cycles);
	while ((rc = rte_pmd_sluice_queue_pair_reset(e->dev, 0)) == -EINPROGRESS)
		assert_true(rte_get_tsc_cycles() < end);
	assert_int_equal(rc, -EIO);
	assert_int_equal(rte_pmd_sluice_state(e->dev, &why), RTE_PMD_SLUICE_FAILED);
	assert_int_equal(why, RTE_PMD_SLUICE_FAILURE_TIMEOUT);
	assert_int_equal(rte_pmd_sluice_queue_pair_reset(e->dev, 0), -EIO);
	env_wait(e, 0, back, 1);
	assert_int_equal(op->status, RTE_CRYPTO_OP_STATUS_ERROR);
	env_reset(e);
	assert_int_equal(env_run(e, op), RTE_CRYPTO_OP_STATUS_INVALID_SESSION);
	op_free(op);
	env_session_free(e, sess);
	sess = gcm(e, zeros);
	op = gcm_op(e, sess);
	env_run(e, op);
	gcm_good(op, zeros);
	assert_int_equal(take_back(e, back, 0, NULL, NULL), 0);
	op_free(op);
	env_session_free(e, sess);
	assert_int_equal(rte_pmd_sluice_queue_pair_reset(e->dev, 99), -EINVAL);
	assert_int_equal(rte_pmd_sluice_queue_pair_reset(200, 0), -ENODEV);
}

/* close() is refused while a queue pair holds ops; a reset of the queue pair gives them back and clears the way. */
static void
closing_waits_for_ops(void **state)
{
	struct env *e = *state;
	void *sess = hmac(e, zeros);
	struct rte_crypto_op *ops[EACH], *back[EACH];

	for (unsigned int i = 0; i < EACH; i++)
		ops[i] = hmac_op(e, sess);
	assert_int_equal(rte_cryptodev_enqueue_burst(e->dev, 0, ops, EACH), EACH);
	rte_cryptodev_stop(e->dev);
	assert_int_equal(rte_cryptodev_close(e->dev), -EAGAIN);
	assert_int_equal(rte_cryptodev_start(e->dev), 0);
	take_back(e, back, EACH, NULL, NULL);
	for (unsigned int i = 0; i < EACH; i++)
		op_free(ops[i]);
	env_session_free(e, sess);
	rte_cryptodev_stop(e->dev);
	assert_int_equal(rte_cryptodev_close(e->dev), 0);
	env_queues(e, ENV_QPS);
}

/* Bytes and pieces of DPDK's heap in use. */
static void
heap(struct rte_malloc_socket_stats *s)
{
	assert_int_equal(rte_malloc_get_socket_stats(0, s), 0);
}

/* Fails, is taken away with its ops given back or still inside, and comes back: over and over, and nothing is left behind. */
static void
a_failed_device_is_taken_away_and_brought_back(void **state)
{
	struct rte_malloc_socket_stats before, after;
	struct env *e = the_env;

	(void)state;
	for (unsigned int r = 0; r < env_times(e, 12, 4); r++) {
		struct rte_crypto_op *ops[EACH], *back[EACH];
		unsigned int got;
		void *sess;

		heap(&before);
		env_open(e, IMPATIENT);
		sess = gcm(e, zeros);
		for (unsigned int i = 0; i < EACH; i++)
			ops[i] = gcm_op(e, sess);
		env_run(e, ops[0]);
		gcm_good(ops[0], zeros);
		assert_int_equal(rte_pmd_sluice_fault_inject(e->dev, SLUICE_ENGINE_AEAD, RTE_PMD_SLUICE_FAULT_HANG), 0);
		assert_int_equal(rte_cryptodev_enqueue_burst(e->dev, 0, ops, EACH), EACH);
		got = env_wait_failed(e, 0, back, EACH);
		if (r & 1) { /* the way of a careful application; the other half takes the device away with ops inside */
			env_wait(e, 0, back + got, EACH - got);
			env_session_free(e, sess);
			for (unsigned int i = 0; i < EACH; i++)
				op_free(ops[i]);
			env_close(e);
		} else {
			env_session_free(e, sess);
			rte_cryptodev_stop(e->dev);
			assert_int_equal(rte_vdev_uninit(ENV_NAME), 0);
			assert_int_equal(rte_cryptodev_get_dev_id(ENV_NAME), -1);
			for (unsigned int i = 0; i < EACH; i++)
				op_free(ops[i]);
		}
		heap(&after);
		/* what DPDK 22.11 allocates when a new device is configured it does not free when the device goes */
		assert_int_equal(after.alloc_count - before.alloc_count, e->library_pieces);
		assert_int_equal(after.heap_allocsz_bytes - before.heap_allocsz_bytes, e->library_bytes);
	}
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, env_setup, env_teardown)
const struct CMUnitTest env_tests_halt[] = {
	CASE(a_queue_pair_is_reset_with_work_in_flight),
	CASE(tls_sessions_with_work_in_flight_end),
	CASE(no_slot_is_lost_by_resets),
	cmocka_unit_test_setup_teardown(a_queue_pair_that_hangs_fails_the_device, impatient, env_teardown),
	CASE(closing_waits_for_ops),
	cmocka_unit_test(a_failed_device_is_taken_away_and_brought_back),
};
const size_t env_tests_halt_n = RTE_DIM(env_tests_halt);
