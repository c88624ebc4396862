/*
 * The golden model's records, AEADs and hashes of map version 2: published vectors where there are any (RFC 8439, RFC 8448, FIPS 180-4,
 * RFC 4231), else the record taken apart here by libcrypto, step by step as the RFC has it.
 */
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "tests/unit/sim/model/rig.h"

#define MAX_PLAIN 16384u

/* RFC 8439 2.8.2 */
static void
chacha_vector(void **state)
{
	static const char text[] = "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.";
	struct sluice_session s = { .alg = SLUICE_ALG_CHACHA20_POLY1305, .key_bytes = 32 };
	struct rig *r = *state;
	uint8_t in[256], want[256];
	const uint8_t *out;
	struct sluice_cpl c;
	size_t n, w;

	rig_hex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f", s.key);
	assert_int_equal(rig_load(r, SLUICE_ENGINE_CHACHA, &s), SLUICE_ST_OK);
	n = rig_hex("070000004041424344454647" "50515253c0c1c2c3c4c5c6c7", in);
	memcpy(in + n, text, sizeof(text) - 1);
	n += sizeof(text) - 1;
	w = rig_hex("d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67e"
		"cd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc3ff4def08e4b7a9de576d26586cec64b6116"
		"1ae10b594f09e26a7e902ecbd0600691", want);
	c = rig_op(r, SLUICE_ENGINE_CHACHA, (struct sluice_desc){ .opcode = SLUICE_OP_AEAD_SEAL, .handle = HANDLE, .param0 = 12 }, in,
		(uint32_t)n, &out);
	assert_int_equal(c.status, SLUICE_ST_OK);
	assert_int_equal(c.length, w);
	assert_memory_equal(out, want, w);
	memcpy(in + 24, want, w);
	for (int flip = 0; flip < 2; flip++) {
		in[30] ^= (uint8_t)flip;
		c = rig_op(r, SLUICE_ENGINE_CHACHA, (struct sluice_desc){ .opcode = SLUICE_OP_AEAD_OPEN, .handle = HANDLE, .param0 = 12,
			.param1 = 16 }, in, (uint32_t)(24 + w), &out);
		assert_int_equal(c.status, flip ? SLUICE_ST_AUTH_FAILED : SLUICE_ST_OK);
	}
	/* only whole tags */
	assert_int_equal(rig_op(r, SLUICE_ENGINE_CHACHA, (struct sluice_desc){ .opcode = SLUICE_OP_AEAD_OPEN, .handle = HANDLE, .param0 = 12,
		.param1 = 12 }, in, (uint32_t)(24 + w), &out).status, SLUICE_ST_BAD_DESC);
}

/* FIPS 180-4 examples ("abc"), RFC 4231 test case 2 */
static void
long_hash_vectors(void **state)
{
	static const struct { uint8_t alg; uint32_t hash; const char *abc, *jefe; } v[] = {
		{ SLUICE_ALG_HMAC_SHA384, SLUICE_HASH_SHA384,
			"cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
			"af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649" },
		{ SLUICE_ALG_HMAC_SHA512, SLUICE_HASH_SHA512,
			"ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
			"164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737" },
	};
	static const char text[] = "what do ya want for nothing?";
	struct rig *r = *state;

	for (size_t i = 0; i < 2; i++) {
		struct sluice_session s = { .alg = v[i].alg, .mac_key_bytes = 4, .mac_key = "Jefe" };
		const uint8_t *out;
		uint8_t want[64];
		size_t n = rig_hex(v[i].abc, want);

		assert_int_equal(rig_op(r, SLUICE_ENGINE_MAC, (struct sluice_desc){ .opcode = SLUICE_OP_HASH, .param0 = v[i].hash }, "abc", 3,
			&out).length, n);
		assert_memory_equal(out, want, n);
		assert_int_equal(rig_load(r, SLUICE_ENGINE_MAC, &s), SLUICE_ST_OK);
		assert_int_equal(rig_op(r, SLUICE_ENGINE_MAC, (struct sluice_desc){ .opcode = SLUICE_OP_HMAC, .handle = HANDLE }, text,
			sizeof(text) - 1, &out).length, n);
		rig_hex(v[i].jefe, want);
		assert_memory_equal(out, want, n);
	}
}

