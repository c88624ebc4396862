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

#define MODEL_ENGINES (SLUICE_ENGINE_KDF + 1u) /* engine ids of the map, built or not */
#define MODEL_SESSIONS SLUICE_NUM_SESSIONS
#define MODEL_KEYS SLUICE_NUM_KEYS
#define MODEL_SECRETS SLUICE_NUM_SECRETS
#define MODEL_MAX_SOURCE (8u << 20) /* bytes of one operation; the device streams, the model buffers */
#define MODEL_DIGEST_MAX 64u
#define MODEL_RSA_MAX 512u /* bytes of the longest modulus */
#define MODEL_EC_MAX 48u /* bytes of the longest coordinate */

/* Engines of this library, a bit per id: those that the RTL has, or (libsluice_model_full.so) all of the map. */
extern const uint32_t model_engines;

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
	uint8_t func; /* function that the queue belongs to */
	uint8_t status;
};
#define MODEL_RESULT_MAX(src_len) ((src_len) + 1024u)

struct model_session {
	bool used;
	uint8_t func;
	uint16_t gen;
	struct sluice_session ctx;
};

/* Key slot of engine pka or ecc: one of the two pointers is set. */
struct model_key {
	bool used;
	uint8_t func;
	uint16_t gen;
	struct model_rsa *rsa; /* model_rsa.c */
	struct model_ec *ec; /* model_ec.c */
};

struct model_secret {
	bool used;
	uint8_t func, kind, len; /* kind: enum sluice_secret_kind */
	uint8_t spent; /* uses by other engines that are over: a bit per enum sluice_slice of a KEY_BLOCK, bit 0 of an EC_PRIVATE */
	uint16_t gen;
	uint8_t value[SLUICE_SECRET_BYTES];
};

struct model_engine {
	uint64_t ops, bytes, busy;
	uint32_t failed;
	bool hung, flip; /* flip: the next result is damaged */
};

struct model_queue {
	uint64_t sq_base, cq_base;
	uint32_t config;
	uint32_t coalesce;
	uint16_t sq_tail, sq_head, cq_head, cq_tail;
	uint8_t error;
	bool stuck; /* an operation of it is in an engine that hangs */
	uint32_t since; /* completions since the last interrupt */
	uint64_t first; /* stats.cycles at the first of them */
};

/* What a function may reach in memory. */
struct model_func {
	uint64_t base, limit; /* first and last byte */
	uint32_t ctrl, errors;
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
	bool tamper; /* CTRL.ZEROIZE was written */
	bool entropy_failed; /* the generator's health test failed: sticky until reset */
	uint8_t last_random[16]; /* what the source gave last */
	uint64_t int_status, int_enable; /* a bit per queue */
	struct model_func func[SLUICE_FUNC_COUNT];
	struct model_queue queue[SLUICE_QUEUE_COUNT];
	struct model_engine engine[MODEL_ENGINES];
	struct model_session *session[MODEL_ENGINES]; /* of aead, mac and chacha */
	struct model_key key[MODEL_ENGINES][MODEL_KEYS]; /* of pka and ecc */
	struct model_secret *secret;
};

/* Hash of HASH_*; NULL and no bytes when there is none of that number. */
const void *model_md(uint32_t hash, uint32_t *bytes);
/* HASH_* of a session's MAC, 0 when it has none */
uint32_t model_alg_hash(uint8_t alg);

/* Random bytes for the engines; false, and zeros, when the source does not look random: the operation ends with NO_ENTROPY. */
bool model_random(struct sluice_sim *m, void *buf, size_t len);
/* Every slot of every engine. */
void model_erase(struct sluice_sim *m);

/* model_session.c: SESSION_LOAD and SESSION_FREE; look-up of a live handle, or NULL with the job's status set. */
void model_session_op(struct sluice_sim *m, unsigned int engine, struct model_job *job);
struct model_session *
model_session_find(struct sluice_sim *m, unsigned int engine, struct model_job *job);

/* model_cipher.c: AES by libcrypto. key of 16 or 32 bytes, len a multiple of 16 for CBC. Return 0, or -1 when the tag is wrong. */
int model_cbc(const uint8_t *key, int key_bytes, const uint8_t iv[16], int enc, const uint8_t *in,
	uint32_t len, uint8_t *out);
int model_ctr(const uint8_t *key, int key_bytes, const uint8_t iv[16], const uint8_t *in,
	uint32_t len, uint8_t *out);
struct model_aead {
	const uint8_t *key, *iv, *aad, *in;
	uint8_t *out, *tag; /* tag is written when sealing, compared when opening */
	uint32_t key_bytes, aad_len, len, tag_len;
	uint8_t alg; /* SLUICE_ALG_AES_GCM or SLUICE_ALG_CHACHA20_POLY1305 */
	int enc;
};
int model_aead_do(const struct model_aead *a);
void model_digest(uint32_t hash, const uint8_t *data, size_t len, uint8_t *out);
void model_hmac(uint32_t hash, const uint8_t *key, uint32_t key_len, const uint8_t *data, size_t len,
	uint8_t *out);
