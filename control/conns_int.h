/* Inside conns: a connection, the tables, and what conns.c (life) and conns_act.c (actions of the handshake) offer each other. */
#ifndef SLUICE_CONTROL_CONNS_INT_H
#define SLUICE_CONTROL_CONNS_INT_H

#include "common/chan.h"
#include "common/tls.h"
#include "control/cert/verifier.h"
#include "control/conns.h"
#include "control/conns_slab.h"
#include "control/handshake/hs.h"

#define SSL2_MAX_RECORD 32767

struct conn {
	struct conn *newer, *older; /* handshakes under way, by age */
	struct hs *hs; /* in the memory behind this struct; NULL once closing */
	struct config *cfg; /* what it was opened under: renegotiation goes by it */
	ipc_conn_t handle;
	ipc_conn_t front; /* client role: the client's connection it is for */
	uint64_t opened_ms;
	uint32_t worker;
	uint32_t owner; /* id of the listener or, in client role, of the pool */
	uint32_t timeout_ms, pool;
	uint16_t server; /* client role: index in its pool */
	uint8_t role; /* enum hs_role */
	bool half_open;
	bool verifying; /* verify is under way */
	struct verify_owner verify;
	struct ipc_addr peer, local;
	const char *name; /* of the listener or pool, in cfg */
	/* once closing: slots on the card that its last records may still need the keys of */
	uint32_t *secrets, n_secrets;
};

struct table {
	struct conn **by_index;
	uint32_t size;
};

struct conns {
	const struct log *log;
	struct conns_ops ops;
	struct conns_deps deps;
	struct config *cfg;
	struct table tables[CHAN_MAX_WORKERS];
	struct slab slab; /* struct conn, each with its struct hs */
	uint64_t half_open_peak; /* since memory was last given back */
	uint32_t workers;
	uint64_t attachment;
	struct conn *newest, *oldest; /* under way */
	struct conns_stats stats;
	uint8_t random[4096]; /* its first random_left bytes are still to be given out, the rest is wiped */
	uint32_t random_left;
	struct hs_out out;
};

/* conns.c */
/* Time and randomness for the machine. */
struct hs_env conns_env(struct conns *c);
/* The handshake is over, one way or the other: it is no longer counted and timed. */
void conns_leave_half_open(struct conns *c, struct conn *k);
/* Whether so many handshakes were under way at a time, and so few are now, that heap is given back. */
bool conns_rush_over(uint64_t peak, uint64_t now);
/* The machine is not needed any more. */
void conns_drop_hs(struct conns *c, struct conn *k);
struct conn *conns_find(struct conns *c, uint32_t worker, ipc_conn_t handle);

/* conns_act.c */
/*
 * Carries out the actions in hand, gives what can be answered at once, and so on until nothing is
 * asked. err: what the machine returned with them.
 */
void conns_carry_out(struct conns *c, struct conn *k, enum tls_err err);
/* Whose certificate it was, by its fingerprint in a session. A reference; NULL: not known (any more). */
struct peer *conns_known_peer(struct conns *c, const struct hs_conf *conf, const uint8_t fingerprint[32],
	uint64_t now_s);

/* conns_client.c */
/* Starts a connection to a server: with a session of before, if there is one. */
void conns_start_client(struct conns *c, struct conn *k);
void conns_client_put(struct conns *c, const struct conn *k, const struct session_entry *e,
	const uint8_t *ticket, size_t len);
void conns_client_remove(struct conns *c, const struct conn *k);

#endif
