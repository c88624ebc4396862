/*
 * The parts of tcp/ that stand alone: table, wheel, scoreboard, option parser, congestion control, sequence numbers.
 */
#include "tests/packet/pkt_env.h"

#include "dataplane/tcp/tcp_priv.h"

static struct env *
one_host(uint32_t conns)
{
	struct env_opts o;

	env_defaults(&o);
	o.hosts = 1;
	o.tcp[0].max_conns = conns;
	o.tcp[0].max_scoreboards = 8;
	return env_new(&o);
}

/* --- table --- */

static void
lookup_costs_the_same_with_100000_connections(void **state)
{
	static tcp_id_t ids[100000];
	struct env *env = one_host(131072);
	struct tcp_stack *st = env->host[0].tcp;
	double cost[2];

	(void)state;
	for (uint32_t i = 0, step = 0; i < 100000; i++) {
		const struct net_addr peer = net_addr_v4_bytes(198, 18, 0, (uint8_t)(2 + i % 200));

		assert_int_equal(tcp_connect(st, NULL, (uint16_t)(1024 + i / 2000), &peer, (uint16_t)(1 + i / 200), NULL, &ids[i]), 0);
		if (i + 1 == 100 || i + 1 == 100000) { /* find each of those there are */
			st->table.probes = st->table.lookups = 0;
			for (uint32_t k = 0; k <= i; k++) {
				const struct tcp_conn *c = &st->conns[(uint32_t)ids[k]];

				assert_ptr_equal(tcp_lookup(st, &c->local, c->lport, &c->remote, c->rport, c->hash), c);
			}
			cost[step++] = (double)st->table.probes / (double)st->table.lookups;
		}
	}
	print_message("# probes per lookup: %.3f at 100, %.3f at 100000 connections\n", cost[0], cost[1]);
	assert_true(cost[1] < 1.5);
	/* deletion keeps every other one findable */
	for (uint32_t i = 0; i < 100000; i += 2)
		assert_int_equal(tcp_abort(st, ids[i]), 0);
	for (uint32_t i = 1; i < 100000; i += 2) {
		const struct tcp_conn *c = &st->conns[(uint32_t)ids[i]];

		assert_ptr_equal(tcp_lookup(st, &c->local, c->lport, &c->remote, c->rport, c->hash), c);
	}
	assert_int_equal(st->table.used, 50000);
	env_free(env);
}

static void
an_idle_connection_is_small(void **state)
{
	(void)state;
	print_message("# bytes per connection: %zu and %zu in the table\n", sizeof(struct tcp_conn), 2 * sizeof(struct tcp_table_entry));
	assert_true(sizeof(struct tcp_conn) + 4 * sizeof(struct tcp_table_entry) <= 512);
}

/* --- wheel --- */

static uint32_t fired_at[2000];
static uint32_t n_fired;

static void
fire(struct tcp_stack *st, struct tcp_conn *c)
{
	if (seq_lt(st->wheel.now, c->deadline[0])) { /* early: the deadline was moved */
		tcp_timer_rearm(st, c);
		return;
	}
	assert_true(fired_at[tcp_slot(st, c)] == 0);
	fired_at[tcp_slot(st, c)] = st->wheel.now;
	c->armed = 0;
	n_fired++;
}

static void
every_timer_fires_at_its_tick(void **state)
{
	struct env *env = one_host(2048);
	struct tcp_stack *st = env->host[0].tcp;
	const struct net_addr peer = net_addr_v4_bytes(198, 18, 0, 9);
	struct env_rng r = { 11 };
	uint32_t deadline[2000];
	tcp_id_t id;

	(void)state;
	memset(fired_at, 0, sizeof(fired_at));
	n_fired = 0;
	tcp_wheel_init(&st->wheel, 0xfffff000u); /* the tick counter wraps on the way */
	st->tick = 0xfffff000u;
	for (uint32_t i = 0; i < 2000; i++) {
		static const uint32_t spans[] = { 10, 300, 70000, 400000 };
		const uint32_t ahead = (uint32_t)(1 + env_rand(&r) % spans[i % 4]);

		assert_int_equal(tcp_connect(st, NULL, (uint16_t)(2000 + i), &peer, 9, NULL, &id), 0);
		tcp_timer_set(st, &st->conns[i], TT_REXMT, ahead);
		if (i % 3 == 0) /* moved later: comes up early once */
			tcp_timer_set(st, &st->conns[i], TT_REXMT, ahead + 777);
		if (i % 7 == 0) /* moved earlier */
			tcp_timer_set(st, &st->conns[i], TT_REXMT, ahead / 2 + 1);
		deadline[i] = st->conns[i].deadline[0];
	}
	while (n_fired < 2000) {
		const uint32_t next = tcp_wheel_next(st);

		assert_true(next != UINT32_MAX);
		st->tick = st->wheel.now + next;
		tcp_wheel_run(st, st->tick, fire);
	}
	for (uint32_t i = 0; i < 2000; i++)
		assert_int_equal(fired_at[i], deadline[i]);
	assert_int_equal(tcp_wheel_next(st), UINT32_MAX);
	env_free(env);
}

