/*
 * Inside the handshake machine: the connection's state, the table's cell, and what message files
 * offer to it. Only files of this folder and their tests include this.
 */
#ifndef SLUICE_CONTROL_HS_INT_H
#define SLUICE_CONTROL_HS_INT_H

#include "common/rd.h"
#include "common/tls.h"
#include "common/wr.h"
#include "control/handshake/hs.h"
#include "control/handshake/hs_digest.h"
#include "control/handshake/hs_hello.h"
#include "control/handshake/hs_transcript.h"

#define HS_HDR_LEN 4 /* type, 24-bit length */
#define HS_MAX_QUEUE 20480 /* bytes of records that may wait for an answer of our own side */
/* warning alerts, renegotiation attempts and empty records taken from one connection */
#define HS_MAX_WARNINGS 5
#define HS_NAME_ROOM 48 /* server names up to one less stay with the connection */
#define HS_LIVE_BYTES 168 /* struct hs12_live or struct hs13_live */

struct hs12; /* tls12/s12.h: what only SSL 3.0 to TLS 1.2 handshakes need */
struct hs13; /* tls13/s13.h: what only TLS 1.3 handshakes need */
struct hs2; /* ssl2/ssl2.h */
struct hs_client; /* hs_client.h: what only a client's handshake needs */
struct hs12_live; /* what a connected one keeps, the same files */
struct hs13_live;

/* What only a handshake needs, whatever the version: freed and wiped when it is over. */
struct hs_work_area {
	struct hs_hello hello; /* the ClientHello: theirs, or ours as we sent it */
	struct hs_hello answer; /* client: what the server's messages said */
	const struct hs_policy *policy; /* the one for this server name */
	const struct cert *cert; /* ours that was chosen; NULL: none */
	uint8_t server_random[TLS_RANDOM_LEN];
	uint8_t bind[32]; /* conf and server name, as in sessions */
	uint64_t sent; /* client: extensions offered, by index in the table of ext.c */
	struct hs_transcript transcript;
	struct hs12 *t12; /* heap, wiped by hs12_drop() */
	struct hs13 *t13;
	struct hs2 *t2;
	struct hs_client *cl; /* client; heap, wiped by hs_client_drop() */
};

/* A record that came while an answer of our own side was waited for. */
struct hs_pending {
	struct hs_pending *next;
	uint8_t type, epoch;
	uint32_t off, len;
	uint8_t data[];
};

struct hs {
	const struct hs_conf *conf; /* NULL once closed */
	const struct hs_suite *suite;
	struct hs_work_area *w; /* NULL while no handshake is under way */
	uint8_t *msg; /* a message that is not complete yet */
	uint32_t msg_len, msg_cap;
	struct hs_pending *queue; /* oldest first */
	uint32_t queue_bytes;
	uint32_t tag; /* of the answer waited for */
	uint32_t skip_bytes; /* for the next READ_ON */
	uint16_t version; /* TLS_V_12 and so on; as long as it is not agreed: for record headers */
	uint16_t version_told; /* in the last READ_ON */
	uint16_t group, scheme;
	uint16_t max_fragment; /* plaintext bytes per record the other side takes; 0: 2^14 */
	uint8_t role; /* enum hs_role */
	uint8_t state; /* enum hs_state */
	uint8_t error; /* enum tls_err: the first fatal one sticks */
	uint8_t failed_in; /* enum hs_state */
	uint8_t asked; /* enum hs_work outstanding */
	uint8_t asked_by; /* enum hs_act_type of the question */
	uint8_t read_epoch;
	uint8_t warnings, alert_received;
	uint8_t session_id_len;
	bool agreed; /* version is negotiated */
	bool read_due; /* the dataplane waits behind a handshake record for READ_ON */
	bool fresh_epoch; /* read keys changed and no message was taken under them yet */
	bool resumed, extended_master_secret, encrypt_then_mac, has_server_name;
	bool ready; /* HS_ACT_READY was given */
	bool early; /* early data was taken */
	bool tickets_left_out;
	uint8_t session_id[TLS_MAX_SESSION_ID];
	char alpn[HS_MAX_ALPN_NAME + 1]; /* negotiated; "" when not */
	char *server_name; /* NULL: not given; in name_room when it fits, else heap: hs_keep_name() */
	struct peer *peer; /* reference; NULL: showed no certificate */
	uint32_t renegotiations, key_updates;
	struct hs_card *card; /* heap; NULL unless conf->keys_on_card: hs_card.h */
	struct hs12_live *l12; /* in `live`; NULL where not needed */
	struct hs13_live *l13;
	char name_room[HS_NAME_ROOM];
	uint8_t live[HS_LIVE_BYTES] __attribute__((aligned(8)));
};

