/*
 * net/: ARP, ND, IP validation, ICMP, checksums, routing, neighbour limits. Frames in, frames out, by hand.
 */
#include "tests/packet/pkt_env.h"

#include <rte_arp.h>
#include <rte_ip.h>
#include <rte_tcp.h>

#include "dataplane/net/net_cksum.h"
#include "dataplane/net/net_priv.h"
#include "dataplane/net/siphash.h"

static struct rte_mempool *pool;
static unsigned int pool_start;
static struct net *net;
static struct rte_mbuf *out[64];
static unsigned int n_out, n_tcp, n_icmp;
static const struct rte_mbuf *soon[256];
static unsigned int n_soon;
static uint16_t last_mtu;
static struct net_pkt last_pkt;
static uint32_t last_len;

static uint32_t
ip_be(uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
	const struct net_addr addr = net_addr_v4_bytes(a, b, c, d);

	return net_addr_to_v4(&addr);
}

static const struct rte_ether_addr our_mac = { { 2, 0, 0, 0, 0, 1 } }, peer_mac = { { 2, 0, 0, 0, 0, 9 } };

static uint16_t
op_tx(void *user, uint16_t ifidx, struct rte_mbuf **pkts, uint16_t n)
{
	uint16_t i;

	(void)user;
	(void)ifidx;
	for (i = 0; i < n && n_out < RTE_DIM(out); i++)
		out[n_out++] = pkts[i];
	return i;
}

/* What was announced and not handed over. */
static void
op_soon(void *user, const struct rte_mbuf *m, const struct net_pkt *pkt)
{
	assert_int_equal(pkt->proto, NET_PROTO_TCP);
	assert_true(n_soon < RTE_DIM(soon));
	soon[n_soon++] = m;
}

static void
op_tcp(void *user, struct rte_mbuf *m, const struct net_pkt *pkt, uint64_t now)
{
	(void)user;
	(void)now;
	assert_true(n_soon > 0);
	assert_ptr_equal(soon[0], m); /* each was announced, in the same order */
	memmove(soon, soon + 1, --n_soon * sizeof(soon[0]));
	n_tcp++;
	last_pkt = *pkt;
	last_len = rte_pktmbuf_pkt_len(m);
	rte_pktmbuf_free(m);
}

static void
op_icmp(void *user, const struct net_flow *flow, uint16_t mtu, const uint8_t *quoted, size_t len)
{
	(void)user;
	(void)flow;
	(void)quoted;
	assert_true(len >= 8);
	n_icmp++;
	last_mtu = mtu;
}

static const struct net_ops ops = { .tx_burst = op_tx, .tcp_soon = op_soon, .tcp_input = op_tcp, .tcp_icmp = op_icmp };

static int
setup(void **state)
{
	const struct net_config nc = { .ops = &ops, .pool = pool, .secret = { 5 } };
	const struct net_if_config ic = { .mac = our_mac, .mtu = 1500, .caps = NET_CAP_MULTI_SEG, .ip4 = net_addr_v4_bytes(198, 18, 0, 1), .prefix4 = 24,
		.gw4 = net_addr_v4_bytes(198, 18, 0, 254), .ip6 = net_addr_v6((const uint8_t[16]){ 0xfd, 0, 0, 0x18, [15] = 1 }), .prefix6 = 64 };

	(void)state;
	pool_start = rte_mempool_avail_count(pool);
	net = net_init(aligned_alloc(RTE_CACHE_LINE_SIZE, net_size()), &nc);
	n_out = n_tcp = n_icmp = n_soon = 0;
	return net_if_set(net, 0, &ic);
}

static int
teardown(void **state)
{
	(void)state;
	while (n_out > 0)
		rte_pktmbuf_free(out[--n_out]);
	net_fini(net);
	free(net);
	return rte_mempool_avail_count(pool) == pool_start ? 0 : -1;
}

static void
flush(void)
{
	net_flush(net);
}

static void
input(const void *frame, size_t len, uint64_t now)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(pool);

	memcpy(rte_pktmbuf_append(m, (uint16_t)len), frame, len);
	net_input(net, 0, &m, 1, now);
	flush();
}

