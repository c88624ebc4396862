/*
 * Finite-field Diffie-Hellman: the groups of RFC 7919, and, as a client of TLS 1.2 and older, the
 * group that a server sends (RFC 5246 7.4.3). Exponents are fresh for every handshake; the
 * exponentiation is libcrypto's constant-time one.
 */
#include "control/pka/pka_const.h"
#include "control/pka/pka_kex.h"

#include <openssl/err.h>
#include <openssl/rand.h>

#include "common/ct.h"
#include "common/rd.h"
#include "common/wr.h"
#include "control/pka/pka_op.h"

/*
 * Groups of a server's own choice: below 1024 bits the secret is no secret, above 8192 it is an
 * attack on our processor. Their exponents have twice the strength of the largest.
 */
#define EXPLICIT_MIN_BITS 1024
#define EXPLICIT_MAX_BITS 8192
#define EXPLICIT_EXPONENT 64

static BIGNUM *
secret_bn(const uint8_t *bytes, unsigned n)
{
	BIGNUM *x = BN_secure_new();

	if (x == NULL)
		return NULL;
	BN_set_flags(x, BN_FLG_CONSTTIME);
	if (BN_bin2bn(bytes, (int)n, x) == NULL) {
		BN_clear_free(x);
		return NULL;
	}
	return x;
}

/* Random, with its top bit set: every exponent of a group has the same length. */
static int
new_exponent(uint8_t *bytes, unsigned n)
{
	if (RAND_priv_bytes(bytes, (int)n) != 1)
		return -1;
	bytes[0] |= 0x80;
	return 0;
}

/* out = base ^ x mod p, as long as p */
static int
power(const BIGNUM *base, const BIGNUM *x, const BIGNUM *p, const BN_MONT_CTX *mont, uint8_t *out,
	size_t bytes)
{
	BN_CTX *bn = BN_CTX_secure_new();
	BIGNUM *y = BN_secure_new();
	/* the constants are only read, though libcrypto's prototype does not say so */
	int ok = bn != NULL && y != NULL &&
		 BN_mod_exp_mont_consttime(y, base, x, p, bn, (BN_MONT_CTX *)mont) == 1 &&
		 BN_bn2binpad(y, out, (int)bytes) == (int)bytes;

	BN_clear_free(y);
	BN_CTX_free(bn);
	return ok ? 1 : -1;
}

/* 1 < y < p - 1 (RFC 7919 5.1, RFC 8446 4.2.8.1): the rest has order 1 or 2 or is not reduced. */
static int
in_range(const BIGNUM *y, const BIGNUM *p_less_1)
{
	return BN_cmp(y, BN_value_one()) > 0 && BN_cmp(y, p_less_1) < 0;
}

static int
public_of(const struct pka_prime *c, const uint8_t *exponent, uint8_t *pub)
{
	BIGNUM *x = secret_bn(exponent, c->exponent_bytes), *two = BN_new();
	int rc = -1;

	if (x != NULL && two != NULL && BN_set_word(two, 2)) /* the generator of all of them */
		rc = power(two, x, c->p, c->mont, pub, c->bytes);
	BN_clear_free(x);
	BN_free(two);
	return rc;
}

int
pka_ffdhe_keygen(const struct pka_kex_group *g, uint8_t *priv, uint8_t *pub)
{
	const struct pka_prime *c = pka_const_prime(g->code);

	if (c == NULL || new_exponent(priv, c->exponent_bytes) != 0)
		return -1;
	return public_of(c, priv, pub);
}

int
pka_ffdhe_derive(const struct pka_kex_group *g, const uint8_t *priv, const uint8_t *peer,
	size_t peer_len, uint8_t *secret)
{
	const struct pka_prime *c = pka_const_prime(g->code);
	BIGNUM *x, *y;
	int rc = -1;

	if (c == NULL)
		return -1;
	x = secret_bn(priv, c->exponent_bytes);
	y = BN_bin2bn(peer, (int)peer_len, NULL);
	if (x != NULL && y != NULL)
		rc = in_range(y, c->p_less_1) ? power(y, x, c->p, c->mont, secret, c->bytes) : 0;
	BN_clear_free(x);
	BN_free(y);
	return rc;
}

