/* OCSP responses for our own certificates; see stapler.h. */
#include "control/cert/stapler.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/rand.h>

#include "control/cert/staple_file.h"

#define TIMEOUT_MS 10000
#define RETRY_S 10 /* doubled with each failure, up to an hour */
#define MAX_RETRY_S 3600
#define MIN_REFRESH_S 10
#define MAX_REFRESH_S (7 * 86400)

struct item { /* a certificate, in however many listeners it is */
	struct item *next;
	struct stapler *s;
	uint8_t fingerprint[32];
	char *file, *url, *chain_file; /* file: NULL when it is fetched from url */
	char *said_url, *said_issuer; /* as the configuration has them; NULL */
	uint32_t timeout_ms;
	X509 *leaf, *issuer; /* NULL: err says why there is never a response */
	struct cert **certs;
	unsigned cert_count;
	bool wanted, busy, gone; /* gone: off the list, the thread is still with it */
	struct staple *staple;
	struct ocsp_query *query;
	unsigned failures;
	uint64_t due_ms; /* monotonic; and */
	int64_t due_s; /* by the wall clock: whatever comes first, so that a jump costs nothing */
	char err[CERT_ERR_LEN];
	/* a file on a thread */
	uv_work_t work;
	struct trust_stamp stamp;
	int64_t now_s;
	int rc;
	uint8_t *der;
	size_t len;
	struct ocsp_result result;
	char read_err[CERT_ERR_LEN];
};

struct stapler {
	uv_loop_t *loop;
	const struct log *log;
	struct cert_clock clock;
	uv_timer_t *timer; /* frees itself when closed */
	struct item *items;
	unsigned ticks;
	bool closing;
	struct stapler_stats stats;
};

static int64_t
wall(const struct stapler *s)
{
	return s->clock.now_s(s->clock.ctx);
}

/* ---- items ---- */

static void
item_free(struct item *it)
{
	if (it->query != NULL)
		ocsp_query_cancel(it->query);
	X509_free(it->leaf);
	X509_free(it->issuer);
	staple_unref(it->staple);
	free(it->certs);
	free(it->file);
	free(it->url);
	free(it->said_url);
	free(it->said_issuer);
	free(it->chain_file);
	free(it->der);
	free(it);
}

static bool
same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static struct item *
find(struct stapler *s, const struct cert *c)
{
	const struct staple_conf *conf = cert_staple_conf(c);

	for (struct item *it = s->items; it != NULL; it = it->next)
		if (memcmp(it->fingerprint, c->fingerprint, 32) == 0 &&
			same_text(it->file, conf->file) && same_text(it->said_url, conf->url) &&
			same_text(it->said_issuer, conf->issuer_file))
			return it;
	return NULL;
}

/* Whom to ask, or why nobody. */
static void
item_aim(struct item *it, const struct cert *c, const struct staple_conf *conf)
{
	char own[OCSP_MAX_URL];

	if (staple_subject(c, conf->issuer_file, &it->leaf, &it->issuer, it->err) != 0)
		return;
	if (conf->file != NULL)
		return;
	if (conf->url != NULL)
		it->url = strdup(conf->url);
	else if (ocsp_url(it->leaf, own))
		it->url = strdup(own);
	if (it->url != NULL)
		return;
	snprintf(it->err, sizeof(it->err),
		"%s: the certificate names no http:// OCSP responder; name one, or a file",
		c->chain_file);
	X509_free(it->leaf);
	it->leaf = NULL;
}

/* The response that another source gave for the same certificate: it is as good as any. */
static struct staple *
inherit(const struct stapler *s, const struct cert *c)
{
	for (const struct item *it = s->items; it != NULL; it = it->next)
		if (it->staple != NULL && memcmp(it->fingerprint, c->fingerprint, 32) == 0)
			return staple_ref(it->staple);
	return NULL;
}

static int
copy_text(char **to, const char *text)
{
	*to = text != NULL ? strdup(text) : NULL;
	return text != NULL && *to == NULL ? -1 : 0;
}

static struct item *
item_new(struct stapler *s, const struct cert *c)
{
	const struct staple_conf *conf = cert_staple_conf(c);
	struct item *it = calloc(1, sizeof(*it));

	if (it == NULL)
		return NULL;
	it->s = s;
	memcpy(it->fingerprint, c->fingerprint, 32);
	it->timeout_ms = conf->timeout_ms != 0 ? conf->timeout_ms : TIMEOUT_MS;
	it->chain_file = strdup(c->chain_file);
	if (it->chain_file == NULL || copy_text(&it->file, conf->file) != 0 ||
		copy_text(&it->said_url, conf->url) != 0 ||
		copy_text(&it->said_issuer, conf->issuer_file) != 0) {
		item_free(it);
		return NULL;
	}
	item_aim(it, c, conf);
	it->staple = inherit(s, c);
	if (it->leaf == NULL)
		log_line(s->log, LOG_WARN, "staple_impossible reason=\"%s\"", it->err);
	it->due_s = wall(s);
	it->due_ms = uv_now(s->loop);
	it->next = s->items;
	s->items = it;
	return it;
}

