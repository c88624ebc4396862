/*
 * Certificates of the other side: verified once, then shared by reference. A `struct peer` is
 * immutable but for its count; everything runs on the loop's thread, the EVP_PKEY may be used by
 * pool threads while a reference is held.
 */
#ifndef SLUICE_CONTROL_PEER_H
#define SLUICE_CONTROL_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/evp.h>

#include "common/tls.h"

#define PEER_MAX_CHAIN (64 * 1024) /* bytes of a Certificate message's list */

struct peer {
	unsigned refs;
	enum tls_err verdict; /* TLS_E_OK, or what is wrong with the chain, name or status */
	char reason[160]; /* one phrase for the log; "" when verified */
	EVP_PKEY *key; /* NULL when the leaf could not be parsed */
	uint8_t fingerprint[32]; /* SHA-256 of the leaf's DER */
	char *subject; /* RFC 2253, UTF-8 */
	char *common_name; /* "" when there is none */
	/*
	 * "DNS:a,DNS:b,IP:…,email:…,URI:…"; "" when there are none. Within a name whatever is not
	 * printable ASCII, commas and backslashes are "\xx" in hexadecimal.
	 */
	char *alt_names;
	char *key_text, *sig_text; /* "RSA2048", "EC256"; "RSA-SHA256": for PROXY protocol TLVs */
	uint8_t *der; /* the leaf */
	size_t der_len;
	/* seconds since 1970: the verdict holds until then, by certificates, CRLs and OCSP response */
	int64_t valid_until;
	long x509_error; /* X509_V_ERR_*, 0: verified; X509_V_ERR_* of what was overlooked under soft-fail */
};

struct peer *peer_ref(struct peer *p);
/* p may be NULL. */
void peer_unref(struct peer *p);

#endif
