/*
 * What the crypto PMD `crypto_sluice` does beyond the standard cryptodev API: TLS record sessions, public-key work by key slot,
 * counters, health and reset. Standard operations (AEAD, cipher, auth, chains, RSA) go through rte_cryptodev as with any driver.
 *
 * The TLS record part is named after rte_security's TLS record protocol of DPDK 23.11, which 22.11 does not have.
 *
 * Rules
 * - Everything is asynchronous through rte_cryptodev_enqueue_burst()/dequeue_burst(). A queue pair belongs to one thread. Functions that take
 *   a qp_id, and those on sessions made with it, are called by that thread (or while the device is stopped). None of them waits or allocates.
 * - A queue pair keeps order per engine (AES-GCM; ChaCha20-Poly1305; everything of HMAC/CBC/PRF; RSA and P-384; other curves; key schedules), not
 *   between engines: a record overtakes an RSA, and what makes a secret must be dequeued before another engine is given it.
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
#define RTE_PMD_SLUICE_STATUSES 32
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
	RTE_PMD_SLUICE_VERSION_SSL_3_0 = 0x0300,
	RTE_PMD_SLUICE_VERSION_TLS_1_0 = 0x0301,
	RTE_PMD_SLUICE_VERSION_TLS_1_1 = 0x0302,
	RTE_PMD_SLUICE_VERSION_TLS_1_2 = 0x0303,
	RTE_PMD_SLUICE_VERSION_TLS_1_3 = 0x0304,
};
enum rte_pmd_sluice_tls_alg {
	RTE_PMD_SLUICE_TLS_AES_GCM, /* TLS 1.2, 1.3 */
	RTE_PMD_SLUICE_TLS_AES_CBC_HMAC_SHA1, /* SSL 3.0 to TLS 1.2 */
	RTE_PMD_SLUICE_TLS_AES_CBC_HMAC_SHA256, /* TLS 1.2 */
	RTE_PMD_SLUICE_TLS_AES_CBC_HMAC_SHA384, /* TLS 1.2 */
	RTE_PMD_SLUICE_TLS_CHACHA20_POLY1305, /* TLS 1.2, 1.3 */
	RTE_PMD_SLUICE_TLS_ALGS /* how many; what a card has is in rte_pmd_sluice_info */
};
/* Which part of a secret the keys of a session are. */
enum rte_pmd_sluice_slice {
	RTE_PMD_SLUICE_SLICE_NONE, /* keys are in the xform */
	RTE_PMD_SLUICE_SLICE_CLIENT, /* of a key block of TLS 1.2 and before: what the client writes with */
	RTE_PMD_SLUICE_SLICE_SERVER,
	RTE_PMD_SLUICE_SLICE_WHOLE, /* key and IV of TLS 1.3 */
};

struct rte_pmd_sluice_tls_record_xform {
	enum rte_pmd_sluice_tls_sess_type type;
	enum rte_pmd_sluice_tls_version ver;
	enum rte_pmd_sluice_tls_alg alg;
	uint64_t seq_no; /* of the first record */
	uint8_t key_len; /* 16 or 32; ChaCha20: 32 */
	uint8_t mac_key_len; /* 20, 32 or 48; 0 with AEADs */
	uint8_t iv_len; /* 4: GCM of TLS 1.2; 12: TLS 1.3, ChaCha20; 16: CBC of SSL 3.0 and TLS 1.0, first IV; else 0 */
	const uint8_t *key, *mac_key, *iv; /* copied */
	uint8_t etm; /* 1: encrypt then MAC (RFC 7366), CBC of TLS 1.0 to 1.2 */
	uint8_t slice; /* enum rte_pmd_sluice_slice. Not NONE: the card takes keys and IV from `secret`; key, mac_key, iv are NULL, iv_len 0 */
	uint32_t secret; /* handle of a secret of kind key block */
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
 * Whether the card holds the session's keys: 0; -EINPROGRESS; -EACCES when it refused them (the secret is another's, spent, or does not
 * fit). A session with keys from a secret sends for them when it is created (which fails with rte_errno EAGAIN while the queue is full); the
 * secret must stay until this is 0. Others send their keys with their first record.
 */
