/*
 * pka_core: private operations of 2048, 3072 and 4096 bits and public ones against libcrypto, alone, four at a time and mixed, the
 * blinding pair's renewal, the fault check, the time bound, and how full the array is kept. Prints cycles and simulation speed.
 *
 *   pka_core [--seed N] [--only speed] [--faults N] [--ops N]
 *     --faults: rounds of fault injection (default 16)
 *     --ops:    only a long run: N operations of each program and length in a queue that never runs dry, a fresh key after each 128
 */
#include <algorithm>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "Vpka_core.h"
#include "Vpka_core___024root.h"
#include "sim/harness/tb.h"

extern "C" {
#include "common/keyblob.h"
}

using Top = Vpka_core;

static const unsigned kLimbs = 41, kBuffers = 8;

struct Key {
	EVP_PKEY *pkey = nullptr;
	BIGNUM *n = nullptr, *d = nullptr;
	std::vector<uint8_t> blob;
	uint32_t e;
	unsigned bits, blocks;

	Key(unsigned size, uint32_t exponent) : blob(KEYBLOB_LARGE_PLAIN_BYTES), e(exponent), bits(size), blocks(size > 2048 ? 2 : 1) {
		EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr);
		BIGNUM *be = BN_new();
		size_t len = 0;
		BN_set_word(be, e);
		EVP_PKEY_keygen_init(c);
		EVP_PKEY_CTX_set_rsa_keygen_bits(c, static_cast<int>(bits));
		EVP_PKEY_CTX_set1_rsa_keygen_pubexp(c, be);
		EVP_PKEY_generate(c, &pkey);
		EVP_PKEY_CTX_free(c);
		BN_free(be);
		EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_N, &n);
		EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_D, &d);
		if (keyblob_build_rsa(pkey, blob.data(), blob.size(), &len)) abort();
		blob.resize(len);
	}
	~Key() {
		EVP_PKEY_free(pkey);
		BN_free(n);
		BN_free(d);
	}
	uint32_t word(size_t page, size_t i) const {
		uint32_t w;
		memcpy(&w, blob.data() + 16 + 4 * (kLimbs * blocks + 1) * page + 4 * i, 4);
		return w;
	}
	unsigned top_limb() const { return word(1, kLimbs * blocks); }
};

/* A job in a buffer: what went in and what must come out. */
struct Job {
	BIGNUM *want = nullptr;
	unsigned limbs = 0;
	bool is_public = false;
	uint64_t from = 0, to = 0;
};

struct Bench {
	Tb<Top> tb;
	BN_CTX *bn = BN_CTX_new();
	Job job[kBuffers];
	explicit Bench(int argc, char **argv) : tb(argc, argv, "pka_core") {
		tb.before_edge.push_back([this] {
			for (unsigned i = 0; i < kBuffers; i++)
				if (job[i].from && !job[i].to && tb.cycle > job[i].from && (tb.v->done_o >> i & 1)) job[i].to = tb.cycle;
		});
	}
	~Bench() { BN_CTX_free(bn); }

