/*
 * How the driver reaches a device: registers, doorbells and the promise that it stays away from memory. Two transports: sim (the
 * simulated core on a thread of its own) and pci (a card).
 */
#ifndef SLUICE_TRANSPORT_H
#define SLUICE_TRANSPORT_H

#include <stdbool.h>
#include <stdint.h>

struct rte_pci_device;
struct sluice_transport;

enum sluice_doorbell { SLUICE_DOORBELL_SQ_TAIL, SLUICE_DOORBELL_CQ_HEAD };

/* All functions may be called from any thread. reg_* may wait for the device and are not for bursts; doorbell() is. */
struct sluice_transport_ops {
	const char *name;
	uint32_t (*reg_read32)(struct sluice_transport *t, uint32_t offset);
	/* Several registers as one access: val[i] = register offset[i]. */
	void (*reg_readv)(struct sluice_transport *t, const uint32_t *offset, uint32_t *val, uint32_t n);
	void (*reg_write32)(struct sluice_transport *t, uint32_t offset, uint32_t val);
	/* Rings a doorbell of a hardware queue. Everything written to memory before is seen by the device after it. */
	void (*doorbell)(struct sluice_transport *t, uint16_t queue, enum sluice_doorbell which, uint16_t val);
	/* on = false: when it returns, the device reads and writes no host memory until it is switched on again. */
	void (*dma)(struct sluice_transport *t, bool on);
	/* Wall time spent simulating, ns; 0 on a card. */
	uint64_t (*sim_ns)(struct sluice_transport *t);
	/* Stops the device and frees the transport. */
	void (*close)(struct sluice_transport *t);
};

struct sluice_transport {
	const struct sluice_transport_ops *ops;
};

/* Options of the simulation. */
struct sluice_sim_args {
	const char *lib; /* path of the simulation library; NULL: beside the driver */
	const char *trace; /* prefix of wave files, or NULL */
	uint32_t mem_latency, mem_jitter;
	uint64_t seed;
	bool seeded; /* repeatable random numbers from seed: tests only */
	bool stuck_noise; /* the noise source says zero and nothing else: tests only */
	uint8_t kek[32];
};

/* NULL after saying why. */
struct sluice_transport *sluice_transport_sim(const struct sluice_sim_args *args);
struct sluice_transport *sluice_transport_pci(struct rte_pci_device *pci);
/* The same on a mapped BAR, without the bus: for tests on a mock BAR. */
struct sluice_transport *sluice_transport_bar(void *bar);

#endif
