/* What goes wrong: hanging engines, lost completions, flipped results, bad addresses, wrong arguments; and the way back. */
#include <string.h>
#include <errno.h>
#include <unistd.h>

#include <rte_bus_vdev.h>

#include "tests/pmd/env.h"

#define LEN 256
#define IMPATIENT "timeout_ms=100,timeout_cycles=2000000"

static int
setup(void **state)
{
	*state = the_env;
	env_open(the_env, IMPATIENT);
	return 0;
}

static void *
session(struct env *e, unsigned int engine)
{
	static uint8_t key[16] = { 1 };
	struct rte_crypto_sym_xform x = { .type = RTE_CRYPTO_SYM_XFORM_AEAD, .aead = {
		.op = RTE_CRYPTO_AEAD_OP_ENCRYPT, .algo = RTE_CRYPTO_AEAD_AES_GCM, .key = { .data = key, .length = 16 },
		.iv = { .offset = ENV_IV_OFFSET, .length = 12 }, .digest_length = 16 } };

	if (engine == SLUICE_ENGINE_MAC)
		x = (struct rte_crypto_sym_xform){ .type = RTE_CRYPTO_SYM_XFORM_AUTH, .auth = {
			.op = RTE_CRYPTO_AUTH_OP_GENERATE, .algo = RTE_CRYPTO_AUTH_SHA256_HMAC,
			.key = { .data = key, .length = 16 }, .digest_length = 32 } };
	return env_session(e, &x);
}

static struct rte_crypto_op *
sym(struct env *e, void *sess, unsigned int engine)
{
	struct rte_crypto_op *op = env_op(e);

	rte_crypto_op_attach_sym_session(op, sess);
	op->sym->m_src = env_mbuf(e, NULL, LEN + 32);
	if (engine == SLUICE_ENGINE_AEAD) {
		op->sym->aead.data.length = LEN;
		op->sym->aead.digest.data = rte_pktmbuf_mtod_offset(op->sym->m_src, uint8_t *, LEN);
	} else {
		op->sym->auth.data.length = LEN;
		op->sym->auth.digest.data = rte_pktmbuf_mtod_offset(op->sym->m_src, uint8_t *, LEN);
	}
	return op;
}

static void
sym_free(struct rte_crypto_op *op)
{
	rte_pktmbuf_free(op->sym->m_src);
	rte_crypto_op_free(op);
}

/* One op of an engine works, through a session made now. */
static void
works(struct env *e, unsigned int engine)
{
	void *sess = session(e, engine);
	struct rte_crypto_op *op = sym(e, sess, engine);

	assert_int_equal(env_run(e, op), RTE_CRYPTO_OP_STATUS_SUCCESS);
	sym_free(op);
	env_session_free(e, sess);
}

