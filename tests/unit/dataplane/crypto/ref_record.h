/*
 * Records of every version made and opened by plain libcrypto calls, straight from the documents:
 * the reference that engines are held against. Flat buffers, one call each, no mode of libcrypto
 * that knows TLS, and nothing of the code under test but the names of algorithms: RFC 8446 5.2, RFC
 * 5246 6.2.3, RFC 5288, RFC 7905, RFC 7366, RFC 2246, RFC 6101 5.2.3 and the SSL 2.0 description.
 */
#ifndef SLUICE_TESTS_REF_RECORD_H
#define SLUICE_TESTS_REF_RECORD_H

#include <string.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "dataplane/crypto/rec_alg.h"

enum ref_kind { REF_GCM, REF_CHACHA, REF_CBC, REF_RC4, REF_NULL };

struct ref_suite {
	uint32_t alg;
	enum ref_kind kind;
	const char *cipher, *digest;
	uint32_t key, mac, block;
};

static inline const struct ref_suite *
ref_suite(uint32_t alg)
{
	static const struct ref_suite all[] = {
		{ IPC_ALG_AES128_GCM, REF_GCM, "AES-128-GCM", NULL, 16, 0, 0 },
		{ IPC_ALG_AES256_GCM, REF_GCM, "AES-256-GCM", NULL, 32, 0, 0 },
		{ IPC_ALG_CHACHA20_POLY1305, REF_CHACHA, "ChaCha20-Poly1305", NULL, 32, 0, 0 },
		{ IPC_ALG_AES128_CBC_SHA1, REF_CBC, "AES-128-CBC", "SHA1", 16, 20, 16 },
		{ IPC_ALG_AES256_CBC_SHA1, REF_CBC, "AES-256-CBC", "SHA1", 32, 20, 16 },
		{ IPC_ALG_AES128_CBC_SHA256, REF_CBC, "AES-128-CBC", "SHA256", 16, 32, 16 },
		{ IPC_ALG_AES256_CBC_SHA256, REF_CBC, "AES-256-CBC", "SHA256", 32, 32, 16 },
		{ IPC_ALG_AES256_CBC_SHA384, REF_CBC, "AES-256-CBC", "SHA384", 32, 48, 16 },
		{ IPC_ALG_3DES_CBC_SHA1, REF_CBC, "DES-EDE3-CBC", "SHA1", 24, 20, 8 },
		{ IPC_ALG_3DES_CBC_MD5, REF_CBC, "DES-EDE3-CBC", "MD5", 24, 16, 8 },
		{ IPC_ALG_RC4_SHA1, REF_RC4, NULL, "SHA1", 16, 20, 1 },
		{ IPC_ALG_RC4_MD5, REF_RC4, NULL, "MD5", 16, 16, 1 },
		{ IPC_ALG_NULL_SHA1, REF_NULL, NULL, "SHA1", 0, 20, 1 },
		{ IPC_ALG_NULL_MD5, REF_NULL, NULL, "MD5", 0, 16, 1 },
		{ IPC_ALG_NULL_SHA256, REF_NULL, NULL, "SHA256", 0, 32, 1 },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i].alg == alg)
			return &all[i];
	return NULL;
}

/* RC4, whose state is passed where other algorithms have an IV. */
struct ref_rc4 {
	uint8_t s[256], i, j;
};

static inline void
ref_rc4_init(struct ref_rc4 *r, const uint8_t *key, uint32_t n)
{
	uint8_t j = 0, t;

	for (int i = 0; i < 256; i++)
		r->s[i] = (uint8_t)i;
	for (int i = 0; i < 256; i++) {
		j = (uint8_t)(j + r->s[i] + key[(uint32_t)i % n]);
		t = r->s[i];
		r->s[i] = r->s[j];
		r->s[j] = t;
	}
	r->i = r->j = 0;
}

static inline void
ref_rc4_run(struct ref_rc4 *r, uint8_t *p, uint32_t n)
{
	while (n-- > 0) {
		uint8_t a = r->s[++r->i];

		r->j = (uint8_t)(r->j + a);
		r->s[r->i] = r->s[r->j];
		r->s[r->j] = a;
		*p++ ^= r->s[(uint8_t)(r->s[r->i] + a)];
	}
}

static inline void
ref_be(uint8_t *to, uint64_t v, int n)
{
	for (int i = 0; i < n; i++)
		to[i] = (uint8_t)(v >> (8 * (n - 1 - i)));
}

