/*
 * Connection table: open addressing with linear probing and backward-shift deletion (no tombstones), at most half full, keyed by SipHash so that
 * peers cannot aim at one slot. An entry holds the hash, so a probe touches a connection only when all 32 bits agree.
 */
#include "dataplane/net/siphash.h"
#include "dataplane/tcp/tcp_priv.h"

uint32_t
tcp_tuple_hash(const struct tcp_stack *st, const struct net_addr *local, uint16_t lport, const struct net_addr *remote, uint16_t rport)
{
	uint8_t key[36];

	memcpy(key, local->b, 16);
	memcpy(key + 16, remote->b, 16);
	memcpy(key + 32, &lport, 2);
	memcpy(key + 34, &rport, 2);
	return (uint32_t)siphash24(st->cfg.secret, key, sizeof(key));
}

static bool
same_tuple(const struct tcp_conn *c, const struct net_addr *local, uint16_t lport, const struct net_addr *remote, uint16_t rport)
{
	return c->lport == lport && c->rport == rport && net_addr_eq(&c->remote, remote) && net_addr_eq(&c->local, local);
}

void
tcp_soon(const struct tcp_stack *st, const struct rte_mbuf *m, const struct net_pkt *pkt)
{
	const uint8_t *h = rte_pktmbuf_mtod(m, const uint8_t *);

	if (m->data_len < sizeof(struct rte_tcp_hdr))
		return;
	rte_prefetch0(&st->table.e[tcp_tuple_hash(st, &pkt->dst, (uint16_t)(h[2] << 8 | h[3]), &pkt->src, (uint16_t)(h[0] << 8 | h[1])) & st->table.mask]);
}

struct tcp_conn *
tcp_lookup(struct tcp_stack *st, const struct net_addr *local, uint16_t lport, const struct net_addr *remote, uint16_t rport, uint32_t hash)
{
	struct tcp_table *t = &st->table;

	t->lookups++;
	for (uint32_t i = hash & t->mask;; i = (i + 1) & t->mask) {
		t->probes++;
		if (t->e[i].slot1 == 0)
			return NULL;
		if (t->e[i].hash == hash && same_tuple(&st->conns[t->e[i].slot1 - 1], local, lport, remote, rport))
			return &st->conns[t->e[i].slot1 - 1];
	}
}

void
tcp_table_add(struct tcp_stack *st, struct tcp_conn *c)
{
	struct tcp_table *t = &st->table;
	uint32_t i = c->hash & t->mask;

	while (t->e[i].slot1 != 0)
		i = (i + 1) & t->mask;
	t->e[i].hash = c->hash;
	t->e[i].slot1 = tcp_slot(st, c) + 1;
	t->used++;
	c->flags |= TF_IN_TABLE;
}

void
tcp_table_del(struct tcp_stack *st, struct tcp_conn *c)
{
	struct tcp_table *t = &st->table;
	uint32_t hole = c->hash & t->mask;

	if (!(c->flags & TF_IN_TABLE))
		return;
	while (t->e[hole].slot1 != tcp_slot(st, c) + 1)
		hole = (hole + 1) & t->mask;
	/* Entries after the hole move into it unless their home lies between the hole and themselves. */
	for (uint32_t i = (hole + 1) & t->mask; t->e[i].slot1 != 0; i = (i + 1) & t->mask) {
		const uint32_t home = t->e[i].hash & t->mask;

		if (((i - home) & t->mask) >= ((i - hole) & t->mask)) {
			t->e[hole] = t->e[i];
			hole = i;
		}
	}
	t->e[hole].slot1 = 0;
	t->used--;
	c->flags &= ~(uint32_t)TF_IN_TABLE;
}
