/* Bench of sha1_core: see core_tb.h. The known answer is FIPS 180-4's example of one block, "abc". */
#include "Vtb_sha1_core.h"
#include "sim/tb/sha/core_tb.h"

static void reference(uint32_t *h, const uint8_t *block) {
	SHA_CTX c = {};
	c.h0 = h[0]; c.h1 = h[1]; c.h2 = h[2]; c.h3 = h[3]; c.h4 = h[4];
	SHA1_Transform(&c, block);
	h[0] = c.h0; h[1] = c.h1; h[2] = c.h2; h[3] = c.h3; h[4] = c.h4;
}

int main(int argc, char **argv) {
	Tb<Vtb_sha1_core> tb(argc, argv, "sha1_core");
	CoreBench<Vtb_sha1_core, uint32_t, 5, 82> bench(tb, reference);
	bench.run(3000);
	const uint32_t iv[8] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
	const uint32_t want[5] = {0xa9993e36, 0x4706816a, 0xba3e2571, 0x7850c26c, 0x9cd0d89d};
	uint8_t abc[64] = {'a', 'b', 'c', 0x80};
	abc[63] = 24;
	bench.block(true, iv, abc);
	CHECK(tb, memcmp(&tb.v->state_o, want, sizeof(want)) == 0, "FIPS 180-4 example: SHA-1 of abc");
	bench.speed(20000);
	return tb.finish();
}
