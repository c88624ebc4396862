/* The card's key blob: its numbers are what the register map says, only fitting keys are taken,
 * wrapping is RFC 5649. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include "common/keyblob.h"

struct fix {
	EVP_PKEY *key;
	struct sluice_rsa_key blob;
	BIGNUM *n, *e, *d, *p, *q, *dp, *dq;
	BN_CTX *ctx;
};

static EVP_PKEY *
rsa_key(unsigned bits, unsigned long e, unsigned primes)
{
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	EVP_PKEY *key = NULL;
	BIGNUM *be = BN_new();

	BN_set_word(be, e);
	assert_int_equal(EVP_PKEY_keygen_init(c), 1);
	assert_int_equal(EVP_PKEY_CTX_set_rsa_keygen_bits(c, (int)bits), 1);
	assert_int_equal(EVP_PKEY_CTX_set1_rsa_keygen_pubexp(c, be), 1);
	assert_int_equal(EVP_PKEY_CTX_set_rsa_keygen_primes(c, (int)primes), 1);
	assert_int_equal(EVP_PKEY_generate(c, &key), 1);
	EVP_PKEY_CTX_free(c);
	BN_free(be);
	return key;
}

static int
set_up(void **state)
{
	struct fix *f = test_calloc(1, sizeof(*f));
	size_t len = 0;

	f->key = rsa_key(2048, 65537, 2);
	f->ctx = BN_CTX_new();
	assert_int_equal(
		keyblob_build_rsa(f->key, (unsigned char *)&f->blob, sizeof(f->blob), &len), 0);
	assert_int_equal(len, SLUICE_RSA_KEY_BYTES);
	assert_int_equal(EVP_PKEY_get_bn_param(f->key, OSSL_PKEY_PARAM_RSA_N, &f->n), 1);
	assert_int_equal(EVP_PKEY_get_bn_param(f->key, OSSL_PKEY_PARAM_RSA_E, &f->e), 1);
	assert_int_equal(EVP_PKEY_get_bn_param(f->key, OSSL_PKEY_PARAM_RSA_D, &f->d), 1);
	assert_int_equal(EVP_PKEY_get_bn_param(f->key, OSSL_PKEY_PARAM_RSA_FACTOR1, &f->p), 1);
	assert_int_equal(EVP_PKEY_get_bn_param(f->key, OSSL_PKEY_PARAM_RSA_FACTOR2, &f->q), 1);
	assert_int_equal(EVP_PKEY_get_bn_param(f->key, OSSL_PKEY_PARAM_RSA_EXPONENT1, &f->dp), 1);
	assert_int_equal(EVP_PKEY_get_bn_param(f->key, OSSL_PKEY_PARAM_RSA_EXPONENT2, &f->dq), 1);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fix *f = *state;
	BIGNUM *all[] = { f->n, f->e, f->d, f->p, f->q, f->dp, f->dq };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		BN_free(all[i]);
	EVP_PKEY_free(f->key);
	BN_CTX_free(f->ctx);
	test_free(f);
	return 0;
}

static uint32_t
word(const uint8_t *page, unsigned i)
{
	uint32_t w;

	memcpy(&w, page + 4 * i, sizeof(w));
	return w;
}

/* 41 limbs of 25 bits as a number */
static BIGNUM *
number(const uint8_t *page)
{
	BIGNUM *x = BN_new();

	for (int i = 40; i >= 0; i--) {
		assert_int_equal(word(page, (unsigned)i) >> 25, 0);
		BN_lshift(x, x, 25);
		BN_add_word(x, word(page, (unsigned)i));
	}
	return x;
}

static void
check_page(const uint8_t *page, const BIGNUM *want)
{
	BIGNUM *x = number(page);

	assert_int_equal(BN_cmp(x, want), 0);
	BN_free(x);
}

/* page = 2^shift f mod n */
static void
check_shifted(struct fix *f, const uint8_t *page, const BIGNUM *factor, int shift, const BIGNUM *n)
{
	BIGNUM *w = BN_new();

	BN_lshift(w, factor, shift);
	BN_nnmod(w, w, n, f->ctx);
	check_page(page, w);
	assert_int_equal(word(page, 41), 0);
	BN_free(w);
}

