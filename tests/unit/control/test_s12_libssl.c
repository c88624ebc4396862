/*
 * The server of TLS 1.0 to 1.2 against libssl clients in memory: every suite that both have, groups,
 * signatures, resumption by id and by ticket, client certificates, extensions, stapling, shapes of
 * records. Renegotiation is in test_s12_again.c, what is wrong in test_s12_faults.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/control/s12_world.h"

static struct s12_world *world;

static int
setup(void **state)
{
	*state = world = malloc(sizeof(*world));
	s12_world_open(world);
	return 0;
}

static int
teardown(void **state)
{
	s12_world_close(world);
	free(world);
	return 0;
}

static struct hs_info
info_of(const struct s12_pair *p)
{
	struct hs_info info;

	hs_info(p->end.hs, &info);
	return info;
}

static const int versions[] = { TLS1_VERSION, TLS1_1_VERSION, TLS1_2_VERSION };

/* ---- suites ---- */

/* One connection of a suite; with a session (taken over) it must resume. Returns its session. */
static SSL_SESSION *
connect_suite(int version, const char *openssl_name, const struct hs_suite *s, SSL_SESSION *session, bool etm)
{
	SSL_SESSION *out = NULL;
	struct s12_pair p;
	char list[128];
	struct hs_info info;

	s12_pair_open(&p, world, version);
	snprintf(list, sizeof(list), "%s:@SECLEVEL=0", openssl_name);
	assert_int_equal(SSL_set_cipher_list(p.ssl, list), 1);
	if (!etm)
		SSL_set_options(p.ssl, SSL_OP_NO_ENCRYPT_THEN_MAC);
	if (session != NULL)
		SSL_set_session(p.ssl, session);
	if (!s12_shake(&p))
		fail_msg("%s in %#x: %s", openssl_name, version, tls_err_name(p.end.err));
	info = info_of(&p);
	assert_string_equal(info.suite, s->name);
	assert_int_equal(info.version, version);
	assert_int_equal(info.resumed, session != NULL);
	assert_int_equal(SSL_session_reused(p.ssl), session != NULL);
	assert_int_equal(info.encrypt_then_mac, etm && s->cbc);
	assert_true(info.extended_master_secret);
	assert_true(s12_talk(&p));
	assert_true(hs_memory(p.end.hs) <= 1024);
	s12_pair_close(&p, &out);
	SSL_SESSION_free(session);
	return out;
}

static void
every_suite_of_every_version_and_its_resumption(bool tickets)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	STACK_OF(SSL_CIPHER) * all;
	unsigned done = 0;

	assert_int_equal(SSL_CTX_set_cipher_list(ctx, "ALL:COMPLEMENTOFALL:@SECLEVEL=0"), 1);
	all = SSL_CTX_get_ciphers(ctx);
	for (size_t v = 0; v < sizeof(versions) / sizeof(versions[0]); v++) {
		for (int i = 0; i < sk_SSL_CIPHER_num(all); i++) {
			const SSL_CIPHER *c = sk_SSL_CIPHER_value(all, i);
			const struct hs_suite *s = hs_suite_by_name(SSL_CIPHER_standard_name(c));
			SSL_SESSION *session;

			if (s == NULL || !hs_suite_in(s, (uint16_t)versions[v]))
				continue;
			for (int etm = 0; etm < (s->cbc ? 2 : 1); etm++) {
				session = connect_suite(versions[v], SSL_CIPHER_get_name(c), s, NULL, etm);
				session = connect_suite(versions[v], SSL_CIPHER_get_name(c), s, session, etm);
				SSL_SESSION_free(session);
				done++;
			}
		}
	}
	SSL_CTX_free(ctx);
	if (done < 80)
		fail_msg("only %u suites (%d)", done, tickets);
}

static void
every_suite_resumes_by_session_id(void **state)
{
	every_suite_of_every_version_and_its_resumption(false);
}

static void
every_suite_resumes_by_ticket(void **state)
{
	world->conf.tickets = ticket_keys_new(3600, 3600);
	every_suite_of_every_version_and_its_resumption(true);
	ticket_keys_free(world->conf.tickets);
	world->conf.tickets = NULL;
}

/* ---- key exchange ---- */

