/*
 * The encrypt or the decrypt pipe (AES_DECRYPT) against libcrypto: one block a cycle from four banks of AES-128 and AES-256 keys in any order, with gaps;
 * each result 15 cycles after its block. Round keys come from a schedule made here.
 */
#include <deque>

#ifdef AES_DECRYPT
#include "Vtb_aes_dec_pipe.h"
using Model = Vtb_aes_dec_pipe;
#else
#include "Vtb_aes_enc_pipe.h"
using Model = Vtb_aes_enc_pipe;
#endif
#include "sim/harness/tb.h"
#include "sim/tb/aes_iter/ref_aes.h"

using Bench = Tb<Model>;

static uint8_t gmul(uint8_t a, uint8_t b) {
	uint8_t r = 0;
	for (; b; b >>= 1, a = static_cast<uint8_t>(a << 1 ^ (a & 0x80 ? 0x1b : 0))) r ^= b & 1 ? a : 0;
	return r;
}

static uint8_t sbox(uint8_t x) {
	uint8_t inv = 0, out = 0x63;
	for (unsigned y = 1; y < 256; y++)
		if (gmul(x, static_cast<uint8_t>(y)) == 1) inv = static_cast<uint8_t>(y);
	for (unsigned i = 0; i < 5; i++) out ^= static_cast<uint8_t>(inv << i | inv >> (8 - i));
	return out;
}

/* FIPS 197 5.2; for decryption the middle keys through InvMixColumns (5.3.5). Key r goes to the slot that the pipe's header names. */
static void write_keys(Bench &tb, unsigned bank, const uint8_t *key, bool wide) {
	unsigned nk = wide ? 8 : 4, rounds = wide ? 14 : 10;
	uint8_t w[15][16], rcon = 1;
	uint8_t *f = &w[0][0];
	memcpy(f, key, 4 * nk);
	for (unsigned i = nk; i < 4 * (rounds + 1); i++) {
		uint8_t t[4];
		memcpy(t, f + 4 * (i - 1), 4);
		if (i % nk == 0) {
			uint8_t first = t[0];
			for (unsigned k = 0; k < 3; k++) t[k] = sbox(t[k + 1]);
			t[3] = sbox(first);
			t[0] ^= rcon;
			rcon = gmul(rcon, 2);
		} else if (nk == 8 && i % nk == 4) {
			for (uint8_t &b : t) b = sbox(b);
		}
		for (unsigned k = 0; k < 4; k++) f[4 * i + k] = f[4 * (i - nk) + k] ^ t[k];
	}
	for (unsigned r = 0; r <= rounds; r++) {
		uint8_t k[16];
		memcpy(k, w[r], 16);
#ifdef AES_DECRYPT
		unsigned slot = r == rounds ? 0 : 14 - r;
		static const uint8_t row[4] = {14, 11, 13, 9};
		if (r != 0 && r != rounds)
			for (unsigned c = 0; c < 16; c += 4)
				for (unsigned i = 0; i < 4; i++) {
					k[c + i] = 0;
					for (unsigned j = 0; j < 4; j++) k[c + i] ^= gmul(w[r][c + j], row[(j + 4 - i) % 4]);
				}
#else
		unsigned slot = r == 0 ? 0 : r + 14 - rounds;
#endif
		auto *v = tb.v.get();
		v->key_valid_i = 1;
		v->key_bank_i = static_cast<uint8_t>(bank);
		v->key_slot_i = static_cast<uint8_t>(slot);
		memcpy(&v->key_data_i, k, 16);
		tb.tick();
		v->key_valid_i = 0;
	}
}

struct Expect {
	uint64_t cycle;
	uint8_t b[16];
};

int main(int argc, char **argv) {
#ifdef AES_DECRYPT
	const bool decrypt = true;
#else
	const bool decrypt = false;
#endif
	Bench tb(argc, argv, decrypt ? "aes_dec_pipe" : "aes_enc_pipe");
	std::deque<Expect> expect;
	tb.before_edge.push_back([&] {
		auto *v = tb.v.get();
		if (!v->rst_ni) return;
		bool due = !expect.empty() && expect.front().cycle == tb.cycle;
		tb.check_quiet(v->out_valid_o == due, "a result 15 cycles after each block", __FILE__, __LINE__);
		if (due) {
			CHECK(tb, !memcmp(&v->out_data_o, expect.front().b, 16), "block");
			expect.pop_front();
		}
	});
	uint64_t seed = tb.seed();
	for (uint64_t s = 0; s < 3; s++) {
		if (s) tb.reseed(seed + s);
		tb.v->in_valid_i = tb.v->key_valid_i = 0;
		expect.clear();
		tb.reset();
		for (unsigned round = 0; round < 20; round++) {
			std::unique_ptr<RefAes> ref[4];
			bool wide[4];
			for (unsigned b = 0; b < 4; b++) {
				uint8_t key[32];
				tb.rng.fill(key, 32);
				wide[b] = tb.rng.percent(50);
				ref[b] = std::make_unique<RefAes>(key, wide[b]);
				write_keys(tb, b, key, wide[b]);
			}
			unsigned gap = tb.rng.percent(50) ? 0 : 40;
			tb.mark();
			for (unsigned n = 0; n < 500; n++) {
				auto *v = tb.v.get();
				unsigned b = tb.rng.below(4);
				uint8_t in[16];
				Expect e;
				tb.rng.fill(in, 16);
				while (tb.rng.percent(gap)) tb.tick();
				ref[b]->block(decrypt, in, e.b);
				e.cycle = tb.cycle + 15;
				expect.push_back(e);
				v->in_valid_i = 1;
				v->in_bank_i = static_cast<uint8_t>(b);
				v->in_256_i = wide[b];
				memcpy(&v->in_data_i, in, 16);
				tb.tick();
				v->in_valid_i = 0;
			}
			for (unsigned i = 0; i < 16; i++) tb.tick();
			CHECK(tb, expect.empty(), "every block came out");
		}
	}
	return tb.finish();
}
