/*
 * Transport to the simulated core: a library with the interface of sim/bridge/sluice_sim.h, run on a thread of its own.
 *
 * The device belongs to that thread. Doorbells reach it through a mailbox of latest values and a bit per doorbell, which never fills; other
 * register accesses are requests that the caller waits for. When the device is idle the thread sleeps on a futex, and only then does a
 * doorbell cost a system call. DMA addresses are checked against DPDK's memory: a bad one is answered with an error, as a bus would.
 */
#include <dlfcn.h>
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_lcore.h>
#include <rte_memory.h>

#include "common/ct.h"
#include "dataplane/pmd/sluice_private.h"
#include "sim/bridge/sluice_sim.h"

#define RUN_CYCLES 128 /* between looks into the mailbox: the delay of a doorbell */
#define DOORBELLS (2 * SLUICE_NUM_QUEUES) /* bits of `rung`: tails, then heads */
#define RANDOM_POOL 4096
#define SIM_LIB "libsluice_sim.so"

/* The library's functions, found by name. */
struct sim_api {
	__typeof__(sluice_sim_create) *create;
	__typeof__(sluice_sim_destroy) *destroy;
	__typeof__(sluice_sim_reg_read32) *read32;
	__typeof__(sluice_sim_reg_write32) *write32;
	__typeof__(sluice_sim_run) *run;
	__typeof__(sluice_sim_wall_ns) *wall_ns;
};

enum request_kind { REQUEST_READ, REQUEST_WRITE, REQUEST_WALL, REQUEST_DMA, REQUEST_STOP };

/* What a caller waits for; lives on its stack. */
struct request {
	enum request_kind kind;
	const uint32_t *offset;
	uint32_t *val;
	uint32_t n;
	bool on;
	uint64_t ns;
};

struct sim_transport {
	struct sluice_transport base;
	struct sim_api api;
	void *dl;
	struct sluice_sim *sim;
	pthread_t thread;
	/* mailbox: any thread to the simulation's */
	uint64_t rung; /* bit per doorbell */
	uint16_t value[DOORBELLS]; /* SQ_TAIL of the queues, then CQ_HEAD */
	uint32_t sleeping; /* futex: 1 while the thread sleeps */
	struct request *request; /* at most one, by the holder of `lock` */
	uint32_t answered; /* futex: counts answers */
	pthread_mutex_t lock;
	/* the simulation's thread only */
	bool dma_on;
	const struct rte_memseg_list *msl; /* where the last address was */
	uint8_t pool[RANDOM_POOL];
	size_t pool_left;
};

static struct sim_transport *
of(struct sluice_transport *t)
{
	return (struct sim_transport *)t;
}

static void
futex_wait(uint32_t *word, uint32_t val)
{
	syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, val, NULL, NULL, 0);
}

