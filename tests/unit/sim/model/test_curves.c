/* The golden model's curves and long RSA against published vectors: RFC 5903, 6979, 7748, 8032; and what a card must refuse. */
#include <openssl/rsa.h>

#include "common/keyblob.h"
#include "tests/unit/sim/model/rig.h"

#define SECRET(i) (0x00030000u | (i))
#define SAMPLE256 "af2bdbe1aa9b6ec1e2ade1d694f41fc71a831d0268e9891562113d8a62add1bf" /* SHA-256 of "sample" */
#define SAMPLE384 "9a9083505bc92276aec4be312696ef7bf3bf603f4bbd381196a029f340585312313bca4a9b5b890efee42c77b1ee25fe"
#define P256_X "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
#define P256_Y "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"
#define P256_D "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721"
#define P256_SIG "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716" \
	"f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"
#define P384_X "ec3a4e415b4e19a4568618029f427fa5da9a8bc4ae92e02e06aae5286b300c64def8f0ea9055866064a254515480bc13"
#define P384_Y "8015d9b72d7d57244ea8ef9ac0c621896708a59367f9dfb9f54ca84b3f1c9db1288b231c3ae0d4fe7344fd2533264720"
#define P384_D "6b9d3dad2e1b8c1c05b19875b6659f4de23c3b667bf297ba9aa47740787137d896d5724e4c70a825f872c9ea60d2edf5"
#define P384_SIG "94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c81a648152e44acf96e36dd1e80fabe46" \
	"99ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94fa329c145786e679e7b82c71a38628ac8"

static struct sluice_cpl
ec(struct rig *r, uint8_t op, uint32_t curve, const char *source, const uint8_t **out)
{
	uint8_t src[256];
	size_t n = rig_hex(source, src);

	return rig_op(r, SLUICE_ENGINE_ECC, (struct sluice_desc){ .opcode = op, .param0 = curve }, src, (uint32_t)n, out);
}

static void
result_is(const struct sluice_cpl *c, const uint8_t *out, const char *want_hex)
{
	uint8_t want[256];
	size_t n = rig_hex(want_hex, want);

	assert_int_equal(c->status, SLUICE_ST_OK);
	assert_int_equal(c->length, n);
	assert_memory_equal(out, want, n);
}

/* RFC 7748 5.2, RFC 5903 8.1 */
static void
ecdh_vectors(void **state)
{
	struct rig *r = *state;
	const uint8_t *out;
	struct sluice_cpl c;

	c = ec(r, SLUICE_OP_ECDH, SLUICE_CURVE_X25519, "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4"
		"e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c", &out);
	result_is(&c, out, "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552");
	c = ec(r, SLUICE_OP_ECDH, SLUICE_CURVE_P256, "c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433"
		"d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf63"
		"56fbf3ca366cc23e8157854c13c58d6aac23f046ada30f8353e74f33039872ab", &out);
	result_is(&c, out, "d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de");
	c = ec(r, SLUICE_OP_EC_MUL, SLUICE_CURVE_P256, P256_D "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
		"4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5", &out);
	result_is(&c, out, P256_X P256_Y);
}

/* Two sides of an exchange agree, whichever of them keeps what on the card. */
static void
both_sides_agree(void **state)
{
	static const uint32_t curves[] = { SLUICE_CURVE_P256, SLUICE_CURVE_P384, SLUICE_CURVE_X25519 };
	struct rig *r = *state;

	for (size_t i = 0; i < 3; i++) {
		uint32_t curve = curves[i], n = curve == SLUICE_CURVE_P384 ? 48 : 32, pub = curve == SLUICE_CURVE_X25519 ? n : 2 * n;
		unsigned int e = SLUICE_ENGINE_ECC;
		uint8_t key[144], theirs[144], src[144];
		const uint8_t *out;
		struct sluice_cpl c;

		c = rig_op(r, e, (struct sluice_desc){ .opcode = SLUICE_OP_EC_KEYGEN, .param0 = curve }, "", 0, &out);
		assert_int_equal(c.length, n + pub);
		memcpy(key, out, n + pub);
		c = rig_op(r, e, (struct sluice_desc){ .opcode = SLUICE_OP_ECDH_RESPOND, .param0 = curve }, key + n, pub, &out);
		assert_int_equal(c.length, pub + n);
		memcpy(theirs, out, pub + n);
		memcpy(src, key, n);
		memcpy(src + n, theirs, pub);
		c = rig_op(r, e, (struct sluice_desc){ .opcode = SLUICE_OP_ECDH, .param0 = curve }, src, n + pub, &out);
		assert_int_equal(c.length, n);
		assert_memory_equal(out, theirs + pub, n);
		/* private key in a slot: used once; the shared secret stays inside */
		c = rig_op(r, e, (struct sluice_desc){ .opcode = SLUICE_OP_EC_KEYGEN, .param0 = curve, .handle2 = SECRET(7) }, "", 0, &out);
		assert_int_equal(c.length, pub);
		memcpy(src, out, pub);
		for (int again = 0; again < 2; again++) {
			c = rig_op(r, e, (struct sluice_desc){ .opcode = SLUICE_OP_ECDH, .param0 = curve, .handle3 = SECRET(7),
				.handle2 = SECRET(8) }, src, pub, &out);
			assert_int_equal(c.status, again ? SLUICE_ST_BAD_SECRET : SLUICE_ST_OK);
			assert_int_equal(c.length, 0);
			assert_int_equal(out[0], 0xee);
		}
	}
}

