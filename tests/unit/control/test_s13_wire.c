/*
 * TLS 1.3's server and what nobody should send it: hellos of libssl taken apart, changed and put
 * together again; the client's second flight cut, bent and out of place. Each with the alert that
 * RFC 8446 names.
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

/* ---- a hello in parts ---- */

#define MAX_EXTS 40

struct part {
	uint16_t type;
	uint8_t p[16000];
	size_t n;
};

struct hello {
	uint8_t version[2], random[32];
	struct part id, suites, compression, ext[MAX_EXTS];
	unsigned exts;
	size_t trailing; /* bytes behind the last extension */
};

static void
keep(struct part *part, struct rd r)
{
	part->n = rd_left(&r);
	HS_REC_CHECK(part->n <= sizeof(part->p));
	memcpy(part->p, r.p, part->n);
}

/* A ClientHello with its handshake header. */
static void
take_apart(struct hello *h, const uint8_t *msg, size_t n)
{
	struct rd r = rd_init(msg + 4, n - 4), block;

	memset(h, 0, sizeof(*h));
	memcpy(h->version, rd_bytes(&r, 2), 2);
	memcpy(h->random, rd_bytes(&r, 32), 32);
	keep(&h->id, rd_vec8(&r));
	keep(&h->suites, rd_vec16(&r));
	keep(&h->compression, rd_vec8(&r));
	block = rd_vec16(&r);
	HS_REC_CHECK(rd_done(&r));
	while (rd_left(&block) != 0) {
		HS_REC_CHECK(h->exts < MAX_EXTS);
		h->ext[h->exts].type = rd_u16(&block);
		keep(&h->ext[h->exts++], rd_vec16(&block));
	}
}

static size_t
put_together(const struct hello *h, uint8_t *out, size_t cap)
{
	struct wr w = wr_init(out, cap);
	size_t message, part, block;

	wr_u8(&w, 1);
	message = wr_open(&w, 3);
	wr_bytes(&w, h->version, 2);
	wr_bytes(&w, h->random, 32);
	part = wr_open(&w, 1);
	wr_bytes(&w, h->id.p, h->id.n);
	wr_close(&w, part, 1);
	part = wr_open(&w, 2);
	wr_bytes(&w, h->suites.p, h->suites.n);
	wr_close(&w, part, 2);
	part = wr_open(&w, 1);
	wr_bytes(&w, h->compression.p, h->compression.n);
	wr_close(&w, part, 1);
	block = wr_open(&w, 2);
	for (unsigned i = 0; i < h->exts; i++) {
		wr_u16(&w, h->ext[i].type);
		part = wr_open(&w, 2);
		wr_bytes(&w, h->ext[i].p, h->ext[i].n);
		wr_close(&w, part, 2);
	}
	wr_close(&w, block, 2);
	for (size_t i = 0; i < h->trailing; i++)
		wr_u8(&w, 0);
	wr_close(&w, message, 3);
	HS_REC_CHECK(wr_ok(&w));
	return wr_len(&w);
}

static struct part *
ext(struct hello *h, uint16_t type)
{
	for (unsigned i = 0; i < h->exts; i++)
		if (h->ext[i].type == type)
			return &h->ext[i];
	HS_REC_CHECK(!"no such extension in the hello");
	return NULL;
}

static void
drop(struct hello *h, uint16_t type)
{
	struct part *e = ext(h, type);

	memmove(e, e + 1, (size_t)(&h->ext[--h->exts] - e) * sizeof(*e));
}

/* At the front. */
static struct part *
add(struct hello *h, uint16_t type, const void *p, size_t n)
{
	HS_REC_CHECK(h->exts < MAX_EXTS);
	memmove(h->ext + 1, h->ext, h->exts++ * sizeof(h->ext[0]));
	h->ext[0].type = type;
	h->ext[0].n = n;
	if (n != 0)
		memcpy(h->ext[0].p, p, n);
	return &h->ext[0];
}

static void
set(struct hello *h, uint16_t type, const void *p, size_t n)
{
	struct part *e = ext(h, type);

	memcpy(e->p, p, n);
	e->n = n;
}

enum {
	SERVER_NAME = 0,
	MAX_FRAGMENT = 1,
	GROUPS = 10,
	SCHEMES = 13,
	ALPN = 16,
	PADDING = 21,
	RECORD_SIZE = 28,
	PSK = 41,
	EARLY = 42,
	VERSIONS = 43,
	COOKIE = 44,
	MODES = 45,
	SHARES = 51,
};

/* ---- first hellos ---- */

/* X25519 alone, so that the one share is that. */
static SSL_CTX *
plain_ctx(void)
{
	SSL_CTX *ctx = s13_client_ctx();

	SSL_CTX_set1_groups_list(ctx, "X25519:P-256");
	return ctx;
}

static void
first_hello(struct hello *h, SSL_SESSION *session)
{
	SSL_CTX *ctx = plain_ctx();
	uint8_t rec[8192];
	size_t n = s13_first_record(ctx, session, rec, sizeof(rec));

	take_apart(h, rec + TLS_HDR_LEN, n - TLS_HDR_LEN);
	SSL_CTX_free(ctx);
}

