/*
 * Responses for our own certificates: fetched, renewed, kept and dropped, by a clock that the test
 * moves; responders and files with every fault; configurations that replace each other.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "control/cert/stapler.h"
#include "tests/unit/control/cert/responder.h"

struct world {
	char dir[64];
	uv_loop_t loop;
	struct log log;
	int64_t now_s;
	struct pki_cert root, inter, leaf, mute;
	struct stapler *s;
	struct cert_store *store;
	struct cert *cert; /* of leaf */
	struct responder r;
};

static int64_t
now_s(void *ctx)
{
	return ((struct world *)ctx)->now_s;
}

static struct cert *
add(struct world *w, struct cert_store *store, const char *name, const struct pki_cert *leaf,
	const struct pki_cert *issuer)
{
	char chain[32], key[32], err[CERT_ERR_LEN];
	unsigned n = 0;

	snprintf(chain, sizeof(chain), "%s.crt", name);
	snprintf(key, sizeof(key), "%s.key", name);
	pki_write_certs(pki_path(w->dir, chain), leaf, issuer, NULL);
	pki_write_key(pki_path(w->dir, key), leaf->key, 0600);
	if (cert_store_add(store, pki_path(w->dir, chain), pki_path(w->dir, key), err) != 0)
		fail_msg("%s", err);
	while (cert_store_at(store, n + 1) != NULL)
		n++;
	return cert_store_at(store, n);
}

static int
open_world(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	const struct cert_clock clock = { now_s, w };

	pki_tmp(w->dir);
	uv_loop_init(&w->loop);
	w->log = (struct log){ .ident = "test", .level = LOG_ERROR, .fd = -1 };
	w->now_s = PKI_NOW;
	responder_open(&w->r, &w->loop);
	w->root = pki_make(&(struct pki_spec){ .cn = "root", .ca = true }, NULL);
	w->inter = pki_make(&(struct pki_spec){ .cn = "intermediate", .ca = true }, &w->root);
	w->leaf = pki_make(
		&(struct pki_spec){ .cn = "leaf", .serial = 5, .aia = w->r.url }, &w->inter);
	w->mute = pki_make(&(struct pki_spec){ .cn = "mute", .serial = 6 }, &w->inter);
	w->r.answer = (struct pki_ocsp){ .of = &w->leaf, .issuer = &w->inter,
		.this_update = PKI_NOW - 100, .next_update = PKI_NOW + 1000 };
	w->store = cert_store_new();
	w->cert = add(w, w->store, "leaf", &w->leaf, &w->inter);
	w->s = stapler_new(&w->loop, &w->log, &clock);
	assert_non_null(w->s);
	*state = w;
	return 0;
}

static int
close_world(void **state)
{
	struct world *w = *state;

	stapler_close(w->s);
	responder_close(&w->r);
	uv_run(&w->loop, UV_RUN_DEFAULT);
	assert_int_equal(w->r.open, 0);
	assert_int_equal(uv_loop_close(&w->loop), 0);
	stapler_free(w->s);
	cert_store_free(w->store);
	pki_free(&w->root);
	pki_free(&w->inter);
	pki_free(&w->leaf);
	pki_free(&w->mute);
	pki_tmp_remove(w->dir);
	free(w);
	return 0;
}

static struct stapler_stats
stats(struct world *w)
{
	struct stapler_stats st;

	stapler_stats(w->s, &st);
	return st;
}

/* Until so many attempts have ended, one way or the other. */
static void
turn(struct world *w, unsigned attempts)
{
	uint64_t deadline;

	uv_update_time(&w->loop);
	deadline = uv_now(&w->loop) + 20000;
	while (stats(w).renewed + stats(w).failed < attempts) {
		assert_true(uv_now(&w->loop) < deadline);
		uv_run(&w->loop, UV_RUN_ONCE);
	}
	assert_int_equal(stats(w).renewed + stats(w).failed, attempts);
}

static void
want(struct world *w, const struct staple_conf *conf)
{
	assert_int_equal(cert_want_staple(w->cert, conf), 0);
	assert_int_equal(stapler_set_certs(w->s, &w->cert, 1), 0);
}

static const char *
error_of(struct world *w)
{
	struct stapler_view v;

	assert_true(stapler_view(w->s, 0, &v));
	return v.error;
}

#define FETCH (&(struct staple_conf){ .fetch = true })

