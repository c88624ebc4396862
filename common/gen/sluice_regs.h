/*
 * Generated from rtl/regs/sluice.toml by rtl/regs/gen.py (`make regs`). Do not edit.
 * Registers, rings, descriptors, completions and codes of the Sluice device.
 * Structures are as in memory: little-endian, naturally aligned. The host is little-endian (asserted below).
 */
#ifndef SLUICE_REGS_H
#define SLUICE_REGS_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define SLUICE_STATIC_ASSERT(e, m) static_assert(e, m)
#else
#define SLUICE_STATIC_ASSERT(e, m) _Static_assert(e, m)
#endif
SLUICE_STATIC_ASSERT(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "structures are little-endian");

#define SLUICE_MAGIC 0x43554C53u
#define SLUICE_MAP_VERSION 1u
#define SLUICE_MAP_HASH 0x546D7829u
#define SLUICE_PCI_VENDOR 0x1D6Bu
#define SLUICE_PCI_DEVICE 0x51CEu
#define SLUICE_BAR_BYTES 0x10000u

#define SLUICE_NUM_QUEUES 16u /* submission/completion queue pairs, simulation build */
#define SLUICE_NUM_QUEUES_MAX 16u
#define SLUICE_NUM_SESSIONS 1024u /* session context slots in each symmetric lane, simulation build */
#define SLUICE_NUM_SESSIONS_MAX 65536u
#define SLUICE_NUM_KEYS 16u /* private key slots in the public-key engine, simulation build */
#define SLUICE_NUM_KEYS_MAX 64u
#define SLUICE_MAX_SEGMENTS 64u /* entries of one scatter list, simulation build */
#define SLUICE_MAX_SEGMENTS_MAX 64u
#define SLUICE_MAX_RECORD 18437u /* bytes of the longest TLS record with its header (RFC 5246 6.2.3: 2^14 + 2048 + 5), simulation build */
#define SLUICE_MAX_RECORD_MAX 18437u
#define SLUICE_MAX_RING_LOG2 12u /* log2 of the longest ring, simulation build */
#define SLUICE_MAX_RING_LOG2_MAX 15u

/* engine ids */
enum sluice_engine {
	SLUICE_ENGINE_AEAD = 0, /* AES pipe with GHASH: GCM records and AEAD, CTR and CBC ciphers at one block a cycle */
	SLUICE_ENGINE_MAC = 1, /* SHA-1, SHA-256, HMAC, TLS 1.2 PRF, CBC with HMAC records, chained ciphers */
	SLUICE_ENGINE_PKA = 2, /* Montgomery engine: RSA private operations from write-only key slots */
};
#define SLUICE_NUM_ENGINES 3u

