/*
 * What an acknowledgement means: round trip time (RFC 6298), the send queue, duplicate ACKs, fast retransmit and recovery (RFC 5681, RFC 6582 without
 * SACK, RFC 6675 with it), the congestion window.
 */
#include "dataplane/tcp/tcp_priv.h"

void
tcp_rtt_sample(struct tcp_stack *st, struct tcp_conn *c, uint32_t us)
{
	us = RTE_MAX(us, 1u);
	if (c->srtt == 0) { /* RFC 6298 2.2 */
		c->srtt = us;
		c->rttvar = us / 2;
	} else { /* 2.3 */
		const uint32_t diff = us > c->srtt ? us - c->srtt : c->srtt - us;

		c->rttvar = c->rttvar - c->rttvar / 4 + diff / 4;
		c->srtt = c->srtt - c->srtt / 8 + us / 8;
	}
	c->rto = RTE_MIN(RTE_MAX(c->srtt + 4 * c->rttvar, st->cfg.rto_min), st->cfg.rto_max);
}

uint32_t
tcp_flight(const struct tcp_stack *st, const struct tcp_conn *c)
{
	return c->snd_nxt - c->snd_una - tcp_sack_below(st, c, c->snd_nxt);
}

void
tcp_cc_init(struct tcp_stack *st, struct tcp_conn *c)
{
	memset(&c->cc, 0, sizeof(c->cc));
	/* RFC 6928; one segment when the SYN had to be sent again (RFC 5681 3.1) */
	c->cc.cwnd = (c->retransmits > 0 ? 1u : st->cfg.init_cwnd_segs) * c->mss;
	c->cc.ssthresh = UINT32_MAX / 2;
	c->recover = c->snd_una;
	c->high_rxt = c->snd_una;
}

static struct tcp_cc_sample
cc_sample(const struct tcp_stack *st, const struct tcp_conn *c, uint32_t acked, uint32_t flight)
{
	return (struct tcp_cc_sample){ .acked = acked, .flight = flight, .mss = c->mss, .srtt_ms = c->srtt / 1000, .tick = st->tick };
}

/* Loss seen by duplicate ACKs (RFC 6582 3.2 step 2, RFC 6675 5 step 4). */
static void
enter_recovery(struct tcp_stack *st, struct tcp_conn *c)
{
	const struct tcp_cc_sample s = cc_sample(st, c, 0, c->snd_max - c->snd_una);

	st->cfg.cc->lost(&c->cc, &s);
	c->recover = c->snd_max;
	c->high_rxt = c->snd_una;
	c->cc.cwnd = c->cc.ssthresh + (c->sb == TCP_NIL ? TCP_DUPTHRESH * (uint32_t)c->mss : 0);
	c->flags |= TF_RECOVERY | TF_REXMIT_ONE;
	c->flags &= ~(uint32_t)(TF_RESCUED | TF_RTT_TIMING);
	st->c[TCP_C_RETRANS_FAST]++;
}

static void
duplicate_ack(struct tcp_stack *st, struct tcp_conn *c)
{
	if (c->dupacks < UINT8_MAX)
		c->dupacks++;
	if (c->flags & TF_RECOVERY) {
		if (c->sb == TCP_NIL)
			c->cc.cwnd += c->mss; /* RFC 6582: one has left the network */
		return;
	}
	if (c->flags & TF_LOSS)
		return;
	/* RFC 6582 3.2 step 1, RFC 6675 5.1: not again for what a recovery has covered. */
	if (seq_lt(c->snd_una, c->recover))
		return;
	if (c->dupacks >= TCP_DUPTHRESH || tcp_sack_is_lost(st, c, c->snd_una))
		enter_recovery(st, c);
}

/* New data acknowledged while in recovery or after a timeout. */
static void
recovery_progress(struct tcp_stack *st, struct tcp_conn *c, uint32_t acked)
{
	if (seq_geq(c->snd_una, c->recover)) {
		if (c->flags & TF_RECOVERY) /* RFC 6582 3.2 step 3: full acknowledgement */
			c->cc.cwnd = RTE_MIN(c->cc.ssthresh, RTE_MAX(tcp_flight(st, c), (uint32_t)c->mss) + c->mss);
		c->flags &= ~(uint32_t)(TF_RECOVERY | TF_LOSS | TF_REXMIT_ONE);
		return;
	}
	if (c->flags & TF_LOSS)
		return; /* slow start goes on from snd_nxt */
	if (c->sb == TCP_NIL) { /* partial acknowledgement: deflate */
		c->cc.cwnd = c->cc.cwnd > acked ? c->cc.cwnd - acked : 0;
		if (acked >= c->mss)
			c->cc.cwnd += c->mss;
		c->cc.cwnd = RTE_MAX(c->cc.cwnd, (uint32_t)c->mss);
	}
	if (seq_geq(c->snd_una, c->high_rxt)) /* the next hole was not sent again yet */
		c->flags |= TF_REXMIT_ONE;
}