/* Eight ops in flight when the engine fails: each comes back once, as an error or done before; then reset, and sessions are stale. */
static void
fails_and_recovers(struct env *e, unsigned int engine, uint32_t fault)
{
	enum { N = 8 };
	struct rte_crypto_op *ops[N], *back[N] = { NULL }, *op;
	struct rte_pmd_sluice_counters c;
	unsigned int got, errors = 0;
	void *sess;
	int why;

	works(e, engine);
	sess = session(e, engine);
	for (unsigned int i = 0; i < N; i++)
		ops[i] = sym(e, sess, engine);
	assert_int_equal(rte_pmd_sluice_fault_inject(e->dev, (uint8_t)engine, fault), 0);
	assert_int_equal(rte_cryptodev_enqueue_burst(e->dev, 0, ops, N), N);
	got = env_wait_failed(e, 0, back, N);
	assert_int_equal(rte_pmd_sluice_state(e->dev, &why), RTE_PMD_SLUICE_FAILED);
	assert_true(why == RTE_PMD_SLUICE_FAILURE_TIMEOUT || why == RTE_PMD_SLUICE_FAILURE_COMPLETION);
	op = sym(e, sess, engine);
	assert_int_equal(rte_cryptodev_enqueue_burst(e->dev, 0, &op, 1), 0);
	if (got < N)
		assert_int_equal(rte_pmd_sluice_device_reset(e->dev), -EAGAIN);
	env_wait(e, 0, back + got, N - got);
	assert_int_equal(rte_cryptodev_dequeue_burst(e->dev, 0, &op, 1), 0);
	for (unsigned int i = 0; i < N; i++) {
		assert_true(back[i]->status == RTE_CRYPTO_OP_STATUS_ERROR || back[i]->status == RTE_CRYPTO_OP_STATUS_SUCCESS);
		errors += back[i]->status == RTE_CRYPTO_OP_STATUS_ERROR;
		for (unsigned int j = 0; j < i; j++)
			assert_ptr_not_equal(back[i], back[j]);
		sym_free(back[i]);
	}
	assert_true(errors > 0);
	env_reset(e);
	assert_int_equal(rte_pmd_sluice_state(e->dev, &why), RTE_PMD_SLUICE_RUNNING);
	assert_int_equal(why, RTE_PMD_SLUICE_FAILURE_NONE);
	assert_int_equal(env_run(e, op), RTE_CRYPTO_OP_STATUS_INVALID_SESSION); /* stale */
	sym_free(op);
	env_session_free(e, sess);
	works(e, SLUICE_ENGINE_AEAD);
	works(e, SLUICE_ENGINE_MAC);
	assert_int_equal(rte_pmd_sluice_counters_get(e->dev, &c), 0);
	assert_true(c.failures >= 1 && c.resets >= 1);
}

static void
a_hanging_engine_fails_the_device(void **state)
{
	fails_and_recovers(*state, SLUICE_ENGINE_AEAD, RTE_PMD_SLUICE_FAULT_HANG);
	fails_and_recovers(*state, SLUICE_ENGINE_MAC, RTE_PMD_SLUICE_FAULT_HANG);
}

static void
a_lost_completion_fails_the_device(void **state)
{
	fails_and_recovers(*state, SLUICE_ENGINE_AEAD, RTE_PMD_SLUICE_FAULT_DROP);
	fails_and_recovers(*state, SLUICE_ENGINE_MAC, RTE_PMD_SLUICE_FAULT_DROP);
}

/* The very last completion is lost: nothing behind it can tell, only the device's own idleness. */
static void
a_lone_lost_completion_is_noticed(void **state)
{
	struct env *e = *state;
	void *sess = session(e, SLUICE_ENGINE_AEAD);
	struct rte_crypto_op *op = sym(e, sess, SLUICE_ENGINE_AEAD), *back[2];

	assert_int_equal(env_run(e, op), RTE_CRYPTO_OP_STATUS_SUCCESS);
	assert_int_equal(rte_pmd_sluice_fault_inject(e->dev, SLUICE_ENGINE_AEAD, RTE_PMD_SLUICE_FAULT_DROP), 0);
	env_enqueue(e, 0, op);
	assert_int_equal(env_wait_failed(e, 0, back, 2), 0);
	env_wait(e, 0, back, 1);
	assert_int_equal(back[0]->status, RTE_CRYPTO_OP_STATUS_ERROR);
	sym_free(op);
	env_session_free(e, sess);
	env_reset(e);
}

static void
a_flipped_result_is_an_error_and_the_device_goes_on(void **state)
{
	struct env *e = *state;

	for (unsigned int engine = SLUICE_ENGINE_AEAD; engine <= SLUICE_ENGINE_MAC; engine++) {
		struct rte_pmd_sluice_counters c;
		void *sess = session(e, engine);
		struct rte_crypto_op *op = sym(e, sess, engine);

		assert_int_equal(env_run(e, op), RTE_CRYPTO_OP_STATUS_SUCCESS);
		assert_int_equal(rte_pmd_sluice_fault_inject(e->dev, (uint8_t)engine, RTE_PMD_SLUICE_FAULT_FLIP), 0);
		assert_int_equal(env_run(e, op), RTE_CRYPTO_OP_STATUS_ERROR);
		assert_int_equal(rte_pmd_sluice_op_device_status(op), SLUICE_ST_PARITY);
		assert_int_equal(env_run(e, op), RTE_CRYPTO_OP_STATUS_SUCCESS);
		assert_int_equal(rte_pmd_sluice_counters_get(e->dev, &c), 0);
		assert_true(c.err_parity >= 1);
		sym_free(op);
		env_session_free(e, sess);
	}
	assert_int_equal(rte_pmd_sluice_state(e->dev, NULL), RTE_PMD_SLUICE_RUNNING);
}

