/* OCSP for other people's certificates; see ocsp_client.h. */
#include "control/cert/ocsp_client.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "control/cert/lru.h"

#define MAX_KNOWN 4096
#define MAX_DOWN 256
#define MAX_ASKS 64
#define RETRY_MS 30000 /* how long a failure stands */

struct known { /* of a certificate */
	struct ocsp_result result;
	uint64_t at_ms; /* monotonic: how old a failure is */
};

struct waiter {
	struct waiter *next;
	ocsp_client_done done;
	void *ctx;
};

struct ask { /* a question under way */
	struct ask *next;
	struct ocsp_client *c;
	struct ocsp_query *query;
	uint8_t id[32], url_id[32];
	struct waiter *waiters;
};

struct ocsp_client {
	uv_loop_t *loop;
	struct cert_clock clock;
	struct lru *known, *down; /* down: responders that did not answer, by URL */
	struct ask *asks;
	unsigned ask_count;
	struct ocsp_client_stats stats;
};

struct ocsp_client *
ocsp_client_new(uv_loop_t *loop, const struct cert_clock *clock)
{
	struct ocsp_client *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->loop = loop;
	c->clock = *clock;
	c->known = lru_new(MAX_KNOWN, SIZE_MAX, free);
	c->down = lru_new(MAX_DOWN, SIZE_MAX, free);
	if (c->known == NULL || c->down == NULL) {
		ocsp_client_free(c);
		return NULL;
	}
	return c;
}

static void
free_ask(struct ask *a)
{
	while (a->waiters != NULL) {
		struct waiter *w = a->waiters;

		a->waiters = w->next;
		free(w);
	}
	free(a);
}

void
ocsp_client_close(struct ocsp_client *c)
{
	while (c != NULL && c->asks != NULL) {
		struct ask *a = c->asks;

		c->asks = a->next;
		ocsp_query_cancel(a->query);
		free_ask(a);
	}
}

void
ocsp_client_free(struct ocsp_client *c)
{
	if (c == NULL)
		return;
	lru_free(c->known);
	lru_free(c->down);
	free(c);
}

/* Answers stand until nextUpdate, on the wall clock that they are written for; failures a while. */
static bool
stands(const struct ocsp_client *c, const struct known *k)
{
	int64_t now_s = c->clock.now_s(c->clock.ctx);

	switch (k->result.state) {
	case OCSP_S_GOOD:
	case OCSP_S_UNKNOWN:
		return now_s <= k->result.next_update &&
			now_s >= k->result.this_update - OCSP_SKEW_S;
	case OCSP_S_REVOKED: return now_s <= k->result.next_update;
	default: return uv_now(c->loop) - k->at_ms < RETRY_MS;
	}
}

static bool
recall(struct ocsp_client *c, struct lru *l, const uint8_t key[32], struct ocsp_result *result)
{
	const struct known *k = lru_get(l, key);

	if (k == NULL)
		return false;
	if (!stands(c, k)) {
		lru_remove(l, key);
		return false;
	}
	*result = k->result;
	return true;
}

static void
remember(struct ocsp_client *c, struct lru *l, const uint8_t key[32], const struct ocsp_result *r)
{
	struct known *k = malloc(sizeof(*k));

	if (k == NULL)
		return;
	*k = (struct known){ *r, uv_now(c->loop) };
	lru_put(l, key, k, sizeof(*k));
}

static void
on_answer(void *ctx, const struct ocsp_result *r, const uint8_t *der, size_t len)
{
	struct ask *a = ctx, **at;
	struct ocsp_client *c = a->c;

	for (at = &c->asks; *at != a; at = &(*at)->next)
		;
	*at = a->next;
	c->ask_count--;
	remember(c, c->known, a->id, r);
	if (der == NULL) {
		remember(c, c->down, a->url_id, r);
		c->stats.failed++;
	}
	while (a->waiters != NULL) {
		struct waiter *w = a->waiters;

		a->waiters = w->next;
		w->done(w->ctx, r);
		free(w);
	}
	free(a);
}

static int
inline_failure(struct ocsp_result *r, const char *reason)
{
	memset(r, 0, sizeof(*r));
	r->state = OCSP_S_LATER;
	snprintf(r->reason, sizeof(r->reason), "OCSP: %s", reason);
	return OCSP_CLIENT_INLINE;
}

static struct ask *
find(struct ocsp_client *c, const uint8_t id[32])
{
	for (struct ask *a = c->asks; a != NULL; a = a->next)
		if (memcmp(a->id, id, 32) == 0)
			return a;
	return NULL;
}

static struct ask *
begin(struct ocsp_client *c, X509 *cert, X509 *issuer, const char *url, uint32_t timeout_ms,
	const uint8_t id[32], const uint8_t url_id[32], const char **reason)
{
	struct ask *a = calloc(1, sizeof(*a));

	*reason = "out of memory";
	if (a == NULL)
		return NULL;
	a->c = c;
	memcpy(a->id, id, 32);
	memcpy(a->url_id, url_id, 32);
	a->query = ocsp_query_start(
		c->loop, &c->clock, cert, issuer, url, timeout_ms, on_answer, a, reason);
	if (a->query == NULL) {
		free(a);
		return NULL;
	}
	a->next = c->asks;
	c->asks = a;
	c->ask_count++;
	c->stats.asked++;
	return a;
}

int
ocsp_client_ask(struct ocsp_client *c, X509 *cert, X509 *issuer, const char *url,
	uint32_t timeout_ms, ocsp_client_done done, void *ctx, struct ocsp_result *result)
{
	char own[OCSP_MAX_URL];
	uint8_t id[32], url_id[32], *request;
	const char *reason;
	struct waiter *w;
	struct ask *a;
	size_t len;

	request = ocsp_request(cert, issuer, &len, id);
	free(request);
	if (request == NULL)
		return inline_failure(result, "out of memory");
	if (recall(c, c->known, id, result)) {
		c->stats.remembered++;
		return OCSP_CLIENT_INLINE;
	}
	a = find(c, id);
	if (a == NULL) {
		if (url == NULL && !ocsp_url(cert, own))
			return inline_failure(result, "the certificate names no http:// responder");
		url = url != NULL ? url : own;
		EVP_Digest(url, strlen(url), url_id, NULL, EVP_sha256(), NULL);
		if (recall(c, c->down, url_id, result))
			return OCSP_CLIENT_INLINE;
		if (c->ask_count == MAX_ASKS)
			return inline_failure(result, "too many questions at once");
		a = begin(c, cert, issuer, url, timeout_ms, id, url_id, &reason);
		if (a == NULL)
			return inline_failure(result, reason);
	} else {
		c->stats.joined++;
	}
	w = malloc(sizeof(*w));
	if (w == NULL)
		return inline_failure(result, "out of memory");
	*w = (struct waiter){ a->waiters, done, ctx };
	a->waiters = w;
	return OCSP_CLIENT_PENDING;
}

void
ocsp_client_stats(const struct ocsp_client *c, struct ocsp_client_stats *stats)
{
	*stats = c->stats;
}