/* What the machine says to this hello, all questions answered. */
static enum tls_err
judge(struct s13_world *w, const struct hello *h, enum hs_state *state)
{
	static uint8_t msg[70000];
	size_t n = put_together(h, msg, sizeof(msg));
	struct hs_end_opts opts = w->opts;
	struct hs_end *e = calloc(1, sizeof(*e));
	enum tls_err err = TLS_E_OK;
	struct hs_info info;

	HS_REC_CHECK(e != NULL);
	opts.now_s = w->now_s;
	HS_REC_CHECK(hs_end_open(e, &opts) == TLS_E_OK);
	for (size_t at = 0; at < n && err == TLS_E_OK; at += 16384)
		err = hs_end_record(e, TLS_CT_HANDSHAKE, 0, msg + at, n - at < 16384 ? n - at : 16384);
	hs_info(e->hs, &info);
	if (state != NULL)
		*state = info.state;
	if (err != TLS_E_OK)
		HS_REC_CHECK(e->closed && e->alert == tls_err_alert(err));
	hs_end_drop(e);
	free(e);
	return err;
}

static void no_share(struct hello *h) { drop(h, SHARES); }
static void no_groups(struct hello *h) { drop(h, GROUPS); }
static void no_schemes(struct hello *h) { drop(h, SCHEMES); }
static void no_groups_no_share(struct hello *h) { drop(h, SHARES); drop(h, GROUPS); }
static void twice(struct hello *h) { add(h, SCHEMES, "\0\2\4\3", 4); }
static void unknown_twice(struct hello *h) { add(h, 0xabcd, "", 0); add(h, 0xabcd, "", 0); }
static void share_of_no_group(struct hello *h) { ext(h, SHARES)->p[3] = 30; }
static void share_empty(struct hello *h) { set(h, SHARES, "\0\4\0\x1d\0\0", 6); }
static void share_list_short(struct hello *h) { ext(h, SHARES)->p[1]--; }
static void share_zero(struct hello *h) { memset(ext(h, SHARES)->p + 6, 0, 32); }
static void compression_more(struct hello *h) { h->compression.p[1] = 1; h->compression.n = 2; }
static void compression_other(struct hello *h) { h->compression.p[0] = 1; }
static void early_without_psk(struct hello *h) { add(h, EARLY, "", 0); }
static void early_with_data(struct hello *h) { add(h, EARLY, "x", 1); }
static void names_two(struct hello *h) { set(h, SERVER_NAME, "\0\x8\0\0\1a\0\0\1b", 10); }
static void name_empty(struct hello *h) { set(h, SERVER_NAME, "\0\3\0\0\0", 5); }
static void name_space(struct hello *h) { set(h, SERVER_NAME, "\0\4\0\0\1 ", 6); }
static void versions_none(struct hello *h) { set(h, VERSIONS, "\0", 1); }
static void versions_odd(struct hello *h) { set(h, VERSIONS, "\3\3\4\3", 4); }
static void versions_unknown(struct hello *h) { set(h, VERSIONS, "\2\x7f\x1c", 3); }
static void id_long(struct hello *h) { h->id.n = 33; }
static void suites_none(struct hello *h) { h->suites.n = 0; }
static void suites_odd(struct hello *h) { h->suites.n--; }
static void suites_old(struct hello *h) { memcpy(h->suites.p, "\xc0\x2f", 2); h->suites.n = 2; }
static void limit_small(struct hello *h) { add(h, RECORD_SIZE, "\0\x3f", 2); }
static void limit_long(struct hello *h) { add(h, RECORD_SIZE, "\0\x40\0", 3); }
static void fragment_five(struct hello *h) { add(h, MAX_FRAGMENT, "\5", 1); }
static void alpn_empty(struct hello *h) { add(h, ALPN, "\0\0", 2); }
static void alpn_no_name(struct hello *h) { add(h, ALPN, "\0\1\0", 3); }
static void modes_empty(struct hello *h) { set(h, MODES, "\0", 1); }
static void schemes_odd(struct hello *h) { set(h, SCHEMES, "\0\3\4\3\x8", 5); }
static void groups_empty(struct hello *h) { set(h, GROUPS, "\0\0", 2); }
static void trailing_byte(struct hello *h) { h->trailing = 1; }
static void psk_alone(struct hello *h) { add(h, PSK, "\0", 1); }

static void
share_twice(struct hello *h)
{
	struct part *s = ext(h, SHARES);

	memcpy(s->p + s->n, s->p + 2, s->n - 2);
	s->n += s->n - 2;
	s->p[1] = (uint8_t)(s->n - 2);
}

static void
share_short(struct hello *h)
{
	struct part *s = ext(h, SHARES);

	s->n--;
	s->p[1]--;
	s->p[5]--;
}

static void
share_long(struct hello *h)
{
	struct part *s = ext(h, SHARES);

	s->p[s->n++] = 0;
	s->p[1]++;
	s->p[5]++;
}

static void
share_off_the_curve(struct hello *h)
{
	struct part *s = ext(h, SHARES);

	memcpy(s->p, "\0\x45\0\x17\0\x41\4", 7);
	memset(s->p + 7, 0x11, 64);
	s->n = 2 + 4 + 65;
}

