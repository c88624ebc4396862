/* See fake_tcp.h. */
#include "tests/unit/dataplane/fake_tcp.h"

#include <errno.h>
#include <stdlib.h>

struct tcp_stack *
fake_tcp_new(void)
{
	struct tcp_stack *st = calloc(1, sizeof(*st));

	assert_non_null(st);
	return st;
}

void
fake_tcp_free(struct tcp_stack *st)
{
	for (uint32_t i = 0; i < st->n; i++) {
		free(st->conn[i].rx);
		free(st->conn[i].tx);
	}
	free(st);
}

tcp_id_t
fake_open(struct tcp_stack *st)
{
	struct fake_conn *c = &st->conn[st->n];

	assert_true(st->n < FAKE_CONNS);
	*c = (struct fake_conn){ .live = true, .gen = st->n + 100, .room = FAKE_BYTES, .seg = 700 };
	c->rx = malloc(FAKE_BYTES);
	c->tx = malloc(FAKE_BYTES);
	st->n++;
	return (uint64_t)c->gen << 32 | (st->n - 1);
}

struct fake_conn *
fake_get(struct tcp_stack *st, tcp_id_t id)
{
	uint32_t i = (uint32_t)id;

	return i < st->n && st->conn[i].gen == id >> 32 ? &st->conn[i] : NULL;
}

static struct fake_conn *
live(const struct tcp_stack *st, tcp_id_t id)
{
	struct fake_conn *c = fake_get((struct tcp_stack *)(uintptr_t)st, id);

	return c != NULL && c->live ? c : NULL;
}

void
fake_receive(struct tcp_stack *st, tcp_id_t id, const void *bytes, uint32_t n)
{
	struct fake_conn *c = live(st, id);

	assert_non_null(c);
	assert_true(c->rx_len + n <= FAKE_BYTES);
	memcpy(c->rx + c->rx_len, bytes, n);
	c->rx_len += n;
}

tcp_id_t
fake_last(const struct tcp_stack *st)
{
	assert_true(st->n > 0);
	return (uint64_t)st->conn[st->n - 1].gen << 32 | (st->n - 1);
}

void
fake_die(struct tcp_stack *st, tcp_id_t id)
{
	live(st, id)->live = false;
}

int
tcp_connect(struct tcp_stack *st, const struct net_addr *local, uint16_t lport,
	const struct net_addr *remote, uint16_t rport, void *user, tcp_id_t *id)
{
	struct fake_conn *c;
	int rc = st->connect_rc;

	st->connect_rc = 0;
	if (rc != 0)
		return rc;
	*id = fake_open(st);
	c = fake_get(st, *id);
	c->user = user;
	c->remote = *remote;
	c->rport = rport;
	return 0;
}

int
tcp_set_user(struct tcp_stack *st, tcp_id_t id, void *user)
{
	struct fake_conn *c = live(st, id);

	if (c == NULL)
		return -ESTALE;
	c->user = user;
	return 0;
}

uint32_t
tcp_rx_bytes(const struct tcp_stack *st, tcp_id_t id)
{
	const struct fake_conn *c = live(st, id);

	return c != NULL ? c->rx_len - c->rx_at : 0;
}

uint32_t
tcp_rx_peek(const struct tcp_stack *st, tcp_id_t id, uint32_t off, void *buf, uint32_t len)
{
	const struct fake_conn *c = live(st, id);
	uint32_t have = tcp_rx_bytes(st, id);

	if (off >= have)
		return 0;
	len = RTE_MIN(len, have - off);
	memcpy(buf, c->rx + c->rx_at + off, len);
	return len;
}

struct rte_mbuf *
tcp_rx_take(struct tcp_stack *st, tcp_id_t id, uint32_t bytes)
{
	struct fake_conn *c = live(st, id);
	struct rte_mbuf *m;

	if (c == NULL || st->no_mbuf || bytes > tcp_rx_bytes(st, id))
		return NULL;
	m = dpt_chain(c->rx + c->rx_at, bytes, c->seg);
	c->rx_at += bytes;
	c->charged += bytes;
	return m;
}

int
tcp_rx_credit(struct tcp_stack *st, tcp_id_t id, uint32_t bytes)
{
	struct fake_conn *c = live(st, id);

	if (c == NULL)
		return -ESTALE;
	assert_true(bytes <= c->charged);
	c->charged -= bytes;
	return 0;
}

uint32_t
tcp_rx_consume(struct tcp_stack *st, tcp_id_t id, uint32_t bytes)
{
	struct fake_conn *c = live(st, id);
	uint32_t n = RTE_MIN(bytes, tcp_rx_bytes(st, id));

	if (c != NULL)
		c->rx_at += n;
	return n;
}

bool
tcp_rx_fin(const struct tcp_stack *st, tcp_id_t id)
{
	const struct fake_conn *c = live(st, id);

	return c != NULL && c->fin;
}

uint32_t
tcp_send_space(const struct tcp_stack *st, tcp_id_t id)
{
	const struct fake_conn *c = live(st, id);

	return c != NULL && !c->shut ? c->room : 0;
}

int
tcp_send_take(struct tcp_stack *st, tcp_id_t id, struct rte_mbuf *m)
{
	struct fake_conn *c = live(st, id);

	if (c == NULL)
		return -ESTALE;
	if (c->shut)
		return -EPIPE;
	if (c->room == 0)
		return -ENOBUFS;
	c->room -= RTE_MIN(c->room, m->pkt_len);
	c->tx_len += dpt_take(m, c->tx + c->tx_len, FAKE_BYTES - c->tx_len);
	return 0;
}

uint32_t
tcp_send_queued(const struct tcp_stack *st, tcp_id_t id)
{
	return 0;
}

uint32_t
tcp_cwnd_hint(const struct tcp_stack *st, tcp_id_t id)
{
	return 1000000;
}

uint32_t
tcp_mss(const struct tcp_stack *st, tcp_id_t id)
{
	return 1448;
}

int
tcp_shutdown(struct tcp_stack *st, tcp_id_t id)
{
	struct fake_conn *c = live(st, id);

	if (c == NULL)
		return -ESTALE;
	c->shut = true;
	return 0;
}

int
tcp_close(struct tcp_stack *st, tcp_id_t id)
{
	struct fake_conn *c = live(st, id);

	if (c == NULL)
		return -ESTALE;
	c->shut = c->closed_by_app = true;
	c->live = false;
	return 0;
}

int
tcp_abort(struct tcp_stack *st, tcp_id_t id)
{
	struct fake_conn *c = live(st, id);

	if (c == NULL)
		return -ESTALE;
	c->aborted = true;
	c->live = false;
	return 0;
}

int
tcp_conn_info(const struct tcp_stack *st, tcp_id_t id, struct tcp_info *info)
{
	memset(info, 0, sizeof(*info));
	info->remote = net_addr_v4_bytes(198, 18, 0, 2);
	info->local = net_addr_v4_bytes(198, 18, 0, 1);
	info->rport = 40000;
	info->lport = 443;
	return live(st, id) != NULL ? 0 : -ESTALE;
}
