/* State of net/ and what its files share. Not for other folders. */
#ifndef SLUICE_NET_PRIV_H
#define SLUICE_NET_PRIV_H

#include <rte_ether.h>
#include <rte_ip.h>

#include "dataplane/net/net.h"
#include "dataplane/net/net_cksum.h"

#define NEIGH_WAYS 8 /* entries of one set of the neighbour cache */
#define NEIGH_SETS (NET_NEIGHBOURS / NEIGH_WAYS)
#define NEIGH_TRIES 4 /* questions before a neighbour has failed */
#define NEIGH_RETRY_US 250000 /* first retry; doubles */
#define NEIGH_AGE_US 60000000

enum neigh_state {
	NEIGH_FREE,
	NEIGH_INCOMPLETE, /* asked, no answer yet: frames wait in pending */
	NEIGH_REACHABLE,
	NEIGH_PROBE, /* reachable, too old, asked again: still used meanwhile */
	NEIGH_STATIC,
};

struct neigh {
	struct net_addr addr;
	struct rte_ether_addr mac;
	uint16_t ifidx;
	uint8_t state; /* enum neigh_state */
	uint8_t tries;
	uint8_t n_pending;
	uint64_t confirmed; /* when it last answered */
	uint64_t used;
	uint64_t due; /* INCOMPLETE and PROBE: next question */
	struct rte_mbuf *pending[NET_NEIGH_PENDING]; /* IP packets with room for an Ethernet header */
};

struct net_if {
	struct net_if_config cfg;
	struct net_addr ll6; /* fe80::/64 address made from the MAC */
	bool up;
	uint16_t n_tx;
	struct rte_mbuf *tx[NET_TXQ];
};

#define NET_SEGS 64 /* segments of a burst that are handed over together */

struct net {
	struct net_config cfg;
	uint64_t c[NET_C_COUNT];
	uint32_t asking; /* neighbours in INCOMPLETE or PROBE */
	uint64_t due; /* earliest of their questions */
	struct net_if ifs[NET_MAX_IFS];
	struct neigh neigh[NEIGH_SETS][NEIGH_WAYS];
	uint16_t n_segs; /* none outside of net_input() */
	struct {
		struct rte_mbuf *m;
		struct net_pkt pkt;
	} segs[NET_SEGS];
};

/* Frees m and counts why. Takes m. */
static inline void
net_drop(struct net *net, struct rte_mbuf *m, enum net_counter why)
{
	net->c[why]++;
	rte_pktmbuf_free(m);
}

/* Whether the first segment's bytes are ours alone to write. */
static inline bool
net_writable(const struct rte_mbuf *m)
{
	if (RTE_MBUF_CLONED(m) || rte_mbuf_refcnt_read(m) != 1)
		return false;
	return !RTE_MBUF_HAS_EXTBUF(m) || rte_mbuf_ext_refcnt_read(m->shinfo) == 1;
}

/* The solicited-node multicast address of a (RFC 4291 2.7.1) and the Ethernet address of a multicast address (RFC 2464 7). */
struct net_addr net_addr_solicited_node(const struct net_addr *a);
struct rte_ether_addr net_mac_multicast(const struct net_addr *a);
/* IPv4: some leg's address; IPv6: a leg's address or link-local address. ifidx NULL or the leg it must be on. */
bool net_if_has_addr(const struct net_if *nif, const struct net_addr *a);
bool net_if_on_link(const struct net_if *nif, const struct net_addr *a);

/* Puts a complete frame in the leg's queue. Takes m. */
void net_tx(struct net *net, uint16_t ifidx, struct rte_mbuf *m);
/* Prepends Ethernet and queues; false and m dropped without headroom. Takes m. */
void net_tx_eth(struct net *net, uint16_t ifidx, struct rte_mbuf *m, const struct rte_ether_addr *dst, uint16_t ethertype);
/* Prepends IPv4 or IPv6 for a payload of proto; false without headroom (m still the caller's). Sets l3_len and IP checksum. */
bool net_ip_prepend(struct net *net, struct rte_mbuf *m, const struct net_flow *flow, uint8_t hop_limit);

/* Sends an IP packet to a neighbour: at once, or when it is resolved. Takes m. */
void neigh_send(struct net *net, uint16_t ifidx, const struct net_addr *next_hop, struct rte_mbuf *m, uint64_t now);
/* A neighbour said where it is. create: learn it even when nobody asked. */
void neigh_learn(struct net *net, uint16_t ifidx, const struct net_addr *addr, const struct rte_ether_addr *mac, bool create, uint64_t now);
/* The same, told by the neighbour itself: other workers hear of it. */
void neigh_told(struct net *net, uint16_t ifidx, const struct net_addr *addr, const struct rte_ether_addr *mac, bool create, uint64_t now);
void neigh_timers(struct net *net, uint64_t now);
void neigh_drop_all(struct net *net);

/* Questions to a neighbour, dst broadcast/multicast or, when it is only re-confirmed, its known MAC (may be NULL). */
void arp_request(struct net *net, uint16_t ifidx, const struct net_addr *addr, const struct rte_ether_addr *mac);
void nd_solicit(struct net *net, uint16_t ifidx, const struct net_addr *addr, const struct rte_ether_addr *mac);

/* Receivers: m starts at the ARP, ICMP or ICMPv6 header. All take m. eth_src: for answers. */
void arp_input(struct net *net, uint16_t ifidx, struct rte_mbuf *m, uint64_t now);
void icmp_input(struct net *net, struct rte_mbuf *m, const struct net_pkt *pkt, uint64_t now);
void icmp6_input(struct net *net, struct rte_mbuf *m, const struct net_pkt *pkt, uint8_t hop_limit, uint64_t now);
void nd_input(struct net *net, struct rte_mbuf *m, const struct net_pkt *pkt, uint64_t now);

#endif
