/*
 * Golden model: registers, reset and the clock, behind the interface of sim/bridge/sluice_sim.h, so that everything which drives the
 * simulated device drives the model as well.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/ct.h"
#include "sim/model/model.h"

#define ACCESS_CYCLES 8 /* of one register access */
#define SELFTEST_CYCLES 2000

static uint64_t
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* A source that repeats itself has failed: the repetition count test of SP 800-90B 4.4.1, by words of 16 bytes. */
static bool
from_source(struct sluice_sim *m, uint8_t *p, size_t len)
{
	uint8_t word[sizeof(m->last_random)];

	for (size_t at = 0; at < len && !m->entropy_failed; at += sizeof(word)) {
		size_t n = len - at < sizeof(word) ? len - at : sizeof(word);

		m->cfg.random(m->cfg.user, word, sizeof(word));
		m->entropy_failed = memcmp(word, m->last_random, sizeof(word)) == 0;
		memcpy(m->last_random, word, sizeof(word));
		memcpy(p + at, word, n);
	}
	ct_wipe(word, sizeof(word));
	return !m->entropy_failed;
}

/* With no source: splitmix64, the seeded stream */
bool
model_random(struct sluice_sim *m, void *buf, size_t len)
{
	uint8_t *p = buf;

	if (m->cfg.random) {
		if (from_source(m, p, len))
			return true;
		ct_wipe(buf, len);
		return false;
	}
	while (len--) {
		uint64_t z = m->rng += 0x9E3779B97F4A7C15u;

		z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
		z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
		*p++ = (uint8_t)(z ^ (z >> 31));
	}
	return true;
}

void
model_erase(struct sluice_sim *m)
{
	for (unsigned int e = 0; e < MODEL_ENGINES; e++) {
		if (m->session[e])
			ct_wipe(m->session[e], MODEL_SESSIONS * sizeof(m->session[e][0]));
		for (unsigned int k = 0; k < MODEL_KEYS; k++)
			model_key_erase(&m->key[e][k]);
	}
	model_secret_erase(m);
}

/* As the tamper pin does: nothing is left in any slot, nothing runs until a reset. */
static void
zeroise(struct sluice_sim *m)
{
	model_erase(m);
	for (unsigned int q = 0; q < SLUICE_QUEUE_COUNT; q++)
		m->queue[q].config &= ~SLUICE_QUEUE_CONFIG_ENABLE_MASK;
	m->tamper = true;
}

static void
reset(struct sluice_sim *m)
{
	memset(m->queue, 0, sizeof(m->queue));
	memset(m->engine, 0, sizeof(m->engine));
	memset(m->func, 0, sizeof(m->func));
	model_erase(m);
	m->int_status = m->int_enable = 0;
	m->tamper = m->entropy_failed = false;
	ct_wipe(m->last_random, sizeof(m->last_random));
	m->ctrl = m->fault = 0;
	m->err_desc = m->err_dma = m->err_parity = 0;
	m->drop = false;
	m->credit = 0;
	m->reset_cycles = m->stats.cycles;
	m->ready_at = m->stats.cycles + SELFTEST_CYCLES;
}

static bool
selftest_over(const struct sluice_sim *m)
{
	return m->stats.cycles >= m->ready_at;
}

int
sluice_sim_idle(const struct sluice_sim *m)
{
	if (!selftest_over(m) || model_hung(m))
		return 0;
	if (!(m->ctrl & SLUICE_CTRL_ENABLE_MASK))
		return 1;
	return m->credit >= 0 && !model_queue_pending(m);
}

/* Lets the clock run n cycles; work done is paid for with the cycles it costs. */
static uint64_t
advance(struct sluice_sim *m, uint64_t n)
{
	uint64_t left = n;

	while (left && !selftest_over(m)) {
		m->stats.cycles++;
		left--;
	}
	m->credit += (int64_t)left;
	while (m->credit > 0 && (m->ctrl & SLUICE_CTRL_ENABLE_MASK) && model_queue_step(m))
		;
	if (m->credit > 0) { /* nothing more to do: idle cycles are not counted, except a hung engine's */
		if (!model_hung(m))
			left -= (uint64_t)m->credit < left ? (uint64_t)m->credit : left;
		m->credit = 0;
	}
	m->stats.cycles += left;
	return n;
}

static void
slots_free(struct sluice_sim *m)
{
	for (unsigned int e = 0; e < MODEL_ENGINES; e++)
		free(m->session[e]);
	free(m->secret);
}

