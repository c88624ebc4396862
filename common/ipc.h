/*
 * The channel between sluice-dp and sluice-cp: message bodies and their rules.
 * Layouts are native-endian, naturally aligned and checked by static asserts in ipc.c; both processes run on one host.
 *
 * Rules
 * - One ring pair per worker (chan.h). A message belongs to the ring pair it came on; connection handles are per worker.
 * - A handle that is not live is dropped and counted by the receiver, never an error: both sides close at any time.
 * - Every length, index and enum in a message is checked by the receiver; a malformed message makes the receiver detach
 *   (control side) or drop the attachment (dataplane side) and count IPC_MALFORMED.
 * - Secrets in messages are wiped from the ring by the reader after it copied them out (chan_release_wipe).
 */
#ifndef SLUICE_COMMON_IPC_H
#define SLUICE_COMMON_IPC_H

#include <stdint.h>

#define IPC_VERSION 3
#define IPC_MAX_MSG 20480 /* longest message with its body and data, bytes */
#define IPC_MAX_DATA 18432 /* longest trailing data, bytes */

enum ipc_type {
#define IPC_MSG(name, num, body, data) IPC_##name = num,
#include "ipc.def"
};

/* Connection handle: index in 31:0, generation in 63:32 (never 0, so that a whole handle is never 0). */
typedef uint64_t ipc_conn_t;

struct ipc_addr {
	uint8_t family; /* 4 or 6 */
	uint8_t rsvd;
	uint16_t port; /* host order */
	uint8_t ip[16]; /* network order; IPv4 in the first four bytes */
};

struct ipc_hello {
	uint32_t version; /* IPC_VERSION */
	uint32_t worker; /* index of this ring pair */
	uint32_t workers; /* ring pairs in all */
	uint32_t engine; /* enum ipc_engine of the record engine */
	uint32_t key_slots; /* private key slots on the card; 0: run public-key work in the control process */
	uint32_t max_conns; /* connections that this worker can hold */
	uint64_t boot_id; /* new at every start of sluice-dp */
	uint32_t card; /* bits of enum ipc_card */
	uint32_t secrets; /* secret slots on the card */
};
/* What the card can do of public-key work. */
enum ipc_card {
	IPC_CARD_RSA2048 = 0x01, /* RSA_PMS_DECRYPT, RSA_PRIVATE of 2048 bits */
	IPC_CARD_PRF_SHA256 = 0x02, /* TLS_PRF */
	IPC_CARD_PRF_SHA384 = 0x04,
	IPC_CARD_P256 = 0x08, /* ECDSA_SIGN, EC_KEYGEN, ECDH, ECDH_RESPOND */
	IPC_CARD_X25519 = 0x10, /* the last three */
	IPC_CARD_SECRETS = 0x20, /* KDF; secret slots */
	IPC_CARD_ED25519 = 0x40, /* EDDSA_SIGN */
	IPC_CARD_P384 = 0x80, /* as P256 */
};
enum ipc_engine { IPC_ENGINE_SOFT = 1, IPC_ENGINE_FPGA = 2, IPC_ENGINE_CRYPTODEV = 3, IPC_ENGINE_NULL = 4 };

struct ipc_hello_ack {
	uint32_t version;
	uint32_t rsvd;
};

enum ipc_role { IPC_ROLE_SERVER = 0, IPC_ROLE_CLIENT = 1 };
struct ipc_conn_open {
	ipc_conn_t conn;
	uint32_t listener; /* server role: id of CFG_LISTENER; client role: id of CFG_POOL */
	uint8_t role; /* enum ipc_role: ours in the TLS handshake */
	uint8_t rsvd;
	uint16_t server; /* client role: index of the server in its pool */
	ipc_conn_t front; /* client role: the client's connection that this one is for; else 0 */
	struct ipc_addr peer;
	struct ipc_addr local;
};

