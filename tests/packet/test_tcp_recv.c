/*
 * Receiving: acknowledgements, reordering and overlap, SACK blocks, our window, PAWS, bounded queues.
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

/* --- receiving --- */

static void
acknowledges_every_second_segment_and_delays_the_rest(void **state)
{
	struct script s = fresh();
	tcp_id_t id = script_accept(&s, SEG(.mss = 1000));
	struct seg g;

	(void)state;
	give(&s, SEG(.flags = ACK, .seq = 1, .ack = 1, .len = 1000));
	expect_none(&s);
	give(&s, SEG(.flags = ACK, .seq = 1001, .ack = 1, .len = 1000));
	g = take(&s);
	assert_int_equal(g.ack, 2001);
	give(&s, SEG(.flags = ACK, .seq = 2001, .ack = 1, .len = 1000));
	pass(&s, opts.tcp[0].delack - 1000);
	expect_none(&s);
	pass(&s, 2000);
	assert_int_equal(take(&s).ack, 3001);
	assert_int_equal(env_conn(s.h, id)->readable, 3);
	end(&s);
}

static void
one_burst_gets_one_ack(void **state)
{
	struct script s = fresh();

	(void)state;
	script_accept(&s, SEG(.mss = 1000));
	for (uint32_t i = 0; i < 8; i++)
		put(&s, SEG(.flags = ACK, .seq = 1 + i * 1000, .ack = 1, .len = 1000));
	env_poll(s.env);
	assert_int_equal(waiting(&s), 1);
	assert_int_equal(take(&s).ack, 8001);
	assert_int_equal(s.h->conns[0].readable, 1);
	end(&s);
}

static void
reports_out_of_order_data_by_sack(void **state)
{
	struct script s = fresh();
	tcp_id_t id = script_accept(&s, SEG(.mss = 1000, .sack_ok = true));
	struct seg g;

	(void)state;
	give(&s, SEG(.flags = ACK, .seq = 2001, .ack = 1, .len = 1000));
	g = take(&s);
	assert_int_equal(g.ack, 1);
	assert_int_equal(g.n_sacks, 1);
	assert_int_equal(g.sack[0][0], 2001);
	assert_int_equal(g.sack[0][1], 3001);
	give(&s, SEG(.flags = ACK, .seq = 6001, .ack = 1, .len = 1000));
	drain(&s);
	give(&s, SEG(.flags = ACK, .seq = 4001, .ack = 1, .len = 1000));
	g = take(&s);
	assert_int_equal(g.n_sacks, 3); /* the newest first */
	assert_int_equal(g.sack[0][0], 4001);
	assert_int_equal(g.sack[1][0], 6001);
	assert_int_equal(g.sack[2][0], 2001);
	give(&s, SEG(.flags = ACK, .seq = 3001, .ack = 1, .len = 1000)); /* joins two blocks */
	g = take(&s);
	assert_int_equal(g.sack[0][0], 2001);
	assert_int_equal(g.sack[0][1], 5001);
	assert_int_equal(g.n_sacks, 2);
	give(&s, SEG(.flags = ACK, .seq = 1, .ack = 1, .len = 1000));
	give(&s, SEG(.flags = ACK, .seq = 1001, .ack = 1, .len = 1000)); /* fills: at once */
	g = take(&s);
	while (waiting(&s) > 0)
		g = take(&s);
	assert_int_equal(g.ack, 5001);
	assert_int_equal(g.sack[0][0], 6001);
	assert_int_equal(tcp_rx_bytes(s.h->tcp, id), 5000);
	end(&s);
}

static void
check_stream(struct script *s, tcp_id_t id, uint32_t len)
{
	uint8_t buf[8192];

	assert_int_equal(tcp_rx_bytes(s->h->tcp, id), len);
	assert_int_equal(tcp_rx_peek(s->h->tcp, id, 0, buf, sizeof(buf)), len);
	for (uint32_t i = 0; i < len; i++)
		assert_int_equal(buf[i], env_byte(i));
}

static void
puts_overlapping_segments_together(void **state)
{
	static const struct {
		uint32_t seq, len;
	} order[] = { { 2001, 500 }, { 1001, 500 }, { 1401, 900 }, { 1001, 1500 }, { 3001, 100 }, { 2901, 300 }, { 2301, 700 }, { 501, 600 }, { 1, 100 }, { 51, 400 }, { 1, 4000 } };
	struct script s = fresh();
	tcp_id_t id = script_accept(&s, SEG(.mss = 4000, .sack_ok = true));

	(void)state;
	for (unsigned int i = 0; i < RTE_DIM(order); i++)
		give(&s, SEG(.flags = ACK, .seq = order[i].seq, .ack = 1, .len = order[i].len));
	check_stream(&s, id, 4000);
	drain(&s);
	end(&s);
}

