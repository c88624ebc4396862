/*
 * Opening and closing, state by state (RFC 9293 figures 5, 6, 7, 8, 12, 13), SYN cookies, TIME_WAIT, RFC 5961.
 */
#include "tests/packet/pkt_script.h"

static struct env_opts opts;

static struct script
fresh(void)
{
	env_defaults(&opts);
	opts.tcp[0].rst_per_s = 100;
	return script_new(&opts);
}

static void
end(struct script *s)
{
	env_free(s->env);
}

/* --- opening --- */

static void
accepts_a_connection_and_agrees_on_options(void **state)
{
	struct script s = fresh();
	struct tcp_info info;
	tcp_id_t id = script_accept(&s, SEG(.mss = 1400, .wscale = WS(7), .sack_ok = true, .ts = true, .ts_val = 1000));

	(void)state;
	assert_int_equal(tcp_conn_info(s.h->tcp, id, &info), 0);
	assert_int_equal(info.state, TCP_ESTABLISHED);
	assert_true(info.sack && info.timestamps);
	assert_int_equal(info.snd_wscale, 7);
	assert_int_equal(info.mss, 1400 - 12);
	assert_int_equal(info.snd_wnd, 65535u << 7);
	end(&s);
}

static void
accepts_a_connection_without_options(void **state)
{
	struct script s = fresh();
	struct tcp_info info;
	tcp_id_t id = script_accept(&s, SEG(.mss = 0));

	(void)state;
	assert_int_equal(tcp_conn_info(s.h->tcp, id, &info), 0);
	assert_false(info.sack || info.timestamps);
	assert_int_equal(info.mss, 536);
	assert_int_equal(info.snd_wscale, 0);
	assert_int_equal(info.rcv_wscale, 0);
	end(&s);
}

static void
answers_a_syn_only_with_options_it_carried(void **state)
{
	struct script s = fresh();
	const struct net_addr any = { { 0 } };
	struct seg g;

	(void)state;
	assert_true(tcp_listen(s.h->tcp, &any, 80, 8, NULL) >= 0);
	give(&s, SEG(.flags = SYN, .mss = 1460));
	g = take(&s);
	assert_int_equal(g.mss, 1460);
	assert_true(g.wscale == 0 && !g.ts && !g.sack_ok);
	end(&s);
}

static void
limits_a_window_scale_above_14(void **state)
{
	struct script s = fresh();
	struct tcp_info info;
	tcp_id_t id = script_accept(&s, SEG(.mss = 1460, .wscale = WS(200)));

	(void)state;
	assert_int_equal(tcp_conn_info(s.h->tcp, id, &info), 0);
	assert_int_equal(info.snd_wscale, 14);
	end(&s);
}

static void
connects_and_reports_it(void **state)
{
	struct script s = fresh();
	tcp_id_t id = script_connect(&s, SEG(.mss = 1460, .wscale = WS(3), .sack_ok = true, .ts = true, .ts_val = 5));

	(void)state;
	assert_int_equal(state_of(&s, id), TCP_ESTABLISHED);
	assert_int_equal(env_conn(s.h, id)->connected, 1);
	assert_int_equal(env_conn(s.h, id)->err, 0);
	end(&s);
}

static void
retransmits_its_syn_with_backoff_then_gives_up(void **state)
{
	struct script s = fresh();
	const struct net_addr peer = env_peer_addr();
	tcp_id_t id;

	(void)state;
	assert_int_equal(tcp_connect(s.h->tcp, NULL, 0, &peer, 443, NULL, &id), 0);
	env_poll(s.env);
	assert_int_equal(take(&s).flags, SYN);
	for (unsigned int i = 0; i < opts.tcp[0].syn_retries; i++) { /* 1, 2, 4, ... seconds after the one before */
		pass(&s, (1000000ull << i) - 2000);
		expect_none(&s);
		pass(&s, 2000);
		assert_int_equal(take(&s).flags, SYN);
	}
	assert_int_equal(env_conn(s.h, id)->connected, 0);
	pass(&s, 70000000);
	assert_int_equal(env_conn(s.h, id)->connected, 1);
	assert_int_equal(env_conn(s.h, id)->err, -ETIMEDOUT);
	assert_int_equal(tcp_conn_count(s.h->tcp), 0);
	end(&s);
}

