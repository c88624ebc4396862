/* RSA premaster decryption by libcrypto with our own constant-time unpadding; see pka_soft.h. */
#include "control/pka/pka_soft.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/rsa.h>

#include "common/ct.h"

void
pka_soft_unpad_premaster(const uint8_t *em, size_t len, uint16_t client_version,
	const uint8_t substitute[PKA_PREMASTER_LEN], uint8_t out[PKA_PREMASTER_LEN])
{
	const uint8_t *secret = em + len - PKA_PREMASTER_LEN;
	/* RFC 8017 7.2.2: 00 02 PS 00 M, at least eight bytes of PS */
	uint32_t good = ct_eq(em[0], 0) & ct_eq(em[1], 2);

	for (size_t i = 2; i < len - PKA_PREMASTER_LEN - 1; i++)
		good &= ct_nonzero(em[i]);
	good &= ct_eq(em[len - PKA_PREMASTER_LEN - 1], 0);
	good &= ct_eq(secret[0], client_version >> 8) & ct_eq(secret[1], client_version & 0xff);
	for (size_t i = 0; i < PKA_PREMASTER_LEN; i++)
		out[i] = (uint8_t)ct_select(good, secret[i], substitute[i]);
}

int
pka_soft_rsa_premaster(EVP_PKEY *key, uint16_t client_version, const uint8_t *in, size_t len,
	const uint8_t substitute[PKA_PREMASTER_LEN], uint8_t out[PKA_PREMASTER_LEN])
{
	uint8_t em[PKA_MAX_MODULUS] = { 0 };
	size_t em_len = sizeof(em), modulus = (size_t)EVP_PKEY_get_size(key);
	EVP_PKEY_CTX *ctx;
	int rc = -1;

	if (modulus > sizeof(em) || len != modulus)
		return -1;
	ctx = EVP_PKEY_CTX_new(key, NULL);
	if (ctx == NULL || EVP_PKEY_decrypt_init(ctx) != 1 ||
		EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING) != 1)
		goto out;
	/*
	 * fails only for an operand not below the modulus, which anyone can see; em then stays zero
	 * and unpads as bad
	 */
	if (EVP_PKEY_decrypt(ctx, em, &em_len, in, len) != 1 || em_len != modulus) {
		ERR_clear_error();
		memset(em, 0, sizeof(em));
	}
	pka_soft_unpad_premaster(em, modulus, client_version, substitute, out);
	rc = 0;
out:
	ct_wipe(em, sizeof(em));
	EVP_PKEY_CTX_free(ctx);
	return rc;
}
