/*
 * SSL 2.0 through TLS layer and proxy: framing, keys in the middle of a handshake, data, an end
 * without alerts; and the ClientHello in its format that leads to TLS.
 */
#include "tests/unit/dataplane/proxy/tls_way.h"

static const uint8_t hello2[] = { 0x80, 11, 1, 0, 2, 0, 0, 0, 0, 0, 0, 'x', 'y' };

/* Begins with the client's hello in the old format. */
static void
begin_ssl2(struct world *w)
{
	w->lim.may_ssl2 = true;
	tls_ctl_attached(w->tls);
	accept_client(w);
	w->conn = w->msg[0].u.open.conn;
	to_appliance(w, hello2, sizeof(hello2));
	assert_int_equal(w->n_msg, 2);
	assert_int_equal(w->msg[1].u.rec.type, TLS_CT_SSL2);
	assert_int_equal(w->msg[1].u.rec.version, 0x0002);
	assert_int_equal(w->msg[1].u.rec.bytes, 11);
	assert_memory_equal(w->msg[1].data, hello2 + 2, 11);
}

static void
open_ssl2(struct world *w, uint32_t alg, struct way *cl, struct way *sv)
{
	const struct fake_conn *c;
	uint8_t buf[300];
	uint32_t len = 0;

	*cl = way_new(alg, 0x0002, 10);
	*sv = way_new(alg, 0x0002, 20);
	begin_ssl2(w);
	c = fake_get(w->tcp, w->cl);
	say_records(w, TLS_CT_SSL2, 0, "\4server hello", 13);
	read_on(w, 0x0002);
	assert_int_equal(c->tx_len, 15);
	assert_memory_equal(c->tx, "\x80\x0d\4server hello", 15);
	w->read_at = 15;
	/* the client's key comes in the clear, and what is behind it under that key */
	memcpy(buf, "\x80\x04\2key", 6);
	cl->seq = cl->first = 2;
	sv->seq = sv->first = 1;
	way_put(cl, 0, "\3client finished", 16, buf + 6, &len);
	to_appliance(w, buf, 6 + len);
	assert_int_equal(w->n_msg, 3);
	assert_memory_equal(w->msg[2].data, "\2key", 4);
	assert_int_equal(way_set(w, cl, IPC_DIR_READ, 0), 0);
	assert_int_equal(way_set(w, sv, IPC_DIR_WRITE, 0), 0);
	say_records(w, TLS_CT_SSL2, 0, "\5verify", 7);
	read_on(w, 0x0002);
	way_expect(w, sv, 0, "\5verify", 7);
	expect_told(w, 3, TLS_CT_SSL2, 1, "\3client finished");
	say_records(w, TLS_CT_SSL2, 0, "\6server finished", 16);
	say_ready(w, 0);
	read_on(w, 0x0002);
	way_expect(w, sv, 0, "\6server finished", 16);
	server_up(w);
	w->n_msg = 0;
}

static const uint32_t algs2[] = { IPC_ALG_RC4_MD5, IPC_ALG_3DES_CBC_MD5 };

static void
ssl2_carries_data_both_ways_and_ends_with_fin(void **state)
{
	static char big[30000], got[30001];
	struct world *w = *state;

	for (size_t i = 0; i < RTE_DIM(algs2); i++) {
		struct way cl, sv;
		uint32_t at = 0;
		uint8_t type;

		if (i != 0) {
			end(state);
			begin(state);
			w = *state;
		}
		open_ssl2(w, algs2[i], &cl, &sv);
		way_send(w, &cl, 0, "GET ", 4);
		way_send(w, &cl, 0, "/", 1);
		expect_server(w, "GET /");
		assert_int_equal(w->n_msg, 0);
		memset(big, 'b', sizeof(big) - 1);
		server_says(w, big);
		while (at < sizeof(big) - 1) {
			int n = way_next(w, &sv, &type, (uint8_t *)got);

			assert_true(n > 0);
			assert_memory_equal(got, big + at, (size_t)n);
			at += (uint32_t)n;
		}
		fake_get(w->tcp, w->cl)->fin = true;
		tls_tcp_readable(w->tls, client(w));
		turn(w);
		assert_true(fake_get(w->tcp, fake_last(w->tcp))->shut);
		assert_false(fake_get(w->tcp, fake_last(w->tcp))->aborted);
		assert_int_equal(w->ctr.v[CTR_tls_truncated], 0);
		server_says(w, "bye");
		fake_get(w->tcp, fake_last(w->tcp))->fin = true;
		proxy_readable(w->proxy, server_pair(w));
		turn(w);
		way_expect(w, &sv, 0, "bye", 3);
		assert_int_equal(fake_get(w->tcp, w->cl)->tx_len, w->read_at); /* no alert */
		assert_true(fake_get(w->tcp, w->cl)->shut);
	}
}

