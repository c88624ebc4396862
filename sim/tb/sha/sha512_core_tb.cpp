/* Bench of sha512_core: see core_tb.h. The known answer is FIPS 180-4's example of one block, "abc". */
#include "Vtb_sha512_core.h"
#include "sim/tb/sha/core_tb.h"

static void reference(uint64_t *h, const uint8_t *block) {
	SHA512_CTX c = {};
	memcpy(c.h, h, 64);
	SHA512_Transform(&c, block);
	memcpy(h, c.h, 64);
}

int main(int argc, char **argv) {
	Tb<Vtb_sha512_core> tb(argc, argv, "sha512_core");
	CoreBench<Vtb_sha512_core, uint64_t, 8, 82> bench(tb, reference);
	bench.run(3000);
	const uint64_t iv[8] = {0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1, 0x510e527fade682d1,
	                        0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179};
	const uint64_t want[8] = {0xddaf35a193617aba, 0xcc417349ae204131, 0x12e6fa4e89a97ea2, 0x0a9eeee64b55d39a, 0x2192992a274fc1a8,
	                          0x36ba3c23a3feebbd, 0x454d4423643ce80e, 0x2a9ac94fa54ca49f};
	uint8_t abc[128] = {'a', 'b', 'c', 0x80};
	abc[127] = 24;
	bench.block(true, iv, abc);
	CHECK(tb, memcmp(&tb.v->state_o, want, sizeof(want)) == 0, "FIPS 180-4 example: SHA-512 of abc");
	bench.speed(20000);
	return tb.finish();
}