static void
a_removed_timer_does_not_fire(void **state)
{
	struct env *env = one_host(64);
	struct tcp_stack *st = env->host[0].tcp;
	const struct net_addr peer = net_addr_v4_bytes(198, 18, 0, 9);
	tcp_id_t id;

	(void)state;
	memset(fired_at, 0, sizeof(fired_at));
	n_fired = 0;
	for (uint32_t i = 0; i < 30; i++) {
		assert_int_equal(tcp_connect(st, NULL, (uint16_t)(2000 + i), &peer, 9, NULL, &id), 0);
		tcp_timer_set(st, &st->conns[i], TT_REXMT, 5 + i % 3 * 1000);
	}
	for (uint32_t i = 0; i < 30; i += 2)
		tcp_wheel_del(st, &st->conns[i]);
	tcp_wheel_run(st, 5000, fire);
	for (uint32_t i = 0; i < 30; i++)
		assert_int_equal(fired_at[i] != 0, i % 2);
	env_free(env);
}

/* --- scoreboard, against a bitmap --- */

static void
the_scoreboard_agrees_with_a_bitmap(void **state)
{
	enum { SPAN = 3000 };
	struct env *env = one_host(64);
	struct tcp_stack *st = env->host[0].tcp;
	const struct net_addr peer = net_addr_v4_bytes(198, 18, 0, 9);
	struct env_rng r = { 5 };
	tcp_id_t id;

	(void)state;
	assert_int_equal(tcp_connect(st, NULL, 2000, &peer, 9, NULL, &id), 0);
	for (unsigned int round = 0; round < 50; round++) {
		struct tcp_conn *c = &st->conns[(uint32_t)id];
		const uint32_t base = 0xffffff00u;
		bool have[SPAN] = { false };

		c->flags |= TF_SACK;
		c->mss = 10;
		c->snd_una = base;
		c->snd_max = c->snd_nxt = base + SPAN;
		for (unsigned int i = 0; i < 25; i++) {
			const uint32_t a = (uint32_t)(1 + env_rand(&r) % (SPAN - 60)), b = a + (uint32_t)(1 + env_rand(&r) % 50);
			struct tcp_seg seg = { .ack = base, .n_sacks = 1, .sacks = { { base + a, base + b } } };
			uint32_t before = 0, after = 0, lost_from = 0, sum = 0, end;

			for (uint32_t k = 0; k < SPAN; k++)
				before += have[k];
			for (uint32_t k = a; k < b; k++)
				have[k] = true;
			for (uint32_t k = 0; k < SPAN; k++)
				after += have[k];
			assert_int_equal(tcp_sack_update(st, c, &seg), after - before);
			assert_int_equal(tcp_sack_below(st, c, base + a), ({
				sum = 0;
				for (uint32_t k = 0; k < a; k++)
					sum += have[k];
				sum;
			}));
			assert_int_equal(tcp_sack_hole(st, c, base, &end), base); /* the first byte is never SACKed here */
			for (uint32_t k = 0; k < SPAN; k++)
				if (have[k]) {
					assert_int_equal(end, base + k);
					break;
				}
			/* RFC 6675 IsLost(): more than two segments' worth, or three ranges, above */
			sum = 0;
			for (uint32_t k = SPAN, ranges = 0; k > 0 && lost_from == 0; k--) {
				sum += have[k - 1];
				ranges += have[k - 1] && (k < 2 || !have[k - 2]);
				if (ranges >= 3 || sum > 2u * c->mss)
					lost_from = k - 1;
			}
			if (lost_from > 0)
				assert_true(tcp_sack_is_lost(st, c, base));
		}
		c->snd_una = base + SPAN / 2;
		tcp_sack_acked(st, c);
		{
			uint32_t sum = 0;

			for (uint32_t k = SPAN / 2; k < SPAN; k++)
				sum += have[k];
			assert_int_equal(tcp_sack_below(st, c, base + SPAN), sum);
		}
		tcp_sack_clear(st, c);
		assert_int_equal(st->sb_slab.used, 0);
	}
	env_free(env);
}

