/* Plays the engines at the secret ports of kdf_engine, each its own lane, with gaps and back-pressure, and checks the port's rules. */
#ifndef SLUICE_SIM_KDF_STORE_PORT_H
#define SLUICE_SIM_KDF_STORE_PORT_H

#include <deque>

#include "sim/bridge/lane.h"
#include "sim/harness/tb.h"
#include "sim/tb/kdf_engine/ref.h"

template <class V> class StorePort {
  public:
	static constexpr unsigned kPorts = 5;
	unsigned gap_percent = 0, stall_percent = 0;
	unsigned stuck = 0; /* bit per lane: takes no answer */
	struct Result {
		bool done = false, ok = false;
		Bytes data;
	};

	explicit StorePort(Tb<V> &tb) : tb_(tb) {
		tb_.before_edge.push_back([this] { step(); });
		rest();
	}
	void rest() {
		auto *v = tb_.v.get();
		v->sec_req_valid_i = v->sec_rsp_ready_i = v->sec_req_write_i = v->sec_req_last_i = 0;
		memset(&v->sec_req_data_i, 0, sizeof(v->sec_req_data_i));
		for (Lane &l : lanes_) l = Lane();
		stuck = 0;
	}
	/* lie: beats more (or less) than the length says */
	size_t submit(const PortJob &j, int lie = 0) {
		results_.emplace_back();
		lanes_[j.port].jobs.push_back({ j, lie, results_.size() - 1 });
		return results_.size() - 1;
	}
	bool idle() const {
		for (const Lane &l : lanes_)
			if (!l.jobs.empty()) return false;
		return true;
	}
	const Result &result(size_t id) const { return results_[id]; }
	const Result &run(const PortJob &j, int lie = 0) {
		size_t id = submit(j, lie);
		tb_.mark();
		CHECK(tb_, tb_.run_until([this, id] { return results_[id].done; }, 100'000), "the store answers");
		return results_[id];
	}

  private:
	struct Item {
		PortJob job;
		int lie;
		size_t id;
	};
	struct Lane {
		std::deque<Item> jobs;
		bool up = false, held = false, asked = false;
		size_t at = 0;
		Bytes got;
		uint8_t held_data[16] = {};
	};
	Tb<V> &tb_;
	Lane lanes_[kPorts];
	std::deque<Result> results_;

	static size_t beats(const Item &i) {
		if (!i.job.write) return 1;
		long n = static_cast<long>((i.job.data.size() + 15) / 16) + i.lie;
		return n < 1 ? 1 : static_cast<size_t>(n);
	}
	void step() {
		auto *v = tb_.v.get();
		if (!v->rst_ni) return;
		for (unsigned p = 0; p < kPorts; p++) drive(p);
		v->eval();
		for (unsigned p = 0; p < kPorts; p++) observe(p);
	}
	void drive(unsigned p) {
		auto *v = tb_.v.get();
		Lane &l = lanes_[p];
		port_field(v->sec_rsp_ready_i, p, 1, !(stuck >> p & 1) && !tb_.rng.percent(stall_percent));
		if (l.up) return;
		l.up = !l.jobs.empty() && !l.asked && !tb_.rng.percent(gap_percent);
		uint8_t w[16] = {};
		port_field(v->sec_req_valid_i, p, 1, l.up);
		if (l.up) {
			const PortJob &j = l.jobs.front().job;
			for (size_t b = 0; b < 16 && j.write && 16 * l.at + b < j.data.size(); b++) w[b] = j.data[16 * l.at + b];
			if (!j.write) w[0] = static_cast<uint8_t>(j.slice);
			port_field(v->sec_req_write_i, p, 1, j.write);
			port_field(v->sec_req_handle_i, p, 32, j.handle);
			port_field(v->sec_req_func_i, p, 8, j.func);
			port_field(v->sec_req_kind_i, p, 4, j.kind);
			port_field(v->sec_req_len_i, p, 8, j.write ? j.data.size() : 0);
			port_field(v->sec_req_last_i, p, 1, l.at + 1 == beats(l.jobs.front()));
		}
		memcpy(&v->sec_req_data_i[4 * p], w, 16);
	}
	void observe(unsigned p) {
		auto *v = tb_.v.get();
		Lane &l = lanes_[p];
		if (l.up && port_get(v->sec_req_ready_o, p, 1)) {
			l.up = false;
			if (port_get(v->sec_req_last_i, p, 1)) l.asked = true;
			else l.at++;
		}
		uint8_t d[16];
		static const uint8_t zero[16] = {};
		memcpy(d, &v->sec_rsp_data_o[4 * p], 16);
		bool valid = port_get(v->sec_rsp_valid_o, p, 1), ready = port_get(v->sec_rsp_ready_i, p, 1), ok = port_get(v->sec_rsp_ok_o, p, 1);
		size_t len = port_get(v->sec_rsp_len_o, p, 8);
		if (!valid) tb_.check_quiet(!memcmp(d, zero, 16) && !len && !ok, "idle answer lines are zero", __FILE__, __LINE__);
		if (l.held) tb_.check_quiet(valid && !memcmp(d, l.held_data, 16), "an answer is held until taken", __FILE__, __LINE__);
		l.held = valid && !ready;
		memcpy(l.held_data, d, 16);
		if (!valid || !ready) return;
		tb_.check_quiet(l.asked, "no answer before the whole request", __FILE__, __LINE__);
		if (!l.asked) return;
		l.got.insert(l.got.end(), d, d + 16);
		if (!port_get(v->sec_rsp_last_o, p, 1)) return;
		Result &r = results_[l.jobs.front().id];
		bool read = !l.jobs.front().job.write && ok;
		size_t n = read ? len : 0;
		r.done = true;
		r.ok = ok;
		tb_.check_quiet(l.got.size() == (read ? (n + 15) / 16 * 16 : 16), "a read answers as many beats as its secret has words, all else one", __FILE__, __LINE__);
		for (size_t b = n; b < l.got.size(); b++) tb_.check_quiet(!l.got[b], "bytes behind the secret are zero", __FILE__, __LINE__);
		l.got.resize(n);
		r.data = l.got;
		l.got.clear();
		l.jobs.pop_front();
		l.asked = false;
		l.at = 0;
	}
};

#endif
