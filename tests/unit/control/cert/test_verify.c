/*
 * Verification of chains: every verdict, each with a chain that differs from a good one in one
 * respect; names, rules, stapled OCSP responses; truncation and damage at every byte.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/bn.h>
#include <openssl/x509v3.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>

#include "control/cert/verify.h"
#include "tests/unit/control/cert/pki.h"

enum who { NOBODY, ROOT, INTER, STRANGER, STALE_INTER, NOT_CA, NARROW, RSA_CA, ISSUERS };

struct world {
	char dir[64];
	struct pki_cert ca[ISSUERS]; /* by enum who */
	struct trust *clients, *servers;
};

static struct trust *
load(struct world *w, const struct trust_conf *conf)
{
	struct trust_conf c = *conf;
	struct trust *t;
	char err[CERT_ERR_LEN];

	if (c.ca_file == NULL)
		c.ca_file = pki_path(w->dir, "ca.pem");
	if (trust_load(&c, &t, err) != 0)
		fail_msg("%s", err);
	return t;
}

static int
open_world(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	struct trust_conf conf;

	pki_tmp(w->dir);
	w->ca[ROOT] = pki_make(&(struct pki_spec){ .cn = "root", .ca = true }, NULL);
	w->ca[STRANGER] = pki_make(&(struct pki_spec){ .cn = "stranger", .ca = true }, NULL);
	w->ca[INTER] = pki_make(&(struct pki_spec){ .cn = "intermediate", .ca = true, .serial = 77 },
		&w->ca[ROOT]);
	w->ca[STALE_INTER] = pki_make(&(struct pki_spec){ .cn = "stale", .ca = true,
		.from = -9 * PKI_DAY, .to = -PKI_DAY }, &w->ca[ROOT]);
	w->ca[NOT_CA] = pki_make(&(struct pki_spec){ .cn = "no ca" }, &w->ca[ROOT]);
	w->ca[NARROW] = pki_make(&(struct pki_spec){ .cn = "narrow", .basic = "CA:TRUE,pathlen:0" },
		&w->ca[ROOT]);
	w->ca[RSA_CA] = pki_make(&(struct pki_spec){ .cn = "rsa", .ca = true, .key = "rsa:2048" },
		&w->ca[ROOT]);
	pki_write_certs(pki_path(w->dir, "ca.pem"), &w->ca[ROOT], NULL);
	trust_conf_init(&conf);
	w->clients = load(w, &conf);
	conf.purpose = TRUST_SERVERS;
	w->servers = load(w, &conf);
	*state = w;
	return 0;
}

static int
close_world(void **state)
{
	struct world *w = *state;

	trust_unref(w->clients);
	trust_unref(w->servers);
	for (unsigned i = 0; i < ISSUERS; i++)
		pki_free(&w->ca[i]);
	pki_tmp_remove(w->dir);
	free(w);
	return 0;
}

static struct peer *
verify_list(struct trust *t, const char *name, const uint8_t *list, size_t len)
{
	struct peer *p = peer_verify(t, &(struct verify_req){ .trust = t, .name = name,
		.chain = list, .chain_len = len, .now_s = PKI_NOW });

	assert_non_null(p);
	return p;
}

/* leaf, its issuer and (unless NULL) the one above. */
static struct peer *
verify(struct trust *t, const char *name, const struct pki_cert *leaf, const struct pki_cert *a,
	const struct pki_cert *b)
{
	size_t len;
	uint8_t *list = pki_list(&len, leaf, a, b, NULL);
	struct peer *p = verify_list(t, name, list, len);

	free(list);
	return p;
}

static void
expect(struct peer *p, enum tls_err verdict, const char *reason, const char *what)
{
	if (p->verdict != verdict || strstr(p->reason, reason) == NULL)
		fail_msg("%s: %s \"%s\", wanted %s \"%s\"", what, tls_err_name(p->verdict), p->reason,
			tls_err_name(verdict), reason);
	peer_unref(p);
}