static void
reports_a_refused_connection(void **state)
{
	struct script s = fresh();
	const struct net_addr peer = env_peer_addr();
	tcp_id_t id;

	(void)state;
	assert_int_equal(tcp_connect(s.h->tcp, NULL, 0, &peer, s.peer_port, NULL, &id), 0);
	env_poll(s.env);
	take(&s);
	give(&s, SEG(.flags = RST | ACK, .seq = 0, .ack = 7)); /* not our number: blind */
	assert_int_equal(env_conn(s.h, id)->connected, 0);
	give(&s, SEG(.flags = RST | ACK, .seq = 0, .ack = 1));
	assert_int_equal(env_conn(s.h, id)->err, -ECONNREFUSED);
	assert_int_equal(env_conn(s.h, id)->closed, 0);
	assert_int_equal(tcp_set_user(s.h->tcp, id, NULL), -ESTALE);
	end(&s);
}

static void
resets_a_synack_for_a_syn_it_did_not_send(void **state)
{
	struct script s = fresh();
	const struct net_addr peer = env_peer_addr();
	struct seg g;
	tcp_id_t id;

	(void)state;
	assert_int_equal(tcp_connect(s.h->tcp, NULL, 0, &peer, s.peer_port, NULL, &id), 0);
	env_poll(s.env);
	take(&s);
	give(&s, SEG(.flags = SYN | ACK, .seq = 0, .ack = 100));
	g = take(&s);
	assert_int_equal(g.flags, RST);
	assert_int_equal(g.seq, 100);
	assert_int_equal(state_of(&s, id), TCP_SYN_SENT);
	end(&s);
}

static void
opens_simultaneously(void **state)
{
	struct script s = fresh();
	const struct net_addr peer = env_peer_addr();
	struct seg g;
	tcp_id_t id;

	(void)state;
	assert_int_equal(tcp_connect(s.h->tcp, NULL, 0, &peer, s.peer_port, NULL, &id), 0);
	env_poll(s.env);
	assert_int_equal(take(&s).flags, SYN);
	give(&s, SEG(.flags = SYN, .seq = 0, .mss = 1460));
	g = take(&s);
	assert_int_equal(g.flags, SYN | ACK);
	assert_int_equal(g.seq, 0);
	assert_int_equal(g.ack, 1);
	assert_int_equal(state_of(&s, id), TCP_SYN_RCVD);
	give(&s, SEG(.flags = SYN | ACK, .seq = 0, .ack = 1));
	assert_int_equal(state_of(&s, id), TCP_ESTABLISHED);
	assert_int_equal(env_conn(s.h, id)->connected, 1);
	end(&s);
}

static void
sends_its_synack_again(void **state)
{
	struct script s = fresh();
	const struct net_addr any = { { 0 } };

	(void)state;
	assert_true(tcp_listen(s.h->tcp, &any, 80, 8, NULL) >= 0);
	give(&s, SEG(.flags = SYN, .mss = 1460));
	assert_int_equal(take(&s).flags, SYN | ACK);
	give(&s, SEG(.flags = SYN, .mss = 1460));
	assert_int_equal(take(&s).flags, SYN | ACK);
	pass(&s, 1100000);
	assert_int_equal(take(&s).flags, SYN | ACK);
	give(&s, SEG(.flags = ACK, .seq = 1, .ack = 1));
	assert_int_equal(s.h->conns[0].accepted, 1);
	end(&s);
}

