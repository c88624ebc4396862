/*
 * Fuzzes everything that a frame can reach: Ethernet, ARP, IPv4, IPv6, ICMP, ND and TCP. The input is a program: records of an operation byte and what it
 * needs. TCP segments get right checksums and numbers relative to live connections, so that states behind the handshake are reached; raw
 * frames are delivered as they are. After every program all mbufs must be back.
 *
 * Operations: 0 raw frame (u16 length, bytes) · 1 TCP segment (port selector, flags, i16 seq offset, i16 ack offset, u16 window, option length, payload
 * length, options) · 2 time passes (u16 ms) · 3 the application acts (choice byte).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_eal.h>
#include <rte_ip.h>
#include <rte_mempool.h>
#include <rte_tcp.h>

#include "dataplane/net/net.h"
#include "dataplane/net/net_cksum.h"
#include "dataplane/tcp/tcp.h"

#define CONNS 4

struct fuzz {
	const uint8_t *p, *end;
	struct net *net;
	struct tcp_stack *tcp;
	struct rte_mempool *pool;
	uint64_t now;
	tcp_id_t ids[CONNS]; /* accepted or connecting, newest last */
	unsigned int n_ids;
	/* what the peer knows of each port's connection: the host's numbers as last seen */
	uint32_t snd[4], rcv[4];
	uint16_t lport[4];
};

static struct rte_mempool *pool;
static void *net_mem, *tcp_mem;

static uint8_t
u8(struct fuzz *f)
{
	return f->p < f->end ? *f->p++ : 0;
}

static uint16_t
u16(struct fuzz *f)
{
	const uint8_t hi = u8(f);

	return (uint16_t)(hi << 8 | u8(f));
}

static void
remember(struct fuzz *f, tcp_id_t id)
{
	if (f->n_ids == CONNS) {
		memmove(f->ids, f->ids + 1, (CONNS - 1) * sizeof(f->ids[0]));
		f->n_ids--;
	}
	f->ids[f->n_ids++] = id;
}

static void
ev_accept(void *ctx, tcp_id_t id, void *cookie)
{
	(void)cookie;
	remember(ctx, id);
}

static void
ev_connected(void *ctx, tcp_id_t id, void *user, int err)
{
	(void)ctx;
	(void)id;
	(void)user;
	(void)err;
}

static void
ev_plain(void *ctx, tcp_id_t id, void *user)
{
	(void)ctx;
	(void)id;
	(void)user;
}

static void
ev_acked(void *ctx, tcp_id_t id, void *user, uint32_t bytes)
{
	(void)ctx;
	(void)id;
	(void)user;
	if (bytes == 0)
		abort();
}

static void
ev_closed(void *ctx, tcp_id_t id, void *user, enum tcp_close why)
{
	struct fuzz *f = ctx;

	(void)user;
	(void)why;
	tcp_rx_consume(f->tcp, id, 3);
}

static const struct tcp_events events = { ev_accept, ev_connected, ev_plain, ev_acked, ev_plain, ev_closed };

/* The wire's end: learns the host's numbers and frees. */
static uint16_t
op_tx(void *user, uint16_t ifidx, struct rte_mbuf **pkts, uint16_t n)
{
	struct fuzz *f = user;

	(void)ifidx;
	for (uint16_t i = 0; i < n; i++) {
		const struct rte_ipv4_hdr *ip = rte_pktmbuf_mtod_offset(pkts[i], const struct rte_ipv4_hdr *, RTE_ETHER_HDR_LEN);
		const struct rte_tcp_hdr *th = (const struct rte_tcp_hdr *)(ip + 1);

		if (pkts[i]->data_len >= RTE_ETHER_HDR_LEN + sizeof(*ip) + sizeof(*th) && ip->next_proto_id == IPPROTO_TCP) {
			const unsigned int k = rte_be_to_cpu_16(th->dst_port) & 3;

			f->snd[k] = rte_be_to_cpu_32(th->sent_seq) + (th->tcp_flags & 3 ? 1 : 0) + rte_pktmbuf_pkt_len(pkts[i]) - RTE_ETHER_HDR_LEN -
				(uint32_t)sizeof(*ip) - (th->data_off >> 4) * 4u;
			if (th->tcp_flags & 0x10)
				f->rcv[k] = rte_be_to_cpu_32(th->recv_ack);
			f->lport[k] = rte_be_to_cpu_16(th->src_port);
		}
		rte_pktmbuf_free(pkts[i]);
	}
	return n;
}

