/*
 * Pairs of connections and the bytes between them; see proxy.h.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "dataplane/own.h"
#include "dataplane/proxy/proxy.h"

#define PAIR_MARK 1u /* in TCP user pointers of server connections */

enum pair_state { PAIR_FREE = 0, PAIR_CONNECTING, PAIR_UP };

struct proxy_pair {
	struct tls_conn *tls;
	tcp_id_t server; /* 0: none */
	struct rte_mbuf *held; /* a record's plaintext that the TLS layer had no room for */
	struct rte_mbuf *rest; /* what the server's connection still had queued when it ended */
	uint64_t deadline_us; /* of the connection attempt */
	uint32_t pool;
	uint32_t next; /* server to try, counted on from the round robin's choice */
	uint32_t tries; /* attempts left */
	uint32_t index;
	uint8_t state; /* enum pair_state */
	bool client_eof; /* the client ended its stream */
	bool fin_sent; /* to the server */
	bool server_eof; /* the server ended its stream, and all of it was taken */
	bool answered; /* the server sent something */
};

struct proxy {
	struct proxy_config cfg;
	struct tls_layer *tls;
	struct proxy_pair *pairs;
	uint32_t *free_idx;
	uint32_t nfree, high, sweep_at;
	uint32_t turn; /* round robin */
	uint64_t now;
	bool pressure; /* buffers are short */
};

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
	rte_pktmbuf_free(x->held);
	rte_pktmbuf_free(x->rest);
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

/* The client is told and the pair is gone. err: alert to send, TLS_E_OK for close_notify. */
static void
give_up(struct proxy *p, struct proxy_pair *x, enum tls_err err)
{
	struct tls_conn *c = x->tls;

	if (x->server != 0)
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

static void
retry(struct proxy *p, struct proxy_pair *x)
{
	if (x->tries > 0)
		ctr_inc(p->cfg.ctr, CTR_proxy_retries);
	if (try_next(p, x))
		return;
	ctr_inc(p->cfg.ctr, CTR_proxy_no_server);
	give_up(p, x, TLS_E_OK);
}

/* --- from the TLS layer --------------------------------------------------------------------- */

static void
on_ready(void *ctx, struct tls_conn *c, uint32_t pool)
{
	struct proxy *p = ctx;
	const struct ipc_cfg_pool *cfg = cfg_pool(p->cfg.cfg, pool);
	struct proxy_pair *x = pair_new(p);

	if (x == NULL) {
		ctr_inc(p->cfg.ctr, CTR_tls_conn_full);
		tls_fail(p->tls, c, TLS_E_INTERNAL_ERROR, IPC_CLOSED_RESOURCES);
		return;
	}
	x->tls = c;
	x->pool = pool;
	x->tries = cfg == NULL ? 0 : 1 + cfg->retries;
	x->next = p->turn++;
	tls_set_user(c, x);
	if (!try_next(p, x)) {
		ctr_inc(p->cfg.ctr, CTR_proxy_no_server);
		give_up(p, x, TLS_E_OK);
	}
}

static bool
on_room(void *ctx, struct tls_conn *c, uint32_t pending)
{
	struct proxy *p = ctx;
	const struct proxy_pair *x = tls_get_user(c);

	if (x == NULL || x->state != PAIR_UP)
		return false;
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
	if (truncated) {
		give_up(p, x, TLS_E_OK);
		return;
	}
	x->client_eof = true;
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

	if (x != NULL)
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
	if (x->server != 0) {
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

void
proxy_connected(struct proxy *p, struct proxy_pair *x, int err, uint64_t now)
{
	p->now = now;
	if (x->state != PAIR_CONNECTING)
		return;
	if (err != 0) {
		x->server = 0;
		retry(p, x);
		return;
	}
	x->state = PAIR_UP;
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
			give_up(p, x, TLS_E_INTERNAL_ERROR);
			return;
		}
		x->server = 0;
		pump(p, x);
		return;
	}
	x->server = 0;
	ctr_inc(p->cfg.ctr, CTR_proxy_server_reset);
	/* A response that was cut must not look complete: close_notify only if none had begun. */
	give_up(p, x, x->answered && !x->server_eof ? TLS_E_INTERNAL_ERROR : TLS_E_OK);
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
		if (x->state != PAIR_CONNECTING || now < x->deadline_us)
			continue;
		tcp_abort(p->cfg.tcp, x->server);
		x->server = 0;
		retry(p, x);
	}
}
