/*
 * The key schedules of SSL 3.0 to TLS 1.2 against values of two other implementations: scapy 2.5
 * (layers/tls/crypto/prf.py) for all versions, and the published vector of TLS 1.2's PRF with SHA-256
 * (IETF TLS list, 2009). Odd secrets of TLS 1.0's PRF against libcrypto's TLS1-PRF.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include "control/handshake/tls12/ks12.h"
#include "control/pka/pka_op.h"

struct vector {
	uint16_t version;
	int prf;
	const char *master, *block, *client, *server;
};

/* premaster 00..2f, client random c0..df, server random 50..6f, messages 7i+3 (500 bytes) */
static const struct vector vectors[] = {
	{ 0x0300, HS_PRF_SSL3, "e8fe3a1d393a1fc0dd519cf2745cf4183e1a6fd39ccc5deecf91d725e8ec317e2a0315100466e6fc2df823026537ee48",
		"65be805d61fa1ae5631c92f0a85c0c41bf78f57338e89219fe6b3a53845f79073df7a9cc06a7d89fee7e955911f6b81565954529"
		"f3969f6168d75da3779ee4a8254917cb34bd42a24dcdb3bd56728482cd652bbeeb0a66a529f92e014b15bb514744c110090d1a86",
		"d12a77a555f205cc05791205dbc79c72485a4d3510908786a476467d5c86c4ebbcde695e",
		"388327ac389165e1dde1bc2cab828af8625df0f9273c501927c67a9ec539a63824ea6d69" },
	{ 0x0301, HS_PRF_MD5_SHA1, "6e0984c862dde638ce6271735c3b4de033ecf2fd7f00191fb2e5c16c6c37d7c14e99ba2d4940dc0ada5fd4eb2f6d175a",
		"7ec1f464d70509a1578bf760a686c9ce0a8ffe8c2ce9ab5d539622f3dda6865fbdd57c3c3fafdeb5c897d5d9477cf0fed0a0b92a"
		"c189bba66920bdc5728667081a1b588d0b03f2d50e37b238d72ee7d14d6a6020e10871800241090af1885dfd2dacd3911eb69526",
		"8a5937e452834ff220d21bf4",
		"d33ff2adfa8dc75e3cb5b764" },
	{ 0x0303, HS_PRF_SHA256, "f0ada1ae83228c6e16cce9e790441d17e53d3272460e796c51aed683a941f0ab484df5501998fe80ac6b42488b55bad7",
		"073fd13a75b146bf968b23d72b579fb31b3129d957809685dd28768347fe4f5e3f491ba7904b9180d32ee625500323dec6ff4f89"
		"cf0b374f2d96fe54743ff6f0e13e4049fca4c9edf251918807ab89aca45d5ca126673169bc5f02993cd82b279424300305e98119",
		"fd9ac669ca09222fdbc0338e",
		"30104b5e043ec5f60480d0d8" },
	{ 0x0303, HS_PRF_SHA384, "567cfeb00586ea637b1a6b3800f7aa50b173d2cdac2c648450b3f74cff0a483abc8abfe07b455d28dfb17e0d75574d47",
		"9bd5b0726d780c92b2f3e4707d12be592165cc5217a92a859056d49bb5c5962a5e812df404d7cf4f4e0cc9fc9be7202854a462fa"
		"1b5784770aaeffa8b945da4a140d096771d744aa7c8f47298a4eaa57f5a3a877d764ea053bfbce4d9c23e69fceef23fb033a6661",
		"cd882d9d15e94890626444eb",
		"337b806e33dccbd44f3f5bc7" },
};

/* MD5(master 5c.. MD5(messages master 36..)) SHA(the same): hashlib */
static const char ssl3_certificate_verify[] =
	"90ef10d14b5680aa2da79f3efd0222a9328b419f2a1c013349835874ab8eeff06b7e85f9";

static uint8_t premaster[48], client_random[32], server_random[32], messages[500];

