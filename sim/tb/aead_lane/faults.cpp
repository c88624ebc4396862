/*
 * Faults in the registers of the aead lane: one bit of one register or memory word is turned at a random moment of a mixed run, and every answer is
 * compared with that of the run without. What came of it is counted by class of register, and the classes that a check covers
 * must show no wrong answer that passes for a right one.
 *
 *   --flips N   faults in each class (default 150)      --class NAME   only that class      --list   every fault that passed, one line each
 */
#include <map>

#include "Vtb_aead_lane___024root.h"
#include "sim/tb/aead_lane/lane.h"

/* Verilator's: makes nets follow a register that was changed from outside. */
void Vtb_aead_lane___024root___eval_settle(Vtb_aead_lane___024root *root);

struct Reg {
	const char *cls, *name;
	uint8_t *at;
	unsigned bits, words;
	size_t stride;
};

static std::vector<Reg> registers(Vtb_aead_lane___024root *r) {
	std::vector<Reg> v;
#define FAULT(cls, member, bits, words) v.push_back({#cls, #member, reinterpret_cast<uint8_t *>(&r->member), bits, words, sizeof(r->member) / (words)});
#include "faults_list.h"
#undef FAULT
	return v;
}

/* What became of a fault, the worst last. */
enum Outcome { Same, Refused, Stopped, SealedWrong, ToldWrong, DecryptedWrong, OpenedWrong, Forged, Outcomes };
static const char *const names[Outcomes] = {"no effect", "refused", "stopped", "sealed", "told", "deciphered", "opened", "forged"};

struct Plan {
	std::vector<EngineJob> jobs;
	std::vector<EngineResult> right;
	std::map<uint32_t, Secrets::Slot> secrets;
	uint64_t cycles = 0;
};

/* Sessions of every kind, and records, AEADs and ciphers under them; right and wrong tags. */
static Plan make_plan(Lane &l) {
	Plan p;
	auto add = [&](uint8_t op, const Session &s, const Bytes &src, uint32_t p0 = 0, uint32_t p1 = 0, uint32_t handle2 = 0) {
		EngineJob j = EngineJob::make(op, s.handle(), src, p0, p1);
		EngineJob::put32(j.desc + offsetof(struct sluice_desc, handle2), handle2);
		p.jobs.push_back(j);
	};
	Session a = l.make(SLUICE_ALG_AES_GCM, 1), b = l.make13(2), c = l.make(SLUICE_ALG_AES_CBC, 3), d = l.make(SLUICE_ALG_AES_CTR, 4), e = l.make13(5),
	        f = l.make(SLUICE_ALG_AES_GCM, 6);
	p.secrets[0x10007] = {SLUICE_SECRET_KEY_BLOCK, 0, e.key_block(SLUICE_SLICE_WHOLE, l.tb.rng)};
	for (const Session *s : {&a, &b, &c, &d, &f}) add(SLUICE_OP_SESSION_LOAD, *s, s->context());
	add(SLUICE_OP_SESSION_LOAD, e, e.context_of(SLUICE_SLICE_WHOLE), 0, 0, 0x10007);
	for (unsigned round = 0; round < 2; round++) {
		for (Session *s : {&a, &b, &e, &f}) {
			Bytes pt = l.tb.rng.bytes(70), bad = s->record(5, 23, pt);
			bad[bad.size() - 1 - l.tb.rng.below(16)] ^= static_cast<uint8_t>(1u << l.tb.rng.below(8));
			add(SLUICE_OP_RECORD_OPEN, *s, bad);
			add(SLUICE_OP_RECORD_SEAL, *s, pt, 23, s->tls13() ? 20 : 0);
			s->seq++;
			add(SLUICE_OP_RECORD_OPEN, *s, s->record(6, 22, l.tb.rng.bytes(50), s->tls13() ? 30 : 0));
			s->seq++;
		}
		Bytes iv = l.tb.rng.bytes(12), aad = l.tb.rng.bytes(20), pt = l.tb.rng.bytes(40), ct = ref_gcm_seal(a.key, iv, aad, pt), bad = ct;
		bad.back() ^= 0x40;
		add(SLUICE_OP_AEAD_SEAL, a, iv + aad + pt, 20);
		add(SLUICE_OP_AEAD_OPEN, a, iv + aad + ct, 20, 16);
		add(SLUICE_OP_AEAD_OPEN, a, iv + aad + bad, 20, 16);
		add(SLUICE_OP_CIPHER_ENC, c, l.tb.rng.bytes(16 + 48));
		add(SLUICE_OP_CIPHER_DEC, c, l.tb.rng.bytes(16 + 48));
		add(SLUICE_OP_CIPHER_DEC, d, l.tb.rng.bytes(16 + 45));
	}
	add(SLUICE_OP_SESSION_FREE, f, {});
	add(SLUICE_OP_RECORD_SEAL, f, l.tb.rng.bytes(16), 23); /* BAD_HANDLE */
	return p;
}

