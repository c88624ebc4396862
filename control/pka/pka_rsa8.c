/*
 * Eight modular exponentiations of 1024 bits at once; see pka_rsa8.h. Numbers are 20 digits of 52
 * bits, a vector of eight lanes per digit. Montgomery products with R = 2^1040 are "almost"
 * reduced: since R > 2^16 M, operands up to 4M give results below 2M, and nothing is subtracted in
 * between.
 */
#include "control/pka/pka_rsa8.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/err.h>

#include "common/ct.h"
#include "control/pka/pka_sig.h"

#define DIGITS	   20
#define DIGIT_BITS 52
#define DIGIT_MASK ((1ull << DIGIT_BITS) - 1)
#define LANES	   8
#define HALF	   128 /* bytes of a prime */
#define WINDOW	   5
#define WINDOWS	   205 /* of 5 bits: 1024 bits, rounded up */

struct half {				    /* one prime */
	uint64_t m[DIGITS], rr[DIGITS], k0; /* R^2 mod m, -m^-1 mod 2^52 */
	uint8_t window[WINDOWS];	    /* of the exponent, lowest first */
};

struct pka_rsa8_key {
	EVP_PKEY *key; /* own reference */
	unsigned refs;
	struct half half[2];   /* p, q */
	uint64_t qinv[DIGITS]; /* q^-1 mod p */
	BIGNUM *q;
};

bool
pka_rsa8_here(void)
{
#if defined(__x86_64__)
	return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512ifma");
#else
	return false;
#endif
}

/* ---- digits ---- */

/* Big-endian bytes (at most 130) to digits. */
static void
to_digits(const uint8_t *bytes, size_t len, uint64_t d[DIGITS])
{
	memset(d, 0, DIGITS * sizeof(*d));
	for (size_t i = 0; i < len; i++) {
		size_t bit = 8 * (len - 1 - i);
		uint64_t b = bytes[i];

		d[bit / DIGIT_BITS] |= b << bit % DIGIT_BITS & DIGIT_MASK;
		if (bit % DIGIT_BITS > DIGIT_BITS - 8)
			d[bit / DIGIT_BITS + 1] |= b >> (DIGIT_BITS - bit % DIGIT_BITS);
	}
}

static void
from_digits(const uint64_t d[DIGITS], uint8_t bytes[HALF])
{
	for (size_t i = 0; i < HALF; i++) {
		size_t bit = 8 * (HALF - 1 - i);
		uint64_t b = d[bit / DIGIT_BITS] >> bit % DIGIT_BITS;

		if (bit % DIGIT_BITS > DIGIT_BITS - 8)
			b |= d[bit / DIGIT_BITS + 1] << (DIGIT_BITS - bit % DIGIT_BITS);
		bytes[i] = (uint8_t)b;
	}
}

/* ---- keys ---- */

static bool
bn_digits(const BIGNUM *n, uint64_t d[DIGITS])
{
	uint8_t bytes[HALF];
	bool ok = BN_bn2binpad(n, bytes, HALF) == HALF;

	if (ok)
		to_digits(bytes, HALF, d);
	ct_wipe(bytes, sizeof(bytes));
	return ok;
}

static bool
make_half(struct half *h, const BIGNUM *m, const BIGNUM *exponent, BN_CTX *bn)
{
	uint8_t bytes[HALF];
	BIGNUM *rr = BN_secure_new();
	uint64_t inverse = 1;
	bool ok = rr != NULL && BN_num_bits(m) == 8 * HALF &&
		  BN_set_bit(rr, 2 * DIGITS * DIGIT_BITS) && BN_mod(rr, rr, m, bn) &&
		  bn_digits(m, h->m) && bn_digits(rr, h->rr) &&
		  BN_bn2binpad(exponent, bytes, HALF) == HALF;

	if (ok) {
		for (unsigned i = 0; i < 6; i++) /* Newton: 2, 4, .. 64 bits are right */
			inverse *= 2 - h->m[0] * inverse;
		h->k0 = -inverse & DIGIT_MASK;
		for (unsigned w = 0; w < WINDOWS; w++) {
			unsigned bit = w * WINDOW, at = HALF - 1 - bit / 8;
			unsigned two = bytes[at] | (at != 0 ? (unsigned)bytes[at - 1] << 8 : 0);

			h->window[w] = two >> bit % 8 & ((1 << WINDOW) - 1);
		}
	}
	ct_wipe(bytes, sizeof(bytes));
	BN_clear_free(rr);
	return ok;
}

