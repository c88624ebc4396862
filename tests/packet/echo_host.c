/*
 * A host on a real port for tests against another TCP: echoes on port 7, relays port 8 to port 9 of the peer (its own active open). One
 * worker loop as a dataplane's, without TLS. Ends on SIGTERM with its counters on stdout and exit code 1 when mbufs are missing.
 *
 *   echo_host <EAL options> -- <our address> <peer address> <prefix> <mtu>
 */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <rte_eal.h>
#include <rte_ethdev.h>
#include <rte_mempool.h>

#include "dataplane/net/net.h"
#include "dataplane/port/port.h"
#include "dataplane/tcp/tcp.h"

#define ECHO_PORT 7
#define RELAY_PORT 8
#define RELAY_TO 9
#define BURST 64

struct host {
	struct port port;
	struct net *net;
	struct tcp_stack *tcp;
	struct net_addr peer;
};

/* One side; an echo's other side is itself. */
struct end {
	tcp_id_t id;
	struct end *other;
	bool fin_sent;
};

static volatile sig_atomic_t stop;

static void
on_term(int sig)
{
	(void)sig;
	stop = 1;
}

static uint64_t
now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

/* Moves what fits from one end's receive queue to the other's send queue. */
static void
move(struct host *h, struct end *from)
{
	struct end *to = from->other;
	uint32_t n;

	if (to == NULL)
		return;
	while ((n = RTE_MIN(tcp_rx_bytes(h->tcp, from->id), tcp_send_space(h->tcp, to->id))) > 0) {
		struct rte_mbuf *m = tcp_rx_take(h->tcp, from->id, RTE_MIN(n, 16384u));

		if (m == NULL)
			return;
		n = rte_pktmbuf_pkt_len(m);
		if (tcp_send_take(h->tcp, to->id, m) != 0) {
			rte_pktmbuf_free(m);
			return;
		}
		tcp_rx_credit(h->tcp, from->id, n);
	}
	if (tcp_rx_fin(h->tcp, from->id) && tcp_rx_bytes(h->tcp, from->id) == 0 && !to->fin_sent) {
		to->fin_sent = true;
		tcp_shutdown(h->tcp, to->id);
	}
}

static struct end *
end_new(tcp_id_t id)
{
	struct end *e = calloc(1, sizeof(*e));

	if (e == NULL)
		abort();
	e->id = id;
	return e;
}

static void
ev_accept(void *ctx, tcp_id_t id, void *cookie)
{
	struct host *h = ctx;
	struct end *e = end_new(id);

	tcp_set_user(h->tcp, id, e);
	e->other = e;
	if (cookie != NULL) {
		struct end *out = end_new(0);

		e->other = out;
		out->other = e;
		if (tcp_connect(h->tcp, NULL, 0, &h->peer, RELAY_TO, out, &out->id) != 0)
			abort();
	}
}

static void
ev_connected(void *ctx, tcp_id_t id, void *user, int err)
{
	struct host *h = ctx;
	struct end *e = user;

	(void)id;
	if (err == 0) {
		if (e->other != NULL)
			move(h, e->other);
		return;
	}
	fprintf(stderr, "relay: connect: %s\n", strerror(-err));
	if (e->other != NULL) {
		tcp_abort(h->tcp, e->other->id);
		free(e->other);
	}
	free(e);
}

static void
ev_readable(void *ctx, tcp_id_t id, void *user)
{
	(void)id;
	move(ctx, user);
}

static void
ev_acked(void *ctx, tcp_id_t id, void *user, uint32_t bytes)
{
	struct end *e = user;

	(void)id;
	(void)bytes;
	if (e->other != NULL)
		move(ctx, e->other);
}

static void
ev_closed(void *ctx, tcp_id_t id, void *user, enum tcp_close why)
{
	struct host *h = ctx;
	struct end *e = user, *o = e->other;

	(void)id;
	if (o != NULL && o != e) {
		o->other = NULL;
		if (why != TCP_CLOSE_NORMAL) { /* an abnormal end is passed on */
			tcp_abort(h->tcp, o->id);
			free(o);
		}
	}
	free(e);
}

static const struct tcp_events events = { ev_accept, ev_connected, ev_readable, ev_acked, ev_readable, ev_closed };

static uint16_t
op_tx(void *user, uint16_t ifidx, struct rte_mbuf **pkts, uint16_t n)
{
	(void)ifidx;
	return port_tx(&((struct host *)user)->port, 0, pkts, n);
}

static void
op_tcp(void *user, struct rte_mbuf *m, const struct net_pkt *pkt, uint64_t now)
{
	tcp_input(((struct host *)user)->tcp, m, pkt, now);
}

static void
op_icmp(void *user, const struct net_flow *flow, uint16_t mtu, const uint8_t *quoted, size_t len)
{
	tcp_icmp(((struct host *)user)->tcp, flow, mtu, quoted, len);
}

static const struct net_ops ops = { .tx_burst = op_tx, .tcp_input = op_tcp, .tcp_icmp = op_icmp };

