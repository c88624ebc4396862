/*
 * Renegotiation of TLS 1.0 to 1.2 as a server against libssl clients in memory: by either side, with
 * data in flight, refused, limited, and what it may not change. RFC 5746, RFC 7627 5.4.
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
	world = malloc(sizeof(*world));
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

static void
open_pair(struct s12_pair *p, int version)
{
	s12_pair_open(p, world, version);
	SSL_set_cipher_list(p->ssl, "ECDHE-RSA-AES128-SHA:@SECLEVEL=0");
	SSL_set_tlsext_host_name(p->ssl, "a.test");
}

/* Lets the client finish what it began. */
static void
settle(struct s12_pair *p)
{
	char buf[64];

	for (int i = 0; i < 10; i++) {
		SSL_do_handshake(p->ssl);
		SSL_peek(p->ssl, buf, sizeof(buf));
		s12_move(p);
	}
}

static const int versions[] = { TLS1_VERSION, TLS1_1_VERSION, TLS1_2_VERSION };

static void
the_client_renegotiates_again_and_again(void **state)
{
	for (size_t v = 0; v < sizeof(versions) / sizeof(versions[0]); v++) {
		struct s12_pair p;

		open_pair(&p, versions[v]);
		assert_true(s12_shake(&p) && s12_talk(&p));
		assert_true(hs_memory(p.end.hs) <= 1024);
		for (unsigned i = 1; i <= 3; i++) {
			/* the second time by the session just made: an abbreviated one */
			assert_int_equal(i == 2 ? SSL_renegotiate_abbreviated(p.ssl) : SSL_renegotiate(p.ssl), 1);
			settle(&p);
			assert_int_equal(SSL_renegotiate_pending(p.ssl), 0);
			assert_true(s12_talk(&p));
			assert_int_equal(info_of(&p).renegotiations, i);
			assert_int_equal(info_of(&p).resumed, i == 2);
			assert_int_equal(p.end.handshakes, i + 1);
			assert_true(hs_memory(p.end.hs) <= 1024);
		}
		s12_pair_close(&p, NULL);
	}
}

static void
we_renegotiate_by_hello_request(void **state)
{
	static const enum hs_command commands[] = { HS_CMD_RENEGOTIATE, HS_CMD_REKEY };

	world->conf.renegotiation = HS_RENEG_SERVER_ONLY;
	for (int i = 0; i < 2; i++) {
		struct s12_pair p;

		open_pair(&p, TLS1_2_VERSION);
		assert_true(s12_shake(&p) && s12_talk(&p));
		assert_int_equal(hs_end_command(&p.end, commands[i]), TLS_E_OK);
		s12_move(&p);
		settle(&p);
		assert_true(s12_talk(&p));
		assert_int_equal(info_of(&p).renegotiations, 1);
		s12_pair_close(&p, NULL);
	}
	world->conf.renegotiation = HS_RENEG_BOTH;
}

/* Both ends have application data under way in the old and in the new epoch: nothing is lost or out of order. */
static void
data_in_flight_survives(void **state)
{
	for (size_t v = 0; v < sizeof(versions) / sizeof(versions[0]); v++) {
		uint8_t expect = 0, next = 0;
		struct s12_pair p;
		size_t received = 0, sent = 0;

		open_pair(&p, versions[v]);
		assert_true(s12_shake(&p));
		assert_int_equal(hs_end_command(&p.end, HS_CMD_RENEGOTIATE), TLS_E_OK);
		for (int i = 0; i < 60; i++) {
			uint8_t buf[256], out[100];
			int n;

			for (size_t k = 0; k < sizeof(out); k++)
				out[k] = next++;
			hs_end_write(&p.end, out, sizeof(out));
			sent += sizeof(out);
			s12_move(&p);
			while ((n = SSL_read(p.ssl, buf, sizeof(buf))) > 0)
				for (int k = 0; k < n; k++, received++)
					assert_int_equal(buf[k], expect++);
			SSL_write(p.ssl, "x", 1);
		}
		s12_move(&p);
		for (int n; received < sent;) {
			uint8_t buf[256];

			n = SSL_read(p.ssl, buf, sizeof(buf));
			assert_true(n > 0);
			for (int k = 0; k < n; k++, received++)
				assert_int_equal(buf[k], expect++);
		}
		assert_int_equal(info_of(&p).renegotiations, 1);
		assert_true(p.end.data_in.len >= 30);
		for (size_t i = 0; i < p.end.data_in.len; i++)
			assert_int_equal(p.end.data_in.p[p.end.data_in.off + i], 'x');
		s12_pair_close(&p, NULL);
	}
}

