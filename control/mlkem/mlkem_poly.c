/*
 * Arithmetic of ML-KEM's polynomials; see mlkem_poly.h. Written so that a compiler turns the loops
 * over coefficients into vector code.
 */
#include "control/mlkem/mlkem_poly.h"

#include "common/ct.h"

#define Q	MLKEM_Q
#define QINV	(-3327) /* q^-1 mod 2^16 */
#define R2	1353	/* 2^32 mod q */
#define R2_128	1441	/* 2^32 / 128 mod q */
#define BARRETT 20159	/* 2^26 / q, rounded */

/*
 * 17^BitRev7(i) * 2^16 mod q (FIPS 203 appendix A times the Montgomery factor); checked by a test
 */
/* clang-format off */
static const int16_t zetas[128] = {
	-1044, -758, -359, -1517, 1493, 1422, 287, 202, -171, 622, 1577, 182, 962, -1202, -1474, 1468,
	573, -1325, 264, 383, -829, 1458, -1602, -130, -681, 1017, 732, 608, -1542, 411, -205, -1571,
	1223, 652, -552, 1015, -1293, 1491, -282, -1544, 516, -8, -320, -666, -1618, -1162, 126, 1469,
	-853, -90, -271, 830, 107, -1421, -247, -951, -398, 961, -1508, -725, 448, -1065, 677, -1275,
	-1103, 430, 555, 843, -1251, 871, 1550, 105, 422, 587, 177, -235, -291, -460, 1574, 1653,
	-246, 778, 1159, -147, -777, 1483, -602, 1119, -1590, 644, -872, 349, 418, 329, -156, -75,
	817, 1097, 603, 610, 1322, -1285, -1465, 384, -1215, -136, 1218, -1335, -874, 220, -1187, -1659,
	-1185, -1530, -1278, 794, -1510, -854, -870, 478, -108, -308, 996, 991, 958, -1460, 1522, 1628,
};
/* clang-format on */

/* The upper half of a product. */
static inline int16_t
mul_high(int16_t a, int16_t b)
{
	return (int16_t)((int32_t)a * b >> 16);
}

/* a * b / 2^16 mod q, Montgomery: |result| < q when |a * b| < q * 2^15 */
static inline int16_t
mul(int16_t a, int16_t b)
{
	int16_t m = (int16_t)((uint16_t)((uint16_t)a * (uint32_t)(uint16_t)b) *
			      (uint32_t)(uint16_t)QINV);

	return (int16_t)(mul_high(a, b) - mul_high(m, Q));
}

/* The representative with |result| <= q/2, Barrett. */
static inline int16_t
reduce(int16_t a)
{
	int16_t t = (int16_t)(((int32_t)a * BARRETT + (1 << 25)) >> 26);

	return (int16_t)(a - t * Q);
}

/* 0 <= result < q of |a| <= q/2 */
static inline uint16_t
positive(int16_t a)
{
	return (uint16_t)(a + ((a >> 15) & Q));
}

/* After each of seven layers coefficients are larger by less than q: 8q < 2^15. */
void
poly_ntt(struct poly *p)
{
	unsigned k = 1;

	for (unsigned len = 128; len >= 2; len /= 2)
		for (unsigned start = 0; start < MLKEM_N; start += 2 * len) {
			int16_t zeta = zetas[k++], *lo = p->c + start, *hi = lo + len;

			for (unsigned j = 0; j < len; j++) {
				int16_t t = mul(zeta, hi[j]);

				hi[j] = (int16_t)(lo[j] - t);
				lo[j] = (int16_t)(lo[j] + t);
			}
		}
	poly_reduce(p);
}

/* Sums are reduced in every layer; products are below q as they come. */
void
poly_ntt_inverse(struct poly *p)
{
	unsigned k = 127;

	for (unsigned len = 2; len <= 128; len *= 2)
		for (unsigned start = 0; start < MLKEM_N; start += 2 * len) {
			int16_t zeta = zetas[k--], *lo = p->c + start, *hi = lo + len;

			for (unsigned j = 0; j < len; j++) {
				int16_t t = lo[j];

				lo[j] = reduce((int16_t)(t + hi[j]));
				hi[j] = mul(zeta, (int16_t)(hi[j] - t));
			}
		}
	for (unsigned j = 0; j < MLKEM_N; j++)
		p->c[j] = mul(p->c[j], R2_128);
}

/* Algorithm 12: (a0 + a1 X)(b0 + b1 X) mod X^2 - zeta */
static inline void
mul_pair(int16_t *acc, const int16_t *a, const int16_t *b, int16_t zeta)
{
	acc[0] = (int16_t)(acc[0] + mul(mul(a[1], b[1]), zeta) + mul(a[0], b[0]));
	acc[1] = (int16_t)(acc[1] + mul(a[0], b[1]) + mul(a[1], b[0]));
}

void
poly_mul_add(struct poly *acc, const struct poly *a, const struct poly *b)
{
	for (unsigned i = 0; i < MLKEM_N / 4; i++) {
		int16_t zeta = zetas[64 + i];

		mul_pair(acc->c + 4 * i, a->c + 4 * i, b->c + 4 * i, zeta);
		mul_pair(acc->c + 4 * i + 2, a->c + 4 * i + 2, b->c + 4 * i + 2, (int16_t)-zeta);
	}
}

void
poly_to_mont(struct poly *p)
{
	for (unsigned i = 0; i < MLKEM_N; i++)
		p->c[i] = mul(p->c[i], R2);
}

