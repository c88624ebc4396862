/* Each message the server takes: truncated at each byte, each length one off, a trailing byte, wrong values, every bit of Finished flipped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "control/cert/cert.h"
#include "control/handshake/tls12/s12.h"
#include "tests/unit/control/tls_peer.h"

struct fixture {
	struct peer_world world;
	struct hs_out out;
	struct hs_env env;
	uint64_t random;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	world_open(&f->world);
	f->env = (struct hs_env){ .now_s = 1000, .random = hs_end_random, .ctx = &f->random };
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	world_close(&f->world);
	free(f);
	return 0;
}

/* ---- a ClientHello by parts ---- */

struct hello {
	uint16_t version;
	uint8_t id_len;
	uint16_t suites[4];
	unsigned suite_count;
	uint8_t compression[2];
	unsigned compression_count;
	const uint8_t *ext; /* the block's contents; NULL: no block */
	size_t ext_len;
};

static const struct hello plain = { .version = 0x0303, .suites = { 0x002f }, .suite_count = 1, .compression_count = 1 };

static size_t
build(const struct hello *h, uint8_t *out, size_t cap)
{
	struct wr w = wr_init(out, cap);
	size_t m;

	wr_u16(&w, h->version);
	memset(wr_room(&w, 32), 7, 32);
	m = wr_open(&w, 1);
	memset(wr_room(&w, h->id_len), 9, h->id_len);
	wr_close(&w, m, 1);
	m = wr_open(&w, 2);
	for (unsigned i = 0; i < h->suite_count; i++)
		wr_u16(&w, h->suites[i]);
	wr_close(&w, m, 2);
	m = wr_open(&w, 1);
	wr_bytes(&w, h->compression, h->compression_count);
	wr_close(&w, m, 1);
	if (h->ext != NULL) {
		m = wr_open(&w, 2);
		wr_bytes(&w, h->ext, h->ext_len);
		wr_close(&w, m, 2);
	}
	assert_true(wr_ok(&w));
	return wr_len(&w);
}

/* A machine in a state, fed one handshake message; returns its error and, in *alert, the alert it closed with (255: did not). */
static enum tls_err
feed_in(struct fixture *f, enum hs_state s, uint8_t type, const uint8_t *body, size_t len, void (*prepare)(struct hs *), uint8_t *alert)
{
	struct hs *hs = hs_new(&f->world.listener);
	uint8_t msg[40000];
	struct wr w = wr_init(msg, sizeof(msg));
	enum tls_err err = TLS_E_OK;

	hs->state = (uint8_t)s;
	if (prepare != NULL)
		prepare(hs);
	wr_u8(&w, type);
	wr_u24(&w, (uint32_t)len);
	wr_bytes(&w, body, len);
	hs_out_start(&f->out);
	for (size_t at = 0; at < wr_len(&w) && err == TLS_E_OK; at += 16384)
		err = hs_record(hs, &f->env, TLS_CT_HANDSHAKE, hs->read_epoch, msg + at, wr_len(&w) - at < 16384 ? wr_len(&w) - at : 16384, &f->out);
	*alert = TLS_ALERT_NONE;
	for (unsigned i = 0; i < f->out.n; i++)
		if (f->out.act[i].type == HS_ACT_CLOSE)
			*alert = f->out.act[i].close.alert;
	if (err != TLS_E_OK) {
		assert_int_equal(*alert, tls_err_alert(err));
		assert_null(hs->w); /* secrets are gone */
		assert_null(hs->msg);
		/* the first error sticks, and nothing more comes out */
		hs_out_start(&f->out);
		assert_int_equal(hs_record(hs, &f->env, TLS_CT_CCS, hs->read_epoch, (const uint8_t *)"\x01", 1, &f->out), err);
		assert_int_equal(f->out.n, 0);
	}
	hs_free(hs);
	return err;
}

static enum tls_err
feed_hello(struct fixture *f, const uint8_t *body, size_t len)
{
	uint8_t alert;

	return feed_in(f, HS_WAIT_CLIENT_HELLO, 1, body, len, NULL, &alert);
}

