/*
 * Builds and wraps the private key blobs of the card (struct sluice_rsa_key and struct
 * sluice_ec_key in the register map).
 *
 * Every number of an RSA key is 41 limbs of 25 bits in 32-bit words, or 82 for keys of 3072 and
 * 4096 bits, whose primes take two blocks of the array; R = 2^1037 or 2^2074 is the Montgomery
 * radix. What each constant is for stands in rtl/pka/README.md. Entry points: keyblob_build_rsa(),
 * keyblob_build_ec(), keyblob_wrap().
 */
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>
#include <openssl/rsa.h>

#include "common/keyblob.h"

#define KEY_MAGIC 0x3141534Bu
#define LIMBS 41 /* of a block */
#define LIMB_BITS 25
#define RADIX_BITS 1037 /* 61 digits of 17 bits, for each block */
#define DIGIT_BITS 17
#define SPLIT_BITS (LIMBS * LIMB_BITS) /* of a block: an operand is cut after one or two of them */
#define BLOCKS_MAX 2
#define PAGES 8 /* of each prime's half */

/* One prime's half of the key; the pointers are to pages of the blob. */
struct half {
	BIGNUM *n, *exp;
	unsigned blocks;
	uint8_t *p_n, *p_exp, *p_kl, *p_kh, *p_be, *p_bi;
};

struct parts {
	struct half p, q;
	BIGNUM *n, *e;
	unsigned bits, blocks;
};

static void
word_put(uint8_t *page, unsigned i, uint32_t x)
{
	memcpy(page + 4 * i, &x, sizeof(x));
}

/* x as limbs; 0, -EINVAL when it does not fit, -ENOMEM */
static int
page_put(uint8_t *page, const BIGNUM *x, unsigned blocks)
{
	uint8_t bytes[(BLOCKS_MAX * SPLIT_BITS + 7) / 8 + 4];

	memset(bytes, 0, sizeof(bytes));
	if (BN_is_negative(x) || BN_num_bits(x) > (int)(blocks * SPLIT_BITS))
		return -EINVAL;
	if (BN_bn2lebinpad(x, bytes, sizeof(bytes)) < 0)
		return -ENOMEM;
	for (unsigned i = 0; i < blocks * LIMBS; i++) {
		unsigned bit = i * LIMB_BITS;
		uint32_t w;

		memcpy(&w, bytes + bit / 8, sizeof(w));
		/* bit % 8 + 25 is at most 32 */
		word_put(page, i, w >> bit % 8 & ((1u << LIMB_BITS) - 1));
	}
	OPENSSL_cleanse(bytes, sizeof(bytes));
	return 0;
}

/* page = f * R^power mod n, f may be NULL for 1 */
static int
page_put_mont(uint8_t *page, const BIGNUM *f, unsigned power, const BIGNUM *n, unsigned blocks,
	BN_CTX *ctx)
{
	BIGNUM *t;
	int rc = -ENOMEM;

	BN_CTX_start(ctx);
	t = BN_CTX_get(ctx);
	if (t && BN_one(t) && BN_lshift(t, t, (int)(power * blocks * RADIX_BITS)) &&
		BN_nnmod(t, t, n, ctx) && (!f || BN_mod_mul(t, t, f, n, ctx)))
		rc = page_put(page, t, blocks);
	BN_CTX_end(ctx);
	return rc;
}

/* The word after the modulus: -1/n mod 2^17 */
static int
page_put_n0(uint8_t *page, const BIGNUM *n, unsigned blocks, BN_CTX *ctx)
{
	BIGNUM *radix, *inv;
	int rc = -ENOMEM;

	BN_CTX_start(ctx);
	radix = BN_CTX_get(ctx);
	inv = BN_CTX_get(ctx);
	if (inv && BN_one(radix) && BN_lshift(radix, radix, DIGIT_BITS) &&
		BN_mod_inverse(inv, n, radix, ctx) && BN_sub(inv, radix, inv)) {
		word_put(page, blocks * LIMBS, (uint32_t)BN_get_word(inv));
		rc = 0;
	}
	BN_CTX_end(ctx);
	return rc;
}

