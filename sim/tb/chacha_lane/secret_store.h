/*
 * A small model of the secret store behind an engine's secret port (rtl/README.md): KEY_BLOCK secrets by handle, each slice once, answered after
 * random waits in beats of 16 bytes. Checks the port's rules: request held until taken, nothing on idle lines, one request at a time.
 */
#ifndef SLUICE_TB_SECRET_STORE_H
#define SLUICE_TB_SECRET_STORE_H

#include <map>

#include "common/gen/sluice_regs.h"
#include "sim/harness/tb.h"

template <class V> class SecretStore {
  public:
	struct Secret {
		std::vector<uint8_t> data;
		uint8_t kind = SLUICE_SECRET_KEY_BLOCK, func = 0, spent = 0;
	};
	std::map<uint32_t, Secret> secrets; /* by handle */
	unsigned wait_percent = 0;
	uint64_t reads = 0;

	explicit SecretStore(Tb<V> &tb) : tb_(tb) {
		tb_.before_edge.push_back([this] { step(); });
	}
	void rest() {
		beats_.clear();
		up_ = taken_ = held_ = false;
		auto *v = tb_.v.get();
		v->sec_req_ready_i = 0;
		idle();
	}

  private:
	Tb<V> &tb_;
	std::vector<std::vector<uint8_t>> beats_; /* of the answer, last first */
	bool ok_ = false, up_ = false, taken_ = false, held_ = false;
	uint8_t len_ = 0;
	uint32_t held_handle_ = 0;

	void idle() {
		auto *v = tb_.v.get();
		static const uint8_t zero[16] = {};
		v->sec_rsp_valid_i = v->sec_rsp_ok_i = v->sec_rsp_last_i = 0;
		v->sec_rsp_len_i = 0;
		memcpy(&v->sec_rsp_data_i, zero, 16);
	}
	void step() {
		auto *v = tb_.v.get();
		if (!v->rst_ni) {
			rest();
			return;
		}
		if (taken_) { /* at the edge before */
			taken_ = up_ = false;
			idle();
		}
		if (!up_ && !beats_.empty() && !tb_.rng.percent(wait_percent)) {
			up_ = true;
			v->sec_rsp_valid_i = 1;
			v->sec_rsp_ok_i = ok_;
			v->sec_rsp_len_i = len_;
			v->sec_rsp_last_i = beats_.size() == 1;
			memcpy(&v->sec_rsp_data_i, beats_.back().data(), 16);
		}
		v->sec_req_ready_i = beats_.empty() && !tb_.rng.percent(wait_percent);
		v->eval();
		if (up_ && v->sec_rsp_ready_o) {
			beats_.pop_back();
			taken_ = true;
		}
		if (v->sec_req_valid_o) {
			if (held_) tb_.check_quiet(v->sec_req_handle_o == held_handle_, "request is held until taken", __FILE__, __LINE__);
			held_ = !v->sec_req_ready_i;
			held_handle_ = v->sec_req_handle_o;
			if (v->sec_req_ready_i) answer();
		} else {
			tb_.check_quiet(!held_, "request is held until taken", __FILE__, __LINE__);
			tb_.check_quiet(!v->sec_req_handle_o && !v->sec_req_kind_o && !v->sec_req_func_o, "idle request lines are zero", __FILE__, __LINE__);
		}
	}
	void answer() {
		auto *v = tb_.v.get();
		uint8_t data[16];
		memcpy(data, &v->sec_req_data_o, 16);
		uint8_t slice = data[0], need = slice == SLUICE_SLICE_WHOLE ? 3 : slice;
		auto it = secrets.find(v->sec_req_handle_o);
		reads++;
		tb_.check_quiet(!v->sec_req_write_o && v->sec_req_last_o && !v->sec_req_len_o, "a read of one beat", __FILE__, __LINE__);
		ok_ = it != secrets.end() && it->second.kind == v->sec_req_kind_o && it->second.func == v->sec_req_func_o && slice && slice <= SLUICE_SLICE_WHOLE &&
		      !(it->second.spent & need);
		len_ = 0;
		beats_.assign(1, std::vector<uint8_t>(16));
		if (!ok_) return;
		Secret &s = it->second;
		s.spent |= need;
		len_ = static_cast<uint8_t>(s.data.size());
		beats_.clear();
		for (size_t i = 0; i < s.data.size(); i += 16) {
			std::vector<uint8_t> b(16);
			memcpy(b.data(), s.data.data() + i, std::min<size_t>(16, s.data.size() - i));
			beats_.insert(beats_.begin(), b);
		}
	}
};

#endif
