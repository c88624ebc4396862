/*
 * ecc_engine against libcrypto through its port: self test, key slots, good and bad blobs, every operation on random and edge operands, secrets,
 * order and throughput, equal times, faults, entropy failure, reset in the middle. --only speed prints cycles per operation and simulation speed;
 * --ops N runs N operations of each kind.
 */
#include "sim/tb/ecc_engine/ecc_bench.h"

enum Kind { kKeygen, kEcdh, kRespond, kMul, kSign, kVerify, kXKeygen, kXEcdh, kXRespond, kEdSign, kWKeygen, kWEcdh, kWRespond, kWMul, kWSign, kWVerify,
	kKinds };
static const char *const kName[kKinds] = { "P-256 EC_KEYGEN", "P-256 ECDH", "P-256 ECDH_RESPOND", "P-256 EC_MUL", "ECDSA_SIGN", "ECDSA_VERIFY",
	"X25519 EC_KEYGEN", "X25519 ECDH", "X25519 ECDH_RESPOND", "EDDSA_SIGN", "P-384 EC_KEYGEN", "P-384 ECDH", "P-384 ECDH_RESPOND", "P-384 EC_MUL",
	"P-384 ECDSA_SIGN", "P-384 ECDSA_VERIFY" };
static constexpr uint32_t kP256 = SLUICE_CURVE_P256, kX = SLUICE_CURVE_X25519, kP384 = SLUICE_CURVE_P384;

/* Keys 0..3 are in slots 0..3, those of P-384 in 4 and 9, those of Ed25519 in 11 and 12, generation 1. */
EcJob EccBench::random_job(unsigned kind) {
	EcJob j;
	j.wide = kind >= kWKeygen;
	if (j.wide) kind -= kWKeygen;
	const RefEc &c = j.wide ? ref384 : ref;
	const size_t n = c.bytes;
	Bytes k = tb.rng.bytes(n), u = tb.rng.bytes(32);
	unsigned key = tb.rng.below(j.wide ? 2 : 4);
	const EcKey &own = j.wide ? wide_keys[key] : keys[key], &another = j.wide ? wide_keys[key ^ 1] : keys[(key + 1) % 4];
	const unsigned slot = j.wide ? 4 + 5 * key : key;
	static const unsigned lengths[] = { 20, 28, 32, 48, 64 };
	j.curve = static_cast<uint8_t>(j.wide ? kP384 : kind == kEdSign ? 0 : kind >= kXKeygen ? kX : kP256);
	j.digest = tb.rng.bytes(tb.rng.percent(50) ? lengths[tb.rng.below(5)] : 20 + tb.rng.below(45));
	j.xy = j.curve == kX ? u : c.mul(c.scalar(tb.rng.bytes(n)));
	switch (kind) {
	case kKeygen:
	case kXKeygen: j.op = SLUICE_OP_EC_KEYGEN; break;
	case kEcdh:
		j.op = SLUICE_OP_ECDH;
		j.src = k + j.xy;
		j.want = part(c.mul(k, j.xy), 0, n);
		break;
	case kXEcdh:
		j.op = SLUICE_OP_ECDH;
		j.src = k + u;
		j.want = ref.x25519(k, u);
		break;
	case kRespond:
	case kXRespond:
		j.op = SLUICE_OP_ECDH_RESPOND;
		j.src = kind == kRespond ? c.mul(k) : ref.x25519_public(k);
		j.peer = k; /* with it the shared secret follows from the engine's public key */
		break;
	case kMul:
		j.op = SLUICE_OP_EC_MUL;
		j.src = k + j.xy;
		j.want = c.mul(k, j.xy);
		break;
	case kSign:
		j.op = SLUICE_OP_ECDSA_SIGN;
		j.src = j.digest;
		j.xy = own.xy;
		break;
	case kEdSign: {
		/* where padding ends in another block, and any other length */
		static const unsigned ends[] = { 0, 1, 15, 16, 47, 48, 63, 64, 79, 80, 175, 176, 191, 192, 207, 208, 255, 256 };
		key &= 1;
		j.op = SLUICE_OP_EDDSA_SIGN;
		j.src = tb.rng.bytes(tb.rng.percent(50) ? ends[tb.rng.below(18)] : tb.rng.below(257));
		j.want = ref.ed25519_sign(ed_keys[key].seed, j.src);
		break;
	}
	default: {
		j.op = SLUICE_OP_ECDSA_VERIFY;
		j.xy = own.xy;
		Bytes rs = c.sign(own.d, j.digest, c.scalar(k));
		if (tb.rng.percent(30)) rs[tb.rng.below(static_cast<uint32_t>(2 * n))] ^= static_cast<uint8_t>(1 << tb.rng.below(8));
		if (tb.rng.percent(10)) j.xy = another.xy;
		j.src = rs + j.xy + j.digest;
		j.status = c.verify(rs, j.xy, j.digest) ? SLUICE_ST_OK : SLUICE_ST_AUTH_FAILED;
	}
	}
	bool dig = kind == kSign || kind == kVerify;
	j.job = make(j.op, kind == kSign ? handle(slot, 1) : kind == kEdSign ? handle(11 + key, 1) : 0, j.src, j.curve, dig ? static_cast<uint32_t>(j.digest.size()) : 0);
	return j;
}

