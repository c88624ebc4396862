/* Golden model: rings, scatter lists and completions. One step fetches, does and completes one operation. */
#include <stdlib.h>
#include <string.h>

#include "common/ct.h"
#include "sim/model/model.h"

enum queue_error { QUEUE_DOORBELL = 1, QUEUE_CONFIG = 2, QUEUE_DMA = 3, QUEUE_BUSY = 4 };
#define PAGE 4096u

static unsigned int
func_of(const struct model_queue *q)
{
	return (q->config & SLUICE_QUEUE_CONFIG_FUNC_MASK) >> SLUICE_QUEUE_CONFIG_FUNC_SHIFT;
}

/* Whether the queue's function may reach these bytes. */
static bool
inside(struct sluice_sim *m, const struct model_queue *q, uint64_t iova, uint32_t len)
{
	struct model_func *f = &m->func[func_of(q)];

	if (!len || !(f->ctrl & SLUICE_FUNC_CTRL_ENABLE_MASK) ||
			(iova >= f->base && iova <= f->limit && len - 1 <= f->limit - iova))
		return true;
	f->errors++;
	m->err_dma++;
	return false;
}

/* One transfer as the device makes it: pieces of SLUICE_SIM_DMA_MAX that do not cross a page. */
static int
dma(struct sluice_sim *m, const struct model_queue *q, bool write, uint64_t iova, void *buf, uint32_t len)
{
	uint8_t *p = buf;

	if (!inside(m, q, iova, len))
		return -1;
	while (len) {
		uint32_t n = PAGE - (uint32_t)(iova % PAGE);
		int rc;

		n = n < len ? n : len;
		n = n < SLUICE_SIM_DMA_MAX ? n : SLUICE_SIM_DMA_MAX;
		if (write) {
			rc = m->cfg.dma_write(m->cfg.user, iova, p, n);
			m->stats.dma_writes++;
			m->stats.dma_write_bytes += n;
		} else {
			rc = m->cfg.dma_read(m->cfg.user, iova, p, n);
			m->stats.dma_reads++;
			m->stats.dma_read_bytes += n;
		}
		if (rc) {
			m->err_dma++;
			return -1;
		}
		iova += n;
		p += n;
		len -= n;
	}
	return 0;
}

/* Moves len bytes between buf and a buffer or scatter list. Returns enum sluice_status. */
static uint8_t
move(struct sluice_sim *m, const struct model_queue *q, bool write, bool list, uint64_t addr, uint32_t nseg, uint8_t *buf,
	uint32_t len)
{
	struct sluice_seg seg[SLUICE_MAX_SEGMENTS] = { 0 };
	uint32_t n;

	if (!list)
		return dma(m, q, write, addr, buf, len) ? SLUICE_ST_DMA_ERROR : SLUICE_ST_OK;
	if (dma(m, q, false, addr, seg, nseg * (uint32_t)sizeof(seg[0])))
		return SLUICE_ST_DMA_ERROR;
	for (uint32_t i = 0; i < nseg && len; i++) {
		n = seg[i].len < len ? seg[i].len : len;
		if (dma(m, q, write, seg[i].addr, buf, n))
			return SLUICE_ST_DMA_ERROR;
		buf += n;
		len -= n;
	}
	/* a source list shorter than the source, or a destination list shorter than its room */
	return !len ? SLUICE_ST_OK : write ? SLUICE_ST_DST_SHORT : SLUICE_ST_BAD_DESC;
}

/* What the front end checks before an engine sees the descriptor. */
static bool
desc_good(unsigned int engine, const struct sluice_desc *d)
{
	uint8_t flags = SLUICE_DESC_SRC_SGL | SLUICE_DESC_DST_SGL | SLUICE_DESC_FENCE;
	uint8_t handles = sluice_op_handles(d->opcode);

	if (!(sluice_op_engines(d->opcode) >> engine & 1) || (d->flags & ~flags) || d->rsvd0 || d->rsvd2)
		return false;
	if ((d->handle2 && !(handles & 1)) || (d->handle3 && !(handles & 2)))
		return false;
	if ((d->flags & SLUICE_DESC_SRC_SGL) ? !d->src_nseg || d->src_nseg > SLUICE_MAX_SEGMENTS : d->src_nseg)
		return false;
	if ((d->flags & SLUICE_DESC_DST_SGL) ? !d->dst_nseg || d->dst_nseg > SLUICE_MAX_SEGMENTS : d->dst_nseg)
		return false;
	return d->src_len <= MODEL_MAX_SOURCE;
}

