/*
 * aes_slots against libcrypto: random CBC, single blocks, chain values and keys in all slots at once; each answer 16 cycles after its block was taken and
 * in order within its direction; turns (no ready slot waits for more than Slots - 1 others); a full pipe from 15 or 16 CBC streams; keys
 * overwritten by reset. --ops N: random blocks (default 100000).
 */
#include <array>
#include <deque>

#include "Vtb_aes_slots.h"
#include "Vtb_aes_slots___024root.h"
#include "sim/harness/tb.h"
#include "sim/tb/aes_iter/ref_aes.h"

using Bench = Tb<Vtb_aes_slots>;
using Block = std::array<uint8_t, 16>;
static constexpr unsigned Slots = 16, Latency = 16;

struct Op {
	bool dec, cbc, iv;
	Block data;
};

class Driver {
  public:
	explicit Driver(Bench &tb) : tb_(tb) {
		tb_.before_edge.push_back([this] { step(); });
	}
	struct Slot {
		std::unique_ptr<RefAes> key;
		std::deque<Op> todo;
		Block chain[2]{};   /* as the device should hold it, by direction */
		bool up = false;    /* the head of todo is offered */
		unsigned out = 0;   /* encryptions in the pipe */
		unsigned out_dec = 0;
		unsigned waited = 0;
	};
	Slot slot[Slots];
	unsigned gap_percent = 0;
	uint64_t answers = 0, taken[2] = {0, 0};

	bool idle() const {
		for (const Slot &s : slot)
			if (!s.todo.empty() || s.out || s.out_dec) return false;
		return true;
	}
	/* Gives a slot a key; waits until the device takes it. */
	void key(unsigned n, const uint8_t *k, bool wide) {
		auto *v = tb_.v.get();
		v->key_slot_i = static_cast<uint8_t>(n);
		v->key_256_i = wide;
		memcpy(&v->key_data_i, k, 32);
		v->key_valid_i = 1;
		bool taken = false;
		for (unsigned i = 0; i < 2000 && !taken; i++) {
			v->eval();
			taken = v->key_ready_o;
			tb_.tick();
		}
		v->key_valid_i = 0;
		memset(&v->key_data_i, 0, 32);
		CHECK(tb_, taken, "a key is taken");
		slot[n].key = std::make_unique<RefAes>(k, wide);
	}
	void random_key(unsigned n) {
		uint8_t k[32];
		tb_.rng.fill(k, 32);
		key(n, k, tb_.rng.percent(50));
	}
	void clear() {
		for (Slot &s : slot) {
			s.todo.clear();
			s.up = false;
			s.out = s.out_dec = s.waited = 0;
		}
		for (auto &w : want_) w.clear();
		rest();
	}

  private:
	struct Want {
		unsigned slot;
		Block data;
		uint64_t when;
	};
	Bench &tb_;
	std::deque<Want> want_[2];

