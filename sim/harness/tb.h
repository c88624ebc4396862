/*
 * Bench harness: one class owns clock, reset, cycle limit, seed, waves and the verdict.
 *
 *   Tb<Vmodel> tb(argc, argv, "name");   // --seed N  --cycles N (limit)  --trace FILE (TRACE=1 builds)
 *   tb.reset();
 *   tb.tick();                            // one clock cycle; hooks run before the rising edge with settled outputs
 *   CHECK(tb, a == b, "what");            // counts; the first failures are printed with seed and cycle
 *   return tb.finish();                   // "N passed, N failed", exit code
 *
 * Signals are lowRISC names: clk_i, rst_ni. Models are built with --x-initial unique: the seed also sets the registers' random
 * initial values, so a missing reset shows as a failure for some seed. Engine ports are driven by engine_port.h.
 */
#ifndef SLUICE_SIM_TB_H
#define SLUICE_SIM_TB_H

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "verilated.h"
#if VM_TRACE
#include "verilated_vcd_c.h"
#endif

/* Small seeded generator (splitmix64), the same on every machine. */
class TbRng {
  public:
	explicit TbRng(uint64_t seed) : s_(seed) {}
	uint64_t u64() {
		uint64_t z = (s_ += 0x9E3779B97F4A7C15ull);
		z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
		z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
		return z ^ (z >> 31);
	}
	uint32_t u32() { return static_cast<uint32_t>(u64() >> 32); }
	/* uniform in [0, n) */
	uint32_t below(uint32_t n) { return n ? static_cast<uint32_t>((u64() >> 32) * n >> 32) : 0; }
	bool percent(unsigned p) { return below(100) < p; }
	void fill(void *to, size_t n) {
		auto *p = static_cast<uint8_t *>(to);
		for (size_t i = 0; i < n; i++) p[i] = static_cast<uint8_t>(u64() >> 56);
	}
	std::vector<uint8_t> bytes(size_t n) {
		std::vector<uint8_t> v(n);
		fill(v.data(), n);
		return v;
	}

  private:
	uint64_t s_;
};

static inline double tb_cpu_seconds() {
	timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

template <class V> class Tb {
  public:
	Tb(int argc, char **argv, const char *name) : name_(name), rng(1) {
		uint64_t seed = 1;
		std::string trace;
		for (int i = 1; i + 1 < argc; i++) {
			if (!strcmp(argv[i], "--seed")) seed = strtoull(argv[++i], nullptr, 0);
			else if (!strcmp(argv[i], "--cycles")) limit_ = strtoull(argv[++i], nullptr, 0);
			else if (!strcmp(argv[i], "--trace")) trace = argv[++i];
		}
		start(seed, trace);
	}
	Tb(const char *name, uint64_t seed) : name_(name), rng(1) { start(seed, ""); }
	~Tb() { close(); }

	/* Throws the model away and builds a fresh one with other random initial values; hooks and counts stay. */
	void reseed(uint64_t seed) {
		close();
		start(seed, "");
	}
	/* Holds reset for a few cycles. Inputs should be at rest. */
	void reset(unsigned cycles = 4) {
		v->rst_ni = 0;
		for (unsigned i = 0; i < cycles; i++) tick();
		v->rst_ni = 1;
	}
	/* One clock cycle. */
	void tick() {
		v->clk_i = 0;
		v->eval();
		dump(0);
		for (auto &h : before_edge) h();
		v->clk_i = 1;
		v->eval();
		dump(1);
		cycle++;
		if (cycle - mark_ > limit_) {
			fprintf(stderr, "%s: no end after %llu cycles (seed %llu)\n", name_.c_str(),
			        static_cast<unsigned long long>(limit_), static_cast<unsigned long long>(seed_));
			failed++;
			exit(finish());
		}
	}
	/* Ticks until done() or the limit of cycles; returns whether it was done. */
	bool run_until(const std::function<bool()> &done, uint64_t cycles) {
		for (uint64_t i = 0; i < cycles; i++) {
			if (done()) return true;
			tick();
		}
		return done();
	}
	/* Restarts the cycle limit: call at the start of every case. */
	void mark() { mark_ = cycle; }
	void check(bool ok, const char *what, const char *file, int line) {
		if (ok) {
			passed++;
			return;
		}
		if (failed++ < 20)
			fprintf(stderr, "%s:%d: %s: wrong at cycle %llu; repeat with --seed %llu\n", file, line, what,
			        static_cast<unsigned long long>(cycle), static_cast<unsigned long long>(seed_));
	}
	/* For rules checked every cycle: only failures count. */
	void check_quiet(bool ok, const char *what, const char *file, int line) {
		if (!ok) check(false, what, file, line);
	}
	int finish() {
		close();
		printf("%s: seed %llu, %llu cycles\n%llu passed, %llu failed\n", name_.c_str(), static_cast<unsigned long long>(seed_),
		       static_cast<unsigned long long>(cycle), static_cast<unsigned long long>(passed), static_cast<unsigned long long>(failed));
		fflush(stdout);
		return failed || !passed ? 1 : 0;
	}

  private:
	std::string name_;
	std::unique_ptr<VerilatedContext> ctx_;
	uint64_t seed_ = 1, limit_ = 50'000'000, mark_ = 0;
#if VM_TRACE
	std::unique_ptr<VerilatedVcdC> vcd_;
#endif

  public:
	std::unique_ptr<V> v;
	TbRng rng;
	uint64_t cycle = 0, passed = 0, failed = 0;
	/* run after outputs settled and before each rising edge: sample outputs here; inputs set here count at this edge */
	std::vector<std::function<void()>> before_edge;
	uint64_t seed() const { return seed_; }

  private:
	void start(uint64_t seed, const std::string &trace) {
		seed_ = seed;
		rng = TbRng(seed);
		ctx_ = std::make_unique<VerilatedContext>();
		ctx_->randReset(2);
		ctx_->randSeed(static_cast<int>(seed * 2654435761u % 0x7fffffff) + 1);
#if VM_TRACE
		if (!trace.empty()) ctx_->traceEverOn(true);
#endif
		v = std::make_unique<V>(ctx_.get());
#if VM_TRACE
		if (!trace.empty()) {
			vcd_ = std::make_unique<VerilatedVcdC>();
			v->trace(vcd_.get(), 99);
			vcd_->open(trace.c_str());
		}
#else
		if (!trace.empty()) fprintf(stderr, "%s: built without waves; use TRACE=1\n", name_.c_str());
#endif
		v->clk_i = 0;
		v->rst_ni = 0;
	}
	void dump(int phase) {
#if VM_TRACE
		if (vcd_) vcd_->dump(static_cast<uint64_t>(cycle * 4000 + phase * 2000)); /* 250 MHz in ps */
#else
		(void)phase;
#endif
	}
	void close() {
#if VM_TRACE
		if (vcd_) {
			vcd_->close();
			vcd_.reset();
		}
#endif
		if (v) v->final();
		v.reset();
	}
};

#define CHECK(tb, cond, what) (tb).check((cond), (what), __FILE__, __LINE__)

#endif
