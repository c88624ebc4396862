/*
 * Constant-time helpers: the only place for comparing and wiping secrets. Masks are all-ones or
 * zero. Nothing here branches on or indexes by its arguments' values.
 */
#ifndef SLUICE_COMMON_CT_H
#define SLUICE_COMMON_CT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Hides a value from the optimiser, so that it cannot turn mask arithmetic back into a branch. */
static inline uint32_t
ct_hide(uint32_t x)
{
	__asm__ volatile("" : "+r"(x));
	return x;
}

/* all-ones when x != 0 */
static inline uint32_t
ct_nonzero(uint32_t x)
{
	return 0u - (ct_hide(x | (0u - x)) >> 31);
}

/* all-ones when a == b */
static inline uint32_t
ct_eq(uint32_t a, uint32_t b)
{
	return ~ct_nonzero(a ^ b);
}

/* all-ones when a < b */
static inline uint32_t
ct_lt(uint32_t a, uint32_t b)
{
	return 0u - (ct_hide(a ^ ((a ^ b) | ((a - b) ^ b))) >> 31);
}

/* mask ? a : b */
static inline uint32_t
ct_select(uint32_t mask, uint32_t a, uint32_t b)
{
	mask = ct_hide(mask);
	return (a & mask) | (b & ~mask);
}

/* all-ones when the n bytes at a and b are equal; time depends on n only */
static inline uint32_t
ct_memeq(const void *a, const void *b, size_t n)
{
	const volatile uint8_t *x = a, *y = b;
	uint32_t d = 0;

	for (size_t i = 0; i < n; i++)
		d |= (uint32_t)(x[i] ^ y[i]);
	return ~ct_nonzero(d);
}

/* Overwrites a secret; never optimised away. */
static inline void
ct_wipe(void *p, size_t n)
{
	memset(p, 0, n);
	/* the bytes are looked at: the stores must happen */
	__asm__ volatile("" : : "r"(p) : "memory");
}

#endif
