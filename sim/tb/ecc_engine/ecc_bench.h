/* What the ecc engine's bench is made of: the port, keys and their blobs, a secret store that answers, expected results. */
#ifndef SLUICE_SIM_ECC_BENCH_H
#define SLUICE_SIM_ECC_BENCH_H

#include <map>

#include "Vecc_engine.h"
#include "Vecc_engine___024root.h"

#include "sim/harness/engine_port.h"
#include "sim/tb/ecc_engine/ref_ec.h"

extern "C" {
#include "common/keyblob.h"
}

using Top = Vecc_engine;

static inline uint32_t handle(unsigned index, unsigned gen) { return index | gen << 16; }
static inline Bytes reversed(const Bytes &b) { return Bytes(b.rbegin(), b.rend()); }

/* Plays engine kdf's side of the secret port: slots by handle, one request at a time, random delays. */
class SecretStore {
  public:
	struct Slot {
		uint8_t func, kind;
		Bytes value;
	};
	std::map<uint32_t, Slot> slots;
	bool refuse = false;
	unsigned requests = 0;

	explicit SecretStore(Tb<Top> &tb) : tb_(tb) {
		tb_.before_edge.push_back([this] { step(); });
	}
	void rest() {
		in_.clear();
		out_.clear();
		tb_.v->sec_req_ready_i = tb_.v->sec_rsp_valid_i = 0;
	}

  private:
	Tb<Top> &tb_;
	Bytes in_;
	struct Beat {
		bool ok, last;
		uint8_t len, data[16];
	};
	std::deque<Beat> out_;
	bool offered_ = false;

	void step() {
		auto *v = tb_.v.get();
		static const uint8_t zero[16] = {};
		if (!v->rst_ni) return;
		v->sec_req_ready_i = out_.empty() && !tb_.rng.percent(50);
		if (!offered_ && !out_.empty() && tb_.rng.percent(30)) offered_ = true;
		v->sec_rsp_valid_i = offered_;
		v->sec_rsp_ok_i = offered_ && out_.front().ok;
		v->sec_rsp_last_i = offered_ && out_.front().last;
		v->sec_rsp_len_i = offered_ ? out_.front().len : 0;
		memcpy(&v->sec_rsp_data_i, offered_ ? out_.front().data : zero, 16); /* outputs follow from registers: no evaluation is needed */
		if (!v->sec_req_valid_o) tb_.check_quiet(!memcmp(&v->sec_req_data_o, zero, 16) && !v->sec_req_handle_o && !v->sec_req_kind_o, "idle secret port is zero", __FILE__, __LINE__);
		if (offered_ && v->sec_rsp_ready_o) {
			out_.pop_front();
			offered_ = false;
		}
		if (v->sec_req_valid_o && v->sec_req_ready_i) take();
	}
	void take() {
		auto *v = tb_.v.get();
		const uint8_t *d = reinterpret_cast<const uint8_t *>(&v->sec_req_data_o);
		Beat b = {};
		if (v->sec_req_write_o) in_.insert(in_.end(), d, d + 16);
		if (!v->sec_req_last_o) return;
		requests++;
		b.last = true;
		if (v->sec_req_write_o) {
			b.ok = !refuse && in_.size() == v->sec_req_len_o;
			if (b.ok) slots[v->sec_req_handle_o] = { static_cast<uint8_t>(v->sec_req_func_o), static_cast<uint8_t>(v->sec_req_kind_o), in_ };
			in_.clear();
			out_.push_back(b);
			return;
		}
		auto it = slots.find(v->sec_req_handle_o);
		if (refuse || it == slots.end() || it->second.kind != v->sec_req_kind_o || it->second.func != v->sec_req_func_o) {
			out_.push_back(b);
			return;
		}
		const Bytes &x = it->second.value;
		for (size_t at = 0; at < x.size(); at += 16) {
			b.ok = true;
			b.last = at + 16 >= x.size();
			b.len = static_cast<uint8_t>(x.size());
			memset(b.data, 0, 16);
			memcpy(b.data, x.data() + at, x.size() - at < 16 ? x.size() - at : 16);
			out_.push_back(b);
		}
		slots.erase(it); /* read once */
	}
};

