#include "tests/unit/sim/model/rig.h"

static int
dma(uint8_t *mem, uint64_t iova, uint32_t len, uint8_t **at)
{
	if (iova < MEM_BASE || iova - MEM_BASE > MEM_BYTES - len)
		return -1;
	*at = mem + (iova - MEM_BASE);
	return 0;
}

static int
dma_read(void *user, uint64_t iova, void *buf, uint32_t len)
{
	uint8_t *p;

	if (dma(((struct rig *)user)->mem, iova, len, &p))
		return -1;
	memcpy(buf, p, len);
	return 0;
}

static int
dma_write(void *user, uint64_t iova, const void *buf, uint32_t len)
{
	uint8_t *p;

	if (dma(((struct rig *)user)->mem, iova, len, &p))
		return -1;
	memcpy(p, buf, len);
	return 0;
}

/* Random enough for a test, the same every time, until it sticks. */
static void
noise(void *user, void *buf, size_t len)
{
	struct rig *r = user;

	for (size_t i = 0; i < len; i++) {
		r->random = r->stuck && i == 0 ? 0 : r->random + 0x9E3779B97F4A7C15u;
		((uint8_t *)buf)[i] = (uint8_t)((r->random ^ r->random >> 29) * 0xBF58476D1CE4E5B9u >> 56);
	}
}

static uint32_t
engine_base(unsigned int e)
{
	return e * 0x20000u;
}

void
rig_wreg(struct rig *r, uint32_t reg, uint32_t val)
{
	sluice_sim_reg_write32(r->dev, reg, val);
}

uint32_t
rig_rreg(struct rig *r, uint32_t reg)
{
	return sluice_sim_reg_read32(r->dev, reg);
}

void
rig_ring(struct rig *r, unsigned int queue, unsigned int engine, unsigned int func)
{
	uint32_t cfg = RING_LOG2 | engine << SLUICE_QUEUE_CONFIG_CLASS_SHIFT | func << SLUICE_QUEUE_CONFIG_FUNC_SHIFT;

	r->tail[queue] = 0;
	memset(r->mem + engine_base(queue) + CQ, 0, RING * SLUICE_CPL_BYTES);
	rig_wreg(r, SLUICE_QUEUE_REG(queue, CONFIG), 0);
	rig_wreg(r, SLUICE_QUEUE_REG(queue, SQ_BASE_LO), MEM_BASE + engine_base(queue) + SQ);
	rig_wreg(r, SLUICE_QUEUE_REG(queue, CQ_BASE_LO), MEM_BASE + engine_base(queue) + CQ);
	rig_wreg(r, SLUICE_QUEUE_REG(queue, CONFIG), cfg | SLUICE_QUEUE_CONFIG_ENABLE_MASK);
}

void
rig_rings(struct rig *r)
{
	for (unsigned int e = 0; e < RIG_ENGINES; e++)
		rig_ring(r, e, e, 0);
	rig_wreg(r, SLUICE_REG_CTRL, SLUICE_CTRL_ENABLE_MASK);
}

int
rig_setup(void **state)
{
	struct rig *r = calloc(1, sizeof(*r));
	struct sluice_sim_config cfg = { .api_version = SLUICE_SIM_API_VERSION, .seed = 1, .dma_read = dma_read,
		.dma_write = dma_write, .random = noise, .user = r };

	memset(cfg.kek, 0x5a, sizeof(cfg.kek));
	r->mem = calloc(1, MEM_BYTES);
	r->dev = sluice_sim_create(&cfg);
	assert_non_null(r->dev);
	while (!(rig_rreg(r, SLUICE_REG_STATUS) & SLUICE_STATUS_READY_MASK))
		sluice_sim_run(r->dev, 1000);
	rig_rings(r);
	*state = r;
	return 0;
}

int
rig_teardown(void **state)
{
	struct rig *r = *state;

	sluice_sim_destroy(r->dev);
	free(r->mem);
	free(r);
	return 0;
}

void
rig_submit(struct rig *r, unsigned int e, const struct sluice_desc *d)
{
	memcpy(r->mem + engine_base(e) + SQ + (r->tail[e] % RING) * SLUICE_DESC_BYTES, d, sizeof(*d));
	rig_wreg(r, SLUICE_QUEUE_REG(e, SQ_TAIL), ++r->tail[e]);
}

struct sluice_cpl
rig_op(struct rig *r, unsigned int e, struct sluice_desc d, const void *src, uint32_t len, const uint8_t **out)
{
	uint16_t at = r->tail[e];
	struct sluice_cpl c;

	memcpy(r->mem + engine_base(e) + SRC, src, len);
	memset(r->mem + engine_base(e) + DST, 0xee, 32768);
	d.cookie = 0xc0de0000u + at;
	d.src_len = len;
	d.src_addr = MEM_BASE + engine_base(e) + SRC;
	d.dst_addr = MEM_BASE + engine_base(e) + DST;
	if (!d.dst_len)
		d.dst_len = 32768;
	rig_submit(r, e, &d);
	while (sluice_sim_run(r->dev, 1000000))
		;
	memcpy(&c, r->mem + engine_base(e) + CQ + (at % RING) * SLUICE_CPL_BYTES, sizeof(c));
	assert_int_equal(c.phase, (at / RING & 1) ^ 1);
	assert_int_equal(c.cookie, d.cookie);
	rig_wreg(r, SLUICE_QUEUE_REG(e, CQ_HEAD), r->tail[e]);
	if (out)
		*out = r->mem + engine_base(e) + DST;
	return c;
}

uint8_t
rig_load(struct rig *r, unsigned int e, const struct sluice_session *s)
{
	return rig_op(r, e, (struct sluice_desc){ .opcode = SLUICE_OP_SESSION_LOAD, .handle = HANDLE }, s, sizeof(*s),
		NULL).status;
}

size_t
rig_hex(const char *text, uint8_t *out)
{
	size_t n = 0;

	for (; text[0]; text += 2)
		out[n++] = (uint8_t)strtoul((char[]){ text[0], text[1], 0 }, NULL, 16);
	return n;
}

