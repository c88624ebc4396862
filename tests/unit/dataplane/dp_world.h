/*
 * A worker without ports for tests of the channel and for fuzzers: TLS layer, proxy and channel end
 * over fake TCP, with the test at the other end of the ring. The attachment is made by hand,
 * without a socket.
 */
#ifndef SLUICE_TESTS_DP_WORLD_H
#define SLUICE_TESTS_DP_WORLD_H

#include "dataplane/ctl/ctl_int.h"
#include "dataplane/proxy/proxy.h"
#include "tests/unit/dataplane/fake_tcp.h"

#define WORLD_RING (1u << 16)

struct dp_world {
	struct tcp_stack *tcp;
	struct rec_engine *eng;
	struct dp_counters ctr;
	struct log log;
	struct tls_layer *tls;
	struct proxy *proxy;
	struct ctl_server server;
	struct ctl *ctl;
	struct chan_end cp; /* the control process's end */
	struct dp_config cfg; /* running */
	struct tls_limits lim;
	uint64_t now;
	uint32_t applied;
};

static inline int
world_apply(void *ctx, const struct dp_config *cfg, char *text, size_t n)
{
	struct dp_world *w = ctx;

	w->cfg = *cfg;
	w->applied++;
	return 0;
}

static inline void
world_collect(void *ctx)
{
	(void)ctx;
}

static const struct ctl_hooks world_hooks = { world_apply, world_collect };

/* Everything up, attached, nothing said yet. */
static inline void
world_begin(struct dp_world *w, const struct rec_engine_ops *engine)
{
	struct rec_engine_conf ec = { .pool = rte_mempool_lookup("dpt"),
		.ctr = &w->ctr,
		.log = &w->log,
		.max_sessions = 64,
		.workers = 1 };
	struct proxy_config pc = {
		.pool = ec.pool, .ctr = &w->ctr, .log = &w->log, .cfg = &w->cfg, .max_pairs = 8
	};
	struct tls_config tc = { .pool = ec.pool,
		.ctr = &w->ctr,
		.log = &w->log,
		.events = &proxy_tls_events,
		.link = &ctl_link_ops,
		.max_conns = 8 };
	struct ctl_config cc = { .server = &w->server,
		.ports = 2,
		.max_conns = 8,
		.boot_id = 1,
		.ctr = &w->ctr,
		.log = &w->log,
		.hooks = &world_hooks,
		.hooks_ctx = w };

	memset(w, 0, sizeof(*w));
	w->now = 1000000;
	w->log = (struct log){ .ident = "test", .level = LOG_ERROR, .fd = -1 };
	w->lim = (struct tls_limits){ .listener = 1,
		.handshake_timeout_ms = 10000,
		.idle_timeout_ms = 60000,
		.max_record = 16384 };
	w->tcp = fake_tcp_new();
	assert_int_equal(engine->open(&ec, &w->eng), 0);
	pc.tcp = tc.tcp = w->tcp;
	tc.engine = cc.engine = w->eng;
	w->proxy = proxy_new(&pc);
	w->ctl = ctl_new(&cc);
	tc.events_ctx = w->proxy;
	tc.link_ctx = w->ctl;
	w->tls = tls_layer_new(&tc);
	proxy_set_tls(w->proxy, w->tls);
	ctl_set_tls(w->ctl, w->tls);
	w->server.cfg.workers = 1;
	w->server.cfg.log = &w->log;
	w->server.listen_fd = w->server.peer_fd = -1;
	assert_int_equal(chan_create(&w->server.chan, 1, WORLD_RING), 0);
	chan_end_init(&w->cp, &w->server.chan, 0, CHAN_CP);
	atomic_store(&w->server.epoch, 1);
}

static inline void
world_end(struct dp_world *w)
{
	tls_layer_free(w->tls);
	proxy_free(w->proxy);
	ctl_free(w->ctl);
	w->eng->ops->close(w->eng);
	fake_tcp_free(w->tcp);
	chan_close(&w->server.chan);
}

/* Turns of the worker's loop until nothing moves. */
static inline void
world_turn(struct dp_world *w)
{
	int quiet = 0;

	proxy_now(w->proxy, w->now);
	for (int i = 0; i < 50 && quiet < 2; i++) {
		uint32_t n = ctl_poll(w->ctl, w->now);

		n += tls_poll(w->tls, w->now);
		n += tls_work(w->tls, w->now);
		ctl_flush(w->ctl);
		quiet = n == 0 ? quiet + 1 : 0;
	}
}

/* A message from the control process. */
static inline void
world_say(struct dp_world *w, uint16_t type, const void *body, size_t body_len, const void *data,
	size_t data_len)
{
	assert_int_equal(chan_send(&w->cp.tx, type, body, body_len, data, data_len), 0);
	chan_flush(&w->cp.tx);
}

static inline void
world_greet(struct dp_world *w)
{
	struct ipc_hello_ack ack = { .version = IPC_VERSION };

	world_turn(w);
	world_say(w, IPC_HELLO_ACK, &ack, sizeof(ack), NULL, 0);
	world_turn(w);
}

/* The next message to the control process into buf (IPC_MAX_MSG, aligned); its type, or 0. */
static inline uint16_t
world_hear(struct dp_world *w, uint8_t *buf, uint32_t *len)
{
	uint16_t type = 0;

	return chan_recv(&w->cp.rx, buf, IPC_MAX_MSG, &type, len) == 1 ? type : 0;
}

#endif
