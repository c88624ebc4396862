/*
 * RSA-2048 in software where the processor computes several at once (pka_rsa8.h): jobs wait in a
 * line, and each thread that comes free takes as many as there are lanes for. A job that comes
 * alone is done alone, at once; the line only grows while every processor is at work.
 */
#include <stdlib.h>

#include <openssl/rand.h>

#include "common/ct.h"
#include "control/pka/pka_int.h"

struct pka_batch {
	uv_work_t work;
	struct pka *p;
	unsigned n;
	struct pka_job *job[PKA_RSA8_OPS];
	/* a signature's encoded block; a decrypted block before its padding is taken off */
	uint8_t block[PKA_RSA8_OPS][PKA_RSA8_LEN];
};

int
pka_batch_open(struct pka *p)
{
	p->batches_max = uv_available_parallelism();
	return uv_mutex_init(&p->line_lock);
}

void
pka_batch_close(struct pka *p)
{
	uv_mutex_destroy(&p->line_lock);
}

/* ---- on a thread: the line, and the batch's own jobs ---- */

static void
take(struct pka_batch *b)
{
	struct pka *p = b->p;

	uv_mutex_lock(&p->line_lock);
	while (b->n < PKA_RSA8_OPS && p->line_first != NULL) {
		struct pka_job *j = p->line_first;

		p->line_first = j->newer;
		if (p->line_first == NULL)
			p->line_last = NULL;
		j->newer = NULL;
		b->job[b->n++] = j;
	}
	uv_mutex_unlock(&p->line_lock);
}

static void
alone(struct pka_job *j)
{
	j->rc = pka_soft_run(&j->req, j->key, j->in, j->in_len, j->out, &j->out_len);
}

/* False: it must be done alone. */
static bool
prepare(struct pka_batch *b, unsigned i, struct pka_rsa8_op *op)
{
	struct pka_job *j = b->job[i];

	*op = (struct pka_rsa8_op){ .key = j->fast, .in = j->in, .out = b->block[i] };
	if (j->req.kind == PKA_RSA_PREMASTER)
		return j->in_len == PKA_RSA8_LEN;
	op->in = b->block[i];
	op->out = j->out;
	return pka_rsa_encode(pka_scheme_find(j->req.code), j->key, j->in, j->in_len, b->block[i],
		       PKA_RSA8_LEN) == 0;
}

static void
take_result(struct pka_batch *b, unsigned i)
{
	struct pka_job *j = b->job[i];
	uint8_t substitute[PKA_PREMASTER_LEN];

	if (j->req.kind == PKA_SIGN) {
		j->out_len = PKA_RSA8_LEN;
		j->rc = 0;
		return;
	}
	if (RAND_priv_bytes(substitute, sizeof(substitute)) != 1)
		return;
	pka_soft_unpad_premaster(b->block[i], PKA_RSA8_LEN, j->req.code, substitute, j->out);
	ct_wipe(substitute, sizeof(substitute));
	j->out_len = PKA_PREMASTER_LEN;
	j->rc = 0;
}

static void
batch_on_thread(uv_work_t *w)
{
	struct pka_batch *b = w->data;
	struct pka_rsa8_op op[PKA_RSA8_OPS];
	unsigned at[PKA_RSA8_OPS], n = 0;

	take(b);
	if (b->n == 1) {
		alone(b->job[0]); /* libcrypto is faster with one */
		return;
	}
	for (unsigned i = 0; i < b->n; i++) {
		if (prepare(b, i, &op[n]))
			at[n++] = i;
		else
			alone(b->job[i]);
	}
	if (n != 0)
		pka_rsa8_run(op, n);
	for (unsigned i = 0; i < n; i++) {
		/*
		 * not done: a ciphertext that is not below the modulus, or a fault; libcrypto
		 * decides
		 */
		b->job[at[i]]->batched = op[i].done;
		if (op[i].done)
			take_result(b, at[i]);
		else
			alone(b->job[at[i]]);
	}
}

/* ---- on the loop ---- */

static void start(struct pka *p);

static void
batch_after(uv_work_t *w, int status)
{
	struct pka_batch *b = w->data;
	struct pka *p = b->p;

	for (unsigned i = 0; i < b->n; i++) {
		b->job[i]->where = PKA_FREE;
		p->stats.batched += b->job[i]->batched;
		if (!p->closing) /* else pka_free() wipes it */
			pka_job_finish(p, b->job[i]);
	}
	ct_wipe(b, sizeof(*b));
	free(b);
	p->batches--;
	if (!p->closing)
		start(p);
}

/* As many batches as there are processors, while anyone waits. */
static void
start(struct pka *p)
{
	bool waiting;

	uv_mutex_lock(&p->line_lock);
	waiting = p->line_first != NULL;
	uv_mutex_unlock(&p->line_lock);
	if (waiting && p->batches < p->batches_max) {
		struct pka_batch *b = calloc(1, sizeof(*b));

		if (b == NULL)
			return; /* the next job or the end of a batch tries again */
		b->p = p;
		b->work.data = b;
		if (uv_queue_work(p->loop, &b->work, batch_on_thread, batch_after) != 0)
			free(b);
		else
			p->batches++;
	}
}

void
pka_batch_add(struct pka *p, struct pka_job *j)
{
	j->where = PKA_THREAD;
	j->newer = NULL;
	uv_mutex_lock(&p->line_lock);
	if (p->line_last != NULL)
		p->line_last->newer = j;
	else
		p->line_first = j;
	p->line_last = j;
	uv_mutex_unlock(&p->line_lock);
	start(p);
}

struct pka_rsa8_key *
pka_batch_key(const struct pka *p, const struct pka_req *req, const EVP_PKEY *key)
{
	const struct pka_scheme *s;
	const struct pka_key *k;

	if (req->kind != PKA_RSA_PREMASTER && req->kind != PKA_SIGN)
		return NULL;
	k = req->cert->key_index < PKA_MAX_KEYS ? &p->keys[req->cert->key_index] : NULL;
	if (k == NULL || k->fast == NULL || (k->key != key && EVP_PKEY_eq(k->key, key) != 1))
		return NULL;
	if (req->kind == PKA_RSA_PREMASTER)
		return k->fast;
	s = pka_scheme_find(req->code);
	return s != NULL && pka_scheme_fits(s, key) ? k->fast : NULL;
}
