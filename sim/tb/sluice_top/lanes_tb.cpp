/*
 * sluice_top with two lanes of aead and mac (mk/sim.mk has its parameters): sessions are where their handles say and nowhere else, secrets reach
 * every lane, results over lanes against libcrypto, order in queues, counters, faults, erasing, and what a second lane brings.
 */
#include <algorithm>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "Vtop_lanes.h"
#include "sim/tb/kdf_engine/ref.h"
#include "sim/tb/sluice_dev/host.h"

namespace {

enum : unsigned { kLanes = 2, kPerLane = 16, kAll = kLanes * kPerLane, kSecrets = 32 }; /* -GLanes, -GNumSessions, -GNumSecrets */
enum : unsigned { kQueueA, kQueueA2, kQueueM, kQueueM2, kQueueK, kQueues };
constexpr unsigned kClass[kQueues] = {SLUICE_ENGINE_AEAD, SLUICE_ENGINE_AEAD, SLUICE_ENGINE_MAC, SLUICE_ENGINE_MAC, SLUICE_ENGINE_KDF};

Bytes gcm(const Bytes &key, const Bytes &nonce, const Bytes &aad, const Bytes &in) {
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	Bytes out(in.size() + 16);
	int n = 0;
	EVP_EncryptInit_ex(c, key.size() == 16 ? EVP_aes_128_gcm() : EVP_aes_256_gcm(), nullptr, key.data(), nonce.data());
	EVP_EncryptUpdate(c, nullptr, &n, aad.data(), static_cast<int>(aad.size()));
	EVP_EncryptUpdate(c, out.data(), &n, in.data(), static_cast<int>(in.size()));
	EVP_EncryptFinal_ex(c, out.data() + in.size(), &n);
	EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_GET_TAG, 16, out.data() + in.size());
	EVP_CIPHER_CTX_free(c);
	return out;
}
Bytes cat(std::initializer_list<Bytes> parts) {
	Bytes b;
	for (auto &p : parts) b.insert(b.end(), p.begin(), p.end());
	return b;
}

class Bench {
  public:
	Bench(int argc, char **argv) : tb(argc, argv, "sluice_top with lanes"), h(tb, 16u << 20, 40, 0), kek_(tb.rng.bytes(32)), card_(kSecrets, kek_) {
		auto *v = tb.v.get();
		memcpy(&v->kek_i, kek_.data(), 32);
		v->tamper_i = 0;
		v->noise_valid_i = 1;
		tb.before_edge.push_back([this] { /* new noise once a word was taken */
			if (noise_taken_) tb.rng.fill(&tb.v->noise_data_i, 16);
			noise_taken_ = tb.v->noise_ready_o;
		});
		tb.rng.fill(&v->noise_data_i, 16);
		tb.reset();
	}
	int run() {
		CHECK(tb, h.ready(), "ready");
		capabilities();
		begin();
		sessions();
		secrets();
		mixed();
		speed();
		faults();
		erased();
		return tb.finish();
	}

  private:
	struct Job {
		sluice_desc d = {};
		uint64_t dst = 0;
		Bytes want;
		unsigned status = SLUICE_ST_OK;
	};
	Tb<Vtop_lanes> tb;
	Host<Vtop_lanes> h;
	Bytes kek_;
	Card card_;
	bool noise_taken_ = false;
	uint32_t cookie_ = 1;
	Bytes key_[2][kAll]; /* aead, mac: by handle's index */
	uint64_t ops_[6] = {}, bytes_[6] = {}, failed_[6] = {};

