/*
 * The handshake, both roles, SSL 2.0 to TLS 1.3: bytes, state, time and randomness in; actions out. No I/O, no clock,
 * no globals.
 *
 * A caller creates one `struct hs` per connection (a client's is started by hs_start()), feeds it
 * the plaintext of handshake, ChangeCipherSpec and alert records (or SSL 2.0 messages) by
 * hs_record(), carries out the actions that come back in order, and answers the asynchronous ones
 * at once or at any later time: HS_ACT_SESSION_GET by hs_session_done(), HS_ACT_PKA by
 * hs_work_done(), HS_ACT_VERIFY by hs_verify_done(). While an answer is outstanding, records are
 * queued inside. After HS_ACT_READY the object is small; what may still come (alerts,
 * renegotiation, KeyUpdate, tickets, post-handshake authentication) goes the same way.
 *
 * Not here: record protection (the dataplane's), key operations (pka/), certificates' judgement
 * (cert/), the session store (session/), timeouts (the caller's).
 */
#ifndef SLUICE_CONTROL_HS_H
#define SLUICE_CONTROL_HS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/ipc.h"
#include "common/tls.h"
#include "control/cert/peer.h"
#include "control/handshake/hs_policy.h"
#include "control/pka/pka_op.h"
#include "control/session/session.h"

#define HS_NOT_WIRE 0xffff
#define HS_NOT_HANDSHAKE 0xfffe
#define HS_SSL2(code) (0x1000 | (code)) /* event codes of SSL 2.0 messages */
#define HS_MAX_ACTS 24
#define HS_OUT_BYTES (160 * 1024)

enum hs_role { HS_SERVER = IPC_ROLE_SERVER, HS_CLIENT = IPC_ROLE_CLIENT };

enum hs_state {
#define HS_STATE(name, work) HS_WAIT_##name,
#include "hs_list.def"
	HS_STATES
};

enum hs_event {
#define HS_EVENT(name, code, max) HS_EV_##name,
#include "hs_list.def"
	HS_EVENTS
};

enum hs_work {
	HS_ASK_NOTHING,
#define HS_WORK(name) HS_ASK_##name,
#include "hs_list.def"
	HS_WORKS
};

struct cert;
struct cert_store;
struct trust; /* cert/trust.h */
struct ticket_keys; /* session/ticket.h */

struct hs_name_policy {
	const char *name; /* lower case; exact or "*.suffix" */
	const struct hs_policy *policy;
};

enum hs_client_auth { HS_AUTH_NONE, HS_AUTH_REQUEST, HS_AUTH_REQUIRE };
enum hs_renegotiation { HS_RENEG_REFUSE, HS_RENEG_SERVER_ONLY, HS_RENEG_BOTH };

/*
 * What one listener (or one pool of TLS servers) wants. Immutable while any connection refers to
 * it; owned by the configuration.
 */
struct hs_conf {
	uint32_t id;
	uint8_t role; /* enum hs_role: ours */
	/* names the listener or pool in sessions: equal only when sessions may be shared */
	uint8_t bind[32];
	const struct hs_policy *policy;
	const struct hs_name_policy *by_name; /* server: by the client's server_name */
	unsigned by_name_count;
	const struct cert_store *certs; /* server: ours; client: for client authentication, NULL: none */
	/* by our preference, at most HS_MAX_ALPN_NAME bytes each; none: the extension is ignored or not sent */
	const char *alpn[HS_MAX_ALPN];
	unsigned alpn_count;

	/* resumption */
	bool session_cache; /* server: by session id up to TLS 1.2; client: sessions are offered and kept, all kinds */
	struct ticket_keys *tickets; /* NULL: no tickets */
	uint8_t ticket_count; /* TLS 1.3: sent after each full handshake */
	uint32_t session_lifetime_s;
	bool psk_only; /* TLS 1.3: PSK without (EC)DHE is taken */
	bool single_use; /* TLS 1.3: a ticket resumes once */
	uint32_t early_data_max; /* TLS 1.3, bytes; 0: off */

	/* the other side's certificate */
	uint8_t client_auth; /* enum hs_client_auth */
	const struct trust *trust; /* NULL where nobody is asked */
	const uint8_t *ca_names; /* for CertificateRequest: DN list as on the wire without its length */
	size_t ca_names_len;

	uint8_t renegotiation; /* enum hs_renegotiation */
	uint16_t renegotiations_max; /* started by the peer, per minute and connection */
	uint16_t record_size_limit; /* plaintext bytes we take per record, 64..16384; announced when below, RFC 8449 */
	bool post_handshake_auth; /* client: offered */
	bool keylog;
	uint8_t cookie_key[32]; /* server: of HelloRetryRequest cookies */
	/*
	 * server, TLS 1.2 and 1.3: no secret of a handshake leaves the card (hs_card.h). Not with early data,
	 * psk_only, keylog or compression, and only with groups and suites that the card has.
	 */
	bool keys_on_card;
#define HS_CARD_MAX_TICKETS 7 /* ticket_count with it, at most: as many as one script's results have room for */