/* registers: byte offsets in the BAR */
#define SLUICE_REG_MAGIC 0x0u /* ro: the device's magic */
#define SLUICE_REG_MAP_VERSION 0x4u /* ro: version of this map */
#define SLUICE_REG_MAP_HASH 0x8u /* ro: first 32 bits of the SHA-256 of this file's canonical form; driver and device must agree */
#define SLUICE_REG_CAP0 0xCu /* ro: what this build has */
#define SLUICE_CAP0_NUM_QUEUES_SHIFT 0u
#define SLUICE_CAP0_NUM_QUEUES_MASK 0xFFu /* queue pairs */
#define SLUICE_CAP0_AEAD_LANES_SHIFT 8u
#define SLUICE_CAP0_AEAD_LANES_MASK 0xF00u /* lanes of engine aead */
#define SLUICE_CAP0_MAC_LANES_SHIFT 12u
#define SLUICE_CAP0_MAC_LANES_MASK 0xF000u /* lanes of engine mac */
#define SLUICE_CAP0_PKA_ENGINES_SHIFT 16u
#define SLUICE_CAP0_PKA_ENGINES_MASK 0xFF0000u /* Montgomery engines */
#define SLUICE_CAP0_NUM_KEYS_SHIFT 24u
#define SLUICE_CAP0_NUM_KEYS_MASK 0xFF000000u /* private key slots */
#define SLUICE_REG_CAP1 0x10u /* ro: what this build has, continued */
#define SLUICE_CAP1_NUM_SESSIONS_SHIFT 0u
#define SLUICE_CAP1_NUM_SESSIONS_MASK 0xFFFFFu /* session slots per symmetric lane */
#define SLUICE_CAP1_MAX_RING_LOG2_SHIFT 20u
#define SLUICE_CAP1_MAX_RING_LOG2_MASK 0xF00000u /* log2 of the longest ring */
#define SLUICE_REG_CTRL 0x14u /* rw: device control */
#define SLUICE_CTRL_ENABLE_SHIFT 0u
#define SLUICE_CTRL_ENABLE_MASK 0x1u /* queues run */
#define SLUICE_CTRL_RESET_SHIFT 1u
#define SLUICE_CTRL_RESET_MASK 0x2u /* write one: abandon all work, clear queues, erase every session and key, run the self test; reads zero when over */
#define SLUICE_REG_STATUS 0x18u /* ro: device state */
#define SLUICE_STATUS_READY_SHIFT 0u
#define SLUICE_STATUS_READY_MASK 0x1u /* reset and self test are over */
#define SLUICE_STATUS_BUSY_SHIFT 1u
#define SLUICE_STATUS_BUSY_MASK 0x2u /* work in flight */
#define SLUICE_STATUS_FATAL_SHIFT 2u
#define SLUICE_STATUS_FATAL_MASK 0x4u /* an internal state machine reached its error state; reset is needed */
#define SLUICE_REG_SELFTEST_DONE 0x1Cu /* ro: one bit per engine id: its power-on self test is over */
#define SLUICE_REG_SELFTEST_PASS 0x20u /* ro: one bit per engine id: its known answers were right; a lane that failed refuses work with SELFTEST_FAILED */
#define SLUICE_REG_CYCLES_LO 0x24u /* ro: device clock cycles since reset; reading LO latches HI */
#define SLUICE_REG_CYCLES_HI 0x28u /* ro: upper half, as latched */
#define SLUICE_REG_FAULT_INJECT 0x2Cu /* rw: tests only: act on the next operation of ENGINE, once, then clear */
#define SLUICE_FAULT_INJECT_ENGINE_SHIFT 0u
#define SLUICE_FAULT_INJECT_ENGINE_MASK 0xFu /* engine id */
#define SLUICE_FAULT_INJECT_HANG_SHIFT 4u
#define SLUICE_FAULT_INJECT_HANG_MASK 0x10u /* the engine stops answering until reset */
#define SLUICE_FAULT_INJECT_FLIP_SHIFT 5u
#define SLUICE_FAULT_INJECT_FLIP_MASK 0x20u /* one bit of the result is flipped inside the engine, after parity (symmetric) or inside the exponentiation (pka) */
#define SLUICE_FAULT_INJECT_DROP_SHIFT 6u
#define SLUICE_FAULT_INJECT_DROP_MASK 0x40u /* the operation's completion is not written */
#define SLUICE_REG_ERR_DESC 0x30u /* ro: descriptors refused before they reached an engine */
#define SLUICE_REG_ERR_DMA 0x34u /* ro: DMA transfers answered with an error */
#define SLUICE_REG_ERR_PARITY 0x38u /* ro: result words whose parity was wrong on their way to memory */

#define SLUICE_ENGINE_BASE 0x100u
#define SLUICE_ENGINE_STRIDE 0x40u
#define SLUICE_ENGINE_COUNT 8u
/* address of register `name` of engine i, e.g. SLUICE_ENGINE_REG(3, OPS_LO) */
#define SLUICE_ENGINE_REG(i, name) (SLUICE_ENGINE_BASE + (uint32_t)(i) * SLUICE_ENGINE_STRIDE + SLUICE_ENGINE_##name)
#define SLUICE_ENGINE_OPS_LO 0x0u /* ro: operations completed */
#define SLUICE_ENGINE_OPS_HI 0x4u /* ro */
#define SLUICE_ENGINE_BYTES_LO 0x8u /* ro: source bytes of completed operations */
#define SLUICE_ENGINE_BYTES_HI 0xCu /* ro */
#define SLUICE_ENGINE_BUSY_LO 0x10u /* ro: cycles in which the engine had work */
#define SLUICE_ENGINE_BUSY_HI 0x14u /* ro */
#define SLUICE_ENGINE_FAILED 0x18u /* ro: operations completed with a status other than OK */

