/*
 * Loading of a trust: the CA file and the rules. Its store with the CRLs is trust_set.c's,
 * verification is verify.c's.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "common/wr.h"
#include "control/cert/trust_int.h"

#define MAX_CAS 1000
#define MAX_ODD 3 /* CAs noted by name */

int
trust_fail(char *err, const char *file, const char *what, const char *advice)
{
	snprintf(err, CERT_ERR_LEN, "%s: %s; %s", file, what, advice);
	ERR_clear_error();
	return -1;
}

static void __attribute__((format(printf, 2, 3)))
note(struct trust *t, const char *fmt, ...)
{
	size_t at = strlen(t->notes);
	va_list ap;

	if (at + 2 >= sizeof(t->notes))
		return;
	if (at != 0)
		t->notes[at++] = '\n';
	va_start(ap, fmt);
	vsnprintf(t->notes + at, sizeof(t->notes) - at, fmt, ap);
	va_end(ap);
}

int64_t
trust_time(const ASN1_TIME *t)
{
	struct tm tm;

	if (t == NULL || ASN1_TIME_to_tm(t, &tm) != 1)
		return INT64_MAX;
	return (int64_t)timegm(&tm);
}

void
trust_conf_init(struct trust_conf *conf)
{
	*conf = (struct trust_conf){
		.depth = 4, .security_level = 1, .min_rsa_bits = 2048, .ocsp_timeout_ms = 3000
	};
}

/* ---- the CA file ---- */

/* Notes what is odd; by name for the first few. */
static void
look_cas(struct trust *t)
{
	const time_t now = time(NULL);
	unsigned odd = 0;

	for (int i = 0; i < sk_X509_num(t->cas); i++) {
		X509 *x = sk_X509_value(t->cas, i);
		bool no_ca = X509_check_ca(x) == 0;
		bool expired = X509_cmp_time(X509_get0_notAfter(x), (time_t *)&now) < 0;
		char name[128];

		if ((!no_ca && !expired) || ++odd > MAX_ODD)
			continue;
		X509_NAME_oneline(X509_get_subject_name(x), name, sizeof(name));
		note(t, "%s: %s %s", t->conf.ca_file, name,
			no_ca ? "is not the certificate of a CA" : "has expired");
	}
	if (odd > MAX_ODD)
		note(t, "%s: %u more like this", t->conf.ca_file, odd - MAX_ODD);
}

static int
load_cas(struct trust *t, char *err)
{
	const char *file = t->conf.ca_file;
	FILE *f = fopen(file, "re");
	X509 *x;

	if (f == NULL) {
		snprintf(err, CERT_ERR_LEN,
			"%s: cannot read the CA certificates: %s; check the path and that the user of "
			"sluice-cp may read it",
			file, strerror(errno));
		return -1;
	}
	ERR_clear_error();
	while ((x = PEM_read_X509(f, NULL, NULL, NULL)) != NULL) {
		if (sk_X509_num(t->cas) == MAX_CAS || sk_X509_push(t->cas, x) <= 0) {
			X509_free(x);
			fclose(f);
			return trust_fail(err, file, "more than 1000 CA certificates",
				"leave only those in it whose certificates are to be taken");
		}
	}
	fclose(f);
	if (sk_X509_num(t->cas) == 0)
		return trust_fail(err, file, "no PEM certificate in it",
			"give a file with the -----BEGIN CERTIFICATE----- of each CA");
	if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
		return trust_fail(err, file, "a certificate in it is damaged",
			"copy it again from its issuer");
	ERR_clear_error();
	look_cas(t);
	return 0;
}

/* The names for CertificateRequest; one that is there already is left out. */
static int
make_ca_names(struct trust *t)
{
	struct wr w;
	size_t mark;

	t->ca_names = malloc(TRUST_MAX_CA_NAMES);
	if (t->ca_names == NULL)
		return -1;
	w = wr_init(t->ca_names, TRUST_MAX_CA_NAMES);
	mark = wr_open(&w, 2);
	for (int i = 0; i < sk_X509_num(t->cas); i++) {
		const X509_NAME *name = X509_get_subject_name(sk_X509_value(t->cas, i));
		const uint8_t *der;
		size_t n;
		bool known = false;

		for (int k = 0; !known && k < i; k++)
			known = X509_NAME_cmp(name,
					X509_get_subject_name(sk_X509_value(t->cas, k))) == 0;
		if (known || X509_NAME_get0_der(name, &der, &n) != 1 || n > UINT16_MAX)
			continue;
		wr_u16(&w, (uint16_t)n);
		wr_bytes(&w, der, n);
	}
	wr_close(&w, mark, 2);
	if (!wr_ok(&w)) {
		note(t, "%s: the names of the CAs are too long for a CertificateRequest: none is named",
			t->conf.ca_file);
		w = wr_init(t->ca_names, TRUST_MAX_CA_NAMES);
		wr_u16(&w, 0);
	}
	t->ca_names_len = wr_len(&w);
	return 0;
}

