/* Profiles; see hs_profile.h. What is weak: RFC 9325 (BCP 195), RFC 8996, RFC 7465, RFC 7568, RFC 6176. */
#include "control/handshake/hs_profile.h"

#include <string.h>

#include "common/tls.h"
#include "control/pka/pka_op.h"

static const struct {
	const char *name;
	uint8_t versions; /* that it adds */
	bool v2_hello, compression;
} profiles[HS_PROFILES] = {
	[HS_PROFILE_MODERN] = { "modern", HS_V_13 | HS_V_12, false, false },
	[HS_PROFILE_COMPATIBLE] = { "compatible", 0, false, false },
	[HS_PROFILE_LEGACY] = { "legacy", HS_V_11 | HS_V_10 | HS_V_SSL3, false, false },
	[HS_PROFILE_MUSEUM] = { "museum", HS_V_SSL2, true, true },
};

/* The hybrid first (it costs one round trip to nobody: who lacks it does not send a share), then by speed. */
static const uint16_t groups[] = { KEX_X25519MLKEM768, KEX_X25519, KEX_P256, KEX_P384, KEX_FFDHE2048,
	KEX_FFDHE3072 };

/* By strength that suffices and by speed of signing; PKCS#1 v1.5 behind PSS (RFC 8446 4.2.3). */
static const struct {
	uint16_t scheme;
	enum hs_profile profile;
} schemes[] = {
	{ SIG_ECDSA_P256_SHA256, HS_PROFILE_MODERN },
	{ SIG_ED25519, HS_PROFILE_MODERN },
	{ SIG_RSA_PSS_RSAE_SHA256, HS_PROFILE_MODERN },
	{ SIG_RSA_PSS_PSS_SHA256, HS_PROFILE_MODERN },
	{ SIG_ECDSA_P384_SHA384, HS_PROFILE_MODERN },
	{ SIG_RSA_PSS_RSAE_SHA384, HS_PROFILE_MODERN },
	{ SIG_RSA_PSS_PSS_SHA384, HS_PROFILE_MODERN },
	{ SIG_RSA_PSS_RSAE_SHA512, HS_PROFILE_MODERN },
	{ SIG_RSA_PSS_PSS_SHA512, HS_PROFILE_MODERN },
	{ SIG_RSA_PKCS1_SHA256, HS_PROFILE_MODERN }, /* TLS 1.2, and certificates */
	{ SIG_RSA_PKCS1_SHA384, HS_PROFILE_MODERN },
	{ SIG_RSA_PKCS1_SHA512, HS_PROFILE_MODERN },
	{ SIG_ECDSA_SHA1, HS_PROFILE_LEGACY },
	{ SIG_RSA_PKCS1_SHA1, HS_PROFILE_LEGACY },
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

_Static_assert(COUNT(groups) <= HS_MAX_GROUPS, "every group has its place in a policy");
_Static_assert(COUNT(schemes) <= HS_MAX_SCHEMES, "every scheme has its place in a policy");

/* ---- what a suite is worth ---- */

enum strength { AEAD, CBC_SHA2, CBC_SHA1, TRIPLE_DES, RC4, NO_ENCRYPTION };

static enum strength
strength(const struct hs_suite *s)
{
	switch (s->alg) {
	case IPC_ALG_AES128_GCM:
	case IPC_ALG_AES256_GCM:
	case IPC_ALG_CHACHA20_POLY1305: return AEAD;
	case IPC_ALG_AES128_CBC_SHA256:
	case IPC_ALG_AES256_CBC_SHA256:
	case IPC_ALG_AES256_CBC_SHA384: return CBC_SHA2;
	case IPC_ALG_AES128_CBC_SHA1:
	case IPC_ALG_AES256_CBC_SHA1: return CBC_SHA1;
	case IPC_ALG_3DES_CBC_SHA1: return TRIPLE_DES;
	case IPC_ALG_RC4_SHA1:
	case IPC_ALG_RC4_MD5: return RC4;
	default: return NO_ENCRYPTION; /* and whatever is not listed here */
	}
}

enum hs_profile
hs_profile_of_suite(const struct hs_suite *s)
{
	enum strength how = strength(s);

	if (s->auth == HS_AUTH_ANON || how >= RC4)
		return HS_PROFILE_MUSEUM;
	if (how >= CBC_SHA1)
		return HS_PROFILE_LEGACY;
	return how == AEAD && s->kx != HS_KX_RSA ? HS_PROFILE_MODERN : HS_PROFILE_COMPATIBLE;
}

enum hs_profile
hs_profile_of_version(uint8_t version_bit)
{
	for (int p = HS_PROFILE_MODERN; p < HS_PROFILES; p++)
		if (profiles[p].versions & version_bit)
			return (enum hs_profile)p;
	return HS_PROFILE_MUSEUM;
}

enum hs_profile
hs_profile_of_scheme(uint16_t scheme)
{
	for (size_t i = 0; i < COUNT(schemes); i++)
		if (schemes[i].scheme == scheme)
			return schemes[i].profile;
	return HS_PROFILE_MUSEUM;
}

static enum hs_profile
worse(enum hs_profile a, enum hs_profile b)
{
	return a > b ? a : b;
}

enum hs_profile
hs_profile_of_policy(const struct hs_policy *p)
{
	enum hs_profile all = HS_PROFILE_MODERN;

	for (unsigned bit = HS_V_SSL2; bit <= HS_V_13; bit <<= 1)
		if (p->versions & bit)
			all = worse(all, hs_profile_of_version((uint8_t)bit));
	for (unsigned i = 0; i < p->suite_count; i++)
		all = worse(all, hs_profile_of_suite(p->suites[i]));
	for (unsigned i = 0; i < p->scheme_count; i++)
		all = worse(all, hs_profile_of_scheme(p->schemes[i]));
	return p->compression ? HS_PROFILE_MUSEUM : all;
}

/* ---- order ---- */

/*
 * Places in the order, the smaller the earlier: who we are and forward secrecy before the cipher,
 * what can be read along last of all. Within a place the order is that of the table of suites:
 * ECDHE before DHE, ECDSA before RSA, AES-128 before AES-256 before ChaCha20 (the card has AES).
 */
#define PLACES 16

static unsigned
place(const struct hs_suite *s)
{
	enum strength how = strength(s);
	bool keeps = s->kx != HS_KX_RSA; /* forward secrecy */

	if (how == NO_ENCRYPTION)
		return s->auth == HS_AUTH_ANON ? 15 : 14;
	if (s->auth == HS_AUTH_ANON)
		return how <= CBC_SHA1 ? 12 : 13;
	if (how >= TRIPLE_DES)
		return 8 + 2 * (how - TRIPLE_DES) + !keeps;
	return (keeps ? 0 : 4) + how;
}

static void
fill_suites(struct hs_policy *p, enum hs_profile profile)
{
	const struct hs_suite *s;

	for (unsigned at = 0; at < PLACES; at++)
		for (unsigned i = 0; (s = hs_suite_at(i)) != NULL; i++)
			if (place(s) == at && hs_profile_of_suite(s) <= profile &&
				p->suite_count < HS_MAX_SUITES)
				p->suites[p->suite_count++] = s;
}

void
hs_profile_fill(struct hs_policy *p, enum hs_profile profile)
{
	memset(p, 0, sizeof(*p));
	p->name = profiles[profile].name;
	for (int i = HS_PROFILE_MODERN; i <= (int)profile; i++)
		p->versions |= profiles[i].versions;
	p->v2_hello = profiles[profile].v2_hello;
	p->compression = profiles[profile].compression;
	fill_suites(p, profile);
	p->group_count = COUNT(groups);
	memcpy(p->groups, groups, sizeof(groups));
	for (size_t i = 0; i < COUNT(schemes); i++)
		if (schemes[i].profile <= profile)
			p->schemes[p->scheme_count++] = schemes[i].scheme;
}

/* ---- names ---- */

const char *
hs_profile_name(enum hs_profile profile)
{
	return profile < HS_PROFILES ? profiles[profile].name : "?";
}

enum hs_profile
hs_profile_by_name(const char *name)
{
	int p = HS_PROFILE_MODERN;

	while (p < HS_PROFILES && strcmp(profiles[p].name, name) != 0)
		p++;
	return (enum hs_profile)p;
}

/* ---- keys on the card ---- */

bool
hs_card_has_suite(const struct hs_suite *s)
{
	switch (s->alg) {
	case IPC_ALG_AES128_GCM:
	case IPC_ALG_AES256_GCM:
	case IPC_ALG_CHACHA20_POLY1305:
	case IPC_ALG_AES128_CBC_SHA1:
	case IPC_ALG_AES256_CBC_SHA1:
	case IPC_ALG_AES128_CBC_SHA256:
	case IPC_ALG_AES256_CBC_SHA256:
	case IPC_ALG_AES256_CBC_SHA384: break;
	default: return false;
	}
	return s->version_max >= TLS_V_12 && s->kx != HS_KX_DHE && s->auth != HS_AUTH_ANON;
}

bool
hs_card_has_group(uint16_t group)
{
	return group == KEX_X25519 || group == KEX_P256;
}

bool
hs_policy_for_card(struct hs_policy *p)
{
	unsigned suites = 0, kept = 0;

	p->versions &= HS_CARD_VERSIONS;
	p->compression = false;
	for (unsigned i = 0; i < p->suite_count; i++)
		if (hs_card_has_suite(p->suites[i]))
			p->suites[suites++] = p->suites[i];
	for (unsigned i = 0; i < p->group_count; i++)
		if (hs_card_has_group(p->groups[i]))
			p->groups[kept++] = p->groups[i];
	p->suite_count = (uint8_t)suites;
	p->group_count = (uint8_t)kept;
	return p->versions != 0 && suites != 0 && kept != 0;
}