void
poly_add(struct poly *p, const struct poly *a)
{
	for (unsigned i = 0; i < MLKEM_N; i++)
		p->c[i] = (int16_t)(p->c[i] + a->c[i]);
}

void
poly_sub(struct poly *p, const struct poly *a)
{
	for (unsigned i = 0; i < MLKEM_N; i++)
		p->c[i] = (int16_t)(p->c[i] - a->c[i]);
}

void
poly_reduce(struct poly *p)
{
	for (unsigned i = 0; i < MLKEM_N; i++)
		p->c[i] = reduce(p->c[i]);
}

/* ---- bytes ---- */

void
poly_encode12(const struct poly *p, uint8_t out[MLKEM_POLY_BYTES])
{
	for (unsigned i = 0; i < MLKEM_N / 2; i++) {
		uint16_t a = positive(p->c[2 * i]), b = positive(p->c[2 * i + 1]);

		out[3 * i] = (uint8_t)a;
		out[3 * i + 1] = (uint8_t)(a >> 8 | b << 4);
		out[3 * i + 2] = (uint8_t)(b >> 4);
	}
}

void
poly_decode12(struct poly *p, const uint8_t in[MLKEM_POLY_BYTES])
{
	for (unsigned i = 0; i < MLKEM_N / 2; i++) {
		p->c[2 * i] = (int16_t)(in[3 * i] | (in[3 * i + 1] & 15) << 8);
		p->c[2 * i + 1] = (int16_t)(in[3 * i + 1] >> 4 | in[3 * i + 2] << 4);
	}
}

bool
poly_is_reduced(const struct poly *p)
{
	bool good = true;

	for (unsigned i = 0; i < MLKEM_N; i++)
		good &= p->c[i] < Q;
	return good;
}

/*
 * round(2^d / q * x) mod 2^d by multiplying with 2^32 / q: compilers make divisions by constants of
 * such products, but need not, and a division takes a time that depends on what is divided. That
 * the result is exact for every x is shown by a test.
 */
static inline uint16_t
compress(int16_t c, unsigned d)
{
	uint64_t x = ((uint64_t)positive(c) << d) + Q / 2;

	return (uint16_t)(x * 1290168 >> 32 & ((1u << d) - 1));
}

void
poly_compress(const struct poly *p, unsigned d, uint8_t *out)
{
	uint32_t bits = 0;
	unsigned have = 0;

	for (unsigned i = 0; i < MLKEM_N; i++) {
		bits |= (uint32_t)compress(p->c[i], d) << have;
		for (have += d; have >= 8; have -= 8) {
			*out++ = (uint8_t)bits;
			bits >>= 8;
		}
	}
}

void
poly_decompress(struct poly *p, unsigned d, const uint8_t *in)
{
	uint32_t bits = 0;
	unsigned have = 0;

	for (unsigned i = 0; i < MLKEM_N; i++) {
		for (; have < d; have += 8)
			bits |= (uint32_t)*in++ << have;
		p->c[i] = (int16_t)(((bits & ((1u << d) - 1)) * Q + ((1u << d) >> 1)) >> d);
		bits >>= d;
		have -= d;
	}
}

/* ---- sampling ---- */

#define SHAKE128_RATE 168

/* From three bytes two candidates; those below q are taken. How many there are now. */
static unsigned
take(struct poly *p, const uint8_t *in, size_t len)
{
	unsigned n = 0;

	for (size_t i = 0; i + 3 <= len && n < MLKEM_N; i += 3) {
		int16_t a = (int16_t)(in[i] | (in[i + 1] & 15) << 8);
		int16_t b = (int16_t)(in[i + 1] >> 4 | in[i + 2] << 4);

		if (a < Q)
			p->c[n++] = a;
		if (b < Q && n < MLKEM_N)
			p->c[n++] = b;
	}
	return n;
}

/*
 * libcrypto 3.0 cannot squeeze in pieces: three blocks are enough but for one polynomial in a
 * hundred, which is made again from a longer output. More than twelve happen with probability below
 * 2^-256 (FIPS 203 appendix B) and count as a failure.
 */
void
poly_sample_ntt(struct poly *p, struct mlkem_hash *h, const uint8_t rho[32], uint8_t i, uint8_t j)
{
	uint8_t buf[12 * SHAKE128_RATE];

	for (size_t blocks = 3; blocks <= 12; blocks++) {
		mlkem_hash_xof(h, rho, i, j, buf, blocks * SHAKE128_RATE);
		if (take(p, buf, blocks * SHAKE128_RATE) == MLKEM_N)
			return;
	}
	h->bad = 1;
}

void
poly_sample_cbd(struct poly *p, struct mlkem_hash *h, const uint8_t key[32], uint8_t nonce)
{
	uint8_t buf[2 * MLKEM_N / 4];

	mlkem_hash_prf(h, key, nonce, buf, sizeof(buf));
	for (unsigned i = 0; i < MLKEM_N / 2; i++) {
		/* two coefficients a byte: bits x x y y, pairs added up */
		unsigned pairs = (buf[i] & 0x55u) + (buf[i] >> 1 & 0x55u);

		p->c[2 * i] = (int16_t)((int)(pairs & 3) - (int)(pairs >> 2 & 3));
		p->c[2 * i + 1] = (int16_t)((int)(pairs >> 4 & 3) - (int)(pairs >> 6 & 3));
	}
	ct_wipe(buf, sizeof(buf));
}
