/*
 * TLS layer and proxy together over a TCP of two byte queues, with the test as client, server and control process. Records are made and
 * read by the reference of the engine tests.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "dataplane/own.h"
#include "dataplane/proxy/proxy.h"
#include "tests/unit/dataplane/crypto/ref_record.h"
#include "tests/unit/dataplane/fake_tcp.h"

#define POOL 7
#define MAX_MSGS 64

struct sent { /* a message to the control process */
	uint16_t type;
	union {
		struct ipc_conn_open open;
		struct ipc_record_in rec;
		struct ipc_conn_closed closed;
	} u;
	uint8_t data[17000];
};

struct world {
	struct tcp_stack *tcp;
	struct rec_engine *eng;
	struct dp_counters ctr;
	struct log log;
	struct tls_layer *tls;
	struct proxy *proxy;
	struct dp_config cfg;
	struct tls_limits lim;
	uint64_t now;
	/* what the control process was told */
	struct sent *msg;
	uint32_t n_msg;
	bool ring_full;
	/* one client */
	tcp_id_t cl;
	ipc_conn_t conn;
	struct rec_keys ck, sk; /* client writes, server writes */
	uint64_t cseq, sseq;
	uint32_t read_at; /* bytes of the server's records already looked at */
};

static int
ctl_open(void *ctx, const struct ipc_conn_open *m)
{
	struct world *w = ctx;

	if (w->ring_full)
		return -EAGAIN;
	w->msg[w->n_msg].type = IPC_CONN_OPEN;
	w->msg[w->n_msg++].u.open = *m;
	return 0;
}

static int
ctl_record(void *ctx, const struct ipc_record_in *m, const struct rte_mbuf *mb)
{
	struct world *w = ctx;

	if (w->ring_full)
		return -EAGAIN;
	w->msg[w->n_msg].type = IPC_RECORD_IN;
	w->msg[w->n_msg].u.rec = *m;
	if (m->bytes != 0)
		own_chain_read(mb, 0, w->msg[w->n_msg].data, m->bytes);
	w->n_msg++;
	return 0;
}

static int
ctl_closed(void *ctx, const struct ipc_conn_closed *m)
{
	struct world *w = ctx;

	if (w->ring_full)
		return -EAGAIN;
	w->msg[w->n_msg].type = IPC_CONN_CLOSED;
	w->msg[w->n_msg++].u.closed = *m;
	return 0;
}

static const struct tls_link_ops link_ops = { ctl_open, ctl_record, ctl_closed };

static struct ipc_addr
v4(uint8_t last, uint16_t port)
{
	return (struct ipc_addr){ .family = 4, .port = port, .ip = { 198, 19, 0, last } };
}

static void
set_keys(struct world *w)
{
	w->ck = (struct rec_keys){ .alg = IPC_ALG_AES128_GCM, .version = 0x0303 };
	memset(w->ck.key, 1, 16);
	memset(w->ck.iv, 2, 4);
	w->sk = w->ck;
	memset(w->sk.key, 3, 16);
}

static int
begin(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	struct rec_engine_conf ec = { .pool = dpt_pool, .max_sessions = 64, .workers = 1 };
	struct proxy_config pc = { 0 };
	struct tls_config tc = { 0 };

	if (dpt_begin(state) != 0)
		return -1;
	w->msg = calloc(MAX_MSGS, sizeof(*w->msg));
	w->tcp = fake_tcp_new();
	w->log = (struct log){ .ident = "test", .level = LOG_ERROR, .fd = 2 };
	w->now = 1000000;
	ec.ctr = &w->ctr;
	ec.log = &w->log;
	assert_int_equal(rec_engine_soft.open(&ec, &w->eng), 0);
	w->cfg.n_pools = 1;
	w->cfg.pool[0] = (struct ipc_cfg_pool){ .id = POOL, .connect_timeout_ms = 1000, .retries = 1 };
	w->cfg.n_servers = 2;
	w->cfg.server[0] = (struct ipc_cfg_server){ .pool = POOL, .addr = v4(2, 80) };
	w->cfg.server[1] = (struct ipc_cfg_server){ .pool = POOL, .addr = v4(3, 80) };
	w->lim = (struct tls_limits){ .listener = 5, .handshake_timeout_ms = 10000, .idle_timeout_ms = 60000, .max_record = 16384 };
	pc = (struct proxy_config){ .tcp = w->tcp, .pool = dpt_pool, .ctr = &w->ctr, .log = &w->log, .cfg = &w->cfg, .max_pairs = 8 };
	w->proxy = proxy_new(&pc);
	tc = (struct tls_config){ .tcp = w->tcp, .engine = w->eng, .pool = dpt_pool, .ctr = &w->ctr, .log = &w->log, .events = &proxy_tls_events,
		.events_ctx = w->proxy, .link = &link_ops, .link_ctx = w, .max_conns = 8 };
	w->tls = tls_layer_new(&tc);
	proxy_set_tls(w->proxy, w->tls);
	tls_set_control_wait(w->tls, 2000);
	set_keys(w);
	*state = w;
	return 0;
}

