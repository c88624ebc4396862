/* RSA keys for benches: made from the bench's seed, with length and public exponent of choice, and their wrapped blobs. */
#ifndef SLUICE_SIM_PKA_KEYS_H
#define SLUICE_SIM_PKA_KEYS_H

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include "sim/harness/tb.h"

extern "C" {
#include "common/keyblob.h"
}

using Bytes = std::vector<uint8_t>;

struct RsaKey {
	BIGNUM *n = BN_new(), *e = BN_new(), *d = BN_new(), *p, *q;
	EVP_PKEY *pkey = nullptr;
	Bytes plain = Bytes(KEYBLOB_LARGE_PLAIN_BYTES);
	size_t bytes; /* of the modulus */
	BN_CTX *ctx = BN_CTX_new();

	RsaKey(TbRng &rng, uint32_t exponent, unsigned bits = 2048) : bytes(bits / 8) {
		BIGNUM *phi = BN_new(), *dp = BN_new(), *dq = BN_new(), *qi = BN_new(), *p1 = BN_new(), *q1 = BN_new();
		size_t len = 0;
		BN_set_word(e, exponent);
		p = prime(rng);
		do {
			q = prime(rng);
		} while (!BN_cmp(p, q));
		BN_sub(p1, p, BN_value_one());
		BN_sub(q1, q, BN_value_one());
		BN_mul(n, p, q, ctx);
		BN_mul(phi, p1, q1, ctx);
		BN_mod_inverse(d, e, phi, ctx);
		BN_mod(dp, d, p1, ctx);
		BN_mod(dq, d, q1, ctx);
		BN_mod_inverse(qi, q, p, ctx);
		OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
		OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_N, n);
		OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_E, e);
		OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_D, d);
		OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_FACTOR1, p);
		OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_FACTOR2, q);
		OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_EXPONENT1, dp);
		OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_EXPONENT2, dq);
		OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_COEFFICIENT1, qi);
		OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(b);
		EVP_PKEY_CTX *pc = EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr);
		if (EVP_PKEY_fromdata_init(pc) != 1 || EVP_PKEY_fromdata(pc, &pkey, EVP_PKEY_KEYPAIR, params) != 1 ||
		    keyblob_build_rsa(pkey, plain.data(), plain.size(), &len)) {
			fprintf(stderr, "no key\n");
			exit(1);
		}
		plain.resize(len);
		EVP_PKEY_CTX_free(pc);
		OSSL_PARAM_free(params);
		OSSL_PARAM_BLD_free(b);
		for (BIGNUM *x : { phi, dp, dq, qi, p1, q1 }) BN_free(x);
	}
	RsaKey(const RsaKey &) = delete;
	~RsaKey() {
		for (BIGNUM *x : { n, e, d, p, q }) BN_free(x);
		EVP_PKEY_free(pkey);
		BN_CTX_free(ctx);
	}

	/* x^d mod n and x^e mod n on as many bytes as n has, most significant first */
	Bytes private_op(const Bytes &x) const { return power(x, d); }
	Bytes public_op(const Bytes &x) const { return power(x, e); }
	static Bytes number(const BIGNUM *x, size_t len = 256) {
		Bytes b(len);
		BN_bn2binpad(x, b.data(), static_cast<int>(len));
		return b;
	}
	Bytes below(TbRng &rng) const {
		Bytes b = rng.bytes(bytes);
		b[0] &= 0x7f;
		return b;
	}

  private:
	/* a prime of half the length with its two top bits set and no common factor with e in p - 1 */
	BIGNUM *prime(TbRng &rng) {
		Bytes b = rng.bytes(bytes / 2);
		BIGNUM *x = BN_new(), *g = BN_new(), *m = BN_new();
		b[0] |= 0xc0;
		b[bytes / 2 - 1] |= 1;
		BN_bin2bn(b.data(), static_cast<int>(bytes / 2), x);
		for (;;) {
			BN_sub(m, x, BN_value_one());
			BN_gcd(g, m, e, ctx);
			if (BN_is_one(g) && BN_check_prime(x, ctx, nullptr) == 1) break;
			BN_add_word(x, 2);
		}
		BN_free(g);
		BN_free(m);
		return x;
	}
	Bytes power(const Bytes &x, const BIGNUM *exp) const {
		BIGNUM *b = BN_bin2bn(x.data(), static_cast<int>(bytes), nullptr), *r = BN_new();
		BN_mod_exp(r, b, exp, n, ctx);
		Bytes out = number(r, bytes);
		BN_free(b);
		BN_free(r);
		return out;
	}
};

static inline Bytes wrap(const Bytes &kek, const Bytes &plain) {
	Bytes out(plain.size() + 16);
	size_t len = 0;
	if (keyblob_wrap(kek.data(), plain.data(), plain.size(), out.data(), out.size(), &len)) exit(1);
	out.resize(len);
	return out;
}

#endif
