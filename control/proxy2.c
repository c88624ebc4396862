/* PROXY protocol version 2; see proxy2.h. Numbers are those of its specification, section 2.2. */
#include "control/proxy2.h"

#include <stdio.h>
#include <string.h>

#include "common/tls.h"
#include "common/wr.h"
#include "control/cert/cert.h"
#include "control/cert/peer.h"

enum { /* types and flags */
	PP2_ALPN = 0x01,
	PP2_AUTHORITY = 0x02,
	PP2_SSL = 0x20,
	PP2_SSL_VERSION = 0x21,
	PP2_SSL_CN = 0x22,
	PP2_SSL_CIPHER = 0x23,
	PP2_SSL_SIG_ALG = 0x24,
	PP2_SSL_KEY_ALG = 0x25,
	PP2_CLIENT_SSL = 1,
	PP2_CLIENT_CERT_CONN = 2,
	PP2_CLIENT_CERT_SESS = 4,
};

#define UNVERIFIED 1 /* `verify` is 0 for a verified certificate and for nothing else */

static const uint8_t signature[12] = { 0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49,
	0x54, 0x0a };

/* A TLV as a whole, or nothing of it. */
static void
put(struct wr *w, uint8_t type, const void *p, size_t n)
{
	if (n > UINT16_MAX || (size_t)(w->end - w->p) < 3 + n)
		return;
	wr_u8(w, type);
	wr_u16(w, (uint16_t)n);
	wr_bytes(w, p, n);
}

static void
put_text(struct wr *w, uint8_t type, const char *text)
{
	if (text != NULL && text[0] != '\0')
		put(w, type, text, strlen(text));
}

static void
put_address(struct wr *w, const struct ipc_addr *a, bool as_v6)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff }; /* RFC 4291 2.5.5.2 */

	if (a->family == 4 && as_v6)
		wr_bytes(w, mapped, sizeof(mapped));
	wr_bytes(w, a->ip, a->family == 4 ? 4 : 16);
}

static const char *
version_text(uint16_t version)
{
	switch (version) {
	case TLS_V_SSL2: return "SSLv2";
	case TLS_V_SSL30: return "SSLv3";
	case TLS_V_10: return "TLSv1";
	case TLS_V_11: return "TLSv1.1";
	case TLS_V_12: return "TLSv1.2";
	default: return "TLSv1.3";
	}
}

/* Of the certificate that we presented, as OpenSSL and HAProxy name it. */
static const char *
key_alg(const struct cert *c, char buf[16])
{
	switch (c->key_type) {
	case CERT_P256: return "EC256";
	case CERT_P384: return "EC384";
	case CERT_ED25519: return "ED25519";
	default: snprintf(buf, 16, "RSA%u", c->key_bytes * 8u); return buf;
	}
}

static const char *
sig_alg(const struct cert *c)
{
	static const struct {
		uint16_t scheme;
		const char *name;
	} names[] = {
		{ 0xff03, "RSA-MD5" },
		{ 0x0201, "RSA-SHA1" },
		{ 0x0401, "RSA-SHA256" },
		{ 0x0501, "RSA-SHA384" },
		{ 0x0601, "RSA-SHA512" },
		{ 0x0804, "RSASSA-PSS" },
		{ 0x0805, "RSASSA-PSS" },
		{ 0x0806, "RSASSA-PSS" },
		{ 0x0203, "ecdsa-with-SHA1" },
		{ 0x0403, "ecdsa-with-SHA256" },
		{ 0x0503, "ecdsa-with-SHA384" },
		{ 0x0603, "ecdsa-with-SHA512" },
		{ 0x0807, "ED25519" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!c->leaf_self_signed && c->sig_count != 0 && c->sigs[0] == names[i].scheme)
			return names[i].name;
	return NULL;
}

static void
put_ssl(struct wr *w, const struct proxy2_info *info)
{
	const struct peer *p = info->peer;
	bool verified = p != NULL && p->verdict == TLS_E_OK;
	char buf[16];
	size_t mark;

	if (w->end - w->p < 3 + 5)
		return;
	wr_u8(w, PP2_SSL);
	mark = wr_open(w, 2);
	wr_u8(w, (uint8_t)(PP2_CLIENT_SSL |
			 (p == NULL ? 0
				    : PP2_CLIENT_CERT_SESS |
						(info->resumed ? 0 : PP2_CLIENT_CERT_CONN))));
	wr_u32(w, verified ? 0 : p != NULL && p->x509_error > 0 ? (uint32_t)p->x509_error
								 : UNVERIFIED);
	put_text(w, PP2_SSL_VERSION, version_text(info->version));
	put_text(w, PP2_SSL_CIPHER, info->cipher);
	if (info->cert != NULL) {
		put_text(w, PP2_SSL_SIG_ALG, sig_alg(info->cert));
		put_text(w, PP2_SSL_KEY_ALG, key_alg(info->cert, buf));
	}
	if (p != NULL)
		put_text(w, PP2_SSL_CN, p->common_name);
	wr_close(w, mark, 2);
}

/* Short, and so never left out: who it is, or why that is not known. */
static void
put_fingerprint(struct wr *w, const struct peer *p)
{
	char hex[65];

	for (unsigned i = 0; i < 32; i++)
		snprintf(hex + 2 * i, 3, "%02x", p->fingerprint[i]);
	put_text(w, PROXY2_FINGERPRINT, hex);
	if (p->verdict != TLS_E_OK)
		put_text(w, PROXY2_VERIFY_TEXT,
			p->reason[0] != '\0' ? p->reason : tls_err_text(p->verdict));
}

size_t
proxy2_build(const struct proxy2_info *info, uint8_t *out, size_t cap)
{
	/* addresses of one family, or both as IPv6 */
	bool v6 = info->client.family == 6 || info->local.family == 6;
	struct wr w = wr_init(out, cap < PROXY2_MAX ? cap : PROXY2_MAX);
	size_t mark;

	wr_bytes(&w, signature, sizeof(signature));
	wr_u8(&w, 0x21); /* version 2, PROXY */
	wr_u8(&w, v6 ? 0x21 : 0x11); /* TCP over IPv6, IPv4 */
	mark = wr_open(&w, 2);
	put_address(&w, &info->client, v6);
	put_address(&w, &info->local, v6);
	wr_u16(&w, info->client.port);
	wr_u16(&w, info->local.port);
	if (!wr_ok(&w))
		return 0;
	put_text(&w, PP2_ALPN, info->alpn);
	put_text(&w, PP2_AUTHORITY, info->server_name);
	if (info->version != 0) {
		if (info->peer != NULL)
			put_fingerprint(&w, info->peer);
		put_ssl(&w, info);
		if (info->peer != NULL) {
			put_text(&w, PROXY2_SUBJECT, info->peer->subject);
			put_text(&w, PROXY2_ALT_NAMES, info->peer->alt_names);
		}
	}
	wr_close(&w, mark, 2);
	return wr_ok(&w) ? wr_len(&w) : 0;
}
