/*
 * A host for a simulated device behind sluice_sim.h: memory, rings, sessions, completions. With a trace it records every DMA access with
 * the cycle in which it was made, which is how two simulations are compared.
 */
#ifndef SLUICE_SIM_HOST_H
#define SLUICE_SIM_HOST_H

#include <cstring>
#include <string>
#include <vector>

#include "common/gen/sluice_regs.h"
#include "sim/bridge/sim_lib.h"

class SimHost {
  public:
	static constexpr uint64_t kBase = 0x00007a0000000000ull;
	struct Access {
		uint64_t cycle, iova, hash;
		uint32_t len, write;
		bool operator==(const Access &o) const { return cycle == o.cycle && iova == o.iova && hash == o.hash && len == o.len && write == o.write; }
	};
	struct Queue {
		uint64_t sq = 0, cq = 0;
		uint16_t size = 0, tail = 0, head = 0;
		std::vector<sluice_cpl> done;
		std::vector<uint64_t> seen; /* device cycles when each completion was found */
		std::vector<uint64_t> landed; /* while `timing`: device cycles when each completion's phase was written */
	};
	const SimLib &lib;
	sluice_sim *sim;
	std::vector<uint8_t> mem;
	std::vector<Access> trace;
	bool tracing = false, timing = false;
	Queue q[SLUICE_QUEUE_COUNT];

	SimHost(const SimLib &l, size_t bytes, uint64_t seed, const uint8_t *kek = nullptr, uint32_t latency = 20, uint32_t jitter = 0,
	        const char *waves = nullptr, uint64_t waves_from = 0, uint64_t waves_to = 0)
	    : lib(l), mem(bytes) {
		sluice_sim_config c = {};
		c.api_version = SLUICE_SIM_API_VERSION;
		c.mem_latency = latency;
		c.mem_jitter = jitter;
		c.seed = seed;
		if (kek) memcpy(c.kek, kek, 32);
		c.dma_read = read_cb;
		c.dma_write = write_cb;
		c.user = this;
		c.trace_path = waves;
		c.trace_from = waves_from;
		c.trace_to = waves_to;
		sim = nullptr;
		sim = lib.create(&c);
		if (!sim) {
			fprintf(stderr, "no device\n");
			exit(2);
		}
	}
	~SimHost() { lib.destroy(sim); }
	SimHost(const SimHost &) = delete;

