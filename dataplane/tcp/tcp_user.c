/*
 * The application's calls (tcp.h) that are not about opening: queues, ending, looking.
 */
#include "dataplane/tcp/tcp_priv.h"

/* For const callers: a stale id is counted all the same. */
static struct tcp_conn *
get(const struct tcp_stack *st, tcp_id_t id)
{
	return tcp_conn_get((struct tcp_stack *)(uintptr_t)st, id);
}

int
tcp_listen(struct tcp_stack *st, const struct net_addr *addr, uint16_t port, uint32_t backlog, void *cookie)
{
	int free_slot = -ENOSPC;

	for (uint32_t i = 0; i < st->cfg.max_listeners; i++) {
		const struct tcp_listener *l = &st->listeners[i];

		if (!l->used)
			free_slot = free_slot < 0 ? (int)i : free_slot;
		else if (l->port == port && net_addr_eq(&l->addr, addr))
			return -EADDRINUSE;
	}
	if (free_slot >= 0)
		st->listeners[free_slot] = (struct tcp_listener){ .addr = *addr, .port = port, .used = true, .backlog = backlog, .cookie = cookie };
	return free_slot;
}

int
tcp_unlisten(struct tcp_stack *st, int listener)
{
	if (listener < 0 || (uint32_t)listener >= st->cfg.max_listeners || !st->listeners[listener].used)
		return -ENOENT;
	for (uint32_t i = 0; i < st->conn_slab.fresh; i++) {
		struct tcp_conn *c = &st->conns[i];

		if (c->state == TCP_CLOSED || c->listener != listener || !(c->flags & TF_PASSIVE))
			continue;
		if ((c->flags & TF_HALF_OPEN) || (c->events & TEV_ACCEPT)) {
			tcp_send_rst(st, c);
			c->flags |= TF_DETACHED;
			tcp_done(st, c, TCP_CLOSE_LOCAL);
		}
	}
	st->listeners[listener].used = false;
	return 0;
}

int
tcp_set_user(struct tcp_stack *st, tcp_id_t id, void *user)
{
	struct tcp_conn *c = tcp_conn_get(st, id);

	if (c == NULL)
		return -ESTALE;
	c->user = user;
	return 0;
}

void *
tcp_get_user(const struct tcp_stack *st, tcp_id_t id)
{
	const struct tcp_conn *c = get(st, id);

	return c != NULL ? c->user : NULL;
}

uint32_t
tcp_rx_bytes(const struct tcp_stack *st, tcp_id_t id)
{
	const struct tcp_conn *c = get(st, id);

	return c != NULL ? c->rx_bytes : 0;
}

uint32_t
tcp_rx_peek(const struct tcp_stack *st, tcp_id_t id, uint32_t off, void *buf, uint32_t len)
{
	const struct tcp_conn *c = get(st, id);
	uint32_t done = 0;

	if (c == NULL)
		return 0;
	for (const struct rte_mbuf *m = c->rx_head; m != NULL && done < len; m = m->next) {
		uint32_t n;

		if (off >= m->data_len) {
			off -= m->data_len;
			continue;
		}
		n = RTE_MIN(m->data_len - off, len - done);
		memcpy((uint8_t *)buf + done, rte_pktmbuf_mtod_offset(m, const uint8_t *, off), n);
		done += n;
		off = 0;
	}
	return done;
}

const struct rte_mbuf *
tcp_rx_head(const struct tcp_stack *st, tcp_id_t id)
{
	const struct tcp_conn *c = get(st, id);

	return c != NULL ? c->rx_head : NULL;
}

