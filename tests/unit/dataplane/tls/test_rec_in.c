/* Record headers and opened records: every type, version and length around its limits, and floods.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/tls/rec_in.h"

static enum tls_err
head(struct rec_in *in, uint8_t type, uint16_t version, uint32_t len, struct rec_hdr *h)
{
	const uint8_t raw[5] = { type, (uint8_t)(version >> 8), (uint8_t)version,
		(uint8_t)(len >> 8), (uint8_t)len };
	struct rec_hdr ignored;

	return rec_in_header(in, raw, h != NULL ? h : &ignored);
}

static struct rec_in
protected_by(uint32_t alg, uint16_t version)
{
	struct rec_in in = { .seen = true };

	rec_in_rekey(&in, rec_alg_get(alg), version, 0);
	return in;
}

static void
reads_every_field_of_a_header(void **state)
{
	struct rec_in in = { 0 };
	struct rec_hdr h;

	assert_int_equal(head(&in, 22, 0x0301, 517, &h), TLS_E_OK);
	assert_int_equal(h.type, 22);
	assert_int_equal(h.version, 0x0301);
	assert_int_equal(h.len, 517);
	assert_true(in.seen);
}

static void
takes_exactly_the_four_content_types(void **state)
{
	for (unsigned int type = 0; type < 256; type++) {
		struct rec_in plain = { .seen = true },
			      sealed = protected_by(IPC_ALG_AES128_GCM, 0x0303);
		enum tls_err want = type >= 20 && type <= 22 ? TLS_E_OK : TLS_E_UNEXPECTED_MESSAGE;

		/* 23: no data in the clear */
		assert_int_equal(head(&plain, (uint8_t)type, 0x0303, 100, NULL), want);
		assert_int_equal(head(&sealed, (uint8_t)type, 0x0303, 100, NULL),
			type == 23 ? TLS_E_OK : want);
	}
}

static void
tells_what_is_no_tls_at_all(void **state)
{
	static const char *const greetings[] = { "GET / HTTP/1.1", "SSH-2.0-x",
		"\x80\x2e\x01\x03\x01", "\x00\x00\x00\x00\x00" };

	for (size_t i = 0; i < 4; i++) {
		struct rec_in in = { 0 };
		struct rec_hdr h;

		assert_int_equal(
			rec_in_header(&in, (const uint8_t *)greetings[i], &h), TLS_E_NOT_TLS);
		assert_int_equal(tls_err_alert(TLS_E_NOT_TLS), TLS_ALERT_NONE);
	}
}

static void
takes_any_3_x_version_until_one_is_negotiated(void **state)
{
	for (uint32_t v = 0; v < 0x10000; v += 0x55) {
		struct rec_in in = { .seen = true };

		assert_int_equal(head(&in, 22, (uint16_t)v, 10, NULL),
			v >> 8 == 3 ? TLS_E_OK : TLS_E_PROTOCOL_VERSION);
	}
	for (uint32_t v = 0x0300; v < 0x0306; v++) {
		struct rec_in in = protected_by(IPC_ALG_AES128_CBC_SHA1, 0x0302);

		assert_int_equal(head(&in, 23, (uint16_t)v, 64, NULL),
			v == 0x0302 ? TLS_E_OK : TLS_E_PROTOCOL_VERSION);
	}
}

static void
limits_plaintext_records_to_2_14(void **state)
{
	static const struct {
		uint32_t len;
		enum tls_err want;
	} rows[] = { { 0, TLS_E_UNEXPECTED_MESSAGE }, { 1, TLS_E_OK }, { 16383, TLS_E_OK },
		{ 16384, TLS_E_OK }, { 16385, TLS_E_RECORD_OVERFLOW },
		{ 65535, TLS_E_RECORD_OVERFLOW } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rec_in in = { 0 };

		assert_int_equal(head(&in, 22, 0x0303, rows[i].len, NULL), rows[i].want);
	}
}

/* Shortest and longest legal fragments of every algorithm and version, and one byte to either side.
 */
