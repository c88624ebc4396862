/*
 * Standard symmetric operations: AEAD, cipher, auth, and chains of cipher and auth in both orders.
 * A chain is two descriptors on the mac queue, the second fenced, and one op. Digests never go straight to the caller's memory: the device
 * writes the whole digest beside the descriptor and the driver copies what was asked for.
 */
#include <errno.h>
#include <string.h>

#include "common/ct.h"
#include "dataplane/pmd/sluice_private.h"
#include "dataplane/pmd/sluice_sg.h"

#define AAD_INLINE (SLUICE_HEAD_BYTES - SLUICE_AEAD_IV_BYTES)
#define TAG_BYTES 16u

/* ---- sessions ---- */

static bool
key_good(const uint8_t *data, uint16_t len)
{
	return data && (len == 16 || len == 32);
}

static int
set_aead(const struct sluice_dev *dev, struct sluice_sym_session *s, const struct rte_crypto_aead_xform *x)
{
	bool chacha = x->algo == RTE_CRYPTO_AEAD_CHACHA20_POLY1305;

	if ((chacha ? !dev->has.chacha : x->algo != RTE_CRYPTO_AEAD_AES_GCM || !dev->has.gcm) ||
			x->iv.length != SLUICE_AEAD_IV_BYTES)
		return -ENOTSUP;
	if (!key_good(x->key.data, x->key.length) || (chacha && x->key.length != 32) ||
			x->digest_length < (chacha ? TAG_BYTES : 4) || x->digest_length > TAG_BYTES)
		return -EINVAL;
	s->order = SLUICE_AEAD;
	s->encrypt = s->generate = x->op == RTE_CRYPTO_AEAD_OP_ENCRYPT;
	s->digest_len = x->digest_length;
	s->full_len = TAG_BYTES;
	s->aad_len = x->aad_length;
	s->iv_offset = x->iv.offset;
	s->iv_len = x->iv.length;
	s->cipher.class = chacha ? SLUICE_ENGINE_CHACHA : SLUICE_ENGINE_AEAD;
	s->cipher_image.alg = chacha ? SLUICE_ALG_CHACHA20_POLY1305 : SLUICE_ALG_AES_GCM;
	s->cipher_image.key_bytes = (uint8_t)x->key.length;
	memcpy(s->cipher_image.key, x->key.data, x->key.length);
	return 0;
}

static int
set_cipher(struct sluice_sym_session *s, const struct rte_crypto_cipher_xform *x, bool chain)
{
	bool ctr = x->algo == RTE_CRYPTO_CIPHER_AES_CTR;

	/* CTR is the aead lane's, auth the mac lane's: an op stays in one lane */
	if ((x->algo != RTE_CRYPTO_CIPHER_AES_CBC && !ctr) || x->iv.length != SLUICE_IV_BYTES || (ctr && chain))
		return -ENOTSUP;
	if (!key_good(x->key.data, x->key.length))
		return -EINVAL;
	s->encrypt = x->op == RTE_CRYPTO_CIPHER_OP_ENCRYPT;
	s->iv_offset = x->iv.offset;
	s->iv_len = x->iv.length;
	s->cipher.class = chain ? SLUICE_ENGINE_MAC : SLUICE_ENGINE_AEAD;
	s->cipher_image.alg = ctr ? SLUICE_ALG_AES_CTR : SLUICE_ALG_AES_CBC;
	s->cipher_image.key_bytes = (uint8_t)x->key.length;
	memcpy(s->cipher_image.key, x->key.data, x->key.length);
	return 0;
}

/* The standard API's auth algorithms, by hash. */
static const struct auth_alg {
	enum rte_crypto_auth_algorithm plain, hmac;
	uint8_t hash, alg, len;
} auth_algs[] = {
	{ RTE_CRYPTO_AUTH_SHA1, RTE_CRYPTO_AUTH_SHA1_HMAC, SLUICE_HASH_SHA1, SLUICE_ALG_HMAC_SHA1, 20 },
	{ RTE_CRYPTO_AUTH_SHA256, RTE_CRYPTO_AUTH_SHA256_HMAC, SLUICE_HASH_SHA256, SLUICE_ALG_HMAC_SHA256, 32 },
	{ RTE_CRYPTO_AUTH_SHA384, RTE_CRYPTO_AUTH_SHA384_HMAC, SLUICE_HASH_SHA384, SLUICE_ALG_HMAC_SHA384, 48 },
	{ RTE_CRYPTO_AUTH_SHA512, RTE_CRYPTO_AUTH_SHA512_HMAC, SLUICE_HASH_SHA512, SLUICE_ALG_HMAC_SHA512, 64 },
};

