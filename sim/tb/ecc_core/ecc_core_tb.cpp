/*
 * ecc_core against libcrypto: the array and every program, operands loaded and digits read directly; equal lengths, eight contexts at once,
 * a program that goes astray, a damaged product. Prints cycles per program and simulation speed. With ECC_CORE_WIDE: the wide array, P-384.
 */
#ifdef ECC_CORE_WIDE
#include "Vecc_core_wide.h"
#include "Vecc_core_wide___024root.h"
using Top = Vecc_core_wide;
#else
#include "Vecc_core.h"
#include "Vecc_core___024root.h"
using Top = Vecc_core;
#endif
#include "sim/harness/tb.h"
#include "sim/tb/ecc_engine/ref_ec.h"

#ifdef ECC_CORE_WIDE
static constexpr bool kWide = true;
#else
static constexpr bool kWide = false;
#endif
static constexpr unsigned kBytes = kWide ? 48 : 32, kDigits = kWide ? 24 : 16, kFirst = kWide ? 13 : 0; /* of a number; its first program in the table */

enum Reg { kK0 = 24, kK1, kL, kU, kV, kE, kD, kS, kC0 = 59, kC1 };
enum Kind { kKeygen, kEcdh, kRespond, kMul, kSign, kVerify, kKey, kXKeygen, kXEcdh, kXRespond, kEdKey, kEdSign, kKinds, kEdSum = kKinds, kPrograms };
static constexpr int kCount = kWide ? kXKeygen : kKinds; /* programs of this array */
static const char *const kName[kKinds] = { "key pair", "ECDH", "respond", "k*P", "ECDSA sign", "ECDSA verify", "key check", "X25519 key pair", "X25519", "X25519 respond", "Ed25519 key check", "Ed25519 sign" };
/* entry points and lengths, from the generated package by mk/rtl-ecc.mk */
struct Program {
	unsigned pc, frames;
};
#include "ecc_programs.h"

static Bytes reversed(const Bytes &b) { return Bytes(b.rbegin(), b.rend()); }

struct Op {
	Kind kind;
	Bytes k, hi, xy, d, e, sig, u, challenge;
};

class Bench {
  public:
	Tb<Top> tb;
	RefEc ref{ kWide ? NID_secp384r1 : NID_X9_62_prime256v1, kBytes };
	Bench(int argc, char **argv) : tb(argc, argv, kWide ? "ecc_core_wide" : "ecc_core") {}

