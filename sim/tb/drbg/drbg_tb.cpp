/*
 * drbg against a reference of SP 800-90A CTR_DRBG (AES-256, derivation function) over libcrypto's AES, itself held against libcrypto's own CTR-DRBG:
 * seeds, batches, reseeds, fair lanes; sources that are stuck, biased, silent or die in the middle; no work while nobody asks. --ops N words (20000).
 */
#include <algorithm>
#include <deque>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "Vdrbg.h"
#include "Vdrbg___024root.h"
#include "sim/harness/tb.h"

using Bytes = std::vector<uint8_t>;

static constexpr unsigned kPorts = 6, kBatch = 8, kInterval = 20; /* the model is built with this interval */
static constexpr unsigned kStartWords = 64, kSeedWords = 6;

/* ---- reference ---- */
static Bytes aes(const Bytes &key, const Bytes &block) {
	static EVP_CIPHER *alg = EVP_CIPHER_fetch(nullptr, "AES-256-ECB", nullptr);
	static EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	Bytes out(32);
	int n = 0;
	if (EVP_EncryptInit_ex2(c, alg, key.data(), nullptr, nullptr) != 1 || EVP_EncryptUpdate(c, out.data(), &n, block.data(), 16) != 1) abort();
	out.resize(16);
	return out;
}
static Bytes slice(const Bytes &b, size_t at, size_t n) { return Bytes(b.begin() + static_cast<long>(at), b.begin() + static_cast<long>(at + n)); }
static Bytes df(const Bytes &in) {
	Bytes s = { 0, 0, 0, static_cast<uint8_t>(in.size()), 0, 0, 0, 48 }, key(32), temp, out;
	s.insert(s.end(), in.begin(), in.end());
	s.push_back(0x80);
	s.resize((s.size() + 15) / 16 * 16);
	for (unsigned b = 0; b < 32; b++) key[b] = static_cast<uint8_t>(b);
	for (unsigned i = 0; i < 3; i++) {
		Bytes all = { 0, 0, 0, static_cast<uint8_t>(i), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }, chain(16);
		all.insert(all.end(), s.begin(), s.end());
		for (size_t at = 0; at < all.size(); at += 16) {
			for (size_t b = 0; b < 16; b++) chain[b] ^= all[at + b];
			chain = aes(key, chain);
		}
		temp.insert(temp.end(), chain.begin(), chain.end());
	}
	Bytes k = slice(temp, 0, 32), x = slice(temp, 32, 16);
	for (unsigned i = 0; i < 3; i++) {
		x = aes(k, x);
		out.insert(out.end(), x.begin(), x.end());
	}
	return out;
}
struct Ref {
	Bytes key = Bytes(32), v = Bytes(16);
	Bytes block() {
		for (int b = 15; b >= 0 && !++v[static_cast<size_t>(b)]; b--) {}
		return aes(key, v);
	}
	void update(const Bytes &data) {
		Bytes t;
		for (unsigned i = 0; i < 3; i++) {
			Bytes x = block();
			t.insert(t.end(), x.begin(), x.end());
		}
		for (size_t b = 0; b < 48; b++) t[b] ^= data[b];
		key = slice(t, 0, 32);
		v = slice(t, 32, 16);
	}
	void seed(const Bytes &entropy) { update(df(entropy)); }
	Bytes generate(size_t n) {
		Bytes out;
		while (out.size() < n) {
			Bytes x = block();
			out.insert(out.end(), x.begin(), x.end());
		}
		update(Bytes(48));
		out.resize(n);
		return out;
	}
};

