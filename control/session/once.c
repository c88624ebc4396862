/* Used ids: flat slots chained by hash, and a heap that has the next one to expire on top. See
 * once.h. */
#include "control/session/once.h"

#include <stdlib.h>
#include <string.h>

#define NONE UINT32_MAX

struct slot {
	uint8_t id[ONCE_ID_LEN];
	uint64_t expires_s;
	uint32_t chain; /* next of the same bucket, or of the free list */
};

struct once {
	struct slot *slots;
	uint32_t *buckets, *heap; /* heap: slots by expires_s, children of i at 2i+1 and 2i+2 */
	uint32_t mask, capacity, count, free;
	uint64_t forgotten_s; /* whatever was forgotten expired by then */
	struct once_stats stats;
};

struct once *
once_new(uint32_t capacity, uint64_t unknown_until_s)
{
	struct once *o;
	uint32_t buckets = 16;

	if (capacity == 0 || capacity > 1u << 24)
		return NULL;
	while (buckets < capacity)
		buckets *= 2;
	o = calloc(1, sizeof(*o));
	if (o == NULL)
		return NULL;
	o->slots = malloc(capacity * sizeof(*o->slots));
	o->heap = malloc(capacity * sizeof(*o->heap));
	o->buckets = malloc(buckets * sizeof(*o->buckets));
	if (o->slots == NULL || o->heap == NULL || o->buckets == NULL) {
		once_free(o);
		return NULL;
	}
	for (uint32_t i = 0; i < buckets; i++)
		o->buckets[i] = NONE;
	for (uint32_t i = 0; i < capacity; i++)
		o->slots[i].chain = i + 1 < capacity ? i + 1 : NONE;
	o->mask = buckets - 1;
	o->capacity = capacity;
	o->forgotten_s = unknown_until_s;
	o->stats.capacity = capacity;
	o->stats.bytes =
		capacity * (sizeof(*o->slots) + sizeof(*o->heap)) + buckets * sizeof(*o->buckets);
	return o;
}

void
once_free(struct once *o)
{
	if (o == NULL)
		return;
	free(o->slots);
	free(o->heap);
	free(o->buckets);
	free(o);
}

static uint32_t *
bucket_of(const struct once *o, const uint8_t *id)
{
	uint64_t h;

	memcpy(&h, id, sizeof(h));
	return &o->buckets[(uint32_t)(h ^ h >> 32) & o->mask];
}

static uint64_t
due(const struct once *o, uint32_t at)
{
	return o->slots[o->heap[at]].expires_s;
}

static void
heap_swap(struct once *o, uint32_t a, uint32_t b)
{
	uint32_t t = o->heap[a];

	o->heap[a] = o->heap[b];
	o->heap[b] = t;
}

static void
heap_push(struct once *o, uint32_t slot)
{
	uint32_t at = o->count++;

	o->heap[at] = slot;
	for (; at != 0 && due(o, (at - 1) / 2) > due(o, at); at = (at - 1) / 2)
		heap_swap(o, at, (at - 1) / 2);
}

static uint32_t
heap_pop(struct once *o)
{
	uint32_t top = o->heap[0], at = 0;

	o->heap[0] = o->heap[--o->count];
	for (;;) {
		uint32_t child = 2 * at + 1;

		if (child >= o->count)
			return top;
		if (child + 1 < o->count && due(o, child + 1) < due(o, child))
			child++;
		if (due(o, child) >= due(o, at))
			return top;
		heap_swap(o, at, child);
		at = child;
	}
}

static void
forget_expired(struct once *o, uint64_t now_s)
{
	while (o->count != 0 && due(o, 0) <= now_s) {
		uint32_t i = heap_pop(o), *at = bucket_of(o, o->slots[i].id);

		while (*at != i)
			at = &o->slots[*at].chain;
		*at = o->slots[i].chain;
		if (o->slots[i].expires_s > o->forgotten_s)
			o->forgotten_s = o->slots[i].expires_s;
		o->slots[i].chain = o->free;
		o->free = i;
	}
}

bool
once_first(struct once *o, const uint8_t id[ONCE_ID_LEN], uint64_t now_s, uint64_t expires_s)
{
	uint32_t *bucket = bucket_of(o, id), i;

	forget_expired(o, now_s);
	for (i = *bucket; i != NONE; i = o->slots[i].chain)
		if (memcmp(o->slots[i].id, id, ONCE_ID_LEN) == 0) {
			o->stats.seen++;
			return false;
		}
	if (expires_s <= now_s || expires_s <= o->forgotten_s) {
		o->stats.unknown++;
		return false;
	}
	if (o->free == NONE) {
		o->stats.full++;
		return false;
	}
	i = o->free;
	o->free = o->slots[i].chain;
	memcpy(o->slots[i].id, id, ONCE_ID_LEN);
	o->slots[i].expires_s = expires_s;
	o->slots[i].chain = *bucket;
	*bucket = i;
	heap_push(o, i);
	o->stats.first++;
	return true;
}

void
once_stats(const struct once *o, struct once_stats *stats)
{
	*stats = o->stats;
	stats->entries = o->count;
}
