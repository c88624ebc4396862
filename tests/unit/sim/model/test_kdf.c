/*
 * The golden model's secrets and key schedules: TLS 1.3 by the traces of RFC 8448, TLS 1.2 against libcrypto's TLS1-PRF, HKDF by RFC 5869.
 * A secret has no way out, so what is compared is what comes of it: verify_data, and records sealed under its keys.
 */
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>

#include "tests/unit/sim/model/rig.h"

#define SECRET(i) (0x00030000u | (i))
#define HASH256 SLUICE_HASH_SHA256
enum { PREMASTER = 1, EARLY, HANDSHAKE, MAIN, CLIENT_HS, SERVER_HS, CLIENT_AP, RES, PSK, EARLY2, BINDER, CLIENT_EARLY, KEYS,
	MASTER, BLOCK, NEXT };

static struct sluice_cpl
kdf(struct rig *r, uint32_t which, uint32_t param1, uint32_t in, uint32_t in2, uint32_t out, const char *source,
	const uint8_t **result)
{
	uint8_t src[256];
	size_t n = source ? rig_hex(source, src) : 0;

	return rig_op(r, SLUICE_ENGINE_KDF, (struct sluice_desc){ .opcode = SLUICE_OP_KDF, .param0 = which, .param1 = param1,
		.handle = in ? SECRET(in) : 0, .handle3 = in2 ? SECRET(in2) : 0, .handle2 = out ? SECRET(out) : 0 }, src, (uint32_t)n, result);
}

static void
derives(struct rig *r, uint32_t which, uint32_t in, uint32_t in2, uint32_t out, const char *source)
{
	struct sluice_cpl c = kdf(r, which, HASH256, in, in2, out, source, NULL);

	assert_int_equal(c.status, SLUICE_ST_OK);
	assert_int_equal(c.length, 0);
}

static void
finished_is(struct rig *r, uint32_t which, uint32_t secret, const char *hash, const char *want_hex)
{
	const uint8_t *out;
	uint8_t want[64];
	size_t n = rig_hex(want_hex, want);
	struct sluice_cpl c = kdf(r, which, HASH256, secret, 0, 0, hash, &out);

	assert_int_equal(c.status, SLUICE_ST_OK);
	assert_int_equal(c.length, n);
	assert_memory_equal(out, want, n);
}

/* The shared secret of RFC 8448 3, by its x25519 keys, into slot PREMASTER. */
static void
premaster(struct rig *r)
{
	uint8_t src[64];

	rig_hex("49af42ba7f7994852d713ef2784bcbcaa7911de26adc5642cb634540e7ea5005"
		"c9828876112095fe66762bdbf7c672e156d6cc253b833df1dd69b1b04e751f0f", src);
	assert_int_equal(rig_op(r, SLUICE_ENGINE_ECC, (struct sluice_desc){ .opcode = SLUICE_OP_ECDH, .param0 = SLUICE_CURVE_X25519,
		.handle2 = SECRET(PREMASTER) }, src, sizeof(src), NULL).status, SLUICE_ST_OK);
}

/* A session whose keys are a slice of slot `secret`; the status of its load. */
static uint8_t
load_slice(struct rig *r, struct sluice_session s, uint32_t secret)
{
	return rig_op(r, s.alg == SLUICE_ALG_AES_GCM ? SLUICE_ENGINE_AEAD : s.alg == SLUICE_ALG_CHACHA20_POLY1305 ?
		SLUICE_ENGINE_CHACHA : SLUICE_ENGINE_MAC, (struct sluice_desc){ .opcode = SLUICE_OP_SESSION_LOAD, .handle = HANDLE,
		.handle2 = SECRET(secret) }, &s, sizeof(s), NULL).status;
}

/* The record that AES-128-GCM of TLS 1.3 makes of nothing, of type 22, with key and IV. */
static void
empty_record13(const char *key_hex, const char *iv_hex, uint8_t record[22])
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	uint8_t key[16], iv[12], type = 22;
	int n;

	rig_hex(key_hex, key);
	rig_hex(iv_hex, iv);
	rig_hex("1703030011", record);
	assert_int_equal(EVP_EncryptInit_ex(ctx, EVP_aes_128_gcm(), NULL, key, iv), 1);
	EVP_EncryptUpdate(ctx, NULL, &n, record, 5);
	EVP_EncryptUpdate(ctx, record + 5, &n, &type, 1);
	EVP_EncryptFinal_ex(ctx, record + 6, &n);
	EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, 16, record + 6);
	EVP_CIPHER_CTX_free(ctx);
}

