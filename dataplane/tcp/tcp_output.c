/*
 * What a connection sends and when (RFC 9293 3.8, RFC 5681, RFC 6675 NextSeg): called once per flush for every connection that may have
 * something to send. Building segments is tcp_xmit.c's.
 */
#include "dataplane/tcp/tcp_priv.h"
#include "dataplane/tcp/tcp_xmit.h"

#define TSO_MAX 65000u /* payload of one segment that the port cuts */

/* What to send next. */
struct next {
	uint32_t seq, len;
	bool fin;
};

/* Whether our FIN may follow the byte before seq. */
static bool
fin_at(const struct tcp_conn *c, uint32_t seq)
{
	return (c->flags & TF_FIN_QUEUED) && seq == tcp_tx_end(c);
}

/* A range to send again, cut to one segment; the FIN's number at its end becomes the flag. */
static void
again(const struct tcp_conn *c, uint32_t seq, uint32_t end, uint32_t seg_max, struct next *n)
{
	const uint32_t data_end = tcp_tx_end(c);

	n->seq = seq;
	n->len = seq_lt(seq, data_end) ? RTE_MIN(seq_min(end, data_end) - seq, seg_max) : 0;
	n->fin = fin_at(c, seq + n->len) && seq_gt(end, data_end);
}

/* Sender's silly window avoidance (RFC 9293 3.8.6.2.1): is this short segment worth sending? */
static bool
worth_sending(const struct tcp_stack *st, const struct tcp_conn *c, uint32_t len, uint32_t avail, uint32_t seg_max, uint32_t flight)
{
	if (len >= seg_max)
		return true;
	if (len < avail) /* the window cut it */
		return len > 0 && len >= c->max_snd_wnd / 2;
	if (c->flags & TF_FIN_QUEUED)
		return true;
	return !st->cfg.nagle || flight == 0;
}

/* New data (or, after a timeout, old data again) from snd_nxt. use_cwnd false: RFC 6675 has decided already. */
static bool
next_new(struct tcp_stack *st, struct tcp_conn *c, uint32_t seg_max, bool use_cwnd, struct next *n)
{
	const uint32_t end = tcp_tx_end(c), wnd_end = c->snd_una + c->snd_wnd;
	const bool tso = net_if_get(st->cfg.net, c->ifidx)->caps & NET_CAP_TSO;
	uint32_t hole_end = end, avail, wnd, flight, cwnd = c->cc.cwnd;

	if ((c->flags & TF_LOSS) && c->sb != TCP_NIL && seq_lt(c->snd_nxt, c->snd_max)) /* skip what the peer has */
		c->snd_nxt = tcp_sack_hole(st, c, c->snd_nxt, &hole_end);
	n->seq = c->snd_nxt;
	if (seq_gt(n->seq, end))
		return false;
	avail = seq_min(hole_end, end) - n->seq;
	if (avail == 0 && !fin_at(c, n->seq))
		return false;
	flight = tcp_flight(st, c);
	wnd = seq_gt(wnd_end, n->seq) ? wnd_end - n->seq : 0;
	n->len = RTE_MIN(avail, tso ? TSO_MAX / seg_max * seg_max : seg_max);
	if (n->len > seg_max && n->len < avail)
		n->len -= n->len % seg_max;
	n->len = RTE_MIN(n->len, wnd);
	if (use_cwnd) {
		if (c->dupacks > 0 && !(c->flags & (TF_RECOVERY | TF_LOSS))) /* RFC 3042 limited transmit */
			cwnd += RTE_MIN(c->dupacks, 2u) * c->mss;
		if (flight > 0 && cwnd < flight + RTE_MIN(n->len, seg_max)) {
			c->flags |= TF_CWND_LIMITED;
			return false;
		}
		if (n->len > seg_max && cwnd < flight + n->len)
			n->len = RTE_MAX((cwnd - RTE_MIN(cwnd, flight)) / seg_max, 1u) * seg_max;
	}
	n->fin = fin_at(c, n->seq + n->len) && wnd > n->len;
	if (n->len == 0)
		return n->fin;
	return worth_sending(st, c, n->len, seq_min(hole_end, end) - n->seq, seg_max, flight);
}