static int
setup(void **state)
{
	for (unsigned i = 0; i < sizeof(premaster); i++)
		premaster[i] = (uint8_t)i;
	for (unsigned i = 0; i < 32; i++) {
		client_random[i] = (uint8_t)(0xc0 + i);
		server_random[i] = (uint8_t)(0x50 + i);
	}
	for (unsigned i = 0; i < sizeof(messages); i++)
		messages[i] = (uint8_t)(i * 7 + 3);
	return 0;
}

static void
expect(const uint8_t *got, size_t n, const char *hex)
{
	char text[512];

	assert_int_equal(strlen(hex), 2 * n);
	for (size_t i = 0; i < n; i++)
		sprintf(text + 2 * i, "%02x", got[i]);
	assert_string_equal(text, hex);
}

static void
every_version_derives_what_scapy_does(void **state)
{
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		const struct vector *v = &vectors[i];
		struct hs_digest transcript;
		struct ks12_key k;
		uint8_t master[48], block[104], verify[36];
		size_t n;

		ks12_master(v->prf, premaster, 48, client_random, server_random, master);
		expect(master, 48, v->master);
		ks12_key_init(&k, v->prf, master);
		ks12_key_block(&k, client_random, server_random, block, sizeof(block));
		expect(block, sizeof(block), v->block);
		hs_digest_init(&transcript, v->prf);
		hs_digest_add(&transcript, messages, 123);
		hs_digest_add(&transcript, messages + 123, sizeof(messages) - 123);
		n = ks12_finished(&k, &transcript, true, verify);
		assert_int_equal(n, ks12_verify_len(v->version));
		expect(verify, n, v->client);
		n = ks12_finished(&k, &transcript, false, verify);
		expect(verify, n, v->server);
	}
}

static void
the_prf_of_tls_12_gives_the_published_vector(void **state)
{
	static const uint8_t secret[] = { 0x9b, 0xbe, 0x43, 0x6b, 0xa9, 0x40, 0xf0, 0x17, 0xb1, 0x76, 0x52,
		0x84, 0x9a, 0x71, 0xdb, 0x35 };
	static const uint8_t seed[] = { 't', 'e', 's', 't', ' ', 'l', 'a', 'b', 'e', 'l', 0xa0, 0xba, 0x9f,
		0x93, 0x6c, 0xda, 0x31, 0x18, 0x27, 0xa6, 0xf7, 0x96, 0xff, 0xd5, 0x19, 0x8c };
	uint8_t out[100];

	hs_prf_run(HS_PRF_SHA256, secret, sizeof(secret), seed, sizeof(seed), out, sizeof(out));
	expect(out, sizeof(out),
		"e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a6b301791e90d35c9c9a46b4e14baf9af0f"
		"a022f7077def17abfd3797c0564bab4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff7018734"
		"7b66");
}

/* Every length of secret, so that halves share a middle byte and outgrow a block. */
static void
the_prf_of_tls_10_is_libcryptos_for_every_length_of_secret(void **state)
{
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "TLS1-PRF", NULL);
	uint8_t want[77], got[77];

	assert_non_null(kdf);
	for (size_t n = 1; n <= 300; n++) {
		EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);
		OSSL_PARAM params[] = {
			OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)"MD5-SHA1", 0),
			OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SECRET, messages, n),
			OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SEED, client_random, 32),
			OSSL_PARAM_construct_end(),
		};

		assert_int_equal(EVP_KDF_derive(ctx, want, sizeof(want), params), 1);
		hs_prf_run(HS_PRF_MD5_SHA1, messages, n, client_random, 32, got, sizeof(got));
		assert_memory_equal(got, want, sizeof(want));
		EVP_KDF_CTX_free(ctx);
	}
	EVP_KDF_free(kdf);
}