#define SLUICE_QUEUE_BASE 0x1000u
#define SLUICE_QUEUE_STRIDE 0x40u
#define SLUICE_QUEUE_COUNT 16u
/* address of register `name` of queue i, e.g. SLUICE_QUEUE_REG(3, SQ_BASE_LO) */
#define SLUICE_QUEUE_REG(i, name) (SLUICE_QUEUE_BASE + (uint32_t)(i) * SLUICE_QUEUE_STRIDE + SLUICE_QUEUE_##name)
#define SLUICE_QUEUE_SQ_BASE_LO 0x0u /* rw: IOVA of the submission ring, 64-byte aligned */
#define SLUICE_QUEUE_SQ_BASE_HI 0x4u /* rw */
#define SLUICE_QUEUE_CQ_BASE_LO 0x8u /* rw: IOVA of the completion ring, 64-byte aligned */
#define SLUICE_QUEUE_CQ_BASE_HI 0xCu /* rw */
#define SLUICE_QUEUE_CONFIG 0x10u /* rw: written while ENABLE is 0 */
#define SLUICE_QUEUE_CONFIG_SIZE_LOG2_SHIFT 0u
#define SLUICE_QUEUE_CONFIG_SIZE_LOG2_MASK 0xFu /* log2 of the entries of both rings (1..MaxRingLog2) */
#define SLUICE_QUEUE_CONFIG_CLASS_SHIFT 4u
#define SLUICE_QUEUE_CONFIG_CLASS_MASK 0xF0u /* engine id that this queue feeds */
#define SLUICE_QUEUE_CONFIG_ENABLE_SHIFT 31u
#define SLUICE_QUEUE_CONFIG_ENABLE_MASK 0x80000000u /* 0 to 1 starts the queue with both indexes at 0; 1 to 0 stops it */
#define SLUICE_QUEUE_SQ_TAIL 0x14u /* rw: doorbell: index after the last valid descriptor, counted modulo 2^16 */
#define SLUICE_QUEUE_CQ_HEAD 0x18u /* rw: index after the last completion that the driver has read, counted modulo 2^16; the device never passes it by more than the ring's size */
#define SLUICE_QUEUE_SQ_HEAD 0x1Cu /* ro: index after the last descriptor fetched, modulo 2^16 */
#define SLUICE_QUEUE_ERROR 0x20u /* ro: 0, or why the queue stopped: 1 doorbell beyond the ring, 2 bad configuration, 3 ring DMA error */

/* descriptor flags */
enum sluice_desc_flag {
	SLUICE_DESC_SRC_SGL = 0x01, /* src_addr is a scatter list of src_nseg entries */
	SLUICE_DESC_DST_SGL = 0x02, /* dst_addr is a scatter list of dst_nseg entries */
	SLUICE_DESC_FENCE = 0x04, /* the source is read only after all earlier operations of this queue are in memory */
};
#define SLUICE_DESC_FLAG_LIST(X) \
	X(SRC_SGL, 0x01, "src_addr is a scatter list of src_nseg entries") \
	X(DST_SGL, 0x02, "dst_addr is a scatter list of dst_nseg entries") \
	X(FENCE, 0x04, "the source is read only after all earlier operations of this queue are in memory")

