/*
 * ICMP and ICMPv6 (RFC 792, RFC 4443): echo is answered, errors about our own TCP segments are told to TCP. Neighbour discovery is nd.c's.
 */
#include <rte_icmp.h>

#include "dataplane/net/net_priv.h"

#define ICMP_UNREACHABLE 3
#define ICMP_FRAG_NEEDED 4 /* code */
#define ICMP6_UNREACHABLE 1
#define ICMP6_TOO_BIG 2
#define ICMP6_ECHO_REQUEST 128
#define ICMP6_ECHO_REPLY 129
#define ICMP6_ND_FIRST 133
#define ICMP6_ND_LAST 137
#define ICMP_HDR 8 /* type, code, checksum, rest */
#define MTU_MIN4 576
#define MTU_MIN6 1280

/*
 * Turns an echo request into its reply, in place or in a copy, and sends it. The checksum is updated for the one
 * changed byte (RFC 1624 eqn 3); for ICMPv6 swapping the addresses leaves the pseudo header's sum as it was.
 */
static void
echo_reply(struct net *net, struct rte_mbuf *m, const struct net_pkt *pkt, uint8_t request, uint8_t reply, uint64_t now)
{
	struct net_flow flow = { .src = pkt->dst, .dst = pkt->src, .ifidx = pkt->ifidx, .proto = pkt->proto };
	struct rte_icmp_hdr *icmp;
	uint32_t sum;

	if (!net_writable(m) || rte_pktmbuf_headroom(m) < NET_L2L3_MAX) {
		struct rte_mbuf *copy = rte_pktmbuf_copy(m, net->cfg.pool, 0, UINT32_MAX);

		rte_pktmbuf_free(m);
		if (copy == NULL) {
			net->c[NET_C_DROP_NO_MBUF]++;
			return;
		}
		m = copy;
	}
	icmp = rte_pktmbuf_mtod(m, struct rte_icmp_hdr *);
	icmp->icmp_type = reply;
	sum = (uint16_t)~rte_be_to_cpu_16(icmp->icmp_cksum) + (uint16_t)~(uint16_t)(request << 8) + (uint32_t)(reply << 8);
	sum = (sum & 0xffff) + (sum >> 16);
	icmp->icmp_cksum = rte_cpu_to_be_16((uint16_t)~((sum & 0xffff) + (sum >> 16)));
	m->ol_flags = m->ol_flags & (RTE_MBUF_F_EXTERNAL | RTE_MBUF_F_INDIRECT);
	m->tx_offload = 0;
	net->c[NET_C_RX_ECHO]++;
	net_output(net, m, &flow, now);
}

/* An error quotes the start of a packet of ours; m starts at the quoted IP header. Only TCP is told. Takes m. */
static void
quoted_error(struct net *net, struct rte_mbuf *m, uint16_t ifidx, uint16_t mtu)
{
	const uint8_t *ip = rte_pktmbuf_mtod(m, const uint8_t *);
	struct net_flow flow = { .ifidx = ifidx, .proto = NET_PROTO_TCP };
	const bool v4 = m->data_len > 0 && ip[0] >> 4 == 4;
	size_t hdr = sizeof(struct rte_ipv6_hdr);

	if (v4 && m->data_len >= sizeof(struct rte_ipv4_hdr)) {
		const struct rte_ipv4_hdr *h = (const void *)ip;

		hdr = (h->version_ihl & 0xf) * 4u;
		flow.src = net_addr_v4(h->src_addr);
		flow.dst = net_addr_v4(h->dst_addr);
	} else if (!v4 && m->data_len >= sizeof(struct rte_ipv6_hdr)) {
		const struct rte_ipv6_hdr *h = (const void *)ip;

		flow.src = net_addr_v6(h->src_addr);
		flow.dst = net_addr_v6(h->dst_addr);
	} else {
		net_drop(net, m, NET_C_DROP_ICMP);
		return;
	}
	if (hdr < 20 || m->data_len < hdr + 8 || ip[v4 ? 9 : 6] != NET_PROTO_TCP || !net_is_local(net, &flow.src)) {
		net_drop(net, m, NET_C_DROP_ICMP);
		return;
	}
	net->c[NET_C_RX_ICMP_ERROR]++;
	if (net->cfg.ops->tcp_icmp != NULL)
		net->cfg.ops->tcp_icmp(net->cfg.user, &flow, mtu, ip + hdr, m->data_len - hdr);
	rte_pktmbuf_free(m);
}

