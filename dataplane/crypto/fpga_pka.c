/*
 * Engine `fpga`: public-key work by key slot, and scripts of derivations on the card's secrets. The steps of
 * a script go to the device in order, and those of one script behind those of another: the driver keeps
 * the order of its engine kdf, so results come back in it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/ct.h"
#include "common/gen/sluice_regs.h"
#include "dataplane/crypto/fpga_int.h"

_Static_assert(IPC_PKA_MAX_EDDSA == SLUICE_MAX_EDDSA_MESSAGE, "the channel takes what the card takes");

#define BIT(x) (1u << (x))

uint32_t
fpga_card(const struct fpga_engine *e)
{
	const struct rte_pmd_sluice_info *i = &e->has;
	uint32_t prime = i->ec_key_slots != 0 ? i->ecdh_curves & i->ecdsa_curves : 0;

	return ((i->rsa_sizes & 1) != 0 && i->key_slots != 0 ? IPC_CARD_RSA2048 : 0) |
	       (i->prf_hashes & BIT(RTE_PMD_SLUICE_HASH_SHA256) ? IPC_CARD_PRF_SHA256 : 0) |
	       (i->prf_hashes & BIT(RTE_PMD_SLUICE_HASH_SHA384) ? IPC_CARD_PRF_SHA384 : 0) |
	       (prime & BIT(RTE_PMD_SLUICE_CURVE_P256) ? IPC_CARD_P256 : 0) |
	       (prime & BIT(RTE_PMD_SLUICE_CURVE_P384) ? IPC_CARD_P384 : 0) |
	       (i->ecdh_curves & BIT(RTE_PMD_SLUICE_CURVE_X25519) ? IPC_CARD_X25519 : 0) |
	       (i->eddsa_curves & BIT(RTE_PMD_SLUICE_CURVE_ED25519) && i->ec_key_slots != 0
			       ? IPC_CARD_ED25519
			       : 0) |
	       (i->kdf ? IPC_CARD_SECRETS : 0);
}

/* ---- single operations ---- */

static enum rte_pmd_sluice_pka_type
pka_type(uint32_t kind)
{
	switch (kind) {
	case PKA_KEY_LOAD: return RTE_PMD_SLUICE_PKA_KEY_LOAD;
	case PKA_KEY_FREE: return RTE_PMD_SLUICE_PKA_KEY_FREE;
	case IPC_PKA_RSA_PRIVATE: return RTE_PMD_SLUICE_PKA_RSA_PRIVATE;
	case IPC_PKA_TLS_PRF: return RTE_PMD_SLUICE_PKA_TLS_PRF;
	case IPC_PKA_ECDSA_SIGN: return RTE_PMD_SLUICE_PKA_ECDSA_SIGN;
	case IPC_PKA_EDDSA_SIGN: return RTE_PMD_SLUICE_PKA_EDDSA_SIGN;
	case IPC_PKA_EC_KEYGEN: return RTE_PMD_SLUICE_PKA_EC_KEYGEN;
	case IPC_PKA_ECDH: return RTE_PMD_SLUICE_PKA_ECDH;
	case IPC_PKA_ECDH_RESPOND: return RTE_PMD_SLUICE_PKA_ECDH_RESPOND;
	default: return RTE_PMD_SLUICE_PKA_RSA_PMS_DECRYPT;
	}
}

/* What a card has that serves this curve (enum ipc_curve); 0: no card does. */
static uint32_t
curve_bit(uint32_t curve)
{
	switch (curve) {
	case IPC_CURVE_P256: return IPC_CARD_P256;
	case IPC_CURVE_P384: return IPC_CARD_P384;
	case IPC_CURVE_X25519: return IPC_CARD_X25519;
	default: return 0;
	}
}

/* The card has a unit for it. */
static bool
has_unit(const struct fpga_engine *e, const struct pka_op *op)
{
	uint32_t card = fpga_card(e);

	switch (op->kind) {
	case PKA_KEY_LOAD:
	case PKA_KEY_FREE:
		return (card & (op->unit == IPC_UNIT_EC ? IPC_CARD_P256 | IPC_CARD_P384 | IPC_CARD_ED25519
							 : IPC_CARD_RSA2048)) != 0;
	case IPC_PKA_TLS_PRF:
		return (card & (op->param >> 8 == IPC_HASH_SHA384 ? IPC_CARD_PRF_SHA384
								  : IPC_CARD_PRF_SHA256)) != 0;
	case IPC_PKA_ECDSA_SIGN:
	case IPC_PKA_EC_KEYGEN:
	case IPC_PKA_ECDH:
	case IPC_PKA_ECDH_RESPOND:
		if ((card & curve_bit(op->param)) == 0)
			return false;
		break;
	case IPC_PKA_EDDSA_SIGN: return (card & IPC_CARD_ED25519) != 0;
	case IPC_PKA_KDF: return (card & IPC_CARD_SECRETS) != 0;
	default:
		if ((card & IPC_CARD_RSA2048) == 0)
			return false;
		break;
	}
	return (op->secret_in | op->secret_out) == 0 || (card & IPC_CARD_SECRETS) != 0;
}

