/*
 * Looks at the CRL files of the trusts in force from time to time, on a thread of the pool, and
 * swaps in what has changed. What cannot be read leaves the old one in force, with one line in the
 * log.
 */
#ifndef SLUICE_CONTROL_CRL_WATCH_H
#define SLUICE_CONTROL_CRL_WATCH_H

#include <stdbool.h>

#include <uv.h>

#include "common/log.h"
#include "control/cert/trust.h"

struct crl_watch;

/* changed(): a trust was reloaded (true), or its files cannot be read (false, at each look). */
struct crl_watch *crl_watch_new(uv_loop_t *loop, const struct log *log, uint64_t every_ms,
	void (*changed)(void *ctx, bool reloaded), void *ctx);
/* w may be NULL. */
void crl_watch_close(struct crl_watch *w);
/* After crl_watch_close() and the loop's last turn. w may be NULL. */
void crl_watch_free(struct crl_watch *w);
/* Takes references. 0, or -1 when memory is out: then the old ones are watched on. */
int crl_watch_set(struct crl_watch *w, struct trust *const *trusts, unsigned count);
/* Looks now; once more behind a look that is under way. */
void crl_watch_check(struct crl_watch *w);

#endif