struct arp_frame {
	struct rte_ether_hdr eth;
	struct rte_arp_hdr arp;
};

static struct arp_frame
arp_frame(uint16_t op, uint8_t sender, uint8_t target)
{
	struct arp_frame f = { .eth = { .src_addr = peer_mac, .ether_type = RTE_BE16(RTE_ETHER_TYPE_ARP) } };

	memset(&f.eth.dst_addr, 0xff, 6);
	f.arp = (struct rte_arp_hdr){ .arp_hardware = RTE_BE16(1), .arp_protocol = RTE_BE16(RTE_ETHER_TYPE_IPV4), .arp_hlen = 6, .arp_plen = 4, .arp_opcode = rte_cpu_to_be_16(op) };
	f.arp.arp_data.arp_sha = peer_mac;
	f.arp.arp_data.arp_sip = ip_be(198, 18, 0, 0) | rte_cpu_to_be_32(sender);
	f.arp.arp_data.arp_tip = ip_be(198, 18, 0, 0) | rte_cpu_to_be_32(target);
	return f;
}

/* An IPv4 frame of `proto` with `len` payload bytes, checksums right; the buffer is the caller's. */
static size_t
ip_frame(uint8_t *f, uint8_t proto, const void *payload, size_t len)
{
	struct rte_ether_hdr *eth = (struct rte_ether_hdr *)f;
	struct rte_ipv4_hdr *ip = (struct rte_ipv4_hdr *)(eth + 1);

	eth->dst_addr = our_mac;
	eth->src_addr = peer_mac;
	eth->ether_type = RTE_BE16(RTE_ETHER_TYPE_IPV4);
	*ip = (struct rte_ipv4_hdr){ .version_ihl = 0x45, .total_length = rte_cpu_to_be_16((uint16_t)(20 + len)), .time_to_live = 9, .next_proto_id = proto,
		.src_addr = ip_be(198, 18, 0, 9), .dst_addr = ip_be(198, 18, 0, 1) };
	ip->hdr_checksum = rte_ipv4_cksum(ip);
	memcpy(ip + 1, payload, len);
	return sizeof(*eth) + sizeof(*ip) + len;
}

static size_t
tcp_frame(uint8_t *f, size_t payload)
{
	uint8_t seg[1460] = { 0 };
	struct rte_tcp_hdr *th = (struct rte_tcp_hdr *)seg;
	const size_t n = ip_frame(f, IPPROTO_TCP, seg, sizeof(*th) + payload);
	struct rte_ipv4_hdr *ip = (struct rte_ipv4_hdr *)(f + 14);

	th = (struct rte_tcp_hdr *)(ip + 1);
	th->data_off = 0x50;
	th->src_port = th->dst_port = RTE_BE16(80);
	th->cksum = rte_ipv4_udptcp_cksum(ip, th);
	return n;
}

static void
fix_ip_cksum(uint8_t *f)
{
	struct rte_ipv4_hdr *ip = (struct rte_ipv4_hdr *)(f + 14);

	ip->hdr_checksum = 0;
	ip->hdr_checksum = (uint16_t)~rte_raw_cksum(ip, (ip->version_ihl & 15) * 4u);
}

static void
send_to(const struct net_addr *dst, unsigned int bytes, uint64_t now)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(pool);
	struct net_flow flow = { .dst = *dst, .proto = NET_PROTO_TCP };
	uint8_t *p = (uint8_t *)rte_pktmbuf_append(m, (uint16_t)(20 + bytes));

	memset(p, 0, 20 + bytes);
	p[12] = 0x50;
	m->l4_len = 20;
	flow.ifidx = (uint16_t)net_route(net, dst, &flow.src);
	net_output(net, m, &flow, now);
	flush();
}

