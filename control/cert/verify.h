/*
 * Judging the other side's chain: path, validity, purpose, names, CRLs, stapled OCSP response.
 *
 * peer_verify() does it in place and knows no network. A `struct verifier` (verifier.h) does it on
 * the thread pool, keeps results for a while and asks OCSP responders.
 */
#ifndef SLUICE_CONTROL_VERIFY_H
#define SLUICE_CONTROL_VERIFY_H

#include "control/cert/peer.h"
#include "control/cert/trust.h"

#define VERIFY_MAX_CERTS 10

struct verify_req {
	struct trust *trust; /* whose purpose says which role the other side has; see verify_start() for NULL */
	/* TRUST_SERVERS: the host name or address that must be in the certificate; NULL or "": any */
	const char *name;
	const uint8_t *chain; /* 24-bit length and DER each, leaf first: a Certificate message's list */
	size_t chain_len;
	const uint8_t *staple; /* the OCSP response for the leaf that came along; NULL: none */
	size_t staple_len;
	int64_t now_s; /* seconds since 1970 */
};

/*
 * The verdict is in the peer: 0 bytes of chain are TLS_E_BAD_CERTIFICATE like any other that cannot
 * be read. A staple that is malformed, or signed by someone else, or about another certificate, is
 * TLS_E_BAD_CERTIFICATE_STATUS; one that is out of date or says nothing counts as none, and is
 * refused when OCSP is TRUST_OCSP_HARD. That OCSP is HARD and nothing came along is not judged
 * here but by the verifier, which can ask. NULL when memory is out. Any thread, as long as the
 * trust stays.
 */
struct peer *peer_verify(const struct trust *trust, const struct verify_req *req);
/*
 * For those who verify nobody: what the leaf says of itself. TLS_E_OK when the list and its key can
 * be read; trust and name of req do not count. NULL when memory is out. Any thread.
 */
struct peer *peer_unjudged(const struct verify_req *req);

#endif
