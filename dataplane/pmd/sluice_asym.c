/*
 * Standard asymmetric sessions: RSA here, curves in sluice_ec.c. A private RSA key takes one of the driver's own slots and a blob that the driver
 * wrapped; public operations need no slot. Operands and results pass through memory of the queue, so the caller's may lie anywhere.
 */
#include <errno.h>
#include <string.h>

#include <openssl/rand.h>

#include "common/ct.h"
#include "dataplane/pmd/sluice_private.h"

#define PKCS1_PS_MIN 8u /* RFC 8017 7.2.1, 9.2 */
#define PKCS1_OVERHEAD (3u + PKCS1_PS_MIN)

static bool
number_get(const rte_crypto_uint *x, uint8_t *out, uint32_t room, uint32_t *len)
{
	const uint8_t *p = x->data;
	size_t n = x->length;

	for (; p && n && *p == 0; n--)
		p++;
	*len = (uint32_t)n;
	if (!p || n == 0 || n > room)
		return false;
	memcpy(out, p, n);
	return true;
}

static int
rsa_configure(struct sluice_dev *dev, const struct rte_crypto_rsa_xform *x, struct sluice_asym_session *s)
{
	uint8_t e[sizeof(s->e)];
	uint32_t n, len;
	uint8_t bit;
	int rc;

	if (!number_get(&x->n, s->n, sizeof(s->n), &n) || !number_get(&x->e, e, sizeof(e), &len) ||
			!(s->n[n - 1] & 1))
		return -EINVAL;
	if (n != 256 && n != 384 && n != 512)
		return -ENOTSUP;
	bit = (uint8_t)(1u << (n / 128 - 2));
	for (uint32_t i = 0; i < len; i++)
		s->e = s->e << 8 | e[i];
	s->bytes = (uint16_t)n;
	if (dev->has_kek && (dev->has.rsa_sizes & bit) && x->key_type == RTE_RSA_KEY_TYPE_QT) {
		rc = sluice_rsa_wrap(x, dev->kek, s->blob, sizeof(s->blob));
		if (rc < 0)
			return rc;
		s->blob_len = (uint32_t)rc;
		s->key.class = SLUICE_ENGINE_PKA;
		s->key.epoch = dev->epoch;
		s->key.handle = sluice_slot_get(&dev->keys[SLUICE_ENGINE_PKA]);
		return s->key.handle ? 0 : -ENOMEM;
	}
	return dev->has.rsa_public_sizes & bit ? 0 : -ENOTSUP;
}

static int
ec_configure(const struct sluice_dev *dev, const struct rte_crypto_asym_xform *x, struct sluice_asym_session *s)
{
	bool p384 = x->ec.curve_id == RTE_CRYPTO_EC_GROUP_SECP384R1, sign = x->xform_type == RTE_CRYPTO_ASYM_XFORM_ECDSA;

	if (!p384 && x->ec.curve_id != RTE_CRYPTO_EC_GROUP_SECP256R1)
		return -ENOTSUP;
	s->curve = p384 ? RTE_PMD_SLUICE_CURVE_P384 : RTE_PMD_SLUICE_CURVE_P256;
	s->bytes = p384 ? 48 : 32;
	return (sign ? dev->has.ecdsa_curves : dev->has.ecdh_curves) >> s->curve & 1 ? 0 : -ENOTSUP;
}

int
sluice_asym_session_configure(struct rte_cryptodev *cdev, struct rte_crypto_asym_xform *x,
	struct rte_cryptodev_asym_session *sess)
{
	struct sluice_asym_session *s = (struct sluice_asym_session *)sess->sess_private_data;
	struct sluice_dev *dev = cdev->data->dev_private;
	int rc;

	memset(s, 0, sizeof(*s));
	s->xform = (uint8_t)x->xform_type;
	switch (x->xform_type) {
	case RTE_CRYPTO_ASYM_XFORM_RSA:
		rc = rsa_configure(dev, &x->rsa, s);
		break;
	case RTE_CRYPTO_ASYM_XFORM_ECDSA:
	case RTE_CRYPTO_ASYM_XFORM_ECDH:
	case RTE_CRYPTO_ASYM_XFORM_ECPM:
		rc = ec_configure(dev, x, s);
		break;
	default:
		rc = -ENOTSUP;
	}
	if (rc)
		ct_wipe(s, sizeof(*s));
	return rc;
}

void
sluice_asym_session_clear(struct rte_cryptodev *cdev, struct rte_cryptodev_asym_session *sess)
{
	struct sluice_asym_session *s = (struct sluice_asym_session *)sess->sess_private_data;
	struct sluice_dev *dev = cdev->data->dev_private;

	if (s->key.handle && s->key.sent && !sluice_ctx_stale(dev, &s->key))
		sluice_slot_put_later(&dev->keys[SLUICE_ENGINE_PKA], s->key.handle);
	else if (s->key.handle)
		sluice_slot_put(&dev->keys[SLUICE_ENGINE_PKA], s->key.handle);
	ct_wipe(s, sizeof(*s));
}

