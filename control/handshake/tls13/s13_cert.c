/*
 * Which of our certificates this client can verify, and the scheme to sign with: RFC 8446 4.2.3,
 * 4.4.2.2, 4.4.3.
 */
#include "control/handshake/tls13/s13.h"

/* Whether our key can make signatures of this scheme. */
static bool
key_fits(const struct cert *cert, uint16_t scheme)
{
	switch (scheme) {
	case SIG_RSA_PSS_RSAE_SHA256:
	case SIG_RSA_PSS_RSAE_SHA384: return cert->key_type == CERT_RSA;
	case SIG_RSA_PSS_RSAE_SHA512: /* RFC 8017 9.1.1: two hashes and two bytes */
		return cert->key_type == CERT_RSA && cert->key_bytes >= 2 * 64 + 2;
	case SIG_RSA_PSS_PSS_SHA256:
	case SIG_RSA_PSS_PSS_SHA384:
		return cert->key_type == CERT_RSA_PSS &&
		       (cert->only_scheme == 0 || cert->only_scheme == scheme);
	case SIG_RSA_PSS_PSS_SHA512:
		return cert->key_type == CERT_RSA_PSS && cert->key_bytes >= 2 * 64 + 2 &&
		       (cert->only_scheme == 0 || cert->only_scheme == scheme);
	case SIG_ECDSA_P256_SHA256: return cert->key_type == CERT_P256;
	case SIG_ECDSA_P384_SHA384: return cert->key_type == CERT_P384;
	case SIG_ED25519: return cert->key_type == CERT_ED25519;
	default: return false;
	}
}

/* Our first scheme that the key has and the client takes; 0: none. */
static uint16_t
scheme_for(const struct hs_call *c, const struct cert *cert)
{
	const struct hs_policy *p = c->w->policy;

	for (unsigned i = 0; i < p->scheme_count; i++)
		if (key_fits(cert, p->schemes[i]) &&
			hs_span_has16(c->w->hello.schemes, p->schemes[i]))
			return p->schemes[i];
	return 0;
}

/* Whether the client says that it can verify every signature of the chain. */
static bool
chain_fits(const struct hs_hello *h, const struct cert *cert)
{
	struct hs_span list = h->schemes_cert.p != NULL ? h->schemes_cert : h->schemes;

	for (unsigned i = 0; i < cert->sig_count; i++)
		if (!hs_span_has16(list, cert->sigs[i]))
			return false;
	return true;
}

static bool
usable(void *ctx, const struct cert *cert)
{
	return scheme_for(ctx, cert) != 0;
}

static bool
usable_to_the_root(void *ctx, const struct cert *cert)
{
	struct hs_call *c = ctx;

	return scheme_for(c, cert) != 0 && chain_fits(&c->w->hello, cert);
}

enum tls_err
s13_choose_cert(struct hs_call *c)
{
	const struct cert_store *certs = c->hs->conf->certs;
	const char *name = c->w->hello.server_name;
	const struct cert *cert;

	cert = cert_store_choose(certs, name, usable_to_the_root, c);
	if (cert == NULL) /* 4.4.2.2: then one that it may know all the same */
		cert = cert_store_choose(certs, name, usable, c);
	if (cert == NULL)
		return TLS_E_HANDSHAKE_FAILURE;
	c->w->cert = cert;
	c->hs->scheme = scheme_for(c, cert);
	return TLS_E_OK;
}