/* operations; which engine serves each is in brackets */
enum sluice_opcode {
	SLUICE_OP_NOP = 0x00, /* [any] completes with OK */
	SLUICE_OP_SESSION_LOAD = 0x10, /* [aead mac] source: struct session. Writes the context slot named by handle with its generation */
	SLUICE_OP_SESSION_FREE = 0x11, /* [aead mac] erases the slot; a stale generation is BAD_HANDLE */
	SLUICE_OP_RECORD_SEAL = 0x12, /* [aead: AES_GCM; mac: AES_CBC_*] source: plaintext (0..2^14). param0 7:0 content type. Result: the whole record with its 5-byte header */
	SLUICE_OP_RECORD_OPEN = 0x13, /* [aead: AES_GCM; mac: AES_CBC_*] source: the whole record with its header. Result: plaintext; info: content type */
	SLUICE_OP_AEAD_SEAL = 0x14, /* [aead] AES-GCM. source: IV (12 bytes) | AAD (param0 bytes) | plaintext. Result: ciphertext | tag (16) */
	SLUICE_OP_AEAD_OPEN = 0x15, /* [aead] source: IV (12) | AAD (param0 bytes) | ciphertext | tag (param1 bytes, 4..16). Result: plaintext */
	SLUICE_OP_CIPHER_ENC = 0x16, /* [aead mac] AES_CBC (whole blocks; both lanes) or AES_CTR (aead only). source: IV or first counter block (16) | data. Result: data */
	SLUICE_OP_CIPHER_DEC = 0x17, /* [aead mac] as CIPHER_ENC */
	SLUICE_OP_HASH = 0x20, /* [mac] param0: enum hash; handle 0. source: message. Result: digest */
	SLUICE_OP_HMAC = 0x21, /* [mac] session of alg HMAC_*, or AES_CBC_HMAC_* for its MAC key. source: message. Result: full tag */
	SLUICE_OP_HMAC_VERIFY = 0x22, /* [mac] source: message | expected tag (param0 bytes, 4..32). No result; AUTH_FAILED when they differ, compared in constant time */
	SLUICE_OP_TLS_PRF = 0x23, /* [mac] TLS 1.2 P_SHA256 (RFC 5246 5). handle 0. source: secret (param0 bytes, 0..64) | label and seed. param1: bytes of output (1..512). Result: output */
	SLUICE_OP_KEY_LOAD = 0x30, /* [pka] source: RFC 5649 wrapped key blob. Unwraps with the card's key and writes the slot named by handle */
	SLUICE_OP_KEY_FREE = 0x31, /* [pka] erases the slot */
	SLUICE_OP_RSA_PRIVATE = 0x32, /* [pka] source: 256-byte big-endian integer below the modulus. Result: source^d mod n, 256 bytes big-endian */
	SLUICE_OP_RSA_PMS_DECRYPT = 0x33, /* [pka] as RSA_PRIVATE, then PKCS#1 type 2 unpadding to a 48-byte premaster secret whose first two bytes must be param0 15:0 (the version as the client sent it: major in 15:8, minor in 7:0; RFC 5246 7.4.7.1); on any mismatch a random one, in constant time, status OK. Result: 48 bytes */
};
#define SLUICE_OPCODE_LIST(X) \
	X(NOP, 0x00, "[any] completes with OK") \
	X(SESSION_LOAD, 0x10, "[aead mac] source: struct session. Writes the context slot named by handle with its generation") \
	X(SESSION_FREE, 0x11, "[aead mac] erases the slot; a stale generation is BAD_HANDLE") \
	X(RECORD_SEAL, 0x12, "[aead: AES_GCM; mac: AES_CBC_*] source: plaintext (0..2^14). param0 7:0 content type. Result: the whole record with its 5-byte header") \
	X(RECORD_OPEN, 0x13, "[aead: AES_GCM; mac: AES_CBC_*] source: the whole record with its header. Result: plaintext; info: content type") \
	X(AEAD_SEAL, 0x14, "[aead] AES-GCM. source: IV (12 bytes) | AAD (param0 bytes) | plaintext. Result: ciphertext | tag (16)") \
	X(AEAD_OPEN, 0x15, "[aead] source: IV (12) | AAD (param0 bytes) | ciphertext | tag (param1 bytes, 4..16). Result: plaintext") \
	X(CIPHER_ENC, 0x16, "[aead mac] AES_CBC (whole blocks; both lanes) or AES_CTR (aead only). source: IV or first counter block (16) | data. Result: data") \
	X(CIPHER_DEC, 0x17, "[aead mac] as CIPHER_ENC") \
	X(HASH, 0x20, "[mac] param0: enum hash; handle 0. source: message. Result: digest") \
	X(HMAC, 0x21, "[mac] session of alg HMAC_*, or AES_CBC_HMAC_* for its MAC key. source: message. Result: full tag") \
	X(HMAC_VERIFY, 0x22, "[mac] source: message | expected tag (param0 bytes, 4..32). No result; AUTH_FAILED when they differ, compared in constant time") \
	X(TLS_PRF, 0x23, "[mac] TLS 1.2 P_SHA256 (RFC 5246 5). handle 0. source: secret (param0 bytes, 0..64) | label and seed. param1: bytes of output (1..512). Result: output") \
	X(KEY_LOAD, 0x30, "[pka] source: RFC 5649 wrapped key blob. Unwraps with the card's key and writes the slot named by handle") \
	X(KEY_FREE, 0x31, "[pka] erases the slot") \
	X(RSA_PRIVATE, 0x32, "[pka] source: 256-byte big-endian integer below the modulus. Result: source^d mod n, 256 bytes big-endian") \
	X(RSA_PMS_DECRYPT, 0x33, "[pka] as RSA_PRIVATE, then PKCS#1 type 2 unpadding to a 48-byte premaster secret whose first two bytes must be param0 15:0 (the version as the client sent it: major in 15:8, minor in 7:0; RFC 5246 7.4.7.1); on any mismatch a random one, in constant time, status OK. Result: 48 bytes")

