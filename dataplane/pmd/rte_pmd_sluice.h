/*
 * What the crypto PMD `crypto_sluice` does beyond the standard cryptodev API: TLS record sessions, public-key work by key slot,
 * counters, health and reset. Standard operations (AEAD, cipher, auth, chains, RSA) go through rte_cryptodev as with any driver.
 *
 * The TLS record part is named after rte_security's TLS record protocol of DPDK 23.11, which 22.11 does not have.
 *
 * Rules
 * - Everything is asynchronous through rte_cryptodev_enqueue_burst()/dequeue_burst(). A queue pair belongs to one thread. Functions that take
 *   a qp_id, and those on sessions made with it, are called by that thread (or while the device is stopped). None of them waits or allocates.
 * - A queue pair keeps order per engine (records of GCM; everything of HMAC/CBC/PRF; public key), not between engines: a record overtakes an RSA.
 * - An operation that is refused when enqueued (bad arguments, stale session) is still accepted and comes back from dequeue with its status.
 * - op->status is the verdict; rte_pmd_sluice_op_device_status() tells enum sluice_status when the device gave it.
 */
#ifndef RTE_PMD_SLUICE_H
#define RTE_PMD_SLUICE_H

#include <stdint.h>

#include <rte_common.h>
#include <rte_crypto.h>
#include <rte_mbuf.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RTE_PMD_SLUICE_DRIVER_NAME "crypto_sluice"
#define RTE_PMD_SLUICE_MAX_ENGINES 8
#define RTE_PMD_SLUICE_TLS_HEADER 5 /* bytes of a record header */
#define RTE_PMD_SLUICE_TLS_MAX_PLAIN 16384 /* RFC 5246 6.2.1 */
#define RTE_PMD_SLUICE_TLS_MAX_RECORD 18437 /* RFC 5246 6.2.3, with its header */
#define RTE_PMD_SLUICE_NO_DEVICE_STATUS 0xFF

/* ---- TLS record sessions ------------------------------------------------------------------------------------------------------- */

enum rte_pmd_sluice_tls_sess_type {
	RTE_PMD_SLUICE_TLS_SESS_TYPE_READ, /* opens records */
	RTE_PMD_SLUICE_TLS_SESS_TYPE_WRITE, /* seals records */
};
enum rte_pmd_sluice_tls_version { /* as on the wire */
	RTE_PMD_SLUICE_VERSION_TLS_1_0 = 0x0301,
	RTE_PMD_SLUICE_VERSION_TLS_1_1 = 0x0302,
	RTE_PMD_SLUICE_VERSION_TLS_1_2 = 0x0303,
};
enum rte_pmd_sluice_tls_alg {
	RTE_PMD_SLUICE_TLS_AES_GCM, /* TLS 1.2 only */
	RTE_PMD_SLUICE_TLS_AES_CBC_HMAC_SHA1,
	RTE_PMD_SLUICE_TLS_AES_CBC_HMAC_SHA256, /* TLS 1.2 only */
};

struct rte_pmd_sluice_tls_record_xform {
	enum rte_pmd_sluice_tls_sess_type type;
	enum rte_pmd_sluice_tls_version ver;
	enum rte_pmd_sluice_tls_alg alg;
	uint64_t seq_no; /* of the first record */
	uint8_t key_len; /* 16 or 32 */
	uint8_t mac_key_len; /* 20 or 32; 0 with GCM */
	uint8_t iv_len; /* 4: GCM implicit nonce; 16: TLS 1.0 CBC first IV; else 0 */
	const uint8_t *key, *mac_key, *iv; /* copied */
};

struct rte_pmd_sluice_tls_session; /* opaque */

/*
 * Takes a session slot of the device for queue pair qp_id; the keys travel to the device in front of the session's first record, on that
 * queue pair. Records of the session must be enqueued on that queue pair and are processed in the order of enqueueing.
 * Returns NULL with rte_errno EINVAL (bad xform, ids), ENOSPC (no slot free) or ENODEV (device failed or resetting).
 */
struct rte_pmd_sluice_tls_session *
rte_pmd_sluice_tls_session_create(uint8_t dev_id, uint16_t qp_id, const struct rte_pmd_sluice_tls_record_xform *xform);

/*
 * Gives the session back; the device's copy is erased by the next bursts on the queue pair. -EBUSY while records of it are in flight:
 * dequeue them first. NULL is allowed. Sessions of before a device reset must be destroyed like others.
 */
int
rte_pmd_sluice_tls_session_destroy(struct rte_pmd_sluice_tls_session *sess);

/* Bytes of a record before its payload: header and explicit nonce or IV. */
static inline uint16_t
rte_pmd_sluice_tls_record_head(enum rte_pmd_sluice_tls_alg alg, enum rte_pmd_sluice_tls_version ver)
{
	if (alg == RTE_PMD_SLUICE_TLS_AES_GCM)
		return RTE_PMD_SLUICE_TLS_HEADER + 8;
	return ver == RTE_PMD_SLUICE_VERSION_TLS_1_0 ? RTE_PMD_SLUICE_TLS_HEADER : RTE_PMD_SLUICE_TLS_HEADER + 16;
}

