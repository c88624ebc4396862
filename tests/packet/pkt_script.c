/* The scripted peer; see pkt_script.h. */
#include "tests/packet/pkt_script.h"

#include <rte_ip.h>
#include <rte_tcp.h>

#include "dataplane/net/net_cksum.h"

struct script
script_new(const struct env_opts *o)
{
	struct env_opts one = *o;
	struct script s = { .iss = 0x10000000, .peer_port = 40000, .host_port = 80, .wnd = 65535 };

	one.hosts = 1;
	s.env = env_new(&one);
	s.h = &s.env->host[0];
	return s;
}

static uint8_t *
put32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16);
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)v;
	return p + 4;
}

static uint32_t
get32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static unsigned int
write_options(const struct script *s, const struct seg *g, uint8_t *p)
{
	uint8_t *const start = p;

	if (g->mss != 0) {
		*p++ = 2;
		*p++ = 4;
		*p++ = (uint8_t)(g->mss >> 8);
		*p++ = (uint8_t)g->mss;
	}
	if (g->wscale != 0) {
		*p++ = 3;
		*p++ = 3;
		*p++ = (uint8_t)g->wscale;
	}
	if (g->sack_ok) {
		*p++ = 4;
		*p++ = 2;
	}
	if (g->ts) {
		*p++ = 8;
		*p++ = 10;
		p = put32(p, g->ts_val);
		p = put32(p, g->ts_ecr);
	}
	if (g->n_sacks > 0) {
		*p++ = 5;
		*p++ = (uint8_t)(2 + 8 * g->n_sacks);
		for (unsigned int i = 0; i < g->n_sacks; i++) {
			p = put32(p, s->irs + g->sack[i][0]);
			p = put32(p, s->irs + g->sack[i][1]);
		}
	}
	while ((p - start) % 4 != 0)
		*p++ = 1;
	return (unsigned int)(p - start);
}

void
put(struct script *s, struct seg g)
{
	const struct net_addr src = env_peer_addr(), dst = env_addr(s->env, 0);
	struct rte_mbuf *m = rte_pktmbuf_alloc(s->env->data);
	uint8_t opts[60] = { 0 };
	struct rte_ether_hdr *eth;
	struct rte_ipv4_hdr *ip;
	struct rte_tcp_hdr *th;
	unsigned int n;
	uint8_t *data;

	assert_non_null(m);
	if (s->ts && !g.ts && !(g.flags & RST)) {
		g.ts = true;
		g.ts_val = s->ts_val;
		g.ts_ecr = s->ts_ecr;
	}
	n = write_options(s, &g, opts);
	eth = (struct rte_ether_hdr *)rte_pktmbuf_append(m, (uint16_t)(sizeof(*eth) + sizeof(*ip) + sizeof(*th) + n + g.len));
	assert_non_null(eth);
	eth->dst_addr = env_mac(0);
	eth->src_addr = env_mac(98);
	eth->ether_type = rte_cpu_to_be_16(RTE_ETHER_TYPE_IPV4);
	ip = (struct rte_ipv4_hdr *)(eth + 1);
	*ip = (struct rte_ipv4_hdr){ .version_ihl = RTE_IPV4_VHL_DEF, .total_length = rte_cpu_to_be_16((uint16_t)(sizeof(*ip) + sizeof(*th) + n + g.len)),
		.time_to_live = 64, .next_proto_id = IPPROTO_TCP, .src_addr = net_addr_to_v4(&src), .dst_addr = net_addr_to_v4(&dst) };
	ip->hdr_checksum = rte_ipv4_cksum(ip);
	th = (struct rte_tcp_hdr *)(ip + 1);
	*th = (struct rte_tcp_hdr){ .src_port = rte_cpu_to_be_16(s->peer_port), .dst_port = rte_cpu_to_be_16(s->host_port),
		.sent_seq = rte_cpu_to_be_32(s->iss + g.seq), .recv_ack = g.flags & ACK ? rte_cpu_to_be_32(s->irs + g.ack) : 0,
		.data_off = (uint8_t)((sizeof(*th) + n) / 4 << 4), .tcp_flags = g.flags, .rx_win = rte_cpu_to_be_16(g.wnd != 0 ? g.wnd : s->wnd) };
	memcpy(th + 1, opts, n);
	data = (uint8_t *)(th + 1) + n;
	for (uint32_t i = 0; i < g.len; i++)
		data[i] = env_byte(g.seq - 1 + i);
	th->cksum = (uint16_t)~net_cksum_sum(m, sizeof(*eth) + sizeof(*ip), (uint32_t)sizeof(*th) + n + g.len, net_cksum_pseudo(&src, &dst, NET_PROTO_TCP, (uint32_t)sizeof(*th) + n + g.len));
	net_input(s->h->net, 0, &m, 1, s->env->now);
}

void
give(struct script *s, struct seg g)
{
	put(s, g);
	env_poll(s->env);
}

unsigned int
waiting(const struct script *s)
{
	return s->h->out_n;
}

static void
read_options(const struct script *s, struct seg *g, const uint8_t *p, const uint8_t *end)
{
	while (p < end && *p != 0) {
		if (*p == 1) {
			p++;
			continue;
		}
		assert_true(p + 1 < end && p[1] >= 2 && p + p[1] <= end);
		if (*p == 2)
			g->mss = (uint16_t)(p[2] << 8 | p[3]);
		if (*p == 3)
			g->wscale = WS(p[2]);
		if (*p == 4)
			g->sack_ok = true;
		if (*p == 8) {
			g->ts = true;
			g->ts_val = get32(p + 2);
			g->ts_ecr = get32(p + 6);
		}
		if (*p == 5)
			for (; g->n_sacks < (p[1] - 2u) / 8; g->n_sacks++) {
				g->sack[g->n_sacks][0] = get32(p + 2 + 8 * g->n_sacks) - s->iss;
				g->sack[g->n_sacks][1] = get32(p + 6 + 8 * g->n_sacks) - s->iss;
			}
		p += p[1];
	}
}

