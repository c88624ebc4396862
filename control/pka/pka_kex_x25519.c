/*
 * X25519, RFC 7748. The private part that keygen gives is scalar | public: libcrypto computes the
 * public key of every private one that it is given alone, which is as dear as the exchange itself.
 */
#include "control/pka/pka_kex.h"

#include <string.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "common/ct.h"

#define LEN 32

static EVP_PKEY *
new_key(uint8_t scalar[LEN], uint8_t pub[LEN])
{
	EVP_PKEY *key = NULL;
	size_t n = LEN;

	if (RAND_priv_bytes(scalar, LEN) == 1)
		key = EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL, scalar, LEN);
	if (key != NULL && (EVP_PKEY_get_raw_public_key(key, pub, &n) != 1 || n != LEN)) {
		EVP_PKEY_free(key);
		key = NULL;
	}
	return key;
}

/* From both parts, without a multiplication. */
static EVP_PKEY *
known_key(const uint8_t priv[2 * LEN])
{
	OSSL_PARAM params[] = {
		OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PRIV_KEY, (void *)priv, LEN),
		OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, (void *)(priv + LEN), LEN),
		OSSL_PARAM_END,
	};
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "X25519", NULL);
	EVP_PKEY *key = NULL;

	if (ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
		EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_KEYPAIR, params) != 1)
		key = NULL;
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static int
exchange(EVP_PKEY *key, const uint8_t *peer, uint8_t *secret)
{
	static const uint8_t zero[LEN];
	EVP_PKEY *other = EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, NULL, peer, LEN);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	size_t n = LEN;
	int rc = -1;

	if (other == NULL || ctx == NULL || EVP_PKEY_derive_init(ctx) != 1 ||
		EVP_PKEY_derive_set_peer_ex(ctx, other, 0) != 1)
		goto out;
	/*
	 * libcrypto fails on the all-zero secret of a point of small order (RFC 7748 6.1); with the
	 * operands in place it has no other reason to. A newer one that did not is caught below.
	 */
	rc = EVP_PKEY_derive(ctx, secret, &n) == 1 && n == LEN && !ct_memeq(secret, zero, LEN);
	if (!rc)
		ERR_clear_error();
out:
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(other);
	return rc;
}

int
pka_x25519_keygen(const struct pka_kex_group *g, uint8_t *priv, uint8_t *pub)
{
	EVP_PKEY *key = new_key(priv, pub);

	if (key == NULL)
		return -1;
	memcpy(priv + LEN, pub, LEN);
	EVP_PKEY_free(key);
	return 1;
}

int
pka_x25519_derive(const struct pka_kex_group *g, const uint8_t *priv, const uint8_t *peer,
	size_t peer_len, uint8_t *secret)
{
	EVP_PKEY *key = known_key(priv);
	int rc = key != NULL ? exchange(key, peer, secret) : -1;

	EVP_PKEY_free(key);
	return rc;
}

int
pka_x25519_respond(const struct pka_kex_group *g, const uint8_t *peer, size_t peer_len,
	uint8_t *pub, uint8_t *secret)
{
	uint8_t scalar[LEN];
	EVP_PKEY *key = new_key(scalar, pub);
	int rc = key != NULL ? exchange(key, peer, secret) : -1;

	ct_wipe(scalar, sizeof(scalar));
	EVP_PKEY_free(key);
	return rc;
}
