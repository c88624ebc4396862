/*
 * Profiles: ready-made policies, from what everybody should use to what only a museum needs. Each
 * admits all that the ones before it admit. Pure tables; docs/policy.md says the same in words.
 */
#ifndef SLUICE_CONTROL_HS_PROFILE_H
#define SLUICE_CONTROL_HS_PROFILE_H

#include <stdbool.h>
#include <stdint.h>

#include "control/handshake/hs_policy.h"

enum hs_profile {
	HS_PROFILE_MODERN, /* TLS 1.3 and 1.2; AEAD with (EC)DHE */
	HS_PROFILE_COMPATIBLE, /* + AES-CBC with SHA-2 and RSA key transport in TLS 1.2 */
	HS_PROFILE_LEGACY, /* + TLS 1.1, 1.0, SSL 3.0; CBC with SHA-1, 3DES, SHA-1 signatures */
	HS_PROFILE_MUSEUM, /* + SSL 2.0 and its hello; RC4, NULL, anonymous suites, DEFLATE */
	HS_PROFILES
};

/* Everything the profile admits, by our preference; the server's order decides. */
void hs_profile_fill(struct hs_policy *p, enum hs_profile profile);
const char *hs_profile_name(enum hs_profile profile);
/* HS_PROFILES: no such name. */
enum hs_profile hs_profile_by_name(const char *name);
/* Legacy and museum: what they add is broken or breaking; a listener must say that it knows. */
static inline bool
hs_profile_insecure(enum hs_profile profile)
{
	return profile >= HS_PROFILE_LEGACY;
}

/* The first profile that admits it. */
enum hs_profile hs_profile_of_suite(const struct hs_suite *s);
enum hs_profile hs_profile_of_version(uint8_t version_bit);
enum hs_profile hs_profile_of_scheme(uint16_t scheme);
/* The first profile that admits all of a policy. */
enum hs_profile hs_profile_of_policy(const struct hs_policy *p);

#endif
