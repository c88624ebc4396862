/*
 * ML-KEM-768 under valgrind with every secret marked undefined: memcheck reports each branch and
 * each address that depends on one. Public: rho, ek, ct. A last check shows that the method sees
 * what it should: a branch on a secret, made on purpose, must be reported.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <valgrind/memcheck.h>

/*
 * The sources themselves: the part of key generation after rho has become public is static, and
 * valgrind needs them built without AVX-512
 */
#include "control/mlkem/mlkem.c"
#include "control/mlkem/mlkem_hash.c"
#include "control/mlkem/mlkem_poly.c"

static int
keygen(uint8_t *ek, uint8_t *dk)
{
	uint8_t rho[32], sigma[32];
	struct mlkem_hash h;

	memset(rho, 7, sizeof(rho));
	memset(sigma, 9, sizeof(sigma));
	VALGRIND_MAKE_MEM_UNDEFINED(sigma, sizeof(sigma));
	mlkem_hash_begin(&h);
	pke_keygen(&h, rho, sigma, ek, dk);
	VALGRIND_MAKE_MEM_DEFINED(ek, MLKEM768_EK_LEN); /* published */
	memcpy(dk + T_LEN, ek, MLKEM768_EK_LEN);
	mlkem_hash_h(&h, ek, MLKEM768_EK_LEN, dk + T_LEN + MLKEM768_EK_LEN);
	memset(dk + MLKEM768_DK_LEN - 32, 3, 32);
	VALGRIND_MAKE_MEM_UNDEFINED(dk + MLKEM768_DK_LEN - 32, 32);
	mlkem_hash_end(&h);
	return h.bad;
}

static int
is_defined(const uint8_t secret[32])
{
	uint8_t bits[32], any = 0;

	VALGRIND_GET_VBITS(secret, bits, 32);
	for (unsigned i = 0; i < 32; i++)
		any |= bits[i];
	return !any;
}

int
main(int argc, char **argv)
{
	static uint8_t ek[MLKEM768_EK_LEN], dk[MLKEM768_DK_LEN], ct[MLKEM768_CT_LEN];
	uint8_t m[32] = { 1 }, ours[32], theirs[32], rejected[32];

	if (!RUNNING_ON_VALGRIND) {
		fprintf(stderr, "%s: run it under valgrind\n", argv[0]);
		return 2;
	}
	if (keygen(ek, dk))
		return 3;
	VALGRIND_MAKE_MEM_UNDEFINED(m, sizeof(m));
	if (mlkem768_encaps_from(ek, m, ct, theirs) != 1)
		return 4;
	if (is_defined(theirs))
		return 5; /* the marks got lost: nothing was shown */
	VALGRIND_MAKE_MEM_DEFINED(ct, sizeof(ct)); /* sent */
	if (mlkem768_decaps(dk, ct, ours) != 1)
		return 6;
	ct[100] ^= 1;
	if (mlkem768_decaps(dk, ct, rejected) != 1)
		return 7;
	if (is_defined(ours) || is_defined(rejected))
		return 8;
	if (VALGRIND_COUNT_ERRORS != 0)
		return 1; /* each is printed above */
	fprintf(stderr, "on purpose:\n");
	if (ours[0] & 1)
		fputc('.', stderr);
	if (VALGRIND_COUNT_ERRORS != 1)
		return 10;
	VALGRIND_MAKE_MEM_DEFINED(ours, 32);
	VALGRIND_MAKE_MEM_DEFINED(theirs, 32);
	VALGRIND_MAKE_MEM_DEFINED(rejected, 32);
	return memcmp(ours, theirs, 32) != 0 || memcmp(ours, rejected, 32) == 0 ? 9 : 0;
}
