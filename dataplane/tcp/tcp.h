/*
 * TCP of one worker (RFC 9293 and what it names), above net/.
 *
 * Pure: segments, state and the time go in; segments leave through net/, events through struct tcp_events. No clock, randomness, I/O or
 * locks inside; memory is handed in at creation, mbufs come from handed-in pools. One struct tcp_stack per worker, shared with nobody.
 *
 * The worker's loop:   net_input(rx burst) -> tcp_input() for each segment
 *                      tcp_timers(now)
 *                      tcp_flush(now)      events to the application, then ACKs and data to net
 *                      net_flush()
 *
 * Events are delivered by tcp_flush() alone, never from inside another call, so a callback may call anything in this header (but
 * not tcp_input/tcp_timers/tcp_flush). What callbacks queue leaves in the same tcp_flush().
 *
 * Connections are named by a 64-bit id: slot index in 31:0, generation in 63:32, never 0. A call with the id of a connection that is gone does
 * nothing and says so (-ESTALE, 0 or NULL).
 *
 * Ownership of mbufs: tcp_input() and tcp_send_take() take, tcp_rx_head() lends until the next call on that connection, tcp_rx_take() gives.
 */
#ifndef SLUICE_TCP_TCP_H
#define SLUICE_TCP_TCP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rte_mbuf.h>

#include "dataplane/net/net.h"

struct tcp_stack;
struct tcp_cc_ops; /* tcp_cc.h */
extern const struct tcp_cc_ops tcp_cc_newreno; /* RFC 5681, RFC 6582 */
extern const struct tcp_cc_ops tcp_cc_cubic; /* RFC 9438 */

typedef uint64_t tcp_id_t; /* same layout as a channel handle */

enum tcp_state {
#define TCP_STATE(name, waits_for) TCP_##name,
#include "dataplane/tcp/tcp_states.def"
	TCP_STATE_COUNT
};
/* Why a connection ended. */
enum tcp_close {
#define TCP_CLOSE(name, text) TCP_CLOSE_##name,
#include "dataplane/tcp/tcp_close.def"
	TCP_CLOSE_COUNT
};
enum tcp_counter {
#define TCP_COUNTER(name, text) TCP_C_##name,
#include "dataplane/tcp/tcp_counters.def"
	TCP_C_COUNT
};

/*
 * What the application is told. All from tcp_flush(), on the worker's core. `ctx` is tcp_config.ctx, `user` the connection's own
 * pointer (tcp_set_user). Several events of one connection come in the order of this list.
 */
struct tcp_events {
	/* A client completed the handshake on a listener. Refuse by tcp_abort(). */
	void (*accept)(void *ctx, tcp_id_t id, void *listener_cookie);
	/* tcp_connect() ended: err 0, or -ECONNREFUSED, -ETIMEDOUT, -EHOSTUNREACH, -ECONNABORTED; on an error the id is dead on return, and `closed` is not called. */
	void (*connected)(void *ctx, tcp_id_t id, void *user, int err);
	/* In-order bytes were added to the receive queue. Not repeated while nothing new arrives. */
	void (*readable)(void *ctx, tcp_id_t id, void *user);
	/* The peer acknowledged bytes of the send queue: `bytes` since the last call. */
	void (*acked)(void *ctx, tcp_id_t id, void *user, uint32_t bytes);
	/* The peer sent FIN: after what is queued nothing more will come. */
	void (*peer_fin)(void *ctx, tcp_id_t id, void *user);
	/*
	 * The connection ended: both FINs acknowledged (NORMAL, the slot may linger in TIME_WAIT by itself), reset, timed out. The id is
	 * dead on return; bytes still in the receive queue can be taken inside this callback. Called once for every accepted or connected
	 * connection, except after tcp_close() and tcp_abort() by the application.
	 */
	void (*closed)(void *ctx, tcp_id_t id, void *user, enum tcp_close why);
};

struct tcp_config {
	struct net *net;
	const struct tcp_events *events;
	void *ctx; /* first argument of events and owns_flow */
	struct rte_mempool *hdr_pool; /* headers, ACKs and indirect mbufs: at least 128 bytes after the headroom */
	struct rte_mempool *data_pool; /* copies: at least MTU bytes after the headroom. May be the same pool */
	const struct tcp_cc_ops *cc;
	uint8_t secret[32]; /* random bytes: initial sequence numbers, SYN cookies, table hash, port choice */