static enum tls_err
feed_parts(struct fixture *f, const struct hello *h)
{
	static uint8_t body[40000];

	return feed_hello(f, body, build(h, body, sizeof(body)));
}

/* server_name a.test, renegotiation_info, extended_master_secret, groups, signature algorithms, ALPN, GREASE */
static const uint8_t exts[] = {
	0x0a, 0x0a, 0, 0,
	0, 0, 0, 11, 0, 9, 0, 0, 6, 'a', '.', 't', 'e', 's', 't',
	0xff, 0x01, 0, 1, 0,
	0, 23, 0, 0,
	0, 10, 0, 4, 0, 2, 0, 29,
	0, 13, 0, 4, 0, 2, 4, 1,
	0, 16, 0, 5, 0, 3, 2, 'h', '2',
	0x7a, 0x7a, 0, 1, 0,
};

static void
hello_is_taken_with_and_without_extensions(void **state)
{
	struct hello h = plain;

	assert_int_equal(feed_parts(*state, &h), TLS_E_OK);
	h.ext = exts;
	h.ext_len = sizeof(exts);
	h.id_len = 32;
	assert_int_equal(feed_parts(*state, &h), TLS_E_OK);
}

static void
hello_truncated_at_each_byte_is_a_decode_error(void **state)
{
	struct hello h = plain;
	uint8_t body[512];
	size_t n, bare;

	h.id_len = 32;
	bare = build(&h, body, sizeof(body));
	h.ext = exts;
	h.ext_len = sizeof(exts);
	n = build(&h, body, sizeof(body));
	for (size_t cut = 0; cut < n; cut++)
		assert_int_equal(feed_hello(*state, body, cut), cut == bare ? TLS_E_OK : TLS_E_DECODE_ERROR);
}

static void
hello_with_a_trailing_byte_is_a_decode_error(void **state)
{
	struct hello h = plain;
	uint8_t body[512] = { 0 };
	size_t n;

	n = build(&h, body, sizeof(body));
	assert_int_equal(feed_hello(*state, body, n + 1), TLS_E_DECODE_ERROR);
	h.ext = exts;
	h.ext_len = sizeof(exts);
	n = build(&h, body, sizeof(body));
	assert_int_equal(feed_hello(*state, body, n + 1), TLS_E_DECODE_ERROR);
}

/* Offsets of every length field in the hello above with a 32-byte id and one suite. */
static void
hello_with_each_length_one_off_is_refused(void **state)
{
	static const struct {
		size_t at;
		unsigned bytes;
	} fields[] = {
		{ 34, 1 }, { 67, 2 }, { 71, 1 }, { 73, 2 }, /* id, suites, compression, extensions */
		{ 77, 2 }, { 81, 2 }, { 83, 2 }, { 86, 2 }, /* GREASE, server_name: extension, list, name */
		{ 96, 2 }, { 98, 1 }, { 101, 2 }, { 105, 2 }, { 107, 2 }, /* renegotiation_info, its vector, ems, groups, list */
		{ 113, 2 }, { 115, 2 }, { 121, 2 }, { 123, 2 }, { 125, 1 }, { 130, 2 }, /* algorithms, list, ALPN, list, name, GREASE */
	};
	struct hello h = plain;
	uint8_t body[512];
	size_t n;

	h.id_len = 32;
	h.ext = exts;
	h.ext_len = sizeof(exts);
	n = build(&h, body, sizeof(body));
	assert_int_equal(feed_hello(*state, body, n), TLS_E_OK);
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		for (int by = -1; by <= 1; by += 2) {
			uint8_t *low = body + fields[i].at + fields[i].bytes - 1, was = *low;
			enum tls_err err;

			if (was == 0 && by < 0)
				continue;
			*low = (uint8_t)(was + by);
			err = feed_hello(*state, body, n);
			if (err != TLS_E_DECODE_ERROR && err != TLS_E_ILLEGAL_PARAMETER && err != TLS_E_HANDSHAKE_FAILURE)
				fail_msg("length at %zu by %d: %s", fields[i].at, by, tls_err_name(err));
			*low = was;
		}
	}
}