struct ipc_record_in {
	ipc_conn_t conn;
	uint8_t type; /* content type 20, 21 or 22 (TLS 1.3: the inner one), or TLS_CT_SSL2: one SSL 2.0 record */
	uint8_t epoch; /* read epoch that opened it; 0 = plaintext; counts the read keys in effect so far, modulo 256 */
	uint16_t version; /* record header's version, 0x0300.., or 0x0002 */
	uint32_t bytes; /* trailing data: the record's plaintext */
};

/* When a key takes effect. */
enum ipc_keys_when {
	/*
	 * write: every record sent after this message. read, TLS 1.3 and SSL 2.0 only: every record
	 * after the handshake record handed over last; the dataplane waits there for READ_ON.
	 */
	IPC_KEYS_NOW = 1,
	IPC_KEYS_AFTER_CCS = 2, /* read: the record after the next CCS (or the one just seen; the dataplane reads no further until it has the key) */
};
enum ipc_keys_dir { IPC_DIR_READ = 1, IPC_DIR_WRITE = 2 };
enum ipc_alg { /* record protection algorithms */
	IPC_ALG_AES128_GCM = 1,
	IPC_ALG_AES256_GCM = 2,
	IPC_ALG_AES128_CBC_SHA1 = 3,
	IPC_ALG_AES256_CBC_SHA1 = 4,
	IPC_ALG_AES128_CBC_SHA256 = 5,
	IPC_ALG_AES256_CBC_SHA256 = 6,
	IPC_ALG_CHACHA20_POLY1305 = 7, /* TLS 1.2, 1.3 */
	IPC_ALG_AES256_CBC_SHA384 = 8, /* TLS 1.2 */
	IPC_ALG_3DES_CBC_SHA1 = 9, /* SSL 3.0 to TLS 1.2 */
	IPC_ALG_RC4_SHA1 = 10,
	IPC_ALG_RC4_MD5 = 11, /* SSL 2.0 as well */
	IPC_ALG_NULL_SHA1 = 12,
	IPC_ALG_NULL_MD5 = 13,
	IPC_ALG_NULL_SHA256 = 14, /* TLS 1.2 */
	IPC_ALG_3DES_CBC_MD5 = 15, /* SSL 2.0 only */
	IPC_ALG_COUNT /* one past the last */
};
enum ipc_keys_flag {
	IPC_KEYS_ETM = 1, /* encrypt-then-MAC, RFC 7366; CBC algorithms only */
	IPC_KEYS_DEFLATE = 2, /* records are compressed before protection, RFC 3749; SSL 3.0 to TLS 1.2 */
	IPC_KEYS_RELEASE = 4, /* write: ends the hold of IPC_SEND_HOLD */
	/* with a secret of TLS 1.2: the client's half of the key block; else the server's */
	IPC_KEYS_OF_CLIENT = 8,
};
struct ipc_keys_set {
	ipc_conn_t conn;
	uint8_t dir; /* enum ipc_keys_dir */
	uint8_t when; /* enum ipc_keys_when */
	uint16_t version; /* of the protocol: 0x0002, 0x0300..0x0304 */
	uint32_t alg; /* enum ipc_alg */
	/* first sequence number; SSL 2.0 counts from the connection's first record, plaintext ones too */
	uint64_t seq;
	uint8_t key_len, mac_key_len, iv_len;
	uint8_t flags; /* enum ipc_keys_flag */
	/* not 0: the card's secret slot that has the keys, which are zeros here; there is no doing without the card then */
	uint32_t secret;
	uint8_t key[32];
	uint8_t mac_key[48]; /* SSL 2.0: the same bytes as key (its MAC secret) */
	/* TLS 1.2 GCM: 4-byte salt; TLS 1.3 and ChaCha20-Poly1305: 12 bytes; CBC up to TLS 1.0 and SSL 2.0: first IV */
	uint8_t iv[16];
};

