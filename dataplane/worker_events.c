/*
 * What the layers below call: frames to the ports, segments to TCP, TCP's events to the TLS layer
 * or, for server connections, the proxy.
 */
#include <rte_ring_elem.h>

#include "dataplane/worker_int.h"

/* --- net ------------------------------------------------------------------------------------ */

static uint16_t
on_tx(void *user, uint16_t ifidx, struct rte_mbuf **pkts, uint16_t n)
{
	struct worker *w = user;

	return port_tx(w->cfg.ports[ifidx], (uint16_t)w->cfg.index, pkts, n);
}

static void
on_soon(void *user, const struct rte_mbuf *m, const struct net_pkt *pkt)
{
	tcp_soon(((struct worker *)user)->tcp, m, pkt);
}

static void
on_segment(void *user, struct rte_mbuf *m, const struct net_pkt *pkt, uint64_t now)
{
	tcp_input(((struct worker *)user)->tcp, m, pkt, now);
}

static void
on_icmp(void *user, const struct net_flow *flow, uint16_t mtu, const uint8_t *quoted, size_t len)
{
	tcp_icmp(((struct worker *)user)->tcp, flow, mtu, quoted, len);
}

/* A neighbour told this worker its address; the others may be waiting for it. A full ring loses
 * nothing: they ask again. */
static void
on_neighbour(
	void *user, uint16_t ifidx, const struct net_addr *addr, const struct rte_ether_addr *mac)
{
	const struct worker *w = user;
	struct neigh_note note = { .addr = *addr, .mac = *mac, .leg = ifidx };

	for (uint32_t i = 0; i < w->cfg.workers && w->cfg.neighbours != NULL; i++)
		if (i != w->cfg.index)
			rte_ring_mp_enqueue_elem(w->cfg.neighbours[i], &note, sizeof(note));
}

const struct net_ops worker_net_ops = {
	.tx_burst = on_tx,
	.tcp_soon = on_soon,
	.tcp_input = on_segment,
	.tcp_icmp = on_icmp,
	.neigh_seen = on_neighbour,
};

/* --- TCP ------------------------------------------------------------------------------------ */

static void
on_accept(void *ctx, tcp_id_t id, void *cookie)
{
	struct worker *w = ctx;
	const struct listener *l = cookie;

	if (tls_accept(w->tls, id, &l->limits, w->now) == NULL)
		tcp_abort(w->tcp, id);
}

static void
on_connected(void *ctx, tcp_id_t id, void *user, int err)
{
	struct worker *w = ctx;
	struct proxy_pair *x = proxy_pair_of(user);

	if (x != NULL)
		proxy_connected(w->proxy, x, err, w->now);
}

static void
on_readable(void *ctx, tcp_id_t id, void *user)
{
	struct worker *w = ctx;
	struct proxy_pair *x = proxy_pair_of(user);

	if (x != NULL)
		proxy_readable(w->proxy, x);
	else if (user != NULL)
		tls_tcp_readable(w->tls, user);
}

static void
on_acked(void *ctx, tcp_id_t id, void *user, uint32_t bytes)
{
	struct worker *w = ctx;
	struct proxy_pair *x = proxy_pair_of(user);

	if (x != NULL)
		proxy_acked(w->proxy, x);
	else if (user != NULL)
		tls_tcp_acked(w->tls, user);
}

static void
on_closed(void *ctx, tcp_id_t id, void *user, enum tcp_close why)
{
	struct worker *w = ctx;
	struct proxy_pair *x = proxy_pair_of(user);

	if (x != NULL)
		proxy_closed(w->proxy, x, why);
	else if (user != NULL)
		tls_tcp_closed(w->tls, user, why);
}

const struct tcp_events worker_tcp_events = {
	.accept = on_accept,
	.connected = on_connected,
	.readable = on_readable,
	.acked = on_acked,
	.peer_fin = on_readable, /* both sides look for the end of the stream when they read */
	.closed = on_closed,
};