static void
answers_arp_for_its_own_address_only(void **state)
{
	struct arp_frame f = arp_frame(RTE_ARP_OP_REQUEST, 9, 1);
	const struct arp_frame *reply;
	const struct net_addr peer = net_addr_v4_bytes(198, 18, 0, 9);
	struct rte_ether_addr mac;

	(void)state;
	input(&f, sizeof(f), 0);
	assert_int_equal(n_out, 1);
	reply = rte_pktmbuf_mtod(out[0], const struct arp_frame *);
	assert_memory_equal(&reply->eth.dst_addr, &peer_mac, 6);
	assert_int_equal(reply->arp.arp_opcode, RTE_BE16(RTE_ARP_OP_REPLY));
	assert_memory_equal(&reply->arp.arp_data.arp_sha, &our_mac, 6);
	assert_int_equal(reply->arp.arp_data.arp_sip, f.arp.arp_data.arp_tip);
	assert_int_equal(net_neigh_get(net, 0, &peer, &mac), 0); /* who asks will be talked to */
	f = arp_frame(RTE_ARP_OP_REQUEST, 9, 77);
	input(&f, sizeof(f), 0);
	assert_int_equal(n_out, 1);
}

static void
does_not_learn_what_nobody_asked(void **state)
{
	struct arp_frame f = arp_frame(RTE_ARP_OP_REPLY, 9, 1);
	const struct net_addr peer = net_addr_v4_bytes(198, 18, 0, 9);
	struct rte_ether_addr mac;

	(void)state;
	input(&f, sizeof(f), 0);
	assert_int_equal(net_neigh_get(net, 0, &peer, &mac), -ENOENT);
}

static void
rejects_malformed_arp(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 7; i++) {
		struct arp_frame f = arp_frame(RTE_ARP_OP_REQUEST, 9, 1);

		switch (i) {
		case 0: f.arp.arp_hardware = RTE_BE16(2); break;
		case 1: f.arp.arp_protocol = RTE_BE16(0x86dd); break;
		case 2: f.arp.arp_hlen = 8; break;
		case 3: f.arp.arp_opcode = RTE_BE16(9); break;
		case 4: f.arp.arp_data.arp_sha.addr_bytes[0] = 0xff; break;
		case 5: f.arp.arp_data.arp_sip = f.arp.arp_data.arp_tip; break; /* our own address */
		case 6: f.arp.arp_data.arp_sip = ip_be(10, 0, 0, 1); break; /* not of this link */
		}
		input(&f, sizeof(f), 0);
		assert_int_equal(net_counter(net, NET_C_DROP_ARP), i + 1);
	}
	for (size_t len = 0; len < sizeof(struct arp_frame); len++) { /* every truncation */
		struct arp_frame f = arp_frame(RTE_ARP_OP_REQUEST, 9, 1);

		input(&f, len, 0);
	}
	assert_int_equal(n_out, 0);
}

static void
asks_holds_frames_and_sends_them_when_answered(void **state)
{
	const struct net_addr peer = net_addr_v4_bytes(198, 18, 0, 9);
	struct arp_frame f = arp_frame(RTE_ARP_OP_REPLY, 9, 1);

	(void)state;
	for (unsigned int i = 0; i < NET_NEIGH_PENDING + 3; i++)
		send_to(&peer, i, 0);
	assert_int_equal(n_out, 1); /* one question */
	assert_int_equal(rte_pktmbuf_mtod(out[0], const struct arp_frame *)->arp.arp_opcode, RTE_BE16(RTE_ARP_OP_REQUEST));
	assert_int_equal(net_counter(net, NET_C_DROP_NEIGH), 3); /* the oldest went */
	input(&f, sizeof(f), 1000);
	assert_int_equal(n_out, 1 + NET_NEIGH_PENDING);
	assert_int_equal(rte_pktmbuf_pkt_len(out[1]), 14 + 20 + 20 + 3);
	assert_memory_equal(rte_pktmbuf_mtod(out[1], const uint8_t *), &peer_mac, 6);
	send_to(&peer, 1, 2000);
	assert_int_equal(n_out, 2 + NET_NEIGH_PENDING);
}

