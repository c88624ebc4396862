/*
 * Sessions of TLS 1.3's server, against libssl: tickets, what they are bound to, PSK without an
 * exchange, early data, whose certificate it was.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "control/handshake/hs_int.h"
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

static const char *const suites[] = { "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384",
	"TLS_CHACHA20_POLY1305_SHA256" };

/* ---- resumption ---- */

/* A first connection that succeeds; its session. */
static SSL_SESSION *
first_session(struct s13_world *w, SSL_CTX *ctx)
{
	struct s13_pair p;
	SSL_SESSION *s;

	s13_pair_open(&p, w, ctx, NULL);
	assert_true(s13_pair_shake(&p));
	s13_pair_talk(&p);
	assert_false(s13_info(&p).resumed);
	s = s13_pair_session(&p);
	SSL_shutdown(p.ssl);
	s13_pair_drop(&p);
	return s;
}

/* Another one with that session: whether it was resumed. */
static bool
resumes(struct s13_world *w, SSL_CTX *ctx, SSL_SESSION *s)
{
	struct s13_pair p;
	bool resumed;

	s13_pair_open(&p, w, ctx, s);
	assert_true(s13_pair_shake(&p));
	s13_pair_talk(&p);
	resumed = s13_info(&p).resumed;
	assert_int_equal(SSL_session_reused(p.ssl), resumed);
	if (resumed) /* no public-key work but the exchange */
		assert_int_equal(p.end.pka_count[PKA_SIGN], 0);
	SSL_shutdown(p.ssl);
	s13_pair_drop(&p);
	return resumed;
}

static void
resumes_by_ticket_with_a_fresh_exchange(void **state)
{
	struct s13_world *w = *state;

	for (unsigned s = 0; s < 3; s++) {
		SSL_CTX *ctx = s13_client_ctx();
		SSL_SESSION *session;

		SSL_CTX_set_ciphersuites(ctx, suites[s]);
		session = first_session(w, ctx);
		assert_true(resumes(w, ctx, session));
		assert_true(resumes(w, ctx, session)); /* not single use here */
		SSL_SESSION_free(session);
		SSL_CTX_free(ctx);
	}
}

static void
resumes_behind_a_retry(void **state)
{
	struct s13_world *w = *state;
	SSL_CTX *ctx = s13_client_ctx();
	SSL_SESSION *s = first_session(w, ctx);

	s13_only_group(w, KEX_P384);
	w->conf.single_use = true; /* the first hello must not use it up */
	assert_true(resumes(w, ctx, s));
	SSL_SESSION_free(s);
	SSL_CTX_free(ctx);
}

/* Without a group in common, where the listener and the client both say so: psk_ke, 4.2.9. */
static void
resumes_without_an_exchange_where_that_is_allowed(void **state)
{
	for (unsigned i = 0; i < 8; i++) {
		bool we = i & 1, they = i & 2, had = i & 4, wants = we && they && had;
		struct s13_world w;
		SSL_CTX *ctx = s13_client_ctx();
		struct s13_pair p;
		SSL_SESSION *s;

		s13_world_open(&w);
		w.conf.psk_only = had;
		s = first_session(&w, ctx);
		w.conf.psk_only = we;
		SSL_CTX_set1_groups_list(ctx, "X448");
		if (they)
			SSL_CTX_set_options(ctx, SSL_OP_ALLOW_NO_DHE_KEX);
		s13_pair_open(&p, &w, ctx, s);
		assert_int_equal(s13_pair_shake(&p), wants);
		assert_int_equal(p.end.err, wants ? TLS_E_OK : TLS_E_HANDSHAKE_FAILURE);
		if (wants) {
			s13_pair_talk(&p);
			assert_true(s13_info(&p).resumed);
			assert_int_equal(s13_info(&p).group, 0);
			assert_int_equal(p.end.questions, 0);
		}
		s13_pair_drop(&p);
		SSL_SESSION_free(s);
		SSL_CTX_free(ctx);
		s13_world_close(&w);
	}
}

