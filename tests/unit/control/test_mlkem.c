/*
 * ML-KEM-768: accumulated known answers, NIST's vectors (tests/vectors/mlkem), the input checks,
 * implicit rejection of every flipped bit, and the arithmetic against plain division.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/rand.h>

#include "control/mlkem/mlkem.h"
#include "tests/unit/control/vectors.h"

#define ROUNDS 10000
#define DRAW (64 + 32 + MLKEM768_CT_LEN) /* of the random stream, per round */

static void
shake128_at_once(uint8_t *out, size_t len)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	assert_int_equal(EVP_DigestInit_ex(ctx, EVP_shake128(), NULL), 1);
	assert_int_equal(EVP_DigestFinalXOF(ctx, out, len), 1);
	EVP_MD_CTX_free(ctx);
}

static void
hash_is(EVP_MD_CTX *o, const char *want)
{
	EVP_MD_CTX *copy = EVP_MD_CTX_new();
	uint8_t sum[32];
	char text[65];

	assert_int_equal(EVP_MD_CTX_copy_ex(copy, o), 1);
	assert_int_equal(EVP_DigestFinalXOF(copy, sum, 32), 1);
	for (unsigned i = 0; i < 32; i++)
		snprintf(text + 2 * i, 3, "%02x", sum[i]);
	assert_string_equal(text, want);
	EVP_MD_CTX_free(copy);
}

/*
 * C2SP/CCTV, "accumulated pq-crystals vectors" for the final FIPS 203: everything drawn from
 * SHAKE128 of nothing, all results into another SHAKE128, 100 and 10000 rounds.
 */
static void
ten_thousand_keys_and_secrets_are_the_published_ones(void **state)
{
	uint8_t *stream = malloc((size_t)ROUNDS * DRAW), *p = stream;
	static uint8_t ek[MLKEM768_EK_LEN], dk[MLKEM768_DK_LEN], ct[MLKEM768_CT_LEN];
	EVP_MD_CTX *o = EVP_MD_CTX_new();
	uint8_t k[32], back[32];

	assert_non_null(stream);
	shake128_at_once(stream, (size_t)ROUNDS * DRAW);
	assert_int_equal(EVP_DigestInit_ex(o, EVP_shake128(), NULL), 1);
	for (unsigned i = 1; i <= ROUNDS; i++, p += DRAW) {
		assert_int_equal(mlkem768_keygen_from(p, p + 32, ek, dk), 1);
		assert_int_equal(mlkem768_encaps_from(ek, p + 64, ct, k), 1);
		assert_int_equal(mlkem768_decaps(dk, ct, back), 1);
		assert_memory_equal(back, k, 32);
		assert_int_equal(mlkem768_decaps(dk, p + 96, back), 1);
		EVP_DigestUpdate(o, ek, sizeof(ek));
		EVP_DigestUpdate(o, ct, sizeof(ct));
		EVP_DigestUpdate(o, k, 32);
		EVP_DigestUpdate(o, back, 32);
		if (i == 100)
			hash_is(o, "1114b1b6699ed191734fa339376afa7e285c9e6acf6ff0177d346696ce564415");
	}
	hash_is(o, "8a518cc63da366322a8e7a818c7a0d63483cb3528d34a4cf42f35d5ad73f22fc");
	EVP_MD_CTX_free(o);
	free(stream);
}

struct acvp {
	uint8_t d[32], z[32], m[32], k[32], h_ek[32], dk_begin[32], ek[MLKEM768_EK_LEN], c[MLKEM768_CT_LEN];
	char kind;
};

static void
check(const struct acvp *v)
{
	static uint8_t ek[MLKEM768_EK_LEN], dk[MLKEM768_DK_LEN], ct[MLKEM768_CT_LEN];
	uint8_t k[32], h[32];

	if (v->kind == 'k') {
		assert_int_equal(mlkem768_keygen_from(v->d, v->z, ek, dk), 1);
		assert_memory_equal(dk, v->dk_begin, 32);
		assert_memory_equal(dk + 1152, ek, MLKEM768_EK_LEN);
		assert_memory_equal(dk + MLKEM768_DK_LEN - 64, v->h_ek, 32);
		assert_memory_equal(dk + MLKEM768_DK_LEN - 32, v->z, 32);
	} else {
		memcpy(ek, v->ek, sizeof(ek));
		assert_int_equal(mlkem768_encaps_from(v->ek, v->m, ct, k), 1);
		assert_memory_equal(ct, v->c, sizeof(ct));
		assert_memory_equal(k, v->k, 32);
	}
	assert_int_equal(EVP_Digest(ek, sizeof(ek), h, NULL, EVP_sha3_256(), NULL), 1);
	assert_memory_equal(h, v->h_ek, 32);
}

static void
nists_vectors(void **state)
{
	static char line[VEC_LINE];
	static struct acvp v;
	const struct {
		const char *name;
		uint8_t *to;
		size_t cap;
	} fields[] = {
		{ "d", v.d, 32 }, { "z", v.z, 32 }, { "m", v.m, 32 }, { "k", v.k, 32 }, { "h_ek", v.h_ek, 32 },
		{ "dk_begin", v.dk_begin, 32 }, { "ek", v.ek, sizeof(v.ek) }, { "c", v.c, sizeof(v.c) },
	};
	FILE *f = vec_open("mlkem/acvp_mlkem768.txt");
	unsigned keygens = 0, encapsulations = 0;
	char *l;

	do {
		l = vec_line(f, line);
		if ((l == NULL || l[0] == '[') && v.kind != 0) {
			check(&v);
			(*(v.kind == 'k' ? &keygens : &encapsulations))++;
		}
		if (l != NULL && l[0] == '[')
			v.kind = l[1];
		for (size_t i = 0; l != NULL && i < sizeof(fields) / sizeof(fields[0]); i++) {
			size_t n = strlen(fields[i].name);

			if (strncmp(l, fields[i].name, n) == 0 && strncmp(l + n, " = ", 3) == 0)
				assert_int_equal(vec_hex(l + n + 3, fields[i].to, fields[i].cap), fields[i].cap);
		}
	} while (l != NULL);
	fclose(f);
	assert_int_equal(keygens, 2);
	assert_int_equal(encapsulations, 1);
}

