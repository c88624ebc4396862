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

/* The client's stream ended inside or after the last whole record. */
static void
rx_fin(struct tls_layer *l, struct tls_conn *c)
{
	if (c->rd_eof || c->in.n != 0)
		return;
	c->rd_eof = true;
	tls_dirty(l, c);
	if (c->state != TLS_OPEN) {
		tls_closing(l, c, IPC_CLOSED_NORMAL);
		return;
	}
	/* FIN without close_notify: somebody may have cut the stream (RFC 5246 7.2.1) */
	ctr_inc(l->cfg.ctr, CTR_tls_truncated);
	l->cfg.events->eof(l->cfg.events_ctx, c, true);
}

/* Whether the record with this header may be taken now. */
static bool
rx_may_take(struct tls_layer *l, struct tls_conn *c, const struct rec_hdr *h)
{
	if (c->in.n >= TLS_MAX_OPS)
		return false;
	if (h->type != TLS_CT_APPDATA)
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
	rec_in_rekey(&c->rin, c->rs->alg, c->rs->version, c->rs->flags);
}

/* Takes one whole record. Returns false when there was no mbuf or operation for it. */
static bool
rx_take(struct tls_layer *l, struct tls_conn *c, const struct rec_hdr *h)
{
	struct rec_op *op;

	/* the others are for open connections */
	if (c->state != TLS_OPEN && l->ops_used >= TLS_OPS / 2)
		return false;
	op = tls_op_get(l);
	if (op == NULL)
		return false;
	op->wire = TLS_HDR_LEN + h->len;
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
	if (c->rs == NULL) {
		op->m = own_chain_skip(op->m, TLS_HDR_LEN);
		op->status = REC_OK;
		op->state = OP_DONE;
	} else {
		op->seq = c->rs_seq++;
		tls_op_bind(op, c->rs);
	}
	if (h->type == TLS_CT_APPDATA)
		c->in_bytes += op->wire;
	tls_fifo_put(&c->in, op);
	ctr_inc(l->cfg.ctr, CTR_tls_records_in);
	if (h->type == TLS_CT_CCS)
		rx_ccs(c);
	return true;
}

void
tls_rx(struct tls_layer *l, struct tls_conn *c)
{
	struct tcp_stack *tcp = l->cfg.tcp;
	uint8_t raw[TLS_HDR_LEN];
	struct rec_hdr h;
	enum tls_err err;

	while (c->state == TLS_WAIT || c->state == TLS_SHAKE || c->state == TLS_OPEN) {
		if (c->want_keys || c->rd_eof)
			break;
		if (tcp_rx_peek(tcp, c->tcp, 0, raw, sizeof(raw)) < sizeof(raw)) {
			if (tcp_rx_fin(tcp, c->tcp))
				rx_fin(l, c);
			break;
		}
		err = rec_in_header(&c->rin, raw, &h);
		if (err == TLS_E_OK && h.type == TLS_CT_APPDATA && c->rin.fresh &&
			c->state != TLS_OPEN)
			err = TLS_E_UNEXPECTED_MESSAGE; /* before Finished (RFC 5246 7.4.9) */
		if (err != TLS_E_OK) {
			if (c->in.n == 0) { /* what came before is judged first */
				ctr_inc(l->cfg.ctr, CTR_tls_bad_record);
				tls_error(l, c, err);
			}
			break;
		}
		if (tcp_rx_bytes(tcp, c->tcp) < TLS_HDR_LEN + (uint32_t)h.len) {
			if (tcp_rx_fin(tcp, c->tcp))
				rx_fin(l, c);
			break;
		}
		if (!rx_may_take(l, c, &h))
			break;
		if (!rx_take(l, c, &h)) {
			ctr_inc(l->cfg.ctr, CTR_no_mbuf);
			tls_dirty(l, c);
			break;
		}
	}
	if (c->state == TLS_CLOSING || c->rd_eof) {
		if (c->state != TLS_FREE && c->state != TLS_DEAD)
			tcp_rx_consume(tcp, c->tcp, UINT32_MAX);
	}
	tls_fifo_submit(l, &c->in);
	tls_rx_done(l, c);
}

static void
rx_alert(struct tls_layer *l, struct tls_conn *c, uint8_t level, uint8_t alert)
{
	ctr_inc(l->cfg.ctr, CTR_tls_alerts_in);
	if (level == TLS_ALERT_FATAL) {
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
		 * (RFC 5246 7.2.2). */
		if (op->type == TLS_CT_HANDSHAKE && c->refusals++ < TLS_MAX_REFUSALS)
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

	if (c->answered || c->state != TLS_SHAKE || op->epoch != 0 ||
		op->type != TLS_CT_HANDSHAKE || op->m == NULL)
		return;
	c->replay_version = op->version;
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

/* Hands one opened record on. Returns false when it has to wait. */
static bool
rx_deliver(struct tls_layer *l, struct tls_conn *c, struct rec_op *op)
{
	uint32_t len = op->m == NULL ? 0 : op->m->pkt_len;
	uint8_t first[2] = { 0, 0 };
	enum tls_err err;

	if (c->state == TLS_CLOSING || c->state == TLS_DEAD || c->rd_eof) /* RFC 5246 7.2.1 */
		return true;
	if (!op->judged) {
		if (op->status == REC_AUTH || op->status == REC_BAD) {
			ctr_inc(l->cfg.ctr, CTR_tls_bad_mac);
			err = TLS_E_BAD_RECORD_MAC;
		} else if (op->status == REC_UNPACK) {
			ctr_inc(l->cfg.ctr, CTR_tls_bad_record);
			err = TLS_E_DECOMPRESSION_FAILURE;
		} else if (op->status != REC_OK) {
			ctr_inc(l->cfg.ctr, CTR_no_mbuf);
			err = TLS_E_INTERNAL_ERROR;
		} else {
			if (op->type != TLS_CT_APPDATA && len != 0)
				own_chain_read(op->m, 0, first, len < 2 ? 1 : 2);
			err = rec_in_opened(&c->rin, op->type, len, first);
		}
		if (err != TLS_E_OK) {
			tls_error(l, c, err);
			return true;
		}
		op->judged = true;
	}
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
		if (!rx_deliver(l, c, op)) {
			if (l->attach != 0) /* else tls_ctl_attached() will */
				tls_dirty(l, c);
			break;
		}
		tls_fifo_get(&c->in);
		freed = true;
		if (op->type == TLS_CT_APPDATA)
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