static void
forgets_a_half_open_connection_that_is_reset(void **state)
{
	struct script s = fresh();
	const struct net_addr any = { { 0 } };

	(void)state;
	assert_true(tcp_listen(s.h->tcp, &any, 80, 8, NULL) >= 0);
	give(&s, SEG(.flags = SYN, .mss = 1460));
	take(&s);
	give(&s, SEG(.flags = RST, .seq = 1));
	assert_int_equal(tcp_conn_count(s.h->tcp), 0);
	assert_int_equal(s.h->n_conns, 0);
	end(&s);
}

static void
resets_segments_for_nobody(void **state)
{
	struct script s = fresh();
	struct seg g;

	(void)state;
	give(&s, SEG(.flags = SYN, .seq = 0));
	g = take(&s);
	assert_int_equal(g.flags, RST | ACK);
	assert_int_equal(g.ack, 1);
	give(&s, SEG(.flags = ACK, .seq = 5, .ack = 77, .len = 3));
	g = take(&s);
	assert_int_equal(g.flags, RST);
	assert_int_equal(g.seq, 77);
	give(&s, SEG(.flags = RST, .seq = 5));
	expect_none(&s);
	end(&s);
}

static void
limits_the_rate_of_resets(void **state)
{
	struct script s = fresh();

	(void)state;
	for (unsigned int i = 0; i < 150; i++)
		put(&s, SEG(.flags = SYN, .seq = i));
	env_poll(s.env);
	assert_int_equal(waiting(&s), 100);
	assert_int_equal(tcp_counter(s.h->tcp, TCP_C_RST_LIMITED), 50);
	end(&s);
}

/* --- SYN cookies --- */

static void
answers_a_flood_with_cookies_and_serves_who_returns(void **state)
{
	struct script s = fresh();
	const struct net_addr any = { { 0 } };
	struct tcp_info info;
	struct seg g;

	(void)state;
	assert_true(tcp_listen(s.h->tcp, &any, 80, 4, NULL) >= 0);
	for (uint16_t i = 0; i < 500; i++) {
		s.peer_port = (uint16_t)(1000 + i);
		give(&s, SEG(.flags = SYN, .mss = 1460, .wscale = WS(9), .sack_ok = true, .ts = true, .ts_val = 50));
		assert_int_equal(take(&s).flags, SYN | ACK);
	}
	assert_int_equal(tcp_conn_count(s.h->tcp), 4);
	assert_int_equal(tcp_counter(s.h->tcp, TCP_C_COOKIES_SENT), 496);
	s.peer_port = 2000;
	give(&s, SEG(.flags = SYN, .mss = 1300, .wscale = WS(9), .sack_ok = true, .ts = true, .ts_val = 60));
	g = take(&s);
	s.ts = true;
	s.ts_val = 61;
	give(&s, SEG(.flags = ACK, .seq = 1, .ack = 1, .len = 10));
	assert_int_equal(s.h->n_conns, 1);
	assert_int_equal(tcp_conn_info(s.h->tcp, s.h->conns[0].id, &info), 0);
	assert_int_equal(info.state, TCP_ESTABLISHED);
	assert_int_equal(info.mss, 1300 - 12);
	assert_int_equal(info.snd_wscale, 9);
	assert_true(info.sack);
	assert_int_equal(info.rx_bytes, 10);
	assert_int_equal(g.ts_ecr, 60);
	end(&s);
}

static void
cookies_without_timestamps_carry_only_the_mss(void **state)
{
	struct script s;
	const struct net_addr any = { { 0 } };
	struct tcp_info info;
	struct seg g;

	(void)state;
	env_defaults(&opts);
	opts.tcp[0].cookies_always = true;
	s = script_new(&opts);
	assert_true(tcp_listen(s.h->tcp, &any, 80, 4, NULL) >= 0);
	give(&s, SEG(.flags = SYN, .mss = 1460, .wscale = WS(9), .sack_ok = true));
	g = take(&s);
	assert_true(g.wscale == 0 && !g.sack_ok && !g.ts);
	give(&s, SEG(.flags = ACK, .seq = 1, .ack = 1));
	assert_int_equal(tcp_conn_info(s.h->tcp, s.h->conns[0].id, &info), 0);
	assert_int_equal(info.mss, 1460);
	assert_int_equal(info.snd_wscale, 0);
	end(&s);
}

