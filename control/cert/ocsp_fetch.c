/* HTTP exchange on the loop; see ocsp_fetch.h. */
#include "control/cert/ocsp_fetch.h"

#include <netdb.h>
#include <nss.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/cert/ocsp_http.h"

#define READ_BYTES 4096

struct ocsp_fetch {
	uv_loop_t *loop;
	uv_timer_t timer;
	uv_tcp_t tcp;
	uv_getaddrinfo_t resolve;
	uv_connect_t connect;
	uv_write_t write;
	struct addrinfo *addrs, *next;
	struct ocsp_http *http;
	char *request;
	size_t request_len;
	ocsp_fetch_done done;
	void *ctx;
	bool resolving, tcp_open, timer_open, over;
	char reason[128];
	char buf[READ_BYTES];
};

static void try_next(struct ocsp_fetch *f);

void
ocsp_fetch_prepare(void)
{
	__nss_configure_lookup("hosts", "files dns");
	setenv("RES_OPTIONS", "timeout:1 attempts:2", 0); /* a thread of the pool waits for it */
}

/* When nothing of libuv's refers to it any more. */
static void
free_when_idle(struct ocsp_fetch *f)
{
	if (f->resolving || f->tcp_open || f->timer_open)
		return;
	uv_freeaddrinfo(f->addrs);
	ocsp_http_free(f->http);
	free(f->request);
	free(f);
}

static void
on_timer_closed(uv_handle_t *h)
{
	struct ocsp_fetch *f = h->data;

	f->timer_open = false;
	free_when_idle(f);
}

static void
on_tcp_closed(uv_handle_t *h)
{
	struct ocsp_fetch *f = h->data;

	f->tcp_open = false;
	if (f->over)
		free_when_idle(f);
	else
		try_next(f); /* this address did not answer */
}

static void
close_tcp(struct ocsp_fetch *f)
{
	if (f->tcp_open && !uv_is_closing((uv_handle_t *)&f->tcp))
		uv_close((uv_handle_t *)&f->tcp, on_tcp_closed);
}

static void
finish(struct ocsp_fetch *f)
{
	f->over = true;
	if (f->resolving)
		uv_cancel((uv_req_t *)&f->resolve);
	close_tcp(f);
	uv_close((uv_handle_t *)&f->timer, on_timer_closed);
}

static void
answer(struct ocsp_fetch *f, const uint8_t *body, size_t len)
{
	if (f->over)
		return;
	finish(f);
	f->done(f->ctx, body, len, f->reason);
}

static void
give_up(struct ocsp_fetch *f, const char *what, const char *why)
{
	snprintf(f->reason, sizeof(f->reason), "%s%s%s", what, why[0] != '\0' ? ": " : "", why);
	answer(f, NULL, 0);
}

static void
on_timeout(uv_timer_t *t)
{
	give_up(t->data, "no answer in time", "");
}

static void
on_state(struct ocsp_fetch *f, enum ocsp_http_state state)
{
	const uint8_t *body;
	size_t len;

	if (state == OCSP_HTTP_FAILED) {
		give_up(f, ocsp_http_reason(f->http), "");
	} else if (state == OCSP_HTTP_DONE) {
		body = ocsp_http_body(f->http, &len);
		answer(f, body, len);
	}
}

static void
on_alloc(uv_handle_t *h, size_t suggested, uv_buf_t *buf)
{
	struct ocsp_fetch *f = h->data;

	*buf = uv_buf_init(f->buf, sizeof(f->buf));
}

static void
on_read(uv_stream_t *s, ssize_t n, const uv_buf_t *buf)
{
	struct ocsp_fetch *f = s->data;

	if (f->over || n == 0)
		return;
	if (n > 0)
		on_state(f, ocsp_http_feed(f->http, buf->base, (size_t)n));
	else if (n == UV_EOF)
		on_state(f, ocsp_http_end(f->http));
	else
		give_up(f, "reading the answer failed", uv_strerror((int)n));
}

static void
on_written(uv_write_t *w, int status)
{
	struct ocsp_fetch *f = w->data;

	if (!f->over && status != 0)
		give_up(f, "sending the request failed", uv_strerror(status));
}

static void
on_connected(uv_connect_t *c, int status)
{
	struct ocsp_fetch *f = c->data;
	uv_buf_t buf = uv_buf_init(f->request, (unsigned)f->request_len);

	if (f->over)
		return;
	if (status != 0) {
		snprintf(f->reason, sizeof(f->reason), "cannot connect: %s", uv_strerror(status));
		close_tcp(f);
		return;
	}
	f->write.data = f;
	status = uv_write(&f->write, (uv_stream_t *)&f->tcp, &buf, 1, on_written);
	if (status == 0)
		status = uv_read_start((uv_stream_t *)&f->tcp, on_alloc, on_read);
	if (status != 0)
		give_up(f, "sending the request failed", uv_strerror(status));
}

static void
try_next(struct ocsp_fetch *f)
{
	const struct addrinfo *a = f->next;
	int rc;

	if (a == NULL) {
		answer(f, NULL, 0); /* the last one's reason */
		return;
	}
	f->next = a->ai_next;
	rc = uv_tcp_init(f->loop, &f->tcp);
	if (rc != 0) {
		give_up(f, "no socket", uv_strerror(rc));
		return;
	}
	f->tcp.data = f->connect.data = f;
	f->tcp_open = true;
	rc = uv_tcp_connect(&f->connect, &f->tcp, a->ai_addr, on_connected);
	if (rc != 0) {
		snprintf(f->reason, sizeof(f->reason), "cannot connect: %s", uv_strerror(rc));
		close_tcp(f);
	}
}

static void
on_resolved(uv_getaddrinfo_t *r, int status, struct addrinfo *addrs)
{
	struct ocsp_fetch *f = r->data;

	f->resolving = false;
	f->addrs = f->next = addrs;
	if (f->over) {
		free_when_idle(f);
		return;
	}
	if (status != 0) {
		give_up(f, "its name cannot be resolved", uv_strerror(status));
		return;
	}
	try_next(f);
}

struct ocsp_fetch *
ocsp_fetch_start(uv_loop_t *loop, const char *url, const uint8_t *request, size_t len,
	uint32_t timeout_ms, ocsp_fetch_done done, void *ctx, const char **reason)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV };
	struct ocsp_fetch *f;
	struct ocsp_url u;

	*reason = "not an http:// URL";
	if (!ocsp_url_parse(url, &u))
		return NULL;
	*reason = "out of memory";
	f = calloc(1, sizeof(*f));
	if (f == NULL)
		return NULL;
	f->loop = loop;
	f->done = done;
	f->ctx = ctx;
	f->http = ocsp_http_new();
	f->request = ocsp_http_request(&u, request, len, &f->request_len);
	f->resolve.data = f;
	if (f->http == NULL || f->request == NULL ||
		uv_getaddrinfo(loop, &f->resolve, on_resolved, u.host, u.port, &hints) != 0) {
		free_when_idle(f);
		return NULL;
	}
	f->resolving = true;
	uv_timer_init(loop, &f->timer);
	f->timer.data = f;
	f->timer_open = true;
	uv_timer_start(&f->timer, on_timeout, timeout_ms, 0);
	return f;
}

void
ocsp_fetch_cancel(struct ocsp_fetch *f)
{
	if (!f->over)
		finish(f);
}
