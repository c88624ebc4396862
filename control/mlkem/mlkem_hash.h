/*
 * The hash functions of FIPS 203 4.1 by libcrypto. One context serves all hashes of an operation;
 * the algorithms are fetched once per process.
 */
#ifndef SLUICE_CONTROL_MLKEM_HASH_H
#define SLUICE_CONTROL_MLKEM_HASH_H

#include <stddef.h>
#include <stdint.h>

#include <openssl/evp.h>

struct mlkem_hash {
	EVP_MD_CTX *ctx;
	int bad; /* libcrypto failed; everything since is void */
};

/* 0 or -1. mlkem_hash_end() in any case: wipes. */
int mlkem_hash_begin(struct mlkem_hash *h);
void mlkem_hash_end(struct mlkem_hash *h);

/* out = f(a | b) */
void mlkem_hash_g(struct mlkem_hash *h, const uint8_t *a, size_t a_len, const uint8_t *b,
	size_t b_len, uint8_t out[64]); /* SHA3-512 */
void mlkem_hash_h(
	struct mlkem_hash *h, const uint8_t *a, size_t a_len, uint8_t out[32]); /* SHA3-256 */
void mlkem_hash_j(struct mlkem_hash *h, const uint8_t *a, size_t a_len, const uint8_t *b,
	size_t b_len, uint8_t out[32]); /* SHAKE256 */
void mlkem_hash_prf(struct mlkem_hash *h, const uint8_t key[32], uint8_t nonce, uint8_t *out,
	size_t out_len); /* SHAKE256 */
void mlkem_hash_xof(struct mlkem_hash *h, const uint8_t rho[32], uint8_t i, uint8_t j, uint8_t *out,
	size_t out_len); /* SHAKE128 */

#endif
