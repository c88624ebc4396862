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
#define SLUICE_MAP_VERSION 2u
#define SLUICE_MAP_HASH 0xA5698F7Cu
#define SLUICE_PCI_VENDOR 0x1D6Bu
#define SLUICE_PCI_DEVICE 0x51CEu
#define SLUICE_BAR_BYTES 0x10000u

#define SLUICE_NUM_QUEUES 32u /* submission/completion queue pairs, simulation build */
#define SLUICE_NUM_QUEUES_MAX 64u
#define SLUICE_NUM_SESSIONS 1024u /* session context slots in each symmetric lane, simulation build */
#define SLUICE_NUM_SESSIONS_MAX 65536u
#define SLUICE_NUM_KEYS 16u /* private key slots in each public-key class, simulation build */
#define SLUICE_NUM_KEYS_MAX 64u
#define SLUICE_NUM_SECRETS 1024u /* secret slots, simulation build */
#define SLUICE_NUM_SECRETS_MAX 65536u
#define SLUICE_SECRET_BYTES 192u /* bytes of the longest secret: a key block of TLS 1.2 with two 32-byte keys, two 48-byte MAC keys, two IVs, simulation build */
#define SLUICE_SECRET_BYTES_MAX 192u
#define SLUICE_NUM_FUNCTIONS 8u /* functions that queues may belong to, simulation build */
#define SLUICE_NUM_FUNCTIONS_MAX 8u
#define SLUICE_MAX_SEGMENTS 64u /* entries of one scatter list, simulation build */
#define SLUICE_MAX_SEGMENTS_MAX 64u
#define SLUICE_MAX_RECORD 18437u /* bytes of the longest TLS record with its header (RFC 5246 6.2.3: 2^14 + 2048 + 5), simulation build */
#define SLUICE_MAX_RECORD_MAX 18437u
#define SLUICE_MAX_RING_LOG2 12u /* log2 of the longest ring, simulation build */
#define SLUICE_MAX_RING_LOG2_MAX 15u
#define SLUICE_MAX_EDDSA_MESSAGE 256u /* bytes of the longest message of EDDSA_SIGN: more than a server of TLS signs (RFC 8446 4.4.3, RFC 8422 5.4), simulation build */
#define SLUICE_MAX_EDDSA_MESSAGE_MAX 256u

/* engine ids */
enum sluice_engine {
	SLUICE_ENGINE_AEAD = 0, /* AES pipe with GHASH: GCM records of TLS 1.2 and 1.3, AEAD, CTR and CBC ciphers at one block a cycle */
	SLUICE_ENGINE_MAC = 1, /* SHA-1, SHA-2, HMAC, PRF and HKDF, CBC with HMAC records, chained ciphers */
	SLUICE_ENGINE_PKA = 2, /* large Montgomery engines: RSA from write-only key slots */
	SLUICE_ENGINE_ECC = 3, /* small Montgomery engines: P-256, P-384, X25519, Ed25519, from write-only key slots */
	SLUICE_ENGINE_CHACHA = 4, /* ChaCha20-Poly1305: AEAD and records of TLS 1.2 and 1.3 */
	SLUICE_ENGINE_KDF = 5, /* secret slots and what may be derived from them: key schedules of TLS 1.2 and 1.3, wrapping */
};
#define SLUICE_NUM_ENGINES 6u /* engine ids of this build are below it */
#define SLUICE_ENGINE_MASK 0x3fu /* bit per engine id: this build holds it */

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
#define SLUICE_REG_CAP2 0x3Cu /* ro: what this build has, continued; zero for an engine that it does not hold */
#define SLUICE_CAP2_ECC_ENGINES_SHIFT 0u
#define SLUICE_CAP2_ECC_ENGINES_MASK 0xFFu /* engines of class ecc */
#define SLUICE_CAP2_CHACHA_LANES_SHIFT 8u
#define SLUICE_CAP2_CHACHA_LANES_MASK 0xF00u /* lanes of engine chacha */
#define SLUICE_CAP2_KDF_SHIFT 12u
#define SLUICE_CAP2_KDF_MASK 0x1000u /* secret slots and engine kdf */
#define SLUICE_CAP2_ENGINES_SHIFT 16u
#define SLUICE_CAP2_ENGINES_MASK 0xFF0000u /* bit per engine id that this build holds; a queue of another class is a bad configuration */
#define SLUICE_REG_CAP3 0x40u /* ro: what this build has, continued */
#define SLUICE_CAP3_NUM_SECRETS_SHIFT 0u
#define SLUICE_CAP3_NUM_SECRETS_MASK 0xFFFFFu /* secret slots; zero without engine kdf */
#define SLUICE_REG_CTRL 0x14u /* rw: device control */
#define SLUICE_CTRL_ENABLE_SHIFT 0u
#define SLUICE_CTRL_ENABLE_MASK 0x1u /* queues run */
#define SLUICE_CTRL_RESET_SHIFT 1u
#define SLUICE_CTRL_RESET_MASK 0x2u /* write one: abandon all work, clear queues, erase every session and key, run the self test; reads zero when over */
#define SLUICE_CTRL_ZEROIZE_SHIFT 2u
#define SLUICE_CTRL_ZEROIZE_MASK 0x4u /* write one: as the tamper pin does (STATUS.TAMPER) */
#define SLUICE_REG_STATUS 0x18u /* ro: device state */
#define SLUICE_STATUS_READY_SHIFT 0u
#define SLUICE_STATUS_READY_MASK 0x1u /* reset and self test are over */
#define SLUICE_STATUS_BUSY_SHIFT 1u
#define SLUICE_STATUS_BUSY_MASK 0x2u /* work in flight */
#define SLUICE_STATUS_FATAL_SHIFT 2u
#define SLUICE_STATUS_FATAL_MASK 0x4u /* an internal state machine reached its error state; reset is needed */
#define SLUICE_STATUS_TAMPER_SHIFT 3u
#define SLUICE_STATUS_TAMPER_MASK 0x8u /* the tamper pin was active or CTRL.ZEROIZE was written: engines were reset at once and erased all slots, queues are stopped; ends with CTRL.RESET while the pin is at rest */
#define SLUICE_STATUS_ENTROPY_SHIFT 4u
#define SLUICE_STATUS_ENTROPY_MASK 0x10u /* the generator's health tests failed; operations that need random numbers end with NO_ENTROPY until reset */
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
#define SLUICE_REG_INT_STATUS0 0x44u /* rw: bit per queue 0..31: completions to look at; write one to clear, then look at the ring */
#define SLUICE_REG_INT_STATUS1 0x48u /* rw: likewise, queues 32..63 */
#define SLUICE_REG_INT_ENABLE0 0x4Cu /* rw: bit per queue 0..31: INT_STATUS raises the queue's vector; 0 after reset (poll) */
#define SLUICE_REG_INT_ENABLE1 0x50u /* rw: likewise, queues 32..63 */

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