	/* client role */
	const char *server_name; /* for SNI and the name check; NULL or "": no SNI */
	bool verify_name;
};

/*
 * Time and randomness, handed in with every call. random() may be called any number of times and
 * cannot fail.
 */
struct hs_env {
	uint64_t now_s; /* wall clock */
	uint64_t now_ms; /* the same clock, finer */
	void (*random)(void *ctx, uint8_t *out, size_t len);
	/* TLS 1.3: true the first time an id is seen (session/once.h); NULL: never */
	bool (*first_use)(void *ctx, const uint8_t id[32], uint64_t expires_s);
	/*
	 * The peer behind a ticket's session, by the fingerprint in its entry: a reference for the
	 * caller, or NULL when it is not known (any more): then the handshake is a full one. NULL:
	 * nobody is known.
	 */
	struct peer *(*known_peer)(
		void *ctx, const struct hs_conf *conf, const uint8_t fingerprint[32]);
	/* A secret slot of the card: a new one (old 0), or the next generation of an old one. 0: none. */
	uint32_t (*secret_new)(void *ctx, uint32_t old);
	bool prf_card; /* up to TLS 1.2: the PRF is asked for as PKA_PRF; else it is computed in place */
	void *ctx;
};

enum hs_act_type {
	HS_ACT_SEND, /* records: bytes of one content type */
	HS_ACT_KEYS, /* install a key, see struct ipc_keys_set */
	HS_ACT_READ_ON, /* see struct ipc_read_on */
	HS_ACT_SESSION_GET, /* asynchronous: hs_session_done() */
	HS_ACT_SESSION_PUT,
	HS_ACT_SESSION_REMOVE,
	HS_ACT_CLIENT_PUT, /* client: keep entry and ticket (data) for the next connection to conf */
	HS_ACT_CLIENT_REMOVE, /* client: forget what hs_start() was given */
	HS_ACT_PKA, /* asynchronous: hs_work_done() */
	HS_ACT_VERIFY, /* asynchronous: hs_verify_done() */
	HS_ACT_SECRETS, /* data: steps as in PKA_SECRETS, without an answer; before the KEYS that need them */
	HS_ACT_SECRET_FREE, /* a slot is not needed any more */
	HS_ACT_KEYLOG, /* data: one line of the NSS key log format without newline */
	HS_ACT_READY, /* application data may flow */
	HS_ACT_DONE, /* a handshake is over: the first (with READY, or later after early data) or a renegotiation */
	HS_ACT_CLOSE, /* send the alert, close */
};

/* One action. off and len name a span of hs_out.data. */
struct hs_act {
	enum hs_act_type type;
	uint32_t off, len;
	uint32_t tag; /* asynchronous ones: to be handed back */
	union {
		struct {
			uint8_t content_type;
			uint8_t flags; /* enum ipc_send_flag */
			uint16_t version; /* for headers of plaintext records */
			uint16_t max_fragment; /* plaintext bytes per record the other side takes; 0: 2^14 */
		} send;
		struct {
			/* enum ipc_keys_dir, ipc_keys_when, ipc_keys_flag; data: MAC key | key | IV */
			uint8_t dir, when, flags;
			uint8_t mac_key_len, key_len, iv_len;
			uint16_t version;
			uint32_t alg;
			uint32_t secret; /* not 0: the card's slot that has them; lengths and data are 0 */
			uint64_t seq;
		} keys;
		struct {
			uint16_t version; /* 0: not known yet */
			uint32_t skip_bytes;
		} read_on;
		struct pka_req pka; /* data: its input */
		uint32_t secret; /* SECRET_FREE */
		struct {
			uint32_t staple_len; /* data: certificate list, then so many bytes of OCSP response */
		} verify;
		struct {
			uint16_t max_fragment; /* 0: 2^14 */
			uint16_t flags; /* enum ipc_ready_flag */
			uint32_t early_max; /* bytes of early data that are taken */
		} ready;
		struct {
			uint8_t level, alert; /* SSL 2.0: alert 255, nothing is sent */
		} close;
		/* PUT, CLIENT_PUT: within hs_out; GET and REMOVE: data is the id */
		struct session_entry *entry;
	};
};

struct hs_out {
	unsigned n;
	uint32_t used;
	struct hs_act act[HS_MAX_ACTS];
	struct session_entry entry[4];
	unsigned entries;
	bool overflow;
	uint8_t data[HS_OUT_BYTES];
};

