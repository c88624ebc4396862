/* Inside pka/: jobs, keys and the two back ends. */
#ifndef SLUICE_CONTROL_PKA_INT_H
#define SLUICE_CONTROL_PKA_INT_H

#include "common/keyblob.h"
#include "control/pka/pka.h"
#include "control/pka/pka_soft.h"
#include "control/pka/pka_threads.h"

#define PKA_MAX_JOBS	    65536
#define PKA_MAX_ROOM	    (64u << 20) /* bytes of all operations under way together */
#define PKA_CARD_MAX_RESULT 256
#define PKA_CARD_MODULUS    256 /* the card's RSA keys */

enum pka_where { PKA_FREE, PKA_CARD, PKA_THREAD, PKA_STUCK };

/* One operation under way. What it holds is secret: wiped when it ends. */
struct pka_job {
	struct pka_job *next; /* on a list of the threads */
	struct pka *p;
	struct pka_owner who;
	struct pka_req req;	       /* cert and peer are not kept: key is */
	EVP_PKEY *key;		       /* own reference; NULL when the kind needs none */
	uint64_t deadline;	       /* loop time, ms */
	struct pka_job *newer, *older; /* on the card: by age */
	uint32_t index, gen;
	uint8_t where; /* enum pka_where */
	bool card_only, nothing; /* nothing: a test's, that is not done */
	int rc;
	uint32_t in_len, room_len;
	size_t out_len;
	uint8_t *in, *out; /* one allocation of room_len bytes, as long as this operation needs */
};

enum pka_slot_state { PKA_SLOT_EMPTY, PKA_SLOT_LOADING, PKA_SLOT_READY, PKA_SLOT_REFUSED };

struct pka_key {
	EVP_PKEY *key; /* own reference; NULL: unused */
	uint32_t slot; /* index and generation on the card */
	uint8_t state; /* enum pka_slot_state */
	bool wanted;
};

struct pka {
	uv_loop_t *loop;
	const struct log *log;
	struct pka_ops ops;
	uv_timer_t timer;
	struct pka_threads *threads;
	struct pka_job **jobs; /* by index */
	uint32_t *spare;       /* free indexes, a stack */
	uint32_t spare_count, job_count;
	size_t room;			 /* bytes of all jobs */
	struct pka_job *oldest, *newest; /* on the card */
	struct pka_key keys[PKA_MAX_KEYS];
	uint16_t generation;
	struct pka_card_info card;
	uint32_t timeout_ms;
	bool has_kek, closing, curves_soft;
	uint8_t kek[KEYBLOB_KEK_BYTES];
	struct pka_stats stats;
	/* secret slots: free ones as a stack, and each one's last generation */
	uint16_t *secret_gen, *secret_spare;
	uint32_t secret_spares;
};

/* pka_card.c */
/* The card has this kind of operation and, where it needs one, the key. */
bool pka_card_can(const struct pka *p, const struct pka_req *req, const EVP_PKEY *key, size_t len,
	uint32_t *slot);
/* Sends the job to the card. False: it cannot take it. */
bool pka_card_try(struct pka *p, struct pka_job *j, uint32_t slot);
void pka_card_load(struct pka *p, struct pka_key *k);
void pka_card_erase(struct pka *p, struct pka_key *k);
/* The usable handle of a key, or 0. */
uint32_t pka_card_slot(const struct pka *p, unsigned index, const EVP_PKEY *key);
/* What a key exchange or a signature on a curve is on the card (pka_card_ec.c): the message and its
 * data, which go to `room` (PKA_CARD_EC_MAX bytes). NULL: it cannot be done there. */
#define PKA_CARD_EC_MAX 160
bool pka_card_ec_can(const struct pka *p, const struct pka_req *req, const EVP_PKEY *key, size_t len);
/* False: what the peer sent is no share of its group, which software says by an empty result (pka_op.h). */
bool pka_card_ec_share_fits(const struct pka_req *req, const uint8_t *in, size_t len);
const uint8_t *pka_card_ec_ask(struct pka_job *j, struct ipc_pka_do *msg, uint8_t *room);
/* The card's result as pka_op.h has it, to j->out. False: it cannot be right. */
bool pka_card_ec_result(struct pka_job *j, const uint8_t *data, size_t len);
/* Bytes that the card's result has. */
size_t pka_card_ec_len(const struct pka_job *j);
/* What the card must be able to do for a key on a curve (enum ipc_card); 0: it has no such curve. */
uint32_t pka_card_ec_bit(const EVP_PKEY *key);

/* Takes a job off the list of the card. */
void pka_card_unlink(struct pka *p, struct pka_job *j);
void pka_card_timer(uv_timer_t *t);

/* pka_secret.c */
/* As many slots as the card says, all free. False: no memory. */
bool pka_secret_attached(struct pka *p, uint32_t slots);
void pka_secret_detached(struct pka *p);
/* Their memory, which outlives a card that goes and comes back. */
void pka_secret_end(struct pka *p);
#define PKA_SECRET_ID (1ull << 62) /* of messages that nobody waits for */

/* pka.c */
void pka_job_soft(struct pka *p, struct pka_job *j);
/* Wipes the job and takes it back; nobody is told. */
void pka_job_drop(struct pka *p, struct pka_job *j);
/* Hands j->out to the owner (NULL when j->rc is not 0) and drops the job. */
void pka_job_finish(struct pka *p, struct pka_job *j);
/* Counts an operation done in software. */
void pka_count_soft(struct pka *p, const struct pka_req *req);

#endif