static void
keys_are(struct rig *r, uint32_t secret, const char *key, const char *iv)
{
	struct sluice_session s = { .alg = SLUICE_ALG_AES_GCM, .key_bytes = 16, .version = 0x0304, .slice = SLUICE_SLICE_WHOLE };
	const uint8_t *out;
	uint8_t want[22];

	assert_int_equal(kdf(r, SLUICE_KDF_T13_KEYS, HASH256 | 16u << 16, secret, 0, KEYS, NULL, NULL).status, SLUICE_ST_OK);
	assert_int_equal(load_slice(r, s, KEYS), SLUICE_ST_OK);
	empty_record13(key, iv, want);
	assert_int_equal(rig_op(r, SLUICE_ENGINE_AEAD, (struct sluice_desc){ .opcode = SLUICE_OP_RECORD_SEAL, .handle = HANDLE,
		.param0 = 22 }, "", 0, &out).length, sizeof(want));
	assert_memory_equal(out, want, sizeof(want));
}

static void
schedule_follows_rfc8448(void **state)
{
	struct rig *r = *state;

	premaster(r);
	derives(r, SLUICE_KDF_T13_EARLY, 0, 0, EARLY, NULL);
	derives(r, SLUICE_KDF_T13_HANDSHAKE, EARLY, PREMASTER, HANDSHAKE, NULL);
	derives(r, SLUICE_KDF_T13_CLIENT_HANDSHAKE, HANDSHAKE, 0, CLIENT_HS,
		"860c06edc07858ee8e78f0e7428c58edd6b43f2ca3e6e95f02ed063cf0e1cad8");
	derives(r, SLUICE_KDF_T13_SERVER_HANDSHAKE, HANDSHAKE, 0, SERVER_HS,
		"860c06edc07858ee8e78f0e7428c58edd6b43f2ca3e6e95f02ed063cf0e1cad8");
	finished_is(r, SLUICE_KDF_T13_FINISHED, SERVER_HS, "edb7725fa7a3473b031ec8ef65a2485493900138a2b91291407d7951a06110ed",
		"9b9b141d906337fbd2cbdce71df4deda4ab42c309572cb7fffee5454b78f0718");
	finished_is(r, SLUICE_KDF_T13_FINISHED, CLIENT_HS, "9608102a0f1ccc6db6250b7b7e417b1a000eaada3daae4777a7686c9ff83df13",
		"a8ec436d677634ae525ac1fcebe11a039ec17694fac6e98527b642f2edd5ce61");
	keys_are(r, SERVER_HS, "3fce516009c21727d0f2e4e86ee403bc", "5d313eb2671276ee13000b30");
	keys_are(r, CLIENT_HS, "dbfaa693d1762c5b666af5d950258d01", "5bd3c71b836e0b76bb73265f");
	derives(r, SLUICE_KDF_T13_MAIN, HANDSHAKE, 0, MAIN, NULL);
	derives(r, SLUICE_KDF_T13_CLIENT_APPLICATION, MAIN, 0, CLIENT_AP,
		"9608102a0f1ccc6db6250b7b7e417b1a000eaada3daae4777a7686c9ff83df13");
	keys_are(r, CLIENT_AP, "17422dda596ed5d9acd890e3c63f5051", "5b78923dee08579033e523d9");
	derives(r, SLUICE_KDF_T13_SERVER_APPLICATION, MAIN, 0, CLIENT_AP,
		"9608102a0f1ccc6db6250b7b7e417b1a000eaada3daae4777a7686c9ff83df13");
	keys_are(r, CLIENT_AP, "9f02283b6c9c07efc26bb9f2ac92e356", "cf782b88dd83549aadf1e984");
	/* the resumption of RFC 8448 4 */
	derives(r, SLUICE_KDF_T13_RESUMPTION, MAIN, 0, RES, "209145a96ee8e2a122ff810047cc952684658d6049e86429426db87c54ad143d");
	derives(r, SLUICE_KDF_T13_PSK, RES, 0, PSK, "0000");
	derives(r, SLUICE_KDF_T13_EARLY, PSK, 0, EARLY2, NULL);
	derives(r, SLUICE_KDF_T13_BINDER, EARLY2, 0, BINDER, NULL);
	finished_is(r, SLUICE_KDF_T13_FINISHED, BINDER, "63224b2e4573f2d3454ca84b9d009a04f6be9e05711a8396473aefa01e924a14",
		"3add4fb2d8fdf822a0ca3cf7678ef5e88dae990141c5924d57bb6fa31b9e5f9d");
	derives(r, SLUICE_KDF_T13_CLIENT_EARLY, EARLY2, 0, CLIENT_EARLY,
		"08ad0fa05d7c7233b1775ba2ff9f4c5b8b59276b7f227f13a976245f5d960913");
	keys_are(r, CLIENT_EARLY, "920205a5b7bf2115e6fc5c2942834f54", "6d475f0993c8e564610db2b9");
}

