/*
 * The generator of random numbers of the split board: its model between the noise source and the engines' rnd ports. It is ticked while it
 * has work or an engine takes a word.
 */
#ifndef SLUICE_SIM_RANDOM_H
#define SLUICE_SIM_RANDOM_H

#include "Vsim_drbg.h"
#include "Vsim_drbg___024root.h"
#include "sim/bridge/entropy.h"
#include "sim/bridge/lane.h"
#include "sim/bridge/model.h"

class RandomUnit {
  public:
	Model<Vsim_drbg> m;

	RandomUnit(VerilatedContext *ctx, const sluice_sim_config &cfg) : m(ctx, "drbg", cfg.trace_path, cfg.trace_from, cfg.trace_to), noise_(cfg.seed, cfg.random, cfg.user) {
		m.v->rst_ni = 0;
		m.v->rnd_ready_i = 0;
		m.v->noise_valid_i = 1;
		memcpy(&m.v->noise_data_i, noise_.word(), 16);
	}
	bool busy() const { return m.v->busy_o; }
	bool fail() const { return m.v->rnd_fail_o; }
	void reset(bool rst_n) {
		m.v->rst_ni = rst_n;
		m.v->eval();
		fresh_ = ~0u;
	}
	/* Whether engine l takes a word at the coming edge. */
	template <class L> void hear(const L &l) { port_field(m.v->rnd_ready_i, L::kId, 1, l.m.v->rnd_ready_o); }
	bool wants() const { return m.v->busy_o || !m.v->rst_ni || (m.v->rnd_ready_i & m.v->rnd_valid_o); }
	/* The word that waits for engine l; it changes only when the generator was ticked. */
	template <class L> void offer(L &l) {
		auto *v = l.m.v;
		if (!(fresh_ >> L::kId & 1)) return;
		fresh_ &= ~(1u << L::kId);
		v->rnd_valid_i = static_cast<uint8_t>(port_get(m.v->rnd_valid_o, L::kId, 1));
		memcpy(&v->rnd_data_i, &m.v->rnd_data_o[4 * L::kId], 16);
		l.rnd_fail(m.v->rnd_fail_o);
	}
	void tick(uint64_t now) {
		bool taken = m.v->noise_ready_o;
		m.rise(now, m.v->rootp->__Vtrigrprev__TOP__clk_i);
		fresh_ = ~0u;
		if (taken) {
			noise_.next();
			memcpy(&m.v->noise_data_i, noise_.word(), 16);
		}
	}

  private:
	Entropy noise_;
	uint32_t fresh_ = ~0u; /* bit per engine: what it was offered last is old */
};

#endif