enum ipc_pka_op {
	IPC_PKA_RSA_PMS_DECRYPT = 1, /* data: 256-byte ciphertext; param: client version 0x0303; result: 48-byte premaster secret */
	IPC_PKA_RSA_PRIVATE = 2, /* data: 256-byte padded input; result: 256 bytes */
	IPC_PKA_TLS_PRF = 3, /* data: secret (param 7:0 bytes) | label | seed; param 15:8: enum ipc_hash; param2: output bytes; result: output */
	IPC_PKA_ECDSA_SIGN = 4, /* data: digest, 20..64 bytes; param: enum ipc_curve; result: r | s */
	/* param: enum ipc_curve; result: private | public; with secret_out: public */
	IPC_PKA_EC_KEYGEN = 5,
	/* data: private | peer's public, or with secret_in peer's public; param: enum ipc_curve; result: shared secret, or with secret_out none */
	IPC_PKA_ECDH = 6,
	/* data: peer's public; param: enum ipc_curve; result: public | shared secret; with secret_out: public */
	IPC_PKA_ECDH_RESPOND = 7,
	/*
	 * data: steps (struct ipc_kdf_step, then its source padded to 4 bytes), at most
	 * IPC_KDF_MAX_STEPS; done in order, up to the first that fails. Result: the public results in order.
	 */
	IPC_PKA_KDF = 8,
	IPC_PKA_EDDSA_SIGN = 9, /* data: message, at most IPC_PKA_MAX_EDDSA bytes; result: 64 bytes (RFC 8032 5.1.6) */
};
#define IPC_PKA_MAX_EDDSA 256
/* As the card numbers them; P-256, P-384: points as x | y, scalars big-endian; X25519: RFC 7748. */
enum ipc_curve { IPC_CURVE_P256 = 1, IPC_CURVE_P384 = 2, IPC_CURVE_X25519 = 3 };
enum ipc_hash { IPC_HASH_DEFAULT = 0, IPC_HASH_SHA256 = 2, IPC_HASH_SHA384 = 3 };
#define IPC_KDF_MAX_STEPS 24
/*
 * One operation on the card's secrets. Handles are index 15:0, generation 31:16 (never 0); the control
 * process gives them out, a generation is not used twice for an index while a card is attached.
 */
struct ipc_kdf_step {
	uint32_t in, in2, out; /* handle, handle3 and handle2 of the card's descriptor */
	uint8_t kdf; /* enum kdf of the register map, or enum ipc_kdf_more */
	uint8_t hash; /* enum ipc_hash */
	uint16_t key_block; /* bytes of a key block or key */
	uint16_t src_len; /* source bytes that follow, at most IPC_KDF_MAX_SOURCE */
	uint16_t out_len; /* bytes of public result expected; 0: none */
};
enum ipc_kdf_more {
	IPC_KDF_WRAP = 0x80, /* in -> public: the wrapped secret */
	IPC_KDF_UNWRAP = 0x81, /* source: wrapped; -> out */
	IPC_KDF_FREE = 0x82, /* in; a slot that is empty is no failure */
};
#define IPC_KDF_MAX_SOURCE 256
#define IPC_KDF_WRAPPED(len) ((((len) + 4u + 7u) & ~7u) + 8u) /* bytes of a wrapped secret of len bytes */
enum ipc_pka_status {
	IPC_PKA_OK = 0,
	IPC_PKA_UNAVAILABLE = 1, /* no card, card failed or slot empty: do it in the control process */
	IPC_PKA_REFUSED = 2, /* the card refused the operand or the key blob */
	IPC_PKA_BUSY = 3, /* no room in the queues: do it in the control process */
};
struct ipc_pka_do {
	uint64_t id; /* chosen by control, echoed */
	uint32_t op; /* enum ipc_pka_op */
	uint32_t slot; /* key handle on the card: index 15:0, generation 31:16; 0 for PRF */
	uint32_t param;
	uint32_t param2;
	uint32_t bytes; /* trailing data */
	uint32_t secret_out; /* secret slot that takes the secret part of the result; 0: none */
	uint32_t secret_in; /* secret slot with the private key (ECDH); 0: none */
	uint32_t rsvd;
};
struct ipc_pka_done {
	uint64_t id;
	uint32_t status; /* enum ipc_pka_status */
	uint32_t bytes; /* trailing data */
};
struct ipc_key_load {
	uint64_t id; /* answered by PKA_DONE without data */
	uint32_t slot; /* as in ipc_pka_do */
	uint32_t bytes; /* trailing data: RFC 5649 blob; 0 for KEY_FREE */
	uint32_t unit; /* enum ipc_unit; each has key_slots slots of its own */
	uint32_t rsvd;
};
enum ipc_unit { IPC_UNIT_RSA = 0, IPC_UNIT_EC = 1 };
struct ipc_device_reset {
	uint32_t key_slots; /* 0: the card is gone for good */
	uint32_t card; /* as in ipc_hello */
	uint32_t secrets; /* likewise */
	uint32_t rsvd;
};