int
rte_pmd_sluice_tls_session_ready(const struct rte_pmd_sluice_tls_session *sess);

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
	if (alg == RTE_PMD_SLUICE_TLS_CHACHA20_POLY1305 || ver == RTE_PMD_SLUICE_VERSION_TLS_1_3)
		return RTE_PMD_SLUICE_TLS_HEADER;
	if (alg == RTE_PMD_SLUICE_TLS_AES_GCM)
		return RTE_PMD_SLUICE_TLS_HEADER + 8;
	return ver <= RTE_PMD_SLUICE_VERSION_TLS_1_0 ? RTE_PMD_SLUICE_TLS_HEADER : RTE_PMD_SLUICE_TLS_HEADER + 16;
}

/* Bytes of the whole sealed record of `len` bytes of plaintext; etm as in the xform, pad: rte_pmd_sluice_tls_record_pad(). */
static inline uint32_t
rte_pmd_sluice_tls_sealed_len(enum rte_pmd_sluice_tls_alg alg, enum rte_pmd_sluice_tls_version ver, int etm, uint32_t len, uint32_t pad)
{
	uint32_t head = rte_pmd_sluice_tls_record_head(alg, ver);
	uint32_t mac = alg == RTE_PMD_SLUICE_TLS_AES_CBC_HMAC_SHA1 ? 20 : alg == RTE_PMD_SLUICE_TLS_AES_CBC_HMAC_SHA256 ? 32 : 48;

	if (alg == RTE_PMD_SLUICE_TLS_AES_GCM || alg == RTE_PMD_SLUICE_TLS_CHACHA20_POLY1305)
		return head + len + 16 + (ver == RTE_PMD_SLUICE_VERSION_TLS_1_3 ? 1 + pad : 0);
	return etm ? head + ((len + 16) & ~15u) + mac : head + ((len + mac + 16) & ~15u);
}

