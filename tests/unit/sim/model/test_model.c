/*
 * The golden model against published vectors: it checks everything else, so what checks it comes from outside. Operations go through registers
 * and rings, as any driver's would.
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
#include "sim/bridge/sluice_sim.h"

#define MEM_BYTES (1u << 20)
#define MEM_BASE 0x40000000u /* what the device calls the first byte */
#define RING_LOG2 3u
#define RING (1u << RING_LOG2)
#define SQ 0u
#define CQ 4096u
#define SRC 8192u
#define DST 65536u
#define HANDLE 0x00010002u

struct rig {
	uint8_t *mem;
	struct sluice_sim *dev;
	uint16_t tail[SLUICE_NUM_ENGINES];
};

static int
dma(uint8_t *mem, uint64_t iova, uint32_t len, uint8_t **at)
{
	if (iova < MEM_BASE || iova - MEM_BASE > MEM_BYTES - len)
		return -1;
	*at = mem + (iova - MEM_BASE);
	return 0;
}

static int
dma_read(void *user, uint64_t iova, void *buf, uint32_t len)
{
	uint8_t *p;

	if (dma(((struct rig *)user)->mem, iova, len, &p))
		return -1;
	memcpy(buf, p, len);
	return 0;
}

static int
dma_write(void *user, uint64_t iova, const void *buf, uint32_t len)
{
	uint8_t *p;

	if (dma(((struct rig *)user)->mem, iova, len, &p))
		return -1;
	memcpy(p, buf, len);
	return 0;
}

static uint32_t
engine_base(unsigned int e)
{
	return e * 0x20000u;
}

static void
wreg(struct rig *r, uint32_t reg, uint32_t val)
{
	sluice_sim_reg_write32(r->dev, reg, val);
}

static uint32_t
rreg(struct rig *r, uint32_t reg)
{
	return sluice_sim_reg_read32(r->dev, reg);
}

static void
rings(struct rig *r)
{
	for (uint32_t e = 0; e < SLUICE_NUM_ENGINES; e++) {
		uint32_t cfg = RING_LOG2 | e << SLUICE_QUEUE_CONFIG_CLASS_SHIFT;

		r->tail[e] = 0;
		memset(r->mem + engine_base(e) + CQ, 0, RING * SLUICE_CPL_BYTES);
		wreg(r, SLUICE_QUEUE_REG(e, SQ_BASE_LO), MEM_BASE + engine_base(e) + SQ);
		wreg(r, SLUICE_QUEUE_REG(e, CQ_BASE_LO), MEM_BASE + engine_base(e) + CQ);
		wreg(r, SLUICE_QUEUE_REG(e, CONFIG), cfg | SLUICE_QUEUE_CONFIG_ENABLE_MASK);
	}
	wreg(r, SLUICE_REG_CTRL, SLUICE_CTRL_ENABLE_MASK);
}

static int
setup(void **state)
{
	struct rig *r = calloc(1, sizeof(*r));
	struct sluice_sim_config cfg = { .api_version = SLUICE_SIM_API_VERSION, .seed = 1, .dma_read = dma_read,
		.dma_write = dma_write, .user = r };

	memset(cfg.kek, 0x5a, sizeof(cfg.kek));
	r->mem = calloc(1, MEM_BYTES);
	r->dev = sluice_sim_create(&cfg);
	assert_non_null(r->dev);
	while (!(rreg(r, SLUICE_REG_STATUS) & SLUICE_STATUS_READY_MASK))
		sluice_sim_run(r->dev, 1000);
	rings(r);
	*state = r;
	return 0;
}

static int
teardown(void **state)
{
	struct rig *r = *state;

	sluice_sim_destroy(r->dev);
	free(r->mem);
	free(r);
	return 0;
}

/* Puts a descriptor on the queue of an engine and rings. */
static void
submit(struct rig *r, unsigned int e, const struct sluice_desc *d)
{
	memcpy(r->mem + engine_base(e) + SQ + (r->tail[e] % RING) * SLUICE_DESC_BYTES, d, sizeof(*d));
	wreg(r, SLUICE_QUEUE_REG(e, SQ_TAIL), ++r->tail[e]);
}

