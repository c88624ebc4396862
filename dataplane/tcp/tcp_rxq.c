/*
 * Receive side queues: in-order mbufs for the application, out-of-order ones by sequence number, and the window we advertise. Both queues are
 * bounded in bytes (rcv_buf) and in mbufs, and small payloads are merged, so that a peer that sends single bytes cannot hold many mbufs.
 */
#include "dataplane/tcp/tcp_priv.h"

#define RCV_START 32768u /* window of a connection that has received nothing, bytes; and at least segments: more than any initial window (RFC 6928) */
#define RCV_START_SEGS 12u

static inline uint32_t
ooo_seq(const struct rte_mbuf *m)
{
	return m->hash.usr;
}

static inline uint32_t
ooo_end(const struct rte_mbuf *m)
{
	return m->hash.usr + m->data_len;
}

static void
free_one(struct rte_mbuf *m)
{
	m->next = NULL;
	m->nb_segs = 1;
	rte_pktmbuf_free_seg(m);
}

static void
free_list(struct rte_mbuf *m)
{
	while (m != NULL) {
		struct rte_mbuf *next = m->next;

		free_one(m);
		m = next;
	}
}

/* Drops n bytes at the front of a list; returns the new head, NULL when nothing is left. Only segment lengths are kept right. */
static struct rte_mbuf *
trim_front(struct rte_mbuf *m, uint32_t n)
{
	while (m != NULL && (n >= m->data_len)) {
		struct rte_mbuf *next = m->next;

		n -= m->data_len;
		free_one(m);
		m = next;
	}
	if (m != NULL) {
		m->data_off += (uint16_t)n;
		m->data_len -= (uint16_t)n;
	}
	return m;
}

/* Keeps the first n bytes (n > 0). */
static void
trim_back(struct rte_mbuf *m, uint32_t n)
{
	while (n > m->data_len) {
		n -= m->data_len;
		m = m->next;
	}
	m->data_len = (uint16_t)n;
	free_list(m->next);
	m->next = NULL;
}

/* Whether m was copied onto the end of `tail`. */
static bool
merged(struct tcp_stack *st, struct rte_mbuf *tail, const struct rte_mbuf *m)
{
	if (m->data_len > TCP_SMALL_COPY || tail == NULL || !RTE_MBUF_DIRECT(tail) || rte_mbuf_refcnt_read(tail) != 1)
		return false;
	if ((uint32_t)tail->data_off + tail->data_len + m->data_len > tail->buf_len)
		return false;
	memcpy(rte_pktmbuf_mtod_offset(tail, uint8_t *, tail->data_len), rte_pktmbuf_mtod(m, const uint8_t *), m->data_len);
	tail->data_len += m->data_len;
	st->c[TCP_C_RX_COALESCED]++;
	return true;
}

/* Appends one mbuf that continues at rcv_nxt. Takes m. */
static void
rxq_append(struct tcp_stack *st, struct tcp_conn *c, struct rte_mbuf *m)
{
	const uint32_t len = m->data_len;

	m->next = NULL;
	c->rcv_nxt += len;
	c->rx_bytes += len;
	c->bytes_in += len;
	st->c[TCP_C_RX_BYTES] += len;
	if (len == 0 || merged(st, c->rx_tail, m)) {
		free_one(m);
		return;
	}
	if (c->rx_tail != NULL)
		c->rx_tail->next = m;
	else
		c->rx_head = m;
	c->rx_tail = m;
	c->rx_segs++;
}

static void
ooo_remove_head(struct tcp_conn *c)
{
	c->ooo_head = c->ooo_head->next;
	c->ooo_segs--;
	if (c->ooo_head == NULL)
		c->ooo_tail = NULL;
}

/* Moves what has become in order. */
static void
ooo_drain(struct tcp_stack *st, struct tcp_conn *c)
{
	struct rte_mbuf *m;

	while ((m = c->ooo_head) != NULL && seq_leq(ooo_seq(m), c->rcv_nxt)) {
		ooo_remove_head(c);
		m->next = NULL;
		if (seq_leq(ooo_end(m), c->rcv_nxt))
			free_one(m);
		else
			rxq_append(st, c, trim_front(m, c->rcv_nxt - ooo_seq(m)));
	}
	if (c->ooo_head == NULL)
		c->n_sacks = 0;
}

