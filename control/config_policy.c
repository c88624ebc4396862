/*
 * Policies: a profile, then what is set finer, then what contradicts itself. Lists that are written
 * out must make sense entry by entry; of a profile's lists remains what can be used.
 */
#include <stdio.h>
#include <string.h>

#include "control/config_int.h"
#include "control/pka/pka_op.h"

struct fill {
	struct config_diag *d;
	const struct config_policy_in *in;
	struct hs_policy *p;
};

/* ---- what only legacy and museum admit ---- */

static bool
allowed(const struct fill *f, enum hs_profile of)
{
	return f->in->allow_insecure || !hs_profile_insecure(of);
}

static void
need_allow(const struct fill *f, const char *base, const char *key, const char *what, enum hs_profile of)
{
	if (!allowed(f, of))
		config_error_at(f->d, base, key,
			"expected allow_insecure: true beside it, got %s, which only %s without it", what,
			of == HS_PROFILE_MUSEUM ? "museum admits, and nothing" : "legacy and museum admit, and nothing");
}

static void
fill_profile(const struct fill *f)
{
	const struct config_policy_in *in = f->in;
	enum hs_profile profile = in->default_profile;

	if (in->profile != NULL)
		profile = hs_profile_by_name(in->profile);
	if (profile == HS_PROFILES) {
		config_error_at(f->d, in->base, "profile",
			"expected modern, compatible, legacy or museum, got %s", in->profile);
		profile = HS_PROFILE_MODERN;
	} else if (in->profile != NULL && !allowed(f, profile)) {
		config_error_at(f->d, in->base, "profile",
			"expected allow_insecure: true beside it, got %s without", in->profile);
	}
	hs_profile_fill(f->p, profile);
}

/* ---- what the card does not have, where its keys stay on it ---- */

static void
need_card(const struct fill *f, const char *key, bool has, const char *expected, const char *got)
{
	if (f->in->side.card && !has)
		config_error_at(f->d, f->in->lists_base, key, "expected %s, because keys is card, got %s", expected, got);
}

/* ---- lists ---- */

static bool
twice(const struct fill *f, const char *key, const char *text, bool seen)
{
	if (seen)
		config_error_at(f->d, f->in->lists_base, key, "expected each once, got %s again", text);
	return seen;
}

/* own: the entries are told about; else they have been. */
static void
read_versions(const struct fill *f, const struct raw_lists *r, bool own)
{
	f->p->versions = 0;
	for (unsigned i = 0; i < r->versions_count; i++) {
		uint8_t bit = hs_version_bit(config_version_by_name(r->versions[i]));
		char key[32];

		snprintf(key, sizeof(key), "versions[%u]", i);
		if (own && bit == 0)
			config_error_at(f->d, f->in->lists_base, key,
				"expected TLS 1.3, TLS 1.2, TLS 1.1, TLS 1.0, SSL 3.0 or SSL 2.0, got %s",
				r->versions[i]);
		else if (own && !twice(f, key, r->versions[i], (f->p->versions & bit) != 0))
			need_allow(f, f->in->lists_base, key, r->versions[i], hs_profile_of_version(bit));
		if (own && bit != 0)
			need_card(f, key, (bit & HS_CARD_VERSIONS) != 0, "TLS 1.3 or TLS 1.2", r->versions[i]);
		f->p->versions |= bit;
	}
}

static bool
has16(const uint16_t *list, unsigned n, uint16_t code)
{
	for (unsigned i = 0; i < n; i++)
		if (list[i] == code)
			return true;
	return false;
}

static void
read_groups(const struct fill *f, const struct raw_lists *r, bool own)
{
	f->p->group_count = 0;
	for (unsigned i = 0; i < r->groups_count; i++) {
		uint16_t g = hs_group_by_name(r->groups[i]);
		bool again = has16(f->p->groups, f->p->group_count, g);
		char key[32];

		snprintf(key, sizeof(key), "groups[%u]", i);
		if (own && g == 0)
			config_error_at(f->d, f->in->lists_base, key,
				"expected X25519MLKEM768, x25519, secp256r1, secp384r1, ffdhe2048 or ffdhe3072, got %s",
				r->groups[i]);
		else if (own && !twice(f, key, r->groups[i], again))
			need_card(f, key, hs_card_has_group(g), "x25519 or secp256r1", r->groups[i]);
		if (g != 0 && !again && f->p->group_count < HS_MAX_GROUPS)
			f->p->groups[f->p->group_count++] = g;
	}
}