static void
refuses_forged_and_old_cookies(void **state)
{
	struct script s;
	const struct net_addr any = { { 0 } };

	(void)state;
	env_defaults(&opts);
	opts.tcp[0].cookies_always = true;
	s = script_new(&opts);
	assert_true(tcp_listen(s.h->tcp, &any, 80, 4, NULL) >= 0);
	give(&s, SEG(.flags = SYN, .mss = 1460));
	take(&s);
	for (uint32_t bit = 0; bit < 32; bit++) { /* every bit of the number counts */
		give(&s, SEG(.flags = ACK, .seq = 1, .ack = 1 ^ (1u << bit)));
		assert_int_equal(take(&s).flags, RST);
	}
	give(&s, SEG(.flags = ACK, .seq = 2, .ack = 1)); /* not the SYN's number */
	assert_int_equal(take(&s).flags, RST);
	pass(&s, 200000000); /* two periods later */
	give(&s, SEG(.flags = ACK, .seq = 1, .ack = 1));
	assert_int_equal(take(&s).flags, RST);
	assert_int_equal(s.h->n_conns, 0);
	end(&s);
}

/* --- closing --- */

static void
closes_actively_through_fin_wait_to_time_wait(void **state)
{
	struct script s = fresh();
	tcp_id_t id = script_accept(&s, SEG(.mss = 1460));
	struct seg g;

	(void)state;
	assert_int_equal(tcp_shutdown(s.h->tcp, id), 0);
	env_poll(s.env);
	g = take(&s);
	assert_int_equal(g.flags, FIN | ACK);
	assert_int_equal(state_of(&s, id), TCP_FIN_WAIT_1);
	give(&s, SEG(.flags = ACK, .seq = 1, .ack = 2));
	assert_int_equal(state_of(&s, id), TCP_FIN_WAIT_2);
	/* half closed: data still comes in */
	give(&s, SEG(.flags = ACK, .seq = 1, .ack = 2, .len = 100));
	assert_int_equal(tcp_rx_bytes(s.h->tcp, id), 100);
	tcp_rx_consume(s.h->tcp, id, 100);
	give(&s, SEG(.flags = FIN | ACK, .seq = 101, .ack = 2));
	while (waiting(&s) > 0)
		g = take(&s);
	assert_int_equal(g.ack, 102);
	assert_int_equal(tcp_time_wait_count(s.h->tcp), 1);
	assert_int_equal(env_conn(s.h, id)->closed, 1);
	assert_int_equal(env_conn(s.h, id)->why, TCP_CLOSE_NORMAL);
	/* the peer's FIN again is acknowledged again, and the wait begins anew */
	pass(&s, 40000000);
	give(&s, SEG(.flags = FIN | ACK, .seq = 101, .ack = 2));
	assert_int_equal(take(&s).ack, 102);
	pass(&s, 40000000);
	assert_int_equal(tcp_time_wait_count(s.h->tcp), 1);
	pass(&s, 21000000);
	assert_int_equal(tcp_time_wait_count(s.h->tcp), 0);
	end(&s);
}

static void
closes_passively_through_close_wait_and_last_ack(void **state)
{
	struct script s = fresh();
	tcp_id_t id = script_accept(&s, SEG(.mss = 1460));
	struct seg g;

	(void)state;
	give(&s, SEG(.flags = FIN | ACK, .seq = 1, .ack = 1));
	assert_int_equal(take(&s).ack, 2);
	assert_int_equal(state_of(&s, id), TCP_CLOSE_WAIT);
	assert_int_equal(env_conn(s.h, id)->fin, 1);
	/* half closed the other way: we still send */
	host_sends(&s, id, 0, 50);
	g = take(&s);
	assert_int_equal(g.len, 50);
	tcp_shutdown(s.h->tcp, id);
	env_poll(s.env);
	assert_int_equal(take(&s).flags, FIN | ACK);
	assert_int_equal(state_of(&s, id), TCP_LAST_ACK);
	give(&s, SEG(.flags = ACK, .seq = 2, .ack = 52));
	assert_int_equal(env_conn(s.h, id)->closed, 1);
	assert_int_equal(tcp_conn_count(s.h->tcp), 0);
	assert_int_equal(tcp_time_wait_count(s.h->tcp), 0);
	end(&s);
}

