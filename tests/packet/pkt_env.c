/* Fixture of the packet tests; see pkt_env.h. */
#include "tests/packet/pkt_env.h"

#include <rte_eal.h>
#include <rte_mempool.h>

void
env_eal(void)
{
	static const char *const args[] = { "test", "--no-huge", "--no-pci", "-m", "512", "--no-telemetry", "--no-shconf", "--iova-mode=va", "-l", "0", "--log-level=error" };
	static bool started;
	char *argv[RTE_DIM(args)];

	if (started)
		return;
	for (unsigned int i = 0; i < RTE_DIM(args); i++)
		argv[i] = (char *)(uintptr_t)args[i];
	if (rte_eal_init(RTE_DIM(args), argv) < 0) {
		fprintf(stderr, "no EAL\n");
		exit(1);
	}
	started = true;
}

struct rte_mempool *
env_pool(const char *name, unsigned int n, unsigned int room)
{
	struct rte_mempool *p = rte_mempool_lookup(name);

	if (p == NULL)
		p = rte_pktmbuf_pool_create(name, n, 0, 0, (uint16_t)(room + RTE_PKTMBUF_HEADROOM), SOCKET_ID_ANY);
	if (p == NULL) {
		fprintf(stderr, "no pool %s\n", name);
		exit(1);
	}
	return p;
}

uint64_t
env_rand(struct env_rng *r)
{
	r->s ^= r->s >> 12;
	r->s ^= r->s << 25;
	r->s ^= r->s >> 27;
	return r->s * 0x2545f4914f6cdd1dull;
}

struct net_addr
env_addr(const struct env *env, unsigned int host)
{
	const struct net_if_config *cfg = net_if_get(env->host[host].net, 0);

	return net_addr_is_any(&cfg->ip4) ? cfg->ip6 : cfg->ip4;
}

struct net_addr
env_peer_addr(void)
{
	return net_addr_v4_bytes(198, 18, 0, 99);
}

struct rte_ether_addr
env_mac(unsigned int host)
{
	return (struct rte_ether_addr){ { 2, 0, 0, 0, 0, (uint8_t)(host + 1) } };
}

uint8_t
env_byte(uint64_t i)
{
	return (uint8_t)((i * 0x9e3779b97f4a7c15ull) >> 56) ^ (uint8_t)i;
}

struct rte_mbuf *
env_data(struct env *env, uint64_t off, uint32_t len, uint32_t seg)
{
	struct rte_mbuf *head = NULL, *tail = NULL;
	uint32_t done = 0;

	while (done < len) {
		struct rte_mbuf *m = rte_pktmbuf_alloc(env->data);
		uint32_t n = RTE_MIN(RTE_MIN(len - done, seg), m != NULL ? rte_pktmbuf_tailroom(m) : 0u);
		uint8_t *p;

		assert_non_null(m);
		p = (uint8_t *)rte_pktmbuf_append(m, (uint16_t)n);
		for (uint32_t i = 0; i < n; i++)
			p[i] = env_byte(off + done + i);
		done += n;
		if (head == NULL) {
			head = m;
		} else {
			tail->next = m;
			head->nb_segs++;
			head->pkt_len += n;
		}
		tail = m;
	}
	return head;
}

static void
wire_put(struct env *env, unsigned int to, struct rte_mbuf *m, uint64_t delay)
{
	assert_true(env->n_wire < ENV_WIRE);
	env->wire[env->n_wire].at = env->now + delay;
	env->wire[env->n_wire].order = env->order++;
	env->wire[env->n_wire].m = m;
	env->wire[env->n_wire].to = to;
	env->n_wire++;
}

static bool
chance(struct env *env, uint32_t per_100000)
{
	return per_100000 > 0 && env_rand(&env->rng) % 100000 < per_100000;
}

/* Takes a frame from host `from`: a copy travels, so that the receiver's buffers are never the sender's. */
static void
wire_send(struct env *env, unsigned int from, struct rte_mbuf *m)
{
	struct rte_mbuf *copy = rte_pktmbuf_copy(m, env->data, 0, UINT32_MAX);
	const struct env_impair *im = &env->impair;
	uint64_t delay = im->delay_us + (im->jitter_us > 0 ? env_rand(&env->rng) % im->jitter_us : 0);
	const unsigned int n = env->sent[from]++;

	rte_pktmbuf_free(m);
	if (copy == NULL)
		return; /* as a full port would */
	if ((env->drop != NULL && env->drop(env, from, n, copy, env->drop_arg)) || chance(env, im->loss) || env->n_wire + 2 > ENV_WIRE) {
		env->lost++;
		rte_pktmbuf_free(copy);
		return;
	}
	if (chance(env, im->reorder))
		delay += im->reorder_us;
	if (chance(env, im->dup)) {
		struct rte_mbuf *twin = rte_pktmbuf_copy(copy, env->data, 0, UINT32_MAX);

		if (twin != NULL) {
			env->repeated++;
			wire_put(env, !from, twin, delay + im->delay_us / 2);
		}
	}
	wire_put(env, !from, copy, delay);
}