static void
read_schemes(const struct fill *f, const struct raw_lists *r, bool own)
{
	f->p->scheme_count = 0;
	for (unsigned i = 0; i < r->schemes_count; i++) {
		uint16_t s = hs_scheme_by_name(r->schemes[i]);
		bool again = has16(f->p->schemes, f->p->scheme_count, s);
		char key[48];

		snprintf(key, sizeof(key), "signature_algorithms[%u]", i);
		if (own && s == 0)
			config_error_at(f->d, f->in->lists_base, key,
				"expected a name of RFC 8446 4.2.3 such as rsa_pss_rsae_sha256 or ecdsa_secp256r1_sha256, got %s",
				r->schemes[i]);
		else if (own && !twice(f, key, r->schemes[i], again))
			need_allow(f, f->in->lists_base, key, r->schemes[i], hs_profile_of_scheme(s));
		if (s != 0 && !again && f->p->scheme_count < HS_MAX_SCHEMES)
			f->p->schemes[f->p->scheme_count++] = s;
	}
}

static bool
has_suite(const struct hs_policy *p, const struct hs_suite *s)
{
	for (unsigned i = 0; i < p->suite_count; i++)
		if (p->suites[i] == s)
			return true;
	return false;
}

static void
tell_useless(const struct fill *f, const char *key, const char *name, enum config_use why)
{
	const char *const expected[] = {
		[CONFIG_USE_VERSION] = "a suite of one of the versions",
		[CONFIG_USE_GROUP] = "a suite whose key exchange has one of the groups",
		[CONFIG_USE_CERT] = "a suite that one of the certificates can serve",
		[CONFIG_USE_SCHEME] = "a suite that one of the certificates can serve by one of the signature_algorithms",
		[CONFIG_USE_ANON] = f->in->side.role == HS_SERVER
			? "a suite with a certificate, because client_auth asks clients for theirs"
			: "a suite with a certificate, because verify is not none",
		[CONFIG_USE_CARD] = "a suite without RSA key transport or an RSA key of 2048 bits for it, because keys is card",
	};

	config_error_at(f->d, f->in->lists_base, key, "expected %s, got %s", expected[why], name);
}

static void
read_suites(const struct fill *f, const struct raw_lists *r, bool own)
{
	f->p->suite_count = 0;
	for (unsigned i = 0; i < r->suites_count; i++) {
		const struct hs_suite *s = hs_suite_by_name(r->suites[i]);
		bool again = s != NULL && has_suite(f->p, s);
		enum config_use why;
		char key[32];

		snprintf(key, sizeof(key), "suites[%u]", i);
		if (own && s == NULL)
			config_error_at(f->d, f->in->lists_base, key,
				"expected a suite by its IANA name such as TLS_AES_128_GCM_SHA256, got %s",
				r->suites[i]);
		if (s == NULL || again || f->p->suite_count == HS_MAX_SUITES) {
			if (own && again)
				twice(f, key, r->suites[i], true);
			continue;
		}
		f->p->suites[f->p->suite_count++] = s;
		if (!own)
			continue;
		if (!allowed(f, hs_profile_of_suite(s)))
			need_allow(f, f->in->lists_base, key, s->name, hs_profile_of_suite(s));
		else if (config_use_versions(f->p, &f->in->side, s, &why) == 0)
			tell_useless(f, key, s->name, why);
		else
			need_card(f, key, hs_card_has_suite(s),
				"a suite of the card's (ECDHE or RSA, AES-GCM, ChaCha20-Poly1305 or AES-CBC)", s->name);
	}
}

/* ---- the whole ---- */

