/*
 * Host memory behind the device's AXI4 master, for any verilated model that has its m_* ports: turns bursts into DMA callbacks.
 *
 * step() is called once before every rising edge: it sets the model's inputs for that edge and, since the device's outputs are functions of
 * registers only, can tell at once which transfers the edge will make. Reads answer `latency` cycles after the request, one beat a
 * cycle, in order; a read's callback is made when its first beat goes out. A write's callbacks are made with its last beat, one for each run of
 * bytes whose strobes are set (one in all for this device). With jitter, latency varies and both sides stall at random, by seed.
 * The bus is as wide as the model's m_rdata_i.
 */
#ifndef SLUICE_SIM_AXI_MEM_H
#define SLUICE_SIM_AXI_MEM_H

#include <cstdint>
#include <cstring>
#include <deque>
#include <utility>

struct AxiMemConfig {
	uint32_t latency = 20, jitter = 0;
	uint64_t seed = 1;
	int (*read)(void *user, uint64_t iova, void *buf, uint32_t len) = nullptr;
	int (*write)(void *user, uint64_t iova, const void *buf, uint32_t len) = nullptr;
	void *user = nullptr;
};

class AxiMem {
  public:
	explicit AxiMem(const AxiMemConfig &c) : c_(c), s_(c.seed * 0x9E3779B97F4A7C15ull + 1) {}

	/* true when no request, data or answer is under way here and no input of the model is active */
	bool idle() const { return reads_.empty() && !r_up_ && writes_.empty() && answers_.empty() && !b_up_ && w_beats_ == 0 && !stirred_; }
	uint64_t reads = 0, read_bytes = 0, writes = 0, write_bytes = 0;

	template <class V> void step(V *v, uint64_t now) {
		if (idle() && !v->m_arvalid_o && !v->m_awvalid_o && !v->m_wvalid_o) {
			v->m_arready_i = v->m_awready_i = v->m_wready_i = 1;
			return;
		}
		stirred_ = false;
		request(v, now);
		data(v, now);
		collect(v, now);
		answer(v, now);
	}

  private:
	struct Read {
		uint64_t addr, at;
		uint32_t bytes, beats;
	};
	struct Write {
		uint64_t addr;
		uint32_t beats;
	};
	struct Answer {
		uint64_t at;
		uint8_t resp;
	};
	template <class V> static constexpr uint32_t width() { return sizeof(std::declval<V &>().m_rdata_i); } /* bytes of a beat */
	static constexpr uint8_t kOkay = 0, kSlvErr = 2;

	bool stall() { return c_.jitter && (next() & 3) == 0; }
	uint64_t delay(uint64_t now) { return now + c_.latency + (c_.jitter ? next() % (c_.jitter + 1) : 0); }
	uint32_t next() {
		uint64_t z = (s_ += 0x9E3779B97F4A7C15ull);
		z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
		return static_cast<uint32_t>((z ^ (z >> 27)) >> 20);
	}

	template <class V> void request(V *v, uint64_t now) {
		v->m_arready_i = !stall();
		if (v->m_arvalid_o && v->m_arready_i) {
			constexpr uint32_t w = width<V>();
			uint32_t beats = v->m_arlen_o + 1u, first = v->m_araddr_o & (w - 1);
			reads_.push_back({v->m_araddr_o, delay(now), w * (beats - 1) + v->m_aruser_o + 1 - first, beats});
		}
	}
	template <class V> void data(V *v, uint64_t now) {
		constexpr uint32_t w = width<V>();
		if (r_up_ && !r_taken_) return; /* still offered; the device always takes at once */
		r_up_ = false;
		if (beat_ == beats_ && !reads_.empty() && reads_.front().at <= now) {
			Read r = reads_.front();
			reads_.pop_front();
			memset(buf_, 0, w * r.beats);
			resp_ = c_.read(c_.user, r.addr, buf_ + (r.addr & (w - 1)), r.bytes) ? kSlvErr : kOkay;
			if (resp_ != kOkay) memset(buf_, 0, w * r.beats);
			reads++;
			read_bytes += r.bytes;
			beat_ = 0;
			beats_ = r.beats;
		}
		if (beat_ != beats_ && !stall()) {
			memcpy(&v->m_rdata_i, buf_ + w * beat_, w);
			v->m_rresp_i = resp_;
			v->m_rlast_i = ++beat_ == beats_;
			r_up_ = true;
		}
		if (v->m_rvalid_i && !r_up_) stirred_ = true; /* one more step to let the inputs come to rest */
		v->m_rvalid_i = r_up_;
		r_taken_ = v->m_rready_o;
		if (beat_ != beats_) stirred_ = true;
	}
	template <class V> void collect(V *v, uint64_t now) {
		v->m_awready_i = !stall();
		v->m_wready_i = !stall() && !w_last_; /* a burst whose data came before its address waits for it */
		if (v->m_awvalid_o && v->m_awready_i) writes_.push_back({v->m_awaddr_o, v->m_awlen_o + 1u});
		if (v->m_wvalid_o && v->m_wready_i) {
			memcpy(wbuf_ + width<V>() * w_beats_, &v->m_wdata_o, width<V>());
			wstrb_[w_beats_++] = v->m_wstrb_o;
			w_last_ = v->m_wlast_o;
		}
		if (w_last_ && !writes_.empty()) {
			answers_.push_back({delay(now), commit<width<V>()>(writes_.front().addr)});
			writes_.pop_front();
			w_beats_ = 0;
			w_last_ = false;
		}
	}
	/* Makes the callbacks of one burst; returns the AXI response. */
	template <uint32_t W> uint8_t commit(uint64_t addr) {
		uint8_t resp = kOkay;
		constexpr uint64_t all = ~uint64_t{0} >> (64 - W);
		uint32_t end = W * w_beats_, i = 0;
		auto on = [&](uint32_t k) { return wstrb_[k / W] >> (k % W) & 1; };
		while (i < end) {
			if (!on(i)) {
				i++;
				continue;
			}
			uint32_t from = i;
			while (i < end && ((i % W == 0 && wstrb_[i / W] == all) ? (i += W, true) : (on(i) ? (i++, true) : false))) {}
			if (c_.write(c_.user, addr + from, wbuf_ + from, i - from)) resp = kSlvErr;
			writes++;
			write_bytes += i - from;
		}
		return resp;
	}
	template <class V> void answer(V *v, uint64_t now) {
		bool was = b_up_;
		b_up_ = false;
		if (!answers_.empty() && answers_.front().at <= now) {
			v->m_bresp_i = answers_.front().resp;
			answers_.pop_front();
			b_up_ = true;
		}
		if (was && !b_up_) stirred_ = true;
		v->m_bvalid_i = b_up_;
	}

	AxiMemConfig c_;
	uint64_t s_;
	std::deque<Read> reads_;
	std::deque<Write> writes_;
	std::deque<Answer> answers_;
	alignas(16) uint8_t buf_[256], wbuf_[256];
	uint64_t wstrb_[16];
	uint32_t beat_ = 0, beats_ = 0, w_beats_ = 0;
	uint8_t resp_ = kOkay;
	bool r_up_ = false, r_taken_ = true, b_up_ = false, w_last_ = false, stirred_ = true;
};

#endif