struct EcKey {
	Bytes d, xy;
	Bytes plain() const {
		sluice_ec_key k = {};
		k.magic = 0x3143454B;
		k.curve = d.size() == 48 ? SLUICE_CURVE_P384 : SLUICE_CURVE_P256;
		memcpy(k.scalar, d.data(), d.size());
		memcpy(k.x, xy.data(), d.size());
		memcpy(k.y, xy.data() + d.size(), d.size());
		const auto *p = reinterpret_cast<const uint8_t *>(&k);
		return Bytes(p, p + sizeof(k));
	}
};

struct EdKey {
	Bytes seed, pub;
	Bytes plain() const {
		sluice_ec_key k = {};
		k.magic = 0x3143454B;
		k.curve = SLUICE_CURVE_ED25519;
		memcpy(k.scalar, seed.data(), 32);
		memcpy(k.x, pub.data(), 32);
		const auto *p = reinterpret_cast<const uint8_t *>(&k);
		return Bytes(p, p + sizeof(k));
	}
};

/* One job and what must come of it. */
struct EcJob {
	EngineJob job;
	bool wide = false; /* on P-384 */
	uint8_t op = 0, curve = 0, status = 0;
	Bytes want; /* result, of those that have no random part */
	Bytes src, xy, digest, peer;
};

class EccBench {
  public:
	Tb<Top> tb;
	EnginePort<Top> port;
	SecretStore store;
	RefEc ref, ref384{ NID_secp384r1, 48 };
	Bytes kek;
	EcKey keys[4];
	EcKey wide_keys[2]; /* P-384, in slots 4 and 9 */
	EdKey ed_keys[2]; /* in slots 11 and 12 */
	unsigned ops = 0; /* operations of each kind; 0: the default of each test */