#define SLUICE_FUNC_BASE 0x400u
#define SLUICE_FUNC_STRIDE 0x20u
#define SLUICE_FUNC_COUNT 8u
/* address of register `name` of func i, e.g. SLUICE_FUNC_REG(3, BASE_LO) */
#define SLUICE_FUNC_REG(i, name) (SLUICE_FUNC_BASE + (uint32_t)(i) * SLUICE_FUNC_STRIDE + SLUICE_FUNC_##name)
#define SLUICE_FUNC_BASE_LO 0x0u /* rw: first byte of the window */
#define SLUICE_FUNC_BASE_HI 0x4u /* rw */
#define SLUICE_FUNC_LIMIT_LO 0x8u /* rw: last byte of the window */
#define SLUICE_FUNC_LIMIT_HI 0xCu /* rw */
#define SLUICE_FUNC_CTRL 0x10u /* rw: written while the function has no work in flight */
#define SLUICE_FUNC_CTRL_ENABLE_SHIFT 0u
#define SLUICE_FUNC_CTRL_ENABLE_MASK 0x1u /* the window is enforced: an operation that leaves it is a DMA_ERROR, a ring that leaves it stops its queue (ERROR 3); 0: all of memory */
#define SLUICE_FUNC_ERRORS 0x14u /* ro: addresses outside the window (they count in ERR_DMA too) */