/* seq | type | version | length */
static inline void
ref_header(uint8_t *h, uint64_t seq, uint8_t type, uint16_t version, uint32_t n)
{
	ref_be(h, seq, 8);
	h[8] = type;
	ref_be(h + 9, version, 2);
	ref_be(h + 11, n, 2);
}

static inline int
ref_cipher(int enc, const struct rec_keys *k, const uint8_t *iv, const uint8_t *aad,
	uint32_t aad_len, const uint8_t *in, uint32_t n, uint8_t *out, uint8_t *tag)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	int len, ok;

	ok = EVP_CipherInit_ex(
		c, EVP_get_cipherbyname(ref_suite(k->alg)->cipher), NULL, k->key, iv, enc);
	EVP_CIPHER_CTX_set_padding(c, 0);
	if (aad_len != 0)
		ok &= EVP_CipherUpdate(c, NULL, &len, aad, (int)aad_len);
	if (n != 0)
		ok &= EVP_CipherUpdate(c, out, &len, in, (int)n);
	if (aad_len != 0 && !enc)
		EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, 16, tag);
	ok &= EVP_CipherFinal_ex(c, out + n, &len);
	if (aad_len != 0 && enc)
		EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, 16, tag);
	EVP_CIPHER_CTX_free(c);
	return ok == 1;
}

static inline void
ref_digest(const char *name, const uint8_t *p, uint32_t n, uint8_t *out)
{
	EVP_Digest(p, n, out, NULL, EVP_get_digestbyname(name), NULL);
}

/* MAC over the header h (13 bytes, of TLS) and n bytes at p. */
static inline void
ref_mac(const struct rec_keys *k, const uint8_t *h, const uint8_t *p, uint32_t n, uint8_t *out)
{
	const struct ref_suite *s = ref_suite(k->alg);
	uint32_t pad = s->mac == 16 ? 48 : 40, at = s->mac;
	static uint8_t buf[200 + 20000];
	unsigned int len;

	if (k->version != 0x0300) {
		memcpy(buf, h, 13);
		memcpy(buf + 13, p, n);
		HMAC(EVP_get_digestbyname(s->digest), k->mac_key, (int)s->mac, buf, 13 + n, out,
			&len);
		return;
	}
	/* hash(secret | pad_2 | hash(secret | pad_1 | seq | type | length | content)) */
	memcpy(buf, k->mac_key, s->mac);
	memset(buf + at, 0x36, pad);
	at += pad;
	memcpy(buf + at, h, 9);
	memcpy(buf + at + 9, h + 11, 2);
	memcpy(buf + at + 11, p, n);
	ref_digest(s->digest, buf, at + 11 + n, out);
	memset(buf + s->mac, 0x5c, pad);
	memcpy(buf + at, out, s->mac);
	ref_digest(s->digest, buf, at + s->mac, out);
}

/* The nonce of TLS 1.3 and of ChaCha20-Poly1305. */
static inline void
ref_nonce(const struct rec_keys *k, uint64_t seq, uint8_t nonce[12])
{
	memset(nonce, 0, 12);
	ref_be(nonce + 4, seq, 8);
	for (int i = 0; i < 12; i++)
		nonce[i] ^= k->iv[i];
}

/* Bytes of nonce or IV in the record. */
static inline uint32_t
ref_explicit(const struct rec_keys *k)
{
	const struct ref_suite *s = ref_suite(k->alg);

	if (s->kind == REF_GCM)
		return k->version == 0x0303 ? 8 : 0;
	return s->kind == REF_CBC && k->version >= 0x0302 ? s->block : 0;
}

static inline uint32_t
ref_finish(const struct rec_keys *k, uint8_t type, uint32_t len, uint8_t *out)
{
	out[0] = type;
	ref_be(out + 1, k->version == 0x0304 ? 0x0303 : k->version, 2);
	ref_be(out + 3, len, 2);
	return len + 5;
}

static inline uint32_t
ref_seal_13(const struct rec_keys *k, uint64_t seq, uint8_t type, const uint8_t *p, uint32_t n,
	uint32_t zeros, uint8_t *out)
{
	static uint8_t inner[20000];
	uint8_t nonce[12];
	uint32_t len = n + 1 + zeros;

	memset(inner, 0, sizeof(inner));
	if (n != 0)
		memcpy(inner, p, n);
	inner[n] = type;
	ref_nonce(k, seq, nonce);
	ref_finish(k, 23, len + 16, out);
	ref_cipher(1, k, nonce, out, 5, inner, len, out + 5, out + 5 + len);
	return 5 + len + 16;
}