	void reset() {
		auto *v = tb.v.get();
		v->start_i = v->ld_valid_i = v->dg_re_i = v->erase_i = 0;
		tb.reset();
		v->erase_i = 1;
		for (unsigned a = 0; a < 512;) {
			v->erase_addr_i = a;
			v->clk_i = 0;
			v->eval();
			a += v->erase_ready_o;
			tb.tick();
		}
		v->erase_i = 0;
	}
	/* a big-endian number */
	void load(unsigned ctx, unsigned reg, const Bytes &be) {
		auto *v = tb.v.get();
		Bytes le = reversed(be);
		le.resize(kBytes);
		memcpy(&v->ld_data_i, le.data(), kBytes);
		v->ld_addr_i = ctx << 6 | reg;
		v->ld_valid_i = 1;
		for (bool taken = false; !taken; tb.tick()) {
			v->eval();
			taken = v->ld_ready_o;
		}
		v->ld_valid_i = 0;
	}
	Bytes slot(unsigned ctx, unsigned s) {
		auto *v = tb.v.get();
		Bytes le(kDigits * 17 / 8);
		uint32_t acc = 0;
		unsigned have = 0, at = 0;
		for (unsigned i = 0; i < kDigits; i++) {
			v->dg_re_i = 1;
			v->dg_addr_i = (ctx << 2 | s) << (kWide ? 5 : 4) | i;
			for (bool taken = false; !taken; tb.tick()) {
				v->eval();
				taken = v->dg_ready_o;
			}
			v->dg_re_i = 0;
			acc |= static_cast<uint32_t>(v->dg_data_o) << have;
			for (have += 17; have >= 8; have -= 8, acc >>= 8) le[at++] = static_cast<uint8_t>(acc);
		}
		le.resize(kBytes);
		return reversed(le);
	}
	Op make(Kind kind) {
		Op o;
		o.kind = kind;
		o.k = tb.rng.bytes(kBytes);
		o.hi = tb.rng.bytes(16);
		o.xy = ref.mul(ref.scalar(tb.rng.bytes(kBytes)));
		o.d = ref.scalar(tb.rng.bytes(kBytes));
		o.e = tb.rng.bytes(kBytes);
		o.u = tb.rng.bytes(kBytes);
		o.u[0] &= 0x7f;
		if (kind == kKey) {
			o.k = ref.scalar(o.k);
			if (tb.rng.percent(70)) o.xy = ref.mul(o.k);
		}
		if (kind == kEdKey || kind == kEdSign) ed25519(&o);
		else if (kind >= kXKeygen) o.k[31] &= 0xf8, o.k[0] = (o.k[0] & 0x7f) | 0x40;
		if (kind == kVerify) {
			o.xy = ref.mul(o.d);
			o.sig = ref.sign(o.d, o.e, ref.scalar(o.k));
			if (tb.rng.percent(30)) o.sig[tb.rng.below(2 * kBytes)] ^= 4;
		}
		return o;
	}
	/* a key, and for a signature nonce and challenge as hashes make them; numbers big-endian here, a damaged public key in a third */
	void ed25519(Op *o) {
		Bytes seed = tb.rng.bytes(32), message = tb.rng.bytes(tb.rng.below(257)), h = RefEc::sha512(seed), pub = RefEc::ed25519_public(seed);
		h[0] &= 0xf8, h[31] = static_cast<uint8_t>((h[31] & 0x7f) | 0x40);
		o->d = reversed(part(h, 0, 32));
		if (o->kind == kEdKey) {
			o->k = o->d;
			o->e = Bytes(1);
			if (tb.rng.percent(30)) pub[tb.rng.below(32)] ^= static_cast<uint8_t>(1 << tb.rng.below(8)), o->e[0] = 1;
			o->xy = Bytes(63);
			o->xy.push_back(pub[31] >> 7);
			pub[31] &= 0x7f;
			o->u = reversed(pub);
			return;
		}
		o->sig = RefEc::ed25519_sign(seed, message);
		Bytes r = reversed(RefEc::sha512(part(h, 32, 32) + message));
		o->k = part(r, 32, 32);
		o->hi = part(r, 0, 32);
		o->challenge = reversed(RefEc::sha512(part(o->sig, 0, 32) + pub + message));
	}
	/* the second program of a signature, in the registers that the first one left */
	bool second(unsigned ctx, const Op &o, int damaged = -1) {
		static const Reg regs[] = { kU, kV, kC0, kC1, kE, kS };
		Bytes words[] = { part(o.challenge, 32, 32), part(o.challenge, 0, 32), part(o.challenge, 32, 32), part(o.challenge, 0, 32), o.k, o.hi };
		auto *v = tb.v.get();
		for (int i = 0; i < 6; i++) {
			if (i == damaged) words[i][tb.rng.below(32)] ^= static_cast<uint8_t>(1 << tb.rng.below(8));
			load(ctx, regs[i], words[i]);
		}
		v->start_i = 1;
		v->start_ctx_i = ctx;
		v->start_pc_i = kProgram[kEdSum].pc;
		v->start_len_i = kProgram[kEdSum].frames;
		v->start_flip_i = 0;
		tb.tick();
		v->start_i = 0;
		return wait(1u << ctx) && flags(ctx) == (damaged < 0 ? 0 : 4) && !(v->astray_o >> ctx & 1);
	}
	void start(unsigned ctx, const Op &o, bool flip = false, unsigned longer = 0) {
		auto *v = tb.v.get();
		Bytes l = tb.rng.bytes(kBytes), one(kBytes);
		l[0] &= 0x7f, l[kBytes - 1] |= 1;
		one[kBytes - 1] = 1;
		load(ctx, kK0, o.k);
		load(ctx, kK1, Bytes(kBytes - o.hi.size()) + o.hi);
		load(ctx, kL, o.kind == kVerify || o.kind == kEdKey ? one : l);
		load(ctx, kU, o.kind >= kXKeygen ? o.u : part(o.xy, 0, kBytes));
		load(ctx, kV, part(o.xy, kBytes, kBytes));
		load(ctx, kE, o.kind == kVerify ? part(o.sig, 0, kBytes) : o.e);
		load(ctx, kD, o.kind == kVerify ? o.e : o.d);
		load(ctx, kS, o.kind == kVerify ? part(o.sig, kBytes, kBytes) : Bytes(kBytes));
		v->start_i = 1;
		v->start_ctx_i = ctx;
		v->start_pc_i = kProgram[kFirst + o.kind].pc;
		v->start_len_i = kProgram[kFirst + o.kind].frames + longer;
		v->start_count_i = 0;
		v->start_flip_i = flip;
		tb.tick();
		v->start_i = 0;
	}
	unsigned flags(unsigned ctx) { return tb.v->flags_o >> (3 * ctx) & 7; }
	bool right(unsigned ctx, const Op &o) { /* may run the second program */
		Bytes k = ref.reduce(o.hi + o.k);
		unsigned f = flags(ctx);
		if (tb.v->astray_o >> ctx & 1) return false;
		switch (o.kind) {
		case kKeygen: return f == 0 && slot(ctx, 3) == k && slot(ctx, 1) + slot(ctx, 2) == ref.mul(k);
		case kEcdh: return f == 0 && slot(ctx, 1) == part(ref.mul(o.k, o.xy), 0, kBytes);
		case kRespond: return f == 0 && slot(ctx, 1) + slot(ctx, 2) == ref.mul(k) && slot(ctx, 3) == part(ref.mul(k, o.xy), 0, kBytes);
		case kMul: return f == 0 && slot(ctx, 1) + slot(ctx, 2) == ref.mul(o.k, o.xy);
		case kSign: return f == 0 && slot(ctx, 1) + slot(ctx, 2) == ref.sign(o.d, o.e, k);
		case kVerify: return ref.verify(o.sig, o.xy, o.e) ? f == 0 : f == 2;
		case kKey: return (ref.mul(o.k) == o.xy ? 0 : 1) == f;
		case kEdKey: return f == o.e[0];
		case kEdSign: return f == 0 && reversed(slot(ctx, 2)) == part(o.sig, 0, 32) && second(ctx, o) && reversed(slot(ctx, 3)) == part(o.sig, 32, 32);
		case kXKeygen: return f == 0 && slot(ctx, 0) == o.k && reversed(slot(ctx, 1)) == ref.x25519_public(reversed(o.k));
		case kXEcdh: return f == 0 && reversed(slot(ctx, 1)) == ref.x25519(reversed(o.k), reversed(o.u));
		default: return f == 0 && reversed(slot(ctx, 1)) == ref.x25519_public(reversed(o.k)) &&
		                reversed(slot(ctx, 3)) == ref.x25519(reversed(o.k), reversed(o.u));
		}
	}
	bool wait(unsigned mask, uint64_t limit = 2'500'000) {
		tb.mark();
		return tb.run_until([this, mask] { return !(tb.v->active_o & mask); }, limit);
	}
	void alone() {
		printf("| program | frames | cycles alone | 8 at once, each |\n|---|---|---|---|\n");
		for (int kind = 0; kind < kCount; kind++) {
			uint64_t first = 0;
			for (unsigned i = 0; i < 2; i++) {
				Op o = make(static_cast<Kind>(kind));
				start(i * 5, o);
				uint64_t from = tb.cycle;
				CHECK(tb, wait(0xff), "program ends");
				if (i == 0) first = tb.cycle - from;
				CHECK(tb, right(i * 5, o), kName[kind]);
			}
			std::vector<Op> ops;
			uint64_t from = 0;
			for (unsigned c = 0; c < 8; c++) {
				ops.push_back(make(static_cast<Kind>(kind)));
				start(c, ops[c]);
				if (c == 0) from = tb.cycle;
			}
			CHECK(tb, wait(0xff), "programs end");
			uint64_t all = tb.cycle - from;
			for (unsigned c = 0; c < 8; c++) CHECK(tb, right(c, ops[c]), kName[kind]);
			if (!kWide && kind == kSign) CHECK(tb, all / 8 <= 32'000, "ECDSA P-256 sign takes at most 32 k cycles with eight at once");
			if (kind == kXEcdh) CHECK(tb, all / 8 <= 62'000, "X25519 takes at most 62 k cycles with eight at once");
			printf("| %s | %u | %llu | %llu |\n", kName[kind], kProgram[kFirst + kind].frames, static_cast<unsigned long long>(first),
			       static_cast<unsigned long long>(all / 8));
		}
	}
	/* every context busy with something else, started at any time */
	void mixed(unsigned count) {
		std::vector<Op> ops(8);
		unsigned busy = 0, begun = 0;
		double cpu = tb_cpu_seconds();
		uint64_t from = tb.cycle;
		while (begun < count || busy) {
			for (unsigned c = 0; c < 8; c++) {
				if ((busy >> c & 1) && !(tb.v->active_o >> c & 1)) {
					CHECK(tb, right(c, ops[c]), kName[ops[c].kind]);
					busy &= ~(1u << c);
				}
				if (!(busy >> c & 1) && begun < count) {
					ops[c] = make(static_cast<Kind>(tb.rng.below(kCount)));
					start(c, ops[c]);
					busy |= 1u << c;
					begun++;
				}
			}
			for (unsigned i = tb.rng.below(300); i; i--) tb.tick();
			tb.mark();
		}
		cpu = tb_cpu_seconds() - cpu;
		printf("mixed: %u operations, %.2f M cycles/s\n", count, 1e-6 * static_cast<double>(tb.cycle - from) / cpu);
	}
	void faults() {
		for (int kind = 0; kind < kCount; kind++) {
			Op o = make(static_cast<Kind>(kind));
			start(3, o, true);
			CHECK(tb, wait(0xff), "program ends");
			CHECK(tb, flags(3) != 0, "a damaged product is noticed");
		}
		for (int i = 0; i < (kWide ? 0 : 6); i++) { /* each half of each hash */
			Op o = make(kEdSign);
			start(4, o);
			CHECK(tb, wait(0xff) && flags(4) == 0 && second(4, o, i), "hashes that differ are noticed");
		}
		Op o = make(kKeygen);
		start(2, o, false, 1);
		CHECK(tb, wait(0xff) && (tb.v->astray_o & 4), "a program that ends early is noticed");
		start(2, o);
		auto *core = tb.v->rootp;
		while (core->ecc_core__DOT__frames_q[2] < 100) tb.tick();
		core->ecc_core__DOT__pc_q[2] = 0; /* somewhere else */
		CHECK(tb, wait(0xff) && (tb.v->astray_o & 4), "a program that runs on is ended");
		start(2, o);
		CHECK(tb, wait(0xff) && right(2, o), "and the context works again");
	}
};

int main(int argc, char **argv) {
	Bench b(argc, argv);
	unsigned ops = kWide ? 100 : 1000;
	for (int i = 1; i + 1 < argc; i++)
		if (!strcmp(argv[i], "--ops")) ops = static_cast<unsigned>(atoi(argv[i + 1]));
	b.reset();
	b.alone();
	b.mixed(ops);
	b.faults();
	return b.tb.finish();
}