	static uint32_t handle(unsigned i) { return 0x30000u | i; }
	void begin() {
		h.write(SLUICE_REG_CTRL, SLUICE_CTRL_ENABLE_MASK);
		for (auto &q : h.q) q = Host<Vtop_lanes>::Queue();
		h.release(4096);
		for (unsigned q = 0; q < kQueues; q++) h.queue_start(q, 6, kClass[q]);
		for (unsigned e = 0; e < 6; e++) ops_[e] = bytes_[e] = failed_[e] = 0;
		top_ = h.mark();
	}
	size_t top_ = 0;
	Job job(uint8_t op, uint32_t hnd, const Bytes &src, uint32_t room, uint32_t p0 = 0, uint32_t p1 = 0) {
		Job j;
		j.d.opcode = op;
		j.d.handle = hnd;
		j.d.cookie = cookie_++;
		j.d.src_len = static_cast<uint32_t>(src.size());
		j.d.dst_len = room;
		j.d.param0 = p0;
		j.d.param1 = p1;
		j.d.src_addr = h.alloc(src.size() + 16, 16, tb.rng.below(16));
		if (!src.empty()) memcpy(h.mem.at(j.d.src_addr), src.data(), src.size());
		j.d.dst_addr = j.dst = h.alloc(room + 16, 16, tb.rng.below(16));
		return j;
	}
	/* Submits each queue's jobs, the queues interleaved; compares what comes, and keeps count. */
	void go(std::vector<Job> (&jobs)[kQueues], const char *what) {
		size_t base[kQueues], most = 0;
		for (unsigned q = 0; q < kQueues; q++) {
			base[q] = h.q[q].done.size();
			most = std::max(most, jobs[q].size());
		}
		for (size_t i = 0; i < most; i++)
			for (unsigned q = 0; q < kQueues; q++)
				if (i < jobs[q].size()) h.submit(q, jobs[q][i].d);
		for (unsigned q = 0; q < kQueues; q++) h.doorbell(q);
		for (unsigned q = 0; q < kQueues; q++) {
			CHECK(tb, h.wait(q, base[q] + jobs[q].size(), 2000000), what);
			for (size_t i = 0; i < jobs[q].size() && base[q] + i < h.q[q].done.size(); i++) {
				const Job &j = jobs[q][i];
				const sluice_cpl &c = h.q[q].done[base[q] + i].cpl;
				CHECK(tb, c.cookie == j.d.cookie, "in the queue's order");
				CHECK(tb, c.status == j.status, what);
				if (c.status != j.status) fprintf(stderr, "  queue %u job %zu opcode %02x: status %u, expected %u\n", q, i, j.d.opcode, c.status, j.status);
				if (c.status == SLUICE_ST_OK && j.status == SLUICE_ST_OK && !j.want.empty()) {
					CHECK(tb, c.length == j.want.size(), "length");
					CHECK(tb, !memcmp(h.mem.at(j.dst), j.want.data(), j.want.size()), what);
				}
				ops_[kClass[q]]++;
				bytes_[kClass[q]] += j.d.src_len;
				failed_[kClass[q]] += c.status != SLUICE_ST_OK;
			}
		}
		counters(what);
	}
	void timing(uint32_t latency, uint32_t jitter) {
		CHECK(tb, tb.run_until([this] { return tb.v->quiet_o && !tb.v->active_o && h.axi->idle(); }, 20000), "comes to rest");
		h.timing(latency, jitter);
	}
	void counters(const char *what) {
		for (unsigned e : {SLUICE_ENGINE_AEAD, SLUICE_ENGINE_MAC, SLUICE_ENGINE_KDF}) {
			CHECK(tb, h.read(SLUICE_ENGINE_REG(e, OPS_LO)) == ops_[e], "counter of operations, over all lanes");
			CHECK(tb, h.read(SLUICE_ENGINE_REG(e, BYTES_LO)) == static_cast<uint32_t>(bytes_[e]), "counter of bytes, over all lanes");
			CHECK(tb, h.read(SLUICE_ENGINE_REG(e, FAILED)) == failed_[e], what);
		}
	}
	void capabilities() {
		uint32_t c0 = h.read(SLUICE_REG_CAP0), c1 = h.read(SLUICE_REG_CAP1), c2 = h.read(SLUICE_REG_CAP2), c3 = h.read(SLUICE_REG_CAP3);
		auto field = [](uint32_t r, uint32_t mask, unsigned shift) { return (r & mask) >> shift; };
		CHECK(tb, field(c0, SLUICE_CAP0_AEAD_LANES_MASK, SLUICE_CAP0_AEAD_LANES_SHIFT) == kLanes, "lanes of aead");
		CHECK(tb, field(c0, SLUICE_CAP0_MAC_LANES_MASK, SLUICE_CAP0_MAC_LANES_SHIFT) == kLanes, "lanes of mac");
		CHECK(tb, field(c0, SLUICE_CAP0_PKA_ENGINES_MASK, SLUICE_CAP0_PKA_ENGINES_SHIFT) == 0, "no pka");
		CHECK(tb, field(c1, SLUICE_CAP1_NUM_SESSIONS_MASK, SLUICE_CAP1_NUM_SESSIONS_SHIFT) == kPerLane, "sessions per lane");
		CHECK(tb, c2 >> SLUICE_CAP2_ENGINES_SHIFT == (1u << SLUICE_ENGINE_AEAD | 1u << SLUICE_ENGINE_MAC | 1u << SLUICE_ENGINE_KDF), "engines");
		CHECK(tb, field(c3, SLUICE_CAP3_NUM_SECRETS_MASK, SLUICE_CAP3_NUM_SECRETS_SHIFT) == kSecrets, "secrets");
		CHECK(tb, h.read(SLUICE_REG_SELFTEST_PASS) == c2 >> SLUICE_CAP2_ENGINES_SHIFT, "all lanes passed");
	}
	sluice_session session(unsigned alg, const Bytes &key, const Bytes &mac = {}, uint16_t version = 0, unsigned slice = 0, unsigned key_bytes = 0, unsigned mac_bytes = 0) {
		sluice_session s = {};
		s.alg = static_cast<uint8_t>(alg);
		s.version = version;
		s.slice = static_cast<uint8_t>(slice);
		s.key_bytes = static_cast<uint8_t>(slice ? key_bytes : key.size());
		s.mac_key_bytes = static_cast<uint8_t>(slice ? mac_bytes : mac.size());
		std::copy(key.begin(), key.end(), s.key);
		std::copy(mac.begin(), mac.end(), s.mac_key);
		return s;
	}
	Job load(uint32_t hnd, const sluice_session &s, uint32_t secret = 0) {
		Bytes raw(sizeof(s));
		memcpy(raw.data(), &s, sizeof(s));
		Job j = job(SLUICE_OP_SESSION_LOAD, hnd, raw, 0);
		j.d.handle2 = secret;
		return j;
	}
	Job seal(unsigned i, uint32_t len) {
		Bytes nonce = tb.rng.bytes(12), aad = tb.rng.bytes(13), text = tb.rng.bytes(len);
		Job j = job(SLUICE_OP_AEAD_SEAL, handle(i), cat({nonce, aad, text}), len + 16, 13);
		j.want = gcm(key_[0][i], nonce, aad, text);
		return j;
	}
	Job hmac(unsigned i, uint32_t len) {
		Bytes text = tb.rng.bytes(len);
		Job j = job(SLUICE_OP_HMAC, handle(i), text, 32);
		j.want = ref_hmac(SLUICE_HASH_SHA256, key_[1][i], text);
		return j;
	}
	/* Each handle has keys of its own, in both classes, and each works with exactly those: a slot is index mod lanes, index / lanes. */
	void sessions() {
		std::vector<Job> jobs[kQueues];
		for (unsigned i = 0; i < kAll; i++) {
			key_[0][i] = tb.rng.bytes(i % 3 ? 16 : 32);
			key_[1][i] = tb.rng.bytes(32);
			jobs[kQueueA].push_back(load(handle(i), session(SLUICE_ALG_AES_GCM, key_[0][i])));
			jobs[kQueueM].push_back(load(handle(i), session(SLUICE_ALG_HMAC_SHA256, {}, key_[1][i])));
		}
		go(jobs, "sessions in every slot of every lane");
		for (auto &j : jobs) j.clear();
		for (unsigned i = 0; i < kAll; i++) {
			jobs[kQueueA].push_back(seal(i, 40 + i));
			jobs[kQueueM].push_back(hmac(i, 40 + i));
		}
		go(jobs, "every session has its own keys");
		for (auto &j : jobs) j.clear();
		/* beyond the last slot, other generations, a slot freed in one lane and not in the other */
		for (unsigned q : {kQueueA, kQueueM}) {
			auto work = [&](unsigned i) { return q == kQueueA ? seal(i, 20) : hmac(i, 20); };
			for (uint32_t hnd : {handle(kAll), handle(kAll + 1), handle(5) + 0x10000u, handle(4) - 0x10000u}) {
				jobs[q].push_back(work(4));
				jobs[q].back().d.handle = hnd;
				jobs[q].back().status = SLUICE_ST_BAD_HANDLE;
			}
			jobs[q].push_back(job(SLUICE_OP_SESSION_FREE, handle(6), {}, 0));
			jobs[q].push_back(work(7));
			jobs[q].push_back(work(6));
			jobs[q].back().status = SLUICE_ST_BAD_HANDLE;
			jobs[q].push_back(q == kQueueA ? load(handle(6), session(SLUICE_ALG_AES_GCM, key_[0][6])) : load(handle(6), session(SLUICE_ALG_HMAC_SHA256, {}, key_[1][6])));
			jobs[q].push_back(work(6));
			jobs[q].push_back(work(7));
		}
		go(jobs, "handles that no lane has");
	}
	Job kdf(unsigned what, uint32_t in, uint32_t out, const Bytes &src, uint32_t block = 0) {
		Job j = job(SLUICE_OP_KDF, in, src, 0, what, SLUICE_HASH_SHA256 | block << 16);
		j.d.handle2 = out;
		return j;
	}
	/* The secret network: every lane of a class takes keys from the store, at once, and nothing that another has taken. */
	void secrets() {
		const uint32_t at = 0x50000u;
		Bytes shared = tb.rng.bytes(32), hello = tb.rng.bytes(32);
		std::vector<Job> jobs[kQueues];
		auto &k = jobs[kQueueK];
		k.push_back(kdf(SLUICE_KDF_T13_EARLY, 0, at, {}));
		k.push_back(kdf(SLUICE_KDF_T13_HANDSHAKE, at, at + 1, shared));
		k.push_back(kdf(SLUICE_KDF_T13_CLIENT_HANDSHAKE, at + 1, at + 2, hello));
		k.push_back(kdf(SLUICE_KDF_T13_SERVER_HANDSHAKE, at + 1, at + 3, hello));
		k.push_back(kdf(SLUICE_KDF_T13_KEYS, at + 2, at + 4, {}, 16));
		k.push_back(kdf(SLUICE_KDF_T13_KEYS, at + 3, at + 5, {}, 16));
		Bytes master = tb.rng.bytes(48), randoms = tb.rng.bytes(64);
		Bytes head = {SLUICE_SECRET_MASTER, 48, 0, 0};
		k.push_back(job(SLUICE_OP_SECRET_UNWRAP, 0, ref_wrap(card_.wrapping_key(), cat({head, master})), 0));
		k.back().d.handle2 = at + 6;
		k.push_back(kdf(SLUICE_KDF_T12_KEY_BLOCK, at + 6, at + 7, randoms, 2 * (20 + 16)));
		go(jobs, "key schedules");
		for (auto &j : jobs) j.clear();

		/* TLS 1.3 keys of both directions into the two lanes of aead; those of TLS 1.2 into the lanes of mac; all at once */
		unsigned a = 8, b = 9, own[2] = {10, 11}, peer[2] = {13, 12}; /* a peer's session is in the other lane */
		jobs[kQueueA].push_back(load(handle(a), session(SLUICE_ALG_AES_GCM, {}, {}, 0x0304, SLUICE_SLICE_WHOLE, 16), at + 4));
		jobs[kQueueA].push_back(load(handle(b), session(SLUICE_ALG_AES_GCM, {}, {}, 0x0304, SLUICE_SLICE_WHOLE, 16), at + 5));
		jobs[kQueueM].push_back(load(handle(own[0]), session(SLUICE_ALG_AES_CBC_HMAC_SHA1, {}, {}, 0x0303, SLUICE_SLICE_CLIENT, 16, 20), at + 7));
		jobs[kQueueM].push_back(load(handle(own[1]), session(SLUICE_ALG_AES_CBC_HMAC_SHA1, {}, {}, 0x0303, SLUICE_SLICE_SERVER, 16, 20), at + 7));
		go(jobs, "keys from secrets, in every lane");
		for (auto &j : jobs) j.clear();

		/* what is taken is gone, for every lane */
		for (unsigned i : {a, b}) {
			jobs[kQueueA].push_back(load(handle(i + 16), session(SLUICE_ALG_AES_GCM, {}, {}, 0x0304, SLUICE_SLICE_WHOLE, 16), at + 4));
			jobs[kQueueM].push_back(load(handle(i + 16), session(SLUICE_ALG_AES_CBC_HMAC_SHA1, {}, {}, 0x0303, SLUICE_SLICE_CLIENT, 16, 20), at + 7));
			jobs[kQueueA].back().status = jobs[kQueueM].back().status = SLUICE_ST_BAD_SECRET;
		}
		const unsigned sha = SLUICE_HASH_SHA256;
		Bytes none = ref_hash(sha, {}), early = ref_extract(sha, {}, Bytes(32));
		Bytes hs = ref_extract(sha, ref_expand_label(sha, early, "derived", none, 32), shared);
		const char *labels[2] = {"c hs traffic", "s hs traffic"};
		Bytes block = ref_prf(sha, master, "key expansion", randoms, 72), text[2];
		for (unsigned i = 0; i < 2; i++) {
			Bytes traffic = ref_expand_label(sha, hs, labels[i], hello, 32), key = ref_expand_label(sha, traffic, "key", {}, 16),
			      iv = ref_expand_label(sha, traffic, "iv", {}, 12), aad = {23, 3, 3, 0, 117};
			text[i] = tb.rng.bytes(100);
			Job j = job(SLUICE_OP_RECORD_SEAL, handle(i ? b : a), text[i], 200, 23);
			j.want = cat({aad, gcm(key, iv, aad, cat({text[i], {23}}))});
			jobs[kQueueA].push_back(j);
			jobs[kQueueM].push_back(job(SLUICE_OP_RECORD_SEAL, handle(own[i]), text[i], 400, 23));
			Bytes mac(block.begin() + 20 * i, block.begin() + 20 * (i + 1)), enc(block.begin() + 40 + 16 * i, block.begin() + 56 + 16 * i);
			jobs[kQueueM2].push_back(load(handle(peer[i]), session(SLUICE_ALG_AES_CBC_HMAC_SHA1, enc, mac, 0x0303)));
		}
		go(jobs, "records under keys from secrets");
		Bytes sealed[2];
		for (unsigned i = 0; i < 2; i++) {
			const Job &j = jobs[kQueueM][2 + i];
			uint32_t n = h.q[kQueueM].done[h.q[kQueueM].done.size() - 2 + i].cpl.length;
			sealed[i].assign(h.mem.at(j.dst), h.mem.at(j.dst) + n);
		}
		for (auto &j : jobs) j.clear();
		for (unsigned i = 0; i < 2; i++) {
			jobs[kQueueM].push_back(job(SLUICE_OP_RECORD_OPEN, handle(peer[i]), sealed[i], 400));
			jobs[kQueueM].back().want = text[i];
		}
		go(jobs, "opened in the other lane by a peer that has the keys");
		for (auto &j : jobs) j.clear();
		/* the slots go back to what the other cases use */
		for (unsigned i : {a, b}) jobs[kQueueA].push_back(load(handle(i), session(SLUICE_ALG_AES_GCM, key_[0][i])));
		for (unsigned i : {own[0], own[1], peer[0], peer[1]}) jobs[kQueueM].push_back(load(handle(i), session(SLUICE_ALG_HMAC_SHA256, {}, key_[1][i])));
		for (unsigned i : {a + 16, b + 16}) { /* a load that failed leaves the slot empty or as it was: load again */
			jobs[kQueueA].push_back(load(handle(i), session(SLUICE_ALG_AES_GCM, key_[0][i])));
			jobs[kQueueM].push_back(load(handle(i), session(SLUICE_ALG_HMAC_SHA256, {}, key_[1][i])));
		}
		go(jobs, "sessions again");
	}
	/* Four queues, sessions and lengths at random. */
	void mixed() {
		for (int round = 0; round < 6; round++) {
			tb.mark();
			timing(tb.rng.below(80), round & 1 ? 30 : 0);
			std::vector<Job> jobs[kQueues];
			for (unsigned q : {kQueueA, kQueueA2, kQueueM, kQueueM2}) {
				for (int i = 0; i < 40; i++) {
					uint32_t len = tb.rng.percent(20) ? tb.rng.below(5000) : tb.rng.below(200), s = tb.rng.below(kAll);
					if (kClass[q] == SLUICE_ENGINE_AEAD) {
						jobs[q].push_back(seal(s, len));
					} else if (tb.rng.percent(30)) { /* without a handle: the lane with the least work */
						Bytes text = tb.rng.bytes(len);
						jobs[q].push_back(job(SLUICE_OP_HASH, 0, text, 32, SLUICE_HASH_SHA256));
						jobs[q].back().want = ref_hash(SLUICE_HASH_SHA256, text);
					} else {
						jobs[q].push_back(hmac(s, len));
					}
					if (tb.rng.percent(10)) jobs[q].back().d.flags |= SLUICE_DESC_FENCE;
				}
			}
			go(jobs, "mixed work");
			h.release(top_);
		}
		timing(40, 0);
	}
	/* The same jobs in one lane and over both. */
	void speed() {
		struct Row {
			const char *what;
			unsigned q, n;
			uint32_t len;
			double least; /* 0: told, not demanded */
		} rows[] = {{"AES-GCM, 16 KiB", kQueueA, 24, 16384, SLUICE_BUS_BYTES > 16 ? 1.8 : 0}, {"AES-GCM, 64 B", kQueueA, 48, 64, 0}, {"AES-CBC encryption, 4 KiB", kQueueA, 12, 4096, 1.8}, {"HMAC-SHA-256, 4 KiB", kQueueM, 24, 4096, 1.8}};
		Bytes cbc = tb.rng.bytes(16);
		for (auto &r : rows) {
			bool chain = r.q == kQueueA && r.least > 0 && r.len == 4096;
			uint64_t took[2];
			for (unsigned lanes = 1; lanes <= kLanes; lanes++) {
				tb.mark();
				std::vector<Job> jobs[kQueues];
				if (chain) {
					for (unsigned i : {0u, 1u}) jobs[r.q].push_back(load(handle(i), session(SLUICE_ALG_AES_CBC, cbc)));
					go(jobs, "session for CBC");
					jobs[r.q].clear();
				}
				for (unsigned i = 0; i < r.n; i++) {
					unsigned s = lanes == 1 || !(i & 1) ? 0 : 1;
					if (!chain) s += 2 * (i / 2 % 8);
					if (chain) jobs[r.q].push_back(job(SLUICE_OP_CIPHER_ENC, handle(s), tb.rng.bytes(16 + r.len), r.len));
					else jobs[r.q].push_back(r.q == kQueueA ? seal(s, r.len) : hmac(s, r.len));
				}
				uint64_t from = tb.cycle;
				go(jobs, "speed");
				took[lanes - 1] = tb.cycle - from;
				h.release(top_);
			}
			double gain = static_cast<double>(took[0]) / static_cast<double>(took[1]);
			printf("%-26s %7.1f cycles each in one lane, %7.1f in two: %.2f times; %.2f bytes/cycle\n", r.what, static_cast<double>(took[0]) / r.n,
			       static_cast<double>(took[1]) / r.n, gain, static_cast<double>(r.n) * r.len / static_cast<double>(took[1]));
			CHECK(tb, gain > r.least, r.what);
		}
		std::vector<Job> jobs[kQueues];
		for (unsigned i : {0u, 1u}) jobs[kQueueA].push_back(load(handle(i), session(SLUICE_ALG_AES_GCM, key_[0][i])));
		go(jobs, "sessions again");
	}
	/* An injected fault acts in one lane, once; a lane that hangs is noticed, and reset brings both back. */
	void faults() {
		tb.mark();
		for (unsigned c = 0; c < 2; c++) {
			unsigned q = c ? kQueueM : kQueueA;
			size_t base = h.q[q].done.size();
			uint32_t parity = h.read(SLUICE_REG_ERR_PARITY);
			h.write(SLUICE_REG_FAULT_INJECT, c | SLUICE_FAULT_INJECT_FLIP_MASK);
			for (unsigned i = 0; i < 12; i++) h.submit(q, (c ? hmac(i, 100) : seal(i, 100)).d);
			h.doorbell(q);
			CHECK(tb, h.wait(q, base + 12), "all came");
			unsigned bad = 0;
			for (size_t i = base; i < h.q[q].done.size(); i++) bad += h.q[q].done[i].cpl.status != SLUICE_ST_OK;
			CHECK(tb, bad == 1, "one of them is damaged");
			CHECK(tb, h.read(SLUICE_REG_ERR_PARITY) == parity + 1, "and was counted");
			CHECK(tb, h.read(SLUICE_REG_FAULT_INJECT) == 0, "and the fault is used up");
		}
		h.write(SLUICE_REG_FAULT_INJECT, SLUICE_ENGINE_AEAD | SLUICE_FAULT_INJECT_HANG_MASK);
		size_t base = h.q[kQueueA].done.size(), other = h.q[kQueueM].done.size();
		for (unsigned i = 0; i < 12; i++) h.submit(kQueueA, seal(i, 100).d);
		h.doorbell(kQueueA);
		for (int i = 0; i < 5000; i++) tb.tick();
		h.poll(kQueueA);
		CHECK(tb, h.q[kQueueA].done.size() < base + 12, "a lane hangs");
		for (unsigned i = 0; i < 12; i++) h.submit(kQueueM, hmac(i, 100).d);
		h.doorbell(kQueueM);
		CHECK(tb, h.wait(kQueueM, other + 12), "the other class goes on");
		CHECK(tb, h.read(SLUICE_REG_STATUS) & SLUICE_STATUS_BUSY_MASK, "busy");
	}
	/* After a reset no lane has a session. */
	void erased() {
		tb.mark();
		h.write(SLUICE_REG_CTRL, SLUICE_CTRL_RESET_MASK);
		CHECK(tb, h.ready(), "ready after reset");
		begin();
		std::vector<Job> jobs[kQueues];
		for (unsigned i = 0; i < kAll; i++) {
			jobs[kQueueA].push_back(seal(i, 20));
			jobs[kQueueM].push_back(hmac(i, 20));
			jobs[kQueueA].back().status = jobs[kQueueM].back().status = SLUICE_ST_BAD_HANDLE;
		}
		go(jobs, "reset erased every lane's sessions");
		sessions();
	}
};

} // namespace

int main(int argc, char **argv) { return Bench(argc, argv).run(); }
