/* Ciphers, MACs and DEFLATE under the records of SSL 2.0 to TLS 1.2, for tests; see hs_rec.h. */
#include <stdlib.h>
#include <string.h>

#include <openssl/hmac.h>
#include <zlib.h>

#include "common/wr.h"
#include "tests/lib/hs_rec.h"

const EVP_MD *
hs_rec_md(uint32_t alg)
{
	switch (alg) {
	case IPC_ALG_AES128_CBC_SHA256:
	case IPC_ALG_AES256_CBC_SHA256:
	case IPC_ALG_NULL_SHA256: return EVP_sha256();
	case IPC_ALG_AES256_CBC_SHA384: return EVP_sha384();
	case IPC_ALG_RC4_MD5:
	case IPC_ALG_NULL_MD5:
	case IPC_ALG_3DES_CBC_MD5: return EVP_md5();
	default: return EVP_sha1();
	}
}

/* The cipher's name for EVP_CIPHER_fetch(); NULL: none. */
static const char *
cipher_name(uint32_t alg)
{
	switch (alg) {
	case IPC_ALG_AES128_CBC_SHA1:
	case IPC_ALG_AES128_CBC_SHA256: return "AES-128-CBC";
	case IPC_ALG_AES256_CBC_SHA1:
	case IPC_ALG_AES256_CBC_SHA256:
	case IPC_ALG_AES256_CBC_SHA384: return "AES-256-CBC";
	case IPC_ALG_3DES_CBC_SHA1:
	case IPC_ALG_3DES_CBC_MD5: return "DES-EDE3-CBC";
	case IPC_ALG_RC4_SHA1:
	case IPC_ALG_RC4_MD5: return "RC4";
	default: return NULL;
	}
}

size_t
hs_rec_block(uint32_t alg)
{
	const char *name = cipher_name(alg);

	if (name == NULL || strcmp(name, "RC4") == 0)
		return 0;
	return name[0] == 'D' ? 8 : 16;
}

/* ---- MAC ---- */

/* RFC 6101 5.2.3.1: hash(secret | pad2 | hash(secret | pad1 | seq | type | length | data)). */
static size_t
mac_ssl3(const struct hs_rec *r, uint8_t type, const uint8_t *data, size_t len, uint8_t *out)
{
	const EVP_MD *md = hs_rec_md(r->alg);
	size_t pad_len = EVP_MD_get_size(md) == 16 ? 48 : 40;
	uint8_t pad[48], head[11], inner[64];
	struct wr w = wr_init(head, sizeof(head));
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned n;

	wr_u64(&w, r->seq);
	wr_u8(&w, type);
	wr_u16(&w, (uint16_t)len);
	memset(pad, 0x36, sizeof(pad));
	HS_REC_CHECK(ctx != NULL && EVP_DigestInit_ex(ctx, md, NULL) == 1 &&
		     EVP_DigestUpdate(ctx, r->mac, r->mac_len) == 1 &&
		     EVP_DigestUpdate(ctx, pad, pad_len) == 1 &&
		     EVP_DigestUpdate(ctx, head, sizeof(head)) == 1 &&
		     EVP_DigestUpdate(ctx, data, len) == 1 &&
		     EVP_DigestFinal_ex(ctx, inner, &n) == 1);
	memset(pad, 0x5c, sizeof(pad));
	HS_REC_CHECK(EVP_DigestInit_ex(ctx, md, NULL) == 1 &&
		     EVP_DigestUpdate(ctx, r->mac, r->mac_len) == 1 &&
		     EVP_DigestUpdate(ctx, pad, pad_len) == 1 &&
		     EVP_DigestUpdate(ctx, inner, n) == 1 && EVP_DigestFinal_ex(ctx, out, &n) == 1);
	EVP_MD_CTX_free(ctx);
	return n;
}

