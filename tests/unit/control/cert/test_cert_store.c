/*
 * Our certificates: every kind of key, what is refused and with which words, notes, and the choice
 * by name and by what the client can verify.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "control/cert/cert.h"
#include "tests/unit/control/cert/pki.h"

struct world {
	char dir[64];
	struct pki_cert root, inter;
	int64_t now;
};

static int
open_world(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	pki_tmp(w->dir);
	w->now = (int64_t)time(NULL); /* loading compares with the clock */
	w->root = pki_make(&(struct pki_spec){ .cn = "root", .ca = true, .now = w->now }, NULL);
	w->inter = pki_make(
		&(struct pki_spec){ .cn = "intermediate", .ca = true, .now = w->now }, &w->root);
	*state = w;
	return 0;
}

static int
close_world(void **state)
{
	struct world *w = *state;

	pki_free(&w->root);
	pki_free(&w->inter);
	pki_tmp_remove(w->dir);
	free(w);
	return 0;
}

/* Writes NAME.crt and NAME.key and adds them. */
static int
add(struct world *w, struct cert_store *store, const char *name, const struct pki_cert *leaf,
	char err[CERT_ERR_LEN])
{
	char chain[32], key[32];

	snprintf(chain, sizeof(chain), "%s.crt", name);
	snprintf(key, sizeof(key), "%s.key", name);
	pki_write_certs(pki_path(w->dir, chain), leaf, &w->inter, NULL);
	pki_write_key(pki_path(w->dir, key), leaf->key, 0600);
	return cert_store_add(store, pki_path(w->dir, chain), pki_path(w->dir, key), err);
}

static void
loads_every_kind_of_key(void **state)
{
	static const struct {
		const char *key;
		uint8_t type;
		uint16_t bytes, only;
	} cases[] = {
		{ "rsa:2048", CERT_RSA, 256, 0 },
		{ "rsa:3072", CERT_RSA, 384, 0 },
		{ "pss:2048", CERT_RSA_PSS, 256, 0 },
		{ "pss:2048:SHA384", CERT_RSA_PSS, 256, 0x080a },
		{ "ec:P-256", CERT_P256, 0, 0 },
		{ "ec:P-384", CERT_P384, 0, 0 },
		{ "ed25519", CERT_ED25519, 0, 0 },
	};
	struct world *w = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct pki_cert leaf = pki_make(&(struct pki_spec){ .cn = "a.test",
			.san = "DNS:a.test", .key = cases[i].key, .now = w->now }, &w->inter);
		struct cert_store *store = cert_store_new();
		char err[CERT_ERR_LEN] = "";
		const struct cert *c;
		uint8_t *list, print[32];
		size_t len;
		unsigned n;

		if (add(w, store, "kind", &leaf, err) != 0)
			fail_msg("%s: %s", cases[i].key, err);
		c = cert_store_at(store, 0);
		assert_int_equal(c->key_type, cases[i].type);
		assert_int_equal(c->key_bytes, cases[i].bytes);
		assert_int_equal(c->only_scheme, cases[i].only);
		assert_int_equal(c->sig_count, 2);
		assert_int_equal(c->sigs[0], 0x0403);
		assert_false(c->weak_sig);
		assert_false(c->leaf_self_signed);
		assert_string_equal(c->notes, "");
		list = pki_list(&len, &leaf, &w->inter, NULL);
		assert_int_equal(len, c->chain_len);
		assert_memory_equal(list, c->chain, len);
		X509_digest(leaf.x, EVP_sha256(), print, &n);
		assert_memory_equal(print, c->fingerprint, 32);
		free(list);
		cert_store_free(store);
		pki_free(&leaf);
	}
}

static void
refuses_what_tls_cannot_use(void **state)
{
	static const struct {
		const char *key, *says;
	} cases[] = {
		{ "rsa:1024", "an RSA key of 1024 bits; use one of 2048 to 4096 bits" },
		{ "pss:1024", "an RSA key of 1024 bits; use one of 2048 to 4096 bits" },
		{ "pss:2048:SHA1", "an RSASSA-PSS key for a digest that TLS does not use" },
		{ "ec:P-521", "not a key that TLS can use here; use an RSA key of 2048 to 4096 bits, "
			      "ECDSA on P-256 or P-384, or Ed25519" },
		{ "ec:secp256k1", "not a key that TLS can use here" },
		{ "dsa", "not a key that TLS can use here" },
	};
	struct world *w = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct pki_cert leaf = pki_make(
			&(struct pki_spec){ .cn = "a.test", .key = cases[i].key, .now = w->now },
			&w->inter);
		struct cert_store *store = cert_store_new();
		char err[CERT_ERR_LEN] = "";

		assert_int_equal(add(w, store, "bad", &leaf, err), -1);
		if (strstr(err, cases[i].says) == NULL || strstr(err, "bad.key: ") == NULL)
			fail_msg("%s: %s", cases[i].key, err);
		assert_null(cert_store_at(store, 0));
		cert_store_free(store);
		pki_free(&leaf);
	}
}