static struct sluice_cpl
record(struct rig *r, unsigned int e, uint8_t op, uint32_t type, uint32_t pad, const void *src, uint32_t len, const uint8_t **out)
{
	return rig_op(r, e, (struct sluice_desc){ .opcode = op, .handle = HANDLE, .param0 = type, .param1 = pad }, src, len, out);
}

/* The client's application data of RFC 8448 3 */
static void
tls13_record_vector(void **state)
{
	struct sluice_session s = { .alg = SLUICE_ALG_AES_GCM, .key_bytes = 16, .version = 0x0304 };
	uint8_t plain[50], want[128];
	struct rig *r = *state;
	const uint8_t *out;
	struct sluice_cpl c;
	size_t n;

	for (uint8_t i = 0; i < 50; i++)
		plain[i] = i;
	rig_hex("17422dda596ed5d9acd890e3c63f5051", s.key);
	rig_hex("5b78923dee08579033e523d9", s.iv);
	n = rig_hex("1703030043a23f7054b62c94d0affafe8228ba55cbefacea42f914aa66bcab3f2b9819a8a5b46b395bd54a9a20441e2b62974e1f5a6292a2977014bd1e3dea"
		"e63aeebb21694915e4", want);
	assert_int_equal(rig_load(r, SLUICE_ENGINE_AEAD, &s), SLUICE_ST_OK);
	c = record(r, SLUICE_ENGINE_AEAD, SLUICE_OP_RECORD_SEAL, 23, 0, plain, sizeof(plain), &out);
	assert_int_equal(c.length, n);
	assert_memory_equal(out, want, n);
	assert_int_equal(rig_load(r, SLUICE_ENGINE_AEAD, &s), SLUICE_ST_OK);
	c = record(r, SLUICE_ENGINE_AEAD, SLUICE_OP_RECORD_OPEN, 0, 0, want, (uint32_t)n, &out);
	assert_int_equal(c.length, sizeof(plain));
	assert_int_equal(c.info, 23);
	assert_memory_equal(out, plain, sizeof(plain));
}

/* Seals what an AEAD session of TLS 1.3 is to refuse, by libcrypto: any inner plaintext. */
static uint32_t
seal13(const struct sluice_session *s, uint64_t seq, const uint8_t *inner, uint32_t len, uint8_t *out)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	uint8_t nonce[12];
	int n;

	memcpy(nonce, s->iv, 12);
	for (int i = 0; i < 8; i++)
		nonce[11 - i] ^= (uint8_t)(seq >> 8 * i);
	memcpy(out, "\x17\x03\x03", 3);
	out[3] = (uint8_t)((len + 16) >> 8);
	out[4] = (uint8_t)(len + 16);
	EVP_EncryptInit_ex(ctx, s->alg == SLUICE_ALG_AES_GCM ? EVP_aes_256_gcm() : EVP_chacha20_poly1305(), NULL, s->key, nonce);
	EVP_EncryptUpdate(ctx, NULL, &n, out, 5);
	EVP_EncryptUpdate(ctx, out + 5, &n, inner, (int)len);
	EVP_EncryptFinal_ex(ctx, out + 5 + len, &n);
	EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, 16, out + 5 + len);
	EVP_CIPHER_CTX_free(ctx);
	return len + 21;
}