static void
shares_too_many(struct hello *h)
{
	struct part *s = ext(h, SHARES), *g = ext(h, GROUPS);

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
	{ "a share for a group not offered", share_of_no_group, TLS_E_ILLEGAL_PARAMETER }, /* 4.2.8 */
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

		first_hello(h, NULL);
		first_cases[i].change(h);
		err = judge(w, h, NULL);
		if (err != first_cases[i].err)
			fail_msg("%s: %s", first_cases[i].name, tls_err_name(err));
	}
	free(h);
}

/* ---- what must be taken ---- */

static void old_version(struct hello *h) { h->version[1] = 1; }
static void future_version(struct hello *h) { h->version[1] = 4; }
static void no_id(struct hello *h) { h->id.n = 0; }
static void cookie_early(struct hello *h) { add(h, COOKIE, "\0\1x", 3); }
static void unknown_long(struct hello *h) { memset(add(h, 0xfafa, "", 0)->p, 7, 15000); h->ext[0].n = 15000; }
static void nothing(struct hello *h) { }

/* RFC 8701: reserved values wherever a list may grow. */
static void
grease(struct hello *h)
{
	struct part *s = ext(h, SHARES), *list;

	memmove(h->suites.p + 2, h->suites.p, h->suites.n);
	memcpy(h->suites.p, "\x0a\x0a", 2);
	h->suites.n += 2;
	memmove(s->p + 7, s->p + 2, s->n - 2);
	memcpy(s->p + 2, "\x1a\x1a\0\1\0", 5);
	s->n += 5;
	s->p[1] += 5;
	for (unsigned i = 0; i < 2; i++) {
		list = ext(h, i == 0 ? GROUPS : SCHEMES);
		memmove(list->p + 4, list->p + 2, list->n - 2);
		memcpy(list->p + 2, i == 0 ? "\x1a\x1a" : "\x2a\x2a", 2);
		list->n += 2;
		list->p[1] += 2;
	}
	list = ext(h, VERSIONS);
	memcpy(list->p + list->n, "\x3a\x3a", 2);
	list->n += 2;
	list->p[0] += 2;
	set(h, MODES, "\3\x0b\1\x2a", 4);
	add(h, ALPN, "\0\6\2\x0a\x0a\2h2", 8);
	add(h, 0x4a4a, "", 0);
	add(h, 0x5a5a, "\0", 1);
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

		first_hello(h, NULL);
		good_cases[i].change(h);
		err = judge(w, h, &at);
		if (err != TLS_E_OK || at != HS_WAIT_S13_FINISHED)
			fail_msg("%s: %s in %s", good_cases[i].name, tls_err_name(err), hs_state_name(at));
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
	first_hello(h, NULL);
	n = put_together(h, msg, sizeof(msg));
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

	first_hello(h, NULL);
	n = put_together(h, msg, sizeof(msg));
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

	first_hello(h, NULL);
	n = put_together(h, msg, sizeof(msg));
	for (size_t at = 4; at < n; at++) {
		msg[at] ^= 0x41;
		refused += judge_bytes(w, msg, n) != TLS_E_OK;
		msg[at] ^= 0x41;
	}
	assert_true(refused > 40);
	free(h);
}

/* ---- PSKs ---- */

static SSL_SESSION *
session_of(struct s13_world *w)
{
	SSL_CTX *ctx = plain_ctx();
	struct s13_pair p;
	SSL_SESSION *s;

	s13_pair_open(&p, w, ctx, NULL);
	HS_REC_CHECK(s13_pair_shake(&p));
	s13_pair_talk(&p);
	s = SSL_SESSION_dup(SSL_get0_session(p.ssl)); /* the context's own goes with it */
	SSL_shutdown(p.ssl);
	s13_pair_drop(&p);
	SSL_CTX_free(ctx);
	return s;
}

/* Where the binders' list begins in the extension. */
static size_t
binders_at(const struct part *psk)
{
	return 2u + ((size_t)psk->p[0] << 8 | psk->p[1]);
}

static void binder_flipped(struct hello *h) { ext(h, PSK)->p[ext(h, PSK)->n - 1] ^= 1; }
static void psk_no_modes(struct hello *h) { drop(h, MODES); }
static void psk_trailing(struct hello *h) { ext(h, PSK)->n++; }
static void psk_with_data_behind(struct hello *h) { h->ext[h->exts++] = (struct part){ .type = 0xabcd }; }
static void hello_changed(struct hello *h) { h->random[0] ^= 1; }

static void
binder_short(struct hello *h)
{
	struct part *p = ext(h, PSK);
	size_t at = binders_at(p);

	p->n--;
	p->p[at + 1]--;
	p->p[at + 2]--;
}

static void
binder_of_other_hash(struct hello *h)
{
	struct part *p = ext(h, PSK);
	size_t at = binders_at(p);

	p->n += 16;
	p->p[at + 1] += 16;
	p->p[at + 2] += 16;
}

static void
binder_too_many(struct hello *h)
{
	struct part *p = ext(h, PSK);
	size_t at = binders_at(p);

	memcpy(p->p + p->n, p->p + at + 2, 33);
	p->n += 33;
	p->p[at + 1] += 33;
}

