/*
 * SSL 3.0 to TLS 1.2 through TLS layer and proxy: records, renegotiation with data in flight, what
 * is held back, keys that wear out, the bytes that come before the client's.
 */
#include "dataplane/tls/tls_int.h"
#include "tests/unit/dataplane/proxy/tls_way.h"

#define FIN "\x14\0\0\4done"

/* From nothing to application data up to TLS 1.2, with the server connected. */
static void
open_with(struct world *w, struct way *cl, struct way *sv)
{
	static const uint8_t finished[8] = FIN;
	uint8_t type, buf[100];

	tls_ctl_attached(w->tls);
	accept_client(w);
	w->conn = w->msg[0].u.open.conn;
	plain_record(w, 22, "hello", 5);
	say_records(w, 22, 0, "server flight", 13);
	read_on(w, cl->k.version);
	assert_int_equal(next_record(w, false, &type, buf), 13);
	plain_record(w, 20, "\1", 1);
	assert_int_equal(way_set(w, cl, IPC_DIR_READ, 0), 0);
	way_send(w, cl, 22, finished, 8);
	say_records(w, 20, IPC_SEND_HOLD, "\1", 1);
	assert_int_equal(way_set(w, sv, IPC_DIR_WRITE, 0), 0);
	say_records(w, 22, 0, finished, 8);
	say_ready(w, 0);
	read_on(w, cl->k.version);
	server_up(w);
	assert_int_equal(next_record(w, false, &type, buf), 1);
	way_expect(w, sv, 22, finished, 8);
	w->n_msg = 0;
}

static const struct {
	uint32_t alg;
	uint16_t version;
	uint8_t flags;
} suites[] = {
	{ IPC_ALG_3DES_CBC_SHA1, 0x0300, 0 },
	{ IPC_ALG_RC4_MD5, 0x0300, 0 },
	{ IPC_ALG_AES128_CBC_SHA1, 0x0301, 0 },
	{ IPC_ALG_AES256_CBC_SHA1, 0x0301, IPC_KEYS_ETM },
	{ IPC_ALG_NULL_MD5, 0x0301, 0 },
	{ IPC_ALG_AES256_CBC_SHA1, 0x0302, 0 },
	{ IPC_ALG_RC4_SHA1, 0x0302, 0 },
	{ IPC_ALG_AES128_GCM, 0x0303, 0 },
	{ IPC_ALG_CHACHA20_POLY1305, 0x0303, 0 },
	{ IPC_ALG_AES256_CBC_SHA384, 0x0303, 0 },
	{ IPC_ALG_AES128_CBC_SHA256, 0x0303, IPC_KEYS_ETM },
	{ IPC_ALG_NULL_SHA256, 0x0303, 0 },
};

static struct way
suite_way(size_t i, uint8_t seed)
{
	struct way y = way_new(suites[i].alg, suites[i].version, seed);

	y.k.flags = suites[i].flags;
	return y;
}

#define EACH_SUITE(i, w, state)                                                                    \
	for (size_t i = 0; i < RTE_DIM(suites) && (i == 0 || (end(state), begin(state) == 0)) &&   \
			   (w = *state, true);                                                     \
		i++)

/* The server's bytes come as one record, or as one of a byte and the rest. */
static void
expect_data(struct world *w, struct way *sv, const char *text)
{
	int n = (int)strlen(text);

	if (rec_alg_chained(rec_alg_get(sv->k.alg), sv->k.version) && n > 1) {
		way_expect(w, sv, 23, text, 1);
		way_expect(w, sv, 23, text + 1, n - 1);
	} else {
		way_expect(w, sv, 23, text, n);
	}
}

static void
every_suite_carries_data_and_ends_well(void **state)
{
	struct world *w;

	EACH_SUITE(i, w, state)
	{
		struct way cl = suite_way(i, 10), sv = suite_way(i, 20);

		open_with(w, &cl, &sv);
		way_send(w, &cl, 23, "GET ", 4);
		way_send(w, &cl, 23, "", 0);
		way_send(w, &cl, 23, "/", 1);
		expect_server(w, "GET /");
		server_says(w, "answer");
		expect_data(w, &sv, "answer");
		server_says(w, "!");
		way_expect(w, &sv, 23, "!", 1);
		way_send(w, &cl, 21, "\1\0", 2);
		assert_true(fake_get(w->tcp, fake_last(w->tcp))->shut);
	}
}

