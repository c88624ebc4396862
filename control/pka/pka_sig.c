/* Signature schemes; see pka_sig.h. */
#include "control/pka/pka_sig.h"

#include <string.h>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/obj_mac.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>

#include "common/ct.h"
#include "common/wr.h"
#include "control/pka/pka_op.h"

static const struct pka_scheme schemes[] = {
	{ SIG_RSA_PSS_RSAE_SHA256, PKA_SIG_PSS, 0, EVP_sha256 },
	{ SIG_RSA_PSS_RSAE_SHA384, PKA_SIG_PSS, 0, EVP_sha384 },
	{ SIG_RSA_PSS_RSAE_SHA512, PKA_SIG_PSS, 0, EVP_sha512 },
	{ SIG_ECDSA_P256_SHA256, PKA_SIG_ECDSA, 0, EVP_sha256 },
	{ SIG_ECDSA_P384_SHA384, PKA_SIG_ECDSA, 0, EVP_sha384 },
	{ SIG_ED25519, PKA_SIG_ED25519, 0, NULL },
	{ SIG_RSA_PSS_PSS_SHA256, PKA_SIG_PSS_KEY, 0, EVP_sha256 },
	{ SIG_RSA_PSS_PSS_SHA384, PKA_SIG_PSS_KEY, 0, EVP_sha384 },
	{ SIG_RSA_PSS_PSS_SHA512, PKA_SIG_PSS_KEY, 0, EVP_sha512 },
	{ SIG_RSA_PKCS1_SHA256, PKA_SIG_PKCS1, 0, EVP_sha256 },
	{ SIG_RSA_PKCS1_SHA384, PKA_SIG_PKCS1, 0, EVP_sha384 },
	{ SIG_RSA_PKCS1_SHA512, PKA_SIG_PKCS1, 0, EVP_sha512 },
	{ SIG_RSA_PKCS1_SHA1, PKA_SIG_PKCS1, 0, EVP_sha1 },
	{ SIG_ECDSA_SHA1, PKA_SIG_ECDSA, 0, EVP_sha1 },
	{ SIG_RSA_MD5_SHA1_RAW, PKA_SIG_PKCS1, 36, NULL },
	{ SIG_ECDSA_SHA1_RAW, PKA_SIG_ECDSA, 20, NULL },
	{ SIG_RSA_PKCS1_MD5, PKA_SIG_PKCS1, 0, EVP_md5 },
};

/* RFC 8017 9.2 note 1: DER of DigestInfo up to the digest. */
struct digest_info {
	int nid;
	uint8_t len;
	uint8_t der[19];
};
static const struct digest_info infos[] = {
	{ NID_md5, 18,
		{ 0x30, 0x20, 0x30, 0x0c, 0x06, 0x08, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02,
			0x05, 0x05, 0x00, 0x04, 0x10 } },
	{ NID_sha1, 15,
		{ 0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00,
			0x04, 0x14 } },
	{ NID_sha256, 19,
		{ 0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04,
			0x02, 0x01, 0x05, 0x00, 0x04, 0x20 } },
	{ NID_sha384, 19,
		{ 0x30, 0x41, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04,
			0x02, 0x02, 0x05, 0x00, 0x04, 0x30 } },
	{ NID_sha512, 19,
		{ 0x30, 0x51, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04,
			0x02, 0x03, 0x05, 0x00, 0x04, 0x40 } },
};

const struct pka_scheme *
pka_scheme_find(unsigned code)
{
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (schemes[i].code == code)
			return &schemes[i];
	return NULL;
}

static bool
curve_is_ours(const EVP_PKEY *key)
{
	char name[32];
	size_t n;
	int nid;

	if (EVP_PKEY_get_group_name(key, name, sizeof(name), &n) != 1)
		return false;
	nid = EC_curve_nist2nid(name);
	if (nid == NID_undef)
		nid = OBJ_sn2nid(name);
	return nid == NID_X9_62_prime256v1 || nid == NID_secp384r1;
}