static void
a_good_chain_tells_who_it_is(void **state)
{
	struct world *w = *state;
	struct pki_cert leaf = pki_make(&(struct pki_spec){ .cn = "J\303\251r\303\264me, of \"A\"",
		.org = "Acme", .eku = "clientAuth",
		.san = "DNS:a.test,email:j@a.test,URI:spiffe://a/b,IP:192.0.2.7,IP:2001:db8::7,"
		       "DNS:x\\,DNS:evil.test" }, &w->ca[INTER]);
	struct peer *p = verify(w->clients, NULL, &leaf, &w->ca[INTER], NULL);
	uint8_t print[32], *der = NULL;
	unsigned n;

	if (p->verdict != TLS_E_OK)
		fail_msg("%s", p->reason);
	assert_string_equal(p->reason, "");
	assert_int_equal(p->x509_error, 0);
	assert_string_equal(p->common_name, "J\303\251r\303\264me, of \"A\"");
	assert_string_equal(p->subject, "CN=J\303\251r\303\264me\\, of \\\"A\\\",O=Acme");
	assert_string_equal(p->alt_names, "DNS:a.test,email:j@a.test,URI:spiffe://a/b,IP:192.0.2.7,"
					  "IP:2001:db8::7,DNS:x\\5c,DNS:evil.test");
	assert_string_equal(p->key_text, "EC256");
	assert_string_equal(p->sig_text, "ecdsa-with-SHA256");
	X509_digest(leaf.x, EVP_sha256(), print, &n);
	assert_memory_equal(p->fingerprint, print, 32);
	assert_int_equal(p->der_len, i2d_X509(leaf.x, &der));
	assert_memory_equal(p->der, der, p->der_len);
	assert_int_equal(EVP_PKEY_eq(p->key, leaf.key), 1);
	assert_int_equal(p->valid_until, PKI_NOW + 365 * PKI_DAY);
	OPENSSL_free(der);
	peer_unref(p);
	pki_free(&leaf);
}

/* A dNSName that holds what separates two of them stays one. */
static void
a_comma_in_a_name_does_not_make_two(void **state)
{
	struct world *w = *state;
	struct pki_cert leaf = pki_make(&(struct pki_spec){ .cn = "a" }, &w->ca[INTER]);
	GENERAL_NAMES *names = sk_GENERAL_NAME_new_null();
	GENERAL_NAME *n = GENERAL_NAME_new();
	ASN1_IA5STRING *s = ASN1_IA5STRING_new();
	struct peer *p;

	ASN1_STRING_set(s, "a,DNS:evil\\\0x", 13);
	GENERAL_NAME_set0_value(n, GEN_DNS, s);
	sk_GENERAL_NAME_push(names, n);
	X509_add1_ext_i2d(leaf.x, NID_subject_alt_name, names, 0, X509V3_ADD_REPLACE);
	X509_sign(leaf.x, w->ca[INTER].key, EVP_sha256());
	p = verify(w->clients, NULL, &leaf, &w->ca[INTER], NULL);
	assert_string_equal(p->alt_names, "DNS:a\\2cDNS:evil\\5c\\00x");
	peer_unref(p);
	GENERAL_NAMES_free(names);
	pki_free(&leaf);
}

static void
each_fault_has_its_verdict(void **state)
{
	static const struct {
		const char *what;
		struct pki_spec leaf;
		enum who issuer, along; /* along: which certificate goes with it */
		enum tls_err verdict;
		const char *reason;
	} cases[] = {
		{ "good", { 0 }, INTER, INTER, TLS_E_OK, "" },
		{ "straight from the root", { 0 }, ROOT, NOBODY, TLS_E_OK, "" },
		{ "the root goes along", { 0 }, ROOT, ROOT, TLS_E_OK, "" },
		{ "RSA", { .key = "rsa:2048" }, INTER, INTER, TLS_E_OK, "" },
		{ "RSA-PSS", { .key = "pss:2048" }, INTER, INTER, TLS_E_OK, "" },
		{ "signed by RSA-PSS", { .pss = true }, RSA_CA, RSA_CA, TLS_E_OK, "" },
		{ "P-384", { .key = "ec:P-384" }, INTER, INTER, TLS_E_OK, "" },
		{ "Ed25519", { .key = "ed25519" }, INTER, INTER, TLS_E_OK, "" },
		{ "no intermediate", { 0 }, INTER, NOBODY, TLS_E_UNKNOWN_CA, "issuer" },
		{ "the wrong one", { 0 }, INTER, NARROW, TLS_E_UNKNOWN_CA, "issuer" },
		{ "unknown root", { 0 }, STRANGER, STRANGER, TLS_E_UNKNOWN_CA, "self-signed" },
		{ "self-signed", { 0 }, NOBODY, NOBODY, TLS_E_UNKNOWN_CA, "self-signed" },
		{ "no CA", { 0 }, NOT_CA, NOT_CA, TLS_E_UNKNOWN_CA, "CA" },
		{ "path too long", { .ca = true }, NARROW, NARROW, TLS_E_OK, "" },
		{ "expired", { .from = -9 * PKI_DAY, .to = -1 }, INTER, INTER,
			TLS_E_CERTIFICATE_EXPIRED, "expired (certificate 1)" },
		{ "early", { .from = 60 }, INTER, INTER, TLS_E_CERTIFICATE_EXPIRED,
			"not yet valid (certificate 1)" },
		{ "expired intermediate", { 0 }, STALE_INTER, STALE_INTER,
			TLS_E_CERTIFICATE_EXPIRED, "expired (certificate 2)" },
		{ "of a server", { .eku = "serverAuth" }, INTER, INTER,
			TLS_E_UNSUPPORTED_CERTIFICATE, "purpose" },
		{ "of both", { .eku = "serverAuth,clientAuth" }, INTER, INTER, TLS_E_OK, "" },
		{ "no signing", { .usage = "critical,keyEncipherment" }, INTER, INTER,
			TLS_E_UNSUPPORTED_CERTIFICATE, "purpose" },
		{ "P-521", { .key = "ec:P-521" }, INTER, INTER, TLS_E_UNSUPPORTED_CERTIFICATE,
			"unsupported kind (EC521)" },
		{ "DSA", { .key = "dsa" }, INTER, INTER, TLS_E_UNSUPPORTED_CERTIFICATE,
			"unsupported kind (DSA)" },
		{ "RSA-1024", { .key = "rsa:1024" }, INTER, INTER, TLS_E_BAD_CERTIFICATE,
			"RSA key of 1024 bits, 2048 are needed" },
		{ "RSA-512", { .key = "rsa:512" }, INTER, INTER, TLS_E_BAD_CERTIFICATE,
			"EE certificate key too weak" },
		{ "SHA-1", { .md = "SHA1" }, RSA_CA, RSA_CA, TLS_E_BAD_CERTIFICATE,
			"CA signature digest algorithm too weak" },
	};
	struct world *w = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct pki_spec spec = cases[i].leaf;
		const struct pki_cert *along =
			cases[i].along != NOBODY ? &w->ca[cases[i].along] : NULL;
		struct pki_cert leaf;

		spec.cn = "leaf";
		leaf = pki_make(&spec,
			cases[i].issuer != NOBODY ? &w->ca[cases[i].issuer] : NULL);
		expect(verify(w->clients, NULL, &leaf, along, NULL), cases[i].verdict,
			cases[i].reason, cases[i].what);
		pki_free(&leaf);
	}
}

