/*
 * Clients and origin servers; see gen.h. What they send is copied into the worker's own buffers on the way, as a NIC's DMA would: the
 * worker gets direct mbufs that are its alone.
 */
#include "tests/bench/gen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/own.h"

#define BURST 64
#define SEND_AHEAD (4u << 20) /* queued beyond what is acknowledged, all connections: less than the ring holds, so that it is not loss that is measured */
#define SEND_AHEAD_LEAST (64u << 10) /* but for one of them enough that delayed acknowledgements do not stop it */
#define CONNECTS_PER_TURN 4

uint8_t
gen_byte(uint64_t offset)
{
	const uint32_t i = (uint32_t)(offset % GEN_PERIOD);

	return (uint8_t)(i ^ i >> 5 ^ i * 37);
}

/* --- what net and TCP call ------------------------------------------------------------------------------------------------------------- */

/* One frame as the worker's NIC would have received it. NULL: the NIC is out of buffers. */
static struct rte_mbuf *
received(struct gen *g, struct rte_mbuf *m)
{
	struct rte_mbuf *to = rte_pktmbuf_alloc(g->cfg.wire_pool);

	if (to == NULL)
		return NULL;
	to->pkt_len = to->data_len = (uint16_t)m->pkt_len;
	own_chain_read(m, 0, rte_pktmbuf_mtod(to, void *), m->pkt_len);
	return to;
}

static uint16_t
op_tx(void *user, uint16_t leg, struct rte_mbuf **pkts, uint16_t n)
{
	struct gen *g = user;
	struct rte_mbuf *out[BURST];
	uint16_t done = 0;

	while (done < n) {
		const uint16_t want = RTE_MIN((uint16_t)(n - done), (uint16_t)BURST);
		uint16_t k = 0, sent;

		while (k < want && (out[k] = received(g, pkts[done + k])) != NULL)
			k++;
		sent = port_tx(g->cfg.ports[leg], 0, out, k);
		rte_pktmbuf_free_bulk(out + sent, k - sent);
		rte_pktmbuf_free_bulk(pkts + done, sent);
		g->no_mbuf += k < want;
		done += sent;
		if (sent < want)
			break;
	}
	return done;
}

static void
op_tcp(void *user, struct rte_mbuf *m, const struct net_pkt *pkt, uint64_t now)
{
	tcp_input(((struct gen *)user)->tcp, m, pkt, now);
}

static const struct net_ops net_ops = { .tx_burst = op_tx, .tcp_input = op_tcp };

/* Fills an origin server's send queue by reference to the one plaintext. */
static void
feed(struct gen *g, struct gen_conn *c)
{
	const uint32_t ahead = RTE_MAX(SEND_AHEAD / g->cfg.conns, SEND_AHEAD_LEAST);

	while (tcp_send_space(g->tcp, c->id) > 0 && tcp_send_queued(g->tcp, c->id) < ahead) {
		struct rte_mbuf *m = rte_pktmbuf_alloc(g->cfg.hdr_pool);

		if (m == NULL) {
			g->no_mbuf++;
			return;
		}
		rte_pktmbuf_attach(m, g->text);
		if (tcp_send_take(g->tcp, c->id, m) != 0) {
			rte_pktmbuf_free(m);
			return;
		}
	}
}

static void
ev_accept(void *ctx, tcp_id_t id, void *cookie)
{
	struct gen *g = ctx;
	struct gen_conn *c;

	if (g->n_conns == 2 * g->cfg.conns) {
		tcp_abort(g->tcp, id);
		return;
	}
	c = &g->conns[g->n_conns++];
	*c = (struct gen_conn){ .id = id, .origin = true };
	tcp_set_user(g->tcp, id, c);
	feed(g, c);
}

static void
ev_connected(void *ctx, tcp_id_t id, void *user, int err)
{
	struct gen *g = ctx;

	if (err == 0)
		g->up++;
	else
		g->lost++;
}

static void
ev_readable(void *ctx, tcp_id_t id, void *user)
{
	struct gen *g = ctx;
	struct gen_conn *c = user;
	uint32_t left = c->verify != NULL ? tcp_rx_bytes(g->tcp, id) : 0;

	for (const struct rte_mbuf *m = left != 0 ? tcp_rx_head(g->tcp, id) : NULL; m != NULL && left != 0; m = m->next) {
		verify_bytes(c->verify, rte_pktmbuf_mtod(m, const uint8_t *), m->data_len);
		left -= m->data_len;
	}
	g->bytes += tcp_rx_consume(g->tcp, id, UINT32_MAX);
}

static void
ev_acked(void *ctx, tcp_id_t id, void *user, uint32_t bytes)
{
	struct gen_conn *c = user;

	if (c != NULL && c->origin)
		feed(ctx, c);
}

static void
ev_closed(void *ctx, tcp_id_t id, void *user, enum tcp_close why)
{
	((struct gen *)ctx)->lost++;
}

