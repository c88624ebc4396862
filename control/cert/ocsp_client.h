/*
 * The state of other people's certificates by OCSP, remembered as long as the responder says, and
 * asked for once however many want to know. A responder that fails is left alone for a while.
 */
#ifndef SLUICE_CONTROL_OCSP_CLIENT_H
#define SLUICE_CONTROL_OCSP_CLIENT_H

#include "control/cert/ocsp_query.h"

#define OCSP_CLIENT_PENDING 0
#define OCSP_CLIENT_INLINE 1

struct ocsp_client;
struct ocsp_client_stats {
	uint64_t asked, remembered, joined, failed;
};

typedef void (*ocsp_client_done)(void *ctx, const struct ocsp_result *result);

/* NULL when memory is out. */
struct ocsp_client *ocsp_client_new(uv_loop_t *loop, const struct cert_clock *clock);
/* Cancels what is under way; nobody hears of it any more. c may be NULL. */
void ocsp_client_close(struct ocsp_client *c);
/* After ocsp_client_close(). c may be NULL. */
void ocsp_client_free(struct ocsp_client *c);
/*
 * url: instead of the certificate's own; NULL. INLINE: *result is filled in; PENDING: done() comes,
 * never from within the call.
 */
int ocsp_client_ask(struct ocsp_client *c, X509 *cert, X509 *issuer, const char *url,
	uint32_t timeout_ms, ocsp_client_done done, void *ctx, struct ocsp_result *result);
void ocsp_client_stats(const struct ocsp_client *c, struct ocsp_client_stats *stats);

#endif
