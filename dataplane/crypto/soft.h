/*
 * Parts of the soft engine: one session type, and for each family of algorithms a function that
 * does one record.
 */
#ifndef SLUICE_DATAPLANE_CRYPTO_SOFT_H
#define SLUICE_DATAPLANE_CRYPTO_SOFT_H

#include <openssl/evp.h>

#include "dataplane/crypto/engine.h"

struct soft_session;
struct soft_engine;

/* Does one operation in place; op->m is replaced by the result. Returns enum rec_status. */
typedef uint8_t (*soft_fn)(struct soft_engine *e, struct soft_session *s, struct rec_op *op);

struct soft_engine {
	struct rec_engine eng;
	struct rec_op *done, **done_tail; /* results waiting for poll, linked by op->priv */
	uint32_t ndone;
	uint64_t ops, bytes, failed;
	EVP_CIPHER *cipher[IPC_ALG_COUNT]; /* fetched at first use; by enum ipc_alg */
	EVP_MD *md[REC_MD_SHA384 + 1]; /* as well; by enum rec_md */
	EVP_MAC *hmac;
	/* libcrypto's legacy provider in a library context of its own: RC4, museum only */
	OSSL_LIB_CTX *legacy;
	OSSL_PROVIDER *legacy_provider;
	/* one record; wiped after use by the next record only: it is this process's plaintext
	 * anyway */
	uint8_t scratch[REC_SSL2_MAX + 64];
	uint8_t packed[REC_PACKED_MAX + 64]; /* what compression makes or takes */
};

struct soft_session {
	struct rec_session s;
	soft_fn run;
	EVP_CIPHER_CTX *cipher; /* NULL: none */
	EVP_MAC_CTX *mac; /* HMAC: keyed; started anew for each record */
	EVP_MD_CTX *inner, *outer; /* SSL 2.0 and 3.0: keyed, copied for each record */
	EVP_MD_CTX *work; /* their copy */
	void *zip; /* z_stream of this direction, or NULL */
	uint8_t explicit_len; /* AEAD: bytes of nonce in the record */
	uint8_t iv[AEAD_NONCE]; /* AEAD: salt or nonce */
	uint8_t mac_key[20]; /* SSL 3.0 with SHA-1 */
};

/* Keys are in; the rest of the session is zero. 0 or -errno. */
int soft_aead_init(struct soft_engine *e, struct soft_session *s, const struct rec_keys *k);
int soft_cbc_init(struct soft_engine *e, struct soft_session *s, const struct rec_keys *k);
int soft_stream_init(struct soft_engine *e, struct soft_session *s, const struct rec_keys *k);
int soft_ssl2_init(struct soft_engine *e, struct soft_session *s, const struct rec_keys *k);

/* soft_lib.c: the cipher or digest, fetched once; NULL: libcrypto has it not. */
const EVP_CIPHER *soft_cipher(struct soft_engine *e, uint32_t alg);
const EVP_MD *soft_md(struct soft_engine *e, uint8_t md);
void soft_lib_free(struct soft_engine *e);

/*
 * soft_mac.c: record MACs of SSL 3.0 to TLS 1.2. `n` bytes at data under the operation's sequence
 * number and type.
 */
int soft_mac_init(struct soft_engine *e, struct soft_session *s, const struct rec_keys *k);
bool soft_mac(struct soft_session *s, const struct rec_op *op, const uint8_t *data, uint32_t n,
	uint8_t *out);
/* The same with a secret n; `room` >= n is public: plaintext, MAC and padding. */
bool soft_mac_secret(struct soft_session *s, const struct rec_op *op, const uint8_t *data,
	uint32_t n, uint32_t room, uint8_t *out);

/*
 * soft_ssl3.c: SHA-1 of `front` (fn bytes, public) and n bytes at data, where n is secret and
 * between lo and hi. Time depends on fn, lo and hi.
 */
void soft_sha1_secret(const uint8_t *front, uint32_t fn, const uint8_t *data, uint32_t n,
	uint32_t lo, uint32_t hi, uint8_t out[20]);

/* soft_deflate.c: compression of one direction, RFC 3749. */
int soft_deflate_init(struct soft_session *s);
void soft_deflate_free(struct soft_session *s);
/* Plaintext to what is sealed. */
uint8_t soft_deflate(struct soft_engine *e, struct soft_session *s, struct rec_op *op);
/* What was opened to plaintext of at most 2^14 bytes; REC_UNPACK: damaged or longer. */
uint8_t soft_inflate(struct soft_engine *e, struct soft_session *s, struct rec_op *op);

/* Replaces the chain's contents by n bytes. REC_OK or REC_NOMEM. */
uint8_t soft_replace(struct soft_engine *e, struct rec_op *op, const uint8_t *p, uint32_t n);

#endif
