/* Sequence number arithmetic modulo 2^32 (RFC 9293 3.4): meaningful for numbers less than 2^31 apart. Also used for millisecond ticks. */
#ifndef SLUICE_TCP_SEQ_H
#define SLUICE_TCP_SEQ_H

#include <stdbool.h>
#include <stdint.h>

static inline bool
seq_lt(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) < 0;
}

static inline bool
seq_leq(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) <= 0;
}

static inline bool
seq_gt(uint32_t a, uint32_t b)
{
	return seq_lt(b, a);
}

static inline bool
seq_geq(uint32_t a, uint32_t b)
{
	return seq_leq(b, a);
}

static inline uint32_t
seq_max(uint32_t a, uint32_t b)
{
	return seq_lt(a, b) ? b : a;
}

static inline uint32_t
seq_min(uint32_t a, uint32_t b)
{
	return seq_lt(a, b) ? a : b;
}

#endif
