/*
 * Segments on the wire: header, options, payload by reference or copy; and the segments that belong to no connection (resets, SYN cookies).
 */
#include "dataplane/tcp/tcp_xmit.h"

#define MAX_PIECES 8 /* references in one segment before it is copied instead */
#define MAX_PIECES_TSO 48

/* Writes a TCP header with room for its options at the start of an empty mbuf. NULL: no mbuf. Returns the options' place in *opts. */
static struct rte_mbuf *
hdr_alloc(struct tcp_stack *st, struct rte_mempool *pool, uint16_t lport, uint16_t rport, uint32_t seq, uint32_t ack, uint8_t flags, uint16_t wnd,
	const uint8_t *opts, uint8_t opts_len)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(pool);
	struct rte_tcp_hdr *th;

	if (m == NULL) {
		st->c[TCP_C_NO_MBUF]++;
		return NULL;
	}
	th = (struct rte_tcp_hdr *)rte_pktmbuf_append(m, (uint16_t)(sizeof(*th) + opts_len));
	if (th == NULL || rte_pktmbuf_headroom(m) < NET_L2L3_MAX) {
		st->c[TCP_C_NO_MBUF]++;
		rte_pktmbuf_free(m);
		return NULL;
	}
	th->src_port = rte_cpu_to_be_16(lport);
	th->dst_port = rte_cpu_to_be_16(rport);
	th->sent_seq = rte_cpu_to_be_32(seq);
	th->recv_ack = rte_cpu_to_be_32(ack);
	th->data_off = (uint8_t)((sizeof(*th) + opts_len) / 4 << 4);
	th->tcp_flags = flags;
	th->rx_win = rte_cpu_to_be_16(wnd);
	th->cksum = 0;
	th->tcp_urp = 0;
	if (opts_len > 0)
		memcpy(th + 1, opts, opts_len);
	m->l4_len = sizeof(*th) + opts_len;
	return m;
}

static void
send_to(struct tcp_stack *st, struct rte_mbuf *m, const struct net_addr *src, const struct net_addr *dst, uint16_t ifidx)
{
	const struct net_flow flow = { .src = *src, .dst = *dst, .ifidx = ifidx, .proto = NET_PROTO_TCP };

	st->c[TCP_C_TX_SEGS]++;
	net_output(st->cfg.net, m, &flow, st->now);
}

/*
 * The window field for a segment we send now, and the right edge it stands for. The edge never moves left: where rounding to
 * the scale would, it is rounded up (RFC 7323 2.4).
 */
static uint16_t
window_field(const struct tcp_stack *st, const struct tcp_conn *c, bool syn, uint32_t *edge)
{
	const uint32_t kept = seq_gt(c->rcv_adv, c->rcv_nxt) ? c->rcv_adv - c->rcv_nxt : 0;
	const uint8_t shift = syn ? 0 : c->rcv_wscale;
	uint32_t field = tcp_rcv_wnd(st, c) >> shift;

	if (field << shift < kept)
		field = (kept + (1u << shift) - 1) >> shift;
	field = RTE_MIN(field, (uint32_t)UINT16_MAX);
	*edge = seq_max(c->rcv_adv, c->rcv_nxt + (field << shift));
	return (uint16_t)field;
}

/* Header mbuf with len bytes of the queue copied behind or referred to. */
static struct rte_mbuf *
build(struct tcp_stack *st, struct tcp_conn *c, uint32_t seq, uint32_t len, uint8_t flags, uint16_t wnd, bool tso)
{
	const uint32_t caps = net_if_get(st->cfg.net, c->ifidx)->caps;
	const uint32_t ack = flags & TH_ACK ? c->rcv_nxt : 0;
	uint8_t opts[40], opts_len;
	bool copy = false, small;
	struct rte_mbuf *m;

	if (flags & TH_SYN) {
		const bool answer = flags & TH_ACK;
		const int wscale = !answer || (c->flags & TF_WSCALE) ? st->rcv_wscale : -1;

		opts_len = tcp_opts_syn(opts, tcp_our_mss(st, c->ifidx, &c->remote), wscale, answer ? c->flags & TF_SACK : st->cfg.sack,
			answer ? c->flags & TF_TS : st->cfg.timestamps, st->tick + c->ts_off, answer ? c->ts_recent : 0);
	} else {
		opts_len = tcp_opts_write(st, c, opts);
	}
	small = len <= TCP_SMALL_COPY;
	if (len > 0)
		copy = small || !(caps & NET_CAP_MULTI_SEG) || tcp_txq_pieces(c, seq, len) > (tso ? MAX_PIECES_TSO : MAX_PIECES);
	m = hdr_alloc(st, copy ? st->cfg.data_pool : st->cfg.hdr_pool, c->lport, c->rport, seq, ack, flags, wnd, opts, opts_len);
	if (m == NULL || len == 0)
		return m;
	if (copy) {
		void *dst = rte_pktmbuf_append(m, (uint16_t)len);

		if (dst != NULL) {
			tcp_txq_copy(c, seq, len, dst);
			if (!small)
				st->c[TCP_C_TX_COPIED] += len;
			return m;
		}
	} else if (tcp_txq_attach(st, c, seq, len, m)) {
		return m;
	}
	st->c[TCP_C_NO_MBUF]++;
	rte_pktmbuf_free(m);
	return NULL;
}

