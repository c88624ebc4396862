/*
 * Verification of the other side's chain without stopping the loop: on the thread pool, with OCSP
 * where the trust asks for it, each distinct chain once for a while however often it comes; and the
 * watch over CRL files. Everything here runs on the loop's thread.
 */
#ifndef SLUICE_CONTROL_VERIFIER_H
#define SLUICE_CONTROL_VERIFIER_H

#include <uv.h>

#include "common/log.h"
#include "control/cert/ocsp_client.h"
#include "control/cert/verify.h"

#define VERIFY_PENDING 0
#define VERIFY_INLINE 1
#define VERIFIER_MAX_JOBS 512 /* chains being verified at once */
#define VERIFIER_CHECK_MS 5000 /* how often CRL files are looked at */

/* Whose verification it is; handed back with the result. The same members as pka_owner. */
struct verify_owner {
	uint32_t worker, tag;
	uint64_t attachment;
	uint64_t conn;
};

struct verifier_ops {
	/*
	 * The result, borrowed for the call (peer_ref() keeps it); never from within
	 * verify_start(). NULL: it could not be done (memory).
	 */
	void (*done)(void *ctx, const struct verify_owner *who, struct peer *peer);
	void *ctx;
};

struct verifier_stats {
	uint64_t verified, refused; /* chains, each where it was really worked on */
	uint64_t cached, joined; /* answered from the cache; by a job already under way */
	uint64_t ocsp_soft_failed, crl_reloads, crl_errors, overloaded;
	unsigned in_flight, peers_known;
};

struct verifier;

/* NULL when memory is out. */
struct verifier *verifier_new(uv_loop_t *loop, const struct log *log, const struct cert_clock *clock,
	const struct verifier_ops *ops);
/* Nothing is answered any more; the loop must turn until it is empty. v may be NULL. */
void verifier_close(struct verifier *v);
/* After verifier_close() and the loop's last turn. v may be NULL. */
void verifier_free(struct verifier *v);

/*
 * VERIFY_INLINE: *peer has the verdict, with a reference for the caller (NULL: it could not be
 * done). VERIFY_PENDING: done() comes. Everything in req is copied; its trust is kept. Without a
 * trust anybody is taken (peer_unjudged()), at once.
 */
int verify_start(struct verifier *v, const struct verify_req *req, const struct verify_owner *who,
	struct peer **peer);
/* The connection is gone: done() is not called for it. Nothing happens when none is under way. */
void verify_cancel(struct verifier *v, const struct verify_owner *who);
/*
 * The peer behind a session that resumes: one verified before under the same trust and name, whose
 * verdict still holds. A reference, or NULL: then the handshake is a full one. After a CRL has
 * changed nobody is known.
 */
struct peer *peer_by_fingerprint(struct verifier *v, const struct trust *trust, const char *name,
	const uint8_t fingerprint[32], int64_t now_s);

/* The trusts whose CRL files are watched from now on; takes references. */
int verifier_set_trusts(struct verifier *v, struct trust *const *trusts, unsigned count);
/* Looks at the files now instead of within VERIFIER_CHECK_MS. */
void verifier_check_files(struct verifier *v);
void verifier_stats(const struct verifier *v, struct verifier_stats *stats);

#endif
