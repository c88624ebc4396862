/*
 * NIST CAVP vectors through the driver, as cavp.py wrote them: on the golden model all of them, on the simulated core (--slow) every so many. A kind
 * that the device has not is skipped.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/pmd/env.h"

#define LINE_MAX_BYTES 65536
#define FIELDS 9

struct field {
	uint8_t *p;
	uint32_t len;
	const char *text;
};

static uint32_t
unhex(const char *text, uint8_t *out)
{
	uint32_t n = 0;

	if (text[0] == '-')
		return 0;
	for (; text[0]; text += 2)
		out[n++] = (uint8_t)strtoul((char[]){ text[0], text[1], 0 }, NULL, 16);
	return n;
}

static enum rte_crypto_op_status
sym(struct env *e, struct rte_crypto_sym_xform *x, const uint8_t *iv, uint32_t iv_len, struct rte_mbuf *m, uint32_t len,
	const struct field *aad, uint8_t *digest)
{
	void *s = env_session(e, x);
	struct rte_crypto_op *op = env_op(e);
	enum rte_crypto_op_status status;

	rte_crypto_op_attach_sym_session(op, s);
	if (iv_len)
		memcpy(rte_crypto_op_ctod_offset(op, uint8_t *, ENV_IV_OFFSET), iv, iv_len);
	op->sym->m_src = m;
	op->sym->m_dst = NULL;
	if (x->type == RTE_CRYPTO_SYM_XFORM_AEAD) {
		op->sym->aead.data.offset = 0;
		op->sym->aead.data.length = len;
		op->sym->aead.digest.data = digest;
		op->sym->aead.aad.data = aad->p;
		op->sym->aead.aad.phys_addr = rte_mem_virt2iova(aad->p);
	} else if (x->type == RTE_CRYPTO_SYM_XFORM_AUTH) {
		op->sym->auth.data.offset = 0;
		op->sym->auth.data.length = len;
		op->sym->auth.digest.data = digest;
	} else {
		op->sym->cipher.data.offset = 0;
		op->sym->cipher.data.length = len;
	}
	status = env_run(e, op);
	rte_crypto_op_free(op);
	env_session_free(e, s);
	return status;
}

/* op key iv aad pt ct tag result */
static void
gcm(struct env *e, const struct field *f)
{
	bool enc = f[0].text[0] == 'E', good = f[7].text[0] == 'P';
	const struct field *in = enc ? &f[4] : &f[5], *want = enc ? &f[5] : &f[4];
	struct rte_crypto_sym_xform x = { .type = RTE_CRYPTO_SYM_XFORM_AEAD, .aead = { .algo = RTE_CRYPTO_AEAD_AES_GCM,
		.op = enc ? RTE_CRYPTO_AEAD_OP_ENCRYPT : RTE_CRYPTO_AEAD_OP_DECRYPT, .key = { .data = f[1].p, .length = (uint16_t)f[1].len },
		.iv = { .offset = ENV_IV_OFFSET, .length = 12 }, .digest_length = (uint16_t)f[6].len, .aad_length = (uint16_t)f[3].len } };
	struct rte_mbuf *m = env_mbuf(e, in->p, in->len);
	uint8_t tag[16];

	memcpy(tag, f[6].p, f[6].len);
	if (enc)
		memset(tag, 0, sizeof(tag));
	assert_int_equal(sym(e, &x, f[2].p, 12, m, in->len, &f[3], tag), good ? RTE_CRYPTO_OP_STATUS_SUCCESS : RTE_CRYPTO_OP_STATUS_AUTH_FAILED);
	if (good) {
		assert_memory_equal(rte_pktmbuf_mtod(m, uint8_t *), want->p, in->len);
		assert_memory_equal(tag, f[6].p, f[6].len);
	}
	rte_pktmbuf_free(m);
}

/* key iv pt ct, both ways */
static void
cbc(struct env *e, const struct field *f)
{
	for (int enc = 0; enc < 2; enc++) {
		struct rte_crypto_sym_xform x = { .type = RTE_CRYPTO_SYM_XFORM_CIPHER, .cipher = { .algo = RTE_CRYPTO_CIPHER_AES_CBC,
			.op = enc ? RTE_CRYPTO_CIPHER_OP_ENCRYPT : RTE_CRYPTO_CIPHER_OP_DECRYPT, .key = { .data = f[0].p,
			.length = (uint16_t)f[0].len }, .iv = { .offset = ENV_IV_OFFSET, .length = 16 } } };
		struct rte_mbuf *m = env_mbuf(e, f[enc ? 2 : 3].p, f[2].len);

		assert_int_equal(sym(e, &x, f[1].p, 16, m, f[2].len, NULL, NULL), RTE_CRYPTO_OP_STATUS_SUCCESS);
		assert_memory_equal(rte_pktmbuf_mtod(m, uint8_t *), f[enc ? 3 : 2].p, f[2].len);
		rte_pktmbuf_free(m);
	}
}