/* RFC 6675 section 4 NextSeg(), in the order of its rules, while cwnd exceeds the pipe by a segment (section 5 step C). */
static bool
next_recovery(struct tcp_stack *st, struct tcp_conn *c, uint32_t seg_max, struct next *n)
{
	const uint32_t highest = tcp_sack_highest(st, c);
	uint32_t seq, end;
	bool hole;

	if (c->cc.cwnd < tcp_sack_pipe(st, c) + seg_max) {
		c->flags |= TF_CWND_LIMITED;
		return false;
	}
	seq = tcp_sack_hole(st, c, seq_max(c->high_rxt, c->snd_una), &end);
	hole = seq_lt(seq, highest);
	if (hole && tcp_sack_is_lost(st, c, seq)) { /* (1) */
		again(c, seq, end, seg_max, n);
		return true;
	}
	if (next_new(st, c, seg_max, false, n)) /* (2) */
		return true;
	if (hole) { /* (3) */
		again(c, seq, end, seg_max, n);
		return true;
	}
	if (!(c->flags & TF_RESCUED) && seq_lt(c->high_rxt, c->snd_max) && seq_lt(highest, c->snd_max)) { /* (4) */
		c->flags |= TF_RESCUED;
		again(c, seq_max(highest, c->snd_max - RTE_MIN(seg_max, c->snd_max - c->snd_una)), c->snd_max, seg_max, n);
		return true;
	}
	return false;
}

static bool
next_segment(struct tcp_stack *st, struct tcp_conn *c, uint32_t seg_max, struct next *n)
{
	uint32_t end;

	if (c->flags & TF_REXMIT_ONE) {
		if (c->snd_una == c->snd_max) {
			c->flags &= ~(uint32_t)TF_REXMIT_ONE;
			return next_segment(st, c, seg_max, n);
		}
		tcp_sack_hole(st, c, c->snd_una, &end);
		again(c, c->snd_una, end, seg_max, n);
		return n->len > 0 || n->fin;
	}
	if ((c->flags & TF_RECOVERY) && c->sb != TCP_NIL)
		return next_recovery(st, c, seg_max, n);
	return next_new(st, c, seg_max, true, n);
}

static void
fin_sent(struct tcp_conn *c)
{
	if (c->state == TCP_ESTABLISHED)
		c->state = TCP_FIN_WAIT_1;
	else if (c->state == TCP_CLOSE_WAIT)
		c->state = TCP_LAST_ACK;
}

/* Books what was sent. */
static void
sent(struct tcp_stack *st, struct tcp_conn *c, const struct next *n)
{
	const uint32_t end = n->seq + n->len + n->fin;

	if (seq_lt(n->seq, c->snd_max)) {
		st->c[TCP_C_RETRANS_SEGS]++;
		c->retransmits++;
		if ((c->flags & TF_RTT_TIMING) && seq_leq(n->seq, c->rtt_seq))
			c->flags &= ~(uint32_t)TF_RTT_TIMING; /* Karn */
		if (c->flags & TF_RECOVERY)
			c->high_rxt = seq_max(c->high_rxt, end);
	} else {
		if (!(c->flags & TF_RTT_TIMING)) {
			c->flags |= TF_RTT_TIMING;
			c->rtt_seq = n->seq;
			c->rtt_start = st->now;
		}
		if (c->dupacks > 0 && !(c->flags & (TF_RECOVERY | TF_LOSS)))
			st->c[TCP_C_LIMITED_TRANSMIT]++;
	}
	if (n->seq == c->snd_nxt)
		c->snd_nxt = end;
	c->snd_max = seq_max(c->snd_max, end);
	c->last_snd = st->tick;
	c->flags &= ~(uint32_t)TF_REXMIT_ONE;
	if (n->fin)
		fin_sent(c);
	if (!tcp_timer_armed(c, TT_REXMT) || (c->flags & TF_PERSIST)) { /* RFC 6298 5.1 */
		c->flags &= ~(uint32_t)TF_PERSIST;
		tcp_rexmt_restart(st, c);
	}
}

/* Restart after idle (RFC 5681 4.1). */
static void
restart_window(struct tcp_stack *st, struct tcp_conn *c)
{
	if (c->snd_max == c->snd_una && c->tx_bytes > 0 && st->tick - c->last_snd > us_to_ticks(c->rto))
		c->cc.cwnd = RTE_MIN(c->cc.cwnd, (uint32_t)st->cfg.init_cwnd_segs * c->mss);
}