/* RFC 5246 6.2.3.1 */
static size_t
mac_tls(const struct hs_rec *r, uint8_t type, const uint8_t *data, size_t len, uint8_t *out)
{
	uint8_t buf[13 + HS_REC_MAX];
	struct wr w = wr_init(buf, sizeof(buf));
	unsigned n = 0;

	wr_u64(&w, r->seq);
	wr_u8(&w, type);
	wr_u16(&w, r->version);
	wr_u16(&w, (uint16_t)len);
	wr_bytes(&w, data, len);
	HS_REC_CHECK(wr_ok(&w) && HMAC(hs_rec_md(r->alg), r->mac, r->mac_len, buf, wr_len(&w), out,
					  &n) != NULL);
	return n;
}

size_t
hs_rec_mac(const struct hs_rec *r, uint8_t type, const uint8_t *data, size_t len, uint8_t *out)
{
	return r->version == TLS_V_SSL30 ? mac_ssl3(r, type, data, len, out)
					 : mac_tls(r, type, data, len, out);
}

/* ---- ciphers ---- */

/* A context for the record (or for all of them: RC4, SSL 2.0). RC4 is in the legacy provider. */
static EVP_CIPHER_CTX *
cipher_new(struct hs_rec *r, const uint8_t *iv)
{
	const char *name = cipher_name(r->alg);
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	EVP_CIPHER *c;

	if (strcmp(name, "RC4") == 0 && r->lib == NULL) {
		r->lib = OSSL_LIB_CTX_new();
		r->legacy = OSSL_PROVIDER_load(r->lib, "legacy");
		HS_REC_CHECK(r->legacy != NULL);
	}
	c = EVP_CIPHER_fetch(r->lib, name, NULL);
	HS_REC_CHECK(ctx != NULL && c != NULL);
	HS_REC_CHECK(EVP_CipherInit_ex(ctx, c, NULL, NULL, NULL, r->sealing) == 1);
	HS_REC_CHECK(EVP_CIPHER_CTX_set_key_length(ctx, r->key_len) == 1);
	HS_REC_CHECK(EVP_CipherInit_ex(ctx, NULL, NULL, r->key, iv, r->sealing) == 1);
	EVP_CIPHER_CTX_set_padding(ctx, 0);
	EVP_CIPHER_free(c);
	return ctx;
}

void
hs_rec_crypt(struct hs_rec *r, bool seal, const uint8_t *iv, const uint8_t *in, size_t len,
	uint8_t *out)
{
	bool lasting = hs_rec_block(r->alg) == 0 || r->version == TLS_V_SSL2;
	EVP_CIPHER_CTX *ctx = r->stream;
	int n;

	HS_REC_CHECK(seal == r->sealing);
	if (cipher_name(r->alg) == NULL) { /* NULL: RFC 5246 6.2.3.1 */
		memcpy(out, in, len);
		return;
	}
	if (!lasting || ctx == NULL)
		ctx = cipher_new(r, iv);
	HS_REC_CHECK(len == 0 ||
		     (EVP_CipherUpdate(ctx, out, &n, in, (int)len) == 1 && (size_t)n == len));
	if (lasting)
		r->stream = ctx;
	else
		EVP_CIPHER_CTX_free(ctx);
}

/* ---- SSL 2.0, draft-hickman-netscape-ssl 1.2.1 ---- */

/* MD5(secret | data | padding | sequence number) */
static void
mac_ssl2(const struct hs_rec *r, const uint8_t *data, size_t len, uint8_t out[16])
{
	uint8_t seq[4];
	struct wr w = wr_init(seq, sizeof(seq));
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned n;

	wr_u32(&w, (uint32_t)r->seq);
	HS_REC_CHECK(ctx != NULL && EVP_DigestInit_ex(ctx, EVP_md5(), NULL) == 1 &&
		     EVP_DigestUpdate(ctx, r->mac, r->mac_len) == 1 &&
		     EVP_DigestUpdate(ctx, data, len) == 1 &&
		     EVP_DigestUpdate(ctx, seq, sizeof(seq)) == 1 &&
		     EVP_DigestFinal_ex(ctx, out, &n) == 1);
	EVP_MD_CTX_free(ctx);
}

