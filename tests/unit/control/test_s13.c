/*
 * TLS 1.3's server against libssl: every suite, group and kind of certificate, HelloRetryRequest,
 * client authentication in and after the handshake, KeyUpdate, extensions.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "control/handshake/hs_int.h"
#include "control/handshake/tls13/hs13.h"
#include "tests/unit/control/s13_world.h"

static int
setup(void **state)
{
	*state = malloc(sizeof(struct s13_world));
	s13_world_open(*state);
	return 0;
}

static int
teardown(void **state)
{
	s13_world_close(*state);
	free(*state);
	return 0;
}

/* The alert that the client was told, by number; 0: none. */
static int
alert_told(const struct s13_pair *p)
{
	return p->end.closed && p->end.alert != TLS_ALERT_NONE ? p->end.alert : 0;
}

/* ---- full handshakes ---- */

static const char *const suites[] = { "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384",
	"TLS_CHACHA20_POLY1305_SHA256" };
static const struct {
	const char *openssl;
	uint16_t group;
} groups[] = { { "X25519", KEX_X25519 }, { "P-256", KEX_P256 }, { "P-384", KEX_P384 },
	{ "ffdhe2048", KEX_FFDHE2048 }, { "ffdhe3072", KEX_FFDHE3072 } };
static const uint16_t schemes[] = { SIG_RSA_PSS_RSAE_SHA256, SIG_RSA_PSS_PSS_SHA256,
	SIG_ECDSA_P256_SHA256, SIG_ECDSA_P384_SHA384, SIG_ED25519 };

static void
every_suite_group_and_certificate(void **state)
{
	struct s13_world *w = *state;

	for (unsigned s = 0; s < 3; s++) {
		for (unsigned g = 0; g < 5; g++) {
			for (unsigned k = 0; k < 5; k++) {
				SSL_CTX *ctx;
				struct s13_pair p;

				if (g > 2 && (k != 2 || s != 0)) /* slow, and nothing new */
					continue;
				ctx = s13_client_ctx();
				SSL_CTX_set_ciphersuites(ctx, suites[s]);
				SSL_CTX_set1_groups_list(ctx, groups[g].openssl);
				w->conf.certs = w->stores[k];
				s13_pair_open(&p, w, ctx, NULL);
				assert_true(s13_pair_shake(&p));
				s13_pair_talk(&p);
				assert_string_equal(s13_info(&p).suite, suites[s]);
				assert_int_equal(s13_info(&p).group, groups[g].group);
				assert_int_equal(s13_info(&p).scheme, schemes[k]);
				assert_int_equal(s13_info(&p).version, TLS_V_13);
				assert_false(s13_info(&p).resumed);
				s13_pair_drop(&p);
				SSL_CTX_free(ctx);
			}
		}
	}
}

/* One connection with what `ctx` and the world's conf say; the machine's error. */
static enum tls_err
once_with(struct s13_world *w, SSL_CTX *ctx, struct hs_info *info)
{
	struct s13_pair p;
	enum tls_err err;

	s13_pair_open(&p, w, ctx, NULL);
	if (s13_pair_shake(&p))
		s13_pair_talk(&p);
	err = p.end.err;
	if (info != NULL)
		*info = s13_info(&p);
	s13_pair_drop(&p);
	return err;
}

static void
the_order_of_suites_is_the_policys_but_for_chacha(void **state)
{
	static const struct {
		const char *client;
		bool prefer_client;
		const char *chosen;
	} cases[] = {
		{ "TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256", false,
			"TLS_AES_128_GCM_SHA256" },
		{ "TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256", true, "TLS_AES_256_GCM_SHA384" },
		{ "TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256", false,
			"TLS_CHACHA20_POLY1305_SHA256" },
		{ "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256", false,
			"TLS_AES_128_GCM_SHA256" },
	};
	struct s13_world *w = *state;

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		SSL_CTX *ctx = s13_client_ctx();
		struct hs_info info;

		SSL_CTX_set_ciphersuites(ctx, cases[i].client);
		w->policy.prefer_client = cases[i].prefer_client;
		assert_int_equal(once_with(w, ctx, &info), TLS_E_OK);
		assert_string_equal(info.suite, cases[i].chosen);
		SSL_CTX_free(ctx);
	}
}

