/*
 * The tests' own software implementation, by libcrypto: what the device must agree with. Written from the RFCs; shares nothing with the
 * driver or with the golden model.
 */
#ifndef TESTS_PMD_SOFT_H
#define TESTS_PMD_SOFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/evp.h>

/* AES-GCM. seal writes len bytes and the tag; open returns false on a wrong tag. */
void soft_gcm_seal(const uint8_t *key, int key_len, const uint8_t iv[12], const uint8_t *aad,
	uint32_t aad_len, const uint8_t *in, uint32_t len, uint8_t *out, uint8_t tag[16]);
bool soft_gcm_open(const uint8_t *key, int key_len, const uint8_t iv[12], const uint8_t *aad,
	uint32_t aad_len, const uint8_t *in, uint32_t len, uint8_t *out, const uint8_t tag[16]);
/* CBC without padding, or CTR. */
void soft_cipher(const EVP_CIPHER *c, bool enc, const uint8_t *key, const uint8_t iv[16],
	const uint8_t *in, uint32_t len, uint8_t *out);
void soft_hmac(const EVP_MD *md, const uint8_t *key, uint32_t key_len, const uint8_t *in, size_t len,
	uint8_t *out);
void soft_prf(const uint8_t *secret, uint32_t secret_len, const uint8_t *seed, uint32_t seed_len,
	uint8_t *out, uint32_t out_len);

struct soft_record {
	uint16_t version;
	const EVP_MD *md; /* NULL: GCM */
	int key_len;
	uint32_t mac_len;
	uint8_t key[32], mac_key[32], iv[16]; /* iv: GCM salt, or TLS 1.0 CBC chaining */
	uint64_t seq;
};
/* Seals plaintext into a whole record; nonce: 8 or 16 bytes put on the wire. pad: blocks of padding beyond the least. Returns its length. */
uint32_t soft_seal(struct soft_record *r, uint8_t type, const uint8_t *in, uint32_t len,
	const uint8_t *nonce, uint32_t pad, uint8_t *out);
/* Opens a whole record; returns the plaintext's length, -1 when anything is wrong. */
int soft_open(struct soft_record *r, const uint8_t *in, uint32_t len, uint8_t *type, uint8_t *out);

#endif