static void
ssl2_refuses_damage_without_a_word(void **state)
{
	static const uint8_t bad[][8] = {
		{ 0x80, 0 }, /* empty */
		{ 0x80, 15 }, /* no room for a MAC */
		{ 0xff, 0xff }, /* too long */
		{ 0x40, 16, 0 }, /* a security escape */
		{ 0, 24, 9 }, /* more padding than data */
	};
	struct world *w = *state;

	for (size_t i = 0; i <= RTE_DIM(bad); i++) {
		struct way cl, sv;
		uint8_t buf[200];
		uint32_t len = 0;

		if (i != 0) {
			end(state);
			begin(state);
			w = *state;
		}
		open_ssl2(w, IPC_ALG_3DES_CBC_MD5, &cl, &sv);
		way_put(&cl, 0, "forged", 6, buf, &len);
		buf[len - 1] ^= 1;
		if (i < RTE_DIM(bad))
			to_appliance(w, bad[i], sizeof(bad[i]));
		else
			to_appliance(w, buf, len);
		assert_int_equal(fake_get(w->tcp, w->cl)->tx_len, w->read_at);
		assert_true(fake_get(w->tcp, w->cl)->shut);
		assert_true(fake_get(w->tcp, fake_last(w->tcp))->aborted);
	}
}

static void
a_hello_in_the_old_format_may_lead_to_tls(void **state)
{
	struct world *w = *state;
	uint8_t type, buf[100];

	begin_ssl2(w);
	say_records(w, 22, 0, "server flight", 13);
	read_on(w, 0x0303);
	assert_int_equal(next_record(w, false, &type, buf), 13);
	plain_record(w, 22, "key exchange", 12);
	expect_told(w, 2, 22, 0, "key exchange");
	to_appliance(w, hello2, sizeof(hello2)); /* no second time */
	expect_alert(w, false, 2, 10);
}

static void
ssl2_is_for_listeners_that_allow_it_and_first_records(void **state)
{
	struct world *w = *state;

	tls_ctl_attached(w->tls);
	accept_client(w);
	to_appliance(w, hello2, sizeof(hello2));
	assert_int_equal(w->n_msg, 1);
	assert_int_equal(fake_get(w->tcp, w->cl)->tx_len, 0);
	assert_true(fake_get(w->tcp, w->cl)->shut);
	end(state);
	begin(state);
	w = *state;
	w->lim.may_ssl2 = true;
	tls_ctl_attached(w->tls);
	accept_client(w);
	w->conn = w->msg[0].u.open.conn;
	plain_record(w, 22, "hello", 5);
	read_on(w, 0);
	to_appliance(w, hello2, sizeof(hello2));
	expect_alert(w, false, 2, 10);
}

static void
an_ssl2_hello_waits_for_the_next_control_process(void **state)
{
	struct world *w = *state;

	begin_ssl2(w);
	tls_ctl_detached(w->tls);
	w->n_msg = 0;
	tls_ctl_attached(w->tls);
	turn(w);
	assert_int_equal(w->n_msg, 2);
	assert_int_equal(w->msg[1].u.rec.type, TLS_CT_SSL2);
	assert_int_equal(w->msg[1].u.rec.version, 0x0002);
	assert_memory_equal(w->msg[1].data, hello2 + 2, 11);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(ssl2_carries_data_both_ways_and_ends_with_fin),
		CASE(ssl2_refuses_damage_without_a_word),
		CASE(a_hello_in_the_old_format_may_lead_to_tls),
		CASE(ssl2_is_for_listeners_that_allow_it_and_first_records),
		CASE(an_ssl2_hello_waits_for_the_next_control_process),
	};

	return cmocka_run_group_tests(tests, dpt_setup, NULL);
}