static void
nothing_in_common_is_a_handshake_failure(void **state)
{
	struct s13_world *w = *state;
	SSL_CTX *ctx = s13_client_ctx();

	SSL_CTX_set1_groups_list(ctx, "X448");
	assert_int_equal(once_with(w, ctx, NULL), TLS_E_HANDSHAKE_FAILURE);
	SSL_CTX_set1_groups_list(ctx, "X25519");
	SSL_CTX_set1_sigalgs_list(ctx, "RSA-PSS+SHA256");
	assert_int_equal(once_with(w, ctx, NULL), TLS_E_HANDSHAKE_FAILURE);
	w->conf.certs = w->stores[0];
	assert_int_equal(once_with(w, ctx, NULL), TLS_E_OK);
	for (unsigned i = 0; i < w->policy.suite_count; i++)
		if (w->policy.suites[i]->code == 0x1303)
			w->policy.suites[i] = w->policy.suites[0];
	SSL_CTX_set_ciphersuites(ctx, "TLS_CHACHA20_POLY1305_SHA256");
	assert_int_equal(once_with(w, ctx, NULL), TLS_E_HANDSHAKE_FAILURE);
	SSL_CTX_free(ctx);
}

/* ---- HelloRetryRequest ---- */

static void
asks_for_another_group_with_a_cookie(void **state)
{
	struct s13_world *w = *state;

	s13_only_group(w, KEX_P384);
	for (unsigned s = 0; s < 3; s++) {
		for (unsigned middlebox = 0; middlebox < 2; middlebox++) {
			SSL_CTX *ctx = s13_client_ctx();
			struct s13_pair p;

			SSL_CTX_set_ciphersuites(ctx, suites[s]);
			if (!middlebox)
				SSL_CTX_clear_options(ctx, SSL_OP_ENABLE_MIDDLEBOX_COMPAT);
			s13_pair_open(&p, w, ctx, NULL);
			assert_true(s13_pair_shake(&p));
			s13_pair_talk(&p);
			assert_int_equal(s13_info(&p).group, KEX_P384);
			assert_string_equal(s13_info(&p).suite, suites[s]);
			s13_pair_drop(&p);
			SSL_CTX_free(ctx);
		}
	}
}

static void
keeps_little_between_the_two_hellos(void **state)
{
	struct s13_world *w = *state;
	SSL_CTX *ctx = s13_client_ctx();
	struct s13_pair p;
	uint8_t first[2048];
	size_t n = s13_first_record(ctx, NULL, first, sizeof(first));

	s13_only_group(w, KEX_P384);
	s13_pair_open(&p, w, ctx, NULL);
	assert_int_equal(hs_end_feed(&p.end, first, n), TLS_E_OK);
	assert_int_equal(s13_info(&p).state, HS_WAIT_S13_SECOND_HELLO);
	assert_null(p.end.hs->w->hello.copy);
	assert_null(p.end.hs->w->transcript.raw);
	s13_pair_drop(&p);
	SSL_CTX_free(ctx);
}

static void
a_cookie_does_not_last(void **state)
{
	struct s13_world *w = *state;
	SSL_CTX *ctx = s13_client_ctx();
	struct s13_pair p;
	uint8_t wire[8192];
	int n;

	s13_only_group(w, KEX_P384);
	for (unsigned late = 59; late <= 60; late++) {
		s13_pair_open(&p, w, ctx, NULL);
		SSL_do_handshake(p.ssl);
		n = BIO_read(p.net, wire, sizeof(wire));
		hs_end_feed(&p.end, wire, (size_t)n);
		p.end.env.now_s += late;
		assert_int_equal(s13_pair_shake(&p), late < 60);
		assert_int_equal(p.end.err, late < 60 ? TLS_E_OK : TLS_E_ILLEGAL_PARAMETER);
		s13_pair_drop(&p);
	}
	SSL_CTX_free(ctx);
}

/* ---- client authentication ---- */

