/*
 * The channel's end in sluice-cp: connects to sluice-dp's socket (again and again), takes the
 * rings, hands checked messages out in batches and sends. A malformed message detaches, is counted,
 * and the connection is made anew.
 */
#ifndef SLUICE_CONTROL_DP_LINK_H
#define SLUICE_CONTROL_DP_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <uv.h>

#include "common/chan.h"
#include "common/ipc.h"
#include "common/log.h"

#define DP_LINK_MAX_CONNS (1u << 22) /* per worker: what HELLO may claim */

struct dp_link;

struct dp_link_ops {
	/* Every worker said HELLO. */
	void (*attached)(void *ctx);
	/* The rings are gone; sends fail until attached() comes again. Only after attached(). */
	void (*detached)(void *ctx);
	/*
	 * One message of a known type with checked lengths, after attached(). Returns 0, or
	 * -EBADMSG: detach.
	 */
	int (*message)(void *ctx, uint32_t worker, uint16_t type, const void *body,
		const uint8_t *data, uint32_t len);
	/* After each batch of a worker. */
	void (*batch_end)(void *ctx, uint32_t worker);
	void *ctx;
};

struct dp_link_stats {
	uint64_t attaches, malformed, messages_in, messages_out, backlog_bytes;
};

struct dp_link *dp_link_new(
	uv_loop_t *loop, const struct log *log, const char *path, const struct dp_link_ops *ops);
/* Detaches and stops. Free after the loop's last turn. */
void dp_link_close(struct dp_link *l);
void dp_link_free(struct dp_link *l);

/*
 * Queues a message in the ring, or behind it when it is full. 0, -ENOTCONN, or -ENOBUFS when too
 * much is behind it: then every later one fails too, and the attachment ends on the loop's next
 * turn.
 */
int dp_link_send(struct dp_link *l, uint32_t worker, uint16_t type, const void *body,
	size_t body_len, const void *data, size_t data_len);
/* Publishes what was queued for a worker, or for all. */
void dp_link_flush(struct dp_link *l, uint32_t worker);
/* Likewise before the loop waits, all at once, and a worker that naps is woken. */
void dp_link_flush_urgent(struct dp_link *l, uint32_t worker);
void dp_link_flush_all(struct dp_link *l);

bool dp_link_attached(const struct dp_link *l);
uint32_t dp_link_workers(const struct dp_link *l);
/* What worker 0 said, while attached. */
const struct ipc_hello *dp_link_hello(const struct dp_link *l, uint32_t worker);
void dp_link_stats(const struct dp_link *l, struct dp_link_stats *stats);

#endif