static void
new_ack(struct tcp_stack *st, struct tcp_conn *c, const struct tcp_seg *seg)
{
	const uint32_t acked = seg->ack - c->snd_una, flight = c->snd_max - c->snd_una, data = RTE_MIN(acked, c->tx_bytes);

	if ((c->flags & TF_RTT_TIMING) && seq_gt(seg->ack, c->rtt_seq)) {
		c->flags &= ~(uint32_t)TF_RTT_TIMING;
		tcp_rtt_sample(st, c, (uint32_t)RTE_MIN(st->now - c->rtt_start, (uint64_t)UINT32_MAX / 8));
	} else if (seg->has_ts && (c->flags & (TF_LOSS | TF_RECOVERY)) && seg->ts_ecr != 0) {
		const uint32_t ms = st->tick + c->ts_off - seg->ts_ecr; /* RFC 7323 4.1: unambiguous though sent twice */

		if (ms < st->cfg.rto_max / 1000)
			tcp_rtt_sample(st, c, ms * 1000);
	}
	c->backoff = 0;
	c->dupacks = 0;
	c->snd_una = seg->ack;
	if (seq_lt(c->snd_nxt, c->snd_una))
		c->snd_nxt = c->snd_una;
	tcp_txq_ack(c, data);
	tcp_sack_acked(st, c);
	c->bytes_out += data;
	c->acked_event += data;
	if (data > 0)
		c->events |= TEV_ACKED;
	if (c->flags & (TF_RECOVERY | TF_LOSS))
		recovery_progress(st, c, acked);
	if (!(c->flags & TF_RECOVERY) && ((c->flags & (TF_CWND_LIMITED | TF_LOSS)) || c->cc.cwnd <= flight)) {
		const struct tcp_cc_sample s = cc_sample(st, c, acked, flight);

		st->cfg.cc->acked(&c->cc, &s);
	}
	/* RFC 6298 5.2, 5.3 */
	if (c->snd_una == c->snd_max)
		tcp_timer_clear(c, TT_REXMT);
	else
		tcp_rexmt_restart(st, c);
	c->flags &= ~(uint32_t)TF_PERSIST;
}

static void
update_window(struct tcp_stack *st, struct tcp_conn *c, const struct tcp_seg *seg)
{
	/* RFC 9293: SND.WL1 < SEG.SEQ, or equal and SND.WL2 =< SEG.ACK */
	if (!(seq_lt(c->snd_wl1, seg->seq) || (c->snd_wl1 == seg->seq && seq_leq(c->snd_wl2, seg->ack))))
		return;
	c->snd_wnd = seg->wnd << c->snd_wscale;
	c->snd_wl1 = seg->seq;
	c->snd_wl2 = seg->ack;
	c->max_snd_wnd = RTE_MAX(c->max_snd_wnd, c->snd_wnd);
	if (c->flags & TF_PERSIST) {
		c->backoff = c->snd_wnd > 0 ? 0 : c->backoff;
		c->probes = 0; /* the peer answers: it may keep its window shut for ever (RFC 9293 3.8.6.1) */
		if (c->snd_wnd > 0) {
			c->flags &= ~(uint32_t)TF_PERSIST;
			tcp_timer_clear(c, TT_REXMT);
			if (c->snd_max != c->snd_una) { /* an unanswered probe: send it again with the rest */
				c->snd_nxt = c->snd_una;
				c->cur.m = NULL;
			}
		}
	}
}

/*
 * RFC 5681 2 (a)-(e) but for the window, which the caller compares. With SACK only ACKs that tell something new count (RFC 6675 2), unless
 * there is no scoreboard to see it by; a report of bytes received twice (RFC 2883) is no sign of loss.
 */
static bool
plain_duplicate(const struct tcp_conn *c, const struct tcp_seg *seg)
{
	if (c->sb != TCP_NIL)
		return false;
	return seg->n_sacks == 0 || seq_gt(seg->sacks[0].end, c->snd_una);
}

void
tcp_ack_process(struct tcp_stack *st, struct tcp_conn *c, const struct tcp_seg *seg)
{
	const uint32_t old_wnd = c->snd_wnd;
	const bool pure = seg->len == 0 && !(seg->flags & (TH_SYN | TH_FIN));
	uint32_t sacked;

	if (seq_lt(seg->ack, c->snd_una))
		return; /* old */
	sacked = tcp_sack_update(st, c, seg);
	if (seq_gt(seg->ack, c->snd_una)) {
		new_ack(st, c, seg);
		update_window(st, c, seg);
	} else {
		update_window(st, c, seg);
		if (c->snd_max != c->snd_una && !(c->flags & TF_PERSIST) && (sacked > 0 || (pure && c->snd_wnd == old_wnd && plain_duplicate(c, seg))))
			duplicate_ack(st, c);
	}
	tcp_mark_dirty(st, c);
}
