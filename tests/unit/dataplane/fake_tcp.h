/*
 * A TCP that is two byte queues per connection: what the layers above see of dataplane/tcp, without
 * segments or time. A test puts bytes into the receive queue, looks at what was queued to send, and
 * decides about room, ends and failures.
 */
#ifndef SLUICE_TESTS_FAKE_TCP_H
#define SLUICE_TESTS_FAKE_TCP_H

#include "dataplane/tcp/tcp.h"
#include "tests/unit/dataplane/dpt.h"

#define FAKE_CONNS 16
#define FAKE_BYTES (1 << 18)

struct fake_conn {
	bool live; /* the id means something */
	bool aborted, shut, closed_by_app;
	bool fin; /* the peer's FIN is there */
	uint32_t gen;
	void *user;
	uint8_t *rx;
	uint32_t rx_len, rx_at; /* received bytes, taken so far */
	uint32_t charged; /* taken and not credited */
	uint8_t *tx;
	uint32_t tx_len;
	uint32_t room; /* what tcp_send_space() says */
	uint32_t seg; /* segment size of chains that tcp_rx_take() gives */
	struct net_addr remote;
	uint16_t rport;
};

struct tcp_stack {
	struct fake_conn conn[FAKE_CONNS];
	uint32_t n;
	int connect_rc; /* of the next tcp_connect() */
	bool no_mbuf; /* tcp_rx_take() fails */
};

struct tcp_stack *fake_tcp_new(void);
void fake_tcp_free(struct tcp_stack *st);
/* A connection as after accept. */
tcp_id_t fake_open(struct tcp_stack *st);
struct fake_conn *fake_get(struct tcp_stack *st, tcp_id_t id);
/* Bytes from the peer. */
void fake_receive(struct tcp_stack *st, tcp_id_t id, const void *bytes, uint32_t n);
/* The id of the last tcp_connect(). */
tcp_id_t fake_last(const struct tcp_stack *st);
/* TCP itself ends the connection: the id is dead afterwards. */
void fake_die(struct tcp_stack *st, tcp_id_t id);

#endif
