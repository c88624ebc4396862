/* What the device offers through the standard API. Pure tables. */
#include "dataplane/pmd/sluice_private.h"

#define CIPHER(alg, block) \
	{ .op = RTE_CRYPTO_OP_TYPE_SYMMETRIC, \
	  .sym = { .xform_type = RTE_CRYPTO_SYM_XFORM_CIPHER, \
		.cipher = { .algo = RTE_CRYPTO_CIPHER_##alg, .block_size = block, \
			.key_size = { .min = 16, .max = 32, .increment = 16 }, \
			.iv_size = { .min = 16, .max = 16, .increment = 0 } } } }
#define AUTH(alg, key_max, digest_min, digest_max) \
	{ .op = RTE_CRYPTO_OP_TYPE_SYMMETRIC, \
	  .sym = { .xform_type = RTE_CRYPTO_SYM_XFORM_AUTH, \
		.auth = { .algo = RTE_CRYPTO_AUTH_##alg, .block_size = 64, \
			.key_size = { .min = 0, .max = key_max, .increment = key_max ? 1 : 0 }, \
			.digest_size = { .min = digest_min, .max = digest_max, .increment = 1 } } } }

#define SYMMETRIC \
	{ .op = RTE_CRYPTO_OP_TYPE_SYMMETRIC, \
	  .sym = { .xform_type = RTE_CRYPTO_SYM_XFORM_AEAD, \
		.aead = { .algo = RTE_CRYPTO_AEAD_AES_GCM, .block_size = 16, \
			.key_size = { .min = 16, .max = 32, .increment = 16 }, \
			.digest_size = { .min = 4, .max = 16, .increment = 1 }, \
			.aad_size = { .min = 0, .max = 65535, .increment = 1 }, \
			.iv_size = { .min = 12, .max = 12, .increment = 0 } } } }, \
	CIPHER(AES_CBC, 16), \
	CIPHER(AES_CTR, 16), \
	AUTH(SHA1, 0, 1, 20), \
	AUTH(SHA256, 0, 1, 32), \
	AUTH(SHA1_HMAC, 64, 4, 20), \
	AUTH(SHA256_HMAC, 64, 4, 32)

#define RSA \
	{ .op = RTE_CRYPTO_OP_TYPE_ASYMMETRIC, \
	  .asym = { .xform_capa = { .xform_type = RTE_CRYPTO_ASYM_XFORM_RSA, \
		.op_types = 1u << RTE_CRYPTO_ASYM_OP_SIGN | 1u << RTE_CRYPTO_ASYM_OP_DECRYPT, \
		.modlen = { .min = 256, .max = 256, .increment = 0 } } } }

const struct rte_cryptodev_capabilities *
sluice_capabilities(bool asym)
{
	static const struct rte_cryptodev_capabilities with_rsa[] = {
		SYMMETRIC, RSA, RTE_CRYPTODEV_END_OF_CAPABILITIES_LIST() };
	static const struct rte_cryptodev_capabilities without_rsa[] = {
		SYMMETRIC, RTE_CRYPTODEV_END_OF_CAPABILITIES_LIST() };

	return asym ? with_rsa : without_rsa;
}