#define SLUICE_QUEUE_BASE 0x1000u
#define SLUICE_QUEUE_STRIDE 0x40u
#define SLUICE_QUEUE_COUNT 64u
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
#define SLUICE_QUEUE_CONFIG_FUNC_SHIFT 8u
#define SLUICE_QUEUE_CONFIG_FUNC_MASK 0x700u /* function that this queue belongs to: whose slots its descriptors may name and whose memory window holds */
#define SLUICE_QUEUE_CONFIG_ENABLE_SHIFT 31u
#define SLUICE_QUEUE_CONFIG_ENABLE_MASK 0x80000000u /* 0 to 1 starts the queue with both indexes at 0; 1 to 0 stops it */
#define SLUICE_QUEUE_SQ_TAIL 0x14u /* rw: doorbell: index after the last valid descriptor, counted modulo 2^16 */
#define SLUICE_QUEUE_CQ_HEAD 0x18u /* rw: index after the last completion that the driver has read, counted modulo 2^16; the device never passes it by more than the ring's size */
#define SLUICE_QUEUE_SQ_HEAD 0x1Cu /* ro: index after the last descriptor fetched, modulo 2^16 */
#define SLUICE_QUEUE_ERROR 0x20u /* ro: 0, or why the queue stopped: 1 doorbell beyond the ring, 2 bad configuration (ring size, address, or a class without an engine), 3 ring DMA error, 4 started while STATE.BUSY */
#define SLUICE_QUEUE_STATE 0x24u /* ro: work of this queue */
#define SLUICE_QUEUE_STATE_BUSY_SHIFT 0u
#define SLUICE_QUEUE_STATE_BUSY_MASK 0x1u /* something of this queue is in flight. A queue that was stopped drops what was fetched and not started; what runs ends without a completion; its memory and rings may be freed, and it may be started again, once this is 0 */
#define SLUICE_QUEUE_STATE_INFLIGHT_SHIFT 8u
#define SLUICE_QUEUE_STATE_INFLIGHT_MASK 0xFF00u /* descriptors fetched whose completion is not in memory yet */
#define SLUICE_QUEUE_COALESCE 0x28u /* rw: when completions set INT_STATUS */
#define SLUICE_QUEUE_COALESCE_COUNT_SHIFT 0u
#define SLUICE_QUEUE_COALESCE_COUNT_MASK 0xFFu /* with that many since the last time (0 and 1: with each) */
#define SLUICE_QUEUE_COALESCE_TIME_SHIFT 16u
#define SLUICE_QUEUE_COALESCE_TIME_MASK 0xFFFF0000u /* or that many cycles after the first of them, if not 0 */

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
	SLUICE_OP_SESSION_LOAD = 0x10, /* [aead mac chacha] source: struct session. Writes the context slot named by handle with its generation. handle2: secret of kind KEY_BLOCK to take keys and IVs from (session.slice says which), those fields of the context are zero then */
	SLUICE_OP_SESSION_FREE = 0x11, /* [aead mac chacha] erases the slot; a stale generation is BAD_HANDLE */
	SLUICE_OP_RECORD_SEAL = 0x12, /* [aead: AES_GCM; chacha; mac: AES_CBC_*] source: plaintext (0..2^14). param0 7:0 content type; param1: bytes of TLS 1.3 padding (plaintext and padding at most 2^14), else zero. Result: the whole record with its 5-byte header */
	SLUICE_OP_RECORD_OPEN = 0x13, /* [aead: AES_GCM; chacha; mac: AES_CBC_*] source: the whole record with its header. Result: plaintext, without TLS 1.3's inner type and padding; info: content type (TLS 1.3: the inner one; BAD_RECORD when there is none) */
	SLUICE_OP_AEAD_SEAL = 0x14, /* [aead: AES-GCM; chacha] source: IV (12 bytes) | AAD (param0 bytes) | plaintext. Result: ciphertext | tag (16) */
	SLUICE_OP_AEAD_OPEN = 0x15, /* [aead chacha] source: IV (12) | AAD (param0 bytes) | ciphertext | tag (param1 bytes, 4..16; chacha: 16). Result: plaintext */
	SLUICE_OP_CIPHER_ENC = 0x16, /* [aead mac] AES_CBC (whole blocks; both lanes) or AES_CTR (aead only). source: IV or first counter block (16) | data. Result: data */
	SLUICE_OP_CIPHER_DEC = 0x17, /* [aead mac] as CIPHER_ENC */
	SLUICE_OP_HASH = 0x20, /* [mac] param0: enum hash; handle 0. source: message. Result: digest */
	SLUICE_OP_HMAC = 0x21, /* [mac] session of alg HMAC_*, or AES_CBC_HMAC_* for its MAC key. source: message. Result: full tag */
	SLUICE_OP_HMAC_VERIFY = 0x22, /* [mac] source: message | expected tag (param0 bytes, 4..64). No result; AUTH_FAILED when they differ, compared in constant time */
	SLUICE_OP_TLS_PRF = 0x23, /* [mac] TLS 1.2 P_hash (RFC 5246 5). handle 0. source: secret (param0 7:0 bytes, 0..64) | label and seed. param0 15:8: enum hash, SHA256 (or 0) or SHA384. param1: bytes of output (1..512). Result: output */
	SLUICE_OP_KDF = 0x24, /* [kdf] param0: enum kdf; param1 7:0: enum hash (SHA256 or SHA384), 31:16 bytes of a key block. handle: secret that goes in (0 where the kdf says none); handle3: second secret; handle2: slot for the result (free, or of this function; not the handle of a secret that goes in), or 0 for those with a public result. source: as the kdf says. A derivation marked `once` spends that use of the secret's generation: the next one is BAD_SECRET */
	SLUICE_OP_SECRET_WRAP = 0x25, /* [kdf] handle: secret of kind MASTER or PSK. No source, param0 and param1 zero. Result: RFC 5649 wrap of kind, length, function, zero (a byte each) and the value (48 or 64 bytes in all) by HMAC-SHA256(the card's key, `sluice secret wrap`), which only cards with this card's fuses have */
	SLUICE_OP_SECRET_UNWRAP = 0x26, /* [kdf] source: what SECRET_WRAP gave; handle2: slot for it. BAD_KEY when it does not unwrap, or was wrapped for another function */
	SLUICE_OP_SECRET_FREE = 0x27, /* [kdf] handle: erases the slot */
	SLUICE_OP_HKDF_EXTRACT = 0x28, /* [mac] RFC 5869 2.2. param0 7:0 bytes of salt (0..64), 15:8 enum hash. source: salt | input keying material (0..256 bytes). Result: PRK */
	SLUICE_OP_HKDF_EXPAND = 0x29, /* [mac] RFC 5869 2.3. param0 7:0 bytes of PRK (0..64), 15:8 enum hash. param1: bytes of output (1..512). source: PRK | info (0..256 bytes). Result: output */
	SLUICE_OP_KEY_LOAD = 0x30, /* [pka ecc] source: RFC 5649 wrapped key blob (struct rsa_key, rsa_key_large, ec_key, by length and magic). Unwraps with the card's key and writes the slot named by handle */
	SLUICE_OP_KEY_FREE = 0x31, /* [pka ecc] erases the slot */
	SLUICE_OP_RSA_PRIVATE = 0x32, /* [pka] source: big-endian integer below the modulus, as long as it. Result: source^d mod n, likewise */
	SLUICE_OP_RSA_PMS_DECRYPT = 0x33, /* [pka] as RSA_PRIVATE, then PKCS#1 type 2 unpadding to a 48-byte premaster secret whose first two bytes must be param0 15:0 (the version as the client sent it: major in 15:8, minor in 7:0; RFC 5246 7.4.7.1); on any mismatch a random one, in constant time, status OK. Result: 48 bytes; none when handle2 names a secret slot, which takes them as kind PREMASTER */
	SLUICE_OP_RSA_PUBLIC = 0x34, /* [pka] handle 0. param0: bytes of the modulus (256, 384 or 512); param1: public exponent (odd, 3..2^32-1). source: modulus | input, big-endian, param0 bytes each. Result: input^e mod n */
	SLUICE_OP_ECDSA_SIGN = 0x40, /* [ecc: P256 P384] handle: key slot. param0 7:0 enum curve; param1: bytes of the digest (20..64; its leftmost bits count, FIPS 186-4 6.4). source: digest. Result: r | s, each as long as the order; the nonce comes from the generator on the card */
	SLUICE_OP_ECDSA_VERIFY = 0x41, /* [ecc: P256 P384] handle 0. param0, param1 as ECDSA_SIGN. source: r | s | x | y | digest, big-endian. No result; AUTH_FAILED when the signature is wrong, BAD_INPUT when the point is not on the curve */
	SLUICE_OP_EC_KEYGEN = 0x42, /* [ecc: P256 P384 X25519] handle 0. param0 7:0 enum curve. No source. Result: private | public; with handle2 only public, and the slot takes the private key as kind EC_PRIVATE. P256, P384: scalar big-endian, point as x | y. X25519: RFC 7748 */
	SLUICE_OP_ECDH = 0x43, /* [ecc: P256 P384 X25519] param0 7:0 enum curve. handle3: secret of kind EC_PRIVATE, source: peer's public; or handle3 0, source: private | peer's public. Result: shared secret (x coordinate); none with handle2, whose slot takes it as kind PREMASTER. BAD_INPUT: not a valid point, or an all-zero secret (RFC 7748 6.1) */
	SLUICE_OP_ECDH_RESPOND = 0x44, /* [ecc: P256 P384 X25519] EC_KEYGEN and ECDH with the new key in one. param0 7:0 enum curve. source: peer's public. Result: own public | shared secret; own public only with handle2, whose slot takes the secret as kind PREMASTER */
	SLUICE_OP_EC_MUL = 0x45, /* [ecc: P256 P384] param0 7:0 enum curve. source: scalar | x | y. Result: x | y of the product; BAD_INPUT when the point is not on the curve or the product is at infinity */
	SLUICE_OP_EDDSA_SIGN = 0x46, /* [ecc] Ed25519 (RFC 8032 5.1), PureEdDSA. handle: key slot. source: message, at most MaxEddsaMessage bytes. Result: signature, 64 bytes */
};
#define SLUICE_OPCODE_LIST(X) \
	X(NOP, 0x00, "[any] completes with OK") \
	X(SESSION_LOAD, 0x10, "[aead mac chacha] source: struct session. Writes the context slot named by handle with its generation. handle2: secret of kind KEY_BLOCK to take keys and IVs from (session.slice says which), those fields of the context are zero then") \
	X(SESSION_FREE, 0x11, "[aead mac chacha] erases the slot; a stale generation is BAD_HANDLE") \
	X(RECORD_SEAL, 0x12, "[aead: AES_GCM; chacha; mac: AES_CBC_*] source: plaintext (0..2^14). param0 7:0 content type; param1: bytes of TLS 1.3 padding (plaintext and padding at most 2^14), else zero. Result: the whole record with its 5-byte header") \
	X(RECORD_OPEN, 0x13, "[aead: AES_GCM; chacha; mac: AES_CBC_*] source: the whole record with its header. Result: plaintext, without TLS 1.3's inner type and padding; info: content type (TLS 1.3: the inner one; BAD_RECORD when there is none)") \
	X(AEAD_SEAL, 0x14, "[aead: AES-GCM; chacha] source: IV (12 bytes) | AAD (param0 bytes) | plaintext. Result: ciphertext | tag (16)") \
	X(AEAD_OPEN, 0x15, "[aead chacha] source: IV (12) | AAD (param0 bytes) | ciphertext | tag (param1 bytes, 4..16; chacha: 16). Result: plaintext") \
	X(CIPHER_ENC, 0x16, "[aead mac] AES_CBC (whole blocks; both lanes) or AES_CTR (aead only). source: IV or first counter block (16) | data. Result: data") \
	X(CIPHER_DEC, 0x17, "[aead mac] as CIPHER_ENC") \
	X(HASH, 0x20, "[mac] param0: enum hash; handle 0. source: message. Result: digest") \
	X(HMAC, 0x21, "[mac] session of alg HMAC_*, or AES_CBC_HMAC_* for its MAC key. source: message. Result: full tag") \
	X(HMAC_VERIFY, 0x22, "[mac] source: message | expected tag (param0 bytes, 4..64). No result; AUTH_FAILED when they differ, compared in constant time") \
	X(TLS_PRF, 0x23, "[mac] TLS 1.2 P_hash (RFC 5246 5). handle 0. source: secret (param0 7:0 bytes, 0..64) | label and seed. param0 15:8: enum hash, SHA256 (or 0) or SHA384. param1: bytes of output (1..512). Result: output") \
	X(KDF, 0x24, "[kdf] param0: enum kdf; param1 7:0: enum hash (SHA256 or SHA384), 31:16 bytes of a key block. handle: secret that goes in (0 where the kdf says none); handle3: second secret; handle2: slot for the result (free, or of this function; not the handle of a secret that goes in), or 0 for those with a public result. source: as the kdf says. A derivation marked `once` spends that use of the secret's generation: the next one is BAD_SECRET") \
	X(SECRET_WRAP, 0x25, "[kdf] handle: secret of kind MASTER or PSK. No source, param0 and param1 zero. Result: RFC 5649 wrap of kind, length, function, zero (a byte each) and the value (48 or 64 bytes in all) by HMAC-SHA256(the card's key, `sluice secret wrap`), which only cards with this card's fuses have") \
	X(SECRET_UNWRAP, 0x26, "[kdf] source: what SECRET_WRAP gave; handle2: slot for it. BAD_KEY when it does not unwrap, or was wrapped for another function") \
	X(SECRET_FREE, 0x27, "[kdf] handle: erases the slot") \
	X(HKDF_EXTRACT, 0x28, "[mac] RFC 5869 2.2. param0 7:0 bytes of salt (0..64), 15:8 enum hash. source: salt | input keying material (0..256 bytes). Result: PRK") \
	X(HKDF_EXPAND, 0x29, "[mac] RFC 5869 2.3. param0 7:0 bytes of PRK (0..64), 15:8 enum hash. param1: bytes of output (1..512). source: PRK | info (0..256 bytes). Result: output") \
	X(KEY_LOAD, 0x30, "[pka ecc] source: RFC 5649 wrapped key blob (struct rsa_key, rsa_key_large, ec_key, by length and magic). Unwraps with the card's key and writes the slot named by handle") \
	X(KEY_FREE, 0x31, "[pka ecc] erases the slot") \
	X(RSA_PRIVATE, 0x32, "[pka] source: big-endian integer below the modulus, as long as it. Result: source^d mod n, likewise") \
	X(RSA_PMS_DECRYPT, 0x33, "[pka] as RSA_PRIVATE, then PKCS#1 type 2 unpadding to a 48-byte premaster secret whose first two bytes must be param0 15:0 (the version as the client sent it: major in 15:8, minor in 7:0; RFC 5246 7.4.7.1); on any mismatch a random one, in constant time, status OK. Result: 48 bytes; none when handle2 names a secret slot, which takes them as kind PREMASTER") \
	X(RSA_PUBLIC, 0x34, "[pka] handle 0. param0: bytes of the modulus (256, 384 or 512); param1: public exponent (odd, 3..2^32-1). source: modulus | input, big-endian, param0 bytes each. Result: input^e mod n") \
	X(ECDSA_SIGN, 0x40, "[ecc: P256 P384] handle: key slot. param0 7:0 enum curve; param1: bytes of the digest (20..64; its leftmost bits count, FIPS 186-4 6.4). source: digest. Result: r | s, each as long as the order; the nonce comes from the generator on the card") \
	X(ECDSA_VERIFY, 0x41, "[ecc: P256 P384] handle 0. param0, param1 as ECDSA_SIGN. source: r | s | x | y | digest, big-endian. No result; AUTH_FAILED when the signature is wrong, BAD_INPUT when the point is not on the curve") \
	X(EC_KEYGEN, 0x42, "[ecc: P256 P384 X25519] handle 0. param0 7:0 enum curve. No source. Result: private | public; with handle2 only public, and the slot takes the private key as kind EC_PRIVATE. P256, P384: scalar big-endian, point as x | y. X25519: RFC 7748") \
	X(ECDH, 0x43, "[ecc: P256 P384 X25519] param0 7:0 enum curve. handle3: secret of kind EC_PRIVATE, source: peer's public; or handle3 0, source: private | peer's public. Result: shared secret (x coordinate); none with handle2, whose slot takes it as kind PREMASTER. BAD_INPUT: not a valid point, or an all-zero secret (RFC 7748 6.1)") \
	X(ECDH_RESPOND, 0x44, "[ecc: P256 P384 X25519] EC_KEYGEN and ECDH with the new key in one. param0 7:0 enum curve. source: peer's public. Result: own public | shared secret; own public only with handle2, whose slot takes the secret as kind PREMASTER") \
	X(EC_MUL, 0x45, "[ecc: P256 P384] param0 7:0 enum curve. source: scalar | x | y. Result: x | y of the product; BAD_INPUT when the point is not on the curve or the product is at infinity") \
	X(EDDSA_SIGN, 0x46, "[ecc] Ed25519 (RFC 8032 5.1), PureEdDSA. handle: key slot. source: message, at most MaxEddsaMessage bytes. Result: signature, 64 bytes")

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
	SLUICE_ST_BAD_SECRET = 0x0E, /* no such secret, of another function or generation, or not of the kind that the operation wants */
	SLUICE_ST_NO_ENTROPY = 0x0F, /* the generator's health test failed; operations that need random numbers are refused until reset */
	SLUICE_ST_ABORTED = 0x10, /* the operation ran longer than its bound, or its queue was reset */
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
	X(SEQ_EXHAUSTED, 0x0D, "the sequence number would wrap") \
	X(BAD_SECRET, 0x0E, "no such secret, of another function or generation, or not of the kind that the operation wants") \
	X(NO_ENTROPY, 0x0F, "the generator's health test failed; operations that need random numbers are refused until reset") \
	X(ABORTED, 0x10, "the operation ran longer than its bound, or its queue was reset")