static void
paths_are_no_longer_than_allowed(void **state)
{
	struct world *w = *state;
	struct pki_cert sub = pki_make(&(struct pki_spec){ .cn = "sub", .ca = true }, &w->ca[INTER]);
	struct pki_cert narrow_sub =
		pki_make(&(struct pki_spec){ .cn = "sub", .ca = true }, &w->ca[NARROW]);
	struct pki_cert leaf = pki_make(&(struct pki_spec){ .cn = "leaf" }, &sub);
	struct pki_cert narrow = pki_make(&(struct pki_spec){ .cn = "leaf" }, &narrow_sub);
	static const enum tls_err want[] = { TLS_E_UNKNOWN_CA, TLS_E_UNKNOWN_CA, TLS_E_OK };
	struct trust_conf conf;

	trust_conf_init(&conf);
	for (conf.depth = 0; conf.depth < 3; conf.depth++) {
		struct trust *t = load(w, &conf);

		expect(verify(t, NULL, &leaf, &sub, &w->ca[INTER]), want[conf.depth], "", "depth");
		trust_unref(t);
	}
	expect(verify(w->clients, NULL, &narrow, &narrow_sub, &w->ca[NARROW]), TLS_E_UNKNOWN_CA,
		"path length", "pathlen 0");
	pki_free(&sub);
	pki_free(&narrow_sub);
	pki_free(&leaf);
	pki_free(&narrow);
}

static void
an_intermediate_is_an_anchor_only_when_asked(void **state)
{
	struct world *w = *state;
	struct pki_cert leaf = pki_make(&(struct pki_spec){ .cn = "leaf" }, &w->ca[INTER]);
	struct trust_conf conf;
	struct trust *t;

	pki_write_certs(pki_path(w->dir, "inter.pem"), &w->ca[INTER], NULL);
	trust_conf_init(&conf);
	conf.ca_file = pki_path(w->dir, "inter.pem");
	t = load(w, &conf);
	expect(verify(t, NULL, &leaf, NULL, NULL), TLS_E_UNKNOWN_CA, "issuer", "whole chain");
	trust_unref(t);
	conf.partial_chain = true;
	t = load(w, &conf);
	expect(verify(t, NULL, &leaf, NULL, NULL), TLS_E_OK, "", "partial chain");
	trust_unref(t);
	pki_free(&leaf);
}

