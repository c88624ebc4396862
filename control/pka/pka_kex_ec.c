/*
 * ECDH on P-256 and P-384 by libcrypto's point arithmetic. Straight on EC_POINT: the EVP_PKEY way
 * checks a peer's point by a second scalar multiplication that a curve of cofactor 1 does not need
 * (SP 800-56A 5.6.2.3.4), and takes twice as long (ADR 0004). The multiplications with secret
 * scalars are the ones ECDH_compute_key() uses: constant time.
 */
#include "control/pka/pka_const.h"
#include "control/pka/pka_kex.h"

#include <openssl/err.h>

/* A scalar 0 < k < order. */
static BIGNUM *
random_scalar(const struct pka_curve *c)
{
	BIGNUM *k = BN_secure_new();

	if (k == NULL)
		return NULL;
	BN_set_flags(k, BN_FLG_CONSTTIME);
	do {
		if (!BN_priv_rand_range(k, EC_GROUP_get0_order(c->group))) {
			BN_clear_free(k);
			return NULL;
		}
	} while (BN_is_zero(k));
	return k;
}

static BIGNUM *
scalar_from(const struct pka_curve *c, const uint8_t *priv)
{
	BIGNUM *k = BN_secure_new();

	if (k != NULL) {
		BN_set_flags(k, BN_FLG_CONSTTIME);
		if (BN_bin2bn(priv, (int)c->bytes, k) == NULL) {
			BN_clear_free(k);
			k = NULL;
		}
	}
	return k;
}

static int
public_of(const struct pka_curve *c, const BIGNUM *k, uint8_t *pub, BN_CTX *bn)
{
	EC_POINT *r = EC_POINT_new(c->group);
	size_t n = 1 + 2 * c->bytes;
	int ok = r != NULL && EC_POINT_mul(c->group, r, k, NULL, NULL, bn) == 1 &&
		 EC_POINT_point2oct(c->group, r, POINT_CONVERSION_UNCOMPRESSED, pub, n, bn) == n;

	EC_POINT_clear_free(r);
	return ok ? 1 : -1;
}

/* The x coordinate of k times the peer's point, which must be an uncompressed one on the curve. */
static int
secret_of(const struct pka_curve *c, const BIGNUM *k, const uint8_t *peer, uint8_t *secret,
	BN_CTX *bn)
{
	EC_POINT *q = EC_POINT_new(c->group), *r = EC_POINT_new(c->group);
	BIGNUM *x = BN_secure_new();
	int rc = -1;

	if (q == NULL || r == NULL || x == NULL)
		goto out;
	if (peer[0] != POINT_CONVERSION_UNCOMPRESSED ||
		EC_POINT_oct2point(c->group, q, peer, 1 + 2 * c->bytes, bn) != 1) {
		ERR_clear_error();
		rc = 0;
		goto out;
	}
	/* the order is prime and 0 < k < order: the product is not the point at infinity */
	if (EC_POINT_mul(c->group, r, NULL, q, k, bn) == 1 &&
		EC_POINT_get_affine_coordinates(c->group, r, x, NULL, bn) == 1 &&
		BN_bn2binpad(x, secret, (int)c->bytes) == (int)c->bytes)
		rc = 1;
out:
	BN_clear_free(x);
	EC_POINT_clear_free(q);
	EC_POINT_clear_free(r);
	return rc;
}

int
pka_ec_keygen(const struct pka_kex_group *g, uint8_t *priv, uint8_t *pub)
{
	const struct pka_curve *c = pka_const_curve(g->code);
	BN_CTX *bn = BN_CTX_secure_new();
	BIGNUM *k = c != NULL && bn != NULL ? random_scalar(c) : NULL;
	int rc = -1;

	if (k != NULL && BN_bn2binpad(k, priv, (int)c->bytes) == (int)c->bytes)
		rc = public_of(c, k, pub, bn);
	BN_clear_free(k);
	BN_CTX_free(bn);
	return rc;
}

int
pka_ec_derive(const struct pka_kex_group *g, const uint8_t *priv, const uint8_t *peer,
	size_t peer_len, uint8_t *secret)
{
	const struct pka_curve *c = pka_const_curve(g->code);
	BN_CTX *bn = BN_CTX_secure_new();
	BIGNUM *k = c != NULL && bn != NULL ? scalar_from(c, priv) : NULL;
	int rc = k != NULL ? secret_of(c, k, peer, secret, bn) : -1;

	BN_clear_free(k);
	BN_CTX_free(bn);
	return rc;
}

int
pka_ec_respond(const struct pka_kex_group *g, const uint8_t *peer, size_t peer_len, uint8_t *pub,
	uint8_t *secret)
{
	const struct pka_curve *c = pka_const_curve(g->code);
	BN_CTX *bn = BN_CTX_secure_new();
	BIGNUM *k = c != NULL && bn != NULL ? random_scalar(c) : NULL;
	int rc = k != NULL ? secret_of(c, k, peer, secret, bn) : -1;

	if (rc == 1)
		rc = public_of(c, k, pub, bn);
	BN_clear_free(k);
	BN_CTX_free(bn);
	return rc;
}