/* session algorithms */
enum sluice_alg {
	SLUICE_ALG_AES_GCM = 0x01, /* engine aead; record (TLS 1.2, 1.3) and AEAD */
	SLUICE_ALG_AES_CTR = 0x02, /* engine aead */
	SLUICE_ALG_AES_CBC = 0x03, /* engine aead or mac */
	SLUICE_ALG_AES_CBC_HMAC_SHA1 = 0x04, /* engine mac; TLS 1.0 to 1.2 records, MAC then encrypt or (session.flags) encrypt then MAC; version 0x0300: the MAC of SSL 3.0 (RFC 6101 5.2.3.1) */
	SLUICE_ALG_AES_CBC_HMAC_SHA256 = 0x05, /* engine mac; TLS 1.2 records, MAC then encrypt or encrypt then MAC */
	SLUICE_ALG_HMAC_SHA1 = 0x06, /* engine mac */
	SLUICE_ALG_HMAC_SHA256 = 0x07, /* engine mac */
	SLUICE_ALG_CHACHA20_POLY1305 = 0x08, /* engine chacha; record (TLS 1.2, 1.3) and AEAD (RFC 8439) */
	SLUICE_ALG_HMAC_SHA384 = 0x09, /* engine mac */
	SLUICE_ALG_HMAC_SHA512 = 0x0A, /* engine mac */
	SLUICE_ALG_AES_CBC_HMAC_SHA384 = 0x0B, /* engine mac; TLS 1.2 records, MAC then encrypt or encrypt then MAC */
};
#define SLUICE_ALG_LIST(X) \
	X(AES_GCM, 0x01, "engine aead; record (TLS 1.2, 1.3) and AEAD") \
	X(AES_CTR, 0x02, "engine aead") \
	X(AES_CBC, 0x03, "engine aead or mac") \
	X(AES_CBC_HMAC_SHA1, 0x04, "engine mac; TLS 1.0 to 1.2 records, MAC then encrypt or (session.flags) encrypt then MAC; version 0x0300: the MAC of SSL 3.0 (RFC 6101 5.2.3.1)") \
	X(AES_CBC_HMAC_SHA256, 0x05, "engine mac; TLS 1.2 records, MAC then encrypt or encrypt then MAC") \
	X(HMAC_SHA1, 0x06, "engine mac") \
	X(HMAC_SHA256, 0x07, "engine mac") \
	X(CHACHA20_POLY1305, 0x08, "engine chacha; record (TLS 1.2, 1.3) and AEAD (RFC 8439)") \
	X(HMAC_SHA384, 0x09, "engine mac") \
	X(HMAC_SHA512, 0x0A, "engine mac") \
	X(AES_CBC_HMAC_SHA384, 0x0B, "engine mac; TLS 1.2 records, MAC then encrypt or encrypt then MAC")

