/* Faults, resets in mid-job, constant cycle counts and idle edges of the chacha lane. */
#include "sim/tb/chacha_lane/lane.h"

static Session fresh(Lane &l, uint16_t version, uint16_t index) {
	Session s = l.make_session(version, index);
	l.load(s);
	return s;
}

void faults(Lane &l) {
	Session s = fresh(l, 0x0303, 2), t = fresh(l, 0x0304, 3);
	l.forget();
	/* flip: once, on the last non-empty word, seen by parity at the port; the job after it is clean */
	l.port.expect_flip = true;
	for (unsigned kind = 0; kind < 6; kind++) {
		for (unsigned hold : {1u, 400u}) {
			Bytes pt = l.tb.rng.bytes(kind == 1 ? 0 : 16 + l.tb.rng.below(100));
			if (kind < 2) l.seal(s, 23, pt);
			else if (kind == 2) l.open(s, 23, pt);
			else if (kind == 3) l.aead(s, pt, pt);
			else if (kind == 4) l.open(t, 23, pt, 90);
			else l.open(t, 23, Bytes(pt.begin(), pt.begin() + 16), 90);
			l.seal(s, 23, pt);
			size_t id = l.wants.front().id, after = l.wants.back().id;
			Bytes want = l.wants.front().data;
			l.wants.front().check_data = false;
			l.tb.run_until([&] { return l.tb.v->busy_o; }, 100);
			l.tb.v->flt_flip_i = 1;
			for (unsigned i = 0; i < hold && !l.port.result(id).done; i++) l.tb.tick();
			l.tb.v->flt_flip_i = 0;
			l.settle();
			const EngineResult &r = l.port.result(id);
			CHECK(l.tb, !r.parity_ok, "flip shows as wrong parity");
			unsigned bits = 0;
			CHECK(l.tb, r.data.size() == want.size(), "flip keeps the length");
			for (size_t i = 0; i < want.size() && i < r.data.size(); i++) bits += static_cast<unsigned>(__builtin_popcount(r.data[i] ^ want[i]));
			CHECK(l.tb, bits == 1, "flip changes one bit");
			CHECK(l.tb, l.port.result(after).parity_ok, "flip acts once");
		}
	}
	l.port.expect_flip = false;
	l.forget();
	/* hang: nothing moves until reset */
	for (unsigned when : {0u, 3u, 20u, 60u, 100u, 300u / CHACHA_CORES, 560u / CHACHA_CORES}) {
		if (when & 4) l.seal(s, 23, l.tb.rng.bytes(1500));
		else l.open(t, 23, l.tb.rng.bytes(1500));
		size_t id = l.wants.back().id;
		for (unsigned i = 0; i < when; i++) l.tb.tick();
		l.tb.v->flt_hang_i = 1;
		for (unsigned i = 0; i < 3; i++) l.tb.tick();
		l.tb.v->flt_hang_i = 0;
		bool still = true;
		for (unsigned i = 0; i < 1000; i++) {
			still = still && l.tb.v->busy_o && !l.tb.v->cmd_ready_o && !l.tb.v->in_ready_o && !l.tb.v->rsp_valid_o;
			if (i > 2) still = still && !l.tb.v->out_valid_o;
			l.tb.tick();
		}
		CHECK(l.tb, still && !l.port.result(id).done, "a hung lane stays busy and silent");
		l.start();
		l.job("reset erased the session", SLUICE_OP_RECORD_SEAL, s, l.tb.rng.bytes(20), 23, 0, SLUICE_ST_BAD_HANDLE);
		l.job("reset erased the session", SLUICE_OP_RECORD_OPEN, t, l.tb.rng.bytes(60), 0, 0, SLUICE_ST_BAD_HANDLE);
		s = fresh(l, 0x0303, 2);
		t = fresh(l, 0x0304, 3);
		l.seal(s, 23, l.tb.rng.bytes(20));
		l.open(t, 23, l.tb.rng.bytes(20));
		l.forget();
	}
}