/* A client that will not is not held to it, and may not begin by itself where only we may. */
static void
a_client_may_decline(void **state)
{
	struct s12_pair p;

	world->conf.renegotiation = HS_RENEG_SERVER_ONLY;
	open_pair(&p, TLS1_2_VERSION);
	SSL_set_options(p.ssl, SSL_OP_NO_RENEGOTIATION);
	assert_true(s12_shake(&p) && s12_talk(&p));
	for (int i = 0; i < 10; i++) { /* more often than warnings are taken */
		assert_int_equal(hs_end_command(&p.end, HS_CMD_RENEGOTIATE), TLS_E_OK);
		s12_move(&p);
		settle(&p);
		assert_true(s12_talk(&p));
	}
	assert_int_equal(info_of(&p).renegotiations, 0);
	SSL_clear_options(p.ssl, SSL_OP_NO_RENEGOTIATION);
	SSL_renegotiate(p.ssl);
	settle(&p);
	assert_int_equal(info_of(&p).renegotiations, 0);
	s12_pair_close(&p, NULL);
	world->conf.renegotiation = HS_RENEG_BOTH;
}

/* The policy refuses the client: a warning, and the connection goes on; a client that insists is ended. */
static void
refused_by_a_warning(void **state)
{
	static const enum hs_renegotiation ways[] = { HS_RENEG_REFUSE, HS_RENEG_SERVER_ONLY };

	for (int i = 0; i < 2; i++) {
		struct s12_pair p;

		world->conf.renegotiation = ways[i];
		open_pair(&p, TLS1_2_VERSION);
		assert_true(s12_shake(&p) && s12_talk(&p));
		assert_int_equal(SSL_renegotiate(p.ssl), 1);
		SSL_do_handshake(p.ssl);
		s12_move(&p);
		assert_false(p.end.closed);
		assert_int_equal(info_of(&p).state, HS_WAIT_S12_OPEN);
		assert_int_not_equal(SSL_do_handshake(p.ssl), 1); /* libssl takes no_renegotiation for fatal */
		assert_int_equal(info_of(&p).renegotiations, 0);
		s12_pair_close(&p, NULL);
	}
	world->conf.renegotiation = HS_RENEG_BOTH;
}

static void
no_more_of_them_than_the_rate_allows(void **state)
{
	struct s12_pair p;

	open_pair(&p, TLS1_2_VERSION);
	assert_true(s12_shake(&p));
	for (unsigned i = 1; i <= 3; i++) {
		SSL_renegotiate(p.ssl);
		settle(&p);
		assert_int_equal(info_of(&p).renegotiations, i);
	}
	p.end.env.now_s += 61; /* the next minute */
	SSL_renegotiate(p.ssl);
	settle(&p);
	assert_int_equal(info_of(&p).renegotiations, 4);
	p.end.env.now_s += 30;
	for (unsigned i = 5; i <= 6; i++) {
		SSL_renegotiate(p.ssl);
		settle(&p);
		assert_int_equal(info_of(&p).renegotiations, i);
	}
	SSL_renegotiate(p.ssl);
	settle(&p);
	assert_int_equal(info_of(&p).renegotiations, 6);
	s12_pair_close(&p, NULL);
}

static void
an_operator_can_ask_for_a_certificate_later(void **state)
{
	for (int shows = 0; shows < 2; shows++) {
		struct s12_pair p;

		world->conf.trust = (const struct trust *)world; /* not looked at: the world judges */
		open_pair(&p, TLS1_2_VERSION);
		if (shows) {
			SSL_use_certificate(p.ssl, world->client_cert[S12_P384]);
			SSL_use_PrivateKey(p.ssl, world->client_key[S12_P384]);
		}
		assert_true(s12_shake(&p) && s12_talk(&p));
		assert_null(info_of(&p).peer);
		assert_int_equal(hs_end_command(&p.end, HS_CMD_REAUTH), TLS_E_OK);
		s12_move(&p);
		settle(&p);
		assert_true(s12_talk(&p));
		assert_int_equal(info_of(&p).renegotiations, 1);
		assert_int_equal(info_of(&p).peer != NULL, shows);
		s12_pair_close(&p, NULL);
	}
	world->conf.trust = NULL;
}

static void
who_the_client_is_does_not_change(void **state)
{
	world->conf.client_auth = HS_AUTH_REQUEST;
	for (int then = 0; then < 3; then++) { /* the same, another, nobody */
		struct s12_pair p;

		open_pair(&p, TLS1_2_VERSION);
		SSL_use_certificate(p.ssl, world->client_cert[S12_P256]);
		SSL_use_PrivateKey(p.ssl, world->client_key[S12_P256]);
		assert_true(s12_shake(&p) && s12_talk(&p));
		if (then == 1) {
			SSL_use_certificate(p.ssl, world->client_cert[S12_RSA]);
			SSL_use_PrivateKey(p.ssl, world->client_key[S12_RSA]);
		} else if (then == 2) {
			SSL_certs_clear(p.ssl);
		}
		SSL_renegotiate(p.ssl);
		settle(&p);
		assert_int_equal(p.end.err, then == 0 ? TLS_E_OK : TLS_E_HANDSHAKE_FAILURE);
		s12_pair_close(&p, NULL);
	}
	world->conf.client_auth = HS_AUTH_NONE;
}

