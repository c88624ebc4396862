/*
 * SHA-1 over data whose length is secret, for the MAC of SSL 3.0 under CBC, which libcrypto offers
 * to its own TLS only. Blocks that every possible length fills are hashed as usual. The last ones
 * are put together byte by byte with masks, all of them for every length, and the state after the
 * right one is picked out with masks.
 *
 * libcrypto's one-block function is deprecated, and is the only way to a state between blocks.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <string.h>

#include <openssl/sha.h>

#include "common/ct.h"
#include "common/wr.h"
#include "dataplane/crypto/soft.h"

#define BLOCK SHA_CBLOCK

/* Byte `at` of the message with its padding; `total` and n are secret. */
static uint8_t
byte_at(uint32_t at, const uint8_t *front, uint32_t fn, const uint8_t *data, uint32_t n,
	uint32_t hi)
{
	uint32_t b, k = at - fn;

	if (at < fn)
		return front[at];
	b = k < hi ? data[k] : 0;
	b &= ct_lt(k, n);
	return (uint8_t)ct_select(ct_eq(k, n), 0x80, b);
}

static void
put_if(uint8_t out[20], uint32_t mask, const SHA_CTX *c)
{
	const SHA_LONG h[5] = { c->h0, c->h1, c->h2, c->h3, c->h4 };

	for (uint32_t i = 0; i < 20; i++)
		out[i] = (uint8_t)ct_select(mask, h[i / 4] >> (24 - 8 * (i % 4)) & 0xff, out[i]);
}

void
soft_sha1_secret(const uint8_t *front, uint32_t fn, const uint8_t *data, uint32_t n, uint32_t lo,
	uint32_t hi, uint8_t out[20])
{
	uint32_t plain_blocks = (fn + lo) / BLOCK; /* filled whatever n is */
	uint32_t blocks = (fn + hi + 1 + 8 + BLOCK - 1) / BLOCK;
	uint32_t last = (fn + n + 8) / BLOCK; /* secret: the block with the length in bits */
	uint32_t bits = (fn + n) * 8;
	uint8_t block[BLOCK];
	SHA_CTX c;

	memset(out, 0, 20);
	SHA1_Init(&c);
	for (uint32_t i = 0; i < blocks; i++) {
		uint32_t at = i * BLOCK, mask = ct_eq(i, last);

		if (i < plain_blocks && at >= fn) {
			SHA1_Transform(&c, data + (at - fn));
			continue;
		}
		for (uint32_t j = 0; j < BLOCK; j++)
			block[j] = byte_at(at + j, front, fn, data, n, hi);
		for (uint32_t j = 0; j < 4; j++) /* lengths here are below 2^32 bits */
			block[BLOCK - 4 + j] = (uint8_t)ct_select(
				mask, bits >> (24 - 8 * j) & 0xff, block[BLOCK - 4 + j]);
		SHA1_Transform(&c, block);
		put_if(out, mask, &c);
	}
	ct_wipe(&c, sizeof(c));
	ct_wipe(block, sizeof(block));
}
