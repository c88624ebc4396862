/*
 * The TLS server handshake: bytes, state, time and randomness in; actions out. No I/O, no clock, no
 * globals.
 *
 * A caller creates one `struct hs` per connection, feeds it the plaintext of handshake,
 * ChangeCipherSpec and alert records by hs_record(), carries out the actions that come back in
 * order, and answers the asynchronous ones (HS_ACT_SESSION_GET, HS_ACT_RSA, HS_ACT_PRF) by
 * hs_session_done() or hs_work_done(), at once or at any later time. While an answer is
 * outstanding, records are queued inside. After HS_ACT_READY only alerts and renegotiation attempts
 * are left, and the object is small.
 *
 * Not here: record protection (the dataplane's), key operations (pka/), the session store
 * (session/), timeouts (the caller's).
 */
#ifndef SLUICE_CONTROL_HS_H
#define SLUICE_CONTROL_HS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/ipc.h"
#include "common/tls.h"
#include "control/session/session.h"

#define HS_NOT_WIRE 0xffff
#define HS_NOT_HANDSHAKE 0xfffe
#define HS_MAX_SUITES 16
#define HS_MAX_ALPN 4
#define HS_MAX_ALPN_NAME 15
#define HS_MAX_NAME 255
#define HS_MAX_ACTS 16
#define HS_OUT_BYTES (72 * 1024)

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
#define HS_WORK(name, event) HS_ASK_##name,
#include "hs_list.def"
	HS_WORKS
};

enum hs_prf { HS_PRF_SHA256 = 1, HS_PRF_SHA384 = 2 };

/* A cipher suite as the machine needs it; the table is in hs_suite.c. */
struct hs_suite {
	uint16_t code;
	uint8_t prf; /* enum hs_prf: also the transcript's hash */
	uint8_t key_len, mac_len, iv_len; /* of the key block, RFC 5246 6.3 */
	uint32_t alg; /* enum ipc_alg */
	const char *name;
};

struct cert;
struct cert_store;

/*
 * What one listener offers. Immutable while any connection refers to it; owned by the
 * configuration.
 */
struct hs_listener {
	uint32_t id;
	/* names the listener in session entries: equal only when sessions may be shared */
	uint8_t bind[32];
	const struct cert_store *certs;
	const struct hs_suite *suites[HS_MAX_SUITES]; /* by our preference */
	unsigned suite_count;
	/* by our preference, at most HS_MAX_ALPN_NAME bytes each; none: the extension is ignored */
	const char *alpn[HS_MAX_ALPN];
	unsigned alpn_count;
	bool session_cache;
	uint32_t session_lifetime_s;
};

/*
 * Time and randomness, handed in with every call. random() may be called any number of times and
 * cannot fail.
 */
struct hs_env {
	uint64_t now_s;
	void (*random)(void *ctx, uint8_t *out, size_t len);
	void *ctx;
};

enum hs_act_type {
	HS_ACT_SEND, /* records: bytes of one content type */
	HS_ACT_KEYS, /* install a key, see enum ipc_keys_when */
	HS_ACT_SESSION_GET, /* asynchronous: hs_session_done() */
	HS_ACT_SESSION_PUT,
	HS_ACT_SESSION_REMOVE,
	/* asynchronous: premaster secret from the ciphertext; never fails for what the ciphertext
	   holds */
	HS_ACT_RSA,
	HS_ACT_PRF, /* asynchronous */
	HS_ACT_READY, /* application data may flow */
	HS_ACT_CLOSE, /* send the alert, close */
};

/* One action. off and len name a span of hs_out.data. */
struct hs_act {
	enum hs_act_type type;
	uint32_t off, len;
	uint32_t tag; /* asynchronous ones: to be handed back */
	union {
		uint8_t content_type; /* SEND */
		struct {
			/* enum ipc_keys_dir, ipc_keys_when; data: MAC key | key | IV */
			uint8_t dir, when;
			uint8_t mac_key_len, key_len, iv_len;
			uint32_t alg;
		} keys;
		struct {
			const struct cert *cert;
			uint16_t client_version;
		} rsa; /* data: ciphertext */
		struct {
			enum hs_prf prf;
			uint32_t secret_len, out_len;
		} prf; /* data: secret | label | seed */
		struct {
			uint8_t level, alert;
		} close;
		/* PUT: within hs_out; GET and REMOVE: data is the id */
		struct session_entry *entry;
	};
};

struct hs_out {
	unsigned n;
	uint32_t used;
	struct hs_act act[HS_MAX_ACTS];
	struct session_entry entry;
	bool overflow;
	uint8_t data[HS_OUT_BYTES];
};

/* What is known of a connection, for humans and for CONN_READY. */
struct hs_info {
	uint16_t version;
	const struct hs_suite *suite; /* NULL before it is chosen */
	bool resumed, extended_master_secret, ready;
	const char *server_name; /* "" when not given */
	const char *alpn; /* "" when not negotiated */
	enum hs_state state;
	uint8_t alert_received; /* 255: none */
};

/*
 * NULL when memory is out. The listener is borrowed until HS_ACT_READY or HS_ACT_CLOSE came out, or
 * hs_free().
 */
struct hs *hs_new(const struct hs_listener *listener);
/* Wipes and frees. hs may be NULL. */
void hs_free(struct hs *hs);
/*
 * Feeds one record's plaintext. epoch is the read epoch that opened it. Appends actions to out
 * (which the caller starts with hs_out_start()). Returns TLS_OK or the connection's first fatal
 * error, with HS_ACT_CLOSE among the actions.
 */
enum tls_err hs_record(struct hs *hs, const struct hs_env *env, uint8_t type, uint8_t epoch,
	const uint8_t *data, size_t len, struct hs_out *out);
/*
 * Answers HS_ACT_RSA or HS_ACT_PRF. result is borrowed; NULL when the work could not be done at
 * all. A stale tag is ignored.
 */
enum tls_err hs_work_done(struct hs *hs, const struct hs_env *env, uint32_t tag,
	const uint8_t *result, size_t len, struct hs_out *out);
/* Answers HS_ACT_SESSION_GET. entry is borrowed; NULL: not found. A stale tag is ignored. */
enum tls_err hs_session_done(struct hs *hs, const struct hs_env *env, uint32_t tag,
	const struct session_entry *entry, struct hs_out *out);
/* Ends the connection for a reason of the caller's (a timeout, a shortage): alert, wipe, close. */
enum tls_err hs_abort(
	struct hs *hs, const struct hs_env *env, enum tls_err why, struct hs_out *out);

void hs_info(const struct hs *hs, struct hs_info *info);
/* Bytes of memory that this object holds now. */
size_t hs_memory(const struct hs *hs);

void hs_out_start(struct hs_out *out);
/* Wipes what may be secret. Call after the actions were carried out. */
void hs_out_wipe(struct hs_out *out);

const char *hs_state_name(enum hs_state state);
const char *hs_event_name(enum hs_event event);
const char *hs_work_name(enum hs_work work);
/* NULL when this build does not know it. */
const struct hs_suite *hs_suite_by_code(uint16_t code);
const struct hs_suite *hs_suite_by_name(const char *name);
/* Walks the table: NULL at the end. */
const struct hs_suite *hs_suite_at(unsigned i);

#endif