/* An address that is nobody's: the bus answers with an error, the process lives, the device goes on. */
static void
a_bad_address_is_a_dma_error(void **state)
{
	static const rte_iova_t bad[] = { 0x1000, 0x7fffdeadb000, UINT64_C(0xfffffffffffff000) };
	struct env *e = *state;
	void *sess = session(e, SLUICE_ENGINE_AEAD);

	for (size_t i = 0; i < RTE_DIM(bad); i++) {
		struct rte_crypto_op *op = sym(e, sess, SLUICE_ENGINE_AEAD);
		rte_iova_t was = op->sym->m_src->buf_iova;
		struct rte_pmd_sluice_counters c;

		op->sym->m_src->buf_iova = bad[i];
		assert_int_equal(env_run(e, op), RTE_CRYPTO_OP_STATUS_ERROR);
		assert_int_equal(rte_pmd_sluice_op_device_status(op), SLUICE_ST_DMA_ERROR);
		op->sym->m_src->buf_iova = was;
		assert_int_equal(env_run(e, op), RTE_CRYPTO_OP_STATUS_SUCCESS);
		assert_int_equal(rte_pmd_sluice_counters_get(e->dev, &c), 0);
		assert_true(c.err_dma > i);
		sym_free(op);
	}
	env_session_free(e, sess);
}

/* A reset of a running device: work in flight comes back, TLS sessions and key slots are gone. */
static void
a_reset_of_a_running_device_makes_sessions_stale(void **state)
{
	static uint8_t key[16], salt[4];
	struct rte_pmd_sluice_tls_record_xform x = { .type = RTE_PMD_SLUICE_TLS_SESS_TYPE_WRITE,
		.ver = RTE_PMD_SLUICE_VERSION_TLS_1_2, .alg = RTE_PMD_SLUICE_TLS_AES_GCM, .key_len = 16, .key = key,
		.iv_len = 4, .iv = salt };
	struct env *e = *state;
	struct rte_pmd_sluice_tls_session *s = rte_pmd_sluice_tls_session_create(e->dev, 0, &x);
	struct rte_crypto_op *op = env_op(e);

	assert_non_null(s);
	op->sym->m_src = env_mbuf(e, NULL, LEN);
	op->sym->aead.data.offset = 32;
	op->sym->aead.data.length = 64;
	rte_pmd_sluice_tls_record_attach(op, s, 23);
	assert_int_equal(env_run(e, op), RTE_CRYPTO_OP_STATUS_SUCCESS);
	env_reset(e);
	assert_int_equal(env_run(e, op), RTE_CRYPTO_OP_STATUS_INVALID_SESSION);
	assert_int_equal(rte_pmd_sluice_tls_session_destroy(s), 0);
	s = rte_pmd_sluice_tls_session_create(e->dev, 0, &x);
	assert_non_null(s);
	op->sym->aead.data.offset = 32;
	op->sym->aead.data.length = 64;
	rte_pmd_sluice_tls_record_attach(op, s, 23);
	assert_int_equal(env_run(e, op), RTE_CRYPTO_OP_STATUS_SUCCESS);
	assert_int_equal(rte_pmd_sluice_tls_session_destroy(s), 0);
	rte_pktmbuf_free(op->sym->m_src);
	rte_crypto_op_free(op);
}

