/*
 * The golden model against published vectors: it checks everything else, so what checks it comes from outside. Operations go through registers
 * and rings, as any driver's would. What map version 2 added is in test_kdf.c, test_curves.c and test_records.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "common/keyblob.h"
#include "tests/unit/sim/model/rig.h"

/* McGrew and Viega, The Galois/Counter Mode of Operation, appendix B, test case 4. */
static void
gcm_vector(void **state)
{
	struct rig *r = *state;
	struct sluice_session s = { .alg = SLUICE_ALG_AES_GCM, .key_bytes = 16 };
	uint8_t in[256], want[256], sealed[256];
	const uint8_t *out;
	struct sluice_cpl c;
	size_t n;

	rig_hex("feffe9928665731c6d6a8f9467308308", s.key);
	assert_int_equal(rig_load(r, SLUICE_ENGINE_AEAD, &s), SLUICE_ST_OK);
	n = rig_hex("cafebabefacedbaddecaf888" "feedfacedeadbeeffeedfacedeadbeefabaddad2"
		"d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525"
		"b16aedf5aa0de657ba637b39", in);
	c = rig_op(r, SLUICE_ENGINE_AEAD, (struct sluice_desc){ .opcode = SLUICE_OP_AEAD_SEAL, .handle = HANDLE,
		.param0 = 20 }, in, (uint32_t)n, &out);
	assert_int_equal(c.status, SLUICE_ST_OK);
	n = rig_hex("42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa05"
		"1ba30b396a0aac973d58e091" "5bc94fbc3221a5db94fae95ae7121a47", want);
	assert_int_equal(c.length, n);
	assert_memory_equal(out, want, n);
	/* and back, with the tag cut to eight bytes */
	memcpy(sealed, in, 32);
	memcpy(sealed + 32, want, n - 8);
	c = rig_op(r, SLUICE_ENGINE_AEAD, (struct sluice_desc){ .opcode = SLUICE_OP_AEAD_OPEN, .handle = HANDLE,
		.param0 = 20, .param1 = 8 }, sealed, (uint32_t)(32 + n - 8), &out);
	assert_int_equal(c.status, SLUICE_ST_OK);
	assert_int_equal(c.length, 60);
	assert_memory_equal(out, in + 32, 60);
	sealed[40] ^= 1;
	c = rig_op(r, SLUICE_ENGINE_AEAD, (struct sluice_desc){ .opcode = SLUICE_OP_AEAD_OPEN, .handle = HANDLE,
		.param0 = 20, .param1 = 8 }, sealed, (uint32_t)(32 + n - 8), &out);
	assert_int_equal(c.status, SLUICE_ST_AUTH_FAILED);
}

/* NIST SP 800-38A F.2.1 (CBC-AES128) and F.5.1 (CTR-AES128), first two blocks. */
static void
cbc_and_ctr_vectors(void **state)
{
	struct rig *r = *state;
	static const char *const key = "2b7e151628aed2a6abf7158809cf4f3c";
	static const char *const plain = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51";
	static const struct { uint8_t alg; const char *iv, *cipher; } v[] = {
		{ SLUICE_ALG_AES_CBC, "000102030405060708090a0b0c0d0e0f",
			"7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2" },
		{ SLUICE_ALG_AES_CTR, "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
			"874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff" },
	};

	for (size_t i = 0; i < 2; i++) {
		struct sluice_session s = { .alg = v[i].alg, .key_bytes = 16 };
		uint8_t in[48], want[32];
		const uint8_t *out;
		struct sluice_cpl c;

		rig_hex(key, s.key);
		rig_hex(v[i].iv, in);
		rig_hex(plain, in + 16);
		rig_hex(v[i].cipher, want);
		assert_int_equal(rig_load(r, SLUICE_ENGINE_AEAD, &s), SLUICE_ST_OK);
		c = rig_op(r, SLUICE_ENGINE_AEAD, (struct sluice_desc){ .opcode = SLUICE_OP_CIPHER_ENC, .handle = HANDLE },
			in, sizeof(in), &out);
		assert_int_equal(c.status, SLUICE_ST_OK);
		assert_int_equal(c.length, 32);
		assert_memory_equal(out, want, 32);
		memcpy(in + 16, want, 32);
		rig_op(r, SLUICE_ENGINE_AEAD, (struct sluice_desc){ .opcode = SLUICE_OP_CIPHER_DEC, .handle = HANDLE }, in,
			sizeof(in), &out);
		rig_hex(plain, want);
		assert_memory_equal(out, want, 32);
	}
}

