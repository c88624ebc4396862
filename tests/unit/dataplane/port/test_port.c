/*
 * port/: opening real drivers that need no hardware (ring, null), offloads, accounting, and the prediction of RSS.
 */
#include "tests/packet/pkt_env.h"

#include <rte_dev.h>
#include <rte_ethdev.h>

#include "dataplane/port/port.h"

static struct rte_mempool *pool;
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
	pc.queues = 2; /* no RSS there */
	assert_int_equal(port_open(&p, &pc, err, sizeof(err)), -ENOTSUP);
	assert_non_null(strstr(err, "one worker"));
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
	};

	env_eal();
	pool = env_pool("port", 8191, 9216);
	for (unsigned int i = 0; i < PORT_MAX_QUEUES; i++)
		pools[i] = pool;
	return cmocka_run_group_tests_name("port", tests, NULL, NULL);
}
