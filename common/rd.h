/*
 * Bounded reader over wire bytes (big-endian, as every TLS and IP field is). A read past the end
 * sets `bad` and yields zeros: check rd_ok() once after a group of reads. Only rd and wr index raw
 * wire bytes.
 */
#ifndef SLUICE_COMMON_RD_H
#define SLUICE_COMMON_RD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rd {
	const uint8_t *p; /* next byte */
	const uint8_t *end;
	bool bad; /* something was read past the end */
};

static inline struct rd
rd_init(const void *p, size_t n)
{
	/* p may be NULL when n is 0 */
	return (struct rd){ .p = p, .end = n != 0 ? (const uint8_t *)p + n : p };
}

/* Bytes left. */
static inline size_t
rd_left(const struct rd *r)
{
	return (size_t)(r->end - r->p);
}

/* Nothing was read past the end. */
static inline bool
rd_ok(const struct rd *r)
{
	return !r->bad;
}

/* Nothing was read past the end and nothing is left. */
static inline bool
rd_done(const struct rd *r)
{
	return !r->bad && r->p == r->end;
}

/* The next n bytes, or NULL (and bad) when there are fewer; n == 0 yields a non-NULL pointer. */
const uint8_t *rd_bytes(struct rd *r, size_t n);
uint8_t rd_u8(struct rd *r);
uint16_t rd_u16(struct rd *r);
uint32_t rd_u24(struct rd *r);
uint32_t rd_u32(struct rd *r);
uint64_t rd_u64(struct rd *r);
/*
 * A vector with a length prefix of 1, 2 or 3 bytes, as a reader of its own; on error both are bad.
 */
struct rd rd_vec8(struct rd *r);
struct rd rd_vec16(struct rd *r);
struct rd rd_vec24(struct rd *r);

#endif
