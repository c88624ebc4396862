/*
 * Record protection algorithms of SSL 2.0 to TLS 1.3: sizes and limits by enum ipc_alg.
 */
#ifndef SLUICE_DATAPLANE_CRYPTO_REC_ALG_H
#define SLUICE_DATAPLANE_CRYPTO_REC_ALG_H

#include <stdbool.h>
#include <stdint.h>

#include "common/ipc.h"

#define REC_HDR 5 /* type, version, length */
#define REC_PLAIN_MAX 16384 /* RFC 5246 6.2.1 */
#define REC_PACKED_MAX (REC_PLAIN_MAX + 1024) /* after compression, RFC 5246 6.2.2 */
#define REC_CIPHER_MAX (REC_PLAIN_MAX + 2048) /* RFC 5246 6.2.3 */
#define REC_CIPHER_MAX_13 (REC_PLAIN_MAX + 256) /* RFC 8446 5.2 */
#define REC_MAX (REC_HDR + REC_CIPHER_MAX)
#define REC_SSL2_MAX 32767 /* payload behind a 2-byte header */
#define REC_SSL2_MAX_3 16383 /* behind a 3-byte one, padding included */
#define REC_VERSION_SSL2 0x0002
#define REC_VERSION_30 0x0300
#define REC_VERSION_10 0x0301
#define REC_VERSION_11 0x0302
#define REC_VERSION_12 0x0303
#define REC_VERSION_13 0x0304

#define GCM_SALT 4
#define GCM_EXPLICIT 8
#define GCM_TAG 16
#define AEAD_NONCE 12
#define CBC_BLOCK 16 /* the longest; AES */
#define MAC_MAX 48
#define SSL2_MAC 16

enum rec_kind { REC_KIND_AEAD, REC_KIND_BLOCK, REC_KIND_STREAM };
enum rec_md { REC_MD_NONE, REC_MD_MD5, REC_MD_SHA1, REC_MD_SHA256, REC_MD_SHA384 };

struct rec_alg {
	const char *name;
	uint8_t key_len;
	uint8_t mac_len; /* of the MAC and, but for SSL 2.0, of its key; 0: AEAD */
	uint8_t kind; /* enum rec_kind */
	uint8_t block; /* of the cipher; 1: none */
	uint8_t md; /* enum rec_md, of the MAC */
	uint16_t first, last; /* versions; SSL 2.0 apart */
	bool ssl2; /* SSL 2.0 as well */
};

/* NULL for an unknown algorithm. */
const struct rec_alg *rec_alg_get(uint32_t alg);

/* Keys of one direction of one connection. Whoever holds one wipes it (ct_wipe) when it is no
 * longer needed. */
struct rec_keys {
	uint32_t alg; /* enum ipc_alg */
	uint16_t version; /* REC_VERSION_* */
	bool write; /* this end seals with it */
	uint8_t flags; /* IPC_KEYS_ETM, IPC_KEYS_DEFLATE */
	uint8_t key[32];
	uint8_t mac_key[48];
	uint8_t iv[CBC_BLOCK]; /* GCM up to TLS 1.2: the salt; other AEADs: 12 bytes; CBC: the first
				  IV */
	uint64_t seq; /* of the first record */
	/* not 0: the card's secret slot with the keys, which are zeros here: no other engine can do it */
	uint32_t secret;
	bool of_client; /* of such a secret of TLS 1.2, the client's half */
};

/* The lengths of the parts of keys. */
struct rec_key_lens {
	uint32_t key, mac_key, iv;
};

/* Checks algorithm against version, flags (enum ipc_keys_flag without IPC_KEYS_RELEASE) and
 * lengths. */
bool rec_alg_fits(uint32_t alg, uint16_t version, uint8_t flags, const struct rec_key_lens *len);

/* The same without lengths: keys in a secret slot, TLS 1.2 and 1.3. */
bool rec_alg_secret_fits(uint32_t alg, uint16_t version, uint8_t flags);

/* Bytes of the explicit nonce or IV at the front of a record's fragment. */
uint32_t rec_alg_explicit(const struct rec_alg *a, uint16_t version);

/* Whether n bytes can be a protected record's fragment (header excluded): room for all parts, whole
 * blocks. Upper limits are the framing's. */
bool rec_alg_fragment_ok(const struct rec_alg *a, uint16_t version, uint8_t flags, uint32_t n);

/* Length of the whole record that seals n bytes; with IPC_KEYS_DEFLATE n is what compression left.
 */
uint32_t rec_alg_sealed_len(const struct rec_alg *a, uint16_t version, uint8_t flags, uint32_t n);

/*
 * How much one key may do: records for AEADs, blocks for block ciphers; UINT64_MAX: no limit worth
 * having. From soft on it should be replaced, from hard on it must not be used.
 */
struct rec_alg_limit {
	uint64_t soft, hard;
};
struct rec_alg_limit rec_alg_limit(const struct rec_alg *a);

/* CBC whose IV is the last block of the record before: SSL 2.0 to TLS 1.0. */
static inline bool
rec_alg_chained(const struct rec_alg *a, uint16_t version)
{
	return a->kind == REC_KIND_BLOCK && version <= REC_VERSION_10;
}

/* Application data goes out in two records, the first of one byte, because the IV of the first is
 * known beforehand (BEAST). SSL 2.0 has its MAC in the first block instead. */
static inline bool
rec_alg_splits(const struct rec_alg *a, uint16_t version)
{
	return rec_alg_chained(a, version) && version != REC_VERSION_SSL2;
}

#endif
