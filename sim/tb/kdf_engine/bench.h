/* What the cases of the kdf_engine bench share: the model with both its ports, the reference beside it, looks into the slots. */
#ifndef SLUICE_SIM_KDF_BENCH_H
#define SLUICE_SIM_KDF_BENCH_H

#include "Vkdf_engine.h"
#include "Vkdf_engine___024root.h"
#include "sim/harness/engine_port.h"
#include "sim/tb/kdf_engine/ref.h"
#include "sim/tb/kdf_engine/store_port.h"

static constexpr unsigned kSlots = 32; /* parameter NumSecrets of the bench's model */

static inline uint32_t handle(unsigned index, unsigned gen) { return index | gen << 16; }

class Bench {
  public:
	using Top = Vkdf_engine;
	Tb<Top> tb;
	EnginePort<Top> port;
	StorePort<Top> store;
	Bytes kek;
	Card card;

	Bench(int argc, char **argv) : tb(argc, argv, "kdf_engine"), port(tb), store(tb), kek(tb.rng.bytes(32)), card(kSlots, kek) {}

	/* Reset, erasure, wrapping key, self test. */
	void power_up(bool print = false);
	static EngineJob job(const KdfJob &j) {
		EngineJob e = EngineJob::make(j.op, j.handle, j.src, j.param0, j.param1);
		EngineJob::put32(e.desc + 48, j.handle2);
		EngineJob::put32(e.desc + 52, j.handle3);
		e.desc[56] = j.func;
		return e;
	}
	/* Runs it in the model and in the reference; status, result and the slots they name must agree. */
	EngineResult both(const KdfJob &j, const char *what);
	std::pair<bool, Bytes> both(const PortJob &j, const char *what);
	/* A secret in a slot, by way of an engine's port. */
	void put(uint32_t h, unsigned kind, const Bytes &value, uint8_t func = 0);
	/* MASTER and PSK, by way of the wrap. */
	void unwrap(uint32_t h, unsigned kind, const Bytes &value, uint8_t func = 0);
	/* Slots of the model as the reference has them. */
	void compare_slots(const char *what);
	bool slot_is(unsigned index, const char *what);
	/* no secret anywhere but in slots, once the engine is idle */
	bool clean();
	void settle() { tb.run_until([this] { return !tb.v->busy_o; }, 40'000); }

	void random(uint64_t ops, bool print); /* random.cpp */
	void chains();                         /* chains.cpp */
	void refusals();                       /* refusals.cpp */
	void ports();
	void faults();                         /* faults.cpp */
	void resets();
	void timing(bool print);
};

static inline KdfJob kdf(unsigned what, unsigned hash, uint32_t in, uint32_t out, const Bytes &src = {}, unsigned block = 0, uint32_t in2 = 0) {
	KdfJob j;
	j.param0 = what;
	j.param1 = hash | block << 16;
	j.handle = in;
	j.handle2 = out;
	j.handle3 = in2;
	j.src = src;
	return j;
}

#endif