static bool
slots_make(struct sluice_sim *m)
{
	static const uint8_t with_sessions[] = { SLUICE_ENGINE_AEAD, SLUICE_ENGINE_MAC, SLUICE_ENGINE_CHACHA };
	bool good = true;

	for (unsigned int i = 0; i < sizeof(with_sessions); i++) {
		struct model_session **s = &m->session[with_sessions[i]];

		*s = calloc(MODEL_SESSIONS, sizeof(**s));
		good = good && *s;
	}
	m->secret = calloc(MODEL_SECRETS, sizeof(*m->secret));
	return good && m->secret;
}

struct sluice_sim *
sluice_sim_create(const struct sluice_sim_config *cfg)
{
	struct sluice_sim *m;

	if (!cfg || cfg->api_version != SLUICE_SIM_API_VERSION || !cfg->dma_read || !cfg->dma_write) {
		errno = EINVAL;
		return NULL;
	}
	m = calloc(1, sizeof(*m));
	if (!m)
		return NULL;
	m->cfg = *cfg;
	m->rng = cfg->seed;
	if (!slots_make(m)) {
		slots_free(m);
		free(m);
		errno = ENOMEM;
		return NULL;
	}
	reset(m);
	return m;
}

void
sluice_sim_destroy(struct sluice_sim *m)
{
	if (!m)
		return;
	reset(m);
	slots_free(m);
	ct_wipe(m, sizeof(*m));
	free(m);
}

static uint32_t
engine_read(const struct sluice_sim *m, uint32_t offset)
{
	uint32_t i = (offset - SLUICE_ENGINE_BASE) / SLUICE_ENGINE_STRIDE;
	const struct model_engine *e;

	if (i >= MODEL_ENGINES)
		return 0;
	e = &m->engine[i];
	switch ((offset - SLUICE_ENGINE_BASE) % SLUICE_ENGINE_STRIDE) {
	case SLUICE_ENGINE_OPS_LO:
		return (uint32_t)e->ops;
	case SLUICE_ENGINE_OPS_HI:
		return (uint32_t)(e->ops >> 32);
	case SLUICE_ENGINE_BYTES_LO:
		return (uint32_t)e->bytes;
	case SLUICE_ENGINE_BYTES_HI:
		return (uint32_t)(e->bytes >> 32);
	case SLUICE_ENGINE_BUSY_LO:
		return (uint32_t)e->busy;
	case SLUICE_ENGINE_BUSY_HI:
		return (uint32_t)(e->busy >> 32);
	case SLUICE_ENGINE_FAILED:
		return e->failed;
	default:
		return 0;
	}
}

static uint32_t
queue_read(const struct sluice_sim *m, uint32_t offset)
{
	uint32_t i = (offset - SLUICE_QUEUE_BASE) / SLUICE_QUEUE_STRIDE;
	const struct model_queue *q;

	if (i >= SLUICE_NUM_QUEUES)
		return 0;
	q = &m->queue[i];
	switch ((offset - SLUICE_QUEUE_BASE) % SLUICE_QUEUE_STRIDE) {
	case SLUICE_QUEUE_SQ_BASE_LO:
		return (uint32_t)q->sq_base;
	case SLUICE_QUEUE_SQ_BASE_HI:
		return (uint32_t)(q->sq_base >> 32);
	case SLUICE_QUEUE_CQ_BASE_LO:
		return (uint32_t)q->cq_base;
	case SLUICE_QUEUE_CQ_BASE_HI:
		return (uint32_t)(q->cq_base >> 32);
	case SLUICE_QUEUE_CONFIG:
		return q->config;
	case SLUICE_QUEUE_SQ_TAIL:
		return q->sq_tail;
	case SLUICE_QUEUE_CQ_HEAD:
		return q->cq_head;
	case SLUICE_QUEUE_SQ_HEAD:
		return q->sq_head;
	case SLUICE_QUEUE_ERROR:
		return q->error;
	case SLUICE_QUEUE_STATE: /* what is not stuck is over as soon as it is begun */
		return q->stuck ? SLUICE_QUEUE_STATE_BUSY_MASK | 1u << SLUICE_QUEUE_STATE_INFLIGHT_SHIFT : 0;
	case SLUICE_QUEUE_COALESCE:
		return q->coalesce;
	default:
		return 0;
	}
}

static uint32_t
func_read(const struct sluice_sim *m, uint32_t offset)
{
	const struct model_func *f = &m->func[(offset - SLUICE_FUNC_BASE) / SLUICE_FUNC_STRIDE];

	switch ((offset - SLUICE_FUNC_BASE) % SLUICE_FUNC_STRIDE) {
	case SLUICE_FUNC_BASE_LO:
		return (uint32_t)f->base;
	case SLUICE_FUNC_BASE_HI:
		return (uint32_t)(f->base >> 32);
	case SLUICE_FUNC_LIMIT_LO:
		return (uint32_t)f->limit;
	case SLUICE_FUNC_LIMIT_HI:
		return (uint32_t)(f->limit >> 32);
	case SLUICE_FUNC_CTRL:
		return f->ctrl;
	case SLUICE_FUNC_ERRORS:
		return f->errors;
	default:
		return 0;
	}
}

