/* Jobs and keys, and which back end serves each; see pka.h. The card's side is in pka_card.c. */
#include "control/pka/pka_int.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/ct.h"
#include "control/pka/pka_kex.h"
#include "control/pka/pka_place.h"

#define JOB_BATCH 64
_Static_assert(PKA_MAX_JOBS % JOB_BATCH == 0, "whole batches");

/* On a thread: touches the job alone. */
static void
work_on_thread(struct pka_job *j)
{
	if (!j->nothing)
		j->rc = pka_soft_run(&j->req, j->key, j->in, j->in_len, j->out, &j->out_len);
}

static void
after_thread(struct pka_job *j)
{
	j->where = PKA_FREE;
	pka_job_finish(j->p, j);
}

static const struct pka_threads_ops threads_ops = { .run = work_on_thread, .ended = after_thread };

struct pka *
pka_new(uv_loop_t *loop, const struct log *log, const struct pka_ops *ops, uint32_t timeout_ms)
{
	struct pka *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->loop = loop;
	p->log = log;
	p->ops = *ops;
	p->timeout_ms = timeout_ms;
	p->jobs = calloc(PKA_MAX_JOBS, sizeof(*p->jobs));
	p->spare = calloc(PKA_MAX_JOBS, sizeof(*p->spare));
	p->threads = pka_threads_new(loop, &threads_ops);
	if (p->jobs == NULL || p->spare == NULL || p->threads == NULL ||
		uv_timer_init(loop, &p->timer) != 0) {
		pka_threads_free(p->threads);
		free(p->jobs);
		free(p->spare);
		free(p);
		return NULL;
	}
	p->timer.data = p;
	return p;
}

void
pka_close(struct pka *p)
{
	p->closing = true;
	pka_threads_close(p->threads);
	uv_close((uv_handle_t *)&p->timer, NULL);
}

static void
job_empty(struct pka_job *j)
{
	EVP_PKEY_free(j->key);
	j->key = NULL;
	if (j->in != NULL)
		ct_wipe(j->in, j->room_len);
	free(j->in);
	j->in = j->out = NULL;
	j->p->room -= j->room_len;
	j->room_len = 0;
}

void
pka_free(struct pka *p)
{
	if (p == NULL)
		return;
	for (uint32_t i = 0; i < p->job_count; i++)
		if (p->jobs[i] != NULL)
			job_empty(p->jobs[i]);
	for (uint32_t i = 0; i < PKA_MAX_JOBS; i += JOB_BATCH)
		free(p->jobs[i]); /* the first one's address is the batch's */
	for (unsigned i = 0; i < PKA_MAX_KEYS; i++)
		EVP_PKEY_free(p->keys[i].key);
	pka_secret_end(p);
	pka_threads_free(p->threads);
	free(p->jobs);
	free(p->spare);
	ct_wipe(p, sizeof(*p));
	free(p);
}

/* ---- jobs ---- */

/* Bytes that the result of a request may have, at most. */
static size_t
out_room(const struct pka_req *req, EVP_PKEY *key)
{
	const struct pka_kex_group *g = pka_kex_find(req->code);

	switch (req->kind) {
	case PKA_RSA_PREMASTER: return PKA_PREMASTER_LEN;
	case PKA_VERIFY: return 1;
	case PKA_RSA_SSL2:
	case PKA_PRF: return req->out_len;
	case PKA_SECRETS: return req->out_len != 0 ? req->out_len : 1;
	case PKA_SIGN: return PKA_MAX_MODULUS;
	case PKA_KEX_DERIVE: return g != NULL ? g->secret_len : 0;
	default: return PKA_OP_MAX_OUT;
	}
}

/*
 * Jobs stay, for their generations. So they are made many at a time: one by one they would lie between
 * the buffers of a rush of handshakes and keep the pages of those from going back to the system.
 */
