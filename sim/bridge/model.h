/* One verilated model with its clock and, in TRACE=1 builds, its waves. */
#ifndef SLUICE_SIM_MODEL_H
#define SLUICE_SIM_MODEL_H

#include <cstdint>
#include <memory>
#include <string>

#include "verilated.h"
#if VM_TRACE
#include "verilated_vcd_c.h"
#endif

template <class V> class Model {
  public:
	V *v;
	uint64_t ticks = 0;

	/* trace: nullptr, or the prefix of the VCD file's name; from, to: cycles that it shows (to 0: all from `from` on) */
	Model(VerilatedContext *ctx, const char *name, const char *trace, uint64_t from = 0, uint64_t to = 0) : own_(new V(ctx, name)) {
		v = own_.get();
		v->clk_i = 0;
#if VM_TRACE
		from_ = from * 4000;
		to_ = to ? to * 4000 : ~uint64_t{0};
		if (trace) {
			vcd_ = std::make_unique<VerilatedVcdC>();
			v->trace(vcd_.get(), 99);
			vcd_->open((std::string(trace) + "_" + name + ".vcd").c_str());
		}
#else
		(void)trace;
		(void)from;
		(void)to;
#endif
	}
	~Model() {
#if VM_TRACE
		if (vcd_) vcd_->close();
#endif
		v->final();
	}
	/* One rising edge with the inputs as they are set; `cycle` is for the waves alone. */
	void tick(uint64_t cycle) {
		v->clk_i = 0; /* inputs settle before the edge: assertions sample here */
		v->eval();
		dump(cycle * 4000); /* 250 MHz in ps */
		v->clk_i = 1;
		v->eval();
		dump(cycle * 4000 + 2000);
		ticks++;
	}
	/*
	 * The same for a model whose only clock is clk_i and in which nothing happens on the falling edge: the evaluation between the edges
	 * would only note that the clock is low, which is written to `clk_before` (the model's memory of clk_i) instead. Saves a third of the time.
	 * Builds with waves evaluate both edges.
	 */
	template <class Bit> void rise(uint64_t cycle, Bit &clk_before) {
#if VM_TRACE
		(void)clk_before;
		tick(cycle);
#else
		(void)cycle;
		clk_before = 0;
		v->clk_i = 1;
		v->eval();
		ticks++;
#endif
	}

  private:
	void dump(uint64_t ps) {
#if VM_TRACE
		if (vcd_ && ps >= from_ && ps < to_) vcd_->dump(ps);
#else
		(void)ps;
#endif
	}
	std::unique_ptr<V> own_;
#if VM_TRACE
	std::unique_ptr<VerilatedVcdC> vcd_;
	uint64_t from_, to_; /* ps */
#endif
};

#endif