/* libcrypto's generator on the same inputs */
static bool same_as_libcrypto(TbRng &rng) {
	EVP_RAND *r = EVP_RAND_fetch(nullptr, "TEST-RAND", nullptr);
	EVP_RAND_CTX *parent = EVP_RAND_CTX_new(r, nullptr);
	EVP_RAND_free(r);
	r = EVP_RAND_fetch(nullptr, "CTR-DRBG", nullptr);
	EVP_RAND_CTX *drbg = EVP_RAND_CTX_new(r, parent);
	EVP_RAND_free(r);
	Bytes entropy = rng.bytes(64), nonce = rng.bytes(32), all = entropy;
	all.insert(all.end(), nonce.begin(), nonce.end());
	unsigned strength = 256;
	static const uint8_t none = 0; /* without a pointer libcrypto personalises with a string of its own */
	int use_df = 1;
	OSSL_PARAM p[] = { OSSL_PARAM_construct_uint(OSSL_RAND_PARAM_STRENGTH, &strength),
		OSSL_PARAM_construct_octet_string(OSSL_RAND_PARAM_TEST_ENTROPY, entropy.data(), entropy.size()),
		OSSL_PARAM_construct_octet_string(OSSL_RAND_PARAM_TEST_NONCE, nonce.data(), nonce.size()), OSSL_PARAM_construct_end() };
	OSSL_PARAM q[] = { OSSL_PARAM_construct_utf8_string(OSSL_DRBG_PARAM_CIPHER, const_cast<char *>("AES-256-CTR"), 0),
		OSSL_PARAM_construct_int(OSSL_DRBG_PARAM_USE_DF, &use_df), OSSL_PARAM_construct_end() };
	bool ok = EVP_RAND_instantiate(parent, strength, 0, nullptr, 0, p) == 1 && EVP_RAND_instantiate(drbg, strength, 0, &none, 0, q) == 1;
	Ref ref;
	ref.seed(all);
	for (unsigned i = 0; i < 5 && ok; i++) {
		Bytes out(kBatch * 16);
		ok = EVP_RAND_generate(drbg, out.data(), out.size(), strength, 0, nullptr, 0) == 1 && out == ref.generate(out.size());
	}
	/* and a reseed */
	entropy = rng.bytes(96);
	OSSL_PARAM e[] = { OSSL_PARAM_construct_octet_string(OSSL_RAND_PARAM_TEST_ENTROPY, entropy.data(), entropy.size()), OSSL_PARAM_construct_end() };
	ok = ok && EVP_RAND_CTX_set_params(parent, e) == 1 && EVP_RAND_reseed(drbg, 0, nullptr, 0, nullptr, 0) == 1;
	ref.seed(entropy);
	Bytes out(kBatch * 16);
	ok = ok && EVP_RAND_generate(drbg, out.data(), out.size(), strength, 0, nullptr, 0) == 1 && out == ref.generate(out.size());
	EVP_RAND_CTX_free(drbg);
	EVP_RAND_CTX_free(parent);
	return ok;
}

class Bench {
  public:
	Tb<Vdrbg> tb;
	static constexpr unsigned kWindow = 512; /* samples of the proportion test */
	enum Source { kGood, kStuck, kBiased, kSilent, kAlternating } source = kGood;
	unsigned ready = 0;          /* lanes that take words */
	unsigned gap_percent = 0;
	std::deque<Bytes> noise;     /* words the model took, not yet used by the reference */
	std::vector<Bytes> got[kPorts];
	std::vector<Bytes> order;    /* as they went to the lanes */
	uint64_t noise_taken = 0, taken = 0;

	Bench(int argc, char **argv) : tb(argc, argv, "drbg") {
		tb.before_edge.push_back([this] { step(); });
	}
	void power_up() {
		noise.clear();
		order.clear();
		for (auto &g : got) g.clear();
		noise_taken = taken = 0;
		up_ = false;
		ready = 0;
		tb.v->noise_valid_i = 0;
		tb.v->rnd_ready_i = 0;
		tb.reset();
	}
	bool settle(uint64_t limit = 200'000) {
		return tb.run_until([this] { return !tb.v->busy_o; }, limit);
	}
	/* the words that the reference makes of the noise that was taken */
	void check_words(const char *what) {
		Ref ref;
		std::vector<Bytes> want;
		size_t at = kStartWords;
		auto seed = [&] {
			Bytes e;
			for (unsigned i = 0; i < kSeedWords; i++, at++) e.insert(e.end(), noise[at].begin(), noise[at].end());
			ref.seed(e);
		};
		CHECK(tb, noise.size() >= kStartWords + kSeedWords, "noise is looked at before it is used");
		seed();
		unsigned age = 0;
		while (want.size() < order.size()) {
			if (age == kInterval) {
				seed();
				age = 0;
			}
			Bytes b = ref.generate(kBatch * 16);
			for (unsigned i = 0; i < kBatch; i++) want.push_back(slice(b, 16 * i, 16));
			age++;
			at++; /* the word that is only tested */
		}
		want.resize(order.size());
		CHECK(tb, want == order, what);
	}

