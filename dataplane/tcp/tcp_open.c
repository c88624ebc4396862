/*
 * Opening: RFC 9293 3.10.7.2 (LISTEN) with SYN cookies, active open with its choice of port (RFC 6056) and initial sequence number (RFC 6528), and what the
 * options of a SYN agree on.
 */
#include "dataplane/net/siphash.h"
#include "dataplane/tcp/tcp_priv.h"

#define TS_COOKIE_BITS 5 /* low bits of a cookie's timestamp: window scale or 15 (none), and SACK permission */
#define TS_COOKIE_MASK ((1u << TS_COOKIE_BITS) - 1)
#define TS_COOKIE_NO_WSCALE 15u
#define TS_COOKIE_SACK 16u
#define PORT_TRIES 256 /* local ports looked at before giving up */

/* RFC 6528 3: ISN = M + F(tuple, secret), M a clock of 4 us */
uint32_t
tcp_isn(const struct tcp_stack *st, const struct net_addr *local, uint16_t lport, const struct net_addr *remote, uint16_t rport)
{
	struct {
		struct net_addr local, remote;
		uint16_t lport, rport;
		uint32_t what;
	} in = { *local, *remote, lport, rport, 0x49534e };

	return (uint32_t)(st->now / 4) + (uint32_t)siphash24(st->cfg.secret + 16, &in, sizeof(in));
}

/* RFC 7323 5.4: one offset per pair of hosts, so that timestamps rise over connections and tell nobody our uptime */
uint32_t
tcp_ts_offset(const struct tcp_stack *st, const struct net_addr *local, const struct net_addr *remote)
{
	struct net_addr in[2] = { *local, *remote };

	return (uint32_t)siphash24(st->cfg.secret + 16, in, sizeof(in));
}

uint16_t
tcp_our_mss(const struct tcp_stack *st, uint16_t ifidx, const struct net_addr *remote)
{
	return (uint16_t)(net_if_get(st->cfg.net, ifidx)->mtu - (net_addr_is_v4(remote) ? 40 : 60));
}

void
tcp_syn_options(struct tcp_stack *st, struct tcp_conn *c, const struct tcp_seg *seg)
{
	uint16_t mss = seg->mss;

	if (mss == 0)
		mss = net_addr_is_v4(&c->remote) ? TCP_MSS_DEFAULT4 : TCP_MSS_DEFAULT6;
	c->mss = RTE_MIN(RTE_MAX(mss, (uint16_t)TCP_MSS_MIN), tcp_our_mss(st, c->ifidx, &c->remote));
	c->rcv_mss = RTE_MIN(c->mss, (uint16_t)TCP_MSS_DEFAULT4);
	c->flags &= ~(uint32_t)(TF_WSCALE | TF_SACK | TF_TS);
	if (seg->has_wscale) {
		c->flags |= TF_WSCALE;
		c->snd_wscale = seg->wscale;
		c->rcv_wscale = st->rcv_wscale;
	}
	if (seg->sack_ok && st->cfg.sack)
		c->flags |= TF_SACK;
	if (seg->has_ts && st->cfg.timestamps) {
		c->flags |= TF_TS;
		c->ts_recent = seg->ts_val;
		c->ts_recent_tick = st->tick;
	}
}

void
tcp_conn_established(struct tcp_stack *st, struct tcp_conn *c)
{
	c->state = TCP_ESTABLISHED;
	tcp_timer_clear(c, TT_REXMT);
	if (c->retransmits > 0 && c->srtt == 0)
		c->rto = RTE_MAX(c->rto, RTE_MIN(3000000u, st->cfg.rto_max)); /* RFC 6298 5.7 */
	c->backoff = 0;
	c->flags &= ~(uint32_t)(TF_RTT_TIMING | TF_SYN_NOW);
	tcp_cc_init(st, c);
	tcp_half_open_done(st, c);
	if (c->flags & TF_PASSIVE) {
		st->c[TCP_C_PASSIVE_OPENS]++;
		c->flags &= ~(uint32_t)TF_DETACHED;
		c->events |= TEV_ACCEPT;
	} else {
		c->flags |= TF_OPENED;
		c->events |= TEV_CONNECTED;
	}
	tcp_keep_restart(st, c);
	tcp_mark_dirty(st, c);
}

