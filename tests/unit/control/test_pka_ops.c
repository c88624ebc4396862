/*
 * Every kind of request done by libcrypto: signatures against libcrypto's own one-shot calls, key
 * exchanges against the other end and against EVP_PKEY_derive(), published vectors, and whatever a
 * peer may send that is not valid.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/core_names.h>
#include <openssl/dh.h>
#include <openssl/ec.h>
#include <openssl/rsa.h>

#include "common/rd.h"
#include "common/wr.h"
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
named_key(const char *type, const char *group)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	OSSL_PARAM params[] = {
		OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, (char *)group, 0), OSSL_PARAM_END,
	};
	EVP_PKEY *key = NULL;

	params[0].data_size = strlen(group);
	assert_int_equal(EVP_PKEY_keygen_init(ctx), 1);
	if (strcmp(type, "X25519") != 0)
		assert_int_equal(EVP_PKEY_CTX_set_params(ctx, params), 1);
	assert_int_equal(EVP_PKEY_generate(ctx, &key), 1);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static EVP_PKEY *
public_key(const uint8_t *bytes, size_t len)
{
	EVP_PKEY *key;

	if (len == 32)
		return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, bytes, len);
	key = named_key("EC", len == 65 ? "P-256" : "P-384"); /* for its parameters */
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

/* ---- key exchange ---- */

struct pair {
	const uint8_t *a, *b;
	size_t a_len, b_len;
};

static struct pair
split_pair(const uint8_t *p, size_t n)
{
	struct rd r = rd_init(p, n), a = rd_vec16(&r);

	assert_true(rd_ok(&r));
	return (struct pair){ a.p, r.p, rd_left(&a), rd_left(&r) };
}

static const struct {
	unsigned group;
	size_t public, reply, secret;
} groups[] = {
	{ KEX_X25519, 32, 32, 32 },
	{ KEX_X25519MLKEM768, 1216, 1120, 64 },
	{ KEX_P256, 65, 65, 32 },
	{ KEX_P384, 97, 97, 48 },
	{ KEX_FFDHE2048, 256, 256, 256 },
	{ KEX_FFDHE3072, 384, 384, 384 },
};
#define GROUPS (sizeof(groups) / sizeof(groups[0]))

static int
keygen(unsigned group, uint8_t out[PKA_OP_MAX_OUT], struct pair *p)
{
	struct pka_req req = { .kind = PKA_KEX_KEYGEN, .code = (uint16_t)group };
	size_t n;
	int rc = pka_soft_do(&req, NULL, 0, out, &n);

	if (rc == 0)
		*p = split_pair(out, n);
	return rc;
}

static int
respond(unsigned group, const uint8_t *in, size_t len, uint8_t out[PKA_OP_MAX_OUT], size_t *n)
{
	struct pka_req req = { .kind = PKA_KEX_RESPOND, .code = (uint16_t)group };

	return pka_soft_do(&req, in, len, out, n);
}

static int
derive(unsigned group, const uint8_t *priv, size_t priv_len, const uint8_t *peer, size_t peer_len,
	uint8_t out[PKA_OP_MAX_OUT], size_t *n)
{
	struct pka_req req = { .kind = PKA_KEX_DERIVE, .code = (uint16_t)group, .split = (uint32_t)priv_len };
	uint8_t *in = malloc(priv_len + peer_len + 1);
	int rc;

	memcpy(in, priv, priv_len);
	memcpy(in + priv_len, peer, peer_len);
	rc = pka_soft_do(&req, in, priv_len + peer_len, out, n);
	free(in);
	return rc;
}