static void
asks_the_client_for_a_certificate(void **state)
{
	struct s13_world *w = *state;
	const struct {
		enum hs_client_auth auth;
		const struct pki_cert *cert;
		enum tls_err err;
		bool known;
	} cases[] = {
		{ HS_AUTH_NONE, NULL, TLS_E_OK, false },
		{ HS_AUTH_NONE, &w->client, TLS_E_OK, false },
		{ HS_AUTH_REQUEST, NULL, TLS_E_OK, false },
		{ HS_AUTH_REQUEST, &w->client, TLS_E_OK, true },
		{ HS_AUTH_REQUEST, &w->stranger, TLS_E_UNKNOWN_CA, false },
		{ HS_AUTH_REQUIRE, NULL, TLS_E_CERTIFICATE_REQUIRED, false },
		{ HS_AUTH_REQUIRE, &w->client, TLS_E_OK, true },
		{ HS_AUTH_REQUIRE, &w->stranger, TLS_E_UNKNOWN_CA, false },
		{ HS_AUTH_REQUIRE, &w->expired, TLS_E_CERTIFICATE_EXPIRED, false },
	};

	w->conf.trust = w->trust;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		SSL_CTX *ctx = s13_client_ctx();
		struct s13_pair p;

		if (cases[i].cert != NULL)
			s13_show(ctx, cases[i].cert);
		w->conf.client_auth = cases[i].auth;
		s13_pair_open(&p, w, ctx, NULL);
		assert_int_equal(s13_pair_shake(&p), cases[i].err == TLS_E_OK);
		if (p.end.err != cases[i].err)
			fail_msg("case %u: %s", i, tls_err_name(p.end.err));
		assert_int_equal(
			alert_told(&p), cases[i].err == TLS_E_OK ? 0 : tls_err_alert(cases[i].err));
		if (cases[i].known)
			assert_string_equal(s13_info(&p).peer->subject, "CN=client");
		if (cases[i].err == TLS_E_OK)
			assert_int_equal(s13_info(&p).peer != NULL, cases[i].known);
		s13_pair_drop(&p);
		SSL_CTX_free(ctx);
	}
}

static void
asks_after_the_handshake(void **state)
{
	struct s13_world *w = *state;
	const struct {
		bool offers;
		const struct pki_cert *cert;
		enum hs_client_auth auth;
		enum tls_err err;
		bool known;
	} cases[] = {
		{ true, &w->client, HS_AUTH_NONE, TLS_E_OK, true },
		{ true, NULL, HS_AUTH_NONE, TLS_E_OK, false },
		{ true, &w->stranger, HS_AUTH_NONE, TLS_E_UNKNOWN_CA, false },
		{ false, &w->client, HS_AUTH_NONE, TLS_E_OK, false },
	};

	w->conf.trust = w->trust;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		SSL_CTX *ctx = s13_client_ctx();
		struct s13_pair p;

		if (cases[i].cert != NULL)
			s13_show(ctx, cases[i].cert);
		SSL_CTX_set_post_handshake_auth(ctx, cases[i].offers);
		s13_pair_open(&p, w, ctx, NULL);
		assert_true(s13_pair_shake(&p));
		s13_pair_talk(&p);
		assert_null(s13_info(&p).peer);
		/* new keys before: the Finished is under the generation then current */
		assert_int_equal(hs_end_command(&p.end, HS_CMD_REKEY), TLS_E_OK);
		s13_pair_pump(&p);
		assert_int_equal(hs_end_command(&p.end, HS_CMD_REAUTH), TLS_E_OK);
		assert_int_equal(s13_info(&p).state,
			cases[i].offers ? HS_WAIT_S13_REAUTH_CERTIFICATE : HS_WAIT_S13_OPEN);
		/* the client's own new key may come before its answer */
		SSL_key_update(p.ssl, SSL_KEY_UPDATE_REQUESTED);
		SSL_write(p.ssl, "x", 1);
		s13_pair_pump(&p);
		assert_int_equal(p.end.err, cases[i].err);
		if (cases[i].err == TLS_E_OK) {
			hs_bytes_skip(&p.end.data_in, 1);
			assert_int_equal(s13_info(&p).state, HS_WAIT_S13_OPEN);
			assert_int_equal(s13_info(&p).peer != NULL, cases[i].known);
			s13_pair_talk(&p);
		}
		s13_pair_drop(&p);
		SSL_CTX_free(ctx);
	}
}

