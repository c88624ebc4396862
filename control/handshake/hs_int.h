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

#define HS_HDR_LEN 4 /* type, 24-bit length */
#define HS_VERIFY_LEN 12 /* RFC 5246 7.4.9 */
#define HS_MAX_QUEUE 20480 /* bytes of records that may wait for an answer of our own side */
/* warning alerts, renegotiation attempts and empty records taken from one connection */
#define HS_MAX_WARNINGS 5

/* What the ClientHello said, as far as it matters later. */
struct hs_hello {
	uint16_t version;
	uint8_t random[TLS_RANDOM_LEN];
	uint8_t session_id[TLS_MAX_SESSION_ID];
	uint8_t session_id_len;
	bool extended_master_secret, secure_renegotiation, has_server_name;
	bool lists_versions, lists_tls12; /* supported_versions came; TLS 1.2 is in it */
	const char *alpn; /* one of the listener's */
	char server_name[HS_MAX_NAME + 1]; /* lower case */
};

/* What only the handshake needs: freed and wiped when it is over. */
struct hs_work_area {
	struct hs_hello hello;
	const struct cert *cert;
	uint8_t server_random[TLS_RANDOM_LEN];
	uint8_t master[TLS_MASTER_LEN];
	uint8_t key_block[256];
	uint8_t client_verify[HS_VERIFY_LEN], server_verify[HS_VERIFY_LEN];
	uint8_t bind[32];
	uint8_t premaster[TLS_MASTER_LEN];
	/* borrowed from the message in hand: valid from its handler to hs_ask() */
	struct rd encrypted_premaster;
	struct hs_digest transcript;
};

/* A record that came while an answer of our own side was waited for. */
struct hs_pending {
	struct hs_pending *next;
	uint8_t type, epoch;
	uint32_t off, len;
	uint8_t data[];
};

struct hs {
	const struct hs_listener *listener;
	const struct hs_suite *suite;
	struct hs_work_area *w; /* NULL once connected or failed */
	uint8_t *msg; /* a message that is not complete yet */
	uint32_t msg_len, msg_cap;
	struct hs_pending *queue; /* oldest first */
	uint32_t queue_bytes;
	uint32_t tag; /* of the answer waited for */
	uint16_t version;
	uint8_t state; /* enum hs_state */
	uint8_t error; /* enum tls_err: the first fatal one sticks */
	uint8_t asked; /* enum hs_work outstanding */
	uint8_t read_epoch;
	uint8_t warnings, alert_received;
	uint8_t session_id_len;
	bool resumed, extended_master_secret, has_server_name;
	uint8_t session_id[TLS_MAX_SESSION_ID];
	char alpn[HS_MAX_ALPN_NAME + 1]; /* negotiated; "" when not */
	char *server_name; /* heap, only when given */
};

/* One call into the machine: what handlers get. */
struct hs_call {
	struct hs *hs;
	struct hs_work_area *w;
	const struct hs_env *env;
	struct hs_out *out;
};

/* Reads one message's body (the driver checks that nothing trails) or takes an answer's bytes. */
typedef enum tls_err (*hs_recv_fn)(struct hs_call *c, struct rd *body);
/* Appends one message of ours to the flight. */
typedef enum tls_err (*hs_send_fn)(struct hs_call *c);

#define HS_MAX_FLIGHT 4
struct hs_flight {
	const char *name;
	hs_send_fn send[HS_MAX_FLIGHT];
};

/* One cell of state × event. recv == NULL: rejected, which is every cell that is not written. */
struct hs_cell {
	hs_recv_fn recv;
	const struct hs_flight *flight; /* sent after recv; NULL: nothing */
	uint8_t ask; /* enum hs_work, asked for after the flight */
	uint8_t next; /* enum hs_state */
	const char *rfc;
};

/* The server's table of TLS 1.2. */
const struct hs_cell *hs_server_cell(enum hs_state state, enum hs_event event);
bool hs_state_waits_for_us(enum hs_state state);

/* ---- parts of a connection's memory, wiped and freed (hs_life.c) ---- */
void hs_drop_message(struct hs *hs);
void hs_drop_queue(struct hs *hs);
void hs_drop_work_area(struct hs *hs);

/* ---- driver services for message files ---- */
/*
 * Opens an action; its data goes to out->data by hs_out_wr(). NULL and overflow when there is no
 * room.
 */
struct hs_act *hs_act_new(struct hs_out *out, enum hs_act_type type);
/* A writer on the room that is left; hs_act_end() closes the span. */
struct wr hs_act_wr(struct hs_out *out);
void hs_act_end(struct hs_out *out, struct hs_act *a, const struct wr *w);
/*
 * Begins and ends a handshake message of ours: header, transcript, one SEND action (joined with the
 * one before).
 */
struct wr hs_msg_begin(struct hs_call *c, uint8_t type, size_t *mark);
enum tls_err hs_msg_end(struct hs_call *c, struct wr *w, size_t mark);
/* Asks for an answer of our own side (hs_ask.c). */
enum tls_err hs_ask(struct hs_call *c, enum hs_work work);
/* Emits the KEYS action for a direction from the key block. */
enum tls_err hs_install_keys(struct hs_call *c, enum ipc_keys_dir dir, enum ipc_keys_when when);
/*
 * Judges a stored session for this hello: true when it can be resumed. An error ends the handshake
 * (RFC 7627 5.3).
 */
bool hs_session_fits(struct hs_call *c, const struct session_entry *e, enum tls_err *err);
/* The name of listener and server name in session entries. */
void hs_session_bind(const struct hs_listener *l, const char *server_name, uint8_t out[32]);

/* ---- messages ---- */
enum tls_err msg_client_hello_recv(struct hs_call *c, struct rd *body);
enum tls_err msg_client_hello_refuse(struct hs_call *c, struct rd *body); /* renegotiation */
enum tls_err msg_server_hello_send(struct hs_call *c);
enum tls_err msg_certificate_send(struct hs_call *c);
enum tls_err msg_server_hello_done_send(struct hs_call *c);
enum tls_err msg_client_key_exchange_recv(struct hs_call *c, struct rd *body);
enum tls_err msg_ccs_recv(struct hs_call *c, struct rd *body);
enum tls_err msg_ccs_send(struct hs_call *c);
enum tls_err msg_finished_recv(struct hs_call *c, struct rd *body);
enum tls_err msg_finished_send(struct hs_call *c);
enum tls_err msg_alert_recv(struct hs_call *c, struct rd *body);
enum tls_err msg_alert_send_warning(struct hs_call *c, uint8_t alert);

/* ---- answers of our own side (hs_answer.c) ---- */
enum tls_err hs_session_hit(struct hs_call *c, struct rd *answer);
enum tls_err hs_session_miss(struct hs_call *c, struct rd *answer);
enum tls_err hs_premaster_done(struct hs_call *c, struct rd *answer);
enum tls_err hs_master_done(struct hs_call *c, struct rd *answer);
enum tls_err hs_keys_done(struct hs_call *c, struct rd *answer);
enum tls_err hs_client_verify_done(struct hs_call *c, struct rd *answer);
enum tls_err hs_server_verify_done(struct hs_call *c, struct rd *answer);

#endif
