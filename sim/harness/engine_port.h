/*
 * Drives an engine port (rtl/README.md) from a bench: queues jobs, plays the front end with random gaps and back-pressure,
 * collects results, and checks the port's own rules at every cycle (valid held and stable until ready, parity, one last word and
 * one response per job, idle data lines zero).
 *
 *   EnginePort<Vaead_lane> port(tb);
 *   port.gap_percent = 30; port.stall_percent = 30;    // 0 and 0: full speed
 *   size_t id = port.submit(EngineJob::make(opcode, handle, src, param0, param1));
 *   port.drain();                                       // until every job has its response
 *   port.result(id).status / .data / .info / .seq / .cycles
 *
 * It hooks itself into tb.before_edge. One port per model.
 */
#ifndef SLUICE_SIM_ENGINE_PORT_H
#define SLUICE_SIM_ENGINE_PORT_H

#include <deque>

#include "sim/harness/tb.h"

struct EngineJob {
	uint8_t desc[64] = {};
	std::vector<uint8_t> src;

	/* handle: index | generation << 16. Offsets are struct desc of sluice.toml; benches that use the generated header may fill desc themselves. */
	static EngineJob make(uint8_t opcode, uint32_t handle, const std::vector<uint8_t> &src, uint32_t param0 = 0, uint32_t param1 = 0) {
		EngineJob j;
		j.src = src;
		j.desc[0] = opcode;
		put32(j.desc + 8, handle);
		put32(j.desc + 12, static_cast<uint32_t>(src.size()));
		put32(j.desc + 32, 0xffffffff);
		put32(j.desc + 40, param0);
		put32(j.desc + 44, param1);
		return j;
	}
	static void put32(uint8_t *p, uint32_t x) {
		for (int i = 0; i < 4; i++) p[i] = static_cast<uint8_t>(x >> (8 * i));
	}
};

struct EngineResult {
	bool done = false;
	uint8_t status = 0xff;
	uint16_t info = 0;
	uint64_t seq = 0;
	uint32_t cycles = 0;
	bool parity_ok = true;
	std::vector<uint8_t> data;
	uint64_t cmd_cycle = 0, first_in = 0, last_in = 0, first_out = 0, last_out = 0, rsp_cycle = 0; /* bench cycles */
};

