/*
 * Standard sessions on curves: ECDSA, ECDH, point multiplication (P-256, P-384). Keys and points come with each op. A card signs from key slots
 * only, so a signature loads its key into a slot of the op's own, in front of it, and erases it behind: raw keys are for simulated devices, whose
 * wrapping key is at hand. A caller's own nonce is refused: the card draws it.
 */
#include <string.h>

#include "common/ct.h"
#include "dataplane/pmd/sluice_private.h"

#define COORDINATE_MAX 48u
#define DIGEST_MIN 20u
#define DIGEST_MAX 64u
#define BLOB_MAX 256u

/* Descriptor contents under construction. */
struct build {
	uint8_t opcode;
	uint32_t len, result, param1;
	uint8_t in[4 * COORDINATE_MAX + DIGEST_MAX];
};

/* A number of at most n bytes, leading zeros added or cut. */
static bool
put(struct build *b, const rte_crypto_uint *x, uint32_t n)
{
	const uint8_t *p = x->data;
	size_t len = x->length;

	for (; p && len > n && *p == 0; len--)
		p++;
	if (!p || len > n)
		return false;
	memset(b->in + b->len, 0, n - len);
	memcpy(b->in + b->len + n - len, p, len);
	b->len += n;
	return true;
}

static bool
put_digest(struct build *b, const rte_crypto_param *m)
{
	if (!m->data || m->length < DIGEST_MIN || m->length > DIGEST_MAX)
		return false;
	memcpy(b->in + b->len, m->data, m->length);
	b->len += (uint32_t)m->length;
	b->param1 = (uint32_t)m->length;
	return true;
}

static bool
ecdsa(struct build *b, const struct rte_crypto_ecdsa_op_param *p, uint32_t n)
{
	if (p->op_type == RTE_CRYPTO_ASYM_OP_SIGN) {
		b->opcode = SLUICE_OP_ECDSA_SIGN;
		b->result = 2 * n;
		return p->r.data && p->s.data && p->pkey.data && p->pkey.length && p->k.length == 0 && put_digest(b, &p->message);
	}
	b->opcode = SLUICE_OP_ECDSA_VERIFY;
	return p->op_type == RTE_CRYPTO_ASYM_OP_VERIFY && put(b, &p->r, n) && put(b, &p->s, n) && put(b, &p->q.x, n) &&
		put(b, &p->q.y, n) && put_digest(b, &p->message);
}

/* Public key of a private one: multiplication of the generator, SP 800-186 3.2.1.3, 3.2.1.4. */
static const uint8_t *
generator(uint8_t curve)
{
	static const uint8_t p256[64] = {
		0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5, 0x63, 0xa4, 0x40, 0xf2,
		0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96,
		0x4f, 0xe3, 0x42, 0xe2, 0xfe, 0x1a, 0x7f, 0x9b, 0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e, 0x16,
		0x2b, 0xce, 0x33, 0x57, 0x6b, 0x31, 0x5e, 0xce, 0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5 };
	static const uint8_t p384[96] = {
		0xaa, 0x87, 0xca, 0x22, 0xbe, 0x8b, 0x05, 0x37, 0x8e, 0xb1, 0xc7, 0x1e, 0xf3, 0x20, 0xad, 0x74,
		0x6e, 0x1d, 0x3b, 0x62, 0x8b, 0xa7, 0x9b, 0x98, 0x59, 0xf7, 0x41, 0xe0, 0x82, 0x54, 0x2a, 0x38,
		0x55, 0x02, 0xf2, 0x5d, 0xbf, 0x55, 0x29, 0x6c, 0x3a, 0x54, 0x5e, 0x38, 0x72, 0x76, 0x0a, 0xb7,
		0x36, 0x17, 0xde, 0x4a, 0x96, 0x26, 0x2c, 0x6f, 0x5d, 0x9e, 0x98, 0xbf, 0x92, 0x92, 0xdc, 0x29,
		0xf8, 0xf4, 0x1d, 0xbd, 0x28, 0x9a, 0x14, 0x7c, 0xe9, 0xda, 0x31, 0x13, 0xb5, 0xf0, 0xb8, 0xc0,
		0x0a, 0x60, 0xb1, 0xce, 0x1d, 0x7e, 0x81, 0x9d, 0x7a, 0x43, 0x1d, 0x7c, 0x90, 0xea, 0x0e, 0x5f };

	return curve == RTE_PMD_SLUICE_CURVE_P384 ? p384 : p256;
}

