/*
 * What is wrong with a client of SSL 3.0 to TLS 1.2, message by message: truncated at each byte, each
 * length one off, trailing bytes, values out of range, Finished with any bit flipped, messages in the
 * wrong place; and hellos that no libssl would send. Each has its alert, and nothing is left behind.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/rsa.h>

#include "common/wr.h"
#include "control/handshake/tls12/hs12.h"
#include "tests/unit/control/s12_world.h"

static struct s12_world *world;

static int
setup(void **state)
{
	world = malloc(sizeof(*world));
	s12_world_open(world);
	world->policy.versions |= HS_V_SSL3;
	return 0;
}

static int
teardown(void **state)
{
	s12_world_close(world);
	free(world);
	return 0;
}

static const uint16_t versions[] = { TLS_V_SSL30, TLS_V_10, TLS_V_11, TLS_V_12 };

/* ---- a hello by hand ---- */

struct hello {
	uint16_t version;
	uint16_t suites[6];
	uint8_t compression[3];
	unsigned compressions; /* 0: null alone */
	const uint8_t *ext;
	size_t ext_len; /* 0: no extensions block */
	const uint8_t *id;
	uint8_t id_len;
};

static size_t
write_hello(const struct hello *h, uint8_t *out, size_t cap)
{
	static const uint8_t null_only[1];
	struct wr w = wr_init(out, cap);
	size_t msg, m;

	wr_u8(&w, 1);
	msg = wr_open(&w, 3);
	wr_u16(&w, h->version);
	memset(wr_room(&w, 32), 0x42, 32);
	m = wr_open(&w, 1);
	wr_bytes(&w, h->id, h->id_len);
	wr_close(&w, m, 1);
	m = wr_open(&w, 2);
	for (unsigned i = 0; i < 6 && h->suites[i] != 0; i++)
		wr_u16(&w, h->suites[i]);
	wr_close(&w, m, 2);
	m = wr_open(&w, 1);
	wr_bytes(&w, h->compressions != 0 ? h->compression : null_only, h->compressions != 0 ? h->compressions : 1);
	wr_close(&w, m, 1);
	if (h->ext_len != 0) {
		m = wr_open(&w, 2);
		wr_bytes(&w, h->ext, h->ext_len);
		wr_close(&w, m, 2);
	}
	wr_close(&w, msg, 3);
	assert_true(wr_ok(&w));
	return wr_len(&w);
}

/* An end that got this hello, and what it answered. */
static enum tls_err
say_hello(struct hs_end *e, const struct hello *h)
{
	struct hs_end_opts opts = { .conf = &world->conf, .keep = &world->keep, .seed = ++world->seed };
	uint8_t msg[4096];

	assert_int_equal(hs_end_open(e, &opts), TLS_E_OK);
	return hs_end_record(e, TLS_CT_HANDSHAKE, 0, msg, write_hello(h, msg, sizeof(msg)));
}

/* A message of ours in the plaintext flight: its body, or NULL. */
static const uint8_t *
sent(const struct hs_end *e, uint8_t type, size_t *len)
{
	struct rd wire = rd_init(e->net_out.p + e->net_out.off, e->net_out.len);
	static uint8_t flight[65536];
	size_t n = 0;
	struct rd r;

	while (rd_left(&wire) != 0) { /* records joined */
		uint8_t ct = rd_u8(&wire);
		struct rd body;

		rd_u16(&wire);
		body = rd_vec16(&wire);
		assert_true(rd_ok(&wire));
		if (ct != TLS_CT_HANDSHAKE)
			continue;
		memcpy(flight + n, body.p, rd_left(&body));
		n += rd_left(&body);
	}
	r = rd_init(flight, n);
	while (rd_left(&r) != 0) {
		uint8_t t = rd_u8(&r);
		struct rd body = rd_vec24(&r);

		if (t == type) {
			*len = rd_left(&body);
			return body.p;
		}
	}
	return NULL;
}

/* Failed, with this error's alert in this version, and nothing is left. */
static void
expect_end(struct hs_end *e, enum tls_err want, uint8_t alert)
{
	assert_int_equal(e->err, want);
	assert_true(e->closed);
	assert_int_equal(e->alert, alert);
	assert_null(e->hs->w);
	assert_null(e->hs->msg);
	assert_null(e->hs->queue);
	assert_int_equal(e->hs->state, HS_WAIT_NOTHING);
}

