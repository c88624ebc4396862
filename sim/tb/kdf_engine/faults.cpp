/* Injected faults, resets in the middle of everything, and times that depend on lengths and derivation alone. */
#include "sim/tb/kdf_engine/bench.h"

void Bench::faults() {
	const unsigned h256 = SLUICE_HASH_SHA256;
	unwrap(handle(1, 50), SLUICE_SECRET_MASTER, tb.rng.bytes(48));
	Bytes hash = tb.rng.bytes(32);
	KdfJob fin = kdf(SLUICE_KDF_T12_CLIENT_FINISHED, h256, handle(1, 50), 0, hash), wrap;
	wrap.op = SLUICE_OP_SECRET_WRAP;
	wrap.handle = handle(1, 50);
	for (const KdfJob &j : { fin, wrap }) {
		Bytes want = card.run(j).data;
		port.expect_flip = true;
		tb.v->flt_flip_i = 1;
		tb.tick();
		tb.v->flt_flip_i = 0;
		EngineResult r = port.run(job(j));
		CHECK(tb, r.status == SLUICE_ST_OK && !r.parity_ok && r.data.size() == want.size() && r.data != want, "a flipped bit shows in the parity");
		port.expect_flip = false;
		CHECK(tb, both(j, "after a flip").parity_ok, "the next result is right");
	}
	/* a test of an engine that is damaged */
	settle();
	tb.v->flt_flip_i = 1;
	CHECK(tb, !port.self_test(), "the self test of a damaged engine fails");
	tb.v->flt_flip_i = 0;
	CHECK(tb, port.run(job(fin)).status == SLUICE_ST_SELFTEST_FAILED, "an engine that failed its self test refuses work");
	CHECK(tb, !store.run({ SLUICE_ENGINE_ECC, true, handle(2, 1), 0, SLUICE_SECRET_PREMASTER, 0, Bytes(32) }).ok, "and its store");
	settle();
	CHECK(tb, port.self_test(), "the next self test passes");
	both(fin, "the self test leaves the slots alone");
	compare_slots("the self test leaves the slots alone");

	/* an engine that takes no answer does not keep the kdf unit from its work */
	put(handle(3, 50), SLUICE_SECRET_EC_PRIVATE, tb.rng.bytes(48));
	PortJob read{ SLUICE_ENGINE_ECC, false, handle(3, 50), 0, SLUICE_SECRET_EC_PRIVATE, 0, {} };
	auto want = card.port(read);
	store.stuck = 1u << SLUICE_ENGINE_ECC;
	size_t id = store.submit(read);
	for (int i = 0; i < 200; i++) tb.tick();
	EngineResult r = port.run(job(fin));
	CHECK(tb, r.status == SLUICE_ST_OK && !store.result(id).done, "the unit works while an answer is not taken");
	KdfJob free_it;
	free_it.op = SLUICE_OP_SECRET_FREE;
	free_it.handle = handle(3, 50);
	CHECK(tb, port.run(job(free_it)).status == card.run(free_it).status, "even on the same slot");
	store.stuck = 0;
	tb.run_until([this] { return store.idle(); }, 1000);
	CHECK(tb, store.result(id).ok && store.result(id).data == want.second, "an answer is whole although the slot has gone");
	compare_slots("slots after that");

	/* hang: nothing more until reset */
	size_t lost = port.submit(job(fin));
	for (unsigned t = 0; t < 30; t++) tb.tick();
	tb.v->flt_hang_i = 1;
	tb.tick();
	tb.v->flt_hang_i = 0;
	for (unsigned t = 0; t < 5000; t++) {
		tb.tick();
		if (!tb.v->busy_o || tb.v->out_valid_o || tb.v->rsp_valid_o || tb.v->cmd_ready_o || tb.v->in_ready_o) break;
	}
	CHECK(tb, tb.v->busy_o && !tb.v->out_valid_o && !tb.v->rsp_valid_o && !tb.v->cmd_ready_o && !port.result(lost).done, "a hung engine is silent and busy");
	power_up();
}

void Bench::resets() {
	const unsigned h256 = SLUICE_HASH_SHA256;
	for (unsigned i = 0; i < 40; i++) {
		for (unsigned s = 0; s < 6; s++) unwrap(handle(s, 1), SLUICE_SECRET_MASTER, tb.rng.bytes(48));
		for (unsigned s = 0; s < 6; s++) {
			KdfJob j = kdf(SLUICE_KDF_T12_KEY_BLOCK, h256, handle(s, 1), handle(s + 6, 1), tb.rng.bytes(64), 192);
			if (s % 3 == 1) j.op = SLUICE_OP_SECRET_WRAP, j.param0 = j.param1 = 0, j.src.clear();
			port.submit(job(j));
			store.submit({ SLUICE_ENGINE_ECC, true, handle(20 + s, 1), 0, SLUICE_SECRET_PREMASTER, 0, tb.rng.bytes(48) });
		}
		unsigned after = tb.rng.below(6000);
		for (unsigned t = 0; t < after; t++) tb.tick();
		tb.v->rst_ni = 0;
		port.rest();
		store.rest();
		tb.tick();
		static_assert(kSlots + 4 <= 64);

		CHECK(tb, !tb.v->rootp->kdf_engine__DOT__u_store__DOT__valid_q, "one cycle of reset leaves no slot valid");
		power_up();
	}
}

