/* RSA premaster decryption in software: right ones come out, wrong ones are replaced without a sign; and the PRF against libcrypto's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/kdf.h>
#include <openssl/core_names.h>
#include <openssl/rsa.h>

#include "control/handshake/hs.h"
#include "control/handshake/hs_digest.h"
#include "control/pka/pka_soft.h"

static const uint8_t substitute[48] = { 0xaa, 0xbb };

static int
make_key(void **state)
{
	*state = EVP_RSA_gen(2048);
	return *state == NULL;
}

static int
free_key(void **state)
{
	EVP_PKEY_free(*state);
	return 0;
}

static size_t
encrypt(EVP_PKEY *key, int padding, const uint8_t *in, size_t len, uint8_t *out)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	size_t n = 512;

	assert_true(EVP_PKEY_encrypt_init(ctx) == 1 && EVP_PKEY_CTX_set_rsa_padding(ctx, padding) == 1);
	assert_int_equal(EVP_PKEY_encrypt(ctx, out, &n, in, len), 1);
	EVP_PKEY_CTX_free(ctx);
	return n;
}

static void
decrypts_a_right_one(void **state)
{
	uint8_t pms[48] = { 3, 3, 1, 2, 3 }, ct[512], out[48];
	size_t n = encrypt(*state, RSA_PKCS1_PADDING, pms, 48, ct);

	assert_int_equal(pka_soft_rsa_premaster(*state, 0x0303, ct, n, substitute, out), 0);
	assert_memory_equal(out, pms, 48);
}

static void
any_wrong_one_becomes_the_substitute(void **state)
{
	uint8_t em[256], ct[512], out[48];
	size_t n;

	for (unsigned what = 1; what < 256; what++) { /* the byte that is wrong; a first byte of 1 would pass the modulus: see below */
		bool good = false;

		memset(em, 0x55, sizeof(em));
		em[0] = 0;
		em[1] = 2;
		em[207] = 0;
		em[208] = em[209] = 3;
		if (what == 1)
			em[1] = 1;
		else if (what < 207)
			em[what] = 0; /* a shorter padding: another length of message */
		else if (what == 207)
			em[207] = 1; /* no end of the padding */
		else if (what == 208 || what == 209)
			em[what] = 2; /* another version */
		else
			good = true; /* the secret's own bytes may be anything */
		n = encrypt(*state, RSA_NO_PADDING, em, 256, ct);
		assert_int_equal(pka_soft_rsa_premaster(*state, 0x0303, ct, n, substitute, out), 0);
		if (good)
			assert_memory_equal(out, em + 208, 48);
		else
			assert_memory_equal(out, substitute, 48);
	}
}

static void
messages_of_other_lengths_become_the_substitute(void **state)
{
	uint8_t pms[64] = { 3, 3 }, ct[512], out[48];

	for (size_t len = 0; len <= 64; len++) {
		size_t n = encrypt(*state, RSA_PKCS1_PADDING, pms, len, ct);

		assert_int_equal(pka_soft_rsa_premaster(*state, 0x0303, ct, n, substitute, out), 0);
		assert_memory_equal(out, len == 48 ? pms : substitute, 48);
	}
}

static void
an_operand_beyond_the_modulus_becomes_the_substitute(void **state)
{
	uint8_t ct[256], out[48];

	memset(ct, 0xff, sizeof(ct));
	assert_int_equal(pka_soft_rsa_premaster(*state, 0x0303, ct, 256, substitute, out), 0);
	assert_memory_equal(out, substitute, 48);
	assert_int_equal(pka_soft_rsa_premaster(*state, 0x0303, ct, 255, substitute, out), -1);
}

static void
prf_is_libcryptos(void **state)
{
	static const struct {
		int prf;
		const char *name;
	} hashes[] = { { HS_PRF_SHA256, "SHA256" }, { HS_PRF_SHA384, "SHA384" } };
	uint8_t secret[200], seed[120], ours[300], theirs[300];

	for (size_t i = 0; i < sizeof(secret); i++)
		secret[i] = (uint8_t)(i * 3);
	for (size_t i = 0; i < sizeof(seed); i++)
		seed[i] = (uint8_t)(i * 5 + 1);
	for (unsigned h = 0; h < 2; h++) {
		for (size_t len = 1; len < sizeof(ours); len += 7) {
			size_t secret_len = len % sizeof(secret) + 1, seed_len = len % sizeof(seed) + 1;
			EVP_KDF *kdf = EVP_KDF_fetch(NULL, "TLS1-PRF", NULL);
			EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);
			OSSL_PARAM p[] = {
				OSSL_PARAM_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)hashes[h].name, 6),
				OSSL_PARAM_octet_string(OSSL_KDF_PARAM_SECRET, secret, secret_len),
				OSSL_PARAM_octet_string(OSSL_KDF_PARAM_SEED, seed, seed_len),
				OSSL_PARAM_END,
			};

			assert_int_equal(EVP_KDF_derive(ctx, theirs, len, p), 1);
			hs_prf_run(hashes[h].prf, secret, secret_len, seed, seed_len, ours, len);
			assert_memory_equal(ours, theirs, len);
			EVP_KDF_CTX_free(ctx);
			EVP_KDF_free(kdf);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decrypts_a_right_one),
		cmocka_unit_test(any_wrong_one_becomes_the_substitute),
		cmocka_unit_test(messages_of_other_lengths_become_the_substitute),
		cmocka_unit_test(an_operand_beyond_the_modulus_becomes_the_substitute),
		cmocka_unit_test(prf_is_libcryptos),
	};

	return cmocka_run_group_tests(tests, make_key, free_key);
}
