/*
 * TLS 1.3 through TLS layer and proxy: where reading stops and goes on, keys that change with data
 * in flight, early data taken and refused, and what is refused of records.
 */
#include "dataplane/tls/tls_int.h"
#include "tests/unit/dataplane/proxy/tls13_world.h"

static void
reads_no_further_than_the_message_that_changes_keys(void **state)
{
	struct world *w = *state;
	struct keys13 k = keys13_new();
	uint8_t buf[500];
	uint32_t len = 0;

	plain_put(20, "\1", 1, buf, &len);
	way_put(&k.chs, 22, "client finished", 15, buf, &len);
	way_put(&k.cap, 23, "GET /", 5, buf, &len);
	hello_13(w, buf, len); /* all of the client's bytes are there */
	flight_13(w, &k, 0);
	assert_int_equal(w->n_msg, 3);
	expect_told(w, 2, 22, 1, "client finished");
	turn(w);
	assert_int_equal(w->n_msg, 3);
	assert_int_equal(way_set(w, &k.cap, IPC_DIR_READ, 0), 0);
	say_ready(w, 0);
	read_on_13(w, 0);
	server_up(w);
	expect_server(w, "GET /");
	server_says(w, "200 OK");
	way_expect(w, &k.sap, 23, "200 OK", 6);
	way_send(w, &k.cap, 21, "\1\0", 2);
	assert_true(fake_get(w->tcp, fake_last(w->tcp))->shut);
}

static void
keys_change_with_data_in_flight_both_ways(void **state)
{
	struct world *w = *state;
	struct keys13 k;
	struct way cap2 = way_new(ALG, 0x0304, 50), sap2 = way_new(ALG, 0x0304, 60);
	uint8_t buf[1000];
	uint32_t len = 0;

	open_13(w, &k);
	for (int i = 0; i < 3; i++)
		way_put(&k.cap, 23, "before ", 7, buf, &len);
	way_put(&k.cap, 22, "key update", 10, buf, &len);
	for (int i = 0; i < 3; i++)
		way_put(&cap2, 23, "after ", 6, buf, &len);
	server_says(w, "one ");
	to_appliance(w, buf, len);
	expect_server(w, "before before before ");
	assert_int_equal(w->n_msg, 1);
	expect_told(w, 0, 22, 2, "key update");
	say_records(w, 22, IPC_SEND_HOLD, "our update", 10);
	server_says(w, "two "); /* must not go out with the old keys behind our update */
	assert_int_equal(way_set(w, &sap2, IPC_DIR_WRITE, IPC_KEYS_RELEASE), 0);
	assert_int_equal(way_set(w, &cap2, IPC_DIR_READ, 0), 0);
	read_on_13(w, 0);
	expect_server(w, "before before before after after after ");
	server_says(w, "three");
	way_expect(w, &k.sap, 23, "one ", 4);
	way_expect(w, &k.sap, 22, "our update", 10);
	way_expect(w, &sap2, 23, "two ", 4);
	way_expect(w, &sap2, 23, "three", 5);
}

static void
keys_may_change_more_often_than_epochs_count(void **state)
{
	struct world *w = *state;
	struct keys13 k;
	struct way next;

	open_13(w, &k);
	for (int i = 0; i < 300; i++) {
		next = way_new(ALG, 0x0304, (uint8_t)i);
		way_send(w, &k.cap, 22, "ku", 2);
		assert_int_equal(w->n_msg, 1);
		assert_int_equal(w->msg[0].u.rec.epoch, (2 + i) % 256);
		w->n_msg = 0;
		assert_int_equal(way_set(w, &next, IPC_DIR_READ, 0), 0);
		read_on_13(w, 0);
		k.cap = next;
	}
	way_send(w, &k.cap, 23, "still here", 10);
	expect_server(w, "still here");
}

/* The engine with a poll that gives nothing back while `asleep`. */
static struct rec_engine_ops slow_ops;
static bool asleep;

static uint16_t
slow_poll(struct rec_engine *e, struct rec_op **ops, uint16_t n)
{
	return asleep ? 0 : rec_engine_soft.poll(e, ops, n);
}

