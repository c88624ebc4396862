/*
 * The other end of a worker's ports in the ring benchmark: clients, origin servers and a control process, on one core of their own.
 *
 * Clients connect and then only take ciphertext; the control process's place answers CONN_OPEN with fixed keys at once, so that no
 * handshake is needed; origin servers send plaintext without end. TCP is dataplane/tcp in a second instance.
 */
#ifndef SLUICE_TESTS_BENCH_GEN_H
#define SLUICE_TESTS_BENCH_GEN_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <rte_mbuf.h>

#include "common/chan.h"
#include "common/ipc.h"
#include "dataplane/counters.h"
#include "dataplane/net/net.h"
#include "dataplane/port/port.h"
#include "dataplane/tcp/tcp.h"

#define GEN_PERIOD 16384u /* the origin servers' stream repeats itself after this many bytes */
#define GEN_KEY_BYTES 16
#define GEN_LEGS 2 /* 0: clients, 1: origin servers */

/* Opens the first records of one client's stream and compares them with what the origin server sent. */
struct verify {
	uint8_t rec[5 + 18432];
	uint32_t have, opened;
	uint64_t seq, offset;
	bool failed;
};

/* The control process's place on the channel. */
struct stand_in {
	struct chan chan;
	struct chan_end end;
	int sock;
	uint32_t ready; /* connections that were told to go */
	struct dp_counters worker; /* its last report, once a second */
	bool configured, failed;
};

struct gen_conn {
	tcp_id_t id;
	struct verify *verify; /* of a client whose records are opened */
	bool origin;
};

struct gen_config {
	struct port *ports[GEN_LEGS];
	struct rte_mempool *hdr_pool, *data_pool; /* of this side */
	struct rte_mempool *wire_pool; /* of the worker: where a NIC would put what it receives */
	uint32_t conns;
	bool check; /* open records: not with engine null */
};

struct gen {
	struct gen_config cfg;
	struct net *net;
	struct tcp_stack *tcp;
	struct stand_in cp;
	struct verify verify;
	struct rte_mempool *text_pool;
	struct rte_mbuf *text; /* GEN_PERIOD bytes of plaintext that every send refers to */
	struct gen_conn *conns;
	uint32_t n_conns, started, up, lost;
	uint64_t bytes; /* ciphertext received by clients */
	uint64_t turns, idle_turns, no_mbuf;
};

/* gen.c. 0 or -1, said on stderr. */
int gen_open(struct gen *g, const struct gen_config *cfg, uint64_t now_us);
/* One turn of the loop. */
void gen_turn(struct gen *g, uint64_t now_us);
void gen_close(struct gen *g);
uint8_t gen_byte(uint64_t offset);

/* gen_cp.c: attaches to a worker's socket and configures it. 0 or -1, said on stderr. */
int stand_in_attach(struct stand_in *cp, const char *path);
/* Answers what waits; returns how many messages. */
uint32_t stand_in_poll(struct stand_in *cp);
void stand_in_close(struct stand_in *cp);

/* gen_verify.c: takes bytes of a client's stream. */
void verify_bytes(struct verify *v, const uint8_t *p, uint32_t n);

extern const uint8_t gen_key[GEN_KEY_BYTES], gen_salt[4];

#endif