struct ipc_records_send {
	ipc_conn_t conn;
	uint8_t type; /* 20, 21, 22, or TLS_CT_SSL2: exactly one SSL 2.0 record */
	uint8_t flags; /* enum ipc_send_flag */
	uint16_t version; /* record version for the header of plaintext records */
	uint32_t bytes; /* trailing data, cut into records of at most 2^14 by the dataplane */
};

enum ipc_send_flag {
	/*
	 * No application data may follow until RECORDS_SEND without this flag or KEYS_SET with
	 * IPC_KEYS_RELEASE: between ChangeCipherSpec and Finished, between KeyUpdate and its keys.
	 */
	IPC_SEND_HOLD = 1,
};

/*
 * The control process took all handshake bytes handed over so far: read on. The dataplane stops
 * reading behind a handshake (or SSL 2.0) record, until this message,
 *  - while the version is not known (no READ_ON with a version yet),
 *  - in TLS 1.3 and during an SSL 2.0 handshake, behind each one,
 *  - up to TLS 1.2 behind the first one after a ChangeCipherSpec (the Finished is being judged).
 * Keys that take effect there come before it.
 */
struct ipc_read_on {
	ipc_conn_t conn;
	uint16_t version; /* negotiated: 0x0002, 0x0300..0x0304; 0: not known yet */
	uint16_t rsvd;
	/*
	 * TLS 1.3 server that refused early data (RFC 8446 4.2.10): so many bytes of application
	 * records that do not open (or come in plaintext before a second ClientHello) are skipped.
	 */
	uint32_t skip_bytes;
};

enum ipc_ready_flag {
	/* TLS 1.3 early data: application data may flow though the handshake is not over; its records go on to control */
	IPC_READY_EARLY = 1,
};
/* RFC 8449 4: the least limit is 64, and in TLS 1.3 the content type counts as one of them */
#define IPC_MIN_FRAGMENT 63
struct ipc_conn_ready {
	ipc_conn_t conn;
	uint32_t pool; /* server role; 0 in client role */
	/* plaintext bytes per record this peer accepts, at least IPC_MIN_FRAGMENT; 0 = 2^14 */
	uint16_t max_fragment;
	uint16_t flags; /* enum ipc_ready_flag */
	/* trailing data: sent to the pool's server before the client's first byte (PROXY protocol v2 header) */
	uint32_t bytes;
	uint32_t early_max; /* IPC_READY_EARLY: so many bytes of early data at most, RFC 8446 4.2.10 */
};

/* A direction's keys have protected so many records that they should be replaced (RFC 8446 5.5). */
struct ipc_key_limit {
	ipc_conn_t conn;
	uint8_t dir; /* enum ipc_keys_dir */
	uint8_t rsvd[7];
	uint64_t seq;
};

enum ipc_close_how { IPC_CLOSE_ALERT = 1, /* send alert, then close */ IPC_CLOSE_RESET = 2 /* TCP reset, nothing sent */ };
struct ipc_conn_close {
	ipc_conn_t conn;
	uint8_t how; /* enum ipc_close_how */
	uint8_t level; /* alert level 1 or 2 */
	uint8_t alert; /* alert description */
	uint8_t rsvd[5];
};

