/*
 * From a frame to a transport segment: Ethernet, IPv4 and IPv6 validation (RFC 1122 3.2.1, RFC 8200), transport checksum. Everything that is
 * not for us, malformed or a fragment ends here and is counted.
 */
#include "dataplane/net/net_priv.h"

/* The segments that were gathered: a burst's misses of the connection table overlap rather than follow each other. */
static void
hand_over(struct net *net, uint64_t now)
{
	const struct net_ops *ops = net->cfg.ops;

	for (uint16_t i = 0; i < net->n_segs && ops->tcp_soon != NULL; i++)
		ops->tcp_soon(net->cfg.user, net->segs[i].m, &net->segs[i].pkt);
	for (uint16_t i = 0; i < net->n_segs; i++)
		ops->tcp_input(net->cfg.user, net->segs[i].m, &net->segs[i].pkt, now);
	net->n_segs = 0;
}

/* A TCP segment whose checksum nobody verified yet is verified here. Takes m. */
static void
deliver_tcp(struct net *net, struct rte_mbuf *m, struct net_pkt *pkt, uint64_t now)
{
	const uint64_t verdict = m->ol_flags & RTE_MBUF_F_RX_L4_CKSUM_MASK;
	const uint32_t len = rte_pktmbuf_pkt_len(m);
	const bool offloaded = net->ifs[pkt->ifidx].cfg.caps & NET_CAP_RX_CKSUM;

	if (!offloaded || verdict == RTE_MBUF_F_RX_L4_CKSUM_UNKNOWN || verdict == RTE_MBUF_F_RX_L4_CKSUM_NONE) {
		net->c[NET_C_CKSUM_SW_RX]++;
		if (net_cksum_sum(m, 0, len, net_cksum_pseudo(&pkt->src, &pkt->dst, NET_PROTO_TCP, len)) != 0xffff) {
			net_drop(net, m, NET_C_DROP_L4_CKSUM);
			return;
		}
	} else if (verdict == RTE_MBUF_F_RX_L4_CKSUM_BAD) {
		net_drop(net, m, NET_C_DROP_L4_CKSUM);
		return;
	}
	pkt->cksum_ok = true;
	net->c[NET_C_RX_TCP]++;
	net->segs[net->n_segs].m = m;
	net->segs[net->n_segs++].pkt = *pkt;
	if (net->n_segs == NET_SEGS)
		hand_over(net, now);
}

/* Cuts m to hdr bytes less at the front and `len` bytes in all from there (Ethernet padding goes). */
static bool
cut(struct rte_mbuf *m, uint16_t hdr, uint32_t len)
{
	if (rte_pktmbuf_adj(m, hdr) == NULL)
		return false;
	return rte_pktmbuf_pkt_len(m) == len || rte_pktmbuf_trim(m, (uint16_t)(rte_pktmbuf_pkt_len(m) - len)) == 0;
}

/* Sources that no host may use: multicast and class E, this network, loopback (RFC 1122 3.2.1.3). */
static bool
ip4_bad_source(const struct net_if *nif, uint32_t src)
{
	const uint32_t host_mask = nif->cfg.prefix4 == 32 ? 0 : UINT32_MAX >> nif->cfg.prefix4;

	if (src >> 28 >= 0xe || src >> 24 == 0 || src >> 24 == 127)
		return true;
	return nif->cfg.prefix4 < 31 && (src & host_mask) == host_mask &&
		((src ^ rte_be_to_cpu_32(net_addr_to_v4(&nif->cfg.ip4))) & ~host_mask) == 0;
}

static void
ip4_input(struct net *net, uint16_t ifidx, struct rte_mbuf *m, uint64_t now)
{
	const struct net_if *nif = &net->ifs[ifidx];
	const struct rte_ipv4_hdr *ip = rte_pktmbuf_mtod(m, const struct rte_ipv4_hdr *);
	struct net_pkt pkt = { .ifidx = ifidx };
	const uint64_t verdict = m->ol_flags & RTE_MBUF_F_RX_IP_CKSUM_MASK;
	uint16_t hdr, total;

	if (m->data_len < sizeof(*ip)) {
		net_drop(net, m, rte_pktmbuf_pkt_len(m) < sizeof(*ip) ? NET_C_DROP_SHORT : NET_C_DROP_SCATTERED);
		return;
	}
	hdr = (ip->version_ihl & 0xf) * 4;
	total = rte_be_to_cpu_16(ip->total_length);
	if (ip->version_ihl >> 4 != 4 || hdr < sizeof(*ip) || total < hdr) {
		net_drop(net, m, NET_C_DROP_IP_HEADER);
		return;
	}
	if (total > rte_pktmbuf_pkt_len(m)) {
		net_drop(net, m, NET_C_DROP_SHORT);
		return;
	}
	if (m->data_len < hdr) {
		net_drop(net, m, NET_C_DROP_SCATTERED);
		return;
	}
	if (!(nif->cfg.caps & NET_CAP_RX_CKSUM) || verdict != RTE_MBUF_F_RX_IP_CKSUM_GOOD) {
		if (rte_raw_cksum(ip, hdr) != 0xffff) {
			net_drop(net, m, NET_C_DROP_IP_CKSUM);
			return;
		}
	}
	if (ip4_bad_source(nif, rte_be_to_cpu_32(ip->src_addr))) {
		net_drop(net, m, NET_C_DROP_IP_SOURCE);
		return;
	}
	pkt.src = net_addr_v4(ip->src_addr);
	pkt.dst = net_addr_v4(ip->dst_addr);
	pkt.proto = ip->next_proto_id;
	if (!net_if_has_addr(nif, &pkt.dst)) { /* strong end system model: only the leg's own address */
		net_drop(net, m, NET_C_DROP_NOT_FOR_US);
		return;
	}
	if (rte_be_to_cpu_16(ip->fragment_offset) & (RTE_IPV4_HDR_MF_FLAG | RTE_IPV4_HDR_OFFSET_MASK)) {
		net_drop(net, m, NET_C_DROP_FRAGMENT);
		return;
	}
	if (!cut(m, hdr, total - hdr)) {
		net_drop(net, m, NET_C_DROP_SHORT);
		return;
	}
	if (pkt.proto == NET_PROTO_TCP)
		deliver_tcp(net, m, &pkt, now);
	else if (pkt.proto == NET_PROTO_ICMP)
		icmp_input(net, m, &pkt, now);
	else
		net_drop(net, m, NET_C_DROP_PROTO);
}

