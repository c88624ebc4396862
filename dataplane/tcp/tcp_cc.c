/*
 * Congestion controllers: NewReno (RFC 5681 slow start and congestion avoidance with byte counting) and CUBIC (RFC 9438). Recovery itself
 * (RFC 6582, RFC 6675) is tcp_ack.c's and the same for both.
 */
#include "dataplane/tcp/tcp_priv.h"

static void
slow_start(struct tcp_cc *cc, const struct tcp_cc_sample *s)
{
	cc->cwnd += RTE_MIN(s->acked, 2 * s->mss); /* RFC 5681 eqn 2 with RFC 3465's limit of two segments per ACK */
}

static void
newreno_acked(struct tcp_cc *cc, const struct tcp_cc_sample *s)
{
	if (cc->cwnd < cc->ssthresh) {
		slow_start(cc, s);
		return;
	}
	cc->acc += s->acked; /* one segment per window of acknowledged bytes */
	if (cc->acc >= cc->cwnd) {
		cc->acc -= cc->cwnd;
		cc->cwnd += s->mss;
	}
}

static void
newreno_lost(struct tcp_cc *cc, const struct tcp_cc_sample *s)
{
	cc->ssthresh = RTE_MAX(s->flight / 2, 2 * s->mss); /* eqn 4 */
	cc->acc = 0;
}

const struct tcp_cc_ops tcp_cc_newreno = { "newreno", newreno_acked, newreno_lost };

/* Integer cube root, by bits. */
static uint32_t
cube_root(uint64_t x)
{
	uint64_t r = 0;

	for (int s = 63; s >= 0; s -= 3) {
		uint64_t b;

		r <<= 1;
		b = 3 * r * (r + 1) + 1;
		if ((x >> s) >= b) {
			x -= b << s;
			r++;
		}
	}
	return (uint32_t)r;
}

/* W_cubic(t) = C (t - K)^3 + W_max with C = 0.4 segments/s^3 (RFC 9438 eqn 1), in bytes; t, k in ms */
static uint32_t
cubic_window(const struct tcp_cc *cc, uint32_t t_ms, uint32_t mss)
{
	int64_t d = (int64_t)t_ms - cc->k_ms;
	int64_t w;

	d = RTE_MAX(RTE_MIN(d, 1000000), -1000000); /* 1000 s: the cube stays in 64 bits */
	w = d * d * d / 1000 * 4 / 10 * mss / 1000000 + cc->w_max;
	return (uint32_t)RTE_MAX(RTE_MIN(w, (int64_t)1 << 30), (int64_t)mss);
}

static void
cubic_acked(struct tcp_cc *cc, const struct tcp_cc_sample *s)
{
	uint32_t target;

	if (cc->cwnd < cc->ssthresh) {
		slow_start(cc, s);
		return;
	}
	if (cc->epoch == 0) { /* first ACK of this congestion avoidance (section 4.8) */
		cc->epoch = s->tick != 0 ? s->tick : 1;
		cc->w_est = cc->cwnd;
		if (cc->w_max > cc->cwnd) { /* K = cbrt((W_max - cwnd) / C) seconds (eqn 2) */
			cc->k_ms = cube_root((uint64_t)(cc->w_max - cc->cwnd) * 2500000000ull / s->mss);
		} else {
			cc->k_ms = 0;
			cc->w_max = cc->cwnd;
		}
	}
	/* Reno-friendly region (section 4.3): alpha = 3 (1 - 0.7) / (1 + 0.7) = 9/17 */
	cc->w_est += (uint32_t)((uint64_t)s->mss * s->acked * 9 / 17 / RTE_MAX(cc->cwnd, 1u));
	target = cubic_window(cc, s->tick - cc->epoch + s->srtt_ms, s->mss);
	target = RTE_MIN(RTE_MAX(target, cc->cwnd), cc->cwnd + cc->cwnd / 2); /* section 4.2 */
	cc->acc += (uint32_t)((uint64_t)(target - cc->cwnd) * s->acked / RTE_MAX(cc->cwnd, 1u));
	if (cc->acc >= s->mss) {
		cc->cwnd += cc->acc / s->mss * s->mss;
		cc->acc %= s->mss;
	}
	cc->cwnd = RTE_MAX(cc->cwnd, cc->w_est);
}

static void
cubic_lost(struct tcp_cc *cc, const struct tcp_cc_sample *s)
{
	cc->epoch = 0;
	cc->acc = 0;
	cc->w_max = cc->cwnd < cc->w_max ? (uint32_t)((uint64_t)cc->cwnd * 85 / 100) : cc->cwnd; /* fast convergence (section 4.7), beta 0.7 */
	cc->ssthresh = RTE_MAX((uint32_t)((uint64_t)s->flight * 7 / 10), 2 * s->mss); /* section 4.6 */
}

const struct tcp_cc_ops tcp_cc_cubic = { "cubic", cubic_acked, cubic_lost };
