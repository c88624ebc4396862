/*
 * Building a worker out of its layers, and putting a new configuration in the place of the running
 * one.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/random.h>

#include <rte_cycles.h>
#include <rte_lcore.h>

#include "common/ct.h"
#include "dataplane/worker_int.h"

#define CONTROL_WAIT_MS 2000 /* before a configuration says otherwise */

/* Connections of TLS and to servers, and some that linger. */
static uint32_t
tcp_slots(uint32_t max_conns)
{
	return max_conns * 2 + 1024;
}

static int
random_bytes(void *p, size_t n)
{
	return getrandom(p, n, 0) == (ssize_t)n ? 0 : -EIO;
}

static int
build_net(struct worker *w)
{
	struct net_config nc = { .ops = &worker_net_ops, .user = w, .pool = w->cfg.hdr_pool };
	void *mem = NULL;

	if (random_bytes(nc.secret, sizeof(nc.secret)) != 0 ||
		posix_memalign(&mem, RTE_CACHE_LINE_SIZE, net_size()) != 0)
		return -ENOMEM;
	memset(mem, 0, net_size());
	w->net = net_init(mem, &nc);
	return 0;
}

/* Whether the port will hand segments of this flow to this worker: only then may TCP choose it for
 * a connection to a server. */
static bool
owns_flow(void *ctx, const struct net_addr *local, uint16_t lport, const struct net_addr *remote,
	uint16_t rport)
{
	const struct worker *w = ctx;
	int leg = net_route(w->net, remote, NULL);

	return leg >= 0 &&
	       port_queue_of(w->cfg.ports[leg], local, lport, remote, rport) == w->cfg.index;
}

