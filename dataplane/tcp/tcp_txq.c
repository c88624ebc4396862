/*
 * Send queue: the application's mbufs, unchanged, from the first unacknowledged byte on. Segments refer to them through indirect mbufs, so
 * what is sent again is the same memory. A cursor remembers where new data begins; retransmissions walk from the head.
 */
#include "dataplane/tcp/tcp_priv.h"

static void
free_one(struct rte_mbuf *m)
{
	m->next = NULL;
	m->nb_segs = 1;
	rte_pktmbuf_free_seg(m);
}

void
tcp_txq_append(struct tcp_conn *c, struct rte_mbuf *m)
{
	for (struct rte_mbuf *next; m != NULL; m = next) {
		next = m->next;
		m->next = NULL;
		m->nb_segs = 1;
		if (m->data_len == 0) {
			rte_pktmbuf_free_seg(m);
			continue;
		}
		if (c->tx_tail != NULL)
			c->tx_tail->next = m;
		else
			c->tx_head = m;
		c->tx_tail = m;
		c->tx_bytes += m->data_len;
		c->tx_segs++;
	}
}

void
tcp_txq_ack(struct tcp_conn *c, uint32_t bytes)
{
	struct rte_mbuf *m;

	c->tx_seq += bytes;
	c->tx_bytes -= bytes;
	while (bytes > 0 && (m = c->tx_head) != NULL) {
		if (bytes < m->data_len) {
			m->data_off += (uint16_t)bytes;
			m->data_len -= (uint16_t)bytes;
			if (c->cur.m == m)
				c->cur.seq = c->tx_seq;
			return;
		}
		bytes -= m->data_len;
		c->tx_head = m->next;
		if (c->cur.m == m)
			c->cur.m = NULL;
		c->tx_segs--;
		free_one(m);
	}
	if (c->tx_head == NULL)
		c->tx_tail = NULL;
}

void
tcp_txq_drop(struct tcp_conn *c)
{
	for (struct rte_mbuf *m = c->tx_head, *next; m != NULL; m = next) {
		next = m->next;
		free_one(m);
	}
	c->tx_head = c->tx_tail = NULL;
	c->tx_bytes = c->tx_segs = 0;
	c->cur.m = NULL;
}

/* The mbuf that holds seq, and the offset in it. */
static struct rte_mbuf *
find(struct tcp_conn *c, uint32_t seq, uint32_t *off)
{
	struct tcp_cursor at = { c->tx_head, c->tx_seq };
	const bool by_cursor = c->cur.m != NULL && seq_geq(seq, c->cur.seq);

	if (by_cursor)
		at = c->cur;
	while (at.m != NULL && seq - at.seq >= at.m->data_len) {
		at.seq += at.m->data_len;
		at.m = at.m->next;
	}
	if (at.m != NULL && (by_cursor || c->cur.m == NULL))
		c->cur = at;
	*off = seq - at.seq;
	return at.m;
}

uint32_t
tcp_txq_pieces(struct tcp_conn *c, uint32_t seq, uint32_t len)
{
	uint32_t off, n = 0;

	for (const struct rte_mbuf *m = find(c, seq, &off); len > 0 && m != NULL; m = m->next, off = 0, n++)
		len -= RTE_MIN(len, m->data_len - off);
	return n;
}

bool
tcp_txq_attach(struct tcp_stack *st, struct tcp_conn *c, uint32_t seq, uint32_t len, struct rte_mbuf *head)
{
	struct rte_mbuf *tail = head;
	uint32_t off;

	for (struct rte_mbuf *m = find(c, seq, &off); len > 0 && m != NULL; m = m->next, off = 0) {
		const uint32_t n = RTE_MIN(len, m->data_len - off);
		struct rte_mbuf *mi = rte_pktmbuf_alloc(st->cfg.hdr_pool);

		if (mi == NULL)
			return false;
		rte_pktmbuf_attach(mi, m);
		mi->data_off = (uint16_t)(m->data_off + off);
		mi->data_len = (uint16_t)n;
		mi->pkt_len = n;
		tail->next = mi;
		tail = mi;
		head->nb_segs++;
		head->pkt_len += n;
		len -= n;
	}
	return true;
}

void
tcp_txq_copy(struct tcp_conn *c, uint32_t seq, uint32_t len, void *dst)
{
	uint8_t *p = dst;
	uint32_t off;

	for (const struct rte_mbuf *m = find(c, seq, &off); len > 0 && m != NULL; m = m->next, off = 0) {
		const uint32_t n = RTE_MIN(len, m->data_len - off);

		memcpy(p, rte_pktmbuf_mtod_offset(m, const uint8_t *, off), n);
		p += n;
		len -= n;
	}
}