struct pka_rsa8_key *
pka_rsa8_key_new(EVP_PKEY *key)
{
	static const char *const names[] = { OSSL_PKEY_PARAM_RSA_FACTOR1,
		OSSL_PKEY_PARAM_RSA_FACTOR2, OSSL_PKEY_PARAM_RSA_EXPONENT1,
		OSSL_PKEY_PARAM_RSA_EXPONENT2, OSSL_PKEY_PARAM_RSA_COEFFICIENT1 };
	BIGNUM *n[5] = { NULL }, *third = NULL;
	struct pka_rsa8_key *k = NULL;
	BN_CTX *bn = BN_CTX_secure_new();
	bool ok = bn != NULL && EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA &&
		  EVP_PKEY_get_bits(key) == 8 * PKA_RSA8_LEN;

	for (unsigned i = 0; ok && i < 5; i++)
		ok = EVP_PKEY_get_bn_param(key, names[i], &n[i]) == 1;
	ok = ok && EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_FACTOR3, &third) != 1;
	k = ok ? calloc(1, sizeof(*k)) : NULL;
	if (k != NULL) {
		EVP_PKEY_up_ref(key);
		k->key = key;
		k->refs = 1;
		k->q = BN_dup(n[1]);
		if (k->q == NULL || !make_half(&k->half[0], n[0], n[2], bn) ||
			!make_half(&k->half[1], n[1], n[3], bn) || !bn_digits(n[4], k->qinv)) {
			pka_rsa8_key_unref(k);
			k = NULL;
		}
	}
	for (unsigned i = 0; i < 5; i++)
		BN_clear_free(n[i]);
	BN_clear_free(third);
	BN_CTX_free(bn);
	ERR_clear_error();
	return k;
}

struct pka_rsa8_key *
pka_rsa8_key_ref(struct pka_rsa8_key *k)
{
	if (k != NULL)
		k->refs++;
	return k;
}

void
pka_rsa8_key_unref(struct pka_rsa8_key *k)
{
	if (k == NULL || --k->refs != 0)
		return;
	EVP_PKEY_free(k->key);
	BN_clear_free(k->q);
	ct_wipe(k, sizeof(*k));
	free(k);
}

#if defined(__x86_64__)
#include <immintrin.h>

#define IFMA __attribute__((target("avx512f,avx512ifma")))

/* A number in each lane. */
struct num {
	__m512i d[DIGITS];
};

struct lanes {
	struct num m, rr, qinv;
	__m512i k0;
};

static inline IFMA __m512i
lo(__m512i acc, __m512i a, __m512i b)
{
	return _mm512_madd52lo_epu64(acc, a, b);
}

static inline IFMA __m512i
hi(__m512i acc, __m512i a, __m512i b)
{
	return _mm512_madd52hi_epu64(acc, a, b);
}

/* Digits of 64 bits, signed, to digits of 52. */
static inline IFMA void
carry(struct num *r)
{
	const __m512i mask = _mm512_set1_epi64(DIGIT_MASK);
	__m512i c = _mm512_setzero_si512();

	for (unsigned j = 0; j < DIGITS; j++) {
		__m512i t = _mm512_add_epi64(r->d[j], c);

		r->d[j] = _mm512_and_si512(t, mask);
		c = _mm512_srai_epi64(t, DIGIT_BITS);
	}
}

/* r = a * b / R mod m, below 2m: one digit of b after the other. r may be a or b. */
static __attribute__((noinline)) IFMA void
mont(struct num *r, const struct num *a, const struct num *b, const struct lanes *l)
{
	const __m512i zero = _mm512_setzero_si512();
	struct num x;

	for (unsigned j = 0; j < DIGITS; j++)
		x.d[j] = zero;
	for (unsigned i = 0; i < DIGITS; i++) {
		__m512i bi = b->d[i], q, c;

		x.d[0] = lo(x.d[0], a->d[0], bi);
		q = lo(zero, x.d[0], l->k0);
		x.d[0] = lo(x.d[0], l->m.d[0], q);
		c = _mm512_srli_epi64(x.d[0], DIGIT_BITS); /* the digit itself is zero now */
#pragma GCC unroll 20
		for (unsigned j = 1; j < DIGITS; j++)
			x.d[j] = lo(x.d[j], a->d[j], bi);
#pragma GCC unroll 20
		for (unsigned j = 1; j < DIGITS; j++)
			x.d[j] = lo(x.d[j], l->m.d[j], q);
		/* and a digit down, with the upper halves */
		x.d[0] = hi(hi(_mm512_add_epi64(x.d[1], c), a->d[0], bi), l->m.d[0], q);
#pragma GCC unroll 20
		for (unsigned j = 1; j < DIGITS - 1; j++)
			x.d[j] = hi(x.d[j + 1], a->d[j], bi);
		x.d[DIGITS - 1] = hi(zero, a->d[DIGITS - 1], bi);
#pragma GCC unroll 20
		for (unsigned j = 1; j < DIGITS; j++)
			x.d[j] = hi(x.d[j], l->m.d[j], q);
	}
	carry(&x);
	*r = x;
}