static void
header_and_modulus(void **state)
{
	struct fix *f = *state;
	BIGNUM *lo = number(f->blob.n_lo), *hi = number(f->blob.n_hi);

	assert_memory_equal(&f->blob, "KSA1", 4);
	assert_int_equal(f->blob.bits, 2048);
	assert_int_equal(f->blob.e, 65537);
	assert_int_equal(f->blob.rsvd0, 0);
	assert_int_equal(f->blob.rsvd1, 0);
	BN_lshift(hi, hi, 1025);
	BN_add(hi, hi, lo);
	assert_int_equal(BN_cmp(hi, f->n), 0);
	BN_free(lo);
	BN_free(hi);
}

static void
halves_hold_their_constants(void **state)
{
	struct fix *f = *state;
	struct {
		const BIGNUM *n, *exp;
		const uint8_t *p_n, *p_exp, *p_kl, *p_kh;
	} h[2] = { { f->p, f->dp, f->blob.p_n, f->blob.p_exp, f->blob.p_kl, f->blob.p_kh },
		{ f->q, f->dq, f->blob.q_n, f->blob.q_exp, f->blob.q_kl, f->blob.q_kh } };

	for (int i = 0; i < 2; i++) {
		check_page(h[i].p_n, h[i].n);
		check_page(h[i].p_exp, h[i].exp);
		assert_int_equal(word(h[i].p_exp, 41), 40);
		/* n * n0 = -1 mod 2^17 */
		assert_int_equal((word(h[i].p_n, 0) * word(h[i].p_n, 41) + 1) & 0x1ffff, 0);
		check_shifted(f, h[i].p_kl, BN_value_one(), 3 * 1037, h[i].n);
		check_shifted(f, h[i].p_kh, BN_value_one(), 4 * 1037 + 1025, h[i].n);
	}
}

static void
recombination_constants(void **state)
{
	struct fix *f = *state;
	BIGNUM *qi = BN_mod_inverse(NULL, f->q, f->p, f->ctx), *nq = BN_new();

	BN_sub(nq, f->p, qi);
	check_shifted(f, f->blob.p_qi, qi, 2 * 1037, f->p);
	check_shifted(f, f->blob.p_nq, nq, 4 * 1037, f->p);
	BN_free(qi);
	BN_free(nq);
}

/* be = r^e R and bi = r^-1 R: be * (bi/R)^e = R */
static void
blinding_pairs_cancel_and_are_fresh(void **state)
{
	struct fix *f = *state;
	struct sluice_rsa_key *again = test_malloc(sizeof(*again));
	BIGNUM *r = BN_new(), *rinv;
	const BIGNUM *prime[2] = { f->p, f->q };
	const uint8_t *be[2] = { f->blob.p_be, f->blob.q_be },
		      *bi[2] = { f->blob.p_bi, f->blob.q_bi };
	size_t len;

	for (int i = 0; i < 2; i++) {
		BIGNUM *x = number(bi[i]), *y = number(be[i]);

		BN_one(r);
		BN_lshift(r, r, 1037);
		BN_nnmod(r, r, prime[i], f->ctx);
		rinv = BN_mod_inverse(NULL, r, prime[i], f->ctx);
		BN_mod_mul(x, x, rinv, prime[i], f->ctx);
		assert_false(BN_is_one(x));
		BN_mod_exp(x, x, f->e, prime[i], f->ctx);
		BN_mod_mul(x, x, y, prime[i], f->ctx);
		assert_int_equal(BN_cmp(x, r), 0);
		BN_free(x);
		BN_free(y);
		BN_free(rinv);
	}
	assert_int_equal(
		keyblob_build_rsa(f->key, (unsigned char *)again, sizeof(*again), &len), 0);
	assert_memory_not_equal(again->p_be, f->blob.p_be, sizeof(again->p_be));
	assert_memory_not_equal(again->q_bi, f->blob.q_bi, sizeof(again->q_bi));
	assert_memory_equal(again->p_n, f->blob.p_n, sizeof(again->p_n));
	BN_free(r);
	test_free(again);
}

