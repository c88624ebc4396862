/*
 * Servers that speak TLS: the second leg of a pair is a TLS connection of ours in the client's role.
 *
 * Records of one leg do not fit the other (its own sizes, its own windows), so plaintext waits in a
 * short queue each way; a leg's records are opened only while its queue has room. Half-close and
 * truncation are carried over as for servers in plaintext.
 */
#include <stdlib.h>

#include "dataplane/proxy/proxy_int.h"

#define QUEUE_RECORDS 64
#define QUEUE_BYTES (64u * 1024)
/* records that may be in the engine when room was last asked for, and come all the same */
#define QUEUE_SLACK 32

struct queue {
	struct rte_mbuf *m[QUEUE_RECORDS];
	uint32_t head, n, bytes;
};

struct proxy_leg {
	struct tls_conn *tls;
	struct queue up, down; /* to the server, to the client */
	bool ready; /* the handshake is over */
	bool up_done; /* close_notify to the server is on its way */
};

/* ---- queues ---- */

static bool
queue_room(const struct queue *q, uint32_t pending, bool pressure)
{
	uint32_t limit = pressure ? TLS_SHORT_QUEUE : QUEUE_BYTES;

	return q->n <= QUEUE_RECORDS - QUEUE_SLACK && q->bytes + pending < limit;
}

/* Takes m. False: it did not fit, and is gone. */
static bool
queue_put(struct queue *q, struct rte_mbuf *m)
{
	if (q->n == QUEUE_RECORDS) {
		rte_pktmbuf_free(m);
		return false;
	}
	q->m[(q->head + q->n++) % QUEUE_RECORDS] = m;
	q->bytes += m->pkt_len;
	return true;
}

static void
queue_clear(struct queue *q)
{
	for (; q->n != 0; q->n--, q->head = (q->head + 1) % QUEUE_RECORDS)
		rte_pktmbuf_free(q->m[q->head]);
	q->bytes = 0;
}

/*
 * Writes as much of a queue as a connection takes, one record from one of the other side's at most.
 * more: the sender's stream goes on.
 */
static void
queue_write(struct proxy *p, struct queue *q, struct tls_conn *to, bool more)
{
	while (q->n != 0) {
		struct rte_mbuf *m = q->m[q->head], *rest = NULL;
		uint32_t n = tls_write_len(p->tls, to, q->bytes, more);

		if (n == 0)
			return;
		if (n < m->pkt_len && !own_chain_split(&m, n, p->cfg.pool, &rest)) {
			ctr_inc(p->cfg.ctr, CTR_no_mbuf);
			tls_resume(p->tls, to);
			return;
		}
		n = m->pkt_len;
		if (tls_write_take(p->tls, to, m) != 0) {
			/* whole again, or in two entries when the second fits */
			if (rest != NULL)
				rte_pktmbuf_chain(m, rest);
			q->m[q->head] = m;
			tls_resume(p->tls, to);
			return;
		}
		q->bytes -= n;
		if (rest != NULL) {
			q->m[q->head] = rest;
			continue;
		}
		q->head = (q->head + 1) % QUEUE_RECORDS;
		q->n--;
	}
}

/* ---- life ---- */

/* Limits of a pool's connections: the place stays, connections of before refer to it. */
static const struct tls_limits *
limits_of(struct proxy *p, uint32_t id)
{
	const struct ipc_cfg_pool *pool = cfg_pool(p->cfg.cfg, id);
	struct tls_limits *l = NULL;

	for (unsigned i = 0; i < CFG_MAX_POOLS && l == NULL; i++)
		if (p->pools[i].listener == id || p->pools[i].listener == 0)
			l = &p->pools[i];
	if (l == NULL) /* pools came and went: one that is gone makes room */
		for (unsigned i = 0; i < CFG_MAX_POOLS && l == NULL; i++)
			if (cfg_pool(p->cfg.cfg, p->pools[i].listener) == NULL)
				l = &p->pools[i];
	if (l == NULL || pool == NULL)
		return NULL;
	l->listener = id;
	l->handshake_timeout_ms = pool->handshake_timeout_ms;
	l->max_record = TLS_MAX_PLAIN;
	l->rekey_records = pool->rekey_records;
	l->may_ssl2 = (pool->flags & IPC_POOL_V2) != 0;
	return l;
}

/*
 * The PROXY header goes in clear before TLS, as its specification and the servers that read it have
 * it; the pair keeps its own for another server, should this one fail. False: no buffer.
 */
static bool
send_head(struct proxy *p, struct proxy_pair *x)
{
	struct rte_mbuf *m = x->head, *copy;

	if (m == NULL)
		return true;
	copy = rte_pktmbuf_copy(m, p->cfg.pool, 0, UINT32_MAX);
	if (copy == NULL)
		return false;
	if (tcp_send_take(p->cfg.tcp, x->server, copy) == 0)
		return true;
	rte_pktmbuf_free(copy);
	return false;
}

