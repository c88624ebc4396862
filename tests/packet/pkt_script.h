/*
 * A scripted peer: sends segments with chosen numbers to a one-host env, takes what the host sends back, parsed. Sequence numbers are
 * relative: 0 is the sender's SYN on either side.
 */
#ifndef SLUICE_TESTS_PACKET_PKT_SCRIPT_H
#define SLUICE_TESTS_PACKET_PKT_SCRIPT_H

#include "tests/packet/pkt_env.h"

enum { FIN = 0x01, SYN = 0x02, RST = 0x04, PSH = 0x08, ACK = 0x10 };

/* A segment as it was or will be on the wire. */
struct seg {
	uint8_t flags;
	uint32_t seq, ack; /* relative */
	uint32_t len; /* payload; bytes are env_byte(seq - 1 + i) of the sender's stream */
	uint16_t wnd; /* the field, unscaled */
	uint16_t mss; /* 0: no option */
	uint16_t wscale; /* 0: no option, or WS(shift) */
	bool sack_ok, ts;
	uint32_t ts_val, ts_ecr;
	unsigned int n_sacks;
	uint32_t sack[4][2]; /* relative to the peer of the sender */
	bool odd_payload; /* received: some byte was not the stream's */
};

/* One connection between host 0 and the peer. */
struct script {
	struct env *env;
	struct env_host *h;
	uint32_t iss, irs; /* peer's and host's initial numbers */
	uint16_t host_port, peer_port;
	uint16_t wnd; /* what the peer's segments say */
	bool ts; /* the peer's segments carry timestamps */
	uint32_t ts_val, ts_ecr;
};

struct script script_new(const struct env_opts *o);
/* Sends without polling the host: several in one burst. */
void put(struct script *s, struct seg g);
/* Sends and lets the host answer. */
void give(struct script *s, struct seg g);
/* Segments the host has sent and nobody took. */
unsigned int waiting(const struct script *s);
/* The oldest; fails the test when there is none. */
struct seg take(struct script *s);
void expect_none(struct script *s);
/* Advances the clock. */
void pass(struct script *s, uint64_t us);

/* A listener on port 80 and the handshake to ESTABLISHED by the peer, with these options in its SYN. Returns the id. */
tcp_id_t script_accept(struct script *s, struct seg syn_options);
/* An active open by the host answered by the peer. */
tcp_id_t script_connect(struct script *s, struct seg synack_options);
enum tcp_state state_of(struct script *s, tcp_id_t id);
/* Queues len bytes of the host's stream at offset off and flushes. */
void host_sends(struct script *s, tcp_id_t id, uint64_t off, uint32_t len);

#define WS(shift) (0x100 | (shift))
#define SEG(...) ((struct seg){ __VA_ARGS__ })

#endif
