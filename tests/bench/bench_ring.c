/*
 * One worker on ports without a kernel: net_ring ports, the worker's real code on one core, clients, servers and the control process's
 * place (gen.h) on another. Prints one line of JSON per window of measurement.
 *
 *   bench_ring [EAL options] -- --engine soft|null --mtu N --conns N [--seconds S] [--windows N] [--idle US]
 *
 * The worker may sleep for short times when its rings are empty, so that its CPU time is what the work costs even where the generator is the slower one.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_eth_ring.h>
#include <rte_ethdev.h>
#include <rte_launch.h>
#include <rte_lcore.h>

#include "dataplane/worker.h"
#include "tests/bench/gen.h"

#define RING_FRAMES 16384
#define POOL_BYTES (300u << 20) /* the worker's buffers; the windows of 256 connections must fit */
#define MBUFS 32768 /* headers */
#define GEN_MBUFS 65536
#define WARM_UP_US 300000
#define START_US 30000000 /* connections must be up by then */
#define OPENED 32 /* records that must have been opened by then */
#define IDLE_POLL_US 50

struct bench {
	const struct rec_engine_ops *engine;
	uint32_t mtu, conns, windows, idle_us;
	double seconds;
	char socket[64];
	struct log log;
	struct rte_mempool *data_pool, *hdr_pool, *gen_hdr, *gen_data;
	struct rte_ring *rings[4];
	struct port *ports[4]; /* worker's outside and inside, the generator's clients and servers */
	struct ctl_server *server;
	struct worker *worker;
	struct gen gen;
	pthread_t worker_thread;
	_Atomic bool worker_runs, stop;
	bool verbose; /* environment BENCH_COUNTERS: the worker's counters on stderr */
	int rc;
};

static uint64_t
now_us(void)
{
	return rte_rdtsc() / (rte_get_tsc_hz() / 1000000);
}

static double
thread_seconds(pthread_t t)
{
	struct timespec ts = { 0 };
	clockid_t c;

	if (pthread_getcpuclockid(t, &c) != 0 || clock_gettime(c, &ts) != 0)
		return 0;
	return (double)ts.tv_sec + 1e-9 * (double)ts.tv_nsec;
}

/* --- set-up ----------------------------------------------------------------------------------------------------------------------------- */

static struct rte_mempool *
pool(const char *name, uint32_t n, uint32_t room)
{
	struct rte_mempool *p = rte_pktmbuf_pool_create(name, n, 256, 0, (uint16_t)(RTE_PKTMBUF_HEADROOM + room), SOCKET_ID_ANY);

	if (p == NULL)
		fprintf(stderr, "bench_ring: pool %s: no memory for %u buffers of %u bytes\n", name, n, room);
	return p;
}

static int
open_pools(struct bench *b)
{
	const uint32_t room = RTE_MAX(2048u, (uint32_t)RTE_ALIGN_CEIL(b->mtu + 192, 64));

	b->data_pool = pool("sluice_data", POOL_BYTES / (room + 256), room);
	b->hdr_pool = pool("sluice_hdr", MBUFS, 256);
	b->gen_hdr = pool("bench_hdr", GEN_MBUFS, 256);
	b->gen_data = pool("bench_data", 1024, RTE_ALIGN_CEIL(b->mtu + 192, 64));
	return b->data_pool != NULL && b->hdr_pool != NULL && b->gen_hdr != NULL && b->gen_data != NULL ? 0 : -1;
}

/* A port that receives from one ring and sends to another. */
static struct port *
open_port(const struct bench *b, const char *name, uint32_t n, struct rte_ring *rx, struct rte_ring *tx)
{
	struct rte_mempool *const pools[] = { n < GEN_LEGS ? b->data_pool : b->gen_data };
	struct port_config pc = { .queues = 1, .mtu = (uint16_t)b->mtu, .rx_pools = pools, .no_cksum = true };
	const int id = rte_eth_from_rings(name, &rx, 1, &tx, 1, 0);
	struct port *p = calloc(1, sizeof(*p));
	char why[160] = "no memory";

	pc.index = (uint16_t)id;
	if (id < 0 || p == NULL || port_open(p, &pc, why, sizeof(why)) != 0) {
		fprintf(stderr, "bench_ring: port %s: %s\n", name, why);
		exit(1);
	}
	p->caps |= NET_CAP_MULTI_SEG; /* a ring hands chains on as they are */
	p->mac = (struct rte_ether_addr){ { 0x02, 0, 0, 0, 0, (uint8_t)(n + 1) } };
	return p;
}

