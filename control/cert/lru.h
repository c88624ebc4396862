/*
 * A bounded map from 32-byte digests to values: what was used longest ago goes first. Keys are
 * digests already, so their first bytes are the hash.
 */
#ifndef SLUICE_CONTROL_LRU_H
#define SLUICE_CONTROL_LRU_H

#include <stddef.h>
#include <stdint.h>

struct lru;

/* At most max values, of at most max_cost in all; drop() frees one. NULL when memory is out. */
struct lru *lru_new(unsigned max, size_t max_cost, void (*drop)(void *value));
/* l may be NULL. */
void lru_free(struct lru *l);
/* The value, now the latest used one, or NULL. It is borrowed until the next put or remove. */
void *lru_get(struct lru *l, const uint8_t key[32]);
/* Takes the value and replaces what was there; drops it at once when it cannot be kept. */
void lru_put(struct lru *l, const uint8_t key[32], void *value, size_t cost);
void lru_remove(struct lru *l, const uint8_t key[32]);
unsigned lru_count(const struct lru *l);

#endif
