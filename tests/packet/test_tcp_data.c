/*
 * Sending: retransmission, recovery, SACK, the peer's window, probes; timers and shortage of mbufs.
 */
#include "tests/packet/pkt_script.h"

static struct env_opts opts;

static struct script
fresh(void)
{
	env_defaults(&opts);
	return script_new(&opts);
}

static void
end(struct script *s)
{
	env_free(s->env);
}

static void
drain(struct script *s)
{
	while (waiting(s) > 0)
		take(s);
}

#define ACK_OF(n, ...) SEG(.flags = ACK, .seq = 1, .ack = (n), __VA_ARGS__)

/* --- sending --- */

static void
sends_ten_segments_at_first(void **state)
{
	struct script s = fresh();
	tcp_id_t id = script_accept(&s, SEG(.mss = 1000));
	uint32_t next = 1;

	(void)state;
	host_sends(&s, id, 0, 30000);
	for (unsigned int i = 0; i < 10; i++) {
		struct seg g = take(&s);

		assert_int_equal(g.seq, next);
		assert_int_equal(g.len, 1000);
		assert_false(g.odd_payload);
		next += g.len;
	}
	expect_none(&s);
	give(&s, ACK_OF(2001)); /* slow start: two acknowledged, two more allowed, and two by growth */
	assert_int_equal(waiting(&s), 4);
	end(&s);
}

static void
retransmits_after_rto_with_backoff(void **state)
{
	struct script s = fresh();
	tcp_id_t id = script_accept(&s, SEG(.mss = 1000));
	struct tcp_info info;

	(void)state;
	host_sends(&s, id, 0, 3000);
	drain(&s);
	assert_int_equal(tcp_conn_info(s.h->tcp, id, &info), 0);
	for (unsigned int i = 0; i < 4; i++) {
		const uint64_t rto = (uint64_t)info.rto_us << i;
		struct seg g;

		pass(&s, rto - 3000);
		expect_none(&s);
		pass(&s, 3000);
		g = take(&s);
		assert_int_equal(g.seq, 1);
		assert_int_equal(g.len, 1000);
		assert_false(g.odd_payload);
		expect_none(&s); /* one segment: the window is one segment now */
	}
	give(&s, ACK_OF(1001)); /* progress: slow start over the rest */
	assert_int_equal(take(&s).seq, 1001);
	assert_int_equal(take(&s).seq, 2001);
	give(&s, ACK_OF(3001));
	assert_int_equal(tcp_send_queued(s.h->tcp, id), 0);
	end(&s);
}

static void
gives_up_after_all_retransmissions(void **state)
{
	struct script s;
	tcp_id_t id;

	(void)state;
	env_defaults(&opts);
	opts.tcp[0].data_retries = 3;
	s = script_new(&opts);
	id = script_accept(&s, SEG(.mss = 1000));
	host_sends(&s, id, 0, 500);
	pass(&s, 60000000);
	assert_int_equal(env_conn(s.h, id)->closed, 1);
	assert_int_equal(env_conn(s.h, id)->why, TCP_CLOSE_TIMEOUT);
	end(&s);
}

static void
fast_retransmits_with_sack(void **state)
{
	struct script s = fresh();
	tcp_id_t id = script_accept(&s, SEG(.mss = 1000, .sack_ok = true));
	struct tcp_info info;
	struct seg g;

	(void)state;
	host_sends(&s, id, 0, 10000);
	drain(&s);
	/* segments 2 and 5 of ten are lost */
	give(&s, ACK_OF(1001));
	give(&s, ACK_OF(1001, .n_sacks = 1, .sack = { { 2001, 3001 } }));
	expect_none(&s);
	give(&s, ACK_OF(1001, .n_sacks = 1, .sack = { { 2001, 4001 } }));
	expect_none(&s);
	give(&s, ACK_OF(1001, .n_sacks = 2, .sack = { { 5001, 6001 }, { 2001, 4001 } }));
	g = take(&s);
	assert_int_equal(g.seq, 1001);
	assert_int_equal(g.len, 1000);
	assert_false(g.odd_payload);
	assert_int_equal(tcp_conn_info(s.h->tcp, id, &info), 0);
	assert_true(info.in_recovery);
	assert_int_equal(info.ssthresh, 4500);
	give(&s, ACK_OF(1001, .n_sacks = 2, .sack = { { 5001, 7001 }, { 2001, 4001 } }));
	give(&s, ACK_OF(1001, .n_sacks = 2, .sack = { { 5001, 8001 }, { 2001, 4001 } }));
	give(&s, ACK_OF(1001, .n_sacks = 2, .sack = { { 5001, 10001 }, { 2001, 4001 } }));
	g = take(&s); /* the second hole */
	assert_int_equal(g.seq, 4001);
	assert_int_equal(g.len, 1000);
	expect_none(&s); /* nothing that was SACKed is sent again */
	give(&s, ACK_OF(4001, .n_sacks = 1, .sack = { { 5001, 10001 } }));
	expect_none(&s);
	give(&s, ACK_OF(10001));
	assert_int_equal(tcp_conn_info(s.h->tcp, id, &info), 0);
	assert_false(info.in_recovery);
	assert_int_equal(info.retransmits, 2);
	assert_int_equal(tcp_counter(s.h->tcp, TCP_C_RETRANS_RTO), 0);
	end(&s);
}

