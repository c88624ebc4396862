/*
 * What classes of work do to each other on the simulated device, in device cycles:
 * (a) latency of TLS records on two queues at a fixed arrival rate, alone and while RSA-2048 and curves from four other queues fill all
 *     contexts of their engines: from the start of the doorbell's register write to the completion's phase in host memory;
 * (b) occupancy of the RSA and the curve engine under that load: what the operations done would have taken their contexts alone, over the
 *     contexts' cycles in the window; and the engines' own BUSY counters.
 * One line of JSON for each row; every completion is checked, results of RSA against libcrypto. That the load was there while records were
 * measured is checked too: both engines busy throughout, operations finished.
 *   bench_load LIBRARY [quick] [check]     check: short, and fails when a goal is missed
 */
#include <algorithm>
#include <cstdio>

#include "sim/harness/tb.h"
#include "sim/tb/pka_engine/keys.h"
#include "sim/tb/sluice_top/sim_host.h"

static constexpr unsigned kRsaContexts = 4, kEccContexts = 8; /* operations that an engine works on at once: rtl/pka, rtl/ecc */
static constexpr unsigned kRsa = 2, kEcc = 4, kQueues = 6;    /* queues 0, 1: records; 2, 3: RSA; 4, 5: curves */
static constexpr unsigned kPka = SLUICE_ENGINE_PKA, kCurves = SLUICE_ENGINE_ECC;
static constexpr unsigned kAhead = 8; /* operations that each public-key queue is kept at: beyond what the engine holds */
static constexpr unsigned kSessions = 64;
static constexpr double kRatioGoal = 1.2, kOccupancyGoal = 95;
static int failures;

static void must(bool ok, const char *what) {
	if (ok) return;
	failures++;
	fprintf(stderr, "bench_load: %s\n", what);
}

/* A kind of record, and what one takes of its lane when the queue is kept full: about base + each * bytes cycles. */
struct Kind {
	const char *name;
	unsigned engine, alg, mac_key_bytes;
	double base, each;
};
static const Kind kGcm = { "AES-GCM", SLUICE_ENGINE_AEAD, SLUICE_ALG_AES_GCM, 0, 8, 1 / 16. };
static const Kind kCbc = { "CBC+HMAC-SHA-256", SLUICE_ENGINE_MAC, SLUICE_ALG_AES_CBC_HMAC_SHA256, 32, 165, 1.03 };

/* What the public-key queues bring. */
enum Mix { kNothing, kPrivate, kRefused };

/* An operation of public-key work, ready to be queued again and again; `alone`: engine cycles when nothing else runs. */
struct Job {
	sluice_desc desc = {};
	uint32_t alone = 0;
	Bytes want; /* of an operation with one right result */
};

class Load {
  public:
	SimHost h;

	/* `timed`: the public-key operations run alone first, to learn their times. */
	Load(const SimLib &lib, const Kind &kind, uint32_t jitter, bool timed)
	    : h(lib, 64u << 20, 1, kek().data(), 20, jitter), kind_(kind), timed_(timed), rng_(17), key_(rng_, 65537) {
		must(h.ready(), "device is not ready");
		for (unsigned i = 0; i < kQueues; i++) h.start(i, i < kRsa ? 8 : 5, i < kRsa ? kind.engine : i < kEcc ? kPka : kCurves);
		sluice_session s = {};
		s.alg = static_cast<uint8_t>(kind.alg);
		s.key_bytes = 16;
		s.mac_key_bytes = static_cast<uint8_t>(kind.mac_key_bytes);
		s.version = 0x0303;
		for (uint32_t i = 0; i < kSessions; i++) {
			rng_.fill(s.key, 16);
			if (kind.alg == SLUICE_ALG_AES_GCM) rng_.fill(s.iv, 4);
			rng_.fill(s.mac_key, kind.mac_key_bytes);
			must(h.load_session(0, 0x10000u | i, s) == SLUICE_ST_OK, "session refused");
		}
		jobs();
		h.timing = true;
	}