static void
closes_simultaneously(void **state)
{
	struct script s = fresh();
	tcp_id_t id = script_accept(&s, SEG(.mss = 1460));

	(void)state;
	tcp_shutdown(s.h->tcp, id);
	env_poll(s.env);
	assert_int_equal(take(&s).flags, FIN | ACK);
	give(&s, SEG(.flags = FIN | ACK, .seq = 1, .ack = 1)); /* does not acknowledge ours */
	assert_int_equal(take(&s).ack, 2);
	assert_int_equal(state_of(&s, id), TCP_CLOSING);
	give(&s, SEG(.flags = ACK, .seq = 2, .ack = 2));
	assert_int_equal(tcp_time_wait_count(s.h->tcp), 1);
	end(&s);
}

static void
sends_its_fin_again_when_it_is_lost(void **state)
{
	struct script s = fresh();
	tcp_id_t id = script_accept(&s, SEG(.mss = 1460));
	struct seg g;

	(void)state;
	host_sends(&s, id, 0, 10);
	tcp_shutdown(s.h->tcp, id);
	env_poll(s.env);
	take(&s);
	assert_int_equal(take(&s).flags & FIN, FIN);
	pass(&s, 1100000);
	g = take(&s);
	assert_int_equal(g.seq, 1);
	assert_int_equal(g.len, 10);
	assert_int_equal(g.flags & FIN, FIN); /* data and FIN fit in one now */
	give(&s, SEG(.flags = ACK, .seq = 1, .ack = 12));
	assert_int_equal(state_of(&s, id), TCP_FIN_WAIT_2);
	end(&s);
}

static void
waits_for_the_application_to_read_before_closing(void **state)
{
	struct script s = fresh();
	tcp_id_t id = script_accept(&s, SEG(.mss = 1460));

	(void)state;
	tcp_shutdown(s.h->tcp, id);
	env_poll(s.env);
	give(&s, SEG(.flags = FIN | ACK, .seq = 1, .ack = 2, .len = 100));
	assert_int_equal(env_conn(s.h, id)->closed, 0);
	pass(&s, 100000000); /* TIME_WAIT is over; the bytes are still there */
	assert_int_equal(tcp_rx_bytes(s.h->tcp, id), 100);
	assert_int_equal(env_conn(s.h, id)->closed, 0);
	assert_int_equal(tcp_rx_consume(s.h->tcp, id, 100), 100);
	env_poll(s.env);
	assert_int_equal(env_conn(s.h, id)->closed, 1);
	assert_int_equal(tcp_conn_count(s.h->tcp) + tcp_time_wait_count(s.h->tcp), 0);
	end(&s);
}

static void
bounds_fin_wait_2_of_a_closed_connection(void **state)
{
	struct script s = fresh();
	tcp_id_t id = script_accept(&s, SEG(.mss = 1460));

	(void)state;
	assert_int_equal(tcp_close(s.h->tcp, id), 0);
	assert_int_equal(tcp_shutdown(s.h->tcp, id), -ESTALE);
	env_poll(s.env);
	take(&s);
	give(&s, SEG(.flags = ACK, .seq = 1, .ack = 2));
	assert_int_equal(tcp_conn_count(s.h->tcp), 1);
	pass(&s, 61000000);
	assert_int_equal(tcp_conn_count(s.h->tcp), 0);
	assert_int_equal(env_conn(s.h, id)->closed, 0);
	end(&s);
}