	uint32_t max_conns; /* connection slots, all states */
	uint32_t max_time_wait; /* slots that TIME_WAIT may hold; the oldest is recycled */
	uint32_t max_scoreboards; /* connections that can be in SACK recovery at once; further ones recover as without SACK */
	uint32_t max_listeners;
	uint32_t rcv_buf; /* bytes received and not yet credited by the application, per connection */
	uint32_t snd_buf; /* bytes queued and not acknowledged, per connection */
	uint16_t max_rx_segs; /* mbufs in one connection's receive queue before its window closes */
	uint16_t max_ooo_segs; /* out-of-order mbufs that one connection holds */
	uint16_t max_tx_segs; /* mbufs in one connection's send queue before no more are taken */
	uint16_t port_lo, port_hi; /* local ports of tcp_connect(), inclusive */
	uint16_t init_cwnd_segs; /* RFC 6928: 10 */
	uint16_t challenge_acks_per_s; /* RFC 5961 section 7, for the whole stack */
	uint16_t rst_per_s; /* resets sent to segments without a connection */
	/*
	 * The reserve. With fewer free in hdr_pool or data_pool new connections are refused. What is free in data_pool beyond it is shared: one
	 * connection's receive window and send queue each stay below a sixteenth of that (tcp_mem.c), so that however many stop reading, the reserve is left to
	 * the others. 0: no check. An eighth of the pool is a good choice.
	 */
	uint32_t min_free_mbufs;
	uint32_t floor_buf; /* bytes that a connection may hold in either direction however little is free: at least what the application must see whole, and two segments */

	/* microseconds */
	uint32_t rto_init, rto_min, rto_max; /* RFC 6298: 1 s, 200 ms, 60 s */
	uint32_t delack; /* 40 ms; 0: every flush acknowledges */
	uint32_t time_wait; /* 2 MSL */
	uint32_t fin_wait_2; /* how long a connection that the application closed waits for the peer's FIN */
	uint32_t keepalive_idle; /* 0: no keep-alive */
	uint32_t keepalive_intvl;
	uint8_t keepalive_probes; /* unanswered probes that end the connection */
	uint8_t syn_retries; /* SYN and SYN-ACK retransmissions */
	uint8_t data_retries; /* retransmissions of one segment, and unanswered zero-window probes, before TIMEOUT */
	bool nagle; /* off by default */
	bool timestamps, sack; /* offered and accepted; on by default */
	bool cookies_always; /* answer every SYN with a cookie */

	/*
	 * Whether segments of this flow will reach this worker (RSS). Asked before a local port is chosen; NULL: always.
	 * Ports in host order.
	 */
	bool (*owns_flow)(void *ctx, const struct net_addr *local, uint16_t lport, const struct net_addr *remote, uint16_t rport);
};

/* Fills every limit and time with its default; pools, net, events, ctx and secret are the caller's to set. */
void tcp_config_default(struct tcp_config *cfg);
/* Bytes that tcp_stack_init() needs for this configuration, aligned to a cache line. 0: a limit is out of range. */
size_t tcp_stack_size(const struct tcp_config *cfg);
/* Makes a stack in caller-owned memory that is all zero (fresh pages cost nothing until used). Returns NULL on a bad configuration. cfg is copied. */
struct tcp_stack *tcp_stack_init(void *mem, const struct tcp_config *cfg, uint64_t now);
/* Ends every connection without a word to the peers and frees their mbufs. No events. */
void tcp_stack_fini(struct tcp_stack *st);

/* This segment follows soon (struct net_ops.tcp_soon): the processor fetches its place in the connection table. Changes nothing. */
void tcp_soon(const struct tcp_stack *st, const struct rte_mbuf *m, const struct net_pkt *pkt);
/* One segment from net (struct net_ops.tcp_input). Takes m. */
void tcp_input(struct tcp_stack *st, struct rte_mbuf *m, const struct net_pkt *pkt, uint64_t now);
/* An ICMP error that quotes one of our segments (struct net_ops.tcp_icmp). */
void tcp_icmp(struct tcp_stack *st, const struct net_flow *flow, uint16_t mtu, const uint8_t *quoted, size_t len);
/* Everything that is due by `now`. */
void tcp_timers(struct tcp_stack *st, uint64_t now);
/* Delivers events, then sends what connections have to send. */
void tcp_flush(struct tcp_stack *st, uint64_t now);
/* Whether tcp_flush() has anything to do, and the time of the next timer (UINT64_MAX: none): what an idle worker needs to know. */
bool tcp_pending(const struct tcp_stack *st);
uint64_t tcp_next_timer(const struct tcp_stack *st);

/*
 * Accepts connections to addr:port (host order; any address: all of ours). `backlog`: half-open connections before SYN cookies.
 * Returns the listener's index, -EADDRINUSE, -ENOSPC.
 */
int tcp_listen(struct tcp_stack *st, const struct net_addr *addr, uint16_t port, uint32_t backlog, void *cookie);
/* Stops accepting; established connections go on, half-open ones are dropped. Returns 0 or -ENOENT. */
int tcp_unlisten(struct tcp_stack *st, int listener);

/*
 * Starts an active open to remote:port. local may be NULL or any (the leg's address), lport 0 (chosen, RFC 6056). On success *id is the
 * connection and `connected` will be called. Returns 0, -ENETUNREACH, -EADDRNOTAVAIL (no local port), -ENOBUFS (no slot), -EADDRINUSE.
 */
int tcp_connect(struct tcp_stack *st, const struct net_addr *local, uint16_t lport, const struct net_addr *remote, uint16_t rport, void *user, tcp_id_t *id);