/* In SSL 3.0 few alerts exist. */
static uint8_t
alert_in(uint16_t version, enum tls_err err)
{
	uint8_t alert = tls_err_alert(err);

	if (version != TLS_V_SSL30)
		return alert;
	switch (alert) {
	case 10:
	case 40:
	case 42:
	case 47: return alert;
	case 48: return 42;
	default: return 40;
	}
}

/* ---- hellos ---- */

struct hello_case {
	const char *what;
	struct hello h;
	enum tls_err err;
	uint16_t suite; /* chosen */
};

#define EXT(...) .ext = (const uint8_t[]){ __VA_ARGS__ }, .ext_len = sizeof((const uint8_t[]){ __VA_ARGS__ })
#define GROUPS(n, ...) 0, 10, 0, 2 * (n) + 2, 0, 2 * (n), __VA_ARGS__
#define SCHEMES(n, ...) 0, 13, 0, 2 * (n) + 2, 0, 2 * (n), __VA_ARGS__

static void
hellos_that_no_libssl_sends(void **state)
{
	const struct hello_case cases[] = {
		{ "no groups: P-256", { .version = TLS_V_12, .suites = { 0xc013 }, EXT(SCHEMES(1, 4, 1)) }, TLS_E_OK, 0xc013 },
		{ "no extensions: SHA-1 and P-256", { .version = TLS_V_12, .suites = { 0xc013 } }, TLS_E_OK, 0xc013 },
		{ "GREASE everywhere", { .version = TLS_V_12, .suites = { 0x0a0a, 0xc013 },
			EXT(0x1a, 0x1a, 0, 1, 0, GROUPS(2, 0x2a, 0x2a, 0, 29), SCHEMES(2, 0x3a, 0x3a, 4, 1), 0x4a, 0x4a, 0, 0) },
			TLS_E_OK, 0xc013 },
		{ "ffdhe3072 alone", { .version = TLS_V_12, .suites = { 0x0033 }, EXT(GROUPS(1, 1, 1), SCHEMES(1, 4, 1)) }, TLS_E_OK,
			0x0033 },
		{ "ffdhe4096 alone: no DHE", { .version = TLS_V_12, .suites = { 0x0033 }, EXT(GROUPS(1, 1, 2), SCHEMES(1, 4, 1)) },
			TLS_E_HANDSHAKE_FAILURE, 0 },
		{ "ffdhe4096 alone: RSA", { .version = TLS_V_12, .suites = { 0x0033, 0x002f }, EXT(GROUPS(1, 1, 2), SCHEMES(1, 4, 1)) },
			TLS_E_OK, 0x002f },
		{ "an RSA key that the client does not verify", { .version = TLS_V_12, .suites = { 0xc013 }, EXT(SCHEMES(1, 4, 3)) },
			TLS_E_HANDSHAKE_FAILURE, 0 },
		{ "but key transport does not need that", { .version = TLS_V_12, .suites = { 0xc013, 0x002f }, EXT(SCHEMES(1, 4, 3)) },
			TLS_E_OK, 0x002f },
		{ "a certificate's curve the client has not", { .version = TLS_V_12, .suites = { 0xc009 },
			EXT(GROUPS(1, 0, 29), SCHEMES(1, 4, 3)) }, TLS_E_HANDSHAKE_FAILURE, 0 },
		{ "compressed points alone", { .version = TLS_V_12, .suites = { 0xc013 }, EXT(GROUPS(1, 0, 23), 0, 11, 0, 2, 1, 1) },
			TLS_E_ILLEGAL_PARAMETER, 0 },
		{ "fragments of a length that does not exist", { .version = TLS_V_12, .suites = { 0x002f }, EXT(0, 1, 0, 1, 5) },
			TLS_E_ILLEGAL_PARAMETER, 0 },
		{ "records of 63 bytes", { .version = TLS_V_12, .suites = { 0x002f }, EXT(0, 28, 0, 2, 0, 63) }, TLS_E_ILLEGAL_PARAMETER,
			0 },
		{ "encrypt-then-MAC with contents", { .version = TLS_V_12, .suites = { 0x002f }, EXT(0, 22, 0, 1, 0) },
			TLS_E_DECODE_ERROR, 0 },
		{ "a GCM suite in TLS 1.1", { .version = TLS_V_11, .suites = { 0x009c } }, TLS_E_HANDSHAKE_FAILURE, 0 },
		{ "anonymous", { .version = TLS_V_10, .suites = { 0x0034 } }, TLS_E_OK, 0x0034 },
		{ "no encryption", { .version = TLS_V_10, .suites = { 0x0001 } }, TLS_E_OK, 0x0001 },
		{ "TLS 1.3's suite in TLS 1.2", { .version = TLS_V_12, .suites = { 0x1301 } }, TLS_E_HANDSHAKE_FAILURE, 0 },
		{ "the fallback value below our best", { .version = TLS_V_11, .suites = { 0x002f, 0x5600 } },
			TLS_E_INAPPROPRIATE_FALLBACK, 0 },
		{ "the fallback value at our best", { .version = TLS_V_12, .suites = { 0x002f, 0x5600 } }, TLS_E_OK, 0x002f },
		{ "renegotiation data in a first hello", { .version = TLS_V_12, .suites = { 0x002f }, EXT(0xff, 1, 0, 3, 2, 1, 1) },
			TLS_E_HANDSHAKE_FAILURE, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct hs_end e;
		enum tls_err err = say_hello(&e, &cases[i].h);

		if (err != cases[i].err)
			fail_msg("%s: %s", cases[i].what, tls_err_name(err));
		if (err == TLS_E_OK)
			assert_int_equal(e.hs->suite->code, cases[i].suite);
		else
			expect_end(&e, err, tls_err_alert(err));
		hs_end_drop(&e);
	}
}

static void
ssl_30_is_answered_without_extensions(void **state)
{
	static const uint8_t ext[] = { 0, 23, 0, 0, 0, 22, 0, 0, 0, 35, 0, 0, 0xff, 1, 0, 1, 0 };
	struct hello h = { .version = TLS_V_SSL30, .suites = { 0x002f }, .ext = ext, .ext_len = sizeof(ext) };
	const uint8_t *p;
	struct hs_end e;
	size_t n;

	assert_int_equal(say_hello(&e, &h), TLS_E_OK);
	p = sent(&e, 2, &n);
	assert_int_equal(n, 2 + 32 + 1 + 32 + 2 + 1 + 2 + 5); /* renegotiation_info alone */
	assert_memory_equal(p + n - 7, "\x00\x05\xff\x01\x00\x01\x00", 7);
	assert_false(e.hs->extended_master_secret || e.hs->encrypt_then_mac);
	hs_end_drop(&e);
	h = (struct hello){ .version = TLS_V_SSL30, .suites = { 0x002f, 0x00ff } };
	assert_int_equal(say_hello(&e, &h), TLS_E_OK);
	sent(&e, 2, &n);
	assert_int_equal(n, 2 + 32 + 1 + 32 + 2 + 1 + 2 + 5); /* asked for by the suite */
	hs_end_drop(&e);
	h.suites[1] = 0;
	assert_int_equal(say_hello(&e, &h), TLS_E_OK);
	sent(&e, 2, &n);
	assert_int_equal(n, 2 + 32 + 1 + 32 + 2 + 1);
	hs_end_drop(&e);
}

static void
compression_is_for_the_museum(void **state)
{
	for (int on = 0; on < 2; on++) {
		struct hello h = { .version = TLS_V_12, .suites = { 0x002f }, .compression = { 1, 0 }, .compressions = 2 };
		const uint8_t *p;
		struct hs_end e;
		size_t n;

		world->policy.compression = on;
		assert_int_equal(say_hello(&e, &h), TLS_E_OK);
		p = sent(&e, 2, &n);
		assert_int_equal(p[2 + 32 + 1 + 32 + 2], on);
		hs_end_drop(&e);
		h.compression[1] = 64; /* no null among them */
		assert_int_equal(say_hello(&e, &h), TLS_E_ILLEGAL_PARAMETER);
		hs_end_drop(&e);
	}
	world->policy.compression = false;
}

/* RFC 8446 4.1.3, and RFC 8449 beside RFC 6066. */
static void
server_hello_carries_what_it_must(void **state)
{
	static const uint8_t ext[] = { 0, 1, 0, 1, 2, 0, 28, 0, 2, 2, 0 };
	struct hello h = { .version = TLS_V_11, .suites = { 0x002f }, .ext = ext, .ext_len = sizeof(ext) };
	const uint8_t *p;
	struct hs_end e;
	size_t n;

	world->policy.versions |= HS_V_13;
	assert_int_equal(say_hello(&e, &h), TLS_E_OK);
	p = sent(&e, 2, &n);
	assert_memory_equal(p + 2 + 24, "DOWNGRD\x00", 8);
	/* record_size_limit takes the place of max_fragment_length */
	assert_memory_equal(p + n - 8, "\x00\x06\x00\x1c\x00\x02\x40\x00", 8);
	assert_int_equal(e.hs->max_fragment, 512);
	hs_end_drop(&e);
	h.version = TLS_V_12;
	assert_int_equal(say_hello(&e, &h), TLS_E_OK);
	p = sent(&e, 2, &n);
	assert_memory_equal(p + 2 + 24, "DOWNGRD\x01", 8);
	hs_end_drop(&e);
	world->policy.versions &= (uint8_t)~HS_V_13;
}

/* ---- messages behind the hello ---- */

static enum tls_err
feed(struct hs_end *e, uint8_t type, const uint8_t *body, size_t len)
{
	uint8_t msg[70000];
	struct wr w = wr_init(msg, sizeof(msg));
	enum tls_err err = TLS_E_OK;

	wr_u8(&w, type);
	wr_u24(&w, (uint32_t)len);
	wr_bytes(&w, body, len);
	assert_true(wr_ok(&w));
	for (size_t at = 0; at < wr_len(&w) && err == TLS_E_OK; at += 16384)
		err = hs_end_record(e, TLS_CT_HANDSHAKE, e->hs->read_epoch, msg + at,
			wr_len(&w) - at < 16384 ? wr_len(&w) - at : 16384);
	return err;
}

struct kx_case {
	const char *what;
	uint16_t suite;
	uint8_t lead; /* bytes of the length in front */
	size_t len; /* of the value */
	uint8_t fill; /* each byte of it */
	enum tls_err err;
};

static void
client_key_exchange_is_judged_by_what_anyone_sees(void **state)
{
	static const struct kx_case cases[] = {
		{ "RSA: zeros", 0x002f, 2, 256, 0, TLS_E_OK },
		{ "RSA: above the modulus", 0x002f, 2, 256, 0xff, TLS_E_OK }, /* nobody may notice before Finished */
		{ "RSA: too short", 0x002f, 2, 255, 0, TLS_E_DECODE_ERROR },
		{ "RSA: too long", 0x002f, 2, 257, 0, TLS_E_DECODE_ERROR },
		{ "RSA: none", 0x002f, 2, 0, 0, TLS_E_DECODE_ERROR },
		{ "ECDHE: no point", 0xc013, 1, 0, 0, TLS_E_DECODE_ERROR },
		{ "ECDHE: a short point", 0xc013, 1, 64, 4, TLS_E_ILLEGAL_PARAMETER },
		{ "ECDHE: a long point", 0xc013, 1, 66, 4, TLS_E_ILLEGAL_PARAMETER },
		{ "ECDHE: not on the curve", 0xc013, 1, 65, 4, TLS_E_ILLEGAL_PARAMETER },
		{ "DHE: none", 0x0033, 2, 0, 0, TLS_E_DECODE_ERROR },
		{ "DHE: zero", 0x0033, 2, 256, 0, TLS_E_ILLEGAL_PARAMETER },
		{ "DHE: one byte of zero", 0x0033, 2, 1, 0, TLS_E_ILLEGAL_PARAMETER },
		{ "DHE: one", 0x0033, 2, 1, 1, TLS_E_ILLEGAL_PARAMETER },
		{ "DHE: above the prime", 0x0033, 2, 256, 0xff, TLS_E_ILLEGAL_PARAMETER },
		{ "DHE: longer than the prime", 0x0033, 2, 257, 2, TLS_E_DECODE_ERROR },
	};

	for (size_t v = 1; v < 4; v++) {
		for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
			const struct kx_case *k = &cases[i];
			struct hello h = { .version = versions[v], .suites = { k->suite } };
			uint8_t body[300];
			struct hs_end e;

			for (int trailing = 0; trailing < 2; trailing++) {
				struct wr w = wr_init(body, sizeof(body));
				enum tls_err err, want = trailing && k->err == TLS_E_OK ? TLS_E_DECODE_ERROR : k->err;

				if (k->lead == 2)
					wr_u16(&w, (uint16_t)k->len);
				else
					wr_u8(&w, (uint8_t)k->len);
				memset(wr_room(&w, k->len), k->fill, k->len);
				if (trailing)
					wr_u8(&w, 0);
				assert_int_equal(say_hello(&e, &h), TLS_E_OK);
				err = feed(&e, 16, body, wr_len(&w));
				if (trailing && want == TLS_E_ILLEGAL_PARAMETER)
					want = TLS_E_DECODE_ERROR;
				if (err != want)
					fail_msg("%s%s: %s", k->what, trailing ? ", trailing" : "", tls_err_name(err));
				if (err != TLS_E_OK)
					expect_end(&e, err, tls_err_alert(err));
				else
					assert_int_equal(e.hs->state, HS_WAIT_S12_CCS);
				hs_end_drop(&e);
			}
		}
	}
}