static void
bounds_of_weak_keys_are_configured(void **state)
{
	struct world *w = *state;
	struct pki_cert small = pki_make(
		&(struct pki_spec){ .cn = "leaf", .key = "rsa:1024" }, &w->ca[INTER]);
	struct pki_cert sha1 =
		pki_make(&(struct pki_spec){ .cn = "leaf", .md = "SHA1" }, &w->ca[RSA_CA]);
	struct trust_conf conf;
	struct trust *t;

	trust_conf_init(&conf);
	conf.min_rsa_bits = 1024;
	t = load(w, &conf);
	expect(verify(t, NULL, &small, &w->ca[INTER], NULL), TLS_E_OK, "", "min 1024");
	trust_unref(t);
	conf.security_level = 0;
	t = load(w, &conf);
	expect(verify(t, NULL, &sha1, &w->ca[RSA_CA], NULL), TLS_E_OK, "", "level 0");
	trust_unref(t);
	conf.security_level = 3; /* 128 bits: RSA-2048 in the path is too little */
	t = load(w, &conf);
	expect(verify(t, NULL, &small, &w->ca[INTER], NULL), TLS_E_BAD_CERTIFICATE, "too weak",
		"level 3");
	trust_unref(t);
	pki_free(&small);
	pki_free(&sha1);
}

/* A public key only: nobody signs with it. */
static EVP_PKEY *
huge_rsa(int bits)
{
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
	BIGNUM *n = BN_new(), *e = BN_new();
	EVP_PKEY *k = NULL;
	OSSL_PARAM *params;

	BN_one(n);
	BN_lshift(n, n, bits - 1);
	BN_add_word(n, 1);
	BN_set_word(e, 65537);
	OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_N, n);
	OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_E, e);
	params = OSSL_PARAM_BLD_to_param(b);
	assert_int_equal(EVP_PKEY_fromdata_init(c), 1);
	assert_int_equal(EVP_PKEY_fromdata(c, &k, EVP_PKEY_PUBLIC_KEY, params), 1);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(b);
	BN_free(n);
	BN_free(e);
	EVP_PKEY_CTX_free(c);
	return k;
}

static void
keys_too_long_to_work_with_are_refused_unused(void **state)
{
	struct world *w = *state;
	EVP_PKEY *keys[] = { huge_rsa(8192), huge_rsa(8193) };

	for (unsigned i = 0; i < 2; i++) {
		struct pki_cert leaf = pki_make(
			&(struct pki_spec){ .cn = "huge", .use_key = keys[i] }, &w->ca[INTER]);

		expect(verify(w->clients, NULL, &leaf, &w->ca[INTER], NULL),
			i == 0 ? TLS_E_OK : TLS_E_BAD_CERTIFICATE,
			i == 0 ? "" : "certificate 1 has a key of 8193 bits", "leaf");
		expect(verify(w->clients, NULL, &w->ca[INTER], &leaf, NULL),
			i == 0 ? TLS_E_OK : TLS_E_BAD_CERTIFICATE, i == 0 ? "" : "certificate 2 has",
			"along");
		pki_free(&leaf);
		EVP_PKEY_free(keys[i]);
	}
}

static void
server_names_follow_rfc_6125(void **state)
{
	static const struct {
		const char *cn, *san, *name;
		bool with_cn;
		enum tls_err verdict;
	} cases[] = {
		{ NULL, "DNS:a.test", "a.test", false, TLS_E_OK },
		{ NULL, "DNS:a.test", "A.TEST", false, TLS_E_OK },
		{ NULL, "DNS:a.test", "", false, TLS_E_OK },
		{ NULL, "DNS:a.test", NULL, false, TLS_E_OK },
		{ NULL, "DNS:a.test", "b.test", false, TLS_E_CERTIFICATE_UNKNOWN },
		{ NULL, "DNS:a.test", "x.a.test", false, TLS_E_CERTIFICATE_UNKNOWN },
		{ NULL, "DNS:b.test,DNS:a.test", "a.test", false, TLS_E_OK },
		{ NULL, "DNS:*.a.test", "x.a.test", false, TLS_E_OK },
		{ NULL, "DNS:*.a.test", "a.test", false, TLS_E_CERTIFICATE_UNKNOWN },
		{ NULL, "DNS:*.a.test", "x.y.a.test", false, TLS_E_CERTIFICATE_UNKNOWN },
		{ NULL, "DNS:x*.a.test", "xy.a.test", false, TLS_E_CERTIFICATE_UNKNOWN },
		{ NULL, "IP:192.0.2.1", "192.0.2.1", false, TLS_E_OK },
		{ NULL, "IP:192.0.2.1", "192.0.2.2", false, TLS_E_CERTIFICATE_UNKNOWN },
		{ NULL, "IP:2001:db8::1", "2001:db8:0::1", false, TLS_E_OK },
		{ NULL, "DNS:192.0.2.1", "192.0.2.1", false, TLS_E_CERTIFICATE_UNKNOWN },
		{ "a.test", NULL, "a.test", false, TLS_E_CERTIFICATE_UNKNOWN },
		{ "a.test", NULL, "a.test", true, TLS_E_OK },
		{ "a.test", "DNS:b.test", "a.test", true, TLS_E_CERTIFICATE_UNKNOWN },
	};
	struct world *w = *state;
	struct trust_conf conf;
	struct trust *with_cn;

	trust_conf_init(&conf);
	conf.purpose = TRUST_SERVERS;
	conf.common_name = true;
	with_cn = load(w, &conf);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct pki_cert leaf = pki_make(
			&(struct pki_spec){ .cn = cases[i].cn, .org = "o", .san = cases[i].san },
			&w->ca[INTER]);
		char what[128];

		snprintf(what, sizeof(what), "%s|%s for %s", cases[i].cn, cases[i].san,
			cases[i].name);
		expect(verify(cases[i].with_cn ? with_cn : w->servers, cases[i].name, &leaf,
			       &w->ca[INTER], NULL),
			cases[i].verdict, cases[i].verdict != TLS_E_OK ? "ismatch" : "", what);
		pki_free(&leaf);
	}
	trust_unref(with_cn);
}

