/*
 * Record engine `soft`: libcrypto in the worker. Work is done inside submit; poll hands the results
 * back. It is also the reference for the other engines and takes over when a card fails, so it must
 * be able to start a session at any sequence number.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/ct.h"
#include "dataplane/crypto/soft.h"

static void soft_close(struct rec_engine *eng);

static int
soft_open(const struct rec_engine_conf *conf, struct rec_engine **eng)
{
	static const char *const names[] = {
		[IPC_ALG_AES128_GCM] = "AES-128-GCM",
		[IPC_ALG_AES256_GCM] = "AES-256-GCM",
		[IPC_ALG_AES128_CBC_SHA1] = "AES-128-CBC",
		[IPC_ALG_AES256_CBC_SHA1] = "AES-256-CBC",
		[IPC_ALG_AES128_CBC_SHA256] = "AES-128-CBC",
		[IPC_ALG_AES256_CBC_SHA256] = "AES-256-CBC",
	};
	struct soft_engine *e = calloc(1, sizeof(*e));

	if (e == NULL)
		return -ENOMEM;
	e->eng.ops = &rec_engine_soft;
	e->eng.conf = *conf;
	e->done_tail = &e->done;
	for (uint32_t i = IPC_ALG_AES128_GCM; i <= IPC_ALG_AES256_CBC_SHA256; i++) {
		e->cipher[i] = EVP_CIPHER_fetch(NULL, names[i], NULL);
		if (e->cipher[i] == NULL)
			goto fail;
	}
	e->hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	if (e->hmac == NULL)
		goto fail;
	*eng = &e->eng;
	return 0;
fail:
	soft_close(&e->eng);
	return -ENOTSUP;
}

static void
soft_close(struct rec_engine *eng)
{
	struct soft_engine *e = (struct soft_engine *)eng;

	for (uint32_t i = IPC_ALG_AES128_GCM; i <= IPC_ALG_AES256_CBC_SHA256; i++)
		EVP_CIPHER_free(e->cipher[i]);
	EVP_MAC_free(e->hmac);
	ct_wipe(e->scratch, sizeof(e->scratch));
	free(e);
}

static void
session_release(struct soft_session *s)
{
	EVP_CIPHER_CTX_free(s->cipher);
	EVP_MAC_CTX_free(s->mac);
	ct_wipe(s, sizeof(*s));
	free(s);
}

static int
soft_session_new(struct rec_engine *eng, const struct rec_keys *k, struct rec_session **sess)
{
	struct soft_engine *e = (struct soft_engine *)eng;
	const struct rec_alg *a = rec_alg_get(k->alg);
	struct soft_session *s;
	int rc;

	if (a == NULL)
		return -ENOTSUP;
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return -ENOSPC;
	s->s.eng = eng;
	s->s.alg = a;
	s->s.version = k->version;
	s->s.write = k->write;
	s->cipher = EVP_CIPHER_CTX_new();
	rc = s->cipher == NULL ? -ENOSPC
	     : a->mac_len == 0 ? soft_gcm_init(e, s, k)
			       : soft_cbc_init(e, s, k);
	if (rc != 0) {
		session_release(s);
		return rc;
	}
	*sess = &s->s;
	return 0;
}

static void
soft_session_free(struct rec_session *sess)
{
	if (sess->inflight != 0)
		sess->dying = true;
	else
		session_release((struct soft_session *)sess);
}

static uint8_t
do_one(struct soft_engine *e, struct rec_op *op)
{
	struct soft_session *s = (struct soft_session *)op->sess;
	uint32_t len = op->m == NULL ? 0 : op->m->pkt_len;
	uint8_t rc;

	if (s->s.alg->mac_len == 0)
		rc = s->s.write ? soft_gcm_seal(e, s, op) : soft_gcm_open(e, s, op);
	else
		rc = s->s.write ? soft_cbc_seal(e, s, op) : soft_cbc_open(e, s, op);
	e->ops++;
	e->bytes += len;
	e->failed += rc != REC_OK;
	ctr_inc(e->eng.conf.ctr, CTR_eng_ops);
	return rc;
}

static uint16_t
soft_submit(struct rec_engine *eng, struct rec_op **ops, uint16_t n)
{
	struct soft_engine *e = (struct soft_engine *)eng;

	for (uint16_t i = 0; i < n; i++) {
		struct rec_op *op = ops[i];

		op->sess->inflight++;
		op->status = do_one(e, op);
		op->priv = NULL;
		*e->done_tail = op;
		e->done_tail = (struct rec_op **)&op->priv;
		e->ndone++;
	}
	return n;
}

static uint16_t
soft_poll(struct rec_engine *eng, struct rec_op **ops, uint16_t n)
{
	struct soft_engine *e = (struct soft_engine *)eng;
	uint16_t got = 0;

	while (got < n && e->done != NULL) {
		struct rec_op *op = e->done;
		struct rec_session *sess = op->sess;

		e->done = op->priv;
		if (e->done == NULL)
			e->done_tail = &e->done;
		e->ndone--;
		if (--sess->inflight == 0 && sess->dying)
			session_release((struct soft_session *)sess);
		ops[got++] = op;
	}
	return got;
}

static void
soft_info(struct rec_engine *eng, struct eng_info *info)
{
	const struct soft_engine *e = (const struct soft_engine *)eng;

	memset(info, 0, sizeof(*info));
	info->state = ENG_NONE;
	info->count = 1;
	strncpy(info->stat[0].name, "soft", sizeof(info->stat[0].name) - 1);
	info->stat[0].ops = e->ops;
	info->stat[0].bytes = e->bytes;
	info->stat[0].failed = e->failed;
}

static uint32_t
soft_pending(const struct rec_engine *eng)
{
	return ((const struct soft_engine *)eng)->ndone;
}

const struct rec_engine_ops rec_engine_soft = {
	.name = "soft",
	.id = IPC_ENGINE_SOFT,
	.open = soft_open,
	.close = soft_close,
	.session_new = soft_session_new,
	.session_free = soft_session_free,
	.submit = soft_submit,
	.poll = soft_poll,
	.info = soft_info,
	.pending = soft_pending,
};