/* ---- RSA ---- */

/* DigestInfo without its digest, RFC 8017 9.2 note 1; NULL: the message is padded as it is. */
static const uint8_t *
digest_info(enum rte_crypto_auth_algorithm hash, uint32_t message, uint32_t *len)
{
	static const uint8_t sha1[] = { 0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a,
		0x05, 0x00, 0x04, 0x14 };
	static const uint8_t sha2[][19] = {
		{ 0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20 },
		{ 0x30, 0x41, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02, 0x05, 0x00, 0x04, 0x30 },
		{ 0x30, 0x51, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03, 0x05, 0x00, 0x04, 0x40 },
	};

	*len = 0;
	if (hash == RTE_CRYPTO_AUTH_SHA1 && message == 20) {
		*len = sizeof(sha1);
		return sha1;
	}
	*len = sizeof(sha2[0]);
	if (hash == RTE_CRYPTO_AUTH_SHA256 && message == 32)
		return sha2[0];
	if (hash == RTE_CRYPTO_AUTH_SHA384 && message == 48)
		return sha2[1];
	if (hash == RTE_CRYPTO_AUTH_SHA512 && message == 64)
		return sha2[2];
	*len = 0;
	return NULL;
}

/* 00 01 FF.. 00 DigestInfo message */
static bool
pad_type1(uint8_t *out, uint32_t n, const struct rte_crypto_rsa_op_param *rsa)
{
	uint32_t info_len, room = n - PKCS1_OVERHEAD;
	const uint8_t *info = digest_info(rsa->padding.hash, (uint32_t)rsa->message.length, &info_len);
	uint8_t *p;

	if (rsa->message.length > room - info_len)
		return false;
	memset(out, 0xff, n);
	out[0] = 0;
	out[1] = 1;
	p = out + n - rsa->message.length;
	memcpy(p, rsa->message.data, rsa->message.length);
	p -= info_len;
	if (info_len)
		memcpy(p, info, info_len);
	p[-1] = 0;
	return true;
}

/* 00 02 PS 00 message, PS of random bytes that are not zero */
static bool
pad_type2(uint8_t *out, uint32_t n, const rte_crypto_param *message)
{
	uint32_t ps;

	if (message->length > n - PKCS1_OVERHEAD)
		return false;
	ps = n - 3 - (uint32_t)message->length;
	if (RAND_priv_bytes(out + 2, (int)ps) != 1)
		return false;
	for (uint32_t i = 2; i < 2 + ps; i++)
		while (out[i] == 0)
			if (RAND_priv_bytes(out + i, 1) != 1)
				return false;
	out[0] = 0;
	out[1] = 2;
	out[2 + ps] = 0;
	memcpy(out + 3 + ps, message->data, message->length);
	return true;
}

/* A number of up to n bytes, leading zeros added. */
static bool
pad_none(uint8_t *out, uint32_t n, const rte_crypto_param *in)
{
	if (!in->data || in->length == 0 || in->length > n)
		return false;
	memset(out, 0, n - in->length);
	memcpy(out + n - in->length, in->data, in->length);
	return true;
}

/* What goes into the exponentiation, out of what the operation says; false when it says something wrong. */
static bool
operand(uint8_t *out, uint32_t n, const struct rte_crypto_rsa_op_param *rsa)
{
	bool pkcs1 = rsa->padding.type == RTE_CRYPTO_RSA_PADDING_PKCS1_5;

	if (!pkcs1 && rsa->padding.type != RTE_CRYPTO_RSA_PADDING_NONE)
		return false;
	switch (rsa->op_type) {
	case RTE_CRYPTO_ASYM_OP_DECRYPT:
		return rsa->message.data && rsa->cipher.length == n && pad_none(out, n, &rsa->cipher);
	case RTE_CRYPTO_ASYM_OP_SIGN:
		if (!rsa->sign.data || !rsa->message.data)
			return false;
		return pkcs1 ? pad_type1(out, n, rsa) : pad_none(out, n, &rsa->message);
	case RTE_CRYPTO_ASYM_OP_ENCRYPT:
		if (!rsa->cipher.data || !rsa->message.data)
			return false;
		return pkcs1 ? pad_type2(out, n, &rsa->message) : pad_none(out, n, &rsa->message);
	case RTE_CRYPTO_ASYM_OP_VERIFY:
		if (!rsa->message.data || (!pkcs1 && !rsa->cipher.data) || rsa->message.length > n)
			return false;
		return rsa->sign.length == n && pad_none(out, n, &rsa->sign);
	default:
		return false;
	}
}