static bool
is_func(uint32_t offset)
{
	return offset >= SLUICE_FUNC_BASE && offset < SLUICE_FUNC_BASE + SLUICE_FUNC_COUNT * SLUICE_FUNC_STRIDE;
}

static uint32_t
status(const struct sluice_sim *m)
{
	return (selftest_over(m) ? SLUICE_STATUS_READY_MASK : 0) | (m->tamper ? SLUICE_STATUS_TAMPER_MASK : 0) |
		(m->entropy_failed ? SLUICE_STATUS_ENTROPY_MASK : 0) |
		(sluice_sim_idle(m) ? 0 : SLUICE_STATUS_BUSY_MASK);
}

/* 1 when this library has engine `id`, the number that it has of each. */
static uint32_t
engine_built(uint32_t id)
{
	return model_engines >> id & 1;
}

uint32_t
sluice_sim_reg_read32(struct sluice_sim *m, uint32_t offset)
{
	uint64_t c;

	advance(m, ACCESS_CYCLES);
	switch (offset) {
	case SLUICE_REG_MAGIC:
		return SLUICE_MAGIC;
	case SLUICE_REG_MAP_VERSION:
		return SLUICE_MAP_VERSION;
	case SLUICE_REG_MAP_HASH:
		return SLUICE_MAP_HASH;
	case SLUICE_REG_CAP0:
		return SLUICE_NUM_QUEUES << SLUICE_CAP0_NUM_QUEUES_SHIFT | 1u << SLUICE_CAP0_AEAD_LANES_SHIFT |
			1u << SLUICE_CAP0_MAC_LANES_SHIFT | 1u << SLUICE_CAP0_PKA_ENGINES_SHIFT |
			MODEL_KEYS << SLUICE_CAP0_NUM_KEYS_SHIFT;
	case SLUICE_REG_CAP1:
		return MODEL_SESSIONS << SLUICE_CAP1_NUM_SESSIONS_SHIFT |
			SLUICE_MAX_RING_LOG2 << SLUICE_CAP1_MAX_RING_LOG2_SHIFT;
	case SLUICE_REG_CAP2:
		return engine_built(SLUICE_ENGINE_ECC) << SLUICE_CAP2_ECC_ENGINES_SHIFT |
			engine_built(SLUICE_ENGINE_CHACHA) << SLUICE_CAP2_CHACHA_LANES_SHIFT |
			engine_built(SLUICE_ENGINE_KDF) << SLUICE_CAP2_KDF_SHIFT |
			model_engines << SLUICE_CAP2_ENGINES_SHIFT;
	case SLUICE_REG_CAP3:
		return engine_built(SLUICE_ENGINE_KDF) * SLUICE_NUM_SECRETS << SLUICE_CAP3_NUM_SECRETS_SHIFT;
	case SLUICE_REG_CTRL:
		return m->ctrl | (selftest_over(m) ? 0 : SLUICE_CTRL_RESET_MASK);
	case SLUICE_REG_STATUS:
		return status(m);
	case SLUICE_REG_SELFTEST_DONE:
	case SLUICE_REG_SELFTEST_PASS:
		return selftest_over(m) ? model_engines : 0;
	case SLUICE_REG_CYCLES_LO:
		c = m->stats.cycles - m->reset_cycles;
		m->cycles_hi = (uint32_t)(c >> 32);
		return (uint32_t)c;
	case SLUICE_REG_CYCLES_HI:
		return m->cycles_hi;
	case SLUICE_REG_FAULT_INJECT:
		return m->fault;
	case SLUICE_REG_ERR_DESC:
		return m->err_desc;
	case SLUICE_REG_ERR_DMA:
		return m->err_dma;
	case SLUICE_REG_ERR_PARITY:
		return m->err_parity;
	case SLUICE_REG_INT_STATUS0:
	case SLUICE_REG_INT_STATUS1:
		model_queue_interrupts(m);
		return (uint32_t)(m->int_status >> (offset == SLUICE_REG_INT_STATUS1 ? 32 : 0));
	case SLUICE_REG_INT_ENABLE0:
	case SLUICE_REG_INT_ENABLE1:
		return (uint32_t)(m->int_enable >> (offset == SLUICE_REG_INT_ENABLE1 ? 32 : 0));
	default:
		if (is_func(offset))
			return func_read(m, offset);
		return offset >= SLUICE_QUEUE_BASE ? queue_read(m, offset) : engine_read(m, offset);
	}
}

