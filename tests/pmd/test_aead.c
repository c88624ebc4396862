/* AES-GCM, CBC, CTR, hashes and HMAC by the standard API, against libcrypto. */
#include <string.h>

#include "tests/pmd/env.h"
#include "tests/pmd/soft.h"

#define MAX_DATA 4096
#define OFFSET 7 /* of the data in its mbuf, to be unaligned */

/* One AEAD case: parameters and the reference's answer. */
struct aead_case {
	int key_len;
	uint32_t len, aad_len, tag_len;
	uint8_t key[32], iv[12], aad[512], plain[MAX_DATA], sealed[MAX_DATA], tag[16];
};

static void
aead_make(struct env *e, struct aead_case *c, int key_len, uint32_t len, uint32_t aad_len, uint32_t tag_len)
{
	c->key_len = key_len;
	c->len = len;
	c->aad_len = aad_len;
	c->tag_len = tag_len;
	env_random_bytes(e, c->key, sizeof(c->key));
	env_random_bytes(e, c->iv, sizeof(c->iv));
	env_random_bytes(e, c->aad, aad_len);
	env_random_bytes(e, c->plain, len);
	soft_gcm_seal(c->key, key_len, c->iv, c->aad, aad_len, c->plain, len, c->sealed, c->tag);
}

static void *
aead_session(struct env *e, const struct aead_case *c, bool enc)
{
	struct rte_crypto_sym_xform x = { .type = RTE_CRYPTO_SYM_XFORM_AEAD, .aead = {
		.op = enc ? RTE_CRYPTO_AEAD_OP_ENCRYPT : RTE_CRYPTO_AEAD_OP_DECRYPT,
		.algo = RTE_CRYPTO_AEAD_AES_GCM, .key = { .data = c->key, .length = (uint16_t)c->key_len },
		.iv = { .offset = ENV_IV_OFFSET, .length = 12 }, .digest_length = (uint16_t)c->tag_len,
		.aad_length = (uint16_t)c->aad_len } };

	return env_session(e, &x);
}

/* AAD of any length must lie in memory of the device's: an mbuf serves. */
static enum rte_crypto_op_status
aead_run(struct env *e, const struct aead_case *c, void *sess, bool enc, struct rte_mbuf *src,
	struct rte_mbuf *dst, uint8_t *tag)
{
	struct rte_mbuf *aad = env_mbuf(e, c->aad, c->aad_len);
	struct rte_crypto_op *op = env_op(e);
	enum rte_crypto_op_status status;

	rte_crypto_op_attach_sym_session(op, sess);
	memcpy(rte_crypto_op_ctod_offset(op, uint8_t *, ENV_IV_OFFSET), c->iv, 12);
	op->sym->m_src = src;
	op->sym->m_dst = dst;
	op->sym->aead.data.offset = OFFSET;
	op->sym->aead.data.length = c->len;
	op->sym->aead.aad.data = rte_pktmbuf_mtod(aad, uint8_t *);
	op->sym->aead.aad.phys_addr = rte_pktmbuf_iova(aad);
	op->sym->aead.digest.data = tag;
	status = env_run(e, op);
	rte_crypto_op_free(op);
	rte_pktmbuf_free(aad);
	(void)enc;
	return status;
}

/* Seals and opens one case with both buffers cut as given; dst_cuts NULL: in place. */
static void
aead_both(struct env *e, struct aead_case *c, const uint16_t *cuts, unsigned int n,
	const uint16_t *dst_cuts, unsigned int dst_n)
{
	uint8_t buf[MAX_DATA + OFFSET] = { 0 }, got[MAX_DATA], tag[16];

	for (int enc = 1; enc >= 0; enc--) {
		void *sess = aead_session(e, c, enc);
		struct rte_mbuf *src, *dst;

		memcpy(buf + OFFSET, enc ? c->plain : c->sealed, c->len);
		memcpy(tag, c->tag, c->tag_len);
		if (enc)
			memset(tag, 0, sizeof(tag));
		src = env_chain(e, buf, OFFSET + c->len, cuts, n);
		dst = dst_cuts ? env_chain(e, NULL, OFFSET + c->len, dst_cuts, dst_n) : NULL;
		assert_int_equal(aead_run(e, c, sess, enc, src, dst, tag), RTE_CRYPTO_OP_STATUS_SUCCESS);
		env_copy_out(dst ? dst : src, OFFSET, c->len, got);
		assert_memory_equal(got, enc ? c->sealed : c->plain, c->len);
		if (enc)
			assert_memory_equal(tag, c->tag, c->tag_len);
		if (dst) { /* the source stays as it was */
			env_copy_out(src, OFFSET, c->len, got);
			assert_memory_equal(got, enc ? c->plain : c->sealed, c->len);
		}
		rte_pktmbuf_free(src);
		rte_pktmbuf_free(dst);
		env_session_free(e, sess);
	}
}

