/*
 * What of a policy can really be negotiated: a suite needs a version, a group for its exchange, and
 * towards clients a certificate whose key does what the suite wants. RFC 5246 7.4.2 and 7.4.3, RFC
 * 8422 2, RFC 8446 4.2.3 and 9.2.
 */
#include <stddef.h>

#include "control/config.h"
#include "control/pka/pka_op.h"

#define HASH_512 64

static bool
has_group(const struct hs_policy *p, uint8_t kx)
{
	for (unsigned i = 0; i < p->group_count; i++) {
		uint16_t g = p->groups[i];
		bool finite = g == KEX_FFDHE2048 || g == KEX_FFDHE3072;

		if (kx == HS_KX_ANY || (kx == HS_KX_DHE && finite) ||
			(kx == HS_KX_ECDHE && !finite && g != KEX_X25519MLKEM768))
			return true;
	}
	return false;
}

/* Whether a key of ours makes signatures of this scheme in this version. */
static bool
signs(const struct cert *c, uint16_t scheme, uint16_t version)
{
	bool older = version < TLS_V_13, room = c->key_bytes >= 2 * HASH_512 + 2;

	if (c->only_scheme != 0 && scheme != c->only_scheme)
		return false;
	switch (scheme) {
	case SIG_RSA_PSS_RSAE_SHA256:
	case SIG_RSA_PSS_RSAE_SHA384: return c->key_type == CERT_RSA;
	case SIG_RSA_PSS_RSAE_SHA512: return c->key_type == CERT_RSA && room;
	case SIG_RSA_PSS_PSS_SHA256:
	case SIG_RSA_PSS_PSS_SHA384: return c->key_type == CERT_RSA_PSS;
	case SIG_RSA_PSS_PSS_SHA512: return c->key_type == CERT_RSA_PSS && room;
	case SIG_RSA_PKCS1_SHA1:
	case SIG_RSA_PKCS1_SHA256:
	case SIG_RSA_PKCS1_SHA384:
	case SIG_RSA_PKCS1_SHA512: return c->key_type == CERT_RSA && older;
	case SIG_ECDSA_P256_SHA256: return c->key_type == CERT_P256 || (older && c->key_type == CERT_P384);
	case SIG_ECDSA_P384_SHA384: return c->key_type == CERT_P384 || (older && c->key_type == CERT_P256);
	case SIG_ECDSA_SHA1: return older && (c->key_type == CERT_P256 || c->key_type == CERT_P384);
	case SIG_ED25519: return c->key_type == CERT_ED25519;
	default: return false;
	}
}

uint16_t
config_use_scheme(const struct hs_policy *p, const struct cert *cert, uint16_t version)
{
	if (version < TLS_V_12) { /* no choice: MD5 and SHA-1, or SHA-1 */
		if (cert->key_type == CERT_RSA)
			return SIG_RSA_MD5_SHA1_RAW;
		return cert->key_type == CERT_P256 || cert->key_type == CERT_P384 ? SIG_ECDSA_SHA1_RAW : 0;
	}
	for (unsigned i = 0; i < p->scheme_count; i++)
		if (signs(cert, p->schemes[i], version))
			return p->schemes[i];
	return 0;
}

struct want {
	const struct hs_policy *p;
	const struct hs_suite *s;
	uint16_t version;
	bool card; /* the premaster secret must not leave the card */
	bool found_key; /* a certificate had the right kind of key */
};

static bool
fits(void *ctx, const struct cert *cert)
{
	struct want *w = ctx;
	bool rsa = cert->key_type == CERT_RSA || cert->key_type == CERT_RSA_PSS;

	if (w->s->kx == HS_KX_RSA) {
		w->found_key |= cert->key_type == CERT_RSA;
		return cert->key_type == CERT_RSA && (!w->card || cert->key_bytes == HS_CARD_RSA_BYTES);
	}
	if (w->s->auth != HS_AUTH_ANY && rsa != (w->s->auth == HS_AUTH_RSA))
		return false;
	w->found_key = true;
	return config_use_scheme(w->p, cert, w->version) != 0;
}

static const struct cert *
choose(const struct config_side *side, struct want *w)
{
	const struct cert *c = NULL;

	if (side->server_name != NULL)
		return cert_store_choose(side->certs, side->server_name, fits, w);
	for (unsigned i = 0; (c = cert_store_at(side->certs, i)) != NULL; i++)
		if (fits(w, c))
			return c;
	return NULL;
}

const struct cert *
config_use_cert(const struct hs_policy *p, const struct config_side *side, const struct hs_suite *s,
	uint16_t version)
{
	struct want w = { .p = p, .s = s, .version = version, .card = side->card };

	if (side->role != HS_SERVER || side->certs == NULL || s->auth == HS_AUTH_ANON)
		return NULL;
	return choose(side, &w);
}

enum config_use
config_use(const struct hs_policy *p, const struct config_side *side, const struct hs_suite *s,
	uint16_t version)
{
	struct want w = { .p = p, .s = s, .version = version, .card = side->card };

	if (!hs_suite_in(s, version) || !(p->versions & hs_version_bit(version)))
		return CONFIG_USE_VERSION;
	if (s->kx != HS_KX_RSA && !has_group(p, s->kx))
		return CONFIG_USE_GROUP;
	if (s->auth == HS_AUTH_ANON && side->asks)
		return CONFIG_USE_ANON;
	if (side->role != HS_SERVER || s->auth == HS_AUTH_ANON)
		return CONFIG_USE_OK;
	if (side->certs == NULL || choose(side, &w) != NULL)
		return CONFIG_USE_OK;
	if (s->kx == HS_KX_RSA && w.found_key)
		return CONFIG_USE_CARD;
	return w.found_key ? CONFIG_USE_SCHEME : CONFIG_USE_CERT;
}

uint8_t
config_use_versions(const struct hs_policy *p, const struct config_side *side,
	const struct hs_suite *s, enum config_use *why)
{
	static const uint16_t all[] = { TLS_V_SSL30, TLS_V_10, TLS_V_11, TLS_V_12, TLS_V_13 };
	enum config_use worst = CONFIG_USE_VERSION;
	uint8_t versions = 0;

	for (unsigned i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		enum config_use use = config_use(p, side, s, all[i]);

		if (use == CONFIG_USE_OK)
			versions |= hs_version_bit(all[i]);
		else if (use != CONFIG_USE_VERSION)
			worst = use;
	}
	if (why != NULL)
		*why = versions != 0 ? CONFIG_USE_OK : worst;
	return versions;
}
