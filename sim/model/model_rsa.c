/*
 * Golden model: RSA from the unwrapped key blob (struct sluice_rsa_key, sluice_rsa_key_large). The numbers are read from their limbs; what the device only
 * needs for its arithmetic (Montgomery constants, blinding pairs) is checked for consistency and then not used: libcrypto computes.
 */
#include <openssl/bn.h>
#include <stdlib.h>
#include <string.h>

#include "sim/model/model.h"

#define KEY_MAGIC 0x3141534Bu
#define LIMBS 41
#define LIMB_BITS 25
#define HEAD_BYTES offsetof(struct sluice_rsa_key, p_n)
/* pages behind the header, in both structures */
enum page { P_N, P_EXP, Q_N = 8, Q_EXP, N_LO = 14, N_HI, PAGES };
_Static_assert(offsetof(struct sluice_rsa_key_large, p_n) == HEAD_BYTES, "one header");
_Static_assert(sizeof(struct sluice_rsa_key) == HEAD_BYTES + PAGES * 4 * (LIMBS + 1), "pages");
_Static_assert(sizeof(struct sluice_rsa_key_large) == HEAD_BYTES + PAGES * 4 * (2 * LIMBS + 1), "pages");
_Static_assert(offsetof(struct sluice_rsa_key, q_n) == HEAD_BYTES + Q_N * 4 * (LIMBS + 1), "q_n");
_Static_assert(offsetof(struct sluice_rsa_key, n_hi) == HEAD_BYTES + N_HI * 4 * (LIMBS + 1), "n_hi");

struct model_rsa {
	BIGNUM *n, *e, *p, *q, *dp, *dq;
};

static BIGNUM *
number(const uint8_t *blob, unsigned int limbs, enum page page)
{
	const uint8_t *at = blob + HEAD_BYTES + page * 4 * (limbs + 1);
	BIGNUM *x = BN_secure_new();
	uint32_t w;

	for (unsigned int i = limbs; i-- > 0; ) {
		memcpy(&w, at + 4 * i, sizeof(w));
		if (w >> LIMB_BITS || !BN_lshift(x, x, LIMB_BITS) || !BN_add_word(x, w)) {
			BN_clear_free(x);
			return NULL;
		}
	}
	return x;
}

void
model_rsa_free(struct model_rsa *k)
{
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
numbers(struct model_rsa *k, const uint8_t *blob, unsigned int limbs, uint32_t e)
{
	BIGNUM *hi = number(blob, limbs, N_HI);

	k->n = number(blob, limbs, N_LO);
	k->p = number(blob, limbs, P_N);
	k->q = number(blob, limbs, Q_N);
	k->dp = number(blob, limbs, P_EXP);
	k->dq = number(blob, limbs, Q_EXP);
	k->e = BN_new();
	if (!hi || !k->n || !k->p || !k->q || !k->dp || !k->dq || !k->e) {
		BN_free(hi);
		return false;
	}
	BN_set_word(k->e, e);
	BN_lshift(hi, hi, (int)(limbs * LIMB_BITS));
	BN_add(k->n, k->n, hi);
	BN_free(hi);
	return true;
}

/* Odd factors of a modulus of that length. The device finds other faults in a key when its result does not check: FAULT. */
static bool
usable(const struct model_rsa *k, int bits)
{
	return BN_is_odd(k->p) && BN_is_odd(k->q) && BN_is_odd(k->e) && BN_get_word(k->e) >= 3 &&
		BN_num_bits(k->n) == bits;
}

struct model_rsa *
model_rsa_load(const uint8_t *blob, size_t len)
{
	bool large = len == sizeof(struct sluice_rsa_key_large);
	struct sluice_rsa_key_large head; /* no more than its header */
	struct model_rsa *k;

	if (!large && len != sizeof(struct sluice_rsa_key))
		return NULL;
	memcpy(&head, blob, HEAD_BYTES);
	if (head.magic != KEY_MAGIC || head.rsvd0 || head.rsvd1 ||
			(large ? head.bits != 3072 && head.bits != 4096 : head.bits != 2048))
		return NULL;
	k = calloc(1, sizeof(*k));
	if (k && (!numbers(k, blob, large ? 2 * LIMBS : LIMBS, head.e) || !usable(k, head.bits))) {
		model_rsa_free(k);
		k = NULL;
	}
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

uint32_t
model_rsa_bytes(const struct model_rsa *k)
{
	return (uint32_t)BN_num_bytes(k->n);
}

uint8_t
model_rsa_private(const struct model_rsa *k, const uint8_t *in, uint8_t *out, bool flip)
{
	uint32_t bytes = model_rsa_bytes(k);
	BN_CTX *ctx = BN_CTX_secure_new();
	uint8_t status = SLUICE_ST_FAULT;
	BIGNUM *x, *m, *check;

	BN_CTX_start(ctx);
	x = BN_CTX_get(ctx);
	m = BN_CTX_get(ctx);
	check = BN_CTX_get(ctx);
	if (!check || !BN_bin2bn(in, (int)bytes, x))
		goto out;
	if (BN_cmp(x, k->n) >= 0) {
		status = SLUICE_ST_BAD_INPUT;
		goto out;
	}
	/* the Bellcore check: a wrong half of a CRT would give the factors away */
	if (crt(k, x, m, flip, ctx) && BN_mod_exp(check, m, k->e, k->n, ctx) && BN_cmp(check, x) == 0 &&
			BN_bn2binpad(m, out, (int)bytes) == (int)bytes)
		status = SLUICE_ST_OK;
out:
	BN_CTX_end(ctx);
	BN_CTX_free(ctx);
	return status;
}

uint8_t
model_rsa_public(const uint8_t *n, const uint8_t *in, uint32_t len, uint32_t e, uint8_t *out)
{
	BN_CTX *ctx = BN_CTX_new();
	uint8_t status = SLUICE_ST_BAD_INPUT;
	BIGNUM *mod, *x, *exp;

	BN_CTX_start(ctx);
	mod = BN_CTX_get(ctx);
	x = BN_CTX_get(ctx);
	exp = BN_CTX_get(ctx);
	/* a Montgomery engine has no even modulus; a short one is not what param0 says */
	if (exp && BN_bin2bn(n, (int)len, mod) && BN_bin2bn(in, (int)len, x) && BN_set_word(exp, e) &&
			BN_is_odd(mod) && BN_num_bits(mod) == (int)len * 8 && BN_cmp(x, mod) < 0 &&
			BN_mod_exp(x, x, exp, mod, ctx) && BN_bn2binpad(x, out, (int)len) == (int)len)
		status = SLUICE_ST_OK;
	BN_CTX_end(ctx);
	BN_CTX_free(ctx);
	return status;
}
