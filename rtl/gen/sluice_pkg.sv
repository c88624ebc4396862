// Generated from rtl/regs/sluice.toml by rtl/regs/gen.py (`make regs`). Do not edit.
// Offsets, fields, limits, codes and memory layouts of the device. Used as sluice_pkg::X, never imported.
// Structures: NAME_FIELD_LSB and _BITS are bit positions in the structure as one vector, byte k in bits 8k+7:8k.
/* verilator lint_off UNUSEDPARAM */
package sluice_pkg;
  // identity
  localparam logic [31:0] MAGIC = 32'h43554C53;
  localparam logic [31:0] MAP_VERSION = 32'h2;
  localparam logic [31:0] MAP_HASH = 32'hA5698F7C;
  localparam int unsigned BAR_BYTES = 65536;
  localparam int unsigned BAR_AW = 16;

  // limits
  localparam int unsigned NumQueues = 32;  // submission/completion queue pairs
  localparam int unsigned NumQueuesMax = 64;
  localparam int unsigned NumSessions = 1024;  // session context slots in each symmetric lane
  localparam int unsigned NumSessionsMax = 65536;
  localparam int unsigned NumKeys = 16;  // private key slots in each public-key class
  localparam int unsigned NumKeysMax = 64;
  localparam int unsigned NumSecrets = 1024;  // secret slots
  localparam int unsigned NumSecretsMax = 65536;
  localparam int unsigned SecretBytes = 192;  // bytes of the longest secret: a key block of TLS 1.2 with two 32-byte keys, two 48-byte MAC keys, two IVs
  localparam int unsigned SecretBytesMax = 192;
  localparam int unsigned NumFunctions = 8;  // functions that queues may belong to
  localparam int unsigned NumFunctionsMax = 8;
  localparam int unsigned MaxSegments = 64;  // entries of one scatter list
  localparam int unsigned MaxSegmentsMax = 64;
  localparam int unsigned MaxRecord = 18437;  // bytes of the longest TLS record with its header (RFC 5246 6.2.3: 2^14 + 2048 + 5)
  localparam int unsigned MaxRecordMax = 18437;
  localparam int unsigned MaxRingLog2 = 12;  // log2 of the longest ring
  localparam int unsigned MaxRingLog2Max = 15;
  localparam int unsigned MaxEddsaMessage = 256;  // bytes of the longest message of EDDSA_SIGN: more than a server of TLS signs (RFC 8446 4.4.3, RFC 8422 5.4)
  localparam int unsigned MaxEddsaMessageMax = 256;

  // engine ids
  localparam logic [3:0] ENGINE_AEAD = 4'h0;  // AES pipe with GHASH: GCM records of TLS 1.2 and 1.3, AEAD, CTR and CBC ciphers at one block a cycle
  localparam logic [3:0] ENGINE_MAC = 4'h1;  // SHA-1, SHA-2, HMAC, PRF and HKDF, CBC with HMAC records, chained ciphers
  localparam logic [3:0] ENGINE_PKA = 4'h2;  // large Montgomery engines: RSA from write-only key slots
  localparam logic [3:0] ENGINE_ECC = 4'h3;  // small Montgomery engines: P-256, P-384, X25519, Ed25519, from write-only key slots
  localparam logic [3:0] ENGINE_CHACHA = 4'h4;  // ChaCha20-Poly1305: AEAD and records of TLS 1.2 and 1.3
  localparam logic [3:0] ENGINE_KDF = 4'h5;  // secret slots and what may be derived from them: key schedules of TLS 1.2 and 1.3, wrapping
  localparam int unsigned NumEngines = 6;  // engine ids of this build are below it
  localparam logic [7:0] EngineMask = 8'h3F;  // bit per engine id: this build holds it

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
  localparam logic [15:0] REG_CAP2 = 16'h3C;  // ro: what this build has, continued; zero for an engine that it does not hold
  localparam int unsigned CAP2_ECC_ENGINES_LSB = 0;  // engines of class ecc
  localparam int unsigned CAP2_ECC_ENGINES_WIDTH = 8;
  localparam int unsigned CAP2_CHACHA_LANES_LSB = 8;  // lanes of engine chacha
  localparam int unsigned CAP2_CHACHA_LANES_WIDTH = 4;
  localparam int unsigned CAP2_KDF_LSB = 12;  // secret slots and engine kdf
  localparam int unsigned CAP2_KDF_WIDTH = 1;
  localparam int unsigned CAP2_ENGINES_LSB = 16;  // bit per engine id that this build holds; a queue of another class is a bad configuration
  localparam int unsigned CAP2_ENGINES_WIDTH = 8;
  localparam logic [15:0] REG_CAP3 = 16'h40;  // ro: what this build has, continued
  localparam int unsigned CAP3_NUM_SECRETS_LSB = 0;  // secret slots; zero without engine kdf
  localparam int unsigned CAP3_NUM_SECRETS_WIDTH = 20;
  localparam logic [15:0] REG_CTRL = 16'h14;  // rw: device control
  localparam int unsigned CTRL_ENABLE_LSB = 0;  // queues run
  localparam int unsigned CTRL_ENABLE_WIDTH = 1;
  localparam int unsigned CTRL_RESET_LSB = 1;  // write one: abandon all work, clear queues, erase every session and key, run the self test; reads zero when over
  localparam int unsigned CTRL_RESET_WIDTH = 1;
  localparam int unsigned CTRL_ZEROIZE_LSB = 2;  // write one: as the tamper pin does (STATUS.TAMPER)
  localparam int unsigned CTRL_ZEROIZE_WIDTH = 1;
  localparam logic [15:0] REG_STATUS = 16'h18;  // ro: device state
  localparam int unsigned STATUS_READY_LSB = 0;  // reset and self test are over
  localparam int unsigned STATUS_READY_WIDTH = 1;
  localparam int unsigned STATUS_BUSY_LSB = 1;  // work in flight
  localparam int unsigned STATUS_BUSY_WIDTH = 1;
  localparam int unsigned STATUS_FATAL_LSB = 2;  // an internal state machine reached its error state; reset is needed
  localparam int unsigned STATUS_FATAL_WIDTH = 1;
  localparam int unsigned STATUS_TAMPER_LSB = 3;  // the tamper pin was active or CTRL.ZEROIZE was written: engines were reset at once and erased all slots, queues are stopped; ends with CTRL.RESET while the pin is at rest
  localparam int unsigned STATUS_TAMPER_WIDTH = 1;
  localparam int unsigned STATUS_ENTROPY_LSB = 4;  // the generator's health tests failed; operations that need random numbers end with NO_ENTROPY until reset
  localparam int unsigned STATUS_ENTROPY_WIDTH = 1;
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
  localparam logic [15:0] REG_INT_STATUS0 = 16'h44;  // rw: bit per queue 0..31: completions to look at; write one to clear, then look at the ring
  localparam logic [15:0] REG_INT_STATUS1 = 16'h48;  // rw: likewise, queues 32..63
  localparam logic [15:0] REG_INT_ENABLE0 = 16'h4C;  // rw: bit per queue 0..31: INT_STATUS raises the queue's vector; 0 after reset (poll)
  localparam logic [15:0] REG_INT_ENABLE1 = 16'h50;  // rw: likewise, queues 32..63

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

  // register block func
  localparam logic [15:0] FUNC_BASE = 16'h400;
  localparam logic [15:0] FUNC_STRIDE = 16'h20;
  localparam int unsigned FUNC_COUNT = 8;
  localparam logic [15:0] FUNC_BASE_LO = 16'h0;  // rw: first byte of the window
  localparam logic [15:0] FUNC_BASE_HI = 16'h4;  // rw: 
  localparam logic [15:0] FUNC_LIMIT_LO = 16'h8;  // rw: last byte of the window
  localparam logic [15:0] FUNC_LIMIT_HI = 16'hC;  // rw: 
  localparam logic [15:0] FUNC_CTRL = 16'h10;  // rw: written while the function has no work in flight
  localparam int unsigned FUNC_CTRL_ENABLE_LSB = 0;  // the window is enforced: an operation that leaves it is a DMA_ERROR, a ring that leaves it stops its queue (ERROR 3); 0: all of memory
  localparam int unsigned FUNC_CTRL_ENABLE_WIDTH = 1;
  localparam logic [15:0] FUNC_ERRORS = 16'h14;  // ro: addresses outside the window (they count in ERR_DMA too)

  // register block queue
  localparam logic [15:0] QUEUE_BASE = 16'h1000;
  localparam logic [15:0] QUEUE_STRIDE = 16'h40;
  localparam int unsigned QUEUE_COUNT = 64;
  localparam logic [15:0] QUEUE_SQ_BASE_LO = 16'h0;  // rw: IOVA of the submission ring, 64-byte aligned
  localparam logic [15:0] QUEUE_SQ_BASE_HI = 16'h4;  // rw: 
  localparam logic [15:0] QUEUE_CQ_BASE_LO = 16'h8;  // rw: IOVA of the completion ring, 64-byte aligned
  localparam logic [15:0] QUEUE_CQ_BASE_HI = 16'hC;  // rw: 
  localparam logic [15:0] QUEUE_CONFIG = 16'h10;  // rw: written while ENABLE is 0
  localparam int unsigned QUEUE_CONFIG_SIZE_LOG2_LSB = 0;  // log2 of the entries of both rings (1..MaxRingLog2)
  localparam int unsigned QUEUE_CONFIG_SIZE_LOG2_WIDTH = 4;
  localparam int unsigned QUEUE_CONFIG_CLASS_LSB = 4;  // engine id that this queue feeds
  localparam int unsigned QUEUE_CONFIG_CLASS_WIDTH = 4;
  localparam int unsigned QUEUE_CONFIG_FUNC_LSB = 8;  // function that this queue belongs to: whose slots its descriptors may name and whose memory window holds
  localparam int unsigned QUEUE_CONFIG_FUNC_WIDTH = 3;
  localparam int unsigned QUEUE_CONFIG_ENABLE_LSB = 31;  // 0 to 1 starts the queue with both indexes at 0; 1 to 0 stops it
  localparam int unsigned QUEUE_CONFIG_ENABLE_WIDTH = 1;
  localparam logic [15:0] QUEUE_SQ_TAIL = 16'h14;  // rw: doorbell: index after the last valid descriptor, counted modulo 2^16
  localparam logic [15:0] QUEUE_CQ_HEAD = 16'h18;  // rw: index after the last completion that the driver has read, counted modulo 2^16; the device never passes it by more than the ring's size
  localparam logic [15:0] QUEUE_SQ_HEAD = 16'h1C;  // ro: index after the last descriptor fetched, modulo 2^16
  localparam logic [15:0] QUEUE_ERROR = 16'h20;  // ro: 0, or why the queue stopped: 1 doorbell beyond the ring, 2 bad configuration (ring size, address, or a class without an engine), 3 ring DMA error, 4 started while STATE.BUSY
  localparam logic [15:0] QUEUE_STATE = 16'h24;  // ro: work of this queue
  localparam int unsigned QUEUE_STATE_BUSY_LSB = 0;  // something of this queue is in flight. A queue that was stopped drops what was fetched and not started; what runs ends without a completion; its memory and rings may be freed, and it may be started again, once this is 0
  localparam int unsigned QUEUE_STATE_BUSY_WIDTH = 1;
  localparam int unsigned QUEUE_STATE_INFLIGHT_LSB = 8;  // descriptors fetched whose completion is not in memory yet
  localparam int unsigned QUEUE_STATE_INFLIGHT_WIDTH = 8;
  localparam logic [15:0] QUEUE_COALESCE = 16'h28;  // rw: when completions set INT_STATUS
  localparam int unsigned QUEUE_COALESCE_COUNT_LSB = 0;  // with that many since the last time (0 and 1: with each)
  localparam int unsigned QUEUE_COALESCE_COUNT_WIDTH = 8;
  localparam int unsigned QUEUE_COALESCE_TIME_LSB = 16;  // or that many cycles after the first of them, if not 0
  localparam int unsigned QUEUE_COALESCE_TIME_WIDTH = 16;

  // descriptor flags
  localparam logic [7:0] DESC_SRC_SGL = 8'h1;  // src_addr is a scatter list of src_nseg entries
  localparam logic [7:0] DESC_DST_SGL = 8'h2;  // dst_addr is a scatter list of dst_nseg entries
  localparam logic [7:0] DESC_FENCE = 8'h4;  // the source is read only after all earlier operations of this queue are in memory

  // operations; which engine serves each is in brackets
  localparam logic [7:0] OP_NOP = 8'h0;  // [any] completes with OK
  localparam logic [7:0] OP_SESSION_LOAD = 8'h10;  // [aead mac chacha] source: struct session. Writes the context slot named by handle with its generation. handle2: secret of kind KEY_BLOCK to take keys and IVs from (session.slice says which), those fields of the context are zero then
  localparam logic [7:0] OP_SESSION_FREE = 8'h11;  // [aead mac chacha] erases the slot; a stale generation is BAD_HANDLE
  localparam logic [7:0] OP_RECORD_SEAL = 8'h12;  // [aead: AES_GCM; chacha; mac: AES_CBC_*] source: plaintext (0..2^14). param0 7:0 content type; param1: bytes of TLS 1.3 padding (plaintext and padding at most 2^14), else zero. Result: the whole record with its 5-byte header
  localparam logic [7:0] OP_RECORD_OPEN = 8'h13;  // [aead: AES_GCM; chacha; mac: AES_CBC_*] source: the whole record with its header. Result: plaintext, without TLS 1.3's inner type and padding; info: content type (TLS 1.3: the inner one; BAD_RECORD when there is none)
  localparam logic [7:0] OP_AEAD_SEAL = 8'h14;  // [aead: AES-GCM; chacha] source: IV (12 bytes) | AAD (param0 bytes) | plaintext. Result: ciphertext | tag (16)
  localparam logic [7:0] OP_AEAD_OPEN = 8'h15;  // [aead chacha] source: IV (12) | AAD (param0 bytes) | ciphertext | tag (param1 bytes, 4..16; chacha: 16). Result: plaintext
  localparam logic [7:0] OP_CIPHER_ENC = 8'h16;  // [aead mac] AES_CBC (whole blocks; both lanes) or AES_CTR (aead only). source: IV or first counter block (16) | data. Result: data
  localparam logic [7:0] OP_CIPHER_DEC = 8'h17;  // [aead mac] as CIPHER_ENC
  localparam logic [7:0] OP_HASH = 8'h20;  // [mac] param0: enum hash; handle 0. source: message. Result: digest
  localparam logic [7:0] OP_HMAC = 8'h21;  // [mac] session of alg HMAC_*, or AES_CBC_HMAC_* for its MAC key. source: message. Result: full tag
  localparam logic [7:0] OP_HMAC_VERIFY = 8'h22;  // [mac] source: message | expected tag (param0 bytes, 4..64). No result; AUTH_FAILED when they differ, compared in constant time
  localparam logic [7:0] OP_TLS_PRF = 8'h23;  // [mac] TLS 1.2 P_hash (RFC 5246 5). handle 0. source: secret (param0 7:0 bytes, 0..64) | label and seed. param0 15:8: enum hash, SHA256 (or 0) or SHA384. param1: bytes of output (1..512). Result: output
  localparam logic [7:0] OP_KDF = 8'h24;  // [kdf] param0: enum kdf; param1 7:0: enum hash (SHA256 or SHA384), 31:16 bytes of a key block. handle: secret that goes in (0 where the kdf says none); handle3: second secret; handle2: slot for the result (free, or of this function; not the handle of a secret that goes in), or 0 for those with a public result. source: as the kdf says. A derivation marked `once` spends that use of the secret's generation: the next one is BAD_SECRET
  localparam logic [7:0] OP_SECRET_WRAP = 8'h25;  // [kdf] handle: secret of kind MASTER or PSK. No source, param0 and param1 zero. Result: RFC 5649 wrap of kind, length, function, zero (a byte each) and the value (48 or 64 bytes in all) by HMAC-SHA256(the card's key, `sluice secret wrap`), which only cards with this card's fuses have
  localparam logic [7:0] OP_SECRET_UNWRAP = 8'h26;  // [kdf] source: what SECRET_WRAP gave; handle2: slot for it. BAD_KEY when it does not unwrap, or was wrapped for another function
  localparam logic [7:0] OP_SECRET_FREE = 8'h27;  // [kdf] handle: erases the slot
  localparam logic [7:0] OP_HKDF_EXTRACT = 8'h28;  // [mac] RFC 5869 2.2. param0 7:0 bytes of salt (0..64), 15:8 enum hash. source: salt | input keying material (0..256 bytes). Result: PRK
  localparam logic [7:0] OP_HKDF_EXPAND = 8'h29;  // [mac] RFC 5869 2.3. param0 7:0 bytes of PRK (0..64), 15:8 enum hash. param1: bytes of output (1..512). source: PRK | info (0..256 bytes). Result: output
  localparam logic [7:0] OP_KEY_LOAD = 8'h30;  // [pka ecc] source: RFC 5649 wrapped key blob (struct rsa_key, rsa_key_large, ec_key, by length and magic). Unwraps with the card's key and writes the slot named by handle
  localparam logic [7:0] OP_KEY_FREE = 8'h31;  // [pka ecc] erases the slot
  localparam logic [7:0] OP_RSA_PRIVATE = 8'h32;  // [pka] source: big-endian integer below the modulus, as long as it. Result: source^d mod n, likewise
  localparam logic [7:0] OP_RSA_PMS_DECRYPT = 8'h33;  // [pka] as RSA_PRIVATE, then PKCS#1 type 2 unpadding to a 48-byte premaster secret whose first two bytes must be param0 15:0 (the version as the client sent it: major in 15:8, minor in 7:0; RFC 5246 7.4.7.1); on any mismatch a random one, in constant time, status OK. Result: 48 bytes; none when handle2 names a secret slot, which takes them as kind PREMASTER
  localparam logic [7:0] OP_RSA_PUBLIC = 8'h34;  // [pka] handle 0. param0: bytes of the modulus (256, 384 or 512); param1: public exponent (odd, 3..2^32-1). source: modulus | input, big-endian, param0 bytes each. Result: input^e mod n
  localparam logic [7:0] OP_ECDSA_SIGN = 8'h40;  // [ecc: P256 P384] handle: key slot. param0 7:0 enum curve; param1: bytes of the digest (20..64; its leftmost bits count, FIPS 186-4 6.4). source: digest. Result: r | s, each as long as the order; the nonce comes from the generator on the card
  localparam logic [7:0] OP_ECDSA_VERIFY = 8'h41;  // [ecc: P256 P384] handle 0. param0, param1 as ECDSA_SIGN. source: r | s | x | y | digest, big-endian. No result; AUTH_FAILED when the signature is wrong, BAD_INPUT when the point is not on the curve
  localparam logic [7:0] OP_EC_KEYGEN = 8'h42;  // [ecc: P256 P384 X25519] handle 0. param0 7:0 enum curve. No source. Result: private | public; with handle2 only public, and the slot takes the private key as kind EC_PRIVATE. P256, P384: scalar big-endian, point as x | y. X25519: RFC 7748
  localparam logic [7:0] OP_ECDH = 8'h43;  // [ecc: P256 P384 X25519] param0 7:0 enum curve. handle3: secret of kind EC_PRIVATE, source: peer's public; or handle3 0, source: private | peer's public. Result: shared secret (x coordinate); none with handle2, whose slot takes it as kind PREMASTER. BAD_INPUT: not a valid point, or an all-zero secret (RFC 7748 6.1)
  localparam logic [7:0] OP_ECDH_RESPOND = 8'h44;  // [ecc: P256 P384 X25519] EC_KEYGEN and ECDH with the new key in one. param0 7:0 enum curve. source: peer's public. Result: own public | shared secret; own public only with handle2, whose slot takes the secret as kind PREMASTER
  localparam logic [7:0] OP_EC_MUL = 8'h45;  // [ecc: P256 P384] param0 7:0 enum curve. source: scalar | x | y. Result: x | y of the product; BAD_INPUT when the point is not on the curve or the product is at infinity
  localparam logic [7:0] OP_EDDSA_SIGN = 8'h46;  // [ecc] Ed25519 (RFC 8032 5.1), PureEdDSA. handle: key slot. source: message, at most MaxEddsaMessage bytes. Result: signature, 64 bytes

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
  localparam logic [7:0] ST_BAD_SECRET = 8'hE;  // no such secret, of another function or generation, or not of the kind that the operation wants
  localparam logic [7:0] ST_NO_ENTROPY = 8'hF;  // the generator's health test failed; operations that need random numbers are refused until reset
  localparam logic [7:0] ST_ABORTED = 8'h10;  // the operation ran longer than its bound, or its queue was reset

  // session algorithms
  localparam logic [7:0] ALG_AES_GCM = 8'h1;  // engine aead; record (TLS 1.2, 1.3) and AEAD
  localparam logic [7:0] ALG_AES_CTR = 8'h2;  // engine aead
  localparam logic [7:0] ALG_AES_CBC = 8'h3;  // engine aead or mac
  localparam logic [7:0] ALG_AES_CBC_HMAC_SHA1 = 8'h4;  // engine mac; TLS 1.0 to 1.2 records, MAC then encrypt or (session.flags) encrypt then MAC; version 0x0300: the MAC of SSL 3.0 (RFC 6101 5.2.3.1)
  localparam logic [7:0] ALG_AES_CBC_HMAC_SHA256 = 8'h5;  // engine mac; TLS 1.2 records, MAC then encrypt or encrypt then MAC
  localparam logic [7:0] ALG_HMAC_SHA1 = 8'h6;  // engine mac
  localparam logic [7:0] ALG_HMAC_SHA256 = 8'h7;  // engine mac
  localparam logic [7:0] ALG_CHACHA20_POLY1305 = 8'h8;  // engine chacha; record (TLS 1.2, 1.3) and AEAD (RFC 8439)
  localparam logic [7:0] ALG_HMAC_SHA384 = 8'h9;  // engine mac
  localparam logic [7:0] ALG_HMAC_SHA512 = 8'hA;  // engine mac
  localparam logic [7:0] ALG_AES_CBC_HMAC_SHA384 = 8'hB;  // engine mac; TLS 1.2 records, MAC then encrypt or encrypt then MAC

  // hash functions
  localparam logic [7:0] HASH_SHA1 = 8'h1;  // FIPS 180-4, 20 bytes
  localparam logic [7:0] HASH_SHA256 = 8'h2;  // FIPS 180-4, 32 bytes
  localparam logic [7:0] HASH_SHA384 = 8'h3;  // FIPS 180-4, 48 bytes
  localparam logic [7:0] HASH_SHA512 = 8'h4;  // FIPS 180-4, 64 bytes

  // elliptic curves
  localparam logic [7:0] CURVE_P256 = 8'h1;  // secp256r1, SP 800-186
  localparam logic [7:0] CURVE_P384 = 8'h2;  // secp384r1
  localparam logic [7:0] CURVE_X25519 = 8'h3;  // RFC 7748
  localparam logic [7:0] CURVE_ED25519 = 8'h4;  // RFC 8032

  // what a secret slot holds; an operation takes only the kinds that it names
  localparam logic [7:0] SECRET_PREMASTER = 8'h1;  // premaster secret of TLS 1.2, or shared secret of a key exchange
  localparam logic [7:0] SECRET_MASTER = 8'h2;  // master secret of TLS 1.2, 48 bytes
  localparam logic [7:0] SECRET_KEY_BLOCK = 8'h3;  // key block of TLS 1.2 (RFC 5246 6.3: client MAC key, server MAC key, client key, server key, client IV, server IV); or key | IV of TLS 1.3: slice WHOLE
  localparam logic [7:0] SECRET_EARLY = 8'h4;  // early secret, RFC 8446 7.1
  localparam logic [7:0] SECRET_HANDSHAKE = 8'h5;  // handshake secret
  localparam logic [7:0] SECRET_MAIN = 8'h6;  // master secret of TLS 1.3
  localparam logic [7:0] SECRET_TRAFFIC = 8'h7;  // a traffic secret
  localparam logic [7:0] SECRET_BINDER = 8'h8;  // binder key
  localparam logic [7:0] SECRET_RESUMPTION = 8'h9;  // resumption master secret
  localparam logic [7:0] SECRET_PSK = 8'hA;  // pre-shared key of a ticket
  localparam logic [7:0] SECRET_EC_PRIVATE = 8'hB;  // ephemeral private key; read once

  // which keys of a KEY_BLOCK a session takes; each of CLIENT and SERVER once a generation, WHOLE counts as both
  localparam logic [7:0] SLICE_NONE = 8'h0;  // keys are in the context
  localparam logic [7:0] SLICE_CLIENT = 8'h1;  // TLS 1.2 key block: the client's writing keys. Lengths by alg and key_bytes, mac_key_bytes; IV part: 4 bytes GCM, 12 ChaCha20, 16 CBC of TLS 1.0 and SSL 3.0, else 0
  localparam logic [7:0] SLICE_SERVER = 8'h2;  // likewise, the server's
  localparam logic [7:0] SLICE_WHOLE = 8'h3;  // TLS 1.3: key, then 12 bytes of IV

  // derivations of engine kdf: in -> out. Labels and structures are made on the card, so nothing that is a key can be asked for as a public result
  localparam logic [7:0] KDF_T12_MASTER = 8'h1;  // PREMASTER (once, with the next and T13_HANDSHAKE) -> MASTER; source: client random | server random (RFC 5246 8.1)
  localparam logic [7:0] KDF_T12_EXTENDED_MASTER = 8'h2;  // PREMASTER -> MASTER; source: session hash (RFC 7627 4)
  localparam logic [7:0] KDF_T12_KEY_BLOCK = 8'h3;  // MASTER (once) -> KEY_BLOCK of param1 31:16 bytes (1..192); source: server random | client random (RFC 5246 6.3)
  localparam logic [7:0] KDF_T12_CLIENT_FINISHED = 8'h4;  // MASTER -> 12 bytes, public; source: hash of the handshake messages (RFC 5246 7.4.9)
  localparam logic [7:0] KDF_T12_SERVER_FINISHED = 8'h5;  // likewise, the server's
  localparam logic [7:0] KDF_T13_EARLY = 8'h10;  // PSK, or no secret -> EARLY (RFC 8446 7.1). Of TLS 1.3, every secret that goes in but a PREMASTER is as long as the hash, else BAD_SECRET
  localparam logic [7:0] KDF_T13_HANDSHAKE = 8'h11;  // EARLY (once), handle3: PREMASTER (once) or none -> HANDSHAKE; source: 0..64 bytes put before the shared secret (hybrid key exchange). Without handle3 they are the shared secret; neither: zeros as long as the hash
  localparam logic [7:0] KDF_T13_MAIN = 8'h12;  // HANDSHAKE (once) -> MAIN
  localparam logic [7:0] KDF_T13_BINDER = 8'h13;  // EARLY -> BINDER (label res binder)
  localparam logic [7:0] KDF_T13_CLIENT_EARLY = 8'h14;  // EARLY (once) -> TRAFFIC (c e traffic); source: transcript hash
  localparam logic [7:0] KDF_T13_CLIENT_HANDSHAKE = 8'h15;  // HANDSHAKE (once) -> TRAFFIC (c hs traffic); source: transcript hash
  localparam logic [7:0] KDF_T13_SERVER_HANDSHAKE = 8'h16;  // HANDSHAKE (once) -> TRAFFIC (s hs traffic); source: transcript hash
  localparam logic [7:0] KDF_T13_CLIENT_APPLICATION = 8'h17;  // MAIN (once) -> TRAFFIC (c ap traffic); source: transcript hash
  localparam logic [7:0] KDF_T13_SERVER_APPLICATION = 8'h18;  // MAIN (once) -> TRAFFIC (s ap traffic); source: transcript hash
  localparam logic [7:0] KDF_T13_RESUMPTION = 8'h19;  // MAIN -> RESUMPTION (res master); source: transcript hash
  localparam logic [7:0] KDF_T13_PSK = 8'h1A;  // RESUMPTION -> PSK; source: ticket nonce, 0..255 bytes (RFC 8446 4.6.1)
  localparam logic [7:0] KDF_T13_UPDATE = 8'h1B;  // TRAFFIC (once) -> TRAFFIC (traffic upd, RFC 8446 7.2)
  localparam logic [7:0] KDF_T13_KEYS = 8'h1C;  // TRAFFIC (once) -> KEY_BLOCK: key of param1 31:16 bytes (16 or 32), 12 bytes of IV (RFC 8446 7.3)
  localparam logic [7:0] KDF_T13_FINISHED = 8'h1D;  // TRAFFIC or BINDER -> public: verify_data (RFC 8446 4.4.4); source: transcript hash

  // bit per engine id that serves the opcode
  function automatic logic [7:0] op_engines(input logic [7:0] op);
    unique case (op)
      OP_NOP: op_engines = 8'hFF;
      OP_SESSION_LOAD: op_engines = 8'h13;
      OP_SESSION_FREE: op_engines = 8'h13;
      OP_RECORD_SEAL: op_engines = 8'h13;
      OP_RECORD_OPEN: op_engines = 8'h13;
      OP_AEAD_SEAL: op_engines = 8'h11;
      OP_AEAD_OPEN: op_engines = 8'h11;
      OP_CIPHER_ENC: op_engines = 8'h03;
      OP_CIPHER_DEC: op_engines = 8'h03;
      OP_HASH: op_engines = 8'h02;
      OP_HMAC: op_engines = 8'h02;
      OP_HMAC_VERIFY: op_engines = 8'h02;
      OP_TLS_PRF: op_engines = 8'h02;
      OP_KDF: op_engines = 8'h20;
      OP_SECRET_WRAP: op_engines = 8'h20;
      OP_SECRET_UNWRAP: op_engines = 8'h20;
      OP_SECRET_FREE: op_engines = 8'h20;
      OP_HKDF_EXTRACT: op_engines = 8'h02;
      OP_HKDF_EXPAND: op_engines = 8'h02;
      OP_KEY_LOAD: op_engines = 8'h0C;
      OP_KEY_FREE: op_engines = 8'h0C;
      OP_RSA_PRIVATE: op_engines = 8'h04;
      OP_RSA_PMS_DECRYPT: op_engines = 8'h04;
      OP_RSA_PUBLIC: op_engines = 8'h04;
      OP_ECDSA_SIGN: op_engines = 8'h0C;
      OP_ECDSA_VERIFY: op_engines = 8'h0C;
      OP_EC_KEYGEN: op_engines = 8'h0C;
      OP_ECDH: op_engines = 8'h0C;
      OP_ECDH_RESPOND: op_engines = 8'h0C;
      OP_EC_MUL: op_engines = 8'h0C;
      OP_EDDSA_SIGN: op_engines = 8'h08;
      default: op_engines = 8'h00;
    endcase
  endfunction
  // bit 0: the opcode may use handle2, bit 1: handle3
  function automatic logic [1:0] op_handles(input logic [7:0] op);
    unique case (op)
      OP_SESSION_LOAD: op_handles = 2'h1;
      OP_KDF: op_handles = 2'h3;
      OP_SECRET_UNWRAP: op_handles = 2'h1;
      OP_RSA_PMS_DECRYPT: op_handles = 2'h1;
      OP_EC_KEYGEN: op_handles = 2'h1;
      OP_ECDH: op_handles = 2'h3;
      OP_ECDH_RESPOND: op_handles = 2'h1;
      default: op_handles = 2'h0;
    endcase
  endfunction

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
  localparam int unsigned DESC_HANDLE2_LSB = 384;  // secret slot, where the opcode says so: it takes the result, or (SESSION_LOAD) gives the keys; else zero
  localparam int unsigned DESC_HANDLE2_BITS = 32;
  localparam int unsigned DESC_HANDLE3_LSB = 416;  // second secret that goes in, where the opcode says so; else zero
  localparam int unsigned DESC_HANDLE3_BITS = 32;
  localparam int unsigned DESC_RSVD2_LSB = 448;  // zero; at an engine's port bits 7:0 are the function that the queue belongs to
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
  localparam int unsigned SESSION_FLAGS_LSB = 40;  // bit 0: encrypt then MAC (RFC 7366; CBC records of TLS 1.0 to 1.2); other bits zero
  localparam int unsigned SESSION_FLAGS_BITS = 8;
  localparam int unsigned SESSION_SLICE_LSB = 48;  // enum slice: which part of the secret handle2 holds the keys; zero when the keys are in this context
  localparam int unsigned SESSION_SLICE_BITS = 8;
  localparam int unsigned SESSION_RSVD0_LSB = 56;  // zero
  localparam int unsigned SESSION_RSVD0_BITS = 8;
  localparam int unsigned SESSION_SEQ_LSB = 64;  // sequence number of the next record
  localparam int unsigned SESSION_SEQ_BITS = 64;
  localparam int unsigned SESSION_KEY_LSB = 128;  // cipher key, first byte first
  localparam int unsigned SESSION_KEY_BITS = 256;
  localparam int unsigned SESSION_IV_LSB = 384;  // GCM of TLS 1.2: 4-byte salt; GCM of TLS 1.3 and ChaCha20-Poly1305: 12-byte IV; CBC of SSL 3.0 and TLS 1.0: IV of the next record; else zero
  localparam int unsigned SESSION_IV_BITS = 128;
  localparam int unsigned SESSION_MAC_KEY_LSB = 512;  // HMAC (SSL 3.0: MAC) key padded with zeros; HMAC keys of 65 to 128 bytes are the host's to hash first. The device computes the inner and outer states once and keeps only them
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

  // RSA-3072 or RSA-4096 private key with two primes, source of KEY_LOAD after unwrapping. As struct rsa_key with 82 limbs instead of 41: R = 2^2074, numbers of the modulus' length are cut at 2^2050
  localparam int unsigned RSA_KEY_LARGE_BYTES = 5328;
  localparam int unsigned RSA_KEY_LARGE_MAGIC_LSB = 0;  // 0x3141534B
  localparam int unsigned RSA_KEY_LARGE_MAGIC_BITS = 32;
  localparam int unsigned RSA_KEY_LARGE_BITS_LSB = 32;  // 3072 or 4096
  localparam int unsigned RSA_KEY_LARGE_BITS_BITS = 16;
  localparam int unsigned RSA_KEY_LARGE_RSVD0_LSB = 48;  // zero
  localparam int unsigned RSA_KEY_LARGE_RSVD0_BITS = 16;
  localparam int unsigned RSA_KEY_LARGE_E_LSB = 64;  // public exponent, odd, at least 3
  localparam int unsigned RSA_KEY_LARGE_E_BITS = 32;
  localparam int unsigned RSA_KEY_LARGE_RSVD1_LSB = 96;  // zero
  localparam int unsigned RSA_KEY_LARGE_RSVD1_BITS = 32;
  localparam int unsigned RSA_KEY_LARGE_P_N_LSB = 128;  // p; then n0 = -1/p mod 2^17
  localparam int unsigned RSA_KEY_LARGE_P_N_BITS = 2656;
  localparam int unsigned RSA_KEY_LARGE_P_EXP_LSB = 2784;  // dp; then the index of the first limb that the exponentiation uses (61 or 81)
  localparam int unsigned RSA_KEY_LARGE_P_EXP_BITS = 2656;
  localparam int unsigned RSA_KEY_LARGE_P_KL_LSB = 5440;  // R^3 mod p
  localparam int unsigned RSA_KEY_LARGE_P_KL_BITS = 2656;
  localparam int unsigned RSA_KEY_LARGE_P_KH_LSB = 8096;  // 2^2050 R^4 mod p
  localparam int unsigned RSA_KEY_LARGE_P_KH_BITS = 2656;
  localparam int unsigned RSA_KEY_LARGE_P_BE_LSB = 10752;  // blinding: r^e R mod p
  localparam int unsigned RSA_KEY_LARGE_P_BE_BITS = 2656;
  localparam int unsigned RSA_KEY_LARGE_P_BI_LSB = 13408;  // blinding: r^-1 R mod p
  localparam int unsigned RSA_KEY_LARGE_P_BI_BITS = 2656;
  localparam int unsigned RSA_KEY_LARGE_P_QI_LSB = 16064;  // R^2/q mod p
  localparam int unsigned RSA_KEY_LARGE_P_QI_BITS = 2656;
  localparam int unsigned RSA_KEY_LARGE_P_NQ_LSB = 18720;  // -R^4/q mod p
  localparam int unsigned RSA_KEY_LARGE_P_NQ_BITS = 2656;
  localparam int unsigned RSA_KEY_LARGE_Q_N_LSB = 21376;  // q; then n0 = -1/q mod 2^17
  localparam int unsigned RSA_KEY_LARGE_Q_N_BITS = 2656;
  localparam int unsigned RSA_KEY_LARGE_Q_EXP_LSB = 24032;  // dq, as p_exp
  localparam int unsigned RSA_KEY_LARGE_Q_EXP_BITS = 2656;
  localparam int unsigned RSA_KEY_LARGE_Q_KL_LSB = 26688;  // R^3 mod q
  localparam int unsigned RSA_KEY_LARGE_Q_KL_BITS = 2656;
  localparam int unsigned RSA_KEY_LARGE_Q_KH_LSB = 29344;  // 2^2050 R^4 mod q
  localparam int unsigned RSA_KEY_LARGE_Q_KH_BITS = 2656;
  localparam int unsigned RSA_KEY_LARGE_Q_BE_LSB = 32000;  // as p_be
  localparam int unsigned RSA_KEY_LARGE_Q_BE_BITS = 2656;
  localparam int unsigned RSA_KEY_LARGE_Q_BI_LSB = 34656;  // as p_bi
  localparam int unsigned RSA_KEY_LARGE_Q_BI_BITS = 2656;
  localparam int unsigned RSA_KEY_LARGE_N_LO_LSB = 37312;  // p q mod 2^2050
  localparam int unsigned RSA_KEY_LARGE_N_LO_BITS = 2656;
  localparam int unsigned RSA_KEY_LARGE_N_HI_LSB = 39968;  // p q / 2^2050
  localparam int unsigned RSA_KEY_LARGE_N_HI_BITS = 2656;

  // private key on a curve, source of KEY_LOAD after unwrapping. Byte strings begin at a field's first byte, zeros follow
  localparam int unsigned EC_KEY_BYTES = 160;
  localparam int unsigned EC_KEY_MAGIC_LSB = 0;  // 0x3143454B
  localparam int unsigned EC_KEY_MAGIC_BITS = 32;
  localparam int unsigned EC_KEY_CURVE_LSB = 32;  // enum curve: P256, P384, ED25519
  localparam int unsigned EC_KEY_CURVE_BITS = 8;
  localparam int unsigned EC_KEY_RSVD0_LSB = 40;  // zero
  localparam int unsigned EC_KEY_RSVD0_BITS = 8;
  localparam int unsigned EC_KEY_RSVD1_LSB = 48;  // zero
  localparam int unsigned EC_KEY_RSVD1_BITS = 16;
  localparam int unsigned EC_KEY_RSVD2_LSB = 64;  // zero
  localparam int unsigned EC_KEY_RSVD2_BITS = 64;
  localparam int unsigned EC_KEY_SCALAR_LSB = 128;  // P256, P384: private scalar, 1..order-1, big-endian, as long as the order; ED25519: the 32-byte private key (seed) of RFC 8032
  localparam int unsigned EC_KEY_SCALAR_BITS = 384;
  localparam int unsigned EC_KEY_X_LSB = 512;  // public point: x, big-endian; ED25519: the 32-byte public key
  localparam int unsigned EC_KEY_X_BITS = 384;
  localparam int unsigned EC_KEY_Y_LSB = 896;  // public point: y, big-endian; ED25519: zero
  localparam int unsigned EC_KEY_Y_BITS = 384;
endpackage
/* verilator lint_on UNUSEDPARAM */
