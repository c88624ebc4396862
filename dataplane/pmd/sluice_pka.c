/*
 * Work by key slot and secret slot (rte_pmd_sluice.h): public key, PRF, key schedules. Operands and results pass through memory of the queue,
 * so the caller's may lie anywhere. What a card has not is refused here, by what sluice_probe.c found.
 */
#include <string.h>

#include "common/ct.h"
#include "dataplane/pmd/sluice_private.h"

#define PMS_BYTES 48u
#define SECRET_MAX 64u
#define REST_MAX 256u
#define DIGEST_MIN 20u
#define DIGEST_MAX 64u
#define ED_SIGNATURE 64u
#define FINISHED12 12u

/* How an operation is to be put: engine, opcode, bytes of its result. */
struct plan {
	uint8_t class, opcode;
	bool handle, secret_in, secret_out; /* which of the handles count */
	uint32_t least, result; /* bytes of a result at least, at most */
	uint32_t param0, param1;
};

static uint32_t
hash_bytes(uint8_t hash)
{
	static const uint8_t size[] = { [SLUICE_HASH_SHA1] = 20, [SLUICE_HASH_SHA256] = 32,
		[SLUICE_HASH_SHA384] = 48, [SLUICE_HASH_SHA512] = 64 };

	return hash < sizeof(size) ? size[hash] : 0;
}

static bool
has(uint8_t set, uint32_t bit)
{
	return bit < 8 && (set >> bit & 1);
}

/* Bit of rsa_sizes for a modulus of so many bytes; 8: none */
static uint32_t
rsa_bit(uint32_t bytes)
{
	return bytes == 256 || bytes == 384 || bytes == 512 ? bytes / 128 - 2 : 8;
}

static unsigned int
curve_class(uint8_t curve)
{
	return curve == 0 ? SLUICE_ENGINE_PKA : SLUICE_ENGINE_ECC;
}

static bool
plan_keys(const struct sluice_dev *dev, const struct rte_pmd_sluice_pka_op *p, struct plan *a)
{
	bool load = p->type == RTE_PMD_SLUICE_PKA_KEY_LOAD;

	a->class = (uint8_t)curve_class(p->curve);
	a->opcode = load ? SLUICE_OP_KEY_LOAD : SLUICE_OP_KEY_FREE;
	a->handle = true;
	if (p->curve > RTE_PMD_SLUICE_CURVE_ED25519 || !has(dev->has.engines, a->class))
		return false;
	return load ? p->in_len >= 1 && p->in_len <= (a->class == SLUICE_ENGINE_PKA ? RTE_PMD_SLUICE_PKA_MAX_IN :
		SLUICE_RESULT) : p->in_len == 0;
}

static bool
plan_rsa(const struct sluice_dev *dev, const struct rte_pmd_sluice_pka_op *p, struct plan *a)
{
	bool public = p->type == RTE_PMD_SLUICE_PKA_RSA_PUBLIC, pms = p->type == RTE_PMD_SLUICE_PKA_RSA_PMS_DECRYPT;
	uint32_t n = public ? p->in_len / 2 : p->in_len;

	a->class = SLUICE_ENGINE_PKA;
	a->handle = !public;
	a->secret_out = pms;
	a->opcode = public ? SLUICE_OP_RSA_PUBLIC : pms ? SLUICE_OP_RSA_PMS_DECRYPT : SLUICE_OP_RSA_PRIVATE;
	a->least = a->result = pms ? p->secret_out ? 0 : PMS_BYTES : n;
	a->param0 = public ? n : pms ? p->param : 0;
	a->param1 = public ? p->param : 0;
	return has(public ? dev->has.rsa_public_sizes : dev->has.rsa_sizes, rsa_bit(n)) &&
		p->in_len == (public ? 2 * n : n) && (!public || (p->param >= 3 && (p->param & 1)));
}