/* An engine that works by slot: its op, run once and left in flight. */
static struct rte_crypto_op *
slot_op(struct env *e, unsigned int engine, uint8_t *out)
{
	static const uint8_t zero[64];
	struct rte_crypto_op *op = env_asym_op(e);
	struct rte_pmd_sluice_pka_op *p = rte_pmd_sluice_pka_attach(op);

	if (engine == SLUICE_ENGINE_ECC)
		*p = (struct rte_pmd_sluice_pka_op){ .type = RTE_PMD_SLUICE_PKA_EC_KEYGEN, .curve = RTE_PMD_SLUICE_CURVE_X25519, .out = out,
			.out_len = 64 };
	else
		*p = (struct rte_pmd_sluice_pka_op){ .type = RTE_PMD_SLUICE_PKA_HKDF_EXTRACT, .hash = RTE_PMD_SLUICE_HASH_SHA256, .param = 16,
			.in = zero, .in_len = 48, .out = out, .out_len = 64 };
	return op;
}

/* Engines that came later fail and come back like the first ones; a flip of public-key work is found by the engine itself. */
static void
public_key_work_fails_and_recovers(void **state)
{
	static const uint32_t faults[] = { RTE_PMD_SLUICE_FAULT_HANG, RTE_PMD_SLUICE_FAULT_DROP };
	struct rte_pmd_sluice_info info;
	struct env *e = *state;
	uint8_t out[64];

	assert_int_equal(rte_pmd_sluice_info_get(e->dev, &info), 0);
	if (!(info.ecdh_curves >> RTE_PMD_SLUICE_CURVE_X25519 & 1))
		return;
	for (size_t i = 0; i < RTE_DIM(faults); i++) {
		struct rte_crypto_op *op = slot_op(e, SLUICE_ENGINE_ECC, out), *back[2];

		assert_int_equal(env_run(e, op), RTE_CRYPTO_OP_STATUS_SUCCESS);
		assert_int_equal(rte_pmd_sluice_fault_inject(e->dev, SLUICE_ENGINE_ECC, faults[i]), 0);
		env_enqueue(e, 0, op);
		if (env_wait_failed(e, 0, back, 2) == 0)
			env_wait(e, 0, back, 1);
		assert_int_equal(back[0]->status, RTE_CRYPTO_OP_STATUS_ERROR);
		env_reset(e);
		assert_int_equal(env_run(e, op), RTE_CRYPTO_OP_STATUS_SUCCESS);
		rte_crypto_op_free(op);
	}
}

/* Public-key work, records and derivations are in flight when the device is reset: each comes back once, and every secret is void. */
static void
a_reset_in_the_middle_gives_everything_back(void **state)
{
	enum { EACH = 6 };
	struct env *e = *state;
	struct rte_crypto_op *ops[3 * EACH], *back[3 * EACH];
	static uint8_t out[3 * EACH][64];
	struct rte_pmd_sluice_info info;
	unsigned int n = 0, got = 0;
	uint32_t secret;
	void *sess;
	int rc;

	assert_int_equal(rte_pmd_sluice_info_get(e->dev, &info), 0);
	secret = rte_pmd_sluice_secret_get(e->dev);
	sess = session(e, SLUICE_ENGINE_AEAD);
	for (unsigned int i = 0; i < EACH; i++) {
		if (info.ecdh_curves >> RTE_PMD_SLUICE_CURVE_X25519 & 1) {
			ops[n] = slot_op(e, SLUICE_ENGINE_ECC, out[n]);
			n++;
		}
		if (info.hkdf >> RTE_PMD_SLUICE_HASH_SHA256 & 1) {
			ops[n] = slot_op(e, SLUICE_ENGINE_MAC, out[n]);
			n++;
		}
		ops[n++] = sym(e, sess, SLUICE_ENGINE_AEAD);
	}
	for (unsigned int i = 0; i < n; i++)
		env_enqueue(e, 0, ops[i]);
	while ((rc = rte_pmd_sluice_device_reset(e->dev)) == -EAGAIN || rc == -EINPROGRESS)
		got += rte_cryptodev_dequeue_burst(e->dev, 0, back + got, (uint16_t)(n - got));
	assert_int_equal(rc, 0);
	assert_int_equal(got, n);
	for (unsigned int i = 0; i < n; i++) {
		assert_true(back[i]->status == RTE_CRYPTO_OP_STATUS_ERROR || back[i]->status == RTE_CRYPTO_OP_STATUS_SUCCESS);
		if (back[i]->type == RTE_CRYPTO_OP_TYPE_SYMMETRIC)
			sym_free(back[i]);
		else
			rte_crypto_op_free(back[i]);
	}
	env_session_free(e, sess);
	rte_pmd_sluice_secret_put(e->dev, secret); /* void: does no harm */
	works(e, SLUICE_ENGINE_AEAD);
	works(e, SLUICE_ENGINE_MAC);
}