static void
fresh_keys_differ_and_agree(void **state)
{
	uint8_t ek[2][MLKEM768_EK_LEN], dk[2][MLKEM768_DK_LEN], ct[2][MLKEM768_CT_LEN], k[2][32], back[32];

	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(mlkem768_keygen(ek[i], dk[i]), 1);
		assert_int_equal(mlkem768_encaps(ek[0], ct[i], k[i]), 1);
		assert_int_equal(mlkem768_decaps(dk[0], ct[i], back), 1);
		assert_memory_equal(back, k[i], 32);
	}
	assert_memory_not_equal(ek[0], ek[1], MLKEM768_EK_LEN);
	assert_memory_not_equal(dk[0] + MLKEM768_DK_LEN - 32, dk[1] + MLKEM768_DK_LEN - 32, 32); /* z */
	assert_memory_not_equal(ct[0], ct[1], MLKEM768_CT_LEN);
	assert_memory_not_equal(k[0], k[1], 32);
}

/* FIPS 203 7.2: each coefficient of ek is tried with q, q + 1 and 4095, and with q - 1. */
static void
an_encapsulation_key_that_is_not_reduced_is_refused(void **state)
{
	static const unsigned values[] = { 3328, 3329, 3330, 4095 };
	uint8_t ek[MLKEM768_EK_LEN], dk[MLKEM768_DK_LEN], ct[MLKEM768_CT_LEN], k[32], keep[3];

	assert_int_equal(mlkem768_keygen(ek, dk), 1);
	for (unsigned i = 0; i < 768; i++) {
		uint8_t *at = ek + i / 2 * 3;

		memcpy(keep, at, 3);
		for (unsigned v = 0; v < 4; v++) {
			if (i % 2 == 0) {
				at[0] = (uint8_t)values[v];
				at[1] = (uint8_t)((keep[1] & 0xf0) | values[v] >> 8);
			} else {
				at[1] = (uint8_t)((keep[1] & 0x0f) | values[v] << 4);
				at[2] = (uint8_t)(values[v] >> 4);
			}
			assert_int_equal(mlkem768_encaps(ek, ct, k), v == 0);
		}
		memcpy(at, keep, 3);
	}
	assert_int_equal(mlkem768_encaps(ek, ct, k), 1);
}

/* FIPS 203 7.3: the hash in dk must be that of the ek in it. */
static void
a_damaged_decapsulation_key_is_refused(void **state)
{
	uint8_t ek[MLKEM768_EK_LEN], dk[MLKEM768_DK_LEN], ct[MLKEM768_CT_LEN], k[32], back[32];

	assert_int_equal(mlkem768_keygen(ek, dk), 1);
	assert_int_equal(mlkem768_encaps(ek, ct, k), 1);
	for (size_t i = 1152; i < MLKEM768_DK_LEN; i += 7) {
		dk[i] ^= 0x10;
		assert_int_equal(mlkem768_decaps(dk, ct, back), i >= MLKEM768_DK_LEN - 32); /* z may be anything */
		dk[i] ^= 0x10;
	}
	assert_int_equal(mlkem768_decaps(dk, ct, back), 1);
	assert_memory_equal(back, k, 32);
}

/* The secret of a wrong ciphertext is SHAKE256(z | ct): FIPS 203 algorithm 18. */
static void
a_ciphertext_with_a_flipped_bit_gives_the_rejection_secret(void **state)
{
	uint8_t ek[MLKEM768_EK_LEN], dk[MLKEM768_DK_LEN], ct[MLKEM768_CT_LEN], k[32], back[32], want[32];
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	assert_int_equal(mlkem768_keygen(ek, dk), 1);
	assert_int_equal(mlkem768_encaps(ek, ct, k), 1);
	for (size_t bit = 0; bit < 8 * MLKEM768_CT_LEN; bit += 3) {
		ct[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(mlkem768_decaps(dk, ct, back), 1);
		assert_int_equal(EVP_DigestInit_ex(ctx, EVP_shake256(), NULL), 1);
		EVP_DigestUpdate(ctx, dk + MLKEM768_DK_LEN - 32, 32);
		EVP_DigestUpdate(ctx, ct, sizeof(ct));
		EVP_DigestFinalXOF(ctx, want, 32);
		assert_memory_equal(back, want, 32);
		ct[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	EVP_MD_CTX_free(ctx);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ten_thousand_keys_and_secrets_are_the_published_ones),
		cmocka_unit_test(nists_vectors),
		cmocka_unit_test(fresh_keys_differ_and_agree),
		cmocka_unit_test(an_encapsulation_key_that_is_not_reduced_is_refused),
		cmocka_unit_test(a_damaged_decapsulation_key_is_refused),
		cmocka_unit_test(a_ciphertext_with_a_flipped_bit_gives_the_rejection_secret),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
