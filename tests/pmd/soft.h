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
/* The same of any AEAD of libcrypto with a 12-byte nonce and a 16-byte tag. */
void soft_aead_seal(const EVP_CIPHER *cipher, const uint8_t *key, const uint8_t iv[12], const uint8_t *aad,
	uint32_t aad_len, const uint8_t *in, uint32_t len, uint8_t *out, uint8_t tag[16]);
bool soft_aead_open(const EVP_CIPHER *cipher, const uint8_t *key, const uint8_t iv[12], const uint8_t *aad,
	uint32_t aad_len, const uint8_t *in, uint32_t len, uint8_t *out, const uint8_t tag[16]);
/* CBC without padding, or CTR. */
void soft_cipher(const EVP_CIPHER *c, bool enc, const uint8_t *key, const uint8_t iv[16],
	const uint8_t *in, uint32_t len, uint8_t *out);
void soft_hmac(const EVP_MD *md, const uint8_t *key, uint32_t key_len, const uint8_t *in, size_t len,
	uint8_t *out);
void soft_prf(const EVP_MD *md, const uint8_t *secret, uint32_t secret_len, const uint8_t *seed, uint32_t seed_len,
	uint8_t *out, uint32_t out_len);

struct soft_record {
	uint16_t version; /* 0x0300 to 0x0304 */
	const EVP_MD *md; /* NULL: an AEAD */
	bool chacha, etm;
	int key_len;
	uint32_t mac_len;
	uint8_t key[32], mac_key[48], iv[16]; /* iv: GCM salt, IV of ChaCha20 and TLS 1.3, or CBC chaining up to TLS 1.0 */
	uint64_t seq;
};
/* Seals plaintext into a whole record; nonce: 8 or 16 bytes put on the wire where there are any. pad: CBC: blocks of padding
 * beyond the least; TLS 1.3: bytes. Returns its length. */
uint32_t soft_seal(struct soft_record *r, uint8_t type, const uint8_t *in, uint32_t len,
	const uint8_t *nonce, uint32_t pad, uint8_t *out);
/* Opens a whole record; returns the plaintext's length, -1 when anything is wrong. */
int soft_open(struct soft_record *r, const uint8_t *in, uint32_t len, uint8_t *type, uint8_t *out);

#endif
