/* Device arguments, and the card's key of a simulated device. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_kvargs.h>

#include "common/ct.h"
#include "dataplane/pmd/sluice_private.h"

#define TIMEOUT_MS 2000
#define TIMEOUT_CYCLES 8000000 /* more than any operation takes behind those of all other queues */
#define ASYM_SLOTS 4

static int
bad(const char *key, const char *value, const char *want)
{
	SLUICE_LOG(ERR, "argument %s=%s: %s", key, value, want);
	return -EINVAL;
}

static int
number(const char *key, const char *value, void *out)
{
	char *rest;

	errno = 0;
	*(uint64_t *)out = strtoull(value, &rest, 0);
	if (errno || rest == value || *rest)
		return bad(key, value, "not a number");
	return 0;
}

static int
path(const char *key, const char *value, void *out)
{
	if (strlen(value) >= SLUICE_ARG_PATH)
		return bad(key, value, "too long");
	memcpy(out, value, strlen(value) + 1);
	return 0;
}

static int
transport(const char *key, const char *value, void *out)
{
	return strcmp(value, "sim") ? bad(key, value, "only sim; a card is found on the PCI bus") : 0;
}

/* One row per argument: who reads it, where it goes, and the largest number allowed. */
struct row {
	const char *key;
	arg_handler_t read;
	void *out;
	uint64_t max;
};

static int
take(struct rte_kvargs *kv, const struct row *r)
{
	if (rte_kvargs_count(kv, r->key) == 0)
		return 0;
	if (rte_kvargs_process(kv, r->key, r->read, r->out))
		return -EINVAL;
	if (r->read == number && *(uint64_t *)r->out > r->max)
		return bad(r->key, "", "out of range");
	return 0;
}

int
sluice_args_parse(const char *text, struct sluice_args *args)
{
	uint64_t qps = 0, ms = TIMEOUT_MS, cycles = TIMEOUT_CYCLES, slots = ASYM_SLOTS, latency = 0, jitter = 0;
	uint64_t seed = 0, fault = 0, stuck = 0;
	const struct row rows[] = {
		{ "transport", transport, NULL, 0 },
		{ "kek", path, args->kek, 0 },
		{ "lib", path, args->lib, 0 },
		{ "trace", path, args->trace, 0 },
		{ "max_nb_queue_pairs", number, &qps, SLUICE_MAX_QPS },
		{ "timeout_ms", number, &ms, 3600000 },
		{ "timeout_cycles", number, &cycles, UINT64_MAX },
		{ "asym_slots", number, &slots, SLUICE_NUM_KEYS_MAX },
		{ "mem_latency", number, &latency, UINT32_MAX },
		{ "mem_jitter", number, &jitter, UINT32_MAX },
		{ "seed", number, &seed, UINT64_MAX },
		{ "stuck_noise", number, &stuck, 1 },
		{ "fault_inject", number, &fault, 1 },
	};
	const char *keys[RTE_DIM(rows) + 1];
	struct rte_kvargs *kv;
	int rc = 0;

	memset(args, 0, sizeof(*args));
	for (unsigned int i = 0; i < RTE_DIM(rows); i++)
		keys[i] = rows[i].key;
	keys[RTE_DIM(rows)] = NULL;
	kv = rte_kvargs_parse(text ? text : "", keys);
	if (!kv) {
		SLUICE_LOG(ERR, "arguments not understood: %s", text);
		return -EINVAL;
	}
	for (unsigned int i = 0; i < RTE_DIM(rows) && rc == 0; i++)
		rc = take(kv, &rows[i]);
	args->max_qps = (uint32_t)qps;
	args->timeout_ms = (uint32_t)ms;
	args->timeout_cycles = cycles;
	args->asym_slots = (uint32_t)slots;
	args->fault_inject = (uint8_t)fault;
	args->sim.mem_latency = (uint32_t)latency;
	args->sim.mem_jitter = (uint32_t)jitter;
	args->sim.seeded = rte_kvargs_count(kv, "seed") != 0;
	args->sim.seed = seed;
	args->sim.stuck_noise = stuck;
	args->sim.lib = args->lib[0] ? args->lib : NULL;
	args->sim.trace = args->trace[0] ? args->trace : NULL;
	rte_kvargs_free(kv);
	return rc;
}

/* Without kek= the card has an all-zero key: nothing wrapped can be loaded that was not made for it. */
int
sluice_kek_read(const char *file, uint8_t kek[32])
{
	uint8_t buf[33];
	ssize_t n;
	int fd;

	memset(kek, 0, 32);
	if (!file[0])
		return 0;
	fd = open(file, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		int err = errno;

		SLUICE_LOG(ERR, "kek=%s: %s; make one: head -c 32 /dev/urandom, mode 0600", file, strerror(err));
		return -err;
	}
	n = read(fd, buf, sizeof(buf));
	close(fd);
	if (n == 32)
		memcpy(kek, buf, 32);
	else
		SLUICE_LOG(ERR, "kek=%s: not exactly 32 bytes", file);
	ct_wipe(buf, sizeof(buf));
	return n == 32 ? 0 : -EINVAL;
}
