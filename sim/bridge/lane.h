/*
 * One engine of the split board: its model and its end of the engine port (rtl/README.md). What the model's class has beyond the port that every
 * engine has (kek_i, secret port, secret store) is connected when it is there. Signals of the front end are vectors with one
 * place per engine id.
 */
#ifndef SLUICE_SIM_LANE_H
#define SLUICE_SIM_LANE_H

#include <cstdint>
#include <cstring>
#include <tuple>
#include <type_traits>
#include <utility>

#include "common/gen/sluice_regs.h"
#include "sim/bridge/model.h"
#include "sim/bridge/sluice_sim.h"

/* Whether model class V has port `name`. */
#define SLUICE_SIM_HAS(trait, name) \
	template <class V, class = void> struct trait : std::false_type {}; \
	template <class V> struct trait<V, std::void_t<decltype(std::declval<V &>().name)>> : std::true_type {}
SLUICE_SIM_HAS(HasKek, kek_i);
SLUICE_SIM_HAS(HasRndFail, rnd_fail_i);
SLUICE_SIM_HAS(HasSecretPort, sec_req_valid_o);
SLUICE_SIM_HAS(HasSecretStore, sec_req_valid_i);
#undef SLUICE_SIM_HAS

/* Bit field `id`, `width` bits wide, of a port that is a vector of such fields, whatever type Verilator gave it. */
template <class T> void port_field(T &vector, unsigned id, unsigned width, uint64_t value) {
	unsigned at = width * id;
	if constexpr (std::is_integral_v<T>) {
		uint64_t mask = ((width < 64 ? 1ull << width : 0) - 1) << at;
		vector = static_cast<T>((vector & ~mask) | value << at);
	} else if (width % 8 == 0) {
		memcpy(reinterpret_cast<uint8_t *>(&vector) + at / 8, &value, width / 8);
	} else {
		auto *bytes = reinterpret_cast<uint8_t *>(&vector);
		for (unsigned b = at; b < at + width; b++, value >>= 1) bytes[b / 8] = static_cast<uint8_t>((bytes[b / 8] & ~(1u << b % 8)) | (value & 1) << b % 8);
	}
}
template <class T> uint64_t port_get(const T &vector, unsigned id, unsigned width) {
	unsigned at = width * id;
	uint64_t value = 0;
	if constexpr (std::is_integral_v<T>) return vector >> at & ((width < 64 ? 1ull << width : 0) - 1);
	const auto *bytes = reinterpret_cast<const uint8_t *>(&vector);
	for (unsigned b = 0; b < width; b++) value |= static_cast<uint64_t>(bytes[(at + b) / 8] >> (at + b) % 8 & 1) << b;
	return value;
}

struct LaneConfig {
	VerilatedContext *ctx;
	size_t index;
	const sluice_sim_config &cfg;
};

/* Places of flags in Lane::flags(). */
static constexpr unsigned kOutValid = 2, kRspValid = 3, kBusy = 6;

