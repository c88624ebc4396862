/*
 * TLS layer and proxy together over a TCP of two byte queues, with the test as client, server and
 * control process.
 */
#include "tests/unit/dataplane/proxy/tls_proxy_world.h"

static void
carries_data_both_ways(void **state)
{
	struct world *w = *state;
	struct fake_conn *s;
	uint8_t type, buf[20000];

	open_both(w);
	s = fake_get(w->tcp, fake_last(w->tcp));
	sealed_record(w, 23, "GET /", 5);
	assert_int_equal(s->tx_len, 5);
	assert_memory_equal(s->tx, "GET /", 5);
	assert_int_equal(fake_get(w->tcp, w->cl)->charged, 0);
	fake_receive(w->tcp, fake_last(w->tcp), "200 OK", 6);
	proxy_readable(w->proxy, server_pair(w));
	turn(w);
	assert_int_equal(next_record(w, true, &type, buf), 6);
	assert_memory_equal(buf, "200 OK", 6);
	assert_int_equal(s->charged, 0);
}

static void
waits_at_ccs_for_the_key_that_follows(void **state)
{
	struct world *w = *state;
	uint8_t r[200], nonce[8] = { 1 };
	uint32_t n;

	tls_ctl_attached(w->tls);
	accept_client(w);
	w->conn = w->msg[0].u.open.conn;
	n = ref_seal(&w->ck, w->cseq++, 22, nonce, (const uint8_t *)"finished", 8, 0, r + 6);
	memcpy(r, "\x14\3\3\0\1\1", 6);
	to_appliance(w, r, 6 + n); /* CCS and the sealed record in one segment */
	assert_int_equal(w->n_msg, 2);
	assert_int_equal(w->msg[1].u.rec.type, 20);
	give_keys(w, IPC_DIR_READ);
	turn(w);
	assert_int_equal(w->n_msg, 3);
	assert_memory_equal(w->msg[2].data, "finished", 8);
}

static void
takes_the_key_before_the_ccs_too(void **state)
{
	struct world *w = *state;

	tls_ctl_attached(w->tls);
	accept_client(w);
	w->conn = w->msg[0].u.open.conn;
	give_keys(w, IPC_DIR_READ);
	plain_record(w, 22, "still in the clear", 18);
	assert_int_equal(w->msg[1].u.rec.epoch, 0);
	read_on(w, 0x0303);
	plain_record(w, 20, "\1", 1);
	sealed_record(w, 22, "finished", 8);
	assert_int_equal(w->msg[3].u.rec.epoch, 1);
}

static void
holds_early_data_until_ready(void **state)
{
	struct world *w = *state;

	handshake(w);
	assert_int_equal(tls_shaking(w->tls), 1);
	sealed_record(w, 23, "early", 5);
	assert_int_equal(w->n_msg, 0);
	/* still in TCP's queue, closing its window */
	assert_int_not_equal(tcp_rx_bytes(w->tcp, w->cl), 0);
	ready(w);
	assert_int_equal(tls_shaking(w->tls), 0);
	assert_int_not_equal(tcp_rx_bytes(w->tcp, w->cl), 0); /* the server is not connected yet */
	proxy_connected(w->proxy, server_pair(w), 0, w->now);
	turn(w);
	assert_memory_equal(fake_get(w->tcp, fake_last(w->tcp))->tx, "early", 5);
}

static void
takes_a_record_in_segments_of_one_byte(void **state)
{
	struct world *w = *state;
	uint8_t r[200], nonce[8] = { 1 };
	uint32_t n;

	open_both(w);
	n = ref_seal(&w->ck, w->cseq++, 23, nonce, (const uint8_t *)"bytewise", 8, 0, r);
	fake_get(w->tcp, w->cl)->seg = 1;
	for (uint32_t i = 0; i < n; i++) {
		assert_int_equal(fake_get(w->tcp, fake_last(w->tcp))->tx_len, 0);
		to_appliance(w, r + i, 1);
	}
	assert_memory_equal(fake_get(w->tcp, fake_last(w->tcp))->tx, "bytewise", 8);
}