/* Only what can be used remains: `show policy` and the ClientHello tell the truth. */
static void
drop_useless_suites(const struct fill *f)
{
	unsigned n = 0;

	for (unsigned i = 0; i < f->p->suite_count; i++)
		if (config_use_versions(f->p, &f->in->side, f->p->suites[i], NULL) != 0)
			f->p->suites[n++] = f->p->suites[i];
	f->p->suite_count = (uint8_t)n;
}

/* SSL 2.0 has suites of its own, all of them with RSA key transport. */
static bool
serves_ssl2(const struct config_side *side)
{
	const struct cert *c;

	if (side->role != HS_SERVER || side->certs == NULL)
		return true;
	for (unsigned i = 0; (c = cert_store_at(side->certs, i)) != NULL; i++)
		if (c->key_type == CERT_RSA)
			return true;
	return false;
}

static void
check_versions(const struct fill *f, bool versions_given)
{
	static const uint16_t all[] = { TLS_V_13, TLS_V_12, TLS_V_11, TLS_V_10, TLS_V_SSL30 };
	uint8_t usable = 0, missing, asked = f->p->versions;

	for (unsigned i = 0; i < f->p->suite_count; i++)
		usable |= config_use_versions(f->p, &f->in->side, f->p->suites[i], NULL);
	if ((f->p->versions & HS_V_SSL2) && serves_ssl2(&f->in->side))
		usable |= HS_V_SSL2;
	missing = f->p->versions & (uint8_t)~usable;
	f->p->versions &= usable;
	for (unsigned i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (versions_given && (missing & hs_version_bit(all[i])))
			config_error_at(f->d, f->in->lists_base, "versions",
				"expected a usable suite (with its group, certificate and signature algorithm) for each version, got none for %s",
				hs_version_name(all[i]));
	if (versions_given && (missing & HS_V_SSL2))
		config_error_at(f->d, f->in->lists_base, "versions",
			"expected an RSA certificate for SSL 2.0, got none");
	if (!versions_given && f->p->versions == 0 && asked != 0)
		config_error(f->d, f->in->lists_base,
			"expected a policy that can be negotiated, got one without a usable suite in any version of %s",
			f->p->name);
}

static void
read_rest(const struct fill *f, const struct raw_lists *r, bool own)
{
	static const char *const whose[] = { "server", "client", NULL };

	if (r->preference != NULL)
		f->p->prefer_client = own ? config_choice(f->d, f->in->lists_base, "preference",
						    r->preference, whose, 0) == 1
					  : strcmp(r->preference, "client") == 0;
	if (r->compression == NULL)
		return;
	f->p->compression = own ? config_boolean(f->d, f->in->lists_base, "compression", r->compression,
					  false)
				: *r->compression;
	if (!own || !f->p->compression)
		return;
	need_allow(f, f->in->lists_base, "compression", "true", HS_PROFILE_MUSEUM);
	need_card(f, "compression", false, "false", "true");
}

void
config_policy(struct config_diag *d, const struct config_policy_in *in, struct hs_policy *p)
{
	static const struct raw_lists none;
	const struct raw_lists *own = in->lists != NULL ? in->lists : &none,
			       *old = in->inherited != NULL ? in->inherited : &none;
	const struct fill f = { d, in, p };
	unsigned errors = d->errors;

	fill_profile(&f);
	if (own->versions != NULL || old->versions != NULL)
		read_versions(&f, own->versions != NULL ? own : old, own->versions != NULL);
	if (own->groups != NULL || old->groups != NULL)
		read_groups(&f, own->groups != NULL ? own : old, own->groups != NULL);
	if (own->schemes != NULL || old->schemes != NULL)
		read_schemes(&f, own->schemes != NULL ? own : old, own->schemes != NULL);
	read_rest(&f, old, false);
	read_rest(&f, own, true);
	if (own->suites != NULL || old->suites != NULL)
		read_suites(&f, own->suites != NULL ? own : old, own->suites != NULL);
	if (d->errors != errors)
		return; /* what follows from a mistake is not another one */
	if (in->side.card)
		hs_policy_for_card(p);
	drop_useless_suites(&f);
	check_versions(&f, own->versions != NULL);
}
