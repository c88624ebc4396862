/*
 * The control process's place: the real channel, a configuration with one listener and one server, and for each CONN_OPEN fixed keys
 * and CONN_READY. No handshake, no secrets worth the name.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/tls.h"
#include "tests/bench/gen.h"

#define GENERATION 1

static int
say(struct stand_in *cp, uint16_t type, const void *body, size_t len)
{
	if (chan_send(&cp->end.tx, type, body, len, NULL, 0) == 0)
		return 0;
	fprintf(stderr, "bench_ring: the channel has no room for %s\n", ipc_type_name(type));
	cp->failed = true;
	return -1;
}

static struct ipc_addr
v4(uint8_t net, uint8_t host, uint16_t port)
{
	return (struct ipc_addr){ .family = 4, .port = port, .ip = { 198, net, 0, host } };
}

static void
configure(struct stand_in *cp)
{
	const struct ipc_hello_ack ack = { .version = IPC_VERSION };
	const struct ipc_cfg_begin gen = { .generation = GENERATION };
	const struct ipc_cfg_iface legs[] = { { .port = 0, .prefix = 24, .addr = v4(18, 1, 0) }, { .port = 1, .prefix = 24, .addr = v4(19, 1, 0) } };
	const struct ipc_cfg_listener listener = { .id = 1, .backlog = 4096, .addr = v4(18, 1, 443), .handshake_timeout_ms = 10000, .max_record = TLS_MAX_PLAIN };
	const struct ipc_cfg_pool pool = { .id = 1, .connect_timeout_ms = 5000 };
	const struct ipc_cfg_server server = { .pool = 1, .addr = v4(19, 2, 80) };
	const struct ipc_cfg_limits limits = { .control_wait_ms = 2000, .idle_poll_us = 1000 };

	say(cp, IPC_HELLO_ACK, &ack, sizeof(ack));
	say(cp, IPC_CFG_BEGIN, &gen, sizeof(gen));
	for (size_t i = 0; i < RTE_DIM(legs); i++)
		say(cp, IPC_CFG_IFACE, &legs[i], sizeof(legs[i]));
	say(cp, IPC_CFG_LISTENER, &listener, sizeof(listener));
	say(cp, IPC_CFG_POOL, &pool, sizeof(pool));
	say(cp, IPC_CFG_SERVER, &server, sizeof(server));
	say(cp, IPC_CFG_LIMITS, &limits, sizeof(limits));
	say(cp, IPC_CFG_COMMIT, &gen, sizeof(gen));
}

static void
let_go(struct stand_in *cp, ipc_conn_t conn)
{
	struct ipc_keys_set k = { .conn = conn, .dir = IPC_DIR_WRITE, .when = IPC_KEYS_NOW, .version = 0x0303, .alg = IPC_ALG_AES128_GCM,
		.key_len = GEN_KEY_BYTES, .iv_len = sizeof(gen_salt) };
	const struct ipc_conn_ready ready = { .conn = conn, .pool = 1 };

	memcpy(k.key, gen_key, sizeof(gen_key));
	memcpy(k.iv, gen_salt, sizeof(gen_salt));
	say(cp, IPC_KEYS_SET, &k, sizeof(k));
	k.dir = IPC_DIR_READ;
	k.when = IPC_KEYS_AFTER_CCS;
	say(cp, IPC_KEYS_SET, &k, sizeof(k));
	say(cp, IPC_CONN_READY, &ready, sizeof(ready));
	cp->ready++;
}

static void
message(struct stand_in *cp, uint16_t type, const uint8_t *msg)
{
	const struct ipc_cfg_result *r = (const struct ipc_cfg_result *)msg;

	switch (type) {
	case IPC_HELLO: configure(cp); break;
	case IPC_CONN_OPEN: let_go(cp, ((const struct ipc_conn_open *)msg)->conn); break;
	case IPC_CFG_RESULT:
		cp->configured = r->status == 0;
		cp->failed |= r->status != 0;
		if (r->status != 0)
			fprintf(stderr, "bench_ring: the worker refused its configuration: %s\n", r->text);
		break;
	case IPC_COUNTERS:
		if (((const struct ipc_counters *)msg)->count == CTR_COUNT)
			memcpy(&cp->worker, msg + sizeof(struct ipc_counters), sizeof(cp->worker));
		break;
	default: break;
	}
}

uint32_t
stand_in_poll(struct stand_in *cp)
{
	uint8_t msg[IPC_MAX_MSG] __attribute__((aligned(8)));
	uint32_t len, data_len, n = 0;
	uint16_t type;
	int rc;

	while ((rc = chan_recv(&cp->end.rx, msg, sizeof(msg), &type, &len)) == 1) {
		if (ipc_check(type, msg, len, &data_len) != 0)
			rc = -EBADMSG;
		else
			message(cp, type, msg);
		n++;
		if (rc < 0)
			break;
	}
	if (rc < 0) {
		fprintf(stderr, "bench_ring: malformed message on the channel\n");
		cp->failed = true;
	}
	chan_flush(&cp->end.tx);
	return n;
}

int
stand_in_attach(struct stand_in *cp, const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int rc;

	snprintf(a.sun_path, sizeof(a.sun_path), "%s", path);
	cp->sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (cp->sock < 0 || connect(cp->sock, (struct sockaddr *)&a, sizeof(a)) != 0) {
		perror("bench_ring: control socket");
		return -1;
	}
	rc = chan_take(&cp->chan, cp->sock);
	if (rc != 0) {
		fprintf(stderr, "bench_ring: rings: %s\n", strerror(-rc));
		return -1;
	}
	chan_end_init(&cp->end, &cp->chan, 0, CHAN_CP);
	return 0;
}

void
stand_in_close(struct stand_in *cp)
{
	chan_close(&cp->chan);
	if (cp->sock > 0)
		close(cp->sock);
}
