/*
 * A worker's stack: memory, slots, the dirty list that tcp_flush() works off, the end of connections, counters. No protocol decisions.
 */
#include "dataplane/tcp/tcp_priv.h"

#define ID_SLOTS_MAX (1u << 28)

_Static_assert(sizeof(struct tcp_conn) <= 448, "a connection and its two table entries stay below 512 bytes");

void
tcp_config_default(struct tcp_config *cfg)
{
	memset(cfg, 0, sizeof(*cfg));
	cfg->cc = &tcp_cc_newreno;
	cfg->max_conns = 16384;
	cfg->max_time_wait = 4096;
	cfg->max_scoreboards = 4096;
	cfg->max_listeners = 64;
	cfg->rcv_buf = 256 * 1024;
	cfg->snd_buf = 256 * 1024;
	cfg->max_rx_segs = 1024;
	cfg->max_ooo_segs = 512;
	cfg->max_tx_segs = 1024;
	cfg->floor_buf = 24 * 1024;
	cfg->port_lo = 32768;
	cfg->port_hi = 60999;
	cfg->init_cwnd_segs = 10;
	cfg->challenge_acks_per_s = 1000;
	cfg->rst_per_s = 1000;
	cfg->rto_init = 1000000;
	cfg->rto_min = 200000;
	cfg->rto_max = 60000000;
	cfg->delack = 40000;
	cfg->time_wait = 60000000;
	cfg->fin_wait_2 = 60000000;
	cfg->keepalive_intvl = 10000000;
	cfg->keepalive_probes = 6;
	cfg->syn_retries = 5;
	cfg->data_retries = 12;
	cfg->timestamps = true;
	cfg->sack = true;
}

/* Where each part lies in the stack's memory. */
struct layout {
	size_t conns, sbs, listeners, table, total;
	uint32_t table_size;
};

static bool
layout_of(const struct tcp_config *cfg, struct layout *l)
{
	if (cfg->max_conns == 0 || cfg->max_conns > ID_SLOTS_MAX || cfg->max_listeners == 0 || cfg->max_listeners > UINT16_MAX ||
			cfg->rcv_buf < 4096 || cfg->rcv_buf > 1u << 30 || cfg->snd_buf < 4096 || cfg->snd_buf > 1u << 30 || cfg->port_lo == 0 ||
			cfg->port_hi < cfg->port_lo || cfg->rto_min == 0 || cfg->rto_max < cfg->rto_min || cfg->init_cwnd_segs == 0 || cfg->max_rx_segs == 0 || cfg->max_tx_segs == 0 || cfg->floor_buf == 0)
		return false;
	l->table_size = rte_align32pow2(cfg->max_conns * 2);
	l->conns = RTE_CACHE_LINE_ROUNDUP(sizeof(struct tcp_stack));
	l->sbs = l->conns + RTE_CACHE_LINE_ROUNDUP(cfg->max_conns * sizeof(struct tcp_conn));
	l->listeners = l->sbs + RTE_CACHE_LINE_ROUNDUP(cfg->max_scoreboards * sizeof(struct tcp_sb));
	l->table = l->listeners + RTE_CACHE_LINE_ROUNDUP(cfg->max_listeners * sizeof(struct tcp_listener));
	l->total = l->table + RTE_CACHE_LINE_ROUNDUP(l->table_size * sizeof(struct tcp_table_entry));
	return true;
}

size_t
tcp_stack_size(const struct tcp_config *cfg)
{
	struct layout l;

	return layout_of(cfg, &l) ? l.total : 0;
}

struct tcp_stack *
tcp_stack_init(void *mem, const struct tcp_config *cfg, uint64_t now)
{
	struct tcp_stack *st = mem;
	struct layout l;

	if (!layout_of(cfg, &l) || cfg->net == NULL || cfg->events == NULL || cfg->cc == NULL || cfg->hdr_pool == NULL || cfg->data_pool == NULL)
		return NULL;
	st->cfg = *cfg;
	st->conns = (struct tcp_conn *)((uint8_t *)mem + l.conns);
	st->sbs = (struct tcp_sb *)((uint8_t *)mem + l.sbs);
	st->listeners = (struct tcp_listener *)((uint8_t *)mem + l.listeners);
	st->table.e = (struct tcp_table_entry *)((uint8_t *)mem + l.table);
	st->table.mask = l.table_size - 1;
	st->conn_slab = (struct tcp_slab){ .limit = cfg->max_conns, .free_head = TCP_NIL };
	st->sb_slab = (struct tcp_slab){ .limit = cfg->max_scoreboards, .free_head = TCP_NIL };
	st->dirty_head = st->dirty_tail = st->later_head = st->later_tail = TCP_NIL;
	st->tw_head = st->tw_tail = TCP_NIL;
	st->start = st->now = now;
	while (st->rcv_wscale < TCP_MAX_WSCALE && cfg->rcv_buf >> st->rcv_wscale > UINT16_MAX)
		st->rcv_wscale++;
	st->challenge_left = cfg->challenge_acks_per_s;
	st->rst_left = cfg->rst_per_s;
	tcp_wheel_init(&st->wheel, 0);
	return st;
}

