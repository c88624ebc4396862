/*
 * Neighbour cache of both families: bounded, set-associative, with a bounded queue of frames per unresolved neighbour. A peer on the link can
 * displace entries of its own set only, and never a static one. Asking is arp.c's and nd.c's.
 */
#include <errno.h>

#include "dataplane/net/net_priv.h"
#include "dataplane/net/siphash.h"

static struct neigh *
neigh_set_of(struct net *net, uint16_t ifidx, const struct net_addr *addr)
{
	uint8_t key[18];

	memcpy(key, addr->b, 16);
	key[16] = (uint8_t)ifidx;
	key[17] = (uint8_t)(ifidx >> 8);
	return net->neigh[siphash24(net->cfg.secret, key, sizeof(key)) % NEIGH_SETS];
}

static struct neigh *
neigh_find(struct net *net, uint16_t ifidx, const struct net_addr *addr)
{
	struct neigh *set = neigh_set_of(net, ifidx, addr);

	for (unsigned int i = 0; i < NEIGH_WAYS; i++)
		if (set[i].state != NEIGH_FREE && set[i].ifidx == ifidx && net_addr_eq(&set[i].addr, addr))
			return &set[i];
	return NULL;
}

static bool
neigh_asking(const struct neigh *n)
{
	return n->state == NEIGH_INCOMPLETE || n->state == NEIGH_PROBE;
}

static void
neigh_state_set(struct net *net, struct neigh *n, enum neigh_state state)
{
	if (neigh_asking(n))
		net->asking--;
	n->state = (uint8_t)state;
	if (neigh_asking(n))
		net->asking++;
}

static void
neigh_free(struct net *net, struct neigh *n)
{
	for (unsigned int i = 0; i < n->n_pending; i++)
		net_drop(net, n->pending[i], NET_C_DROP_NEIGH);
	n->n_pending = 0;
	neigh_state_set(net, n, NEIGH_FREE);
}

/* A free entry of the address's set, made by forgetting the one used longest ago, unresolved ones first. NULL: all are static. */
static struct neigh *
neigh_alloc(struct net *net, uint16_t ifidx, const struct net_addr *addr)
{
	struct neigh *set = neigh_set_of(net, ifidx, addr), *victim = NULL;

	for (unsigned int i = 0; i < NEIGH_WAYS; i++) {
		struct neigh *n = &set[i];

		if (n->state == NEIGH_FREE) {
			victim = n;
			break;
		}
		if (n->state == NEIGH_STATIC)
			continue;
		if (victim == NULL || (n->state == NEIGH_INCOMPLETE) > (victim->state == NEIGH_INCOMPLETE) ||
				((n->state == NEIGH_INCOMPLETE) == (victim->state == NEIGH_INCOMPLETE) && n->used < victim->used))
			victim = n;
	}
	if (victim == NULL)
		return NULL;
	if (victim->state != NEIGH_FREE) {
		net->c[NET_C_NEIGH_EVICTED]++;
		neigh_free(net, victim);
	}
	memset(victim, 0, sizeof(*victim));
	victim->addr = *addr;
	victim->ifidx = ifidx;
	return victim;
}

static void
neigh_ask(struct net *net, struct neigh *n, uint64_t now)
{
	const struct rte_ether_addr *mac = n->state == NEIGH_PROBE && n->tries < NEIGH_TRIES / 2 ? &n->mac : NULL;

	net->c[NET_C_NEIGH_ASKED]++;
	n->due = now + ((uint64_t)NEIGH_RETRY_US << n->tries);
	n->tries++;
	net->due = RTE_MIN(net->due, n->due);
	if (net_addr_is_v4(&n->addr))
		arp_request(net, n->ifidx, &n->addr, mac);
	else
		nd_solicit(net, n->ifidx, &n->addr, mac);
}

static uint16_t
neigh_ethertype(const struct neigh *n)
{
	return net_addr_is_v4(&n->addr) ? RTE_ETHER_TYPE_IPV4 : RTE_ETHER_TYPE_IPV6;
}

void
neigh_send(struct net *net, uint16_t ifidx, const struct net_addr *next_hop, struct rte_mbuf *m, uint64_t now)
{
	struct neigh *n = neigh_find(net, ifidx, next_hop);

	if (n == NULL) {
		n = neigh_alloc(net, ifidx, next_hop);
		if (n == NULL) {
			net_drop(net, m, NET_C_DROP_NEIGH);
			return;
		}
		neigh_state_set(net, n, NEIGH_INCOMPLETE);
		neigh_ask(net, n, now);
	}
	n->used = now;
	if (n->state == NEIGH_INCOMPLETE) {
		if (n->n_pending == NET_NEIGH_PENDING) {
			net_drop(net, n->pending[0], NET_C_DROP_NEIGH);
			memmove(n->pending, n->pending + 1, (NET_NEIGH_PENDING - 1) * sizeof(n->pending[0]));
			n->n_pending--;
		}
		n->pending[n->n_pending++] = m;
		return;
	}
	if (n->state == NEIGH_REACHABLE && now - n->confirmed > net->cfg.neigh_max_age_us) {
		neigh_state_set(net, n, NEIGH_PROBE);
		n->tries = 0;
		neigh_ask(net, n, now);
	}
	net_tx_eth(net, ifidx, m, &n->mac, neigh_ethertype(n));
}

