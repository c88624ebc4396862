/* RSA-2048 in lanes: against libcrypto, for every number of operations, several keys at once, edges, and keys it is not for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/ec.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>

#include "control/pka/pka_rsa8.h"
#include "control/pka/pka_sig.h"

#define KEYS 5

struct keys {
	EVP_PKEY *key[KEYS];
	struct pka_rsa8_key *fast[KEYS];
};

static int
setup(void **state)
{
	struct keys *k = calloc(1, sizeof(*k));

	for (unsigned i = 0; i < KEYS; i++) {
		k->key[i] = EVP_RSA_gen(2048);
		k->fast[i] = pka_rsa8_key_new(k->key[i]);
		if (k->fast[i] == NULL)
			return -1;
	}
	*state = k;
	return 0;
}

static int
teardown(void **state)
{
	struct keys *k = *state;

	for (unsigned i = 0; i < KEYS; i++) {
		pka_rsa8_key_unref(k->fast[i]);
		EVP_PKEY_free(k->key[i]);
	}
	free(k);
	return 0;
}

static void
modulus(EVP_PKEY *key, uint8_t n[256])
{
	BIGNUM *b = NULL;

	assert_int_equal(EVP_PKEY_get_bn_param(key, "n", &b), 1);
	assert_int_equal(BN_bn2binpad(b, n, 256), 256);
	BN_free(b);
}

static void
results_are_libcryptos(void **state)
{
	struct keys *k = *state;
	uint8_t in[PKA_RSA8_OPS][256], out[PKA_RSA8_OPS][256], want[256];

	if (!pka_rsa8_here())
		skip();
	for (unsigned round = 0; round < 200; round++) {
		struct pka_rsa8_op op[PKA_RSA8_OPS];
		unsigned n = 1 + round % PKA_RSA8_OPS;

		for (unsigned i = 0; i < n; i++) {
			assert_int_equal(RAND_bytes(in[i], 256), 1);
			in[i][0] &= 0x7f;
			memset(in[i], 0, round % 7 * 37); /* short ones as well */
			op[i] = (struct pka_rsa8_op){ .key = k->fast[(round + i) % KEYS], .in = in[i], .out = out[i] };
		}
		pka_rsa8_run(op, n);
		for (unsigned i = 0; i < n; i++) {
			assert_true(op[i].done);
			assert_int_equal(pka_rsa_private(k->key[(round + i) % KEYS], in[i], 256, want), 0);
			assert_memory_equal(out[i], want, 256);
		}
	}
}

static void
edges_are_right_and_what_is_not_below_the_modulus_is_refused(void **state)
{
	struct keys *k = *state;
	uint8_t in[256], out[256], want[256];
	struct pka_rsa8_op op = { .key = k->fast[0], .in = in, .out = out };

	if (!pka_rsa8_here())
		skip();
	for (int off = -2; off < 3; off++) { /* n - 2 .. n + 2 */
		int c = off;

		modulus(k->key[0], in);
		for (unsigned at = 256; at-- != 0;) {
			c += in[at];
			in[at] = (uint8_t)c;
			c >>= 8;
		}
		pka_rsa8_run(&op, 1);
		assert_int_equal(op.done, off < 0);
		if (off < 0) {
			assert_int_equal(pka_rsa_private(k->key[0], in, 256, want), 0);
			assert_memory_equal(out, want, 256);
		}
	}
	for (unsigned x = 0; x < 3; x++) {
		memset(in, 0, sizeof(in));
		in[255] = (uint8_t)x;
		pka_rsa8_run(&op, 1);
		assert_true(op.done);
		assert_int_equal(pka_rsa_private(k->key[0], in, 256, want), 0);
		assert_memory_equal(out, want, 256);
	}
	/* multiples of a prime: zero in one half */
	for (unsigned which = 0; which < 2; which++) {
		BIGNUM *p = NULL;

		assert_int_equal(EVP_PKEY_get_bn_param(k->key[0], which ? "rsa-factor1" : "rsa-factor2", &p), 1);
		assert_int_equal(BN_bn2binpad(p, in, 256), 256);
		BN_free(p);
		pka_rsa8_run(&op, 1);
		assert_int_equal(pka_rsa_private(k->key[0], in, 256, want), 0);
		if (op.done)
			assert_memory_equal(out, want, 256);
	}
}

static void
keys_that_it_is_not_for(void **state)
{
	EVP_PKEY *keys[] = { EVP_RSA_gen(2056), EVP_RSA_gen(3072), EVP_EC_gen("P-256"), NULL };
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_id(EVP_PKEY_RSA, NULL);

	EVP_PKEY_keygen_init(ctx);
	EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, 2048);
	EVP_PKEY_CTX_set_rsa_keygen_primes(ctx, 3);
	assert_int_equal(EVP_PKEY_keygen(ctx, &keys[3]), 1);
	EVP_PKEY_CTX_free(ctx);
	for (unsigned i = 0; i < 4; i++) {
		assert_null(pka_rsa8_key_new(keys[i]));
		EVP_PKEY_free(keys[i]);
	}
	pka_rsa8_key_unref(NULL);
	assert_null(pka_rsa8_key_ref(NULL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(results_are_libcryptos),
		cmocka_unit_test(edges_are_right_and_what_is_not_below_the_modulus_is_refused),
		cmocka_unit_test(keys_that_it_is_not_for),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
