/* What the driver says a card can do, and by what it finds out. */
#include <string.h>

#include "dataplane/pmd/sluice_probe.h"
#include "tests/pmd/env.h"
#include "tests/pmd/soft.h"

static void
fill(uint8_t *p, uint32_t n, uint8_t from)
{
	for (uint32_t i = 0; i < n; i++)
		p[i] = (uint8_t)(from + i);
}

/* Each of the driver's known answers opens with the tests' own record layer. */
static void
known_answers_are_good_records(void **state)
{
	for (size_t i = 0; i < SLUICE_PROBE_RECORDS; i++) {
		const struct sluice_probe_record *k = &sluice_probe_records[i];
		struct soft_record r = { .version = (uint16_t)k->ver, .etm = k->etm, .key_len = 16,
			.chacha = k->alg == RTE_PMD_SLUICE_TLS_CHACHA20_POLY1305 };
		uint8_t out[96], type = 0;

		if (k->alg == RTE_PMD_SLUICE_TLS_AES_CBC_HMAC_SHA1)
			r.md = EVP_sha1();
		else if (k->alg == RTE_PMD_SLUICE_TLS_AES_CBC_HMAC_SHA256)
			r.md = EVP_sha256();
		else if (k->alg == RTE_PMD_SLUICE_TLS_AES_CBC_HMAC_SHA384)
			r.md = EVP_sha384();
		r.mac_len = r.md ? (uint32_t)EVP_MD_get_size(r.md) : 0;
		fill(r.key, sizeof(r.key), SLUICE_PROBE_KEY);
		fill(r.iv, sizeof(r.iv), SLUICE_PROBE_IV);
		fill(r.mac_key, sizeof(r.mac_key), SLUICE_PROBE_MAC);
		assert_int_equal(soft_open(&r, k->bytes, k->len, &type, out), strlen(SLUICE_PROBE_TEXT));
		assert_int_equal(type, SLUICE_PROBE_TYPE);
		assert_memory_equal(out, SLUICE_PROBE_TEXT, strlen(SLUICE_PROBE_TEXT));
	}
}

/* A card with every engine has everything that the map has; what an engine brings is not there without it. */
static void
engines_bring_what_the_map_says(void **state)
{
	struct env *e = *state;
	struct rte_pmd_sluice_info i;
	bool ecc, chacha, kdf;

	assert_int_equal(rte_pmd_sluice_info_get(e->dev, &i), 0);
	ecc = i.engines >> SLUICE_ENGINE_ECC & 1;
	chacha = i.engines >> SLUICE_ENGINE_CHACHA & 1;
	kdf = i.engines >> SLUICE_ENGINE_KDF & 1;
	/* what the first engines had from the beginning */
	assert_int_equal(i.engines & 7, 7);
	assert_int_equal(i.hashes & 6, 6);
	assert_true(i.prf_hashes >> RTE_PMD_SLUICE_HASH_SHA256 & 1);
	assert_true(i.rsa_sizes & 1);
	assert_true(i.tls[RTE_PMD_SLUICE_TLS_AES_GCM] & RTE_PMD_SLUICE_TLS_BIT(RTE_PMD_SLUICE_VERSION_TLS_1_2));
	assert_int_equal(i.tls[RTE_PMD_SLUICE_TLS_AES_CBC_HMAC_SHA1] & 0x0e, 0x0e);
	assert_int_equal(i.tls[RTE_PMD_SLUICE_TLS_CHACHA20_POLY1305], chacha ? 0x18 : 0);
	assert_int_equal(i.kdf, kdf);
	assert_int_equal(i.secrets, kdf ? SLUICE_NUM_SECRETS : 0);
	assert_int_equal(i.ec_key_slots != 0, ecc);
	if (!ecc)
		assert_int_equal(i.ecdh_curves, 0);
	if (!e->slow && ecc && chacha && kdf) { /* the golden model with all engines */
		assert_int_equal(i.hashes, 0x1e);
		assert_int_equal(i.hkdf, 0x1e);
		assert_int_equal(i.prf_hashes, 0x0c);
		assert_int_equal(i.ecdh_curves, 0x0e);
		assert_int_equal(i.ecdsa_curves, 0x06);
		assert_int_equal(i.eddsa_curves, 0x10);
		assert_int_equal(i.rsa_sizes, 7);
		assert_int_equal(i.rsa_public_sizes, 7);
		assert_int_equal(i.tls[RTE_PMD_SLUICE_TLS_AES_GCM], 0x18);
		assert_int_equal(i.tls[RTE_PMD_SLUICE_TLS_AES_CBC_HMAC_SHA1], 0x0f);
		assert_int_equal(i.tls[RTE_PMD_SLUICE_TLS_AES_CBC_HMAC_SHA256], 0x08);
		assert_int_equal(i.tls[RTE_PMD_SLUICE_TLS_AES_CBC_HMAC_SHA384], 0x08);
		assert_int_equal(i.tls_etm[RTE_PMD_SLUICE_TLS_AES_CBC_HMAC_SHA1], 0x0e);
		assert_int_equal(i.tls_etm[RTE_PMD_SLUICE_TLS_AES_CBC_HMAC_SHA256], 0x08);
		assert_int_equal(i.tls_etm[RTE_PMD_SLUICE_TLS_AES_CBC_HMAC_SHA384], 0x08);
	}
	printf("# engines %#x hashes %#x prf %#x hkdf %#x ecdh %#x ecdsa %#x eddsa %#x rsa %#x public %#x kdf %u tls", i.engines, i.hashes,
		i.prf_hashes, i.hkdf, i.ecdh_curves, i.ecdsa_curves, i.eddsa_curves, i.rsa_sizes, i.rsa_public_sizes, i.kdf);
	for (unsigned int a = 0; a < RTE_PMD_SLUICE_TLS_ALGS; a++)
		printf(" %#x/%#x", i.tls[a], i.tls_etm[a]);
	printf("\n");
}

