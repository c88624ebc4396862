/*
 * port/: opening real drivers that need no hardware (ring, null), offloads, accounting, the prediction of RSS, and several workers on one queue.
 */
#include "tests/packet/pkt_env.h"

#include <poll.h>

#include <rte_dev.h>
#include <rte_ethdev.h>
#include <rte_ip.h>

#include "dataplane/port/port.h"

static struct rte_mempool *pool;
static unsigned int pool_start;
static struct rte_mempool *pools[PORT_MAX_QUEUES];

static uint16_t
vdev(const char *name, const char *args)
{
	uint16_t id;

	assert_int_equal(rte_eal_hotplug_add("vdev", name, args), 0);
	assert_int_equal(rte_eth_dev_get_port_by_name(name, &id), 0);
	return id;
}

static void
moves_frames_and_counts_them(void **state)
{
	struct port_config pc = { .index = vdev("net_null_moves", "size=100"), .queues = 1, .rx_pools = pools };
	struct rte_mbuf *pkts[8];
	struct port p;
	char err[200] = "";

	(void)state;
	assert_int_equal(port_open(&p, &pc, err, sizeof(err)), 0);
	assert_string_equal(p.driver, "net_null");
	assert_int_equal(port_rx(&p, 0, pkts, 8), 8);
	assert_int_equal(p.q[0].rx, 8);
	assert_int_equal(p.q[0].rx_bytes, 800);
	assert_int_equal(port_tx(&p, 0, pkts, 8), 8);
	assert_int_equal(p.q[0].tx, 8);
	assert_int_equal(p.q[0].tx_bytes, 800);
	assert_int_equal(p.q[0].tx_full, 0);
	assert_int_equal(port_queue_of(&p, &(struct net_addr){ { 0 } }, 1, &(struct net_addr){ { 0 } }, 2), 0);
	port_close(&p);
}

static void
a_full_port_leaves_the_rest_to_the_caller(void **state)
{
	struct port_config pc = { .index = vdev("net_ring_full", ""), .queues = 1, .rx_pools = pools };
	struct rte_mbuf *pkts[3000];
	struct port p;
	uint16_t took, back;
	char err[200] = "";

	(void)state;
	assert_int_equal(port_open(&p, &pc, err, sizeof(err)), 0);
	assert_int_equal(rte_pktmbuf_alloc_bulk(pool, pkts, RTE_DIM(pkts)), 0);
	took = port_tx(&p, 0, pkts, RTE_DIM(pkts));
	assert_true(took > 0 && took < RTE_DIM(pkts));
	assert_int_equal(p.q[0].tx_full, RTE_DIM(pkts) - took);
	rte_pktmbuf_free_bulk(pkts + took, RTE_DIM(pkts) - took);
	for (back = 0; back < took;) { /* the ring gives them back in order */
		const uint16_t n = port_rx(&p, 0, pkts, 64);

		assert_true(n > 0);
		rte_pktmbuf_free_bulk(pkts, n);
		back += n;
	}
	port_close(&p);
}

static void
refuses_what_cannot_work_and_says_why(void **state)
{
	struct port_config pc = { .index = 999, .queues = 1, .rx_pools = pools };
	struct port p;
	char err[200] = "";

	(void)state;
	assert_int_equal(port_open(&p, &pc, err, sizeof(err)), -ENODEV);
	assert_non_null(strstr(err, "999"));
	pc.index = vdev("net_ring_refused", "");
	pc.queues = 0;
	assert_int_equal(port_open(&p, &pc, err, sizeof(err)), -EINVAL);
	pc.queues = 1;
	pc.index = vdev("net_null_refused", "size=64");
	pc.mtu = 20000; /* larger than a buffer, and this driver cannot scatter */
	assert_int_equal(port_open(&p, &pc, err, sizeof(err)), -EINVAL);
	assert_non_null(strstr(err, "fit"));
}