/* completion status */
enum sluice_status {
	SLUICE_ST_OK = 0x00,
	SLUICE_ST_BAD_DESC = 0x01, /* opcode, flag, reserved field or length out of range, or not of this queue's class */
	SLUICE_ST_BAD_HANDLE = 0x02, /* no such slot, not in use, or of another generation */
	SLUICE_ST_BAD_SESSION = 0x03, /* the context does not fit the operation */
	SLUICE_ST_AUTH_FAILED = 0x04, /* tag, MAC or padding wrong (never which) */
	SLUICE_ST_BAD_RECORD = 0x05, /* record header wrong: version, or length out of range or not that of the source */
	SLUICE_ST_DST_SHORT = 0x06, /* the destination is too small */
	SLUICE_ST_DMA_ERROR = 0x07, /* a transfer was answered with an error */
	SLUICE_ST_PARITY = 0x08, /* the result was damaged between engine and memory */
	SLUICE_ST_FAULT = 0x09, /* the engine's own check of its result failed; no result */
	SLUICE_ST_BAD_KEY = 0x0A, /* the blob did not unwrap, or its contents are not a usable key */
	SLUICE_ST_BAD_INPUT = 0x0B, /* the operand is not below the modulus */
	SLUICE_ST_SELFTEST_FAILED = 0x0C, /* the engine failed its self test and refuses work */
	SLUICE_ST_SEQ_EXHAUSTED = 0x0D, /* the sequence number would wrap */
};
#define SLUICE_STATUS_LIST(X) \
	X(OK, 0x00, "") \
	X(BAD_DESC, 0x01, "opcode, flag, reserved field or length out of range, or not of this queue's class") \
	X(BAD_HANDLE, 0x02, "no such slot, not in use, or of another generation") \
	X(BAD_SESSION, 0x03, "the context does not fit the operation") \
	X(AUTH_FAILED, 0x04, "tag, MAC or padding wrong (never which)") \
	X(BAD_RECORD, 0x05, "record header wrong: version, or length out of range or not that of the source") \
	X(DST_SHORT, 0x06, "the destination is too small") \
	X(DMA_ERROR, 0x07, "a transfer was answered with an error") \
	X(PARITY, 0x08, "the result was damaged between engine and memory") \
	X(FAULT, 0x09, "the engine's own check of its result failed; no result") \
	X(BAD_KEY, 0x0A, "the blob did not unwrap, or its contents are not a usable key") \
	X(BAD_INPUT, 0x0B, "the operand is not below the modulus") \
	X(SELFTEST_FAILED, 0x0C, "the engine failed its self test and refuses work") \
	X(SEQ_EXHAUSTED, 0x0D, "the sequence number would wrap")