/* ---- the whole ---- */

static char *
put(char **at, const char *text)
{
	char *p = *at;
	size_t n;

	if (text == NULL)
		return NULL;
	n = strlen(text) + 1;
	memcpy(p, text, n);
	*at += n;
	return p;
}

/* conf's strings in one block of our own. */
static int
copy_conf(struct trust *t, const struct trust_conf *c)
{
	size_t n = strlen(c->ca_file) + 1 + (c->ocsp_url != NULL ? strlen(c->ocsp_url) + 1 : 0);
	char *at;

	for (unsigned i = 0; i < c->crl_file_count; i++)
		n += strlen(c->crl_files[i]) + 1;
	for (unsigned i = 0; i < c->allow_count; i++)
		n += strlen(c->allow[i]) + 1;
	t->conf = *c;
	t->strings = at = malloc(n);
	t->lists = calloc(c->crl_file_count + c->allow_count + 1, sizeof(*t->lists));
	if (t->strings == NULL || t->lists == NULL)
		return -1;
	t->conf.ca_file = put(&at, c->ca_file);
	t->conf.ocsp_url = put(&at, c->ocsp_url);
	for (unsigned i = 0; i < c->crl_file_count; i++)
		t->lists[i] = put(&at, c->crl_files[i]);
	for (unsigned i = 0; i < c->allow_count; i++)
		t->lists[c->crl_file_count + i] = put(&at, c->allow[i]);
	t->conf.crl_files = t->lists;
	t->conf.allow = t->lists + c->crl_file_count;
	return 0;
}

static int
check_conf(const struct trust_conf *c, char *err)
{
	if (c->crl_file_count > TRUST_MAX_CRL_FILES || c->allow_count > TRUST_MAX_RULES)
		return trust_fail(err, c->ca_file, "too many CRL files or rules",
			"at most 32 CRL files and 256 rules");
	if (c->min_rsa_bits < 1024 || c->min_rsa_bits > TRUST_MAX_RSA_BITS || c->security_level > 5)
		return trust_fail(err, c->ca_file, "a minimum of RSA bits or a security level out of range",
			"RSA bits are 1024 to 8192, the level is 0 to 5");
	if (c->crl_check != TRUST_CRL_OFF && c->crl_hard && c->crl_file_count == 0)
		return trust_fail(err, c->ca_file, "CRLs are required and no CRL file is given",
			"give the CRL file of each CA, or do not require them");
	for (unsigned i = 0; i < c->allow_count; i++)
		if (!allow_valid(c->allow[i])) {
			snprintf(err, CERT_ERR_LEN,
				"%s: not a rule for a certificate; write DNS:, email:, URI:, IP:, subject: or "
				"CN= and what is allowed",
				c->allow[i]);
			return -1;
		}
	return 0;
}

int
trust_load(const struct trust_conf *conf, struct trust **trust, char err[CERT_ERR_LEN])
{
	struct trust *t;

	*trust = NULL;
	if (check_conf(conf, err) != 0)
		return -1;
	t = calloc(1, sizeof(*t));
	if (t == NULL)
		return trust_fail(err, conf->ca_file, "out of memory", "free some memory");
	t->refs = 1;
	t->cas = sk_X509_new_null();
	if (t->cas == NULL || copy_conf(t, conf) != 0)
		trust_fail(err, conf->ca_file, "out of memory", "free some memory");
	else if (load_cas(t, err) == 0 && make_ca_names(t) == 0)
		t->set = trust_set_build(t, err);
	if (t->set == NULL) {
		trust_unref(t);
		return -1;
	}
	if (conf->crl_check != TRUST_CRL_OFF && t->set->crl_until < (int64_t)time(NULL))
		note(t, "%s: a CRL is older than it should be (nextUpdate has passed)",
			t->conf.ca_file);
	*trust = t;
	return 0;
}

struct trust *
trust_ref(struct trust *t)
{
	t->refs++;
	return t;
}

void
trust_unref(struct trust *t)
{
	if (t == NULL || --t->refs != 0)
		return;
	trust_set_unref(t->set);
	sk_X509_pop_free(t->cas, X509_free);
	free(t->ca_names);
	free(t->strings);
	free(t->lists);
	free(t);
}

const char *
trust_notes(const struct trust *t)
{
	return t->notes;
}

const uint8_t *
trust_ca_names(const struct trust *t, size_t *len)
{
	*len = t->ca_names_len;
	return t->ca_names;
}

const struct trust_conf *
trust_conf(const struct trust *t)
{
	return &t->conf;
}

const uint8_t *
trust_id(const struct trust *t)
{
	return t->set->id;
}
