/*
 * Curves, key schedules and secrets by slot: the card against libcrypto, and keys that never leave it: a handshake's worth of derivations on the
 * card, then records under keys that the host has only because it computes them too.
 */
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <rte_errno.h>

#include "common/keyblob.h"
#include "tests/pmd/env.h"
#include "tests/pmd/soft.h"

#define EC_HANDLE RTE_PMD_SLUICE_KEY_HANDLE(1, 3)

static struct rte_pmd_sluice_info
info_of(struct env *e)
{
	struct rte_pmd_sluice_info info;

	assert_int_equal(rte_pmd_sluice_info_get(e->dev, &info), 0);
	return info;
}

/* One operation by slot; its status, out_len updated. */
static enum rte_crypto_op_status
run(struct env *e, struct rte_pmd_sluice_pka_op *p)
{
	struct rte_crypto_op *op = env_asym_op(e);
	struct rte_pmd_sluice_pka_op *at = rte_pmd_sluice_pka_attach(op);
	enum rte_crypto_op_status status;

	*at = *p;
	status = env_run(e, op);
	p->out_len = at->out_len;
	rte_crypto_op_free(op);
	return status;
}
#define RUN(e, ...) run(e, &(struct rte_pmd_sluice_pka_op){ __VA_ARGS__ })
#define OK RTE_CRYPTO_OP_STATUS_SUCCESS

static const struct {
	uint8_t id;
	const char *name;
	uint32_t n, pub;
} curves[] = {
	{ RTE_PMD_SLUICE_CURVE_P256, "P-256", 32, 64 },
	{ RTE_PMD_SLUICE_CURVE_P384, "P-384", 48, 96 },
	{ RTE_PMD_SLUICE_CURVE_X25519, "X25519", 32, 32 },
};

static EVP_PKEY *
soft_keygen(const char *name)
{
	return strcmp(name, "X25519") == 0 ? EVP_PKEY_Q_keygen(NULL, NULL, name) : EVP_PKEY_Q_keygen(NULL, NULL, "EC", name);
}

/* x | y, or X25519's 32 bytes */
static void
soft_public(EVP_PKEY *key, uint8_t *out, uint32_t pub)
{
	uint8_t buf[1 + 96];
	size_t len;

	assert_int_equal(EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, buf, sizeof(buf), &len), 1);
	assert_true(len == pub || len == pub + 1);
	memcpy(out, buf + len - pub, pub);
}

static void
soft_ecdh(EVP_PKEY *key, const char *name, const uint8_t *pub, uint32_t pub_len, uint8_t *out)
{
	EVP_PKEY *peer = EVP_PKEY_new();
	uint8_t point[1 + 96] = { 4 };
	EVP_PKEY_CTX *c;
	size_t len = 48;

	memcpy(point + 1, pub, pub_len);
	if (strcmp(name, "X25519") == 0) {
		EVP_PKEY_free(peer);
		peer = EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, NULL, pub, pub_len);
	} else {
		assert_int_equal(EVP_PKEY_copy_parameters(peer, key), 1);
		assert_int_equal(EVP_PKEY_set1_encoded_public_key(peer, point, 1 + pub_len), 1);
	}
	c = EVP_PKEY_CTX_new(key, NULL);
	assert_int_equal(EVP_PKEY_derive_init(c), 1);
	assert_int_equal(EVP_PKEY_derive_set_peer(c, peer), 1);
	assert_int_equal(EVP_PKEY_derive(c, out, &len), 1);
	EVP_PKEY_CTX_free(c);
	EVP_PKEY_free(peer);
}

