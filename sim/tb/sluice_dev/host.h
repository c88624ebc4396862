/*
 * A host for benches of the whole device: memory with faults and guard bytes, rings, register access, submission and completions.
 * Works on any model that has the device's s_* and m_* ports.
 */
#ifndef SLUICE_SIM_TB_HOST_H
#define SLUICE_SIM_TB_HOST_H

#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "common/gen/sluice_regs.h"
#include "sim/bridge/axi_mem.h"
#include "sim/harness/tb.h"

struct Region {
	uint64_t base, len;
	bool read, write; /* which access fails */
};

/* Flat memory at a high IOVA; accesses outside it, or in a fault region, are answered with an error. */
class HostMem {
  public:
	static constexpr uint64_t kBase = 0x0000'7123'4500'0000ull;
	explicit HostMem(size_t size) : bytes(size) {}
	std::vector<uint8_t> bytes;
	std::vector<Region> faults;
	uint64_t errors = 0;
	uint8_t *at(uint64_t iova) { return bytes.data() + (iova - kBase); }

	static int read(void *user, uint64_t iova, void *buf, uint32_t len) {
		auto *m = static_cast<HostMem *>(user);
		if (m->bad(iova, len, false)) return -1;
		memcpy(buf, m->at(iova), len);
		return 0;
	}
	static int write(void *user, uint64_t iova, const void *buf, uint32_t len) {
		auto *m = static_cast<HostMem *>(user);
		if (m->bad(iova, len, true)) return -1;
		memcpy(m->at(iova), buf, len);
		return 0;
	}

  private:
	bool bad(uint64_t iova, uint32_t len, bool write) {
		bool out = iova < kBase || iova + len > kBase + bytes.size() || len == 0 || len > 256 || (iova ^ (iova + len - 1)) >> 8;
		for (auto &f : faults) out |= (write ? f.write : f.read) && iova < f.base + f.len && iova + len > f.base;
		errors += out;
		return out;
	}
};

struct Completion {
	sluice_cpl cpl;
	uint64_t cycle; /* when the bench saw it */
};