/* One call into the machine: what handlers get. */
struct hs_call {
	struct hs *hs;
	struct hs_work_area *w;
	const struct hs_env *env;
	struct hs_out *out;
	/* the message in hand with its header (SSL 2.0: without); NULL when it is not one */
	const uint8_t *raw;
	size_t raw_len;
	bool no_transcript; /* set by a handler: the message in hand is not part of it, or was added already */
	/* set by hs_raise(): dispatched when the cell is done */
	bool raised;
	uint8_t raise; /* enum hs_event */
	const uint8_t *raise_bytes;
	size_t raise_len;
	/* answers */
	const struct session_entry *session; /* SESSION_HIT; hs_start(): the one to offer, with its ticket */
	const uint8_t *ticket;
	size_t ticket_len;
	struct peer *peer; /* SESSION_HIT: of the session; VERIFIED */
};

/* Reads one message's body (the driver checks that nothing trails) or takes an answer's bytes. */
typedef enum tls_err (*hs_recv_fn)(struct hs_call *c, struct rd *body);
/* Appends one message of ours to the flight. A message that this handshake leaves out: TLS_E_OK and nothing written. */
typedef enum tls_err (*hs_send_fn)(struct hs_call *c);

#define HS_MAX_FLIGHT 6
struct hs_flight {
	const char *name; /* messages in brackets may be left out */
	hs_send_fn send[HS_MAX_FLIGHT];
};

/*
 * One cell of state × event. recv == NULL: rejected, which is every cell that is not written.
 * Order: recv, transcript, flight, ask, next state, then what recv or ask raised.
 */
struct hs_cell {
	hs_recv_fn recv;
	const struct hs_flight *flight; /* sent after recv; NULL: nothing */
	uint8_t ask; /* enum hs_work, asked for after the flight */
	uint8_t next; /* enum hs_state */
	const char *rfc;
};

/* First states of the families; a family's table has HS_FIRST_<next> - HS_FIRST_<its own> rows. */
enum hs_first {
#define HS_FAMILY(name, first, table) HS_FIRST_##name = HS_WAIT_##first,
#include "control/handshake/hs_list.def"
	HS_FIRST_NONE = HS_WAIT_NOTHING
};