	EccBench(int argc, char **argv) : tb(argc, argv, "ecc_engine"), port(tb), store(tb), kek(tb.rng.bytes(32)) {
		for (EcKey &k : keys) {
			k.d = ref.scalar(tb.rng.bytes(32));
			k.xy = ref.mul(k.d);
		}
		for (EcKey &k : wide_keys) {
			k.d = ref384.scalar(tb.rng.bytes(48));
			k.xy = ref384.mul(k.d);
		}
		for (EdKey &k : ed_keys) {
			k.seed = tb.rng.bytes(32);
			k.pub = RefEc::ed25519_public(k.seed);
		}
	}
	void rest() {
		port.rest();
		store.rest();
		tb.v->rnd_fail_i = 0;
		memcpy(&tb.v->kek_i, kek.data(), 32);
	}
	void power_up(bool print) {
		rest();
		tb.reset();
		CHECK(tb, tb.run_until([this] { return !tb.v->busy_o; }, 2000), "reset ends");
		CHECK(tb, !tb.v->st_done_o && !tb.v->st_pass_o, "reset clears the self test's verdict");
		CHECK(tb, run(SLUICE_OP_NOP, 0, {}).status == SLUICE_ST_SELFTEST_FAILED, "an untested engine refuses work");
		CHECK(tb, run(SLUICE_OP_EC_MUL, 0, Bytes(96), SLUICE_CURVE_P256).status == SLUICE_ST_SELFTEST_FAILED, "an untested engine refuses and drains an operation");
		tb.run_until([this] { return !tb.v->busy_o; }, 2000);
		uint64_t from = tb.cycle;
		CHECK(tb, port.self_test(), "self test passes");
		CHECK(tb, tb.cycle - from < 300'000, "self test takes less than 300 k cycles");
		CHECK(tb, clean() && keys_erased(0, 17), "reset and self test leave nothing behind");
		if (print) printf("self test: %llu cycles\n", static_cast<unsigned long long>(tb.cycle - from));
	}
	static EngineJob make(uint8_t op, uint32_t h, const Bytes &src, uint32_t param0 = 0, uint32_t param1 = 0, uint32_t h2 = 0, uint32_t h3 = 0, uint8_t func = 0) {
		EngineJob j = EngineJob::make(op, h, src, param0, param1);
		EngineJob::put32(j.desc + 48, h2);
		EngineJob::put32(j.desc + 52, h3);
		j.desc[56] = func;
		return j;
	}
	EngineResult run(uint8_t op, uint32_t h, const Bytes &src, uint32_t param0 = 0, uint32_t param1 = 0, uint32_t h2 = 0, uint32_t h3 = 0, uint8_t func = 0) {
		return port.run(make(op, h, src, param0, param1, h2, h3, func));
	}
	/* From an idle engine, so that times can be compared: after a response the context is still being erased. */
	EngineResult timed(const EngineJob &j) {
		tb.run_until([this] { return !tb.v->busy_o; }, 2000);
		return port.run(j);
	}
	Bytes wrap(const Bytes &plain, const Bytes *other = nullptr) {
		Bytes out(plain.size() + 16);
		size_t len = 0;
		CHECK(tb, keyblob_wrap(other ? other->data() : kek.data(), plain.data(), plain.size(), out.data(), out.size(), &len) == 0, "wrapping");
		out.resize(len);
		return out;
	}
	template <class Key> void load(unsigned index, unsigned gen, const Key &k, uint8_t func = 0) {
		EngineResult r = run(SLUICE_OP_KEY_LOAD, handle(index, gen), wrap(k.plain()), 0, 0, 0, 0, func);
		CHECK(tb, r.status == SLUICE_ST_OK && r.data.empty(), "a good blob loads");
	}
	EngineResult sign(uint32_t h, const Bytes &digest, uint8_t func = 0) {
		return run(SLUICE_OP_ECDSA_SIGN, h, digest, SLUICE_CURVE_P256, static_cast<uint32_t>(digest.size()), 0, 0, func);
	}
	EngineResult wide_sign(uint32_t h, const Bytes &digest, uint8_t func = 0) {
		return run(SLUICE_OP_ECDSA_SIGN, h, digest, SLUICE_CURVE_P384, static_cast<uint32_t>(digest.size()), 0, 0, func);
	}
	bool wide_signs(uint32_t h, const EcKey &k, uint8_t func = 0) {
		Bytes digest = tb.rng.bytes(48);
		EngineResult r = wide_sign(h, digest, func);
		return r.status == SLUICE_ST_OK && r.data.size() == 96 && ref384.verify(r.data, k.xy, digest);
	}
	EngineResult ed_sign(uint32_t h, const Bytes &message, uint8_t func = 0) { return run(SLUICE_OP_EDDSA_SIGN, h, message, 0, 0, 0, 0, func); }
	bool signs(uint32_t h, const EcKey &k, uint8_t func = 0) {
		Bytes digest = tb.rng.bytes(32);
		EngineResult r = sign(h, digest, func);
		return r.status == SLUICE_ST_OK && r.data.size() == 64 && ref.verify(r.data, k.xy, digest);
	}
	EngineJob verify_job(const Bytes &rs, const Bytes &xy, const Bytes &digest) {
		return make(SLUICE_OP_ECDSA_VERIFY, 0, rs + xy + digest, xy.size() == 96 ? SLUICE_CURVE_P384 : SLUICE_CURVE_P256, static_cast<uint32_t>(digest.size()));
	}
	uint8_t verify(const Bytes &rs, const Bytes &xy, const Bytes &digest) { return port.run(verify_job(rs, xy, digest)).status; }
	EcJob random_job(unsigned kind);
	bool right(const EcJob &j, const EngineResult &r);

	/* no trace of an operation or of a blob, once the engine is idle */
	bool keys_erased(unsigned from, unsigned to) {
		auto *r = tb.v->rootp;
#define KEYS(name) r->ecc_engine__DOT__u_keys__DOT__##name##_mem[k][w]
		for (unsigned k = from; k < to; k++)
			for (unsigned w = 0; w < 12; w++)
				if (KEYS(scalar) || (w < 8 && (KEYS(prefix) || KEYS(public)))) return false;
#undef KEYS
		return true;
	}
	bool clean() {
		tb.run_until([this] { return !tb.v->busy_o; }, 2000);
		auto *r = tb.v->rootp;
		const char *left = tb.v->busy_o ? "busy" : nullptr;
		auto look = [&](const char *what, bool is_zero) {
			if (!is_zero) left = what;
		};
#define LOOK(name) look(#name, zero(r->ecc_engine__DOT__##name))
		LOOK(u_core__DOT__u_mont__DOT__rf);
		LOOK(u_core__DOT__u_mont__DOT__rf_q);
		LOOK(u_core__DOT__u_mont__DOT__dg_mem);
		LOOK(u_core__DOT__u_mont__DOT__b_mem);
		LOOK(u_core__DOT__u_mont__DOT__a_mem);
		LOOK(u_core__DOT__u_mont__DOT__a1);
		LOOK(u_core__DOT__u_mont__DOT__m2);
		LOOK(u_core__DOT__u_mont__DOT__u6);
		LOOK(u_core__DOT__u_mont__DOT__t7);
		LOOK(u_core__DOT__u_mont__DOT__s10);
		LOOK(u_core__DOT__u_mont__DOT__sum_q);
		LOOK(u_core__DOT__u_mont__DOT__un_q);
		LOOK(u_core__DOT__u_mont__DOT__x9);
		LOOK(u_core__DOT__u_mont__DOT__win_q);
		LOOK(u_unwrap__DOT__buf_mem);
#define LOOK_WIDE(name) LOOK(gen_wide__DOT__u_core__DOT__u_mont__DOT__##name)
		LOOK_WIDE(rf);
		LOOK_WIDE(rf_q);
		LOOK_WIDE(dg_mem);
		LOOK_WIDE(gen_high__DOT__dg_high_mem);
		LOOK_WIDE(b_mem);
		LOOK_WIDE(a_mem);
		LOOK_WIDE(a1);
		LOOK_WIDE(m2);
		LOOK_WIDE(u6);
		LOOK_WIDE(t7);
		LOOK_WIDE(s10);
		LOOK_WIDE(sum_q);
		LOOK_WIDE(un_q);
		LOOK_WIDE(x9);
		LOOK_WIDE(win_q);
#undef LOOK_WIDE
#undef LOOK
		look("key scalar_q", !r->ecc_engine__DOT__u_keys__DOT__scalar_q[0]);
		for (unsigned w = 0; w < 256; w++)
			for (unsigned i = 0; i < 4; i++) look("words of Ed25519", !r->ecc_engine__DOT__u_eddsa__DOT__mem[w][i]);
		for (unsigned i = 0; i < 4; i++) look("last word of Ed25519", !r->ecc_engine__DOT__u_eddsa__DOT__rd_q[i]);
		for (unsigned i = 0; i < 8; i++) look("prefix", !r->ecc_engine__DOT__u_keys__DOT__prefix_q[i]);
		for (unsigned i = 0; i < 12; i++) look("scalar_q", !r->ecc_engine__DOT__u_unwrap__DOT__scalar_q[i]);
		if (left) printf("left behind: %s\n", left);
		return !left;
	}
	template <class T, size_t N> static bool zero(const VlUnpacked<T, N> &m) {
		for (size_t i = 0; i < N; i++)
			if (m[i]) return false;
		return true;
	}
	template <class T, size_t N, size_t K> static bool zero(const VlUnpacked<VlUnpacked<T, K>, N> &m) {
		for (size_t i = 0; i < N; i++)
			if (!zero(m[i])) return false;
		return true;
	}
};

#endif