static void
no_binder(struct hello *h)
{
	struct part *p = ext(h, PSK);
	size_t at = binders_at(p);

	p->n = at + 2;
	p->p[at] = p->p[at + 1] = 0;
}

static void
no_identity(struct hello *h)
{
	struct part *p = ext(h, PSK);

	memmove(p->p + 2, p->p + binders_at(p), p->n - binders_at(p));
	p->n -= binders_at(p) - 2;
	p->p[0] = p->p[1] = 0;
}

static void ticket_flipped(struct hello *h) { ext(h, PSK)->p[40] ^= 1; }
static void ticket_of_another(struct hello *h) { memset(ext(h, PSK)->p + 4, 0x55, 16); }

static void
a_psk_that_is_not_right(void **state)
{
	static const struct {
		const char *name;
		void (*change)(struct hello *h);
		enum tls_err err;
		bool resumed;
	} cases[] = {
		{ "as it is", nothing, TLS_E_OK, true },
		{ "a binder with a bit flipped", binder_flipped, TLS_E_DECRYPT_ERROR, false },
		{ "a hello that the binder does not cover", hello_changed, TLS_E_DECRYPT_ERROR, false },
		{ "a binder of 31 bytes", binder_short, TLS_E_DECODE_ERROR, false },
		{ "a binder of 48 bytes", binder_of_other_hash, TLS_E_DECRYPT_ERROR, false },
		{ "two binders, one identity", binder_too_many, TLS_E_ILLEGAL_PARAMETER, false },
		{ "no binder", no_binder, TLS_E_DECODE_ERROR, false },
		{ "no identity", no_identity, TLS_E_DECODE_ERROR, false },
		{ "a byte more", psk_trailing, TLS_E_DECODE_ERROR, false },
		{ "an extension behind it", psk_with_data_behind, TLS_E_ILLEGAL_PARAMETER, false },
		{ "no psk_key_exchange_modes", psk_no_modes, TLS_E_MISSING_EXTENSION, false },
		{ "a damaged ticket", ticket_flipped, TLS_E_OK, false },
		{ "another server's ticket", ticket_of_another, TLS_E_OK, false },
	};
	struct s13_world *w = *state;
	struct hello *h = malloc(sizeof(*h));
	SSL_SESSION *s = session_of(w);

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct hs_end_opts opts = w->opts;
		struct hs_end e;
		uint8_t msg[8192];
		struct hs_info info;
		enum tls_err err;

		first_hello(h, s);
		cases[i].change(h);
		opts.now_s = w->now_s;
		assert_int_equal(hs_end_open(&e, &opts), TLS_E_OK);
		err = hs_end_record(&e, TLS_CT_HANDSHAKE, 0, msg, put_together(h, msg, sizeof(msg)));
		hs_info(e.hs, &info);
		if (err != cases[i].err || info.resumed != cases[i].resumed)
			fail_msg("%s: %s%s", cases[i].name, tls_err_name(err), info.resumed ? ", resumed" : "");
		hs_end_drop(&e);
	}
	SSL_SESSION_free(s);
	free(h);
}

/* PSK without (EC)DHE: only where the listener says so, and only by tickets that were given for it. */
static void
psk_only_is_for_listeners_that_say_so(void **state)
{
	struct s13_world *w = *state;
	struct hello *h = malloc(sizeof(*h));

	for (unsigned i = 0; i < 4; i++) {
		bool then = i & 1, now = i & 2;
		SSL_SESSION *s;
		enum hs_state at;

		w->conf.psk_only = then;
		s = session_of(w);
		w->conf.psk_only = now;
		first_hello(h, s);
		set(h, MODES, "\1\0", 2); /* the binder is wrong by that: what is not tried does not fail */
		assert_int_equal(judge(w, h, &at), then && now ? TLS_E_DECRYPT_ERROR : TLS_E_OK);
		SSL_SESSION_free(s);
	}
	free(h);
}

/* ---- second hellos ---- */

/* A pair that stands between the hellos, and the client's second one in parts. */
static void
until_second(struct s13_world *w, struct s13_pair *p, SSL_CTX *ctx, struct hello *h)
{
	struct hs_bytes *out = &p->end.net_out;
	uint8_t wire[16384];
	struct rd r;
	int n;

	w->policy.groups[0] = KEX_P256;
	w->policy.group_count = 1;
	s13_pair_open(p, w, ctx, NULL);
	SSL_do_handshake(p->ssl);
	n = BIO_read(p->net, wire, sizeof(wire));
	HS_REC_CHECK(hs_end_feed(&p->end, wire, (size_t)n) == TLS_E_OK);
	BIO_write(p->net, out->p + out->off, (int)out->len);
	hs_bytes_skip(out, out->len);
	SSL_do_handshake(p->ssl);
	n = BIO_read(p->net, wire, sizeof(wire));
	r = rd_init(wire, (size_t)n);
	while (rd_left(&r) != 0) { /* a dummy ChangeCipherSpec goes before */
		uint8_t type = rd_u8(&r);
		struct rd body;

		rd_u16(&r);
		body = rd_vec16(&r);
		HS_REC_CHECK(rd_ok(&r));
		if (type == TLS_CT_HANDSHAKE)
			take_apart(h, body.p, rd_left(&body));
	}
}