static void
gcm_agrees_for_lengths_keys_and_aad(void **state)
{
	static const uint32_t lens[] = { 0, 1, 15, 16, 17, 63, 64, 255, 1024, 4089 };
	static const uint32_t aads[] = { 0, 1, 13, 16, 116, 117, 500 };
	static const uint16_t none[] = { 1 };
	struct env *e = *state;
	struct aead_case c;

	for (int key = 16; key <= 32; key += 16)
		for (size_t i = 0; i < RTE_DIM(lens); i++)
			for (size_t j = 0; j < RTE_DIM(aads); j++) {
				aead_make(e, &c, key, lens[i], aads[j], 16);
				aead_both(e, &c, NULL, 0, i % 2 ? none : NULL, 0);
			}
}

static void
gcm_short_tags_are_cut_and_checked(void **state)
{
	struct env *e = *state;
	struct aead_case c;

	for (uint32_t tag = 4; tag <= 16; tag++) {
		aead_make(e, &c, 16, 40, 13, tag);
		aead_both(e, &c, NULL, 0, NULL, 0);
	}
}

static void
gcm_split_at_every_boundary(void **state)
{
	struct env *e = *state;
	struct aead_case c;

	aead_make(e, &c, 16, 40, 13, 16);
	for (uint16_t cut = 1; cut < OFFSET + 40; cut++) {
		uint16_t cuts[2] = { cut, 1 }, other[1] = { (uint16_t)(OFFSET + 40 - cut) };

		aead_both(e, &c, cuts, 1, NULL, 0);
		aead_both(e, &c, cuts, 2, other, 1);
		aead_both(e, &c, NULL, 0, cuts, 2);
	}
}

static void
gcm_takes_many_segments(void **state)
{
	struct env *e = *state;
	struct aead_case c;
	uint16_t cuts[60];

	for (size_t i = 0; i < RTE_DIM(cuts); i++)
		cuts[i] = (uint16_t)(1 + env_random(e) % 60);
	aead_make(e, &c, 32, 3000, 20, 16);
	aead_both(e, &c, cuts, RTE_DIM(cuts), cuts, 50);
	aead_both(e, &c, cuts, RTE_DIM(cuts), NULL, 0);
}

static void
gcm_refuses_more_segments_than_the_device_has(void **state)
{
	struct env *e = *state;
	struct rte_mbuf *src;
	struct aead_case c;
	uint16_t cuts[70];
	uint8_t tag[16];
	void *sess;

	for (size_t i = 0; i < RTE_DIM(cuts); i++)
		cuts[i] = 20;
	aead_make(e, &c, 16, 2000, 0, 16);
	sess = aead_session(e, &c, true);
	src = env_chain(e, NULL, OFFSET + c.len, cuts, RTE_DIM(cuts));
	assert_int_equal(aead_run(e, &c, sess, true, src, NULL, tag), RTE_CRYPTO_OP_STATUS_INVALID_ARGS);
	rte_pktmbuf_free(src);
	env_session_free(e, sess);
}