static void
engine_do(struct sluice_sim *m, unsigned int engine, struct model_job *job)
{
	if (job->desc->opcode == SLUICE_OP_NOP)
		job->cycles = 10;
	else if (engine == SLUICE_ENGINE_AEAD || engine == SLUICE_ENGINE_CHACHA)
		model_aead(m, engine, job);
	else if (engine == SLUICE_ENGINE_MAC)
		model_mac(m, job);
	else if (engine == SLUICE_ENGINE_KDF)
		model_kdf(m, job);
	else
		model_pka(m, engine, job);
}

/* Source in, work, result out. */
static void
run_job(struct sluice_sim *m, const struct model_queue *q, unsigned int engine, struct model_job *job)
{
	const struct sluice_desc *d = job->desc;
	struct model_engine *e = &m->engine[engine];

	job->src_len = d->src_len;
	job->status = move(m, q, false, d->flags & SLUICE_DESC_SRC_SGL, d->src_addr, d->src_nseg, job->src,
		d->src_len);
	if (job->status != SLUICE_ST_OK)
		return;
	engine_do(m, engine, job);
	if (e->flip && job->dst_len) { /* the public-key engines take the flip themselves */
		e->flip = false;
		m->err_parity++;
		job->status = SLUICE_ST_PARITY;
	}
	if (job->status == SLUICE_ST_OK && job->dst_len > d->dst_len)
		job->status = SLUICE_ST_DST_SHORT;
	if (job->status != SLUICE_ST_OK)
		job->dst_len = 0;
	else if (job->dst_len)
		job->status = move(m, q, true, d->flags & SLUICE_DESC_DST_SGL, d->dst_addr, d->dst_nseg, job->dst,
			job->dst_len);
}

static void
complete(struct sluice_sim *m, struct model_queue *q, const struct model_job *job)
{
	uint32_t size = 1u << (q->config & SLUICE_QUEUE_CONFIG_SIZE_LOG2_MASK);
	uint64_t at = q->cq_base + (uint64_t)(q->cq_tail % size) * SLUICE_CPL_BYTES;
	uint32_t half = SLUICE_CPL_BYTES / 2;
	struct sluice_cpl cpl = {
		.cookie = job->desc->cookie, .status = job->status, .info = job->info,
		.length = job->dst_len, .cycles = (uint32_t)job->cycles, .seq = job->seq,
		.sq_head = q->sq_head, .phase = (q->cq_tail / size & 1) ^ 1,
	};

	if (m->drop) {
		m->drop = false;
		return;
	}
	q->cq_tail++;
	if (dma(m, q, true, at, &cpl, half) || dma(m, q, true, at + half, (uint8_t *)&cpl + half, half))
		q->error = QUEUE_DMA;
	if (q->since++ == 0)
		q->first = m->stats.cycles;
	model_queue_interrupts(m);
}

void
model_queue_interrupts(struct sluice_sim *m)
{
	for (unsigned int i = 0; i < SLUICE_NUM_QUEUES; i++) {
		struct model_queue *q = &m->queue[i];
		uint32_t count = (q->coalesce & SLUICE_QUEUE_COALESCE_COUNT_MASK) >> SLUICE_QUEUE_COALESCE_COUNT_SHIFT;
		uint32_t time = (q->coalesce & SLUICE_QUEUE_COALESCE_TIME_MASK) >> SLUICE_QUEUE_COALESCE_TIME_SHIFT;

		if (!q->since || (q->since < count && !(time && m->stats.cycles - q->first >= time)))
			continue;
		q->since = 0;
		m->int_status |= UINT64_C(1) << i;
	}
}

/* Takes the fault asked for, when it is for this engine. Returns false when the engine hangs. */
static bool
take_fault(struct sluice_sim *m, unsigned int engine)
{
	uint32_t f = m->fault;

	if (!(f & (SLUICE_FAULT_INJECT_HANG_MASK | SLUICE_FAULT_INJECT_FLIP_MASK | SLUICE_FAULT_INJECT_DROP_MASK)) ||
			(f & SLUICE_FAULT_INJECT_ENGINE_MASK) != engine)
		return true;
	m->fault = 0;
	m->drop = f & SLUICE_FAULT_INJECT_DROP_MASK;
	m->engine[engine].flip = f & SLUICE_FAULT_INJECT_FLIP_MASK;
	m->engine[engine].hung = f & SLUICE_FAULT_INJECT_HANG_MASK;
	return !m->engine[engine].hung;
}

