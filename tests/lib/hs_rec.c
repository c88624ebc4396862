/*
 * Record protection of SSL 3.0 to TLS 1.3 for tests; see hs_rec.h. RFC 6101 5.2, RFC 2246 6.2,
 * RFC 5246 6.2, RFC 7366, RFC 7905, RFC 8446 5.2.
 */
#include "tests/lib/hs_rec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/rand.h>

#include "common/ct.h"
#include "common/wr.h"

void
hs_rec_check(bool ok, const char *file, int line, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "%s:%d: %s\n", file, line, what);
	abort();
}

void
hs_rec_drop(struct hs_rec *r)
{
	EVP_CIPHER_CTX_free(r->stream);
	if (r->legacy != NULL)
		OSSL_PROVIDER_unload(r->legacy);
	OSSL_LIB_CTX_free(r->lib);
	hs_rec_deflate_drop(r);
	ct_wipe(r, sizeof(*r));
}

void
hs_rec_key(struct hs_rec *r, const struct ipc_keys_set *k, const uint8_t *mac_key_iv)
{
	unsigned pad = r->pad;

	hs_rec_drop(r);
	HS_REC_CHECK(k->mac_key_len <= sizeof(r->mac) && k->key_len <= sizeof(r->key) &&
		     k->iv_len <= sizeof(r->iv));
	r->pad = pad;
	r->on = true;
	r->flags = k->flags;
	r->version = k->version;
	r->alg = k->alg;
	r->seq = k->seq;
	r->sealing = k->dir == IPC_DIR_WRITE;
	r->mac_len = k->mac_key_len;
	r->key_len = k->key_len;
	r->iv_len = k->iv_len;
	memcpy(r->mac, mac_key_iv, r->mac_len);
	memcpy(r->key, mac_key_iv + r->mac_len, r->key_len);
	memcpy(r->iv, mac_key_iv + r->mac_len + r->key_len, r->iv_len);
}

static bool
is_aead(uint32_t alg)
{
	return alg == IPC_ALG_AES128_GCM || alg == IPC_ALG_AES256_GCM ||
	       alg == IPC_ALG_CHACHA20_POLY1305;
}

/* ---- AEAD ---- */

/*
 * The nonce: TLS 1.2 GCM salt | explicit part (RFC 5288 3), else IV xor sequence number (RFC 7905
 * 2, RFC 8446 5.3).
 */
static void
nonce(const struct hs_rec *r, const uint8_t *explicit_part, uint8_t out[12])
{
	memcpy(out, r->iv, 12);
	if (explicit_part != NULL) {
		memcpy(out + 4, explicit_part, 8);
		return;
	}
	for (unsigned i = 0; i < 8; i++)
		out[4 + i] ^= (uint8_t)(r->seq >> (56 - 8 * i));
}

static bool
aead(const struct hs_rec *r, bool seal, const uint8_t n[12], const struct wr *aad, const uint8_t *in,
	size_t len, uint8_t *out, uint8_t *tag)
{
	const EVP_CIPHER *cipher = r->alg == IPC_ALG_AES128_GCM	  ? EVP_aes_128_gcm()
				   : r->alg == IPC_ALG_AES256_GCM ? EVP_aes_256_gcm()
								  : EVP_chacha20_poly1305();
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	uint8_t last[16];
	int got;
	bool ok;

	HS_REC_CHECK(ctx != NULL && EVP_CipherInit_ex(ctx, cipher, NULL, r->key, n, seal) == 1);
	HS_REC_CHECK(EVP_CipherUpdate(ctx, NULL, &got, aad->start, (int)wr_len(aad)) == 1);
	HS_REC_CHECK(len == 0 || EVP_CipherUpdate(ctx, out, &got, in, (int)len) == 1);
	if (!seal)
		HS_REC_CHECK(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, 16, tag) == 1);
	ok = EVP_CipherFinal_ex(ctx, last, &got) == 1;
	if (seal)
		HS_REC_CHECK(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, 16, tag) == 1);
	EVP_CIPHER_CTX_free(ctx);
	return ok;
}

static struct wr
additional(const struct hs_rec *r, uint8_t *room, uint8_t type, size_t len)
{
	struct wr w = wr_init(room, 13);

	if (r->version != TLS_V_13)
		wr_u64(&w, r->seq);
	wr_u8(&w, type);
	wr_u16(&w, r->version == TLS_V_13 ? TLS_V_12 : r->version);
	wr_u16(&w, (uint16_t)len);
	return w;
}