void
proxy_leg_start(struct proxy *p, struct proxy_pair *x)
{
	const struct tls_limits *lim = limits_of(p, x->pool);
	struct proxy_leg *leg = calloc(1, sizeof(*leg));
	uint32_t count = 0;

	cfg_pool_server(p->cfg.cfg, x->pool, 0, &count);
	if (leg != NULL && lim != NULL && count != 0 && send_head(p, x))
		leg->tls = tls_connect(
			p->tls, x->server, lim, x->tls, (uint16_t)((x->next - 1) % count), p->now);
	if (leg == NULL || leg->tls == NULL) {
		free(leg);
		proxy_give_up(p, x, TLS_E_INTERNAL_ERROR);
		return;
	}
	x->leg = leg;
	x->server = 0; /* TCP's events go to the TLS layer from now on */
	tls_set_user(leg->tls, x);
}

static void
leg_free(struct proxy_pair *x)
{
	queue_clear(&x->leg->up);
	queue_clear(&x->leg->down);
	free(x->leg);
	x->leg = NULL;
}

void
proxy_leg_end(struct proxy *p, struct proxy_pair *x, bool complete)
{
	struct tls_conn *c = x->leg->tls;

	leg_free(x);
	if (c == NULL)
		return;
	tls_set_user(c, NULL);
	tls_fail(p->tls, c, complete ? TLS_E_OK : TLS_E_USER_CANCELED,
		complete ? IPC_CLOSED_NORMAL : IPC_CLOSED_BACKEND);
}

void
proxy_leg_ready(struct proxy *p, struct proxy_pair *x)
{
	if (x == NULL)
		return;
	x->leg->ready = true;
	x->state = PAIR_UP;
	rte_pktmbuf_free(x->head); /* it went before the handshake */
	x->head = NULL;
	proxy_leg_up(p, x);
	tls_resume(p->tls, x->tls);
}

void
proxy_leg_closed(struct proxy *p, struct proxy_pair *x)
{
	struct proxy_leg *leg = x->leg;

	leg->tls = NULL;
	if (!leg->ready) {
		ctr_inc(p->cfg.ctr, CTR_proxy_server_tls);
		leg_free(x);
		proxy_retry(p, x);
		return;
	}
	if (x->server_eof && leg->down.n == 0)
		return; /* what the client still says goes nowhere; its own end ends the pair */
	if (!x->server_eof)
		ctr_inc(p->cfg.ctr, CTR_proxy_server_reset);
	proxy_leg_down(p, x);
	if (x->server_eof)
		return;
	/* A response that was cut must not look complete: close_notify only if none had begun. */
	proxy_give_up(p, x, x->answered ? TLS_E_INTERNAL_ERROR : TLS_E_OK);
}

/* ---- the server's bytes ---- */

bool
proxy_leg_room(const struct proxy *p, const struct proxy_pair *x, uint32_t pending)
{
	return queue_room(&x->leg->down, pending, p->pressure);
}

void
proxy_leg_down(struct proxy *p, struct proxy_pair *x)
{
	struct proxy_leg *leg = x->leg;
	uint32_t before = leg->down.n;

	queue_write(p, &leg->down, x->tls, !x->server_eof);
	if (leg->down.n != before && leg->tls != NULL)
		tls_resume(p->tls, leg->tls);
	if (x->server_eof && leg->down.n == 0)
		tls_finish(p->tls, x->tls);
}

void
proxy_leg_data(struct proxy *p, struct proxy_pair *x, struct rte_mbuf *m)
{
	x->answered = true;
	if (!queue_put(&x->leg->down, m)) {
		proxy_give_up(p, x, TLS_E_INTERNAL_ERROR);
		return;
	}
	proxy_leg_down(p, x);
}

void
proxy_leg_eof(struct proxy *p, struct proxy_pair *x, bool truncated)
{
	if (truncated) {
		ctr_inc(p->cfg.ctr, CTR_proxy_server_reset);
		proxy_give_up(p, x, x->answered ? TLS_E_INTERNAL_ERROR : TLS_E_OK);
		return;
	}
	x->server_eof = true;
	proxy_leg_down(p, x);
}

/* ---- the client's bytes ---- */

bool
proxy_leg_client_room(const struct proxy *p, const struct proxy_pair *x, uint32_t pending)
{
	return x->leg->ready && queue_room(&x->leg->up, pending, p->pressure);
}

void
proxy_leg_up(struct proxy *p, struct proxy_pair *x)
{
	struct proxy_leg *leg = x->leg;
	uint32_t before = leg->up.n;

	if (!leg->ready || leg->tls == NULL)
		return;
	queue_write(p, &leg->up, leg->tls, !x->client_eof);
	if (leg->up.n != before)
		tls_resume(p->tls, x->tls);
	if (x->client_eof && leg->up.n == 0 && !leg->up_done) {
		leg->up_done = true;
		tls_finish(p->tls, leg->tls);
	}
}

void
proxy_leg_client_data(struct proxy *p, struct proxy_pair *x, struct rte_mbuf *m)
{
	if (x->leg->tls == NULL) { /* the server has gone after its last byte */
		ctr_add(p->cfg.ctr, CTR_tls_dropped, m->pkt_len);
		rte_pktmbuf_free(m);
		return;
	}
	if (!queue_put(&x->leg->up, m)) {
		proxy_give_up(p, x, TLS_E_INTERNAL_ERROR);
		return;
	}
	proxy_leg_up(p, x);
}

void
proxy_leg_client_eof(struct proxy *p, struct proxy_pair *x)
{
	proxy_leg_up(p, x);
}