static struct pka_job *
job_at(struct pka *p, uint32_t index)
{
	uint32_t first = index - index % JOB_BATCH;
	struct pka_job *j;

	if (p->jobs[index] != NULL)
		return p->jobs[index];
	j = calloc(JOB_BATCH, sizeof(*j));
	if (j == NULL)
		return NULL;
	for (uint32_t i = 0; i < JOB_BATCH; i++) {
		j[i].index = first + i;
		j[i].p = p;
		p->jobs[first + i] = &j[i];
	}
	return p->jobs[index];
}

/* A job with its input copied; NULL when there is no room for another one. */
static struct pka_job *
job_new(struct pka *p, const struct pka_owner *who, const struct pka_req *req, EVP_PKEY *key,
	const uint8_t *in, size_t len)
{
	size_t room = len + out_room(req, key);
	struct pka_job *j;
	uint32_t index;

	if ((p->spare_count == 0 && p->job_count == PKA_MAX_JOBS) || p->room + room > PKA_MAX_ROOM)
		return NULL;
	index = p->spare_count != 0 ? p->spare[--p->spare_count] : p->job_count++;
	j = job_at(p, index);
	if (j == NULL || (j->in = malloc(room)) == NULL)
		goto no_memory;
	j->room_len = (uint32_t)room;
	p->room += room;
	j->gen++;
	j->who = *who;
	j->req = *req;
	j->req.cert = NULL;
	j->req.peer = NULL;
	if (key != NULL)
		EVP_PKEY_up_ref(key);
	j->key = key;
	j->out = j->in + len;
	j->in_len = (uint32_t)len;
	j->out_len = 0;
	j->rc = -1;
	j->nothing = false;
	if (len != 0)
		memcpy(j->in, in, len);
	p->stats.in_flight++;
	return j;
no_memory:
	p->spare[p->spare_count++] = index;
	return NULL;
}

void
pka_job_drop(struct pka *p, struct pka_job *j)
{
	job_empty(j);
	j->where = PKA_FREE;
	p->spare[p->spare_count++] = j->index;
	p->stats.in_flight--;
}

void
pka_job_finish(struct pka *p, struct pka_job *j)
{
	struct pka_owner who = j->who;
	struct pka_job mine = *j;

	/* done() may ask for the next operation: this one is over before, but for its result */
	j->in = j->out = NULL;
	j->room_len = 0;
	if (mine.rc != 0)
		p->stats.failed++;
	pka_job_drop(p, j);
	p->ops.done(
		p->ops.ctx, &who, mine.rc == 0 ? mine.out : NULL, mine.rc == 0 ? mine.out_len : 0);
	ct_wipe(mine.in, mine.room_len);
	free(mine.in);
	p->room -= mine.room_len;
}

void
pka_count_soft(struct pka *p, const struct pka_req *req)
{
	switch (req->kind) {
	case PKA_RSA_SSL2:
	case PKA_RSA_PREMASTER: p->stats.rsa_soft++; break;
	case PKA_PRF: p->stats.prf_soft++; break;
	case PKA_SIGN: p->stats.sign_soft++; break;
	case PKA_VERIFY:
	case PKA_RSA_ENCRYPT: p->stats.peer++; break;
	default: p->stats.kex++; break;
	}
}

void
pka_job_soft(struct pka *p, struct pka_job *j)
{
	pka_count_soft(p, &j->req);
	if (j->req.kind == PKA_PRF) {
		j->rc = pka_soft_run(&j->req, NULL, j->in, j->in_len, j->out, &j->out_len);
		pka_job_finish(p, j);
		return;
	}
	j->where = PKA_THREAD;
	if (pka_threads_give(p->threads, j) != 0) {
		j->rc = -1;
		pka_job_finish(p, j);
	}
}

static enum pka_fault
fault_of(struct pka *p, const struct pka_req *req)
{
	return p->ops.fault != NULL ? p->ops.fault(p->ops.ctx, req) : PKA_FAULT_NONE;
}

/* A job with a fault: fails on the pool, or stays forever. */
static int
job_with_fault(struct pka *p, struct pka_job *j, enum pka_fault fault)
{
	j->where = fault == PKA_FAULT_STALL ? PKA_STUCK : PKA_THREAD;
	j->nothing = true;
	if (fault == PKA_FAULT_FAIL && pka_threads_give(p->threads, j) != 0) {
		pka_job_drop(p, j);
		return PKA_FAILED;
	}
	return PKA_PENDING;
}