bool
pka_scheme_fits(const struct pka_scheme *s, const EVP_PKEY *key)
{
	int type = EVP_PKEY_get_base_id(key);

	switch (s->type) {
	case PKA_SIG_PKCS1:
	case PKA_SIG_PSS: return type == EVP_PKEY_RSA;
	case PKA_SIG_PSS_KEY: return type == EVP_PKEY_RSA_PSS;
	case PKA_SIG_ECDSA: return type == EVP_PKEY_EC && curve_is_ours(key);
	default: return type == EVP_PKEY_ED25519;
	}
}

unsigned
pka_sig_digest(const struct pka_scheme *s, const uint8_t *msg, size_t len, uint8_t out[EVP_MAX_MD_SIZE])
{
	unsigned n = 0;

	if (s->raw != 0) {
		if (len != s->raw)
			return 0;
		memcpy(out, msg, len);
		return s->raw;
	}
	return EVP_Digest(msg, len, out, &n, s->md(), NULL) == 1 ? n : 0;
}

/* ---- RSA ---- */

/* RFC 8017 9.2: 00 01 FF.. 00 T */
static int
encode_pkcs1(
	const struct pka_scheme *s, const uint8_t *h, unsigned h_len, uint8_t *em, size_t em_len)
{
	struct wr w = wr_init(em, em_len);
	const struct digest_info *di = NULL;
	size_t t_len = h_len, pad;
	uint8_t *ff;

	if (s->raw == 0) {
		for (size_t i = 0; i < sizeof(infos) / sizeof(infos[0]); i++)
			if (infos[i].nid == EVP_MD_get_type(s->md()))
				di = &infos[i];
		if (di == NULL)
			return -1;
		t_len += di->len;
	}
	if (em_len < t_len + 11)
		return -1;
	pad = em_len - t_len - 3;
	wr_u16(&w, 0x0001);
	ff = wr_room(&w, pad);
	if (ff != NULL)
		memset(ff, 0xff, pad);
	wr_u8(&w, 0);
	if (di != NULL)
		wr_bytes(&w, di->der, di->len);
	wr_bytes(&w, h, h_len);
	return wr_ok(&w) ? 0 : -1;
}

/* RFC 8017 B.2.1: xors the mask over out */
static int
mgf1(const EVP_MD *md, const uint8_t *seed, unsigned h_len, uint8_t *out, size_t len)
{
	uint8_t in[EVP_MAX_MD_SIZE + 4], mask[EVP_MAX_MD_SIZE];

	memcpy(in, seed, h_len);
	for (uint32_t counter = 0; len != 0; counter++) {
		struct wr w = wr_init(in + h_len, 4);
		size_t n = len < h_len ? len : h_len;

		wr_u32(&w, counter);
		if (EVP_Digest(in, h_len + 4, mask, NULL, md, NULL) != 1)
			return -1;
		for (size_t i = 0; i < n; i++)
			out[i] ^= mask[i];
		out += n;
		len -= n;
	}
	return 0;
}

/* RFC 8017 9.1.1: maskedDB | H | bc; DB is 00.. 01 salt */
static int
encode_pss(const EVP_MD *md, unsigned bits, const uint8_t *h, unsigned h_len, uint8_t *em,
	size_t em_len)
{
	uint8_t m[8 + 2 * EVP_MAX_MD_SIZE] = { 0 };
	unsigned em_bits = bits - 1;
	size_t db_len;
	uint8_t *salt = m + 8 + h_len, *hash;

	if (em_bits % 8 == 0) { /* the encoded block is a byte shorter than the modulus */
		*em++ = 0;
		em_len--;
	}
	if (em_len < 2 * (size_t)h_len + 2 || RAND_bytes(salt, (int)h_len) != 1)
		return -1;
	db_len = em_len - h_len - 1;
	hash = em + db_len;
	memcpy(m + 8, h, h_len);
	if (EVP_Digest(m, 8 + 2 * (size_t)h_len, hash, NULL, md, NULL) != 1)
		return -1;
	memset(em, 0, db_len);
	em[db_len - h_len - 1] = 1;
	memcpy(em + db_len - h_len, salt, h_len);
	if (mgf1(md, hash, h_len, em, db_len) != 0)
		return -1;
	em[0] &= (uint8_t)(0xff >> (8 * em_len - em_bits));
	em[em_len - 1] = 0xbc;
	return 0;
}