/* Enters one mbuf with bytes from seq; bytes already held are cut off it. Takes m. */
static void
ooo_insert(struct tcp_stack *st, struct tcp_conn *c, struct rte_mbuf *m, uint32_t seq)
{
	struct rte_mbuf *prev = NULL, *p = c->ooo_head;

	if (c->ooo_tail != NULL && seq_geq(seq, ooo_end(c->ooo_tail))) {
		prev = c->ooo_tail;
		p = NULL;
	}
	while (p != NULL && seq_leq(ooo_end(p), seq)) {
		prev = p;
		p = p->next;
	}
	m->next = NULL;
	m->hash.usr = seq;
	if (p != NULL && seq_leq(ooo_seq(p), seq)) { /* begins inside p */
		if (seq_leq(ooo_end(m), ooo_end(p))) {
			st->c[TCP_C_RX_DUPLICATE]++;
			free_one(m);
			return;
		}
		seq = ooo_end(p);
		m = trim_front(m, seq - ooo_seq(m));
		m->hash.usr = seq;
		prev = p;
		p = p->next;
	}
	while (p != NULL && seq_leq(ooo_end(p), ooo_end(m))) { /* covers p */
		struct rte_mbuf *next = p->next;

		free_one(p);
		c->ooo_segs--;
		p = next;
	}
	if (p != NULL && seq_lt(ooo_seq(p), ooo_end(m)))
		m->data_len = (uint16_t)(ooo_seq(p) - seq);
	if (prev != NULL && ooo_end(prev) == seq && merged(st, prev, m)) {
		free_one(m);
		m = prev;
	} else {
		if (prev != NULL)
			prev->next = m;
		else
			c->ooo_head = m;
		c->ooo_segs++;
	}
	m->next = p;
	if (p == NULL)
		c->ooo_tail = m;
}

/* The newest block first (RFC 2018 4); duplicates are sorted out when the option is written. */
static void
remember_sack(struct tcp_conn *c, uint32_t seq)
{
	memmove(c->recent_sack + 1, c->recent_sack, sizeof(c->recent_sack) - sizeof(c->recent_sack[0]));
	c->recent_sack[0] = seq;
	if (c->n_sacks < RTE_DIM(c->recent_sack))
		c->n_sacks++;
}

static void
ooo_data(struct tcp_stack *st, struct tcp_conn *c, struct tcp_seg *seg)
{
	const uint32_t max = likely(!st->tight) ? st->cfg.max_ooo_segs : RTE_MIN((uint32_t)st->cfg.max_ooo_segs, st->share);
	uint32_t seq = seg->seq;
	struct rte_mbuf *m = seg->m;

	st->c[TCP_C_RX_OOO]++;
	seg->m = NULL;
	for (struct rte_mbuf *next; m != NULL; m = next) {
		const uint32_t len = m->data_len;

		next = m->next;
		if (len == 0) {
			free_one(m);
		} else if (c->ooo_segs >= max) {
			st->c[TCP_C_RX_OOO_DROPPED]++;
			free_one(m);
		} else {
			ooo_insert(st, c, m, seq);
			remember_sack(c, seq);
		}
		seq += len;
	}
	c->flags |= TF_ACK_NOW;
}

void
tcp_rx_data(struct tcp_stack *st, struct tcp_conn *c, struct tcp_seg *seg)
{
	const bool hole = c->ooo_head != NULL;
	struct rte_mbuf *m;

	if (seq_lt(seg->seq, c->rcv_nxt)) { /* left of the window: known already */
		const uint32_t known = RTE_MIN(c->rcv_nxt - seg->seq, seg->len);

		seg->m = trim_front(seg->m, known);
		seg->seq += known;
		seg->len -= known;
		c->flags |= TF_ACK_NOW;
		if (seg->len == 0)
			st->c[TCP_C_RX_DUPLICATE]++;
	}
	if (seg->len > 0 && seq_gt(seg->seq + seg->len, c->rcv_adv)) { /* right of it: cut, with the FIN that would follow */
		const uint32_t fits = seq_lt(seg->seq, c->rcv_adv) ? c->rcv_adv - seg->seq : 0;

		c->flags |= TF_ACK_NOW;
		seg->flags &= (uint8_t)~TH_FIN;
		seg->len = fits;
		if (fits > 0)
			trim_back(seg->m, fits);
	}
	if (seg->len == 0)
		return; /* the caller frees what is left */
	/* A window that was advertised cannot be taken back; a peer that fills it with tiny segments meets this limit instead. */
	if (c->rx_segs >= 2u * st->cfg.max_rx_segs) {
		st->c[TCP_C_RX_OOO_DROPPED]++;
		seg->flags &= (uint8_t)~TH_FIN;
		seg->len = 0;
		return;
	}
	if (unlikely(st->mbufs_critical) && !tcp_mem_keeps(st, c, seg)) {
		seg->flags &= (uint8_t)~TH_FIN;
		seg->len = 0;
		return;
	}
	c->rcv_mss = (uint16_t)RTE_MAX(c->rcv_mss, RTE_MIN(seg->len, (uint32_t)c->mss));
	if (seg->seq != c->rcv_nxt) {
		ooo_data(st, c, seg);
		return;
	}
	m = seg->m;
	seg->m = NULL;
	for (struct rte_mbuf *next; m != NULL; m = next) {
		next = m->next;
		rxq_append(st, c, m);
	}
	ooo_drain(st, c);
	if (hole)
		c->flags |= TF_ACK_NOW; /* RFC 5681 4.2: fills a gap */
	c->events |= TEV_READABLE;
}

