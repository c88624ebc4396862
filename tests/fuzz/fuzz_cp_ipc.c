/*
 * Messages of the dataplane: the input is a list of (type, 16-bit length, bytes) as they could lie
 * in the ring. They pass ipc_check() and then everything that sluice-cp does with them, short of
 * the ring itself and the sandbox.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/rd.h"
#include "control/app.h"
#include "tests/unit/control/tls_peer.h"

#define CHECK(x) do { if (!(x)) abort(); } while (0)
#define CONNS 16

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct app app; /* lives through all inputs */
static uv_loop_t loop;

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	char dir[] = "/tmp/sluice-fuzz-XXXXXX", chain[64], key[64], file[64], err[CONFIG_ERR_LEN];
	struct config *c;
	FILE *f;

	CHECK(mkdtemp(dir) != NULL);
	snprintf(chain, sizeof(chain), "%s/a.pem", dir);
	snprintf(key, sizeof(key), "%s/a.key", dir);
	snprintf(file, sizeof(file), "%s/f.yaml", dir);
	world_make_cert(chain, key, "a.test", 2048);
	CHECK((f = fopen(file, "w")) != NULL);
	fprintf(f,
		"dataplane: {socket: %s/dp.sock}\nmanagement: {socket: %s/m.sock}\ninterfaces: [{name: o, port: 0, address: 198.18.0.1/24}]\n"
		"listeners: [{name: l, address: 198.18.0.1, port: 443, profile: legacy, allow_insecure: true, pool: p, certificates: [{chain: %s, key: %s}]}]\n"
		"pools: [{name: p, servers: [{address: 198.19.0.2, port: 80}]}]\n",
		dir, dir, chain, key);
	fclose(f);
	c = config_load(file, err, NULL);
	CHECK(c != NULL);
	c->max_handshakes = 8;
	uv_loop_init(&loop);
	CHECK(app_open(&app, &loop, c, NULL, err) == 0);
	app.log.level = LOG_ERROR;
	app.log.fd = -1; /* nobody reads it */
	unlink(chain);
	unlink(key);
	unlink(file);
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t msg[IPC_MAX_MSG] __attribute__((aligned(8)));
	const uint32_t max[2] = { CONNS, CONNS };
	struct rd r = rd_init(data, size);
	struct conns_stats stats;
	struct pka_stats work;

	CHECK(conns_attach(app.conns, 2, max) == 0);
	while (rd_left(&r) >= 4) {
		uint8_t type = rd_u8(&r), worker = rd_u8(&r) & 1;
		size_t len = rd_u16(&r);
		uint32_t data_len;

		if (len > rd_left(&r))
			len = rd_left(&r);
		if (len > sizeof(msg))
			len = sizeof(msg);
		memset(msg, 0, sizeof(struct ipc_conn_open));
		memcpy(msg, rd_bytes(&r, len), len);
		if (type == IPC_CONN_OPEN && len >= sizeof(struct ipc_conn_open))
			/* a number the input cannot guess */
			((struct ipc_conn_open *)msg)->listener = app.cfg->listeners[0].ipc.id;
		if (type >= 64 || type == IPC_HELLO || type == IPC_DEVICE_RESET ||
			ipc_check(type, msg, (uint32_t)len, &data_len) != 0)
			continue; /* dp_link's part */
		if (app_message(&app, worker, type, msg, msg + len - data_len) != 0)
			break; /* it would detach */
	}
	conns_stats(app.conns, &stats);
	CHECK(stats.open <= 2 * CONNS && stats.half_open <= stats.open && stats.half_open <= 8);
	conns_detach(app.conns);
	conns_stats(app.conns, &stats);
	CHECK(stats.open == 0 && stats.half_open == 0);
	for (pka_stats(app.pka, &work); work.in_flight != 0; pka_stats(app.pka, &work))
		uv_run(&loop, UV_RUN_ONCE);
	return 0;
}
