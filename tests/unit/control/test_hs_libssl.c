/* The handshake machine against libssl as the client: every suite, resumption, extensions, fragmentation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/x509v3.h>

#include "tests/unit/control/tls_peer.h"

static int
setup(void **state)
{
	*state = malloc(sizeof(struct peer_world));
	world_open(*state);
	return 0;
}

static int
teardown(void **state)
{
	world_close(*state);
	free(*state);
	return 0;
}

struct suite_case {
	const char *openssl, *ours;
};
static const struct suite_case suite_cases[] = {
	{ "AES128-GCM-SHA256", "TLS_RSA_WITH_AES_128_GCM_SHA256" },
	{ "AES256-GCM-SHA384", "TLS_RSA_WITH_AES_256_GCM_SHA384" },
	{ "AES128-SHA256", "TLS_RSA_WITH_AES_128_CBC_SHA256" },
	{ "AES256-SHA256", "TLS_RSA_WITH_AES_256_CBC_SHA256" },
	{ "AES128-SHA", "TLS_RSA_WITH_AES_128_CBC_SHA" },
	{ "AES256-SHA", "TLS_RSA_WITH_AES_256_CBC_SHA" },
};

struct run { /* one connection's wishes and what came of them */
	const char *suites, *name;
	SSL_SESSION *session;
	uint64_t options;
	unsigned fragment, send_fragment;
	const char *alpn;
	/* results */
	bool ok, resumed, ems, stored;
	uint8_t alert;
	enum tls_err err;
	const char *suite;
	char cert_name[64], alpn_got[16];
	unsigned rsa, prf;
	SSL_SESSION *out;
};

/* The first DNS name of the certificate that the client got. */
static void
peer_cert_name(SSL *ssl, char *out, size_t cap)
{
	X509 *x = SSL_get1_peer_certificate(ssl);
	GENERAL_NAMES *names = x != NULL ? X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL) : NULL;

	out[0] = '\0';
	if (names != NULL && sk_GENERAL_NAME_num(names) > 0)
		snprintf(out, cap, "%s", ASN1_STRING_get0_data(sk_GENERAL_NAME_value(names, 0)->d.dNSName));
	GENERAL_NAMES_free(names);
	X509_free(x);
}

static void
connect_once(struct peer_world *w, struct run *r)
{
	SSL_CTX *ctx = client_ctx(r->suites);
	struct tls_peer *p = malloc(sizeof(*p));
	const uint8_t *alpn = NULL;
	unsigned alpn_len = 0;
	struct hs_info info;
	BIO *net;
	SSL *ssl;

	SSL_CTX_set_options(ctx, r->options);
	ssl = client_open(ctx, &net);
	if (r->name != NULL)
		SSL_set_tlsext_host_name(ssl, r->name);
	if (r->alpn != NULL)
		SSL_set_alpn_protos(ssl, (const uint8_t *)r->alpn, (unsigned)strlen(r->alpn));
	if (r->session != NULL)
		SSL_set_session(ssl, r->session);
	peer_open(p, w, net);
	p->end.opts.fragment_in = r->fragment;
	p->end.opts.fragment_out = r->send_fragment;
	r->ok = client_shake(ssl, p);
	r->err = p->end.err;
	r->alert = p->end.alert;
	r->resumed = r->ok && SSL_session_reused(ssl);
	r->ems = r->ok && SSL_get_extms_support(ssl) == 1;
	r->stored = p->end.stored;
	r->rsa = p->end.pka_count[PKA_RSA_PREMASTER];
	r->prf = p->end.pka_count[PKA_PRF];
	hs_info(p->end.hs, &info);
	r->suite = info.suite != NULL ? info.suite : "";
	if (r->ok)
		assert_true(hs_memory(p->end.hs) <= 1024);
	peer_cert_name(ssl, r->cert_name, sizeof(r->cert_name));
	SSL_get0_alpn_selected(ssl, &alpn, &alpn_len);
	snprintf(r->alpn_got, sizeof(r->alpn_got), "%.*s", (int)alpn_len, alpn != NULL ? (const char *)alpn : "");
	r->out = r->ok ? SSL_get1_session(ssl) : NULL;
	peer_close(p);
	free(p);
	SSL_shutdown(ssl); /* or libssl would call its own session broken */
	SSL_free(ssl);
	SSL_CTX_free(ctx);
}