static void
key_exchange_agrees_with_libcrypto(void **state)
{
	struct env *e = *state;
	struct rte_pmd_sluice_info info = info_of(e);

	for (size_t i = 0; i < RTE_DIM(curves); i++) {
		uint32_t n = curves[i].n, pub = curves[i].pub;
		uint8_t theirs[96], mine[48 + 96], in[48 + 96], got[48], want[48], answer[96 + 48];
		EVP_PKEY *key;

		if (!(info.ecdh_curves >> curves[i].id & 1)) {
			assert_int_equal(RUN(e, .type = RTE_PMD_SLUICE_PKA_EC_KEYGEN, .curve = curves[i].id, .out = mine,
				.out_len = n + pub), RTE_CRYPTO_OP_STATUS_INVALID_ARGS);
			continue;
		}
		key = soft_keygen(curves[i].name);
		soft_public(key, theirs, pub);
		assert_int_equal(RUN(e, .type = RTE_PMD_SLUICE_PKA_EC_KEYGEN, .curve = curves[i].id, .out = mine, .out_len = n + pub), OK);
		memcpy(in, mine, n);
		memcpy(in + n, theirs, pub);
		assert_int_equal(RUN(e, .type = RTE_PMD_SLUICE_PKA_ECDH, .curve = curves[i].id, .in = in, .in_len = n + pub, .out = got,
			.out_len = n), OK);
		soft_ecdh(key, curves[i].name, mine + n, pub, want);
		assert_memory_equal(got, want, n);
		assert_int_equal(RUN(e, .type = RTE_PMD_SLUICE_PKA_ECDH_RESPOND, .curve = curves[i].id, .in = theirs, .in_len = pub,
			.out = answer, .out_len = n + pub), OK);
		soft_ecdh(key, curves[i].name, answer, pub, want);
		assert_memory_equal(answer + pub, want, n);
		/* a point beside the curve; a coordinate above the prime; nothing but zeros */
		memset(theirs, 0, pub);
		assert_int_equal(RUN(e, .type = RTE_PMD_SLUICE_PKA_ECDH_RESPOND, .curve = curves[i].id, .in = theirs, .in_len = pub,
			.out = answer, .out_len = n + pub), RTE_CRYPTO_OP_STATUS_INVALID_ARGS);
		if (curves[i].id != RTE_PMD_SLUICE_CURVE_X25519) {
			memset(theirs, 0xff, pub);
			assert_int_equal(RUN(e, .type = RTE_PMD_SLUICE_PKA_ECDH_RESPOND, .curve = curves[i].id, .in = theirs, .in_len = pub,
				.out = answer, .out_len = n + pub), RTE_CRYPTO_OP_STATUS_INVALID_ARGS);
		}
		assert_int_equal(RUN(e, .type = RTE_PMD_SLUICE_PKA_ECDH_RESPOND, .curve = curves[i].id, .in = theirs, .in_len = pub - 1,
			.out = answer, .out_len = n + pub), RTE_CRYPTO_OP_STATUS_INVALID_ARGS);
		assert_int_equal(RUN(e, .type = RTE_PMD_SLUICE_PKA_ECDH_RESPOND, .curve = curves[i].id, .in = theirs, .in_len = pub,
			.out = answer, .out_len = n + pub - 1), RTE_CRYPTO_OP_STATUS_INVALID_ARGS);
		EVP_PKEY_free(key);
	}
}

/* r | s as libcrypto reads it */
static bool
soft_verify(EVP_PKEY *key, const uint8_t *sig, uint32_t n, const uint8_t *digest, uint32_t len)
{
	ECDSA_SIG *s = ECDSA_SIG_new();
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new(key, NULL);
	uint8_t *der = NULL;
	int der_len, rc;

	ECDSA_SIG_set0(s, BN_bin2bn(sig, (int)n, NULL), BN_bin2bn(sig + n, (int)n, NULL));
	der_len = i2d_ECDSA_SIG(s, &der);
	assert_int_equal(EVP_PKEY_verify_init(c), 1);
	rc = EVP_PKEY_verify(c, der, (size_t)der_len, digest, len);
	OPENSSL_free(der);
	ECDSA_SIG_free(s);
	EVP_PKEY_CTX_free(c);
	return rc == 1;
}

static void
load_key(struct env *e, EVP_PKEY *key, uint8_t curve)
{
	uint8_t plain[SLUICE_EC_KEY_BYTES], blob[256];
	size_t len;

	assert_int_equal(keyblob_build_ec(key, plain, sizeof(plain), &len), 0);
	assert_int_equal(keyblob_wrap(e->kek, plain, len, blob, sizeof(blob), &len), 0);
	assert_int_equal(RUN(e, .type = RTE_PMD_SLUICE_PKA_KEY_LOAD, .curve = curve, .handle = EC_HANDLE, .in = blob,
		.in_len = (uint32_t)len), OK);
	blob[9] ^= 1;
	assert_int_equal(RUN(e, .type = RTE_PMD_SLUICE_PKA_KEY_LOAD, .curve = curve, .handle = EC_HANDLE + 1, .in = blob,
		.in_len = (uint32_t)len), RTE_CRYPTO_OP_STATUS_INVALID_ARGS);
}

