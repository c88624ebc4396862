/* Certification authorities for tests; see pki.h. */
#include "tests/unit/control/cert/pki.h"

#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/core_names.h>
#include <openssl/dsa.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#define CHECK(x)                                                                                   \
	do {                                                                                       \
		if (!(x)) {                                                                        \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #x);                    \
			ERR_print_errors_fp(stderr);                                               \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

static EVP_PKEY *
make_pss(unsigned bits, const char *md)
{
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_name(NULL, "RSA-PSS", NULL);
	EVP_PKEY *k = NULL;

	CHECK(EVP_PKEY_keygen_init(c) == 1 && EVP_PKEY_CTX_set_rsa_keygen_bits(c, (int)bits) == 1);
	if (md != NULL)
		CHECK(EVP_PKEY_CTX_set_rsa_pss_keygen_md_name(c, md, NULL) == 1 &&
			EVP_PKEY_CTX_set_rsa_pss_keygen_mgf1_md_name(c, md) == 1);
	CHECK(EVP_PKEY_generate(c, &k) == 1);
	EVP_PKEY_CTX_free(c);
	return k;
}

static EVP_PKEY *
make_dsa(void)
{
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_name(NULL, "DSA", NULL);
	EVP_PKEY *params = NULL, *k = NULL;

	CHECK(EVP_PKEY_paramgen_init(c) == 1 && EVP_PKEY_CTX_set_dsa_paramgen_bits(c, 1024) == 1 &&
		EVP_PKEY_paramgen(c, &params) == 1);
	EVP_PKEY_CTX_free(c);
	c = EVP_PKEY_CTX_new(params, NULL);
	CHECK(EVP_PKEY_keygen_init(c) == 1 && EVP_PKEY_keygen(c, &k) == 1);
	EVP_PKEY_CTX_free(c);
	EVP_PKEY_free(params);
	return k;
}

EVP_PKEY *
pki_key(const char *kind)
{
	EVP_PKEY *k;
	unsigned bits;
	char md[32];
	int n;

	if (kind == NULL)
		kind = "ec:P-256";
	if (sscanf(kind, "rsa:%u", &bits) == 1)
		k = EVP_RSA_gen(bits);
	else if ((n = sscanf(kind, "pss:%u:%31s", &bits, md)) >= 1)
		k = make_pss(bits, n == 2 ? md : NULL);
	else if (strncmp(kind, "ec:", 3) == 0)
		k = EVP_EC_gen(kind + 3);
	else if (strcmp(kind, "dsa") == 0)
		k = make_dsa();
	else
		k = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	CHECK(k != NULL);
	return k;
}

static void
add_ext(X509 *x, int nid, const char *value)
{
	X509_EXTENSION *e;

	if (value == NULL)
		return;
	e = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
	CHECK(e != NULL && X509_add_ext(x, e, -1) == 1);
	X509_EXTENSION_free(e);
}

static void
sign(X509 *x, const struct pki_spec *s, EVP_PKEY *key)
{
	const EVP_MD *md = EVP_get_digestbyname(s->md != NULL ? s->md : "SHA256");
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pc;

	if (EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519)
		md = NULL;
	CHECK(EVP_DigestSignInit(c, &pc, md, NULL, key) == 1);
	if (s->pss)
		CHECK(EVP_PKEY_CTX_set_rsa_padding(pc, RSA_PKCS1_PSS_PADDING) == 1 &&
			EVP_PKEY_CTX_set_rsa_pss_saltlen(pc, RSA_PSS_SALTLEN_DIGEST) == 1);
	CHECK(X509_sign_ctx(x, c) > 0);
	EVP_MD_CTX_free(c);
}

struct pki_cert
pki_make(const struct pki_spec *s, const struct pki_cert *issuer)
{
	struct pki_cert c = { X509_new(), s->use_key != NULL ? s->use_key : pki_key(s->key) };
	int64_t now = s->now != 0 ? s->now : PKI_NOW;
	X509_NAME *name = X509_get_subject_name(c.x);
	char aia[256];

	if (s->use_key != NULL)
		EVP_PKEY_up_ref(s->use_key);
	CHECK(X509_set_version(c.x, 2) == 1);
	CHECK(ASN1_INTEGER_set(X509_get_serialNumber(c.x), s->serial != 0 ? s->serial : 1) == 1);
	CHECK(ASN1_TIME_set(X509_getm_notBefore(c.x), now + (s->from != 0 ? s->from : -PKI_DAY)));
	CHECK(ASN1_TIME_set(X509_getm_notAfter(c.x), now + (s->to != 0 ? s->to : 365 * PKI_DAY)));
	if (s->org != NULL)
		CHECK(X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8, (const uint8_t *)s->org,
			      -1, -1, 0) == 1);
	if (s->cn != NULL)
		CHECK(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const uint8_t *)s->cn,
			      -1, -1, 0) == 1);
	CHECK(X509_set_issuer_name(
		      c.x, issuer != NULL ? X509_get_subject_name(issuer->x) : name) == 1);
	CHECK(X509_set_pubkey(c.x, c.key) == 1);
	add_ext(c.x, NID_basic_constraints,
		s->basic != NULL ? s->basic : s->ca ? "critical,CA:TRUE" : "CA:FALSE");
	add_ext(c.x, NID_key_usage, s->usage);
	add_ext(c.x, NID_ext_key_usage, s->eku);
	add_ext(c.x, NID_subject_alt_name, s->san);
	if (s->aia != NULL) {
		snprintf(aia, sizeof(aia), "OCSP;URI:%s", s->aia);
		add_ext(c.x, NID_info_access, aia);
	}
	sign(c.x, s, issuer != NULL ? issuer->key : c.key);
	return c;
}