static void
both_ends_get_the_same_secret_and_a_fresh_one_each_time(void **state)
{
	uint8_t c[PKA_OP_MAX_OUT], s[PKA_OP_MAX_OUT], d[PKA_OP_MAX_OUT], last[PKA_OP_MAX_OUT] = { 0 };

	for (size_t g = 0; g < GROUPS; g++) {
		for (unsigned round = 0; round < 4; round++) {
			struct pair mine, theirs;
			size_t n;

			assert_int_equal(keygen(groups[g].group, c, &mine), 0);
			assert_int_equal(mine.b_len, groups[g].public);
			assert_int_equal(respond(groups[g].group, mine.b, mine.b_len, s, &n), 0);
			theirs = split_pair(s, n);
			assert_int_equal(theirs.a_len, groups[g].reply);
			assert_int_equal(theirs.b_len, groups[g].secret);
			assert_int_equal(derive(groups[g].group, mine.a, mine.a_len, theirs.a, theirs.a_len, d, &n), 0);
			assert_int_equal(n, groups[g].secret);
			assert_memory_equal(d, theirs.b, n);
			assert_memory_not_equal(d, last, n);
			memcpy(last, d, n);
		}
	}
}

static void
the_secret_is_the_one_that_evp_derives(void **state)
{
	static const struct {
		const char *type, *group;
	} names[GROUPS] = { { "X25519", "x" }, { NULL, NULL }, { "EC", "P-256" }, { "EC", "P-384" }, { "DH", "ffdhe2048" }, { "DH", "ffdhe3072" } };
	uint8_t out[PKA_OP_MAX_OUT], theirs[600];

	for (size_t g = 0; g < GROUPS; g++) {
		if (names[g].type == NULL)
			continue; /* not in libcrypto: test_mlkem.c and the halves below */
		EVP_PKEY *key = named_key(names[g].type, names[g].group), *ours = EVP_PKEY_new();
		uint8_t *pub;
		size_t len = EVP_PKEY_get1_encoded_public_key(key, &pub), n, m = sizeof(theirs);
		EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
		struct pair p;

		assert_int_equal(len, groups[g].public);
		assert_int_equal(respond(groups[g].group, pub, len, out, &n), 0);
		p = split_pair(out, n);
		assert_int_equal(EVP_PKEY_copy_parameters(ours, key), 1);
		assert_int_equal(EVP_PKEY_set1_encoded_public_key(ours, p.a, p.a_len), 1);
		assert_int_equal(EVP_PKEY_derive_init(ctx), 1);
		if (strcmp(names[g].type, "DH") == 0)
			assert_int_equal(EVP_PKEY_CTX_set_dh_pad(ctx, 1), 1);
		assert_int_equal(EVP_PKEY_derive_set_peer(ctx, ours), 1);
		assert_int_equal(EVP_PKEY_derive(ctx, theirs, &m), 1);
		assert_int_equal(m, p.b_len);
		assert_memory_equal(theirs, p.b, m);
		OPENSSL_free(pub);
		EVP_PKEY_CTX_free(ctx);
		EVP_PKEY_free(key);
		EVP_PKEY_free(ours);
	}
}

/* RFC 7748 6.1 */
static void
x25519_is_rfc_7748s(void **state)
{
	static const uint8_t alice[64] = { 0x77, 0x07, 0x6d, 0x0a, 0x73, 0x18, 0xa5, 0x7d, 0x3c, 0x16, 0xc1, 0x72, 0x51, 0xb2, 0x66, 0x45,
		0xdf, 0x4c, 0x2f, 0x87, 0xeb, 0xc0, 0x99, 0x2a, 0xb1, 0x77, 0xfb, 0xa5, 0x1d, 0xb9, 0x2c, 0x2a,
		0x85, 0x20, 0xf0, 0x09, 0x89, 0x30, 0xa7, 0x54, 0x74, 0x8b, 0x7d, 0xdc, 0xb4, 0x3e, 0xf7, 0x5a,
		0x0d, 0xbf, 0x3a, 0x0d, 0x26, 0x38, 0x1a, 0xf4, 0xeb, 0xa4, 0xa9, 0x8e, 0xaa, 0x9b, 0x4e, 0x6a };
	static const uint8_t bob[32] = { 0xde, 0x9e, 0xdb, 0x7d, 0x7b, 0x7d, 0xc1, 0xb4, 0xd3, 0x5b, 0x61, 0xc2, 0xec, 0xe4, 0x35, 0x37,
		0x3f, 0x83, 0x43, 0xc8, 0x5b, 0x78, 0x67, 0x4d, 0xad, 0xfc, 0x7e, 0x14, 0x6f, 0x88, 0x2b, 0x4f };
	static const uint8_t k[32] = { 0x4a, 0x5d, 0x9d, 0x5b, 0xa4, 0xce, 0x2d, 0xe1, 0x72, 0x8e, 0x3b, 0xf4, 0x80, 0x35, 0x0f, 0x25,
		0xe0, 0x7e, 0x21, 0xc9, 0x47, 0xd1, 0x9e, 0x33, 0x76, 0xf0, 0x9b, 0x3c, 0x1e, 0x16, 0x17, 0x42 };
	uint8_t out[PKA_OP_MAX_OUT];
	size_t n;

	assert_int_equal(derive(KEX_X25519, alice, 64, bob, 32, out, &n), 0);
	assert_int_equal(n, 32);
	assert_memory_equal(out, k, 32);
}

