/*
 * Life and death of TLS connections, the list of those that could not go on, timeouts.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "dataplane/own.h"
#include "dataplane/tls/tls_int.h"

/* Zero pages that cost nothing until a connection uses them. */
static void *
lazy_alloc(size_t n)
{
	void *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
		-1, 0);

	return p == MAP_FAILED ? NULL : p;
}

struct tls_layer *
tls_layer_new(const struct tls_config *cfg)
{
	struct tls_layer *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	l->cfg = *cfg;
	l->dirty_tail = &l->dirty;
	l->wait_ms = 2000;
	l->limit = cfg->max_conns;
	l->conns = lazy_alloc(sizeof(*l->conns) * cfg->max_conns);
	l->free_idx = lazy_alloc(sizeof(*l->free_idx) * cfg->max_conns);
	l->ops = lazy_alloc(sizeof(*l->ops) * TLS_OPS);
	if (l->conns == NULL || l->free_idx == NULL || l->ops == NULL) {
		tls_layer_free(l);
		return NULL;
	}
	return l;
}

static void
fifo_clear(struct op_fifo *f)
{
	struct rec_op *op;

	while ((op = tls_fifo_get(f)) != NULL)
		rte_pktmbuf_free(op->m);
}

void
tls_layer_free(struct tls_layer *l)
{
	for (uint32_t i = 0; i < l->high && l->conns != NULL; i++) {
		struct tls_conn *c = &l->conns[i];

		if (c->state == TLS_FREE)
			continue;
		fifo_clear(&c->in);
		fifo_clear(&c->out);
		rte_pktmbuf_free(c->replay);
		tls_keys_drop(&c->rs);
		tls_keys_drop(&c->ws);
		tls_keys_drop(&c->next_rs);
	}
	if (l->conns != NULL)
		munmap(l->conns, sizeof(*l->conns) * l->cfg.max_conns);
	if (l->free_idx != NULL)
		munmap(l->free_idx, sizeof(*l->free_idx) * l->cfg.max_conns);
	if (l->ops != NULL)
		munmap(l->ops, sizeof(*l->ops) * TLS_OPS);
	free(l);
}

void
tls_set_max_conns(struct tls_layer *l, uint32_t n)
{
	l->limit = n != 0 ? RTE_MIN(n, l->cfg.max_conns) : l->cfg.max_conns;
}

void
tls_set_control_wait(struct tls_layer *l, uint32_t ms)
{
	l->wait_ms = ms;
}

void
tls_set_pressure(struct tls_layer *l, enum tls_pressure p)
{
	l->pressure = p;
}

/* --- operations ----------------------------------------------------------------------------- */

struct rec_op *
tls_op_get(struct tls_layer *l)
{
	struct rec_op *op = l->free_ops;

	if (op != NULL)
		l->free_ops = op->next;
	else if (l->ops_high < TLS_OPS)
		op = &l->ops[l->ops_high++];
	else
		return NULL;
	*op = (struct rec_op){ 0 };
	l->ops_used++;
	return op;
}

void
tls_op_put(struct tls_layer *l, struct rec_op *op)
{
	op->next = l->free_ops;
	l->free_ops = op;
	l->ops_used--;
}

void
tls_op_bind(struct rec_op *op, struct rec_session *s)
{
	op->sess = s;
	op->state = OP_NEW;
	s->waiting++;
}

/* The engine counts the operation from now on, or nobody. */
static void
unbind(struct rec_session *s)
{
	if (--s->waiting == 0 && s->dropped)
		s->eng->ops->session_free(s);
}

void
tls_op_rebind(struct op_fifo *f, struct rec_op *op, struct rec_session *s)
{
	if (op->state == OP_NEW) {
		f->n_new--;
		unbind(op->sess);
	}
	tls_op_bind(op, s);
	f->n_new++;
}

void
tls_fifo_put(struct op_fifo *f, struct rec_op *op)
{
	op->next = NULL;
	if (f->tail != NULL)
		f->tail->next = op;
	else
		f->head = op;
	f->tail = op;
	f->n++;
	f->n_new += op->state == OP_NEW;
}