static void
repairs_a_hole_before_sending_new_data(void **state)
{
	struct script s = fresh();
	tcp_id_t id = script_accept(&s, SEG(.mss = 1000, .sack_ok = true));

	(void)state;
	host_sends(&s, id, 0, 20000);
	drain(&s);
	give(&s, ACK_OF(1, .n_sacks = 1, .sack = { { 2001, 10001 } })); /* two segments lost, eight arrived */
	assert_int_equal(take(&s).seq, 1);
	assert_int_equal(take(&s).seq, 1001);
	assert_int_equal(take(&s).seq, 10001);
	end(&s);
}

static void
leaves_cutting_to_a_port_that_can(void **state)
{
	struct script s;
	tcp_id_t id;
	struct seg g;

	(void)state;
	env_defaults(&opts);
	opts.caps |= NET_CAP_TSO;
	s = script_new(&opts);
	id = script_accept(&s, SEG(.mss = 800));
	host_sends(&s, id, 0, 30000);
	assert_int_equal(waiting(&s), 1);
	assert_int_equal(s.h->out[s.h->out_head]->tso_segsz, 800);
	assert_int_equal(s.h->out[s.h->out_head]->l4_len, 20);
	g = take(&s);
	assert_int_equal(g.len, 8000); /* the initial window */
	assert_false(g.odd_payload);
	give(&s, ACK_OF(801));
	g = take(&s);
	assert_int_equal(g.seq, 8001);
	assert_int_equal(g.len, 1600);
	drain(&s);
	end(&s);
}

static void
ignores_sack_blocks_that_make_no_sense(void **state)
{
	struct script s = fresh();
	tcp_id_t id = script_accept(&s, SEG(.mss = 1000, .sack_ok = true));
	struct tcp_info info;

	(void)state;
	host_sends(&s, id, 0, 5000);
	drain(&s);
	for (unsigned int i = 0; i < 10; i++)
		give(&s, ACK_OF(2001, .n_sacks = 4, .sack = { { 9001, 10001 }, { 3001, 2501 }, { 1, 1001 }, { 4001, 0x7fffffff } }));
	assert_int_equal(tcp_conn_info(s.h->tcp, id, &info), 0);
	assert_int_equal(info.flight, 3000);
	give(&s, ACK_OF(5001));
	assert_int_equal(tcp_send_queued(s.h->tcp, id), 0);
	end(&s);
}

static void
fast_retransmits_without_sack(void **state)
{
	struct script s = fresh();
	tcp_id_t id = script_accept(&s, SEG(.mss = 1000));
	struct seg g;

	(void)state;
	host_sends(&s, id, 0, 10000);
	drain(&s);
	give(&s, ACK_OF(1001));
	give(&s, ACK_OF(1001));
	give(&s, ACK_OF(1001));
	expect_none(&s);
	give(&s, ACK_OF(1001)); /* the third duplicate */
	g = take(&s);
	assert_int_equal(g.seq, 1001);
	expect_none(&s);
	give(&s, ACK_OF(4001)); /* partial: the next hole at once (RFC 6582) */
	g = take(&s);
	assert_int_equal(g.seq, 4001);
	give(&s, ACK_OF(10001));
	assert_int_equal(tcp_counter(s.h->tcp, TCP_C_RETRANS_SEGS), 2);
	assert_int_equal(tcp_counter(s.h->tcp, TCP_C_RETRANS_FAST), 1);
	end(&s);
}

