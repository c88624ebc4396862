/*
 * Counters of one worker, by the names of common/counters.def. Only the worker that owns them
 * writes; readers of other cores take whole 64-bit values and need no more.
 */
#ifndef SLUICE_DATAPLANE_COUNTERS_H
#define SLUICE_DATAPLANE_COUNTERS_H

#include <stdint.h>

enum dp_ctr {
#define CTR(name, doc) CTR_##name,
#include "common/counters.def"
	CTR_COUNT
};

struct dp_counters {
	uint64_t v[CTR_COUNT];
};

static inline void
ctr_add(struct dp_counters *c, enum dp_ctr id, uint64_t n)
{
	c->v[id] += n;
}

static inline void
ctr_inc(struct dp_counters *c, enum dp_ctr id)
{
	ctr_add(c, id, 1);
}

#endif
