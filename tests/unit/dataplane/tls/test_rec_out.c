/* Sizes of outgoing records: small first, large once the window allows, small again after a pause,
 * never idle without reason. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dataplane/tls/rec_out.h"

#define MSS 1448
#define OVERHEAD (5 + 8 + 16)

static struct rec_out
fresh(void)
{
	return (struct rec_out){
		.alg = rec_alg_get(IPC_ALG_AES128_GCM), .version = 0x0303, .max_fragment = 16384
	};
}

static void
starts_with_records_of_one_segment(void **state)
{
	struct rec_out out = fresh();
	struct rec_out_path wide = { MSS, 1000000, 0 };

	assert_int_equal(rec_out_next(&out, 100000, true, &wide, 5000000), MSS - OVERHEAD);
	assert_int_equal(rec_out_next(&out, 100, true, &wide, 5000000), 100);
}

static void
grows_once_enough_was_sent_and_the_window_holds_a_record(void **state)
{
	struct rec_out out = fresh();
	struct rec_out_path narrow = { MSS, 10 * MSS, 0 }, wide = { MSS, 40 * MSS, 0 };
	uint64_t now = 5000000;

	for (int i = 0; i < REC_OUT_SMALL_SEGS + 1; i++)
		rec_out_cut(&out, rec_out_next(&out, 100000, true, &wide, now), now);
	/* a full record would wait for acknowledgements */
	assert_int_equal(rec_out_next(&out, 100000, true, &narrow, now), MSS - OVERHEAD);
	assert_int_equal(rec_out_next(&out, 100000, true, &wide, now), 16384);
	assert_int_equal(rec_out_next(&out, 9000, true, &wide, now), 9000);
}

static void
is_small_again_after_a_pause(void **state)
{
	struct rec_out out = fresh();
	struct rec_out_path wide = { MSS, 40 * MSS, 0 }, busy = { MSS, 40 * MSS, 1 };
	uint64_t now = 5000000;

	rec_out_cut(&out, 1000000, now);
	assert_int_equal(rec_out_next(&out, 100000, true, &wide, now + REC_OUT_PAUSE_US), 16384);
	/* a slow client is no pause */
	assert_int_equal(
		rec_out_next(&out, 100000, true, &busy, now + REC_OUT_PAUSE_US + 1), 16384);
	assert_int_equal(rec_out_next(&out, 100000, true, &wide, now + REC_OUT_PAUSE_US + 1),
		MSS - OVERHEAD);
}

static void
never_exceeds_what_the_client_accepts(void **state)
{
	struct rec_out out = fresh();
	struct rec_out_path jumbo = { 8948, 1000000, 0 };

	out.max_fragment = 512;
	assert_int_equal(rec_out_next(&out, 100000, true, &jumbo, 1), 512);
	rec_out_cut(&out, 1000000, 1);
	assert_int_equal(rec_out_next(&out, 100000, true, &jumbo, 1), 512);
}

static void
waits_for_a_fuller_record_only_behind_a_full_window(void **state)
{
	struct rec_out out = fresh();
	struct rec_out_path full = { MSS, 40 * MSS, 40 * MSS + 1 },
			    room = { MSS, 40 * MSS, 40 * MSS };

	rec_out_cut(&out, 1000000, 1);
	assert_int_equal(rec_out_next(&out, 5000, true, &full, 2), 0);
	assert_int_equal(rec_out_next(&out, 5000, true, &room, 2), 5000);
	/* the end of the stream waits for nothing */
	assert_int_equal(rec_out_next(&out, 5000, false, &full, 2), 5000);
	assert_int_equal(rec_out_next(&out, 16384, true, &full, 2), 16384);
}

static void
accounts_for_every_algorithms_overhead(void **state)
{
	for (uint32_t alg = IPC_ALG_AES128_GCM; alg <= IPC_ALG_AES256_CBC_SHA256; alg++) {
		struct rec_out out = {
			.alg = rec_alg_get(alg), .version = 0x0303, .max_fragment = 16384
		};
		struct rec_out_path path = { MSS, 10 * MSS, 0 };
		uint32_t n = rec_out_next(&out, 100000, true, &path, 1);

		assert_in_range(n, MSS / 2, MSS);
		assert_true(rec_alg_sealed_len(out.alg, out.version, 0, n) <= MSS);
	}
}

/* What goes out in two records fits a segment with both. */
static void
accounts_for_the_record_of_one_byte(void **state)
{
	static const uint32_t algs[] = { IPC_ALG_AES128_CBC_SHA1, IPC_ALG_3DES_CBC_SHA1 };

	for (uint16_t version = 0x0300; version <= 0x0301; version++) {
		for (size_t i = 0; i < 2; i++) {
			struct rec_out out = { .alg = rec_alg_get(algs[i]),
				.version = version,
				.max_fragment = 16384 };
			struct rec_out_path path = { MSS, 10 * MSS, 0 };
			uint32_t n = rec_out_next(&out, 100000, true, &path, 1);

			assert_in_range(n, MSS / 2, MSS);
			assert_true(rec_alg_sealed_len(out.alg, version, 0, 1) +
					    rec_alg_sealed_len(out.alg, version, 0, n - 1) <=
				    MSS);
		}
	}
}

static void
survives_a_tiny_mss_and_a_count_that_overflows(void **state)
{
	struct rec_out out = fresh();
	struct rec_out_path tiny = { 32, 64, 0 };

	assert_true(rec_out_next(&out, 1000, true, &tiny, 1) > 0);
	rec_out_cut(&out, UINT32_MAX, 1);
	rec_out_cut(&out, UINT32_MAX, 1);
	assert_int_equal(out.burst, UINT32_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(starts_with_records_of_one_segment),
		cmocka_unit_test(grows_once_enough_was_sent_and_the_window_holds_a_record),
		cmocka_unit_test(is_small_again_after_a_pause),
		cmocka_unit_test(never_exceeds_what_the_client_accepts),
		cmocka_unit_test(waits_for_a_fuller_record_only_behind_a_full_window),
		cmocka_unit_test(accounts_for_every_algorithms_overhead),
		cmocka_unit_test(accounts_for_the_record_of_one_byte),
		cmocka_unit_test(survives_a_tiny_mss_and_a_count_that_overflows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