static void
resets_when_data_arrives_after_close(void **state)
{
	struct script s = fresh();
	tcp_id_t id = script_accept(&s, SEG(.mss = 1460));

	(void)state;
	tcp_close(s.h->tcp, id);
	env_poll(s.env);
	take(&s);
	give(&s, SEG(.flags = ACK, .seq = 1, .ack = 2, .len = 10));
	assert_int_equal(take(&s).flags & RST, RST);
	assert_int_equal(tcp_conn_count(s.h->tcp), 0);
	end(&s);
}

static void
aborts_with_a_reset(void **state)
{
	struct script s = fresh();
	tcp_id_t id = script_accept(&s, SEG(.mss = 1460));
	struct seg g;

	(void)state;
	host_sends(&s, id, 0, 1000);
	while (waiting(&s) > 0)
		take(&s);
	assert_int_equal(tcp_abort(s.h->tcp, id), 0);
	env_poll(s.env);
	g = take(&s);
	assert_int_equal(g.flags, RST | ACK);
	assert_int_equal(g.seq, 1001);
	assert_int_equal(tcp_conn_count(s.h->tcp), 0);
	end(&s);
}

/* --- TIME_WAIT --- */

static tcp_id_t
to_time_wait(struct script *s, bool ts)
{
	tcp_id_t id = script_accept(s, SEG(.mss = 1460, .ts = ts, .ts_val = 1000));

	tcp_shutdown(s->h->tcp, id);
	env_poll(s->env);
	take(s);
	give(s, SEG(.flags = FIN | ACK, .seq = 1, .ack = 2));
	take(s);
	return id;
}

static void
reopens_a_time_wait_tuple_for_a_newer_timestamp(void **state)
{
	struct script s = fresh();

	(void)state;
	to_time_wait(&s, true);
	s.ts = false;
	s.iss -= 5000; /* lower numbers, but the timestamp is newer */
	give(&s, SEG(.flags = SYN, .seq = 0, .mss = 1460, .ts = true, .ts_val = 1001));
	assert_int_equal(take(&s).flags, SYN | ACK);
	assert_int_equal(tcp_counter(s.h->tcp, TCP_C_TIME_WAIT_REUSED), 1);
	end(&s);
}

static void
does_not_reopen_a_time_wait_tuple_for_an_old_syn(void **state)
{
	struct script s = fresh();
	struct seg g;

	(void)state;
	to_time_wait(&s, true);
	s.ts = false;
	give(&s, SEG(.flags = SYN, .seq = (uint32_t)-5000, .mss = 1460, .ts = true, .ts_val = 999));
	g = take(&s);
	assert_int_equal(g.flags, ACK);
	assert_int_equal(tcp_time_wait_count(s.h->tcp), 1);
	end(&s);
}

static void
reopens_a_time_wait_tuple_for_a_higher_number(void **state)
{
	struct script s = fresh();

	(void)state;
	to_time_wait(&s, false);
	give(&s, SEG(.flags = SYN, .seq = 100000, .mss = 1460));
	assert_int_equal(take(&s).flags, SYN | ACK);
	end(&s);
}

static void
recycles_the_oldest_time_wait_at_the_cap(void **state)
{
	struct script s = fresh();

	(void)state;
	for (unsigned int i = 0; i < 100; i++) {
		s.peer_port = (uint16_t)(5000 + i);
		s.h->n_conns = 0;
		to_time_wait(&s, false);
	}
	assert_int_equal(tcp_time_wait_count(s.h->tcp), 64);
	assert_int_equal(tcp_counter(s.h->tcp, TCP_C_TIME_WAIT_RECYCLED), 36);
	end(&s);
}

/* --- RFC 5961 --- */