static inline uint32_t
ref_seal_ssl2(const struct rec_keys *k, uint64_t seq, uint8_t *state, const uint8_t *p, uint32_t n,
	uint8_t *out)
{
	const struct ref_suite *s = ref_suite(k->alg);
	static uint8_t buf[40000], mac_in[40000];
	uint32_t pad = s->block > 1 ? (s->block - (16 + n) % s->block) % s->block : 0,
		 len = 16 + n + pad, head = pad != 0 ? 3 : 2;

	memcpy(mac_in, k->mac_key, s->key);
	if (n != 0)
		memcpy(mac_in + s->key, p, n);
	memset(mac_in + s->key + n, 0xa5, pad); /* padding is anything */
	ref_be(mac_in + s->key + n + pad, seq, 4);
	ref_digest("MD5", mac_in, s->key + n + pad + 4, buf);
	memcpy(buf + 16, mac_in + s->key, n + pad);
	if (s->kind == REF_RC4)
		ref_rc4_run((struct ref_rc4 *)state, buf, len);
	else
		ref_cipher(1, k, state, NULL, 0, buf, len, buf, NULL);
	ref_be(out, head == 2 ? 0x8000 | len : len, 2);
	if (head == 3)
		out[2] = (uint8_t)pad;
	memcpy(out + head, buf, len);
	return head + len;
}

/*
 * Seals n bytes and returns the record's length. state: the explicit nonce (8) or IV (a block), up
 * to TLS 1.0 the last block before, for RC4 a struct ref_rc4. extra: more padding than needed, in
 * whole blocks; TLS 1.3: zeros.
 */
static inline uint32_t
ref_seal(const struct rec_keys *k, uint64_t seq, uint8_t type, uint8_t *state, const uint8_t *p,
	uint32_t n, uint32_t extra, uint8_t *out)
{
	const struct ref_suite *s = ref_suite(k->alg);
	static uint8_t buf[20000];
	uint32_t ex = ref_explicit(k), len = n, pad, etm = k->flags & IPC_KEYS_ETM;
	uint8_t h[13], nonce[12];

	if (k->version == 0x0304)
		return ref_seal_13(k, seq, type, p, n, extra, out);
	if (k->version == 0x0002)
		return ref_seal_ssl2(k, seq, state, p, n, out);
	ref_header(h, seq, type, k->version, n);
	if (ex != 0)
		memcpy(out + 5, state, ex);
	if (s->kind == REF_GCM || s->kind == REF_CHACHA) {
		ref_nonce(k, seq, nonce);
		if (ex != 0) {
			memcpy(nonce, k->iv, 4);
			memcpy(nonce + 4, state, 8);
		}
		ref_cipher(1, k, nonce, h, 13, p, n, out + 5 + ex, out + 5 + ex + n);
		return ref_finish(k, type, ex + n + 16, out);
	}
	if (n != 0)
		memcpy(buf, p, n);
	if (!etm) {
		ref_mac(k, h, p, n, buf + n);
		len += s->mac;
	}
	if (s->kind == REF_CBC) {
		pad = s->block - len % s->block + extra;
		memset(buf + len, (int)pad - 1, pad);
		if (k->version == 0x0300) /* anything, but for its length */
			memset(buf + len, 0x5a, pad - 1);
		len += pad;
		ref_cipher(1, k, state, NULL, 0, buf, len, out + 5 + ex, NULL);
		len += ex;
	} else {
		if (s->kind == REF_RC4)
			ref_rc4_run((struct ref_rc4 *)state, buf, len);
		memcpy(out + 5, buf, len);
	}
	if (etm) {
		ref_header(h, seq, type, k->version, len);
		ref_mac(k, h, out + 5, len, out + 5 + len);
		len += s->mac;
	}
	return ref_finish(k, type, len, out);
}

/* The last block of ciphertext, which is the next record's IV up to TLS 1.0. */
static inline void
ref_next_iv(const struct rec_keys *k, const uint8_t *rec, uint32_t len, uint8_t *iv)
{
	const struct ref_suite *s = ref_suite(k->alg);

	if (s->kind == REF_CBC)
		memcpy(iv, rec + len - s->block - ((k->flags & IPC_KEYS_ETM) != 0 ? s->mac : 0),
			s->block);
}

