/*
 * Random work: derivations on whatever the slots hold, wraps, frees and requests of other engines, most of them good, with gaps and back-pressure.
 * Every status, result and slot is compared with the reference.
 */
#include "sim/tb/kdf_engine/bench.h"

namespace {
/* what may be derived from a kind */
const std::map<unsigned, std::vector<unsigned>> next = {
	{ SLUICE_SECRET_PREMASTER, { SLUICE_KDF_T12_MASTER, SLUICE_KDF_T12_EXTENDED_MASTER } },
	{ SLUICE_SECRET_MASTER, { SLUICE_KDF_T12_KEY_BLOCK, SLUICE_KDF_T12_KEY_BLOCK, SLUICE_KDF_T12_CLIENT_FINISHED, SLUICE_KDF_T12_SERVER_FINISHED } },
	{ SLUICE_SECRET_EARLY, { SLUICE_KDF_T13_HANDSHAKE, SLUICE_KDF_T13_HANDSHAKE, SLUICE_KDF_T13_BINDER, SLUICE_KDF_T13_CLIENT_EARLY } },
	{ SLUICE_SECRET_HANDSHAKE, { SLUICE_KDF_T13_MAIN, SLUICE_KDF_T13_CLIENT_HANDSHAKE, SLUICE_KDF_T13_SERVER_HANDSHAKE } },
	{ SLUICE_SECRET_MAIN, { SLUICE_KDF_T13_CLIENT_APPLICATION, SLUICE_KDF_T13_SERVER_APPLICATION, SLUICE_KDF_T13_RESUMPTION } },
	{ SLUICE_SECRET_TRAFFIC, { SLUICE_KDF_T13_UPDATE, SLUICE_KDF_T13_KEYS, SLUICE_KDF_T13_FINISHED } },
	{ SLUICE_SECRET_BINDER, { SLUICE_KDF_T13_FINISHED } },
	{ SLUICE_SECRET_RESUMPTION, { SLUICE_KDF_T13_PSK } },
	{ SLUICE_SECRET_PSK, { SLUICE_KDF_T13_EARLY } },
};
} // namespace