static void
signatures_agree_with_libcrypto(void **state)
{
	static const uint32_t lens[] = { 20, 32, 48, 64 };
	struct env *e = *state;
	struct rte_pmd_sluice_info info = info_of(e);

	for (size_t i = 0; i < 2; i++) {
		uint32_t n = curves[i].n;
		uint8_t digest[64], sig[96], in[4 * 48 + 64];
		EVP_PKEY *key;

		if (!(info.ecdsa_curves >> curves[i].id & 1))
			continue;
		key = soft_keygen(curves[i].name);
		load_key(e, key, curves[i].id);
		for (size_t j = 0; j < env_times(e, RTE_DIM(lens), 2); j++) {
			env_random_bytes(e, digest, sizeof(digest));
			assert_int_equal(RUN(e, .type = RTE_PMD_SLUICE_PKA_ECDSA_SIGN, .curve = curves[i].id, .handle = EC_HANDLE, .in = digest,
				.in_len = lens[j], .out = sig, .out_len = 2 * n), OK);
			assert_true(soft_verify(key, sig, n, digest, lens[j]));
			memcpy(in, sig, 2 * n);
			soft_public(key, in + 2 * n, 2 * n);
			memcpy(in + 4 * n, digest, lens[j]);
			assert_int_equal(RUN(e, .type = RTE_PMD_SLUICE_PKA_ECDSA_VERIFY, .curve = curves[i].id, .in = in,
				.in_len = 4 * n + lens[j]), OK);
			in[4 * n] ^= 0x80;
			assert_int_equal(RUN(e, .type = RTE_PMD_SLUICE_PKA_ECDSA_VERIFY, .curve = curves[i].id, .in = in,
				.in_len = 4 * n + lens[j]), RTE_CRYPTO_OP_STATUS_AUTH_FAILED);
		}
		assert_int_equal(RUN(e, .type = RTE_PMD_SLUICE_PKA_ECDSA_SIGN, .curve = curves[i].id, .handle = EC_HANDLE + 0x10000,
			.in = digest, .in_len = 32, .out = sig, .out_len = 2 * n), RTE_CRYPTO_OP_STATUS_INVALID_SESSION);
		assert_int_equal(RUN(e, .type = RTE_PMD_SLUICE_PKA_ECDSA_SIGN, .curve = curves[i].id, .handle = EC_HANDLE, .in = digest,
			.in_len = 65, .out = sig, .out_len = 2 * n), RTE_CRYPTO_OP_STATUS_INVALID_ARGS);
		assert_int_equal(RUN(e, .type = RTE_PMD_SLUICE_PKA_KEY_FREE, .curve = curves[i].id, .handle = EC_HANDLE), OK);
		EVP_PKEY_free(key);
	}
}

static void
eddsa_agrees_with_libcrypto(void **state)
{
	struct env *e = *state;
	static const uint32_t lens[] = { 0, 47, 130, SLUICE_MAX_EDDSA_MESSAGE };
	uint8_t msg[SLUICE_MAX_EDDSA_MESSAGE + 1], sig[64], want[64];
	size_t len = sizeof(want);
	EVP_MD_CTX *c;
	EVP_PKEY *key;

	if (!info_of(e).eddsa_curves)
		return;
	key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	load_key(e, key, RTE_PMD_SLUICE_CURVE_ED25519);
	env_random_bytes(e, msg, sizeof(msg));
	for (size_t i = 0; i < RTE_DIM(lens); i++) {
		uint32_t n = lens[i];

		c = EVP_MD_CTX_new();
		assert_int_equal(EVP_DigestSignInit(c, NULL, NULL, NULL, key), 1);
		assert_int_equal(EVP_DigestSign(c, want, &len, msg, n), 1);
		EVP_MD_CTX_free(c);
		assert_int_equal(RUN(e, .type = RTE_PMD_SLUICE_PKA_EDDSA_SIGN, .handle = EC_HANDLE, .in = msg, .in_len = n, .out = sig,
			.out_len = 64), OK);
		assert_memory_equal(sig, want, 64);
	}
	assert_int_equal(RUN(e, .type = RTE_PMD_SLUICE_PKA_EDDSA_SIGN, .handle = EC_HANDLE, .in = msg, .in_len = sizeof(msg), .out = sig,
		.out_len = 64), RTE_CRYPTO_OP_STATUS_INVALID_ARGS);
	/* the two kinds of keys are not taken for each other */
	assert_int_equal(RUN(e, .type = RTE_PMD_SLUICE_PKA_ECDSA_SIGN, .curve = RTE_PMD_SLUICE_CURVE_P256, .handle = EC_HANDLE, .in = msg,
		.in_len = 32, .out = sig, .out_len = 64), RTE_CRYPTO_OP_STATUS_INVALID_SESSION);
	assert_int_equal(RUN(e, .type = RTE_PMD_SLUICE_PKA_KEY_FREE, .curve = RTE_PMD_SLUICE_CURVE_ED25519, .handle = EC_HANDLE), OK);
	EVP_PKEY_free(key);
}