static void
gives_up_on_a_silent_neighbour(void **state)
{
	const struct net_addr peer = net_addr_v4_bytes(198, 18, 0, 9);

	(void)state;
	send_to(&peer, 0, 0);
	for (uint64_t t = 0; t < 20000000; t += 50000)
		net_timers(net, t);
	flush();
	assert_int_equal(n_out, 4); /* tries */
	assert_int_equal(net_counter(net, NET_C_NEIGH_FAILED), 1);
	assert_int_equal(n_icmp, 1); /* TCP was told */
	assert_int_equal(last_mtu, 0);
}

static void
asks_again_when_an_entry_is_old(void **state)
{
	const struct net_addr peer = net_addr_v4_bytes(198, 18, 0, 9);
	struct arp_frame f = arp_frame(RTE_ARP_OP_REQUEST, 9, 1);

	(void)state;
	input(&f, sizeof(f), 0);
	send_to(&peer, 0, 59000000);
	assert_int_equal(net_counter(net, NET_C_NEIGH_ASKED), 0);
	send_to(&peer, 0, 61000000); /* is sent, and the neighbour asked directly */
	assert_int_equal(net_counter(net, NET_C_NEIGH_ASKED), 1);
	assert_int_equal(n_out, 4);
	assert_memory_equal(rte_pktmbuf_mtod(out[2], const uint8_t *), &peer_mac, 6);
}

static void
the_cache_is_bounded_and_keeps_static_entries(void **state)
{
	const struct net_addr fixed = net_addr_v4_bytes(198, 18, 0, 99);
	struct rte_ether_addr mac;

	(void)state;
	assert_int_equal(net_neigh_set(net, 0, &fixed, &peer_mac), 0);
	for (uint32_t i = 0; i < 10000; i++) { /* a host claims many addresses */
		struct net_addr a = net_addr_v6((const uint8_t[16]){ 0xfd, 0, 0, 0x18, [12] = 1, [13] = (uint8_t)(i >> 16), [14] = (uint8_t)(i >> 8), [15] = (uint8_t)i });

		send_to(&a, 0, i);
		while (n_out > 0)
			rte_pktmbuf_free(out[--n_out]);
	}
	assert_true(net_counter(net, NET_C_NEIGH_EVICTED) >= 10000 - NET_NEIGHBOURS);
	assert_true(pool_start - rte_mempool_avail_count(pool) <= NET_NEIGHBOURS);
	assert_int_equal(net_neigh_get(net, 0, &fixed, &mac), 0);
}

static void
hands_up_a_good_segment_without_padding(void **state)
{
	uint8_t f[1600] = { 0 };
	const size_t n = tcp_frame(f, 3);

	(void)state;
	input(f, 60 > n ? 60 : n, 0); /* Ethernet pads to 60 */
	assert_int_equal(n_tcp, 1);
	assert_int_equal(last_len, 23);
	assert_int_equal(last_pkt.ifidx, 0);
	assert_int_equal(net_addr_to_v4(&last_pkt.src), ip_be(198, 18, 0, 9));
}

static unsigned int ahead; /* the most that were announced and not handed over */

static void
op_tcp_counts(void *user, struct rte_mbuf *m, const struct net_pkt *pkt, uint64_t now)
{
	ahead = RTE_MAX(ahead, n_soon);
	op_tcp(user, m, pkt, now);
}

static void
announces_a_burst_before_it_hands_it_over(void **state)
{
	static const struct net_ops counting = { .tx_burst = op_tx, .tcp_soon = op_soon, .tcp_input = op_tcp_counts };
	struct rte_mbuf *burst[150];
	uint8_t f[1600] = { 0 };
	const size_t n = tcp_frame(f, 3);

	(void)state;
	net->cfg.ops = &counting;
	for (unsigned int count = 1; count <= RTE_DIM(burst); count++) {
		n_tcp = ahead = 0;
		for (unsigned int i = 0; i < count; i++) {
			burst[i] = rte_pktmbuf_alloc(pool);
			memcpy(rte_pktmbuf_append(burst[i], (uint16_t)n), f, n);
			if (i % 5 == 4) /* what is not a good segment is not among them */
				*rte_pktmbuf_mtod_offset(burst[i], uint8_t *, 55) ^= 1;
		}
		net_input(net, 0, burst, (uint16_t)count, 0);
		assert_int_equal(n_tcp, count - count / 5);
		assert_int_equal(n_soon, 0);
		assert_int_equal(ahead, RTE_MIN(count - count / 5, (unsigned int)NET_SEGS));
	}
	flush();
}