  private:
	bool up_ = false;
	uint8_t word_[16] = {};
	unsigned alt_ = 0;
	uint32_t seen_ = 0;
	void step() {
		auto *v = tb.v.get();
		if (!v->rst_ni) {
			seen_ = 0;
			return;
		}
		if (!up_) {
			up_ = source != kSilent && !tb.rng.percent(gap_percent);
			if (up_)
				for (uint8_t &b : word_) {
					b = static_cast<uint8_t>(tb.rng.u32());
					if (source == kStuck) b = 0x5a;
					/* the proportion test counts a window's first sample, which is therefore one of the frequent ones */
					if (source == kBiased && (tb.rng.percent(25) || (noise_taken % (kWindow / 16) == 0 && &b == word_))) b = 0x33;
					if (source == kAlternating) b = alt_++ & 1 ? 0xaa : 0x55;
				}
			memcpy(&v->noise_data_i, word_, 16);
			v->noise_valid_i = up_;
		}
		v->rnd_ready_i = 0;
		for (unsigned p = 0; p < kPorts; p++)
			if ((ready >> p & 1) && !tb.rng.percent(gap_percent)) v->rnd_ready_i = v->rnd_ready_i | 1u << p;
		v->eval();
		if (up_ && v->noise_ready_o) {
			noise.emplace_back(word_, word_ + 16);
			noise_taken++;
			up_ = false;
		}
		for (unsigned p = 0; p < kPorts; p++) {
			uint8_t d[16];
			memcpy(d, &v->rnd_data_o[4 * p], 16);
			bool valid = v->rnd_valid_o >> p & 1;
			static const uint8_t zero[16] = {};
			if (!valid) tb.check_quiet(!memcmp(d, zero, 16), "idle lines are zero", __FILE__, __LINE__);
			/* a word shows on its lane: in this order they left the pool */
			if (valid && !(seen_ >> p & 1)) order.emplace_back(d, d + 16);
			seen_ = (seen_ & ~(1u << p)) | static_cast<uint32_t>(valid) << p;
			if (valid && (v->rnd_ready_i >> p & 1)) {
				got[p].emplace_back(d, d + 16);
				taken++;
				seen_ &= ~(1u << p);
			}
		}
		tb.check_quiet(!v->rnd_fail_o || !v->rnd_valid_o, "a failed generator offers nothing", __FILE__, __LINE__);
	}
};

