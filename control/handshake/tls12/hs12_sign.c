/*
 * Which signatures a key can make and check up to TLS 1.2: RFC 5246 7.4.1.4.1, RFC 8422 5.1.3, RFC
 * 8446 4.2.3 (PSS in TLS 1.2; ECDSA there does not fix the curve).
 */
#include "control/handshake/tls12/hs12.h"

/* Bytes of the hash of an RSASSA-PSS scheme; 0: none. */
static unsigned
pss_hash(uint16_t scheme)
{
	switch (scheme) {
	case SIG_RSA_PSS_RSAE_SHA256:
	case SIG_RSA_PSS_PSS_SHA256: return 32;
	case SIG_RSA_PSS_RSAE_SHA384:
	case SIG_RSA_PSS_PSS_SHA384: return 48;
	case SIG_RSA_PSS_RSAE_SHA512:
	case SIG_RSA_PSS_PSS_SHA512: return 64;
	default: return 0;
	}
}

bool
hs12_scheme_fits(uint16_t scheme, const EVP_PKEY *key)
{
	unsigned hash = pss_hash(scheme);

	/* RFC 8017 9.1.1: salt as long as the hash */
	if (hash != 0 && 2 * hash + 2 > (unsigned)EVP_PKEY_get_size(key))
		return false;
	switch (scheme) {
	case SIG_RSA_PKCS1_SHA1:
	case SIG_RSA_PKCS1_SHA256:
	case SIG_RSA_PKCS1_SHA384:
	case SIG_RSA_PKCS1_SHA512:
	case SIG_RSA_MD5_SHA1_RAW:
	case SIG_RSA_PSS_RSAE_SHA256:
	case SIG_RSA_PSS_RSAE_SHA384:
	case SIG_RSA_PSS_RSAE_SHA512: return EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA;
	case SIG_RSA_PSS_PSS_SHA256:
	case SIG_RSA_PSS_PSS_SHA384:
	case SIG_RSA_PSS_PSS_SHA512: return EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA_PSS;
	case SIG_ECDSA_SHA1:
	case SIG_ECDSA_SHA1_RAW:
	case SIG_ECDSA_P256_SHA256:
	case SIG_ECDSA_P384_SHA384: return EVP_PKEY_get_base_id(key) == EVP_PKEY_EC;
	case SIG_ED25519: return EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519;
	default: return false;
	}
}

uint16_t
hs12_old_scheme(const EVP_PKEY *key)
{
	if (hs12_scheme_fits(SIG_RSA_MD5_SHA1_RAW, key))
		return SIG_RSA_MD5_SHA1_RAW;
	return hs12_scheme_fits(SIG_ECDSA_SHA1_RAW, key) ? SIG_ECDSA_SHA1_RAW : 0;
}