	struct Latency {
		std::vector<uint64_t> cycles; /* sorted */
		double pka_busy = 0, ecc_busy = 0; /* % of the window */
		size_t pka_ops = 0, ecc_ops = 0;   /* done meanwhile */
		uint64_t at(double part) const { return cycles[std::min(cycles.size() - 1, static_cast<size_t>(part * static_cast<double>(cycles.size())))]; }
	};
	/* Public-key work from here on, until all contexts have been full for a while. */
	void begin(Mix mix) {
		mix_ = mix;
		for (unsigned i = kRsa; i < kQueues; i++) sent_[i].clear(), first_[i] = h.q[i].done.size(), land_[i] = h.q[i].landed.size();
		service();
		while (h.q[kRsa + 1].done.size() < first_[kRsa + 1] + kRsaContexts / 2 && h.lib.run(h.sim, 500)) service();
	}
	/* Its end: every operation of it checked. */
	void end() {
		bool ran = mix_ == kPrivate;
		mix_ = kNothing;
		for (unsigned i = kRsa; i < kQueues; i++) {
			must(wait_room(i, 0), "public-key work does not end");
			for (size_t k = first_[i]; k < h.q[i].done.size(); k++) {
				bool refused = sent_[i][k - first_[i]] == &bad_;
				must(h.q[i].done[k].status == (refused ? SLUICE_ST_BAD_HANDLE : SLUICE_ST_OK), "public-key operation has a wrong status");
			}
		}
		must(!ran || !memcmp(h.at(rsa_.desc.dst_addr), rsa_.want.data(), rsa_.want.size()), "RSA under load has a wrong result");
	}

	/* n records of len bytes (0: a mix) that take `load` of their lane, arriving after half to one and a half times the mean gap. */
	Latency records(unsigned n, uint32_t len, double load, uint64_t seed) {
		static const uint32_t lengths[] = { 64, 256, 512, 1024, 1460, 4096, 16384 };
		const unsigned ring = 128, room = ring / kRsa;
		size_t m = h.mark(), base[kRsa], land[kRsa];
		uint64_t src = h.alloc(16384), dst = h.alloc(ring * 16512ull);
		std::vector<uint64_t> rung[kRsa];
		TbRng rng(seed);
		for (unsigned i = 0; i < kRsa; i++) base[i] = h.q[i].done.size(), land[i] = h.q[i].landed.size();
		uint64_t from = h.lib.cycles(h.sim), due = from, pka = busy(kPka), ecc = busy(kCurves);
		Mark rsa = mark(kRsa), curves = mark(kEcc);
		for (unsigned k = 0; k < n; k++) {
			uint32_t bytes = len ? len : lengths[rng.below(sizeof(lengths) / sizeof(*lengths))];
			unsigned i = k % kRsa;
			/* an idle device's clock does not run: what is due comes at once then */
			for (uint64_t now; (now = h.lib.cycles(h.sim)) < due && h.lib.run(h.sim, std::min<uint64_t>(due - now, 64)); service()) {}
			due = h.lib.cycles(h.sim);
			if (waiting(i) > room - 2) must(wait_room(i, room / 2), "records do not come back");
			sluice_desc d = {};
			d.opcode = SLUICE_OP_RECORD_SEAL;
			d.handle = 0x10000u | rng.below(kSessions);
			d.cookie = static_cast<uint32_t>(rung[i].size());
			d.src_len = bytes;
			d.dst_len = bytes + 128;
			d.src_addr = src;
			d.dst_addr = dst + k % ring * 16512ull;
			d.param0 = 23;
			h.submit(i, d);
			rung[i].push_back(h.lib.cycles(h.sim));
			h.doorbell(i);
			due += static_cast<uint64_t>((kind_.base + kind_.each * bytes) / load * (0.5 + rng.below(1000) / 1000.0));
		}
		for (unsigned i = 0; i < kRsa; i++) must(wait_room(i, 0), "the last records did not come");
		Latency out;
		double window = static_cast<double>(h.lib.cycles(h.sim) - from);
		out.pka_busy = 100 * static_cast<double>(busy(kPka) - pka) / window;
		out.ecc_busy = 100 * static_cast<double>(busy(kCurves) - ecc) / window;
		out.pka_ops = since(kRsa, rsa);
		out.ecc_ops = since(kEcc, curves);
		for (unsigned i = 0; i < kRsa; i++) {
			for (size_t k = 0; k < rung[i].size(); k++) {
				const sluice_cpl &c = h.q[i].done[base[i] + k];
				must(c.status == SLUICE_ST_OK && c.cookie == k, "a record failed");
				out.cycles.push_back(h.q[i].landed[land[i] + k] - rung[i][k]);
			}
		}
		std::sort(out.cycles.begin(), out.cycles.end());
		h.release(m);
		return out;
	}

