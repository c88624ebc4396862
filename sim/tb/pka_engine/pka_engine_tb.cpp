/*
 * pka_engine against libcrypto through its port: self test, key slots, good and bad blobs, RSA_PRIVATE and RSA_PMS_DECRYPT, order and
 * throughput, equal times, injected faults, reset in the middle. Prints cycles per operation and simulation speed.
 */
#include "Vpka_engine.h"
#include "Vpka_engine___024root.h"
#include "sim/harness/engine_port.h"
#include "sim/tb/pka_engine/keys.h"
#include "sim/tb/pka_engine/secret_store.h"

using Top = Vpka_engine;

static constexpr uint32_t kVersion = 0x0303;

static uint32_t handle(unsigned index, unsigned gen) { return index | gen << 16; }

class Bench {
  public:
	Tb<Top> tb;
	EnginePort<Top> port;
	SecretStore<Top> store;
	Bytes kek;
	std::vector<std::unique_ptr<RsaKey>> keys;

	Bench(int argc, char **argv) : tb(argc, argv, "pka_engine"), port(tb), store(tb), kek(tb.rng.bytes(32)) {
		for (uint32_t e : { 65537u, 3u, 65537u, 0xfffffffbu }) keys.push_back(std::make_unique<RsaKey>(tb.rng, e));
	}
	/* Reset, erasure, self test. */
	void power_up(bool print) {
		port.rest();
		memcpy(&tb.v->kek_i, kek.data(), 32);
		tb.v->rnd_fail_i = 0;
		store.rest();
		tb.reset();
		CHECK(tb, tb.run_until([this] { return !tb.v->busy_o; }, 50'000), "reset ends");
		CHECK(tb, !tb.v->st_done_o && !tb.v->st_pass_o, "reset clears the self test's verdict");
		CHECK(tb, run(SLUICE_OP_NOP, 0, {}).status == SLUICE_ST_SELFTEST_FAILED, "an untested engine refuses work");
		CHECK(tb, run(SLUICE_OP_RSA_PRIVATE, handle(0, 1), Bytes(256)).status == SLUICE_ST_SELFTEST_FAILED, "an untested engine refuses and drains an operation");
		uint64_t from = tb.cycle;
		CHECK(tb, port.self_test(), "self test passes");
		CHECK(tb, tb.cycle - from < 150'000, "self test takes less than 150 k cycles");
		CHECK(tb, key_erased(0, 17) && clean(), "reset and self test leave nothing behind");
		if (print) printf("self test: %llu cycles\n", static_cast<unsigned long long>(tb.cycle - from));
	}
	EngineResult run(uint8_t op, uint32_t h, const Bytes &src, uint32_t param0 = 0) {
		return port.run(EngineJob::make(op, h, src, param0));
	}
	void load(unsigned index, unsigned gen, const RsaKey &k) {
		EngineResult r = run(SLUICE_OP_KEY_LOAD, handle(index, gen), wrap(kek, k.plain));
		CHECK(tb, r.status == SLUICE_ST_OK && r.data.empty(), "a good blob loads");
	}
	/* From an idle engine, so that times can be compared: after a response the slot is still being erased. */
	EngineResult timed(uint8_t op, uint32_t h, const Bytes &src, uint32_t param0 = 0) {
		tb.run_until([this] { return !tb.v->busy_o; }, 2000);
		return run(op, h, src, param0);
	}
	bool rsa(uint32_t h, const RsaKey &k, const Bytes &x) {
		EngineResult r = run(SLUICE_OP_RSA_PRIVATE, h, x);
		return r.status == SLUICE_ST_OK && r.data == k.private_op(x);
	}
	template <class T, size_t N> static bool zero(const VlUnpacked<T, N> &m, size_t from = 0, size_t to = N) {
		for (size_t i = from; i < to; i++)
			if (m[i]) return false;
		return true;
	}
	template <class T, size_t N, size_t K> static bool zero(const VlUnpacked<VlUnpacked<T, K>, N> &m) {
		for (size_t i = 0; i < N; i++)
			if (!zero(m[i])) return false;
		return true;
	}
	template <size_t N> static bool zero(const VlWide<N> &w) {
		for (size_t i = 0; i < N; i++)
			if (w[i]) return false;
		return true;
	}
	template <size_t N, size_t K> static bool zero(const VlUnpacked<VlWide<N>, K> &m) {
		for (size_t i = 0; i < K; i++)
			if (!zero(m[i])) return false;
		return true;
	}
	bool key_erased(unsigned from, unsigned to) {
		return zero(tb.v->rootp->pka_engine__DOT__gen_core__BRA__0__KET____DOT__u_core__DOT__key_mem, from * 2048, to * 2048);
	}
	/* no trace of an operation or of a blob, once the engine is idle */
	bool clean() {
		tb.run_until([this] { return !tb.v->busy_o; }, 2000);
		auto *r = tb.v->rootp;
		return !tb.v->busy_o && zero(r->pka_engine__DOT__gen_core__BRA__0__KET____DOT__u_core__DOT__op_mem) && zero(r->pka_engine__DOT__gen_core__BRA__0__KET____DOT__u_core__DOT__u_mont__DOT__rf) &&
		       zero(r->pka_engine__DOT__gen_core__BRA__0__KET____DOT__u_core__DOT__u_mont__DOT__res_mem) && zero(r->pka_engine__DOT__gen_core__BRA__0__KET____DOT__u_core__DOT__u_mont__DOT__ext_mem) &&
		       zero(r->pka_engine__DOT__gen_core__BRA__0__KET____DOT__u_core__DOT__u_mont__DOT__mod_mem) && zero(r->pka_engine__DOT__u_unwrap__DOT__buf_mem) &&
		       zero(r->pka_engine__DOT__gen_core__BRA__0__KET____DOT__u_core__DOT__u_mont__DOT__t7) && zero(r->pka_engine__DOT__gen_core__BRA__0__KET____DOT__u_core__DOT__u_mont__DOT__s10) &&
		       zero(r->pka_engine__DOT__gen_core__BRA__0__KET____DOT__u_core__DOT__u_mont__DOT__a1) && zero(r->pka_engine__DOT__gen_core__BRA__0__KET____DOT__u_core__DOT__u_mont__DOT__x9) &&
		       zero(r->pka_engine__DOT__gen_core__BRA__0__KET____DOT__u_core__DOT__u_mont__DOT__ld_row_q) && zero(r->pka_engine__DOT__gen_core__BRA__0__KET____DOT__u_core__DOT__u_mont__DOT__un_q);
	}
	Bytes block(const Bytes &pms) {
		Bytes em(256);
		em[1] = 2;
		for (size_t i = 2; i < 207; i++) em[i] = static_cast<uint8_t>(1 + tb.rng.below(255));
		memcpy(em.data() + 208, pms.data(), 48);
		return em;
	}
	void blobs();
	void handles();
	void numbers();
	void premaster();
	void order_and_rate();
	void faults();
	void reset_in_the_middle();
};

/* every way in which a blob can be wrong; the slot keeps what it had */
void Bench::blobs() {
	struct Bad {
		const char *what;
		size_t at;
		uint8_t flip;
	};
	static const Bad content[] = {
		{ "magic", 0, 1 }, { "bits", 5, 1 }, { "reserved", 6, 1 }, { "even e", 8, 1 }, { "reserved word", 12, 1 },
		{ "limb of more than 25 bits", 16 + 3, 2 }, { "even p", 16, 1 }, { "n0 of more than 17 bits", 16 + 164 + 2, 4 },
		{ "exponent start beyond the top", 16 + 168 + 164, 1 }, { "word after a constant", 16 + 2 * 168 + 164, 1 },
		{ "even q", 16 + 8 * 168, 1 }, { "word after the modulus", 16 + 15 * 168 + 164, 1 }, { "upper word of a pair", 16 + 7 * 168 + 7, 0x80 },
	};
	const RsaKey &k = *keys[0];
	const uint32_t h = handle(1, 9);
	Bytes good = wrap(kek, k.plain);

	load(1, 9, k);
	for (const Bad &b : content) {
		Bytes plain = k.plain;
		plain[b.at] ^= b.flip;
		CHECK(tb, run(SLUICE_OP_KEY_LOAD, handle(1, 10), wrap(kek, plain)).status == SLUICE_ST_BAD_KEY, b.what);
	}
	Bytes plain = k.plain;
	plain[8] = 1, plain[9] = plain[10] = plain[11] = 0;
	CHECK(tb, run(SLUICE_OP_KEY_LOAD, handle(1, 10), wrap(kek, plain)).status == SLUICE_ST_BAD_KEY, "e is one");
	for (size_t at : { size_t{ 0 }, size_t{ 8 }, size_t{ 1000 }, good.size() - 1 }) {
		Bytes blob = good;
		blob[at] ^= static_cast<uint8_t>(1u << tb.rng.below(8));
		CHECK(tb, run(SLUICE_OP_KEY_LOAD, handle(1, 10), blob).status == SLUICE_ST_BAD_KEY, "a flipped bit of the blob");
	}
	Bytes other = kek;
	other[31] ^= 0x80;
	CHECK(tb, run(SLUICE_OP_KEY_LOAD, handle(1, 10), wrap(other, k.plain)).status == SLUICE_ST_BAD_KEY, "another key-encryption key");
	plain = k.plain;
	plain.resize(plain.size() - 1); /* the same number of semiblocks, another length in the AIV */
	CHECK(tb, run(SLUICE_OP_KEY_LOAD, handle(1, 10), wrap(kek, plain)).status == SLUICE_ST_BAD_KEY, "a padded blob");
	for (size_t n : { size_t{ 0 }, size_t{ 1 }, size_t{ 16 }, good.size() - 8, good.size() - 1 }) {
		CHECK(tb, run(SLUICE_OP_KEY_LOAD, handle(1, 10), Bytes(good.begin(), good.begin() + static_cast<long>(n))).status == SLUICE_ST_BAD_KEY, "a short blob");
	}
	Bytes longer = good;
	longer.resize(good.size() + 5);
	CHECK(tb, run(SLUICE_OP_KEY_LOAD, handle(1, 10), longer).status == SLUICE_ST_BAD_KEY, "a long blob");
	CHECK(tb, clean(), "a failed load leaves nothing behind");
	CHECK(tb, run(SLUICE_OP_RSA_PRIVATE, handle(1, 10), Bytes(256)).status == SLUICE_ST_BAD_HANDLE, "a failed load gives no handle");
	CHECK(tb, rsa(h, k, k.below(tb.rng)), "a failed load leaves the old key usable");
}

void Bench::handles() {
	const RsaKey &k = *keys[1];
	Bytes good = wrap(kek, k.plain), x = k.below(tb.rng);

	CHECK(tb, run(SLUICE_OP_KEY_LOAD, handle(16, 1), good).status == SLUICE_ST_BAD_HANDLE, "index beyond the slots");
	CHECK(tb, run(SLUICE_OP_KEY_LOAD, handle(0x1003, 1), good).status == SLUICE_ST_BAD_HANDLE, "index far beyond the slots");
	CHECK(tb, run(SLUICE_OP_KEY_LOAD, handle(3, 0), good).status == SLUICE_ST_BAD_HANDLE, "generation zero");
	CHECK(tb, run(SLUICE_OP_RSA_PRIVATE, handle(3, 1), x).status == SLUICE_ST_BAD_HANDLE, "empty slot");
	CHECK(tb, run(SLUICE_OP_KEY_FREE, handle(3, 1), {}).status == SLUICE_ST_BAD_HANDLE, "freeing an empty slot");
	load(15, 0xffff, k);
	CHECK(tb, run(SLUICE_OP_RSA_PRIVATE, handle(15, 0xfffe), x).status == SLUICE_ST_BAD_HANDLE, "stale generation");
	CHECK(tb, run(SLUICE_OP_RSA_PMS_DECRYPT, handle(15, 1), x).status == SLUICE_ST_BAD_HANDLE, "stale generation");
	CHECK(tb, run(SLUICE_OP_KEY_FREE, handle(15, 7), {}).status == SLUICE_ST_BAD_HANDLE, "freeing with a stale generation");
	CHECK(tb, run(SLUICE_OP_KEY_FREE, handle(15, 0xffff), Bytes(20)).status == SLUICE_ST_BAD_DESC, "freeing takes no source");
	CHECK(tb, rsa(handle(15, 0xffff), k, x), "the key survives what was refused");
	CHECK(tb, run(SLUICE_OP_KEY_FREE, handle(15, 0xffff), {}).status == SLUICE_ST_OK, "freeing");
	CHECK(tb, run(SLUICE_OP_RSA_PRIVATE, handle(15, 0xffff), x).status == SLUICE_ST_BAD_HANDLE, "freed slot");
	CHECK(tb, key_erased(15, 16) && !key_erased(0, 1), "freeing erases this key and no other");
	CHECK(tb, clean(), "an operation leaves nothing behind");
	CHECK(tb, run(SLUICE_OP_NOP, 0, Bytes(33)).status == SLUICE_ST_OK, "nop drains its source");
	CHECK(tb, run(0x7f, 0, Bytes(33)).status == SLUICE_ST_BAD_DESC, "unknown opcode");
	for (size_t n : { 0, 255, 257, 16 })
		CHECK(tb, run(SLUICE_OP_RSA_PRIVATE, handle(0, 1), Bytes(n)).status == SLUICE_ST_BAD_DESC, "operand of another length");
}

/* edges of the range, zero modulo one prime, other public exponents */
void Bench::numbers() {
	const RsaKey &k = *keys[0];
	BIGNUM *t = BN_new();
	std::vector<Bytes> good, bad;

	BN_zero(t);
	good.push_back(RsaKey::number(t));
	good.push_back(RsaKey::number(BN_value_one()));
	good.push_back(RsaKey::number(k.p));
	BN_lshift(t, k.q, 1000);
	BN_mod(t, t, k.n, k.ctx);
	good.push_back(RsaKey::number(t));
	BN_sub(t, k.n, BN_value_one());
	good.push_back(RsaKey::number(t));
	bad.push_back(RsaKey::number(k.n));
	BN_add(t, k.n, BN_value_one());
	bad.push_back(RsaKey::number(t));
	bad.push_back(Bytes(256, 0xff));
	std::vector<size_t> ids;
	for (const Bytes &x : good) ids.push_back(port.submit(EngineJob::make(SLUICE_OP_RSA_PRIVATE, handle(0, 1), x)));
	port.drain(8'000'000);
	for (size_t i = 0; i < good.size(); i++) {
		const EngineResult &r = port.result(ids[i]);
		CHECK(tb, r.status == SLUICE_ST_OK && r.data == k.private_op(good[i]), "edge of the range");
	}
	for (const Bytes &x : bad) {
		EngineResult r = run(SLUICE_OP_RSA_PRIVATE, handle(0, 1), x);
		CHECK(tb, r.status == SLUICE_ST_BAD_INPUT && r.data.empty(), "operand not below the modulus");
		CHECK(tb, run(SLUICE_OP_RSA_PMS_DECRYPT, handle(0, 1), x, kVersion).status == SLUICE_ST_BAD_INPUT, "operand not below the modulus");
	}
	load(2, 5, *keys[1]);
	load(3, 5, *keys[3]);
	CHECK(tb, rsa(handle(2, 5), *keys[1], keys[1]->below(tb.rng)), "e = 3");
	CHECK(tb, rsa(handle(3, 5), *keys[3], keys[3]->below(tb.rng)), "e of 32 bits");
	BN_free(t);
}

/* good and bad padding: same status, same time, no trace of the block */
void Bench::premaster() {
	const RsaKey &k = *keys[0];
	Bytes pms = tb.rng.bytes(48);
	std::vector<std::pair<const char *, Bytes>> bad;
	pms[0] = 3, pms[1] = 3;
	Bytes em = block(pms);
	auto with = [&](const char *what, std::vector<std::pair<size_t, uint8_t>> edits) {
		Bytes b = em;
		for (auto &x : edits) b[x.first] = x.second;
		bad.emplace_back(what, b);
	};

	EngineResult good = timed(SLUICE_OP_RSA_PMS_DECRYPT, handle(0, 1), k.public_op(em), kVersion);
	CHECK(tb, good.status == SLUICE_ST_OK && good.data == pms, "premaster secret");
	with("first byte", { { 0, 1 } });
	with("block type 1", { { 1, 1 } });
	with("block type 0", { { 1, 0 } });
	with("zero at the start of the padding", { { 2, 0 } });
	with("zero in the first eight bytes of padding", { { 9, 0 } });
	with("secret of 49 bytes", { { 206, 0 } });
	with("secret of 47 bytes", { { 207, 7 }, { 208, 0 } });
	with("zero in the middle of the padding", { { 100, 0 } });
	with("no zero at all", { { 207, 1 } });
	with("minor version", { { 209, 2 } });
	with("major version", { { 208, 2 } });
	with("nothing but zeros after the type", std::vector<std::pair<size_t, uint8_t>>{ { 2, 0 }, { 3, 0 }, { 4, 0 }, { 208, 0 }, { 209, 0 } });
	Bytes seen;
	for (auto &b : bad) {
		EngineResult r = timed(SLUICE_OP_RSA_PMS_DECRYPT, handle(0, 1), k.public_op(b.second), kVersion);
		CHECK(tb, r.status == SLUICE_ST_OK && r.data.size() == 48, b.first);
		if (r.data.size() != 48) continue;
		CHECK(tb, r.data[0] == 3 && r.data[1] == 3, "the substitute has the client's version");
		unsigned same = 0;
		for (size_t i = 2; i < 48; i++) same += r.data[i] == b.second[208 + i];
		CHECK(tb, same < 8 && r.data != seen, "the substitute is random");
		CHECK(tb, r.cycles == good.cycles, "bad padding takes the time of good padding");
		seen = r.data;
	}
	pms[0] = 3, pms[1] = 1; /* version of the client hello is what counts */
	CHECK(tb, run(SLUICE_OP_RSA_PMS_DECRYPT, handle(0, 1), k.public_op(block(pms)), 0x0301).data == pms, "another version");
}

void Bench::order_and_rate() {
	const unsigned kJobs = 12;
	std::vector<size_t> ids;
	std::vector<Bytes> in;
	std::vector<const RsaKey *> of;
	uint32_t alone = 0;

	/* alone: the same for every key, operand and idle time before */
	for (unsigned i = 0; i < 3; i++) {
		tb.run_until([this] { return !tb.v->busy_o; }, 2000);
		for (unsigned idle = 0; idle < i * 37; idle++) tb.tick();
		const RsaKey &k = *keys[i == 1 ? 2 : 0];
		Bytes x = k.below(tb.rng);
		double cpu = tb_cpu_seconds();
		EngineResult r = run(SLUICE_OP_RSA_PRIVATE, i == 1 ? handle(5, 1) : handle(0, 1), x);
		cpu = tb_cpu_seconds() - cpu;
		CHECK(tb, r.status == SLUICE_ST_OK && r.data == k.private_op(x), "operation alone");
		if (i == 0) {
			alone = r.cycles;
			printf("alone: %u cycles, %.3f s, %.2f M cycles/s\n", r.cycles, cpu, 1e-6 * r.cycles / cpu);
			CHECK(tb, r.cycles <= 700'000, "at most 700 k cycles alone");
		}
		CHECK(tb, r.cycles == alone, "time does not depend on key or operand");
	}
	/* four in flight, in a long queue */
	double cpu = tb_cpu_seconds();
	uint64_t from = tb.cycle;
	for (unsigned i = 0; i < kJobs; i++) {
		of.push_back(keys[i % 3 == 1 ? 2 : 0].get());
		in.push_back(of[i]->below(tb.rng));
		ids.push_back(port.submit(EngineJob::make(SLUICE_OP_RSA_PRIVATE, i % 3 == 1 ? handle(5, 1) : handle(0, 1), in[i])));
	}
	port.drain(20'000'000);
	cpu = tb_cpu_seconds() - cpu;
	for (unsigned i = 0; i < kJobs; i++)
		CHECK(tb, port.result(ids[i]).status == SLUICE_ST_OK && port.result(ids[i]).data == of[i]->private_op(in[i]), "operation in a queue");
	uint64_t each = (port.result(ids[kJobs - 1]).rsp_cycle - port.result(ids[3]).rsp_cycle) / (kJobs - 4);
	printf("eight contexts in flight: %llu cycles each, %.2f M cycles/s\n", static_cast<unsigned long long>(each),
	       1e-6 * static_cast<double>(tb.cycle - from) / cpu);
	CHECK(tb, each <= 172'000, "at most 172 k cycles each with eight contexts in flight");

	/* everything mixed, with gaps and back-pressure; answers in order are the port's own check */
	ids.clear();
	port.gap_percent = 30;
	port.stall_percent = 40;
	std::vector<Bytes> want;
	Bytes pms = tb.rng.bytes(48);
	pms[0] = 3, pms[1] = 3;
	std::vector<uint8_t> status;
	auto expect = [&](EngineJob j, uint8_t st, Bytes data) {
		ids.push_back(port.submit(j));
		status.push_back(st);
		want.push_back(std::move(data));
	};
	for (unsigned i = 0; i < 5; i++) {
		const RsaKey &k = *keys[i & 1 ? 2 : 0];
		uint32_t h = i & 1 ? handle(5, 1) : handle(0, 1);
		Bytes x = k.below(tb.rng);
		expect(EngineJob::make(SLUICE_OP_RSA_PRIVATE, h, x), SLUICE_ST_OK, k.private_op(x));
		expect(EngineJob::make(SLUICE_OP_RSA_PMS_DECRYPT, h, k.public_op(block(pms)), kVersion), SLUICE_ST_OK, pms);
		if (i == 1) expect(EngineJob::make(SLUICE_OP_RSA_PRIVATE, handle(7, 1), x), SLUICE_ST_BAD_HANDLE, {});
		if (i == 2) expect(EngineJob::make(SLUICE_OP_RSA_PRIVATE, h, Bytes(256, 0xff)), SLUICE_ST_BAD_INPUT, {});
		if (i == 3) {
			expect(EngineJob::make(SLUICE_OP_KEY_LOAD, handle(6, 3), wrap(kek, k.plain)), SLUICE_ST_OK, {});
			expect(EngineJob::make(SLUICE_OP_RSA_PRIVATE, handle(6, 3), x), SLUICE_ST_OK, k.private_op(x));
			expect(EngineJob::make(SLUICE_OP_KEY_FREE, handle(6, 3), {}), SLUICE_ST_OK, {});
			expect(EngineJob::make(SLUICE_OP_RSA_PRIVATE, handle(6, 3), x), SLUICE_ST_BAD_HANDLE, {});
		}
	}
	port.drain(20'000'000);
	for (size_t i = 0; i < ids.size(); i++)
		CHECK(tb, port.result(ids[i]).status == status[i] && port.result(ids[i]).data == want[i], "mixed work under back-pressure");
	port.gap_percent = port.stall_percent = 0;
}

void Bench::faults() {
	const RsaKey &k = *keys[0];
	for (unsigned i = 0; i < 2; i++) {
		Bytes x = k.below(tb.rng);
		uint8_t op = i ? SLUICE_OP_RSA_PMS_DECRYPT : SLUICE_OP_RSA_PRIVATE;
		/* two operations beside it, before and after; the pulse comes with its command */
		size_t before = port.submit(EngineJob::make(SLUICE_OP_RSA_PRIVATE, handle(0, 1), x));
		for (unsigned t = 0; t < 100'000; t++) tb.tick();
		CHECK(tb, !zero(tb.v->rootp->pka_engine__DOT__gen_core__BRA__0__KET____DOT__u_core__DOT__u_mont__DOT__rf), "an operation in the middle is seen by what looks for traces");
		size_t hit = port.submit(EngineJob::make(op, handle(0, 1), x, kVersion));
		size_t next = port.submit(EngineJob::make(SLUICE_OP_RSA_PRIVATE, handle(0, 1), x));
		tb.v->flt_flip_i = 1;
		tb.tick();
		tb.v->flt_flip_i = 0;
		port.drain();
		CHECK(tb, port.result(hit).status == SLUICE_ST_FAULT && port.result(hit).data.empty(), "a damaged exponentiation gives a fault and no result");
		for (size_t id : { before, next })
			CHECK(tb, port.result(id).status == SLUICE_ST_OK && port.result(id).data == k.private_op(x), "the operations beside it are right");
		CHECK(tb, clean(), "a damaged operation leaves nothing behind");
		CHECK(tb, rsa(handle(0, 1), k, x), "the operation after it is right");
	}
	/* hang: nothing more until reset */
	size_t lost = port.submit(EngineJob::make(SLUICE_OP_RSA_PRIVATE, handle(0, 1), k.below(tb.rng)));
	for (unsigned t = 0; t < 5; t++) tb.tick();
	tb.v->flt_hang_i = 1;
	tb.tick();
	tb.v->flt_hang_i = 0;
	for (unsigned t = 0; t < 800'000; t++) {
		tb.tick();
		if (!tb.v->busy_o || tb.v->out_valid_o || tb.v->rsp_valid_o || tb.v->cmd_ready_o) break;
	}
	CHECK(tb, tb.v->busy_o && !tb.v->out_valid_o && !tb.v->rsp_valid_o && !tb.v->cmd_ready_o && !tb.v->in_ready_o && !port.result(lost).done,
	      "a hung engine is silent and busy");
	power_up(false);
	CHECK(tb, run(SLUICE_OP_RSA_PRIVATE, handle(0, 1), Bytes(256)).status == SLUICE_ST_BAD_HANDLE, "reset empties the key slots");
}

void Bench::reset_in_the_middle() {
	const RsaKey &k = *keys[0];
	for (unsigned after : { 30u, 30'000u, 300'000u, 667'500u }) {
		load(0, 2, k);
		for (unsigned i = 0; i < 5; i++) port.submit(EngineJob::make(SLUICE_OP_RSA_PRIVATE, handle(0, 2), k.below(tb.rng)));
		for (unsigned t = 0; t < after; t++) tb.tick();
		power_up(false);
		CHECK(tb, run(SLUICE_OP_RSA_PRIVATE, handle(0, 2), Bytes(256)).status == SLUICE_ST_BAD_HANDLE, "reset empties the key slots");
	}
	/* a self test of a damaged array */
	tb.v->flt_flip_i = 1;
	CHECK(tb, !port.self_test(), "the self test of a damaged array fails");
	tb.v->flt_flip_i = 0;
	CHECK(tb, run(SLUICE_OP_NOP, 0, {}).status == SLUICE_ST_SELFTEST_FAILED, "an engine that failed its self test refuses work");
	CHECK(tb, port.self_test(), "the next self test passes");
	/* in the middle of an unwrap */
	port.submit(EngineJob::make(SLUICE_OP_KEY_LOAD, handle(0, 2), wrap(kek, k.plain)));
	for (unsigned t = 0; t < 20'000; t++) tb.tick();
	power_up(false);
	load(0, 2, k);
	CHECK(tb, rsa(handle(0, 2), k, k.below(tb.rng)), "after a reset everything works again");
}

int main(int argc, char **argv) {
	Bench b(argc, argv);
	uint64_t seed = b.tb.seed();

	/* random register contents at power-up, several times */
	for (unsigned i = 0; i < 3; i++) {
		b.power_up(i == 0);
		b.load(0, 1, *b.keys[0]);
		CHECK(b.tb, b.rsa(handle(0, 1), *b.keys[0], b.keys[0]->below(b.tb.rng)), "first operation after power-up");
		b.port.rest();
		b.tb.reseed(seed + 1000 * (i + 1));
	}
	b.power_up(false);
	b.load(0, 1, *b.keys[0]);
	b.load(5, 1, *b.keys[2]);
	b.blobs();
	b.handles();
	b.numbers();
	b.premaster();
	b.order_and_rate();
	b.faults();
	b.reset_in_the_middle();
	return b.tb.finish();
}
