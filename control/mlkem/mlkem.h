/*
 * ML-KEM-768, FIPS 203 (August 2024), constant time in everything that is secret. Two builds of
 * these functions: our own portable C, and libcrypto's where that has it (3.5 and newer); see
 * README.md. Callable on any thread.
 */
#ifndef SLUICE_CONTROL_MLKEM_H
#define SLUICE_CONTROL_MLKEM_H

#include <stdint.h>

#define MLKEM768_EK_LEN	    1184 /* encapsulation key: public */
#define MLKEM768_DK_LEN	    2400 /* decapsulation key: secret */
#define MLKEM768_CT_LEN	    1088
#define MLKEM768_SECRET_LEN 32
#define MLKEM768_SEED_LEN   32

/* ML-KEM.KeyGen, algorithm 19. 1, or -1: no randomness or no memory. */
int mlkem768_keygen(uint8_t ek[MLKEM768_EK_LEN], uint8_t dk[MLKEM768_DK_LEN]);
/*
 * ML-KEM.Encaps, algorithm 20, with the check of 7.2: 0 when ek is not an encapsulation key. Else
 * 1, or -1.
 */
int mlkem768_encaps(const uint8_t ek[MLKEM768_EK_LEN], uint8_t ct[MLKEM768_CT_LEN],
	uint8_t secret[MLKEM768_SECRET_LEN]);
/*
 * ML-KEM.Decaps, algorithm 21, with the check of 7.3: 0 when dk is damaged. Else 1, or -1. A
 * ciphertext that is wrong in any way gives a secret that nobody else has, and no other sign.
 */
int mlkem768_decaps(const uint8_t dk[MLKEM768_DK_LEN], const uint8_t ct[MLKEM768_CT_LEN],
	uint8_t secret[MLKEM768_SECRET_LEN]);

/* Algorithms 16 and 17, where the caller brings the randomness: for known-answer tests. */
int mlkem768_keygen_from(const uint8_t d[MLKEM768_SEED_LEN], const uint8_t z[MLKEM768_SEED_LEN],
	uint8_t ek[MLKEM768_EK_LEN], uint8_t dk[MLKEM768_DK_LEN]);
int mlkem768_encaps_from(const uint8_t ek[MLKEM768_EK_LEN], const uint8_t m[MLKEM768_SEED_LEN],
	uint8_t ct[MLKEM768_CT_LEN], uint8_t secret[MLKEM768_SECRET_LEN]);

#endif