void
tcp_ooo_drop(struct tcp_conn *c)
{
	free_list(c->ooo_head);
	c->ooo_head = c->ooo_tail = NULL;
	c->ooo_segs = 0;
	c->n_sacks = 0;
}

void
tcp_rxq_drop(struct tcp_conn *c)
{
	free_list(c->rx_head);
	c->rx_head = c->rx_tail = NULL;
	c->rx_segs = 0;
	c->rx_bytes = 0;
	tcp_ooo_drop(c);
}

/*
 * What a connection may be promised: twice what it has received so far ahead of what came at first, so that a slow start (which doubles, RFC 5681 3.1) never
 * waits for the window, and many connections that receive nothing hold no promise of many mbufs.
 */
static uint32_t
rcv_limit(const struct tcp_stack *st, const struct tcp_conn *c)
{
	const uint64_t grown = RTE_MAX(RCV_START, RCV_START_SEGS * c->mss) + 2 * c->bytes_in;

	return (uint32_t)RTE_MIN((uint64_t)tcp_mem_limit(st, st->cfg.rcv_buf, c->rcv_mss), grown);
}

uint32_t
tcp_rcv_wnd(const struct tcp_stack *st, const struct tcp_conn *c)
{
	const uint32_t held = c->rx_bytes + c->rx_taken, kept = seq_gt(c->rcv_adv, c->rcv_nxt) ? c->rcv_adv - c->rcv_nxt : 0;
	const uint32_t limit = rcv_limit(st, c);
	uint32_t room = held < limit ? limit - held : 0;

	if (c->rx_segs >= st->cfg.max_rx_segs)
		room = 0;
	/* RFC 9293 3.8.6.2.2: the edge moves by a full segment or half the buffer, or not at all. */
	if (room < kept || room - kept < RTE_MIN(limit / 2, (uint32_t)c->mss))
		return kept;
	return room;
}

void
tcp_rx_window_update(struct tcp_stack *st, struct tcp_conn *c)
{
	const uint32_t kept = seq_gt(c->rcv_adv, c->rcv_nxt) ? c->rcv_adv - c->rcv_nxt : 0, wnd = tcp_rcv_wnd(st, c);

	if (!tcp_synchronized(c) || (c->flags & TF_FIN_RCVD) || wnd <= kept)
		return;
	if (wnd - kept >= RTE_MIN(st->cfg.rcv_buf / 2, 2u * c->mss)) {
		c->flags |= TF_ACK_NOW;
		tcp_mark_dirty(st, c);
	}
}

/* The run of adjacent mbufs that begins at m; *next: the mbuf after it. */
static struct tcp_sack_range
run_at(const struct rte_mbuf *m, const struct rte_mbuf **next)
{
	struct tcp_sack_range r = { ooo_seq(m), ooo_end(m) };

	for (m = m->next; m != NULL && ooo_seq(m) == r.end; m = m->next)
		r.end = ooo_end(m);
	*next = m;
	return r;
}

static bool
add_block(struct tcp_sack_range *out, uint8_t *n, struct tcp_sack_range r)
{
	for (uint8_t i = 0; i < *n; i++)
		if (out[i].start == r.start)
			return false;
	out[(*n)++] = r;
	return true;
}

uint8_t
tcp_rx_sack_blocks(const struct tcp_conn *c, struct tcp_sack_range *out, uint8_t max)
{
	const struct rte_mbuf *next;
	uint8_t n = 0;

	for (uint8_t i = 0; i < c->n_sacks && n < max; i++)
		for (const struct rte_mbuf *m = c->ooo_head; m != NULL; m = next) {
			const struct tcp_sack_range r = run_at(m, &next);

			if (seq_leq(r.start, c->recent_sack[i]) && seq_lt(c->recent_sack[i], r.end)) {
				add_block(out, &n, r);
				break;
			}
		}
	for (const struct rte_mbuf *m = c->ooo_head; m != NULL && n < max; m = next)
		add_block(out, &n, run_at(m, &next));
	return n;
}
