/* The suite of the front end: what its cases share. See test_sluice_dev.cpp. */
#ifndef SLUICE_TB_DEV_SUITE_H
#define SLUICE_TB_DEV_SUITE_H

#include <algorithm>
#include <string>

#ifndef SLUICE_DEV_H /* another configuration of dev_loop.sv: mk/sim.mk */
#define SLUICE_DEV_H "Vsluice_dev.h"
#define SLUICE_DEV_ROOT_H "Vsluice_dev___024root.h"
#define SLUICE_DEV_LANES 0x111111
#endif
#include SLUICE_DEV_H
#include "sim/tb/sluice_dev/host.h"

using Bench = Tb<Vsluice_dev>;
using Dev = Host<Vsluice_dev>;

enum : uint32_t { kSplit = 1, kNoResult = 2, kLonger = 4, kAuthFail = 8, kParity = 16, kTellFunc = 32 };
inline constexpr uint8_t kGuard = 0xC3;
enum : unsigned { kEngines = 6, kAll = (1u << kEngines) - 1 }; /* of dev_loop.sv */

struct Seg {
	uint64_t addr;
	uint32_t len;
};

/* One operation of the test engines: where its bytes are, and what should become of it. */
struct Op {
	std::vector<Seg> src, dst;
	std::vector<uint8_t> data;
	uint32_t param0 = 0, dst_len = 0, cookie = 0;
	uint8_t key = 0x5a;
	unsigned cls = 0;
	bool src_list = false, dst_list = false;
	sluice_desc desc;
};

class Suite {
  public:
	Suite(int argc, char **argv) : tb(argc, argv, "sluice_dev"), h(tb, 24u << 20, 20, 0) { tb.v->tamper_i = tb.v->entropy_fail_i = 0; }
	Bench tb;
	Dev h;
	int run();

  private:
	uint32_t cookie_ = 1;

	void restart(uint32_t latency, uint32_t jitter) {
		h.settle();
		h.timing(latency, jitter);
		stalls_ = jitter != 0;
		h.release(4096);
		h.mem.faults.clear();
		h.write(SLUICE_REG_CTRL, SLUICE_CTRL_RESET_MASK);
		CHECK(tb, h.ready(), "ready after reset");
		h.write(SLUICE_REG_CTRL, SLUICE_CTRL_ENABLE_MASK);
		for (auto &q : h.q) q = Dev::Queue();
		tb.mark();
	}
	/* Room with guard bytes around it. */
	uint64_t room(uint32_t len, unsigned align) {
		uint64_t p = h.alloc(len + 64, 16, 16 + align);
		memset(h.mem.at(p) - 16, kGuard, len + 48);
		return p;
	}
	std::vector<Seg> layout(uint32_t total, unsigned pieces) {
		std::vector<Seg> v;
		uint32_t left = total;
		for (unsigned i = 0; i < pieces; i++) {
			uint32_t n = i + 1 == pieces ? left : tb.rng.percent(10) ? 0 : std::min(left, tb.rng.below(2 * total / pieces + 2));
			v.push_back({room(n, tb.rng.below(16)), n});
			left -= n;
		}
		return v;
	}
	uint64_t list(const std::vector<Seg> &segs) {
		uint64_t p = h.alloc(16 * segs.size() + 16, 16);
		for (size_t i = 0; i < segs.size(); i++) {
			sluice_seg s = {segs[i].addr, segs[i].len, 0};
			memcpy(h.mem.at(p) + 16 * i, &s, 16);
		}
		return p;
	}
	static uint32_t sum(const std::vector<Seg> &v) {
		uint32_t n = 0;
		for (auto &s : v) n += s.len;
		return n;
	}
	std::vector<uint8_t> gather(const std::vector<Seg> &v, uint32_t n) {
		std::vector<uint8_t> out;
		for (auto &s : v)
			for (uint32_t i = 0; i < s.len && out.size() < n; i++) out.push_back(h.mem.at(s.addr)[i]);
		return out;
	}
	bool guards(const std::vector<Seg> &v, uint32_t written) {
		for (auto &s : v) {
			uint32_t here = std::min(s.len, written);
			written -= here;
			uint8_t *p = h.mem.at(s.addr);
			for (int i = 1; i <= 16; i++)
				if (p[-i] != kGuard) return false;
			for (uint32_t i = here; i < s.len + 16; i++)
				if (p[i] != kGuard) return false;
		}
		return true;
	}
	static uint8_t opcode_of(unsigned cls) {
		static const uint8_t op[kEngines] = {SLUICE_OP_CIPHER_ENC, SLUICE_OP_HASH, SLUICE_OP_RSA_PRIVATE, SLUICE_OP_EC_MUL, SLUICE_OP_AEAD_SEAL, SLUICE_OP_KDF};
		return op[cls];
	}

