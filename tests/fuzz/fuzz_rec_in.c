/*
 * Fuzzes everything a peer's bytes reach above TCP: record framing of every version, epochs,
 * alerts, floods, pauses and changes of keys, the proxy. The null engine stands behind, so that
 * what the fuzzer writes is what comes out of a record.
 *
 * First byte: bit 0 the handshake is over before the bytes come; bit 1 the control process answers
 * each message with records; bit 2 it goes away half way; bit 3 the client ends with a FIN; 7:4
 * size of the pieces in which the bytes arrive.
 * Second byte: 1:0 version that the control process chooses (TLS 1.2, TLS 1.3, SSL 2.0, SSL 3.0);
 * bit 2 early data is taken; bit 3 it is refused, and skipped; bit 4 the listener allows SSL 2.0;
 * bit 5 keys are worn after three records; bit 6 sending is held at each handshake record, until
 * the next; bit 7 it never says READ_ON.
 */
#include "tests/unit/dataplane/dp_world.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The control process. */
struct judge {
	struct dp_world *w;
	ipc_conn_t conn;
	uint8_t how, mode;
	uint16_t version;
	uint32_t shakes; /* handshake records so far */
	bool ready, held;
};

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	return dpt_setup(NULL);
}

static void
give_keys(const struct judge *j, uint8_t dir, uint8_t flags)
{
	bool now = dir == IPC_DIR_WRITE || j->version == 0x0304 || j->version == 0x0002;
	struct ipc_keys_set m = { .conn = j->conn,
		.dir = dir,
		.when = now ? IPC_KEYS_NOW : IPC_KEYS_AFTER_CCS,
		.version = j->version,
		.alg = IPC_ALG_AES128_GCM,
		.flags = flags,
		.key_len = 16,
		.iv_len = j->version == 0x0304 ? 12 : 4 };

	if (j->version == 0x0002) {
		m.alg = IPC_ALG_RC4_MD5;
		m.mac_key_len = 16;
		m.iv_len = 0;
	}
	world_say(j->w, IPC_KEYS_SET, &m, sizeof(m), NULL, 0);
}

static void
say_ready(struct judge *j, uint16_t flags)
{
	struct ipc_conn_ready m = { .conn = j->conn, .pool = 1, .flags = flags, .bytes = 3,
		.early_max = 16384 };

	world_say(j->w, IPC_CONN_READY, &m, sizeof(m), "hi ", 3);
	j->ready = flags == 0;
}

static void
read_on(const struct judge *j)
{
	struct ipc_read_on m = {
		.conn = j->conn, .version = j->version, .skip_bytes = (j->mode & 8) != 0 ? 200 : 0
	};

	if ((j->mode & 0x80) == 0)
		world_say(j->w, IPC_READ_ON, &m, sizeof(m), NULL, 0);
}

static void
send_some(const struct judge *j, uint8_t flags)
{
	struct ipc_records_send m = { .conn = j->conn,
		.type = j->version == 0x0002 ? TLS_CT_SSL2 : 22,
		.flags = flags,
		.version = 0x0303,
		.bytes = 3 };

	world_say(j->w, IPC_RECORDS_SEND, &m, sizeof(m), "yes", 3);
}

/* A handshake record came: what a control process would do about it, or something near. */
static void
on_shake(struct judge *j, uint8_t epoch)
{
	uint32_t n = j->shakes++;
	bool early = (j->mode & 4) != 0 && j->version == 0x0304;

	if (j->mode & 0x40) {
		send_some(j, j->held ? 0 : IPC_SEND_HOLD);
		j->held = !j->held;
	} else if (j->how & 2) {
		send_some(j, 0);
	}
	if ((j->mode & 8) != 0 && n == 0) { /* a HelloRetryRequest */
		read_on(j);
		return;
	}
	if (j->version == 0x0304 || (j->version == 0x0002 && n == 1)) {
		if (n <= 1 || j->held)
			give_keys(j, IPC_DIR_WRITE, j->held ? IPC_KEYS_RELEASE : 0);
		give_keys(j, IPC_DIR_READ, 0);
	}
	if (j->version == 0x0304 && early && n == 0)
		say_ready(j, IPC_READY_EARLY);
	if (j->version == 0x0304 && !j->ready && n == (early ? 2 : 1))
		say_ready(j, 0);
	if (j->version == 0x0002 && !j->ready && n == 2)
		say_ready(j, 0);
	if (j->version >= 0x0300 && j->version <= 0x0303 && epoch != 0 && !j->ready) {
		give_keys(j, IPC_DIR_WRITE, 0);
		say_ready(j, 0);
	}
	read_on(j);
}

