/*
 * One HTTP exchange with an OCSP responder, on the loop: resolve, connect, ask, read; one time
 * limit over all of it.
 */
#ifndef SLUICE_CONTROL_OCSP_FETCH_H
#define SLUICE_CONTROL_OCSP_FETCH_H

#include <stddef.h>
#include <stdint.h>

#include <uv.h>

struct ocsp_fetch;

/*
 * The body of the response, borrowed for the call; NULL: none, for the reason given. Never from
 * within ocsp_fetch_start(); once, or not at all after ocsp_fetch_cancel().
 */
typedef void (*ocsp_fetch_done)(
	void *ctx, const uint8_t *body, size_t len, const char *reason);

/*
 * NULL and *reason when it cannot begin (a URL we do not follow, memory). request: DER, copied.
 */
struct ocsp_fetch *ocsp_fetch_start(uv_loop_t *loop, const char *url, const uint8_t *request,
	size_t len, uint32_t timeout_ms, ocsp_fetch_done done, void *ctx, const char **reason);
/* Nothing more is heard of it; it frees itself within the loop's next turns. */
void ocsp_fetch_cancel(struct ocsp_fetch *f);
/*
 * Before system calls are restricted: names are resolved by files and DNS alone, which are part of
 * libc, so that no plug-in has to be loaded later.
 */
void ocsp_fetch_prepare(void);

#endif