static void
every_suite_answers_damage_with_one_alert(void **state)
{
	struct world *w;

	EACH_SUITE(i, w, state)
	{
		struct way cl = suite_way(i, 10), sv = suite_way(i, 20);
		uint8_t buf[200];
		uint32_t len = 0;

		open_with(w, &cl, &sv);
		way_put(&cl, 23, "forged", 6, buf, &len);
		buf[len / 2] ^= 1;
		to_appliance(w, buf, len);
		way_expect_alert(w, &sv, 2, 20);
		assert_int_equal(fake_get(w->tcp, fake_last(w->tcp))->tx_len, 0);
	}
}

static void
every_suite_refuses_another_records_version(void **state)
{
	struct world *w;

	EACH_SUITE(i, w, state)
	{
		struct way cl = suite_way(i, 10), sv = suite_way(i, 20);
		uint8_t hdr[5] = { 23, 3, 0, 1, 0 };

		open_with(w, &cl, &sv);
		hdr[2] = (uint8_t)(cl.k.version ^ 1);
		to_appliance(w, hdr, 5);
		/* protocol_version is of TLS */
		way_expect_alert(w, &sv, 2, cl.k.version == 0x0300 ? 40 : 70);
	}
}

/* RFC 6101 5.4.2 knows neither protocol_version nor record_overflow. */
static void
ssl3_gets_alerts_of_its_own(void **state)
{
	static const uint8_t rows[][6] = {
		{ 23, 3, 1, 1, 0, 40 }, /* version */
		{ 23, 3, 0, 0x48, 1, 20 }, /* length */
		{ 99, 3, 0, 1, 0, 10 },
	};
	struct world *w = *state;

	for (size_t i = 0; i < RTE_DIM(rows); i++) {
		struct way cl = suite_way(0, 10), sv = suite_way(0, 20);

		if (i != 0) {
			end(state);
			begin(state);
			w = *state;
		}
		open_with(w, &cl, &sv);
		to_appliance(w, rows[i], 5);
		way_expect_alert(w, &sv, 2, rows[i][5]);
	}
}

/* --- renegotiation -------------------------------------------------------------------------- */

static void
renegotiates_with_data_in_flight_both_ways(void **state)
{
	static const uint8_t finished[8] = FIN;
	struct world *w;

	EACH_SUITE(i, w, state)
	{
		struct way cl = suite_way(i, 10), sv = suite_way(i, 20), cl2 = suite_way(i, 30),
			   sv2 = suite_way(i, 40);
		uint8_t buf[3000];
		uint32_t len = 0;

		open_with(w, &cl, &sv);
		/* all that the client will ever say, at once */
		way_put(&cl, 23, "a", 1, buf, &len);
		way_put(&cl, 22, "hello", 5, buf, &len);
		way_put(&cl, 23, "b", 1, buf, &len);
		way_put(&cl, 22, "key exchange", 12, buf, &len);
		way_put(&cl, 23, "c", 1, buf, &len);
		way_put(&cl, 20, "\1", 1, buf, &len);
		way_put(&cl2, 22, finished, 8, buf, &len);
		way_put(&cl2, 23, "d", 1, buf, &len);
		way_put(&cl2, 21, "\1\0", 2, buf, &len);
		server_says(w, "1");
		to_appliance(w, buf, len);
		expect_server(w, "abc");
		assert_int_equal(w->n_msg, 3);
		expect_told(w, 0, 22, 1, "hello");
		expect_told(w, 1, 22, 1, "key exchange");
		assert_int_equal(w->msg[2].u.rec.type, 20);
		say_records(w, 22, 0, "flight", 6);
		server_says(w, "2");
		assert_int_equal(way_set(w, &cl2, IPC_DIR_READ, 0), 0);
		turn(w);
		assert_int_equal(w->n_msg, 4); /* Finished, and not a byte behind it */
		assert_int_equal(w->msg[3].u.rec.epoch, 2);
		expect_server(w, "abc");
		say_records(w, 20, IPC_SEND_HOLD, "\1", 1);
		server_says(w, "3");
		assert_int_equal(way_set(w, &sv2, IPC_DIR_WRITE, 0), 0);
		server_says(w, "4"); /* not before Finished */
		say_records(w, 22, 0, finished, 8);
		read_on(w, cl.k.version);
		expect_server(w, "abcd");
		assert_true(fake_get(w->tcp, fake_last(w->tcp))->shut);
		server_says(w, "5");
		way_expect(w, &sv, 23, "1", 1);
		way_expect(w, &sv, 22, "flight", 6);
		way_expect(w, &sv, 23, "2", 1);
		way_expect(w, &sv, 20, "\1", 1);
		way_expect(w, &sv2, 22, finished, 8);
		expect_data(w, &sv2, "34");
		way_expect(w, &sv2, 23, "5", 1);
		fake_get(w->tcp, fake_last(w->tcp))->fin = true;
		proxy_readable(w->proxy, server_pair(w));
		turn(w);
		way_expect_alert(w, &sv2, 1, 0);
	}
}