static void
gcm_notices_every_flipped_bit_of_the_tag(void **state)
{
	struct env *e = *state;
	uint8_t buf[OFFSET + 32] = { 0 }, tag[16];
	struct aead_case c;
	void *sess;

	aead_make(e, &c, 16, 32, 5, 16);
	sess = aead_session(e, &c, false);
	memcpy(buf + OFFSET, c.sealed, c.len);
	for (unsigned int bit = 0; bit < 128; bit++) {
		struct rte_mbuf *src = env_mbuf(e, buf, sizeof(buf));

		memcpy(tag, c.tag, 16);
		tag[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_equal(aead_run(e, &c, sess, false, src, NULL, tag), RTE_CRYPTO_OP_STATUS_AUTH_FAILED);
		rte_pktmbuf_free(src);
	}
	env_session_free(e, sess);
}

/* ---- ciphers alone ---- */

static void
cipher_case(struct env *e, bool ctr, int key_len, uint32_t len, bool inplace, uint16_t cut)
{
	static const struct { enum rte_crypto_cipher_algorithm alg; } algs[] = { { RTE_CRYPTO_CIPHER_AES_CBC },
		{ RTE_CRYPTO_CIPHER_AES_CTR } };
	const EVP_CIPHER *soft[2][2] = { { EVP_aes_128_cbc(), EVP_aes_256_cbc() },
		{ EVP_aes_128_ctr(), EVP_aes_256_ctr() } };
	uint8_t key[32], iv[16], in[MAX_DATA + OFFSET] = { 0 }, want[MAX_DATA], got[MAX_DATA];

	for (int enc = 0; enc < 2; enc++) {
		struct rte_crypto_sym_xform x = { .type = RTE_CRYPTO_SYM_XFORM_CIPHER, .cipher = {
			.op = enc ? RTE_CRYPTO_CIPHER_OP_ENCRYPT : RTE_CRYPTO_CIPHER_OP_DECRYPT, .algo = algs[ctr].alg,
			.key = { .data = key, .length = (uint16_t)key_len },
			.iv = { .offset = ENV_IV_OFFSET, .length = 16 } } };
		struct rte_mbuf *src, *dst;
		struct rte_crypto_op *op;
		void *sess;

		env_random_bytes(e, key, sizeof(key));
		env_random_bytes(e, iv, sizeof(iv));
		env_random_bytes(e, in + OFFSET, len);
		memset(iv + 12, 0xff, 4); /* a counter that carries out of its last word */
		soft_cipher(soft[ctr][key_len == 32], enc, key, iv, in + OFFSET, len, want);
		sess = env_session(e, &x);
		src = env_chain(e, in, OFFSET + len, &cut, cut != 0);
		dst = inplace ? NULL : env_mbuf(e, NULL, OFFSET + len);
		op = env_op(e);
		rte_crypto_op_attach_sym_session(op, sess);
		memcpy(rte_crypto_op_ctod_offset(op, uint8_t *, ENV_IV_OFFSET), iv, 16);
		op->sym->m_src = src;
		op->sym->m_dst = dst;
		op->sym->cipher.data.offset = OFFSET;
		op->sym->cipher.data.length = len;
		assert_int_equal(env_run(e, op), RTE_CRYPTO_OP_STATUS_SUCCESS);
		env_copy_out(dst ? dst : src, OFFSET, len, got);
		assert_memory_equal(got, want, len);
		rte_crypto_op_free(op);
		rte_pktmbuf_free(src);
		rte_pktmbuf_free(dst);
		env_session_free(e, sess);
	}
}

static void
cbc_and_ctr_agree(void **state)
{
	static const uint32_t lens[] = { 16, 32, 48, 256, 1008, 4080 };
	struct env *e = *state;

	for (int key = 16; key <= 32; key += 16)
		for (size_t i = 0; i < RTE_DIM(lens); i++) {
			cipher_case(e, false, key, lens[i], i % 2, 11);
			cipher_case(e, true, key, lens[i] + 3, i % 2, 0);
			cipher_case(e, true, key, 1 + i, i % 2, 0);
		}
	for (uint16_t cut = 1; cut < OFFSET + 48; cut++)
		cipher_case(e, cut % 2, 16, 48, cut % 3, cut);
}

static void
cbc_refuses_part_of_a_block(void **state)
{
	uint8_t key[16] = { 0 };
	struct rte_crypto_sym_xform x = { .type = RTE_CRYPTO_SYM_XFORM_CIPHER, .cipher = {
		.op = RTE_CRYPTO_CIPHER_OP_ENCRYPT, .algo = RTE_CRYPTO_CIPHER_AES_CBC,
		.key = { .data = key, .length = 16 }, .iv = { .offset = ENV_IV_OFFSET, .length = 16 } } };
	struct env *e = *state;
	void *sess = env_session(e, &x);
	struct rte_crypto_op *op = env_op(e);

	rte_crypto_op_attach_sym_session(op, sess);
	op->sym->m_src = env_mbuf(e, NULL, 64);
	op->sym->cipher.data.length = 17;
	assert_int_equal(env_run(e, op), RTE_CRYPTO_OP_STATUS_INVALID_ARGS);
	assert_int_equal(rte_pmd_sluice_op_device_status(op), RTE_PMD_SLUICE_NO_DEVICE_STATUS);
	op->sym->cipher.data.length = 80; /* beyond the mbuf */
	assert_int_equal(env_run(e, op), RTE_CRYPTO_OP_STATUS_INVALID_ARGS);
	rte_pktmbuf_free(op->sym->m_src);
	rte_crypto_op_free(op);
	env_session_free(e, sess);
}

/* ---- auth alone ---- */

struct auth_alg {
	enum rte_crypto_auth_algorithm alg;
	const EVP_MD *(*md)(void);
	bool hmac;
	uint16_t full;
};
static const struct auth_alg auths[] = {
	{ RTE_CRYPTO_AUTH_SHA1, EVP_sha1, false, 20 },
	{ RTE_CRYPTO_AUTH_SHA256, EVP_sha256, false, 32 },
	{ RTE_CRYPTO_AUTH_SHA1_HMAC, EVP_sha1, true, 20 },
	{ RTE_CRYPTO_AUTH_SHA256_HMAC, EVP_sha256, true, 32 },
};

static enum rte_crypto_op_status
auth_run(struct env *e, const struct auth_alg *a, bool generate, const uint8_t *key, uint16_t key_len,
	const uint8_t *in, uint32_t len, uint16_t cut, uint8_t *digest, uint16_t digest_len)
{
	struct rte_crypto_sym_xform x = { .type = RTE_CRYPTO_SYM_XFORM_AUTH, .auth = {
		.op = generate ? RTE_CRYPTO_AUTH_OP_GENERATE : RTE_CRYPTO_AUTH_OP_VERIFY, .algo = a->alg,
		.key = { .data = key, .length = a->hmac ? key_len : 0 }, .digest_length = digest_len } };
	void *sess = env_session(e, &x);
	struct rte_mbuf *m = env_chain(e, in, len, &cut, cut != 0);
	struct rte_crypto_op *op = env_op(e);
	enum rte_crypto_op_status status;

	rte_crypto_op_attach_sym_session(op, sess);
	op->sym->m_src = m;
	op->sym->auth.data.offset = OFFSET;
	op->sym->auth.data.length = len - OFFSET;
	op->sym->auth.digest.data = digest;
	status = env_run(e, op);
	rte_crypto_op_free(op);
	rte_pktmbuf_free(m);
	env_session_free(e, sess);
	return status;
}

static void
hashes_and_hmacs_agree(void **state)
{
	static const uint32_t lens[] = { 0, 1, 54, 55, 56, 63, 64, 65, 127, 128, 1000, 4000 };
	static const uint16_t keys[] = { 0, 1, 20, 32, 63, 64 };
	uint8_t in[MAX_DATA + OFFSET], key[64], want[32], got[32];
	struct env *e = *state;

	env_random_bytes(e, in, sizeof(in));
	env_random_bytes(e, key, sizeof(key));
	for (size_t a = 0; a < RTE_DIM(auths); a++)
		for (size_t i = 0; i < RTE_DIM(lens); i++) {
			uint32_t len = OFFSET + lens[i];
			uint16_t key_len = keys[i % RTE_DIM(keys)], cut = i % 2 ? (uint16_t)(1 + env_random(e) % len) : 0;

			if (auths[a].hmac)
				soft_hmac(auths[a].md(), key, key_len, in + OFFSET, lens[i], want);
			else
				EVP_Digest(in + OFFSET, lens[i], want, NULL, auths[a].md(), NULL);
			for (uint16_t n = auths[a].full; n >= 12; n -= 8) { /* whole and cut */
				memset(got, 0, sizeof(got));
				assert_int_equal(auth_run(e, &auths[a], true, key, key_len, in, len, cut, got, n),
					RTE_CRYPTO_OP_STATUS_SUCCESS);
				assert_memory_equal(got, want, n);
				assert_true(n == sizeof(got) || got[n] == 0);
				assert_int_equal(auth_run(e, &auths[a], false, key, key_len, in, len, cut, got, n),
					RTE_CRYPTO_OP_STATUS_SUCCESS);
				got[n - 1] ^= 0x80;
				assert_int_equal(auth_run(e, &auths[a], false, key, key_len, in, len, cut, got, n),
					RTE_CRYPTO_OP_STATUS_AUTH_FAILED);
			}
		}
}

/* ---- capabilities ---- */

static void
capabilities_tell_what_sessions_take(void **state)
{
	struct env *e = *state;
	uint8_t key[64] = { 0 };
	struct rte_crypto_sym_xform x = { .type = RTE_CRYPTO_SYM_XFORM_AEAD, .aead = {
		.algo = RTE_CRYPTO_AEAD_AES_GCM, .key = { .data = key, .length = 24 },
		.iv = { .offset = ENV_IV_OFFSET, .length = 12 }, .digest_length = 16 } };
	struct rte_cryptodev_sym_capability_idx i = { .type = RTE_CRYPTO_SYM_XFORM_AEAD,
		.algo.aead = RTE_CRYPTO_AEAD_AES_GCM };
	const struct rte_cryptodev_symmetric_capability *c = rte_cryptodev_sym_capability_get(e->dev, &i);

	assert_non_null(c);
	assert_int_equal(rte_cryptodev_sym_capability_check_aead(c, 16, 16, 13, 12), 0);
	assert_int_equal(rte_cryptodev_sym_capability_check_aead(c, 32, 4, 0, 12), 0);
	assert_int_not_equal(rte_cryptodev_sym_capability_check_aead(c, 24, 16, 13, 12), 0);
	assert_int_not_equal(rte_cryptodev_sym_capability_check_aead(c, 16, 16, 13, 16), 0);
	assert_null(rte_cryptodev_sym_session_create(e->dev, &x, e->sessions));
	x.aead.key.length = 16;
	x.aead.digest_length = 3;
	assert_null(rte_cryptodev_sym_session_create(e->dev, &x, e->sessions));
	x.aead.digest_length = 16;
	x.aead.iv.length = 16;
	assert_null(rte_cryptodev_sym_session_create(e->dev, &x, e->sessions));
	x.type = RTE_CRYPTO_SYM_XFORM_AUTH;
	x.auth.algo = RTE_CRYPTO_AUTH_SHA224_HMAC;
	assert_null(rte_cryptodev_sym_session_create(e->dev, &x, e->sessions));
}

const struct CMUnitTest env_tests_aead[] = {
	cmocka_unit_test(capabilities_tell_what_sessions_take),
	cmocka_unit_test(gcm_agrees_for_lengths_keys_and_aad),
	cmocka_unit_test(gcm_short_tags_are_cut_and_checked),
	cmocka_unit_test(gcm_split_at_every_boundary),
	cmocka_unit_test(gcm_takes_many_segments),
	cmocka_unit_test(gcm_refuses_more_segments_than_the_device_has),
	cmocka_unit_test(gcm_notices_every_flipped_bit_of_the_tag),
	cmocka_unit_test(cbc_and_ctr_agree),
	cmocka_unit_test(cbc_refuses_part_of_a_block),
	cmocka_unit_test(hashes_and_hmacs_agree),
};
const size_t env_tests_aead_n = RTE_DIM(env_tests_aead);
