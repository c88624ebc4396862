/* Public-key work by key slot, the PRF, and standard RSA sessions, against libcrypto. */
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/rsa.h>

#include "common/keyblob.h"
#include "tests/pmd/env.h"
#include "tests/pmd/soft.h"

#define BYTES 256
#define PMS 48
#define VERSION 0x0303

struct key {
	EVP_PKEY *pkey;
	uint8_t blob[KEYBLOB_WRAPPED_BYTES];
	size_t blob_len;
};

static void
key_make(struct env *e, struct key *k)
{
	uint8_t plain[KEYBLOB_PLAIN_BYTES];
	size_t n;

	k->pkey = EVP_RSA_gen(2048);
	assert_non_null(k->pkey);
	assert_int_equal(keyblob_build_rsa(k->pkey, plain, sizeof(plain), &n), 0);
	assert_int_equal(keyblob_wrap(e->kek, plain, n, k->blob, sizeof(k->blob), &k->blob_len), 0);
}

/* Public operation or private one by libcrypto, without padding or with PKCS#1. */
static size_t
soft_rsa(struct key *k, bool private, int padding, const uint8_t *in, size_t len, uint8_t *out)
{
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new(k->pkey, NULL);
	size_t n = BYTES;

	if (private) {
		assert_int_equal(EVP_PKEY_decrypt_init(c), 1);
		EVP_PKEY_CTX_set_rsa_padding(c, padding);
		assert_int_equal(EVP_PKEY_decrypt(c, out, &n, in, len), 1);
	} else {
		assert_int_equal(EVP_PKEY_encrypt_init(c), 1);
		EVP_PKEY_CTX_set_rsa_padding(c, padding);
		assert_int_equal(EVP_PKEY_encrypt(c, out, &n, in, len), 1);
	}
	EVP_PKEY_CTX_free(c);
	return n;
}

static void
load(struct env *e, const struct key *k, uint32_t handle)
{
	assert_int_equal(env_pka(e, RTE_PMD_SLUICE_PKA_KEY_LOAD, handle, 0, k->blob, (uint32_t)k->blob_len, NULL,
		NULL), RTE_CRYPTO_OP_STATUS_SUCCESS);
}

static void
unload(struct env *e, uint32_t handle)
{
	assert_int_equal(env_pka(e, RTE_PMD_SLUICE_PKA_KEY_FREE, handle, 0, NULL, 0, NULL, NULL),
		RTE_CRYPTO_OP_STATUS_SUCCESS);
}

static void
rsa_private_agrees(void **state)
{
	uint8_t in[BYTES], out[BYTES], want[BYTES];
	uint32_t h = RTE_PMD_SLUICE_KEY_HANDLE(3, 7), n;
	struct env *e = *state;
	struct key k;

	key_make(e, &k);
	load(e, &k, h);
	for (unsigned int i = 0; i < env_times(e, 10, 2); i++) {
		env_random_bytes(e, in, sizeof(in));
		in[0] = 0;
		if (i == 0) { /* 1 stays 1 */
			memset(in, 0, sizeof(in));
			in[BYTES - 1] = 1;
		}
		soft_rsa(&k, true, RSA_NO_PADDING, in, BYTES, want);
		n = BYTES;
		assert_int_equal(env_pka(e, RTE_PMD_SLUICE_PKA_RSA_PRIVATE, h, 0, in, BYTES, out, &n),
			RTE_CRYPTO_OP_STATUS_SUCCESS);
		assert_int_equal(n, BYTES);
		assert_memory_equal(out, want, BYTES);
	}
	memset(in, 0xff, sizeof(in)); /* not below the modulus */
	n = BYTES;
	assert_int_equal(env_pka(e, RTE_PMD_SLUICE_PKA_RSA_PRIVATE, h, 0, in, BYTES, out, &n),
		RTE_CRYPTO_OP_STATUS_INVALID_ARGS);
	unload(e, h);
	EVP_PKEY_free(k.pkey);
}

