/*
 * The table of record algorithms and the arithmetic of record lengths (RFC 8446 5.2, RFC 5246
 * 6.2.3, RFC 4346 6.2.3.2, RFC 5288 3, RFC 7905 2, RFC 7366 3, RFC 6101 5.2.3; SSL 2.0: the
 * protocol's 1995 description, section 1).
 */
#include <stddef.h>

#include "dataplane/crypto/rec_alg.h"

#define BLOCK(n, b) REC_KIND_BLOCK, b, REC_MD_##n
#define STREAM(n) REC_KIND_STREAM, 1, REC_MD_##n
#define AEAD REC_KIND_AEAD, 1, REC_MD_NONE

static const struct rec_alg rec_algs[IPC_ALG_COUNT] = {
	[IPC_ALG_AES128_GCM] = { "AES128-GCM", 16, 0, AEAD, 0x0303, 0x0304, false },
	[IPC_ALG_AES256_GCM] = { "AES256-GCM", 32, 0, AEAD, 0x0303, 0x0304, false },
	[IPC_ALG_AES128_CBC_SHA1] = { "AES128-CBC-SHA1", 16, 20, BLOCK(SHA1, 16), 0x0300, 0x0303,
		false },
	[IPC_ALG_AES256_CBC_SHA1] = { "AES256-CBC-SHA1", 32, 20, BLOCK(SHA1, 16), 0x0300, 0x0303,
		false },
	[IPC_ALG_AES128_CBC_SHA256] = { "AES128-CBC-SHA256", 16, 32, BLOCK(SHA256, 16), 0x0303,
		0x0303, false },
	[IPC_ALG_AES256_CBC_SHA256] = { "AES256-CBC-SHA256", 32, 32, BLOCK(SHA256, 16), 0x0303,
		0x0303, false },
	[IPC_ALG_CHACHA20_POLY1305] = { "CHACHA20-POLY1305", 32, 0, AEAD, 0x0303, 0x0304, false },
	[IPC_ALG_AES256_CBC_SHA384] = { "AES256-CBC-SHA384", 32, 48, BLOCK(SHA384, 16), 0x0303,
		0x0303, false },
	[IPC_ALG_3DES_CBC_SHA1] = { "3DES-CBC-SHA1", 24, 20, BLOCK(SHA1, 8), 0x0300, 0x0303,
		false },
	[IPC_ALG_RC4_SHA1] = { "RC4-SHA1", 16, 20, STREAM(SHA1), 0x0300, 0x0303, false },
	[IPC_ALG_RC4_MD5] = { "RC4-MD5", 16, 16, STREAM(MD5), 0x0300, 0x0303, true },
	[IPC_ALG_NULL_SHA1] = { "NULL-SHA1", 0, 20, STREAM(SHA1), 0x0300, 0x0303, false },
	[IPC_ALG_NULL_MD5] = { "NULL-MD5", 0, 16, STREAM(MD5), 0x0300, 0x0303, false },
	[IPC_ALG_NULL_SHA256] = { "NULL-SHA256", 0, 32, STREAM(SHA256), 0x0303, 0x0303, false },
	/* no version but SSL 2.0 */
	[IPC_ALG_3DES_CBC_MD5] = { "3DES-CBC-MD5", 24, 16, BLOCK(MD5, 8), 1, 0, true },
};

const struct rec_alg *
rec_alg_get(uint32_t alg)
{
	if (alg >= IPC_ALG_COUNT || rec_algs[alg].name == NULL)
		return NULL;
	return &rec_algs[alg];
}

static bool
flags_fit(const struct rec_alg *a, uint16_t version, uint8_t flags)
{
	bool tls12 = version >= REC_VERSION_30 && version <= REC_VERSION_12;

	if ((flags & ~(IPC_KEYS_ETM | IPC_KEYS_DEFLATE)) != 0 || (flags != 0 && !tls12))
		return false;
	/* RFC 7366 is of TLS: not SSL 3.0 */
	return (flags & IPC_KEYS_ETM) == 0 ||
	       (a->kind == REC_KIND_BLOCK && version != REC_VERSION_30);
}

static bool
iv_fits(uint32_t alg, const struct rec_alg *a, uint16_t version, uint32_t n)
{
	bool gcm = alg == IPC_ALG_AES128_GCM || alg == IPC_ALG_AES256_GCM;

	if (a->kind == REC_KIND_AEAD)
		return n == (gcm && version == REC_VERSION_12 ? GCM_SALT : AEAD_NONCE);
	if (a->kind == REC_KIND_STREAM)
		return n == 0;
	return n == a->block || (n == 0 && !rec_alg_chained(a, version));
}