template <class V> class EnginePort {
  public:
	unsigned gap_percent = 0; /* chance that the bench offers nothing in a cycle although it could */
	unsigned stall_percent = 0; /* chance that the bench is not ready in a cycle */
	bool expect_flip = false; /* a wrong parity is recorded in the result instead of failing the bench */
	bool hold_random = false; /* rnd_valid_i stays 0 */

	explicit EnginePort(Tb<V> &tb) : tb_(tb), rnd_(tb.seed() ^ 0x5eed) {
		tb_.before_edge.push_back([this] { step(); });
		rest();
	}
	/* Forgets queued and running jobs (after a reset in mid-operation) and puts all inputs at rest. */
	void rest() {
		cmdq_.clear(); inq_.clear(); outq_.clear(); rspq_.clear();
		auto *v = tb_.v.get();
		v->cmd_valid_i = v->in_valid_i = v->out_ready_i = v->rsp_ready_i = v->rnd_valid_i = v->st_start_i = v->flt_hang_i = v->flt_flip_i = 0;
		v->in_bytes_i = 0; v->in_last_i = 0;
		set(v->cmd_desc_i, zero_, 64);
		set(v->in_data_i, zero_, 16);
		in_pos_ = 0;
		held_out_ = held_rsp_ = cmd_up_ = in_up_ = rnd_up_ = false;
	}
	size_t submit(const EngineJob &job) {
		jobs_.push_back(job);
		results_.emplace_back();
		size_t id = jobs_.size() - 1;
		cmdq_.push_back(id);
		if (!job.src.empty()) inq_.push_back(id);
		outq_.push_back(id);
		rspq_.push_back(id);
		return id;
	}
	bool idle() const { return rspq_.empty(); }
	/* Runs until every job is answered; a failed check when it takes longer than the limit. */
	bool drain(uint64_t max_cycles = 5'000'000) {
		tb_.mark();
		bool ok = tb_.run_until([this] { return idle(); }, max_cycles);
		tb_.check(ok, "engine answers every job", __FILE__, __LINE__);
		return ok;
	}
	/* Submits one job and runs it. */
	const EngineResult &run(const EngineJob &job) {
		size_t id = submit(job);
		drain();
		return results_[id];
	}
	const EngineResult &result(size_t id) const { return results_[id]; }
	/* Runs the self test; returns its verdict. */
	bool self_test(uint64_t max_cycles = 1'000'000) {
		tb_.v->st_start_i = 1;
		tb_.tick();
		tb_.v->st_start_i = 0;
		tb_.mark();
		bool ok = tb_.run_until([this] { return tb_.v->st_done_o && !tb_.v->busy_o; }, max_cycles);
		tb_.check(ok, "self test ends", __FILE__, __LINE__);
		return ok && tb_.v->st_pass_o;
	}
	void forget() { jobs_.clear(); results_.clear(); }

  private:
	Tb<V> &tb_;
	TbRng rnd_;
	std::deque<EngineJob> jobs_;
	std::deque<EngineResult> results_;
	std::deque<size_t> cmdq_, inq_, outq_, rspq_;
	size_t in_pos_ = 0;
	bool cmd_up_ = false, in_up_ = false, rnd_up_ = false, held_out_ = false, held_rsp_ = false;
	uint8_t held_data_[16] = {}, held_bytes_ = 0, held_status_ = 0;
	static constexpr uint8_t zero_[64] = {};

	/* VlWide is an array of 32-bit words, low word first; the host is little-endian. */
	template <class W> static void set(W &w, const uint8_t *p, size_t n) { memcpy(&w, p, n); }
	template <class W> static void get(const W &w, uint8_t *p, size_t n) { memcpy(p, &w, n); }
	static uint32_t parity_of(const uint8_t *d) {
		uint32_t p = 0;
		for (int i = 0; i < 16; i++) p |= static_cast<uint32_t>(__builtin_parity(d[i])) << i;
		return p;
	}

	/* Outputs are settled for the coming edge. Transfers that this edge makes are those with both sides 1 now, so the
	 * inputs for this edge must be decided from state before it: they were set after the last edge and are re-decided here only
	 * when the previous offer was taken. Outputs are registered, so changing inputs here does not change them. */
	void step() {
		auto *v = tb_.v.get();
		if (!v->rst_ni) return;
		drive();
		v->eval();
		observe();
	}
	void drive() {
		auto *v = tb_.v.get();
		if (!cmd_up_) {
			cmd_up_ = !cmdq_.empty() && !tb_.rng.percent(gap_percent);
			v->cmd_valid_i = cmd_up_;
			set(v->cmd_desc_i, cmd_up_ ? jobs_[cmdq_.front()].desc : zero_, 64);
		}
		/* a job's source words may come with or after its command, never before */
		if (!in_up_) {
			bool may = !inq_.empty() && (cmdq_.empty() || inq_.front() < cmdq_.front() || (cmd_up_ && inq_.front() == cmdq_.front()));
			in_up_ = may && !tb_.rng.percent(gap_percent);
			v->in_valid_i = in_up_;
			uint8_t w[16] = {};
			unsigned n = 0;
			bool last = false;
			if (in_up_) {
				const auto &s = jobs_[inq_.front()].src;
				n = static_cast<unsigned>(s.size() - in_pos_ < 16 ? s.size() - in_pos_ : 16);
				memcpy(w, s.data() + in_pos_, n);
				last = in_pos_ + n == s.size();
			}
			set(v->in_data_i, w, 16);
			v->in_bytes_i = static_cast<uint8_t>(n);
			v->in_last_i = last;
		}
		if (!rnd_up_) {
			uint8_t w[16] = {};
			rnd_up_ = !hold_random;
			if (rnd_up_) rnd_.fill(w, 16);
			set(v->rnd_data_i, w, 16);
			v->rnd_valid_i = rnd_up_;
		}
		v->out_ready_i = !tb_.rng.percent(stall_percent);
		v->rsp_ready_i = !tb_.rng.percent(stall_percent);
	}
	void observe() {
		auto *v = tb_.v.get();
		uint64_t now = tb_.cycle;
		if (cmd_up_ && v->cmd_ready_o) {
			results_[cmdq_.front()].cmd_cycle = now;
			cmdq_.pop_front();
			cmd_up_ = false;
		}
		if (in_up_ && v->in_ready_o) {
			size_t id = inq_.front();
			if (in_pos_ == 0) results_[id].first_in = now;
			results_[id].last_in = now;
			in_pos_ += v->in_bytes_i;
			if (in_pos_ == jobs_[id].src.size()) {
				inq_.pop_front();
				in_pos_ = 0;
			}
			in_up_ = false;
		}
		if (rnd_up_ && v->rnd_ready_o) rnd_up_ = false;

		uint8_t d[16];
		get(v->out_data_o, d, 16);
		if (held_out_) {
			tb_.check_quiet(v->out_valid_o && !memcmp(d, held_data_, 16) && v->out_bytes_o == held_bytes_, "result is held until taken", __FILE__, __LINE__);
		}
		if (v->out_valid_o) {
			if (outq_.empty()) {
				tb_.check_quiet(false, "no result without a job", __FILE__, __LINE__);
			} else if (v->out_ready_i) {
				size_t id = outq_.front();
				EngineResult &r = results_[id];
				if (r.data.empty()) r.first_out = now;
				r.last_out = now;
				tb_.check_quiet(v->out_bytes_o <= 16, "result word has at most 16 bytes", __FILE__, __LINE__);
				uint32_t mask = (1u << v->out_bytes_o) - 1;
				if ((parity_of(d) ^ v->out_parity_o) & mask) {
					r.parity_ok = false;
					if (!expect_flip) tb_.check_quiet(false, "result parity", __FILE__, __LINE__);
				}
				r.data.insert(r.data.end(), d, d + (v->out_bytes_o < 16 ? v->out_bytes_o : 16));
				if (v->out_last_o) outq_.pop_front();
			}
		} else {
			tb_.check_quiet(memcmp(d, zero_, 16) == 0, "idle result lines are zero", __FILE__, __LINE__);
		}
		held_out_ = v->out_valid_o && !v->out_ready_i;
		memcpy(held_data_, d, 16);
		held_bytes_ = v->out_bytes_o;

		if (held_rsp_) tb_.check_quiet(v->rsp_valid_o && v->rsp_status_o == held_status_, "response is held until taken", __FILE__, __LINE__);
		if (v->rsp_valid_o && v->rsp_ready_i) {
			if (rspq_.empty()) {
				tb_.check_quiet(false, "no response without a job", __FILE__, __LINE__);
			} else {
				size_t id = rspq_.front();
				EngineResult &r = results_[id];
				r.status = v->rsp_status_o;
				r.info = v->rsp_info_o;
				r.seq = v->rsp_seq_o;
				r.cycles = v->rsp_cycles_o;
				r.rsp_cycle = now;
				r.done = true;
				tb_.passed++;
				tb_.check_quiet(outq_.empty() || outq_.front() > id, "response comes after the last result word", __FILE__, __LINE__);
				tb_.check_quiet(inq_.empty() || inq_.front() > id, "response comes after the whole source was taken", __FILE__, __LINE__);
				rspq_.pop_front();
			}
		}
		held_rsp_ = v->rsp_valid_o && !v->rsp_ready_i;
		held_status_ = v->rsp_status_o;
	}
};

#endif