static void
the_scoreboard_forgets_at_its_limit(void **state)
{
	struct env *env = one_host(64);
	struct tcp_stack *st = env->host[0].tcp;
	const struct net_addr peer = net_addr_v4_bytes(198, 18, 0, 9);
	struct tcp_conn *c;
	tcp_id_t id;

	(void)state;
	assert_int_equal(tcp_connect(st, NULL, 2000, &peer, 9, NULL, &id), 0);
	c = &st->conns[(uint32_t)id];
	c->flags |= TF_SACK;
	c->snd_una = 0;
	c->snd_max = 100000;
	for (uint32_t i = 100; i > 0; i--) {
		struct tcp_seg seg = { .ack = 0, .n_sacks = 1, .sacks = { { i * 10, i * 10 + 5 } } };

		tcp_sack_update(st, c, &seg);
	}
	assert_int_equal(st->sbs[c->sb].n, TCP_SB_RANGES);
	assert_int_equal(tcp_sack_highest(st, c), TCP_SB_RANGES * 10 + 5); /* the lowest were kept */
	assert_int_equal(tcp_counter(st, TCP_C_SACK_OVERFLOW), 100 - TCP_SB_RANGES);
	env_free(env);
}

/* --- options --- */

static bool
parse(struct env *env, const uint8_t *hdr, size_t len, struct tcp_seg *seg)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(env->data);
	bool ok;

	memcpy(rte_pktmbuf_append(m, (uint16_t)len), hdr, len);
	memset(seg, 0, sizeof(*seg));
	ok = tcp_parse(seg, m);
	rte_pktmbuf_free(m);
	return ok;
}

static void
parses_options_and_rejects_malformed_ones(void **state)
{
	uint8_t h[60] = { 0x9c, 0x40, 0, 80, 1, 2, 3, 4, 5, 6, 7, 8, 0xf0, TH_SYN, 0x12, 0x34 };
	static const uint8_t opts[40] = { 2, 4, 5, 0xb4, 1, 3, 3, 7, 4, 2, 8, 10, 0, 0, 0, 9, 0, 0, 0, 8, 254, 6, 1, 2, 3, 4, 5, 10, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0xff, 0xff, 0xff };
	struct env *env = one_host(64);
	struct tcp_seg seg;

	(void)state;
	memcpy(h + 20, opts, 40);
	assert_true(parse(env, h, sizeof(h), &seg));
	assert_int_equal(seg.rport, 40000);
	assert_int_equal(seg.lport, 80);
	assert_int_equal(seg.seq, 0x01020304);
	assert_int_equal(seg.ack, 0x05060708);
	assert_int_equal(seg.wnd, 0x1234);
	assert_int_equal(seg.mss, 1460);
	assert_true(seg.has_wscale && seg.sack_ok && seg.has_ts);
	assert_int_equal(seg.wscale, 7);
	assert_int_equal(seg.ts_val, 9);
	assert_int_equal(seg.ts_ecr, 8);
	assert_int_equal(seg.n_sacks, 1);
	assert_int_equal(seg.sacks[0].end, 2);
	assert_int_equal(seg.len, 0);
	h[13] = TH_ACK; /* what belongs in a SYN is not taken elsewhere */
	assert_true(parse(env, h, sizeof(h), &seg));
	assert_true(!seg.has_wscale && !seg.sack_ok && seg.mss == 0);
	for (size_t len = 0; len < sizeof(h); len++) /* every truncation */
		assert_false(parse(env, h, len, &seg));
	for (unsigned int doff = 0; doff < 5; doff++) {
		h[12] = (uint8_t)(doff << 4);
		assert_false(parse(env, h, sizeof(h), &seg));
	}
	h[12] = 0x60; /* one option word: lengths that lead out of it */
	for (unsigned int len = 0; len < 256; len++) {
		h[20] = 200;
		h[21] = (uint8_t)len;
		h[22] = h[23] = 1;
		assert_int_equal(parse(env, h, sizeof(h), &seg), len >= 2 && len <= 4);
	}
	h[20] = h[21] = h[22] = 1;
	h[23] = 8; /* a kind without its length */
	assert_false(parse(env, h, sizeof(h), &seg));
	h[23] = 0;
	assert_true(parse(env, h, sizeof(h), &seg));
	h[0] = h[1] = 0; /* port 0 */
	assert_false(parse(env, h, sizeof(h), &seg));
	env_free(env);
}

/* --- congestion control --- */

