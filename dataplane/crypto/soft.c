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
#include "dataplane/own.h"

static void soft_close(struct rec_engine *eng);

static int
soft_open(const struct rec_engine_conf *conf, struct rec_engine **eng)
{
	struct soft_engine *e = calloc(1, sizeof(*e));

	if (e == NULL)
		return -ENOMEM;
	e->eng.ops = &rec_engine_soft;
	e->eng.conf = *conf;
	e->done_tail = &e->done;
	e->hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	/* what every installation needs is there at the start or never */
	if (e->hmac == NULL || soft_cipher(e, IPC_ALG_AES128_GCM) == NULL) {
		soft_close(&e->eng);
		return -ENOTSUP;
	}
	*eng = &e->eng;
	return 0;
}

static void
soft_close(struct rec_engine *eng)
{
	struct soft_engine *e = (struct soft_engine *)eng;

	soft_lib_free(e);
	ct_wipe(e->scratch, sizeof(e->scratch));
	ct_wipe(e->packed, sizeof(e->packed));
	free(e);
}

static void
session_release(struct soft_session *s)
{
	EVP_CIPHER_CTX_free(s->cipher);
	EVP_MAC_CTX_free(s->mac);
	EVP_MD_CTX_free(s->inner);
	EVP_MD_CTX_free(s->outer);
	EVP_MD_CTX_free(s->work);
	soft_deflate_free(s);
	ct_wipe(s, sizeof(*s));
	free(s);
}

static int
family_init(struct soft_engine *e, struct soft_session *s, const struct rec_keys *k)
{
	if (k->version == REC_VERSION_SSL2)
		return soft_ssl2_init(e, s, k);
	switch (s->s.alg->kind) {
	case REC_KIND_AEAD: return soft_aead_init(e, s, k);
	case REC_KIND_BLOCK: return soft_cbc_init(e, s, k);
	default: return soft_stream_init(e, s, k);
	}
}

static int
soft_session_new(struct rec_engine *eng, const struct rec_keys *k, struct rec_session **sess)
{
	struct soft_engine *e = (struct soft_engine *)eng;
	const struct rec_alg *a = rec_alg_get(k->alg);
	struct soft_session *s;
	int rc;

	if (a == NULL || k->secret != 0)
		return -ENOTSUP;
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return -ENOSPC;
	s->s.eng = eng;
	s->s.alg = a;
	s->s.version = k->version;
	s->s.flags = k->flags;
	s->s.write = k->write;
	rc = family_init(e, s, k);
	if (rc == 0 && (k->flags & IPC_KEYS_DEFLATE) != 0)
		rc = soft_deflate_init(s);
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

uint8_t
soft_replace(struct soft_engine *e, struct rec_op *op, const uint8_t *p, uint32_t n)
{
	struct rte_mempool *pool = e->eng.conf.pool;
	struct rte_mbuf *m = NULL;

	/* in place where there is room: the record's own segments, if nobody else reads them */
	if (op->m != NULL && op->m->pkt_len >= n && n != 0) {
		if (!own_chain_writable(&op->m, pool, e->eng.conf.ctr))
			return REC_NOMEM;
		op->m = own_chain_trim(op->m, n);
		own_chain_write(op->m, 0, p, n);
		return REC_OK;
	}
	if (n != 0 && (m = own_chain_alloc(pool, n)) == NULL)
		return REC_NOMEM;
	if (n != 0)
		own_chain_write(m, 0, p, n);
	rte_pktmbuf_free(op->m);
	op->m = m;
	return REC_OK;
}

static uint8_t
do_one(struct soft_engine *e, struct rec_op *op)
{
	struct soft_session *s = (struct soft_session *)op->sess;
	uint32_t len = op->m == NULL ? 0 : op->m->pkt_len;
	uint8_t rc = REC_OK;

	if (s->zip != NULL && s->s.write)
		rc = soft_deflate(e, s, op);
	if (rc == REC_OK)
		rc = s->run(e, s, op);
	if (rc == REC_OK && s->zip != NULL && !s->s.write)
		rc = soft_inflate(e, s, op);
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
