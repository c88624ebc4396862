/*
 * Verification on the pool: answers come later and once, equal chains cost one verification, clock
 * jumps, CRLs that change while we run, and OCSP responders that are slow, lying or gone.
 */
#include <nss.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "control/cert/peer_cache.h"
#include "control/cert/verifier.h"
#include "tests/unit/control/cert/responder.h"

#define LEAF 5

struct world {
	char dir[64];
	uv_loop_t loop;
	struct log log;
	int64_t now_s;
	struct pki_cert root, inter, leaf, far;
	uint8_t *list, *far_list;
	size_t list_len, far_len;
	struct verifier *v;
	struct trust *trust;
	struct responder r;
	/* answers so far */
	unsigned answers;
	struct verify_owner who[64];
	struct peer *peer[64];
	bool inside; /* verify_start() is running: nobody may be answered */
};

static int64_t
now_s(void *ctx)
{
	return ((struct world *)ctx)->now_s;
}

static void
done(void *ctx, const struct verify_owner *who, struct peer *peer)
{
	struct world *w = ctx;

	assert_false(w->inside);
	assert_true(w->answers < 64);
	w->who[w->answers] = *who;
	w->peer[w->answers] = peer != NULL ? peer_ref(peer) : NULL;
	w->answers++;
}

static void
write_crl(struct world *w, long serial)
{
	X509_CRL *crl = pki_crl(&w->inter, PKI_NOW - PKI_DAY, PKI_NOW + 30 * PKI_DAY, &serial,
		serial != 0 ? 1 : 0);

	pki_write_crl(pki_path(w->dir, "crl"), crl);
	X509_CRL_free(crl);
}

static void
load_trust(struct world *w, enum trust_ocsp ocsp, const char *url, unsigned timeout_ms)
{
	const char *crl = pki_path(w->dir, "crl");
	struct trust_conf conf;
	char err[CERT_ERR_LEN];

	trust_unref(w->trust);
	trust_conf_init(&conf);
	conf.ca_file = pki_path(w->dir, "ca.pem");
	conf.crl_files = &crl;
	conf.crl_file_count = 1;
	conf.crl_check = TRUST_CRL_LEAF;
	conf.ocsp = (uint8_t)ocsp;
	conf.ocsp_url = url;
	conf.ocsp_timeout_ms = timeout_ms;
	if (trust_load(&conf, &w->trust, err) != 0)
		fail_msg("%s", err);
}

static int
open_world(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	const struct cert_clock clock = { now_s, w };
	const struct verifier_ops ops = { done, w };

	pki_tmp(w->dir);
	uv_loop_init(&w->loop);
	w->log = (struct log){ .ident = "test", .level = LOG_ERROR, .fd = -1 };
	w->now_s = PKI_NOW;
	responder_open(&w->r, &w->loop);
	w->root = pki_make(&(struct pki_spec){ .cn = "root", .ca = true }, NULL);
	w->inter = pki_make(&(struct pki_spec){ .cn = "intermediate", .ca = true }, &w->root);
	w->leaf = pki_make(
		&(struct pki_spec){ .cn = "leaf", .serial = LEAF, .aia = w->r.url }, &w->inter);
	w->far = pki_make(&(struct pki_spec){ .cn = "far", .serial = 6 }, &w->inter);
	w->list = pki_list(&w->list_len, &w->leaf, &w->inter, NULL);
	w->far_list = pki_list(&w->far_len, &w->far, &w->inter, NULL);
	w->r.answer = (struct pki_ocsp){ .of = &w->leaf, .issuer = &w->inter,
		.this_update = PKI_NOW - 60, .next_update = PKI_NOW + 3600 };
	pki_write_certs(pki_path(w->dir, "ca.pem"), &w->root, NULL);
	write_crl(w, 0);
	load_trust(w, TRUST_OCSP_OFF, NULL, 10000);
	w->v = verifier_new(&w->loop, &w->log, &clock, &ops);
	assert_non_null(w->v);
	*state = w;
	return 0;
}

