/* What DPDK's own test_cryptodev expects of every driver and the other groups do not ask: dataplane/pmd/README.md has the table. */
#include <errno.h>
#include <string.h>

#include <openssl/evp.h>

#include "tests/pmd/env.h"
#include "tests/pmd/soft.h"

#define LEN 48
#define AAD 20
#define NOBODY 200 /* no device has this id */

static struct rte_crypto_sym_xform
gcm_xform(const uint8_t *key, bool encrypt)
{
	return (struct rte_crypto_sym_xform){ .type = RTE_CRYPTO_SYM_XFORM_AEAD, .aead = {
		.op = encrypt ? RTE_CRYPTO_AEAD_OP_ENCRYPT : RTE_CRYPTO_AEAD_OP_DECRYPT, .algo = RTE_CRYPTO_AEAD_AES_GCM,
		.key = { .data = key, .length = 16 }, .iv = { .offset = ENV_IV_OFFSET, .length = 12 },
		.digest_length = 16, .aad_length = AAD } };
}

static void
a_device_checks_its_configuration(void **state)
{
	struct env *e = *state;
	struct rte_cryptodev_config config = { .socket_id = (int)rte_socket_id(), .nb_queue_pairs = ENV_QPS };
	struct rte_cryptodev_info info;

	rte_cryptodev_info_get(e->dev, &info);
	assert_int_not_equal(rte_cryptodev_configure(e->dev, &config), 0); /* it runs */
	rte_cryptodev_stop(e->dev);
	assert_int_not_equal(rte_cryptodev_configure(NOBODY, &config), 0);
	config.nb_queue_pairs = 0;
	assert_int_not_equal(rte_cryptodev_configure(e->dev, &config), 0);
	config.nb_queue_pairs = UINT16_MAX;
	assert_int_not_equal(rte_cryptodev_configure(e->dev, &config), 0);
	config.nb_queue_pairs = (uint16_t)(info.max_nb_queue_pairs + 1);
	assert_int_not_equal(rte_cryptodev_configure(e->dev, &config), 0);
	env_queues(e, (uint16_t)info.max_nb_queue_pairs);
	rte_cryptodev_stop(e->dev);
	env_queues(e, ENV_QPS);
}

static void
queue_pairs_check_their_arguments(void **state)
{
	static const uint32_t bad[] = { 1u << 16, 1u << 20, UINT32_MAX };
	struct env *e = *state;
	struct rte_cryptodev_qp_conf qp = { .nb_descriptors = ENV_DESCS, .mp_session = e->sessions };

	assert_int_not_equal(rte_cryptodev_queue_pair_setup(e->dev, 0, &qp, (int)rte_socket_id()), 0); /* it runs */
	rte_cryptodev_stop(e->dev);
	assert_int_not_equal(rte_cryptodev_queue_pair_setup(NOBODY, 0, &qp, (int)rte_socket_id()), 0);
	assert_int_not_equal(rte_cryptodev_queue_pair_setup(e->dev, ENV_QPS, &qp, (int)rte_socket_id()), 0);
	assert_int_not_equal(rte_cryptodev_queue_pair_setup(e->dev, UINT16_MAX, &qp, (int)rte_socket_id()), 0);
	assert_int_not_equal(rte_cryptodev_queue_pair_setup(e->dev, 0, NULL, (int)rte_socket_id()), 0);
	for (size_t i = 0; i < RTE_DIM(bad); i++) {
		qp.nb_descriptors = bad[i];
		assert_int_not_equal(rte_cryptodev_queue_pair_setup(e->dev, 0, &qp, (int)rte_socket_id()), 0);
	}
	env_queues(e, ENV_QPS);
}

/* One sealed message, opened with one thing of it changed. */
struct message {
	uint8_t key[16], iv[12], aad[AAD], data[LEN], tag[16];
	uint32_t len;
};

static enum rte_crypto_op_status
open_message(struct env *e, const struct message *m)
{
	struct rte_crypto_sym_xform x = gcm_xform(m->key, false);
	void *sess = env_session(e, &x);
	struct rte_crypto_op *op = env_op(e);
	enum rte_crypto_op_status status;

	rte_crypto_op_attach_sym_session(op, sess);
	memcpy(rte_crypto_op_ctod_offset(op, uint8_t *, ENV_IV_OFFSET), m->iv, 12);
	op->sym->m_src = env_mbuf(e, m->data, m->len);
	op->sym->aead.data.length = m->len;
	op->sym->aead.digest.data = (uint8_t *)(uintptr_t)m->tag;
	op->sym->aead.aad.data = (uint8_t *)(uintptr_t)m->aad;
	status = env_run(e, op);
	rte_pktmbuf_free(op->sym->m_src);
	rte_crypto_op_free(op);
	env_session_free(e, sess);
	return status;
}

