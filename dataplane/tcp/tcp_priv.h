/* State of tcp/ and what its files share. Not for other folders. */
#ifndef SLUICE_TCP_PRIV_H
#define SLUICE_TCP_PRIV_H

#include <errno.h>

#include <rte_branch_prediction.h>
#include <rte_tcp.h>

#include "dataplane/tcp/tcp.h"
#include "dataplane/tcp/tcp_cc.h"
#include "dataplane/tcp/tcp_seq.h"

#define TCP_NIL UINT32_MAX /* no slot */
#define TCP_SB_RANGES 64 /* SACKed ranges remembered per connection in recovery */
#define TCP_MAX_WSCALE 14 /* RFC 7323 2.3 */
#define TCP_MSS_DEFAULT4 536 /* RFC 9293 3.7.1 */
#define TCP_MSS_DEFAULT6 1220
#define TCP_MSS_MIN 88 /* below this a peer's MSS is raised: room for our options and some data */
#define TCP_DUPTHRESH 3
#define TCP_SMALL_COPY 256 /* payloads up to this are copied rather than referenced or queued as an mbuf of their own */
#define TCP_TS_OPT_LEN 12
#define TCP_PAWS_IDLE_MS (24u * 86400u * 1000u) /* RFC 7323 5.5: ts_recent older than 24 days is void */

enum tcp_hdr_flag { TH_FIN = 0x01, TH_SYN = 0x02, TH_RST = 0x04, TH_PSH = 0x08, TH_ACK = 0x10, TH_URG = 0x20 };

enum tcp_conn_flag {
	TF_ACK_NOW = 1u << 0, /* an ACK leaves at the next flush */
	TF_SYN_NOW = 1u << 1, /* SYN or SYN-ACK leaves at the next flush */
	TF_FIN_QUEUED = 1u << 2, /* the application ended its data */
	TF_FIN_RCVD = 1u << 3,
	TF_DIRTY = 1u << 4, /* in the stack's dirty list */
	TF_DETACHED = 1u << 5, /* the application does not know this connection (any more) */
	TF_PASSIVE = 1u << 6,
	TF_HALF_OPEN = 1u << 7, /* counted in its listener's backlog */
	TF_SACK = 1u << 8, /* both sides permit SACK */
	TF_TS = 1u << 9, /* both sides use timestamps */
	TF_WSCALE = 1u << 10,
	TF_RECOVERY = 1u << 11, /* fast recovery until `recover` is acknowledged */
	TF_LOSS = 1u << 12, /* after a timeout until `recover` is acknowledged */
	TF_REXMIT_ONE = 1u << 13, /* NewReno: send the segment at snd_una again */
	TF_PERSIST = 1u << 14, /* the retransmission timer is a zero-window probe timer */
	TF_RTT_TIMING = 1u << 15,
	TF_CWND_LIMITED = 1u << 16, /* the congestion window stopped the last output */
	TF_RELEASE = 1u << 17, /* free the slot when it leaves the dirty list */
	TF_IN_TABLE = 1u << 18,
	TF_IN_TW = 1u << 19, /* in the TIME_WAIT list */
	TF_CLOSED = 1u << 20, /* ended; `closed` not delivered yet */
	TF_PROBE_NOW = 1u << 21, /* a keep-alive or zero-window probe leaves at the next flush */
	TF_RESCUED = 1u << 22, /* RFC 6675: rescue retransmission used in this recovery */
	TF_OPENED = 1u << 24, /* an active open that succeeded */
	TF_CLOSING = 1u << 23, /* tcp_close(): data that arrives now is answered by RST */
};

/* Events waiting for delivery, in order of delivery. */
enum tcp_event {
	TEV_ACCEPT = 1u << 0,
	TEV_CONNECTED = 1u << 1,
	TEV_READABLE = 1u << 2,
	TEV_ACKED = 1u << 3,
	TEV_FIN = 1u << 4,
};

enum tcp_timer {
	TT_REXMT, /* RTO, SYN retransmission or zero-window probe */
	TT_DELACK,
	TT_KEEP, /* keep-alive, FIN_WAIT_2 or TIME_WAIT, by state */
	TT_COUNT
};

