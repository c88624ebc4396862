/*
 * Record engine `null`: measurement only. It builds and strips the framing of AEAD records and
 * leaves the bytes in the clear, so that the cost of everything but cryptography can be measured.
 * Nothing in it protects anything; main.c takes it only by its name.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/wr.h"
#include "dataplane/crypto/engine.h"
#include "dataplane/own.h"

/* before the content; and behind it: the tag, and in TLS 1.3 the content type */
static uint32_t
front(const struct rec_session *s)
{
	return REC_HDR + rec_alg_explicit(s->alg, s->version);
}

static uint32_t
behind(const struct rec_session *s)
{
	return GCM_TAG + (s->version == REC_VERSION_13 ? 1 : 0);
}

struct null_engine {
	struct rec_engine eng;
	struct rec_op *done, **done_tail; /* linked by op->priv */
	uint32_t ndone;
	uint64_t ops, bytes;
};

static int
null_open(const struct rec_engine_conf *conf, struct rec_engine **eng)
{
	struct null_engine *e = calloc(1, sizeof(*e));

	if (e == NULL)
		return -ENOMEM;
	e->eng.ops = &rec_engine_null;
	e->eng.conf = *conf;
	e->done_tail = &e->done;
	*eng = &e->eng;
	return 0;
}

static void
null_close(struct rec_engine *eng)
{
	free(eng);
}

static int
null_session_new(struct rec_engine *eng, const struct rec_keys *k, struct rec_session **sess)
{
	struct rec_session *s;
	const struct rec_alg *a = rec_alg_get(k->alg);

	if (a == NULL || a->kind != REC_KIND_AEAD || k->flags != 0)
		return -ENOTSUP;
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return -ENOSPC;
	s->eng = eng;
	s->alg = rec_alg_get(k->alg);
	s->version = k->version;
	s->write = k->write;
	*sess = s;
	return 0;
}

static void
null_session_free(struct rec_session *s)
{
	if (s->inflight != 0)
		s->dying = true;
	else
		free(s);
}

static uint8_t
null_seal(struct null_engine *e, struct rec_op *op)
{
	struct rte_mempool *pool = e->eng.conf.pool;
	const struct rec_session *sess = op->sess;
	bool v13 = sess->version == REC_VERSION_13;
	uint32_t plain = op->m == NULL ? 0 : op->m->pkt_len, head = front(sess);
	uint8_t *at, *tail;
	struct rte_mbuf *m;
	struct wr w;

	if (op->m == NULL && (op->m = own_chain_alloc(pool, 0)) == NULL)
		return REC_NOMEM;
	tail = own_chain_append(op->m, behind(sess), pool);
	if (tail == NULL)
		return REC_NOMEM;
	memset(tail, 0, behind(sess));
	if (v13)
		tail[0] = op->type;
	m = own_chain_prepend(op->m, head, pool, &at);
	if (m == NULL)
		return REC_NOMEM;
	op->m = m;
	w = wr_init(at, head);
	wr_u8(&w, v13 ? 23 : op->type);
	wr_u16(&w, v13 ? REC_VERSION_12 : sess->version);
	wr_u16(&w, (uint16_t)(head - REC_HDR + plain + behind(sess)));
	if (head != REC_HDR)
		wr_u64(&w, op->seq);
	return REC_OK;
}

static uint8_t
null_strip(struct rec_op *op)
{
	uint32_t len = op->m == NULL ? 0 : op->m->pkt_len, head = front(op->sess), n;

	if (len < head + GCM_TAG)
		return REC_AUTH;
	op->m = own_chain_skip(op->m, head);
	n = len - head - GCM_TAG;
	op->m = own_chain_trim(op->m, n);
	if (op->sess->version != REC_VERSION_13)
		return REC_OK;
	for (op->type = 0; n > 0 && op->type == 0; n--)
		own_chain_read(op->m, n - 1, &op->type, 1);
	op->m = own_chain_trim(op->m, n);
	return REC_OK;
}

static uint16_t
null_submit(struct rec_engine *eng, struct rec_op **ops, uint16_t n)
{
	struct null_engine *e = (struct null_engine *)eng;

	for (uint16_t i = 0; i < n; i++) {
		struct rec_op *op = ops[i];

		e->bytes += op->m == NULL ? 0 : op->m->pkt_len;
		e->ops++;
		op->sess->inflight++;
		op->status = op->sess->write ? null_seal(e, op) : null_strip(op);
		op->priv = NULL;
		*e->done_tail = op;
		e->done_tail = (struct rec_op **)&op->priv;
		e->ndone++;
	}
	return n;
}

static uint16_t
null_poll(struct rec_engine *eng, struct rec_op **ops, uint16_t n)
{
	struct null_engine *e = (struct null_engine *)eng;
	uint16_t got = 0;

	while (got < n && e->done != NULL) {
		struct rec_op *op = e->done;

		e->done = op->priv;
		if (e->done == NULL)
			e->done_tail = &e->done;
		e->ndone--;
		if (--op->sess->inflight == 0 && op->sess->dying)
			free(op->sess);
		ops[got++] = op;
	}
	return got;
}

static void
null_info(struct rec_engine *eng, struct eng_info *info)
{
	const struct null_engine *e = (const struct null_engine *)eng;

	memset(info, 0, sizeof(*info));
	info->count = 1;
	memcpy(info->stat[0].name, "null", sizeof("null"));
	info->stat[0].ops = e->ops;
	info->stat[0].bytes = e->bytes;
}

static uint32_t
null_pending(const struct rec_engine *eng)
{
	return ((const struct null_engine *)eng)->ndone;
}

const struct rec_engine_ops rec_engine_null = {
	.name = "null",
	.id = IPC_ENGINE_NULL,
	.open = null_open,
	.close = null_close,
	.session_new = null_session_new,
	.session_free = null_session_free,
	.submit = null_submit,
	.poll = null_poll,
	.info = null_info,
	.pending = null_pending,
};
