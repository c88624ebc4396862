/*
 * One Ethernet port by any DPDK driver: opened by index with one queue per worker, offloads negotiated once and remembered as enum net_cap.
 *
 * The edge below net/: the only place in net/, tcp/ and port/ that calls ethdev. Bursts may be called by different workers at once on different
 * queues; everything else by one thread before the workers start or after they ended.
 *
 * Flows and workers: a flow stays on a worker, and port_queue_of() tells which, so that connections we open come back to the worker that opened
 * them. Ports that spread TCP by RSS on the 4-tuple with a key and table of ours do it themselves. For others (kernel-backed vdevs choose
 * queues by rules of their own; rings and memif have none) it is done here: worker 0 owns the port's only queue pair, computes the same hash and
 * exchanges frames with the other workers through rings (port_dist.h). It is the owner's duty to call port_rx() as long as any worker
 * runs, and port_relay() when its own loop has ended.
 * ARP, ND and echo arrive at one worker only: see net_ops.neigh_seen.
 */
#ifndef SLUICE_PORT_PORT_H
#define SLUICE_PORT_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rte_ether.h>
#include <rte_mbuf.h>

#include "dataplane/net/net_addr.h"

#define PORT_MAX_QUEUES 32
#define PORT_RSS_KEY 52 /* longest Toeplitz key of any driver served, bytes */
#define PORT_MAX_RETA 2048 /* entries of the redirection table */

struct port_config {
	uint16_t index; /* ethdev port */
	uint16_t queues; /* 1..PORT_MAX_QUEUES */
	uint16_t rx_desc, tx_desc; /* per queue; 0: 1024, adjusted to what the driver can */
	uint16_t mtu; /* 0: what the port has */
	struct rte_mempool *const *rx_pools; /* one per queue; room for a frame after the headroom, or the port must scatter */
	uint32_t forbid_caps; /* enum net_cap that must not be used though the port has them */
	/*
	 * The other end is memory of this machine (ring, memif, null) and does the same: checksums are neither made nor looked at.
	 * Frames carry only the pseudo header's sum.
	 */
	bool no_cksum;
};

struct port_queue_stats {
	uint64_t rx, rx_bytes, tx, tx_bytes;
	uint64_t tx_full; /* frames the port did not take when offered */
} __rte_cache_aligned;

struct port {
	uint16_t index, queues, mtu;
	uint16_t reta_size; /* 0: one queue */
	uint32_t caps; /* enum net_cap */
	bool no_cksum;
	uint8_t rss_key_len;
	struct rte_ether_addr mac;
	uint8_t rss_key[PORT_RSS_KEY];
	uint16_t reta[PORT_MAX_RETA];
	char driver[32];
	struct port_dist *dist; /* NULL: each queue is the driver's */
	struct port_queue_stats q[PORT_MAX_QUEUES];
};

/* The MTU that port_open() will use when none is asked for: what receive buffers must have room for. */
uint16_t port_default_mtu(uint16_t index);

/*
 * Configures and starts the port. Returns 0 or -errno with the reason in err (NUL-terminated): -ENODEV no such port, -EINVAL MTU or pool too small, -ENOMEM,
 * or what the driver said.
 */
int port_open(struct port *p, const struct port_config *cfg, char *err, size_t err_len);
/* Stops and closes the port; frames in its queues are freed by the driver. */
void port_close(struct port *p);

/* Received frames, at most n; gives them. Never blocks. */
uint16_t port_rx(struct port *p, uint16_t queue, struct rte_mbuf **pkts, uint16_t n);
/* Offers frames; takes the first `return value` of them, the rest stays the caller's and is counted in tx_full. */
uint16_t port_tx(struct port *p, uint16_t queue, struct rte_mbuf **pkts, uint16_t n);

/*
 * A worker that wants to sleep. 0: *fd becomes readable when another worker has put something in for it (-1: that does not happen on this port);
 * -EAGAIN: there is something already. After 0, port_wake() has to be called before the next port_rx().
 */
int port_sleep(struct port *p, uint16_t queue, int *fd);
void port_wake(struct port *p, uint16_t queue);
/* Frames that port_rx() moved for other workers since the last call: work, though none was for this one. */
uint32_t port_relayed(struct port *p, uint16_t queue);
/* The owner's loop has ended, others still run: sends what they queued and hands on what is theirs; what would be the owner's is dropped. Returns how many frames. */
uint32_t port_relay(struct port *p);

/* The queue that receives segments from remote:rport to local:lport (host order). 0 with one queue. */
uint16_t port_queue_of(const struct port *p, const struct net_addr *local, uint16_t lport, const struct net_addr *remote, uint16_t rport);

/* Frames the port itself lost, from its driver's counters (no mbuf, ring full, errors) and where a worker did not take what was handed to it. */
uint64_t port_missed(const struct port *p);
bool port_link_up(const struct port *p);

#endif