template <class V, unsigned Id> class Lane {
  public:
	static constexpr unsigned kId = Id;
	static constexpr bool kSecretPort = HasSecretPort<V>::value, kStore = HasSecretStore<V>::value;
	Model<V> m;

	explicit Lane(const LaneConfig &c) : m(c.ctx, name(), c.cfg.trace_path, c.cfg.trace_from, c.cfg.trace_to) {
		auto *v = m.v;
		v->cmd_valid_i = v->in_valid_i = v->in_last_i = v->out_ready_i = v->rsp_ready_i = 0;
		v->in_bytes_i = 0;
		v->st_start_i = v->flt_hang_i = v->flt_flip_i = 0;
		memset(&v->cmd_desc_i, 0, 64);
		memset(&v->in_data_i, 0, 16);
		v->rnd_valid_i = 0;
		memset(&v->rnd_data_i, 0, 16);
		rnd_fail(false);
		if constexpr (HasKek<V>::value) memcpy(&v->kek_i, c.cfg.kek, sizeof(c.cfg.kek));
		if constexpr (HasSecretPort<V>::value) {
			v->sec_req_ready_i = v->sec_rsp_valid_i = v->sec_rsp_ok_i = v->sec_rsp_last_i = 0;
			v->sec_rsp_len_i = 0;
			memset(&v->sec_rsp_data_i, 0, 16);
		}
		if constexpr (HasSecretStore<V>::value) {
			v->sec_req_valid_i = v->sec_req_write_i = v->sec_req_last_i = v->sec_rsp_ready_i = 0;
			memset(&v->sec_req_data_i, 0, sizeof(v->sec_req_data_i));
		}
		v->rst_ni = 0;
	}
	/* Everything the front end could react to, but for data that goes with a valid: flag k in bit 8k + id; kOutValid, kRspValid, kBusy. */
	uint64_t flags() const {
		auto *v = m.v;
		auto at = [](uint64_t b, unsigned k) { return b << (8 * k + Id); };
		return at(v->cmd_ready_o, 0) | at(v->in_ready_o, 1) | at(v->out_valid_o, kOutValid) | at(v->rsp_valid_o, kRspValid) | at(v->st_done_o, 4) |
		       at(v->st_pass_o, 5) | at(v->busy_o, kBusy);
	}
	/* Whether the secret port has a request. */
	bool asks() const {
		if constexpr (HasSecretPort<V>::value) return m.v->sec_req_valid_o;
		return false;
	}
	/* Follows the front end's reset; outputs may change at once. */
	void reset(bool rst_n) {
		m.v->rst_ni = rst_n;
		m.v->eval();
	}
	/* Front end's outputs to this engine's inputs. */
	template <class Dev> void from_dev(const Dev *d) {
		auto *v = m.v;
		v->cmd_valid_i = bit(d->cmd_valid_o);
		if (v->cmd_valid_i) memcpy(&v->cmd_desc_i, &d->cmd_desc_o[16 * Id], 64);
		v->in_valid_i = bit(d->in_valid_o);
		if (v->in_valid_i) {
			memcpy(&v->in_data_i, &d->in_data_o[4 * Id], 16);
			v->in_bytes_i = static_cast<uint8_t>(port_get(d->in_bytes_o, Id, 5));
			v->in_last_i = bit(d->in_last_o);
		}
		v->out_ready_i = bit(d->out_ready_o);
		v->rsp_ready_i = bit(d->rsp_ready_o);
		v->st_start_i = bit(d->st_start_o);
		v->flt_hang_i = bit(d->flt_hang_o);
		v->flt_flip_i = bit(d->flt_flip_o);
	}
	/* As the store: engine l's secret port to lane l.kId. */
	template <class L> void hear(const L &l) {
		if constexpr (kStore && L::kSecretPort) {
			auto *s = m.v;
			auto *e = l.m.v;
			constexpr unsigned id = L::kId;
			port_field(s->sec_req_valid_i, id, 1, e->sec_req_valid_o);
			port_field(s->sec_rsp_ready_i, id, 1, e->sec_rsp_ready_o);
			port_field(s->sec_req_write_i, id, 1, e->sec_req_write_o);
			port_field(s->sec_req_handle_i, id, 32, e->sec_req_handle_o);
			port_field(s->sec_req_func_i, id, 8, e->sec_req_func_o);
			port_field(s->sec_req_kind_i, id, 4, e->sec_req_kind_o);
			port_field(s->sec_req_len_i, id, 8, e->sec_req_len_o);
			port_field(s->sec_req_last_i, id, 1, e->sec_req_last_o);
			memcpy(&s->sec_req_data_i[4 * id], &e->sec_req_data_o, 16);
		}
	}
	/* As the store: lane l.kId to engine l's secret port. */
	template <class L> void answer(L &l) const {
		if constexpr (kStore && L::kSecretPort) {
			auto *s = m.v;
			auto *e = l.m.v;
			constexpr unsigned id = L::kId;
			e->sec_req_ready_i = static_cast<uint8_t>(port_get(s->sec_req_ready_o, id, 1));
			e->sec_rsp_valid_i = static_cast<uint8_t>(port_get(s->sec_rsp_valid_o, id, 1));
			e->sec_rsp_ok_i = static_cast<uint8_t>(port_get(s->sec_rsp_ok_o, id, 1));
			e->sec_rsp_len_i = static_cast<uint8_t>(port_get(s->sec_rsp_len_o, id, 8));
			e->sec_rsp_last_i = static_cast<uint8_t>(port_get(s->sec_rsp_last_o, id, 1));
			memcpy(&e->sec_rsp_data_i, &s->sec_rsp_data_o[4 * id], 16);
		}
	}
	/* Data of this engine's outputs to the front end's inputs; the flags are set by the board. */
	template <class Dev> void to_dev(Dev *d) const {
		auto *v = m.v;
		if (v->out_valid_o) {
			memcpy(&d->out_data_i[4 * Id], &v->out_data_o, 16);
			port_field(d->out_parity_i, Id, 16, v->out_parity_o);
			port_field(d->out_bytes_i, Id, 5, v->out_bytes_o);
			port_field(d->out_last_i, Id, 1, v->out_last_o);
		}
		if (v->rsp_valid_o) {
			port_field(d->rsp_status_i, Id, 8, v->rsp_status_o);
			port_field(d->rsp_info_i, Id, 16, v->rsp_info_o);
			memcpy(&d->rsp_seq_i[2 * Id], &v->rsp_seq_o, 8);
			d->rsp_cycles_i[Id] = v->rsp_cycles_o;
		}
	}
	void tick(uint64_t now) {
		m.rise(now, m.v->rootp->__Vtrigrprev__TOP__clk_i);
	}
	void rnd_fail(bool fail) {
		if constexpr (HasRndFail<V>::value) m.v->rnd_fail_i = fail;
		else (void)fail;
	}

  private:
	static const char *name() {
		static const char *const names[] = {"aead", "mac", "pka", "ecc", "chacha", "kdf"};
		return names[Id];
	}
	static uint8_t bit(uint64_t vector) { return vector >> Id & 1; }
};

/* rtl/top/sluice_nostore.sv: every request is answered with ok = 0. */
class NoStore {
  public:
	void reset() { answer_ = 0; }
	template <class L> void connect(L &l) {
		if constexpr (L::kSecretPort) {
			auto *e = l.m.v;
			uint32_t bit = 1u << L::kId;
			e->sec_req_ready_i = !(answer_ & bit);
			e->sec_rsp_valid_i = !!(answer_ & bit);
			e->sec_rsp_ok_i = 0;
			e->sec_rsp_len_i = 0;
			e->sec_rsp_last_i = 1;
			memset(&e->sec_rsp_data_i, 0, 16);
			if (answer_ & bit) answer_ &= e->sec_rsp_ready_o ? ~bit : ~0u;
			else if (e->sec_req_valid_o && e->sec_req_last_o) answer_ |= bit;
		}
	}

  private:
	uint32_t answer_ = 0;
};

/* Whether any engine of a tuple of lanes has a secret port (what 0) or the store (what 1). */
template <class T, size_t... I> constexpr bool secret_ports_of(int what, std::index_sequence<I...>) {
	return ((what ? std::tuple_element_t<I, T>::kStore : std::tuple_element_t<I, T>::kSecretPort) || ...);
}
template <class T> constexpr bool secret_ports(int what) { return secret_ports_of<T>(what, std::make_index_sequence<std::tuple_size_v<T>>()); }

#endif