	void rest() {
		auto *v = tb.v.get();
		v->job_valid_i = v->km_we_i = v->km_re_i = v->om_we_i = v->om_re_i = v->job_flip_i = v->erase_i = v->key_new_i = v->key_i = 0;
	}
	void erase() {
		auto *v = tb.v.get();
		for (unsigned a = 0; a < 512; a++) {
			v->erase_i = 1;
			v->erase_addr_i = a;
			tb.tick();
		}
		v->erase_i = 0;
	}
	void key(unsigned slot, const Key &k) {
		auto *v = tb.v.get();
		for (unsigned p = 0; p < 16; p++)
			for (unsigned i = 0; i <= kLimbs * k.blocks; i++) {
				bool extra = i == kLimbs * k.blocks;
				unsigned blk = extra ? 0 : i / kLimbs, w = extra ? kLimbs : i % kLimbs;
				v->km_we_i = 1;
				v->km_waddr_i = slot << 11 | blk << 10 | p << 6 | w;
				v->km_wdata_i = k.word(p, i);
				tb.tick();
			}
		v->km_we_i = 0;
		v->key_new_i = 1;
		v->key_i = slot;
		tb.tick();
		v->key_new_i = 0;
	}
	void number(unsigned buf, bool result, unsigned limbs, const BIGNUM *x) {
		auto *v = tb.v.get();
		for (unsigned i = 0; i < limbs; i++) {
			uint32_t w = 0;
			for (unsigned b = 0; b < 25; b++) w |= static_cast<uint32_t>(BN_is_bit_set(x, static_cast<int>(25 * i + b))) << b;
			v->om_we_i = 1;
			v->om_waddr_i = buf << 9 | result << 8 | (i / kLimbs) << 6 | i % kLimbs;
			v->om_wdata_i = w;
			for (bool ok = false; !ok;) {
				v->clk_i = 0;
				v->eval();
				ok = v->om_wready_o;
				tb.tick();
			}
		}
		v->om_we_i = 0;
	}
	/* what pka_engine does with a buffer when its job is over */
	void wipe() {
		BIGNUM *zero = BN_new();
		for (unsigned i = 0; i < kBuffers; i++) number(i, true, 4 * kLimbs, zero);
		BN_free(zero);
	}
	void submit(unsigned buf) {
		auto *v = tb.v.get();
		v->job_valid_i = 1;
		v->job_buf_i = buf;
		job[buf].from = tb.cycle;
		job[buf].to = 0;
		tb.tick();
		v->job_valid_i = 0;
	}
	void start(unsigned buf, unsigned slot, const Key &k, const BIGNUM *x, bool flip = false) {
		auto *v = tb.v.get();
		BN_free(job[buf].want);
		job[buf] = Job{ BN_new(), 2 * kLimbs * k.blocks, false, 0, 0 };
		BN_mod_exp(job[buf].want, x, k.d, k.n, bn);
		number(buf, false, job[buf].limbs, x);
		v->job_public_i = 0;
		v->job_top_i = k.blocks - 1;
		v->job_key_i = slot;
		v->job_e_i = k.e;
		v->job_limb_i = k.top_limb();
		v->job_flip_i = flip;
		submit(buf);
	}
	/* x^e mod n with what the engine computes beside: quotient of 2^(1049 K + 1), -1/n mod 2^17 */
	void start_public(unsigned buf, const BIGNUM *n, uint32_t e, const BIGNUM *x) {
		auto *v = tb.v.get();
		unsigned blocks = (static_cast<unsigned>(BN_num_bits(n)) + 1024) / 1025;
		BIGNUM *t = BN_new(), *be = BN_new(), *radix = BN_new(), *inv;
		uint8_t q[16] = {};
		BN_free(job[buf].want);
		job[buf] = Job{ BN_new(), kLimbs * blocks, true, 0, 0 };
		BN_set_word(be, e);
		BN_mod_exp(job[buf].want, x, be, n, bn);
		number(buf, false, job[buf].limbs, x);
		number(buf, true, job[buf].limbs, n);
		BN_one(t);
		BN_lshift(t, t, static_cast<int>(1049 * blocks + 1));
		BN_div(t, nullptr, t, n, bn);
		BN_bn2lebinpad(t, q, 16);
		memcpy(&v->job_quot_i, q, 16);
		BN_one(radix);
		BN_lshift(radix, radix, 17);
		inv = BN_mod_inverse(nullptr, n, radix, bn);
		v->job_public_i = 1;
		v->job_top_i = blocks - 1;
		v->job_e_i = e;
		v->job_n0_i = static_cast<uint32_t>((1u << 17) - BN_get_word(inv));
		v->job_flip_i = 0;
		submit(buf);
		for (BIGNUM *b : { t, be, radix, inv }) BN_free(b);
	}
	uint32_t om(unsigned addr) {
		auto *v = tb.v.get();
		v->om_re_i = 1;
		v->om_raddr_i = addr;
		for (bool ok = false; !ok;) {
			v->clk_i = 0;
			v->eval();
			ok = v->om_ready_o;
			tb.tick();
		}
		v->om_re_i = 0;
		return v->om_rdata_o;
	}
	bool right(unsigned buf) {
		BIGNUM *r = BN_new();
		for (int i = static_cast<int>(job[buf].limbs) - 1; i >= 0; i--) {
			BN_lshift(r, r, 25);
			BN_add_word(r, om(buf << 9 | 1 << 8 | (static_cast<unsigned>(i) / kLimbs) << 6 | static_cast<unsigned>(i) % kLimbs));
		}
		bool ok = !BN_cmp(job[buf].want, r) && (tb.v->pass_o >> buf & 1) && !(tb.v->abort_o >> buf & 1);
		BN_free(r);
		return ok;
	}
	bool idle() { return tb.run_until([this] { return !tb.v->busy_o; }, 12'000'000); }
	uint64_t took(unsigned buf) const { return job[buf].to - job[buf].from; }
	BIGNUM *below(const BIGNUM *n) {
		std::vector<uint8_t> b = tb.rng.bytes(static_cast<size_t>(BN_num_bytes(n)));
		BIGNUM *x = BN_bin2bn(b.data(), static_cast<int>(b.size()), nullptr);
		BN_mod(x, x, n, bn);
		return x;
	}
	void run_public(const Key &k, const char *what, const BIGNUM *x, uint32_t e) {
		start_public(5, k.n, e, x);
		CHECK(tb, idle(), "a public operation ends");
		CHECK(tb, right(5), what);
	}
};

