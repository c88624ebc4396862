/*
 * aes_iter against libcrypto: FIPS 197 appendix C, then random keys and blocks in both directions with random gaps and back-pressure,
 * key changes at random, several seeds of initial register values; cycles per block must not depend on the data.
 */
#include <openssl/evp.h>

#include "Vtb_aes_iter.h"
#include "sim/harness/tb.h"
#include "sim/tb/aes_iter/ref_aes.h"

using Bench = Tb<Vtb_aes_iter>;

static void load_key(Bench &tb, const uint8_t key[32], bool wide) {
	auto *v = tb.v.get();
	memcpy(&v->key_data_i, key, 32);
	v->key_256_i = wide;
	v->key_valid_i = 1;
	for (;;) {
		v->eval();
		bool taken = v->key_ready_o;
		tb.tick();
		if (taken) break;
	}
	v->key_valid_i = 0;
	memset(&v->key_data_i, 0, 32);
}

/* Runs one block; returns the cycles from its transfer to the cycle that shows the result. */
static unsigned run_block(Bench &tb, bool decrypt, const uint8_t in[16], uint8_t out[16], unsigned stall) {
	auto *v = tb.v.get();
	memcpy(&v->blk_data_i, in, 16);
	v->blk_decrypt_i = decrypt;
	v->blk_valid_i = 1;
	for (;;) {
		v->eval();
		bool taken = v->blk_ready_o;
		tb.tick();
		if (taken) break;
	}
	v->blk_valid_i = 0;
	memset(&v->blk_data_i, 0, 16);
	unsigned cycles = 1;
	for (; !v->res_valid_o; cycles++) {
		static const uint8_t zero[16] = {};
		tb.check_quiet(!memcmp(&v->res_data_o, zero, 16), "idle result is zero", __FILE__, __LINE__);
		tb.tick();
	}
	for (unsigned i = 0; i < stall; i++) tb.tick();
	memcpy(out, &v->res_data_o, 16);
	v->res_ready_i = 1;
	tb.tick();
	v->res_ready_i = 0;
	return cycles;
}

static void fips197(Bench &tb) {
	static const uint8_t pt[16] = {0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff};
	static const uint8_t ct128[16] = {0x69, 0xc4, 0xe0, 0xd8, 0x6a, 0x7b, 0x04, 0x30, 0xd8, 0xcd, 0xb7, 0x80, 0x70, 0xb4, 0xc5, 0x5a};
	static const uint8_t ct256[16] = {0x8e, 0xa2, 0xb7, 0xca, 0x51, 0x67, 0x45, 0xbf, 0xea, 0xfc, 0x49, 0x90, 0x4b, 0x49, 0x60, 0x89};
	uint8_t key[32], out[16];
	for (unsigned i = 0; i < 32; i++) key[i] = static_cast<uint8_t>(i);
	for (bool wide : {false, true}) {
		const uint8_t *ct = wide ? ct256 : ct128;
		load_key(tb, key, wide);
		unsigned n = run_block(tb, false, pt, out, 0);
		CHECK(tb, !memcmp(out, ct, 16), "FIPS 197 C encrypt");
		CHECK(tb, n <= 15, "at most 15 cycles a block");
		run_block(tb, true, ct, out, 0);
		CHECK(tb, !memcmp(out, pt, 16), "FIPS 197 C decrypt");
	}
}

static void random_blocks(Bench &tb, unsigned keys) {
	for (unsigned k = 0; k < keys; k++) {
		uint8_t key[32], in[16], out[16], want[16];
		bool wide = tb.rng.percent(50);
		tb.rng.fill(key, 32);
		load_key(tb, key, wide);
		RefAes ref(key, wide);
		unsigned blocks = 1 + tb.rng.below(40);
		tb.mark();
		for (unsigned i = 0; i < blocks; i++) {
			bool decrypt = tb.rng.percent(50);
			tb.rng.fill(in, 16);
			ref.block(decrypt, in, want);
			unsigned n = run_block(tb, decrypt, in, out, tb.rng.percent(30) ? tb.rng.below(20) : 0);
			CHECK(tb, !memcmp(out, want, 16), decrypt ? "decrypt" : "encrypt");
			CHECK(tb, n == (wide ? 15u : 11u), "cycles depend on the key length only");
		}
	}
}

/* Blocks offered without a gap: 11 or 15 cycles each. */
static void back_to_back(Bench &tb) {
	auto *v = tb.v.get();
	uint8_t key[32];
	tb.rng.fill(key, 32);
	for (bool wide : {false, true}) {
		load_key(tb, key, wide);
		v->blk_valid_i = v->res_ready_i = 1;
		unsigned results = 0;
		uint64_t first = 0, end = 0;
		while (results < 101) {
			v->eval();
			if (v->res_valid_o) {
				if (!results++) first = tb.cycle;
				end = tb.cycle;
			}
			tb.tick();
		}
		v->blk_valid_i = 0;
		for (unsigned i = 0; i < 20; i++) tb.tick();
		v->res_ready_i = 0;
		printf("AES-%u iterative: %.2f cycles per block\n", wide ? 256 : 128, static_cast<double>(end - first) / 100);
		CHECK(tb, end - first == (wide ? 1500u : 1100u), "back to back blocks");
	}
}

int main(int argc, char **argv) {
	Bench tb(argc, argv, "aes_iter");
	uint64_t seed = tb.seed();
	for (uint64_t s = 0; s < 4; s++) {
		if (s) tb.reseed(seed + s);
		tb.reset();
		fips197(tb);
		random_blocks(tb, 200);
		back_to_back(tb);
		tb.reset();
		fips197(tb);
	}
	uint64_t c0 = tb.cycle;
	double t0 = tb_cpu_seconds();
	random_blocks(tb, 2000);
	double dt = tb_cpu_seconds() - t0;
	printf("simulation: %.2f M cycles/s, libcrypto reference included\n", static_cast<double>(tb.cycle - c0) / dt / 1e6);
	return tb.finish();
}
