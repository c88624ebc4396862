/*
 * Record engine `cryptodev`: AES-GCM records on any DPDK crypto device with standard AEAD
 * operations (crypto_openssl, crypto_aesni_gcm, QAT, …). Nonce, additional data, header and tag are
 * this file's; the device sees plain AEAD. Other algorithms are refused (-ENOTSUP) and thereby go
 * to soft.
 *
 * The device works in place on a flat copy of the record, which every driver can do; the result is
 * copied back when it is good, so that the source stays untouched until then. A device that does
 * not answer for OP_TIMEOUT_MS is given up for good: its operations are reported as failed, and the
 * buffers that it may still write to are never used again.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_cryptodev.h>

#include "common/ct.h"
#include "common/wr.h"
#include "dataplane/crypto/engine.h"
#include "dataplane/own.h"

#define CD_RING 1024
#define CD_BURST 32
#define CD_SESSIONS_MAX 65536
#define CD_FRONT (REC_HDR + GCM_EXPLICIT)
#define CD_AAD 13
#define CD_PRIV_AT (sizeof(struct rte_crypto_op) + sizeof(struct rte_crypto_sym_op))
#define OP_TIMEOUT_MS 500

struct cd_priv { /* behind each crypto op: what the device reads beside the mbufs */
	struct rec_op *op; /* NULL: given up */
	struct cd_priv *next, *prev; /* in the device, oldest first */
	struct rte_mbuf *flat; /* the record that the device works on */
	uint8_t nonce[GCM_SALT + GCM_EXPLICIT];
	uint8_t aad[16];
};

struct cd_engine {
	struct rec_engine eng;
	uint8_t dev;
	uint16_t qp;
	struct rte_mempool *ops, *flats, *sess;
	struct cd_priv inside; /* list head */
	struct rec_op *done, **done_tail; /* linked by op->priv */
	uint32_t in_device, ndone;
	uint64_t now_ms, progress_ms;
	uint64_t n_ops, n_bytes, n_failed;
	bool dead;
};

struct cd_session {
	struct rec_session s;
	void *dev;
	uint8_t salt[GCM_SALT];
};

static void cd_close(struct rec_engine *eng);

/* The device speaks AES-GCM with the sizes that TLS needs. */
static bool
fits(uint8_t dev)
{
	struct rte_cryptodev_sym_capability_idx idx = { .type = RTE_CRYPTO_SYM_XFORM_AEAD,
		.algo.aead = RTE_CRYPTO_AEAD_AES_GCM };
	const struct rte_cryptodev_symmetric_capability *cap =
		rte_cryptodev_sym_capability_get(dev, &idx);

	return cap != NULL && rte_cryptodev_sym_capability_check_aead(
				      cap, 16, GCM_TAG, CD_AAD, GCM_SALT + GCM_EXPLICIT) == 0;
}

static int
find_device(const char *name)
{
	int id;

	if (name != NULL) {
		id = rte_cryptodev_get_dev_id(name);
		return id >= 0 && fits((uint8_t)id) ? id : -ENODEV;
	}
	for (id = 0; id < RTE_CRYPTO_MAX_DEVS; id++)
		if (rte_cryptodev_is_valid_dev((uint8_t)id) && fits((uint8_t)id))
			return id;
	return -ENODEV;
}

static int
configure(const struct cd_engine *e, uint16_t workers)
{
	struct rte_cryptodev_config cc = { .socket_id = SOCKET_ID_ANY, .nb_queue_pairs = workers };
	struct rte_cryptodev_qp_conf qc = { .nb_descriptors = CD_RING, .mp_session = e->sess };
	int rc = rte_cryptodev_configure(e->dev, &cc);

	for (uint16_t q = 0; q < workers && rc == 0; q++)
		rc = rte_cryptodev_queue_pair_setup(e->dev, q, &qc, SOCKET_ID_ANY);
	return rc != 0 ? rc : rte_cryptodev_start(e->dev);
}

static int
make_pools(struct cd_engine *e)
{
	uint32_t n = RTE_MIN(e->eng.conf.max_sessions, (uint32_t)CD_SESSIONS_MAX);
	char name[RTE_MEMPOOL_NAMESIZE];

	snprintf(name, sizeof(name), "cd_ops_%u", e->eng.conf.worker);
	e->ops = rte_crypto_op_pool_create(name, RTE_CRYPTO_OP_TYPE_SYMMETRIC, CD_RING * 2, 0,
		sizeof(struct cd_priv), SOCKET_ID_ANY);
	snprintf(name, sizeof(name), "cd_flat_%u", e->eng.conf.worker);
	e->flats = rte_pktmbuf_pool_create(
		name, CD_RING, 0, 0, RTE_PKTMBUF_HEADROOM + REC_MAX, SOCKET_ID_ANY);
	snprintf(name, sizeof(name), "cd_sess_%u", e->eng.conf.worker);
	e->sess = rte_cryptodev_sym_session_pool_create(
		name, n, rte_cryptodev_sym_get_private_session_size(e->dev), 0, 0, SOCKET_ID_ANY);
	return e->ops != NULL && e->flats != NULL && e->sess != NULL ? 0 : -ENOMEM;
}

