/*
 * What the loop may do itself: operations of at most PKA_LOOP_US, so that no other connection waits
 * longer for one of them than for a handful of packets. See docs/adr/0004.
 */
#include "control/pka/pka_place.h"

#include <openssl/core_names.h>

/* Larger moduli and exponents of a peer's RSA key would let it choose how long we compute. */
#define LOOP_RSA_BITS	       4096
#define LOOP_RSA_EXPONENT_BITS 32

static bool
rsa_public_is_cheap(const EVP_PKEY *key)
{
	BIGNUM *e = NULL;
	bool cheap = EVP_PKEY_get_bits(key) <= LOOP_RSA_BITS &&
		     EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &e) == 1 &&
		     BN_num_bits(e) <= LOOP_RSA_EXPONENT_BITS;

	BN_free(e);
	return cheap;
}

static bool
kex_is_cheap(unsigned group)
{
	return group == KEX_X25519 || group == KEX_X25519MLKEM768 || group == KEX_P256;
}

bool
pka_place_in_place(const struct pka_req *req, const EVP_PKEY *key)
{
	int type = key != NULL ? EVP_PKEY_get_base_id(key) : EVP_PKEY_NONE;
	bool is_rsa = type == EVP_PKEY_RSA || type == EVP_PKEY_RSA_PSS;
	bool is_p256 = type == EVP_PKEY_EC && EVP_PKEY_get_bits(key) == 256;

	switch (req->kind) {
	case PKA_PRF: return true;
	case PKA_SIGN: return type == EVP_PKEY_ED25519 || is_p256;
	case PKA_VERIFY:
	case PKA_RSA_ENCRYPT:
		return type == EVP_PKEY_ED25519 || is_p256 || (is_rsa && rsa_public_is_cheap(key));
	case PKA_KEX_KEYGEN:
	case PKA_KEX_DERIVE:
	case PKA_KEX_RESPOND: return kex_is_cheap(req->code);
	default: return false;
	}
}