static void
the_answer_to_a_renegotiation_reaches_its_control_process(void **state)
{
	struct world *w = *state;
	struct way cl = suite_way(7, 10), sv = suite_way(7, 20);

	open_with(w, &cl, &sv);
	say_records(w, 22, 0, "\0\0\0\0", 4);
	way_send(w, &cl, 21, "\1\132", 2); /* not this one */
	assert_int_equal(w->n_msg, 0);
	w->ring_full = true;
	way_send(w, &cl, 21, "\1\144", 2); /* no_renegotiation */
	assert_int_equal(w->n_msg, 0);
	w->ring_full = false;
	turn(w);
	assert_int_equal(w->n_msg, 1);
	expect_told(w, 0, 21, 1, "\1\144");
	way_send(w, &cl, 23, "on we go", 8);
	expect_server(w, "on we go");
}

static void
data_between_ccs_and_finished_ends_a_renegotiation(void **state)
{
	struct world *w = *state;
	struct way cl = suite_way(7, 10), sv = suite_way(7, 20), cl2 = suite_way(7, 30);

	open_with(w, &cl, &sv);
	way_send(w, &cl, 22, "hello", 5);
	way_send(w, &cl, 20, "\1", 1);
	assert_int_equal(way_set(w, &cl2, IPC_DIR_READ, 0), 0);
	way_send(w, &cl2, 23, "too early", 9);
	way_expect_alert(w, &sv, 2, 10);
	assert_int_equal(fake_get(w->tcp, fake_last(w->tcp))->tx_len, 0);
}

/* The control process judges a whole Finished, however many records it came in. */
static void
a_finished_in_pieces_holds_back_data_to_its_last(void **state)
{
	static const uint8_t finished[8] = FIN;
	struct world *w = *state;
	struct way cl = suite_way(7, 10), sv = suite_way(7, 20), cl2 = suite_way(7, 30);
	uint8_t buf[1000];
	uint32_t len = 0;

	open_with(w, &cl, &sv);
	way_put(&cl, 20, "\1", 1, buf, &len);
	for (int i = 0; i < 8; i++)
		way_put(&cl2, 22, finished + i, 1, buf, &len);
	way_put(&cl2, 22, "hello", 5, buf, &len); /* and on it goes */
	way_put(&cl2, 23, "data", 4, buf, &len);
	to_appliance(w, buf, len);
	assert_int_equal(way_set(w, &cl2, IPC_DIR_READ, 0), 0);
	turn(w);
	for (uint32_t i = 0; i < 8; i++) {
		assert_int_equal(w->n_msg, 2 + i);
		assert_int_equal(fake_get(w->tcp, fake_last(w->tcp))->tx_len, 0);
		read_on(w, 0x0303);
	}
	assert_int_equal(w->n_msg, 10);
	expect_server(w, "data");
}

static void
the_end_of_the_servers_stream_waits_for_the_keys(void **state)
{
	static const uint8_t finished[8] = FIN;
	struct world *w = *state;
	struct way cl = suite_way(7, 10), sv = suite_way(7, 20), sv2 = suite_way(7, 40);

	open_with(w, &cl, &sv);
	say_records(w, 20, IPC_SEND_HOLD, "\1", 1);
	server_says(w, "last words");
	fake_get(w->tcp, fake_last(w->tcp))->fin = true;
	proxy_readable(w->proxy, server_pair(w));
	turn(w);
	way_expect(w, &sv, 20, "\1", 1);
	assert_int_equal(fake_get(w->tcp, w->cl)->tx_len, w->read_at);
	assert_int_equal(way_set(w, &sv2, IPC_DIR_WRITE, 0), 0);
	say_records(w, 22, 0, finished, 8);
	turn(w);
	way_expect(w, &sv2, 22, finished, 8);
	way_expect(w, &sv2, 23, "last words", 10);
	way_expect_alert(w, &sv2, 1, 0);
}