/* SSL 3.0 has RSA's ciphertext without a length in front. */
static void
client_key_exchange_of_ssl_30_is_the_bare_ciphertext(void **state)
{
	struct hello h = { .version = TLS_V_SSL30, .suites = { 0x002f } };
	uint8_t body[300] = { 0 };

	for (size_t n = 254; n <= 258; n++) {
		struct hs_end e;
		enum tls_err err;

		assert_int_equal(say_hello(&e, &h), TLS_E_OK);
		err = feed(&e, 16, body, n);
		assert_int_equal(err, n == 256 ? TLS_E_OK : TLS_E_DECODE_ERROR);
		if (err != TLS_E_OK)
			expect_end(&e, err, 40);
		hs_end_drop(&e);
	}
}

/* A connection that waits for the client's Finished, after nonsense as RSA ciphertext. */
static void
to_finished(struct hs_end *e, uint16_t version)
{
	struct hello h = { .version = version, .suites = { 0x002f } };
	uint8_t body[258] = { 1, 0 };
	size_t skip = version == TLS_V_SSL30 ? 2 : 0;

	assert_int_equal(say_hello(e, &h), TLS_E_OK);
	assert_int_equal(feed(e, 16, body + skip, 258 - skip), TLS_E_OK);
	assert_int_equal(hs_end_record(e, TLS_CT_CCS, 0, "\x01", 1), TLS_E_OK);
	assert_int_equal(e->hs->state, HS_WAIT_S12_FINISHED);
}

