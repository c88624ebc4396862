/*
 * Ownership of mbufs: dropping with a reason, and queues of bytes held in mbufs.
 *
 * An mbuf segment has exactly one owner, with one exception: a segment that was cut in two (mbq_cut) is shared by two owners whose
 * byte ranges do not overlap. Each may write inside [data, data + data_len) of its own part, and nobody writes outside it: header and
 * tail room of a segment may be used only if own_writable_room() says so.
 *
 * The word *take* in a function's description means that the mbuf belongs to the callee afterwards, *give* that it belongs to the caller.
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

/* True if the room before and after the data of this segment is ours alone. */
static inline bool
own_writable_room(const struct rte_mbuf *m)
{
	return RTE_MBUF_DIRECT(m) && rte_mbuf_refcnt_read(m) == 1;
}

/* A queue of bytes: segments linked by ->next; only head, tail and len are meaningful, not the segments' pkt_len or nb_segs. */
struct mbq {
	struct rte_mbuf *head;
	struct rte_mbuf *tail;
	uint32_t len;
};

/* Appends a chain (empty segments are freed on the way). Takes m. */
void mbq_put(struct mbq *q, struct rte_mbuf *m);

/* Copies n bytes at offset off without removing them. Returns false if the queue is shorter than off + n. */
bool mbq_peek(const struct mbq *q, uint32_t off, void *to, uint32_t n);

/*
 * Removes the first n bytes as a proper chain (pkt_len, nb_segs set). A segment at the cut is shared with a new indirect mbuf from
 * `clones`. n must be 1..q->len. Gives the chain; NULL (queue unchanged) if there was no mbuf for the cut.
 */
struct rte_mbuf *mbq_cut(struct mbq *q, uint32_t n, struct rte_mempool *clones);

/* Removes and frees the first n bytes; n <= q->len. */
void mbq_skip(struct mbq *q, uint32_t n);

/* Frees everything. */
void mbq_clear(struct mbq *q);

/* Sets pkt_len and nb_segs of a chain from its segments. */
void own_chain_fix(struct rte_mbuf *m);

/* Removes n bytes from the front of a chain, freeing emptied segments; n <= pkt_len. Takes m, gives the rest (NULL if nothing is left). */
struct rte_mbuf *own_chain_skip(struct rte_mbuf *m, uint32_t n);

/* Cuts a chain to n bytes, freeing what is beyond; n <= pkt_len. Takes m, gives the rest (NULL if n is 0). */
struct rte_mbuf *own_chain_trim(struct rte_mbuf *m, uint32_t n);

/* Copies n bytes at off out of a chain; the caller guarantees that they are there. */
void own_chain_read(const struct rte_mbuf *m, uint32_t off, void *to, uint32_t n);

/* Copies n bytes into the existing bytes of a chain at off. */
void own_chain_write(struct rte_mbuf *m, uint32_t off, const void *from, uint32_t n);

/*
 * A chain with n bytes of room as data, from a pool with data rooms, leaving the pool's headroom free in each segment. Contents are
 * undefined. Gives the chain, or NULL.
 */
struct rte_mbuf *own_chain_alloc(struct rte_mempool *pool, uint32_t n);

/*
 * Puts n bytes of room before the data of the chain (in its headroom where that is ours, else in a new first segment); *at points to
 * them. Takes m and gives the new head, or NULL when there was no mbuf: then m still belongs to the caller.
 */
struct rte_mbuf *own_chain_prepend(struct rte_mbuf *m, uint32_t n, struct rte_mempool *pool, uint8_t **at);

/* Puts n bytes of room after the data of the chain. Returns where they are (contiguous), or NULL when there was no mbuf. */
uint8_t *own_chain_append(struct rte_mbuf *m, uint32_t n, struct rte_mempool *pool);

#endif
