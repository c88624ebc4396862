/*
 * Ethernet, ARP, neighbour discovery, IPv4, IPv6 and ICMP echo of one worker, between its ports and tcp/.
 *
 * Pure: frames, state and the time go in, frames and transport segments come out through struct net_ops. No clock, no I/O, no locks; a
 * struct net belongs to one worker. Time is microseconds on any monotonic clock.
 *
 * Entry points: net_input() for received frames, net_output() for segments to send, net_timers() for retries, net_flush() at the end
 * of a burst. Does not do: routing between legs, fragments (dropped and counted), IP options (skipped), TCP.
 */
#ifndef SLUICE_NET_NET_H
#define SLUICE_NET_NET_H

#include <stddef.h>
#include <stdint.h>

#include <rte_ether.h>
#include <rte_mbuf.h>

#include "dataplane/net/net_addr.h"

#define NET_MAX_IFS 8 /* legs of one worker */
#define NET_TXQ 512 /* frames that wait for one port */
#define NET_NEIGHBOURS 1024 /* entries of the neighbour cache, a power of two */
#define NET_NEIGH_PENDING 8 /* frames that wait for one neighbour */
#define NET_L2L3_MAX (RTE_ETHER_HDR_LEN + 40) /* headroom that net_output() takes at most */

/* What a port does for us; decided when the port was opened (port.h), remembered here. */
enum net_cap {
	NET_CAP_RX_CKSUM = 1u << 0, /* verdicts on received IPv4 and TCP checksums are in ol_flags */
	NET_CAP_TX_IP_CKSUM = 1u << 1,
	NET_CAP_TX_TCP_CKSUM = 1u << 2,
	NET_CAP_TSO = 1u << 3,
	NET_CAP_MULTI_SEG = 1u << 4, /* takes frames of several mbuf segments; otherwise one contiguous segment per frame */
};

enum net_proto { NET_PROTO_ICMP = 1, NET_PROTO_TCP = 6, NET_PROTO_ICMP6 = 58 };

/* Events that are counted: enum net_counter NET_C_<name>, struct net_counters, one line each in net_counters.def. */
enum net_counter {
#define NET_COUNTER(name, text) NET_C_##name,
#include "dataplane/net/net_counters.def"
	NET_C_COUNT
};

/* One leg. An address that is all zero (net_addr_is_any) is not configured; prefixes count the family's own bits. */
struct net_if_config {
	struct rte_ether_addr mac;
	uint16_t mtu; /* IP bytes per frame: 1500, 9000 */
	uint32_t caps; /* enum net_cap */
	struct net_addr ip4, gw4; /* gw4: router for what is not on this link, on one leg at most; any: none */
	struct net_addr ip6, gw6; /* the link-local address is made from the MAC */
	uint8_t prefix4; /* 0..32 */
	uint8_t prefix6; /* 0..128 */
};

/* A received transport segment. The mbuf's data starts at the transport header and ends with the IP payload. */
struct net_pkt {
	struct net_addr src, dst;
	uint16_t ifidx; /* leg it came in on */
	uint8_t proto; /* enum net_proto */
	bool cksum_ok; /* transport checksum already verified (port or net) */
};

/* A segment to send. */
struct net_flow {
	struct net_addr src, dst;
	uint16_t ifidx; /* leg, from net_route() */
	uint8_t proto;
};

struct net;

/* What net calls. All on the worker's own core, from inside net_input(), net_output(), net_timers() or net_flush(). */
struct net_ops {
	/* Sends frames on a leg; takes the first `return value` of them, the caller keeps the rest. Must not call back into net. */
	uint16_t (*tx_burst)(void *user, uint16_t ifidx, struct rte_mbuf **pkts, uint16_t n);
	/*
	 * The TCP segments of a burst, before the first of them is handed over: what each will need may be fetched meanwhile. m stays net's. May be NULL.
	 */
	void (*tcp_soon)(void *user, const struct rte_mbuf *m, const struct net_pkt *pkt);
	/* A TCP segment for one of our addresses, its checksum verified; takes m. */
	void (*tcp_input)(void *user, struct rte_mbuf *m, const struct net_pkt *pkt, uint64_t now);
	/* Path MTU to `dst` is `mtu` or the destination is unreachable (mtu 0), told by ICMP that quoted `quoted` bytes of our TCP header. May be NULL. */
	void (*tcp_icmp)(void *user, const struct net_flow *flow, uint16_t mtu, const uint8_t *quoted, size_t len);
	/*
	 * A neighbour told its address by ARP or ND. With several workers those arrive at one of them: it passes them on, and the others call
	 * net_neigh_update(). May be NULL.
	 */
	void (*neigh_seen)(void *user, uint16_t ifidx, const struct net_addr *addr, const struct rte_ether_addr *mac);
};

