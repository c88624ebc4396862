/*
 * Shortage of mbufs: what connections may hold shrinks as the pool drains, the reserve is left to those that move, windows are never taken back.
 */
#include "tests/packet/pkt_script.h"

#define CONNS 7
#define MSS 1000

static struct env_opts opts;
static struct rte_mbuf *hoard[20000];
static unsigned int hoarded;

/* A host whose pool has `shared` mbufs beyond the reserve. */
static struct script
host_with(unsigned int shared)
{
	const unsigned int pool = rte_mempool_avail_count(env_pool("data", 16384, 9216));

	env_defaults(&opts);
	opts.tcp[0].min_free_mbufs = pool - shared;
	opts.tcp[0].floor_buf = 4 * MSS;
	return script_new(&opts);
}

/* Somebody else takes mbufs until `left` are free. */
static void
leave(struct script *s, unsigned int left)
{
	while (rte_mempool_avail_count(s->env->data) > left)
		assert_non_null(hoard[hoarded++] = rte_pktmbuf_alloc(s->env->data));
	env_poll(s->env);
}

static void
give_back(struct script *s)
{
	while (hoarded > 0)
		rte_pktmbuf_free(hoard[--hoarded]);
	env_poll(s->env);
}

static void
end(struct script *s)
{
	give_back(s);
	env_free(s->env);
}

static void
drain(struct script *s)
{
	while (waiting(s) > 0)
		take(s);
}

static struct tcp_info
info_of(struct script *s, tcp_id_t id)
{
	struct tcp_info info;

	assert_int_equal(tcp_conn_info(s->h->tcp, id, &info), 0);
	return info;
}

/* Sends in order as long as the window lets; returns how many bytes were sent. */
static uint32_t
fill(struct script *s, tcp_id_t id)
{
	uint32_t sent = 0;

	while (info_of(s, id).rcv_wnd >= MSS) {
		give(s, SEG(.flags = ACK, .seq = 1 + sent, .ack = 1, .len = MSS));
		sent += MSS;
		pass(s, 100000); /* delayed ACKs */
		drain(s);
	}
	return sent;
}

static unsigned int
held_by_stuck_readers(struct script *s, uint32_t got[CONNS])
{
	const unsigned int before = rte_mempool_avail_count(s->env->data);

	for (unsigned int i = 0; i < CONNS; i++) {
		const tcp_id_t id = script_accept(s, SEG(.mss = MSS, .wscale = WS(0)));

		got[i] = fill(s, id);
		assert_int_equal(info_of(s, id).rx_bytes, got[i]);
		s->peer_port++;
	}
	return before - rte_mempool_avail_count(s->env->data);
}

static void
stuck_readers_share_what_is_free_and_leave_the_reserve(void **state)
{
	struct script s = host_with(800);
	uint32_t got[CONNS];

	(void)state;
	assert_true(held_by_stuck_readers(&s, got) < 400);
	assert_true(rte_mempool_avail_count(s.env->data) > opts.tcp[0].min_free_mbufs);
	assert_int_equal(tcp_counter(s.h->tcp, TCP_C_RX_PRUNED), 0); /* by their windows alone */
	for (unsigned int i = 0; i < CONNS; i++)
		assert_true(got[i] >= 4 * MSS && (i == 0 || got[i] <= got[i - 1]));
	end(&s);
}

static void
with_plenty_each_gets_its_whole_buffer(void **state)
{
	struct script s = host_with(16000);
	uint32_t got[CONNS];

	(void)state;
	assert_true(held_by_stuck_readers(&s, got) > 7 * 250);
	for (unsigned int i = 0; i < CONNS; i++)
		assert_true(got[i] > opts.tcp[0].rcv_buf - 2 * MSS);
	end(&s);
}

