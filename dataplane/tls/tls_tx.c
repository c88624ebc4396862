/*
 * From the proxy or the control process through the engine into TCP's send queue, in order.
 */
#include <errno.h>

#include "common/wr.h"
#include "dataplane/own.h"
#include "dataplane/tls/tls_int.h"

/* Header before a plaintext record. Returns false when there was no mbuf. */
static bool
tx_plain(struct tls_layer *l, struct tls_conn *c, struct rec_op *op)
{
	uint32_t len = op->m->pkt_len;
	struct rte_mbuf *m;
	uint8_t *at;
	struct wr w;

	bool ssl2 = op->type == TLS_CT_SSL2;

	m = own_chain_prepend(op->m, ssl2 ? 2 : TLS_HDR_LEN, l->cfg.pool, &at);
	if (m == NULL)
		return false;
	op->m = m;
	w = wr_init(at, ssl2 ? 2 : TLS_HDR_LEN);
	if (!ssl2) {
		wr_u8(&w, op->type);
		wr_u16(&w, c->rec_version);
	}
	wr_u16(&w, (uint16_t)(ssl2 ? 0x8000 | len : len));
	op->status = REC_OK;
	op->state = OP_DONE;
	return true;
}

/* TLS 1.3 never protects a change_cipher_spec (RFC 8446 5). */
static bool
tx_sealed(const struct tls_conn *c, uint8_t type)
{
	return c->ws != NULL && !(type == TLS_CT_CCS && c->ws->version == TLS_V_13);
}

/*
 * Queues one record of type `type`; m holds 1..2^14 bytes of plaintext. 0: took m; -ENOBUFS: the
 * caller keeps it.
 */
int
tls_tx_record(struct tls_layer *l, struct tls_conn *c, uint8_t type, struct rte_mbuf *m)
{
	uint32_t len = m->pkt_len;
	struct rec_op *op = tls_op_get(l);

	if (op == NULL)
		return -ENOBUFS;
	op->m = m;
	op->type = type;
	op->owner = c;
	op->wire = len;
	if (!tx_sealed(c, type)) {
		if (!tx_plain(l, c, op)) {
			tls_op_put(l, op);
			return -ENOBUFS;
		}
	} else {
		op->seq = c->ws_seq++;
		tls_op_bind(op, c->ws);
		tls_key_used(l, c, c->ws, op->seq, len);
	}
	if (type == TLS_CT_APPDATA)
		c->out_bytes += len;
	tls_fifo_put(&c->out, op);
	tls_fifo_submit(l, &c->out);
	ctr_inc(l->cfg.ctr, CTR_tls_records_out);
	/* what is done already leaves with tls_work(), never from inside a callback */
	tls_dirty(l, c);
	return 0;
}

/* Whether the peer would understand an alert. */
static bool
tx_may_alert(const struct tls_conn *c)
{
	if (c->rin.agreed == TLS_V_SSL2 || (c->rin.agreed == 0 && c->rin.ssl2))
		return false; /* SSL 2.0 has none */
	return c->hold != TLS_HOLD_KEYS;
}

/* SSL 3.0 has twelve alerts (RFC 6101 5.4.2): what came later is told by the nearest of them. */
static uint8_t
tx_alert_of(const struct tls_conn *c, uint8_t alert)
{
	if (c->rin.agreed != TLS_V_SSL30 || alert < 22 || alert == 30 ||
		(alert >= 40 && alert <= 47))
		return alert;
	return alert == 22 ? 20 : 40;
}

void
tls_tx_alert(struct tls_layer *l, struct tls_conn *c, uint8_t level, uint8_t alert)
{
	uint8_t body[2] = { level, tx_alert_of(c, alert) };
	struct rte_mbuf *m;

	if (!tx_may_alert(c))
		return;
	m = own_chain_alloc(l->cfg.pool, 2);
	if (m == NULL) {
		ctr_inc(l->cfg.ctr, CTR_no_mbuf);
		return;
	}
	own_chain_write(m, 0, body, 2);
	if (tls_tx_record(l, c, TLS_CT_ALERT, m) != 0) {
		own_drop(l->cfg.ctr, m, CTR_no_mbuf);
		return;
	}
	c->alert_sent = body[1];
	ctr_inc(l->cfg.ctr, CTR_tls_alerts_out);
}

/* Everything is with TCP: FIN when it is due. */
static void
tx_drained(struct tls_layer *l, struct tls_conn *c)
{
	if (c->fin_sent || !(c->wr_eof || c->state == TLS_CLOSING))
		return;
	c->fin_sent = true;
	tcp_shutdown(l->cfg.tcp, c->tcp);
}