static int
cd_open(const struct rec_engine_conf *conf, struct rec_engine **eng)
{
	struct cd_engine *e = calloc(1, sizeof(*e));
	int dev, rc;

	if (e == NULL)
		return -ENOMEM;
	e->eng.ops = &rec_engine_cryptodev;
	e->eng.conf = *conf;
	e->done_tail = &e->done;
	e->inside.next = e->inside.prev = &e->inside;
	e->qp = conf->worker;
	dev = find_device(conf->device);
	if (dev < 0) {
		log_line(conf->log, LOG_ERROR,
			"no_cryptodev hint=\"a device with AES-GCM, e.g. EAL --vdev "
			"crypto_openssl0\"");
		rc = dev;
		goto fail;
	}
	e->dev = (uint8_t)dev;
	rc = make_pools(e);
	if (rc == 0 && conf->worker == 0)
		rc = configure(e, conf->workers);
	if (rc != 0)
		goto fail;
	*eng = &e->eng;
	return 0;
fail:
	cd_close(&e->eng);
	return rc;
}

static void
cd_close(struct rec_engine *eng)
{
	struct cd_engine *e = (struct cd_engine *)eng;

	if (e->ops != NULL && eng->conf.worker == 0)
		rte_cryptodev_stop(e->dev);
	rte_mempool_free(e->ops);
	rte_mempool_free(e->flats);
	rte_mempool_free(e->sess);
	free(e);
}

static int
cd_session_new(struct rec_engine *eng, const struct rec_keys *k, struct rec_session **sess)
{
	struct cd_engine *e = (struct cd_engine *)eng;
	const struct rec_alg *a = rec_alg_get(k->alg);
	struct rte_crypto_sym_xform x = { .type = RTE_CRYPTO_SYM_XFORM_AEAD };
	struct cd_session *s;

	/* AES-GCM of TLS 1.2 */
	if (a == NULL || k->secret != 0 || a->kind != REC_KIND_AEAD || k->alg == IPC_ALG_CHACHA20_POLY1305 ||
		k->version != REC_VERSION_12 || k->flags != 0)
		return -ENOTSUP;
	if (e->dead)
		return -EIO;
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return -ENOSPC;
	x.aead.op = k->write ? RTE_CRYPTO_AEAD_OP_ENCRYPT : RTE_CRYPTO_AEAD_OP_DECRYPT;
	x.aead.algo = RTE_CRYPTO_AEAD_AES_GCM;
	x.aead.key.data = k->key;
	x.aead.key.length = a->key_len;
	x.aead.iv.offset = CD_PRIV_AT + offsetof(struct cd_priv, nonce);
	x.aead.iv.length = GCM_SALT + GCM_EXPLICIT;
	x.aead.digest_length = GCM_TAG;
	x.aead.aad_length = CD_AAD;
	s->dev = rte_cryptodev_sym_session_create(e->dev, &x, e->sess);
	if (s->dev == NULL) {
		free(s);
		return -ENOSPC;
	}
	memcpy(s->salt, k->iv, GCM_SALT);
	s->s.eng = eng;
	s->s.alg = a;
	s->s.version = k->version;
	s->s.write = k->write;
	*sess = &s->s;
	return 0;
}

static void
session_release(struct cd_engine *e, struct cd_session *s)
{
	if (!e->dead) /* else the device may still read it */
		rte_cryptodev_sym_session_free(e->dev, s->dev);
	ct_wipe(s, sizeof(*s));
	free(s);
}

static void
cd_session_free(struct rec_session *sess)
{
	if (sess->inflight != 0)
		sess->dying = true;
	else
		session_release((struct cd_engine *)sess->eng, (struct cd_session *)sess);
}

static struct cd_priv *
priv_of(struct rte_crypto_op *c)
{
	return __rte_crypto_op_get_priv_data(c, sizeof(struct cd_priv));
}

static void
fill_aad(struct cd_priv *p, const struct rec_op *op, uint32_t plain)
{
	struct wr w = wr_init(p->aad, CD_AAD);

	wr_u64(&w, op->seq);
	wr_u8(&w, op->type);
	wr_u16(&w, op->sess->version);
	wr_u16(&w, (uint16_t)plain);
}

static void
list_in(struct cd_engine *e, struct cd_priv *p)
{
	p->prev = e->inside.prev;
	p->next = &e->inside;
	p->prev->next = p;
	e->inside.prev = p;
}

