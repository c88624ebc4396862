/* A bounded map from digests to values; see lru.h. */
#include "control/cert/lru.h"

#include <stdlib.h>
#include <string.h>

struct node {
	struct node *chain; /* of its bucket */
	struct node *newer, *older;
	uint8_t key[32];
	void *value;
	size_t cost;
};

struct lru {
	struct node **buckets;
	struct node *newest, *oldest;
	unsigned mask, count, max;
	size_t cost, max_cost;
	void (*drop)(void *value);
};

struct lru *
lru_new(unsigned max, size_t max_cost, void (*drop)(void *value))
{
	struct lru *l = calloc(1, sizeof(*l));
	unsigned n = 16;

	while (n < max)
		n *= 2;
	if (l != NULL)
		l->buckets = calloc(n, sizeof(struct node *));
	if (l == NULL || l->buckets == NULL) {
		free(l);
		return NULL;
	}
	l->mask = n - 1;
	l->max = max;
	l->max_cost = max_cost;
	l->drop = drop;
	return l;
}

static struct node **
slot(const struct lru *l, const uint8_t key[32])
{
	struct node **at;
	uint32_t hash;

	memcpy(&hash, key, sizeof(hash));
	at = &l->buckets[hash & l->mask];
	while (*at != NULL && memcmp((*at)->key, key, 32) != 0)
		at = &(*at)->chain;
	return at;
}

static void
unlink_node(struct lru *l, struct node *n)
{
	*(n->newer != NULL ? &n->newer->older : &l->newest) = n->older;
	*(n->older != NULL ? &n->older->newer : &l->oldest) = n->newer;
}

static void
link_newest(struct lru *l, struct node *n)
{
	n->newer = NULL;
	n->older = l->newest;
	*(l->newest != NULL ? &l->newest->newer : &l->oldest) = n;
	l->newest = n;
}

static void
remove_at(struct lru *l, struct node **at)
{
	struct node *n = *at;

	*at = n->chain;
	unlink_node(l, n);
	l->count--;
	l->cost -= n->cost;
	l->drop(n->value);
	free(n);
}

void
lru_remove(struct lru *l, const uint8_t key[32])
{
	struct node **at = slot(l, key);

	if (*at != NULL)
		remove_at(l, at);
}

void
lru_free(struct lru *l)
{
	if (l == NULL)
		return;
	while (l->oldest != NULL)
		lru_remove(l, l->oldest->key);
	free(l->buckets);
	free(l);
}

void *
lru_get(struct lru *l, const uint8_t key[32])
{
	struct node *n = *slot(l, key);

	if (n == NULL)
		return NULL;
	unlink_node(l, n);
	link_newest(l, n);
	return n->value;
}

void
lru_put(struct lru *l, const uint8_t key[32], void *value, size_t cost)
{
	struct node *n;

	lru_remove(l, key);
	n = cost <= l->max_cost ? calloc(1, sizeof(*n)) : NULL;
	if (n == NULL) {
		l->drop(value);
		return;
	}
	while (l->oldest != NULL && (l->count == l->max || l->cost + cost > l->max_cost))
		lru_remove(l, l->oldest->key);
	memcpy(n->key, key, 32);
	n->value = value;
	n->cost = cost;
	n->chain = NULL;
	*slot(l, key) = n;
	link_newest(l, n);
	l->count++;
	l->cost += cost;
}

unsigned
lru_count(const struct lru *l)
{
	return l->count;
}