static void
judge(struct judge *j)
{
	static uint8_t buf[IPC_MAX_MSG] __attribute__((aligned(8)));
	const struct ipc_record_in *r = (const struct ipc_record_in *)buf;
	uint16_t type;
	uint32_t len;

	while ((type = world_hear(j->w, buf, &len)) != 0) {
		if (type != IPC_RECORD_IN)
			continue;
		if (r->type == TLS_CT_HANDSHAKE || r->type == TLS_CT_SSL2)
			on_shake(j, r->epoch);
		else if (r->type == TLS_CT_CCS)
			give_keys(j, IPC_DIR_READ, 0);
	}
}

static void
server_connects(struct dp_world *w)
{
	struct proxy_pair *x;

	if (w->tcp->n < 2)
		return;
	x = proxy_pair_of(fake_get(w->tcp, fake_last(w->tcp))->user);
	if (x != NULL)
		proxy_connected(w->proxy, x, 0, w->now);
}

static void
feed(struct judge *j, tcp_id_t cl, const uint8_t *p, size_t n)
{
	struct dp_world *w = j->w;

	if (!fake_get(w->tcp, cl)->live)
		return;
	fake_receive(w->tcp, cl, p, (uint32_t)n);
	tls_tcp_readable(w->tls, fake_get(w->tcp, cl)->user);
	for (int i = 0; i < 6; i++) {
		world_turn(w);
		judge(j);
		if (i == 2)
			server_connects(w);
	}
	world_turn(w);
}

/* A handshake as short as the version allows; what seals is the null engine's framing. */
static void
shake(struct judge *j, tcp_id_t cl)
{
	static const uint8_t tls[] = { 22, 3, 3, 0, 1, 1, 20, 3, 3, 0, 1, 1 },
			     fin12[] = { 22, 3, 3, 0, 28, 0, 0, 0, 0, 0, 0, 0, 0, 20, 0, 0, 0, 0, 0,
				     0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 },
			     fin13[] = { 23, 3, 3, 0, 18, 20, 22, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
				     0, 0, 0, 0, 0 },
			     hello2[] = { 0x80, 5, 1, 0, 2, 0, 0, 0x80, 5, 2, 0, 0, 0, 0 },
			     fin2[] = { 0x80, 17, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
				     3 };

	j->mode &= 0x7f;
	switch (j->version) {
	case 0x0304:
		feed(j, cl, tls, sizeof(tls));
		feed(j, cl, fin13, sizeof(fin13));
		if (j->mode & 4)
			feed(j, cl, fin13, sizeof(fin13));
		break;
	case 0x0002:
		feed(j, cl, hello2, sizeof(hello2));
		feed(j, cl, fin2, sizeof(fin2));
		break;
	default: feed(j, cl, tls, sizeof(tls)); feed(j, cl, fin12, sizeof(fin12));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint16_t versions[] = { 0x0303, 0x0304, 0x0002, 0x0300 };
	static struct dp_world w;
	static uint8_t buf[IPC_MAX_MSG] __attribute__((aligned(8)));
	uint32_t len, piece, before = rte_mempool_avail_count(dpt_pool);
	struct judge j = { .w = &w };
	tcp_id_t cl;

	if (size < 2 || size > 100000)
		return 0;
	j.how = data[0];
	j.mode = data[1];
	j.version = versions[j.mode & 3];
	piece = j.how >> 4 != 0 ? j.how >> 4 : (uint32_t)size;
	world_begin(&w, &rec_engine_null);
	w.lim.may_ssl2 = (j.mode & 0x10) != 0 || j.version == 0x0002;
	w.lim.rekey_records = (j.mode & 0x20) != 0 ? 3 : 0;
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
	j.conn = ((const struct ipc_conn_open *)buf)->conn;
	if (j.how & 1)
		shake(&j, cl);
	for (size_t at = 2; at < size && fake_get(w.tcp, cl)->live; at += piece) {
		feed(&j, cl, data + at, size - at < piece ? size - at : piece);
		if ((j.how & 4) && at > size / 2)
			atomic_store(&w.server.epoch, 2);
	}
	if (fake_get(w.tcp, cl)->live) {
		fake_get(w.tcp, cl)->fin = (j.how & 8) != 0;
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
