/* A small secret store at the lane's secret port (rtl/README.md): answers reads of what the bench put into it, each slice once, with
 * random gaps. */
#ifndef SLUICE_TB_SECRETS_H
#define SLUICE_TB_SECRETS_H

#include <deque>
#include <map>

#include "Vtb_aead_lane.h"
#include "common/gen/sluice_regs.h"
#include "sim/harness/tb.h"

class Secrets {
  public:
	struct Slot {
		uint8_t kind, func;
		std::vector<uint8_t> data;
		uint8_t spent = 0; /* slices given: bit 0 the client's, bit 1 the server's */
	};
	explicit Secrets(Tb<Vtb_aead_lane> &tb) : tb_(tb) {
		tb_.before_edge.push_back([this] { step(); });
	}
	std::map<uint32_t, Slot> slots; /* by handle */
	unsigned gap_percent = 0;
	uint64_t reads = 0;
	/* Forgets a request in hand, as the store does when the card is reset. */
	void rest() {
		beats_.clear();
		up_ = false;
	}

  private:
	struct Beat {
		bool ok, last;
		uint8_t len, data[16];
	};
	Tb<Vtb_aead_lane> &tb_;
	std::deque<Beat> beats_;
	bool up_ = false;

	void answer(uint32_t handle, uint8_t func, uint8_t kind, uint8_t slice) {
		auto it = slots.find(handle);
		reads++;
		if (it == slots.end() || it->second.kind != kind || it->second.func != func || !slice || (it->second.spent & slice)) {
			beats_.push_back({false, true, 0, {}});
			return;
		}
		it->second.spent |= slice; /* SLICE_WHOLE counts as both */
		const auto &d = it->second.data;
		for (size_t at = 0; at < d.size(); at += 16) {
			Beat b{true, at + 16 >= d.size(), static_cast<uint8_t>(d.size()), {}};
			memcpy(b.data, d.data() + at, std::min<size_t>(16, d.size() - at));
			beats_.push_back(b);
		}
	}
	void step() {
		auto *v = tb_.v.get();
		if (!v->rst_ni) {
			rest();
			v->sec_req_ready_i = v->sec_rsp_valid_i = 0;
			return;
		}
		v->sec_req_ready_i = beats_.empty() && !tb_.rng.percent(gap_percent);
		if (!up_) {
			up_ = !beats_.empty() && !tb_.rng.percent(gap_percent);
			Beat b = up_ ? beats_.front() : Beat{};
			v->sec_rsp_valid_i = up_;
			v->sec_rsp_ok_i = b.ok;
			v->sec_rsp_last_i = b.last;
			v->sec_rsp_len_i = b.len;
			memcpy(&v->sec_rsp_data_i, b.data, 16);
		}
		v->eval();
		if (!v->sec_req_valid_o) {
			tb_.check_quiet(!v->sec_req_handle_o && !v->sec_req_func_o && !v->sec_req_kind_o && !v->sec_req_data_o[0], "idle secret request lines are zero", __FILE__, __LINE__);
		} else if (v->sec_req_ready_i) {
			tb_.check_quiet(!v->sec_req_write_o && v->sec_req_last_o && v->busy_o, "the lane only reads secrets, while busy", __FILE__, __LINE__);
			answer(v->sec_req_handle_o, v->sec_req_func_o, v->sec_req_kind_o, static_cast<uint8_t>(v->sec_req_data_o[0]));
		}
		if (up_ && v->sec_rsp_ready_o) {
			beats_.pop_front();
			up_ = false;
		}
	}
};

#endif
