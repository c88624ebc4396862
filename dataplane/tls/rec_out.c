/*
 * Sizes of outgoing records; see rec_out.h.
 */
#include <stddef.h>

#include "dataplane/tls/rec_out.h"

/* Plaintext that makes a sealed record of one segment. */
static uint32_t
one_segment(const struct rec_out *out, uint32_t mss)
{
	uint32_t over = REC_HDR;

	if (out->alg != NULL)
		over = rec_alg_sealed_len(out->alg, out->version, out->flags, 0) +
		       (out->alg->kind == REC_KIND_BLOCK ? out->alg->block : 0u);
	/* the record of one byte that goes before it, tls_tx.c */
	if (out->alg != NULL && rec_alg_splits(out->alg, out->version))
		over += rec_alg_sealed_len(out->alg, out->version, out->flags, 1);
	return mss > 2 * over ? mss - over : over;
}

uint32_t
rec_out_next(struct rec_out *out, uint32_t avail, bool more, const struct rec_out_path *path,
	uint64_t now_us)
{
	uint32_t small = one_segment(out, path->mss), want = out->max_fragment;

	if (now_us - out->last_us > REC_OUT_PAUSE_US && path->queued == 0)
		out->burst = 0;
	if (out->burst < REC_OUT_SMALL_SEGS * path->mss || path->cwnd < out->max_fragment + small)
		want = small < want ? small : want;
	if (avail >= want)
		return want;
	/* Less than a record while the client has more than a window to digest: let it fill up. */
	if (more && path->queued > path->cwnd)
		return 0;
	return avail;
}

void
rec_out_cut(struct rec_out *out, uint32_t n, uint64_t now_us)
{
	out->burst = out->burst > UINT32_MAX - n ? UINT32_MAX : out->burst + n;
	out->last_us = now_us;
}