void
icmp_input(struct net *net, struct rte_mbuf *m, const struct net_pkt *pkt, uint64_t now)
{
	const struct rte_icmp_hdr *icmp = rte_pktmbuf_mtod(m, const struct rte_icmp_hdr *);
	uint16_t mtu;

	if (m->data_len < ICMP_HDR) {
		net_drop(net, m, NET_C_DROP_SHORT);
		return;
	}
	if (net_cksum_sum(m, 0, rte_pktmbuf_pkt_len(m), 0) != 0xffff) {
		net_drop(net, m, NET_C_DROP_L4_CKSUM);
		return;
	}
	if (icmp->icmp_type == RTE_IP_ICMP_ECHO_REQUEST && icmp->icmp_code == 0) {
		echo_reply(net, m, pkt, RTE_IP_ICMP_ECHO_REQUEST, RTE_IP_ICMP_ECHO_REPLY, now);
		return;
	}
	if (icmp->icmp_type != ICMP_UNREACHABLE) {
		net_drop(net, m, NET_C_DROP_ICMP);
		return;
	}
	mtu = icmp->icmp_code == ICMP_FRAG_NEEDED ? RTE_MAX(rte_be_to_cpu_16(icmp->icmp_seq_nb), MTU_MIN4) : 0;
	rte_pktmbuf_adj(m, ICMP_HDR);
	quoted_error(net, m, pkt->ifidx, mtu);
}

void
icmp6_input(struct net *net, struct rte_mbuf *m, const struct net_pkt *pkt, uint8_t hop_limit, uint64_t now)
{
	const uint8_t *icmp = rte_pktmbuf_mtod(m, const uint8_t *);
	const uint32_t len = rte_pktmbuf_pkt_len(m);
	uint32_t mtu;

	if (m->data_len < ICMP_HDR) {
		net_drop(net, m, NET_C_DROP_SHORT);
		return;
	}
	if (net_cksum_sum(m, 0, len, net_cksum_pseudo(&pkt->src, &pkt->dst, NET_PROTO_ICMP6, len)) != 0xffff) {
		net_drop(net, m, NET_C_DROP_L4_CKSUM);
		return;
	}
	if (icmp[0] >= ICMP6_ND_FIRST && icmp[0] <= ICMP6_ND_LAST) {
		if (hop_limit == 255 && icmp[1] == 0) /* RFC 4861 7.1: came from this link */
			nd_input(net, m, pkt, now);
		else
			net_drop(net, m, NET_C_DROP_ICMP);
		return;
	}
	if (pkt->dst.b[0] == 0xff || net_addr_is_any(&pkt->src)) {
		net_drop(net, m, NET_C_DROP_ICMP);
		return;
	}
	if (icmp[0] == ICMP6_ECHO_REQUEST && icmp[1] == 0) {
		echo_reply(net, m, pkt, ICMP6_ECHO_REQUEST, ICMP6_ECHO_REPLY, now);
		return;
	}
	if (icmp[0] != ICMP6_UNREACHABLE && icmp[0] != ICMP6_TOO_BIG) {
		net_drop(net, m, NET_C_DROP_ICMP);
		return;
	}
	mtu = ((uint32_t)icmp[4] << 24) | ((uint32_t)icmp[5] << 16) | ((uint32_t)icmp[6] << 8) | icmp[7];
	mtu = icmp[0] == ICMP6_TOO_BIG ? RTE_MIN(RTE_MAX(mtu, (uint32_t)MTU_MIN6), UINT16_MAX) : 0;
	rte_pktmbuf_adj(m, ICMP_HDR);
	quoted_error(net, m, pkt->ifidx, (uint16_t)mtu);
}
