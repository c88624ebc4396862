/* What the device offers through the standard API: a list made of what sluice_probe.c found. */
#include <rte_malloc.h>

#include "dataplane/pmd/sluice_private.h"

#define MOST 32 /* entries, the end included */
#define KINDS(a, b) (1u << (a) | 1u << (b))

struct list {
	struct rte_cryptodev_capabilities *cap;
	unsigned int n;
};

static struct rte_cryptodev_capabilities *
add(struct list *l, enum rte_crypto_op_type op)
{
	struct rte_cryptodev_capabilities *c = &l->cap[l->n++];

	c->op = op;
	return c;
}

static void
aead(struct list *l, enum rte_crypto_aead_algorithm algo, uint16_t key_min, uint16_t tag_min)
{
	struct rte_cryptodev_symmetric_capability *s = &add(l, RTE_CRYPTO_OP_TYPE_SYMMETRIC)->sym;

	s->xform_type = RTE_CRYPTO_SYM_XFORM_AEAD;
	s->aead.algo = algo;
	s->aead.block_size = algo == RTE_CRYPTO_AEAD_AES_GCM ? 16 : 64;
	s->aead.key_size = (struct rte_crypto_param_range){ .min = key_min, .max = 32, .increment = key_min == 32 ? 0 : 16 };
	s->aead.digest_size = (struct rte_crypto_param_range){ .min = tag_min, .max = 16, .increment = tag_min == 16 ? 0 : 1 };
	s->aead.aad_size = (struct rte_crypto_param_range){ .min = 0, .max = 65535, .increment = 1 };
	s->aead.iv_size = (struct rte_crypto_param_range){ .min = 12, .max = 12, .increment = 0 };
}

static void
cipher(struct list *l, enum rte_crypto_cipher_algorithm algo)
{
	struct rte_cryptodev_symmetric_capability *s = &add(l, RTE_CRYPTO_OP_TYPE_SYMMETRIC)->sym;

	s->xform_type = RTE_CRYPTO_SYM_XFORM_CIPHER;
	s->cipher.algo = algo;
	s->cipher.block_size = 16;
	s->cipher.key_size = (struct rte_crypto_param_range){ .min = 16, .max = 32, .increment = 16 };
	s->cipher.iv_size = (struct rte_crypto_param_range){ .min = 16, .max = 16, .increment = 0 };
}

static void
auth(struct list *l, enum rte_crypto_auth_algorithm algo, bool hmac, uint16_t len)
{
	struct rte_cryptodev_symmetric_capability *s = &add(l, RTE_CRYPTO_OP_TYPE_SYMMETRIC)->sym;

	s->xform_type = RTE_CRYPTO_SYM_XFORM_AUTH;
	s->auth.algo = algo;
	s->auth.block_size = len > 32 ? 128 : 64;
	s->auth.key_size = (struct rte_crypto_param_range){ .min = 0, .max = hmac ? 64 : 0, .increment = hmac };
	s->auth.digest_size = (struct rte_crypto_param_range){ .min = hmac ? 4 : 1, .max = len, .increment = 1 };
}

static struct rte_cryptodev_asymmetric_xform_capability *
asym(struct list *l, enum rte_crypto_asym_xform_type type, uint32_t ops)
{
	struct rte_cryptodev_asymmetric_xform_capability *a = &add(l, RTE_CRYPTO_OP_TYPE_ASYMMETRIC)->asym.xform_capa;

	a->xform_type = type;
	a->op_types = ops;
	return a;
}