/* session algorithms */
enum sluice_alg {
	SLUICE_ALG_AES_GCM = 0x01, /* engine aead; record (TLS 1.2) and AEAD */
	SLUICE_ALG_AES_CTR = 0x02, /* engine aead */
	SLUICE_ALG_AES_CBC = 0x03, /* engine aead or mac */
	SLUICE_ALG_AES_CBC_HMAC_SHA1 = 0x04, /* engine mac; TLS 1.0 to 1.2 records, MAC then encrypt */
	SLUICE_ALG_AES_CBC_HMAC_SHA256 = 0x05, /* engine mac; TLS 1.2 records, MAC then encrypt */
	SLUICE_ALG_HMAC_SHA1 = 0x06, /* engine mac */
	SLUICE_ALG_HMAC_SHA256 = 0x07, /* engine mac */
};
#define SLUICE_ALG_LIST(X) \
	X(AES_GCM, 0x01, "engine aead; record (TLS 1.2) and AEAD") \
	X(AES_CTR, 0x02, "engine aead") \
	X(AES_CBC, 0x03, "engine aead or mac") \
	X(AES_CBC_HMAC_SHA1, 0x04, "engine mac; TLS 1.0 to 1.2 records, MAC then encrypt") \
	X(AES_CBC_HMAC_SHA256, 0x05, "engine mac; TLS 1.2 records, MAC then encrypt") \
	X(HMAC_SHA1, 0x06, "engine mac") \
	X(HMAC_SHA256, 0x07, "engine mac")

/* hash functions */
enum sluice_hash {
	SLUICE_HASH_SHA1 = 0x01, /* FIPS 180-4, 20 bytes */
	SLUICE_HASH_SHA256 = 0x02, /* FIPS 180-4, 32 bytes */
};
#define SLUICE_HASH_LIST(X) \
	X(SHA1, 0x01, "FIPS 180-4, 20 bytes") \
	X(SHA256, 0x02, "FIPS 180-4, 32 bytes")

/* submission descriptor */
#define SLUICE_DESC_BYTES 64u
struct sluice_desc {
	uint8_t opcode; /* enum opcode */
	uint8_t flags; /* flag bits DESC_* */
	uint16_t rsvd0; /* zero */
	uint32_t cookie; /* echoed in the completion */
	uint32_t handle; /* session or key slot: index in 15:0, generation in 31:16 (never 0) */
	uint32_t src_len; /* source bytes in all */
	uint64_t src_addr; /* IOVA of the source, or of its scatter list */
	uint64_t dst_addr; /* IOVA of the destination, or of its scatter list */
	uint32_t dst_len; /* room at the destination in bytes; a longer result is an error and is not written past it */
	uint16_t src_nseg; /* entries of the source list when DESC_SRC_SGL (1..MaxSegments; the list is 16-byte aligned) */
	uint16_t dst_nseg; /* entries of the destination list when DESC_DST_SGL (1..MaxSegments; the list is 16-byte aligned) */
	uint32_t param0; /* by opcode */
	uint32_t param1; /* by opcode */
	uint64_t rsvd1; /* zero */
	uint64_t rsvd2; /* zero */
} __attribute__((packed, aligned(8)));
SLUICE_STATIC_ASSERT(sizeof(struct sluice_desc) == 64, "sluice_desc");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_desc, opcode) == 0, "sluice_desc.opcode");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_desc, flags) == 1, "sluice_desc.flags");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_desc, rsvd0) == 2, "sluice_desc.rsvd0");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_desc, cookie) == 4, "sluice_desc.cookie");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_desc, handle) == 8, "sluice_desc.handle");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_desc, src_len) == 12, "sluice_desc.src_len");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_desc, src_addr) == 16, "sluice_desc.src_addr");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_desc, dst_addr) == 24, "sluice_desc.dst_addr");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_desc, dst_len) == 32, "sluice_desc.dst_len");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_desc, src_nseg) == 36, "sluice_desc.src_nseg");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_desc, dst_nseg) == 38, "sluice_desc.dst_nseg");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_desc, param0) == 40, "sluice_desc.param0");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_desc, param1) == 44, "sluice_desc.param1");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_desc, rsvd1) == 48, "sluice_desc.rsvd1");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_desc, rsvd2) == 56, "sluice_desc.rsvd2");

