/*
 * Neighbour discovery (RFC 4861): solicitations for our addresses are answered, advertisements are learnt by entries that asked.
 * Routers, redirects and address configuration are not served: addresses and gateway come from the configuration.
 */
#include "dataplane/net/net_priv.h"

#define ND_SOLICITATION 135
#define ND_ADVERTISEMENT 136
#define ND_OPT_SOURCE_MAC 1
#define ND_OPT_TARGET_MAC 2
#define NA_SOLICITED 0x40000000u
#define NA_OVERRIDE 0x20000000u

/* Solicitation or advertisement with one link-layer address option, as we send it. */
struct nd_msg {
	uint8_t type, code;
	rte_be16_t cksum;
	rte_be32_t flags;
	uint8_t target[16];
	uint8_t opt_type, opt_len; /* opt_len in units of 8 bytes */
	struct rte_ether_addr mac;
};

#define ND_FIXED offsetof(struct nd_msg, opt_type)
_Static_assert(sizeof(struct nd_msg) == 32, "RFC 4861 4.3, 4.6.1");

static void
nd_send(struct net *net, const struct net_flow *flow, const struct rte_ether_addr *eth_dst, uint8_t type, uint32_t flags, const struct net_addr *target)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(net->cfg.pool);
	struct nd_msg *nd;

	if (m == NULL) {
		net->c[NET_C_DROP_NO_MBUF]++;
		return;
	}
	nd = (struct nd_msg *)rte_pktmbuf_append(m, sizeof(*nd));
	if (nd == NULL) {
		net_drop(net, m, NET_C_DROP_NO_MBUF);
		return;
	}
	nd->type = type;
	nd->code = 0;
	nd->cksum = 0;
	nd->flags = rte_cpu_to_be_32(flags);
	memcpy(nd->target, target->b, 16);
	nd->opt_type = type == ND_SOLICITATION ? ND_OPT_SOURCE_MAC : ND_OPT_TARGET_MAC;
	nd->opt_len = 1;
	nd->mac = net->ifs[flow->ifidx].cfg.mac;
	nd->cksum = (uint16_t)~net_cksum_sum(m, 0, sizeof(*nd), net_cksum_pseudo(&flow->src, &flow->dst, NET_PROTO_ICMP6, sizeof(*nd)));
	if (!net_ip_prepend(net, m, flow, 255)) {
		net_drop(net, m, NET_C_DROP_NO_MBUF);
		return;
	}
	net_tx_eth(net, flow->ifidx, m, eth_dst, RTE_ETHER_TYPE_IPV6);
}

void
nd_solicit(struct net *net, uint16_t ifidx, const struct net_addr *addr, const struct rte_ether_addr *mac)
{
	const struct net_if *nif = &net->ifs[ifidx];
	struct net_flow flow = { .ifidx = ifidx, .proto = NET_PROTO_ICMP6 };
	const struct net_addr group = net_addr_solicited_node(addr);
	const struct rte_ether_addr group_mac = net_mac_multicast(&group);

	flow.src = net_addr_is_any(&nif->cfg.ip6) || net_addr_prefix_eq(addr, &nif->ll6, 64) ? nif->ll6 : nif->cfg.ip6;
	flow.dst = mac != NULL ? *addr : group;
	nd_send(net, &flow, mac != NULL ? mac : &group_mac, ND_SOLICITATION, 0, addr);
}

/* The option of that type in the message's options (RFC 4861 4.6); false when an option is malformed. *mac stays zero without one. */
static bool
nd_option_mac(const uint8_t *opt, size_t len, uint8_t type, struct rte_ether_addr *mac)
{
	memset(mac, 0, sizeof(*mac));
	while (len > 0) {
		const size_t opt_len = len < 8 ? 0 : opt[1] * 8u;

		if (opt_len == 0 || opt_len > len)
			return false;
		if (opt[0] == type && opt_len == 8)
			memcpy(mac, opt + 2, sizeof(*mac));
		opt += opt_len;
		len -= opt_len;
	}
	return true;
}

static void
solicited(struct net *net, const struct net_pkt *pkt, const struct net_addr *target, const struct rte_ether_addr *mac, uint64_t now)
{
	const struct net_addr all_nodes = { { 0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 } };
	const bool unspecified = net_addr_is_any(&pkt->src); /* duplicate address detection by somebody else */
	struct net_flow flow = { .src = *target, .dst = unspecified ? all_nodes : pkt->src, .ifidx = pkt->ifidx, .proto = NET_PROTO_ICMP6 };
	struct rte_ether_addr dst = net_mac_multicast(&all_nodes);

	if (!unspecified) {
		if (!rte_is_zero_ether_addr(mac))
			neigh_told(net, pkt->ifidx, &pkt->src, mac, true, now);
		if (net_neigh_get(net, pkt->ifidx, &pkt->src, &dst) != 0)
			return;
	}
	nd_send(net, &flow, &dst, ND_ADVERTISEMENT, (unspecified ? 0 : NA_SOLICITED) | NA_OVERRIDE, target);
}

void
nd_input(struct net *net, struct rte_mbuf *m, const struct net_pkt *pkt, uint64_t now)
{
	const struct net_if *nif = &net->ifs[pkt->ifidx];
	const uint8_t *p = rte_pktmbuf_mtod(m, const uint8_t *);
	struct rte_ether_addr mac;
	struct net_addr target;
	bool ok;

	if (m->data_len != rte_pktmbuf_pkt_len(m) || m->data_len < ND_FIXED || (p[0] != ND_SOLICITATION && p[0] != ND_ADVERTISEMENT)) {
		net_drop(net, m, NET_C_DROP_ICMP);
		return;
	}
	target = net_addr_v6(p + 8);
	ok = nd_option_mac(p + ND_FIXED, m->data_len - ND_FIXED, p[0] == ND_SOLICITATION ? ND_OPT_SOURCE_MAC : ND_OPT_TARGET_MAC, &mac);
	ok = ok && target.b[0] != 0xff && !(mac.addr_bytes[0] & 1);
	if (p[0] == ND_SOLICITATION)
		ok = ok && net_if_has_addr(nif, &target) && (net_addr_is_any(&pkt->src) || net_if_on_link(nif, &pkt->src)) && !net_if_has_addr(nif, &pkt->src);
	else
		ok = ok && net_if_on_link(nif, &target) && !net_if_has_addr(nif, &target) && !rte_is_zero_ether_addr(&mac);
	if (!ok) {
		net_drop(net, m, NET_C_DROP_ICMP);
		return;
	}
	net->c[NET_C_RX_ND]++;
	if (p[0] == ND_SOLICITATION)
		solicited(net, pkt, &target, &mac, now);
	else
		neigh_told(net, pkt->ifidx, &target, &mac, false, now);
	rte_pktmbuf_free(m);
}
