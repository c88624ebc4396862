/*
 * X25519, RFC 7748, by libcrypto. A public key is X25519(scalar, 9) (6.1) done as an exchange: libcrypto's own way to it, the
 * fixed-base multiplication of Ed25519 in portable C, takes 30 us where the exchange takes 26. So keys are always given to it with
 * both parts, or it would compute the public one; the private part that keygen gives is scalar | public.
 */
#include "control/pka/pka_kex.h"

#include <string.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "common/ct.h"
#include "control/pka/pka_const.h"

#define LEN PKA_X25519_LEN

/* A context that derives with this scalar; pub is not looked at by what derives. */
static EVP_PKEY_CTX *
new_exchange(const uint8_t *scalar, const uint8_t *pub)
{
	OSSL_PARAM params[] = {
		OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PRIV_KEY, (void *)scalar, LEN),
		OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, (void *)pub, LEN),
		OSSL_PARAM_END,
	};
	EVP_PKEY_CTX *make = pka_const_x25519_make(), *ctx = NULL;
	EVP_PKEY *key = NULL;

	if (make != NULL && EVP_PKEY_fromdata_init(make) == 1 &&
		EVP_PKEY_fromdata(make, &key, EVP_PKEY_KEYPAIR, params) == 1)
		ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	if (ctx != NULL && EVP_PKEY_derive_init(ctx) != 1) {
		EVP_PKEY_CTX_free(ctx);
		ctx = NULL;
	}
	EVP_PKEY_free(key); /* the context has it */
	EVP_PKEY_CTX_free(make);
	return ctx;
}

/* 1: done; 0: the point is of small order; -1: libcrypto could not. */
static int
multiply(EVP_PKEY_CTX *ctx, EVP_PKEY *point, uint8_t out[LEN])
{
	static const uint8_t zero[LEN];
	size_t n = LEN;
	int rc;

	if (EVP_PKEY_derive_set_peer_ex(ctx, point, 0) != 1)
		return -1;
	/*
	 * libcrypto fails on the all-zero secret of a point of small order (RFC 7748 6.1); with the
	 * operands in place it has no other reason to. A newer one that did not is caught below.
	 */
	rc = EVP_PKEY_derive(ctx, out, &n) == 1 && n == LEN && !ct_memeq(out, zero, LEN);
	if (!rc)
		ERR_clear_error();
	return rc;
}

static int
multiply_peer(EVP_PKEY_CTX *ctx, EVP_PKEY *base, const uint8_t *peer, uint8_t *secret)
{
	/* half of what a key from bytes alone costs: no lookup of the algorithm */
	EVP_PKEY *point = EVP_PKEY_dup(base);
	int rc = -1;

	if (point != NULL && EVP_PKEY_set1_encoded_public_key(point, peer, LEN) == 1)
		rc = multiply(ctx, point, secret);
	EVP_PKEY_free(point);
	return rc;
}

/* A fresh scalar, its context and its public key. NULL: libcrypto could not. */
static EVP_PKEY_CTX *
new_key(EVP_PKEY *base, uint8_t scalar[LEN], uint8_t pub[LEN])
{
	EVP_PKEY_CTX *ctx;

	if (base == NULL || RAND_priv_bytes(scalar, LEN) != 1)
		return NULL;
	ctx = new_exchange(scalar, pka_x25519_nine);
	if (ctx != NULL && multiply(ctx, base, pub) == 1)
		return ctx;
	EVP_PKEY_CTX_free(ctx);
	return NULL;
}

int
pka_x25519_keygen(const struct pka_kex_group *g, uint8_t *priv, uint8_t *pub)
{
	EVP_PKEY_CTX *ctx = new_key(pka_const_x25519(), priv, pub);

	if (ctx == NULL)
		return -1;
	memcpy(priv + LEN, pub, LEN);
	EVP_PKEY_CTX_free(ctx);
	return 1;
}

int
pka_x25519_derive(const struct pka_kex_group *g, const uint8_t *priv, const uint8_t *peer,
	size_t peer_len, uint8_t *secret)
{
	EVP_PKEY *base = pka_const_x25519();
	EVP_PKEY_CTX *ctx = base != NULL ? new_exchange(priv, priv + LEN) : NULL;
	int rc = ctx != NULL ? multiply_peer(ctx, base, peer, secret) : -1;

	EVP_PKEY_CTX_free(ctx);
	return rc;
}

int
pka_x25519_respond(const struct pka_kex_group *g, const uint8_t *peer, size_t peer_len,
	uint8_t *pub, uint8_t *secret)
{
	EVP_PKEY *base = pka_const_x25519();
	uint8_t scalar[LEN];
	EVP_PKEY_CTX *ctx = new_key(base, scalar, pub);
	int rc = ctx != NULL ? multiply_peer(ctx, base, peer, secret) : -1;

	ct_wipe(scalar, sizeof(scalar));
	EVP_PKEY_CTX_free(ctx);
	return rc;
}
