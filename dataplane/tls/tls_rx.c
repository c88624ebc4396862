/*
 * From TCP's receive queue through the engine to the proxy or the control process.
 *
 * A record is taken from TCP whole. Its bytes stay charged to the client's window until the proxy
 * or the control process has the plaintext, so that a slow reader closes the window and memory
 * stays bounded.
 */
#include <errno.h>

#include "dataplane/own.h"
#include "dataplane/tls/tls_int.h"

/* The peer's stream ended inside or after the last whole record. */
static void
rx_fin(struct tls_layer *l, struct tls_conn *c)
{
	bool truncated = c->rin.agreed != TLS_V_SSL2; /* which has no other end */

	if (c->rd_eof || c->in.n != 0)
		return;
	c->rd_eof = true;
	tls_dirty(l, c);
	if (c->state != TLS_OPEN) {
		tls_closing(l, c, IPC_CLOSED_NORMAL);
		return;
	}
	/* FIN without close_notify: somebody may have cut the stream (RFC 5246 7.2.1) */
	if (truncated)
		ctr_inc(l->cfg.ctr, CTR_tls_truncated);
	l->cfg.events->eof(l->cfg.events_ctx, c, truncated);
}

/* The record is TLS 1.3's, protected: what it is shows when it is open. */
static bool
rx_veiled(const struct tls_conn *c, const struct rec_hdr *h)
{
	return c->rs != NULL && rec_in_13(&c->rin) && h->how == REC_IN_TAKE;
}

/* Whether the record with this header may be taken now. */
static bool
rx_may_take(struct tls_layer *l, struct tls_conn *c, const struct rec_hdr *h)
{
	bool data = h->type == TLS_CT_APPDATA || (h->type == TLS_CT_SSL2 && !c->rin.shaking);

	if (c->in.n >= TLS_MAX_OPS)
		return false;
	/* One at a time may be a handshake message: it must not wait for room for data. */
	if (rx_veiled(c, h) && c->rin.shaking && c->in.n == 0)
		return c->state == TLS_OPEN || tls_known(l, c);
	if (!data)
		return c->state == TLS_OPEN || tls_known(l, c);
	if (c->state != TLS_OPEN) /* held in TCP's queue until CONN_READY */
		return false;
	return l->cfg.events->room(l->cfg.events_ctx, c, c->in_bytes);
}

/* The read keys that KEYS_SET brought before the CCS came, or wait for them. */
static void
rx_ccs(struct tls_conn *c)
{
	if (c->next_rs == NULL) {
		c->want_keys = true;
		return;
	}
	tls_keys_drop(&c->rs);
	c->rs = c->next_rs;
	c->rs_seq = c->next_seq;
	c->next_rs = NULL;
	tls_rx_rekey(c);
}

void
tls_rx_rekey(struct tls_conn *c)
{
	c->ruse = (struct key_use){ .first = c->rs_seq };
	rec_in_rekey(&c->rin, c->rs->alg, c->rs->version, c->rs->flags);
}

/* Whether nothing behind this record is read before READ_ON (ipc.h); of a veiled one tls_look()
 * says. */
static bool
rx_pauses(const struct tls_conn *c, const struct rec_hdr *h)
{
	if (h->type == TLS_CT_SSL2)
		return c->rin.shaking;
	if (h->type != TLS_CT_HANDSHAKE)
		return false;
	return c->rin.agreed == 0 || rec_in_13(&c->rin) || (c->rs != NULL && c->rin.fresh);
}

/* Takes one whole record. Returns false when there was no mbuf or operation for it. */
static bool
rx_take(struct tls_layer *l, struct tls_conn *c, const struct rec_hdr *h)
{
	struct rec_op *op;

	/* the others are for connections whose handshake is over */
	if ((c->state != TLS_OPEN || c->rin.shaking) && l->ops_used >= TLS_OPS / 2)
		return false;
	op = tls_op_get(l);
	if (op == NULL)
		return false;
	op->wire = h->head + (uint32_t)h->len;
	op->m = tcp_rx_take(l->cfg.tcp, c->tcp, op->wire);
	if (op->m == NULL) {
		tls_op_put(l, op);
		return false;
	}
	c->active_us = l->now;
	op->type = h->type;
	op->owner = c;
	op->version = h->version;
	op->epoch = c->rin.epoch;
	if (h->type == TLS_CT_SSL2 && !c->rin.shaking)
		op->type = TLS_CT_APPDATA;
	op->counted = op->type == TLS_CT_APPDATA;
	if (c->rs == NULL || h->how == REC_IN_PLAIN) {
		op->m = own_chain_skip(op->m, h->head);
		op->status = REC_OK;
		op->state = OP_DONE;
		op->looked = true;
	} else {
		op->seq = c->rs_seq++;
		tls_op_bind(op, c->rs);
		op->looked = !rec_in_13(&c->rin);
		tls_look_taken(c, op);
		tls_key_used(l, c, c->rs, op->seq, op->wire);
	}
	if (op->counted)
		c->in_bytes += op->wire;
	tls_fifo_put(&c->in, op);
	c->paused = rx_pauses(c, h);
	ctr_inc(l->cfg.ctr, CTR_tls_records_in);
	if (h->type == TLS_CT_CCS)
		rx_ccs(c);
	return true;
}

