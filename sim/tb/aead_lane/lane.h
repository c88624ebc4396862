/* The bench's model of an aead lane: sessions as the device should hold them, jobs with the answer each must get. */
#ifndef SLUICE_TB_LANE_H
#define SLUICE_TB_LANE_H

#include "Vtb_aead_lane.h"
#include "common/gen/sluice_regs.h"
#include "sim/harness/engine_port.h"
#include "sim/tb/aead_lane/ref_aead.h"
#include "sim/tb/aead_lane/secrets.h"

using Bench = Tb<Vtb_aead_lane>;
using Port = EnginePort<Vtb_aead_lane>;

struct Session {
	uint8_t alg = 0;
	uint16_t index = 0, gen = 0, version = 0;
	Bytes key, salt; /* TLS 1.3: salt is the 12-byte IV */
	uint8_t func = 0;
	uint64_t seq = 0;
	bool tls13() const { return version == 0x0304; }
	uint32_t handle() const { return index | static_cast<uint32_t>(gen) << 16; }
	Bytes context() const {
		Bytes c(128);
		c[0] = alg;
		c[1] = static_cast<uint8_t>(key.size());
		c[2] = static_cast<uint8_t>(version);
		c[3] = static_cast<uint8_t>(version >> 8);
		memcpy(&c[8], &seq, 8);
		memcpy(&c[16], key.data(), key.size());
		memcpy(&c[48], salt.data(), salt.size());
		return c;
	}
	/* The context when the keys come from a secret slot. */
	Bytes context_of(uint8_t slice) const {
		Bytes c = context();
		std::fill(c.begin() + 16, c.end(), 0);
		c[6] = slice;
		return c;
	}
	/* The secret that holds this session's keys at that slice; other keys in it are random. */
	Bytes key_block(uint8_t slice, TbRng &rng) const {
		if (slice == SLUICE_SLICE_WHOLE) return key + salt;
		Bytes k = rng.bytes(key.size()), s = rng.bytes(4);
		return slice == SLUICE_SLICE_CLIENT ? key + k + salt + s : k + key + s + salt;
	}
	Bytes record(uint64_t nonce, uint8_t type, const Bytes &pt, size_t pad = 0) const {
		return tls13() ? ref_record13(key, salt, seq, type, pt, pad) : ref_record(key, salt, seq, nonce, type, version, pt);
	}
};

/* A job in flight and what it must come back with. */
struct Want {
	size_t id;
	uint8_t status;
	uint16_t info;
	uint64_t seq;
	Bytes data;
	bool check_data;
	const char *what;
};

class Lane {
  public:
	Lane(Bench &tb, Port &port, Secrets &secrets) : tb(tb), port(port), secrets(secrets) {}
	Bench &tb;
	Port &port;
	Secrets &secrets;
	std::vector<Want> wants;
	uint8_t func = 0;      /* function that the next jobs come from */
	uint32_t handle2 = 0;  /* of the next jobs */