static void
memory_links_do_without_checksums(void **state)
{
	struct port_config pc = { .index = vdev("net_null_nocksum", "size=64"), .queues = 1, .rx_pools = pools, .no_cksum = true, .mtu = 9000 };
	struct rte_mbuf *m;
	struct port p;
	char err[200] = "";

	(void)state;
	assert_int_equal(port_open(&p, &pc, err, sizeof(err)), 0);
	assert_int_equal(p.mtu, 9000);
	assert_int_equal(p.caps & (NET_CAP_RX_CKSUM | NET_CAP_TX_IP_CKSUM | NET_CAP_TX_TCP_CKSUM), NET_CAP_RX_CKSUM | NET_CAP_TX_IP_CKSUM | NET_CAP_TX_TCP_CKSUM);
	assert_int_equal(port_rx(&p, 0, &m, 1), 1);
	assert_true((m->ol_flags & RTE_MBUF_F_RX_L4_CKSUM_MASK) == RTE_MBUF_F_RX_L4_CKSUM_GOOD);
	rte_pktmbuf_free(m);
	port_close(&p);
}

static void
offloads_can_be_forbidden(void **state)
{
	struct port_config pc = { .index = vdev("net_ring_forbid", ""), .queues = 1, .rx_pools = pools };
	struct port p;
	char err[200] = "";

	(void)state;
	assert_int_equal(port_open(&p, &pc, err, sizeof(err)), 0);
	assert_true(p.caps & NET_CAP_MULTI_SEG);
	port_close(&p);
	pc.index = vdev("net_ring_forbid2", "");
	pc.forbid_caps = NET_CAP_MULTI_SEG;
	assert_int_equal(port_open(&p, &pc, err, sizeof(err)), 0);
	assert_false(p.caps & NET_CAP_MULTI_SEG);
	port_close(&p);
}

static void
foretells_the_queue_of_a_flow(void **state)
{
	/* Verification suite of the Toeplitz hash as drivers publish it (Microsoft, "Verifying the RSS Hash Calculation"): key, flows, hashes. */
	static const uint8_t key[40] = { 0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3, 0x8f, 0xb0, 0xd0, 0xca, 0x2b, 0xcb,
		0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3, 0x80, 0x30, 0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa };
	static const struct {
		uint8_t src[4], dst[4];
		uint16_t sport, dport;
		uint32_t hash;
	} flows[] = {
		{ { 66, 9, 149, 187 }, { 161, 142, 100, 80 }, 2794, 1766, 0x51ccc178 },
		{ { 199, 92, 111, 2 }, { 65, 69, 140, 83 }, 14230, 4739, 0xc626b0ea },
		{ { 24, 19, 198, 95 }, { 12, 22, 207, 184 }, 12898, 38024, 0x5c2b394a },
	};
	struct port p = { .reta_size = 2048, .rss_key_len = 40 };

	(void)state;
	memcpy(p.rss_key, key, sizeof(key));
	for (uint16_t i = 0; i < 2048; i++)
		p.reta[i] = i;
	for (unsigned int i = 0; i < RTE_DIM(flows); i++) {
		const struct net_addr src = net_addr_v4_bytes(flows[i].src[0], flows[i].src[1], flows[i].src[2], flows[i].src[3]);
		const struct net_addr dst = net_addr_v4_bytes(flows[i].dst[0], flows[i].dst[1], flows[i].dst[2], flows[i].dst[3]);

		assert_int_equal(port_queue_of(&p, &dst, flows[i].dport, &src, flows[i].sport), flows[i].hash & 2047);
	}
}

/* --- several workers on a port of one queue ------------------------------------------------------------------------------------------ */

#define WORKERS 3

/* A ring port hands back what is sent on it. */
static struct port *
looped_port(const char *name)
{
	struct port_config pc = { .index = vdev(name, ""), .queues = WORKERS, .rx_pools = pools };
	struct port *p = calloc(1, sizeof(*p));
	char err[200] = "";

	assert_non_null(p);
	assert_int_equal(port_open(p, &pc, err, sizeof(err)), 0);
	assert_int_equal(p->queues, WORKERS);
	assert_non_null(p->dist);
	return p;
}

static void
done(struct port *p)
{
	port_close(p);
	free(p);
	assert_int_equal(rte_mempool_avail_count(pool), pool_start);
}

