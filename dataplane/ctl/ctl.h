/*
 * The dataplane's end of the channel to the control process.
 *
 * ctl_server: one for the process, run by worker 0: the Unix socket, the shared memory of an
 * attachment, its beginning and end. ctl: one per worker: its ring pair, the messages on it, its
 * configuration.
 *
 * At most one control process is attached. When it goes away or sends something malformed, its
 * rings are unmapped as soon as every worker has let go of them, and the next one that connects
 * gets new ones. Connections go on meanwhile.
 */
#ifndef SLUICE_DATAPLANE_CTL_CTL_H
#define SLUICE_DATAPLANE_CTL_CTL_H

#include <stdbool.h>
#include <stdint.h>

#include "common/chan.h"
#include "common/ipc.h"
#include "common/log.h"
#include "dataplane/config.h"
#include "dataplane/counters.h"
#include "dataplane/crypto/engine.h"
#include "dataplane/tls/tls.h"

struct ctl_server;
struct ctl;

struct ctl_server_config {
	const char *path; /* of the Unix socket */
	uint32_t workers;
	uint32_t ring_bytes; /* 0: CHAN_RING_BYTES */
	const struct log *log;
};

/* Opens the socket (mode 0660), replacing a stale one. 0 or -errno. */
int ctl_server_open(const struct ctl_server_config *cfg, struct ctl_server **s);
void ctl_server_close(struct ctl_server *s);
/* Accepts, notices the end of the control process, unmaps. Worker 0 only; cheap when nothing
 * happens. Returns how much was done. */
uint32_t ctl_server_poll(struct ctl_server *s);
/* Descriptors worth waking up for: listening socket and, when attached, the control process's; -1:
 * none. */
void ctl_server_fds(struct ctl_server *s, int fds[2]);

/* What a worker does with an accepted configuration. */
struct ctl_hooks {
	/* Puts cfg in the place of the running one, all or nothing. 0, or -errno with a sentence in
	 * text: the old one goes on. */
	int (*apply)(void *ctx, const struct dp_config *cfg, char *text, size_t text_len);
	/* Brings counters that others keep (TCP, net) into the worker's array. */
	void (*collect)(void *ctx);
};

struct ctl_config {
	struct ctl_server *server;
	uint32_t worker;
	uint32_t ports; /* of this dataplane */
	uint32_t max_conns;
	uint64_t boot_id;
	struct rec_engine *engine;
	struct dp_counters *ctr;
	const struct log *log;
	const struct ctl_hooks *hooks;
	void *hooks_ctx;
};

extern const struct tls_link_ops ctl_link_ops; /* ctx: struct ctl */

struct ctl *ctl_new(const struct ctl_config *cfg);
void ctl_free(struct ctl *c);
void ctl_set_tls(struct ctl *c, struct tls_layer *tls);

/* Attaches and detaches, reads at most a burst of messages, carries public-key work, sends
 * counters. Returns how many messages. */
uint32_t ctl_poll(struct ctl *c, uint64_t now_us);
/* Publishes what was sent since the last call. Once per turn of the worker's loop. */
void ctl_flush(struct ctl *c);
/* Wakes the control process for what was published and wants an answer: the worker has nothing else
 * to do. Without it that happens a little later. */
void ctl_bell(struct ctl *c);
/* When ctl_flush() has to be called at the latest, for what does not ring at once; UINT64_MAX: nothing. */
uint64_t ctl_due(const struct ctl *c);
/* Before the worker sleeps: false: messages are waiting, do not. *fd is the doorbell to sleep on,
 * or -1. ctl_wake() afterwards. */
bool ctl_sleep(struct ctl *c, int *fd);
/* The same for a nap: see chan_nap(). */
bool ctl_nap(struct ctl *c, int *fd);
void ctl_wake(struct ctl *c);

#endif