static bool
ready(const struct sluice_sim *m, const struct model_queue *q)
{
	uint32_t size = 1u << (q->config & SLUICE_QUEUE_CONFIG_SIZE_LOG2_MASK);

	return (q->config & SLUICE_QUEUE_CONFIG_ENABLE_MASK) && !q->error && q->sq_tail != q->sq_head &&
		(uint16_t)(q->cq_tail - q->cq_head) < size;
}

static unsigned int
class_of(const struct model_queue *q)
{
	return (q->config & SLUICE_QUEUE_CONFIG_CLASS_MASK) >> SLUICE_QUEUE_CONFIG_CLASS_SHIFT;
}

static void
queue_do(struct sluice_sim *m, struct model_queue *q)
{
	uint32_t size = 1u << (q->config & SLUICE_QUEUE_CONFIG_SIZE_LOG2_MASK);
	struct model_engine *e = &m->engine[class_of(q)];
	struct sluice_desc desc;
	struct model_job job = { .desc = &desc, .status = SLUICE_ST_OK, .cycles = 10, .func = (uint8_t)func_of(q) };
	size_t room = 0;
	bool sound;

	if ((uint16_t)(q->sq_tail - q->sq_head) > size) {
		q->error = QUEUE_DOORBELL;
		return;
	}
	if (dma(m, q, false, q->sq_base + (uint64_t)(q->sq_head % size) * SLUICE_DESC_BYTES, &desc, sizeof(desc))) {
		q->error = QUEUE_DMA;
		return;
	}
	q->sq_head++;
	sound = desc_good(class_of(q), &desc);
	if (!sound) {
		m->err_desc++;
		job.status = SLUICE_ST_BAD_DESC;
	} else {
		if (!take_fault(m, class_of(q))) {
			q->stuck = true;
			return;
		}
		room = (size_t)desc.src_len + MODEL_RESULT_MAX(desc.src_len) +
			(desc.opcode == SLUICE_OP_RECORD_SEAL ? MODEL_RECORD_PLAIN : 0); /* padding of TLS 1.3 */
		job.src = malloc(room);
		if (!job.src)
			abort();
		job.dst = job.src + desc.src_len;
		run_job(m, q, class_of(q), &job);
		ct_wipe(job.src, room);
		free(job.src);
		e->ops++;
		e->bytes += desc.src_len;
		e->busy += job.cycles;
		e->failed += job.status != SLUICE_ST_OK;
	}
	m->credit -= (int64_t)job.cycles;
	complete(m, q, &job);
}

bool
model_hung(const struct sluice_sim *m)
{
	for (unsigned int e = 0; e < MODEL_ENGINES; e++)
		if (m->engine[e].hung)
			return true;
	return false;
}

bool
model_queue_pending(const struct sluice_sim *m)
{
	for (unsigned int i = 0; i < SLUICE_QUEUE_COUNT; i++)
		if (ready(m, &m->queue[i]) && !m->engine[class_of(&m->queue[i])].hung)
			return true;
	return false;
}

bool
model_queue_step(struct sluice_sim *m)
{
	for (unsigned int i = 0; i < SLUICE_QUEUE_COUNT; i++) {
		unsigned int n = (m->next_queue + i) % SLUICE_QUEUE_COUNT;
		struct model_queue *q = &m->queue[n];

		if (!ready(m, q) || m->engine[class_of(q)].hung)
			continue;
		m->next_queue = n + 1;
		queue_do(m, q);
		return true;
	}
	return false;
}

void
model_queue_config(struct sluice_sim *m, unsigned int n, uint32_t value)
{
	struct model_queue *q = &m->queue[n];
	uint32_t log2 = value & SLUICE_QUEUE_CONFIG_SIZE_LOG2_MASK;
	bool was = q->config & SLUICE_QUEUE_CONFIG_ENABLE_MASK;

	q->config = value;
	if (was || !(value & SLUICE_QUEUE_CONFIG_ENABLE_MASK))
		return;
	q->sq_tail = q->sq_head = q->cq_head = q->cq_tail = 0;
	q->since = 0;
	q->error = q->stuck ? QUEUE_BUSY : 0;
	if (log2 < 1 || log2 > SLUICE_MAX_RING_LOG2 || !(model_engines >> class_of(q) & 1) ||
			q->sq_base % SLUICE_DESC_BYTES || q->cq_base % SLUICE_DESC_BYTES) {
		q->error = QUEUE_CONFIG;
		q->config &= ~SLUICE_QUEUE_CONFIG_CLASS_MASK;
	}
}