/* One operation from src to DST; the result is in *out. Returns the completion. */
static struct sluice_cpl
op(struct rig *r, unsigned int e, struct sluice_desc d, const void *src, uint32_t len, const uint8_t **out)
{
	uint16_t at = r->tail[e];
	struct sluice_cpl c;

	memcpy(r->mem + engine_base(e) + SRC, src, len);
	memset(r->mem + engine_base(e) + DST, 0xee, 32768);
	d.cookie = 0xc0de0000u + at;
	d.src_len = len;
	d.src_addr = MEM_BASE + engine_base(e) + SRC;
	d.dst_addr = MEM_BASE + engine_base(e) + DST;
	if (!d.dst_len)
		d.dst_len = 32768;
	submit(r, e, &d);
	while (sluice_sim_run(r->dev, 1000000))
		;
	memcpy(&c, r->mem + engine_base(e) + CQ + (at % RING) * SLUICE_CPL_BYTES, sizeof(c));
	assert_int_equal(c.phase, (at / RING & 1) ^ 1);
	assert_int_equal(c.cookie, d.cookie);
	wreg(r, SLUICE_QUEUE_REG(e, CQ_HEAD), r->tail[e]);
	if (out)
		*out = r->mem + engine_base(e) + DST;
	return c;
}

static uint8_t
load(struct rig *r, unsigned int e, const struct sluice_session *s)
{
	return op(r, e, (struct sluice_desc){ .opcode = SLUICE_OP_SESSION_LOAD, .handle = HANDLE }, s, sizeof(*s),
		NULL).status;
}

