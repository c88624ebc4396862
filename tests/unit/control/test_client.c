/* Our client and our server: every version and suite, resumption, retries, certificates, renegotiation with data in flight. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "control/handshake/hs_int.h"
#include "tests/unit/control/client_world.h"

static struct client_world *w;

static int
open_world(void **state)
{
	static struct client_world room;

	w = &room;
	client_world_open(w);
	return 0;
}

static int
close_world(void **state)
{
	client_world_close(w);
	return 0;
}

static struct hs_info
info_of(const struct hs_end *e)
{
	struct hs_info i;

	hs_info(e->hs, &i);
	return i;
}

/* One connection that must work; what it agreed on. */
static struct hs_info
shake(void)
{
	struct client_pair p;
	struct hs_info i;

	client_pair_open(&p, w);
	if (!client_pair_shake(&p))
		fail_msg("client %s in %s, server %s in %s", tls_err_name(p.c.err), hs_state_name(info_of(&p.c).state),
			tls_err_name(p.s.err), hs_state_name(info_of(&p.s).state));
	assert_true(client_pair_talk(&p));
	i = info_of(&p.c);
	i.server_name = i.alpn = NULL; /* go with the machine */
	i.peer = i.peer != NULL ? (const struct peer *)w : NULL;
	client_pair_drop(&p);
	return i;
}

static const uint16_t versions[] = { TLS_V_SSL30, TLS_V_10, TLS_V_11, TLS_V_12, TLS_V_13 };

static void
every_suite_in_every_version(void **state)
{
	unsigned n = 0;

	for (unsigned v = 0; v < 5; v++) {
		for (unsigned i = 0; hs_suite_at(i) != NULL; i++) {
			const struct hs_suite *s = hs_suite_at(i);
			struct hs_info info;

			if (!hs_suite_in(s, versions[v]))
				continue;
			client_world_narrow(w, versions[v], s);
			w->client_keep.has_client = false;
			info = shake();
			assert_int_equal(info.version, versions[v]);
			assert_ptr_equal(info.suite, s->name);
			assert_int_equal(info.peer != NULL, s->auth != HS_AUTH_ANON);
			n++;
		}
	}
	assert_true(n > 140);
}

static void
every_group_and_certificate(void **state)
{
	static const uint16_t groups[] = { KEX_X25519, KEX_P256, KEX_P384, KEX_X25519MLKEM768, KEX_FFDHE2048, KEX_FFDHE3072 };

	for (unsigned v = 3; v < 5; v++) {
		for (unsigned g = 0; g < 6; g++) {
			if (versions[v] == TLS_V_12 && groups[g] == KEX_X25519MLKEM768)
				continue;
			client_world_narrow(w, versions[v], NULL);
			/* the server takes one group, the client would like another: a retry in TLS 1.3 */
			w->server_policy.groups[0] = groups[g];
			w->server_policy.group_count = 1;
			if (versions[v] == TLS_V_12) {
				w->server_policy.suites[0] = hs_suite_by_code(groups[g] >= KEX_FFDHE2048 ? 0x009e : 0xc02f);
				w->server_policy.suite_count = 1;
			}
			w->client_keep.has_client = false;
			assert_int_equal(groups[g] >= KEX_FFDHE2048 && versions[v] == TLS_V_12 ? groups[g] : shake().group, groups[g]);
		}
		for (unsigned k = 0; k < CLIENT_KEYS; k++) {
			client_world_narrow(w, versions[v], NULL);
			w->server.certs = w->certs[k];
			w->client_keep.has_client = false;
			assert_true(shake().scheme != 0);
		}
		w->server.certs = w->all;
	}
}

static void
sessions_go_on(void **state)
{
	for (unsigned v = 0; v < 5; v++) {
		for (unsigned tickets = 0; tickets < 2; tickets++) {
			if (versions[v] == TLS_V_13 && !tickets)
				continue;
			client_world_narrow(w, versions[v], NULL);
			w->server.session_cache = !tickets;
			w->server.tickets = tickets ? ticket_keys_new(3600, 3600) : NULL;
			w->client_keep.has_client = false;
			assert_false(shake().resumed);
			for (unsigned i = 0; i < 3; i++) {
				struct hs_info info = shake();

				/* SSL 3.0 has no extensions here, and so no tickets */
				assert_int_equal(info.resumed, !(tickets && versions[v] == TLS_V_SSL30));
				assert_non_null(info.peer); /* whom it was made with */
			}
			ticket_keys_free(w->server.tickets);
			w->server.tickets = NULL;
			w->server.session_cache = false;
		}
	}
}

