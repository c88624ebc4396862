/* Bounded big-endian reader; see rd.h. */
#include "common/rd.h"

static const uint8_t rd_nothing[1];

const uint8_t *
rd_bytes(struct rd *r, size_t n)
{
	const uint8_t *p = r->p;

	if (r->bad || n > rd_left(r)) {
		r->bad = true;
		r->p = r->end;
		return NULL;
	}
	if (n == 0)
		return p != NULL ? p : rd_nothing;
	r->p += n;
	return p;
}

/* n bytes as a big-endian number; 0 on error */
static uint64_t
rd_be(struct rd *r, unsigned n)
{
	const uint8_t *p = rd_bytes(r, n);
	uint64_t x = 0;

	if (p == NULL)
		return 0;
	for (unsigned i = 0; i < n; i++)
		x = x << 8 | p[i];
	return x;
}

uint8_t
rd_u8(struct rd *r)
{
	return (uint8_t)rd_be(r, 1);
}

uint16_t
rd_u16(struct rd *r)
{
	return (uint16_t)rd_be(r, 2);
}

uint32_t
rd_u24(struct rd *r)
{
	return (uint32_t)rd_be(r, 3);
}

uint32_t
rd_u32(struct rd *r)
{
	return (uint32_t)rd_be(r, 4);
}

uint64_t
rd_u64(struct rd *r)
{
	return rd_be(r, 8);
}

static struct rd
rd_vec(struct rd *r, unsigned prefix)
{
	size_t n = (size_t)rd_be(r, prefix);
	const uint8_t *p = rd_bytes(r, n);

	if (p == NULL)
		return (struct rd){ .p = rd_nothing, .end = rd_nothing, .bad = true };
	return rd_init(p, n);
}

struct rd
rd_vec8(struct rd *r)
{
	return rd_vec(r, 1);
}

struct rd
rd_vec16(struct rd *r)
{
	return rd_vec(r, 2);
}

struct rd
rd_vec24(struct rd *r)
{
	return rd_vec(r, 3);
}
