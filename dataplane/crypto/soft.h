/*
 * Parts of the soft engine: one session type and a seal and an open function for each family of
 * algorithms.
 */
#ifndef SLUICE_DATAPLANE_CRYPTO_SOFT_H
#define SLUICE_DATAPLANE_CRYPTO_SOFT_H

#include <openssl/evp.h>

#include "dataplane/crypto/engine.h"

struct soft_session;

struct soft_engine {
	struct rec_engine eng;
	struct rec_op *done, **done_tail; /* results waiting for poll, linked by op->priv */
	uint32_t ndone;
	uint64_t ops, bytes, failed;
	EVP_CIPHER *cipher[IPC_ALG_AES256_CBC_SHA256 + 1]; /* fetched once; by enum ipc_alg */
	EVP_MAC *hmac;
	/* one CBC record; wiped after use by the next record only: it is this process's plaintext
	 * anyway */
	uint8_t scratch[REC_MAX + 64];
};

struct soft_session {
	struct rec_session s;
	EVP_CIPHER_CTX *cipher;
	EVP_MAC_CTX *mac; /* CBC: keyed; started anew for each record */
	uint8_t salt[GCM_SALT];
};

/* Keys are in; the rest of the session is zero. 0 or -errno. */
int soft_gcm_init(struct soft_engine *e, struct soft_session *s, const struct rec_keys *k);
int soft_cbc_init(struct soft_engine *e, struct soft_session *s, const struct rec_keys *k);

/* Do one operation in place; op->m is replaced by the result. Return enum rec_status. */
uint8_t soft_gcm_seal(struct soft_engine *e, struct soft_session *s, struct rec_op *op);
uint8_t soft_gcm_open(struct soft_engine *e, struct soft_session *s, struct rec_op *op);
uint8_t soft_cbc_seal(struct soft_engine *e, struct soft_session *s, struct rec_op *op);
uint8_t soft_cbc_open(struct soft_engine *e, struct soft_session *s, struct rec_op *op);

#endif
