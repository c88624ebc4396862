/* K-PKE and ML-KEM-768, FIPS 203 5 and 6; see mlkem.h. */
#include "control/mlkem/mlkem.h"

#include <string.h>

#include "common/ct.h"
#include "control/mlkem/mlkem_poly.h"

#define T_LEN  (MLKEM_K * MLKEM_POLY_BYTES) /* the encoded vector in both keys */
#define U_POLY (MLKEM_N * MLKEM_DU / 8)
#define U_LEN  (MLKEM_K * U_POLY)
_Static_assert(MLKEM768_EK_LEN == T_LEN + 32, "t and rho");
_Static_assert(MLKEM768_DK_LEN == T_LEN + MLKEM768_EK_LEN + 64, "s, ek, H(ek) and z");
_Static_assert(MLKEM768_CT_LEN == U_LEN + MLKEM_N * MLKEM_DV / 8, "u and v");

/* acc[i] += row or column i of the matrix of rho, times v */
static void
matrix_mul(struct poly acc[MLKEM_K], struct mlkem_hash *h, const uint8_t rho[32],
	const struct poly v[MLKEM_K], bool transposed)
{
	struct poly a;

	for (uint8_t i = 0; i < MLKEM_K; i++) {
		memset(&acc[i], 0, sizeof(acc[i]));
		for (uint8_t j = 0; j < MLKEM_K; j++) {
			/* FIPS 203 4.2.2: the column is hashed first */
			poly_sample_ntt(&a, h, rho, transposed ? i : j, transposed ? j : i);
			poly_mul_add(&acc[i], &a, &v[j]);
		}
		poly_reduce(&acc[i]); /* 3 * 2q < 2^15 */
	}
}

/* Algorithm 13 after its first step: the rest depends on rho, which is public, and sigma. */
static void
pke_keygen(struct mlkem_hash *h, const uint8_t rho[32], const uint8_t sigma[32], uint8_t *ek,
	uint8_t *dk)
{
	struct poly s[MLKEM_K], t[MLKEM_K], e;

	for (uint8_t i = 0; i < MLKEM_K; i++) {
		poly_sample_cbd(&s[i], h, sigma, i);
		poly_ntt(&s[i]);
		poly_encode12(&s[i], dk + i * MLKEM_POLY_BYTES);
	}
	matrix_mul(t, h, rho, s, false);
	for (uint8_t i = 0; i < MLKEM_K; i++) {
		poly_sample_cbd(&e, h, sigma, (uint8_t)(MLKEM_K + i));
		poly_ntt(&e);
		poly_to_mont(&t[i]);
		poly_add(&t[i], &e);
		poly_reduce(&t[i]);
		poly_encode12(&t[i], ek + i * MLKEM_POLY_BYTES);
	}
	memcpy(ek + T_LEN, rho, 32);
	ct_wipe(s, sizeof(s));
	ct_wipe(&e, sizeof(e));
}

/* Algorithm 14. False: a coefficient of ek is not below q (7.2); ct then holds nothing of worth. */
static bool
pke_encrypt(struct mlkem_hash *h, const uint8_t *ek, const uint8_t m[32], const uint8_t r[32],
	uint8_t *ct)
{
	struct poly y[MLKEM_K], u[MLKEM_K], t, v = { { 0 } }, e;
	bool good = true;

	for (uint8_t i = 0; i < MLKEM_K; i++) {
		poly_sample_cbd(&y[i], h, r, i);
		poly_ntt(&y[i]);
	}
	matrix_mul(u, h, ek + T_LEN, y, true);
	for (uint8_t i = 0; i < MLKEM_K; i++) {
		poly_ntt_inverse(&u[i]);
		poly_sample_cbd(&e, h, r, (uint8_t)(MLKEM_K + i));
		poly_add(&u[i], &e);
		poly_reduce(&u[i]);
		poly_compress(&u[i], MLKEM_DU, ct + i * U_POLY);
		poly_decode12(&t, ek + i * MLKEM_POLY_BYTES);
		good &= poly_is_reduced(&t);
		poly_mul_add(&v, &t, &y[i]);
	}
	poly_reduce(&v);
	poly_ntt_inverse(&v);
	poly_sample_cbd(&e, h, r, 2 * MLKEM_K);
	poly_add(&v, &e);
	poly_decompress(&e, 1, m);
	poly_add(&v, &e);
	poly_reduce(&v);
	poly_compress(&v, MLKEM_DV, ct + U_LEN);
	ct_wipe(y, sizeof(y));
	ct_wipe(u, sizeof(u));
	ct_wipe(&v, sizeof(v));
	ct_wipe(&e, sizeof(e));
	return good;
}