static void
puts_any_order_of_pieces_together(void **state)
{
	struct env_rng r = { 77 };

	(void)state;
	for (unsigned int round = 0; round < 20; round++) {
		struct script s = fresh();
		tcp_id_t id = script_accept(&s, SEG(.mss = 1400, .sack_ok = true));

		for (unsigned int i = 0; i < 300; i++) { /* random, overlapping, short and long */
			const uint32_t at = (uint32_t)(env_rand(&r) % 6000), len = (uint32_t)(1 + env_rand(&r) % (i % 3 == 0 ? 1400 : 40));

			put(&s, SEG(.flags = ACK, .seq = 1 + at, .ack = 1, .len = RTE_MIN(len, 6000 - at)));
		}
		for (uint32_t at = 0; at < 6000; at += 1000)
			put(&s, SEG(.flags = ACK, .seq = 1 + at, .ack = 1, .len = 1000));
		env_poll(s.env);
		check_stream(&s, id, 6000);
		drain(&s);
		end(&s);
	}
}

static void
single_bytes_hold_few_mbufs(void **state)
{
	struct script s = fresh();
	tcp_id_t id = script_accept(&s, SEG(.mss = 1460));
	unsigned int before, used;

	(void)state;
	before = rte_mempool_avail_count(s.env->data);
	for (uint32_t i = 0; i < 5000; i++)
		put(&s, SEG(.flags = ACK, .seq = 1 + i, .ack = 1, .len = 1));
	env_poll(s.env);
	used = before - rte_mempool_avail_count(s.env->data);
	assert_true(used <= 8);
	check_stream(&s, id, 5000);
	drain(&s);
	end(&s);
}

static void
out_of_order_mbufs_are_bounded(void **state)
{
	struct script s = fresh();
	unsigned int before;

	(void)state;
	script_accept(&s, SEG(.mss = 1460));
	before = rte_mempool_avail_count(s.env->data);
	for (uint32_t i = 0; i < 3000; i++) /* every second byte: nothing can be merged */
		put(&s, SEG(.flags = ACK, .seq = 3 + 2 * i, .ack = 1, .len = 1));
	assert_int_equal(before - rte_mempool_avail_count(s.env->data), opts.tcp[0].max_ooo_segs);
	assert_true(tcp_counter(s.h->tcp, TCP_C_RX_OOO_DROPPED) > 0);
	env_poll(s.env);
	drain(&s);
	end(&s);
}

static void
the_window_shuts_and_opens_with_the_application(void **state)
{
	struct script s;
	struct rte_mbuf *m;
	struct seg g;
	tcp_id_t id;

	(void)state;
	env_defaults(&opts);
	opts.tcp[0].rcv_buf = 8000;
	s = script_new(&opts);
	id = script_accept(&s, SEG(.mss = 1000));
	for (uint32_t i = 0; i < 8; i++)
		give(&s, SEG(.flags = ACK, .seq = 1 + i * 1000, .ack = 1, .len = 1000));
	while (waiting(&s) > 0)
		g = take(&s);
	assert_int_equal(g.wnd, 0);
	give(&s, SEG(.flags = ACK, .seq = 8001, .ack = 1, .len = 1)); /* the peer probes */
	g = take(&s);
	assert_int_equal(g.ack, 8001);
	assert_int_equal(g.wnd, 0);
	m = tcp_rx_take(s.h->tcp, id, 5000); /* taken is not yet credited */
	env_poll(s.env);
	expect_none(&s);
	assert_int_equal(rte_pktmbuf_pkt_len(m), 5000);
	assert_int_equal(tcp_rx_credit(s.h->tcp, id, 5001), -EINVAL);
	assert_int_equal(tcp_rx_credit(s.h->tcp, id, 500), 0); /* less than a segment: no update */
	env_poll(s.env);
	expect_none(&s);
	assert_int_equal(tcp_rx_credit(s.h->tcp, id, 4500), 0);
	env_poll(s.env);
	g = take(&s);
	assert_int_equal(g.wnd, 5000);
	rte_pktmbuf_free(m);
	end(&s);
}

static void
never_takes_an_advertised_window_back(void **state)
{
	struct script s = fresh();
	tcp_id_t id = script_accept(&s, SEG(.mss = 1460, .wscale = WS(0)));
	uint32_t edge = 0, at = 1;

	(void)state;
	for (unsigned int i = 0; i < 400; i++) {
		struct seg g;

		give(&s, SEG(.flags = ACK, .seq = at, .ack = 1, .len = 777));
		at += 777;
		if (i % 3 == 0)
			tcp_rx_consume(s.h->tcp, id, 1500);
		env_poll(s.env);
		while (waiting(&s) > 0) {
			g = take(&s);
			assert_true(g.ack + ((uint32_t)g.wnd << 3) >= edge); /* 256 KiB need a scale of 3 */
			edge = g.ack + ((uint32_t)g.wnd << 3);
		}
		if (at + 777 > edge)
			break;
	}
	end(&s);
}