static bool
plan_hkdf(const struct sluice_dev *dev, const struct rte_pmd_sluice_pka_op *p, struct plan *a)
{
	bool prf = p->type == RTE_PMD_SLUICE_PKA_TLS_PRF, extract = p->type == RTE_PMD_SLUICE_PKA_HKDF_EXTRACT;
	uint8_t hash = prf && !p->hash ? RTE_PMD_SLUICE_HASH_SHA256 : p->hash;

	a->class = SLUICE_ENGINE_MAC;
	a->opcode = prf ? SLUICE_OP_TLS_PRF : extract ? SLUICE_OP_HKDF_EXTRACT : SLUICE_OP_HKDF_EXPAND;
	a->param0 = p->param | (uint32_t)p->hash << 8;
	a->param1 = extract ? 0 : p->out_len;
	a->least = a->result = extract ? hash_bytes(hash) : p->out_len;
	return has(prf ? dev->has.prf_hashes : dev->has.hkdf, hash) && p->param <= SECRET_MAX && p->param <= p->in_len &&
		p->in_len - p->param <= REST_MAX && a->result >= 1 && a->result <= RTE_PMD_SLUICE_PKA_MAX_OUT;
}

static bool
plan_ecdsa(const struct sluice_dev *dev, const struct rte_pmd_sluice_pka_op *p, struct plan *a)
{
	bool sign = p->type == RTE_PMD_SLUICE_PKA_ECDSA_SIGN;
	uint32_t n = p->curve == RTE_PMD_SLUICE_CURVE_P384 ? 48 : 32, head = sign ? 0 : 4 * n;

	a->class = (uint8_t)curve_class(p->curve);
	a->opcode = sign ? SLUICE_OP_ECDSA_SIGN : SLUICE_OP_ECDSA_VERIFY;
	a->handle = sign;
	a->least = a->result = sign ? 2 * n : 0;
	a->param0 = p->curve;
	a->param1 = p->in_len - head;
	return has(dev->has.ecdsa_curves, p->curve) && p->in_len >= head + DIGEST_MIN && p->in_len <= head + DIGEST_MAX;
}

static bool
plan_ecdh(const struct sluice_dev *dev, const struct rte_pmd_sluice_pka_op *p, struct plan *a)
{
	uint32_t n = p->curve == RTE_PMD_SLUICE_CURVE_P384 ? 48 : 32, pub = p->curve == RTE_PMD_SLUICE_CURVE_X25519 ? n : 2 * n, want;

	a->class = (uint8_t)curve_class(p->curve);
	a->param0 = p->curve;
	a->secret_out = p->type != RTE_PMD_SLUICE_PKA_EC_MUL;
	switch (p->type) {
	case RTE_PMD_SLUICE_PKA_EC_KEYGEN:
		a->opcode = SLUICE_OP_EC_KEYGEN;
		want = 0;
		a->result = pub + (p->secret_out ? 0 : n);
		break;
	case RTE_PMD_SLUICE_PKA_ECDH:
		a->opcode = SLUICE_OP_ECDH;
		a->secret_in = true;
		want = pub + (p->secret_in2 ? 0 : n);
		a->result = p->secret_out ? 0 : n;
		break;
	case RTE_PMD_SLUICE_PKA_ECDH_RESPOND:
		a->opcode = SLUICE_OP_ECDH_RESPOND;
		want = pub;
		a->result = pub + (p->secret_out ? 0 : n);
		break;
	default:
		a->opcode = SLUICE_OP_EC_MUL;
		want = 3 * n;
		a->result = 2 * n;
		if (p->curve == RTE_PMD_SLUICE_CURVE_X25519)
			return false;
	}
	a->least = a->result;
	return has(dev->has.ecdh_curves, p->curve) && p->in_len == want;
}