bool
tcp_xmit(struct tcp_stack *st, struct tcp_conn *c, uint32_t seq, uint32_t len, uint8_t flags, uint32_t seg_max)
{
	uint32_t edge;
	const uint16_t wnd = window_field(st, c, flags & TH_SYN, &edge);
	struct rte_mbuf *m = build(st, c, seq, len, flags, wnd, len > seg_max);

	if (m == NULL)
		return false;
	if (len > seg_max)
		m->tso_segsz = (uint16_t)seg_max;
	if (flags & TH_SYN)
		c->rcv_adv = edge; /* without an ACK relative to the peer's number, still unknown: rcv_nxt is 0 */
	if (flags & TH_ACK) {
		c->rcv_adv = edge;
		c->last_ack = c->rcv_nxt;
		c->flags &= ~(uint32_t)TF_ACK_NOW;
		tcp_timer_clear(c, TT_DELACK);
	}
	st->c[TCP_C_TX_BYTES] += len;
	send_to(st, m, &c->local, &c->remote, c->ifidx);
	return true;
}

static bool
rst_allowed(struct tcp_stack *st)
{
	if (st->rst_left == 0) {
		st->c[TCP_C_RST_LIMITED]++;
		return false;
	}
	st->rst_left--;
	return true;
}

void
tcp_send_rst_to(struct tcp_stack *st, const struct tcp_seg *seg)
{
	/* RFC 9293 3.10.7.1: a reset the receiver will find acceptable. */
	const bool has_ack = seg->flags & TH_ACK;
	const uint32_t len = seg->len + !!(seg->flags & TH_SYN) + !!(seg->flags & TH_FIN);
	struct rte_mbuf *m;

	if ((seg->flags & TH_RST) || !rst_allowed(st))
		return;
	m = hdr_alloc(st, st->cfg.hdr_pool, seg->lport, seg->rport, has_ack ? seg->ack : 0, has_ack ? 0 : seg->seq + len, has_ack ? TH_RST : TH_RST | TH_ACK, 0, NULL, 0);
	if (m == NULL)
		return;
	st->c[TCP_C_RST_SENT]++;
	send_to(st, m, &seg->pkt->dst, &seg->pkt->src, seg->pkt->ifidx);
}

void
tcp_send_rst(struct tcp_stack *st, struct tcp_conn *c)
{
	struct rte_mbuf *m = hdr_alloc(st, st->cfg.hdr_pool, c->lport, c->rport, c->snd_max, c->rcv_nxt, TH_RST | TH_ACK, 0, NULL, 0);

	if (m == NULL)
		return;
	st->c[TCP_C_RST_SENT]++;
	send_to(st, m, &c->local, &c->remote, c->ifidx);
}

void
tcp_challenge_ack(struct tcp_stack *st, struct tcp_conn *c)
{
	if (st->challenge_left == 0) {
		st->c[TCP_C_CHALLENGE_LIMITED]++;
		return;
	}
	st->challenge_left--;
	st->c[TCP_C_CHALLENGE_ACKS]++;
	c->flags |= TF_ACK_NOW;
	tcp_mark_dirty(st, c);
}

void
tcp_send_synack_cookie(struct tcp_stack *st, const struct tcp_seg *seg, uint32_t iss, uint16_t mss, int wscale, bool sack, bool ts, uint32_t ts_val)
{
	uint8_t opts[40];
	const uint8_t len = tcp_opts_syn(opts, mss, wscale, sack, ts, ts_val, seg->ts_val);
	const uint16_t wnd = (uint16_t)RTE_MIN(st->cfg.rcv_buf, (uint32_t)UINT16_MAX);
	struct rte_mbuf *m = hdr_alloc(st, st->cfg.hdr_pool, seg->lport, seg->rport, iss, seg->seq + 1, TH_SYN | TH_ACK, wnd, opts, len);

	if (m == NULL)
		return;
	st->c[TCP_C_COOKIES_SENT]++;
	send_to(st, m, &seg->pkt->dst, &seg->pkt->src, seg->pkt->ifidx);
}
