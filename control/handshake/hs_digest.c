/* Transcript digest and PRF over libcrypto's compression functions; see hs_digest.h. */
#define OPENSSL_SUPPRESS_DEPRECATED /* the flat contexts: a handshake copies and finishes them often, EVP would allocate each time */
#include "control/handshake/hs_digest.h"

#include <stdbool.h>
#include <string.h>

#include "common/ct.h"
#include "common/wr.h"

void
hs_digest_init(struct hs_digest *d, int prf)
{
	d->prf = prf;
	switch (prf) {
	case HS_PRF_SHA256: SHA256_Init(&d->u.s256); break;
	case HS_PRF_SHA384: SHA384_Init(&d->u.s512); break;
	case HS_DIGEST_MD5: MD5_Init(&d->u.both.md5); break;
	case HS_DIGEST_SHA1: SHA1_Init(&d->u.both.sha1); break;
	default:
		MD5_Init(&d->u.both.md5);
		SHA1_Init(&d->u.both.sha1);
	}
}

void
hs_digest_add(struct hs_digest *d, const void *p, size_t n)
{
	switch (d->prf) {
	case HS_PRF_SHA256: SHA256_Update(&d->u.s256, p, n); break;
	case HS_PRF_SHA384: SHA384_Update(&d->u.s512, p, n); break;
	case HS_DIGEST_MD5: MD5_Update(&d->u.both.md5, p, n); break;
	case HS_DIGEST_SHA1: SHA1_Update(&d->u.both.sha1, p, n); break;
	default:
		MD5_Update(&d->u.both.md5, p, n);
		SHA1_Update(&d->u.both.sha1, p, n);
	}
}

/* The state of one digest is copied often: only what its hash uses. */
static void
copy(struct hs_digest *to, const struct hs_digest *from)
{
	size_t n;

	switch (from->prf) {
	case HS_PRF_SHA256: n = sizeof(from->u.s256); break;
	case HS_PRF_SHA384: n = sizeof(from->u.s512); break;
	default: n = sizeof(from->u.both); break;
	}
	to->prf = from->prf;
	memcpy(&to->u, &from->u, n);
}

/* The digest; the state is used up. */
static size_t
end(struct hs_digest *d, uint8_t *out)
{
	switch (d->prf) {
	case HS_PRF_SHA256: SHA256_Final(out, &d->u.s256); break;
	case HS_PRF_SHA384: SHA384_Final(out, &d->u.s512); break;
	case HS_DIGEST_MD5: MD5_Final(out, &d->u.both.md5); break;
	case HS_DIGEST_SHA1: SHA1_Final(out, &d->u.both.sha1); break;
	default:
		MD5_Final(out, &d->u.both.md5);
		SHA1_Final(out + MD5_DIGEST_LENGTH, &d->u.both.sha1);
	}
	return hs_digest_len(d->prf);
}

size_t
hs_digest_now(const struct hs_digest *d, uint8_t *out)
{
	struct hs_digest c;
	size_t n;

	copy(&c, d);
	n = end(&c, out);
	ct_wipe(&c, sizeof(c));
	return n;
}

size_t
hs_digest_len(int prf)
{
	switch (prf) {
	case HS_PRF_SHA256: return SHA256_DIGEST_LENGTH;
	case HS_PRF_SHA384: return SHA384_DIGEST_LENGTH;
	case HS_DIGEST_MD5: return MD5_DIGEST_LENGTH;
	case HS_DIGEST_SHA1: return SHA_DIGEST_LENGTH;
	default: return MD5_DIGEST_LENGTH + SHA_DIGEST_LENGTH;
	}
}

void
hs_digest_half(struct hs_digest *d, const struct hs_digest *both, int half)
{
	*d = *both;
	d->prf = half;
}

size_t
hs_digest_of(int prf, const void *p, size_t n, uint8_t *out)
{
	struct hs_digest d;

	hs_digest_init(&d, prf);
	hs_digest_add(&d, p, n);
	n = hs_digest_now(&d, out);
	ct_wipe(&d, sizeof(d));
	return n;
}

static void
hmac_init(struct hs_hmac_key *h, int prf, const uint8_t *key, size_t len)
{
	size_t block = prf == HS_PRF_SHA384 ? SHA512_CBLOCK : SHA256_CBLOCK;
	uint8_t k[SHA512_CBLOCK] = { 0 }, pad[SHA512_CBLOCK];

	if (len > block) {
		hs_digest_init(&h->inner, prf);
		hs_digest_add(&h->inner, key, len);
		hs_digest_now(&h->inner, k);
	} else if (len != 0) {
		memcpy(k, key, len);
	}
	for (size_t i = 0; i < block; i++)
		pad[i] = k[i] ^ 0x36;
	hs_digest_init(&h->inner, prf);
	hs_digest_add(&h->inner, pad, block);
	for (size_t i = 0; i < block; i++)
		pad[i] = k[i] ^ 0x5c;
	hs_digest_init(&h->outer, prf);
	hs_digest_add(&h->outer, pad, block);
	ct_wipe(k, sizeof(k));
	ct_wipe(pad, sizeof(pad));
}

