/*
 * Signatures, key transport and bounds of requests done in software: against libcrypto's own
 * one-shot calls, published vectors, keys that do not fit. Key exchanges are in test_pka_kex.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/ec.h>
#include <openssl/rsa.h>

#include "control/cert/cert.h"
#include "control/cert/peer.h"
#include "control/pka/pka_soft.h"
#include "tests/unit/control/vectors.h"

struct keys {
	EVP_PKEY *rsa, *rsa_odd, *rsa_pss, *p256, *p384, *p521, *ed25519;
};

static int
make_keys(void **state)
{
	struct keys *k = calloc(1, sizeof(*k));
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_id(EVP_PKEY_RSA_PSS, NULL);

	k->rsa = EVP_RSA_gen(2048);
	k->rsa_odd = EVP_RSA_gen(2049); /* the encoded block is a byte shorter than the modulus */
	EVP_PKEY_keygen_init(ctx);
	EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, 2048);
	EVP_PKEY_keygen(ctx, &k->rsa_pss);
	EVP_PKEY_CTX_free(ctx);
	k->p256 = EVP_EC_gen("P-256");
	k->p384 = EVP_EC_gen("P-384");
	k->p521 = EVP_EC_gen("P-521");
	k->ed25519 = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	*state = k;
	return k->rsa == NULL || k->rsa_odd == NULL || k->rsa_pss == NULL || k->ed25519 == NULL;
}

static int
free_keys(void **state)
{
	struct keys *k = *state;

	EVP_PKEY_free(k->rsa);
	EVP_PKEY_free(k->rsa_odd);
	EVP_PKEY_free(k->rsa_pss);
	EVP_PKEY_free(k->p256);
	EVP_PKEY_free(k->p384);
	EVP_PKEY_free(k->p521);
	EVP_PKEY_free(k->ed25519);
	free(k);
	return 0;
}

static int
sign(EVP_PKEY *key, unsigned scheme, const uint8_t *msg, size_t len, uint8_t *sig, size_t *sig_len)
{
	struct cert cert = { .key = key };
	struct pka_req req = { .kind = PKA_SIGN, .code = (uint16_t)scheme, .cert = &cert };

	return pka_soft_do(&req, msg, len, sig, sig_len);
}

/* 1, 0 or -1 */
static int
verify(EVP_PKEY *key, unsigned scheme, const uint8_t *sig, size_t sig_len, const uint8_t *msg, size_t len)
{
	struct peer peer = { .key = key };
	struct pka_req req = {
		.kind = PKA_VERIFY, .code = (uint16_t)scheme, .split = (uint32_t)sig_len, .peer = &peer
	};
	uint8_t *in = malloc(sig_len + len), out[PKA_OP_MAX_OUT];
	size_t n;
	int rc;

	memcpy(in, sig, sig_len);
	memcpy(in + sig_len, msg, len);
	rc = pka_soft_do(&req, in, sig_len + len, out, &n);
	free(in);
	if (rc != 0)
		return -1;
	assert_int_equal(n, 1);
	return out[0];
}

/* ---- signatures ---- */

/* libcrypto's own view of a signature, by other calls than ours. */
static int
independent(EVP_PKEY *key, const char *md, int pss, const uint8_t *sig, size_t sig_len, const uint8_t *msg, size_t len)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *k;
	int ok;

	assert_int_equal(EVP_DigestVerifyInit_ex(ctx, &k, md, NULL, NULL, key, NULL), 1);
	if (pss) {
		EVP_PKEY_CTX_set_rsa_padding(k, RSA_PKCS1_PSS_PADDING);
		EVP_PKEY_CTX_set_rsa_pss_saltlen(k, RSA_PSS_SALTLEN_DIGEST);
	}
	ok = EVP_DigestVerify(ctx, sig, sig_len, msg, len) == 1;
	EVP_MD_CTX_free(ctx);
	return ok;
}