struct net_config {
	const struct net_ops *ops;
	void *user; /* first argument of every op */
	struct rte_mempool *pool; /* for ARP, ND and ICMP frames we originate: at least 128 bytes after the headroom */
	uint8_t secret[16]; /* random bytes: key of the neighbour table's hash */
	uint32_t neigh_max_age_us; /* an entry not confirmed for this long is asked for again; 0: 60 s */
};

/* Bytes that net_init() needs at `mem`, aligned to a cache line. */
size_t net_size(void);
/* Makes a worker's net in caller-owned memory of net_size() bytes. cfg is copied. Never fails. */
struct net *net_init(void *mem, const struct net_config *cfg);
/* Drops every frame that waits. The memory is the caller's again. */
void net_fini(struct net *net);

/*
 * Sets or replaces leg `ifidx`. Returns 0, -EINVAL on an index, MTU or prefix out of range. Replacing an address keeps the neighbours.
 */
int net_if_set(struct net *net, uint16_t ifidx, const struct net_if_config *cfg);
/* Configuration of a leg, or NULL when it was never set. */
const struct net_if_config *net_if_get(const struct net *net, uint16_t ifidx);
/* Whether `a` is an address of one of our legs. */
bool net_is_local(const struct net *net, const struct net_addr *a);

/*
 * Leg towards dst and our address on it. Returns the leg's index or -ENETUNREACH. *src may be NULL. An on-link prefix wins over a gateway.
 */
int net_route(const struct net *net, const struct net_addr *dst, struct net_addr *src);

/* Frames received on a leg. Takes all of them. Verdicts: answered, handed to ops->tcp_input, or dropped and counted. */
void net_input(struct net *net, uint16_t ifidx, struct rte_mbuf **pkts, uint16_t n, uint64_t now);

/*
 * Sends one transport segment: m starts at the transport header; net puts IP and Ethernet headers before it (NET_L2L3_MAX bytes of
 * headroom in a direct first segment), and sets or computes checksums. For TCP the checksum field is filled here, as the port's
 * capabilities ask; with m->tso_segsz set (and m->l4_len) the port cuts it. Takes m in every case; a frame that cannot leave is dropped and counted.
 */
void net_output(struct net *net, struct rte_mbuf *m, const struct net_flow *flow, uint64_t now);

/* Hands the waiting frames to the ports. What a full port does not take stays for the next call, at most NET_TXQ per leg. */
void net_flush(struct net *net);
/* Retries and ages neighbours. Call at least every 100 ms; cheap when nothing is due. */
void net_timers(struct net *net, uint64_t now);

/* Enters a neighbour by hand; it is never aged (mac NULL: forgets it). Returns 0, -ENOSPC, or -EINVAL for an unknown leg. */
int net_neigh_set(struct net *net, uint16_t ifidx, const struct net_addr *addr, const struct rte_ether_addr *mac);
/* What another worker saw (net_ops.neigh_seen): answers our question or refreshes the entry; one that nobody asked for is not entered. */
void net_neigh_update(struct net *net, uint16_t ifidx, const struct net_addr *addr, const struct rte_ether_addr *mac, uint64_t now);
/* The resolved MAC of a neighbour; 0 or -ENOENT. */
int net_neigh_get(const struct net *net, uint16_t ifidx, const struct net_addr *addr, struct rte_ether_addr *mac);

/* Value of a counter, its name ("RX_ARP") and its description. */
uint64_t net_counter(const struct net *net, enum net_counter c);
const char *net_counter_name(enum net_counter c);
const char *net_counter_text(enum net_counter c);

#endif