/* What was tried to find that out is in nobody's counters; a reset, which tries nothing, does not take users' away. */
static void
nobody_is_counted_before_the_first_user(void **state)
{
	struct env *e = *state;
	struct rte_pmd_sluice_counters c;

	for (unsigned int round = 0; round < 2; round++) {
		struct rte_crypto_op *op;
		struct rte_pmd_sluice_pka_op *p;
		uint8_t out[32], in[8] = "k" "label";

		assert_int_equal(rte_pmd_sluice_counters_get(e->dev, &c), 0);
		for (uint32_t i = 0; i < c.nb_engines; i++) {
			assert_int_equal(c.engine[i].ops, 0);
			assert_int_equal(c.engine[i].bytes, 0);
			assert_int_equal(c.engine[i].busy_cycles, 0);
			assert_int_equal(c.engine[i].failed, 0);
		}
		op = rte_crypto_op_alloc(e->asym_ops, RTE_CRYPTO_OP_TYPE_ASYMMETRIC);
		p = rte_pmd_sluice_pka_attach(op);
		p->type = RTE_PMD_SLUICE_PKA_TLS_PRF;
		p->param = 1;
		p->in = in;
		p->in_len = sizeof(in);
		p->out = out;
		p->out_len = sizeof(out);
		env_run(e, op);
		assert_int_equal(op->status, RTE_CRYPTO_OP_STATUS_SUCCESS);
		rte_crypto_op_free(op);
		assert_int_equal(rte_pmd_sluice_counters_get(e->dev, &c), 0);
		assert_int_equal(c.engine[SLUICE_ENGINE_MAC].ops, 1);
		assert_true(c.engine[SLUICE_ENGINE_MAC].busy_cycles > 0);
		env_reset(e);
	}
}

const struct CMUnitTest env_tests_probe[] = {
	cmocka_unit_test(nobody_is_counted_before_the_first_user),
	cmocka_unit_test(known_answers_are_good_records),
	cmocka_unit_test(engines_bring_what_the_map_says),
};
const size_t env_tests_probe_n = RTE_DIM(env_tests_probe);