struct wrong {
	const char *what;
	struct hello h;
	enum tls_err err;
};

static void
hello_with_wrong_values_gets_the_alert_for_it(void **state)
{
#define EXT(...) .ext = (const uint8_t[]){ __VA_ARGS__ }, .ext_len = sizeof((const uint8_t[]){ __VA_ARGS__ })
#define OK .version = 0x0303, .suites = { 0x002f }, .suite_count = 1, .compression_count = 1
	const struct wrong cases[] = {
		{ "id of 33 bytes", { OK, .id_len = 33 }, TLS_E_DECODE_ERROR },
		{ "no suite", { .version = 0x0303, .compression_count = 1 }, TLS_E_DECODE_ERROR },
		{ "no compression method", { .version = 0x0303, .suites = { 0x002f }, .suite_count = 1 }, TLS_E_DECODE_ERROR },
		{ "no null compression", { .version = 0x0303, .suites = { 0x002f }, .suite_count = 1, .compression = { 1 },
			.compression_count = 1 }, TLS_E_ILLEGAL_PARAMETER },
		{ "TLS 1.1", { .version = 0x0302, .suites = { 0x002f }, .suite_count = 1, .compression_count = 1 }, TLS_E_PROTOCOL_VERSION },
		{ "TLS 1.1 as a fallback", { .version = 0x0302, .suites = { 0x002f, 0x5600 }, .suite_count = 2, .compression_count = 1 },
			TLS_E_INAPPROPRIATE_FALLBACK },
		{ "SSL 2.0's number", { .version = 0x0002, .suites = { 0x5600 }, .suite_count = 1, .compression_count = 1 },
			TLS_E_PROTOCOL_VERSION },
		{ "a version to come is answered by ours", { .version = 0x0305, .suites = { 0x002f }, .suite_count = 1, .compression_count = 1 },
			TLS_E_OK },
		{ "our version with the fallback value", { .version = 0x0303, .suites = { 0x002f, 0x5600 }, .suite_count = 2,
			.compression_count = 1 }, TLS_E_OK },
		{ "no suite of ours", { .version = 0x0303, .suites = { 0xc02f, 0x1301 }, .suite_count = 2, .compression_count = 1 },
			TLS_E_HANDSHAKE_FAILURE },
		{ "only GREASE and signalling suites", { .version = 0x0303, .suites = { 0x0a0a, 0x00ff }, .suite_count = 2,
			.compression_count = 1 }, TLS_E_HANDSHAKE_FAILURE },
		{ "empty extensions block", { OK, .ext = (const uint8_t[]){ 0 } }, TLS_E_OK },
		{ "an extension twice", { OK, EXT(0, 23, 0, 0, 0, 23, 0, 0) }, TLS_E_ILLEGAL_PARAMETER },
		{ "an unknown extension twice", { OK, EXT(0x7f, 1, 0, 0, 0x7f, 1, 0, 0) }, TLS_E_ILLEGAL_PARAMETER },
		{ "renegotiation data in a first handshake", { OK, EXT(0xff, 1, 0, 2, 1, 5) }, TLS_E_HANDSHAKE_FAILURE },
		{ "extended master secret with contents", { OK, EXT(0, 23, 0, 1, 0) }, TLS_E_DECODE_ERROR },
		{ "empty name list", { OK, EXT(0, 0, 0, 2, 0, 0) }, TLS_E_DECODE_ERROR },
		{ "empty name", { OK, EXT(0, 0, 0, 5, 0, 3, 0, 0, 0) }, TLS_E_DECODE_ERROR },
		{ "a name with a NUL", { OK, EXT(0, 0, 0, 8, 0, 6, 0, 0, 3, 'a', 0, 'b') }, TLS_E_ILLEGAL_PARAMETER },
		{ "a name with a space", { OK, EXT(0, 0, 0, 8, 0, 6, 0, 0, 3, 'a', ' ', 'b') }, TLS_E_ILLEGAL_PARAMETER },
		{ "two host names", { OK, EXT(0, 0, 0, 10, 0, 8, 0, 0, 1, 'a', 0, 0, 1, 'b') }, TLS_E_ILLEGAL_PARAMETER },
		{ "a name of an unknown type", { OK, EXT(0, 0, 0, 6, 0, 4, 9, 0, 1, 'a') }, TLS_E_OK },
		{ "empty list of groups", { OK, EXT(0, 10, 0, 2, 0, 0) }, TLS_E_DECODE_ERROR },
		{ "list of groups of odd length", { OK, EXT(0, 10, 0, 3, 0, 1, 0) }, TLS_E_DECODE_ERROR },
		{ "empty protocol name", { OK, EXT(0, 16, 0, 3, 0, 1, 0) }, TLS_E_DECODE_ERROR },
		{ "empty protocol list", { OK, EXT(0, 16, 0, 2, 0, 0) }, TLS_E_DECODE_ERROR },
		{ "TLS 1.3 alone", { OK, EXT(0, 43, 0, 3, 2, 3, 4) }, TLS_E_PROTOCOL_VERSION },
		{ "TLS 1.3 and 1.2", { OK, EXT(0, 43, 0, 7, 6, 0x0a, 0x0a, 3, 4, 3, 3) }, TLS_E_OK },
		{ "an empty list of versions", { OK, EXT(0, 43, 0, 1, 0) }, TLS_E_DECODE_ERROR },
		{ "a list of versions of odd length", { OK, EXT(0, 43, 0, 4, 3, 3, 3, 3) }, TLS_E_DECODE_ERROR },
		{ "an unknown extension and a ticket", { OK, EXT(0x12, 0x34, 0, 1, 9, 0, 35, 0, 2, 1, 2) }, TLS_E_OK },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum tls_err err = feed_parts(*state, &cases[i].h);

		if (err != cases[i].err)
			fail_msg("%s: %s instead of %s", cases[i].what, tls_err_name(err), tls_err_name(cases[i].err));
	}
}

