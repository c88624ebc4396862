/* Verified peers for a while; see peer_cache.h. */
#include "control/cert/peer_cache.h"

#include <stdlib.h>
#include <string.h>

#include "control/cert/lru.h"

#define MAX_DRIFT_S 5 /* between the clocks, and one in a hundred: slewing is no jump */

struct entry {
	struct peer *peer;
	uint64_t at_ms;
	int64_t at_s;
};

struct peer_cache {
	struct lru *lru;
	uint64_t life_ms;
};

static void
drop(void *value)
{
	struct entry *e = value;

	peer_unref(e->peer);
	free(e);
}

struct peer_cache *
peer_cache_new(unsigned max, size_t max_bytes, uint64_t life_ms)
{
	struct peer_cache *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->life_ms = life_ms;
	c->lru = lru_new(max, max_bytes, drop);
	if (c->lru == NULL) {
		free(c);
		return NULL;
	}
	return c;
}

void
peer_cache_free(struct peer_cache *c)
{
	if (c == NULL)
		return;
	lru_free(c->lru);
	free(c);
}

static bool
is_fresh(const struct peer_cache *c, const struct entry *e, uint64_t now_ms, int64_t now_s)
{
	int64_t passed = (int64_t)(now_ms - e->at_ms) / 1000;
	int64_t drift = now_s - e->at_s - passed;
	int64_t allowed = MAX_DRIFT_S + passed / 100;

	return now_ms - e->at_ms < c->life_ms && drift <= allowed && drift >= -allowed &&
		(e->peer->verdict == TLS_E_OK ? now_s <= e->peer->valid_until
					      : passed < PEER_CACHE_BAD_S);
}

struct peer *
peer_cache_get(struct peer_cache *c, const uint8_t key[32], uint64_t now_ms, int64_t now_s)
{
	struct entry *e = lru_get(c->lru, key);

	if (e == NULL)
		return NULL;
	if (is_fresh(c, e, now_ms, now_s))
		return peer_ref(e->peer);
	lru_remove(c->lru, key);
	return NULL;
}

/* What libcrypto's key takes is a guess that is not too low. */
static size_t
cost_of(const struct peer *p)
{
	return sizeof(struct entry) + sizeof(*p) + p->der_len + strlen(p->subject) +
		strlen(p->common_name) + strlen(p->alt_names) + 2048;
}

void
peer_cache_put(struct peer_cache *c, const uint8_t key[32], struct peer *p, uint64_t now_ms,
	int64_t now_s)
{
	struct entry *e = calloc(1, sizeof(*e));

	if (e == NULL)
		return;
	*e = (struct entry){ peer_ref(p), now_ms, now_s };
	lru_put(c->lru, key, e, cost_of(p));
}

unsigned
peer_cache_count(const struct peer_cache *c)
{
	return lru_count(c->lru);
}
