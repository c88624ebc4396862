/* Golden model: ciphers, hashes and key wrapping by libcrypto. Nothing here knows the device. */
#include <assert.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "sim/model/model.h"

const void *
model_md(uint32_t hash, uint32_t *bytes)
{
	static const uint8_t size[] = { [SLUICE_HASH_SHA1] = 20, [SLUICE_HASH_SHA256] = 32,
		[SLUICE_HASH_SHA384] = 48, [SLUICE_HASH_SHA512] = 64 };

	*bytes = hash < sizeof(size) ? size[hash] : 0;
	switch (hash) {
	case SLUICE_HASH_SHA1:
		return EVP_sha1();
	case SLUICE_HASH_SHA256:
		return EVP_sha256();
	case SLUICE_HASH_SHA384:
		return EVP_sha384();
	case SLUICE_HASH_SHA512:
		return EVP_sha512();
	default:
		return NULL;
	}
}

uint32_t
model_alg_hash(uint8_t alg)
{
	switch (alg) {
	case SLUICE_ALG_HMAC_SHA1:
	case SLUICE_ALG_AES_CBC_HMAC_SHA1:
		return SLUICE_HASH_SHA1;
	case SLUICE_ALG_HMAC_SHA256:
	case SLUICE_ALG_AES_CBC_HMAC_SHA256:
		return SLUICE_HASH_SHA256;
	case SLUICE_ALG_HMAC_SHA384:
	case SLUICE_ALG_AES_CBC_HMAC_SHA384:
		return SLUICE_HASH_SHA384;
	case SLUICE_ALG_HMAC_SHA512:
		return SLUICE_HASH_SHA512;
	default:
		return 0;
	}
}

void
model_digest(uint32_t hash, const uint8_t *data, size_t len, uint8_t *out)
{
	uint32_t bytes;

	EVP_Digest(data ? data : (const uint8_t *)"", len, out, NULL, model_md(hash, &bytes), NULL);
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

static const EVP_CIPHER *
aead_cipher(const struct model_aead *a)
{
	if (a->alg == SLUICE_ALG_CHACHA20_POLY1305)
		return EVP_chacha20_poly1305();
	return a->key_bytes == 16 ? EVP_aes_128_gcm() : EVP_aes_256_gcm();
}

int
model_aead_do(const struct model_aead *a)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	uint8_t none[16];
	int n, ok, good;

	ok = ctx && EVP_CipherInit_ex(ctx, aead_cipher(a), NULL, a->key, a->iv, a->enc);
	if (a->aad_len)
		ok = ok && EVP_CipherUpdate(ctx, NULL, &n, a->aad, (int)a->aad_len);
	if (a->len)
		ok = ok && EVP_CipherUpdate(ctx, a->out, &n, a->in, (int)a->len);
	if (!a->enc)
		ok = ok && EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, (int)a->tag_len, a->tag);
	assert(ok);
	good = EVP_CipherFinal_ex(ctx, none, &n);
	if (a->enc)
		ok = ok && good && EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, (int)a->tag_len, a->tag);
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

static size_t
key_wrap(const uint8_t *kek, int enc, const uint8_t *in, size_t len, uint8_t *out)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int n = 0, m = 0, ok;

	if (!ctx)
		return 0;
	EVP_CIPHER_CTX_set_flags(ctx, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
	ok = EVP_CipherInit_ex(ctx, EVP_aes_256_wrap_pad(), NULL, kek, NULL, enc) &&
		EVP_CipherUpdate(ctx, out, &n, in, (int)len) && EVP_CipherFinal_ex(ctx, out + n, &m);
	EVP_CIPHER_CTX_free(ctx);
	return ok ? (size_t)(n + m) : 0;
}

size_t
model_wrap(const uint8_t *kek, const uint8_t *in, size_t len, uint8_t *out)
{
	return key_wrap(kek, 1, in, len, out);
}

size_t
model_unwrap(const uint8_t *kek, const uint8_t *in, size_t len, uint8_t *out)
{
	return len < 16 || len % 8 ? 0 : key_wrap(kek, 0, in, len, out);
}
