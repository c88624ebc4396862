/*
 * ML-KEM-768 for mlkem_cross.py: reads lines of hex d, z, m and a ciphertext of any bytes; writes a
 * line of ek, dk, c, k and what decapsulating the given ciphertext gives.
 */
#include <stdio.h>
#include <string.h>

#include "control/mlkem/mlkem.h"
#include "tests/unit/control/vectors.h"

static void
print(const uint8_t *p, size_t n, char end)
{
	for (size_t i = 0; i < n; i++)
		printf("%02x", p[i]);
	putchar(end);
}

int
main(void)
{
	static char line[VEC_LINE], d[VEC_LINE], z[VEC_LINE], m[VEC_LINE], other[VEC_LINE];
	static uint8_t ek[MLKEM768_EK_LEN], dk[MLKEM768_DK_LEN], ct[MLKEM768_CT_LEN];
	uint8_t in[3][32], k[32];

	while (vec_line(stdin, line) != NULL) {
		if (sscanf(line, "%s %s %s %s", d, z, m, other) != 4)
			return 2;
		vec_hex(d, in[0], 32);
		vec_hex(z, in[1], 32);
		vec_hex(m, in[2], 32);
		if (mlkem768_keygen_from(in[0], in[1], ek, dk) != 1 || mlkem768_encaps_from(ek, in[2], ct, k) != 1)
			return 3;
		print(ek, sizeof(ek), ' ');
		print(dk, sizeof(dk), ' ');
		print(ct, sizeof(ct), ' ');
		print(k, 32, ' ');
		vec_hex(other, ct, sizeof(ct));
		if (mlkem768_decaps(dk, ct, k) != 1)
			return 4;
		print(k, 32, '\n');
	}
	return 0;
}
