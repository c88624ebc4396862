/*
 * The device as four models that meet at the engine ports. All outputs are functions of registers only, so in each cycle every model that
 * can change anything is given the others' outputs and ticked, in any order; the others are left alone:
 * - an engine, while busy_o and all its valid inputs are 0 (port rule of rtl/README.md) and its fault inputs are as they were;
 * - the front end, while quiet_o is 1 and none of its inputs changed since its last tick. Its free-running counters (CYCLES, BUSY) get
 *   the skipped cycles added before its next tick, so they read as if it had been ticked throughout.
 * tests/cosim holds this against board_whole.cpp cycle for cycle.
 */
#include "Vsim_aead.h"
#include "Vsim_aead___024root.h"
#include "Vsim_dev.h"
#include "Vsim_dev___024root.h"
#include "Vsim_mac.h"
#include "Vsim_mac___024root.h"
#include "Vsim_pka.h"
#include "Vsim_pka___024root.h"
#include "sim/bridge/board.h"
#include "sim/bridge/entropy.h"
#include "sim/bridge/model.h"

namespace {

enum : unsigned { kAead, kMac, kPka, kEngines };

/* An engine's model and its end of the port. */
template <class V> class Lane {
  public:
	Model<V> m;
	Lane(VerilatedContext *ctx, const char *name, unsigned id, const sluice_sim_config &cfg)
	    : m(ctx, name, cfg.trace_path), id_(id), rnd_(cfg.seed, id, cfg.random, cfg.user) {
		auto *v = m.v;
		v->cmd_valid_i = v->in_valid_i = v->in_last_i = v->out_ready_i = v->rsp_ready_i = 0;
		v->in_bytes_i = 0;
		v->st_start_i = v->flt_hang_i = v->flt_flip_i = 0;
		memset(&v->cmd_desc_i, 0, 64);
		memset(&v->in_data_i, 0, 16);
		v->rnd_valid_i = 1;
		memcpy(&v->rnd_data_i, rnd_.word(), 16);
		v->rst_ni = 0;
	}
	bool busy() const { return m.v->busy_o; }
	/* Everything the front end could react to, but for data that goes with a valid. */
	uint32_t flags() const {
		auto *v = m.v;
		return v->cmd_ready_o | v->in_ready_o << 1 | v->out_valid_o << 2 | v->rsp_valid_o << 3 | v->st_done_o << 4 | v->st_pass_o << 5 | v->busy_o << 6;
	}
	/* Whether a tick could change anything. */
	bool wants(const Vsim_dev *d) const {
		return m.v->busy_o || !m.v->rst_ni || ((d->cmd_valid_o | d->in_valid_o | d->st_start_o) >> id_ & 1) ||
		       bit(d->flt_flip_o) != m.v->flt_flip_i || bit(d->flt_hang_o) != m.v->flt_hang_i;
	}
	/* Follows the front end's reset; outputs may change at once. */
	void reset(bool rst_n) {
		m.v->rst_ni = rst_n;
		m.v->eval();
	}
	/* Front end's outputs to this engine's inputs. */
	void from_dev(const Vsim_dev *d) {
		auto *v = m.v;
		v->cmd_valid_i = bit(d->cmd_valid_o);
		if (v->cmd_valid_i) memcpy(&v->cmd_desc_i, &d->cmd_desc_o[16 * id_], 64);
		v->in_valid_i = bit(d->in_valid_o);
		if (v->in_valid_i) {
			memcpy(&v->in_data_i, &d->in_data_o[4 * id_], 16);
			v->in_bytes_i = d->in_bytes_o >> (5 * id_) & 31;
			v->in_last_i = bit(d->in_last_o);
		}
		v->out_ready_i = bit(d->out_ready_o);
		v->rsp_ready_i = bit(d->rsp_ready_o);
		v->st_start_i = bit(d->st_start_o);
		v->flt_hang_i = bit(d->flt_hang_o);
		v->flt_flip_i = bit(d->flt_flip_o);
	}
	/* Data of this engine's outputs to the front end's inputs; the flags are set by the board. */
	void to_dev(Vsim_dev *d) const {
		auto *v = m.v;
		if (v->out_valid_o) {
			memcpy(&d->out_data_i[4 * id_], &v->out_data_o, 16);
			field(d->out_parity_i, 16, static_cast<uint64_t>(v->out_parity_o));
			field(d->out_bytes_i, 5, v->out_bytes_o);
			field(d->out_last_i, 1, v->out_last_o);
		}
		if (v->rsp_valid_o) {
			field(d->rsp_status_i, 8, v->rsp_status_o);
			field(d->rsp_info_i, 16, static_cast<uint64_t>(v->rsp_info_o));
			memcpy(&d->rsp_seq_i[2 * id_], &v->rsp_seq_o, 8);
			d->rsp_cycles_i[id_] = v->rsp_cycles_o;
		}
	}
	void tick(uint64_t now) {
		bool taken = m.v->rnd_ready_o;
		m.rise(now, m.v->rootp->__Vtrigrprev__TOP__clk_i);
		if (taken) {
			rnd_.next();
			memcpy(&m.v->rnd_data_i, rnd_.word(), 16);
		}
	}

  private:
	uint8_t bit(uint32_t vector) const { return vector >> id_ & 1; }
	template <class T> void field(T &vector, unsigned width, uint64_t value) const {
		uint64_t mask = ((1ull << width) - 1) << (width * id_);
		vector = static_cast<T>((vector & ~mask) | value << (width * id_));
	}
	unsigned id_;
	Entropy rnd_;
};

class SplitBoard final : public Board {
  public:
	explicit SplitBoard(const sluice_sim_config &cfg)
	    : dev_(seeded(cfg), "dev", cfg.trace_path), aead_(&ctx_, "aead", kAead, cfg), mac_(&ctx_, "mac", kMac, cfg),
	      pka_(&ctx_, "pka", kPka, cfg), mem_(memory_config(cfg)) {
		auto *d = dev_.v;
		lite_rest(d);
		d->m_arready_i = d->m_rvalid_i = d->m_awready_i = d->m_wready_i = d->m_bvalid_i = 0;
		memcpy(&pka_.m.v->kek_i, cfg.kek, sizeof(cfg.kek));
		d->rst_ni = 0;
		memset(&d->out_data_i, 0, 16 * kEngines);
		flags_in(0);
		for (int i = 0; i < 4; i++) {
			dev_.tick(now_);
			aead_.m.tick(now_);
			mac_.m.tick(now_);
			pka_.m.tick(now_++);
		}
		d->rst_ni = 1;
	}
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
		return d->quiet_o && d->ready_o && !(d->cmd_valid_o | d->in_valid_o | d->st_start_o) && !aead_.busy() && !mac_.busy() &&
		       !pka_.busy() && mem_.idle();
	}
	uint64_t cycles() const override { return now_; }
	void stats(sluice_sim_stats *out) const override {
		out->ticks_dev = dev_.ticks;
		out->ticks_engine[kAead] = aead_.m.ticks;
		out->ticks_engine[kMac] = mac_.m.ticks;
		out->ticks_engine[kPka] = pka_.m.ticks;
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
	/* The engines' flags, seven bits each, to the front end's inputs. */
	void flags_in(uint32_t f) {
		auto *d = dev_.v;
		auto lane = [f](unsigned b) { return static_cast<uint8_t>((f >> b & 1) | (f >> (7 + b) & 1) << 1 | (f >> (14 + b) & 1) << 2); };
		d->cmd_ready_i = lane(0);
		d->in_ready_i = lane(1);
		d->out_valid_i = lane(2);
		d->rsp_valid_i = lane(3);
		d->st_done_i = lane(4);
		d->st_pass_i = lane(5);
		d->busy_i = lane(6);
		flags_ = f;
	}
	/* Adds the cycles in which the front end was not ticked to its counters. */
	void settle_counters() {
		if (!skipped_) return;
		auto *r = dev_.v->rootp;
		r->sluice_dev__DOT__u_regs__DOT__cycles_q += skipped_;
		for (unsigned e = 0; e < kEngines; e++)
			if (dev_.v->busy_i >> e & 1) r->sluice_dev__DOT__u_regs__DOT__busy_q[e] += skipped_;
		skipped_ = 0;
	}
	/* One cycle of the whole device. */
	void clock() {
		auto *d = dev_.v;
		if (d->eng_rst_no != eng_rst_n_) {
			eng_rst_n_ = d->eng_rst_no;
			aead_.reset(eng_rst_n_);
			mac_.reset(eng_rst_n_);
			pka_.reset(eng_rst_n_);
		}
		bool aead = aead_.wants(d), mac = mac_.wants(d), pka = pka_.wants(d);
		uint32_t f = aead_.flags() | mac_.flags() << 7 | pka_.flags() << 14;
		bool dev = lite_ || !d->quiet_o || f != flags_ || !mem_.idle();
		if (aead) aead_.from_dev(d);
		if (mac) mac_.from_dev(d);
		if (pka) pka_.from_dev(d);
		if (dev) {
			settle_counters();
			if (f != flags_) flags_in(f);
			aead_.to_dev(d);
			mac_.to_dev(d);
			pka_.to_dev(d);
			mem_.step(d, now_);
			dev_.tick(now_);
		} else {
			skipped_++;
		}
		if (aead) aead_.tick(now_);
		if (mac) mac_.tick(now_);
		if (pka) pka_.tick(now_);
		now_++;
	}

	VerilatedContext ctx_;
	Model<Vsim_dev> dev_;
	Lane<Vsim_aead> aead_;
	Lane<Vsim_mac> mac_;
	Lane<Vsim_pka> pka_;
	AxiMem mem_;
	uint64_t now_ = 0, skipped_ = 0;
	uint32_t flags_ = 0;
	bool lite_ = false, eng_rst_n_ = false;
};

} // namespace

std::unique_ptr<Board> make_board(const sluice_sim_config &cfg) { return std::make_unique<SplitBoard>(cfg); }
