/* Names of versions, groups and signature schemes: IANA TLS parameters. */
#include <string.h>
#include <strings.h>

#include "common/tls.h"
#include "control/handshake/hs_policy.h"
#include "control/pka/pka_op.h"

struct name {
	uint16_t code;
	const char *text;
};

static const struct name groups[] = {
	{ KEX_X25519, "x25519" },
	{ KEX_P256, "secp256r1" },
	{ KEX_P384, "secp384r1" },
	{ KEX_FFDHE2048, "ffdhe2048" },
	{ KEX_FFDHE3072, "ffdhe3072" },
	{ KEX_X25519MLKEM768, "X25519MLKEM768" },
	{ 0, NULL },
};

static const struct name schemes[] = {
	{ SIG_RSA_PSS_RSAE_SHA256, "rsa_pss_rsae_sha256" },
	{ SIG_RSA_PSS_RSAE_SHA384, "rsa_pss_rsae_sha384" },
	{ SIG_RSA_PSS_RSAE_SHA512, "rsa_pss_rsae_sha512" },
	{ SIG_RSA_PSS_PSS_SHA256, "rsa_pss_pss_sha256" },
	{ SIG_RSA_PSS_PSS_SHA384, "rsa_pss_pss_sha384" },
	{ SIG_RSA_PSS_PSS_SHA512, "rsa_pss_pss_sha512" },
	{ SIG_ECDSA_P256_SHA256, "ecdsa_secp256r1_sha256" },
	{ SIG_ECDSA_P384_SHA384, "ecdsa_secp384r1_sha384" },
	{ SIG_ED25519, "ed25519" },
	{ SIG_RSA_PKCS1_SHA256, "rsa_pkcs1_sha256" },
	{ SIG_RSA_PKCS1_SHA384, "rsa_pkcs1_sha384" },
	{ SIG_RSA_PKCS1_SHA512, "rsa_pkcs1_sha512" },
	{ SIG_RSA_PKCS1_SHA1, "rsa_pkcs1_sha1" },
	{ SIG_ECDSA_SHA1, "ecdsa_sha1" },
	{ 0, NULL },
};

/* Up to TLS 1.1 there is nothing to choose: these have names for people only. */
static const struct name old_schemes[] = {
	{ SIG_RSA_MD5_SHA1_RAW, "rsa_md5_sha1" },
	{ SIG_ECDSA_SHA1_RAW, "ecdsa_sha1" },
	{ 0, NULL },
};

static const struct {
	uint16_t version;
	uint8_t bit;
	const char *text;
} versions[] = {
	{ TLS_V_SSL2, HS_V_SSL2, "SSL 2.0" },
	{ TLS_V_SSL30, HS_V_SSL3, "SSL 3.0" },
	{ TLS_V_10, HS_V_10, "TLS 1.0" },
	{ TLS_V_11, HS_V_11, "TLS 1.1" },
	{ TLS_V_12, HS_V_12, "TLS 1.2" },
	{ TLS_V_13, HS_V_13, "TLS 1.3" },
};

static const char *
name_of(const struct name *list, uint16_t code)
{
	for (; list->text != NULL; list++)
		if (list->code == code)
			return list->text;
	return "?";
}

static uint16_t
code_of(const struct name *list, const char *text)
{
	for (; list->text != NULL; list++)
		if (strcasecmp(list->text, text) == 0)
			return list->code;
	return 0;
}

const char *
hs_group_name(uint16_t group)
{
	return name_of(groups, group);
}

uint16_t
hs_group_by_name(const char *name)
{
	return code_of(groups, name);
}

const char *
hs_scheme_name(uint16_t scheme)
{
	return name_of(scheme >> 8 == 0xff ? old_schemes : schemes, scheme);
}

uint16_t
hs_scheme_by_name(const char *name)
{
	return code_of(schemes, name);
}

const char *
hs_version_name(uint16_t version)
{
	for (unsigned i = 0; i < sizeof(versions) / sizeof(versions[0]); i++)
		if (versions[i].version == version)
			return versions[i].text;
	return "?";
}

uint8_t
hs_version_bit(uint16_t version)
{
	for (unsigned i = 0; i < sizeof(versions) / sizeof(versions[0]); i++)
		if (versions[i].version == version)
			return versions[i].bit;
	return 0;
}
