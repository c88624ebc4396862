/*
 * One address type for both families: sixteen bytes, IPv4 as ::ffff:a.b.c.d (RFC 4291 2.5.5.2), so that comparing and hashing
 * never asks for the family.
 */
#ifndef SLUICE_NET_ADDR_H
#define SLUICE_NET_ADDR_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct net_addr {
	uint8_t b[16]; /* network order */
};

/* v4 in network order */
static inline struct net_addr
net_addr_v4(uint32_t v4_be)
{
	struct net_addr a = { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff } };

	memcpy(a.b + 12, &v4_be, 4);
	return a;
}

/* The address that "a.b.c.d" names, in arguments. */
static inline struct net_addr
net_addr_v4_bytes(uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
	struct net_addr r = { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d } };

	return r;
}

static inline struct net_addr
net_addr_v6(const uint8_t bytes[16])
{
	struct net_addr a;

	memcpy(a.b, bytes, 16);
	return a;
}

static inline bool
net_addr_is_v4(const struct net_addr *a)
{
	uint64_t hi;
	uint32_t mid;

	memcpy(&hi, a->b, 8);
	memcpy(&mid, a->b + 8, 4);
	return hi == 0 && mid == (uint32_t)(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? 0xffff0000u : 0x0000ffffu);
}

/* IPv4 part in network order; meaningful only when net_addr_is_v4() */
static inline uint32_t
net_addr_to_v4(const struct net_addr *a)
{
	uint32_t v;

	memcpy(&v, a->b + 12, 4);
	return v;
}

static inline bool
net_addr_eq(const struct net_addr *a, const struct net_addr *b)
{
	uint64_t x[2], y[2];

	memcpy(x, a, 16);
	memcpy(y, b, 16);
	return ((x[0] ^ y[0]) | (x[1] ^ y[1])) == 0;
}

static inline bool
net_addr_is_any(const struct net_addr *a)
{
	static const struct net_addr zero;
	const struct net_addr zero4 = net_addr_v4(0);

	return net_addr_eq(a, &zero) || net_addr_eq(a, &zero4);
}

/* Whether the first `bits` of a 128-bit address agree. An IPv4 prefix of n bits is one of 96 + n here. */
static inline bool
net_addr_prefix_eq(const struct net_addr *a, const struct net_addr *b, unsigned int bits)
{
	unsigned int bytes = bits / 8, rest = bits % 8;

	if (memcmp(a->b, b->b, bytes) != 0)
		return false;
	return rest == 0 || ((a->b[bytes] ^ b->b[bytes]) >> (8 - rest)) == 0;
}

#endif