/*
 * One bit flipped in a register or memory of one of four operations at a random time before its verdict: each ends right, or with a failed
 * check, or aborted, and those beside it likewise. Assertions are off meanwhile: a damaged sequencer breaks them.
 */
static void faults(Bench &b, const Key &k, unsigned slot, unsigned rounds) {
	auto *r = b.tb.v->rootp;
	unsigned detected = 0, harmless = 0, wrong = 0;
#define MONT(x) r->pka_core__DOT__u_mont__DOT__##x
#define SEQ(x) r->pka_core__DOT__u_seq__DOT__##x
	b.tb.v->contextp()->assertOn(false);
	for (unsigned i = 0; i < rounds; i++) {
		TbRng &g = b.tb.rng;
		BIGNUM *x = b.below(k.n);
		b.key(slot, k);
		for (unsigned n = 0; n < 4; n++) b.start(n, slot, k, x);
		/* a third of the flips before the exponentiation, a third in it, a third in recombination and check. An operand that flips before all four
		 * have read it would just be another operand: a right answer to another question. */
		unsigned kind = i % 16, c = g.below(8), l = g.below(kLimbs), bit = g.below(25), third = i * 7 / 16 % 3;
		uint64_t until = b.tb.cycle + (third == 2 ? 644'000 + g.below(17'000) : third == 1 || kind == 15 ? 24'000 + g.below(620'000) : g.below(24'000));
		while (b.tb.cycle < until) b.tb.tick();
		switch (kind) {
		case 0: MONT(rf)[c << 6 | g.below(32)][l] ^= 1u << bit; break;
		case 1: MONT(rf)[c << 6 | (32 + g.below(11))][l] ^= 1u << bit; break;
		case 2: MONT(res_mem)[c << 6 | l] ^= 1u << bit; break;
		case 3: MONT(ext_mem)[c << 6 | l] ^= 1u << bit; break;
		case 4: MONT(mod_mem)[c][l] ^= 1u << bit; break;
		case 5: MONT(s9)[l] ^= 1u << bit; break;
		case 6: MONT(t7)[l] ^= 1ull << bit; break;
		case 7: MONT(un_q)[l] ^= 1u << bit; break;
		case 8: MONT(acc_q)[c] ^= 1ull << bit; break;
		case 9: MONT(n0_q)[c] ^= 1u << bit % 17; break;
		case 10: MONT(qd_q) ^= 1u << bit % 17; break;
		case 11: MONT(secret_q)[c] ^= 1u << bit % 8; break;
		case 12: SEQ(limb_q)[c >> 1] ^= 1u << bit % 7; break;
		case 13: SEQ(pc_q)[c >> 1] ^= 1u << bit % 6; break;
		case 14: SEQ(e_q)[c >> 1] ^= 1u << bit; break;
		default: r->pka_core__DOT__op_mem[(c >> 1) << 9 | (c & 1) << 6 | l] ^= 1u << bit; break;
		}
		CHECK(b.tb, b.idle(), "operations end although one is damaged");
		for (unsigned n = 0; n < 4; n++) {
			bool good = b.right(n), passed = b.tb.v->pass_o >> n & 1;
			good ? harmless++ : passed ? wrong++ : detected++;
			if (!good && passed) fprintf(stderr, "undetected: kind %u round %u\n", kind, i);
		}
		BN_free(x);
		b.wipe();
	}
	b.tb.v->contextp()->assertOn(true);
	b.key(slot, k);
	printf("faults: %u operations right, %u refused, %u wrong\n", harmless, detected, wrong);
	CHECK(b.tb, wrong == 0 && (rounds < 24 || detected > rounds / 4), "no damaged result passes");
}