bool EccBench::right(const EcJob &j, const EngineResult &r) {
	if (r.status != j.status) return false;
	const RefEc &c = j.wide ? ref384 : ref;
	const size_t n = c.bytes;
	switch (j.op) {
	case SLUICE_OP_EC_KEYGEN:
		if (r.data.size() != (j.curve == kX ? 64 : 3 * n)) return false;
		return part(r.data, n, r.data.size() - n) == (j.curve == kX ? ref.x25519_public(part(r.data, 0, 32)) : c.mul(part(r.data, 0, n)));
	case SLUICE_OP_ECDSA_SIGN: return r.data.size() == 2 * n && c.verify(r.data, j.xy, j.digest);
	case SLUICE_OP_ECDH_RESPOND:
		if (j.curve == kX) return r.data.size() == 64 && ref.x25519(j.peer, part(r.data, 0, 32)) == part(r.data, 32, 32);
		return r.data.size() == 3 * n && c.on_curve(part(r.data, 0, 2 * n)) && part(c.mul(j.peer, part(r.data, 0, 2 * n)), 0, n) == part(r.data, 2 * n, n);
	default: return r.data == j.want;
	}
}

class Tests : public EccBench {
  public:
	using EccBench::EccBench;

	void all_keys() {
		for (unsigned i = 0; i < 4; i++) load(i, 1, keys[i]);
		for (unsigned i = 0; i < 2; i++) load(4 + 5 * i, 1, wide_keys[i]);
		for (unsigned i = 0; i < 2; i++) load(11 + i, 1, ed_keys[i]);
	}
	/* every way in which a blob can be wrong; the slot keeps what it had */
	void blobs() {
		struct Bad {
			const char *what;
			size_t at;
			uint8_t flip;
		};
		static const Bad content[] = { { "magic", 0, 1 }, { "curve", 4, 2 }, { "curve", 4, 5 }, { "reserved", 5, 1 }, { "reserved", 7, 0x80 }, { "reserved", 15, 1 },
			{ "scalar of another point", 47, 1 }, { "bytes behind the scalar", 48, 1 }, { "bytes behind the scalar", 63, 1 }, { "x", 95, 1 },
			{ "bytes behind x", 96, 4 }, { "bytes behind x", 111, 4 }, { "y", 112, 0x10 }, { "bytes behind y", 144, 1 }, { "bytes behind y", 159, 1 } };
		Bytes good = keys[0].plain(), blob = wrap(good), zero(32), p = ref.prime();
		auto refused = [&](const Bytes &b, const char *what) {
			EngineResult r = run(SLUICE_OP_KEY_LOAD, handle(0, 2), b);
			CHECK(tb, r.status == SLUICE_ST_BAD_KEY && r.data.empty(), what);
		};
		for (const Bad &b : content) {
			Bytes plain = good;
			plain[b.at] ^= b.flip;
			refused(wrap(plain), b.what);
		}
		auto with = [&](size_t at, const Bytes &x, const char *what) {
			Bytes plain = good;
			std::copy(x.begin(), x.end(), plain.begin() + static_cast<long>(at));
			refused(wrap(plain), what);
		};
		with(16, zero, "scalar zero");
		with(16, ref.order(), "scalar is the order");
		with(16, Bytes(32, 0xff), "scalar beyond the order");
		with(64, p, "x is the prime");
		with(112, Bytes(32, 0xff), "y beyond the prime");
		with(112, RefEc::plus(p, 0), "y is the prime");
		for (size_t at : { size_t{ 0 }, size_t{ 8 }, size_t{ 100 }, blob.size() - 1 }) {
			Bytes b = blob;
			b[at] ^= static_cast<uint8_t>(1u << tb.rng.below(8));
			refused(b, "a flipped bit of the blob");
		}
		Bytes other = kek;
		other[31] ^= 0x80;
		refused(wrap(good, &other), "another key-encryption key");
		refused(wrap(part(good, 0, good.size() - 1)), "a padded blob");
		for (size_t n : { size_t{ 0 }, size_t{ 1 }, size_t{ 16 }, blob.size() - 8, blob.size() - 1 }) refused(part(blob, 0, n), "a short blob");
		refused(blob + Bytes(5), "a long blob");
		CHECK(tb, clean(), "a failed load leaves nothing behind");
		CHECK(tb, sign(handle(0, 2), Bytes(32)).status == SLUICE_ST_BAD_HANDLE, "a failed load gives no handle");
		CHECK(tb, signs(handle(0, 1), keys[0]), "a failed load leaves the old key usable");
		EVP_PKEY *made = EVP_EC_gen("P-256");
		Bytes plain(SLUICE_EC_KEY_BYTES);
		size_t len = 0;
		CHECK(tb, keyblob_build_ec(made, plain.data(), plain.size(), &len) == 0, "the product's own blob");
		CHECK(tb, run(SLUICE_OP_KEY_LOAD, handle(5, 1), wrap(plain)).status == SLUICE_ST_OK, "the product's own blob loads");
		EVP_PKEY_free(made);
	}
	void handles() {
		Bytes good = wrap(keys[1].plain()), d = tb.rng.bytes(32);
		CHECK(tb, run(SLUICE_OP_KEY_LOAD, handle(16, 1), good).status == SLUICE_ST_BAD_HANDLE, "index beyond the slots");
		CHECK(tb, run(SLUICE_OP_KEY_LOAD, handle(0x1003, 1), good).status == SLUICE_ST_BAD_HANDLE, "index far beyond the slots");
		CHECK(tb, run(SLUICE_OP_KEY_LOAD, handle(7, 0), good).status == SLUICE_ST_BAD_HANDLE, "generation zero");
		CHECK(tb, sign(handle(7, 1), d).status == SLUICE_ST_BAD_HANDLE, "empty slot");
		CHECK(tb, run(SLUICE_OP_KEY_FREE, handle(7, 1), {}).status == SLUICE_ST_BAD_HANDLE, "freeing an empty slot");
		load(15, 0xffff, keys[1], 3);
		CHECK(tb, sign(handle(15, 0xfffe), d, 3).status == SLUICE_ST_BAD_HANDLE, "stale generation");
		CHECK(tb, sign(handle(15, 0xffff), d, 2).status == SLUICE_ST_BAD_HANDLE, "another function's key");
		CHECK(tb, run(SLUICE_OP_KEY_FREE, handle(15, 0xffff), {}, 0, 0, 0, 0, 2).status == SLUICE_ST_BAD_HANDLE, "another function's key is not freed");
		CHECK(tb, run(SLUICE_OP_KEY_LOAD, handle(15, 5), good).status == SLUICE_ST_BAD_HANDLE, "another function's key is not replaced");
		CHECK(tb, run(SLUICE_OP_KEY_FREE, handle(15, 0xffff), Bytes(20), 0, 0, 0, 0, 3).status == SLUICE_ST_BAD_DESC, "freeing takes no source");
		CHECK(tb, signs(handle(15, 0xffff), keys[1], 3), "the key survives what was refused");
		CHECK(tb, run(SLUICE_OP_KEY_FREE, handle(15, 0xffff), {}, 0, 0, 0, 0, 3).status == SLUICE_ST_OK, "freeing");
		CHECK(tb, sign(handle(15, 0xffff), d, 3).status == SLUICE_ST_BAD_HANDLE, "freed slot");
		CHECK(tb, keys_erased(15, 16) && !keys_erased(0, 1), "freeing erases this key and no other");
		CHECK(tb, clean(), "an operation leaves nothing behind");
		CHECK(tb, run(SLUICE_OP_NOP, 0, Bytes(33)).status == SLUICE_ST_OK, "nop drains its source");
		for (int op : { 0x7f, int{ SLUICE_OP_RSA_PRIVATE } })
			CHECK(tb, run(static_cast<uint8_t>(op), 0, Bytes(33)).status == SLUICE_ST_BAD_DESC, "an operation that this engine does not have");
	}
	void descriptors() {
		auto bad = [&](uint8_t op, const Bytes &src, uint32_t p0, uint32_t p1, uint32_t h = 0) {
			EngineResult r = run(op, h, src, p0, p1);
			CHECK(tb, r.status == SLUICE_ST_BAD_DESC && r.data.empty(), "bad descriptor");
		};
		for (uint8_t op : { SLUICE_OP_EC_KEYGEN, SLUICE_OP_ECDH, SLUICE_OP_ECDH_RESPOND, SLUICE_OP_EC_MUL }) {
			size_t n = op == SLUICE_OP_EC_KEYGEN ? 0 : op == SLUICE_OP_ECDH_RESPOND ? 64 : 96;
			for (uint32_t curve : { 0u, 4u, 5u, 0x101u, 0x80000001u }) bad(op, Bytes(n), curve, 0);
			for (size_t len : { n + 1, n + 16, n ? n - 1 : 2, n ? n - 32 : 32 }) bad(op, Bytes(len), kP256, 0);
			bad(op, Bytes(n), kP256, 1);
			bad(op, Bytes(n), kP256, 0, handle(0, 1));
		}
		for (size_t len : { 0, 31, 33, 96 }) bad(SLUICE_OP_ECDH_RESPOND, Bytes(len), kX, 0);
		bad(SLUICE_OP_ECDH, Bytes(96), kX, 0);
		bad(SLUICE_OP_EC_MUL, Bytes(64), kX, 0);
		for (uint32_t len : { 0u, 19u, 65u, 0x80000020u }) {
			bad(SLUICE_OP_ECDSA_SIGN, Bytes(32), kP256, len, handle(0, 1));
			bad(SLUICE_OP_ECDSA_VERIFY, Bytes(160), kP256, len);
		}
		bad(SLUICE_OP_ECDSA_SIGN, Bytes(19), kP256, 19, handle(0, 1));
		bad(SLUICE_OP_ECDSA_SIGN, Bytes(33), kP256, 32, handle(0, 1));
		bad(SLUICE_OP_ECDSA_SIGN, Bytes(32), kX, 32, handle(0, 1));
		bad(SLUICE_OP_ECDSA_VERIFY, Bytes(161), kP256, 32);
		bad(SLUICE_OP_ECDSA_VERIFY, Bytes(160), kX, 32);
		bad(SLUICE_OP_ECDSA_VERIFY, Bytes(160), kP256, 32, handle(0, 1));
	}
	/* scalars at the ends of the range, the point with x = 0, points that are none */
	void edges() {
		Bytes n = ref.order(), p = ref.prime(), g = ref.mul(RefEc::plus(Bytes(32), 1)), zx = ref.zero_x(), k = tb.rng.bytes(32);
		std::vector<std::pair<EcJob, const char *>> cases;
		auto add = [&](EngineJob job, uint8_t status, const Bytes &want, const char *what) {
			EcJob j;
			j.job = job;
			j.op = SLUICE_OP_EC_MUL;
			j.status = status;
			j.want = want;
			cases.emplace_back(j, what);
		};
		auto mul = [&](const Bytes &x, const Bytes &xy, const char *what) {
			Bytes want = ref.mul(x, xy);
			uint8_t st = want.empty() ? SLUICE_ST_BAD_INPUT : SLUICE_ST_OK;
			add(make(SLUICE_OP_EC_MUL, 0, x + xy, kP256), st, want, what);
			add(make(SLUICE_OP_ECDH, 0, x + xy, kP256), st, want.empty() ? want : part(want, 0, 32), what);
		};
		for (int i : { 0, 1, 2, 3, 16, 17 }) {
			mul(RefEc::plus(Bytes(32), i), g, "small scalar");
			mul(RefEc::plus(n, -i), g, "scalar at the order");
			mul(RefEc::plus(n, i), zx, "scalar beyond the order");
		}
		mul(Bytes(32, 0xff), g, "largest scalar");
		mul(RefEc::plus(Bytes(32), 1), zx, "x = 0");
		auto none = [&](const Bytes &x, const Bytes &y, const char *what) {
			add(make(SLUICE_OP_EC_MUL, 0, k + x + y, kP256), SLUICE_ST_BAD_INPUT, {}, what);
			add(make(SLUICE_OP_ECDH, 0, k + x + y, kP256), SLUICE_ST_BAD_INPUT, {}, what);
			add(make(SLUICE_OP_ECDH_RESPOND, 0, x + y, kP256), SLUICE_ST_BAD_INPUT, {}, what);
			add(verify_job(k + k, x + y, k), SLUICE_ST_BAD_INPUT, {}, what);
			add(verify_job(Bytes(64), x + y, k), SLUICE_ST_BAD_INPUT, {}, what);
		};
		Bytes gx = part(g, 0, 32), gy = part(g, 32, 32), one = RefEc::plus(Bytes(32), 1);
		none(gx, RefEc::plus(gy, 1), "point off the curve");
		none(Bytes(32), Bytes(32), "all zeros");
		none(p, part(zx, 32, 32), "x is the prime");
		none(RefEc::plus(p, 0), RefEc::plus(p, 0), "both are the prime");
		none(gx, Bytes(32, 0xff), "y beyond the prime");
		none(Bytes(32, 0xff), gy, "x beyond the prime");
		/* X25519: RFC 7748 6.1 and non-canonical coordinates */
		for (const char *hex : { "0000000000000000000000000000000000000000000000000000000000000000", "0100000000000000000000000000000000000000000000000000000000000000",
			     "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800", "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
			     "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
			     "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", "efffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
			     "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", "0200000000000000000000000000000000000000000000000000000000000080" }) {
			Bytes u = unhex(hex);
			for (uint8_t top : { 0x00, 0x80 }) {
				u[31] ^= top;
				Bytes want = ref.x25519(k, u);
				bool low = want == Bytes(32);
				add(make(SLUICE_OP_ECDH, 0, k + u, kX), low ? SLUICE_ST_BAD_INPUT : SLUICE_ST_OK, low ? Bytes{} : want, "X25519 coordinate");
				if (low) add(make(SLUICE_OP_ECDH_RESPOND, 0, u, kX), SLUICE_ST_BAD_INPUT, {}, "X25519 point of small order");
			}
		}
		/* RFC 7748 5.2 */
		add(make(SLUICE_OP_ECDH, 0, unhex("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4"
		                                  "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c"), kX),
		    SLUICE_ST_OK, unhex("c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552"), "RFC 7748 5.2");
		/* RFC 6979 A.2.5, SHA-256, "sample" */
		Bytes q = unhex("60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb67903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299");
		Bytes rs = unhex("efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8");
		Bytes h = unhex("af2bdbe1aa9b6ec1e2ade1d694f41fc71a831d0268e9891562113d8a62add1bf");
		add(verify_job(rs, q, h), SLUICE_ST_OK, {}, "RFC 6979 A.2.5");
		for (size_t at : { 0u, 31u, 32u, 63u }) {
			Bytes b = rs;
			b[at] ^= 1;
			add(verify_job(b, q, h), SLUICE_ST_AUTH_FAILED, {}, "a flipped bit of the signature");
		}
		Bytes r = part(rs, 0, 32), s = part(rs, 32, 32), zero(32);
		for (const Bytes &b : { zero + s, r + zero, n + s, r + n, Bytes(32, 0xff) + s, r + Bytes(32, 0xff), zero + zero, one + one })
			add(verify_job(b, q, h), SLUICE_ST_AUTH_FAILED, {}, "r or s out of range");
		/* the sum is the point at infinity: u1 G = -u2 Q for e = -r d */
		Bytes d1 = one, e = RefEc::plus(n, -5), five = RefEc::plus(Bytes(32), 5);
		add(verify_job(five + k, g, e), SLUICE_ST_AUTH_FAILED, {}, "infinity");
		for (const Bytes &digest : { zero, n, Bytes(32, 0xff), Bytes(20), Bytes(64, 0xff) })
			add(verify_job(ref.sign(keys[1].d, digest, five), keys[1].xy, digest), SLUICE_ST_OK, {}, "digest at the ends of its range");
		std::vector<size_t> ids;
		for (auto &c : cases) ids.push_back(port.submit(c.first.job));
		port.drain(40'000'000);
		for (size_t i = 0; i < cases.size(); i++) {
			const EngineResult &x = port.result(ids[i]);
			CHECK(tb, x.status == cases[i].first.status && x.data == cases[i].first.want, cases[i].second);
		}
	}
	static Bytes unhex(const char *s) {
		Bytes b;
		for (; s[0] && s[1]; s += 2) b.push_back(static_cast<uint8_t>(std::stoi(std::string(s, 2), nullptr, 16)));
		return b;
	}
	/* many operations of each kind, eight in flight, with gaps and back-pressure in half of them; a long run in batches */
	void random_ops() {
		for (unsigned kind = 0; kind < kKinds; kind++) {
			unsigned count = ops ? ops : kind >= kWKeygen ? 4 : 6, wrong = 0;
			double cpu = tb_cpu_seconds();
			uint64_t from = tb.cycle;
			Bytes last;
			port.gap_percent = kind & 1 ? 30 : 0;
			port.stall_percent = kind & 1 ? 40 : 0;
			for (unsigned left = count; left;) {
				unsigned n = left < 100 ? left : 100;
				std::vector<EcJob> jobs;
				std::vector<size_t> ids;
				for (unsigned i = 0; i < n; i++) {
					jobs.push_back(random_job(kind));
					ids.push_back(port.submit(jobs[i].job));
				}
				port.drain(1'000'000 + uint64_t{ n } * 300'000);
				for (unsigned i = 0; i < n; i++) {
					const EngineResult &r = port.result(ids[i]);
					bool fresh = kind == kKeygen || kind == kRespond || kind == kSign || kind == kWKeygen || kind == kWRespond || kind == kWSign || kind == kXKeygen || kind == kXRespond;
					bool good = right(jobs[i], r) && !(fresh && r.data == last);
					CHECK(tb, good, kName[kind]);
					wrong += !good;
					last = r.data;
				}
				port.forget();
				left -= n;
			}
			if (ops) {
				printf("%s: %u operations, %u wrong, %.0f M cycles, %.0f s\n", kName[kind], count, wrong, 1e-6 * static_cast<double>(tb.cycle - from), tb_cpu_seconds() - cpu);
				fflush(stdout);
			}
		}
		port.gap_percent = port.stall_percent = 0;
	}
};

#include "sim/tb/ecc_engine/ecc_engine_wide.h"
#include "sim/tb/ecc_engine/ecc_engine_more.h"

int main(int argc, char **argv) {
	More b(argc, argv);
	return b.run_all(argc, argv);
}