static enum tls_err
open_aead(struct hs_rec *r, uint8_t type, const uint8_t *in, size_t len, uint8_t *out,
	size_t *out_len)
{
	size_t head = r->version == TLS_V_12 && r->alg != IPC_ALG_CHACHA20_POLY1305 ? 8 : 0;
	uint8_t room[13], n[12], tag[16];
	struct wr aad;

	if (len < head + sizeof(tag))
		return TLS_E_BAD_RECORD_MAC;
	*out_len = len - head - sizeof(tag);
	memcpy(tag, in + len - sizeof(tag), sizeof(tag));
	nonce(r, head != 0 ? in : NULL, n);
	aad = additional(r, room, type, r->version == TLS_V_13 ? len : *out_len);
	return aead(r, false, n, &aad, in + head, *out_len, out, tag) ? TLS_E_OK
								       : TLS_E_BAD_RECORD_MAC;
}

static size_t
seal_aead(struct hs_rec *r, uint8_t type, const uint8_t *in, size_t len, uint8_t *out)
{
	size_t head = r->version == TLS_V_12 && r->alg != IPC_ALG_CHACHA20_POLY1305 ? 8 : 0;
	uint8_t room[13], n[12];
	struct wr w = wr_init(out, 8), aad;

	if (head != 0)
		wr_u64(&w, r->seq);
	nonce(r, head != 0 ? out : NULL, n);
	aad = additional(r, room, type, r->version == TLS_V_13 ? len + 16 : len);
	HS_REC_CHECK(aead(r, true, n, &aad, in, len, out + head, out + head + len));
	return head + len + 16;
}

/* ---- MAC and CBC, stream or NULL cipher ---- */

/* Takes off CBC padding, RFC 5246 6.2.3.2; SSL 3.0 says nothing of its content, RFC 6101 5.2.3.2. */
static bool
unpad(const struct hs_rec *r, const uint8_t *plain, size_t *len)
{
	size_t pad;

	if (*len == 0)
		return false;
	pad = plain[*len - 1];
	if (pad + 1 > *len || (r->version == TLS_V_SSL30 && pad + 1 > hs_rec_block(r->alg)))
		return false;
	for (size_t i = 1; i <= pad && r->version != TLS_V_SSL30; i++)
		if (plain[*len - 1 - i] != pad)
			return false;
	*len -= pad + 1;
	return true;
}

static size_t
add_padding(const struct hs_rec *r, uint8_t *plain, size_t len)
{
	size_t block = hs_rec_block(r->alg), pad = block - len % block;

	memset(plain + len, (int)pad - 1, pad);
	return len + pad;
}

/* The last bytes of what was sealed are the next record's IV up to TLS 1.0. */
static void
chain_iv(struct hs_rec *r, const uint8_t *sealed, size_t len)
{
	size_t block = hs_rec_block(r->alg);

	if (r->version <= TLS_V_10 && len >= block)
		memcpy(r->iv, sealed + len - block, block);
}

static enum tls_err
open_mac(struct hs_rec *r, uint8_t type, const uint8_t *in, size_t len, uint8_t *out,
	size_t *out_len)
{
	size_t block = hs_rec_block(r->alg), mac_len = (size_t)EVP_MD_get_size(hs_rec_md(r->alg)),
	       head = r->version > TLS_V_10 ? block : 0;
	bool etm = block != 0 && (r->flags & IPC_KEYS_ETM) != 0;
	uint8_t mac[64], next[16];

	if (etm) { /* RFC 7366 3: the MAC covers IV and ciphertext */
		if (len < mac_len || hs_rec_mac(r, type, in, len - mac_len, mac) != mac_len ||
			CRYPTO_memcmp(mac, in + len - mac_len, mac_len) != 0)
			return TLS_E_BAD_RECORD_MAC;
		len -= mac_len;
	}
	if (block != 0 && (len < head + block || len % block != 0))
		return TLS_E_BAD_RECORD_MAC;
	if (block != 0)
		memcpy(next, in + len - block, block);
	hs_rec_crypt(r, false, head != 0 ? in : r->iv, in + head, len - head, out);
	if (block != 0)
		chain_iv(r, next, block);
	len -= head;
	if (block != 0 && !unpad(r, out, &len))
		return TLS_E_BAD_RECORD_MAC;
	if (!etm) {
		if (len < mac_len || hs_rec_mac(r, type, out, len - mac_len, mac) != mac_len ||
			CRYPTO_memcmp(mac, out + len - mac_len, mac_len) != 0)
			return TLS_E_BAD_RECORD_MAC;
		len -= mac_len;
	}
	*out_len = len;
	return TLS_E_OK;
}