static uint16_t
host_tx(void *user, uint16_t ifidx, struct rte_mbuf **pkts, uint16_t n)
{
	struct env_host *h = user;

	(void)ifidx;
	if (h->tx_blocked)
		return 0;
	for (uint16_t i = 0; i < n; i++) {
		if (h->env->n_hosts == 2) {
			wire_send(h->env, h->index, pkts[i]);
		} else if (h->out_n < RTE_DIM(h->out)) {
			h->out[(h->out_head + h->out_n++) % RTE_DIM(h->out)] = pkts[i];
		} else {
			rte_pktmbuf_free(pkts[i]);
		}
	}
	return n;
}

static void
host_soon(void *user, const struct rte_mbuf *m, const struct net_pkt *pkt)
{
	tcp_soon(((struct env_host *)user)->tcp, m, pkt);
}

static void
host_tcp(void *user, struct rte_mbuf *m, const struct net_pkt *pkt, uint64_t now)
{
	tcp_input(((struct env_host *)user)->tcp, m, pkt, now);
}

static void
host_icmp(void *user, const struct net_flow *flow, uint16_t mtu, const uint8_t *quoted, size_t len)
{
	tcp_icmp(((struct env_host *)user)->tcp, flow, mtu, quoted, len);
}

static const struct net_ops host_net_ops = { .tx_burst = host_tx, .tcp_soon = host_soon, .tcp_input = host_tcp, .tcp_icmp = host_icmp };

struct env_conn *
env_conn(struct env_host *h, tcp_id_t id)
{
	for (unsigned int i = 0; i < h->n_conns; i++)
		if (h->conns[i].id == id)
			return &h->conns[i];
	if (h->n_conns == ENV_CONNS) /* more than a test looks at */
		return &h->conns[ENV_CONNS - 1];
	h->conns[h->n_conns] = (struct env_conn){ .id = id };
	return &h->conns[h->n_conns++];
}

static void
ev_accept(void *ctx, tcp_id_t id, void *cookie)
{
	struct env_host *h = ctx;
	struct env_conn *c = env_conn(h, id);

	(void)cookie;
	c->accepted++;
	if (h->on_accept != NULL)
		h->on_accept(h, c);
}

static void
ev_connected(void *ctx, tcp_id_t id, void *user, int err)
{
	struct env_host *h = ctx;
	struct env_conn *c = env_conn(h, id);

	(void)user;
	c->connected++;
	c->err = err;
	if (h->on_connected != NULL)
		h->on_connected(h, c);
}

static void
ev_readable(void *ctx, tcp_id_t id, void *user)
{
	struct env_host *h = ctx;
	struct env_conn *c = env_conn(h, id);

	(void)user;
	c->readable++;
	if (h->on_readable != NULL)
		h->on_readable(h, c);
}

static void
ev_acked(void *ctx, tcp_id_t id, void *user, uint32_t bytes)
{
	struct env_host *h = ctx;
	struct env_conn *c = env_conn(h, id);

	(void)user;
	c->acked++;
	c->acked_bytes += bytes;
	if (h->on_acked != NULL)
		h->on_acked(h, c);
}

static void
ev_fin(void *ctx, tcp_id_t id, void *user)
{
	struct env_host *h = ctx;
	struct env_conn *c = env_conn(h, id);

	(void)user;
	c->fin++;
	if (h->on_fin != NULL)
		h->on_fin(h, c);
}

static void
ev_closed(void *ctx, tcp_id_t id, void *user, enum tcp_close why)
{
	struct env_host *h = ctx;
	struct env_conn *c = env_conn(h, id);

	(void)user;
	c->closed++;
	c->why = why;
	if (h->on_closed != NULL)
		h->on_closed(h, c);
}

static const struct tcp_events host_events = { ev_accept, ev_connected, ev_readable, ev_acked, ev_fin, ev_closed };

void
env_defaults(struct env_opts *o)
{
	memset(o, 0, sizeof(*o));
	o->hosts = 2;
	o->mtu = 1500;
	o->caps = NET_CAP_MULTI_SEG;
	for (unsigned int i = 0; i < 2; i++) {
		tcp_config_default(&o->tcp[i]);
		o->tcp[i].max_conns = 1024;
		o->tcp[i].max_time_wait = 64;
		o->tcp[i].max_scoreboards = 64;
		for (unsigned int k = 0; k < sizeof(o->tcp[i].secret); k++)
			o->tcp[i].secret[k] = (uint8_t)(i * 101 + k * 7 + 1);
	}
}