struct rec_op *
tls_fifo_get(struct op_fifo *f)
{
	struct rec_op *op = f->head;

	if (op == NULL)
		return NULL;
	f->head = op->next;
	if (f->head == NULL)
		f->tail = NULL;
	f->n--;
	if (op->state == OP_NEW) {
		f->n_new--;
		unbind(op->sess);
	}
	return op;
}

void
tls_fifo_submit(struct tls_layer *l, struct op_fifo *f)
{
	struct rec_engine *e = l->cfg.engine;

	if (f->n_new == 0)
		return;
	for (struct rec_op *op = f->head; op != NULL; op = op->next) {
		struct rec_session *s = op->sess;

		if (op->state != OP_NEW)
			continue;
		op->state = OP_SENT;
		if (e->ops->submit(e, &op, 1) == 0) {
			op->state = OP_NEW;
			ctr_inc(l->cfg.ctr, CTR_eng_busy);
			tls_dirty(l, op->owner);
			return;
		}
		f->n_new--;
		unbind(s);
	}
}

void
tls_keys_drop(struct rec_session **s)
{
	if (*s != NULL && (*s)->waiting != 0)
		(*s)->dropped = true;
	else if (*s != NULL)
		(*s)->eng->ops->session_free(*s);
	*s = NULL;
}

/* --- connections ---------------------------------------------------------------------------- */

struct tls_conn *
tls_find(struct tls_layer *l, ipc_conn_t h)
{
	uint32_t index = (uint32_t)h, gen = (uint32_t)(h >> 32);
	struct tls_conn *c;

	if (index >= l->high)
		return NULL;
	c = &l->conns[index];
	if (c->gen != gen || c->state == TLS_FREE || c->state == TLS_DEAD)
		return NULL;
	return c;
}

/* A slot for a connection that TCP has made. */
static struct tls_conn *
conn_new(struct tls_layer *l, tcp_id_t id, const struct tls_limits *lim, uint64_t now)
{
	struct tls_conn *c;
	uint32_t index, gen;

	l->now = now;
	if (l->draining || l->count >= l->limit) {
		ctr_inc(l->cfg.ctr, CTR_tls_conn_full);
		return NULL;
	}
	index = l->nfree != 0 ? l->free_idx[--l->nfree] : l->high++;
	c = &l->conns[index];
	gen = c->gen + 1;
	*c = (struct tls_conn){
		.dirty = c->dirty, /* the slot may still be on the list from its last life */
		.dirty_next = c->dirty_next,
		.tcp = id,
		.lim = lim,
		.index = index,
		.gen = gen != 0 ? gen : 1,
		.state = TLS_WAIT,
		.born_us = now,
		.active_us = now,
		.rec_version = TLS_V_10,
		.alert_sent = TLS_ALERT_NONE,
		.alert_received = TLS_ALERT_NONE,
		.rin = { .shaking = true, .may_ssl2 = lim->may_ssl2 },
	};
	c->rout.max_fragment = (uint16_t)lim->max_record;
	l->count++;
	l->shaking++;
	tcp_set_user(l->cfg.tcp, id, c);
	if (l->attach == 0)
		ctr_inc(l->cfg.ctr, CTR_ipc_waiting);
	tls_dirty(l, c);
	return c;
}

struct tls_conn *
tls_accept(struct tls_layer *l, tcp_id_t id, const struct tls_limits *lim, uint64_t now)
{
	struct tls_conn *c = conn_new(l, id, lim, now);

	if (c != NULL)
		ctr_inc(l->cfg.ctr, CTR_tls_accepted);
	return c;
}

struct tls_conn *
tls_connect(struct tls_layer *l, tcp_id_t id, const struct tls_limits *lim,
	const struct tls_conn *front, uint16_t server, uint64_t now)
{
	struct tls_conn *c = conn_new(l, id, lim, now);

	if (c == NULL)
		return NULL;
	c->client = true;
	c->rin.client = true;
	c->server = server;
	c->front = tls_handle(front);
	ctr_inc(l->cfg.ctr, CTR_tls_connected);
	return c;
}

bool
tls_is_client(const struct tls_conn *c)
{
	return c->client;
}

