/*
 * Fuzzes the dataplane with a hostile control process: any messages in any order, and a ring whose
 * shared memory says anything.
 *
 * First byte: bit 0 raw: the rest is written over the ring's shared memory as it is; else a list of
 * (type, how many bytes, the bytes), in which handles are made to fit often enough. Bit 1: a
 * client's first bytes are waiting. After each step the worker takes its turns.
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

/* What this message declares as its trailing length is made true now and then, so that handlers are
 * reached. */
static void
mend(uint16_t type, uint8_t *msg, uint32_t len, ipc_conn_t conn)
{
	int has_data, body = ipc_body_size(type, &has_data);
	uint32_t extra;

	if (body < 0 || len < (uint32_t)body)
		return;
	extra = len - (uint32_t)body;
	if (type == IPC_RECORDS_SEND)
		((struct ipc_records_send *)msg)->bytes = extra;
	if (type == IPC_PKA_DO)
		((struct ipc_pka_do *)msg)->bytes = extra;
	if (type == IPC_KEY_LOAD)
		((struct ipc_key_load *)msg)->bytes = extra;
	if (type >= IPC_RECORDS_SEND && type <= IPC_CONN_CLOSE && type != IPC_PKA_DO &&
		type != IPC_KEY_LOAD && type != IPC_KEY_FREE && body >= 8 && (msg[0] & 7) != 0)
		memcpy(msg, &conn, sizeof(conn));
}

static void
messages(struct dp_world *w, ipc_conn_t conn, const uint8_t *data, size_t size)
{
	static uint8_t msg[IPC_MAX_MSG] __attribute__((aligned(8)));

	while (size >= 3) {
		uint16_t type = data[0];
		uint32_t len = (uint32_t)data[1] | (uint32_t)(data[2] & 0x0f) << 8;
		bool honest = data[2] & 0x80;
		int body = ipc_body_size(type, NULL);

		if ((data[2] & 0x40) && body >= 0) /* exactly the body */
			len = (uint32_t)body;
		data += 3;
		size -= 3;
		memset(msg, 0, len);
		memcpy(msg, data, len < size ? len : size);
		data += len < size ? len : size;
		size -= len < size ? len : size;
		if (honest)
			mend(type, msg, len, conn);
		chan_send(&w->cp.tx, type, msg, len, NULL, 0);
		chan_flush(&w->cp.tx);
		world_turn(w);
	}
}

static void
raw(struct dp_world *w, const uint8_t *data, size_t size)
{
	/* ring header (tail, head, sleeping) and data, as the other process could write them */
	memcpy((void *)w->cp.tx.ring, data, size < 4096 ? size : 4096);
	world_turn(w);
	memcpy((void *)w->cp.rx.ring, data, size < 256 ? size : 256);
	world_turn(w);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct dp_world w;
	static uint8_t buf[IPC_MAX_MSG] __attribute__((aligned(8)));
	uint32_t len, before = rte_mempool_avail_count(dpt_pool);
	tcp_id_t cl;
	ipc_conn_t conn;
	uint8_t how;

	if (size < 1)
		return 0;
	how = data[0];
	world_begin(&w, &rec_engine_soft);
	world_greet(&w);
	cl = fake_open(w.tcp);
	tls_accept(w.tls, cl, &w.lim, w.now);
	if (how & 2)
		fake_receive(w.tcp, cl, "\x16\3\1\0\5hello\x14\3\3\0\1\1", 16);
	world_turn(&w);
	while (world_hear(&w, buf, &len) != IPC_CONN_OPEN)
		;
	conn = ((const struct ipc_conn_open *)buf)->conn;
	if (how & 1)
		raw(&w, data + 1, size - 1);
	else
		messages(&w, conn, data + 1, size - 1);
	w.now += 70000000;
	tls_sweep(w.tls, 1, w.now);
	proxy_sweep(w.proxy, 1, w.now);
	world_turn(&w);
	world_end(&w);
	if (rte_mempool_avail_count(dpt_pool) != before)
		__builtin_trap(); /* an mbuf was lost */
	return 0;
}