static void
servers_need_a_servers_certificate(void **state)
{
	struct world *w = *state;
	struct pki_cert leaf = pki_make(
		&(struct pki_spec){ .san = "DNS:a.test", .eku = "clientAuth" }, &w->ca[INTER]);

	expect(verify(w->servers, "a.test", &leaf, &w->ca[INTER], NULL),
		TLS_E_UNSUPPORTED_CERTIFICATE, "purpose", "client's");
	expect(verify(w->clients, "b.test", &leaf, &w->ca[INTER], NULL), TLS_E_OK, "",
		"clients have no name to check");
	pki_free(&leaf);
}

static void
rules_decide_who_may_come(void **state)
{
	static const struct {
		const char *rule;
		bool matches;
	} cases[] = {
		{ "DNS:dev1.a.test", true }, { "DNS:DEV1.A.TEST", true }, { "DNS:*.a.test", true },
		{ "DNS:dev*.a.test", true }, { "DNS:*.test", false }, { "DNS:*", false },
		{ "DNS:dev1.a.tes", false }, { "DNS:a.test", false }, { "DNS:*1.*.test", true },
		{ "email:*@a.test", true }, { "email:*@b.test", false }, { "email:j@a.test", true },
		{ "URI:spiffe://a/*", true }, { "URI:spiffe://A/*", false },
		{ "IP:192.0.2.7", true }, { "IP:192.0.2.8", false }, { "IP:::1", false },
		{ "CN=joe", true }, { "CN=j*", true }, { "CN=*x", false }, { "CN=Joe", false },
		{ "O=Acme, Inc", true }, { "O=Acme", false }, { "OU=joe", false },
		{ "subject:CN=joe,O=Acme\\, Inc", true }, { "subject:CN=joe", false },
	};
	struct world *w = *state;
	struct pki_cert leaf = pki_make(&(struct pki_spec){ .cn = "joe", .org = "Acme, Inc",
		.san = "DNS:dev1.a.test,email:j@a.test,URI:spiffe://a/b,IP:192.0.2.7" },
		&w->ca[INTER]);
	struct trust_conf conf;

	trust_conf_init(&conf);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *rules[] = { "CN=nobody", cases[i].rule };
		struct trust *t;

		conf.allow = rules;
		conf.allow_count = 2;
		t = load(w, &conf);
		expect(verify(t, NULL, &leaf, &w->ca[INTER], NULL),
			cases[i].matches ? TLS_E_OK : TLS_E_ACCESS_DENIED, "", cases[i].rule);
		trust_unref(t);
	}
	pki_free(&leaf);
}

/* ---- the list ---- */

static void
lists_are_bounded(void **state)
{
	struct world *w = *state;
	struct pki_cert leaf = pki_make(&(struct pki_spec){ .cn = "leaf" }, &w->ca[INTER]);
	size_t one, len;
	uint8_t *list = pki_list(&len, &leaf, &w->ca[INTER], &w->ca[ROOT], &w->ca[NARROW],
		&w->ca[NARROW], &w->ca[NARROW], &w->ca[NARROW], &w->ca[STRANGER], &w->ca[NARROW],
		&w->ca[NARROW], NULL);
	uint8_t *more = pki_list(&one, &w->ca[NARROW], NULL), *big;

	expect(verify_list(w->clients, NULL, list, len), TLS_E_OK, "", "ten");
	big = malloc(PEER_MAX_CHAIN + 1);
	memcpy(big, list, len);
	memcpy(big + len, more, one);
	expect(verify_list(w->clients, NULL, big, len + one), TLS_E_BAD_CERTIFICATE,
		"more than 10 certificates", "eleven");
	memset(big + len, 0, PEER_MAX_CHAIN + 1 - len);
	expect(verify_list(w->clients, NULL, big, PEER_MAX_CHAIN + 1), TLS_E_BAD_CERTIFICATE,
		"list of 65537 bytes", "64 KiB and one");
	expect(verify_list(w->clients, NULL, list, 0), TLS_E_BAD_CERTIFICATE, "list of 0 bytes",
		"nothing");
	expect(verify_list(w->clients, NULL, (const uint8_t *)"\0\0\0", 3), TLS_E_DECODE_ERROR, "",
		"a certificate of no bytes");
	expect(verify_list(w->clients, NULL, (const uint8_t *)"\0\0\1\5", 4),
		TLS_E_BAD_CERTIFICATE, "certificate 1 cannot be decoded", "no certificate");
	free(big);
	free(more);
	free(list);
	pki_free(&leaf);
}