/* Secrets of it stay on the card. */
static bool
only_card(const struct pka_req *req)
{
	return req->kind == PKA_SECRETS || req->secret_out != 0 || req->secret_in != 0;
}

/* To the card, else to the pool. */
static int
start(struct pka *p, const struct pka_owner *who, const struct pka_req *req, EVP_PKEY *key,
	const uint8_t *in, size_t len, bool card, uint32_t slot)
{
	struct pka_job *j = job_new(p, who, req, key, in, len);

	if (j == NULL) {
		p->stats.refused++;
		return PKA_FAILED;
	}
	j->card_only = only_card(req);
	if (card && pka_card_try(p, j, slot))
		return PKA_PENDING;
	if (j->card_only) {
		pka_job_drop(p, j);
		p->stats.failed++;
		return PKA_FAILED;
	}
	if (pka_place_in_place(req, key)) { /* the card had no room for it */
		pka_job_drop(p, j);
		return PKA_INLINE;
	}
	pka_job_soft(p, j);
	return PKA_PENDING;
}

int
pka_do(struct pka *p, const struct pka_owner *who, const struct pka_req *req, const uint8_t *in,
	size_t len, uint8_t *out, size_t *out_len)
{
	EVP_PKEY *key = pka_soft_key(req);
	enum pka_fault fault = fault_of(p, req);
	bool card, needs_key = req->kind <= PKA_RSA_ENCRYPT || req->kind == PKA_RSA_SSL2;
	uint32_t slot = 0;
	int rc = PKA_INLINE;

	*out_len = 0;
	if (len > PKA_OP_MAX_IN || (needs_key && key == NULL) || fault == PKA_FAULT_REFUSE ||
		((req->kind == PKA_PRF || req->kind == PKA_SECRETS) && req->out_len > PKA_OP_MAX_OUT)) {
		p->stats.failed++;
		return PKA_FAILED;
	}
	if (fault != PKA_FAULT_NONE) {
		struct pka_job *j = job_new(p, who, req, key, in, len);

		return j != NULL ? job_with_fault(p, j, fault) : PKA_FAILED;
	}
	card = pka_card_can(p, req, key, len, &slot);
	if (card && only_card(req) && !pka_card_ec_share_fits(req, in, len))
		return PKA_INLINE; /* empty: the card is not asked */
	if (card || only_card(req) || !pka_place_in_place(req, key))
		rc = start(p, who, req, key, in, len, card, slot);
	if (rc != PKA_INLINE)
		return rc;
	pka_count_soft(p, req);
	if (pka_soft_run(req, key, in, len, out, out_len) == 0)
		return PKA_INLINE;
	p->stats.failed++;
	return PKA_FAILED;
}

/* ---- threads ---- */

struct warm {
	uv_work_t work;
	uv_barrier_t *all;
	void (*on_thread)(void);
};

static void
meet(uv_work_t *w)
{
	struct warm *warm = (struct warm *)w;

	uv_barrier_wait(warm->all);
	if (warm->on_thread != NULL)
		warm->on_thread();
}

void
pka_start_threads(struct pka *p, void (*on_thread)(void))
{
	const char *size = getenv("UV_THREADPOOL_SIZE");
	unsigned n = size != NULL ? (unsigned)atoi(size) : 4; /* libuv's default */
	struct warm w[64];
	uv_barrier_t all;

	pka_threads_start(p->threads, on_thread);
	/* libuv's, which verify chains:
	 * one item per thread, none of which ends before all run: after this every thread of the
	 * pool exists
	 */
	if (n < 1 || n > 64 || uv_barrier_init(&all, n) != 0)
		return;
	for (unsigned i = 0; i < n; i++) {
		w[i].all = &all;
		w[i].on_thread = on_thread;
		uv_queue_work(p->loop, &w[i].work, meet, NULL);
	}
	uv_run(p->loop, UV_RUN_DEFAULT);
	uv_barrier_destroy(&all);
}

