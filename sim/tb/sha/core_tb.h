/*
 * Bench of one compression core: random blocks on random states against libcrypto's transform, chains of blocks, exact cycles a block,
 * stillness between blocks, reset in mid-block. V is the model, W the word, Words the state's length, Cycles the length of a block.
 */
#ifndef SLUICE_SIM_TB_SHA_CORE_TB_H
#define SLUICE_SIM_TB_SHA_CORE_TB_H

#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#include "sim/harness/tb.h"

template <class V, class W, unsigned Words, unsigned Cycles> class CoreBench {
  public:
	using Transform = void (*)(W *state, const uint8_t *block);
	static constexpr size_t BlockBytes = 16 * sizeof(W), StateBytes = Words * sizeof(W);
	CoreBench(Tb<V> &tb, Transform ref) : tb_(tb), ref_(ref) {}

	/* Starts a block and waits for its end; returns the cycles from start to done. */
	unsigned block(bool first, const W *state, const uint8_t *data) {
		auto *v = tb_.v.get();
				memcpy(&v->block_i, data, BlockBytes);
		memcpy(&v->state_i, state, StateBytes);
		v->first_i = first;
		v->start_i = 1;
		CHECK(tb_, v->ready_o, "core is ready for a block");
		tb_.tick();
		v->start_i = 0;
		tb_.rng.fill(&v->block_i, BlockBytes); /* the block was taken: what is on the port now must not matter */
		unsigned n = 1;
		while (!v->done_o && n < 1000) {
			tb_.tick();
			n++;
		}
		return n;
	}
	void run(unsigned count) {
		auto *v = tb_.v.get();
		W h[8], got[8];
		uint8_t data[BlockBytes];
		v->start_i = 0;
		tb_.reset();
		for (unsigned i = 0; i < count; i++) {
			bool first = i == 0 || tb_.rng.percent(40);
			tb_.rng.fill(data, BlockBytes);
			W junk[8];
			tb_.rng.fill(junk, sizeof(junk));
			if (first) memcpy(h, junk, sizeof(h));
			unsigned n = block(first, junk, data);
			ref_(h, data);
			memcpy(got, &v->state_o, StateBytes);
			CHECK(tb_, n == Cycles, "cycles of a block are fixed");
			CHECK(tb_, memcmp(got, h, StateBytes) == 0, "state after the block is the reference's");
			for (unsigned k = tb_.rng.below(3); k > 0; k--) tb_.tick();
			memcpy(got, &v->state_o, StateBytes);
			CHECK(tb_, memcmp(got, h, StateBytes) == 0, "state stays until the next start");
		}
		/* reset in mid-block: ready again at once, no late done */
		tb_.rng.fill(data, BlockBytes);
		v->start_i = 1;
		v->first_i = 1;
		tb_.tick();
		v->start_i = 0;
		for (unsigned i = 0; i < Cycles / 2; i++) tb_.tick();
		tb_.reset();
		CHECK(tb_, v->ready_o, "ready after a reset in mid-block");
		bool late = false;
		for (unsigned i = 0; i < 2 * Cycles; i++) {
			tb_.tick();
			late |= v->done_o;
		}
		CHECK(tb_, !late, "no done of the abandoned block");
	}
	void speed(unsigned count) {
		W h[8] = {};
		uint8_t data[BlockBytes] = {};
		double t0 = tb_cpu_seconds();
		uint64_t c0 = tb_.cycle;
		tb_.mark();
		for (unsigned i = 0; i < count; i++) block(i == 0, h, data);
		double t = tb_cpu_seconds() - t0;
		printf("%u cycles a block, %.3f bytes/cycle, %.1f M cycles/s simulated\n", Cycles, static_cast<double>(BlockBytes) / Cycles,
		       static_cast<double>(tb_.cycle - c0) / t * 1e-6);
	}

  private:
	Tb<V> &tb_;
	Transform ref_;
};

#endif