static void
other_kinds_of_keys_are_not_supported(void **state)
{
	unsigned char out[SLUICE_RSA_KEY_BYTES];
	size_t len = 77;
	EVP_PKEY *keys[] = { rsa_key(1024, 65537, 2), rsa_key(3072, 65537, 2),
		rsa_key(2048, 65537, 3), rsa_key(2048, 0x100000001ul, 2), EVP_EC_gen("P-256") };

	memset(out, 0xa5, sizeof(out));
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		assert_non_null(keys[i]);
		assert_int_equal(keyblob_build_rsa(keys[i], out, sizeof(out), &len), -ENOTSUP);
		EVP_PKEY_free(keys[i]);
	}
	assert_int_equal(len, 77);
	for (size_t i = 0; i < sizeof(out); i++)
		assert_int_equal(out[i], 0xa5);
}

/* 82 limbs of 25 bits as a number */
static BIGNUM *
large_number(const uint8_t *page)
{
	BIGNUM *lo = number(page), *hi = number(page + 41 * 4);

	BN_lshift(hi, hi, 1025);
	BN_add(hi, hi, lo);
	BN_free(lo);
	return hi;
}

/* 3072 and 4096 bits: the same pages with twice the limbs, R = 2^2074 */
static void
large_keys_have_two_blocks(void **state)
{
	static const unsigned sizes[] = { 3072, 4096 };
	struct sluice_rsa_key_large *b = test_malloc(sizeof(*b));
	BN_CTX *ctx = ((struct fix *)*state)->ctx;

	for (size_t i = 0; i < 2; i++) {
		EVP_PKEY *key = rsa_key(sizes[i], 65537, 2);
		BIGNUM *n = NULL, *p = NULL, *q = NULL, *x, *y = BN_new();
		size_t len = 0;

		assert_int_equal(
			keyblob_build_rsa(key, (unsigned char *)b, sizeof(*b) - 1, &len), -ENOTSUP);
		assert_int_equal(keyblob_build_rsa(key, (unsigned char *)b, sizeof(*b), &len), 0);
		assert_int_equal(len, SLUICE_RSA_KEY_LARGE_BYTES);
		assert_int_equal(b->bits, sizes[i]);
		assert_int_equal(b->e, 65537);
		EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &n);
		EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_FACTOR1, &p);
		EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_FACTOR2, &q);
		x = large_number(b->n_hi);
		BN_lshift(x, x, 2050);
		BN_free(y);
		y = large_number(b->n_lo);
		BN_add(x, x, y);
		assert_int_equal(BN_cmp(x, n), 0);
		BN_free(y);
		y = large_number(b->p_n);
		assert_int_equal(BN_cmp(y, p), 0);
		assert_int_equal((word(b->p_n, 82) * BN_mod_word(p, 1u << 17) + 1) % (1u << 17), 0);
		assert_int_equal(word(b->q_exp, 82), (sizes[i] / 2 - 1) / 25);
		BN_free(y);
		y = large_number(b->q_kh);
		BN_one(x);
		BN_lshift(x, x, 2050 + 4 * 2074);
		BN_nnmod(x, x, q, ctx);
		assert_int_equal(BN_cmp(x, y), 0);
		BN_free(y);
		y = large_number(b->p_qi);
		BN_mod_mul(x, y, q, p, ctx);
		BN_one(y);
		BN_lshift(y, y, 2 * 2074);
		BN_nnmod(y, y, p, ctx);
		assert_int_equal(BN_cmp(x, y), 0);
		BN_free(x);
		BN_free(y);
		BN_free(n);
		BN_free(p);
		BN_free(q);
		EVP_PKEY_free(key);
	}
	test_free(b);
}

