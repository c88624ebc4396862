/* What the ecc benches compare with: P-256 or P-384, X25519 and Ed25519 by libcrypto, and a little arithmetic modulo the order. Numbers are 32 or 48
 * bytes, big-endian for the prime curves, little-endian for X25519. */
#ifndef SLUICE_SIM_REF_EC_H
#define SLUICE_SIM_REF_EC_H

#include <string>
#include <vector>

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>

using Bytes = std::vector<uint8_t>;

static inline Bytes operator+(Bytes a, const Bytes &b) {
	a.insert(a.end(), b.begin(), b.end());
	return a;
}
static inline Bytes part(const Bytes &a, size_t from, size_t n) {
	return Bytes(a.begin() + static_cast<long>(from), a.begin() + static_cast<long>(from + n));
}

class RefEc {
  public:
	const size_t bytes; /* of a coordinate and of the order */

	explicit RefEc(int nid = NID_X9_62_prime256v1, size_t n = 32) : bytes(n), g_(EC_GROUP_new_by_curve_name(nid)), ctx_(BN_CTX_new()) {
		n_ = EC_GROUP_get0_order(g_);
		p_ = BN_new();
		EC_GROUP_get_curve(g_, p_, nullptr, nullptr, ctx_);
	}
	~RefEc() {
		BN_free(p_);
		BN_CTX_free(ctx_);
		EC_GROUP_free(g_);
	}
	RefEc(const RefEc &) = delete;
	RefEc &operator=(const RefEc &) = delete;

