/* Reference for the aead lane by libcrypto: AES-GCM with any AAD, AES-CTR, AES-CBC, and records of TLS 1.2 (RFC 5288) and 1.3 (RFC 8446 5.2). */
#ifndef SLUICE_TB_REF_AEAD_H
#define SLUICE_TB_REF_AEAD_H

#include <openssl/evp.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

using Bytes = std::vector<uint8_t>;

static inline Bytes operator+(Bytes a, const Bytes &b) {
	a.insert(a.end(), b.begin(), b.end());
	return a;
}

static inline void ref_must(int ok) {
	if (ok != 1) {
		fprintf(stderr, "libcrypto refused\n");
		abort();
	}
}

/* ciphertext | 16-byte tag */
static inline Bytes ref_gcm_seal(const Bytes &key, const Bytes &iv, const Bytes &aad, const Bytes &pt) {
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	Bytes out(pt.size() + 16);
	int n = 0;
	ref_must(EVP_EncryptInit_ex(c, key.size() == 32 ? EVP_aes_256_gcm() : EVP_aes_128_gcm(), nullptr, key.data(), iv.data()));
	if (!aad.empty()) ref_must(EVP_EncryptUpdate(c, nullptr, &n, aad.data(), static_cast<int>(aad.size())));
	if (!pt.empty()) ref_must(EVP_EncryptUpdate(c, out.data(), &n, pt.data(), static_cast<int>(pt.size())));
	ref_must(EVP_EncryptFinal_ex(c, out.data() + pt.size(), &n));
	ref_must(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_GET_TAG, 16, out.data() + pt.size()));
	EVP_CIPHER_CTX_free(c);
	return out;
}

/* AES-CTR or AES-CBC without padding */
static inline Bytes ref_cipher(const Bytes &key, bool cbc, bool encrypt, const Bytes &iv, const Bytes &in) {
	const bool wide = key.size() == 32;
	const EVP_CIPHER *alg = cbc ? (wide ? EVP_aes_256_cbc() : EVP_aes_128_cbc()) : (wide ? EVP_aes_256_ctr() : EVP_aes_128_ctr());
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	Bytes out(in.size() + 16);
	int n = 0, m = 0;
	ref_must(EVP_CipherInit_ex(c, alg, nullptr, key.data(), iv.data(), encrypt));
	EVP_CIPHER_CTX_set_padding(c, 0);
	if (!in.empty()) ref_must(EVP_CipherUpdate(c, out.data(), &n, in.data(), static_cast<int>(in.size())));
	ref_must(EVP_CipherFinal_ex(c, out.data() + n, &m));
	out.resize(in.size());
	EVP_CIPHER_CTX_free(c);
	return out;
}

static inline Bytes be(uint64_t x, unsigned n) {
	Bytes b(n);
	for (unsigned i = 0; i < n; i++) b[i] = static_cast<uint8_t>(x >> (8 * (n - 1 - i)));
	return b;
}

/* A TLS 1.2 AES-GCM record (RFC 5246 6.2.3.3, RFC 5288 3) with the given explicit nonce. */
static inline Bytes ref_record(const Bytes &key, const Bytes &salt, uint64_t seq, uint64_t nonce, uint8_t type, uint16_t version,
                               const Bytes &pt) {
	Bytes head = Bytes{type} + be(version, 2);
	Bytes aad = be(seq, 8) + head + be(pt.size(), 2);
	return head + be(pt.size() + 24, 2) + be(nonce, 8) + ref_gcm_seal(key, salt + be(nonce, 8), aad, pt);
}

/* A TLS 1.3 record that protects any inner plaintext (RFC 8446 5.2, 5.3). */
static inline Bytes ref_record13_inner(const Bytes &key, const Bytes &iv, uint64_t seq, const Bytes &inner) {
	Bytes head = Bytes{23, 3, 3} + be(inner.size() + 16, 2), nonce = iv, number = be(seq, 8);
	for (size_t i = 0; i < 8; i++) nonce[4 + i] ^= number[i];
	return head + ref_gcm_seal(key, nonce, head, inner);
}
static inline Bytes ref_record13(const Bytes &key, const Bytes &iv, uint64_t seq, uint8_t type, const Bytes &pt, size_t pad = 0) {
	return ref_record13_inner(key, iv, seq, pt + Bytes{type} + Bytes(pad));
}

#endif
