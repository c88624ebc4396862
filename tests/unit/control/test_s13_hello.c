/*
 * TLS 1.3's server and ClientHellos that nobody should send, or that are only odd: each change of a
 * good one with the alert that RFC 8446 names; cut at every byte.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "control/handshake/hs_int.h"
#include "tests/unit/control/s13_hello.h"

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

/* ---- first hellos ---- */

static void no_share(struct hello *h) { hello_drop_ext(h, SHARES); }
static void no_groups(struct hello *h) { hello_drop_ext(h, GROUPS); }
static void no_schemes(struct hello *h) { hello_drop_ext(h, SCHEMES); }
static void
no_groups_no_share(struct hello *h)
{
	hello_drop_ext(h, SHARES);
	hello_drop_ext(h, GROUPS);
}
static void twice(struct hello *h) { hello_add_ext(h, SCHEMES, "\0\2\4\3", 4); }

static void
unknown_twice(struct hello *h)
{
	hello_add_ext(h, 0xabcd, "", 0);
	hello_add_ext(h, 0xabcd, "", 0);
}

static void share_of_no_group(struct hello *h) { hello_ext(h, SHARES)->p[3] = 30; }
static void share_empty(struct hello *h) { hello_set_ext(h, SHARES, "\0\4\0\x1d\0\0", 6); }
static void share_list_short(struct hello *h) { hello_ext(h, SHARES)->p[1]--; }
static void share_zero(struct hello *h) { memset(hello_ext(h, SHARES)->p + 6, 0, 32); }
static void compression_more(struct hello *h) { h->compression.p[1] = 1; h->compression.n = 2; }
static void compression_other(struct hello *h) { h->compression.p[0] = 1; }
static void early_without_psk(struct hello *h) { hello_add_ext(h, EARLY, "", 0); }
static void early_with_data(struct hello *h) { hello_add_ext(h, EARLY, "x", 1); }
static void names_two(struct hello *h) { hello_set_ext(h, SERVER_NAME, "\0\x8\0\0\1a\0\0\1b", 10); }
static void name_empty(struct hello *h) { hello_set_ext(h, SERVER_NAME, "\0\3\0\0\0", 5); }
static void name_space(struct hello *h) { hello_set_ext(h, SERVER_NAME, "\0\4\0\0\1 ", 6); }
static void versions_none(struct hello *h) { hello_set_ext(h, VERSIONS, "\0", 1); }
static void versions_odd(struct hello *h) { hello_set_ext(h, VERSIONS, "\3\3\4\3", 4); }
static void versions_unknown(struct hello *h) { hello_set_ext(h, VERSIONS, "\2\x7f\x1c", 3); }
static void id_long(struct hello *h) { h->id.n = 33; }
static void suites_none(struct hello *h) { h->suites.n = 0; }
static void suites_odd(struct hello *h) { h->suites.n--; }
static void suites_old(struct hello *h) { memcpy(h->suites.p, "\xc0\x2f", 2); h->suites.n = 2; }
static void limit_small(struct hello *h) { hello_add_ext(h, RECORD_SIZE, "\0\x3f", 2); }
static void limit_long(struct hello *h) { hello_add_ext(h, RECORD_SIZE, "\0\x40\0", 3); }
static void fragment_five(struct hello *h) { hello_add_ext(h, MAX_FRAGMENT, "\5", 1); }
static void alpn_empty(struct hello *h) { hello_add_ext(h, ALPN, "\0\0", 2); }
static void alpn_no_name(struct hello *h) { hello_add_ext(h, ALPN, "\0\1\0", 3); }
static void modes_empty(struct hello *h) { hello_set_ext(h, MODES, "\0", 1); }
static void schemes_odd(struct hello *h) { hello_set_ext(h, SCHEMES, "\0\3\4\3\x8", 5); }
static void groups_empty(struct hello *h) { hello_set_ext(h, GROUPS, "\0\0", 2); }
static void trailing_byte(struct hello *h) { h->trailing = 1; }
static void psk_alone(struct hello *h) { hello_add_ext(h, PSK, "\0", 1); }

static void
share_twice(struct hello *h)
{
	struct part *s = hello_ext(h, SHARES);

	memcpy(s->p + s->n, s->p + 2, s->n - 2);
	s->n += s->n - 2;
	s->p[1] = (uint8_t)(s->n - 2);
}