static void
finished_is_exact_in_every_version(void **state)
{
	for (size_t v = 0; v < 4; v++) {
		size_t n = versions[v] == TLS_V_SSL30 ? 36 : 12;
		uint8_t verify[38] = { 0 };
		struct hs_end e;

		to_finished(&e, versions[v]);
		memcpy(verify, e.hs->w->t12->client_verify, n);
		hs_end_drop(&e);
		for (unsigned bit = 0; bit < 8 * n; bit += 5) {
			to_finished(&e, versions[v]);
			memcpy(verify, e.hs->w->t12->client_verify, n);
			verify[bit / 8] ^= (uint8_t)(1u << bit % 8);
			assert_int_equal(feed(&e, 20, verify, n), TLS_E_DECRYPT_ERROR);
			expect_end(&e, TLS_E_DECRYPT_ERROR, alert_in(versions[v], TLS_E_DECRYPT_ERROR));
			hs_end_drop(&e);
		}
		for (size_t len = 0; len <= n + 2; len++) {
			to_finished(&e, versions[v]);
			memcpy(verify, e.hs->w->t12->client_verify, n);
			assert_int_equal(feed(&e, 20, verify, len), len == n ? TLS_E_OK : TLS_E_DECODE_ERROR);
			hs_end_drop(&e);
		}
	}
}

