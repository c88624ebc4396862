/* The operations with randomness of their own, over those that are given it. */
#include "control/mlkem/mlkem.h"

#include <openssl/rand.h>

#include "common/ct.h"

int
mlkem768_keygen(uint8_t ek[MLKEM768_EK_LEN], uint8_t dk[MLKEM768_DK_LEN])
{
	uint8_t seeds[2 * MLKEM768_SEED_LEN];
	int rc = RAND_priv_bytes(seeds, sizeof(seeds)) == 1
			 ? mlkem768_keygen_from(seeds, seeds + MLKEM768_SEED_LEN, ek, dk)
			 : -1;

	ct_wipe(seeds, sizeof(seeds));
	return rc;
}

int
mlkem768_encaps(const uint8_t ek[MLKEM768_EK_LEN], uint8_t ct[MLKEM768_CT_LEN],
	uint8_t secret[MLKEM768_SECRET_LEN])
{
	uint8_t m[MLKEM768_SEED_LEN];
	int rc = RAND_priv_bytes(m, sizeof(m)) == 1 ? mlkem768_encaps_from(ek, m, ct, secret) : -1;

	ct_wipe(m, sizeof(m));
	return rc;
}