/* The same without encrypt-then-MAC and padding. */
static inline uint32_t
rte_pmd_sluice_tls_record_len(enum rte_pmd_sluice_tls_alg alg, enum rte_pmd_sluice_tls_version ver, uint32_t len)
{
	return rte_pmd_sluice_tls_sealed_len(alg, ver, 0, len, 0);
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
 * TLS 1.3: the type of an opened record is the inner one; its padding is gone.
 * mbufs belong to the op until it is dequeued. Segments of m_dst (or m_src in place) must be direct and unshared.
 */
static inline void
rte_pmd_sluice_tls_record_attach(struct rte_crypto_op *op, struct rte_pmd_sluice_tls_session *sess, uint8_t type)
{
	op->type = RTE_CRYPTO_OP_TYPE_SYMMETRIC;
	op->sess_type = RTE_CRYPTO_OP_SECURITY_SESSION;
	op->reserved[0] = type;
	op->sym->session = sess;
	op->sym->aead.aad.phys_addr = 0;
}

/* WRITE of TLS 1.3: bytes of zeros behind the content type (RFC 8446 5.4); plaintext and padding together at most 2^14. After attach. */
static inline void
rte_pmd_sluice_tls_record_pad(struct rte_crypto_op *op, uint32_t pad)
{
	op->sym->aead.aad.phys_addr = pad;
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

/* ---- work by key slot and secret slot: public key, key schedules --------------------------------------------------------------------- */

/* Values of the fields below, as in the register map (common/gen/sluice_regs.h: enum sluice_curve, sluice_hash, sluice_kdf). */
enum rte_pmd_sluice_curve {
	RTE_PMD_SLUICE_CURVE_P256 = 1,
	RTE_PMD_SLUICE_CURVE_P384 = 2,
	RTE_PMD_SLUICE_CURVE_X25519 = 3,
	RTE_PMD_SLUICE_CURVE_ED25519 = 4,
};
enum rte_pmd_sluice_hash {
	RTE_PMD_SLUICE_HASH_DEFAULT = 0, /* TLS_PRF: SHA-256 */
	RTE_PMD_SLUICE_HASH_SHA1 = 1,
	RTE_PMD_SLUICE_HASH_SHA256 = 2,
	RTE_PMD_SLUICE_HASH_SHA384 = 3,
	RTE_PMD_SLUICE_HASH_SHA512 = 4,
};

/*
 * An operation, its fields beside type, in and out, and what it gives. Numbers are big-endian; n: bytes of a coordinate (P-256, X25519: 32;
 * P-384: 48); a public key is x | y (2n bytes), of X25519 32 bytes. secret_out: handle from rte_pmd_sluice_secret_get(); 0: the result
 * comes out. Where it takes the secret, that part of the result is left out.
 */
enum rte_pmd_sluice_pka_type {
	RTE_PMD_SLUICE_PKA_KEY_LOAD, /* handle, curve (0: RSA). in: RFC 5649 wrapped private key */
	RTE_PMD_SLUICE_PKA_KEY_FREE, /* handle, curve (0: RSA): erases the slot */
	RTE_PMD_SLUICE_PKA_RSA_PRIVATE, /* handle. in, out: as long as the modulus (256, 384, 512) */
	RTE_PMD_SLUICE_PKA_RSA_PMS_DECRYPT, /* handle, param: client version 0x0303, secret_out. in: as long as the modulus; out: 48 bytes, random when unpadding failed */
	RTE_PMD_SLUICE_PKA_TLS_PRF, /* param: bytes of secret (0..64), hash. in: secret | label | seed; out: out_len bytes (1..512) */
	RTE_PMD_SLUICE_PKA_RSA_PUBLIC, /* param: exponent. in: modulus | number; out: number^param mod modulus */
	RTE_PMD_SLUICE_PKA_ECDSA_SIGN, /* handle, curve. in: digest (20..64); out: r | s */
	RTE_PMD_SLUICE_PKA_ECDSA_VERIFY, /* curve. in: r | s | x | y | digest. AUTH_FAILED: wrong */
	RTE_PMD_SLUICE_PKA_EC_KEYGEN, /* curve, secret_out (private key). out: private | public */
	RTE_PMD_SLUICE_PKA_ECDH, /* curve, secret_in2 (private key) or 0, secret_out. in: [private |] peer's public; out: shared secret */
	RTE_PMD_SLUICE_PKA_ECDH_RESPOND, /* curve, secret_out. in: peer's public; out: own public | shared secret */
	RTE_PMD_SLUICE_PKA_EC_MUL, /* curve. in: scalar | x | y; out: x | y */
	RTE_PMD_SLUICE_PKA_EDDSA_SIGN, /* handle. in: message (to 256 bytes); out: 64 bytes */
	RTE_PMD_SLUICE_PKA_HKDF_EXTRACT, /* param: bytes of salt, hash. in: salt | input keying material; out: PRK */
	RTE_PMD_SLUICE_PKA_HKDF_EXPAND, /* param: bytes of PRK, hash. in: PRK | info; out: out_len bytes (1..512) */
	RTE_PMD_SLUICE_PKA_KDF, /* steps, nsteps instead of in and out: derivations on the card, in this order */
	RTE_PMD_SLUICE_PKA_SECRET_WRAP, /* handle: secret of kind master or PSK. out: bytes that only this card unwraps (room for MAX_WRAPPED) */
	RTE_PMD_SLUICE_PKA_SECRET_UNWRAP, /* secret_out. in: what SECRET_WRAP gave */
	RTE_PMD_SLUICE_PKA_SECRET_FREE, /* handle: erases the slot now; the handle is given back by rte_pmd_sluice_secret_put() all the same */
	RTE_PMD_SLUICE_PKA_TYPES
};
#define RTE_PMD_SLUICE_PKA_MAX_IN 5344 /* of a wrapped key; 1536 of other operands */
#define RTE_PMD_SLUICE_PKA_MAX_OUT 512
#define RTE_PMD_SLUICE_MAX_WRAPPED 128 /* of a secret */
#define RTE_PMD_SLUICE_MAX_STEPS 16
#define RTE_PMD_SLUICE_KEY_HANDLE(slot, gen) (((uint32_t)(gen) << 16) | (uint32_t)(slot)) /* generation 1..65535 */

/*
 * One derivation (register map, enum kdf: what goes in, what comes out). Later steps may use what earlier ones made. When a step fails, those
 * behind it are done all the same, fail for want of their secrets, and the op has the status of the first; `out` of no step is then of use.
 */
struct rte_pmd_sluice_kdf_step {
	uint8_t kdf; /* enum sluice_kdf */
	uint8_t hash; /* SHA-256 or SHA-384 */
	uint16_t block; /* T12_KEY_BLOCK: bytes; T13_KEYS: bytes of key; else 0 */
	uint32_t secret_in, secret_in2, secret_out; /* handles, 0 where the kdf takes none; secret_out 0: a public result goes to out */
	uint32_t in_len;
	const uint8_t *in; /* its source; copied when enqueued */
	uint8_t *out; /* belongs to the op until it is dequeued */
	uint32_t out_len; /* bytes of a public result: 12 or the hash's */
};

/* Overlays op->asym. */
struct rte_pmd_sluice_pka_op {
	enum rte_pmd_sluice_pka_type type;
	uint32_t handle; /* key slot 0..key_slots-1 (RSA) or 0..ec_key_slots-1 and generation, chosen by the caller; or a secret; else 0 */
	uint32_t param;
	uint32_t in_len;
	const uint8_t *in; /* any memory; copied when enqueued, the caller's again when enqueue returns */
	uint8_t *out; /* any memory; belongs to the op until it is dequeued. NULL for key operations */
	uint32_t out_len; /* room (for TLS_PRF, HKDF_EXPAND: bytes wanted); after success the bytes written */
	uint8_t hash, curve; /* enum rte_pmd_sluice_hash, _curve */
	uint8_t nsteps; /* KDF: 1..MAX_STEPS */
	uint32_t secret_in2, secret_out; /* handles */
	const struct rte_pmd_sluice_kdf_step *steps; /* KDF; the op's until it is dequeued */
};

/*
 * Makes `op` (of a pool of type ASYMMETRIC or UNDEFINED) such an operation and returns the struct to fill, all zero.
 * INVALID_SESSION: slot empty, of another generation, of another kind. INVALID_ARGS: blob does not unwrap, operand not below the modulus, no
 * point of the curve, lengths, or nothing that this card does. AUTH_FAILED: ECDSA_VERIFY. ERROR: the device failed, its own check of
 * the result did, or it has no random numbers.
 */
static inline struct rte_pmd_sluice_pka_op *
rte_pmd_sluice_pka_attach(struct rte_crypto_op *op)
{
	struct rte_pmd_sluice_pka_op *p = (struct rte_pmd_sluice_pka_op *)op->asym;

	RTE_BUILD_BUG_ON(sizeof(struct rte_pmd_sluice_pka_op) > sizeof(struct rte_crypto_asym_op));
	op->type = RTE_CRYPTO_OP_TYPE_ASYMMETRIC;
	op->sess_type = RTE_CRYPTO_OP_SECURITY_SESSION;
	*p = (struct rte_pmd_sluice_pka_op){ .handle = 0 };
	return p;
}

/* ---- secrets: slots of the card that nothing reads out ------------------------------------------------------------------------------- */

/* A handle for a secret to be made; 0: none free, no secrets on this card, or no such device. Any thread. */
uint32_t
rte_pmd_sluice_secret_get(uint8_t dev_id);

/*
 * Gives a handle back; the card erases what is there with the next bursts of any queue pair. Nothing in flight may name it. 0 is allowed. After
 * a device reset all handles of before are void and need not be given back (it does no harm).
 */
void
rte_pmd_sluice_secret_put(uint8_t dev_id, uint32_t handle);

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
	uint32_t sessions; /* slots of each of the engines aead, mac and chacha */
	uint16_t max_segments; /* of one op's source or destination, the driver's own entries included */
	uint8_t simulated; /* 1: transport sim */
	uint8_t selftest_done, selftest_pass; /* bit per engine id */
	/* What the card has: found out by trying when the device was created. Bits are 1 << the enum's value. */
	uint8_t engines; /* enum sluice_engine */
	uint8_t hashes; /* enum rte_pmd_sluice_hash: HASH and HMAC */
	uint8_t prf_hashes; /* TLS_PRF */
	uint8_t hkdf; /* HKDF_EXTRACT and HKDF_EXPAND */
	uint8_t ecdh_curves, ecdsa_curves, eddsa_curves; /* enum rte_pmd_sluice_curve */
	uint8_t rsa_sizes; /* bit 0: 2048 bits, 1: 3072, 2: 4096; private keys */
	uint8_t rsa_public_sizes; /* RSA_PUBLIC */
	uint8_t kdf; /* KDF and SECRET_*: keys can stay on the card */
	/* by enum rte_pmd_sluice_tls_alg: bit 0: SSL 3.0, 1: TLS 1.0, ..., 4: TLS 1.3; records with keys of the caller, with encrypt-then-MAC, and with keys of a secret */
	uint8_t tls[RTE_PMD_SLUICE_TLS_ALGS], tls_etm[RTE_PMD_SLUICE_TLS_ALGS], tls_secret[RTE_PMD_SLUICE_TLS_ALGS];
	uint16_t ec_key_slots; /* for the caller, as key_slots: P-256, Ed25519 */
	uint32_t secrets; /* slots */
};
#define RTE_PMD_SLUICE_TLS_BIT(ver) (1u << ((ver) - RTE_PMD_SLUICE_VERSION_SSL_3_0))

struct rte_pmd_sluice_engine_counters { /* of what users asked for: what the driver tried to find out what the card has is left out */
	char name[16];
	uint64_t ops, bytes, busy_cycles, failed;
};
struct rte_pmd_sluice_counters {
	uint32_t nb_engines;
	struct rte_pmd_sluice_engine_counters engine[RTE_PMD_SLUICE_MAX_ENGINES];
	uint64_t device_cycles; /* since reset */
	uint64_t sim_ns; /* wall time the simulation was running; 0 on a card */
	uint32_t err_desc, err_dma, err_parity; /* the device's own */
	uint64_t bad_completions, timeouts, failures, resets, queue_pair_resets; /* the driver's */
	uint64_t status[RTE_PMD_SLUICE_STATUSES]; /* completions by enum sluice_status */
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

/*
 * Takes back what a queue pair has in flight and starts it again, empty; other queue pairs go on. For the thread that owns the queue pair; never
 * waits. Call it again while it returns -EINPROGRESS (the device ends what it has begun) or -EAGAIN (ops to be dequeued: what completed
 * before has its own status, the rest ERROR and the device status ABORTED); 0: the queue pair runs. Meanwhile it takes no ops. Sessions
 * of the standard API stay good. A TLS session with something in flight is of no further use: its records are refused with
 * INVALID_SESSION, destroy it. What an aborted operation by key or secret slot did to the slot is not known. -EIO: the device has failed
 * (also when it does not let go in time): device_reset().
 */
int
rte_pmd_sluice_queue_pair_reset(uint8_t dev_id, uint16_t qp_id);

#ifdef __cplusplus
}
#endif

#endif