static void
tells_weak_signatures_and_self_signed_ones(void **state)
{
	struct world *w = *state;
	struct pki_cert rsa = pki_make(&(struct pki_spec){ .cn = "rsa root", .ca = true,
		.key = "rsa:2048", .md = "SHA1", .now = w->now }, NULL);
	struct pki_cert leaves[] = {
		pki_make(&(struct pki_spec){ .cn = "a", .md = "SHA1", .now = w->now }, &rsa),
		pki_make(&(struct pki_spec){ .cn = "a", .md = "MD5", .now = w->now }, &rsa),
		pki_make(&(struct pki_spec){ .cn = "a", .md = "SHA512", .now = w->now }, &rsa),
		pki_make(&(struct pki_spec){ .cn = "a", .pss = true, .md = "SHA384", .now = w->now },
			&rsa),
		pki_make(&(struct pki_spec){ .cn = "a", .md = "SHA1", .now = w->now }, NULL),
	};
	static const struct {
		unsigned count, scheme;
		bool weak, self;
	} want[] = { { 1, 0x0201, true, false }, { 1, 0xff03, true, false },
		{ 1, 0x0601, false, false }, { 1, 0x0805, false, false }, { 0, 0, false, true } };

	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		struct cert_store *store = cert_store_new();
		char err[CERT_ERR_LEN] = "";
		const struct cert *c;

		pki_write_certs(pki_path(w->dir, "c"), &leaves[i], want[i].self ? NULL : &rsa, NULL);
		pki_write_key(pki_path(w->dir, "k"), leaves[i].key, 0600);
		if (cert_store_add(store, pki_path(w->dir, "c"), pki_path(w->dir, "k"), err) != 0)
			fail_msg("%s", err);
		c = cert_store_at(store, 0);
		assert_int_equal(c->sig_count, want[i].count);
		if (want[i].count != 0)
			assert_int_equal(c->sigs[0], want[i].scheme);
		assert_int_equal(c->weak_sig, want[i].weak);
		assert_int_equal(c->leaf_self_signed, want[i].self);
		cert_store_free(store);
		pki_free(&leaves[i]);
	}
	pki_free(&rsa);
}

static void
notes_what_is_odd_but_usable(void **state)
{
	struct world *w = *state;
	struct pki_cert old = pki_make(&(struct pki_spec){ .cn = "a", .now = w->now,
		.from = -2 * PKI_DAY, .to = -PKI_DAY }, &w->inter);
	struct pki_cert early = pki_make(
		&(struct pki_spec){ .cn = "a", .now = w->now, .from = PKI_DAY }, &w->inter);
	struct cert_store *store = cert_store_new();
	char err[CERT_ERR_LEN] = "";

	assert_int_equal(add(w, store, "old", &old, err), 0);
	assert_non_null(strstr(cert_store_at(store, 0)->notes,
		"old.crt: certificate 1 has expired; renew it"));
	assert_int_equal(add(w, store, "early", &early, err), 0);
	assert_non_null(strstr(cert_store_at(store, 1)->notes,
		"early.crt: certificate 1 is not valid yet; check the clock"));
	pki_write_certs(pki_path(w->dir, "c"), &early, &w->root, &w->inter, NULL);
	pki_write_key(pki_path(w->dir, "k"), early.key, 0644);
	assert_int_equal(
		cert_store_add(store, pki_path(w->dir, "c"), pki_path(w->dir, "k"), err), 0);
	assert_non_null(strstr(cert_store_at(store, 2)->notes,
		"certificate 2 is not the issuer of certificate 1"));
	assert_non_null(strstr(cert_store_at(store, 2)->notes,
		"certificate 3 is not the issuer of certificate 2"));
	assert_non_null(strstr(cert_store_at(store, 2)->notes, "file mode is 0644"));
	cert_store_free(store);
	pki_free(&old);
	pki_free(&early);
}