static struct tcp_listener *
find_listener(struct tcp_stack *st, const struct net_addr *addr, uint16_t port)
{
	struct tcp_listener *any = NULL;

	for (uint32_t i = 0; i < st->cfg.max_listeners; i++) {
		struct tcp_listener *l = &st->listeners[i];

		if (!l->used || l->port != port)
			continue;
		if (net_addr_eq(&l->addr, addr))
			return l;
		if (net_addr_is_any(&l->addr))
			any = l;
	}
	return any;
}

/* A connection in SYN_RCVD or, from a cookie, about to be established; not known to the application yet. */
static struct tcp_conn *
passive_conn(struct tcp_stack *st, struct tcp_listener *l, const struct tcp_seg *seg, uint32_t irs, uint32_t iss)
{
	struct tcp_conn *c;

	if (st->mbufs_low) {
		st->c[TCP_C_REFUSED_MBUFS]++;
		return NULL;
	}
	c = tcp_conn_new(st, &seg->pkt->dst, seg->lport, &seg->pkt->src, seg->rport, seg->pkt->ifidx);
	if (c == NULL) {
		st->c[TCP_C_REFUSED_CONNS]++;
		return NULL;
	}
	c->flags |= TF_PASSIVE | TF_DETACHED;
	c->listener = (uint16_t)(l - st->listeners);
	c->state = TCP_SYN_RCVD;
	c->irs = irs;
	c->rcv_nxt = c->rcv_adv = c->last_ack = irs + 1;
	c->iss = c->snd_una = c->snd_nxt = c->snd_max = iss;
	c->tx_seq = iss + 1;
	c->snd_wl1 = irs;
	c->snd_wl2 = iss;
	return c;
}

static void
send_cookie(struct tcp_stack *st, const struct tcp_seg *seg)
{
	const bool ts = seg->has_ts && st->cfg.timestamps;
	const bool sack = ts && seg->sack_ok && st->cfg.sack;
	const uint32_t state = (seg->has_wscale ? seg->wscale : TS_COOKIE_NO_WSCALE) | (sack ? TS_COOKIE_SACK : 0);
	uint32_t now = st->tick + tcp_ts_offset(st, &seg->pkt->dst, &seg->pkt->src), ts_val = (now & ~TS_COOKIE_MASK) | state;
	uint16_t mss;
	const uint32_t iss = tcp_cookie_make(st, seg, &mss);

	if (seq_gt(ts_val, now)) /* later segments must not carry an older one */
		ts_val -= TS_COOKIE_MASK + 1;
	tcp_send_synack_cookie(st, seg, iss, tcp_our_mss(st, seg->pkt->ifidx, &seg->pkt->src), ts && seg->has_wscale ? st->rcv_wscale : -1, sack, ts, ts_val);
}

/* The ACK that answers a cookie rebuilds the connection. */
static void
accept_cookie(struct tcp_stack *st, struct tcp_listener *l, struct tcp_seg *seg)
{
	struct tcp_seg syn = { .pkt = seg->pkt, .has_ts = seg->has_ts, .ts_val = seg->ts_val };
	struct tcp_conn *c;

	if (!tcp_cookie_check(st, seg, &syn.mss)) {
		st->c[TCP_C_COOKIES_BAD]++;
		tcp_send_rst_to(st, seg);
		return;
	}
	if (seg->has_ts) {
		const uint32_t state = seg->ts_ecr & TS_COOKIE_MASK;

		syn.wscale = state & 15;
		syn.has_wscale = syn.wscale != TS_COOKIE_NO_WSCALE;
		syn.sack_ok = state & TS_COOKIE_SACK;
	}
	c = passive_conn(st, l, seg, seg->seq - 1, seg->ack - 1);
	if (c == NULL)
		return; /* the client's next segment finds the cookie still good */
	st->c[TCP_C_COOKIES_GOOD]++;
	tcp_syn_options(st, c, &syn);
	c->snd_nxt = c->snd_max = seg->ack;
	c->rcv_adv = c->rcv_nxt + RTE_MIN(st->cfg.rcv_buf, (uint32_t)UINT16_MAX);
	tcp_conn_input(st, c, seg);
}

