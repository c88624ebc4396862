/* Reference for the chacha lane by libcrypto: ChaCha20-Poly1305 (RFC 8439) and TLS records of 1.2 (RFC 7905) and 1.3 (RFC 8446 5.2). */
#ifndef SLUICE_TB_REF_CHACHA_H
#define SLUICE_TB_REF_CHACHA_H

#include <openssl/evp.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
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
static inline Bytes ref_seal(const Bytes &key, const Bytes &iv, const Bytes &aad, const Bytes &pt) {
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	Bytes out(pt.size() + 16);
	int n = 0;
	ref_must(EVP_EncryptInit_ex(c, EVP_chacha20_poly1305(), nullptr, key.data(), iv.data()));
	if (!aad.empty()) ref_must(EVP_EncryptUpdate(c, nullptr, &n, aad.data(), static_cast<int>(aad.size())));
	if (!pt.empty()) ref_must(EVP_EncryptUpdate(c, out.data(), &n, pt.data(), static_cast<int>(pt.size())));
	ref_must(EVP_EncryptFinal_ex(c, out.data() + pt.size(), &n));
	ref_must(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, 16, out.data() + pt.size()));
	EVP_CIPHER_CTX_free(c);
	return out;
}

static inline Bytes be(uint64_t x, unsigned n) {
	Bytes b(n);
	for (unsigned i = 0; i < n; i++) b[i] = static_cast<uint8_t>(x >> (8 * (n - 1 - i)));
	return b;
}

/* RFC 7905 2, RFC 8446 5.3 */
static inline Bytes ref_nonce(const Bytes &iv, uint64_t seq) {
	Bytes n = iv, s = be(seq, 8);
	for (unsigned i = 0; i < 8; i++) n[4 + i] ^= s[i];
	return n;
}

/* A TLS 1.2 record. */
static inline Bytes ref_record12(const Bytes &key, const Bytes &iv, uint64_t seq, uint8_t type, const Bytes &pt) {
	Bytes head = Bytes{type, 3, 3};
	return head + be(pt.size() + 16, 2) + ref_seal(key, ref_nonce(iv, seq), be(seq, 8) + head + be(pt.size(), 2), pt);
}

/* A TLS 1.3 record of a given TLSInnerPlaintext. */
static inline Bytes ref_record13(const Bytes &key, const Bytes &iv, uint64_t seq, const Bytes &inner) {
	Bytes head = Bytes{23, 3, 3} + be(inner.size() + 16, 2);
	return head + ref_seal(key, ref_nonce(iv, seq), head, inner);
}

#endif