static EVP_PKEY *
assemble(const struct fix *f, const BIGNUM *dp, int with_private)
{
	OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
	BIGNUM *qi = BN_mod_inverse(NULL, f->q, f->p, f->ctx);
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	EVP_PKEY *key = NULL;
	OSSL_PARAM *params;

	OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_N, f->n);
	OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_E, f->e);
	if (with_private) {
		OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_D, f->d);
		OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_FACTOR1, f->p);
		OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_FACTOR2, f->q);
		OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_EXPONENT1, dp);
		OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_EXPONENT2, f->dq);
		OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_COEFFICIENT1, qi);
	}
	params = OSSL_PARAM_BLD_to_param(b);
	assert_int_equal(EVP_PKEY_fromdata_init(c), 1);
	assert_int_equal(EVP_PKEY_fromdata(c, &key,
				 with_private ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY, params),
		1);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(b);
	EVP_PKEY_CTX_free(c);
	BN_free(qi);
	return key;
}

static void
keys_that_do_not_fit_together_are_refused(void **state)
{
	struct fix *f = *state;
	unsigned char out[SLUICE_RSA_KEY_BYTES];
	BIGNUM *dp = BN_dup(f->dp);
	size_t len;
	EVP_PKEY *key;

	BN_add_word(dp, 2);
	key = assemble(f, dp, 1);
	assert_int_equal(keyblob_build_rsa(key, out, sizeof(out), &len), -EINVAL);
	EVP_PKEY_free(key);
	key = assemble(f, f->dp, 0);
	assert_int_equal(keyblob_build_rsa(key, out, sizeof(out), &len), -ENOTSUP);
	EVP_PKEY_free(key);
	key = assemble(f, f->dp, 1);
	assert_int_equal(keyblob_build_rsa(key, out, sizeof(out), &len), 0);
	EVP_PKEY_free(key);
	BN_free(dp);
}

static void
room_is_checked(void **state)
{
	struct fix *f = *state;
	unsigned char out[KEYBLOB_WRAPPED_BYTES];
	uint8_t kek[KEYBLOB_KEK_BYTES] = { 1 };
	size_t len;

	assert_int_equal(keyblob_build_rsa(f->key, out, SLUICE_RSA_KEY_BYTES - 1, &len), -ENOSPC);
	assert_int_equal(keyblob_wrap(kek, (unsigned char *)&f->blob, sizeof(f->blob), out,
				 sizeof(out) - 1, &len),
		-ENOSPC);
	assert_int_equal(
		keyblob_wrap(kek, (unsigned char *)&f->blob, 0, out, sizeof(out), &len), -EINVAL);
	assert_int_equal(keyblob_wrap(kek, (unsigned char *)&f->blob, sizeof(f->blob), out,
				 sizeof(out), &len),
		0);
	assert_int_equal(len, KEYBLOB_WRAPPED_BYTES);
}

