/*
 * The key schedule of TLS 1.3 against the traces of RFC 8448, 3 (1-RTT) and 4 (resumption), and,
 * for SHA-384, against libcrypto's HKDF.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include "control/handshake/tls13/ks13.h"

/* Bytes of a hex string. */
static size_t
unhex(const char *s, uint8_t *out)
{
	size_t n = 0;

	for (; s[0] != '\0'; s += 2) {
		char two[3] = { s[0], s[1], '\0' };

		out[n++] = (uint8_t)strtoul(two, NULL, 16);
	}
	return n;
}

static void
assert_hex(const uint8_t *have, const char *want)
{
	uint8_t w[64];
	size_t n = unhex(want, w);

	assert_memory_equal(have, w, n);
}

static void
derives(const struct ks13 *k, const char *label, const char *hash, const char *want)
{
	uint8_t h[KS13_LEN], out[KS13_LEN];

	unhex(hash, h);
	ks13_derive(k, label, h, out);
	assert_hex(out, want);
}

static void
keys_are(const char *secret, const char *key, const char *iv)
{
	uint8_t s[KS13_LEN], k[16], v[KS13_IV_LEN];

	unhex(secret, s);
	ks13_keys(HS_PRF_SHA256, s, k, sizeof(k), v);
	assert_hex(k, key);
	assert_hex(v, iv);
}

static void
finished_is(const char *secret, const char *hash, const char *want)
{
	uint8_t s[KS13_LEN], h[KS13_LEN], out[KS13_LEN];

	unhex(secret, s);
	unhex(hash, h);
	assert_int_equal(ks13_finished(HS_PRF_SHA256, s, h, out), 32);
	assert_hex(out, want);
}

#define SHARED "8bd4054fb55b9d63fdfbacf9f04b9f0d35e6d63f537563efd46272900f89492d"
#define TO_SERVER_HELLO "860c06edc07858ee8e78f0e7428c58edd6b43f2ca3e6e95f02ed063cf0e1cad8"
#define TO_CERTIFICATE_VERIFY "edb7725fa7a3473b031ec8ef65a2485493900138a2b91291407d7951a06110ed"
#define TO_SERVER_FINISHED "9608102a0f1ccc6db6250b7b7e417b1a000eaada3daae4777a7686c9ff83df13"
#define TO_CLIENT_FINISHED "209145a96ee8e2a122ff810047cc952684658d6049e86429426db87c54ad143d"
#define CLIENT_HS "b3eddb126e067f35a780b3abf45e2d8f3b1a950738f52e9600746a0e27a55a21"
#define SERVER_HS "b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38"
#define CLIENT_AP "9e40646ce79a7f9dc05af8889bce6552875afa0b06df0087f792ebb7c17504a5"
#define SERVER_AP "a11af9f05531f856ad47116b45a950328204b4f44bfb6b3a4b4f1f3fcb631643"
#define RES_MASTER "7df235f2031d2a051287d02b0241b0bfdaf86cc856231f2d5aba46c434ec196c"
#define TICKET_PSK "4ecd0eb6ec3b4d87f5d6028f922ca4c5851a277fd41311c9e62d2c9492e1c4f3"

static void
follows_rfc8448_3(void **state)
{
	uint8_t shared[32], res[KS13_LEN], psk[KS13_LEN];
	struct ks13 k;

	unhex(SHARED, shared);
	ks13_early(&k, HS_PRF_SHA256, NULL, 0);
	assert_hex(k.secret, "33ad0a1c607ec03b09e6cd9893680ce210adf300aa1f2660e1b22e10f170f92a");
	ks13_handshake(&k, shared, sizeof(shared));
	assert_hex(k.secret, "1dc826e93606aa6fdc0aadc12f741b01046aa6b99f691ed221a9f0ca043fbeac");
	derives(&k, "c hs traffic", TO_SERVER_HELLO, CLIENT_HS);
	derives(&k, "s hs traffic", TO_SERVER_HELLO, SERVER_HS);
	ks13_master(&k);
	assert_hex(k.secret, "18df06843d13a08bf2a449844c5f8a478001bc4d4c627984d5a41da8d0402919");
	derives(&k, "c ap traffic", TO_SERVER_FINISHED, CLIENT_AP);
	derives(&k, "s ap traffic", TO_SERVER_FINISHED, SERVER_AP);
	derives(&k, "exp master", TO_SERVER_FINISHED,
		"fe22f881176eda18eb8f44529e6792c50c9a3f89452f68d8ae311b4309d3cf50");
	derives(&k, "res master", TO_CLIENT_FINISHED, RES_MASTER);
	unhex(RES_MASTER, res);
	ks13_ticket_psk(HS_PRF_SHA256, res, (const uint8_t *)"\0\0", 2, psk);
	assert_hex(psk, TICKET_PSK);
}

