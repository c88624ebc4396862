/*
 * TLS connections of one worker: between TCP and the proxy, with handshake messages going to and
 * coming from the control process.
 *
 * Pure apart from what is handed in: TCP below (tcp.h), the record engine beside, events upwards to
 * the proxy, messages sideways to the control process. Nothing blocks: a connection that cannot go
 * on because something has no room is put on a list and tried again by tls_work().
 *
 * A connection's slot is found by handle (index and generation); it is used again only when TCP,
 * the engine and the control process have all let go of it.
 */
#ifndef SLUICE_DATAPLANE_TLS_TLS_H
#define SLUICE_DATAPLANE_TLS_TLS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/ipc.h"
#include "common/log.h"
#include "common/tls.h"
#include "dataplane/crypto/engine.h"
#include "dataplane/tcp/tcp.h"
#include "dataplane/tls/rec_in.h"
#include "dataplane/tls/rec_out.h"

#define TLS_SHORT_QUEUE 32768 /* bytes queued in one direction while buffers are short */
#define TLS_STUCK_US 1000000

struct tls_layer;
struct tls_conn;

/* Upwards, to the proxy. Called from any function below that takes a layer or connection. */
struct tls_events {
	/*
	 * Application data may flow: the handshake is over, or its early data was accepted. Server
	 * role: to a server of `pool`, `head` (may be NULL; given) before the client's first byte.
	 */
	void (*ready)(void *ctx, struct tls_conn *c, uint32_t pool, struct rte_mbuf *head);
	/* Whether another application record may be opened while `pending` opened bytes are on
	 * their way up. */
	bool (*room)(void *ctx, struct tls_conn *c, uint32_t pending);
	/* Application data in order. Takes m. */
	void (*data)(void *ctx, struct tls_conn *c, struct rte_mbuf *m);
	/* The peer ended its stream, by close_notify or (truncated) by FIN alone; SSL 2.0 has
	 * nothing but the FIN. Sending goes on. */
	void (*eof)(void *ctx, struct tls_conn *c, bool truncated);
	/* tls_write_room() may have grown. */
	void (*writable)(void *ctx, struct tls_conn *c);
	/* No data flows any more in either direction; c must not be used after return. Only after
	 * ready(), or in the client's role. */
	void (*closed)(void *ctx, struct tls_conn *c);
};

/* Sideways, to the control process. Each returns 0, or -EAGAIN when the ring is full or nobody is
 * attached. */
struct tls_link_ops {
	int (*conn_open)(void *ctx, const struct ipc_conn_open *msg);
	/* msg->bytes bytes of m from offset 0 */
	int (*record_in)(void *ctx, const struct ipc_record_in *msg, const struct rte_mbuf *m);
	int (*conn_closed)(void *ctx, const struct ipc_conn_closed *msg);
	int (*key_limit)(void *ctx, const struct ipc_key_limit *msg);
};

/* what a listener (or a pool of TLS servers) asks for; shared by its connections, lives as long as
 * the layer */
struct tls_limits {
	uint32_t listener; /* id */
	uint32_t handshake_timeout_ms;
	uint32_t idle_timeout_ms;
	uint32_t max_record;
	uint32_t rekey_records; /* KEY_LIMIT after so many records of one key; 0: the algorithm's own */
	bool may_ssl2; /* the first record may be an SSL 2.0 one */
};

struct tls_config {
	struct tcp_stack *tcp;
	struct rec_engine *engine;
	struct rte_mempool *pool;
	struct dp_counters *ctr;
	const struct log *log;
	const struct tls_events *events;
	void *events_ctx;
	const struct tls_link_ops *link;
	void *link_ctx;
	uint32_t max_conns;
};

struct tls_layer *tls_layer_new(const struct tls_config *cfg);
/* Forgets everything; TCP's connections are the caller's to end. */
void tls_layer_free(struct tls_layer *l);

/* Connections at most; 0: as many as the layer was made for. Those beyond it go on. */
void tls_set_max_conns(struct tls_layer *l, uint32_t n);

/* How long a handshake waits for an absent control process. */
void tls_set_control_wait(struct tls_layer *l, uint32_t ms);

/* --- from TCP (struct tcp_events), now in microseconds */
/* A client connected. NULL: no room; the caller aborts the connection. The connection is the TCP
 * user pointer. */
