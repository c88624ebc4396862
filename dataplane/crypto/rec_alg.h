/*
 * Record protection algorithms of TLS 1.0 to 1.2: sizes and limits by enum ipc_alg.
 */
#ifndef SLUICE_DATAPLANE_CRYPTO_REC_ALG_H
#define SLUICE_DATAPLANE_CRYPTO_REC_ALG_H

#include <stdbool.h>
#include <stdint.h>

#include "common/ipc.h"

#define REC_HDR 5 /* type, version, length */
#define REC_PLAIN_MAX 16384 /* RFC 5246 6.2.1 */
#define REC_CIPHER_MAX (REC_PLAIN_MAX + 2048) /* RFC 5246 6.2.3 */
#define REC_MAX (REC_HDR + REC_CIPHER_MAX)
#define REC_VERSION_10 0x0301
#define REC_VERSION_11 0x0302
#define REC_VERSION_12 0x0303

#define GCM_SALT 4
#define GCM_EXPLICIT 8
#define GCM_TAG 16
#define CBC_BLOCK 16

struct rec_alg {
	const char *name;
	uint8_t key_len;
	uint8_t mac_len; /* of the HMAC and of its key; 0: AEAD */
	uint8_t iv_len; /* GCM: the salt; CBC: the first IV, TLS 1.0 only */
};

/* NULL for an unknown algorithm. */
const struct rec_alg *rec_alg_get(uint32_t alg);

/* Keys of one direction of one connection. Whoever holds one wipes it (ct_wipe) when it is no
 * longer needed. */
struct rec_keys {
	uint32_t alg; /* enum ipc_alg */
	uint16_t version; /* REC_VERSION_* */
	bool write; /* this end seals with it */
	uint8_t key[32];
	uint8_t mac_key[48];
	uint8_t iv[CBC_BLOCK];
	uint64_t seq; /* of the first record */
};

/* Checks algorithm against version and lengths (AEAD and SHA-256 need TLS 1.2). */
bool rec_alg_fits(
	uint32_t alg, uint16_t version, uint32_t key_len, uint32_t mac_key_len, uint32_t iv_len);

/* Bytes of the explicit nonce or IV at the front of a record's fragment. */
uint32_t rec_alg_explicit(const struct rec_alg *a, uint16_t version);

/* Shortest and longest legal fragment (header excluded) of a protected record; *whole_blocks: must
 * be a multiple of CBC_BLOCK. */
uint32_t rec_alg_min_fragment(const struct rec_alg *a, uint16_t version);

/* Length of the whole record that seals n bytes. */
uint32_t rec_alg_sealed_len(const struct rec_alg *a, uint16_t version, uint32_t n);

#endif
