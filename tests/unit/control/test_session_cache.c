/* The session cache: lifetime, capacity, order of use, removal, wiping. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "control/session/session.h"

static struct session_entry
entry(uint32_t n, uint64_t expires)
{
	struct session_entry e = { .id_len = 32, .version = 0x0303, .suite = 0x2f, .expires_s = expires };

	memset(e.id, (int)(n * 7), sizeof(e.id));
	memcpy(e.id, &n, sizeof(n));
	memset(e.secret, (int)n, sizeof(e.secret));
	return e;
}

static bool
has(struct session_cache *c, uint32_t n, uint64_t now)
{
	struct session_entry e = entry(n, 0), got;

	if (!session_cache_get(c, e.id, 32, now, &got))
		return false;
	assert_memory_equal(got.id, e.id, 32);
	assert_memory_equal(got.secret, e.secret, 48);
	return true;
}

static void
put(struct session_cache *c, uint32_t n, uint64_t expires)
{
	struct session_entry e = entry(n, expires);

	session_cache_put(c, &e);
}

static void
finds_what_was_put_and_nothing_else(void **state)
{
	struct session_cache *c = session_cache_new(4);
	struct session_entry e = entry(1, 100), got;

	session_cache_put(c, &e);
	assert_true(has(c, 1, 0));
	assert_false(has(c, 2, 0));
	assert_false(session_cache_get(c, e.id, 31, 0, &got));
	assert_false(session_cache_get(c, e.id, 0, 0, &got));
	session_cache_free(c);
}

static void
forgets_at_the_second_of_expiry(void **state)
{
	struct session_cache *c = session_cache_new(4);
	struct session_stats s;

	put(c, 1, 100);
	assert_true(has(c, 1, 99));
	assert_false(has(c, 1, 100));
	session_cache_stats(c, &s);
	assert_int_equal(s.entries, 0);
	assert_int_equal(s.expired, 1);
	session_cache_free(c);
}

static void
the_least_recently_used_makes_room(void **state)
{
	struct session_cache *c = session_cache_new(3);
	struct session_stats s;

	for (uint32_t n = 1; n <= 3; n++)
		put(c, n, 100);
	assert_true(has(c, 1, 0)); /* now 2 is the oldest */
	put(c, 4, 100);
	assert_false(has(c, 2, 0));
	assert_true(has(c, 1, 0) && has(c, 3, 0) && has(c, 4, 0));
	session_cache_stats(c, &s);
	assert_int_equal(s.evicted, 1);
	assert_int_equal(s.entries, 3);
	session_cache_free(c);
}

static void
the_same_id_replaces(void **state)
{
	struct session_cache *c = session_cache_new(3);
	struct session_entry e = entry(1, 100), got;
	struct session_stats s;

	session_cache_put(c, &e);
	e.suite = 0x35;
	session_cache_put(c, &e);
	assert_true(session_cache_get(c, e.id, 32, 0, &got));
	assert_int_equal(got.suite, 0x35);
	session_cache_stats(c, &s);
	assert_int_equal(s.entries, 1);
	session_cache_free(c);
}

static void
removes_and_uses_the_place_again(void **state)
{
	struct session_cache *c = session_cache_new(2);
	struct session_entry e = entry(1, 100);

	put(c, 1, 100);
	put(c, 2, 100);
	session_cache_remove(c, e.id, 32);
	session_cache_remove(c, e.id, 32);
	assert_false(has(c, 1, 0));
	put(c, 3, 100);
	assert_true(has(c, 2, 0) && has(c, 3, 0));
	session_cache_free(c);
}

static void
ids_of_other_lengths_are_not_stored(void **state)
{
	struct session_cache *c = session_cache_new(2);
	struct session_entry e = entry(1, 100);
	struct session_stats s;

	e.id_len = 16;
	session_cache_put(c, &e);
	session_cache_stats(c, &s);
	assert_int_equal(s.entries, 0);
	session_cache_free(c);
}

/* Against a plain model: 20000 seeded operations. */
static void
agrees_with_a_model(void **state)
{
	enum { CAP = 16, IDS = 48 };
	struct session_cache *c = session_cache_new(CAP);
	uint64_t used[IDS] = { 0 }, expires[IDS] = { 0 }, clock = 0, x = 12345;
	unsigned held = 0;

	for (unsigned i = 0; i < 20000; i++) {
		uint32_t n, oldest = 0;
		uint64_t now = i / 10;

		x = x * 6364136223846793005ull + 1442695040888963407ull;
		n = (uint32_t)(x >> 33) % IDS;
		switch (x >> 60) {
		case 0: { /* remove */
			struct session_entry e = entry(n, 0);

			session_cache_remove(c, e.id, 32);
			held -= used[n] != 0;
			used[n] = 0;
			break;
		}
		case 1: case 2: case 3: case 4: case 5: { /* put */
			if (used[n] == 0 && held == CAP) {
				for (uint32_t k = 0; k < IDS; k++)
					if (used[k] != 0 && (used[oldest] == 0 || used[k] < used[oldest]))
						oldest = k;
				used[oldest] = 0;
				held--;
			}
			held += used[n] == 0;
			used[n] = ++clock;
			expires[n] = now + 1 + (x >> 20) % 100;
			put(c, n, expires[n]);
			break;
		}
		default: { /* get */
			bool want = used[n] != 0 && now < expires[n];

			assert_int_equal(has(c, n, now), want);
			if (want) {
				used[n] = ++clock;
			} else {
				held -= used[n] != 0;
				used[n] = 0;
			}
		}
		}
	}
	session_cache_free(c);
}

static void
count(void *ctx, const struct session_entry *e)
{
	(*(unsigned *)ctx)++;
}

static void
walks_and_keeps_within_256_bytes_an_entry(void **state)
{
	struct session_cache *c = session_cache_new(1000);
	struct session_stats s;
	unsigned n = 0;

	for (uint32_t i = 0; i < 100; i++)
		put(c, i, 100);
	session_cache_walk(c, 10, count, &n);
	assert_int_equal(n, 10);
	session_cache_walk(c, 1000, count, &n);
	assert_int_equal(n, 110);
	session_cache_stats(c, &s);
	assert_true(s.bytes / s.capacity <= 256);
	assert_null(session_cache_new(0));
	assert_null(session_cache_new((1u << 24) + 1));
	session_cache_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_was_put_and_nothing_else),
		cmocka_unit_test(forgets_at_the_second_of_expiry),
		cmocka_unit_test(the_least_recently_used_makes_room),
		cmocka_unit_test(the_same_id_replaces),
		cmocka_unit_test(removes_and_uses_the_place_again),
		cmocka_unit_test(ids_of_other_lengths_are_not_stored),
		cmocka_unit_test(agrees_with_a_model),
		cmocka_unit_test(walks_and_keeps_within_256_bytes_an_entry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
