/*
 * Public-key work: by key slot (rte_pmd_sluice.h) and standard RSA sessions, which take one of the driver's own slots and a blob that
 * the driver wrapped. Operands and results pass through memory of the queue, so the caller's may lie anywhere.
 */
#include <errno.h>
#include <string.h>

#include "common/ct.h"
#include "dataplane/pmd/sluice_private.h"

#define PMS_BYTES 48u
#define PRF_SECRET_MAX 64u
#define PKCS1_PS_MIN 8u /* RFC 8017 7.2.1, 9.2 */
#define PKCS1_OVERHEAD (3u + PKCS1_PS_MIN)

/* ---- by key slot ---- */

static bool
pka_good(const struct sluice_dev *dev, const struct rte_pmd_sluice_pka_op *p)
{
	if (p->in_len && !p->in)
		return false;
	if (p->type != RTE_PMD_SLUICE_PKA_TLS_PRF && (p->handle & 0xffff) >= (uint32_t)dev->nb_keys - dev->asym_slots)
		return false;
	switch (p->type) {
	case RTE_PMD_SLUICE_PKA_KEY_LOAD:
		return p->in_len >= 1 && p->in_len <= RTE_PMD_SLUICE_PKA_MAX_IN;
	case RTE_PMD_SLUICE_PKA_KEY_FREE:
		return p->in_len == 0;
	case RTE_PMD_SLUICE_PKA_RSA_PRIVATE:
		return p->in_len == SLUICE_RSA_BYTES && p->out && p->out_len >= SLUICE_RSA_BYTES;
	case RTE_PMD_SLUICE_PKA_RSA_PMS_DECRYPT:
		return p->in_len == SLUICE_RSA_BYTES && p->out && p->out_len >= PMS_BYTES;
	case RTE_PMD_SLUICE_PKA_TLS_PRF:
		return p->in_len <= SLUICE_RESULT && p->param <= PRF_SECRET_MAX && p->param <= p->in_len &&
			p->out && p->out_len >= 1 && p->out_len <= RTE_PMD_SLUICE_PKA_MAX_OUT;
	default:
		return false;
	}
}

/* The descriptor of an operand copied beside it, with room for `result` bytes. */
static struct sluice_slot *
push_operand(struct sluice_hwq *q, uint8_t opcode, uint32_t handle, const uint8_t *in, uint32_t len,
	uint32_t result, struct sluice_desc **desc)
{
	struct sluice_slot_mem *mem;
	struct sluice_slot *slot;
	struct sluice_desc *d;
	rte_iova_t iova;

	d = sluice_hwq_next(q, &slot, &mem, &iova);
	if (len)
		memcpy(mem->in, in, len);
	d->opcode = opcode;
	d->handle = handle;
	d->src_addr = len ? iova + offsetof(struct sluice_slot_mem, in) : 0;
	d->src_len = len;
	d->dst_addr = result ? iova + offsetof(struct sluice_slot_mem, in) + SLUICE_RESULT : 0;
	d->dst_len = result;
	slot->min_len = slot->max_len = result;
	slot->secret = (uint16_t)RTE_MAX(len, result ? SLUICE_RESULT + result : 0);
	*desc = d;
	sluice_hwq_push(q);
	return slot;
}

int
sluice_pka_enqueue(struct sluice_qp *qp, struct rte_crypto_op *op)
{
	static const uint8_t opcode[] = {
		[RTE_PMD_SLUICE_PKA_KEY_LOAD] = SLUICE_OP_KEY_LOAD,
		[RTE_PMD_SLUICE_PKA_KEY_FREE] = SLUICE_OP_KEY_FREE,
		[RTE_PMD_SLUICE_PKA_RSA_PRIVATE] = SLUICE_OP_RSA_PRIVATE,
		[RTE_PMD_SLUICE_PKA_RSA_PMS_DECRYPT] = SLUICE_OP_RSA_PMS_DECRYPT,
		[RTE_PMD_SLUICE_PKA_TLS_PRF] = SLUICE_OP_TLS_PRF,
	};
	struct rte_pmd_sluice_pka_op *p = (struct rte_pmd_sluice_pka_op *)op->asym;
	bool prf = p->type == RTE_PMD_SLUICE_PKA_TLS_PRF;
	struct sluice_hwq *q = &qp->hwq[prf ? SLUICE_ENGINE_MAC : SLUICE_ENGINE_PKA];
	struct sluice_slot *slot;
	struct sluice_desc *d;
	uint32_t result = 0;

	if (!pka_good(qp->dev, p))
		return RTE_CRYPTO_OP_STATUS_INVALID_ARGS;
	if (sluice_hwq_room(q) < SLUICE_OP_DESCS)
		return SLUICE_NO_ROOM;
	if (p->type == RTE_PMD_SLUICE_PKA_RSA_PRIVATE)
		result = SLUICE_RSA_BYTES;
	else if (p->type == RTE_PMD_SLUICE_PKA_RSA_PMS_DECRYPT)
		result = PMS_BYTES;
	else if (prf)
		result = p->out_len;
	slot = push_operand(q, opcode[p->type], prf ? 0 : p->handle, p->in, p->in_len, result, &d);
	if (prf || p->type == RTE_PMD_SLUICE_PKA_RSA_PMS_DECRYPT)
		d->param0 = p->param;
	if (prf)
		d->param1 = p->out_len;
	slot->kind = SLUICE_SLOT_PKA;
	slot->op = op;
	return 0;
}

