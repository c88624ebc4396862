/*
 * The surroundings of a driver test: EAL, one crypto_sluice device on a simulation library, pools, and helpers to move bytes in and out of
 * mbuf chains. Everything is deterministic by the seed; a wait is bounded and says what it waited for.
 */
#ifndef TESTS_PMD_ENV_H
#define TESTS_PMD_ENV_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <rte_crypto.h>
#include <rte_cryptodev.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>

#include "common/gen/sluice_regs.h"
#include "dataplane/pmd/rte_pmd_sluice.h"

#define ENV_NAME "crypto_sluice0"
#define ENV_QPS 2
#define ENV_LCORES 4 /* workers, beside the main one */
#define ENV_DESCS 64
#define ENV_IV_OFFSET (sizeof(struct rte_crypto_op) + sizeof(struct rte_crypto_sym_op))
#define ENV_BUF 20480

struct env {
	const char *lib; /* simulation library */
	const char *kek_path;
	const char *cavp; /* NIST vectors, or NULL */
	uint8_t kek[32];
	bool slow; /* the simulated core: fewer repetitions */
	unsigned int many; /* operations of the long run; 0: as many as fit a test */
	uint8_t dev;
	struct rte_mempool *mbufs, *ops, *asym_ops, *sessions, *asym_sessions;
	uint64_t rng;
	size_t library_pieces, library_bytes; /* of DPDK's heap, that the library took when the device was configured last */
	unsigned int asym_refused; /* asymmetric sessions that the driver refused: DPDK 22.11 does not put those back into their pool */
};

/* The one environment of the program; set by main(). */
extern struct env *the_env;

/* Starts and ends the device with extra arguments ("" for none); checks that no mbuf, op or session was lost. */
void env_open(struct env *e, const char *args);
void env_close(struct env *e);
/* Configures n queue pairs and starts; env_open() makes ENV_QPS. */
void env_queues(struct env *e, uint16_t n);
/* Group fixtures with no extra arguments. */
int env_setup(void **state);
int env_teardown(void **state);

uint64_t env_random(struct env *e);
void env_random_bytes(struct env *e, void *buf, size_t len);
/* n, or fewer on the simulated core */
unsigned int env_times(const struct env *e, unsigned int n, unsigned int slow);

/* A chain with len bytes of data (zeros when data is NULL), cut into segments of the given sizes; the rest goes into a last one. */
struct rte_mbuf *env_chain(struct env *e, const void *data, uint32_t len, const uint16_t *cuts,
	unsigned int ncuts);
struct rte_mbuf *env_mbuf(struct env *e, const void *data, uint32_t len);
/* Copies len bytes out of a chain. */
void env_copy_out(const struct rte_mbuf *m, uint32_t offset, uint32_t len, void *out);

struct rte_crypto_op *env_op(struct env *e); /* symmetric */
struct rte_crypto_op *env_asym_op(struct env *e);
/* Enqueues one op and waits for it. Returns its status. */
enum rte_crypto_op_status env_run(struct env *e, struct rte_crypto_op *op);
void env_enqueue(struct env *e, uint16_t qp, struct rte_crypto_op *op);
/* TSC when a wait that began now has lasted too long. */
uint64_t env_deadline(void);
/* Waits for n ops of a queue pair. */
void env_wait(struct env *e, uint16_t qp, struct rte_crypto_op **ops, unsigned int n);
void *env_session(struct env *e, struct rte_crypto_sym_xform *x);
void env_session_free(struct env *e, void *sess);
/* Waits until the device has failed; ops that came back meanwhile go to ops, at most n. Returns how many. */
unsigned int env_wait_failed(struct env *e, uint16_t qp, struct rte_crypto_op **ops, unsigned int n);
/* Resets until the device runs. */
void env_reset(struct env *e);

/* Public-key ops: returns the status; out_len is updated. */
enum rte_crypto_op_status env_pka(struct env *e, enum rte_pmd_sluice_pka_type type, uint32_t handle,
	uint32_t param, const void *in, uint32_t in_len, void *out, uint32_t *out_len);

/* Test groups, one file each. */
extern const struct CMUnitTest env_tests_aead[], env_tests_chain[], env_tests_tls[], env_tests_pka[],
	env_tests_ring[], env_tests_fault[], env_tests_secret[], env_tests_probe[], env_tests_asym[], env_tests_cavp[], env_tests_lcores[],
	env_tests_halt[], env_tests_conform[];
extern const size_t env_tests_aead_n, env_tests_chain_n, env_tests_tls_n, env_tests_pka_n,
	env_tests_ring_n, env_tests_fault_n, env_tests_secret_n, env_tests_probe_n, env_tests_asym_n, env_tests_cavp_n, env_tests_lcores_n,
	env_tests_halt_n, env_tests_conform_n;

#endif