/* scatter list entry; zero length is allowed and skipped */
#define SLUICE_SEG_BYTES 16u
struct sluice_seg {
	uint64_t addr; /* IOVA */
	uint32_t len; /* bytes */
	uint32_t rsvd; /* zero */
} __attribute__((packed, aligned(8)));
SLUICE_STATIC_ASSERT(sizeof(struct sluice_seg) == 16, "sluice_seg");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_seg, addr) == 0, "sluice_seg.addr");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_seg, len) == 8, "sluice_seg.len");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_seg, rsvd) == 12, "sluice_seg.rsvd");

/* completion; the second half, with the phase, is written last */
#define SLUICE_CPL_BYTES 32u
struct sluice_cpl {
	uint32_t cookie; /* of the descriptor */
	uint8_t status; /* enum status */
	uint8_t rsvd0; /* zero */
	uint16_t info; /* by opcode: RECORD_OPEN content type */
	uint32_t length; /* bytes written to the destination */
	uint32_t cycles; /* engine cycles from taking the command to the response */
	uint64_t seq; /* RECORD_*: the record's sequence number; else 0 */
	uint16_t sq_head; /* the queue's SQ_HEAD */
	uint16_t rsvd1; /* zero */
	uint32_t phase; /* bit 0: 1 on the first pass of the ring, toggling with each pass; other bits zero */
} __attribute__((packed, aligned(8)));
SLUICE_STATIC_ASSERT(sizeof(struct sluice_cpl) == 32, "sluice_cpl");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_cpl, cookie) == 0, "sluice_cpl.cookie");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_cpl, status) == 4, "sluice_cpl.status");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_cpl, rsvd0) == 5, "sluice_cpl.rsvd0");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_cpl, info) == 6, "sluice_cpl.info");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_cpl, length) == 8, "sluice_cpl.length");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_cpl, cycles) == 12, "sluice_cpl.cycles");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_cpl, seq) == 16, "sluice_cpl.seq");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_cpl, sq_head) == 24, "sluice_cpl.sq_head");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_cpl, rsvd1) == 26, "sluice_cpl.rsvd1");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_cpl, phase) == 28, "sluice_cpl.phase");

/* session context, source of SESSION_LOAD (128 bytes) */
#define SLUICE_SESSION_BYTES 128u
struct sluice_session {
	uint8_t alg; /* enum alg */
	uint8_t key_bytes; /* 16 or 32; 0 without a cipher */
	uint16_t version; /* TLS record version, e.g. 0x0303; 0 when not a record session */
	uint8_t mac_key_bytes; /* 0..64 */
	uint8_t rsvd0[3]; /* zero */
	uint64_t seq; /* sequence number of the next record */
	uint8_t key[32]; /* cipher key, first byte first */
	uint8_t iv[16]; /* GCM: 4-byte salt; CBC of TLS 1.0: IV of the next record; else zero */
	uint8_t mac_key[64]; /* HMAC key padded with zeros; the device computes the inner and outer states once and keeps only them */
} __attribute__((packed, aligned(8)));
SLUICE_STATIC_ASSERT(sizeof(struct sluice_session) == 128, "sluice_session");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_session, alg) == 0, "sluice_session.alg");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_session, key_bytes) == 1, "sluice_session.key_bytes");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_session, version) == 2, "sluice_session.version");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_session, mac_key_bytes) == 4, "sluice_session.mac_key_bytes");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_session, rsvd0) == 5, "sluice_session.rsvd0");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_session, seq) == 8, "sluice_session.seq");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_session, key) == 16, "sluice_session.key");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_session, iv) == 48, "sluice_session.iv");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_session, mac_key) == 64, "sluice_session.mac_key");