static void
sends_new_data_on_the_first_two_duplicates(void **state)
{
	struct script s = fresh();
	tcp_id_t id = script_accept(&s, SEG(.mss = 1000));

	(void)state;
	host_sends(&s, id, 0, 20000);
	drain(&s);
	give(&s, ACK_OF(1));
	assert_int_equal(take(&s).seq, 10001); /* RFC 3042 */
	give(&s, ACK_OF(1));
	assert_int_equal(take(&s).seq, 11001);
	expect_none(&s);
	assert_int_equal(tcp_counter(s.h->tcp, TCP_C_LIMITED_TRANSMIT), 2);
	end(&s);
}

static void
a_window_update_is_no_duplicate(void **state)
{
	struct script s = fresh();
	tcp_id_t id = script_accept(&s, SEG(.mss = 1000));

	(void)state;
	host_sends(&s, id, 0, 5000);
	drain(&s);
	for (uint16_t i = 0; i < 6; i++)
		give(&s, ACK_OF(1, .wnd = (uint16_t)(20000 + i * 100)));
	expect_none(&s);
	end(&s);
}

static void
never_sends_beyond_the_window(void **state)
{
	struct script s = fresh();
	tcp_id_t id;

	(void)state;
	s.wnd = 2500;
	id = script_accept(&s, SEG(.mss = 1000));
	host_sends(&s, id, 0, 10000);
	assert_int_equal(take(&s).len, 1000);
	assert_int_equal(take(&s).len, 1000);
	expect_none(&s); /* 500 left: silly */
	give(&s, ACK_OF(2001));
	assert_int_equal(take(&s).seq, 2001);
	end(&s);
}

static void
probes_a_closed_window_and_resumes(void **state)
{
	struct script s = fresh();
	tcp_id_t id;
	struct seg g;
	unsigned int probes = 0;

	(void)state;
	s.wnd = 1000;
	id = script_accept(&s, SEG(.mss = 1000));
	host_sends(&s, id, 0, 3000);
	assert_int_equal(take(&s).len, 1000);
	/* the window shuts (give() sends s.wnd when .wnd is 0) */
	s.wnd = 0;
	give(&s, ACK_OF(1001));
	expect_none(&s);
	for (unsigned int i = 0; i < 30; i++) { /* the peer answers each, so this lasts for ever (RFC 9293 3.8.6.1) */
		pass(&s, 61000000);
		for (; waiting(&s) > 0; probes++) {
			g = take(&s);
			assert_int_equal(g.seq, 1001);
			assert_int_equal(g.len, 1);
			assert_false(g.odd_payload);
		}
		give(&s, ACK_OF(1001));
	}
	assert_true(probes >= 30);
	assert_int_equal(state_of(&s, id), TCP_ESTABLISHED);
	s.wnd = 5000;
	give(&s, ACK_OF(1001));
	g = take(&s);
	assert_int_equal(g.seq, 1001);
	assert_int_equal(g.len, 1000);
	assert_int_equal(take(&s).seq, 2001);
	give(&s, ACK_OF(3001));
	assert_int_equal(tcp_send_queued(s.h->tcp, id), 0);
	end(&s);
}

static void
a_peer_that_ignores_probes_is_given_up(void **state)
{
	struct script s = fresh();
	tcp_id_t id;

	(void)state;
	s.wnd = 1000;
	id = script_accept(&s, SEG(.mss = 1000));
	host_sends(&s, id, 0, 3000);
	s.wnd = 0;
	give(&s, ACK_OF(1001));
	for (unsigned int i = 0; i < 20; i++)
		pass(&s, 60000000);
	assert_int_equal(env_conn(s.h, id)->why, TCP_CLOSE_TIMEOUT);
	assert_int_equal(env_conn(s.h, id)->closed, 1);
	end(&s);
}

static void
holds_small_segments_with_nagle_only(void **state)
{
	struct script s;
	tcp_id_t id;

	(void)state;
	for (unsigned int nagle = 0; nagle < 2; nagle++) {
		env_defaults(&opts);
		opts.tcp[0].nagle = nagle;
		s = script_new(&opts);
		id = script_accept(&s, SEG(.mss = 1000));
		host_sends(&s, id, 0, 10);
		host_sends(&s, id, 10, 10);
		assert_int_equal(waiting(&s), nagle ? 1 : 2);
		drain(&s);
		give(&s, ACK_OF(nagle ? 11 : 21));
		assert_int_equal(waiting(&s), nagle ? 1 : 0);
		end(&s);
	}
}