static void
says_what_is_wrong_with_a_pair(void **state)
{
	struct world *w = *state;
	struct pki_cert a = pki_make(&(struct pki_spec){ .cn = "a", .now = w->now }, &w->inter);
	struct pki_cert b = pki_make(&(struct pki_spec){ .cn = "b", .now = w->now }, &w->inter);
	struct cert_store *store = cert_store_new();
	char err[CERT_ERR_LEN] = "";

	pki_write_certs(pki_path(w->dir, "c"), &a, &w->inter, NULL);
	pki_write_key(pki_path(w->dir, "k"), b.key, 0600);
	assert_int_equal(
		cert_store_add(store, pki_path(w->dir, "c"), pki_path(w->dir, "k"), err), -1);
	assert_non_null(strstr(err, "/k: this key does not belong to the certificate in "));
	pki_write_certs(pki_path(w->dir, "c"), &w->inter, &b, NULL);
	assert_int_equal(
		cert_store_add(store, pki_path(w->dir, "c"), pki_path(w->dir, "k"), err), -1);
	assert_non_null(strstr(err, "/c: the server's certificate is number 2 of the chain; put it first"));
	pki_write(pki_path(w->dir, "c"), "garbage", 7);
	assert_int_equal(
		cert_store_add(store, pki_path(w->dir, "c"), pki_path(w->dir, "k"), err), -1);
	assert_non_null(strstr(err, "/c: no PEM certificate in it"));
	pki_write_certs(pki_path(w->dir, "c"), &b, &a, &a, &a, &a, &a, &a, &a, &a, &a, &a, NULL);
	assert_int_equal(
		cert_store_add(store, pki_path(w->dir, "c"), pki_path(w->dir, "k"), err), -1);
	assert_non_null(strstr(err, "/c: the chain is longer than 10 certificates"));
	assert_null(cert_store_at(store, 0));
	cert_store_free(store);
	pki_free(&a);
	pki_free(&b);
}

/* ---- choice ---- */

static bool
one_of(void *ctx, const struct cert *cert)
{
	return (*(const unsigned *)ctx >> cert->key_type & 1) != 0;
}

#define ANY 0xff
#define RSA (1u << CERT_RSA)
#define P256 (1u << CERT_P256)
#define P384 (1u << CERT_P384)
#define ED (1u << CERT_ED25519)

static void
chooses_by_name_then_by_what_the_client_can_verify(void **state)
{
	static const struct {
		const char *san, *key;
	} certs[] = {
		{ "DNS:a.test,DNS:*.w.test", "rsa:2048" }, /* 0: the default */
		{ "DNS:A.test", "ec:P-256" }, /* 1: the default's name */
		{ "DNS:b.test", "ec:P-256" }, /* 2 */
		{ "DNS:*.w.test,DNS:b.test", "ec:P-384" }, /* 3 */
		{ "DNS:x.w.test", "ed25519" }, /* 4 */
		{ NULL, "ed25519" }, /* 5: no name at all: a default */
	};
	static const struct {
		const char *name;
		unsigned can;
		int want;
	} cases[] = {
		{ "a.test", ANY, 0 }, { "a.test", P256, 1 }, { "a.test", RSA | P256, 0 },
		{ "a.test", P384, 3 }, /* shares *.w.test with the first: a default */
		{ "a.test", ED, 5 }, { "a.test", 0, -1 },
		{ "b.test", ANY, 2 }, { "b.test", P384, 3 }, { "b.test", RSA, 0 },
		{ "x.w.test", ANY, 4 }, { "x.w.test", RSA, 0 }, { "x.w.test", P384, 3 },
		{ "y.w.test", ANY, 0 }, { "y.w.test", P384, 3 }, { "y.w.test", P256, 1 },
		{ "x.y.w.test", P384, 3 }, { "w.test", ANY, 0 }, { "", ANY, 0 }, { "", P256, 1 },
		{ "", ED, 5 }, { "none.test", P384, 3 }, { ".w.test", ANY, 0 },
	};
	struct world *w = *state;
	struct cert_store *store = cert_store_new();
	char err[CERT_ERR_LEN] = "", name[8];

	assert_null(cert_store_choose(store, "a.test", NULL, NULL));
	for (size_t i = 0; i < sizeof(certs) / sizeof(certs[0]); i++) {
		struct pki_cert leaf = pki_make(
			&(struct pki_spec){ .san = certs[i].san, .key = certs[i].key, .now = w->now },
			&w->inter);

		snprintf(name, sizeof(name), "n%zu", i);
		if (add(w, store, name, &leaf, err) != 0)
			fail_msg("%s", err);
		pki_free(&leaf);
	}
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		unsigned can = cases[i].can;
		const struct cert *c = cert_store_choose(store, cases[i].name, one_of, &can);
		const struct cert *want = cases[i].want >= 0
						  ? cert_store_at(store, (unsigned)cases[i].want)
						  : NULL;

		if (c != want)
			fail_msg("%s with %x: %s", cases[i].name, can,
				c != NULL ? c->chain_file : "none");
	}
	assert_ptr_equal(cert_store_choose(store, "b.test", NULL, NULL), cert_store_at(store, 2));
	assert_ptr_equal(cert_store_select(store, "b.test"), cert_store_at(store, 0));
	cert_store_free(store);
}

