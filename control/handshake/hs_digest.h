/*
 * Hashes of the handshake: the transcript's running digest and the PRF of RFC 5246 5. Flat structs,
 * no allocation; the compression functions are libcrypto's.
 */
#ifndef SLUICE_CONTROL_HS_DIGEST_H
#define SLUICE_CONTROL_HS_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include <openssl/sha.h>

#define HS_DIGEST_MAX 48

enum hs_prf; /* handshake/hs.h */

struct hs_digest {
	int prf; /* enum hs_prf */
	union {
		SHA256_CTX s256;
		SHA512_CTX s512; /* SHA-384 */
	} u;
};

void hs_digest_init(struct hs_digest *d, int prf);
void hs_digest_add(struct hs_digest *d, const void *p, size_t n);
/* The digest so far; the running state goes on. Returns its length, at most HS_DIGEST_MAX. */
size_t hs_digest_now(const struct hs_digest *d, uint8_t *out);
/* P_hash(secret, label | seed), RFC 5246 5. */
void hs_prf_run(int prf, const uint8_t *secret, size_t secret_len, const uint8_t *label_seed,
	size_t label_seed_len, uint8_t *out, size_t out_len);

#endif
