/*
 * RSA-2048 with the private key, four at a time, on processors with AVX-512 IFMA: the two halves
 * (CRT) of each fill eight lanes that compute the same steps on different numbers. Takes 40 % of
 * libcrypto's time for each when all four are there (docs/adr/0004).
 *
 * Constant time: no branch, address or instruction depends on a key or an operand; every result is
 * checked with the public key before it is given out, so that nothing of a faulty computation
 * leaves.
 */
#ifndef SLUICE_CONTROL_PKA_RSA8_H
#define SLUICE_CONTROL_PKA_RSA8_H

#include <stdbool.h>
#include <stdint.h>

#include <openssl/evp.h>

#define PKA_RSA8_OPS 4
#define PKA_RSA8_LEN 256

struct pka_rsa8_key;

struct pka_rsa8_op {
	const struct pka_rsa8_key *key;
	const uint8_t *in; /* PKA_RSA8_LEN bytes, below the modulus */
	uint8_t *out;
	bool done; /* out: false: it could not be done this way, or was wrong; out holds nothing */
};

/* The processor has what it takes. */
bool pka_rsa8_here(void);
/*
 * With one reference; the count is the loop's. NULL: not RSA-2048 with two primes of 1024 bits, or
 * memory is out.
 */
struct pka_rsa8_key *pka_rsa8_key_new(EVP_PKEY *key);
struct pka_rsa8_key *pka_rsa8_key_ref(struct pka_rsa8_key *k);
/* Wipes with the last one. k may be NULL. */
void pka_rsa8_key_unref(struct pka_rsa8_key *k);
/* Does n of them, 1..PKA_RSA8_OPS, in the time of one of them. Any thread. */
void pka_rsa8_run(struct pka_rsa8_op *ops, unsigned n);

#endif