int main(int argc, char **argv) {
	Bench b(argc, argv);
	auto &tb = b.tb;
	uint64_t words = 20'000, seed = tb.seed();
	for (int i = 1; i + 1 < argc; i++)
		if (!strcmp(argv[i], "--ops")) words = strtoull(argv[i + 1], nullptr, 0);

	for (unsigned i = 0; i < 50; i++) CHECK(tb, same_as_libcrypto(tb.rng), "the reference is libcrypto's CTR-DRBG");

	/* start, and sleep when every lane has a word */
	b.power_up();
	uint64_t from = tb.cycle;
	CHECK(tb, b.settle(), "the generator starts");
	printf("start: %llu cycles, %llu words of noise\n", static_cast<unsigned long long>(tb.cycle - from), static_cast<unsigned long long>(b.noise_taken));
	CHECK(tb, tb.v->rnd_valid_o == (1u << kPorts) - 1 && !tb.v->rnd_fail_o, "every lane has a word");
	uint64_t noise = b.noise_taken;
	for (unsigned i = 0; i < 1000; i++) tb.tick();
	CHECK(tb, !tb.v->busy_o && b.noise_taken == noise, "no work while nobody asks");
	b.check_words("first words");

	/* all lanes at full speed: fair, and all as the reference says, over many reseeds */
	b.ready = (1u << kPorts) - 1;
	from = tb.cycle;
	double cpu = tb_cpu_seconds();
	while (b.taken < words / 2) tb.tick();
	cpu = tb_cpu_seconds() - cpu;
	printf("all lanes: %.1f cycles a word, %.2f M cycles/s\n", static_cast<double>(tb.cycle - from) / static_cast<double>(words / 2),
	       1e-6 * static_cast<double>(tb.cycle - from) / cpu);
	tb.mark();
	for (unsigned p = 1; p < kPorts; p++) CHECK(tb, b.got[p].size() + 2 >= b.got[0].size() && b.got[p].size() <= b.got[0].size() + 2, "lanes are served alike");
	/* changing sets of lanes, gaps in the noise */
	b.gap_percent = 40;
	while (b.taken < words) {
		b.ready = tb.rng.below(1u << kPorts);
		unsigned n = tb.rng.below(300);
		for (unsigned i = 0; i < n; i++) tb.tick();
		tb.mark();
	}
	b.ready = 0;
	b.gap_percent = 0;
	CHECK(tb, b.settle(), "the pool fills");
	b.check_words("all words, over reseeds");
	{
		std::vector<Bytes> all = b.order;
		std::sort(all.begin(), all.end());
		CHECK(tb, std::adjacent_find(all.begin(), all.end()) == all.end(), "no word is given twice");
	}

	/* sources that are bad from the beginning */
	for (auto s : { Bench::kStuck, Bench::kBiased, Bench::kSilent, Bench::kAlternating }) {
		b.source = s;
		b.power_up();
		b.ready = 1;
		CHECK(tb, tb.run_until([&] { return tb.v->rnd_fail_o; }, 100'000), "a bad source is noticed");
		for (unsigned i = 0; i < 2000; i++) tb.tick();
		CHECK(tb, tb.v->rnd_fail_o && b.taken == 0 && !tb.v->busy_o, "and gives no word ever");
		b.source = Bench::kGood;
		for (unsigned i = 0; i < 2000; i++) tb.tick();
		CHECK(tb, tb.v->rnd_fail_o && b.taken == 0, "failure is sticky");
		const auto *r = tb.v->rootp;
		bool zero = true;
		for (unsigned i = 0; i < 8; i++) zero = zero && !r->drbg__DOT__u_core__DOT__key_q[i];
		CHECK(tb, zero, "and the state is erased");
		b.power_up();
		CHECK(tb, b.settle() && !tb.v->rnd_fail_o, "reset heals");
		b.check_words("words after a failure and a reset");
	}
	/* sources that go bad while words are drawn */
	for (auto s : { Bench::kStuck, Bench::kBiased, Bench::kSilent, Bench::kAlternating }) {
		b.power_up();
		CHECK(tb, b.settle(), "start");
		b.ready = 5;
		while (b.taken < 300) tb.tick();
		b.source = s;
		uint64_t before = b.taken;
		CHECK(tb, tb.run_until([&] { return tb.v->rnd_fail_o; }, 400'000), "a source that goes bad is noticed");
		CHECK(tb, b.taken - before < 3000, "before long");
		b.source = Bench::kGood;
		tb.mark();
	}
	/* random registers, resets at any time */
	for (unsigned i = 0; i < 20; i++) {
		if (i % 5 == 0) tb.reseed(seed + 100 * (i + 1));
		b.power_up();
		unsigned n = tb.rng.below(6000);
		b.ready = tb.rng.below(1u << kPorts);
		for (unsigned t = 0; t < n; t++) tb.tick();
		b.power_up();
		CHECK(tb, b.settle() && !tb.v->rnd_fail_o, "start after a reset in the middle");
		b.check_words("words after a reset in the middle");
	}
	/* false alarms: none in a long run of a good source is what the cutoffs promise; a damaged cipher is noticed by the known answer */
	b.power_up();
	for (unsigned i = 0; i < 200; i++) tb.tick();
	tb.v->rootp->drbg__DOT__u_core__DOT__v_q[0] ^= 1;
	for (unsigned i = 0; i < 2000; i++) tb.tick();
	CHECK(tb, tb.v->rnd_fail_o, "a wrong known answer stops the generator");
	return tb.finish();
}