static void
data_wraps_around_the_sequence_space(void **state)
{
	struct script s = fresh();
	tcp_id_t id;
	uint64_t off = 0;

	(void)state;
	s.iss = 0xfffff000; /* the peer's numbers wrap after 4 KiB */
	id = script_accept(&s, SEG(.mss = 1000, .sack_ok = true));
	for (unsigned int i = 0; i < 16; i++, off += 1000) {
		uint8_t buf[1000];

		if (i % 2 == 0) { /* out of order across the edge too */
			give(&s, SEG(.flags = ACK, .seq = (uint32_t)off + 1001, .ack = 1, .len = 1000));
			give(&s, SEG(.flags = ACK, .seq = (uint32_t)off + 1, .ack = 1, .len = 1000));
		}
		assert_int_equal(tcp_rx_peek(s.h->tcp, id, 0, buf, 1000), 1000);
		for (unsigned int k = 0; k < 1000; k++)
			assert_int_equal(buf[k], env_byte(off + k));
		tcp_rx_consume(s.h->tcp, id, 1000);
		env_poll(s.env);
	}
	drain(&s);
	end(&s);
}

static void
refuses_data_beyond_its_buffer(void **state)
{
	struct script s;
	struct rte_mbuf *m;
	tcp_id_t id;

	(void)state;
	env_defaults(&opts);
	opts.tcp[0].snd_buf = 8192;
	s = script_new(&opts);
	id = script_accept(&s, SEG(.mss = 1000));
	assert_int_equal(tcp_send_space(s.h->tcp, id), 8192);
	host_sends(&s, id, 0, 8191);
	assert_int_equal(tcp_send_space(s.h->tcp, id), 1);
	host_sends(&s, id, 8191, 5000); /* one chain over is taken */
	assert_int_equal(tcp_send_space(s.h->tcp, id), 0);
	m = env_data(s.env, 0, 1, 1);
	assert_int_equal(tcp_send_take(s.h->tcp, id, m), -ENOBUFS);
	tcp_shutdown(s.h->tcp, id);
	assert_int_equal(tcp_send_take(s.h->tcp, id, m), -EPIPE);
	rte_pktmbuf_free(m);
	drain(&s);
	end(&s);
}

static void
obeys_a_smaller_path_mtu(void **state)
{
	struct script s = fresh();
	tcp_id_t id = script_accept(&s, SEG(.mss = 1460));
	struct net_flow flow = { .src = env_addr(s.env, 0), .dst = env_peer_addr(), .proto = NET_PROTO_TCP };
	uint8_t quoted[8] = { 0, 80, 40000 >> 8, 40000 & 0xff };
	struct seg g;

	(void)state;
	host_sends(&s, id, 0, 5000);
	g = take(&s);
	assert_int_equal(g.len, 1460);
	drain(&s);
	tcp_icmp(s.h->tcp, &flow, 1000, quoted, sizeof(quoted)); /* a number that is not in flight: forged */
	assert_int_equal(tcp_mss(s.h->tcp, id), 1460);
	quoted[4] = (uint8_t)((s.irs + 1) >> 24);
	quoted[5] = (uint8_t)((s.irs + 1) >> 16);
	quoted[6] = (uint8_t)((s.irs + 1) >> 8);
	quoted[7] = (uint8_t)(s.irs + 1);
	tcp_icmp(s.h->tcp, &flow, 1000, quoted, sizeof(quoted));
	env_poll(s.env);
	g = take(&s);
	assert_int_equal(g.seq, 1);
	assert_int_equal(g.len, 960);
	end(&s);
}

/* --- timers and resources --- */

static void
keeps_alive_and_notices_a_dead_peer(void **state)
{
	struct script s;
	struct seg g;
	tcp_id_t id;

	(void)state;
	env_defaults(&opts);
	opts.tcp[0].keepalive_idle = 30000000;
	opts.tcp[0].keepalive_intvl = 5000000;
	opts.tcp[0].keepalive_probes = 3;
	s = script_new(&opts);
	id = script_accept(&s, SEG(.mss = 1460));
	pass(&s, 29000000);
	expect_none(&s);
	pass(&s, 2000000);
	g = take(&s);
	assert_int_equal(g.seq, 0); /* one before: must be answered */
	assert_int_equal(g.len, 0);
	give(&s, ACK_OF(1));
	expect_none(&s);
	pass(&s, 31000000);
	take(&s);
	pass(&s, 10000000);
	assert_int_equal(waiting(&s), 2);
	drain(&s);
	pass(&s, 6000000);
	assert_int_equal(env_conn(s.h, id)->closed, 1);
	assert_int_equal(env_conn(s.h, id)->why, TCP_CLOSE_KEEPALIVE);
	assert_int_equal(take(&s).flags & RST, RST);
	end(&s);
}