static int
open_ports(struct bench *b)
{
	static const char *const names[] = { "clients_to_worker", "worker_to_clients", "servers_to_worker", "worker_to_servers" };

	for (uint32_t i = 0; i < RTE_DIM(names); i++) {
		b->rings[i] = rte_ring_create(names[i], RING_FRAMES, SOCKET_ID_ANY, RING_F_SP_ENQ | RING_F_SC_DEQ);
		if (b->rings[i] == NULL)
			return -1;
	}
	b->ports[0] = open_port(b, "outside", 0, b->rings[0], b->rings[1]);
	b->ports[1] = open_port(b, "inside", 1, b->rings[2], b->rings[3]);
	b->ports[2] = open_port(b, "clients", 2, b->rings[1], b->rings[0]);
	b->ports[3] = open_port(b, "servers", 3, b->rings[3], b->rings[2]);
	return 0;
}

static int
open_worker(struct bench *b)
{
	struct ctl_server_config sc = { .path = b->socket, .workers = 1, .log = &b->log };
	struct worker_config wc = {
		.workers = 1, .ports = b->ports, .n_ports = 2, .data_pool = b->data_pool, .hdr_pool = b->hdr_pool, .engine = b->engine, .log = &b->log,
		.boot_id = 1, .max_conns = b->conns + 16, .idle_poll_us = b->idle_us, .stop = &b->stop,
	};
	int rc = ctl_server_open(&sc, &b->server);

	wc.server = b->server;
	return rc != 0 ? rc : worker_new(&wc, &b->worker);
}

/* --- measurement ------------------------------------------------------------------------------------------------------------------------ */

struct sample {
	uint64_t t, bytes, turns, idle_turns;
	uint64_t retransmits, refused; /* of both sides; by full rings */
	double cpu;
};

static struct sample
sample(struct bench *b)
{
	uint64_t refused = b->gen.no_mbuf;

	for (size_t i = 0; i < RTE_DIM(b->ports); i++)
		refused += b->ports[i]->q[0].tx_full;
	return (struct sample){ .t = now_us(), .bytes = b->gen.bytes, .turns = b->gen.turns,
		.idle_turns = b->gen.idle_turns, .refused = refused,
		.retransmits = tcp_counter(b->gen.tcp, TCP_C_RETRANS_SEGS) + b->gen.cp.worker.v[CTR_tcp_retrans_segs], .cpu = thread_seconds(b->worker_thread) };
}

static void
print_window(const struct bench *b, const struct sample *x, const struct sample *y)
{
	const double overhead = 16384.0 / (16384 + 29), wall = 1e-6 * (double)(y->t - x->t), cpu = y->cpu - x->cpu;
	const double plain = (double)(y->bytes - x->bytes) * overhead, records = plain / 16384;

	printf("{\"engine\": \"%s\", \"mtu\": %u, \"conns\": %u, \"wall_s\": %.4f, \"cpu_s\": %.4f, \"bytes\": %.0f, \"gb_per_s\": %.4f, \"gb_per_cpu_s\": %.4f, "
	       "\"ns_per_16k\": %.1f, \"tsc_per_16k\": %.0f, \"generator_idle\": %.3f, \"retransmits\": %" PRIu64 ", \"refused\": %" PRIu64 ", \"verified\": %u}\n",
		b->engine->name, b->mtu, b->conns, wall, cpu, plain, plain / wall / 1e9, plain / cpu / 1e9, 1e9 * cpu / RTE_MAX(records, 1), cpu / RTE_MAX(records, 1) * (double)rte_get_tsc_hz(),
		(double)(y->idle_turns - x->idle_turns) / (double)(y->turns - x->turns + 1), y->retransmits - x->retransmits, y->refused - x->refused, b->gen.verify.opened);
	fflush(stdout);
}

static void
print_counters(const struct dp_counters *c)
{
	static const char *const names[] = {
#define CTR(name, doc) #name,
#include "common/counters.def"
	};

	for (size_t i = 0; i < RTE_DIM(names); i++)
		if (c->v[i] != 0)
			fprintf(stderr, "%s %" PRIu64 "\n", names[i], c->v[i]);
}

static void
turns_until(struct bench *b, uint64_t until)
{
	uint64_t now;

	while ((now = now_us()) < until)
		gen_turn(&b->gen, now);
}

/* All connections up and flowing. */
static int
start(struct bench *b)
{
	const uint64_t until = now_us() + START_US;
	struct gen *g = &b->gen;

	while (now_us() < until && !g->cp.failed && g->lost == 0 && !g->verify.failed) {
		gen_turn(g, now_us());
		if (g->n_conns == 2 * g->cfg.conns && g->up == g->cfg.conns && (!g->cfg.check || g->verify.opened >= OPENED))
			return 0;
	}
	fprintf(stderr, "bench_ring: %u of %u clients up, %u connections of %u, %u lost, %u records verified\n", g->up, g->cfg.conns, g->n_conns, 2 * g->cfg.conns,
		g->lost, g->verify.opened);
	return -1;
}

