/*
 * Record MACs: HMAC of TLS 1.0 to 1.2 (RFC 5246 6.2.3.1) and the MAC of SSL 3.0 (RFC 6101
 * 5.2.3.1).
 *
 * MACs over a length that is secret take the same time for every length (RFC 5246 6.2.3.2, "Lucky
 * Thirteen"): HMAC by libcrypto (OSSL_MAC_PARAM_TLS_DATA_SIZE), SSL 3.0 with SHA-1 by soft_ssl3.c.
 * SSL 3.0 has CBC with SHA-1 only.
 */
#include <errno.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/params.h>

#include "common/ct.h"
#include "common/wr.h"
#include "dataplane/crypto/soft.h"

#define MAC_HDR 13 /* seq | type | version | length; SSL 3.0: without version */
#define SSL3_PAD_SHA1 40
#define SSL3_PAD_MD5 48

static uint32_t
mac_header(uint8_t h[MAC_HDR], const struct soft_session *s, const struct rec_op *op, uint32_t n)
{
	struct wr w = wr_init(h, MAC_HDR);

	wr_u64(&w, op->seq);
	wr_u8(&w, op->type);
	if (s->s.version != REC_VERSION_30)
		wr_u16(&w, s->s.version);
	wr_u16(&w, (uint16_t)n);
	return (uint32_t)wr_len(&w);
}

/* A digest that has taken in secret | pad. */
static EVP_MD_CTX *
ssl3_keyed(
	struct soft_engine *e, const struct soft_session *s, const struct rec_keys *k, uint8_t pad)
{
	const struct rec_alg *a = s->s.alg;
	uint8_t pads[SSL3_PAD_MD5];
	EVP_MD_CTX *c = EVP_MD_CTX_new();

	memset(pads, pad, sizeof(pads));
	if (c != NULL && EVP_DigestInit_ex2(c, soft_md(e, a->md), NULL) == 1 &&
		EVP_DigestUpdate(c, k->mac_key, a->mac_len) == 1 &&
		EVP_DigestUpdate(c, pads, a->md == REC_MD_MD5 ? SSL3_PAD_MD5 : SSL3_PAD_SHA1) == 1)
		return c;
	EVP_MD_CTX_free(c);
	return NULL;
}

static int
ssl3_init(struct soft_engine *e, struct soft_session *s, const struct rec_keys *k)
{
	if (soft_md(e, s->s.alg->md) == NULL)
		return -ENOTSUP;
	s->inner = ssl3_keyed(e, s, k, 0x36);
	s->outer = ssl3_keyed(e, s, k, 0x5c);
	s->work = EVP_MD_CTX_new();
	memcpy(s->mac_key, k->mac_key, sizeof(s->mac_key));
	return s->inner != NULL && s->outer != NULL && s->work != NULL ? 0 : -ENOSPC;
}

int
soft_mac_init(struct soft_engine *e, struct soft_session *s, const struct rec_keys *k)
{
	static const char *const names[] = { [REC_MD_MD5] = "MD5",
		[REC_MD_SHA1] = "SHA1",
		[REC_MD_SHA256] = "SHA256",
		[REC_MD_SHA384] = "SHA384" };
	char *digest = (char *)(uintptr_t)names[s->s.alg->md]; /* read only */
	OSSL_PARAM p[] = { OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_end() };

	if (s->s.version == REC_VERSION_30)
		return ssl3_init(e, s, k);
	s->mac = EVP_MAC_CTX_new(e->hmac);
	if (s->mac == NULL)
		return -ENOSPC;
	return EVP_MAC_init(s->mac, k->mac_key, s->s.alg->mac_len, p) == 1 ? 0 : -EINVAL;
}

/* hash(secret | pad_2 | inner) */
static bool
ssl3_outer(struct soft_session *s, const uint8_t *inner, uint8_t *out)
{
	return EVP_MD_CTX_copy_ex(s->work, s->outer) == 1 &&
	       EVP_DigestUpdate(s->work, inner, s->s.alg->mac_len) == 1 &&
	       EVP_DigestFinal_ex(s->work, out, NULL) == 1;
}

bool
soft_mac(struct soft_session *s, const struct rec_op *op, const uint8_t *data, uint32_t n,
	uint8_t *out)
{
	uint8_t h[MAC_HDR];
	uint32_t hn = mac_header(h, s, op, n);
	size_t got;

	if (s->mac != NULL)
		return EVP_MAC_init(s->mac, NULL, 0, NULL) == 1 &&
		       EVP_MAC_update(s->mac, h, hn) == 1 && EVP_MAC_update(s->mac, data, n) == 1 &&
		       EVP_MAC_final(s->mac, out, &got, MAC_MAX) == 1;
	return EVP_MD_CTX_copy_ex(s->work, s->inner) == 1 &&
	       EVP_DigestUpdate(s->work, h, hn) == 1 && EVP_DigestUpdate(s->work, data, n) == 1 &&
	       EVP_DigestFinal_ex(s->work, out, NULL) == 1 && ssl3_outer(s, out, out);
}

static bool
hmac_secret(const struct soft_session *s, const struct rec_op *op, const uint8_t *data, uint32_t n,
	uint32_t room, uint8_t *out)
{
	size_t total = room, got;
	OSSL_PARAM p[] = { OSSL_PARAM_construct_size_t(OSSL_MAC_PARAM_TLS_DATA_SIZE, &total),
		OSSL_PARAM_construct_end() };
	EVP_MAC_CTX *c = EVP_MAC_CTX_dup(s->mac); /* a context in TLS mode takes one record */
	uint8_t h[MAC_HDR];
	uint32_t hn = mac_header(h, s, op, n);
	bool ok;

	if (c == NULL)
		return false;
	ok = EVP_MAC_CTX_set_params(c, p) == 1 && EVP_MAC_update(c, h, hn) == 1 &&
	     EVP_MAC_update(c, data, n) == 1 && EVP_MAC_final(c, out, &got, MAC_MAX) == 1;
	EVP_MAC_CTX_free(c);
	return ok;
}

static bool
ssl3_secret(struct soft_session *s, const struct rec_op *op, const uint8_t *data, uint32_t n,
	uint32_t room, uint8_t *out)
{
	uint8_t front[20 + SSL3_PAD_SHA1 + MAC_HDR];
	const struct rec_alg *a = s->s.alg;
	uint32_t hn;

	memcpy(front, s->mac_key, 20);
	memset(front + 20, 0x36, SSL3_PAD_SHA1);
	hn = mac_header(front + 20 + SSL3_PAD_SHA1, s, op, n);
	/* 1 to block bytes of padding, its length included */
	soft_sha1_secret(front, 20 + SSL3_PAD_SHA1 + hn, data, n,
		room > (uint32_t)a->mac_len + a->block ? room - a->mac_len - a->block : 0,
		room - a->mac_len - 1, out);
	ct_wipe(front, sizeof(front));
	return ssl3_outer(s, out, out);
}

bool
soft_mac_secret(struct soft_session *s, const struct rec_op *op, const uint8_t *data, uint32_t n,
	uint32_t room, uint8_t *out)
{
	if (s->mac != NULL)
		return hmac_secret(s, op, data, n, room, out);
	return ssl3_secret(s, op, data, n, room, out);
}
