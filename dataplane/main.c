/*
 * sluice-dp: options, the DPDK environment, ports and pools, one worker per core.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <unistd.h>

#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_launch.h>
#include <rte_lcore.h>
#include <rte_ring_elem.h>

#include "dataplane/worker.h"

#define DEFAULT_SOCKET "/run/sluice/dp.sock"
#define DEFAULT_CONNS 16384
#define DEFAULT_IDLE_US 1000
#define DEFAULT_MBUFS 32768
#define NEIGH_RING 256
#define HDR_ROOM 256 /* headers, ACKs, indirect mbufs */

struct options {
	const char *socket, *device, *ports;
	const struct rec_engine_ops *engine;
	uint32_t workers, max_conns, idle_poll_us, mbufs, mtu;
	enum log_level level;
};

struct program {
	struct options o;
	struct log log;
	struct port *ports[CFG_MAX_PORTS];
	uint32_t n_ports;
	struct rte_mempool *data_pool, *hdr_pool;
	struct ctl_server *server;
	struct worker *workers[CHAN_MAX_WORKERS];
	struct rte_ring *neighbours[CHAN_MAX_WORKERS];
};

static _Atomic bool stop; /* the signal handler's only way to reach the workers */

static void
on_signal(int sig)
{
	(void)sig;
	atomic_store_explicit(&stop, true, memory_order_relaxed);
}

static void
usage(FILE *to)
{
	fprintf(to,
		"sluice-dp: the dataplane of Sluice: ports, TCP, TLS records, proxy\n"
		"\n"
		"usage: sluice-dp [EAL options] -- [options]\n"
		"\n"
		"It takes its configuration from sluice-cp, which attaches to its socket.\n"
		"\n"
		"  --socket PATH        Unix socket for sluice-cp (mode 0660) [%s]\n"
		"  --engine NAME        who seals and opens records [soft]\n"
		"                         soft       libcrypto in the worker\n"
		"                         fpga       the Sluice card or its simulation (PMD crypto_sluice); also public-key work\n"
		"                         cryptodev  any DPDK crypto device with AES-GCM\n"
		"                         null       none at all, for measurement: NOTHING IS PROTECTED\n"
		"                       A card that fails is replaced by soft until it comes back.\n"
		"  --device NAME        crypto device of engine fpga or cryptodev [the first that fits]\n"
		"  --workers N          worker cores, one port queue each [1]\n"
		"  --ports LIST         ports by name, e.g. outside=0,inside=1: the n-th is port n of the configuration,\n"
		"                       its number the DPDK port [all DPDK ports in order]\n"
		"  --mtu N              MTU of the ports [what they have]\n"
		"  --max-conns N        TLS connections of one worker [%u]\n"
		"  --mbufs N            packet buffers in all [%u per worker]\n"
		"  --idle-poll-us N     longest sleep of an idle worker in microseconds; 0: never sleep [%u]\n"
		"  --log-level LEVEL    error, warn, info or debug [info]\n"
		"  -h, --help           this text\n"
		"\n"
		"SIGTERM and SIGINT end it: clients get close_notify, at most a second is waited for them.\n"
		"EAL options are those of any DPDK program (sluice-dp -h shows them); pass --iova-mode=va with the simulated card.\n"
		"\n"
		"example:\n"
		"  sluice-dp -l 0 --no-pci --vdev net_af_packet0,iface=eth1 --vdev net_af_packet1,iface=eth2 -- --socket /run/sluice/dp.sock\n",
		DEFAULT_SOCKET, DEFAULT_CONNS, DEFAULT_MBUFS, DEFAULT_IDLE_US);
}

/* A whole number in lo..hi. */
static int
number(const char *name, const char *text, unsigned long lo, unsigned long hi, uint32_t *to)
{
	char *end;
	unsigned long v;

	errno = 0;
	v = strtoul(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || v < lo || v > hi) {
		fprintf(stderr, "sluice-dp: --%s %s: expected a number from %lu to %lu\n", name,
			text, lo, hi);
		return -EINVAL;
	}
	*to = (uint32_t)v;
	return 0;
}