/* A blinding pair (r^e R, r^-1 R) with r uniform and invertible. */
static int
half_blind(const struct half *h, const BIGNUM *e, BN_CTX *ctx)
{
	BIGNUM *r, *t;
	int rc = -ENOMEM;

	BN_CTX_start(ctx);
	r = BN_CTX_get(ctx);
	t = BN_CTX_get(ctx);
	if (!t)
		goto out;
	do {
		if (!BN_priv_rand_range(r, h->n))
			goto out;
	} while (BN_is_zero(r) || BN_is_one(r));
	if (!BN_mod_exp(t, r, e, h->n, ctx))
		goto out;
	rc = page_put_mont(h->p_be, t, 1, h->n, h->blocks, ctx);
	if (rc == 0)
		rc = BN_mod_inverse(t, r, h->n, ctx)
			     ? page_put_mont(h->p_bi, t, 1, h->n, h->blocks, ctx)
			     : -ENOMEM;
out:
	BN_CTX_end(ctx);
	return rc;
}

/* Everything that is the same for both primes. */
static int
half_put(const struct half *h, const BIGNUM *e, BN_CTX *ctx)
{
	BIGNUM *split;
	int rc;

	BN_CTX_start(ctx);
	split = BN_CTX_get(ctx);
	if (!split || !BN_one(split) || !BN_lshift(split, split, (int)(h->blocks * SPLIT_BITS))) {
		BN_CTX_end(ctx);
		return -ENOMEM;
	}
	rc = page_put(h->p_n, h->n, h->blocks);
	if (rc == 0)
		rc = page_put_n0(h->p_n, h->n, h->blocks, ctx);
	if (rc == 0)
		rc = page_put(h->p_exp, h->exp, h->blocks);
	/* the exponentiation starts at the limb that has the exponent's top bit at most */
	word_put(h->p_exp, h->blocks * LIMBS, ((unsigned)BN_num_bits(h->n) - 1) / LIMB_BITS);
	if (rc == 0)
		rc = page_put_mont(h->p_kl, NULL, 3, h->n, h->blocks, ctx);
	if (rc == 0)
		rc = page_put_mont(h->p_kh, split, 4, h->n, h->blocks, ctx);
	if (rc == 0)
		rc = half_blind(h, e, ctx);
	BN_CTX_end(ctx);
	return rc;
}

/* Recombination constants R^2/q and -R^4/q mod p, and the modulus in two pieces. */
static int
join_put(uint8_t *const page[2 * PAGES], const struct parts *k, BN_CTX *ctx)
{
	BIGNUM *qinv, *t;
	int rc = -ENOMEM;

	BN_CTX_start(ctx);
	qinv = BN_CTX_get(ctx);
	t = BN_CTX_get(ctx);
	if (!t || !BN_mod_inverse(qinv, k->q.n, k->p.n, ctx))
		goto out;
	rc = page_put_mont(page[6], qinv, 2, k->p.n, k->blocks, ctx);
	if (rc == 0)
		rc = BN_sub(t, k->p.n, qinv)
			     ? page_put_mont(page[7], t, 4, k->p.n, k->blocks, ctx)
			     : -ENOMEM;
	if (rc == 0)
		rc = BN_rshift(t, k->n, (int)(k->blocks * SPLIT_BITS))
			     ? page_put(page[15], t, k->blocks)
			     : -ENOMEM;
	if (rc == 0)
		rc = BN_copy(t, k->n) && BN_mask_bits(t, (int)(k->blocks * SPLIT_BITS))
			     ? page_put(page[14], t, k->blocks)
			     : -ENOMEM;
out:
	BN_CTX_end(ctx);
	return rc;
}

static void
parts_free(struct parts *k)
{
	BN_clear_free(k->n);
	BN_clear_free(k->e);
	BN_clear_free(k->p.n);
	BN_clear_free(k->p.exp);
	BN_clear_free(k->q.n);
	BN_clear_free(k->q.exp);
}