/* HKDF of libcrypto, extract or expand */
static void
soft_hkdf(const char *md, int mode, const uint8_t *key, size_t key_len, const uint8_t *more, size_t more_len, uint8_t *out, size_t want)
{
	EVP_KDF *f = EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_KDF_CTX *c = EVP_KDF_CTX_new(f);
	OSSL_PARAM p[5], *q = p;

	*q++ = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)(uintptr_t)md, 0);
	*q++ = OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode);
	*q++ = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)(uintptr_t)key, key_len);
	*q++ = OSSL_PARAM_construct_octet_string(mode == EVP_KDF_HKDF_MODE_EXTRACT_ONLY ? OSSL_KDF_PARAM_SALT : OSSL_KDF_PARAM_INFO,
		(void *)(uintptr_t)more, more_len);
	*q = OSSL_PARAM_construct_end();
	assert_int_equal(EVP_KDF_derive(c, out, want, p), 1);
	EVP_KDF_CTX_free(c);
	EVP_KDF_free(f);
}

static void
hkdf_and_prf_agree_with_libcrypto(void **state)
{
	static const struct { uint8_t id; const char *name; uint32_t len; } h[] = {
		{ RTE_PMD_SLUICE_HASH_SHA1, "SHA1", 20 }, { RTE_PMD_SLUICE_HASH_SHA256, "SHA256", 32 },
		{ RTE_PMD_SLUICE_HASH_SHA384, "SHA384", 48 }, { RTE_PMD_SLUICE_HASH_SHA512, "SHA512", 64 },
	};
	uint8_t in[64 + 256], out[512], want[512];
	struct env *e = *state;
	struct rte_pmd_sluice_info info = info_of(e);

	env_random_bytes(e, in, sizeof(in));
	for (size_t i = 0; i < RTE_DIM(h); i++) {
		if (info.hkdf >> h[i].id & 1) {
			assert_int_equal(RUN(e, .type = RTE_PMD_SLUICE_PKA_HKDF_EXTRACT, .hash = h[i].id, .param = 48, .in = in, .in_len = 48 + 70,
				.out = out, .out_len = 64), OK);
			soft_hkdf(h[i].name, EVP_KDF_HKDF_MODE_EXTRACT_ONLY, in + 48, 70, in, 48, want, h[i].len);
			assert_memory_equal(out, want, h[i].len);
			assert_int_equal(RUN(e, .type = RTE_PMD_SLUICE_PKA_HKDF_EXPAND, .hash = h[i].id, .param = h[i].len, .in = in,
				.in_len = h[i].len + 256, .out = out, .out_len = 500), OK);
			soft_hkdf(h[i].name, EVP_KDF_HKDF_MODE_EXPAND_ONLY, in, h[i].len, in + h[i].len, 256, want, 500);
			assert_memory_equal(out, want, 500);
		}
		if (info.prf_hashes >> h[i].id & 1) {
			assert_int_equal(RUN(e, .type = RTE_PMD_SLUICE_PKA_TLS_PRF, .hash = h[i].id, .param = 48, .in = in, .in_len = 48 + 77,
				.out = out, .out_len = 104), OK);
			soft_prf(EVP_get_digestbyname(h[i].name), in, 48, in + 48, 77, want, 104);
			assert_memory_equal(out, want, 104);
		}
	}
}

/* ---- secrets ---- */

/* HKDF-Expand-Label, RFC 8446 7.1 */
static void
expand_label(const uint8_t secret[32], const char *label, const uint8_t *context, uint8_t len, uint8_t *out, uint16_t want)
{
	uint8_t info[128] = { (uint8_t)(want >> 8), (uint8_t)want, (uint8_t)(6 + strlen(label)) };
	size_t n = 3;

	memcpy(info + n, "tls13 ", 6);
	memcpy(info + n + 6, label, strlen(label));
	n += 6 + strlen(label);
	info[n++] = len;
	if (len)
		memcpy(info + n, context, len);
	soft_hkdf("SHA256", EVP_KDF_HKDF_MODE_EXPAND_ONLY, secret, 32, info, n + len, out, want);
}