void
tls_tx_done(struct tls_layer *l, struct tls_conn *c)
{
	struct rec_op *op;
	int rc;

	while ((op = c->out.head) != NULL && op->state == OP_DONE) {
		if (c->state != TLS_DEAD && op->status != REC_OK) {
			ctr_inc(l->cfg.ctr, CTR_no_mbuf);
			/* a hole in the stream: nothing may follow it */
			tcp_abort(l->cfg.tcp, c->tcp);
			tls_tcp_closed(l, c, TCP_CLOSE_RESOURCES);
			return;
		}
		if (c->state != TLS_DEAD) {
			rc = tcp_send_take(l->cfg.tcp, c->tcp, op->m);
			if (rc == -ENOBUFS)
				break; /* acked() will call again */
			if (rc == 0)
				op->m = NULL;
		}
		tls_fifo_get(&c->out);
		if (op->type == TLS_CT_APPDATA) {
			c->out_bytes -= op->wire;
			c->bytes_out += op->wire;
			ctr_add(l->cfg.ctr, CTR_tls_bytes_out, op->wire);
		}
		rte_pktmbuf_free(op->m);
		tls_op_put(l, op);
	}
	if (c->out.n == 0 && c->state != TLS_DEAD && c->state != TLS_FREE)
		tx_drained(l, c);
}

bool
tls_write_room(const struct tls_layer *l, const struct tls_conn *c)
{
	if (c->state != TLS_OPEN || c->wr_eof || c->hold != TLS_HOLD_NO || c->out.n >= TLS_MAX_OPS)
		return false;
	if (l->pressure != TLS_PRESSURE_NONE &&
		tcp_send_queued(l->cfg.tcp, c->tcp) + c->out_bytes >= TLS_SHORT_QUEUE)
		return false; /* acked() will ask again */
	return tcp_send_space(l->cfg.tcp, c->tcp) > c->out_bytes;
}

uint32_t
tls_write_len(struct tls_layer *l, struct tls_conn *c, uint32_t avail, bool more)
{
	struct rec_out_path path;

	if (!tls_write_room(l, c))
		return 0;
	path.mss = tcp_mss(l->cfg.tcp, c->tcp);
	path.cwnd = tcp_cwnd_hint(l->cfg.tcp, c->tcp);
	path.queued = tcp_send_queued(l->cfg.tcp, c->tcp) + c->out_bytes;
	return rec_out_next(&c->rout, avail, more, &path, l->now);
}

/* Where the IV is known from the record before, one byte goes first in a record of its own, whose
 * MAC makes the IV of the rest unknown (BEAST). */
static bool
tx_splits(const struct tls_conn *c, uint32_t len)
{
	return len > 1 && c->ws != NULL && rec_alg_splits(c->ws->alg, c->ws->version);
}

static int
tx_data(struct tls_layer *l, struct tls_conn *c, struct rte_mbuf *m)
{
	struct rte_mbuf *rest;

	if (!tx_splits(c, m->pkt_len))
		return tls_tx_record(l, c, TLS_CT_APPDATA, m);
	if (l->ops_used + 2 > TLS_OPS || !own_chain_split(&m, 1, l->cfg.pool, &rest))
		return -ENOBUFS;
	tls_tx_record(l, c, TLS_CT_APPDATA, m); /* there is an operation for each */
	return tls_tx_record(l, c, TLS_CT_APPDATA, rest);
}

int
tls_write_take(struct tls_layer *l, struct tls_conn *c, struct rte_mbuf *m)
{
	uint32_t len = m->pkt_len;

	if (c->hold != TLS_HOLD_NO || tx_data(l, c, m) != 0) {
		ctr_inc(l->cfg.ctr, CTR_no_mbuf);
		return -ENOBUFS;
	}
	rec_out_cut(&c->rout, len, l->now);
	c->active_us = l->now;
	return 0;
}

void
tls_finish(struct tls_layer *l, struct tls_conn *c)
{
	if (c->state != TLS_OPEN || c->wr_eof)
		return;
	c->finish_due = c->hold == TLS_HOLD_KEYS;
	if (c->finish_due)
		return;
	tls_tx_alert(l, c, TLS_ALERT_WARNING, TLS_ALERT_CLOSE_NOTIFY);
	c->wr_eof = true;
	tls_dirty(l, c);
}

void
tls_tx_unhold(struct tls_layer *l, struct tls_conn *c)
{
	if (c->hold == TLS_HOLD_NO)
		return;
	c->hold = TLS_HOLD_NO;
	if (c->finish_due)
		tls_finish(l, c);
	tls_dirty(l, c); /* and writable() comes with it */
}