/* ---- keys ---- */

int
pka_load_kek(struct pka *p, const char *file, char err[CERT_ERR_LEN])
{
	uint8_t buf[KEYBLOB_KEK_BYTES + 1];
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, buf, sizeof(buf)) : -1;

	if (n < 0)
		snprintf(err, CERT_ERR_LEN,
			"%s: cannot read the card's key-encryption key: %s; check the path and "
			"that the user of "
			"sluice-cp may read it",
			file, strerror(errno));
	else if (n != KEYBLOB_KEK_BYTES)
		snprintf(err, CERT_ERR_LEN,
			"%s: the card's key-encryption key must be a file of exactly %u bytes; "
			"give the one that the "
			"card was provisioned with",
			file, KEYBLOB_KEK_BYTES);
	if (fd >= 0)
		close(fd);
	if (n == KEYBLOB_KEK_BYTES) {
		memcpy(p->kek, buf, KEYBLOB_KEK_BYTES);
		p->has_kek = true;
	}
	ct_wipe(buf, sizeof(buf));
	return n == KEYBLOB_KEK_BYTES ? 0 : -1;
}

void
pka_set_timeout(struct pka *p, uint32_t timeout_ms)
{
	p->timeout_ms = timeout_ms;
}

static struct pka_key *
key_find(struct pka *p, const EVP_PKEY *key)
{
	struct pka_key *unused = NULL;

	for (unsigned i = 0; i < PKA_MAX_KEYS; i++) {
		if (p->keys[i].key == NULL)
			unused = unused == NULL ? &p->keys[i] : unused;
		else if (EVP_PKEY_eq(p->keys[i].key, key) == 1)
			return &p->keys[i];
	}
	return unused;
}

/* What the card can hold; other keys take no place of its slots. */
static bool
suits_card(const struct cert *c)
{
	return (EVP_PKEY_get_base_id(c->key) == EVP_PKEY_RSA && EVP_PKEY_get_bits(c->key) == 2048) ||
	       pka_card_ec_bit(c->key) != 0;
}

void
pka_set_keys(struct pka *p, struct cert *const *certs, unsigned count)
{
	for (unsigned i = 0; i < PKA_MAX_KEYS; i++)
		p->keys[i].wanted = false;
	for (unsigned i = 0; i < count; i++) {
		/* those that stay, first: their slots are not given away */
		struct pka_key *k = suits_card(certs[i]) ? key_find(p, certs[i]->key) : NULL;

		if (k != NULL && k->key != NULL)
			k->wanted = true;
	}
	for (unsigned i = 0; i < PKA_MAX_KEYS; i++) {
		if (p->keys[i].key == NULL || p->keys[i].wanted)
			continue;
		pka_card_erase(p, &p->keys[i]);
		EVP_PKEY_free(p->keys[i].key);
		p->keys[i].key = NULL;
	}
	for (unsigned i = 0; i < count; i++) {
		struct pka_key *k = suits_card(certs[i]) ? key_find(p, certs[i]->key) : NULL;

		certs[i]->key_index = k != NULL ? (uint16_t)(k - p->keys) : PKA_MAX_KEYS;
		if (k == NULL || k->key != NULL)
			continue;
		EVP_PKEY_up_ref(certs[i]->key);
		k->key = certs[i]->key;
		k->wanted = true;
		k->state = PKA_SLOT_EMPTY;
		pka_card_load(p, k);
	}
}

void
pka_stats(const struct pka *p, struct pka_stats *stats)
{
	*stats = p->stats;
	stats->room = p->room;
}

bool
pka_has_card(const struct pka *p)
{
	return p->card.slots != 0;
}

bool
pka_has_secrets(const struct pka *p)
{
	return (p->card.can & IPC_CARD_SECRETS) != 0 && p->card.secrets != 0;
}

void
pka_set_curves(struct pka *p, bool on_card)
{
	p->curves_soft = !on_card;
}
