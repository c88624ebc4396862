/* One AES block by libcrypto, as reference. */
#ifndef SLUICE_TB_REF_AES_H
#define SLUICE_TB_REF_AES_H

#include <openssl/evp.h>

#include <cstdint>

class RefAes {
  public:
	RefAes(const uint8_t *key, bool wide) {
		for (int enc = 0; enc < 2; enc++) {
			ctx_[enc] = EVP_CIPHER_CTX_new();
			EVP_CipherInit_ex(ctx_[enc], wide ? EVP_aes_256_ecb() : EVP_aes_128_ecb(), nullptr, key, nullptr, enc);
			EVP_CIPHER_CTX_set_padding(ctx_[enc], 0);
		}
	}
	~RefAes() {
		for (auto *c : ctx_) EVP_CIPHER_CTX_free(c);
	}
	RefAes(const RefAes &) = delete;
	RefAes &operator=(const RefAes &) = delete;
	void block(bool decrypt, const uint8_t in[16], uint8_t out[16]) {
		int n = 0;
		EVP_CipherUpdate(ctx_[!decrypt], out, &n, in, 16);
	}

  private:
	EVP_CIPHER_CTX *ctx_[2];
};

#endif