static void no_cookie(struct hello *h) { drop(h, COOKIE); }
static void cookie_cut(struct hello *h) { ext(h, COOKIE)->n--; ext(h, COOKIE)->p[1]--; }
static void cookie_grown(struct hello *h) { ext(h, COOKIE)->n++; ext(h, COOKIE)->p[1]++; }
static void cookie_empty(struct hello *h) { set(h, COOKIE, "\0\0", 2); }
static void other_id(struct hello *h) { h->id.p[0] ^= 1; }
static void less_suites(struct hello *h) { h->suites.n -= 2; }
static void other_name(struct hello *h) { ext(h, SERVER_NAME)->p[5] ^= 1; }
static void no_name(struct hello *h) { drop(h, SERVER_NAME); }
static void one_more(struct hello *h) { add(h, 0xabcd, "", 0); }
static void other_version(struct hello *h) { h->version[1] = 2; }
static void padded(struct hello *h) { add(h, PADDING, "\0\0\0", 3); }
static void early_again(struct hello *h) { add(h, EARLY, "", 0); }

static void
old_share_again(struct hello *h)
{
	static const uint8_t share[] = { 0, 36, 0, 29, 0, 32, 9 };
	struct part *s = ext(h, SHARES);

	memcpy(s->p, share, sizeof(share));
	s->n = 38;
}

static void
one_share_more(struct hello *h)
{
	struct part *s = ext(h, SHARES);

	memcpy(s->p + s->n, "\0\x1d\0\x20", 4);
	s->n += 36;
	s->p[1] += 36;
}

static void
a_second_hello_repeats_the_first(void **state)
{
	static const struct {
		const char *name;
		void (*change)(struct hello *h);
		enum tls_err err;
	} cases[] = {
		{ "as it is", nothing, TLS_E_OK },
		{ "padding", padded, TLS_E_OK },
		{ "no cookie", no_cookie, TLS_E_MISSING_EXTENSION },
		{ "a cookie cut", cookie_cut, TLS_E_ILLEGAL_PARAMETER },
		{ "a cookie grown", cookie_grown, TLS_E_ILLEGAL_PARAMETER },
		{ "an empty cookie", cookie_empty, TLS_E_DECODE_ERROR },
		{ "another random", hello_changed, TLS_E_ILLEGAL_PARAMETER },
		{ "another session id", other_id, TLS_E_ILLEGAL_PARAMETER },
		{ "another legacy_version", other_version, TLS_E_ILLEGAL_PARAMETER },
		{ "less suites", less_suites, TLS_E_ILLEGAL_PARAMETER },
		{ "another name", other_name, TLS_E_ILLEGAL_PARAMETER },
		{ "no name", no_name, TLS_E_ILLEGAL_PARAMETER },
		{ "another extension", one_more, TLS_E_ILLEGAL_PARAMETER },
		{ "the old share", old_share_again, TLS_E_ILLEGAL_PARAMETER },
		{ "a second share", one_share_more, TLS_E_ILLEGAL_PARAMETER },
		{ "no share", no_share, TLS_E_MISSING_EXTENSION },
		{ "early data", early_again, TLS_E_ILLEGAL_PARAMETER },
	};
	struct s13_world *w = *state;
	struct hello *h = malloc(sizeof(*h));

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		SSL_CTX *ctx = plain_ctx();
		uint8_t msg[8192];
		struct s13_pair p;
		enum tls_err err;

		until_second(w, &p, ctx, h);
		cases[i].change(h);
		err = hs_end_record(&p.end, TLS_CT_HANDSHAKE, 0, msg, put_together(h, msg, sizeof(msg)));
		if (err != cases[i].err)
			fail_msg("%s: %s", cases[i].name, tls_err_name(err));
		s13_pair_drop(&p);
		SSL_CTX_free(ctx);
	}
	free(h);
}

static void
every_byte_of_the_cookie_counts(void **state)
{
	struct s13_world *w = *state;
	struct hello *h = malloc(sizeof(*h));
	SSL_CTX *ctx = plain_ctx();
	size_t n = 3;

	for (size_t at = 2; at < n; at++) {
		uint8_t msg[8192];
		struct s13_pair p;

		until_second(w, &p, ctx, h);
		n = ext(h, COOKIE)->n;
		ext(h, COOKIE)->p[at] ^= 0x10;
		assert_int_equal(hs_end_record(&p.end, TLS_CT_HANDSHAKE, 0, msg, put_together(h, msg, sizeof(msg))),
			TLS_E_ILLEGAL_PARAMETER);
		s13_pair_drop(&p);
	}
	assert_true(n > 100);
	SSL_CTX_free(ctx);
	free(h);
}

/* ---- the client's second flight ---- */

/* An end that waits for the client's next message; epoch 1 is its handshake's. */
static void
until_flight(struct s13_world *w, struct hs_end *e)
{
	struct hello *h = malloc(sizeof(*h));
	struct hs_end_opts opts = w->opts;
	uint8_t msg[8192];

	first_hello(h, NULL);
	opts.now_s = w->now_s;
	assert_int_equal(hs_end_open(e, &opts), TLS_E_OK);
	assert_int_equal(hs_end_record(e, TLS_CT_HANDSHAKE, 0, msg, put_together(h, msg, sizeof(msg))), TLS_E_OK);
	assert_int_equal(e->epoch, 1);
	free(h);
}