/* A shared secret in the card, and the same in the test's hands: made with a key of libcrypto's. */
static uint32_t
shared_secret(struct env *e, uint8_t want[32])
{
	EVP_PKEY *key = soft_keygen("X25519");
	uint32_t h = rte_pmd_sluice_secret_get(e->dev);
	uint8_t theirs[32], mine[32];

	assert_true(h != 0);
	soft_public(key, theirs, 32);
	assert_int_equal(RUN(e, .type = RTE_PMD_SLUICE_PKA_ECDH_RESPOND, .curve = RTE_PMD_SLUICE_CURVE_X25519, .secret_out = h, .in = theirs,
		.in_len = 32, .out = mine, .out_len = 32), OK);
	soft_ecdh(key, "X25519", mine, 32, want);
	EVP_PKEY_free(key);
	return h;
}

static bool
secrets_there(struct env *e)
{
	struct rte_pmd_sluice_info info = info_of(e);

	if (info.kdf && info.secrets && (info.ecdh_curves >> RTE_PMD_SLUICE_CURVE_X25519 & 1))
		return true;
	if (!info.kdf)
		assert_int_equal(rte_pmd_sluice_secret_get(e->dev), 0);
	return false;
}

static void
wait_ready(struct env *e, const struct rte_pmd_sluice_tls_session *s, int want)
{
	struct rte_crypto_op *none;
	int rc;

	for (unsigned int i = 0; (rc = rte_pmd_sluice_tls_session_ready(s)) == -EINPROGRESS && i < 100000000; i++)
		assert_int_equal(rte_cryptodev_dequeue_burst(e->dev, 0, &none, 1), 0);
	assert_int_equal(rc, want);
}

/* Seals an empty record of type 22 and opens it by hand. */
static void
seals_with(struct env *e, struct rte_pmd_sluice_tls_session *s, struct soft_record *r)
{
	struct rte_crypto_op *op = env_op(e);
	uint8_t in[16 + 7 + 64] = "0123456789abcdefpayload", rec[128], out[64], type;
	uint32_t n;

	op->sym->m_src = env_mbuf(e, in, sizeof(in));
	op->sym->aead.data.offset = 16;
	op->sym->aead.data.length = 7;
	rte_pmd_sluice_tls_record_attach(op, s, 22);
	assert_int_equal(env_run(e, op), OK);
	n = op->sym->aead.data.length;
	env_copy_out(op->sym->m_src, op->sym->aead.data.offset, n, rec);
	assert_int_equal(soft_open(r, rec, n, &type, out), 7);
	assert_int_equal(type, 22);
	assert_memory_equal(out, "payload", 7);
	rte_pktmbuf_free(op->sym->m_src);
	rte_crypto_op_free(op);
}

static struct rte_pmd_sluice_tls_session *
session(struct env *e, enum rte_pmd_sluice_tls_version ver, uint8_t slice, uint32_t secret)
{
	return rte_pmd_sluice_tls_session_create(e->dev, 0, &(struct rte_pmd_sluice_tls_record_xform){
		.type = RTE_PMD_SLUICE_TLS_SESS_TYPE_WRITE, .ver = ver, .alg = RTE_PMD_SLUICE_TLS_AES_GCM, .key_len = 16, .slice = slice,
		.secret = secret });
}

