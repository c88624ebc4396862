/*
 * Ownership of mbufs: dropping with a reason, and cutting and growing chains.
 *
 * An mbuf has exactly one owner. What is written in place is direct and has one reference
 * (own_writable()); header and tail room of a segment are used only then, else a new segment is put
 * in front or behind.
 *
 * The word *take* in a function's description means that the mbuf belongs to the callee afterwards,
 * *give* that it belongs to the caller.
 */
#ifndef SLUICE_DATAPLANE_OWN_H
#define SLUICE_DATAPLANE_OWN_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_mbuf.h>

#include "dataplane/counters.h"

/* Frees a chain (NULL is allowed) and counts why. Takes m. */
static inline void
own_drop(struct dp_counters *c, struct rte_mbuf *m, enum dp_ctr reason)
{
	if (m == NULL)
		return;
	ctr_inc(c, reason);
	rte_pktmbuf_free(m);
}

/* True if data, headroom and tailroom of this segment are ours alone. */
static inline bool
own_writable(const struct rte_mbuf *m)
{
	return RTE_MBUF_DIRECT(m) && rte_mbuf_refcnt_read(m) == 1;
}

/*
 * Makes every segment writable: a chain with a segment that is shared or indirect is replaced by a
 * copy, which is counted. Returns false (nothing changed) when there was no mbuf.
 */
bool own_chain_writable(struct rte_mbuf **m, struct rte_mempool *pool, struct dp_counters *c);

/* Sets pkt_len and nb_segs of a chain from its segments. */
void own_chain_fix(struct rte_mbuf *m);

/* Removes n bytes from the front of a chain, freeing emptied segments; n <= pkt_len. Takes m, gives
 * the rest (NULL if nothing is left). */
struct rte_mbuf *own_chain_skip(struct rte_mbuf *m, uint32_t n);

/* Cuts a chain to n bytes, freeing what is beyond; n <= pkt_len. Takes m, gives the rest (NULL if n
 * is 0). */
struct rte_mbuf *own_chain_trim(struct rte_mbuf *m, uint32_t n);

/*
 * Cuts a chain after n bytes (0 < n < pkt_len): m keeps the first n, *rest (given) the others.
 * Where the cut falls inside a segment, its first part is copied to a new one. False (nothing
 * changed): no mbuf.
 */
bool own_chain_split(
	struct rte_mbuf **m, uint32_t n, struct rte_mempool *pool, struct rte_mbuf **rest);

/* Copies n bytes at off out of a chain; the caller guarantees that they are there. */
void own_chain_read(const struct rte_mbuf *m, uint32_t off, void *to, uint32_t n);

/* Copies n bytes into the existing bytes of a chain at off. */
void own_chain_write(struct rte_mbuf *m, uint32_t off, const void *from, uint32_t n);

/*
 * A chain with n bytes of room as data, from a pool with data rooms, leaving the pool's headroom
 * free in each segment. Contents are undefined. Gives the chain, or NULL.
 */
struct rte_mbuf *own_chain_alloc(struct rte_mempool *pool, uint32_t n);

/*
 * Puts n bytes of room before the data of the chain (in its headroom where that is ours, else in a
 * new first segment); *at points to them. Takes m and gives the new head, or NULL when there was no
 * mbuf: then m still belongs to the caller.
 */
struct rte_mbuf *own_chain_prepend(
	struct rte_mbuf *m, uint32_t n, struct rte_mempool *pool, uint8_t **at);

/* Puts n bytes of room after the data of the chain. Returns where they are (contiguous), or NULL
 * when there was no mbuf. */
uint8_t *own_chain_append(struct rte_mbuf *m, uint32_t n, struct rte_mempool *pool);

#endif