/* RFC 5246 7.2.2: not even the session of before is resumed. */
static void
a_renegotiation_that_fails_takes_its_sessions_along(void **state)
{
	SSL_SESSION *session;
	struct s12_pair p;

	for (int fails = 0; fails < 2; fails++) {
		open_pair(&p, TLS1_2_VERSION);
		assert_true(s12_shake(&p));
		session = SSL_get1_session(p.ssl);
		if (fails) {
			world->conf.client_auth = HS_AUTH_REQUIRE; /* found out behind the ServerHello */
			SSL_renegotiate(p.ssl);
			settle(&p);
			world->conf.client_auth = HS_AUTH_NONE;
			assert_int_equal(p.end.err, TLS_E_HANDSHAKE_FAILURE);
		}
		s12_pair_close(&p, NULL);
		open_pair(&p, TLS1_2_VERSION);
		SSL_set_session(p.ssl, session);
		assert_true(s12_shake(&p));
		assert_int_equal(info_of(&p).resumed, !fails);
		s12_pair_close(&p, NULL);
		SSL_SESSION_free(session);
	}
}

static void
the_server_name_does_not_change(void **state)
{
	struct s12_pair p;

	open_pair(&p, TLS1_2_VERSION);
	assert_true(s12_shake(&p));
	SSL_set_tlsext_host_name(p.ssl, "b.test");
	SSL_renegotiate(p.ssl);
	settle(&p);
	assert_int_equal(p.end.err, TLS_E_HANDSHAKE_FAILURE);
	s12_pair_close(&p, NULL);
}

/* Encrypt-then-MAC and the extended master secret are not given up: RFC 7366 3.1, RFC 7627 5.4. */
static void
protection_is_not_given_up(void **state)
{
	static const uint64_t options[] = { SSL_OP_NO_ENCRYPT_THEN_MAC, SSL_OP_NO_EXTENDED_MASTER_SECRET };

	for (int i = 0; i < 2; i++) {
		struct s12_pair p;

		open_pair(&p, TLS1_2_VERSION);
		assert_true(s12_shake(&p));
		SSL_set_options(p.ssl, options[i]);
		SSL_renegotiate(p.ssl);
		settle(&p);
		assert_int_equal(p.end.err, TLS_E_HANDSHAKE_FAILURE);
		s12_pair_close(&p, NULL);
	}
}

/* The same connection must not show another certificate: there is only the one it began with. */
static void
our_certificate_does_not_change(void **state)
{
	struct s12_pair p;

	open_pair(&p, TLS1_2_VERSION);
	assert_true(s12_shake(&p));
	SSL_set_cipher_list(p.ssl, "ECDHE-ECDSA-AES128-GCM-SHA256:@SECLEVEL=0");
	SSL_renegotiate(p.ssl);
	settle(&p);
	assert_int_equal(p.end.err, TLS_E_HANDSHAKE_FAILURE);
	s12_pair_close(&p, NULL);
	/* another suite with the same one is fine */
	open_pair(&p, TLS1_2_VERSION);
	assert_true(s12_shake(&p));
	SSL_set_cipher_list(p.ssl, "DHE-RSA-AES256-GCM-SHA384:@SECLEVEL=0");
	SSL_renegotiate(p.ssl);
	settle(&p);
	assert_true(s12_talk(&p));
	assert_string_equal(info_of(&p).suite, "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384");
	s12_pair_close(&p, NULL);
}

/* RFC 7627 5.4: resumed without the extended master secret, this may be another's session. */
static void
no_renegotiation_on_a_session_that_may_be_anothers(void **state)
{
	SSL_SESSION *session;
	struct s12_pair p;

	open_pair(&p, TLS1_2_VERSION);
	SSL_set_options(p.ssl, SSL_OP_NO_EXTENDED_MASTER_SECRET);
	assert_true(s12_shake(&p));
	s12_pair_close(&p, &session);
	open_pair(&p, TLS1_2_VERSION);
	SSL_set_options(p.ssl, SSL_OP_NO_EXTENDED_MASTER_SECRET);
	SSL_set_session(p.ssl, session);
	assert_true(s12_shake(&p) && SSL_session_reused(p.ssl));
	SSL_renegotiate(p.ssl);
	settle(&p);
	assert_int_equal(info_of(&p).renegotiations, 0);
	s12_pair_close(&p, NULL);
	SSL_SESSION_free(session);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_client_renegotiates_again_and_again),
		cmocka_unit_test(we_renegotiate_by_hello_request),
		cmocka_unit_test(data_in_flight_survives),
		cmocka_unit_test(a_client_may_decline),
		cmocka_unit_test(refused_by_a_warning),
		cmocka_unit_test(no_more_of_them_than_the_rate_allows),
		cmocka_unit_test(an_operator_can_ask_for_a_certificate_later),
		cmocka_unit_test(who_the_client_is_does_not_change),
		cmocka_unit_test(a_renegotiation_that_fails_takes_its_sessions_along),
		cmocka_unit_test(the_server_name_does_not_change),
		cmocka_unit_test(protection_is_not_given_up),
		cmocka_unit_test(our_certificate_does_not_change),
		cmocka_unit_test(no_renegotiation_on_a_session_that_may_be_anothers),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