static void
forget_answers(struct world *w)
{
	for (unsigned i = 0; i < w->answers; i++)
		peer_unref(w->peer[i]);
	w->answers = 0;
}

static int
close_world(void **state)
{
	struct world *w = *state;

	forget_answers(w);
	verifier_close(w->v);
	responder_close(&w->r);
	uv_run(&w->loop, UV_RUN_DEFAULT);
	assert_int_equal(w->r.open, 0);
	assert_int_equal(uv_loop_close(&w->loop), 0);
	verifier_free(w->v);
	trust_unref(w->trust);
	pki_free(&w->root);
	pki_free(&w->inter);
	pki_free(&w->leaf);
	pki_free(&w->far);
	free(w->list);
	free(w->far_list);
	pki_tmp_remove(w->dir);
	free(w);
	return 0;
}

static int
start(struct world *w, const uint8_t *list, size_t len, unsigned tag, struct peer **peer)
{
	uint8_t *copy = malloc(len + 1); /* gone when the thread looks */
	const struct verify_owner who = { .worker = 1, .tag = tag, .attachment = 2, .conn = 3 };
	struct verify_req req = { .trust = w->trust, .chain = copy, .chain_len = len,
		.now_s = w->now_s };
	int rc;

	memcpy(copy, list, len);
	w->inside = true;
	rc = verify_start(w->v, &req, &who, peer);
	w->inside = false;
	free(copy);
	return rc;
}

/* The verdict, however it comes. */
static enum tls_err
verdict(struct world *w, char reason[160])
{
	struct peer *p;
	enum tls_err e;

	if (start(w, w->list, w->list_len, 9, &p) == VERIFY_PENDING) {
		turn_until(&w->loop, &w->answers, w->answers + 1);
		p = w->peer[--w->answers];
	}
	assert_non_null(p);
	e = p->verdict;
	if (reason != NULL)
		memcpy(reason, p->reason, 160);
	peer_unref(p);
	return e;
}

static struct verifier_stats
stats(struct world *w)
{
	struct verifier_stats s;

	verifier_stats(w->v, &s);
	return s;
}

/* ---- answers ---- */

static void
answers_later_and_remembers(void **state)
{
	struct world *w = *state;
	struct peer *p, *again;

	assert_int_equal(start(w, w->list, w->list_len, 7, &p), VERIFY_PENDING);
	assert_null(p);
	turn_until(&w->loop, &w->answers, 1);
	assert_int_equal(w->who[0].tag, 7);
	assert_int_equal(w->who[0].worker, 1);
	assert_int_equal(w->who[0].attachment, 2);
	assert_int_equal(w->who[0].conn, 3);
	assert_int_equal(w->peer[0]->verdict, TLS_E_OK);
	assert_int_equal(start(w, w->list, w->list_len, 8, &again), VERIFY_INLINE);
	assert_ptr_equal(again, w->peer[0]);
	peer_unref(again);
	assert_int_equal(stats(w).verified, 1);
	assert_int_equal(stats(w).cached, 1);
}

/* verify: none. The key is needed all the same. */
static void
without_a_trust_anybody_is_taken(void **state)
{
	struct world *w = *state;
	struct trust *trust = w->trust;
	struct peer *p;

	w->trust = NULL;
	assert_int_equal(start(w, w->list, w->list_len, 1, &p), VERIFY_INLINE);
	assert_int_equal(p->verdict, TLS_E_OK);
	assert_non_null(p->key);
	assert_string_equal(p->common_name, "leaf");
	peer_unref(p);
	assert_int_equal(start(w, w->list, w->list_len - 1, 2, &p), VERIFY_INLINE);
	assert_int_equal(p->verdict, TLS_E_DECODE_ERROR);
	peer_unref(p);
	assert_int_equal(start(w, w->list, 0, 3, &p), VERIFY_INLINE);
	assert_int_equal(p->verdict, TLS_E_BAD_CERTIFICATE);
	peer_unref(p);
	assert_int_equal(stats(w).verified, 0);
	w->trust = trust;
}

