/*
 * Public-key work by libcrypto: what the card does, done here when there is none or it does not
 * answer. Called on pool threads; no shared state.
 */
#ifndef SLUICE_CONTROL_PKA_SOFT_H
#define SLUICE_CONTROL_PKA_SOFT_H

#include <stddef.h>
#include <stdint.h>

#include <openssl/evp.h>

#define PKA_PREMASTER_LEN 48
#define PKA_MAX_MODULUS 512

/*
 * RFC 5246 7.4.7.1: decrypts, takes off PKCS#1 type 2 padding and checks the version, all in
 * constant time; whatever is wrong, the result is `substitute` (48 random bytes made before) and
 * nobody can tell. Returns 0, or -1 when libcrypto itself could not work.
 */
int pka_soft_rsa_premaster(EVP_PKEY *key, uint16_t client_version, const uint8_t *in, size_t len,
	const uint8_t substitute[PKA_PREMASTER_LEN], uint8_t out[PKA_PREMASTER_LEN]);
/* The unpadding alone: em is the decrypted block of `len` bytes. */
void pka_soft_unpad_premaster(const uint8_t *em, size_t len, uint16_t client_version,
	const uint8_t substitute[PKA_PREMASTER_LEN], uint8_t out[PKA_PREMASTER_LEN]);

#endif