	struct Use {
		double rsa, ecc, rsa_busy, ecc_busy, rsa_each;
		uint64_t window;
		unsigned rsa_ops, ecc_ops;
	};
	/* Both engines kept full for about `cycles`. The window of each begins and ends with a completion, RSA's with whole rounds of its contexts. */
	Use occupancy(uint64_t cycles) {
		Mark rsa = mark(kRsa), ecc = mark(kEcc);
		uint64_t begun = h.lib.cycles(h.sim), busy_rsa = busy(kPka), busy_ecc = busy(kCurves);
		while (h.lib.cycles(h.sim) < begun + cycles && h.lib.run(h.sim, 256)) service();
		Use u = {};
		u.window = h.lib.cycles(h.sim) - begun;
		u.rsa_busy = 100.0 * static_cast<double>(busy(kPka) - busy_rsa) / static_cast<double>(u.window);
		u.ecc_busy = 100.0 * static_cast<double>(busy(kCurves) - busy_ecc) / static_cast<double>(u.window);
		u.rsa = used(kRsa, rsa, kRsaContexts, kRsaContexts, &u.rsa_ops, &u.rsa_each);
		u.ecc = used(kEcc, ecc, kEccContexts, 1, &u.ecc_ops, nullptr);
		return u;
	}

  private:
	struct Mark {
		size_t landed[2];
	};