/* A place in the send queue. */
struct tcp_cursor {
	struct rte_mbuf *m; /* NULL: not set */
	uint32_t seq; /* of the first byte of m */
};

struct tcp_conn {
	struct net_addr local, remote;
	uint16_t lport, rport; /* host order */
	uint32_t hash;
	uint32_t gen;
	uint32_t flags; /* enum tcp_conn_flag */
	uint8_t state; /* enum tcp_state */
	uint8_t why; /* enum tcp_close, once TF_CLOSED */
	uint8_t events; /* enum tcp_event */
	uint8_t armed; /* timers, 1 << enum tcp_timer */
	uint16_t ifidx;
	uint16_t listener;
	void *user;

	/* RFC 9293 3.3.1 send variables */
	uint32_t iss, snd_una, snd_nxt, snd_max, snd_wnd, snd_wl1, snd_wl2;
	uint32_t max_snd_wnd;
	uint32_t tx_seq; /* sequence number of the first byte in the send queue */
	uint32_t tx_bytes, tx_segs; /* bytes and mbufs in the send queue */
	struct rte_mbuf *tx_head, *tx_tail; /* linked by ->next; head trimmed to tx_seq */
	struct tcp_cursor cur; /* where output continues */
	uint32_t acked_event; /* bytes to report by `acked` */
	uint16_t mss; /* payload and options of our segments */
	uint8_t snd_wscale, rcv_wscale;
	uint8_t dupacks, backoff, probes;
	uint8_t n_sacks; /* entries of recent_sack */

	/* recovery */
	struct tcp_cc cc;
	uint32_t recover, high_rxt;
	uint32_t sb; /* scoreboard slot or TCP_NIL */
	uint32_t retransmits;

	/* receive variables */
	uint32_t irs, rcv_nxt, rcv_adv; /* rcv_adv: right edge we advertised */
	uint32_t last_ack; /* rcv_nxt we last sent */
	uint32_t rx_bytes, rx_taken; /* in the queue; given to the application and not credited */
	struct rte_mbuf *rx_head, *rx_tail;
	struct rte_mbuf *ooo_head, *ooo_tail; /* sorted, disjoint; sequence number in hash.usr */
	uint16_t rx_segs, ooo_segs;
	uint16_t rcv_mss; /* largest segment seen */
	uint32_t recent_sack[3]; /* sequence numbers inside the blocks last changed, newest first */

	/* time */
	uint32_t ts_recent, ts_recent_tick, ts_off;
	uint32_t srtt, rttvar, rto; /* us; srtt 0: none yet */
	uint32_t rtt_seq;
	uint64_t rtt_start;
	uint32_t deadline[TT_COUNT]; /* ms ticks */
	uint32_t last_rcv, last_snd; /* ms ticks */

	uint32_t next_dirty;
	uint32_t tw_prev, tw_next; /* TIME_WAIT list; tw_next also links free slots */
	uint32_t wh_prev, wh_next, wh_at; /* timer wheel */
	uint16_t wh_slot; /* WHEEL_NONE: not in the wheel */
	uint64_t bytes_in, bytes_out;
};

/* One entry of the connection table: hash of the 4-tuple and slot + 1 (0: empty). */
struct tcp_table_entry {
	uint32_t hash, slot1;
};
struct tcp_table {
	struct tcp_table_entry *e;
	uint32_t mask;
	uint32_t used;
	uint64_t probes, lookups; /* for tests: the cost of lookups */
};

#define WHEEL_BITS 8
#define WHEEL_SLOTS (1u << WHEEL_BITS)
#define WHEEL_LEVELS 3
#define WHEEL_NONE UINT16_MAX
struct tcp_wheel {
	uint32_t now; /* tick that was last run */
	uint32_t count;
	uint32_t head[WHEEL_LEVELS][WHEEL_SLOTS];
	uint64_t bitmap[WHEEL_SLOTS / 64]; /* slots of level 0 that hold something */
};

struct tcp_listener {
	struct net_addr addr; /* any: all */
	uint16_t port;
	bool used;
	uint32_t backlog, half_open;
	void *cookie;
};

