/*
 * pka_core: whole RSA-2048 private operations against libcrypto, one and four at a time, the blinding pair's renewal, the fault check, and
 * that nothing is left behind. Prints cycles and simulation speed.
 */
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "Vpka_core.h"
#include "sim/harness/tb.h"

extern "C" {
#include "common/keyblob.h"
}

using Top = Vpka_core;

struct Key {
	EVP_PKEY *pkey = nullptr;
	BIGNUM *n = nullptr, *d = nullptr;
	std::vector<uint8_t> blob;
	uint32_t e;

	explicit Key(uint32_t exponent) : blob(KEYBLOB_PLAIN_BYTES), e(exponent) {
		EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr);
		BIGNUM *be = BN_new();
		size_t len = 0;
		BN_set_word(be, e);
		EVP_PKEY_keygen_init(c);
		EVP_PKEY_CTX_set_rsa_keygen_bits(c, 2048);
		EVP_PKEY_CTX_set1_rsa_keygen_pubexp(c, be);
		EVP_PKEY_generate(c, &pkey);
		EVP_PKEY_CTX_free(c);
		BN_free(be);
		EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_N, &n);
		EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_D, &d);
		if (keyblob_build_rsa(pkey, blob.data(), blob.size(), &len) || len != blob.size()) abort();
	}
	~Key() {
		EVP_PKEY_free(pkey);
		BN_free(n);
		BN_free(d);
	}
	uint32_t word(size_t page, size_t i) const {
		uint32_t w;
		memcpy(&w, blob.data() + 16 + 168 * page + 4 * i, 4);
		return w;
	}
};

struct Bench {
	Tb<Top> tb;
	BN_CTX *bn = BN_CTX_new();
	explicit Bench(int argc, char **argv) : tb(argc, argv, "pka_core") {}
	~Bench() { BN_CTX_free(bn); }

	void rest() {
		auto *v = tb.v.get();
		v->start_i = v->km_we_i = v->km_re_i = v->om_we_i = v->om_re_i = v->start_flip_i = v->erase_i = 0;
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
			for (unsigned i = 0; i < 42; i++) {
				v->km_we_i = 1;
				v->km_waddr_i = slot << 10 | p << 6 | i;
				v->km_wdata_i = k.word(p, i);
				tb.tick();
			}
		v->km_we_i = 0;
	}
	void input(unsigned slot, const BIGNUM *x) {
		auto *v = tb.v.get();
		for (unsigned i = 0; i < 82; i++) {
			uint32_t w = 0;
			for (unsigned b = 0; b < 25; b++) w |= static_cast<uint32_t>(BN_is_bit_set(x, static_cast<int>(25 * i + b))) << b;
			v->om_we_i = 1;
			v->om_waddr_i = slot << 8 | (i / 41) << 6 | i % 41;
			v->om_wdata_i = w;
			do {
				v->clk_i = 0;
				v->eval();
				bool ok = v->om_wready_o;
				tb.tick();
				if (ok) break;
			} while (true);
		}
		v->om_we_i = 0;
	}
	void start(unsigned slot, unsigned key, uint32_t e) {
		auto *v = tb.v.get();
		v->start_i = 1;
		v->start_slot_i = slot;
		v->start_key_i = key;
		v->start_e_i = e;
		v->start_top_i = 40;
		tb.tick();
		v->start_i = 0;
	}
	uint32_t om(unsigned addr) {
		auto *v = tb.v.get();
		bool ok;
		v->om_re_i = 1;
		v->om_raddr_i = addr;
		do {
			v->clk_i = 0;
			v->eval();
			ok = v->om_ready_o;
			tb.tick();
		} while (!ok);
		v->om_re_i = 0;
		return v->om_rdata_o;
	}
	BIGNUM *result(unsigned slot) {
		BIGNUM *r = BN_new();
		for (int i = 81; i >= 0; i--) {
			BN_lshift(r, r, 25);
			BN_add_word(r, om(slot << 8 | 2 << 6 | static_cast<unsigned>(i / 41) << 6 | static_cast<unsigned>(i % 41)));
		}
		return r;
	}
	bool right(unsigned slot, const BIGNUM *x, const Key &k) {
		BIGNUM *want = BN_new(), *got = result(slot);
		BN_mod_exp(want, x, k.d, k.n, bn);
		bool ok = !BN_cmp(want, got);
		BN_free(want);
		BN_free(got);
		return ok;
	}
	bool idle() { return tb.run_until([this] { return !tb.v->active_o; }, 2'000'000); }
};

