/* The golden model with rings set up, as the tests of it use it: one queue per engine of the map. */
#ifndef TESTS_MODEL_RIG_H
#define TESTS_MODEL_RIG_H

#include <setjmp.h>
#include <stdbool.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/gen/sluice_regs.h"
#include "sim/bridge/sluice_sim.h"

#define RIG_ENGINES 6u
#define RIG_QUEUES 8u /* one for each engine, then two to be set up with rig_ring() */
#define MEM_BYTES (1u << 20)
#define MEM_BASE 0x40000000u /* what the device calls the first byte */
#define RING_LOG2 3u
#define RING (1u << RING_LOG2)
#define SQ 0u
#define CQ 4096u
#define SRC 8192u
#define DST 65536u
#define HANDLE 0x00010002u

struct rig {
	uint8_t *mem;
	struct sluice_sim *dev;
	uint16_t tail[RIG_QUEUES];
	uint64_t random; /* state of the noise source */
	bool stuck; /* it says the same again and again */
};


/* cmocka fixtures: *state is a struct rig */
int rig_setup(void **state);
int rig_teardown(void **state);
void rig_wreg(struct rig *r, uint32_t reg, uint32_t val);
uint32_t rig_rreg(struct rig *r, uint32_t reg);
/* Sets all rings up anew and enables the device. */
void rig_rings(struct rig *r);
/* Sets up a queue of its own: for rig_op() its number stands for the engine. */
void rig_ring(struct rig *r, unsigned int queue, unsigned int engine, unsigned int func);
/* Puts a descriptor on the queue of an engine and rings. */
void rig_submit(struct rig *r, unsigned int e, const struct sluice_desc *d);
/* One operation from src to DST; the result is in *out. Returns the completion. */
struct sluice_cpl rig_op(struct rig *r, unsigned int e, struct sluice_desc d, const void *src, uint32_t len,
	const uint8_t **out);
/* SESSION_LOAD to HANDLE; its status */
uint8_t rig_load(struct rig *r, unsigned int e, const struct sluice_session *s);
/* Bytes of a hexadecimal string; their number. */
size_t rig_hex(const char *text, uint8_t *out);

#endif