void
sluice_pka_finish(struct sluice_slot *s, const struct sluice_slot_mem *mem,
	const struct sluice_cpl *cpl)
{
	struct rte_pmd_sluice_pka_op *p = (struct rte_pmd_sluice_pka_op *)s->op->asym;

	if (cpl->length)
		memcpy(p->out, mem->in + SLUICE_RESULT, cpl->length);
	p->out_len = cpl->length;
}

/* ---- standard RSA ---- */

int
sluice_asym_session_configure(struct rte_cryptodev *cdev, struct rte_crypto_asym_xform *x,
	struct rte_cryptodev_asym_session *sess)
{
	struct sluice_asym_session *s = (struct sluice_asym_session *)sess->sess_private_data;
	struct sluice_dev *dev = cdev->data->dev_private;
	int len;

	memset(s, 0, sizeof(*s));
	if (!dev->has_kek || x->xform_type != RTE_CRYPTO_ASYM_XFORM_RSA)
		return -ENOTSUP;
	len = sluice_rsa_wrap(&x->rsa, dev->kek, s->blob, sizeof(s->blob));
	if (len < 0)
		return len;
	s->blob_len = (uint32_t)len;
	s->key.class = SLUICE_ENGINE_PKA;
	s->key.epoch = dev->epoch;
	s->key.handle = sluice_slot_get(&dev->keys);
	if (s->key.handle)
		return 0;
	ct_wipe(s, sizeof(*s));
	return -ENOMEM;
}

void
sluice_asym_session_clear(struct rte_cryptodev *cdev, struct rte_cryptodev_asym_session *sess)
{
	struct sluice_asym_session *s = (struct sluice_asym_session *)sess->sess_private_data;
	struct sluice_dev *dev = cdev->data->dev_private;

	if (s->key.handle && s->key.loaded && !sluice_ctx_stale(dev, &s->key))
		sluice_slot_put_later(&dev->keys, s->key.handle);
	else if (s->key.handle)
		sluice_slot_put(&dev->keys, s->key.handle);
	ct_wipe(s, sizeof(*s));
}

/* DigestInfo without its digest, RFC 8017 9.2 note 1; NULL: the message is padded as it is. */
static const uint8_t *
digest_info(enum rte_crypto_auth_algorithm hash, uint32_t message, uint32_t *len)
{
	static const uint8_t sha1[] = { 0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a,
		0x05, 0x00, 0x04, 0x14 };
	static const uint8_t sha256[] = { 0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65,
		0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20 };

	*len = 0;
	if (hash == RTE_CRYPTO_AUTH_SHA1 && message == 20) {
		*len = sizeof(sha1);
		return sha1;
	}
	if (hash == RTE_CRYPTO_AUTH_SHA256 && message == 32) {
		*len = sizeof(sha256);
		return sha256;
	}
	return NULL;
}

/* 00 01 FF.. 00 DigestInfo message */
static bool
pad_type1(uint8_t out[SLUICE_RSA_BYTES], const struct rte_crypto_rsa_op_param *rsa)
{
	uint32_t info_len, room = SLUICE_RSA_BYTES - PKCS1_OVERHEAD;
	const uint8_t *info = digest_info(rsa->padding.hash, (uint32_t)rsa->message.length, &info_len);
	uint8_t *p;

	if (rsa->message.length > room - info_len)
		return false;
	memset(out, 0xff, SLUICE_RSA_BYTES);
	out[0] = 0;
	out[1] = 1;
	p = out + SLUICE_RSA_BYTES - rsa->message.length;
	memcpy(p, rsa->message.data, rsa->message.length);
	p -= info_len;
	if (info_len)
		memcpy(p, info, info_len);
	p[-1] = 0;
	return true;
}

