/*
 * TLS record sessions and record operations (rte_pmd_sluice.h). A session belongs to one queue pair, because the device keeps its
 * sequence number: order of enqueueing is order of records. Its keys go to the device in front of the first record and are then forgotten.
 */
#include <errno.h>
#include <string.h>

#include <rte_errno.h>

#include "common/ct.h"
#include "dataplane/pmd/sluice_private.h"
#include "dataplane/pmd/sluice_sg.h"

#define TAG_BYTES 16u
#define GCM_SALT_BYTES 4u

static bool
is_aead(enum rte_pmd_sluice_tls_alg alg)
{
	return alg == RTE_PMD_SLUICE_TLS_AES_GCM || alg == RTE_PMD_SLUICE_TLS_CHACHA20_POLY1305;
}

static unsigned int
alg_class(enum rte_pmd_sluice_tls_alg alg)
{
	return alg == RTE_PMD_SLUICE_TLS_AES_GCM ? SLUICE_ENGINE_AEAD :
		alg == RTE_PMD_SLUICE_TLS_CHACHA20_POLY1305 ? SLUICE_ENGINE_CHACHA : SLUICE_ENGINE_MAC;
}

/* Bytes of IV that keys of the caller come with. */
static uint32_t
iv_bytes(const struct rte_pmd_sluice_tls_record_xform *x)
{
	if (x->ver == RTE_PMD_SLUICE_VERSION_TLS_1_3 || x->alg == RTE_PMD_SLUICE_TLS_CHACHA20_POLY1305)
		return SLUICE_AEAD_IV_BYTES;
	if (x->alg == RTE_PMD_SLUICE_TLS_AES_GCM)
		return GCM_SALT_BYTES;
	return x->ver <= RTE_PMD_SLUICE_VERSION_TLS_1_0 ? SLUICE_IV_BYTES : 0;
}

static bool
keys_good(const struct rte_pmd_sluice_tls_record_xform *x)
{
	uint32_t iv = iv_bytes(x);
	bool whole = x->ver == RTE_PMD_SLUICE_VERSION_TLS_1_3;

	if (x->slice == RTE_PMD_SLUICE_SLICE_NONE)
		return x->secret == 0 && x->key && x->iv_len == iv && (x->iv || iv == 0) && (x->mac_key || x->mac_key_len == 0);
	return x->secret && !x->key && !x->mac_key && !x->iv && x->iv_len == 0 &&
		(whole ? x->slice == RTE_PMD_SLUICE_SLICE_WHOLE :
		x->slice == RTE_PMD_SLUICE_SLICE_CLIENT || x->slice == RTE_PMD_SLUICE_SLICE_SERVER);
}

/* The xform makes sense, and the device does it. */
static bool
xform_good(const struct sluice_dev *dev, const struct rte_pmd_sluice_tls_record_xform *x)
{
	static const uint8_t mac[RTE_PMD_SLUICE_TLS_ALGS] = { [RTE_PMD_SLUICE_TLS_AES_CBC_HMAC_SHA1] = 20,
		[RTE_PMD_SLUICE_TLS_AES_CBC_HMAC_SHA256] = 32, [RTE_PMD_SLUICE_TLS_AES_CBC_HMAC_SHA384] = 48 };

	if (x->ver < RTE_PMD_SLUICE_VERSION_SSL_3_0 || x->ver > RTE_PMD_SLUICE_VERSION_TLS_1_3 ||
			(unsigned int)x->alg >= RTE_PMD_SLUICE_TLS_ALGS || x->etm > 1 ||
			(x->type != RTE_PMD_SLUICE_TLS_SESS_TYPE_READ &&
			x->type != RTE_PMD_SLUICE_TLS_SESS_TYPE_WRITE))
		return false;
	if (!((x->etm ? dev->has.tls_etm : dev->has.tls)[x->alg] & RTE_PMD_SLUICE_TLS_BIT(x->ver)))
		return false;
	if ((x->key_len != 16 || x->alg == RTE_PMD_SLUICE_TLS_CHACHA20_POLY1305) && x->key_len != 32)
		return false;
	if (x->slice != RTE_PMD_SLUICE_SLICE_NONE && !dev->has.kdf)
		return false;
	return x->mac_key_len == mac[x->alg] && keys_good(x);
}

static void
image_set(struct sluice_session *im, const struct rte_pmd_sluice_tls_record_xform *x)
{
	static const uint8_t alg[] = {
		[RTE_PMD_SLUICE_TLS_AES_GCM] = SLUICE_ALG_AES_GCM,
		[RTE_PMD_SLUICE_TLS_AES_CBC_HMAC_SHA1] = SLUICE_ALG_AES_CBC_HMAC_SHA1,
		[RTE_PMD_SLUICE_TLS_AES_CBC_HMAC_SHA256] = SLUICE_ALG_AES_CBC_HMAC_SHA256,
		[RTE_PMD_SLUICE_TLS_AES_CBC_HMAC_SHA384] = SLUICE_ALG_AES_CBC_HMAC_SHA384,
		[RTE_PMD_SLUICE_TLS_CHACHA20_POLY1305] = SLUICE_ALG_CHACHA20_POLY1305,
	};

	memset(im, 0, sizeof(*im));
	im->alg = alg[x->alg];
	im->key_bytes = x->key_len;
	im->version = (uint16_t)x->ver;
	im->mac_key_bytes = x->mac_key_len;
	im->flags = x->etm;
	im->slice = x->slice;
	im->seq = x->seq_no;
	if (x->key)
		memcpy(im->key, x->key, x->key_len);
	if (x->iv_len)
		memcpy(im->iv, x->iv, x->iv_len);
	if (x->mac_key)
		memcpy(im->mac_key, x->mac_key, x->mac_key_len);
}