/* The segment number i of a flow, or (tcp false) a datagram. */
static struct rte_mbuf *
frame(bool v6, const struct net_addr *src, uint16_t sport, const struct net_addr *dst, uint16_t dport, uint8_t proto)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(pool);
	struct rte_ether_hdr *eth = (void *)rte_pktmbuf_append(m, sizeof(*eth));
	uint8_t *l4;

	memset(eth, 0, sizeof(*eth));
	if (v6) {
		struct rte_ipv6_hdr *ip = (void *)rte_pktmbuf_append(m, sizeof(*ip));

		eth->ether_type = RTE_BE16(RTE_ETHER_TYPE_IPV6);
		memset(ip, 0, sizeof(*ip));
		ip->vtc_flow = RTE_BE32(6u << 28);
		ip->proto = proto;
		memcpy(ip->src_addr, src->b, 16);
		memcpy(ip->dst_addr, dst->b, 16);
	} else {
		struct rte_ipv4_hdr *ip = (void *)rte_pktmbuf_append(m, sizeof(*ip));

		eth->ether_type = RTE_BE16(RTE_ETHER_TYPE_IPV4);
		memset(ip, 0, sizeof(*ip));
		ip->version_ihl = 0x45;
		ip->next_proto_id = proto;
		ip->src_addr = net_addr_to_v4(src);
		ip->dst_addr = net_addr_to_v4(dst);
	}
	l4 = (void *)rte_pktmbuf_append(m, 20);
	memset(l4, 0, 20);
	l4[0] = (uint8_t)(sport >> 8);
	l4[1] = (uint8_t)sport;
	l4[2] = (uint8_t)(dport >> 8);
	l4[3] = (uint8_t)dport;
	return m;
}

static struct net_addr
host(bool v6, uint8_t n)
{
	const uint8_t b[16] = { 0xfd, 0, 0, 0x18, [15] = n };

	return v6 ? net_addr_v6(b) : net_addr_v4_bytes(198, 18, 0, n);
}

static void
frames_reach_the_worker_that_port_queue_of_foretells(void **state)
{
	struct port *p = looped_port("net_ring_spread");
	unsigned int seen[WORKERS] = { 0 };
	struct rte_mbuf *m, *got[8];

	(void)state;
	for (unsigned int i = 0; i < 600; i++) {
		const bool v6 = i & 1;
		const struct net_addr us = host(v6, 1), them = host(v6, (uint8_t)(2 + i % 50));
		const uint16_t sport = (uint16_t)(1024 + i * 7), want = port_queue_of(p, &us, 443, &them, sport);

		m = frame(v6, &them, sport, &us, 443, NET_PROTO_TCP);
		assert_int_equal(port_tx(p, 0, &m, 1), 1);
		assert_int_equal(port_rx(p, 0, got, 8), want == 0);
		assert_int_equal(port_relayed(p, 0), want != 0);
		for (uint16_t q = 1; q < WORKERS; q++)
			assert_int_equal(port_rx(p, q, got, 8), want == q);
		assert_ptr_equal(got[0], m);
		rte_pktmbuf_free(m);
		seen[want]++;
	}
	for (uint16_t q = 0; q < WORKERS; q++) {
		assert_true(seen[q] > 600 / WORKERS / 2); /* spread, not piled up */
		assert_int_equal(p->q[q].rx, seen[q]);
	}
	done(p);
}

static void
order_within_a_flow_is_kept(void **state)
{
	struct port *p = looped_port("net_ring_order");
	const struct net_addr us = host(false, 1), them = host(false, 2);
	struct rte_mbuf *sent[200], *got[200];
	uint16_t sport = 1000, q, n = 0, k;

	(void)state;
	while ((q = port_queue_of(p, &us, 443, &them, sport)) == 0)
		sport++;
	for (unsigned int i = 0; i < RTE_DIM(sent); i++)
		sent[i] = frame(false, &them, sport, &us, 443, NET_PROTO_TCP);
	assert_int_equal(port_tx(p, 0, sent, RTE_DIM(sent)), RTE_DIM(sent));
	for (int i = 0; i < 10; i++)
		assert_int_equal(port_rx(p, 0, got, 64), 0);
	while ((k = port_rx(p, q, got + n, 32)) > 0)
		n += k;
	assert_int_equal(n, RTE_DIM(sent));
	assert_memory_equal(sent, got, sizeof(sent));
	rte_pktmbuf_free_bulk(got, n);
	done(p);
}