static void
host_init(struct env *env, unsigned int i, const struct env_opts *o)
{
	struct env_host *h = &env->host[i];
	struct net_config nc = { .ops = &host_net_ops, .user = h, .pool = env->hdr, .secret = { 1, 2, 3 } };
	struct net_if_config ic = { .mac = env_mac(i), .mtu = o->mtu, .caps = o->caps, .prefix4 = 24, .prefix6 = 64 };
	struct tcp_config tc = o->tcp[i];

	h->env = env;
	h->index = i;
	if (o->v6)
		ic.ip6 = net_addr_v6((const uint8_t[16]){ 0xfd, 0, 0, 0x18, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (uint8_t)(i + 1) });
	else
		ic.ip4 = net_addr_v4_bytes(198, 18, 0, (uint8_t)(i + 1));
	h->net = net_init(aligned_alloc(RTE_CACHE_LINE_SIZE, net_size()), &nc);
	assert_int_equal(net_if_set(h->net, 0, &ic), 0);
	if (!o->v6) {
		const struct rte_ether_addr mac = env_mac(98);
		const struct net_addr peer = env_peer_addr();

		assert_int_equal(net_neigh_set(h->net, 0, &peer, &mac), 0);
	}
	tc.net = h->net;
	tc.events = &host_events;
	tc.ctx = h;
	tc.hdr_pool = env->hdr;
	tc.data_pool = env->data;
	const size_t size = tcp_stack_size(&tc);
	void *mem = aligned_alloc(RTE_CACHE_LINE_SIZE, size);

	assert_true(size > 0);
	memset(mem, 0, size);
	h->tcp = tcp_stack_init(mem, &tc, env->now);
	assert_non_null(h->tcp);
}

struct env *
env_new(const struct env_opts *o)
{
	struct env *env = calloc(1, sizeof(*env));

	env_eal();
	env->now = o->start_us;
	env->t0 = env->now;
	env->rng.s = 0x5107ce;
	env->hdr = env_pool("hdr", 16384, 192);
	env->data = env_pool("data", 16384, 9216);
	env->hdr_start = rte_mempool_avail_count(env->hdr);
	env->data_start = rte_mempool_avail_count(env->data);
	env->n_hosts = o->hosts;
	for (unsigned int i = 0; i < o->hosts; i++)
		host_init(env, i, o);
	return env;
}

void
env_free(struct env *env)
{
	for (unsigned int i = 0; i < env->n_hosts; i++) {
		struct env_host *h = &env->host[i];

		tcp_stack_fini(h->tcp);
		net_fini(h->net);
		for (; h->out_n > 0; h->out_n--, h->out_head = (h->out_head + 1) % RTE_DIM(h->out))
			rte_pktmbuf_free(h->out[h->out_head]);
		free(h->tcp);
		free(h->net);
	}
	for (unsigned int i = 0; i < env->n_wire; i++)
		rte_pktmbuf_free(env->wire[i].m);
	assert_int_equal(rte_mempool_avail_count(env->hdr), env->hdr_start);
	assert_int_equal(rte_mempool_avail_count(env->data), env->data_start);
	free(env);
}

void
env_poll(struct env *env)
{
	for (unsigned int i = 0; i < env->n_hosts; i++) {
		net_timers(env->host[i].net, env->now);
		tcp_timers(env->host[i].tcp, env->now);
		tcp_flush(env->host[i].tcp, env->now);
		net_flush(env->host[i].net);
	}
}

/* Index of the frame that arrives first, or -1. */
static int
wire_first(const struct env *env)
{
	int first = -1;

	for (unsigned int i = 0; i < env->n_wire; i++)
		if (first < 0 || env->wire[i].at < env->wire[first].at ||
				(env->wire[i].at == env->wire[first].at && env->wire[i].order < env->wire[first].order))
			first = (int)i;
	return first;
}

static void
wire_deliver(struct env *env)
{
	int i;

	while ((i = wire_first(env)) >= 0 && env->wire[i].at <= env->now) {
		struct rte_mbuf *m = env->wire[i].m;
		const unsigned int to = env->wire[i].to;

		env->wire[i] = env->wire[--env->n_wire];
		net_input(env->host[to].net, 0, &m, 1, env->now);
	}
}

bool
env_run_until(struct env *env, bool (*cond)(void *arg), void *arg, uint64_t limit)
{
	const uint64_t end = env->now + limit;

	env_poll(env);
	while (cond == NULL || !cond(arg)) {
		uint64_t next = RTE_MIN(end, env->now + 100000); /* net_timers() wants to be called that often */
		const int first = wire_first(env);

		if (env->now >= end)
			return false;
		if (first >= 0)
			next = RTE_MIN(next, env->wire[first].at);
		for (unsigned int i = 0; i < env->n_hosts; i++) {
			next = RTE_MIN(next, tcp_next_timer(env->host[i].tcp));
			if (tcp_pending(env->host[i].tcp))
				next = RTE_MIN(next, env->now + 1);
		}
		env->now = RTE_MAX(next, env->now);
		wire_deliver(env);
		env_poll(env);
	}
	return true;
}

void
env_run(struct env *env, uint64_t us)
{
	env_run_until(env, NULL, NULL, us);
}