	void rest() {
		auto *v = tb_.v.get();
		v->req_valid_i = v->req_dec_i = v->req_cbc_i = v->req_iv_i = 0;
		memset(&v->req_data_i, 0, 16 * Slots);
	}
	void take(unsigned n) {
		Slot &s = slot[n];
		Op op = s.todo.front();
		s.todo.pop_front();
		s.up = false;
		Block &c = s.chain[op.dec];
		taken[op.dec] += !op.iv;
		if (op.iv) {
			c = op.data;
			return;
		}
		Block in = op.data, out;
		if (!op.dec && op.cbc)
			for (unsigned i = 0; i < 16; i++) in[i] ^= c[i];
		s.key->block(op.dec, in.data(), out.data());
		if (op.dec && op.cbc)
			for (unsigned i = 0; i < 16; i++) out[i] ^= c[i];
		if (op.cbc) c = op.dec ? op.data : out;
		(op.dec ? s.out_dec : s.out)++;
		want_[op.dec].push_back({n, out, tb_.cycle + Latency});
	}
	void answer(bool dec, uint32_t valid, const void *data) {
		auto &w = want_[dec];
		Block got;
		memcpy(got.data(), data, 16);
		if (!valid) {
			tb_.check_quiet(w.empty() || w.front().when != tb_.cycle, "an answer comes in its cycle", __FILE__, __LINE__);
			return;
		}
		if (w.empty()) {
			CHECK(tb_, false, "no answer without a block");
			return;
		}
		Want x = w.front();
		w.pop_front();
		(dec ? slot[x.slot].out_dec : slot[x.slot].out)--;
		answers++;
		CHECK(tb_, valid == 1u << x.slot && got == x.data && x.when == tb_.cycle, dec ? "decrypted block" : "encrypted block");
	}
	void step() {
		auto *v = tb_.v.get();
		if (!v->rst_ni) return;
		answer(false, v->enc_valid_o, &v->enc_data_o);
		answer(true, v->dec_valid_o, &v->dec_data_o);
		uint32_t valid = 0, dec = 0, cbc = 0, iv = 0;
		for (unsigned n = 0; n < Slots; n++) {
			Slot &s = slot[n];
			if (!s.up) s.up = !s.todo.empty() && !tb_.rng.percent(gap_percent);
			if (!s.up) continue;
			const Op &op = s.todo.front();
			valid |= 1u << n;
			dec |= static_cast<uint32_t>(op.dec) << n;
			cbc |= static_cast<uint32_t>(op.cbc) << n;
			iv |= static_cast<uint32_t>(op.iv) << n;
			memcpy(reinterpret_cast<uint8_t *>(&v->req_data_i) + 16 * n, op.data.data(), 16);
		}
		v->req_valid_i = static_cast<uint16_t>(valid);
		v->req_dec_i = static_cast<uint16_t>(dec);
		v->req_cbc_i = static_cast<uint16_t>(cbc);
		v->req_iv_i = static_cast<uint16_t>(iv);
		v->eval();
		uint32_t ready = v->req_ready_o;
		tb_.check_quiet(!(ready & ~valid), "only what asks is taken", __FILE__, __LINE__);
		for (unsigned d = 0; d < 2; d++) {
			uint32_t mine = valid & (d ? dec : ~dec), given = ready & mine;
			tb_.check_quiet(__builtin_popcount(given) <= 1, "one block in each direction and cycle", __FILE__, __LINE__);
			bool could = false;
			for (unsigned n = 0; n < Slots; n++) {
				if (!(mine >> n & 1)) continue;
				Slot &s = slot[n];
				bool can = (v->keyed_o >> n & 1) && !(v->key_valid_i && v->key_ready_o && v->key_slot_i == n) && (d || !s.out);
				could = could || can;
				s.waited = !can || (given >> n & 1) ? 0 : s.waited + (given != 0);
				tb_.check_quiet(s.waited < Slots, "no slot starves", __FILE__, __LINE__);
				tb_.check_quiet(can || !(given >> n & 1), "a slot that cannot go is not taken", __FILE__, __LINE__);
			}
			tb_.check_quiet(could == (given != 0), "a ready slot goes at once", __FILE__, __LINE__);
		}
		for (unsigned n = 0; n < Slots; n++)
			if (ready >> n & 1) take(n);
	}
};

static void start(Bench &tb, Driver &d) {
	d.clear();
	tb.v->key_valid_i = 0;
	tb.reset();
	tb.mark();
	CHECK(tb, tb.v->keyed_o == 0, "reset leaves no key");
	CHECK(tb, tb.run_until([&] { return !tb.v->busy_o; }, 16 * Slots + 20), "reset ends");
}

static void finish(Bench &tb, Driver &d) {
	tb.mark();
	CHECK(tb, tb.run_until([&] { return d.idle(); }, 1'000'000), "every block is answered");
}

static Op random_op(Bench &tb, unsigned dec_percent) {
	Op op{tb.rng.percent(dec_percent), tb.rng.percent(80), tb.rng.percent(6), {}};
	tb.rng.fill(op.data.data(), 16);
	return op;
}

