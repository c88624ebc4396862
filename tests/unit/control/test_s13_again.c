/*
 * TLS 1.3's server and hellos that refer to something before them: PSKs with their binders, and
 * second hellos with their cookie. Each wrong one with the alert that RFC 8446 names.
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

static void nothing(struct hello *h) { }
static void no_share(struct hello *h) { hello_drop_ext(h, SHARES); }

/* ---- PSKs ---- */

static SSL_SESSION *
session_of(struct s13_world *w)
{
	SSL_CTX *ctx = hello_ctx();
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

static void binder_flipped(struct hello *h) { hello_ext(h, PSK)->p[hello_ext(h, PSK)->n - 1] ^= 1; }
static void psk_no_modes(struct hello *h) { hello_drop_ext(h, MODES); }
static void psk_trailing(struct hello *h) { hello_ext(h, PSK)->n++; }
static void psk_not_last(struct hello *h) { h->ext[h->exts++] = (struct part){ .type = 0xabcd }; }
static void hello_changed(struct hello *h) { h->random[0] ^= 1; }

static void
binder_short(struct hello *h)
{
	struct part *p = hello_ext(h, PSK);
	size_t at = binders_at(p);

	p->n--;
	p->p[at + 1]--;
	p->p[at + 2]--;
}

static void
binder_of_other_hash(struct hello *h)
{
	struct part *p = hello_ext(h, PSK);
	size_t at = binders_at(p);

	p->n += 16;
	p->p[at + 1] += 16;
	p->p[at + 2] += 16;
}

static void
binder_too_many(struct hello *h)
{
	struct part *p = hello_ext(h, PSK);
	size_t at = binders_at(p);

	memcpy(p->p + p->n, p->p + at + 2, 33);
	p->n += 33;
	p->p[at + 1] += 33;
}

static void
no_binder(struct hello *h)
{
	struct part *p = hello_ext(h, PSK);
	size_t at = binders_at(p);

	p->n = at + 2;
	p->p[at] = p->p[at + 1] = 0;
}

static void
no_identity(struct hello *h)
{
	struct part *p = hello_ext(h, PSK);

	memmove(p->p + 2, p->p + binders_at(p), p->n - binders_at(p));
	p->n -= binders_at(p) - 2;
	p->p[0] = p->p[1] = 0;
}

static void ticket_flipped(struct hello *h) { hello_ext(h, PSK)->p[40] ^= 1; }
static void ticket_of_another(struct hello *h) { memset(hello_ext(h, PSK)->p + 4, 0x55, 16); }

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
		{ "a hello that the binder does not cover", hello_changed, TLS_E_DECRYPT_ERROR,
			false },
		{ "a binder of 31 bytes", binder_short, TLS_E_DECODE_ERROR, false },
		{ "a binder of 48 bytes", binder_of_other_hash, TLS_E_DECRYPT_ERROR, false },
		{ "two binders, one identity", binder_too_many, TLS_E_ILLEGAL_PARAMETER, false },
		{ "no binder", no_binder, TLS_E_DECODE_ERROR, false },
		{ "no identity", no_identity, TLS_E_DECODE_ERROR, false },
		{ "a byte more", psk_trailing, TLS_E_DECODE_ERROR, false },
		{ "an extension behind it", psk_not_last, TLS_E_ILLEGAL_PARAMETER, false },
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

		hello_first(h, s);
		cases[i].change(h);
		opts.now_s = w->now_s;
		assert_int_equal(hs_end_open(&e, &opts), TLS_E_OK);
		err = hs_end_record(
			&e, TLS_CT_HANDSHAKE, 0, msg, hello_put_together(h, msg, sizeof(msg)));
		hs_info(e.hs, &info);
		if (err != cases[i].err || info.resumed != cases[i].resumed)
			fail_msg("%s: %s%s", cases[i].name, tls_err_name(err),
				info.resumed ? ", resumed" : "");
		hs_end_drop(&e);
	}
	SSL_SESSION_free(s);
	free(h);
}

/*
 * PSK without (EC)DHE: only where the listener says so, and only by tickets that were given for it.
 */
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
		hello_first(h, s);
		/* the binder is wrong by that: what is not tried does not fail */
		hello_set_ext(h, MODES, "\1\0", 2);
		assert_int_equal(
			hello_judge(w, h, &at), then && now ? TLS_E_DECRYPT_ERROR : TLS_E_OK);
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
			hello_take_apart(h, body.p, rd_left(&body));
	}
}

static void no_cookie(struct hello *h) { hello_drop_ext(h, COOKIE); }
static void cookie_cut(struct hello *h) { hello_ext(h, COOKIE)->n--; hello_ext(h, COOKIE)->p[1]--; }
static void
cookie_grown(struct hello *h)
{
	hello_ext(h, COOKIE)->n++;
	hello_ext(h, COOKIE)->p[1]++;
}
static void cookie_empty(struct hello *h) { hello_set_ext(h, COOKIE, "\0\0", 2); }
static void other_id(struct hello *h) { h->id.p[0] ^= 1; }
static void less_suites(struct hello *h) { h->suites.n -= 2; }
static void other_name(struct hello *h) { hello_ext(h, SERVER_NAME)->p[5] ^= 1; }
static void no_name(struct hello *h) { hello_drop_ext(h, SERVER_NAME); }
static void one_more(struct hello *h) { hello_add_ext(h, 0xabcd, "", 0); }
static void other_version(struct hello *h) { h->version[1] = 2; }
static void padded(struct hello *h) { hello_add_ext(h, PADDING, "\0\0\0", 3); }
static void early_again(struct hello *h) { hello_add_ext(h, EARLY, "", 0); }

static void
old_share_again(struct hello *h)
{
	static const uint8_t share[] = { 0, 36, 0, 29, 0, 32, 9 };
	struct part *s = hello_ext(h, SHARES);

	memcpy(s->p, share, sizeof(share));
	s->n = 38;
}

static void
one_share_more(struct hello *h)
{
	struct part *s = hello_ext(h, SHARES);

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
		SSL_CTX *ctx = hello_ctx();
		uint8_t msg[8192];
		struct s13_pair p;
		enum tls_err err;

		until_second(w, &p, ctx, h);
		cases[i].change(h);
		err = hs_end_record(
			&p.end, TLS_CT_HANDSHAKE, 0, msg, hello_put_together(h, msg, sizeof(msg)));
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
	SSL_CTX *ctx = hello_ctx();
	size_t n = 3;

	for (size_t at = 2; at < n; at++) {
		uint8_t msg[8192];
		struct s13_pair p;

		until_second(w, &p, ctx, h);
		n = hello_ext(h, COOKIE)->n;
		hello_ext(h, COOKIE)->p[at] ^= 0x10;
		assert_int_equal(hs_end_record(&p.end, TLS_CT_HANDSHAKE, 0, msg,
					 hello_put_together(h, msg, sizeof(msg))),
			TLS_E_ILLEGAL_PARAMETER);
		s13_pair_drop(&p);
	}
	assert_true(n > 100);
	SSL_CTX_free(ctx);
	free(h);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_psk_that_is_not_right),
		CASE(psk_only_is_for_listeners_that_say_so),
		CASE(a_second_hello_repeats_the_first),
		CASE(every_byte_of_the_cookie_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
