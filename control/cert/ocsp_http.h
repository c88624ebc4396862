/*
 * As much HTTP/1.1 as OCSP needs (RFC 6960 appendix A): the request as text, and a reader of the
 * response that takes its bytes as they come. No I/O.
 */
#ifndef SLUICE_CONTROL_OCSP_HTTP_H
#define SLUICE_CONTROL_OCSP_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control/cert/ocsp.h"

#define OCSP_HTTP_MAX_HEAD 8192
#define OCSP_HTTP_MAX_GET 255 /* bytes of the path with the request in it, RFC 6960 A.1 */

struct ocsp_url { /* of http://host:port/path */
	char host[256];
	char port[6];
	char path[OCSP_MAX_URL];
	bool bracketed; /* the host is an IPv6 address */
};

/* False: not a URL that we follow. */
bool ocsp_url_parse(const char *text, struct ocsp_url *url);
/*
 * GET with the request in base64 when that is short enough, else POST. A buffer to be freed by
 * free(), or NULL when memory is out.
 */
char *ocsp_http_request(const struct ocsp_url *url, const uint8_t *der, size_t der_len, size_t *len);

enum ocsp_http_state { OCSP_HTTP_MORE, OCSP_HTTP_DONE, OCSP_HTTP_FAILED };
struct ocsp_http; /* one response */

struct ocsp_http *ocsp_http_new(void);
/* h may be NULL. */
void ocsp_http_free(struct ocsp_http *h);
/* After DONE or FAILED further bytes change nothing. */
enum ocsp_http_state ocsp_http_feed(struct ocsp_http *h, const void *p, size_t n);
/* The connection has ended. */
enum ocsp_http_state ocsp_http_end(struct ocsp_http *h);
/* After DONE. */
const uint8_t *ocsp_http_body(const struct ocsp_http *h, size_t *len);
/* After FAILED: one phrase. */
const char *ocsp_http_reason(const struct ocsp_http *h);

#endif
