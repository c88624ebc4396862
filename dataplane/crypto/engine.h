/*
 * Record engines: who opens and seals TLS records and does public-key work. One engine object
 * belongs to one worker; every function is called by that worker only.
 *
 * Work is asynchronous: submit takes operations, poll gives them back. Operations of one session
 * come back in the order in which they were submitted; operations of different sessions may come
 * back in any order. A session must outlive its operations (REC_SESSION.inflight counts them);
 * freeing one with operations in flight is put off until they are back.
 *
 * Sequence numbers are the caller's: op->seq of successive operations of a session counts up by one
 * from rec_keys.seq. Engines that keep their own counter are thereby checked against the
 * connection's.
 */
#ifndef SLUICE_DATAPLANE_CRYPTO_ENGINE_H
#define SLUICE_DATAPLANE_CRYPTO_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_mbuf.h>

#include "common/log.h"
#include "dataplane/counters.h"
#include "dataplane/crypto/rec_alg.h"

struct rec_engine;

enum rec_status {
	REC_OK = 0,
	REC_AUTH, /* tag, MAC or padding wrong: never which */
	REC_BAD, /* the record cannot be right: header or length */
	REC_NOMEM, /* no mbuf for the result */
	/* the accelerator failed; the operation was not done, or its result cannot be trusted */
	REC_FAILED,
	REC_STALE, /* the accelerator no longer has the session (it was reset) */
	REC_UNPACK, /* authentic, but what is compressed in it is damaged or too long */
};

/* State of one direction of one connection in an engine. Engines embed it as the first member of
 * their own. */
struct rec_session {
	struct rec_engine *eng; /* who made it */
	const struct rec_alg *alg;
	uint32_t inflight;
	uint16_t version;
	uint8_t flags; /* IPC_KEYS_ETM, IPC_KEYS_DEFLATE */
	bool write;
	/* reading: its operations may be marked `ahead`. May become false, not true. */
	bool ahead;
	bool dying; /* freed by its owner while operations were in flight */
	bool dropped; /* for the owner: to be freed when `waiting` is 0 */
	uint32_t waiting; /* for the owner: operations that name it and were not submitted yet */
};

/* One record. */
struct rec_op {
	struct rec_op *next; /* for whoever owns the op */
	struct rec_session *sess;
	/*
	 * Seal: plaintext (may be NULL for an empty record) in; the whole record with its header
	 * out. Open: the whole record with its header in; plaintext out (NULL if empty). submit
	 * takes m; poll gives it back. After any status but REC_OK the chain's contents are
	 * undefined, and it is still the op's.
	 *
	 * Accelerators (engines with `recover`) never write into m's segments: after REC_OK they
	 * give the result in m and the untouched source in src (NULL: the result does not depend on
	 * earlier records), after any other status the untouched source in m. The failover wrapper,
	 * which alone calls them, redoes work from it.
	 */
	struct rte_mbuf *m;
	struct rte_mbuf *src;
	uint64_t seq;
	/* content type; after a TLS 1.3 record was opened the inner one, 0 if there is none */
	uint8_t type;
	uint8_t status; /* enum rec_status, set by poll */
	uint8_t state; /* for the owner: enum op_state of tls/ */
	uint32_t wire; /* for the owner: bytes that are accounted for it */
	uint16_t version; /* for the owner: of the header that was read */
	uint8_t epoch; /* for the owner */
	bool judged; /* for the owner */
	bool looked; /* for the owner */
	bool skipped; /* for the owner */
	bool counted; /* for the owner */
	/*
	 * Open: may need other keys than these. Any status but REC_OK is the owner's to judge, and
	 * then m is the untouched source. Only for sessions with `ahead`.
	 */
	bool ahead;
	bool recheck; /* for the failover wrapper: the card refused it */
	void *owner; /* for the owner */
	void *priv; /* for the engine */
	/* for the failover wrapper: its session, while sess is the inner engine's */
	struct rec_session *outer;
	/* for the failover wrapper: TLS 1.0, last block of an opened record */
	uint8_t last[CBC_BLOCK];
};

#define PKA_MAX_RESULT 512