/* Runs the plan from reset on; the fault, if any, comes after `when` cycles. */
static std::vector<EngineResult> run(Lane &l, Plan &p, const std::function<void()> &fault, uint64_t when) {
	l.reset();
	l.secrets.slots = p.secrets;
	l.port.self_test();
	std::vector<size_t> ids;
	for (const EngineJob &j : p.jobs) ids.push_back(l.port.submit(j));
	uint64_t start = l.tb.cycle, limit = fault ? 3 * p.cycles + 500 : 100000;
	l.tb.mark();
	while (!l.port.idle() && l.tb.cycle - start < limit) {
		if (fault && l.tb.cycle - start == when) fault();
		l.tb.tick();
	}
	if (!fault) p.cycles = l.tb.cycle - start;
	std::vector<EngineResult> out;
	for (size_t id : ids) out.push_back(l.port.result(id));
	return out;
}

static Outcome judge(const Plan &p, const std::vector<EngineResult> &got) {
	Outcome worst = Same;
	auto note = [&](Outcome o) { worst = std::max(worst, o); };
	for (size_t i = 0; i < got.size(); i++) {
		const EngineResult &g = got[i], &w = p.right[i];
		uint8_t op = p.jobs[i].desc[0];
		if (!g.done) {
			note(Stopped);
			continue;
		}
		if (g.status == w.status && g.info == w.info && g.seq == w.seq && g.parity_ok && (g.data == w.data || w.status != SLUICE_ST_OK)) continue;
		if (g.status != SLUICE_ST_OK || !g.parity_ok) {
			note(Refused);
		} else if (w.status != SLUICE_ST_OK) {
			note(w.status == SLUICE_ST_AUTH_FAILED ? Forged : ToldWrong);
		} else if (g.data == w.data) {
			note(ToldWrong); /* type or number of a record */
		} else if (op == SLUICE_OP_RECORD_OPEN || op == SLUICE_OP_AEAD_OPEN) {
			note(OpenedWrong);
		} else {
			note(op == SLUICE_OP_CIPHER_DEC ? DecryptedWrong : SealedWrong);
		}
	}
	return worst;
}

/* Registers that a check stands behind: parity of result words, the tag of what is opened. A fault there is never a wrong answer with OK, but
 * that a wrong tag or GHASH makes a sealed record that no peer opens. */
static bool covered(const Reg &r, Outcome o) {
	static const char *const parity[] = {"u_out__DOT__data_mem", "u_out__DOT__parity_mem", "u_out__DOT__f_data_q", "u_out__DOT__f_parity_q", "u_out__DOT__tag_mem",
	                                     "u_out__DOT__tag_parity_mem", "u_out__DOT__data_q", "u_out__DOT__parity_q"};
	static const char *const tag[] = {"given_mem", "mask_mem", "tag_data_q", "u_ghash__DOT__xa", "u_ghash__DOT__xb", "u_ghash__DOT__pr", "u_ghash__DOT__k", "u_ghash__DOT__p_q",
	                                  "u_ghash__DOT__acc_q", "u_ghash__DOT__sum_mem", "u_ghash__DOT__h_mem"};
	if (o < SealedWrong) return false;
	for (const char *n : parity)
		if (strstr(r.name, n)) return true;
	for (const char *n : tag)
		if (strstr(r.name, n)) return o != SealedWrong;
	return false;
}