/* With an engine that takes its time no record is given to it that may need other keys. */
static void
waits_for_an_engine_that_takes_its_time(void **state)
{
	struct world *w = *state;
	struct keys13 k;
	struct way cap2 = way_new(ALG, 0x0304, 50);
	uint8_t buf[1000];
	uint32_t len = 0;

	open_13(w, &k);
	slow_ops = rec_engine_soft;
	slow_ops.poll = slow_poll;
	w->eng->ops = &slow_ops;
	way_put(&k.cap, 23, "a", 1, buf, &len);
	way_put(&k.cap, 23, "b", 1, buf, &len);
	way_put(&k.cap, 22, "key update", 10, buf, &len);
	way_put(&cap2, 23, "c", 1, buf, &len);
	asleep = true;
	to_appliance(w, buf, len);
	assert_int_equal(client(w)->in.n, 1);
	for (int i = 0; i < 4; i++) { /* one record each time it wakes up */
		asleep = false;
		tls_poll(w->tls, w->now);
		asleep = true;
		turn(w);
	}
	expect_server(w, "ab");
	expect_told(w, 0, 22, 2, "key update");
	assert_int_equal(client(w)->in.n, 0);
	assert_int_equal(way_set(w, &cap2, IPC_DIR_READ, 0), 0);
	asleep = false;
	read_on_13(w, 0);
	expect_server(w, "abc");
}

/* Where a control process asks for change_cipher_spec under keys: it goes out in the clear. */
static void
change_cipher_spec_is_never_protected(void **state)
{
	struct world *w = *state;
	struct keys13 k = keys13_new();
	uint8_t type, buf[100];

	hello_13(w, NULL, 0);
	assert_int_equal(way_set(w, &k.shs, IPC_DIR_WRITE, 0), 0);
	say_records(w, 20, 0, "\1", 1);
	say_records(w, 22, 0, "extensions", 10);
	turn(w);
	assert_int_equal(next_record(w, false, &type, buf), 1);
	assert_int_equal(type, 20);
	way_expect(w, &k.shs, 22, "extensions", 10);
}

static void
keys_for_now_need_a_pause(void **state)
{
	struct world *w = *state;
	struct keys13 k;
	struct way other = way_new(ALG, 0x0304, 50);

	open_13(w, &k);
	assert_int_equal(way_set(w, &other, IPC_DIR_READ, 0), 0);
	turn(w);
	way_expect_alert(w, &k.sap, 2, 80);
}

/* --- early data ----------------------------------------------------------------------------- */

static void
early_data_flows_before_finished(void **state)
{
	struct world *w = *state;
	struct keys13 k = keys13_new();
	uint8_t type, buf[500];
	uint32_t len = 0;

	way_put(&k.early, 23, "early ", 6, buf, &len);
	way_put(&k.early, 23, "bird ", 5, buf, &len);
	way_put(&k.early, 22, "end of early data", 17, buf, &len);
	way_put(&k.chs, 22, "client finished", 15, buf, &len);
	way_put(&k.cap, 23, "late", 4, buf, &len);
	hello_13(w, buf, len);
	say_records(w, 22, 0, "server hello", 12);
	assert_int_equal(way_set(w, &k.shs, IPC_DIR_WRITE, 0), 0);
	assert_int_equal(way_set(w, &k.sap, IPC_DIR_WRITE, 0), 0);
	assert_int_equal(way_set(w, &k.early, IPC_DIR_READ, 0), 0);
	say_ready(w, IPC_READY_EARLY);
	read_on_13(w, 0);
	assert_int_equal(w->n_msg, 2); /* the data waits for its server */
	server_up(w);
	expect_server(w, "early bird ");
	expect_told(w, 2, 22, 1, "end of early data");
	server_says(w, "answer");
	assert_int_equal(next_record(w, false, &type, buf), 12);
	way_expect(w, &k.sap, 23, "answer", 6);
	assert_int_equal(way_set(w, &k.chs, IPC_DIR_READ, 0), 0);
	read_on_13(w, 0);
	expect_told(w, 3, 22, 2, "client finished");
	assert_int_equal(way_set(w, &k.cap, IPC_DIR_READ, 0), 0);
	say_ready(w, 0);
	read_on_13(w, 0);
	expect_server(w, "early bird late");
}

/* RFC 8446 4.2.10: what the ticket promised, and not a byte more. */
static void
early_data_ends_where_it_was_promised_to(void **state)
{
	struct world *w = *state;
	struct keys13 k = keys13_new();

	hello_13(w, NULL, 0);
	assert_int_equal(way_set(w, &k.sap, IPC_DIR_WRITE, 0), 0);
	assert_int_equal(way_set(w, &k.early, IPC_DIR_READ, 0), 0);
	say_ready(w, IPC_READY_EARLY);
	read_on_13(w, 0);
	server_up(w);
	way_send(w, &k.early, 23, "twelve bytes", 12);
	way_send(w, &k.early, 23, "eight+12", 8);
	expect_server(w, "twelve byteseight+12");
	way_send(w, &k.early, 23, "1", 1);
	way_expect_alert(w, &k.sap, 2, 10);
}

