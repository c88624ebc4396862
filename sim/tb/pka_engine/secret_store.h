/*
 * The other end of an engine's secret port (rtl/README.md) that takes writes: keeps the last one, answers ok or not, holds back when told to, and
 * checks the port's rules: held until taken, the same header in every beat, data zero while there is no request.
 */
#ifndef SLUICE_SIM_SECRET_STORE_H
#define SLUICE_SIM_SECRET_STORE_H

#include "sim/harness/tb.h"

struct SecretWrite {
	uint32_t handle = 0;
	uint8_t func = 0, kind = 0, len = 0;
	std::vector<uint8_t> data;
};

template <class V> class SecretStore {
  public:
	unsigned stall_percent = 0;
	bool ok = true;
	std::vector<SecretWrite> writes;

	explicit SecretStore(Tb<V> &tb) : tb_(tb) {
		tb_.before_edge.push_back([this] { step(); });
		rest();
	}
	void rest() {
		auto *v = tb_.v.get();
		v->sec_req_ready_i = v->sec_rsp_valid_i = v->sec_rsp_ok_i = v->sec_rsp_last_i = 0;
		v->sec_rsp_len_i = 0;
		memset(&v->sec_rsp_data_i, 0, 16);
		answer_ = false;
		fresh_ = true;
	}

  private:
	Tb<V> &tb_;
	bool answer_ = false, fresh_ = true;
	SecretWrite now_;

	void step() {
		auto *v = tb_.v.get();
		static const uint8_t zero[16] = {};
		uint8_t data[16];
		if (!v->rst_ni) return;
		memcpy(data, &v->sec_req_data_o, 16);
		v->sec_req_ready_i = !answer_ && !tb_.rng.percent(stall_percent);
		v->sec_rsp_valid_i = answer_;
		v->sec_rsp_ok_i = answer_ && ok;
		v->sec_rsp_last_i = answer_;
		v->eval();
		if (!v->sec_req_valid_o) {
			tb_.check_quiet(!memcmp(data, zero, 16) && !v->sec_req_handle_o && !v->sec_req_len_o, "idle secret lines are zero", __FILE__, __LINE__);
		} else if (v->sec_req_ready_i) {
			SecretWrite w;
			w.handle = v->sec_req_handle_o;
			w.func = v->sec_req_func_o;
			w.kind = v->sec_req_kind_o;
			w.len = v->sec_req_len_o;
			tb_.check_quiet(v->sec_req_write_o, "only writes", __FILE__, __LINE__);
			if (fresh_) now_ = w;
			tb_.check_quiet(w.handle == now_.handle && w.func == now_.func && w.kind == now_.kind && w.len == now_.len, "one header for all beats", __FILE__, __LINE__);
			now_.data.insert(now_.data.end(), data, data + 16);
			fresh_ = v->sec_req_last_o;
			if (v->sec_req_last_o) {
				tb_.check_quiet(now_.data.size() == (now_.len + 15u) / 16 * 16, "as many beats as the length says", __FILE__, __LINE__);
				now_.data.resize(now_.len);
				writes.push_back(now_);
				answer_ = true;
			}
		}
		if (v->sec_rsp_valid_i && v->sec_rsp_ready_o) answer_ = false;
	}
};

#endif