static void
describe(struct rte_pmd_sluice_pka_op *p, struct pka_op *op)
{
	p->type = pka_type(op->kind);
	p->handle = op->slot;
	p->param = op->param;
	p->in_len = op->in_len;
	p->in = op->in;
	p->secret_in2 = op->secret_in;
	p->secret_out = op->secret_out;
	switch (op->kind) {
	case PKA_KEY_LOAD:
	case PKA_KEY_FREE:
		p->curve = op->unit == IPC_UNIT_EC ? RTE_PMD_SLUICE_CURVE_P256 : 0;
		return;
	case IPC_PKA_TLS_PRF:
		p->param = op->param & 0xff;
		p->hash = (uint8_t)(op->param >> 8);
		p->out_len = op->param2;
		break;
	case IPC_PKA_ECDSA_SIGN:
	case IPC_PKA_EC_KEYGEN:
	case IPC_PKA_ECDH:
	case IPC_PKA_ECDH_RESPOND:
		p->param = 0;
		p->curve = (uint8_t)op->param;
		p->out_len = PKA_MAX_RESULT;
		break;
	default: p->out_len = PKA_MAX_RESULT; break;
	}
	p->out = op->out;
}

static bool
enqueue(struct fpga_engine *e, struct rte_crypto_op *c)
{
	if (rte_cryptodev_enqueue_burst(e->dev, e->qp, &c, 1) != 1) {
		rte_crypto_op_free(c);
		return false;
	}
	e->in_device++;
	return true;
}

static uint32_t
verdict(const struct rte_crypto_op *c)
{
	switch (c->status) {
	case RTE_CRYPTO_OP_STATUS_SUCCESS: return IPC_PKA_OK;
	case RTE_CRYPTO_OP_STATUS_INVALID_ARGS: return IPC_PKA_REFUSED;
	default: return IPC_PKA_UNAVAILABLE;
	}
}

static void
finished(struct fpga_engine *e, struct pka_op *op)
{
	e->pka_done[e->n_pka_done++] = op;
}

/* ---- scripts ---- */

/* The next step as an operation of the driver; s->at moves behind it. */
static void
describe_step(struct fpga_script *s, struct rte_pmd_sluice_pka_op *p)
{
	struct rte_pmd_sluice_kdf_step *k = &s->step[s->n_step++];
	struct pka_op *op = s->op;
	struct ipc_kdf_step ipc;
	const uint8_t *src = op->in + s->at + sizeof(ipc);

	memcpy(&ipc, op->in + s->at, sizeof(ipc)); /* whole: ctl_pka.c looked */
	s->at += (uint32_t)sizeof(ipc) + RTE_ALIGN_CEIL((uint32_t)ipc.src_len, 4u);
	switch (ipc.kdf) {
	case IPC_KDF_WRAP:
		p->type = RTE_PMD_SLUICE_PKA_SECRET_WRAP;
		p->handle = ipc.in;
		p->out = op->out + s->out;
		p->out_len = RTE_PMD_SLUICE_MAX_WRAPPED;
		k->out_len = ipc.out_len; /* as long it has to be */
		p->steps = k;
		break;
	case IPC_KDF_UNWRAP:
		p->type = RTE_PMD_SLUICE_PKA_SECRET_UNWRAP;
		p->secret_out = ipc.out;
		p->in = src;
		p->in_len = ipc.src_len;
		break;
	case IPC_KDF_FREE:
		p->type = RTE_PMD_SLUICE_PKA_SECRET_FREE;
		p->handle = ipc.in;
		break;
	default:
		*k = (struct rte_pmd_sluice_kdf_step){
			.kdf = ipc.kdf,
			.hash = ipc.hash,
			.block = ipc.key_block,
			.secret_in = ipc.in,
			.secret_in2 = ipc.in2,
			.secret_out = ipc.out,
			.in_len = ipc.src_len,
			.in = src,
			.out = ipc.out_len != 0 ? op->out + s->out : NULL,
			.out_len = ipc.out_len,
		};
		p->type = RTE_PMD_SLUICE_PKA_KDF;
		p->steps = k;
		p->nsteps = 1;
		break;
	}
	s->out += ipc.out_len;
}

/* All steps are back, and no more will go. */
static void
script_over(struct fpga_engine *e, struct fpga_script *s)
{
	struct pka_op *op = s->op;

	if (!s->begun || s->in_device != 0)
		return;
	op->status = s->status;
	op->out_len = s->status == IPC_PKA_OK ? s->out : 0;
	e->scripts_done++;
	free(s);
	op->priv = NULL;
	finished(e, op);
}