/* Up to the point where early data is read under the handshake's keys. */
static void
early_then_handshake_keys(struct world *w, struct keys13 *k)
{
	*k = keys13_new();
	hello_13(w, NULL, 0);
	assert_int_equal(way_set(w, &k->sap, IPC_DIR_WRITE, 0), 0);
	assert_int_equal(way_set(w, &k->early, IPC_DIR_READ, 0), 0);
	say_ready(w, IPC_READY_EARLY);
	read_on_13(w, 0);
	server_up(w);
	way_send(w, &k->early, 22, "end of early data", 17);
	assert_int_equal(way_set(w, &k->chs, IPC_DIR_READ, 0), 0);
	read_on_13(w, 0);
}

static void
data_under_handshake_keys_is_refused(void **state)
{
	struct world *w = *state;
	struct keys13 k;

	early_then_handshake_keys(w, &k);
	way_send(w, &k.chs, 23, "data", 4);
	way_expect_alert(w, &k.sap, 2, 10);
	assert_int_equal(fake_get(w->tcp, fake_last(w->tcp))->tx_len, 0);
}

static void
data_under_handshake_keys_without_early_data_is_refused(void **state)
{
	struct world *w = *state;
	struct keys13 k = keys13_new();

	hello_13(w, NULL, 0);
	flight_13(w, &k, 0);
	way_send(w, &k.chs, 23, "data", 4);
	way_expect_alert(w, &k.sap, 2, 10);
}

static void
a_handshake_with_early_data_ends_in_time_and_with_its_control_process(void **state)
{
	struct world *w = *state;
	struct keys13 k;

	early_then_handshake_keys(w, &k);
	w->now += 10001000;
	tls_sweep(w->tls, 1, w->now);
	turn(w);
	way_expect_alert(w, &k.sap, 2, 90);
	end(state);
	begin(state);
	w = *state;
	early_then_handshake_keys(w, &k);
	tls_ctl_detached(w->tls);
	turn(w);
	way_expect_alert(w, &k.sap, 2, 80);
}

static void
refused_early_data_is_skipped(void **state)
{
	struct world *w = *state;
	struct keys13 k = keys13_new();
	uint8_t buf[4000];
	uint32_t len = 0;

	for (int i = 0; i < 5; i++)
		way_put(&k.early, 23, "never mind this text", 20, buf, &len);
	way_put(&k.chs, 22, "client finished", 15, buf, &len);
	hello_13(w, buf, len);
	flight_13(w, &k, 5 * (20 + 1 + 16)); /* to the byte */
	assert_int_equal(w->n_msg, 3);
	expect_told(w, 2, 22, 1, "client finished");
	assert_int_equal(w->ctr.v[CTR_tls_early_skipped], 5);
	assert_int_equal(fake_get(w->tcp, w->cl)->charged, 0);
}

static void
refused_early_data_has_a_limit_and_an_end(void **state)
{
	struct world *w = *state;
	struct keys13 k = keys13_new();
	uint8_t buf[4000];
	uint32_t len = 0;

	for (int i = 0; i < 5; i++)
		way_put(&k.early, 23, "never mind this text", 20, buf, &len);
	hello_13(w, buf, len);
	flight_13(w, &k, 5 * (20 + 1 + 16) - 1);
	way_expect_alert(w, &k.sap, 2, 20);
	end(state);
	begin(state);
	w = *state;
	k = keys13_new();
	hello_13(w, NULL, 0);
	flight_13(w, &k, 1000);
	way_send(w, &k.chs, 22, "cert", 4); /* opened: what does not open now is forged */
	read_on_13(w, 0);
	way_send(w, &k.early, 23, "early", 5);
	way_expect_alert(w, &k.sap, 2, 20);
}

static void
early_data_before_a_second_hello_is_skipped(void **state)
{
	struct world *w = *state;
	struct keys13 k = keys13_new();
	uint8_t buf[4000], type;
	uint32_t len = 0;

	way_put(&k.early, 23, "never mind", 10, buf, &len);
	plain_put(20, "\1", 1, buf, &len);
	plain_put(22, "second hello", 12, buf, &len);
	hello_13(w, buf, len);
	say_records(w, 22, 0, "retry", 5);
	read_on_13(w, 100);
	assert_int_equal(next_record(w, false, &type, buf), 5);
	assert_int_equal(w->n_msg, 3);
	expect_told(w, 2, 22, 0, "second hello");
	len = 0;
	read_on_13(w, 0);
	way_put(&k.early, 23, "too late", 8, buf, &len);
	to_appliance(w, buf, len);
	expect_alert(w, false, 2, 10);
}