/* hash functions */
enum sluice_hash {
	SLUICE_HASH_SHA1 = 0x01, /* FIPS 180-4, 20 bytes */
	SLUICE_HASH_SHA256 = 0x02, /* FIPS 180-4, 32 bytes */
	SLUICE_HASH_SHA384 = 0x03, /* FIPS 180-4, 48 bytes */
	SLUICE_HASH_SHA512 = 0x04, /* FIPS 180-4, 64 bytes */
};
#define SLUICE_HASH_LIST(X) \
	X(SHA1, 0x01, "FIPS 180-4, 20 bytes") \
	X(SHA256, 0x02, "FIPS 180-4, 32 bytes") \
	X(SHA384, 0x03, "FIPS 180-4, 48 bytes") \
	X(SHA512, 0x04, "FIPS 180-4, 64 bytes")

/* elliptic curves */
enum sluice_curve {
	SLUICE_CURVE_P256 = 0x01, /* secp256r1, SP 800-186 */
	SLUICE_CURVE_P384 = 0x02, /* secp384r1 */
	SLUICE_CURVE_X25519 = 0x03, /* RFC 7748 */
	SLUICE_CURVE_ED25519 = 0x04, /* RFC 8032 */
};
#define SLUICE_CURVE_LIST(X) \
	X(P256, 0x01, "secp256r1, SP 800-186") \
	X(P384, 0x02, "secp384r1") \
	X(X25519, 0x03, "RFC 7748") \
	X(ED25519, 0x04, "RFC 8032")

/* what a secret slot holds; an operation takes only the kinds that it names */
enum sluice_secret_kind {
	SLUICE_SECRET_PREMASTER = 0x01, /* premaster secret of TLS 1.2, or shared secret of a key exchange */
	SLUICE_SECRET_MASTER = 0x02, /* master secret of TLS 1.2, 48 bytes */
	SLUICE_SECRET_KEY_BLOCK = 0x03, /* key block of TLS 1.2 (RFC 5246 6.3: client MAC key, server MAC key, client key, server key, client IV, server IV); or key | IV of TLS 1.3: slice WHOLE */
	SLUICE_SECRET_EARLY = 0x04, /* early secret, RFC 8446 7.1 */
	SLUICE_SECRET_HANDSHAKE = 0x05, /* handshake secret */
	SLUICE_SECRET_MAIN = 0x06, /* master secret of TLS 1.3 */
	SLUICE_SECRET_TRAFFIC = 0x07, /* a traffic secret */
	SLUICE_SECRET_BINDER = 0x08, /* binder key */
	SLUICE_SECRET_RESUMPTION = 0x09, /* resumption master secret */
	SLUICE_SECRET_PSK = 0x0A, /* pre-shared key of a ticket */
	SLUICE_SECRET_EC_PRIVATE = 0x0B, /* ephemeral private key; read once */
};
#define SLUICE_SECRET_KIND_LIST(X) \
	X(PREMASTER, 0x01, "premaster secret of TLS 1.2, or shared secret of a key exchange") \
	X(MASTER, 0x02, "master secret of TLS 1.2, 48 bytes") \
	X(KEY_BLOCK, 0x03, "key block of TLS 1.2 (RFC 5246 6.3: client MAC key, server MAC key, client key, server key, client IV, server IV); or key | IV of TLS 1.3: slice WHOLE") \
	X(EARLY, 0x04, "early secret, RFC 8446 7.1") \
	X(HANDSHAKE, 0x05, "handshake secret") \
	X(MAIN, 0x06, "master secret of TLS 1.3") \
	X(TRAFFIC, 0x07, "a traffic secret") \
	X(BINDER, 0x08, "binder key") \
	X(RESUMPTION, 0x09, "resumption master secret") \
	X(PSK, 0x0A, "pre-shared key of a ticket") \
	X(EC_PRIVATE, 0x0B, "ephemeral private key; read once")