static size_t
hex(const char *text, uint8_t *out)
{
	size_t n = 0;

	for (; text[0]; text += 2)
		out[n++] = (uint8_t)strtoul((char[]){ text[0], text[1], 0 }, NULL, 16);
	return n;
}

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

	hex("feffe9928665731c6d6a8f9467308308", s.key);
	assert_int_equal(load(r, SLUICE_ENGINE_AEAD, &s), SLUICE_ST_OK);
	n = hex("cafebabefacedbaddecaf888" "feedfacedeadbeeffeedfacedeadbeefabaddad2"
		"d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525"
		"b16aedf5aa0de657ba637b39", in);
	c = op(r, SLUICE_ENGINE_AEAD, (struct sluice_desc){ .opcode = SLUICE_OP_AEAD_SEAL, .handle = HANDLE,
		.param0 = 20 }, in, (uint32_t)n, &out);
	assert_int_equal(c.status, SLUICE_ST_OK);
	n = hex("42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa05"
		"1ba30b396a0aac973d58e091" "5bc94fbc3221a5db94fae95ae7121a47", want);
	assert_int_equal(c.length, n);
	assert_memory_equal(out, want, n);
	/* and back, with the tag cut to eight bytes */
	memcpy(sealed, in, 32);
	memcpy(sealed + 32, want, n - 8);
	c = op(r, SLUICE_ENGINE_AEAD, (struct sluice_desc){ .opcode = SLUICE_OP_AEAD_OPEN, .handle = HANDLE,
		.param0 = 20, .param1 = 8 }, sealed, (uint32_t)(32 + n - 8), &out);
	assert_int_equal(c.status, SLUICE_ST_OK);
	assert_int_equal(c.length, 60);
	assert_memory_equal(out, in + 32, 60);
	sealed[40] ^= 1;
	c = op(r, SLUICE_ENGINE_AEAD, (struct sluice_desc){ .opcode = SLUICE_OP_AEAD_OPEN, .handle = HANDLE,
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

		hex(key, s.key);
		hex(v[i].iv, in);
		hex(plain, in + 16);
		hex(v[i].cipher, want);
		assert_int_equal(load(r, SLUICE_ENGINE_AEAD, &s), SLUICE_ST_OK);
		c = op(r, SLUICE_ENGINE_AEAD, (struct sluice_desc){ .opcode = SLUICE_OP_CIPHER_ENC, .handle = HANDLE },
			in, sizeof(in), &out);
		assert_int_equal(c.status, SLUICE_ST_OK);
		assert_int_equal(c.length, 32);
		assert_memory_equal(out, want, 32);
		memcpy(in + 16, want, 32);
		op(r, SLUICE_ENGINE_AEAD, (struct sluice_desc){ .opcode = SLUICE_OP_CIPHER_DEC, .handle = HANDLE }, in,
			sizeof(in), &out);
		hex(plain, want);
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
		size_t n = hex(v[i].abc, want);

		c = op(r, SLUICE_ENGINE_MAC, (struct sluice_desc){ .opcode = SLUICE_OP_HASH, .param0 = v[i].hash }, "abc", 3,
			&out);
		assert_int_equal(c.length, n);
		assert_memory_equal(out, want, n);
		assert_int_equal(load(r, SLUICE_ENGINE_MAC, &s), SLUICE_ST_OK);
		c = op(r, SLUICE_ENGINE_MAC, (struct sluice_desc){ .opcode = SLUICE_OP_HMAC, .handle = HANDLE }, text,
			(uint32_t)strlen(text), &out);
		hex(v[i].jefe, want);
		assert_int_equal(c.length, n);
		assert_memory_equal(out, want, n);
		memcpy(verify, text, strlen(text));
		memcpy(verify + strlen(text), want, n);
		for (int flip = 0; flip < 2; flip++) {
			verify[strlen(text) + 3] ^= (uint8_t)flip;
			c = op(r, SLUICE_ENGINE_MAC, (struct sluice_desc){ .opcode = SLUICE_OP_HMAC_VERIFY, .handle = HANDLE,
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

	n = hex("9bbe436ba940f017b17652849a71db35", in);
	memcpy(in + n, "test label", 10);
	n += 10;
	n += hex("a0ba9f936cda311827a6f796ffd5198c", in + n);
	c = op(r, SLUICE_ENGINE_MAC, (struct sluice_desc){ .opcode = SLUICE_OP_TLS_PRF, .param0 = 16, .param1 = 100 },
		in, (uint32_t)n, &out);
	n = hex("e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a6b301791e90d35c9c9a46b4e14baf9af0f"
		"a022f7077def17abfd3797c0564bab4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff70187347b66",
		want);
	assert_int_equal(c.status, SLUICE_ST_OK);
	assert_int_equal(c.length, n);
	assert_memory_equal(out, want, n);
}

static EVP_PKEY *
key_blob(uint8_t *wrapped, size_t *len)
{
	uint8_t plain[KEYBLOB_PLAIN_BYTES], kek[32];
	EVP_PKEY *key = EVP_RSA_gen(2048);

	memset(kek, 0x5a, sizeof(kek));
	assert_int_equal(keyblob_build_rsa(key, plain, sizeof(plain), len), 0);
	assert_int_equal(keyblob_wrap(kek, plain, *len, wrapped, KEYBLOB_WRAPPED_BYTES, len), 0);
	return key;
}

/* sign, then let libcrypto undo it; a flipped bit inside gives FAULT and no result */
static void
rsa_round_trip_and_fault(void **state)
{
	struct rig *r = *state;
	uint8_t blob[KEYBLOB_WRAPPED_BYTES], in[256] = { 0, 7 }, back[256];
	struct sluice_desc priv = { .opcode = SLUICE_OP_RSA_PRIVATE, .handle = HANDLE };
	const uint8_t *out;
	struct sluice_cpl c;
	EVP_PKEY_CTX *ctx;
	EVP_PKEY *key;
	size_t len;

	key = key_blob(blob, &len);
	c = op(r, SLUICE_ENGINE_PKA, (struct sluice_desc){ .opcode = SLUICE_OP_KEY_LOAD, .handle = HANDLE }, blob,
		(uint32_t)len, NULL);
	assert_int_equal(c.status, SLUICE_ST_OK);
	c = op(r, SLUICE_ENGINE_PKA, priv, in, sizeof(in), &out);
	assert_int_equal(c.status, SLUICE_ST_OK);
	assert_int_equal(c.length, 256);
	ctx = EVP_PKEY_CTX_new(key, NULL);
	EVP_PKEY_encrypt_init(ctx);
	EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING);
	len = sizeof(back);
	assert_int_equal(EVP_PKEY_encrypt(ctx, back, &len, out, 256), 1);
	assert_memory_equal(back, in, 256);
	EVP_PKEY_CTX_free(ctx);
	wreg(r, SLUICE_REG_FAULT_INJECT, SLUICE_ENGINE_PKA | SLUICE_FAULT_INJECT_FLIP_MASK);
	c = op(r, SLUICE_ENGINE_PKA, priv, in, sizeof(in), &out);
	assert_int_equal(c.status, SLUICE_ST_FAULT);
	assert_int_equal(c.length, 0);
	assert_int_equal(out[0], 0xee);
	memset(in, 0xff, sizeof(in));
	assert_int_equal(op(r, SLUICE_ENGINE_PKA, priv, in, sizeof(in), &out).status, SLUICE_ST_BAD_INPUT);
	blob[100] ^= 1;
	c = op(r, SLUICE_ENGINE_PKA, (struct sluice_desc){ .opcode = SLUICE_OP_KEY_LOAD, .handle = HANDLE }, blob,
		sizeof(blob), NULL);
	assert_int_equal(c.status, SLUICE_ST_BAD_KEY);
	assert_int_equal(op(r, SLUICE_ENGINE_PKA, (struct sluice_desc){ .opcode = SLUICE_OP_KEY_FREE, .handle = HANDLE },
		"", 0, NULL).status, SLUICE_ST_OK);
	assert_int_equal(op(r, SLUICE_ENGINE_PKA, priv, in, sizeof(in), &out).status, SLUICE_ST_BAD_HANDLE);
	EVP_PKEY_free(key);
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
		assert_int_equal(op(r, bad[i].engine, bad[i].d, "", 0, NULL).status, SLUICE_ST_BAD_DESC);
		assert_int_equal(rreg(r, SLUICE_REG_ERR_DESC), i + 1);
	}
	assert_int_equal(op(r, 0, (struct sluice_desc){ .opcode = SLUICE_OP_NOP }, "", 0, NULL).status, SLUICE_ST_OK);
}

static void
destinations_are_never_overrun(void **state)
{
	struct rig *r = *state;
	const uint8_t *out;
	struct sluice_cpl c = op(r, SLUICE_ENGINE_MAC, (struct sluice_desc){ .opcode = SLUICE_OP_HASH,
		.param0 = SLUICE_HASH_SHA256, .dst_len = 31 }, "abc", 3, &out);

	assert_int_equal(c.status, SLUICE_ST_DST_SHORT);
	assert_int_equal(out[31], 0xee);
}

/* 1 a doorbell beyond the ring, 2 a bad configuration, 3 a ring that is nobody's memory */
static void
queues_stop_with_a_reason(void **state)
{
	struct rig *r = *state;
	uint32_t q = 5;

	wreg(r, SLUICE_QUEUE_REG(0, SQ_TAIL), RING + 1);
	while (sluice_sim_run(r->dev, 1000))
		;
	assert_int_equal(rreg(r, SLUICE_QUEUE_REG(0, ERROR)), 1);
	wreg(r, SLUICE_QUEUE_REG(q, CONFIG), RING_LOG2 | 7u << SLUICE_QUEUE_CONFIG_CLASS_SHIFT |
		SLUICE_QUEUE_CONFIG_ENABLE_MASK);
	assert_int_equal(rreg(r, SLUICE_QUEUE_REG(q, ERROR)), 2);
	wreg(r, SLUICE_QUEUE_REG(q, CONFIG), 0);
	wreg(r, SLUICE_QUEUE_REG(q, CONFIG), (SLUICE_MAX_RING_LOG2 + 1) | SLUICE_QUEUE_CONFIG_ENABLE_MASK);
	assert_int_equal(rreg(r, SLUICE_QUEUE_REG(q, ERROR)), 2);
	wreg(r, SLUICE_QUEUE_REG(q, CONFIG), 0);
	wreg(r, SLUICE_QUEUE_REG(q, CONFIG), RING_LOG2 | SLUICE_QUEUE_CONFIG_ENABLE_MASK);
	assert_int_equal(rreg(r, SLUICE_QUEUE_REG(q, ERROR)), 0);
	wreg(r, SLUICE_QUEUE_REG(q, SQ_TAIL), 1);
	while (sluice_sim_run(r->dev, 1000))
		;
	assert_int_equal(rreg(r, SLUICE_QUEUE_REG(q, ERROR)), 3);
}

static void
handles_go_by_generation_and_reset_erases(void **state)
{
	struct rig *r = *state;
	struct sluice_session s = { .alg = SLUICE_ALG_AES_CTR, .key_bytes = 16 };
	struct sluice_desc d = { .opcode = SLUICE_OP_CIPHER_ENC, .handle = HANDLE };
	uint8_t in[20] = { 0 };

	assert_int_equal(op(r, 0, d, in, sizeof(in), NULL).status, SLUICE_ST_BAD_HANDLE);
	assert_int_equal(load(r, 0, &s), SLUICE_ST_OK);
	assert_int_equal(op(r, 0, d, in, sizeof(in), NULL).status, SLUICE_ST_OK);
	d.handle += 0x10000;
	assert_int_equal(op(r, 0, d, in, sizeof(in), NULL).status, SLUICE_ST_BAD_HANDLE);
	d.handle = HANDLE + 1;
	assert_int_equal(op(r, 0, d, in, sizeof(in), NULL).status, SLUICE_ST_BAD_HANDLE);
	d.handle = HANDLE;
	d.opcode = SLUICE_OP_AEAD_SEAL;
	assert_int_equal(op(r, 0, d, in, sizeof(in), NULL).status, SLUICE_ST_BAD_SESSION);
	wreg(r, SLUICE_REG_CTRL, SLUICE_CTRL_RESET_MASK);
	while (rreg(r, SLUICE_REG_CTRL) & SLUICE_CTRL_RESET_MASK)
		sluice_sim_run(r->dev, 1000);
	rings(r);
	d.opcode = SLUICE_OP_CIPHER_ENC;
	assert_int_equal(op(r, 0, d, in, sizeof(in), NULL).status, SLUICE_ST_BAD_HANDLE);
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
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
		CASE(gcm_vector), CASE(cbc_and_ctr_vectors), CASE(hash_and_hmac_vectors), CASE(prf_vector),
		CASE(rsa_round_trip_and_fault), CASE(bad_descriptors_are_refused_and_counted),
		CASE(destinations_are_never_overrun), CASE(queues_stop_with_a_reason),
		CASE(handles_go_by_generation_and_reset_erases), CASE(an_idle_device_costs_no_cycles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
