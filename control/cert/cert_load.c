/*
 * Loading a PEM chain and its private key by libcrypto, with messages that tell the file, what was
 * wrong, and what to do. What is odd but not wrong becomes a note.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
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

/* A line for the notes; what does not fit is cut. */
static void __attribute__((format(printf, 2, 3)))
note(struct cert_slot *s, const char *fmt, ...)
{
	size_t at = strlen(s->notes);
	va_list ap;

	if (at + 2 >= sizeof(s->notes))
		return;
	if (at != 0)
		s->notes[at++] = '\n';
	va_start(ap, fmt);
	vsnprintf(s->notes + at, sizeof(s->notes) - at, fmt, ap);
	va_end(ap);
}

uint8_t
cert_key_type(const EVP_PKEY *key)
{
	char group[32];

	switch (EVP_PKEY_get_base_id(key)) {
	case EVP_PKEY_RSA: return CERT_RSA;
	case EVP_PKEY_RSA_PSS: return CERT_RSA_PSS;
	case EVP_PKEY_ED25519: return CERT_ED25519;
	case EVP_PKEY_EC:
		if (EVP_PKEY_get_group_name(key, group, sizeof(group), NULL) != 1)
			return 0;
		if (strcmp(group, SN_X9_62_prime256v1) == 0)
			return CERT_P256;
		return strcmp(group, SN_secp384r1) == 0 ? CERT_P384 : 0;
	default: return 0;
	}
}

/* Code point of the scheme that signed x (RFC 8446 4.2.3), or 0. */
static uint16_t
sig_scheme(const X509 *x)
{
	static const struct {
		int md, key;
		uint16_t scheme;
	} schemes[] = {
		{ NID_md5, NID_rsaEncryption, 0xff03 }, /* without a code point; pka_op.h */
		{ NID_sha1, NID_rsaEncryption, 0x0201 },
		{ NID_sha256, NID_rsaEncryption, 0x0401 },
		{ NID_sha384, NID_rsaEncryption, 0x0501 },
		{ NID_sha512, NID_rsaEncryption, 0x0601 },
		{ NID_sha256, NID_rsassaPss, 0x0804 },
		{ NID_sha384, NID_rsassaPss, 0x0805 },
		{ NID_sha512, NID_rsassaPss, 0x0806 },
		{ NID_sha1, NID_X9_62_id_ecPublicKey, 0x0203 },
		{ NID_sha256, NID_X9_62_id_ecPublicKey, 0x0403 },
		{ NID_sha384, NID_X9_62_id_ecPublicKey, 0x0503 },
		{ NID_sha512, NID_X9_62_id_ecPublicKey, 0x0603 },
		{ NID_undef, NID_ED25519, 0x0807 },
	};
	int md, key;

	if (X509_get_signature_info((X509 *)x, &md, &key, NULL, NULL) != 1)
		return 0;
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (schemes[i].md == md && schemes[i].key == key)
			return schemes[i].scheme;
	return 0;
}

static bool
is_self_signed(X509 *x)
{
	return (X509_get_extension_flags(x) & EXFLAG_SS) != 0;
}

static bool
is_weak(const X509 *x)
{
	int md;

	return X509_get_signature_info((X509 *)x, &md, NULL, NULL, NULL) == 1 &&
		(md == NID_md5 || md == NID_sha1);
}

static void
look_validity(struct cert_slot *s, const X509 *x, int n, time_t now)
{
	if (X509_cmp_time(X509_get0_notAfter(x), &now) < 0)
		note(s, "%s: certificate %d has expired; renew it", s->chain_file, n);
	else if (X509_cmp_time(X509_get0_notBefore(x), &now) > 0)
		note(s, "%s: certificate %d is not valid yet; check the clock", s->chain_file,
			n);
}

