/*
 * ARP (RFC 826): answers for the leg's own address, asks for neighbours. An unasked reply only refreshes what is already known.
 */
#include <rte_arp.h>

#include "dataplane/net/net_priv.h"

static void
arp_send(struct net *net, uint16_t ifidx, uint16_t op, const struct rte_ether_addr *eth_dst, const struct rte_ether_addr *tha, uint32_t tip)
{
	const struct net_if_config *cfg = &net->ifs[ifidx].cfg;
	struct rte_mbuf *m = rte_pktmbuf_alloc(net->cfg.pool);
	struct rte_arp_hdr *arp;

	if (m == NULL) {
		net->c[NET_C_DROP_NO_MBUF]++;
		return;
	}
	arp = (struct rte_arp_hdr *)rte_pktmbuf_append(m, sizeof(*arp));
	if (arp == NULL) {
		net_drop(net, m, NET_C_DROP_NO_MBUF);
		return;
	}
	arp->arp_hardware = rte_cpu_to_be_16(RTE_ARP_HRD_ETHER);
	arp->arp_protocol = rte_cpu_to_be_16(RTE_ETHER_TYPE_IPV4);
	arp->arp_hlen = RTE_ETHER_ADDR_LEN;
	arp->arp_plen = 4;
	arp->arp_opcode = rte_cpu_to_be_16(op);
	arp->arp_data.arp_sha = cfg->mac;
	arp->arp_data.arp_sip = net_addr_to_v4(&cfg->ip4);
	arp->arp_data.arp_tha = *tha;
	arp->arp_data.arp_tip = tip;
	net_tx_eth(net, ifidx, m, eth_dst, RTE_ETHER_TYPE_ARP);
}

void
arp_request(struct net *net, uint16_t ifidx, const struct net_addr *addr, const struct rte_ether_addr *mac)
{
	const struct rte_ether_addr broadcast = { { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } }, unknown = { { 0 } };

	arp_send(net, ifidx, RTE_ARP_OP_REQUEST, mac != NULL ? mac : &broadcast, &unknown, net_addr_to_v4(addr));
}

void
arp_input(struct net *net, uint16_t ifidx, struct rte_mbuf *m, uint64_t now)
{
	const struct net_if *nif = &net->ifs[ifidx];
	const struct rte_arp_hdr *arp = rte_pktmbuf_mtod(m, const struct rte_arp_hdr *);
	struct net_addr sender, target;
	struct rte_ether_addr sha;
	uint16_t op;
	bool for_us;

	if (m->data_len < sizeof(*arp)) {
		net_drop(net, m, NET_C_DROP_SHORT);
		return;
	}
	op = rte_be_to_cpu_16(arp->arp_opcode);
	sender = net_addr_v4(arp->arp_data.arp_sip);
	target = net_addr_v4(arp->arp_data.arp_tip);
	sha = arp->arp_data.arp_sha;
	if (arp->arp_hardware != rte_cpu_to_be_16(RTE_ARP_HRD_ETHER) || arp->arp_protocol != rte_cpu_to_be_16(RTE_ETHER_TYPE_IPV4) ||
			arp->arp_hlen != RTE_ETHER_ADDR_LEN || arp->arp_plen != 4 || (op != RTE_ARP_OP_REQUEST && op != RTE_ARP_OP_REPLY) ||
			!rte_is_unicast_ether_addr(&sha) || rte_is_zero_ether_addr(&sha)) {
		net_drop(net, m, NET_C_DROP_ARP);
		return;
	}
	for_us = !net_addr_is_any(&target) && net_addr_eq(&target, &nif->cfg.ip4);
	/* A probe (RFC 5227) has no sender address: answered, not learnt. Our own address, or one of another link, is never learnt. */
	if (!net_addr_is_any(&sender) && (!net_if_on_link(nif, &sender) || net_addr_eq(&sender, &nif->cfg.ip4))) {
		net_drop(net, m, NET_C_DROP_ARP);
		return;
	}
	rte_pktmbuf_free(m);
	net->c[NET_C_RX_ARP]++;
	if (!net_addr_is_any(&sender))
		neigh_told(net, ifidx, &sender, &sha, for_us && op == RTE_ARP_OP_REQUEST, now);
	if (for_us && op == RTE_ARP_OP_REQUEST)
		arp_send(net, ifidx, RTE_ARP_OP_REPLY, &sha, &sha, net_addr_to_v4(&sender));
}
