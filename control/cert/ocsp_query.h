/*
 * One question to an OCSP responder from end to end: request, HTTP, and the judgement of the
 * response on a thread of the pool. Nothing is remembered here.
 */
#ifndef SLUICE_CONTROL_OCSP_QUERY_H
#define SLUICE_CONTROL_OCSP_QUERY_H

#include <uv.h>

#include "control/cert/ocsp.h"

struct cert_clock { /* the wall clock, as a test may have it */
	int64_t (*now_s)(void *ctx); /* seconds since 1970; any time, the loop's thread */
	void *ctx;
};

struct ocsp_query;

/*
 * A responder that cannot be reached is OCSP_S_LATER with a reason; der is then NULL. der is
 * borrowed for the call. Never from within ocsp_query_start(); once, or not at all after
 * ocsp_query_cancel().
 */
typedef void (*ocsp_query_done)(
	void *ctx, const struct ocsp_result *result, const uint8_t *der, size_t len);

/* Takes references to both certificates. NULL with a phrase in reason when it cannot begin. */
struct ocsp_query *ocsp_query_start(uv_loop_t *loop, const struct cert_clock *clock, X509 *cert,
	X509 *issuer, const char *url, uint32_t timeout_ms, ocsp_query_done done, void *ctx,
	const char **reason);
/* Nothing more is heard of it; it frees itself within the loop's next turns. */
void ocsp_query_cancel(struct ocsp_query *q);

#endif