static int
run_generator(void *arg)
{
	struct bench *b = arg;
	const struct gen_config gc = { .ports = { b->ports[2], b->ports[3] }, .hdr_pool = b->gen_hdr, .data_pool = b->gen_data, .wire_pool = b->data_pool,
		.conns = b->conns, .check = b->engine == &rec_engine_soft };
	struct sample x, y;

	while (!atomic_load_explicit(&b->worker_runs, memory_order_acquire))
		rte_pause();
	b->rc = gen_open(&b->gen, &gc, now_us());
	if (b->rc == 0)
		b->rc = stand_in_attach(&b->gen.cp, b->socket);
	if (b->rc == 0)
		b->rc = start(b);
	if (b->rc == 0)
		turns_until(b, now_us() + WARM_UP_US);
	for (uint32_t i = 0; i < b->windows && b->rc == 0; i++) {
		x = sample(b);
		turns_until(b, x.t + (uint64_t)(b->seconds * 1e6));
		y = sample(b);
		print_window(b, &x, &y);
		if (b->gen.lost != 0 || b->gen.verify.failed)
			b->rc = -1;
	}
	if (b->verbose)
		print_counters(&b->gen.cp.worker);
	atomic_store(&b->stop, true);
	return b->rc;
}

/* --- main ------------------------------------------------------------------------------------------------------------------------------- */

static int
parse(int argc, char **argv, struct bench *b)
{
	static const struct option longs[] = {
		{ "engine", required_argument, NULL, 'e' }, { "mtu", required_argument, NULL, 'm' }, { "conns", required_argument, NULL, 'c' },
		{ "seconds", required_argument, NULL, 's' }, { "windows", required_argument, NULL, 'w' }, { "idle", required_argument, NULL, 'i' }, { NULL, 0, NULL, 0 },
	};
	int c;

	optind = 1;
	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (c) {
		case 'e': b->engine = rec_engine_find(optarg); break;
		case 'm': b->mtu = (uint32_t)atoi(optarg); break;
		case 'c': b->conns = (uint32_t)atoi(optarg); break;
		case 's': b->seconds = atof(optarg); break;
		case 'w': b->windows = (uint32_t)atoi(optarg); break;
		case 'i': b->idle_us = (uint32_t)atoi(optarg); break;
		default: return -1;
		}
	}
	if (b->engine != NULL && b->mtu >= 576 && b->mtu <= 9600 && b->conns > 0 && b->conns <= 4096 && b->seconds > 0)
		return 0;
	fprintf(stderr, "usage: bench_ring [EAL options] -- [--engine soft|null] [--mtu N] [--conns N] [--seconds S] [--windows N] [--idle US]\n");
	return -1;
}

static void
close_all(struct bench *b)
{
	gen_close(&b->gen);
	worker_free(b->worker);
	ctl_server_close(b->server);
	for (size_t i = 0; i < RTE_DIM(b->ports); i++) {
		port_close(b->ports[i]);
		free(b->ports[i]);
	}
	for (size_t i = 0; i < RTE_DIM(b->rings); i++) {
		void *m = NULL;

		while (rte_ring_dequeue(b->rings[i], &m) == 0)
			rte_pktmbuf_free(m);
	}
}

int
main(int argc, char **argv)
{
	static struct bench bench = { .engine = &rec_engine_soft, .mtu = 9000, .conns = 16, .windows = 3, .seconds = 1, .idle_us = IDLE_POLL_US };
	struct bench *b = &bench;
	const int used = rte_eal_init(argc, argv);
	unsigned int gen_core;
	uint32_t held;

	if (used < 0 || parse(argc - used, argv + used, b) != 0)
		return 2;
	gen_core = rte_get_next_lcore(-1, 1, 0);
	if (gen_core >= RTE_MAX_LCORE) {
		fprintf(stderr, "bench_ring: two lcores are needed: EAL --lcores 0@0,1@1\n");
		return 2;
	}
	b->verbose = getenv("BENCH_COUNTERS") != NULL;
	b->log = (struct log){ .ident = "bench_ring", .level = LOG_WARN, .fd = STDERR_FILENO };
	snprintf(b->socket, sizeof(b->socket), "/tmp/sluice-bench-%d.sock", getpid());
	if (open_pools(b) != 0 || open_ports(b) != 0 || open_worker(b) != 0)
		return 1;
	b->worker_thread = pthread_self();
	rte_eal_remote_launch(run_generator, b, gen_core);
	atomic_store_explicit(&b->worker_runs, true, memory_order_release);
	worker_run(b->worker);
	rte_eal_mp_wait_lcore();
	close_all(b);
	held = rte_mempool_in_use_count(b->data_pool) + rte_mempool_in_use_count(b->hdr_pool) + rte_mempool_in_use_count(b->gen_hdr) +
	       rte_mempool_in_use_count(b->gen_data);
	if (held != 0) {
		fprintf(stderr, "bench_ring: %u mbufs are missing at the end\n", held);
		b->rc = -1;
	}
	return b->rc == 0 ? 0 : 1;
}
