/*
 * pka_engine with two Montgomery engines: every length and operation mixed through one port, how full the contexts are kept, one key on
 * both engines, keys that change under load, the time bound, functions, premaster secrets to the store, a generator that has failed.
 *
 *   pka_cluster [--seed N] [--ops N] [--only speed]     --ops: length of the random run (default 0)
 */
#include "Vpka_cluster.h"
#include "Vpka_cluster___024root.h"
#include "sim/harness/engine_port.h"
#include "sim/tb/pka_engine/keys.h"
#include "sim/tb/pka_engine/secret_store.h"

using Top = Vpka_cluster;
#define CORE(r, n, what) (r)->pka_engine__DOT__gen_core__BRA__##n##__KET____DOT__u_core__DOT__##what

static uint32_t handle(unsigned index, unsigned gen) { return index | gen << 16; }

/* Share of an engine's contexts that operations hold, over the cycles in which it had a further one to start. */
struct Occupancy {
	uint64_t cycles = 0, slots = 0;
	uint64_t busy = 0; /* array steps */
};

class Bench {
  public:
	Tb<Top> tb;
	EnginePort<Top> port;
	SecretStore<Top> store;
	Bytes kek;
	std::vector<std::unique_ptr<RsaKey>> keys; /* in slots of the same number: 0, 1: 2048 bits; 2: 3072; 3: 4096 */
	Occupancy occ;
	uint64_t occ_from = ~0ull;

