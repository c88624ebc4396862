/*
 * What libcrypto would look up or compute anew for every operation: curves and primes with their
 * Montgomery constants, X25519's base point. Made at the first use, never changed or freed afterwards: the only
 * file-level state of pka/, and any thread may read it.
 */
#ifndef SLUICE_CONTROL_PKA_CONST_H
#define SLUICE_CONTROL_PKA_CONST_H

#include <stddef.h>
#include <stdint.h>

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>

#define PKA_X25519_LEN 32

struct pka_curve {
	const EC_GROUP *group;
	size_t bytes; /* of a coordinate and of the order */
};

struct pka_prime { /* RFC 7919 */
	const BIGNUM *p, *p_less_1;
	const BN_MONT_CTX *mont;
	size_t bytes;
	unsigned exponent_bytes; /* RFC 7919 A: 225 and 275 bits, rounded up */
};

/* By enum pka_group; NULL: not such a group, or memory is out. */
const struct pka_curve *pka_const_curve(unsigned group);
const struct pka_prime *pka_const_prime(unsigned group);
/* X25519's base point as a public key, to be multiplied and copied, not changed. NULL: memory is out. */
EVP_PKEY *pka_const_x25519(void);
/* A context of the caller's own in which X25519's keys are made: a copy, which takes a tenth of looking it up. NULL: memory is out. */
EVP_PKEY_CTX *pka_const_x25519_make(void);
extern const uint8_t pka_x25519_nine[PKA_X25519_LEN]; /* the same as bytes, RFC 7748 6.1 */

#endif