/* ---- KeyUpdate ---- */

static void
keys_are_updated_both_ways(void **state)
{
	struct s13_world *w = *state;

	for (unsigned s = 0; s < 3; s++) {
		SSL_CTX *ctx = s13_client_ctx();
		struct s13_pair p;

		SSL_CTX_set_ciphersuites(ctx, suites[s]);
		s13_pair_open(&p, w, ctx, NULL);
		assert_true(s13_pair_shake(&p));
		for (unsigned i = 0; i < 5; i++) {
			assert_int_equal(hs_end_command(&p.end, HS_CMD_REKEY), TLS_E_OK);
			s13_pair_talk(&p);
			SSL_key_update(p.ssl,
				i % 2 ? SSL_KEY_UPDATE_REQUESTED : SSL_KEY_UPDATE_NOT_REQUESTED);
			s13_pair_talk(&p);
		}
		assert_int_equal(p.end.err, TLS_E_OK);
		assert_true(s13_info(&p).key_updates >= 17); /* ours: 2 each */
		s13_pair_drop(&p);
		SSL_CTX_free(ctx);
	}
}

static void
a_flood_of_key_updates_ends_it(void **state)
{
	struct s13_world *w = *state;
	SSL_CTX *ctx = s13_client_ctx();
	struct s13_pair p;
	unsigned n = 0;

	s13_pair_open(&p, w, ctx, NULL);
	assert_true(s13_pair_shake(&p));
	for (unsigned spread = 0; spread < 200; spread++) { /* not a flood: one a second */
		p.end.env.now_s++;
		SSL_key_update(p.ssl, SSL_KEY_UPDATE_NOT_REQUESTED);
		SSL_write(p.ssl, "x", 1);
		s13_pair_pump(&p);
	}
	assert_int_equal(p.end.err, TLS_E_OK);
	p.end.env.now_s += 100;
	for (; n < 200 && !p.end.closed; n++) {
		SSL_key_update(p.ssl, SSL_KEY_UPDATE_NOT_REQUESTED);
		SSL_write(p.ssl, "x", 1);
		s13_pair_pump(&p);
	}
	assert_int_equal(p.end.err, TLS_E_KEY_UPDATE_FLOOD);
	assert_int_equal(n, 65);
	s13_pair_drop(&p);
	SSL_CTX_free(ctx);
}

/* ---- extensions ---- */

static void
answers_extensions(void **state)
{
	struct s13_world *w = *state;
	SSL_CTX *ctx = s13_client_ctx();
	const uint8_t *got;
	unsigned n;
	struct s13_pair p;

	w->conf.alpn[0] = "h2";
	w->conf.alpn[1] = "http/1.1";
	w->conf.alpn_count = 2;
	SSL_CTX_set_alpn_protos(ctx, (const uint8_t *)"\10http/1.1\2h2", 12);
	SSL_CTX_set_tlsext_max_fragment_length(ctx, TLSEXT_max_fragment_length_1024);
	s13_pair_open(&p, w, ctx, NULL);
	assert_true(s13_pair_shake(&p));
	s13_pair_talk(&p);
	SSL_get0_alpn_selected(p.ssl, &got, &n);
	assert_int_equal(n, 2);
	assert_memory_equal(got, "h2", 2);
	assert_string_equal(s13_info(&p).alpn, "h2");
	assert_string_equal(s13_info(&p).server_name, "a.test");
	assert_int_equal(p.end.max_fragment, 1024);
	assert_int_equal(SSL_SESSION_get_max_fragment_length(SSL_get_session(p.ssl)),
		TLSEXT_max_fragment_length_1024);
	s13_pair_drop(&p);
	SSL_CTX_set_alpn_protos(ctx, (const uint8_t *)"\3foo", 4);
	assert_int_equal(once_with(w, ctx, NULL), TLS_E_NO_APPLICATION_PROTOCOL);
	SSL_CTX_free(ctx);
}