	static Bytes kek() { return TbRng(9).bytes(32); }
	uint64_t busy(unsigned engine) { return h.reg64(SLUICE_ENGINE_REG(engine, BUSY_LO)); }
	uint64_t put(const Bytes &b) {
		uint64_t p = h.alloc(b.size() + 1);
		if (!b.empty()) memcpy(h.at(p), b.data(), b.size());
		return p;
	}
	void load_key(unsigned queue, const Bytes &plain) {
		Bytes blob = wrap(kek(), plain);
		sluice_desc d = {};
		d.opcode = SLUICE_OP_KEY_LOAD;
		d.handle = 0x10000;
		d.src_len = static_cast<uint32_t>(blob.size());
		d.src_addr = put(blob);
		must(h.one(queue, d) == SLUICE_ST_OK, "key refused");
	}
	/* One operation; `timed_`: run first, RSA twice, as a key's first use takes longer. */
	Job job(unsigned queue, sluice_desc d, const Bytes &src, const Bytes &want) {
		Job j;
		d.src_len = static_cast<uint32_t>(src.size());
		d.src_addr = put(src);
		d.dst_len = 512;
		d.dst_addr = h.alloc(512);
		for (unsigned i = queue / kEcc; i < 2 && timed_; i++) must(h.one(queue, d) == SLUICE_ST_OK, "public-key operation failed");
		must(!timed_ || want.empty() || !memcmp(h.at(d.dst_addr), want.data(), want.size()), "public-key operation has a wrong result");
		if (timed_) j.alone = h.q[queue].done.back().cycles;
		j.desc = d;
		j.want = want;
		return j;
	}
	void jobs() {
		EVP_PKEY *ec = EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256");
		Bytes plain(SLUICE_EC_KEY_BYTES), point(65), base(32);
		size_t len = 0;
		must(!keyblob_build_ec(ec, plain.data(), plain.size(), &len), "no key on P-256");
		load_key(kRsa, key_.plain);
		load_key(kEcc, plain);
		EVP_PKEY_get_octet_string_param(ec, OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size(), &len);
		EVP_PKEY_free(ec);
		point.erase(point.begin());
		base[0] = 9; /* RFC 7748 4.1 */
		sluice_desc d = {};
		d.opcode = SLUICE_OP_RSA_PRIVATE;
		d.handle = 0x10000;
		Bytes in = key_.below(rng_);
		rsa_ = job(kRsa, d, in, key_.private_op(in));
		d = {};
		d.opcode = SLUICE_OP_ECDSA_SIGN;
		d.handle = 0x10000;
		d.param0 = SLUICE_CURVE_P256;
		d.param1 = 32;
		ecc_.push_back(job(kEcc, d, rng_.bytes(32), {}));
		d.opcode = SLUICE_OP_ECDH_RESPOND;
		d.handle = d.param1 = 0;
		ecc_.push_back(job(kEcc, d, point, {}));
		d.param0 = SLUICE_CURVE_X25519;
		ecc_.push_back(job(kEcc, d, base, {}));
		d.opcode = SLUICE_OP_EC_KEYGEN;
		ecc_.push_back(job(kEcc, d, {}, {}));
		d.opcode = SLUICE_OP_RSA_PRIVATE; /* of a key that nobody loaded */
		d.handle = 0x10000u | 5;
		d.param0 = 0;
		d.src_addr = rsa_.desc.src_addr;
		d.src_len = 256;
		d.dst_addr = rsa_.desc.dst_addr;
		d.dst_len = 512;
		bad_.desc = d;
	}
	/* The k-th operation of a public-key queue. */
	const Job &nth(unsigned queue, size_t k) const {
		if (queue < kEcc) return mix_ == kRefused ? bad_ : rsa_;
		return ecc_[(k * 7 + k / 5 + queue) % ecc_.size()];
	}
	/* Takes what came and keeps the public-key queues at kAhead, four at a time. */
	void service() {
		for (unsigned i = 0; i < kQueues; i++) {
			h.poll(i);
			if (mix_ == kNothing || i < kRsa || waiting(i) > kAhead - 4) continue;
			for (; waiting(i) < kAhead; sent_[i].push_back(&nth(i, sent_[i].size()))) h.submit(i, nth(i, sent_[i].size()).desc);
			h.doorbell(i);
		}
	}
	unsigned waiting(unsigned i) const { return static_cast<uint16_t>(h.q[i].tail - h.q[i].head); }
	bool wait_room(unsigned i, unsigned most) {
		uint64_t until = h.lib.cycles(h.sim) + 20000000;
		while (waiting(i) > most && h.lib.cycles(h.sim) < until && h.lib.run(h.sim, 64)) service();
		service();
		return waiting(i) <= most;
	}
	size_t since(unsigned q, const Mark &m) const { return h.q[q].landed.size() - m.landed[0] + h.q[q + 1].landed.size() - m.landed[1]; }
	Mark mark(unsigned q) const { return { { h.q[q].landed.size(), h.q[q + 1].landed.size() } }; }
	/* Part of the contexts' cycles that operations of queues q and q + 1 took since m, in %. */
	double used(unsigned q, const Mark &m, unsigned contexts, unsigned round, unsigned *ops, double *each) const {
		std::vector<std::pair<uint64_t, uint32_t>> ended; /* when, and what it takes */
		for (unsigned i = 0; i < 2; i++)
			for (size_t k = m.landed[i]; k < h.q[q + i].landed.size(); k++) ended.push_back({ h.q[q + i].landed[k], sent_[q + i][k - land_[q + i]]->alone });
		std::sort(ended.begin(), ended.end());
		if (ended.size() < 2 * round + 1) {
			must(false, "too few operations to measure");
			return 0;
		}
		size_t last = (ended.size() - 1) / round * round;
		uint64_t work = 0, window = ended[last].first - ended[0].first;
		for (size_t k = 1; k <= last; k++) work += ended[k].second;
		*ops = static_cast<unsigned>(last);
		if (each) *each = static_cast<double>(window) / static_cast<double>(last);
		return 100.0 * static_cast<double>(work) / static_cast<double>(window) / contexts;
	}

	const Kind &kind_;
	bool timed_;
	TbRng rng_;
	RsaKey key_;
	Job rsa_, bad_;
	std::vector<Job> ecc_;
	Mix mix_ = kNothing;
	std::vector<const Job *> sent_[kQueues];
	size_t first_[kQueues] = {}, land_[kQueues] = {};
};

/* A row of the first table: n records, their share of the lane, what else runs. */
struct Row {
	const char *size;
	unsigned n;
	uint32_t len;
	double load;
	Mix mix;
};