static void
drops_bad_ip_packets_each_for_its_reason(void **state)
{
	static const struct {
		const char *what;
		unsigned int off;
		uint8_t value;
		bool fix;
		enum net_counter why;
	} bad[] = {
		{ "version", 14, 0x55, true, NET_C_DROP_IP_HEADER },
		{ "header length below 5", 14, 0x44, false, NET_C_DROP_IP_HEADER },
		{ "header length beyond total", 14, 0x4f, false, NET_C_DROP_IP_HEADER },
		{ "total length beyond frame", 16, 0x10, true, NET_C_DROP_SHORT },
		{ "header checksum", 24, 0x12, false, NET_C_DROP_IP_CKSUM },
		{ "more fragments", 20, 0x20, true, NET_C_DROP_FRAGMENT },
		{ "fragment offset", 21, 0x01, true, NET_C_DROP_FRAGMENT },
		{ "protocol", 23, 17, true, NET_C_DROP_PROTO },
		{ "multicast source", 26, 224, true, NET_C_DROP_IP_SOURCE },
		{ "loopback source", 26, 127, true, NET_C_DROP_IP_SOURCE },
		{ "broadcast source", 29, 255, true, NET_C_DROP_IP_SOURCE },
		{ "somebody else's address", 33, 2, true, NET_C_DROP_NOT_FOR_US },
		{ "somebody else's MAC", 5, 0x44, true, NET_C_DROP_NOT_FOR_US },
		{ "payload bit", 55, 1, true, NET_C_DROP_L4_CKSUM },
		{ "type", 12, 0x88, true, NET_C_DROP_ETHERTYPE },
	};

	(void)state;
	for (unsigned int i = 0; i < RTE_DIM(bad); i++) {
		uint8_t f[1600] = { 0 };
		const size_t n = tcp_frame(f, 4);
		const uint64_t before = net_counter(net, bad[i].why);

		f[bad[i].off] = bad[i].value;
		if (bad[i].fix)
			fix_ip_cksum(f);
		input(f, n, 0);
		if (net_counter(net, bad[i].why) != before + 1)
			fail_msg("%s", bad[i].what);
	}
	assert_int_equal(n_tcp, 0);
}

static void
drops_every_truncation(void **state)
{
	uint8_t f[1600] = { 0 };
	const size_t n = tcp_frame(f, 40);

	(void)state;
	for (size_t len = 0; len < n; len++)
		input(f, len, 0);
	assert_int_equal(n_tcp, 0);
	input(f, n, 0);
	assert_int_equal(n_tcp, 1);
}

static void
every_flipped_bit_of_a_segment_is_seen(void **state)
{
	uint8_t f[1600] = { 0 };
	const size_t n = tcp_frame(f, 16);

	(void)state;
	for (size_t bit = 14 * 8; bit < n * 8; bit++) {
		f[bit / 8] ^= (uint8_t)(1 << (bit % 8));
		input(f, n, 0);
		f[bit / 8] ^= (uint8_t)(1 << (bit % 8));
	}
	assert_int_equal(n_tcp, 0);
}

static void
skips_ip_options(void **state)
{
	uint8_t f[1600] = { 0 }, g[1600];
	const size_t n = tcp_frame(f, 4);
	struct rte_ipv4_hdr *ip = (struct rte_ipv4_hdr *)(g + 14);

	(void)state;
	memcpy(g, f, 34);
	memset(g + 34, 1, 4);
	memcpy(g + 38, f + 34, n - 34);
	ip->version_ihl = 0x46;
	ip->total_length = rte_cpu_to_be_16((uint16_t)(n - 14 + 4));
	fix_ip_cksum(g);
	input(g, n + 4, 0);
	assert_int_equal(n_tcp, 1);
	assert_int_equal(last_len, 24);
}