static int
build_tcp(struct worker *w)
{
	struct tcp_config tc;
	void *mem;
	int rc;

	tcp_config_default(&tc);
	tc.net = w->net;
	tc.events = &worker_tcp_events;
	tc.ctx = w;
	tc.hdr_pool = w->cfg.hdr_pool;
	tc.data_pool = w->cfg.data_pool;
	tc.owns_flow = w->cfg.workers > 1 ? owns_flow : NULL;
	/* The last buffers are for the connections that are already open. */
	tc.min_free_mbufs = w->cfg.data_pool->size / 8;
	tc.max_conns = tcp_slots(w->cfg.max_conns);
	rc = random_bytes(tc.secret, sizeof(tc.secret));
	if (rc != 0)
		return rc;
	w->tcp_bytes = tcp_stack_size(&tc);
	if (w->tcp_bytes == 0)
		return -EINVAL;
	mem = mmap(NULL, w->tcp_bytes, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (mem == MAP_FAILED)
		return -ENOMEM;
	/* each segment of another flow is at another place of the table: small pages would cost a
	 * walk for each; where there are no large ones it goes without */
	madvise(mem, w->tcp_bytes, MADV_HUGEPAGE);
	w->tcp = tcp_stack_init(mem, &tc, w->now);
	ct_wipe(tc.secret, sizeof(tc.secret));
	return w->tcp != NULL ? 0 : -EINVAL;
}

static int
build_engine(struct worker *w)
{
	struct rec_engine_conf ec = {
		.pool = w->cfg.data_pool,
		.ctr = &w->ctr,
		.log = w->cfg.log,
		.max_sessions = w->cfg.max_conns * 2,
		.worker = (uint16_t)w->cfg.index,
		.workers = (uint16_t)w->cfg.workers,
		.device = w->cfg.device,
	};

	return rec_engine_start(w->cfg.engine, &ec, &w->engine);
}

static int
build_upper(struct worker *w)
{
	struct proxy_config pc = { .tcp = w->tcp,
		.pool = w->cfg.data_pool,
		.ctr = &w->ctr,
		.log = w->cfg.log,
		.cfg = &w->running,
		.max_pairs = w->cfg.max_conns };
	struct ctl_config cc = {
		.server = w->cfg.server,
		.worker = w->cfg.index,
		.ports = w->cfg.n_ports,
		.max_conns = w->cfg.max_conns,
		.boot_id = w->cfg.boot_id,
		.engine = w->engine,
		.ctr = &w->ctr,
		.log = w->cfg.log,
		.hooks = &worker_ctl_hooks,
		.hooks_ctx = w,
	};
	struct tls_config tc = {
		.tcp = w->tcp,
		.engine = w->engine,
		.pool = w->cfg.data_pool,
		.ctr = &w->ctr,
		.log = w->cfg.log,
		.events = &proxy_tls_events,
		.link = &ctl_link_ops,
		.max_conns = w->cfg.max_conns,
	};

	w->proxy = proxy_new(&pc);
	w->ctl = ctl_new(&cc);
	if (w->proxy == NULL || w->ctl == NULL)
		return -ENOMEM;
	tc.events_ctx = w->proxy;
	tc.link_ctx = w->ctl;
	w->tls = tls_layer_new(&tc);
	if (w->tls == NULL)
		return -ENOMEM;
	tls_set_control_wait(w->tls, CONTROL_WAIT_MS);
	proxy_set_tls(w->proxy, w->tls);
	ctl_set_tls(w->ctl, w->tls);
	return 0;
}

size_t
worker_neigh_note_size(void)
{
	return sizeof(struct neigh_note);
}

int
worker_new(const struct worker_config *cfg, struct worker **out)
{
	static const struct {
		const char *what;
		int (*build)(struct worker *w);
	} steps[] = { { "net", build_net }, { "tcp", build_tcp }, { "engine", build_engine },
		{ "tls", build_upper } };
	struct worker *w = calloc(1, sizeof(*w));
	int rc;

	if (w == NULL)
		return -ENOMEM;
	w->cfg = *cfg;
	w->idle_poll_us = cfg->idle_poll_us;
	w->cycles_per_us = rte_get_tsc_hz() / 1000000;
	w->now = rte_rdtsc() / w->cycles_per_us;
	for (size_t i = 0; i < RTE_DIM(w->listeners); i++)
		w->listeners[i].tcp = -1;
	for (size_t i = 0; i < RTE_DIM(steps); i++) {
		rc = steps[i].build(w);
		if (rc != 0) {
			log_line(cfg->log, LOG_ERROR, "worker_failed worker=%u layer=%s errno=%d",
				cfg->index, steps[i].what, -rc);
			worker_free(w);
			return rc;
		}
	}
	*out = w;
	return 0;
}

void
worker_free(struct worker *w)
{
	if (w->tls != NULL)
		tls_layer_free(w->tls);
	if (w->proxy != NULL)
		proxy_free(w->proxy);
	if (w->ctl != NULL)
		ctl_free(w->ctl);
	if (w->engine != NULL)
		w->engine->ops->close(w->engine);
	if (w->tcp != NULL)
		tcp_stack_fini(w->tcp);
	if (w->tcp != NULL)
		munmap(w->tcp, w->tcp_bytes);
	if (w->net != NULL) {
		net_fini(w->net);
		free(w->net);
	}
	free(w);
}

/* --- configuration -------------------------------------------------------------------------- */

static bool
same_place(const struct listener *l, const struct ipc_cfg_listener *c)
{
	struct net_addr a;

	return l->used && cfg_addr(&c->addr, &a) && net_addr_eq(&l->addr, &a) &&
	       l->port == c->addr.port;
}

static struct listener *
find_listener(struct worker *w, const struct ipc_cfg_listener *c)
{
	for (size_t i = 0; i < RTE_DIM(w->listeners); i++)
		if (same_place(&w->listeners[i], c))
			return &w->listeners[i];
	return NULL;
}

static struct listener *
free_listener(struct worker *w)
{
	for (size_t i = 0; i < RTE_DIM(w->listeners); i++)
		if (!w->listeners[i].used)
			return &w->listeners[i];
	/* Every place was once listened on: take one that is closed. Its connections keep reading
	 * valid limits. */
	for (size_t i = 0; i < RTE_DIM(w->listeners); i++)
		if (w->listeners[i].tcp < 0)
			return &w->listeners[i];
	return NULL;
}

static void
set_limits(struct listener *l, const struct ipc_cfg_listener *c)
{
	l->limits.listener = c->id;
	l->limits.handshake_timeout_ms = c->handshake_timeout_ms;
	l->limits.idle_timeout_ms = c->idle_timeout_ms;
	l->limits.max_record = c->max_record;
	l->limits.rekey_records = c->rekey_records;
	l->limits.may_ssl2 = (c->flags & IPC_LISTEN_V2) != 0;
}

/* Opens what is not open yet; on an error closes again what this call opened. */
static int
open_listeners(struct worker *w, const struct dp_config *cfg, char *text, size_t text_len)
{
	struct listener *opened[CFG_MAX_LISTENERS], *l;
	uint32_t n = 0;
	int rc = 0;

	for (uint32_t i = 0; i < cfg->n_listeners && rc == 0; i++) {
		const struct ipc_cfg_listener *c = &cfg->listener[i];

		l = find_listener(w, c);
		if (l != NULL && l->tcp >= 0)
			continue;
		if (l == NULL)
			l = free_listener(w);
		if (l == NULL) {
			rc = -ENOSPC;
			snprintf(text, text_len, "listener %u: no slot", i);
			break;
		}
		cfg_addr(&c->addr, &l->addr);
		l->port = c->addr.port;
		l->used = true;
		set_limits(l, c);
		rc = tcp_listen(w->tcp, &l->addr, l->port, c->backlog, l);
		if (rc < 0) {
			snprintf(text, text_len, "listener %u: %s", i, strerror(-rc));
			break;
		}
		l->tcp = rc;
		rc = 0;
		opened[n++] = l;
	}
	while (rc != 0 && n > 0) {
		l = opened[--n];
		tcp_unlisten(w->tcp, l->tcp);
		l->tcp = -1;
	}
	return rc;
}

static void
close_listeners(struct worker *w, const struct dp_config *cfg)
{
	for (size_t i = 0; i < RTE_DIM(w->listeners); i++) {
		struct listener *l = &w->listeners[i];
		const struct ipc_cfg_listener *keep = NULL;

		for (uint32_t k = 0; k < cfg->n_listeners; k++)
			if (same_place(l, &cfg->listener[k]))
				keep = &cfg->listener[k];
		if (keep != NULL) {
			set_limits(l, keep);
		} else if (l->tcp >= 0) {
			tcp_unlisten(w->tcp, l->tcp);
			l->tcp = -1;
		}
	}
}

/* One leg's configuration from all items of its port. False: the port was not named. */
static bool
leg(const struct worker *w, const struct dp_config *cfg, uint32_t port, struct net_if_config *f)
{
	bool named = false;

	memset(f, 0, sizeof(*f));
	f->mac = w->cfg.ports[port]->mac;
	f->caps = w->cfg.ports[port]->caps;
	f->mtu = w->cfg.ports[port]->mtu;
	for (uint32_t i = 0; i < cfg->n_ifaces; i++) {
		const struct ipc_cfg_iface *c = &cfg->iface[i];

		if (c->port != port)
			continue;
		named = true;
		if (c->mtu != 0)
			f->mtu = RTE_MIN(f->mtu, c->mtu);
		cfg_addr(&c->addr, c->addr.family == 4 ? &f->ip4 : &f->ip6);
		if (c->addr.family == 4)
			f->prefix4 = c->prefix;
		else
			f->prefix6 = c->prefix;
	}
	return named;
}

static int
set_legs(struct worker *w, const struct dp_config *cfg, char *text, size_t text_len)
{
	struct net_if_config f;

	for (uint32_t p = 0; p < w->cfg.n_ports; p++) {
		int rc;

		if (!leg(w, cfg, p, &f))
			continue;
		rc = net_if_set(w->net, (uint16_t)p, &f);
		if (rc != 0) {
			snprintf(text, text_len, "iface of port %u: %s", p, strerror(-rc));
			return rc;
		}
	}
	return 0;
}

static int
apply(void *ctx, const struct dp_config *cfg, char *text, size_t text_len)
{
	struct worker *w = ctx;
	char ignored[8];
	int rc = open_listeners(w, cfg, text, text_len);

	if (rc != 0)
		return rc;
	rc = set_legs(w, cfg, text, text_len);
	if (rc != 0) { /* back to what ran before */
		set_legs(w, &w->running, ignored, sizeof(ignored));
		close_listeners(w, &w->running);
		return rc;
	}
	close_listeners(w, cfg);
	w->running = *cfg;
	if (cfg->has_limits)
		w->idle_poll_us = cfg->limits.idle_poll_us;
	return 0;
}

/* Position of a lower layer's counter among the worker's, by name; CTR_COUNT: not there. */
static enum dp_ctr
ctr_by_name(const char *layer, const char *name)
{
	static const char *const names[] = {
#define CTR(n, doc) #n,
#include "common/counters.def"
	};
	size_t prefix = strlen(layer);

	for (size_t i = 0; i < RTE_DIM(names); i++)
		if (strncmp(names[i], layer, prefix) == 0 &&
			strcasecmp(names[i] + prefix, name) == 0)
			return (enum dp_ctr)i;
	return CTR_COUNT;
}

static void
collect(void *ctx)
{
	struct worker *w = ctx;
	enum dp_ctr to;

	for (int i = 0; i < NET_C_COUNT; i++)
		if ((to = ctr_by_name("net_", net_counter_name((enum net_counter)i))) != CTR_COUNT)
			w->ctr.v[to] = net_counter(w->net, (enum net_counter)i);
	for (int i = 0; i < TCP_C_COUNT; i++)
		if ((to = ctr_by_name("tcp_", tcp_counter_name((enum tcp_counter)i))) != CTR_COUNT)
			w->ctr.v[to] = tcp_counter(w->tcp, (enum tcp_counter)i);
	w->ctr.v[CTR_connections] = tls_count(w->tls);
	if (w->cfg.index == 0) /* the pool is everybody's */
		w->ctr.v[CTR_mbufs] = rte_mempool_in_use_count(w->cfg.data_pool);
	w->ctr.v[CTR_rx_packets] = w->ctr.v[CTR_rx_bytes] = w->ctr.v[CTR_tx_packets] =
		w->ctr.v[CTR_tx_bytes] = 0;
	for (uint32_t p = 0; p < w->cfg.n_ports; p++) {
		const struct port_queue_stats *q = &w->cfg.ports[p]->q[w->cfg.index];

		w->ctr.v[CTR_rx_packets] += q->rx;
		w->ctr.v[CTR_rx_bytes] += q->rx_bytes;
		w->ctr.v[CTR_tx_packets] += q->tx;
		w->ctr.v[CTR_tx_bytes] += q->tx_bytes;
	}
}

const struct ctl_hooks worker_ctl_hooks = { .apply = apply, .collect = collect };