enum { EARLY, HS, CHS, SHS, KEYS, N13 };
/* From a shared secret to records of TLS 1.3 without a key on the host: one script. */
static void
a_script_makes_the_keys_of_tls13(void **state)
{
	static const uint8_t zero[32];
	struct env *e = *state;
	uint8_t shared[32], hash[32], s1[32], salt[32], empty[32], traffic[32], finished[32], want[32], key[32];
	uint32_t h[N13], pms;
	struct rte_pmd_sluice_tls_session *sess;
	struct soft_record r = { .version = 0x0304, .key_len = 16 };

	if (!secrets_there(e))
		return;
	pms = shared_secret(e, shared);
	env_random_bytes(e, hash, sizeof(hash));
	for (int i = 0; i < N13; i++)
		assert_true((h[i] = rte_pmd_sluice_secret_get(e->dev)) != 0);
	const struct rte_pmd_sluice_kdf_step steps[] = {
		{ .kdf = SLUICE_KDF_T13_EARLY, .hash = SLUICE_HASH_SHA256, .secret_out = h[EARLY] },
		{ .kdf = SLUICE_KDF_T13_HANDSHAKE, .hash = SLUICE_HASH_SHA256, .secret_in = h[EARLY], .secret_in2 = pms, .secret_out = h[HS] },
		{ .kdf = SLUICE_KDF_T13_CLIENT_HANDSHAKE, .hash = SLUICE_HASH_SHA256, .secret_in = h[HS], .in = hash, .in_len = 32,
			.secret_out = h[CHS] },
		{ .kdf = SLUICE_KDF_T13_SERVER_HANDSHAKE, .hash = SLUICE_HASH_SHA256, .secret_in = h[HS], .in = hash, .in_len = 32,
			.secret_out = h[SHS] },
		{ .kdf = SLUICE_KDF_T13_FINISHED, .hash = SLUICE_HASH_SHA256, .secret_in = h[SHS], .in = hash, .in_len = 32, .out = finished,
			.out_len = 32 },
		{ .kdf = SLUICE_KDF_T13_KEYS, .hash = SLUICE_HASH_SHA256, .block = 16, .secret_in = h[SHS], .secret_out = h[KEYS] },
	};
	assert_int_equal(RUN(e, .type = RTE_PMD_SLUICE_PKA_KDF, .steps = steps, .nsteps = RTE_DIM(steps)), OK);
	/* the same by hand, RFC 8446 7.1 */
	soft_hkdf("SHA256", EVP_KDF_HKDF_MODE_EXTRACT_ONLY, zero, 32, zero, 32, s1, 32);
	EVP_Digest("", 0, empty, NULL, EVP_sha256(), NULL);
	expand_label(s1, "derived", empty, 32, salt, 32);
	soft_hkdf("SHA256", EVP_KDF_HKDF_MODE_EXTRACT_ONLY, shared, 32, salt, 32, s1, 32);
	expand_label(s1, "s hs traffic", hash, 32, traffic, 32);
	expand_label(traffic, "finished", NULL, 0, key, 32);
	soft_hmac(EVP_sha256(), key, 32, hash, 32, want);
	assert_memory_equal(finished, want, 32);
	expand_label(traffic, "key", NULL, 0, r.key, 16);
	expand_label(traffic, "iv", NULL, 0, r.iv, 12);
	sess = session(e, RTE_PMD_SLUICE_VERSION_TLS_1_3, RTE_PMD_SLUICE_SLICE_WHOLE, h[KEYS]);
	assert_non_null(sess);
	wait_ready(e, sess, 0);
	seals_with(e, sess, &r);
	assert_int_equal(rte_pmd_sluice_tls_session_destroy(sess), 0);
	/* keys of a block are had once: no second session begins again at sequence number zero */
	sess = session(e, RTE_PMD_SLUICE_VERSION_TLS_1_3, RTE_PMD_SLUICE_SLICE_WHOLE, h[KEYS]);
	assert_non_null(sess);
	wait_ready(e, sess, -EACCES);
	assert_int_equal(rte_pmd_sluice_tls_session_destroy(sess), 0);
	/* a script that goes wrong says so by its first wrong step */
	assert_int_equal(RUN(e, .type = RTE_PMD_SLUICE_PKA_KDF, .steps = steps, .nsteps = RTE_DIM(steps)),
		RTE_CRYPTO_OP_STATUS_INVALID_SESSION);
	for (int i = 0; i < N13; i++)
		rte_pmd_sluice_secret_put(e->dev, h[i]);
	rte_pmd_sluice_secret_put(e->dev, pms);
}