static void
equal_chains_under_way_are_one_verification(void **state)
{
	struct world *w = *state;
	struct peer *p;

	for (unsigned i = 0; i < 20; i++)
		assert_int_equal(start(w, w->list, w->list_len, i, &p), VERIFY_PENDING);
	assert_int_equal(stats(w).in_flight, 1);
	turn_until(&w->loop, &w->answers, 20);
	for (unsigned i = 0; i < 20; i++)
		assert_ptr_equal(w->peer[i], w->peer[0]);
	assert_int_equal(stats(w).verified, 1);
	assert_int_equal(stats(w).joined, 19);
	assert_int_equal(stats(w).in_flight, 0);
}

static void
who_has_gone_is_not_answered(void **state)
{
	struct world *w = *state;
	struct verify_owner gone = { .worker = 1, .tag = 1, .attachment = 2, .conn = 3 };
	struct peer *p;

	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(start(w, w->list, w->list_len, i, &p), VERIFY_PENDING);
	verify_cancel(w->v, &gone);
	verify_cancel(w->v, &gone); /* nobody any more */
	turn_until(&w->loop, &w->answers, 2);
	/* another one behind it: had the cancelled one an answer, it would have come by now */
	assert_int_equal(start(w, w->far_list, w->far_len, 5, &p), VERIFY_PENDING);
	turn_until(&w->loop, &w->answers, 3);
	for (unsigned i = 0; i < 3; i++)
		assert_int_not_equal(w->who[i].tag, 1);
}

static void
what_is_in_flight_is_bounded(void **state)
{
	struct world *w = *state;
	uint8_t bad[4] = { 0, 0, 1, 0 };
	unsigned pending = 0;
	struct peer *p;
	int rc = VERIFY_PENDING;

	/* chains that differ: each is a job, the loop does not turn */
	for (unsigned i = 0; i < VERIFIER_MAX_JOBS + 1; i++) {
		uint8_t list[12] = { 0, 0, 9, 1 };

		memcpy(list + 4, &i, sizeof(i));
		rc = start(w, list, sizeof(list), i, &p);
		if (rc == VERIFY_PENDING)
			pending++;
	}
	assert_int_equal(pending, VERIFIER_MAX_JOBS);
	assert_int_equal(rc, VERIFY_INLINE);
	assert_null(p);
	assert_int_equal(stats(w).overloaded, 1);
	assert_int_equal(start(w, bad, 0, 0, &p), VERIFY_INLINE); /* refused before any work */
	assert_int_equal(p->verdict, TLS_E_BAD_CERTIFICATE);
	peer_unref(p);
	for (unsigned i = 0; i < VERIFIER_MAX_JOBS; i++) {
		struct verify_owner who = { .worker = 1, .tag = i, .attachment = 2, .conn = 3 };

		if (i >= 10)
			verify_cancel(w->v, &who);
	}
	turn_until(&w->loop, &w->answers, 10);
	assert_int_equal(w->peer[0]->verdict, TLS_E_BAD_CERTIFICATE);
}

static void
refusals_are_remembered_briefly(void **state)
{
	struct world *w = *state;
	uint8_t junk[5] = { 0, 0, 2, 7, 7 };
	struct peer *p;

	assert_int_equal(start(w, junk, 5, 0, &p), VERIFY_PENDING);
	turn_until(&w->loop, &w->answers, 1);
	assert_int_equal(w->peer[0]->verdict, TLS_E_BAD_CERTIFICATE);
	assert_int_equal(start(w, junk, 5, 0, &p), VERIFY_INLINE);
	peer_unref(p);
	assert_int_equal(stats(w).refused, 1);
}

static void
closing_drops_what_is_under_way(void **state)
{
	struct world *w = *state;
	struct peer *p;

	w->r.how = RESPOND_NEVER;
	load_trust(w, TRUST_OCSP_HARD, NULL, 20000);
	assert_int_equal(start(w, w->list, w->list_len, 0, &p), VERIFY_PENDING);
	turn_until(&w->loop, &w->r.requests, 1);
	load_trust(w, TRUST_OCSP_OFF, NULL, 10000);
	assert_int_equal(start(w, w->list, w->list_len, 0, &p), VERIFY_PENDING);
	/* close_world() sees that no answer and no memory is left */
}