/* traffic upd of the server's application traffic secret of RFC 8448 3; keys computed by HKDF of another library */
static void
update_makes_the_next_traffic_secret(void **state)
{
	struct rig *r = *state;

	premaster(r);
	derives(r, SLUICE_KDF_T13_EARLY, 0, 0, EARLY, NULL);
	derives(r, SLUICE_KDF_T13_HANDSHAKE, EARLY, PREMASTER, HANDSHAKE, NULL);
	derives(r, SLUICE_KDF_T13_MAIN, HANDSHAKE, 0, MAIN, NULL);
	derives(r, SLUICE_KDF_T13_SERVER_APPLICATION, MAIN, 0, CLIENT_AP,
		"9608102a0f1ccc6db6250b7b7e417b1a000eaada3daae4777a7686c9ff83df13");
	derives(r, SLUICE_KDF_T13_UPDATE, CLIENT_AP, 0, NEXT, NULL);
	keys_are(r, NEXT, "2e63be99d67b39097feb9786cf7a15a0", "628a0a8298ac953baef4255a");
}

/* TLS1-PRF of libcrypto */
static void
prf(const uint8_t *secret, size_t secret_len, const char *label, const uint8_t *seed, size_t seed_len, uint8_t *out, size_t want)
{
	EVP_KDF *f = EVP_KDF_fetch(NULL, "TLS1-PRF", NULL);
	EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(f);
	uint8_t buf[128];
	size_t n = strlen(label);
	OSSL_PARAM p[4];

	memcpy(buf, label, n);
	memcpy(buf + n, seed, seed_len);
	p[0] = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)(uintptr_t)"SHA256", 0);
	p[1] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SECRET, (void *)(uintptr_t)secret, secret_len);
	p[2] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SEED, buf, n + seed_len);
	p[3] = OSSL_PARAM_construct_end();
	assert_int_equal(EVP_KDF_derive(ctx, out, want, p), 1);
	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(f);
}

#define SHARED "8bd4054fb55b9d63fdfbacf9f04b9f0d35e6d63f537563efd46272900f89492d"
#define RANDOMS "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f" \
	"a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebf"
#define HASH "c0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedf"

/* Seals by one half of a key block and compares with what its keys, taken by hand, give. */
static void
slice_is(struct rig *r, uint8_t slice, const uint8_t block[40])
{
	struct sluice_session s = { .alg = SLUICE_ALG_AES_GCM, .key_bytes = 16, .version = 0x0303, .slice = slice };
	unsigned int side = slice == SLUICE_SLICE_SERVER;
	const uint8_t *out;
	uint8_t mine[64];

	assert_int_equal(load_slice(r, s, BLOCK), SLUICE_ST_OK);
	assert_int_equal(rig_op(r, SLUICE_ENGINE_AEAD, (struct sluice_desc){ .opcode = SLUICE_OP_RECORD_SEAL, .handle = HANDLE,
		.param0 = 23 }, "payload", 7, &out).status, SLUICE_ST_OK);
	memcpy(mine, out, 36);
	s.slice = SLUICE_SLICE_NONE;
	memcpy(s.key, block + 16 * side, 16);
	memcpy(s.iv, block + 32 + 4 * side, 4);
	assert_int_equal(rig_load(r, SLUICE_ENGINE_AEAD, &s), SLUICE_ST_OK);
	assert_int_equal(rig_op(r, SLUICE_ENGINE_AEAD, (struct sluice_desc){ .opcode = SLUICE_OP_RECORD_SEAL, .handle = HANDLE,
		.param0 = 23 }, "payload", 7, &out).length, 36);
	assert_memory_equal(out, mine, 36);
}

