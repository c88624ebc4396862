/*
 * Record engine `null`: measurement only. It builds and strips the framing of AEAD and SSL 2.0
 * records and leaves the bytes in the clear, so that the cost of everything but cryptography can be
 * measured. Nothing in it protects anything; main.c takes it only by its name.
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

	if (a == NULL || k->flags != 0 || k->secret != 0 ||
		(a->kind != REC_KIND_AEAD && k->version != REC_VERSION_SSL2))
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

/* SSL 2.0: a header of two bytes, and zeros for a MAC. */
static void
put_ssl2(uint8_t *at, uint32_t plain)
{
	struct wr w = wr_init(at, 2);

	wr_u16(&w, (uint16_t)(0x8000 | (SSL2_MAC + plain)));
	memset(at + 2, 0, SSL2_MAC);
}

static void
put_tls(uint8_t *at, const struct rec_op *op, uint32_t plain)
{
	const struct rec_session *s = op->sess;
	bool v13 = s->version == REC_VERSION_13;
	uint32_t head = front(s);
	struct wr w = wr_init(at, head);

	wr_u8(&w, v13 ? 23 : op->type);
	wr_u16(&w, v13 ? REC_VERSION_12 : s->version);
	wr_u16(&w, (uint16_t)(head - REC_HDR + plain + behind(s)));
	if (head != REC_HDR)
		wr_u64(&w, op->seq);
}

static uint8_t
null_seal(struct null_engine *e, struct rec_op *op)
{
	struct rte_mempool *pool = e->eng.conf.pool;
	bool ssl2 = op->sess->version == REC_VERSION_SSL2;
	uint32_t plain = op->m == NULL ? 0 : op->m->pkt_len, tail = behind(op->sess);
	struct rte_mbuf *m;
	uint8_t *at;

	if (op->m == NULL && (op->m = own_chain_alloc(pool, 0)) == NULL)
		return REC_NOMEM;
	if (!ssl2) {
		at = own_chain_append(op->m, tail, pool);
		if (at == NULL)
			return REC_NOMEM;
		memset(at, 0, tail);
		at[0] = tail > GCM_TAG ? op->type : 0;
	}
	m = own_chain_prepend(op->m, ssl2 ? 2 + SSL2_MAC : front(op->sess), pool, &at);
	if (m == NULL)
		return REC_NOMEM;
	op->m = m;
	if (ssl2)
		put_ssl2(at, plain);
	else
		put_tls(at, op, plain);
	return REC_OK;
}

static uint8_t
strip_ssl2(struct rec_op *op, uint32_t len)
{
	uint8_t head[3];
	uint32_t n, pad;

	if (len < 3)
		return REC_AUTH;
	own_chain_read(op->m, 0, head, sizeof(head));
	n = (head[0] & 0x80) != 0 ? 2 : 3;
	pad = n == 3 ? head[2] : 0;
	if (len < n + SSL2_MAC + pad)
		return REC_AUTH;
	op->m = own_chain_skip(op->m, n + SSL2_MAC);
	op->m = own_chain_trim(op->m, len - n - SSL2_MAC - pad);
	return REC_OK;
}

static uint8_t
null_strip(struct rec_op *op)
{
	uint32_t len = op->m == NULL ? 0 : op->m->pkt_len, head = front(op->sess), n;

	if (op->sess->version == REC_VERSION_SSL2)
		return strip_ssl2(op, len);
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