static int
end(void **state)
{
	struct world *w = *state;

	tls_layer_free(w->tls);
	proxy_free(w->proxy);
	w->eng->ops->close(w->eng);
	fake_tcp_free(w->tcp);
	free(w->msg);
	free(w);
	return dpt_end(state);
}

/* Turns of the worker's loop until nothing moves. */
static void
turn(struct world *w)
{
	int quiet = 0;

	proxy_now(w->proxy, w->now);
	for (int i = 0; i < 100 && quiet < 2; i++) {
		uint32_t n = tls_poll(w->tls, w->now) + tls_work(w->tls, w->now);

		quiet = n == 0 ? quiet + 1 : 0;
	}
}

static void
accept_client(struct world *w)
{
	w->cl = fake_open(w->tcp);
	assert_non_null(tls_accept(w->tls, w->cl, &w->lim, w->now));
	turn(w);
}

static struct tls_conn *
client(struct world *w)
{
	return fake_get(w->tcp, w->cl)->user;
}

static void
to_appliance(struct world *w, const void *p, uint32_t n)
{
	fake_receive(w->tcp, w->cl, p, n);
	tls_tcp_readable(w->tls, client(w));
	turn(w);
}

static void
plain_record(struct world *w, uint8_t type, const void *p, uint16_t n)
{
	uint8_t r[5 + 16384] = { type, 3, 3, (uint8_t)(n >> 8), (uint8_t)n };

	memcpy(r + 5, p, n);
	to_appliance(w, r, 5u + n);
}

static void
sealed_record(struct world *w, uint8_t type, const void *p, uint32_t n)
{
	uint8_t r[20000], nonce[8] = { 9 };
	uint32_t len;

	nonce[7] = (uint8_t)w->cseq;
	len = ref_seal(&w->ck, w->cseq++, type, nonce, p, n, 0, r);
	to_appliance(w, r, len);
}

static void
give_keys(struct world *w, uint8_t dir)
{
	const struct rec_keys *k = dir == IPC_DIR_READ ? &w->ck : &w->sk;
	struct ipc_keys_set m = { .conn = w->conn, .dir = dir, .when = dir == IPC_DIR_READ ? IPC_KEYS_AFTER_CCS : IPC_KEYS_NOW, .version = 0x0303,
		.alg = k->alg, .key_len = 16, .iv_len = 4 };

	memcpy(m.key, k->key, 16);
	memcpy(m.iv, k->iv, 4);
	assert_int_equal(tls_ctl_keys_set(w->tls, &m), 0);
}

static void
send_records(struct world *w, uint8_t type, const void *p, uint32_t n)
{
	struct ipc_records_send m = { .conn = w->conn, .type = type, .version = 0x0303, .bytes = n };

	assert_int_equal(tls_ctl_records_send(w->tls, &m, p), 0);
	turn(w);
}

/* The next record that the appliance sent, opened when sealed. Returns its plaintext's length, or -1. */
static int
next_record(struct world *w, bool sealed, uint8_t *type, uint8_t *to)
{
	const struct fake_conn *c = fake_get(w->tcp, w->cl);
	const uint8_t *r = c->tx + w->read_at;
	uint32_t len;

	if (c->tx_len - w->read_at < 5)
		return -1;
	len = 5u + ((uint32_t)r[3] << 8 | r[4]);
	assert_true(c->tx_len - w->read_at >= len);
	w->read_at += len;
	*type = r[0];
	if (!sealed) {
		memcpy(to, r + 5, len - 5);
		return (int)len - 5;
	}
	return ref_open(&w->sk, w->sseq++, NULL, r, len, to);
}