#define HS_CELL(family, state, event, recv, flight, ask, next, rfc) \
	[HS_WAIT_##state - HS_FIRST_##family][HS_EV_##event] = { recv, flight, HS_ASK_##ask, HS_WAIT_##next, rfc }

#define HS_FAMILY(name, first, table) extern const struct hs_cell table[][HS_EVENTS];
#include "control/handshake/hs_list.def"

const struct hs_cell *hs_cell(enum hs_state state, enum hs_event event);
bool hs_state_waits_for_us(enum hs_state state);
/* Connected: the *_OPEN states. */
bool hs_state_is_open(enum hs_state state);

/* ---- parts of a connection's memory, wiped and freed (hs_life.c) ---- */
void hs_drop_message(struct hs *hs);
void hs_drop_queue(struct hs *hs);
void hs_drop_work_area(struct hs *hs);
/* A work area for a new handshake on this connection (the first, a renegotiation). */
enum tls_err hs_begin(struct hs *hs);
/* The name that the client gave stays: for logs, sessions and the servers behind. */
enum tls_err hs_keep_name(struct hs *hs, const char *name);
/* Families free what is theirs; each may be called with NULL. */
void hs12_drop(struct hs12 *t);
void hs13_drop(struct hs13 *t);
void hs2_drop(struct hs2 *t);
void hs13_live_drop(struct hs13_live *l);
size_t hs12_memory(const struct hs *hs);
size_t hs13_memory(const struct hs *hs);
size_t hs2_memory(const struct hs *hs);

/* ---- driver services for message files ---- */
/* A decision of a handler: this event is dispatched in the cell's next state, at once. bytes (may be NULL) must live as long as the work area. */
void hs_raise(struct hs_call *c, enum hs_event event, const uint8_t *bytes, size_t len);
/*
 * Opens an action; its data goes to out->data by hs_act_wr(). NULL and overflow when there is no
 * room.
 */
struct hs_act *hs_act_new(struct hs_out *out, enum hs_act_type type);
/* A writer on the room that is left; hs_act_end() closes the span. */
struct wr hs_act_wr(struct hs_out *out);
void hs_act_end(struct hs_out *out, struct hs_act *a, const struct wr *w);
/*
 * Begins and ends a handshake message of ours: header, transcript (while there is a work area), one
 * SEND action (joined with the one before).
 */
struct wr hs_msg_begin(struct hs_call *c, uint8_t type, size_t *mark);
enum tls_err hs_msg_end(struct hs_call *c, struct wr *w, size_t mark);
/* The next message starts a SEND action of its own, held by IPC_SEND_HOLD when `hold`. */
enum tls_err hs_send_bytes(struct hs_call *c, uint8_t content_type, uint8_t flags, const void *p, size_t n);
/*
 * A key operation: the action with its input a | b; the answer comes as WORK_DONE. A request that is
 * wrong in itself is an internal error.
 */
enum tls_err hs_ask_pka(struct hs_call *c, const struct pka_req *req, const void *a, size_t a_len,
	const void *b, size_t b_len);
/* Verification of the peer's chain (list of 24-bit length and DER); answer: VERIFIED with c->peer. */
enum tls_err hs_ask_verify(struct hs_call *c, const void *chain, size_t len, const void *staple,
	size_t staple_len);
/* The session of this id (n == 0: answered by SESSION_MISS). */
enum tls_err hs_ask_session_id(struct hs_call *c, const uint8_t *id, size_t n);
/* Emits a KEYS action. A read key also counts the epoch when it takes effect now. */
struct hs_keys {
	uint8_t dir, when, flags;
	uint16_t version;
	uint32_t alg;
	uint32_t secret; /* in place of the three below */
	uint64_t seq;
	const uint8_t *mac, *key, *iv;
	uint8_t mac_len, key_len, iv_len;
};
enum tls_err hs_emit_keys(struct hs_call *c, const struct hs_keys *k);
/* One line of the key log: "LABEL <client_random> <secret>", when conf says so. */
void hs_keylog(struct hs_call *c, const char *label, const uint8_t *secret, size_t len);
/* Application data may flow; and the handshake's end: stats, work area dropped by the driver on entry to an *_OPEN state. */
enum tls_err hs_emit_ready(struct hs_call *c, uint16_t flags);
enum tls_err hs_emit_done(struct hs_call *c);
struct session_entry *hs_entry_new(struct hs_call *c, enum hs_act_type type);
/* Removes the connection's session from the store. */
void hs_emit_session_remove(struct hs_call *c);

/* Ends the connection in order: close_notify. */
void hs_close_notify(struct hs_call *c);

/* ---- sessions (hs_session.c) ---- */
/* The name of conf and server name in session entries. */
void hs_session_bind(const struct hs_conf *conf, const char *server_name, uint8_t out[32]);
/*
 * Judges a stored session for this hello: true when it can be resumed. An error ends the handshake
 * (RFC 7627 5.3).
 */
bool hs_session_fits(struct hs_call *c, const struct session_entry *e, enum tls_err *err);
/* The same without its id, for sessions in RFC 5077 tickets. Up to TLS 1.2: hs->suite is the one we would choose now. */
bool hs_session_usable(struct hs_call *c, const struct session_entry *e, enum tls_err *err);

/* ---- policy (hs_choose.c) ---- */
/* The policy for a server name. */

/* The application protocol, our preference; TLS_E_NO_APPLICATION_PROTOCOL when none is in common (ext_alpn.c). */
enum tls_err hs_choose_alpn(struct hs_call *c);

/* The best version that policy and hello have in common; 0: none. */
uint16_t hs_choose_version(const struct hs_policy *p, const struct hs_hello *h);
/*
 * RFC 8446 4.1.3: the last eight bytes of ServerHello.random tell a client that a better version was
 * there. To be called on the random of every ServerHello up to TLS 1.2, SSL 3.0 included.
 */
void hs_downgrade_mark(const struct hs_policy *p, uint16_t version, uint8_t random[TLS_RANDOM_LEN]);
/* The version's own rules for a ClientHello that was read; a cell of hs_start.c. */
enum tls_err s12_client_hello(struct hs_call *c, struct rd *nothing);
enum tls_err s13_client_hello(struct hs_call *c, struct rd *nothing);

/* ---- messages that every version shares ---- */
enum tls_err msg_client_hello_recv(struct hs_call *c, struct rd *body);
/* The version for the hello that was read, in whatever format it came. */
enum tls_err hs_hello_decide(struct hs_call *c);
enum tls_err msg_server_hello_recv(struct hs_call *c, struct rd *body);
enum tls_err msg_alert_recv(struct hs_call *c, struct rd *body);
enum tls_err msg_alert_send_warning(struct hs_call *c, uint8_t alert);
/* The alert for an error, in the connection's version. */
uint8_t hs_alert_for(const struct hs *hs, enum tls_err err);

/* ---- SSL 2.0 has rules of its own (ssl2/) ---- */
bool ssl2_session_fits(struct hs_call *c, const struct session_entry *e);
/* The ERROR message for a failure of ours, where SSL 2.0 has one. */
void ssl2_send_failure(struct hs_call *c, enum tls_err err);

/* ---- questions, one for each HS_WORK ---- */
#define HS_WORK(name) enum tls_err hs_ask_##name(struct hs_call *c);
#include "control/handshake/hs_list.def"

#endif
