/*
 * Functional tests of the driver on a simulation library: pmd_func --lib PATH [--slow] [--seed N]. The same cases run on the golden
 * model and on the simulated core (--slow: fewer repetitions where they cost simulated time).
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_errno.h>

#include "tests/pmd/env.h"

#define MBUFS 512
#define OPS 512

struct env *the_env;

/* One lcore for each queue pair and the main one, on the CPUs that we may use, whatever their number. */
static int
cpus(char *out, size_t room)
{
	cpu_set_t set;
	int first = -1, last = -1;

	if (sched_getaffinity(0, sizeof(set), &set))
		return -1;
	for (int i = 0; i < CPU_SETSIZE; i++) {
		if (!CPU_ISSET(i, &set))
			continue;
		first = first < 0 ? i : first;
		last = last < 0 || last == i - 1 ? i : last;
	}
	snprintf(out, room, "(0-%u)@(%d-%d)", ENV_LCORES, first, last);
	return first < 0 ? -1 : 0;
}

static int
eal(void)
{
	char prefix[64], lcores[64];
	char *argv[] = { (char *)(uintptr_t)"pmd_func", (char *)(uintptr_t)"--no-huge", (char *)(uintptr_t)"-m",
		(char *)(uintptr_t)"256", (char *)(uintptr_t)"--no-pci", (char *)(uintptr_t)"--iova-mode=va",
		(char *)(uintptr_t)"--no-telemetry", (char *)(uintptr_t)"--lcores", lcores, prefix };

	if (cpus(lcores, sizeof(lcores)))
		return -ENODEV;
	snprintf(prefix, sizeof(prefix), "--file-prefix=pmdtest%d", (int)getpid());
	return rte_eal_init(RTE_DIM(argv), argv) < 0 ? -rte_errno : 0;
}

static int
pools(struct env *e)
{
	e->mbufs = rte_pktmbuf_pool_create("mbufs", MBUFS, 0, 0, ENV_BUF + RTE_PKTMBUF_HEADROOM, 0);
	e->ops = rte_crypto_op_pool_create("ops", RTE_CRYPTO_OP_TYPE_SYMMETRIC, OPS, 0, 16, 0);
	e->asym_ops = rte_crypto_op_pool_create("asym_ops", RTE_CRYPTO_OP_TYPE_ASYMMETRIC, OPS, 0, 0, 0);
	return e->mbufs && e->ops && e->asym_ops ? 0 : -1;
}

/* The card's key, in a file of our own beside the build. */
static int
kek(struct env *e, char *path, size_t room)
{
	int fd;

	snprintf(path, room, "%s.kek.XXXXXX", e->lib);
	fd = mkstemp(path);
	if (fd < 0)
		return -1;
	env_random_bytes(e, e->kek, sizeof(e->kek));
	e->kek_path = path;
	return write(fd, e->kek, sizeof(e->kek)) == (ssize_t)sizeof(e->kek) && close(fd) == 0 ? 0 : -1;
}

int
main(int argc, char **argv)
{
	struct env e = { .rng = 1 };
	char path[512];
	int failed;

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--slow"))
			e.slow = true;
		else if (!strcmp(argv[i], "--lib") && i + 1 < argc)
			e.lib = argv[++i];
		else if (!strcmp(argv[i], "--ops") && i + 1 < argc)
			e.many = (unsigned int)strtoul(argv[++i], NULL, 0);
		else if (!strcmp(argv[i], "--cavp") && i + 1 < argc)
			e.cavp = argv[++i];
		else if (!strcmp(argv[i], "--seed") && i + 1 < argc)
			e.rng = strtoull(argv[++i], NULL, 0);
		else if (!strcmp(argv[i], "--match") && i + 1 < argc)
			cmocka_set_test_filter(argv[++i]);
	}
	if (!e.lib) {
		fprintf(stderr, "usage: pmd_func --lib PATH [--slow] [--seed N] [--ops N] [--cavp FILE] [--match GLOB]\n");
		return 2;
	}
	printf("# seed %llu\n", (unsigned long long)e.rng);
	if (eal() || pools(&e) || kek(&e, path, sizeof(path))) {
		fprintf(stderr, "pmd_func: EAL, pools or key file failed\n");
		return 2;
	}
	the_env = &e;
#define GROUP(name) _cmocka_run_group_tests(#name, env_tests_##name, env_tests_##name##_n, env_setup, env_teardown)
	failed = GROUP(aead);
	failed += GROUP(chain);
	failed += GROUP(tls);
	failed += GROUP(pka);
	failed += GROUP(asym);
	failed += GROUP(secret);
	failed += GROUP(probe);
	failed += GROUP(cavp);
	failed += GROUP(conform);
	failed += GROUP(lcores);
	failed += GROUP(ring);
	/* these open the device by themselves, with timeouts of their own */
	failed += _cmocka_run_group_tests("halt", env_tests_halt, env_tests_halt_n, NULL, NULL);
	failed += _cmocka_run_group_tests("fault", env_tests_fault, env_tests_fault_n, NULL, NULL);
	unlink(path);
	rte_eal_cleanup();
	return failed ? 1 : 0;
}
