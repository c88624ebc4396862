/*
 * The simulated Sluice device as a library: registers, DMA callbacks and a clock that the caller turns.
 * Two libraries have this interface: libsluice_sim.so (front end and engines verilated one by one, each ticked only while it has work) and
 * libsluice_sim_whole.so (one model of sluice_top). They agree cycle for cycle; the first is the fast one.
 *
 * Rules
 * - A device is used by one thread at a time; different devices are independent. Nothing here blocks or starts threads.
 * - Time passes only in sluice_sim_run(), sluice_sim_reg_read32() and sluice_sim_reg_write32(). Register accesses take the cycles that AXI4-Lite
 *   takes (a few) during which the whole device goes on working. Callbacks are made from inside these three functions only, and must
 *   not call back into the same device.
 * - An idle device need not be run: run() returns at once and no cycle is counted. Waiting therefore costs no host time.
 * - Memory addresses are IOVAs: the device passes them to the callbacks untranslated and unchecked. The callback decides what is valid.
 * - Order seen by the host: writes are made in the order in which the device issued them; the payload of an operation, then the first half of
 *   its completion, then the second half with the phase bit. A callback for the second half may use a release store or fence.
 */
#ifndef SLUICE_SIM_H
#define SLUICE_SIM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SLUICE_SIM_API_VERSION 2u
#define SLUICE_SIM_KEK_BYTES 32u
#define SLUICE_SIM_ENGINES 8u /* engine ids that the statistics have room for */
#define SLUICE_SIM_DMA_MAX 256u /* longest single DMA callback, bytes; it never crosses a 4 KiB boundary */

struct sluice_sim; /* one device */

/* Everything the device needs from outside. Zero it, set api_version and the two DMA callbacks, and what else is wanted. */
struct sluice_sim_config {
	uint32_t api_version; /* SLUICE_SIM_API_VERSION */
	uint32_t mem_latency; /* cycles from a read request to its first data; 0 means 20 */
	uint32_t mem_jitter; /* further random cycles per request, 0..mem_jitter, and random stalls; 0 for none (repeatable by seed) */
	uint32_t rsvd; /* zero */
	uint64_t seed; /* of the noise when `random` is NULL, of mem_jitter, and of reset values */
	uint8_t kek[SLUICE_SIM_KEK_BYTES]; /* the card's key-encryption key ("fuses") */
	/* Reads len bytes (1..SLUICE_SIM_DMA_MAX) at iova into buf. 0, or anything else for an AXI error answer. */
	int (*dma_read)(void *user, uint64_t iova, void *buf, uint32_t len);
	/* Writes len bytes from buf to iova. 0, or anything else for an AXI error answer (nothing is taken as written then). */
	int (*dma_write)(void *user, uint64_t iova, const void *buf, uint32_t len);
	/* Fills buf with len bytes of noise for the generator of random numbers; NULL uses a generator seeded by `seed`: tests only. */
	void (*random)(void *user, void *buf, size_t len);
	void *user; /* first argument of every callback */
	const char *trace_path; /* NULL, or prefix of VCD files (PREFIX_dev.vcd, PREFIX_aead.vcd, …); ignored unless built with TRACE=1 */
	uint64_t trace_from, trace_to; /* device cycles that the waves show; trace_to 0: to the end */
};

/* What the simulation did so far. */
struct sluice_sim_stats {
	uint64_t cycles; /* device clock cycles, reset included */
	uint64_t wall_ns; /* host time spent inside run() and register accesses */
	uint64_t ticks_dev; /* clock edges really evaluated in the front end … */
	uint64_t ticks_engine[SLUICE_SIM_ENGINES]; /* … and in each engine, by engine id; the rest was skipped because it could change nothing */
	uint64_t dma_reads, dma_read_bytes; /* callbacks made */
	uint64_t dma_writes, dma_write_bytes;
};

/*
 * Makes a device and applies its hardware reset. The device then resets and tests itself; run it until STATUS.READY, or until idle.
 * cfg is copied. Returns NULL when api_version differs, a DMA callback is missing, or memory is short (errno tells which).
 */
struct sluice_sim *sluice_sim_create(const struct sluice_sim_config *cfg);

/* Ends the device; closes its waves. NULL is allowed. */
void sluice_sim_destroy(struct sluice_sim *sim);

/* Reads the register at byte offset `offset` of the BAR. Unknown offsets read as zero. */
uint32_t sluice_sim_reg_read32(struct sluice_sim *sim, uint32_t offset);

/* Writes a register. Returns when the device has taken the write (its response came). */
void sluice_sim_reg_write32(struct sluice_sim *sim, uint32_t offset, uint32_t value);

/* Runs at most max_cycles; stops early once the device is idle. Returns the cycles run (0 when it was idle already). */
uint64_t sluice_sim_run(struct sluice_sim *sim, uint64_t max_cycles);

/* 1 when nothing is in flight anywhere: no cycle would change anything until the next register write. */
int sluice_sim_idle(const struct sluice_sim *sim);

/* Device clock cycles since creation (the CYCLES registers count from the last reset). */
uint64_t sluice_sim_cycles(const struct sluice_sim *sim);

/* Host time in ns spent simulating since creation. */
uint64_t sluice_sim_wall_ns(const struct sluice_sim *sim);

/* Copies the counters. */
void sluice_sim_get_stats(const struct sluice_sim *sim, struct sluice_sim_stats *out);

#ifdef __cplusplus
}
#endif

#endif /* SLUICE_SIM_H */