void
tls_set_user(struct tls_conn *c, void *user)
{
	c->user = user;
}

void *
tls_get_user(const struct tls_conn *c)
{
	return c->user;
}

uint32_t
tls_count(const struct tls_layer *l)
{
	return l->count;
}

uint32_t
tls_shaking(const struct tls_layer *l)
{
	return l->shaking;
}

void
tls_dirty(struct tls_layer *l, struct tls_conn *c)
{
	if (c->dirty)
		return;
	c->dirty = true;
	c->dirty_next = NULL;
	*l->dirty_tail = c;
	l->dirty_tail = &c->dirty_next;
}

void
tls_leave_shaking(struct tls_layer *l, const struct tls_conn *c)
{
	if (c->state == TLS_WAIT || c->state == TLS_SHAKE)
		l->shaking--;
}

/* The proxy hears of the end once, and only if it ever heard of the connection or began it. */
static void
tell_closed(struct tls_layer *l, struct tls_conn *c, uint8_t was)
{
	if ((was != TLS_OPEN && !c->client) || c->muted)
		return;
	c->muted = true;
	l->cfg.events->closed(l->cfg.events_ctx, c);
}

/* No more data either way; what is queued still leaves, then FIN, then the client's FIN is waited
 * for. */
void
tls_closing(struct tls_layer *l, struct tls_conn *c, uint8_t reason)
{
	uint8_t was = c->state;

	if (was == TLS_CLOSING || was == TLS_DEAD || was == TLS_FREE)
		return;
	tls_leave_shaking(l, c);
	c->state = TLS_CLOSING;
	c->reason = reason;
	c->active_us = l->now;
	tls_dirty(l, c);
	tell_closed(l, c, was);
}

void
tls_error(struct tls_layer *l, struct tls_conn *c, enum tls_err err)
{
	uint8_t alert = tls_err_alert(err);

	if (c->state == TLS_CLOSING || c->state == TLS_DEAD || c->state == TLS_FREE)
		return;
	if (err == TLS_E_EMPTY_RECORD_FLOOD)
		ctr_inc(l->cfg.ctr, CTR_tls_empty_flood);
	if (err == TLS_E_WARNING_FLOOD)
		ctr_inc(l->cfg.ctr, CTR_tls_warning_flood);
	log_line(l->cfg.log, LOG_DEBUG, "tls_error conn=%u error=%s text=\"%s\"", c->index,
		tls_err_name(err), tls_err_text(err));
	if (alert != TLS_ALERT_NONE)
		tls_tx_alert(l, c, TLS_ALERT_FATAL, alert);
	tls_closing(l, c, IPC_CLOSED_TLS_ERROR);
}

void
tls_fail(struct tls_layer *l, struct tls_conn *c, enum tls_err err, enum ipc_close_reason reason)
{
	if (c->state == TLS_CLOSING || c->state == TLS_DEAD || c->state == TLS_FREE)
		return;
	c->muted = true;
	if (err != TLS_E_OK)
		tls_tx_alert(l, c, TLS_ALERT_FATAL, tls_err_alert(err));
	else if (!c->wr_eof)
		tls_tx_alert(l, c, TLS_ALERT_WARNING, TLS_ALERT_CLOSE_NOTIFY);
	tls_closing(l, c, (uint8_t)reason);
}

static uint8_t
reason_of(enum tcp_close why)
{
	switch (why) {
	case TCP_CLOSE_NORMAL: return IPC_CLOSED_NORMAL;
	case TCP_CLOSE_RESET:
	case TCP_CLOSE_REFUSED: return IPC_CLOSED_PEER_RESET;
	case TCP_CLOSE_RESOURCES: return IPC_CLOSED_RESOURCES;
	default: return IPC_CLOSED_TIMEOUT;
	}
}

void
tls_tcp_closed(struct tls_layer *l, struct tls_conn *c, enum tcp_close why)
{
	uint8_t was = c->state;

	if (was == TLS_DEAD || was == TLS_FREE)
		return;
	tls_leave_shaking(l, c);
	c->state = TLS_DEAD;
	if (was != TLS_CLOSING)
		c->reason = reason_of(why);
	tell_closed(l, c, was);
	tls_dirty(l, c);
}