struct tcp_sack_range {
	uint32_t start, end;
};
/* SACKed ranges above snd_una, sorted, disjoint and not adjacent. */
struct tcp_sb {
	uint32_t n;
	uint32_t next_free;
	uint32_t bytes; /* in all ranges */
	struct tcp_sack_range r[TCP_SB_RANGES];
};

/* Slots handed out from never used ones first, so that memory is touched only as it is needed. */
struct tcp_slab {
	uint32_t fresh, limit, free_head, used;
};

struct tcp_stack {
	struct tcp_config cfg;
	struct tcp_conn *conns;
	struct tcp_sb *sbs;
	struct tcp_listener *listeners;
	struct tcp_table table;
	struct tcp_wheel wheel;
	struct tcp_slab conn_slab, sb_slab;
	uint64_t start, now; /* us */
	uint32_t tick; /* ms since start, modulo 2^32 */
	uint32_t dirty_head, dirty_tail;
	uint32_t later_head, later_tail; /* dirty again at the next flush: out of mbufs */
	uint32_t tw_head, tw_tail, tw_count; /* oldest first */
	uint32_t challenge_left, rst_left; /* this second's budget */
	uint32_t budget_tick;
	uint32_t next_port; /* RFC 6056 */
	/* tcp_mem.c */
	bool mbufs_low; /* the reserve is touched: no new connections */
	bool mbufs_critical; /* half of it is gone: data beyond the floor is not kept */
	bool tight; /* share may be smaller than a buffer */
	uint32_t share; /* mbufs that one queue may hold */
	uint32_t prune_at; /* slot to look at next for out-of-order data to give up */
	uint8_t rcv_wscale; /* that rcv_buf needs */
	uint64_t c[TCP_C_COUNT];
};

/* A received segment, parsed. Payload is in m, header removed. */
struct tcp_seg {
	struct rte_mbuf *m; /* NULL once taken */
	const struct net_pkt *pkt;
	uint32_t seq, ack, wnd, len; /* wnd unscaled; len: payload without SYN and FIN */
	uint16_t lport, rport;
	uint8_t flags; /* enum tcp_hdr_flag */
	uint8_t n_sacks;
	bool has_ts, has_wscale, sack_ok;
	uint8_t wscale;
	uint16_t mss; /* 0: no option */
	uint32_t ts_val, ts_ecr;
	struct tcp_sack_range sacks[4];
};

static inline uint32_t
tcp_slot(const struct tcp_stack *st, const struct tcp_conn *c)
{
	return (uint32_t)(c - st->conns);
}

static inline tcp_id_t
tcp_id(const struct tcp_stack *st, const struct tcp_conn *c)
{
	return (uint64_t)c->gen << 32 | tcp_slot(st, c);
}

static inline uint32_t
us_to_ticks(uint32_t us)
{
	return (us + 999) / 1000;
}

/* End of the send queue: the sequence number of our FIN, if there is one. */
static inline uint32_t
tcp_tx_end(const struct tcp_conn *c)
{
	return c->tx_seq + c->tx_bytes;
}

static inline bool
tcp_synchronized(const struct tcp_conn *c)
{
	return c->state >= TCP_ESTABLISHED;
}

/* Payload bytes per segment with `opts` bytes of options. */
static inline uint32_t
tcp_seg_max(const struct tcp_conn *c, uint32_t opts)
{
	return c->mss - opts;
}

/* tcp_stack.c */
void tcp_set_now(struct tcp_stack *st, uint64_t now);
void tcp_mark_dirty(struct tcp_stack *st, struct tcp_conn *c);
void tcp_mark_later(struct tcp_stack *st, struct tcp_conn *c);
struct tcp_conn *tcp_conn_get(struct tcp_stack *st, tcp_id_t id); /* NULL and counted when stale */
/* A slot set up for the 4-tuple and entered in the table; recycles TIME_WAIT. NULL: none. */
struct tcp_conn *tcp_conn_new(struct tcp_stack *st, const struct net_addr *local, uint16_t lport, const struct net_addr *remote, uint16_t rport, uint16_t ifidx);
/* The connection ended: out of the table and timers, send queue dropped, the application told at the next flush. The slot may be gone on return. */
void tcp_done(struct tcp_stack *st, struct tcp_conn *c, enum tcp_close why);
void tcp_enter_time_wait(struct tcp_stack *st, struct tcp_conn *c);
void tcp_half_open_done(struct tcp_stack *st, struct tcp_conn *c);
void tcp_tw_unlink(struct tcp_stack *st, struct tcp_conn *c);

