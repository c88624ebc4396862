/*
 * Public-key work and key slots: from the channel to the engine and back. Operands and results are
 * wiped as soon as they were handed on.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/ct.h"
#include "dataplane/ctl/ctl_int.h"

int
ctl_pka_init(struct ctl *c)
{
	c->pka = calloc(CTL_PKA_OPS, sizeof(*c->pka));
	if (c->pka == NULL)
		return -ENOMEM;
	for (uint32_t i = 0; i < CTL_PKA_OPS; i++)
		c->pka_free[c->n_pka_free++] = &c->pka[i];
	return 0;
}

static void
pka_put(struct ctl *c, struct pka_op *op)
{
	ct_wipe(op, sizeof(*op));
	c->pka_free[c->n_pka_free++] = op;
}

/* Answers; false: no room in the ring. */
static bool
answer(struct ctl *c, uint64_t id, uint32_t status, const uint8_t *out, uint32_t out_len)
{
	struct ipc_pka_done done = {
		.id = id, .status = status, .bytes = status == IPC_PKA_OK ? out_len : 0
	};

	return ctl_send(c, IPC_PKA_DONE, &done, sizeof(done), out, done.bytes) != -EAGAIN;
}

/* op waits for room in the ring. */
static void
hold(struct ctl *c, struct pka_op *op)
{
	c->pka_done[c->n_pka_done++] = op;
}

/* False: the engine has no room, and nobody else could do it: to be tried again. */
static bool
try_engine(struct ctl *c, struct pka_op *op)
{
	struct rec_engine *e = c->cfg.engine;
	int rc = e->ops->pka_submit != NULL ? e->ops->pka_submit(e, op) : -ENOTSUP;

	if (rc == 0)
		return true;
	if (rc == -EAGAIN && (op->secret_in | op->secret_out) != 0)
		return false;
	op->status = rc == -EAGAIN ? IPC_PKA_BUSY : IPC_PKA_UNAVAILABLE;
	op->out_len = 0;
	if (answer(c, op->id, op->status, NULL, 0))
		pka_put(c, op);
	else
		hold(c, op);
	return true;
}

static int
submit(struct ctl *c, struct pka_op *op)
{
	if (c->n_pka_wait != 0 && (op->secret_in | op->secret_out) != 0)
		c->pka_wait[c->n_pka_wait++] = op; /* behind those that came before */
	else if (!try_engine(c, op))
		c->pka_wait[c->n_pka_wait++] = op;
	return 0;
}

/* Those that waited, as far as there is room now. */
static void
submit_waiting(struct ctl *c)
{
	uint32_t n = 0;

	while (n < c->n_pka_wait && try_engine(c, c->pka_wait[n]))
		n++;
	c->n_pka_wait -= n;
	memmove(&c->pka_wait[0], &c->pka_wait[n], c->n_pka_wait * sizeof(c->pka_wait[0]));
}

/* A free operation; without one the answer is BUSY (and if even that has no room, control's own
 * timeout takes over). */
static struct pka_op *
pka_get(struct ctl *c, uint64_t id)
{
	struct pka_op *op;

	if (c->n_pka_free == 0) {
		answer(c, id, IPC_PKA_BUSY, NULL, 0);
		return NULL;
	}
	op = c->pka_free[--c->n_pka_free];
	op->id = id;
	return op;
}

/* Bytes of a point on a curve; 0: there is none of this number. */
static uint32_t
point_len(uint32_t curve)
{
	switch (curve) {
	case IPC_CURVE_P256: return 64;
	case IPC_CURVE_P384: return 96;
	case IPC_CURVE_X25519: return 32;
	default: return 0;
	}
}

static bool
curve_operand_ok(const struct ipc_pka_do *m)
{
	uint32_t point = point_len(m->param);

	switch (m->op) {
	case IPC_PKA_ECDSA_SIGN:
		return (m->param == IPC_CURVE_P256 || m->param == IPC_CURVE_P384) &&
		       m->bytes >= 20 && m->bytes <= 64 && m->secret_out == 0 && m->secret_in == 0;
	case IPC_PKA_EC_KEYGEN: return point != 0 && m->bytes == 0 && m->secret_in == 0;
	case IPC_PKA_ECDH:
		return point != 0 && m->bytes == point + (m->secret_in != 0		      ? 0
								 : m->param == IPC_CURVE_P384 ? 48
											      : 32);
	default: return point != 0 && m->bytes == point && m->secret_in == 0;
	}
}

/* Every step whole, and as many as there may be; results fit. */
static bool
script_ok(const uint8_t *p, uint32_t n)
{
	struct ipc_kdf_step s;
	uint32_t steps = 0, out = 0;

	for (uint32_t at = 0; at < n; at += sizeof(s) + RTE_ALIGN_CEIL((uint32_t)s.src_len, 4u)) {
		if (n - at < sizeof(s) || ++steps > IPC_KDF_MAX_STEPS)
			return false;
		memcpy(&s, p + at, sizeof(s));
		if (s.src_len > IPC_KDF_MAX_SOURCE ||
			n - at - sizeof(s) < RTE_ALIGN_CEIL((uint32_t)s.src_len, 4u))
			return false;
		out += s.out_len;
		if (out > PKA_MAX_RESULT)
			return false;
	}
	return steps != 0;
}