static void
staples_what_it_has(void **state)
{
	struct s13_world *w = *state;
	static const uint8_t der[] = "not judged by us: whatever was fetched goes out";

	for (unsigned asks = 0; asks < 2; asks++) {
		for (unsigned have = 0; have < 2; have++) {
			SSL_CTX *ctx = s13_client_ctx();
			struct s13_pair p;
			uint8_t *got;
			long n;

			cert_set_staple(cert_store_at(w->conf.certs, 0),
				have ? staple_new(der, sizeof(der)) : NULL);
			if (asks)
				SSL_CTX_set_tlsext_status_type(ctx, TLSEXT_STATUSTYPE_ocsp);
			s13_pair_open(&p, w, ctx, NULL);
			assert_true(s13_pair_shake(&p));
			n = SSL_get_tlsext_status_ocsp_resp(p.ssl, &got);
			if (asks && have) {
				assert_int_equal(n, sizeof(der));
				assert_memory_equal(got, der, sizeof(der));
			} else {
				assert_true(n <= 0);
			}
			s13_pair_drop(&p);
			SSL_CTX_free(ctx);
		}
	}
	cert_set_staple(cert_store_at(w->conf.certs, 0), NULL);
}

static void
the_certificate_is_one_that_the_client_can_verify(void **state)
{
	struct s13_world *w = *state;
	static const struct {
		const char *sigalgs;
		uint16_t scheme;
	} cases[] = {
		{ "ECDSA+SHA256:RSA-PSS+SHA256", SIG_ECDSA_P256_SHA256 },
		{ "RSA-PSS+SHA256:ECDSA+SHA256", SIG_ECDSA_P256_SHA256 }, /* our order */
		{ "RSA-PSS+SHA384", SIG_RSA_PSS_RSAE_SHA384 },
		{ "RSA-PSS+SHA512:RSA-PSS+SHA384", SIG_RSA_PSS_RSAE_SHA384 },
	};
	char dir[64], err[CERT_ERR_LEN];
	struct cert_store *both = cert_store_new();

	pki_tmp(dir);
	for (unsigned i = 0; i < 2; i++) {
		struct pki_spec spec = {
			.cn = "a.test", .san = "DNS:a.test", .key = i ? "rsa:2048" : "ec:P-256"
		};
		struct pki_cert c = pki_make(&spec, NULL);

		pki_write_certs(pki_path(dir, "s.pem"), &c, NULL);
		pki_write_key(pki_path(dir, "s.key"), c.key, 0600);
		assert_int_equal(
			cert_store_add(both, pki_path(dir, "s.pem"), pki_path(dir, "s.key"), err),
			0);
		pki_free(&c);
	}
	pki_tmp_remove(dir);
	w->conf.certs = both;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		SSL_CTX *ctx = s13_client_ctx();
		struct hs_info info;

		SSL_CTX_set1_sigalgs_list(ctx, cases[i].sigalgs);
		assert_int_equal(once_with(w, ctx, &info), TLS_E_OK);
		assert_int_equal(info.scheme, cases[i].scheme);
		SSL_CTX_free(ctx);
	}
	cert_store_free(both);
}

/* ---- the rest ---- */

static void
messages_may_be_cut_in_every_way(void **state)
{
	static const unsigned cuts[] = { 1, 2, 3, 5, 16, 100, 1000 };
	struct s13_world *w = *state;

	w->conf.trust = w->trust;
	w->conf.client_auth = HS_AUTH_REQUIRE;
	s13_only_group(w, KEX_P384);
	for (unsigned i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
		for (unsigned way = 0; way < 2; way++) {
			SSL_CTX *ctx = s13_client_ctx();

			s13_show(ctx, &w->client);
			w->opts.fragment_in = way == 0 ? cuts[i] : 0;
			w->opts.fragment_out = way == 1 ? cuts[i] : 0;
			assert_int_equal(once_with(w, ctx, NULL), TLS_E_OK);
			SSL_CTX_free(ctx);
		}
	}
}