/* From nothing to application data. */
static void
handshake(struct world *w)
{
	uint8_t type, buf[20000];

	tls_ctl_attached(w->tls);
	accept_client(w);
	assert_int_equal(w->n_msg, 1);
	assert_int_equal(w->msg[0].type, IPC_CONN_OPEN);
	assert_int_equal(w->msg[0].u.open.listener, 5);
	w->conn = w->msg[0].u.open.conn;
	plain_record(w, 22, "hello", 5);
	assert_int_equal(w->msg[1].u.rec.bytes, 5);
	send_records(w, 22, "server flight", 13);
	assert_int_equal(next_record(w, false, &type, buf), 13);
	plain_record(w, 22, "key exchange", 12);
	plain_record(w, 20, "\1", 1);
	give_keys(w, IPC_DIR_READ);
	turn(w);
	sealed_record(w, 22, "finished", 8);
	assert_int_equal(w->n_msg, 5);
	assert_int_equal(w->msg[4].u.rec.epoch, 1);
	assert_memory_equal(w->msg[4].data, "finished", 8);
	send_records(w, 20, "\1", 1);
	give_keys(w, IPC_DIR_WRITE);
	send_records(w, 22, "finished", 8);
	assert_int_equal(next_record(w, false, &type, buf), 1);
	assert_int_equal(type, 20);
	assert_int_equal(next_record(w, true, &type, buf), 8);
	w->n_msg = 0;
}

static struct proxy_pair *
server_pair(struct world *w)
{
	struct proxy_pair *x = proxy_pair_of(fake_get(w->tcp, fake_last(w->tcp))->user);

	assert_non_null(x);
	return x;
}

static void
ready(struct world *w)
{
	struct ipc_conn_ready m = { .conn = w->conn, .pool = POOL };

	assert_int_equal(tls_ctl_ready(w->tls, &m), 0);
	turn(w);
}

static void
open_both(struct world *w)
{
	handshake(w);
	ready(w);
	proxy_connected(w->proxy, server_pair(w), 0, w->now);
	turn(w);
}

static void
expect_alert(struct world *w, bool sealed, uint8_t level, uint8_t alert)
{
	uint8_t type, buf[20000];

	assert_int_equal(next_record(w, sealed, &type, buf), 2);
	assert_int_equal(type, 21);
	assert_int_equal(buf[0], level);
	assert_int_equal(buf[1], alert);
}

/* --- cases -------------------------------------------------------------------------------------------------------------------------- */

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
	plain_record(w, 20, "\1", 1);
	sealed_record(w, 22, "finished", 8);
	assert_int_equal(w->msg[3].u.rec.epoch, 1);
}

static void
holds_early_data_until_ready(void **state)
{
	struct world *w = *state;

	handshake(w);
	sealed_record(w, 23, "early", 5);
	assert_int_equal(w->n_msg, 0);
	assert_int_not_equal(tcp_rx_bytes(w->tcp, w->cl), 0); /* still in TCP's queue, closing its window */
	ready(w);
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
	proxy_connected(w->proxy, proxy_pair_of(fake_get(w->tcp, first)->user), -ECONNREFUSED, w->now);
	assert_true(fake_last(w->tcp) != first);
	assert_false(net_addr_eq(&fake_get(w->tcp, fake_last(w->tcp))->remote, &fake_get(w->tcp, first)->remote));
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
	assert_int_equal(tls_ctl_ready(w->tls, &(struct ipc_conn_ready){ .conn = w->conn }), -ESTALE);
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
	struct ipc_keys_set k = { .dir = IPC_DIR_WRITE, .when = IPC_KEYS_NOW, .version = 0x0303, .alg = IPC_ALG_AES128_GCM, .key_len = 16, .iv_len = 4 };
	struct ipc_keys_set bad;
	struct ipc_records_send r = { .type = 23, .version = 0x0303, .bytes = 1 };

	tls_ctl_attached(w->tls);
	accept_client(w);
	k.conn = r.conn = w->msg[0].u.open.conn;
#define BAD(field, value) (bad = k, bad.field = (value), assert_int_equal(tls_ctl_keys_set(w->tls, &bad), -EBADMSG))
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
	assert_int_equal(tls_ctl_records_send(w->tls, &r, (const uint8_t *)"x"), -EBADMSG); /* data is not the control process's to send */
	assert_int_equal(tls_ctl_ready(w->tls, &(struct ipc_conn_ready){ .conn = k.conn }), -EBADMSG); /* without keys */
	assert_int_equal(tls_ctl_close(w->tls, &(struct ipc_conn_close){ .conn = k.conn, .how = 9 }), -EBADMSG);
	assert_int_equal(tls_ctl_close(w->tls, &(struct ipc_conn_close){ .conn = k.conn, .how = 1, .level = 7 }), -EBADMSG);
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