static void
resets_only_for_the_exact_number(void **state)
{
	struct script s = fresh();
	tcp_id_t id = script_accept(&s, SEG(.mss = 1460));
	struct seg g;

	(void)state;
	give(&s, SEG(.flags = RST, .seq = 1000)); /* in the window, blind */
	g = take(&s);
	assert_int_equal(g.flags, ACK);
	assert_int_equal(g.ack, 1);
	give(&s, SEG(.flags = RST, .seq = 0x20000000)); /* outside: silence */
	expect_none(&s);
	assert_int_equal(state_of(&s, id), TCP_ESTABLISHED);
	give(&s, SEG(.flags = RST, .seq = 1));
	assert_int_equal(env_conn(s.h, id)->closed, 1);
	assert_int_equal(env_conn(s.h, id)->why, TCP_CLOSE_RESET);
	end(&s);
}

static void
challenges_a_syn_in_every_synchronized_state(void **state)
{
	struct script s = fresh();
	tcp_id_t id = script_accept(&s, SEG(.mss = 1460));

	(void)state;
	give(&s, SEG(.flags = SYN, .seq = 5));
	assert_int_equal(take(&s).flags, ACK);
	give(&s, SEG(.flags = SYN, .seq = 0x40000000));
	assert_int_equal(take(&s).flags, ACK);
	assert_int_equal(state_of(&s, id), TCP_ESTABLISHED);
	assert_int_equal(tcp_counter(s.h->tcp, TCP_C_CHALLENGE_ACKS), 1);
	end(&s);
}

static void
does_not_take_data_with_an_impossible_ack(void **state)
{
	struct script s = fresh();
	tcp_id_t id = script_accept(&s, SEG(.mss = 1460));

	(void)state;
	give(&s, SEG(.flags = ACK, .seq = 1, .ack = 1000, .len = 10)); /* never sent */
	assert_int_equal(take(&s).flags, ACK);
	give(&s, SEG(.flags = ACK, .seq = 1, .ack = 0x80000000, .len = 10)); /* long ago */
	assert_int_equal(take(&s).flags, ACK);
	assert_int_equal(tcp_rx_bytes(s.h->tcp, id), 0);
	assert_int_equal(tcp_counter(s.h->tcp, TCP_C_CHALLENGE_ACKS), 2);
	end(&s);
}

static void
limits_the_rate_of_challenges(void **state)
{
	struct script s;
	unsigned int n = 0;

	(void)state;
	env_defaults(&opts);
	opts.tcp[0].challenge_acks_per_s = 5;
	s = script_new(&opts);
	script_accept(&s, SEG(.mss = 1460));
	for (unsigned int i = 0; i < 20; i++) {
		give(&s, SEG(.flags = RST, .seq = 1000));
		for (; waiting(&s) > 0; n++)
			take(&s);
	}
	assert_int_equal(n, 5);
	pass(&s, 1100000);
	give(&s, SEG(.flags = RST, .seq = 1000));
	assert_int_equal(waiting(&s), 1);
	end(&s);
}

/* --- limits --- */

static void
refuses_new_connections_when_slots_are_out(void **state)
{
	struct script s;
	const struct net_addr any = { { 0 } };
	tcp_id_t id;

	(void)state;
	env_defaults(&opts);
	opts.tcp[0].max_conns = 2;
	s = script_new(&opts);
	assert_true(tcp_listen(s.h->tcp, &any, 80, 100, NULL) >= 0);
	for (uint16_t i = 0; i < 5; i++) {
		s.peer_port = (uint16_t)(7000 + i);
		give(&s, SEG(.flags = SYN, .mss = 1460));
	}
	assert_int_equal(waiting(&s), 2);
	assert_int_equal(tcp_counter(s.h->tcp, TCP_C_REFUSED_CONNS), 3);
	s.peer_port = 7000;
	take(&s);
	give(&s, SEG(.flags = ACK, .seq = 1, .ack = 1)); /* the existing ones go on */
	id = s.h->conns[0].id;
	assert_int_equal(state_of(&s, id), TCP_ESTABLISHED);
	end(&s);
}

