/*
 * What one end offers and accepts. Immutable while anything refers to it; made by the configuration
 * (profiles and finer settings), read by the handshake.
 */
#ifndef SLUICE_CONTROL_HS_POLICY_H
#define SLUICE_CONTROL_HS_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include "control/handshake/hs_suite.h"

#define HS_MAX_SUITES 64
#define HS_MAX_GROUPS 8
#define HS_MAX_SCHEMES 20
#define HS_MAX_ALPN 8
#define HS_MAX_ALPN_NAME 31
#define HS_MAX_NAME 255

enum hs_version_bit { /* sets of versions; the bits are in the order of age */
	HS_V_SSL2 = 1,
	HS_V_SSL3 = 2,
	HS_V_10 = 4,
	HS_V_11 = 8,
	HS_V_12 = 16,
	HS_V_13 = 32,
};

struct hs_policy {
	const char *name; /* of the profile it came from */
	uint8_t versions; /* set of enum hs_version_bit */
	bool prefer_client; /* the client's order of suites decides, not ours */
	bool v2_hello; /* a ClientHello in SSL 2.0's format that offers 3.x is taken, RFC 5246 E.2 */
	bool compression; /* DEFLATE, SSL 3.0 to TLS 1.2 */
	/* by preference; all versions up to TLS 1.3 in one list */
	const struct hs_suite *suites[HS_MAX_SUITES];
	uint8_t suite_count;
	uint8_t group_count, scheme_count;
	uint16_t groups[HS_MAX_GROUPS]; /* enum pka_group by preference */
	uint16_t schemes[HS_MAX_SCHEMES]; /* enum sig_scheme by preference: what we sign with and what we accept */
};

/* What a card does with secrets that stay on it (hs_profile.c); suites with RSA key transport by keys of HS_CARD_RSA_BYTES. */
#define HS_CARD_VERSIONS (HS_V_12 | HS_V_13)
#define HS_CARD_RSA_BYTES 256
bool hs_card_has_suite(const struct hs_suite *s);
bool hs_card_has_group(uint16_t group);
/*
 * Leaves what a card can do with secrets that stay on it: TLS 1.2 and 1.3, X25519 and P-256, suites of
 * its ciphers; no compression. False: nothing is left. (hs_profile.c)
 */
bool hs_policy_for_card(struct hs_policy *p);

/* Lists of enum sig_scheme and enum pka_group with their names, for configuration and display. "?"/0: unknown. */
const char *hs_group_name(uint16_t group); /* "x25519", "secp256r1", "X25519MLKEM768", ... */
uint16_t hs_group_by_name(const char *name);
const char *hs_scheme_name(uint16_t scheme); /* "rsa_pss_rsae_sha256", ... */
uint16_t hs_scheme_by_name(const char *name);
const char *hs_version_name(uint16_t version); /* "TLS 1.2"; by enum tls_version */
uint8_t hs_version_bit(uint16_t version); /* 0: unknown */

#endif