/* ---- both clocks ---- */

static void
the_cache_knows_clock_jumps_and_ends(void **state)
{
	static const struct {
		uint64_t ms; /* since the put */
		int64_t s, until;
		enum tls_err verdict;
		bool found;
	} cases[] = {
		{ 0, 0, 1000, TLS_E_OK, true },
		{ 9999, 10, 1000, TLS_E_OK, true },
		{ 10000, 10, 1000, TLS_E_OK, false }, /* its life is 10 s */
		{ 5000, 5, 4, TLS_E_OK, false }, /* what it rests on has ended */
		{ 5000, 5, 5, TLS_E_OK, true },
		{ 1000, 6, 1000, TLS_E_OK, true }, /* 5 s apart: drift */
		{ 1000, 7, 1000, TLS_E_OK, false }, /* the wall clock was set forward */
		{ 1000, -4, 1000, TLS_E_OK, true },
		{ 1000, -5, 1000, TLS_E_OK, false }, /* or back */
		{ 4999, 5, 0, TLS_E_UNKNOWN_CA, true },
		{ 5000, 5, 0, TLS_E_UNKNOWN_CA, false }, /* refusals: 5 s */
	};
	struct world *w = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct peer_cache *c = peer_cache_new(4, 1 << 20, 10000);
		struct peer *p = peer_verify(w->trust, &(struct verify_req){ .trust = w->trust,
			.chain = w->list, .chain_len = w->list_len, .now_s = PKI_NOW }), *got;
		const uint8_t key[32] = { 1 };

		p->verdict = cases[i].verdict;
		p->valid_until = PKI_NOW + cases[i].until;
		peer_cache_put(c, key, p, 77, PKI_NOW);
		got = peer_cache_get(c, key, 77 + cases[i].ms, PKI_NOW + cases[i].s);
		if ((got != NULL) != cases[i].found)
			fail_msg("case %zu", i);
		peer_unref(got);
		assert_int_equal(peer_cache_count(c), cases[i].found ? 1 : 0);
		peer_cache_free(c);
		peer_unref(p);
	}
}

static void
the_cache_is_bounded_and_forgets_the_oldest(void **state)
{
	struct world *w = *state;
	struct peer_cache *c = peer_cache_new(3, 1 << 20, 10000);
	struct peer *p = peer_verify(w->trust, &(struct verify_req){ .trust = w->trust,
		.chain = w->list, .chain_len = w->list_len, .now_s = PKI_NOW }), *got;
	static const bool want[] = { true, false, false, true, true };

	for (uint8_t i = 0; i < 5; i++) {
		const uint8_t key[32] = { i }, first[32] = { 0 };

		peer_cache_put(c, key, p, 0, PKI_NOW);
		got = peer_cache_get(c, first, 0, PKI_NOW); /* keeps the first one young */
		assert_ptr_equal(got, p);
		peer_unref(got);
	}
	assert_int_equal(peer_cache_count(c), 3);
	for (uint8_t i = 0; i < 5; i++) {
		const uint8_t key[32] = { i };

		got = peer_cache_get(c, key, 0, PKI_NOW);
		assert_int_equal(got != NULL, want[i]);
		peer_unref(got);
	}
	peer_cache_free(c);
	assert_int_equal(p->refs, 1);
	c = peer_cache_new(100, 2 * (2048 + p->der_len + 1024), 10000); /* by bytes: two */
	for (uint8_t i = 0; i < 5; i++) {
		const uint8_t key[32] = { i };

		peer_cache_put(c, key, p, 0, PKI_NOW);
	}
	assert_int_equal(peer_cache_count(c), 2);
	peer_cache_free(c);
	peer_unref(p);
}