static void
tls12_follows_libcrypto(void **state)
{
	uint8_t shared[32], randoms[64], swapped[64], hash[32], master[48], want[64];
	struct rig *r = *state;
	const uint8_t *out;

	rig_hex(SHARED, shared);
	rig_hex(RANDOMS, randoms);
	rig_hex(HASH, hash);
	memcpy(swapped, randoms + 32, 32);
	memcpy(swapped + 32, randoms, 32);
	for (int extended = 0; extended < 2; extended++) {
		premaster(r);
		if (extended) {
			derives(r, SLUICE_KDF_T12_EXTENDED_MASTER, PREMASTER, 0, MASTER, HASH);
			prf(shared, 32, "extended master secret", hash, 32, master, 48);
		} else {
			derives(r, SLUICE_KDF_T12_MASTER, PREMASTER, 0, MASTER, RANDOMS);
			prf(shared, 32, "master secret", randoms, 64, master, 48);
		}
		for (int server = 0; server < 2; server++) {
			prf(master, 48, server ? "server finished" : "client finished", hash, 32, want, 12);
			assert_int_equal(kdf(r, server ? SLUICE_KDF_T12_SERVER_FINISHED : SLUICE_KDF_T12_CLIENT_FINISHED, HASH256, MASTER,
				0, 0, HASH, &out).length, 12);
			assert_memory_equal(out, want, 12);
		}
		/* the caller gives the server's random first */
		assert_int_equal(kdf(r, SLUICE_KDF_T12_KEY_BLOCK, HASH256 | 40u << 16, MASTER, 0, BLOCK, RANDOMS, NULL).status, SLUICE_ST_OK);
		prf(master, 48, "key expansion", randoms, 64, want, 40);
		slice_is(r, SLUICE_SLICE_CLIENT, want);
		slice_is(r, SLUICE_SLICE_SERVER, want);
	}
}

static void
a_key_block_gives_each_side_once_and_only_for_records(void **state)
{
	struct sluice_session s = { .alg = SLUICE_ALG_AES_GCM, .key_bytes = 16, .version = 0x0303, .slice = SLUICE_SLICE_CLIENT }, t;
	uint8_t in[64] = { 0 };
	struct rig *r = *state;

	premaster(r);
	derives(r, SLUICE_KDF_T12_MASTER, PREMASTER, 0, MASTER, RANDOMS);
	assert_int_equal(load_slice(r, s, MASTER), SLUICE_ST_BAD_SECRET); /* another kind */
	assert_int_equal(kdf(r, SLUICE_KDF_T12_KEY_BLOCK, HASH256 | 40u << 16, MASTER, 0, BLOCK, RANDOMS, NULL).status, SLUICE_ST_OK);
	assert_int_equal(load_slice(r, s, BLOCK + 20), SLUICE_ST_BAD_SECRET);
	t = s;
	t.key[5] = 1; /* keys from both places */
	assert_int_equal(load_slice(r, t, BLOCK), SLUICE_ST_BAD_SESSION);
	t = s;
	t.slice = SLUICE_SLICE_NONE;
	assert_int_equal(load_slice(r, t, BLOCK), SLUICE_ST_BAD_SESSION);
	assert_int_equal(rig_load(r, SLUICE_ENGINE_AEAD, &s), SLUICE_ST_BAD_SESSION); /* a slice of nothing */
	assert_int_equal(load_slice(r, s, BLOCK), SLUICE_ST_OK);
	assert_int_equal(rig_op(r, SLUICE_ENGINE_AEAD, (struct sluice_desc){ .opcode = SLUICE_OP_AEAD_SEAL, .handle = HANDLE }, in,
		sizeof(in), NULL).status, SLUICE_ST_BAD_SESSION);
	assert_int_equal(rig_op(r, SLUICE_ENGINE_AEAD, (struct sluice_desc){ .opcode = SLUICE_OP_RECORD_SEAL, .handle = HANDLE }, in,
		sizeof(in), NULL).status, SLUICE_ST_OK);
	assert_int_equal(load_slice(r, s, BLOCK), SLUICE_ST_BAD_SECRET); /* spent */
	s.slice = SLUICE_SLICE_SERVER;
	assert_int_equal(load_slice(r, s, BLOCK), SLUICE_ST_OK);
}

