/* Inside pka/: jobs, keys and the two back ends. */
#ifndef SLUICE_CONTROL_PKA_INT_H
#define SLUICE_CONTROL_PKA_INT_H

#include "common/keyblob.h"
#include "control/pka/pka.h"
#include "control/pka/pka_soft.h"

#define PKA_MAX_INPUT 640
#define PKA_MAX_JOBS 65536

enum pka_where { PKA_FREE, PKA_CARD, PKA_THREAD };

/* One operation under way. Holds secrets: wiped when it ends. */
struct pka_job {
	uv_work_t work;
	struct pka *p;
	struct pka_owner who;
	EVP_PKEY *key; /* own reference; NULL for a PRF */
	uint64_t deadline; /* loop time, ms */
	struct pka_job *newer, *older; /* on the card: by age */
	uint32_t index, gen;
	uint8_t where; /* enum pka_where */
	uint8_t prf;
	uint16_t client_version, in_len, secret_len, out_len;
	int rc;
	uint8_t in[PKA_MAX_INPUT], out[PKA_MAX_RESULT];
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
	struct pka_job **jobs; /* by index */
	uint32_t *spare; /* free indexes, a stack */
	uint32_t spare_count, job_count;
	struct pka_job *oldest, *newest; /* on the card */
	struct pka_key keys[PKA_MAX_KEYS];
	uint16_t generation;
	uint32_t card_slots, timeout_ms;
	bool has_kek, closing;
	uint8_t kek[KEYBLOB_KEK_BYTES];
	struct pka_stats stats;
};

/* pka_card.c */
/* Sends the job to the card. False: it cannot take it. */
bool pka_card_try(struct pka *p, struct pka_job *j, uint32_t slot);
void pka_card_load(struct pka *p, struct pka_key *k);
void pka_card_erase(struct pka *p, struct pka_key *k);
/* The usable handle of a key, or 0. */
uint32_t pka_card_slot(const struct pka *p, unsigned index, const EVP_PKEY *key);
/* Takes a job off the list of the card. */
void pka_card_unlink(struct pka *p, struct pka_job *j);
void pka_card_timer(uv_timer_t *t);

/* pka.c */
void pka_job_soft(struct pka *p, struct pka_job *j);
/* Wipes the job and takes it back; nobody is told. */
void pka_job_drop(struct pka *p, struct pka_job *j);
void pka_job_finish(struct pka *p, struct pka_job *j, const uint8_t *result, size_t len);

#endif
