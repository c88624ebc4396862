/*
 * The world of test_tls_proxy.c: TLS layer and proxy over fake TCP, with the test as client, server
 * and control process; records are made and read by the reference of the engine tests.
 */
#ifndef SLUICE_TESTS_TLS_PROXY_WORLD_H
#define SLUICE_TESTS_TLS_PROXY_WORLD_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "dataplane/own.h"
#include "dataplane/proxy/proxy.h"
#include "dataplane/tls/tls_int.h"
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
		struct ipc_key_limit limit;
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
	bool records_full; /* no room for records, only for what is short */
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

	if (w->ring_full || w->records_full)
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

static int
ctl_limit(void *ctx, const struct ipc_key_limit *m)
{
	struct world *w = ctx;

	if (w->ring_full)
		return -EAGAIN;
	w->msg[w->n_msg].type = IPC_KEY_LIMIT;
	w->msg[w->n_msg++].u.limit = *m;
	return 0;
}

static const struct tls_link_ops link_ops = { ctl_open, ctl_record, ctl_closed, ctl_limit };

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
	w->cfg.pool[0] =
		(struct ipc_cfg_pool){ .id = POOL, .connect_timeout_ms = 1000, .retries = 1 };
	w->cfg.n_servers = 2;
	w->cfg.server[0] = (struct ipc_cfg_server){ .pool = POOL, .addr = v4(2, 80) };
	w->cfg.server[1] = (struct ipc_cfg_server){ .pool = POOL, .addr = v4(3, 80) };
	w->lim = (struct tls_limits){ .listener = 5,
		.handshake_timeout_ms = 10000,
		.idle_timeout_ms = 60000,
		.max_record = 16384 };
	pc = (struct proxy_config){ .tcp = w->tcp,
		.pool = dpt_pool,
		.ctr = &w->ctr,
		.log = &w->log,
		.cfg = &w->cfg,
		.max_pairs = 8 };
	w->proxy = proxy_new(&pc);
	tc = (struct tls_config){ .tcp = w->tcp,
		.engine = w->eng,
		.pool = dpt_pool,
		.ctr = &w->ctr,
		.log = &w->log,
		.events = &proxy_tls_events,
		.events_ctx = w->proxy,
		.link = &link_ops,
		.link_ctx = w,
		.max_conns = 8 };
	w->tls = tls_layer_new(&tc);
	proxy_set_tls(w->proxy, w->tls);
	tls_set_control_wait(w->tls, 2000);
	set_keys(w);
	*state = w;
	return 0;
}

/* However a test ended: handshakes under way are counted right. */
static bool
counts_agree(const struct tls_layer *l)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < l->high; i++)
		n += l->conns[i].state == TLS_WAIT || l->conns[i].state == TLS_SHAKE;
	return n == tls_shaking(l);
}

static int
end(void **state)
{
	struct world *w = *state;

	assert_true(counts_agree(w->tls));
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

static struct tls_conn *__rte_unused
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

static void __rte_unused
plain_record(struct world *w, uint8_t type, const void *p, uint16_t n)
{
	uint8_t r[5 + 16384] = { type, 3, 3, (uint8_t)(n >> 8), (uint8_t)n };

	memcpy(r + 5, p, n);
	to_appliance(w, r, 5u + n);
}

static void __rte_unused
sealed_record(struct world *w, uint8_t type, const void *p, uint32_t n)
{
	uint8_t r[20000], nonce[8] = { 9 };
	uint32_t len;

	nonce[7] = (uint8_t)w->cseq;
	len = ref_seal(&w->ck, w->cseq++, type, nonce, p, n, 0, r);
	to_appliance(w, r, len);
}

static void __rte_unused
give_keys(struct world *w, uint8_t dir)
{
	const struct rec_keys *k = dir == IPC_DIR_READ ? &w->ck : &w->sk;
	struct ipc_keys_set m = { .conn = w->conn,
		.dir = dir,
		.when = dir == IPC_DIR_READ ? IPC_KEYS_AFTER_CCS : IPC_KEYS_NOW,
		.version = 0x0303,
		.alg = k->alg,
		.key_len = 16,
		.iv_len = 4 };

	memcpy(m.key, k->key, 16);
	memcpy(m.iv, k->iv, 4);
	assert_int_equal(tls_ctl_keys_set(w->tls, &m), 0);
}

static void __rte_unused
send_records(struct world *w, uint8_t type, const void *p, uint32_t n)
{
	struct ipc_records_send m = {
		.conn = w->conn, .type = type, .version = 0x0303, .bytes = n
	};

	assert_int_equal(tls_ctl_records_send(w->tls, &m, p), 0);
	turn(w);
}

/* The control process took what it was told and knows the version (0: not yet). */
static void
read_on(struct world *w, uint16_t version)
{
	struct ipc_read_on m = { .conn = w->conn, .version = version };

	assert_int_equal(tls_ctl_read_on(w->tls, &m), 0);
	turn(w);
}

/* The next record that the appliance sent, opened when sealed. Returns its plaintext's length, or
 * -1. */
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
static void __rte_unused
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
	read_on(w, 0x0303);
	plain_record(w, 22, "key exchange", 12);
	plain_record(w, 20, "\1", 1);
	give_keys(w, IPC_DIR_READ);
	turn(w);
	sealed_record(w, 22, "\x14\0\0\4done", 8);
	assert_int_equal(w->n_msg, 5);
	assert_int_equal(w->msg[4].u.rec.epoch, 1);
	assert_memory_equal(w->msg[4].data, "\x14\0\0\4done", 8);
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

static void __rte_unused
ready(struct world *w)
{
	struct ipc_conn_ready m = { .conn = w->conn, .pool = POOL };

	assert_int_equal(tls_ctl_ready(w->tls, &m, NULL), 0);
	read_on(w, 0x0303);
}

static void __rte_unused
open_both(struct world *w)
{
	handshake(w);
	ready(w);
	proxy_connected(w->proxy, server_pair(w), 0, w->now);
	turn(w);
}

static void __rte_unused
expect_alert(struct world *w, bool sealed, uint8_t level, uint8_t alert)
{
	uint8_t type, buf[20000];

	assert_int_equal(next_record(w, sealed, &type, buf), 2);
	assert_int_equal(type, 21);
	assert_int_equal(buf[0], level);
	assert_int_equal(buf[1], alert);
}

#endif