void
pki_free(struct pki_cert *c)
{
	X509_free(c->x);
	EVP_PKEY_free(c->key);
	memset(c, 0, sizeof(*c));
}

X509_CRL *
pki_crl(const struct pki_cert *issuer, int64_t this_update, int64_t next_update,
	const long *serials, unsigned count)
{
	X509_CRL *crl = X509_CRL_new();
	ASN1_TIME *t = ASN1_TIME_set(NULL, this_update);

	CHECK(X509_CRL_set_version(crl, 1) == 1);
	CHECK(X509_CRL_set_issuer_name(crl, X509_get_subject_name(issuer->x)) == 1);
	CHECK(X509_CRL_set1_lastUpdate(crl, t) == 1);
	for (unsigned i = 0; i < count; i++) {
		X509_REVOKED *r = X509_REVOKED_new();
		ASN1_INTEGER *n = ASN1_INTEGER_new();

		CHECK(ASN1_INTEGER_set(n, serials[i]) == 1 &&
			X509_REVOKED_set_serialNumber(r, n) == 1 &&
			X509_REVOKED_set_revocationDate(r, t) == 1 &&
			X509_CRL_add0_revoked(crl, r) == 1);
		ASN1_INTEGER_free(n);
	}
	CHECK(ASN1_TIME_set(t, next_update) != NULL && X509_CRL_set1_nextUpdate(crl, t) == 1);
	ASN1_TIME_free(t);
	X509_CRL_sort(crl);
	CHECK(X509_CRL_sign(crl, issuer->key, EVP_sha256()) > 0);
	return crl;
}