	uint8_t *at(uint64_t iova) { return mem.data() + (iova - kBase); }
	uint64_t alloc(size_t n, size_t align = 64, size_t offset = 0) {
		used_ = (used_ + align - 1) / align * align + offset;
		uint64_t p = kBase + used_;
		used_ += n;
		if (used_ > mem.size()) {
			fprintf(stderr, "memory of the simulated host is too small\n");
			exit(2);
		}
		return p;
	}
	size_t mark() const { return used_; }
	void release(size_t to) { used_ = to; }
	uint32_t reg(uint32_t off) { return lib.read32(sim, off); }
	void reg(uint32_t off, uint32_t v) { lib.write32(sim, off, v); }
	uint64_t reg64(uint32_t lo) {
		uint64_t x = reg(lo);
		return x | static_cast<uint64_t>(reg(lo + 4)) << 32;
	}
	/* Runs to the end of reset and self test, and enables the device. */
	bool ready() {
		for (int i = 0; i < 1000; i++) {
			if (reg(SLUICE_REG_STATUS) & SLUICE_STATUS_READY_MASK) {
				reg(SLUICE_REG_CTRL, SLUICE_CTRL_ENABLE_MASK);
				return true;
			}
			lib.run(sim, 10000);
		}
		return false;
	}
	void start(unsigned i, unsigned log2, unsigned cls) {
		Queue &k = q[i];
		k = Queue();
		k.size = static_cast<uint16_t>(1u << log2);
		k.sq = alloc(64u * k.size);
		k.cq = alloc(32u * k.size);
		memset(at(k.cq), 0, 32u * k.size);
		reg(SLUICE_QUEUE_REG(i, SQ_BASE_LO), static_cast<uint32_t>(k.sq));
		reg(SLUICE_QUEUE_REG(i, SQ_BASE_HI), static_cast<uint32_t>(k.sq >> 32));
		reg(SLUICE_QUEUE_REG(i, CQ_BASE_LO), static_cast<uint32_t>(k.cq));
		reg(SLUICE_QUEUE_REG(i, CQ_BASE_HI), static_cast<uint32_t>(k.cq >> 32));
		reg(SLUICE_QUEUE_REG(i, CONFIG), log2 << SLUICE_QUEUE_CONFIG_SIZE_LOG2_SHIFT | cls << SLUICE_QUEUE_CONFIG_CLASS_SHIFT | SLUICE_QUEUE_CONFIG_ENABLE_MASK);
	}
	void submit(unsigned i, const sluice_desc &d) {
		Queue &k = q[i];
		memcpy(at(k.sq + 64u * (k.tail & (k.size - 1u))), &d, 64);
		k.tail++;
	}
	void doorbell(unsigned i) { reg(SLUICE_QUEUE_REG(i, SQ_TAIL), q[i].tail); }
	unsigned poll(unsigned i) {
		Queue &k = q[i];
		unsigned n = 0;
		for (;; n++) {
			sluice_cpl c;
			memcpy(&c, at(k.cq + 32u * (k.head & (k.size - 1u))), 32);
			if (!k.size || (c.phase & 1) != !(k.head & k.size)) break;
			k.done.push_back(c);
			k.seen.push_back(lib.cycles(sim));
			k.head++;
		}
		if (n) reg(SLUICE_QUEUE_REG(i, CQ_HEAD), k.head);
		return n;
	}
	/* Runs until queue i has n completions in all. */
	bool wait(unsigned i, size_t n, uint64_t cycles = 20000000) {
		uint64_t until = lib.cycles(sim) + cycles;
		while (poll(i), q[i].done.size() < n && lib.cycles(sim) < until) {
			if (!lib.run(sim, 2000)) break;
		}
		poll(i);
		return q[i].done.size() >= n;
	}
	/* One operation from start to end; its status, or 0x100 when nothing came. */
	unsigned one(unsigned i, const sluice_desc &d) {
		size_t n = q[i].done.size();
		submit(i, d);
		doorbell(i);
		return wait(i, n + 1) ? q[i].done[n].status : 0x100;
	}
	unsigned load_session(unsigned i, uint32_t handle, const sluice_session &s) {
		size_t m = mark();
		uint64_t p = alloc(sizeof(s));
		memcpy(at(p), &s, sizeof(s));
		sluice_desc d = {};
		d.opcode = SLUICE_OP_SESSION_LOAD;
		d.handle = handle;
		d.src_addr = p;
		d.src_len = sizeof(s);
		unsigned st = one(i, d);
		release(m);
		return st;
	}

  private:
	static int read_cb(void *user, uint64_t iova, void *buf, uint32_t len) {
		auto *h = static_cast<SimHost *>(user);
		if (!h->inside(iova, len)) return -1;
		memcpy(buf, h->at(iova), len);
		h->note(iova, len, 0);
		return 0;
	}
	static int write_cb(void *user, uint64_t iova, const void *buf, uint32_t len) {
		auto *h = static_cast<SimHost *>(user);
		if (!h->inside(iova, len)) return -1;
		memcpy(h->at(iova), buf, len);
		h->note(iova, len, 1);
		if (h->timing) h->land(iova, len);
		return 0;
	}
	/* The write of a completion's second half: when a driver that polls would find it. */
	void land(uint64_t iova, uint32_t len) {
		for (Queue &k : q)
			if (k.size && iova - k.cq < 32u * k.size && (iova + len) % 32 == 0) k.landed.push_back(lib.cycles(sim));
	}
	bool inside(uint64_t iova, uint32_t len) const { return iova >= kBase && iova + len <= kBase + mem.size(); }
	void note(uint64_t iova, uint32_t len, uint32_t write) {
		if (!tracing) return;
		uint64_t h = 0xcbf29ce484222325ull;
		for (uint32_t i = 0; i < len; i++) h = (h ^ *at(iova + i)) * 0x100000001b3ull;
		trace.push_back({sim ? lib.cycles(sim) : 0, iova, h, len, write});
	}
	size_t used_ = 4096;
};

#endif