static const struct auth_alg *
auth_find(const struct sluice_dev *dev, enum rte_crypto_auth_algorithm algo)
{
	for (size_t i = 0; i < RTE_DIM(auth_algs); i++)
		if ((auth_algs[i].plain == algo || auth_algs[i].hmac == algo) && (dev->has.hashes >> auth_algs[i].hash & 1))
			return &auth_algs[i];
	return NULL;
}

static int
set_auth(const struct sluice_dev *dev, struct sluice_sym_session *s, const struct rte_crypto_auth_xform *x)
{
	const struct auth_alg *a = auth_find(dev, x->algo);
	bool plain = a && a->plain == x->algo;

	if (!a)
		return -ENOTSUP;
	s->full_len = a->len;
	s->digest_len = x->digest_length;
	s->generate = x->op == RTE_CRYPTO_AUTH_OP_GENERATE;
	if (s->digest_len < (plain ? 1 : 4) || s->digest_len > s->full_len)
		return -EINVAL;
	s->auth.class = SLUICE_ENGINE_MAC;
	if (plain) {
		s->hash = a->hash;
		return 0;
	}
	if (x->key.length > sizeof(s->auth_image.mac_key) || (x->key.length && !x->key.data))
		return -EINVAL;
	s->auth_image.alg = a->alg;
	s->auth_image.mac_key_bytes = (uint8_t)x->key.length;
	if (x->key.length)
		memcpy(s->auth_image.mac_key, x->key.data, x->key.length);
	return 0;
}

static int
set_xforms(const struct sluice_dev *dev, struct sluice_sym_session *s, const struct rte_crypto_sym_xform *x)
{
	const struct rte_crypto_sym_xform *next = x->next;
	int rc;

	if (x->type == RTE_CRYPTO_SYM_XFORM_AEAD)
		return next ? -ENOTSUP : set_aead(dev, s, &x->aead);
	if (next && next->next)
		return -ENOTSUP;
	if (x->type == RTE_CRYPTO_SYM_XFORM_CIPHER) {
		s->order = next ? SLUICE_CIPHER_AUTH : SLUICE_CIPHER_ONLY;
		rc = set_cipher(s, &x->cipher, next != NULL);
		if (rc == 0 && next)
			rc = next->type == RTE_CRYPTO_SYM_XFORM_AUTH ? set_auth(dev, s, &next->auth) : -ENOTSUP;
		return rc;
	}
	if (x->type != RTE_CRYPTO_SYM_XFORM_AUTH)
		return -ENOTSUP;
	s->order = next ? SLUICE_AUTH_CIPHER : SLUICE_AUTH_ONLY;
	rc = set_auth(dev, s, &x->auth);
	if (rc == 0 && next)
		rc = next->type == RTE_CRYPTO_SYM_XFORM_CIPHER ? set_cipher(s, &next->cipher, true) : -ENOTSUP;
	return rc;
}

static int
take_slot(struct sluice_dev *dev, struct sluice_ctx *ctx, const struct sluice_session *image)
{
	ctx->epoch = dev->epoch;
	if (image->alg == 0)
		return 0;
	ctx->handle = sluice_slot_get(&dev->sessions[ctx->class]);
	return ctx->handle ? 0 : -ENOMEM;
}

/* The slot goes back; if a queue pair has sent the keys, some queue erases them first. */
static void
give_slot(struct sluice_dev *dev, struct sluice_ctx *ctx)
{
	if (!ctx->handle)
		return;
	if (ctx->sent && !sluice_ctx_stale(dev, ctx))
		sluice_slot_put_later(&dev->sessions[ctx->class], ctx->handle);
	else
		sluice_slot_put(&dev->sessions[ctx->class], ctx->handle);
	ctx->handle = 0;
}