static void
hand_out(struct item *it)
{
	for (unsigned i = 0; i < it->cert_count; i++)
		cert_set_staple(it->certs[i], it->staple != NULL ? staple_ref(it->staple) : NULL);
}

/* ---- when ---- */

/* n, a tenth more or less: those who began together do not stay together. */
static int64_t
jitter(int64_t n)
{
	uint16_t r = 0;

	RAND_bytes((uint8_t *)&r, sizeof(r));
	return n - n / 10 + n / 5 * r / 65536;
}

static void
due_in(struct item *it, int64_t seconds)
{
	it->due_s = wall(it->s) + seconds;
	it->due_ms = uv_now(it->s->loop) + (uint64_t)seconds * 1000;
}

static void
failed(struct item *it, const char *reason)
{
	int64_t wait = MAX_RETRY_S;

	if (it->failures < 9)
		wait = (int64_t)RETRY_S << it->failures;
	it->failures++;
	it->s->stats.failed++;
	snprintf(it->err, sizeof(it->err), "%s", reason);
	due_in(it, jitter(wait < MAX_RETRY_S ? wait : MAX_RETRY_S));
	log_line(it->s->log, LOG_WARN,
		"staple_failed certificate=%s source=%s reason=\"%s\" running=%s",
		it->chain_file, it->file != NULL ? it->file : it->url, reason,
		it->staple != NULL ? "the last one" : "none");
}

static void
succeeded(struct item *it, const struct ocsp_result *r, const uint8_t *der, size_t len)
{
	struct staple *fresh = staple_new(der, len);
	int64_t left = r->next_update - wall(it->s);

	if (fresh == NULL) {
		failed(it, "out of memory");
		return;
	}
	fresh->revoked = r->state == OCSP_S_REVOKED;
	fresh->this_update = r->this_update;
	fresh->next_update = r->next_update;
	staple_unref(it->staple);
	it->staple = fresh;
	it->failures = 0;
	it->err[0] = '\0';
	it->s->stats.renewed++;
	left = left / 2 < MIN_REFRESH_S ? MIN_REFRESH_S : left / 2;
	due_in(it, jitter(left < MAX_REFRESH_S ? left : MAX_REFRESH_S));
	if (fresh->revoked)
		log_line(it->s->log, LOG_ERROR,
			"certificate_revoked certificate=%s reason=\"%s\" advice=\"replace it now: clients "
			"that check refuse it\"",
			it->chain_file, r->reason);
	else
		log_line(it->s->log, LOG_INFO, "staple_renewed certificate=%s seconds_left=%lld",
			it->chain_file, (long long)(r->next_update - wall(it->s)));
	hand_out(it);
}

static void
judge(struct item *it, const struct ocsp_result *r, const uint8_t *der, size_t len)
{
	if (der == NULL || (r->state != OCSP_S_GOOD && r->state != OCSP_S_REVOKED))
		failed(it, r->reason);
	else if (r->next_update < wall(it->s)) /* no skew is granted: clients may grant none */
		failed(it, "OCSP response is out of date");
	else
		succeeded(it, r, der, len);
}

/* ---- from where ---- */

static void
on_answer(void *ctx, const struct ocsp_result *r, const uint8_t *der, size_t len)
{
	struct item *it = ctx;

	it->query = NULL;
	it->busy = false;
	judge(it, r, der, len);
}

/* On a pool thread: touches the item's part for it alone. */
static void
file_on_thread(uv_work_t *w)
{
	struct item *it = w->data;

	it->rc = staple_read(it->file, &it->stamp, &it->der, &it->len, it->read_err);
	if (it->rc == 1)
		ocsp_check(it->der, it->len, it->leaf, it->issuer, it->now_s, &it->result);
}

static void
after_file(uv_work_t *w, int status)
{
	struct item *it = w->data;

	it->busy = false;
	if (it->gone) {
		item_free(it);
		return;
	}
	if (it->rc == 1)
		judge(it, &it->result, it->der, it->len);
	else if (it->rc < 0 && strcmp(it->read_err, it->err) != 0) /* told once */
		failed(it, it->read_err);
	free(it->der);
	it->der = NULL;
}

static void
begin(struct item *it)
{
	struct stapler *s = it->s;
	const char *reason;

	it->busy = true;
	if (it->file != NULL) {
		it->now_s = wall(s);
		it->work.data = it;
		it->busy = uv_queue_work(s->loop, &it->work, file_on_thread, after_file) == 0;
		return;
	}
	it->query = ocsp_query_start(s->loop, &s->clock, it->leaf, it->issuer, it->url,
		it->timeout_ms, on_answer, it, &reason);
	if (it->query == NULL) {
		it->busy = false;
		failed(it, reason);
	}
}

static bool
is_due(const struct item *it)
{
	return wall(it->s) >= it->due_s || uv_now(it->s->loop) >= it->due_ms;
}

/*
 * A file is read when it has changed; the same one again when there is no response and a while has
 * passed: it may have been the clock that was wrong.
 */
