/*
 * Pairs of connections and the bytes between them; see proxy.h.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "dataplane/own.h"
#include "dataplane/proxy/proxy_int.h"

static void *
lazy_alloc(size_t n)
{
	void *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
		-1, 0);

	return p == MAP_FAILED ? NULL : p;
}

struct proxy *
proxy_new(const struct proxy_config *cfg)
{
	struct proxy *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->cfg = *cfg;
	p->pairs = lazy_alloc(sizeof(*p->pairs) * cfg->max_pairs);
	p->free_idx = lazy_alloc(sizeof(*p->free_idx) * cfg->max_pairs);
	if (p->pairs == NULL || p->free_idx == NULL) {
		proxy_free(p);
		return NULL;
	}
	return p;
}

void
proxy_free(struct proxy *p)
{
	for (uint32_t i = 0; i < p->high && p->pairs != NULL; i++)
		if (p->pairs[i].state != PAIR_FREE) {
			rte_pktmbuf_free(p->pairs[i].head);
			rte_pktmbuf_free(p->pairs[i].held);
			rte_pktmbuf_free(p->pairs[i].rest);
		}
	if (p->pairs != NULL)
		munmap(p->pairs, sizeof(*p->pairs) * p->cfg.max_pairs);
	if (p->free_idx != NULL)
		munmap(p->free_idx, sizeof(*p->free_idx) * p->cfg.max_pairs);
	free(p);
}

void
proxy_set_tls(struct proxy *p, struct tls_layer *tls)
{
	p->tls = tls;
}

void
proxy_set_pressure(struct proxy *p, bool on)
{
	p->pressure = on;
}

void
proxy_now(struct proxy *p, uint64_t now)
{
	p->now = now;
}

struct proxy_pair *
proxy_pair_of(void *tcp_user)
{
	uintptr_t u = (uintptr_t)tcp_user;

	return (u & PAIR_MARK) != 0 ? (struct proxy_pair *)(u & ~(uintptr_t)PAIR_MARK) : NULL;
}

static void
pair_free(struct proxy *p, struct proxy_pair *x)
{
	rte_pktmbuf_free(x->head);
	rte_pktmbuf_free(x->held);
	rte_pktmbuf_free(x->rest);
	x->head = NULL;
	x->held = NULL;
	x->rest = NULL;
	x->state = PAIR_FREE;
	x->tls = NULL;
	p->free_idx[p->nfree++] = x->index;
}

static struct proxy_pair *
pair_new(struct proxy *p)
{
	struct proxy_pair *x;
	uint32_t index;

	if (p->nfree == 0 && p->high == p->cfg.max_pairs)
		return NULL;
	index = p->nfree != 0 ? p->free_idx[--p->nfree] : p->high++;
	x = &p->pairs[index];
	*x = (struct proxy_pair){ .index = index };
	return x;
}

void
proxy_give_up(struct proxy *p, struct proxy_pair *x, enum tls_err err)
{
	struct tls_conn *c = x->tls;

	if (x->leg != NULL)
		proxy_leg_end(p, x, false);
	else if (x->server != 0)
		tcp_abort(p->cfg.tcp, x->server);
	pair_free(p, x);
	tls_set_user(c, NULL);
	tls_fail(p->tls, c, err, IPC_CLOSED_BACKEND);
}

/* Starts an attempt on the next server; false when none is left to try. */
static bool
try_next(struct proxy *p, struct proxy_pair *x)
{
	const struct ipc_cfg_pool *pool = cfg_pool(p->cfg.cfg, x->pool);
	const struct ipc_cfg_server *s;
	struct net_addr to;
	uint32_t count;
	int rc;

	x->server = 0;
	while (pool != NULL && x->tries > 0) {
		cfg_pool_server(p->cfg.cfg, x->pool, 0, &count);
		if (count == 0)
			break;
		s = cfg_pool_server(p->cfg.cfg, x->pool, x->next++ % count, NULL);
		x->tries--;
		cfg_addr(&s->addr, &to);
		ctr_inc(p->cfg.ctr, CTR_proxy_connects);
		rc = tcp_connect(p->cfg.tcp, NULL, 0, &to, s->addr.port,
			(void *)((uintptr_t)x | PAIR_MARK), &x->server);
		if (rc == 0) {
			x->state = PAIR_CONNECTING;
			x->deadline_us = p->now + (uint64_t)pool->connect_timeout_ms * 1000;
			return true;
		}
		x->server = 0;
		if (rc == -EADDRNOTAVAIL)
			ctr_inc(p->cfg.ctr, CTR_proxy_no_port);
	}
	return false;
}

void
proxy_retry(struct proxy *p, struct proxy_pair *x)
{
	if (x->tries > 0)
		ctr_inc(p->cfg.ctr, CTR_proxy_retries);
	if (try_next(p, x))
		return;
	ctr_inc(p->cfg.ctr, CTR_proxy_no_server);
	proxy_give_up(p, x, TLS_E_OK);
}

