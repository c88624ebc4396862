/* A TLS 1.3 connection in the world of tls_proxy_world.h, from its hello to application data. */
#ifndef SLUICE_TESTS_TLS13_WORLD_H
#define SLUICE_TESTS_TLS13_WORLD_H

#include "tests/unit/dataplane/proxy/tls_way.h"

#define ALG IPC_ALG_AES128_GCM

struct keys13 { /* client writes, server writes; handshake and application */
	struct way early, chs, shs, cap, sap;
};

static inline struct keys13
keys13_new(void)
{
	return (struct keys13){ .early = way_new(ALG, 0x0304, 5),
		.chs = way_new(ALG, 0x0304, 10),
		.shs = way_new(ALG, 0x0304, 20),
		.cap = way_new(ALG, 0x0304, 30),
		.sap = way_new(ALG, 0x0304, 40) };
}

static inline void
read_on_13(struct world *w, uint32_t skip)
{
	struct ipc_read_on m = { .conn = w->conn, .version = 0x0304, .skip_bytes = skip };

	assert_int_equal(tls_ctl_read_on(w->tls, &m), 0);
	turn(w);
}

/* The client's hello, and with it `more` that the client sends without waiting. */
static inline void
hello_13(struct world *w, const uint8_t *more, uint32_t n)
{
	static uint8_t buf[60000];
	uint32_t len = 0;

	tls_ctl_attached(w->tls);
	accept_client(w);
	w->conn = w->msg[0].u.open.conn;
	plain_put(22, "hello", 5, buf, &len);
	if (n != 0)
		memcpy(buf + len, more, n);
	to_appliance(w, buf, len + n);
	assert_int_equal(w->n_msg, 2);
	expect_told(w, 1, 22, 0, "hello");
}

/* ServerHello to Finished, and the keys to read the client's. */
static inline void
flight_13(struct world *w, struct keys13 *k, uint32_t skip)
{
	uint8_t type, buf[100];

	say_records(w, 22, 0, "server hello", 12);
	assert_int_equal(way_set(w, &k->shs, IPC_DIR_WRITE, 0), 0);
	say_records(w, 22, 0, "finished", 8);
	assert_int_equal(way_set(w, &k->sap, IPC_DIR_WRITE, 0), 0);
	assert_int_equal(way_set(w, &k->chs, IPC_DIR_READ, 0), 0);
	read_on_13(w, skip);
	assert_int_equal(next_record(w, false, &type, buf), 12);
	way_expect(w, &k->shs, 22, "finished", 8);
}

/* From nothing to application data with the server connected. */
static inline void
open_13(struct world *w, struct keys13 *k)
{
	static const uint8_t ccs[6] = { 20, 3, 3, 0, 1, 1 };

	*k = keys13_new();
	hello_13(w, ccs, sizeof(ccs));
	flight_13(w, k, 0);
	way_send(w, &k->chs, 22, "client finished", 15);
	expect_told(w, 2, 22, 1, "client finished");
	assert_int_equal(way_set(w, &k->cap, IPC_DIR_READ, 0), 0);
	say_ready(w, 0);
	read_on_13(w, 0);
	server_up(w);
	w->n_msg = 0;
}

#endif