static const struct hash {
	const char *name;
	uint8_t id;
	enum rte_crypto_auth_algorithm plain, hmac;
} hashes[] = {
	{ "sha1", RTE_PMD_SLUICE_HASH_SHA1, RTE_CRYPTO_AUTH_SHA1, RTE_CRYPTO_AUTH_SHA1_HMAC },
	{ "sha256", RTE_PMD_SLUICE_HASH_SHA256, RTE_CRYPTO_AUTH_SHA256, RTE_CRYPTO_AUTH_SHA256_HMAC },
	{ "sha384", RTE_PMD_SLUICE_HASH_SHA384, RTE_CRYPTO_AUTH_SHA384, RTE_CRYPTO_AUTH_SHA384_HMAC },
	{ "sha512", RTE_PMD_SLUICE_HASH_SHA512, RTE_CRYPTO_AUTH_SHA512, RTE_CRYPTO_AUTH_SHA512_HMAC },
};

static const struct hash *
hash_of(const char *name)
{
	for (size_t i = 0; i < RTE_DIM(hashes); i++)
		if (!strcmp(hashes[i].name, name))
			return &hashes[i];
	fail_msg("hash %s", name);
	return NULL;
}

static void
digest_is(struct env *e, enum rte_crypto_auth_algorithm algo, const struct field *key, const struct field *msg, const struct field *want)
{
	struct rte_crypto_sym_xform x = { .type = RTE_CRYPTO_SYM_XFORM_AUTH, .auth = { .algo = algo, .op = RTE_CRYPTO_AUTH_OP_GENERATE,
		.key = { .data = key ? key->p : NULL, .length = (uint16_t)(key ? key->len : 0) }, .digest_length = (uint16_t)want->len } };
	struct rte_mbuf *m = env_mbuf(e, msg->p, msg->len);
	uint8_t digest[64];

	assert_int_equal(sym(e, &x, NULL, 0, m, msg->len, NULL, digest), RTE_CRYPTO_OP_STATUS_SUCCESS);
	assert_memory_equal(digest, want->p, want->len);
	rte_pktmbuf_free(m);
}

/* name msg digest */
static void
sha(struct env *e, const struct field *f)
{
	digest_is(e, hash_of(f[0].text)->plain, NULL, &f[1], &f[2]);
}

/* name key msg tag */
static void
hmac(struct env *e, const struct field *f)
{
	digest_is(e, hash_of(f[0].text)->hmac, &f[1], &f[2], &f[3]);
}

static enum rte_crypto_op_status
pka(struct env *e, const struct rte_pmd_sluice_pka_op *p)
{
	struct rte_crypto_op *op = env_asym_op(e);
	enum rte_crypto_op_status status;

	*rte_pmd_sluice_pka_attach(op) = *p;
	status = env_run(e, op);
	rte_crypto_op_free(op);
	return status;
}

static uint8_t
curve_of(const char *name)
{
	return strcmp(name, "p256") ? RTE_PMD_SLUICE_CURVE_P384 : RTE_PMD_SLUICE_CURVE_P256;
}

/* curve d x y z result */
static void
ecdh(struct env *e, const struct field *f)
{
	uint8_t in[3 * 48], out[48];
	uint32_t n = f[2].len;
	struct rte_pmd_sluice_pka_op p = { .type = RTE_PMD_SLUICE_PKA_ECDH, .curve = curve_of(f[0].text), .in = in, .in_len = 3 * n, .out = out,
		.out_len = n };

	for (int i = 0; i < 3; i++)
		memcpy(in + (uint32_t)i * n, f[1 + i].p, n);
	if (f[5].text[0] == 'F') {
		assert_int_equal(pka(e, &p), RTE_CRYPTO_OP_STATUS_INVALID_ARGS);
		return;
	}
	assert_int_equal(pka(e, &p), RTE_CRYPTO_OP_STATUS_SUCCESS);
	assert_memory_equal(out, f[4].p, n);
}

/* curve x y digest r s result */
static void
ecdsa(struct env *e, const struct field *f)
{
	uint8_t in[4 * 48 + 64];
	uint32_t n = f[1].len;
	struct rte_pmd_sluice_pka_op p = { .type = RTE_PMD_SLUICE_PKA_ECDSA_VERIFY, .curve = curve_of(f[0].text), .in = in,
		.in_len = 4 * n + f[3].len };

	memcpy(in, f[4].p, n);
	memcpy(in + n, f[5].p, n);
	memcpy(in + 2 * n, f[1].p, n);
	memcpy(in + 3 * n, f[2].p, n);
	memcpy(in + 4 * n, f[3].p, f[3].len);
	if (f[6].text[0] == 'P')
		assert_int_equal(pka(e, &p), RTE_CRYPTO_OP_STATUS_SUCCESS);
	else
		assert_int_not_equal(pka(e, &p), RTE_CRYPTO_OP_STATUS_SUCCESS);
}