void
tcp_set_now(struct tcp_stack *st, uint64_t now)
{
	if (now == st->now)
		return;
	st->now = now;
	st->tick = (uint32_t)((now - st->start) / 1000);
	if (st->tick - st->budget_tick >= 1000) {
		st->budget_tick = st->tick;
		st->challenge_left = st->cfg.challenge_acks_per_s;
		st->rst_left = st->cfg.rst_per_s;
	}
}

static void
list_add(struct tcp_stack *st, uint32_t *head, uint32_t *tail, struct tcp_conn *c)
{
	const uint32_t slot = tcp_slot(st, c);

	c->next_dirty = TCP_NIL;
	if (*tail != TCP_NIL)
		st->conns[*tail].next_dirty = slot;
	else
		*head = slot;
	*tail = slot;
}

void
tcp_mark_dirty(struct tcp_stack *st, struct tcp_conn *c)
{
	if (c->flags & TF_DIRTY)
		return;
	c->flags |= TF_DIRTY;
	list_add(st, &st->dirty_head, &st->dirty_tail, c);
}

void
tcp_mark_later(struct tcp_stack *st, struct tcp_conn *c)
{
	if (c->flags & TF_DIRTY)
		return;
	c->flags |= TF_DIRTY;
	list_add(st, &st->later_head, &st->later_tail, c);
}

struct tcp_conn *
tcp_conn_get(struct tcp_stack *st, tcp_id_t id)
{
	const uint32_t slot = (uint32_t)id;
	struct tcp_conn *c;

	if (slot < st->conn_slab.fresh) {
		c = &st->conns[slot];
		if (c->gen == id >> 32 && !(c->flags & TF_DETACHED) && (c->state != TCP_CLOSED || (c->flags & TF_CLOSED)))
			return c;
	}
	st->c[TCP_C_STALE_ID]++;
	return NULL;
}

/* Gives the slot back; its id is dead. */
static void
slot_free(struct tcp_stack *st, struct tcp_conn *c)
{
	c->gen++;
	if (c->gen == 0)
		c->gen = 1;
	c->flags = 0;
	c->state = TCP_CLOSED;
	c->tw_next = st->conn_slab.free_head;
	st->conn_slab.free_head = tcp_slot(st, c);
	st->conn_slab.used--;
}

/* The application has nothing to do with it any more, nor has the protocol. */
static void
release(struct tcp_stack *st, struct tcp_conn *c)
{
	tcp_rxq_drop(c);
	c->flags |= TF_DETACHED;
	c->flags &= ~(uint32_t)TF_CLOSED;
	if (c->flags & TF_DIRTY)
		c->flags |= TF_RELEASE;
	else
		slot_free(st, c);
}

static struct tcp_conn *
slot_alloc(struct tcp_stack *st)
{
	struct tcp_slab *s = &st->conn_slab;
	uint32_t slot, gen;

	if (s->free_head == TCP_NIL && s->fresh == s->limit && st->tw_head != TCP_NIL) {
		st->c[TCP_C_TIME_WAIT_RECYCLED]++;
		tcp_done(st, &st->conns[st->tw_head], TCP_CLOSE_NORMAL);
	}
	if (s->free_head != TCP_NIL) {
		slot = s->free_head;
		s->free_head = st->conns[slot].tw_next;
	} else if (s->fresh < s->limit) {
		slot = s->fresh++;
		st->conns[slot].gen = 1;
	} else {
		return NULL;
	}
	s->used++;
	gen = st->conns[slot].gen;
	memset(&st->conns[slot], 0, sizeof(st->conns[slot]));
	st->conns[slot].gen = gen;
	return &st->conns[slot];
}

struct tcp_conn *
tcp_conn_new(struct tcp_stack *st, const struct net_addr *local, uint16_t lport, const struct net_addr *remote, uint16_t rport, uint16_t ifidx)
{
	struct tcp_conn *c = slot_alloc(st);

	if (c == NULL)
		return NULL;
	c->local = *local;
	c->remote = *remote;
	c->lport = lport;
	c->rport = rport;
	c->ifidx = ifidx;
	c->hash = tcp_tuple_hash(st, local, lport, remote, rport);
	c->sb = TCP_NIL;
	c->wh_slot = WHEEL_NONE;
	c->tw_prev = c->tw_next = TCP_NIL;
	c->rto = st->cfg.rto_init;
	c->ts_off = tcp_ts_offset(st, local, remote);
	c->last_rcv = c->last_snd = st->tick;
	tcp_table_add(st, c);
	return c;
}

