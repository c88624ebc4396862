/*
 * Polynomials of Z_3329[X]/(X^256+1), FIPS 203 2.4.4 and 4.2 to 4.3. Coefficients are signed 16-bit
 * representatives; how large they may be is said at each function. No function branches, indexes
 * or divides by coefficients, but for those marked public.
 */
#ifndef SLUICE_CONTROL_MLKEM_POLY_H
#define SLUICE_CONTROL_MLKEM_POLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control/mlkem/mlkem_hash.h"

#define MLKEM_N		 256
#define MLKEM_Q		 3329
#define MLKEM_K		 3 /* ML-KEM-768, FIPS 203 table 2 */
#define MLKEM_DU	 10
#define MLKEM_DV	 4
#define MLKEM_POLY_BYTES 384

struct poly {
	int16_t c[MLKEM_N];
};

/* Algorithm 9, in place: |in| <= q, |out| <= q/2 */
void poly_ntt(struct poly *p);
/*
 * Algorithm 10, in place: |in| <= q. Takes out the factor 2^-16 that poly_mul_add leaves; |out| <=
 * q
 */
void poly_ntt_inverse(struct poly *p);
/* acc += a * b / 2^16 in the NTT domain, algorithm 11: |a|, |b| <= q; acc grows by at most 2q */
void poly_mul_add(struct poly *acc, const struct poly *a, const struct poly *b);
/* p *= 2^16: what poly_mul_add has divided by; |out| <= q */
void poly_to_mont(struct poly *p);
void poly_add(struct poly *p, const struct poly *a);
void poly_sub(struct poly *p, const struct poly *a); /* p - a */
/* |out| <= q/2 */
void poly_reduce(struct poly *p);

/* Algorithm 5 with d = 12. |in| <= q/2 */
void poly_encode12(const struct poly *p, uint8_t out[MLKEM_POLY_BYTES]);
/* Algorithm 6 with d = 12, without reducing: coefficients of 0..4095 */
void poly_decode12(struct poly *p, const uint8_t in[MLKEM_POLY_BYTES]);
/* Public. Every coefficient that poly_decode12() gave is below q (the check of 7.2). */
bool poly_is_reduced(const struct poly *p);
/* Compress and encode, 4.2.1: d bits a coefficient (1, 4 or 10), |in| <= q/2; and back */
void poly_compress(const struct poly *p, unsigned d, uint8_t *out);
void poly_decompress(struct poly *p, unsigned d, const uint8_t *in);

/* Algorithm 7, SampleNTT of XOF(rho, i, j). Public. */
void poly_sample_ntt(
	struct poly *p, struct mlkem_hash *h, const uint8_t rho[32], uint8_t i, uint8_t j);
/* Algorithm 8 with eta = 2, SamplePolyCBD of PRF(key, nonce) */
void poly_sample_cbd(struct poly *p, struct mlkem_hash *h, const uint8_t key[32], uint8_t nonce);

#endif
