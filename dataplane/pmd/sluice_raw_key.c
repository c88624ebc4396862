/*
 * Raw private keys of the standard API, for a simulated device whose key-encryption key is at hand: builds the card's key blob and wraps it as
 * the control process does. In the product keys come wrapped and are never seen here.
 */
#include <errno.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>

#include "common/ct.h"
#include "common/keyblob.h"
#include "dataplane/pmd/sluice_private.h"

_Static_assert(KEYBLOB_LARGE_WRAPPED_BYTES <= RTE_PMD_SLUICE_PKA_MAX_IN, "a wrapped key fits its slot");

static int
push(OSSL_PARAM_BLD *bld, const char *name, const rte_crypto_uint *x, BIGNUM **bn)
{
	*bn = x->data ? BN_bin2bn(x->data, (int)x->length, NULL) : NULL;
	return *bn && OSSL_PARAM_BLD_push_BN(bld, name, *bn);
}

/* libcrypto wants d as well: e d = 1 mod (p-1)(q-1) */
static int
push_d(OSSL_PARAM_BLD *bld, BIGNUM *const bn[], BIGNUM **d)
{
	BN_CTX *ctx = BN_CTX_secure_new();
	BIGNUM *p, *q;
	int ok = 0;

	if (!ctx)
		return 0;
	BN_CTX_start(ctx);
	p = BN_CTX_get(ctx);
	q = BN_CTX_get(ctx);
	if (q && BN_sub(p, bn[2], BN_value_one()) && BN_sub(q, bn[3], BN_value_one()) && BN_mul(p, p, q, ctx)) {
		BN_set_flags(p, BN_FLG_CONSTTIME);
		*d = BN_mod_inverse(NULL, bn[1], p, ctx);
		ok = *d && OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_D, *d);
	}
	BN_CTX_end(ctx);
	BN_CTX_free(ctx);
	return ok;
}

static EVP_PKEY *
pkey(const struct rte_crypto_rsa_xform *x)
{
	enum { PARTS = 7 };
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	BIGNUM *bn[PARTS + 1] = { NULL };
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	OSSL_PARAM *params = NULL;
	EVP_PKEY *key = NULL;

	if (bld && ctx && push(bld, OSSL_PKEY_PARAM_RSA_N, &x->n, &bn[0]) &&
			push(bld, OSSL_PKEY_PARAM_RSA_E, &x->e, &bn[1]) &&
			push(bld, OSSL_PKEY_PARAM_RSA_FACTOR1, &x->qt.p, &bn[2]) &&
			push(bld, OSSL_PKEY_PARAM_RSA_FACTOR2, &x->qt.q, &bn[3]) &&
			push(bld, OSSL_PKEY_PARAM_RSA_EXPONENT1, &x->qt.dP, &bn[4]) &&
			push(bld, OSSL_PKEY_PARAM_RSA_EXPONENT2, &x->qt.dQ, &bn[5]) &&
			push(bld, OSSL_PKEY_PARAM_RSA_COEFFICIENT1, &x->qt.qInv, &bn[6]) && push_d(bld, bn, &bn[PARTS]))
		params = OSSL_PARAM_BLD_to_param(bld);
	if (params && EVP_PKEY_fromdata_init(ctx) == 1)
		EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_KEYPAIR, params);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(bld);
	EVP_PKEY_CTX_free(ctx);
	for (int i = 0; i <= PARTS; i++)
		BN_clear_free(bn[i]);
	return key;
}

int
sluice_rsa_wrap(const struct rte_crypto_rsa_xform *x, const uint8_t kek[32], uint8_t *blob, size_t room)
{
	uint8_t plain[KEYBLOB_LARGE_PLAIN_BYTES];
	size_t len = 0, wrapped = 0;
	EVP_PKEY *key;
	int rc;

	if (x->key_type != RTE_RSA_KEY_TYPE_QT)
		return -ENOTSUP;
	key = pkey(x);
	if (!key)
		return -EINVAL;
	rc = keyblob_build_rsa(key, plain, sizeof(plain), &len);
	if (rc == 0)
		rc = keyblob_wrap(kek, plain, len, blob, room, &wrapped);
	ct_wipe(plain, sizeof(plain));
	EVP_PKEY_free(key);
	return rc ? rc : (int)wrapped;
}

/* The key pair of a scalar: libcrypto computes its point. */
static EVP_PKEY *
ec_pkey(uint8_t curve, const uint8_t *scalar, size_t n)
{
	bool p384 = curve == RTE_PMD_SLUICE_CURVE_P384;
	EC_GROUP *group = EC_GROUP_new_by_curve_name(p384 ? NID_secp384r1 : NID_X9_62_prime256v1);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	EC_POINT *point = group ? EC_POINT_new(group) : NULL;
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	BIGNUM *d = BN_bin2bn(scalar, (int)n, BN_secure_new());
	uint8_t pub[1 + 2 * 48];
	OSSL_PARAM *params = NULL;
	EVP_PKEY *key = NULL;
	size_t len;

	if (ctx && point && bld && d && !BN_is_zero(d) && BN_cmp(d, EC_GROUP_get0_order(group)) < 0 &&
			EC_POINT_mul(group, point, d, NULL, NULL, NULL)) {
		len = EC_POINT_point2oct(group, point, POINT_CONVERSION_UNCOMPRESSED, pub, sizeof(pub), NULL);
		if (len && OSSL_PARAM_BLD_push_utf8_string(bld, OSSL_PKEY_PARAM_GROUP_NAME, p384 ? "P-384" : "P-256", 0) &&
				OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_PRIV_KEY, d) &&
				OSSL_PARAM_BLD_push_octet_string(bld, OSSL_PKEY_PARAM_PUB_KEY, pub, len))
			params = OSSL_PARAM_BLD_to_param(bld);
	}
	if (params && EVP_PKEY_fromdata_init(ctx) == 1)
		EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_KEYPAIR, params);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(bld);
	EVP_PKEY_CTX_free(ctx);
	EC_POINT_free(point);
	EC_GROUP_free(group);
	BN_clear_free(d);
	return key;
}

int
sluice_ec_wrap(uint8_t curve, const uint8_t *scalar, size_t n, const uint8_t kek[32], uint8_t *blob,
	size_t room)
{
	uint8_t plain[SLUICE_EC_KEY_BYTES];
	size_t len = 0, wrapped = 0;
	EVP_PKEY *key = ec_pkey(curve, scalar, n);
	int rc;

	if (!key)
		return -EINVAL;
	rc = keyblob_build_ec(key, plain, sizeof(plain), &len);
	if (rc == 0)
		rc = keyblob_wrap(kek, plain, len, blob, room, &wrapped);
	ct_wipe(plain, sizeof(plain));
	EVP_PKEY_free(key);
	return rc ? rc : (int)wrapped;
}