static bool
plan_secret(const struct sluice_dev *dev, const struct rte_pmd_sluice_pka_op *p, struct plan *a)
{
	bool wrap = p->type == RTE_PMD_SLUICE_PKA_SECRET_WRAP, unwrap = p->type == RTE_PMD_SLUICE_PKA_SECRET_UNWRAP;

	a->class = SLUICE_ENGINE_KDF;
	a->opcode = wrap ? SLUICE_OP_SECRET_WRAP : unwrap ? SLUICE_OP_SECRET_UNWRAP : SLUICE_OP_SECRET_FREE;
	a->handle = !unwrap;
	a->secret_out = unwrap;
	a->least = wrap ? 1 : 0;
	a->result = wrap ? RTE_PMD_SLUICE_MAX_WRAPPED : 0;
	return dev->has.kdf && (unwrap ? p->in_len >= 1 && p->in_len <= RTE_PMD_SLUICE_MAX_WRAPPED && p->secret_out : p->in_len == 0);
}

/* Whether the operation is one that this card does, with lengths that it takes. */
static bool
plan(const struct sluice_dev *dev, const struct rte_pmd_sluice_pka_op *p, struct plan *a)
{
	switch (p->type) {
	case RTE_PMD_SLUICE_PKA_KEY_LOAD:
	case RTE_PMD_SLUICE_PKA_KEY_FREE:
		return plan_keys(dev, p, a);
	case RTE_PMD_SLUICE_PKA_RSA_PRIVATE:
	case RTE_PMD_SLUICE_PKA_RSA_PMS_DECRYPT:
	case RTE_PMD_SLUICE_PKA_RSA_PUBLIC:
		return plan_rsa(dev, p, a);
	case RTE_PMD_SLUICE_PKA_TLS_PRF:
	case RTE_PMD_SLUICE_PKA_HKDF_EXTRACT:
	case RTE_PMD_SLUICE_PKA_HKDF_EXPAND:
		return plan_hkdf(dev, p, a);
	case RTE_PMD_SLUICE_PKA_ECDSA_SIGN:
	case RTE_PMD_SLUICE_PKA_ECDSA_VERIFY:
		return plan_ecdsa(dev, p, a);
	case RTE_PMD_SLUICE_PKA_EC_KEYGEN:
	case RTE_PMD_SLUICE_PKA_ECDH:
	case RTE_PMD_SLUICE_PKA_ECDH_RESPOND:
	case RTE_PMD_SLUICE_PKA_EC_MUL:
		return plan_ecdh(dev, p, a);
	case RTE_PMD_SLUICE_PKA_EDDSA_SIGN:
		a->class = SLUICE_ENGINE_ECC;
		a->opcode = SLUICE_OP_EDDSA_SIGN;
		a->handle = true;
		a->least = a->result = ED_SIGNATURE;
		return dev->has.eddsa_curves && p->in_len <= SLUICE_MAX_EDDSA_MESSAGE;
	case RTE_PMD_SLUICE_PKA_SECRET_WRAP:
	case RTE_PMD_SLUICE_PKA_SECRET_UNWRAP:
	case RTE_PMD_SLUICE_PKA_SECRET_FREE:
		return plan_secret(dev, p, a);
	default:
		return false;
	}
}

/* The caller's key slots end where the driver's own begin. */
static bool
handle_good(const struct sluice_dev *dev, const struct plan *a, uint32_t handle)
{
	if (!a->handle || a->class == SLUICE_ENGINE_KDF)
		return true;
	return (handle & 0xffff) < (uint32_t)dev->nb_keys - dev->asym_slots;
}

/* ---- scripts ---- */

static uint32_t
step_result(const struct rte_pmd_sluice_kdf_step *t)
{
	return t->secret_out ? 0 : t->kdf < SLUICE_KDF_T13_EARLY ? FINISHED12 : hash_bytes(t->hash);
}

static bool
step_good(const struct rte_pmd_sluice_kdf_step *t)
{
	uint32_t result = step_result(t);

	return (t->hash == RTE_PMD_SLUICE_HASH_SHA256 || t->hash == RTE_PMD_SLUICE_HASH_SHA384) &&
		t->in_len <= REST_MAX && (t->in || !t->in_len) && (!result || (t->out && t->out_len >= result));
}

