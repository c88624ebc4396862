/*
 * Key exchanges done in software: against the other end, against EVP_PKEY_derive(), published
 * vectors, and whatever a peer may send as its share that is not one.
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

#include "common/rd.h"
#include "common/wr.h"
#include "control/pka/pka_soft.h"
#include "tests/unit/control/vectors.h"

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