/* A number of up to 256 bytes, leading zeros added. */
static bool
pad_none(uint8_t out[SLUICE_RSA_BYTES], const rte_crypto_param *in)
{
	if (!in->data || in->length == 0 || in->length > SLUICE_RSA_BYTES)
		return false;
	memset(out, 0, SLUICE_RSA_BYTES - in->length);
	memcpy(out + SLUICE_RSA_BYTES - in->length, in->data, in->length);
	return true;
}

static bool
operand(uint8_t out[SLUICE_RSA_BYTES], const struct rte_crypto_rsa_op_param *rsa)
{
	bool pkcs1 = rsa->padding.type == RTE_CRYPTO_RSA_PADDING_PKCS1_5;

	if (!pkcs1 && rsa->padding.type != RTE_CRYPTO_RSA_PADDING_NONE)
		return false;
	if (rsa->op_type == RTE_CRYPTO_ASYM_OP_DECRYPT)
		return rsa->message.data && rsa->cipher.length == SLUICE_RSA_BYTES && pad_none(out, &rsa->cipher);
	if (rsa->op_type != RTE_CRYPTO_ASYM_OP_SIGN || !rsa->sign.data || !rsa->message.data)
		return false;
	return pkcs1 ? pad_type1(out, rsa) : pad_none(out, &rsa->message);
}

int
sluice_asym_enqueue(struct sluice_qp *qp, struct rte_crypto_op *op)
{
	struct sluice_hwq *q = &qp->hwq[SLUICE_ENGINE_PKA];
	struct rte_cryptodev_asym_session *sess = op->asym->session;
	uint8_t in[SLUICE_RSA_BYTES];
	struct sluice_asym_session *s;
	struct sluice_slot *slot;
	struct sluice_desc *d;

	if (op->sess_type != RTE_CRYPTO_OP_WITH_SESSION || !sess ||
			sess->driver_id != qp->dev->cdev->driver_id)
		return RTE_CRYPTO_OP_STATUS_INVALID_SESSION;
	s = (struct sluice_asym_session *)sess->sess_private_data;
	if (sluice_ctx_stale(qp->dev, &s->key))
		return RTE_CRYPTO_OP_STATUS_INVALID_SESSION;
	if (!operand(in, &op->asym->rsa))
		return RTE_CRYPTO_OP_STATUS_INVALID_ARGS;
	if (sluice_hwq_room(q) < SLUICE_OP_DESCS)
		return SLUICE_NO_ROOM;
	sluice_hwq_load(qp, q, &s->key, s->blob, s->blob_len);
	slot = push_operand(q, SLUICE_OP_RSA_PRIVATE, s->key.handle, in, sizeof(in), SLUICE_RSA_BYTES, &d);
	slot->kind = SLUICE_SLOT_RSA;
	slot->op = op;
	slot->session = s;
	return 0;
}

/*
 * Where the message of 00 02 PS 00 message begins; 0 when the padding is wrong. Time does not depend on the contents; that the
 * caller learns whether it was right is the standard API's nature: for TLS use RTE_PMD_SLUICE_PKA_RSA_PMS_DECRYPT.
 */
static uint32_t
unpad_type2(const uint8_t em[SLUICE_RSA_BYTES])
{
	uint32_t good = ct_eq(em[0], 0) & ct_eq(em[1], 2), at = 0, found = 0;

	for (uint32_t i = 2; i < SLUICE_RSA_BYTES; i++) {
		uint32_t zero = ct_eq(em[i], 0) & ~found;

		at = ct_select(zero, i + 1, at);
		found |= zero;
	}
	good &= found & ~ct_lt(at, PKCS1_OVERHEAD);
	return at & good;
}

void
sluice_rsa_finish(struct sluice_slot *slot, const struct sluice_slot_mem *mem)
{
	struct rte_crypto_op *op = slot->op;
	struct rte_crypto_rsa_op_param *rsa = &op->asym->rsa;
	const uint8_t *out = mem->in + SLUICE_RESULT;
	uint32_t at = 0;

	if (rsa->op_type == RTE_CRYPTO_ASYM_OP_SIGN) {
		memcpy(rsa->sign.data, out, SLUICE_RSA_BYTES);
		rsa->sign.length = SLUICE_RSA_BYTES;
		return;
	}
	if (rsa->padding.type == RTE_CRYPTO_RSA_PADDING_PKCS1_5) {
		at = unpad_type2(out);
		if (at == 0) {
			op->status = RTE_CRYPTO_OP_STATUS_ERROR;
			return;
		}
	}
	memcpy(rsa->message.data, out + at, SLUICE_RSA_BYTES - at);
	rsa->message.length = SLUICE_RSA_BYTES - at;
}