static void
records_may_be_padded(void **state)
{
	struct s13_world *w = *state;
	SSL_CTX *ctx = s13_client_ctx();

	w->opts.pad = 100;
	SSL_CTX_set_block_padding(ctx, 512);
	assert_int_equal(once_with(w, ctx, NULL), TLS_E_OK);
	SSL_CTX_free(ctx);
}

static void
answers_may_come_late(void **state)
{
	struct s13_world *w = *state;
	SSL_CTX *ctx = s13_client_ctx();
	struct s13_pair p;
	unsigned given = 0;

	w->opts.hold_answers = true;
	w->conf.trust = w->trust;
	w->conf.client_auth = HS_AUTH_REQUIRE;
	s13_show(ctx, &w->client);
	s13_pair_open(&p, w, ctx, NULL);
	do
		s13_pair_pump(&p);
	while (hs_end_answer(&p.end) && ++given < 20);
	assert_true(s13_pair_shake(&p));
	assert_int_equal(given, 4); /* share, signature, chain, proof */
	s13_pair_talk(&p);
	s13_pair_drop(&p);
	SSL_CTX_free(ctx);
}

static void
a_connection_keeps_little(void **state)
{
	struct s13_world *w = *state;
	SSL_CTX *ctx = s13_client_ctx();
	struct s13_pair p;

	SSL_CTX_set_post_handshake_auth(ctx, 1);
	SSL_CTX_set_ciphersuites(ctx, "TLS_AES_256_GCM_SHA384");
	w->conf.trust = w->trust;
	s13_pair_open(&p, w, ctx, NULL);
	assert_true(s13_pair_shake(&p));
	assert_null(p.end.hs->w);
	assert_non_null(p.end.hs->l13->transcript);
	assert_true(hs13_memory(p.end.hs) <= 400);
	assert_true(hs_memory(p.end.hs) <= 768);
	s13_pair_drop(&p);
	SSL_CTX_free(ctx);
}

static void
older_versions_are_marked(void **state)
{
	static const struct {
		uint8_t versions;
		uint16_t version;
		const char *mark;
	} cases[] = {
		{ HS_V_13 | HS_V_12, TLS_V_12, "DOWNGRD\1" },
		{ HS_V_12, TLS_V_12, NULL },
		{ HS_V_12 | HS_V_11, TLS_V_12, NULL },
		{ HS_V_13 | HS_V_11, TLS_V_11, "DOWNGRD" },
		{ HS_V_12 | HS_V_11, TLS_V_11, "DOWNGRD" },
		{ HS_V_12 | HS_V_SSL3, TLS_V_SSL30, "DOWNGRD" },
		{ HS_V_11 | HS_V_10, TLS_V_10, NULL },
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct hs_policy policy = { .versions = cases[i].versions };
		uint8_t random[TLS_RANDOM_LEN], before[TLS_RANDOM_LEN];

		memset(random, 0xaa, sizeof(random));
		memcpy(before, random, sizeof(before));
		hs_downgrade_mark(&policy, cases[i].version, random);
		assert_memory_equal(random, before, TLS_RANDOM_LEN - 8);
		assert_memory_equal(random + 24,
			cases[i].mark != NULL ? (const uint8_t *)cases[i].mark : before, 8);
	}
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(every_suite_group_and_certificate),
		CASE(the_order_of_suites_is_the_policys_but_for_chacha),
		CASE(nothing_in_common_is_a_handshake_failure),
		CASE(asks_for_another_group_with_a_cookie),
		CASE(keeps_little_between_the_two_hellos),
		CASE(a_cookie_does_not_last),
		CASE(asks_the_client_for_a_certificate),
		CASE(asks_after_the_handshake),
		CASE(keys_are_updated_both_ways),
		CASE(a_flood_of_key_updates_ends_it),
		CASE(answers_extensions),
		CASE(staples_what_it_has),
		CASE(the_certificate_is_one_that_the_client_can_verify),
		CASE(messages_may_be_cut_in_every_way),
		CASE(records_may_be_padded),
		CASE(answers_may_come_late),
		CASE(a_connection_keeps_little),
		cmocka_unit_test(older_versions_are_marked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
