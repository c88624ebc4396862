/* Certificates and files behind a staple; see staple_file.h. */
#include "control/cert/staple_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "common/rd.h"

static X509 *
next_of_chain(struct rd *chain)
{
	struct rd der = rd_vec24(chain);
	const uint8_t *p = der.p;

	return rd_ok(chain) ? d2i_X509(NULL, &p, (long)rd_left(&der)) : NULL;
}

static X509 *
issuer_from_file(const char *file, X509 *leaf)
{
	FILE *f = fopen(file, "re");
	X509 *x = NULL;

	while (f != NULL && (x = PEM_read_X509(f, NULL, NULL, NULL)) != NULL &&
		X509_check_issued(x, leaf) != X509_V_OK) {
		X509_free(x);
		x = NULL;
	}
	if (f != NULL)
		fclose(f);
	return x;
}

int
staple_subject(const struct cert *cert, const char *issuer_file, X509 **leaf, X509 **issuer,
	char err[CERT_ERR_LEN])
{
	struct rd chain = rd_init(cert->chain, cert->chain_len);

	*leaf = next_of_chain(&chain);
	*issuer = NULL;
	if (*leaf != NULL && issuer_file != NULL)
		*issuer = issuer_from_file(issuer_file, *leaf);
	else if (*leaf != NULL && rd_left(&chain) != 0)
		*issuer = next_of_chain(&chain);
	ERR_clear_error();
	if (*issuer != NULL && X509_check_issued(*issuer, *leaf) == X509_V_OK)
		return 0;
	X509_free(*leaf);
	X509_free(*issuer);
	*leaf = *issuer = NULL;
	snprintf(err, CERT_ERR_LEN,
		"%s: the certificate's issuer is not in it; put it second, or name a file with it",
		issuer_file != NULL ? issuer_file : cert->chain_file);
	return -1;
}

int
staple_read(const char *file, struct trust_stamp *stamp, uint8_t **der, size_t *len,
	char err[CERT_ERR_LEN])
{
	struct trust_stamp now = { 0 };
	FILE *f = fopen(file, "re");
	struct stat st;
	int rc = -1;

	*der = NULL;
	if (f == NULL || fstat(fileno(f), &st) != 0) {
		snprintf(err, CERT_ERR_LEN, "cannot read it: %s", strerror(errno));
		goto out;
	}
	now = (struct trust_stamp){ st.st_dev, st.st_ino, st.st_size, st.st_mtim };
	if (trust_same_stamp(&now, stamp)) {
		rc = 0;
		goto out;
	}
	*stamp = now;
	*der = malloc(OCSP_MAX_RESPONSE + 1);
	if (*der == NULL) {
		snprintf(err, CERT_ERR_LEN, "out of memory");
		goto out;
	}
	*len = fread(*der, 1, OCSP_MAX_RESPONSE + 1, f);
	if (ferror(f) || *len == 0 || *len > OCSP_MAX_RESPONSE)
		snprintf(err, CERT_ERR_LEN, "cannot read it: %s",
			ferror(f) ? "an error of the file" : "it is empty or longer than 64 KiB");
	else
		rc = 1;
out:
	if (rc != 1) {
		free(*der);
		*der = NULL;
	}
	if (f != NULL)
		fclose(f);
	return rc;
}