static void
groups_are_the_ones_both_have(void **state)
{
	static const struct {
		const char *list, *suite;
		uint16_t group; /* 0: no handshake */
	} cases[] = {
		{ "X25519:P-256", "ECDHE-RSA-AES128-SHA", KEX_X25519 },
		{ "P-384", "ECDHE-RSA-AES128-SHA", KEX_P384 },
		{ "P-384:P-256", "ECDHE-RSA-AES128-SHA", KEX_P256 },
		{ "P-521", "ECDHE-RSA-AES128-SHA", 0 },
		{ "P-521", "ECDHE-RSA-AES128-SHA:AES128-SHA", 0xffff }, /* RSA key transport */
		{ "P-256", "DHE-RSA-AES128-SHA", KEX_FFDHE2048 }, /* names no ffdhe group, RFC 7919 4 */
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (size_t v = 0; v < sizeof(versions) / sizeof(versions[0]); v++) {
			struct s12_pair p;
			char list[128];
			bool ok;

			s12_pair_open(&p, world, versions[v]);
			snprintf(list, sizeof(list), "%s:@SECLEVEL=0", cases[i].suite);
			assert_int_equal(SSL_set_cipher_list(p.ssl, list), 1);
			assert_int_equal(SSL_set1_groups_list(p.ssl, cases[i].list), 1);
			ok = s12_shake(&p);
			if (ok != (cases[i].group != 0))
				fail_msg("%s with %s in %#x", cases[i].suite, cases[i].list, versions[v]);
			if (ok)
				assert_int_equal(info_of(&p).group, cases[i].group == 0xffff ? 0 : cases[i].group);
			else
				assert_int_equal(p.end.alert, 40);
			s12_pair_close(&p, NULL);
		}
	}
}

struct scheme_case {
	const char *client; /* signature algorithms */
	const char *suites;
	enum s12_key key; /* the one certificate; S12_KEYS: all */
	uint16_t scheme; /* what signs; 0: no handshake */
};