static const struct tcp_events events = { ev_accept, ev_connected, ev_readable, ev_acked, ev_readable, ev_closed };

/* --- life ------------------------------------------------------------------------------------------------------------------------------- */

static void *
zalloc(size_t size)
{
	void *p = aligned_alloc(RTE_CACHE_LINE_SIZE, RTE_CACHE_LINE_ROUNDUP(size));

	return p == NULL ? NULL : memset(p, 0, size);
}

static int
open_text(struct gen *g)
{
	g->text_pool = rte_pktmbuf_pool_create("bench_text", 1, 0, 0, GEN_PERIOD + RTE_PKTMBUF_HEADROOM, SOCKET_ID_ANY);
	g->text = g->text_pool == NULL ? NULL : rte_pktmbuf_alloc(g->text_pool);
	if (g->text == NULL)
		return -1;
	g->text->pkt_len = g->text->data_len = GEN_PERIOD;
	for (uint32_t i = 0; i < GEN_PERIOD; i++)
		rte_pktmbuf_mtod(g->text, uint8_t *)[i] = gen_byte(i);
	return 0;
}

static int
open_legs(struct gen *g)
{
	for (uint16_t i = 0; i < GEN_LEGS; i++) {
		const struct net_if_config leg = { .mac = g->cfg.ports[i]->mac, .mtu = g->cfg.ports[i]->mtu, .caps = g->cfg.ports[i]->caps,
			.ip4 = net_addr_v4_bytes(198, (uint8_t)(18 + i), 0, 2), .prefix4 = 24 };

		if (net_if_set(g->net, i, &leg) != 0)
			return -1;
	}
	return 0;
}

static int
open_tcp(struct gen *g, uint64_t now)
{
	const struct net_addr any = { { 0 } };
	struct tcp_config tc;
	void *mem;

	tcp_config_default(&tc);
	tc.net = g->net;
	tc.events = &events;
	tc.ctx = g;
	tc.hdr_pool = g->cfg.hdr_pool;
	tc.data_pool = g->cfg.data_pool;
	tc.max_conns = 4 * g->cfg.conns + 64;
	tc.snd_buf = 2 * SEND_AHEAD;
	mem = zalloc(tcp_stack_size(&tc));
	g->tcp = mem == NULL ? NULL : tcp_stack_init(mem, &tc, now);
	return g->tcp != NULL && tcp_listen(g->tcp, &any, 80, 4096, NULL) >= 0 ? 0 : -1;
}

int
gen_open(struct gen *g, const struct gen_config *cfg, uint64_t now)
{
	const struct net_config nc = { .ops = &net_ops, .user = g, .pool = cfg->hdr_pool };
	void *mem = zalloc(net_size());

	memset(g, 0, sizeof(*g));
	g->cfg = *cfg;
	g->conns = calloc(2 * (size_t)cfg->conns, sizeof(*g->conns));
	if (mem == NULL || g->conns == NULL)
		return -1;
	g->net = net_init(mem, &nc);
	if (open_text(g) == 0 && open_legs(g) == 0 && open_tcp(g, now) == 0)
		return 0;
	fprintf(stderr, "bench_ring: the generator did not start: no memory\n");
	return -1;
}

static void
connect_some(struct gen *g)
{
	const struct net_addr to = net_addr_v4_bytes(198, 18, 0, 1);

	for (uint32_t i = 0; i < CONNECTS_PER_TURN && g->cp.configured && g->started < g->cfg.conns; i++) {
		struct gen_conn *c = &g->conns[g->n_conns++];

		*c = (struct gen_conn){ .verify = g->started == 0 && g->cfg.check ? &g->verify : NULL };
		g->started++;
		if (tcp_connect(g->tcp, NULL, 0, &to, 443, c, &c->id) != 0)
			g->lost++;
	}
}

void
gen_turn(struct gen *g, uint64_t now)
{
	struct rte_mbuf *pkts[BURST];
	uint32_t work = stand_in_poll(&g->cp);

	connect_some(g);
	for (uint16_t i = 0; i < GEN_LEGS; i++) {
		const uint16_t n = port_rx(g->cfg.ports[i], 0, pkts, BURST);

		net_input(g->net, i, pkts, n, now);
		work += n;
	}
	net_timers(g->net, now);
	tcp_timers(g->tcp, now);
	tcp_flush(g->tcp, now);
	net_flush(g->net);
	g->turns++;
	g->idle_turns += work == 0;
}

void
gen_close(struct gen *g)
{
	stand_in_close(&g->cp);
	if (g->tcp != NULL)
		tcp_stack_fini(g->tcp);
	if (g->net != NULL)
		net_fini(g->net);
	rte_pktmbuf_free(g->text);
	rte_mempool_free(g->text_pool);
	free(g->tcp);
	free(g->net);
	free(g->conns);
}