static void
answers_echo_requests(void **state)
{
	uint8_t icmp[64] = { 8, 0, 0, 0, 0x12, 0x34, 0, 1, 'p', 'i', 'n', 'g', '!' }, f[200] = { 0 };
	struct arp_frame a = arp_frame(RTE_ARP_OP_REQUEST, 9, 1);
	const struct rte_ipv4_hdr *ip;
	size_t n;

	(void)state;
	input(&a, sizeof(a), 0);
	for (size_t len = 8; len < sizeof(icmp); len++) {
		uint16_t sum;

		icmp[0] = 8;
		icmp[2] = icmp[3] = 0;
		sum = (uint16_t)~rte_raw_cksum(icmp, len);
		memcpy(icmp + 2, &sum, 2);
		n = ip_frame(f, IPPROTO_ICMP, icmp, len);
		input(f, n, 0);
		ip = rte_pktmbuf_mtod_offset(out[n_out - 1], const struct rte_ipv4_hdr *, 14);
		assert_int_equal(rte_raw_cksum(ip, 20), 0xffff);
		assert_int_equal(((const uint8_t *)(ip + 1))[0], 0);
		assert_int_equal(rte_raw_cksum(ip + 1, len), 0xffff);
		assert_memory_equal((const uint8_t *)(ip + 1) + 4, icmp + 4, len - 4);
		assert_int_equal(ip->dst_addr, ip_be(198, 18, 0, 9));
		rte_pktmbuf_free(out[--n_out]);
	}
	f[40] ^= 1; /* a flipped bit */
	input(f, n, 0);
	assert_int_equal(net_counter(net, NET_C_DROP_L4_CKSUM), 1);
}

static void
reports_errors_about_its_own_segments_only(void **state)
{
	uint8_t icmp[8 + 28] = { 3, 4, 0, 0, 0, 0, 1200 >> 8, 1200 & 255 }, f[200] = { 0 };
	struct rte_ipv4_hdr *quoted = (struct rte_ipv4_hdr *)(icmp + 8);
	uint16_t sum;

	(void)state;
	*quoted = (struct rte_ipv4_hdr){ .version_ihl = 0x45, .next_proto_id = 6, .src_addr = ip_be(198, 18, 0, 1), .dst_addr = ip_be(198, 18, 0, 9) };
	sum = (uint16_t)~rte_raw_cksum(icmp, sizeof(icmp));
	memcpy(icmp + 2, &sum, 2);
	input(f, ip_frame(f, IPPROTO_ICMP, icmp, sizeof(icmp)), 0);
	assert_int_equal(n_icmp, 1);
	assert_int_equal(last_mtu, 1200);
	quoted->src_addr = ip_be(198, 18, 0, 3);
	icmp[2] = icmp[3] = 0;
	sum = (uint16_t)~rte_raw_cksum(icmp, sizeof(icmp));
	memcpy(icmp + 2, &sum, 2);
	input(f, ip_frame(f, IPPROTO_ICMP, icmp, sizeof(icmp)), 0);
	assert_int_equal(n_icmp, 1);
	assert_int_equal(net_counter(net, NET_C_DROP_ICMP), 1);
}

