/* Constant-time helpers: right answers. (Their timing is a matter of code shape: masks only.) */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "common/ct.h"

static const uint32_t edge[] = { 0, 1, 2, 0x7fffffff, 0x80000000, 0x80000001, 0xfffffffe, 0xffffffff, 0x1234 };
#define N (sizeof(edge) / sizeof(edge[0]))

static void
masks_agree_with_operators(void **state)
{
	for (size_t i = 0; i < N; i++) {
		assert_int_equal(ct_nonzero(edge[i]), edge[i] != 0 ? 0xffffffffu : 0);
		for (size_t j = 0; j < N; j++) {
			assert_int_equal(ct_eq(edge[i], edge[j]), edge[i] == edge[j] ? 0xffffffffu : 0);
			assert_int_equal(ct_lt(edge[i], edge[j]), edge[i] < edge[j] ? 0xffffffffu : 0);
			assert_int_equal(ct_select(0xffffffffu, edge[i], edge[j]), edge[i]);
			assert_int_equal(ct_select(0, edge[i], edge[j]), edge[j]);
		}
	}
}

static void
memeq_sees_every_bit(void **state)
{
	uint8_t a[37], b[37];

	memset(a, 0x5a, sizeof(a));
	memcpy(b, a, sizeof(a));
	assert_int_equal(ct_memeq(a, b, sizeof(a)), 0xffffffffu);
	assert_int_equal(ct_memeq(a, b, 0), 0xffffffffu);
	for (size_t i = 0; i < 8 * sizeof(a); i++) {
		b[i / 8] ^= (uint8_t)(1 << i % 8);
		assert_int_equal(ct_memeq(a, b, sizeof(a)), 0);
		b[i / 8] ^= (uint8_t)(1 << i % 8);
	}
}

static void
wipe_leaves_zeros_and_neighbours(void **state)
{
	uint8_t a[10];

	memset(a, 0xff, sizeof(a));
	ct_wipe(a + 1, 8);
	assert_int_equal(a[0], 0xff);
	assert_int_equal(a[9], 0xff);
	for (int i = 1; i < 9; i++)
		assert_int_equal(a[i], 0);
}

int
main(void)
{
	const struct CMUnitTest t[] = {
		cmocka_unit_test(masks_agree_with_operators),
		cmocka_unit_test(memeq_sees_every_bit),
		cmocka_unit_test(wipe_leaves_zeros_and_neighbours),
	};

	return cmocka_run_group_tests(t, NULL, NULL);
}