/* which keys of a KEY_BLOCK a session takes; each of CLIENT and SERVER once a generation, WHOLE counts as both */
enum sluice_slice {
	SLUICE_SLICE_NONE = 0x00, /* keys are in the context */
	SLUICE_SLICE_CLIENT = 0x01, /* TLS 1.2 key block: the client's writing keys. Lengths by alg and key_bytes, mac_key_bytes; IV part: 4 bytes GCM, 12 ChaCha20, 16 CBC of TLS 1.0 and SSL 3.0, else 0 */
	SLUICE_SLICE_SERVER = 0x02, /* likewise, the server's */
	SLUICE_SLICE_WHOLE = 0x03, /* TLS 1.3: key, then 12 bytes of IV */
};
#define SLUICE_SLICE_LIST(X) \
	X(NONE, 0x00, "keys are in the context") \
	X(CLIENT, 0x01, "TLS 1.2 key block: the client's writing keys. Lengths by alg and key_bytes, mac_key_bytes; IV part: 4 bytes GCM, 12 ChaCha20, 16 CBC of TLS 1.0 and SSL 3.0, else 0") \
	X(SERVER, 0x02, "likewise, the server's") \
	X(WHOLE, 0x03, "TLS 1.3: key, then 12 bytes of IV")

/* derivations of engine kdf: in -> out. Labels and structures are made on the card, so nothing that is a key can be asked for as a public result */
enum sluice_kdf {
	SLUICE_KDF_T12_MASTER = 0x01, /* PREMASTER (once, with the next and T13_HANDSHAKE) -> MASTER; source: client random | server random (RFC 5246 8.1) */
	SLUICE_KDF_T12_EXTENDED_MASTER = 0x02, /* PREMASTER -> MASTER; source: session hash (RFC 7627 4) */
	SLUICE_KDF_T12_KEY_BLOCK = 0x03, /* MASTER (once) -> KEY_BLOCK of param1 31:16 bytes (1..192); source: server random | client random (RFC 5246 6.3) */
	SLUICE_KDF_T12_CLIENT_FINISHED = 0x04, /* MASTER -> 12 bytes, public; source: hash of the handshake messages (RFC 5246 7.4.9) */
	SLUICE_KDF_T12_SERVER_FINISHED = 0x05, /* likewise, the server's */
	SLUICE_KDF_T13_EARLY = 0x10, /* PSK, or no secret -> EARLY (RFC 8446 7.1). Of TLS 1.3, every secret that goes in but a PREMASTER is as long as the hash, else BAD_SECRET */
	SLUICE_KDF_T13_HANDSHAKE = 0x11, /* EARLY (once), handle3: PREMASTER (once) or none -> HANDSHAKE; source: 0..64 bytes put before the shared secret (hybrid key exchange). Without handle3 they are the shared secret; neither: zeros as long as the hash */
	SLUICE_KDF_T13_MAIN = 0x12, /* HANDSHAKE (once) -> MAIN */
	SLUICE_KDF_T13_BINDER = 0x13, /* EARLY -> BINDER (label res binder) */
	SLUICE_KDF_T13_CLIENT_EARLY = 0x14, /* EARLY (once) -> TRAFFIC (c e traffic); source: transcript hash */
	SLUICE_KDF_T13_CLIENT_HANDSHAKE = 0x15, /* HANDSHAKE (once) -> TRAFFIC (c hs traffic); source: transcript hash */
	SLUICE_KDF_T13_SERVER_HANDSHAKE = 0x16, /* HANDSHAKE (once) -> TRAFFIC (s hs traffic); source: transcript hash */
	SLUICE_KDF_T13_CLIENT_APPLICATION = 0x17, /* MAIN (once) -> TRAFFIC (c ap traffic); source: transcript hash */
	SLUICE_KDF_T13_SERVER_APPLICATION = 0x18, /* MAIN (once) -> TRAFFIC (s ap traffic); source: transcript hash */
	SLUICE_KDF_T13_RESUMPTION = 0x19, /* MAIN -> RESUMPTION (res master); source: transcript hash */
	SLUICE_KDF_T13_PSK = 0x1A, /* RESUMPTION -> PSK; source: ticket nonce, 0..255 bytes (RFC 8446 4.6.1) */
	SLUICE_KDF_T13_UPDATE = 0x1B, /* TRAFFIC (once) -> TRAFFIC (traffic upd, RFC 8446 7.2) */
	SLUICE_KDF_T13_KEYS = 0x1C, /* TRAFFIC (once) -> KEY_BLOCK: key of param1 31:16 bytes (16 or 32), 12 bytes of IV (RFC 8446 7.3) */
	SLUICE_KDF_T13_FINISHED = 0x1D, /* TRAFFIC or BINDER -> public: verify_data (RFC 8446 4.4.4); source: transcript hash */
};
#define SLUICE_KDF_LIST(X) \
	X(T12_MASTER, 0x01, "PREMASTER (once, with the next and T13_HANDSHAKE) -> MASTER; source: client random | server random (RFC 5246 8.1)") \
	X(T12_EXTENDED_MASTER, 0x02, "PREMASTER -> MASTER; source: session hash (RFC 7627 4)") \
	X(T12_KEY_BLOCK, 0x03, "MASTER (once) -> KEY_BLOCK of param1 31:16 bytes (1..192); source: server random | client random (RFC 5246 6.3)") \
	X(T12_CLIENT_FINISHED, 0x04, "MASTER -> 12 bytes, public; source: hash of the handshake messages (RFC 5246 7.4.9)") \
	X(T12_SERVER_FINISHED, 0x05, "likewise, the server's") \
	X(T13_EARLY, 0x10, "PSK, or no secret -> EARLY (RFC 8446 7.1). Of TLS 1.3, every secret that goes in but a PREMASTER is as long as the hash, else BAD_SECRET") \
	X(T13_HANDSHAKE, 0x11, "EARLY (once), handle3: PREMASTER (once) or none -> HANDSHAKE; source: 0..64 bytes put before the shared secret (hybrid key exchange). Without handle3 they are the shared secret; neither: zeros as long as the hash") \
	X(T13_MAIN, 0x12, "HANDSHAKE (once) -> MAIN") \
	X(T13_BINDER, 0x13, "EARLY -> BINDER (label res binder)") \
	X(T13_CLIENT_EARLY, 0x14, "EARLY (once) -> TRAFFIC (c e traffic); source: transcript hash") \
	X(T13_CLIENT_HANDSHAKE, 0x15, "HANDSHAKE (once) -> TRAFFIC (c hs traffic); source: transcript hash") \
	X(T13_SERVER_HANDSHAKE, 0x16, "HANDSHAKE (once) -> TRAFFIC (s hs traffic); source: transcript hash") \
	X(T13_CLIENT_APPLICATION, 0x17, "MAIN (once) -> TRAFFIC (c ap traffic); source: transcript hash") \
	X(T13_SERVER_APPLICATION, 0x18, "MAIN (once) -> TRAFFIC (s ap traffic); source: transcript hash") \
	X(T13_RESUMPTION, 0x19, "MAIN -> RESUMPTION (res master); source: transcript hash") \
	X(T13_PSK, 0x1A, "RESUMPTION -> PSK; source: ticket nonce, 0..255 bytes (RFC 8446 4.6.1)") \
	X(T13_UPDATE, 0x1B, "TRAFFIC (once) -> TRAFFIC (traffic upd, RFC 8446 7.2)") \
	X(T13_KEYS, 0x1C, "TRAFFIC (once) -> KEY_BLOCK: key of param1 31:16 bytes (16 or 32), 12 bytes of IV (RFC 8446 7.3)") \
	X(T13_FINISHED, 0x1D, "TRAFFIC or BINDER -> public: verify_data (RFC 8446 4.4.4); source: transcript hash")

