/*
 * CAs and CRLs as one immutable store with a digest of all that a verification depends on; built
 * again, on any thread, when a CRL file has changed.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "control/cert/trust_int.h"

#define MAX_CRL_BYTES (64 << 20)

static struct trust_stamp
stamp_of(const struct stat *st)
{
	return (struct trust_stamp){ st->st_dev, st->st_ino, st->st_size, st->st_mtim };
}

bool
trust_same_stamp(const struct trust_stamp *a, const struct trust_stamp *b)
{
	return a->dev == b->dev && a->ino == b->ino && a->size == b->size &&
		a->mtime.tv_sec == b->mtime.tv_sec && a->mtime.tv_nsec == b->mtime.tv_nsec;
}

static int
add_crl(struct trust_set *set, EVP_MD_CTX *md, X509_CRL *crl)
{
	int64_t until = trust_time(X509_CRL_get0_nextUpdate(crl));
	uint8_t digest[32];
	unsigned n;

	if (X509_STORE_add_crl(set->store, crl) != 1 ||
		X509_CRL_digest(crl, EVP_sha256(), digest, &n) != 1 ||
		EVP_DigestUpdate(md, digest, n) != 1)
		return -1;
	if (until < set->crl_until)
		set->crl_until = until;
	set->crls++;
	return 0;
}

static int
load_crls(struct trust_set *set, EVP_MD_CTX *md, const char *file, struct trust_stamp *stamp,
	char *err)
{
	FILE *f = fopen(file, "re");
	BIO *b = NULL;
	struct stat st;
	unsigned before = set->crls;
	X509_CRL *crl;
	int rc = 0;

	if (f == NULL || fstat(fileno(f), &st) != 0 || st.st_size > MAX_CRL_BYTES) {
		snprintf(err, CERT_ERR_LEN,
			"%s: cannot read the CRL: %s; check the path and that the user of sluice-cp may "
			"read it",
			file, f == NULL ? strerror(errno) : "longer than 64 MiB");
		if (f != NULL)
			fclose(f);
		return -1;
	}
	*stamp = stamp_of(&st);
	ERR_clear_error();
	b = BIO_new_fp(f, BIO_CLOSE);
	if (b == NULL) {
		fclose(f);
		return trust_fail(err, file, "out of memory", "free some memory");
	}
	while (rc == 0 && (crl = PEM_read_bio_X509_CRL(b, NULL, NULL, NULL)) != NULL) {
		rc = add_crl(set, md, crl);
		X509_CRL_free(crl);
	}
	if (rc == 0 && set->crls != before &&
		ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
		rc = -1; /* a damaged one behind good ones */
	if (rc == 0 && set->crls == before && BIO_seek(b, 0) == 0 &&
		(crl = d2i_X509_CRL_bio(b, NULL)) != NULL) {
		rc = add_crl(set, md, crl);
		X509_CRL_free(crl);
	}
	BIO_free(b);
	ERR_clear_error();
	if (rc != 0 || set->crls == before)
		return trust_fail(err, file, "not a CRL, or a damaged one",
			"give PEM (-----BEGIN X509 CRL-----) or DER as the CA publishes it");
	return 0;
}

static void
digest_text(EVP_MD_CTX *md, const char *text)
{
	if (text != NULL)
		EVP_DigestUpdate(md, text, strlen(text));
	EVP_DigestUpdate(md, "", 1);
}

static void
digest_rules(EVP_MD_CTX *md, const struct trust_conf *c)
{
	const uint32_t numbers[] = { c->purpose, c->depth, c->partial_chain, c->security_level,
		c->min_rsa_bits, c->crl_check, c->crl_hard, c->ocsp, c->common_name,
		c->allow_count };

	EVP_DigestUpdate(md, numbers, sizeof(numbers));
	digest_text(md, c->ocsp_url);
	for (unsigned i = 0; i < c->allow_count; i++)
		digest_text(md, c->allow[i]);
}

static int
fill_set(const struct trust *t, struct trust_set *set, EVP_MD_CTX *md, char *err)
{
	for (int i = 0; i < sk_X509_num(t->cas); i++) {
		uint8_t digest[32];
		unsigned n;

		if (X509_STORE_add_cert(set->store, sk_X509_value(t->cas, i)) != 1 ||
			X509_digest(sk_X509_value(t->cas, i), EVP_sha256(), digest, &n) != 1 ||
			EVP_DigestUpdate(md, digest, n) != 1)
			return trust_fail(err, t->conf.ca_file, "out of memory", "free some memory");
	}
	for (unsigned i = 0; i < t->conf.crl_file_count; i++)
		if (load_crls(set, md, t->conf.crl_files[i], &set->stamps[i], err) != 0)
			return -1;
	return 0;
}

struct trust_set *
trust_set_build(const struct trust *t, char *err)
{
	struct trust_set *set = calloc(1, sizeof(*set));
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	unsigned n;

	if (set != NULL) {
		set->refs = 1;
		set->crl_until = INT64_MAX;
		set->store = X509_STORE_new();
	}
	if (set == NULL || md == NULL || set->store == NULL ||
		EVP_DigestInit_ex(md, EVP_sha256(), NULL) != 1) {
		trust_fail(err, t->conf.ca_file, "out of memory", "free some memory");
		goto bad;
	}
	digest_rules(md, &t->conf);
	if (fill_set(t, set, md, err) != 0 || EVP_DigestFinal_ex(md, set->id, &n) != 1)
		goto bad;
	EVP_MD_CTX_free(md);
	return set;
bad:
	EVP_MD_CTX_free(md);
	trust_set_unref(set);
	return NULL;
}

int
trust_set_renew(const struct trust *t, const struct trust_set *set, struct trust_set **fresh,
	char err[CERT_ERR_LEN])
{
	bool changed = false;

	for (unsigned i = 0; !changed && i < t->conf.crl_file_count; i++) {
		struct trust_stamp now;
		struct stat st;

		if (stat(t->conf.crl_files[i], &st) != 0) {
			snprintf(err, CERT_ERR_LEN, "%s: cannot read the CRL: %s",
				t->conf.crl_files[i], strerror(errno));
			return -1;
		}
		now = stamp_of(&st);
		changed = !trust_same_stamp(&now, &set->stamps[i]);
	}
	if (!changed)
		return 0;
	*fresh = trust_set_build(t, err);
	return *fresh != NULL ? 1 : -1;
}

struct trust_set *
trust_set_ref(struct trust *t)
{
	t->set->refs++;
	return t->set;
}

void
trust_set_unref(struct trust_set *set)
{
	if (set == NULL || --set->refs != 0)
		return;
	X509_STORE_free(set->store);
	free(set);
}

void
trust_swap(struct trust *t, struct trust_set *fresh)
{
	trust_set_unref(t->set);
	t->set = fresh;
}

void
trust_look(const struct trust *t, struct trust_view *view)
{
	*view = (struct trust_view){ .crls = t->set->crls, .until = t->set->crl_until };
	for (unsigned i = 0; i < t->conf.crl_file_count; i++)
		if (t->set->stamps[i].mtime.tv_sec > view->changed)
			view->changed = t->set->stamps[i].mtime.tv_sec;
}