static void
share_short(struct hello *h)
{
	struct part *s = hello_ext(h, SHARES);

	s->n--;
	s->p[1]--;
	s->p[5]--;
}

static void
share_long(struct hello *h)
{
	struct part *s = hello_ext(h, SHARES);

	s->p[s->n++] = 0;
	s->p[1]++;
	s->p[5]++;
}

static void
share_off_the_curve(struct hello *h)
{
	struct part *s = hello_ext(h, SHARES);

	memcpy(s->p, "\0\x45\0\x17\0\x41\4", 7);
	memset(s->p + 7, 0x11, 64);
	s->n = 2 + 4 + 65;
}

static void
shares_too_many(struct hello *h)
{
	struct part *s = hello_ext(h, SHARES), *g = hello_ext(h, GROUPS);

	s->n = g->n = 2;
	for (unsigned i = 0; i < 33; i++) {
		uint8_t entry[] = { 0x20, (uint8_t)i, 0, 1, 0 };

		memcpy(s->p + s->n, entry, 5);
		memcpy(g->p + g->n, entry, 2);
		s->n += 5;
		g->n += 2;
	}
	s->p[1] = 165;
	g->p[1] = 66;
}

static const struct {
	const char *name;
	void (*change)(struct hello *h);
	enum tls_err err;
} first_cases[] = {
	{ "no key_share", no_share, TLS_E_MISSING_EXTENSION }, /* 9.2 */
	{ "no supported_groups", no_groups, TLS_E_MISSING_EXTENSION },
	{ "neither", no_groups_no_share, TLS_E_MISSING_EXTENSION },
	{ "no signature_algorithms", no_schemes, TLS_E_MISSING_EXTENSION },
	{ "an extension twice", twice, TLS_E_ILLEGAL_PARAMETER }, /* 4.2 */
	{ "an unknown one twice", unknown_twice, TLS_E_ILLEGAL_PARAMETER },
	{ "a share of no group offered", share_of_no_group, TLS_E_ILLEGAL_PARAMETER }, /* 4.2.8 */
	{ "two shares for a group", share_twice, TLS_E_ILLEGAL_PARAMETER },
	{ "a share of nothing", share_empty, TLS_E_DECODE_ERROR },
	{ "a list shorter than it says", share_list_short, TLS_E_DECODE_ERROR },
	{ "a share too short", share_short, TLS_E_ILLEGAL_PARAMETER },
	{ "a share too long", share_long, TLS_E_ILLEGAL_PARAMETER },
	{ "a share of small order", share_zero, TLS_E_ILLEGAL_PARAMETER }, /* 7.4.2 */
	{ "a point off the curve", share_off_the_curve, TLS_E_ILLEGAL_PARAMETER }, /* 4.2.8.2 */
	{ "too many shares", shares_too_many, TLS_E_ILLEGAL_PARAMETER },
	{ "null compression and more", compression_more, TLS_E_ILLEGAL_PARAMETER }, /* 4.1.2 */
	{ "other compression", compression_other, TLS_E_ILLEGAL_PARAMETER },
	{ "early data without a PSK", early_without_psk, TLS_E_ILLEGAL_PARAMETER }, /* 4.2.10 */
	{ "early_data with data", early_with_data, TLS_E_DECODE_ERROR },
	{ "two host names", names_two, TLS_E_ILLEGAL_PARAMETER }, /* 6066 3 */
	{ "an empty host name", name_empty, TLS_E_DECODE_ERROR },
	{ "a host name with a space", name_space, TLS_E_ILLEGAL_PARAMETER },
	{ "no version", versions_none, TLS_E_DECODE_ERROR },
	{ "half a version", versions_odd, TLS_E_DECODE_ERROR },
	{ "an unknown version", versions_unknown, TLS_E_PROTOCOL_VERSION }, /* 4.2.1 */
	{ "a session id of 33 bytes", id_long, TLS_E_DECODE_ERROR },
	{ "no suite", suites_none, TLS_E_DECODE_ERROR },
	{ "half a suite", suites_odd, TLS_E_DECODE_ERROR },
	{ "suites of TLS 1.2 alone", suites_old, TLS_E_HANDSHAKE_FAILURE }, /* 4.1.1 */
	{ "record_size_limit of 63", limit_small, TLS_E_ILLEGAL_PARAMETER }, /* 8449 4 */
	{ "record_size_limit of three bytes", limit_long, TLS_E_DECODE_ERROR },
	{ "max_fragment_length of 5", fragment_five, TLS_E_ILLEGAL_PARAMETER }, /* 6066 4 */
	{ "no protocol", alpn_empty, TLS_E_DECODE_ERROR },
	{ "a protocol without name", alpn_no_name, TLS_E_DECODE_ERROR },
	{ "no PSK mode", modes_empty, TLS_E_DECODE_ERROR },
	{ "half a scheme", schemes_odd, TLS_E_DECODE_ERROR },
	{ "no group", groups_empty, TLS_E_DECODE_ERROR },
	{ "a byte behind the extensions", trailing_byte, TLS_E_DECODE_ERROR },
	{ "pre_shared_key not last", psk_alone, TLS_E_ILLEGAL_PARAMETER }, /* 4.2.11 */
};