/* TLS 1.3: the content type comes behind the content in out. */
static inline int
ref_open_13(const struct rec_keys *k, uint64_t seq, const uint8_t *r, uint32_t len, uint8_t *out)
{
	uint8_t nonce[12], tag[16];
	uint32_t n = len - 5 - 16;

	if (len < 5 + 16 || r[0] != 23 || r[1] != 3 || r[2] != 3)
		return -1;
	ref_nonce(k, seq, nonce);
	memcpy(tag, r + len - 16, 16);
	if (!ref_cipher(0, k, nonce, r, 5, r + 5, n, out, tag))
		return -1;
	while (n > 0 && out[n - 1] == 0)
		n--;
	return (int)n - 1;
}

static inline int
ref_open_ssl2(const struct rec_keys *k, uint64_t seq, uint8_t *state, const uint8_t *r,
	uint32_t len, uint8_t *out)
{
	const struct ref_suite *s = ref_suite(k->alg);
	static uint8_t buf[40000], mac_in[40000];
	uint32_t head = (r[0] & 0x80) != 0 ? 2 : 3, pad = head == 3 ? r[2] : 0, n = len - head;
	uint8_t mac[16];

	if ((((uint32_t)r[0] << 8 | r[1]) & (head == 2 ? 0x7fff : 0x3fff)) != n)
		return -1;
	memcpy(buf, r + head, n);
	if (s->kind == REF_RC4)
		ref_rc4_run((struct ref_rc4 *)state, buf, n);
	else
		ref_cipher(0, k, state, NULL, 0, buf, n, buf, NULL);
	memcpy(mac_in, k->mac_key, s->key);
	memcpy(mac_in + s->key, buf + 16, n - 16);
	ref_be(mac_in + s->key + n - 16, seq, 4);
	ref_digest("MD5", mac_in, s->key + n - 16 + 4, mac);
	if (memcmp(mac, buf, 16) != 0)
		return -1;
	memcpy(out, buf + 16, n - 16 - pad);
	return (int)(n - 16 - pad);
}

/* Opens a record; returns the plaintext's length or -1. state: as for ref_seal(), where it is not
 * in the record. TLS 1.3: the content type is out[length]. */
static inline int
ref_open(const struct rec_keys *k, uint64_t seq, uint8_t *state, const uint8_t *r, uint32_t len,
	uint8_t *out)
{
	const struct ref_suite *s = ref_suite(k->alg);
	uint32_t ex = ref_explicit(k), n, pad, etm = k->flags & IPC_KEYS_ETM;
	uint8_t h[13], nonce[12], tag[16], mac[64];

	if (k->version == 0x0002)
		return ref_open_ssl2(k, seq, state, r, len, out);
	if (len < 5 || ((uint32_t)r[3] << 8 | r[4]) != len - 5)
		return -1;
	if (k->version == 0x0304)
		return ref_open_13(k, seq, r, len, out);
	if (s->kind == REF_GCM || s->kind == REF_CHACHA) {
		n = len - 5 - ex - 16;
		ref_header(h, seq, r[0], k->version, n);
		ref_nonce(k, seq, nonce);
		if (ex != 0) {
			memcpy(nonce, k->iv, 4);
			memcpy(nonce + 4, r + 5, 8);
		}
		memcpy(tag, r + len - 16, 16);
		return ref_cipher(0, k, nonce, h, 13, r + 5 + ex, n, out, tag) ? (int)n : -1;
	}
	n = len - 5;
	if (etm) {
		n -= s->mac;
		ref_header(h, seq, r[0], k->version, n);
		ref_mac(k, h, r + 5, n, mac);
		if (memcmp(mac, r + 5 + n, s->mac) != 0)
			return -1;
	}
	n -= ex;
	if (s->kind == REF_CBC) {
		if (!ref_cipher(0, k, ex != 0 ? r + 5 : state, NULL, 0, r + 5 + ex, n, out, NULL))
			return -1;
		pad = out[n - 1] + 1u;
		if (pad + (etm ? 0 : s->mac) > n || (k->version == 0x0300 && pad > s->block))
			return -1;
		for (uint32_t i = 0; i < pad && k->version != 0x0300; i++)
			if (out[n - 1 - i] != pad - 1)
				return -1;
		n -= pad;
	} else {
		memcpy(out, r + 5, n);
		if (s->kind == REF_RC4)
			ref_rc4_run((struct ref_rc4 *)state, out, n);
	}
	if (etm)
		return (int)n;
	n -= s->mac;
	ref_header(h, seq, r[0], k->version, n);
	ref_mac(k, h, out, n, mac);
	return memcmp(mac, out + n, s->mac) == 0 ? (int)n : -1;
}

#endif
