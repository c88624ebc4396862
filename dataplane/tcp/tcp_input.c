/*
 * Arriving segments, RFC 9293 3.10.7 in its order: 3.10.7.1 CLOSED and the demultiplexing here, 3.10.7.2 LISTEN in tcp_open.c, 3.10.7.3 SYN-SENT and
 * 3.10.7.4 all other states here.
 */
#include "dataplane/tcp/tcp_priv.h"

/* 3.10.7.3 SYN-SENT STATE */
static void
syn_sent_input(struct tcp_stack *st, struct tcp_conn *c, struct tcp_seg *seg)
{
	const bool has_ack = seg->flags & TH_ACK;

	/* First, check the ACK bit. */
	if (has_ack && (seq_leq(seg->ack, c->iss) || seq_gt(seg->ack, c->snd_max))) {
		tcp_send_rst_to(st, seg);
		return;
	}
	/* Second, check the RST bit: without an acceptable ACK it is a blind one (RFC 5961 3.2). */
	if (seg->flags & TH_RST) {
		if (has_ack)
			tcp_done(st, c, TCP_CLOSE_REFUSED);
		return;
	}
	/* Third, security: not served. Fourth, check the SYN bit. */
	if (!(seg->flags & TH_SYN))
		return;
	c->irs = seg->seq;
	c->rcv_nxt = c->last_ack = seg->seq + 1;
	c->rcv_adv += c->rcv_nxt; /* so far it was the window that our SYN told */
	tcp_syn_options(st, c, seg);
	c->snd_wnd = c->max_snd_wnd = seg->wnd; /* a SYN's window is not scaled (RFC 7323 2.2) */
	c->snd_wl1 = seg->seq;
	c->snd_wl2 = has_ack ? seg->ack : c->iss;
	if (!has_ack) { /* simultaneous open (3.5, figure 8) */
		c->state = TCP_SYN_RCVD;
		c->flags |= TF_SYN_NOW;
		tcp_timer_clear(c, TT_REXMT);
		tcp_mark_dirty(st, c);
		return;
	}
	c->snd_una = seg->ack;
	if ((c->flags & TF_RTT_TIMING) && c->retransmits == 0)
		tcp_rtt_sample(st, c, (uint32_t)RTE_MIN(st->now - c->rtt_start, (uint64_t)UINT32_MAX / 8));
	tcp_conn_established(st, c);
	c->flags |= TF_ACK_NOW;
	/* Fifth step's data is handled by the states that follow: a segment with more than SYN-ACK goes on as one that begins after the SYN. */
	if (seg->len > 0 || (seg->flags & TH_FIN)) {
		seg->seq++;
		seg->flags &= (uint8_t)~TH_SYN;
		seg->wnd >>= RTE_MIN(c->snd_wscale, 16); /* it will be scaled there */
		tcp_conn_input(st, c, seg);
	}
}

/* RFC 9293 3.4, table 6: does any part of the segment lie in the window? */
static bool
acceptable(const struct tcp_conn *c, const struct tcp_seg *seg)
{
	const uint32_t len = seg->len + !!(seg->flags & TH_SYN) + !!(seg->flags & TH_FIN);
	const uint32_t wnd_end = seq_max(c->rcv_adv, c->rcv_nxt);

	if (len == 0)
		return seg->seq == c->rcv_nxt || (seq_leq(c->rcv_nxt, seg->seq) && seq_lt(seg->seq, wnd_end));
	if (wnd_end == c->rcv_nxt)
		return false;
	return (seq_leq(c->rcv_nxt, seg->seq) && seq_lt(seg->seq, wnd_end)) ||
		(seq_lt(c->rcv_nxt, seg->seq + len) && seq_leq(seg->seq + len, wnd_end)) ||
		(seq_leq(seg->seq, c->rcv_nxt) && seq_gt(seg->seq + len, c->rcv_nxt));
}

/* RFC 7323 5.3 R1: true when the segment is an old duplicate by its timestamp. */
static bool
paws_rejects(struct tcp_stack *st, const struct tcp_conn *c, const struct tcp_seg *seg)
{
	if (!(c->flags & TF_TS) || !seg->has_ts || (seg->flags & TH_RST) || seq_geq(seg->ts_val, c->ts_recent))
		return false;
	return st->tick - c->ts_recent_tick < TCP_PAWS_IDLE_MS;
}

/*
 * First, check the sequence number (and before it, the timestamp). False: the segment is answered and done with.
 */