static void
answers_a_bad_mac_with_its_alert_and_resets_the_server(void **state)
{
	struct world *w = *state;
	uint8_t r[200], nonce[8] = { 1 };
	uint32_t n;

	open_both(w);
	n = ref_seal(&w->ck, w->cseq++, 23, nonce, (const uint8_t *)"forged", 6, 0, r);
	r[n - 1] ^= 1;
	to_appliance(w, r, n);
	expect_alert(w, true, 2, 20);
	assert_true(fake_get(w->tcp, fake_last(w->tcp))->aborted);
	assert_true(fake_get(w->tcp, w->cl)->shut);
	assert_int_equal(w->ctr.v[CTR_tls_bad_mac], 1);
}

static void
answers_bad_records_with_the_alert_of_the_rfc(void **state)
{
	static const struct {
		uint8_t hdr[5];
		int alert; /* -1: none */
	} rows[] = {
		{ { 22, 3, 3, 0x40, 1 }, 22 }, /* one byte over 2^14 */
		{ { 23, 3, 3, 0, 10 }, 10 }, /* data before the handshake */
		{ { 22, 3, 3, 0, 0 }, 10 }, /* empty handshake record */
		{ { 'G', 'E', 'T', ' ', '/' }, -1 },
	};

	for (size_t i = 0; i < RTE_DIM(rows); i++) {
		struct world *w;

		if (i != 0) {
			end(state);
			begin(state);
		}
		w = *state;
		tls_ctl_attached(w->tls);
		accept_client(w);
		to_appliance(w, rows[i].hdr, 5);
		if (rows[i].alert >= 0)
			expect_alert(w, false, 2, (uint8_t)rows[i].alert);
		assert_int_equal(fake_get(w->tcp, w->cl)->tx_len, rows[i].alert >= 0 ? 7 : 0);
		assert_true(fake_get(w->tcp, w->cl)->shut);
	}
}

static void
half_closes_from_client_to_server_and_back(void **state)
{
	struct world *w = *state;
	struct fake_conn *s;
	uint8_t type, buf[20000];

	open_both(w);
	s = fake_get(w->tcp, fake_last(w->tcp));
	sealed_record(w, 23, "request", 7);
	sealed_record(w, 21, "\1\0", 2);
	assert_true(s->shut); /* FIN, after the bytes */
	assert_int_equal(s->tx_len, 7);
	fake_receive(w->tcp, fake_last(w->tcp), "answer", 6); /* the other way goes on */
	proxy_readable(w->proxy, server_pair(w));
	turn(w);
	assert_int_equal(next_record(w, true, &type, buf), 6);
	s->fin = true;
	proxy_readable(w->proxy, server_pair(w));
	turn(w);
	expect_alert(w, true, 1, 0);
	assert_true(fake_get(w->tcp, w->cl)->shut);
}

static void
a_server_that_ends_first_becomes_close_notify(void **state)
{
	struct world *w = *state;
	struct fake_conn *s;

	open_both(w);
	s = fake_get(w->tcp, fake_last(w->tcp));
	s->fin = true;
	proxy_readable(w->proxy, server_pair(w));
	turn(w);
	expect_alert(w, true, 1, 0);
	assert_false(s->aborted);
	sealed_record(w, 23, "last words", 10); /* the client may still send */
	assert_memory_equal(s->tx, "last words", 10);
}

static void
a_cut_stream_is_not_passed_off_as_complete(void **state)
{
	struct world *w = *state;

	open_both(w);
	sealed_record(w, 23, "half a requ", 11);
	fake_get(w->tcp, w->cl)->fin = true;
	tls_tcp_readable(w->tls, client(w));
	turn(w);
	assert_true(fake_get(w->tcp, fake_last(w->tcp))->aborted);
	assert_false(fake_get(w->tcp, fake_last(w->tcp))->shut);
	assert_int_equal(w->ctr.v[CTR_tls_truncated], 1);
}

