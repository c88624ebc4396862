/*
 * For tests: sluice-cp as a process with the test in the place of sluice-dp. It listens on the
 * socket, gives the rings, acts on messages as sluice-dp would, and joins a libssl client to them:
 * one connection at a time.
 */
#ifndef SLUICE_TESTS_DP_PEER_H
#define SLUICE_TESTS_DP_PEER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <jansson.h>

#include "common/chan.h"
#include "common/ipc.h"
#include "tests/unit/control/tls_peer.h"

#define WAIT_MS 20000

struct dp { /* our end of the channel, and the one connection on it */
	const char *binary, *ctl, *option; /* what to run */
	char dir[64];
	pid_t cp;
	int listener, sock;
	struct chan chan;
	struct chan_end end;
	uint32_t key_slots;
	uint8_t msg[IPC_MAX_MSG] __attribute__((aligned(8)));
	uint16_t type;
	uint32_t len;
	/* what arrived */
	unsigned key_loads, cfg_listeners, cfg_servers;
	uint32_t pka_status, listener_id, pool_id;
	bool naps; /* sleeps by chan_nap(), for NAP_MS at a time */
	unsigned rung; /* so often that was ended by the bell */
	bool pka_do_ourselves, hold_pka, refuse_cfg;
	unsigned pka_rsa, pka_prf;
	EVP_PKEY *key;
	/* the connection */
	ipc_conn_t conn;
	SSL *ssl;
	BIO *net;
	struct hs_rec rd, wr, rd_next;
	uint8_t in[65536], epoch;
	size_t in_len;
	bool ready, closed;
	uint8_t alert;
	uint32_t ready_pool;
	ipc_conn_t closed_conn;
};

uint64_t dp_now_ms(void);

/*
 * For cmocka: *state is a struct dp with what to run; it becomes one of its own, with the process
 * running.
 */
int dp_start(void **state);
/* Ends the process; -1 when it did not end well. */
int dp_stop(void **state);
/* Writes the configuration, with `extra` lines at its end. */
void dp_write_config(struct dp *d, const char *extra);

/* Waits for sluice-cp, gives it rings and says HELLO. */
void dp_attach(struct dp *d, uint32_t key_slots);
void dp_detach(struct dp *d);
void dp_say(struct dp *d, uint16_t type, const void *body, size_t body_len, const void *data,
	size_t data_len);
/* Takes one message, acts on it. False when time is up. */
bool dp_receive(struct dp *d, uint64_t until);
void dp_receive_until(struct dp *d, uint16_t type);

/* A client's connection: opened, its records handed over, its handshake run to the end. */
void dp_open_conn(struct dp *d, SSL_CTX *ctx, SSL_SESSION *session, uint32_t index);
void dp_close_conn(struct dp *d);
void dp_feed(struct dp *d);
bool dp_shake(struct dp *d);

/*
 * A request to the management socket; the answer's JSON, or its text in *text when that is asked
 * for.
 */
json_t *dp_ask(struct dp *d, const char *method, const char *path, int want, char **text);
/* The number of /stats under "control". */
json_int_t dp_stat_of(struct dp *d, const char *name);

#endif
