/*
 * The server's choice of suite and what goes with it: certificate, group, signature scheme. RFC
 * 5246 7.4.1.3 and 7.4.2, RFC 8422 4 and 5.1, RFC 7919 4.
 */
#include "control/cert/cert.h"
#include "control/handshake/tls12/s12.h"

/* A suite under trial, and what was found for it. */
struct trial {
	const struct hs_call *c;
	const struct hs_suite *suite;
	bool strict; /* the client must have said that it verifies the certificate's own signatures
		      */
	uint16_t scheme; /* of the certificate that is usable */
};

static bool
client_takes_group(const struct hs_hello *h, uint16_t group)
{
	return h->groups.p == NULL ? group == KEX_P256 : hs_span_has16(h->groups, group);
}

/* RFC 8422 4: without the extension any curve may be meant; everyone has P-256. */
static uint16_t
choose_curve(const struct hs_call *c)
{
	const struct hs_policy *p = c->w->policy;

	for (unsigned i = 0; i < p->group_count; i++) {
		uint16_t g = p->groups[i];

		if ((g == KEX_X25519 || g == KEX_P256 || g == KEX_P384) &&
			client_takes_group(&c->w->hello, g))
			return g;
	}
	return 0;
}

/* RFC 7919 4: a client that names any ffdhe group means those; to others we give ffdhe2048. */
static uint16_t
choose_ffdhe(const struct hs_call *c)
{
	const struct hs_policy *p = c->w->policy;
	struct rd r = hs_span_rd(c->w->hello.groups);
	bool named = false;
	uint16_t other = 0;

	while (c->w->hello.groups.p != NULL && rd_left(&r) != 0)
		named |= rd_u16(&r) >> 8 == 1; /* 256 to 511 are ffdhe's */
	for (unsigned i = 0; i < p->group_count; i++) {
		uint16_t g = p->groups[i];

		if (g != KEX_FFDHE2048 && g != KEX_FFDHE3072)
			continue;
		if (named ? hs_span_has16(c->w->hello.groups, g) : g == KEX_FFDHE2048)
			return g;
		other = g;
	}
	return named ? 0 : other;
}

static uint16_t
choose_group(const struct hs_call *c, const struct hs_suite *s)
{
	return s->kx == HS_KX_ECDHE ? choose_curve(c) : choose_ffdhe(c);
}

/* RFC 5246 7.4.1.4.1: a client that says nothing takes SHA-1. */
static bool
client_takes_scheme(const struct hs_hello *h, uint16_t scheme)
{
	if (h->schemes.p != NULL)
		return hs_span_has16(h->schemes, scheme);
	return scheme == SIG_RSA_PKCS1_SHA1 || scheme == SIG_ECDSA_SHA1;
}

/* Peers that read RFC 8446 into TLS 1.2 want the hash of the curve. */
static bool
hash_of_curve(uint16_t scheme, uint8_t key_type)
{
	if (key_type == CERT_P256)
		return scheme == SIG_ECDSA_P256_SHA256;
	return key_type != CERT_P384 || scheme == SIG_ECDSA_P384_SHA384;
}

/* What this certificate's key signs by, for this client. 0: nothing in common. */
static uint16_t
choose_scheme(const struct hs_call *c, const struct cert *cert)
{
	const struct hs_policy *p = c->w->policy;
	uint16_t second = 0;

	if (c->hs->version < TLS_V_12)
		return hs12_old_scheme(cert->key);
	for (unsigned i = 0; i < p->scheme_count; i++) {
		uint16_t s = p->schemes[i];

		if (!client_takes_scheme(&c->w->hello, s) || !hs12_scheme_fits(s, cert->key) ||
			(cert->only_scheme != 0 && s != cert->only_scheme))
			continue;
		if (hash_of_curve(s, cert->key_type))
			return s;
		if (second == 0)
			second = s;
	}
	return second;
}

/* RFC 8422 5.1: the certificate's own curve must be one the client named. */
static bool
client_takes_key(const struct hs_hello *h, uint8_t key_type)
{
	if (h->groups.p == NULL)
		return true;
	if (key_type == CERT_P256 || key_type == CERT_P384)
		return hs_span_has16(h->groups, key_type == CERT_P256 ? KEX_P256 : KEX_P384);
	return true;
}

