/* The single-use store: never "first" twice, whatever the clock does; bounded. Also against a plain model. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "control/session/once.h"

#define NOW 1800000000ull

static const uint8_t *
id(unsigned n)
{
	static uint8_t bytes[ONCE_ID_LEN];
	uint64_t h = (n + 1) * 0x9e3779b97f4a7c15ull;

	memset(bytes, 0, sizeof(bytes));
	memcpy(bytes, &h, sizeof(h));
	memcpy(bytes + 8, &n, sizeof(n));
	return bytes;
}

static struct once_stats
stats(const struct once *o)
{
	struct once_stats s;

	once_stats(o, &s);
	return s;
}

static void
an_id_is_first_once(void **state)
{
	struct once *o = once_new(100, 0);
	uint8_t near[ONCE_ID_LEN];

	assert_true(once_first(o, id(1), NOW, NOW + 10));
	assert_false(once_first(o, id(1), NOW, NOW + 10));
	assert_false(once_first(o, id(1), NOW + 9, NOW + 10));
	assert_true(once_first(o, id(2), NOW, NOW + 10));
	for (unsigned bit = 0; bit < 256; bit += 5) { /* every byte counts, also those that are not hashed */
		memcpy(near, id(1), ONCE_ID_LEN);
		near[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_true(once_first(o, near, NOW, NOW + 10));
		assert_false(once_first(o, near, NOW, NOW + 10));
	}
	once_free(o);
}

static void
what_has_expired_is_not_first_and_makes_room(void **state)
{
	struct once *o = once_new(3, 0);

	assert_false(once_first(o, id(0), NOW, NOW));
	assert_false(once_first(o, id(0), NOW, NOW - 1));
	for (unsigned i = 1; i <= 3; i++)
		assert_true(once_first(o, id(i), NOW, NOW + 10 * i));
	assert_false(once_first(o, id(4), NOW, NOW + 100)); /* full: cannot tell */
	assert_int_equal(stats(o).full, 1);
	assert_false(once_first(o, id(4), NOW + 9, NOW + 100));
	assert_true(once_first(o, id(4), NOW + 10, NOW + 100)); /* the first has gone */
	assert_false(once_first(o, id(1), NOW + 10, NOW + 10));
	assert_false(once_first(o, id(5), NOW + 10, NOW + 100));
	assert_int_equal(stats(o).entries, 3);
	once_free(o);
}

static void
a_clock_that_was_ahead_for_a_while_gives_no_second_chance(void **state)
{
	struct once *o = once_new(100, 0);

	assert_true(once_first(o, id(1), NOW, NOW + 100));
	assert_true(once_first(o, id(2), NOW, NOW + 200));
	/* forward: both are forgotten */
	assert_true(once_first(o, id(3), NOW + 1000, NOW + 1100));
	assert_int_equal(stats(o).entries, 1);
	/* back: nobody can tell about those that expire while what was forgotten would have been there */
	assert_false(once_first(o, id(1), NOW + 1, NOW + 100));
	assert_false(once_first(o, id(2), NOW + 1, NOW + 200));
	assert_false(once_first(o, id(4), NOW + 1, NOW + 150));
	assert_int_equal(stats(o).unknown, 3);
	/* what expires later cannot have been among them */
	assert_true(once_first(o, id(5), NOW + 1, NOW + 201));
	assert_false(once_first(o, id(3), NOW + 1, NOW + 1100));
	once_free(o);
}

static void
a_clock_set_back_keeps_what_is_known(void **state)
{
	struct once *o = once_new(100, 0);

	assert_true(once_first(o, id(1), NOW, NOW + 100));
	assert_false(once_first(o, id(1), 0, NOW + 100));
	assert_false(once_first(o, id(1), NOW + 50, NOW + 100));
	once_free(o);
}

static void
ids_from_before_the_start_are_unknown(void **state)
{
	struct once *o = once_new(100, NOW + 50);

	assert_false(once_first(o, id(1), NOW, NOW + 50));
	assert_true(once_first(o, id(2), NOW, NOW + 51));
	once_free(o);
}

static void
sizes_out_of_bounds_are_refused(void **state)
{
	struct once *o;

	assert_null(once_new(0, 0));
	assert_null(once_new((1u << 24) + 1, 0));
	o = once_new(1, 0);
	assert_non_null(o);
	assert_true(once_first(o, id(1), NOW, NOW + 1));
	assert_false(once_first(o, id(2), NOW, NOW + 1));
	once_free(o);
	once_free(NULL);
}

/*
 * Tickets with fixed times of expiry, each shown again and again under a clock that mostly goes on
 * and sometimes jumps: the model remembers every one that was first.
 */
static void
never_first_twice_against_a_model(void **state)
{
	enum { IDS = 3000 };
	struct once *o = once_new(64, 0);
	static bool was_first[IDS];
	static uint64_t expires[IDS];
	uint64_t now = NOW;
	unsigned seed = 12345, firsts = 0, known = 0;

	for (unsigned step = 0; step < 60000; step++) {
		unsigned n;

		seed = seed * 1103515245 + 12345;
		now += (seed >> 20) % 8 == 0;
		if (step % 7001 == 7000)
			now += 300;
		if (step % 7001 == 99)
			now -= 300;
		if (step % 20 == 0) { /* a new ticket */
			expires[known] = now + 1 + (seed >> 16) % 60;
			known++;
		}
		n = known - 1 - (seed >> 8) % (known < 100 ? known : 100);
		if (once_first(o, id(n), now, expires[n])) {
			assert_false(was_first[n]);
			was_first[n] = true;
			firsts++;
		}
		assert_true(stats(o).entries <= 64);
	}
	assert_int_equal(known, IDS);
	assert_true(firsts > IDS / 3);
	once_free(o);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_id_is_first_once),
		cmocka_unit_test(what_has_expired_is_not_first_and_makes_room),
		cmocka_unit_test(a_clock_that_was_ahead_for_a_while_gives_no_second_chance),
		cmocka_unit_test(a_clock_set_back_keeps_what_is_known),
		cmocka_unit_test(ids_from_before_the_start_are_unknown),
		cmocka_unit_test(sizes_out_of_bounds_are_refused),
		cmocka_unit_test(never_first_twice_against_a_model),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
