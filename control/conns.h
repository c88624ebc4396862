/*
 * The connections of all workers: joins messages of the channel, handshakes, key operations and the
 * session cache. One table per worker, by handle; a stale handle is dropped and counted. A
 * connected one keeps well below 1 KiB.
 */
#ifndef SLUICE_CONTROL_CONNS_H
#define SLUICE_CONTROL_CONNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <uv.h>

#include "common/ipc.h"
#include "common/log.h"
#include "control/config.h"
#include "control/pka/pka.h"
#include "control/session/session.h"

struct conns;

struct conns_ops { /* sends; 0 or -errno */
	int (*send)(void *ctx, uint32_t worker, uint16_t type, const void *body, size_t body_len,
		const void *data, size_t data_len);
	void (*flush)(void *ctx, uint32_t worker);
	/* flush() for an answer that was long in coming: a worker that naps is woken for it */
	void (*flush_urgent)(void *ctx, uint32_t worker);
	void *ctx;
};

struct keylog;
struct client_store;
struct once;
struct verifier;
struct verify_owner;

/* What handshakes need; borrowed. */
struct conns_deps {
	struct pka *pka;
	struct session_cache *cache;
	struct verifier *verifier;
	struct client_store *clients; /* NULL: sessions with servers are not kept */
	struct once *once; /* what must happen once; NULL: nothing does */
	struct keylog *keylog; /* NULL: none */
};

struct conns_stats {
	uint64_t open, half_open; /* levels */
	uint64_t opened, handshakes_full, handshakes_resumed, failed, timeouts, dropped_oldest,
		stale, closed, memory;
	uint64_t backend_full, backend_resumed; /* handshakes with servers behind */
	uint64_t renegotiations, key_limits, key_updates, tickets_left_out;
	uint64_t errors[TLS_E_COUNT]; /* by enum tls_err */
};

struct conns_view { /* one connection, for people */
	uint32_t worker;
	ipc_conn_t handle;
	uint64_t age_ms;
	const struct ipc_addr *peer;
	const char *listener; /* or pool, by role */
	uint8_t role; /* enum hs_role */
	ipc_conn_t front; /* client role: whose connection it serves */
	struct hs_info hs;
};

struct conns *conns_new(
	const struct log *log, const struct conns_ops *ops, const struct conns_deps *deps);
void conns_free(struct conns *c);
/* The configuration for new connections. Takes a reference of its own. */
void conns_set_config(struct conns *c, struct config *cfg);
void conns_set_cache(struct conns *c, struct session_cache *cache);
/* Tables for an attachment; everything of before is forgotten. 0 or -ENOMEM. */
int conns_attach(struct conns *c, uint32_t workers, const uint32_t *max_conns);
void conns_detach(struct conns *c);

/* Messages, with checked lengths. 0, or -EBADMSG: the dataplane is broken. */
int conns_open(struct conns *c, uint32_t worker, const struct ipc_conn_open *msg, uint64_t now_ms);
int conns_record(struct conns *c, uint32_t worker, const struct ipc_record_in *msg,
	const uint8_t *data);
int conns_key_limit(struct conns *c, uint32_t worker, const struct ipc_key_limit *msg);
int conns_closed(struct conns *c, uint32_t worker, const struct ipc_conn_closed *msg);
/* The answer of a key operation. */
void conns_work_done(struct conns *c, const struct pka_owner *who, const uint8_t *result,
	size_t len);
/*
 * An operator's wish for one connection. 0; -ENOENT: no such connection; -EOPNOTSUPP: not possible
 * in its version, state or policy.
 */
int conns_command(struct conns *c, uint32_t worker, ipc_conn_t handle, enum hs_command cmd);
/* The verdict of a verification; peer is borrowed, NULL: it could not be done. */
void conns_verified(struct conns *c, const struct verify_owner *who, struct peer *peer);
/* Ends handshakes that take too long. Called a few times a second. */
void conns_sweep(struct conns *c, uint64_t now_ms);

void conns_stats(const struct conns *c, struct conns_stats *stats);
/* Up to `max` connections, in the order of their handles. */
void conns_walk(const struct conns *c, unsigned max, uint64_t now_ms,
	void (*f)(void *ctx, const struct conns_view *), void *ctx);

#endif