static void
a_session_is_not_offered_to(void **state)
{
	client_world_narrow(w, TLS_V_12, NULL);
	w->server.session_cache = true;
	w->client_keep.has_client = false;
	assert_false(shake().resumed);
	assert_true(shake().resumed);
	w->client.bind[0] ^= 1; /* another pool */
	assert_false(shake().resumed);
	w->client.bind[0] ^= 1;
	assert_false(shake().resumed); /* the last one was the other pool's */
	assert_true(shake().resumed);
	w->client_keep.client.expires_s = w->now_s;
	assert_false(shake().resumed);
	w->client_keep.client.peer[0] ^= 1; /* whose certificate is not known any more */
	assert_false(shake().resumed);
	w->client.session_cache = false;
	assert_false(shake().resumed);
	w->client.session_cache = true;
	w->server.session_cache = false;
}

static void
our_certificate_in_every_version(void **state)
{
	w->server.client_auth = HS_AUTH_REQUIRE;
	for (unsigned v = 0; v < 5; v++) {
		struct client_pair p;

		client_world_narrow(w, versions[v], NULL);
		w->client_keep.has_client = false;
		w->client.certs = w->mine;
		shake();
		w->client.certs = NULL;
		client_pair_open(&p, w);
		client_pair_shake(&p);
		assert_int_not_equal(p.s.err, TLS_E_OK);
		client_pair_drop(&p);
		w->server.client_auth = HS_AUTH_REQUEST;
		w->client_keep.has_client = false;
		shake();
		w->server.client_auth = HS_AUTH_REQUIRE;
	}
	w->server.client_auth = HS_AUTH_NONE;
}

/* TLS 1.2 signs every byte so far: a CertificateRequest that names many authorities is long. */
static void
a_long_handshake_is_signed(void **state)
{
	const uint8_t *names = w->server.ca_names;
	size_t len = w->server.ca_names_len;
	uint8_t many[40000];
	size_t n = 0;

	while (n + len <= sizeof(many)) {
		memcpy(many + n, names, len);
		n += len;
	}
	w->server.ca_names = many;
	w->server.ca_names_len = n;
	w->server.client_auth = HS_AUTH_REQUIRE;
	w->client.certs = w->mine;
	for (unsigned v = 0; v < 5; v++) {
		client_world_narrow(w, versions[v], NULL);
		w->client_keep.has_client = false;
		shake();
	}
	w->client.certs = NULL;
	w->server.client_auth = HS_AUTH_NONE;
	w->server.ca_names = names;
	w->server.ca_names_len = len;
}

static void
too_many_requests(void **state)
{
	struct client_pair p;

	client_world_narrow(w, TLS_V_13, NULL);
	w->client_keep.has_client = false;
	w->client.post_handshake_auth = true;
	client_pair_open(&p, w);
	assert_true(client_pair_shake(&p));
	for (unsigned i = 0; i < 65; i++) {
		assert_int_equal(p.c.err, TLS_E_OK);
		hs_end_command(&p.s, HS_CMD_REAUTH);
		hs_end_join(&p.c, &p.s);
	}
	assert_int_equal(p.c.err, TLS_E_UNEXPECTED_MESSAGE);
	client_pair_drop(&p);
	w->client.post_handshake_auth = false;
}

