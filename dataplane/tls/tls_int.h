/*
 * Inside of the TLS layer: shared by tls_conn.c (life and death), tls_rx.c, tls_tx.c and tls_ctl.c
 * (messages of the control process).
 */
#ifndef SLUICE_DATAPLANE_TLS_TLS_INT_H
#define SLUICE_DATAPLANE_TLS_TLS_INT_H

#include "dataplane/tls/tls.h"

#define TLS_MAX_OPS 24 /* records of one connection in the engine, each direction */
#define TLS_OPS 8192 /* records in the engine in all */
#define TLS_LINGER_US 2000000 /* how long a closed connection waits for the client's FIN */
#define TLS_POLL_BURST 64
/* Of one connection, waiting to leave: as many again as application records may take. */
#define TLS_MAX_OUT (2 * TLS_MAX_OPS)
/* plaintext of an SSL 2.0 record that leaves room for MAC and padding */
#define TLS_MAX_SSL2_OUT (REC_SSL2_MAX_3 - SSL2_MAC - CBC_BLOCK)
#define TLS_MAX_HEAD 4096 /* CONN_READY: bytes before the client's first */
#define TLS_MAX_REFUSALS 5 /* of renegotiation, while no control process knows the connection */

enum tls_state {
	TLS_FREE = 0,
	TLS_WAIT, /* for the control process to take CONN_OPEN */
	TLS_SHAKE, /* for CONN_READY */
	TLS_OPEN, /* data flows */
	TLS_CLOSING, /* for the last records to leave and the client's FIN; input is thrown away */
	TLS_DEAD, /* TCP is gone; for the engine and the ring to the control process */
};

enum op_state { OP_NEW, OP_SENT, OP_DONE };

struct op_fifo { /* a connection's records in stream order */
	struct rec_op *head, *tail;
	uint16_t n, n_new; /* all; and those the engine had no room for */
};

/* RECORDS_SEND asked that no application data follows. */
enum tls_hold {
	TLS_HOLD_NO,
	/* What was announced (ChangeCipherSpec, KeyUpdate) has no keys yet: nothing can be sent
	 * that the peer would understand. */
	TLS_HOLD_KEYS,
	TLS_HOLD_DATA, /* the keys are there */
};

/* How much one direction's keys have done. */
struct key_use {
	uint64_t first; /* sequence number */
	uint64_t blocks; /* of the cipher, for block ciphers */
	bool told; /* KEY_LIMIT was sent */
	bool due; /* or has to be */
};

struct tls_conn {
	tcp_id_t tcp;
	void *user; /* the proxy's */
	struct rec_session *rs, *ws, *next_rs; /* next_rs: read keys that wait for a CCS */
	uint64_t rs_seq, ws_seq, next_seq;
	struct op_fifo in, out;
	struct rec_op *look; /* of `in`: the first record of which it is not known what it is */
	struct key_use ruse, wuse;
	struct rec_in rin;
	struct rec_out rout;
	struct tls_conn *dirty_next;
	const struct tls_limits *lim;
	/* a ClientHello that nobody answered yet, in case the control process goes away */
	struct rte_mbuf *replay;
	uint64_t born_us; /* accepted, or started to wait for a control process */
	uint64_t active_us; /* last progress */
	uint64_t bytes_in, bytes_out;
	uint32_t index, gen;
	uint32_t attach; /* attachment that knows this connection; 0: none */
	uint32_t in_bytes, out_bytes; /* application bytes inside the engine */
	uint16_t replay_version;
	uint8_t replay_type;
	bool replay_due; /* replay has to be offered to the control process before anything else */
	bool muted; /* the proxy knows that it is over */
	uint16_t rec_version; /* of records while there are no keys */
	ipc_conn_t front; /* client role: the connection it is for */
	uint16_t server; /* client role: index in its pool */
	bool client; /* our role */
	uint8_t state; /* enum tls_state */
	uint8_t reason; /* enum ipc_close_reason */
	uint8_t alert_sent, alert_received;
	uint8_t refusals; /* of renegotiation */
	uint8_t hold; /* enum tls_hold */
	bool want_keys; /* a CCS was read: no further before KEYS_SET */
	bool paused; /* a handshake record was read: no further before READ_ON */
	bool finish_due; /* the proxy ended its stream during the hold */
	bool worn; /* a key has done all it may: the connection ends */
	bool rd_eof; /* the client ended its stream */
	bool wr_eof; /* close_notify is queued */
	bool fin_sent;
	bool answered; /* the control process sent something, or the hello was too long to keep */
	bool dirty;
};

