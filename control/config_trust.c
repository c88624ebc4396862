/* The other side's certificates, as sluice.yaml has it: CAs, CRLs, OCSP, allowed names; and our own certificates. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "control/cert/trust.h"
#include "control/config_int.h"

#define WEAK_MIN_RSA 1024

static void
ocsp(struct config_diag *d, const char *base, const struct raw_ocsp *r, struct trust_conf *conf)
{
	static const char *const modes[] = { "off", "soft", "hard", NULL };

	if (r == NULL)
		return;
	conf->ocsp = (uint8_t)config_choice(d, base, "ocsp.mode", r->mode, modes, TRUST_OCSP_OFF);
	conf->ocsp_url = r->responder;
	conf->ocsp_timeout_ms = config_number(
		d, base, "ocsp.timeout_ms", r->timeout_ms, conf->ocsp_timeout_ms, 100, 60000);
	if (r->responder != NULL && strncasecmp(r->responder, "http://", 7) != 0)
		config_error_at(d, base, "ocsp.responder",
			"expected an http:// URL (responses are signed), got %s", r->responder);
}

static void
crls(struct config_diag *d, const char *base, const struct raw_trust *r, struct trust_conf *conf)
{
	static const char *const checks[] = { "off", "leaf", "all", NULL },
		*const missing[] = { "refuse", "allow", NULL };

	conf->crl_files = (const char *const *)r->crl;
	conf->crl_file_count = r->crl_count;
	conf->crl_check = (uint8_t)config_choice(d, base, "crl_check", r->crl_check, checks,
		r->crl_count != 0 ? TRUST_CRL_LEAF : TRUST_CRL_OFF);
	conf->crl_hard = config_choice(d, base, "crl_missing", r->crl_missing, missing, 0) == 0;
	if (r->crl_check != NULL && conf->crl_check != TRUST_CRL_OFF && r->crl_count == 0)
		config_error_at(d, base, "crl_check", "expected crl, the files to check by, beside it, got %s alone",
			r->crl_check);
}

struct trust *
config_trust(struct config_diag *d, const char *base, const struct raw_trust *r, uint8_t purpose,
	bool weak)
{
	struct trust *trust = NULL;
	struct trust_conf conf;
	unsigned errors = d->errors;
	char err[CERT_ERR_LEN];

	trust_conf_init(&conf);
	conf.purpose = purpose;
	conf.ca_file = r->ca;
	conf.depth = (uint8_t)config_number(d, base, "depth", r->depth, conf.depth, 0, 16);
	if (weak) {
		conf.security_level = 0;
		conf.min_rsa_bits = WEAK_MIN_RSA;
	}
	conf.min_rsa_bits = (uint16_t)config_number(
		d, base, "min_rsa_bits", r->min_rsa_bits, conf.min_rsa_bits, WEAK_MIN_RSA, 8192);
	conf.partial_chain = config_boolean(d, base, "partial_chain", r->partial_chain, false);
	conf.allow = (const char *const *)r->allow;
	conf.allow_count = r->allow_count;
	crls(d, base, r, &conf);
	ocsp(d, base, r->ocsp, &conf);
	if (d->errors != errors)
		return NULL;
	if (trust_load(&conf, &trust, err) != 0) {
		config_error_at(d, base, "ca", "%s", err);
		return NULL;
	}
	if (trust_notes(trust)[0] != '\0')
		config_note_at(d, base, "ca", "%s", trust_notes(trust));
	return trust;
}

static void
check_staple(struct config_diag *d, const char *path, const struct raw_staple *s, struct cert *cert)
{
	struct staple_conf conf = { .file = s->file, .url = s->responder, .issuer_file = s->issuer };
	bool asks = config_boolean(d, path, "staple.ocsp", s->ocsp, false);

	if (asks == (s->file != NULL))
		config_error_at(d, path, "staple", "expected file, or ocsp: true, got %s",
			asks ? "both" : "neither");
	if (s->responder != NULL && !asks)
		config_error_at(d, path, "staple.responder", "expected ocsp: true beside it, got it without");
	else if (s->responder != NULL && strncasecmp(s->responder, "http://", 7) != 0)
		config_error_at(d, path, "staple.responder",
			"expected an http:// URL (responses are signed), got %s", s->responder);
	conf.fetch = asks;
	conf.timeout_ms = config_number(d, path, "staple.timeout_ms", s->timeout_ms, 10000, 100, 60000);
	if (cert_want_staple(cert, &conf) != 0)
		config_error(d, path, "out of memory");
}

bool
config_certificate(struct config *c, struct config_diag *d, const char *path,
	const struct raw_cert *r, struct cert_store *store)
{
	struct cert *cert = NULL, *next;
	char err[CERT_ERR_LEN];

	if (cert_store_add(store, r->chain, r->key, err) != 0) {
		config_error(d, path, "%s", err);
		return false;
	}
	for (unsigned i = 0; (next = cert_store_at(store, i)) != NULL; i++)
		cert = next;
	if (cert == NULL)
		return false;
	c->all_certs[c->cert_count++] = cert;
	if (cert->notes[0] != '\0')
		config_note(d, path, "%s", cert->notes);
	if (r->staple != NULL)
		check_staple(d, path, r->staple, cert);
	return true;
}