/* Encrypts em without padding and has the device decrypt and unpad it. */
static void
pms(struct env *e, struct key *k, uint32_t h, const uint8_t em[BYTES], uint32_t version, uint8_t out[PMS])
{
	uint8_t c[BYTES];
	uint32_t n = PMS;

	soft_rsa(k, false, RSA_NO_PADDING, em, BYTES, c);
	assert_int_equal(env_pka(e, RTE_PMD_SLUICE_PKA_RSA_PMS_DECRYPT, h, version, c, BYTES, out, &n),
		RTE_CRYPTO_OP_STATUS_SUCCESS);
	assert_int_equal(n, PMS);
}

static void
premaster_secrets_are_unpadded_or_replaced(void **state)
{
	static const struct { const char *what; unsigned int at; uint8_t val; } wrong[] = {
		{ "first byte", 0, 1 }, { "block type", 1, 1 }, { "zero in the padding", 100, 0 },
		{ "no zero behind the padding", BYTES - PMS - 1, 9 }, { "major version", BYTES - PMS, 2 },
		{ "minor version", BYTES - PMS + 1, 1 },
	};
	uint8_t good[BYTES], em[BYTES], out[PMS], again[PMS];
	uint32_t h = RTE_PMD_SLUICE_KEY_HANDLE(0, 1);
	struct env *e = *state;
	struct key k;

	key_make(e, &k);
	load(e, &k, h);
	for (unsigned int i = 0; i < BYTES; i++)
		good[i] = (uint8_t)(1 + env_random(e) % 255);
	good[0] = 0;
	good[1] = 2;
	good[BYTES - PMS - 1] = 0;
	good[BYTES - PMS] = VERSION >> 8;
	good[BYTES - PMS + 1] = VERSION & 0xff;
	pms(e, &k, h, good, VERSION, out);
	assert_memory_equal(out, good + BYTES - PMS, PMS);
	for (size_t i = 0; i < env_times(e, RTE_DIM(wrong), 2); i++) {
		memcpy(em, good, BYTES);
		em[wrong[i].at] = wrong[i].val;
		pms(e, &k, h, em, VERSION, out);
		assert_memory_not_equal(out, em + BYTES - PMS, PMS);
		pms(e, &k, h, em, VERSION, again);
		assert_memory_not_equal(out, again, PMS);
	}
	unload(e, h);
	EVP_PKEY_free(k.pkey);
}

static void
keys_are_known_by_slot_and_generation(void **state)
{
	uint8_t in[BYTES] = { 0 }, out[BYTES], bad[KEYBLOB_WRAPPED_BYTES];
	uint32_t h = RTE_PMD_SLUICE_KEY_HANDLE(2, 5), n = BYTES;
	struct rte_pmd_sluice_info info;
	struct env *e = *state;
	struct key k;

	assert_int_equal(rte_pmd_sluice_info_get(e->dev, &info), 0);
	key_make(e, &k);
#define PRIVATE(handle) env_pka(e, RTE_PMD_SLUICE_PKA_RSA_PRIVATE, handle, 0, in, BYTES, out, &n)
	assert_int_equal(PRIVATE(h), RTE_CRYPTO_OP_STATUS_INVALID_SESSION); /* empty */
	load(e, &k, h);
	n = BYTES;
	assert_int_equal(PRIVATE(RTE_PMD_SLUICE_KEY_HANDLE(2, 4)), RTE_CRYPTO_OP_STATUS_INVALID_SESSION);
	assert_int_equal(PRIVATE(RTE_PMD_SLUICE_KEY_HANDLE(1, 5)), RTE_CRYPTO_OP_STATUS_INVALID_SESSION);
	assert_int_equal(PRIVATE(RTE_PMD_SLUICE_KEY_HANDLE(info.key_slots, 5)), RTE_CRYPTO_OP_STATUS_INVALID_ARGS);
	assert_int_equal(env_pka(e, RTE_PMD_SLUICE_PKA_KEY_FREE, RTE_PMD_SLUICE_KEY_HANDLE(2, 4), 0, NULL, 0, NULL,
		NULL), RTE_CRYPTO_OP_STATUS_INVALID_SESSION);
	unload(e, h);
	assert_int_equal(PRIVATE(h), RTE_CRYPTO_OP_STATUS_INVALID_SESSION);
	for (size_t i = 0; i < k.blob_len; i += 300) { /* a damaged blob does not unwrap */
		memcpy(bad, k.blob, k.blob_len);
		bad[i] ^= 1;
		assert_int_equal(env_pka(e, RTE_PMD_SLUICE_PKA_KEY_LOAD, h, 0, bad, (uint32_t)k.blob_len, NULL, NULL),
			RTE_CRYPTO_OP_STATUS_INVALID_ARGS);
		assert_int_equal(PRIVATE(h), RTE_CRYPTO_OP_STATUS_INVALID_SESSION);
	}
	assert_int_equal(env_pka(e, RTE_PMD_SLUICE_PKA_KEY_LOAD, h, 0, k.blob, 64, NULL, NULL),
		RTE_CRYPTO_OP_STATUS_INVALID_ARGS);
	EVP_PKEY_free(k.pkey);
}