static void
staples_are_counted_and_replaced(void **state)
{
	struct world *w = *state;
	struct pki_cert leaf = pki_make(&(struct pki_spec){ .cn = "a", .now = w->now }, &w->inter);
	struct cert_store *store = cert_store_new();
	char err[CERT_ERR_LEN] = "";
	struct staple *kept;
	struct cert *c;

	assert_int_equal(add(w, store, "s", &leaf, err), 0);
	c = cert_store_at(store, 0);
	assert_null(cert_staple(c));
	cert_set_staple(c, staple_new((const uint8_t *)"one", 3));
	assert_int_equal(cert_staple(c)->len, 3);
	kept = staple_ref((struct staple *)cert_staple(c));
	cert_set_staple(c, staple_new((const uint8_t *)"three", 5));
	assert_memory_equal(kept->der, "one", 3);
	assert_int_equal(kept->refs, 1);
	assert_memory_equal(cert_staple(c)->der, "three", 5);
	staple_unref(kept);
	cert_set_staple(c, NULL);
	assert_null(cert_staple(c));
	cert_set_staple(c, staple_new((const uint8_t *)"end", 3));
	cert_store_free(store); /* frees it: ASan counts */
	pki_free(&leaf);
}

/* A name as a CertificateRequest lists it; returns the length. */
static size_t
named(const struct pki_cert *ca, uint8_t *out)
{
	uint8_t *der = out + 2;
	int n = i2d_X509_NAME(X509_get_subject_name(ca->x), &der);

	out[0] = (uint8_t)(n >> 8);
	out[1] = (uint8_t)n;
	return 2 + (size_t)n;
}

static void
knows_who_issued_its_chain(void **state)
{
	struct world *w = *state;
	struct pki_cert leaf = pki_make(&(struct pki_spec){ .cn = "a", .now = w->now }, &w->inter);
	struct pki_cert other = pki_make(&(struct pki_spec){ .cn = "other", .ca = true, .now = w->now }, NULL);
	struct cert_store *store = cert_store_new();
	char err[CERT_ERR_LEN] = "";
	uint8_t list[512];
	const struct cert *c;
	size_t n;

	assert_int_equal(add(w, store, "i", &leaf, err), 0);
	c = cert_store_at(store, 0);
	assert_true(cert_has_issuer(c, list, 0)); /* anybody */
	n = named(&other, list);
	assert_false(cert_has_issuer(c, list, n));
	n += named(&w->inter, list + n); /* the second of two */
	assert_true(cert_has_issuer(c, list, n));
	for (size_t cut = 1; cut < n; cut++)
		assert_false(cert_has_issuer(c, list, cut));
	list[0] = list[1] = 0; /* not a name */
	assert_false(cert_has_issuer(c, list, 2));
	cert_store_free(store);
	pki_free(&leaf);
	pki_free(&other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(loads_every_kind_of_key),
		cmocka_unit_test(refuses_what_tls_cannot_use),
		cmocka_unit_test(tells_weak_signatures_and_self_signed_ones),
		cmocka_unit_test(notes_what_is_odd_but_usable),
		cmocka_unit_test(says_what_is_wrong_with_a_pair),
		cmocka_unit_test(chooses_by_name_then_by_what_the_client_can_verify),
		cmocka_unit_test(staples_are_counted_and_replaced),
		cmocka_unit_test(knows_who_issued_its_chain),
	};

	return cmocka_run_group_tests(tests, open_world, close_world);
}