static void
extended_master_secret_is_the_prf_over_the_hash(void **state)
{
	uint8_t hash[36], seed[22 + 36], want[48], got[48];

	memcpy(hash, messages, sizeof(hash));
	memcpy(seed, "extended master secret", 22);
	memcpy(seed + 22, hash, 36);
	hs_prf_run(HS_PRF_MD5_SHA1, premaster, 48, seed, sizeof(seed), want, 48);
	ks12_extended_master(HS_PRF_MD5_SHA1, premaster, 48, hash, 36, got);
	assert_memory_equal(got, want, 48);
}

static void
signed_digests(void **state)
{
	uint8_t master[48], out[36], want[36];
	struct hs_digest transcript;

	ks12_master(HS_PRF_SSL3, premaster, 48, client_random, server_random, master);
	hs_digest_init(&transcript, HS_PRF_SSL3);
	hs_digest_add(&transcript, messages, sizeof(messages));
	assert_int_equal(ks12_transcript_digest(SIG_RSA_MD5_SHA1_RAW, TLS_V_SSL30, &transcript, master, out), 36);
	expect(out, 36, ssl3_certificate_verify);
	assert_int_equal(ks12_transcript_digest(SIG_ECDSA_SHA1_RAW, TLS_V_SSL30, &transcript, master, out), 20);
	expect(out, 20, ssl3_certificate_verify + 32);
	/* TLS 1.0: no master secret in it */
	hs_digest_of(HS_PRF_MD5_SHA1, messages, sizeof(messages), want);
	assert_int_equal(ks12_transcript_digest(SIG_RSA_MD5_SHA1_RAW, TLS_V_10, &transcript, NULL, out), 36);
	assert_memory_equal(out, want, 36);
	assert_int_equal(ks12_transcript_digest(SIG_ECDSA_SHA1_RAW, TLS_V_11, &transcript, NULL, out), 20);
	assert_memory_equal(out, want + 16, 20);
	/* parameters: randoms first */
	hs_digest_init(&transcript, HS_PRF_MD5_SHA1);
	hs_digest_add(&transcript, client_random, 32);
	hs_digest_add(&transcript, server_random, 32);
	hs_digest_add(&transcript, messages, 69);
	hs_digest_now(&transcript, want);
	assert_int_equal(ks12_params_digest(SIG_RSA_MD5_SHA1_RAW, client_random, server_random, messages, 69, out), 36);
	assert_memory_equal(out, want, 36);
	assert_int_equal(ks12_params_digest(SIG_ECDSA_SHA1_RAW, client_random, server_random, messages, 69, out), 20);
	assert_memory_equal(out, want + 16, 20);
}

static void
key_blocks_hold_ivs_where_the_version_wants_them(void **state)
{
	const struct hs_suite *cbc = hs_suite_by_code(0x002f), *gcm = hs_suite_by_code(0xc02f);

	assert_int_equal(ks12_block_len(cbc, TLS_V_SSL30), 2 * (20 + 16 + 16));
	assert_int_equal(ks12_block_len(cbc, TLS_V_10), 2 * (20 + 16 + 16));
	assert_int_equal(ks12_block_len(cbc, TLS_V_11), 2 * (20 + 16));
	assert_int_equal(ks12_block_len(cbc, TLS_V_12), 2 * (20 + 16));
	assert_int_equal(ks12_block_len(gcm, TLS_V_12), 2 * (16 + 4));
	for (unsigned i = 0; hs_suite_at(i) != NULL; i++)
		assert_true(ks12_block_len(hs_suite_at(i), TLS_V_10) <= KS12_BLOCK_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_version_derives_what_scapy_does),
		cmocka_unit_test(the_prf_of_tls_12_gives_the_published_vector),
		cmocka_unit_test(the_prf_of_tls_10_is_libcryptos_for_every_length_of_secret),
		cmocka_unit_test(extended_master_secret_is_the_prf_over_the_hash),
		cmocka_unit_test(signed_digests),
		cmocka_unit_test(key_blocks_hold_ivs_where_the_version_wants_them),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