/* What a queue that never runs dry gives. */
struct Stream {
	unsigned right = 0;
	uint64_t cycles = 0;       /* from the first submission to the last end */
	std::vector<uint64_t> ends;
	/* each, between ends of operations: the first ones' start and the last ones' end are outside, contexts are full all the time */
	uint64_t steady(unsigned at_once) const { return ends.size() <= at_once ? 0 : (ends.back() - ends[at_once - 1]) / (ends.size() - at_once); }
};

/* Operations with random inputs (the first ones at the edges) through all buffers; each result is compared while the array works on. */
static Stream stream(Bench &b, const Key &k, unsigned slot, bool is_public, unsigned ops) {
	Stream s;
	bool used[kBuffers] = {};
	unsigned sent = 0;
	uint64_t from = b.tb.cycle;
	while (s.ends.size() < ops) {
		b.tb.mark();
		for (unsigned i = 0; i < kBuffers; i++) {
			if (used[i] && b.job[i].to) {
				used[i] = false;
				s.right += b.right(i);
				s.ends.push_back(b.job[i].to);
			}
			if (!used[i] && sent < ops) {
				BIGNUM *x = b.below(k.n);
				if (sent < 2) BN_set_word(x, sent);
				else if (sent == 2) BN_sub(x, k.n, BN_value_one());
				used[i] = true;
				sent++;
				is_public ? b.start_public(i, k.n, k.e, x) : b.start(i, slot, k, x);
				BN_free(x);
			}
		}
		for (unsigned t = 0; t < 64; t++) b.tb.tick();
	}
	CHECK(b.tb, b.idle(), "a long run ends");
	std::sort(s.ends.begin(), s.ends.end());
	s.cycles = s.ends.back() - from;
	return s;
}

static void speed(Bench &b, const Key &k, unsigned slot, unsigned ops, unsigned at_once, uint64_t limit) {
	BIGNUM *x = b.below(k.n);
	double cpu = tb_cpu_seconds();
	b.start(0, slot, k, x);
	CHECK(b.tb, b.idle(), "one operation ends");
	cpu = tb_cpu_seconds() - cpu;
	CHECK(b.tb, b.right(0), "one operation is right");
	printf("RSA-%u private alone: %8llu cycles, %.2f M cycles/s\n", k.bits, static_cast<unsigned long long>(b.took(0)), 1e-6 * static_cast<double>(b.took(0)) / cpu);
	BN_free(x);
	cpu = tb_cpu_seconds();
	Stream s = stream(b, k, slot, false, ops);
	cpu = tb_cpu_seconds() - cpu;
	CHECK(b.tb, s.right == ops, "each of the operations in a row is right");
	printf("RSA-%u private %u in flight, %u in a row: %8llu cycles each between ends, %llu with first load and drain, %.2f M cycles/s\n", k.bits, at_once, ops,
	       static_cast<unsigned long long>(s.steady(at_once)), static_cast<unsigned long long>(s.cycles / ops), 1e-6 * static_cast<double>(s.cycles) / cpu);
	CHECK(b.tb, s.steady(at_once) <= limit, "cycles each with all contexts in flight");
}

