/* When responses for our own certificates are asked for, and what becomes of them; see stapler.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/rand.h>

#include "control/cert/stapler_int.h"

#define RETRY_S 10 /* doubled with each failure, up to an hour */
#define MAX_RETRY_S 3600
#define MIN_REFRESH_S 10
#define MAX_REFRESH_S (7 * 86400)

int64_t
stapler_wall(const struct stapler *s)
{
	return s->clock.now_s(s->clock.ctx);
}

static void
hand_out(struct stapler_item *it)
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
due_in(struct stapler_item *it, int64_t seconds)
{
	it->due_s = stapler_wall(it->s) + seconds;
	it->due_ms = uv_now(it->s->loop) + (uint64_t)seconds * 1000;
}

static void
failed(struct stapler_item *it, const char *reason)
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
succeeded(struct stapler_item *it, const struct ocsp_result *r, const uint8_t *der, size_t len)
{
	struct staple *fresh = staple_new(der, len);
	int64_t left = r->next_update - stapler_wall(it->s);

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
			it->chain_file, (long long)(r->next_update - stapler_wall(it->s)));
	hand_out(it);
}

static void
judge(struct stapler_item *it, const struct ocsp_result *r, const uint8_t *der, size_t len)
{
	if (der == NULL || (r->state != OCSP_S_GOOD && r->state != OCSP_S_REVOKED))
		failed(it, r->reason);
	else if (r->next_update < stapler_wall(it->s)) /* no skew is granted: clients may grant none */
		failed(it, "OCSP response is out of date");
	else
		succeeded(it, r, der, len);
}

/* ---- from where ---- */

static void
on_answer(void *ctx, const struct ocsp_result *r, const uint8_t *der, size_t len)
{
	struct stapler_item *it = ctx;

	it->query = NULL;
	it->busy = false;
	judge(it, r, der, len);
}

/* On a pool thread: touches the item's part for it alone. */
static void
file_on_thread(uv_work_t *w)
{
	struct stapler_item *it = w->data;

	it->rc = staple_read(it->file, &it->stamp, &it->der, &it->len, it->read_err);
	if (it->rc == 1)
		ocsp_check(it->der, it->len, it->leaf, it->issuer, it->now_s, &it->result);
}

static void
after_file(uv_work_t *w, int status)
{
	struct stapler_item *it = w->data;

	it->busy = false;
	if (it->gone) {
		stapler_item_free(it);
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
begin(struct stapler_item *it)
{
	struct stapler *s = it->s;
	const char *reason;

	it->busy = true;
	if (it->file != NULL) {
		it->now_s = stapler_wall(s);
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
is_due(const struct stapler_item *it)
{
	return stapler_wall(it->s) >= it->due_s || uv_now(it->s->loop) >= it->due_ms;
}

/*
 * A file is read when it has changed; the same one again when there is no response and a while has
 * passed: it may have been the clock that was wrong.
 */
static void
look_at_file(struct stapler_item *it)
{
	if (it->staple == NULL && is_due(it))
		memset(&it->stamp, 0, sizeof(it->stamp));
	begin(it);
}

static void
end_staple(struct stapler_item *it)
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
	int64_t now_s = stapler_wall(s);

	for (struct stapler_item *it = s->items; it != NULL; it = it->next) {
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
item_drop(struct stapler_item *it)
{
	it->gone = true;
	it->cert_count = 0;
	if (!it->busy || it->query != NULL)
		stapler_item_free(it); /* else after_file() does it */
}

static void
drop_unwanted(struct stapler *s)
{
	for (struct stapler_item **at = &s->items; *at != NULL;) {
		struct stapler_item *it = *at;

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
	struct stapler_item *it = stapler_item_find(s, c);
	struct cert **bigger;

	if (it == NULL)
		it = stapler_item_new(s, c);
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

	for (struct stapler_item *it = s->items; it != NULL; it = it->next) {
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
	for (struct stapler_item *it = s->items; it != NULL; it = it->next)
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
		struct stapler_item *it = s->items;

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
	for (const struct stapler_item *it = s->items; it != NULL; it = it->next) {
		stats->stapled += it->staple != NULL ? it->cert_count : 0;
		stats->revoked += it->staple != NULL && it->staple->revoked ? it->cert_count : 0;
	}
}

bool
stapler_view(const struct stapler *s, unsigned i, struct stapler_view *view)
{
	const struct stapler_item *it = s->items;

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