static void
a_single_use_ticket_resumes_once(void **state)
{
	struct s13_world *w = *state;
	SSL_CTX *ctx = s13_client_ctx();
	SSL_SESSION *s = first_session(w, ctx);

	w->conf.single_use = true;
	assert_true(resumes(w, ctx, s));
	assert_false(resumes(w, ctx, s));
	SSL_SESSION_free(s);
	SSL_CTX_free(ctx);
}

/* What a session is bound to: each of these makes a full handshake of it, and never a failure. */
enum bound { LISTENER, TIME, CLOCK_BACK, HASH, KEYS, AUTH, NO_TICKETS, BOUNDS };

static void
change(struct s13_world *w, SSL_CTX *ctx, enum bound what)
{
	switch (what) {
	case LISTENER: w->conf.bind[0] ^= 1; break;
	case TIME: w->now_s += 3600; break;
	case CLOCK_BACK: w->now_s -= 1; break;
	case HASH: SSL_CTX_set_ciphersuites(ctx, "TLS_AES_256_GCM_SHA384"); break;
	case KEYS: ticket_keys_drop(w->conf.tickets); break;
	case AUTH: /* a session of nobody */
		w->conf.trust = w->trust;
		w->conf.client_auth = HS_AUTH_REQUIRE;
		assert_int_equal(SSL_CTX_use_certificate(ctx, w->client.x), 1);
		assert_int_equal(SSL_CTX_use_PrivateKey(ctx, w->client.key), 1);
		break;
	case NO_TICKETS:
		ticket_keys_free(w->conf.tickets);
		w->conf.tickets = NULL;
		break;
	default: break;
	}
}

static void
a_session_is_bound_to(void **state)
{
	for (enum bound b = 0; b <= BOUNDS; b++) {
		struct s13_world w;
		SSL_CTX *ctx = s13_client_ctx();
		SSL_SESSION *s;

		s13_world_open(&w);
		s = first_session(&w, ctx);
		change(&w, ctx, b);
		if (resumes(&w, ctx, s) != (b == BOUNDS)) /* nothing changed: it does */
			fail_msg("change %d", b);
		SSL_SESSION_free(s);
		SSL_CTX_free(ctx);
		s13_world_close(&w);
	}
}

static void
a_session_is_bound_to_its_name(void **state)
{
	struct s13_world *w = *state;
	SSL_CTX *ctx = s13_client_ctx();
	SSL_SESSION *s = first_session(w, ctx);
	struct s13_pair p;

	s13_pair_open(&p, w, ctx, s);
	SSL_set_tlsext_host_name(p.ssl, "b.test");
	assert_true(s13_pair_shake(&p));
	assert_false(s13_info(&p).resumed);
	s13_pair_drop(&p);
	SSL_SESSION_free(s);
	SSL_CTX_free(ctx);
}

static void
a_resumed_session_does_not_live_longer(void **state)
{
	struct s13_world *w = *state;
	SSL_CTX *ctx = s13_client_ctx();
	SSL_SESSION *s = first_session(w, ctx), *next;
	struct s13_pair p;

	w->now_s += 3000;
	s13_pair_open(&p, w, ctx, s);
	assert_true(s13_pair_shake(&p));
	assert_true(s13_info(&p).resumed);
	s13_pair_talk(&p);
	next = s13_pair_session(&p);
	assert_int_equal(SSL_SESSION_get_ticket_lifetime_hint(next), 600);
	SSL_shutdown(p.ssl);
	s13_pair_drop(&p);
	w->now_s += 599;
	assert_true(resumes(w, ctx, next));
	w->now_s += 1;
	assert_false(resumes(w, ctx, next));
	SSL_SESSION_free(s);
	SSL_SESSION_free(next);
	SSL_CTX_free(ctx);
}

static void
finished_comes_late(void *ctx, struct hs_end *e, uint8_t *type, uint8_t *data, size_t *len)
{
	if (*type == TLS_CT_HANDSHAKE && *len != 0 && data[0] == 20) {
		e->env.now_s += 10;
		e->env.now_ms += 10000;
	}
}