/* hash n e digest s result */
static void
rsa(struct env *e, const struct field *f)
{
	struct rte_crypto_asym_xform x = { .xform_type = RTE_CRYPTO_ASYM_XFORM_RSA, .rsa = { .n = { .data = f[1].p, .length = f[1].len },
		.e = { .data = f[2].p, .length = f[2].len }, .key_type = RTE_RSA_KEY_TYPE_EXP } };
	struct rte_crypto_op *op = env_asym_op(e);
	void *s = NULL;

	assert_int_equal(rte_cryptodev_asym_session_create(e->dev, &x, e->asym_sessions, &s), 0);
	rte_crypto_op_attach_asym_session(op, s);
	op->asym->rsa = (struct rte_crypto_rsa_op_param){ .op_type = RTE_CRYPTO_ASYM_OP_VERIFY,
		.padding = { .type = RTE_CRYPTO_RSA_PADDING_PKCS1_5, .hash = hash_of(f[0].text)->plain },
		.message = { .data = f[3].p, .length = f[3].len }, .sign = { .data = f[4].p, .length = f[4].len } };
	if (f[5].text[0] == 'P')
		assert_int_equal(env_run(e, op), RTE_CRYPTO_OP_STATUS_SUCCESS);
	else
		assert_int_not_equal(env_run(e, op), RTE_CRYPTO_OP_STATUS_SUCCESS);
	rte_crypto_op_free(op);
	assert_int_equal(rte_cryptodev_asym_session_free(e->dev, s), 0);
}

/* Kinds, by what they need of the device, and how many are left out on the simulated core. */
static const struct kind {
	const char *name;
	void (*run)(struct env *e, const struct field *f);
	unsigned int fields, thin;
} kinds[] = {
	{ "gcm", gcm, 8, 101 }, { "cbc", cbc, 4, 41 }, { "sha", sha, 3, 29 }, { "hmac", hmac, 4, 3 }, { "ecdh", ecdh, 6, 7 },
	{ "ecdsa", ecdsa, 7, 23 }, { "rsa", rsa, 6, 37 },
};

static bool
there(const struct rte_pmd_sluice_info *i, const struct kind *k, const struct field *f)
{
	if (k->run == sha || k->run == hmac)
		return i->hashes >> hash_of(f[0].text)->id & 1;
	if (k->run == ecdh)
		return i->ecdh_curves >> curve_of(f[0].text) & 1;
	if (k->run == ecdsa)
		return i->ecdsa_curves >> curve_of(f[0].text) & 1;
	if (k->run == rsa)
		return i->rsa_public_sizes >> (f[1].len / 128 - 2) & 1;
	return true;
}

/* One line into fields; returns its kind. */
static const struct kind *
parse(char *line, struct field *f)
{
	static uint8_t bytes[FIELDS][LINE_MAX_BYTES / 2];
	const struct kind *k = NULL;
	char *rest = line, *word;

	line[strcspn(line, "\n")] = 0;
	word = strsep(&rest, " ");
	for (size_t i = 0; i < RTE_DIM(kinds); i++)
		if (!strcmp(kinds[i].name, word))
			k = &kinds[i];
	assert_non_null(k);
	for (unsigned int i = 0; i < k->fields; i++) {
		word = strsep(&rest, " ");
		assert_non_null(word);
		f[i] = (struct field){ .p = bytes[i], .len = unhex(word, bytes[i]), .text = word };
	}
	return k;
}

static void
nist_vectors(void **state)
{
	static char line[LINE_MAX_BYTES];
	struct env *e = *state;
	unsigned int seen[RTE_DIM(kinds)] = { 0 }, done[RTE_DIM(kinds)] = { 0 };
	struct rte_pmd_sluice_info info;
	struct field f[FIELDS];
	FILE *in;

	if (!e->cavp)
		skip();
	assert_int_equal(rte_pmd_sluice_info_get(e->dev, &info), 0);
	in = fopen(e->cavp, "r");
	assert_non_null(in);
	while (fgets(line, sizeof(line), in)) {
		const struct kind *k = parse(line, f);

		if (!there(&info, k, f) || seen[k - kinds]++ % (e->slow ? k->thin : 1) != 0)
			continue;
		k->run(e, f);
		done[k - kinds]++;
	}
	fclose(in);
	for (size_t i = 0; i < RTE_DIM(kinds); i++)
		printf("# %s: %u\n", kinds[i].name, done[i]);
	assert_true(done[0] > 100 && done[1] > 30 && done[2] > 20);
}

const struct CMUnitTest env_tests_cavp[] = {
	cmocka_unit_test(nist_vectors),
};
const size_t env_tests_cavp_n = RTE_DIM(env_tests_cavp);