/* A message of this type with these bytes. */
static enum tls_err
send(struct hs_end *e, uint8_t type, const void *body, size_t n)
{
	uint8_t msg[16384] = { type, 0, (uint8_t)(n >> 8), (uint8_t)n };

	memcpy(msg + 4, body, n);
	return hs_end_record(e, TLS_CT_HANDSHAKE, e->epoch, msg, n + 4);
}

/* The Finished that the machine waits for: only the machine itself can know it here. */
static void
finished_of(const struct hs_end *e, uint8_t out[32])
{
	uint8_t hash[HS_DIGEST_MAX];

	hs_transcript_hash(&e->hs->w->transcript, hash);
	ks13_finished(HS_PRF_SHA256, e->hs->w->t13->hs_traffic[HS13_CLIENT], hash, out);
}

static void
every_bit_of_finished_counts(void **state)
{
	struct s13_world *w = *state;
	uint8_t verify[33] = { 0 };
	struct hs_end e;

	for (unsigned bit = 0; bit <= 256; bit++) {
		until_flight(w, &e);
		finished_of(&e, verify);
		if (bit < 256)
			verify[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(send(&e, 20, verify, 32), bit < 256 ? TLS_E_DECRYPT_ERROR : TLS_E_OK);
		assert_int_equal(e.ready, bit == 256);
		hs_end_drop(&e);
	}
	for (unsigned n = 0; n <= 33; n++) {
		if (n == 32)
			continue;
		until_flight(w, &e);
		finished_of(&e, verify);
		assert_int_equal(send(&e, 20, verify, n), TLS_E_DECODE_ERROR);
		hs_end_drop(&e);
	}
}

static void
with_auth(struct s13_world *w)
{
	w->conf.trust = w->trust;
	w->conf.client_auth = HS_AUTH_REQUEST;
}

/* A Certificate's body with the client's certificate. */
static size_t
certificate(struct s13_world *w, uint8_t *out, size_t cap)
{
	struct wr wr = wr_init(out, cap);
	size_t n, list;
	uint8_t *der = pki_list(&n, &w->client, NULL);

	wr_u8(&wr, 0);
	list = wr_open(&wr, 3);
	wr_bytes(&wr, der, n);
	wr_u16(&wr, 0);
	wr_close(&wr, list, 3);
	free(der);
	return wr_len(&wr);
}

static void
a_certificate_cut_or_bent(void **state)
{
	struct s13_world *w = *state;
	uint8_t body[4096];
	size_t n = certificate(w, body, sizeof(body));
	struct hs_end e;

	with_auth(w);
	for (size_t cut = 0; cut <= n + 1; cut++) {
		until_flight(w, &e);
		body[n] = 0;
		assert_int_equal(send(&e, 11, body, cut), cut == n ? TLS_E_OK : TLS_E_DECODE_ERROR);
		hs_end_drop(&e);
	}
	for (size_t at = 1; at < 7; at++) { /* the lengths */
		until_flight(w, &e);
		body[at]++;
		assert_int_equal(send(&e, 11, body, n), TLS_E_DECODE_ERROR);
		body[at]--;
		hs_end_drop(&e);
	}
	/* a context where there was none asked: 4.4.2 */
	until_flight(w, &e);
	assert_int_equal(send(&e, 11, "\1x\0\0\0", 5), TLS_E_ILLEGAL_PARAMETER);
	hs_end_drop(&e);
	/* a certificate of nothing */
	until_flight(w, &e);
	assert_int_equal(send(&e, 11, "\0\0\0\5\0\0\0\0\0", 9), TLS_E_DECODE_ERROR);
	hs_end_drop(&e);
	/* an extension that was not asked for: 4.4.2 */
	until_flight(w, &e);
	assert_int_equal(send(&e, 11, "\0\0\0\xa\0\0\1x\0\4\0\5\0\0", 14), TLS_E_UNSUPPORTED_EXTENSION);
	hs_end_drop(&e);
	/* not a certificate at all */
	until_flight(w, &e);
	assert_int_equal(send(&e, 11, "\0\0\0\6\0\0\1x\0\0", 10), TLS_E_BAD_CERTIFICATE);
	hs_end_drop(&e);
	/* none */
	until_flight(w, &e);
	assert_int_equal(send(&e, 11, "\0\0\0\0", 4), TLS_E_OK);
	assert_int_equal(e.hs->state, HS_WAIT_S13_FINISHED);
	hs_end_drop(&e);
}

/* CertificateVerify over what came so far, by the client's own key. */
static size_t
proof(struct s13_world *w, const struct hs_end *e, const char *who, uint8_t *out)
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	uint8_t content[64 + 34 + HS_DIGEST_MAX];
	size_t n = 200;

	memset(content, ' ', 64);
	memcpy(content + 64, who, 34);
	hs_transcript_hash(&e->hs->w->transcript, content + 98);
	HS_REC_CHECK(EVP_DigestSignInit(md, NULL, EVP_sha256(), NULL, w->client.key) == 1);
	HS_REC_CHECK(EVP_DigestSign(md, out + 4, &n, content, 64 + 34 + 32) == 1);
	EVP_MD_CTX_free(md);
	memcpy(out, "\4\3\0", 3);
	out[3] = (uint8_t)n;
	return n + 4;
}

