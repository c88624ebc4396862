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

static int
submit(struct ctl *c, struct pka_op *op)
{
	struct rec_engine *e = c->cfg.engine;
	int rc = e->ops->pka_submit != NULL ? e->ops->pka_submit(e, op) : -ENOTSUP;

	if (rc == 0)
		return 0;
	op->status = rc == -EAGAIN ? IPC_PKA_BUSY : IPC_PKA_UNAVAILABLE;
	op->out_len = 0;
	if (answer(c, op->id, op->status, NULL, 0))
		pka_put(c, op);
	else
		hold(c, op);
	return 0;
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

static bool
operand_ok(const struct ipc_pka_do *m)
{
	switch (m->op) {
	case IPC_PKA_RSA_PMS_DECRYPT:
	case IPC_PKA_RSA_PRIVATE: return m->bytes == 256;
	case IPC_PKA_TLS_PRF:
		return m->param <= 64 && m->param <= m->bytes && m->bytes <= 1024 &&
		       m->param2 >= 1 && m->param2 <= 512;
	default: return false;
	}
}

int
ctl_pka_do(struct ctl *c, const struct ipc_pka_do *m, const uint8_t *data)
{
	struct pka_op *op;

	if (!operand_ok(m))
		return -EBADMSG;
	op = pka_get(c, m->id);
	if (op == NULL)
		return 0;
	op->kind = m->op;
	op->slot = m->slot;
	op->param = m->param;
	op->param2 = m->param2;
	op->in_len = m->bytes;
	memcpy(op->in, data, m->bytes);
	return submit(c, op);
}

int
ctl_pka_key(struct ctl *c, uint32_t kind, const struct ipc_key_load *m, const uint8_t *data)
{
	struct pka_op *op;

	if (kind == PKA_KEY_FREE ? m->bytes != 0 : m->bytes == 0 || m->bytes > sizeof(op->in))
		return -EBADMSG;
	op = pka_get(c, m->id);
	if (op == NULL)
		return 0;
	op->kind = kind;
	op->slot = m->slot;
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
	if (e->ops->was_reset != NULL && e->ops->was_reset(e))
		c->reset_due = true;
	if (c->reset_due && c->up && c->cfg.worker == 0) {
		e->ops->info(e, &info);
		reset.key_slots = info.state == ENG_RUNNING ? info.key_slots : 0;
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
	for (uint32_t i = 0; i < CTL_PKA_OPS; i++)
		/* those in the engine; pka_put() clears it for the others */
		c->pka[i].stale = true;
	for (uint32_t i = 0; i < c->n_pka_free; i++)
		c->pka_free[i]->stale = false;
}