static void
run_free(struct run *r)
{
	SSL_SESSION_free(r->out);
}

static void
completes_every_suite_and_resumes_it(void **state)
{
	for (size_t i = 0; i < sizeof(suite_cases) / sizeof(suite_cases[0]); i++) {
		struct run full = { .suites = suite_cases[i].openssl }, again;

		connect_once(*state, &full);
		assert_true(full.ok);
		assert_string_equal(full.suite, suite_cases[i].ours);
		assert_true(full.stored && full.ems && !full.resumed);
		assert_int_equal(full.rsa, 1);
		again = (struct run){ .suites = suite_cases[i].openssl, .session = full.out };
		connect_once(*state, &again);
		assert_true(again.ok && again.resumed && again.ems && !again.stored);
		assert_int_equal(again.rsa, 0);
		assert_int_equal(again.prf, 0); /* in place */
		run_free(&full);
		run_free(&again);
	}
}

static void
our_preference_chooses_the_suite(void **state)
{
	struct run r = { .suites = "AES256-SHA:AES128-SHA:AES128-GCM-SHA256" };

	connect_once(*state, &r);
	assert_true(r.ok);
	assert_string_equal(r.suite, "TLS_RSA_WITH_AES_128_GCM_SHA256");
	run_free(&r);
}

static void
works_without_extended_master_secret_and_resumes(void **state)
{
	struct run full = { .suites = "AES128-GCM-SHA256", .options = SSL_OP_NO_EXTENDED_MASTER_SECRET }, again;

	connect_once(*state, &full);
	assert_true(full.ok && !full.ems);
	again = (struct run){ .suites = "AES128-GCM-SHA256", .options = SSL_OP_NO_EXTENDED_MASTER_SECRET, .session = full.out };
	connect_once(*state, &again);
	assert_true(again.ok && again.resumed);
	run_free(&full);
	run_free(&again);
}

static void
session_with_ems_and_hello_without_aborts(void **state)
{
	struct run full = { .suites = "AES128-GCM-SHA256" }, again;

	connect_once(*state, &full);
	again = (struct run){ .suites = "AES128-GCM-SHA256", .options = SSL_OP_NO_EXTENDED_MASTER_SECRET, .session = full.out };
	connect_once(*state, &again);
	assert_false(again.ok);
	assert_int_equal(again.err, TLS_E_HANDSHAKE_FAILURE);
	run_free(&full);
}

static void
session_without_ems_and_hello_with_it_is_a_full_handshake(void **state)
{
	struct run full = { .suites = "AES128-GCM-SHA256", .options = SSL_OP_NO_EXTENDED_MASTER_SECRET }, again;

	connect_once(*state, &full);
	again = (struct run){ .suites = "AES128-GCM-SHA256", .session = full.out };
	connect_once(*state, &again);
	assert_true(again.ok && !again.resumed && again.ems);
	run_free(&full);
	run_free(&again);
}

static void
session_is_not_resumed_under_another_name(void **state)
{
	struct run full = { .suites = "AES128-GCM-SHA256", .name = "a.test" }, again;

	connect_once(*state, &full);
	again = (struct run){ .suites = "AES128-GCM-SHA256", .name = "b.wild.test", .session = full.out };
	connect_once(*state, &again);
	assert_true(again.ok && !again.resumed);
	assert_string_equal(again.cert_name, "*.wild.test");
	run_free(&full);
	run_free(&again);
}

static void
session_is_not_resumed_on_another_listener(void **state)
{
	struct peer_world *w = *state;
	struct run full = { .suites = "AES128-GCM-SHA256" }, again;

	connect_once(w, &full);
	w->listener.bind[0] ^= 1;
	again = (struct run){ .suites = "AES128-GCM-SHA256", .session = full.out };
	connect_once(w, &again);
	w->listener.bind[0] ^= 1;
	assert_true(again.ok && !again.resumed);
	run_free(&full);
	run_free(&again);
}