/* Divides m after n bytes by copying the smaller side. *tail: what follows. False without an mbuf; then nothing changed. */
static bool
split(struct tcp_stack *st, struct rte_mbuf **head, uint32_t n, struct rte_mbuf **tail)
{
	struct rte_mbuf *const m = *head, *const fresh = rte_pktmbuf_alloc(st->cfg.data_pool);
	const uint32_t rest = m->data_len - n, small = RTE_MIN(n, rest);
	char *dst;

	if (fresh == NULL)
		return false;
	dst = rte_pktmbuf_append(fresh, (uint16_t)small);
	if (dst == NULL) {
		rte_pktmbuf_free(fresh);
		return false;
	}
	st->c[TCP_C_RX_SPLIT]++;
	if (n <= rest) {
		memcpy(dst, rte_pktmbuf_mtod(m, char *), n);
		m->data_off += (uint16_t)n;
		m->data_len -= (uint16_t)n;
		*head = fresh;
		*tail = m;
	} else {
		memcpy(dst, rte_pktmbuf_mtod_offset(m, char *, n), rest);
		m->data_len -= (uint16_t)rest;
		fresh->next = m->next;
		m->next = NULL;
		*tail = fresh;
	}
	return true;
}

struct rte_mbuf *
tcp_rx_take(struct tcp_stack *st, tcp_id_t id, uint32_t bytes)
{
	struct tcp_conn *c = tcp_conn_get(st, id);
	struct rte_mbuf *m, *last = NULL, *head, *rest;
	uint32_t left = bytes;
	uint16_t segs = 0;

	if (c == NULL || bytes == 0 || bytes > c->rx_bytes)
		return NULL;
	for (m = c->rx_head; left >= m->data_len; m = m->next) {
		left -= m->data_len;
		last = m;
		segs++;
		if (m->next == NULL || left == 0)
			break;
	}
	head = c->rx_head;
	if (left == 0) {
		rest = last->next;
		last->next = NULL;
	} else {
		struct rte_mbuf *cut = last != NULL ? last->next : c->rx_head;
		const bool was_tail = cut == c->rx_tail;

		if (!split(st, &cut, left, &rest))
			return NULL;
		if (last != NULL)
			last->next = cut;
		else
			head = cut;
		segs++;
		c->rx_segs++;
		if (was_tail)
			c->rx_tail = rest;
	}
	c->rx_head = rest;
	if (rest == NULL)
		c->rx_tail = NULL;
	c->rx_segs -= segs;
	c->rx_bytes -= bytes;
	c->rx_taken += bytes;
	head->pkt_len = bytes;
	head->nb_segs = segs;
	if ((c->flags & TF_CLOSED) && c->rx_bytes == 0)
		tcp_mark_dirty(st, c);
	return head;
}

int
tcp_rx_credit(struct tcp_stack *st, tcp_id_t id, uint32_t bytes)
{
	struct tcp_conn *c = tcp_conn_get(st, id);

	if (c == NULL)
		return -ESTALE;
	if (bytes > c->rx_taken)
		return -EINVAL;
	c->rx_taken -= bytes;
	tcp_rx_window_update(st, c);
	return 0;
}

uint32_t
tcp_rx_consume(struct tcp_stack *st, tcp_id_t id, uint32_t bytes)
{
	struct tcp_conn *c = tcp_conn_get(st, id);
	uint32_t left;

	if (c == NULL)
		return 0;
	bytes = left = RTE_MIN(bytes, c->rx_bytes);
	while (left > 0) {
		struct rte_mbuf *m = c->rx_head;

		if (left < m->data_len) {
			m->data_off += (uint16_t)left;
			m->data_len -= (uint16_t)left;
			break;
		}
		left -= m->data_len;
		c->rx_head = m->next;
		c->rx_segs--;
		m->next = NULL;
		m->nb_segs = 1;
		rte_pktmbuf_free_seg(m);
	}
	if (c->rx_head == NULL)
		c->rx_tail = NULL;
	c->rx_bytes -= bytes;
	tcp_rx_window_update(st, c);
	if ((c->flags & TF_CLOSED) && c->rx_bytes == 0)
		tcp_mark_dirty(st, c);
	return bytes;
}

bool
tcp_rx_fin(const struct tcp_stack *st, tcp_id_t id)
{
	const struct tcp_conn *c = get(st, id);

	return c != NULL && (c->flags & TF_FIN_RCVD);
}