static struct net_addr
parse_addr(const char *s)
{
	uint8_t b[16];

	if (inet_pton(AF_INET6, s, b) == 1)
		return net_addr_v6(b);
	if (inet_pton(AF_INET, s, b) == 1)
		return net_addr_v4_bytes(b[0], b[1], b[2], b[3]);
	fprintf(stderr, "%s: no address\n", s);
	exit(2);
}

static void *
zalloc(size_t size)
{
	void *p = aligned_alloc(RTE_CACHE_LINE_SIZE, RTE_CACHE_LINE_ROUNDUP(size));

	if (p == NULL)
		abort();
	return memset(p, 0, size);
}

static void
host_init(struct host *h, char **argv, struct rte_mempool *hdr, struct rte_mempool *data)
{
	struct rte_mempool *const rx[] = { data };
	struct port_config pc = { .queues = 1, .mtu = (uint16_t)atoi(argv[3]), .rx_pools = rx };
	struct net_config nc = { .ops = &ops, .user = h, .pool = hdr, .secret = { 42 } };
	struct net_if_config ic = { .prefix4 = (uint8_t)atoi(argv[2]), .prefix6 = (uint8_t)atoi(argv[2]) };
	const struct net_addr any = { { 0 } }, self = parse_addr(argv[0]);
	struct tcp_config tc;
	char err[200];

	if (port_open(&h->port, &pc, err, sizeof(err)) != 0) {
		fprintf(stderr, "%s\n", err);
		exit(1);
	}
	*(net_addr_is_v4(&self) ? &ic.ip4 : &ic.ip6) = self;
	h->peer = parse_addr(argv[1]);
	if (!net_addr_is_v4(&self))
		ic.prefix4 = 0;
	else
		ic.prefix6 = 0;
	ic.mac = h->port.mac;
	ic.mtu = h->port.mtu;
	ic.caps = h->port.caps;
	h->net = net_init(zalloc(net_size()), &nc);
	if (net_if_set(h->net, 0, &ic) != 0)
		exit(1);
	tcp_config_default(&tc);
	tc.net = h->net;
	tc.events = &events;
	tc.ctx = h;
	tc.hdr_pool = hdr;
	tc.data_pool = data;
	tc.max_conns = 1024;
	tc.time_wait = 500000;
	tc.secret[3] = 77;
	h->tcp = tcp_stack_init(zalloc(tcp_stack_size(&tc)), &tc, now_us());
	if (h->tcp == NULL || tcp_listen(h->tcp, &any, ECHO_PORT, 64, NULL) < 0 || tcp_listen(h->tcp, &any, RELAY_PORT, 64, h) < 0)
		exit(1);
}

static void
loop(struct host *h)
{
	while (!stop) {
		struct rte_mbuf *pkts[BURST];
		const uint16_t n = port_rx(&h->port, 0, pkts, BURST);
		const uint64_t now = now_us();

		net_input(h->net, 0, pkts, n, now);
		net_timers(h->net, now);
		tcp_timers(h->tcp, now);
		tcp_flush(h->tcp, now);
		net_flush(h->net);
		if (n == 0) { /* the peer under test shares the core */
			const struct timespec ts = { 0, 50000 };

			nanosleep(&ts, NULL);
		}
	}
}

int
main(int argc, char **argv)
{
	struct host h = { 0 };
	struct rte_mempool *hdr, *data;
	int n = rte_eal_init(argc, argv);

	if (n < 0 || argc - n < 5) {
		fprintf(stderr, "usage: echo_host <EAL options> -- <address> <peer> <prefix> <mtu>\n");
		return 2;
	}
	hdr = rte_pktmbuf_pool_create("hdr", 8192, 64, 0, 192 + RTE_PKTMBUF_HEADROOM, SOCKET_ID_ANY);
	data = rte_pktmbuf_pool_create("data", 8192, 64, 0, 9216 + RTE_PKTMBUF_HEADROOM, SOCKET_ID_ANY);
	if (hdr == NULL || data == NULL)
		return 1;
	signal(SIGTERM, on_term);
	signal(SIGINT, on_term);
	host_init(&h, argv + n + 1, hdr, data);
	printf("ready %s mtu %u caps 0x%x\n", h.port.driver, h.port.mtu, h.port.caps);
	fflush(stdout);
	loop(&h);
	tcp_stack_fini(h.tcp);
	net_fini(h.net);
	port_close(&h.port);
	for (int i = 0; i < TCP_C_COUNT; i++)
		if (tcp_counter(h.tcp, (enum tcp_counter)i) != 0)
			printf("tcp %s %" PRIu64 "\n", tcp_counter_name((enum tcp_counter)i), tcp_counter(h.tcp, (enum tcp_counter)i));
	for (int i = 0; i < NET_C_COUNT; i++)
		if (net_counter(h.net, (enum net_counter)i) != 0)
			printf("net %s %" PRIu64 "\n", net_counter_name((enum net_counter)i), net_counter(h.net, (enum net_counter)i));
	printf("mbufs in use: %u %u\n", rte_mempool_in_use_count(hdr), rte_mempool_in_use_count(data));
	free(h.tcp);
	free(h.net);
	return rte_mempool_in_use_count(hdr) + rte_mempool_in_use_count(data) != 0;
}
