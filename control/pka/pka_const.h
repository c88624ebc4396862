/*
 * What libcrypto would look up or compute anew for every operation: curves and primes with their
 * Montgomery constants. Made at the first use, never changed or freed afterwards: the only
 * file-level state of pka/, and any thread may read it.
 */
#ifndef SLUICE_CONTROL_PKA_CONST_H
#define SLUICE_CONTROL_PKA_CONST_H

#include <stddef.h>
#include <stdint.h>

#include <openssl/bn.h>
#include <openssl/ec.h>

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

#endif