/* Reset at random moments of mixed work, loads from the secret store among it; the lane then works as new. */
void resets(Lane &l) {
	for (unsigned n = 0; n < 16; n++) {
		Session s = fresh(l, 0x0303, 5), t = fresh(l, 0x0304, 6), k = l.make_session(0x0304, 7);
		l.store.wait_percent = 80;
		l.load_secret(k, SLUICE_SLICE_WHOLE, 3 | 1u << 16);
		for (unsigned i = 0; i < 4; i++) {
			l.seal(s, 23, l.tb.rng.bytes(200));
			l.open(t, 23, l.tb.rng.bytes(200));
			l.seal(k, 23, l.tb.rng.bytes(64));
			l.aead(s, l.tb.rng.bytes(20), l.tb.rng.bytes(64));
		}
		unsigned ticks = l.tb.rng.below(1500);
		for (unsigned i = 0; i < ticks && !l.port.idle(); i++) l.tb.tick();
		l.start();
		for (const Session *x : {&s, &t, &k}) l.job("reset erased the session", SLUICE_OP_SESSION_FREE, *x, {}, 0, 0, SLUICE_ST_BAD_HANDLE);
		l.settle();
	}
	l.store.wait_percent = 0;
	l.store.secrets.clear();
}

/* The same work under different keys and data takes the same cycles, whether tags are right or wrong; every TLS 1.3 record of one content length too. */
void constant_time(Lane &l) {
	std::vector<uint32_t> base;
	for (unsigned round = 0; round < 20; round++) {
		Session s = l.make_session(0x0303, 30), t = l.make_session(0x0304, 31);
		s.seq = round * 1000;
		Bytes pt = round & 2 ? Bytes(777) : l.tb.rng.bytes(777);
		l.load(s);
		l.load(t);
		l.seal(s, 23, pt);
		l.open(s, 23, pt);
		Bytes bad = s.record(23, pt);
		if (round & 1) bad[20 + round] ^= 1; /* right and wrong tags alike */
		if (round & 1) l.open_bad(s, bad);
		else l.open(s, 23, pt);
		l.seal(t, 23, pt, 100);
		l.open(t, 23, pt, 100);
		l.open(t, static_cast<uint8_t>(1 + round), Bytes(pt.begin(), pt.begin() + 300), 577);
		Bytes iv = l.tb.rng.bytes(12);
		l.job("AEAD_SEAL", SLUICE_OP_AEAD_SEAL, s, iv + pt, 77, 0, SLUICE_ST_OK, ref_seal(s.key, iv, Bytes(pt.begin(), pt.begin() + 77), Bytes(pt.begin() + 77, pt.end())));
		std::vector<uint32_t> cycles;
		std::vector<size_t> ids;
		for (const Want &w : l.wants) ids.push_back(w.id);
		l.settle();
		for (size_t id : ids) cycles.push_back(l.port.result(id).cycles);
		if (round == 0) base = cycles;
		CHECK(l.tb, cycles == base, "cycles depend on nothing secret");
		l.port.forget();
	}
	/* until the verdict, padding takes no other time than content: the first word leaves in the same cycle whatever the record holds */
	uint64_t first = 0;
	for (unsigned content : {16u, 100u, 500u, 1000u}) {
		Session t = l.make_session(0x0304, 32);
		l.load(t);
		l.settle();
		l.open(t, 23, l.tb.rng.bytes(content), 1000 - content);
		size_t id = l.wants.back().id;
		l.settle();
		uint64_t wait = l.port.result(id).first_out - l.port.result(id).cmd_cycle;
		if (!first) first = wait;
		CHECK(l.tb, wait == first, "a record's verdict comes when its length says");
		l.port.forget();
	}
}

/* Clock edges while the lane is idle change nothing: with any number of them between jobs, answers and cycle counts are the same. */
void idle_edges(Lane &l) {
	Session g = l.make_session(0x0303, 40), t = l.make_session(0x0304, 41);
	Bytes pt = l.tb.rng.bytes(300);
	std::vector<uint32_t> base;
	for (unsigned round = 0; round < 12; round++) {
		std::vector<uint32_t> cycles;
		l.start();
		auto one = [&] {
			size_t id = l.wants.back().id;
			l.settle();
			cycles.push_back(l.port.result(id).cycles);
			bool idle = l.tb.run_until([&] { return !l.tb.v->busy_o; }, 100);
			CHECK(l.tb, idle, "the lane goes idle");
			unsigned ticks = round ? l.tb.rng.below(50) : 0;
			for (unsigned i = 0; i < ticks; i++) {
				l.tb.tick();
				l.tb.check_quiet(!l.tb.v->busy_o && !l.tb.v->out_valid_o && !l.tb.v->rsp_valid_o, "idle stays idle", __FILE__, __LINE__);
			}
		};
		Session s = g, u = t;
		l.load(s);
		one();
		l.load(u);
		one();
		for (unsigned i = 0; i < 4; i++) {
			l.seal(s, 23, pt);
			one();
			l.open(s, 23, pt);
			one();
			l.open(u, 23, pt, 30);
			one();
		}
		if (!round) base = cycles;
		CHECK(l.tb, cycles == base, "idle edges change no cycle count");
	}
}