static BIGNUM *below(TbRng &rng, const BIGNUM *n) {
	uint8_t b[256];
	BIGNUM *x = BN_new();
	rng.fill(b, sizeof(b));
	b[0] &= 0x7f;
	BN_bin2bn(b, sizeof(b), x);
	while (BN_cmp(x, n) >= 0) BN_rshift1(x, x);
	return x;
}

int main(int argc, char **argv) {
	Bench b(argc, argv);
	Key k0(65537), k1(3);
	const Key *keys[2] = { &k0, &k1 };

	b.rest();
	b.tb.reset();
	b.erase();
	b.key(0, k0);
	b.key(1, k1);

	/* alone */
	BIGNUM *x = below(b.tb.rng, k0.n);
	b.input(0, x);
	double cpu = tb_cpu_seconds();
	uint64_t from = b.tb.cycle;
	b.start(0, 0, k0.e);
	CHECK(b.tb, b.idle(), "one operation ends");
	uint64_t alone = b.tb.cycle - from;
	double alone_cpu = tb_cpu_seconds() - cpu;
	CHECK(b.tb, b.tb.v->pass_o & 1, "one operation passes its fault check");
	CHECK(b.tb, b.right(0, x, k0), "one operation is right");
	BN_free(x);

	/* four at a time, two keys; numbers at the edges as well */
	BIGNUM *xs[4] = { BN_new(), BN_dup(BN_value_one()), BN_dup(k0.n), below(b.tb.rng, k1.n) };
	BN_sub_word(xs[2], 1);
	for (unsigned s = 0; s < 4; s++) b.input(s, xs[s]);
	cpu = tb_cpu_seconds();
	from = b.tb.cycle;
	for (unsigned s = 0; s < 4; s++) {
		b.start(s, s / 3, keys[s / 3]->e);
		b.tb.run_until([&] { return !(b.tb.v->blinding_o >> s & 1); }, 10000);
	}
	CHECK(b.tb, b.idle(), "four operations end");
	uint64_t four = b.tb.cycle - from;
	double four_cpu = tb_cpu_seconds() - cpu;
	CHECK(b.tb, b.tb.v->pass_o == 15, "four operations pass their fault checks");
	for (unsigned s = 0; s < 4; s++) {
		CHECK(b.tb, b.right(s, xs[s], *keys[s / 3]), "each of four operations is right");
		BN_free(xs[s]);
	}

	/* a damaged step */
	x = below(b.tb.rng, k1.n);
	b.input(2, x);
	b.tb.v->start_flip_i = 1;
	b.start(2, 1, k1.e);
	b.tb.v->start_flip_i = 0;
	CHECK(b.tb, b.idle(), "a damaged operation ends");
	CHECK(b.tb, !(b.tb.v->pass_o & 4), "a damaged operation fails its check");
	b.input(2, x);
	b.start(2, 1, k1.e);
	b.idle();
	CHECK(b.tb, (b.tb.v->pass_o & 4) && b.right(2, x, k1), "the next operation is right");
	BN_free(x);

	printf("alone: %llu cycles, %.3f s, %.2f M cycles/s\n", static_cast<unsigned long long>(alone), alone_cpu, 1e-6 * static_cast<double>(alone) / alone_cpu);
	printf("four: %llu cycles, %llu each, %.3f s, %.2f M cycles/s\n", static_cast<unsigned long long>(four), static_cast<unsigned long long>(four / 4), four_cpu,
	       1e-6 * static_cast<double>(four) / four_cpu);
	CHECK(b.tb, four / 4 <= 172'000, "at most 172 k cycles each with eight contexts in flight");
	return b.tb.finish();
}
