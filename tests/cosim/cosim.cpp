/*
 * Three simulations of the device do the same work: the separately ticked one (libsluice_sim.so), the single model of sluice_top
 * (libsluice_sim_whole.so) and the golden model (libsluice_model.so).
 * - The first two must agree cycle for cycle: every DMA access in the same cycle with the same data, every completion, every counter,
 *   CYCLES at each step, and the whole of memory at the end.
 * - The golden model must agree on every completion's status, and of complete results on length, info, seq and, where no random number
 *   went in, every byte.
 *   cosim SPLIT WHOLE MODEL [--seed N] [--rounds N]
 */
#include <algorithm>
#include <memory>

#include "sim/harness/tb.h"
#include "sim/tb/ecc_engine/ref_ec.h"
#include "sim/tb/pka_engine/keys.h"
#include "sim/tb/sluice_top/sim_host.h"

namespace {

enum : unsigned { kCha12 = 40, kCha12Peer, kCha13, kCha13Peer }; /* engine chacha */
enum : unsigned { kGcm, kGcmPeer, kCtr, kCbcAead, kSha1, kSha1Peer, kSha256, kSha256Peer, kHmac1, kHmac256, kSessions, kFromSecret = kSessions };

uint64_t passed, failed;

void check(bool ok, const std::string &what) {
	if (ok) {
		passed++;
		return;
	}
	if (failed++ < 20) fprintf(stderr, "cosim: %s\n", what.c_str());
}

/* One device under the common script. Everything the script does depends on the seed alone, not on what the device answers. */
class Script {
  public:
	struct Done {
		sluice_cpl cpl;
		std::vector<uint8_t> data;
		bool random; /* the result holds random bytes, or depends on some */
		std::string what;
	};
	SimHost h;
	std::vector<Done> done;
	std::vector<uint64_t> regs; /* registers read on the way, and CYCLES */

	Script(const SimLib &lib, uint64_t seed, unsigned rounds, const Bytes &kek, const Bytes &blob, uint32_t latency, uint32_t jitter)
	    : h(lib, 16u << 20, seed, kek.data(), latency, jitter), rng_(seed), blob_(blob), kek_(kek) {
		h.tracing = true;
		check(h.ready(), "ready");
		note();
		h.start(0, 6, SLUICE_ENGINE_AEAD);
		h.start(1, 5, SLUICE_ENGINE_MAC);
		h.start(2, 4, SLUICE_ENGINE_PKA);
		h.start(3, 3, SLUICE_ENGINE_AEAD);
		h.start(4, 7, SLUICE_ENGINE_MAC);
		h.start(5, 5, SLUICE_ENGINE_CHACHA);
		h.start(6, 4, SLUICE_ENGINE_ECC);
		h.start(7, 5, SLUICE_ENGINE_KDF);
		sessions();
		chacha_sessions();
		key();
		ec_key();
		size_t top = h.mark();
		for (unsigned i = 0; i < rounds; i++) {
			batch(i);
			schedule(i);
			h.release(top);
		}
		h.lib.run(h.sim, 100000);
		note();
		faults();
		note();
	}

  private:
	struct Pending {
		unsigned queue;
		sluice_desc d;
		uint64_t dst;
		bool random;
		std::string what;
	};
	TbRng rng_;
	Bytes blob_, kek_;
	RefEc ec_;
	Bytes ec_d_;
	uint32_t cookie_ = 1;
	std::vector<Pending> todo_;
	std::vector<Bytes> chacha_records_[2]; /* likewise, of TLS 1.2 and 1.3 */
	uint32_t secret_ = 0;        /* a traffic secret */
	Bytes wrapped_;              /* a PSK, as the card gave it */
	std::vector<Bytes> records_[3]; /* sealed in the last round by GCM, SHA-1, SHA-256 sessions: opened in the next */