static void
ids_of_ended_connections_are_stale(void **state)
{
	struct script s = fresh();
	tcp_id_t id = script_accept(&s, SEG(.mss = 1460)), again;

	(void)state;
	tcp_abort(s.h->tcp, id);
	env_poll(s.env);
	take(&s);
	s.peer_port++;
	again = script_accept(&s, SEG(.mss = 1460));
	assert_int_equal((uint32_t)id, (uint32_t)again); /* same slot */
	assert_true(id != again);
	assert_int_equal(tcp_shutdown(s.h->tcp, id), -ESTALE);
	assert_int_equal(tcp_send_space(s.h->tcp, id), 0);
	assert_null(tcp_rx_head(s.h->tcp, id));
	assert_int_equal(state_of(&s, again), TCP_ESTABLISHED);
	end(&s);
}

static void
unlisten_drops_half_open_and_keeps_established(void **state)
{
	struct script s = fresh();
	tcp_id_t id = script_accept(&s, SEG(.mss = 1460));

	(void)state;
	s.peer_port++;
	give(&s, SEG(.flags = SYN, .mss = 1460));
	take(&s);
	assert_int_equal(tcp_conn_count(s.h->tcp), 2);
	assert_int_equal(tcp_unlisten(s.h->tcp, 0), 0);
	env_poll(s.env);
	assert_int_equal(tcp_conn_count(s.h->tcp), 1);
	assert_int_equal(state_of(&s, id), TCP_ESTABLISHED);
	assert_int_equal(tcp_unlisten(s.h->tcp, 0), -ENOENT);
	end(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepts_a_connection_and_agrees_on_options),
		cmocka_unit_test(accepts_a_connection_without_options),
		cmocka_unit_test(answers_a_syn_only_with_options_it_carried),
		cmocka_unit_test(limits_a_window_scale_above_14),
		cmocka_unit_test(connects_and_reports_it),
		cmocka_unit_test(retransmits_its_syn_with_backoff_then_gives_up),
		cmocka_unit_test(reports_a_refused_connection),
		cmocka_unit_test(resets_a_synack_for_a_syn_it_did_not_send),
		cmocka_unit_test(opens_simultaneously),
		cmocka_unit_test(sends_its_synack_again),
		cmocka_unit_test(forgets_a_half_open_connection_that_is_reset),
		cmocka_unit_test(resets_segments_for_nobody),
		cmocka_unit_test(limits_the_rate_of_resets),
		cmocka_unit_test(answers_a_flood_with_cookies_and_serves_who_returns),
		cmocka_unit_test(cookies_without_timestamps_carry_only_the_mss),
		cmocka_unit_test(refuses_forged_and_old_cookies),
		cmocka_unit_test(closes_actively_through_fin_wait_to_time_wait),
		cmocka_unit_test(closes_passively_through_close_wait_and_last_ack),
		cmocka_unit_test(closes_simultaneously),
		cmocka_unit_test(sends_its_fin_again_when_it_is_lost),
		cmocka_unit_test(waits_for_the_application_to_read_before_closing),
		cmocka_unit_test(bounds_fin_wait_2_of_a_closed_connection),
		cmocka_unit_test(resets_when_data_arrives_after_close),
		cmocka_unit_test(aborts_with_a_reset),
		cmocka_unit_test(reopens_a_time_wait_tuple_for_a_newer_timestamp),
		cmocka_unit_test(does_not_reopen_a_time_wait_tuple_for_an_old_syn),
		cmocka_unit_test(reopens_a_time_wait_tuple_for_a_higher_number),
		cmocka_unit_test(recycles_the_oldest_time_wait_at_the_cap),
		cmocka_unit_test(resets_only_for_the_exact_number),
		cmocka_unit_test(challenges_a_syn_in_every_synchronized_state),
		cmocka_unit_test(does_not_take_data_with_an_impossible_ack),
		cmocka_unit_test(limits_the_rate_of_challenges),
		cmocka_unit_test(refuses_new_connections_when_slots_are_out),
		cmocka_unit_test(ids_of_ended_connections_are_stale),
		cmocka_unit_test(unlisten_drops_half_open_and_keeps_established),
	};

	env_eal();
	return cmocka_run_group_tests_name("tcp_states", tests, NULL, NULL);
}