/* A server without a byte to say ends while the keys change: close_notify comes under the new. */
static void
close_notify_waits_for_the_keys(void **state)
{
	struct world *w = *state;
	struct way cl = suite_way(7, 10), sv = suite_way(7, 20), sv2 = suite_way(7, 40);

	open_with(w, &cl, &sv);
	fake_get(w->tcp, w->cl)->room = FAKE_BYTES;
	say_records(w, 20, IPC_SEND_HOLD, "\1", 1);
	fake_get(w->tcp, fake_last(w->tcp))->fin = true;
	proxy_readable(w->proxy, server_pair(w));
	turn(w);
	way_expect(w, &sv, 20, "\1", 1);
	assert_int_equal(fake_get(w->tcp, w->cl)->tx_len, w->read_at);
	assert_int_equal(way_set(w, &sv2, IPC_DIR_WRITE, IPC_KEYS_RELEASE), 0);
	turn(w);
	way_expect_alert(w, &sv2, 1, 0);
}

static void
an_alert_that_could_not_be_opened_is_not_sent(void **state)
{
	struct world *w = *state;
	struct way cl = suite_way(7, 10), sv = suite_way(7, 20);
	const uint8_t junk[5] = { 99, 3, 3, 0, 1 };

	open_with(w, &cl, &sv);
	say_records(w, 20, IPC_SEND_HOLD, "\1", 1);
	turn(w);
	way_expect(w, &sv, 20, "\1", 1);
	to_appliance(w, junk, 5);
	assert_int_equal(fake_get(w->tcp, w->cl)->tx_len, w->read_at);
	assert_true(fake_get(w->tcp, w->cl)->shut);
}

static void
a_renegotiation_ends_with_its_control_process(void **state)
{
	static const uint8_t finished[8] = FIN;
	struct world *w = *state;

	for (int what = 0; what < 3; what++) {
		struct way cl = suite_way(7, 10), sv = suite_way(7, 20), cl2 = suite_way(7, 30);

		if (what != 0) {
			end(state);
			begin(state);
			w = *state;
		}
		open_with(w, &cl, &sv);
		if (what == 0)
			say_records(w, 20, IPC_SEND_HOLD, "\1", 1);
		else
			way_send(w, &cl, 20, "\1", 1);
		if (what == 2) {
			assert_int_equal(way_set(w, &cl2, IPC_DIR_READ, 0), 0);
			way_send(w, &cl2, 22, finished, 8);
		}
		turn(w);
		w->read_at = fake_get(w->tcp, w->cl)->tx_len;
		tls_ctl_detached(w->tls);
		turn(w);
		assert_true(fake_get(w->tcp, w->cl)->shut);
		if (what != 0)
			way_expect_alert(w, &sv, 2, 80);
	}
}

/* --- compression ---------------------------------------------------------------------------- */

static void
a_damaged_compressed_record_has_its_own_alert(void **state)
{
	struct world *w = *state;
	struct way cl = suite_way(11, 10), sv = suite_way(11, 20), packed = suite_way(11, 30);

	open_with(w, &cl, &sv);
	packed.k.flags = IPC_KEYS_DEFLATE;
	way_send(w, &cl, 20, "\1", 1);
	assert_int_equal(way_set(w, &packed, IPC_DIR_READ, 0), 0);
	way_send(w, &packed, 22, "this is no deflate stream", 25);
	way_expect_alert(w, &sv, 2, 30);
}

/* --- READ_ON ------------------------------------------------------------------------------- */

