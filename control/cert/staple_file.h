/*
 * What an OCSP response for one of our certificates is about, and the response from a file. Any
 * thread.
 */
#ifndef SLUICE_CONTROL_STAPLE_FILE_H
#define SLUICE_CONTROL_STAPLE_FILE_H

#include "control/cert/cert.h"
#include "control/cert/ocsp.h"
#include "control/cert/trust_int.h"

/*
 * The leaf and its issuer: from the chain, or from issuer_file (may be NULL). 0, or -1 with a
 * sentence in err; the caller frees both.
 */
int staple_subject(const struct cert *cert, const char *issuer_file, X509 **leaf, X509 **issuer,
	char err[CERT_ERR_LEN]);
/*
 * Reads a file of at most OCSP_MAX_RESPONSE. 1: read, *der is the caller's; 0: *stamp says that it
 * is the one read before; -1: cannot be read, a phrase in err.
 */
int staple_read(const char *file, struct trust_stamp *stamp, uint8_t **der, size_t *len,
	char err[CERT_ERR_LEN]);

#endif