/* A record that is passed over: of change_cipher_spec the byte is judged. *err: what is wrong.
 * False: not all of it is there. */
static bool
rx_pass_over(struct tls_layer *l, struct tls_conn *c, const struct rec_hdr *h, enum tls_err *err)
{
	uint32_t n = h->head + (uint32_t)h->len;
	uint8_t raw[TLS_HDR_LEN + 1];

	if (tcp_rx_bytes(l->cfg.tcp, c->tcp) < n)
		return false;
	if (h->how == REC_IN_DROP) {
		tcp_rx_peek(l->cfg.tcp, c->tcp, 0, raw, sizeof(raw));
		*err = rec_in_ccs(&c->rin, raw[TLS_HDR_LEN]);
	} else {
		rec_in_skip(&c->rin, h->len);
		ctr_inc(l->cfg.ctr, CTR_tls_early_skipped);
	}
	tcp_rx_consume(l->cfg.tcp, c->tcp, n);
	return true;
}

enum rx_next { RX_GO_ON, RX_STOP, RX_SHORT };

/* The next record, if it is there whole and may be taken. RX_SHORT: more bytes are needed. */
static enum rx_next
rx_next(struct tls_layer *l, struct tls_conn *c)
{
	struct tcp_stack *tcp = l->cfg.tcp;
	uint8_t raw[TLS_HDR_LEN];
	bool passed = false;
	struct rec_hdr h;
	enum tls_err err;

	if (tcp_rx_peek(tcp, c->tcp, 0, raw, sizeof(raw)) < sizeof(raw))
		return RX_SHORT;
	err = rec_in_header(&c->rin, raw, &h);
	if (err == TLS_E_OK && h.type == TLS_CT_APPDATA && c->rs != NULL && c->rin.fresh &&
		!rec_in_13(&c->rin))
		err = TLS_E_UNEXPECTED_MESSAGE; /* before Finished (RFC 5246 7.4.9) */
	if (err == TLS_E_OK && (h.how == REC_IN_DROP || h.how == REC_IN_SKIP)) {
		passed = rx_pass_over(l, c, &h, &err);
		if (!passed)
			return RX_SHORT;
	}
	if (err != TLS_E_OK) {
		if (c->in.n == 0) { /* what came before is judged first */
			ctr_inc(l->cfg.ctr, CTR_tls_bad_record);
			tls_error(l, c, err);
		}
		return RX_STOP;
	}
	if (passed)
		return RX_GO_ON;
	if (tcp_rx_bytes(tcp, c->tcp) < h.head + (uint32_t)h.len)
		return RX_SHORT;
	if (!rx_may_take(l, c, &h))
		return RX_STOP;
	if (!rx_take(l, c, &h)) {
		ctr_inc(l->cfg.ctr, CTR_no_mbuf);
		tls_dirty(l, c);
		return RX_STOP;
	}
	if (rx_veiled(c, &h)) { /* engines that work at once have it open now */
		tls_fifo_submit(l, &c->in);
		tls_poll(l, l->now);
	}
	return RX_GO_ON;
}

void
tls_rx(struct tls_layer *l, struct tls_conn *c)
{
	struct tcp_stack *tcp = l->cfg.tcp;
	enum rx_next next;

	while (c->state == TLS_WAIT || c->state == TLS_SHAKE || c->state == TLS_OPEN) {
		if (c->rd_eof || !tls_look(l, c) || c->want_keys || c->paused)
			break;
		next = rx_next(l, c);
		if (next == RX_SHORT && tcp_rx_fin(tcp, c->tcp))
			rx_fin(l, c);
		if (next != RX_GO_ON)
			break;
	}
	if (c->state == TLS_CLOSING || c->rd_eof) {
		if (c->state != TLS_FREE && c->state != TLS_DEAD)
			tcp_rx_consume(tcp, c->tcp, UINT32_MAX);
	}
	tls_fifo_submit(l, &c->in);
	tls_rx_done(l, c);
}

/* TLS 1.3 has one warning and the end of a stream, whatever the level says (RFC 8446 6). */
static bool
rx_fatal(const struct tls_conn *c, uint8_t level, uint8_t alert)
{
	if (rec_in_13(&c->rin))
		return alert != TLS_ALERT_CLOSE_NOTIFY && alert != TLS_ALERT_USER_CANCELED;
	return level == TLS_ALERT_FATAL;
}

