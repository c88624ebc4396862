/* The standard asymmetric API: RSA public operations of every size, ECDSA, ECDH and point multiplication, against libcrypto. */
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "tests/pmd/env.h"

#define MAX_RSA 512

static const struct curve {
	enum rte_crypto_curve_id id;
	uint8_t bit;
	const char *name;
	uint32_t n;
} curves[] = {
	{ RTE_CRYPTO_EC_GROUP_SECP256R1, RTE_PMD_SLUICE_CURVE_P256, "P-256", 32 },
	{ RTE_CRYPTO_EC_GROUP_SECP384R1, RTE_PMD_SLUICE_CURVE_P384, "P-384", 48 },
};

static struct rte_pmd_sluice_info
info_of(struct env *e)
{
	struct rte_pmd_sluice_info info;

	assert_int_equal(rte_pmd_sluice_info_get(e->dev, &info), 0);
	return info;
}

/* NULL: the device has no such curve */
static void *
ec_session(struct env *e, enum rte_crypto_asym_xform_type type, enum rte_crypto_curve_id id)
{
	struct rte_crypto_asym_xform x = { .xform_type = type, .ec = { .curve_id = id } };
	void *s = NULL;
	int rc = rte_cryptodev_asym_session_create(e->dev, &x, e->asym_sessions, &s);

	assert_true(rc == 0 || rc == -ENOTSUP);
	e->asym_refused += rc != 0;
	return rc ? NULL : s;
}

static void
close_session(struct env *e, void *s)
{
	assert_int_equal(rte_cryptodev_asym_session_free(e->dev, s), 0);
}

static EVP_PKEY *
ec_key(const struct curve *c, uint8_t *d, uint8_t *xy)
{
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", c->name);
	uint8_t buf[1 + 96];
	BIGNUM *bn = NULL;
	size_t len;

	assert_int_equal(EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, buf, sizeof(buf), &len), 1);
	memcpy(xy, buf + 1, 2 * c->n);
	assert_int_equal(EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_PRIV_KEY, &bn), 1);
	assert_true(BN_bn2binpad(bn, d, (int)c->n) > 0);
	BN_clear_free(bn);
	return key;
}

static void
ecdh_makes_keys_and_secrets(void **state)
{
	struct env *e = *state;

	for (size_t i = 0; i < RTE_DIM(curves); i++) {
		const struct curve *c = &curves[i];
		void *s = ec_session(e, RTE_CRYPTO_ASYM_XFORM_ECDH, c->id);
		uint8_t d[48], xy[96], mine[48], px[48], py[48], sx[48], sy[48], want[48], point[1 + 96] = { 4 };
		struct rte_crypto_ecdh_op_param *p;
		struct rte_crypto_op *op;
		EVP_PKEY *key, *peer;
		EVP_PKEY_CTX *ctx;
		size_t len = 48;

		assert_int_equal(s != NULL, info_of(e).ecdh_curves >> c->bit & 1);
		if (!s)
			continue;
		key = ec_key(c, d, xy);
		op = env_asym_op(e);
		rte_crypto_op_attach_asym_session(op, s);
		p = &op->asym->ecdh;
		memset(p, 0, sizeof(*p));
		/* a key pair of the card's */
		p->ke_type = RTE_CRYPTO_ASYM_KE_PUB_KEY_GENERATE;
		p->priv_key = (rte_crypto_uint){ .data = mine };
		p->pub_key.x.data = px;
		p->pub_key.y.data = py;
		assert_int_equal(env_run(e, op), RTE_CRYPTO_OP_STATUS_SUCCESS);
		assert_int_equal(p->priv_key.length, c->n);
		assert_int_equal(p->pub_key.x.length, c->n);
		memcpy(point + 1, px, c->n);
		memcpy(point + 1 + c->n, py, c->n);
		/* its public key again, from the private one */
		memset(px, 0, sizeof(px));
		assert_int_equal(env_run(e, op), RTE_CRYPTO_OP_STATUS_SUCCESS);
		assert_memory_equal(px, point + 1, c->n);
		/* both sides agree */
		p->ke_type = RTE_CRYPTO_ASYM_KE_SHARED_SECRET_COMPUTE;
		p->pub_key.x = (rte_crypto_uint){ .data = xy, .length = c->n };
		p->pub_key.y = (rte_crypto_uint){ .data = xy + c->n, .length = c->n };
		p->shared_secret.x.data = sx;
		p->shared_secret.y.data = sy;
		assert_int_equal(env_run(e, op), RTE_CRYPTO_OP_STATUS_SUCCESS);
		peer = EVP_PKEY_new();
		assert_int_equal(EVP_PKEY_copy_parameters(peer, key), 1);
		assert_int_equal(EVP_PKEY_set1_encoded_public_key(peer, point, 1 + 2 * c->n), 1);
		ctx = EVP_PKEY_CTX_new(key, NULL);
		EVP_PKEY_derive_init(ctx);
		EVP_PKEY_derive_set_peer(ctx, peer);
		assert_int_equal(EVP_PKEY_derive(ctx, want, &len), 1);
		assert_int_equal(p->shared_secret.x.length, c->n);
		assert_memory_equal(sx, want, c->n);
		/* points are judged */
		p->ke_type = RTE_CRYPTO_ASYM_KE_PUB_KEY_VERIFY;
		assert_int_equal(env_run(e, op), RTE_CRYPTO_OP_STATUS_SUCCESS);
		xy[5] ^= 1;
		assert_int_equal(env_run(e, op), RTE_CRYPTO_OP_STATUS_INVALID_ARGS);
		p->ke_type = RTE_CRYPTO_ASYM_KE_PRIV_KEY_GENERATE;
		p->priv_key.length = 0;
		assert_int_equal(env_run(e, op), RTE_CRYPTO_OP_STATUS_SUCCESS);
		assert_int_equal(p->priv_key.length, c->n);
		EVP_PKEY_CTX_free(ctx);
		EVP_PKEY_free(peer);
		EVP_PKEY_free(key);
		rte_crypto_op_free(op);
		close_session(e, s);
	}
	assert_null(ec_session(e, RTE_CRYPTO_ASYM_XFORM_ECDH, RTE_CRYPTO_EC_GROUP_SECP521R1));
}