static void
signature_schemes_of_tls_12(void **state)
{
	static const struct scheme_case cases[] = {
		{ "RSA+SHA256", "ECDHE-RSA-AES128-GCM-SHA256", S12_RSA, SIG_RSA_PKCS1_SHA256 },
		{ "RSA+SHA384", "ECDHE-RSA-AES128-GCM-SHA256", S12_RSA, SIG_RSA_PKCS1_SHA384 },
		{ "RSA+SHA512", "ECDHE-RSA-AES128-GCM-SHA256", S12_RSA, SIG_RSA_PKCS1_SHA512 },
		{ "RSA+SHA1", "ECDHE-RSA-AES128-GCM-SHA256", S12_RSA, SIG_RSA_PKCS1_SHA1 },
		{ "rsa_pss_rsae_sha256", "ECDHE-RSA-AES128-GCM-SHA256", S12_RSA, SIG_RSA_PSS_RSAE_SHA256 },
		{ "rsa_pss_rsae_sha384", "ECDHE-RSA-AES128-GCM-SHA256", S12_RSA, SIG_RSA_PSS_RSAE_SHA384 },
		{ "rsa_pss_rsae_sha512", "DHE-RSA-AES128-GCM-SHA256", S12_RSA, SIG_RSA_PSS_RSAE_SHA512 },
		{ "rsa_pss_pss_sha256", "ECDHE-RSA-AES128-GCM-SHA256", S12_RSA_PSS, SIG_RSA_PSS_PSS_SHA256 },
		{ "rsa_pss_pss_sha512", "ECDHE-RSA-AES128-GCM-SHA256", S12_RSA_PSS, SIG_RSA_PSS_PSS_SHA512 },
		{ "RSA+SHA256", "ECDHE-RSA-AES128-GCM-SHA256", S12_RSA_PSS, 0 },
		{ "ECDSA+SHA256", "ECDHE-ECDSA-AES128-GCM-SHA256", S12_P256, SIG_ECDSA_P256_SHA256 },
		{ "ECDSA+SHA384", "ECDHE-ECDSA-AES128-GCM-SHA256", S12_P256, SIG_ECDSA_P384_SHA384 },
		{ "ECDSA+SHA256:ECDSA+SHA384", "ECDHE-ECDSA-AES128-GCM-SHA256", S12_P384, SIG_ECDSA_P384_SHA384 },
		{ "ECDSA+SHA1", "ECDHE-ECDSA-AES128-GCM-SHA256", S12_P256, SIG_ECDSA_SHA1 },
		{ "ed25519", "ECDHE-ECDSA-AES128-GCM-SHA256", S12_ED25519, SIG_ED25519 },
		{ "ECDSA+SHA256", "ECDHE-ECDSA-AES128-GCM-SHA256", S12_ED25519, 0 },
		/* a choice of certificates: the one whose signature the client verifies */
		{ "ed25519", "ECDHE-ECDSA-AES128-GCM-SHA256", S12_KEYS, SIG_ED25519 },
		{ "rsa_pss_pss_sha384", "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-GCM-SHA256", S12_KEYS,
			SIG_RSA_PSS_PSS_SHA384 },
		{ "RSA+SHA256", "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256", S12_KEYS, SIG_RSA_PKCS1_SHA256 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct scheme_case *c = &cases[i];
		struct s12_pair p;
		char list[128];
		bool ok;

		world->conf.certs = c->key == S12_KEYS ? world->certs : world->one[c->key];
		s12_pair_open(&p, world, TLS1_2_VERSION);
		snprintf(list, sizeof(list), "%s:@SECLEVEL=0", c->suites);
		assert_int_equal(SSL_set_cipher_list(p.ssl, list), 1);
		assert_int_equal(SSL_set1_sigalgs_list(p.ssl, c->client), 1);
		ok = s12_shake(&p);
		if (ok != (c->scheme != 0))
			fail_msg("%s, key %d: %s", c->client, c->key, tls_err_name(p.end.err));
		if (ok)
			assert_int_equal(info_of(&p).scheme, c->scheme);
		s12_pair_close(&p, NULL);
	}
	world->conf.certs = world->certs;
}

static void
the_clients_order_decides_where_the_policy_says_so(void **state)
{
	for (int client = 0; client < 2; client++) {
		struct s12_pair p;

		world->policy.prefer_client = client;
		s12_pair_open(&p, world, TLS1_2_VERSION);
		assert_int_equal(SSL_set_cipher_list(p.ssl, "AES256-SHA:ECDHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0"), 1);
		assert_true(s12_shake(&p));
		assert_string_equal(info_of(&p).suite,
			client ? "TLS_RSA_WITH_AES_256_CBC_SHA" : "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
		s12_pair_close(&p, NULL);
	}
	world->policy.prefer_client = false;
}

/* ---- resumption ---- */

/* A first connection whose session is given back. */
static SSL_SESSION *
first_session(int version, uint64_t options, enum s12_key key)
{
	SSL_SESSION *out;
	struct s12_pair p;

	s12_pair_open(&p, world, version);
	SSL_set_options(p.ssl, options);
	SSL_set_cipher_list(p.ssl, "ECDHE-RSA-AES128-SHA:@SECLEVEL=0");
	if (key != S12_KEYS)
		assert_true(SSL_use_certificate(p.ssl, world->client_cert[key]) &&
			    SSL_use_PrivateKey(p.ssl, world->client_key[key]));
	assert_true(s12_shake(&p));
	s12_pair_close(&p, &out);
	return out;
}

/* Whether a session resumes; it is freed. */
static bool
resumes(SSL_SESSION *session, uint64_t options, uint64_t now_s, struct hs_info *info)
{
	struct s12_pair p;
	bool again;

	s12_pair_open(&p, world, SSL_SESSION_get_protocol_version(session));
	SSL_set_options(p.ssl, options);
	SSL_set_cipher_list(p.ssl, "ECDHE-RSA-AES128-SHA:@SECLEVEL=0");
	SSL_set_session(p.ssl, session);
	p.opts.now_s = now_s;
	assert_true(s12_shake(&p));
	assert_true(s12_talk(&p));
	again = SSL_session_reused(p.ssl);
	if (info != NULL)
		*info = info_of(&p);
	assert_int_equal(again, info_of(&p).resumed);
	s12_pair_close(&p, NULL);
	SSL_SESSION_free(session);
	return again;
}

static void
sessions_are_bound_to_encrypt_then_mac(void **state)
{
	assert_true(resumes(first_session(TLS1_2_VERSION, 0, S12_KEYS), 0, 0, NULL));
	assert_false(resumes(first_session(TLS1_2_VERSION, 0, S12_KEYS), SSL_OP_NO_ENCRYPT_THEN_MAC, 0, NULL));
	assert_false(resumes(first_session(TLS1_2_VERSION, SSL_OP_NO_ENCRYPT_THEN_MAC, S12_KEYS), 0, 0, NULL));
}

static void
sessions_end_with_their_lifetime(void **state)
{
	assert_true(resumes(first_session(TLS1_2_VERSION, 0, S12_KEYS), 0, 1299, NULL));
	assert_false(resumes(first_session(TLS1_2_VERSION, 0, S12_KEYS), 0, 1301, NULL));
	world->conf.tickets = ticket_keys_new(3600, 3600);
	assert_true(resumes(first_session(TLS1_2_VERSION, 0, S12_KEYS), 0, 1299, NULL));
	assert_false(resumes(first_session(TLS1_2_VERSION, 0, S12_KEYS), 0, 1301, NULL));
	ticket_keys_free(world->conf.tickets);
	world->conf.tickets = NULL;
}

static void
unknown_and_foreign_tickets_are_full_handshakes(void **state)
{
	SSL_SESSION *session;

	world->conf.tickets = ticket_keys_new(3600, 3600);
	session = first_session(TLS1_2_VERSION, 0, S12_KEYS);
	assert_true(SSL_SESSION_has_ticket(session));
	ticket_keys_drop(world->conf.tickets);
	assert_false(resumes(session, 0, 0, NULL));
	/* another listener's */
	session = first_session(TLS1_2_VERSION, 0, S12_KEYS);
	world->conf.bind[3] ^= 1;
	assert_false(resumes(session, 0, 0, NULL));
	world->conf.bind[3] ^= 1;
	ticket_keys_free(world->conf.tickets);
	world->conf.tickets = NULL;
}

static uint64_t
clock_of(void *ctx)
{
	return *(uint64_t *)ctx;
}

static void
a_ticket_of_an_old_key_resumes_and_is_replaced(void **state)
{
	SSL_SESSION *old, *new;
	uint64_t now = 1000;
	const uint8_t *t1, *t2;
	size_t n1, n2;
	struct s12_pair p;

	world->conf.session_lifetime_s = 7200;
	world->conf.tickets = ticket_keys_new(100, 1000);
	ticket_keys_set_clock(world->conf.tickets, clock_of, &now);
	old = first_session(TLS1_2_VERSION, 0, S12_KEYS);
	for (int step = 0; step < 2; step++) {
		if (step == 1)
			now = 1500;
		s12_pair_open(&p, world, TLS1_2_VERSION);
		SSL_set_cipher_list(p.ssl, "ECDHE-RSA-AES128-SHA:@SECLEVEL=0");
		SSL_set_session(p.ssl, old);
		p.opts.now_s = now;
		assert_true(s12_shake(&p) && s12_talk(&p));
		assert_true(SSL_session_reused(p.ssl));
		s12_pair_close(&p, &new);
		SSL_SESSION_get0_ticket(old, &t1, &n1);
		SSL_SESSION_get0_ticket(new, &t2, &n2);
		assert_int_equal(n1 == n2 && memcmp(t1, t2, n1) == 0, step == 0);
		SSL_SESSION_free(new);
	}
	SSL_SESSION_free(old);
	ticket_keys_free(world->conf.tickets);
	world->conf.tickets = NULL;
	world->conf.session_lifetime_s = 300;
}

/* ---- client certificates ---- */

static void
clients_prove_themselves_in_every_version(void **state)
{
	static const enum hs_client_auth ways[] = { HS_AUTH_REQUEST, HS_AUTH_REQUIRE };

	for (size_t v = 0; v < sizeof(versions) / sizeof(versions[0]); v++) {
		for (int key = 0; key < S12_KEYS; key++) {
			for (int a = 0; a < 2; a++) {
				/* TLS 1.0 and 1.1 know RSA's and ECDSA's own signatures only */
				bool can = versions[v] == TLS1_2_VERSION || key < S12_ED25519;
				struct s12_pair p;
				bool ok;

				if (!can) /* libssl does not even send such a certificate */
					continue;
				world->conf.client_auth = ways[a];
				s12_pair_open(&p, world, versions[v]);
				assert_true(SSL_use_certificate(p.ssl, world->client_cert[key]) &&
					    SSL_use_PrivateKey(p.ssl, world->client_key[key]));
				ok = s12_shake(&p);
				if (!ok)
					fail_msg("key %d in %#x: %s", key, versions[v], tls_err_name(p.end.err));
				assert_non_null(info_of(&p).peer);
				assert_true(EVP_PKEY_eq(info_of(&p).peer->key, world->client_key[key]));
				assert_true(s12_talk(&p));
				s12_pair_close(&p, NULL);
			}
		}
	}
	world->conf.client_auth = HS_AUTH_NONE;
}

static void
a_client_without_certificate_is_taken_or_not(void **state)
{
	for (size_t v = 0; v < sizeof(versions) / sizeof(versions[0]); v++) {
		struct s12_pair p;

		world->conf.client_auth = HS_AUTH_REQUEST;
		s12_pair_open(&p, world, versions[v]);
		assert_true(s12_shake(&p) && s12_talk(&p));
		assert_null(info_of(&p).peer);
		s12_pair_close(&p, NULL);
		world->conf.client_auth = HS_AUTH_REQUIRE;
		s12_pair_open(&p, world, versions[v]);
		assert_false(s12_shake(&p));
		assert_int_equal(p.end.alert, 40);
		s12_pair_close(&p, NULL);
	}
	world->conf.client_auth = HS_AUTH_NONE;
}

static void
each_verdict_has_its_alert(void **state)
{
	static const struct {
		enum tls_err verdict;
		uint8_t alert;
	} cases[] = {
		{ TLS_E_BAD_CERTIFICATE, 42 }, { TLS_E_UNSUPPORTED_CERTIFICATE, 43 }, { TLS_E_CERTIFICATE_REVOKED, 44 },
		{ TLS_E_CERTIFICATE_EXPIRED, 45 }, { TLS_E_CERTIFICATE_UNKNOWN, 46 }, { TLS_E_UNKNOWN_CA, 48 },
		{ TLS_E_ACCESS_DENIED, 49 },
	};

	world->conf.client_auth = HS_AUTH_REQUEST;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct s12_pair p;

		world->verdict = cases[i].verdict;
		s12_pair_open(&p, world, TLS1_2_VERSION);
		SSL_use_certificate(p.ssl, world->client_cert[S12_P256]);
		SSL_use_PrivateKey(p.ssl, world->client_key[S12_P256]);
		assert_false(s12_shake(&p));
		assert_int_equal(p.end.err, cases[i].verdict);
		assert_int_equal(p.end.alert, cases[i].alert);
		s12_pair_close(&p, NULL);
	}
	world->verdict = TLS_E_OK;
	world->conf.client_auth = HS_AUTH_NONE;
}

/* hs_env.known_peer: what this process remembers */
static struct peer *
recall(void *ctx, const struct hs_conf *conf, const uint8_t fingerprint[32])
{
	for (unsigned i = 0; i < HS_KEEP_PEERS; i++)
		if (world->keep.peers[i] != NULL && memcmp(world->keep.peers[i]->fingerprint, fingerprint, 32) == 0)
			return peer_ref(world->keep.peers[i]);
	return NULL;
}

static void
forget_peers(void)
{
	for (unsigned i = 0; i < HS_KEEP_PEERS; i++) {
		peer_unref(world->keep.peers[i]);
		world->keep.peers[i] = NULL;
	}
}

/* By id and by ticket: the client's certificate comes back with its session, or the session does not. */
static void
resumed_sessions_carry_who_the_client_is(void **state)
{
	world->conf.client_auth = HS_AUTH_REQUIRE;
	for (int tickets = 0; tickets < 2; tickets++) {
		world->conf.tickets = tickets ? ticket_keys_new(3600, 3600) : NULL;
		for (int known = 0; known < 2; known++) {
			SSL_SESSION *session = first_session(TLS1_2_VERSION, 0, S12_P256);
			unsigned asked = world->verified;
			struct s12_pair p;

			if (!known)
				forget_peers();
			s12_pair_open(&p, world, TLS1_2_VERSION);
			SSL_set_cipher_list(p.ssl, "ECDHE-RSA-AES128-SHA:@SECLEVEL=0");
			SSL_use_certificate(p.ssl, world->client_cert[S12_P256]);
			SSL_use_PrivateKey(p.ssl, world->client_key[S12_P256]);
			SSL_set_session(p.ssl, session);
			s12_pair_listen(&p);
			p.end.env.known_peer = recall;
			assert_true(s12_shake(&p));
			assert_int_equal(SSL_session_reused(p.ssl), known);
			assert_int_equal(world->verified, known ? asked : asked + 1);
			assert_non_null(info_of(&p).peer);
			assert_true(EVP_PKEY_eq(info_of(&p).peer->key, world->client_key[S12_P256]));
			s12_pair_close(&p, NULL);
			SSL_SESSION_free(session);
		}
		ticket_keys_free(world->conf.tickets);
	}
	world->conf.tickets = NULL;
	world->conf.client_auth = HS_AUTH_NONE;
}

static void
a_session_of_nobody_does_not_get_in_where_somebody_is_required(void **state)
{
	SSL_SESSION *session = first_session(TLS1_2_VERSION, 0, S12_KEYS);
	struct s12_pair p;

	world->conf.client_auth = HS_AUTH_REQUIRE;
	s12_pair_open(&p, world, TLS1_2_VERSION);
	SSL_set_cipher_list(p.ssl, "ECDHE-RSA-AES128-SHA:@SECLEVEL=0");
	SSL_set_session(p.ssl, session);
	assert_false(s12_shake(&p));
	assert_int_equal(p.end.err, TLS_E_HANDSHAKE_FAILURE);
	s12_pair_close(&p, NULL);
	SSL_SESSION_free(session);
	world->conf.client_auth = HS_AUTH_NONE;
}

/* ---- extensions ---- */

static void
records_are_as_short_as_the_client_asks(void **state)
{
	static const uint16_t sizes[] = { 0, 512, 1024, 2048, 4096 };

	for (uint8_t code = 1; code <= 4; code++) {
		struct s12_pair p;
		uint8_t big[5000];

		memset(big, 'x', sizeof(big));
		s12_pair_open(&p, world, TLS1_2_VERSION);
		SSL_set_cipher_list(p.ssl, "ECDHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0");
		assert_int_equal(SSL_set_tlsext_max_fragment_length(p.ssl, code), 1);
		assert_true(s12_shake(&p)); /* libssl refuses longer handshake records, too */
		assert_int_equal(p.end.max_fragment, sizes[code]);
		assert_int_equal(SSL_SESSION_get_max_fragment_length(SSL_get0_session(p.ssl)), code);
		hs_end_write(&p.end, big, sizeof(big));
		s12_move(&p);
		for (size_t got = 0; got < sizeof(big);) {
			int n = SSL_read(p.ssl, big, sizeof(big));

			assert_true(n > 0 && n <= sizes[code]);
			got += (size_t)n;
		}
		s12_pair_close(&p, NULL);
	}
}

static int
on_status(SSL *ssl, void *arg)
{
	const unsigned char *der;
	long n = SSL_get_tlsext_status_ocsp_resp(ssl, &der);
	unsigned *got = arg;

	*got = n == 900 && der[0] == 0x30 && der[899] == 0x77;
	return 1;
}

static void
a_staple_goes_to_those_who_ask(void **state)
{
	for (int asks = 0; asks < 2; asks++) {
		uint8_t der[900];
		unsigned got = 0;
		struct s12_pair p;

		memset(der, 0x77, sizeof(der));
		der[0] = 0x30;
		world->conf.certs = world->one[S12_RSA];
		cert_set_staple(cert_store_at(world->one[S12_RSA], 0), staple_new(der, sizeof(der)));
		s12_pair_open(&p, world, TLS1_2_VERSION);
		if (asks)
			SSL_set_tlsext_status_type(p.ssl, TLSEXT_STATUSTYPE_ocsp);
		SSL_CTX_set_tlsext_status_cb(p.ctx, on_status);
		SSL_CTX_set_tlsext_status_arg(p.ctx, &got);
		assert_true(s12_shake(&p) && s12_talk(&p));
		assert_int_equal(got, asks);
		s12_pair_close(&p, NULL);
		cert_set_staple(cert_store_at(world->one[S12_RSA], 0), NULL);
	}
	world->conf.certs = world->certs;
}

/* ---- shapes ---- */

static void
every_fragmentation_works_with_client_certificates(void **state)
{
	static const unsigned sizes[] = { 1, 2, 3, 5, 100 };

	world->conf.client_auth = HS_AUTH_REQUIRE;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		for (size_t v = 0; v < sizeof(versions) / sizeof(versions[0]); v++) {
			struct s12_pair p;

			s12_pair_open(&p, world, versions[v]);
			SSL_use_certificate(p.ssl, world->client_cert[S12_RSA]);
			SSL_use_PrivateKey(p.ssl, world->client_key[S12_RSA]);
			p.opts.fragment_in = p.opts.fragment_out = sizes[i];
			assert_true(s12_shake(&p) && s12_talk(&p));
			s12_pair_close(&p, NULL);
		}
	}
	world->conf.client_auth = HS_AUTH_NONE;
}

