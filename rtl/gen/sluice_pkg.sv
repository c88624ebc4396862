// Generated from rtl/regs/sluice.toml by rtl/regs/gen.py (`make regs`). Do not edit.
// Offsets, fields, limits, codes and memory layouts of the device. Used as sluice_pkg::X, never imported.
// Structures: NAME_FIELD_LSB and _BITS are bit positions in the structure as one vector, byte k in bits 8k+7:8k.
/* verilator lint_off UNUSEDPARAM */
package sluice_pkg;
  // identity
  localparam logic [31:0] MAGIC = 32'h43554C53;
  localparam logic [31:0] MAP_VERSION = 32'h1;
  localparam logic [31:0] MAP_HASH = 32'h546D7829;
  localparam int unsigned BAR_BYTES = 65536;
  localparam int unsigned BAR_AW = 16;

  // limits
  localparam int unsigned NumQueues = 16;  // submission/completion queue pairs
  localparam int unsigned NumQueuesMax = 16;
  localparam int unsigned NumSessions = 1024;  // session context slots in each symmetric lane
  localparam int unsigned NumSessionsMax = 65536;
  localparam int unsigned NumKeys = 16;  // private key slots in the public-key engine
  localparam int unsigned NumKeysMax = 64;
  localparam int unsigned MaxSegments = 64;  // entries of one scatter list
  localparam int unsigned MaxSegmentsMax = 64;
  localparam int unsigned MaxRecord = 18437;  // bytes of the longest TLS record with its header (RFC 5246 6.2.3: 2^14 + 2048 + 5)
  localparam int unsigned MaxRecordMax = 18437;
  localparam int unsigned MaxRingLog2 = 12;  // log2 of the longest ring
  localparam int unsigned MaxRingLog2Max = 15;

  // engine ids
  localparam logic [3:0] ENGINE_AEAD = 4'h0;  // AES pipe with GHASH: GCM records and AEAD, CTR and CBC ciphers at one block a cycle
  localparam logic [3:0] ENGINE_MAC = 4'h1;  // SHA-1, SHA-256, HMAC, TLS 1.2 PRF, CBC with HMAC records, chained ciphers
  localparam logic [3:0] ENGINE_PKA = 4'h2;  // Montgomery engine: RSA private operations from write-only key slots
  localparam int unsigned NumEngines = 3;

  // registers
  localparam logic [15:0] REG_MAGIC = 16'h0;  // ro: the device's magic
  localparam logic [15:0] REG_MAP_VERSION = 16'h4;  // ro: version of this map
  localparam logic [15:0] REG_MAP_HASH = 16'h8;  // ro: first 32 bits of the SHA-256 of this file's canonical form; driver and device must agree
  localparam logic [15:0] REG_CAP0 = 16'hC;  // ro: what this build has
  localparam int unsigned CAP0_NUM_QUEUES_LSB = 0;  // queue pairs
  localparam int unsigned CAP0_NUM_QUEUES_WIDTH = 8;
  localparam int unsigned CAP0_AEAD_LANES_LSB = 8;  // lanes of engine aead
  localparam int unsigned CAP0_AEAD_LANES_WIDTH = 4;
  localparam int unsigned CAP0_MAC_LANES_LSB = 12;  // lanes of engine mac
  localparam int unsigned CAP0_MAC_LANES_WIDTH = 4;
  localparam int unsigned CAP0_PKA_ENGINES_LSB = 16;  // Montgomery engines
  localparam int unsigned CAP0_PKA_ENGINES_WIDTH = 8;
  localparam int unsigned CAP0_NUM_KEYS_LSB = 24;  // private key slots
  localparam int unsigned CAP0_NUM_KEYS_WIDTH = 8;
  localparam logic [15:0] REG_CAP1 = 16'h10;  // ro: what this build has, continued
  localparam int unsigned CAP1_NUM_SESSIONS_LSB = 0;  // session slots per symmetric lane
  localparam int unsigned CAP1_NUM_SESSIONS_WIDTH = 20;
  localparam int unsigned CAP1_MAX_RING_LOG2_LSB = 20;  // log2 of the longest ring
  localparam int unsigned CAP1_MAX_RING_LOG2_WIDTH = 4;
  localparam logic [15:0] REG_CTRL = 16'h14;  // rw: device control
  localparam int unsigned CTRL_ENABLE_LSB = 0;  // queues run
  localparam int unsigned CTRL_ENABLE_WIDTH = 1;
  localparam int unsigned CTRL_RESET_LSB = 1;  // write one: abandon all work, clear queues, erase every session and key, run the self test; reads zero when over
  localparam int unsigned CTRL_RESET_WIDTH = 1;
  localparam logic [15:0] REG_STATUS = 16'h18;  // ro: device state
  localparam int unsigned STATUS_READY_LSB = 0;  // reset and self test are over
  localparam int unsigned STATUS_READY_WIDTH = 1;
  localparam int unsigned STATUS_BUSY_LSB = 1;  // work in flight
  localparam int unsigned STATUS_BUSY_WIDTH = 1;
  localparam int unsigned STATUS_FATAL_LSB = 2;  // an internal state machine reached its error state; reset is needed
  localparam int unsigned STATUS_FATAL_WIDTH = 1;
  localparam logic [15:0] REG_SELFTEST_DONE = 16'h1C;  // ro: one bit per engine id: its power-on self test is over
  localparam logic [15:0] REG_SELFTEST_PASS = 16'h20;  // ro: one bit per engine id: its known answers were right; a lane that failed refuses work with SELFTEST_FAILED
  localparam logic [15:0] REG_CYCLES_LO = 16'h24;  // ro: device clock cycles since reset; reading LO latches HI
  localparam logic [15:0] REG_CYCLES_HI = 16'h28;  // ro: upper half, as latched
  localparam logic [15:0] REG_FAULT_INJECT = 16'h2C;  // rw: tests only: act on the next operation of ENGINE, once, then clear
  localparam int unsigned FAULT_INJECT_ENGINE_LSB = 0;  // engine id
  localparam int unsigned FAULT_INJECT_ENGINE_WIDTH = 4;
  localparam int unsigned FAULT_INJECT_HANG_LSB = 4;  // the engine stops answering until reset
  localparam int unsigned FAULT_INJECT_HANG_WIDTH = 1;
  localparam int unsigned FAULT_INJECT_FLIP_LSB = 5;  // one bit of the result is flipped inside the engine, after parity (symmetric) or inside the exponentiation (pka)
  localparam int unsigned FAULT_INJECT_FLIP_WIDTH = 1;
  localparam int unsigned FAULT_INJECT_DROP_LSB = 6;  // the operation's completion is not written
  localparam int unsigned FAULT_INJECT_DROP_WIDTH = 1;
  localparam logic [15:0] REG_ERR_DESC = 16'h30;  // ro: descriptors refused before they reached an engine
  localparam logic [15:0] REG_ERR_DMA = 16'h34;  // ro: DMA transfers answered with an error
  localparam logic [15:0] REG_ERR_PARITY = 16'h38;  // ro: result words whose parity was wrong on their way to memory

  // register block engine
  localparam logic [15:0] ENGINE_BASE = 16'h100;
  localparam logic [15:0] ENGINE_STRIDE = 16'h40;
  localparam int unsigned ENGINE_COUNT = 8;
  localparam logic [15:0] ENGINE_OPS_LO = 16'h0;  // ro: operations completed
  localparam logic [15:0] ENGINE_OPS_HI = 16'h4;  // ro: 
  localparam logic [15:0] ENGINE_BYTES_LO = 16'h8;  // ro: source bytes of completed operations
  localparam logic [15:0] ENGINE_BYTES_HI = 16'hC;  // ro: 
  localparam logic [15:0] ENGINE_BUSY_LO = 16'h10;  // ro: cycles in which the engine had work
  localparam logic [15:0] ENGINE_BUSY_HI = 16'h14;  // ro: 
  localparam logic [15:0] ENGINE_FAILED = 16'h18;  // ro: operations completed with a status other than OK

  // register block queue
  localparam logic [15:0] QUEUE_BASE = 16'h1000;
  localparam logic [15:0] QUEUE_STRIDE = 16'h40;
  localparam int unsigned QUEUE_COUNT = 16;
  localparam logic [15:0] QUEUE_SQ_BASE_LO = 16'h0;  // rw: IOVA of the submission ring, 64-byte aligned
  localparam logic [15:0] QUEUE_SQ_BASE_HI = 16'h4;  // rw: 
  localparam logic [15:0] QUEUE_CQ_BASE_LO = 16'h8;  // rw: IOVA of the completion ring, 64-byte aligned
  localparam logic [15:0] QUEUE_CQ_BASE_HI = 16'hC;  // rw: 
  localparam logic [15:0] QUEUE_CONFIG = 16'h10;  // rw: written while ENABLE is 0
  localparam int unsigned QUEUE_CONFIG_SIZE_LOG2_LSB = 0;  // log2 of the entries of both rings (1..MaxRingLog2)
  localparam int unsigned QUEUE_CONFIG_SIZE_LOG2_WIDTH = 4;
  localparam int unsigned QUEUE_CONFIG_CLASS_LSB = 4;  // engine id that this queue feeds
  localparam int unsigned QUEUE_CONFIG_CLASS_WIDTH = 4;
  localparam int unsigned QUEUE_CONFIG_ENABLE_LSB = 31;  // 0 to 1 starts the queue with both indexes at 0; 1 to 0 stops it
  localparam int unsigned QUEUE_CONFIG_ENABLE_WIDTH = 1;
  localparam logic [15:0] QUEUE_SQ_TAIL = 16'h14;  // rw: doorbell: index after the last valid descriptor, counted modulo 2^16
  localparam logic [15:0] QUEUE_CQ_HEAD = 16'h18;  // rw: index after the last completion that the driver has read, counted modulo 2^16; the device never passes it by more than the ring's size
  localparam logic [15:0] QUEUE_SQ_HEAD = 16'h1C;  // ro: index after the last descriptor fetched, modulo 2^16
  localparam logic [15:0] QUEUE_ERROR = 16'h20;  // ro: 0, or why the queue stopped: 1 doorbell beyond the ring, 2 bad configuration, 3 ring DMA error

  // descriptor flags
  localparam logic [7:0] DESC_SRC_SGL = 8'h1;  // src_addr is a scatter list of src_nseg entries
  localparam logic [7:0] DESC_DST_SGL = 8'h2;  // dst_addr is a scatter list of dst_nseg entries
  localparam logic [7:0] DESC_FENCE = 8'h4;  // the source is read only after all earlier operations of this queue are in memory

  // operations; which engine serves each is in brackets
  localparam logic [7:0] OP_NOP = 8'h0;  // [any] completes with OK
  localparam logic [7:0] OP_SESSION_LOAD = 8'h10;  // [aead mac] source: struct session. Writes the context slot named by handle with its generation
  localparam logic [7:0] OP_SESSION_FREE = 8'h11;  // [aead mac] erases the slot; a stale generation is BAD_HANDLE
  localparam logic [7:0] OP_RECORD_SEAL = 8'h12;  // [aead: AES_GCM; mac: AES_CBC_*] source: plaintext (0..2^14). param0 7:0 content type. Result: the whole record with its 5-byte header
  localparam logic [7:0] OP_RECORD_OPEN = 8'h13;  // [aead: AES_GCM; mac: AES_CBC_*] source: the whole record with its header. Result: plaintext; info: content type
  localparam logic [7:0] OP_AEAD_SEAL = 8'h14;  // [aead] AES-GCM. source: IV (12 bytes) | AAD (param0 bytes) | plaintext. Result: ciphertext | tag (16)
  localparam logic [7:0] OP_AEAD_OPEN = 8'h15;  // [aead] source: IV (12) | AAD (param0 bytes) | ciphertext | tag (param1 bytes, 4..16). Result: plaintext
  localparam logic [7:0] OP_CIPHER_ENC = 8'h16;  // [aead mac] AES_CBC (whole blocks; both lanes) or AES_CTR (aead only). source: IV or first counter block (16) | data. Result: data
  localparam logic [7:0] OP_CIPHER_DEC = 8'h17;  // [aead mac] as CIPHER_ENC
  localparam logic [7:0] OP_HASH = 8'h20;  // [mac] param0: enum hash; handle 0. source: message. Result: digest
  localparam logic [7:0] OP_HMAC = 8'h21;  // [mac] session of alg HMAC_*, or AES_CBC_HMAC_* for its MAC key. source: message. Result: full tag
  localparam logic [7:0] OP_HMAC_VERIFY = 8'h22;  // [mac] source: message | expected tag (param0 bytes, 4..32). No result; AUTH_FAILED when they differ, compared in constant time
  localparam logic [7:0] OP_TLS_PRF = 8'h23;  // [mac] TLS 1.2 P_SHA256 (RFC 5246 5). handle 0. source: secret (param0 bytes, 0..64) | label and seed. param1: bytes of output (1..512). Result: output
  localparam logic [7:0] OP_KEY_LOAD = 8'h30;  // [pka] source: RFC 5649 wrapped key blob. Unwraps with the card's key and writes the slot named by handle
  localparam logic [7:0] OP_KEY_FREE = 8'h31;  // [pka] erases the slot
  localparam logic [7:0] OP_RSA_PRIVATE = 8'h32;  // [pka] source: 256-byte big-endian integer below the modulus. Result: source^d mod n, 256 bytes big-endian
  localparam logic [7:0] OP_RSA_PMS_DECRYPT = 8'h33;  // [pka] as RSA_PRIVATE, then PKCS#1 type 2 unpadding to a 48-byte premaster secret whose first two bytes must be param0 15:0 (the version as the client sent it: major in 15:8, minor in 7:0; RFC 5246 7.4.7.1); on any mismatch a random one, in constant time, status OK. Result: 48 bytes

  // completion status
  localparam logic [7:0] ST_OK = 8'h0;
  localparam logic [7:0] ST_BAD_DESC = 8'h1;  // opcode, flag, reserved field or length out of range, or not of this queue's class
  localparam logic [7:0] ST_BAD_HANDLE = 8'h2;  // no such slot, not in use, or of another generation
  localparam logic [7:0] ST_BAD_SESSION = 8'h3;  // the context does not fit the operation
  localparam logic [7:0] ST_AUTH_FAILED = 8'h4;  // tag, MAC or padding wrong (never which)
  localparam logic [7:0] ST_BAD_RECORD = 8'h5;  // record header wrong: version, or length out of range or not that of the source
  localparam logic [7:0] ST_DST_SHORT = 8'h6;  // the destination is too small
  localparam logic [7:0] ST_DMA_ERROR = 8'h7;  // a transfer was answered with an error
  localparam logic [7:0] ST_PARITY = 8'h8;  // the result was damaged between engine and memory
  localparam logic [7:0] ST_FAULT = 8'h9;  // the engine's own check of its result failed; no result
  localparam logic [7:0] ST_BAD_KEY = 8'hA;  // the blob did not unwrap, or its contents are not a usable key
  localparam logic [7:0] ST_BAD_INPUT = 8'hB;  // the operand is not below the modulus
  localparam logic [7:0] ST_SELFTEST_FAILED = 8'hC;  // the engine failed its self test and refuses work
  localparam logic [7:0] ST_SEQ_EXHAUSTED = 8'hD;  // the sequence number would wrap

  // session algorithms
  localparam logic [7:0] ALG_AES_GCM = 8'h1;  // engine aead; record (TLS 1.2) and AEAD
  localparam logic [7:0] ALG_AES_CTR = 8'h2;  // engine aead
  localparam logic [7:0] ALG_AES_CBC = 8'h3;  // engine aead or mac
  localparam logic [7:0] ALG_AES_CBC_HMAC_SHA1 = 8'h4;  // engine mac; TLS 1.0 to 1.2 records, MAC then encrypt
  localparam logic [7:0] ALG_AES_CBC_HMAC_SHA256 = 8'h5;  // engine mac; TLS 1.2 records, MAC then encrypt
  localparam logic [7:0] ALG_HMAC_SHA1 = 8'h6;  // engine mac
  localparam logic [7:0] ALG_HMAC_SHA256 = 8'h7;  // engine mac

  // hash functions
  localparam logic [7:0] HASH_SHA1 = 8'h1;  // FIPS 180-4, 20 bytes
  localparam logic [7:0] HASH_SHA256 = 8'h2;  // FIPS 180-4, 32 bytes

  // submission descriptor
  localparam int unsigned DESC_BYTES = 64;
  localparam int unsigned DESC_OPCODE_LSB = 0;  // enum opcode
  localparam int unsigned DESC_OPCODE_BITS = 8;
  localparam int unsigned DESC_FLAGS_LSB = 8;  // flag bits DESC_*
  localparam int unsigned DESC_FLAGS_BITS = 8;
  localparam int unsigned DESC_RSVD0_LSB = 16;  // zero
  localparam int unsigned DESC_RSVD0_BITS = 16;
  localparam int unsigned DESC_COOKIE_LSB = 32;  // echoed in the completion
  localparam int unsigned DESC_COOKIE_BITS = 32;
  localparam int unsigned DESC_HANDLE_LSB = 64;  // session or key slot: index in 15:0, generation in 31:16 (never 0)
  localparam int unsigned DESC_HANDLE_BITS = 32;
  localparam int unsigned DESC_SRC_LEN_LSB = 96;  // source bytes in all
  localparam int unsigned DESC_SRC_LEN_BITS = 32;
  localparam int unsigned DESC_SRC_ADDR_LSB = 128;  // IOVA of the source, or of its scatter list
  localparam int unsigned DESC_SRC_ADDR_BITS = 64;
  localparam int unsigned DESC_DST_ADDR_LSB = 192;  // IOVA of the destination, or of its scatter list
  localparam int unsigned DESC_DST_ADDR_BITS = 64;
  localparam int unsigned DESC_DST_LEN_LSB = 256;  // room at the destination in bytes; a longer result is an error and is not written past it
  localparam int unsigned DESC_DST_LEN_BITS = 32;
  localparam int unsigned DESC_SRC_NSEG_LSB = 288;  // entries of the source list when DESC_SRC_SGL (1..MaxSegments; the list is 16-byte aligned)
  localparam int unsigned DESC_SRC_NSEG_BITS = 16;
  localparam int unsigned DESC_DST_NSEG_LSB = 304;  // entries of the destination list when DESC_DST_SGL (1..MaxSegments; the list is 16-byte aligned)
  localparam int unsigned DESC_DST_NSEG_BITS = 16;
  localparam int unsigned DESC_PARAM0_LSB = 320;  // by opcode
  localparam int unsigned DESC_PARAM0_BITS = 32;
  localparam int unsigned DESC_PARAM1_LSB = 352;  // by opcode
  localparam int unsigned DESC_PARAM1_BITS = 32;
  localparam int unsigned DESC_RSVD1_LSB = 384;  // zero
  localparam int unsigned DESC_RSVD1_BITS = 64;
  localparam int unsigned DESC_RSVD2_LSB = 448;  // zero
  localparam int unsigned DESC_RSVD2_BITS = 64;

  // scatter list entry; zero length is allowed and skipped
  localparam int unsigned SEG_BYTES = 16;
  localparam int unsigned SEG_ADDR_LSB = 0;  // IOVA
  localparam int unsigned SEG_ADDR_BITS = 64;
  localparam int unsigned SEG_LEN_LSB = 64;  // bytes
  localparam int unsigned SEG_LEN_BITS = 32;
  localparam int unsigned SEG_RSVD_LSB = 96;  // zero
  localparam int unsigned SEG_RSVD_BITS = 32;

  // completion; the second half, with the phase, is written last
  localparam int unsigned CPL_BYTES = 32;
  localparam int unsigned CPL_COOKIE_LSB = 0;  // of the descriptor
  localparam int unsigned CPL_COOKIE_BITS = 32;
  localparam int unsigned CPL_STATUS_LSB = 32;  // enum status
  localparam int unsigned CPL_STATUS_BITS = 8;
  localparam int unsigned CPL_RSVD0_LSB = 40;  // zero
  localparam int unsigned CPL_RSVD0_BITS = 8;
  localparam int unsigned CPL_INFO_LSB = 48;  // by opcode: RECORD_OPEN content type
  localparam int unsigned CPL_INFO_BITS = 16;
  localparam int unsigned CPL_LENGTH_LSB = 64;  // bytes written to the destination
  localparam int unsigned CPL_LENGTH_BITS = 32;
  localparam int unsigned CPL_CYCLES_LSB = 96;  // engine cycles from taking the command to the response
  localparam int unsigned CPL_CYCLES_BITS = 32;
  localparam int unsigned CPL_SEQ_LSB = 128;  // RECORD_*: the record's sequence number; else 0
  localparam int unsigned CPL_SEQ_BITS = 64;
  localparam int unsigned CPL_SQ_HEAD_LSB = 192;  // the queue's SQ_HEAD
  localparam int unsigned CPL_SQ_HEAD_BITS = 16;
  localparam int unsigned CPL_RSVD1_LSB = 208;  // zero
  localparam int unsigned CPL_RSVD1_BITS = 16;
  localparam int unsigned CPL_PHASE_LSB = 224;  // bit 0: 1 on the first pass of the ring, toggling with each pass; other bits zero
  localparam int unsigned CPL_PHASE_BITS = 32;

  // session context, source of SESSION_LOAD (128 bytes)
  localparam int unsigned SESSION_BYTES = 128;
  localparam int unsigned SESSION_ALG_LSB = 0;  // enum alg
  localparam int unsigned SESSION_ALG_BITS = 8;
  localparam int unsigned SESSION_KEY_BYTES_LSB = 8;  // 16 or 32; 0 without a cipher
  localparam int unsigned SESSION_KEY_BYTES_BITS = 8;
  localparam int unsigned SESSION_VERSION_LSB = 16;  // TLS record version, e.g. 0x0303; 0 when not a record session
  localparam int unsigned SESSION_VERSION_BITS = 16;
  localparam int unsigned SESSION_MAC_KEY_BYTES_LSB = 32;  // 0..64
  localparam int unsigned SESSION_MAC_KEY_BYTES_BITS = 8;
  localparam int unsigned SESSION_RSVD0_LSB = 40;  // zero
  localparam int unsigned SESSION_RSVD0_BITS = 24;
  localparam int unsigned SESSION_SEQ_LSB = 64;  // sequence number of the next record
  localparam int unsigned SESSION_SEQ_BITS = 64;
  localparam int unsigned SESSION_KEY_LSB = 128;  // cipher key, first byte first
  localparam int unsigned SESSION_KEY_BITS = 256;
  localparam int unsigned SESSION_IV_LSB = 384;  // GCM: 4-byte salt; CBC of TLS 1.0: IV of the next record; else zero
  localparam int unsigned SESSION_IV_BITS = 128;
  localparam int unsigned SESSION_MAC_KEY_LSB = 512;  // HMAC key padded with zeros; the device computes the inner and outer states once and keeps only them
  localparam int unsigned SESSION_MAC_KEY_BITS = 512;

  // RSA-2048 private key with two primes, source of KEY_LOAD after unwrapping
  localparam int unsigned RSA_KEY_BYTES = 2704;
  localparam int unsigned RSA_KEY_MAGIC_LSB = 0;  // 0x3141534B
  localparam int unsigned RSA_KEY_MAGIC_BITS = 32;
  localparam int unsigned RSA_KEY_BITS_LSB = 32;  // 2048
  localparam int unsigned RSA_KEY_BITS_BITS = 16;
  localparam int unsigned RSA_KEY_RSVD0_LSB = 48;  // zero
  localparam int unsigned RSA_KEY_RSVD0_BITS = 16;
  localparam int unsigned RSA_KEY_E_LSB = 64;  // public exponent, odd, at least 3
  localparam int unsigned RSA_KEY_E_BITS = 32;
  localparam int unsigned RSA_KEY_RSVD1_LSB = 96;  // zero
  localparam int unsigned RSA_KEY_RSVD1_BITS = 32;
  localparam int unsigned RSA_KEY_P_N_LSB = 128;  // p; then n0 = -1/p mod 2^17
  localparam int unsigned RSA_KEY_P_N_BITS = 1344;
  localparam int unsigned RSA_KEY_P_EXP_LSB = 1472;  // dp = d mod p-1; then the index of the first limb that the exponentiation uses (40; less in the self test's key)
  localparam int unsigned RSA_KEY_P_EXP_BITS = 1344;
  localparam int unsigned RSA_KEY_P_KL_LSB = 2816;  // R^3 mod p, R = 2^1037
  localparam int unsigned RSA_KEY_P_KL_BITS = 1344;
  localparam int unsigned RSA_KEY_P_KH_LSB = 4160;  // 2^1025 R^4 mod p
  localparam int unsigned RSA_KEY_P_KH_BITS = 1344;
  localparam int unsigned RSA_KEY_P_BE_LSB = 5504;  // blinding: r^e R mod p; squared in the slot by every operation
  localparam int unsigned RSA_KEY_P_BE_BITS = 1344;
  localparam int unsigned RSA_KEY_P_BI_LSB = 6848;  // blinding: r^-1 R mod p, likewise
  localparam int unsigned RSA_KEY_P_BI_BITS = 1344;
  localparam int unsigned RSA_KEY_P_QI_LSB = 8192;  // R^2/q mod p
  localparam int unsigned RSA_KEY_P_QI_BITS = 1344;
  localparam int unsigned RSA_KEY_P_NQ_LSB = 9536;  // -R^4/q mod p
  localparam int unsigned RSA_KEY_P_NQ_BITS = 1344;
  localparam int unsigned RSA_KEY_Q_N_LSB = 10880;  // q; then n0 = -1/q mod 2^17
  localparam int unsigned RSA_KEY_Q_N_BITS = 1344;
  localparam int unsigned RSA_KEY_Q_EXP_LSB = 12224;  // dq, as p_exp
  localparam int unsigned RSA_KEY_Q_EXP_BITS = 1344;
  localparam int unsigned RSA_KEY_Q_KL_LSB = 13568;  // R^3 mod q
  localparam int unsigned RSA_KEY_Q_KL_BITS = 1344;
  localparam int unsigned RSA_KEY_Q_KH_LSB = 14912;  // 2^1025 R^4 mod q
  localparam int unsigned RSA_KEY_Q_KH_BITS = 1344;
  localparam int unsigned RSA_KEY_Q_BE_LSB = 16256;  // as p_be
  localparam int unsigned RSA_KEY_Q_BE_BITS = 1344;
  localparam int unsigned RSA_KEY_Q_BI_LSB = 17600;  // as p_bi
  localparam int unsigned RSA_KEY_Q_BI_BITS = 1344;
  localparam int unsigned RSA_KEY_N_LO_LSB = 18944;  // p q mod 2^1025
  localparam int unsigned RSA_KEY_N_LO_BITS = 1344;
  localparam int unsigned RSA_KEY_N_HI_LSB = 20288;  // p q / 2^1025
  localparam int unsigned RSA_KEY_N_HI_BITS = 1344;
endpackage
/* verilator lint_on UNUSEDPARAM */