static void
truncated_lists_are_never_taken(void **state)
{
	struct world *w = *state;
	struct pki_cert leaf = pki_make(&(struct pki_spec){ .cn = "leaf" }, &w->ca[INTER]);
	size_t len, first;
	uint8_t *list = pki_list(&len, &leaf, &w->ca[INTER], NULL);

	first = 3 + (size_t)(list[1] << 8 | list[2]);
	for (size_t n = 1; n < len; n++) {
		uint8_t *exact = malloc(n); /* ASan sees a read behind it */
		struct peer *p;

		memcpy(exact, list, n);
		p = verify_list(w->clients, NULL, exact, n);
		if (p->verdict != (n == first ? TLS_E_UNKNOWN_CA : TLS_E_DECODE_ERROR))
			fail_msg("%zu bytes: %s", n, tls_err_name(p->verdict));
		peer_unref(p);
		free(exact);
	}
	free(list);
	pki_free(&leaf);
}

static void
no_byte_of_a_leaf_can_be_changed(void **state)
{
	struct world *w = *state;
	struct pki_cert leaf = pki_make(&(struct pki_spec){ .cn = "leaf" }, &w->ca[INTER]);
	size_t len, first;
	uint8_t *list = pki_list(&len, &leaf, &w->ca[INTER], NULL);

	first = 3 + (size_t)(list[1] << 8 | list[2]);
	for (size_t i = 0; i < first; i++) {
		struct peer *p;

		list[i] ^= 1;
		p = verify_list(w->clients, NULL, list, len);
		if (p->verdict == TLS_E_OK || p->reason[0] == '\0')
			fail_msg("byte %zu changed: %s", i, tls_err_name(p->verdict));
		peer_unref(p);
		list[i] ^= 1;
	}
	list[first - 1] ^= 1;
	expect(verify_list(w->clients, NULL, list, len), TLS_E_BAD_CERTIFICATE, "signature failure",
		"the signature");
	free(list);
	pki_free(&leaf);
}

/* ---- stapled responses ---- */

enum staple_fault { NONE, CUT, TRAILING, JUNK };