int
pka_rsa_encode(const struct pka_scheme *s, const EVP_PKEY *key, const uint8_t *msg, size_t len,
	uint8_t *em, size_t em_len)
{
	uint8_t h[EVP_MAX_MD_SIZE];
	unsigned h_len = pka_sig_digest(s, msg, len, h);

	if (h_len == 0 || (size_t)EVP_PKEY_get_size(key) != em_len)
		return -1;
	return s->type == PKA_SIG_PKCS1 ? encode_pkcs1(s, h, h_len, em, em_len)
					: encode_pss(s->md(), (unsigned)EVP_PKEY_get_bits(key), h,
						  h_len, em, em_len);
}

int
pka_rsa_private(EVP_PKEY *key, const uint8_t *in, size_t len, uint8_t *out)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	size_t n = len;
	int rc = -1;

	if (ctx != NULL && EVP_PKEY_decrypt_init(ctx) == 1 &&
		EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING) == 1 &&
		EVP_PKEY_decrypt(ctx, out, &n, in, len) == 1 && n == len)
		rc = 0;
	else
		ERR_clear_error();
	EVP_PKEY_CTX_free(ctx);
	return rc;
}

bool
pka_rsa_undoes(EVP_PKEY *key, const uint8_t *sig, const uint8_t *em, size_t len)
{
	uint8_t back[PKA_MAX_MODULUS];
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	size_t n = sizeof(back);
	bool same = len <= sizeof(back) && ctx != NULL && EVP_PKEY_encrypt_init(ctx) == 1 &&
		    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING) == 1 &&
		    EVP_PKEY_encrypt(ctx, back, &n, sig, len) == 1 && n == len &&
		    memcmp(back, em, len) == 0;

	if (!same)
		ERR_clear_error();
	EVP_PKEY_CTX_free(ctx);
	return same;
}

/*
 * libcrypto checks each CRT result with the public exponent before it lets it out, and computes
 * again without CRT when it is wrong: a second check here would cost 6 % for nothing. What the card
 * computes is checked in pka_card.c.
 */
static int
sign_rsa(const struct pka_scheme *s, EVP_PKEY *key, const uint8_t *msg, size_t len, uint8_t *out,
	size_t *out_len)
{
	uint8_t em[PKA_MAX_MODULUS];
	size_t n = (size_t)EVP_PKEY_get_size(key);

	if (n > sizeof(em) || pka_rsa_encode(s, key, msg, len, em, n) != 0 ||
		pka_rsa_private(key, em, n, out) != 0)
		return -1;
	*out_len = n;
	return 0;
}

/* A PSS-only key (RFC 4055) may restrict hash and salt: libcrypto knows its parameters. */
static int
sign_pss_key(const struct pka_scheme *s, EVP_PKEY *key, const uint8_t *h, unsigned h_len,
	uint8_t *out, size_t *out_len)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	size_t n = PKA_MAX_MODULUS;
	int rc = -1;

	if (EVP_PKEY_get_size(key) <= PKA_MAX_MODULUS && ctx != NULL &&
		EVP_PKEY_sign_init(ctx) == 1 && EVP_PKEY_CTX_set_signature_md(ctx, s->md()) == 1 &&
		EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, s->md()) == 1 &&
		EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST) == 1 &&
		EVP_PKEY_sign(ctx, out, &n, h, h_len) == 1) {
		*out_len = n;
		rc = 0;
	} else {
		ERR_clear_error();
	}
	EVP_PKEY_CTX_free(ctx);
	return rc;
}

static int
sign_ecdsa(EVP_PKEY *key, const uint8_t *h, unsigned h_len, uint8_t *out, size_t *out_len)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	size_t n = PKA_MAX_MODULUS;
	int rc = -1;

	if (ctx != NULL && EVP_PKEY_sign_init(ctx) == 1 &&
		EVP_PKEY_sign(ctx, out, &n, h, h_len) == 1) {
		*out_len = n;
		rc = 0;
	} else {
		ERR_clear_error();
	}
	EVP_PKEY_CTX_free(ctx);
	return rc;
}