static void
tls13_padding_and_limits(void **state)
{
	static const uint8_t algs[] = { SLUICE_ALG_AES_GCM, SLUICE_ALG_CHACHA20_POLY1305 };
	static uint8_t inner[MAX_PLAIN + 2], rec[MAX_PLAIN + 64];
	struct rig *r = *state;

	for (size_t i = 0; i < 2; i++) {
		unsigned int e = i ? SLUICE_ENGINE_CHACHA : SLUICE_ENGINE_AEAD;
		struct sluice_session s = { .alg = algs[i], .key_bytes = 32, .version = 0x0304, .seq = 0x1ff, .key = { 1, 2 }, .iv = { 3, 4 } };
		const uint8_t *out;
		struct sluice_cpl c;
		uint32_t n;

		memset(inner, 0, sizeof(inner));
		memcpy(inner, "text\x16", 5);
		assert_int_equal(rig_load(r, e, &s), SLUICE_ST_OK);
		c = record(r, e, SLUICE_OP_RECORD_SEAL, 0x16, 100, "text", 4, &out);
		assert_int_equal(c.seq, 0x1ff);
		n = seal13(&s, 0x1ff, inner, 105, rec);
		assert_int_equal(c.length, n);
		assert_memory_equal(out, rec, n);
		c = record(r, e, SLUICE_OP_RECORD_SEAL, 0x16, MAX_PLAIN - 4, "text", 4, &out);
		n = seal13(&s, 0x200, inner, MAX_PLAIN + 1, rec);
		assert_int_equal(c.length, n);
		assert_memory_equal(out, rec, n);
		assert_int_equal(record(r, e, SLUICE_OP_RECORD_SEAL, 0x16, MAX_PLAIN - 3, "text", 4, &out).status, SLUICE_ST_BAD_DESC);
		/* opening: the longest, then one byte longer, no type at all, another outer type, one bit, nothing inside */
		assert_int_equal(rig_load(r, e, &s), SLUICE_ST_OK);
		n = seal13(&s, 0x1ff, inner, MAX_PLAIN + 1, rec);
		c = record(r, e, SLUICE_OP_RECORD_OPEN, 0, 0, rec, n, &out);
		assert_int_equal(c.status, SLUICE_ST_OK);
		assert_int_equal(c.length, 4);
		assert_int_equal(c.info, 0x16);
		n = seal13(&s, 0x200, inner, MAX_PLAIN + 2, rec);
		assert_int_equal(record(r, e, SLUICE_OP_RECORD_OPEN, 0, 0, rec, n, &out).status, SLUICE_ST_BAD_RECORD);
		n = seal13(&s, 0x200, inner + 8, 40, rec);
		assert_int_equal(record(r, e, SLUICE_OP_RECORD_OPEN, 0, 0, rec, n, &out).status, SLUICE_ST_BAD_RECORD);
		n = seal13(&s, 0x200, inner, 5, rec);
		rec[0] = 22;
		assert_int_equal(record(r, e, SLUICE_OP_RECORD_OPEN, 0, 0, rec, n, &out).status, SLUICE_ST_BAD_RECORD);
		rec[0] = 23;
		rec[n - 1] ^= 1;
		assert_int_equal(record(r, e, SLUICE_OP_RECORD_OPEN, 0, 0, rec, n, &out).status, SLUICE_ST_AUTH_FAILED);
		assert_int_equal(record(r, e, SLUICE_OP_RECORD_OPEN, 0, 0, "\x17\x03\x03\0\x10" "0123456789abcdef", 21, &out).status,
			SLUICE_ST_BAD_RECORD);
	}
}

/* RFC 7905: no explicit nonce, 13 bytes of AAD */
static void
chacha_record_of_tls12(void **state)
{
	struct sluice_session s = { .alg = SLUICE_ALG_CHACHA20_POLY1305, .key_bytes = 32, .version = 0x0303, .seq = 5, .key = { 9 },
		.iv = { 7 } };
	uint8_t aad[13] = { 0, 0, 0, 0, 0, 0, 0, 5, 23, 3, 3, 0, 4 }, nonce[12] = { 7, [11] = 5 }, want[25] = { 23, 3, 3, 0, 20 };
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	struct rig *r = *state;
	const uint8_t *out;
	int n;

	EVP_EncryptInit_ex(ctx, EVP_chacha20_poly1305(), NULL, s.key, nonce);
	EVP_EncryptUpdate(ctx, NULL, &n, aad, sizeof(aad));
	EVP_EncryptUpdate(ctx, want + 5, &n, (const uint8_t *)"text", 4);
	EVP_EncryptFinal_ex(ctx, want + 9, &n);
	EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, 16, want + 9);
	EVP_CIPHER_CTX_free(ctx);
	assert_int_equal(rig_load(r, SLUICE_ENGINE_CHACHA, &s), SLUICE_ST_OK);
	assert_int_equal(record(r, SLUICE_ENGINE_CHACHA, SLUICE_OP_RECORD_SEAL, 23, 0, "text", 4, &out).length, sizeof(want));
	assert_memory_equal(out, want, sizeof(want));
	assert_int_equal(record(r, SLUICE_ENGINE_CHACHA, SLUICE_OP_RECORD_SEAL, 23, 1, "text", 4, &out).status, SLUICE_ST_BAD_DESC);
	assert_int_equal(rig_load(r, SLUICE_ENGINE_CHACHA, &s), SLUICE_ST_OK);
	assert_int_equal(record(r, SLUICE_ENGINE_CHACHA, SLUICE_OP_RECORD_OPEN, 0, 0, want, sizeof(want), &out).length, 4);
	assert_memory_equal(out, "text", 4);
}

