/*
 * Inside of the proxy: pairs and what proxy.c (servers in plaintext, life of a pair) and proxy_leg.c
 * (servers that speak TLS) offer each other.
 */
#ifndef SLUICE_DATAPLANE_PROXY_PROXY_INT_H
#define SLUICE_DATAPLANE_PROXY_PROXY_INT_H

#include "dataplane/own.h"
#include "dataplane/proxy/proxy.h"

#define PAIR_MARK 1u /* in TCP user pointers of server connections */

enum pair_state { PAIR_FREE = 0, PAIR_CONNECTING, PAIR_UP };

struct proxy_pair {
	struct tls_conn *tls;
	tcp_id_t server; /* 0: none */
	struct rte_mbuf *head; /* goes to the server before the client's first byte */
	struct rte_mbuf *held; /* a record's plaintext that the TLS layer had no room for */
	struct rte_mbuf *rest; /* what the server's connection still had queued when it ended */
	uint64_t deadline_us; /* of the connection attempt */
	uint32_t pool;
	uint32_t next; /* server to try, counted on from the round robin's choice */
	uint32_t tries; /* attempts left */
	uint32_t index;
	uint8_t state; /* enum pair_state */
	bool client_eof; /* the client ended its stream */
	bool fin_sent; /* to the server */
	bool server_eof; /* the server ended its stream, and all of it was taken */
	bool answered; /* the server sent something */
	struct proxy_leg *leg; /* the server speaks TLS; NULL: it does not, or is not connected yet */
};

struct proxy {
	struct proxy_config cfg;
	struct tls_layer *tls;
	struct proxy_pair *pairs;
	uint32_t *free_idx;
	uint32_t nfree, high, sweep_at;
	uint32_t turn; /* round robin */
	struct tls_limits pools[CFG_MAX_POOLS]; /* of TLS pools; connections refer to them */
	uint64_t now;
	bool pressure; /* buffers are short */
};

/* ---- proxy.c ---- */
/* The client is told and the pair is gone. err: alert to send, TLS_E_OK for close_notify. */
void proxy_give_up(struct proxy *p, struct proxy_pair *x, enum tls_err err);
/* The attempt on a server failed: the next one, or give up. */
void proxy_retry(struct proxy *p, struct proxy_pair *x);

/* ---- proxy_leg.c ---- */
/* TCP with a server of a TLS pool stands: TLS begins. */
void proxy_leg_start(struct proxy *p, struct proxy_pair *x);
/* The pair goes: so does the leg, with close_notify when the stream was complete. */
void proxy_leg_end(struct proxy *p, struct proxy_pair *x, bool complete);
/* Events of the leg's TLS connection, as in struct tls_events. */
void proxy_leg_ready(struct proxy *p, struct proxy_pair *x);
bool proxy_leg_room(const struct proxy *p, const struct proxy_pair *x, uint32_t pending);
void proxy_leg_data(struct proxy *p, struct proxy_pair *x, struct rte_mbuf *m);
void proxy_leg_eof(struct proxy *p, struct proxy_pair *x, bool truncated);
void proxy_leg_closed(struct proxy *p, struct proxy_pair *x);
/* The same events of the client's connection when the server's side is a leg. */
bool proxy_leg_client_room(const struct proxy *p, const struct proxy_pair *x, uint32_t pending);
void proxy_leg_client_data(struct proxy *p, struct proxy_pair *x, struct rte_mbuf *m);
void proxy_leg_client_eof(struct proxy *p, struct proxy_pair *x);
/* Moves what waits: towards the server, towards the client. */
void proxy_leg_up(struct proxy *p, struct proxy_pair *x);
void proxy_leg_down(struct proxy *p, struct proxy_pair *x);

#endif