/* tcp_mem.c */
void tcp_mem_check(struct tcp_stack *st);
/* Whether this segment's data may be kept while mbufs are critical. */
bool tcp_mem_keeps(struct tcp_stack *st, struct tcp_conn *c, const struct tcp_seg *seg);
/* Limit of a queue that may hold `buf` bytes when there is plenty, in mbufs of about per_mbuf bytes. */
static inline uint32_t
tcp_mem_limit(const struct tcp_stack *st, uint32_t buf, uint32_t per_mbuf)
{
	if (likely(!st->tight))
		return buf;
	return (uint32_t)RTE_MIN((uint64_t)buf, RTE_MAX((uint64_t)st->share * per_mbuf, (uint64_t)st->cfg.floor_buf));
}

/* tcp_table.c */
uint32_t tcp_tuple_hash(const struct tcp_stack *st, const struct net_addr *local, uint16_t lport, const struct net_addr *remote, uint16_t rport);
struct tcp_conn *tcp_lookup(struct tcp_stack *st, const struct net_addr *local, uint16_t lport, const struct net_addr *remote, uint16_t rport, uint32_t hash);
void tcp_table_add(struct tcp_stack *st, struct tcp_conn *c);
void tcp_table_del(struct tcp_stack *st, struct tcp_conn *c);

/* tcp_wheel.c */
void tcp_wheel_init(struct tcp_wheel *w, uint32_t now);
void tcp_wheel_del(struct tcp_stack *st, struct tcp_conn *c);
void tcp_wheel_run(struct tcp_stack *st, uint32_t now, void (*fire)(struct tcp_stack *st, struct tcp_conn *c));
uint32_t tcp_wheel_next(const struct tcp_stack *st); /* ticks from now until the wheel has to run; UINT32_MAX: empty */
void tcp_timer_set(struct tcp_stack *st, struct tcp_conn *c, enum tcp_timer t, uint32_t ticks);
void tcp_timer_clear(struct tcp_conn *c, enum tcp_timer t);
void tcp_timer_rearm(struct tcp_stack *st, struct tcp_conn *c);
static inline bool
tcp_timer_armed(const struct tcp_conn *c, enum tcp_timer t)
{
	return c->armed & (1u << t);
}

/* tcp_timer.c */
void tcp_timer_fire(struct tcp_stack *st, struct tcp_conn *c);
void tcp_keep_restart(struct tcp_stack *st, struct tcp_conn *c);
void tcp_rexmt_restart(struct tcp_stack *st, struct tcp_conn *c);

/* tcp_opts.c */
bool tcp_parse(struct tcp_seg *seg, struct rte_mbuf *m);
/* Options of a SYN or SYN-ACK / of any other segment; at most 40 bytes at p; return their length, a multiple of 4. */
uint8_t tcp_opts_syn(uint8_t *p, uint16_t mss, int wscale, bool sack, bool ts, uint32_t ts_val, uint32_t ts_ecr);
uint8_t tcp_opts_write(const struct tcp_stack *st, const struct tcp_conn *c, uint8_t *p);
uint8_t tcp_opts_len(const struct tcp_conn *c);

/* tcp_rxq.c */
/* Queues payload of seg (inside the window, trimmed here); takes seg->m. Sets TF_ACK_NOW as RFC 5681 4.2 asks. */
void tcp_rx_data(struct tcp_stack *st, struct tcp_conn *c, struct tcp_seg *seg);
void tcp_rxq_drop(struct tcp_conn *c);
void tcp_ooo_drop(struct tcp_conn *c);
uint32_t tcp_rcv_wnd(const struct tcp_stack *st, const struct tcp_conn *c); /* what may be advertised beyond rcv_nxt, never shrinking */
void tcp_rx_window_update(struct tcp_stack *st, struct tcp_conn *c);
uint8_t tcp_rx_sack_blocks(const struct tcp_conn *c, struct tcp_sack_range *out, uint8_t max);