/* Bytes of the whole sealed record of `len` bytes of plaintext. */
static inline uint32_t
rte_pmd_sluice_tls_record_len(enum rte_pmd_sluice_tls_alg alg, enum rte_pmd_sluice_tls_version ver, uint32_t len)
{
	uint32_t mac = alg == RTE_PMD_SLUICE_TLS_AES_CBC_HMAC_SHA1 ? 20 : 32;

	if (alg == RTE_PMD_SLUICE_TLS_AES_GCM)
		return rte_pmd_sluice_tls_record_head(alg, ver) + len + 16;
	return rte_pmd_sluice_tls_record_head(alg, ver) + ((len + mac + 16) & ~15u);
}

/*
 * Makes `op` (of a pool of type SYMMETRIC or UNDEFINED) a record operation on `sess`. The caller then sets op->sym:
 *
 * WRITE (seal), content type `type`: aead.data.offset/length: the plaintext in m_src.
 *   m_dst NULL or m_src: in place. The record takes head bytes before the plaintext (offset >= head) and its tail after it; the mbuf's
 *     pkt_len covers them already. A chain may be split anywhere.
 *   m_dst another mbuf: the record is written from the start of m_dst's data; pkt_len of m_dst is the room.
 * READ (open), `type` ignored: aead.data.offset/length: the whole record, header included, in m_src.
 *   m_dst NULL or m_src: in place. The plaintext stays where its ciphertext was, head bytes after the record's start.
 *   m_dst another mbuf: the plaintext is written from the start of m_dst's data.
 *
 * After a successful dequeue aead.data.offset/length are the result's in the destination mbuf, and
 * rte_pmd_sluice_tls_record_type() is the content type. mbuf lengths are never changed. After a failure the destination's contents
 * are undefined. A session whose record failed to open is of no further use (TLS ends the connection): destroy it.
 * AUTH_FAILED: bad MAC, padding or tag. INVALID_ARGS: header or length wrong, or destination too small. INVALID_SESSION: stale session,
 * or sequence number exhausted. ERROR: device, DMA, parity.
 * mbufs belong to the op until it is dequeued. Segments of m_dst (or m_src in place) must be direct and unshared.
 */
static inline void
rte_pmd_sluice_tls_record_attach(struct rte_crypto_op *op, struct rte_pmd_sluice_tls_session *sess, uint8_t type)
{
	op->type = RTE_CRYPTO_OP_TYPE_SYMMETRIC;
	op->sess_type = RTE_CRYPTO_OP_SECURITY_SESSION;
	op->reserved[0] = type;
	op->sym->session = sess;
}

/* Content type: of the opened record, or as attached. */
static inline uint8_t
rte_pmd_sluice_tls_record_type(const struct rte_crypto_op *op)
{
	return op->reserved[0];
}

/* enum sluice_status of a dequeued op, RTE_PMD_SLUICE_NO_DEVICE_STATUS when the driver itself decided. */
static inline uint8_t
rte_pmd_sluice_op_device_status(const struct rte_crypto_op *op)
{
	return op->reserved[1];
}

/* ---- public-key work by key slot, and the PRF ---------------------------------------------------------------------------------------- */

enum rte_pmd_sluice_pka_type {
	RTE_PMD_SLUICE_PKA_KEY_LOAD, /* in: RFC 5649 wrapped private key for the slot `handle` */
	RTE_PMD_SLUICE_PKA_KEY_FREE, /* erases the slot */
	RTE_PMD_SLUICE_PKA_RSA_PRIVATE, /* in: 256 bytes; out: 256 bytes */
	RTE_PMD_SLUICE_PKA_RSA_PMS_DECRYPT, /* in: 256 bytes; param: client version 0x0303; out: 48 bytes, random when unpadding failed */
	RTE_PMD_SLUICE_PKA_TLS_PRF, /* in: secret (param bytes, 0..64) | label | seed; out: out_len bytes (1..512) */
};
#define RTE_PMD_SLUICE_PKA_MAX_IN 2816 /* of a wrapped key; 1536 of other operands */
#define RTE_PMD_SLUICE_PKA_MAX_OUT 512
#define RTE_PMD_SLUICE_KEY_HANDLE(slot, gen) (((uint32_t)(gen) << 16) | (uint32_t)(slot)) /* generation 1..65535 */

/* Overlays op->asym. */
struct rte_pmd_sluice_pka_op {
	enum rte_pmd_sluice_pka_type type;
	uint32_t handle; /* key slot 0..key_slots-1 and generation, chosen by the caller; 0 for TLS_PRF */
	uint32_t param;
	uint32_t in_len;
	const uint8_t *in; /* any memory; copied when enqueued, the caller's again when enqueue returns */
	uint8_t *out; /* any memory; belongs to the op until it is dequeued. NULL for key operations */
	uint32_t out_len; /* room (for TLS_PRF: bytes wanted); after success the bytes written */
};