static bool
step1_sequence(struct tcp_stack *st, struct tcp_conn *c, struct tcp_seg *seg)
{
	/* The other side's SYN-ACK of a simultaneous open, or a SYN sent again: its SYN is known, the rest counts (figure 8). */
	if (c->state == TCP_SYN_RCVD && (seg->flags & TH_SYN) && seg->seq == c->irs) {
		if (!(seg->flags & TH_ACK)) {
			c->flags |= TF_SYN_NOW;
			tcp_mark_dirty(st, c);
			return false;
		}
		seg->flags &= (uint8_t)~TH_SYN;
		seg->seq++;
		seg->wnd >>= RTE_MIN(c->snd_wscale, 16);
		c->flags |= TF_ACK_NOW;
	}
	if (paws_rejects(st, c, seg)) {
		st->c[TCP_C_RX_PAWS]++;
		c->flags |= TF_ACK_NOW;
		tcp_mark_dirty(st, c);
		return false;
	}
	if (!acceptable(c, seg)) {
		if (seg->flags & TH_RST)
			return false;
		st->c[TCP_C_RX_OUT_OF_WINDOW]++;
		/* A window that is shut still takes valid ACKs (3.10.7.4): a peer's probe carries them. */
		if (tcp_synchronized(c) && (seg->flags & TH_ACK) && !(seg->flags & TH_SYN) && seg->seq == c->rcv_nxt && seq_leq(seg->ack, c->snd_max))
			tcp_ack_process(st, c, seg);
		if (c->state == TCP_TIME_WAIT && (seg->flags & TH_FIN)) /* the peer's FIN again: wait anew (3.10.7.4, eighth) */
			tcp_timer_set(st, c, TT_KEEP, us_to_ticks(st->cfg.time_wait));
		c->flags |= TF_ACK_NOW;
		tcp_mark_dirty(st, c);
		return false;
	}
	if ((c->flags & TF_TS) && seg->has_ts && seq_leq(seg->seq, c->last_ack) && seq_geq(seg->ts_val, c->ts_recent)) { /* RFC 7323 4.3 */
		c->ts_recent = seg->ts_val;
		c->ts_recent_tick = st->tick;
	}
	return true;
}

/* Second, check the RST bit, with RFC 5961 3.2: only the exact next number resets, others in the window are challenged. */
static void
step2_reset(struct tcp_stack *st, struct tcp_conn *c, const struct tcp_seg *seg)
{
	if (seg->seq != c->rcv_nxt) {
		tcp_challenge_ack(st, c);
		return;
	}
	switch (c->state) {
	case TCP_SYN_RCVD:
		tcp_done(st, c, c->flags & TF_PASSIVE ? TCP_CLOSE_RESET : TCP_CLOSE_REFUSED);
		break;
	case TCP_CLOSING:
	case TCP_LAST_ACK:
	case TCP_TIME_WAIT:
		tcp_done(st, c, TCP_CLOSE_NORMAL);
		break;
	default:
		tcp_done(st, c, TCP_CLOSE_RESET);
	}
}

/* Fifth, check the ACK field. False: the segment ends here. */
static bool
step5_ack(struct tcp_stack *st, struct tcp_conn *c, const struct tcp_seg *seg)
{
	if (!(seg->flags & TH_ACK))
		return false;
	if (c->state == TCP_SYN_RCVD) {
		if (seq_leq(seg->ack, c->snd_una) || seq_gt(seg->ack, c->snd_max)) {
			tcp_send_rst_to(st, seg);
			return false;
		}
		if ((c->flags & TF_RTT_TIMING) && c->retransmits == 0)
			tcp_rtt_sample(st, c, (uint32_t)RTE_MIN(st->now - c->rtt_start, (uint64_t)UINT32_MAX / 8));
		c->snd_una = c->iss + 1;
		c->snd_wnd = c->max_snd_wnd = seg->wnd << c->snd_wscale;
		c->snd_wl1 = seg->seq;
		c->snd_wl2 = seg->ack;
		tcp_conn_established(st, c);
	}
	/* RFC 5961 5.2: an ACK of what was never sent, or of long ago, is not believed. */
	if (seq_gt(seg->ack, c->snd_max) || seq_lt(seg->ack, c->snd_una - c->max_snd_wnd)) {
		tcp_challenge_ack(st, c);
		return false;
	}
	tcp_ack_process(st, c, seg);
	if (seq_leq(c->snd_una, tcp_tx_end(c)) || !(c->flags & TF_FIN_QUEUED))
		return true;
	/* Our FIN is acknowledged. */
	switch (c->state) {
	case TCP_FIN_WAIT_1:
		c->state = TCP_FIN_WAIT_2;
		tcp_keep_restart(st, c);
		break;
	case TCP_CLOSING:
		tcp_enter_time_wait(st, c);
		break;
	case TCP_LAST_ACK:
		tcp_done(st, c, TCP_CLOSE_NORMAL);
		return false;
	case TCP_TIME_WAIT: /* the peer's FIN again, its ACK was lost: answered and the wait begun again in step 8 */
		break;
	}
	return true;
}

static bool
receives(const struct tcp_conn *c)
{
	return c->state == TCP_ESTABLISHED || c->state == TCP_FIN_WAIT_1 || c->state == TCP_FIN_WAIT_2;
}