struct seg
take(struct script *s)
{
	struct seg g = { 0 };
	const struct rte_ipv4_hdr *ip;
	const struct rte_tcp_hdr *th;
	const uint8_t *data, *end;
	struct rte_mbuf *m, *flat;
	struct net_addr src, dst;
	uint32_t tcp_len;

	assert_true(s->h->out_n > 0);
	m = s->h->out[s->h->out_head];
	s->h->out_head = (s->h->out_head + 1) % RTE_DIM(s->h->out);
	s->h->out_n--;
	flat = rte_pktmbuf_copy(m, s->env->data, 0, UINT32_MAX);
	rte_pktmbuf_free(m);
	assert_non_null(flat);
	assert_int_equal(flat->nb_segs, 1);
	ip = rte_pktmbuf_mtod_offset(flat, const struct rte_ipv4_hdr *, RTE_ETHER_HDR_LEN);
	th = (const struct rte_tcp_hdr *)(ip + 1);
	tcp_len = rte_be_to_cpu_16(ip->total_length) - (uint32_t)sizeof(*ip);
	assert_int_equal(rte_pktmbuf_pkt_len(flat), RTE_ETHER_HDR_LEN + sizeof(*ip) + tcp_len);
	assert_int_equal(rte_raw_cksum(ip, sizeof(*ip)), 0xffff);
	src = net_addr_v4(ip->src_addr);
	dst = net_addr_v4(ip->dst_addr);
	assert_int_equal(net_cksum_sum(flat, RTE_ETHER_HDR_LEN + sizeof(*ip), tcp_len, net_cksum_pseudo(&src, &dst, NET_PROTO_TCP, tcp_len)), 0xffff);
	data = (const uint8_t *)th + (th->data_off >> 4) * 4;
	end = (const uint8_t *)th + tcp_len;
	g.flags = th->tcp_flags;
	if (g.flags & SYN)
		s->irs = rte_be_to_cpu_32(th->sent_seq);
	if (g.flags & SYN && !(g.flags & ACK))
		s->host_port = rte_be_to_cpu_16(th->src_port);
	g.seq = rte_be_to_cpu_32(th->sent_seq) - s->irs;
	g.ack = g.flags & ACK ? rte_be_to_cpu_32(th->recv_ack) - s->iss : 0;
	g.wnd = rte_be_to_cpu_16(th->rx_win);
	g.len = (uint32_t)(end - data);
	read_options(s, &g, (const uint8_t *)(th + 1), data);
	for (uint32_t i = 0; i < g.len; i++)
		g.odd_payload |= data[i] != env_byte(g.seq - 1 + i);
	if (g.ts)
		s->ts_ecr = g.ts_val;
	rte_pktmbuf_free(flat);
	return g;
}

void
expect_none(struct script *s)
{
	if (s->h->out_n != 0) {
		const struct seg g = take(s);

		fail_msg("unexpected segment: flags 0x%02x seq %u ack %u len %u wnd %u", g.flags, g.seq, g.ack, g.len, g.wnd);
	}
}

void
pass(struct script *s, uint64_t us)
{
	env_run(s->env, us);
}

tcp_id_t
script_accept(struct script *s, struct seg o)
{
	const struct net_addr any = { { 0 } };
	struct seg g;

	if (s->host_port == 80 && tcp_counter(s->h->tcp, TCP_C_PASSIVE_OPENS) == 0)
		assert_true(tcp_listen(s->h->tcp, &any, 80, 8, NULL) >= 0);
	o.flags = SYN;
	give(s, o);
	g = take(s);
	assert_int_equal(g.flags, SYN | ACK);
	assert_int_equal(g.ack, 1);
	s->ts = o.ts;
	s->ts_val = o.ts_val;
	give(s, SEG(.flags = ACK, .seq = 1, .ack = 1));
	expect_none(s);
	assert_true(s->h->n_conns > 0);
	assert_int_equal(s->h->conns[s->h->n_conns - 1].accepted, 1);
	return s->h->conns[s->h->n_conns - 1].id;
}

tcp_id_t
script_connect(struct script *s, struct seg o)
{
	const struct net_addr peer = env_peer_addr();
	struct seg g;
	tcp_id_t id;

	assert_int_equal(tcp_connect(s->h->tcp, NULL, 0, &peer, s->peer_port, NULL, &id), 0);
	env_poll(s->env);
	g = take(s);
	assert_int_equal(g.flags, SYN);
	o.flags = SYN | ACK;
	o.ack = 1;
	if (o.ts)
		o.ts_ecr = g.ts_val;
	give(s, o);
	s->ts = o.ts;
	s->ts_val = o.ts_val;
	g = take(s);
	assert_int_equal(g.flags, ACK);
	assert_int_equal(g.seq, 1);
	assert_int_equal(g.ack, 1);
	return id;
}

enum tcp_state
state_of(struct script *s, tcp_id_t id)
{
	struct tcp_info info;

	return tcp_conn_info(s->h->tcp, id, &info) == 0 ? info.state : TCP_CLOSED;
}

void
host_sends(struct script *s, tcp_id_t id, uint64_t off, uint32_t len)
{
	assert_int_equal(tcp_send_take(s->h->tcp, id, env_data(s->env, off, len, 2048)), 0);
	env_poll(s->env);
}