bool
rec_alg_fits(uint32_t alg, uint16_t version, uint8_t flags, const struct rec_key_lens *len)
{
	const struct rec_alg *a = rec_alg_get(alg);
	uint32_t mac_key;

	if (a == NULL || !flags_fit(a, version, flags))
		return false;
	if (version == REC_VERSION_SSL2 ? !a->ssl2 : version < a->first || version > a->last)
		return false;
	mac_key = version == REC_VERSION_SSL2 ? a->key_len : a->mac_len;
	return len->key == a->key_len && len->mac_key == mac_key &&
	       iv_fits(alg, a, version, len->iv);
}

bool
rec_alg_secret_fits(uint32_t alg, uint16_t version, uint8_t flags)
{
	const struct rec_alg *a = rec_alg_get(alg);

	return a != NULL && flags_fit(a, version, flags) && version >= REC_VERSION_12 &&
	       version >= a->first && version <= a->last;
}

/* RFC 5288: the one AEAD with a nonce in the record. Its key block has 4 bytes of IV for it. */
static bool
explicit_nonce(const struct rec_alg *a, uint16_t version)
{
	return version == REC_VERSION_12 && a != &rec_algs[IPC_ALG_CHACHA20_POLY1305];
}

uint32_t
rec_alg_explicit(const struct rec_alg *a, uint16_t version)
{
	if (a->kind == REC_KIND_AEAD)
		return explicit_nonce(a, version) ? GCM_EXPLICIT : 0;
	return a->kind == REC_KIND_BLOCK && version >= REC_VERSION_11 ? a->block : 0;
}

/* n rounded up to whole blocks */
static uint32_t
whole_blocks(const struct rec_alg *a, uint32_t n)
{
	return (n + a->block - 1u) / a->block * a->block;
}

bool
rec_alg_fragment_ok(const struct rec_alg *a, uint16_t version, uint8_t flags, uint32_t n)
{
	uint32_t front = rec_alg_explicit(a, version);

	if (a->kind == REC_KIND_AEAD)
		return n >= front + GCM_TAG;
	if (a->kind == REC_KIND_STREAM)
		return n >= a->mac_len;
	if (version == REC_VERSION_SSL2)
		return n >= a->mac_len && n % a->block == 0;
	/* at least one byte of padding length */
	if ((flags & IPC_KEYS_ETM) != 0)
		return n >= front + a->block + a->mac_len && (n - a->mac_len) % a->block == 0;
	return n >= front + whole_blocks(a, a->mac_len + 1u) && n % a->block == 0;
}

uint32_t
rec_alg_sealed_len(const struct rec_alg *a, uint16_t version, uint8_t flags, uint32_t n)
{
	uint32_t front = REC_HDR + rec_alg_explicit(a, version);

	if (version == REC_VERSION_SSL2) {
		uint32_t whole = whole_blocks(a, SSL2_MAC + n);

		return (whole == SSL2_MAC + n ? 2u : 3u) + whole;
	}
	if (a->kind == REC_KIND_AEAD) /* RFC 8446 5.2: the content type is inside */
		return front + n + GCM_TAG + (version == REC_VERSION_13 ? 1u : 0u);
	if (a->kind == REC_KIND_STREAM)
		return front + n + a->mac_len;
	if ((flags & IPC_KEYS_ETM) != 0)
		return front + whole_blocks(a, n + 1u) + a->mac_len;
	return front + whole_blocks(a, n + a->mac_len + 1u);
}

/*
 * AES-GCM: 2^24.5 full records (RFC 8446 5.5), the same up to TLS 1.2. ChaCha20-Poly1305: sequence
 * numbers end first. Block ciphers of 64 bits: 2^20 blocks by SP 800-67; an attack on collisions
 * wants some 2^32 (Sweet32), and since the peers that have nothing better seldom renegotiate,
 * connections end an eighth of the way there.
 */
struct rec_alg_limit
rec_alg_limit(const struct rec_alg *a)
{
	struct rec_alg_limit none = { UINT64_MAX, UINT64_MAX },
			     gcm = { (1u << 24) / 8 * 7, 1u << 24 },
			     small = { 1u << 20, 1u << 29 };

	if (a->kind == REC_KIND_AEAD)
		return a == &rec_algs[IPC_ALG_CHACHA20_POLY1305] ? none : gcm;
	return a->block == 8 ? small : none;
}
