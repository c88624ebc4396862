/*
 * Certificates in the client's role: the server's judged, ours chosen; and sessions handed out for
 * later.
 */
#include <string.h>

#include "control/cert/cert.h"
#include "control/handshake/hs_client.h"

#define TYPE_RSA_SIGN	1  /* ClientCertificateType, RFC 5246 7.4.4 */
#define TYPE_ECDSA_SIGN 64 /* RFC 8422 5.5 */

/* What signs with a scheme: the key's type, and in TLS 1.3 its curve (RFC 8446 4.2.3). */
static bool
fits(uint16_t scheme, uint8_t key, uint16_t version)
{
	switch (scheme) {
	case SIG_RSA_PKCS1_SHA1:
	case SIG_RSA_PKCS1_SHA256:
	case SIG_RSA_PKCS1_SHA384:
	case SIG_RSA_PKCS1_SHA512: return key == CERT_RSA && version == TLS_V_12;
	case SIG_RSA_PSS_RSAE_SHA256:
	case SIG_RSA_PSS_RSAE_SHA384:
	case SIG_RSA_PSS_RSAE_SHA512: return key == CERT_RSA && version >= TLS_V_12;
	case SIG_RSA_PSS_PSS_SHA256:
	case SIG_RSA_PSS_PSS_SHA384:
	case SIG_RSA_PSS_PSS_SHA512: return key == CERT_RSA_PSS && version >= TLS_V_12;
	case SIG_ECDSA_SHA1: return (key == CERT_P256 || key == CERT_P384) && version == TLS_V_12;
	case SIG_ECDSA_P256_SHA256:
		return key == CERT_P256 || (key == CERT_P384 && version == TLS_V_12);
	case SIG_ECDSA_P384_SHA384:
		return key == CERT_P384 || (key == CERT_P256 && version == TLS_V_12);
	case SIG_ED25519: return key == CERT_ED25519 && version >= TLS_V_12;
	case SIG_RSA_MD5_SHA1_RAW: return key == CERT_RSA && version < TLS_V_12;
	case SIG_ECDSA_SHA1_RAW:
		return (key == CERT_P256 || key == CERT_P384) && version < TLS_V_12;
	default: return false;
	}
}

bool
hs_client_scheme_fits(uint16_t scheme, const EVP_PKEY *key, uint16_t version)
{
	return fits(scheme, cert_key_type(key), version);
}

/* Our best scheme for a certificate that the server takes; 0: none. */
static uint16_t
scheme_for(const struct hs_call *c, const struct cert *cert, struct hs_span schemes)
{
	const struct hs_policy *p = c->w->policy;
	uint16_t version = c->hs->version;

	if (version < TLS_V_12)
		return cert->key_type == CERT_RSA ? SIG_RSA_MD5_SHA1_RAW
		       : cert->key_type == CERT_P256 || cert->key_type == CERT_P384
			       ? SIG_ECDSA_SHA1_RAW
			       : 0;
	for (unsigned i = 0; i < p->scheme_count; i++)
		if (fits(p->schemes[i], cert->key_type, version) &&
			(cert->only_scheme == 0 || cert->only_scheme == p->schemes[i]) &&
			hs_span_has16(schemes, p->schemes[i]))
			return p->schemes[i];
	return 0;
}

static bool
type_fits(const struct cert *cert, struct hs_span types)
{
	uint8_t type = cert->key_type == CERT_RSA || cert->key_type == CERT_RSA_PSS
			       ? TYPE_RSA_SIGN
			       : TYPE_ECDSA_SIGN;

	return types.n == 0 || memchr(types.p, type, types.n) != NULL;
}

void
hs_client_choose_cert(
	struct hs_call *c, struct hs_span schemes, struct hs_span types, struct hs_span names)
{
	struct hs_client *cl = c->w->cl;
	const struct cert_store *store = c->hs->conf->certs;
	const struct cert *cert;

	c->w->cert = NULL;
	cl->sign_scheme = 0;
	for (unsigned i = 0; store != NULL && (cert = cert_store_at(store, i)) != NULL; i++) {
		uint16_t scheme = scheme_for(c, cert, schemes);

		if (scheme == 0 || !type_fits(cert, types) ||
			!cert_has_issuer(cert, names.p, names.n))
			continue;
		c->w->cert = cert;
		cl->sign_scheme = scheme;
		return;
	}
}

enum tls_err
hs_client_take_alpn(struct hs_call *c, struct hs_span answer)
{
	const struct hs_conf *conf = c->hs->conf;
	struct rd list = hs_span_rd(answer), name;

	if (answer.p == NULL) /* a renegotiation need not say it again */
		return TLS_E_OK;
	name = rd_vec8(&list);
	/* nor may it say another: data flows */
	if (c->hs->ready && (strlen(c->hs->alpn) != rd_left(&name) ||
				    memcmp(c->hs->alpn, name.p, rd_left(&name)) != 0))
		return TLS_E_ILLEGAL_PARAMETER;
	c->hs->alpn[0] = '\0';
	for (unsigned i = 0; i < conf->alpn_count; i++) {
		if (strlen(conf->alpn[i]) != rd_left(&name) ||
			memcmp(conf->alpn[i], name.p, rd_left(&name)) != 0)
			continue;
		memcpy(c->hs->alpn, conf->alpn[i], rd_left(&name) + 1);
		return TLS_E_OK;
	}
	return TLS_E_ILLEGAL_PARAMETER;
}

enum tls_err
hs_client_take_peer(struct hs_call *c, struct peer **peer)
{
	struct hs *hs = c->hs;
	bool known = hs->ready && hs->peer != NULL;

	if (c->peer->verdict == TLS_E_OK && c->peer->key == NULL)
		return TLS_E_BAD_CERTIFICATE;
	if (c->peer->verdict != TLS_E_OK) {
		if (!known) { /* for the log: what is wrong with it */
			peer_unref(hs->peer);
			hs->peer = peer_ref(c->peer);
		}
		return c->peer->verdict;
	}
	/*
	 * who it is does not change on a connection that carries data: RFC 7627 1, triple
	 * handshakes
	 */
	if (known && memcmp(hs->peer->fingerprint, c->peer->fingerprint,
			     sizeof(c->peer->fingerprint)) != 0)
		return TLS_E_ILLEGAL_PARAMETER;
	peer_unref(*peer);
	*peer = peer_ref(c->peer);
	return TLS_E_OK;
}

void
hs_client_resumed(struct hs_call *c)
{
	struct hs_client *cl = c->w->cl;

	c->hs->resumed = true;
	peer_unref(c->hs->peer);
	c->hs->peer = cl->session_peer;
	cl->session_peer = NULL;
}

struct session_entry *
hs_client_put(struct hs_call *c, const void *ticket, size_t ticket_len)
{
	const struct hs *hs = c->hs;
	struct session_entry *e = hs_entry_new(c, HS_ACT_CLIENT_PUT);
	struct wr w = hs_act_wr(c->out);

	if (e == NULL)
		return NULL;
	wr_bytes(&w, ticket, ticket_len);
	hs_act_end(c->out, &c->out->act[c->out->n - 1], &w);
	hs_client_bind(hs->conf, e->bind);
	e->version = hs->version;
	e->suite = hs->suite->code;
	e->issued_ms = c->env->now_ms;
	if (hs->peer != NULL)
		memcpy(e->peer, hs->peer->fingerprint, sizeof(e->peer));
	e->alpn_len = (uint8_t)strlen(hs->alpn);
	memcpy(e->alpn, hs->alpn, e->alpn_len);
	return e;
}
