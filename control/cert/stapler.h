/*
 * OCSP responses for our own certificates: fetched at the start and again well before they end, or
 * read from files that others renew; judged before anyone gets them. A handshake takes what is
 * there (cert_staple()) and never waits.
 *
 * A response that says "revoked" is stapled too, and told loudly in the log: it is the signed truth
 * (RFC 6066 8 wants a suitable response, not a pleasant one). Holding it back would help nobody but
 * who stole the key, since most clients go on without a response. Any other answer than good or
 * revoked is not stapled; the last good response stays until its own nextUpdate.
 */
#ifndef SLUICE_CONTROL_STAPLER_H
#define SLUICE_CONTROL_STAPLER_H

#include <uv.h>

#include "common/log.h"
#include "control/cert/cert.h"
#include "control/cert/ocsp_query.h"

#define STAPLER_TICK_MS 1000
#define STAPLER_FILE_TICKS 10 /* how often files are looked at */

struct stapler;

struct stapler_stats {
	uint64_t renewed, failed;
	unsigned wanted, stapled, revoked; /* certificates; of those that have a response */
};

struct stapler_view { /* one certificate; texts are borrowed until the loop turns */
	const char *chain_file, *source; /* file or URL */
	int64_t this_update, next_update; /* 0: no response */
	bool revoked;
	const char *error; /* why the last attempt failed; "" */
};

/* NULL when memory is out. */
struct stapler *stapler_new(
	uv_loop_t *loop, const struct log *log, const struct cert_clock *clock);
/* Stops; the certificates are not touched any more. s may be NULL. */
void stapler_close(struct stapler *s);
/* After stapler_close() and the loop's last turn. s may be NULL. */
void stapler_free(struct stapler *s);
/*
 * The certificates in force, borrowed until the next call or stapler_close(): call it before the
 * old ones are freed. A certificate that was there before keeps its response at once, in its new
 * object too. 0, or -1 when memory is out: then some of them get no response.
 */
int stapler_set_certs(struct stapler *s, struct cert *const *certs, unsigned count);
/* Does now what is due, files included, instead of within a second (or ten). */
void stapler_check(struct stapler *s);
void stapler_stats(const struct stapler *s, struct stapler_stats *stats);
/* Walks; false at the end. */
bool stapler_view(const struct stapler *s, unsigned i, struct stapler_view *view);

#endif