/* the same cycles whatever the secrets are; prints what each derivation takes */
void Bench::timing(bool print) {
	struct Row {
		const char *name;
		unsigned what, kind;
		int source;
		unsigned block;
	};
	static const Row rows[] = {
		{ "T12_MASTER", SLUICE_KDF_T12_MASTER, SLUICE_SECRET_PREMASTER, 64, 0 },
		{ "T12_EXTENDED_MASTER", SLUICE_KDF_T12_EXTENDED_MASTER, SLUICE_SECRET_PREMASTER, -1, 0 },
		{ "T12_KEY_BLOCK of 40", SLUICE_KDF_T12_KEY_BLOCK, SLUICE_SECRET_MASTER, 64, 40 },
		{ "T12_KEY_BLOCK of 192", SLUICE_KDF_T12_KEY_BLOCK, SLUICE_SECRET_MASTER, 64, 192 },
		{ "T12_CLIENT_FINISHED", SLUICE_KDF_T12_CLIENT_FINISHED, SLUICE_SECRET_MASTER, -1, 0 },
		{ "T13_EARLY", SLUICE_KDF_T13_EARLY, 0, 0, 0 },
		{ "T13_HANDSHAKE", SLUICE_KDF_T13_HANDSHAKE, SLUICE_SECRET_EARLY, 0, 0 },
		{ "T13_MAIN", SLUICE_KDF_T13_MAIN, SLUICE_SECRET_HANDSHAKE, 0, 0 },
		{ "T13_SERVER_HANDSHAKE", SLUICE_KDF_T13_SERVER_HANDSHAKE, SLUICE_SECRET_HANDSHAKE, -1, 0 },
		{ "T13_UPDATE", SLUICE_KDF_T13_UPDATE, SLUICE_SECRET_TRAFFIC, 0, 0 },
		{ "T13_KEYS", SLUICE_KDF_T13_KEYS, SLUICE_SECRET_TRAFFIC, 0, 32 },
		{ "T13_FINISHED", SLUICE_KDF_T13_FINISHED, SLUICE_SECRET_TRAFFIC, -1, 0 },
	};
	unsigned g = 1;
	for (const Row &row : rows) {
		uint32_t cycles[2] = {};
		for (unsigned wide = 0; wide < 2; wide++) {
			unsigned h = wide ? SLUICE_HASH_SHA384 : SLUICE_HASH_SHA256, n = wide ? 48 : 32;
			for (unsigned i = 0; i < 4; i++) {
				Bytes value = i == 0 ? Bytes(n) : i == 1 ? Bytes(n, 0xff) : tb.rng.bytes(n);
				g++;
				uint32_t in = handle(26, g), a = handle(27, g), b = handle(28, g), p = handle(29, g);
				put(p, SLUICE_SECRET_PREMASTER, row.kind == SLUICE_SECRET_PREMASTER ? value : tb.rng.bytes(32));
				if (row.kind == SLUICE_SECRET_PREMASTER) in = p;
				if (row.kind == SLUICE_SECRET_MASTER) unwrap(in, SLUICE_SECRET_MASTER, tb.rng.bytes(48));
				if (row.kind >= SLUICE_SECRET_EARLY) {
					both(kdf(SLUICE_KDF_T13_EARLY, h, 0, a), "chain");
					in = a;
				}
				if (row.kind > SLUICE_SECRET_EARLY) {
					both(kdf(SLUICE_KDF_T13_HANDSHAKE, h, a, b, value), "chain");
					in = b;
				}
				if (row.kind == SLUICE_SECRET_TRAFFIC) {
					both(kdf(SLUICE_KDF_T13_CLIENT_HANDSHAKE, h, b, in = handle(26, g), tb.rng.bytes(n)), "chain");
				}
				bool open = row.what == SLUICE_KDF_T12_CLIENT_FINISHED || row.what == SLUICE_KDF_T13_FINISHED;
				KdfJob j = kdf(row.what, h, row.kind ? in : 0, open ? 0 : handle(30, g), tb.rng.bytes(row.source < 0 ? n : static_cast<size_t>(row.source)), row.block);
				if (row.what == SLUICE_KDF_T13_HANDSHAKE) j.handle3 = p;
				settle();
				EngineResult r = both(j, row.name);
				CHECK(tb, r.status == SLUICE_ST_OK, row.name);
				if (i) CHECK(tb, r.cycles == cycles[wide], "the time of a derivation does not depend on secrets");
				cycles[wide] = r.cycles;
			}
		}
		if (print) printf("%-22s %5u cycles with SHA-256, %5u with SHA-384\n", row.name, cycles[0], cycles[1]);
	}
	KdfJob j;
	uint32_t wrapped = 0, unwrapped = 0;
	for (unsigned i = 0; i < 3; i++) {
		unwrap(handle(26, ++g), SLUICE_SECRET_MASTER, i ? tb.rng.bytes(48) : Bytes(48));
		j.op = SLUICE_OP_SECRET_WRAP;
		j.handle = handle(26, g);
		settle();
		EngineResult r = both(j, "wrap");
		CHECK(tb, !i || r.cycles == wrapped, "the time of a wrap does not depend on secrets");
		wrapped = r.cycles;
		KdfJob u;
		u.op = SLUICE_OP_SECRET_UNWRAP;
		u.handle2 = handle(27, g);
		u.src = r.data;
		settle();
		r = both(u, "unwrap");
		CHECK(tb, !i || r.cycles == unwrapped, "nor that of an unwrap");
		unwrapped = r.cycles;
	}
	if (print) printf("%-22s %5u and %u cycles\n", "wrap and unwrap", wrapped, unwrapped);
}
