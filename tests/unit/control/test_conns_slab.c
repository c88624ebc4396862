/* Memory of connections: objects of one size, whole chunks that come and go, and when heap is given
 * back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "control/conns_int.h"

#define N    5000
#define SIZE 600

static uint8_t *object[N];

static int
zeroed(const uint8_t *p)
{
	for (unsigned i = 0; i < SIZE; i++)
		if (p[i] != 0)
			return 0;
	return 1;
}

static void
objects_are_zeroed_aligned_and_apart(void **state)
{
	struct slab s;

	slab_init(&s, SIZE);
	for (unsigned round = 0; round < 3; round++) {
		for (unsigned i = 0; i < N; i++) {
			object[i] = slab_get(&s);
			assert_non_null(object[i]);
			assert_int_equal((uintptr_t)object[i] % 16, 0);
			assert_true(zeroed(object[i]));
			memset(object[i], (int)(i % 255 + 1), SIZE);
		}
		for (unsigned i = 0; i < N; i++) {
			for (unsigned k = 0; k < SIZE; k++)
				assert_int_equal(object[i][k], i % 255 + 1);
			slab_put(&s, object[i]);
		}
	}
	slab_close(&s);
}

/* The order in which they end is nobody's. */
static void
ends_in_any_order(void **state)
{
	struct slab s;
	uint32_t x = 12345;
	unsigned used = 0;

	slab_init(&s, SIZE);
	memset(object, 0, sizeof(object));
	for (unsigned i = 0; i < 200000; i++) {
		uint8_t **at;

		x = x * 1664525 + 1013904223;
		at = &object[(x >> 8) % N];
		if (*at == NULL) {
			*at = slab_get(&s);
			assert_true(zeroed(*at));
			memset(*at, 0xa5, SIZE);
			used++;
		} else {
			slab_put(&s, *at);
			*at = NULL;
			used--;
		}
		assert_true(s.chunks * s.per_chunk >= used);
	}
	for (unsigned i = 0; i < N; i++)
		if (object[i] != NULL)
			slab_put(&s, object[i]);
	assert_int_equal(s.chunks, 1);
	slab_close(&s);
}

static void
chunks_go_back_but_for_one(void **state)
{
	struct slab s;

	slab_init(&s, SIZE);
	for (unsigned i = 0; i < N; i++)
		object[i] = slab_get(&s);
	assert_int_equal(s.chunks, (N + s.per_chunk - 1) / s.per_chunk);
	for (unsigned i = 0; i < N; i++)
		slab_put(&s, object[i]);
	assert_int_equal(s.chunks, 1);
	/* and that one serves the next without a system call */
	object[0] = slab_get(&s);
	assert_int_equal(s.chunks, 1);
	slab_put(&s, object[0]);
	assert_int_equal(s.chunks, 1);
	slab_close(&s);
}

/* Nine tenths of a chunk's memory are objects, as the product has them. */
static void
little_is_lost(void **state)
{
	struct slab s;

	slab_init(&s, sizeof(struct conn) + hs_bytes());
	assert_true(s.per_chunk * (sizeof(struct conn) + hs_bytes()) >= SLAB_CHUNK / 10 * 9);
	slab_close(&s);
}

/* docs: at most 1 KiB with an entry of the table, and less than that here, for what the heap may
 * hold beside it. */
static void
a_connection_stays_small(void **state)
{
	assert_true(sizeof(struct conn) + hs_bytes() + sizeof(struct conn *) <= 640);
}

static void
heap_is_given_back_after_a_rush_and_not_in_it(void **state)
{
	assert_false(conns_rush_over(0, 0));
	assert_false(conns_rush_over(255, 0)); /* not worth it */
	assert_true(conns_rush_over(256, 16));
	assert_false(conns_rush_over(256, 17)); /* still under way */
	assert_false(conns_rush_over(10000, 10000));
	assert_true(conns_rush_over(10000, 0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(objects_are_zeroed_aligned_and_apart),
		cmocka_unit_test(ends_in_any_order),
		cmocka_unit_test(chunks_go_back_but_for_one),
		cmocka_unit_test(little_is_lost),
		cmocka_unit_test(a_connection_stays_small),
		cmocka_unit_test(heap_is_given_back_after_a_rush_and_not_in_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