static void
ip6_input(struct net *net, uint16_t ifidx, struct rte_mbuf *m, uint64_t now)
{
	const struct net_if *nif = &net->ifs[ifidx];
	const struct rte_ipv6_hdr *ip = rte_pktmbuf_mtod(m, const struct rte_ipv6_hdr *);
	struct net_pkt pkt = { .ifidx = ifidx };
	uint8_t hop_limit;
	uint16_t len;

	if (m->data_len < sizeof(*ip)) {
		net_drop(net, m, rte_pktmbuf_pkt_len(m) < sizeof(*ip) ? NET_C_DROP_SHORT : NET_C_DROP_SCATTERED);
		return;
	}
	if (rte_be_to_cpu_32(ip->vtc_flow) >> 28 != 6) {
		net_drop(net, m, NET_C_DROP_IP_HEADER);
		return;
	}
	len = rte_be_to_cpu_16(ip->payload_len);
	if (len > rte_pktmbuf_pkt_len(m) - sizeof(*ip)) {
		net_drop(net, m, NET_C_DROP_SHORT);
		return;
	}
	pkt.src = net_addr_v6(ip->src_addr);
	pkt.dst = net_addr_v6(ip->dst_addr);
	pkt.proto = ip->proto;
	hop_limit = ip->hop_limits;
	/* An IPv4-mapped address on the wire would be taken for IPv4 (RFC 4942 2.2); multicast is no source. */
	if (pkt.src.b[0] == 0xff || net_addr_is_v4(&pkt.src)) {
		net_drop(net, m, NET_C_DROP_IP_SOURCE);
		return;
	}
	if (net_addr_is_v4(&pkt.dst) || (pkt.dst.b[0] != 0xff && !net_if_has_addr(nif, &pkt.dst))) {
		net_drop(net, m, NET_C_DROP_NOT_FOR_US);
		return;
	}
	if (!cut(m, sizeof(*ip), len)) {
		net_drop(net, m, NET_C_DROP_SHORT);
		return;
	}
	if (pkt.proto == NET_PROTO_TCP && pkt.dst.b[0] != 0xff && !net_addr_is_any(&pkt.src))
		deliver_tcp(net, m, &pkt, now);
	else if (pkt.proto == NET_PROTO_ICMP6)
		icmp6_input(net, m, &pkt, hop_limit, now);
	else
		net_drop(net, m, pkt.proto == IPPROTO_FRAGMENT ? NET_C_DROP_FRAGMENT : NET_C_DROP_PROTO);
}

static void
frame_input(struct net *net, uint16_t ifidx, struct rte_mbuf *m, uint64_t now)
{
	const struct rte_ether_addr *mac = &net->ifs[ifidx].cfg.mac;
	const struct rte_ether_hdr *eth = rte_pktmbuf_mtod(m, const struct rte_ether_hdr *);
	uint16_t type;

	if (m->data_len < sizeof(*eth)) {
		net_drop(net, m, NET_C_DROP_SHORT);
		return;
	}
	type = rte_be_to_cpu_16(eth->ether_type);
	if (!rte_is_same_ether_addr(&eth->dst_addr, mac) && !(type == RTE_ETHER_TYPE_ARP && rte_is_broadcast_ether_addr(&eth->dst_addr)) &&
			!(type == RTE_ETHER_TYPE_IPV6 && eth->dst_addr.addr_bytes[0] == 0x33 && eth->dst_addr.addr_bytes[1] == 0x33)) {
		net_drop(net, m, NET_C_DROP_NOT_FOR_US);
		return;
	}
	rte_pktmbuf_adj(m, sizeof(*eth));
	switch (type) {
	case RTE_ETHER_TYPE_IPV4:
		ip4_input(net, ifidx, m, now);
		break;
	case RTE_ETHER_TYPE_IPV6:
		ip6_input(net, ifidx, m, now);
		break;
	case RTE_ETHER_TYPE_ARP:
		arp_input(net, ifidx, m, now);
		break;
	default:
		net_drop(net, m, NET_C_DROP_ETHERTYPE);
	}
}

void
net_input(struct net *net, uint16_t ifidx, struct rte_mbuf **pkts, uint16_t n, uint64_t now)
{
	net->c[NET_C_RX_FRAMES] += n;
	if (ifidx >= NET_MAX_IFS || !net->ifs[ifidx].up) {
		for (uint16_t i = 0; i < n; i++)
			net_drop(net, pkts[i], NET_C_DROP_NOT_FOR_US);
		return;
	}
	for (uint16_t i = 0; i < n; i++) {
		if (i + 1 < n)
			rte_prefetch0(rte_pktmbuf_mtod(pkts[i + 1], void *));
		frame_input(net, ifidx, pkts[i], now);
	}
	hand_over(net, now);
}