int
sluice_sym_session_configure(struct rte_cryptodev *cdev, struct rte_crypto_sym_xform *xform,
	struct rte_cryptodev_sym_session *sess)
{
	struct sluice_sym_session *s = CRYPTODEV_GET_SYM_SESS_PRIV(sess);
	struct sluice_dev *dev = cdev->data->dev_private;
	int rc;

	memset(s, 0, sizeof(*s));
	rc = set_xforms(dev, s, xform);
	if (rc == 0)
		rc = take_slot(dev, &s->cipher, &s->cipher_image);
	if (rc == 0)
		rc = take_slot(dev, &s->auth, &s->auth_image);
	if (rc) {
		give_slot(dev, &s->cipher);
		ct_wipe(s, sizeof(*s));
	}
	return rc;
}

void
sluice_sym_session_clear(struct rte_cryptodev *cdev, struct rte_cryptodev_sym_session *sess)
{
	struct sluice_sym_session *s = CRYPTODEV_GET_SYM_SESS_PRIV(sess);
	struct sluice_dev *dev = cdev->data->dev_private;

	give_slot(dev, &s->cipher);
	give_slot(dev, &s->auth);
	ct_wipe(s, sizeof(*s));
}

/* ---- operations ---- */

/* One descriptor under construction. */
struct build {
	struct sluice_desc *d;
	struct sluice_slot *slot;
	struct sluice_slot_mem *mem;
	rte_iova_t iova;
	struct sluice_sg src, dst;
};

static void
begin(struct build *b, struct sluice_hwq *q, struct rte_crypto_op *op, struct sluice_sym_session *s)
{
	b->d = sluice_hwq_next(q, &b->slot, &b->mem, &b->iova);
	b->src = (struct sluice_sg){ .seg = b->mem->src };
	b->dst = (struct sluice_sg){ .seg = b->mem->dst };
	b->slot->op = op;
	b->slot->session = s;
	b->slot->kind = SLUICE_SLOT_SYM;
}

/* Lists into the descriptor, which then counts; false when a list is bad. */
static bool
end(struct build *b, struct sluice_hwq *q)
{
	if (b->src.bad || b->dst.bad)
		return false;
	sluice_sg_source(&b->src, b->d, b->iova + offsetof(struct sluice_slot_mem, src));
	sluice_sg_destination(&b->dst, b->d, b->iova + offsetof(struct sluice_slot_mem, dst));
	b->slot->min_len = b->slot->max_len = b->dst.len;
	sluice_hwq_push(q);
	return true;
}

static const uint8_t *
iv_of(const struct rte_crypto_op *op, const struct sluice_sym_session *s)
{
	return rte_crypto_op_ctod_offset((struct rte_crypto_op *)(uintptr_t)op, uint8_t *, s->iv_offset);
}

static int
aead(struct sluice_hwq *q, struct rte_crypto_op *op, struct sluice_sym_session *s)
{
	struct rte_crypto_sym_op *sym = op->sym;
	struct rte_mbuf *dst = sym->m_dst ? sym->m_dst : sym->m_src;
	bool copy = s->aad_len <= AAD_INLINE;
	rte_iova_t head, tag;
	struct build b;

	if (!sym->aead.digest.data || (s->aad_len && !sym->aead.aad.data))
		return RTE_CRYPTO_OP_STATUS_INVALID_ARGS;
	begin(&b, q, op, s);
	head = b.iova + offsetof(struct sluice_slot_mem, head);
	tag = b.iova + offsetof(struct sluice_slot_mem, tag);
	memcpy(b.mem->head, iv_of(op, s), SLUICE_AEAD_IV_BYTES);
	if (copy && s->aad_len)
		memcpy(b.mem->head + SLUICE_AEAD_IV_BYTES, sym->aead.aad.data, s->aad_len);
	sluice_sg_add(&b.src, head, SLUICE_AEAD_IV_BYTES + (copy ? s->aad_len : 0));
	if (!copy)
		sluice_sg_add(&b.src, sym->aead.aad.phys_addr, s->aad_len);
	sluice_sg_add_mbuf(&b.src, sym->m_src, sym->aead.data.offset, sym->aead.data.length);
	sluice_sg_add_mbuf(&b.dst, dst, sym->aead.data.offset, sym->aead.data.length);
	b.d->handle = s->cipher.handle;
	b.d->param0 = s->aad_len;
	if (s->encrypt) {
		b.d->opcode = SLUICE_OP_AEAD_SEAL;
		sluice_sg_add(&b.dst, tag, TAG_BYTES);
	} else {
		b.d->opcode = SLUICE_OP_AEAD_OPEN;
		b.d->param1 = s->digest_len;
		memcpy(b.mem->tag, sym->aead.digest.data, s->digest_len);
		sluice_sg_add(&b.src, tag, s->digest_len);
	}
	return end(&b, q) ? 0 : RTE_CRYPTO_OP_STATUS_INVALID_ARGS;
}

