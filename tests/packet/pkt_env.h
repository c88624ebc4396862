/*
 * Fixture of the packet tests: an EAL without hugepages or devices, mbuf pools, a fake clock, hosts (net + tcp), and a wire between two of them that
 * loses, repeats, delays and reorders by rule or by seed.
 */
#ifndef SLUICE_TESTS_PACKET_PKT_ENV_H
#define SLUICE_TESTS_PACKET_PKT_ENV_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "dataplane/net/net.h"
#include "dataplane/tcp/tcp.h"

#define ENV_WIRE 8192 /* frames on the way at once */
#define ENV_CONNS 8 /* connections a host's application remembers */

/* Starts the EAL once per process; exits on failure. */
void env_eal(void);
/* A pool of n mbufs with `room` bytes after the default headroom. */
struct rte_mempool *env_pool(const char *name, unsigned int n, unsigned int room);

/* xorshift64*: the tests' only randomness, always seeded. */
struct env_rng {
	uint64_t s;
};
uint64_t env_rand(struct env_rng *r);

/* What a host's application saw of one connection. */
struct env_conn {
	tcp_id_t id;
	unsigned int accepted, connected, readable, acked, fin, closed;
	int err;
	enum tcp_close why;
	uint64_t acked_bytes;
};

struct env;

struct env_host {
	struct env *env;
	unsigned int index;
	struct net *net;
	struct tcp_stack *tcp;
	struct env_conn conns[ENV_CONNS];
	unsigned int n_conns;
	/* Called after the log is written; may be NULL. */
	void (*on_accept)(struct env_host *h, struct env_conn *c);
	void (*on_connected)(struct env_host *h, struct env_conn *c);
	void (*on_readable)(struct env_host *h, struct env_conn *c);
	void (*on_acked)(struct env_host *h, struct env_conn *c);
	void (*on_fin)(struct env_host *h, struct env_conn *c);
	void (*on_closed)(struct env_host *h, struct env_conn *c);
	void *app;
	/* Frames this host sent, when no wire is connected: oldest first. */
	struct rte_mbuf *out[1024];
	unsigned int out_head, out_n;
	bool tx_blocked; /* the port takes nothing */
};

/* Chances in 1/100000; delay in us, jitter uniform on top. */
struct env_impair {
	uint32_t loss, dup, reorder;
	uint32_t delay_us, jitter_us, reorder_us;
};

struct env {
	uint64_t now; /* us */
	struct rte_mempool *hdr, *data;
	unsigned int hdr_start, data_start;
	struct env_host host[2];
	unsigned int n_hosts;
	struct env_rng rng;
	struct env_impair impair;
	/* Rule: whether this frame is lost; NULL: none. n counts frames sent by that host from 0. */
	bool (*drop)(struct env *env, unsigned int from, unsigned int n, const struct rte_mbuf *m, void *arg);
	void *drop_arg;
	unsigned int sent[2], lost, repeated;
	struct {
		uint64_t at;
		uint64_t order;
		struct rte_mbuf *m;
		unsigned int to;
	} wire[ENV_WIRE];
	unsigned int n_wire;
	uint64_t order;
	uint64_t t0;
};

/* Settings of env_new(); env_defaults() fills in two hosts, MTU 1500, every feature on. */
struct env_opts {
	unsigned int hosts; /* 1: frames come out in host[0].out; 2: joined by the wire */
	uint16_t mtu;
	uint32_t caps; /* of both ports */
	bool v6;
	uint64_t start_us; /* of the clock */
	struct tcp_config tcp[2];
};
void env_defaults(struct env_opts *o);
struct env *env_new(const struct env_opts *o);
/* Ends the stacks and asserts that every mbuf is back in its pool. */
void env_free(struct env *env);

struct net_addr env_addr(const struct env *env, unsigned int host);
/* 198.18.0.99, on the link of both, with a static neighbour entry: the scripted peer */
struct net_addr env_peer_addr(void);
struct rte_ether_addr env_mac(unsigned int host);

/* Runs timers and flush of every host at the present time. */
void env_poll(struct env *env);
/* Advances the clock by us, delivering frames and timers when they are due. */
void env_run(struct env *env, uint64_t us);
/* Runs until cond(arg) or `limit` us have passed; returns cond's last answer. */
bool env_run_until(struct env *env, bool (*cond)(void *arg), void *arg, uint64_t limit);

/* A chain of `len` bytes, byte i being env_byte(off + i), in mbufs of at most `seg` bytes. */
uint8_t env_byte(uint64_t i);
struct rte_mbuf *env_data(struct env *env, uint64_t off, uint32_t len, uint32_t seg);

struct env_conn *env_conn(struct env_host *h, tcp_id_t id);

#endif