static void
rx_alert(struct tls_layer *l, struct tls_conn *c, uint8_t level, uint8_t alert)
{
	ctr_inc(l->cfg.ctr, CTR_tls_alerts_in);
	if (rx_fatal(c, level, alert)) {
		c->alert_received = alert;
		tls_closing(l, c, IPC_CLOSED_TLS_ERROR);
	} else if (alert == TLS_ALERT_CLOSE_NOTIFY) {
		c->alert_received = alert;
		c->rd_eof = true;
		tls_dirty(l, c);
		l->cfg.events->eof(l->cfg.events_ctx, c, false);
	}
	/* other warnings need no answer (RFC 5246 7.2.2) */
}

/* A warning that is an answer to a renegotiation of ours, or in one (SSL 3.0's no_certificate): the
 * control process waits for it. */
static bool
rx_answers(const struct tls_layer *l, const struct tls_conn *c, const uint8_t body[2])
{
	if (body[0] != TLS_ALERT_WARNING || rec_in_13(&c->rin) || !tls_known(l, c))
		return false;
	return body[1] == TLS_ALERT_NO_RENEGOTIATION ||
	       (body[1] == TLS_ALERT_NO_CERTIFICATE && c->rin.agreed == TLS_V_SSL30);
}

/* To the control process; returns false when it has to wait. */
static bool
rx_to_control(struct tls_layer *l, struct tls_conn *c, const struct rec_op *op)
{
	struct ipc_record_in msg = {
		.conn = tls_handle(c),
		.type = op->type,
		.epoch = op->epoch,
		.version = op->version,
		.bytes = op->m == NULL ? 0 : op->m->pkt_len,
	};

	if (!tls_known(l, c)) {
		if (c->state != TLS_OPEN)
			return false;
		/* Established under a control process that is gone: renegotiation is refused here
		 * (RFC 5246 7.2.2); SSL 3.0 and TLS 1.3 have no way to. */
		if (op->type == TLS_CT_HANDSHAKE && c->rin.agreed != TLS_V_SSL30 &&
			!rec_in_13(&c->rin) && c->refusals++ < TLS_MAX_REFUSALS)
			tls_tx_alert(l, c, TLS_ALERT_WARNING, TLS_ALERT_NO_RENEGOTIATION);
		else
			tls_error(l, c, TLS_E_UNEXPECTED_MESSAGE);
		return true;
	}
	if (c->replay_due)
		return false;
	return l->cfg.link->record_in(l->cfg.link_ctx, &msg, op->m) == 0;
}

/* Adds the bytes of a chain to what is kept. False: no mbuf. */
static bool
keep_bytes(struct tls_layer *l, struct tls_conn *c, const struct rte_mbuf *m)
{
	struct rte_mempool *pool = l->cfg.pool;
	uint32_t off = 0, room = rte_pktmbuf_data_room_size(pool) - RTE_PKTMBUF_HEADROOM, k;
	uint8_t *at;

	if (c->replay == NULL && (c->replay = own_chain_alloc(pool, 0)) == NULL)
		return false;
	for (; off < m->pkt_len; off += k) {
		const struct rte_mbuf *last = rte_pktmbuf_lastseg(c->replay);
		uint32_t tail = own_writable(last) ? rte_pktmbuf_tailroom(last) : 0;

		k = RTE_MIN(m->pkt_len - off, tail != 0 ? tail : room);
		at = own_chain_append(c->replay, k, pool);
		if (at == NULL)
			return false;
		own_chain_read(m, off, at, k);
	}
	return true;
}

/*
 * Keeps the first flight until it was answered, so that it can be offered to the next control
 * process. Small records are gathered, so that a flight of many of them holds no buffer for each.
 */
static void
rx_keep(struct tls_layer *l, struct tls_conn *c, struct rec_op *op)
{
	uint32_t kept = c->replay != NULL ? c->replay->pkt_len : 0;

	if (c->answered || c->state != TLS_SHAKE || op->epoch != 0 || op->m == NULL ||
		(op->type != TLS_CT_HANDSHAKE && op->type != TLS_CT_SSL2))
		return;
	c->replay_version = op->version;
	c->replay_type = op->type;
	if (kept == 0 && op->m->nb_segs == 1) {
		c->replay = op->m;
		op->m = NULL;
	} else if (kept + op->m->pkt_len > TLS_MAX_PLAIN || !keep_bytes(l, c, op->m)) {
		tls_replay_drop(c);
		c->answered = true; /* half a flight is of no use to anybody */
	}
}

void
tls_replay_drop(struct tls_conn *c)
{
	rte_pktmbuf_free(c->replay);
	c->replay = NULL;
	c->replay_due = false;
}