/* Keys of a secret go at once: their owner wants to know when he may give the secret back. */
static void
load_now(struct sluice_qp *qp, struct sluice_hwq *q, struct rte_pmd_sluice_tls_session *s, uint32_t secret)
{
	struct sluice_slot *slot;
	struct sluice_desc *d;

	slot = sluice_hwq_operand(q, SLUICE_OP_SESSION_LOAD, s->ctx.handle, &s->image, sizeof(s->image), 0, &d);
	d->handle2 = secret;
	slot->kind = SLUICE_SLOT_LOAD;
	slot->session = s;
	s->inflight++;
	s->load = SLUICE_LOAD_SENT;
	s->ctx.sent = 1;
	ct_wipe(&s->image, sizeof(s->image));
	sluice_hwq_ring(qp->dev, q);
}

static struct rte_pmd_sluice_tls_session *
refused(int why)
{
	rte_errno = why;
	return NULL;
}

struct rte_pmd_sluice_tls_session *
rte_pmd_sluice_tls_session_create(uint8_t dev_id, uint16_t qp_id,
	const struct rte_pmd_sluice_tls_record_xform *x)
{
	struct sluice_dev *dev = sluice_dev_of(dev_id);
	struct rte_pmd_sluice_tls_session *s;
	struct sluice_hwq *q;
	unsigned int class;
	uint32_t handle;

	if (!dev)
		return refused(ENODEV);
	if (qp_id >= dev->max_qps || !dev->qp[qp_id] || !x || !xform_good(dev, x))
		return refused(EINVAL);
	if (sluice_state(dev) != RTE_PMD_SLUICE_RUNNING)
		return refused(ENODEV);
	class = alg_class(x->alg);
	q = &dev->qp[qp_id]->hwq[class];
	if (x->slice != RTE_PMD_SLUICE_SLICE_NONE && (sluice_hwq_room(q) < SLUICE_OP_DESCS || dev->qp[qp_id]->halt != SLUICE_GOING))
		return refused(EAGAIN);
	handle = sluice_slot_get(&dev->sessions[class]);
	if (!handle)
		return refused(ENOSPC);
	s = &dev->tls[class][handle & 0xffff];
	*s = (struct rte_pmd_sluice_tls_session){ .dev = dev, .qp_id = qp_id, .used = 1,
		.write = x->type == RTE_PMD_SLUICE_TLS_SESS_TYPE_WRITE, .alg = (uint8_t)x->alg, .etm = x->etm,
		.ver = (uint16_t)x->ver, .head = (uint8_t)rte_pmd_sluice_tls_record_head(x->alg, x->ver),
		.ctx = { .handle = handle, .epoch = dev->epoch, .class = (uint8_t)class } };
	image_set(&s->image, x);
	if (x->slice != RTE_PMD_SLUICE_SLICE_NONE)
		load_now(dev->qp[qp_id], q, s, x->secret);
	return s;
}

int
rte_pmd_sluice_tls_session_ready(const struct rte_pmd_sluice_tls_session *s)
{
	switch (s && s->used ? __atomic_load_n(&s->load, __ATOMIC_ACQUIRE) : SLUICE_LOAD_REFUSED) {
	case SLUICE_LOAD_DONE:
		return 0;
	case SLUICE_LOAD_REFUSED:
		return -EACCES;
	default:
		return -EINPROGRESS;
	}
}

int
rte_pmd_sluice_tls_session_destroy(struct rte_pmd_sluice_tls_session *s)
{
	struct sluice_slot_pool *pool;
	uint32_t handle;
	bool held;

	if (!s)
		return 0;
	if (!s->used)
		return -EINVAL;
	if (s->inflight)
		return -EBUSY;
	pool = &s->dev->sessions[s->ctx.class];
	handle = s->ctx.handle;
	held = s->ctx.sent && !sluice_ctx_stale(s->dev, &s->ctx);
	ct_wipe(s, sizeof(*s)); /* before the slot, and this object with it, can be taken again */
	if (held)
		sluice_slot_put_later(pool, handle);
	else
		sluice_slot_put(pool, handle);
	return 0;
}

/* Destination of a record operation: where in the mbuf, and how many bytes it may take. */
struct place {
	struct rte_mbuf *m;
	uint32_t offset, min_len, max_len;
};

