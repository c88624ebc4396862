/*
 * TLS records made and opened by plain libcrypto calls, straight from RFC 5246 6.2.3 and RFC 5288:
 * the reference that engines are held against. Flat buffers, one call each, no mode of libcrypto
 * that knows TLS.
 */
#ifndef SLUICE_TESTS_REF_RECORD_H
#define SLUICE_TESTS_REF_RECORD_H

#include <string.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "dataplane/crypto/rec_alg.h"

static inline void
ref_header(uint8_t *h, uint64_t seq, uint8_t type, uint16_t version, uint32_t n)
{
	for (int i = 0; i < 8; i++)
		h[i] = (uint8_t)(seq >> (56 - 8 * i));
	h[8] = type;
	h[9] = (uint8_t)(version >> 8);
	h[10] = (uint8_t)version;
	h[11] = (uint8_t)(n >> 8);
	h[12] = (uint8_t)n;
}

static inline int
ref_aes(int enc, const char *mode, const struct rec_keys *k, const uint8_t *iv, const uint8_t *aad,
	uint32_t aad_len, const uint8_t *in, uint32_t n, uint8_t *out, uint8_t *tag)
{
	char name[32];
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	int len, ok;

	snprintf(name, sizeof(name), "AES-%u-%s", rec_alg_get(k->alg)->key_len * 8u, mode);
	ok = EVP_CipherInit_ex(c, EVP_get_cipherbyname(name), NULL, k->key, iv, enc);
	EVP_CIPHER_CTX_set_padding(c, 0);
	if (aad_len != 0)
		ok &= EVP_CipherUpdate(c, NULL, &len, aad, (int)aad_len);
	if (n != 0)
		ok &= EVP_CipherUpdate(c, out, &len, in, (int)n);
	if (aad_len != 0 && !enc)
		EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_SET_TAG, 16, tag);
	ok &= EVP_CipherFinal_ex(c, out + n, &len);
	if (aad_len != 0 && enc)
		EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_GET_TAG, 16, tag);
	EVP_CIPHER_CTX_free(c);
	return ok == 1;
}

static inline void
ref_mac(const struct rec_keys *k, const uint8_t *h, const uint8_t *p, uint32_t n, uint8_t *out)
{
	uint8_t buf[13 + 20000];
	unsigned int len;
	uint32_t mac_len = rec_alg_get(k->alg)->mac_len;

	memcpy(buf, h, 13);
	memcpy(buf + 13, p, n);
	HMAC(mac_len == 20 ? EVP_sha1() : EVP_sha256(), k->mac_key, (int)mac_len, buf, 13 + n, out,
		&len);
}

/* Seals n bytes; iv: the explicit nonce (8) or IV (16), or for TLS 1.0 the last block before.
 * Returns the record's length. */
static inline uint32_t
ref_seal(const struct rec_keys *k, uint64_t seq, uint8_t type, const uint8_t *iv, const uint8_t *p,
	uint32_t n, uint32_t extra_pad, uint8_t *out)
{
	const struct rec_alg *a = rec_alg_get(k->alg);
	uint8_t h[13], nonce[12], buf[20000];
	uint32_t ex = rec_alg_explicit(a, k->version), len, pad;

	ref_header(h, seq, type, k->version, n);
	memcpy(out + 5, iv, ex);
	if (a->mac_len == 0) {
		memcpy(nonce, k->iv, 4);
		memcpy(nonce + 4, iv, 8);
		ref_aes(1, "GCM", k, nonce, h, 13, p, n, out + 13, out + 13 + n);
		len = 8 + n + 16;
	} else {
		memcpy(buf, p, n);
		ref_mac(k, h, p, n, buf + n);
		len = n + a->mac_len;
		pad = 16 - len % 16 + extra_pad;
		memset(buf + len, (int)pad - 1, pad);
		len += pad;
		ref_aes(1, "CBC", k, iv, NULL, 0, buf, len, out + 5 + ex, NULL);
		len += ex;
	}
	out[0] = type;
	out[1] = (uint8_t)(k->version >> 8);
	out[2] = (uint8_t)k->version;
	out[3] = (uint8_t)(len >> 8);
	out[4] = (uint8_t)len;
	return len + 5;
}

/* Opens a record; returns the plaintext's length or -1. chain_iv: TLS 1.0 only. */
static inline int
ref_open(const struct rec_keys *k, uint64_t seq, const uint8_t *chain_iv, const uint8_t *r,
	uint32_t len, uint8_t *out)
{
	const struct rec_alg *a = rec_alg_get(k->alg);
	uint8_t h[13], nonce[12], tag[16], mac[64];
	uint32_t ex = rec_alg_explicit(a, k->version), n, pad;

	if (len < 5 || ((uint32_t)r[3] << 8 | r[4]) != len - 5)
		return -1;
	if (a->mac_len == 0) {
		n = len - 5 - 8 - 16;
		ref_header(h, seq, r[0], k->version, n);
		memcpy(nonce, k->iv, 4);
		memcpy(nonce + 4, r + 5, 8);
		memcpy(tag, r + len - 16, 16);
		return ref_aes(0, "GCM", k, nonce, h, 13, r + 13, n, out, tag) ? (int)n : -1;
	}
	n = len - 5 - ex;
	if (!ref_aes(0, "CBC", k, ex != 0 ? r + 5 : chain_iv, NULL, 0, r + 5 + ex, n, out, NULL))
		return -1;
	pad = out[n - 1] + 1u;
	if (pad + a->mac_len > n)
		return -1;
	for (uint32_t i = 0; i < pad; i++)
		if (out[n - 1 - i] != pad - 1)
			return -1;
	n -= pad + a->mac_len;
	ref_header(h, seq, r[0], k->version, n);
	ref_mac(k, h, out, n, mac);
	return memcmp(mac, out + n, a->mac_len) == 0 ? (int)n : -1;
}

#endif