/* Completions by status are counted; every slot of a stale handle is refused and counted. */
static void
statuses_are_counted(void **state)
{
	struct rte_pmd_sluice_counters before, after;
	struct env *e = *state;
	uint32_t n = 256;
	uint8_t out[256] = { 0 };

	assert_int_equal(rte_pmd_sluice_counters_get(e->dev, &before), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(env_pka(e, RTE_PMD_SLUICE_PKA_RSA_PRIVATE, RTE_PMD_SLUICE_KEY_HANDLE(1, 77), 0, out, 256, out, &n),
			RTE_CRYPTO_OP_STATUS_INVALID_SESSION);
	works(e, SLUICE_ENGINE_AEAD);
	assert_int_equal(rte_pmd_sluice_counters_get(e->dev, &after), 0);
	assert_int_equal(after.status[SLUICE_ST_BAD_HANDLE] - before.status[SLUICE_ST_BAD_HANDLE], 3);
	assert_true(after.status[SLUICE_ST_OK] > before.status[SLUICE_ST_OK]);
}

/* Nothing, and as much as an op may be. */
static void
zero_and_maximum_lengths(void **state)
{
	static const uint32_t lens[] = { 0, 1, 20000 };
	struct env *e = *state;
	void *sess = session(e, SLUICE_ENGINE_AEAD), *mac = session(e, SLUICE_ENGINE_MAC);

	for (size_t i = 0; i < RTE_DIM(lens); i++) {
		struct rte_crypto_op *op = env_op(e);
		uint8_t digest[32];

		rte_crypto_op_attach_sym_session(op, sess);
		op->sym->m_src = env_mbuf(e, NULL, lens[i]);
		op->sym->aead.data.length = lens[i];
		op->sym->aead.digest.data = digest;
		assert_int_equal(env_run(e, op), RTE_CRYPTO_OP_STATUS_SUCCESS);
		op->sym->aead.data.length = lens[i] + 1; /* one byte beyond the mbuf */
		assert_int_equal(env_run(e, op), RTE_CRYPTO_OP_STATUS_INVALID_ARGS);
		rte_crypto_op_attach_sym_session(op, mac);
		op->sym->auth.data.offset = 0;
		op->sym->auth.data.length = lens[i];
		op->sym->auth.digest.data = digest;
		assert_int_equal(env_run(e, op), RTE_CRYPTO_OP_STATUS_SUCCESS);
		op->sym->auth.data.offset = 1;
		op->sym->auth.data.length = UINT32_MAX; /* would wrap */
		assert_int_equal(env_run(e, op), RTE_CRYPTO_OP_STATUS_INVALID_ARGS);
		sym_free(op);
	}
	env_session_free(e, sess);
	env_session_free(e, mac);
}

/* No session, a wrong kind of session: refused, as with any driver. */
static void
ops_without_a_session_are_refused(void **state)
{
	struct env *e = *state;
	struct rte_crypto_sym_xform x = { .type = RTE_CRYPTO_SYM_XFORM_AEAD };
	struct rte_crypto_op *op = env_op(e), *asym = env_asym_op(e);

	op->sym->m_src = env_mbuf(e, NULL, LEN);
	op->sess_type = RTE_CRYPTO_OP_SESSIONLESS;
	op->sym->xform = &x;
	assert_int_equal(env_run(e, op), RTE_CRYPTO_OP_STATUS_INVALID_SESSION);
	op->sess_type = RTE_CRYPTO_OP_WITH_SESSION;
	op->sym->session = NULL;
	assert_int_equal(env_run(e, op), RTE_CRYPTO_OP_STATUS_INVALID_SESSION);
	op->sess_type = RTE_CRYPTO_OP_SECURITY_SESSION;
	assert_int_equal(env_run(e, op), RTE_CRYPTO_OP_STATUS_INVALID_SESSION);
	asym->sess_type = RTE_CRYPTO_OP_SESSIONLESS;
	assert_int_equal(env_run(e, asym), RTE_CRYPTO_OP_STATUS_INVALID_SESSION);
	sym_free(op);
	rte_crypto_op_free(asym);
}

/* The generator's noise is nothing but zeros: what needs random numbers is refused, all else goes on. */
static void
a_broken_noise_source_is_told(void **state)
{
	static const uint8_t key[48] = { 7 };
	struct rte_pmd_sluice_tls_record_xform x = { .type = RTE_PMD_SLUICE_TLS_SESS_TYPE_WRITE, .ver = RTE_PMD_SLUICE_VERSION_TLS_1_2,
		.alg = RTE_PMD_SLUICE_TLS_AES_CBC_HMAC_SHA1, .key_len = 16, .mac_key_len = 20, .key = key, .mac_key = key };
	struct rte_pmd_sluice_tls_session *s;
	struct rte_pmd_sluice_info info;
	struct rte_crypto_op *op;
	struct env *e = the_env;
	uint8_t out[64];

	(void)state;
	if (e->slow) /* the bridge's noise goes to the engines as it is until the generator is in the device */
		return;
	env_open(e, "stuck_noise=1");
	assert_int_equal(rte_pmd_sluice_info_get(e->dev, &info), 0);
	works(e, SLUICE_ENGINE_AEAD);
	s = rte_pmd_sluice_tls_session_create(e->dev, 0, &x);
	assert_non_null(s);
	op = env_op(e);
	op->sym->m_src = env_mbuf(e, NULL, LEN);
	op->sym->aead.data.offset = 32;
	op->sym->aead.data.length = 64;
	rte_pmd_sluice_tls_record_attach(op, s, 23);
	assert_int_equal(env_run(e, op), RTE_CRYPTO_OP_STATUS_ERROR);
	assert_int_equal(rte_pmd_sluice_op_device_status(op), SLUICE_ST_NO_ENTROPY);
	assert_int_equal(rte_pmd_sluice_tls_session_destroy(s), 0);
	sym_free(op);
	if (info.ecdh_curves >> RTE_PMD_SLUICE_CURVE_X25519 & 1) {
		op = slot_op(e, SLUICE_ENGINE_ECC, out);
		assert_int_equal(env_run(e, op), RTE_CRYPTO_OP_STATUS_ERROR);
		assert_int_equal(rte_pmd_sluice_op_device_status(op), SLUICE_ST_NO_ENTROPY);
		rte_crypto_op_free(op);
	}
	works(e, SLUICE_ENGINE_AEAD);
	works(e, SLUICE_ENGINE_MAC);
	assert_int_equal(rte_pmd_sluice_state(e->dev, NULL), RTE_PMD_SLUICE_RUNNING);
	env_close(e);
}

/* Work that takes long is not a hang: the device says that it moves on, however impatient the driver is. */
static void
slow_work_is_no_failure(void **state)
{
	struct env *e = *state;
	void *sess = session(e, SLUICE_ENGINE_MAC);
	struct rte_crypto_op *ops[32];

	for (unsigned int i = 0; i < RTE_DIM(ops); i++) {
		ops[i] = env_op(e);
		rte_crypto_op_attach_sym_session(ops[i], sess);
		ops[i]->sym->m_src = env_mbuf(e, NULL, 16384 + 32);
		ops[i]->sym->auth.data.length = 16384;
		ops[i]->sym->auth.digest.data = rte_pktmbuf_mtod_offset(ops[i]->sym->m_src, uint8_t *, 16384);
		env_enqueue(e, 0, ops[i]);
	}
	env_wait(e, 0, ops, RTE_DIM(ops));
	for (unsigned int i = 0; i < RTE_DIM(ops); i++) {
		assert_int_equal(ops[i]->status, RTE_CRYPTO_OP_STATUS_SUCCESS);
		sym_free(ops[i]);
	}
	assert_int_equal(rte_pmd_sluice_state(e->dev, NULL), RTE_PMD_SLUICE_RUNNING);
	env_session_free(e, sess);
}

static void
wrong_arguments_are_refused(void **state)
{
	struct env *e = the_env;
	char text[512];

	(void)state;
#define REFUSED(...) \
	do { \
		snprintf(text, sizeof(text), __VA_ARGS__); \
		assert_int_not_equal(rte_vdev_init("crypto_sluice7", text), 0); \
		assert_int_equal(rte_cryptodev_get_dev_id("crypto_sluice7"), -1); \
	} while (0)
	REFUSED("lib=%s,kek=/nonexistent/kek", e->lib);
	REFUSED("lib=%s,kek=%s", e->lib, e->lib); /* not 32 bytes */
	REFUSED("lib=/nonexistent/lib.so,kek=%s", e->kek_path);
	REFUSED("lib=%s,kek=%s,unknown=1", e->lib, e->kek_path);
	REFUSED("lib=%s,kek=%s,transport=pci", e->lib, e->kek_path);
	REFUSED("lib=%s,kek=%s,timeout_ms=soon", e->lib, e->kek_path);
	REFUSED("lib=%s,kek=%s,max_nb_queue_pairs=99", e->lib, e->kek_path);
}

static void
functions_refuse_foreign_devices(void **state)
{
	struct rte_pmd_sluice_counters c;
	struct rte_pmd_sluice_info info;
	struct env *e = *state;

	assert_int_equal(rte_pmd_sluice_state(200, NULL), -ENODEV);
	assert_int_equal(rte_pmd_sluice_info_get(200, &info), -ENODEV);
	assert_int_equal(rte_pmd_sluice_counters_get(200, &c), -ENODEV);
	assert_int_equal(rte_pmd_sluice_device_reset(200), -ENODEV);
	assert_int_equal(rte_pmd_sluice_fault_inject(e->dev, 7, 1), -EINVAL);
	assert_int_equal(rte_pmd_sluice_fault_inject(e->dev, 0, 8), -EINVAL);
	assert_int_equal(rte_pmd_sluice_info_get(e->dev, &info), 0);
	assert_int_equal(info.map_hash, SLUICE_MAP_HASH);
	assert_int_equal(info.simulated, 1);
	assert_true(info.engines != 0);
	assert_int_equal(info.selftest_pass, info.engines);
	assert_int_equal(info.key_slots, SLUICE_NUM_KEYS - 4);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, env_teardown)
const struct CMUnitTest env_tests_fault[] = {
	CASE(a_hanging_engine_fails_the_device),
	CASE(a_lost_completion_fails_the_device),
	CASE(a_lone_lost_completion_is_noticed),
	CASE(a_flipped_result_is_an_error_and_the_device_goes_on),
	CASE(a_bad_address_is_a_dma_error),
	CASE(a_reset_of_a_running_device_makes_sessions_stale),
	CASE(public_key_work_fails_and_recovers),
	CASE(a_reset_in_the_middle_gives_everything_back),
	CASE(statuses_are_counted),
	CASE(zero_and_maximum_lengths),
	CASE(ops_without_a_session_are_refused),
	cmocka_unit_test(a_broken_noise_source_is_told),
	CASE(slow_work_is_no_failure),
	CASE(functions_refuse_foreign_devices),
	cmocka_unit_test(wrong_arguments_are_refused),
};
const size_t env_tests_fault_n = RTE_DIM(env_tests_fault);