static bool
can_send(const struct tcp_conn *c)
{
	return c->state >= TCP_SYN_SENT && c->state <= TCP_CLOSE_WAIT && c->state != TCP_FIN_WAIT_1 && c->state != TCP_FIN_WAIT_2 && !(c->flags & TF_FIN_QUEUED);
}

/* An empty queue has room whatever is free: a connection that moves goes on moving. */
static uint32_t
send_space(const struct tcp_stack *st, const struct tcp_conn *c)
{
	const uint32_t limit = tcp_mem_limit(st, st->cfg.snd_buf, c->mss);

	if (c->tx_bytes >= limit || c->tx_segs >= st->cfg.max_tx_segs)
		return 0;
	if (unlikely(st->tight) && c->tx_segs >= RTE_MAX(st->share, st->cfg.floor_buf / TCP_MSS_DEFAULT4))
		return 0;
	return limit - c->tx_bytes;
}

uint32_t
tcp_send_space(const struct tcp_stack *st, tcp_id_t id)
{
	const struct tcp_conn *c = get(st, id);

	return c != NULL && can_send(c) ? send_space(st, c) : 0;
}

int
tcp_send_take(struct tcp_stack *st, tcp_id_t id, struct rte_mbuf *m)
{
	struct tcp_conn *c = tcp_conn_get(st, id);

	if (c == NULL)
		return -ESTALE;
	if (!can_send(c))
		return -EPIPE;
	if (send_space(st, c) == 0)
		return -ENOBUFS;
	tcp_txq_append(c, m);
	tcp_mark_dirty(st, c);
	return 0;
}

uint32_t
tcp_send_queued(const struct tcp_stack *st, tcp_id_t id)
{
	const struct tcp_conn *c = get(st, id);

	return c != NULL ? c->tx_bytes : 0;
}

uint32_t
tcp_cwnd_hint(const struct tcp_stack *st, tcp_id_t id)
{
	const struct tcp_conn *c = get(st, id);

	return c != NULL && tcp_synchronized(c) ? RTE_MIN(c->cc.cwnd, c->snd_wnd) : 0;
}

uint32_t
tcp_mss(const struct tcp_stack *st, tcp_id_t id)
{
	const struct tcp_conn *c = get(st, id);

	return c != NULL ? tcp_seg_max(c, c->flags & TF_TS ? TCP_TS_OPT_LEN : 0) : 0;
}

int
tcp_shutdown(struct tcp_stack *st, tcp_id_t id)
{
	struct tcp_conn *c = tcp_conn_get(st, id);

	if (c == NULL)
		return -ESTALE;
	if (can_send(c)) {
		c->flags |= TF_FIN_QUEUED;
		tcp_mark_dirty(st, c);
	}
	return 0;
}

int
tcp_abort(struct tcp_stack *st, tcp_id_t id)
{
	struct tcp_conn *c = tcp_conn_get(st, id);

	if (c == NULL)
		return -ESTALE;
	c->flags |= TF_DETACHED;
	if (c->state == TCP_TIME_WAIT) { /* both FINs are acknowledged: nothing to reset */
		c->flags &= ~(uint32_t)TF_CLOSED;
		tcp_rxq_drop(c);
		return 0;
	}
	if (c->state != TCP_CLOSED) {
		if (c->state != TCP_SYN_SENT)
			tcp_send_rst(st, c);
		tcp_done(st, c, TCP_CLOSE_LOCAL);
	} else {
		c->flags &= ~(uint32_t)TF_CLOSED;
		c->flags |= TF_RELEASE;
		tcp_rxq_drop(c);
		tcp_mark_dirty(st, c);
	}
	return 0;
}

int
tcp_close(struct tcp_stack *st, tcp_id_t id)
{
	struct tcp_conn *c = tcp_conn_get(st, id);

	if (c == NULL)
		return -ESTALE;
	if (c->rx_bytes > 0 || c->state == TCP_SYN_SENT || c->state == TCP_CLOSED || c->state == TCP_TIME_WAIT)
		return tcp_abort(st, id);
	tcp_shutdown(st, id);
	c->flags |= TF_DETACHED | TF_CLOSING;
	tcp_keep_restart(st, c);
	return 0;
}

