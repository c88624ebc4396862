/* Bench of sha256_core: see core_tb.h. The known answer is FIPS 180-4's example of one block, "abc". */
#include "Vtb_sha256_core.h"
#include "sim/tb/sha/core_tb.h"

static void reference(uint32_t *h, const uint8_t *block) {
	SHA256_CTX c = {};
	memcpy(c.h, h, 32);
	SHA256_Transform(&c, block);
	memcpy(h, c.h, 32);
}

int main(int argc, char **argv) {
	Tb<Vtb_sha256_core> tb(argc, argv, "sha256_core");
	CoreBench<Vtb_sha256_core, uint32_t, 8, 66> bench(tb, reference);
	bench.run(3000);
	const uint32_t iv[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
	const uint32_t want[8] = {0xba7816bf, 0x8f01cfea, 0x414140de, 0x5dae2223, 0xb00361a3, 0x96177a9c, 0xb410ff61, 0xf20015ad};
	uint8_t abc[64] = {'a', 'b', 'c', 0x80};
	abc[63] = 24;
	bench.block(true, iv, abc);
	CHECK(tb, memcmp(&tb.v->state_o, want, sizeof(want)) == 0, "FIPS 180-4 example: SHA-256 of abc");
	bench.speed(20000);
	return tb.finish();
}