/* RSA-2048 private key with two primes, source of KEY_LOAD after unwrapping */
#define SLUICE_RSA_KEY_BYTES 2704u
struct sluice_rsa_key {
	uint32_t magic; /* 0x3141534B */
	uint16_t bits; /* 2048 */
	uint16_t rsvd0; /* zero */
	uint32_t e; /* public exponent, odd, at least 3 */
	uint32_t rsvd1; /* zero */
	uint8_t p_n[168]; /* p; then n0 = -1/p mod 2^17 */
	uint8_t p_exp[168]; /* dp = d mod p-1; then the index of the first limb that the exponentiation uses (40; less in the self test's key) */
	uint8_t p_kl[168]; /* R^3 mod p, R = 2^1037 */
	uint8_t p_kh[168]; /* 2^1025 R^4 mod p */
	uint8_t p_be[168]; /* blinding: r^e R mod p; squared in the slot by every operation */
	uint8_t p_bi[168]; /* blinding: r^-1 R mod p, likewise */
	uint8_t p_qi[168]; /* R^2/q mod p */
	uint8_t p_nq[168]; /* -R^4/q mod p */
	uint8_t q_n[168]; /* q; then n0 = -1/q mod 2^17 */
	uint8_t q_exp[168]; /* dq, as p_exp */
	uint8_t q_kl[168]; /* R^3 mod q */
	uint8_t q_kh[168]; /* 2^1025 R^4 mod q */
	uint8_t q_be[168]; /* as p_be */
	uint8_t q_bi[168]; /* as p_bi */
	uint8_t n_lo[168]; /* p q mod 2^1025 */
	uint8_t n_hi[168]; /* p q / 2^1025 */
} __attribute__((packed, aligned(8)));
SLUICE_STATIC_ASSERT(sizeof(struct sluice_rsa_key) == 2704, "sluice_rsa_key");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_rsa_key, magic) == 0, "sluice_rsa_key.magic");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_rsa_key, bits) == 4, "sluice_rsa_key.bits");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_rsa_key, rsvd0) == 6, "sluice_rsa_key.rsvd0");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_rsa_key, e) == 8, "sluice_rsa_key.e");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_rsa_key, rsvd1) == 12, "sluice_rsa_key.rsvd1");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_rsa_key, p_n) == 16, "sluice_rsa_key.p_n");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_rsa_key, p_exp) == 184, "sluice_rsa_key.p_exp");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_rsa_key, p_kl) == 352, "sluice_rsa_key.p_kl");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_rsa_key, p_kh) == 520, "sluice_rsa_key.p_kh");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_rsa_key, p_be) == 688, "sluice_rsa_key.p_be");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_rsa_key, p_bi) == 856, "sluice_rsa_key.p_bi");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_rsa_key, p_qi) == 1024, "sluice_rsa_key.p_qi");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_rsa_key, p_nq) == 1192, "sluice_rsa_key.p_nq");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_rsa_key, q_n) == 1360, "sluice_rsa_key.q_n");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_rsa_key, q_exp) == 1528, "sluice_rsa_key.q_exp");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_rsa_key, q_kl) == 1696, "sluice_rsa_key.q_kl");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_rsa_key, q_kh) == 1864, "sluice_rsa_key.q_kh");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_rsa_key, q_be) == 2032, "sluice_rsa_key.q_be");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_rsa_key, q_bi) == 2200, "sluice_rsa_key.q_bi");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_rsa_key, n_lo) == 2368, "sluice_rsa_key.n_lo");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_rsa_key, n_hi) == 2536, "sluice_rsa_key.n_hi");

#endif /* SLUICE_REGS_H */