static void
hello_of_16_kib_is_taken_and_one_byte_more_is_not(void **state)
{
	static uint8_t ext[16384];
	struct hello h = plain;
	uint8_t body[20000];
	size_t over = 2 + 32 + 1 + 2 + 2 + 1 + 1 + 2, want = 16384 - over;
	struct wr w = wr_init(ext, sizeof(ext));

	wr_u16(&w, 0x1234);
	wr_u16(&w, (uint16_t)(want - 4));
	h.ext = ext;
	h.ext_len = want;
	assert_int_equal(build(&h, body, sizeof(body)), 16384);
	assert_int_equal(feed_parts(*state, &h), TLS_E_OK);
	w = wr_init(ext + 2, 2);
	wr_u16(&w, (uint16_t)(want - 3));
	h.ext_len = want + 1;
	assert_int_equal(feed_parts(*state, &h), TLS_E_DECODE_ERROR);
}

/* A peer that announces much and sends little does not get much memory. */
static void
memory_follows_what_arrived(void **state)
{
	struct fixture *f = *state;
	struct hs *hs = hs_new(&f->world.listener);

	hs_out_start(&f->out);
	assert_int_equal(hs_record(hs, &f->env, TLS_CT_HANDSHAKE, 0, (const uint8_t *)"\x01\x00\x40\x00\x03", 5, &f->out), TLS_E_OK);
	assert_true(hs_memory(hs) < 4096);
	hs_free(hs);
}

