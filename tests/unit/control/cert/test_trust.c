/* CA files, names for CertificateRequest, CRLs under each policy and replaced while we run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <openssl/pem.h>

#include "common/rd.h"
#include "control/cert/verify.h"
#include "tests/unit/control/cert/pki.h"

#define LEAF 5
#define INTER 77

struct world {
	char dir[64];
	struct pki_cert root, inter, leaf;
	uint8_t *list;
	size_t list_len;
};

static int
open_world(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	pki_tmp(w->dir);
	w->root = pki_make(&(struct pki_spec){ .cn = "root", .ca = true }, NULL);
	w->inter = pki_make(
		&(struct pki_spec){ .cn = "intermediate", .ca = true, .serial = INTER }, &w->root);
	w->leaf = pki_make(&(struct pki_spec){ .cn = "leaf", .serial = LEAF }, &w->inter);
	w->list = pki_list(&w->list_len, &w->leaf, &w->inter, NULL);
	pki_write_certs(pki_path(w->dir, "ca.pem"), &w->root, NULL);
	*state = w;
	return 0;
}

static int
close_world(void **state)
{
	struct world *w = *state;

	pki_free(&w->root);
	pki_free(&w->inter);
	pki_free(&w->leaf);
	free(w->list);
	pki_tmp_remove(w->dir);
	free(w);
	return 0;
}

static void
write_crl(struct world *w, const char *name, const struct pki_cert *issuer, int64_t next,
	long serial)
{
	X509_CRL *crl = pki_crl(
		issuer, PKI_NOW - 9 * PKI_DAY, PKI_NOW + next, &serial, serial != 0 ? 1 : 0);

	pki_write_crl(pki_path(w->dir, name), crl);
	X509_CRL_free(crl);
}

static enum tls_err
judge(struct world *w, struct trust *t, long *error)
{
	struct peer *p = peer_verify(t, &(struct verify_req){ .trust = t, .chain = w->list,
		.chain_len = w->list_len, .now_s = PKI_NOW });
	enum tls_err verdict = p->verdict;

	if (error != NULL)
		*error = p->x509_error;
	peer_unref(p);
	return verdict;
}

static void
says_what_is_wrong(void **state)
{
	static const struct {
		const char *ca, *crl, *rule;
		unsigned bits, level;
		bool hard;
		const char *says;
	} cases[] = {
		{ "none.pem", NULL, NULL, 2048, 1, false,
			"/none.pem: cannot read the CA certificates: No such file or directory; check" },
		{ "junk", NULL, NULL, 2048, 1, false,
			"/junk: no PEM certificate in it; give a file with" },
		{ "half.pem", NULL, NULL, 2048, 1, false,
			"/half.pem: a certificate in it is damaged; copy it again" },
		{ "ca.pem", "none.crl", NULL, 2048, 1, false,
			"/none.crl: cannot read the CRL: No such file or directory; check" },
		{ "ca.pem", "junk", NULL, 2048, 1, false, "/junk: not a CRL, or a damaged one; give" },
		{ "ca.pem", "ca.pem", NULL, 2048, 1, false, "/ca.pem: not a CRL, or a damaged one" },
		{ "ca.pem", "half.crl", NULL, 2048, 1, false, "/half.crl: not a CRL, or a damaged" },
		{ "ca.pem", NULL, "a.test", 2048, 1, false, "a.test: not a rule for a certificate" },
		{ "ca.pem", NULL, "DNS:", 2048, 1, false, "DNS:: not a rule for a certificate" },
		{ "ca.pem", NULL, "IP:1.2", 2048, 1, false, "IP:1.2: not a rule for a certificate" },
		{ "ca.pem", NULL, "XYZ=a", 2048, 1, false, "XYZ=a: not a rule for a certificate" },
		{ "ca.pem", NULL, NULL, 512, 1, false, "RSA bits are 1024 to 8192" },
		{ "ca.pem", NULL, NULL, 2048, 6, false, "the level is 0 to 5" },
		{ "ca.pem", NULL, NULL, 2048, 1, true, "CRLs are required and no CRL file is given" },
	};
	struct world *w = *state;
	X509_CRL *crl = pki_crl(&w->root, PKI_NOW, PKI_NOW + 60, NULL, 0);
	FILE *f;

	pki_write(pki_path(w->dir, "junk"), "no certificate\n", 15);
	f = fopen(pki_path(w->dir, "half.pem"), "w");
	fputs("-----BEGIN CERTIFICATE-----\nMIIB\n", f);
	fclose(f);
	pki_write_certs(pki_path(w->dir, "half.pem"), &w->root, NULL);
	f = fopen(pki_path(w->dir, "half.pem"), "a");
	fputs("-----BEGIN CERTIFICATE-----\nMIIB\n", f);
	fclose(f);
	pki_write_crl(pki_path(w->dir, "half.crl"), crl);
	f = fopen(pki_path(w->dir, "half.crl"), "a");
	fputs("-----BEGIN X509 CRL-----\nMIIB\n-----END X509 CRL-----\n", f);
	fclose(f);
	X509_CRL_free(crl);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *file = cases[i].crl != NULL ? pki_path(w->dir, cases[i].crl) : NULL;
		struct trust_conf conf;
		struct trust *t;
		char err[CERT_ERR_LEN] = "";

		trust_conf_init(&conf);
		conf.ca_file = pki_path(w->dir, cases[i].ca);
		conf.crl_files = &file;
		conf.crl_file_count = file != NULL;
		conf.allow = &cases[i].rule;
		conf.allow_count = cases[i].rule != NULL;
		conf.min_rsa_bits = (uint16_t)cases[i].bits;
		conf.security_level = (uint8_t)cases[i].level;
		conf.crl_hard = cases[i].hard;
		conf.crl_check = cases[i].hard ? TRUST_CRL_LEAF : TRUST_CRL_OFF;
		assert_int_equal(trust_load(&conf, &t, err), -1);
		assert_null(t);
		if (strstr(err, cases[i].says) == NULL)
			fail_msg("case %zu: %s", i, err);
	}
}

static void
notes_expired_cas_and_those_that_are_none(void **state)
{
	struct world *w = *state;
	struct pki_cert old = pki_make(&(struct pki_spec){ .cn = "old root", .ca = true,
		.from = -9 * PKI_DAY, .to = -PKI_DAY }, NULL);
	struct trust_conf conf;
	struct trust *t;
	char err[CERT_ERR_LEN];

	pki_write_certs(pki_path(w->dir, "odd.pem"), &old, &w->leaf, NULL);
	trust_conf_init(&conf);
	conf.ca_file = pki_path(w->dir, "odd.pem");
	assert_int_equal(trust_load(&conf, &t, err), 0);
	assert_non_null(strstr(trust_notes(t), "/CN=old root has expired"));
	assert_non_null(strstr(trust_notes(t), "leaf is not the certificate of a CA"));
	trust_unref(t);
	pki_free(&old);
}

static void
ca_names_are_ready_for_the_wire(void **state)
{
	struct world *w = *state;
	struct trust_conf conf;
	struct trust *t;
	char err[CERT_ERR_LEN], long_name[60];
	struct rd all, list, one;
	const uint8_t *p, *der;
	size_t len, n;
	FILE *f;

	pki_write_certs(pki_path(w->dir, "two.pem"), &w->root, &w->inter, &w->root, NULL);
	trust_conf_init(&conf);
	conf.ca_file = pki_path(w->dir, "two.pem");
	assert_int_equal(trust_load(&conf, &t, err), 0);
	p = trust_ca_names(t, &len);
	all = rd_init(p, len);
	list = rd_vec16(&all);
	assert_true(rd_done(&all));
	for (unsigned i = 0; i < 2; i++) {
		X509_NAME_get0_der(X509_get_subject_name(i == 0 ? w->root.x : w->inter.x), &der, &n);
		one = rd_vec16(&list);
		assert_true(rd_ok(&list));
		assert_int_equal(rd_left(&one), n);
		assert_memory_equal(one.p, der, n);
	}
	assert_true(rd_done(&list)); /* the root is there once */
	trust_unref(t);

	unlink(pki_path(w->dir, "two.pem"));
	f = fopen(pki_path(w->dir, "many.pem"), "w");
	for (unsigned i = 0; i < 300; i++) {
		struct pki_cert c;

		snprintf(long_name, sizeof(long_name), "%050u", i);
		c = pki_make(&(struct pki_spec){ .cn = long_name, .ca = true, .use_key = w->root.key },
			NULL);
		PEM_write_X509(f, c.x);
		pki_free(&c);
	}
	fclose(f);
	conf.ca_file = pki_path(w->dir, "many.pem");
	assert_int_equal(trust_load(&conf, &t, err), 0);
	p = trust_ca_names(t, &len);
	assert_int_equal(len, 2);
	assert_memory_equal(p, "\0\0", 2);
	assert_non_null(strstr(trust_notes(t), "too long for a CertificateRequest"));
	assert_non_null(strstr(trust_notes(t), "297 more like this")); /* all have expired */
	trust_unref(t);
}

