/* The tests' own software implementation: see soft.h. */
#include <assert.h>
#include <string.h>

#include <openssl/hmac.h>

#include "tests/pmd/soft.h"

void
soft_aead_seal(const EVP_CIPHER *cipher, const uint8_t *key, const uint8_t iv[12], const uint8_t *aad,
	uint32_t aad_len, const uint8_t *in, uint32_t len, uint8_t *out, uint8_t tag[16])
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	int n;

	EVP_EncryptInit_ex(c, cipher, NULL, key, iv);
	if (aad_len)
		EVP_EncryptUpdate(c, NULL, &n, aad, (int)aad_len);
	if (len)
		EVP_EncryptUpdate(c, out, &n, in, (int)len);
	EVP_EncryptFinal_ex(c, out + len, &n);
	EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, 16, tag);
	EVP_CIPHER_CTX_free(c);
}

bool
soft_aead_open(const EVP_CIPHER *cipher, const uint8_t *key, const uint8_t iv[12], const uint8_t *aad,
	uint32_t aad_len, const uint8_t *in, uint32_t len, uint8_t *out, const uint8_t tag[16])
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	int n, good;

	EVP_DecryptInit_ex(c, cipher, NULL, key, iv);
	if (aad_len)
		EVP_DecryptUpdate(c, NULL, &n, aad, (int)aad_len);
	if (len)
		EVP_DecryptUpdate(c, out, &n, in, (int)len);
	EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, 16, (void *)(uintptr_t)tag);
	good = EVP_DecryptFinal_ex(c, out + len, &n);
	EVP_CIPHER_CTX_free(c);
	return good == 1;
}

static const EVP_CIPHER *
gcm(int key_len)
{
	return key_len == 16 ? EVP_aes_128_gcm() : EVP_aes_256_gcm();
}

void
soft_gcm_seal(const uint8_t *key, int key_len, const uint8_t iv[12], const uint8_t *aad,
	uint32_t aad_len, const uint8_t *in, uint32_t len, uint8_t *out, uint8_t tag[16])
{
	soft_aead_seal(gcm(key_len), key, iv, aad, aad_len, in, len, out, tag);
}

bool
soft_gcm_open(const uint8_t *key, int key_len, const uint8_t iv[12], const uint8_t *aad,
	uint32_t aad_len, const uint8_t *in, uint32_t len, uint8_t *out, const uint8_t tag[16])
{
	return soft_aead_open(gcm(key_len), key, iv, aad, aad_len, in, len, out, tag);
}

void
soft_cipher(const EVP_CIPHER *cipher, bool enc, const uint8_t *key, const uint8_t iv[16],
	const uint8_t *in, uint32_t len, uint8_t *out)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	int n;

	EVP_CipherInit_ex(c, cipher, NULL, key, iv, enc);
	EVP_CIPHER_CTX_set_padding(c, 0);
	if (len)
		EVP_CipherUpdate(c, out, &n, in, (int)len);
	EVP_CIPHER_CTX_free(c);
}

void
soft_hmac(const EVP_MD *md, const uint8_t *key, uint32_t key_len, const uint8_t *in, size_t len,
	uint8_t *out)
{
	HMAC(md, key_len ? key : (const uint8_t *)"", (int)key_len, in, len, out, NULL);
}

/* RFC 5246 5 */
void
soft_prf(const EVP_MD *md, const uint8_t *secret, uint32_t secret_len, const uint8_t *seed, uint32_t seed_len,
	uint8_t *out, uint32_t out_len)
{
	uint8_t a[64 + 2048], block[64];
	uint32_t size = (uint32_t)EVP_MD_get_size(md);

	assert(seed_len <= 2048);
	soft_hmac(md, secret, secret_len, seed, seed_len, a);
	memcpy(a + size, seed, seed_len);
	while (out_len) {
		uint32_t n = out_len < size ? out_len : size;

		soft_hmac(md, secret, secret_len, a, size + seed_len, block);
		memcpy(out, block, n);
		out += n;
		out_len -= n;
		soft_hmac(md, secret, secret_len, a, size, block);
		memcpy(a, block, size);
	}
}