static void
key_exchange_lengths_are_exact(void **state)
{
	struct fixture *f = *state;
	uint8_t body[300] = { 0 };

	for (int len = 254; len <= 258; len++) {
		for (int body_len = len + 1; body_len <= len + 3; body_len++) {
			struct tls_peer p;
			SSL_CTX *ctx = client_ctx("AES128-SHA");
			BIO *net;
			SSL *ssl = client_open(ctx, &net);
			struct wr w = wr_init(body, sizeof(body));
			uint8_t msg[320];
			bool good = len == 256 && body_len == 258;

			peer_open(&p, &f->world, net);
			SSL_do_handshake(ssl);
			peer_pump(&p);
			assert_int_equal(p.end.hs->state, HS_WAIT_S12_CLIENT_KEY_EXCHANGE);
			wr_u16(&w, (uint16_t)len);
			w = wr_init(msg, sizeof(msg));
			wr_u8(&w, 16);
			wr_u24(&w, (uint32_t)body_len);
			wr_bytes(&w, body, (size_t)body_len);
			assert_int_equal(peer_record(&p, TLS_CT_HANDSHAKE, 0, msg, wr_len(&w)), good ? TLS_E_OK : TLS_E_DECODE_ERROR);
			if (good) /* 256 zero bytes decrypt to nonsense: nobody may notice before Finished */
				assert_int_equal(p.end.hs->state, HS_WAIT_S12_CCS);
			peer_close(&p);
			SSL_free(ssl);
			SSL_CTX_free(ctx);
		}
	}
}

static void
expect_verify(struct hs *hs)
{
	hs->suite = hs_suite_by_code(0x009c);
	hs->read_epoch = 1;
	hs->w->t12 = calloc(1, sizeof(*hs->w->t12));
	hs_transcript_fix(&hs->w->transcript, hs->suite->prf, false);
	for (unsigned i = 0; i < 12; i++)
		hs->w->t12->client_verify[i] = (uint8_t)(i * 17);
}