static void
secrets_survive_wrapping_and_nothing_else_does(void **state)
{
	struct sluice_desc unwrap = { .opcode = SLUICE_OP_SECRET_UNWRAP, .handle2 = SECRET(NEXT) };
	uint8_t wrapped[128], first[12];
	struct rig *r = *state;
	const uint8_t *out;
	struct sluice_cpl c;

	premaster(r);
	derives(r, SLUICE_KDF_T12_MASTER, PREMASTER, 0, MASTER, RANDOMS);
	kdf(r, SLUICE_KDF_T12_CLIENT_FINISHED, HASH256, MASTER, 0, 0, HASH, &out);
	memcpy(first, out, sizeof(first));
	assert_int_equal(rig_op(r, SLUICE_ENGINE_KDF, (struct sluice_desc){ .opcode = SLUICE_OP_SECRET_WRAP,
		.handle = SECRET(PREMASTER) }, "", 0, NULL).status, SLUICE_ST_BAD_SECRET);
	c = rig_op(r, SLUICE_ENGINE_KDF, (struct sluice_desc){ .opcode = SLUICE_OP_SECRET_WRAP, .handle = SECRET(MASTER) }, "", 0, &out);
	assert_int_equal(c.status, SLUICE_ST_OK);
	assert_true(c.length >= 56 && c.length <= sizeof(wrapped));
	memcpy(wrapped, out, c.length);
	/* over a reset, which erases every slot */
	rig_wreg(r, SLUICE_REG_CTRL, SLUICE_CTRL_RESET_MASK);
	while (rig_rreg(r, SLUICE_REG_CTRL) & SLUICE_CTRL_RESET_MASK)
		sluice_sim_run(r->dev, 1000);
	rig_rings(r);
	assert_int_equal(kdf(r, SLUICE_KDF_T12_CLIENT_FINISHED, HASH256, MASTER, 0, 0, HASH, NULL).status, SLUICE_ST_BAD_SECRET);
	wrapped[20] ^= 1;
	assert_int_equal(rig_op(r, SLUICE_ENGINE_KDF, unwrap, wrapped, c.length, NULL).status, SLUICE_ST_BAD_KEY);
	wrapped[20] ^= 1;
	assert_int_equal(rig_op(r, SLUICE_ENGINE_KDF, unwrap, wrapped, c.length, NULL).status, SLUICE_ST_OK);
	kdf(r, SLUICE_KDF_T12_CLIENT_FINISHED, HASH256, NEXT, 0, 0, HASH, &out);
	assert_memory_equal(out, first, sizeof(first));
	assert_int_equal(rig_op(r, SLUICE_ENGINE_KDF, (struct sluice_desc){ .opcode = SLUICE_OP_SECRET_FREE, .handle = SECRET(NEXT) }, "",
		0, NULL).status, SLUICE_ST_OK);
	assert_int_equal(rig_op(r, SLUICE_ENGINE_KDF, (struct sluice_desc){ .opcode = SLUICE_OP_SECRET_FREE, .handle = SECRET(NEXT) }, "",
		0, NULL).status, SLUICE_ST_BAD_SECRET);
}