static void
a_window_is_not_taken_back_but_not_replenished_either(void **state)
{
	struct script s = host_with(8000);
	const tcp_id_t id = script_accept(&s, SEG(.mss = MSS, .wscale = WS(0)));
	const unsigned int reserve = opts.tcp[0].min_free_mbufs;
	uint32_t edge, seq = 1;
	struct seg g;

	(void)state;
	for (unsigned int i = 0; i < 120; i++) { /* until the window is as wide as it gets */
		give(&s, SEG(.flags = ACK, .seq = seq, .ack = 1, .len = MSS));
		seq += MSS;
		tcp_rx_consume(s.h->tcp, id, UINT32_MAX);
	}
	pass(&s, 100000);
	drain(&s);
	edge = seq + info_of(&s, id).rcv_wnd;
	assert_true(edge > 250000);
	leave(&s, reserve - 10);
	for (unsigned int i = 0; i < 20; i++) { /* an application that reads at once */
		give(&s, SEG(.flags = ACK, .seq = seq, .ack = 1, .len = MSS));
		seq += MSS;
		assert_int_equal(tcp_rx_consume(s.h->tcp, id, UINT32_MAX), MSS);
		pass(&s, 100000);
		while (waiting(&s) > 0) {
			g = take(&s);
			assert_int_equal(g.ack, seq);
			assert_true(seq + ((uint32_t)g.wnd << info_of(&s, id).rcv_wscale) >= edge);
		}
		assert_in_range(seq + info_of(&s, id).rcv_wnd, edge, edge + 8); /* rounded to the scale */
	}
	give_back(&s);
	give(&s, SEG(.flags = ACK, .seq = seq, .ack = 1, .len = MSS));
	tcp_rx_consume(s.h->tcp, id, UINT32_MAX);
	pass(&s, 100000);
	drain(&s);
	assert_true(seq + info_of(&s, id).rcv_wnd > edge + 10 * MSS);
	end(&s);
}

static void
little_is_promised_at_first_and_slow_start_never_waits(void **state)
{
	struct script s = host_with(16000);
	const tcp_id_t id = script_accept(&s, SEG(.mss = MSS, .wscale = WS(0)));
	uint32_t seq = 1;

	(void)state;
	assert_true(info_of(&s, id).rcv_wnd <= 32768);
	for (uint32_t cwnd = 10; cwnd <= 160; cwnd *= 2) { /* RFC 6928, doubling with each round trip */
		assert_true(info_of(&s, id).rcv_wnd >= cwnd * MSS);
		for (uint32_t i = 0; i < cwnd; i++, seq += MSS)
			give(&s, SEG(.flags = ACK, .seq = seq, .ack = 1, .len = MSS));
		tcp_rx_consume(s.h->tcp, id, UINT32_MAX);
		env_poll(s.env);
		drain(&s);
	}
	end(&s);
}

static void
nearly_out_only_what_the_floor_allows_is_kept_and_nothing_is_lost(void **state)
{
	struct script s = host_with(8000);
	const tcp_id_t id = script_accept(&s, SEG(.mss = MSS, .wscale = WS(0), .sack_ok = true));
	unsigned int before;
	struct seg g;

	(void)state;
	for (uint32_t i = 2; i < 12; i++) /* segment 1 is missing */
		give(&s, SEG(.flags = ACK, .seq = 1 + i * MSS, .ack = 1, .len = MSS));
	drain(&s);
	leave(&s, opts.tcp[0].min_free_mbufs / 2 - 10);
	assert_int_equal(tcp_counter(s.h->tcp, TCP_C_RX_PRUNED), 10); /* out-of-order data went first */
	before = rte_mempool_avail_count(s.env->data);
	for (uint32_t i = 0; i < 20; i++)
		give(&s, SEG(.flags = ACK, .seq = 1 + i * MSS, .ack = 1, .len = MSS));
	assert_int_equal(tcp_rx_bytes(s.h->tcp, id), 4 * MSS);
	assert_int_equal(before - rte_mempool_avail_count(s.env->data), 4);
	assert_int_equal(tcp_counter(s.h->tcp, TCP_C_RX_PRUNED), 10 + 16);
	drain(&s);
	/* one that reads goes on, however little is free */
	tcp_rx_consume(s.h->tcp, id, UINT32_MAX);
	for (uint32_t i = 4; i < 8; i++)
		give(&s, SEG(.flags = ACK, .seq = 1 + i * MSS, .ack = 1, .len = MSS));
	assert_int_equal(tcp_rx_bytes(s.h->tcp, id), 4 * MSS);
	give_back(&s);
	for (uint32_t i = 8; i < 20; i++) /* what was not kept is sent again */
		give(&s, SEG(.flags = ACK, .seq = 1 + i * MSS, .ack = 1, .len = MSS));
	pass(&s, 100000);
	while (waiting(&s) > 0)
		g = take(&s);
	assert_int_equal(g.ack, 1 + 20 * MSS);
	assert_int_equal(g.n_sacks, 0);
	assert_int_equal(tcp_rx_bytes(s.h->tcp, id), 16 * MSS);
	end(&s);
}