static void
signs_what_libcrypto_verifies_and_every_flipped_bit_is_seen(void **state)
{
	struct keys *k = *state;
	const struct {
		unsigned scheme;
		EVP_PKEY *key;
		const char *md;
		int pss;
	} rows[] = {
		{ SIG_RSA_PKCS1_SHA1, k->rsa, "SHA1", 0 },
		{ SIG_RSA_PKCS1_SHA256, k->rsa, "SHA256", 0 },
		{ SIG_RSA_PKCS1_SHA384, k->rsa, "SHA384", 0 },
		{ SIG_RSA_PKCS1_SHA512, k->rsa, "SHA512", 0 },
		{ SIG_RSA_PKCS1_MD5, k->rsa, "MD5", 0 },
		{ SIG_RSA_PKCS1_SHA256, k->rsa_odd, "SHA256", 0 },
		{ SIG_RSA_PSS_RSAE_SHA256, k->rsa, "SHA256", 1 },
		{ SIG_RSA_PSS_RSAE_SHA384, k->rsa, "SHA384", 1 },
		{ SIG_RSA_PSS_RSAE_SHA512, k->rsa, "SHA512", 1 },
		{ SIG_RSA_PSS_RSAE_SHA256, k->rsa_odd, "SHA256", 1 },
		{ SIG_RSA_PSS_RSAE_SHA512, k->rsa_odd, "SHA512", 1 },
		{ SIG_RSA_PSS_PSS_SHA256, k->rsa_pss, "SHA256", 1 },
		{ SIG_RSA_PSS_PSS_SHA384, k->rsa_pss, "SHA384", 1 },
		{ SIG_RSA_PSS_PSS_SHA512, k->rsa_pss, "SHA512", 1 },
		{ SIG_ECDSA_SHA1, k->p256, "SHA1", 0 },
		{ SIG_ECDSA_P256_SHA256, k->p256, "SHA256", 0 },
		{ SIG_ECDSA_P384_SHA384, k->p384, "SHA384", 0 },
		{ SIG_ECDSA_P384_SHA384, k->p256, "SHA384", 0 },
		{ SIG_ECDSA_P256_SHA256, k->p384, "SHA256", 0 },
		{ SIG_ED25519, k->ed25519, NULL, 0 },
	};
	uint8_t msg[200], sig[PKA_OP_MAX_OUT];
	size_t n;

	for (size_t i = 0; i < sizeof(msg); i++)
		msg[i] = (uint8_t)(i * 7);
	for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
		for (size_t len = 0; len <= sizeof(msg); len += 100) {
			assert_int_equal(sign(rows[r].key, rows[r].scheme, msg, len, sig, &n), 0);
			assert_true(independent(rows[r].key, rows[r].md, rows[r].pss, sig, n, msg, len));
			assert_int_equal(verify(rows[r].key, rows[r].scheme, sig, n, msg, len), 1);
		}
		for (size_t bit = 0; bit < n * 8; bit += 37) {
			sig[bit / 8] ^= (uint8_t)(1 << bit % 8);
			assert_int_equal(verify(rows[r].key, rows[r].scheme, sig, n, msg, 200), 0);
			sig[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
		msg[17] ^= 1;
		assert_int_equal(verify(rows[r].key, rows[r].scheme, sig, n, msg, 200), 0);
		msg[17] ^= 1;
		assert_int_equal(verify(rows[r].key, rows[r].scheme, sig, n - 1, msg, 200), 0);
		assert_int_equal(verify(rows[r].key, rows[r].scheme, sig, 0, msg, 200), 0);
	}
}

static void
raw_schemes_sign_a_digest_of_their_length_only(void **state)
{
	struct keys *k = *state;
	uint8_t h[64] = { 1, 2, 3 }, sig[PKA_OP_MAX_OUT], em[256] = { 0 }, back[256];
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(k->rsa, NULL);
	size_t n, back_len = sizeof(back);

	for (size_t len = 0; len <= 64; len++) {
		assert_int_equal(sign(k->rsa, SIG_RSA_MD5_SHA1_RAW, h, len, sig, &n), len == 36 ? 0 : -1);
		assert_int_equal(sign(k->p256, SIG_ECDSA_SHA1_RAW, h, len, sig, &n), len == 20 ? 0 : -1);
	}
	assert_int_equal(sign(k->p256, SIG_ECDSA_SHA1_RAW, h, 20, sig, &n), 0);
	assert_int_equal(verify(k->p256, SIG_ECDSA_SHA1_RAW, sig, n, h, 20), 1);
	h[0] ^= 1;
	assert_int_equal(verify(k->p256, SIG_ECDSA_SHA1_RAW, sig, n, h, 20), 0);
	h[0] ^= 1;
	assert_int_equal(sign(k->rsa, SIG_RSA_MD5_SHA1_RAW, h, 36, sig, &n), 0);
	assert_int_equal(verify(k->rsa, SIG_RSA_MD5_SHA1_RAW, sig, n, h, 36), 1);
	/* RFC 5246 7.4.3 of older versions: the block itself, 00 01 FF.. 00 and the 36 bytes */
	em[1] = 1;
	memset(em + 2, 0xff, 256 - 36 - 3);
	memcpy(em + 220, h, 36);
	assert_int_equal(EVP_PKEY_encrypt_init(ctx), 1);
	assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING), 1);
	assert_int_equal(EVP_PKEY_encrypt(ctx, back, &back_len, sig, n), 1);
	assert_memory_equal(back, em, 256);
	EVP_PKEY_CTX_free(ctx);
}

