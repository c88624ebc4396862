/*
 * The table of record algorithms and the arithmetic of record lengths (RFC 5246 6.2.3, RFC
 * 4346 6.2.3.2, RFC 5288 3).
 */
#include <stddef.h>

#include "dataplane/crypto/rec_alg.h"

static const struct rec_alg rec_algs[] = {
	[IPC_ALG_AES128_GCM] = { "AES128-GCM", 16, 0, GCM_SALT },
	[IPC_ALG_AES256_GCM] = { "AES256-GCM", 32, 0, GCM_SALT },
	[IPC_ALG_AES128_CBC_SHA1] = { "AES128-CBC-SHA1", 16, 20, CBC_BLOCK },
	[IPC_ALG_AES256_CBC_SHA1] = { "AES256-CBC-SHA1", 32, 20, CBC_BLOCK },
	[IPC_ALG_AES128_CBC_SHA256] = { "AES128-CBC-SHA256", 16, 32, CBC_BLOCK },
	[IPC_ALG_AES256_CBC_SHA256] = { "AES256-CBC-SHA256", 32, 32, CBC_BLOCK },
};

const struct rec_alg *
rec_alg_get(uint32_t alg)
{
	if (alg >= sizeof(rec_algs) / sizeof(rec_algs[0]) || rec_algs[alg].name == NULL)
		return NULL;
	return &rec_algs[alg];
}

bool
rec_alg_fits(
	uint32_t alg, uint16_t version, uint32_t key_len, uint32_t mac_key_len, uint32_t iv_len)
{
	const struct rec_alg *a = rec_alg_get(alg);

	if (a == NULL || version < REC_VERSION_10 || version > REC_VERSION_12)
		return false;
	if (key_len != a->key_len || mac_key_len != a->mac_len)
		return false;
	if (a->mac_len == 0)
		return version == REC_VERSION_12 && iv_len == GCM_SALT;
	if (a->mac_len == 32 && version != REC_VERSION_12)
		return false;
	return version == REC_VERSION_10 ? iv_len == CBC_BLOCK : iv_len == 0 || iv_len == CBC_BLOCK;
}

uint32_t
rec_alg_explicit(const struct rec_alg *a, uint16_t version)
{
	if (a->mac_len == 0)
		return GCM_EXPLICIT;
	return version >= REC_VERSION_11 ? CBC_BLOCK : 0;
}

uint32_t
rec_alg_min_fragment(const struct rec_alg *a, uint16_t version)
{
	uint32_t n = rec_alg_explicit(a, version);

	if (a->mac_len == 0)
		return n + GCM_TAG;
	/* MAC and at least one byte of padding length, in whole blocks */
	return n + (a->mac_len + 1 + CBC_BLOCK - 1) / CBC_BLOCK * CBC_BLOCK;
}

uint32_t
rec_alg_sealed_len(const struct rec_alg *a, uint16_t version, uint32_t n)
{
	uint32_t front = REC_HDR + rec_alg_explicit(a, version);

	if (a->mac_len == 0)
		return front + n + GCM_TAG;
	return front + (n + a->mac_len + 1 + CBC_BLOCK - 1) / CBC_BLOCK * CBC_BLOCK;
}