/* ---- client certificates ---- */

static struct hs_end_opts
auth_opts(void);

/* A connection that waits for the client's Certificate. */
static void
to_certificate(struct hs_end *e, uint16_t version)
{
	struct hello h = { .version = version, .suites = { 0x002f }, EXT(SCHEMES(2, 4, 1, 4, 3)) };
	struct hs_end_opts opts = auth_opts();
	uint8_t msg[4096];

	if (version == TLS_V_SSL30)
		h.ext_len = 0;
	world->conf.client_auth = HS_AUTH_REQUEST;
	assert_int_equal(hs_end_open(e, &opts), TLS_E_OK);
	assert_int_equal(hs_end_record(e, TLS_CT_HANDSHAKE, 0, msg, write_hello(&h, msg, sizeof(msg))), TLS_E_OK);
	assert_int_equal(e->hs->state, HS_WAIT_S12_CERTIFICATE);
	world->conf.client_auth = HS_AUTH_NONE;
}

static struct peer *
take_any(void *ctx, const uint8_t *chain, size_t len, const uint8_t *staple, size_t staple_len)
{
	struct peer *p = calloc(1, sizeof(*p));

	p->refs = 1;
	p->key = world->client_key[S12_RSA];
	EVP_PKEY_up_ref(p->key);
	return p;
}

static struct hs_end_opts
auth_opts(void)
{
	return (struct hs_end_opts){ .conf = &world->conf, .seed = ++world->seed, .verify = take_any };
}

