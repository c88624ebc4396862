/* Verification without stopping the loop; see verifier.h. The watch over files is crl_watch.c's. */
#include "control/cert/verifier.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/cert/crl_watch.h"
#include "control/cert/peer_cache.h"
#include "control/cert/verify_int.h"

#define CACHE_CHAINS 4096
#define CACHE_LIFE_MS 60000
#define KNOWN_PEERS 16384
#define KNOWN_LIFE_MS (24ull * 3600 * 1000)
#define CACHE_BYTES (16u << 20)
#define SOFT_LIFE_S 300 /* then a responder that failed is asked again */
#define MAX_WAITERS 65536

struct waiter {
	struct waiter *next;
	struct verify_owner who;
};

struct job {
	struct job *next;
	struct verifier *v;
	uv_work_t work;
	struct trust *trust;
	struct trust_set *set;
	struct verify_req req; /* points into bytes */
	uint8_t key[32];
	bool asking; /* waits for an OCSP responder, not for a thread */
	struct waiter *waiters; /* in no order */
	struct verify_out out;
	uint8_t bytes[];
};

struct verifier {
	uv_loop_t *loop;
	const struct log *log;
	struct cert_clock clock;
	struct verifier_ops ops;
	struct peer_cache *chains, *known;
	struct ocsp_client *ocsp;
	struct crl_watch *watch;
	struct job *jobs;
	unsigned job_count, waiter_count;
	bool closing;
	struct verifier_stats stats;
};

/* ---- keys of the caches ---- */

static void
put_len(EVP_MD_CTX *md, const void *p, size_t n)
{
	const uint64_t len = n;

	EVP_DigestUpdate(md, &len, sizeof(len));
	EVP_DigestUpdate(md, p, n);
}

/* Everything that a verdict depends on but time. */
static int
digest_parts(uint8_t key[32], const uint8_t trust_id[32], const char *name, const void *a,
	size_t a_len, const void *b, size_t b_len)
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	unsigned n;
	int rc = -1;

	if (md != NULL && EVP_DigestInit_ex(md, EVP_sha256(), NULL) == 1) {
		EVP_DigestUpdate(md, trust_id, 32);
		put_len(md, name != NULL ? name : "", name != NULL ? strlen(name) : 0);
		put_len(md, a, a_len);
		put_len(md, b, b_len);
		rc = EVP_DigestFinal_ex(md, key, &n) == 1 ? 0 : -1;
	}
	EVP_MD_CTX_free(md);
	return rc;
}

/* ---- jobs ---- */

static void
job_free(struct job *j)
{
	while (j->waiters != NULL) {
		struct waiter *w = j->waiters;

		j->waiters = w->next;
		free(w);
	}
	verify_out_clear(&j->out);
	peer_unref(j->out.peer);
	trust_set_unref(j->set);
	trust_unref(j->trust);
	free(j);
}

static void
job_unlink(struct job *j)
{
	struct job **at = &j->v->jobs;

	while (*at != j)
		at = &(*at)->next;
	*at = j->next;
	j->v->job_count--;
}

/* What comes now is final: into the caches, to all who wait. */
static void
finish(struct job *j)
{
	struct verifier *v = j->v;
	struct peer *p = j->out.peer;
	uint64_t now_ms = uv_now(v->loop);
	int64_t now_s = v->clock.now_s(v->clock.ctx); /* a responder may have taken its time */
	uint8_t known[32];

	if (p != NULL && p->verdict != TLS_E_INTERNAL_ERROR)
		peer_cache_put(v->chains, j->key, p, now_ms, now_s);
	if (p != NULL && p->verdict == TLS_E_OK &&
		digest_parts(known, j->set->id, j->req.name, p->fingerprint, 32, NULL, 0) == 0)
		peer_cache_put(v->known, known, p, now_ms, now_s);
	(*(p != NULL && p->verdict == TLS_E_OK ? &v->stats.verified : &v->stats.refused))++;
	/* on the list until the last is told: any of them may be cancelled meanwhile */
	while (j->waiters != NULL) {
		struct waiter *w = j->waiters;

		j->waiters = w->next;
		v->waiter_count--;
		v->ops.done(v->ops.ctx, &w->who, p);
		free(w);
	}
	job_unlink(j);
	job_free(j);
}

/* ---- OCSP ---- */