static void
futex_wake(uint32_t *word)
{
	syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

/* After something was put into the mailbox. */
static void
kick(struct sim_transport *s)
{
	if (__atomic_load_n(&s->sleeping, __ATOMIC_SEQ_CST) &&
			__atomic_exchange_n(&s->sleeping, 0, __ATOMIC_SEQ_CST))
		futex_wake(&s->sleeping);
}

/* ---- DMA: called by the library on its thread ---- */

/* Host address of len bytes that lie within one page, NULL when they are not DPDK's. */
static void *
translate(struct sim_transport *s, uint64_t iova, uint32_t len)
{
	void *va = rte_eal_iova_mode() == RTE_IOVA_VA ? (void *)(uintptr_t)iova : rte_mem_iova2virt(iova);
	const struct rte_memseg_list *msl = s->msl;
	const struct rte_memseg *ms;

	if (!va || !s->dma_on)
		return NULL;
	if (!msl || va < msl->base_va || va >= RTE_PTR_ADD(msl->base_va, msl->len)) {
		msl = rte_mem_virt2memseg_list(va);
		s->msl = msl;
	}
	ms = msl ? rte_mem_virt2memseg(va, msl) : NULL;
	if (!ms || !ms->addr || va < ms->addr || RTE_PTR_ADD(va, len) > RTE_PTR_ADD(ms->addr, ms->len))
		return NULL;
	return va;
}

static int
dma_read(void *user, uint64_t iova, void *buf, uint32_t len)
{
	const void *va = translate(user, iova, len);

	if (!va)
		return -EFAULT;
	memcpy(buf, va, len);
	return 0;
}

/*
 * Short writes in order of address and in words: the word with a completion's phase is its last, and whoever sees it sees all that
 * was written before.
 */
static int
dma_write(void *user, uint64_t iova, const void *buf, uint32_t len)
{
	void *va = translate(user, iova, len);
	const uint8_t *p = buf;

	if (!va)
		return -EFAULT;
	if (len > sizeof(struct sluice_cpl) || len % sizeof(uint32_t) || (uintptr_t)va % sizeof(uint32_t)) {
		memcpy(va, buf, len);
		return 0;
	}
	for (uint32_t i = 0; i < len; i += sizeof(uint32_t)) {
		uint32_t word;

		memcpy(&word, p + i, sizeof(word));
		__atomic_store_n((uint32_t *)RTE_PTR_ADD(va, i), word, __ATOMIC_RELEASE);
	}
	return 0;
}

static void
random_bytes(void *user, void *buf, size_t len)
{
	struct sim_transport *s = user;
	uint8_t *p = buf;

	while (len) {
		size_t n = RTE_MIN(len, s->pool_left);

		if (n == 0) {
			if (getrandom(s->pool, sizeof(s->pool), 0) != (ssize_t)sizeof(s->pool))
				rte_panic("sluice: no random numbers\n");
			s->pool_left = sizeof(s->pool);
			continue;
		}
		s->pool_left -= n;
		memcpy(p, s->pool + s->pool_left, n);
		memset(s->pool + s->pool_left, 0, n);
		p += n;
		len -= n;
	}
}

/* A source that is broken, for tests of what the device makes of it. */
static void
no_noise(void *user, void *buf, size_t len)
{
	memset(buf, 0, len);
}

/* ---- the simulation's thread ---- */

static bool
serve_doorbells(struct sim_transport *s)
{
	uint64_t rung = __atomic_exchange_n(&s->rung, 0, __ATOMIC_ACQUIRE);
	bool any = rung != 0;

	while (rung) {
		uint32_t i = (uint32_t)__builtin_ctzll(rung), q = i % SLUICE_NUM_QUEUES;
		uint32_t val = __atomic_load_n(&s->value[i], __ATOMIC_ACQUIRE);

		rung &= rung - 1;
		s->api.write32(s->sim, i < SLUICE_NUM_QUEUES ? SLUICE_QUEUE_REG(q, SQ_TAIL) :
			SLUICE_QUEUE_REG(q, CQ_HEAD), val);
	}
	return any;
}

/* False: stop. */
static bool
serve_request(struct sim_transport *s)
{
	struct request *r = __atomic_load_n(&s->request, __ATOMIC_ACQUIRE);
	bool go_on = true;

	if (!r)
		return true;
	switch (r->kind) {
	case REQUEST_READ:
		for (uint32_t i = 0; i < r->n; i++)
			r->val[i] = s->api.read32(s->sim, r->offset[i]);
		break;
	case REQUEST_WRITE:
		s->api.write32(s->sim, r->offset[0], r->val[0]);
		break;
	case REQUEST_WALL:
		r->ns = s->api.wall_ns(s->sim);
		break;
	case REQUEST_DMA:
		s->dma_on = r->on;
		break;
	default:
		go_on = false;
	}
	__atomic_store_n(&s->request, NULL, __ATOMIC_RELAXED);
	__atomic_fetch_add(&s->answered, 1, __ATOMIC_SEQ_CST);
	futex_wake(&s->answered);
	return go_on;
}

static void
sleep_until_kicked(struct sim_transport *s)
{
	__atomic_store_n(&s->sleeping, 1, __ATOMIC_SEQ_CST);
	if (!__atomic_load_n(&s->rung, __ATOMIC_SEQ_CST) && !__atomic_load_n(&s->request, __ATOMIC_SEQ_CST))
		while (__atomic_load_n(&s->sleeping, __ATOMIC_SEQ_CST))
			futex_wait(&s->sleeping, 1);
	__atomic_store_n(&s->sleeping, 0, __ATOMIC_SEQ_CST);
}

static void *
run(void *arg)
{
	struct sim_transport *s = arg;

	for (;;) {
		bool any = serve_doorbells(s);

		if (!serve_request(s))
			return NULL;
		if (s->api.run(s->sim, RUN_CYCLES) == 0 && !any)
			sleep_until_kicked(s);
	}
}

/* ---- the driver's side ---- */

static void
ask(struct sim_transport *s, struct request *r)
{
	uint32_t before;

	pthread_mutex_lock(&s->lock);
	before = __atomic_load_n(&s->answered, __ATOMIC_SEQ_CST);
	__atomic_store_n(&s->request, r, __ATOMIC_SEQ_CST);
	kick(s);
	while (__atomic_load_n(&s->answered, __ATOMIC_SEQ_CST) == before)
		futex_wait(&s->answered, before);
	pthread_mutex_unlock(&s->lock);
}

static void
reg_readv(struct sluice_transport *t, const uint32_t *offset, uint32_t *val, uint32_t n)
{
	ask(of(t), &(struct request){ .kind = REQUEST_READ, .offset = offset, .val = val, .n = n });
}

static uint32_t
reg_read32(struct sluice_transport *t, uint32_t offset)
{
	uint32_t val = 0;

	reg_readv(t, &offset, &val, 1);
	return val;
}

static void
reg_write32(struct sluice_transport *t, uint32_t offset, uint32_t val)
{
	ask(of(t), &(struct request){ .kind = REQUEST_WRITE, .offset = &offset, .val = &val, .n = 1 });
}

static void
doorbell(struct sluice_transport *t, uint16_t queue, enum sluice_doorbell which, uint16_t val)
{
	struct sim_transport *s = of(t);
	uint32_t i = queue + (which == SLUICE_DOORBELL_SQ_TAIL ? 0 : SLUICE_NUM_QUEUES);

	__atomic_store_n(&s->value[i], val, __ATOMIC_RELEASE);
	__atomic_fetch_or(&s->rung, UINT64_C(1) << i, __ATOMIC_SEQ_CST);
	kick(s);
}

/* Answered between two runs of the library: no callback is on its way then. */
static void
dma(struct sluice_transport *t, bool on)
{
	ask(of(t), &(struct request){ .kind = REQUEST_DMA, .on = on });
}

static uint64_t
sim_ns(struct sluice_transport *t)
{
	struct request r = { .kind = REQUEST_WALL };

	ask(of(t), &r);
	return r.ns;
}

static void
free_sim(struct sim_transport *s)
{
	if (s->sim)
		s->api.destroy(s->sim);
	if (s->dl)
		dlclose(s->dl);
	pthread_mutex_destroy(&s->lock);
	ct_wipe(s->pool, sizeof(s->pool));
	free(s);
}

static void
close_sim(struct sluice_transport *t)
{
	struct sim_transport *s = of(t);

	ask(s, &(struct request){ .kind = REQUEST_STOP });
	pthread_join(s->thread, NULL);
	free_sim(s);
}

static const struct sluice_transport_ops sim_ops = {
	.name = "sim",
	.reg_read32 = reg_read32,
	.reg_readv = reg_readv,
	.reg_write32 = reg_write32,
	.doorbell = doorbell,
	.dma = dma,
	.sim_ns = sim_ns,
	.close = close_sim,
};

/* ---- making it ---- */

/* The library beside this driver. */
static void
lib_path(char *out, size_t room)
{
	const char *slash = NULL;
	Dl_info info;

	if (dladdr((void *)(uintptr_t)sluice_transport_sim, &info) && info.dli_fname)
		slash = strrchr(info.dli_fname, '/');
	if (slash)
		snprintf(out, room, "%.*s/%s", (int)(slash - info.dli_fname), info.dli_fname, SIM_LIB);
	else
		snprintf(out, room, "%s", SIM_LIB);
}

static int
load(struct sim_transport *s, const char *path)
{
	const struct { const char *name; void *to; } want[] = {
		{ "sluice_sim_create", &s->api.create }, { "sluice_sim_destroy", &s->api.destroy },
		{ "sluice_sim_reg_read32", &s->api.read32 }, { "sluice_sim_reg_write32", &s->api.write32 },
		{ "sluice_sim_run", &s->api.run }, { "sluice_sim_wall_ns", &s->api.wall_ns },
	};

	s->dl = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (!s->dl) {
		SLUICE_LOG(ERR, "simulation library: %s", dlerror());
		return -ENOENT;
	}
	for (size_t i = 0; i < RTE_DIM(want); i++) {
		void *sym = dlsym(s->dl, want[i].name);

		if (!sym) {
			SLUICE_LOG(ERR, "%s lacks %s", path, want[i].name);
			return -EINVAL;
		}
		memcpy(want[i].to, &sym, sizeof(sym));
	}
	return 0;
}

static int
start(struct sim_transport *s, const struct sluice_sim_args *args)
{
	struct sluice_sim_config cfg = {
		.api_version = SLUICE_SIM_API_VERSION, .mem_latency = args->mem_latency,
		.mem_jitter = args->mem_jitter, .seed = args->seed, .dma_read = dma_read, .dma_write = dma_write,
		.random = args->stuck_noise ? no_noise : args->seeded ? NULL : random_bytes, .user = s, .trace_path = args->trace };

	memcpy(cfg.kek, args->kek, sizeof(cfg.kek));
	s->sim = s->api.create(&cfg);
	ct_wipe(cfg.kek, sizeof(cfg.kek));
	if (!s->sim) {
		SLUICE_LOG(ERR, "simulation: %s", strerror(errno));
		return -errno;
	}
	return rte_ctrl_thread_create(&s->thread, "sluice-sim", NULL, run, s);
}

struct sluice_transport *
sluice_transport_sim(const struct sluice_sim_args *args)
{
	struct sim_transport *s = calloc(1, sizeof(*s));
	char path[SLUICE_ARG_PATH + sizeof(SIM_LIB) + 1];

	if (!s)
		return NULL;
	s->base.ops = &sim_ops;
	s->dma_on = true;
	pthread_mutex_init(&s->lock, NULL);
	if (args->lib)
		snprintf(path, sizeof(path), "%s", args->lib);
	else
		lib_path(path, sizeof(path));
	if (load(s, path) || start(s, args)) {
		free_sim(s);
		return NULL;
	}
	return &s->base;
}