/* A session that ends between its hello and Finished is not born again. */
static void
a_session_that_ends_meanwhile_leaves_no_ticket(void **state)
{
	struct s13_world *w = *state;
	SSL_CTX *ctx = s13_client_ctx();
	SSL_SESSION *s = first_session(w, ctx);
	struct ticket_stats before, after;
	struct s13_pair p;

	w->now_s += 3595;
	w->opts.tap = finished_comes_late;
	ticket_keys_stats(w->conf.tickets, &before);
	s13_pair_open(&p, w, ctx, s);
	assert_true(s13_pair_shake(&p));
	assert_true(s13_info(&p).resumed);
	ticket_keys_stats(w->conf.tickets, &after);
	assert_int_equal(after.sealed, before.sealed);
	s13_pair_drop(&p);
	SSL_SESSION_free(s);
	SSL_CTX_free(ctx);
}

static void
sends_as_many_tickets_as_it_should(void **state)
{
	struct s13_world *w = *state;

	for (unsigned count = 0; count <= 3; count++) {
		SSL_CTX *ctx = s13_client_ctx();
		SSL_SESSION *s;

		w->conf.ticket_count = (uint8_t)count;
		s = first_session(w, ctx);
		assert_int_equal(SSL_SESSION_has_ticket(s), count != 0);
		SSL_SESSION_free(s);
		SSL_CTX_free(ctx);
	}
}

/* ---- early data ---- */

struct early {
	bool accepted, resumed;
	size_t got;
};

static struct early
try_early(struct s13_world *w, SSL_CTX *ctx, SSL_SESSION *s)
{
	struct early e;
	struct s13_pair p;
	size_t n;

	s13_pair_open(&p, w, ctx, s);
	assert_int_equal(SSL_write_early_data(p.ssl, "early", 5, &n), 1);
	assert_true(s13_pair_shake(&p));
	e.accepted = SSL_get_early_data_status(p.ssl) == SSL_EARLY_DATA_ACCEPTED;
	e.resumed = s13_info(&p).resumed;
	e.got = p.end.data_in.len;
	assert_int_equal(e.accepted, s13_info(&p).early_data);
	assert_int_equal(p.end.early, e.accepted);
	assert_int_equal(p.end.early_max, e.accepted ? w->conf.early_data_max : 0);
	if (e.got != 0) {
		assert_memory_equal(p.end.data_in.p + p.end.data_in.off, "early", 5);
		hs_bytes_skip(&p.end.data_in, 5);
	}
	s13_pair_talk(&p);
	s13_pair_drop(&p);
	return e;
}

static void
takes_early_data_once(void **state)
{
	struct s13_world *w = *state;
	SSL_CTX *ctx = s13_client_ctx();
	SSL_SESSION *s;
	struct early e;

	w->conf.early_data_max = 16384;
	s = first_session(w, ctx);
	e = try_early(w, ctx, s);
	assert_true(e.accepted && e.resumed && e.got == 5);
	e = try_early(w, ctx, s); /* the same ticket again: resumed, but not early */
	assert_true(!e.accepted && e.resumed && e.got == 0);
	SSL_SESSION_free(s);
	SSL_CTX_free(ctx);
}

enum refusal { SWITCHED_OFF, TOO_OLD, OTHER_PROTOCOL, NEEDS_RETRY, NO_STORE, REFUSALS };

static void
refuse(struct s13_world *w, SSL_CTX *ctx, enum refusal why)
{
	switch (why) {
	case SWITCHED_OFF: w->conf.early_data_max = 0; break;
	case TOO_OLD: w->now_s += 11; break;
	case OTHER_PROTOCOL:
		w->conf.alpn[0] = "other";
		w->conf.alpn_count = 1;
		break;
	case NEEDS_RETRY: s13_only_group(w, KEX_P384); break;
	case NO_STORE:
		once_free(w->keep.once);
		w->keep.once = NULL;
		break;
	default: break;
	}
}