/* FIPS 180-4 examples ("abc"); RFC 2202 and RFC 4231 test case 2 (key "Jefe"). */
static void
hash_and_hmac_vectors(void **state)
{
	struct rig *r = *state;
	static const struct { uint8_t alg; uint32_t hash; const char *abc, *jefe; } v[] = {
		{ SLUICE_ALG_HMAC_SHA1, SLUICE_HASH_SHA1, "a9993e364706816aba3e25717850c26c9cd0d89d",
			"effcdf6ae5eb2fa2d27416d5f184df9c259a7c79" },
		{ SLUICE_ALG_HMAC_SHA256, SLUICE_HASH_SHA256,
			"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
			"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
	};
	static const char *const text = "what do ya want for nothing?";

	for (size_t i = 0; i < 2; i++) {
		struct sluice_session s = { .alg = v[i].alg, .mac_key_bytes = 4, .mac_key = "Jefe" };
		uint8_t want[32], verify[64];
		const uint8_t *out;
		struct sluice_cpl c;
		size_t n = rig_hex(v[i].abc, want);

		c = rig_op(r, SLUICE_ENGINE_MAC, (struct sluice_desc){ .opcode = SLUICE_OP_HASH, .param0 = v[i].hash }, "abc", 3,
			&out);
		assert_int_equal(c.length, n);
		assert_memory_equal(out, want, n);
		assert_int_equal(rig_load(r, SLUICE_ENGINE_MAC, &s), SLUICE_ST_OK);
		c = rig_op(r, SLUICE_ENGINE_MAC, (struct sluice_desc){ .opcode = SLUICE_OP_HMAC, .handle = HANDLE }, text,
			(uint32_t)strlen(text), &out);
		rig_hex(v[i].jefe, want);
		assert_int_equal(c.length, n);
		assert_memory_equal(out, want, n);
		memcpy(verify, text, strlen(text));
		memcpy(verify + strlen(text), want, n);
		for (int flip = 0; flip < 2; flip++) {
			verify[strlen(text) + 3] ^= (uint8_t)flip;
			c = rig_op(r, SLUICE_ENGINE_MAC, (struct sluice_desc){ .opcode = SLUICE_OP_HMAC_VERIFY, .handle = HANDLE,
				.param0 = (uint32_t)n }, verify, (uint32_t)(strlen(text) + n), NULL);
			assert_int_equal(c.status, flip ? SLUICE_ST_AUTH_FAILED : SLUICE_ST_OK);
			assert_int_equal(c.length, 0);
		}
	}
}

/* The TLS 1.2 P_SHA256 vector posted to the IETF TLS list (A. Langley's test vectors, 2009): label "test label". */
static void
prf_vector(void **state)
{
	struct rig *r = *state;
	uint8_t in[256], want[128];
	const uint8_t *out;
	struct sluice_cpl c;
	size_t n;

	n = rig_hex("9bbe436ba940f017b17652849a71db35", in);
	memcpy(in + n, "test label", 10);
	n += 10;
	n += rig_hex("a0ba9f936cda311827a6f796ffd5198c", in + n);
	c = rig_op(r, SLUICE_ENGINE_MAC, (struct sluice_desc){ .opcode = SLUICE_OP_TLS_PRF, .param0 = 16, .param1 = 100 },
		in, (uint32_t)n, &out);
	n = rig_hex("e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a6b301791e90d35c9c9a46b4e14baf9af0f"
		"a022f7077def17abfd3797c0564bab4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff70187347b66",
		want);
	assert_int_equal(c.status, SLUICE_ST_OK);
	assert_int_equal(c.length, n);
	assert_memory_equal(out, want, n);
}

static EVP_PKEY *
key_blob(unsigned int bits, uint8_t *wrapped, size_t *len)
{
	uint8_t plain[KEYBLOB_LARGE_PLAIN_BYTES], kek[32];
	EVP_PKEY *key = EVP_RSA_gen(bits);

	memset(kek, 0x5a, sizeof(kek));
	assert_int_equal(keyblob_build_rsa(key, plain, sizeof(plain), len), 0);
	assert_int_equal(keyblob_wrap(kek, plain, *len, wrapped, KEYBLOB_LARGE_WRAPPED_BYTES, len), 0);
	return key;
}

/* sign, then let libcrypto undo it; a flipped bit inside gives FAULT and no result */
static void
rsa_round_trip(struct rig *r, unsigned int bits)
{
	uint8_t blob[KEYBLOB_LARGE_WRAPPED_BYTES], in[512] = { 0, 7 }, back[512];
	struct sluice_desc priv = { .opcode = SLUICE_OP_RSA_PRIVATE, .handle = HANDLE };
	uint32_t n = bits / 8;
	const uint8_t *out;
	struct sluice_cpl c;
	EVP_PKEY_CTX *ctx;
	EVP_PKEY *key;
	size_t len, room = sizeof(back);

	key = key_blob(bits, blob, &len);
	c = rig_op(r, SLUICE_ENGINE_PKA, (struct sluice_desc){ .opcode = SLUICE_OP_KEY_LOAD, .handle = HANDLE }, blob,
		(uint32_t)len, NULL);
	assert_int_equal(c.status, SLUICE_ST_OK);
	c = rig_op(r, SLUICE_ENGINE_PKA, priv, in, n, &out);
	assert_int_equal(c.status, SLUICE_ST_OK);
	assert_int_equal(c.length, n);
	ctx = EVP_PKEY_CTX_new(key, NULL);
	EVP_PKEY_encrypt_init(ctx);
	EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING);
	assert_int_equal(EVP_PKEY_encrypt(ctx, back, &room, out, n), 1);
	assert_memory_equal(back, in, n);
	EVP_PKEY_CTX_free(ctx);
	rig_wreg(r, SLUICE_REG_FAULT_INJECT, SLUICE_ENGINE_PKA | SLUICE_FAULT_INJECT_FLIP_MASK);
	c = rig_op(r, SLUICE_ENGINE_PKA, priv, in, n, &out);
	assert_int_equal(c.status, SLUICE_ST_FAULT);
	assert_int_equal(c.length, 0);
	assert_int_equal(out[0], 0xee);
	memset(in, 0xff, n);
	assert_int_equal(rig_op(r, SLUICE_ENGINE_PKA, priv, in, n, &out).status, SLUICE_ST_BAD_INPUT);
	assert_int_equal(rig_op(r, SLUICE_ENGINE_PKA, priv, in, n - 1, &out).status, SLUICE_ST_BAD_DESC);
	blob[100] ^= 1;
	c = rig_op(r, SLUICE_ENGINE_PKA, (struct sluice_desc){ .opcode = SLUICE_OP_KEY_LOAD, .handle = HANDLE }, blob,
		(uint32_t)len, NULL);
	assert_int_equal(c.status, SLUICE_ST_BAD_KEY);
	assert_int_equal(rig_op(r, SLUICE_ENGINE_PKA, (struct sluice_desc){ .opcode = SLUICE_OP_KEY_FREE, .handle = HANDLE },
		"", 0, NULL).status, SLUICE_ST_OK);
	assert_int_equal(rig_op(r, SLUICE_ENGINE_PKA, priv, in, n, &out).status, SLUICE_ST_BAD_HANDLE);
	EVP_PKEY_free(key);
}