uint8_t *
pki_ocsp_response(const struct pki_ocsp *o, size_t *len)
{
	const struct pki_cert *signer = o->signer != NULL ? o->signer : o->issuer;
	OCSP_RESPONSE *r;
	uint8_t *der = NULL;
	int n;

	if (o->response_status != OCSP_RESPONSE_STATUS_SUCCESSFUL) {
		r = OCSP_response_create(o->response_status, NULL);
	} else {
		OCSP_BASICRESP *b = OCSP_BASICRESP_new();
		OCSP_CERTID *id = OCSP_cert_to_id(o->id_md, o->of->x, o->issuer->x);
		ASN1_TIME *t = ASN1_GENERALIZEDTIME_set(NULL, o->this_update);
		ASN1_TIME *next = o->next_update != 0
					  ? ASN1_GENERALIZEDTIME_set(NULL, o->next_update)
					  : NULL;

		CHECK(OCSP_basic_add1_status(b, id, o->status, 0,
			      o->status == V_OCSP_CERTSTATUS_REVOKED ? t : NULL, t, next) != NULL);
		CHECK(OCSP_basic_sign(b, signer->x, signer->key,
			      EVP_PKEY_get_base_id(signer->key) == EVP_PKEY_ED25519 ? NULL
										    : EVP_sha256(),
			      NULL, o->with_signer ? 0 : OCSP_NOCERTS) == 1);
		r = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, b);
		OCSP_BASICRESP_free(b);
		OCSP_CERTID_free(id);
		ASN1_TIME_free(t);
		ASN1_TIME_free(next);
	}
	n = i2d_OCSP_RESPONSE(r, &der);
	CHECK(n > 0);
	*len = (size_t)n;
	OCSP_RESPONSE_free(r);
	return der;
}

uint8_t *
pki_list(size_t *len, const struct pki_cert *c, ...)
{
	uint8_t *list = NULL, *p;
	va_list ap;

	*len = 0;
	va_start(ap, c);
	for (; c != NULL; c = va_arg(ap, const struct pki_cert *)) {
		int n = i2d_X509(c->x, NULL);

		list = realloc(list, *len + 3 + (size_t)n);
		CHECK(list != NULL);
		list[*len] = (uint8_t)(n >> 16);
		list[*len + 1] = (uint8_t)(n >> 8);
		list[*len + 2] = (uint8_t)n;
		p = list + *len + 3;
		i2d_X509(c->x, &p);
		*len += 3 + (size_t)n;
	}
	va_end(ap);
	return list;
}

static FILE *
open_new(const char *file)
{
	FILE *f;

	unlink(file); /* a fresh inode, as editors and tools do */
	f = fopen(file, "w");
	CHECK(f != NULL);
	return f;
}

void
pki_write_certs(const char *file, const struct pki_cert *c, ...)
{
	FILE *f = open_new(file);
	va_list ap;

	va_start(ap, c);
	for (; c != NULL; c = va_arg(ap, const struct pki_cert *))
		CHECK(PEM_write_X509(f, c->x) == 1);
	va_end(ap);
	fclose(f);
}

void
pki_write_key(const char *file, const EVP_PKEY *key, unsigned mode)
{
	FILE *f = open_new(file);

	CHECK(PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL) == 1);
	fclose(f);
	CHECK(chmod(file, mode) == 0);
}

void
pki_write_crl(const char *file, X509_CRL *crl)
{
	FILE *f = open_new(file);

	CHECK(PEM_write_X509_CRL(f, crl) == 1);
	fclose(f);
}

void
pki_write(const char *file, const void *p, size_t n)
{
	FILE *f = open_new(file);

	CHECK(fwrite(p, 1, n, f) == n);
	fclose(f);
}

void
pki_tmp(char dir[64])
{
	strcpy(dir, "/tmp/sluice-pki-XXXXXX");
	CHECK(mkdtemp(dir) != NULL);
}

void
pki_tmp_remove(const char *dir)
{
	DIR *d = opendir(dir);

	CHECK(d != NULL);
	for (struct dirent *e = readdir(d); e != NULL; e = readdir(d))
		if (e->d_name[0] != '.')
			unlink(pki_path(dir, e->d_name));
	closedir(d);
	rmdir(dir);
}

const char *
pki_path(const char *dir, const char *name)
{
	static char paths[8][512]; /* test programs have one thread here */
	static unsigned turn;
	char *p = paths[turn++ % 8];

	snprintf(p, sizeof(paths[0]), "%s/%s", dir, name);
	return p;
}