static void
a_version_that_does_not_fit_ends_the_connection(void **state)
{
	struct world *w = *state;
	struct way cl = suite_way(7, 10), sv = suite_way(7, 20);
	struct ipc_read_on bad = { .version = 0x0002 };

	open_with(w, &cl, &sv);
	bad.conn = w->conn;
	assert_int_equal(tls_ctl_read_on(w->tls, &bad), 0); /* the client spoke TLS */
	turn(w);
	way_expect_alert(w, &sv, 2, 80);
	bad.version = 0x0305;
	assert_int_equal(tls_ctl_read_on(w->tls, &bad), -EBADMSG);
	bad.version = 0x0200;
	assert_int_equal(tls_ctl_read_on(w->tls, &bad), -EBADMSG);
	bad.version = 0x0303;
	bad.conn++;
	assert_int_equal(tls_ctl_read_on(w->tls, &bad), -ESTALE);
}

/* --- keys that wear out --------------------------------------------------------------------- */

static uint32_t
limits_told(const struct world *w, uint8_t dir)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < w->n_msg; i++)
		n += w->msg[i].type == IPC_KEY_LIMIT && w->msg[i].u.limit.dir == dir;
	return n;
}

static void
says_once_per_key_that_it_should_be_replaced(void **state)
{
	struct world *w = *state;
	struct way cl = suite_way(7, 10), sv = suite_way(7, 20), cl2 = suite_way(7, 30);

	w->lim.rekey_records = 5;
	open_with(w, &cl, &sv); /* Finished is the first record of each */
	for (int i = 1; i < 5; i++) {
		assert_int_equal(limits_told(w, IPC_DIR_READ), 0);
		way_send(w, &cl, 23, "x", 1);
	}
	assert_int_equal(limits_told(w, IPC_DIR_READ), 1);
	assert_int_equal(w->msg[0].u.limit.conn, w->conn);
	assert_int_equal(w->msg[0].u.limit.seq, 5);
	for (int i = 0; i < 20; i++)
		way_send(w, &cl, 23, "x", 1);
	assert_int_equal(limits_told(w, IPC_DIR_READ), 1);
	assert_int_equal(limits_told(w, IPC_DIR_WRITE), 0);
	w->ring_full = true;
	for (int i = 1; i < 5; i++)
		server_says(w, "y");
	assert_int_equal(limits_told(w, IPC_DIR_WRITE), 0);
	w->ring_full = false;
	turn(w);
	assert_int_equal(limits_told(w, IPC_DIR_WRITE), 1);
	way_send(w, &cl, 20, "\1", 1);
	assert_int_equal(way_set(w, &cl2, IPC_DIR_READ, 0), 0);
	way_send(w, &cl2, 22, FIN, 8);
	read_on(w, 0x0303);
	for (int i = 0; i < 10; i++)
		way_send(w, &cl2, 23, "z", 1);
	assert_int_equal(limits_told(w, IPC_DIR_READ), 2);
}

static void
gcm_keys_are_replaced_or_the_connection_ends(void **state)
{
	for (int write = 0; write < 2; write++) {
		struct way cl = suite_way(7, 10), sv = suite_way(7, 20);
		const uint64_t hard = 1u << 24, soft = hard / 8 * 7;
		struct world *w;
		struct key_use *u;

		if (write) {
			end(state);
			begin(state);
		}
		w = *state;
		open_with(w, &cl, &sv);
		u = write ? &client(w)->wuse : &client(w)->ruse;
		u->first = 1 - (soft - 2); /* as if so many had gone before: one was Finished */
		for (int i = 0; i < 2; i++) {
			assert_int_equal(limits_told(w, write ? IPC_DIR_WRITE : IPC_DIR_READ), 0);
			if (write)
				server_says(w, "y");
			else
				way_send(w, &cl, 23, "x", 1);
		}
		assert_int_equal(limits_told(w, write ? IPC_DIR_WRITE : IPC_DIR_READ), 1);
		u->first -= hard - soft - 1;
		if (write) {
			server_says(w, "y");
			for (int i = 0; i < 3; i++)
				way_expect(w, &sv, 23, "y", 1);
		} else {
			way_send(w, &cl, 23, "x", 1);
		}
		way_expect_alert(w, &sv, 2, 80);
	}
}

static void
blocks_are_counted_where_blocks_are_small(void **state)
{
	struct world *w = *state;
	struct way cl = suite_way(0, 10), sv = suite_way(0, 20);
	static uint8_t full[16384];

	open_with(w, &cl, &sv);
	for (int i = 0; i < 511; i++) {
		assert_int_equal(limits_told(w, IPC_DIR_READ), 0);
		way_send(w, &cl, 23, full, sizeof(full));
		fake_get(w->tcp, w->cl)->rx_len = fake_get(w->tcp, w->cl)->rx_at = 0;
		fake_get(w->tcp, fake_last(w->tcp))->tx_len = 0;
		fake_get(w->tcp, fake_last(w->tcp))->room = FAKE_BYTES;
	}
	assert_int_equal(limits_told(w, IPC_DIR_READ), 1); /* 2^20 blocks of 8 bytes */
}

