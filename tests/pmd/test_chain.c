/* Chains of CBC and HMAC (or a plain hash) in both orders, with independent offsets, against libcrypto. */
#include <string.h>

#include "tests/pmd/env.h"
#include "tests/pmd/soft.h"

#define TOTAL 200 /* bytes of the buffer */

struct chain_case {
	bool cipher_first, encrypt, generate, inplace, sha1, hmac;
	uint32_t cipher_at, cipher_len, auth_at, auth_len;
	uint16_t digest_len, cut, dst_cut;
	uint8_t key[32], iv[16], mac_key[64];
};

static void *
session(struct env *e, struct chain_case *c)
{
	struct rte_crypto_sym_xform cipher = { .type = RTE_CRYPTO_SYM_XFORM_CIPHER, .cipher = {
		.op = c->encrypt ? RTE_CRYPTO_CIPHER_OP_ENCRYPT : RTE_CRYPTO_CIPHER_OP_DECRYPT,
		.algo = RTE_CRYPTO_CIPHER_AES_CBC, .key = { .data = c->key, .length = 32 },
		.iv = { .offset = ENV_IV_OFFSET, .length = 16 } } };
	struct rte_crypto_sym_xform auth = { .type = RTE_CRYPTO_SYM_XFORM_AUTH, .auth = {
		.op = c->generate ? RTE_CRYPTO_AUTH_OP_GENERATE : RTE_CRYPTO_AUTH_OP_VERIFY,
		.key = { .data = c->mac_key, .length = c->hmac ? sizeof(c->mac_key) : 0 },
		.digest_length = c->digest_len } };

	if (c->hmac)
		auth.auth.algo = c->sha1 ? RTE_CRYPTO_AUTH_SHA1_HMAC : RTE_CRYPTO_AUTH_SHA256_HMAC;
	else
		auth.auth.algo = c->sha1 ? RTE_CRYPTO_AUTH_SHA1 : RTE_CRYPTO_AUTH_SHA256;
	if (c->cipher_first) {
		cipher.next = &auth;
		return env_session(e, &cipher);
	}
	auth.next = &cipher;
	return env_session(e, &auth);
}

static void
digest_of(const struct chain_case *c, const uint8_t *in, uint8_t *out)
{
	const EVP_MD *md = c->sha1 ? EVP_sha1() : EVP_sha256();

	if (c->hmac)
		soft_hmac(md, c->mac_key, sizeof(c->mac_key), in + c->auth_at, c->auth_len, out);
	else
		EVP_Digest(in + c->auth_at, c->auth_len, out, NULL, md, NULL);
}

/* What must come out: data (the whole buffer, ciphered where asked) and digest. */
static void
reference(const struct chain_case *c, const uint8_t in[TOTAL], uint8_t out[TOTAL], uint8_t digest[32])
{
	memcpy(out, in, TOTAL);
	soft_cipher(EVP_aes_256_cbc(), c->encrypt, c->key, c->iv, in + c->cipher_at, c->cipher_len, out + c->cipher_at);
	digest_of(c, c->cipher_first ? out : in, digest);
}

static enum rte_crypto_op_status
run(struct env *e, struct chain_case *c, const uint8_t *in, uint8_t *digest, uint8_t *out)
{
	struct rte_mbuf *src = env_chain(e, in, TOTAL, &c->cut, c->cut != 0), *dst = NULL;
	struct rte_crypto_op *op = env_op(e);
	enum rte_crypto_op_status status;
	void *sess = session(e, c);

	if (!c->inplace)
		dst = env_chain(e, NULL, TOTAL, &c->dst_cut, c->dst_cut != 0);
	rte_crypto_op_attach_sym_session(op, sess);
	memcpy(rte_crypto_op_ctod_offset(op, uint8_t *, ENV_IV_OFFSET), c->iv, 16);
	op->sym->m_src = src;
	op->sym->m_dst = dst;
	op->sym->cipher.data.offset = c->cipher_at;
	op->sym->cipher.data.length = c->cipher_len;
	op->sym->auth.data.offset = c->auth_at;
	op->sym->auth.data.length = c->auth_len;
	op->sym->auth.digest.data = digest;
	status = env_run(e, op);
	env_copy_out(dst ? dst : src, c->cipher_at, c->cipher_len, out);
	rte_crypto_op_free(op);
	rte_pktmbuf_free(src);
	rte_pktmbuf_free(dst);
	env_session_free(e, sess);
	return status;
}