static void print(const Kind &kind, const Row &r, uint32_t jitter, const Load::Latency &without, const Load::Latency &with) {
	auto u = [](uint64_t x) { return static_cast<unsigned long long>(x); };
	printf("{\"records\": \"%s %s\", \"n\": %u, \"load\": %.0f, \"jitter\": %u, \"with\": \"%s\", \"pka_ops\": %zu, \"ecc_ops\": %zu, \"p50_without\": %llu, \"p50_with\": %llu, "
	       "\"p99_without\": %llu, \"p99_with\": %llu, \"max_without\": %llu, \"max_with\": %llu, \"ratio\": %.4f}\n", kind.name, r.size, r.n, 100 * r.load, jitter,
	       r.mix == kPrivate ? "public keys" : "refused operations", with.pka_ops, with.ecc_ops, u(without.at(0.5)), u(with.at(0.5)), u(without.at(0.99)),
	       u(with.at(0.99)), u(without.cycles.back()), u(with.cycles.back()), static_cast<double>(with.at(0.99)) / static_cast<double>(without.at(0.99)));
	fflush(stdout);
}

/* Rows of one mix: all of them without load, then all with it; `cycles`: measures occupancy too. */
static void rows(const SimLib &lib, const Kind &kind, uint32_t jitter, const std::vector<Row> &list, uint64_t cycles, bool check) {
	Load l(lib, kind, jitter, cycles != 0);
	std::vector<Load::Latency> without;
	for (const Row &r : list) without.push_back(l.records(r.n, r.len, r.load, r.n));
	l.begin(list[0].mix);
	for (size_t i = 0; i < list.size(); i++) {
		const Row &r = list[i];
		Load::Latency with = l.records(r.n, r.len, r.load, r.n);
		must(without[i].pka_ops + without[i].ecc_ops == 0 && without[i].pka_busy < 1 && without[i].ecc_busy < 1, "public-key engines work in the window without load");
		must(with.ecc_ops && with.ecc_busy > 99 && (r.mix == kRefused ? with.pka_ops > r.n : with.pka_ops && with.pka_busy > 99), "public-key engines are not kept full");
		print(kind, r, jitter, without[i], with);
		if (check) must(static_cast<double>(with.at(0.99)) <= kRatioGoal * static_cast<double>(without[i].at(0.99)), "99th percentile with public-key load is above the goal");
	}
	if (cycles) {
		Load::Use u = l.occupancy(cycles);
		printf("{\"window\": %llu, \"rsa_ops\": %u, \"rsa_occupancy\": %.2f, \"rsa_busy\": %.2f, \"rsa_each\": %.0f, \"ecc_ops\": %u, \"ecc_occupancy\": %.2f, \"ecc_busy\": %.2f}\n",
		       static_cast<unsigned long long>(u.window), u.rsa_ops, u.rsa, u.rsa_busy, u.rsa_each, u.ecc_ops, u.ecc, u.ecc_busy);
		fflush(stdout);
		if (check) must(u.rsa >= kOccupancyGoal, "occupancy of the RSA engine is below the goal");
	}
	l.end();
}

int main(int argc, char **argv) {
	if (argc < 2) {
		fprintf(stderr, "usage: bench_load LIBRARY [quick] [check]\n");
		return 2;
	}
	SimLib lib(argv[1]);
	bool quick = false, check = false;
	for (int i = 2; i < argc; i++) quick |= !strcmp(argv[i], "quick"), check |= !strcmp(argv[i], "check");
	const unsigned n = check || quick ? 3000 : 20000;
	const Row small = { "1 KiB", n, 1024, 0.5, kPrivate }, large = { "16 KiB", n / 8, 16384, 0.5, kPrivate };
	const Row full = { "1 KiB", n, 1024, 0.9, kPrivate }, mixed = { "64 B to 16 KiB", n / 2, 0, 0.5, kPrivate };
	if (check) {
		rows(lib, kGcm, 0, { small, large }, 1500000, true);
		rows(lib, kCbc, 0, { { "1 KiB", n / 10, 1024, 0.5, kPrivate } }, 0, true);
	} else {
		rows(lib, kGcm, 0, { small, large, full, mixed }, quick ? 3000000 : 15000000, false);
		rows(lib, kGcm, 40, { mixed }, 0, false);
		rows(lib, kCbc, 0, { { "1 KiB", n / 8, 1024, 0.5, kPrivate }, { "16 KiB", n / 80, 16384, 0.5, kPrivate } }, 0, false);
		rows(lib, kGcm, 0, { { "1 KiB", n, 1024, 0.5, kRefused } }, 0, false);
	}
	printf("%d passed, %d failed\n", failures ? 0 : 1, failures);
	return failures != 0;
}
