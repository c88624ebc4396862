/*
 * Keys that seal sessions into tickets, RFC 5077 4 and RFC 8446 4.6.1.
 *
 * A ticket is key name (16 bytes) | nonce (12) | ciphertext | tag (16): AES-256-GCM with the name
 * as additional data. Keys are either made here, seal for rotate_s and open for keep_s more, or
 * come from a file that several appliances share. What is in a ticket, and until when it counts, is
 * the handshake's to judge.
 *
 * Clocks: a key's age is the larger of what a clock that nobody sets (CLOCK_BOOTTIME) and the wall
 * clock say. A wall clock set back changes nothing; one set forward, or a machine brought back from
 * a snapshot, retires keys early, which costs full handshakes and nothing else.
 *
 * One thread.
 */
#ifndef SLUICE_CONTROL_TICKET_H
#define SLUICE_CONTROL_TICKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TICKET_NAME_LEN	 16
#define TICKET_OVERHEAD	 (TICKET_NAME_LEN + 12 + 16)
#define TICKET_MAX_PLAIN 16384
#define TICKET_MAX_KEYS	 16
#define TICKET_FILE_ENTRY                                                                          \
	80 /* name (16) | two keys (32 each), as for nginx's ssl_session_ticket_key */
#define TICKET_ERR_LEN 384

struct ticket_stats {
	uint64_t sealed, opened, opened_old, unknown_key, forged, keys_made, keys_retired;
	uint32_t keys; /* live now */
	bool from_file;
};

struct ticket_keys;

/*
 * No key yet: the first is made when it is needed. rotate_s >= 1; keep_s at most 14 * rotate_s
 * (more is cut). NULL when memory is out.
 */
struct ticket_keys *ticket_keys_new(uint32_t rotate_s, uint32_t keep_s);
/* Wipes. keys may be NULL. */
void ticket_keys_free(struct ticket_keys *keys);
/* New times for the keys there are and those to come. */
void ticket_keys_set_times(struct ticket_keys *keys, uint32_t rotate_s, uint32_t keep_s);
/*
 * Keys from a file of 1 to 16 entries in place of our own: the first seals, all open; none of them
 * ages. Called again when the file has changed. 0; or -1 with one sentence in err, and the keys
 * stay as they were.
 */
int ticket_keys_load(struct ticket_keys *keys, const char *file, char err[TICKET_ERR_LEN]);
/* In place of CLOCK_BOOTTIME, in seconds: for tests. */
void ticket_keys_set_clock(struct ticket_keys *keys, uint64_t (*clock)(void *ctx), void *ctx);
/* Forgets every key: all tickets given out so far are worthless. Keys of a file come back with the
 * next load. */
void ticket_keys_drop(struct ticket_keys *keys);

/*
 * Seals len bytes (at most TICKET_MAX_PLAIN) into out. Returns the ticket's length, or 0: cap is
 * below len + TICKET_OVERHEAD, or no key can be had. now_s: wall clock.
 */
size_t ticket_seal(struct ticket_keys *keys, uint64_t now_s, const void *plain, size_t len,
	uint8_t *out, size_t cap);
/*
 * Opens a ticket into plain. Returns the length of what was sealed, or 0: not one of ours, damaged,
 * its key is gone, or cap is too small; all of them mean a full handshake. *age_old: its key no
 * longer seals, so a new ticket is due.
 */
size_t ticket_open(struct ticket_keys *keys, uint64_t now_s, const uint8_t *ticket, size_t len,
	void *plain, size_t cap, bool *age_old);

void ticket_keys_stats(const struct ticket_keys *keys, struct ticket_stats *stats);

#endif