static void
tls12_keys_stay_on_the_card(void **state)
{
	uint8_t shared[32], randoms[64], seed[128], master[48], block[40], hash[32], finished[12], want[12], wrapped[RTE_PMD_SLUICE_MAX_WRAPPED];
	struct soft_record r = { .version = 0x0303, .key_len = 16 };
	struct rte_pmd_sluice_tls_session *sess;
	uint32_t pms, ms, kb, wrapped_len;
	struct env *e = *state;

	if (!secrets_there(e))
		return;
	pms = shared_secret(e, shared);
	ms = rte_pmd_sluice_secret_get(e->dev);
	kb = rte_pmd_sluice_secret_get(e->dev);
	env_random_bytes(e, randoms, sizeof(randoms));
	env_random_bytes(e, hash, sizeof(hash));
	const struct rte_pmd_sluice_kdf_step steps[] = {
		{ .kdf = SLUICE_KDF_T12_MASTER, .hash = SLUICE_HASH_SHA256, .secret_in = pms, .in = randoms, .in_len = 64, .secret_out = ms },
		{ .kdf = SLUICE_KDF_T12_KEY_BLOCK, .hash = SLUICE_HASH_SHA256, .block = 40, .secret_in = ms, .in = randoms, .in_len = 64,
			.secret_out = kb },
		{ .kdf = SLUICE_KDF_T12_CLIENT_FINISHED, .hash = SLUICE_HASH_SHA256, .secret_in = ms, .in = hash, .in_len = 32, .out = finished,
			.out_len = 12 },
	};
	assert_int_equal(RUN(e, .type = RTE_PMD_SLUICE_PKA_KDF, .steps = steps, .nsteps = 3), OK);
	memcpy(seed, "master secret", 13);
	memcpy(seed + 13, randoms, 64);
	soft_prf(EVP_sha256(), shared, 32, seed, 77, master, 48);
	memcpy(seed, "key expansion", 13);
	soft_prf(EVP_sha256(), master, 48, seed, 77, block, 40);
	memcpy(seed, "client finished", 15);
	memcpy(seed + 15, hash, 32);
	soft_prf(EVP_sha256(), master, 48, seed, 47, want, 12);
	assert_memory_equal(finished, want, 12);
	memcpy(r.key, block + 16, 16); /* the server's */
	memcpy(r.iv, block + 36, 4);
	sess = session(e, RTE_PMD_SLUICE_VERSION_TLS_1_2, RTE_PMD_SLUICE_SLICE_SERVER, kb);
	assert_non_null(sess);
	wait_ready(e, sess, 0);
	seals_with(e, sess, &r);
	assert_int_equal(rte_pmd_sluice_tls_session_destroy(sess), 0);
	/* the master secret leaves wrapped, and comes back under another handle */
	struct rte_pmd_sluice_pka_op wrap = { .type = RTE_PMD_SLUICE_PKA_SECRET_WRAP, .handle = ms, .out = wrapped,
		.out_len = sizeof(wrapped) };
	assert_int_equal(run(e, &wrap), OK);
	wrapped_len = wrap.out_len;
	assert_int_equal(RUN(e, .type = RTE_PMD_SLUICE_PKA_SECRET_WRAP, .handle = kb, .out = wrapped, .out_len = sizeof(wrapped)),
		RTE_CRYPTO_OP_STATUS_INVALID_SESSION);
	rte_pmd_sluice_secret_put(e->dev, ms);
	ms = rte_pmd_sluice_secret_get(e->dev);
	assert_int_equal(RUN(e, .type = RTE_PMD_SLUICE_PKA_SECRET_UNWRAP, .secret_out = ms, .in = wrapped, .in_len = wrapped_len), OK);
	const struct rte_pmd_sluice_kdf_step again = { .kdf = SLUICE_KDF_T12_CLIENT_FINISHED, .hash = SLUICE_HASH_SHA256, .secret_in = ms,
		.in = hash, .in_len = 32, .out = finished, .out_len = 12 };
	memset(finished, 0, sizeof(finished));
	assert_int_equal(RUN(e, .type = RTE_PMD_SLUICE_PKA_KDF, .steps = &again, .nsteps = 1), OK);
	assert_memory_equal(finished, want, 12);
	wrapped[wrapped_len / 2] ^= 4;
	assert_int_equal(RUN(e, .type = RTE_PMD_SLUICE_PKA_SECRET_UNWRAP, .secret_out = kb, .in = wrapped, .in_len = wrapped_len),
		RTE_CRYPTO_OP_STATUS_INVALID_ARGS);
	assert_int_equal(RUN(e, .type = RTE_PMD_SLUICE_PKA_SECRET_FREE, .handle = ms), OK);
	assert_int_equal(RUN(e, .type = RTE_PMD_SLUICE_PKA_KDF, .steps = &again, .nsteps = 1), RTE_CRYPTO_OP_STATUS_INVALID_SESSION);
	rte_pmd_sluice_secret_put(e->dev, ms);
	rte_pmd_sluice_secret_put(e->dev, kb);
	rte_pmd_sluice_secret_put(e->dev, pms);
}