static void
ecpm_multiplies(void **state)
{
	struct env *e = *state;

	for (size_t i = 0; i < RTE_DIM(curves); i++) {
		const struct curve *c = &curves[i];
		void *s = ec_session(e, RTE_CRYPTO_ASYM_XFORM_ECPM, c->id);
		uint8_t d[48], xy[96], rx[48], ry[48], one[1] = { 1 };
		struct rte_crypto_ecpm_op_param *p;
		struct rte_crypto_op *op;

		if (!s)
			continue;
		EVP_PKEY_free(ec_key(c, d, xy));
		op = env_asym_op(e);
		rte_crypto_op_attach_asym_session(op, s);
		p = &op->asym->ecpm;
		*p = (struct rte_crypto_ecpm_op_param){ .p = { { .data = xy, .length = c->n }, { .data = xy + c->n, .length = c->n } },
			.r = { { .data = rx }, { .data = ry } }, .scalar = { .data = one, .length = 1 } };
		assert_int_equal(env_run(e, op), RTE_CRYPTO_OP_STATUS_SUCCESS);
		assert_memory_equal(rx, xy, c->n);
		assert_memory_equal(ry, xy + c->n, c->n);
		one[0] = 0; /* infinity */
		assert_int_equal(env_run(e, op), RTE_CRYPTO_OP_STATUS_INVALID_ARGS);
		p->p.x.length = c->n + 1;
		assert_int_equal(env_run(e, op), RTE_CRYPTO_OP_STATUS_INVALID_ARGS);
		rte_crypto_op_free(op);
		close_session(e, s);
	}
}