/* bit per engine id that serves the opcode; 0: there is no such opcode */
static inline uint8_t sluice_op_engines(uint8_t op)
{
	switch (op) {
	case SLUICE_OP_NOP: return 0xFF;
	case SLUICE_OP_SESSION_LOAD: return 0x13;
	case SLUICE_OP_SESSION_FREE: return 0x13;
	case SLUICE_OP_RECORD_SEAL: return 0x13;
	case SLUICE_OP_RECORD_OPEN: return 0x13;
	case SLUICE_OP_AEAD_SEAL: return 0x11;
	case SLUICE_OP_AEAD_OPEN: return 0x11;
	case SLUICE_OP_CIPHER_ENC: return 0x03;
	case SLUICE_OP_CIPHER_DEC: return 0x03;
	case SLUICE_OP_HASH: return 0x02;
	case SLUICE_OP_HMAC: return 0x02;
	case SLUICE_OP_HMAC_VERIFY: return 0x02;
	case SLUICE_OP_TLS_PRF: return 0x02;
	case SLUICE_OP_KDF: return 0x20;
	case SLUICE_OP_SECRET_WRAP: return 0x20;
	case SLUICE_OP_SECRET_UNWRAP: return 0x20;
	case SLUICE_OP_SECRET_FREE: return 0x20;
	case SLUICE_OP_HKDF_EXTRACT: return 0x02;
	case SLUICE_OP_HKDF_EXPAND: return 0x02;
	case SLUICE_OP_KEY_LOAD: return 0x0C;
	case SLUICE_OP_KEY_FREE: return 0x0C;
	case SLUICE_OP_RSA_PRIVATE: return 0x04;
	case SLUICE_OP_RSA_PMS_DECRYPT: return 0x04;
	case SLUICE_OP_RSA_PUBLIC: return 0x04;
	case SLUICE_OP_ECDSA_SIGN: return 0x0C;
	case SLUICE_OP_ECDSA_VERIFY: return 0x0C;
	case SLUICE_OP_EC_KEYGEN: return 0x0C;
	case SLUICE_OP_ECDH: return 0x0C;
	case SLUICE_OP_ECDH_RESPOND: return 0x0C;
	case SLUICE_OP_EC_MUL: return 0x0C;
	case SLUICE_OP_EDDSA_SIGN: return 0x08;
	default: return 0;
	}
}
/* bit 0: the opcode may use handle2, bit 1: handle3 */
static inline uint8_t sluice_op_handles(uint8_t op)
{
	switch (op) {
	case SLUICE_OP_SESSION_LOAD: return 1;
	case SLUICE_OP_KDF: return 3;
	case SLUICE_OP_SECRET_UNWRAP: return 1;
	case SLUICE_OP_RSA_PMS_DECRYPT: return 1;
	case SLUICE_OP_EC_KEYGEN: return 1;
	case SLUICE_OP_ECDH: return 3;
	case SLUICE_OP_ECDH_RESPOND: return 1;
	default: return 0;
	}
}

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
	uint32_t handle2; /* secret slot, where the opcode says so: it takes the result, or (SESSION_LOAD) gives the keys; else zero */
	uint32_t handle3; /* second secret that goes in, where the opcode says so; else zero */
	uint64_t rsvd2; /* zero; at an engine's port bits 7:0 are the function that the queue belongs to */
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
SLUICE_STATIC_ASSERT(offsetof(struct sluice_desc, handle2) == 48, "sluice_desc.handle2");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_desc, handle3) == 52, "sluice_desc.handle3");
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
	uint8_t flags; /* bit 0: encrypt then MAC (RFC 7366; CBC records of TLS 1.0 to 1.2); other bits zero */
	uint8_t slice; /* enum slice: which part of the secret handle2 holds the keys; zero when the keys are in this context */
	uint8_t rsvd0; /* zero */
	uint64_t seq; /* sequence number of the next record */
	uint8_t key[32]; /* cipher key, first byte first */
	uint8_t iv[16]; /* GCM of TLS 1.2: 4-byte salt; GCM of TLS 1.3 and ChaCha20-Poly1305: 12-byte IV; CBC of SSL 3.0 and TLS 1.0: IV of the next record; else zero */
	uint8_t mac_key[64]; /* HMAC (SSL 3.0: MAC) key padded with zeros; HMAC keys of 65 to 128 bytes are the host's to hash first. The device computes the inner and outer states once and keeps only them */
} __attribute__((packed, aligned(8)));
SLUICE_STATIC_ASSERT(sizeof(struct sluice_session) == 128, "sluice_session");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_session, alg) == 0, "sluice_session.alg");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_session, key_bytes) == 1, "sluice_session.key_bytes");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_session, version) == 2, "sluice_session.version");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_session, mac_key_bytes) == 4, "sluice_session.mac_key_bytes");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_session, flags) == 5, "sluice_session.flags");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_session, slice) == 6, "sluice_session.slice");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_session, rsvd0) == 7, "sluice_session.rsvd0");
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