void
tcp_half_open_done(struct tcp_stack *st, struct tcp_conn *c)
{
	if (c->flags & TF_HALF_OPEN) {
		c->flags &= ~(uint32_t)TF_HALF_OPEN;
		st->listeners[c->listener].half_open--;
	}
}

void
tcp_tw_unlink(struct tcp_stack *st, struct tcp_conn *c)
{
	if (!(c->flags & TF_IN_TW))
		return;
	c->flags &= ~(uint32_t)TF_IN_TW;
	st->tw_count--;
	*(c->tw_prev != TCP_NIL ? &st->conns[c->tw_prev].tw_next : &st->tw_head) = c->tw_next;
	*(c->tw_next != TCP_NIL ? &st->conns[c->tw_next].tw_prev : &st->tw_tail) = c->tw_prev;
}

static void
count_close(struct tcp_stack *st, const struct tcp_conn *c, enum tcp_close why)
{
	if (c->state == TCP_SYN_SENT || (c->state == TCP_SYN_RCVD && !(c->flags & TF_PASSIVE)))
		st->c[TCP_C_CONNECT_FAILED]++;
	else if (c->state == TCP_SYN_RCVD)
		return;
	else if (why == TCP_CLOSE_NORMAL)
		st->c[TCP_C_CLOSED_NORMAL]++;
	else if (why == TCP_CLOSE_RESET || why == TCP_CLOSE_REFUSED)
		st->c[TCP_C_CLOSED_RESET]++;
	else if (why == TCP_CLOSE_TIMEOUT || why == TCP_CLOSE_KEEPALIVE || why == TCP_CLOSE_UNREACHABLE)
		st->c[TCP_C_CLOSED_TIMEOUT]++;
	else
		st->c[TCP_C_CLOSED_LOCAL]++;
}

void
tcp_done(struct tcp_stack *st, struct tcp_conn *c, enum tcp_close why)
{
	if (c->state == TCP_CLOSED)
		return;
	if (c->state != TCP_TIME_WAIT)
		count_close(st, c, why);
	tcp_half_open_done(st, c);
	tcp_tw_unlink(st, c);
	tcp_table_del(st, c);
	tcp_wheel_del(st, c);
	c->armed = 0;
	tcp_txq_drop(c);
	tcp_sack_clear(st, c);
	c->flags &= ~(uint32_t)(TF_ACK_NOW | TF_SYN_NOW | TF_PROBE_NOW | TF_FIN_QUEUED);
	c->state = TCP_CLOSED;
	if (c->flags & TF_DETACHED) {
		release(st, c);
		return;
	}
	if (!(c->flags & TF_CLOSED)) {
		c->flags |= TF_CLOSED;
		c->why = (uint8_t)why;
	}
	tcp_mark_dirty(st, c);
}

void
tcp_enter_time_wait(struct tcp_stack *st, struct tcp_conn *c)
{
	count_close(st, c, TCP_CLOSE_NORMAL);
	c->state = TCP_TIME_WAIT;
	c->armed = 0;
	tcp_sack_clear(st, c);
	tcp_timer_set(st, c, TT_KEEP, us_to_ticks(st->cfg.time_wait));
	c->flags |= TF_IN_TW | TF_ACK_NOW;
	c->tw_prev = st->tw_tail;
	c->tw_next = TCP_NIL;
	*(st->tw_tail != TCP_NIL ? &st->conns[st->tw_tail].tw_next : &st->tw_head) = tcp_slot(st, c);
	st->tw_tail = tcp_slot(st, c);
	st->tw_count++;
	if (!(c->flags & TF_DETACHED)) {
		c->flags |= TF_CLOSED;
		c->why = TCP_CLOSE_NORMAL;
	}
	tcp_mark_dirty(st, c);
	if (st->tw_count > st->cfg.max_time_wait && st->tw_head != tcp_slot(st, c)) {
		st->c[TCP_C_TIME_WAIT_RECYCLED]++;
		tcp_done(st, &st->conns[st->tw_head], TCP_CLOSE_NORMAL);
	}
}

static bool
alive(const struct tcp_stack *st, const struct tcp_conn *c, tcp_id_t id)
{
	return tcp_id(st, c) == id && !(c->flags & (TF_DETACHED | TF_RELEASE));
}

