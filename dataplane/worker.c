/*
 * A worker's poll loop and what it does when there is nothing to do.
 *
 * An idle worker spins for a few turns, then sleeps in ppoll() for times that double up to
 * idle_poll_us, bounded by the next TCP timer; a message of the control process, a new one
 * connecting or a frame handed over by another worker ends the sleep at once, a packet at the
 * latest with it. The first packet brings the sleep back to its shortest. What kind of rest it is
 * to be, and how long, is worker_rest.h's to say.
 */
#include <errno.h>
#include <poll.h>
#include <sys/prctl.h>
#include <time.h>

#include <rte_cycles.h>
#include <rte_ring_elem.h>

#include "dataplane/worker_int.h"
#include "dataplane/worker_rest.h"

#define IDLE_SPINS 2 /* turns without work before the first sleep: others may need the core */
#define DRAIN_US 1000000
#define MILLI_TICK_US 1000
/* engine results may make new work; how often that is followed within one turn */
#define CRYPTO_ROUNDS 4

static uint64_t
clock_us(const struct worker *w)
{
	return rte_rdtsc() / w->cycles_per_us;
}

static uint32_t
receive(struct worker *w)
{
	struct rte_mbuf *pkts[WORKER_BURST];
	uint32_t total = 0;

	for (uint32_t p = 0; p < w->cfg.n_ports; p++) {
		uint16_t n = port_rx(w->cfg.ports[p], (uint16_t)w->cfg.index, pkts, WORKER_BURST);

		total += port_relayed(w->cfg.ports[p], (uint16_t)w->cfg.index);
		if (n == 0)
			continue;
		net_input(w->net, (uint16_t)p, pkts, n, w->now);
		total += n;
	}
	return total;
}

/* What other workers learnt about neighbours. */
static uint32_t
hear_neighbours(struct worker *w)
{
	struct neigh_note note;
	uint32_t n = 0;

	if (w->cfg.neighbours == NULL)
		return 0;
	while (rte_ring_sc_dequeue_elem(w->cfg.neighbours[w->cfg.index], &note, sizeof(note)) ==
		0) {
		net_neigh_update(w->net, note.leg, &note.addr, &note.mac, w->now);
		n++;
	}
	return n;
}

/* Engine results and the connections that wait for them, until nothing new comes of it. */
static uint32_t
crypto(struct worker *w)
{
	uint32_t total = 0, n;
	int rounds = 0;

	do {
		n = tls_poll(w->tls, w->now);
		n += tls_work(w->tls, w->now);
		total += n;
	} while (n != 0 && ++rounds < CRYPTO_ROUNDS);
	return total;
}

/* Slow readers must not hold every buffer: below a quarter of free ones queues are kept short, near
 * the end they are ended. */
static void
watch_buffers(struct worker *w)
{
	uint32_t avail = rte_mempool_avail_count(w->cfg.data_pool), size = w->cfg.data_pool->size;
	enum tls_pressure p = TLS_PRESSURE_NONE;

	if (avail < size / 4)
		p = avail >= size / 32 ? TLS_PRESSURE_SHORT : TLS_PRESSURE_CRITICAL;
	if (p == w->pressure)
		return;
	if (w->pressure == TLS_PRESSURE_NONE)
		ctr_inc(&w->ctr, CTR_pressure);
	w->pressure = p;
	tls_set_pressure(w->tls, p);
	proxy_set_pressure(w->proxy, p != TLS_PRESSURE_NONE);
}

static void
housekeeping(struct worker *w)
{
	if (w->now - w->eng_tick_us >= MILLI_TICK_US) {
		w->eng_tick_us = w->now;
		watch_buffers(w);
		if (w->engine->ops->tick != NULL)
			w->engine->ops->tick(w->engine, w->now / 1000);
	}
	if (w->now - w->tick_us < WORKER_TICK_US)
		return;
	w->tick_us = w->now;
	net_timers(w->net, w->now);
	tls_sweep(w->tls, WORKER_SWEEP_TURNS, w->now);
	proxy_sweep(w->proxy, WORKER_SWEEP_TURNS, w->now);
}

static uint32_t
turn(struct worker *w)
{
	uint32_t work;

	w->now = clock_us(w);
	proxy_now(w->proxy, w->now);
	work = receive(w);
	work += hear_neighbours(w);
	tcp_timers(w->tcp, w->now);
	tcp_flush(w->tcp, w->now); /* events: what arrived goes up */
	if (w->cfg.index == 0)
		work += ctl_server_poll(w->cfg.server);
	work += ctl_poll(w->ctl, w->now);
	work += crypto(w);
	housekeeping(w);
	if (tcp_pending(w->tcp))
		tcp_flush(w->tcp, w->now); /* what came of it goes out */
	net_flush(w->net);
	ctl_flush(w->ctl);
	ctr_inc(&w->ctr, CTR_loops);
	return work;
}