static void
is_there_soon_and_nobody_waits(void **state)
{
	struct world *w = *state;
	struct ocsp_result r;

	want(w, FETCH);
	assert_null(cert_staple(w->cert)); /* handshakes go on without */
	turn(w, 1);
	assert_non_null(cert_staple(w->cert));
	ocsp_check(cert_staple(w->cert)->der, cert_staple(w->cert)->len, w->leaf.x, w->inter.x,
		PKI_NOW, &r);
	assert_int_equal(r.state, OCSP_S_GOOD);
	assert_int_equal(cert_staple(w->cert)->next_update, PKI_NOW + 1000);
	assert_int_equal(cert_staple(w->cert)->this_update, PKI_NOW - 100);
	assert_false(cert_staple(w->cert)->revoked);
	assert_int_equal(stats(w).stapled, 1);
	assert_int_equal(stats(w).revoked, 0);
	assert_string_equal(error_of(w), "");
}

static void
is_renewed_well_before_it_ends(void **state)
{
	struct world *w = *state;
	struct staple *first;

	want(w, FETCH);
	turn(w, 1);
	first = staple_ref((struct staple *)cert_staple(w->cert));
	w->now_s += 449; /* half of the 1000 s that were left, less a tenth */
	stapler_check(w->s);
	assert_int_equal(w->r.requests, 1);
	w->now_s = PKI_NOW + 551;
	w->r.answer.this_update = PKI_NOW + 500;
	w->r.answer.next_update = PKI_NOW + 2000;
	stapler_check(w->s);
	assert_ptr_equal(cert_staple(w->cert), first); /* while the new one is on its way */
	turn(w, 2);
	assert_int_equal(cert_staple(w->cert)->next_update, PKI_NOW + 2000);
	assert_int_equal(first->next_update, PKI_NOW + 1000); /* who holds it can go on */
	assert_int_equal(first->refs, 1);
	staple_unref(first);
}

static void
outlives_a_responder_that_fails_but_not_its_own_end(void **state)
{
	struct world *w = *state;

	want(w, FETCH);
	turn(w, 1);
	w->r.how = RESPOND_NOT_FOUND;
	w->now_s += 551;
	stapler_check(w->s);
	turn(w, 2);
	assert_non_null(cert_staple(w->cert));
	assert_non_null(strstr(error_of(w), "HTTP status 404"));
	w->now_s = PKI_NOW + 1000;
	stapler_check(w->s);
	turn(w, 3);
	assert_non_null(cert_staple(w->cert)); /* its last second */
	w->now_s++;
	stapler_check(w->s);
	assert_null(cert_staple(w->cert));
	assert_int_equal(stats(w).stapled, 0);
}

static void
failures_are_spaced_out(void **state)
{
	static const struct {
		unsigned after; /* seconds since the failure before */
		unsigned requests;
	} steps[] = { { 8, 1 }, { 12, 2 }, { 17, 2 }, { 23, 3 }, { 35, 3 }, { 45, 4 }, { 71, 4 },
		{ 89, 5 } };
	struct world *w = *state;
	int64_t last = PKI_NOW;

	w->r.how = RESPOND_HANGUP;
	want(w, FETCH);
	turn(w, 1);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		w->now_s = last + steps[i].after;
		stapler_check(w->s);
		turn(w, steps[i].requests);
		assert_int_equal(w->r.requests, steps[i].requests);
		if ((i & 1) != 0)
			last = w->now_s;
	}
	w->r.how = RESPOND_WELL; /* and is there again */
	w->now_s = last + 3960;
	w->r.answer.next_update = w->now_s + 1000;
	stapler_check(w->s);
	turn(w, 6);
	assert_non_null(cert_staple(w->cert));
}

static void
what_is_not_good_is_not_stapled(void **state)
{
	struct world *w;
	struct pki_cert fake =
		pki_make(&(struct pki_spec){ .cn = "intermediate", .ca = true }, NULL);
	static const struct {
		enum responder_how how;
		bool forged, other, unknown, old, later;
		const char *reason;
	} cases[] = {
		{ RESPOND_WELL, .forged = true, .reason = "not signed" },
		{ RESPOND_WELL, .other = true, .reason = "another certificate" },
		{ RESPOND_WELL, .unknown = true, .reason = "does not know" },
		{ RESPOND_WELL, .old = true, .reason = "out of date" },
		{ RESPOND_WELL, .later = true, .reason = "trylater" },
		{ RESPOND_JUNK, .reason = "decoded" },
		{ RESPOND_CUT, .reason = "cut short" },
		{ RESPOND_TOO_MUCH, .reason = "longer than 64 KiB" },
		{ RESPOND_REDIRECT, .reason = "HTTP status 302" },
		{ RESPOND_DRIPPING, .reason = "no answer in time" },
		{ RESPOND_NEVER, .reason = "no answer in time" },
	};

	close_world(state);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool slow = strstr(cases[i].reason, "in time") != NULL;

		open_world(state);
		w = *state;
		w->r.how = cases[i].how;
		if (cases[i].forged) {
			w->r.answer.signer = &fake;
			w->r.answer.with_signer = true;
		}
		w->r.told = cases[i].other ? &w->mute : NULL;
		if (cases[i].unknown)
			w->r.answer.status = V_OCSP_CERTSTATUS_UNKNOWN;
		if (cases[i].old)
			w->r.answer.next_update = PKI_NOW - 90; /* within the skew, but over */
		if (cases[i].later)
			w->r.answer.response_status = OCSP_RESPONSE_STATUS_TRYLATER;
		want(w, &(struct staple_conf){ .fetch = true, .timeout_ms = slow ? 150 : 0 });
		turn(w, 1);
		assert_null(cert_staple(w->cert));
		if (strstr(error_of(w), cases[i].reason) == NULL)
			fail_msg("%s: %s", cases[i].reason, error_of(w));
		assert_int_equal(stats(w).failed, 1);
		close_world(state);
	}
	pki_free(&fake);
	open_world(state);
}

