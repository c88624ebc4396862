/* Bounded big-endian writer; see wr.h. */
#include <string.h>

#include "common/wr.h"

uint8_t *
wr_room(struct wr *w, size_t n)
{
	uint8_t *p = w->p;

	if (w->bad || n > (size_t)(w->end - w->p)) {
		w->bad = true;
		return NULL;
	}
	w->p += n;
	return p;
}

void
wr_bytes(struct wr *w, const void *p, size_t n)
{
	uint8_t *to = wr_room(w, n);

	if (to != NULL && n != 0)
		memcpy(to, p, n);
}

static void
put_be(uint8_t *p, uint64_t x, unsigned n)
{
	while (n-- > 0) {
		p[n] = (uint8_t)x;
		x >>= 8;
	}
}

static void
wr_be(struct wr *w, uint64_t x, unsigned n)
{
	uint8_t *p = wr_room(w, n);

	if (p != NULL)
		put_be(p, x, n);
}

void
wr_u8(struct wr *w, uint8_t x)
{
	wr_be(w, x, 1);
}

void
wr_u16(struct wr *w, uint16_t x)
{
	wr_be(w, x, 2);
}

void
wr_u24(struct wr *w, uint32_t x)
{
	wr_be(w, x, 3);
}

void
wr_u32(struct wr *w, uint32_t x)
{
	wr_be(w, x, 4);
}

void
wr_u64(struct wr *w, uint64_t x)
{
	wr_be(w, x, 8);
}

size_t
wr_open(struct wr *w, unsigned prefix)
{
	size_t mark = wr_len(w);

	wr_room(w, prefix);
	return mark;
}

void
wr_close(struct wr *w, size_t mark, unsigned prefix)
{
	size_t n;

	if (w->bad)
		return;
	n = wr_len(w) - mark - prefix;
	if (n >> (8 * prefix) != 0) {
		w->bad = true;
		return;
	}
	put_be(w->start + mark, n, prefix);
}
