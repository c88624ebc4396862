/* Curves and primes, made once; see pka_const.h. */
#define OPENSSL_SUPPRESS_DEPRECATED    /* DH_new_by_nid(): the only way to libcrypto's copy of the \
					  primes that is not a key */
#include "control/pka/pka_const.h"

#include <pthread.h>

#include <openssl/dh.h>
#include <openssl/obj_mac.h>

#include "control/pka/pka_op.h"

/*
 * Against the rule of no file-level variables: pka_soft_do() has no context, runs on any thread,
 * and EC_GROUP_new_by_curve_name() costs more than signing with P-256's fixed base (ADR 0004).
 * Written under pthread_once() and constant from then on.
 */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct pka_curve curves[2];
static struct pka_prime primes[2];
static EVP_PKEY *x25519;
static EVP_PKEY_CTX *x25519_make;

const uint8_t pka_x25519_nine[PKA_X25519_LEN] = { 9 };

static void
make_prime(struct pka_prime *at, int nid, unsigned exponent_bytes)
{
	DH *dh = DH_new_by_nid(nid);
	BIGNUM *p = dh != NULL ? BN_dup(DH_get0_p(dh)) : NULL, *less = BN_new();
	BN_MONT_CTX *mont = BN_MONT_CTX_new();
	BN_CTX *bn = BN_CTX_new();

	if (p != NULL && less != NULL && mont != NULL && bn != NULL &&
		BN_sub(less, p, BN_value_one()) && BN_MONT_CTX_set(mont, p, bn)) {
		*at = (struct pka_prime){ .p = p,
			.p_less_1 = less,
			.mont = mont,
			.bytes = (size_t)BN_num_bytes(p),
			.exponent_bytes = exponent_bytes };
	} else {
		BN_free(p);
		BN_free(less);
		BN_MONT_CTX_free(mont);
	}
	BN_CTX_free(bn);
	DH_free(dh);
}

static void
make_all(void)
{
	curves[0] = (struct pka_curve){ EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1), 32 };
	curves[1] = (struct pka_curve){ EC_GROUP_new_by_curve_name(NID_secp384r1), 48 };
	make_prime(&primes[0], NID_ffdhe2048, 29);
	make_prime(&primes[1], NID_ffdhe3072, 35);
	x25519 = EVP_PKEY_new_raw_public_key(
		EVP_PKEY_X25519, NULL, pka_x25519_nine, sizeof(pka_x25519_nine));
	if (x25519 != NULL)
		x25519_make = EVP_PKEY_CTX_new_from_pkey(NULL, x25519, NULL);
}

const struct pka_curve *
pka_const_curve(unsigned group)
{
	const struct pka_curve *c;

	if (group != KEX_P256 && group != KEX_P384)
		return NULL;
	pthread_once(&once, make_all);
	c = &curves[group == KEX_P384];
	return c->group != NULL ? c : NULL;
}

const struct pka_prime *
pka_const_prime(unsigned group)
{
	const struct pka_prime *c;

	if (group != KEX_FFDHE2048 && group != KEX_FFDHE3072)
		return NULL;
	pthread_once(&once, make_all);
	c = &primes[group == KEX_FFDHE3072];
	return c->p != NULL ? c : NULL;
}

EVP_PKEY *
pka_const_x25519(void)
{
	pthread_once(&once, make_all);
	return x25519;
}

EVP_PKEY_CTX *
pka_const_x25519_make(void)
{
	pthread_once(&once, make_all);
	return x25519_make != NULL ? EVP_PKEY_CTX_dup(x25519_make) : NULL;
}