static void
prf_agrees(void **state)
{
	static const uint32_t secrets[] = { 0, 1, 32, 48, 63, 64 }, outs[] = { 1, 12, 32, 33, 48, 104, 512 };
	uint8_t in[64 + 256], out[512], want[512];
	struct env *e = *state;

	env_random_bytes(e, in, sizeof(in));
	for (size_t i = 0; i < RTE_DIM(secrets); i++)
		for (size_t j = 0; j < RTE_DIM(outs); j++) {
			uint32_t seed = 1 + (uint32_t)(env_random(e) % 200), n = outs[j];

			soft_prf(EVP_sha256(), in, secrets[i], in + secrets[i], seed, want, outs[j]);
			assert_int_equal(env_pka(e, RTE_PMD_SLUICE_PKA_TLS_PRF, 0, secrets[i], in, secrets[i] + seed, out,
				&n), RTE_CRYPTO_OP_STATUS_SUCCESS);
			assert_int_equal(n, outs[j]);
			assert_memory_equal(out, want, n);
		}
}

static void
lengths_out_of_range_are_refused(void **state)
{
	static uint8_t in[4096], out[1024];
	struct env *e = *state;
	uint32_t n;

#define REFUSED(type, handle, param, in_len, out_len) \
	do { \
		n = out_len; \
		assert_int_equal(env_pka(e, RTE_PMD_SLUICE_PKA_##type, handle, param, in, in_len, out, &n), \
			RTE_CRYPTO_OP_STATUS_INVALID_ARGS); \
	} while (0)
	REFUSED(TLS_PRF, 0, 65, 100, 12);
	REFUSED(TLS_PRF, 0, 20, 19, 12);
	REFUSED(TLS_PRF, 0, 20, 100, 0);
	REFUSED(TLS_PRF, 0, 20, 100, 513);
	REFUSED(TLS_PRF, 0, 20, 2000, 12);
	REFUSED(RSA_PRIVATE, 0x10000, 0, 255, 256);
	REFUSED(RSA_PRIVATE, 0x10000, 0, 257, 256);
	REFUSED(RSA_PRIVATE, 0x10000, 0, 256, 255);
	REFUSED(RSA_PMS_DECRYPT, 0x10000, 0, 256, 47);
	REFUSED(KEY_LOAD, 0x10000, 0, RTE_PMD_SLUICE_PKA_MAX_IN + 1, 0);
	REFUSED(KEY_LOAD, 0x10000, 0, 0, 0);
}

/* ---- the standard API ---- */

enum { N, E, P, Q, DP, DQ, QINV, PARTS };

static void *
rsa_session(struct env *e, struct key *k, uint8_t part[PARTS][BYTES])
{
	static const char *const name[PARTS] = { OSSL_PKEY_PARAM_RSA_N, OSSL_PKEY_PARAM_RSA_E,
		OSSL_PKEY_PARAM_RSA_FACTOR1, OSSL_PKEY_PARAM_RSA_FACTOR2, OSSL_PKEY_PARAM_RSA_EXPONENT1,
		OSSL_PKEY_PARAM_RSA_EXPONENT2, OSSL_PKEY_PARAM_RSA_COEFFICIENT1 };
	struct rte_crypto_asym_xform x = { .xform_type = RTE_CRYPTO_ASYM_XFORM_RSA,
		.rsa = { .key_type = RTE_RSA_KEY_TYPE_QT } };
	rte_crypto_param *to[PARTS] = { &x.rsa.n, &x.rsa.e, &x.rsa.qt.p, &x.rsa.qt.q, &x.rsa.qt.dP, &x.rsa.qt.dQ,
		&x.rsa.qt.qInv };
	void *sess = NULL;

	for (int i = 0; i < PARTS; i++) {
		BIGNUM *bn = NULL;

		assert_int_equal(EVP_PKEY_get_bn_param(k->pkey, name[i], &bn), 1);
		to[i]->length = (size_t)BN_bn2bin(bn, part[i]);
		to[i]->data = part[i];
		BN_free(bn);
	}
	assert_int_equal(rte_cryptodev_asym_session_create(e->dev, &x, e->asym_sessions, &sess), 0);
	return sess;
}

static void
standard_rsa_signs_and_decrypts(void **state)
{
	static uint8_t part[PARTS][BYTES];
	uint8_t message[BYTES], cipher[BYTES], out[BYTES];
	static const enum rte_crypto_rsa_padding_type paddings[] = { RTE_CRYPTO_RSA_PADDING_PKCS1_5,
		RTE_CRYPTO_RSA_PADDING_NONE };
	struct env *e = *state;
	struct key k;
	void *sess;

	key_make(e, &k);
	sess = rsa_session(e, &k, part);
	for (size_t i = 0; i < RTE_DIM(paddings); i++) {
		bool pkcs1 = paddings[i] == RTE_CRYPTO_RSA_PADDING_PKCS1_5;
		int padding = pkcs1 ? RSA_PKCS1_PADDING : RSA_NO_PADDING;
		size_t len = pkcs1 ? 37 : BYTES;
		struct rte_crypto_op *op = env_asym_op(e);
		struct rte_crypto_rsa_op_param *r = &op->asym->rsa;
		EVP_PKEY_CTX *c = EVP_PKEY_CTX_new(k.pkey, NULL);
		size_t n = BYTES;

		env_random_bytes(e, message, sizeof(message));
		message[0] = 0;
		memset(r, 0, sizeof(*r));
		rte_crypto_op_attach_asym_session(op, sess);
		r->op_type = RTE_CRYPTO_ASYM_OP_SIGN;
		r->padding.type = paddings[i];
		r->message = (rte_crypto_param){ .data = message, .length = len };
		r->sign.data = cipher;
		assert_int_equal(env_run(e, op), RTE_CRYPTO_OP_STATUS_SUCCESS);
		assert_int_equal(r->sign.length, BYTES);
		assert_int_equal(EVP_PKEY_verify_recover_init(c), 1);
		EVP_PKEY_CTX_set_rsa_padding(c, padding);
		assert_int_equal(EVP_PKEY_verify_recover(c, out, &n, cipher, BYTES), 1);
		assert_int_equal(n, len);
		assert_memory_equal(out, message, len);
		EVP_PKEY_CTX_free(c);

		soft_rsa(&k, false, padding, message, len, cipher);
		r->op_type = RTE_CRYPTO_ASYM_OP_DECRYPT;
		r->cipher = (rte_crypto_param){ .data = cipher, .length = BYTES };
		r->message = (rte_crypto_param){ .data = out };
		assert_int_equal(env_run(e, op), RTE_CRYPTO_OP_STATUS_SUCCESS);
		assert_int_equal(r->message.length, len);
		assert_memory_equal(out, message, len);
		rte_crypto_op_free(op);
	}
	assert_int_equal(rte_cryptodev_asym_session_free(e->dev, sess), 0);
	EVP_PKEY_free(k.pkey);
}

/* libcrypto makes a PKCS#1 signature over a digest; the device's must be the same bytes. */
static void
standard_rsa_signs_a_named_digest(void **state)
{
	static uint8_t part[PARTS][BYTES];
	uint8_t digest[32], sign[BYTES], want[BYTES];
	struct env *e = *state;
	struct rte_crypto_op *op = env_asym_op(e);
	struct rte_crypto_rsa_op_param *r = &op->asym->rsa;
	EVP_PKEY_CTX *c;
	size_t n = BYTES;
	struct key k;
	void *sess;

	key_make(e, &k);
	sess = rsa_session(e, &k, part);
	env_random_bytes(e, digest, sizeof(digest));
	c = EVP_PKEY_CTX_new(k.pkey, NULL);
	assert_int_equal(EVP_PKEY_sign_init(c), 1);
	EVP_PKEY_CTX_set_rsa_padding(c, RSA_PKCS1_PADDING);
	EVP_PKEY_CTX_set_signature_md(c, EVP_sha256());
	assert_int_equal(EVP_PKEY_sign(c, want, &n, digest, sizeof(digest)), 1);
	EVP_PKEY_CTX_free(c);
	memset(r, 0, sizeof(*r));
	rte_crypto_op_attach_asym_session(op, sess);
	r->op_type = RTE_CRYPTO_ASYM_OP_SIGN;
	r->padding.type = RTE_CRYPTO_RSA_PADDING_PKCS1_5;
	r->padding.hash = RTE_CRYPTO_AUTH_SHA256;
	r->message = (rte_crypto_param){ .data = digest, .length = sizeof(digest) };
	r->sign.data = sign;
	assert_int_equal(env_run(e, op), RTE_CRYPTO_OP_STATUS_SUCCESS);
	assert_memory_equal(sign, want, BYTES);
	rte_crypto_op_free(op);
	assert_int_equal(rte_cryptodev_asym_session_free(e->dev, sess), 0);
	EVP_PKEY_free(k.pkey);
}

/* More operations at once than an engine holds, with keys of several slots; results must not be mixed up. */
static void
many_private_operations_at_once(void **state)
{
	enum { MOST = 40, KEYS = 2 };
	static uint8_t in[MOST][BYTES], out[MOST][BYTES];
	struct env *e = *state;
	unsigned int n = env_times(e, MOST, 10);
	struct rte_crypto_op *ops[MOST];
	uint8_t back[BYTES];
	struct key k[KEYS];

	for (uint32_t i = 0; i < KEYS; i++) {
		key_make(e, &k[i]);
		load(e, &k[i], RTE_PMD_SLUICE_KEY_HANDLE(i, 9));
	}
	env_random_bytes(e, in, sizeof(in));
	for (unsigned int i = 0; i < n; i++) {
		struct rte_pmd_sluice_pka_op *p;

		in[i][0] = 0;
		ops[i] = env_asym_op(e);
		p = rte_pmd_sluice_pka_attach(ops[i]);
		*p = (struct rte_pmd_sluice_pka_op){ .type = RTE_PMD_SLUICE_PKA_RSA_PRIVATE,
			.handle = RTE_PMD_SLUICE_KEY_HANDLE(i % KEYS, 9), .in = in[i], .in_len = BYTES, .out = out[i],
			.out_len = BYTES };
		env_enqueue(e, 0, ops[i]);
	}
	env_wait(e, 0, ops, n);
	for (unsigned int i = 0; i < n; i++) {
		assert_int_equal(ops[i]->status, RTE_CRYPTO_OP_STATUS_SUCCESS);
		soft_rsa(&k[i % KEYS], false, RSA_NO_PADDING, out[i], BYTES, back);
		assert_memory_equal(back, in[i], BYTES);
		rte_crypto_op_free(ops[i]);
	}
	for (uint32_t i = 0; i < KEYS; i++) {
		unload(e, RTE_PMD_SLUICE_KEY_HANDLE(i, 9));
		EVP_PKEY_free(k[i].pkey);
	}
}

const struct CMUnitTest env_tests_pka[] = {
	cmocka_unit_test(rsa_private_agrees),
	cmocka_unit_test(premaster_secrets_are_unpadded_or_replaced),
	cmocka_unit_test(keys_are_known_by_slot_and_generation),
	cmocka_unit_test(prf_agrees),
	cmocka_unit_test(lengths_out_of_range_are_refused),
	cmocka_unit_test(standard_rsa_signs_and_decrypts),
	cmocka_unit_test(standard_rsa_signs_a_named_digest),
	cmocka_unit_test(many_private_operations_at_once),
};
const size_t env_tests_pka_n = RTE_DIM(env_tests_pka);