/* Eighth, check the FIN bit: it counts once everything before it is here. */
static void
step8_fin(struct tcp_stack *st, struct tcp_conn *c, const struct tcp_seg *seg)
{
	if (c->state == TCP_TIME_WAIT || (c->flags & TF_FIN_RCVD)) {
		c->flags |= TF_ACK_NOW;
		if (c->state == TCP_TIME_WAIT)
			tcp_timer_set(st, c, TT_KEEP, us_to_ticks(st->cfg.time_wait));
		return;
	}
	if (seg->seq + seg->len != c->rcv_nxt)
		return; /* sent again when the hole is filled */
	c->rcv_nxt++;
	c->rcv_adv = seq_max(c->rcv_adv, c->rcv_nxt);
	c->flags |= TF_FIN_RCVD | TF_ACK_NOW;
	c->events |= TEV_FIN;
	switch (c->state) {
	case TCP_ESTABLISHED:
		c->state = TCP_CLOSE_WAIT;
		break;
	case TCP_FIN_WAIT_1: /* our FIN is not acknowledged, or step 5 would have moved us on */
		c->state = TCP_CLOSING;
		break;
	case TCP_FIN_WAIT_2:
		tcp_enter_time_wait(st, c);
		break;
	}
}

/* 3.10.7.4 OTHER STATES */
void
tcp_conn_input(struct tcp_stack *st, struct tcp_conn *c, struct tcp_seg *seg)
{
	const tcp_id_t id = tcp_id(st, c);

	/* First, check the sequence number. */
	if (!step1_sequence(st, c, seg))
		return;
	c->last_rcv = st->tick;
	c->probes = c->flags & TF_PERSIST ? c->probes : 0;
	/* Second, check the RST bit. */
	if (seg->flags & TH_RST) {
		step2_reset(st, c, seg);
		return;
	}
	/* Third, check security: not served. Fourth, check the SYN bit: challenged in every state (RFC 5961 4.2). */
	if (seg->flags & TH_SYN) {
		tcp_challenge_ack(st, c);
		return;
	}
	/* Fifth, check the ACK field. */
	if (!step5_ack(st, c, seg))
		return;
	if (tcp_id(st, c) != id || c->state == TCP_CLOSED)
		return;
	/* Sixth, check the URG bit: urgent data is delivered in line like any other (RFC 9293 3.8.5). */
	/* Seventh, process the segment text. */
	if (seg->len > 0) {
		if (!receives(c)) {
			c->flags |= TF_ACK_NOW;
			if (c->flags & TF_FIN_RCVD) /* after the peer's FIN nothing may come: ignored */
				seg->len = 0;
		} else if (c->flags & TF_CLOSING) { /* nobody will read it (3.6.1) */
			tcp_send_rst(st, c);
			tcp_done(st, c, TCP_CLOSE_LOCAL);
			return;
		} else {
			tcp_rx_data(st, c, seg);
		}
	}
	/* Eighth, check the FIN bit. */
	if (seg->flags & TH_FIN)
		step8_fin(st, c, seg);
	if (c->state != TCP_TIME_WAIT)
		tcp_keep_restart(st, c);
	tcp_mark_dirty(st, c);
}

/* A new incarnation may take over the tuple of a connection in TIME_WAIT (RFC 9293 3.6.1, RFC 6191 2). */
static bool
reopens_time_wait(const struct tcp_conn *c, const struct tcp_seg *seg)
{
	if (c->state != TCP_TIME_WAIT || (seg->flags & (TH_SYN | TH_RST | TH_ACK)) != TH_SYN || (c->flags & TF_CLOSED))
		return false;
	if ((c->flags & TF_TS) && seg->has_ts)
		return seq_gt(seg->ts_val, c->ts_recent) || (seg->ts_val == c->ts_recent && seq_gt(seg->seq, c->rcv_nxt));
	return seq_gt(seg->seq, c->rcv_nxt);
}

void
tcp_input(struct tcp_stack *st, struct rte_mbuf *m, const struct net_pkt *pkt, uint64_t now)
{
	struct tcp_seg seg = { .pkt = pkt };
	struct tcp_conn *c;
	uint32_t hash;

	tcp_set_now(st, now);
	st->c[TCP_C_RX_SEGS]++;
	if (!tcp_parse(&seg, m)) {
		st->c[TCP_C_RX_MALFORMED]++;
		rte_pktmbuf_free(m);
		return;
	}
	hash = tcp_tuple_hash(st, &pkt->dst, seg.lport, &pkt->src, seg.rport);
	c = tcp_lookup(st, &pkt->dst, seg.lport, &pkt->src, seg.rport, hash);
	if (c != NULL && reopens_time_wait(c, &seg)) {
		st->c[TCP_C_TIME_WAIT_REUSED]++;
		tcp_done(st, c, TCP_CLOSE_NORMAL);
		c = NULL;
	}
	if (c == NULL)
		tcp_listen_input(st, &seg);
	else if (c->state == TCP_SYN_SENT)
		syn_sent_input(st, c, &seg);
	else
		tcp_conn_input(st, c, &seg);
	rte_pktmbuf_free(seg.m);
}