static void
op_tcp(void *user, struct rte_mbuf *m, const struct net_pkt *pkt, uint64_t now)
{
	tcp_input(((struct fuzz *)user)->tcp, m, pkt, now);
}

static void
op_icmp(void *user, const struct net_flow *flow, uint16_t mtu, const uint8_t *quoted, size_t len)
{
	tcp_icmp(((struct fuzz *)user)->tcp, flow, mtu, quoted, len);
}

static const struct net_ops ops = { .tx_burst = op_tx, .tcp_input = op_tcp, .tcp_icmp = op_icmp };

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static const char *const args[] = { "fuzz", "--no-huge", "--no-pci", "-m", "128", "--no-telemetry", "--no-shconf", "--iova-mode=va", "-l", "0", "--log-level=error" };
	char *eal[RTE_DIM(args)];
	struct tcp_config tc;

	(void)argc;
	(void)argv;
	for (unsigned int i = 0; i < RTE_DIM(args); i++)
		eal[i] = (char *)(uintptr_t)args[i];
	if (rte_eal_init(RTE_DIM(args), eal) < 0)
		exit(1);
	pool = rte_pktmbuf_pool_create("fuzz", 4095, 0, 0, 2048 + RTE_PKTMBUF_HEADROOM, SOCKET_ID_ANY);
	tcp_config_default(&tc);
	tc.max_conns = 16;
	tc.max_scoreboards = 4;
	net_mem = aligned_alloc(RTE_CACHE_LINE_SIZE, net_size());
	tcp_mem = aligned_alloc(RTE_CACHE_LINE_SIZE, tcp_stack_size(&tc));
	return pool == NULL || net_mem == NULL || tcp_mem == NULL;
}

static void
setup(struct fuzz *f)
{
	const struct net_config nc = { .ops = &ops, .user = f, .pool = pool };
	const struct net_if_config ic = { .mac = { { 2, 0, 0, 0, 0, 1 } }, .mtu = 1500, .caps = NET_CAP_MULTI_SEG, .ip4 = net_addr_v4_bytes(198, 18, 0, 1),
		.prefix4 = 24, .ip6 = net_addr_v6((const uint8_t[16]){ 0xfd, 0, 0, 0x18, [15] = 1 }), .prefix6 = 64 };
	const struct net_addr peer = net_addr_v4_bytes(198, 18, 0, 99), any = { { 0 } };
	const struct rte_ether_addr mac = { { 2, 0, 0, 0, 0, 99 } };
	struct tcp_config tc;

	f->net = net_init(net_mem, &nc);
	net_if_set(f->net, 0, &ic);
	net_neigh_set(f->net, 0, &peer, &mac);
	tcp_config_default(&tc);
	tc.net = f->net;
	tc.events = &events;
	tc.ctx = f;
	tc.hdr_pool = tc.data_pool = pool;
	tc.max_conns = 16;
	tc.max_time_wait = 4;
	tc.max_scoreboards = 4;
	tc.max_ooo_segs = 16;
	tc.max_rx_segs = 16;
	tc.rcv_buf = 8192;
	tc.snd_buf = 8192;
	tc.keepalive_idle = 5000000;
	memset(tcp_mem, 0, tcp_stack_size(&tc));
	f->tcp = tcp_stack_init(tcp_mem, &tc, 0);
	tcp_listen(f->tcp, &any, 80, 2, NULL);
	for (unsigned int k = 0; k < 4; k++)
		f->lport[k] = 80;
}

static void
raw_frame(struct fuzz *f)
{
	const uint16_t len = u16(f) % 1800;
	struct rte_mbuf *m = rte_pktmbuf_alloc(pool);
	uint8_t *p;

	if (m == NULL)
		return;
	p = (uint8_t *)rte_pktmbuf_append(m, len);
	for (uint16_t i = 0; i < len; i++)
		p[i] = u8(f);
	net_input(f->net, 0, &m, 1, f->now);
}