static void
tries_the_next_server_and_then_closes_cleanly(void **state)
{
	struct world *w = *state;
	tcp_id_t first;

	handshake(w);
	ready(w);
	first = fake_last(w->tcp);
	fake_die(w->tcp, first);
	proxy_connected(
		w->proxy, proxy_pair_of(fake_get(w->tcp, first)->user), -ECONNREFUSED, w->now);
	assert_true(fake_last(w->tcp) != first);
	assert_false(net_addr_eq(
		&fake_get(w->tcp, fake_last(w->tcp))->remote, &fake_get(w->tcp, first)->remote));
	proxy_connected(w->proxy, server_pair(w), -ETIMEDOUT, w->now);
	turn(w);
	expect_alert(w, true, 1, 0);
	assert_int_equal(w->ctr.v[CTR_proxy_retries], 1);
	assert_int_equal(w->ctr.v[CTR_proxy_no_server], 1);
}

static void
a_silent_server_is_left_after_the_connect_timeout(void **state)
{
	struct world *w = *state;
	tcp_id_t first;

	handshake(w);
	ready(w);
	first = fake_last(w->tcp);
	proxy_sweep(w->proxy, 1, w->now + 999000);
	assert_true(fake_last(w->tcp) == first);
	proxy_sweep(w->proxy, 1, w->now + 1001000);
	assert_true(fake_get(w->tcp, first)->aborted);
	assert_true(fake_last(w->tcp) != first);
}

static void
a_response_cut_by_a_reset_does_not_end_in_close_notify(void **state)
{
	struct world *w = *state;
	uint8_t type, buf[20000];

	open_both(w);
	fake_receive(w->tcp, fake_last(w->tcp), "half", 4);
	proxy_readable(w->proxy, server_pair(w));
	turn(w);
	fake_die(w->tcp, fake_last(w->tcp));
	proxy_closed(w->proxy, server_pair(w), TCP_CLOSE_RESET);
	turn(w);
	assert_int_equal(next_record(w, true, &type, buf), 4);
	expect_alert(w, true, 2, 80);
}

static void
a_slow_server_closes_the_clients_window(void **state)
{
	struct world *w = *state;
	uint8_t big[1000] = { 0 };
	struct fake_conn *s;

	open_both(w);
	s = fake_get(w->tcp, fake_last(w->tcp));
	s->room = 1500;
	for (int i = 0; i < 5; i++)
		sealed_record(w, 23, big, sizeof(big));
	assert_true(s->tx_len <= 2500);
	assert_true(tcp_rx_bytes(w->tcp, w->cl) >= 2500); /* not taken, so not credited */
	s->room = FAKE_BYTES;
	proxy_acked(w->proxy, server_pair(w));
	turn(w);
	assert_int_equal(s->tx_len, 5000);
}

static void
a_slow_client_closes_the_servers_window(void **state)
{
	struct world *w = *state;
	static uint8_t big[100000];
	struct fake_conn *c;

	open_both(w);
	c = fake_get(w->tcp, w->cl);
	c->room = 4000;
	fake_receive(w->tcp, fake_last(w->tcp), big, sizeof(big));
	proxy_readable(w->proxy, server_pair(w));
	turn(w);
	assert_true(tcp_rx_bytes(w->tcp, fake_last(w->tcp)) > 70000);
	c->room = FAKE_BYTES;
	tls_tcp_acked(w->tls, client(w));
	turn(w);
	assert_int_equal(tcp_rx_bytes(w->tcp, fake_last(w->tcp)), 0);
}

static void
what_a_server_left_behind_when_it_ended_still_arrives(void **state)
{
	struct world *w = *state;
	static uint8_t big[40000];
	uint8_t type, buf[20000];
	uint32_t total = 0;
	int n;

	open_both(w);
	fake_get(w->tcp, w->cl)->room = 2000;
	sealed_record(w, 21, "\1\0", 2);
	fake_receive(w->tcp, fake_last(w->tcp), big, sizeof(big));
	fake_get(w->tcp, fake_last(w->tcp))->fin = true;
	proxy_closed(w->proxy, server_pair(w), TCP_CLOSE_NORMAL);
	fake_die(w->tcp, fake_last(w->tcp));
	turn(w);
	fake_get(w->tcp, w->cl)->room = FAKE_BYTES;
	tls_tcp_acked(w->tls, client(w));
	turn(w);
	while ((n = next_record(w, true, &type, buf)) >= 0 && type == 23)
		total += (uint32_t)n;
	assert_int_equal(total, sizeof(big));
	assert_int_equal(type, 21);
}