	Bytes order() const { return put(n_); }
	Bytes prime() const { return put(p_); }
	/* a + k */
	static Bytes plus(const Bytes &a, int k) {
		BIGNUM *x = get(a);
		if (k < 0) BN_sub_word(x, static_cast<BN_ULONG>(-k));
		else BN_add_word(x, static_cast<BN_ULONG>(k));
		Bytes out(a.size());
		BN_bn2binpad(x, out.data(), static_cast<int>(out.size()));
		BN_free(x);
		return out;
	}
	/* k P as x | y, empty at infinity; G when xy is empty */
	Bytes mul(const Bytes &k, const Bytes &xy = {}) const {
		BIGNUM *bk = get(k);
		EC_POINT *q = EC_POINT_new(g_), *p = xy.empty() ? nullptr : point(xy);
		EC_POINT_mul(g_, q, p ? nullptr : bk, p, p ? bk : nullptr, ctx_);
		Bytes out = affine(q);
		EC_POINT_free(p);
		EC_POINT_free(q);
		BN_free(bk);
		return out;
	}
	bool on_curve(const Bytes &xy) const {
		EC_POINT *p = EC_POINT_new(g_);
		BIGNUM *x = get(part(xy, 0, bytes)), *y = get(part(xy, bytes, bytes));
		bool ok = BN_cmp(x, p_) < 0 && BN_cmp(y, p_) < 0 && EC_POINT_set_affine_coordinates(g_, p, x, y, ctx_) == 1;
		EC_POINT_free(p);
		BN_free(x);
		BN_free(y);
		return ok;
	}
	/* the point with x = 0 */
	Bytes zero_x() const {
		EC_POINT *p = EC_POINT_new(g_);
		BIGNUM *x = BN_new();
		EC_POINT_set_compressed_coordinates(g_, p, x, 0, ctx_);
		Bytes out = affine(p);
		EC_POINT_free(p);
		BN_free(x);
		return out;
	}
	/* the leftmost bits of a digest, as many as the order has, as a number */
	Bytes digest_number(const Bytes &digest) const {
		Bytes e(bytes);
		size_t n = digest.size() < bytes ? digest.size() : bytes;
		std::copy(digest.begin(), digest.begin() + static_cast<long>(n), e.begin() + static_cast<long>(bytes - n));
		return e;
	}
	/* r | s with nonce k (FIPS 186-5 6.4.1) */
	Bytes sign(const Bytes &d, const Bytes &digest, const Bytes &k) const {
		BIGNUM *bd = get(d), *e = get(digest_number(digest)), *bk = get(k), *r = get(part(mul(k), 0, bytes)), *s = BN_new();
		BN_nnmod(r, r, n_, ctx_);
		BN_mod_mul(s, r, bd, n_, ctx_);
		BN_mod_add(s, s, e, n_, ctx_);
		BN_mod_inverse(bk, bk, n_, ctx_);
		BN_mod_mul(s, s, bk, n_, ctx_);
		Bytes out = put(r) + put(s);
		for (BIGNUM *x : { bd, e, bk, r, s }) BN_free(x);
		return out;
	}
	bool verify(const Bytes &rs, const Bytes &q, const Bytes &digest) const {
		BIGNUM *r = get(part(rs, 0, bytes)), *s = get(part(rs, bytes, bytes)), *e = get(digest_number(digest));
		bool ok = false;
		if (!BN_is_zero(r) && !BN_is_zero(s) && BN_cmp(r, n_) < 0 && BN_cmp(s, n_) < 0) {
			BIGNUM *w = BN_mod_inverse(nullptr, s, n_, ctx_), *u2 = BN_new();
			BN_mod_mul(e, e, w, n_, ctx_);
			BN_mod_mul(u2, r, w, n_, ctx_);
			EC_POINT *p = EC_POINT_new(g_), *qp = point(q);
			EC_POINT_mul(g_, p, e, qp, u2, ctx_);
			Bytes xy = affine(p);
			if (!xy.empty()) {
				BIGNUM *x = get(part(xy, 0, bytes));
				BN_nnmod(x, x, n_, ctx_);
				ok = BN_cmp(x, r) == 0;
				BN_free(x);
			}
			EC_POINT_free(p);
			EC_POINT_free(qp);
			BN_free(w);
			BN_free(u2);
		}
		BN_free(r);
		BN_free(s);
		BN_free(e);
		return ok;
	}
	/* RFC 7748; all zeros for a point of small order */
	static Bytes x25519(const Bytes &k, const Bytes &u) {
		EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, nullptr, k.data(), 32);
		EVP_PKEY *peer = EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, nullptr, u.data(), 32);
		EVP_PKEY_CTX *c = EVP_PKEY_CTX_new(key, nullptr);
		Bytes out(32);
		size_t len = 32;
		if (EVP_PKEY_derive_init(c) != 1 || EVP_PKEY_derive_set_peer(c, peer) != 1 || EVP_PKEY_derive(c, out.data(), &len) != 1) out.assign(32, 0);
		EVP_PKEY_CTX_free(c);
		EVP_PKEY_free(key);
		EVP_PKEY_free(peer);
		return out;
	}
	static Bytes x25519_public(const Bytes &k) {
		Bytes nine(32);
		nine[0] = 9;
		return x25519(k, nine);
	}
	static Bytes sha512(const Bytes &m) {
		Bytes out(64);
		unsigned len = 64;
		EVP_Digest(m.data(), m.size(), out.data(), &len, EVP_sha512(), nullptr);
		return out;
	}
	/* RFC 8032 5.1 */
	static Bytes ed25519_public(const Bytes &seed) {
		EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), 32);
		Bytes out(32);
		size_t len = 32;
		EVP_PKEY_get_raw_public_key(key, out.data(), &len);
		EVP_PKEY_free(key);
		return out;
	}
	static Bytes ed25519_sign(const Bytes &seed, const Bytes &message) {
		EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), 32);
		EVP_MD_CTX *c = EVP_MD_CTX_new();
		Bytes out(64);
		size_t len = 64;
		if (EVP_DigestSignInit(c, nullptr, nullptr, nullptr, key) != 1 || EVP_DigestSign(c, out.data(), &len, message.data(), message.size()) != 1) out.clear();
		EVP_MD_CTX_free(c);
		EVP_PKEY_free(key);
		return out;
	}
	/* a number in [1, n) from random bytes */
	Bytes scalar(const Bytes &random) const {
		BIGNUM *x = get(random), *m = BN_dup(n_);
		BN_sub_word(m, 1);
		BN_nnmod(x, x, m, ctx_);
		BN_add_word(x, 1);
		Bytes out = put(x);
		BN_free(x);
		BN_free(m);
		return out;
	}
	/* x mod n for a number of any length */
	Bytes reduce(const Bytes &x) const {
		BIGNUM *b = get(x);
		BN_nnmod(b, b, n_, ctx_);
		Bytes out = put(b);
		BN_free(b);
		return out;
	}

  private:
	EC_GROUP *g_;
	BN_CTX *ctx_;
	const BIGNUM *n_;
	BIGNUM *p_;

	static BIGNUM *get(const Bytes &b) { return BN_bin2bn(b.data(), static_cast<int>(b.size()), nullptr); }
	Bytes put(const BIGNUM *x) const {
		Bytes b(bytes);
		BN_bn2binpad(x, b.data(), static_cast<int>(bytes));
		return b;
	}
	EC_POINT *point(const Bytes &xy) const {
		EC_POINT *p = EC_POINT_new(g_);
		BIGNUM *x = get(part(xy, 0, bytes)), *y = get(part(xy, bytes, bytes));
		EC_POINT_set_affine_coordinates(g_, p, x, y, ctx_);
		BN_free(x);
		BN_free(y);
		return p;
	}
	Bytes affine(const EC_POINT *p) const {
		if (EC_POINT_is_at_infinity(g_, p)) return {};
		BIGNUM *x = BN_new(), *y = BN_new();
		EC_POINT_get_affine_coordinates(g_, p, x, y, ctx_);
		Bytes out = put(x) + put(y);
		BN_free(x);
		BN_free(y);
		return out;
	}
};

#endif
