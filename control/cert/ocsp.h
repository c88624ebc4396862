/*
 * OCSP (RFC 6960) by libcrypto: requests, and the judgement of responses. No I/O, any thread.
 */
#ifndef SLUICE_CONTROL_OCSP_H
#define SLUICE_CONTROL_OCSP_H

#include <stddef.h>
#include <stdint.h>

#include <openssl/x509.h>

#define OCSP_MAX_RESPONSE (64 * 1024)
#define OCSP_MAX_URL 1024
#define OCSP_SKEW_S 300 /* how far clocks may be apart */
#define OCSP_NO_NEXT_S 3600 /* how long a response without nextUpdate is good for */

enum ocsp_state {
	OCSP_S_GOOD,
	OCSP_S_REVOKED,
	OCSP_S_UNKNOWN, /* the responder does not know the certificate */
	OCSP_S_STALE, /* nextUpdate has passed, or thisUpdate is to come */
	OCSP_S_LATER, /* the responder gives no answer: tryLater, internalError, … */
	OCSP_S_BAD, /* malformed, wrong signature or signer, about another certificate */
};

struct ocsp_result {
	enum ocsp_state state;
	int64_t this_update, next_update; /* of GOOD, REVOKED, UNKNOWN and STALE */
	char reason[128]; /* one phrase */
};

/*
 * Judges a response about cert. Its signer is the issuer, or has a certificate from the issuer with
 * extendedKeyUsage OCSPSigning (RFC 6960 4.2.2.2). Only der[0..len) is read.
 */
void ocsp_check(const uint8_t *der, size_t len, X509 *cert, X509 *issuer, int64_t now_s,
	struct ocsp_result *result);
/*
 * The request for one certificate, without a nonce (RFC 5019 2.1.1). NULL when memory is out;
 * else DER to be freed by free(). id: what the answer may be kept under.
 */
uint8_t *ocsp_request(X509 *cert, X509 *issuer, size_t *len, uint8_t id[32]);
/*
 * The first http:// responder that the certificate names; false: none, or longer than
 * OCSP_MAX_URL - 1.
 */
int ocsp_url(X509 *cert, char url[OCSP_MAX_URL]);
const char *ocsp_state_name(enum ocsp_state state);

#endif
