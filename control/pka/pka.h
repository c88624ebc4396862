/*
 * Key operations behind one asynchronous interface; what they are is in pka_op.h.
 *
 * Three back ends, chosen per operation: the card through the channel (when sluice-dp says it has
 * key slots), a thread pool for what takes long in software, libcrypto in place for the rest
 * (pka_place.c, docs/adr/0004). Whatever the card does not do (not RSA-2048, another PRF hash, no
 * answer in time, UNAVAILABLE, BUSY, REFUSED, a wrong result) is done in software: an operation
 * never fails because of the card.
 *
 * Everything runs on the loop's thread but what is on the pool.
 */
#ifndef SLUICE_CONTROL_PKA_H
#define SLUICE_CONTROL_PKA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <uv.h>

#include "common/ipc.h"
#include "common/log.h"
#include "control/cert/cert.h"
#include "control/handshake/hs.h"
#include "control/pka/pka_op.h"

#define PKA_MAX_KEYS 64

enum pka_result { PKA_FAILED = -1, PKA_PENDING = 0, PKA_INLINE = 1 };

/* Whose operation it is; handed back with the result. */
struct pka_owner {
	uint32_t worker, tag;
	uint64_t attachment; /* handles begin anew with each of them */
	ipc_conn_t conn;
};

enum pka_fault {
	PKA_FAULT_NONE,
	PKA_FAULT_REFUSE, /* pka_do() returns PKA_FAILED */
	PKA_FAULT_FAIL,	  /* done() comes with NULL */
	PKA_FAULT_STALL,  /* done() never comes */
};

struct pka_ops {
	/*
	 * A result, never from within the call that asked; none after pka_card_detached(). NULL:
	 * not even libcrypto could do it.
	 */
	void (*done)(void *ctx, const struct pka_owner *who, const uint8_t *result, size_t len);
	/* Sends to a worker's ring; 0 or -errno. */
	int (*send)(void *ctx, uint32_t worker, uint16_t type, const void *body, size_t body_len,
		const void *data, size_t data_len);
	void *ctx;
	/*
	 * Only in tests, NULL otherwise: asked before each operation that pka_do() is given; what
	 * it returns happens to it.
	 */
	enum pka_fault (*fault)(void *ctx, const struct pka_req *req);
};

struct pka_stats {
	uint64_t rsa_card, rsa_soft, prf_card, prf_soft, card_timeouts, card_refused, card_busy,
		failed;
	/* peer: with a peer's key; card_faults: wrong signatures; refused: no room; room: bytes in
	 * use */
	uint64_t sign_card, sign_soft, peer, kex, kex_card, card_faults, refused, room;
	uint64_t keys_loaded, keys_refused, in_flight;
	/* secrets: derivations asked of the card, those that failed; slots in use */
	uint64_t secrets, secrets_failed, secret_slots;
};

struct pka;

/* NULL when memory is out. timeout_ms: how long the card may take for one operation. */
struct pka *pka_new(
	uv_loop_t *loop, const struct log *log, const struct pka_ops *ops, uint32_t timeout_ms);
/* After pka_close() and the loop's last turn. */
void pka_free(struct pka *p);
/* Stops timers; results still under way on threads are dropped. */
void pka_close(struct pka *p);
/*
 * Starts the pool's threads, before system calls are restricted, and calls on_thread (may be NULL)
 * once on each.
 */
void pka_start_threads(struct pka *p, void (*on_thread)(void));

/* The card's key-encryption key: a file of 32 bytes. 0, or -1 with a sentence in err. */
int pka_load_kek(struct pka *p, const char *file, char err[CERT_ERR_LEN]);
/* How long the card may take for one operation, from now on. */
void pka_set_timeout(struct pka *p, uint32_t timeout_ms);
/* Whether operations on curves go to a card that can do them, from now on; at first they do. */
void pka_set_curves(struct pka *p, bool on_card);
/*
 * The keys that new handshakes use from now on; sets each certificate's key_index (RSA-2048 and
 * P-256 only; PKA_MAX_KEYS for others, which never go to the card). Old ones are erased from the card.
 */
void pka_set_keys(struct pka *p, struct cert *const *certs, unsigned count);

/* What there is of a card: nothing when slots is 0. */
struct pka_card_info {
	uint32_t slots; /* for keys, in each of its units */
	uint32_t can; /* bits of enum ipc_card */
	uint32_t secrets; /* slots for secrets */
};
/* The card is there, every slot of it is empty. Loads the keys. */
void pka_card_attached(struct pka *p, const struct pka_card_info *card);
/* The channel is gone, and every connection with it: what is on the card is forgotten. */
void pka_card_detached(struct pka *p);
/* PKA_DONE. */
void pka_card_done(struct pka *p, const struct ipc_pka_done *msg, const uint8_t *data);

/*
 * Any request of pka_op.h. PKA_INLINE: the result is in out (room for PKA_OP_MAX_OUT) and *out_len;
 * PKA_PENDING: done() comes later; PKA_FAILED: it could not be done at all. `in` and what req
 * points to are needed during the call only.
 */
int pka_do(struct pka *p, const struct pka_owner *who, const struct pka_req *req, const uint8_t *in,
	size_t len, uint8_t *out, size_t *out_len);

/*
 * Slots for secrets on the card. new: a handle, or 0 when there is none; next: another generation for
 * the same slot, to be written anew. free: erases what they hold (through worker's queue) and takes the
 * slots back; handles of an earlier card are ignored. (pka_secret.c)
 */
uint32_t pka_secret_new(struct pka *p);
uint32_t pka_secret_next(struct pka *p, uint32_t handle);
void pka_secret_free(struct pka *p, uint32_t worker, const uint32_t *handles, unsigned count);
/* PKA_SECRETS without an answer: what depends on it fails when it did. */
void pka_secret_send(struct pka *p, uint32_t worker, const void *steps, size_t len);

void pka_stats(const struct pka *p, struct pka_stats *stats);
bool pka_has_card(const struct pka *p);
bool pka_has_secrets(const struct pka *p);

#endif