static void
rsa_round_trip_and_fault(void **state)
{
	for (unsigned int bits = 2048; bits <= 4096; bits += 1024)
		rsa_round_trip(*state, bits);
}

/* Every field that must be zero, every flag and opcode that is not the queue's. */
static void
bad_descriptors_are_refused_and_counted(void **state)
{
	static const struct { unsigned int engine; struct sluice_desc d; } bad[] = {
		{ 0, { .opcode = 0x7f } }, { 0, { .opcode = SLUICE_OP_HMAC } }, { 1, { .opcode = SLUICE_OP_AEAD_SEAL } },
		{ 2, { .opcode = SLUICE_OP_CIPHER_ENC } }, { 0, { .opcode = SLUICE_OP_NOP, .flags = 0x08 } },
		{ 0, { .opcode = SLUICE_OP_NOP, .rsvd0 = 1 } }, { 0, { .opcode = SLUICE_OP_NOP, .handle2 = 1 } },
		{ 0, { .opcode = SLUICE_OP_NOP, .rsvd2 = 1 } },
		{ 0, { .opcode = SLUICE_OP_NOP, .flags = SLUICE_DESC_SRC_SGL, .src_nseg = 0 } },
		{ 0, { .opcode = SLUICE_OP_NOP, .flags = SLUICE_DESC_SRC_SGL, .src_nseg = SLUICE_MAX_SEGMENTS + 1 } },
		{ 0, { .opcode = SLUICE_OP_NOP, .flags = SLUICE_DESC_DST_SGL, .dst_nseg = SLUICE_MAX_SEGMENTS + 1 } },
	};
	struct rig *r = *state;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(rig_op(r, bad[i].engine, bad[i].d, "", 0, NULL).status, SLUICE_ST_BAD_DESC);
		assert_int_equal(rig_rreg(r, SLUICE_REG_ERR_DESC), i + 1);
	}
	assert_int_equal(rig_op(r, 0, (struct sluice_desc){ .opcode = SLUICE_OP_NOP }, "", 0, NULL).status, SLUICE_ST_OK);
}

static void
destinations_are_never_overrun(void **state)
{
	struct rig *r = *state;
	const uint8_t *out;
	struct sluice_cpl c = rig_op(r, SLUICE_ENGINE_MAC, (struct sluice_desc){ .opcode = SLUICE_OP_HASH,
		.param0 = SLUICE_HASH_SHA256, .dst_len = 31 }, "abc", 3, &out);

	assert_int_equal(c.status, SLUICE_ST_DST_SHORT);
	assert_int_equal(out[31], 0xee);
}

