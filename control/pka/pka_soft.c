/*
 * Requests done by libcrypto, and RSA premaster decryption with our own constant-time unpadding;
 * see pka_soft.h.
 */
#include "control/pka/pka_soft.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>

#include "common/ct.h"
#include "control/cert/cert.h"
#include "control/cert/peer.h"
#include "control/handshake/hs_digest.h"
#include "control/pka/pka_kex.h"

void
pka_soft_unpad_premaster(const uint8_t *em, size_t len, uint16_t client_version,
	const uint8_t substitute[PKA_PREMASTER_LEN], uint8_t out[PKA_PREMASTER_LEN])
{
	const uint8_t *secret = em + len - PKA_PREMASTER_LEN;
	/* RFC 8017 7.2.2: 00 02 PS 00 M, at least eight bytes of PS */
	uint32_t good = ct_eq(em[0], 0) & ct_eq(em[1], 2);

	for (size_t i = 2; i < len - PKA_PREMASTER_LEN - 1; i++)
		good &= ct_nonzero(em[i]);
	good &= ct_eq(em[len - PKA_PREMASTER_LEN - 1], 0);
	good &= ct_eq(secret[0], client_version >> 8) & ct_eq(secret[1], client_version & 0xff);
	for (size_t i = 0; i < PKA_PREMASTER_LEN; i++)
		out[i] = (uint8_t)ct_select(good, secret[i], substitute[i]);
}

/*
 * The decrypted block, as long as the modulus. It stays zero, and unpads as bad, for an operand not
 * below the modulus, which anyone can see. 0, or -1 when libcrypto itself could not work.
 */
static int
rsa_decrypt(EVP_PKEY *key, const uint8_t *in, size_t len, uint8_t em[PKA_MAX_MODULUS])
{
	size_t em_len = PKA_MAX_MODULUS, modulus = (size_t)EVP_PKEY_get_size(key);
	EVP_PKEY_CTX *ctx;
	int rc = -1;

	memset(em, 0, PKA_MAX_MODULUS);
	if (modulus > PKA_MAX_MODULUS || len != modulus)
		return -1;
	ctx = EVP_PKEY_CTX_new(key, NULL);
	if (ctx == NULL || EVP_PKEY_decrypt_init(ctx) != 1 ||
		EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING) != 1)
		goto out;
	if (EVP_PKEY_decrypt(ctx, em, &em_len, in, len) != 1 || em_len != modulus) {
		ERR_clear_error();
		memset(em, 0, PKA_MAX_MODULUS);
	}
	rc = 0;
out:
	EVP_PKEY_CTX_free(ctx);
	return rc;
}

int
pka_soft_rsa_premaster(EVP_PKEY *key, uint16_t client_version, const uint8_t *in, size_t len,
	const uint8_t substitute[PKA_PREMASTER_LEN], uint8_t out[PKA_PREMASTER_LEN])
{
	uint8_t em[PKA_MAX_MODULUS];
	int rc = rsa_decrypt(key, in, len, em);

	if (rc == 0)
		pka_soft_unpad_premaster(em, len, client_version, substitute, out);
	ct_wipe(em, sizeof(em));
	return rc;
}

void
pka_soft_unpad_ssl2(
	const uint8_t *em, size_t len, const uint8_t *substitute, uint8_t *out, size_t n)
{
	/* 00 02 PS 00 M, at least eight bytes of PS; the last eight all 03: RFC 5246 E.2 */
	uint32_t good = ct_eq(em[0], 0) & ct_eq(em[1], 2), rollback = ~0u;
	size_t zero = len - n - 1;

	for (size_t i = 2; i < zero; i++)
		good &= ct_nonzero(em[i]);
	good &= ct_eq(em[zero], 0);
	for (size_t i = zero - 8; i < zero; i++)
		rollback &= ct_eq(em[i], 3);
	good &= ~rollback;
	for (size_t i = 0; i < n; i++)
		out[i] = (uint8_t)ct_select(good, em[zero + 1 + i], substitute[i]);
}

/* ---- requests ---- */

EVP_PKEY *
pka_soft_key(const struct pka_req *req)
{
	switch (req->kind) {
	case PKA_RSA_PREMASTER:
	case PKA_RSA_SSL2:
	case PKA_SIGN: return req->cert != NULL ? req->cert->key : NULL;
	case PKA_VERIFY:
	case PKA_RSA_ENCRYPT: return req->peer != NULL ? req->peer->key : NULL;
	default: return NULL;
	}
}