/* ---- CBC: what was sealed is taken apart here ---- */

struct kind {
	uint16_t version;
	uint8_t alg, etm;
	const EVP_MD *(*md)(void);
	uint32_t mac;
};
static const struct kind kinds[] = {
	{ 0x0300, SLUICE_ALG_AES_CBC_HMAC_SHA1, 0, EVP_sha1, 20 }, { 0x0301, SLUICE_ALG_AES_CBC_HMAC_SHA1, 0, EVP_sha1, 20 },
	{ 0x0301, SLUICE_ALG_AES_CBC_HMAC_SHA1, 1, EVP_sha1, 20 }, { 0x0302, SLUICE_ALG_AES_CBC_HMAC_SHA1, 1, EVP_sha1, 20 },
	{ 0x0303, SLUICE_ALG_AES_CBC_HMAC_SHA1, 0, EVP_sha1, 20 }, { 0x0303, SLUICE_ALG_AES_CBC_HMAC_SHA256, 0, EVP_sha256, 32 },
	{ 0x0303, SLUICE_ALG_AES_CBC_HMAC_SHA256, 1, EVP_sha256, 32 }, { 0x0303, SLUICE_ALG_AES_CBC_HMAC_SHA384, 0, EVP_sha384, 48 },
	{ 0x0303, SLUICE_ALG_AES_CBC_HMAC_SHA384, 1, EVP_sha384, 48 },
};

static void
cbc(const struct sluice_session *s, int enc, const uint8_t *iv, const uint8_t *in, uint32_t len, uint8_t *out)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int n;

	EVP_CipherInit_ex(ctx, EVP_aes_128_cbc(), NULL, s->key, iv, enc);
	EVP_CIPHER_CTX_set_padding(ctx, 0);
	assert_int_equal(EVP_CipherUpdate(ctx, out, &n, in, (int)len), 1);
	EVP_CIPHER_CTX_free(ctx);
}

static void
mac(const struct kind *k, const struct sluice_session *s, uint8_t type, const uint8_t *data, uint32_t len, uint8_t *out)
{
	uint8_t head[13], inner[64], pad[40];
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	for (int i = 0; i < 8; i++)
		head[i] = (uint8_t)(s->seq >> (56 - 8 * i));
	head[8] = type;
	if (k->version == 0x0300) { /* RFC 6101 5.2.3.1 */
		head[9] = (uint8_t)(len >> 8);
		head[10] = (uint8_t)len;
		memset(pad, 0x36, 40);
		EVP_DigestInit(ctx, k->md());
		EVP_DigestUpdate(ctx, s->mac_key, 20);
		EVP_DigestUpdate(ctx, pad, 40);
		EVP_DigestUpdate(ctx, head, 11);
		EVP_DigestUpdate(ctx, data, len);
		EVP_DigestFinal_ex(ctx, inner, NULL);
		memset(pad, 0x5c, 40);
		EVP_DigestInit(ctx, k->md());
		EVP_DigestUpdate(ctx, s->mac_key, 20);
		EVP_DigestUpdate(ctx, pad, 40);
		EVP_DigestUpdate(ctx, inner, 20);
		EVP_DigestFinal_ex(ctx, out, NULL);
	} else {
		static uint8_t all[13 + 20000];

		head[9] = (uint8_t)(k->version >> 8);
		head[10] = (uint8_t)k->version;
		head[11] = (uint8_t)(len >> 8);
		head[12] = (uint8_t)len;
		memcpy(all, head, 13);
		memcpy(all + 13, data, len);
		HMAC(k->md(), s->mac_key, (int)k->mac, all, 13 + len, out, NULL);
	}
	EVP_MD_CTX_free(ctx);
}

static struct sluice_session
session_of(const struct kind *k)
{
	struct sluice_session s = { .alg = k->alg, .key_bytes = 16, .version = k->version, .mac_key_bytes = (uint8_t)k->mac,
		.flags = k->etm, .seq = 0x0102030405, .key = { 1, 2, 3 } };

	memset(s.mac_key, 0x77, k->mac);
	if (k->version <= 0x0301)
		memset(s.iv, 0x99, 16);
	return s;
}