static void
control_going_away_does_not_touch_established_connections(void **state)
{
	struct world *w = *state;
	uint8_t type, buf[20000];

	open_both(w);
	tls_ctl_detached(w->tls);
	turn(w);
	sealed_record(w, 23, "still here", 10);
	assert_memory_equal(fake_get(w->tcp, fake_last(w->tcp))->tx, "still here", 10);
	sealed_record(w, 22, "renegotiate?", 12);
	expect_alert(w, true, 1, 100);
	tls_ctl_attached(w->tls);
	turn(w);
	assert_int_equal(w->n_msg, 0); /* the new control process is not told of it */
	assert_int_equal(
		tls_ctl_ready(w->tls, &(struct ipc_conn_ready){ .conn = w->conn }, NULL), -ESTALE);
	fake_receive(w->tcp, fake_last(w->tcp), "and back", 8);
	proxy_readable(w->proxy, server_pair(w));
	turn(w);
	assert_int_equal(next_record(w, true, &type, buf), 8);
}

static void
an_unanswered_hello_is_offered_to_the_next_control_process(void **state)
{
	struct world *w = *state;

	tls_ctl_attached(w->tls);
	accept_client(w);
	plain_record(w, 22, "client hello", 12);
	assert_int_equal(w->n_msg, 2);
	tls_ctl_detached(w->tls);
	w->n_msg = 0;
	turn(w);
	assert_int_equal(w->n_msg, 0);
	tls_ctl_attached(w->tls);
	turn(w);
	assert_int_equal(w->n_msg, 2);
	assert_int_equal(w->msg[0].type, IPC_CONN_OPEN);
	assert_int_equal(w->msg[1].u.rec.bytes, 12);
	assert_memory_equal(w->msg[1].data, "client hello", 12);
}

static void
a_handshake_under_way_ends_with_its_control_process(void **state)
{
	struct world *w = *state;
	uint8_t type, buf[20000];

	tls_ctl_attached(w->tls);
	accept_client(w);
	w->conn = w->msg[0].u.open.conn;
	plain_record(w, 22, "client hello", 12);
	send_records(w, 22, "server flight", 13);
	assert_int_equal(next_record(w, false, &type, buf), 13);
	tls_ctl_detached(w->tls);
	turn(w);
	expect_alert(w, false, 2, 80);
	assert_true(fake_get(w->tcp, w->cl)->shut);
}

static void
waits_for_control_only_so_long(void **state)
{
	struct world *w = *state;

	accept_client(w);
	assert_int_equal(w->n_msg, 0);
	assert_int_equal(w->ctr.v[CTR_ipc_waiting], 1);
	w->now += 1999000;
	tls_sweep(w->tls, 1, w->now);
	turn(w);
	assert_false(fake_get(w->tcp, w->cl)->shut);
	w->now += 10000;
	tls_sweep(w->tls, 1, w->now);
	turn(w);
	assert_true(fake_get(w->tcp, w->cl)->shut);
	assert_int_equal(fake_get(w->tcp, w->cl)->tx_len, 0);
	assert_int_equal(w->ctr.v[CTR_ipc_wait_timeout], 1);
}

static void
a_full_ring_delays_messages_but_loses_none(void **state)
{
	struct world *w = *state;

	tls_ctl_attached(w->tls);
	w->ring_full = true;
	accept_client(w);
	plain_record(w, 22, "hello", 5);
	assert_int_equal(w->n_msg, 0);
	w->ring_full = false;
	turn(w);
	assert_int_equal(w->n_msg, 2);
	w->ring_full = true;
	fake_die(w->tcp, w->cl);
	tls_tcp_closed(w->tls, client(w), TCP_CLOSE_RESET);
	turn(w);
	assert_int_equal(tls_count(w->tls), 1); /* the slot waits for its CONN_CLOSED */
	w->ring_full = false;
	turn(w);
	assert_int_equal(w->msg[2].type, IPC_CONN_CLOSED);
	assert_int_equal(w->msg[2].u.closed.reason, IPC_CLOSED_PEER_RESET);
	assert_int_equal(tls_count(w->tls), 0);
	assert_int_equal(tls_shaking(w->tls), 0);
}