static void
session_is_not_resumed_when_the_suite_is_gone(void **state)
{
	struct peer_world *w = *state;
	struct run full = { .suites = "AES128-GCM-SHA256:AES128-SHA" }, again;
	const struct hs_suite *first = w->policy.suites[0];

	connect_once(w, &full);
	w->policy.suites[0] = w->policy.suites[1];
	again = (struct run){ .suites = "AES128-GCM-SHA256:AES128-SHA", .session = full.out };
	connect_once(w, &again);
	w->policy.suites[0] = first;
	assert_true(again.ok && !again.resumed);
	run_free(&full);
	run_free(&again);
}

static void
unknown_session_is_a_full_handshake_with_a_new_id(void **state)
{
	struct peer_world *w = *state;
	struct run full = { .suites = "AES128-GCM-SHA256" }, again;
	unsigned n1, n2;

	connect_once(w, &full);
	hs_keep_drop(&w->keep);
	hs_keep_init(&w->keep, 8);
	again = (struct run){ .suites = "AES128-GCM-SHA256", .session = full.out };
	connect_once(w, &again);
	assert_true(again.ok && !again.resumed && again.stored);
	SSL_SESSION_get_id(full.out, &n1);
	SSL_SESSION_get_id(again.out, &n2);
	assert_int_equal(n2, 32);
	run_free(&full);
	run_free(&again);
}

static void
without_a_cache_no_session_id_is_given(void **state)
{
	struct peer_world *w = *state;
	struct run r = { .suites = "AES128-GCM-SHA256" };
	unsigned n;

	w->listener.session_cache = false;
	connect_once(w, &r);
	w->listener.session_cache = true;
	assert_true(r.ok && !r.stored);
	SSL_SESSION_get_id(r.out, &n);
	run_free(&r);
}

static void
server_name_chooses_the_certificate(void **state)
{
	static const char *const cases[][2] = {
		{ "a.test", "a.test" }, { "A.TEST", "a.test" }, { "x.wild.test", "*.wild.test" }, { "x.y.wild.test", "a.test" },
		{ "wild.test", "a.test" }, { "unknown.test", "a.test" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct run r = { .suites = "AES128-SHA", .name = cases[i][0] };

		connect_once(*state, &r);
		assert_true(r.ok);
		assert_string_equal(r.cert_name, cases[i][1]);
		run_free(&r);
	}
}

static void
alpn_takes_ours_ignores_or_refuses(void **state)
{
	struct peer_world *w = *state;
	struct run r = { .suites = "AES128-SHA", .alpn = "\x02h2\x08http/1.1" };

	connect_once(w, &r);
	assert_true(r.ok);
	assert_string_equal(r.alpn_got, "");
	run_free(&r);
	w->listener.alpn[0] = "http/1.1";
	w->listener.alpn_count = 1;
	connect_once(w, &r);
	assert_true(r.ok);
	assert_string_equal(r.alpn_got, "http/1.1");
	run_free(&r);
	r = (struct run){ .suites = "AES128-SHA", .alpn = "\x02h2" };
	connect_once(w, &r);
	assert_false(r.ok);
	assert_int_equal(r.alert, 120);
	w->listener.alpn_count = 0;
}

static void
every_fragmentation_of_records_works(void **state)
{
	static const unsigned sizes[] = { 1, 2, 3, 4, 5, 7, 64 };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct run full = { .suites = "AES128-SHA256", .fragment = sizes[i], .send_fragment = sizes[i] }, again;

		connect_once(*state, &full);
		assert_true(full.ok);
		again = full;
		again.session = full.out;
		connect_once(*state, &again);
		assert_true(again.ok && again.resumed);
		run_free(&full);
		run_free(&again);
	}
}