/* The client's whole flight is there while each answer of our own side is still to come. */
static void
answers_may_come_late(void **state)
{
	static const char *const lists[] = { "AES128-SHA", "ECDHE-RSA-AES128-SHA", "DHE-RSA-AES128-SHA" };

	world->conf.client_auth = HS_AUTH_REQUIRE;
	for (size_t i = 0; i < 3; i++) {
		struct s12_pair p;
		char list[64];

		s12_pair_open(&p, world, TLS1_2_VERSION);
		snprintf(list, sizeof(list), "%s:@SECLEVEL=0", lists[i]);
		SSL_set_cipher_list(p.ssl, list);
		SSL_use_certificate(p.ssl, world->client_cert[S12_RSA]);
		SSL_use_PrivateKey(p.ssl, world->client_key[S12_RSA]);
		p.opts.hold_answers = true;
		for (int k = 0; k < 40 && !(SSL_is_init_finished(p.ssl) && p.end.ready); k++) {
			SSL_do_handshake(p.ssl);
			s12_move(&p);
			hs_end_answer(&p.end);
			s12_move(&p);
		}
		assert_true(SSL_is_init_finished(p.ssl) && p.end.ready);
		p.end.opts.hold_answers = false;
		assert_true(s12_talk(&p));
		s12_pair_close(&p, NULL);
	}
	world->conf.client_auth = HS_AUTH_NONE;
}

