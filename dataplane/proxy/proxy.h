/*
 * The proxy of one worker: joins a client's TLS connection with a TCP connection to a server of its
 * pool and moves bytes both ways as mbufs, never copying. Memory is bounded by the receive windows
 * of both sides: bytes are taken from one side only while the other has room.
 *
 * Half-close both ways: the client's close_notify becomes a FIN to the server and the server's FIN
 * a close_notify to the client, each after the bytes before it. A client stream cut without
 * close_notify is not passed off as complete: the server gets a reset.
 */
#ifndef SLUICE_DATAPLANE_PROXY_PROXY_H
#define SLUICE_DATAPLANE_PROXY_PROXY_H

#include "dataplane/config.h"
#include "dataplane/tls/tls.h"

struct proxy;
struct proxy_pair;

struct proxy_config {
	struct tcp_stack *tcp;
	struct rte_mempool *pool; /* for cuts through an mbuf */
	struct dp_counters *ctr;
	const struct log *log;
	const struct dp_config *cfg; /* the running configuration; replaced in place */
	uint32_t max_pairs;
};

extern const struct tls_events proxy_tls_events; /* ctx: struct proxy */

struct proxy *proxy_new(const struct proxy_config *cfg);
void proxy_free(struct proxy *p);
/* The TLS layer whose events come here; to be set before the first event. */
void proxy_set_tls(struct proxy *p, struct tls_layer *tls);

/*
 * TCP user pointers: those of server connections carry a mark, so that one set of TCP events serves
 * both kinds. NULL: not a pair's.
 */
struct proxy_pair *proxy_pair_of(void *tcp_user);

/* --- from TCP (struct tcp_events), for server connections; now in microseconds */
void proxy_connected(struct proxy *p, struct proxy_pair *x, int err, uint64_t now);
void proxy_readable(struct proxy *p, struct proxy_pair *x);
void proxy_acked(struct proxy *p, struct proxy_pair *x);
void proxy_closed(struct proxy *p, struct proxy_pair *x, enum tcp_close why);

/* Buffers are short: no more than TLS_SHORT_QUEUE bytes are queued towards a server. */
void proxy_set_pressure(struct proxy *p, bool on);

/* Connect timeouts; the whole table in about `turns` calls. */
void proxy_sweep(struct proxy *p, uint32_t turns, uint64_t now);
/* The time that events without a clock of their own are dated with. */
void proxy_now(struct proxy *p, uint64_t now);

#endif
