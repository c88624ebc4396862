/* The key schedule of TLS 1.3; see ks13.h. */
#include "control/handshake/tls13/ks13.h"

#include "common/ct.h"

/* Hash of nothing, RFC 8446 7.1: the context of "derived" and of binder keys. */
static const uint8_t *
empty_hash(int prf)
{
	static const uint8_t sha256[] = {
		0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8,
		0x99, 0x6f, 0xb9, 0x24, 0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c,
		0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
	};
	static const uint8_t sha384[] = {
		0x38, 0xb0, 0x60, 0xa7, 0x51, 0xac, 0x96, 0x38, 0x4c, 0xd9, 0x32, 0x7e,
		0xb1, 0xb1, 0xe3, 0x6a, 0x21, 0xfd, 0xb7, 0x11, 0x14, 0xbe, 0x07, 0x43,
		0x4c, 0x0c, 0xc7, 0xbf, 0x63, 0xf6, 0xe1, 0xda, 0x27, 0x4e, 0xde, 0xbf,
		0xe7, 0x6f, 0x65, 0xfb, 0xd5, 0x1a, 0xd2, 0xf1, 0x48, 0x98, 0xb9, 0x5b,
	};

	return prf == HS_PRF_SHA384 ? sha384 : sha256;
}

/*
 * Derive-Secret(Early Secret of no PSK, "derived", ""): the same in every full handshake. The unit
 * test computes it.
 */
static const uint8_t *
fresh_salt(int prf)
{
	static const uint8_t sha256[] = {
		0x6f, 0x26, 0x15, 0xa1, 0x08, 0xc7, 0x02, 0xc5, 0x67, 0x8f, 0x54, 0xfc,
		0x9d, 0xba, 0xb6, 0x97, 0x16, 0xc0, 0x76, 0x18, 0x9c, 0x48, 0x25, 0x0c,
		0xeb, 0xea, 0xc3, 0x57, 0x6c, 0x36, 0x11, 0xba,
	};
	static const uint8_t sha384[] = {
		0x15, 0x91, 0xda, 0xc5, 0xcb, 0xbf, 0x03, 0x30, 0xa4, 0xa8, 0x4d, 0xe9,
		0xc7, 0x53, 0x33, 0x0e, 0x92, 0xd0, 0x1f, 0x0a, 0x88, 0x21, 0x4b, 0x44,
		0x64, 0x97, 0x2f, 0xd6, 0x68, 0x04, 0x9e, 0x93, 0xe5, 0x2f, 0x2b, 0x16,
		0xfa, 0xd9, 0x22, 0xfd, 0xc0, 0x58, 0x44, 0x78, 0x42, 0x8f, 0x28, 0x2b,
	};

	return prf == HS_PRF_SHA384 ? sha384 : sha256;
}

static const uint8_t zeros[KS13_LEN];

void
ks13_early(struct ks13 *k, int prf, const uint8_t *psk, size_t psk_len)
{
	k->prf = prf;
	if (psk == NULL) {
		psk = zeros;
		psk_len = hs_digest_len(prf);
	}
	hs_hkdf_extract(prf, NULL, 0, psk, psk_len, k->secret);
}

/* secret = HKDF-Extract(Derive-Secret(secret, "derived", ""), ikm) */
static void
step(struct ks13 *k, const uint8_t *ikm, size_t len)
{
	uint8_t salt[KS13_LEN];
	size_t n = hs_digest_len(k->prf);

	ks13_derive(k, "derived", empty_hash(k->prf), salt);
	if (ikm == NULL) {
		ikm = zeros;
		len = n;
	}
	hs_hkdf_extract(k->prf, salt, n, ikm, len, k->secret);
	ct_wipe(salt, sizeof(salt));
}

void
ks13_handshake(struct ks13 *k, const uint8_t *shared, size_t len)
{
	step(k, shared, len);
}

void
ks13_handshake_fresh(struct ks13 *k, int prf, const uint8_t *shared, size_t len)
{
	k->prf = prf;
	hs_hkdf_extract(prf, fresh_salt(prf), hs_digest_len(prf), shared, len, k->secret);
}

void
ks13_master(struct ks13 *k)
{
	step(k, NULL, 0);
}

void
ks13_derive(const struct ks13 *k, const char *label, const uint8_t *hash, uint8_t *out)
{
	size_t n = hs_digest_len(k->prf);

	hs_hkdf_label(k->prf, k->secret, label, hash, n, out, n);
}

void
ks13_binder(const struct ks13 *k, const uint8_t *hash, uint8_t *out)
{
	uint8_t key[KS13_LEN];

	ks13_derive(k, "res binder", empty_hash(k->prf), key);
	ks13_finished(k->prf, key, hash, out);
	ct_wipe(key, sizeof(key));
}

size_t
ks13_finished(int prf, const uint8_t *secret, const uint8_t *hash, uint8_t *out)
{
	uint8_t key[KS13_LEN];
	size_t n = hs_digest_len(prf);

	hs_hkdf_label(prf, secret, "finished", NULL, 0, key, n);
	hs_hmac(prf, key, n, hash, n, out);
	ct_wipe(key, sizeof(key));
	return n;
}

void
ks13_keys(int prf, const uint8_t *secret, uint8_t *key, size_t key_len, uint8_t iv[KS13_IV_LEN])
{
	hs_hkdf_label(prf, secret, "key", NULL, 0, key, key_len);
	hs_hkdf_label(prf, secret, "iv", NULL, 0, iv, KS13_IV_LEN);
}

void
ks13_update(int prf, uint8_t *secret)
{
	uint8_t next[KS13_LEN];
	size_t n = hs_digest_len(prf);

	hs_hkdf_label(prf, secret, "traffic upd", NULL, 0, next, n);
	memcpy(secret, next, n);
	ct_wipe(next, sizeof(next));
}

void
ks13_ticket_psk(
	int prf, const uint8_t *res_master, const uint8_t *nonce, size_t nonce_len, uint8_t *psk)
{
	hs_hkdf_label(prf, res_master, "resumption", nonce, nonce_len, psk, hs_digest_len(prf));
}

void
ks13_wipe(struct ks13 *k)
{
	ct_wipe(k, sizeof(*k));
}