void
neigh_told(struct net *net, uint16_t ifidx, const struct net_addr *addr, const struct rte_ether_addr *mac, bool create, uint64_t now)
{
	neigh_learn(net, ifidx, addr, mac, create, now);
	if (net->cfg.ops->neigh_seen != NULL)
		net->cfg.ops->neigh_seen(net->cfg.user, ifidx, addr, mac);
}

void
neigh_learn(struct net *net, uint16_t ifidx, const struct net_addr *addr, const struct rte_ether_addr *mac, bool create, uint64_t now)
{
	struct neigh *n = neigh_find(net, ifidx, addr);

	if (n == NULL && create)
		n = neigh_alloc(net, ifidx, addr);
	if (n == NULL || n->state == NEIGH_STATIC)
		return;
	n->mac = *mac;
	n->confirmed = now;
	neigh_state_set(net, n, NEIGH_REACHABLE);
	for (unsigned int i = 0; i < n->n_pending; i++)
		net_tx_eth(net, ifidx, n->pending[i], &n->mac, neigh_ethertype(n));
	n->n_pending = 0;
}

/* Tells TCP about each segment that waited in vain, so that a connect fails now rather than after its retries. */
static void
neigh_report_failure(struct net *net, struct neigh *n)
{
	for (unsigned int i = 0; i < n->n_pending; i++) {
		const struct rte_mbuf *m = n->pending[i];
		struct net_flow flow = { .ifidx = n->ifidx, .proto = NET_PROTO_TCP };
		const uint8_t *ip = rte_pktmbuf_mtod(m, const uint8_t *);
		const bool v4 = ip[0] >> 4 == 4;
		const size_t l3 = v4 ? sizeof(struct rte_ipv4_hdr) : sizeof(struct rte_ipv6_hdr);

		if (net->cfg.ops->tcp_icmp == NULL || m->data_len < l3 + 8 || ip[v4 ? 9 : 6] != NET_PROTO_TCP)
			continue;
		if (v4) {
			const struct rte_ipv4_hdr *h = (const void *)ip;

			flow.src = net_addr_v4(h->src_addr);
			flow.dst = net_addr_v4(h->dst_addr);
		} else {
			const struct rte_ipv6_hdr *h = (const void *)ip;

			flow.src = net_addr_v6(h->src_addr);
			flow.dst = net_addr_v6(h->dst_addr);
		}
		net->cfg.ops->tcp_icmp(net->cfg.user, &flow, 0, ip + l3, m->data_len - l3);
	}
}

void
neigh_timers(struct net *net, uint64_t now)
{
	net->due = UINT64_MAX;
	for (unsigned int i = 0; i < NET_NEIGHBOURS; i++) {
		struct neigh *n = &net->neigh[i / NEIGH_WAYS][i % NEIGH_WAYS];

		if (!neigh_asking(n))
			continue;
		if (now < n->due) {
			net->due = RTE_MIN(net->due, n->due);
		} else if (n->tries < NEIGH_TRIES) {
			neigh_ask(net, n, now);
		} else {
			net->c[NET_C_NEIGH_FAILED]++;
			neigh_report_failure(net, n);
			neigh_free(net, n);
		}
	}
}

void
neigh_drop_all(struct net *net)
{
	for (unsigned int i = 0; i < NET_NEIGHBOURS; i++)
		neigh_free(net, &net->neigh[i / NEIGH_WAYS][i % NEIGH_WAYS]);
}

int
net_neigh_set(struct net *net, uint16_t ifidx, const struct net_addr *addr, const struct rte_ether_addr *mac)
{
	struct neigh *n;

	if (net_if_get(net, ifidx) == NULL)
		return -EINVAL;
	n = neigh_find(net, ifidx, addr);
	if (mac == NULL) {
		if (n != NULL)
			neigh_free(net, n);
		return 0;
	}
	if (n == NULL)
		n = neigh_alloc(net, ifidx, addr);
	if (n == NULL)
		return -ENOSPC;
	neigh_learn(net, ifidx, addr, mac, false, 0);
	n->mac = *mac;
	neigh_state_set(net, n, NEIGH_STATIC);
	return 0;
}

void
net_neigh_update(struct net *net, uint16_t ifidx, const struct net_addr *addr, const struct rte_ether_addr *mac, uint64_t now)
{
	if (net_if_get(net, ifidx) != NULL)
		neigh_learn(net, ifidx, addr, mac, false, now);
}

int
net_neigh_get(const struct net *net, uint16_t ifidx, const struct net_addr *addr, struct rte_ether_addr *mac)
{
	const struct neigh *n = neigh_find((struct net *)(uintptr_t)net, ifidx, addr);

	if (n == NULL || n->state == NEIGH_INCOMPLETE)
		return -ENOENT;
	*mac = n->mac;
	return 0;
}