/* The key's numbers; -ENOTSUP for a kind of key that the card does not have. */
static int
parts_get(EVP_PKEY *key, struct parts *k)
{
	BIGNUM *third = NULL;

	memset(k, 0, sizeof(*k));
	k->bits = (unsigned)EVP_PKEY_get_bits(key);
	k->blocks = k->p.blocks = k->q.blocks = k->bits > 2048 ? 2 : 1;
	if (!EVP_PKEY_is_a(key, "RSA") || (k->bits != 2048 && k->bits != 3072 && k->bits != 4096))
		return -ENOTSUP;
	if (EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_FACTOR3, &third)) {
		BN_clear_free(third);
		return -ENOTSUP;
	}
	if (!EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &k->n) ||
		!EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &k->e) ||
		!EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_FACTOR1, &k->p.n) ||
		!EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_FACTOR2, &k->q.n) ||
		!EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_EXPONENT1, &k->p.exp) ||
		!EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_EXPONENT2, &k->q.exp))
		return -ENOTSUP;
	if (BN_num_bits(k->e) > 32 || !BN_is_odd(k->e) || BN_is_one(k->e))
		return -ENOTSUP;
	if (BN_num_bits(k->p.n) != (int)k->bits / 2 || BN_num_bits(k->q.n) != (int)k->bits / 2)
		return -ENOTSUP;
	return 0;
}

/*
 * p q = n and e d = 1 for each half: a key whose parts do not belong together would only ever
 * produce faults
 */
static int
parts_check(const struct parts *k, BN_CTX *ctx)
{
	const struct half *half[2] = { &k->p, &k->q };
	BIGNUM *t, *m;
	int rc = -ENOMEM;

	BN_CTX_start(ctx);
	t = BN_CTX_get(ctx);
	m = BN_CTX_get(ctx);
	if (!m || !BN_mul(t, k->p.n, k->q.n, ctx))
		goto out;
	rc = -EINVAL;
	if (BN_cmp(t, k->n) != 0 || !BN_is_odd(k->n) || BN_cmp(k->p.n, k->q.n) == 0)
		goto out;
	for (int i = 0; i < 2; i++) {
		if (!BN_sub(m, half[i]->n, BN_value_one()) || BN_cmp(half[i]->exp, m) >= 0 ||
			!BN_mod_mul(t, k->e, half[i]->exp, m, ctx) || !BN_is_one(t))
			goto out;
	}
	rc = 0;
out:
	BN_CTX_end(ctx);
	return rc;
}

/* The pages in the order of struct sluice_rsa_key, which struct sluice_rsa_key_large shares. */
static void
half_pages(struct half *h, uint8_t *const page[PAGES])
{
	h->p_n = page[0], h->p_exp = page[1], h->p_kl = page[2], h->p_kh = page[3];
	h->p_be = page[4], h->p_bi = page[5];
}

static int
pages_put(struct parts *k, unsigned char *blob, BN_CTX *ctx)
{
	const size_t page_bytes = 4 * (k->blocks * LIMBS + 1);
	uint8_t *page[2 * PAGES];
	int rc;

	for (unsigned i = 0; i < 2 * PAGES; i++)
		page[i] = blob + offsetof(struct sluice_rsa_key, p_n) + i * page_bytes;
	half_pages(&k->p, page);
	half_pages(&k->q, page + PAGES);
	BN_set_flags(k->p.n, BN_FLG_CONSTTIME);
	BN_set_flags(k->q.n, BN_FLG_CONSTTIME);
	rc = half_put(&k->p, k->e, ctx);
	if (rc == 0)
		rc = half_put(&k->q, k->e, ctx);
	return rc == 0 ? join_put(page, k, ctx) : rc;
}

int
keyblob_build_rsa(EVP_PKEY *key, unsigned char *out, size_t cap, size_t *len)
{
	unsigned char blob[SLUICE_RSA_KEY_LARGE_BYTES];
	struct sluice_rsa_key head = { .magic = KEY_MAGIC };
	struct parts k;
	BN_CTX *ctx;
	size_t n = 0;
	int rc;

	if (cap < SLUICE_RSA_KEY_BYTES)
		return -ENOSPC;
	memset(blob, 0, sizeof(blob));
	ctx = BN_CTX_secure_new();
	if (!ctx)
		return -ENOMEM;
	rc = parts_get(key, &k);
	if (rc == 0) {
		n = k.blocks == 1 ? SLUICE_RSA_KEY_BYTES : SLUICE_RSA_KEY_LARGE_BYTES;
		rc = cap < n ? -ENOTSUP : parts_check(&k, ctx);
	}
	if (rc == 0) {
		head.bits = (uint16_t)k.bits;
		head.e = (uint32_t)BN_get_word(k.e);
		memcpy(blob, &head, offsetof(struct sluice_rsa_key, p_n));
		rc = pages_put(&k, blob, ctx);
	}
	if (rc == 0) {
		memcpy(out, blob, n);
		*len = n;
	}
	OPENSSL_cleanse(blob, sizeof(blob));
	parts_free(&k);
	BN_CTX_free(ctx);
	return rc;
}

