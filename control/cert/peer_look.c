/* What a certificate of the other side says of itself, as text and digest; see peer.h. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "control/cert/peer_int.h"

/* What BIO holds as a string of our own; frees the BIO. */
static char *
take_text(BIO *b)
{
	char *p, *copy;
	long n = b != NULL ? BIO_get_mem_data(b, &p) : -1;

	copy = n >= 0 ? malloc((size_t)n + 1) : NULL;
	if (copy != NULL && n != 0) /* an empty BIO has no bytes to point to */
		memcpy(copy, p, (size_t)n);
	if (copy != NULL)
		copy[n] = '\0';
	BIO_free(b);
	return copy;
}

static char *
subject_text(X509 *x)
{
	BIO *b = BIO_new(BIO_s_mem());

	if (b != NULL)
		X509_NAME_print_ex(b, X509_get_subject_name(x), 0,
			XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
	return take_text(b);
}

/* The last one, which is the most particular; "" when it holds a zero byte. */
static char *
common_name(X509 *x)
{
	const X509_NAME *name = X509_get_subject_name(x);
	unsigned char *utf8 = NULL;
	int at = -1, n = 0;
	char *copy;

	for (int i = -1; (i = X509_NAME_get_index_by_NID(name, NID_commonName, i)) >= 0;)
		at = i;
	if (at >= 0)
		n = ASN1_STRING_to_UTF8(
			&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
	if (n < 0 || (n > 0 && memchr(utf8, '\0', (size_t)n) != NULL))
		n = 0;
	copy = calloc(1, (size_t)n + 1);
	if (copy != NULL && n > 0)
		memcpy(copy, utf8, (size_t)n);
	OPENSSL_free(utf8);
	return copy;
}

/* A name in which nothing can be taken for the comma between two. */
static void
put_name(BIO *b, const char *kind, const ASN1_STRING *s)
{
	const uint8_t *p = ASN1_STRING_get0_data(s);

	BIO_puts(b, kind);
	for (int i = 0; i < ASN1_STRING_length(s); i++)
		if (p[i] > ' ' && p[i] < 0x7f && p[i] != ',' && p[i] != '\\')
			BIO_write(b, &p[i], 1);
		else
			BIO_printf(b, "\\%02x", p[i]);
}

static void
put_ip(BIO *b, const ASN1_STRING *s)
{
	char text[INET6_ADDRSTRLEN];
	int n = ASN1_STRING_length(s);

	if ((n == 4 || n == 16) && inet_ntop(n == 4 ? AF_INET : AF_INET6,
					   ASN1_STRING_get0_data(s), text, sizeof(text)) != NULL)
		BIO_printf(b, "IP:%s", text);
	else
		BIO_puts(b, "IP:?");
}

static char *
alt_names(X509 *x)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);
	BIO *b = BIO_new(BIO_s_mem());
	const char *comma = "";

	for (int i = 0; b != NULL && i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *n = sk_GENERAL_NAME_value(names, i);

		if (n->type != GEN_DNS && n->type != GEN_IPADD && n->type != GEN_EMAIL &&
			n->type != GEN_URI)
			continue;
		BIO_puts(b, comma);
		comma = ",";
		switch (n->type) {
		case GEN_DNS: put_name(b, "DNS:", n->d.dNSName); break;
		case GEN_EMAIL: put_name(b, "email:", n->d.rfc822Name); break;
		case GEN_URI: put_name(b, "URI:", n->d.uniformResourceIdentifier); break;
		default: put_ip(b, n->d.iPAddress);
		}
	}
	GENERAL_NAMES_free(names);
	return take_text(b);
}

static char *
key_text(const EVP_PKEY *key)
{
	char text[32];

	switch (EVP_PKEY_get_base_id(key)) {
	case EVP_PKEY_RSA: snprintf(text, sizeof(text), "RSA%d", EVP_PKEY_get_bits(key)); break;
	case EVP_PKEY_RSA_PSS:
		snprintf(text, sizeof(text), "RSA-PSS%d", EVP_PKEY_get_bits(key));
		break;
	case EVP_PKEY_EC: snprintf(text, sizeof(text), "EC%d", EVP_PKEY_get_bits(key)); break;
	default: snprintf(text, sizeof(text), "%s", OBJ_nid2sn(EVP_PKEY_get_base_id(key)));
	}
	return strdup(text);
}

struct peer *
peer_new(void)
{
	struct peer *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->refs = 1;
	p->verdict = TLS_E_BAD_CERTIFICATE;
	p->subject = strdup("");
	p->common_name = strdup("");
	p->alt_names = strdup("");
	p->key_text = strdup("");
	p->sig_text = strdup("");
	if (p->subject != NULL && p->common_name != NULL && p->alt_names != NULL &&
		p->key_text != NULL && p->sig_text != NULL)
		return p;
	peer_unref(p);
	return NULL;
}

static int
replace(char **field, char *text)
{
	if (text == NULL)
		return -1;
	free(*field);
	*field = text;
	return 0;
}

int
peer_look(struct peer *p, X509 *leaf, const uint8_t *der, size_t len)
{
	EVP_PKEY *key = X509_get_pubkey(leaf); /* NULL: of a kind that libcrypto does not know */
	unsigned n;

	p->key = key;
	p->der = malloc(len);
	if (p->der == NULL || EVP_Digest(der, len, p->fingerprint, &n, EVP_sha256(), NULL) != 1)
		return -1;
	memcpy(p->der, der, len);
	p->der_len = len;
	if (replace(&p->subject, subject_text(leaf)) != 0 ||
		replace(&p->common_name, common_name(leaf)) != 0 ||
		replace(&p->alt_names, alt_names(leaf)) != 0 ||
		replace(&p->key_text, key != NULL ? key_text(key) : strdup("?")) != 0 ||
		replace(&p->sig_text, strdup(OBJ_nid2sn(X509_get_signature_nid(leaf)))) != 0)
		return -1;
	ERR_clear_error();
	return 0;
}