static void
load_key(struct rig *r, uint32_t curve, const char *scalar, const char *x, const char *y, uint8_t want)
{
	struct sluice_ec_key k = { .magic = 0x3143454B, .curve = (uint8_t)curve };
	uint8_t kek[32], wrapped[256];
	size_t len;

	memset(kek, 0x5a, sizeof(kek));
	rig_hex(scalar, k.scalar);
	rig_hex(x, k.x);
	rig_hex(y, k.y);
	assert_int_equal(keyblob_wrap(kek, (uint8_t *)&k, sizeof(k), wrapped, sizeof(wrapped), &len), 0);
	assert_int_equal(rig_op(r, SLUICE_ENGINE_ECC, (struct sluice_desc){ .opcode = SLUICE_OP_KEY_LOAD, .handle = HANDLE }, wrapped,
		(uint32_t)len, NULL).status, want);
}

static uint8_t
verify(struct rig *r, uint32_t curve, const uint8_t *sig, const char *pub, const char *digest, int spoil)
{
	uint32_t n = curve == SLUICE_CURVE_P384 ? 48 : 32;
	uint8_t src[300];
	size_t len;

	memcpy(src, sig, 2 * n);
	rig_hex(pub, src + 2 * n);
	len = rig_hex(digest, src + 4 * n);
	if (spoil >= 0)
		src[spoil] ^= 1;
	return rig_op(r, SLUICE_ENGINE_ECC, (struct sluice_desc){ .opcode = SLUICE_OP_ECDSA_VERIFY, .param0 = curve,
		.param1 = (uint32_t)len }, src, (uint32_t)(4 * n + len), NULL).status;
}

/* RFC 6979 A.2.5, A.2.6; then what the card itself signs */
static void
ecdsa_vectors(void **state)
{
	static const struct { uint32_t curve; const char *d, *x, *y, *pub, *sig, *digest; } v[] = {
		{ SLUICE_CURVE_P256, P256_D, P256_X, P256_Y, P256_X P256_Y, P256_SIG, SAMPLE256 },
		{ SLUICE_CURVE_P384, P384_D, P384_X, P384_Y, P384_X P384_Y, P384_SIG, SAMPLE384 },
	};
	struct rig *r = *state;

	for (size_t i = 0; i < 2; i++) {
		uint32_t n = v[i].curve == SLUICE_CURVE_P384 ? 48 : 32;
		unsigned int e = SLUICE_ENGINE_ECC;
		uint8_t sig[96], digest[64], first[96];
		const uint8_t *out;
		struct sluice_cpl c;

		rig_hex(v[i].sig, sig);
		assert_int_equal(verify(r, v[i].curve, sig, v[i].pub, v[i].digest, -1), SLUICE_ST_OK);
		assert_int_equal(verify(r, v[i].curve, sig, v[i].pub, v[i].digest, 3), SLUICE_ST_AUTH_FAILED);
		assert_int_equal(verify(r, v[i].curve, sig, v[i].pub, v[i].digest, (int)(4 * n + 2)), SLUICE_ST_AUTH_FAILED);
		assert_int_equal(verify(r, v[i].curve, sig, v[i].pub, v[i].digest, (int)(2 * n + 2)), SLUICE_ST_BAD_INPUT);
		load_key(r, v[i].curve, v[i].d, v[i].x, v[i].x, SLUICE_ST_BAD_KEY); /* not its point */
		load_key(r, v[i].curve, v[i].d, v[i].x, v[i].y, SLUICE_ST_OK);
		for (int k = 0; k < 2; k++) {
			c = rig_op(r, e, (struct sluice_desc){ .opcode = SLUICE_OP_ECDSA_SIGN, .handle = HANDLE, .param0 = v[i].curve,
				.param1 = n }, digest, (uint32_t)rig_hex(v[i].digest, digest), &out);
			assert_int_equal(c.length, 2 * n);
			memcpy(sig, out, 2 * n);
			assert_int_equal(verify(r, v[i].curve, sig, v[i].pub, v[i].digest, -1), SLUICE_ST_OK);
			if (k == 0)
				memcpy(first, sig, sizeof(sig));
			else
				assert_memory_not_equal(first, sig, n); /* another nonce */
		}
		assert_int_equal(rig_op(r, e, (struct sluice_desc){ .opcode = SLUICE_OP_ECDSA_SIGN, .handle = HANDLE, .param0 = v[i].curve,
			.param1 = 19 }, digest, 19, NULL).status, SLUICE_ST_BAD_DESC);
	}
}