static void
apply_status(struct job *j, const struct ocsp_result *r)
{
	struct verifier *v = j->v;
	struct peer *p = j->out.peer;

	switch (r->state) {
	case OCSP_S_GOOD:
		if (r->next_update < p->valid_until)
			p->valid_until = r->next_update;
		return;
	case OCSP_S_REVOKED:
		verify_refuse(p, TLS_E_CERTIFICATE_REVOKED, "%s", r->reason);
		return;
	default: break;
	}
	if (j->trust->conf.ocsp == TRUST_OCSP_HARD) {
		verify_refuse(p, TLS_E_CERTIFICATE_UNKNOWN, "%s", r->reason);
		return;
	}
	v->stats.ocsp_soft_failed++;
	if (p->valid_until > j->req.now_s + SOFT_LIFE_S)
		p->valid_until = j->req.now_s + SOFT_LIFE_S;
	p->x509_error = X509_V_ERR_OCSP_VERIFY_NEEDED;
	log_line(v->log, LOG_INFO, "ocsp_overlooked state=%s reason=\"%s\"",
		ocsp_state_name(r->state), r->reason);
}

static void
on_status(void *ctx, const struct ocsp_result *r)
{
	struct job *j = ctx;

	apply_status(j, r);
	finish(j);
}

/* The chain is good; whether its leaf was revoked is asked for when the trust wants to know. */
static void
ask_status(struct job *j)
{
	const struct trust_conf *conf = &j->trust->conf;
	struct ocsp_result r;

	if (conf->ocsp == TRUST_OCSP_OFF || j->out.status_known || j->out.issuer == NULL) {
		finish(j);
		return;
	}
	j->asking = true;
	if (ocsp_client_ask(j->v->ocsp, j->out.leaf, j->out.issuer, conf->ocsp_url,
		    conf->ocsp_timeout_ms, on_status, j, &r) == OCSP_CLIENT_INLINE)
		on_status(j, &r);
}

/* On a pool thread: touches the job alone, and of the trust what never changes. */
static void
verify_on_thread(uv_work_t *w)
{
	struct job *j = w->data;

	verify_run(&j->trust->conf, j->set, &j->req, &j->out);
}

static void
after_thread(uv_work_t *w, int status)
{
	struct job *j = w->data;

	if (j->v->closing) {
		job_unlink(j);
		job_free(j);
	} else if (j->out.peer != NULL && j->out.peer->verdict == TLS_E_OK) {
		ask_status(j);
	} else {
		finish(j);
	}
}

/* ---- the callers' side ---- */

static struct job *
job_new(struct verifier *v, const struct verify_req *req, const uint8_t key[32])
{
	size_t name = req->name != NULL ? strlen(req->name) + 1 : 0;
	struct job *j = malloc(sizeof(*j) + req->chain_len + req->staple_len + name);
	uint8_t *at;

	if (j == NULL)
		return NULL;
	memset(j, 0, sizeof(*j));
	j->v = v;
	j->req = *req;
	memcpy(j->key, key, 32);
	at = j->bytes;
	if (req->chain_len != 0)
		j->req.chain = memcpy(at, req->chain, req->chain_len);
	at += req->chain_len;
	if (req->staple_len != 0)
		j->req.staple = memcpy(at, req->staple, req->staple_len);
	at += req->staple_len;
	if (name != 0)
		j->req.name = memcpy(at, req->name, name);
	j->trust = trust_ref(req->trust);
	j->set = trust_set_ref(req->trust);
	j->work.data = j;
	return j;
}

static int
wait_for(struct job *j, const struct verify_owner *who)
{
	struct waiter *w = j->v->waiter_count < MAX_WAITERS ? malloc(sizeof(*w)) : NULL;

	if (w == NULL)
		return -1;
	*w = (struct waiter){ j->waiters, *who };
	j->waiters = w;
	j->v->waiter_count++;
	return 0;
}

static struct job *
find_job(const struct verifier *v, const uint8_t key[32])
{
	struct job *j = v->jobs;

	while (j != NULL && memcmp(j->key, key, 32) != 0)
		j = j->next;
	return j;
}

static struct job *
job_start(struct verifier *v, const struct verify_req *req, const uint8_t key[32])
{
	struct job *j = v->job_count < VERIFIER_MAX_JOBS ? job_new(v, req, key) : NULL;

	if (j == NULL) {
		v->stats.overloaded++;
		return NULL;
	}
	if (uv_queue_work(v->loop, &j->work, verify_on_thread, after_thread) != 0) {
		job_free(j);
		return NULL;
	}
	j->next = v->jobs;
	v->jobs = j;
	v->job_count++;
	return j;
}

int
verify_start(struct verifier *v, const struct verify_req *req, const struct verify_owner *who,
	struct peer **peer)
{
	uint8_t key[32];
	struct job *j;

