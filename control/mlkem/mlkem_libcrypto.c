/*
 * ML-KEM-768 by libcrypto 3.5 and newer: built in place of our own when pkg-config finds one (see
 * README.md). Uses no name that an older libcrypto's headers lack, so that it is always compiled.
 */
#include "control/mlkem/mlkem.h"

#include <string.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "common/ct.h"

#define NAME "ML-KEM-768"

int
mlkem768_keygen_from(const uint8_t d[MLKEM768_SEED_LEN], const uint8_t z[MLKEM768_SEED_LEN],
	uint8_t ek[MLKEM768_EK_LEN], uint8_t dk[MLKEM768_DK_LEN])
{
	uint8_t seed[2 * MLKEM768_SEED_LEN];
	OSSL_PARAM params[] = {
		OSSL_PARAM_octet_string("seed", seed, sizeof(seed)),
		OSSL_PARAM_END,
	};
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, NAME, NULL);
	size_t ek_len = MLKEM768_EK_LEN, dk_len = MLKEM768_DK_LEN;
	EVP_PKEY *key = NULL;
	int rc = -1;

	memcpy(seed, d, MLKEM768_SEED_LEN);
	memcpy(seed + MLKEM768_SEED_LEN, z, MLKEM768_SEED_LEN);
	if (ctx != NULL && EVP_PKEY_keygen_init(ctx) == 1 &&
		EVP_PKEY_CTX_set_params(ctx, params) == 1 && EVP_PKEY_generate(ctx, &key) == 1 &&
		EVP_PKEY_get_raw_public_key(key, ek, &ek_len) == 1 && ek_len == MLKEM768_EK_LEN &&
		EVP_PKEY_get_raw_private_key(key, dk, &dk_len) == 1 && dk_len == MLKEM768_DK_LEN)
		rc = 1;
	ERR_clear_error();
	ct_wipe(seed, sizeof(seed));
	EVP_PKEY_free(key);
	EVP_PKEY_CTX_free(ctx);
	return rc;
}

int
mlkem768_encaps_from(const uint8_t ek[MLKEM768_EK_LEN], const uint8_t m[MLKEM768_SEED_LEN],
	uint8_t ct[MLKEM768_CT_LEN], uint8_t secret[MLKEM768_SECRET_LEN])
{
	OSSL_PARAM params[] = {
		OSSL_PARAM_octet_string("ikme", (void *)m, MLKEM768_SEED_LEN),
		OSSL_PARAM_END,
	};
	/* libcrypto does the check of 7.2 when it takes the key */
	EVP_PKEY *key = EVP_PKEY_new_raw_public_key_ex(NULL, NAME, NULL, ek, MLKEM768_EK_LEN);
	EVP_PKEY_CTX *ctx = key != NULL ? EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL) : NULL;
	size_t ct_len = MLKEM768_CT_LEN, n = MLKEM768_SECRET_LEN;
	int rc = key == NULL ? 0 : -1;

	if (ctx != NULL && EVP_PKEY_encapsulate_init(ctx, params) == 1 &&
		EVP_PKEY_encapsulate(ctx, ct, &ct_len, secret, &n) == 1 &&
		ct_len == MLKEM768_CT_LEN && n == MLKEM768_SECRET_LEN)
		rc = 1;
	ERR_clear_error();
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(key);
	return rc;
}

int
mlkem768_decaps(const uint8_t dk[MLKEM768_DK_LEN], const uint8_t ct[MLKEM768_CT_LEN],
	uint8_t secret[MLKEM768_SECRET_LEN])
{
	/* likewise the check of 7.3 */
	EVP_PKEY *key = EVP_PKEY_new_raw_private_key_ex(NULL, NAME, NULL, dk, MLKEM768_DK_LEN);
	EVP_PKEY_CTX *ctx = key != NULL ? EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL) : NULL;
	size_t n = MLKEM768_SECRET_LEN;
	int rc = key == NULL ? 0 : -1;

	if (ctx != NULL && EVP_PKEY_decapsulate_init(ctx, NULL) == 1 &&
		EVP_PKEY_decapsulate(ctx, secret, &n, ct, MLKEM768_CT_LEN) == 1 &&
		n == MLKEM768_SECRET_LEN)
		rc = 1;
	ERR_clear_error();
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(key);
	return rc;
}
