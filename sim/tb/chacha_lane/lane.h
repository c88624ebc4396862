/* The bench's model of a chacha lane: sessions as the device should hold them, jobs with the answer each must get. */
#ifndef SLUICE_TB_CHACHA_LANE_H
#define SLUICE_TB_CHACHA_LANE_H

#include <algorithm>

#include CHACHA_MODEL_H
#include "common/gen/sluice_regs.h"
#include "sim/harness/engine_port.h"
#include "sim/tb/chacha_lane/ref_chacha.h"
#include "sim/tb/chacha_lane/secret_store.h"

using Bench = Tb<CHACHA_MODEL>;
using Port = EnginePort<CHACHA_MODEL>;
using Store = SecretStore<CHACHA_MODEL>;

struct Session {
	uint16_t index = 0, gen = 0, version = 0;
	uint8_t func = 0, slice = 0;
	Bytes key, iv;
	uint64_t seq = 0;
	uint32_t handle() const { return index | static_cast<uint32_t>(gen) << 16; }
	bool tls13() const { return version == 0x0304; }
	Bytes context() const {
		Bytes c(128);
		c[0] = SLUICE_ALG_CHACHA20_POLY1305;
		c[1] = 32;
		c[2] = static_cast<uint8_t>(version);
		c[3] = static_cast<uint8_t>(version >> 8);
		c[6] = slice;
		memcpy(&c[8], &seq, 8);
		if (!slice) {
			memcpy(&c[16], key.data(), 32);
			memcpy(&c[48], iv.data(), 12);
		}
		return c;
	}
	/* The record that the other side would send now. */
	Bytes record(uint8_t type, const Bytes &pt, uint32_t pad = 0) const {
		return tls13() ? ref_record13(key, iv, seq, pt + Bytes{type} + Bytes(pad)) : ref_record12(key, iv, seq, type, pt);
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
	Lane(Bench &tb, Port &port, Store &store) : tb(tb), port(port), store(store) {}
	Bench &tb;
	Port &port;
	Store &store;
	std::vector<Want> wants;
	uint64_t jobs = 0;

	size_t submit(const char *what, const EngineJob &j, uint8_t status, const Bytes &data = {}, uint64_t seq = 0, uint16_t info = 0, bool check_data = true) {
		size_t id = port.submit(j);
		wants.push_back({id, status, info, seq, data, check_data, what});
		jobs++;
		return id;
	}
	static EngineJob make(uint8_t op, uint32_t handle, const Bytes &src, uint32_t p0 = 0, uint32_t p1 = 0, uint8_t func = 0, uint32_t handle2 = 0) {
		EngineJob j = EngineJob::make(op, handle, src, p0, p1);
		EngineJob::put32(j.desc + 48, handle2);
		j.desc[56] = func;
		return j;
	}
	size_t job(const char *what, uint8_t op, const Session &s, const Bytes &src, uint32_t p0, uint32_t p1, uint8_t status, const Bytes &data = {},
	           uint64_t seq = 0, uint16_t info = 0, bool check_data = true) {
		return submit(what, make(op, s.handle(), src, p0, p1, s.func), status, data, seq, info, check_data);
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
		store.rest();
		port.forget();
		wants.clear();
		tb.reset();
		tb.mark();
		bool ok = tb.run_until([this] { return !tb.v->busy_o; }, 10000);
		CHECK(tb, ok, "reset ends");
	}
	void start() {
		reset();
		CHECK(tb, port.self_test(), "self test passes");
	}
	Session make_session(uint16_t version, uint16_t index, uint8_t func = 0) {
		Session s;
		s.index = index;
		s.gen = static_cast<uint16_t>(1 + tb.rng.below(65535));
		s.func = func;
		s.key = tb.rng.bytes(32);
		s.iv = tb.rng.bytes(12);
		s.version = version;
		s.seq = tb.rng.u64() >> (1 + tb.rng.below(63));
		return s;
	}
	void load(const Session &s) { job("SESSION_LOAD", SLUICE_OP_SESSION_LOAD, s, s.context(), 0, 0, SLUICE_ST_OK); }
	/* The same, with the keys in the secret store. */
	void load_secret(Session &s, uint8_t slice, uint32_t handle) {
		s.slice = slice;
		auto &secret = store.secrets[handle];
		secret = {};
		secret.func = s.func;
		Bytes k = tb.rng.bytes(32), v = tb.rng.bytes(12);
		Bytes more = tb.rng.percent(30) ? tb.rng.bytes(tb.rng.below(100)) : Bytes{}; /* a key block may go on */
		secret.data = slice == SLUICE_SLICE_WHOLE ? s.key + s.iv : slice == SLUICE_SLICE_CLIENT ? s.key + k + s.iv + v + more : k + s.key + v + s.iv + more;
		submit("SESSION_LOAD from a secret", make(SLUICE_OP_SESSION_LOAD, s.handle(), s.context(), 0, 0, s.func, handle), SLUICE_ST_OK);
	}
	void seal(Session &s, uint8_t type, const Bytes &pt, uint32_t pad = 0) {
		job("RECORD_SEAL", SLUICE_OP_RECORD_SEAL, s, pt, type, pad, SLUICE_ST_OK, s.record(type, pt, pad), s.seq);
		s.seq++;
	}
	void open(Session &s, uint8_t type, const Bytes &pt, uint32_t pad = 0) {
		job("RECORD_OPEN", SLUICE_OP_RECORD_OPEN, s, s.record(type, pt, pad), 0, 0, SLUICE_ST_OK, pt, s.seq, type);
		s.seq++;
	}
	/* TLS 1.3 gives nothing of such a record; before it, data was given already. */
	void open_bad(Session &s, const Bytes &record, const char *what = "RECORD_OPEN of a damaged record") {
		job(what, SLUICE_OP_RECORD_OPEN, s, record, 0, 0, SLUICE_ST_AUTH_FAILED, {}, s.seq, 0, s.tls13());
	}
	void aead(const Session &s, const Bytes &aad, const Bytes &pt) {
		Bytes iv = tb.rng.bytes(12);
		Bytes ct = ref_seal(s.key, iv, aad, pt);
		auto n = static_cast<uint32_t>(aad.size());
		job("AEAD_SEAL", SLUICE_OP_AEAD_SEAL, s, iv + aad + pt, n, 0, SLUICE_ST_OK, ct);
		job("AEAD_OPEN", SLUICE_OP_AEAD_OPEN, s, iv + aad + ct, n, 16, SLUICE_ST_OK, pt);
		Bytes bad = aad + ct;
		size_t bit = tb.rng.below(static_cast<uint32_t>(bad.size() * 8));
		bad[bit / 8] ^= static_cast<uint8_t>(1u << (bit % 8));
		job("AEAD_OPEN, one bit wrong", SLUICE_OP_AEAD_OPEN, s, iv + bad, n, 16, SLUICE_ST_AUTH_FAILED, {}, 0, 0, false);
	}
	/* Mostly short, sometimes up to max bytes. */
	Bytes some(uint32_t max) {
		uint32_t r = tb.rng.below(100);
		return tb.rng.bytes(r < 60 ? tb.rng.below(std::min(max + 1, 100u)) : r < 90 ? tb.rng.below(std::min(max + 1, 1500u)) : tb.rng.below(max + 1));
	}
};

/* faults.cpp */
void faults(Lane &l);
void resets(Lane &l);
void constant_time(Lane &l);
void idle_edges(Lane &l);
/* speed.cpp: bytes per cycle, printed; fails below the targets */
void speed(Lane &l);

#endif