static void
a_certificate_that_expires_is_verified_again(void **state)
{
	struct world *w = *state;
	char reason[160];

	assert_int_equal(verdict(w, NULL), TLS_E_OK);
	w->now_s += 400 * PKI_DAY;
	assert_int_equal(verdict(w, reason), TLS_E_CERTIFICATE_EXPIRED);
	w->now_s = PKI_NOW - 2 * PKI_DAY; /* and the clock goes back */
	assert_int_equal(verdict(w, reason), TLS_E_CERTIFICATE_EXPIRED);
	assert_non_null(strstr(reason, "not yet valid"));
	w->now_s = PKI_NOW;
	assert_int_equal(verdict(w, NULL), TLS_E_OK);
}

/* ---- resumption ---- */

static void
resumed_connections_find_their_peer(void **state)
{
	struct world *w = *state;
	struct trust *first = trust_ref(w->trust);
	struct peer *p;

	assert_int_equal(verdict(w, NULL), TLS_E_OK);
	{
		struct verify_req req = { .trust = w->trust, .chain = w->list,
			.chain_len = w->list_len, .now_s = PKI_NOW };
		struct peer *same = peer_verify(w->trust, &req);
		uint8_t print[32], other[32] = { 0 };

		memcpy(print, same->fingerprint, 32);
		p = peer_by_fingerprint(w->v, w->trust, NULL, print, PKI_NOW);
		assert_non_null(p);
		assert_string_equal(p->subject, "CN=leaf");
		peer_unref(p);
		assert_null(peer_by_fingerprint(w->v, w->trust, "a.test", print, PKI_NOW));
		assert_null(peer_by_fingerprint(w->v, w->trust, NULL, other, PKI_NOW));
		/* other rules: nobody is known under them */
		load_trust(w, TRUST_OCSP_SOFT, w->r.url, 10000);
		assert_null(peer_by_fingerprint(w->v, w->trust, NULL, print, PKI_NOW));
		assert_null(peer_by_fingerprint(
			w->v, first, NULL, print, PKI_NOW + 400 * PKI_DAY));
		peer_unref(same);
	}
	trust_unref(first);
}

/* ---- CRLs ---- */

static void
crls_are_read_again_when_they_change(void **state)
{
	struct world *w = *state;
	struct verifier_stats s = { 0 };
	uint8_t print[32];
	unsigned n;

	X509_digest(w->leaf.x, EVP_sha256(), print, &n);
	assert_int_equal(verifier_set_trusts(w->v, &w->trust, 1), 0);
	assert_int_equal(verdict(w, NULL), TLS_E_OK);
	write_crl(w, LEAF);
	verifier_check_files(w->v);
	while (s.crl_reloads == 0) {
		uv_run(&w->loop, UV_RUN_ONCE);
		s = stats(w);
	}
	assert_int_equal(verdict(w, NULL), TLS_E_CERTIFICATE_REVOKED); /* not from the cache */
	assert_null(peer_by_fingerprint(w->v, w->trust, NULL, print, PKI_NOW));

	pki_write(pki_path(w->dir, "crl"), "garbage", 7);
	verifier_check_files(w->v);
	while (s.crl_errors == 0) {
		uv_run(&w->loop, UV_RUN_ONCE);
		s = stats(w);
	}
	assert_int_equal(verdict(w, NULL), TLS_E_CERTIFICATE_REVOKED); /* the last good one */
	write_crl(w, 0);
	verifier_check_files(w->v);
	verifier_check_files(w->v); /* while one is under way: once more behind it */
	while (s.crl_reloads < 2) {
		uv_run(&w->loop, UV_RUN_ONCE);
		s = stats(w);
	}
	assert_int_equal(verdict(w, NULL), TLS_E_OK);
}

/* ---- OCSP ---- */