static void
refuses_early_data_cleanly(void **state)
{
	for (enum refusal r = 0; r <= REFUSALS; r++) {
		struct s13_world w;
		SSL_CTX *ctx = s13_client_ctx();
		SSL_SESSION *s;
		struct early e;

		s13_world_open(&w);
		w.conf.early_data_max = 16384;
		w.conf.alpn[0] = "one";
		w.conf.alpn_count = 1;
		SSL_CTX_set_alpn_protos(ctx, (const uint8_t *)"\3one\5other", 10);
		s = first_session(&w, ctx);
		refuse(&w, ctx, r);
		e = try_early(&w, ctx, s);
		if (e.accepted != (r == REFUSALS) || !e.resumed || e.got != (e.accepted ? 5 : 0))
			fail_msg("refusal %d", r);
		SSL_SESSION_free(s);
		SSL_CTX_free(ctx);
		s13_world_close(&w);
	}
}

static void
a_ticket_keeps_the_clients_identity(void **state)
{
	struct s13_world *w = *state;
	SSL_CTX *ctx = s13_client_ctx();
	struct hs_keep other;
	SSL_SESSION *s;
	struct s13_pair p;

	w->conf.trust = w->trust;
	w->conf.client_auth = HS_AUTH_REQUIRE;
	s13_show(ctx, &w->client);
	s = first_session(w, ctx);
	s13_pair_open(&p, w, ctx, s);
	assert_true(s13_pair_shake(&p));
	assert_true(s13_info(&p).resumed);
	assert_string_equal(s13_info(&p).peer->subject, "CN=client");
	SSL_shutdown(p.ssl);
	s13_pair_drop(&p);
	/* whose it was is not known any more: a full handshake that asks again */
	hs_keep_init(&other, 8);
	w->opts.keep = &other;
	assert_false(resumes(w, ctx, s));
	hs_keep_drop(&other);
	SSL_SESSION_free(s);
	SSL_CTX_free(ctx);
}

/* ---- key log ---- */

static char client_lines[8192];

static void
client_keylog(const SSL *ssl, const char *line)
{
	size_t n = strlen(client_lines);

	snprintf(client_lines + n, sizeof(client_lines) - n, "%s\n", line);
}

static void
the_key_log_says_what_the_client_says(void **state)
{
	struct s13_world *w = *state;
	SSL_CTX *ctx = s13_client_ctx();
	char *save = NULL;
	unsigned lines = 0;
	SSL_SESSION *s;
	struct early e;
	char copy[sizeof(w->keylog)];

	w->conf.early_data_max = 1000;
	s = first_session(w, ctx);
	client_lines[0] = '\0';
	SSL_CTX_set_keylog_callback(ctx, client_keylog);
	e = try_early(w, ctx, s);
	assert_true(e.accepted);
	strcpy(copy, w->keylog);
	for (char *line = strtok_r(copy, "\n", &save); line != NULL;
		line = strtok_r(NULL, "\n", &save), lines++)
		if (strstr(client_lines, line) == NULL)
			fail_msg("%s", line);
	assert_int_equal(lines, 5); /* early, and two generations of two directions */
	w->conf.keylog = false;
	assert_true(resumes(w, ctx, s));
	assert_string_equal(w->keylog, "");
	SSL_SESSION_free(s);
	SSL_CTX_free(ctx);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(resumes_by_ticket_with_a_fresh_exchange),
		CASE(resumes_behind_a_retry),
		cmocka_unit_test(resumes_without_an_exchange_where_that_is_allowed),
		CASE(a_single_use_ticket_resumes_once),
		cmocka_unit_test(a_session_is_bound_to),
		CASE(a_session_is_bound_to_its_name),
		CASE(a_resumed_session_does_not_live_longer),
		CASE(a_session_that_ends_meanwhile_leaves_no_ticket),
		CASE(sends_as_many_tickets_as_it_should),
		CASE(takes_early_data_once),
		cmocka_unit_test(refuses_early_data_cleanly),
		CASE(a_ticket_keeps_the_clients_identity),
		CASE(the_key_log_says_what_the_client_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