static void
limits_protected_records_at_both_ends(void **state)
{
	static const struct {
		uint32_t alg;
		uint16_t version;
		uint32_t min;
		bool blocks;
	} rows[] = {
		{ IPC_ALG_AES128_GCM, 0x0303, 8 + 16, false },
		{ IPC_ALG_AES256_GCM, 0x0303, 8 + 16, false },
		{ IPC_ALG_AES128_CBC_SHA1, 0x0301, 32, true },
		{ IPC_ALG_AES128_CBC_SHA1, 0x0302, 16 + 32, true },
		{ IPC_ALG_AES256_CBC_SHA1, 0x0303, 16 + 32, true },
		{ IPC_ALG_AES128_CBC_SHA256, 0x0303, 16 + 48, true },
		{ IPC_ALG_AES256_CBC_SHA256, 0x0303, 16 + 48, true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rec_in in = protected_by(rows[i].alg, rows[i].version);

		for (uint32_t len = 0; len < 256; len++) {
			bool ok = len >= rows[i].min && (!rows[i].blocks || len % 16 == 0);

			assert_int_equal(head(&in, 23, rows[i].version, len, NULL),
				ok ? TLS_E_OK : TLS_E_BAD_RECORD_MAC);
		}
		assert_int_equal(head(&in, 23, rows[i].version, 16384 + 2048, NULL), TLS_E_OK);
		assert_int_equal(
			head(&in, 23, rows[i].version, 16384 + 2049, NULL), TLS_E_RECORD_OVERFLOW);
		assert_int_equal(
			head(&in, 23, rows[i].version, 65535, NULL), TLS_E_RECORD_OVERFLOW);
	}
}

static void
refuses_plaintext_over_2_14_after_opening(void **state)
{
	struct rec_in in = protected_by(IPC_ALG_AES128_GCM, 0x0303);
	const uint8_t first[2] = { 0, 0 };

	assert_int_equal(rec_in_opened(&in, 23, 16384, 16384, first), TLS_E_OK);
	assert_int_equal(rec_in_opened(&in, 23, 16385, 16385, first), TLS_E_RECORD_OVERFLOW);
}

static void
ends_a_flood_of_empty_records(void **state)
{
	struct rec_in in = protected_by(IPC_ALG_AES128_GCM, 0x0303);
	const uint8_t first[2] = { 0, 0 };

	for (int round = 0; round < 3; round++) { /* data in between starts the count again */
		for (int i = 0; i < REC_IN_MAX_EMPTY; i++)
			assert_int_equal(rec_in_opened(&in, 23, 0, 0, first), TLS_E_OK);
		assert_int_equal(rec_in_opened(&in, 23, 1, 1, first), TLS_E_OK);
	}
	for (int i = 0; i < REC_IN_MAX_EMPTY; i++)
		assert_int_equal(rec_in_opened(&in, 23, 0, 0, first), TLS_E_OK);
	assert_int_equal(rec_in_opened(&in, 23, 0, 0, first), TLS_E_EMPTY_RECORD_FLOOD);
}

static void
refuses_empty_records_of_other_types(void **state)
{
	const uint8_t first[2] = { 0, 0 };

	for (uint8_t type = 20; type <= 22; type++) {
		struct rec_in in = protected_by(IPC_ALG_AES128_GCM, 0x0303);

		assert_int_not_equal(rec_in_opened(&in, type, 0, 0, first), TLS_E_OK);
	}
}

static void
ends_a_flood_of_warnings_but_not_of_close_notify(void **state)
{
	struct rec_in in = protected_by(IPC_ALG_AES128_GCM, 0x0303);
	const uint8_t warning[2] = { 1, 90 }, close_notify[2] = { 1, 0 }, fatal[2] = { 2, 40 };

	for (int i = 0; i < REC_IN_MAX_WARNINGS; i++)
		assert_int_equal(rec_in_opened(&in, 21, 2, 2, warning), TLS_E_OK);
	assert_int_equal(rec_in_opened(&in, 21, 2, 2, close_notify), TLS_E_OK);
	assert_int_equal(rec_in_opened(&in, 21, 2, 2, fatal), TLS_E_OK);
	assert_int_equal(rec_in_opened(&in, 21, 2, 2, warning), TLS_E_WARNING_FLOOD);
}

static void
judges_the_form_of_alerts_and_ccs(void **state)
{
	struct rec_in in = protected_by(IPC_ALG_AES128_GCM, 0x0303);
	const uint8_t good[2] = { 2, 40 }, level0[2] = { 0, 40 }, level3[2] = { 3, 40 },
		      one[2] = { 1, 0 }, two[2] = { 2, 0 };

	assert_int_equal(rec_in_opened(&in, 21, 1, 1, good), TLS_E_DECODE_ERROR);
	assert_int_equal(rec_in_opened(&in, 21, 3, 3, good), TLS_E_DECODE_ERROR);
	assert_int_equal(rec_in_opened(&in, 21, 2, 2, level0), TLS_E_ILLEGAL_PARAMETER);
	assert_int_equal(rec_in_opened(&in, 21, 2, 2, level3), TLS_E_ILLEGAL_PARAMETER);
	assert_int_equal(rec_in_opened(&in, 20, 1, 1, one), TLS_E_OK);
	assert_int_equal(rec_in_opened(&in, 20, 1, 1, two), TLS_E_ILLEGAL_PARAMETER);
	assert_int_equal(rec_in_opened(&in, 20, 2, 2, one), TLS_E_DECODE_ERROR);
}

/* --- TLS 1.3 -------------------------------------------------------------------------------- */

/* After the handshake's keys (epoch 1) or those of application data (2). */
static struct rec_in
tls13(uint8_t epoch, bool shaking)
{
	struct rec_in in = { .seen = true, .shaking = shaking, .agreed = 0x0304 };

	for (int i = 0; i < epoch; i++)
		rec_in_rekey(&in, rec_alg_get(IPC_ALG_AES128_GCM), 0x0304, 0);
	in.plain_alert = false;
	return in;
}

static void
limits_records_of_tls_1_3(void **state)
{
	static const struct {
		uint32_t len;
		enum tls_err want;
	} rows[] = { { 0, TLS_E_BAD_RECORD_MAC }, { 15, TLS_E_BAD_RECORD_MAC }, { 16, TLS_E_OK },
		{ 16384 + 256, TLS_E_OK }, { 16384 + 257, TLS_E_RECORD_OVERFLOW },
		{ 65535, TLS_E_RECORD_OVERFLOW } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rec_in in = tls13(2, false);

		assert_int_equal(head(&in, 23, 0x0303, rows[i].len, NULL), rows[i].want);
		/* RFC 8446 5.1: legacy_record_version is ignored */
		assert_int_equal(head(&in, 23, 0x0301, rows[i].len, NULL), rows[i].want);
	}
}

static void
every_protected_record_of_tls_1_3_looks_like_data(void **state)
{
	for (unsigned int type = 0; type < 256; type++) {
		struct rec_in in = tls13(2, false);

		assert_int_equal(head(&in, (uint8_t)type, 0x0303, 100, NULL),
			type == 23 ? TLS_E_OK : TLS_E_UNEXPECTED_MESSAGE);
	}
}

static void
judges_every_inner_type(void **state)
{
	static const uint8_t one[2] = { 1, 0 }, alert[2] = { 2, 40 };

	for (unsigned int type = 0; type < 256; type++) {
		struct rec_in in = tls13(2, false);
		bool legal = type >= 21 && type <= 23;

		assert_int_equal(rec_in_opened(&in, (uint8_t)type, type == 20 ? 1 : 2, 3,
					 type == 21 ? alert : one),
			legal ? TLS_E_OK : TLS_E_UNEXPECTED_MESSAGE);
	}
}

static void
data_of_tls_1_3_comes_under_keys_for_data(void **state)
{
	static const uint8_t first[2] = { 0, 0 };
	static const struct {
		uint8_t epoch;
		bool shaking, early, ok;
	} rows[] = {
		{ 1, true, false, false }, /* handshake keys */
		{ 2, true, false, true }, /* application keys; it waits for CONN_READY */
		{ 1, true, true, true }, /* early data */
		{ 2, true, true, false }, /* handshake keys after early data */
		{ 3, true, true, true },
		{ 2, false, false, true },
		{ 200, false, false, true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rec_in in = tls13(rows[i].epoch, rows[i].shaking);

		in.early = rows[i].early;
		in.early_left = 1;
		assert_int_equal(rec_in_opened(&in, 23, 1, 2, first),
			rows[i].ok ? TLS_E_OK : TLS_E_UNEXPECTED_MESSAGE);
	}
}

static void
ends_floods_in_tls_1_3_as_well(void **state)
{
	static const uint8_t canceled[2] = { 1, 90 }, none[2] = { 0, 0 };
	struct rec_in in = tls13(2, false);

	for (int i = 0; i < REC_IN_MAX_EMPTY; i++)
		assert_int_equal(rec_in_opened(&in, 23, 0, 100, none), TLS_E_OK);
	assert_int_equal(rec_in_opened(&in, 23, 0, 100, none), TLS_E_EMPTY_RECORD_FLOOD);
	in = tls13(2, false);
	for (int i = 0; i < REC_IN_MAX_WARNINGS; i++)
		assert_int_equal(rec_in_opened(&in, 21, 2, 3, canceled), TLS_E_OK);
	assert_int_equal(rec_in_opened(&in, 21, 2, 3, canceled), TLS_E_WARNING_FLOOD);
}

/* --- SSL 2.0 -------------------------------------------------------------------------------- */

static enum tls_err
head2(struct rec_in *in, uint8_t a, uint8_t b, uint8_t c, struct rec_hdr *h)
{
	const uint8_t raw[5] = { a, b, c, 0, 0 };

	return rec_in_header(in, raw, h);
}

static void
knows_the_first_ssl2_record_of_either_side(void **state)
{
	for (int client = 0; client < 2; client++) {
		for (unsigned int msg = 0; msg < 256; msg++) {
			struct rec_in in = { .may_ssl2 = true, .client = client != 0 };
			bool first = client ? msg == 4 || msg == 0 : msg == 1;
			struct rec_hdr h;

			assert_int_equal(head2(&in, 0x80, 40, (uint8_t)msg, &h),
				first ? TLS_E_OK : TLS_E_NOT_TLS);
			assert_int_equal(in.ssl2, first);
			if (!first)
				continue;
			assert_int_equal(h.type, TLS_CT_SSL2);
			assert_int_equal(h.len, 40);
			assert_int_equal(h.head, 2);
		}
	}
}

static void
reads_both_headers_of_ssl2(void **state)
{
	struct rec_in in = { .seen = true, .ssl2 = true };
	struct rec_hdr h;

	rec_in_rekey(&in, rec_alg_get(IPC_ALG_3DES_CBC_MD5), 0x0002, 0);
	assert_int_equal(head2(&in, 0x80, 24, 0, &h), TLS_E_OK);
	assert_int_equal(h.head, 2);
	assert_int_equal(head2(&in, 0x00, 24, 7, &h), TLS_E_OK);
	assert_int_equal(h.head, 3);
	assert_int_equal(h.len, 24);
	assert_int_equal(head2(&in, 0x00, 24, 9, &h), TLS_E_BAD_RECORD_MAC);
	assert_int_equal(head2(&in, 0x00, 25, 1, &h), TLS_E_BAD_RECORD_MAC);
	assert_int_equal(head2(&in, 0x80, 8, 1, &h), TLS_E_BAD_RECORD_MAC);
	assert_int_equal(head2(&in, 0x40, 24, 7, &h), TLS_E_UNEXPECTED_MESSAGE);
	assert_int_equal(head2(&in, 0xff, 0xf8, 0, &h), TLS_E_RECORD_OVERFLOW);
	assert_int_equal(head2(&in, 0x80, 0, 0, &h), TLS_E_UNEXPECTED_MESSAGE);
}

/* --- messages under new keys ---------------------------------------------------------------- */

static void
new_keys_are_fresh_until_a_whole_message_came(void **state)
{
	static const uint8_t finished[16] = { 20, 0, 0, 12 };

	for (uint32_t cut = 1; cut <= 16; cut++) {
		struct rec_in in = protected_by(IPC_ALG_AES128_GCM, 0x0303);

		for (uint32_t at = 0; at < 16; at += cut) {
			uint32_t n = 16 - at < cut ? 16 - at : cut;

			assert_true(in.fresh);
			rec_in_message(&in, finished + at, n);
		}
		assert_false(in.fresh);
	}
	{
		static const uint8_t huge[4] = { 20, 0xff, 0xff, 0xff };
		struct rec_in in = protected_by(IPC_ALG_AES128_GCM, 0x0303);

		for (int i = 0; i < 1000; i++)
			rec_in_message(&in, huge, 16384);
		assert_true(in.fresh);
		for (int i = 0; i < 100; i++)
			rec_in_message(&in, huge, 16384);
		assert_false(in.fresh);
	}
}

static void
counts_epochs(void **state)
{
	struct rec_in in = { 0 };

	assert_int_equal(in.epoch, 0);
	rec_in_rekey(&in, rec_alg_get(IPC_ALG_AES128_GCM), 0x0303, 0);
	assert_int_equal(in.epoch, 1);
	rec_in_rekey(&in, rec_alg_get(IPC_ALG_AES256_GCM), 0x0303, 0);
	assert_int_equal(in.epoch, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_field_of_a_header),
		cmocka_unit_test(takes_exactly_the_four_content_types),
		cmocka_unit_test(tells_what_is_no_tls_at_all),
		cmocka_unit_test(takes_any_3_x_version_until_one_is_negotiated),
		cmocka_unit_test(limits_plaintext_records_to_2_14),
		cmocka_unit_test(limits_protected_records_at_both_ends),
		cmocka_unit_test(refuses_plaintext_over_2_14_after_opening),
		cmocka_unit_test(ends_a_flood_of_empty_records),
		cmocka_unit_test(refuses_empty_records_of_other_types),
		cmocka_unit_test(ends_a_flood_of_warnings_but_not_of_close_notify),
		cmocka_unit_test(judges_the_form_of_alerts_and_ccs),
		cmocka_unit_test(limits_records_of_tls_1_3),
		cmocka_unit_test(every_protected_record_of_tls_1_3_looks_like_data),
		cmocka_unit_test(judges_every_inner_type),
		cmocka_unit_test(data_of_tls_1_3_comes_under_keys_for_data),
		cmocka_unit_test(ends_floods_in_tls_1_3_as_well),
		cmocka_unit_test(knows_the_first_ssl2_record_of_either_side),
		cmocka_unit_test(reads_both_headers_of_ssl2),
		cmocka_unit_test(new_keys_are_fresh_until_a_whole_message_came),
		cmocka_unit_test(counts_epochs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
