/*
 * What the mac lane's benches share: the model with its port driver, sessions, and the reference (libcrypto) for every operation. A
 * reference record is built and taken apart here from RFC 2246, 4346 and 5246 6.2.3.2, byte by byte.
 */
#ifndef SLUICE_SIM_TB_MAC_LANE_BENCH_H
#define SLUICE_SIM_TB_MAC_LANE_BENCH_H

#include <map>
#include <vector>

#ifndef MAC_SLOTS
#define MAC_SLOTS 1
#endif
#if MAC_SLOTS == 1
#include "Vtb_mac_lane.h"
using Model = Vtb_mac_lane;
#elif MAC_SLOTS == 4
#include "Vtb_mac_slots4.h"
using Model = Vtb_mac_slots4;
#else
#include "Vtb_mac_slots8.h"
using Model = Vtb_mac_slots8;
#endif
#include "common/gen/sluice_regs.h"
#include "sim/harness/engine_port.h"

using Bytes = std::vector<uint8_t>;

/* alg: 0 SHA-1, 1 SHA-256, 2 SHA-384, 3 SHA-512 (enum hash less one) */
size_t digest_bytes(int alg);
Bytes ref_hash(int alg, const Bytes &m);
Bytes ref_hmac(int alg, const Bytes &key, const Bytes &m);
Bytes ref_cbc(const Bytes &key, const Bytes &iv, const Bytes &data, bool encrypt);
Bytes ref_prf(int alg, const Bytes &secret, const Bytes &label_and_seed, size_t n);
Bytes ref_hkdf(int alg, bool expand, const Bytes &key, const Bytes &info, size_t n);

/* What a record session may be: hash (as alg above), version, encrypt then MAC. */
struct Suite {
	int alg;
	uint16_t version;
	bool etm;
	std::string name() const;
};
/* SSL 3.0 with SHA-1; TLS 1.0 to 1.2 with SHA-1, SHA-256 and SHA-384, both orders */
const std::vector<Suite> &suites();

/* One direction of a TLS connection, as either side keeps it. */
struct Keys {
	Suite suite;
	Bytes key, mac_key, iv;
	uint64_t seq = 0;

	bool ssl3() const { return suite.version == 0x0300; }
	size_t mac_len() const { return digest_bytes(suite.alg); }
	bool explicit_iv() const { return suite.version > 0x0301; }
	/* bytes of a record beside ciphertext */
	size_t around() const { return 5 + (explicit_iv() ? 16 : 0) + (suite.etm ? mac_len() : 0); }
	Bytes context() const; /* struct session */
	/* the same without keys, for a secret's slice; and a key block (RFC 5246 6.3) whose two sides are these */
	Bytes context_of(uint8_t slice) const;
	Bytes mac_of(uint8_t type, const Bytes &data) const;
	/* A whole record. extra: padding bytes beyond the least, in blocks; body: when given, replaces what is enciphered. */
	Bytes seal(uint8_t type, const Bytes &data, unsigned extra = 0, const Bytes &iv = {}, const Bytes *body = nullptr);
	/* what is enciphered: data | [MAC] | padding */
	Bytes body(uint8_t type, const Bytes &data, unsigned extra) const;
	/* Takes a record apart; false when header, padding or MAC is wrong. Counts it when it is good. */
	bool open(const Bytes &rec, uint8_t &type, Bytes &data);
};
Keys random_keys(TbRng &rng, const Suite &suite, bool aes256);
Bytes key_block(const Keys &client, const Keys &server);

/* The secret store, as much of it as the engine sees: key blocks by handle, each slice given once (rtl/README.md, "The secret port"). */
struct SecretStore {
	struct Slot {
		Bytes bytes;
		uint8_t func = 0, spent = 0;
	};
	std::map<uint32_t, Slot> slots;
	unsigned asked = 0;     /* requests */
	unsigned pause = 0;     /* percent of cycles in which the store does nothing */
	bool well_formed = true; /* every request was a one-beat read of a key block, held until taken */

	explicit SecretStore(Tb<Model> &tb) : tb_(tb) {
		tb_.before_edge.push_back([this] { step(); });
	}
	void rest();

  private:
	Tb<Model> &tb_;
	Bytes answer_;
	bool busy_ = false, ok_ = false, offered_ = false;
	size_t at_ = 0;
	void step();
};

struct Lane {
	Tb<Model> tb;
	SecretStore secrets;
	EnginePort<Model> port;
	unsigned rounds = 20; /* of random jobs */
	std::string vectors; /* file of cavp.py */

	Lane(int argc, char **argv) : tb(argc, argv, "mac_lane"), secrets(tb), port(tb) {}
	/* Reset, erase, self test; leaves the port at rest. */
	void power_on();
	void pace(unsigned gap, unsigned stall) {
		port.gap_percent = gap;
		port.stall_percent = stall;
	}
	EngineResult run(uint8_t op, uint32_t handle, const Bytes &src, uint32_t p0 = 0, uint32_t p1 = 0) {
		EngineResult r = port.run(EngineJob::make(op, handle, src, p0, p1));
		port.forget();
		return r;
	}
	/* a job of a function, with a secret */
	EngineResult run_as(uint8_t func, uint8_t op, uint32_t handle, const Bytes &src, uint32_t p0 = 0, uint32_t handle2 = 0) {
		EngineJob j = EngineJob::make(op, handle, src, p0);
		EngineJob::put32(j.desc + 48, handle2);
		j.desc[56] = func;
		EngineResult r = port.run(j);
		port.forget();
		return r;
	}
	void load(uint32_t handle, const Keys &k) {
		CHECK(tb, run(SLUICE_OP_SESSION_LOAD, handle, k.context()).status == SLUICE_ST_OK, "session is loaded");
	}
};
static inline uint32_t slot(uint32_t index, uint32_t gen = 1) { return index | gen << 16; }

void test_hashes(Lane &l);
void test_prf(Lane &l);
void test_cavp(Lane &l);
void test_ciphers(Lane &l);
void test_records(Lane &l);
void test_bad_records(Lane &l);
void test_secrets(Lane &l);
void test_refusals(Lane &l);
void test_faults(Lane &l);
void test_constant_time(Lane &l);
void print_speed(Lane &l);
void test_cluster(Lane &l);
void print_cluster_speed(Lane &l);

#endif