enum tls_err
hs_rec2_open(struct hs_rec *r, const uint8_t *in, size_t len, unsigned padding, uint8_t *out,
	size_t *out_len)
{
	size_t block = r->on ? hs_rec_block(r->alg) : 0;
	uint8_t plain[65536], mac[16];

	if (!r->on) {
		if (padding > len)
			return TLS_E_BAD_RECORD_MAC;
		memcpy(out, in, len);
		*out_len = len - padding;
		r->seq++;
		return TLS_E_OK;
	}
	if (len < sizeof(mac) + padding || (block != 0 && len % block != 0))
		return TLS_E_BAD_RECORD_MAC;
	hs_rec_crypt(r, false, r->iv, in, len, plain);
	mac_ssl2(r, plain + sizeof(mac), len - sizeof(mac), mac);
	if (CRYPTO_memcmp(mac, plain, sizeof(mac)) != 0)
		return TLS_E_BAD_RECORD_MAC;
	r->seq++;
	*out_len = len - sizeof(mac) - padding;
	memcpy(out, plain + sizeof(mac), *out_len);
	return TLS_E_OK;
}

size_t
hs_rec2_seal(struct hs_rec *r, const uint8_t *in, size_t len, uint8_t *out)
{
	size_t block = r->on ? hs_rec_block(r->alg) : 0, mac_len = r->on ? 16 : 0, pad = 0, n;
	uint8_t plain[16 + 16384 + 16] = { 0 };
	struct wr w = wr_init(out, 3);

	HS_REC_CHECK(len <= 16384 - mac_len - 8);
	n = mac_len + len;
	if (block != 0)
		pad = (block - n % block) % block;
	n += pad;
	memcpy(plain + mac_len, in, len);
	if (pad != 0) {
		wr_u16(&w, (uint16_t)n);
		wr_u8(&w, (uint8_t)pad);
	} else {
		wr_u16(&w, (uint16_t)(0x8000 | n));
	}
	if (r->on) {
		mac_ssl2(r, plain + mac_len, n - mac_len, plain);
		hs_rec_crypt(r, true, r->iv, plain, n, out + wr_len(&w));
	} else {
		memcpy(out + wr_len(&w), plain, n);
	}
	r->seq++;
	return wr_len(&w) + n;
}

/* ---- DEFLATE, RFC 3749 2: one stream for each direction and key ---- */

void
hs_rec_deflate_drop(struct hs_rec *r)
{
	z_stream *z = r->deflate;

	if (z == NULL)
		return;
	if (r->sealing)
		deflateEnd(z);
	else
		inflateEnd(z);
	free(z);
	r->deflate = NULL;
}

static z_stream *
stream_of(struct hs_rec *r)
{
	if (r->deflate == NULL) {
		z_stream *z = calloc(1, sizeof(*z));

		HS_REC_CHECK(z != NULL && (r->sealing ? deflateInit(z, Z_DEFAULT_COMPRESSION)
						      : inflateInit(z)) == Z_OK);
		r->deflate = z;
	}
	return r->deflate;
}

void
hs_rec_deflate(struct hs_rec *r, uint8_t *data, size_t *len)
{
	z_stream *z = stream_of(r);
	uint8_t packed[HS_REC_MAX];

	z->next_in = data;
	z->avail_in = (unsigned)*len;
	z->next_out = packed;
	z->avail_out = TLS_MAX_PLAIN + 1024;
	HS_REC_CHECK(deflate(z, Z_SYNC_FLUSH) == Z_OK && z->avail_in == 0);
	*len = TLS_MAX_PLAIN + 1024 - z->avail_out;
	memcpy(data, packed, *len);
}

bool
hs_rec_inflate(struct hs_rec *r, uint8_t *data, size_t *len)
{
	z_stream *z = stream_of(r);
	uint8_t plain[TLS_MAX_PLAIN + 1];
	int rc;

	z->next_in = data;
	z->avail_in = (unsigned)*len;
	z->next_out = plain;
	z->avail_out = sizeof(plain);
	rc = inflate(z, Z_SYNC_FLUSH);
	if ((rc != Z_OK && rc != Z_BUF_ERROR) || z->avail_in != 0 || z->avail_out == 0)
		return false;
	*len = sizeof(plain) - z->avail_out;
	memcpy(data, plain, *len);
	return true;
}