/* RFC 5649 by a 32-byte key; both return the length of the output, 0 when it does not unwrap. out has room for len + 16 bytes. */
size_t model_wrap(const uint8_t *kek, const uint8_t *in, size_t len, uint8_t *out);
size_t model_unwrap(const uint8_t *kek, const uint8_t *in, size_t len, uint8_t *out);

/* model_kdf.c: RFC 5246 5, RFC 5869, RFC 8446 7.1; lengths are the callers' to check */
struct model_bytes {
	const uint8_t *p;
	uint32_t len;
};
#define MODEL_SEED_MAX 512u
void model_prf(uint32_t hash, struct model_bytes secret, struct model_bytes seed, uint8_t *out,
	uint32_t want);
void model_hkdf_extract(uint32_t hash, struct model_bytes salt, struct model_bytes ikm, uint8_t *out);
void model_hkdf_expand(uint32_t hash, struct model_bytes prk, struct model_bytes info, uint8_t *out,
	uint32_t want);

/* model_secret.c: the store. Both return or set BAD_SECRET when there is nothing behind the handle. */
uint8_t model_secret_put(struct sluice_sim *m, uint32_t handle, uint8_t func, uint8_t kind,
	const uint8_t *value, uint32_t len);
/* kinds: a bit per enum sluice_secret_kind that is wanted */
struct model_secret *model_secret_get(struct sluice_sim *m, uint32_t handle, uint8_t func,
	uint32_t kinds);
/* For another engine: a KEY_BLOCK gives each slice once, an EC_PRIVATE (slice NONE) is read once (rtl/README.md, the secret port). */
struct model_secret *model_secret_use(struct sluice_sim *m, uint32_t handle, uint8_t func,
	uint8_t kind, uint8_t slice);
void model_secret_erase(struct sluice_sim *m);
/* Whether handle is one that a result could be put to. */
bool model_secret_room(struct sluice_sim *m, uint32_t handle, uint8_t func);

/* The engines: do job->desc->opcode, set the job's result and status. */
void model_aead(struct sluice_sim *m, unsigned int engine, struct model_job *job);
void model_mac(struct sluice_sim *m, struct model_job *job);
void model_pka(struct sluice_sim *m, unsigned int engine, struct model_job *job);
void model_kdf(struct sluice_sim *m, struct model_job *job);
void model_record_aead(struct model_session *s, struct model_job *job);
void model_record_cbc(struct sluice_sim *m, struct model_session *s, struct model_job *job);

/* model_record.c, shared with model_record_cbc.c */
#define MODEL_RECORD_HEADER 5u
#define MODEL_RECORD_PLAIN 16384u
#define MODEL_RECORD_AAD 13u
#define MODEL_VERSION_SSL30 0x0300
#define MODEL_VERSION_TLS10 0x0301
#define MODEL_VERSION_TLS12 0x0303
#define MODEL_VERSION_TLS13 0x0304
void model_put_be(uint8_t *p, uint64_t v, unsigned int bytes);
void model_put_header(uint8_t *p, uint8_t type, uint16_t version, uint32_t len);
/* seq | type | version | length: what AEADs of TLS 1.2 authenticate and what MACs begin with */
void model_put_aad(uint8_t *p, const struct sluice_session *c, uint8_t type, uint32_t len);
/* Checks the header of a record to be opened; returns its fragment's length, 0 when it is wrong (BAD_RECORD). */
uint32_t model_open_header(struct model_job *job, uint16_t version, uint32_t least, uint32_t most);
bool model_seq_exhausted(const struct sluice_session *c, struct model_job *job);

/* model_key.c: key slots of pka and ecc */
void model_key_op(struct sluice_sim *m, unsigned int engine, struct model_job *job);
struct model_key *model_key_find(struct sluice_sim *m, unsigned int engine, struct model_job *job);
void model_key_erase(struct model_key *k);

/* model_rsa.c: private keys. load returns NULL when the unwrapped blob is no usable key. */
struct model_rsa *model_rsa_load(const uint8_t *blob, size_t len);
void model_rsa_free(struct model_rsa *k);
uint32_t model_rsa_bytes(const struct model_rsa *k);
/* out = in^d mod n; in and out as long as the modulus. Returns enum sluice_status. flip: a bit goes wrong inside. */
uint8_t model_rsa_private(const struct model_rsa *k, const uint8_t *in, uint8_t *out, bool flip);
/* out = in^e mod n, all of len bytes */
uint8_t model_rsa_public(const uint8_t *n, const uint8_t *in, uint32_t len, uint32_t e, uint8_t *out);

/* model_ec.c */
struct model_ec *model_ec_load(const uint8_t *blob, size_t len, unsigned int engine);
void model_ec_free(struct model_ec *k);
void model_ec(struct sluice_sim *m, unsigned int engine, struct model_job *job);

/* model_queue.c: one step of the rings; returns false when there is nothing to do. */
bool model_queue_step(struct sluice_sim *m);
bool model_queue_pending(const struct sluice_sim *m);
void model_queue_config(struct sluice_sim *m, unsigned int q, uint32_t value);
/* Queues whose completions have waited long enough get their bit of INT_STATUS. */
void model_queue_interrupts(struct sluice_sim *m);
bool model_hung(const struct sluice_sim *m);

#endif
