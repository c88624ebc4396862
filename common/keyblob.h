/*
 * Private keys for the card: the blob that KEY_LOAD unwraps (struct sluice_rsa_key, struct
 * sluice_ec_key) and its RFC 5649 wrapping.
 *
 * All constants that the card's Montgomery array needs are computed here, in the process that owns
 * the key: sluice-cp for the product's keys, the driver of a simulated card for raw keys of the
 * standard crypto API. Only libcrypto is used; plaintext blobs must be wiped by the caller,
 * everything temporary is wiped here.
 */
#ifndef SLUICE_COMMON_KEYBLOB_H
#define SLUICE_COMMON_KEYBLOB_H

#include <stddef.h>
#include <stdint.h>

#include <openssl/evp.h>

#include "common/gen/sluice_regs.h"

#define KEYBLOB_KEK_BYTES 32u
#define KEYBLOB_PLAIN_BYTES SLUICE_RSA_KEY_BYTES
/* RFC 5649: one more semiblock than the plaintext, which is whole semiblocks */
#define KEYBLOB_WRAPPED_BYTES (SLUICE_RSA_KEY_BYTES + 8u)
/* keys of 3072 and 4096 bits */
#define KEYBLOB_LARGE_PLAIN_BYTES SLUICE_RSA_KEY_LARGE_BYTES
#define KEYBLOB_LARGE_WRAPPED_BYTES (SLUICE_RSA_KEY_LARGE_BYTES + 8u)

/*
 * Writes the plaintext blob of an RSA key of 2048, 3072 or 4096 bits with two primes and a public
 * exponent of at most 32 bits, with fresh blinding pairs. Returns 0 and *len, or -ENOTSUP (any
 * other kind of key, or one of more than 2048 bits when cap is below
 * KEYBLOB_LARGE_PLAIN_BYTES: run it in
 * software), -EINVAL (the key's parts do not fit together), -ENOSPC (cap is below
 * KEYBLOB_PLAIN_BYTES) or -ENOMEM. On failure out holds no key material.
 */
int keyblob_build_rsa(EVP_PKEY *key, unsigned char *out, size_t cap, size_t *len);

/*
 * The same for a key on P-256, P-384 or Ed25519 (struct sluice_ec_key); -ENOTSUP for any other.
 */
int keyblob_build_ec(const EVP_PKEY *key, unsigned char *out, size_t cap, size_t *len);

/*
 * Wraps a blob under the card's key. Returns 0 and *len (len_in rounded up to 8, plus 8), -EINVAL,
 * -ENOSPC or -ENOMEM.
 */
int keyblob_wrap(const uint8_t kek[KEYBLOB_KEK_BYTES], const unsigned char *in, size_t len_in,
	unsigned char *out, size_t cap, size_t *len);

#endif
