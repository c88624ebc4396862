/* SHA-3 and SHAKE by libcrypto; see mlkem_hash.h. */
#include "control/mlkem/mlkem_hash.h"

#include <pthread.h>
#include <string.h>

/*
 * Against the rule of no file-level variables: looking an algorithm up costs as much as a
 * permutation of Keccak. Written under pthread_once(), constant from then on.
 */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct algorithms {
	EVP_MD *sha3_256, *sha3_512, *shake128, *shake256;
} algs;

static void
fetch(void)
{
	algs.sha3_256 = EVP_MD_fetch(NULL, "SHA3-256", NULL);
	algs.sha3_512 = EVP_MD_fetch(NULL, "SHA3-512", NULL);
	algs.shake128 = EVP_MD_fetch(NULL, "SHAKE128", NULL);
	algs.shake256 = EVP_MD_fetch(NULL, "SHAKE256", NULL);
}

int
mlkem_hash_begin(struct mlkem_hash *h)
{
	pthread_once(&once, fetch);
	h->bad = algs.sha3_256 == NULL || algs.sha3_512 == NULL || algs.shake128 == NULL ||
		 algs.shake256 == NULL;
	h->ctx = EVP_MD_CTX_new();
	if (h->ctx == NULL)
		h->bad = 1;
	return h->bad ? -1 : 0;
}

void
mlkem_hash_end(struct mlkem_hash *h)
{
	EVP_MD_CTX_free(h->ctx); /* libcrypto wipes the state */
	h->ctx = NULL;
}

static void
run(struct mlkem_hash *h, const EVP_MD *md, int is_xof, const uint8_t *a, size_t a_len,
	const uint8_t *b, size_t b_len, uint8_t *out, size_t out_len)
{
	if (h->bad || EVP_DigestInit_ex(h->ctx, md, NULL) != 1 ||
		EVP_DigestUpdate(h->ctx, a, a_len) != 1 ||
		(b_len != 0 && EVP_DigestUpdate(h->ctx, b, b_len) != 1) ||
		(is_xof ? EVP_DigestFinalXOF(h->ctx, out, out_len)
			: EVP_DigestFinal_ex(h->ctx, out, NULL)) != 1) {
		h->bad = 1;
		memset(out, 0, out_len);
	}
}

void
mlkem_hash_g(struct mlkem_hash *h, const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len,
	uint8_t out[64])
{
	run(h, algs.sha3_512, 0, a, a_len, b, b_len, out, 64);
}

void
mlkem_hash_h(struct mlkem_hash *h, const uint8_t *a, size_t a_len, uint8_t out[32])
{
	run(h, algs.sha3_256, 0, a, a_len, NULL, 0, out, 32);
}

void
mlkem_hash_j(struct mlkem_hash *h, const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len,
	uint8_t out[32])
{
	run(h, algs.shake256, 1, a, a_len, b, b_len, out, 32);
}

void
mlkem_hash_prf(
	struct mlkem_hash *h, const uint8_t key[32], uint8_t nonce, uint8_t *out, size_t out_len)
{
	run(h, algs.shake256, 1, key, 32, &nonce, 1, out, out_len);
}

void
mlkem_hash_xof(struct mlkem_hash *h, const uint8_t rho[32], uint8_t i, uint8_t j, uint8_t *out,
	size_t out_len)
{
	const uint8_t ij[2] = { i, j };

	run(h, algs.shake128, 1, rho, 32, ij, 2, out, out_len);
}
