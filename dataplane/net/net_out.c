/*
 * From a transport segment to a frame: IP header, checksums by the port or here, next hop, Ethernet header.
 */
#include <rte_tcp.h>

#include "dataplane/net/net_priv.h"

#define HOP_LIMIT 64

static void
ip4_fill(struct net *net, struct rte_mbuf *m, const struct net_flow *flow, uint16_t len, uint8_t ttl)
{
	struct rte_ipv4_hdr *ip = rte_pktmbuf_mtod(m, struct rte_ipv4_hdr *);

	*ip = (struct rte_ipv4_hdr){
		.version_ihl = RTE_IPV4_VHL_DEF,
		.total_length = rte_cpu_to_be_16(len),
		.fragment_offset = rte_cpu_to_be_16(RTE_IPV4_HDR_DF_FLAG), /* never fragmented, so the identification may be 0 (RFC 6864 4.1) */
		.time_to_live = ttl,
		.next_proto_id = flow->proto,
		.src_addr = net_addr_to_v4(&flow->src),
		.dst_addr = net_addr_to_v4(&flow->dst),
	};
	m->l3_len = sizeof(*ip);
	if (net->ifs[flow->ifidx].cfg.caps & NET_CAP_TX_IP_CKSUM)
		m->ol_flags |= RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_IP_CKSUM;
	else
		ip->hdr_checksum = rte_ipv4_cksum(ip);
}

static void
ip6_fill(struct rte_mbuf *m, const struct net_flow *flow, uint16_t len, uint8_t hop_limit)
{
	struct rte_ipv6_hdr *ip = rte_pktmbuf_mtod(m, struct rte_ipv6_hdr *);

	ip->vtc_flow = rte_cpu_to_be_32(6u << 28);
	ip->payload_len = rte_cpu_to_be_16(len);
	ip->proto = flow->proto;
	ip->hop_limits = hop_limit;
	memcpy(ip->src_addr, flow->src.b, 16);
	memcpy(ip->dst_addr, flow->dst.b, 16);
	m->l3_len = sizeof(*ip);
}

bool
net_ip_prepend(struct net *net, struct rte_mbuf *m, const struct net_flow *flow, uint8_t hop_limit)
{
	const bool v4 = net_addr_is_v4(&flow->dst);
	const uint32_t payload = rte_pktmbuf_pkt_len(m);
	const uint16_t hdr = v4 ? sizeof(struct rte_ipv4_hdr) : sizeof(struct rte_ipv6_hdr);

	if (payload + hdr > UINT16_MAX || rte_pktmbuf_prepend(m, hdr) == NULL)
		return false;
	m->l2_len = RTE_ETHER_HDR_LEN;
	if (v4)
		ip4_fill(net, m, flow, (uint16_t)(payload + hdr), hop_limit);
	else
		ip6_fill(m, flow, (uint16_t)payload, hop_limit);
	return true;
}

void
net_tx_eth(struct net *net, uint16_t ifidx, struct rte_mbuf *m, const struct rte_ether_addr *dst, uint16_t ethertype)
{
	struct rte_ether_hdr *eth = (struct rte_ether_hdr *)rte_pktmbuf_prepend(m, sizeof(*eth));

	if (eth == NULL) {
		net_drop(net, m, NET_C_DROP_NO_MBUF);
		return;
	}
	eth->dst_addr = *dst;
	eth->src_addr = net->ifs[ifidx].cfg.mac;
	eth->ether_type = rte_cpu_to_be_16(ethertype);
	net_tx(net, ifidx, m);
}

/* Fills the TCP checksum, or the part of it that the port wants to find there. m starts at the TCP header. */
static void
tcp_cksum_fill(struct net *net, struct rte_mbuf *m, const struct net_flow *flow)
{
	struct rte_tcp_hdr *th = rte_pktmbuf_mtod(m, struct rte_tcp_hdr *);
	const uint32_t len = rte_pktmbuf_pkt_len(m);
	const bool tso = m->tso_segsz != 0;

	if (net->ifs[flow->ifidx].cfg.caps & NET_CAP_TX_TCP_CKSUM) {
		/* A port that cuts the segment itself puts each piece's length in: it wants a pseudo header of length 0. */
		th->cksum = net_cksum_pseudo(&flow->src, &flow->dst, NET_PROTO_TCP, tso ? 0 : len);
		m->ol_flags |= tso ? RTE_MBUF_F_TX_TCP_SEG : RTE_MBUF_F_TX_TCP_CKSUM;
		m->ol_flags |= net_addr_is_v4(&flow->dst) ? RTE_MBUF_F_TX_IPV4 : RTE_MBUF_F_TX_IPV6;
		return;
	}
	th->cksum = 0;
	th->cksum = (uint16_t)~net_cksum_sum(m, 0, len, net_cksum_pseudo(&flow->src, &flow->dst, NET_PROTO_TCP, len));
	net->c[NET_C_CKSUM_SW_TX]++;
}

void
net_output(struct net *net, struct rte_mbuf *m, const struct net_flow *flow, uint64_t now)
{
	const struct net_if *nif = &net->ifs[flow->ifidx];
	const struct net_addr *next_hop = &flow->dst;

	if (flow->ifidx >= NET_MAX_IFS || !nif->up) {
		net_drop(net, m, NET_C_DROP_NO_ROUTE);
		return;
	}
	if (!net_if_on_link(nif, next_hop))
		next_hop = net_addr_is_v4(&flow->dst) ? &nif->cfg.gw4 : &nif->cfg.gw6;
	if (net_addr_is_any(next_hop)) {
		net_drop(net, m, NET_C_DROP_NO_ROUTE);
		return;
	}
	if (flow->proto == NET_PROTO_TCP)
		tcp_cksum_fill(net, m, flow);
	if (!net_ip_prepend(net, m, flow, HOP_LIMIT)) {
		net_drop(net, m, NET_C_DROP_NO_MBUF);
		return;
	}
	neigh_send(net, flow->ifidx, next_hop, m, now);
}