/* The application's pointer, given back with each event. */
int tcp_set_user(struct tcp_stack *st, tcp_id_t id, void *user);
void *tcp_get_user(const struct tcp_stack *st, tcp_id_t id);

/* --- receiving --- */
/* Bytes in order and not yet taken. */
uint32_t tcp_rx_bytes(const struct tcp_stack *st, tcp_id_t id);
/* Copies up to len bytes from offset `off` of the queue without consuming; returns how many. */
uint32_t tcp_rx_peek(const struct tcp_stack *st, tcp_id_t id, uint32_t off, void *buf, uint32_t len);
/* First mbuf of the queue (linked by ->next; only data_off and data_len of each are meaningful), or NULL. Lent. */
const struct rte_mbuf *tcp_rx_head(const struct tcp_stack *st, tcp_id_t id);
/*
 * Gives exactly `bytes` from the head of the queue as one chain with pkt_len and nb_segs set. Where the cut falls inside an mbuf the smaller side
 * is copied to a fresh one, so that the caller's segments share no buffer with the queue. The bytes stay charged to
 * the receive window until tcp_rx_credit(). NULL: not that many there, no mbuf for the cut, or stale.
 */
struct rte_mbuf *tcp_rx_take(struct tcp_stack *st, tcp_id_t id, uint32_t bytes);
/* Opens the window by bytes that were taken. Returns 0, -EINVAL when more than was taken, -ESTALE. */
int tcp_rx_credit(struct tcp_stack *st, tcp_id_t id, uint32_t bytes);
/* Drops up to `bytes` from the head of the queue and credits them; returns how many. */
uint32_t tcp_rx_consume(struct tcp_stack *st, tcp_id_t id, uint32_t bytes);
/* Whether the peer's FIN was received and everything before it is in the queue. */
bool tcp_rx_fin(const struct tcp_stack *st, tcp_id_t id);

/* --- sending --- */
/* Bytes that may be queued now, less when mbufs are short. An empty queue always has room. While it is above 0 a chain of any length is taken, so the queue holds at most snd_buf and one chain. */
uint32_t tcp_send_space(const struct tcp_stack *st, tcp_id_t id);
/*
 * Queues a chain (m->pkt_len bytes). The mbufs are held, unchanged, until acknowledged, and sent by reference where the port allows. Takes m when it returns
 * 0; on -ESTALE, -EPIPE (after shutdown, or not open any more), -ENOBUFS (no space) the caller keeps it. During connect bytes may already be queued.
 */
int tcp_send_take(struct tcp_stack *st, tcp_id_t id, struct rte_mbuf *m);
/* Bytes queued and not yet acknowledged. */
uint32_t tcp_send_queued(const struct tcp_stack *st, tcp_id_t id);
/* Bytes that congestion window and peer's window let leave at once, including those in flight: for choosing a record size. */
uint32_t tcp_cwnd_hint(const struct tcp_stack *st, tcp_id_t id);
/* Largest payload of one segment. */
uint32_t tcp_mss(const struct tcp_stack *st, tcp_id_t id);

/* --- ending --- */
/* FIN after what is queued. Receiving goes on. Returns 0, -ESTALE. Again is no error. */
int tcp_shutdown(struct tcp_stack *st, tcp_id_t id);
/*
 * The application is done: FIN after what is queued, no further events, the id is dead at once. Unread or later received bytes are answered by RST (RFC 9293 3.6.1).
 */
int tcp_close(struct tcp_stack *st, tcp_id_t id);
/* RST, queues dropped, no further events, the id is dead at once. */
int tcp_abort(struct tcp_stack *st, tcp_id_t id);

/* --- looking --- */
struct tcp_info {
	struct net_addr local, remote;
	uint16_t lport, rport;
	enum tcp_state state;
	uint32_t mss, cwnd, ssthresh, snd_wnd, rcv_wnd, flight, rx_bytes, tx_bytes;
	uint32_t srtt_us, rttvar_us, rto_us;
	uint32_t retransmits; /* segments sent again */
	bool sack, timestamps, in_recovery;
	uint8_t snd_wscale, rcv_wscale;
	uint64_t bytes_in, bytes_out; /* in-order payload received; payload acknowledged */
};
int tcp_conn_info(const struct tcp_stack *st, tcp_id_t id, struct tcp_info *info);
/* First live connection at or after slot *cursor, for listings; advances *cursor. 0: no more. */
tcp_id_t tcp_conn_next(const struct tcp_stack *st, uint32_t *cursor);
/* Connections in all states but TIME_WAIT, and those in TIME_WAIT. */
uint32_t tcp_conn_count(const struct tcp_stack *st);
uint32_t tcp_time_wait_count(const struct tcp_stack *st);

uint64_t tcp_counter(const struct tcp_stack *st, enum tcp_counter c);
const char *tcp_counter_name(enum tcp_counter c);
const char *tcp_counter_text(enum tcp_counter c);
const char *tcp_state_name(enum tcp_state s);
const char *tcp_close_name(enum tcp_close why);

#endif