static void
a_proof_cut_or_bent(void **state)
{
	static const char client[] = "TLS 1.3, client CertificateVerify";
	static const char server[] = "TLS 1.3, server CertificateVerify";
	struct s13_world *w = *state;
	uint8_t body[4096], cv[256];
	size_t n = certificate(w, body, sizeof(body)), m;
	struct hs_end e;

	with_auth(w);
	m = 100;
	for (size_t cut = 0; cut <= m + 1; cut++) {
		until_flight(w, &e);
		assert_int_equal(send(&e, 11, body, n), TLS_E_OK);
		m = proof(w, &e, client, cv); /* ECDSA: its length varies */
		cv[m] = 0;
		assert_int_equal(send(&e, 15, cv, cut), cut == m ? TLS_E_OK : TLS_E_DECODE_ERROR);
		assert_int_equal(e.hs->peer != NULL, cut == m);
		hs_end_drop(&e);
	}
	for (size_t at = 0; at < m; at++) {
		enum tls_err err, want = at < 2 ? TLS_E_ILLEGAL_PARAMETER : TLS_E_DECRYPT_ERROR;

		if (at == 2 || at == 3)
			continue;
		until_flight(w, &e);
		assert_int_equal(send(&e, 11, body, n), TLS_E_OK);
		m = proof(w, &e, client, cv);
		if (at >= m) {
			hs_end_drop(&e);
			break;
		}
		cv[at] ^= 0x20;
		err = send(&e, 15, cv, m);
		if (err != want)
			fail_msg("byte %zu: %s", at, tls_err_name(err));
		assert_null(e.hs->peer);
		hs_end_drop(&e);
	}
	/* ours, said back to us */
	until_flight(w, &e);
	assert_int_equal(send(&e, 11, body, n), TLS_E_OK);
	m = proof(w, &e, server, cv);
	assert_int_equal(send(&e, 15, cv, m), TLS_E_DECRYPT_ERROR);
	hs_end_drop(&e);
	/* schemes that are not for TLS 1.3's signatures, or not this key's: 4.4.3, 4.2.3 */
	for (unsigned i = 0; i < 4; i++) {
		static const uint8_t other[][2] = { { 4, 1 }, { 2, 3 }, { 8, 4 }, { 5, 3 } };
		enum tls_err err;

		until_flight(w, &e);
		assert_int_equal(send(&e, 11, body, n), TLS_E_OK);
		m = proof(w, &e, client, cv);
		memcpy(cv, other[i], 2);
		err = send(&e, 15, cv, m);
		assert_true(err == (i < 2 ? TLS_E_ILLEGAL_PARAMETER : TLS_E_DECRYPT_ERROR));
		hs_end_drop(&e);
	}
	/* Finished in its place */
	until_flight(w, &e);
	assert_int_equal(send(&e, 11, body, n), TLS_E_OK);
	assert_int_equal(send(&e, 20, cv, 32), TLS_E_UNEXPECTED_MESSAGE);
	hs_end_drop(&e);
}

/* ---- records ---- */

static void
dummy_change_cipher_specs(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		uint8_t epoch;
		enum tls_err err;
	} cases[] = {
		{ "\1", 1, 0, TLS_E_OK },
		{ "\2", 1, 0, TLS_E_UNEXPECTED_MESSAGE }, /* RFC 8446 5 */
		{ "\1\1", 2, 0, TLS_E_UNEXPECTED_MESSAGE },
		{ "", 0, 0, TLS_E_UNEXPECTED_MESSAGE },
		{ "\1", 1, 1, TLS_E_UNEXPECTED_MESSAGE }, /* encrypted */
	};
	struct s13_world *w = *state;
	uint8_t verify[32];
	struct hs_end e;
	enum tls_err err;
	unsigned n = 0;

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		until_flight(w, &e);
		err = hs_end_record(&e, TLS_CT_CCS, cases[i].epoch, cases[i].bytes, cases[i].n);
		if (err != cases[i].err)
			fail_msg("case %u: %s", i, tls_err_name(err));
		hs_end_drop(&e);
	}
	/* before the first hello, and behind Finished */
	assert_int_equal(hs_end_open(&e, &w->opts), TLS_E_OK);
	assert_int_equal(hs_end_record(&e, TLS_CT_CCS, 0, "\1", 1), TLS_E_UNEXPECTED_MESSAGE);
	hs_end_drop(&e);
	until_flight(w, &e);
	finished_of(&e, verify);
	assert_int_equal(send(&e, 20, verify, 32), TLS_E_OK);
	assert_int_equal(hs_end_record(&e, TLS_CT_CCS, 0, "\1", 1), TLS_E_UNEXPECTED_MESSAGE);
	hs_end_drop(&e);
	/* not for ever */
	until_flight(w, &e);
	do
		err = hs_end_record(&e, TLS_CT_CCS, 0, "\1", 1);
	while (err == TLS_E_OK && ++n < 100);
	assert_int_equal(err, TLS_E_WARNING_FLOOD);
	assert_true(n >= 2);
	hs_end_drop(&e);
}

