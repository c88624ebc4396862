/*
 * Hashes of the handshake: the transcript's running digest, the PRFs of RFC 5246 5 and RFC 2246 5,
 * HMAC and HKDF (RFC 5869, RFC 8446 7.1). Flat structs, no allocation; the compression functions
 * are libcrypto's.
 */
#ifndef SLUICE_CONTROL_HS_DIGEST_H
#define SLUICE_CONTROL_HS_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include <openssl/md5.h>
#include <openssl/sha.h>

#include "control/handshake/hs_suite.h"

#define HS_DIGEST_MAX 48

/* Single hashes beside those of enum hs_prf, for SSL 3.0 and the halves of TLS 1.0's PRF. */
enum hs_digest_only { HS_DIGEST_MD5 = 16, HS_DIGEST_SHA1 };

/*
 * By enum hs_prf: SHA-256, SHA-384, or (MD5_SHA1, SSL3) MD5 and SHA-1 side by side, 36 bytes, MD5
 * first; or one of enum hs_digest_only.
 */
struct hs_digest {
	int prf;
	union {
		SHA256_CTX s256;
		SHA512_CTX s512; /* SHA-384 */
		struct {
			MD5_CTX md5;
			SHA_CTX sha1;
		} both;
	} u;
};

void hs_digest_init(struct hs_digest *d, int prf);
void hs_digest_add(struct hs_digest *d, const void *p, size_t n);
/* The digest so far; the running state goes on. Returns its length, at most HS_DIGEST_MAX. */
size_t hs_digest_now(const struct hs_digest *d, uint8_t *out);
/* 32, 48, 36; 16 or 20 */
size_t hs_digest_len(int prf);
/* The MD5 or SHA-1 half of a running MD5 and SHA-1: enum hs_digest_only. */
void hs_digest_half(struct hs_digest *d, const struct hs_digest *both, int half);
/* One shot. */
size_t hs_digest_of(int prf, const void *p, size_t n, uint8_t *out);

/* HMAC, SHA-256 or SHA-384. Returns its length. */
size_t hs_hmac(int prf, const uint8_t *key, size_t key_len, const void *p, size_t n, uint8_t *out);
/*
 * PRF(secret, label | seed): P_hash of RFC 5246 5, or for HS_PRF_MD5_SHA1 that of RFC 2246 5. Not
 * for HS_PRF_SSL3.
 */
void hs_prf_run(int prf, const uint8_t *secret, size_t secret_len, const uint8_t *label_seed,
	size_t label_seed_len, uint8_t *out, size_t out_len);
/* HMAC with both padded-key states computed once: a PRF runs it many times under one key. RFC 2104. */
struct hs_hmac_key {
	struct hs_digest inner, outer;
};
/* A PRF's secret made ready; for MD5_SHA1 the two halves. Secret: to be wiped. */
struct hs_prf_key {
	int prf;
	struct hs_hmac_key half[2];
};
void hs_prf_key(struct hs_prf_key *k, int prf, const uint8_t *secret, size_t len);
/* hs_prf_run() under a key made ready. */
void hs_prf_keyed(const struct hs_prf_key *k, const uint8_t *label_seed, size_t label_seed_len,
	uint8_t *out, size_t out_len);
/* HKDF-Extract, RFC 5869 2.2. salt NULL: zeros. Returns the length. */
size_t hs_hkdf_extract(int prf, const uint8_t *salt, size_t salt_len, const uint8_t *ikm,
	size_t ikm_len, uint8_t *out);
/* HKDF-Expand-Label(secret, label, context, len) with "tls13 " put before the label, RFC 8446 7.1. len <= 255. */
void hs_hkdf_label(int prf, const uint8_t *secret, const char *label, const uint8_t *context,
	size_t context_len, uint8_t *out, size_t len);

#endif