/*
 * Makes `op` (of a pool of type ASYMMETRIC or UNDEFINED) a public-key operation and returns the struct to fill.
 * INVALID_SESSION: slot empty or of another generation. INVALID_ARGS: blob does not unwrap, operand not below the modulus, lengths.
 * ERROR: the device failed, or its own check of the result did.
 */
static inline struct rte_pmd_sluice_pka_op *
rte_pmd_sluice_pka_attach(struct rte_crypto_op *op)
{
	RTE_BUILD_BUG_ON(sizeof(struct rte_pmd_sluice_pka_op) > sizeof(struct rte_crypto_asym_op));
	op->type = RTE_CRYPTO_OP_TYPE_ASYMMETRIC;
	op->sess_type = RTE_CRYPTO_OP_SECURITY_SESSION;
	return (struct rte_pmd_sluice_pka_op *)op->asym;
}

/* ---- device ------------------------------------------------------------------------------------------------------------------------ */

enum rte_pmd_sluice_dev_state {
	RTE_PMD_SLUICE_RUNNING,
	RTE_PMD_SLUICE_FAILED, /* in-flight ops come back with ERROR, nothing new is accepted */
	RTE_PMD_SLUICE_RESETTING, /* between a call of device_reset() and its end */
};

/* Why the device was marked failed. */
enum rte_pmd_sluice_failure {
	RTE_PMD_SLUICE_FAILURE_NONE,
	RTE_PMD_SLUICE_FAILURE_TIMEOUT, /* work in flight and no progress: hang or lost completion */
	RTE_PMD_SLUICE_FAILURE_COMPLETION, /* a completion that no sound device writes */
	RTE_PMD_SLUICE_FAILURE_FATAL, /* STATUS.FATAL or a queue error */
	RTE_PMD_SLUICE_FAILURE_GONE, /* the registers no longer answer */
	RTE_PMD_SLUICE_FAILURE_SELFTEST, /* after a reset */
};

struct rte_pmd_sluice_info {
	uint32_t map_version, map_hash;
	uint16_t max_queue_pairs;
	uint16_t key_slots; /* for the caller: 0..key_slots-1; the slots above serve standard asymmetric sessions */
	uint32_t sessions; /* slots of each of the engines aead and mac */
	uint16_t max_segments; /* of one op's source or destination, the driver's own entries included */
	uint8_t simulated; /* 1: transport sim */
	uint8_t selftest_done, selftest_pass; /* bit per engine id */
};

struct rte_pmd_sluice_counters {
	uint32_t nb_engines;
	struct {
		char name[16];
		uint64_t ops, bytes, busy_cycles, failed;
	} engine[RTE_PMD_SLUICE_MAX_ENGINES];
	uint64_t device_cycles; /* since reset */
	uint64_t sim_ns; /* wall time the simulation was running; 0 on a card */
	uint32_t err_desc, err_dma, err_parity; /* the device's own */
	uint64_t bad_completions, timeouts, failures, resets; /* the driver's */
};

#define RTE_PMD_SLUICE_FAULT_HANG 0x1
#define RTE_PMD_SLUICE_FAULT_FLIP 0x2
#define RTE_PMD_SLUICE_FAULT_DROP 0x4

/* All of these: 0, or -ENODEV when dev_id is not a Sluice device, -EINVAL, or as told. */

int
rte_pmd_sluice_info_get(uint8_t dev_id, struct rte_pmd_sluice_info *info);

/* State of the device: one load, to be asked as often as one likes; -ENODEV. `why` (may be NULL) gets enum rte_pmd_sluice_failure. */
int
rte_pmd_sluice_state(uint8_t dev_id, int *why);

/* Reads the device's counters. May wait for the registers (tens of microseconds in simulation): not per packet. */
int
rte_pmd_sluice_counters_get(uint8_t dev_id, struct rte_pmd_sluice_counters *counters);

/* Tests: RTE_PMD_SLUICE_FAULT_* on the next operation of `engine` (enum sluice_engine). */
int
rte_pmd_sluice_fault_inject(uint8_t dev_id, uint8_t engine, uint32_t faults);

/*
 * Resets the device, runs its self test and sets the rings up again: a state machine that never waits. Call it again while it
 * returns -EINPROGRESS, or -EAGAIN (queue pairs still hold ops of before the failure: dequeue them all); 0: the device runs,
 * every session is stale and every key slot empty. -EIO: the device did not come back; call again to try once more.
 * On a running device it fails the work in flight first.
 */
int
rte_pmd_sluice_device_reset(uint8_t dev_id);

#ifdef __cplusplus
}
#endif

#endif