static void speed_public(Bench &b, const Key &k, unsigned ops, unsigned at_once) {
	BIGNUM *x = b.below(k.n);
	b.start_public(0, k.n, 65537, x);
	CHECK(b.tb, b.idle() && b.right(0), "a public operation is right");
	uint64_t alone = b.took(0);
	Stream s = stream(b, k, 0, true, ops);
	CHECK(b.tb, s.right == ops, "each of the public operations in a row is right");
	printf("RSA-%u public  alone: %8llu cycles; %u in flight, %u in a row: %8llu cycles each between ends\n", k.bits, static_cast<unsigned long long>(alone), at_once, ops,
	       static_cast<unsigned long long>(s.steady(at_once)));
	BN_free(x);
}

/* N operations of each program and length. Keys are fresh after each 128; every fourth of 2048 bits has e = 3. */
static void long_run(Bench &b, unsigned ops) {
	const struct { bool is_public; unsigned bits; } kinds[] = { { true, 2048 }, { true, 3072 }, { true, 4096 }, { false, 2048 }, { false, 3072 }, { false, 4096 } };
	for (auto &kind : kinds) {
		Stream sum;
		unsigned done = 0, keys = 0;
		double cpu = tb_cpu_seconds();
		for (; done < ops; keys++) {
			unsigned n = std::min(128u, ops - done);
			Key k(kind.bits, keys % 4 == 3 && kind.bits == 2048 ? 3 : 65537);
			b.key(keys % 8, k);
			Stream s = stream(b, k, keys % 8, kind.is_public, n);
			sum.right += s.right;
			sum.cycles += s.cycles;
			done += n;
		}
		printf("RSA-%u %-7s %u operations, %u keys: %u as libcrypto, %llu cycles each, %.0f s\n", kind.bits, kind.is_public ? "public" : "private", done, keys, sum.right,
		       static_cast<unsigned long long>(sum.cycles / done), tb_cpu_seconds() - cpu);
		fflush(stdout);
		CHECK(b.tb, sum.right == ops, "every operation of a long run is right");
	}
}