/* --- what is refused ------------------------------------------------------------------------ */

static void
drops_change_cipher_spec_only_in_a_handshake(void **state)
{
	static const struct {
		uint8_t rec[8];
		uint32_t n;
		int times;
		bool refused;
	} rows[] = {
		{ { 20, 3, 3, 0, 1, 1 }, 6, REC_IN_MAX_CCS, false },
		{ { 20, 3, 3, 0, 1, 1 }, 6, REC_IN_MAX_CCS + 1, true },
		{ { 20, 3, 3, 0, 1, 2 }, 6, 1, true },
		{ { 20, 3, 3, 0, 1, 0 }, 6, 1, true },
		{ { 20, 3, 3, 0, 2, 1, 1 }, 7, 1, true },
		{ { 20, 3, 3, 0, 0 }, 5, 1, true },
	};

	for (size_t i = 0; i < RTE_DIM(rows); i++) {
		struct keys13 k = keys13_new();
		struct world *w;

		if (i != 0) {
			end(state);
			begin(state);
		}
		w = *state;
		hello_13(w, NULL, 0);
		flight_13(w, &k, 0);
		for (int t = 0; t < rows[i].times; t++)
			to_appliance(w, rows[i].rec, rows[i].n);
		if (rows[i].refused) {
			way_expect_alert(w, &k.sap, 2, 10);
			continue;
		}
		way_send(w, &k.chs, 22, "client finished", 15);
		expect_told(w, 2, 22, 1, "client finished");
	}
	end(state);
	begin(state);
	{
		struct world *w = *state;
		struct keys13 k;

		open_13(w, &k);
		to_appliance(w, rows[0].rec, rows[0].n);
		way_expect_alert(w, &k.sap, 2, 10);
	}
}

static void
refuses_records_that_rfc_8446_forbids(void **state)
{
	static const struct {
		uint8_t type; /* inner */
		uint32_t n;
		uint32_t zeros;
		uint8_t alert; /* 0: none */
	} rows[] = {
		{ 23, 0, 0, 0 },
		{ 23, 16384, 0, 0 },
		{ 23, 100, 16284, 0 },
		{ 23, 16384, 1, 22 }, /* inner plaintext over 2^14 + 1 */
		{ 23, 100, 16285, 22 },
		{ 23, 16385, 0, 22 },
		{ 0, 0, 0, 10 }, /* nothing but zeros */
		{ 0, 0, 1000, 10 },
		{ 22, 0, 0, 10 }, /* empty handshake */
		{ 22, 0, 50, 10 },
		{ 21, 0, 0, 10 }, /* empty alert */
		{ 21, 1, 0, 50 },
		{ 21, 3, 0, 50 },
		{ 20, 1, 0, 10 }, /* protected change_cipher_spec */
		{ 24, 5, 0, 10 },
		{ 255, 5, 0, 10 },
	};
	static uint8_t text[16385], r[20000];

	for (size_t i = 0; i < RTE_DIM(rows); i++) {
		struct keys13 k;
		struct world *w;
		uint32_t n;

		if (i != 0) {
			end(state);
			begin(state);
		}
		w = *state;
		open_13(w, &k);
		n = ref_seal(&k.cap.k, k.cap.seq++, rows[i].type, NULL, text, rows[i].n,
			rows[i].zeros, r);
		to_appliance(w, r, n);
		if (rows[i].alert != 0) {
			way_expect_alert(w, &k.sap, 2, rows[i].alert);
			continue;
		}
		assert_int_equal(fake_get(w->tcp, fake_last(w->tcp))->tx_len, rows[i].n);
		way_send(w, &k.cap, 23, "x", 1);
		assert_int_equal(fake_get(w->tcp, fake_last(w->tcp))->tx_len, rows[i].n + 1);
	}
}

static void
refuses_headers_that_rfc_8446_forbids(void **state)
{
	static const struct {
		uint8_t hdr[5];
		uint8_t alert;
	} rows[] = {
		{ { 23, 3, 3, 0x41, 1 }, 22 }, /* 2^14 + 257 */
		{ { 23, 3, 3, 0, 15 }, 20 }, /* no room for a tag */
		{ { 23, 3, 3, 0, 0 }, 20 },
		{ { 22, 3, 3, 0, 20 }, 10 }, /* in the clear */
		{ { 21, 3, 3, 0, 2 }, 10 },
		{ { 24, 3, 3, 0, 20 }, 10 },
		{ { 23, 2, 3, 0, 20 }, 70 },
	};

	for (size_t i = 0; i < RTE_DIM(rows); i++) {
		struct keys13 k;
		struct world *w;

		if (i != 0) {
			end(state);
			begin(state);
		}
		w = *state;
		open_13(w, &k);
		to_appliance(w, rows[i].hdr, 5);
		way_expect_alert(w, &k.sap, 2, rows[i].alert);
	}
}