static void
a_revocation_is_stapled_and_told(void **state)
{
	struct world *w = *state;

	w->r.answer.status = V_OCSP_CERTSTATUS_REVOKED;
	want(w, FETCH);
	turn(w, 1);
	assert_non_null(cert_staple(w->cert));
	assert_true(cert_staple(w->cert)->revoked);
	assert_int_equal(stats(w).revoked, 1);
}

static void
clock_jumps_lose_nothing_that_is_good(void **state)
{
	struct world *w = *state;

	want(w, FETCH);
	turn(w, 1);
	w->now_s += 10 * PKI_DAY; /* forward: it has ended, and a new one is asked for at once */
	stapler_check(w->s);
	assert_null(cert_staple(w->cert));
	turn(w, 2);
	assert_null(cert_staple(w->cert)); /* by this clock the responder's is out of date */
	w->now_s = PKI_NOW + 60; /* and back: what was planned by the wall clock is far away */
	w->r.answer.next_update = PKI_NOW + 2000;
	stapler_check(w->s);
	assert_int_equal(w->r.requests, 2);
	/* the monotonic clock brings it about; a configuration read again does not wait for it */
	assert_int_equal(stapler_set_certs(w->s, NULL, 0), 0);
	assert_int_equal(stapler_set_certs(w->s, &w->cert, 1), 0);
	turn(w, 3);
	assert_int_equal(cert_staple(w->cert)->next_update, PKI_NOW + 2000);
}

static void
a_new_configuration_has_it_at_once(void **state)
{
	struct world *w = *state;
	struct cert_store *next = cert_store_new();
	struct cert *both[2];

	want(w, FETCH);
	turn(w, 1);
	/* the same certificate, twice; and one that wants none */
	both[0] = add(w, next, "a", &w->leaf, &w->inter);
	both[1] = add(w, next, "b", &w->leaf, &w->inter);
	cert_want_staple(both[0], FETCH);
	cert_want_staple(both[1], FETCH);
	assert_int_equal(stapler_set_certs(w->s, both, 2), 0);
	assert_non_null(cert_staple(both[0]));
	assert_ptr_equal(cert_staple(both[0]), cert_staple(both[1]));
	assert_int_equal(w->r.requests, 1);
	assert_int_equal(stats(w).stapled, 2);
	cert_store_free(w->store); /* the old one goes, as after a reload */
	w->store = next;
	w->now_s += 551;
	w->r.answer.next_update = PKI_NOW + 2000;
	stapler_check(w->s);
	turn(w, 2);
	assert_int_equal(cert_staple(both[1])->next_update, PKI_NOW + 2000);
	assert_int_equal(w->r.requests, 2); /* one question for both */
	/* in the middle of a question all of them go */
	w->now_s += 1500;
	w->r.how = RESPOND_NEVER;
	stapler_check(w->s);
	turn_until(&w->loop, &w->r.requests, 3);
	assert_int_equal(stapler_set_certs(w->s, NULL, 0), 0);
}

static void
closing_in_the_middle(void **state)
{
	struct world *w = *state;

	w->r.how = RESPOND_NEVER;
	want(w, FETCH);
	turn_until(&w->loop, &w->r.requests, 1);
	/* close_world() sees that nothing is left */
}