/* Drops what is not inside the engine. True when nothing is left. */
static bool
fifo_drain(struct tls_layer *l, struct op_fifo *f)
{
	while (f->head != NULL && f->head->state != OP_SENT) {
		struct rec_op *op = tls_fifo_get(f);

		rte_pktmbuf_free(op->m);
		tls_op_put(l, op);
	}
	return f->n == 0;
}

/* Gives the slot back once the engine and the control process have let go of it; else it is tried
 * again. */
void
tls_release(struct tls_layer *l, struct tls_conn *c)
{
	struct ipc_conn_closed msg = {
		.conn = tls_handle(c),
		.reason = c->reason,
		.alert_sent = c->alert_sent,
		.alert_received = c->alert_received,
		.bytes_in = c->bytes_in,
		.bytes_out = c->bytes_out,
	};

	if (!fifo_drain(l, &c->in) || !fifo_drain(l, &c->out))
		return; /* tls_poll() comes back here */
	if (tls_known(l, c) && l->cfg.link->conn_closed(l->cfg.link_ctx, &msg) != 0) {
		tls_dirty(l, c);
		return;
	}
	tls_keys_drop(&c->rs);
	tls_keys_drop(&c->ws);
	tls_keys_drop(&c->next_rs);
	tls_replay_drop(c);
	c->state = TLS_FREE;
	l->free_idx[l->nfree++] = c->index;
	l->count--;
}

/* TCP's side of a connection that is over: gone when both FINs are there. */
static void
step_closing(struct tls_layer *l, struct tls_conn *c)
{
	if (c->out.n != 0 || !c->fin_sent || !tcp_rx_fin(l->cfg.tcp, c->tcp))
		return;
	tcp_close(l->cfg.tcp, c->tcp);
	tls_tcp_closed(l, c, TCP_CLOSE_NORMAL);
}

void
tls_step(struct tls_layer *l, struct tls_conn *c)
{
	if (c->state == TLS_FREE)
		return;
	if (c->state == TLS_DEAD) {
		tls_release(l, c);
		return;
	}
	if ((c->state == TLS_WAIT || (c->state == TLS_SHAKE && c->replay_due)) &&
		!tls_announce(l, c))
		return;
	if (c->worn)
		tls_error(l, c, TLS_E_KEY_WORN);
	if (c->ruse.due || c->wuse.due)
		tls_key_report(l, c);
	tls_rx(l, c);
	tls_fifo_submit(l, &c->out);
	tls_tx_done(l, c);
	if (c->state == TLS_OPEN && c->rd_eof && c->wr_eof && !c->finish_due)
		tls_closing(l, c, IPC_CLOSED_NORMAL);
	if (c->state == TLS_CLOSING)
		step_closing(l, c);
}

void
tls_tcp_readable(struct tls_layer *l, struct tls_conn *c)
{
	tls_dirty(l, c);
}

void
tls_tcp_acked(struct tls_layer *l, struct tls_conn *c)
{
	c->active_us = l->now;
	if (c->out.n != 0)
		tls_dirty(l, c);
	if (c->state == TLS_OPEN && tls_write_room(l, c))
		l->cfg.events->writable(l->cfg.events_ctx, c);
}

void
tls_resume(struct tls_layer *l, struct tls_conn *c)
{
	tls_dirty(l, c);
}

/* --- the worker's loop ---------------------------------------------------------------------- */

uint32_t
tls_poll(struct tls_layer *l, uint64_t now)
{
	struct rec_engine *e = l->cfg.engine;
	struct rec_op *ops[TLS_POLL_BURST];
	uint32_t total = 0;
	uint16_t n;

	l->now = now;
	do {
		n = e->ops->poll(e, ops, TLS_POLL_BURST);
		for (uint16_t i = 0; i < n; i++) {
			ops[i]->state = OP_DONE;
			tls_dirty(l, ops[i]->owner);
		}
		total += n;
	} while (n == TLS_POLL_BURST);
	return total;
}