	Op make(unsigned cls, std::vector<Seg> src, std::vector<Seg> dst, uint32_t param0 = 0) {
		Op o;
		o.src = src;
		o.dst = dst;
		o.param0 = param0;
		o.cls = cls;
		o.key = static_cast<uint8_t>(tb.rng.u32());
		o.cookie = cookie_++;
		o.src_list = src.size() != 1;
		o.dst_list = dst.size() != 1;
		for (auto &s : src) tb.rng.fill(h.mem.at(s.addr), s.len);
		o.data = gather(src, sum(src));
		o.dst_len = sum(dst);
		sluice_desc d = {};
		d.opcode = opcode_of(cls);
		d.flags = static_cast<uint8_t>((o.src_list ? SLUICE_DESC_SRC_SGL : 0) | (o.dst_list ? SLUICE_DESC_DST_SGL : 0));
		d.cookie = o.cookie;
		d.handle = tb.rng.u32();
		d.src_len = sum(src);
		d.src_addr = o.src_list ? list(src) : src[0].addr;
		d.dst_addr = o.dst_list ? list(dst) : dst[0].addr;
		d.dst_len = o.dst_len;
		d.src_nseg = static_cast<uint16_t>(o.src_list ? src.size() : 0);
		d.dst_nseg = static_cast<uint16_t>(o.dst_list ? dst.size() : 0);
		d.param0 = param0;
		d.param1 = o.key;
		o.desc = d;
		return o;
	}
	std::vector<uint8_t> result(const Op &o) {
		std::vector<uint8_t> r;
		if (o.param0 & kNoResult) return r;
		for (uint8_t b : o.data) r.push_back(b ^ o.key);
		if ((o.param0 & kLonger) || false) r.insert(r.end(), 16, 0xA5);
		return r;
	}
	/* The completion of an operation that ran: status, length, echo, bytes placed, nothing else touched. */
	void expect(const Op &o, const Completion &c) {
		std::vector<uint8_t> want = result(o);
		uint32_t fits = std::min<uint32_t>(static_cast<uint32_t>(want.size()), o.dst_len);
		unsigned status = o.param0 & kAuthFail ? SLUICE_ST_AUTH_FAILED : want.size() > o.dst_len ? SLUICE_ST_DST_SHORT : SLUICE_ST_OK;
		want.resize(fits);
		CHECK(tb, c.cpl.cookie == o.cookie, "cookie, in order");
		CHECK(tb, c.cpl.status == status, "status");
		CHECK(tb, c.cpl.length == fits, "length");
		CHECK(tb, c.cpl.seq == (static_cast<uint64_t>(lane_handle(o.cls, o.desc.handle)) << 32 | o.cookie), "seq passed on");
		CHECK(tb, c.cpl.info == (o.cookie & 0xffff), "info passed on");
		CHECK(tb, c.cpl.cycles == (o.data.size() + 15) / 16, "dense source words");
		CHECK(tb, c.cpl.rsvd0 == 0 && c.cpl.rsvd1 == 0 && (c.cpl.phase & ~1u) == 0, "reserved fields zero");
		CHECK(tb, gather(o.dst, fits) == want, "result bytes");
		CHECK(tb, guards(o.dst, fits), "nothing written beside the destination");
	}
	/* Submits all in one go on queue q (class cls, big enough) and checks every completion. */
	void batch(unsigned q, std::vector<Op> &ops) {
		size_t base = h.q[q].done.size();
		for (auto &o : ops) h.submit(q, o.desc);
		h.doorbell(q);
		CHECK(tb, h.wait(q, base + ops.size(), 3000000), "all completions came");
		if (h.q[q].done.size() < base + ops.size()) return;
		for (size_t i = 0; i < ops.size(); i++) expect(ops[i], h.q[q].done[base + i]);
	}
	unsigned one(unsigned q, const sluice_desc &d) {
		size_t base = h.q[q].done.size();
		h.submit(q, d);
		h.doorbell(q);
		if (!h.wait(q, base + 1)) return 0x100;
		const sluice_cpl &c = h.q[q].done[base].cpl;
		return c.cookie == d.cookie ? c.status : 0x101;
	}
	static unsigned lanes(unsigned cls) { return SLUICE_DEV_LANES >> 4 * cls & 15; }
	/* The handle as a lane sees it: slots are dealt out over the lanes. */
	static uint32_t lane_handle(unsigned cls, uint32_t h) { return (h & 0xffff0000u) | (h & 0xffffu) / lanes(cls); }
	uint64_t counter(unsigned e, uint32_t lo) { return h.read(SLUICE_ENGINE_REG(e, OPS_LO) - SLUICE_ENGINE_OPS_LO + lo); }

	void identity();
	void registers();
	void queue_registers();
	void alignments();
	void scattered();
	void bad_descriptors();
	void lying_lists();
	void lengths();
	void completion_ring_full();
	void bad_queues();
	void dma_errors();
	void damaged_results();
	void dropped();
	void hang_and_reset();
	void reset_anywhere();
	void fences();
	void fairness();
	void stop_and_restart();
	void partial_writes();
	void queue_state();
	void tail_goes_back();
	void interrupts();
	void windows();
	void functions_at_the_port();
	void tampering();
	void lanes_of_a_class();
	void small_among_large();
	void classes_apart();
	uint64_t slowest(unsigned q, unsigned cls, unsigned n);
	bool stalls_ = false; /* memory stalls at random */
};

#endif