static int
rsa_enqueue(struct sluice_qp *qp, struct rte_crypto_op *op, struct sluice_asym_session *s)
{
	const struct rte_crypto_rsa_op_param *rsa = &op->asym->rsa;
	bool public = rsa->op_type == RTE_CRYPTO_ASYM_OP_ENCRYPT || rsa->op_type == RTE_CRYPTO_ASYM_OP_VERIFY;
	struct sluice_hwq *q = &qp->hwq[SLUICE_ENGINE_PKA];
	uint8_t in[2 * SLUICE_RSA_MAX];
	uint32_t n = s->bytes;
	struct sluice_slot *slot;
	struct sluice_desc *d;

	if (public ? !(qp->dev->has.rsa_public_sizes >> (n / 128 - 2) & 1) : s->blob_len == 0)
		return RTE_CRYPTO_OP_STATUS_INVALID_ARGS;
	memcpy(in, s->n, n);
	if (!operand(public ? in + n : in, n, rsa))
		return RTE_CRYPTO_OP_STATUS_INVALID_ARGS;
	if (sluice_hwq_room(q) < SLUICE_OP_DESCS)
		return SLUICE_NO_ROOM;
	if (public) {
		slot = sluice_hwq_operand(q, SLUICE_OP_RSA_PUBLIC, 0, in, 2 * n, n, &d);
		d->param0 = n;
		d->param1 = s->e;
	} else {
		sluice_hwq_load(qp, q, &s->key, s->blob, s->blob_len, NULL);
		slot = sluice_hwq_operand(q, SLUICE_OP_RSA_PRIVATE, s->key.handle, in, n, n, &d);
	}
	slot->kind = SLUICE_SLOT_RSA;
	slot->op = op;
	slot->session = s;
	ct_wipe(in, sizeof(in));
	return 0;
}

int
sluice_asym_enqueue(struct sluice_qp *qp, struct rte_crypto_op *op)
{
	struct rte_cryptodev_asym_session *sess = op->asym->session;
	struct sluice_asym_session *s;

	if (op->sess_type != RTE_CRYPTO_OP_WITH_SESSION || !sess ||
			sess->driver_id != qp->dev->cdev->driver_id)
		return RTE_CRYPTO_OP_STATUS_INVALID_SESSION;
	s = (struct sluice_asym_session *)sess->sess_private_data;
	if (sluice_ctx_stale(qp->dev, &s->key))
		return RTE_CRYPTO_OP_STATUS_INVALID_SESSION;
	return s->xform == RTE_CRYPTO_ASYM_XFORM_RSA ? rsa_enqueue(qp, op, s) : sluice_ec_enqueue(qp, op, s);
}

/*
 * Where the message of 00 02 PS 00 message begins; 0 when the padding is wrong. Time does not depend on the contents; that the
 * caller learns whether it was right is the standard API's nature: for TLS use RTE_PMD_SLUICE_PKA_RSA_PMS_DECRYPT.
 */
static uint32_t
unpad_type2(const uint8_t *em, uint32_t n)
{
	uint32_t good = ct_eq(em[0], 0) & ct_eq(em[1], 2), at = 0, found = 0;

	for (uint32_t i = 2; i < n; i++) {
		uint32_t zero = ct_eq(em[i], 0) & ~found;

		at = ct_select(zero, i + 1, at);
		found |= zero;
	}
	good &= found & ~ct_lt(at, PKCS1_OVERHEAD);
	return at & good;
}

/* The signature is of this message, or AUTH_FAILED. */
static void
verify_finish(struct rte_crypto_op *op, const uint8_t *out, uint32_t n)
{
	struct rte_crypto_rsa_op_param *rsa = &op->asym->rsa;
	bool pkcs1 = rsa->padding.type == RTE_CRYPTO_RSA_PADDING_PKCS1_5;
	uint8_t want[SLUICE_RSA_MAX];

	if (!pkcs1) {
		memcpy(rsa->cipher.data, out, n);
		rsa->cipher.length = n;
	}
	if (!(pkcs1 ? pad_type1(want, n, rsa) : pad_none(want, n, &rsa->message)) || memcmp(want, out, n) != 0)
		op->status = RTE_CRYPTO_OP_STATUS_AUTH_FAILED;
}

void
sluice_rsa_finish(struct sluice_slot *slot, const struct sluice_slot_mem *mem)
{
	const struct sluice_asym_session *s = slot->session;
	struct rte_crypto_op *op = slot->op;
	struct rte_crypto_rsa_op_param *rsa = &op->asym->rsa;
	const uint8_t *out = mem->in + SLUICE_RESULT;
	uint32_t at = 0, n = s->bytes;

	switch (rsa->op_type) {
	case RTE_CRYPTO_ASYM_OP_SIGN:
		memcpy(rsa->sign.data, out, n);
		rsa->sign.length = n;
		return;
	case RTE_CRYPTO_ASYM_OP_ENCRYPT:
		memcpy(rsa->cipher.data, out, n);
		rsa->cipher.length = n;
		return;
	case RTE_CRYPTO_ASYM_OP_VERIFY:
		verify_finish(op, out, n);
		return;
	default:
		break;
	}
	if (rsa->padding.type == RTE_CRYPTO_RSA_PADDING_PKCS1_5) {
		at = unpad_type2(out, n);
		if (at == 0) {
			op->status = RTE_CRYPTO_OP_STATUS_ERROR;
			return;
		}
	}
	memcpy(rsa->message.data, out + at, n - at);
	rsa->message.length = n - at;
}