static int
option(struct options *o, int c, const char *arg)
{
	int level;

	switch (c) {
	case 's': o->socket = arg; return 0;
	case 'd': o->device = arg; return 0;
	case 'p': o->ports = arg; return 0;
	case 'w': return number("workers", arg, 1, PORT_MAX_QUEUES, &o->workers);
	case 'c': return number("max-conns", arg, 1, 4000000, &o->max_conns);
	case 'm': return number("mbufs", arg, 512, 16000000, &o->mbufs);
	case 't': return number("mtu", arg, 576, 9600, &o->mtu);
	case 'i': return number("idle-poll-us", arg, 0, 1000000, &o->idle_poll_us);
	case 'e':
		o->engine = rec_engine_find(arg);
		if (o->engine == NULL)
			fprintf(stderr,
				"sluice-dp: --engine %s: expected soft, fpga, cryptodev or null\n",
				arg);
		return o->engine != NULL ? 0 : -EINVAL;
	case 'l':
		level = log_level_parse(arg);
		if (level < 0)
			fprintf(stderr,
				"sluice-dp: --log-level %s: expected error, warn, info or debug\n",
				arg);
		else
			o->level = (enum log_level)level;
		return level < 0 ? -EINVAL : 0;
	default: return -EINVAL;
	}
}

