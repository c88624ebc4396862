/*
 * Inside of a worker: shared by worker.c (the loop), worker_setup.c (construction, configuration)
 * and worker_events.c (what TCP and net call).
 */
#ifndef SLUICE_DATAPLANE_WORKER_INT_H
#define SLUICE_DATAPLANE_WORKER_INT_H

#include "dataplane/net/net.h"
#include "dataplane/proxy/proxy.h"
#include "dataplane/tcp/tcp.h"
#include "dataplane/tls/tls.h"
#include "dataplane/worker.h"

#define WORKER_BURST 64
#define WORKER_TICK_US 10000 /* housekeeping that has no timer of its own */
#define WORKER_SWEEP_TURNS 10 /* ticks for one look at every connection */

struct neigh_note { /* an element of the rings in worker_config.neighbours */
	struct net_addr addr;
	struct rte_ether_addr mac;
	uint16_t leg;
};
_Static_assert(sizeof(struct neigh_note) % 4 == 0, "ring elements are whole words");

struct listener { /* lives as long as the worker, because connections refer to its limits */
	struct tls_limits limits;
	struct net_addr addr;
	uint16_t port;
	int tcp; /* TCP's index, -1: not listening */
	bool used;
};

struct worker {
	struct worker_config cfg;
	struct dp_counters ctr;
	struct net *net;
	struct tcp_stack *tcp;
	size_t tcp_bytes;
	struct rec_engine *engine;
	struct tls_layer *tls;
	struct proxy *proxy;
	struct ctl *ctl;
	struct dp_config running;
	struct listener listeners[2 * CFG_MAX_LISTENERS];
	uint64_t now; /* microseconds */
	uint64_t tick_us, eng_tick_us;
	uint64_t cycles_per_us;
	uint32_t idle_turns, sleep_us;
	enum tls_pressure pressure;
	uint32_t idle_poll_us;
};

extern const struct tcp_events worker_tcp_events; /* ctx: struct worker */
extern const struct net_ops worker_net_ops; /* user: struct worker */
extern const struct ctl_hooks worker_ctl_hooks; /* ctx: struct worker */

#endif