static void
gcm_notices_whatever_was_changed(void **state)
{
	static const size_t at[] = { offsetof(struct message, key), offsetof(struct message, iv), offsetof(struct message, iv) + 11,
		offsetof(struct message, aad), offsetof(struct message, aad) + AAD - 1, offsetof(struct message, data),
		offsetof(struct message, data) + LEN - 1, offsetof(struct message, tag), offsetof(struct message, tag) + 15 };
	struct message good, m;
	struct env *e = *state;
	uint8_t plain[LEN];

	env_random_bytes(e, &good, sizeof(good));
	env_random_bytes(e, plain, sizeof(plain));
	good.len = LEN;
	soft_gcm_seal(good.key, 16, good.iv, good.aad, AAD, plain, LEN, good.data, good.tag);
	assert_int_equal(open_message(e, &good), RTE_CRYPTO_OP_STATUS_SUCCESS);
	for (size_t i = 0; i < RTE_DIM(at); i++) {
		m = good;
		((uint8_t *)&m)[at[i]] ^= 0x01;
		assert_int_equal(open_message(e, &m), RTE_CRYPTO_OP_STATUS_AUTH_FAILED);
	}
	m = good;
	m.len = LEN - 1;
	assert_int_equal(open_message(e, &m), RTE_CRYPTO_OP_STATUS_AUTH_FAILED);
	m.len = 0;
	assert_int_equal(open_message(e, &m), RTE_CRYPTO_OP_STATUS_AUTH_FAILED);
}

static void
soft_chacha(const uint8_t *key, const uint8_t *iv, const uint8_t *aad, const uint8_t *in, uint32_t len, uint8_t *out)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	int n;

	assert_int_equal(EVP_EncryptInit_ex(c, EVP_chacha20_poly1305(), NULL, key, iv), 1);
	assert_int_equal(EVP_EncryptUpdate(c, NULL, &n, aad, AAD), 1);
	assert_int_equal(EVP_EncryptUpdate(c, out, &n, in, (int)len), 1);
	assert_int_equal(EVP_EncryptFinal_ex(c, out + n, &n), 1);
	assert_int_equal(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, 16, out + len), 1);
	EVP_CIPHER_CTX_free(c);
}

/* Sealed out of place from pieces into pieces, opened in place, and with a wrong tag not. */
static void
chacha20_poly1305_agrees(void **state)
{
	static const uint32_t lens[] = { 0, 1, 63, 64, 114, 1000, 4096 };
	static const struct rte_cryptodev_sym_capability_idx idx = { .type = RTE_CRYPTO_SYM_XFORM_AEAD, .algo.aead = RTE_CRYPTO_AEAD_CHACHA20_POLY1305 };
	uint8_t key[32], iv[12], aad[AAD], plain[4096], want[4096 + 16], got[4096 + 16], tag[16];
	struct rte_crypto_sym_xform x = gcm_xform(key, true);
	static const uint16_t cuts[] = { 5, 40 };
	struct env *e = *state;

	x.aead.algo = RTE_CRYPTO_AEAD_CHACHA20_POLY1305;
	x.aead.key.length = 32;
	if (!rte_cryptodev_sym_capability_get(e->dev, &idx)) {
		assert_null(rte_cryptodev_sym_session_create(e->dev, &x, e->sessions));
		return;
	}
	for (size_t i = 0; i < RTE_DIM(lens); i++) {
		struct rte_crypto_op *op = env_op(e);
		uint32_t len = lens[i];
		void *seal, *open;

		env_random_bytes(e, key, sizeof(key));
		env_random_bytes(e, iv, sizeof(iv));
		env_random_bytes(e, aad, sizeof(aad));
		env_random_bytes(e, plain, sizeof(plain));
		soft_chacha(key, iv, aad, plain, len, want);
		x.aead.op = RTE_CRYPTO_AEAD_OP_ENCRYPT;
		seal = env_session(e, &x);
		x.aead.op = RTE_CRYPTO_AEAD_OP_DECRYPT;
		open = env_session(e, &x);
		memcpy(rte_crypto_op_ctod_offset(op, uint8_t *, ENV_IV_OFFSET), iv, 12);
		op->sym->m_src = env_chain(e, plain, len, cuts, len > 100 ? 1 : 0);
		op->sym->m_dst = env_chain(e, NULL, len, cuts, len > 100 ? 2 : 0);
		op->sym->aead.data.length = len;
		op->sym->aead.digest.data = tag;
		op->sym->aead.aad.data = aad;
		rte_crypto_op_attach_sym_session(op, seal);
		assert_int_equal(env_run(e, op), RTE_CRYPTO_OP_STATUS_SUCCESS);
		env_copy_out(op->sym->m_dst, 0, len, got);
		assert_memory_equal(got, want, len);
		assert_memory_equal(tag, want + len, 16);
		rte_pktmbuf_free(op->sym->m_src);
		op->sym->m_src = op->sym->m_dst;
		op->sym->m_dst = NULL;
		rte_crypto_op_attach_sym_session(op, open);
		assert_int_equal(env_run(e, op), RTE_CRYPTO_OP_STATUS_SUCCESS);
		env_copy_out(op->sym->m_src, 0, len, got);
		assert_memory_equal(got, plain, len);
		rte_pktmbuf_free(op->sym->m_src);
		op->sym->m_src = env_mbuf(e, want, len);
		tag[i] ^= 1;
		assert_int_equal(env_run(e, op), RTE_CRYPTO_OP_STATUS_AUTH_FAILED);
		rte_pktmbuf_free(op->sym->m_src);
		rte_crypto_op_free(op);
		env_session_free(e, seal);
		env_session_free(e, open);
	}
}