static void
frames_of_no_flow_are_the_owners_and_icmp_errors_go_to_the_flow_they_quote(void **state)
{
	struct port *p = looped_port("net_ring_icmp");
	struct rte_mbuf *m, *quote, *got[8];

	(void)state;
	for (int v6 = 0; v6 < 2; v6++) {
		const struct net_addr us = host(v6, 1), them = host(v6, 2), router = host(v6, 9);
		uint16_t sport = 2000, want;

		while ((want = port_queue_of(p, &us, sport, &them, 80)) == 0)
			sport++;
		m = frame(v6, &them, 80, &us, sport, 17);
		assert_int_equal(port_tx(p, 0, &m, 1), 1);
		assert_int_equal(port_rx(p, 0, got, 8), 1);
		rte_pktmbuf_free(m);
		m = frame(v6, &router, v6 ? 0x0200 : 0x0304, &us, 0, v6 ? NET_PROTO_ICMP6 : NET_PROTO_ICMP); /* too big */
		rte_pktmbuf_trim(m, 12);
		quote = frame(v6, &us, sport, &them, 80, NET_PROTO_TCP);
		memcpy(rte_pktmbuf_append(m, quote->data_len - 14), rte_pktmbuf_mtod_offset(quote, void *, 14), quote->data_len - 14u);
		rte_pktmbuf_free(quote);
		for (uint16_t cut = m->data_len; cut > 14; cut--) { /* any length: to the flow, or to the owner when the quote is too short */
			const uint16_t l3 = v6 ? 40 : 20, whole = (uint16_t)(14 + l3 + 8 + l3 + 8);
			struct rte_mbuf *c = rte_pktmbuf_copy(m, pool, 0, cut);
			const uint16_t to = cut >= whole ? want : 0;

			assert_int_equal(port_tx(p, 0, &c, 1), 1);
			assert_int_equal(port_rx(p, 0, got, 8), to == 0);
			if (to != 0)
				assert_int_equal(port_rx(p, to, got, 8), 1);
			rte_pktmbuf_free(c);
		}
		rte_pktmbuf_free(m);
	}
	m = rte_pktmbuf_alloc(pool); /* no bytes at all */
	assert_int_equal(port_tx(p, 0, &m, 1), 1);
	assert_int_equal(port_rx(p, 0, got, 8), 1);
	rte_pktmbuf_free(m);
	done(p);
}

static void
other_workers_send_through_the_owner(void **state)
{
	struct port *p = looped_port("net_ring_send");
	const struct net_addr us = host(false, 1), them = host(false, 2);
	struct rte_mbuf *m[100], *got[64];
	unsigned int total = 0;
	uint16_t sport = 1, n;

	(void)state;
	while (port_queue_of(p, &us, 443, &them, sport) != 0) /* comes back to the owner */
		sport++;
	for (uint16_t q = 1; q < WORKERS; q++) {
		for (unsigned int i = 0; i < RTE_DIM(m); i++)
			m[i] = frame(false, &them, sport, &us, 443, NET_PROTO_TCP);
		assert_int_equal(port_tx(p, q, m, RTE_DIM(m)), RTE_DIM(m));
		assert_int_equal(p->q[q].tx, RTE_DIM(m));
		assert_int_equal(p->q[q].tx_full, 0);
	}
	while ((n = port_rx(p, 0, got, 64)) > 0) {
		rte_pktmbuf_free_bulk(got, n);
		total += n;
	}
	assert_int_equal(total, RTE_DIM(m) * (WORKERS - 1));
	assert_int_equal(port_relayed(p, 0), total);
	done(p);
}

static void
a_worker_that_does_not_take_costs_frames_that_are_counted(void **state)
{
	struct port *p = looped_port("net_ring_lazy");
	const struct net_addr us = host(false, 1), them = host(false, 2);
	struct rte_mbuf *m, *got[64];
	uint16_t sport = 1, took = 0, n;

	(void)state;
	while (port_queue_of(p, &us, 443, &them, sport) != 1)
		sport++;
	for (unsigned int i = 0; i < 3000; i++) {
		m = frame(false, &them, sport, &us, 443, NET_PROTO_TCP);
		assert_int_equal(port_tx(p, 0, &m, 1), 1);
		assert_int_equal(port_rx(p, 0, got, 64), 0);
	}
	while ((n = port_rx(p, 1, got, 64)) > 0) {
		rte_pktmbuf_free_bulk(got, n);
		took += n;
	}
	assert_true(took >= 2000 && took < 3000);
	assert_int_equal(port_missed(p), 3000 - took);
	/* and sending to an owner that does not come leaves the rest to the caller */
	for (took = 0; ; took++) {
		m = frame(false, &them, sport, &us, 443, NET_PROTO_TCP);
		if (port_tx(p, 1, &m, 1) == 0)
			break;
	}
	rte_pktmbuf_free(m);
	assert_true(took >= 2000);
	assert_int_equal(p->q[1].tx_full, 1);
	done(p); /* frees what is in the rings */
}