/* ---- curves ---- */

#define EC_KEY_MAGIC 0x3143454Bu

/* The key's numbers as long as the curve's order: an uncompressed point and a scalar. */
static int
ec_numbers_put(struct sluice_ec_key *b, const EVP_PKEY *key, size_t n)
{
	unsigned char point[1 + 2 * sizeof(b->x)];
	BIGNUM *d = NULL;
	size_t got = 0;
	int rc = -EINVAL;

	if (EVP_PKEY_get_octet_string_param(
		    key, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point), &got) != 1 ||
		got != 1 + 2 * n || point[0] != POINT_CONVERSION_UNCOMPRESSED)
		return -EINVAL;
	if (EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_PRIV_KEY, &d) == 1 && !BN_is_zero(d) &&
		BN_bn2binpad(d, b->scalar, (int)n) == (int)n)
		rc = 0;
	BN_clear_free(d);
	memcpy(b->x, point + 1, n);
	memcpy(b->y, point + 1 + n, n);
	return rc;
}

static int
ed25519_put(struct sluice_ec_key *b, const EVP_PKEY *key)
{
	size_t n = 32, m = 32;

	return EVP_PKEY_get_raw_private_key(key, b->scalar, &n) == 1 &&
			       EVP_PKEY_get_raw_public_key(key, b->x, &m) == 1 && n == 32 &&
			       m == 32
		       ? 0
		       : -EINVAL;
}

int
keyblob_build_ec(const EVP_PKEY *key, unsigned char *out, size_t cap, size_t *len)
{
	struct sluice_ec_key b = { .magic = EC_KEY_MAGIC };
	char name[32] = "";
	int rc;

	if (cap < sizeof(b))
		return -ENOSPC;
	if (EVP_PKEY_get_base_id(key) == EVP_PKEY_EC)
		EVP_PKEY_get_group_name(key, name, sizeof(name), NULL);
	if (EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519) {
		b.curve = SLUICE_CURVE_ED25519;
		rc = ed25519_put(&b, key);
	} else if (strcmp(name, SN_X9_62_prime256v1) == 0) {
		b.curve = SLUICE_CURVE_P256;
		rc = ec_numbers_put(&b, key, 32);
	} else if (strcmp(name, SN_secp384r1) == 0) {
		b.curve = SLUICE_CURVE_P384;
		rc = ec_numbers_put(&b, key, 48);
	} else {
		rc = -ENOTSUP;
	}
	if (rc == 0) {
		memcpy(out, &b, sizeof(b));
		*len = sizeof(b);
	}
	OPENSSL_cleanse(&b, sizeof(b));
	return rc;
}

int
keyblob_wrap(const uint8_t kek[KEYBLOB_KEK_BYTES], const unsigned char *in, size_t len_in,
	unsigned char *out, size_t cap, size_t *len)
{
	EVP_CIPHER_CTX *ctx;
	int n = 0, m = 0, ok;

	if (len_in == 0 || len_in > KEYBLOB_LARGE_PLAIN_BYTES * 4)
		return -EINVAL;
	if (cap < (len_in + 7) / 8 * 8 + 8)
		return -ENOSPC;
	ctx = EVP_CIPHER_CTX_new();
	if (!ctx)
		return -ENOMEM;
	EVP_CIPHER_CTX_set_flags(ctx, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
	ok = EVP_EncryptInit_ex(ctx, EVP_aes_256_wrap_pad(), NULL, kek, NULL) &&
	     EVP_EncryptUpdate(ctx, out, &n, in, (int)len_in) &&
	     EVP_EncryptFinal_ex(ctx, out + n, &m);
	EVP_CIPHER_CTX_free(ctx);
	if (!ok)
		return -ENOMEM;
	*len = (size_t)(n + m);
	return 0;
}