static void
staples_are_judged(void **state)
{
	struct world *w = *state;
	struct pki_cert leaf = pki_make(
		&(struct pki_spec){ .cn = "leaf", .san = "DNS:a.test", .serial = 5 }, &w->ca[INTER]);
	struct pki_cert other = pki_make(
		&(struct pki_spec){ .cn = "other", .san = "DNS:b.test", .serial = 6 }, &w->ca[INTER]);
	struct pki_cert fake = pki_make(
		&(struct pki_spec){ .cn = "intermediate", .ca = true }, &w->ca[STRANGER]);
	struct pki_cert responder = pki_make(
		&(struct pki_spec){ .cn = "r", .eku = "OCSPSigning" }, &w->ca[INTER]);
	struct pki_cert no_eku = pki_make(&(struct pki_spec){ .cn = "r" }, &w->ca[INTER]);
	struct pki_cert old_responder = pki_make(&(struct pki_spec){ .cn = "r",
		.eku = "OCSPSigning", .from = -9 * PKI_DAY, .to = -PKI_DAY }, &w->ca[INTER]);
	struct pki_cert foreign = pki_make(
		&(struct pki_spec){ .cn = "r", .eku = "OCSPSigning" }, &w->ca[ROOT]);
	const struct pki_cert *inter = &w->ca[INTER];
	const struct {
		const char *what;
		struct pki_ocsp o;
		enum staple_fault fault;
		enum tls_err soft, hard;
		const char *reason;
	} cases[] = {
		{ "good", { .of = &leaf }, NONE, TLS_E_OK, TLS_E_OK, "" },
		{ "SHA-256 in CertID", { .of = &leaf, .id_md = EVP_sha256() }, NONE, TLS_E_OK, TLS_E_OK,
			"" },
		{ "no nextUpdate", { .of = &leaf, .next_update = -1, .this_update = PKI_NOW - 60 }, NONE,
			TLS_E_OK, TLS_E_OK, "" },
		{ "no nextUpdate, old", { .of = &leaf, .next_update = -1,
			.this_update = PKI_NOW - 2 * 3600 }, NONE, TLS_E_OK,
			TLS_E_BAD_CERTIFICATE_STATUS, "out of date" },
		{ "revoked", { .of = &leaf, .status = V_OCSP_CERTSTATUS_REVOKED }, NONE,
			TLS_E_CERTIFICATE_REVOKED, TLS_E_CERTIFICATE_REVOKED, "revoked" },
		{ "revoked, out of date", { .of = &leaf, .status = V_OCSP_CERTSTATUS_REVOKED,
			.this_update = PKI_NOW - 9 * PKI_DAY, .next_update = PKI_NOW - PKI_DAY }, NONE,
			TLS_E_CERTIFICATE_REVOKED, TLS_E_CERTIFICATE_REVOKED, "revoked" },
		{ "unknown", { .of = &leaf, .status = V_OCSP_CERTSTATUS_UNKNOWN }, NONE, TLS_E_OK,
			TLS_E_BAD_CERTIFICATE_STATUS, "does not know" },
		{ "out of date", { .of = &leaf, .this_update = PKI_NOW - 9 * PKI_DAY,
			.next_update = PKI_NOW - 301 }, NONE, TLS_E_OK,
			TLS_E_BAD_CERTIFICATE_STATUS, "out of date" },
		{ "within the skew", { .of = &leaf, .this_update = PKI_NOW + 299,
			.next_update = PKI_NOW + 600 }, NONE, TLS_E_OK, TLS_E_OK, "" },
		{ "of the future", { .of = &leaf, .this_update = PKI_NOW + 301,
			.next_update = PKI_NOW + 600 }, NONE, TLS_E_OK,
			TLS_E_BAD_CERTIFICATE_STATUS, "future" },
		{ "try later", { .of = &leaf, .response_status = OCSP_RESPONSE_STATUS_TRYLATER }, NONE,
			TLS_E_OK, TLS_E_BAD_CERTIFICATE_STATUS, "trylater" },
		{ "about another", { .of = &other }, NONE, TLS_E_BAD_CERTIFICATE_STATUS,
			TLS_E_BAD_CERTIFICATE_STATUS, "another certificate" },
		{ "signed by a namesake", { .of = &leaf, .signer = &fake, .with_signer = true }, NONE,
			TLS_E_BAD_CERTIFICATE_STATUS, TLS_E_BAD_CERTIFICATE_STATUS, "not signed" },
		{ "signed by the leaf", { .of = &leaf, .signer = &leaf, .with_signer = true }, NONE,
			TLS_E_BAD_CERTIFICATE_STATUS, TLS_E_BAD_CERTIFICATE_STATUS, "not signed" },
		{ "delegated", { .of = &leaf, .signer = &responder, .with_signer = true }, NONE, TLS_E_OK,
			TLS_E_OK, "" },
		{ "delegated without its certificate", { .of = &leaf, .signer = &responder }, NONE,
			TLS_E_BAD_CERTIFICATE_STATUS, TLS_E_BAD_CERTIFICATE_STATUS, "not signed" },
		{ "delegated without the usage", { .of = &leaf, .signer = &no_eku, .with_signer = true },
			NONE, TLS_E_BAD_CERTIFICATE_STATUS, TLS_E_BAD_CERTIFICATE_STATUS, "not signed" },
		{ "delegated, expired", { .of = &leaf, .signer = &old_responder, .with_signer = true },
			NONE, TLS_E_BAD_CERTIFICATE_STATUS, TLS_E_BAD_CERTIFICATE_STATUS, "not signed" },
		{ "delegated by another CA", { .of = &leaf, .signer = &foreign, .with_signer = true },
			NONE, TLS_E_BAD_CERTIFICATE_STATUS, TLS_E_BAD_CERTIFICATE_STATUS, "not signed" },
		{ "cut", { .of = &leaf }, CUT, TLS_E_BAD_CERTIFICATE_STATUS,
			TLS_E_BAD_CERTIFICATE_STATUS, "decoded" },
		{ "trailing byte", { .of = &leaf }, TRAILING, TLS_E_BAD_CERTIFICATE_STATUS,
			TLS_E_BAD_CERTIFICATE_STATUS, "decoded" },
		{ "a changed byte", { .of = &leaf }, JUNK, TLS_E_BAD_CERTIFICATE_STATUS,
			TLS_E_BAD_CERTIFICATE_STATUS, "not signed" },
	};
	struct trust *hard;
	struct trust_conf conf;
	uint8_t *list;
	size_t list_len;

	trust_conf_init(&conf);
	conf.purpose = TRUST_SERVERS;
	conf.ocsp = TRUST_OCSP_HARD;
	hard = load(w, &conf);
	list = pki_list(&list_len, &leaf, inter, NULL);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct pki_ocsp o = cases[i].o;
		struct verify_req req = { .name = "a.test", .chain = list, .chain_len = list_len,
			.now_s = PKI_NOW };
		uint8_t *der, *copy;
		size_t n;

		o.issuer = inter;
		if (o.this_update == 0)
			o.this_update = PKI_NOW - 3600;
		o.next_update = o.next_update == 0 ? PKI_NOW + PKI_DAY
				: o.next_update == -1 ? 0 : o.next_update;
		der = pki_ocsp_response(&o, &n);
		copy = calloc(1, n + 1);
		memcpy(copy, der, n);
		if (cases[i].fault == JUNK)
			copy[n - 1] ^= 1;
		req.staple = copy;
		req.staple_len = cases[i].fault == CUT	      ? n - 1
				 : cases[i].fault == TRAILING ? n + 1
							      : n;
		req.trust = w->servers;
		expect(peer_verify(w->servers, &req), cases[i].soft,
			cases[i].soft != TLS_E_OK ? cases[i].reason : "", cases[i].what);
		req.trust = hard;
		expect(peer_verify(hard, &req), cases[i].hard,
			cases[i].hard != TLS_E_OK ? cases[i].reason : "", cases[i].what);
		free(copy);
		OPENSSL_free(der);
	}
	free(list);
	trust_unref(hard);
	pki_free(&leaf);
	pki_free(&other);
	pki_free(&fake);
	pki_free(&responder);
	pki_free(&no_eku);
	pki_free(&old_responder);
	pki_free(&foreign);
}

