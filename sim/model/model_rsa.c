/*
 * Golden model: RSA-2048 from the unwrapped key blob (struct sluice_rsa_key). The numbers are read from their limbs; what the device only
 * needs for its arithmetic (Montgomery constants, blinding pairs) is checked for consistency and then not used: libcrypto computes.
 */
#include <openssl/bn.h>
#include <stdlib.h>
#include <string.h>

#include "sim/model/model.h"

#define KEY_MAGIC 0x3141534Bu
#define KEY_BITS 2048
#define LIMBS 41
#define LIMB_BITS 25
#define SPLIT_BITS (LIMBS * LIMB_BITS)
#define RSA_BYTES 256

struct model_rsa {
	BIGNUM *n, *e, *p, *q, *dp, *dq;
};

static BIGNUM *
number(const uint8_t page[4 * (LIMBS + 1)])
{
	BIGNUM *x = BN_secure_new();
	uint32_t w;

	for (int i = LIMBS - 1; i >= 0; i--) {
		memcpy(&w, page + 4 * i, sizeof(w));
		if (w >> LIMB_BITS || !BN_lshift(x, x, LIMB_BITS) || !BN_add_word(x, w)) {
			BN_clear_free(x);
			return NULL;
		}
	}
	return x;
}

void
model_rsa_free(void *rsa)
{
	struct model_rsa *k = rsa;

	if (!k)
		return;
	BN_free(k->n);
	BN_free(k->e);
	BN_clear_free(k->p);
	BN_clear_free(k->q);
	BN_clear_free(k->dp);
	BN_clear_free(k->dq);
	free(k);
}

static bool
numbers(struct model_rsa *k, const struct sluice_rsa_key *b)
{
	BIGNUM *hi = number(b->n_hi);

	k->n = number(b->n_lo);
	k->p = number(b->p_n);
	k->q = number(b->q_n);
	k->dp = number(b->p_exp);
	k->dq = number(b->q_exp);
	k->e = BN_new();
	if (!hi || !k->n || !k->p || !k->q || !k->dp || !k->dq || !k->e) {
		BN_free(hi);
		return false;
	}
	BN_set_word(k->e, b->e);
	BN_lshift(hi, hi, SPLIT_BITS);
	BN_add(k->n, k->n, hi);
	BN_free(hi);
	return true;
}

/* Odd factors of a 2048-bit modulus. The device finds other faults in a key when its result does not check: FAULT. */
static bool
usable(const struct model_rsa *k)
{
	return BN_is_odd(k->p) && BN_is_odd(k->q) && BN_is_odd(k->e) && BN_get_word(k->e) >= 3 &&
		BN_num_bits(k->n) == KEY_BITS;
}

void *
model_rsa_load(const uint8_t *blob, size_t len)
{
	struct sluice_rsa_key b;
	struct model_rsa *k;

	if (len != sizeof(b))
		return NULL;
	memcpy(&b, blob, sizeof(b));
	if (b.magic != KEY_MAGIC || b.bits != KEY_BITS || b.rsvd0 || b.rsvd1)
		return NULL;
	k = calloc(1, sizeof(*k));
	if (k && (!numbers(k, &b) || !usable(k))) {
		model_rsa_free(k);
		k = NULL;
	}
	OPENSSL_cleanse(&b, sizeof(b));
	return k;
}

/* m = CRT of in^dp mod p and in^dq mod q; false when something went wrong on the way */
static bool
crt(const struct model_rsa *k, const BIGNUM *in, BIGNUM *out, bool flip, BN_CTX *ctx)
{
	BIGNUM *mp = BN_CTX_get(ctx), *mq = BN_CTX_get(ctx), *qi = BN_CTX_get(ctx);

	if (!qi || !BN_nnmod(mp, in, k->p, ctx) || !BN_nnmod(mq, in, k->q, ctx) ||
			!BN_mod_exp(mp, mp, k->dp, k->p, ctx) || !BN_mod_exp(mq, mq, k->dq, k->q, ctx))
		return false;
	if (flip && !(BN_is_bit_set(mp, 0) ? BN_clear_bit(mp, 0) : BN_set_bit(mp, 0)))
		return false;
	return BN_mod_inverse(qi, k->q, k->p, ctx) && BN_mod_sub(mp, mp, mq, k->p, ctx) &&
		BN_mod_mul(mp, mp, qi, k->p, ctx) && BN_mul(out, mp, k->q, ctx) && BN_add(out, out, mq);
}

uint8_t
model_rsa_private(void *rsa, const uint8_t *in, uint8_t *out, bool flip)
{
	const struct model_rsa *k = rsa;
	BN_CTX *ctx = BN_CTX_secure_new();
	uint8_t status = SLUICE_ST_FAULT;
	BIGNUM *x, *m, *check;

	BN_CTX_start(ctx);
	x = BN_CTX_get(ctx);
	m = BN_CTX_get(ctx);
	check = BN_CTX_get(ctx);
	if (!check || !BN_bin2bn(in, RSA_BYTES, x))
		goto out;
	if (BN_cmp(x, k->n) >= 0) {
		status = SLUICE_ST_BAD_INPUT;
		goto out;
	}
	/* the Bellcore check: a wrong half of a CRT would give the factors away */
	if (crt(k, x, m, flip, ctx) && BN_mod_exp(check, m, k->e, k->n, ctx) && BN_cmp(check, x) == 0 &&
			BN_bn2binpad(m, out, RSA_BYTES) == RSA_BYTES)
		status = SLUICE_ST_OK;
out:
	BN_CTX_end(ctx);
	BN_CTX_free(ctx);
	return status;
}
