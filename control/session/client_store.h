/*
 * Sessions with the servers behind, for the client's role: a few per name (pool, server and policy,
 * hashed to 32 bytes by the caller), each an entry with the bytes of its ticket. A session of
 * TLS 1.3 is handed out once (RFC 8446 C.4), older ones as often as they last. Bounded in bytes:
 * the least recently used goes first. Everything is wiped when it goes. One thread.
 */
#ifndef SLUICE_CONTROL_CLIENT_STORE_H
#define SLUICE_CONTROL_CLIENT_STORE_H

#include "control/session/session.h"

#define CLIENT_STORE_NAME_LEN	32
#define CLIENT_STORE_MAX_TICKET 16384

struct client_store_stats {
	uint64_t entries, names, bytes, bytes_max, hits, misses, stored, evicted, expired, removed,
		too_long;
};

struct client_store;

/* max_bytes: of all sessions with their tickets; per_name: 1..64. NULL when memory is out. */
struct client_store *client_store_new(size_t max_bytes, unsigned per_name);
/* Wipes. s may be NULL. */
void client_store_free(struct client_store *s);
/* Keeps a copy. ticket_len 0: a session by id. Tickets above CLIENT_STORE_MAX_TICKET are not kept.
 */
void client_store_put(struct client_store *s, const uint8_t name[CLIENT_STORE_NAME_LEN],
	const struct session_entry *entry, const uint8_t *ticket, size_t ticket_len);
/*
 * The newest session of a name that has not expired, copied out; ticket has room for
 * CLIENT_STORE_MAX_TICKET bytes. One of TLS 1.3 is no longer there afterwards. False: none.
 */
bool client_store_take(struct client_store *s, const uint8_t name[CLIENT_STORE_NAME_LEN],
	uint64_t now_s, struct session_entry *entry, uint8_t *ticket, size_t *ticket_len);
/* Forgets the session of this secret, or, entry NULL, all of the name. */
void client_store_remove(struct client_store *s, const uint8_t name[CLIENT_STORE_NAME_LEN],
	const struct session_entry *entry);
void client_store_stats(const struct client_store *s, struct client_store_stats *stats);

#endif
