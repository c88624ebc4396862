/*
 * The device as models that meet at the engine ports: the front end in the middle, each engine (Lanes below) at its place of the front
 * end's vectors. All outputs are functions of registers only, so in each cycle every model that can change anything is given the others'
 * outputs and ticked, in any order; the others are left alone:
 * - an engine, while busy_o and all its valid inputs are 0 (port rule of rtl/README.md) and its fault inputs are as they were;
 * - the generator of random numbers, while it is not busy and no engine takes a word;
 * - the front end, while quiet_o is 1 and none of its inputs changed since its last tick. Its free-running counters (CYCLES, BUSY) get
 *   the skipped cycles added before its next tick, so they read as if it had been ticked throughout.
 * tests/cosim holds this against board_whole.cpp cycle for cycle.
 */
#include <tuple>

#include "Vsim_dev.h"
#include "Vsim_dev___024root.h"
#include "sim/bridge/board.h"
#include "sim/bridge/lane.h"
#include "sim/bridge/random.h"

#include "Vsim_aead.h"
#include "Vsim_aead___024root.h"
#include "Vsim_kdf.h"
#include "Vsim_kdf___024root.h"
#include "Vsim_mac.h"
#include "Vsim_mac___024root.h"
#include "Vsim_pka.h"
#include "Vsim_pka___024root.h"
#include "Vsim_ecc.h"
#include "Vsim_ecc___024root.h"
#include "Vsim_chacha.h"
#include "Vsim_chacha___024root.h"

namespace {

/* The engines of this build, one line each: model and engine id. */
using Lanes = std::tuple<
	Lane<Vsim_aead, SLUICE_ENGINE_AEAD>,
	Lane<Vsim_mac, SLUICE_ENGINE_MAC>,
	Lane<Vsim_pka, SLUICE_ENGINE_PKA>,
	Lane<Vsim_ecc, SLUICE_ENGINE_ECC>,
	Lane<Vsim_chacha, SLUICE_ENGINE_CHACHA>,
	Lane<Vsim_kdf, SLUICE_ENGINE_KDF>
>;

class SplitBoard final : public Board {
  public:
	explicit SplitBoard(const sluice_sim_config &cfg)
	    : SplitBoard(cfg, std::make_index_sequence<std::tuple_size_v<Lanes>>()) {}
	uint32_t read32(uint32_t offset) override {
		lite_ = true;
		uint32_t x = lite_read(dev_.v, offset, [this] { clock(); });
		lite_ = false;
		return x;
	}
	void write32(uint32_t offset, uint32_t value) override {
		lite_ = true;
		lite_write(dev_.v, offset, value, [this] { clock(); });
		lite_ = false;
	}
	uint64_t run(uint64_t max) override {
		uint64_t n = 0;
		for (; n < max && !idle(); n++) clock();
		return n;
	}
	bool idle() const override {
		auto *d = dev_.v;
		return !flag_of(flags_, kBusy) && d->quiet_o && d->ready_o && !d->cmd_valid_o && !d->in_valid_o && !d->st_start_o && !rnd_.busy() && mem_.idle();
	}
	uint64_t cycles() const override { return now_; }
	void stats(sluice_sim_stats *out) const override {
		out->ticks_dev = dev_.ticks;
		each(lanes_, [out](const auto &l) { out->ticks_engine[l.kId] = l.m.ticks; });
		memory_stats(mem_, out);
	}