/* Every kdf with every kind that is not its own, no result slot, a wrong source, a hash that it has not. */
static void
derivations_take_only_what_they_name(void **state)
{
	static const uint8_t zero[64];
	struct rig *r = *state;

	premaster(r);
	for (uint32_t which = SLUICE_KDF_T12_KEY_BLOCK; which <= SLUICE_KDF_T13_FINISHED; which++) {
		bool keys = which == SLUICE_KDF_T12_KEY_BLOCK || which == SLUICE_KDF_T13_KEYS;
		bool is_public = which == SLUICE_KDF_T12_CLIENT_FINISHED || which == SLUICE_KDF_T12_SERVER_FINISHED ||
			which == SLUICE_KDF_T13_FINISHED;

		for (uint32_t len = 0; len <= 64; len += 32) {
			uint8_t st = rig_op(r, SLUICE_ENGINE_KDF, (struct sluice_desc){ .opcode = SLUICE_OP_KDF, .param0 = which,
				.param1 = HASH256 | (keys ? 16u << 16 : 0), .handle = SECRET(PREMASTER),
				.handle2 = is_public ? 0 : SECRET(NEXT) }, zero, len, NULL).status;

			assert_true(st == SLUICE_ST_BAD_SECRET || st == SLUICE_ST_BAD_DESC);
		}
	}
	assert_int_equal(kdf(r, SLUICE_KDF_T12_MASTER, HASH256, PREMASTER, 0, 0, RANDOMS, NULL).status, SLUICE_ST_BAD_DESC);
	assert_int_equal(kdf(r, SLUICE_KDF_T12_MASTER, HASH256, PREMASTER, 0, MASTER, HASH, NULL).status, SLUICE_ST_BAD_DESC);
	assert_int_equal(kdf(r, SLUICE_KDF_T12_MASTER, SLUICE_HASH_SHA512, PREMASTER, 0, MASTER, RANDOMS, NULL).status, SLUICE_ST_BAD_DESC);
	assert_int_equal(kdf(r, 0x7f, HASH256, PREMASTER, 0, MASTER, RANDOMS, NULL).status, SLUICE_ST_BAD_DESC);
	assert_int_equal(kdf(r, SLUICE_KDF_T12_MASTER, HASH256, NEXT, 0, MASTER, RANDOMS, NULL).status, SLUICE_ST_BAD_SECRET);
}

/* RFC 5869 A.1 (SHA-256), A.4 (SHA-1); the host's keys, engine mac */
static void
hkdf_vectors(void **state)
{
	static const struct { uint32_t hash; const char *ikm, *salt, *prk, *okm; } v[] = {
		{ SLUICE_HASH_SHA256, "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "000102030405060708090a0b0c",
			"077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
			"3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865" },
		{ SLUICE_HASH_SHA1, "0b0b0b0b0b0b0b0b0b0b0b", "000102030405060708090a0b0c",
			"9b6c18c432a7bf8f0e71c8eb88f4b30baa2ba243",
			"085a01ea1b10f36933068b56efa5ad81a4f14b822f5b091568a9cdd4f155fda2c22e422478d305f3f896" },
	};
	struct rig *r = *state;

	for (size_t i = 0; i < 2; i++) {
		uint8_t in[128], want[64];
		size_t salt = rig_hex(v[i].salt, in), n = salt + rig_hex(v[i].ikm, in + salt);
		const uint8_t *out;
		struct sluice_cpl c;

		c = rig_op(r, SLUICE_ENGINE_MAC, (struct sluice_desc){ .opcode = SLUICE_OP_HKDF_EXTRACT,
			.param0 = (uint32_t)salt | v[i].hash << 8 }, in, (uint32_t)n, &out);
		assert_int_equal(c.length, rig_hex(v[i].prk, want));
		assert_memory_equal(out, want, c.length);
		n = rig_hex(v[i].prk, in);
		c = rig_op(r, SLUICE_ENGINE_MAC, (struct sluice_desc){ .opcode = SLUICE_OP_HKDF_EXPAND, .param0 = (uint32_t)n | v[i].hash << 8,
			.param1 = 42 }, in, (uint32_t)(n + rig_hex("f0f1f2f3f4f5f6f7f8f9", in + n)), &out);
		assert_int_equal(c.length, rig_hex(v[i].okm, want));
		assert_memory_equal(out, want, c.length);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define CASE(f) cmocka_unit_test_setup_teardown(f, rig_setup, rig_teardown)
		CASE(schedule_follows_rfc8448), CASE(update_makes_the_next_traffic_secret), CASE(tls12_follows_libcrypto),
		CASE(a_key_block_gives_each_side_once_and_only_for_records), CASE(secrets_survive_wrapping_and_nothing_else_does),
		CASE(derivations_take_only_what_they_name), CASE(hkdf_vectors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