static void
responders_of_every_kind(void **state)
{
	struct world *w = *state;
	struct pki_cert fake = pki_make(
		&(struct pki_spec){ .cn = "intermediate", .ca = true }, NULL);
	const struct pki_ocsp good = w->r.answer;
	struct pki_ocsp revoked = good, unknown = good, old = good, forged = good, other = good,
			later = good;
	const struct {
		const char *what;
		enum responder_how how;
		const struct pki_ocsp *answer;
		enum tls_err soft, hard;
		const char *reason;
	} cases[] = {
		{ "good", RESPOND_WELL, &good, TLS_E_OK, TLS_E_OK, "" },
		{ "chunked", RESPOND_CHUNKED, &good, TLS_E_OK, TLS_E_OK, "" },
		{ "no length", RESPOND_WITHOUT_LENGTH, &good, TLS_E_OK, TLS_E_OK, "" },
		{ "revoked", RESPOND_WELL, &revoked, TLS_E_CERTIFICATE_REVOKED,
			TLS_E_CERTIFICATE_REVOKED, "revoked" },
		{ "revoked, chunked", RESPOND_CHUNKED, &revoked, TLS_E_CERTIFICATE_REVOKED,
			TLS_E_CERTIFICATE_REVOKED, "revoked" },
		{ "unknown", RESPOND_WELL, &unknown, TLS_E_OK, TLS_E_CERTIFICATE_UNKNOWN,
			"does not know" },
		{ "out of date", RESPOND_WELL, &old, TLS_E_OK, TLS_E_CERTIFICATE_UNKNOWN,
			"out of date" },
		{ "forged", RESPOND_WELL, &forged, TLS_E_OK, TLS_E_CERTIFICATE_UNKNOWN, "not signed" },
		{ "about another", RESPOND_WELL, &other, TLS_E_OK, TLS_E_CERTIFICATE_UNKNOWN,
			"another certificate" },
		{ "try later", RESPOND_WELL, &later, TLS_E_OK, TLS_E_CERTIFICATE_UNKNOWN, "trylater" },
		{ "drips", RESPOND_DRIPPING, &good, TLS_E_OK, TLS_E_CERTIFICATE_UNKNOWN,
			"no answer in time" },
		{ "silent", RESPOND_NEVER, &good, TLS_E_OK, TLS_E_CERTIFICATE_UNKNOWN,
			"no answer in time" },
		{ "cut", RESPOND_CUT, &good, TLS_E_OK, TLS_E_CERTIFICATE_UNKNOWN, "cut short" },
		{ "junk", RESPOND_JUNK, &good, TLS_E_OK, TLS_E_CERTIFICATE_UNKNOWN, "decoded" },
		{ "too much", RESPOND_TOO_MUCH, &good, TLS_E_OK, TLS_E_CERTIFICATE_UNKNOWN,
			"longer than 64 KiB" },
		{ "404", RESPOND_NOT_FOUND, &good, TLS_E_OK, TLS_E_CERTIFICATE_UNKNOWN,
			"HTTP status 404" },
		{ "redirect", RESPOND_REDIRECT, &good, TLS_E_OK, TLS_E_CERTIFICATE_UNKNOWN,
			"HTTP status 302" },
		{ "hangs up", RESPOND_HANGUP, &good, TLS_E_OK, TLS_E_CERTIFICATE_UNKNOWN,
			"cut short" },
	};

	revoked.status = V_OCSP_CERTSTATUS_REVOKED;
	unknown.status = V_OCSP_CERTSTATUS_UNKNOWN;
	old.this_update = PKI_NOW - 9 * PKI_DAY;
	old.next_update = PKI_NOW - PKI_DAY;
	forged.signer = &fake;
	forged.with_signer = true;
	other.of = &w->far;
	later.response_status = OCSP_RESPONSE_STATUS_TRYLATER;
	close_world(state);
	for (size_t i = 0; i < 2 * sizeof(cases) / sizeof(cases[0]); i++) {
		bool hard = (i & 1) != 0;
		char reason[160];
		enum tls_err want = hard ? cases[i / 2].hard : cases[i / 2].soft, got;
		bool fails = cases[i / 2].hard == TLS_E_CERTIFICATE_UNKNOWN;

		open_world(state); /* nothing remembered */
		w = *state;
		w->r.how = cases[i / 2].how;
		w->r.answer.status = cases[i / 2].answer->status;
		w->r.answer.this_update = cases[i / 2].answer->this_update;
		w->r.answer.next_update = cases[i / 2].answer->next_update;
		w->r.answer.response_status = cases[i / 2].answer->response_status;
		w->r.answer.with_signer = cases[i / 2].answer->with_signer;
		w->r.answer.signer = cases[i / 2].answer->signer;
		w->r.told = cases[i / 2].answer == &other ? &w->far : NULL;
		/* those that never end are given less time */
		load_trust(w, hard ? TRUST_OCSP_HARD : TRUST_OCSP_SOFT, NULL,
			strstr(cases[i / 2].reason, "in time") != NULL ? 150 : 10000);
		got = verdict(w, reason);
		if (got != want || (got != TLS_E_OK && strstr(reason, cases[i / 2].reason) == NULL))
			fail_msg("%s, %s: %s \"%s\"", cases[i / 2].what, hard ? "hard" : "soft",
				tls_err_name(got), reason);
		/* on a machine that stands still the time may end before the request is out */
		assert_true(w->r.requests == 1 || strstr(cases[i / 2].reason, "in time") != NULL);
		assert_int_equal(stats(w).ocsp_soft_failed, !hard && fails ? 1 : 0);
		close_world(state);
	}
	pki_free(&fake);
	open_world(state);
}