static void
rsa(struct list *l, const struct sluice_dev *dev)
{
	uint8_t sizes = (dev->has_kek ? dev->has.rsa_sizes : 0) | dev->has.rsa_public_sizes;
	struct rte_cryptodev_asymmetric_xform_capability *a;

	if (!sizes)
		return;
	a = asym(l, RTE_CRYPTO_ASYM_XFORM_RSA, (dev->has_kek ? KINDS(RTE_CRYPTO_ASYM_OP_SIGN, RTE_CRYPTO_ASYM_OP_DECRYPT) : 0) |
		(dev->has.rsa_public_sizes ? KINDS(RTE_CRYPTO_ASYM_OP_ENCRYPT, RTE_CRYPTO_ASYM_OP_VERIFY) : 0));
	a->modlen = (struct rte_crypto_param_range){ .min = 256, .max = (uint16_t)(sizes & 4 ? 512 : sizes & 2 ? 384 : 256),
		.increment = sizes & 6 ? 128 : 0 };
}

static void
curves(struct list *l, const struct sluice_dev *dev)
{
	uint32_t prime = 1u << RTE_PMD_SLUICE_CURVE_P256 | 1u << RTE_PMD_SLUICE_CURVE_P384;

	if (dev->has.ecdsa_curves & prime)
		asym(l, RTE_CRYPTO_ASYM_XFORM_ECDSA, 1u << RTE_CRYPTO_ASYM_OP_VERIFY |
			(dev->has_kek ? 1u << RTE_CRYPTO_ASYM_OP_SIGN : 0));
	if (dev->has.ecdh_curves & prime) {
		asym(l, RTE_CRYPTO_ASYM_XFORM_ECDH, KINDS(RTE_CRYPTO_ASYM_KE_PRIV_KEY_GENERATE, RTE_CRYPTO_ASYM_KE_PUB_KEY_GENERATE) |
			KINDS(RTE_CRYPTO_ASYM_KE_SHARED_SECRET_COMPUTE, RTE_CRYPTO_ASYM_KE_PUB_KEY_VERIFY));
		asym(l, RTE_CRYPTO_ASYM_XFORM_ECPM, 0);
	}
}

struct rte_cryptodev_capabilities *
sluice_capabilities(const struct sluice_dev *dev, int socket)
{
	static const struct {
		enum rte_crypto_auth_algorithm plain, hmac;
		uint8_t hash, len;
	} h[] = {
		{ RTE_CRYPTO_AUTH_SHA1, RTE_CRYPTO_AUTH_SHA1_HMAC, SLUICE_HASH_SHA1, 20 },
		{ RTE_CRYPTO_AUTH_SHA256, RTE_CRYPTO_AUTH_SHA256_HMAC, SLUICE_HASH_SHA256, 32 },
		{ RTE_CRYPTO_AUTH_SHA384, RTE_CRYPTO_AUTH_SHA384_HMAC, SLUICE_HASH_SHA384, 48 },
		{ RTE_CRYPTO_AUTH_SHA512, RTE_CRYPTO_AUTH_SHA512_HMAC, SLUICE_HASH_SHA512, 64 },
	};
	/* zeroed: the entry behind the last is the list's end */
	struct list l = { .cap = rte_zmalloc_socket("sluice_caps", MOST * sizeof(*l.cap), 0, socket) };

	if (!l.cap)
		return NULL;
	if (dev->has.gcm)
		aead(&l, RTE_CRYPTO_AEAD_AES_GCM, 16, 4);
	if (dev->has.chacha)
		aead(&l, RTE_CRYPTO_AEAD_CHACHA20_POLY1305, 32, 16);
	if (dev->has.cbc)
		cipher(&l, RTE_CRYPTO_CIPHER_AES_CBC);
	if (dev->has.ctr)
		cipher(&l, RTE_CRYPTO_CIPHER_AES_CTR);
	for (size_t i = 0; i < RTE_DIM(h); i++) {
		if (!(dev->has.hashes >> h[i].hash & 1))
			continue;
		auth(&l, h[i].plain, false, h[i].len);
		auth(&l, h[i].hmac, true, h[i].len);
	}
	rsa(&l, dev);
	curves(&l, dev);
	l.cap[l.n].op = RTE_CRYPTO_OP_TYPE_UNDEFINED;
	return l.cap;
}