static int
script(struct sluice_qp *qp, struct rte_crypto_op *op, const struct rte_pmd_sluice_pka_op *p)
{
	struct sluice_hwq *q = &qp->hwq[SLUICE_ENGINE_KDF];
	struct sluice_slot *slot;
	struct sluice_desc *d;

	if (!qp->dev->has.kdf || !p->nsteps || p->nsteps > RTE_PMD_SLUICE_MAX_STEPS || !p->steps)
		return RTE_CRYPTO_OP_STATUS_INVALID_ARGS;
	for (uint8_t i = 0; i < p->nsteps; i++)
		if (!step_good(&p->steps[i]))
			return RTE_CRYPTO_OP_STATUS_INVALID_ARGS;
	if (sluice_hwq_room(q) < p->nsteps)
		return SLUICE_NO_ROOM;
	for (uint8_t i = 0; i < p->nsteps; i++) {
		const struct rte_pmd_sluice_kdf_step *t = &p->steps[i];

		slot = sluice_hwq_operand(q, SLUICE_OP_KDF, t->secret_in, t->in, t->in_len, step_result(t), &d);
		d->handle2 = t->secret_out;
		d->handle3 = t->secret_in2;
		d->param0 = t->kdf;
		d->param1 = t->hash | (uint32_t)t->block << 16;
		d->flags = i ? SLUICE_DESC_FENCE : 0;
		slot->op = op;
		slot->step = i;
		slot->kind = i + 1 < p->nsteps ? SLUICE_SLOT_STEP : SLUICE_SLOT_PKA;
	}
	return 0;
}

void
sluice_step_finish(struct sluice_slot *s, const struct sluice_slot_mem *mem,
	const struct sluice_cpl *cpl)
{
	const struct rte_pmd_sluice_pka_op *p = (const struct rte_pmd_sluice_pka_op *)s->op->asym;

	if (cpl->length)
		memcpy(p->steps[s->step].out, mem->in + SLUICE_RESULT, cpl->length);
}

/* ---- operations ---- */

int
sluice_pka_enqueue(struct sluice_qp *qp, struct rte_crypto_op *op)
{
	const struct rte_pmd_sluice_pka_op *p = (const struct rte_pmd_sluice_pka_op *)op->asym;
	struct plan a = { 0 };
	struct sluice_slot *slot;
	struct sluice_desc *d;
	struct sluice_hwq *q;

	if (p->type == RTE_PMD_SLUICE_PKA_KDF)
		return script(qp, op, p);
	if ((p->in_len && !p->in) || !plan(qp->dev, p, &a) || !handle_good(qp->dev, &a, p->handle) ||
			(a.result && (!p->out || p->out_len < a.result)))
		return RTE_CRYPTO_OP_STATUS_INVALID_ARGS;
	q = &qp->hwq[a.class];
	if (sluice_hwq_room(q) < SLUICE_OP_DESCS)
		return SLUICE_NO_ROOM;
	slot = sluice_hwq_operand(q, a.opcode, a.handle ? p->handle : 0, p->in, p->in_len, a.result, &d);
	slot->min_len = a.least;
	d->param0 = a.param0;
	d->param1 = a.param1;
	d->handle2 = a.secret_out ? p->secret_out : 0;
	d->handle3 = a.secret_in ? p->secret_in2 : 0;
	slot->kind = SLUICE_SLOT_PKA;
	slot->op = op;
	return 0;
}

void
sluice_pka_finish(struct sluice_slot *s, const struct sluice_slot_mem *mem,
	const struct sluice_cpl *cpl)
{
	struct rte_pmd_sluice_pka_op *p = (struct rte_pmd_sluice_pka_op *)s->op->asym;

	if (p->type == RTE_PMD_SLUICE_PKA_KDF) {
		sluice_step_finish(s, mem, cpl);
		return;
	}
	if (cpl->length)
		memcpy(p->out, mem->in + SLUICE_RESULT, cpl->length);
	p->out_len = cpl->length;
}