static void
queue_write(struct sluice_sim *m, uint32_t offset, uint32_t value)
{
	uint32_t i = (offset - SLUICE_QUEUE_BASE) / SLUICE_QUEUE_STRIDE;
	struct model_queue *q;

	if (i >= SLUICE_NUM_QUEUES)
		return;
	q = &m->queue[i];
	switch ((offset - SLUICE_QUEUE_BASE) % SLUICE_QUEUE_STRIDE) {
	case SLUICE_QUEUE_SQ_BASE_LO:
		q->sq_base = (q->sq_base & ~0xffffffffull) | value;
		break;
	case SLUICE_QUEUE_SQ_BASE_HI:
		q->sq_base = (q->sq_base & 0xffffffffu) | (uint64_t)value << 32;
		break;
	case SLUICE_QUEUE_CQ_BASE_LO:
		q->cq_base = (q->cq_base & ~0xffffffffull) | value;
		break;
	case SLUICE_QUEUE_CQ_BASE_HI:
		q->cq_base = (q->cq_base & 0xffffffffu) | (uint64_t)value << 32;
		break;
	case SLUICE_QUEUE_CONFIG:
		model_queue_config(m, i, value);
		break;
	case SLUICE_QUEUE_SQ_TAIL:
		q->sq_tail = (uint16_t)value;
		break;
	case SLUICE_QUEUE_CQ_HEAD:
		q->cq_head = (uint16_t)value;
		break;
	case SLUICE_QUEUE_COALESCE:
		q->coalesce = value & (SLUICE_QUEUE_COALESCE_COUNT_MASK | SLUICE_QUEUE_COALESCE_TIME_MASK);
		break;
	default:
		break;
	}
}

static void
put_half(uint64_t *x, bool high, uint32_t value)
{
	*x = high ? (*x & 0xffffffffu) | (uint64_t)value << 32 : (*x & ~0xffffffffull) | value;
}

static void
func_write(struct sluice_sim *m, uint32_t offset, uint32_t value)
{
	struct model_func *f = &m->func[(offset - SLUICE_FUNC_BASE) / SLUICE_FUNC_STRIDE];
	uint32_t reg = (offset - SLUICE_FUNC_BASE) % SLUICE_FUNC_STRIDE;

	if (reg == SLUICE_FUNC_BASE_LO || reg == SLUICE_FUNC_BASE_HI)
		put_half(&f->base, reg == SLUICE_FUNC_BASE_HI, value);
	else if (reg == SLUICE_FUNC_LIMIT_LO || reg == SLUICE_FUNC_LIMIT_HI)
		put_half(&f->limit, reg == SLUICE_FUNC_LIMIT_HI, value);
	else if (reg == SLUICE_FUNC_CTRL)
		f->ctrl = value & SLUICE_FUNC_CTRL_ENABLE_MASK;
}

static void
int_write(struct sluice_sim *m, uint32_t offset, uint32_t value)
{
	if (offset == SLUICE_REG_INT_STATUS0 || offset == SLUICE_REG_INT_STATUS1)
		m->int_status &= ~((uint64_t)value << (offset == SLUICE_REG_INT_STATUS1 ? 32 : 0));
	else
		put_half(&m->int_enable, offset == SLUICE_REG_INT_ENABLE1, value);
}

void
sluice_sim_reg_write32(struct sluice_sim *m, uint32_t offset, uint32_t value)
{
	if (offset == SLUICE_REG_CTRL) {
		if (value & SLUICE_CTRL_RESET_MASK)
			reset(m);
		if (value & SLUICE_CTRL_ZEROIZE_MASK)
			zeroise(m);
		m->ctrl = value & SLUICE_CTRL_ENABLE_MASK;
	} else if (offset == SLUICE_REG_FAULT_INJECT) {
		m->fault = value;
	} else if (offset >= SLUICE_REG_INT_STATUS0 && offset <= SLUICE_REG_INT_ENABLE1) {
		int_write(m, offset, value);
	} else if (is_func(offset)) {
		func_write(m, offset, value);
	} else if (offset >= SLUICE_QUEUE_BASE) {
		queue_write(m, offset, value);
	}
	advance(m, ACCESS_CYCLES);
}

uint64_t
sluice_sim_run(struct sluice_sim *m, uint64_t max_cycles)
{
	uint64_t t0 = now_ns(), from = m->stats.cycles;

	if (sluice_sim_idle(m))
		return 0;
	advance(m, max_cycles);
	m->stats.wall_ns += now_ns() - t0;
	return m->stats.cycles - from;
}

uint64_t
sluice_sim_cycles(const struct sluice_sim *m)
{
	return m->stats.cycles;
}

uint64_t
sluice_sim_wall_ns(const struct sluice_sim *m)
{
	return m->stats.wall_ns;
}

void
sluice_sim_get_stats(const struct sluice_sim *m, struct sluice_sim_stats *out)
{
	*out = m->stats;
}
