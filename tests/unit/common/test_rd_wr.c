/* Bounded reader and writer. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "common/rd.h"
#include "common/wr.h"

static void
reads_big_endian_in_order(void **state)
{
	const uint8_t b[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18 };
	struct rd r = rd_init(b, sizeof(b));

	assert_int_equal(rd_u8(&r), 0x01);
	assert_int_equal(rd_u16(&r), 0x0203);
	assert_int_equal(rd_u24(&r), 0x040506);
	assert_int_equal(rd_u32(&r), 0x0708090a);
	assert_true(rd_u64(&r) == 0x0b0c0d0e0f101112ull);
	assert_true(rd_done(&r));
}

static void
reading_past_the_end_sticks(void **state)
{
	const uint8_t b[] = { 1, 2, 3 };

	for (size_t n = 0; n < 4; n++) {
		struct rd r = rd_init(b, n < 3 ? n : 3);

		assert_int_equal(rd_u32(&r), 0);
		assert_false(rd_ok(&r));
		assert_int_equal(rd_u8(&r), 0); /* nothing is read after an error */
		assert_false(rd_done(&r));
	}
}

static void
vectors_are_bounded(void **state)
{
	uint8_t b[300];
	struct rd r, v;

	for (unsigned prefix = 1; prefix <= 3; prefix++) {
		for (int off = -1; off <= 1; off++) {
			size_t n = 10, have = prefix + n;

			memset(b, 0, sizeof(b));
			b[prefix - 1] = (uint8_t)((int)n + off);
			r = rd_init(b, have);
			v = prefix == 1 ? rd_vec8(&r) : prefix == 2 ? rd_vec16(&r) : rd_vec24(&r);
			assert_int_equal(rd_ok(&v), off <= 0);
			assert_int_equal(rd_ok(&r), off <= 0);
			assert_int_equal(rd_done(&r), off == 0);
			if (off <= 0)
				assert_int_equal(rd_left(&v), (int)n + off);
			else
				assert_int_equal(rd_left(&v), 0);
		}
	}
}

static void
empty_bytes_are_not_an_error(void **state)
{
	struct rd r = rd_init(NULL, 0);

	assert_non_null(rd_bytes(&r, 0));
	assert_true(rd_done(&r));
	assert_null(rd_bytes(&r, 1));
	assert_false(rd_ok(&r));
}

static void
writer_fills_prefixes(void **state)
{
	uint8_t b[32];
	struct wr w = wr_init(b, sizeof(b));
	size_t outer = wr_open(&w, 3), inner;

	wr_u16(&w, 0x0303);
	inner = wr_open(&w, 1);
	wr_bytes(&w, "abc", 3);
	wr_close(&w, inner, 1);
	wr_u64(&w, 0x0102030405060708ull);
	wr_close(&w, outer, 3);
	assert_true(wr_ok(&w));
	assert_int_equal(wr_len(&w), 17);
	assert_memory_equal(b, "\0\0\x0e\x03\x03\x03"
			       "abc\1\2\3\4\5\6\7\x8",
			    17);
}

static void
writer_never_passes_its_end(void **state)
{
	for (size_t cap = 0; cap < 12; cap++) {
		uint8_t b[16];
		struct wr w = wr_init(b, cap);

		memset(b, 0xee, sizeof(b));
		wr_u8(&w, 1);
		wr_u24(&w, 2);
		wr_u64(&w, 3);
		assert_int_equal(wr_ok(&w), cap >= 12);
		for (size_t i = cap; i < sizeof(b); i++)
			assert_int_equal(b[i], 0xee);
	}
}

static void
vector_too_long_for_its_prefix_is_an_error(void **state)
{
	uint8_t b[300];
	struct wr w = wr_init(b, sizeof(b));
	size_t m = wr_open(&w, 1);

	assert_non_null(wr_room(&w, 256));
	wr_close(&w, m, 1);
	assert_false(wr_ok(&w));
}

int
main(void)
{
	const struct CMUnitTest t[] = {
		cmocka_unit_test(reads_big_endian_in_order),
		cmocka_unit_test(reading_past_the_end_sticks),
		cmocka_unit_test(vectors_are_bounded),
		cmocka_unit_test(empty_bytes_are_not_an_error),
		cmocka_unit_test(writer_fills_prefixes),
		cmocka_unit_test(writer_never_passes_its_end),
		cmocka_unit_test(vector_too_long_for_its_prefix_is_an_error),
	};

	return cmocka_run_group_tests(t, NULL, NULL);
}