static void
a_hello_that_is_not_right_gets_its_alert(void **state)
{
	struct s13_world *w = *state;
	struct hello *h = malloc(sizeof(*h));

	for (unsigned i = 0; i < sizeof(first_cases) / sizeof(first_cases[0]); i++) {
		enum tls_err err;

		hello_first(h, NULL);
		first_cases[i].change(h);
		err = hello_judge(w, h, NULL);
		if (err != first_cases[i].err)
			fail_msg("%s: %s", first_cases[i].name, tls_err_name(err));
	}
	free(h);
}

/* ---- what must be taken ---- */

static void old_version(struct hello *h) { h->version[1] = 1; }
static void future_version(struct hello *h) { h->version[1] = 4; }
static void no_id(struct hello *h) { h->id.n = 0; }
static void cookie_early(struct hello *h) { hello_add_ext(h, COOKIE, "\0\1x", 3); }
static void
unknown_long(struct hello *h)
{
	memset(hello_add_ext(h, 0xfafa, "", 0)->p, 7, 15000);
	h->ext[0].n = 15000;
}

static void nothing(struct hello *h) { }

/* RFC 8701: reserved values wherever a list may grow. */
static void
grease(struct hello *h)
{
	struct part *s = hello_ext(h, SHARES), *list;

	memmove(h->suites.p + 2, h->suites.p, h->suites.n);
	memcpy(h->suites.p, "\x0a\x0a", 2);
	h->suites.n += 2;
	memmove(s->p + 7, s->p + 2, s->n - 2);
	memcpy(s->p + 2, "\x1a\x1a\0\1\0", 5);
	s->n += 5;
	s->p[1] += 5;
	for (unsigned i = 0; i < 2; i++) {
		list = hello_ext(h, i == 0 ? GROUPS : SCHEMES);
		memmove(list->p + 4, list->p + 2, list->n - 2);
		memcpy(list->p + 2, i == 0 ? "\x1a\x1a" : "\x2a\x2a", 2);
		list->n += 2;
		list->p[1] += 2;
	}
	list = hello_ext(h, VERSIONS);
	memcpy(list->p + list->n, "\x3a\x3a", 2);
	list->n += 2;
	list->p[0] += 2;
	hello_set_ext(h, MODES, "\3\x0b\1\x2a", 4);
	hello_add_ext(h, ALPN, "\0\6\2\x0a\x0a\2h2", 8);
	hello_add_ext(h, 0x4a4a, "", 0);
	hello_add_ext(h, 0x5a5a, "\0", 1);
}

static const struct {
	const char *name;
	void (*change)(struct hello *h);
} good_cases[] = {
	{ "as it is", nothing },
	{ "legacy_version 3.1", old_version }, /* 4.1.2: it does not count */
	{ "legacy_version 3.4", future_version },
	{ "no session id", no_id },
	{ "a cookie that nobody gave", cookie_early },
	{ "an unknown extension of 15000 bytes", unknown_long },
	{ "GREASE", grease },
};