static void
answers_neighbour_solicitations(void **state)
{
	static const uint8_t solicitation[] = {
		0x33, 0x33, 0xff, 0, 0, 1, 2, 0, 0, 0, 0, 9, 0x86, 0xdd, /* Ethernet */
		0x60, 0, 0, 0, 0, 32, 58, 255, 0xfd, 0, 0, 0x18, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9, 0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, 0, 0, 1,
		135, 0, 0, 0, 0, 0, 0, 0, 0xfd, 0, 0, 0x18, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 0, 0, 0, 0, 9,
	};
	uint8_t f[sizeof(solicitation)];
	struct net_addr src, dst;
	const uint8_t *r;
	struct rte_ether_addr mac;
	uint16_t sum;

	(void)state;
	memcpy(f, solicitation, sizeof(f));
	src = net_addr_v6(f + 22);
	dst = net_addr_v6(f + 38);
	sum = (uint16_t)~rte_raw_cksum(f + 54, 32); /* with the pseudo header */
	{
		const uint32_t all = (uint32_t)rte_raw_cksum(f + 54, 32) + net_cksum_pseudo(&src, &dst, 58, 32);

		sum = (uint16_t)~((all & 0xffff) + (all >> 16));
	}
	memcpy(f + 56, &sum, 2);
	input(f, sizeof(f), 0);
	assert_int_equal(n_out, 1);
	r = rte_pktmbuf_mtod(out[0], const uint8_t *);
	assert_memory_equal(r, &peer_mac, 6);
	assert_int_equal(r[54], 136);
	assert_int_equal(r[58], 0x60); /* solicited, override */
	assert_int_equal(r[21], 255);
	assert_memory_equal(r + 62, f + 62, 16);
	assert_memory_equal(r + 80, &our_mac, 6);
	assert_int_equal(net_neigh_get(net, 0, &src, &mac), 0);
	f[21] = 254; /* came through a router: forged */
	input(f, sizeof(f), 0);
	assert_int_equal(n_out, 1);
	assert_int_equal(net_counter(net, NET_C_DROP_ICMP), 1);
}

static void
routes_on_link_first_then_by_gateway(void **state)
{
	const struct net_addr on = net_addr_v4_bytes(198, 18, 0, 77), off = net_addr_v4_bytes(203, 0, 113, 1), on2 = net_addr_v4_bytes(198, 19, 0, 5);
	const struct net_addr gw = net_addr_v4_bytes(198, 18, 0, 254), v6_off = net_addr_v6((const uint8_t[16]){ 0x20, 1, [15] = 1 });
	const struct net_if_config second = { .mac = our_mac, .mtu = 9000, .ip4 = net_addr_v4_bytes(198, 19, 0, 1), .prefix4 = 24 };
	struct net_addr src;

	(void)state;
	assert_int_equal(net_if_set(net, 1, &second), 0);
	assert_int_equal(net_route(net, &on, &src), 0);
	assert_int_equal(net_route(net, &on2, &src), 1);
	assert_true(net_addr_eq(&src, &second.ip4));
	assert_int_equal(net_route(net, &off, NULL), 0);
	assert_int_equal(net_route(net, &v6_off, NULL), -ENETUNREACH);
	net_neigh_set(net, 0, &gw, &peer_mac);
	send_to(&off, 0, 0);
	assert_int_equal(n_out, 1);
	assert_memory_equal(rte_pktmbuf_mtod(out[0], const uint8_t *), &peer_mac, 6);
	assert_int_equal(net_if_set(net, NET_MAX_IFS, &second), -EINVAL);
}

static void
leaves_checksums_to_a_port_that_has_them(void **state)
{
	const struct net_addr peer = net_addr_v4_bytes(198, 18, 0, 9);
	struct net_if_config ic = *net_if_get(net, 0);
	const struct rte_ipv4_hdr *ip;

	(void)state;
	ic.caps |= NET_CAP_TX_IP_CKSUM | NET_CAP_TX_TCP_CKSUM;
	net_if_set(net, 0, &ic);
	net_neigh_set(net, 0, &peer, &peer_mac);
	send_to(&peer, 100, 0);
	assert_int_equal(net_counter(net, NET_C_CKSUM_SW_TX), 0);
	assert_true(out[0]->ol_flags & RTE_MBUF_F_TX_TCP_CKSUM && out[0]->ol_flags & RTE_MBUF_F_TX_IP_CKSUM && out[0]->ol_flags & RTE_MBUF_F_TX_IPV4);
	assert_int_equal(out[0]->l2_len, 14);
	assert_int_equal(out[0]->l3_len, 20);
	assert_int_equal(out[0]->l4_len, 20);
	ip = rte_pktmbuf_mtod_offset(out[0], const struct rte_ipv4_hdr *, 14);
	assert_int_equal(ip->hdr_checksum, 0);
	assert_int_equal(((const struct rte_tcp_hdr *)(ip + 1))->cksum, rte_ipv4_phdr_cksum(ip, out[0]->ol_flags)); /* as the driver wants it */
}

