/*
 * Verified peers for a while: verdicts of whole chains for clients that come often, and identities
 * for connections that resume. Both clocks count: an entry is good for a span of the monotonic
 * clock, while the wall clock says that what its verdict rests on is valid; when the wall clock was
 * set meanwhile, entries of before are worth nothing.
 */
#ifndef SLUICE_CONTROL_PEER_CACHE_H
#define SLUICE_CONTROL_PEER_CACHE_H

#include "control/cert/peer.h"

#define PEER_CACHE_BAD_S 5 /* how long a refusal is remembered */

struct peer_cache;

/* NULL when memory is out. */
struct peer_cache *peer_cache_new(unsigned max, size_t max_bytes, uint64_t life_ms);
/* c may be NULL. */
void peer_cache_free(struct peer_cache *c);
/* A reference, or NULL. now_ms: monotonic; now_s: since 1970. */
struct peer *peer_cache_get(
	struct peer_cache *c, const uint8_t key[32], uint64_t now_ms, int64_t now_s);
/* Takes a reference of its own. */
void peer_cache_put(struct peer_cache *c, const uint8_t key[32], struct peer *p, uint64_t now_ms,
	int64_t now_s);
unsigned peer_cache_count(const struct peer_cache *c);

#endif