/* A record whose padding has `pad` bytes beside its length byte, each of value `fill`. */
static uint32_t
make(const struct kind *k, const struct sluice_session *s, const uint8_t *data, uint32_t len, uint32_t pad, int fill, uint8_t *rec)
{
	static uint8_t plain[20000];
	uint32_t iv = k->version <= 0x0301 ? 0 : 16, n = len;
	uint8_t *p = rec + 5;

	memcpy(plain, data, len);
	if (!k->etm) {
		mac(k, s, 23, data, len, plain + len);
		n += k->mac;
	}
	memset(plain + n, fill, pad);
	plain[n + pad] = (uint8_t)pad;
	n += pad + 1;
	memset(p, 0x31, iv);
	cbc(s, 1, iv ? p : s->iv, plain, n, p + iv);
	n += iv;
	if (k->etm) {
		mac(k, s, 23, p, n, p + n);
		n += k->mac;
	}
	rec[0] = 23;
	rec[1] = (uint8_t)(k->version >> 8);
	rec[2] = (uint8_t)k->version;
	rec[3] = (uint8_t)(n >> 8);
	rec[4] = (uint8_t)n;
	return n + 5;
}

static void
cbc_records_are_as_the_rfcs_have_them(void **state)
{
	static const uint32_t lens[] = { 0, 1, 11, 12, 27, 28, 300, MAX_PLAIN };
	static uint8_t data[MAX_PLAIN], rec[20000], plain[20000];
	struct rig *r = *state;

	memset(data, 0x42, sizeof(data));
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const struct kind *k = &kinds[i];
		struct sluice_session s = session_of(k);
		uint32_t iv = k->version <= 0x0301 ? 0 : 16, inside = k->etm ? 0 : k->mac;

		for (size_t j = 0; j < sizeof(lens) / sizeof(lens[0]); j++) {
			uint32_t len = lens[j], body = (len + inside + 16) & ~15u, n = 5 + iv + body + (k->etm ? k->mac : 0);
			const uint8_t *out;
			struct sluice_cpl c;
			uint8_t want[64];

			assert_int_equal(rig_load(r, SLUICE_ENGINE_MAC, &s), SLUICE_ST_OK);
			c = record(r, SLUICE_ENGINE_MAC, SLUICE_OP_RECORD_SEAL, 23, 0, data, len, &out);
			assert_int_equal(c.status, SLUICE_ST_OK);
			assert_int_equal(c.length, n);
			assert_int_equal(out[3] << 8 | out[4], n - 5);
			if (k->etm) {
				mac(k, &s, 23, out + 5, iv + body, want);
				assert_memory_equal(out + 5 + iv + body, want, k->mac);
			}
			cbc(&s, 0, iv ? out + 5 : s.iv, out + 5 + iv, body, plain);
			assert_memory_equal(plain, data, len);
			if (!k->etm) {
				mac(k, &s, 23, data, len, want);
				assert_memory_equal(plain + len, want, k->mac);
			}
			for (uint32_t b = len + inside; b < body; b++)
				assert_int_equal(plain[b], body - len - inside - 1);
			/* and back */
			memcpy(rec, out, n);
			assert_int_equal(rig_load(r, SLUICE_ENGINE_MAC, &s), SLUICE_ST_OK);
			c = record(r, SLUICE_ENGINE_MAC, SLUICE_OP_RECORD_OPEN, 0, 0, rec, n, &out);
			assert_int_equal(c.status, SLUICE_ST_OK);
			assert_int_equal(c.length, len);
			assert_memory_equal(out, data, len);
		}
	}
}

static uint8_t
opens(struct rig *r, const struct sluice_session *s, const uint8_t *rec, uint32_t n)
{
	assert_int_equal(rig_load(r, SLUICE_ENGINE_MAC, s), SLUICE_ST_OK);
	return record(r, SLUICE_ENGINE_MAC, SLUICE_OP_RECORD_OPEN, 0, 0, rec, n, NULL).status;
}