/* --- from the TLS layer --------------------------------------------------------------------- */

static void
on_ready(void *ctx, struct tls_conn *c, uint32_t pool, struct rte_mbuf *head)
{
	struct proxy *p = ctx;
	const struct ipc_cfg_pool *cfg = cfg_pool(p->cfg.cfg, pool);
	struct proxy_pair *x;

	if (tls_is_client(c)) {
		rte_pktmbuf_free(head); /* towards clients there is none */
		proxy_leg_ready(p, tls_get_user(c));
		return;
	}
	x = pair_new(p);
	if (x == NULL) {
		ctr_inc(p->cfg.ctr, CTR_tls_conn_full);
		rte_pktmbuf_free(head);
		tls_fail(p->tls, c, TLS_E_INTERNAL_ERROR, IPC_CLOSED_RESOURCES);
		return;
	}
	x->tls = c;
	x->pool = pool;
	x->head = head;
	x->tries = cfg == NULL ? 0 : 1 + cfg->retries;
	x->next = p->turn++;
	tls_set_user(c, x);
	if (!try_next(p, x)) {
		ctr_inc(p->cfg.ctr, CTR_proxy_no_server);
		proxy_give_up(p, x, TLS_E_OK);
	}
}

static bool
on_room(void *ctx, struct tls_conn *c, uint32_t pending)
{
	struct proxy *p = ctx;
	const struct proxy_pair *x = tls_get_user(c);

	if (x == NULL || x->state != PAIR_UP)
		return false;
	if (tls_is_client(c))
		return proxy_leg_room(p, x, pending);
	if (x->leg != NULL)
		return proxy_leg_client_room(p, x, pending);
	if (p->pressure && tcp_send_queued(p->cfg.tcp, x->server) + pending >= TLS_SHORT_QUEUE)
		return false; /* acked() will ask again */
	return tcp_send_space(p->cfg.tcp, x->server) > pending;
}

static void
on_data(void *ctx, struct tls_conn *c, struct rte_mbuf *m)
{
	struct proxy *p = ctx;
	struct proxy_pair *x = tls_get_user(c);
	uint32_t len = m->pkt_len;

	if (x != NULL && x->leg != NULL) {
		if (tls_is_client(c))
			proxy_leg_data(p, x, m);
		else
			proxy_leg_client_data(p, x, m);
		return;
	}
	if (x == NULL || x->server == 0 || tcp_send_take(p->cfg.tcp, x->server, m) != 0) {
		ctr_add(p->cfg.ctr, CTR_tls_dropped, len);
		rte_pktmbuf_free(m);
	}
}

/* FIN to the server once the client has ended its stream. */
static void
client_fin(struct proxy *p, struct proxy_pair *x)
{
	if (!x->client_eof || x->fin_sent || x->state != PAIR_UP)
		return;
	x->fin_sent = true;
	tcp_shutdown(p->cfg.tcp, x->server);
}

static void
on_eof(void *ctx, struct tls_conn *c, bool truncated)
{
	struct proxy *p = ctx;
	struct proxy_pair *x = tls_get_user(c);

	if (x == NULL)
		return;
	if (tls_is_client(c)) {
		proxy_leg_eof(p, x, truncated);
		return;
	}
	if (truncated) {
		proxy_give_up(p, x, TLS_E_OK);
		return;
	}
	x->client_eof = true;
	if (x->leg != NULL)
		proxy_leg_client_eof(p, x);
	else
		client_fin(p, x);
}

/* The next record's plaintext from the server into x->held. False: not now, or nothing left. */
static bool
fetch(struct proxy *p, struct proxy_pair *x)
{
	struct tcp_stack *tcp = p->cfg.tcp;
	bool fin = x->server == 0 || tcp_rx_fin(tcp, x->server);
	uint32_t avail, n;

	avail = x->server != 0 ? tcp_rx_bytes(tcp, x->server) : 0;
	if (x->rest != NULL)
		avail = x->rest->pkt_len;
	if (avail == 0) {
		if (fin) {
			x->server_eof = true;
			tls_finish(p->tls, x->tls);
		}
		return false;
	}
	n = tls_write_len(p->tls, x->tls, avail, !fin);
	if (n == 0)
		return false;
	x->answered = true;
	if (x->rest == NULL) {
		x->held = tcp_rx_take(tcp, x->server, n);
		if (x->held != NULL)
			tcp_rx_credit(tcp, x->server, n);
	} else if (n == avail || own_chain_split(&x->rest, n, p->cfg.pool, &x->held)) {
		struct rte_mbuf *first = x->rest;

		x->rest = n == avail ? NULL : x->held;
		x->held = first;
	}
	if (x->held != NULL)
		return true;
	ctr_inc(p->cfg.ctr, CTR_no_mbuf);
	tls_resume(p->tls, x->tls); /* writable() comes with the next turn */
	return false;
}

