/* Inside the engine `fpga`: records in fpga.c, work by key and secret slots in fpga_pka.c. */
#ifndef SLUICE_DATAPLANE_CRYPTO_FPGA_INT_H
#define SLUICE_DATAPLANE_CRYPTO_FPGA_INT_H

#include <rte_cryptodev.h>

#include "dataplane/crypto/engine.h"
#include "dataplane/crypto/fpga_api.h"

#define FPGA_RING 1024 /* operations of one queue pair in the device */
#define FPGA_PKA 256 /* public-key operations and scripts, in the device or waiting for it */
#define FPGA_BURST 32

/* A script of derivations under way: its steps are one operation of the driver each, in order. */
struct fpga_script {
	struct pka_op *op;
	struct fpga_script *next; /* of those with steps that were not enqueued yet */
	uint32_t at; /* bytes of the script that were */
	uint32_t out; /* bytes of public results expected so far */
	uint32_t in_device;
	uint8_t status; /* enum ipc_pka_status: of the first step that failed */
	bool begun; /* all its steps were enqueued, or it was given up */
	struct rte_pmd_sluice_kdf_step step[IPC_KDF_MAX_STEPS];
	uint32_t n_step;
};

struct fpga_engine {
	struct rec_engine eng;
	struct fpga_api api;
	struct rte_pmd_sluice_info has;
	uint8_t dev;
	uint16_t qp;
	struct rte_mempool *sym_pool, *asym_pool;
	struct rec_op *done, **done_tail; /* results waiting for poll, linked by op->priv */
	struct pka_op *pka_done[FPGA_PKA];
	uint32_t n_pka_done, n_pka;
	uint32_t in_device, ndone;
	struct fpga_script *scripts, **scripts_tail; /* with steps that wait for room */
	uint64_t scripts_begun, scripts_done; /* in the order in which they came */
	struct fpga_session *leaving; /* freed by their owners, and not yet let go by the driver */
};

struct fpga_session {
	struct rec_session s;
	struct rte_pmd_sluice_tls_session *dev;
	struct fpga_session *next_leaving;
	bool waits; /* for scripts: its keys come from a secret */
	uint64_t after; /* scripts_begun when it was made */
	struct rte_pmd_sluice_tls_record_xform x; /* while it waits; no keys are in it */
};

/* Where an operation of the driver keeps whose it is: a struct rec_op *, pka_op * or fpga_script *. */
static inline void **
fpga_owner(struct rte_crypto_op *c)
{
	return __rte_crypto_op_get_priv_data(c, 2 * sizeof(void *));
}

/* fpga.c: takes everything that the device has finished. */
void fpga_drain(struct fpga_engine *e);

/* fpga_pka.c */
uint32_t fpga_card(const struct fpga_engine *e); /* bits of enum ipc_card */
void fpga_pka_back(struct fpga_engine *e, struct rte_crypto_op *c);
int fpga_pka_submit(struct rec_engine *eng, struct pka_op *op);
uint16_t fpga_pka_poll(struct rec_engine *eng, struct pka_op **ops, uint16_t n);
/* The device runs no more, or is reset: steps that were not enqueued fail. */
void fpga_scripts_drop(struct fpga_engine *e);

#endif
