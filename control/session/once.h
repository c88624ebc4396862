/*
 * What must happen once only: a bounded memory of ids that were used, each until it expires. For
 * TLS 1.3 early data and single-use tickets, RFC 8446 8.1.
 *
 * It never says "first" twice for an id that has not expired. What it cannot know counts as seen: a
 * new id when the store is full, and ids that may have been forgotten because the clock was ahead
 * for a while. The caller then makes a full handshake.
 */
#ifndef SLUICE_CONTROL_ONCE_H
#define SLUICE_CONTROL_ONCE_H

#include <stdbool.h>
#include <stdint.h>

#define ONCE_ID_LEN 32

struct once_stats {
	uint64_t entries, capacity, first, seen, full, unknown, bytes;
};

struct once;

/*
 * Room for `capacity` ids (1..2^24), allocated at once. unknown_until_s: ids that expire by then
 * may have been used before, by a process whose memory is gone or by another appliance; 0 when all
 * ids are of keys that this process made. NULL when memory is out.
 */
struct once *once_new(uint32_t capacity, uint64_t unknown_until_s);
/* o may be NULL. */
void once_free(struct once *o);
/*
 * True, once, for an id; from then until expires_s false. False also when it cannot tell, and for
 * what has expired. Ids must be uniform (a hash, a MAC, random bytes).
 */
bool once_first(struct once *o, const uint8_t id[ONCE_ID_LEN], uint64_t now_s, uint64_t expires_s);
void once_stats(const struct once *o, struct once_stats *stats);

#endif