/* The server's bytes to the client, as much as goes. */
static void
pump(struct proxy *p, struct proxy_pair *x)
{
	while (x->state == PAIR_UP && !x->server_eof && (x->held != NULL || fetch(p, x))) {
		if (tls_write_take(p->tls, x->tls, x->held) != 0) {
			tls_resume(p->tls, x->tls);
			return;
		}
		x->held = NULL;
	}
}

static void
on_writable(void *ctx, struct tls_conn *c)
{
	struct proxy_pair *x = tls_get_user(c);

	if (x == NULL)
		return;
	if (tls_is_client(c))
		proxy_leg_up(ctx, x);
	else if (x->leg != NULL)
		proxy_leg_down(ctx, x);
	else
		pump(ctx, x);
}

static void
on_closed(void *ctx, struct tls_conn *c)
{
	struct proxy *p = ctx;
	struct proxy_pair *x = tls_get_user(c);

	if (x == NULL)
		return;
	tls_set_user(c, NULL);
	if (tls_is_client(c)) {
		proxy_leg_closed(p, x);
		return;
	}
	if (x->leg != NULL) {
		proxy_leg_end(p, x, x->client_eof && x->server_eof);
	} else if (x->server != 0) {
		if (x->fin_sent && x->server_eof)
			tcp_close(p->cfg.tcp, x->server);
		else
			tcp_abort(p->cfg.tcp, x->server);
	}
	pair_free(p, x);
}

const struct tls_events proxy_tls_events = {
	.ready = on_ready,
	.room = on_room,
	.data = on_data,
	.eof = on_eof,
	.writable = on_writable,
	.closed = on_closed,
};

/* --- from TCP ------------------------------------------------------------------------------- */

static bool
pool_speaks_tls(const struct proxy *p, uint32_t id)
{
	const struct ipc_cfg_pool *pool = cfg_pool(p->cfg.cfg, id);

	return pool != NULL && (pool->flags & IPC_POOL_TLS) != 0;
}

void
proxy_connected(struct proxy *p, struct proxy_pair *x, int err, uint64_t now)
{
	p->now = now;
	if (x->state != PAIR_CONNECTING)
		return;
	if (err != 0) {
		x->server = 0;
		proxy_retry(p, x);
		return;
	}
	if (pool_speaks_tls(p, x->pool)) {
		proxy_leg_start(p, x);
		return;
	}
	x->state = PAIR_UP;
	if (x->head != NULL) { /* nothing is queued yet: there is room */
		if (tcp_send_take(p->cfg.tcp, x->server, x->head) != 0) {
			proxy_give_up(p, x, TLS_E_INTERNAL_ERROR);
			return;
		}
		x->head = NULL;
	}
	client_fin(p, x);
	tls_resume(p->tls, x->tls);
}

void
proxy_readable(struct proxy *p, struct proxy_pair *x)
{
	pump(p, x);
}

void
proxy_acked(struct proxy *p, struct proxy_pair *x)
{
	if (x->state == PAIR_UP)
		tls_resume(p->tls, x->tls);
}

void
proxy_closed(struct proxy *p, struct proxy_pair *x, enum tcp_close why)
{
	uint32_t n;

	if (x->state == PAIR_FREE)
		return;
	if (why == TCP_CLOSE_NORMAL) {
		n = tcp_rx_bytes(p->cfg.tcp, x->server);
		if (n != 0 && (x->rest = tcp_rx_take(p->cfg.tcp, x->server, n)) == NULL) {
			ctr_inc(p->cfg.ctr, CTR_no_mbuf);
			x->server = 0;
			proxy_give_up(p, x, TLS_E_INTERNAL_ERROR);
			return;
		}
		x->server = 0;
		pump(p, x);
		return;
	}
	x->server = 0;
	ctr_inc(p->cfg.ctr, CTR_proxy_server_reset);
	/* A response that was cut must not look complete: close_notify only if none had begun. */
	proxy_give_up(p, x, x->answered && !x->server_eof ? TLS_E_INTERNAL_ERROR : TLS_E_OK);
}

void
proxy_sweep(struct proxy *p, uint32_t turns, uint64_t now)
{
	uint32_t n = p->high / turns + 1;

	p->now = now;
	if (p->high == 0)
		return;
	while (n-- > 0) {
		struct proxy_pair *x;

		if (++p->sweep_at >= p->high)
			p->sweep_at = 0;
		x = &p->pairs[p->sweep_at];
		if (x->state != PAIR_CONNECTING || x->leg != NULL || now < x->deadline_us)
			continue;
		tcp_abort(p->cfg.tcp, x->server);
		x->server = 0;
		proxy_retry(p, x);
	}
}