static bool
operand_ok(const struct ipc_pka_do *m, const uint8_t *data)
{
	uint32_t secret = m->param & 0xff;

	switch (m->op) {
	case IPC_PKA_RSA_PMS_DECRYPT: return m->bytes == 256 && m->secret_in == 0;
	case IPC_PKA_RSA_PRIVATE:
		return m->bytes == 256 && m->secret_in == 0 && m->secret_out == 0;
	case IPC_PKA_TLS_PRF:
		return secret <= 64 && m->param >> 8 <= IPC_HASH_SHA384 && secret <= m->bytes &&
		       m->bytes <= 1024 && m->param2 >= 1 && m->param2 <= 512 &&
		       m->secret_in == 0 && m->secret_out == 0;
	case IPC_PKA_EDDSA_SIGN:
		return m->bytes <= IPC_PKA_MAX_EDDSA && m->param == 0 && m->secret_in == 0 &&
		       m->secret_out == 0;
	case IPC_PKA_ECDSA_SIGN:
	case IPC_PKA_EC_KEYGEN:
	case IPC_PKA_ECDH:
	case IPC_PKA_ECDH_RESPOND: return curve_operand_ok(m);
	case IPC_PKA_KDF:
		return m->bytes <= sizeof(((struct pka_op *)0)->in) && script_ok(data, m->bytes);
	default: return false;
	}
}

int
ctl_pka_do(struct ctl *c, const struct ipc_pka_do *m, const uint8_t *data)
{
	struct pka_op *op;

	if (!operand_ok(m, data))
		return -EBADMSG;
	op = pka_get(c, m->id);
	if (op == NULL)
		return 0;
	op->kind = m->op;
	op->slot = m->slot;
	op->param = m->param;
	op->param2 = m->param2;
	op->secret_out = m->secret_out;
	op->secret_in = m->secret_in;
	op->in_len = m->bytes;
	memcpy(op->in, data, m->bytes);
	return submit(c, op);
}

int
ctl_pka_key(struct ctl *c, uint32_t kind, const struct ipc_key_load *m, const uint8_t *data)
{
	struct pka_op *op;

	if (m->unit > IPC_UNIT_EC || m->rsvd != 0)
		return -EBADMSG;
	if (kind == PKA_KEY_FREE ? m->bytes != 0 : m->bytes == 0 || m->bytes > sizeof(op->in))
		return -EBADMSG;
	op = pka_get(c, m->id);
	if (op == NULL)
		return 0;
	op->kind = kind;
	op->slot = m->slot;
	op->unit = m->unit;
	op->in_len = m->bytes;
	memcpy(op->in, data, m->bytes);
	return submit(c, op);
}

uint32_t
ctl_pka_poll(struct ctl *c)
{
	struct rec_engine *e = c->cfg.engine;
	struct ipc_device_reset reset = { 0 };
	struct pka_op *ops[16];
	struct eng_info info;
	uint16_t n = 0;

	while (c->n_pka_done > 0 && answer(c, c->pka_done[0]->id, c->pka_done[0]->status,
					    c->pka_done[0]->out, c->pka_done[0]->out_len)) {
		pka_put(c, c->pka_done[0]);
		memmove(&c->pka_done[0], &c->pka_done[1], --c->n_pka_done * sizeof(c->pka_done[0]));
	}
	if (e->ops->pka_poll != NULL)
		n = e->ops->pka_poll(e, ops, RTE_DIM(ops));
	for (uint16_t i = 0; i < n; i++) {
		ctr_inc(c->cfg.ctr, ops[i]->status == IPC_PKA_OK ? CTR_pka_ops : CTR_pka_failed);
		if (ops[i]->stale || !c->attached)
			pka_put(c, ops[i]);
		else if (c->n_pka_done == 0 &&
			 answer(c, ops[i]->id, ops[i]->status, ops[i]->out, ops[i]->out_len))
			pka_put(c, ops[i]);
		else
			hold(c, ops[i]);
	}
	if (c->n_pka_wait != 0)
		submit_waiting(c);
	if (e->ops->was_reset != NULL && e->ops->was_reset(e))
		c->reset_due = true;
	if (c->reset_due && c->up && c->cfg.worker == 0) {
		e->ops->info(e, &info);
		if (info.state == ENG_RUNNING) {
			reset.key_slots = info.key_slots;
			reset.card = info.card;
			reset.secrets = info.secrets;
		}
		if (ctl_send(c, IPC_DEVICE_RESET, &reset, sizeof(reset), NULL, 0) == 0)
			c->reset_due = false;
	}
	return n;
}

void
ctl_pka_forget(struct ctl *c)
{
	while (c->n_pka_done > 0)
		pka_put(c, c->pka_done[--c->n_pka_done]);
	while (c->n_pka_wait > 0)
		pka_put(c, c->pka_wait[--c->n_pka_wait]);
	for (uint32_t i = 0; i < CTL_PKA_OPS; i++)
		/* those in the engine; pka_put() clears it for the others */
		c->pka[i].stale = true;
	for (uint32_t i = 0; i < c->n_pka_free; i++)
		c->pka_free[i]->stale = false;
}