	*peer = NULL;
	if (req->trust == NULL) { /* verify: none */
		*peer = peer_unjudged(req);
		return VERIFY_INLINE;
	}
	if (req->chain_len == 0 || req->chain_len > PEER_MAX_CHAIN ||
		req->staple_len > OCSP_MAX_RESPONSE) {
		*peer = peer_verify(req->trust, req); /* refused before any work */
		return VERIFY_INLINE;
	}
	if (digest_parts(key, req->trust->set->id, req->name, req->chain, req->chain_len,
		    req->staple, req->staple_len) != 0)
		return VERIFY_INLINE;
	*peer = peer_cache_get(v->chains, key, uv_now(v->loop), req->now_s);
	if (*peer != NULL) {
		v->stats.cached++;
		return VERIFY_INLINE;
	}
	j = find_job(v, key);
	if (j != NULL)
		v->stats.joined++;
	else
		j = job_start(v, req, key);
	return j != NULL && wait_for(j, who) == 0 ? VERIFY_PENDING : VERIFY_INLINE;
}

static bool
same_owner(const struct verify_owner *a, const struct verify_owner *b)
{
	return a->conn == b->conn && a->attachment == b->attachment && a->worker == b->worker &&
		a->tag == b->tag;
}

void
verify_cancel(struct verifier *v, const struct verify_owner *who)
{
	for (struct job *j = v->jobs; j != NULL; j = j->next)
		for (struct waiter **at = &j->waiters; *at != NULL; at = &(*at)->next) {
			struct waiter *w = *at;

			if (!same_owner(&w->who, who))
				continue;
			*at = w->next;
			free(w);
			v->waiter_count--;
			return;
		}
}

struct peer *
peer_by_fingerprint(struct verifier *v, const struct trust *trust, const char *name,
	const uint8_t fingerprint[32], int64_t now_s)
{
	uint8_t key[32];

	if (digest_parts(key, trust->set->id, name, fingerprint, 32, NULL, 0) != 0)
		return NULL;
	return peer_cache_get(v->known, key, uv_now(v->loop), now_s);
}

/* ---- life ---- */

static void
on_crl(void *ctx, bool reloaded)
{
	struct verifier *v = ctx;

	(*(reloaded ? &v->stats.crl_reloads : &v->stats.crl_errors))++;
}

struct verifier *
verifier_new(uv_loop_t *loop, const struct log *log, const struct cert_clock *clock,
	const struct verifier_ops *ops)
{
	struct verifier *v = calloc(1, sizeof(*v));

	if (v == NULL)
		return NULL;
	v->loop = loop;
	v->log = log;
	v->clock = *clock;
	v->ops = *ops;
	v->chains = peer_cache_new(CACHE_CHAINS, CACHE_BYTES, CACHE_LIFE_MS);
	v->known = peer_cache_new(KNOWN_PEERS, CACHE_BYTES, KNOWN_LIFE_MS);
	v->ocsp = ocsp_client_new(loop, clock);
	if (v->chains != NULL && v->known != NULL && v->ocsp != NULL)
		v->watch = crl_watch_new(loop, log, VERIFIER_CHECK_MS, on_crl, v);
	if (v->watch == NULL) {
		verifier_free(v);
		return NULL;
	}
	return v;
}

void
verifier_close(struct verifier *v)
{
	struct job *next;

	if (v == NULL || v->closing)
		return;
	v->closing = true;
	ocsp_client_close(v->ocsp);
	crl_watch_close(v->watch);
	/* those that wait for a responder, of which no more is heard; the rest is on threads */
	for (struct job *j = v->jobs; j != NULL; j = next) {
		next = j->next;
		if (j->asking) {
			job_unlink(j);
			job_free(j);
		}
	}
}

void
verifier_free(struct verifier *v)
{
	if (v == NULL)
		return;
	crl_watch_free(v->watch);
	ocsp_client_free(v->ocsp);
	peer_cache_free(v->chains);
	peer_cache_free(v->known);
	free(v);
}

int
verifier_set_trusts(struct verifier *v, struct trust *const *trusts, unsigned count)
{
	return crl_watch_set(v->watch, trusts, count);
}

void
verifier_check_files(struct verifier *v)
{
	crl_watch_check(v->watch);
}

void
verifier_stats(const struct verifier *v, struct verifier_stats *stats)
{
	*stats = v->stats;
	stats->in_flight = v->job_count;
	stats->peers_known = peer_cache_count(v->known);
}