static void
check(struct env *e, struct chain_case *c)
{
	uint8_t in[TOTAL], want[TOTAL], got[TOTAL], digest[32], mine[32] = { 0 };

	env_random_bytes(e, in, sizeof(in));
	env_random_bytes(e, c->key, sizeof(c->key));
	env_random_bytes(e, c->iv, sizeof(c->iv));
	env_random_bytes(e, c->mac_key, sizeof(c->mac_key));
	reference(c, in, want, digest);
	if (!c->generate)
		memcpy(mine, digest, c->digest_len);
	assert_int_equal(run(e, c, in, mine, got), RTE_CRYPTO_OP_STATUS_SUCCESS);
	assert_memory_equal(got, want + c->cipher_at, c->cipher_len);
	assert_memory_equal(mine, digest, c->digest_len);
	if (c->generate)
		return;
	mine[env_random(e) % c->digest_len] ^= 4;
	assert_int_equal(run(e, c, in, mine, got), RTE_CRYPTO_OP_STATUS_AUTH_FAILED);
}

/* Every combination of order, direction, purpose, placement and hash, with offsets drawn at random. */
static void
every_order_and_direction_agrees(void **state)
{
	struct env *e = *state;

	for (unsigned int i = 0; i < 64 * env_times(e, 4, 1); i++) {
		struct chain_case c = { .cipher_first = i & 1, .encrypt = i >> 1 & 1, .generate = i >> 2 & 1,
			.inplace = i >> 3 & 1, .sha1 = i >> 4 & 1, .hmac = i >> 5 & 1 };

		c.digest_len = c.sha1 ? 20 : 32;
		if (env_random(e) % 3 == 0)
			c.digest_len = 12;
		c.cipher_at = (uint32_t)(env_random(e) % 40);
		c.cipher_len = 16 * (uint32_t)(1 + env_random(e) % 8);
		c.auth_at = (uint32_t)(env_random(e) % 90);
		c.auth_len = (uint32_t)(1 + env_random(e) % (TOTAL - c.auth_at - 1));
		c.cut = (uint16_t)(env_random(e) % TOTAL);
		c.dst_cut = (uint16_t)(env_random(e) % TOTAL);
		check(e, &c);
	}
}

/* The usual shapes: header authenticated and not ciphered; parts that do not meet. */
static void
ranges_overlap_in_every_way(void **state)
{
	static const struct { uint32_t cipher_at, cipher_len, auth_at, auth_len; } shape[] = {
		{ 20, 96, 0, 116 }, { 20, 96, 20, 96 }, { 20, 96, 30, 40 }, { 20, 96, 0, 20 }, { 20, 96, 116, 30 },
		{ 20, 96, 100, 60 }, { 20, 96, 0, 60 }, { 20, 96, 0, 200 }, { 0, 192, 0, 192 },
	};
	struct env *e = *state;

	for (size_t i = 0; i < RTE_DIM(shape); i++)
		for (unsigned int how = 0; how < 8; how++) {
			struct chain_case c = { .cipher_first = how & 1, .inplace = how >> 1 & 1, .generate = how >> 2 & 1,
				.encrypt = how & 1, .hmac = true, .sha1 = i & 1, .digest_len = i & 1 ? 20 : 32, .cut = 50,
				.cipher_at = shape[i].cipher_at, .cipher_len = shape[i].cipher_len,
				.auth_at = shape[i].auth_at, .auth_len = shape[i].auth_len };

			check(e, &c);
		}
}

