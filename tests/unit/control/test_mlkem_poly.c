/* ML-KEM's arithmetic against its definition in FIPS 203. Includes the source: the table and the small functions are static. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "control/mlkem/mlkem_poly.c"

static int
modq(int64_t x)
{
	return (int)((x % Q + Q) % Q);
}

static unsigned
bit_rev7(unsigned i)
{
	unsigned r = 0;

	for (unsigned b = 0; b < 7; b++)
		r |= (i >> b & 1) << (6 - b);
	return r;
}

static void
the_table_holds_powers_of_17(void **state)
{
	for (unsigned i = 0; i < 128; i++) {
		int64_t x = 65536;

		for (unsigned n = bit_rev7(i); n != 0; n--)
			x = x * 17 % Q;
		assert_int_equal(modq(zetas[i]), modq(x));
		assert_true(abs(zetas[i]) <= Q / 2);
	}
}

static void
reductions_are_exact_for_every_value(void **state)
{
	for (int a = -32768; a <= 32767; a++) {
		int16_t r = reduce((int16_t)a);

		assert_int_equal(modq(r), modq(a));
		assert_true(abs(r) <= Q / 2);
		assert_int_equal(positive(r), modq(a));
	}
}

static void
montgomery_products_are_exact_and_small(void **state)
{
	for (int a = -32768; a <= 32767; a += 3)
		for (int b = -Q; b <= Q; b += 11) {
			int r = mul((int16_t)a, (int16_t)b);

			assert_int_equal(modq((int64_t)r * 65536), modq((int64_t)a * b));
			assert_true(abs(r) < Q || abs(b) == Q);
		}
}

/* FIPS 203 4.2.1: round half up of 2^d / q * x, mod 2^d; and the error bound of the way back */
static void
compression_is_the_rounded_quotient_for_every_value(void **state)
{
	static const unsigned widths[] = { 1, MLKEM_DV, MLKEM_DU };
	uint8_t bytes[320];
	struct poly p, back;

	for (unsigned w = 0; w < 3; w++) {
		unsigned d = widths[w];

		for (int base = 0; base < Q; base += MLKEM_N) {
			for (int i = 0; i < MLKEM_N; i++) {
				int x = (base + i) % Q;

				p.c[i] = (int16_t)(x > Q / 2 ? x - Q : x);
				assert_int_equal(compress(p.c[i], d), ((2 * ((unsigned)x << d) + Q) / (2 * Q)) & ((1u << d) - 1));
			}
			poly_compress(&p, d, bytes);
			poly_decompress(&back, d, bytes);
			for (int i = 0; i < MLKEM_N; i++) {
				unsigned y = compress(p.c[i], d);
				int off = abs(modq(back.c[i] - p.c[i] + Q / 2) - Q / 2);

				assert_int_equal(back.c[i], (2 * y * Q + (1u << d)) / (2u << d));
				assert_true(off <= (int)((Q + (1u << d)) >> (d + 1)));
			}
		}
	}
}

static void
fill(struct poly *p, unsigned seed)
{
	for (unsigned i = 0; i < MLKEM_N; i++) {
		seed = seed * 1103515245 + 12345;
		p->c[i] = (int16_t)((int)(seed >> 8 & 0xffff) % (2 * Q + 1) - Q);
	}
}

static void
products_by_ntt_are_products_by_the_book(void **state)
{
	for (unsigned round = 0; round < 20; round++) {
		struct poly a, b, acc = { { 0 } }, na, nb;
		int64_t want[MLKEM_N] = { 0 };

		fill(&a, round * 2 + 1);
		fill(&b, round * 2 + 2);
		if (round == 0) /* the largest there are */
			for (unsigned i = 0; i < MLKEM_N; i++)
				a.c[i] = b.c[i] = i % 2 ? Q : -Q;
		for (unsigned i = 0; i < MLKEM_N; i++)
			for (unsigned j = 0; j < MLKEM_N; j++) {
				int64_t x = (int64_t)a.c[i] * b.c[j];

				want[(i + j) % MLKEM_N] += i + j < MLKEM_N ? x : -x; /* X^256 = -1 */
			}
		na = a;
		nb = b;
		poly_ntt(&na);
		poly_ntt(&nb);
		for (unsigned i = 0; i < MLKEM_N; i++)
			assert_true(abs(na.c[i]) <= Q / 2);
		poly_mul_add(&acc, &na, &nb);
		poly_reduce(&acc);
		poly_ntt_inverse(&acc);
		for (unsigned i = 0; i < MLKEM_N; i++) {
			assert_int_equal(modq(acc.c[i]), modq(want[i]));
			assert_true(abs(acc.c[i]) <= Q);
		}
	}
}

static void
twelve_bits_come_back(void **state)
{
	uint8_t bytes[MLKEM_POLY_BYTES], again[MLKEM_POLY_BYTES];
	struct poly p, q;

	fill(&p, 99);
	poly_reduce(&p);
	poly_encode12(&p, bytes);
	poly_decode12(&q, bytes);
	assert_true(poly_is_reduced(&q));
	for (unsigned i = 0; i < MLKEM_N; i++)
		assert_int_equal(q.c[i], modq(p.c[i]));
	poly_reduce(&q);
	poly_encode12(&q, again);
	assert_memory_equal(again, bytes, sizeof(bytes));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table_holds_powers_of_17),
		cmocka_unit_test(reductions_are_exact_for_every_value),
		cmocka_unit_test(montgomery_products_are_exact_and_small),
		cmocka_unit_test(compression_is_the_rounded_quotient_for_every_value),
		cmocka_unit_test(products_by_ntt_are_products_by_the_book),
		cmocka_unit_test(twelve_bits_come_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