static void random_blocks(Bench &tb, Driver &d, uint64_t ops) {
	for (unsigned n = 0; n < Slots; n++) {
		d.random_key(n);
		for (bool dec : {false, true}) d.slot[n].todo.push_back({dec, true, true, Block{}});
	}
	uint64_t end = d.answers + ops;
	while (d.answers < end && !tb.failed) {
		d.gap_percent = tb.rng.percent(50) ? 0 : tb.rng.below(98);
		unsigned dec_percent = tb.rng.below(101);
		unsigned first = tb.rng.below(Slots), count = 1 + tb.rng.below(Slots);
		for (unsigned k = 0; k < count; k++)
			for (unsigned i = tb.rng.below(40); i; i--) d.slot[(first + k) % Slots].todo.push_back(random_op(tb, dec_percent));
		if (tb.rng.percent(40)) { /* a key changes while other slots go on; the slot is quiet or still has blocks */
			unsigned n = tb.rng.below(Slots);
			while (!d.slot[n].todo.empty() || d.slot[n].out || d.slot[n].out_dec) tb.tick();
			d.random_key(n);
		}
		if (tb.rng.percent(70)) finish(tb, d);
	}
	finish(tb, d);
	d.gap_percent = 0;
}

/* Blocks per cycle of `streams` CBC streams that always have a next block. */
static double rate(Bench &tb, Driver &d, unsigned streams, bool dec) {
	for (unsigned n = 0; n < streams; n++) d.random_key(n);
	for (unsigned n = 0; n < streams; n++)
		for (unsigned i = 0; i < 2000; i++) d.slot[n].todo.push_back({dec, true, i == 0, Block{}});
	for (unsigned i = 0; i < 100; i++) tb.tick();
	uint64_t before = d.taken[dec], cycles = 1500;
	for (uint64_t i = 0; i < cycles; i++) tb.tick();
	double r = static_cast<double>(d.taken[dec] - before) / static_cast<double>(cycles);
	start(tb, d);
	return r;
}

static void rates(Bench &tb, Driver &d) {
	printf("CBC streams   encrypt   decrypt   (blocks a cycle; each stream's next block is always there)\n");
	for (unsigned n : {1u, 2u, 4u, 8u, 12u, 14u, 15u, 16u}) {
		double e = rate(tb, d, n, false), c = rate(tb, d, n, true);
		printf("%11u %9.3f %9.3f\n", n, e, c);
		CHECK(tb, e > n / 16.0 - 0.01, "an encrypting stream has every 16th cycle");
		CHECK(tb, c > 0.99, "one stream fills the decryption pipe");
		if (n >= 15) CHECK(tb, e >= 14.0 / 15, "15 streams fill the encryption pipe to 14 of 15 cycles");
	}
}

/* After reset every bank holds the schedule of the zero key. */
static void erased(Bench &tb, Driver &d) {
	for (unsigned n = 0; n < Slots; n++) d.random_key(n);
	start(tb, d);
	const auto *r = tb.v->rootp;
	const auto &enc = r->aes_slots__DOT__u_enc_pipe__DOT__key_mem, &dec = r->aes_slots__DOT__u_dec_pipe__DOT__key_mem;
	static const uint8_t zero[32] = {};
	bool same = !memcmp(&enc[0], zero, 32);
	for (unsigned n = 1; n < Slots; n++) same = same && !memcmp(&enc[n], &enc[0], 240) && !memcmp(&dec[n], &dec[0], 240);
	CHECK(tb, same, "reset overwrites the keys of all slots");
}

int main(int argc, char **argv) {
	Bench tb(argc, argv, "aes_slots");
	uint64_t ops = 100'000, seed = tb.seed();
	for (int i = 1; i + 1 < argc; i++)
		if (!strcmp(argv[i], "--ops")) ops = strtoull(argv[i + 1], nullptr, 0);
	Driver d(tb);
	start(tb, d);
	random_blocks(tb, d, ops - ops / 4);
	rates(tb, d);
	erased(tb, d);
	for (uint64_t s = 1; s <= 3; s++) {
		tb.reseed(seed + s);
		start(tb, d);
		random_blocks(tb, d, ops / 12);
	}
	return tb.finish();
}
