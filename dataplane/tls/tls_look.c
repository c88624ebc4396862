/*
 * TLS 1.3 hides what a record is until it is open: any of them may be a KeyUpdate, behind which
 * other keys hold (RFC 8446 5, 7.2). What is open is looked at in stream order. With an engine that
 * works at once that is all. With one that takes its time and leaves the source of what it cannot
 * open alone (rec_session.ahead) the records behind are given to it under the same keys meanwhile:
 * those that turn out to stand behind new keys come back unopened and are done again.
 *
 * Entry points: tls_look_taken() when a record was taken, tls_look() before the next one is.
 */
#include "dataplane/tls/tls_int.h"

void
tls_look_taken(struct tls_conn *c, struct rec_op *op)
{
	op->ahead = c->look != NULL;
	if (!op->looked && c->look == NULL)
		c->look = op;
}

/* Gives the record to the engine again: under the keys that are there now. */
static void
again(struct tls_layer *l, struct tls_conn *c, struct rec_op *op)
{
	op->ahead = false;
	op->status = REC_OK;
	if (op->epoch != c->rin.epoch) {
		op->epoch = c->rin.epoch;
		op->seq = c->rs_seq++;
		tls_key_used(l, c, c->rs, op->seq, op->wire);
	}
	tls_op_rebind(&c->in, op, c->rs);
}

/* Whether it is known what the record is; no earlier one is still to be looked at. */
static bool
ripe(struct tls_layer *l, struct tls_conn *c, struct rec_op *op)
{
	if (op->state == OP_SENT)
		return false;
	if (op->epoch != c->rin.epoch && op->state == OP_DONE && op->status == REC_OK) {
		op->status = REC_AUTH; /* sealed with keys that its sender had given up */
		return true;
	}
	if (op->epoch != c->rin.epoch ||
		(op->state == OP_DONE && op->status != REC_OK && op->ahead)) {
		again(l, c, op);
		return false;
	}
	op->ahead = false;
	return op->state == OP_DONE;
}

/* Whether records may be taken while it is not known what `op` is. */
static bool
may_run_ahead(const struct tls_conn *c, const struct rec_op *op)
{
	return c->state == TLS_OPEN && !c->rin.shaking && c->rs != NULL && c->rs->ahead &&
	       op->epoch == c->rin.epoch && c->in.tail->epoch == c->rin.epoch;
}

/* The record is open, or could not be opened. False: no reading behind it now. */
static bool
look_at(struct tls_conn *c, struct rec_op *op)
{
	op->looked = true;
	if (op->status == REC_AUTH && rec_in_skip(&c->rin, op->wire - TLS_HDR_LEN)) {
		op->skipped = true;
		c->rs_seq--; /* it was none of these keys' */
		return true;
	}
	if (op->status != REC_OK)
		return false;
	c->rin.skip = 0;
	c->rin.plain_alert = false;
	c->paused = op->type == TLS_CT_HANDSHAKE;
	return !c->paused;
}

bool
tls_look(struct tls_layer *l, struct tls_conn *c)
{
	struct rec_op *op;

	while ((op = c->look) != NULL) {
		if (c->paused)
			return false;
		if (!ripe(l, c, op))
			return may_run_ahead(c, op);
		c->look = op->next;
		if (!look_at(c, op))
			return false;
	}
	op = c->in.tail;
	return op == NULL || op->status == REC_OK || op->skipped;
}
