/*
 * What the mac lane's benches share: the model with its port driver, sessions, and the reference (libcrypto) for every operation. A
 * reference record is built and taken apart here from RFC 2246, 4346 and 5246 6.2.3.2, byte by byte.
 */
#ifndef SLUICE_SIM_TB_MAC_LANE_BENCH_H
#define SLUICE_SIM_TB_MAC_LANE_BENCH_H

#include <vector>

#include "Vtb_mac_lane.h"
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

/* One direction of a TLS connection, as either side keeps it. */
struct Keys {
	bool sha256 = false;
	uint16_t version = 0x0303;
	Bytes key, mac_key, iv;
	uint64_t seq = 0;

	size_t mac_len() const { return sha256 ? 32 : 20; }
	bool explicit_iv() const { return version > 0x0301; }
	Bytes context() const; /* struct session */
	/* A whole record. extra: padding bytes beyond the least, in blocks; body: when given, replaces data | MAC | padding. */
	Bytes seal(uint8_t type, const Bytes &data, unsigned extra = 0, const Bytes &iv = {}, const Bytes *body = nullptr);
	/* data | MAC | padding of such a record */
	Bytes body(uint8_t type, const Bytes &data, unsigned extra) const;
	/* Takes a record apart; false when header, padding or MAC is wrong. Counts it when it is good. */
	bool open(const Bytes &rec, uint8_t &type, Bytes &data);
};
Keys random_keys(TbRng &rng, bool sha256, uint16_t version, bool aes256);

struct Lane {
	Tb<Vtb_mac_lane> tb;
	EnginePort<Vtb_mac_lane> port;

	Lane(int argc, char **argv) : tb(argc, argv, "mac_lane"), port(tb) {}
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
	void load(uint32_t handle, const Keys &k) {
		CHECK(tb, run(SLUICE_OP_SESSION_LOAD, handle, k.context()).status == SLUICE_ST_OK, "session is loaded");
	}
};
static inline uint32_t slot(uint32_t index, uint32_t gen = 1) { return index | gen << 16; }

void test_hashes(Lane &l);
void test_prf(Lane &l);
void test_ciphers(Lane &l);
void test_records(Lane &l);
void test_bad_records(Lane &l);
void test_refusals(Lane &l);
void test_faults(Lane &l);
void test_constant_time(Lane &l);
void print_speed(Lane &l);

#endif