static void
secrets_of_the_published_vectors(void **state)
{
	static char line[VEC_LINE], priv_text[VEC_LINE], peer_text[VEC_LINE], z_text[VEC_LINE];
	FILE *f = vec_open("pka/derive.txt");
	unsigned good = 0, bad = 0, group;

	while (vec_line(f, line) != NULL) {
		uint8_t priv[64] = { 0 }, peer[100], z[100], out[PKA_OP_MAX_OUT];
		size_t priv_len, peer_len, n;

		assert_int_equal(sscanf(line, "%u %s %s %s", &group, priv_text, peer_text, z_text), 4);
		priv_len = vec_hex(priv_text, priv, sizeof(priv));
		peer_len = vec_hex(peer_text, peer, sizeof(peer));
		if (group == KEX_X25519)
			priv_len = 64; /* its public part is not needed for this */
		assert_int_equal(derive(group, priv, priv_len, peer, peer_len, out, &n), 0);
		if (z_text[0] == '-') {
			assert_int_equal(n, 0);
			bad++;
			continue;
		}
		assert_int_equal(n, vec_hex(z_text, z, sizeof(z)));
		assert_memory_equal(out, z, n);
		good++;
	}
	fclose(f);
	assert_int_equal(good, 39);
	assert_int_equal(bad, 8);
}

static void
shares_of_another_length_are_not_valid(void **state)
{
	uint8_t out[PKA_OP_MAX_OUT], c[PKA_OP_MAX_OUT], in[1300];
	struct pair mine;
	size_t n;

	for (size_t g = 0; g < GROUPS; g++) {
		bool ffdhe = groups[g].group == KEX_FFDHE2048 || groups[g].group == KEX_FFDHE3072;

		assert_int_equal(keygen(groups[g].group, c, &mine), 0);
		memset(in, 0, sizeof(in));
		memcpy(in, mine.b, mine.b_len);
		assert_int_equal(respond(groups[g].group, in, 0, out, &n), 0);
		assert_int_equal(n, 0);
		assert_int_equal(respond(groups[g].group, in, mine.b_len + 1, out, &n), 0);
		assert_int_equal(n, 0);
		assert_int_equal(respond(groups[g].group, in, mine.b_len - 1, out, &n), 0);
		assert_int_equal(n != 0, ffdhe); /* there it is another number, sent without its leading zeros */
		assert_int_equal(derive(groups[g].group, mine.a, mine.a_len, in, mine.b_len + 1, out, &n), 0);
		assert_int_equal(n, 0);
		/* a private part that is not one of ours */
		assert_int_equal(derive(groups[g].group, mine.a, mine.a_len - 1, mine.b, mine.b_len, out, &n), -1);
	}
	assert_int_equal(respond(9999, in, 32, out, &n), -1);
	assert_int_equal(derive(9999, in, 32, in, 32, out, &n), -1);
	assert_int_equal(keygen(9999, c, &mine), -1);
}