/* 3.10.7.2 LISTEN STATE, and 3.10.7.1 CLOSED when nobody listens */
void
tcp_listen_input(struct tcp_stack *st, struct tcp_seg *seg)
{
	struct tcp_listener *l = find_listener(st, &seg->pkt->dst, seg->lport);
	struct tcp_conn *c;

	/* First, check for a RST. */
	if (seg->flags & TH_RST)
		return;
	if (l == NULL) {
		st->c[TCP_C_RX_NO_CONN]++;
		tcp_send_rst_to(st, seg);
		return;
	}
	/* Second, check for an ACK: a cookie, or a reset. */
	if (seg->flags & TH_ACK) {
		if (seg->flags & TH_SYN)
			tcp_send_rst_to(st, seg);
		else
			accept_cookie(st, l, seg);
		return;
	}
	/* Third, check for a SYN. */
	if (!(seg->flags & TH_SYN) || (seg->flags & TH_FIN)) {
		st->c[TCP_C_RX_MALFORMED]++;
		return;
	}
	if (st->cfg.cookies_always || l->half_open >= l->backlog) {
		send_cookie(st, seg);
		return;
	}
	c = passive_conn(st, l, seg, seg->seq, tcp_isn(st, &seg->pkt->dst, seg->lport, &seg->pkt->src, seg->rport));
	if (c == NULL)
		return;
	tcp_syn_options(st, c, seg);
	c->snd_wnd = c->max_snd_wnd = seg->wnd;
	c->flags |= TF_HALF_OPEN | TF_SYN_NOW;
	l->half_open++;
	tcp_mark_dirty(st, c);
}

/* Whether the tuple can be used for a new connection: free, or in a TIME_WAIT that timestamps make safe to leave (RFC 6191 by the client). */
static bool
tuple_free(struct tcp_stack *st, const struct net_addr *local, uint16_t lport, const struct net_addr *remote, uint16_t rport)
{
	struct tcp_conn *c = tcp_lookup(st, local, lport, remote, rport, tcp_tuple_hash(st, local, lport, remote, rport));

	if (c == NULL)
		return true;
	if (c->state != TCP_TIME_WAIT || !(c->flags & TF_TS) || (c->flags & TF_CLOSED) || st->tick - c->last_rcv < 1000)
		return false;
	tcp_done(st, c, TCP_CLOSE_NORMAL);
	return true;
}

/* RFC 6056 3.3.3 algorithm 3: a keyed offset per destination and a counter */
static uint16_t
choose_port(struct tcp_stack *st, const struct net_addr *local, const struct net_addr *remote, uint16_t rport)
{
	const uint32_t range = (uint32_t)st->cfg.port_hi - st->cfg.port_lo + 1;
	const uint32_t offset = tcp_isn(st, local, 0, remote, rport) - (uint32_t)(st->now / 4);
	uint32_t looked = 0;

	for (uint32_t i = 0; i < range && looked < PORT_TRIES; i++) {
		const uint16_t port = (uint16_t)(st->cfg.port_lo + (offset + st->next_port++) % range);

		if (st->cfg.owns_flow != NULL && !st->cfg.owns_flow(st->cfg.ctx, local, port, remote, rport))
			continue;
		looked++;
		if (tuple_free(st, local, port, remote, rport))
			return port;
	}
	return 0;
}

int
tcp_connect(struct tcp_stack *st, const struct net_addr *local, uint16_t lport, const struct net_addr *remote, uint16_t rport, void *user, tcp_id_t *id)
{
	struct net_addr src;
	struct tcp_conn *c;
	const int ifidx = net_route(st->cfg.net, remote, &src);

	if (ifidx < 0)
		return ifidx;
	if (local != NULL && !net_addr_is_any(local))
		src = *local;
	if (st->mbufs_low) {
		st->c[TCP_C_REFUSED_MBUFS]++;
		return -ENOBUFS;
	}
	if (lport != 0) {
		if (!tuple_free(st, &src, lport, remote, rport))
			return -EADDRINUSE;
	} else if ((lport = choose_port(st, &src, remote, rport)) == 0) {
		return -EADDRNOTAVAIL;
	}
	c = tcp_conn_new(st, &src, lport, remote, rport, (uint16_t)ifidx);
	if (c == NULL) {
		st->c[TCP_C_REFUSED_CONNS]++;
		return -ENOBUFS;
	}
	st->c[TCP_C_ACTIVE_OPENS]++;
	c->user = user;
	c->state = TCP_SYN_SENT;
	c->iss = tcp_isn(st, &src, lport, remote, rport);
	c->snd_una = c->snd_nxt = c->snd_max = c->iss;
	c->tx_seq = c->iss + 1;
	c->mss = TCP_MSS_DEFAULT4;
	c->flags |= TF_SYN_NOW;
	tcp_mark_dirty(st, c);
	*id = tcp_id(st, c);
	return 0;
}