struct tls_conn *tls_accept(
	struct tls_layer *l, tcp_id_t id, const struct tls_limits *lim, uint64_t now);
/*
 * TCP connected to a server: our end of TLS with it, in the client's role, for the client's
 * connection `front`. lim->listener is the pool's id. Otherwise as tls_accept(); events come for it
 * too, and closed() even before ready().
 */
struct tls_conn *tls_connect(struct tls_layer *l, tcp_id_t id, const struct tls_limits *lim,
	const struct tls_conn *front, uint16_t server, uint64_t now);
/* Made by tls_connect(). */
bool tls_is_client(const struct tls_conn *c);
void tls_tcp_readable(struct tls_layer *l, struct tls_conn *c);
void tls_tcp_acked(struct tls_layer *l, struct tls_conn *c);
void tls_tcp_closed(struct tls_layer *l, struct tls_conn *c, enum tcp_close why);

/* --- from the worker's loop */
/* Takes results from the engine. Returns how many. */
uint32_t tls_poll(struct tls_layer *l, uint64_t now);
/* Tries connections that could not go on. Returns how many there were. */
uint32_t tls_work(struct tls_layer *l, uint64_t now);
/* Looks at a part of the connections for timeouts; the whole table in about `turns` calls. */
void tls_sweep(struct tls_layer *l, uint32_t turns, uint64_t now);
/* Connections in use. */
uint32_t tls_count(const struct tls_layer *l);
/* Those whose first handshake is not over. */
uint32_t tls_shaking(const struct tls_layer *l);
/* Sends close_notify to every client and closes; new ones are refused. For a clean exit. */
void tls_drain(struct tls_layer *l, uint64_t now);

/* --- from the control process. 0; -ESTALE: no such connection; -EBADMSG: malformed */
int tls_ctl_records_send(
	struct tls_layer *l, const struct ipc_records_send *msg, const uint8_t *data);
int tls_ctl_keys_set(struct tls_layer *l, const struct ipc_keys_set *msg);
int tls_ctl_ready(struct tls_layer *l, const struct ipc_conn_ready *msg, const uint8_t *data);
int tls_ctl_read_on(struct tls_layer *l, const struct ipc_read_on *msg);
int tls_ctl_close(struct tls_layer *l, const struct ipc_conn_close *msg);
/* A control process attached: waiting handshakes go to it. Handles of before are unknown to it. */
void tls_ctl_attached(struct tls_layer *l);
/* It is gone: handshakes under way cannot go on, established connections are not touched. */
void tls_ctl_detached(struct tls_layer *l);

enum tls_pressure {
	TLS_PRESSURE_NONE,
	/* Buffers are short: connections queue no more than TLS_SHORT_QUEUE bytes towards a client,
	   so that slow readers leave buffers to the others. */
	TLS_PRESSURE_SHORT,
	/* Hardly any is left: connections that hold many and have made no progress for TLS_STUCK_US
	   are ended, so that those that move can go on. */
	TLS_PRESSURE_CRITICAL,
};
void tls_set_pressure(struct tls_layer *l, enum tls_pressure p);

/* --- from the proxy */
void tls_set_user(struct tls_conn *c, void *user);
void *tls_get_user(const struct tls_conn *c);
/* Whether more plaintext may be written now. */
bool tls_write_room(const struct tls_layer *l, const struct tls_conn *c);
/* Bytes of the next record when `avail` > 0 are waiting; 0: wait for writable(), or for more. */
uint32_t tls_write_len(struct tls_layer *l, struct tls_conn *c, uint32_t avail, bool more);
/* Seals and sends one record of at most tls_write_len() bytes. 0: took m; -ENOBUFS: the caller
 * keeps it, try again. */
int tls_write_take(struct tls_layer *l, struct tls_conn *c, struct rte_mbuf *m);
/* Nothing more will be written: close_notify and FIN after what is queued. */
void tls_finish(struct tls_layer *l, struct tls_conn *c);
/* Ends the connection with an alert that says so; `reason` is for the control process. No event
 * follows. */
void tls_fail(
	struct tls_layer *l, struct tls_conn *c, enum tls_err err, enum ipc_close_reason reason);
/* room() may be true again. */
void tls_resume(struct tls_layer *l, struct tls_conn *c);

#endif