/* Ports whose frames come from another worker tell when there are some. False: there are already.
 */
static bool
ports_sleep(struct worker *w, struct pollfd *p)
{
	for (uint32_t i = 0; i < w->cfg.n_ports; i++) {
		p[i].events = POLLIN;
		if (port_sleep(w->cfg.ports[i], (uint16_t)w->cfg.index, &p[i].fd) != 0) {
			while (i-- > 0)
				port_wake(w->cfg.ports[i], (uint16_t)w->cfg.index);
			return false;
		}
	}
	return true;
}

static void
ports_wake(struct worker *w)
{
	for (uint32_t i = 0; i < w->cfg.n_ports; i++)
		port_wake(w->cfg.ports[i], (uint16_t)w->cfg.index);
}

static struct timespec
timespec_of(uint64_t us)
{
	return (struct timespec){
		.tv_sec = (time_t)(us / 1000000), .tv_nsec = (long)(us * 1000 % 1000000000)
	};
}

/* Neither the control process nor other workers are told, so none of them rings but for what is urgent. */
static void
nap(struct worker *w, uint64_t us)
{
	struct timespec ts = timespec_of(us);
	struct pollfd p = { .events = POLLIN };

	if (!ctl_nap(w->ctl, &p.fd))
		return;
	ppoll(&p, 1, &ts, NULL);
	ctl_wake(w->ctl);
	ctr_inc(&w->ctr, CTR_sleeps);
	w->sleep_us = (uint32_t)us * 2;
}

static void
doze(struct worker *w, uint64_t us)
{
	struct pollfd p[3 + CFG_MAX_PORTS] = { { .events = POLLIN }, { .events = POLLIN },
		{ .events = POLLIN } };
	struct timespec ts = timespec_of(us);
	int fds[2] = { -1, -1 };

	if (!ports_sleep(w, p + 3))
		return;
	if (!ctl_sleep(w->ctl, &p[0].fd)) {
		ports_wake(w);
		return;
	}
	if (w->cfg.index == 0)
		ctl_server_fds(w->cfg.server, fds);
	p[1].fd = fds[1] >= 0 ? -1 : fds[0]; /* nobody else is let in while one is attached */
	p[2].fd = fds[1];
	ppoll(p, 3 + w->cfg.n_ports, &ts, NULL);
	ctl_wake(w->ctl);
	ports_wake(w);
	ctr_inc(&w->ctr, CTR_sleeps);
	w->sleep_us = RTE_MIN(w->sleep_us * 2, w->idle_poll_us);
}

static void
rest(struct worker *w)
{
	const struct rest_in in = {
		.now = w->now,
		.timer = RTE_MIN(tcp_next_timer(w->tcp), ctl_due(w->ctl)),
		.conns = tls_count(w->tls),
		.shaking = tls_shaking(w->tls),
		.sleep_us = w->sleep_us,
		.idle_poll_us = w->idle_poll_us,
		.engine_busy = w->engine->ops->pending(w->engine) != 0,
		.to_send = tcp_pending(w->tcp),
	};
	uint64_t us;

	switch (rest_choose(&in, &us)) {
	case REST_NOT: break;
	case REST_NAP: nap(w, us); break;
	case REST_DOZE: doze(w, us); break;
	}
}

static void
idle(struct worker *w, uint32_t work)
{
	if (work != 0) {
		w->idle_turns = 0;
		w->sleep_us = REST_MIN_US;
		return;
	}
	ctr_inc(&w->ctr, CTR_loops_idle);
	if (++w->idle_turns < IDLE_SPINS)
		return;
	ctl_bell(w->ctl);
	rest(w);
}

int
worker_run(struct worker *w)
{
	uint64_t until;

	prctl(PR_SET_TIMERSLACK, 1UL); /* short sleeps must be short */
	w->sleep_us = REST_MIN_US;
	while (!atomic_load_explicit(w->cfg.stop, memory_order_relaxed))
		idle(w, turn(w));
	tls_drain(w->tls, w->now);
	until = clock_us(w) + DRAIN_US;
	while (tls_count(w->tls) != 0 && clock_us(w) < until)
		idle(w, turn(w));
	turn(w);
	return 0;
}