static bool
ecdh(struct build *b, const struct rte_crypto_ecdh_op_param *p, uint8_t curve, uint32_t n)
{
	switch (p->ke_type) {
	case RTE_CRYPTO_ASYM_KE_PRIV_KEY_GENERATE:
		b->opcode = SLUICE_OP_EC_KEYGEN;
		b->result = 3 * n;
		return p->priv_key.data != NULL;
	case RTE_CRYPTO_ASYM_KE_PUB_KEY_GENERATE:
		if (!p->pub_key.x.data || !p->pub_key.y.data)
			return false;
		if (p->priv_key.length == 0) { /* the card draws one, and gives it too when there is room */
			b->opcode = SLUICE_OP_EC_KEYGEN;
			b->result = 3 * n;
			return true;
		}
		b->opcode = SLUICE_OP_EC_MUL;
		b->result = 2 * n;
		if (!put(b, &p->priv_key, n))
			return false;
		memcpy(b->in + b->len, generator(curve), 2 * n);
		b->len += 2 * n;
		return true;
	case RTE_CRYPTO_ASYM_KE_SHARED_SECRET_COMPUTE: /* both coordinates are asked for */
		b->opcode = SLUICE_OP_EC_MUL;
		b->result = 2 * n;
		return p->shared_secret.x.data && put(b, &p->priv_key, n) && put(b, &p->pub_key.x, n) && put(b, &p->pub_key.y, n);
	case RTE_CRYPTO_ASYM_KE_PUB_KEY_VERIFY: /* times one: refused when it is not on the curve */
		b->opcode = SLUICE_OP_EC_MUL;
		b->result = 2 * n;
		memset(b->in, 0, n);
		b->in[n - 1] = 1;
		b->len = n;
		return put(b, &p->pub_key.x, n) && put(b, &p->pub_key.y, n);
	default:
		return false;
	}
}

static bool
ecpm(struct build *b, const struct rte_crypto_ecpm_op_param *p, uint32_t n)
{
	b->opcode = SLUICE_OP_EC_MUL;
	b->result = 2 * n;
	return p->r.x.data && p->r.y.data && put(b, &p->scalar, n) && put(b, &p->p.x, n) && put(b, &p->p.y, n);
}

/* The key of a signature into a slot of its own. 0, SLUICE_NO_ROOM, or a status. */
static int
load_key(struct sluice_qp *qp, struct sluice_hwq *q, const struct sluice_asym_session *s, const rte_crypto_uint *pkey,
	uint32_t *handle)
{
	uint8_t blob[BLOB_MAX];
	struct sluice_slot *slot;
	struct sluice_desc *d;
	int len;

	if (!qp->dev->has_kek)
		return RTE_CRYPTO_OP_STATUS_INVALID_ARGS;
	*handle = sluice_slot_get(&qp->dev->keys[q->class]);
	if (!*handle)
		return SLUICE_NO_ROOM;
	len = sluice_ec_wrap(s->curve, pkey->data, pkey->length, qp->dev->kek, blob, sizeof(blob));
	if (len < 0) {
		sluice_slot_put(&qp->dev->keys[q->class], *handle);
		return RTE_CRYPTO_OP_STATUS_INVALID_ARGS;
	}
	slot = sluice_hwq_operand(q, SLUICE_OP_KEY_LOAD, *handle, blob, (uint32_t)len, 0, &d);
	slot->kind = SLUICE_SLOT_LOAD;
	ct_wipe(blob, sizeof(blob));
	return 0;
}

