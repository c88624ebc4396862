/*
 * Golden model of the Sluice device, inside: what its files share. The outside is sim/bridge/sluice_sim.h.
 * Functional, not cycle accurate: every operation is done at once, by libcrypto, and costs a plausible number of cycles.
 */
#ifndef SLUICE_MODEL_H
#define SLUICE_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "common/gen/sluice_regs.h"
#include "sim/bridge/sluice_sim.h"

#define MODEL_SESSIONS SLUICE_NUM_SESSIONS
#define MODEL_KEYS SLUICE_NUM_KEYS
#define MODEL_MAX_SOURCE (8u << 20) /* bytes of one operation; the device streams, the model buffers */
#define MODEL_DIGEST_MAX 32u

/* The source, result and verdict of one operation. */
struct model_job {
	const struct sluice_desc *desc;
	uint8_t *src; /* desc->src_len bytes, and room for the tag of an in-place computation */
	uint32_t src_len;
	uint8_t *dst; /* room for MODEL_RESULT_MAX(src_len) bytes */
	uint32_t dst_len; /* bytes of the result */
	uint16_t info;
	uint64_t seq;
	uint64_t cycles;
	uint8_t status;
};
#define MODEL_RESULT_MAX(src_len) ((src_len) + 1024u)

struct model_session {
	bool used;
	uint16_t gen;
	struct sluice_session ctx;
};

struct model_key {
	bool used;
	uint16_t gen;
	void *rsa; /* struct model_rsa of model_rsa.c */
};

struct model_engine {
	uint64_t ops, bytes, busy;
	uint32_t failed;
	bool hung, flip; /* flip: the next result is damaged */
};

struct model_queue {
	uint64_t sq_base, cq_base;
	uint32_t config;
	uint16_t sq_tail, sq_head, cq_head, cq_tail;
	uint8_t error;
};

struct sluice_sim {
	struct sluice_sim_config cfg;
	struct sluice_sim_stats stats;
	uint64_t rng; /* of the seeded stream when cfg.random is NULL */
	uint64_t reset_cycles; /* value of stats.cycles at the last reset */
	uint64_t ready_at; /* stats.cycles at which the self test is over */
	int64_t credit; /* cycles granted and not yet used by work; negative while an operation is paid off */
	uint32_t ctrl, fault, cycles_hi;
	uint32_t err_desc, err_dma, err_parity;
	unsigned int next_queue; /* round robin */
	bool drop; /* the completion of the operation in hand is not written */
	struct model_queue queue[SLUICE_QUEUE_COUNT];
	struct model_engine engine[SLUICE_NUM_ENGINES];
	struct model_session *session[2]; /* of the engines aead and mac */
	struct model_key key[MODEL_KEYS];
};

/* Hash of HASH_* or of an HMAC's alg; returns the digest's length, 0 when unknown. */
const void *model_md(uint32_t hash, uint32_t *bytes);

/* random bytes for the engines */
void model_random(struct sluice_sim *m, void *buf, size_t len);

/* model_session.c: SESSION_LOAD and SESSION_FREE; look-up of a live handle, or NULL with the job's status set. */
void model_session_op(struct sluice_sim *m, unsigned int engine, struct model_job *job);
struct model_session *
model_session_find(struct sluice_sim *m, unsigned int engine, struct model_job *job);

/* model_cipher.c: AES by libcrypto. key of 16 or 32 bytes, len a multiple of 16 for CBC. Return 0, or -1 when the tag is wrong. */
int model_cbc(const uint8_t *key, int key_bytes, const uint8_t iv[16], int enc, const uint8_t *in,
	uint32_t len, uint8_t *out);
int model_ctr(const uint8_t *key, int key_bytes, const uint8_t iv[16], const uint8_t *in,
	uint32_t len, uint8_t *out);
struct model_gcm {
	const uint8_t *key, *iv, *aad, *in;
	uint8_t *out, *tag; /* tag is written when sealing, compared when opening */
	uint32_t key_bytes, aad_len, len, tag_len;
	int enc;
};
int model_gcm(const struct model_gcm *g);
void model_hmac(uint32_t hash, const uint8_t *key, uint32_t key_len, const uint8_t *data, size_t len,
	uint8_t *out);

/* The engines: do job->desc->opcode, set the job's result and status. */
void model_aead(struct sluice_sim *m, struct model_job *job);
void model_mac(struct sluice_sim *m, struct model_job *job);
void model_pka(struct sluice_sim *m, struct model_job *job);
void model_record_gcm(struct model_session *s, struct model_job *job);
void model_record_cbc(struct sluice_sim *m, struct model_session *s, struct model_job *job);

/* model_rsa.c: private keys. load returns NULL when the unwrapped blob is no usable key. */
void *model_rsa_load(const uint8_t *blob, size_t len);
void model_rsa_free(void *rsa);
/* out = in^d mod n; in and out 256 bytes. Returns enum sluice_status. flip: a bit goes wrong inside. */
uint8_t model_rsa_private(void *rsa, const uint8_t *in, uint8_t *out, bool flip);

/* model_queue.c: one step of the rings; returns false when there is nothing to do. */
bool model_queue_step(struct sluice_sim *m);
bool model_queue_pending(const struct sluice_sim *m);
void model_queue_config(struct sluice_sim *m, unsigned int q, uint32_t value);
bool model_hung(const struct sluice_sim *m);

#endif