static void
chain_split_at_every_boundary(void **state)
{
	struct env *e = *state;

	for (uint16_t cut = 1; cut < TOTAL; cut++) {
		struct chain_case c = { .cipher_first = cut & 1, .encrypt = true, .generate = true,
			.inplace = cut & 2, .hmac = true, .sha1 = true, .digest_len = 20, .cut = cut,
			.dst_cut = (uint16_t)(TOTAL - cut), .cipher_at = 16, .cipher_len = 160, .auth_at = 3, .auth_len = 190 };

		check(e, &c);
	}
}

static void
counter_mode_chains_are_not_offered(void **state)
{
	struct env *e = *state;
	uint8_t key[32] = { 0 };
	struct rte_crypto_sym_xform auth = { .type = RTE_CRYPTO_SYM_XFORM_AUTH, .auth = {
		.algo = RTE_CRYPTO_AUTH_SHA1_HMAC, .key = { .data = key, .length = 20 }, .digest_length = 20 } };
	struct rte_crypto_sym_xform x = { .type = RTE_CRYPTO_SYM_XFORM_CIPHER, .next = &auth, .cipher = {
		.algo = RTE_CRYPTO_CIPHER_AES_CTR, .key = { .data = key, .length = 16 },
		.iv = { .offset = ENV_IV_OFFSET, .length = 16 } } };

	assert_null(rte_cryptodev_sym_session_create(e->dev, &x, e->sessions));
}

/* A chain uses two descriptors and several reuse the same ring slots: digests must not be mixed up. */
static void
chains_side_by_side_keep_their_digests(void **state)
{
	struct env *e = *state;
	struct chain_case c = { .cipher_first = false, .encrypt = true, .generate = true, .inplace = true,
		.hmac = true, .digest_len = 32, .cipher_at = 0, .cipher_len = 160, .auth_at = 0, .auth_len = 160 };
	enum { N = 24, ROUNDS = 20 };
	static uint8_t in[N][TOTAL], digest[N][32];
	struct rte_crypto_op *op, *back[N];
	uint8_t want[TOTAL], want_digest[32], got[TOTAL];
	void *sess;

	env_random_bytes(e, c.key, sizeof(c.key));
	env_random_bytes(e, c.iv, sizeof(c.iv));
	env_random_bytes(e, c.mac_key, sizeof(c.mac_key));
	sess = session(e, &c);
	for (unsigned int round = 0; round < env_times(e, ROUNDS, 4); round++) {
		env_random_bytes(e, in, sizeof(in));
		for (unsigned int i = 0; i < N; i++) {
			op = env_op(e);
			rte_crypto_op_attach_sym_session(op, sess);
			memcpy(rte_crypto_op_ctod_offset(op, uint8_t *, ENV_IV_OFFSET), c.iv, 16);
			op->sym->m_src = env_mbuf(e, in[i], TOTAL);
			op->sym->cipher.data.length = op->sym->auth.data.length = 160;
			op->sym->auth.digest.data = digest[i];
			env_enqueue(e, 0, op);
		}
		env_wait(e, 0, back, N);
		for (unsigned int i = 0; i < N; i++) {
			assert_int_equal(back[i]->status, RTE_CRYPTO_OP_STATUS_SUCCESS);
			reference(&c, in[i], want, want_digest);
			env_copy_out(back[i]->sym->m_src, 0, TOTAL, got);
			assert_memory_equal(got, want, TOTAL);
			assert_memory_equal(digest[i], want_digest, 32);
			rte_pktmbuf_free(back[i]->sym->m_src);
			rte_crypto_op_free(back[i]);
		}
	}
	env_session_free(e, sess);
}

const struct CMUnitTest env_tests_chain[] = {
	cmocka_unit_test(every_order_and_direction_agrees),
	cmocka_unit_test(ranges_overlap_in_every_way),
	cmocka_unit_test(chain_split_at_every_boundary),
	cmocka_unit_test(counter_mode_chains_are_not_offered),
	cmocka_unit_test(chains_side_by_side_keep_their_digests),
};
const size_t env_tests_chain_n = RTE_DIM(env_tests_chain);