static void
a_forged_record_ends_in_bad_record_mac(void **state)
{
	struct world *w = *state;
	struct keys13 k;
	uint8_t buf[200];
	uint32_t len = 0;

	open_13(w, &k);
	way_put(&k.cap, 23, "good", 4, buf, &len);
	way_put(&k.cap, 23, "forged", 6, buf, &len);
	buf[len - 1] ^= 1;
	to_appliance(w, buf, len);
	expect_server(w, "good");
	way_expect_alert(w, &k.sap, 2, 20);
	assert_int_equal(w->ctr.v[CTR_tls_bad_mac], 1);
}

static void
an_alert_in_the_clear_is_taken_until_something_came_under_keys(void **state)
{
	struct world *w = *state;
	struct keys13 k = keys13_new();
	static const uint8_t alert[7] = { 21, 3, 3, 0, 2, 2, 70 };

	hello_13(w, NULL, 0);
	flight_13(w, &k, 0);
	to_appliance(w, alert, sizeof(alert));
	assert_int_equal(w->n_msg, 3);
	assert_int_equal(w->msg[2].u.rec.type, 21);
	assert_memory_equal(w->msg[2].data, "\2\106", 2);
	end(state);
	begin(state);
	w = *state;
	k = keys13_new();
	hello_13(w, NULL, 0);
	flight_13(w, &k, 0);
	way_send(w, &k.chs, 22, "cert", 4);
	read_on_13(w, 0);
	to_appliance(w, alert, sizeof(alert));
	way_expect_alert(w, &k.sap, 2, 10);
}

static void
alerts_are_fatal_whatever_their_level(void **state)
{
	struct world *w = *state;
	struct keys13 k;

	open_13(w, &k);
	way_send(w, &k.cap, 21, "\1\132", 2); /* user_canceled is not */
	way_send(w, &k.cap, 23, "on", 2);
	expect_server(w, "on");
	way_send(w, &k.cap, 21, "\1\50", 2);
	assert_true(fake_get(w->tcp, w->cl)->shut);
	assert_true(fake_get(w->tcp, fake_last(w->tcp))->aborted);
}

static void
many_records_at_once_arrive_in_order(void **state)
{
	static uint8_t buf[200000];
	struct world *w = *state;
	struct keys13 k;
	uint32_t len = 0;
	const struct fake_conn *s;

	open_13(w, &k);
	for (uint32_t i = 0; i < 200; i++) {
		uint8_t text[300];

		memset(text, (int)i, sizeof(text));
		way_put(&k.cap, 23, text, 1 + i, buf, &len);
	}
	to_appliance(w, buf, len);
	s = fake_get(w->tcp, fake_last(w->tcp));
	assert_int_equal(s->tx_len, 200 * 201 / 2);
	for (uint32_t i = 0, at = 0; i < 200; i++)
		for (uint32_t j = 0; j <= i; j++)
			assert_int_equal(s->tx[at++], i);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(reads_no_further_than_the_message_that_changes_keys),
		CASE(keys_change_with_data_in_flight_both_ways),
		CASE(keys_may_change_more_often_than_epochs_count),
		CASE(waits_for_an_engine_that_takes_its_time),
		CASE(change_cipher_spec_is_never_protected),
		CASE(keys_for_now_need_a_pause),
		CASE(early_data_flows_before_finished),
		CASE(early_data_ends_where_it_was_promised_to),
		CASE(data_under_handshake_keys_is_refused),
		CASE(data_under_handshake_keys_without_early_data_is_refused),
		CASE(a_handshake_with_early_data_ends_in_time_and_with_its_control_process),
		CASE(refused_early_data_is_skipped),
		CASE(refused_early_data_has_a_limit_and_an_end),
		CASE(early_data_before_a_second_hello_is_skipped),
		CASE(drops_change_cipher_spec_only_in_a_handshake),
		CASE(refuses_records_that_rfc_8446_forbids),
		CASE(refuses_headers_that_rfc_8446_forbids),
		CASE(a_forged_record_ends_in_bad_record_mac),
		CASE(an_alert_in_the_clear_is_taken_until_something_came_under_keys),
		CASE(alerts_are_fatal_whatever_their_level),
		CASE(many_records_at_once_arrive_in_order),
	};

	return cmocka_run_group_tests(tests, dpt_setup, NULL);
}