static int
sign_ed25519(EVP_PKEY *key, const uint8_t *msg, size_t len, uint8_t *out, size_t *out_len)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t n = 64;
	int rc = -1;

	if (ctx != NULL && EVP_DigestSignInit(ctx, NULL, NULL, NULL, key) == 1 &&
		EVP_DigestSign(ctx, out, &n, msg, len) == 1) {
		*out_len = n;
		rc = 0;
	} else {
		ERR_clear_error();
	}
	EVP_MD_CTX_free(ctx);
	return rc;
}

int
pka_sig_sign(const struct pka_scheme *s, EVP_PKEY *key, const uint8_t *msg, size_t len,
	uint8_t *out, size_t *out_len)
{
	uint8_t h[EVP_MAX_MD_SIZE];
	unsigned h_len;

	if (!pka_scheme_fits(s, key))
		return -1;
	if (s->type == PKA_SIG_ED25519)
		return sign_ed25519(key, msg, len, out, out_len);
	if (s->type == PKA_SIG_PKCS1 || s->type == PKA_SIG_PSS)
		return sign_rsa(s, key, msg, len, out, out_len);
	h_len = pka_sig_digest(s, msg, len, h);
	if (h_len == 0)
		return -1;
	return s->type == PKA_SIG_ECDSA ? sign_ecdsa(key, h, h_len, out, out_len)
					: sign_pss_key(s, key, h, h_len, out, out_len);
}

/* ---- verifying ---- */

/* The parameters of an RSA signature. With EVP_md5_sha1() libcrypto leaves out DigestInfo. */
static bool
rsa_params(const struct pka_scheme *s, EVP_PKEY_CTX *ctx)
{
	const EVP_MD *md = s->raw != 0 ? EVP_md5_sha1() : s->md();
	int padding = s->type == PKA_SIG_PKCS1 ? RSA_PKCS1_PADDING : RSA_PKCS1_PSS_PADDING;

	if (EVP_PKEY_CTX_set_rsa_padding(ctx, padding) != 1 ||
		EVP_PKEY_CTX_set_signature_md(ctx, md) != 1)
		return false;
	return padding == RSA_PKCS1_PADDING ||
	       (EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, md) == 1 &&
		       EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST) == 1);
}

static int
verify_ed25519(EVP_PKEY *key, const uint8_t *sig, size_t sig_len, const uint8_t *msg, size_t len)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	int rc = ctx != NULL && EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, key) == 1
			 ? EVP_DigestVerify(ctx, sig, sig_len, msg, len) == 1
			 : -1;

	EVP_MD_CTX_free(ctx);
	ERR_clear_error();
	return rc;
}

int
pka_sig_verify(const struct pka_scheme *s, EVP_PKEY *key, const uint8_t *sig, size_t sig_len,
	const uint8_t *msg, size_t len)
{
	uint8_t h[EVP_MAX_MD_SIZE];
	unsigned h_len;
	EVP_PKEY_CTX *ctx;
	int rc = -1;

	if (!pka_scheme_fits(s, key))
		return 0;
	if (s->type == PKA_SIG_ED25519)
		return verify_ed25519(key, sig, sig_len, msg, len);
	h_len = pka_sig_digest(s, msg, len, h);
	ctx = h_len != 0 ? EVP_PKEY_CTX_new(key, NULL) : NULL;
	if (ctx == NULL || EVP_PKEY_verify_init(ctx) != 1)
		goto out;
	/* parameters that a PSS-only key forbids are a wrong signature, not a failure of ours */
	rc = (s->type == PKA_SIG_ECDSA || rsa_params(s, ctx)) &&
	     EVP_PKEY_verify(ctx, sig, sig_len, h, h_len) == 1;
out:
	ERR_clear_error();
	EVP_PKEY_CTX_free(ctx);
	return rc;
}