	size_t job(const char *what, uint8_t op, uint32_t handle, const Bytes &src, uint32_t p0, uint32_t p1, uint8_t status,
	           const Bytes &data = {}, uint64_t seq = 0, uint16_t info = 0, bool check_data = true) {
		EngineJob j = EngineJob::make(op, handle, src, p0, p1);
		j.desc[offsetof(struct sluice_desc, rsvd2)] = func;
		EngineJob::put32(j.desc + offsetof(struct sluice_desc, handle2), handle2);
		size_t id = port.submit(j);
		wants.push_back({id, status, info, seq, data, check_data, what});
		return id;
	}
	/* Runs everything queued and checks every answer. */
	void settle() {
		if (!port.drain()) return;
		for (const Want &w : wants) {
			const EngineResult &r = port.result(w.id);
			bool ok = r.status == w.status && r.info == w.info && r.seq == w.seq && (!w.check_data || r.data == w.data);
			if (!ok && tb.failed < 20) {
				fprintf(stderr, "%s: status %u (want %u) info %u (want %u) seq %llx (want %llx), %zu bytes (want %zu)%s\n", w.what, r.status,
				        w.status, r.info, w.info, static_cast<unsigned long long>(r.seq), static_cast<unsigned long long>(w.seq),
				        r.data.size(), w.data.size(), r.data == w.data ? "" : ", data differs");
			}
			CHECK(tb, ok, w.what);
		}
		wants.clear();
	}
	/* Forgets results of jobs that are settled. */
	void forget() {
		settle();
		port.forget();
	}
	void reset() {
		port.rest();
		secrets.rest();
		port.forget();
		wants.clear();
		tb.reset();
		tb.mark();
		bool ok = tb.run_until([this] { return !tb.v->busy_o; }, 10000);
		CHECK(tb, ok, "reset ends");
	}
	Session make(uint8_t alg, uint16_t index) {
		Session s;
		s.alg = alg;
		s.index = index;
		s.gen = static_cast<uint16_t>(1 + tb.rng.below(65535));
		s.key = tb.rng.bytes(tb.rng.percent(50) ? 16 : 32);
		s.salt = tb.rng.bytes(4);
		s.func = func;
		s.version = alg == SLUICE_ALG_AES_GCM ? 0x0303 : 0;
		s.seq = tb.rng.u64() >> (1 + tb.rng.below(63));
		return s;
	}
	Session make13(uint16_t index) {
		Session s = make(SLUICE_ALG_AES_GCM, index);
		s.version = 0x0304;
		s.salt = tb.rng.bytes(12);
		return s;
	}
	void load(const Session &s) { job("SESSION_LOAD", SLUICE_OP_SESSION_LOAD, s.handle(), s.context(), 0, 0, SLUICE_ST_OK); }
	void seal(Session &s, uint8_t type, const Bytes &pt, uint32_t pad = 0) {
		job("RECORD_SEAL", SLUICE_OP_RECORD_SEAL, s.handle(), pt, type, pad, SLUICE_ST_OK, s.record(s.seq, type, pt, pad), s.seq);
		s.seq++;
	}
	void open(Session &s, uint8_t type, const Bytes &pt, size_t pad = 0) {
		job("RECORD_OPEN", SLUICE_OP_RECORD_OPEN, s.handle(), s.record(tb.rng.u64(), type, pt, pad), 0, 0, SLUICE_ST_OK, pt,
		    s.seq, type);
		s.seq++;
	}
	void open_bad(Session &s, const Bytes &record, const char *what = "RECORD_OPEN of a damaged record") {
		job(what, SLUICE_OP_RECORD_OPEN, s.handle(), record, 0, 0, SLUICE_ST_AUTH_FAILED, {}, s.seq, 0, s.tls13()); /* of TLS 1.3 nothing leaves */
	}
	void aead(Session &s, const Bytes &aad, const Bytes &pt, unsigned tag_len) {
		Bytes iv = tb.rng.bytes(12);
		Bytes ct = ref_gcm_seal(s.key, iv, aad, pt);
		auto n = static_cast<uint32_t>(aad.size());
		job("AEAD_SEAL", SLUICE_OP_AEAD_SEAL, s.handle(), iv + aad + pt, n, 0, SLUICE_ST_OK, ct);
		Bytes cut(ct.begin(), ct.end() - (16 - tag_len));
		job("AEAD_OPEN", SLUICE_OP_AEAD_OPEN, s.handle(), iv + aad + cut, n, tag_len, SLUICE_ST_OK, pt);
		Bytes bad = cut;
		size_t bit = tb.rng.below(static_cast<uint32_t>(bad.size() * 8));
		bad[bit / 8] ^= static_cast<uint8_t>(1u << (bit % 8));
		job("AEAD_OPEN, one bit wrong", SLUICE_OP_AEAD_OPEN, s.handle(), iv + aad + bad, n, tag_len, SLUICE_ST_AUTH_FAILED, {}, 0, 0, false);
	}
	void cipher(Session &s, const Bytes &in) {
		bool cbc = s.alg == SLUICE_ALG_AES_CBC;
		Bytes iv = tb.rng.bytes(16);
		if (!cbc && tb.rng.percent(30)) std::fill(iv.begin() + tb.rng.below(16), iv.end(), 0xff); /* carry through the counter */
		bool encrypt = tb.rng.percent(50);
		job(encrypt ? "CIPHER_ENC" : "CIPHER_DEC", encrypt ? SLUICE_OP_CIPHER_ENC : SLUICE_OP_CIPHER_DEC, s.handle(), iv + in, 0, 0, SLUICE_ST_OK,
		    ref_cipher(s.key, cbc, encrypt, iv, in));
	}
	/* Mostly short, sometimes up to max bytes. */
	Bytes some(uint32_t max) {
		uint32_t r = tb.rng.below(100);
		return tb.rng.bytes(r < 60 ? tb.rng.below(std::min(max + 1, 100u)) : r < 90 ? tb.rng.below(std::min(max + 1, 1500u)) : tb.rng.below(max + 1));
	}
};

#endif
