/*
 * The session cache of one process: entries, hash buckets and the order of use in flat arrays
 * linked by index, allocated once. Session ids are our own random bytes, so their first eight are
 * the hash.
 */
#include "control/session/session.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "common/ct.h"

#define NONE UINT32_MAX
#define ID_LEN 32

struct slot {
	struct session_entry e;
	uint32_t chain; /* next of the same bucket, or of the free list */
	uint32_t newer, older;
};
_Static_assert(sizeof(struct slot) + 2 * sizeof(uint32_t) <= 256,
	"an entry with its share of the buckets");

struct session_cache {
	struct slot *slots;
	uint32_t *buckets;
	uint32_t mask, capacity, free, newest, oldest;
	struct session_stats stats;
};

static uint32_t
bucket_of(const struct session_cache *c, const uint8_t *id)
{
	uint64_t h;

	memcpy(&h, id, sizeof(h));
	return (uint32_t)(h ^ h >> 32) & c->mask;
}

struct session_cache *
session_cache_new(uint32_t capacity)
{
	struct session_cache *c;
	uint32_t buckets = 16;

	if (capacity == 0 || capacity > 1u << 24)
		return NULL;
	while (buckets < capacity)
		buckets *= 2;
	c = calloc(1, sizeof(*c));
	if (c == NULL)
		return NULL;
	c->slots = mmap(NULL, capacity * sizeof(*c->slots), PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	c->buckets = malloc(buckets * sizeof(*c->buckets));
	if (c->slots == MAP_FAILED || c->buckets == NULL) {
		if (c->slots != MAP_FAILED)
			munmap(c->slots, capacity * sizeof(*c->slots));
		free(c->buckets);
		free(c);
		return NULL;
	}
	(void)madvise(c->slots, capacity * sizeof(*c->slots), MADV_DONTDUMP); /* master secrets */
	for (uint32_t i = 0; i < buckets; i++)
		c->buckets[i] = NONE;
	c->mask = buckets - 1;
	c->capacity = capacity;
	c->free = c->newest = c->oldest = NONE;
	c->stats.capacity = capacity;
	c->stats.bytes = capacity * sizeof(*c->slots) + buckets * sizeof(*c->buckets);
	return c;
}

void
session_cache_free(struct session_cache *c)
{
	if (c == NULL)
		return;
	for (uint32_t i = c->newest; i != NONE; i = c->slots[i].older)
		ct_wipe(&c->slots[i].e, sizeof(c->slots[i].e));
	munmap(c->slots, c->capacity * sizeof(*c->slots));
	free(c->buckets);
	free(c);
}

static void
use_unlink(struct session_cache *c, uint32_t i)
{
	struct slot *s = &c->slots[i];

	*(s->newer != NONE ? &c->slots[s->newer].older : &c->newest) = s->older;
	*(s->older != NONE ? &c->slots[s->older].newer : &c->oldest) = s->newer;
}

static void
use_link(struct session_cache *c, uint32_t i)
{
	struct slot *s = &c->slots[i];

	s->newer = NONE;
	s->older = c->newest;
	*(c->newest != NONE ? &c->slots[c->newest].newer : &c->oldest) = i;
	c->newest = i;
}

static uint32_t
find(const struct session_cache *c, const uint8_t *id, size_t id_len)
{
	uint32_t i;

	if (id_len != ID_LEN)
		return NONE;
	for (i = c->buckets[bucket_of(c, id)]; i != NONE; i = c->slots[i].chain)
		if (memcmp(c->slots[i].e.id, id, ID_LEN) == 0)
			break;
	return i;
}

static void
drop(struct session_cache *c, uint32_t i)
{
	uint32_t *at = &c->buckets[bucket_of(c, c->slots[i].e.id)];

	while (*at != i)
		at = &c->slots[*at].chain;
	*at = c->slots[i].chain;
	use_unlink(c, i);
	ct_wipe(&c->slots[i].e, sizeof(c->slots[i].e));
	c->slots[i].chain = c->free;
	c->free = i;
	c->stats.entries--;
}

bool
session_cache_get(struct session_cache *c, const uint8_t *id, size_t id_len, uint64_t now_s,
	struct session_entry *out)
{
	uint32_t i = find(c, id, id_len);

	if (i != NONE && now_s >= c->slots[i].e.expires_s) {
		drop(c, i);
		c->stats.expired++;
		i = NONE;
	}
	if (i == NONE) {
		c->stats.misses++;
		return false;
	}
	c->stats.hits++;
	use_unlink(c, i);
	use_link(c, i);
	*out = c->slots[i].e;
	return true;
}

void
session_cache_put(struct session_cache *c, const struct session_entry *e)
{
	uint32_t i, *bucket;

	if (e->id_len != ID_LEN)
		return;
	i = find(c, e->id, e->id_len);
	if (i != NONE)
		drop(c, i);
	if (c->free == NONE && c->stats.entries == c->capacity) {
		drop(c, c->oldest);
		c->stats.evicted++;
	}
	if (c->free != NONE) {
		i = c->free;
		c->free = c->slots[i].chain;
	} else {
		/* never used before: slots are taken in order until the first one is freed */
		i = (uint32_t)c->stats.entries;
	}
	c->slots[i].e = *e;
	bucket = &c->buckets[bucket_of(c, e->id)];
	c->slots[i].chain = *bucket;
	*bucket = i;
	use_link(c, i);
	c->stats.entries++;
	c->stats.stored++;
}

void
session_cache_remove(struct session_cache *c, const uint8_t *id, size_t id_len)
{
	uint32_t i = find(c, id, id_len);

	if (i == NONE)
		return;
	drop(c, i);
	c->stats.removed++;
}

void
session_cache_walk(const struct session_cache *c, unsigned max,
	void (*f)(void *, const struct session_entry *), void *ctx)
{
	for (uint32_t i = c->newest; i != NONE && max-- != 0; i = c->slots[i].older)
		f(ctx, &c->slots[i].e);
}

void
session_cache_stats(const struct session_cache *c, struct session_stats *stats)
{
	*stats = c->stats;
}