int
tcp_conn_info(const struct tcp_stack *st, tcp_id_t id, struct tcp_info *info)
{
	const struct tcp_conn *c = get(st, id);

	if (c == NULL)
		return -ESTALE;
	*info = (struct tcp_info){
		.local = c->local, .remote = c->remote, .lport = c->lport, .rport = c->rport, .state = (enum tcp_state)c->state,
		.mss = tcp_seg_max(c, c->flags & TF_TS ? TCP_TS_OPT_LEN : 0), .cwnd = c->cc.cwnd, .ssthresh = c->cc.ssthresh, .snd_wnd = c->snd_wnd,
		.rcv_wnd = seq_gt(c->rcv_adv, c->rcv_nxt) ? c->rcv_adv - c->rcv_nxt : 0, .flight = tcp_flight(st, c), .rx_bytes = c->rx_bytes,
		.tx_bytes = c->tx_bytes, .srtt_us = c->srtt, .rttvar_us = c->rttvar, .rto_us = c->rto, .retransmits = c->retransmits,
		.sack = c->flags & TF_SACK, .timestamps = c->flags & TF_TS, .in_recovery = c->flags & (TF_RECOVERY | TF_LOSS),
		.snd_wscale = c->snd_wscale, .rcv_wscale = c->rcv_wscale, .bytes_in = c->bytes_in, .bytes_out = c->bytes_out,
	};
	return 0;
}

tcp_id_t
tcp_conn_next(const struct tcp_stack *st, uint32_t *cursor)
{
	while (*cursor < st->conn_slab.fresh) {
		const struct tcp_conn *c = &st->conns[(*cursor)++];

		if (c->state != TCP_CLOSED && !(c->flags & TF_DETACHED))
			return tcp_id(st, c);
	}
	return 0;
}

uint32_t
tcp_conn_count(const struct tcp_stack *st)
{
	return st->conn_slab.used - st->tw_count;
}

uint32_t
tcp_time_wait_count(const struct tcp_stack *st)
{
	return st->tw_count;
}

/* A path MTU smaller than ours, or a destination that cannot be reached (RFC 1191, RFC 5927: only for numbers that are in flight). */
void
tcp_icmp(struct tcp_stack *st, const struct net_flow *flow, uint16_t mtu, const uint8_t *quoted, size_t len)
{
	const uint16_t ip_tcp = net_addr_is_v4(&flow->dst) ? 40 : 60;
	struct tcp_conn *c;
	uint16_t lport, rport;
	uint32_t seq;

	if (len < 8)
		return;
	lport = (uint16_t)(quoted[0] << 8 | quoted[1]);
	rport = (uint16_t)(quoted[2] << 8 | quoted[3]);
	seq = (uint32_t)quoted[4] << 24 | (uint32_t)quoted[5] << 16 | (uint32_t)quoted[6] << 8 | quoted[7];
	c = tcp_lookup(st, &flow->src, lport, &flow->dst, rport, tcp_tuple_hash(st, &flow->src, lport, &flow->dst, rport));
	if (c == NULL || seq_lt(seq, c->snd_una) || seq_geq(seq, c->snd_max))
		return;
	if (mtu == 0) {
		if (c->state == TCP_SYN_SENT) /* later it is a soft error (RFC 9293 3.9.2.2) */
			tcp_done(st, c, TCP_CLOSE_UNREACHABLE);
		return;
	}
	if (mtu < ip_tcp + TCP_MSS_MIN || mtu - ip_tcp >= c->mss || !tcp_synchronized(c))
		return;
	c->mss = (uint16_t)(mtu - ip_tcp);
	c->snd_nxt = c->snd_una; /* what is in flight will not arrive: cut it anew */
	c->cur.m = NULL;
	c->flags |= TF_LOSS;
	c->recover = c->snd_max;
	tcp_mark_dirty(st, c);
}