static void
points_of_small_order_are_not_valid(void **state)
{
	/* u of order 1, 2, 4 and 8 on curve and twist, and forms of them that are not reduced */
	static const uint8_t low[][32] = {
		{ 0 }, { 1 },
		{ 0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f, 0xc4, 0x6a, 0xda, 0x09, 0x8d, 0xeb,
			0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00 },
		{ 0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1, 0x55, 0x9c, 0x83, 0xef, 0x5b, 0x04, 0x44, 0x5c, 0xc4,
			0x58, 0x1c, 0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd, 0xd0, 0x9f, 0x11, 0x57 },
		{ 0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
			0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f },
		{ 0xed, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
			0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f },
		{ 0xee, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
			0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f },
	};
	uint8_t out[PKA_OP_MAX_OUT], c[PKA_OP_MAX_OUT];
	struct pair mine;
	size_t n;

	assert_int_equal(keygen(KEX_X25519, c, &mine), 0);
	for (size_t i = 0; i < sizeof(low) / sizeof(low[0]); i++) {
		assert_int_equal(respond(KEX_X25519, low[i], 32, out, &n), 0);
		assert_int_equal(n, 0);
		assert_int_equal(derive(KEX_X25519, mine.a, mine.a_len, low[i], 32, out, &n), 0);
		assert_int_equal(n, 0);
	}
}