/* --- before the client's first byte --------------------------------------------------------- */

static void
what_comes_first_reaches_the_server_first(void **state)
{
	struct world *w = *state;
	static uint8_t head[TLS_MAX_HEAD + 1];
	struct ipc_conn_ready m = { .pool = POOL };
	const struct fake_conn *s;
	tcp_id_t first;

	handshake(w);
	m.conn = w->conn;
	memset(head, 'h', sizeof(head));
	m.bytes = TLS_MAX_HEAD + 1;
	assert_int_equal(tls_ctl_ready(w->tls, &m, head), -EBADMSG);
	m.bytes = TLS_MAX_HEAD;
	m.flags = 2;
	assert_int_equal(tls_ctl_ready(w->tls, &m, head), -EBADMSG);
	m.flags = 0;
	m.max_fragment = IPC_MIN_FRAGMENT - 1;
	assert_int_equal(tls_ctl_ready(w->tls, &m, head), -EBADMSG);
	/* record_size_limit of 64 in TLS 1.3: legal, and any client may say it */
	m.max_fragment = 63;
	assert_int_equal(tls_ctl_ready(w->tls, &m, head), 0);
	read_on(w, 0x0303);
	sealed_record(w, 23, "first byte", 10);
	first = fake_last(w->tcp);
	assert_int_equal(fake_get(w->tcp, first)->tx_len, 0);
	fake_die(w->tcp, first); /* the next server gets it as well */
	proxy_connected(w->proxy, server_pair(w), -ECONNREFUSED, w->now);
	assert_true(fake_last(w->tcp) != first);
	server_up(w);
	s = fake_get(w->tcp, fake_last(w->tcp));
	assert_int_equal(s->tx_len, TLS_MAX_HEAD + 10);
	assert_memory_equal(s->tx, head, TLS_MAX_HEAD);
	assert_memory_equal(s->tx + TLS_MAX_HEAD, "first byte", 10);
}

static void
what_comes_first_is_freed_when_no_server_comes(void **state)
{
	struct world *w = *state;
	struct ipc_conn_ready m = { .pool = POOL, .bytes = 100 };
	static const uint8_t head[100];

	handshake(w);
	m.conn = w->conn;
	assert_int_equal(tls_ctl_ready(w->tls, &m, head), 0);
	fake_die(w->tcp, w->cl);
	tls_tcp_closed(w->tls, client(w), TCP_CLOSE_RESET);
	turn(w);
	assert_int_equal(tls_count(w->tls), 0);
	assert_int_equal(tls_shaking(w->tls), 0);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(every_suite_carries_data_and_ends_well),
		CASE(every_suite_answers_damage_with_one_alert),
		CASE(every_suite_refuses_another_records_version),
		CASE(ssl3_gets_alerts_of_its_own),
		CASE(the_answer_to_a_renegotiation_reaches_its_control_process),
		CASE(renegotiates_with_data_in_flight_both_ways),
		CASE(data_between_ccs_and_finished_ends_a_renegotiation),
		CASE(a_finished_in_pieces_holds_back_data_to_its_last),
		CASE(the_end_of_the_servers_stream_waits_for_the_keys),
		CASE(close_notify_waits_for_the_keys),
		CASE(an_alert_that_could_not_be_opened_is_not_sent),
		CASE(a_renegotiation_ends_with_its_control_process),
		CASE(a_damaged_compressed_record_has_its_own_alert),
		CASE(a_version_that_does_not_fit_ends_the_connection),
		CASE(says_once_per_key_that_it_should_be_replaced),
		CASE(gcm_keys_are_replaced_or_the_connection_ends),
		CASE(blocks_are_counted_where_blocks_are_small),
		CASE(what_comes_first_reaches_the_server_first),
		CASE(what_comes_first_is_freed_when_no_server_comes),
	};

	return cmocka_run_group_tests(tests, dpt_setup, NULL);
}