static int
connect_error(enum tcp_close why)
{
	switch (why) {
	case TCP_CLOSE_REFUSED:
	case TCP_CLOSE_RESET:
		return -ECONNREFUSED;
	case TCP_CLOSE_TIMEOUT:
		return -ETIMEDOUT;
	case TCP_CLOSE_UNREACHABLE:
		return -EHOSTUNREACH;
	default:
		return -ECONNABORTED;
	}
}

/* The end, once the application has read what came before it. */
static void
deliver_closed(struct tcp_stack *st, struct tcp_conn *c, tcp_id_t id, bool opened)
{
	const struct tcp_events *ev = st->cfg.events;

	if (opened)
		ev->closed(st->cfg.ctx, id, c->user, (enum tcp_close)c->why);
	else
		ev->connected(st->cfg.ctx, id, c->user, connect_error((enum tcp_close)c->why));
	if (!alive(st, c, id))
		return;
	c->flags = (c->flags | TF_DETACHED) & ~(uint32_t)TF_CLOSED;
	if (c->state == TCP_CLOSED)
		release(st, c);
	else
		tcp_rxq_drop(c); /* TIME_WAIT goes on without its application */
}

static void
deliver(struct tcp_stack *st, struct tcp_conn *c)
{
	const struct tcp_events *ev = st->cfg.events;
	void *const ctx = st->cfg.ctx;
	const tcp_id_t id = tcp_id(st, c);
	const uint8_t events = c->events;
	const uint32_t acked = c->acked_event;

	c->events = 0;
	c->acked_event = 0;
	if (c->flags & TF_DETACHED)
		return;
	if (events & TEV_ACCEPT)
		ev->accept(ctx, id, st->listeners[c->listener].cookie);
	if ((events & TEV_CONNECTED) && alive(st, c, id))
		ev->connected(ctx, id, c->user, 0);
	if ((events & TEV_READABLE) && c->rx_bytes > 0 && alive(st, c, id))
		ev->readable(ctx, id, c->user);
	if ((events & TEV_ACKED) && alive(st, c, id))
		ev->acked(ctx, id, c->user, acked);
	if ((events & TEV_FIN) && alive(st, c, id))
		ev->peer_fin(ctx, id, c->user);
	if (alive(st, c, id) && (c->flags & TF_CLOSED) && (c->why != TCP_CLOSE_NORMAL || c->rx_bytes == 0))
		deliver_closed(st, c, id, (c->flags & (TF_PASSIVE | TF_OPENED)) != 0);
}

void
tcp_timers(struct tcp_stack *st, uint64_t now)
{
	tcp_set_now(st, now);
	tcp_wheel_run(st, st->tick, tcp_timer_fire);
}

void
tcp_flush(struct tcp_stack *st, uint64_t now)
{
	uint32_t slot;

	tcp_set_now(st, now);
	tcp_mem_check(st);
	if (st->later_head != TCP_NIL) {
		if (st->dirty_tail != TCP_NIL)
			st->conns[st->dirty_tail].next_dirty = st->later_head;
		else
			st->dirty_head = st->later_head;
		st->dirty_tail = st->later_tail;
		st->later_head = st->later_tail = TCP_NIL;
	}
	while ((slot = st->dirty_head) != TCP_NIL) {
		struct tcp_conn *c = &st->conns[slot];

		st->dirty_head = c->next_dirty;
		if (st->dirty_head == TCP_NIL)
			st->dirty_tail = TCP_NIL;
		/* TF_DIRTY stays while the application is called: what it does to this connection leaves below, and the slot is not freed under us. */
		if (!(c->flags & TF_RELEASE))
			deliver(st, c);
		c->flags &= ~(uint32_t)TF_DIRTY;
		if (c->flags & TF_RELEASE)
			slot_free(st, c);
		else
			tcp_output(st, c);
	}
}

bool
tcp_pending(const struct tcp_stack *st)
{
	return st->dirty_head != TCP_NIL || st->later_head != TCP_NIL;
}

uint64_t
tcp_next_timer(const struct tcp_stack *st)
{
	const uint32_t ahead = tcp_wheel_next(st);

	if (ahead == UINT32_MAX)
		return UINT64_MAX;
	/* The tick as the clock shows it is (now - start) / 1000 rounded down. */
	return st->now - (st->now - st->start) % 1000 + (uint64_t)(uint32_t)(st->wheel.now + ahead - st->tick) * 1000;
}

void
tcp_stack_fini(struct tcp_stack *st)
{
	for (uint32_t i = 0; i < st->conn_slab.fresh; i++) {
		st->conns[i].flags |= TF_DETACHED;
		tcp_done(st, &st->conns[i], TCP_CLOSE_LOCAL);
		tcp_rxq_drop(&st->conns[i]);
	}
}
