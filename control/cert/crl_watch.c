/* The watch over CRL files; see crl_watch.h. */
#include "control/cert/crl_watch.h"

#include <stdlib.h>
#include <string.h>

struct seen { /* a trust, and what was last wrong with its files */
	struct trust *trust;
	char err[CERT_ERR_LEN];
};

struct look { /* one pass, on a thread */
	uv_work_t work;
	struct crl_watch *w;
	unsigned count;
	struct {
		struct trust *trust;
		struct trust_set *set, *fresh;
		int rc;
		char err[CERT_ERR_LEN];
	} at[];
};

struct crl_watch {
	uv_loop_t *loop;
	const struct log *log;
	uint64_t every_ms;
	void (*changed)(void *ctx, bool reloaded);
	void *ctx;
	uv_timer_t *timer; /* frees itself when closed */
	struct seen *seen;
	unsigned count;
	bool looking, again, closing;
};

static void look_now(struct crl_watch *w);

static void
on_timer(uv_timer_t *t)
{
	look_now(t->data);
}

struct crl_watch *
crl_watch_new(uv_loop_t *loop, const struct log *log, uint64_t every_ms,
	void (*changed)(void *ctx, bool reloaded), void *ctx)
{
	struct crl_watch *w = calloc(1, sizeof(*w));

	if (w != NULL)
		w->timer = calloc(1, sizeof(*w->timer));
	if (w == NULL || w->timer == NULL || uv_timer_init(loop, w->timer) != 0) {
		if (w != NULL)
			free(w->timer);
		free(w);
		return NULL;
	}
	w->loop = loop;
	w->log = log;
	w->every_ms = every_ms;
	w->changed = changed;
	w->ctx = ctx;
	w->timer->data = w;
	uv_timer_start(w->timer, on_timer, every_ms, every_ms);
	return w;
}

static void
free_handle(uv_handle_t *h)
{
	free(h);
}

void
crl_watch_close(struct crl_watch *w)
{
	if (w == NULL || w->closing)
		return;
	w->closing = true;
	uv_close((uv_handle_t *)w->timer, free_handle);
}

static void
drop_seen(struct seen *seen, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		trust_unref(seen[i].trust);
	free(seen);
}

void
crl_watch_free(struct crl_watch *w)
{
	if (w == NULL)
		return;
	drop_seen(w->seen, w->count);
	free(w);
}

int
crl_watch_set(struct crl_watch *w, struct trust *const *trusts, unsigned count)
{
	struct seen *seen = calloc(count + 1, sizeof(*seen));

	if (seen == NULL)
		return -1;
	for (unsigned i = 0; i < count; i++)
		seen[i].trust = trust_ref(trusts[i]);
	drop_seen(w->seen, w->count);
	w->seen = seen;
	w->count = count;
	return 0;
}

/* On a pool thread: reads files, touches the look and what never changes in a trust. */
static void
look_on_thread(uv_work_t *work)
{
	struct look *l = work->data;

	for (unsigned i = 0; i < l->count; i++)
		l->at[i].rc = trust_set_renew(
			l->at[i].trust, l->at[i].set, &l->at[i].fresh, l->at[i].err);
}

/* An error is told once, until it is another one or gone. */
static void
tell(struct crl_watch *w, const struct trust *t, int rc, const char *err)
{
	for (unsigned i = 0; i < w->count; i++) {
		struct seen *s = &w->seen[i];

		if (s->trust != t)
			continue;
		if (rc >= 0)
			s->err[0] = '\0';
		else if (strcmp(s->err, err) != 0)
			log_line(w->log, LOG_ERROR, "crl_refused running=old reason=\"%s\"", err);
		if (rc < 0)
			memcpy(s->err, err, CERT_ERR_LEN);
	}
}

static void
after_look(uv_work_t *work, int status)
{
	struct look *l = work->data;
	struct crl_watch *w = l->w;

	w->looking = false;
	for (unsigned i = 0; i < l->count; i++) {
		struct trust *t = l->at[i].trust;

		if (status == 0)
			tell(w, t, l->at[i].rc, l->at[i].err);
		if (status == 0 && l->at[i].rc == 1) {
			trust_swap(t, l->at[i].fresh);
			log_line(w->log, LOG_INFO, "crl_reloaded ca=%s", trust_conf(t)->ca_file);
		}
		if (status == 0 && l->at[i].rc != 0 && !w->closing)
			w->changed(w->ctx, l->at[i].rc > 0);
		trust_set_unref(l->at[i].set);
		trust_unref(t);
	}
	free(l);
	if (w->again)
		look_now(w);
}

static void
look_now(struct crl_watch *w)
{
	struct look *l;
	unsigned n = 0;

	w->again = w->looking;
	if (w->looking || w->closing)
		return;
	for (unsigned i = 0; i < w->count; i++)
		n += trust_conf(w->seen[i].trust)->crl_file_count != 0;
	l = n != 0 ? calloc(1, sizeof(*l) + n * sizeof(l->at[0])) : NULL;
	if (l == NULL)
		return;
	for (unsigned i = 0; i < w->count; i++) {
		if (trust_conf(w->seen[i].trust)->crl_file_count == 0)
			continue;
		l->at[l->count].trust = trust_ref(w->seen[i].trust);
		l->at[l->count++].set = trust_set_ref(w->seen[i].trust);
	}
	l->w = w;
	l->work.data = l;
	w->looking = uv_queue_work(w->loop, &l->work, look_on_thread, after_look) == 0;
	if (!w->looking)
		after_look(&l->work, UV_ECANCELED);
}

void
crl_watch_check(struct crl_watch *w)
{
	look_now(w);
}