static bool
place_seal(const struct rte_pmd_sluice_tls_session *s, const struct rte_crypto_sym_op *sym,
	struct place *p)
{
	bool inplace = !sym->m_dst || sym->m_dst == sym->m_src;
	uint64_t pad = sym->aead.aad.phys_addr;

	if (sym->aead.data.length > RTE_PMD_SLUICE_TLS_MAX_PLAIN || (inplace && sym->aead.data.offset < s->head) ||
			pad > RTE_PMD_SLUICE_TLS_MAX_PLAIN - sym->aead.data.length ||
			(pad && s->ver != RTE_PMD_SLUICE_VERSION_TLS_1_3))
		return false;
	p->m = inplace ? sym->m_src : sym->m_dst;
	p->offset = inplace ? sym->aead.data.offset - s->head : 0;
	p->max_len = rte_pmd_sluice_tls_sealed_len(s->alg, s->ver, s->etm, sym->aead.data.length, (uint32_t)pad);
	p->min_len = p->max_len;
	return true;
}

static bool
place_open(const struct rte_pmd_sluice_tls_session *s, const struct rte_crypto_sym_op *sym,
	struct place *p)
{
	bool inplace = !sym->m_dst || sym->m_dst == sym->m_src, aead = is_aead(s->alg);
	bool tls13 = s->ver == RTE_PMD_SLUICE_VERSION_TLS_1_3;
	uint32_t len = sym->aead.data.length, tail = aead ? TAG_BYTES + tls13 : 0;

	if (len > RTE_PMD_SLUICE_TLS_MAX_RECORD)
		return false;
	p->m = inplace ? sym->m_src : sym->m_dst;
	p->offset = inplace ? sym->aead.data.offset + s->head : 0;
	p->max_len = len > s->head + tail ? len - s->head - tail : 0;
	/* out of place the caller knows the plaintext's bound no better than we do, but may have less room */
	if (!inplace)
		p->max_len = RTE_MIN(p->max_len, p->m->pkt_len);
	p->min_len = aead && !tls13 ? p->max_len : 0;
	return true;
}

int
sluice_record_enqueue(struct sluice_qp *qp, struct rte_crypto_op *op)
{
	struct rte_pmd_sluice_tls_session *s = op->sym->session;
	struct sluice_sg src, dst;
	struct sluice_slot_mem *mem;
	struct sluice_slot *slot;
	struct sluice_desc *d;
	struct sluice_hwq *q;
	struct place p;
	rte_iova_t iova;

	if (!s || !s->used || s->dev != qp->dev || s->qp_id != qp->id || s->broken || sluice_ctx_stale(qp->dev, &s->ctx))
		return RTE_CRYPTO_OP_STATUS_INVALID_SESSION;
	if (!op->sym->m_src || !(s->write ? place_seal(s, op->sym, &p) : place_open(s, op->sym, &p)))
		return RTE_CRYPTO_OP_STATUS_INVALID_ARGS;
	q = &qp->hwq[s->ctx.class];
	if (sluice_hwq_room(q) < SLUICE_OP_DESCS)
		return SLUICE_NO_ROOM;
	if (!s->ctx.sent) {
		sluice_hwq_load(qp, q, &s->ctx, &s->image, sizeof(s->image), s);
		s->load = SLUICE_LOAD_SENT;
		s->inflight++;
		ct_wipe(&s->image, sizeof(s->image));
	}
	d = sluice_hwq_next(q, &slot, &mem, &iova);
	src = (struct sluice_sg){ .seg = mem->src };
	dst = (struct sluice_sg){ .seg = mem->dst };
	sluice_sg_add_mbuf(&src, op->sym->m_src, op->sym->aead.data.offset, op->sym->aead.data.length);
	sluice_sg_add_mbuf(&dst, p.m, p.offset, p.max_len);
	if (src.bad || dst.bad)
		return RTE_CRYPTO_OP_STATUS_INVALID_ARGS;
	sluice_sg_source(&src, d, iova + offsetof(struct sluice_slot_mem, src));
	sluice_sg_destination(&dst, d, iova + offsetof(struct sluice_slot_mem, dst));
	d->opcode = s->write ? SLUICE_OP_RECORD_SEAL : SLUICE_OP_RECORD_OPEN;
	d->handle = s->ctx.handle;
	d->param0 = s->write ? op->reserved[0] : 0;
	d->param1 = s->write ? (uint32_t)op->sym->aead.aad.phys_addr : 0;
	*slot = (struct sluice_slot){ .op = op, .session = s, .kind = SLUICE_SLOT_RECORD,
		.min_len = p.min_len, .max_len = p.max_len, .offset = p.offset };
	s->inflight++;
	sluice_hwq_push(q);
	return 0;
}

void
sluice_record_finish(struct sluice_slot *slot, const struct sluice_cpl *cpl)
{
	const struct rte_pmd_sluice_tls_session *s = slot->session;
	struct rte_crypto_op *op = slot->op;

	op->sym->aead.data.offset = slot->offset;
	op->sym->aead.data.length = cpl->length;
	if (!s->write)
		op->reserved[0] = (uint8_t)cpl->info;
}