static void
the_issuer_must_be_known(void **state)
{
	struct world *w = *state;
	struct stapler_view v;
	struct cert *alone, *mute;

	alone = add(w, w->store, "alone", &w->leaf, NULL);
	mute = add(w, w->store, "mute", &w->mute, &w->inter);
	cert_want_staple(alone, FETCH);
	assert_int_equal(stapler_set_certs(w->s, &alone, 1), 0);
	assert_true(stapler_view(w->s, 0, &v));
	assert_non_null(strstr(v.error, "alone.crt: the certificate's issuer is not in it; put it"));
	pki_write_certs(pki_path(w->dir, "issuers.pem"), &w->root, &w->inter, NULL);
	cert_want_staple(alone, &(struct staple_conf){ .fetch = true,
		.issuer_file = pki_path(w->dir, "issuers.pem") });
	assert_int_equal(stapler_set_certs(w->s, &alone, 1), 0);
	turn(w, 1);
	assert_non_null(cert_staple(alone));
	cert_want_staple(mute, FETCH);
	assert_int_equal(stapler_set_certs(w->s, &mute, 1), 0);
	assert_true(stapler_view(w->s, 0, &v));
	assert_non_null(strstr(v.error, "mute.crt: the certificate names no http:// OCSP responder"));
	assert_false(stapler_view(w->s, 1, &v));
	w->r.answer.of = &w->mute;
	cert_want_staple(mute, &(struct staple_conf){ .fetch = true, .url = w->r.url });
	assert_int_equal(stapler_set_certs(w->s, &mute, 1), 0);
	turn(w, 2);
	assert_non_null(cert_staple(mute));
	/* the URL goes again: what was fetched from it is not renewed from there */
	cert_want_staple(mute, FETCH);
	assert_int_equal(stapler_set_certs(w->s, &mute, 1), 0);
	assert_true(stapler_view(w->s, 0, &v));
	assert_string_equal(v.source, "none");
	assert_int_equal(w->r.requests, 2);
	assert_non_null(cert_staple(mute)); /* until it ends it is as good as before */
	w->now_s += 1001;
	stapler_check(w->s);
	assert_null(cert_staple(mute));
}

/* ---- files ---- */

static void
write_response(struct world *w, int64_t this_update, int64_t next_update)
{
	struct pki_ocsp o = w->r.answer;
	uint8_t *der;
	size_t n;

	o.this_update = PKI_NOW + this_update;
	o.next_update = PKI_NOW + next_update;
	der = pki_ocsp_response(&o, &n);
	pki_write(pki_path(w->dir, "staple.der"), der, n);
	OPENSSL_free(der);
}

static void
files_are_judged_and_read_again_when_they_change(void **state)
{
	struct world *w = *state;

	write_response(w, -100, 1000);
	want(w, &(struct staple_conf){ .file = pki_path(w->dir, "staple.der"), .fetch = true });
	turn(w, 1);
	assert_int_equal(cert_staple(w->cert)->next_update, PKI_NOW + 1000);
	assert_int_equal(w->r.requests, 0);
	write_response(w, -50, 2000);
	stapler_check(w->s);
	turn(w, 2);
	assert_int_equal(cert_staple(w->cert)->next_update, PKI_NOW + 2000);
	pki_write(pki_path(w->dir, "staple.der"), "garbage", 7);
	stapler_check(w->s);
	turn(w, 3);
	assert_int_equal(cert_staple(w->cert)->next_update, PKI_NOW + 2000); /* the last good one */
	assert_non_null(strstr(error_of(w), "cannot be decoded"));
	unlink(pki_path(w->dir, "staple.der"));
	stapler_check(w->s);
	turn(w, 4);
	assert_non_null(strstr(error_of(w), "No such file"));
	assert_non_null(cert_staple(w->cert));
	w->now_s += 2001;
	stapler_check(w->s);
	assert_null(cert_staple(w->cert));
}

static void
a_file_gets_another_chance_when_the_clock_was_wrong(void **state)
{
	struct world *w = *state;

	w->now_s = PKI_NOW - PKI_DAY / 2;
	write_response(w, -100, 1000);
	want(w, &(struct staple_conf){ .file = pki_path(w->dir, "staple.der") });
	turn(w, 1);
	assert_null(cert_staple(w->cert));
	assert_non_null(strstr(error_of(w), "of the future"));
	w->now_s = PKI_NOW;
	stapler_check(w->s);
	turn(w, 2);
	assert_non_null(cert_staple(w->cert));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, open_world, close_world)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(is_there_soon_and_nobody_waits),
		CASE(is_renewed_well_before_it_ends),
		CASE(outlives_a_responder_that_fails_but_not_its_own_end),
		CASE(failures_are_spaced_out),
		CASE(what_is_not_good_is_not_stapled),
		CASE(a_revocation_is_stapled_and_told),
		CASE(clock_jumps_lose_nothing_that_is_good),
		CASE(a_new_configuration_has_it_at_once),
		CASE(closing_in_the_middle),
		CASE(the_issuer_must_be_known),
		CASE(files_are_judged_and_read_again_when_they_change),
		CASE(a_file_gets_another_chance_when_the_clock_was_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