static void
a_verdict_ends_with_what_it_rests_on(void **state)
{
	struct world *w = *state;
	struct pki_cert leaf = pki_make(
		&(struct pki_spec){ .cn = "leaf", .to = 7 * PKI_DAY }, &w->ca[INTER]);
	struct pki_ocsp o = { .of = &leaf, .issuer = &w->ca[INTER], .this_update = PKI_NOW - 60,
		.next_update = PKI_NOW + 3600 };
	size_t list_len, n;
	uint8_t *list = pki_list(&list_len, &leaf, &w->ca[INTER], NULL);
	uint8_t *der = pki_ocsp_response(&o, &n);
	struct verify_req req = { .trust = w->clients, .chain = list, .chain_len = list_len,
		.now_s = PKI_NOW };
	struct peer *p = peer_verify(w->clients, &req);

	assert_int_equal(p->valid_until, PKI_NOW + 7 * PKI_DAY);
	peer_unref(p);
	req.staple = der;
	req.staple_len = n;
	p = peer_verify(w->clients, &req);
	assert_int_equal(p->valid_until, PKI_NOW + 3600);
	peer_unref(p);
	OPENSSL_free(der);
	free(list);
	pki_free(&leaf);
}

static void
a_certificate_that_must_come_with_a_response_is_held_to_it(void **state)
{
	struct world *w = *state;
	struct pki_cert leaf = pki_make(
		&(struct pki_spec){ .cn = "leaf", .san = "DNS:a.test" }, &w->ca[INTER]);
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, NID_tlsfeature, "status_request");
	struct trust_conf conf;
	struct trust *soft;

	assert_int_equal(X509_add_ext(leaf.x, e, -1), 1);
	X509_EXTENSION_free(e);
	X509_sign(leaf.x, w->ca[INTER].key, EVP_sha256());
	trust_conf_init(&conf);
	conf.purpose = TRUST_SERVERS;
	conf.ocsp = TRUST_OCSP_SOFT;
	soft = load(w, &conf);
	expect(verify(w->servers, "a.test", &leaf, &w->ca[INTER], NULL), TLS_E_OK, "",
		"we did not ask");
	expect(verify(soft, "a.test", &leaf, &w->ca[INTER], NULL), TLS_E_BAD_CERTIFICATE_STATUS,
		"must come with an OCSP response", "none came");
	trust_unref(soft);
	pki_free(&leaf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_chain_tells_who_it_is),
		cmocka_unit_test(a_comma_in_a_name_does_not_make_two),
		cmocka_unit_test(each_fault_has_its_verdict),
		cmocka_unit_test(paths_are_no_longer_than_allowed),
		cmocka_unit_test(an_intermediate_is_an_anchor_only_when_asked),
		cmocka_unit_test(bounds_of_weak_keys_are_configured),
		cmocka_unit_test(keys_too_long_to_work_with_are_refused_unused),
		cmocka_unit_test(server_names_follow_rfc_6125),
		cmocka_unit_test(servers_need_a_servers_certificate),
		cmocka_unit_test(rules_decide_who_may_come),
		cmocka_unit_test(lists_are_bounded),
		cmocka_unit_test(truncated_lists_are_never_taken),
		cmocka_unit_test(no_byte_of_a_leaf_can_be_changed),
		cmocka_unit_test(staples_are_judged),
		cmocka_unit_test(a_verdict_ends_with_what_it_rests_on),
		cmocka_unit_test(a_certificate_that_must_come_with_a_response_is_held_to_it),
	};

	return cmocka_run_group_tests(tests, open_world, close_world);
}