static void
each_half_of_the_hybrid_is_checked_and_counts(void **state)
{
	uint8_t c[PKA_OP_MAX_OUT], s[PKA_OP_MAX_OUT], d[PKA_OP_MAX_OUT], bad[1216];
	struct pair mine, theirs;
	size_t n;

	assert_int_equal(keygen(KEX_X25519MLKEM768, c, &mine), 0);
	memcpy(bad, mine.b, mine.b_len);
	bad[1] |= 0x0f; /* a coefficient of 0xfxx: not reduced (FIPS 203 7.2) */
	assert_int_equal(respond(KEX_X25519MLKEM768, bad, mine.b_len, s, &n), 0);
	assert_int_equal(n, 0);
	memcpy(bad, mine.b, mine.b_len);
	memset(bad + 1184, 0, 32);
	assert_int_equal(respond(KEX_X25519MLKEM768, bad, mine.b_len, s, &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(respond(KEX_X25519MLKEM768, mine.b, mine.b_len, s, &n), 0);
	theirs = split_pair(s, n);
	/* the X25519 half is plain X25519 */
	assert_int_equal(derive(KEX_X25519, mine.a + 2400, 64, theirs.a + 1088, 32, d, &n), 0);
	assert_memory_equal(d, theirs.b + 32, 32);
	memcpy(bad, theirs.a, theirs.a_len);
	bad[5] ^= 1; /* implicit rejection: another secret, no sign */
	assert_int_equal(derive(KEX_X25519MLKEM768, mine.a, mine.a_len, bad, theirs.a_len, d, &n), 0);
	assert_int_equal(n, 64);
	assert_memory_not_equal(d, theirs.b, 32);
	assert_memory_equal(d + 32, theirs.b + 32, 32);
	memset(bad + 1088, 0, 32);
	assert_int_equal(derive(KEX_X25519MLKEM768, mine.a, mine.a_len, bad, theirs.a_len, d, &n), 0);
	assert_int_equal(n, 0);
}

static void
points_off_the_curve_and_other_encodings_are_not_valid(void **state)
{
	uint8_t out[PKA_OP_MAX_OUT], c[PKA_OP_MAX_OUT], bad[97];
	struct pair mine;
	size_t n;

	for (unsigned g = KEX_P256; g <= KEX_P384; g++) {
		assert_int_equal(keygen(g, c, &mine), 0);
		for (size_t bit = 0; bit < mine.b_len * 8; bit += 5) {
			memcpy(bad, mine.b, mine.b_len);
			bad[bit / 8] ^= (uint8_t)(1 << bit % 8);
			assert_int_equal(respond(g, bad, mine.b_len, out, &n), 0);
			assert_int_equal(n, 0);
		}
		memcpy(bad, mine.b, mine.b_len);
		for (unsigned form = 0; form < 256; form++) {
			bad[0] = (uint8_t)form;
			assert_int_equal(derive(g, mine.a, mine.a_len, bad, mine.b_len, out, &n), 0);
			assert_int_equal(n != 0, form == 4);
		}
		/* infinity, the compressed form, coordinates that are not reduced */
		memset(bad, 0, sizeof(bad));
		assert_int_equal(respond(g, bad, 1, out, &n), 0);
		assert_int_equal(n, 0);
		memcpy(bad, mine.b, mine.b_len);
		bad[0] = 2;
		assert_int_equal(respond(g, bad, 1 + mine.b_len / 2, out, &n), 0);
		assert_int_equal(n, 0);
		memset(bad, 0xff, sizeof(bad));
		bad[0] = 4;
		assert_int_equal(respond(g, bad, mine.b_len, out, &n), 0);
		assert_int_equal(n, 0);
	}
}

static size_t
prime(const char *group, uint8_t *p, size_t cap)
{
	EVP_PKEY *key = named_key("DH", group);
	BIGNUM *n = NULL;
	size_t len;

	assert_int_equal(EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_FFC_P, &n), 1);
	len = (size_t)BN_num_bytes(n);
	assert_true(len <= cap);
	BN_bn2bin(n, p);
	BN_free(n);
	EVP_PKEY_free(key);
	return len;
}

static void
ffdhe_shares_out_of_range_are_not_valid(void **state)
{
	static const char *const names[] = { "ffdhe2048", "ffdhe3072" };
	uint8_t out[PKA_OP_MAX_OUT], y[384];
	size_t n;

	for (unsigned g = 0; g < 2; g++) {
		size_t len = prime(names[g], y, sizeof(y));

		y[len - 1] -= 2; /* p - 2 is the last one */
		assert_int_equal(respond(KEX_FFDHE2048 + g, y, len, out, &n), 0);
		assert_int_equal(n, 2 + 2 * len);
		for (unsigned i = 0; i < 3; i++) { /* p - 1, p, p + 1 */
			for (size_t at = len; at-- != 0 && ++y[at] == 0;)
				;
			assert_int_equal(respond(KEX_FFDHE2048 + g, y, len, out, &n), 0);
			assert_int_equal(n, 0);
		}
		memset(y, 0, sizeof(y));
		for (unsigned i = 0; i < 2; i++) {
			y[len - 1] = (uint8_t)i;
			assert_int_equal(respond(KEX_FFDHE2048 + g, y, len, out, &n), 0);
			assert_int_equal(n, 0);
		}
		y[len - 1] = 2;
		assert_int_equal(respond(KEX_FFDHE2048 + g, y, len, out, &n), 0);
		assert_int_equal(n, 2 + 2 * len);
	}
}

static size_t
explicit_in(uint8_t *in, const uint8_t *p, size_t p_len, const uint8_t *g, size_t g_len, const uint8_t *ys, size_t ys_len)
{
	struct wr w = wr_init(in, 4096);

	wr_u16(&w, (uint16_t)p_len);
	wr_bytes(&w, p, p_len);
	wr_u16(&w, (uint16_t)g_len);
	wr_bytes(&w, g, g_len);
	wr_u16(&w, (uint16_t)ys_len);
	wr_bytes(&w, ys, ys_len);
	assert_true(wr_ok(&w));
	return wr_len(&w);
}

static void
a_servers_own_group_is_used_when_it_is_in_bounds(void **state)
{
	static const uint8_t two[1] = { 2 };
	uint8_t in[4096], out[PKA_OP_MAX_OUT], p[1100], c[PKA_OP_MAX_OUT], d[PKA_OP_MAX_OUT];
	size_t n, m, p_len = prime("ffdhe2048", p, sizeof(p)), len;
	struct pair server, ours;

	/* the server's side is played by the named group of the same p and g */
	assert_int_equal(keygen(KEX_FFDHE2048, c, &server), 0);
	len = explicit_in(in, p, p_len, two, 1, server.b, server.b_len);
	assert_int_equal(respond(KEX_GROUP_EXPLICIT, in, len, out, &n), 0);
	ours = split_pair(out, n);
	assert_int_equal(derive(KEX_FFDHE2048, server.a, server.a_len, ours.a, ours.a_len, d, &m), 0);
	assert_int_equal(m, ours.b_len);
	assert_memory_equal(d, ours.b, m);
	for (size_t cut = 0; cut < len; cut += 13) { /* truncated anywhere; trailing byte */
		assert_int_equal(respond(KEX_GROUP_EXPLICIT, in, cut, out, &n), 0);
		assert_int_equal(n, 0);
	}
	assert_int_equal(respond(KEX_GROUP_EXPLICIT, in, len + 1, out, &n), 0);
	assert_int_equal(n, 0);
}

static void
a_servers_own_group_out_of_bounds_is_not_valid(void **state)
{
	static const uint8_t two[1] = { 2 }, one[1] = { 1 }, zero[1] = { 0 };
	uint8_t in[4096], out[PKA_OP_MAX_OUT], p[1100], even[256], big[1025];
	size_t n, p_len = prime("ffdhe2048", p, sizeof(p)), len;
	uint8_t less[256];

	memcpy(less, p, 256);
	less[255]--; /* p - 1 */
	memcpy(even, p, 256);
	even[255]--;
	memset(big, 0xff, sizeof(big));
	const struct {
		const uint8_t *p, *g, *ys;
		size_t p_len, g_len, ys_len;
		bool good;
	} rows[] = {
		{ p, two, two, p_len, 1, 1, true },
		{ p, two, one, p_len, 1, 1, false },
		{ p, two, zero, p_len, 1, 1, false },
		{ p, two, less, p_len, 1, 256, false },
		{ p, two, p, p_len, 1, 256, false },
		{ p, one, two, p_len, 1, 1, false },
		{ p, less, two, p_len, 256, 1, false },
		{ p, zero, two, p_len, 1, 1, false },
		{ p, two, two, p_len, 0, 1, false },
		{ p, two, two, p_len, 1, 0, false },
		{ p, two, two, 0, 1, 1, false },
		{ even, two, two, 256, 1, 1, false },
		{ big, two, two, 128, 1, 1, true },
		{ big, two, two, 127, 1, 1, false },
		{ big, two, two, 1024, 1, 1, true },
		{ big, two, two, 1025, 1, 1, false },
	};

	for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
		len = explicit_in(in, rows[r].p, rows[r].p_len, rows[r].g, rows[r].g_len, rows[r].ys, rows[r].ys_len);
		assert_int_equal(respond(KEX_GROUP_EXPLICIT, in, len, out, &n), 0);
		assert_int_equal(n != 0, rows[r].good);
	}
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
		cmocka_unit_test(both_ends_get_the_same_secret_and_a_fresh_one_each_time),
		cmocka_unit_test(the_secret_is_the_one_that_evp_derives),
		cmocka_unit_test(x25519_is_rfc_7748s),
		cmocka_unit_test(secrets_of_the_published_vectors),
		cmocka_unit_test(shares_of_another_length_are_not_valid),
		cmocka_unit_test(points_of_small_order_are_not_valid),
		cmocka_unit_test(each_half_of_the_hybrid_is_checked_and_counts),
		cmocka_unit_test(points_off_the_curve_and_other_encodings_are_not_valid),
		cmocka_unit_test(ffdhe_shares_out_of_range_are_not_valid),
		cmocka_unit_test(a_servers_own_group_is_used_when_it_is_in_bounds),
		cmocka_unit_test(a_servers_own_group_out_of_bounds_is_not_valid),
		cmocka_unit_test(what_is_not_a_request_is_refused),
	};

	return cmocka_run_group_tests(tests, make_keys, free_keys);
}