static void
list_out(struct cd_priv *p)
{
	p->prev->next = p->next;
	p->next->prev = p->prev;
}

/* The flat copy, nonce and additional data of an operation. */
static void
prepare(const struct rec_op *op, struct rte_crypto_op *c, struct cd_priv *p)
{
	const struct cd_session *s = (const struct cd_session *)op->sess;
	uint32_t len = op->m == NULL ? 0 : op->m->pkt_len,
		 plain = s->s.write ? len : len - CD_FRONT - GCM_TAG;
	uint8_t *rec =
		(uint8_t *)rte_pktmbuf_append(p->flat, (uint16_t)(CD_FRONT + plain + GCM_TAG));
	struct wr w;

	if (s->s.write) {
		w = wr_init(rec, CD_FRONT);
		wr_u8(&w, op->type);
		wr_u16(&w, s->s.version);
		wr_u16(&w, (uint16_t)(GCM_EXPLICIT + plain + GCM_TAG));
		wr_u64(&w, op->seq);
		if (plain != 0)
			own_chain_read(op->m, 0, rec + CD_FRONT, plain);
	} else {
		own_chain_read(op->m, 0, rec, len);
	}
	memcpy(p->nonce, s->salt, GCM_SALT);
	memcpy(p->nonce + GCM_SALT, rec + REC_HDR, GCM_EXPLICIT);
	fill_aad(p, op, plain);
	rte_crypto_op_attach_sym_session(c, s->dev);
	c->sym->m_src = p->flat;
	c->sym->m_dst = NULL;
	c->sym->aead.data.offset = CD_FRONT;
	c->sym->aead.data.length = plain;
	c->sym->aead.digest.data = rec + CD_FRONT + plain;
	c->sym->aead.digest.phys_addr = rte_pktmbuf_iova_offset(p->flat, CD_FRONT + plain);
	c->sym->aead.aad.data = p->aad;
	c->sym->aead.aad.phys_addr =
		rte_crypto_op_ctophys_offset(c, CD_PRIV_AT + offsetof(struct cd_priv, aad));
}

static bool
submit_one(struct cd_engine *e, struct rec_op *op)
{
	struct rte_crypto_op *c;
	struct cd_priv *p;

	if (e->dead)
		return false;
	c = rte_crypto_op_alloc(e->ops, RTE_CRYPTO_OP_TYPE_SYMMETRIC);
	if (c == NULL)
		return false;
	p = priv_of(c);
	p->flat = rte_pktmbuf_alloc(e->flats);
	p->op = op;
	if (p->flat == NULL)
		goto no;
	prepare(op, c, p);
	if (rte_cryptodev_enqueue_burst(e->dev, e->qp, &c, 1) != 1)
		goto no;
	if (e->in_device++ == 0)
		e->progress_ms = e->now_ms;
	op->sess->inflight++;
	list_in(e, p);
	return true;
no:
	rte_pktmbuf_free(p->flat);
	rte_crypto_op_free(c);
	return false;
}

static void
complete(struct cd_engine *e, struct rec_op *op, uint8_t status)
{
	op->status = status;
	op->src = NULL;
	op->priv = NULL;
	*e->done_tail = op;
	e->done_tail = (struct rec_op **)&op->priv;
	e->ndone++;
	e->n_ops++;
	e->n_failed += status != REC_OK;
}

static uint16_t
cd_submit(struct rec_engine *eng, struct rec_op **ops, uint16_t n)
{
	struct cd_engine *e = (struct cd_engine *)eng;
	uint16_t i;

	for (i = 0; i < n; i++) {
		uint32_t len = ops[i]->m == NULL ? 0 : ops[i]->m->pkt_len;

		/* What cannot be a record needs no device to be told so; it takes its turn behind
		 * those in the device. */
		if (!ops[i]->sess->write && (len < CD_FRONT + GCM_TAG || len > REC_MAX)) {
			if (e->in_device != 0)
				break;
			ops[i]->sess->inflight++;
			complete(e, ops[i], REC_AUTH);
		} else if (!submit_one(e, ops[i])) {
			break;
		}
	}
	return i;
}