  private:
	template <size_t... I>
	SplitBoard(const sluice_sim_config &cfg, std::index_sequence<I...>)
	    : dev_(seeded(cfg), "dev", cfg.trace_path, cfg.trace_from, cfg.trace_to), lanes_(LaneConfig{&ctx_, I, cfg}...), rnd_(&ctx_, cfg), mem_(memory_config(cfg)) {
		auto *d = dev_.v;
		lite_rest(d);
		d->m_arready_i = d->m_rvalid_i = d->m_awready_i = d->m_wready_i = d->m_bvalid_i = 0;
		d->tamper_i = d->entropy_fail_i = 0;
		d->rst_ni = 0;
		memset(&d->out_data_i, 0, sizeof(d->out_data_i));
		flags_in(0);
		for (int i = 0; i < 4; i++, now_++) {
			dev_.tick(now_);
			each(lanes_, [this](auto &l) { l.m.tick(now_); });
			rnd_.m.tick(now_);
		}
		d->rst_ni = 1;
		each(lanes_, [this](auto &l) { listen(l); });
	}
	VerilatedContext *seeded(const sluice_sim_config &cfg) {
		ctx_.randReset(2);
		ctx_.randSeed(static_cast<int>(cfg.seed * 2654435761u % 0x7fffffff) + 1);
#if VM_TRACE
		if (cfg.trace_path) ctx_.traceEverOn(true);
#endif
		return &ctx_;
	}
	template <class T, class F> static void each(T &lanes, F f) {
		std::apply([&f](auto &...l) { (f(l), ...); }, lanes);
	}
	/* Flag k of all engines, engine `id` in bit `id`. */
	static uint8_t flag_of(uint64_t f, unsigned k) { return static_cast<uint8_t>(f >> 8 * k); }
	/* The engines' flags to the front end's inputs. */
	void flags_in(uint64_t f) {
		auto *d = dev_.v;
		d->cmd_ready_i = flag_of(f, 0);
		d->in_ready_i = flag_of(f, 1);
		d->out_valid_i = flag_of(f, kOutValid);
		d->rsp_valid_i = flag_of(f, kRspValid);
		d->st_done_i = flag_of(f, 4);
		d->st_pass_i = flag_of(f, 5);
		d->busy_i = flag_of(f, kBusy);
		flags_in_ = f;
	}
	/* Takes note of an engine's outputs after they may have changed: flags, random words taken, requests for the store. */
	template <class L> void listen(L &l) {
		flags_ = (flags_ & ~(0x0101010101010101ull << l.kId)) | l.flags();
		rnd_.hear(l);
		asks_ = (asks_ & ~(1u << l.kId)) | static_cast<uint32_t>(l.asks()) << l.kId;
	}
	/* Adds the cycles in which the front end was not ticked to its counters. */
	void settle_counters() {
		if (!skipped_) return;
		auto *r = dev_.v->rootp;
		r->sluice_dev__DOT__u_regs__DOT__cycles_q += skipped_;
		for (unsigned e = 0; e < SLUICE_NUM_ENGINES; e++)
			if (dev_.v->busy_i >> e & 1) r->sluice_dev__DOT__u_regs__DOT__busy_q[e] += skipped_;
		skipped_ = 0;
	}
	/*
	 * Secret ports and store to each other. A request wakes the store; an engine that awaits an answer is busy, and so is the store while it has
	 * a request, so nobody else need be looked at. Without a store no_store_ does what sluice_nostore does.
	 */
	void secrets(uint32_t &wants) {
		if constexpr (kSecrets) {
			each(lanes_, [&](auto &s) {
				if constexpr (std::decay_t<decltype(s)>::kStore) {
					if (asks_) wants |= 1u << s.kId;
					uint32_t answered = wants & store_fresh_;
					store_fresh_ &= ~answered;
					each(lanes_, [&](auto &l) {
						if (answered >> l.kId & 1) s.answer(l);
						if (wants >> s.kId & 1) s.hear(l);
					});
					if (wants >> s.kId & 1) store_fresh_ = ~0u; /* it will be ticked */
				}
			});
			if constexpr (!kStore)
				each(lanes_, [&](auto &l) {
					if (wants >> l.kId & 1) no_store_.connect(l);
				});
		}
	}
	/* One cycle of the whole device. */
	void clock() {
		auto *d = dev_.v;
		if (d->eng_rst_no != eng_rst_n_) {
			eng_rst_n_ = d->eng_rst_no;
			each(lanes_, [this](auto &l) {
				l.reset(eng_rst_n_);
				listen(l);
			});
			rnd_.reset(eng_rst_n_);
			no_store_.reset();
			store_fresh_ = ~0u;
		}
		const uint64_t f = flags_;
		/* the engines that a tick could change: the rule of the port */
		uint32_t wants = ~0u;
		if (eng_rst_n_) wants = flag_of(f, kBusy) | d->cmd_valid_o | d->in_valid_o | d->st_start_o | (d->flt_flip_o ^ flip_) | (d->flt_hang_o ^ hang_);
		flip_ = d->flt_flip_o;
		hang_ = d->flt_hang_o;
		bool dev = lite_ || !d->quiet_o || f != flags_in_ || rnd_.fail() != d->entropy_fail_i || !mem_.idle(), rnd = rnd_.wants();
		secrets(wants);
		each(lanes_, [&](auto &l) {
			if (!(wants >> l.kId & 1)) return;
			l.from_dev(d);
			rnd_.offer(l);
		});
		if (dev) {
			settle_counters();
			if (f != flags_in_) flags_in(f);
			d->entropy_fail_i = rnd_.fail();
			const uint32_t gives = flag_of(f, kOutValid) | flag_of(f, kRspValid);
			each(lanes_, [&](auto &l) {
				if (gives >> l.kId & 1) l.to_dev(d);
			});
			mem_.step(d, now_);
			dev_.tick(now_);
		} else {
			skipped_++;
		}
		/* outputs are functions of registers: what the generator does at this edge it does by the words asked for before it */
		if (rnd) rnd_.tick(now_);
		each(lanes_, [&](auto &l) {
			if (!(wants >> l.kId & 1)) return;
			l.tick(now_);
			listen(l);
		});
		now_++;
	}

	static constexpr bool kSecrets = secret_ports<Lanes>(0), kStore = secret_ports<Lanes>(1);
	VerilatedContext ctx_;
	Model<Vsim_dev> dev_;
	Lanes lanes_;
	RandomUnit rnd_;
	NoStore no_store_;
	AxiMem mem_;
	uint64_t now_ = 0, skipped_ = 0;
	uint64_t flags_ = 0, flags_in_ = 0;     /* of the engines as they stand, and as the front end was told */
	uint32_t asks_ = 0, store_fresh_ = ~0u; /* bit per engine: has a request for the store; the store's last answer to it is new */
	uint32_t flip_ = 0, hang_ = 0;          /* fault inputs as the engines have them */
	bool lite_ = false, eng_rst_n_ = false;
};

} // namespace

std::unique_ptr<Board> make_board(const sluice_sim_config &cfg) { return std::make_unique<SplitBoard>(cfg); }
