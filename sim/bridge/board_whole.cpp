/* The device as one model of sluice_top: the reference that board_split.cpp is held against. Every cycle is evaluated. */
#include "Vsim_top.h"
#include "common/gen/sluice_regs.h"
#include "sim/bridge/board.h"
#include "sim/bridge/entropy.h"
#include "sim/bridge/model.h"

namespace {

class WholeBoard final : public Board {
  public:
	explicit WholeBoard(const sluice_sim_config &cfg)
	    : top_(seeded(cfg), "top", cfg.trace_path, cfg.trace_from, cfg.trace_to), mem_(memory_config(cfg)), noise_(cfg.seed, cfg.random, cfg.user) {
		auto *v = top_.v;
		lite_rest(v);
		v->m_arready_i = v->m_rvalid_i = v->m_awready_i = v->m_wready_i = v->m_bvalid_i = 0;
		memcpy(&v->kek_i, cfg.kek, sizeof(cfg.kek));
		v->noise_valid_i = 1;
		memcpy(&v->noise_data_i, noise_.word(), 16);
		v->tamper_i = 0;
		v->rst_ni = 0;
		for (int i = 0; i < 4; i++) top_.tick(now_++);
		v->rst_ni = 1;
	}
	uint32_t read32(uint32_t offset) override {
		return lite_read(top_.v, offset, [this] { clock(); });
	}
	void write32(uint32_t offset, uint32_t value) override {
		lite_write(top_.v, offset, value, [this] { clock(); });
	}
	uint64_t run(uint64_t max) override {
		uint64_t n = 0;
		for (; n < max && !idle(); n++) clock();
		return n;
	}
	bool idle() const override { return top_.v->quiet_o && top_.v->ready_o && !top_.v->active_o && mem_.idle(); }
	uint64_t cycles() const override { return now_; }
	void stats(sluice_sim_stats *out) const override {
		out->ticks_dev = top_.ticks;
		for (auto &t : out->ticks_engine) t = top_.ticks;
		memory_stats(mem_, out);
	}

  private:
	VerilatedContext *seeded(const sluice_sim_config &cfg) {
		ctx_.randReset(2);
		ctx_.randSeed(static_cast<int>(cfg.seed * 2654435761u % 0x7fffffff) + 1);
#if VM_TRACE
		if (cfg.trace_path) ctx_.traceEverOn(true);
#endif
		return &ctx_;
	}
	void clock() {
		auto *v = top_.v;
		mem_.step(v, now_);
		bool taken = v->noise_ready_o;
		top_.tick(now_++);
		if (taken) {
			noise_.next();
			memcpy(&v->noise_data_i, noise_.word(), 16);
		}
	}

	VerilatedContext ctx_;
	Model<Vsim_top> top_;
	AxiMem mem_;
	Entropy noise_;
	uint64_t now_ = 0;
};

} // namespace

std::unique_ptr<Board> make_board(const sluice_sim_config &cfg) { return std::make_unique<WholeBoard>(cfg); }