/* HMAC made and verified on the device: right, of other data, with another digest. */
static void
hmac_notices_whatever_was_changed(void **state)
{
	static const uint8_t key[20] = { 3 };
	struct rte_crypto_sym_xform x = { .type = RTE_CRYPTO_SYM_XFORM_AUTH, .auth = { .op = RTE_CRYPTO_AUTH_OP_GENERATE,
		.algo = RTE_CRYPTO_AUTH_SHA1_HMAC, .key = { .data = key, .length = 20 }, .digest_length = 20 } };
	struct env *e = *state;
	void *make = env_session(e, &x), *verify;
	struct rte_crypto_op *op = env_op(e);
	uint8_t digest[20];

	x.auth.op = RTE_CRYPTO_AUTH_OP_VERIFY;
	verify = env_session(e, &x);
	op->sym->m_src = env_mbuf(e, NULL, LEN);
	op->sym->auth.data.length = LEN;
	op->sym->auth.digest.data = digest;
	rte_crypto_op_attach_sym_session(op, make);
	assert_int_equal(env_run(e, op), RTE_CRYPTO_OP_STATUS_SUCCESS);
	rte_crypto_op_attach_sym_session(op, verify);
	assert_int_equal(env_run(e, op), RTE_CRYPTO_OP_STATUS_SUCCESS);
	for (unsigned int i = 0; i < sizeof(digest); i++) {
		digest[i] ^= 0x80;
		assert_int_equal(env_run(e, op), RTE_CRYPTO_OP_STATUS_AUTH_FAILED);
		digest[i] ^= 0x80;
	}
	*rte_pktmbuf_mtod_offset(op->sym->m_src, uint8_t *, LEN - 1) ^= 1;
	assert_int_equal(env_run(e, op), RTE_CRYPTO_OP_STATUS_AUTH_FAILED);
	rte_pktmbuf_free(op->sym->m_src);
	rte_crypto_op_free(op);
	env_session_free(e, make);
	env_session_free(e, verify);
}

/* As many sessions as the pool has; the next is refused, and one given back can be had again and works. */
static void
an_empty_session_pool_refuses(void **state)
{
	enum { N = 5 };
	static const uint8_t key[16] = { 4 };
	struct rte_crypto_sym_xform x = gcm_xform(key, true);
	struct env *e = *state;
	struct rte_mempool *pool = rte_cryptodev_sym_session_pool_create("few", N, rte_cryptodev_sym_get_private_session_size(e->dev), 0, 0,
		(int)rte_socket_id());
	void *sess[N];

	assert_non_null(pool);
	for (unsigned int i = 0; i < N; i++) {
		sess[i] = rte_cryptodev_sym_session_create(e->dev, &x, pool);
		assert_non_null(sess[i]);
	}
	assert_null(rte_cryptodev_sym_session_create(e->dev, &x, pool));
	env_session_free(e, sess[2]);
	sess[2] = rte_cryptodev_sym_session_create(e->dev, &x, pool);
	assert_non_null(sess[2]);
	for (unsigned int i = 0; i < N; i++)
		env_session_free(e, sess[i]);
	assert_int_equal(rte_mempool_in_use_count(pool), 0);
	rte_mempool_free(pool);
}