/* With a card the PRF is a question of its own; without one nothing is asked but private keys. */
static void
the_card_is_asked_for_the_prf(void **state)
{
	for (int card = 0; card < 2; card++) {
		struct s12_pair p;
		SSL_SESSION *session;

		for (int again = 0; again < 2; again++) {
			s12_pair_open(&p, world, TLS1_2_VERSION);
			SSL_set_cipher_list(p.ssl, "AES128-GCM-SHA256:@SECLEVEL=0");
			if (again)
				SSL_set_session(p.ssl, session);
			s12_pair_listen(&p);
			p.end.env.prf_card = card;
			assert_true(s12_shake(&p) && s12_talk(&p));
			assert_int_equal(SSL_session_reused(p.ssl), again);
			assert_int_equal(p.end.pka_count[PKA_PRF], !card ? 0 : again ? 3 : 4);
			assert_int_equal(p.end.pka_count[PKA_RSA_PREMASTER], !again);
			if (again)
				SSL_SESSION_free(session);
			s12_pair_close(&p, again ? NULL : &session);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_suite_resumes_by_session_id),
		cmocka_unit_test(every_suite_resumes_by_ticket),
		cmocka_unit_test(groups_are_the_ones_both_have),
		cmocka_unit_test(signature_schemes_of_tls_12),
		cmocka_unit_test(the_clients_order_decides_where_the_policy_says_so),
		cmocka_unit_test(sessions_are_bound_to_encrypt_then_mac),
		cmocka_unit_test(sessions_end_with_their_lifetime),
		cmocka_unit_test(unknown_and_foreign_tickets_are_full_handshakes),
		cmocka_unit_test(a_ticket_of_an_old_key_resumes_and_is_replaced),
		cmocka_unit_test(clients_prove_themselves_in_every_version),
		cmocka_unit_test(a_client_without_certificate_is_taken_or_not),
		cmocka_unit_test(each_verdict_has_its_alert),
		cmocka_unit_test(resumed_sessions_carry_who_the_client_is),
		cmocka_unit_test(a_session_of_nobody_does_not_get_in_where_somebody_is_required),
		cmocka_unit_test(records_are_as_short_as_the_client_asks),
		cmocka_unit_test(a_staple_goes_to_those_who_ask),
		cmocka_unit_test(every_fragmentation_works_with_client_certificates),
		cmocka_unit_test(answers_may_come_late),
		cmocka_unit_test(the_card_is_asked_for_the_prf),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