	static uint32_t handle(unsigned s) { return 0x70000u | s; }
	void note() {
		for (uint32_t off : {SLUICE_REG_STATUS, SLUICE_REG_SELFTEST_DONE, SLUICE_REG_SELFTEST_PASS, SLUICE_REG_ERR_DESC, SLUICE_REG_ERR_DMA, SLUICE_REG_ERR_PARITY})
			regs.push_back(h.reg(off));
		regs.push_back(h.reg64(SLUICE_REG_CYCLES_LO));
		regs.push_back(h.lib.cycles(h.sim));
		for (unsigned e : {0u, 1u, 2u, static_cast<unsigned>(SLUICE_ENGINE_ECC), static_cast<unsigned>(SLUICE_ENGINE_CHACHA), static_cast<unsigned>(SLUICE_ENGINE_KDF)}) {
			regs.push_back(h.reg64(SLUICE_ENGINE_REG(e, OPS_LO)));
			regs.push_back(h.reg64(SLUICE_ENGINE_REG(e, BYTES_LO)));
			regs.push_back(h.reg64(SLUICE_ENGINE_REG(e, BUSY_LO)));
			regs.push_back(h.reg(SLUICE_ENGINE_REG(e, FAILED)));
		}
	}
	/* Injected faults on every engine; then a reset in the middle of work, after which the device is used again. */
	void faults() {
		struct { unsigned queue, engine; uint8_t op; uint32_t hnd; } rows[] = {
			{6, SLUICE_ENGINE_ECC, SLUICE_OP_ECDSA_SIGN, handle(0)}, {0, SLUICE_ENGINE_AEAD, SLUICE_OP_CIPHER_ENC, handle(kCtr)}, {1, SLUICE_ENGINE_MAC, SLUICE_OP_HASH, 0}, {2, SLUICE_ENGINE_PKA, SLUICE_OP_RSA_PRIVATE, handle(0)},
			{7, SLUICE_ENGINE_KDF, SLUICE_OP_KDF, secret_}};
		for (auto &r : rows) {
			for (int i = 0; i < (r.engine == SLUICE_ENGINE_ECC ? 2 : 4); i++) { /* the fault acts once, and can be injected again */
				bool again = i & 1;
				Bytes x = bytes(r.op == SLUICE_OP_KDF ? 32 : 256);
				x[0] = 0;
				if (!again) h.reg(SLUICE_REG_FAULT_INJECT, r.engine | SLUICE_FAULT_INJECT_FLIP_MASK);
				todo_.clear();
				bool ecc = r.engine == SLUICE_ENGINE_ECC, kdf = r.engine == SLUICE_ENGINE_KDF;
				if (ecc) x.resize(32);
				add(r.queue, r.op, r.hnd, x, 256, again ? "after a flip" : "flip",
				    r.op == SLUICE_OP_HASH ? 2 : ecc ? SLUICE_CURVE_P256 : kdf ? SLUICE_KDF_T13_FINISHED : 0, ecc ? 32 : kdf ? SLUICE_HASH_SHA256 : 0, ecc);
				run();
				check((done.back().cpl.status != SLUICE_ST_OK) == !again, "a flip is noticed, once");
			}
		}
		h.reg(SLUICE_REG_FAULT_INJECT, SLUICE_ENGINE_MAC | SLUICE_FAULT_INJECT_HANG_MASK);
		for (unsigned q : {0u, 1u, 3u}) {
			todo_.clear();
			for (int i = 0; i < 4; i++) add(q, q == 1 ? SLUICE_OP_HASH : SLUICE_OP_CIPHER_ENC, q == 1 ? 0 : handle(kCtr), bytes(3000), 3000, "work to be abandoned", 2);
			for (auto &p : todo_) h.submit(q, p.d);
			h.doorbell(q);
		}
		h.lib.run(h.sim, 200 + rng_.below(300));
		h.reg(SLUICE_REG_CTRL, SLUICE_CTRL_RESET_MASK);
		check(h.ready(), "ready after reset");
		h.start(0, 6, SLUICE_ENGINE_AEAD);
		h.start(1, 5, SLUICE_ENGINE_MAC);
		todo_.clear();
		add(0, SLUICE_OP_CIPHER_ENC, handle(kCtr), bytes(200), 200, "a session that reset erased");
		run();
		sessions();
		todo_.clear();
		for (int i = 0; i < 5; i++) {
			add(0, SLUICE_OP_CIPHER_ENC, handle(kCtr), bytes(200), 200, "CTR after reset");
			add(1, SLUICE_OP_HASH, 0, bytes(200), 32, "HASH after reset", 2);
		}
		run();
	}
	void sessions() {
		sluice_session s[kSessions] = {};
		for (unsigned i = 0; i < kSessions; i++) {
			bool peer = i == kGcmPeer || i == kSha1Peer || i == kSha256Peer;
			if (peer) {
				s[i] = s[i - 1];
			} else {
				static const uint8_t alg[] = {SLUICE_ALG_AES_GCM, 0, SLUICE_ALG_AES_CTR, SLUICE_ALG_AES_CBC, SLUICE_ALG_AES_CBC_HMAC_SHA1, 0,
				                              SLUICE_ALG_AES_CBC_HMAC_SHA256, 0, SLUICE_ALG_HMAC_SHA1, SLUICE_ALG_HMAC_SHA256};
				s[i].alg = alg[i];
				bool record = i == kGcm || i == kSha1 || i == kSha256;
				bool cipher = i < kHmac1;
				s[i].key_bytes = static_cast<uint8_t>(cipher ? (rng_.percent(50) ? 16 : 32) : 0);
				rng_.fill(s[i].key, s[i].key_bytes);
				s[i].version = record ? 0x0303 : 0;
				s[i].seq = record ? rng_.u32() : 0;
				if (i == kGcm) rng_.fill(s[i].iv, 4);
				if (i >= kSha1) {
					s[i].mac_key_bytes = (i == kSha1 || i == kHmac1) ? 20 : 32;
					rng_.fill(s[i].mac_key, s[i].mac_key_bytes);
				}
			}
			bool mac = i >= kSha1;
			check(h.load_session(mac ? 1 : 0, handle(i), s[i]) == SLUICE_ST_OK, "session " + std::to_string(i));
		}
	}
	void chacha_sessions() {
		sluice_session s = {};
		for (unsigned i = kCha12; i <= kCha13Peer; i++) {
			if (i == kCha12 || i == kCha13) {
				s.alg = SLUICE_ALG_CHACHA20_POLY1305;
				s.key_bytes = 32;
				rng_.fill(s.key, 32);
				rng_.fill(s.iv, 12);
				s.version = i == kCha12 ? 0x0303 : 0x0304;
				s.seq = rng_.u32();
			}
			check(h.load_session(5, handle(i), s) == SLUICE_ST_OK, "session of chacha");
		}
	}
	/* What the sessions of chacha sealed in the last round is opened by their peers; returns what they seal in this one. */
	std::vector<std::pair<unsigned, size_t>> chacha_batch() {
		std::vector<std::pair<unsigned, size_t>> sealed;
		for (unsigned k = 0; k < 2; k++) {
			for (auto &r : chacha_records_[k]) add(5, SLUICE_OP_RECORD_OPEN, handle(k ? kCha13Peer : kCha12Peer), r, 16384 + 64, "chacha RECORD_OPEN");
			chacha_records_[k].clear();
		}
		for (unsigned n = rng_.below(6); n; n--) {
			uint32_t len = rng_.percent(80) ? rng_.below(900) : rng_.below(16000), k = rng_.below(2), pad = k ? rng_.below(300) : 0;
			switch (rng_.below(6)) {
			case 0: add(5, SLUICE_OP_AEAD_SEAL, handle(kCha12), bytes(12 + 13 + len), len + 16, "chacha AEAD_SEAL", 13); break;
			case 1: add(5, SLUICE_OP_AEAD_OPEN, handle(kCha13), bytes(12 + 5 + len + 16), len, "chacha AEAD_OPEN of noise", 5, 16); break;
			case 2: add(5, SLUICE_OP_RECORD_SEAL, handle(kCha12) + 0x10000u, bytes(len), len + 400, "chacha stale handle", 23); break;
			default:
				sealed.push_back({k, todo_.size()});
				add(5, SLUICE_OP_RECORD_SEAL, handle(k ? kCha13 : kCha12), bytes(len), len + 400, "chacha RECORD_SEAL", 20 + rng_.below(4), pad);
			}
		}
		return sealed;
	}
	void key() { load_key(2, blob_, "key loaded"); }
	void load_key(unsigned queue, const Bytes &blob, const char *what, unsigned slot = 0) {
		sluice_desc d = {};
		d.opcode = SLUICE_OP_KEY_LOAD;
		d.handle = handle(slot);
		d.src_len = static_cast<uint32_t>(blob.size());
		d.src_addr = h.alloc(blob.size());
		memcpy(h.at(d.src_addr), blob.data(), blob.size());
		check(h.one(queue, d) == SLUICE_ST_OK, what);
	}
	void ec_key() {
		ec_d_ = ec_.scalar(bytes(32));
		Bytes xy = ec_.mul(ec_d_), plain(SLUICE_EC_KEY_BYTES);
		sluice_ec_key k = {};
		k.magic = 0x3143454B;
		k.curve = SLUICE_CURVE_P256;
		memcpy(k.scalar, ec_d_.data(), 32);
		memcpy(k.x, xy.data(), 32);
		memcpy(k.y, xy.data() + 32, 32);
		memcpy(plain.data(), &k, sizeof(k));
		load_key(6, wrap(kek_, plain), "key of a curve loaded");
		Bytes seed = bytes(32), pub = RefEc::ed25519_public(seed);
		k = {};
		k.magic = 0x3143454B;
		k.curve = SLUICE_CURVE_ED25519;
		memcpy(k.scalar, seed.data(), 32);
		memcpy(k.x, pub.data(), 32);
		memcpy(plain.data(), &k, sizeof(k));
		load_key(6, wrap(kek_, plain), "key of Ed25519 loaded", 1);
	}
	/* Curves: results of given numbers in full; new keys and signatures by status and length. */
	void ecc_batch() {
		const uint32_t p256 = SLUICE_CURVE_P256, x25519 = SLUICE_CURVE_X25519;
		for (unsigned n = 1 + rng_.below(4); n; n--) {
			Bytes k = bytes(32), u = bytes(32), digest = bytes(20 + rng_.below(45)), xy = ec_.mul(ec_.scalar(bytes(32)));
			uint32_t len = static_cast<uint32_t>(digest.size());
			Bytes rs = ec_.sign(ec_d_, digest, ec_.scalar(k));
			if (rng_.percent(40)) rs[rng_.below(64)] ^= 1;
			switch (rng_.below(11)) {
			case 8: add(6, SLUICE_OP_EDDSA_SIGN, handle(1), bytes(rng_.below(SLUICE_MAX_EDDSA_MESSAGE + 1)), 64, "EDDSA_SIGN"); break;
			case 9: add(6, SLUICE_OP_EDDSA_SIGN, handle(rng_.below(2)), bytes(SLUICE_MAX_EDDSA_MESSAGE + rng_.below(3)), 64, "EDDSA_SIGN, long or with another key"); break;
			case 0: add(6, SLUICE_OP_ECDH, 0, k + xy, 32, "ECDH on P-256", p256); break;
			case 1: add(6, SLUICE_OP_EC_MUL, 0, k + xy, 64, "EC_MUL", p256); break;
			case 2: add(6, SLUICE_OP_ECDH, 0, k + u, 32, "X25519", x25519); break;
			case 3: add(6, SLUICE_OP_EC_KEYGEN, 0, {}, 96, "EC_KEYGEN", p256, 0, true); break;
			case 4: add(6, SLUICE_OP_ECDH_RESPOND, 0, u, 64, "X25519 ECDH_RESPOND", x25519, 0, true); break;
			case 5: add(6, SLUICE_OP_ECDSA_VERIFY, 0, rs + ec_.mul(ec_d_) + digest, 0, "ECDSA_VERIFY", p256, len); break;
			case 6: add(6, SLUICE_OP_ECDSA_SIGN, handle(0), digest, 64, "ECDSA_SIGN", p256, len, true); break;
			case 7: add(6, SLUICE_OP_ECDH, 0, k + k + k, 32, "ECDH with a point off the curve", p256); break;
			default: add(6, SLUICE_OP_ECDSA_SIGN, handle(0) + 0x10000u, digest, 64, "stale handle of a curve's key", p256, len); break;
			}
		}
	}
	/* Puts bytes into memory, flat or in pieces. */
	uint64_t place(const Bytes &b, uint32_t room, sluice_desc &d, bool dst) {
		uint32_t total = std::max<uint32_t>(room, static_cast<uint32_t>(b.size()));
		uint64_t p;
		if (rng_.percent(50)) {
			p = h.alloc(total + 16, 16, rng_.below(16));
			if (!b.empty()) memcpy(h.at(p), b.data(), b.size());
			(dst ? d.dst_addr : d.src_addr) = p;
			return p;
		}
		/* pieces follow each other without gaps in memory when they are the destination, so that the result can be read in one go */
		unsigned n = 1 + rng_.below(6);
		uint64_t list = h.alloc(16 * n, 16);
		uint32_t left = total, at = 0;
		uint64_t base = h.alloc(total + 64 * n, 16, rng_.below(16)), where = base;
		for (unsigned i = 0; i < n; i++) {
			uint32_t len = i + 1 == n ? left : rng_.below(left + 1);
			if (!dst) where += rng_.below(40);
			sluice_seg s = {where, len, 0};
			memcpy(h.at(list) + 16 * i, &s, 16);
			if (at < b.size()) memcpy(h.at(where), b.data() + at, std::min<size_t>(len, b.size() - at));
			where += len;
			at += len;
			left -= len;
		}
		if (dst) {
			d.dst_addr = list;
			d.dst_nseg = static_cast<uint16_t>(n);
			d.flags |= SLUICE_DESC_DST_SGL;
		} else {
			d.src_addr = list;
			d.src_nseg = static_cast<uint16_t>(n);
			d.flags |= SLUICE_DESC_SRC_SGL;
		}
		return base;
	}
	void add(unsigned queue, uint8_t op, uint32_t hnd, const Bytes &src, uint32_t room, const char *what, uint32_t p0 = 0, uint32_t p1 = 0, bool random = false) {
		Pending p = {};
		p.queue = queue;
		p.random = random;
		p.what = what;
		p.d.opcode = op;
		p.d.handle = hnd;
		p.d.cookie = cookie_++;
		p.d.src_len = static_cast<uint32_t>(src.size());
		p.d.dst_len = room;
		p.d.param0 = p0;
		p.d.param1 = p1;
		place(src, 0, p.d, false);
		p.dst = place(Bytes(), room, p.d, true);
		todo_.push_back(p);
	}
	Bytes bytes(uint32_t n) { return rng_.bytes(n); }
	void batch(unsigned round) {
		todo_.clear();
		/* What one session seals, its peer opens in the next round, in order; some damaged. The sealed bytes come from the golden or
		 * tested device itself, since the padding's IV is random. */
		static const unsigned peers[] = {kGcmPeer, kSha1Peer, kSha256Peer};
		unsigned queue_of[] = {rng_.percent(50) ? 0u : 3u, rng_.percent(50) ? 1u : 4u, rng_.percent(50) ? 1u : 4u};
		for (unsigned k = 0; k < 3; k++) {
			for (auto &r : records_[k]) add(queue_of[k], SLUICE_OP_RECORD_OPEN, handle(peers[k]), r, 16384 + 64, "RECORD_OPEN");
			records_[k].clear();
		}
		std::vector<std::pair<unsigned, size_t>> sealed;
		for (int i = 0; i < 14; i++) {
			uint32_t len = rng_.percent(20) ? rng_.below(20) : rng_.percent(85) ? rng_.below(900) : rng_.below(16385);
			unsigned a = rng_.percent(50) ? 0 : 3, m = rng_.percent(50) ? 1 : 4;
			switch (rng_.below(12)) {
			case 0: add(a, SLUICE_OP_CIPHER_ENC, handle(kCtr), bytes(16 + len), len, "CTR"); break;
			case 1: add(a, rng_.percent(50) ? SLUICE_OP_CIPHER_ENC : SLUICE_OP_CIPHER_DEC, handle(kCbcAead), bytes(16 + (len & ~15u)), len, "CBC"); break;
			case 2: add(a, SLUICE_OP_AEAD_SEAL, handle(kGcm), bytes(12 + 13 + len), len + 16, "AEAD_SEAL", 13); break;
			case 3: add(a, SLUICE_OP_AEAD_OPEN, handle(kGcm), bytes(12 + 5 + len + 16), len, "AEAD_OPEN of noise", 5, 16); break;
			case 4: add(m, SLUICE_OP_HASH, 0, bytes(len), 32, "HASH", 1 + rng_.below(2)); break;
			case 5: add(m, SLUICE_OP_HMAC, handle(rng_.percent(50) ? kHmac1 : kHmac256), bytes(len), 32, "HMAC"); break;
			case 6: add(m, SLUICE_OP_TLS_PRF, 0, bytes(48 + 13 + 64), 104, "TLS_PRF", 48, 104); break;
			case 7: add(m, SLUICE_OP_HMAC_VERIFY, handle(kHmac256), bytes(len + 32), 0, "HMAC_VERIFY of noise", 32); break;
			case 8: add(a, SLUICE_OP_CIPHER_ENC, handle(kCtr) + 0x10000u, bytes(16 + len), len, "stale handle"); break;
			case 9: add(m, SLUICE_OP_HASH, 0, bytes(len), rng_.below(20), "HASH into too little room", 2); break;
			case 10: add(a, SLUICE_OP_CIPHER_DEC, handle(kCtr), bytes(16 + len), len / 2, "CTR into too little room"); break;
			default: add(m, 0xEE, 0, bytes(len), 64, "unknown opcode"); break;
			}
		}
		static const unsigned sealers[] = {kGcm, kSha1, kSha256};
		for (unsigned k = 0; k < 3; k++) {
			for (unsigned n = rng_.below(4); n; n--) {
				uint32_t len = rng_.percent(80) ? rng_.below(1200) : 16384;
				sealed.push_back({k, todo_.size()});
				add(queue_of[k], SLUICE_OP_RECORD_SEAL, handle(sealers[k]), bytes(len), len + 400, "RECORD_SEAL", 23, 0, k != 0);
			}
		}
		auto chacha_sealed = chacha_batch();
		if (round % 4 == 0) {
			ecc_batch();
			for (unsigned n = 1 + rng_.below(3); n; n--) {
				Bytes x = bytes(256);
				x[0] = 0;
				bool pms = rng_.percent(50);
				add(2, pms ? SLUICE_OP_RSA_PMS_DECRYPT : SLUICE_OP_RSA_PRIVATE, handle(0), x, pms ? 48 : 256, pms ? "RSA_PMS_DECRYPT of noise" : "RSA_PRIVATE", 0x0303, 0, pms);
			}
		}
		run();
		for (auto &s : chacha_sealed) {
			Bytes r = done[done.size() - todo_.size() + s.second].data;
			if (rng_.percent(10) && !r.empty()) r[rng_.below(static_cast<uint32_t>(r.size()))] ^= 1;
			chacha_records_[s.first].push_back(r);
		}
		for (auto &s : sealed) {
			const Done &d = done[done.size() - todo_.size() + s.second];
			Bytes r = d.data;
			bool spoil = rng_.percent(10);
			uint32_t where = rng_.u32();
			if (spoil && !r.empty()) r[where % r.size()] ^= 1;
			records_[s.first].push_back(r);
		}
		note();
	}
	void derive(unsigned what, uint32_t in, uint32_t out, const Bytes &src, const char *name, uint32_t block = 0) {
		add(7, SLUICE_OP_KDF, in, src, 48, name, what, SLUICE_HASH_SHA256 | block << 16);
		todo_.back().d.handle2 = out;
	}
	/* A key schedule of TLS 1.3 on the card, from a shared secret to a sealed record; a ticket's PSK wrapped, and unwrapped in the next round. */
	void schedule(unsigned round) {
		auto slot = [round](unsigned i) { return (round + 1) << 16 | (i + 16 * (round % 3)); };
		uint32_t key = rng_.percent(50) ? 16 : 32;
		todo_.clear();
		derive(SLUICE_KDF_T13_EARLY, 0, slot(0), {}, "T13_EARLY");
		derive(SLUICE_KDF_T13_HANDSHAKE, slot(0), slot(1), bytes(32), "T13_HANDSHAKE");
		derive(SLUICE_KDF_T13_SERVER_HANDSHAKE, slot(1), slot(2), bytes(32), "T13_SERVER_HANDSHAKE");
		derive(SLUICE_KDF_T13_FINISHED, slot(2), 0, bytes(32), "T13_FINISHED");
		derive(SLUICE_KDF_T13_MAIN, slot(1), slot(3), {}, "T13_MAIN");
		derive(SLUICE_KDF_T13_MAIN, slot(1), slot(9), {}, "T13_MAIN again");
		derive(SLUICE_KDF_T13_SERVER_APPLICATION, slot(3), slot(4), bytes(32), "T13_SERVER_APPLICATION");
		derive(SLUICE_KDF_T13_KEYS, slot(4), slot(5), {}, "T13_KEYS", key);
		derive(SLUICE_KDF_T13_RESUMPTION, slot(3), slot(6), bytes(32), "T13_RESUMPTION");
		derive(SLUICE_KDF_T13_PSK, slot(6), slot(7), bytes(rng_.below(256)), "T13_PSK");
		derive(SLUICE_KDF_T13_PSK, slot(7), slot(8), {}, "a PSK of a PSK");
		derive(SLUICE_KDF_T13_UPDATE, slot(4) + 0x10000u, slot(8), {}, "stale secret");
		add(7, SLUICE_OP_SECRET_UNWRAP, 0, wrapped_, 0, "SECRET_UNWRAP");
		todo_.back().d.handle2 = slot(8);
		add(7, SLUICE_OP_SECRET_UNWRAP, 0, bytes(48), 0, "SECRET_UNWRAP of noise");
		todo_.back().d.handle2 = slot(9);
		add(7, SLUICE_OP_SECRET_WRAP, slot(7), {}, 64, "SECRET_WRAP");
		run();
		wrapped_ = done.back().data;
		secret_ = slot(2);
		sluice_session s = {};
		s.alg = SLUICE_ALG_AES_GCM;
		s.key_bytes = static_cast<uint8_t>(key);
		s.version = 0x0304;
		s.slice = SLUICE_SLICE_WHOLE;
		Bytes context(sizeof(s));
		memcpy(context.data(), &s, sizeof(s));
		todo_.clear();
		unsigned again = 0;
		for (const char *what : {"session from a secret", "session from a spent secret"}) {
			add(0, SLUICE_OP_SESSION_LOAD, handle(again++ ? kFromSecret + 1 : kFromSecret), context, 0, what);
			todo_.back().d.handle2 = slot(5);
		}
		for (unsigned i = 0; i < 3; i++) add(0, SLUICE_OP_RECORD_SEAL, handle(kFromSecret), bytes(rng_.below(2000)), 2100, "record of a session from a secret", 23);
		add(7, SLUICE_OP_SECRET_FREE, slot(0), {}, 0, "SECRET_FREE");
		add(7, SLUICE_OP_SECRET_FREE, slot(0), {}, 0, "SECRET_FREE again");
		run();
		check(done[done.size() - 7].cpl.status == SLUICE_ST_OK && done[done.size() - 6].cpl.status == SLUICE_ST_BAD_SECRET, "a key block is taken once");
		note();
	}
	/* Submits everything, ringing now and then, and collects the completions in the order of submission. */
	void run() {
		size_t base[SLUICE_QUEUE_COUNT], sent[SLUICE_QUEUE_COUNT] = {};
		for (unsigned i = 0; i < SLUICE_QUEUE_COUNT; i++) base[i] = h.q[i].done.size();
		for (auto &p : todo_) {
			auto &q = h.q[p.queue];
			if (sent[p.queue] >= q.size) {
				h.doorbell(p.queue);
				check(h.wait(p.queue, base[p.queue] + sent[p.queue] + 1 - q.size), "a slot of the ring");
			}
			h.submit(p.queue, p.d);
			sent[p.queue]++;
			if (rng_.percent(40)) h.doorbell(p.queue);
			if (rng_.percent(20)) h.lib.run(h.sim, 1 + rng_.below(400));
		}
		for (unsigned i = 0; i < 8; i++) h.doorbell(i);
		for (unsigned i = 0; i < 8; i++) check(h.wait(i, base[i] + sent[i]), "all completions of queue " + std::to_string(i));
		size_t next[SLUICE_QUEUE_COUNT];
		for (unsigned i = 0; i < SLUICE_QUEUE_COUNT; i++) next[i] = base[i];
		for (auto &p : todo_) {
			auto &q = h.q[p.queue];
			Done d = {};
			d.what = p.what;
			d.random = p.random;
			if (next[p.queue] < q.done.size()) {
				d.cpl = q.done[next[p.queue]];
				regs.push_back(q.seen[next[p.queue]]);
				next[p.queue]++;
				uint8_t *r = h.at(p.dst);
				if (d.cpl.length <= 17000) d.data.assign(r, r + d.cpl.length);
				check(d.cpl.cookie == p.d.cookie, p.what + ": in order");
			}
			done.push_back(d);
		}
	}
};

void compare_exact(const Script &a, const Script &b) {
	check(a.done.size() == b.done.size(), "split and whole: number of completions");
	for (size_t i = 0; i < std::min(a.done.size(), b.done.size()); i++) {
		check(!memcmp(&a.done[i].cpl, &b.done[i].cpl, 32), "split and whole: completion of " + a.done[i].what);
		check(a.done[i].data == b.done[i].data, "split and whole: result of " + a.done[i].what);
	}
	size_t n = std::min(a.h.trace.size(), b.h.trace.size()), at = 0;
	while (at < n && a.h.trace[at] == b.h.trace[at]) at++;
	check(a.h.trace.size() == b.h.trace.size(), "split and whole: number of DMA accesses");
	check(at == n, "split and whole: DMA access " + std::to_string(at) + " at cycle " + (at < n ? std::to_string(a.h.trace[at].cycle) + " and " + std::to_string(b.h.trace[at].cycle) : "-"));
	n = std::min(a.regs.size(), b.regs.size());
	at = 0;
	while (at < n && a.regs[at] == b.regs[at]) at++;
	check(a.regs.size() == b.regs.size() && at == n, "split and whole: register note " + std::to_string(at) + ": " + (at < n ? std::to_string(a.regs[at]) + " and " + std::to_string(b.regs[at]) : "-"));
	check(a.h.mem == b.h.mem, "split and whole: memory at the end");
}

void compare_golden(const Script &a, const Script &g) {
	check(a.done.size() == g.done.size(), "golden model: number of completions");
	for (size_t i = 0; i < std::min(a.done.size(), g.done.size()); i++) {
		const auto &x = a.done[i], &y = g.done[i];
		/* the device streams: what it wrote before a tag failed or the room ended is not defined, only that it fits */
		bool damaged = x.cpl.status == SLUICE_ST_AUTH_FAILED || x.cpl.status == SLUICE_ST_BAD_RECORD || x.cpl.status == SLUICE_ST_DST_SHORT ||
		               x.cpl.status == SLUICE_ST_PARITY || x.cpl.status == SLUICE_ST_FAULT;
		check(x.cpl.status == y.cpl.status, "golden model: " + x.what + ": status " + std::to_string(x.cpl.status) + ", expected " + std::to_string(y.cpl.status));
		if (damaged || x.cpl.status != y.cpl.status) continue; /* what was written before a tag failed is nobody's business */
		check(x.cpl.length == y.cpl.length, "golden model: " + x.what + ": length " + std::to_string(x.cpl.length) + ", expected " + std::to_string(y.cpl.length));
		check(x.cpl.info == y.cpl.info, "golden model: " + x.what + ": info");
		check(x.cpl.seq == y.cpl.seq, "golden model: " + x.what + ": seq");
		if (!x.random) check(x.data == y.data, "golden model: " + x.what + ": result");
	}
}

} // namespace

