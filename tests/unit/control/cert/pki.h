/*
 * Certification authorities for tests: keys, certificates, CRLs and OCSP responses by libcrypto,
 * with whatever is wrong in them that a test asks for. A mistake in their use ends the program.
 */
#ifndef SLUICE_TESTS_PKI_H
#define SLUICE_TESTS_PKI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/ocsp.h>
#include <openssl/x509.h>

#define PKI_NOW 1700000000 /* the tests' present, 2023-11-14 */
#define PKI_DAY 86400

struct pki_cert {
	X509 *x;
	EVP_PKEY *key;
};

struct pki_spec { /* zeros: a P-256 end entity, SHA-256, valid from a day before `now` to a year after */
	const char *cn;
	const char *org;
	const char *san; /* as in openssl.cnf: "DNS:a,IP:1.2.3.4" */
	const char *key; /* "rsa:2048", "pss:2048", "pss:2048:SHA256", "ec:P-256", "ed25519", "dsa" */
	EVP_PKEY *use_key; /* instead of a fresh one */
	const char *md; /* "SHA256", "SHA1", "MD5" */
	bool pss; /* signed by RSASSA-PSS */
	bool ca;
	const char *basic; /* instead of CA:TRUE or CA:FALSE */
	const char *usage, *eku, *aia; /* keyUsage, extendedKeyUsage; URL of the OCSP responder */
	long serial;
	int64_t now, from, to; /* from and to: seconds relative to now */
};

/* issuer NULL: self-signed. */
struct pki_cert pki_make(const struct pki_spec *spec, const struct pki_cert *issuer);
void pki_free(struct pki_cert *c);
EVP_PKEY *pki_key(const char *kind);

/* A CRL that revokes `count` serial numbers; times are absolute. signer NULL: the issuer. */
X509_CRL *pki_crl(const struct pki_cert *issuer, int64_t this_update, int64_t next_update,
	const long *serials, unsigned count);

struct pki_ocsp { /* one response */
	const struct pki_cert *of, *issuer; /* CertID */
	const struct pki_cert *signer; /* NULL: the issuer */
	bool with_signer; /* its certificate goes along */
	int status; /* V_OCSP_CERTSTATUS_* */
	int64_t this_update, next_update; /* next 0: none */
	const EVP_MD *id_md; /* NULL: SHA-1 */
	int response_status; /* OCSP_RESPONSE_STATUS_*; others than successful carry nothing */
};
/* DER into a buffer that the caller frees. */
uint8_t *pki_ocsp_response(const struct pki_ocsp *o, size_t *len);

/* A list of certificates as the Certificate message has it; the caller frees. Ends with NULL. */
uint8_t *pki_list(size_t *len, const struct pki_cert *c, ...);
/* PEM files. The list ends with NULL. */
void pki_write_certs(const char *file, const struct pki_cert *c, ...);
void pki_write_key(const char *file, const EVP_PKEY *key, unsigned mode);
void pki_write_crl(const char *file, X509_CRL *crl);
void pki_write(const char *file, const void *p, size_t n);
/* A fresh directory under /tmp, and its removal with all files in it. */
void pki_tmp(char dir[64]);
void pki_tmp_remove(const char *dir);
/* dir/name in one of a few buffers that take turns. */
const char *pki_path(const char *dir, const char *name);

#endif