static void
drops_old_duplicates_by_timestamp(void **state)
{
	struct script s = fresh();
	tcp_id_t id = script_accept(&s, SEG(.mss = 1460, .ts = true, .ts_val = 1000));
	struct seg g;

	(void)state;
	s.ts_val = 2000;
	give(&s, SEG(.flags = ACK, .seq = 1, .ack = 1, .len = 10));
	pass(&s, 100000);
	drain(&s);
	s.ts_val = 1999; /* a number in the window, but from before */
	give(&s, SEG(.flags = ACK, .seq = 11, .ack = 1, .len = 10));
	g = take(&s);
	assert_int_equal(g.ack, 11);
	assert_int_equal(g.ts_ecr, 2000);
	assert_int_equal(tcp_counter(s.h->tcp, TCP_C_RX_PAWS), 1);
	assert_int_equal(tcp_rx_bytes(s.h->tcp, id), 10);
	s.ts_val = 2001;
	give(&s, SEG(.flags = ACK, .seq = 11, .ack = 1, .len = 10));
	assert_int_equal(tcp_rx_bytes(s.h->tcp, id), 20);
	end(&s);
}

static void
a_timestamp_of_out_of_order_data_is_not_echoed(void **state)
{
	struct script s = fresh();
	struct seg g;

	(void)state;
	script_accept(&s, SEG(.mss = 1460, .ts = true, .ts_val = 1000));
	s.ts_val = 1500;
	give(&s, SEG(.flags = ACK, .seq = 101, .ack = 1, .len = 100));
	g = take(&s);
	assert_int_equal(g.ts_ecr, 1000); /* RFC 7323 4.3: from the left edge */
	end(&s);
}

static void
gives_exactly_what_is_asked_for(void **state)
{
	struct script s = fresh();
	tcp_id_t id = script_accept(&s, SEG(.mss = 1460));
	uint32_t off = 0;

	(void)state;
	for (uint32_t i = 0; i < 5; i++)
		put(&s, SEG(.flags = ACK, .seq = 1 + i * 1000, .ack = 1, .len = 1000));
	env_poll(s.env);
	assert_null(tcp_rx_take(s.h->tcp, id, 5001));
	assert_null(tcp_rx_take(s.h->tcp, id, 0));
	for (uint32_t n = 1; off + n <= 5000; off += n, n = n * 2 + 1) {
		struct rte_mbuf *m = tcp_rx_take(s.h->tcp, id, n);
		uint32_t sum = 0;
		uint16_t segs = 0;

		assert_non_null(m);
		for (const struct rte_mbuf *p = m; p != NULL; p = p->next, segs++)
			for (uint16_t i = 0; i < p->data_len; i++, sum++)
				assert_int_equal(*rte_pktmbuf_mtod_offset(p, const uint8_t *, i), env_byte(off + sum));
		assert_int_equal(sum, n);
		assert_int_equal(m->pkt_len, n);
		assert_int_equal(m->nb_segs, segs);
		rte_pktmbuf_free(m);
	}
	assert_int_equal(tcp_rx_bytes(s.h->tcp, id), 5000 - off);
	drain(&s);
	end(&s);
}

static void
a_fin_waits_for_the_bytes_before_it(void **state)
{
	struct script s = fresh();
	tcp_id_t id = script_accept(&s, SEG(.mss = 1460));

	(void)state;
	give(&s, SEG(.flags = FIN | ACK, .seq = 101, .ack = 1, .len = 10));
	assert_int_equal(env_conn(s.h, id)->fin, 0);
	give(&s, SEG(.flags = ACK, .seq = 1, .ack = 1, .len = 100));
	assert_int_equal(env_conn(s.h, id)->fin, 0); /* the bytes are here, the FIN was not kept */
	give(&s, SEG(.flags = FIN | ACK, .seq = 101, .ack = 1, .len = 10));
	assert_int_equal(env_conn(s.h, id)->fin, 1);
	assert_true(tcp_rx_fin(s.h->tcp, id));
	assert_int_equal(tcp_rx_bytes(s.h->tcp, id), 110);
	drain(&s);
	end(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(acknowledges_every_second_segment_and_delays_the_rest),
		cmocka_unit_test(one_burst_gets_one_ack),
		cmocka_unit_test(reports_out_of_order_data_by_sack),
		cmocka_unit_test(puts_overlapping_segments_together),
		cmocka_unit_test(puts_any_order_of_pieces_together),
		cmocka_unit_test(single_bytes_hold_few_mbufs),
		cmocka_unit_test(out_of_order_mbufs_are_bounded),
		cmocka_unit_test(the_window_shuts_and_opens_with_the_application),
		cmocka_unit_test(never_takes_an_advertised_window_back),
		cmocka_unit_test(drops_old_duplicates_by_timestamp),
		cmocka_unit_test(a_timestamp_of_out_of_order_data_is_not_echoed),
		cmocka_unit_test(gives_exactly_what_is_asked_for),
		cmocka_unit_test(a_fin_waits_for_the_bytes_before_it),
	};

	env_eal();
	return cmocka_run_group_tests_name("tcp_recv", tests, NULL, NULL);
}
