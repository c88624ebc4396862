/*
 * ghash against a bitwise GHASH: random hashes of 1..40 blocks back to back and with gaps, over four banks of keys that change while
 * others run; the result must come 5 cycles after the last block. All products of two powers of x (the product is bilinear, so they decide it), and
 * that sums of operands give sums of products.
 */
#include <deque>

#include "Vtb_ghash.h"
#include "sim/harness/tb.h"

using Bench = Tb<Vtb_ghash>;

struct Block {
	uint8_t b[16];
};

/* SP 800-38D 6.3, bit by bit: the leftmost bit of byte 0 is the coefficient of x^0 */
static Block gf_mul(const Block &x, const Block &y) {
	Block z{}, v = y;
	for (unsigned i = 0; i < 128; i++) {
		if (x.b[i / 8] & (0x80 >> (i % 8)))
			for (unsigned k = 0; k < 16; k++) z.b[k] ^= v.b[k];
		bool carry = v.b[15] & 1;
		for (unsigned k = 15; k > 0; k--) v.b[k] = static_cast<uint8_t>(v.b[k] >> 1 | v.b[k - 1] << 7);
		v.b[0] >>= 1;
		if (carry) v.b[0] ^= 0xe1;
	}
	return z;
}

struct Expect {
	uint64_t cycle;
	uint8_t tag;
	Block y;
};

static void write_bank(Bench &tb, unsigned bank, Block h[4]) {
	auto *v = tb.v.get();
	for (unsigned p = 0; p < 4; p++) {
		v->h_valid_i = 1;
		v->h_bank_i = static_cast<uint8_t>(bank);
		v->h_pow_i = static_cast<uint8_t>(p);
		memcpy(&v->h_data_i, h[p].b, 16);
		tb.tick();
	}
	v->h_valid_i = 0;
}

int main(int argc, char **argv) {
	Bench tb(argc, argv, "ghash");
	std::deque<Expect> expect;
	Block h[4][4];
	tb.before_edge.push_back([&] {
		auto *v = tb.v.get();
		if (!v->rst_ni) return;
		bool due = !expect.empty() && expect.front().cycle == tb.cycle;
		tb.check_quiet(v->out_valid_o == due, "a result 5 cycles after the last block and at no other time", __FILE__, __LINE__);
		if (due) {
			CHECK(tb, !memcmp(&v->out_data_o, expect.front().y.b, 16) && v->out_tag_o == expect.front().tag, "hash");
			expect.pop_front();
		}
	});
	/* products x * H, one a cycle */
	auto product = [&](const Block &x, const Block &y) {
		auto *v = tb.v.get();
		v->in_valid_i = v->in_first_i = v->in_blocks_i = 1;
		v->in_bank_i = v->in_tag_i = 0;
		memcpy(&v->in_data_i, x.b, 16);
		expect.push_back({tb.cycle + 5, 0, y});
		tb.tick();
		v->in_valid_i = 0;
	};
	auto quiet = [&] {
		for (unsigned i = 0; i < 8; i++) tb.tick();
		tb.mark();
	};
	auto add = [](Block a, const Block &b) {
		for (unsigned k = 0; k < 16; k++) a.b[k] ^= b.b[k];
		return a;
	};
	uint64_t seed = tb.seed();
	tb.v->in_valid_i = tb.v->h_valid_i = 0;
	tb.reset();
	for (unsigned j = 0; j < 128; j++) {
		Block y[4]{};
		y[0].b[j / 8] = static_cast<uint8_t>(0x80 >> (j % 8));
		quiet();
		write_bank(tb, 0, y);
		for (unsigned i = 0; i < 128; i++) {
			Block x{};
			x.b[i / 8] = static_cast<uint8_t>(0x80 >> (i % 8));
			product(x, gf_mul(x, y[0]));
		}
	}
	for (unsigned n = 0; n < 300; n++) {
		Block a, b, g[4]{}, k[4]{}, s[4]{};
		for (Block *p : {&a, &b, &g[0], &k[0]}) tb.rng.fill(p->b, 16);
		s[0] = add(g[0], k[0]);
		Block ag = gf_mul(a, g[0]), bg = gf_mul(b, g[0]), ak = gf_mul(a, k[0]);
		quiet();
		write_bank(tb, 0, g);
		product(a, ag);
		product(b, bg);
		product(add(a, b), add(ag, bg));
		quiet();
		write_bank(tb, 0, k);
		product(a, ak);
		quiet();
		write_bank(tb, 0, s);
		product(a, add(ag, ak));
	}
	quiet();
	for (uint64_t s = 0; s < 3; s++) {
		tb.reseed(seed + s);
		auto *v = tb.v.get();
		v->in_valid_i = v->h_valid_i = 0;
		expect.clear();
		tb.reset();
		for (unsigned n = 0; n < 3000; n++) {
			unsigned bank = tb.rng.below(4);
			if (n < 4 || tb.rng.percent(5)) {
				if (n < 4) bank = n;
				for (unsigned i = 0; i < 8; i++) tb.tick();
				tb.rng.fill(h[bank][0].b, 16);
				for (unsigned p = 1; p < 4; p++) h[bank][p] = gf_mul(h[bank][p - 1], h[bank][0]);
				write_bank(tb, bank, h[bank]);
			}
			unsigned blocks = 1 + tb.rng.below(tb.rng.percent(50) ? 6 : 40), gap = tb.rng.percent(50) ? 0 : tb.rng.below(60);
			Block y{};
			tb.mark();
			for (unsigned i = 0; i < blocks; i++) {
				Block x;
				tb.rng.fill(x.b, 16);
				for (unsigned k = 0; k < 16; k++) y.b[k] ^= x.b[k];
				y = gf_mul(y, h[bank][0]);
				while (tb.rng.percent(gap)) tb.tick();
				v->in_valid_i = 1;
				v->in_first_i = i == 0;
				v->in_blocks_i = i == 0 ? blocks : tb.rng.u32() & 0x1fffffff;
				v->in_bank_i = static_cast<uint8_t>(bank);
				v->in_tag_i = n & 7;
				memcpy(&v->in_data_i, x.b, 16);
				if (i + 1 == blocks) expect.push_back({tb.cycle + 5, static_cast<uint8_t>(n & 7), y});
				tb.tick();
				v->in_valid_i = 0;
			}
		}
		for (unsigned i = 0; i < 10; i++) tb.tick();
		CHECK(tb, expect.empty() && !v->busy_o, "idle at the end");
	}
	return tb.finish();
}