static bool
cipher_build(struct build *b, struct sluice_hwq *q, struct rte_crypto_op *op,
	struct sluice_sym_session *s)
{
	struct rte_crypto_sym_op *sym = op->sym;
	uint32_t offset = sym->cipher.data.offset, len = sym->cipher.data.length;

	if (s->cipher_image.alg == SLUICE_ALG_AES_CBC && len % SLUICE_IV_BYTES)
		return false;
	begin(b, q, op, s);
	memcpy(b->mem->head, iv_of(op, s), SLUICE_IV_BYTES);
	sluice_sg_add(&b->src, b->iova + offsetof(struct sluice_slot_mem, head), SLUICE_IV_BYTES);
	sluice_sg_add_mbuf(&b->src, sym->m_src, offset, len);
	sluice_sg_add_mbuf(&b->dst, sym->m_dst ? sym->m_dst : sym->m_src, offset, len);
	b->d->opcode = s->encrypt ? SLUICE_OP_CIPHER_ENC : SLUICE_OP_CIPHER_DEC;
	b->d->handle = s->cipher.handle;
	return true;
}

/*
 * What is authenticated. After a cipher step out of place, the bytes it wrote are taken from the destination and those around them
 * from the source.
 */
static void
auth_source(struct sluice_sg *g, const struct rte_crypto_sym_op *sym, bool after_cipher)
{
	uint32_t at = sym->auth.data.offset, end_ = at + sym->auth.data.length;
	uint32_t from = sym->cipher.data.offset, to = from + sym->cipher.data.length;

	if (!after_cipher || !sym->m_dst || sym->m_dst == sym->m_src || to <= at || from >= end_) {
		sluice_sg_add_mbuf(g, sym->m_src, at, end_ - at);
		return;
	}
	if (at < from)
		sluice_sg_add_mbuf(g, sym->m_src, at, from - at);
	sluice_sg_add_mbuf(g, sym->m_dst, RTE_MAX(at, from), RTE_MIN(end_, to) - RTE_MAX(at, from));
	if (to < end_)
		sluice_sg_add_mbuf(g, sym->m_src, to, end_ - to);
}

static bool
auth_build(struct build *b, struct sluice_hwq *q, struct rte_crypto_op *op,
	struct sluice_sym_session *s)
{
	struct rte_crypto_sym_op *sym = op->sym;
	rte_iova_t tag;

	/* offset and length are the caller's: they must not wrap */
	if (!sym->auth.digest.data || sym->auth.data.length > UINT32_MAX - sym->auth.data.offset ||
			(s->order == SLUICE_CIPHER_AUTH &&
			sym->cipher.data.length > UINT32_MAX - sym->cipher.data.offset))
		return false;
	begin(b, q, op, s);
	/* a digest made by the first step lies with the second, whose completion ends the op */
	tag = s->order == SLUICE_AUTH_CIPHER && (s->generate || s->hash) ?
		sluice_hwq_mem_iova(q, q->tail + 1) : b->iova;
	tag += offsetof(struct sluice_slot_mem, tag);
	auth_source(&b->src, sym, s->order == SLUICE_CIPHER_AUTH);
	b->d->handle = s->auth.handle;
	if (s->hash) {
		b->d->opcode = SLUICE_OP_HASH;
		b->d->param0 = s->hash;
		sluice_sg_add(&b->dst, tag, s->full_len);
	} else if (s->generate) {
		b->d->opcode = SLUICE_OP_HMAC;
		sluice_sg_add(&b->dst, tag, s->full_len);
	} else {
		b->d->opcode = SLUICE_OP_HMAC_VERIFY;
		b->d->param0 = s->digest_len;
		memcpy(b->mem->tag, sym->auth.digest.data, s->digest_len);
		sluice_sg_add(&b->src, tag, s->digest_len);
	}
	return true;
}