static void
connected(struct s13_world *w, struct hs_end *e)
{
	uint8_t verify[32];

	until_flight(w, e);
	finished_of(e, verify);
	assert_int_equal(send(e, 20, verify, 32), TLS_E_OK);
	assert_true(e->ready);
	assert_int_equal(e->epoch, 2);
}

static void
what_comes_on_a_connection(void **state)
{
	static const struct {
		uint8_t type;
		const char *body;
		size_t n;
		enum tls_err err;
	} cases[] = {
		{ 24, "\0", 1, TLS_E_OK }, /* KeyUpdate: 4.6.3 */
		{ 24, "\1", 1, TLS_E_OK },
		{ 24, "\2", 1, TLS_E_ILLEGAL_PARAMETER },
		{ 24, "", 0, TLS_E_DECODE_ERROR },
		{ 24, "\0\0", 2, TLS_E_DECODE_ERROR },
		{ 1, "\3\3", 2, TLS_E_UNEXPECTED_MESSAGE }, /* no renegotiation: 4.1.2 */
		{ 4, "", 0, TLS_E_UNEXPECTED_MESSAGE }, /* a ticket for the server */
		{ 5, "", 0, TLS_E_UNEXPECTED_MESSAGE }, /* EndOfEarlyData */
		{ 11, "\0\0\0\0", 4, TLS_E_UNEXPECTED_MESSAGE }, /* a certificate nobody asked for */
		{ 20, "", 0, TLS_E_UNEXPECTED_MESSAGE },
		{ 254, "", 0, TLS_E_UNEXPECTED_MESSAGE },
	};
	struct s13_world *w = *state;
	struct hs_end e;

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum tls_err err;

		connected(w, &e);
		err = send(&e, cases[i].type, cases[i].body, cases[i].n);
		if (err != cases[i].err)
			fail_msg("case %u: %s", i, tls_err_name(err));
		hs_end_drop(&e);
	}
	/* two KeyUpdates in one record: the second is under a key of before, 5.1 */
	connected(w, &e);
	assert_int_equal(hs_end_record(&e, TLS_CT_HANDSHAKE, 2, "\x18\0\0\1\0\x18\0\0\1\0", 10),
		TLS_E_UNEXPECTED_MESSAGE);
	hs_end_drop(&e);
	/* a key of before */
	connected(w, &e);
	assert_int_equal(hs_end_record(&e, TLS_CT_HANDSHAKE, 1, "\x18\0\0\1\0", 5), TLS_E_UNEXPECTED_MESSAGE);
	hs_end_drop(&e);
	/* an empty handshake record: 5.1 */
	connected(w, &e);
	assert_int_equal(hs_end_record(&e, TLS_CT_HANDSHAKE, 2, "", 0), TLS_E_UNEXPECTED_MESSAGE);
	hs_end_drop(&e);
}

static void
an_alert_is_an_error_whatever_its_level(void **state)
{
	struct s13_world *w = *state;
	struct hs_end e;

	connected(w, &e);
	assert_int_equal(hs_end_record(&e, TLS_CT_ALERT, 2, "\1\x2a", 2), TLS_E_PEER_ALERT); /* 6 */
	hs_end_drop(&e);
	connected(w, &e);
	assert_int_equal(hs_end_record(&e, TLS_CT_ALERT, 2, "\1\x5a", 2), TLS_E_OK); /* user_canceled: 6.1 */
	hs_end_drop(&e);
	connected(w, &e);
	assert_int_equal(hs_end_record(&e, TLS_CT_ALERT, 2, "\2", 1), TLS_E_DECODE_ERROR);
	hs_end_drop(&e);
}

/* The hello and the next message in one record: keys change between them, 5.1. */
static void
nothing_follows_the_hello_in_its_record(void **state)
{
	struct s13_world *w = *state;
	struct hello *h = malloc(sizeof(*h));
	uint8_t msg[8192];
	struct hs_end e;
	size_t n;

	first_hello(h, NULL);
	n = put_together(h, msg, sizeof(msg));
	memcpy(msg + n, "\x14\0\0\x20", 4);
	assert_int_equal(hs_end_open(&e, &w->opts), TLS_E_OK);
	assert_int_equal(hs_end_record(&e, TLS_CT_HANDSHAKE, 0, msg, n + 36), TLS_E_UNEXPECTED_MESSAGE);
	hs_end_drop(&e);
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
		CASE(a_psk_that_is_not_right),
		CASE(psk_only_is_for_listeners_that_say_so),
		CASE(a_second_hello_repeats_the_first),
		CASE(every_byte_of_the_cookie_counts),
		CASE(every_bit_of_finished_counts),
		CASE(a_certificate_cut_or_bent),
		CASE(a_proof_cut_or_bent),
		CASE(dummy_change_cipher_specs),
		CASE(what_comes_on_a_connection),
		CASE(an_alert_is_an_error_whatever_its_level),
		CASE(nothing_follows_the_hello_in_its_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