static void
tcp_segment(struct fuzz *f)
{
	const uint8_t k = u8(f) & 3, flags = u8(f);
	const int16_t dseq = (int16_t)u16(f), dack = (int16_t)u16(f);
	const uint16_t wnd = u16(f);
	const uint8_t n_opts = (uint8_t)(u8(f) % 11 * 4), n = u8(f);
	const struct net_addr src = net_addr_v4_bytes(198, 18, 0, 99), dst = net_addr_v4_bytes(198, 18, 0, 1);
	const uint16_t tcp_len = (uint16_t)(sizeof(struct rte_tcp_hdr) + n_opts + n);
	struct rte_mbuf *m = rte_pktmbuf_alloc(pool);
	struct rte_tcp_hdr *th;
	uint8_t *p;
	struct net_pkt pkt = { .src = src, .dst = dst, .proto = NET_PROTO_TCP, .cksum_ok = true };

	if (m == NULL)
		return;
	th = (struct rte_tcp_hdr *)rte_pktmbuf_append(m, tcp_len);
	*th = (struct rte_tcp_hdr){ .src_port = rte_cpu_to_be_16((uint16_t)(40000 + k)), .dst_port = rte_cpu_to_be_16(f->lport[k]),
		.sent_seq = rte_cpu_to_be_32(f->rcv[k] + (uint32_t)dseq), .recv_ack = rte_cpu_to_be_32(f->snd[k] + (uint32_t)dack),
		.data_off = (uint8_t)((sizeof(*th) + n_opts) / 4 << 4), .tcp_flags = flags, .rx_win = rte_cpu_to_be_16(wnd) };
	p = (uint8_t *)(th + 1);
	for (uint8_t i = 0; i < n_opts; i++)
		p[i] = u8(f);
	memset(p + n_opts, k, n);
	tcp_soon(f->tcp, m, &pkt);
	tcp_input(f->tcp, m, &pkt, f->now);
}

static void
application(struct fuzz *f)
{
	const uint8_t what = u8(f);
	const tcp_id_t id = f->n_ids > 0 ? f->ids[(what >> 4) % f->n_ids] : 0;
	const struct net_addr peer = net_addr_v4_bytes(198, 18, 0, 99);
	struct rte_mbuf *m;
	tcp_id_t fresh;
	uint32_t n;

	switch (what & 15) {
	case 0:
		n = tcp_rx_bytes(f->tcp, id);
		m = tcp_rx_take(f->tcp, id, n / 2 + 1);
		if (m != NULL) {
			uint32_t sum = 0;

			for (const struct rte_mbuf *s = m; s != NULL; s = s->next)
				sum += s->data_len;
			if (sum != rte_pktmbuf_pkt_len(m) || sum != n / 2 + 1 || tcp_rx_bytes(f->tcp, id) != n - sum)
				abort();
			tcp_rx_credit(f->tcp, id, sum);
			rte_pktmbuf_free(m);
		}
		break;
	case 1:
		tcp_rx_consume(f->tcp, id, u16(f));
		break;
	case 2:
	case 3:
		m = rte_pktmbuf_alloc(pool);
		if (m == NULL)
			break;
		rte_pktmbuf_append(m, u16(f) % 2000);
		if (tcp_send_take(f->tcp, id, m) != 0)
			rte_pktmbuf_free(m);
		break;
	case 4:
		tcp_shutdown(f->tcp, id);
		break;
	case 5:
		tcp_close(f->tcp, id);
		break;
	case 6:
		tcp_abort(f->tcp, id);
		break;
	case 7:
		if (tcp_connect(f->tcp, NULL, 0, &peer, (uint16_t)(40000 + (what >> 4)), NULL, &fresh) == 0)
			remember(f, fresh);
		break;
	case 8:
		tcp_unlisten(f->tcp, 0);
		tcp_listen(f->tcp, &(const struct net_addr){ { 0 } }, 80, what >> 4, NULL);
		break;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz f = { .p = data, .end = data + size };

	if (rte_mempool_in_use_count(pool) != 0)
		abort();
	setup(&f);
	for (unsigned int steps = 0; f.p < f.end && steps < 200; steps++) {
		switch (u8(&f) & 3) {
		case 0:
			raw_frame(&f);
			break;
		case 1:
			tcp_segment(&f);
			break;
		case 2:
			f.now += u16(&f) * 1000u;
			break;
		default:
			application(&f);
		}
		net_timers(f.net, f.now);
		tcp_timers(f.tcp, f.now);
		tcp_flush(f.tcp, f.now);
		net_flush(f.net);
	}
	tcp_stack_fini(f.tcp);
	net_fini(f.net);
	if (rte_mempool_in_use_count(pool) != 0)
		abort();
	return 0;
}