static void
newreno_doubles_then_adds_one_segment_per_window(void **state)
{
	struct tcp_cc cc = { .cwnd = 10000, .ssthresh = 40000 };
	struct tcp_cc_sample s = { .acked = 1000, .mss = 1000 };

	(void)state;
	for (unsigned int i = 0; i < 10; i++)
		tcp_cc_newreno.acked(&cc, &s);
	assert_int_equal(cc.cwnd, 20000);
	s.acked = 50000; /* a stretch ACK counts two segments */
	tcp_cc_newreno.acked(&cc, &s);
	assert_int_equal(cc.cwnd, 22000);
	cc.cwnd = 40000;
	s.acked = 1000;
	for (unsigned int i = 0; i < 40; i++)
		tcp_cc_newreno.acked(&cc, &s);
	assert_int_equal(cc.cwnd, 41000);
	s.flight = 30000;
	tcp_cc_newreno.lost(&cc, &s);
	assert_int_equal(cc.ssthresh, 15000);
	s.flight = 100;
	tcp_cc_newreno.lost(&cc, &s);
	assert_int_equal(cc.ssthresh, 2000);
}

static void
cubic_returns_to_its_old_window_and_beyond(void **state)
{
	struct tcp_cc cc = { .cwnd = 1000000, .ssthresh = 500000 };
	struct tcp_cc_sample s = { .mss = 1000, .srtt_ms = 100, .tick = 1, .flight = 1000000 };
	uint32_t at_k = 0;

	(void)state;
	tcp_cc_cubic.lost(&cc, &s);
	assert_int_equal(cc.ssthresh, 700000);
	assert_int_equal(cc.w_max, 1000000);
	cc.cwnd = cc.ssthresh;
	for (s.tick = 1; s.tick < 20000; s.tick += 100) { /* K = cbrt(300 / 0.4) = 9.09 s */
		s.acked = cc.cwnd;
		tcp_cc_cubic.acked(&cc, &s);
		if (s.tick < 9100)
			at_k = cc.cwnd;
	}
	assert_in_range(cc.k_ms, 9075, 9095);
	assert_in_range(at_k, 980000, 1020000); /* flat around the old maximum */
	assert_true(cc.cwnd > 1400000); /* then probing beyond: 0.4 * 10.8^3 segments more */
	assert_true(cc.cwnd < 1600000);
}

static void
sequence_numbers_compare_around_zero(void **state)
{
	(void)state;
	assert_true(seq_lt(0xfffffff0u, 5) && !seq_lt(5, 0xfffffff0u));
	assert_true(seq_leq(7, 7) && seq_geq(7, 7) && !seq_gt(7, 7));
	assert_true(seq_gt(0, 0xffffffffu));
	assert_int_equal(seq_max(0xfffffff0u, 5), 5);
	assert_int_equal(seq_min(0xfffffff0u, 5), 0xfffffff0u);
}

static void
initial_numbers_differ_by_tuple_and_rise_with_time(void **state)
{
	struct env *env = one_host(64);
	struct tcp_stack *st = env->host[0].tcp;
	const struct net_addr a = net_addr_v4_bytes(198, 18, 0, 1), b = net_addr_v4_bytes(198, 18, 0, 9);
	const uint32_t first = tcp_isn(st, &a, 80, &b, 1000);

	(void)state;
	assert_true(first != tcp_isn(st, &a, 80, &b, 1001));
	assert_true(first != tcp_isn(st, &a, 81, &b, 1000));
	tcp_set_now(st, st->now + 4000000); /* RFC 6528: a clock of 4 us */
	assert_int_equal(tcp_isn(st, &a, 80, &b, 1000) - first, 1000000);
	env_free(env);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lookup_costs_the_same_with_100000_connections),
		cmocka_unit_test(an_idle_connection_is_small),
		cmocka_unit_test(every_timer_fires_at_its_tick),
		cmocka_unit_test(a_removed_timer_does_not_fire),
		cmocka_unit_test(the_scoreboard_agrees_with_a_bitmap),
		cmocka_unit_test(the_scoreboard_forgets_at_its_limit),
		cmocka_unit_test(parses_options_and_rejects_malformed_ones),
		cmocka_unit_test(newreno_doubles_then_adds_one_segment_per_window),
		cmocka_unit_test(cubic_returns_to_its_old_window_and_beyond),
		cmocka_unit_test(sequence_numbers_compare_around_zero),
		cmocka_unit_test(initial_numbers_differ_by_tuple_and_rise_with_time),
	};

	env_eal();
	return cmocka_run_group_tests_name("tcp_core", tests, NULL, NULL);
}