/* RFC 8032 7.1, test 2 */
static void
eddsa_vector(void **state)
{
	struct rig *r = *state;
	const uint8_t *out;
	struct sluice_cpl c;

	load_key(r, SLUICE_CURVE_ED25519, "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
		"3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "", SLUICE_ST_OK);
	c = rig_op(r, SLUICE_ENGINE_ECC, (struct sluice_desc){ .opcode = SLUICE_OP_EDDSA_SIGN, .handle = HANDLE }, "\x72", 1, &out);
	result_is(&c, out, "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
		"085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
	assert_int_equal(rig_op(r, SLUICE_ENGINE_ECC, (struct sluice_desc){ .opcode = SLUICE_OP_ECDSA_SIGN, .handle = HANDLE,
		.param0 = SLUICE_CURVE_P256, .param1 = 32 }, out, 32, NULL).status, SLUICE_ST_BAD_HANDLE);
	/* the longest message, and one that is longer */
	for (uint32_t more = 0; more < 2; more++) {
		uint8_t message[SLUICE_MAX_EDDSA_MESSAGE + 1] = { 0 };

		assert_int_equal(rig_op(r, SLUICE_ENGINE_ECC, (struct sluice_desc){ .opcode = SLUICE_OP_EDDSA_SIGN, .handle = HANDLE },
			message, SLUICE_MAX_EDDSA_MESSAGE + more, NULL).status, more ? SLUICE_ST_BAD_DESC : SLUICE_ST_OK);
	}
	/* a public key that is not the seed's; something behind it; something for y */
	load_key(r, SLUICE_CURVE_ED25519, "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fc",
		"3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "", SLUICE_ST_BAD_KEY);
	load_key(r, SLUICE_CURVE_ED25519, "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
		"3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c01", "", SLUICE_ST_BAD_KEY);
	load_key(r, SLUICE_CURVE_ED25519, "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
		"3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "01", SLUICE_ST_BAD_KEY);
}

#define ZERO32 "0000000000000000000000000000000000000000000000000000000000000000"
#define ONE32 "0000000000000000000000000000000000000000000000000000000000000001"
#define PRIME256 "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff"
static void
bad_points_and_lengths_are_refused(void **state)
{
	static const struct { uint8_t op; uint32_t curve; const char *src; uint8_t status; } v[] = {
		{ SLUICE_OP_ECDH, SLUICE_CURVE_X25519, ONE32 ZERO32, SLUICE_ST_BAD_INPUT }, /* all-zero result */
		{ SLUICE_OP_ECDH, SLUICE_CURVE_X25519, ONE32, SLUICE_ST_BAD_DESC },
		{ SLUICE_OP_ECDH, SLUICE_CURVE_P256, ONE32 ONE32 ONE32, SLUICE_ST_BAD_INPUT },
		{ SLUICE_OP_ECDH, SLUICE_CURVE_P256, ONE32 ZERO32 ZERO32, SLUICE_ST_BAD_INPUT },
		{ SLUICE_OP_ECDH, SLUICE_CURVE_P256, ZERO32 P256_X P256_Y, SLUICE_ST_BAD_INPUT }, /* infinity */
		{ SLUICE_OP_ECDH, SLUICE_CURVE_P256, ONE32 P256_X, SLUICE_ST_BAD_DESC },
		{ SLUICE_OP_ECDH_RESPOND, SLUICE_CURVE_P256, PRIME256 P256_Y, SLUICE_ST_BAD_INPUT }, /* not below the prime */
		{ SLUICE_OP_EC_MUL, SLUICE_CURVE_P256, ZERO32 P256_X P256_Y, SLUICE_ST_BAD_INPUT },
		{ SLUICE_OP_EC_MUL, SLUICE_CURVE_X25519, ZERO32 ZERO32, SLUICE_ST_BAD_DESC },
		{ SLUICE_OP_EC_KEYGEN, SLUICE_CURVE_P256, "00", SLUICE_ST_BAD_DESC },
		{ SLUICE_OP_EC_KEYGEN, SLUICE_CURVE_ED25519, "", SLUICE_ST_BAD_DESC },
		{ SLUICE_OP_EC_KEYGEN, 77, "", SLUICE_ST_BAD_DESC },
	};
	struct rig *r = *state;

	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++)
		assert_int_equal(ec(r, v[i].op, v[i].curve, v[i].src, NULL).status, v[i].status);
	/* the other engine has no curves */
	for (uint32_t curve = SLUICE_CURVE_P256; curve <= SLUICE_CURVE_X25519; curve++)
		assert_int_equal(rig_op(r, SLUICE_ENGINE_PKA, (struct sluice_desc){ .opcode = SLUICE_OP_EC_KEYGEN, .param0 = curve },
			"", 0, NULL).status, SLUICE_ST_BAD_DESC);
}

/* input^e mod n by RSA_PUBLIC, of every length, against libcrypto; and what it refuses */
static void
rsa_public_agrees_with_libcrypto(void **state)
{
	struct rig *r = *state;

	for (uint32_t bytes = 256; bytes <= 512; bytes += 128) {
		EVP_PKEY *key = EVP_RSA_gen(bytes * 8);
		EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
		struct sluice_desc d = { .opcode = SLUICE_OP_RSA_PUBLIC, .param0 = bytes, .param1 = 65537 };
		uint8_t src[1024], want[512];
		size_t len = bytes;
		const uint8_t *out;
		BIGNUM *n = NULL;

		EVP_PKEY_get_bn_param(key, "n", &n);
		BN_bn2binpad(n, src, (int)bytes);
		memset(src + bytes, 0x35, bytes);
		src[bytes] = 0;
		EVP_PKEY_encrypt_init(ctx);
		EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING);
		assert_int_equal(EVP_PKEY_encrypt(ctx, want, &len, src + bytes, bytes), 1);
		assert_int_equal(rig_op(r, SLUICE_ENGINE_PKA, d, src, 2 * bytes, &out).length, bytes);
		assert_memory_equal(out, want, bytes);
		assert_int_equal(rig_op(r, SLUICE_ENGINE_PKA, d, src, 2 * bytes - 1, NULL).status, SLUICE_ST_BAD_DESC);
		memcpy(src + bytes, src, bytes); /* not below the modulus */
		assert_int_equal(rig_op(r, SLUICE_ENGINE_PKA, d, src, 2 * bytes, NULL).status, SLUICE_ST_BAD_INPUT);
		d.param1 = 65536;
		assert_int_equal(rig_op(r, SLUICE_ENGINE_PKA, d, src, 2 * bytes, NULL).status, SLUICE_ST_BAD_DESC);
		d.param1 = 1;
		assert_int_equal(rig_op(r, SLUICE_ENGINE_PKA, d, src, 2 * bytes, NULL).status, SLUICE_ST_BAD_DESC);
		BN_free(n);
		EVP_PKEY_CTX_free(ctx);
		EVP_PKEY_free(key);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define CASE(f) cmocka_unit_test_setup_teardown(f, rig_setup, rig_teardown)
		CASE(ecdh_vectors), CASE(both_sides_agree), CASE(ecdsa_vectors), CASE(eddsa_vector),
		CASE(bad_points_and_lengths_are_refused), CASE(rsa_public_agrees_with_libcrypto),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
