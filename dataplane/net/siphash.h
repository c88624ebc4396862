/*
 * SipHash (Aumasson, Bernstein: "SipHash: a fast short-input PRF", 2012) with c = 2, d = 4 and a 128-bit key: keys the tables that peers
 * choose entries of, initial sequence numbers (RFC 6528) and SYN cookies. Test vectors: appendix A of the paper.
 */
#ifndef SLUICE_NET_SIPHASH_H
#define SLUICE_NET_SIPHASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct sip_state {
	uint64_t v0, v1, v2, v3;
};

static inline uint64_t
sip_rotl(uint64_t x, unsigned int n)
{
	return (x << n) | (x >> (64 - n));
}

static inline void
sip_round(struct sip_state *s)
{
	s->v0 += s->v1;
	s->v1 = sip_rotl(s->v1, 13) ^ s->v0;
	s->v0 = sip_rotl(s->v0, 32);
	s->v2 += s->v3;
	s->v3 = sip_rotl(s->v3, 16) ^ s->v2;
	s->v0 += s->v3;
	s->v3 = sip_rotl(s->v3, 21) ^ s->v0;
	s->v2 += s->v1;
	s->v1 = sip_rotl(s->v1, 17) ^ s->v2;
	s->v2 = sip_rotl(s->v2, 32);
}

static inline uint64_t
sip_le64(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	v = __builtin_bswap64(v);
#endif
	return v;
}

/* SipHash-2-4 of len bytes under key. */
static inline uint64_t
siphash24(const uint8_t key[16], const void *data, size_t len)
{
	const uint64_t k0 = sip_le64(key), k1 = sip_le64(key + 8);
	struct sip_state s = { k0 ^ 0x736f6d6570736575ull, k1 ^ 0x646f72616e646f6dull, k0 ^ 0x6c7967656e657261ull, k1 ^ 0x7465646279746573ull };
	const uint8_t *p = data;
	uint64_t last = (uint64_t)len << 56;
	size_t left = len;

	for (; left >= 8; left -= 8, p += 8) {
		const uint64_t m = sip_le64(p);

		s.v3 ^= m;
		sip_round(&s);
		sip_round(&s);
		s.v0 ^= m;
	}
	for (size_t i = 0; i < left; i++)
		last |= (uint64_t)p[i] << (8 * i);
	s.v3 ^= last;
	sip_round(&s);
	sip_round(&s);
	s.v0 ^= last;
	s.v2 ^= 0xff;
	for (int i = 0; i < 4; i++)
		sip_round(&s);
	return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

#endif