/* unwraps by libcrypto's other direction; every flipped bit of a few bytes is noticed */
static void
wrapping_is_rfc_5649(void **state)
{
	struct fix *f = *state;
	unsigned char out[KEYBLOB_WRAPPED_BYTES], back[KEYBLOB_WRAPPED_BYTES + 8];
	uint8_t kek[KEYBLOB_KEK_BYTES];
	size_t len;

	for (size_t i = 0; i < sizeof(kek); i++)
		kek[i] = (uint8_t)(i * 7 + 3);
	assert_int_equal(keyblob_wrap(kek, (unsigned char *)&f->blob, sizeof(f->blob), out,
				 sizeof(out), &len),
		0);
	for (int bit = -1; bit < 16; bit++) {
		EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
		int n = 0, m = 0, ok;

		if (bit >= 0)
			out[bit / 8 * 1300] ^= (unsigned char)(1 << bit % 8);
		EVP_CIPHER_CTX_set_flags(c, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
		ok = EVP_DecryptInit_ex(c, EVP_aes_256_wrap_pad(), NULL, kek, NULL) == 1 &&
		     EVP_DecryptUpdate(c, back, &n, out, (int)len) == 1 &&
		     EVP_DecryptFinal_ex(c, back + n, &m) == 1;
		EVP_CIPHER_CTX_free(c);
		assert_int_equal(ok, bit < 0);
		if (bit < 0) {
			assert_int_equal(n + m, SLUICE_RSA_KEY_BYTES);
			assert_memory_equal(back, &f->blob, sizeof(f->blob));
		} else {
			out[bit / 8 * 1300] ^= (unsigned char)(1 << bit % 8);
		}
	}
}

/* RFC 5649 section 6 has vectors for AES-192 only; its 20-byte key wrapped under a 256-bit key is
 * checked through the length field */
static void
lengths_that_are_not_whole_semiblocks(void **state)
{
	static const uint8_t kek[KEYBLOB_KEK_BYTES] = { 9 };
	static const unsigned char in[20] = { 1, 2, 3 };
	unsigned char out[32];
	size_t len;

	assert_int_equal(keyblob_wrap(kek, in, sizeof(in), out, sizeof(out), &len), 0);
	assert_int_equal(len, 32);
	assert_int_equal(keyblob_wrap(kek, in, sizeof(in), out, 31, &len), -ENOSPC);
}

/* The blob of a curve's key holds what libcrypto says of it. */
static void
curve_keys_are_taken_as_they_are(void **state)
{
	static const struct {
		const char *name;
		uint8_t curve, n;
	} rows[] = { { "P-256", SLUICE_CURVE_P256, 32 }, { "P-384", SLUICE_CURVE_P384, 48 } };
	struct sluice_ec_key b;
	uint8_t want[97];
	size_t len, n;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		EVP_PKEY *key = EVP_EC_gen(rows[i].name);
		BIGNUM *d = NULL;

		assert_int_equal(
			keyblob_build_ec(key, (unsigned char *)&b, sizeof(b) - 1, &len), -ENOSPC);
		assert_int_equal(keyblob_build_ec(key, (unsigned char *)&b, sizeof(b), &len), 0);
		assert_int_equal(len, SLUICE_EC_KEY_BYTES);
		assert_int_equal(b.magic, 0x3143454B);
		assert_int_equal(b.curve, rows[i].curve);
		assert_int_equal(EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY,
					 want, sizeof(want), &n),
			1);
		assert_memory_equal(b.x, want + 1, rows[i].n);
		assert_memory_equal(b.y, want + 1 + rows[i].n, rows[i].n);
		assert_int_equal(EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_PRIV_KEY, &d), 1);
		BN_bn2binpad(d, want, rows[i].n);
		assert_memory_equal(b.scalar, want, rows[i].n);
		for (size_t k = rows[i].n; k < sizeof(b.scalar); k++)
			assert_int_equal(b.scalar[k] | b.x[k] | b.y[k], 0);
		BN_free(d);
		EVP_PKEY_free(key);
	}
}

static void
ed25519_keys_and_other_kinds(void **state)
{
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	struct sluice_ec_key b;
	uint8_t want[32];
	size_t len, n = 32;

	assert_int_equal(keyblob_build_ec(key, (unsigned char *)&b, sizeof(b), &len), 0);
	assert_int_equal(b.curve, SLUICE_CURVE_ED25519);
	assert_int_equal(EVP_PKEY_get_raw_private_key(key, want, &n), 1);
	assert_memory_equal(b.scalar, want, 32);
	assert_int_equal(EVP_PKEY_get_raw_public_key(key, want, &n), 1);
	assert_memory_equal(b.x, want, 32);
	EVP_PKEY_free(key);
	key = EVP_EC_gen("P-521");
	assert_int_equal(keyblob_build_ec(key, (unsigned char *)&b, sizeof(b), &len), -ENOTSUP);
	EVP_PKEY_free(key);
	assert_int_equal(keyblob_build_ec(((struct fix *)*state)->key, (unsigned char *)&b,
				 sizeof(b), &len),
		-ENOTSUP);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(header_and_modulus),
		cmocka_unit_test(halves_hold_their_constants),
		cmocka_unit_test(recombination_constants),
		cmocka_unit_test(blinding_pairs_cancel_and_are_fresh),
		cmocka_unit_test(other_kinds_of_keys_are_not_supported),
		cmocka_unit_test(keys_that_do_not_fit_together_are_refused),
		cmocka_unit_test(large_keys_have_two_blocks),
		cmocka_unit_test(room_is_checked),
		cmocka_unit_test(curve_keys_are_taken_as_they_are),
		cmocka_unit_test(ed25519_keys_and_other_kinds),
		cmocka_unit_test(wrapping_is_rfc_5649),
		cmocka_unit_test(lengths_that_are_not_whole_semiblocks),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
