/* Golden model: AES and HMAC by libcrypto. Nothing here knows the device. */
#include <assert.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "sim/model/model.h"

const void *
model_md(uint32_t hash, uint32_t *bytes)
{
	*bytes = hash == SLUICE_HASH_SHA1 ? 20 : hash == SLUICE_HASH_SHA256 ? 32 : 0;
	return hash == SLUICE_HASH_SHA1 ? EVP_sha1() : hash == SLUICE_HASH_SHA256 ? EVP_sha256() : NULL;
}

static void
stream(const EVP_CIPHER *cipher, const uint8_t *key, const uint8_t iv[16], int enc, const uint8_t *in,
	uint32_t len, uint8_t *out)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int n = 0, ok;

	ok = ctx && EVP_CipherInit_ex(ctx, cipher, NULL, key, iv, enc) &&
		EVP_CIPHER_CTX_set_padding(ctx, 0) && EVP_CipherUpdate(ctx, out, &n, in, (int)len);
	assert(ok && (uint32_t)n == len);
	(void)ok;
	EVP_CIPHER_CTX_free(ctx);
}

int
model_cbc(const uint8_t *key, int key_bytes, const uint8_t iv[16], int enc, const uint8_t *in,
	uint32_t len, uint8_t *out)
{
	if (len)
		stream(key_bytes == 16 ? EVP_aes_128_cbc() : EVP_aes_256_cbc(), key, iv, enc, in, len, out);
	return 0;
}

int
model_ctr(const uint8_t *key, int key_bytes, const uint8_t iv[16], const uint8_t *in, uint32_t len,
	uint8_t *out)
{
	if (len)
		stream(key_bytes == 16 ? EVP_aes_128_ctr() : EVP_aes_256_ctr(), key, iv, 1, in, len, out);
	return 0;
}

int
model_gcm(const struct model_gcm *g)
{
	const EVP_CIPHER *cipher = g->key_bytes == 16 ? EVP_aes_128_gcm() : EVP_aes_256_gcm();
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int n, ok, good = 1;

	ok = ctx && EVP_CipherInit_ex(ctx, cipher, NULL, g->key, g->iv, g->enc);
	if (g->aad_len)
		ok = ok && EVP_CipherUpdate(ctx, NULL, &n, g->aad, (int)g->aad_len);
	if (g->len)
		ok = ok && EVP_CipherUpdate(ctx, g->out, &n, g->in, (int)g->len);
	if (!g->enc)
		ok = ok && EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, (int)g->tag_len, g->tag);
	assert(ok);
	good = EVP_CipherFinal_ex(ctx, g->out + g->len, &n);
	if (g->enc)
		ok = ok && good && EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, (int)g->tag_len, g->tag);
	assert(ok);
	(void)ok;
	EVP_CIPHER_CTX_free(ctx);
	return good ? 0 : -1;
}

void
model_hmac(uint32_t hash, const uint8_t *key, uint32_t key_len, const uint8_t *data, size_t len,
	uint8_t *out)
{
	uint32_t bytes;
	const EVP_MD *md = model_md(hash, &bytes);
	static const uint8_t empty[1];

	HMAC(md, key_len ? key : empty, (int)key_len, data, len, out, NULL);
}
