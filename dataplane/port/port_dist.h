/*
 * Spreading a port's frames over workers in software, for ports that cannot do it themselves or not so that it can be foretold. Used by port.c.
 *
 * The owner, worker 0, alone calls the driver, with one queue pair. It computes the hash of each TCP segment over the same tuple, key and table as
 * port_queue_of() and hands the frame to its worker through a ring; frames of no flow (ARP, ND, echo) are its own, ICMP errors go where the segment
 * they quote belongs. The other way each worker has a ring that the owner empties into the port. Every ring has one producer and
 * one consumer; nothing is locked, nothing waits: what does not fit is dropped and counted (receiving) or left to the caller (sending).
 */
#ifndef SLUICE_PORT_DIST_H
#define SLUICE_PORT_DIST_H

#include "dataplane/port/port.h"

#define DIST_RETA 128 /* entries of the redirection table */
#define DIST_RING 2048 /* frames on their way to or from one worker */

/* Makes rings, bells and tables for p->queues workers, and p's key and redirection table. 0 or -errno. */
int dist_open(struct port *p);
/* Frees them, with the frames in them. p->dist may be NULL. */
void dist_close(struct port *p);

/* The worker a received frame belongs to. */
uint16_t dist_worker_of(const struct port *p, const struct rte_mbuf *m);

/* The owner: receives from the driver, keeps its own frames (at most n, returned) and hands on the others; sends what the others queued. */
uint16_t dist_owner_rx(struct port *p, struct rte_mbuf **pkts, uint16_t n);
/* Another worker: what the owner handed over. */
uint16_t dist_rx(struct port *p, uint16_t queue, struct rte_mbuf **pkts, uint16_t n);
/* Another worker: gives frames to the owner; takes the first `return value`. */
uint16_t dist_tx(struct port *p, uint16_t queue, struct rte_mbuf **pkts, uint16_t n);

/* See port_sleep(), port_wake(), port_relayed(), port_relay(). */
int dist_sleep(struct port *p, uint16_t queue, int *fd);
void dist_wake(struct port *p, uint16_t queue);
uint32_t dist_relayed(struct port *p, uint16_t queue);
uint64_t dist_dropped(const struct port *p);

#endif
