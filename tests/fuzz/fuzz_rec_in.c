/*
 * Fuzzes everything a client's bytes reach above TCP: record framing, epochs, alerts, floods, the
 * proxy. The null engine stands behind, so that what the fuzzer writes is what comes out of a
 * record.
 *
 * First byte: bit 0 the handshake is over before the bytes come; bit 1 the control process answers
 * each message with records; bit 2 the control process goes away half way; bit 3 the client ends
 * with a FIN; 7:4 size of the pieces in which the bytes arrive.
 */
#include "tests/unit/dataplane/dp_world.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	return dpt_setup(NULL);
}

static void
give_keys(struct dp_world *w, ipc_conn_t conn, uint8_t dir)
{
	struct ipc_keys_set m = { .conn = conn,
		.dir = dir,
		.when = dir == IPC_DIR_READ ? IPC_KEYS_AFTER_CCS : IPC_KEYS_NOW,
		.version = 0x0303,
		.alg = IPC_ALG_AES128_GCM,
		.key_len = 16,
		.iv_len = 4 };

	world_say(w, IPC_KEYS_SET, &m, sizeof(m), NULL, 0);
}

/* The handshake from the control process's side; the client's CCS is the first thing it sends. */
static void
finish_handshake(struct dp_world *w, ipc_conn_t conn, tcp_id_t cl)
{
	struct ipc_conn_ready ready = { .conn = conn, .pool = 1 };
	static const uint8_t ccs[6] = { 20, 3, 3, 0, 1, 1 };

	give_keys(w, conn, IPC_DIR_READ);
	give_keys(w, conn, IPC_DIR_WRITE);
	fake_receive(w->tcp, cl, ccs, sizeof(ccs));
	world_say(w, IPC_CONN_READY, &ready, sizeof(ready), NULL, 0);
	world_turn(w);
	if (w->tcp->n > 1) {
		struct proxy_pair *x = proxy_pair_of(fake_get(w->tcp, fake_last(w->tcp))->user);

		if (x != NULL)
			proxy_connected(w->proxy, x, 0, w->now);
	}
	world_turn(w);
}

static void
answer(struct dp_world *w, ipc_conn_t conn)
{
	static uint8_t buf[IPC_MAX_MSG] __attribute__((aligned(8)));
	struct ipc_records_send m = { .conn = conn, .type = 22, .version = 0x0303, .bytes = 3 };
	uint32_t len;

	while (world_hear(w, buf, &len) != 0)
		chan_send(&w->cp.tx, IPC_RECORDS_SEND, &m, sizeof(m), "yes", 3);
	chan_flush(&w->cp.tx);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct dp_world w;
	static uint8_t buf[IPC_MAX_MSG] __attribute__((aligned(8)));
	uint32_t len, piece, before = rte_mempool_avail_count(dpt_pool);
	ipc_conn_t conn = 0;
	tcp_id_t cl;
	uint8_t how;

	if (size < 1 || size > 100000)
		return 0;
	how = data[0];
	piece = how >> 4 != 0 ? how >> 4 : (uint32_t)size;
	world_begin(&w, &rec_engine_null);
	w.cfg.n_pools = w.cfg.n_servers = 1;
	w.cfg.pool[0] = (struct ipc_cfg_pool){ .id = 1, .connect_timeout_ms = 100 };
	w.cfg.server[0] = (struct ipc_cfg_server){ .pool = 1,
		.addr = { .family = 4, .port = 80, .ip = { 1, 2, 3, 4 } } };
	world_greet(&w);
	cl = fake_open(w.tcp);
	tls_accept(w.tls, cl, &w.lim, w.now);
	world_turn(&w);
	while (world_hear(&w, buf, &len) != IPC_CONN_OPEN)
		;
	conn = ((const struct ipc_conn_open *)buf)->conn;
	if (how & 1)
		finish_handshake(&w, conn, cl);
	for (size_t at = 1; at < size && fake_get(w.tcp, cl)->live; at += piece) {
		fake_receive(
			w.tcp, cl, data + at, (uint32_t)(size - at < piece ? size - at : piece));
		tls_tcp_readable(w.tls, fake_get(w.tcp, cl)->user);
		world_turn(&w);
		if (how & 2)
			answer(&w, conn);
		if ((how & 4) && at > size / 2)
			atomic_store(&w.server.epoch, 2);
	}
	if (fake_get(w.tcp, cl)->live) {
		fake_get(w.tcp, cl)->fin = (how & 8) != 0;
		tls_tcp_readable(w.tls, fake_get(w.tcp, cl)->user);
		world_turn(&w);
	}
	w.now += 70000000; /* every timeout */
	tls_sweep(w.tls, 1, w.now);
	proxy_sweep(w.proxy, 1, w.now);
	world_turn(&w);
	world_end(&w);
	if (rte_mempool_avail_count(dpt_pool) != before)
		__builtin_trap(); /* an mbuf was lost */
	return 0;
}