static void
send_queued(struct tcp_stack *st, struct tcp_conn *c)
{
	struct next n = { 0 };
	uint32_t seg_max;

	if (c->tx_bytes == 0 && !(c->flags & TF_FIN_QUEUED))
		return;
	restart_window(st, c);
	c->flags &= ~(uint32_t)TF_CWND_LIMITED;
	seg_max = tcp_seg_max(c, tcp_opts_len(c));
	while (next_segment(st, c, seg_max, &n)) {
		const uint8_t flags = TH_ACK | (n.fin ? TH_FIN : 0) | (n.len > 0 && n.seq + n.len == tcp_tx_end(c) ? TH_PSH : 0);

		if (!tcp_xmit(st, c, n.seq, n.len, flags, seg_max)) {
			tcp_mark_later(st, c);
			return;
		}
		sent(st, c, &n);
	}
	/* Data that only the peer's window holds back, and no ACK to wait for: probe for the window (RFC 9293 3.8.6.1). */
	if (c->snd_nxt == c->snd_una && !tcp_timer_armed(c, TT_REXMT) && (c->tx_bytes > 0 || fin_at(c, c->snd_nxt))) {
		c->flags |= TF_PERSIST;
		tcp_rexmt_restart(st, c);
	}
}

/* What the window has room for but at least one byte (or the FIN), or a keep-alive: an old number that must be answered (RFC 9293 3.8.6.1, 3.8.4). */
static void
send_probe(struct tcp_stack *st, struct tcp_conn *c)
{
	c->flags &= ~(uint32_t)TF_PROBE_NOW;
	if (!(c->flags & TF_PERSIST)) {
		st->c[TCP_C_KEEPALIVE_PROBES]++;
		tcp_xmit(st, c, c->snd_una - 1, 0, TH_ACK, c->mss);
		return;
	}
	st->c[TCP_C_ZERO_WINDOW_PROBES]++;
	if (c->tx_bytes > 0) {
		const uint32_t seg_max = tcp_seg_max(c, tcp_opts_len(c)), len = RTE_MAX(RTE_MIN(RTE_MIN(c->snd_wnd, c->tx_bytes), seg_max), 1u);

		if (tcp_xmit(st, c, c->snd_una, len, TH_ACK, seg_max))
			c->snd_max = seq_max(c->snd_max, c->snd_una + len);
	} else if (fin_at(c, c->snd_una) && tcp_xmit(st, c, c->snd_una, 0, TH_ACK | TH_FIN, c->mss)) {
		c->snd_max = seq_max(c->snd_max, c->snd_una + 1);
		c->snd_nxt = c->snd_max;
		fin_sent(c);
	}
}

static void
send_syn(struct tcp_stack *st, struct tcp_conn *c)
{
	const bool first = c->snd_max == c->iss;

	if (!tcp_xmit(st, c, c->iss, 0, c->state == TCP_SYN_SENT ? TH_SYN : TH_SYN | TH_ACK, c->mss)) {
		tcp_mark_later(st, c);
		return;
	}
	c->flags &= ~(uint32_t)(TF_SYN_NOW | TF_ACK_NOW);
	if (first) {
		c->flags |= TF_RTT_TIMING;
		c->rtt_seq = c->iss;
		c->rtt_start = st->now;
	} else {
		c->flags &= ~(uint32_t)TF_RTT_TIMING;
		st->c[TCP_C_RETRANS_SEGS]++;
		c->retransmits++;
	}
	c->snd_nxt = c->snd_max = c->iss + 1;
	c->last_snd = st->tick;
	if (!tcp_timer_armed(c, TT_REXMT))
		tcp_rexmt_restart(st, c);
}

/* An ACK now, or soon (RFC 5681 4.2, RFC 1122 4.2.3.2: at least every second full segment). */
static void
acknowledge(struct tcp_stack *st, struct tcp_conn *c)
{
	const uint32_t owed = c->rcv_nxt - c->last_ack;

	if (owed > 0 && (st->cfg.delack == 0 || owed >= 2u * c->rcv_mss))
		c->flags |= TF_ACK_NOW;
	if (c->flags & TF_ACK_NOW) {
		if (!tcp_xmit(st, c, c->snd_max, 0, TH_ACK, c->mss))
			tcp_mark_later(st, c);
	} else if (owed > 0 && !tcp_timer_armed(c, TT_DELACK)) {
		tcp_timer_set(st, c, TT_DELACK, us_to_ticks(st->cfg.delack));
	}
}

void
tcp_output(struct tcp_stack *st, struct tcp_conn *c)
{
	if (c->state == TCP_CLOSED)
		return;
	if (c->flags & TF_SYN_NOW) {
		send_syn(st, c);
		return;
	}
	if (!tcp_synchronized(c))
		return;
	if (c->flags & TF_PROBE_NOW)
		send_probe(st, c);
	send_queued(st, c);
	acknowledge(st, c);
}