/* RSA-3072 or RSA-4096 private key with two primes, source of KEY_LOAD after unwrapping. As struct rsa_key with 82 limbs instead of 41: R = 2^2074, numbers of the modulus' length are cut at 2^2050 */
#define SLUICE_RSA_KEY_LARGE_BYTES 5328u
struct sluice_rsa_key_large {
	uint32_t magic; /* 0x3141534B */
	uint16_t bits; /* 3072 or 4096 */
	uint16_t rsvd0; /* zero */
	uint32_t e; /* public exponent, odd, at least 3 */
	uint32_t rsvd1; /* zero */
	uint8_t p_n[332]; /* p; then n0 = -1/p mod 2^17 */
	uint8_t p_exp[332]; /* dp; then the index of the first limb that the exponentiation uses (61 or 81) */
	uint8_t p_kl[332]; /* R^3 mod p */
	uint8_t p_kh[332]; /* 2^2050 R^4 mod p */
	uint8_t p_be[332]; /* blinding: r^e R mod p */
	uint8_t p_bi[332]; /* blinding: r^-1 R mod p */
	uint8_t p_qi[332]; /* R^2/q mod p */
	uint8_t p_nq[332]; /* -R^4/q mod p */
	uint8_t q_n[332]; /* q; then n0 = -1/q mod 2^17 */
	uint8_t q_exp[332]; /* dq, as p_exp */
	uint8_t q_kl[332]; /* R^3 mod q */
	uint8_t q_kh[332]; /* 2^2050 R^4 mod q */
	uint8_t q_be[332]; /* as p_be */
	uint8_t q_bi[332]; /* as p_bi */
	uint8_t n_lo[332]; /* p q mod 2^2050 */
	uint8_t n_hi[332]; /* p q / 2^2050 */
} __attribute__((packed, aligned(8)));
SLUICE_STATIC_ASSERT(sizeof(struct sluice_rsa_key_large) == 5328, "sluice_rsa_key_large");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_rsa_key_large, magic) == 0, "sluice_rsa_key_large.magic");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_rsa_key_large, bits) == 4, "sluice_rsa_key_large.bits");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_rsa_key_large, rsvd0) == 6, "sluice_rsa_key_large.rsvd0");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_rsa_key_large, e) == 8, "sluice_rsa_key_large.e");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_rsa_key_large, rsvd1) == 12, "sluice_rsa_key_large.rsvd1");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_rsa_key_large, p_n) == 16, "sluice_rsa_key_large.p_n");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_rsa_key_large, p_exp) == 348, "sluice_rsa_key_large.p_exp");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_rsa_key_large, p_kl) == 680, "sluice_rsa_key_large.p_kl");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_rsa_key_large, p_kh) == 1012, "sluice_rsa_key_large.p_kh");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_rsa_key_large, p_be) == 1344, "sluice_rsa_key_large.p_be");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_rsa_key_large, p_bi) == 1676, "sluice_rsa_key_large.p_bi");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_rsa_key_large, p_qi) == 2008, "sluice_rsa_key_large.p_qi");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_rsa_key_large, p_nq) == 2340, "sluice_rsa_key_large.p_nq");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_rsa_key_large, q_n) == 2672, "sluice_rsa_key_large.q_n");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_rsa_key_large, q_exp) == 3004, "sluice_rsa_key_large.q_exp");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_rsa_key_large, q_kl) == 3336, "sluice_rsa_key_large.q_kl");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_rsa_key_large, q_kh) == 3668, "sluice_rsa_key_large.q_kh");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_rsa_key_large, q_be) == 4000, "sluice_rsa_key_large.q_be");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_rsa_key_large, q_bi) == 4332, "sluice_rsa_key_large.q_bi");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_rsa_key_large, n_lo) == 4664, "sluice_rsa_key_large.n_lo");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_rsa_key_large, n_hi) == 4996, "sluice_rsa_key_large.n_hi");

/* private key on a curve, source of KEY_LOAD after unwrapping. Byte strings begin at a field's first byte, zeros follow */
#define SLUICE_EC_KEY_BYTES 160u
struct sluice_ec_key {
	uint32_t magic; /* 0x3143454B */
	uint8_t curve; /* enum curve: P256, P384, ED25519 */
	uint8_t rsvd0; /* zero */
	uint16_t rsvd1; /* zero */
	uint64_t rsvd2; /* zero */
	uint8_t scalar[48]; /* P256, P384: private scalar, 1..order-1, big-endian, as long as the order; ED25519: the 32-byte private key (seed) of RFC 8032 */
	uint8_t x[48]; /* public point: x, big-endian; ED25519: the 32-byte public key */
	uint8_t y[48]; /* public point: y, big-endian; ED25519: zero */
} __attribute__((packed, aligned(8)));
SLUICE_STATIC_ASSERT(sizeof(struct sluice_ec_key) == 160, "sluice_ec_key");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_ec_key, magic) == 0, "sluice_ec_key.magic");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_ec_key, curve) == 4, "sluice_ec_key.curve");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_ec_key, rsvd0) == 5, "sluice_ec_key.rsvd0");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_ec_key, rsvd1) == 6, "sluice_ec_key.rsvd1");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_ec_key, rsvd2) == 8, "sluice_ec_key.rsvd2");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_ec_key, scalar) == 16, "sluice_ec_key.scalar");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_ec_key, x) == 64, "sluice_ec_key.x");
SLUICE_STATIC_ASSERT(offsetof(struct sluice_ec_key, y) == 112, "sluice_ec_key.y");

#endif /* SLUICE_REGS_H */