int
pka_ffdhe_respond(const struct pka_kex_group *g, const uint8_t *peer, size_t peer_len, uint8_t *pub,
	uint8_t *secret)
{
	const struct pka_prime *c = pka_const_prime(g->code);
	uint8_t exponent[64];
	int rc = -1;

	if (c != NULL && new_exponent(exponent, c->exponent_bytes) == 0)
		rc = pka_ffdhe_derive(g, exponent, peer, peer_len, secret);
	if (rc == 1)
		rc = public_of(c, exponent, pub);
	ct_wipe(exponent, sizeof(exponent));
	return rc;
}

/* ---- a server's own group ---- */

struct theirs {
	BIGNUM *p, *p_less_1, *g, *ys;
	size_t bytes; /* of p without leading zeros */
};

static BIGNUM *
number(struct rd *r)
{
	return BN_bin2bn(r->p, (int)rd_left(r), NULL);
}

/* 1, 0: not acceptable, -1: memory */
static int
parse(const uint8_t *in, size_t len, struct theirs *t)
{
	struct rd r = rd_init(in, len), p = rd_vec16(&r), g = rd_vec16(&r), ys = rd_vec16(&r);

	if (!rd_done(&r) || rd_left(&p) > EXPLICIT_MAX_BITS / 8 + 1 || rd_left(&g) > rd_left(&p) ||
		rd_left(&ys) > rd_left(&p))
		return 0;
	t->p = number(&p);
	t->g = number(&g);
	t->ys = number(&ys);
	t->p_less_1 = BN_new();
	if (t->p == NULL || t->g == NULL || t->ys == NULL || t->p_less_1 == NULL ||
		BN_sub(t->p_less_1, t->p, BN_value_one()) != 1)
		return -1;
	t->bytes = (size_t)BN_num_bytes(t->p);
	return BN_num_bits(t->p) >= EXPLICIT_MIN_BITS && BN_num_bits(t->p) <= EXPLICIT_MAX_BITS &&
	       BN_is_odd(t->p) && in_range(t->g, t->p_less_1) && in_range(t->ys, t->p_less_1);
}

static int
answer(const struct theirs *t, uint8_t *out, size_t *out_len)
{
	uint8_t exponent[EXPLICIT_EXPONENT], *pub, *secret;
	struct wr w = wr_init(out, PKA_OP_MAX_OUT);
	BN_MONT_CTX *mont = BN_MONT_CTX_new();
	BN_CTX *bn = BN_CTX_new();
	BIGNUM *x = NULL;
	int rc = -1;

	wr_u16(&w, (uint16_t)t->bytes);
	pub = wr_room(&w, t->bytes);
	secret = wr_room(&w, t->bytes);
	if (!wr_ok(&w) || mont == NULL || bn == NULL || !BN_MONT_CTX_set(mont, t->p, bn) ||
		new_exponent(exponent, sizeof(exponent)) != 0)
		goto out;
	x = secret_bn(exponent, sizeof(exponent));
	if (x == NULL || power(t->g, x, t->p, mont, pub, t->bytes) != 1 ||
		power(t->ys, x, t->p, mont, secret, t->bytes) != 1)
		goto out;
	*out_len = wr_len(&w);
	rc = 0;
out:
	ct_wipe(exponent, sizeof(exponent));
	BN_clear_free(x);
	BN_MONT_CTX_free(mont);
	BN_CTX_free(bn);
	return rc;
}

int
pka_ffdhe_explicit(const uint8_t *in, size_t len, uint8_t *out, size_t *out_len)
{
	struct theirs t = { 0 };
	int rc = parse(in, len, &t);

	*out_len = 0;
	if (rc == 1)
		rc = answer(&t, out, out_len);
	BN_free(t.p);
	BN_free(t.p_less_1);
	BN_free(t.g);
	BN_free(t.ys);
	ERR_clear_error();
	return rc;
}