static void
a_send_queue_is_short_when_mbufs_are_and_an_empty_one_has_room(void **state)
{
	struct script s = host_with(8000);
	const tcp_id_t id = script_accept(&s, SEG(.mss = MSS));
	uint32_t space;

	(void)state;
	assert_int_equal(tcp_send_space(s.h->tcp, id), opts.tcp[0].snd_buf);
	leave(&s, opts.tcp[0].min_free_mbufs + 320); /* a sixteenth: 20 mbufs */
	space = tcp_send_space(s.h->tcp, id);
	assert_in_range(space, 18 * MSS, 20 * MSS);
	leave(&s, opts.tcp[0].min_free_mbufs - 100);
	assert_int_equal(tcp_send_space(s.h->tcp, id), 4 * MSS);
	host_sends(&s, id, 0, 3 * MSS);
	assert_int_equal(tcp_send_space(s.h->tcp, id), MSS);
	host_sends(&s, id, 3 * MSS, 3 * MSS); /* a chain of any length while there is room */
	assert_int_equal(tcp_send_space(s.h->tcp, id), 0);
	drain(&s);
	give(&s, SEG(.flags = ACK, .seq = 1, .ack = 1 + 6 * MSS));
	assert_true(env_conn(s.h, id)->acked > 0); /* who waits for room hears of it */
	assert_int_equal(tcp_send_space(s.h->tcp, id), 4 * MSS);
	give_back(&s);
	assert_int_equal(tcp_send_space(s.h->tcp, id), opts.tcp[0].snd_buf);
	end(&s);
}

static void
many_small_pieces_fill_a_send_queue_too(void **state)
{
	struct script s = host_with(16000);
	const tcp_id_t id = script_accept(&s, SEG(.mss = MSS));
	struct rte_mbuf *m;
	uint32_t n = 0;

	(void)state;
	for (;;) {
		m = env_data(s.env, n, 10, 10);
		if (tcp_send_take(s.h->tcp, id, m) != 0)
			break;
		n += 10;
	}
	rte_pktmbuf_free(m);
	assert_int_equal(n, 10 * opts.tcp[0].max_tx_segs);
	assert_int_equal(tcp_send_space(s.h->tcp, id), 0);
	env_poll(s.env);
	drain(&s);
	give(&s, SEG(.flags = ACK, .seq = 1, .ack = 1 + 5 * MSS));
	assert_true(tcp_send_space(s.h->tcp, id) > 0);
	end(&s);
}

static void
a_syn_tells_the_window_that_is_kept(void **state)
{
	struct script s = host_with(8000);
	tcp_id_t id;

	(void)state;
	leave(&s, opts.tcp[0].min_free_mbufs + 16);
	id = script_connect(&s, SEG(.mss = MSS, .wscale = WS(0)));
	assert_in_range(info_of(&s, id).rcv_wnd, 4 * MSS, 5 * MSS);
	end(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stuck_readers_share_what_is_free_and_leave_the_reserve),
		cmocka_unit_test(with_plenty_each_gets_its_whole_buffer),
		cmocka_unit_test(a_window_is_not_taken_back_but_not_replenished_either),
		cmocka_unit_test(little_is_promised_at_first_and_slow_start_never_waits),
		cmocka_unit_test(nearly_out_only_what_the_floor_allows_is_kept_and_nothing_is_lost),
		cmocka_unit_test(a_send_queue_is_short_when_mbufs_are_and_an_empty_one_has_room),
		cmocka_unit_test(many_small_pieces_fill_a_send_queue_too),
		cmocka_unit_test(a_syn_tells_the_window_that_is_kept),
	};

	env_eal();
	return cmocka_run_group_tests_name("tcp_mem", tests, NULL, NULL);
}