static void
certificate_lists_are_exact(void **state)
{
	static const struct {
		const char *what;
		const uint8_t body[16];
		size_t len;
		enum tls_err err;
	} cases[] = {
		{ "none", { 0, 0, 0 }, 3, TLS_E_OK },
		{ "one", { 0, 0, 5, 0, 0, 2, 0x30, 0 }, 8, TLS_E_OK },
		{ "two", { 0, 0, 8, 0, 0, 1, 1, 0, 0, 1, 2 }, 11, TLS_E_OK },
		{ "nothing at all", { 0 }, 0, TLS_E_DECODE_ERROR },
		{ "a cut length", { 0, 0 }, 2, TLS_E_DECODE_ERROR },
		{ "a trailing byte", { 0, 0, 0, 0 }, 4, TLS_E_DECODE_ERROR },
		{ "a list longer than the message", { 0, 0, 6, 0, 0, 2, 0x30, 0 }, 8, TLS_E_DECODE_ERROR },
		{ "a list shorter than the message", { 0, 0, 4, 0, 0, 2, 0x30, 0 }, 8, TLS_E_DECODE_ERROR },
		{ "a certificate longer than the list", { 0, 0, 5, 0, 0, 3, 0x30, 0 }, 8, TLS_E_DECODE_ERROR },
		{ "a certificate shorter than the list", { 0, 0, 5, 0, 0, 1, 0x30, 0 }, 8, TLS_E_DECODE_ERROR },
		{ "an empty certificate", { 0, 0, 3, 0, 0, 0 }, 6, TLS_E_DECODE_ERROR },
	};

	for (size_t v = 0; v < 4; v++) {
		for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
			struct hs_end e;
			enum tls_err err;

			to_certificate(&e, versions[v]);
			err = feed(&e, 11, cases[i].body, cases[i].len);
			if (err != cases[i].err)
				fail_msg("%s: %s", cases[i].what, tls_err_name(err));
			if (err != TLS_E_OK)
				expect_end(&e, err, alert_in(versions[v], err));
			else
				assert_int_equal(e.hs->state, HS_WAIT_S12_CLIENT_KEY_EXCHANGE);
			hs_end_drop(&e);
		}
	}
}

/* RFC 6101 5.6.6: a warning stands for an empty Certificate, in SSL 3.0 alone and where it is due. */
static void
no_certificate_is_an_alert_in_ssl_30(void **state)
{
	for (size_t v = 0; v < 4; v++) {
		struct hs_end e;

		to_certificate(&e, versions[v]);
		assert_int_equal(hs_end_record(&e, TLS_CT_ALERT, 0, "\x01\x29", 2), TLS_E_OK);
		assert_int_equal(e.hs->state,
			versions[v] == TLS_V_SSL30 ? HS_WAIT_S12_CLIENT_KEY_EXCHANGE : HS_WAIT_S12_CERTIFICATE);
		hs_end_drop(&e);
	}
	/* not good enough where one is required */
	{
		struct hs_end e;

		to_certificate(&e, TLS_V_SSL30);
		world->conf.client_auth = HS_AUTH_REQUIRE;
		assert_int_equal(hs_end_record(&e, TLS_CT_ALERT, 0, "\x01\x29", 2), TLS_E_HANDSHAKE_FAILURE);
		world->conf.client_auth = HS_AUTH_NONE;
		expect_end(&e, TLS_E_HANDSHAKE_FAILURE, 40);
		hs_end_drop(&e);
	}
}

/* A connection that waits for CertificateVerify of the world's RSA key. */
static void
to_verify(struct hs_end *e, uint16_t version)
{
	static const uint8_t one[] = { 0, 0, 5, 0, 0, 2, 0x30, 0 };
	uint8_t body[258] = { 1, 0 };
	size_t skip = version == TLS_V_SSL30 ? 2 : 0;

	to_certificate(e, version);
	assert_int_equal(feed(e, 11, one, sizeof(one)), TLS_E_OK);
	assert_int_equal(feed(e, 16, body + skip, 258 - skip), TLS_E_OK);
	assert_int_equal(e->hs->state, HS_WAIT_S12_CERTIFICATE_VERIFY);
}