static void
bad_servers_get_their_alert_and_no_data(void **state)
{
	static const struct {
		enum tls_err err;
	} wrong[4] = { { TLS_E_CERTIFICATE_EXPIRED }, { TLS_E_CERTIFICATE_UNKNOWN }, { TLS_E_UNKNOWN_CA }, { TLS_E_UNSUPPORTED_CERTIFICATE } };

	for (unsigned v = 0; v < 5; v++) {
		for (unsigned i = 0; i < 4; i++) {
			struct client_pair p;

			client_world_narrow(w, versions[v], NULL);
			w->client_keep.has_client = false;
			w->server.certs = w->wrong[i];
			client_pair_open(&p, w);
			hs_end_write(&p.c, "secret", 6);
			assert_false(client_pair_shake(&p));
			assert_int_equal(p.c.err, wrong[i].err);
			/* SSL 3.0 does not know unknown_ca */
			assert_int_equal(p.c.alert, versions[v] == TLS_V_SSL30 && i == 2 ? 42 : tls_err_alert(wrong[i].err));
			assert_true(info_of(&p.c).peer->reason[0] != '\0');
			assert_false(p.c.ready);
			assert_int_equal(p.s.data_in.len, 0);
			client_pair_drop(&p);
		}
	}
	w->server.certs = w->all;
}

static void
renegotiations_with_data_in_flight(void **state)
{
	for (unsigned v = 0; v < 4; v++) {
		struct client_pair p;

		client_world_narrow(w, versions[v], NULL);
		w->client_keep.has_client = false;
		client_pair_open(&p, w);
		assert_true(client_pair_shake(&p));
		for (unsigned i = 0; i < 4; i++) {
			struct hs_end *by = i % 2 == 0 ? &p.s : &p.c;

			hs_end_write(&p.c, "before", 6);
			hs_end_write(&p.s, "before", 6);
			assert_int_equal(hs_end_command(by, HS_CMD_RENEGOTIATE), TLS_E_OK);
			hs_end_write(&p.c, "behind", 6);
			hs_end_write(&p.s, "behind", 6);
			hs_end_join(&p.c, &p.s);
			if (p.c.err != TLS_E_OK || p.s.err != TLS_E_OK)
				fail_msg("%s %u: client %s, server %s", hs_version_name(versions[v]), i,
					tls_err_name(p.c.err), tls_err_name(p.s.err));
			assert_int_equal(info_of(&p.c).renegotiations, i + 1);
			assert_memory_equal(p.c.data_in.p + p.c.data_in.off, "beforebehind", 12);
			assert_memory_equal(p.s.data_in.p + p.s.data_in.off, "beforebehind", 12);
			hs_bytes_skip(&p.c.data_in, p.c.data_in.len);
			hs_bytes_skip(&p.s.data_in, p.s.data_in.len);
			assert_true(client_pair_talk(&p));
		}
		client_pair_drop(&p);
	}
}

static void
renegotiation_as_the_configuration_has_it(void **state)
{
	struct client_pair p;

	client_world_narrow(w, TLS_V_12, NULL);
	w->client_keep.has_client = false;
	w->client.renegotiation = HS_RENEG_REFUSE;
	client_pair_open(&p, w);
	assert_true(client_pair_shake(&p));
	hs_end_command(&p.c, HS_CMD_RENEGOTIATE); /* not possible: nothing happens */
	assert_true(client_pair_talk(&p));
	hs_end_command(&p.s, HS_CMD_RENEGOTIATE); /* refused by a warning, and the connection goes on */
	hs_end_join(&p.c, &p.s);
	assert_int_equal(p.c.err, TLS_E_OK);
	assert_int_equal(info_of(&p.c).renegotiations, 0);
	client_pair_drop(&p);

	w->client.renegotiation = HS_RENEG_BOTH;
	w->client.renegotiations_max = 2;
	client_pair_open(&p, w);
	assert_true(client_pair_shake(&p));
	for (unsigned i = 0; i < 4; i++) {
		hs_end_command(&p.s, HS_CMD_RENEGOTIATE);
		hs_end_join(&p.c, &p.s);
	}
	assert_int_equal(info_of(&p.c).renegotiations, 2);
	client_pair_drop(&p);
	w->client.renegotiations_max = 100;
}

/* The certificate behind an established connection does not change. */
static void
a_renegotiation_with_somebody_else_fails(void **state)
{
	struct client_pair p;

	client_world_narrow(w, TLS_V_12, hs_suite_by_code(0xc02b));
	w->client_keep.has_client = false;
	w->server.certs = w->certs[CLIENT_P256];
	client_pair_open(&p, w);
	assert_true(client_pair_shake(&p));
	w->server.certs = w->other; /* good in itself */
	hs_end_command(&p.c, HS_CMD_RENEGOTIATE);
	hs_end_join(&p.c, &p.s);
	assert_int_not_equal(p.c.err, TLS_E_OK);
	assert_int_equal(info_of(&p.c).renegotiations, 0);
	client_pair_drop(&p);
	w->server.certs = w->all;
}