/* What is known of a connection, for humans and for CONN_READY. */
struct hs_info {
	uint8_t role;
	uint16_t version;
	const char *suite; /* NULL before it is chosen */
	uint16_t group, scheme; /* of the last full handshake; 0: none */
	bool resumed, extended_master_secret, encrypt_then_mac, ready, early_data;
	const char *server_name; /* "" when not given */
	const char *alpn; /* "" when not negotiated */
	const struct peer *peer; /* the other side's certificate; NULL: none */
	const struct cert *cert; /* ours in the handshake under way; NULL: none, or none is under way */
	enum hs_state state;
	enum hs_state failed_in; /* the state in which it failed */
	uint8_t alert_received; /* 255: none */
	uint32_t renegotiations, key_updates;
	bool tickets_left_out; /* the card made none: the connection does without */
};

/*
 * NULL when memory is out. conf is borrowed until HS_ACT_CLOSE came out, or hs_free().
 */
struct hs *hs_new(const struct hs_conf *conf);
/* Wipes and frees. hs may be NULL. */
void hs_free(struct hs *hs);
/*
 * The same in zeroed memory of the caller's, hs_bytes() of it, for who keeps many: all that a connected
 * one needs is in there, but for a long server name and what post-handshake authentication keeps.
 */
size_t hs_bytes(void);
struct hs *hs_new_at(void *memory, const struct hs_conf *conf);
/* Wipes; frees what was taken from the heap. hs may be NULL. */
void hs_end_at(struct hs *hs);
/*
 * Client: writes the ClientHello. session (may be NULL): what HS_ACT_CLIENT_PUT gave before for
 * this conf, with its ticket, and the server's certificate that session->peer names (NULL: it is
 * not known any more; then the session is not offered). All are borrowed for the call.
 */
enum tls_err hs_start(struct hs *hs, const struct hs_env *env, const struct session_entry *session,
	const uint8_t *ticket, size_t ticket_len, struct peer *peer, struct hs_out *out);
/*
 * Feeds one record's plaintext. type: 20, 21, 22 or TLS_CT_SSL2. epoch is the read epoch that
 * opened it. Appends actions to out (which the caller starts with hs_out_start()). Returns TLS_OK
 * or the connection's first fatal error, with HS_ACT_CLOSE among the actions.
 */
enum tls_err hs_record(struct hs *hs, const struct hs_env *env, uint8_t type, uint8_t epoch,
	const uint8_t *data, size_t len, struct hs_out *out);
/*
 * Answers HS_ACT_PKA. result is borrowed; NULL when the work could not be done at all. A stale tag
 * is ignored.
 */
enum tls_err hs_work_done(struct hs *hs, const struct hs_env *env, uint32_t tag,
	const uint8_t *result, size_t len, struct hs_out *out);
/* Answers HS_ACT_SESSION_GET. entry is borrowed; NULL: not found. peer: of entry->peer, NULL: not known (any more). */
enum tls_err hs_session_done(struct hs *hs, const struct hs_env *env, uint32_t tag,
	const struct session_entry *entry, struct peer *peer, struct hs_out *out);
/* Answers HS_ACT_VERIFY. peer is borrowed (a reference is taken); NULL: could not be done. */
enum tls_err hs_verify_done(struct hs *hs, const struct hs_env *env, uint32_t tag,
	struct peer *peer, struct hs_out *out);
/* Ends the connection for a reason of the caller's (a timeout, a shortage): alert, wipe, close. */
enum tls_err hs_abort(
	struct hs *hs, const struct hs_env *env, enum tls_err why, struct hs_out *out);

/* What an operator or KEY_LIMIT can ask of an established connection. TLS_E_OK with no actions: not possible now. */
enum hs_command {
	HS_CMD_REKEY, /* TLS 1.3: KeyUpdate; older: renegotiation where allowed */
	HS_CMD_RENEGOTIATE, /* server: HelloRequest; client: a new ClientHello. Not in TLS 1.3 */
	HS_CMD_REAUTH, /* TLS 1.3 server: post-handshake CertificateRequest; older: renegotiation that asks for one */
	HS_CMD_CLOSE_SOON, /* hard limit of a key without a way to replace it: close_notify */
};
enum tls_err hs_command(
	struct hs *hs, const struct hs_env *env, enum hs_command cmd, struct hs_out *out);

/*
 * Takes the handles of all slots on the card that it still has; they are the caller's to free. To be
 * called before hs_free().
 */
unsigned hs_secrets(struct hs *hs, uint32_t *out, unsigned max);
#define HS_MAX_SECRETS 16

/* What it was made with; NULL once closed. */
const struct hs_conf *hs_conf_of(const struct hs *hs);
/* The policy for a lower-case server name: the exact one's, a pattern's, the listener's. */
const struct hs_policy *hs_policy_for(const struct hs_conf *conf, const char *server_name);
void hs_info(const struct hs *hs, struct hs_info *info);
/* Bytes of memory that this object holds now. */
size_t hs_memory(const struct hs *hs);

void hs_out_start(struct hs_out *out);
/* Wipes what may be secret. Call after the actions were carried out. */
void hs_out_wipe(struct hs_out *out);

const char *hs_state_name(enum hs_state state);
const char *hs_event_name(enum hs_event event);
const char *hs_work_name(enum hs_work work);

#endif
