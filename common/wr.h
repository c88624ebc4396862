/*
 * Bounded big-endian writer. A write past the end sets `bad` and writes nothing: check wr_ok() once
 * at the end. Vectors with a length prefix are opened and closed; the prefix is filled in by the
 * close.
 */
#ifndef SLUICE_COMMON_WR_H
#define SLUICE_COMMON_WR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wr {
	uint8_t *start, *p, *end;
	bool bad; /* something did not fit */
};

static inline struct wr
wr_init(void *p, size_t cap)
{
	return (struct wr){ .start = p, .p = p, .end = (uint8_t *)p + cap };
}

/* Bytes written. */
static inline size_t
wr_len(const struct wr *w)
{
	return (size_t)(w->p - w->start);
}

static inline bool
wr_ok(const struct wr *w)
{
	return !w->bad;
}

/* Room for n bytes that the caller fills, or NULL (and bad). */
uint8_t *wr_room(struct wr *w, size_t n);
void wr_bytes(struct wr *w, const void *p, size_t n);
void wr_u8(struct wr *w, uint8_t x);
void wr_u16(struct wr *w, uint16_t x);
void wr_u24(struct wr *w, uint32_t x);
void wr_u32(struct wr *w, uint32_t x);
void wr_u64(struct wr *w, uint64_t x);
/*
 * Opens a vector whose length prefix has 1, 2 or 3 bytes; returns the mark that wr_close() takes.
 */
size_t wr_open(struct wr *w, unsigned prefix);
/* Closes it; a vector too long for its prefix sets bad. */
void wr_close(struct wr *w, size_t mark, unsigned prefix);

#endif