uint32_t
tls_work(struct tls_layer *l, uint64_t now)
{
	struct tls_conn *c = l->dirty, *next;
	uint32_t n = 0;

	l->now = now;
	l->dirty = NULL;
	l->dirty_tail = &l->dirty;
	for (; c != NULL; c = next) {
		next = c->dirty_next;
		c->dirty = false;
		tls_step(l, c);
		if (c->state == TLS_OPEN && tls_write_room(l, c))
			l->cfg.events->writable(l->cfg.events_ctx, c);
		n++;
	}
	return n;
}

/* Holds much and does not move: its client has stopped reading while others need the buffers. */
static bool
hoards(const struct tls_layer *l, const struct tls_conn *c)
{
	return l->pressure == TLS_PRESSURE_CRITICAL && l->now - c->active_us > TLS_STUCK_US &&
	       tcp_send_queued(l->cfg.tcp, c->tcp) + tcp_rx_bytes(l->cfg.tcp, c->tcp) >=
		       TLS_SHORT_QUEUE;
}

static void
sweep_one(struct tls_layer *l, struct tls_conn *c)
{
	uint64_t idle_ms = (l->now - c->active_us) / 1000, age_ms = (l->now - c->born_us) / 1000;

	switch (c->state) {
	case TLS_WAIT:
		if (age_ms > l->wait_ms) {
			ctr_inc(l->cfg.ctr, CTR_ipc_wait_timeout);
			tls_closing(l, c, IPC_CLOSED_TIMEOUT);
		}
		break;
	case TLS_SHAKE:
		if (age_ms > c->lim->handshake_timeout_ms) {
			ctr_inc(l->cfg.ctr, CTR_tls_handshake_timeout);
			tls_error(l, c, TLS_E_HANDSHAKE_TIMEOUT);
		}
		break;
	case TLS_OPEN:
		if (c->rin.shaking && age_ms > c->lim->handshake_timeout_ms) { /* early data */
			ctr_inc(l->cfg.ctr, CTR_tls_handshake_timeout);
			tls_error(l, c, TLS_E_HANDSHAKE_TIMEOUT);
			break;
		}
		if (hoards(l, c)) {
			ctr_inc(l->cfg.ctr, CTR_shed);
			tcp_abort(l->cfg.tcp, c->tcp);
			tls_tcp_closed(l, c, TCP_CLOSE_RESOURCES);
			break;
		}
		if (c->lim->idle_timeout_ms != 0 && idle_ms > c->lim->idle_timeout_ms) {
			ctr_inc(l->cfg.ctr, CTR_proxy_idle_timeout);
			if (!c->wr_eof)
				tls_tx_alert(l, c, TLS_ALERT_WARNING, TLS_ALERT_CLOSE_NOTIFY);
			tls_closing(l, c, IPC_CLOSED_TIMEOUT);
		}
		break;
	case TLS_CLOSING:
		if (l->now - c->active_us > TLS_LINGER_US) {
			if (c->out.n == 0 && c->fin_sent &&
				tcp_send_queued(l->cfg.tcp, c->tcp) == 0)
				tcp_close(l->cfg.tcp, c->tcp);
			else
				tcp_abort(l->cfg.tcp, c->tcp);
			tls_tcp_closed(l, c, TCP_CLOSE_TIMEOUT);
		}
		break;
	default: break;
	}
}

void
tls_sweep(struct tls_layer *l, uint32_t turns, uint64_t now)
{
	uint32_t n = l->high / turns + 1;

	l->now = now;
	if (l->high == 0)
		return;
	while (n-- > 0) {
		if (++l->sweep_at >= l->high)
			l->sweep_at = 0;
		sweep_one(l, &l->conns[l->sweep_at]);
	}
}

void
tls_drain(struct tls_layer *l, uint64_t now)
{
	l->now = now;
	l->draining = true;
	for (uint32_t i = 0; i < l->high; i++) {
		struct tls_conn *c = &l->conns[i];

		if (c->state == TLS_OPEN && !c->wr_eof)
			tls_tx_alert(l, c, TLS_ALERT_WARNING, TLS_ALERT_CLOSE_NOTIFY);
		tls_closing(l, c, IPC_CLOSED_NORMAL);
	}
}