static void
a_slow_handshake_ends(void **state)
{
	struct world *w = *state;

	tls_ctl_attached(w->tls);
	accept_client(w);
	w->now += 10001000;
	tls_sweep(w->tls, 1, w->now);
	turn(w);
	expect_alert(w, false, 2, 90);
	assert_int_equal(w->ctr.v[CTR_tls_handshake_timeout], 1);
}

static void
a_stale_handle_is_counted_and_harms_nobody(void **state)
{
	struct world *w = *state;
	ipc_conn_t stale[] = { 0, w->conn, UINT64_MAX, 1ull << 32, 0xffffffff };
	struct ipc_records_send m = { .type = 22, .version = 0x0303, .bytes = 1 };
	uint64_t before;

	handshake(w);
	before = w->ctr.v[CTR_ipc_stale];
	stale[1] = w->conn + (1ull << 32); /* right index, wrong generation */
	stale[3] = w->conn + 1;
	for (size_t i = 0; i < RTE_DIM(stale); i++) {
		m.conn = stale[i];
		assert_int_equal(tls_ctl_records_send(w->tls, &m, (const uint8_t *)"x"), -ESTALE);
	}
	assert_int_equal(w->ctr.v[CTR_ipc_stale] - before, RTE_DIM(stale));
}

static void
refuses_malformed_messages(void **state)
{
	struct world *w = *state;
	struct ipc_keys_set k = { .dir = IPC_DIR_WRITE,
		.when = IPC_KEYS_NOW,
		.version = 0x0303,
		.alg = IPC_ALG_AES128_GCM,
		.key_len = 16,
		.iv_len = 4 };
	struct ipc_keys_set bad;
	struct ipc_records_send r = { .type = 23, .version = 0x0303, .bytes = 1 };

	tls_ctl_attached(w->tls);
	accept_client(w);
	k.conn = r.conn = w->msg[0].u.open.conn;
#define BAD(field, value)                                                                          \
	(bad = k, bad.field = (value), assert_int_equal(tls_ctl_keys_set(w->tls, &bad), -EBADMSG))
	BAD(dir, 3);
	BAD(dir, 0);
	BAD(when, IPC_KEYS_AFTER_CCS);
	BAD(version, 0x0304);
	BAD(version, 0x0302);
	BAD(alg, 0);
	BAD(alg, 7);
	BAD(alg, UINT32_MAX);
	BAD(key_len, 32);
	BAD(key_len, 255);
	BAD(mac_key_len, 20);
	BAD(iv_len, 12);
#undef BAD
	/* data is not the control process's to send */
	assert_int_equal(tls_ctl_records_send(w->tls, &r, (const uint8_t *)"x"), -EBADMSG);
	/* without keys */
	assert_int_equal(
		tls_ctl_ready(w->tls, &(struct ipc_conn_ready){ .conn = k.conn }, NULL), -EBADMSG);
	assert_int_equal(
		tls_ctl_close(w->tls, &(struct ipc_conn_close){ .conn = k.conn, .how = 9 }),
		-EBADMSG);
	assert_int_equal(tls_ctl_close(w->tls,
				 &(struct ipc_conn_close){ .conn = k.conn, .how = 1, .level = 7 }),
		-EBADMSG);
}

static void
out_of_mbufs_nothing_is_lost(void **state)
{
	struct world *w = *state;

	open_both(w);
	w->tcp->no_mbuf = true;
	sealed_record(w, 23, "patience", 8);
	assert_int_equal(fake_get(w->tcp, fake_last(w->tcp))->tx_len, 0);
	assert_true(w->ctr.v[CTR_no_mbuf] > 0);
	w->tcp->no_mbuf = false;
	turn(w);
	assert_memory_equal(fake_get(w->tcp, fake_last(w->tcp))->tx, "patience", 8);
}

