/* Cipher suites of SSL 3.0 to TLS 1.3, one line each in hs_suite.c. Those of SSL 2.0 are in ssl2_suite.c. */
#ifndef SLUICE_CONTROL_HS_SUITE_H
#define SLUICE_CONTROL_HS_SUITE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/ipc.h"

enum hs_prf { HS_PRF_SHA256 = 1, HS_PRF_SHA384 = 2, HS_PRF_MD5_SHA1 = 3, HS_PRF_SSL3 = 4 };
enum hs_kx { HS_KX_ANY = 0, /* TLS 1.3 */ HS_KX_RSA, HS_KX_DHE, HS_KX_ECDHE };
enum hs_auth { HS_AUTH_ANY = 0, /* TLS 1.3 */ HS_AUTH_RSA, HS_AUTH_ECDSA, /* and Ed25519, RFC 8422 */ HS_AUTH_ANON };

struct hs_suite {
	uint16_t code;
	uint16_t version_min, version_max; /* enum tls_version */
	uint8_t kx, auth; /* enum hs_kx, hs_auth */
	uint8_t prf; /* enum hs_prf of TLS 1.2 and 1.3: PRF or HKDF and the transcript's hash */
	uint8_t key_len, mac_len; /* of the key block, RFC 5246 6.3 */
	uint8_t iv_len; /* AEAD: fixed part of the nonce (TLS 1.3: 12); CBC: block length; else 0 */
	bool cbc; /* iv_len is in the key block up to TLS 1.0 only; encrypt-then-MAC can apply */
	uint32_t alg; /* enum ipc_alg */
	const char *name;
};

/* NULL when this build does not know it. */
const struct hs_suite *hs_suite_by_code(uint16_t code);
const struct hs_suite *hs_suite_by_name(const char *name);
/* Walks the table: NULL at the end. */
const struct hs_suite *hs_suite_at(unsigned i);
/* The PRF in a negotiated version: MD5_SHA1 in TLS 1.0 and 1.1, SSL3 in SSL 3.0, else the suite's. */
uint8_t hs_suite_prf(const struct hs_suite *s, uint16_t version);
static inline bool
hs_suite_in(const struct hs_suite *s, uint16_t version)
{
	return version >= s->version_min && version <= s->version_max;
}

#endif