static void
pss_salts_differ(void **state)
{
	struct keys *k = *state;
	uint8_t a[PKA_OP_MAX_OUT], b[PKA_OP_MAX_OUT];
	size_t n, m;

	assert_int_equal(sign(k->rsa, SIG_RSA_PSS_RSAE_SHA256, (const uint8_t *)"x", 1, a, &n), 0);
	assert_int_equal(sign(k->rsa, SIG_RSA_PSS_RSAE_SHA256, (const uint8_t *)"x", 1, b, &m), 0);
	assert_memory_not_equal(a, b, 256);
}

static void
a_key_of_another_kind_is_refused(void **state)
{
	struct keys *k = *state;
	const struct {
		unsigned scheme;
		EVP_PKEY *key;
	} rows[] = {
		{ SIG_RSA_PKCS1_SHA256, k->p256 }, { SIG_RSA_PKCS1_SHA256, k->rsa_pss },
		{ SIG_RSA_PSS_RSAE_SHA256, k->rsa_pss }, { SIG_RSA_PSS_PSS_SHA256, k->rsa },
		{ SIG_ECDSA_P256_SHA256, k->rsa }, { SIG_ECDSA_P256_SHA256, k->p521 },
		{ SIG_ED25519, k->p256 }, { SIG_ECDSA_SHA1, k->ed25519 },
	};
	uint8_t sig[PKA_OP_MAX_OUT] = { 0 };
	size_t n;

	for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
		assert_int_equal(sign(rows[r].key, rows[r].scheme, sig, 20, sig, &n), -1);
		assert_int_equal(verify(rows[r].key, rows[r].scheme, sig, 64, sig, 20), 0);
	}
	assert_int_equal(sign(k->rsa, 0x0999, sig, 20, sig, &n), -1);
	assert_int_equal(verify(k->rsa, 0x0999, sig, 64, sig, 20), -1);
	assert_int_equal(sign(NULL, SIG_ED25519, sig, 20, sig, &n), -1);
	assert_int_equal(verify(NULL, SIG_ED25519, sig, 64, sig, 20), -1);
}

/* RFC 8032 7.1, TEST 3 */
static void
ed25519_is_rfc_8032s(void **state)
{
	static const uint8_t secret[32] = { 0xc5, 0xaa, 0x8d, 0xf4, 0x3f, 0x9f, 0x83, 0x7b, 0xed, 0xb7, 0x44, 0x2f, 0x31, 0xdc, 0xb7,
		0xb1, 0x66, 0xd3, 0x85, 0x35, 0x07, 0x6f, 0x09, 0x4b, 0x85, 0xce, 0x3a, 0x2e, 0x0b, 0x44, 0x58, 0xf7 };
	static const uint8_t want[64] = { 0x62, 0x91, 0xd6, 0x57, 0xde, 0xec, 0x24, 0x02, 0x48, 0x27, 0xe6, 0x9c, 0x3a, 0xbe, 0x01, 0xa3,
		0x0c, 0xe5, 0x48, 0xa2, 0x84, 0x74, 0x3a, 0x44, 0x5e, 0x36, 0x80, 0xd7, 0xdb, 0x5a, 0xc3, 0xac, 0x18, 0xff, 0x9b, 0x53,
		0x8d, 0x16, 0xf2, 0x90, 0xae, 0x67, 0xf7, 0x60, 0x98, 0x4d, 0xc6, 0x59, 0x4a, 0x7c, 0x15, 0xe9, 0x71, 0x6e, 0xd2, 0x8d,
		0xc0, 0x27, 0xbe, 0xce, 0xea, 0x1e, 0xc4, 0x0a };
	static const uint8_t msg[2] = { 0xaf, 0x82 };
	EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, secret, 32);
	uint8_t sig[PKA_OP_MAX_OUT];
	size_t n;

	assert_int_equal(sign(key, SIG_ED25519, msg, 2, sig, &n), 0);
	assert_int_equal(n, 64);
	assert_memory_equal(sig, want, 64);
	EVP_PKEY_free(key);
}

static EVP_PKEY *
public_key(const uint8_t *bytes, size_t len)
{
	EVP_PKEY *key;

	if (len == 32)
		return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, bytes, len);
	key = EVP_EC_gen(len == 65 ? "P-256" : "P-384"); /* for its parameters */
	if (EVP_PKEY_set1_encoded_public_key(key, bytes, len) != 1) {
		EVP_PKEY_free(key);
		return NULL;
	}
	return key;
}