static void
responders_that_cannot_be_reached(void **state)
{
	static const struct {
		const char *url, *reason;
	} cases[] = {
		{ "http://127.0.0.1:1/", "cannot connect: connection refused" },
		{ "http://[::1]:1/", "cannot connect" },
		{ "http://no-such-host.invalid/", "its name cannot be resolved" },
		{ "https://127.0.0.1/", "not an http:// URL" },
		{ "ftp://127.0.0.1/", "not an http:// URL" },
	};
	struct world *w = *state;
	char reason[160];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		close_world(state);
		open_world(state);
		w = *state;
		load_trust(w, TRUST_OCSP_HARD, cases[i].url, 10000);
		assert_int_equal(verdict(w, reason), TLS_E_CERTIFICATE_UNKNOWN);
		if (strstr(reason, cases[i].reason) == NULL)
			fail_msg("%s: %s", cases[i].url, reason);
		load_trust(w, TRUST_OCSP_SOFT, cases[i].url, 10000);
		assert_int_equal(verdict(w, reason), TLS_E_OK);
	}
}

/* Where it has two addresses, nobody listens at the other one. */
static void
a_responder_is_found_by_name(void **state)
{
	struct world *w = *state;
	char url[64];

	snprintf(url, sizeof(url), "http://localhost:%s", strrchr(w->r.url, ':') + 1);
	load_trust(w, TRUST_OCSP_HARD, url, 10000);
	assert_int_equal(verdict(w, NULL), TLS_E_OK);
	assert_int_equal(w->r.requests, 1);
}

static void
a_certificate_without_a_responder(void **state)
{
	struct world *w = *state;
	struct peer *p;

	load_trust(w, TRUST_OCSP_HARD, NULL, 10000);
	assert_int_equal(start(w, w->far_list, w->far_len, 0, &p), VERIFY_PENDING);
	turn_until(&w->loop, &w->answers, 1);
	assert_int_equal(w->peer[0]->verdict, TLS_E_CERTIFICATE_UNKNOWN);
	assert_non_null(strstr(w->peer[0]->reason, "names no http:// responder"));
	assert_int_equal(w->r.requests, 0);
}