/* RFC 5246 7.4.2: every signature in the chain is one the client said it verifies. */
static bool
client_takes_chain(const struct hs_hello *h, const struct cert *cert)
{
	struct hs_span said = h->schemes_cert.p != NULL ? h->schemes_cert : h->schemes;

	for (unsigned i = 0; said.p != NULL && i < cert->sig_count; i++)
		if (!hs_span_has16(said, cert->sigs[i]))
			return false;
	return true;
}

static bool
usable(void *ctx, const struct cert *cert)
{
	struct trial *t = ctx;
	const struct hs_call *c = t->c;
	bool rsa = cert->key_type == CERT_RSA || cert->key_type == CERT_RSA_PSS;

	/* a renegotiation does not show another certificate than this connection began with */
	if (c->hs->l12 != NULL && c->hs->l12->cert != NULL && cert != c->hs->l12->cert)
		return false;
	if (t->strict && c->hs->version == TLS_V_12 && !client_takes_chain(&c->w->hello, cert))
		return false;
	if (t->suite->kx == HS_KX_RSA)
		return cert->key_type == CERT_RSA &&
		       (c->hs->card == NULL || cert->key_bytes == HS_CARD_RSA_BYTES);
	if (rsa != (t->suite->auth == HS_AUTH_RSA) ||
		!client_takes_key(&c->w->hello, cert->key_type))
		return false;
	t->scheme = choose_scheme(c, cert);
	return t->scheme != 0;
}

/* Whether everything for this suite is there; then it is taken. */
static bool
try_suite(struct hs_call *c, const struct hs_suite *s, bool strict)
{
	struct trial t = { .c = c, .suite = s, .strict = strict };
	const struct hs_conf *conf = c->hs->conf;
	const struct cert *cert = NULL;
	uint16_t group = 0;

	if (!hs_suite_in(s, c->hs->version) || s->kx == HS_KX_ANY)
		return false;
	if (s->kx != HS_KX_RSA) {
		group = choose_group(c, s);
		if (group == 0)
			return false;
	}
	if (s->auth == HS_AUTH_ANON) {
		/* a client cannot be asked who it is by nobody, RFC 5246 7.4.4 */
		if (conf->client_auth == HS_AUTH_REQUIRE ||
			(c->hs->l12 != NULL && c->hs->l12->cert != NULL))
			return false;
	} else {
		if (conf->certs != NULL)
			cert = cert_store_choose(conf->certs, c->w->hello.server_name, usable, &t);
		if (cert == NULL)
			return false;
	}
	c->hs->suite = s;
	c->w->cert = cert;
	c->w->t12->group = group;
	c->w->t12->scheme = s->kx == HS_KX_RSA ? 0 : t.scheme;
	return true;
}

static bool
in_policy(const struct hs_policy *p, uint16_t code, const struct hs_suite **s)
{
	for (unsigned i = 0; i < p->suite_count; i++) {
		if (p->suites[i]->code == code) {
			*s = p->suites[i];
			return true;
		}
	}
	return false;
}

static bool
walk(struct hs_call *c, bool strict)
{
	const struct hs_policy *p = c->w->policy;
	struct rd offered = hs_span_rd(c->w->hello.suites);
	const struct hs_suite *s;

	if (p->prefer_client) {
		while (rd_left(&offered) != 0)
			if (in_policy(p, rd_u16(&offered), &s) && try_suite(c, s, strict))
				return true;
		return false;
	}
	for (unsigned i = 0; i < p->suite_count; i++)
		if (hs_span_has16(c->w->hello.suites, p->suites[i]->code) &&
			try_suite(c, p->suites[i], strict))
			return true;
	return false;
}

/* A chain that the client did not say it verifies is better than none: many verify more than they
 * say. */
enum tls_err
s12_choose(struct hs_call *c)
{
	return walk(c, true) || walk(c, false) ? TLS_E_OK : TLS_E_HANDSHAKE_FAILURE;
}
