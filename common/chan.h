/*
 * The channel's transport: one pair of single-producer single-consumer byte rings per worker in a
 * sealed memfd, a pair of sockets per worker as doorbells for sleeping consumers, and the Unix-socket
 * hand-over of all of it.
 *
 * The other side is hostile: ring size and own positions are kept in private memory, the other
 * side's index is checked before use, and a message is copied out of shared memory before anyone
 * looks at it. chan_recv() wipes what it read from the ring. Each side has an end of the doorbell of
 * its own, so that the other can neither make it block nor take its rings; what the other can do is
 * to ring for nothing.
 *
 * sluice-dp: chan_create() → chan_give(socket) → chan_end_init(…, CHAN_DP) per worker.
 * sluice-cp: chan_take(socket) → chan_end_init(…, CHAN_CP) per worker.
 */
#ifndef SLUICE_COMMON_CHAN_H
#define SLUICE_COMMON_CHAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CHAN_MAX_WORKERS 64
#define CHAN_RING_BYTES (1u << 20) /* default ring size; a power of two */

enum chan_side { CHAN_DP, CHAN_CP };

struct chan { /* the mapping, owned by one side's process */
	void *map;
	size_t map_len;
	uint32_t workers, ring_bytes;
	int memfd; /* -1 once mapped on the taking side */
	/* ends of each worker's doorbell; the taking side has only its own */
	int dp_bell[CHAN_MAX_WORKERS], cp_bell[CHAN_MAX_WORKERS];
};

struct chan_ring; /* in shared memory */

struct chan_tx {
	struct chan_ring *ring;
	uint8_t *data;
	uint32_t mask, tail, published, head_seen;
	uint32_t open_len; /* of the reserved message */
	int doorbell;
};
struct chan_rx {
	struct chan_ring *ring;
	uint8_t *data;
	uint32_t mask, head;
	int doorbell; /* that the producer rings; poll it for input */
};
struct chan_end { /* one worker's pair, seen from one side */
	struct chan_tx tx;
	struct chan_rx rx;
};

/* Makes memfd, rings and doorbells. ring_bytes: power of two, at least 64 KiB. 0 or -errno. */
int chan_create(struct chan *c, uint32_t workers, uint32_t ring_bytes);
/* Sends everything over a connected Unix stream socket. 0 or -errno. */
int chan_give(const struct chan *c, int sock);
/*
 * Receives and maps it, checking seals, sizes and counts. Blocking read of one message. 0 or
 * -errno.
 */
int chan_take(struct chan *c, int sock);
/* Unmaps and closes. Safe on a zeroed or closed struct. */
void chan_close(struct chan *c);
void chan_end_init(struct chan_end *e, const struct chan *c, uint32_t worker, enum chan_side side);

/*
 * Room for a message of `len` bytes (body and data) in the ring, 8-byte aligned, or NULL when it
 * does not fit now. Fill it, then chan_commit(). At most one message is open. Nothing is seen by
 * the consumer before chan_flush().
 */
void *chan_reserve(struct chan_tx *tx, uint16_t type, uint32_t len);
void chan_commit(struct chan_tx *tx);
/* Convenience: body and data copied in. 0, or -EAGAIN when the ring is full, -EMSGSIZE. */
int chan_send(struct chan_tx *tx, uint16_t type, const void *body, size_t body_len,
	const void *data, size_t data_len);
/*
 * Publishes what was committed and rings the doorbell if the consumer sleeps. One store, no system
 * call, when it does not.
 */
void chan_flush(struct chan_tx *tx);
/*
 * The two halves of chan_flush(), for a producer that gathers messages before it wakes a sleeping
 * consumer: an awake one sees them at once. chan_publish() returns true when there was something
 * new; then a chan_ring() must follow. chan_ring_urgent() wakes a consumer that naps, too.
 */
bool chan_publish(struct chan_tx *tx);
void chan_ring(struct chan_tx *tx);
void chan_ring_urgent(struct chan_tx *tx);
/* Bytes that could be written now (a message needs its length + 8, rounded up to 8). */
uint32_t chan_space(struct chan_tx *tx);

/*
 * Copies the next message into buf and wipes it from the ring. Returns 1 with type and len, 0 when
 * empty, -EBADMSG when the ring is inconsistent (the producer is broken: detach). cap must be at
 * least IPC_MAX_MSG.
 */
int chan_recv(struct chan_rx *rx, void *buf, uint32_t cap, uint16_t *type, uint32_t *len);
/* True when a message is waiting. */
bool chan_pending(const struct chan_rx *rx);
/*
 * Before sleeping on rx->doorbell: asks for a ring of the bell. Returns false when a message is
 * already there: do not sleep.
 */
bool chan_sleep(struct chan_rx *rx);
/* The same for a short sleep that only chan_ring_urgent() is to end. */
bool chan_nap(struct chan_rx *rx);
/* After waking: clears the request and the rings so far. */
void chan_wake(struct chan_rx *rx);

#endif
