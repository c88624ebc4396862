/*
 * What a worker without work does: nothing, a nap or a doze, and for how long. Pure.
 *
 * A doze is ended by whatever can tell: a message of the control process, a frame from another
 * worker. A nap is for many connections: what comes meanwhile is better done at once than one by
 * one, so that only those answers end it which somebody waited long for (key operations from
 * threads: chan_ring_urgent()).
 */
#ifndef SLUICE_DP_WORKER_REST_H
#define SLUICE_DP_WORKER_REST_H

#include <stdbool.h>
#include <stdint.h>

/* packets gather meanwhile: fewer, larger turns cost less than answering each at once */
#define REST_MIN_US    100 /* few connections: a lone client waits for each step */
#define REST_NAP_CONNS 8   /* so many connections are many */
#define REST_NAP_US    500 /* many connections */
/*
 * The more handshakes are under way, the longer each waits for the others anyway, and the less a
 * nap adds to that: so it is longer, and fewer wakings are paid for.
 */
#define REST_NAP_MAX_US 1000
#define REST_NAP_PER_US 50 /* for each of them */
#define REST_ENGINE_US 20  /* while the engine holds work */

enum rest_kind { REST_NOT, REST_NAP, REST_DOZE };

struct rest_in {
	uint64_t now, timer;   /* microseconds; the next timer */
	uint32_t conns;	       /* TLS connections */
	uint32_t shaking;      /* those of them whose first handshake is not over */
	uint32_t sleep_us;     /* how long the last one was, doubled; REST_MIN_US after work */
	uint32_t idle_poll_us; /* no longer than this; 0: never */
	bool engine_busy;      /* it holds work */
	bool to_send;	       /* segments are still to go out */
};

/* us: how long, when it is not REST_NOT. */
enum rest_kind rest_choose(const struct rest_in *in, uint64_t *us);

#endif