/* The right CertificateVerify for where e stands. */
static size_t
sign_verify(struct hs_end *e, uint16_t version, uint8_t *out, size_t cap)
{
	const struct hs_transcript *t = &e->hs->w->transcript;
	EVP_PKEY *key = world->client_key[S12_RSA];
	struct wr w = wr_init(out, cap);
	uint8_t sig[512], digest[36];
	size_t n = sizeof(sig);

	if (version == TLS_V_12) {
		EVP_MD_CTX *ctx = EVP_MD_CTX_new();

		assert_int_equal(EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key), 1);
		assert_int_equal(EVP_DigestSign(ctx, sig, &n, t->raw, t->len), 1);
		EVP_MD_CTX_free(ctx);
		wr_u16(&w, SIG_RSA_PKCS1_SHA256);
	} else {
		EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);

		ks12_transcript_digest(SIG_RSA_MD5_SHA1_RAW, version, &t->digest, e->hs->w->t12->key.master, digest);
		assert_true(EVP_PKEY_sign_init(ctx) == 1 && EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1 &&
			    EVP_PKEY_CTX_set_signature_md(ctx, EVP_md5_sha1()) == 1);
		assert_int_equal(EVP_PKEY_sign(ctx, sig, &n, digest, sizeof(digest)), 1);
		EVP_PKEY_CTX_free(ctx);
	}
	wr_u16(&w, (uint16_t)n);
	wr_bytes(&w, sig, n);
	return wr_len(&w);
}

static void
certificate_verify_is_exact_in_every_version(void **state)
{
	for (size_t v = 0; v < 4; v++) {
		uint8_t body[600];
		struct hs_end e;
		size_t n;

		to_verify(&e, versions[v]);
		n = sign_verify(&e, versions[v], body, sizeof(body));
		assert_int_equal(feed(&e, 15, body, n), TLS_E_OK);
		assert_int_equal(e.hs->state, HS_WAIT_S12_CCS);
		hs_end_drop(&e);
		for (size_t len = 0; len < n + 2; len += len < 6 || len + 2 >= n ? 1 : 50) { /* truncated, trailing */
			if (len == n)
				continue;
			to_verify(&e, versions[v]);
			sign_verify(&e, versions[v], body, sizeof(body));
			assert_int_equal(feed(&e, 15, body, len), TLS_E_DECODE_ERROR);
			expect_end(&e, TLS_E_DECODE_ERROR, alert_in(versions[v], TLS_E_DECODE_ERROR));
			hs_end_drop(&e);
		}
		for (size_t at = versions[v] == TLS_V_12 ? 4 : 2; at < n; at += 37) {
			to_verify(&e, versions[v]);
			sign_verify(&e, versions[v], body, sizeof(body));
			body[at] ^= 0x10;
			assert_int_equal(feed(&e, 15, body, n), TLS_E_DECRYPT_ERROR);
			expect_end(&e, TLS_E_DECRYPT_ERROR, alert_in(versions[v], TLS_E_DECRYPT_ERROR));
			hs_end_drop(&e);
		}
		/* the proof left out */
		to_verify(&e, versions[v]);
		assert_int_equal(hs_end_record(&e, TLS_CT_CCS, 0, "\x01", 1), TLS_E_UNEXPECTED_MESSAGE);
		expect_end(&e, TLS_E_UNEXPECTED_MESSAGE, 10);
		hs_end_drop(&e);
	}
}

static void
certificate_verify_by_a_scheme_that_was_not_asked_for(void **state)
{
	static const uint16_t schemes[] = { 0x0101 /* RSA with MD5 */, SIG_ECDSA_P256_SHA256, SIG_ED25519, 0, 0xffff,
		SIG_RSA_PSS_PSS_SHA256, SIG_RSA_MD5_SHA1_RAW };

	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		uint8_t body[600];
		struct hs_end e;
		struct wr w = wr_init(body, 2);
		size_t n;

		to_verify(&e, TLS_V_12);
		n = sign_verify(&e, TLS_V_12, body, sizeof(body));
		wr_u16(&w, schemes[i]);
		assert_int_equal(feed(&e, 15, body, n), TLS_E_ILLEGAL_PARAMETER);
		hs_end_drop(&e);
	}
}

/* ---- renegotiation by hand ---- */