static void
record_keys_and_finished_follow_rfc8448_3(void **state)
{
	keys_are(SERVER_HS, "3fce516009c21727d0f2e4e86ee403bc", "5d313eb2671276ee13000b30");
	keys_are(CLIENT_HS, "dbfaa693d1762c5b666af5d950258d01", "5bd3c71b836e0b76bb73265f");
	keys_are(SERVER_AP, "9f02283b6c9c07efc26bb9f2ac92e356", "cf782b88dd83549aadf1e984");
	keys_are(CLIENT_AP, "17422dda596ed5d9acd890e3c63f5051", "5b78923dee08579033e523d9");
	finished_is(SERVER_HS, TO_CERTIFICATE_VERIFY,
		"9b9b141d906337fbd2cbdce71df4deda4ab42c309572cb7fffee5454b78f0718");
	finished_is(CLIENT_HS, TO_SERVER_FINISHED,
		"a8ec436d677634ae525ac1fcebe11a039ec17694fac6e98527b642f2edd5ce61");
}

static void
binder_and_early_traffic_follow_rfc8448_4(void **state)
{
	uint8_t psk[KS13_LEN], hash[KS13_LEN], binder[KS13_LEN];
	struct ks13 k;

	unhex(TICKET_PSK, psk);
	unhex("63224b2e4573f2d3454ca84b9d009a04f6be9e05711a8396473aefa01e924a14", hash);
	ks13_early(&k, HS_PRF_SHA256, psk, 32);
	assert_hex(k.secret, "9b2188e9b2fc6d64d71dc329900e20bb41915000f678aa839cbb797cb7d8332c");
	ks13_binder(&k, hash, binder);
	assert_hex(binder, "3add4fb2d8fdf822a0ca3cf7678ef5e88dae990141c5924d57bb6fa31b9e5f9d");
	derives(&k, "c e traffic",
		"08ad0fa05d7c7233b1775ba2ff9f4c5b8b59276b7f227f13a976245f5d960913",
		"3fbbe6a60deb66c30a32795aba0eff7eaa10105586e7be5c09678d63b6caab62");
}

static void
the_short_way_gives_the_same(void **state)
{
	static const uint8_t shared[] = "any shared secret will do for it";

	for (int prf = HS_PRF_SHA256; prf <= HS_PRF_SHA384; prf++) {
		struct ks13 a, b;

		ks13_early(&a, prf, NULL, 0);
		ks13_handshake(&a, shared, sizeof(shared));
		ks13_handshake_fresh(&b, prf, shared, sizeof(shared));
		assert_memory_equal(a.secret, b.secret, hs_digest_len(prf));
	}
}

/* HKDF-Expand by libcrypto, its info written here by hand: RFC 8446 7.1. */
static void
expand(const char *digest, const uint8_t *secret, size_t n, const char *label, uint8_t *out,
	size_t len)
{
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);
	int mode = EVP_KDF_HKDF_MODE_EXPAND_ONLY;
	uint8_t info[64] = { 0, (uint8_t)len, (uint8_t)(6 + strlen(label)) };
	size_t used = 3;
	OSSL_PARAM params[5];

	memcpy(info + used, "tls13 ", 6);
	memcpy(info + used + 6, label, strlen(label));
	used += 6 + strlen(label) + 1;
	params[0] = OSSL_PARAM_construct_utf8_string(
		OSSL_KDF_PARAM_DIGEST, (char *)(uintptr_t)digest, 0);
	params[1] =
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)(uintptr_t)secret, n);
	params[2] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info, used);
	params[3] = OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode);
	params[4] = OSSL_PARAM_construct_end();
	assert_int_equal(EVP_KDF_derive(ctx, out, len, params), 1);
	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(kdf);
}

static void
agrees_with_libcrypto(void **state)
{
	for (int prf = HS_PRF_SHA256; prf <= HS_PRF_SHA384; prf++) {
		const char *digest = prf == HS_PRF_SHA256 ? "SHA256" : "SHA384";
		size_t n = hs_digest_len(prf);
		uint8_t secret[KS13_LEN], want[KS13_LEN], key[32], iv[KS13_IV_LEN];

		for (size_t i = 0; i < sizeof(secret); i++)
			secret[i] = (uint8_t)(3 * i + 1);
		ks13_keys(prf, secret, key, sizeof(key), iv);
		expand(digest, secret, n, "key", want, sizeof(key));
		assert_memory_equal(key, want, sizeof(key));
		expand(digest, secret, n, "iv", want, sizeof(iv));
		assert_memory_equal(iv, want, sizeof(iv));
		expand(digest, secret, n, "traffic upd", want, n);
		ks13_update(prf, secret);
		assert_memory_equal(secret, want, n);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(follows_rfc8448_3),
		cmocka_unit_test(record_keys_and_finished_follow_rfc8448_3),
		cmocka_unit_test(binder_and_early_traffic_follow_rfc8448_4),
		cmocka_unit_test(the_short_way_gives_the_same),
		cmocka_unit_test(agrees_with_libcrypto),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