/* What is in the files, and what each policy makes of it. */
static void
crls_follow_the_policy(void **state)
{
	enum { NO, GOOD, OLD, REVOKES, OLD_REVOKES, FORGED };
	static const struct {
		int leaf_crl, inter_crl;
		enum tls_err leaf_soft, leaf_hard, all_soft, all_hard;
	} cases[] = {
		{ GOOD, GOOD, TLS_E_OK, TLS_E_OK, TLS_E_OK, TLS_E_OK },
		{ GOOD, NO, TLS_E_OK, TLS_E_OK, TLS_E_OK, TLS_E_CERTIFICATE_UNKNOWN },
		{ NO, GOOD, TLS_E_OK, TLS_E_CERTIFICATE_UNKNOWN, TLS_E_OK,
			TLS_E_CERTIFICATE_UNKNOWN },
		{ OLD, GOOD, TLS_E_OK, TLS_E_CERTIFICATE_UNKNOWN, TLS_E_OK,
			TLS_E_CERTIFICATE_UNKNOWN },
		{ REVOKES, GOOD, TLS_E_CERTIFICATE_REVOKED, TLS_E_CERTIFICATE_REVOKED,
			TLS_E_CERTIFICATE_REVOKED, TLS_E_CERTIFICATE_REVOKED },
		{ OLD_REVOKES, GOOD, TLS_E_CERTIFICATE_REVOKED, TLS_E_CERTIFICATE_UNKNOWN,
			TLS_E_CERTIFICATE_REVOKED, TLS_E_CERTIFICATE_UNKNOWN },
		{ GOOD, REVOKES, TLS_E_OK, TLS_E_OK, TLS_E_CERTIFICATE_REVOKED,
			TLS_E_CERTIFICATE_REVOKED },
		{ FORGED, GOOD, TLS_E_OK, TLS_E_CERTIFICATE_UNKNOWN, TLS_E_OK,
			TLS_E_CERTIFICATE_UNKNOWN },
	};
	struct world *w = *state;
	struct pki_cert forger = pki_make(
		&(struct pki_spec){ .cn = "intermediate", .ca = true, .serial = INTER }, &w->root);

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *files[2];
		unsigned n = 0;

		for (unsigned k = 0; k < 2; k++) {
			int kind = k == 0 ? cases[i].leaf_crl : cases[i].inter_crl;
			const char *name = k == 0 ? "leaf.crl" : "inter.crl";

			if (kind == NO)
				continue;
			write_crl(w, name,
				kind == FORGED ? &forger : k == 0 ? &w->inter : &w->root,
				kind == OLD || kind == OLD_REVOKES ? -60 : PKI_DAY,
				kind == REVOKES || kind == OLD_REVOKES ? (k == 0 ? LEAF : INTER) : 0);
			files[n++] = pki_path(w->dir, name);
		}
		for (unsigned policy = 0; policy < 4; policy++) {
			const enum tls_err want[] = { cases[i].leaf_soft, cases[i].leaf_hard,
				cases[i].all_soft, cases[i].all_hard };
			struct trust_conf conf;
			struct trust *t;
			char err[CERT_ERR_LEN];
			enum tls_err got;
			long error;

			trust_conf_init(&conf);
			conf.ca_file = pki_path(w->dir, "ca.pem");
			conf.crl_files = files;
			conf.crl_file_count = n;
			conf.crl_check = policy < 2 ? TRUST_CRL_LEAF : TRUST_CRL_ALL;
			conf.crl_hard = (policy & 1) != 0;
			if (trust_load(&conf, &t, err) != 0)
				fail_msg("%s", err);
			got = judge(w, t, &error);
			if (got != want[policy])
				fail_msg("case %zu policy %u: %s", i, policy, tls_err_name(got));
			/* what was overlooked is told */
			if (got == TLS_E_OK && cases[i].leaf_crl != GOOD)
				assert_int_not_equal(error, 0);
			trust_unref(t);
		}
	}
	pki_free(&forger);
}