static void
renegotiation_is_bound_or_nothing(void **state)
{
	static const struct {
		const char *what;
		int verify; /* 1: right, 2: a bit off, 3: short, 4: none, 5: no extension */
		uint16_t scsv;
		enum tls_err err;
	} cases[] = {
		{ "right", 1, 0, TLS_E_OK }, { "a bit off", 2, 0, TLS_E_HANDSHAKE_FAILURE }, { "short", 3, 0, TLS_E_HANDSHAKE_FAILURE },
		{ "empty", 4, 0, TLS_E_HANDSHAKE_FAILURE }, { "left out", 5, 0, TLS_E_HANDSHAKE_FAILURE },
		{ "right, but the suite too", 1, 0x00ff, TLS_E_HANDSHAKE_FAILURE },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t ext[64], msg[512];
		struct wr w = wr_init(ext, sizeof(ext));
		struct hello h = { .version = TLS_V_12, .suites = { 0x002f, cases[i].scsv } };
		struct s12_pair p;
		enum tls_err err;
		size_t len;

		s12_pair_open(&p, world, TLS1_2_VERSION);
		SSL_set_cipher_list(p.ssl, "AES128-SHA:@SECLEVEL=0");
		SSL_set_options(p.ssl, SSL_OP_NO_ENCRYPT_THEN_MAC | SSL_OP_NO_EXTENDED_MASTER_SECRET);
		assert_true(s12_shake(&p));
		assert_non_null(p.end.hs->l12);
		len = cases[i].verify == 4 ? 0 : cases[i].verify == 3 ? 11 : 12;
		wr_u16(&w, 0xff01);
		wr_u16(&w, (uint16_t)(len + 1));
		wr_u8(&w, (uint8_t)len);
		wr_bytes(&w, p.end.hs->l12->client_verify, len);
		if (cases[i].verify == 2)
			ext[9] ^= 1;
		h.ext = ext;
		h.ext_len = cases[i].verify == 5 ? 0 : wr_len(&w);
		err = hs_end_record(&p.end, TLS_CT_HANDSHAKE, 1, msg, write_hello(&h, msg, sizeof(msg)));
		if (err != cases[i].err)
			fail_msg("%s: %s", cases[i].what, tls_err_name(err));
		if (err != TLS_E_OK) {
			expect_end(&p.end, err, 40);
			assert_true(p.end.removed); /* its session is gone, too */
		}
		s12_pair_close(&p, NULL);
	}
}

/* A client without RFC 5746: its renegotiation is the unsafe kind. */
static void
unsafe_renegotiation_is_refused(void **state)
{
	struct hello first = { .version = TLS_V_12, .suites = { 0x002f } }, again = first;
	uint8_t msg[512];

	for (int ssl3 = 0; ssl3 < 2; ssl3++) {
		uint16_t version = ssl3 ? TLS_V_SSL30 : TLS_V_12;
		size_t n = ssl3 ? 36 : 12, skip = ssl3 ? 2 : 0;
		uint8_t body[258] = { 1, 0 };
		struct hs_end e;

		first.version = again.version = version;
		assert_int_equal(say_hello(&e, &first), TLS_E_OK);
		assert_int_equal(feed(&e, 16, body + skip, 258 - skip), TLS_E_OK);
		assert_int_equal(hs_end_record(&e, TLS_CT_CCS, 0, "\x01", 1), TLS_E_OK);
		memcpy(body, e.hs->w->t12->client_verify, n);
		assert_int_equal(feed(&e, 20, body, n), TLS_E_OK);
		assert_true(e.ready);
		assert_null(e.hs->l12);
		n = write_hello(&again, msg, sizeof(msg));
		for (unsigned i = 0; i < HS_MAX_WARNINGS && !ssl3; i++) {
			assert_int_equal(hs_end_record(&e, TLS_CT_HANDSHAKE, 1, msg, n), TLS_E_OK);
			assert_false(e.closed);
		}
		assert_int_equal(hs_end_record(&e, TLS_CT_HANDSHAKE, 1, msg, n),
			ssl3 ? TLS_E_HANDSHAKE_FAILURE : TLS_E_WARNING_FLOOD);
		assert_int_equal(e.alert, ssl3 ? 40 : 10);
		hs_end_drop(&e);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hellos_that_no_libssl_sends),
		cmocka_unit_test(ssl_30_is_answered_without_extensions),
		cmocka_unit_test(compression_is_for_the_museum),
		cmocka_unit_test(server_hello_carries_what_it_must),
		cmocka_unit_test(client_key_exchange_is_judged_by_what_anyone_sees),
		cmocka_unit_test(client_key_exchange_of_ssl_30_is_the_bare_ciphertext),
		cmocka_unit_test(finished_is_exact_in_every_version),
		cmocka_unit_test(certificate_lists_are_exact),
		cmocka_unit_test(no_certificate_is_an_alert_in_ssl_30),
		cmocka_unit_test(certificate_verify_is_exact_in_every_version),
		cmocka_unit_test(certificate_verify_by_a_scheme_that_was_not_asked_for),
		cmocka_unit_test(renegotiation_is_bound_or_nothing),
		cmocka_unit_test(unsafe_renegotiation_is_refused),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
