/* A question to an OCSP responder; see ocsp_query.h. */
#include "control/cert/ocsp_query.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/cert/ocsp_fetch.h"

struct ocsp_query {
	uv_loop_t *loop;
	struct cert_clock clock;
	uv_work_t work;
	struct ocsp_fetch *fetch; /* NULL once it has answered */
	X509 *cert, *issuer;
	ocsp_query_done done;
	void *ctx;
	bool cancelled;
	int64_t now_s;
	uint8_t *der;
	size_t len;
	struct ocsp_result result;
};

static void
destroy(struct ocsp_query *q)
{
	X509_free(q->cert);
	X509_free(q->issuer);
	free(q->der);
	free(q);
}

/* On a pool thread: touches the query alone. */
static void
check_on_thread(uv_work_t *w)
{
	struct ocsp_query *q = w->data;

	ocsp_check(q->der, q->len, q->cert, q->issuer, q->now_s, &q->result);
}

static void
deliver(struct ocsp_query *q)
{
	if (!q->cancelled)
		q->done(q->ctx, &q->result, q->der, q->len);
	destroy(q);
}

static void
after_check(uv_work_t *w, int status)
{
	deliver(w->data);
}

static void
later(struct ocsp_query *q, const char *reason)
{
	q->result.state = OCSP_S_LATER;
	snprintf(q->result.reason, sizeof(q->result.reason), "OCSP responder: %s", reason);
	deliver(q);
}

static void
on_fetched(void *ctx, const uint8_t *body, size_t len, const char *reason)
{
	struct ocsp_query *q = ctx;

	q->fetch = NULL;
	if (body == NULL) {
		later(q, reason);
		return;
	}
	q->der = malloc(len);
	if (q->der == NULL) {
		later(q, "out of memory");
		return;
	}
	memcpy(q->der, body, len);
	q->len = len;
	q->now_s = q->clock.now_s(q->clock.ctx);
	q->work.data = q;
	if (uv_queue_work(q->loop, &q->work, check_on_thread, after_check) != 0) {
		free(q->der);
		q->der = NULL;
		q->len = 0;
		later(q, "no thread to judge its answer");
	}
}

struct ocsp_query *
ocsp_query_start(uv_loop_t *loop, const struct cert_clock *clock, X509 *cert, X509 *issuer,
	const char *url, uint32_t timeout_ms, ocsp_query_done done, void *ctx, const char **reason)
{
	struct ocsp_query *q = calloc(1, sizeof(*q));
	uint8_t id[32], *request;
	size_t len;

	*reason = "out of memory";
	if (q == NULL)
		return NULL;
	q->loop = loop;
	q->clock = *clock;
	q->done = done;
	q->ctx = ctx;
	X509_up_ref(cert);
	X509_up_ref(issuer);
	q->cert = cert;
	q->issuer = issuer;
	request = ocsp_request(cert, issuer, &len, id);
	if (request != NULL)
		q->fetch = ocsp_fetch_start(
			loop, url, request, len, timeout_ms, on_fetched, q, reason);
	free(request);
	if (q->fetch == NULL) {
		destroy(q);
		return NULL;
	}
	return q;
}

void
ocsp_query_cancel(struct ocsp_query *q)
{
	q->cancelled = true;
	if (q->fetch != NULL) {
		ocsp_fetch_cancel(q->fetch);
		destroy(q);
	} /* else the judgement is on its way and ends it */
}