/* HMAC(key, a | b) */
static size_t
hmac_run(const struct hs_hmac_key *h, const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len, uint8_t *out)
{
	struct hs_digest d;
	uint8_t inner[HS_DIGEST_MAX];
	size_t n;

	copy(&d, &h->inner);
	hs_digest_add(&d, a, a_len);
	hs_digest_add(&d, b, b_len);
	n = end(&d, inner);
	copy(&d, &h->outer);
	hs_digest_add(&d, inner, n);
	end(&d, out);
	ct_wipe(&d, sizeof(d));
	ct_wipe(inner, sizeof(inner));
	return n;
}

size_t
hs_hmac(int prf, const uint8_t *key, size_t key_len, const void *p, size_t n, uint8_t *out)
{
	struct hs_hmac_key h;
	size_t len;

	hmac_init(&h, prf, key, key_len);
	len = hmac_run(&h, p, n, NULL, 0, out);
	ct_wipe(&h, sizeof(h));
	return len;
}

/* P_hash, RFC 5246 5; its output is put over what is in out (mix: xored with it). */
static void
p_hash(const struct hs_hmac_key *h, bool mix, const uint8_t *seed, size_t seed_len, uint8_t *out,
	size_t out_len)
{
	uint8_t a[HS_DIGEST_MAX], block[HS_DIGEST_MAX];
	size_t n = hmac_run(h, seed, seed_len, NULL, 0, a); /* A(1) */

	while (out_len != 0) {
		size_t take = out_len < n ? out_len : n;

		hmac_run(h, a, n, seed, seed_len, block);
		for (size_t i = 0; i < take; i++)
			out[i] = mix ? out[i] ^ block[i] : block[i];
		out += take;
		out_len -= take;
		if (out_len != 0)
			hmac_run(h, a, n, NULL, 0, a);
	}
	ct_wipe(a, sizeof(a));
	ct_wipe(block, sizeof(block));
}

void
hs_prf_key(struct hs_prf_key *k, int prf, const uint8_t *secret, size_t len)
{
	size_t half = (len + 1) / 2; /* RFC 2246 5: they share the middle byte of an odd length */

	k->prf = prf;
	if (prf != HS_PRF_MD5_SHA1) {
		hmac_init(&k->half[0], prf, secret, len);
		return;
	}
	hmac_init(&k->half[0], HS_DIGEST_MD5, secret, half);
	hmac_init(&k->half[1], HS_DIGEST_SHA1, secret + len - half, half);
}

void
hs_prf_keyed(const struct hs_prf_key *k, const uint8_t *label_seed, size_t label_seed_len, uint8_t *out,
	size_t out_len)
{
	p_hash(&k->half[0], false, label_seed, label_seed_len, out, out_len);
	if (k->prf == HS_PRF_MD5_SHA1)
		p_hash(&k->half[1], true, label_seed, label_seed_len, out, out_len);
}

void
hs_prf_run(int prf, const uint8_t *secret, size_t secret_len, const uint8_t *label_seed, size_t label_seed_len, uint8_t *out,
	size_t out_len)
{
	struct hs_prf_key k;

	hs_prf_key(&k, prf, secret, secret_len);
	hs_prf_keyed(&k, label_seed, label_seed_len, out, out_len);
	ct_wipe(&k, sizeof(k));
}

size_t
hs_hkdf_extract(int prf, const uint8_t *salt, size_t salt_len, const uint8_t *ikm, size_t ikm_len, uint8_t *out)
{
	static const uint8_t zeros[HS_DIGEST_MAX];

	if (salt == NULL) {
		salt = zeros;
		salt_len = hs_digest_len(prf);
	}
	return hs_hmac(prf, salt, salt_len, ikm, ikm_len, out);
}

void
hs_hkdf_label(int prf, const uint8_t *secret, const char *label, const uint8_t *context, size_t context_len, uint8_t *out, size_t len)
{
	size_t n = hs_digest_len(prf), info_len;
	uint8_t info[2 + 1 + 255 + 1 + 255 + 1], t[HS_DIGEST_MAX];
	struct wr w = wr_init(info, sizeof(info) - 1);
	struct hs_hmac_key h;
	uint8_t i = 1;

	wr_u16(&w, (uint16_t)len);
	wr_u8(&w, (uint8_t)(6 + strlen(label)));
	wr_bytes(&w, "tls13 ", 6);
	wr_bytes(&w, label, strlen(label));
	wr_u8(&w, (uint8_t)context_len);
	wr_bytes(&w, context, context_len);
	info_len = wr_len(&w);
	hmac_init(&h, prf, secret, n);
	for (size_t done = 0; done < len; done += n, i++) { /* RFC 5869 2.3 */
		size_t take = len - done < n ? len - done : n;

		info[info_len] = i;
		hmac_run(&h, t, i == 1 ? 0 : n, info, info_len + 1, t);
		memcpy(out + done, t, take);
	}
	ct_wipe(&h, sizeof(h));
	ct_wipe(t, sizeof(t));
}