static int
do_premaster(const struct pka_req *req, EVP_PKEY *key, const uint8_t *in, size_t len, uint8_t *out,
	size_t *out_len)
{
	uint8_t substitute[PKA_PREMASTER_LEN];
	int rc = -1;

	if (EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA &&
		RAND_priv_bytes(substitute, sizeof(substitute)) == 1)
		rc = pka_soft_rsa_premaster(key, req->code, in, len, substitute, out);
	ct_wipe(substitute, sizeof(substitute));
	*out_len = rc == 0 ? PKA_PREMASTER_LEN : 0;
	return rc;
}

static int
do_ssl2(const struct pka_req *req, EVP_PKEY *key, const uint8_t *in, size_t len, uint8_t *out,
	size_t *out_len)
{
	uint8_t em[PKA_MAX_MODULUS], substitute[PKA_PREMASTER_LEN];
	int rc = -1;

	if (EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA && req->out_len != 0 &&
		req->out_len <= sizeof(substitute) && len >= req->out_len + 11 &&
		RAND_priv_bytes(substitute, sizeof(substitute)) == 1)
		rc = rsa_decrypt(key, in, len, em);
	if (rc == 0) {
		pka_soft_unpad_ssl2(em, len, substitute, out, req->out_len);
		*out_len = req->out_len;
	}
	ct_wipe(em, sizeof(em));
	ct_wipe(substitute, sizeof(substitute));
	return rc;
}

static int
do_sign(const struct pka_req *req, EVP_PKEY *key, const uint8_t *in, size_t len, uint8_t *out,
	size_t *out_len)
{
	const struct pka_scheme *s = pka_scheme_find(req->code);

	return s != NULL ? pka_sig_sign(s, key, in, len, out, out_len) : -1;
}

static int
do_verify(const struct pka_req *req, EVP_PKEY *key, const uint8_t *in, size_t len, uint8_t *out,
	size_t *out_len)
{
	const struct pka_scheme *s = pka_scheme_find(req->code);
	int rc = s != NULL && req->split <= len
			 ? pka_sig_verify(s, key, in, req->split, in + req->split, len - req->split)
			 : -1;

	if (rc < 0)
		return -1;
	out[0] = (uint8_t)rc;
	*out_len = 1;
	return 0;
}

static int
do_rsa_encrypt(EVP_PKEY *key, const uint8_t *in, size_t len, uint8_t *out, size_t *out_len)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	size_t n = PKA_OP_MAX_OUT;
	int rc = -1;

	if (ctx != NULL && EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA &&
		EVP_PKEY_encrypt_init(ctx) == 1 &&
		EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1 &&
		EVP_PKEY_encrypt(ctx, out, &n, in, len) == 1) {
		*out_len = n;
		rc = 0;
	}
	ERR_clear_error();
	EVP_PKEY_CTX_free(ctx);
	return rc;
}

static int
do_prf(const struct pka_req *req, const uint8_t *in, size_t len, uint8_t *out, size_t *out_len)
{
	if (req->split > len || req->out_len > PKA_OP_MAX_OUT)
		return -1;
	hs_prf_run(req->code, in, req->split, in + req->split, len - req->split, out, req->out_len);
	*out_len = req->out_len;
	return 0;
}

int
pka_soft_run(const struct pka_req *req, EVP_PKEY *key, const uint8_t *in, size_t len, uint8_t *out,
	size_t *out_len)
{
	*out_len = 0;
	if (len > PKA_OP_MAX_IN)
		return -1;
	switch (req->kind) {
	case PKA_KEX_KEYGEN: return pka_kex_do_keygen(req->code, out, out_len);
	case PKA_KEX_DERIVE: return pka_kex_do_derive(req->code, in, req->split, len, out, out_len);
	case PKA_KEX_RESPOND: return pka_kex_do_respond(req->code, in, len, out, out_len);
	case PKA_PRF: return do_prf(req, in, len, out, out_len);
	default: break;
	}
	if (key == NULL)
		return -1;
	switch (req->kind) {
	case PKA_RSA_SSL2: return do_ssl2(req, key, in, len, out, out_len);
	case PKA_RSA_PREMASTER: return do_premaster(req, key, in, len, out, out_len);
	case PKA_SIGN: return do_sign(req, key, in, len, out, out_len);
	case PKA_VERIFY: return do_verify(req, key, in, len, out, out_len);
	case PKA_RSA_ENCRYPT: return do_rsa_encrypt(key, in, len, out, out_len);
	default: return -1;
	}
}

int
pka_soft_do(const struct pka_req *req, const uint8_t *in, size_t len, uint8_t *out, size_t *out_len)
{
	return pka_soft_run(req, pka_soft_key(req), in, len, out, out_len);
}
