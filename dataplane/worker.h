/*
 * One worker: everything between the ports' queues and the control process's rings, on one core,
 * shared with no other worker.
 */
#ifndef SLUICE_DATAPLANE_WORKER_H
#define SLUICE_DATAPLANE_WORKER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/log.h"
#include "dataplane/ctl/ctl.h"
#include "dataplane/port/port.h"

struct worker;

struct worker_config {
	uint32_t index, workers;
	struct port *const *ports;
	uint32_t n_ports;
	struct rte_mempool *data_pool, *hdr_pool;
	const struct rec_engine_ops *engine;
	const char *device; /* cryptodev of the engine, or NULL */
	struct ctl_server *server;
	const struct log *log;
	uint64_t boot_id;
	uint32_t max_conns;
	uint32_t idle_poll_us; /* longest sleep; 0: never sleep */
	const _Atomic bool *stop; /* drain and return */
	/* one per worker, or NULL with one worker: what the worker that got an ARP or ND message
	 * tells the others */
	struct rte_ring *const *neighbours;
};

/* Size of an element of worker_config.neighbours. */
size_t worker_neigh_note_size(void);
/* Builds a worker on the memory of the core that calls. 0 or -errno, logged. */
int worker_new(const struct worker_config *cfg, struct worker **w);
/* Runs until *stop, then drains for at most a second. */
int worker_run(struct worker *w);
/* Prints what the worker still held, if anything, and frees it. */
void worker_free(struct worker *w);

#endif