/* r -= m where r >= m, for r below 2m */
static IFMA void
subtract_once(struct num *r, const struct num *m)
{
	struct num t;
	__mmask8 less;

	for (unsigned j = 0; j < DIGITS; j++)
		t.d[j] = _mm512_sub_epi64(r->d[j], m->d[j]);
	/* the top digit keeps the borrow: its sign tells */
	for (unsigned j = 0; j < DIGITS - 1; j++) {
		t.d[j + 1] = _mm512_add_epi64(t.d[j + 1], _mm512_srai_epi64(t.d[j], DIGIT_BITS));
		t.d[j] = _mm512_and_si512(t.d[j], _mm512_set1_epi64(DIGIT_MASK));
	}
	less = _mm512_cmplt_epi64_mask(t.d[DIGITS - 1], _mm512_setzero_si512());
	for (unsigned j = 0; j < DIGITS; j++)
		r->d[j] = _mm512_mask_mov_epi64(t.d[j], less, r->d[j]);
	ct_wipe(&t, sizeof(t));
}

/* The table's entry of each lane's index: every entry is read. */
static IFMA void
pick(struct num *r, const struct num table[1 << WINDOW], __m512i index)
{
	*r = table[0];
	for (unsigned k = 1; k < 1 << WINDOW; k++) {
		__mmask8 this = _mm512_cmpeq_epi64_mask(index, _mm512_set1_epi64(k));

		for (unsigned j = 0; j < DIGITS; j++)
			r->d[j] = _mm512_mask_mov_epi64(r->d[j], this, table[k].d[j]);
	}
}

/* x = x ^ (each lane's exponent), x and the result in Montgomery form */
static IFMA void
power(struct num *x, const struct num *one, const __m512i window[WINDOWS], const struct lanes *l,
	struct num table[1 << WINDOW])
{
	struct num t;

	table[0] = *one;
	table[1] = *x;
	for (unsigned k = 2; k < 1 << WINDOW; k++)
		mont(&table[k], &table[k - 1], x, l);
	pick(x, table, window[WINDOWS - 1]);
	for (unsigned w = WINDOWS - 1; w-- != 0;) {
		for (unsigned s = 0; s < WINDOW; s++)
			mont(x, x, x, l);
		pick(&t, table, window[w]);
		mont(x, x, &t, l);
	}
	ct_wipe(&t, sizeof(t));
}

/* Everything of a batch, so that one wipe is enough. */
struct batch {
	struct lanes l;
	__m512i window[WINDOWS];
	struct num table[1 << WINDOW];
	struct num low, high, one, x, y, h;
};

static void
set_lane(struct num *n, unsigned lane, const uint64_t d[DIGITS])
{
	for (unsigned j = 0; j < DIGITS; j++)
		((uint64_t *)&n->d[j])[lane] = d[j];
}

static void
get_lane(const struct num *n, unsigned lane, uint64_t d[DIGITS])
{
	for (unsigned j = 0; j < DIGITS; j++)
		d[j] = ((const uint64_t *)&n->d[j])[lane];
}