struct ipc_conn_closed {
	ipc_conn_t conn;
	uint32_t reason; /* enum ipc_close_reason */
	uint8_t alert_sent, alert_received, rsvd[2]; /* 255 = none */
	uint64_t bytes_in, bytes_out; /* application data */
};
enum ipc_close_reason {
	IPC_CLOSED_NORMAL = 1, /* close_notify or FIN both ways */
	IPC_CLOSED_PEER_RESET = 2,
	IPC_CLOSED_TIMEOUT = 3,
	IPC_CLOSED_TLS_ERROR = 4, /* alert sent or received */
	IPC_CLOSED_BACKEND = 5, /* no server of the pool could be reached, or it reset */
	IPC_CLOSED_CONTROL = 6, /* CONN_CLOSE */
	IPC_CLOSED_RESOURCES = 7,
};

struct ipc_cfg_begin {
	uint32_t generation;
	uint32_t rsvd;
};
struct ipc_cfg_iface { /* one leg: a port of the dataplane and its address */
	uint32_t port; /* ethdev index as sluice-dp was started with */
	uint16_t mtu; /* 0: what the port says */
	uint8_t prefix; /* bits */
	uint8_t rsvd;
	struct ipc_addr addr; /* .port unused */
};
struct ipc_cfg_listener {
	uint32_t id;
	uint32_t backlog; /* half-open connections before SYN cookies */
	struct ipc_addr addr;
	uint32_t handshake_timeout_ms;
	uint32_t idle_timeout_ms;
	uint32_t max_record; /* largest plaintext record sent, 512..16384 */
	uint32_t flags; /* enum ipc_listen_flag */
	uint32_t rekey_records; /* KEY_LIMIT after so many records of one key; 0: the algorithm's own limit */
	uint32_t rsvd;
};
enum ipc_listen_flag {
	IPC_LISTEN_V2 = 1, /* the first record may be an SSL 2.0 one */
};
struct ipc_cfg_pool {
	uint32_t id;
	uint32_t connect_timeout_ms;
	uint32_t retries; /* other servers to try after the first */
	uint32_t flags; /* enum ipc_pool_flag */
	uint32_t handshake_timeout_ms; /* with IPC_POOL_TLS */
	uint32_t rekey_records; /* as for a listener */
};
enum ipc_pool_flag {
	IPC_POOL_TLS = 1, /* TLS to the servers: CONN_OPEN with the client's role once TCP is connected */
	IPC_POOL_V2 = 2, /* with TLS: the first record may be an SSL 2.0 one */
};
struct ipc_cfg_server {
	uint32_t pool;
	uint32_t rsvd;
	struct ipc_addr addr;
};
struct ipc_cfg_limits {
	uint32_t max_conns; /* per worker; 0: what HELLO said */
	uint32_t control_wait_ms; /* how long a new handshake waits for an absent control process */
	uint32_t idle_poll_us; /* longest sleep of an idle worker; 0: never sleep */
	uint32_t rsvd;
};
struct ipc_cfg_result {
	uint32_t generation;
	int32_t status; /* 0 or -errno: then the old configuration goes on */
	char text[112]; /* what was wrong, NUL-terminated */
};

struct ipc_counters {
	uint32_t count; /* u64 values that follow */
	uint32_t rsvd;
};
struct ipc_engine_stat {
	char name[16];
	uint64_t ops, bytes, cycles, failed; /* cycles: of the engine, 0 when it has none */
};
struct ipc_engine_info {
	uint32_t count; /* ipc_engine_stat that follow */
	uint32_t state; /* 0 none, 1 running, 2 failed: work done by soft */
	uint64_t device_cycles; /* clock cycles of the device in all */
	uint64_t sim_ns; /* wall time the simulation was running; 0 on a card */
	uint32_t in_flight; /* operations that this worker has in its engine */
	uint32_t rsvd;
};

/* Size of a message body by type, or -1 for an unknown type. *has_data (may be NULL): trailing data allowed. */
int ipc_body_size(uint16_t type, int *has_data);
/* "CONN_OPEN", or "?" */
const char *ipc_type_name(uint16_t type);
/*
 * The trailing data length a message declares (its `bytes`, or count times the element for COUNTERS and ENGINE_INFO), 0 for types
 * without. body must hold ipc_body_size() bytes. Returns 0, or -EBADMSG when type is unknown or when body + data is not `len`.
 */
int ipc_check(uint16_t type, const void *body, uint32_t len, uint32_t *data_len);

#endif