static void
crls_are_replaced_while_we_run(void **state)
{
	struct world *w = *state;
	const char *file;
	struct trust_conf conf;
	struct trust *t, *again;
	struct trust_set *old, *fresh = NULL;
	char err[CERT_ERR_LEN] = "";
	uint8_t first[32];

	write_crl(w, "r.crl", &w->inter, PKI_DAY, 0);
	file = pki_path(w->dir, "r.crl");
	trust_conf_init(&conf);
	conf.ca_file = pki_path(w->dir, "ca.pem");
	conf.crl_files = &file;
	conf.crl_file_count = 1;
	conf.crl_check = TRUST_CRL_LEAF;
	assert_int_equal(trust_load(&conf, &t, err), 0);
	assert_int_equal(trust_load(&conf, &again, err), 0);
	assert_memory_equal(trust_id(t), trust_id(again), 32); /* the same content, the same id */
	trust_unref(again);
	memcpy(first, trust_id(t), 32);
	assert_int_equal(judge(w, t, NULL), TLS_E_OK);
	old = trust_set_ref(t);
	assert_int_equal(trust_set_renew(t, old, &fresh, err), 0);

	write_crl(w, "r.crl", &w->inter, PKI_DAY, LEAF);
	assert_int_equal(trust_set_renew(t, old, &fresh, err), 1);
	assert_int_equal(judge(w, t, NULL), TLS_E_OK); /* not in force yet */
	trust_swap(t, fresh);
	assert_int_equal(judge(w, t, NULL), TLS_E_CERTIFICATE_REVOKED);
	assert_memory_not_equal(trust_id(t), first, 32);
	trust_set_unref(old);

	/* garbage, then nothing at all: the last good one goes on */
	old = trust_set_ref(t);
	pki_write(pki_path(w->dir, "r.crl"), "garbage", 7);
	assert_int_equal(trust_set_renew(t, old, &fresh, err), -1);
	assert_non_null(strstr(err, "/r.crl: not a CRL, or a damaged one"));
	unlink(pki_path(w->dir, "r.crl"));
	assert_int_equal(trust_set_renew(t, old, &fresh, err), -1);
	assert_non_null(strstr(err, "/r.crl: cannot read the CRL: No such file"));
	assert_int_equal(judge(w, t, NULL), TLS_E_CERTIFICATE_REVOKED);
	write_crl(w, "r.crl", &w->inter, PKI_DAY, 0);
	assert_int_equal(trust_set_renew(t, old, &fresh, err), 1);
	trust_swap(t, fresh);
	trust_set_unref(old);
	assert_int_equal(judge(w, t, NULL), TLS_E_OK);
	trust_unref(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_what_is_wrong),
		cmocka_unit_test(notes_expired_cas_and_those_that_are_none),
		cmocka_unit_test(ca_names_are_ready_for_the_wire),
		cmocka_unit_test(crls_follow_the_policy),
		cmocka_unit_test(crls_are_replaced_while_we_run),
	};

	return cmocka_run_group_tests(tests, open_world, close_world);
}