/* The good result into the source chain. */
static uint8_t
copy_back(struct cd_engine *e, struct rec_op *op, const struct rte_mbuf *flat)
{
	struct rte_mempool *pool = e->eng.conf.pool;
	const uint8_t *rec = rte_pktmbuf_mtod(flat, const uint8_t *);
	uint32_t len = flat->pkt_len, plain = len - CD_FRONT - GCM_TAG;
	struct rte_mbuf *m;
	uint8_t *at;

	if (op->m == NULL && (op->m = own_chain_alloc(pool, 0)) == NULL)
		return REC_NOMEM;
	if (!own_chain_writable(&op->m, pool, e->eng.conf.ctr))
		return REC_NOMEM;
	if (!op->sess->write) {
		op->m = own_chain_skip(op->m, CD_FRONT);
		op->m = own_chain_trim(op->m, plain);
		if (plain != 0)
			own_chain_write(op->m, 0, rec + CD_FRONT, plain);
		return REC_OK;
	}
	if (own_chain_append(op->m, GCM_TAG, pool) == NULL)
		return REC_NOMEM;
	m = own_chain_prepend(op->m, CD_FRONT, pool, &at);
	if (m == NULL) { /* the source as it was: it may be sealed elsewhere */
		op->m = own_chain_trim(op->m, plain);
		return REC_NOMEM;
	}
	op->m = m;
	own_chain_write(m, 0, rec, len);
	return REC_OK;
}

static void
one_back(struct cd_engine *e, struct rte_crypto_op *c)
{
	struct cd_priv *p = priv_of(c);
	struct rec_op *op = p->op;
	uint8_t status;

	if (op != NULL) {
		switch (c->status) {
		case RTE_CRYPTO_OP_STATUS_SUCCESS: status = copy_back(e, op, p->flat); break;
		case RTE_CRYPTO_OP_STATUS_AUTH_FAILED: status = REC_AUTH; break;
		default: status = REC_FAILED; break;
		}
		e->n_bytes += p->flat->pkt_len;
		list_out(p);
		complete(e, op, status);
		e->in_device--;
	}
	rte_pktmbuf_free(p->flat);
	rte_crypto_op_free(c);
}

static uint16_t
cd_poll(struct rec_engine *eng, struct rec_op **ops, uint16_t n)
{
	struct cd_engine *e = (struct cd_engine *)eng;
	struct rte_crypto_op *c[CD_BURST];
	uint16_t got = 0, back;

	while (e->in_device != 0 &&
		(back = rte_cryptodev_dequeue_burst(e->dev, e->qp, c, CD_BURST)) != 0) {
		e->progress_ms = e->now_ms;
		for (uint16_t i = 0; i < back; i++)
			one_back(e, c[i]);
	}
	while (got < n && e->done != NULL) {
		struct rec_op *op = e->done;

		e->done = op->priv;
		if (e->done == NULL)
			e->done_tail = &e->done;
		e->ndone--;
		if (--op->sess->inflight == 0 && op->sess->dying)
			session_release(e, (struct cd_session *)op->sess);
		ctr_inc(eng->conf.ctr, CTR_eng_ops);
		ops[got++] = op;
	}
	return got;
}

/* Gives the device up when it holds work and makes no progress. What it holds is never touched
 * again. */
static void
cd_tick(struct rec_engine *eng, uint64_t now_ms)
{
	struct cd_engine *e = (struct cd_engine *)eng;

	e->now_ms = now_ms;
	if (e->dead || e->in_device == 0 || now_ms - e->progress_ms < OP_TIMEOUT_MS)
		return;
	e->dead = true;
	for (struct cd_priv *p = e->inside.next; p != &e->inside; p = p->next) {
		complete(e, p->op, REC_FAILED);
		p->op = NULL;
		e->in_device--;
	}
}

static enum eng_state
cd_state(const struct rec_engine *eng)
{
	return ((const struct cd_engine *)eng)->dead ? ENG_FAILED : ENG_RUNNING;
}

/* After a failed operation the device goes on with new sessions; one that hung stays out of use
 * until sluice-dp starts again. */
static int
cd_recover(struct rec_engine *eng)
{
	return ((const struct cd_engine *)eng)->dead ? -EIO : 0;
}

static void
cd_info(struct rec_engine *eng, struct eng_info *info)
{
	const struct cd_engine *e = (const struct cd_engine *)eng;

	memset(info, 0, sizeof(*info));
	info->state = cd_state(eng);
	info->count = 1;
	snprintf(info->stat[0].name, sizeof(info->stat[0].name), "%.15s",
		rte_cryptodev_name_get(e->dev));
	info->stat[0].ops = e->n_ops;
	info->stat[0].bytes = e->n_bytes;
	info->stat[0].failed = e->n_failed;
}

static uint32_t
cd_pending(const struct rec_engine *eng)
{
	const struct cd_engine *e = (const struct cd_engine *)eng;

	return e->in_device + e->ndone;
}

const struct rec_engine_ops rec_engine_cryptodev = {
	.name = "cryptodev",
	.id = IPC_ENGINE_CRYPTODEV,
	.open = cd_open,
	.close = cd_close,
	.session_new = cd_session_new,
	.session_free = cd_session_free,
	.submit = cd_submit,
	.poll = cd_poll,
	.tick = cd_tick,
	.state = cd_state,
	.recover = cd_recover,
	.info = cd_info,
	.pending = cd_pending,
};