static void
old_versions_are_refused(void **state)
{
	SSL_CTX *ctx = client_ctx("AES128-SHA:@SECLEVEL=0");
	struct tls_peer *p = malloc(sizeof(*p));
	BIO *net;
	SSL *ssl;

	SSL_CTX_set_min_proto_version(ctx, TLS1_VERSION);
	SSL_CTX_set_max_proto_version(ctx, TLS1_1_VERSION);
	for (int fallback = 0; fallback < 2; fallback++) {
		ssl = client_open(ctx, &net);
		if (fallback)
			SSL_set_mode(ssl, SSL_MODE_SEND_FALLBACK_SCSV);
		peer_open(p, *state, net);
		assert_false(client_shake(ssl, p));
		assert_int_equal(p->end.err, fallback ? TLS_E_INAPPROPRIATE_FALLBACK : TLS_E_PROTOCOL_VERSION);
		assert_int_equal(p->end.alert, fallback ? 86 : 70);
		peer_close(p);
		SSL_free(ssl);
	}
	SSL_CTX_free(ctx);
	free(p);
}

static void
renegotiation_is_refused_by_a_warning_and_the_connection_lives(void **state)
{
	SSL_CTX *ctx = client_ctx("AES128-GCM-SHA256");
	struct tls_peer *p = malloc(sizeof(*p));
	BIO *net;
	SSL *ssl = client_open(ctx, &net);

	peer_open(p, *state, net);
	assert_true(client_shake(ssl, p));
	assert_int_equal(SSL_get_secure_renegotiation_support(ssl), 1);
	assert_int_equal(SSL_renegotiate(ssl), 1);
	SSL_do_handshake(ssl);
	peer_pump(p);
	assert_false(p->end.closed);
	assert_int_equal(p->end.wr.seq, 2); /* Finished and the warning */
	assert_int_not_equal(SSL_do_handshake(ssl), 1); /* libssl takes no_renegotiation for fatal */
	peer_close(p);
	SSL_free(ssl);
	SSL_CTX_free(ctx);
	free(p);
}

static void
a_fatal_alert_makes_the_session_unusable(void **state)
{
	struct peer_world *w = *state;
	SSL_CTX *ctx = client_ctx("AES128-GCM-SHA256");
	struct tls_peer *p = malloc(sizeof(*p));
	struct session_stats before, after;
	BIO *net;
	SSL *ssl = client_open(ctx, &net);

	peer_open(p, w, net);
	assert_true(client_shake(ssl, p));
	session_cache_stats(w->keep.cache, &before);
	assert_int_equal(peer_record(p, TLS_CT_ALERT, 1, "\x02\x14", 2), TLS_E_PEER_ALERT);
	session_cache_stats(w->keep.cache, &after);
	assert_int_equal(after.removed, before.removed + 1);
	assert_true(p->end.closed && p->end.alert == TLS_ALERT_NONE);
	peer_close(p);
	SSL_free(ssl);
	SSL_CTX_free(ctx);
	free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(completes_every_suite_and_resumes_it),
		cmocka_unit_test(our_preference_chooses_the_suite),
		cmocka_unit_test(works_without_extended_master_secret_and_resumes),
		cmocka_unit_test(session_with_ems_and_hello_without_aborts),
		cmocka_unit_test(session_without_ems_and_hello_with_it_is_a_full_handshake),
		cmocka_unit_test(session_is_not_resumed_under_another_name),
		cmocka_unit_test(session_is_not_resumed_on_another_listener),
		cmocka_unit_test(session_is_not_resumed_when_the_suite_is_gone),
		cmocka_unit_test(unknown_session_is_a_full_handshake_with_a_new_id),
		cmocka_unit_test(without_a_cache_no_session_id_is_given),
		cmocka_unit_test(server_name_chooses_the_certificate),
		cmocka_unit_test(alpn_takes_ours_ignores_or_refuses),
		cmocka_unit_test(every_fragmentation_of_records_works),
		cmocka_unit_test(old_versions_are_refused),
		cmocka_unit_test(renegotiation_is_refused_by_a_warning_and_the_connection_lives),
		cmocka_unit_test(a_fatal_alert_makes_the_session_unusable),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