static void
cbc_padding_is_judged_by_version(void **state)
{
	static uint8_t data[64], rec[1024];
	struct rig *r = *state;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const struct kind *k = &kinds[i];
		struct sluice_session s = session_of(k);
		bool ssl3 = k->version == 0x0300;
		uint32_t inside = k->etm ? 0 : k->mac, pad = 15 - (20 + inside) % 16, n;

		n = make(k, &s, data, 20, pad, (int)pad, rec);
		assert_int_equal(opens(r, &s, rec, n), SLUICE_ST_OK);
		rec[n - 1] ^= 1; /* MAC, or padding length */
		assert_int_equal(opens(r, &s, rec, n), SLUICE_ST_AUTH_FAILED);
		rec[n - 1] ^= 1;
		rec[0] = 22; /* authenticated */
		assert_int_equal(opens(r, &s, rec, n), SLUICE_ST_AUTH_FAILED);
		/* values of the padding count in TLS, its length alone in SSL 3.0, which takes less than a block only */
		if (pad) {
			n = make(k, &s, data, 20, pad, 0xaa, rec);
			assert_int_equal(opens(r, &s, rec, n), ssl3 ? SLUICE_ST_OK : SLUICE_ST_AUTH_FAILED);
		}
		n = make(k, &s, data, 20, pad + 32, (int)pad + 32, rec);
		assert_int_equal(opens(r, &s, rec, n), ssl3 ? SLUICE_ST_AUTH_FAILED : SLUICE_ST_OK);
		/* wrong lengths */
		n = make(k, &s, data, 20, pad, (int)pad, rec);
		assert_int_equal(opens(r, &s, rec, n - 1), SLUICE_ST_BAD_RECORD);
		rec[4]--;
		assert_int_equal(opens(r, &s, rec, n - 1), SLUICE_ST_BAD_RECORD);
	}
}

/* Contexts that no lane runs */
static void
contexts_that_do_not_fit_are_refused(void **state)
{
	static const struct { unsigned int engine; struct sluice_session s; } bad[] = {
		{ SLUICE_ENGINE_CHACHA, { .alg = SLUICE_ALG_CHACHA20_POLY1305, .key_bytes = 16 } },
		{ SLUICE_ENGINE_CHACHA, { .alg = SLUICE_ALG_AES_GCM, .key_bytes = 32 } },
		{ SLUICE_ENGINE_AEAD, { .alg = SLUICE_ALG_CHACHA20_POLY1305, .key_bytes = 32 } },
		{ SLUICE_ENGINE_AEAD, { .alg = SLUICE_ALG_AES_GCM, .key_bytes = 24 } },
		{ SLUICE_ENGINE_AEAD, { .alg = SLUICE_ALG_AES_GCM, .key_bytes = 16, .flags = 1, .version = 0x0303 } },
		{ SLUICE_ENGINE_AEAD, { .alg = SLUICE_ALG_AES_GCM, .key_bytes = 16, .slice = 4 } },
		{ SLUICE_ENGINE_AEAD, { .alg = SLUICE_ALG_AES_GCM, .key_bytes = 16, .rsvd0 = 1 } },
		{ SLUICE_ENGINE_MAC, { .alg = SLUICE_ALG_HMAC_SHA512, .key_bytes = 16, .mac_key_bytes = 64 } },
		{ SLUICE_ENGINE_MAC, { .alg = SLUICE_ALG_HMAC_SHA512, .mac_key_bytes = 65 } },
		{ SLUICE_ENGINE_MAC, { .alg = SLUICE_ALG_AES_CBC_HMAC_SHA384, .key_bytes = 16, .mac_key_bytes = 48, .flags = 2, .version = 0x0303 } },
		{ SLUICE_ENGINE_MAC, { .alg = SLUICE_ALG_AES_CBC_HMAC_SHA1, .key_bytes = 16, .mac_key_bytes = 20, .flags = 1, .version = 0x0300 } },
		{ SLUICE_ENGINE_MAC, { .alg = SLUICE_ALG_AES_CBC_HMAC_SHA256, .key_bytes = 16, .mac_key_bytes = 32, .version = 0x0300 } },
	};
	struct rig *r = *state;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(rig_load(r, bad[i].engine, &bad[i].s), SLUICE_ST_BAD_SESSION);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define CASE(f) cmocka_unit_test_setup_teardown(f, rig_setup, rig_teardown)
		CASE(chacha_vector), CASE(long_hash_vectors), CASE(tls13_record_vector), CASE(tls13_padding_and_limits),
		CASE(chacha_record_of_tls12), CASE(cbc_records_are_as_the_rfcs_have_them), CASE(cbc_padding_is_judged_by_version),
		CASE(contexts_that_do_not_fit_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