static void
believes_the_ports_verdict_on_checksums(void **state)
{
	struct net_if_config ic = *net_if_get(net, 0);
	uint8_t f[1600] = { 0 };
	const size_t n = tcp_frame(f, 4);
	static const struct {
		uint64_t flags;
		unsigned int up;
	} verdicts[] = { { RTE_MBUF_F_RX_IP_CKSUM_GOOD | RTE_MBUF_F_RX_L4_CKSUM_GOOD, 1 }, { RTE_MBUF_F_RX_IP_CKSUM_GOOD | RTE_MBUF_F_RX_L4_CKSUM_BAD, 1 }, { 0, 1 } };

	(void)state;
	ic.caps |= NET_CAP_RX_CKSUM;
	net_if_set(net, 0, &ic);
	f[n - 1] ^= 1; /* wrong, but only we could know */
	for (unsigned int i = 0; i < RTE_DIM(verdicts); i++) {
		struct rte_mbuf *m = rte_pktmbuf_alloc(pool);

		memcpy(rte_pktmbuf_append(m, (uint16_t)n), f, n);
		m->ol_flags |= verdicts[i].flags;
		net_input(net, 0, &m, 1, 0);
		assert_int_equal(n_tcp, verdicts[i].up);
	}
	assert_int_equal(net_counter(net, NET_C_DROP_L4_CKSUM), 2);
}

static void
sums_chains_of_any_segmentation(void **state)
{
	uint8_t data[4000];
	struct env_rng r = { 3 };

	(void)state;
	for (unsigned int i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(0xff - (env_rand(&r) & 15)); /* many carries */
	for (unsigned int round = 0; round < 200; round++) {
		struct rte_mbuf *head = NULL, *tail = NULL;
		uint32_t done = 0;

		while (done < sizeof(data)) {
			struct rte_mbuf *m = rte_pktmbuf_alloc(pool);
			const uint32_t n = RTE_MIN((uint32_t)(1 + env_rand(&r) % 1400), (uint32_t)sizeof(data) - done);

			memcpy(rte_pktmbuf_append(m, (uint16_t)n), data + done, n);
			done += n;
			if (head == NULL) {
				head = m;
			} else {
				tail->next = m;
				head->nb_segs++;
				head->pkt_len += n;
			}
			tail = m;
		}
		const uint32_t off = (uint32_t)(env_rand(&r) % 2000);

		assert_int_equal(net_cksum_sum(head, off, sizeof(data) - off, 0), rte_raw_cksum(data + off, sizeof(data) - off));
		rte_pktmbuf_free(head);
	}
}

static void
siphash_gives_the_papers_value(void **state)
{
	uint8_t key[16], in[15];

	(void)state;
	for (uint8_t i = 0; i < 16; i++)
		key[i] = i;
	for (uint8_t i = 0; i < 15; i++)
		in[i] = i;
	assert_true(siphash24(key, in, sizeof(in)) == 0xa129ca6149be45e5ull); /* appendix A */
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(answers_arp_for_its_own_address_only), T(does_not_learn_what_nobody_asked), T(rejects_malformed_arp),
		T(asks_holds_frames_and_sends_them_when_answered), T(gives_up_on_a_silent_neighbour), T(asks_again_when_an_entry_is_old),
		T(the_cache_is_bounded_and_keeps_static_entries), T(hands_up_a_good_segment_without_padding), T(announces_a_burst_before_it_hands_it_over),
		T(drops_bad_ip_packets_each_for_its_reason),
		T(drops_every_truncation), T(every_flipped_bit_of_a_segment_is_seen), T(skips_ip_options), T(answers_echo_requests),
		T(reports_errors_about_its_own_segments_only), T(answers_neighbour_solicitations), T(routes_on_link_first_then_by_gateway),
		T(leaves_checksums_to_a_port_that_has_them), T(believes_the_ports_verdict_on_checksums), T(sums_chains_of_any_segmentation), T(siphash_gives_the_papers_value),
	};

	env_eal();
	pool = env_pool("net", 4096, 2048);
	return cmocka_run_group_tests_name("net", tests, NULL, NULL);
}
