/*
 * The driver's insides: what its files share. Nobody else includes this.
 *
 * A DPDK queue pair owns one hardware queue for each engine that the device has (CAP2.ENGINES), in the order of the engines' ids: with N
 * engines, queue pair n has the hardware queues nN to nN+N-1. Everything a burst touches is preallocated per hardware queue; a burst takes no lock, allocates nothing and rings each doorbell once.
 */
#ifndef SLUICE_PRIVATE_H
#define SLUICE_PRIVATE_H

#include <stdbool.h>
#include <stdint.h>

#include <cryptodev_pmd.h>
#include <rte_spinlock.h>

#include "common/gen/sluice_regs.h"
#include "dataplane/pmd/rte_pmd_sluice.h"
#include "dataplane/pmd/transport.h"

extern int sluice_logtype;
#define SLUICE_LOG(level, fmt, ...) \
	rte_log(RTE_LOG_##level, sluice_logtype, "sluice: " fmt "\n", ##__VA_ARGS__)

#define SLUICE_CLASSES (SLUICE_ENGINE_KDF + 1u) /* engine ids of the map; a device may have fewer */
#define SLUICE_MAX_QPS 32u
#define SLUICE_MIN_DESC 16u
#define SLUICE_PKA_DESC 64u /* a public-key engine holds eight; more would only wait longer */
#define SLUICE_OP_DESCS 4u /* descriptors of one op at most: two session loads, two operations */
#define SLUICE_KDF_DESC 64u /* of a kdf queue at least: a script is RTE_PMD_SLUICE_MAX_STEPS of them */
#define SLUICE_HEAD_BYTES 128u /* a session context, or IV and short AAD */
#define SLUICE_TAG_BYTES 64u
#define SLUICE_IV_BYTES 16u
#define SLUICE_AEAD_IV_BYTES 12u
#define SLUICE_RSA_MAX 512u /* bytes of the longest modulus */
#define SLUICE_RESULT 1536u /* where in a slot's memory a public-key or PRF result goes */
#define SLUICE_FREE_BURST 8u /* sessions erased per dequeue burst at most */

/* ---- slots of the device: sessions of a lane, private keys ---- */

struct sluice_slot_pool {
	rte_spinlock_t lock; /* sessions come and go: not taken per op */
	uint32_t first, count; /* indexes first..first+count-1 */
	uint32_t nfree, npending;
	uint32_t *free; /* stack of indexes */
	uint32_t *pending; /* handles whose erasure no queue has been given yet */
	uint16_t *gen; /* by index - first: generation last given out */
	uint8_t *taken; /* by index - first: somebody has it */
};

/* Handle of a free slot with a new generation, 0 when all are taken. */
uint32_t sluice_slot_get(struct sluice_slot_pool *p);
/* The device does not hold it (any more): free at once. */
void sluice_slot_put(struct sluice_slot_pool *p, uint32_t handle);
/* The device holds it: some queue shall erase it. */
void sluice_slot_put_later(struct sluice_slot_pool *p, uint32_t handle);
/* The same for a handle that comes from outside: one that is not taken is left alone. */
void sluice_slot_give(struct sluice_slot_pool *p, uint32_t handle);
/* One handle to erase, or 0. */
uint32_t sluice_slot_pending(struct sluice_slot_pool *p);
/* After a reset: nothing is left to erase. */
void sluice_slot_forget(struct sluice_slot_pool *p);
/* After a reset, of slots whose owners do not give them back: all are free, all handles of before are void. */
void sluice_slot_void(struct sluice_slot_pool *p);
int sluice_slot_init(struct sluice_slot_pool *p, uint32_t first, uint32_t count, int socket);
void sluice_slot_fini(struct sluice_slot_pool *p);

/* ---- sessions ---- */

/* A context of the device. Stateless ones are loaded in front of their first use on each queue pair, so no queue waits for another. */
struct sluice_ctx {
	uint32_t handle; /* 0: not used */
	uint16_t epoch; /* of the device when it was made: another epoch makes it stale */
	uint8_t class; /* enum sluice_engine */
	uint8_t sent; /* some queue pair has sent it; atomic */
	uint16_t loaded[SLUICE_MAX_QPS]; /* load epoch of the queue pair when that sent it: each has its own */
};

enum sluice_order { SLUICE_CIPHER_ONLY, SLUICE_AUTH_ONLY, SLUICE_CIPHER_AUTH, SLUICE_AUTH_CIPHER, SLUICE_AEAD };

struct sluice_sym_session {
	struct sluice_ctx cipher, auth; /* auth has no context when it is a plain hash */
	enum sluice_order order;
	uint8_t encrypt, generate;
	uint8_t hash; /* enum sluice_hash of a plain hash, else 0 */
	uint8_t full_len; /* bytes of the whole digest */
	uint16_t digest_len; /* bytes the caller wants or gives */
	uint16_t aad_len, iv_offset, iv_len;
	struct sluice_session cipher_image, auth_image; /* sources of SESSION_LOAD */
};

/* Standard asymmetric session: RSA with its key wrapped and a slot of its own, or a curve, whose keys come with each op. */
struct sluice_asym_session {
	struct sluice_ctx key;
	uint8_t xform; /* enum rte_crypto_asym_xform_type */
	uint8_t curve; /* enum rte_pmd_sluice_curve */
	uint16_t bytes; /* of the modulus, of a coordinate */
	uint32_t e; /* public exponent */
	uint32_t blob_len; /* 0: only public operations */
	uint8_t n[SLUICE_RSA_MAX];
	uint8_t blob[RTE_PMD_SLUICE_PKA_MAX_IN];
};

enum sluice_load { SLUICE_LOAD_TODO, SLUICE_LOAD_SENT, SLUICE_LOAD_DONE, SLUICE_LOAD_REFUSED };

struct rte_pmd_sluice_tls_session {
	struct sluice_dev *dev;
	struct sluice_ctx ctx;
	uint16_t qp_id, inflight;
	uint8_t used, write, head; /* head: bytes of a record before its payload */
	uint8_t broken; /* something of it was aborted: its sequence number is not known */
	uint8_t alg; /* enum rte_pmd_sluice_tls_alg */
	uint8_t etm;
	uint8_t load; /* of its keys: enum sluice_load */
	uint16_t ver;
	struct sluice_session image; /* wiped once it is on its way */
};

/* ---- queues ---- */

enum sluice_slot_kind {
	SLUICE_SLOT_LOAD, /* session or key load in front of an op; session: the TLS session that waits for it, or NULL */
	SLUICE_SLOT_FREE, /* erasure of a session slot */
	SLUICE_SLOT_PART, /* first half of a chain */
	SLUICE_SLOT_SYM, /* the last descriptor of an op, by kind of op */
	SLUICE_SLOT_RECORD,
	SLUICE_SLOT_RSA,
	SLUICE_SLOT_EC,
	SLUICE_SLOT_PKA,
	SLUICE_SLOT_STEP, /* a step of a script that is not its last */
};

/* What the driver remembers of a descriptor in flight. */
struct sluice_slot {
	struct rte_crypto_op *op; /* NULL for FREE */
	void *session; /* by kind */
	uint32_t handle; /* FREE; EC: key slot of this op alone, or 0 */
	struct sluice_slot_pool *pool; /* FREE: where the handle goes */
	uint32_t min_len, max_len; /* bytes that a good completion may claim */
	uint32_t offset; /* RECORD: where the result starts in the destination */
	uint8_t kind;
	uint8_t earlier; /* status of the op's earlier descriptors: the first that is not OK */
	uint8_t step; /* of a script: index */
	uint16_t secret; /* bytes at the start of its memory that are wiped on completion */
};

/* What the device reads and writes of a descriptor beside the caller's buffers. Queues of class pka have the longer `in`. */
struct sluice_slot_mem {
	uint8_t head[SLUICE_HEAD_BYTES];
	uint8_t tag[SLUICE_TAG_BYTES]; /* digest made, or digest to compare */
	union {
		struct {
			struct sluice_seg src[SLUICE_MAX_SEGMENTS];
			struct sluice_seg dst[SLUICE_MAX_SEGMENTS];
		};
		/* Session or key on its way, public-key work, PRF: operand, and the result at SLUICE_RESULT. */
		uint8_t in[RTE_PMD_SLUICE_PKA_MAX_IN];
	};
};
#define SLUICE_SHORT_IN (2 * SLUICE_MAX_SEGMENTS * sizeof(struct sluice_seg))
_Static_assert(SLUICE_RESULT + RTE_PMD_SLUICE_PKA_MAX_OUT <= SLUICE_SHORT_IN, "PRF fits a short slot");

struct sluice_hwq {
	struct sluice_desc *sq;
	struct sluice_cpl *cq;
	struct sluice_slot *slot;
	uint8_t *mem; /* struct sluice_slot_mem, `stride` bytes apart */
	uint32_t stride;
	rte_iova_t sq_iova, cq_iova, mem_iova;
	uint32_t tail, head; /* descriptors written, completions read; free running, the cookie is tail */
	uint32_t rung_tail, rung_head; /* what the device was told */
	uint32_t size;
	uint16_t id;
	uint8_t class;
	/* watch: when there is work and no completion */
	uint64_t watch_next, watch_since, watch_cycles; /* tsc, tsc, device cycles */
	uint8_t watch_armed, watch_seen, watch_idle;
	uint32_t left; /* while halting: QUEUE.STATE when last looked at */
	const struct rte_memzone *mz;
};

enum sluice_halt {
	SLUICE_GOING,
	SLUICE_HALTING, /* its queues are stopped, the device may still hold work of them */
	SLUICE_HALTED, /* the device holds nothing: what did not complete is given back */
};

struct sluice_qp {
	struct sluice_dev *dev;
	enum sluice_halt halt; /* the owner's, as all but `active` and `inflight` */
	uint32_t active; /* a burst is running; against a reset by another thread */
	uint32_t inflight; /* ops inside, `done` included */
	uint16_t id;
	struct rte_crypto_op **done; /* ops refused when enqueued, waiting for dequeue */
	uint32_t done_head, done_tail, done_size;
	struct sluice_hwq hwq[SLUICE_CLASSES];
	struct rte_cryptodev_stats stats;
	uint64_t bad_completions, timeouts, resets;
	uint64_t status[RTE_PMD_SLUICE_STATUSES]; /* completions by enum sluice_status */
};

/* What the device does: found out by sluice_probe.c. Bits are 1 << the enum's value, as in struct rte_pmd_sluice_info. */
struct sluice_has {
	uint8_t engines;
	uint8_t hashes, prf_hashes, hkdf, ecdh_curves, ecdsa_curves, eddsa_curves, rsa_sizes, rsa_public_sizes, kdf;
	uint8_t gcm, chacha, ctr, cbc; /* ciphers of the standard API */
	uint8_t tls[RTE_PMD_SLUICE_TLS_ALGS], tls_etm[RTE_PMD_SLUICE_TLS_ALGS];
};

#define SLUICE_ARG_PATH 256u
struct sluice_args {
	char kek[SLUICE_ARG_PATH], lib[SLUICE_ARG_PATH], trace[SLUICE_ARG_PATH];
	uint32_t max_qps, timeout_ms, asym_slots;
	uint8_t fault_inject; /* telemetry may inject faults */
	uint64_t timeout_cycles;
	struct sluice_sim_args sim;
};

struct sluice_dev {
	struct sluice_transport *t;
	struct rte_cryptodev *cdev;
	uint32_t state; /* enum rte_pmd_sluice_dev_state, atomic */
	uint32_t why; /* enum rte_pmd_sluice_failure */
	uint32_t failing; /* somebody is failing it, or has */
	uint16_t epoch; /* counts resets */
	uint16_t max_qps, nb_keys, asym_slots;
	uint16_t max_ring_log2;
	uint8_t nb_classes; /* engines of the device */
	uint32_t nb_sessions, nb_secrets;
	struct sluice_has has;
	uint64_t timeout_tsc, timeout_cycles;
	uint8_t has_kek; /* raw RSA keys can be wrapped */
	uint8_t fault_inject;
	uint8_t reset_step;
	uint8_t started;
	uint8_t kek[32];
	uint64_t reset_deadline, failures, resets;
	struct rte_pmd_sluice_engine_counters before[RTE_PMD_SLUICE_MAX_ENGINES]; /* what the device had counted before its first user */
	rte_spinlock_t reset_lock;
	/* by engine id; a pool of an engine that has none of its kind is empty */
	struct sluice_slot_pool sessions[SLUICE_CLASSES]; /* of aead, mac, chacha */
	struct sluice_slot_pool keys[SLUICE_CLASSES]; /* of pka and ecc: for standard asymmetric operations */
	struct sluice_slot_pool secrets;
	struct rte_pmd_sluice_tls_session *tls[SLUICE_CLASSES]; /* by slot */
	struct rte_cryptodev_capabilities *caps;
	struct sluice_qp *qp[SLUICE_MAX_QPS];
	uint16_t load_epoch[SLUICE_MAX_QPS]; /* never 0; another one when loads on their way were dropped */
};

/* ---- sluice_dev.c ---- */
extern struct rte_cryptodev_ops sluice_ops;
uint16_t sluice_enqueue_burst(void *qp, struct rte_crypto_op **ops, uint16_t n);
uint16_t sluice_dequeue_burst(void *qp, struct rte_crypto_op **ops, uint16_t n);
/* Makes a cryptodev of a transport, which it takes also on failure. */
int sluice_dev_create(const char *name, struct rte_device *device, struct sluice_transport *t,
	const struct sluice_args *args, int socket);
int sluice_dev_destroy(struct rte_cryptodev *cdev);
/* sluice_args.c: 0, or -EINVAL after saying what is wrong */
int sluice_args_parse(const char *text, struct sluice_args *args);
/* Reads the card's key-encryption key of a simulated device; 0 or -errno after saying why. */
int sluice_kek_read(const char *path, uint8_t kek[32]);

/* ---- rte_pmd_sluice.c ---- */
/* After a reset of the device, its self test and what the driver tries: from here on it is users who are counted. */
void sluice_counters_begin(struct sluice_dev *dev);

/* ---- sluice_probe.c ---- */
/* Asks a device that was just reset what it can do, by trying; fills dev->has. 0 or -errno after saying why. */
int sluice_probe(struct sluice_dev *dev, int socket);

/* Engine ids of the device, in order. */
#define SLUICE_FOREACH_CLASS(dev, c) \
	for (unsigned int c = 0; c < SLUICE_CLASSES; c++) \
		if ((dev)->has.engines >> c & 1)

/* ---- sluice_health.c ---- */
/* Identity, self test: 0 or -errno after saying what is wrong. */
int sluice_dev_identify(struct sluice_dev *dev);
int sluice_dev_wait_ready(struct sluice_dev *dev);
int sluice_dev_selftest(struct sluice_dev *dev);
void sluice_dev_fail(struct sluice_dev *dev, enum rte_pmd_sluice_failure why);
/* A queue has work and gave nothing: looks at the device now and then. */
void sluice_watch(struct sluice_qp *qp, struct sluice_hwq *q);
/* One step of a reset; as rte_pmd_sluice_device_reset(). */
int sluice_dev_reset(struct sluice_dev *dev);
/* "aead", "mac", ... */
const char *sluice_engine_name(unsigned int engine);
/* The device of a cryptodev id, NULL when it is not one of ours. */
struct sluice_dev *sluice_dev_of(uint8_t dev_id);

static inline uint32_t
sluice_state(const struct sluice_dev *dev)
{
	return __atomic_load_n(&dev->state, __ATOMIC_ACQUIRE);
}

/* From here to sluice_burst_end() a device reset by another thread keeps off. False: the device is not running. */
static inline bool
sluice_burst_begin(struct sluice_qp *qp)
{
	__atomic_store_n(&qp->active, 1, __ATOMIC_SEQ_CST);
	return __atomic_load_n(&qp->dev->state, __ATOMIC_SEQ_CST) == RTE_PMD_SLUICE_RUNNING;
}

static inline void
sluice_burst_end(struct sluice_qp *qp)
{
	__atomic_store_n(&qp->active, 0, __ATOMIC_RELEASE);
}

/* ---- sluice_halt.c ---- */
/* One step of a queue pair's reset; as rte_pmd_sluice_queue_pair_reset(). */
int sluice_qp_reset(struct sluice_qp *qp);
/* Stops the queues of a queue pair without ops whose memory is about to be freed, and waits until the device has let go of it. */
void sluice_qp_detach(struct sluice_qp *qp);

/* ---- sluice_queue.c ---- */
int sluice_hwq_setup(struct sluice_qp *qp, unsigned int class, uint32_t ndesc, int socket);
/* The same outside a queue pair, on hardware queue `id`. */
int sluice_hwq_alloc(struct sluice_hwq *q, struct sluice_dev *dev, uint16_t id, unsigned int class,
	uint32_t ndesc, int socket);
/* Entries of the ring of a class in a queue pair of n descriptors. */
uint32_t sluice_hwq_size(unsigned int class, uint32_t n);
void sluice_hwq_release(struct sluice_hwq *q);
/* Tells the device about the rings, both indexes at zero. */
void sluice_hwq_program(struct sluice_dev *dev, struct sluice_hwq *q);
void sluice_hwq_stop(struct sluice_dev *dev, struct sluice_hwq *q);
/* Forgets what is of no op and did not complete. The device must not work on the queue any more. */
void sluice_hwq_leftovers(struct sluice_dev *dev, struct sluice_hwq *q);
/* Completed ops of a queue, at most n. */
uint16_t sluice_hwq_poll(struct sluice_qp *qp, struct sluice_hwq *q, struct rte_crypto_op **ops,
	uint16_t n);
/* After a failure or an abort: ops in flight come back with ERROR. */
uint16_t sluice_hwq_flush(struct sluice_qp *qp, struct sluice_hwq *q, struct rte_crypto_op **ops,
	uint16_t n);
void sluice_hwq_ring(struct sluice_dev *dev, struct sluice_hwq *q);
/* Puts erasures of sessions given back onto the queue. */
void sluice_hwq_frees(struct sluice_qp *qp, struct sluice_hwq *q);

static inline uint32_t
sluice_hwq_room(const struct sluice_hwq *q)
{
	return q->size - (q->tail - q->head);
}

static inline struct sluice_slot_mem *
sluice_hwq_mem(const struct sluice_hwq *q, uint32_t n)
{
	return (struct sluice_slot_mem *)(q->mem + (size_t)(n & (q->size - 1)) * q->stride);
}

static inline rte_iova_t
sluice_hwq_mem_iova(const struct sluice_hwq *q, uint32_t n)
{
	return q->mem_iova + (rte_iova_t)(n & (q->size - 1)) * q->stride;
}

/* The next descriptor, zeroed but for its cookie; the caller has checked the room. sluice_hwq_push() makes it count. */
struct sluice_desc *sluice_hwq_next(struct sluice_hwq *q, struct sluice_slot **slot,
	struct sluice_slot_mem **mem, rte_iova_t *mem_iova);

static inline void
sluice_hwq_push(struct sluice_hwq *q)
{
	q->tail++;
}

/* Puts a load of ctx in front when this queue pair has not sent it yet. image: bytes of the source. tls: who waits for it, or NULL. */
void sluice_hwq_load(struct sluice_qp *qp, struct sluice_hwq *q, struct sluice_ctx *ctx,
	const void *image, uint32_t len, struct rte_pmd_sluice_tls_session *tls);

/*
 * The descriptor of an operand of len bytes copied beside it, with room for `result` bytes of result there. A good completion may claim
 * just that many.
 */
struct sluice_slot *sluice_hwq_operand(struct sluice_hwq *q, uint8_t opcode, uint32_t handle,
	const void *in, uint32_t len, uint32_t result, struct sluice_desc **desc);

/* ---- completions (sluice_cpl.c): pure, so that it can be fuzzed ---- */
enum sluice_cpl_verdict {
	SLUICE_CPL_NONE, /* not written yet */
	SLUICE_CPL_GOOD,
	SLUICE_CPL_COOKIE, /* the rest: a sound device does not write these */
	SLUICE_CPL_STATUS,
	SLUICE_CPL_LENGTH,
	SLUICE_CPL_RESERVED,
	SLUICE_CPL_HEAD,
};
struct sluice_cpl_expect {
	uint32_t min_len, max_len;
	uint32_t head, tail; /* completions read, descriptors submitted; head is the cookie expected */
	uint32_t size; /* entries of the ring */
};
/* Takes a copy of the entry into out and judges it. */
enum sluice_cpl_verdict sluice_cpl_take(const struct sluice_cpl *entry,
	const struct sluice_cpl_expect *want, struct sluice_cpl *out);
const char *sluice_cpl_verdict_name(enum sluice_cpl_verdict v);

/* ---- operations: sluice_sym.c, sluice_tls.c, sluice_asym.c ---- */
#define SLUICE_NO_ROOM (-1)
/*
 * Build the descriptors of an op. 0: the op is on its way. SLUICE_NO_ROOM: the queue is full, try later. Else the enum
 * rte_crypto_op_status to give it back with (loads may have been put in front all the same; they stand for themselves).
 */
int sluice_sym_enqueue(struct sluice_qp *qp, struct rte_crypto_op *op);
int sluice_asym_enqueue(struct sluice_qp *qp, struct rte_crypto_op *op);
int sluice_record_enqueue(struct sluice_qp *qp, struct rte_crypto_op *op);
int sluice_pka_enqueue(struct sluice_qp *qp, struct rte_crypto_op *op);
int sluice_ec_enqueue(struct sluice_qp *qp, struct rte_crypto_op *op, struct sluice_asym_session *s);
/* Finish the op of a slot whose descriptors all succeeded: set its status and results. */
void sluice_sym_finish(struct sluice_slot *s, const struct sluice_slot_mem *mem);
void sluice_rsa_finish(struct sluice_slot *s, const struct sluice_slot_mem *mem);
void sluice_record_finish(struct sluice_slot *s, const struct sluice_cpl *cpl);
void sluice_pka_finish(struct sluice_slot *s, const struct sluice_slot_mem *mem,
	const struct sluice_cpl *cpl);
void sluice_ec_finish(struct sluice_slot *s, const struct sluice_slot_mem *mem);
/* An EC op of this slot is over, whatever its status: its key slot goes back. */
void sluice_ec_leave(struct sluice_qp *qp, struct sluice_slot *s);
/* A step of a script succeeded: its public result. */
void sluice_step_finish(struct sluice_slot *s, const struct sluice_slot_mem *mem,
	const struct sluice_cpl *cpl);

int sluice_sym_session_configure(struct rte_cryptodev *cdev, struct rte_crypto_sym_xform *xform,
	struct rte_cryptodev_sym_session *sess);
void sluice_sym_session_clear(struct rte_cryptodev *cdev, struct rte_cryptodev_sym_session *sess);
int sluice_asym_session_configure(struct rte_cryptodev *cdev, struct rte_crypto_asym_xform *xform,
	struct rte_cryptodev_asym_session *sess);
void sluice_asym_session_clear(struct rte_cryptodev *cdev, struct rte_cryptodev_asym_session *sess);
/* The list for a device, allocated; NULL: no memory. */
struct rte_cryptodev_capabilities *sluice_capabilities(const struct sluice_dev *dev, int socket);
/* sluice_raw_key.c: makes the wrapped blob of a raw key; its length, or -errno */
int sluice_rsa_wrap(const struct rte_crypto_rsa_xform *key, const uint8_t kek[32], uint8_t *blob,
	size_t room);
/* The same of a private scalar of n bytes on P-256 or P-384. */
int sluice_ec_wrap(uint8_t curve, const uint8_t *scalar, size_t n, const uint8_t kek[32], uint8_t *blob,
	size_t room);

/* A session whose device copy died with a reset. */
static inline bool
sluice_ctx_stale(const struct sluice_dev *dev, const struct sluice_ctx *ctx)
{
	return ctx->handle && ctx->epoch != dev->epoch;
}

#endif