static void
a_hello_that_is_only_odd_is_taken(void **state)
{
	struct s13_world *w = *state;
	struct hello *h = malloc(sizeof(*h));

	for (unsigned i = 0; i < sizeof(good_cases) / sizeof(good_cases[0]); i++) {
		enum hs_state at;
		enum tls_err err;

		hello_first(h, NULL);
		good_cases[i].change(h);
		err = hello_judge(w, h, &at);
		if (err != TLS_E_OK || at != HS_WAIT_S13_FINISHED)
			fail_msg("%s: %s in %s", good_cases[i].name, tls_err_name(err),
				hs_state_name(at));
	}
	free(h);
}

/* ---- cut and bent at every byte ---- */

static enum tls_err
judge_bytes(struct s13_world *w, const uint8_t *msg, size_t n)
{
	struct hs_end_opts opts = w->opts;
	struct hs_end *e = calloc(1, sizeof(*e));
	enum tls_err err;

	HS_REC_CHECK(e != NULL);
	opts.now_s = w->now_s;
	HS_REC_CHECK(hs_end_open(e, &opts) == TLS_E_OK);
	err = hs_end_record(e, TLS_CT_HANDSHAKE, 0, msg, n);
	hs_end_drop(e);
	free(e);
	return err;
}

static void
set_length(uint8_t *msg, size_t n)
{
	msg[1] = (uint8_t)((n - 4) >> 16);
	msg[2] = (uint8_t)((n - 4) >> 8);
	msg[3] = (uint8_t)(n - 4);
}

static void
a_hello_cut_at_any_byte_is_refused(void **state)
{
	struct s13_world *w = *state;
	struct hello *h = malloc(sizeof(*h));
	uint8_t msg[4096];
	size_t n;

	w->policy.versions = HS_V_13;
	hello_first(h, NULL);
	n = hello_put_together(h, msg, sizeof(msg));
	for (size_t cut = 4; cut < n; cut++) {
		enum tls_err err;

		set_length(msg, cut);
		err = judge_bytes(w, msg, cut);
		/* without extensions it is an old client's */
		if (err != TLS_E_DECODE_ERROR && err != TLS_E_PROTOCOL_VERSION)
			fail_msg("cut at %zu: %s", cut, tls_err_name(err));
	}
	set_length(msg, n);
	assert_int_equal(judge_bytes(w, msg, n), TLS_E_OK);
	free(h);
}

static void
a_length_off_by_one_is_refused(void **state)
{
	struct s13_world *w = *state;
	struct hello *h = malloc(sizeof(*h));
	uint8_t msg[4096];
	size_t n, at;
	struct rd r;

	hello_first(h, NULL);
	n = hello_put_together(h, msg, sizeof(msg));
	r = rd_init(msg, n);
	rd_bytes(&r, 4 + 34);
	rd_vec8(&r);
	rd_vec16(&r);
	rd_vec8(&r);
	rd_u16(&r);
	while (rd_left(&r) != 0) { /* each extension's length */
		rd_u16(&r);
		at = (size_t)(r.p - msg) + 1;
		rd_vec16(&r);
		for (int d = -1; d <= 1; d += 2) {
			enum tls_err err;

			if (d < 0 && msg[at] == 0)
				continue;
			msg[at] = (uint8_t)(msg[at] + d);
			err = judge_bytes(w, msg, n);
			msg[at] = (uint8_t)(msg[at] - d);
			if (err == TLS_E_OK)
				fail_msg("the length at %zu %+d", at, d);
		}
	}
	free(h);
}

/* Whatever one changed byte does, it does not break the machine; seldom does nobody mind. */
static void
any_byte_may_be_wrong(void **state)
{
	struct s13_world *w = *state;
	struct hello *h = malloc(sizeof(*h));
	unsigned refused = 0;
	uint8_t msg[4096];
	size_t n;

	hello_first(h, NULL);
	n = hello_put_together(h, msg, sizeof(msg));
	for (size_t at = 4; at < n; at++) {
		msg[at] ^= 0x41;
		refused += judge_bytes(w, msg, n) != TLS_E_OK;
		msg[at] ^= 0x41;
	}
	assert_true(refused > 40);
	free(h);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_hello_that_is_not_right_gets_its_alert),
		CASE(a_hello_that_is_only_odd_is_taken),
		CASE(a_hello_cut_at_any_byte_is_refused),
		CASE(a_length_off_by_one_is_refused),
		CASE(any_byte_may_be_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