static void
a_full_table_refuses_the_new_and_keeps_the_old(void **state)
{
	struct world *w = *state;

	open_both(w);
	for (int i = 0; i < 7; i++)
		assert_non_null(tls_accept(w->tls, fake_open(w->tcp), &w->lim, w->now));
	assert_null(tls_accept(w->tls, fake_open(w->tcp), &w->lim, w->now));
	assert_int_equal(w->ctr.v[CTR_tls_conn_full], 1);
	sealed_record(w, 23, "unharmed", 8);
	assert_memory_equal(fake_get(w->tcp, 101ull << 32 | 1)->tx, "unharmed", 8);
}

static void
drains_with_close_notify(void **state)
{
	struct world *w = *state;

	open_both(w);
	tls_drain(w->tls, w->now);
	turn(w);
	expect_alert(w, true, 1, 0);
	assert_true(fake_get(w->tcp, w->cl)->shut);
	assert_null(tls_accept(w->tls, fake_open(w->tcp), &w->lim, w->now));
}

static void
stuck_connections_give_way_when_hardly_a_buffer_is_left(void **state)
{
	struct world *w = *state;
	static uint8_t big[15000];

	handshake(w);
	ready(w); /* the server never answers, so what the client sends stays queued */
	for (int i = 0; i < 3; i++)
		sealed_record(w, 23, big, sizeof(big));
	tls_set_pressure(w->tls, TLS_PRESSURE_SHORT);
	w->now += 2000000;
	tls_sweep(w->tls, 1, w->now);
	assert_false(fake_get(w->tcp, w->cl)->aborted);
	tls_set_pressure(w->tls, TLS_PRESSURE_CRITICAL);
	w->now -= 1500000; /* only half a second without progress */
	tls_sweep(w->tls, 1, w->now);
	assert_false(fake_get(w->tcp, w->cl)->aborted);
	w->now += 1500000;
	tls_sweep(w->tls, 1, w->now);
	assert_true(fake_get(w->tcp, w->cl)->aborted);
	assert_int_equal(w->ctr.v[CTR_shed], 1);
}

static void
an_idle_connection_is_closed_in_time(void **state)
{
	struct world *w = *state;

	open_both(w);
	w->now += 60001000;
	tls_sweep(w->tls, 1, w->now);
	turn(w);
	expect_alert(w, true, 1, 0);
	assert_int_equal(w->ctr.v[CTR_proxy_idle_timeout], 1);
	assert_true(fake_get(w->tcp, fake_last(w->tcp))->aborted);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(carries_data_both_ways),
		CASE(waits_at_ccs_for_the_key_that_follows),
		CASE(takes_the_key_before_the_ccs_too),
		CASE(holds_early_data_until_ready),
		CASE(takes_a_record_in_segments_of_one_byte),
		CASE(answers_a_bad_mac_with_its_alert_and_resets_the_server),
		CASE(answers_bad_records_with_the_alert_of_the_rfc),
		CASE(half_closes_from_client_to_server_and_back),
		CASE(a_server_that_ends_first_becomes_close_notify),
		CASE(a_cut_stream_is_not_passed_off_as_complete),
		CASE(tries_the_next_server_and_then_closes_cleanly),
		CASE(a_silent_server_is_left_after_the_connect_timeout),
		CASE(a_response_cut_by_a_reset_does_not_end_in_close_notify),
		CASE(a_slow_server_closes_the_clients_window),
		CASE(a_slow_client_closes_the_servers_window),
		CASE(what_a_server_left_behind_when_it_ended_still_arrives),
		CASE(control_going_away_does_not_touch_established_connections),
		CASE(an_unanswered_hello_is_offered_to_the_next_control_process),
		CASE(a_handshake_under_way_ends_with_its_control_process),
		CASE(waits_for_control_only_so_long),
		CASE(a_full_ring_delays_messages_but_loses_none),
		CASE(a_slow_handshake_ends),
		CASE(a_stale_handle_is_counted_and_harms_nobody),
		CASE(refuses_malformed_messages),
		CASE(out_of_mbufs_nothing_is_lost),
		CASE(a_full_table_refuses_the_new_and_keeps_the_old),
		CASE(drains_with_close_notify),
		CASE(stuck_connections_give_way_when_hardly_a_buffer_is_left),
		CASE(an_idle_connection_is_closed_in_time),
	};

	return cmocka_run_group_tests(tests, dpt_setup, NULL);
}
