/* The tests' own software implementation: see soft.h. */
#include <assert.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/hmac.h>

#include "tests/pmd/soft.h"

#define MAX 20480

void
soft_gcm_seal(const uint8_t *key, int key_len, const uint8_t iv[12], const uint8_t *aad,
	uint32_t aad_len, const uint8_t *in, uint32_t len, uint8_t *out, uint8_t tag[16])
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	int n;

	EVP_EncryptInit_ex(c, key_len == 16 ? EVP_aes_128_gcm() : EVP_aes_256_gcm(), NULL, key, iv);
	if (aad_len)
		EVP_EncryptUpdate(c, NULL, &n, aad, (int)aad_len);
	if (len)
		EVP_EncryptUpdate(c, out, &n, in, (int)len);
	EVP_EncryptFinal_ex(c, out + len, &n);
	EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, 16, tag);
	EVP_CIPHER_CTX_free(c);
}

bool
soft_gcm_open(const uint8_t *key, int key_len, const uint8_t iv[12], const uint8_t *aad,
	uint32_t aad_len, const uint8_t *in, uint32_t len, uint8_t *out, const uint8_t tag[16])
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	int n, good;

	EVP_DecryptInit_ex(c, key_len == 16 ? EVP_aes_128_gcm() : EVP_aes_256_gcm(), NULL, key, iv);
	if (aad_len)
		EVP_DecryptUpdate(c, NULL, &n, aad, (int)aad_len);
	if (len)
		EVP_DecryptUpdate(c, out, &n, in, (int)len);
	EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, 16, (void *)(uintptr_t)tag);
	good = EVP_DecryptFinal_ex(c, out + len, &n);
	EVP_CIPHER_CTX_free(c);
	return good == 1;
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
soft_prf(const uint8_t *secret, uint32_t secret_len, const uint8_t *seed, uint32_t seed_len,
	uint8_t *out, uint32_t out_len)
{
	uint8_t a[32 + 2048], block[32];

	assert(seed_len <= 2048);
	soft_hmac(EVP_sha256(), secret, secret_len, seed, seed_len, a);
	memcpy(a + 32, seed, seed_len);
	while (out_len) {
		uint32_t n = out_len < 32 ? out_len : 32;

		soft_hmac(EVP_sha256(), secret, secret_len, a, 32 + seed_len, block);
		memcpy(out, block, n);
		out += n;
		out_len -= n;
		soft_hmac(EVP_sha256(), secret, secret_len, a, 32, block);
		memcpy(a, block, 32);
	}
}

static void
put_aad(uint8_t aad[13], const struct soft_record *r, uint8_t type, uint32_t len)
{
	for (int i = 0; i < 8; i++)
		aad[i] = (uint8_t)(r->seq >> (56 - 8 * i));
	aad[8] = type;
	aad[9] = (uint8_t)(r->version >> 8);
	aad[10] = (uint8_t)r->version;
	aad[11] = (uint8_t)(len >> 8);
	aad[12] = (uint8_t)len;
}

static void
mac(const struct soft_record *r, uint8_t type, const uint8_t *data, uint32_t len, uint8_t *out)
{
	uint8_t buf[13 + MAX];

	put_aad(buf, r, type, len);
	memcpy(buf + 13, data, len);
	soft_hmac(r->md, r->mac_key, r->mac_len, buf, 13 + len, out);
}

static const EVP_CIPHER *
cbc(const struct soft_record *r)
{
	return r->key_len == 16 ? EVP_aes_128_cbc() : EVP_aes_256_cbc();
}

uint32_t
soft_seal(struct soft_record *r, uint8_t type, const uint8_t *in, uint32_t len, const uint8_t *nonce,
	uint32_t pad, uint8_t *out)
{
	uint32_t iv_len = !r->md ? 8 : r->version > 0x0301 ? 16 : 0, n;
	uint8_t aad[13], iv[16], plain[MAX], *body = out + 5 + iv_len;

	if (iv_len)
		memcpy(out + 5, nonce, iv_len);
	if (!r->md) {
		memcpy(iv, r->iv, 4);
		memcpy(iv + 4, nonce, 8);
		put_aad(aad, r, type, len);
		soft_gcm_seal(r->key, r->key_len, iv, aad, 13, in, len, body, body + len);
		n = len + 16;
	} else {
		uint32_t fill = 16 - (len + r->mac_len) % 16 + 16 * pad;

		memcpy(plain, in, len);
		mac(r, type, in, len, plain + len);
		memset(plain + len + r->mac_len, (int)fill - 1, fill);
		n = len + r->mac_len + fill;
		soft_cipher(cbc(r), true, r->key, iv_len ? nonce : r->iv, plain, n, body);
		if (!iv_len)
			memcpy(r->iv, body + n - 16, 16);
	}
	n += iv_len;
	out[0] = type;
	out[1] = (uint8_t)(r->version >> 8);
	out[2] = (uint8_t)r->version;
	out[3] = (uint8_t)(n >> 8);
	out[4] = (uint8_t)n;
	r->seq++;
	return n + 5;
}

int
soft_open(struct soft_record *r, const uint8_t *in, uint32_t len, uint8_t *type, uint8_t *out)
{
	uint32_t iv_len = !r->md ? 8 : r->version > 0x0301 ? 16 : 0, n, pad;
	uint8_t aad[13], iv[16], plain[MAX], want[32];
	const uint8_t *body = in + 5 + iv_len;

	if (len < 5 + iv_len + 16 || (in[1] << 8 | in[2]) != r->version || (uint32_t)(in[3] << 8 | in[4]) != len - 5)
		return -1;
	*type = in[0];
	n = len - 5 - iv_len;
	if (!r->md) {
		n -= 16;
		memcpy(iv, r->iv, 4);
		memcpy(iv + 4, in + 5, 8);
		put_aad(aad, r, *type, n);
		if (!soft_gcm_open(r->key, r->key_len, iv, aad, 13, body, n, out, body + n))
			return -1;
	} else {
		if (n % 16)
			return -1;
		soft_cipher(cbc(r), false, r->key, iv_len ? in + 5 : r->iv, body, n, plain);
		if (!iv_len)
			memcpy(r->iv, body + n - 16, 16);
		pad = plain[n - 1] + 1u;
		if (pad + r->mac_len > n)
			return -1;
		for (uint32_t i = 0; i < pad; i++)
			if (plain[n - 1 - i] != pad - 1)
				return -1;
		n -= pad + r->mac_len;
		mac(r, *type, plain, n, want);
		if (CRYPTO_memcmp(want, plain + n, r->mac_len))
			return -1;
		memcpy(out, plain, n);
	}
	r->seq++;
	return (int)n;
}