/* Signature schemes, order and validity of the chain as read, leaf first. */
static void
look_chain(struct cert_slot *s, const STACK_OF(X509) *chain, int64_t now)
{
	for (int i = 0; i < sk_X509_num(chain); i++) {
		X509 *x = sk_X509_value(chain, i);

		look_validity(s, x, i + 1, (time_t)now);
		/* RFC 5246 7.4.2: each certifies the one before */
		if (i != 0 && X509_check_issued(x, sk_X509_value(chain, i - 1)) != X509_V_OK)
			note(s,
				"%s: certificate %d is not the issuer of certificate %d, clients may "
				"refuse the chain; give the server's certificate first, then its issuer, "
				"then that one's",
				s->chain_file, i + 1, i);
		if (is_self_signed(x)) {
			s->c.leaf_self_signed |= i == 0;
			continue;
		}
		s->c.weak_sig |= is_weak(x);
		if (s->c.sig_count < CERT_MAX_SIGS)
			s->c.sigs[s->c.sig_count++] = sig_scheme(x);
	}
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

/* The chain, leaf first, to the end of the file. */
static int
load_chain(struct cert_slot *s, const char *file, STACK_OF(X509) * chain, char *err)
{
	FILE *f = open_file(file, "certificate chain", err);
	int rc = 0;

	if (f == NULL)
		return -1;
	for (;;) {
		X509 *x = PEM_read_X509(f, NULL, NULL, NULL);

		if (x == NULL)
			break;
		if (sk_X509_push(chain, x) <= 0) {
			X509_free(x);
			rc = fail(err, file, "out of memory", "free some memory");
		} else if (sk_X509_num(chain) > CERT_MAX_SIGS || append_der(s, x) != 0) {
			rc = fail(err, file, "the chain is longer than 10 certificates or 65000 bytes",
				"leave out what clients do not need");
		} else if (sk_X509_num(chain) == 1) {
			rc = add_names(s, x, err, file);
		}
		if (rc != 0)
			goto out;
	}
	if (sk_X509_num(chain) == 0)
		rc = fail(err, file, "no PEM certificate in it",
			"give a file with -----BEGIN CERTIFICATE-----, the server's certificate first");
	else if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
		rc = fail(err, file, "a certificate in it is damaged",
			"copy the chain again from its issuer");
out:
	ERR_clear_error(); /* also the end of the file */
	fclose(f);
	return rc;
}

/* A key that any user may read, or that others may replace. */
static void
look_mode(struct cert_slot *s, FILE *f, const char *file)
{
	struct stat st;

	if (fstat(fileno(f), &st) == 0 && S_ISREG(st.st_mode) &&
		(st.st_mode & (S_IRWXO | S_IWGRP)) != 0)
		note(s,
			"%s: the private key's file mode is %04o: others may read or change it; make it "
			"0600 or 0640",
			file, (unsigned)st.st_mode & 07777);
}

static int
check_key(struct cert_slot *s, const char *file, char *err)
{
	int bits = EVP_PKEY_get_bits(s->c.key), md;
	char what[64];

	s->c.key_type = cert_key_type(s->c.key);
	if (s->c.key_type == 0)
		return fail(err, file, "not a key that TLS can use here",
			"use an RSA key of 2048 to 4096 bits, ECDSA on P-256 or P-384, or Ed25519");
	if (s->c.key_type != CERT_RSA && s->c.key_type != CERT_RSA_PSS)
		return 0;
	if (bits < 2048 || bits > 4096 || bits % 8 != 0) {
		snprintf(what, sizeof(what), "an RSA key of %d bits", bits);
		return fail(err, file, what, "use one of 2048 to 4096 bits");
	}
	s->c.key_bytes = (uint16_t)EVP_PKEY_get_size(s->c.key);
	/* 2: mandatory, by RSASSA-PSS-params in the key (RFC 4055 3.1) */
	if (s->c.key_type == CERT_RSA_PSS && EVP_PKEY_get_default_digest_nid(s->c.key, &md) == 2) {
		s->c.only_scheme = md == NID_sha256 ? 0x0809
				 : md == NID_sha384 ? 0x080a
				 : md == NID_sha512 ? 0x080b
						    : 0;
		if (s->c.only_scheme == 0)
			return fail(err, file, "an RSASSA-PSS key for a digest that TLS does not use",
				"make one for SHA-256, SHA-384 or SHA-512, or for any digest");
	}
	return 0;
}

static int
load_key(struct cert_slot *s, const char *file, char *err)
{
	FILE *f = open_file(file, "private key", err);
	char buf[4096]; /* the stream's: it holds the key's text */
	int asked = 0;

	if (f == NULL)
		return -1;
	look_mode(s, f, file);
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
	return check_key(s, file, err);
}

/* The key is that of the chain's first certificate. */
static int
check_pair(const struct cert_slot *s, const STACK_OF(X509) *chain, char *err)
{
	if (X509_check_private_key(sk_X509_value(chain, 0), s->c.key) == 1)
		return 0;
	ERR_clear_error();
	for (int i = 1; i < sk_X509_num(chain); i++) {
		if (X509_check_private_key(sk_X509_value(chain, i), s->c.key) == 1) {
			snprintf(err, CERT_ERR_LEN,
				"%s: the server's certificate is number %d of the chain; put it first, "
				"then its issuer, then that one's",
				s->chain_file, i + 1);
			return -1;
		}
		ERR_clear_error();
	}
	snprintf(err, CERT_ERR_LEN,
		"%s: this key does not belong to the certificate in %s; give the key that the certificate "
		"was requested with",
		s->key_file, s->chain_file);
	return -1;
}

int
cert_load(struct cert_slot *s, const char *chain_file, const char *key_file, char err[CERT_ERR_LEN])
{
	STACK_OF(X509) *chain = sk_X509_new_null();
	unsigned n;
	int rc;

	ERR_clear_error();
	s->c.notes = s->notes;
	s->c.chain_file = s->chain_file = strdup(chain_file);
	s->c.key_file = s->key_file = strdup(key_file);
	if (s->chain_file == NULL || s->key_file == NULL || chain == NULL)
		rc = fail(err, chain_file, "out of memory", "free some memory");
	else
		rc = load_chain(s, chain_file, chain, err);
	if (rc == 0)
		rc = load_key(s, key_file, err);
	if (rc == 0)
		rc = check_pair(s, chain, err);
	if (rc == 0) {
		look_chain(s, chain, time(NULL));
		X509_digest(sk_X509_value(chain, 0), EVP_sha256(), s->c.fingerprint, &n);
	}
	sk_X509_pop_free(chain, X509_free);
	return rc;
}