/* Algorithm 15 */
static void
pke_decrypt(const uint8_t *dk, const uint8_t *ct, uint8_t m[32])
{
	struct poly w, s, u, sum = { { 0 } };

	for (unsigned i = 0; i < MLKEM_K; i++) {
		poly_decompress(&u, MLKEM_DU, ct + i * U_POLY);
		poly_ntt(&u);
		poly_decode12(&s, dk + i * MLKEM_POLY_BYTES);
		poly_reduce(&s); /* of a dk that is not ours a coefficient may be up to 4095 */
		poly_mul_add(&sum, &s, &u);
	}
	poly_reduce(&sum);
	poly_ntt_inverse(&sum);
	poly_decompress(&w, MLKEM_DV, ct + U_LEN);
	poly_sub(&w, &sum);
	poly_reduce(&w);
	poly_compress(&w, 1, m);
	ct_wipe(&s, sizeof(s));
	ct_wipe(&sum, sizeof(sum));
	ct_wipe(&w, sizeof(w));
}

int
mlkem768_keygen_from(const uint8_t d[MLKEM768_SEED_LEN], const uint8_t z[MLKEM768_SEED_LEN],
	uint8_t ek[MLKEM768_EK_LEN], uint8_t dk[MLKEM768_DK_LEN])
{
	static const uint8_t k[1] = { MLKEM_K };
	uint8_t seeds[64]; /* rho | sigma */
	struct mlkem_hash h;

	mlkem_hash_begin(&h);
	mlkem_hash_g(&h, d, MLKEM768_SEED_LEN, k, 1, seeds);
	pke_keygen(&h, seeds, seeds + 32, ek, dk);
	memcpy(dk + T_LEN, ek, MLKEM768_EK_LEN);
	mlkem_hash_h(&h, ek, MLKEM768_EK_LEN, dk + T_LEN + MLKEM768_EK_LEN);
	memcpy(dk + MLKEM768_DK_LEN - 32, z, 32);
	ct_wipe(seeds, sizeof(seeds));
	mlkem_hash_end(&h);
	return h.bad ? -1 : 1;
}

int
mlkem768_encaps_from(const uint8_t ek[MLKEM768_EK_LEN], const uint8_t m[MLKEM768_SEED_LEN],
	uint8_t ct[MLKEM768_CT_LEN], uint8_t secret[MLKEM768_SECRET_LEN])
{
	uint8_t digest[32], kr[64]; /* H(ek); K | r */
	struct mlkem_hash h;
	bool good;

	mlkem_hash_begin(&h);
	mlkem_hash_h(&h, ek, MLKEM768_EK_LEN, digest);
	mlkem_hash_g(&h, m, MLKEM768_SEED_LEN, digest, 32, kr);
	good = pke_encrypt(&h, ek, m, kr + 32, ct);
	memcpy(secret, kr, MLKEM768_SECRET_LEN);
	ct_wipe(kr, sizeof(kr));
	mlkem_hash_end(&h);
	return h.bad ? -1 : good;
}

int
mlkem768_decaps(const uint8_t dk[MLKEM768_DK_LEN], const uint8_t ct[MLKEM768_CT_LEN],
	uint8_t secret[MLKEM768_SECRET_LEN])
{
	const uint8_t *ek = dk + T_LEN, *digest = ek + MLKEM768_EK_LEN, *z = digest + 32;
	uint8_t m[32], kr[64], reject[32], again[MLKEM768_CT_LEN], check[32];
	struct mlkem_hash h;
	uint32_t same;
	bool good;

	mlkem_hash_begin(&h);
	mlkem_hash_h(&h, ek, MLKEM768_EK_LEN, check);
	pke_decrypt(dk, ct, m);
	mlkem_hash_g(&h, m, 32, digest, 32, kr);
	mlkem_hash_j(&h, z, 32, ct, MLKEM768_CT_LEN, reject);
	good = pke_encrypt(&h, ek, m, kr + 32, again);
	same = ct_memeq(again, ct, MLKEM768_CT_LEN);
	for (unsigned i = 0; i < MLKEM768_SECRET_LEN; i++)
		secret[i] = (uint8_t)ct_select(same, kr[i], reject[i]);
	ct_wipe(m, sizeof(m));
	ct_wipe(kr, sizeof(kr));
	ct_wipe(reject, sizeof(reject));
	ct_wipe(again, sizeof(again));
	mlkem_hash_end(&h);
	if (h.bad)
		return -1;
	return good && ct_memeq(check, digest, 32);
}
