/* Congestion control: the window and how it answers to acknowledgements and loss. Byte counts throughout. */
#ifndef SLUICE_TCP_CC_H
#define SLUICE_TCP_CC_H

#include <stdint.h>

struct tcp_cc {
	uint32_t cwnd, ssthresh;
	uint32_t acc; /* congestion avoidance: acknowledged bytes not yet turned into window */
	uint32_t w_max, k_ms, epoch, w_est; /* CUBIC: window before the last loss, time to reach it again, tick the epoch began (0: none), Reno's window */
};

/* What a controller may look at. */
struct tcp_cc_sample {
	uint32_t acked; /* bytes newly acknowledged */
	uint32_t flight; /* bytes in flight before this acknowledgement, or at the loss */
	uint32_t mss;
	uint32_t srtt_ms;
	uint32_t tick; /* ms */
};

/* All called on the stack's core, never fail, own nothing. */
struct tcp_cc_ops {
	const char *name;
	/* New data was acknowledged outside recovery and the window was in use. */
	void (*acked)(struct tcp_cc *cc, const struct tcp_cc_sample *s);
	/* Loss: sets ssthresh (RFC 5681 eqn 4 or the controller's own). The caller sets cwnd. */
	void (*lost)(struct tcp_cc *cc, const struct tcp_cc_sample *s);
};

#endif