static size_t
seal_mac(struct hs_rec *r, uint8_t type, const uint8_t *in, size_t len, uint8_t *out)
{
	size_t block = hs_rec_block(r->alg), head = r->version > TLS_V_10 ? block : 0;
	bool etm = block != 0 && (r->flags & IPC_KEYS_ETM) != 0;
	uint8_t plain[HS_REC_MAX];

	memcpy(plain, in, len);
	if (!etm)
		len += hs_rec_mac(r, type, in, len, plain + len);
	if (block != 0)
		len = add_padding(r, plain, len);
	if (head != 0)
		HS_REC_CHECK(RAND_bytes(out, (int)head) == 1);
	hs_rec_crypt(r, true, head != 0 ? out : r->iv, plain, len, out + head);
	len += head;
	if (block != 0)
		chain_iv(r, out, len);
	if (etm)
		len += hs_rec_mac(r, type, out, len, out + len);
	return len;
}

/* ---- records ---- */

enum tls_err
hs_rec_open(struct hs_rec *r, uint8_t *type, const uint8_t *in, size_t len, uint8_t *out,
	size_t *out_len)
{
	enum tls_err err;

	if (!r->on) {
		if (len > TLS_MAX_PLAIN)
			return TLS_E_RECORD_OVERFLOW;
		memcpy(out, in, len);
		*out_len = len;
		return TLS_E_OK;
	}
	if (r->version == TLS_V_13 && len > TLS_MAX_PLAIN + 256)
		return TLS_E_RECORD_OVERFLOW;
	if (r->version == TLS_V_13 && *type != TLS_CT_APPDATA)
		return TLS_E_UNEXPECTED_MESSAGE;
	err = is_aead(r->alg) ? open_aead(r, *type, in, len, out, out_len)
			      : open_mac(r, *type, in, len, out, out_len);
	if (err != TLS_E_OK)
		return err;
	r->seq++;
	if ((r->flags & IPC_KEYS_DEFLATE) && !hs_rec_inflate(r, out, out_len))
		return TLS_E_DECOMPRESSION_FAILURE;
	if (r->version == TLS_V_13) { /* TLSInnerPlaintext, RFC 8446 5.2, 5.4 */
		if (*out_len > TLS_MAX_PLAIN + 1)
			return TLS_E_RECORD_OVERFLOW;
		while (*out_len != 0 && out[*out_len - 1] == 0)
			(*out_len)--;
		if (*out_len == 0)
			return TLS_E_UNEXPECTED_MESSAGE;
		*type = out[--*out_len];
	}
	return *out_len > TLS_MAX_PLAIN ? TLS_E_RECORD_OVERFLOW : TLS_E_OK;
}

size_t
hs_rec_seal(struct hs_rec *r, uint8_t type, uint16_t version, const uint8_t *in, size_t len,
	uint8_t *out)
{
	uint8_t inner[HS_REC_MAX];
	struct wr w = wr_init(out, TLS_HDR_LEN);
	size_t n;

	HS_REC_CHECK(len <= TLS_MAX_PLAIN);
	if (r->on)
		version = r->version == TLS_V_13 ? TLS_V_12 : r->version;
	memcpy(inner, in, len);
	if (r->on && r->version == TLS_V_13) {
		inner[len++] = type;
		for (unsigned i = 0; i < r->pad && len < TLS_MAX_PLAIN + 1; i++)
			inner[len++] = 0;
		type = TLS_CT_APPDATA;
	}
	if (r->on && (r->flags & IPC_KEYS_DEFLATE))
		hs_rec_deflate(r, inner, &len);
	if (!r->on) {
		memcpy(out + TLS_HDR_LEN, inner, len);
		n = len;
	} else if (is_aead(r->alg)) {
		n = seal_aead(r, type, inner, len, out + TLS_HDR_LEN);
	} else {
		n = seal_mac(r, type, inner, len, out + TLS_HDR_LEN);
	}
	r->seq++;
	wr_u8(&w, type);
	wr_u16(&w, version);
	wr_u16(&w, (uint16_t)n);
	return TLS_HDR_LEN + n;
}