int
sluice_ec_enqueue(struct sluice_qp *qp, struct rte_crypto_op *op, struct sluice_asym_session *s)
{
	struct sluice_hwq *q = &qp->hwq[SLUICE_ENGINE_ECC];
	struct build b = { .len = 0 };
	struct sluice_slot *slot;
	struct sluice_desc *d;
	uint32_t handle = 0;
	bool good;
	int rc = 0;

	if (s->xform == RTE_CRYPTO_ASYM_XFORM_ECDSA)
		good = ecdsa(&b, &op->asym->ecdsa, s->bytes);
	else if (s->xform == RTE_CRYPTO_ASYM_XFORM_ECDH)
		good = ecdh(&b, &op->asym->ecdh, s->curve, s->bytes);
	else
		good = ecpm(&b, &op->asym->ecpm, s->bytes);
	if (!good)
		rc = RTE_CRYPTO_OP_STATUS_INVALID_ARGS;
	else if (sluice_hwq_room(q) < SLUICE_OP_DESCS)
		rc = SLUICE_NO_ROOM;
	else if (b.opcode == SLUICE_OP_ECDSA_SIGN)
		rc = load_key(qp, q, s, &op->asym->ecdsa.pkey, &handle);
	if (rc == 0) {
		slot = sluice_hwq_operand(q, b.opcode, handle, b.in, b.len, b.result, &d);
		d->param0 = s->curve;
		d->param1 = b.param1;
		slot->kind = SLUICE_SLOT_EC;
		slot->op = op;
		slot->session = s;
		slot->handle = handle;
		slot->pool = &qp->dev->keys[q->class];
	}
	ct_wipe(&b, sizeof(b));
	return rc;
}

void
sluice_ec_leave(struct sluice_qp *qp, struct sluice_slot *s)
{
	if (s->handle)
		sluice_slot_put_later(s->pool, s->handle);
}

static void
give(rte_crypto_uint *to, const uint8_t *from, uint32_t n)
{
	if (!to->data)
		return;
	memcpy(to->data, from, n);
	to->length = n;
}

void
sluice_ec_finish(struct sluice_slot *slot, const struct sluice_slot_mem *mem)
{
	const struct sluice_asym_session *s = slot->session;
	const uint8_t *out = mem->in + SLUICE_RESULT;
	struct rte_crypto_asym_op *a = slot->op->asym;
	uint32_t n = s->bytes;

	if (s->xform == RTE_CRYPTO_ASYM_XFORM_ECPM) {
		give(&a->ecpm.r.x, out, n);
		give(&a->ecpm.r.y, out + n, n);
		return;
	}
	if (s->xform == RTE_CRYPTO_ASYM_XFORM_ECDSA) {
		if (a->ecdsa.op_type == RTE_CRYPTO_ASYM_OP_SIGN) {
			give(&a->ecdsa.r, out, n);
			give(&a->ecdsa.s, out + n, n);
		}
		return;
	}
	switch (a->ecdh.ke_type) {
	case RTE_CRYPTO_ASYM_KE_PRIV_KEY_GENERATE:
		give(&a->ecdh.priv_key, out, n);
		return;
	case RTE_CRYPTO_ASYM_KE_PUB_KEY_GENERATE:
		if (a->ecdh.priv_key.length == 0) {
			give(&a->ecdh.priv_key, out, n);
			out += n;
		}
		give(&a->ecdh.pub_key.x, out, n);
		give(&a->ecdh.pub_key.y, out + n, n);
		return;
	case RTE_CRYPTO_ASYM_KE_SHARED_SECRET_COMPUTE:
		give(&a->ecdh.shared_secret.x, out, n);
		give(&a->ecdh.shared_secret.y, out + n, n);
		return;
	default:
		return;
	}
}