/* Answers count until nextUpdate, for every chain with that certificate. */
static void
answers_of_responders_are_remembered(void **state)
{
	struct world *w = *state;
	size_t len;
	uint8_t *other_list = pki_list(&len, &w->leaf, &w->inter, &w->root, NULL);
	struct peer *p;

	load_trust(w, TRUST_OCSP_HARD, NULL, 10000);
	assert_int_equal(verdict(w, NULL), TLS_E_OK);
	assert_int_equal(w->r.requests, 1);
	assert_int_equal(w->r.gets, 1);
	assert_int_equal(start(w, other_list, len, 0, &p), VERIFY_PENDING); /* another chain */
	turn_until(&w->loop, &w->answers, 1);
	assert_int_equal(w->peer[0]->verdict, TLS_E_OK);
	assert_int_equal(w->peer[0]->valid_until, PKI_NOW + 3600);
	assert_int_equal(w->r.requests, 1);
	w->now_s += 3601; /* nextUpdate has passed */
	w->r.answer.status = V_OCSP_CERTSTATUS_REVOKED;
	assert_int_equal(verdict(w, NULL), TLS_E_CERTIFICATE_REVOKED);
	assert_int_equal(w->r.requests, 2);
	free(other_list);
}

static void
many_who_want_to_know_are_one_question(void **state)
{
	struct world *w = *state;
	struct peer *p;

	load_trust(w, TRUST_OCSP_HARD, NULL, 10000);
	for (unsigned i = 0; i < 10; i++)
		assert_int_equal(start(w, w->list, w->list_len, i, &p), VERIFY_PENDING);
	turn_until(&w->loop, &w->answers, 10);
	assert_int_equal(w->r.requests, 1);
	for (unsigned i = 0; i < 10; i++)
		assert_int_equal(w->peer[i]->verdict, TLS_E_OK);
}

/* Whose responder does not answer is not asked again and again. */
static void
a_failed_responder_is_left_alone(void **state)
{
	struct world *w = *state;
	struct pki_cert second = pki_make(
		&(struct pki_spec){ .cn = "second", .serial = 8, .aia = w->r.url }, &w->inter);
	size_t len;
	uint8_t *list = pki_list(&len, &second, &w->inter, NULL);
	struct peer *p;

	w->r.how = RESPOND_HANGUP;
	load_trust(w, TRUST_OCSP_SOFT, NULL, 10000);
	assert_int_equal(verdict(w, NULL), TLS_E_OK);
	assert_int_equal(start(w, list, len, 0, &p), VERIFY_PENDING);
	turn_until(&w->loop, &w->answers, 1);
	assert_int_equal(w->peer[0]->verdict, TLS_E_OK);
	assert_int_equal(w->peer[0]->x509_error, X509_V_ERR_OCSP_VERIFY_NEEDED);
	assert_int_equal(w->r.requests, 1);
	assert_int_equal(stats(w).ocsp_soft_failed, 2);
	free(list);
	pki_free(&second);
}

static void
a_long_path_is_posted_to(void **state)
{
	struct world *w = *state;
	char url[600];

	snprintf(url, sizeof(url), "%s/%0400d", w->r.url, 0);
	load_trust(w, TRUST_OCSP_HARD, url, 10000);
	assert_int_equal(verdict(w, NULL), TLS_E_OK);
	assert_int_equal(w->r.posts, 1);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, open_world, close_world)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(answers_later_and_remembers),
		CASE(without_a_trust_anybody_is_taken),
		CASE(equal_chains_under_way_are_one_verification),
		CASE(who_has_gone_is_not_answered),
		CASE(what_is_in_flight_is_bounded),
		CASE(refusals_are_remembered_briefly),
		CASE(closing_drops_what_is_under_way),
		CASE(the_cache_knows_clock_jumps_and_ends),
		CASE(the_cache_is_bounded_and_forgets_the_oldest),
		CASE(a_certificate_that_expires_is_verified_again),
		CASE(resumed_connections_find_their_peer),
		CASE(crls_are_read_again_when_they_change),
		CASE(responders_of_every_kind),
		CASE(responders_that_cannot_be_reached),
		CASE(a_responder_is_found_by_name),
		CASE(a_certificate_without_a_responder),
		CASE(answers_of_responders_are_remembered),
		CASE(many_who_want_to_know_are_one_question),
		CASE(a_failed_responder_is_left_alone),
		CASE(a_long_path_is_posted_to),
	};

	__nss_configure_lookup("hosts", "files"); /* no test asks the network */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