	Bench(int argc, char **argv) : tb(argc, argv, "pka_cluster"), port(tb), store(tb), kek(tb.rng.bytes(32)) {
		unsigned bits[] = { 2048, 2048, 3072, 4096 };
		for (unsigned b : bits) keys.push_back(std::make_unique<RsaKey>(tb.rng, b == 3072 ? 3 : 65537, b));
		tb.before_edge.push_back([this] {
			auto *r = tb.v->rootp;
			if (tb.cycle < occ_from) return;
			if (CORE(r, 0, wait_q)) sample(CORE(r, 0, u_seq__DOT__active_q) | CORE(r, 0, u_seq__DOT__joined_q), CORE(r, 0, u_mont__DOT__v_q) & 1);
			if (CORE(r, 1, wait_q)) sample(CORE(r, 1, u_seq__DOT__active_q) | CORE(r, 1, u_seq__DOT__joined_q), CORE(r, 1, u_mont__DOT__v_q) & 1);
		});
	}
	void sample(unsigned slots, unsigned step) {
		occ.cycles++;
		occ.slots += static_cast<unsigned>(__builtin_popcount(slots));
		occ.busy += step;
	}
	void power_up() {
		port.rest();
		memcpy(&tb.v->kek_i, kek.data(), 32);
		tb.v->rnd_fail_i = 0;
		store.rest();
		tb.reset();
		CHECK(tb, tb.run_until([this] { return !tb.v->busy_o; }, 50'000), "reset ends");
		CHECK(tb, port.self_test(), "self test passes on both engines");
	}
	EngineJob job(uint8_t op, uint32_t h, const Bytes &src, uint32_t p0 = 0, uint32_t p1 = 0, uint8_t func = 0, uint32_t h2 = 0) {
		EngineJob j = EngineJob::make(op, h, src, p0, p1);
		EngineJob::put32(j.desc + 48, h2);
		j.desc[56] = func;
		return j;
	}
	EngineResult run(const EngineJob &j) { return port.run(j); }
	uint8_t load(unsigned index, unsigned gen, const RsaKey &k, uint8_t func = 0) {
		return run(job(SLUICE_OP_KEY_LOAD, handle(index, gen), wrap(kek, k.plain), 0, 0, func)).status;
	}
	EngineJob private_job(unsigned k, const Bytes &x) { return job(SLUICE_OP_RSA_PRIVATE, handle(k, 1), x); }
	EngineJob public_job(const RsaKey &k, const Bytes &x) {
		Bytes src = RsaKey::number(k.n, k.bytes);
		src.insert(src.end(), x.begin(), x.end());
		return job(SLUICE_OP_RSA_PUBLIC, 0, src, static_cast<uint32_t>(k.bytes), static_cast<uint32_t>(BN_get_word(k.e)));
	}
	Bytes block(const RsaKey &k, const Bytes &pms) {
		Bytes em(k.bytes);
		em[1] = 2;
		for (size_t i = 2; i < k.bytes - 49; i++) em[i] = static_cast<uint8_t>(1 + tb.rng.below(255));
		memcpy(em.data() + k.bytes - 48, pms.data(), 48);
		return em;
	}
	void expect(const EngineJob &j, uint8_t status, const Bytes &data) {
		ids_.push_back(port.submit(j));
		want_.push_back({ status, data });
	}
	void settle(const char *what, uint64_t limit = 40'000'000) {
		port.drain(limit);
		for (size_t i = 0; i < ids_.size(); i++) {
			const EngineResult &r = port.result(ids_[i]);
			CHECK(tb, r.status == want_[i].first && r.data == want_[i].second, what);
		}
		ids_.clear();
		want_.clear();
	}
	void saturate(const char *name, unsigned jobs, const std::vector<unsigned> &mix, double least);
	void lengths();
	void public_inputs();
	void keys_under_load();
	void bound();
	void functions();
	void secrets();
	void entropy();
	void random_run(unsigned ops);

  private:
	std::vector<size_t> ids_;
	std::vector<std::pair<uint8_t, Bytes>> want_;
};

/* A queue that never runs dry. mix: of each 16 jobs, how many are private with key 0..3 and public with key 0..3. */
void Bench::saturate(const char *name, unsigned jobs, const std::vector<unsigned> &mix, double least) {
	std::vector<unsigned> kind;
	for (unsigned i = 0; i < mix.size(); i++) kind.insert(kind.end(), mix[i], i);
	tb.run_until([this] { return !tb.v->busy_o; }, 2000);
	for (unsigned i = 0; i < jobs; i++) {
		unsigned what = kind[tb.rng.below(static_cast<uint32_t>(kind.size()))];
		const RsaKey &k = *keys[what % 4];
		Bytes x = k.below(tb.rng);
		if (what < 4) expect(private_job(what, x), SLUICE_ST_OK, k.private_op(x));
		else expect(public_job(k, x), SLUICE_ST_OK, k.public_op(x));
	}
	occ = Occupancy();
	occ_from = tb.cycle + 30'000;
	uint64_t from = tb.cycle;
	double cpu = tb_cpu_seconds();
	std::vector<size_t> ids = ids_;
	settle("an operation of a saturated cluster");
	occ_from = ~0ull;
	double share = static_cast<double>(occ.slots) / static_cast<double>(4 * occ.cycles);
	/* between answers, so without the first operations' start and the last ones' end */
	const uint64_t warm = 16, first = port.result(ids[warm - 1]).rsp_cycle, last = port.result(ids.back()).rsp_cycle;
	if (jobs > 2 * warm)
		printf("%-40s %llu cycles each and engine between answers\n", name, static_cast<unsigned long long>(2 * (last - first) / (jobs - warm)));
	printf("%-40s contexts held %.1f %%, array steps %.1f %%, %llu cycles for %u operations, %.2f M cycles/s\n", name, 100 * share,
	       100 * static_cast<double>(occ.busy) / static_cast<double>(occ.cycles), static_cast<unsigned long long>(tb.cycle - from), jobs,
	       1e-6 * static_cast<double>(tb.cycle - from) / (tb_cpu_seconds() - cpu));
	CHECK(tb, occ.cycles > 100'000 && share >= least, "contexts are kept full");
}

/* private and premaster operations of each length, times that depend on the length alone */
void Bench::lengths() {
	uint32_t cycles[4] = {};
	for (unsigned i : { 0u, 0u, 2u, 3u }) {
		const RsaKey &k = *keys[i];
		Bytes x = k.below(tb.rng), pms = tb.rng.bytes(48);
		tb.run_until([this] { return !tb.v->busy_o; }, 2000);
		EngineResult r = run(private_job(i, x));
		CHECK(tb, r.status == SLUICE_ST_OK && r.data == k.private_op(x), "private operation");
		if (cycles[i]) {
			CHECK(tb, r.cycles == cycles[i], "time depends on the length alone");
			continue;
		}
		cycles[i] = r.cycles;
		pms[0] = 3, pms[1] = 3;
		Bytes em = block(k, pms);
		size_t good = port.submit(job(SLUICE_OP_RSA_PMS_DECRYPT, handle(i, 1), k.public_op(em), 0x0303));
		em[k.bytes - 49] = 1;
		size_t bad = port.submit(job(SLUICE_OP_RSA_PMS_DECRYPT, handle(i, 1), k.public_op(em), 0x0303));
		port.drain();
		CHECK(tb, port.result(good).status == SLUICE_ST_OK && port.result(good).data == pms, "premaster secret");
		CHECK(tb, port.result(bad).status == SLUICE_ST_OK && port.result(bad).data.size() == 48 && port.result(bad).data != pms, "a substitute");
	}
	for (unsigned i : { 2u, 3u }) {
		const RsaKey &k = *keys[i];
		Bytes n = RsaKey::number(k.n, k.bytes);
		CHECK(tb, run(private_job(i, n)).status == SLUICE_ST_BAD_INPUT, "operand not below the modulus");
		CHECK(tb, run(private_job(i, Bytes(256))).status == SLUICE_ST_BAD_DESC, "operand of another length");
	}
	/* blobs of the other length that do not fit together */
	for (size_t at : { size_t{ 5 }, size_t{ 16 + 332 + 328 }, size_t{ 16 + 328 + 2 }, size_t{ 16 + 8 * 332 }, size_t{ 5327 } }) {
		RsaKey &k = *keys[3];
		Bytes plain = k.plain;
		plain[at] ^= at == 5 ? 0x40 : at == 5327 ? 0x80 : at == 16 + 328 + 2 ? 4 : 1;
		if (at == 16 + 332 + 328) plain[at] = 82;
		CHECK(tb, run(job(SLUICE_OP_KEY_LOAD, handle(9, 1), wrap(kek, plain))).status == SLUICE_ST_BAD_KEY, "a large blob that is wrong");
	}
	printf("alone: RSA-2048 %u, RSA-3072 %u, RSA-4096 %u cycles\n", cycles[0], cycles[2], cycles[3]);
}

/* what RSA_PUBLIC refuses, and edges of what it takes */
void Bench::public_inputs() {
	const RsaKey &k = *keys[0];
	Bytes n = RsaKey::number(k.n), one(256), bad;
	one[255] = 1;
	auto status = [&](const Bytes &mod, const Bytes &x, uint32_t p0, uint32_t e, uint32_t h = 0) {
		Bytes src = mod;
		src.insert(src.end(), x.begin(), x.end());
		EngineResult r = run(job(SLUICE_OP_RSA_PUBLIC, h, src, p0, e));
		CHECK(tb, r.status != SLUICE_ST_OK || r.data.size() == mod.size(), "result length");
		if (r.status == SLUICE_ST_OK) {
			BIGNUM *bm = BN_bin2bn(mod.data(), static_cast<int>(mod.size()), nullptr), *bx = BN_bin2bn(x.data(), static_cast<int>(x.size()), nullptr);
			BIGNUM *be = BN_new(), *y = BN_new();
			BN_set_word(be, e);
			BN_mod_exp(y, bx, be, bm, k.ctx);
			CHECK(tb, r.data == RsaKey::number(y, mod.size()), "public operation");
			for (BIGNUM *b : { bm, bx, be, y }) BN_free(b);
		}
		return r.status;
	};
	for (uint32_t e : { 3u, 65537u, 0xffffffffu }) CHECK(tb, status(n, k.below(tb.rng), 256, e) == SLUICE_ST_OK, "public exponent");
	CHECK(tb, status(n, Bytes(256), 256, 3) == SLUICE_ST_OK, "zero");
	CHECK(tb, status(n, one, 256, 3) == SLUICE_ST_OK, "one");
	for (uint32_t e : { 0u, 1u, 2u, 65536u }) CHECK(tb, status(n, one, 256, e) == SLUICE_ST_BAD_DESC, "exponent even or below three");
	for (uint32_t p0 : { 0u, 255u, 257u, 128u, 384u, 512u, 640u, 0x10100u, 0xffffffffu }) CHECK(tb, status(n, one, p0, 3) == SLUICE_ST_BAD_DESC, "length of the modulus");
	CHECK(tb, status(n, Bytes(255), 256, 3) == SLUICE_ST_BAD_DESC, "length of the source");
	CHECK(tb, status(n, one, 256, 3, handle(0, 1)) == SLUICE_ST_BAD_DESC, "takes no handle");
	CHECK(tb, status(n, n, 256, 3) == SLUICE_ST_BAD_INPUT, "input not below the modulus");
	bad = n;
	bad[255] &= 0xfe;
	CHECK(tb, status(bad, one, 256, 3) == SLUICE_ST_BAD_INPUT, "even modulus");
	bad = n;
	bad[0] &= 0x7f;
	CHECK(tb, status(bad, one, 256, 3) == SLUICE_ST_BAD_INPUT, "short modulus");
	for (size_t len : { 256, 384, 512 })
		for (unsigned i = 0; i < 2; i++) {
			Bytes m(len, i ? 0xff : 0), x = tb.rng.bytes(len);
			m[0] |= 0x80;
			m[len - 1] |= 1;
			x[0] &= 0x7f;
			CHECK(tb, status(m, x, static_cast<uint32_t>(len), 65537) == SLUICE_ST_OK, "smallest and largest modulus");
		}
}

/* a key loaded and freed while others work; every command sees the keys of its place in the queue; both engines have their own pairs */
void Bench::keys_under_load() {
	const RsaKey &a = *keys[0], &b = *keys[1];
	Bytes x = a.below(tb.rng), y = b.below(tb.rng);
	for (unsigned i = 0; i < 6; i++) expect(private_job(i & 1, i & 1 ? y : x), SLUICE_ST_OK, i & 1 ? b.private_op(y) : a.private_op(x));
	expect(job(SLUICE_OP_KEY_LOAD, handle(7, 1), wrap(kek, a.plain)), SLUICE_ST_OK, {});
	expect(job(SLUICE_OP_RSA_PRIVATE, handle(7, 1), x), SLUICE_ST_OK, a.private_op(x));
	expect(job(SLUICE_OP_RSA_PRIVATE, handle(7, 1), x), SLUICE_ST_OK, a.private_op(x));
	expect(job(SLUICE_OP_KEY_LOAD, handle(7, 2), wrap(kek, b.plain)), SLUICE_ST_OK, {});
	expect(job(SLUICE_OP_RSA_PRIVATE, handle(7, 1), x), SLUICE_ST_BAD_HANDLE, {});
	for (unsigned i = 0; i < 4; i++) expect(job(SLUICE_OP_RSA_PRIVATE, handle(7, 2), y), SLUICE_ST_OK, b.private_op(y));
	expect(job(SLUICE_OP_KEY_FREE, handle(7, 2), {}), SLUICE_ST_OK, {});
	expect(job(SLUICE_OP_RSA_PRIVATE, handle(7, 2), y), SLUICE_ST_BAD_HANDLE, {});
	settle("keys that change under load");
	auto *r = tb.v->rootp;
	unsigned same = 0, zero = 0;
	for (unsigned w = 0; w < 41; w++) {
		uint32_t be0 = CORE(r, 0, key_mem)[4 << 6 | w], be1 = CORE(r, 1, key_mem)[4 << 6 | w];
		same += be0 == be1;
		zero += CORE(r, 0, key_mem)[7 << 11 | w] || CORE(r, 1, key_mem)[7 << 11 | w];
	}
	CHECK(tb, same < 4, "each engine has its own blinding pair");
	CHECK(tb, zero == 0, "a freed key is erased in both engines");
}

/* an operation whose loop counter is held from outside ends as aborted; nothing else is disturbed */
void Bench::bound() {
	const RsaKey &k = *keys[0];
	Bytes x = k.below(tb.rng);
	tb.run_until([this] { return !tb.v->busy_o; }, 2000);
	std::vector<size_t> id;
	for (unsigned i = 0; i < 4; i++) id.push_back(port.submit(private_job(0, x)));
	for (unsigned t = 0; t < 1'000'000 && !port.idle(); t++) {
		CORE(tb.v->rootp, 0, u_seq__DOT__limb_q)[0] = 39;
		tb.tick();
	}
	port.drain();
	unsigned aborted = 0;
	for (size_t i : id) {
		const EngineResult &r = port.result(i);
		aborted += r.status == SLUICE_ST_ABORTED;
		CHECK(tb, r.status == SLUICE_ST_ABORTED ? r.data.empty() : r.status == SLUICE_ST_OK && r.data == k.private_op(x), "aborted or right");
	}
	CHECK(tb, aborted == 1, "one operation was aborted");
	EngineResult r = run(private_job(0, x));
	CHECK(tb, r.status == SLUICE_ST_OK && r.data == k.private_op(x), "the engine goes on");
}

void Bench::functions() {
	const RsaKey &k = *keys[1];
	Bytes x = k.below(tb.rng), blob = wrap(kek, k.plain);
	CHECK(tb, load(8, 1, k, 3) == SLUICE_ST_OK, "a function loads a key");
	CHECK(tb, run(job(SLUICE_OP_RSA_PRIVATE, handle(8, 1), x)).status == SLUICE_ST_BAD_HANDLE, "another function's key");
	CHECK(tb, run(job(SLUICE_OP_RSA_PMS_DECRYPT, handle(8, 1), x, 0x303, 0, 2)).status == SLUICE_ST_BAD_HANDLE, "another function's key");
	CHECK(tb, run(job(SLUICE_OP_KEY_FREE, handle(8, 1), {}, 0, 0, 4)).status == SLUICE_ST_BAD_HANDLE, "another function's key");
	CHECK(tb, run(job(SLUICE_OP_KEY_LOAD, handle(8, 2), blob, 0, 0, 1)).status == SLUICE_ST_BAD_HANDLE, "a slot of another function");
	EngineResult r = run(job(SLUICE_OP_RSA_PRIVATE, handle(8, 1), x, 0, 0, 3));
	CHECK(tb, r.status == SLUICE_ST_OK && r.data == k.private_op(x), "its own key");
	CHECK(tb, run(job(SLUICE_OP_KEY_FREE, handle(8, 1), {}, 0, 0, 3)).status == SLUICE_ST_OK, "its own key");
	CHECK(tb, load(8, 1, k, 1) == SLUICE_ST_OK, "a freed slot is anybody's");
	CHECK(tb, run(job(SLUICE_OP_KEY_FREE, handle(8, 1), {}, 0, 0, 1)).status == SLUICE_ST_OK, "and free again");
}

/* the premaster secret goes to the store and nowhere else */
void Bench::secrets() {
	const RsaKey &k = *keys[0];
	Bytes pms = tb.rng.bytes(48);
	pms[0] = 3, pms[1] = 3;
	for (unsigned i = 0; i < 4; i += 2) {
		store.stall_percent = port.stall_percent = i ? 50 : 0;
		store.ok = !i;
		store.writes.clear();
		size_t id[2];
		for (unsigned n = 0; n < 2; n++) id[n] = port.submit(job(SLUICE_OP_RSA_PMS_DECRYPT, handle(0, 1), k.public_op(block(k, pms)), 0x0303, 0, 0, handle(77, 5 + n)));
		port.drain();
		CHECK(tb, store.writes.size() == 2, "the store has both secrets");
		for (unsigned n = 0; n < 2 && n < store.writes.size(); n++) {
			const EngineResult &r = port.result(id[n]);
			const SecretWrite &w = store.writes[n];
			CHECK(tb, r.status == (i ? SLUICE_ST_BAD_SECRET : SLUICE_ST_OK) && r.data.empty(), "a secret is no result");
			CHECK(tb, w.handle == handle(77, 5 + n) && w.kind == SLUICE_SECRET_PREMASTER && w.func == 0 && w.data == pms, "the store has the premaster secret");
		}
	}
	port.stall_percent = store.stall_percent = 0;
	store.ok = true;
	store.writes.clear();
	Bytes x = k.below(tb.rng);
	CHECK(tb, run(job(SLUICE_OP_RSA_PRIVATE, handle(0, 1), x, 0, 0, 0, handle(77, 1))).status == SLUICE_ST_BAD_DESC, "only for premaster secrets");
	EngineJob j = job(SLUICE_OP_RSA_PMS_DECRYPT, handle(0, 1), x, 0x303);
	EngineJob::put32(j.desc + 52, handle(1, 1));
	CHECK(tb, run(j).status == SLUICE_ST_BAD_DESC && store.writes.empty(), "no secret goes in");
}

void Bench::entropy() {
	const RsaKey &k = *keys[0];
	Bytes pms = tb.rng.bytes(48), x = k.below(tb.rng);
	pms[0] = 3, pms[1] = 3;
	Bytes c = k.public_op(block(k, pms));
	auto pms_job = [&] { return job(SLUICE_OP_RSA_PMS_DECRYPT, handle(0, 1), c, 0x303); };
	tb.v->rnd_fail_i = 1;
	port.hold_random = true;
	EngineResult r = run(pms_job());
	CHECK(tb, r.status == SLUICE_ST_NO_ENTROPY && r.data.empty(), "no premaster secret without random numbers");
	r = run(private_job(0, x));
	CHECK(tb, r.status == SLUICE_ST_OK && r.data == k.private_op(x), "others go on");
	/* it fails while an operation waits for a word */
	tb.v->rnd_fail_i = 0;
	size_t id = port.submit(pms_job());
	for (unsigned t = 0; t < 700'000; t++) tb.tick();
	CHECK(tb, !port.result(id).done, "the operation waits for random words");
	tb.v->rnd_fail_i = 1;
	port.drain();
	CHECK(tb, port.result(id).status == SLUICE_ST_NO_ENTROPY && port.result(id).data.empty(), "a generator that fails under an operation");
	tb.v->rnd_fail_i = 0;
	port.hold_random = false;
	r = run(pms_job());
	CHECK(tb, r.status == SLUICE_ST_OK && r.data == pms, "as before");
}

/* everything, in any order, with gaps and back-pressure */
void Bench::random_run(unsigned ops) {
	port.gap_percent = 20;
	port.stall_percent = 30;
	for (unsigned i = 0; i < ops; i++) {
		unsigned what = tb.rng.below(16), n = what < 4 ? 0 : what < 8 ? 1 : what < 12 ? 0 : what == 12 ? 2 : what == 13 ? 3 : tb.rng.below(4);
		const RsaKey &k = *keys[n];
		Bytes x = k.below(tb.rng);
		if (tb.rng.below(12) == 0) expect(job(SLUICE_OP_RSA_PRIVATE, handle(n, 2), x), SLUICE_ST_BAD_HANDLE, {});
		if (tb.rng.below(12) == 0) expect(private_job(n, Bytes(k.bytes, 0xff)), SLUICE_ST_BAD_INPUT, {});
		if (what < 8 || what == 12 || what == 13) expect(private_job(n, x), SLUICE_ST_OK, k.private_op(x));
		else expect(public_job(k, x), SLUICE_ST_OK, k.public_op(x));
		if (i % 64 == 63) settle("random run", 400'000'000);
	}
	settle("random run", 400'000'000);
	port.gap_percent = port.stall_percent = 0;
}

int main(int argc, char **argv) {
	Bench b(argc, argv);
	unsigned ops = 0;
	bool speed = false;
	for (int i = 1; i + 1 < argc; i++) {
		if (!strcmp(argv[i], "--ops")) ops = static_cast<unsigned>(atoi(argv[i + 1]));
		if (!strcmp(argv[i], "--only")) speed = !strcmp(argv[i + 1], "speed");
	}
	b.power_up();
	for (unsigned i = 0; i < 4; i++) CHECK(b.tb, b.load(i, 1, *b.keys[i]) == SLUICE_ST_OK, "a key loads");
	b.saturate("RSA-2048 private, two keys", speed ? 96 : 16, { 8, 8, 0, 0, 0, 0, 0, 0 }, 0.95);
	if (speed) {
		b.saturate("RSA-2048, 3 private to 1 public", 128, { 6, 6, 0, 0, 4, 0, 0, 0 }, 0.95);
		b.saturate("RSA-2048, 1 private to 1 public", 160, { 4, 4, 0, 0, 8, 0, 0, 0 }, 0);
		b.saturate("RSA-2048 with one RSA-4096 in 16", 128, { 8, 7, 0, 1, 0, 0, 0, 0 }, 0);
		b.saturate("RSA-3072", 12, { 0, 0, 16, 0, 0, 0, 0, 0 }, 0);
		b.saturate("RSA-4096", 12, { 0, 0, 0, 16, 0, 0, 0, 0 }, 0);
		b.saturate("everything", 128, { 5, 4, 1, 1, 3, 0, 1, 1 }, 0);
		return b.tb.finish();
	}
	b.saturate("RSA-2048, 3 private to 1 public", 16, { 6, 6, 0, 0, 4, 0, 0, 0 }, 0.95);
	b.public_inputs();
	b.functions();
	b.secrets();
	b.entropy();
	b.keys_under_load();
	b.bound();
	b.lengths();
	b.random_run(ops);
	return b.tb.finish();
}