int main(int argc, char **argv) {
	Bench tb(argc, argv, "aead_faults");
	tb.v->contextp()->assertOn(false); /* they would end the process; here the answers count */
	unsigned flips = 150;
	const char *only = nullptr;
	bool list = false;
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--flips") && i + 1 < argc) flips = static_cast<unsigned>(strtoul(argv[i + 1], nullptr, 0));
		if (!strcmp(argv[i], "--class") && i + 1 < argc) only = argv[i + 1];
		if (!strcmp(argv[i], "--list")) list = true;
	}
	Port port(tb);
	Secrets secrets(tb);
	Lane l(tb, port, secrets);
	port.expect_flip = true;
	Plan p = make_plan(l);
	p.right = run(l, p, nullptr, 0);
	unsigned opened = 0, refused = 0;
	for (size_t i = 0; i < p.jobs.size(); i++) {
		opened += p.jobs[i].desc[0] == SLUICE_OP_RECORD_OPEN && p.right[i].status == SLUICE_ST_OK;
		refused += p.right[i].status == SLUICE_ST_AUTH_FAILED;
	}
	CHECK(tb, opened == 8 && refused == 10 && p.right.back().status == SLUICE_ST_BAD_HANDLE, "the run without a fault");
	std::vector<Reg> all = registers(tb.v->rootp);
	std::map<std::string, std::vector<Reg>> classes;
	for (const Reg &r : all) classes[r.cls].push_back(r);
	CHECK(tb, classes.size() == 14, "every class of registers is there");
	uint64_t total[Outcomes] = {}, failed = tb.failed, passed = tb.passed;
	printf("%zu registers and memories; one bit of one at a time, over %llu cycles of work\n%-10s", all.size(), static_cast<unsigned long long>(p.cycles), "class");
	for (const char *n : names) printf(" %10s", n);
	printf("\n");
	std::map<std::string, std::array<uint64_t, Outcomes>> count;
	for (auto &[cls, regs] : classes) {
		if (only && cls != only) continue;
		auto &c = count[cls];
		for (unsigned n = 0; n < flips; n++) {
			const Reg &r = regs[tb.rng.below(static_cast<uint32_t>(regs.size()))];
			unsigned bit = tb.rng.below(r.bits), word = tb.rng.below(std::min(r.words, r.words > 1024 ? 256u : r.words == 1024 ? 8u : r.words));
			uint64_t when = tb.rng.below(static_cast<uint32_t>(p.cycles));
			TbRng keep = tb.rng;
			tb.failed = 1000; /* the bench's own rules about the port may break now, and say nothing */
			Outcome o = judge(p, run(l, p, [&] {
				r.at[word * r.stride + bit / 8] ^= static_cast<uint8_t>(1u << (bit % 8));
				Vtb_aead_lane___024root___eval_settle(tb.v->rootp);
			}, when));
			tb.failed = failed;
			tb.passed = passed;
			tb.rng = keep;
			if (covered(r, o)) CHECK(tb, false, r.name);
			failed = tb.failed;
			c[o]++;
			total[o]++;
			if (list && o >= SealedWrong) printf("  %s: %s bit %u word %u cycle %llu\n", names[o], r.name, bit, word, static_cast<unsigned long long>(when));
		}
		printf("%-10s", cls.c_str());
		for (uint64_t x : c) printf(" %10llu", static_cast<unsigned long long>(x));
		printf("\n");
	}
	CHECK(tb, total[Refused] && total[Stopped], "faults have effects");
	printf("%-10s", "all");
	for (uint64_t x : total) printf(" %10llu", static_cast<unsigned long long>(x));
	printf("\n");
	return tb.finish();
}