static void
secret_handles_run_out_and_come_back(void **state)
{
	static uint32_t h[SLUICE_NUM_SECRETS + 1];
	struct env *e = *state;

	if (!secrets_there(e))
		return;
	for (int round = 0; round < 2; round++) {
		unsigned int n = 0;

		while (n <= SLUICE_NUM_SECRETS && (h[n] = rte_pmd_sluice_secret_get(e->dev)) != 0)
			n++;
		assert_in_range(n, SLUICE_NUM_SECRETS - 64, SLUICE_NUM_SECRETS); /* some may still be on their way to be erased */
		rte_pmd_sluice_secret_put(e->dev, h[0]);
		rte_pmd_sluice_secret_put(e->dev, h[0]); /* given back already */
		rte_pmd_sluice_secret_put(e->dev, h[1] + 0x10000); /* nobody's */
		rte_pmd_sluice_secret_put(e->dev, 0xffffffff);
		for (unsigned int i = 1; i < n; i++)
			rte_pmd_sluice_secret_put(e->dev, h[i]);
	}
}

static void
scripts_out_of_range_are_refused(void **state)
{
	struct rte_pmd_sluice_kdf_step s[RTE_PMD_SLUICE_MAX_STEPS + 1];
	uint8_t out[64], in[300] = { 0 };
	struct env *e = *state;

	if (!secrets_there(e))
		return;
#define STEP(...) (s[0] = (struct rte_pmd_sluice_kdf_step){ __VA_ARGS__ }, \
	RUN(e, .type = RTE_PMD_SLUICE_PKA_KDF, .steps = s, .nsteps = 1))
	assert_int_equal(STEP(.kdf = SLUICE_KDF_T13_FINISHED, .hash = 2, .secret_in = 1, .in = in, .in_len = 32, .out = out, .out_len = 31),
		RTE_CRYPTO_OP_STATUS_INVALID_ARGS);
	assert_int_equal(STEP(.kdf = SLUICE_KDF_T13_FINISHED, .hash = 2, .secret_in = 1, .in = in, .in_len = 32), RTE_CRYPTO_OP_STATUS_INVALID_ARGS);
	assert_int_equal(STEP(.kdf = SLUICE_KDF_T13_PSK, .hash = 2, .secret_in = 1, .secret_out = 2, .in = in, .in_len = 257),
		RTE_CRYPTO_OP_STATUS_INVALID_ARGS);
	assert_int_equal(STEP(.kdf = SLUICE_KDF_T13_EARLY, .hash = 4, .secret_out = 0x10001), RTE_CRYPTO_OP_STATUS_INVALID_ARGS);
	assert_int_equal(STEP(.kdf = 0x7f, .hash = 2, .secret_out = 0x10001), RTE_CRYPTO_OP_STATUS_INVALID_ARGS);
	assert_int_equal(STEP(.kdf = SLUICE_KDF_T13_MAIN, .hash = 2, .secret_in = 0x10001, .secret_out = 0x10002),
		RTE_CRYPTO_OP_STATUS_INVALID_SESSION);
	assert_int_equal(RUN(e, .type = RTE_PMD_SLUICE_PKA_KDF, .steps = s, .nsteps = 0), RTE_CRYPTO_OP_STATUS_INVALID_ARGS);
	assert_int_equal(RUN(e, .type = RTE_PMD_SLUICE_PKA_KDF, .steps = s, .nsteps = RTE_PMD_SLUICE_MAX_STEPS + 1),
		RTE_CRYPTO_OP_STATUS_INVALID_ARGS);
	assert_int_equal(RUN(e, .type = RTE_PMD_SLUICE_PKA_KDF, .steps = NULL, .nsteps = 1), RTE_CRYPTO_OP_STATUS_INVALID_ARGS);
	assert_int_equal(RUN(e, .type = RTE_PMD_SLUICE_PKA_TYPES), RTE_CRYPTO_OP_STATUS_INVALID_ARGS);
}

const struct CMUnitTest env_tests_secret[] = {
	cmocka_unit_test(key_exchange_agrees_with_libcrypto),
	cmocka_unit_test(signatures_agree_with_libcrypto),
	cmocka_unit_test(eddsa_agrees_with_libcrypto),
	cmocka_unit_test(hkdf_and_prf_agree_with_libcrypto),
	cmocka_unit_test(a_script_makes_the_keys_of_tls13),
	cmocka_unit_test(tls12_keys_stay_on_the_card),
	cmocka_unit_test(secret_handles_run_out_and_come_back),
	cmocka_unit_test(scripts_out_of_range_are_refused),
};
const size_t env_tests_secret_n = RTE_DIM(env_tests_secret);
