/*
 * What happens when a timer expires: RFC 6298 5.4-5.7, zero-window probes, delayed ACKs, keep-alive, FIN_WAIT_2 and TIME_WAIT.
 */
#include "dataplane/tcp/tcp_priv.h"

void
tcp_rexmt_restart(struct tcp_stack *st, struct tcp_conn *c)
{
	uint64_t us = (uint64_t)c->rto << RTE_MIN(c->backoff, 16);

	us = RTE_MIN(us, (uint64_t)st->cfg.rto_max);
	tcp_timer_set(st, c, TT_REXMT, us_to_ticks((uint32_t)us));
}

void
tcp_keep_restart(struct tcp_stack *st, struct tcp_conn *c)
{
	switch (c->state) {
	case TCP_FIN_WAIT_2:
		if (c->flags & TF_DETACHED) { /* nobody is waiting: bounded. Otherwise the application decides how long half-closed may last. */
			if (!tcp_timer_armed(c, TT_KEEP))
				tcp_timer_set(st, c, TT_KEEP, us_to_ticks(st->cfg.fin_wait_2));
			break;
		}
		/* fallthrough */
	case TCP_ESTABLISHED:
	case TCP_CLOSE_WAIT:
		if (st->cfg.keepalive_idle > 0)
			tcp_timer_set(st, c, TT_KEEP, us_to_ticks(st->cfg.keepalive_idle));
		break;
	default:
		tcp_timer_clear(c, TT_KEEP);
	}
}

static void
give_up(struct tcp_stack *st, struct tcp_conn *c, enum tcp_close why)
{
	if (tcp_synchronized(c))
		tcp_send_rst(st, c);
	tcp_done(st, c, why);
}

static void
rexmt_syn(struct tcp_stack *st, struct tcp_conn *c)
{
	if (c->backoff >= st->cfg.syn_retries) {
		give_up(st, c, TCP_CLOSE_TIMEOUT);
		return;
	}
	c->backoff++;
	c->flags |= TF_SYN_NOW;
	st->c[TCP_C_RETRANS_RTO]++;
	tcp_mark_dirty(st, c);
}

static void
rexmt_probe(struct tcp_stack *st, struct tcp_conn *c)
{
	if (c->probes++ >= st->cfg.data_retries) {
		give_up(st, c, TCP_CLOSE_TIMEOUT);
		return;
	}
	if (c->backoff < UINT8_MAX)
		c->backoff++;
	c->flags |= TF_PROBE_NOW;
	tcp_rexmt_restart(st, c);
	tcp_mark_dirty(st, c);
}

static void
rexmt_data(struct tcp_stack *st, struct tcp_conn *c)
{
	if (c->snd_una == c->snd_max)
		return;
	if (c->backoff >= st->cfg.data_retries) {
		give_up(st, c, TCP_CLOSE_TIMEOUT);
		return;
	}
	st->c[TCP_C_RETRANS_RTO]++;
	/* RFC 5681 3.1 eqn 4, once per window: not when the retransmission itself is lost. */
	if (c->backoff == 0) {
		const struct tcp_cc_sample s = { .flight = c->snd_max - c->snd_una, .mss = c->mss, .srtt_ms = c->srtt / 1000, .tick = st->tick };

		st->cfg.cc->lost(&c->cc, &s);
	} else {
		tcp_sack_clear(st, c); /* the peer may have thrown away what it had SACKed (RFC 2018 8) */
	}
	c->cc.cwnd = c->mss;
	c->backoff++;
	c->recover = c->snd_max;
	c->high_rxt = c->snd_una;
	c->dupacks = 0;
	c->flags |= TF_LOSS;
	c->flags &= ~(uint32_t)(TF_RECOVERY | TF_REXMIT_ONE | TF_RTT_TIMING);
	c->snd_nxt = c->snd_una;
	c->cur.m = NULL;
	tcp_mark_dirty(st, c);
}

static void
rexmt_expired(struct tcp_stack *st, struct tcp_conn *c)
{
	if (!tcp_synchronized(c))
		rexmt_syn(st, c);
	else if (c->flags & TF_PERSIST)
		rexmt_probe(st, c);
	else
		rexmt_data(st, c);
}

static void
keep_expired(struct tcp_stack *st, struct tcp_conn *c)
{
	if (c->state == TCP_TIME_WAIT || (c->state == TCP_FIN_WAIT_2 && (c->flags & TF_DETACHED))) {
		tcp_done(st, c, TCP_CLOSE_NORMAL);
		return;
	}
	if (c->probes >= st->cfg.keepalive_probes) {
		give_up(st, c, TCP_CLOSE_KEEPALIVE);
		return;
	}
	tcp_timer_set(st, c, TT_KEEP, us_to_ticks(st->cfg.keepalive_intvl));
	if (c->snd_una != c->snd_max || (c->flags & TF_PERSIST)) /* retransmissions ask already */
		return;
	c->probes++;
	c->flags |= TF_PROBE_NOW;
	tcp_mark_dirty(st, c);
}

void
tcp_timer_fire(struct tcp_stack *st, struct tcp_conn *c)
{
	const tcp_id_t id = tcp_id(st, c);

	for (unsigned int t = 0; t < TT_COUNT; t++) {
		if (!(c->armed & (1u << t)) || seq_gt(c->deadline[t], st->tick))
			continue;
		tcp_timer_clear(c, (enum tcp_timer)t);
		if (t == TT_REXMT) {
			rexmt_expired(st, c);
		} else if (t == TT_DELACK) {
			c->flags |= TF_ACK_NOW;
			tcp_mark_dirty(st, c);
		} else {
			keep_expired(st, c);
		}
		if (tcp_id(st, c) != id || c->state == TCP_CLOSED)
			return;
	}
	tcp_timer_rearm(st, c);
}
