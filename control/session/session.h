/*
 * Sessions that can be resumed: the entry and the cache of this process.
 *
 * The interface is that of any store: get, put, remove by session id, entries passed by value so
 * that a shared store can sit behind the same calls. What an entry may be used for (listener,
 * server name, version, suite) is judged by the handshake, not here. Entries hold master secrets:
 * they are wiped when they go, and the cache's memory is kept out of core dumps.
 */
#ifndef SLUICE_CONTROL_SESSION_H
#define SLUICE_CONTROL_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * One session: up to TLS 1.2 found by its id or inside a ticket, in TLS 1.3 inside a ticket. Plain
 * data without pointers, so that it can be sealed into a ticket or kept by another process.
 */
struct session_entry {
	uint8_t id[32];
	/* master secret; TLS 1.3: the PSK; either as it is, or wrapped by the card (SESSION_WRAPPED) */
	uint8_t secret[64];
	/* listener or pool, and server name, that it was made for: SHA-256, see hs_session.c */
	uint8_t bind[32];
	uint8_t peer[32]; /* fingerprint of the other side's certificate; zero: it showed none */
	uint16_t version, suite; /* suite: SSL 2.0 has its own numbers (ssl2/) */
	uint8_t id_len, secret_len;
	uint8_t flags; /* enum session_flag */
	uint8_t alpn_len;
	uint32_t age_add, early_max; /* TLS 1.3 */
	uint32_t lifetime_s;
	uint64_t issued_ms, expires_s; /* of the clock the handshake is given */
	char alpn[32];
};
enum session_flag {
	SESSION_EMS = 1, /* made with extended_master_secret */
	SESSION_ETM = 2, /* encrypt_then_mac was in use */
	SESSION_PSK_ONLY = 4, /* TLS 1.3: issued for psk_ke as well */
	SESSION_DEFLATE = 8, /* records are compressed, SSL 3.0 to TLS 1.2 */
	SESSION_WRAPPED = 16, /* the secret is the card's; secret_len counts what is here */
};
_Static_assert(sizeof(struct session_entry) <= 264,
	"an entry and its links stay within 256 bytes plus the peer certificate's digest");

struct session_stats {
	uint64_t entries, capacity, hits, misses, expired, stored, evicted, removed, bytes;
};

struct session_cache;

/* Room for `capacity` entries (1..2^24), allocated at once. NULL when memory is out. */
struct session_cache *session_cache_new(uint32_t capacity);
/* Wipes every entry. cache may be NULL. */
void session_cache_free(struct session_cache *cache);
/*
 * Copies the entry out and makes it the most recently used. False when unknown or past its time
 * (then it is removed).
 */
bool session_cache_get(struct session_cache *cache, const uint8_t *id, size_t id_len,
	uint64_t now_s, struct session_entry *out);
/*
 * Stores a copy; the least recently used entry makes room. An entry of the same id is replaced.
 * Only ids of 32 bytes are stored.
 */
void session_cache_put(struct session_cache *cache, const struct session_entry *entry);
void session_cache_remove(struct session_cache *cache, const uint8_t *id, size_t id_len);
/* Calls f for up to `max` entries, most recently used first. */
void session_cache_walk(const struct session_cache *cache, unsigned max,
	void (*f)(void *ctx, const struct session_entry *), void *ctx);
void session_cache_stats(const struct session_cache *cache, struct session_stats *stats);

#endif