static void
ecdsa_signs_and_verifies(void **state)
{
	enum { MANY = 12 };
	struct env *e = *state;

	for (size_t i = 0; i < RTE_DIM(curves); i++) {
		const struct curve *c = &curves[i];
		void *s = ec_session(e, RTE_CRYPTO_ASYM_XFORM_ECDSA, c->id);
		unsigned int many = env_times(e, MANY, 2);
		uint8_t d[48], xy[96], digest[48], r[MANY][48], sig[MANY][48];
		struct rte_crypto_op *ops[MANY];

		assert_int_equal(s != NULL, info_of(e).ecdsa_curves >> c->bit & 1);
		if (!s)
			continue;
		EVP_PKEY_free(ec_key(c, d, xy));
		env_random_bytes(e, digest, sizeof(digest));
		/* more at once than the driver has key slots for them */
		for (unsigned int k = 0; k < many; k++) {
			ops[k] = env_asym_op(e);
			rte_crypto_op_attach_asym_session(ops[k], s);
			ops[k]->asym->ecdsa = (struct rte_crypto_ecdsa_op_param){ .op_type = RTE_CRYPTO_ASYM_OP_SIGN,
				.pkey = { .data = d, .length = c->n }, .message = { .data = digest, .length = c->n }, .r = { .data = r[k] },
				.s = { .data = sig[k] } };
		}
		for (unsigned int sent = 0, got = 0; got < many; ) {
			struct rte_crypto_op *back[MANY];

			sent += rte_cryptodev_enqueue_burst(e->dev, 0, ops + sent, (uint16_t)(many - sent));
			got += rte_cryptodev_dequeue_burst(e->dev, 0, back, MANY);
		}
		for (unsigned int k = 0; k < many; k++) {
			struct rte_crypto_ecdsa_op_param *p = &ops[k]->asym->ecdsa;

			assert_int_equal(ops[k]->status, RTE_CRYPTO_OP_STATUS_SUCCESS);
			assert_int_equal(p->r.length, c->n);
			p->op_type = RTE_CRYPTO_ASYM_OP_VERIFY;
			p->q.x = (rte_crypto_uint){ .data = xy, .length = c->n };
			p->q.y = (rte_crypto_uint){ .data = xy + c->n, .length = c->n };
			assert_int_equal(env_run(e, ops[k]), RTE_CRYPTO_OP_STATUS_SUCCESS);
			sig[k][3] ^= 1;
			assert_int_equal(env_run(e, ops[k]), RTE_CRYPTO_OP_STATUS_AUTH_FAILED);
		}
		/* a nonce of the caller's, a key out of range, a digest that is too long */
		ops[0]->asym->ecdsa.op_type = RTE_CRYPTO_ASYM_OP_SIGN;
		ops[0]->asym->ecdsa.k = (rte_crypto_uint){ .data = d, .length = c->n };
		assert_int_equal(env_run(e, ops[0]), RTE_CRYPTO_OP_STATUS_INVALID_ARGS);
		ops[0]->asym->ecdsa.k.length = 0;
		memset(d, 0xff, sizeof(d));
		assert_int_equal(env_run(e, ops[0]), RTE_CRYPTO_OP_STATUS_INVALID_ARGS);
		ops[0]->asym->ecdsa.message.length = 65;
		assert_int_equal(env_run(e, ops[0]), RTE_CRYPTO_OP_STATUS_INVALID_ARGS);
		for (unsigned int k = 0; k < many; k++)
			rte_crypto_op_free(ops[k]);
		close_session(e, s);
	}
}

static void
rsa_encrypts_and_verifies(void **state)
{
	struct env *e = *state;
	struct rte_pmd_sluice_info info = info_of(e);

	for (uint32_t n = 256; n <= MAX_RSA; n += 128) {
		static uint8_t mod[MAX_RSA], msg[48], cipher[MAX_RSA], sig[MAX_RSA], back[MAX_RSA];
		struct rte_crypto_asym_xform x = { .xform_type = RTE_CRYPTO_ASYM_XFORM_RSA };
		uint8_t exp[3] = { 1, 0, 1 };
		struct rte_crypto_rsa_op_param *p;
		struct rte_crypto_op *op;
		EVP_PKEY_CTX *c;
		EVP_PKEY *key;
		BIGNUM *bn = NULL;
		void *s = NULL;
		size_t len;

		if (!(info.rsa_public_sizes >> (n / 128 - 2) & 1))
			continue;
		key = EVP_RSA_gen(n * 8);
		EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &bn);
		BN_bn2binpad(bn, mod, (int)n);
		BN_free(bn);
		x.rsa = (struct rte_crypto_rsa_xform){ .n = { .data = mod, .length = n }, .e = { .data = exp, .length = 3 },
			.key_type = RTE_RSA_KEY_TYPE_EXP };
		assert_int_equal(rte_cryptodev_asym_session_create(e->dev, &x, e->asym_sessions, &s), 0);
		op = env_asym_op(e);
		rte_crypto_op_attach_asym_session(op, s);
		p = &op->asym->rsa;
		memset(p, 0, sizeof(*p));
		env_random_bytes(e, msg, sizeof(msg));
		p->op_type = RTE_CRYPTO_ASYM_OP_ENCRYPT;
		p->padding.type = RTE_CRYPTO_RSA_PADDING_PKCS1_5;
		p->message = (rte_crypto_param){ .data = msg, .length = sizeof(msg) };
		p->cipher.data = cipher;
		assert_int_equal(env_run(e, op), RTE_CRYPTO_OP_STATUS_SUCCESS);
		assert_int_equal(p->cipher.length, n);
		c = EVP_PKEY_CTX_new(key, NULL);
		EVP_PKEY_decrypt_init(c);
		EVP_PKEY_CTX_set_rsa_padding(c, RSA_PKCS1_PADDING);
		len = sizeof(back);
		assert_int_equal(EVP_PKEY_decrypt(c, back, &len, cipher, n), 1);
		assert_int_equal(len, sizeof(msg));
		assert_memory_equal(back, msg, len);
		EVP_PKEY_CTX_free(c);
		c = EVP_PKEY_CTX_new(key, NULL);
		EVP_PKEY_sign_init(c);
		EVP_PKEY_CTX_set_rsa_padding(c, RSA_PKCS1_PADDING);
		EVP_PKEY_CTX_set_signature_md(c, EVP_sha384());
		len = sizeof(sig);
		assert_int_equal(EVP_PKEY_sign(c, sig, &len, msg, 48), 1);
		EVP_PKEY_CTX_free(c);
		p->op_type = RTE_CRYPTO_ASYM_OP_VERIFY;
		p->padding.hash = RTE_CRYPTO_AUTH_SHA384;
		p->sign = (rte_crypto_param){ .data = sig, .length = n };
		assert_int_equal(env_run(e, op), RTE_CRYPTO_OP_STATUS_SUCCESS);
		msg[0] ^= 1;
		assert_int_equal(env_run(e, op), RTE_CRYPTO_OP_STATUS_AUTH_FAILED);
		p->padding.type = RTE_CRYPTO_RSA_PADDING_OAEP;
		assert_int_equal(env_run(e, op), RTE_CRYPTO_OP_STATUS_INVALID_ARGS);
		p->op_type = RTE_CRYPTO_ASYM_OP_SIGN; /* there is no private key */
		p->padding.type = RTE_CRYPTO_RSA_PADDING_PKCS1_5;
		assert_int_equal(env_run(e, op), RTE_CRYPTO_OP_STATUS_INVALID_ARGS);
		rte_crypto_op_free(op);
		assert_int_equal(rte_cryptodev_asym_session_free(e->dev, s), 0);
		EVP_PKEY_free(key);
	}
}