static void
signatures_of_the_published_vectors(void **state)
{
	static char line[VEC_LINE], key_text[VEC_LINE], sig_text[VEC_LINE], msg_text[VEC_LINE];
	FILE *f = vec_open("pka/verify.txt");
	unsigned good = 0, bad = 0, scheme, want;

	while (vec_line(f, line) != NULL) {
		uint8_t key[200], sig[200], msg[1200];
		size_t key_len, sig_len, msg_len;
		EVP_PKEY *k;

		assert_int_equal(sscanf(line, "%x %s %s %s %u", &scheme, key_text, sig_text, msg_text, &want), 5);
		key_len = vec_hex(key_text, key, sizeof(key));
		sig_len = vec_hex(sig_text, sig, sizeof(sig));
		msg_len = vec_hex(msg_text, msg, sizeof(msg));
		k = public_key(key, key_len);
		assert_int_equal(k != NULL && verify(k, scheme, sig, sig_len, msg, msg_len) == 1, want);
		(*(want ? &good : &bad))++;
		EVP_PKEY_free(k);
	}
	fclose(f);
	assert_int_equal(good, 50);
	assert_int_equal(bad, 72);
}

/* ---- RSA key transport ---- */

static void
a_premaster_secret_encrypted_to_a_peer_is_decrypted_by_its_key(void **state)
{
	struct keys *k = *state;
	struct peer peer = { .key = k->rsa };
	struct cert cert = { .key = k->rsa };
	struct pka_req enc = { .kind = PKA_RSA_ENCRYPT, .peer = &peer };
	struct pka_req dec = { .kind = PKA_RSA_PREMASTER, .code = 0x0301, .cert = &cert };
	uint8_t pms[48] = { 3, 1, 9, 8, 7 }, ct[PKA_OP_MAX_OUT], out[PKA_OP_MAX_OUT], again[PKA_OP_MAX_OUT];
	size_t n, m;

	assert_int_equal(pka_soft_do(&enc, pms, 48, ct, &n), 0);
	assert_int_equal(n, 256);
	assert_int_equal(pka_soft_do(&dec, ct, n, out, &m), 0);
	assert_int_equal(m, 48);
	assert_memory_equal(out, pms, 48);
	dec.code = 0x0303; /* another version than the ClientHello's: random bytes, new ones each time */
	assert_int_equal(pka_soft_do(&dec, ct, n, out, &m), 0);
	assert_int_equal(pka_soft_do(&dec, ct, n, again, &m), 0);
	assert_memory_not_equal(out, pms, 48);
	assert_memory_not_equal(out, again, 48);
	/* no room for the padding; keys that are not for this */
	assert_int_equal(pka_soft_do(&enc, ct, 246, out, &m), -1);
	peer.key = k->p256;
	assert_int_equal(pka_soft_do(&enc, pms, 48, out, &m), -1);
	cert.key = k->rsa_pss;
	assert_int_equal(pka_soft_do(&dec, ct, n, out, &m), -1);
	peer.key = NULL;
	assert_int_equal(pka_soft_do(&enc, pms, 48, out, &m), -1);
}

static void
what_is_not_a_request_is_refused(void **state)
{
	struct pka_req req = { .kind = 0 };
	uint8_t in[1] = { 0 }, out[PKA_OP_MAX_OUT], *big = calloc(1, PKA_OP_MAX_IN + 1);
	size_t n;

	assert_int_equal(pka_soft_do(&req, in, 1, out, &n), -1);
	req.kind = 200;
	assert_int_equal(pka_soft_do(&req, in, 1, out, &n), -1);
	req = (struct pka_req){ .kind = PKA_PRF, .code = 1, .split = 2, .out_len = 12 };
	assert_int_equal(pka_soft_do(&req, in, 1, out, &n), -1);
	req.split = 1;
	req.out_len = PKA_OP_MAX_OUT + 1;
	assert_int_equal(pka_soft_do(&req, in, 1, out, &n), -1);
	req.out_len = PKA_OP_MAX_OUT;
	assert_int_equal(pka_soft_do(&req, in, 1, out, &n), 0);
	assert_int_equal(n, PKA_OP_MAX_OUT);
	assert_int_equal(pka_soft_do(&req, big, PKA_OP_MAX_IN + 1, out, &n), -1);
	free(big);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signs_what_libcrypto_verifies_and_every_flipped_bit_is_seen),
		cmocka_unit_test(raw_schemes_sign_a_digest_of_their_length_only),
		cmocka_unit_test(pss_salts_differ),
		cmocka_unit_test(a_key_of_another_kind_is_refused),
		cmocka_unit_test(signatures_of_the_published_vectors),
		cmocka_unit_test(ed25519_is_rfc_8032s),
		cmocka_unit_test(a_premaster_secret_encrypted_to_a_peer_is_decrypted_by_its_key),
		cmocka_unit_test(what_is_not_a_request_is_refused),
	};

	return cmocka_run_group_tests(tests, make_keys, free_keys);
}