/* Public-key and PRF work on a card's key slots. */
struct pka_op {
	uint64_t id;
	uint32_t kind; /* enum ipc_pka_op, or PKA_KEY_LOAD, PKA_KEY_FREE */
	uint32_t slot; /* index 15:0, generation 31:16 */
	uint32_t param, param2;
	uint32_t secret_out, secret_in; /* as in ipc_pka_do */
	uint32_t unit; /* key operations: enum ipc_unit */
	uint32_t status; /* enum ipc_pka_status */
	uint32_t in_len, out_len;
	uint8_t in[4096];
	uint8_t out[PKA_MAX_RESULT + 128]; /* the driver wants room behind some */
	bool stale; /* for the owner: nobody wants the result any more */
	void *priv; /* for the engine */
};
#define PKA_KEY_LOAD 0x100
#define PKA_KEY_FREE 0x101

enum eng_state { ENG_NONE = 0, ENG_RUNNING = 1, ENG_FAILED = 2 };

struct eng_info {
	uint32_t state; /* enum eng_state of the accelerator */
	uint32_t key_slots;
	uint32_t card; /* bits of enum ipc_card */
	uint32_t secrets; /* slots */
	uint64_t device_cycles;
	uint64_t sim_ns;
	uint32_t count;
	struct ipc_engine_stat stat[8];
};

struct rec_engine_conf {
	struct rte_mempool *pool; /* for headers, tails and out-of-place results */
	struct dp_counters *ctr;
	const struct log *log;
	uint32_t max_sessions;
	uint16_t worker; /* index, for the queue pair */
	uint16_t workers;
	const char *device; /* cryptodev name, or NULL for the first that fits */
};

struct rec_engine_ops {
	const char *name;
	uint32_t id; /* enum ipc_engine */
	/* Starts the engine for one worker. 0 or -errno. */
	int (*open)(const struct rec_engine_conf *conf, struct rec_engine **eng);
	void (*close)(struct rec_engine *eng);
	/* 0; -ENOSPC: no slot; -ENOTSUP: not this algorithm; -EIO: the engine failed. Copies what
	 * it needs of keys. */
	int (*session_new)(
		struct rec_engine *eng, const struct rec_keys *keys, struct rec_session **sess);
	/* Wipes the keys. May be called with operations in flight. */
	void (*session_free)(struct rec_session *sess);
	/* Takes the accepted prefix of ops. */
	uint16_t (*submit)(struct rec_engine *eng, struct rec_op **ops, uint16_t n);
	uint16_t (*poll)(struct rec_engine *eng, struct rec_op **ops, uint16_t n);
	/*
	 * Public-key work. 0: taken, comes back by pka_poll; -ENOTSUP: no such unit; -EAGAIN: no
	 * room now. NULL: engine without.
	 */
	int (*pka_submit)(struct rec_engine *eng, struct pka_op *op);
	uint16_t (*pka_poll)(struct rec_engine *eng, struct pka_op **ops, uint16_t n);
	/* Housekeeping about once a millisecond: timeouts, recovery. NULL: none. */
	void (*tick)(struct rec_engine *eng, uint64_t now_ms);
	/* Accelerators only: its state, cheap enough for every poll. */
	enum eng_state (*state)(const struct rec_engine *eng);
	/*
	 * Accelerators only: one step towards a running card after a failure, never waiting. 0: it
	 * runs, all older sessions and keys are gone; -EINPROGRESS: call again; another error: it
	 * did not come back this time.
	 */
	int (*recover)(struct rec_engine *eng);
	/* True once after the card was reset, so that keys must be loaded again. NULL: never. */
	bool (*was_reset)(struct rec_engine *eng);
	void (*info)(struct rec_engine *eng, struct eng_info *info);
	/* Operations in flight; the worker does not sleep while there are any. */
	uint32_t (*pending)(const struct rec_engine *eng);
};

/* First member of every engine's own struct. */
struct rec_engine {
	const struct rec_engine_ops *ops;
	struct rec_engine_conf conf;
};

extern const struct rec_engine_ops rec_engine_soft;
extern const struct rec_engine_ops rec_engine_null;
extern const struct rec_engine_ops rec_engine_cryptodev;
extern const struct rec_engine_ops rec_engine_fpga;

/* The engine by the name of --engine, or NULL. */
const struct rec_engine_ops *rec_engine_find(const char *name);

/* The wrapper's own functions: an accelerator `inner` with `soft` behind it. Takes inner. */
int failover_open(
	const struct rec_engine_conf *conf, struct rec_engine *inner, struct rec_engine **eng);

/* Builds a worker's engine: `ops` itself when it is soft or null, else the failover wrapper around
 * it. -errno if it cannot start. */
int rec_engine_start(const struct rec_engine_ops *ops, const struct rec_engine_conf *conf,
	struct rec_engine **eng);

#endif