/* 0: go on; 1: done (help); -EINVAL. */
static int
parse(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{ "socket", required_argument, NULL, 's' },
		{ "engine", required_argument, NULL, 'e' },
		{ "device", required_argument, NULL, 'd' },
		{ "workers", required_argument, NULL, 'w' },
		{ "ports", required_argument, NULL, 'p' },
		{ "mtu", required_argument, NULL, 't' },
		{ "max-conns", required_argument, NULL, 'c' },
		{ "mbufs", required_argument, NULL, 'm' },
		{ "idle-poll-us", required_argument, NULL, 'i' },
		{ "log-level", required_argument, NULL, 'l' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c, rc;

	*o = (struct options){
		.socket = DEFAULT_SOCKET,
		.engine = &rec_engine_soft,
		.workers = 1,
		.max_conns = DEFAULT_CONNS,
		.idle_poll_us = DEFAULT_IDLE_US,
		.level = LOG_INFO,
	};
	optind = 1;
	while ((c = getopt_long(argc, argv, "h", longs, NULL)) != -1) {
		if (c == 'h') {
			usage(stdout);
			return 1;
		}
		rc = option(o, c, optarg);
		if (rc != 0) {
			fprintf(stderr, "try `sluice-dp --help`\n");
			return rc;
		}
	}
	if (optind != argc) {
		fprintf(stderr, "sluice-dp: unexpected argument %s\ntry `sluice-dp --help`\n",
			argv[optind]);
		return -EINVAL;
	}
	if (o->mbufs == 0)
		o->mbufs = DEFAULT_MBUFS * o->workers;
	return 0;
}

/* The DPDK ports to use, in the order of the configuration's numbers. Returns how many, or -EINVAL.
 */
static int
choose_ports(const struct options *o, uint16_t ids[CFG_MAX_PORTS])
{
	const char *p = o->ports;
	uint16_t id;
	int n = 0;

	if (p == NULL) {
		RTE_ETH_FOREACH_DEV(id)
			if (n < CFG_MAX_PORTS)
				ids[n++] = id;
		return n;
	}
	while (*p != '\0') {
		const char *eq = strchr(p, '=');
		char *end;
		unsigned long v;

		if (eq == NULL || n == CFG_MAX_PORTS)
			return -EINVAL;
		v = strtoul(eq + 1, &end, 10);
		if (end == eq + 1 || (*end != ',' && *end != '\0') || v >= RTE_MAX_ETHPORTS ||
			!rte_eth_dev_is_valid_port((uint16_t)v))
			return -EINVAL;
		ids[n++] = (uint16_t)v;
		p = *end == ',' ? end + 1 : end;
	}
	return n;
}

static int
open_pools(struct program *g, uint16_t mtu)
{
	uint32_t room =
		RTE_PKTMBUF_HEADROOM + RTE_MAX(2048u, (uint32_t)RTE_ALIGN_CEIL(mtu + 192u, 64u));

	g->data_pool = rte_pktmbuf_pool_create(
		"sluice_data", g->o.mbufs, 256, 0, (uint16_t)room, (int)rte_socket_id());
	g->hdr_pool = rte_pktmbuf_pool_create("sluice_hdr", g->o.mbufs, 256, 0,
		RTE_PKTMBUF_HEADROOM + HDR_ROOM, (int)rte_socket_id());
	if (g->data_pool != NULL && g->hdr_pool != NULL)
		return 0;
	log_line(&g->log, LOG_ERROR,
		"pools_failed mbufs=%u room=%u error=\"%s\" hint=\"more hugepages or a smaller "
		"--mbufs\"",
		g->o.mbufs, room, rte_strerror(rte_errno));
	return -ENOMEM;
}

static int
open_ports(struct program *g)
{
	uint16_t ids[CFG_MAX_PORTS], mtu = (uint16_t)g->o.mtu;
	struct rte_mempool *pools[PORT_MAX_QUEUES];
	int n = choose_ports(&g->o, ids), rc;
	char why[160];

	if (n <= 0) {
		log_line(&g->log, LOG_ERROR,
			n == 0 ? "no_ports hint=\"give EAL a device or --vdev\""
			       : "bad_ports hint=\"--ports name=N,name=N\"");
		return -ENODEV;
	}
	for (int i = 0; i < n && g->o.mtu == 0; i++)
		mtu = RTE_MAX(mtu, port_default_mtu(ids[i]));
	rc = open_pools(g, mtu);
	for (uint32_t q = 0; q < PORT_MAX_QUEUES; q++)
		pools[q] = g->data_pool;
	for (int i = 0; i < n && rc == 0; i++) {
		struct port_config pc = { .index = ids[i],
			.queues = (uint16_t)g->o.workers,
			.mtu = (uint16_t)g->o.mtu,
			.rx_pools = pools };

		g->ports[i] = calloc(1, sizeof(*g->ports[i]));
		rc = g->ports[i] == NULL ? -ENOMEM : port_open(g->ports[i], &pc, why, sizeof(why));
		if (rc == 0)
			g->n_ports++;
		else
			log_line(&g->log, LOG_ERROR, "port_failed why=\"%s\"",
				g->ports[i] == NULL ? "out of memory" : why);
	}
	return rc;
}

/* With several workers each hears from the others what they learnt about neighbours. */
static int
open_neighbours(struct program *g)
{
	char name[32];

	for (uint32_t i = 0; i < g->o.workers && g->o.workers > 1; i++) {
		snprintf(name, sizeof(name), "sluice_neigh_%u", i);
		g->neighbours[i] =
			rte_ring_create_elem(name, (unsigned int)worker_neigh_note_size(),
				NEIGH_RING, (int)rte_socket_id(), RING_F_SC_DEQ);
		if (g->neighbours[i] == NULL)
			return -ENOMEM;
	}
	return 0;
}

static int
open_workers(struct program *g)
{
	struct ctl_server_config sc = {
		.path = g->o.socket, .workers = g->o.workers, .log = &g->log
	};
	uint64_t boot_id;
	int rc = ctl_server_open(&sc, &g->server);

	if (rc != 0) {
		log_line(&g->log, LOG_ERROR, "socket_failed path=%s error=\"%s\"", g->o.socket,
			strerror(-rc));
		return rc;
	}
	rc = open_neighbours(g);
	if (getrandom(&boot_id, sizeof(boot_id), 0) != (ssize_t)sizeof(boot_id))
		return -EIO;
	for (uint32_t i = 0; i < g->o.workers && rc == 0; i++) {
		struct worker_config wc = {
			.index = i,
			.workers = g->o.workers,
			.ports = g->ports,
			.n_ports = g->n_ports,
			.data_pool = g->data_pool,
			.hdr_pool = g->hdr_pool,
			.engine = g->o.engine,
			.device = g->o.device,
			.server = g->server,
			.log = &g->log,
			.boot_id = boot_id,
			.max_conns = g->o.max_conns,
			.idle_poll_us = g->o.idle_poll_us,
			.stop = &stop,
			.neighbours = g->o.workers > 1 ? g->neighbours : NULL,
		};

		rc = worker_new(&wc, &g->workers[i]);
	}
	return rc;
}

static int
run_one(void *arg)
{
	return worker_run(arg);
}

/* Worker 0 has ended: where the others' frames pass through it, they still have to. */
static void
relay_for_others(struct program *g)
{
	uint32_t moved = 1;
	unsigned int lcore;
	bool running = true;

	while (running || moved != 0) {
		running = false;
		moved = 0;
		RTE_LCORE_FOREACH_WORKER(lcore)
			running |= rte_eal_get_lcore_state(lcore) == RUNNING;
		for (uint32_t p = 0; p < g->n_ports; p++)
			moved += port_relay(g->ports[p]);
		if (running && moved == 0)
			rte_delay_us_sleep(20);
	}
}

static int
run(struct program *g)
{
	unsigned int lcore, next = 1;

	if (rte_lcore_count() < g->o.workers) {
		log_line(&g->log, LOG_ERROR,
			"too_few_cores workers=%u lcores=%u hint=\"EAL --lcores\"", g->o.workers,
			rte_lcore_count());
		return -EINVAL;
	}
	log_line(&g->log, LOG_INFO, "ready engine=%s workers=%u ports=%u socket=%s",
		g->o.engine->name, g->o.workers, g->n_ports, g->o.socket);
	if (g->o.engine == &rec_engine_null)
		log_line(&g->log, LOG_WARN,
			"engine_null text=\"records are NOT protected; for measurement only\"");
	RTE_LCORE_FOREACH_WORKER(lcore)
		if (next < g->o.workers)
			rte_eal_remote_launch(run_one, g->workers[next++], lcore);
	worker_run(g->workers[0]);
	relay_for_others(g);
	rte_eal_mp_wait_lcore();
	log_line(&g->log, LOG_INFO, "stopped");
	return 0;
}

static void
close_all(struct program *g)
{
	for (uint32_t i = 0; i < g->o.workers; i++)
		if (g->workers[i] != NULL)
			worker_free(g->workers[i]);
	if (g->server != NULL)
		ctl_server_close(g->server);
	for (uint32_t i = 0; i < g->o.workers; i++)
		rte_ring_free(g->neighbours[i]);
	for (uint32_t i = 0; i < g->n_ports; i++)
		port_close(g->ports[i]);
	for (uint32_t i = 0; i < CFG_MAX_PORTS; i++)
		free(g->ports[i]);
	rte_mempool_free(g->data_pool);
	rte_mempool_free(g->hdr_pool);
}

static bool
wants_help(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "--help") == 0)
			return true;
	return false;
}

int
main(int argc, char **argv)
{
	struct sigaction sa = { .sa_handler = on_signal };
	struct program *g;
	int used, rc;

	if (wants_help(argc, argv)) {
		usage(stdout);
		return 0;
	}
	/* record keys live in this process: no core files, no ptrace by others */
	prctl(PR_SET_DUMPABLE, 0L);
	prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L);
	used = rte_eal_init(argc, argv);
	if (used < 0) {
		fprintf(stderr, "sluice-dp: the DPDK environment did not start: %s\n",
			rte_strerror(rte_errno));
		return 2;
	}
	g = calloc(1, sizeof(*g));
	if (g == NULL)
		return 2;
	rc = parse(argc - used, argv + used, &g->o);
	if (rc != 0) {
		rte_eal_cleanup();
		free(g);
		return rc > 0 ? 0 : 2;
	}
	g->log = (struct log){ .ident = "sluice-dp", .level = g->o.level, .fd = STDERR_FILENO };
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	signal(SIGPIPE, SIG_IGN);
	rc = open_ports(g);
	if (rc == 0)
		rc = open_workers(g);
	if (rc == 0)
		rc = run(g);
	close_all(g);
	rte_eal_cleanup();
	free(g);
	return rc == 0 ? 0 : 1;
}