/* First and second step; the second reads what the first wrote. The first is taken back when the second cannot be built. */
static int
chain(struct sluice_hwq *q, struct rte_crypto_op *op, struct sluice_sym_session *s)
{
	bool cipher_first = s->order == SLUICE_CIPHER_AUTH;
	uint32_t tail = q->tail;
	struct build b;

	if (cipher_first ? cipher_build(&b, q, op, s) : auth_build(&b, q, op, s)) {
		b.slot->kind = SLUICE_SLOT_PART;
		if (end(&b, q) && (cipher_first ? auth_build(&b, q, op, s) : cipher_build(&b, q, op, s))) {
			b.d->flags |= SLUICE_DESC_FENCE;
			if (end(&b, q))
				return 0;
		}
	}
	q->tail = tail;
	return RTE_CRYPTO_OP_STATUS_INVALID_ARGS;
}

static int
single(struct sluice_hwq *q, struct rte_crypto_op *op, struct sluice_sym_session *s)
{
	struct build b;
	bool good;

	if (s->order == SLUICE_CIPHER_ONLY)
		good = cipher_build(&b, q, op, s);
	else
		good = auth_build(&b, q, op, s);
	return good && end(&b, q) ? 0 : RTE_CRYPTO_OP_STATUS_INVALID_ARGS;
}

int
sluice_sym_enqueue(struct sluice_qp *qp, struct rte_crypto_op *op)
{
	struct rte_cryptodev_sym_session *sess = op->sym->session;
	struct sluice_sym_session *s;
	struct sluice_hwq *q;

	if (op->sess_type != RTE_CRYPTO_OP_WITH_SESSION || !sess ||
			sess->driver_id != qp->dev->cdev->driver_id)
		return RTE_CRYPTO_OP_STATUS_INVALID_SESSION;
	s = CRYPTODEV_GET_SYM_SESS_PRIV(sess);
	if (sluice_ctx_stale(qp->dev, &s->cipher) || sluice_ctx_stale(qp->dev, &s->auth))
		return RTE_CRYPTO_OP_STATUS_INVALID_SESSION;
	q = &qp->hwq[s->order == SLUICE_AUTH_ONLY ? s->auth.class : s->cipher.class];
	if (!op->sym->m_src)
		return RTE_CRYPTO_OP_STATUS_INVALID_ARGS;
	if (sluice_hwq_room(q) < SLUICE_OP_DESCS)
		return SLUICE_NO_ROOM;
	sluice_hwq_load(qp, q, &s->cipher, &s->cipher_image, sizeof(s->cipher_image), NULL);
	sluice_hwq_load(qp, q, &s->auth, &s->auth_image, sizeof(s->auth_image), NULL);
	if (s->order == SLUICE_AEAD)
		return aead(q, op, s);
	if (s->order == SLUICE_CIPHER_ONLY || s->order == SLUICE_AUTH_ONLY)
		return single(q, op, s);
	return chain(q, op, s);
}

void
sluice_sym_finish(struct sluice_slot *slot, const struct sluice_slot_mem *mem)
{
	const struct sluice_sym_session *s = slot->session;
	struct rte_crypto_op *op = slot->op;
	uint8_t *digest;

	if (s->order == SLUICE_CIPHER_ONLY)
		return;
	digest = s->order == SLUICE_AEAD ? op->sym->aead.digest.data : op->sym->auth.digest.data;
	if (s->generate)
		memcpy(digest, mem->tag, s->digest_len);
	else if (s->hash && !ct_memeq(digest, mem->tag, s->digest_len))
		op->status = RTE_CRYPTO_OP_STATUS_AUTH_FAILED;
}
