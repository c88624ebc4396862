/*
 * Legs, routing, transmit queues and counters of a worker's net. Receiving is in net_in.c, sending in net_out.c.
 */
#include <errno.h>

#include "dataplane/net/net_priv.h"

static const char *const counter_names[] = {
#define NET_COUNTER(name, text) #name,
#include "dataplane/net/net_counters.def"
};
static const char *const counter_texts[] = {
#define NET_COUNTER(name, text) text,
#include "dataplane/net/net_counters.def"
};

size_t
net_size(void)
{
	return RTE_CACHE_LINE_ROUNDUP(sizeof(struct net));
}

struct net *
net_init(void *mem, const struct net_config *cfg)
{
	struct net *net = mem;

	memset(net, 0, sizeof(*net));
	net->cfg = *cfg;
	if (net->cfg.neigh_max_age_us == 0)
		net->cfg.neigh_max_age_us = NEIGH_AGE_US;
	net->due = UINT64_MAX;
	return net;
}

void
net_fini(struct net *net)
{
	for (unsigned int i = 0; i < NET_MAX_IFS; i++) {
		rte_pktmbuf_free_bulk(net->ifs[i].tx, net->ifs[i].n_tx);
		net->ifs[i].n_tx = 0;
	}
	neigh_drop_all(net);
}

/* fe80::/64 with the modified EUI-64 of the MAC (RFC 4291 2.5.1, appendix A) */
static struct net_addr
link_local(const struct rte_ether_addr *mac)
{
	struct net_addr a = { { 0xfe, 0x80 } };

	memcpy(a.b + 8, mac->addr_bytes, 3);
	a.b[8] ^= 0x02;
	a.b[11] = 0xff;
	a.b[12] = 0xfe;
	memcpy(a.b + 13, mac->addr_bytes + 3, 3);
	return a;
}

int
net_if_set(struct net *net, uint16_t ifidx, const struct net_if_config *cfg)
{
	if (ifidx >= NET_MAX_IFS || cfg->mtu < 576 || cfg->prefix4 > 32 || cfg->prefix6 > 128)
		return -EINVAL;
	net->ifs[ifidx].cfg = *cfg;
	net->ifs[ifidx].ll6 = link_local(&cfg->mac);
	net->ifs[ifidx].up = true;
	return 0;
}

const struct net_if_config *
net_if_get(const struct net *net, uint16_t ifidx)
{
	return ifidx < NET_MAX_IFS && net->ifs[ifidx].up ? &net->ifs[ifidx].cfg : NULL;
}

bool
net_if_has_addr(const struct net_if *nif, const struct net_addr *a)
{
	if (!nif->up || net_addr_is_any(a))
		return false;
	return net_addr_eq(a, &nif->cfg.ip4) || net_addr_eq(a, &nif->cfg.ip6) || net_addr_eq(a, &nif->ll6);
}

bool
net_if_on_link(const struct net_if *nif, const struct net_addr *a)
{
	if (!nif->up)
		return false;
	if (net_addr_is_v4(a))
		return !net_addr_is_any(&nif->cfg.ip4) && net_addr_prefix_eq(a, &nif->cfg.ip4, 96u + nif->cfg.prefix4);
	if (net_addr_prefix_eq(a, &nif->ll6, 64))
		return true;
	return !net_addr_is_any(&nif->cfg.ip6) && net_addr_prefix_eq(a, &nif->cfg.ip6, nif->cfg.prefix6);
}

bool
net_is_local(const struct net *net, const struct net_addr *a)
{
	for (unsigned int i = 0; i < NET_MAX_IFS; i++)
		if (net_if_has_addr(&net->ifs[i], a))
			return true;
	return false;
}

static const struct net_addr *
gateway(const struct net_if *nif, const struct net_addr *dst)
{
	return net_addr_is_v4(dst) ? &nif->cfg.gw4 : &nif->cfg.gw6;
}

int
net_route(const struct net *net, const struct net_addr *dst, struct net_addr *src)
{
	const bool v4 = net_addr_is_v4(dst);
	int found = -1;

	for (int i = 0; i < NET_MAX_IFS && found < 0; i++)
		if (net_if_on_link(&net->ifs[i], dst))
			found = i;
	for (int i = 0; i < NET_MAX_IFS && found < 0; i++)
		if (net->ifs[i].up && !net_addr_is_any(gateway(&net->ifs[i], dst)))
			found = i;
	if (found < 0)
		return -ENETUNREACH;
	if (src != NULL) {
		const struct net_if *nif = &net->ifs[found];

		*src = v4 ? nif->cfg.ip4 : nif->cfg.ip6;
		if (!v4 && net_addr_prefix_eq(dst, &nif->ll6, 64))
			*src = nif->ll6;
		if (net_addr_is_any(src))
			return -ENETUNREACH;
	}
	return found;
}

struct net_addr
net_addr_solicited_node(const struct net_addr *a)
{
	struct net_addr r = { { 0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff } };

	memcpy(r.b + 13, a->b + 13, 3);
	return r;
}

struct rte_ether_addr
net_mac_multicast(const struct net_addr *a)
{
	struct rte_ether_addr mac = { { 0x33, 0x33 } };

	memcpy(mac.addr_bytes + 2, a->b + 12, 4);
	return mac;
}

static void
flush_if(struct net *net, uint16_t ifidx)
{
	struct net_if *nif = &net->ifs[ifidx];
	uint16_t sent = 0;

	while (sent < nif->n_tx) {
		const uint16_t n = net->cfg.ops->tx_burst(net->cfg.user, ifidx, nif->tx + sent, nif->n_tx - sent);

		if (n == 0)
			break;
		sent += n;
	}
	net->c[NET_C_TX_FRAMES] += sent;
	if (sent == nif->n_tx) {
		nif->n_tx = 0;
		return;
	}
	net->c[NET_C_TX_RETRY]++;
	nif->n_tx -= sent;
	memmove(nif->tx, nif->tx + sent, nif->n_tx * sizeof(nif->tx[0]));
}

void
net_tx(struct net *net, uint16_t ifidx, struct rte_mbuf *m)
{
	struct net_if *nif = &net->ifs[ifidx];

	if (nif->n_tx == NET_TXQ)
		flush_if(net, ifidx);
	if (nif->n_tx == NET_TXQ) {
		net_drop(net, m, NET_C_DROP_TXQ);
		return;
	}
	nif->tx[nif->n_tx++] = m;
}

void
net_flush(struct net *net)
{
	for (uint16_t i = 0; i < NET_MAX_IFS; i++)
		if (net->ifs[i].n_tx > 0)
			flush_if(net, i);
}

void
net_timers(struct net *net, uint64_t now)
{
	if (net->asking > 0 && now >= net->due)
		neigh_timers(net, now);
}

uint64_t
net_counter(const struct net *net, enum net_counter c)
{
	return c < NET_C_COUNT ? net->c[c] : 0;
}

const char *
net_counter_name(enum net_counter c)
{
	return c < NET_C_COUNT ? counter_names[c] : "?";
}

const char *
net_counter_text(enum net_counter c)
{
	return c < NET_C_COUNT ? counter_texts[c] : "?";
}
