/*
 * Loading a PEM chain and its private key by libcrypto, with messages that tell the file, what was
 * wrong, and what to do.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "common/ct.h"
#include "common/wr.h"
#include "control/cert/cert_int.h"

#define MAX_CHAIN 65000 /* bytes of all certificates: what hs_out has room for */

/* "what (libcrypto's reason)" and an empty error queue. */
static int
fail(char *err, const char *file, const char *what, const char *advice)
{
	unsigned long e = ERR_peek_last_error();
	const char *reason = e != 0 ? ERR_reason_error_string(e) : NULL;

	snprintf(err, CERT_ERR_LEN, "%s: %s%s%s%s; %s", file, what, reason != NULL ? " (" : "",
		reason != NULL ? reason : "", reason != NULL ? ")" : "", advice);
	ERR_clear_error();
	return -1;
}

static FILE *
open_file(const char *file, const char *kind, char *err)
{
	FILE *f = fopen(file, "re");

	if (f == NULL)
		snprintf(err, CERT_ERR_LEN,
			"%s: cannot read the %s: %s; check the path and that the user of sluice-cp may read it",
			file, kind, strerror(errno));
	return f;
}

/* Refuses to ask for a passphrase on a terminal. */
static int
no_passphrase(char *buf, int size, int rwflag, void *u)
{
	*(int *)u = 1;
	return 0;
}

static int
add_names(struct cert_slot *s, X509 *x, char *err, const char *file)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);
	char common[256];
	int rc = 0;

	for (int i = 0; rc == 0 && i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *n = sk_GENERAL_NAME_value(names, i);

		if (n->type == GEN_DNS)
			rc = cert_add_name(s, (const char *)ASN1_STRING_get0_data(n->d.dNSName),
				ASN1_STRING_length(n->d.dNSName));
	}
	if (names == NULL && X509_NAME_get_text_by_NID(X509_get_subject_name(x), NID_commonName,
				     common, sizeof(common)) > 0)
		/* RFC 6125 6.4.4: only without subjectAltName */
		rc = cert_add_name(s, common, (int)strlen(common));
	GENERAL_NAMES_free(names);
	return rc == 0 ? 0
		       : fail(err, file, "out of memory while reading its names",
				 "free some memory");
}

static int
append_der(struct cert_slot *s, X509 *x)
{
	int n = i2d_X509(x, NULL);
	uint8_t *bigger, *p;
	struct wr w;

	if (n <= 0 || s->c.chain_len + 3 + (size_t)n > MAX_CHAIN)
		return -1;
	bigger = realloc(s->chain, s->c.chain_len + 3 + (size_t)n);
	if (bigger == NULL)
		return -1;
	s->chain = bigger;
	w = wr_init(s->chain + s->c.chain_len, 3 + (size_t)n);
	wr_u24(&w, (uint32_t)n);
	p = wr_room(&w, (size_t)n);
	i2d_X509(x, &p);
	s->c.chain = s->chain;
	s->c.chain_len += 3 + (size_t)n;
	return 0;
}

/* The chain, leaf first. On success *leaf belongs to the caller. */
static int
load_chain(struct cert_slot *s, const char *file, X509 **leaf, char *err)
{
	FILE *f = open_file(file, "certificate chain", err);
	unsigned n = 0;
	int rc = 0;

	*leaf = NULL;
	if (f == NULL)
		return -1;
	for (;;) {
		X509 *x = PEM_read_X509(f, NULL, NULL, NULL);

		if (x == NULL)
			break;
		n++;
		if (append_der(s, x) != 0)
			rc = fail(err, file, "the chain is longer than 65000 bytes",
				"leave out what clients do not need");
		if (rc == 0 && n == 1) {
			*leaf = x;
			rc = add_names(s, x, err, file);
		} else {
			X509_free(x);
		}
		if (rc != 0)
			goto out;
	}
	if (ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE && n != 0)
		ERR_clear_error(); /* the end of the file */
	else if (n == 0)
		rc = fail(err, file, "no PEM certificate in it",
			"give a file with -----BEGIN CERTIFICATE-----, the server's certificate first");
	else
		rc = fail(err, file, "a certificate in it is damaged",
			"copy the chain again from its issuer");
out:
	fclose(f);
	if (rc != 0) {
		X509_free(*leaf);
		*leaf = NULL;
	}
	return rc;
}

static int
load_key(struct cert_slot *s, const char *file, char *err)
{
	FILE *f = open_file(file, "private key", err);
	char buf[4096]; /* the stream's: it holds the key's text */
	int asked = 0, bits;

	if (f == NULL)
		return -1;
	setvbuf(f, buf, _IOFBF, sizeof(buf));
	s->c.key = PEM_read_PrivateKey(f, NULL, no_passphrase, &asked);
	fclose(f);
	ct_wipe(buf, sizeof(buf));
	if (s->c.key == NULL && asked)
		return fail(err, file, "the private key is encrypted",
			"store it without a passphrase, readable by sluice-cp only");
	if (s->c.key == NULL)
		return fail(err, file, "no usable PEM private key in it",
			"give a file with -----BEGIN PRIVATE KEY-----");
	if (EVP_PKEY_get_base_id(s->c.key) != EVP_PKEY_RSA)
		return fail(err, file, "not an RSA key",
			"the suites of this profile need an RSA key of 2048 to 4096 bits");
	bits = EVP_PKEY_get_bits(s->c.key);
	if (bits < 2048 || bits > 4096 || bits % 8 != 0) {
		char what[64];

		snprintf(what, sizeof(what), "an RSA key of %d bits", bits);
		return fail(err, file, what, "use one of 2048 to 4096 bits");
	}
	s->c.key_bytes = (uint16_t)EVP_PKEY_get_size(s->c.key);
	return 0;
}

int
cert_load(struct cert_slot *s, const char *chain_file, const char *key_file, char err[CERT_ERR_LEN])
{
	X509 *leaf = NULL;
	int rc;

	ERR_clear_error();
	s->c.chain_file = s->chain_file = strdup(chain_file);
	s->c.key_file = s->key_file = strdup(key_file);
	if (s->chain_file == NULL || s->key_file == NULL)
		return fail(err, chain_file, "out of memory", "free some memory");
	rc = load_chain(s, chain_file, &leaf, err);
	if (rc == 0)
		rc = load_key(s, key_file, err);
	if (rc == 0 && X509_check_private_key(leaf, s->c.key) != 1) {
		ERR_clear_error();
		snprintf(err, CERT_ERR_LEN,
			"%s: this key does not belong to the certificate in %s; give the key that the certificate "
			"was requested with",
			key_file, chain_file);
		rc = -1;
	}
	X509_free(leaf);
	return rc;
}
