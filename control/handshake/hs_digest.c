/* Transcript digest and PRF over libcrypto's compression functions; see hs_digest.h. */
#define OPENSSL_SUPPRESS_DEPRECATED /* the flat contexts: a handshake copies and finishes them often, EVP would allocate each time */
#include "control/handshake/hs_digest.h"

#include <string.h>

#include "common/ct.h"
#include "control/handshake/hs.h"

void
hs_digest_init(struct hs_digest *d, int prf)
{
	d->prf = prf;
	if (prf == HS_PRF_SHA384)
		SHA384_Init(&d->u.s512);
	else
		SHA256_Init(&d->u.s256);
}

void
hs_digest_add(struct hs_digest *d, const void *p, size_t n)
{
	if (d->prf == HS_PRF_SHA384)
		SHA384_Update(&d->u.s512, p, n);
	else
		SHA256_Update(&d->u.s256, p, n);
}

size_t
hs_digest_now(const struct hs_digest *d, uint8_t *out)
{
	struct hs_digest copy = *d;
	size_t n;

	if (d->prf == HS_PRF_SHA384) {
		SHA384_Final(out, &copy.u.s512);
		n = SHA384_DIGEST_LENGTH;
	} else {
		SHA256_Final(out, &copy.u.s256);
		n = SHA256_DIGEST_LENGTH;
	}
	ct_wipe(&copy, sizeof(copy));
	return n;
}

/* HMAC with both padded-key states computed once: a PRF runs it many times under one key. RFC 2104. */
struct hmac {
	struct hs_digest inner, outer;
};

static void
hmac_init(struct hmac *h, int prf, const uint8_t *key, size_t len)
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
hmac_run(const struct hmac *h, const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len, uint8_t *out)
{
	struct hs_digest d = h->inner;
	uint8_t inner[HS_DIGEST_MAX];
	size_t n;

	hs_digest_add(&d, a, a_len);
	hs_digest_add(&d, b, b_len);
	n = hs_digest_now(&d, inner);
	d = h->outer;
	hs_digest_add(&d, inner, n);
	hs_digest_now(&d, out);
	ct_wipe(&d, sizeof(d));
	ct_wipe(inner, sizeof(inner));
	return n;
}

void
hs_prf_run(int prf, const uint8_t *secret, size_t secret_len, const uint8_t *label_seed, size_t label_seed_len, uint8_t *out,
	size_t out_len)
{
	struct hmac h;
	uint8_t a[HS_DIGEST_MAX], block[HS_DIGEST_MAX];
	size_t n;

	hmac_init(&h, prf, secret, secret_len);
	n = hmac_run(&h, label_seed, label_seed_len, NULL, 0, a); /* A(1) */
	while (out_len != 0) {
		size_t take = out_len < n ? out_len : n;

		hmac_run(&h, a, n, label_seed, label_seed_len, block);
		memcpy(out, block, take);
		out += take;
		out_len -= take;
		if (out_len != 0)
			hmac_run(&h, a, n, NULL, 0, a);
	}
	ct_wipe(&h, sizeof(h));
	ct_wipe(a, sizeof(a));
	ct_wipe(block, sizeof(block));
}