void Bench::random(uint64_t ops, bool print) {
	uint64_t good = 0, derived = 0;
	std::vector<unsigned> seen(0x20);
	double cpu = tb_cpu_seconds();
	uint64_t from = tb.cycle;
	Bytes blob;
	uint8_t blob_func = 0;
	port.gap_percent = store.gap_percent = 10;
	port.stall_percent = store.stall_percent = 10;
	for (uint64_t i = 0; i < ops; i++) {
		auto pick = [this]() -> std::map<unsigned, Secret>::iterator {
			auto it = card.slots.lower_bound(tb.rng.below(kSlots));
			return it == card.slots.end() ? card.slots.begin() : it;
		};
		auto fresh = [this](uint8_t func) {
			/* now and then somebody else's slot */
			unsigned index = tb.rng.below(kSlots);
			for (unsigned k = 0; k < kSlots && tb.rng.percent(95); k++, index = (index + 1) % kSlots)
				if (!card.slots.count(index) || card.slots[index].func == func) break;
			return handle(index, 1 + tb.rng.below(0xffff));
		};
		unsigned dice = tb.rng.below(100);
		uint8_t func = static_cast<uint8_t>(tb.rng.below(3));
		auto it = card.slots.empty() ? card.slots.end() : pick();
		if (dice < 8 || it == card.slots.end()) {
			unsigned kind = tb.rng.percent(70) ? SLUICE_SECRET_PREMASTER : SLUICE_SECRET_EC_PRIVATE;
			both(PortJob{ tb.rng.percent(50) ? SLUICE_ENGINE_ECC : SLUICE_ENGINE_PKA, true, fresh(func), func, kind, 0, tb.rng.bytes(1 + tb.rng.below(64)) }, "random write");
			continue;
		}
		const Secret s = it->second;
		uint32_t h = handle(it->first, s.gen);
		if (tb.rng.percent(92)) func = s.func;
		if (tb.rng.percent(3)) h ^= 1u << tb.rng.below(32);
		if (dice < 14) {
			unsigned port_id = s.kind == SLUICE_SECRET_EC_PRIVATE ? 2 + tb.rng.below(2) : tb.rng.below(5);
			both(PortJob{ port_id, false, h, func, s.kind, s.kind == SLUICE_SECRET_KEY_BLOCK ? tb.rng.below(4) : 0, {} }, "random read");
			continue;
		}
		KdfJob j;
		j.func = func;
		if (dice < 20) {
			j.op = SLUICE_OP_SECRET_FREE;
			j.handle = h;
			both(j, "random free");
		} else if (dice < 26 && (s.kind == SLUICE_SECRET_MASTER || s.kind == SLUICE_SECRET_PSK || tb.rng.percent(5))) {
			j.op = SLUICE_OP_SECRET_WRAP;
			j.handle = h;
			EngineResult r = both(j, "random wrap");
			if (r.status == SLUICE_ST_OK) blob = r.data, blob_func = func;
		} else if (dice < 32 && !blob.empty()) {
			j.op = SLUICE_OP_SECRET_UNWRAP;
			j.src = blob;
			if (tb.rng.percent(90)) j.func = blob_func;
			if (tb.rng.percent(10)) j.src[tb.rng.below(static_cast<uint32_t>(blob.size()))] ^= static_cast<uint8_t>(1u << tb.rng.below(8));
			j.handle2 = fresh(j.func);
			both(j, "random unwrap");
		} else {
			unsigned hash = (s.value.size() == 48 || (s.kind == SLUICE_SECRET_PREMASTER && tb.rng.percent(50))) != tb.rng.percent(2) ? SLUICE_HASH_SHA384 : SLUICE_HASH_SHA256;
			if (s.kind == SLUICE_SECRET_MASTER && tb.rng.percent(50)) hash = SLUICE_HASH_SHA256;
			unsigned n = hash == SLUICE_HASH_SHA384 ? 48 : 32;
			unsigned what = 1 + tb.rng.below(0x1d);
			auto list = next.find(s.kind);
			if (list != next.end() && tb.rng.percent(96)) what = list->second[tb.rng.below(static_cast<uint32_t>(list->second.size()))];
			if (list == next.end() && tb.rng.percent(90)) what = SLUICE_KDF_T13_EARLY, h = 0;
			j.param0 = what;
			j.handle = h;
			bool open = what == SLUICE_KDF_T12_CLIENT_FINISHED || what == SLUICE_KDF_T12_SERVER_FINISHED || what == SLUICE_KDF_T13_FINISHED;
			if (!open) j.handle2 = fresh(func);
			size_t len = 0;
			if (what == SLUICE_KDF_T12_MASTER || what == SLUICE_KDF_T12_KEY_BLOCK) len = 64;
			else if (what == SLUICE_KDF_T13_HANDSHAKE) len = tb.rng.percent(50) ? tb.rng.below(65) : 0;
			else if (what == SLUICE_KDF_T13_PSK) len = tb.rng.below(256);
			else if (what != SLUICE_KDF_T13_EARLY && what != SLUICE_KDF_T13_MAIN && what != SLUICE_KDF_T13_BINDER && what != SLUICE_KDF_T13_UPDATE && what != SLUICE_KDF_T13_KEYS) len = n;
			if (tb.rng.percent(2)) len = tb.rng.below(300);
			j.src = tb.rng.bytes(len);
			unsigned block = what == SLUICE_KDF_T12_KEY_BLOCK ? 1 + tb.rng.below(192) : what == SLUICE_KDF_T13_KEYS ? 16 + 16 * tb.rng.below(2) : 0;
			j.param1 = hash | block << 16;
			if (what == SLUICE_KDF_T13_HANDSHAKE && tb.rng.percent(70))
				for (const auto &o : card.slots)
					if (o.second.kind == SLUICE_SECRET_PREMASTER && o.second.func == func) j.handle3 = handle(o.first, o.second.gen);
			EngineResult r = both(j, "random derivation");
			derived++;
			if (r.status == SLUICE_ST_OK) good++, seen[what]++;
		}
	}
	port.gap_percent = port.stall_percent = store.gap_percent = store.stall_percent = 0;
	compare_slots("slots after random work");
	CHECK(tb, clean(), "random work leaves nothing behind");
	cpu = tb_cpu_seconds() - cpu;
	if (ops >= 1000)
		for (unsigned k = 1; k < 0x1e; k++)
			if (k < 6 || k >= 0x10) CHECK(tb, seen[k] > 0, "random work reaches every derivation");
	if (print) printf("%llu random operations, %llu derivations, %llu of them good; %.2f M cycles/s with checks\n", static_cast<unsigned long long>(ops),
		       static_cast<unsigned long long>(derived), static_cast<unsigned long long>(good), 1e-6 * static_cast<double>(tb.cycle - from) / cpu);
}
