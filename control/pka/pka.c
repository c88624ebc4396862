/* Jobs and keys, and which back end serves each; see pka.h. The card's side is in pka_card.c. */
#include "control/pka/pka_int.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/rand.h>

#include "common/ct.h"
#include "control/handshake/hs_digest.h"

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
	if (p->jobs == NULL || p->spare == NULL || uv_timer_init(loop, &p->timer) != 0) {
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
	uv_close((uv_handle_t *)&p->timer, NULL);
}

static void
job_destroy(struct pka_job *j)
{
	EVP_PKEY_free(j->key);
	ct_wipe(j, sizeof(*j));
	free(j);
}

void
pka_free(struct pka *p)
{
	if (p == NULL)
		return;
	for (uint32_t i = 0; i < p->job_count; i++)
		if (p->jobs[i] != NULL)
			job_destroy(p->jobs[i]);
	for (unsigned i = 0; i < PKA_MAX_KEYS; i++)
		EVP_PKEY_free(p->keys[i].key);
	free(p->jobs);
	free(p->spare);
	ct_wipe(p, sizeof(*p));
	free(p);
}

/* ---- jobs ---- */

static struct pka_job *
job_new(struct pka *p, const struct pka_owner *who)
{
	struct pka_job *j;
	uint32_t index;

	if (p->spare_count == 0 && p->job_count == PKA_MAX_JOBS)
		return NULL;
	index = p->spare_count != 0 ? p->spare[--p->spare_count] : p->job_count++;
	j = p->jobs[index];
	if (j == NULL) {
		j = p->jobs[index] = calloc(1, sizeof(*j));
		if (j == NULL) {
			p->spare[p->spare_count++] = index;
			return NULL;
		}
		j->index = index;
		j->p = p;
	}
	j->gen++;
	j->who = *who;
	p->stats.in_flight++;
	return j;
}

void
pka_job_drop(struct pka *p, struct pka_job *j)
{
	EVP_PKEY_free(j->key);
	j->key = NULL;
	j->where = PKA_FREE;
	ct_wipe(j->in, sizeof(j->in));
	ct_wipe(j->out, sizeof(j->out));
	p->spare[p->spare_count++] = j->index;
	p->stats.in_flight--;
}

void
pka_job_finish(struct pka *p, struct pka_job *j, const uint8_t *result, size_t len)
{
	uint8_t copy[PKA_MAX_RESULT];
	struct pka_owner who = j->who;

	if (result != NULL)
		memcpy(copy, result, len);
	else
		p->stats.failed++;
	pka_job_drop(p, j);
	p->ops.done(p->ops.ctx, &who, result != NULL ? copy : NULL, len);
	ct_wipe(copy, sizeof(copy));
}

/* On a pool thread: touches the job alone. */
static void
rsa_on_thread(uv_work_t *w)
{
	struct pka_job *j = w->data;
	uint8_t substitute[PKA_PREMASTER_LEN];

	j->rc = RAND_priv_bytes(substitute, sizeof(substitute)) == 1
			? pka_soft_rsa_premaster(
				  j->key, j->client_version, j->in, j->in_len, substitute, j->out)
			: -1;
	ct_wipe(substitute, sizeof(substitute));
}

static void
rsa_after_thread(uv_work_t *w, int status)
{
	struct pka_job *j = w->data;
	struct pka *p = j->p;

	j->where = PKA_FREE;
	if (p->closing)
		return; /* pka_free() wipes it */
	p->stats.rsa_soft++;
	pka_job_finish(p, j, status == 0 && j->rc == 0 ? j->out : NULL, PKA_PREMASTER_LEN);
}

static void
soft_prf(struct pka *p, uint8_t prf, const uint8_t *in, size_t secret_len, size_t len, uint8_t *out,
	size_t out_len)
{
	hs_prf_run(prf, in, secret_len, in + secret_len, len - secret_len, out, out_len);
	p->stats.prf_soft++;
}

void
pka_job_soft(struct pka *p, struct pka_job *j)
{
	if (j->key == NULL) {
		soft_prf(p, j->prf, j->in, j->secret_len, j->in_len, j->out, j->out_len);
		pka_job_finish(p, j, j->out, j->out_len);
		return;
	}
	j->where = PKA_THREAD;
	j->work.data = j;
	if (uv_queue_work(p->loop, &j->work, rsa_on_thread, rsa_after_thread) != 0)
		pka_job_finish(p, j, NULL, 0);
}

void
pka_rsa_premaster(struct pka *p, const struct pka_owner *who, const struct cert *cert,
	uint16_t client_version, const uint8_t *in, size_t len)
{
	struct pka_job *j = len <= PKA_MAX_INPUT ? job_new(p, who) : NULL;
	uint32_t slot;

	if (j == NULL) {
		p->stats.failed++;
		return; /* no room for another operation: the handshake runs into its timeout */
	}
	EVP_PKEY_up_ref(cert->key);
	j->key = cert->key;
	j->client_version = client_version;
	memcpy(j->in, in, len);
	j->in_len = (uint16_t)len;
	j->out_len = PKA_PREMASTER_LEN;
	slot = pka_card_slot(p, cert->key_index, cert->key);
	if (slot == 0 || !pka_card_try(p, j, slot))
		pka_job_soft(p, j);
}

int
pka_prf(struct pka *p, const struct pka_owner *who, enum hs_prf prf, size_t secret_len,
	const uint8_t *in, size_t len, size_t out_len, uint8_t out[PKA_MAX_RESULT])
{
	struct pka_job *j = NULL;

	if (p->card_slots != 0 && prf == HS_PRF_SHA256 && len <= PKA_MAX_INPUT)
		j = job_new(p, who);
	if (j != NULL) {
		memcpy(j->in, in, len);
		j->prf = (uint8_t)prf;
		j->in_len = (uint16_t)len;
		j->secret_len = (uint16_t)secret_len;
		j->out_len = (uint16_t)out_len;
		if (pka_card_try(p, j, 0))
			return PKA_PENDING;
		pka_job_drop(p, j);
	}
	soft_prf(p, (uint8_t)prf, in, secret_len, len, out, out_len);
	return PKA_INLINE;
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

	/*
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
			"%s: cannot read the card's key-encryption key: %s; check the path and that the user of "
			"sluice-cp may read it",
			file, strerror(errno));
	else if (n != KEYBLOB_KEK_BYTES)
		snprintf(err, CERT_ERR_LEN,
			"%s: the card's key-encryption key must be a file of exactly %u bytes; give the one that the "
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

void
pka_set_keys(struct pka *p, struct cert *const *certs, unsigned count)
{
	for (unsigned i = 0; i < PKA_MAX_KEYS; i++)
		p->keys[i].wanted = false;
	for (unsigned i = 0; i < count; i++) {
		/* those that stay, first: their slots are not given away */
		struct pka_key *k = key_find(p, certs[i]->key);

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
		struct pka_key *k = key_find(p, certs[i]->key);

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
}

bool
pka_has_card(const struct pka *p)
{
	return p->card_slots != 0;
}