/* 1 a doorbell beyond the ring, 2 a bad configuration, 3 a ring that is nobody's memory */
static void
queues_stop_with_a_reason(void **state)
{
	struct rig *r = *state;
	uint32_t q = 9;

	rig_wreg(r, SLUICE_QUEUE_REG(0, SQ_TAIL), RING + 1);
	while (sluice_sim_run(r->dev, 1000))
		;
	assert_int_equal(rig_rreg(r, SLUICE_QUEUE_REG(0, ERROR)), 1);
	rig_wreg(r, SLUICE_QUEUE_REG(q, CONFIG), RING_LOG2 | 7u << SLUICE_QUEUE_CONFIG_CLASS_SHIFT |
		SLUICE_QUEUE_CONFIG_ENABLE_MASK);
	assert_int_equal(rig_rreg(r, SLUICE_QUEUE_REG(q, ERROR)), 2);
	rig_wreg(r, SLUICE_QUEUE_REG(q, CONFIG), 0);
	rig_wreg(r, SLUICE_QUEUE_REG(q, CONFIG), (SLUICE_MAX_RING_LOG2 + 1) | SLUICE_QUEUE_CONFIG_ENABLE_MASK);
	assert_int_equal(rig_rreg(r, SLUICE_QUEUE_REG(q, ERROR)), 2);
	rig_wreg(r, SLUICE_QUEUE_REG(q, CONFIG), 0);
	rig_wreg(r, SLUICE_QUEUE_REG(q, CONFIG), RING_LOG2 | SLUICE_QUEUE_CONFIG_ENABLE_MASK);
	assert_int_equal(rig_rreg(r, SLUICE_QUEUE_REG(q, ERROR)), 0);
	rig_wreg(r, SLUICE_QUEUE_REG(q, SQ_TAIL), 1);
	while (sluice_sim_run(r->dev, 1000))
		;
	assert_int_equal(rig_rreg(r, SLUICE_QUEUE_REG(q, ERROR)), 3);
}

static void
handles_go_by_generation_and_reset_erases(void **state)
{
	struct rig *r = *state;
	struct sluice_session s = { .alg = SLUICE_ALG_AES_CTR, .key_bytes = 16 };
	struct sluice_desc d = { .opcode = SLUICE_OP_CIPHER_ENC, .handle = HANDLE };
	uint8_t in[20] = { 0 };

	assert_int_equal(rig_op(r, 0, d, in, sizeof(in), NULL).status, SLUICE_ST_BAD_HANDLE);
	assert_int_equal(rig_load(r, 0, &s), SLUICE_ST_OK);
	assert_int_equal(rig_op(r, 0, d, in, sizeof(in), NULL).status, SLUICE_ST_OK);
	d.handle += 0x10000;
	assert_int_equal(rig_op(r, 0, d, in, sizeof(in), NULL).status, SLUICE_ST_BAD_HANDLE);
	d.handle = HANDLE + 1;
	assert_int_equal(rig_op(r, 0, d, in, sizeof(in), NULL).status, SLUICE_ST_BAD_HANDLE);
	d.handle = HANDLE;
	d.opcode = SLUICE_OP_AEAD_SEAL;
	assert_int_equal(rig_op(r, 0, d, in, sizeof(in), NULL).status, SLUICE_ST_BAD_SESSION);
	rig_wreg(r, SLUICE_REG_CTRL, SLUICE_CTRL_RESET_MASK);
	while (rig_rreg(r, SLUICE_REG_CTRL) & SLUICE_CTRL_RESET_MASK)
		sluice_sim_run(r->dev, 1000);
	rig_rings(r);
	d.opcode = SLUICE_OP_CIPHER_ENC;
	assert_int_equal(rig_op(r, 0, d, in, sizeof(in), NULL).status, SLUICE_ST_BAD_HANDLE);
}

static void
an_idle_device_costs_no_cycles(void **state)
{
	struct rig *r = *state;
	uint64_t at = sluice_sim_cycles(r->dev);

	assert_int_equal(sluice_sim_idle(r->dev), 1);
	assert_int_equal(sluice_sim_run(r->dev, 1000000), 0);
	assert_int_equal(sluice_sim_cycles(r->dev), at);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define CASE(f) cmocka_unit_test_setup_teardown(f, rig_setup, rig_teardown)
		CASE(gcm_vector), CASE(cbc_and_ctr_vectors), CASE(hash_and_hmac_vectors), CASE(prf_vector),
		CASE(rsa_round_trip_and_fault), CASE(bad_descriptors_are_refused_and_counted),
		CASE(destinations_are_never_overrun), CASE(queues_stop_with_a_reason),
		CASE(handles_go_by_generation_and_reset_erases), CASE(an_idle_device_costs_no_cycles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