static void
load(struct batch *b, const struct pka_rsa8_op *ops, unsigned n)
{
	uint64_t d[DIGITS], one[DIGITS] = { 1 };

	for (unsigned lane = 0; lane < LANES; lane++) {
		/* lanes without an operation repeat the first one */
		const struct pka_rsa8_op *op = &ops[lane / 2 < n ? lane / 2 : 0];
		const struct half *h = &op->key->half[lane % 2];

		set_lane(&b->l.m, lane, h->m);
		set_lane(&b->l.rr, lane, h->rr);
		set_lane(&b->l.qinv, lane, op->key->qinv);
		((uint64_t *)&b->l.k0)[lane] = h->k0;
		for (unsigned w = 0; w < WINDOWS; w++)
			((uint64_t *)&b->window[w])[lane] = h->window[w];
		/* in = high * 2^1040 + low */
		to_digits(op->in, PKA_RSA8_LEN - 130, d);
		set_lane(&b->high, lane, d);
		to_digits(op->in + PKA_RSA8_LEN - 130, 130, d);
		set_lane(&b->low, lane, d);
		set_lane(&b->one, lane, one);
	}
	ct_wipe(d, sizeof(d));
}

/* y: in the lanes of q the result mod q; h: in those of p (m1 - m2) / q mod p */
static IFMA void
compute(struct batch *b)
{
	const struct lanes *l = &b->l;

	/* x = in * R mod m: low * R + high * R^2 */
	mont(&b->x, &b->high, &l->rr, l);
	mont(&b->x, &b->x, &l->rr, l);
	mont(&b->y, &b->low, &l->rr, l);
	for (unsigned j = 0; j < DIGITS; j++)
		b->x.d[j] = _mm512_add_epi64(b->x.d[j], b->y.d[j]);
	carry(&b->x);
	mont(&b->h, &b->one, &l->rr, l); /* 1 * R */
	power(&b->x, &b->h, b->window, l, b->table);
	mont(&b->y, &b->x, &b->one, l);
	subtract_once(&b->y, &l->m);
	/* m2 into the lanes of p, times R there; m1 - m2 + 2p stays positive */
	for (unsigned j = 0; j < DIGITS; j++)
		b->h.d[j] = _mm512_permutex_epi64(b->y.d[j], 0xf5);
	mont(&b->h, &b->h, &l->rr, l);
	for (unsigned j = 0; j < DIGITS; j++)
		b->h.d[j] = _mm512_sub_epi64(
			_mm512_add_epi64(b->x.d[j], _mm512_slli_epi64(l->m.d[j], 1)), b->h.d[j]);
	carry(&b->h);
	mont(&b->h, &b->h, &l->qinv, l);
	subtract_once(&b->h, &l->m);
	/* a product of zeros, over what the last one left on the stack */
	memset(&b->x, 0, sizeof(b->x));
	mont(&b->x, &b->x, &b->x, l);
}

/* out = m2 + h * q, checked */
static bool
combine(const struct batch *b, unsigned i, const struct pka_rsa8_op *op)
{
	uint64_t d[DIGITS];
	uint8_t bytes[HALF];
	BN_CTX *bn = BN_CTX_secure_new();
	BIGNUM *m2 = BN_secure_new(), *h = BN_secure_new();
	bool ok = bn != NULL && m2 != NULL && h != NULL;

	get_lane(&b->y, 2 * i + 1, d);
	from_digits(d, bytes);
	ok = ok && BN_bin2bn(bytes, HALF, m2) != NULL;
	get_lane(&b->h, 2 * i, d);
	from_digits(d, bytes);
	ok = ok && BN_bin2bn(bytes, HALF, h) != NULL && BN_mul(h, h, op->key->q, bn) &&
	     BN_add(h, h, m2) && BN_bn2binpad(h, op->out, PKA_RSA8_LEN) == PKA_RSA8_LEN &&
	     pka_rsa_undoes(op->key->key, op->out, op->in, PKA_RSA8_LEN);
	if (!ok)
		ct_wipe(op->out, PKA_RSA8_LEN);
	ct_wipe(d, sizeof(d));
	ct_wipe(bytes, sizeof(bytes));
	BN_clear_free(m2);
	BN_clear_free(h);
	BN_CTX_free(bn);
	return ok;
}

void
pka_rsa8_run(struct pka_rsa8_op *ops, unsigned n)
{
	struct batch *b = aligned_alloc(64, sizeof(*b));

	for (unsigned i = 0; i < n; i++)
		ops[i].done = false;
	if (b == NULL)
		return;
	load(b, ops, n);
	compute(b);
	for (unsigned i = 0; i < n; i++)
		ops[i].done = combine(b, i, &ops[i]);
	ERR_clear_error();
	ct_wipe(b, sizeof(*b));
	free(b);
}
#else
void
pka_rsa8_run(struct pka_rsa8_op *ops, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		ops[i].done = false;
}
#endif