static void
look_at_file(struct item *it)
{
	if (it->staple == NULL && is_due(it))
		memset(&it->stamp, 0, sizeof(it->stamp));
	begin(it);
}

static void
end_staple(struct item *it)
{
	log_line(it->s->log, LOG_WARN, "staple_ended certificate=%s", it->chain_file);
	staple_unref(it->staple);
	it->staple = NULL;
	hand_out(it);
}

/* What has ended goes, what is due begins. Files are looked at in turns of their own. */
static void
look(struct stapler *s, bool files)
{
	int64_t now_s = wall(s);

	for (struct item *it = s->items; it != NULL; it = it->next) {
		if (it->staple != NULL && it->staple->next_update < now_s)
			end_staple(it);
		if (it->busy || it->leaf == NULL)
			continue;
		if (it->file != NULL && files)
			look_at_file(it);
		else if (it->file == NULL && is_due(it))
			begin(it);
	}
}

void
stapler_check(struct stapler *s)
{
	look(s, true);
}

static void
on_timer(uv_timer_t *t)
{
	struct stapler *s = t->data;

	look(s, s->ticks++ % STAPLER_FILE_TICKS == 0);
}

/* ---- the certificates in force ---- */

static void
item_drop(struct item *it)
{
	it->gone = true;
	it->cert_count = 0;
	if (!it->busy || it->query != NULL)
		item_free(it); /* else after_file() does it */
}

static void
drop_unwanted(struct stapler *s)
{
	for (struct item **at = &s->items; *at != NULL;) {
		struct item *it = *at;

		if (it->wanted) {
			at = &it->next;
			continue;
		}
		*at = it->next;
		item_drop(it);
	}
}

static int
attach(struct stapler *s, struct cert *c)
{
	struct item *it = find(s, c);
	struct cert **bigger;

	if (it == NULL)
		it = item_new(s, c);
	if (it == NULL)
		return -1;
	bigger = realloc(it->certs, (it->cert_count + 1) * sizeof(struct cert *));
	if (bigger == NULL)
		return -1;
	it->certs = bigger;
	it->certs[it->cert_count++] = c;
	it->wanted = true;
	return 0;
}

int
stapler_set_certs(struct stapler *s, struct cert *const *certs, unsigned count)
{
	int rc = 0;

	for (struct item *it = s->items; it != NULL; it = it->next) {
		it->wanted = false;
		it->cert_count = 0;
	}
	s->stats.wanted = 0;
	for (unsigned i = 0; i < count; i++) {
		if (cert_staple_conf(certs[i]) == NULL)
			continue;
		s->stats.wanted++;
		rc |= attach(s, certs[i]);
	}
	drop_unwanted(s);
	for (struct item *it = s->items; it != NULL; it = it->next)
		hand_out(it);
	look(s, true);
	return rc;
}

/* ---- life ---- */

struct stapler *
stapler_new(uv_loop_t *loop, const struct log *log, const struct cert_clock *clock)
{
	struct stapler *s = calloc(1, sizeof(*s));

	if (s != NULL)
		s->timer = calloc(1, sizeof(*s->timer));
	if (s == NULL || s->timer == NULL || uv_timer_init(loop, s->timer) != 0) {
		if (s != NULL)
			free(s->timer);
		free(s);
		return NULL;
	}
	s->loop = loop;
	s->log = log;
	s->clock = *clock;
	s->timer->data = s;
	uv_timer_start(s->timer, on_timer, STAPLER_TICK_MS, STAPLER_TICK_MS);
	return s;
}

static void
free_handle(uv_handle_t *h)
{
	free(h);
}

void
stapler_close(struct stapler *s)
{
	if (s == NULL || s->closing)
		return;
	s->closing = true;
	uv_close((uv_handle_t *)s->timer, free_handle);
	while (s->items != NULL) {
		struct item *it = s->items;

		s->items = it->next;
		item_drop(it);
	}
}

void
stapler_free(struct stapler *s)
{
	free(s);
}

void
stapler_stats(const struct stapler *s, struct stapler_stats *stats)
{
	*stats = s->stats;
	stats->stapled = stats->revoked = 0;
	for (const struct item *it = s->items; it != NULL; it = it->next) {
		stats->stapled += it->staple != NULL ? it->cert_count : 0;
		stats->revoked += it->staple != NULL && it->staple->revoked ? it->cert_count : 0;
	}
}

bool
stapler_view(const struct stapler *s, unsigned i, struct stapler_view *view)
{
	const struct item *it = s->items;

	while (it != NULL && i-- != 0)
		it = it->next;
	if (it == NULL)
		return false;
	*view = (struct stapler_view){ .chain_file = it->chain_file,
		.source = it->file != NULL ? it->file : it->url != NULL ? it->url : "none",
		.error = it->err };
	if (it->staple != NULL) {
		view->this_update = it->staple->this_update;
		view->next_update = it->staple->next_update;
		view->revoked = it->staple->revoked;
	}
	return true;
}
