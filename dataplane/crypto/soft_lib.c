/*
 * What the soft engine takes from libcrypto, each fetched at its first use and kept: fetching per
 * session would cost more than the session's first records.
 *
 * RC4 is in the legacy provider. It is loaded into a library context of its own, so that nothing
 * else in the process can come to use what it offers.
 */
#include <openssl/provider.h>

#include "dataplane/crypto/soft.h"

static const char *const cipher_names[IPC_ALG_COUNT] = {
	[IPC_ALG_AES128_GCM] = "AES-128-GCM",
	[IPC_ALG_AES256_GCM] = "AES-256-GCM",
	[IPC_ALG_AES128_CBC_SHA1] = "AES-128-CBC",
	[IPC_ALG_AES256_CBC_SHA1] = "AES-256-CBC",
	[IPC_ALG_AES128_CBC_SHA256] = "AES-128-CBC",
	[IPC_ALG_AES256_CBC_SHA256] = "AES-256-CBC",
	[IPC_ALG_CHACHA20_POLY1305] = "ChaCha20-Poly1305",
	[IPC_ALG_AES256_CBC_SHA384] = "AES-256-CBC",
	[IPC_ALG_3DES_CBC_SHA1] = "DES-EDE3-CBC",
	[IPC_ALG_3DES_CBC_MD5] = "DES-EDE3-CBC",
	[IPC_ALG_RC4_SHA1] = "RC4",
	[IPC_ALG_RC4_MD5] = "RC4",
};

static OSSL_LIB_CTX *
legacy(struct soft_engine *e)
{
	if (e->legacy == NULL)
		e->legacy = OSSL_LIB_CTX_new();
	if (e->legacy != NULL && e->legacy_provider == NULL)
		e->legacy_provider = OSSL_PROVIDER_load(e->legacy, "legacy");
	return e->legacy_provider != NULL ? e->legacy : NULL;
}

const EVP_CIPHER *
soft_cipher(struct soft_engine *e, uint32_t alg)
{
	bool rc4 = alg == IPC_ALG_RC4_SHA1 || alg == IPC_ALG_RC4_MD5;

	if (e->cipher[alg] == NULL && cipher_names[alg] != NULL) {
		OSSL_LIB_CTX *lib = rc4 ? legacy(e) : NULL;

		if (!rc4 || lib != NULL)
			e->cipher[alg] = EVP_CIPHER_fetch(lib, cipher_names[alg], NULL);
	}
	return e->cipher[alg];
}

const EVP_MD *
soft_md(struct soft_engine *e, uint8_t md)
{
	static const char *const names[] = { [REC_MD_MD5] = "MD5",
		[REC_MD_SHA1] = "SHA1",
		[REC_MD_SHA256] = "SHA256",
		[REC_MD_SHA384] = "SHA384" };

	if (e->md[md] == NULL)
		e->md[md] = EVP_MD_fetch(NULL, names[md], NULL);
	return e->md[md];
}

void
soft_lib_free(struct soft_engine *e)
{
	for (uint32_t i = 0; i < IPC_ALG_COUNT; i++)
		EVP_CIPHER_free(e->cipher[i]);
	for (size_t i = 0; i < RTE_DIM(e->md); i++)
		EVP_MD_free(e->md[i]);
	EVP_MAC_free(e->hmac);
	if (e->legacy_provider != NULL)
		OSSL_PROVIDER_unload(e->legacy_provider);
	OSSL_LIB_CTX_free(e->legacy);
}
