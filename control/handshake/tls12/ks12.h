/*
 * The key schedule of SSL 3.0 (RFC 6101 5.6.8, 6.1, 6.2), TLS 1.0 and 1.1 (RFC 2246 and 4346 5,
 * 6.3, 8.1) and TLS 1.2 (RFC 5246 the same): master secret, key block, Finished, and the digests
 * that signatures are made over. Pure functions; what is common to both roles' tables (questions,
 * answers, installing keys) is in hs12_keys.c.
 */
#ifndef SLUICE_CONTROL_KS12_H
#define SLUICE_CONTROL_KS12_H

#include <stdbool.h>

#include "common/tls.h"
#include "control/handshake/hs_digest.h"

#define KS12_VERIFY_MAX 36 /* SSL 3.0; 12 in TLS */
#define KS12_BLOCK_MAX	192 /* two of MAC key 48, key 32, IV 16 */
#define KS12_SIGNED_MAX 36

/* Bytes of verify_data in a version. */
static inline uint8_t
ks12_verify_len(uint16_t version)
{
	return version == TLS_V_SSL30 ? KS12_VERIFY_MAX : 12;
}

/* Bytes of the key block of a suite in a version: the IVs are in it up to TLS 1.0, and for AEAD
 * always. */
size_t ks12_block_len(const struct hs_suite *s, uint16_t version);

/* prf: hs_suite_prf(). randoms are TLS_RANDOM_LEN bytes. */
void ks12_master(int prf, const uint8_t *premaster, size_t len, const uint8_t *client_random,
	const uint8_t *server_random, uint8_t out[TLS_MASTER_LEN]);
/* RFC 7627 4: over the transcript's hash up to ClientKeyExchange. Not in SSL 3.0. */
void ks12_extended_master(int prf, const uint8_t *premaster, size_t len, const uint8_t *hash,
	size_t hash_len, uint8_t out[TLS_MASTER_LEN]);

/* A master secret made ready for its uses: the PRF's HMAC states are computed once. Secret: to be
 * wiped. */
struct ks12_key {
	uint8_t master[TLS_MASTER_LEN]; /* for SSL 3.0 */
	struct hs_prf_key prf;
};
void ks12_key_init(struct ks12_key *k, int prf, const uint8_t master[TLS_MASTER_LEN]);
void ks12_key_block(const struct ks12_key *k, const uint8_t *client_random,
	const uint8_t *server_random, uint8_t *out, size_t len);
/* verify_data over the transcript so far. Returns its length. */
size_t ks12_finished(const struct ks12_key *k, const struct hs_digest *transcript, bool of_client,
	uint8_t out[KS12_VERIFY_MAX]);

/*
 * What a signature of SIG_RSA_MD5_SHA1_RAW or SIG_ECDSA_SHA1_RAW is made over in a
 * ServerKeyExchange: hashes of client random, server random and parameters (RFC 4346 7.4.3).
 * Returns 36 or 20.
 */
size_t ks12_params_digest(uint16_t scheme, const uint8_t *client_random,
	const uint8_t *server_random, const void *params, size_t len, uint8_t out[KS12_SIGNED_MAX]);
/* The same for a CertificateVerify up to TLS 1.1: the transcript so far; in SSL 3.0 with the master
 * secret. */
size_t ks12_transcript_digest(uint16_t scheme, uint16_t version, const struct hs_digest *transcript,
	const uint8_t master[TLS_MASTER_LEN], uint8_t out[KS12_SIGNED_MAX]);

#endif