static void
rejects_finished_with_any_bit_flipped_or_wrong_length(void **state)
{
	uint8_t verify[14], alert;

	for (unsigned i = 0; i < sizeof(verify); i++)
		verify[i] = (uint8_t)(i * 17);
	assert_int_equal(feed_in(*state, HS_WAIT_S12_FINISHED, 20, verify, 12, expect_verify, &alert), TLS_E_OK);
	for (unsigned bit = 0; bit < 96; bit++) {
		verify[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_equal(feed_in(*state, HS_WAIT_S12_FINISHED, 20, verify, 12, expect_verify, &alert), TLS_E_DECRYPT_ERROR);
		assert_int_equal(alert, 51);
		verify[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	for (size_t n = 0; n <= 14; n++)
		if (n != 12)
			assert_int_equal(feed_in(*state, HS_WAIT_S12_FINISHED, 20, verify, n, expect_verify, &alert), TLS_E_DECODE_ERROR);
}

/* One record of a type in a state. */
static enum tls_err
feed_record(struct fixture *f, enum hs_state s, uint8_t type, uint8_t epoch, const void *p, size_t n)
{
	struct hs *hs = hs_new(&f->world.listener);
	enum tls_err err;

	hs->state = (uint8_t)s;
	hs_out_start(&f->out);
	err = hs_record(hs, &f->env, type, epoch, p, n, &f->out);
	hs_free(hs);
	return err;
}

static void
change_cipher_spec_is_one_byte_of_value_one(void **state)
{
	assert_int_equal(feed_record(*state, HS_WAIT_S12_CCS, TLS_CT_CCS, 0, "\x01", 1), TLS_E_OK);
	assert_int_equal(feed_record(*state, HS_WAIT_S12_CCS, TLS_CT_CCS, 0, "\x00", 1), TLS_E_ILLEGAL_PARAMETER);
	assert_int_equal(feed_record(*state, HS_WAIT_S12_CCS, TLS_CT_CCS, 0, "\x02", 1), TLS_E_ILLEGAL_PARAMETER);
	assert_int_equal(feed_record(*state, HS_WAIT_S12_CCS, TLS_CT_CCS, 0, "\x01\x01", 2), TLS_E_DECODE_ERROR);
	assert_int_equal(feed_record(*state, HS_WAIT_S12_CCS, TLS_CT_CCS, 0, "", 0), TLS_E_DECODE_ERROR);
}

static void
keys_change_on_a_message_boundary_only(void **state)
{
	struct fixture *f = *state;
	struct hs *hs = hs_new(&f->world.listener);

	hs->state = HS_WAIT_S12_FINISHED; /* so that a Finished may begin in plaintext */
	hs_out_start(&f->out);
	assert_int_equal(hs_record(hs, &f->env, TLS_CT_HANDSHAKE, 0, (const uint8_t *)"\x14\x00\x00\x0c\x01", 5, &f->out), TLS_E_OK);
	hs->state = HS_WAIT_S12_CCS;
	assert_int_equal(hs_record(hs, &f->env, TLS_CT_CCS, 0, (const uint8_t *)"\x01", 1, &f->out), TLS_E_UNEXPECTED_MESSAGE);
	hs_free(hs);
}

static void
records_of_another_epoch_are_refused(void **state)
{
	assert_int_equal(feed_record(*state, HS_WAIT_CLIENT_HELLO, TLS_CT_HANDSHAKE, 1, "\x01", 1), TLS_E_UNEXPECTED_MESSAGE);
	assert_int_equal(feed_record(*state, HS_WAIT_S12_CCS, TLS_CT_CCS, 1, "\x01", 1), TLS_E_UNEXPECTED_MESSAGE);
}

static void
alerts_are_two_bytes_and_floods_end(void **state)
{
	struct fixture *f = *state;
	struct hs *hs;
	enum tls_err err = TLS_E_OK;
	unsigned n;

	assert_int_equal(feed_record(f, HS_WAIT_CLIENT_HELLO, TLS_CT_ALERT, 0, "\x01", 1), TLS_E_DECODE_ERROR);
	assert_int_equal(feed_record(f, HS_WAIT_CLIENT_HELLO, TLS_CT_ALERT, 0, "\x01\x5a\x00", 3), TLS_E_DECODE_ERROR);
	assert_int_equal(feed_record(f, HS_WAIT_CLIENT_HELLO, TLS_CT_ALERT, 0, "\x03\x00", 2), TLS_E_ILLEGAL_PARAMETER);
	assert_int_equal(feed_record(f, HS_WAIT_CLIENT_HELLO, TLS_CT_ALERT, 0, "\x02\x28", 2), TLS_E_PEER_ALERT);
	assert_int_equal(feed_record(f, HS_WAIT_CLIENT_HELLO, TLS_CT_ALERT, 0, "\x01\x00", 2), TLS_E_OK);
	assert_int_equal(f->out.act[0].type, HS_ACT_CLOSE);
	assert_int_equal(f->out.act[0].close.level, 1);
	hs = hs_new(&f->world.listener);
	for (n = 0; n < 100 && err == TLS_E_OK; n++) {
		hs_out_start(&f->out);
		err = hs_record(hs, &f->env, TLS_CT_ALERT, 0, (const uint8_t *)"\x01\x5a", 2, &f->out);
	}
	assert_int_equal(err, TLS_E_WARNING_FLOOD);
	assert_int_equal(n, HS_MAX_WARNINGS + 1);
	hs_free(hs);
	assert_int_equal(feed_record(f, HS_WAIT_CLIENT_HELLO, TLS_CT_HANDSHAKE, 0, "", 0), TLS_E_UNEXPECTED_MESSAGE);
	assert_int_equal(feed_record(f, HS_WAIT_CLIENT_HELLO, TLS_CT_APPDATA, 0, "x", 1), TLS_E_UNEXPECTED_MESSAGE);
}

static void
records_wait_while_we_work_but_not_without_bound(void **state)
{
	struct fixture *f = *state;
	struct hs *hs = hs_new(&f->world.listener);
	uint8_t record[4096] = { 0 };
	enum tls_err err = TLS_E_OK;
	unsigned n;

	hs->state = HS_WAIT_S12_PREMASTER;
	hs_out_start(&f->out);
	for (n = 0; n < 1000 && err == TLS_E_OK; n++)
		err = hs_record(hs, &f->env, TLS_CT_HANDSHAKE, 0, record, sizeof(record), &f->out);
	assert_int_equal(err, TLS_E_UNEXPECTED_MESSAGE);
	assert_true(n <= 1 + HS_MAX_QUEUE / sizeof(record));
	hs_free(hs);
}

static void
renegotiation_attempts_are_not_endless(void **state)
{
	struct fixture *f = *state;
	struct hs *hs = hs_new(&f->world.listener);
	enum tls_err err = TLS_E_OK;
	unsigned n, warned = 0;

	hs->state = HS_WAIT_S12_OPEN;
	for (n = 0; n < 100 && err == TLS_E_OK; n++) {
		hs_out_start(&f->out);
		err = hs_record(hs, &f->env, TLS_CT_HANDSHAKE, 0, (const uint8_t *)"\x01\x00\x00\x01\x00", 5, &f->out);
		if (err == TLS_E_OK) {
			assert_int_equal(f->out.act[0].send.content_type, TLS_CT_ALERT);
			assert_memory_equal(f->out.data + f->out.act[0].off, "\x01\x64", 2);
			warned++;
		}
	}
	assert_int_equal(err, TLS_E_WARNING_FLOOD);
	assert_int_equal(warned, HS_MAX_WARNINGS);
	hs_free(hs);
}

static void
stale_and_failed_answers(void **state)
{
	struct fixture *f = *state;
	struct hs *hs = hs_new(&f->world.listener);
	struct hello h = { .version = 0x0303, .id_len = 32, .suites = { 0x002f }, .suite_count = 1, .compression_count = 1 };
	uint8_t body[256], msg[300];
	size_t n = build(&h, body, sizeof(body));
	struct wr w = wr_init(msg, sizeof(msg));

	wr_u8(&w, 1);
	wr_u24(&w, (uint32_t)n);
	wr_bytes(&w, body, n);
	hs_out_start(&f->out);
	assert_int_equal(hs_record(hs, &f->env, TLS_CT_HANDSHAKE, 0, msg, wr_len(&w), &f->out), TLS_E_OK);
	assert_int_equal(f->out.act[0].type, HS_ACT_SESSION_GET);
	hs_session_done(hs, &f->env, f->out.act[0].tag + 1, NULL, NULL, &f->out); /* another question's */
	assert_int_equal(hs->state, HS_WAIT_S12_SESSION);
	hs_work_done(hs, &f->env, f->out.act[0].tag, body, 48, &f->out); /* another kind's */
	assert_int_equal(hs->state, HS_WAIT_S12_SESSION);
	hs->state = HS_WAIT_S12_PREMASTER;
	hs->asked = HS_ASK_PREMASTER;
	hs->asked_by = HS_ACT_PKA;
	assert_int_equal(hs_work_done(hs, &f->env, hs->tag, NULL, 0, &f->out), TLS_E_INTERNAL_ERROR);
	hs_free(hs);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hello_is_taken_with_and_without_extensions),
		cmocka_unit_test(hello_truncated_at_each_byte_is_a_decode_error),
		cmocka_unit_test(hello_with_a_trailing_byte_is_a_decode_error),
		cmocka_unit_test(hello_with_each_length_one_off_is_refused),
		cmocka_unit_test(hello_with_wrong_values_gets_the_alert_for_it),
		cmocka_unit_test(hello_of_16_kib_is_taken_and_one_byte_more_is_not),
		cmocka_unit_test(memory_follows_what_arrived),
		cmocka_unit_test(key_exchange_lengths_are_exact),
		cmocka_unit_test(rejects_finished_with_any_bit_flipped_or_wrong_length),
		cmocka_unit_test(change_cipher_spec_is_one_byte_of_value_one),
		cmocka_unit_test(keys_change_on_a_message_boundary_only),
		cmocka_unit_test(records_of_another_epoch_are_refused),
		cmocka_unit_test(alerts_are_two_bytes_and_floods_end),
		cmocka_unit_test(records_wait_while_we_work_but_not_without_bound),
		cmocka_unit_test(renegotiation_attempts_are_not_endless),
		cmocka_unit_test(stale_and_failed_answers),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