/* Steps of the oldest script that has some left, as far as there is room. */
static void
scripts_go(struct fpga_engine *e)
{
	struct fpga_script *s;

	while ((s = e->scripts) != NULL) {
		while (s->at < s->op->in_len) {
			uint32_t at = s->at, out = s->out;
			struct rte_crypto_op *c =
				rte_crypto_op_alloc(e->asym_pool, RTE_CRYPTO_OP_TYPE_ASYMMETRIC);

			if (c == NULL)
				return;
			describe_step(s, rte_pmd_sluice_pka_attach(c));
			fpga_owner(c)[0] = s->op;
			fpga_owner(c)[1] = s;
			if (!enqueue(e, c)) {
				s->at = at;
				s->out = out;
				s->n_step--;
				return;
			}
			s->in_device++;
		}
		e->scripts = s->next;
		if (e->scripts == NULL)
			e->scripts_tail = &e->scripts;
		s->begun = true;
		script_over(e, s);
	}
}

void
fpga_scripts_drop(struct fpga_engine *e)
{
	struct fpga_script *s;

	while ((s = e->scripts) != NULL) {
		e->scripts = s->next;
		s->begun = true;
		s->status = IPC_PKA_UNAVAILABLE;
		script_over(e, s);
	}
	e->scripts_tail = &e->scripts;
}

static int
script_submit(struct fpga_engine *e, struct pka_op *op)
{
	struct fpga_script *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return -EAGAIN;
	s->op = op;
	op->priv = s;
	*e->scripts_tail = s;
	e->scripts_tail = &s->next;
	e->scripts_begun++;
	e->n_pka++;
	scripts_go(e);
	return 0;
}

static void
step_back(struct fpga_engine *e, struct fpga_script *s, struct rte_crypto_op *c)
{
	const struct rte_pmd_sluice_pka_op *p = (const struct rte_pmd_sluice_pka_op *)c->asym;

	if (c->status == RTE_CRYPTO_OP_STATUS_SUCCESS && p->type == RTE_PMD_SLUICE_PKA_SECRET_WRAP &&
		p->out_len != p->steps->out_len)
		s->status = IPC_PKA_REFUSED;
	/* a slot that is empty is no failure of FREE */
	if (s->status == IPC_PKA_OK && p->type != RTE_PMD_SLUICE_PKA_SECRET_FREE)
		s->status = (uint8_t)verdict(c);
	rte_crypto_op_free(c);
	s->in_device--;
	script_over(e, s);
}

/* ---- the engine's functions ---- */

void
fpga_pka_back(struct fpga_engine *e, struct rte_crypto_op *c)
{
	const struct rte_pmd_sluice_pka_op *p = (const struct rte_pmd_sluice_pka_op *)c->asym;
	struct pka_op *op = fpga_owner(c)[0];

	if (fpga_owner(c)[1] != NULL) {
		step_back(e, fpga_owner(c)[1], c);
		return;
	}
	op->status = verdict(c);
	op->out_len = op->status == IPC_PKA_OK && p->out != NULL ? p->out_len : 0;
	if (op->out_len > PKA_MAX_RESULT) {
		op->status = IPC_PKA_UNAVAILABLE;
		op->out_len = 0;
	}
	rte_crypto_op_free(c);
	finished(e, op);
}

int
fpga_pka_submit(struct rec_engine *eng, struct pka_op *op)
{
	struct fpga_engine *e = (struct fpga_engine *)eng;
	struct rte_crypto_op *c;

	if (op->in_len > RTE_PMD_SLUICE_PKA_MAX_IN || !has_unit(e, op))
		return -ENOTSUP;
	if (e->n_pka == FPGA_PKA)
		return -EAGAIN;
	if (op->kind == IPC_PKA_KDF)
		return script_submit(e, op);
	c = rte_crypto_op_alloc(e->asym_pool, RTE_CRYPTO_OP_TYPE_ASYMMETRIC);
	if (c == NULL)
		return -EAGAIN;
	describe(rte_pmd_sluice_pka_attach(c), op);
	fpga_owner(c)[0] = op;
	fpga_owner(c)[1] = NULL;
	if (!enqueue(e, c))
		return -EAGAIN;
	e->n_pka++;
	return 0;
}

uint16_t
fpga_pka_poll(struct rec_engine *eng, struct pka_op **ops, uint16_t n)
{
	struct fpga_engine *e = (struct fpga_engine *)eng;
	uint16_t got = 0;

	if (e->in_device != 0)
		fpga_drain(e);
	/* a card that failed takes no more steps, and is not reset before all that it has is back */
	if (e->scripts != NULL && eng->ops->state(eng) != ENG_RUNNING)
		fpga_scripts_drop(e);
	else if (e->scripts != NULL)
		scripts_go(e);
	while (got < n && e->n_pka_done > 0) {
		ops[got++] = e->pka_done[0];
		memmove(&e->pka_done[0], &e->pka_done[1], --e->n_pka_done * sizeof(e->pka_done[0]));
	}
	e->n_pka -= got;
	return got;
}