static void
goes_on_after_mbufs_ran_out(void **state)
{
	struct script s = fresh();
	tcp_id_t id = script_accept(&s, SEG(.mss = 1000));
	static struct rte_mbuf *hoard[20000];
	unsigned int n = 0;

	(void)state;
	assert_int_equal(tcp_send_take(s.h->tcp, id, env_data(s.env, 0, 3000, 1000)), 0);
	while ((hoard[n] = rte_pktmbuf_alloc(s.env->hdr)) != NULL)
		n++;
	env_poll(s.env);
	expect_none(&s);
	assert_true(tcp_pending(s.h->tcp));
	assert_true(tcp_counter(s.h->tcp, TCP_C_NO_MBUF) > 0);
	while (n > 0)
		rte_pktmbuf_free(hoard[--n]);
	env_poll(s.env);
	assert_int_equal(waiting(&s), 3);
	assert_false(take(&s).odd_payload);
	end(&s);
}

static void
refuses_connections_when_mbufs_are_low(void **state)
{
	static struct rte_mbuf *hoard[20000];
	const struct net_addr peer = env_peer_addr(), any = { { 0 } };
	struct script s;
	unsigned int n = 0;
	tcp_id_t id, other;

	(void)state;
	env_defaults(&opts);
	opts.tcp[0].min_free_mbufs = 1000;
	s = script_new(&opts);
	id = script_accept(&s, SEG(.mss = 1000));
	while (rte_mempool_avail_count(s.env->hdr) > 500)
		hoard[n++] = rte_pktmbuf_alloc(s.env->hdr);
	pass(&s, 10000);
	s.peer_port++;
	give(&s, SEG(.flags = SYN, .mss = 1000));
	expect_none(&s);
	assert_int_equal(tcp_connect(s.h->tcp, &any, 0, &peer, 1, NULL, &other), -ENOBUFS);
	s.peer_port--;
	host_sends(&s, id, 0, 100); /* existing work is unharmed */
	assert_int_equal(take(&s).len, 100);
	while (n > 0)
		rte_pktmbuf_free(hoard[--n]);
	pass(&s, 10000);
	drain(&s);
	s.peer_port++;
	give(&s, SEG(.flags = SYN, .mss = 1000));
	assert_int_equal(take(&s).flags, SYN | ACK);
	end(&s);
}

static void
a_port_that_takes_nothing_loses_nothing(void **state)
{
	struct script s = fresh();
	tcp_id_t id = script_accept(&s, SEG(.mss = 1000));

	(void)state;
	s.h->tx_blocked = true;
	host_sends(&s, id, 0, 5000);
	expect_none(&s);
	s.h->tx_blocked = false;
	env_poll(s.env);
	assert_int_equal(waiting(&s), 5);
	assert_true(net_counter(s.h->net, NET_C_TX_RETRY) > 0);
	end(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sends_ten_segments_at_first),
		cmocka_unit_test(retransmits_after_rto_with_backoff),
		cmocka_unit_test(gives_up_after_all_retransmissions),
		cmocka_unit_test(fast_retransmits_with_sack),
		cmocka_unit_test(repairs_a_hole_before_sending_new_data),
		cmocka_unit_test(leaves_cutting_to_a_port_that_can),
		cmocka_unit_test(ignores_sack_blocks_that_make_no_sense),
		cmocka_unit_test(fast_retransmits_without_sack),
		cmocka_unit_test(sends_new_data_on_the_first_two_duplicates),
		cmocka_unit_test(a_window_update_is_no_duplicate),
		cmocka_unit_test(never_sends_beyond_the_window),
		cmocka_unit_test(probes_a_closed_window_and_resumes),
		cmocka_unit_test(a_peer_that_ignores_probes_is_given_up),
		cmocka_unit_test(holds_small_segments_with_nagle_only),
		cmocka_unit_test(data_wraps_around_the_sequence_space),
		cmocka_unit_test(refuses_data_beyond_its_buffer),
		cmocka_unit_test(obeys_a_smaller_path_mtu),
		cmocka_unit_test(keeps_alive_and_notices_a_dead_peer),
		cmocka_unit_test(goes_on_after_mbufs_ran_out),
		cmocka_unit_test(refuses_connections_when_mbufs_are_low),
		cmocka_unit_test(a_port_that_takes_nothing_loses_nothing),
	};

	env_eal();
	return cmocka_run_group_tests_name("tcp_data", tests, NULL, NULL);
}