int main(int argc, char **argv) {
	uint64_t seed = 1;
	unsigned rounds = 12;
	for (int i = 4; i + 1 < argc; i += 2) {
		if (!strcmp(argv[i], "--seed")) seed = strtoull(argv[i + 1], nullptr, 0);
		if (!strcmp(argv[i], "--rounds")) rounds = static_cast<unsigned>(atoi(argv[i + 1]));
	}
	if (argc < 4) {
		fprintf(stderr, "usage: cosim SPLIT WHOLE MODEL [--seed N] [--rounds N]\n");
		return 2;
	}
	SimLib split(argv[1]), whole(argv[2]), model(argv[3]);
	TbRng rng(seed);
	RsaKey key(rng, 65537);
	Bytes kek = rng.bytes(32), blob(KEYBLOB_WRAPPED_BYTES);
	size_t len = 0;
	check(!keyblob_wrap(kek.data(), key.plain.data(), key.plain.size(), blob.data(), blob.size(), &len), "key wrapped");
	blob.resize(len);
	static const struct { uint32_t latency, jitter; } timing[] = {{20, 0}, {3, 25}};
	for (auto &t : timing) {
		Script g(model, seed, rounds, kek, blob, t.latency, t.jitter);
		Script a(split, seed, rounds, kek, blob, t.latency, t.jitter);
		Script b(whole, seed, rounds, kek, blob, t.latency, t.jitter);
		compare_exact(a, b);
		compare_golden(a, g);
		sluice_sim_stats s, w;
		split.get_stats(a.h.sim, &s);
		whole.get_stats(b.h.sim, &w);
		printf("latency %u jitter %u: %zu operations, %llu cycles, %zu DMA accesses; front end ticked in %.1f %% of the cycles; "
		       "%.2f s split, %.2f s whole\n", t.latency, t.jitter, a.done.size(), static_cast<unsigned long long>(s.cycles),
		       a.h.trace.size(), 100.0 * static_cast<double>(s.ticks_dev) / static_cast<double>(s.cycles),
		       1e-9 * static_cast<double>(s.wall_ns), 1e-9 * static_cast<double>(w.wall_ns));
	}
	printf("cosim: seed %llu\n%llu passed, %llu failed\n", static_cast<unsigned long long>(seed), static_cast<unsigned long long>(passed),
	       static_cast<unsigned long long>(failed));
	return failed || !passed;
}