static void
keys_are_updated_both_ways(void **state)
{
	struct client_pair p;

	client_world_narrow(w, TLS_V_13, NULL);
	w->client_keep.has_client = false;
	client_pair_open(&p, w);
	assert_true(client_pair_shake(&p));
	for (unsigned i = 0; i < 6; i++) {
		hs_end_command(i % 2 == 0 ? &p.c : &p.s, HS_CMD_REKEY);
		assert_true(client_pair_talk(&p));
	}
	assert_int_equal(info_of(&p.c).key_updates, 12);
	client_pair_drop(&p);
}

static void
asked_for_a_certificate_later(void **state)
{
	struct client_pair p;

	client_world_narrow(w, TLS_V_13, NULL);
	w->client_keep.has_client = false;
	w->client.post_handshake_auth = true;
	w->server.client_auth = HS_AUTH_NONE;
	for (unsigned with = 0; with < 2; with++) {
		w->client.certs = with ? w->mine : NULL;
		client_pair_open(&p, w);
		assert_true(client_pair_shake(&p));
		assert_null(info_of(&p.s).peer);
		for (unsigned i = 0; i < 2; i++) {
			assert_int_equal(hs_end_command(&p.s, HS_CMD_REAUTH), TLS_E_OK);
			/* a worn key does not wait for an answer that may never come */
			assert_int_equal(hs_end_command(&p.s, HS_CMD_REKEY), TLS_E_OK);
			assert_int_equal(info_of(&p.s).key_updates, 2 * i + 1);
			hs_end_join(&p.c, &p.s);
			assert_int_equal(p.s.err, TLS_E_OK);
			assert_int_equal(p.c.err, TLS_E_OK);
			assert_int_equal(info_of(&p.s).peer != NULL, with);
			assert_true(client_pair_talk(&p));
		}
		client_pair_drop(&p);
	}
	w->client.certs = NULL;
	w->client.post_handshake_auth = false;
}

static void
messages_in_every_size(void **state)
{
	static const unsigned sizes[] = { 1, 2, 3, 5, 50, 500 };

	for (unsigned v = 0; v < 5; v++) {
		for (unsigned i = 0; i < 6; i++) {
			struct client_pair p;

			client_world_narrow(w, versions[v], NULL);
			w->client_keep.has_client = false;
			client_pair_open(&p, w);
			p.c.opts.fragment_in = p.s.opts.fragment_out = sizes[i];
			assert_true(client_pair_shake(&p));
			assert_true(client_pair_talk(&p));
			client_pair_drop(&p);
		}
	}
}

static void
little_memory_when_connected(void **state)
{
	for (unsigned v = 0; v < 5; v++) {
		struct client_pair p;

		client_world_narrow(w, versions[v], NULL);
		w->client_keep.has_client = false;
		client_pair_open(&p, w);
		assert_true(client_pair_shake(&p));
		assert_true(hs_memory(p.c.hs) < 1024);
		client_pair_drop(&p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_suite_in_every_version),
		cmocka_unit_test(every_group_and_certificate),
		cmocka_unit_test(sessions_go_on),
		cmocka_unit_test(a_session_is_not_offered_to),
		cmocka_unit_test(our_certificate_in_every_version),
		cmocka_unit_test(a_long_handshake_is_signed),
		cmocka_unit_test(too_many_requests),
		cmocka_unit_test(bad_servers_get_their_alert_and_no_data),
		cmocka_unit_test(renegotiations_with_data_in_flight),
		cmocka_unit_test(renegotiation_as_the_configuration_has_it),
		cmocka_unit_test(a_renegotiation_with_somebody_else_fails),
		cmocka_unit_test(keys_are_updated_both_ways),
		cmocka_unit_test(asked_for_a_certificate_later),
		cmocka_unit_test(messages_in_every_size),
		cmocka_unit_test(little_memory_when_connected),
	};

	return cmocka_run_group_tests(tests, open_world, close_world);
}
