/*
 * Sharing the mbufs. What a connection may hold shrinks as the pool drains: each queue's limit is a fixed part of what is free beyond the reserve
 * (the dynamic threshold of shared-memory switches: Choudhury and Hahne, IEEE/ACM Transactions on Networking 6(2), 1998). With n stuck queues the free
 * part settles at reserve + rest / (1 + n/16), and never reaches the reserve but for the floors. No state per connection, nothing to give back.
 *
 * A window that was advertised stays advertised (RFC 9293 3.8.6); it is not replenished. When many come due at once all the same, data is
 * dropped that would take a connection beyond its floor (the peer sends it again), and out-of-order queues go first, which RFC 2018 8 permits.
 *
 * The pools are looked at once per flush, by a few loads; while there is plenty each limit costs one predicted branch.
 */
#include "dataplane/tcp/tcp_priv.h"

#define SHARE_SHIFT 4 /* a queue's share of what is free: a sixteenth */
#define PRUNE_SLOTS 64 /* connections looked at in one flush */

/* What this worker can have: the pool's common part and its own cache; those of other workers are out of reach. */
static uint32_t
free_mbufs(struct rte_mempool *mp)
{
	const struct rte_mempool_cache *own = rte_mempool_default_cache(mp, rte_lcore_id());

	return rte_mempool_get_ops(mp->ops_index)->get_count(mp) + (own != NULL ? own->len : 0);
}

/* Out-of-order data of connections to which nothing arrives any more. */
static void
prune_some(struct tcp_stack *st)
{
	for (uint32_t i = 0; i < PRUNE_SLOTS && i < st->conn_slab.fresh; i++) {
		struct tcp_conn *c;

		if (++st->prune_at >= st->conn_slab.fresh)
			st->prune_at = 0;
		c = &st->conns[st->prune_at];
		if (c->state != TCP_CLOSED && c->ooo_head != NULL) {
			st->c[TCP_C_RX_PRUNED] += c->ooo_segs;
			tcp_ooo_drop(c);
		}
	}
}

void
tcp_mem_check(struct tcp_stack *st)
{
	const uint32_t reserve = st->cfg.min_free_mbufs;
	uint32_t left;

	if (reserve == 0)
		return;
	left = free_mbufs(st->cfg.data_pool);
	st->mbufs_low = left < reserve || free_mbufs(st->cfg.hdr_pool) < reserve;
	st->mbufs_critical = left < reserve / 2;
	st->share = left > reserve ? (left - reserve) >> SHARE_SHIFT : 0;
	st->tight = st->share < RTE_MAX(st->cfg.rcv_buf, st->cfg.snd_buf) / TCP_MSS_DEFAULT4;
	if (unlikely(st->mbufs_critical))
		prune_some(st);
}

bool
tcp_mem_keeps(struct tcp_stack *st, struct tcp_conn *c, const struct tcp_seg *seg)
{
	if (c->ooo_head != NULL) {
		st->c[TCP_C_RX_PRUNED] += c->ooo_segs;
		tcp_ooo_drop(c);
	}
	if (seg->seq == c->rcv_nxt && c->rx_bytes + c->rx_taken + seg->len <= st->cfg.floor_buf)
		return true;
	st->c[TCP_C_RX_PRUNED]++;
	return false;
}