/* tcp_txq.c */
void tcp_txq_append(struct tcp_conn *c, struct rte_mbuf *m);
void tcp_txq_ack(struct tcp_conn *c, uint32_t bytes);
void tcp_txq_drop(struct tcp_conn *c);
/* References (by_ref) or copies len bytes from seq onto `head`; false: no mbuf, head unchanged but for segments the caller frees. */
bool tcp_txq_attach(struct tcp_stack *st, struct tcp_conn *c, uint32_t seq, uint32_t len, struct rte_mbuf *head);
uint32_t tcp_txq_pieces(struct tcp_conn *c, uint32_t seq, uint32_t len); /* mbufs that hold this range */
void tcp_txq_copy(struct tcp_conn *c, uint32_t seq, uint32_t len, void *dst);

/* tcp_sack.c */
/* Enters the blocks of an ACK; returns bytes newly SACKed. */
uint32_t tcp_sack_update(struct tcp_stack *st, struct tcp_conn *c, const struct tcp_seg *seg);
void tcp_sack_acked(struct tcp_stack *st, struct tcp_conn *c); /* forgets what is below snd_una */
void tcp_sack_clear(struct tcp_stack *st, struct tcp_conn *c);
uint32_t tcp_sack_below(const struct tcp_stack *st, const struct tcp_conn *c, uint32_t seq); /* SACKed bytes below seq */
bool tcp_sack_is_lost(const struct tcp_stack *st, const struct tcp_conn *c, uint32_t seq); /* RFC 6675 IsLost() */
uint32_t tcp_sack_pipe(const struct tcp_stack *st, const struct tcp_conn *c); /* RFC 6675 SetPipe() */
/* First byte at or after seq that is not SACKed, and the end of that hole (limit: snd_max). */
uint32_t tcp_sack_hole(const struct tcp_stack *st, const struct tcp_conn *c, uint32_t seq, uint32_t *end);
uint32_t tcp_sack_highest(const struct tcp_stack *st, const struct tcp_conn *c); /* end of the highest range, snd_una when none */

/* tcp_ack.c */
/* RFC 9293 3.10.7.4 fifth, for an acceptable ACK in a synchronized state. */
void tcp_ack_process(struct tcp_stack *st, struct tcp_conn *c, const struct tcp_seg *seg);
void tcp_rtt_sample(struct tcp_stack *st, struct tcp_conn *c, uint32_t us);
uint32_t tcp_flight(const struct tcp_stack *st, const struct tcp_conn *c);
void tcp_cc_init(struct tcp_stack *st, struct tcp_conn *c);

/* tcp_output.c */
void tcp_output(struct tcp_stack *st, struct tcp_conn *c);
void tcp_send_rst_to(struct tcp_stack *st, const struct tcp_seg *seg); /* answers a segment without connection */
void tcp_send_rst(struct tcp_stack *st, struct tcp_conn *c);
void tcp_challenge_ack(struct tcp_stack *st, struct tcp_conn *c);
void tcp_send_synack_cookie(struct tcp_stack *st, const struct tcp_seg *seg, uint32_t iss, uint16_t mss, int wscale, bool sack, bool ts, uint32_t ts_val);

/* tcp_open.c */
void tcp_listen_input(struct tcp_stack *st, struct tcp_seg *seg);
void tcp_syn_options(struct tcp_stack *st, struct tcp_conn *c, const struct tcp_seg *seg);
uint32_t tcp_isn(const struct tcp_stack *st, const struct net_addr *local, uint16_t lport, const struct net_addr *remote, uint16_t rport);
uint32_t tcp_ts_offset(const struct tcp_stack *st, const struct net_addr *local, const struct net_addr *remote);
uint16_t tcp_our_mss(const struct tcp_stack *st, uint16_t ifidx, const struct net_addr *remote);
void tcp_conn_established(struct tcp_stack *st, struct tcp_conn *c);

/* tcp_cookie.c */
uint32_t tcp_cookie_make(const struct tcp_stack *st, const struct tcp_seg *seg, uint16_t *mss);
bool tcp_cookie_check(const struct tcp_stack *st, const struct tcp_seg *seg, uint16_t *mss);

/* tcp_input.c */
void tcp_conn_input(struct tcp_stack *st, struct tcp_conn *c, struct tcp_seg *seg);

#endif