struct tls_layer {
	struct tls_config cfg;
	struct tls_conn *conns;
	struct rec_op *ops; /* array */
	struct rec_op *free_ops; /* below ops_high */
	uint32_t ops_high; /* those above were never used */
	uint32_t ops_used;
	struct tls_conn *dirty, **dirty_tail;
	uint32_t *free_idx; /* stack of free indexes below `high` */
	uint32_t nfree, high, count, sweep_at;
	uint32_t shaking; /* in TLS_WAIT or TLS_SHAKE */
	uint32_t limit; /* of connections, as configured */
	uint32_t attach; /* number of the current attachment; 0: nobody */
	uint32_t attach_last;
	uint32_t wait_ms;
	uint64_t now;
	bool draining;
	enum tls_pressure pressure;
};

static inline ipc_conn_t
tls_handle(const struct tls_conn *c)
{
	return (uint64_t)c->gen << 32 | c->index;
}

/* The control process knows this connection. */
static inline bool
tls_known(const struct tls_layer *l, const struct tls_conn *c)
{
	return c->attach != 0 && c->attach == l->attach;
}

/* tls_conn.c */
struct tls_conn *tls_find(struct tls_layer *l, ipc_conn_t h);
void tls_dirty(struct tls_layer *l, struct tls_conn *c);
/* Before the state becomes one beyond the first handshake. */
void tls_leave_shaking(struct tls_layer *l, const struct tls_conn *c);
void tls_step(struct tls_layer *l, struct tls_conn *c);
void tls_closing(struct tls_layer *l, struct tls_conn *c, uint8_t reason);
void tls_error(struct tls_layer *l, struct tls_conn *c, enum tls_err err);
void tls_release(struct tls_layer *l, struct tls_conn *c);
struct rec_op *tls_op_get(struct tls_layer *l);
void tls_op_put(struct tls_layer *l, struct rec_op *op);
void tls_fifo_put(struct op_fifo *f, struct rec_op *op);
struct rec_op *tls_fifo_get(struct op_fifo *f);
/* Offers the fifo's new operations to the engine, in order. */
void tls_fifo_submit(struct tls_layer *l, struct op_fifo *f);
/* Frees a session, as soon as no operation waits for the engine with it. */
void tls_keys_drop(struct rec_session **s);
/* The operation is to be done with these keys; it is new and goes to a fifo next. */
void tls_op_bind(struct rec_op *op, struct rec_session *s);
/* The same for one that is in the fifo and not in the engine. */
void tls_op_rebind(struct op_fifo *f, struct rec_op *op, struct rec_session *s);
/* The kept ClientHello is not needed any more. */
void tls_replay_drop(struct tls_conn *c);

/* tls_look.c */
/* The record was bound to the read keys and goes to c->in next. */
void tls_look_taken(struct tls_conn *c, struct rec_op *op);
/* Looks at what was opened. Whether the next record may be taken. */
bool tls_look(struct tls_layer *l, struct tls_conn *c);

/* tls_rx.c */
void tls_rx(struct tls_layer *l, struct tls_conn *c);
void tls_rx_done(struct tls_layer *l, struct tls_conn *c);
/* c->rs and c->rs_seq are new. */
void tls_rx_rekey(struct tls_conn *c);

/* tls_tx.c */
int tls_tx_record(struct tls_layer *l, struct tls_conn *c, uint8_t type, struct rte_mbuf *m);
void tls_tx_alert(struct tls_layer *l, struct tls_conn *c, uint8_t level, uint8_t alert);
void tls_tx_done(struct tls_layer *l, struct tls_conn *c);
/* Application data may flow again. */
void tls_tx_unhold(struct tls_layer *l, struct tls_conn *c);
/* One more record of `wire` bytes under these keys, numbered seq. */
void tls_key_used(struct tls_layer *l, struct tls_conn *c, const struct rec_session *s,
	uint64_t seq, uint32_t wire);
/* Sends the KEY_LIMITs that are due. */
void tls_key_report(struct tls_layer *l, struct tls_conn *c);

/* tls_ctl.c */
bool tls_announce(struct tls_layer *l, struct tls_conn *c);

#endif
