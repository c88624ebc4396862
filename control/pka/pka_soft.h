/*
 * Public-key work by libcrypto: what the card does not do, or does not answer. Called on any
 * thread; nothing is shared but what pka_const.h holds.
 */
#ifndef SLUICE_CONTROL_PKA_SOFT_H
#define SLUICE_CONTROL_PKA_SOFT_H

#include <stddef.h>
#include <stdint.h>

#include <openssl/evp.h>

#include "control/pka/pka_op.h"
#include "control/pka/pka_sig.h"

#define PKA_PREMASTER_LEN 48

/*
 * Does any request, then and there, as pka_op.h describes it. out has room for PKA_OP_MAX_OUT.
 * Returns 0, or -1 when it could not be done at all (a key that is not for it, memory); out then
 * holds nothing.
 */
int pka_soft_do(
	const struct pka_req *req, const uint8_t *in, size_t len, uint8_t *out, size_t *out_len);
/* The same with the key (NULL where the kind needs none) in place of req->cert and req->peer. */
int pka_soft_run(const struct pka_req *req, EVP_PKEY *key, const uint8_t *in, size_t len,
	uint8_t *out, size_t *out_len);
/* The key that a request needs, or NULL. */
EVP_PKEY *pka_soft_key(const struct pka_req *req);

/*
 * RFC 5246 7.4.7.1: decrypts, takes off PKCS#1 type 2 padding and checks the version, all in
 * constant time; whatever is wrong, the result is `substitute` (48 random bytes made before) and
 * nobody can tell. Returns 0, or -1 when libcrypto itself could not work.
 */
int pka_soft_rsa_premaster(EVP_PKEY *key, uint16_t client_version, const uint8_t *in, size_t len,
	const uint8_t substitute[PKA_PREMASTER_LEN], uint8_t out[PKA_PREMASTER_LEN]);
/* The unpadding alone: em is the decrypted block of `len` bytes. */
void pka_soft_unpad_premaster(const uint8_t *em, size_t len, uint16_t client_version,
	const uint8_t substitute[PKA_PREMASTER_LEN], uint8_t out[PKA_PREMASTER_LEN]);

/*
 * The same for SSL 2.0: n bytes of key (n + 11 <= len), substitute when the padding is wrong or
 * says that the client speaks 3.x (RFC 5246 E.2).
 */
void pka_soft_unpad_ssl2(
	const uint8_t *em, size_t len, const uint8_t *substitute, uint8_t *out, size_t n);

#endif