static void
capabilities_say_which(void **state)
{
	static const enum rte_crypto_asym_xform_type types[] = { RTE_CRYPTO_ASYM_XFORM_ECDSA, RTE_CRYPTO_ASYM_XFORM_ECDH,
		RTE_CRYPTO_ASYM_XFORM_ECPM };
	static const enum rte_crypto_asym_xform_type never[] = { RTE_CRYPTO_ASYM_XFORM_MODEX, RTE_CRYPTO_ASYM_XFORM_MODINV,
		RTE_CRYPTO_ASYM_XFORM_DH, RTE_CRYPTO_ASYM_XFORM_DSA };
	struct env *e = *state;
	struct rte_pmd_sluice_info info = info_of(e);
	struct rte_cryptodev_asym_capability_idx idx = { .type = RTE_CRYPTO_ASYM_XFORM_RSA };
	const struct rte_cryptodev_asymmetric_xform_capability *c = rte_cryptodev_asym_capability_get(e->dev, &idx);

	assert_non_null(c);
	assert_int_equal(rte_cryptodev_asym_xform_capability_check_optype(c, RTE_CRYPTO_ASYM_OP_SIGN), 1);
	assert_int_equal(rte_cryptodev_asym_xform_capability_check_optype(c, RTE_CRYPTO_ASYM_OP_VERIFY), info.rsa_public_sizes != 0);
	assert_int_equal(rte_cryptodev_asym_xform_capability_check_modlen(c, 512), info.rsa_sizes & 4 ? 0 : -1);
	for (size_t i = 0; i < RTE_DIM(types); i++) {
		idx.type = types[i];
		assert_int_equal(rte_cryptodev_asym_capability_get(e->dev, &idx) != NULL, (info.ecdh_curves & 6) != 0);
	}
	for (size_t i = 0; i < RTE_DIM(never); i++) {
		idx.type = never[i];
		assert_null(rte_cryptodev_asym_capability_get(e->dev, &idx));
	}
}

const struct CMUnitTest env_tests_asym[] = {
	cmocka_unit_test(ecdh_makes_keys_and_secrets),
	cmocka_unit_test(ecpm_multiplies),
	cmocka_unit_test(ecdsa_signs_and_verifies),
	cmocka_unit_test(rsa_encrypts_and_verifies),
	cmocka_unit_test(capabilities_say_which),
};
const size_t env_tests_asym_n = RTE_DIM(env_tests_asym);