/* Whether an opened record is what may come now. */
static enum tls_err
rx_judge(struct tls_layer *l, struct tls_conn *c, struct rec_op *op)
{
	uint32_t len = op->m == NULL ? 0 : op->m->pkt_len, over = TLS_HDR_LEN + GCM_TAG,
		 inner = op->wire > over ? op->wire - over : 0;
	uint8_t first[4] = { 0 };

	switch (op->status) {
	case REC_OK: break;
	case REC_AUTH:
	case REC_BAD: ctr_inc(l->cfg.ctr, CTR_tls_bad_mac); return TLS_E_BAD_RECORD_MAC;
	case REC_UNPACK:
		ctr_inc(l->cfg.ctr, CTR_tls_bad_record);
		return TLS_E_DECOMPRESSION_FAILURE;
	default: ctr_inc(l->cfg.ctr, CTR_no_mbuf); return TLS_E_INTERNAL_ERROR;
	}
	if (op->type != TLS_CT_APPDATA && len != 0)
		own_chain_read(op->m, 0, first, RTE_MIN(len, (uint32_t)sizeof(first)));
	if (op->type == TLS_CT_HANDSHAKE && c->rin.fresh)
		rec_in_message(&c->rin, first, len);
	return rec_in_opened(&c->rin, op->type, len, inner, first);
}

/* Data of a handshake that is not over (early data, or before CONN_READY) was not asked for room
 * when it was taken. */
static bool
rx_data_waits(struct tls_layer *l, struct tls_conn *c, uint32_t len)
{
	if (c->state != TLS_OPEN)
		return true;
	return c->rin.shaking && len != 0 && !l->cfg.events->room(l->cfg.events_ctx, c, 0);
}

/* What still comes is thrown away (RFC 5246 7.2.1). */
static bool
rx_over(const struct tls_conn *c)
{
	return c->state == TLS_CLOSING || c->state == TLS_DEAD || c->rd_eof;
}

/* Hands one opened record on. Returns false when it has to wait. */
static bool
rx_deliver(struct tls_layer *l, struct tls_conn *c, struct rec_op *op)
{
	uint32_t len = op->m == NULL ? 0 : op->m->pkt_len;
	uint8_t first[2] = { 0, 0 };
	enum tls_err err;

	if (rx_over(c))
		return true;
	if (op->skipped) {
		ctr_inc(l->cfg.ctr, CTR_tls_early_skipped);
		return true;
	}
	if (!op->judged) {
		err = rx_judge(l, c, op);
		if (err != TLS_E_OK) {
			tls_error(l, c, err);
			return true;
		}
		op->judged = true;
	}
	if (op->type == TLS_CT_APPDATA && rx_data_waits(l, c, len))
		return false;
	if (op->type == TLS_CT_APPDATA) {
		c->bytes_in += len;
		ctr_add(l->cfg.ctr, CTR_tls_bytes_in, len);
		if (len != 0)
			l->cfg.events->data(l->cfg.events_ctx, c, op->m);
		op->m = NULL;
		return true;
	}
	if (op->type == TLS_CT_ALERT && c->state == TLS_OPEN) {
		own_chain_read(op->m, 0, first, 2);
		if (rx_answers(l, c, first))
			return rx_to_control(l, c, op);
		rx_alert(l, c, first[0], first[1]);
		return true;
	}
	if (op->type == TLS_CT_ALERT) {
		own_chain_read(op->m, 0, first, 2);
		ctr_inc(l->cfg.ctr, CTR_tls_alerts_in);
		c->alert_received = first[1];
	}
	if (!rx_to_control(l, c, op))
		return false;
	rx_keep(l, c, op);
	return true;
}

void
tls_rx_done(struct tls_layer *l, struct tls_conn *c)
{
	struct rec_op *op;
	bool freed = false;

	while ((op = c->in.head) != NULL && op->state == OP_DONE) {
		if (!op->looked && !rx_over(c)) /* not known to be its turn */
			break;
		if (!rx_deliver(l, c, op)) {
			/* data waits for CONN_READY or the proxy, others perhaps for
			 * tls_ctl_attached() */
			if (l->attach != 0 && op->type != TLS_CT_APPDATA)
				tls_dirty(l, c);
			break;
		}
		if (c->look == op)
			c->look = op->next;
		tls_fifo_get(&c->in);
		freed = true;
		if (op->counted)
			c->in_bytes -= op->wire;
		if (c->state != TLS_DEAD)
			tcp_rx_credit(l->cfg.tcp, c->tcp, op->wire);
		rte_pktmbuf_free(op->m);
		tls_op_put(l, op);
	}
	if (freed && c->in.n == 0 && c->state != TLS_DEAD)
		/* an error or FIN may have waited for this, or a record for its turn */
		tls_dirty(l, c);
}