template <class V> class Host {
  public:
	struct Queue {
		uint64_t sq = 0, cq = 0;
		uint16_t size = 0, tail = 0, head = 0;
		bool auto_head = true; /* give completion slots back as soon as they are read */
		std::vector<Completion> done;
	};
	Tb<V> &tb;
	HostMem mem;
	std::unique_ptr<AxiMem> axi;
	Queue q[SLUICE_QUEUE_COUNT];
	unsigned func = 0; /* function that queues are started for */

	Host(Tb<V> &t, size_t size, uint32_t latency, uint32_t jitter) : tb(t), mem(size) {
		auto *v = tb.v.get();
		v->s_awvalid_i = v->s_wvalid_i = v->s_bready_i = v->s_arvalid_i = v->s_rready_i = 0;
		timing(latency, jitter);
		v->m_rvalid_i = v->m_bvalid_i = 0;
		tb.before_edge.push_back([this] {
			if (tb.v->rst_ni) axi->step(tb.v.get(), tb.cycle);
		});
	}
	/* New memory timing; only while nothing is under way. */
	void timing(uint32_t latency, uint32_t jitter) {
		AxiMemConfig c;
		c.latency = latency;
		c.jitter = jitter;
		c.seed = tb.seed();
		c.read = HostMem::read;
		c.write = HostMem::write;
		c.user = &mem;
		axi = std::make_unique<AxiMem>(c);
	}
	/* Bump allocation of host memory, filled with a pattern that nobody writes by chance. */
	uint64_t alloc(size_t n, size_t align = 64, size_t offset = 0) {
		at_ = (at_ + align - 1) / align * align + offset;
		uint64_t p = HostMem::kBase + at_;
		at_ += n;
		if (at_ > mem.bytes.size()) {
			fprintf(stderr, "bench memory is too small\n");
			exit(2);
		}
		return p;
	}
	size_t mark() const { return at_; }
	void release(size_t to) { at_ = to; }

	void write(uint32_t off, uint32_t value) {
		auto *v = tb.v.get();
		bool aw = true, w = true;
		v->s_awaddr_i = off;
		v->s_wdata_i = value;
		v->s_wstrb_i = 0xf;
		v->s_bready_i = 1;
		for (int i = 0; i < 100; i++) {
			v->s_awvalid_i = aw;
			v->s_wvalid_i = w;
			bool aw_ok = v->s_awready_o, w_ok = v->s_wready_o, b = v->s_bvalid_o;
			tb.tick();
			if (aw && aw_ok) aw = false;
			if (w && w_ok) w = false;
			if (b && !aw && !w) break;
		}
		v->s_awvalid_i = v->s_wvalid_i = v->s_bready_i = 0;
	}
	uint32_t read(uint32_t off) {
		auto *v = tb.v.get();
		bool ar = true;
		uint32_t data = 0;
		v->s_araddr_i = off;
		v->s_rready_i = 1;
		for (int i = 0; i < 100; i++) {
			v->s_arvalid_i = ar;
			bool ar_ok = v->s_arready_o, r = v->s_rvalid_o;
			data = v->s_rdata_o;
			tb.tick();
			if (ar && ar_ok) ar = false;
			if (r) break;
		}
		v->s_arvalid_i = v->s_rready_i = 0;
		return data;
	}
	bool ready() {
		for (int i = 0; i < 20000; i++) {
			if (read(SLUICE_REG_STATUS) & SLUICE_STATUS_READY_MASK) return true;
		}
		return false;
	}
	void queue_start(unsigned i, unsigned log2, unsigned cls) {
		Queue &k = q[i];
		k.size = static_cast<uint16_t>(1u << log2);
		k.sq = alloc(64u * k.size);
		k.cq = alloc(32u * k.size);
		k.tail = k.head = 0;
		k.done.clear();
		memset(mem.at(k.cq), 0, 32u * k.size);
		write(SLUICE_QUEUE_REG(i, SQ_BASE_LO), static_cast<uint32_t>(k.sq));
		write(SLUICE_QUEUE_REG(i, SQ_BASE_HI), static_cast<uint32_t>(k.sq >> 32));
		write(SLUICE_QUEUE_REG(i, CQ_BASE_LO), static_cast<uint32_t>(k.cq));
		write(SLUICE_QUEUE_REG(i, CQ_BASE_HI), static_cast<uint32_t>(k.cq >> 32));
		write(SLUICE_QUEUE_REG(i, CONFIG), log2 << SLUICE_QUEUE_CONFIG_SIZE_LOG2_SHIFT | cls << SLUICE_QUEUE_CONFIG_CLASS_SHIFT |
			func << SLUICE_QUEUE_CONFIG_FUNC_SHIFT | SLUICE_QUEUE_CONFIG_ENABLE_MASK);
	}
	void queue_stop(unsigned i) { write(SLUICE_QUEUE_REG(i, CONFIG), 0); }
	/* Puts a descriptor into the ring; doorbell() tells the device. */
	void submit(unsigned i, const sluice_desc &d) {
		Queue &k = q[i];
		memcpy(mem.at(k.sq + 64u * (k.tail & (k.size - 1u))), &d, 64);
		k.tail++;
	}
	void doorbell(unsigned i) { write(SLUICE_QUEUE_REG(i, SQ_TAIL), q[i].tail); }
	/* Reads what completions are there; returns how many were new. */
	unsigned poll(unsigned i) {
		Queue &k = q[i];
		unsigned n = 0;
		for (;;) {
			sluice_cpl c;
			memcpy(&c, mem.at(k.cq + 32u * (k.head & (k.size - 1u))), 32);
			uint32_t phase = !(k.head & k.size);
			if (!k.size || (c.phase & 1) != phase) break;
			k.done.push_back({c, tb.cycle});
			k.head++;
			n++;
		}
		if (n && k.auto_head) write(SLUICE_QUEUE_REG(i, CQ_HEAD), k.head);
		return n;
	}
	/* Runs until queue i has `n` completions in all, or gives up. */
	bool wait(unsigned i, size_t n, uint64_t cycles = 200000) {
		uint64_t until = tb.cycle + cycles;
		while (q[i].done.size() < n && tb.cycle < until) {
			for (int k = 0; k < 16; k++) tb.tick();
			poll(i);
		}
		return q[i].done.size() >= n;
	}
	bool settle(uint64_t cycles = 200000) {
		return tb.run_until([this] { return tb.v->quiet_o && !tb.v->busy_o && axi->idle(); }, cycles);
	}

  private:
	size_t at_ = 4096;
};

#endif