int main(int argc, char **argv) {
	Bench b(argc, argv);
	unsigned rounds = 16, ops = 0;
	for (int i = 1; i + 1 < argc; i++) {
		if (!strcmp(argv[i], "--faults")) rounds = static_cast<unsigned>(atoi(argv[i + 1]));
		if (!strcmp(argv[i], "--ops")) ops = static_cast<unsigned>(atoi(argv[i + 1]));
	}
	bool only_speed = argc > 2 && !strcmp(argv[argc - 2], "--only") && !strcmp(argv[argc - 1], "speed");
	Key k0(2048, 65537), k1(2048, 3), k3(3072, 65537), k4(4096, 65537);

	b.rest();
	b.tb.reset();
	b.erase();
	if (ops) {
		long_run(b, ops);
		return b.tb.finish();
	}
	b.key(0, k0);
	b.key(1, k1);
	b.key(2, k3);
	b.key(3, k4);

	speed(b, k0, 0, only_speed ? 64 : 12, 4, 168'000);
	speed_public(b, k0, 16, 4);
	if (only_speed) {
		speed(b, k3, 2, 10, 2, 1'000'000);
		speed(b, k4, 3, 10, 2, 1'310'000);
		speed_public(b, k3, 16, 2);
		speed_public(b, k4, 16, 2);
		return b.tb.finish();
	}

	/* numbers at the edges; two keys; more jobs than slots */
	BIGNUM *edge[] = { BN_new(), BN_dup(BN_value_one()), BN_dup(k0.n), b.below(k1.n), b.below(k0.n), b.below(k1.n) };
	BN_sub_word(edge[2], 1);
	for (unsigned i = 0; i < 6; i++) b.start(i, i == 3 || i == 5, i == 3 || i == 5 ? k1 : k0, edge[i]);
	CHECK(b.tb, b.idle(), "six operations end");
	for (unsigned i = 0; i < 6; i++) {
		CHECK(b.tb, b.right(i), "each of six operations is right");
		BN_free(edge[i]);
	}

	/* a large one among small ones and public ones */
	BIGNUM *x4 = b.below(k4.n), *x0 = b.below(k0.n), *y = BN_new();
	b.start(0, 3, k4, x4);
	b.start_public(1, k3.n, 65537, x0);
	b.start(2, 0, k0, x0);
	b.start_public(3, k1.n, 3, x0);
	b.start_public(4, k4.n, 0xffffffff, x4);
	CHECK(b.tb, b.idle(), "a mixture ends");
	for (unsigned i = 0; i < 5; i++) CHECK(b.tb, b.right(i), "each of a mixture is right");

	/* the blinding pair of a large key was renewed in both blocks; 3072 bits */
	BIGNUM *x3 = b.below(k3.n);
	b.start(1, 3, k4, BN_value_one());
	b.start(0, 2, k3, x3);
	CHECK(b.tb, b.idle(), "two large operations end");
	CHECK(b.tb, b.right(0) && b.right(1), "two large operations are right");

	/* public: zero, one, n - 1, a square divisor (zero modulo n although the input is not) */
	BN_zero(y);
	b.run_public(k0, "0^e", y, 3);
	b.run_public(k0, "1^e", BN_value_one(), 65537);
	BN_sub(y, k4.n, BN_value_one());
	b.run_public(k4, "(n - 1)^e", y, 5);
	{
		BIGNUM *p = b.below(k0.n), *sq = BN_new();
		BN_mask_bits(p, 1024);
		BN_set_bit(p, 1023);
		BN_set_bit(p, 1022);
		BN_set_bit(p, 0);
		BN_sqr(sq, p, b.bn);
		b.start_public(0, sq, 3, p);
		CHECK(b.tb, b.idle() && b.right(0), "a result that is zero although the input is not");
		BN_free(p);
		BN_free(sq);
	}
	for (unsigned i = 0; i < 6; i++) {
		const Key &k = i & 1 ? k4 : k0;
		BIGNUM *n = b.below(k.n), *x;
		BN_set_bit(n, static_cast<int>(k.bits) - 1);
		BN_set_bit(n, 0);
		if (i == 4) BN_lshift(n, BN_value_one(), 2047), BN_add_word(n, 1);
		if (i == 5) BN_lshift(n, BN_value_one(), 4096), BN_sub_word(n, 1);
		x = b.below(n);
		b.start_public(i, n, 3 + 2 * b.tb.rng.below(5000), x);
		BN_free(n);
		BN_free(x);
	}
	CHECK(b.tb, b.idle(), "public operations with any odd modulus end");
	for (unsigned i = 0; i < 6; i++) CHECK(b.tb, b.right(i), "any odd modulus");

	/* a damaged step, between two good ones */
	BIGNUM *x = b.below(k1.n);
	b.start(1, 1, k1, x);
	b.start(2, 1, k1, x, true);
	b.start(3, 1, k1, x);
	CHECK(b.tb, b.idle(), "a damaged operation ends");
	CHECK(b.tb, !(b.tb.v->pass_o & 4) && !(b.tb.v->abort_o & 4), "a damaged operation fails its check");
	CHECK(b.tb, b.right(1) && b.right(3), "the operations beside it are right");

	/* an operation that never comes to its end: a loop counter is held from outside */
	b.start(6, 0, k0, x);
	b.start(7, 1, k1, x);
	uint64_t from = b.tb.cycle;
	for (unsigned i = 0; i < 900'000 && !(b.tb.v->done_o & 0x40); i++) {
		b.tb.v->rootp->pka_core__DOT__u_seq__DOT__limb_q[0] = 40;
		b.tb.tick();
	}
	CHECK(b.tb, (b.tb.v->done_o & 0x40) && (b.tb.v->abort_o & 0x40) && !(b.tb.v->pass_o & 0x40), "an operation beyond its bound is aborted");
	printf("aborted after %llu cycles\n", static_cast<unsigned long long>(b.tb.cycle - from));
	CHECK(b.tb, b.idle() && b.right(7), "the operation beside it is right");
	b.start(6, 0, k0, x0);
	CHECK(b.tb, b.idle() && b.right(6), "the next operation in that slot is right");
	faults(b, k0, 0, rounds);
	for (BIGNUM *t : { x, x0, x3, x4, y }) BN_free(t);
	return b.tb.finish();
}