/* What no capability says is refused when the session is made, and takes nothing from the pool. */
static void
sessions_of_unknown_sizes_are_refused(void **state)
{
	static const uint8_t key[64];
	struct rte_crypto_sym_xform good = gcm_xform(key, true), x[8], mac;
	struct env *e = *state;
	unsigned int n = 0;

	for (unsigned int i = 0; i < RTE_DIM(x); i++)
		x[i] = good;
	x[n++].aead.key.length = 24;
	x[n++].aead.key.length = 0;
	x[n++].aead.iv.length = 16;
	x[n++].aead.iv.length = 0;
	x[n++].aead.digest_length = 17;
	x[n++].aead.digest_length = 0;
	x[n++].aead.algo = RTE_CRYPTO_AEAD_AES_CCM;
	x[n++].type = RTE_CRYPTO_SYM_XFORM_NOT_SPECIFIED;
	for (unsigned int i = 0; i < n; i++)
		assert_null(rte_cryptodev_sym_session_create(e->dev, &x[i], e->sessions));
	mac = (struct rte_crypto_sym_xform){ .type = RTE_CRYPTO_SYM_XFORM_AUTH, .auth = { .op = RTE_CRYPTO_AUTH_OP_GENERATE,
		.algo = RTE_CRYPTO_AUTH_SHA256_HMAC, .key = { .data = key, .length = 16 }, .digest_length = 33 } };
	assert_null(rte_cryptodev_sym_session_create(e->dev, &mac, e->sessions));
	mac.auth.algo = RTE_CRYPTO_AUTH_MD5_HMAC;
	mac.auth.digest_length = 16;
	assert_null(rte_cryptodev_sym_session_create(e->dev, &mac, e->sessions));
	assert_null(rte_cryptodev_sym_session_create(NOBODY, &good, e->sessions));
	assert_null(rte_cryptodev_sym_session_create(e->dev, NULL, e->sessions));
	assert_null(rte_cryptodev_sym_session_create(e->dev, &good, NULL));
	assert_int_equal(rte_mempool_in_use_count(e->sessions), 0);
}

static void
statistics_are_checked_and_reset(void **state)
{
	struct env *e = *state;
	struct rte_cryptodev_stats stats;
	struct message m = { .len = LEN };

	assert_int_not_equal(rte_cryptodev_stats_get(NOBODY, &stats), 0);
	assert_int_not_equal(rte_cryptodev_stats_get(e->dev, NULL), 0);
	rte_cryptodev_stats_reset(e->dev);
	assert_int_equal(open_message(e, &m), RTE_CRYPTO_OP_STATUS_AUTH_FAILED);
	assert_int_equal(rte_cryptodev_stats_get(e->dev, &stats), 0);
	assert_int_equal(stats.enqueued_count, 1);
	assert_int_equal(stats.dequeued_count, 1);
	assert_int_equal(stats.enqueue_err_count, 0);
	assert_int_equal(stats.dequeue_err_count, 1);
	rte_cryptodev_stats_reset(NOBODY); /* does no harm */
	rte_cryptodev_stats_reset(e->dev);
	assert_int_equal(rte_cryptodev_stats_get(e->dev, &stats), 0);
	assert_int_equal(stats.enqueued_count + stats.dequeued_count + stats.enqueue_err_count + stats.dequeue_err_count, 0);
}

const struct CMUnitTest env_tests_conform[] = {
	cmocka_unit_test(a_device_checks_its_configuration),
	cmocka_unit_test(queue_pairs_check_their_arguments),
	cmocka_unit_test(gcm_notices_whatever_was_changed),
	cmocka_unit_test(chacha20_poly1305_agrees),
	cmocka_unit_test(hmac_notices_whatever_was_changed),
	cmocka_unit_test(an_empty_session_pool_refuses),
	cmocka_unit_test(sessions_of_unknown_sizes_are_refused),
	cmocka_unit_test(statistics_are_checked_and_reset),
};
const size_t env_tests_conform_n = RTE_DIM(env_tests_conform);