static bool
readable(int fd)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };

	return poll(&pfd, 1, 0) == 1;
}

static void
a_sleeping_worker_is_woken(void **state)
{
	struct port *p = looped_port("net_ring_sleep");
	const struct net_addr us = host(false, 1), them = host(false, 2);
	struct rte_mbuf *m, *got[8];
	uint16_t sport = 1;
	int fd = -1;

	(void)state;
	while (port_queue_of(p, &us, 443, &them, sport) != 1)
		sport++;
	/* handed over while it sleeps */
	assert_int_equal(port_sleep(p, 1, &fd), 0);
	assert_true(fd >= 0);
	assert_false(readable(fd));
	m = frame(false, &them, sport, &us, 443, NET_PROTO_TCP);
	assert_int_equal(port_tx(p, 0, &m, 1), 1);
	assert_int_equal(port_rx(p, 0, got, 8), 0);
	assert_true(readable(fd));
	port_wake(p, 1);
	assert_false(readable(fd));
	/* handed over before: it does not go to sleep */
	assert_int_equal(port_sleep(p, 1, &fd), -EAGAIN);
	assert_int_equal(port_rx(p, 1, got, 8), 1);
	/* the owner is woken by what another sends */
	assert_int_equal(port_sleep(p, 0, &fd), 0);
	assert_int_equal(port_tx(p, 1, &m, 1), 1);
	assert_true(readable(fd));
	port_wake(p, 0);
	assert_int_equal(port_sleep(p, 0, &fd), -EAGAIN);
	/* awake workers are not bothered */
	assert_int_equal(port_rx(p, 0, got, 8), 0);
	assert_int_equal(port_rx(p, 1, got, 8), 1);
	assert_false(readable(fd));
	rte_pktmbuf_free(m);
	assert_int_equal(port_relayed(p, 0), 3); /* handed over twice, sent once for another */
	/* an owner whose loop has ended relays for the others, and drops its own */
	while (port_queue_of(p, &us, 443, &them, sport) != 0)
		sport++;
	m = frame(false, &them, sport, &us, 443, NET_PROTO_TCP);
	assert_int_equal(port_tx(p, 1, &m, 1), 1);
	assert_int_equal(port_relay(p), 2); /* sent, and received again */
	assert_int_equal(port_relay(p), 0);
	done(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(moves_frames_and_counts_them),
		cmocka_unit_test(a_full_port_leaves_the_rest_to_the_caller),
		cmocka_unit_test(refuses_what_cannot_work_and_says_why),
		cmocka_unit_test(memory_links_do_without_checksums),
		cmocka_unit_test(offloads_can_be_forbidden),
		cmocka_unit_test(foretells_the_queue_of_a_flow),
		cmocka_unit_test(frames_reach_the_worker_that_port_queue_of_foretells),
		cmocka_unit_test(order_within_a_flow_is_kept),
		cmocka_unit_test(frames_of_no_flow_are_the_owners_and_icmp_errors_go_to_the_flow_they_quote),
		cmocka_unit_test(other_workers_send_through_the_owner),
		cmocka_unit_test(a_worker_that_does_not_take_costs_frames_that_are_counted),
		cmocka_unit_test(a_sleeping_worker_is_woken),
	};

	env_eal();
	pool = env_pool("port", 8191, 9216);
	pool_start = rte_mempool_avail_count(pool);
	for (unsigned int i = 0; i < PORT_MAX_QUEUES; i++)
		pools[i] = pool;
	return cmocka_run_group_tests_name("port", tests, NULL, NULL);
}
