/*
 * The aead lane at its engine port against libcrypto: records, AEAD, CTR and CBC of random lengths under random sessions, with random gaps
 * and back-pressure; every refusal; faults; resets in mid-job; several seeds of initial register values; throughput.
 *
 *   --ops N      N random operations instead      --cavp FILE   NIST vectors instead (gen_cavp.py)
 */
#include "sim/tb/aead_lane/cases.h"

static void start(Lane &l) {
	l.reset();
	CHECK(l.tb, l.port.self_test(), "self test passes");
}

/* A lane that has not passed its self test, or failed it, refuses everything and still drains. */
static void self_test(Lane &l) {
	l.reset();
	CHECK(l.tb, !l.tb.v->st_done_o && !l.tb.v->st_pass_o, "no verdict before the self test");
	Session s = l.make(SLUICE_ALG_AES_GCM, 3);
	for (int pass = 0; pass < 2; pass++) {
		l.job("before the self test", SLUICE_OP_SESSION_LOAD, s.handle(), s.context(), 0, 0, SLUICE_ST_SELFTEST_FAILED);
		l.job("before the self test", SLUICE_OP_NOP, 0, l.tb.rng.bytes(33), 0, 0, SLUICE_ST_SELFTEST_FAILED);
		l.job("before the self test", SLUICE_OP_AEAD_SEAL, s.handle(), l.tb.rng.bytes(100), 0, 0, SLUICE_ST_SELFTEST_FAILED);
		l.settle();
		/* one bit flipped in a result makes the self test fail */
		l.tb.v->flt_flip_i = 1;
		bool ok = l.port.self_test();
		l.tb.v->flt_flip_i = 0;
		CHECK(l.tb, !ok, "self test finds a flipped bit");
	}
	CHECK(l.tb, l.port.self_test(), "self test passes");
	l.load(s);
	l.seal(s, 23, l.tb.rng.bytes(40));
	l.forget();
}

static void random_jobs(Lane &l, unsigned count, uint32_t max) {
	std::vector<Session> ss;
	for (uint16_t i = 0; i < 9; i++) {
		static const uint8_t algs[] = {SLUICE_ALG_AES_GCM, SLUICE_ALG_AES_GCM, SLUICE_ALG_AES_GCM, SLUICE_ALG_AES_CTR, SLUICE_ALG_AES_CBC};
		uint16_t index = static_cast<uint16_t>(i == 8 ? SLUICE_NUM_SESSIONS - 1 : i * 7);
		ss.push_back(i % 4 == 1 ? l.make13(index) : l.make(algs[i % 5], index));
		l.load(ss.back());
	}
	for (unsigned n = 0; n < count; n++) {
		Session &s = ss[l.tb.rng.below(9)];
		uint32_t what = l.tb.rng.below(100);
		if (n % 16 == 0) {
			l.port.gap_percent = l.tb.rng.percent(50) ? 0 : l.tb.rng.below(70);
			l.port.stall_percent = l.tb.rng.percent(50) ? 0 : l.tb.rng.below(70);
			l.forget();
		}
		if (what < 3) { /* a session is replaced */
			s = s.tls13() ? l.make13(s.index) : l.make(s.alg, s.index);
			l.load(s);
		} else if (what < 5) {
			l.job("SESSION_FREE", SLUICE_OP_SESSION_FREE, s.handle(), {}, 0, 0, SLUICE_ST_OK);
			l.job("freed", s.alg == SLUICE_ALG_AES_GCM ? SLUICE_OP_RECORD_SEAL : SLUICE_OP_CIPHER_ENC, s.handle(), l.tb.rng.bytes(48), 0, 0,
			      SLUICE_ST_BAD_HANDLE);
			l.load(s);
		} else if (what < 8) {
			l.job("NOP", SLUICE_OP_NOP, 0, l.tb.rng.bytes(l.tb.rng.below(40)), 0, 0, SLUICE_ST_OK);
		} else if (s.alg == SLUICE_ALG_AES_CBC) {
			Bytes in = l.some(max);
			in.resize(in.size() & ~15u);
			l.cipher(s, in);
		} else if (s.alg == SLUICE_ALG_AES_CTR) {
			l.cipher(s, l.some(max));
		} else if (what < 35) {
			l.seal(s, static_cast<uint8_t>(20 + l.tb.rng.below(5)), l.some(std::min(max, 16384u)));
		} else if (what < 70) {
			unsigned burst = l.tb.rng.below(4); /* opens of one session directly behind each other */
			for (unsigned b = 0; b <= burst; b++) {
				Bytes pt = l.some(std::min(max, 16384u));
				if (l.tb.rng.percent(15)) {
					Bytes rec = s.record(5, 23, pt);
					rec[5 + l.tb.rng.below(static_cast<uint32_t>(rec.size()) - 5)] ^= static_cast<uint8_t>(1 + l.tb.rng.below(255));
					l.open_bad(s, rec);
				}
				l.open(s, static_cast<uint8_t>(20 + l.tb.rng.below(5)), pt);
			}
		} else {
			l.aead(s, l.some(600), l.some(max), 4 + l.tb.rng.below(13));
		}
	}
	l.forget();
	l.port.gap_percent = l.port.stall_percent = 0;
}

/* Every tag bit; every length around block boundaries; wrong headers; truncated records. */
static void records(Lane &l) {
	Session s = l.make(SLUICE_ALG_AES_GCM, 1);
	s.seq = 0xfffffffe;
	l.load(s);
	for (unsigned n = 0; n <= 50; n++) {
		Bytes pt = l.tb.rng.bytes(n);
		l.seal(s, 22, pt);
		l.open(s, 21, pt);
	}
	l.forget();
	Bytes pt = l.tb.rng.bytes(37);
	Bytes rec = ref_record(s.key, s.salt, s.seq, 9, 23, s.version, pt);
	for (unsigned bit = 0; bit < 128; bit++) {
		Bytes bad = rec;
		bad[bad.size() - 16 + bit / 8] ^= static_cast<uint8_t>(1u << (bit % 8));
		l.open_bad(s, bad, "tag bit flipped");
	}
	l.forget();
	for (unsigned i = 0; i < rec.size() - 16; i++) {
		Bytes bad = rec;
		bad[i] ^= static_cast<uint8_t>(1u << l.tb.rng.below(8));
		if (i == 0 || i >= 5) l.open_bad(s, bad, "record byte changed");
		else l.job("version or length changed", SLUICE_OP_RECORD_OPEN, s.handle(), bad, 0, 0, SLUICE_ST_BAD_RECORD);
	}
	l.forget();
	for (size_t n = 0; n < rec.size(); n++) /* truncated: the header's length is not that of the source */
		l.job("truncated record", SLUICE_OP_RECORD_OPEN, s.handle(), Bytes(rec.begin(), rec.begin() + static_cast<long>(n)), 0, 0, SLUICE_ST_BAD_RECORD);
	l.job("trailing byte", SLUICE_OP_RECORD_OPEN, s.handle(), rec + Bytes{0}, 0, 0, SLUICE_ST_BAD_RECORD);
	for (size_t n = 29; n < rec.size(); n++) { /* truncated and the header's length with it */
		Bytes cut(rec.begin(), rec.begin() + static_cast<long>(n));
		cut[3] = 0;
		cut[4] = static_cast<uint8_t>(n - 5);
		l.open_bad(s, cut, "truncated record, length adjusted");
	}
	l.open(s, 23, l.tb.rng.bytes(16384));
	l.seal(s, 23, l.tb.rng.bytes(16384));
	l.job("fragment too long", SLUICE_OP_RECORD_SEAL, s.handle(), l.tb.rng.bytes(16385), 23, 0, SLUICE_ST_BAD_DESC);
	l.job("record too long", SLUICE_OP_RECORD_OPEN, s.handle(), ref_record(s.key, s.salt, s.seq, 1, 23, s.version, l.tb.rng.bytes(16385)), 0, 0,
	      SLUICE_ST_BAD_RECORD);
	/* a failed open leaves the number, so the right record still opens */
	l.open_bad(s, ref_record(s.key, s.salt, s.seq + 1, 1, 23, s.version, pt), "record ahead of its turn");
	l.open(s, 23, pt);
	l.forget();
	/* the last number is never used */
	s.seq = ~uint64_t{0} - 3;
	s.gen++;
	l.load(s);
	l.open(s, 23, pt);
	l.seal(s, 23, pt);
	l.open_bad(s, rec, "near the end");
	l.open(s, 23, pt);
	for (int i = 0; i < 3; i++) {
		l.job("numbers used up", SLUICE_OP_RECORD_OPEN, s.handle(), rec, 0, 0, SLUICE_ST_SEQ_EXHAUSTED);
		l.job("numbers used up", SLUICE_OP_RECORD_SEAL, s.handle(), pt, 23, 0, SLUICE_ST_SEQ_EXHAUSTED);
	}
	l.forget();
}

static void refusals(Lane &l) {
	Session g = l.make(SLUICE_ALG_AES_GCM, 10), c = l.make(SLUICE_ALG_AES_CTR, 11), b = l.make(SLUICE_ALG_AES_CBC, 12);
	Session plain = l.make(SLUICE_ALG_AES_GCM, 13);
	plain.version = 0;
	Session tls11 = l.make(SLUICE_ALG_AES_GCM, 14);
	tls11.version = 0x0302;
	l.load(tls11);
	for (Session *s : {&g, &c, &b, &plain}) l.load(*s);
	Bytes x = l.tb.rng.bytes(64);
	auto no = [&](const char *what, uint8_t op, uint32_t handle, const Bytes &src, uint32_t p0, uint32_t p1, uint8_t status) {
		l.job(what, op, handle, src, p0, p1, status);
	};
	for (unsigned op = 0; op < 256; op++) {
		if (op == 0 || (op >= 0x10 && op <= 0x17)) continue;
		no("unknown opcode", static_cast<uint8_t>(op), g.handle(), x, 0, 0, SLUICE_ST_BAD_DESC);
	}
	for (uint8_t op : {SLUICE_OP_SESSION_FREE, SLUICE_OP_RECORD_SEAL, SLUICE_OP_RECORD_OPEN, SLUICE_OP_AEAD_SEAL, SLUICE_OP_AEAD_OPEN, SLUICE_OP_CIPHER_ENC,
	                   SLUICE_OP_CIPHER_DEC}) {
		no("stale generation", op, g.handle() + 0x10000, x, 0, 16, SLUICE_ST_BAD_HANDLE);
		no("generation zero", op, g.index, x, 0, 16, SLUICE_ST_BAD_HANDLE);
		no("unused slot", op, 200 | 1u << 16, x, 0, 16, SLUICE_ST_BAD_HANDLE);
		no("slot beyond the last", op, SLUICE_NUM_SESSIONS | 1u << 16, x, 0, 16, SLUICE_ST_BAD_HANDLE);
		no("slot that aliases a used one", op, g.handle() + SLUICE_NUM_SESSIONS, x, 0, 16, SLUICE_ST_BAD_HANDLE);
	}
	for (Session *s : {&c, &b, &plain, &tls11})
		for (uint8_t op : {SLUICE_OP_RECORD_SEAL, SLUICE_OP_RECORD_OPEN}) no("not a record session", op, s->handle(), x, 0, 0, SLUICE_ST_BAD_SESSION);
	for (Session *s : {&c, &b})
		for (uint8_t op : {SLUICE_OP_AEAD_SEAL, SLUICE_OP_AEAD_OPEN}) no("not a GCM session", op, s->handle(), x, 0, 16, SLUICE_ST_BAD_SESSION);
	for (uint8_t op : {SLUICE_OP_CIPHER_ENC, SLUICE_OP_CIPHER_DEC}) {
		no("not a cipher session", op, g.handle(), x, 0, 0, SLUICE_ST_BAD_SESSION);
		no("no whole IV", op, c.handle(), Bytes(15), 0, 0, SLUICE_ST_BAD_DESC);
		no("no IV", op, b.handle(), {}, 0, 0, SLUICE_ST_BAD_DESC);
		no("not whole blocks", op, b.handle(), Bytes(47), 0, 0, SLUICE_ST_BAD_DESC);
	}
	no("content type beyond a byte", SLUICE_OP_RECORD_SEAL, g.handle(), x, 256, 0, SLUICE_ST_BAD_DESC);
	no("padding of a TLS 1.2 record", SLUICE_OP_RECORD_SEAL, g.handle(), x, 23, 1, SLUICE_ST_BAD_DESC);
	no("param1 without a meaning", SLUICE_OP_AEAD_SEAL, g.handle(), x, 0, 16, SLUICE_ST_BAD_DESC);
	no("source shorter than IV and AAD", SLUICE_OP_AEAD_SEAL, g.handle(), x, 53, 0, SLUICE_ST_BAD_DESC);
	no("AAD length wraps", SLUICE_OP_AEAD_SEAL, g.handle(), x, 0xfffffff8, 0, SLUICE_ST_BAD_DESC);
	no("AAD too long", SLUICE_OP_AEAD_SEAL, g.handle(), Bytes(65600), 65537, 0, SLUICE_ST_BAD_DESC);
	no("source shorter than IV, AAD and tag", SLUICE_OP_AEAD_OPEN, g.handle(), x, 37, 16, SLUICE_ST_BAD_DESC);
	no("AAD length wraps", SLUICE_OP_AEAD_OPEN, g.handle(), x, 0xfffffff0, 4, SLUICE_ST_BAD_DESC);
	for (uint32_t t : {0u, 1u, 3u, 17u, 20u, 0xffffffffu}) no("tag length", SLUICE_OP_AEAD_OPEN, g.handle(), x, 0, t, SLUICE_ST_BAD_DESC);
	for (size_t n : {0u, 1u, 127u, 129u, 500u}) no("context length", SLUICE_OP_SESSION_LOAD, 20 | 1u << 16, Bytes(n), 0, 0, SLUICE_ST_BAD_DESC);
	no("generation zero", SLUICE_OP_SESSION_LOAD, 20, g.context(), 0, 0, SLUICE_ST_BAD_HANDLE);
	no("slot beyond the last", SLUICE_OP_SESSION_LOAD, SLUICE_NUM_SESSIONS | 1u << 16, g.context(), 0, 0, SLUICE_ST_BAD_HANDLE);
	l.forget();
	static const struct { unsigned at; uint8_t value; } bad[] = {{0, 0}, {0, 4}, {0, 5}, {0, 6}, {0, 0x81}, {1, 0}, {1, 15}, {1, 24}, {1, 33},
	                                                             {1, 48}, {4, 20}, {5, 1}, {6, 1}, {6, 4}, {7, 0x80}};
	for (auto &e : bad) {
		Bytes ctx = g.context();
		ctx[e.at] = e.value;
		no("context field", SLUICE_OP_SESSION_LOAD, g.handle(), ctx, 0, 0, SLUICE_ST_BAD_SESSION);
	}
	/* refused loads left the slot as it was */
	l.seal(g, 23, x);
	l.aead(plain, Bytes(65536, 0x5a), l.tb.rng.bytes(17), 16);
	l.aead(g, {}, {}, 16);
	l.cipher(b, {});
	l.cipher(c, {});
	l.forget();
	l.job("SESSION_FREE drains", SLUICE_OP_SESSION_FREE, b.handle(), l.tb.rng.bytes(77), 0, 0, SLUICE_ST_OK);
	no("freed twice", SLUICE_OP_SESSION_FREE, b.handle(), {}, 0, 0, SLUICE_ST_BAD_HANDLE);
	l.forget();
}

/* More sessions than key banks, records in turn: numbers survive the banks' changes. */
static void many_sessions(Lane &l) {
	std::vector<Session> ss;
	for (uint16_t i = 0; i < 40; i++) {
		ss.push_back(i % 3 ? l.make(SLUICE_ALG_AES_GCM, static_cast<uint16_t>(i * 25)) : l.make13(static_cast<uint16_t>(i * 25)));
		l.load(ss.back());
	}
	for (unsigned round = 0; round < 6; round++) {
		for (Session &s : ss) {
			if (l.tb.rng.percent(50)) l.seal(s, 23, l.some(300));
			else l.open(s, 23, l.some(300));
		}
		l.forget();
	}
}

static void faults(Lane &l) {
	Session s = l.make(SLUICE_ALG_AES_GCM, 2);
	l.load(s);
	l.forget();
	/* flip: once, on the last non-empty word, seen by parity at the port; the job after it is clean */
	l.port.expect_flip = true;
	for (unsigned kind = 0; kind < 4; kind++) {
		for (unsigned hold : {1u, 400u}) {
			Bytes pt = l.tb.rng.bytes(kind == 1 ? 0 : 16 + l.tb.rng.below(100));
			Session before = s;
			size_t id;
			if (kind < 2) l.seal(s, 23, pt);
			else if (kind == 2) l.open(s, 23, pt);
			else l.aead(s, pt, pt, 16);
			l.seal(s, 23, pt);
			size_t after = l.wants.back().id;
			id = l.wants.front().id;
			Bytes want = l.wants.front().data;
			for (Want &w : l.wants) if (w.id == id) w.check_data = false;
			if (kind == 3) l.wants.back().check_data = true;
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
	for (unsigned when : {0u, 3u, 20u, 60u, 100u}) {
		l.seal(s, 23, l.tb.rng.bytes(1500));
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
		start(l);
		l.job("reset erased the session", SLUICE_OP_RECORD_SEAL, s.handle(), l.tb.rng.bytes(20), 23, 0, SLUICE_ST_BAD_HANDLE);
		l.load(s);
		l.seal(s, 23, l.tb.rng.bytes(20));
		l.forget();
	}
}

/* Reset at random moments of mixed work; the lane then works as new. */
static void resets(Lane &l) {
	for (unsigned n = 0; n < 12; n++) {
		Session s = l.make(SLUICE_ALG_AES_GCM, 5), b = l.make(SLUICE_ALG_AES_CBC, 6);
		l.load(s);
		l.load(b);
		for (unsigned i = 0; i < 4; i++) {
			l.seal(s, 23, l.tb.rng.bytes(200));
			l.open(s, 23, l.tb.rng.bytes(200));
			l.cipher(b, l.tb.rng.bytes(64));
		}
		unsigned ticks = l.tb.rng.below(700);
		for (unsigned i = 0; i < ticks && !l.port.idle(); i++) l.tb.tick();
		start(l);
		l.job("reset erased the session", SLUICE_OP_SESSION_FREE, s.handle(), {}, 0, 0, SLUICE_ST_BAD_HANDLE);
		l.settle();
	}
}

/* Bytes of content per cycle of records of one version, alone and back to back. */
static void record_rates(Lane &l, bool tls13) {
	auto make = [&](uint16_t index) { return tls13 ? l.make13(index) : l.make(SLUICE_ALG_AES_GCM, index); };
	Session one = make(0);
	std::vector<Session> ss;
	one.key.resize(16);
	l.load(one);
	for (uint16_t i = 1; i < 13; i++) {
		ss.push_back(make(i));
		ss.back().key.resize(32, 0x77);
		l.load(ss.back());
	}
	l.forget();
	printf("AES-GCM records of TLS 1.%u, bytes per cycle at the port (16 is a full 128-bit lane)\n%8s %10s %10s %10s %10s %10s %10s\n", tls13 ? 3 : 2, "bytes", "seal alone",
	       "open alone", "seal same", "open same", "seal diff", "open diff");
	for (uint32_t n : {64u, 256u, 1024u, 4096u, 16384u}) {
		double rate[6];
		for (int mode = 0; mode < 6; mode++) {
			bool open = mode & 1;
			unsigned jobs = mode < 2 ? 1 : 24;
			/* a pair of warm-up jobs fills the pipe's front; the rate is from the first of the counted jobs to the last one's end */
			size_t first = 0, last = 0;
			for (unsigned i = 0; i < jobs; i++) {
				Session &s = mode < 4 ? one : ss[i % ss.size()];
				Bytes pt = l.tb.rng.bytes(n);
				if (open) l.open(s, 23, pt);
				else l.seal(s, 23, pt);
				last = l.wants.back().id;
				if (i == 0) first = last;
			}
			l.settle();
			const EngineResult &a = l.port.result(first), &z = l.port.result(last);
			/* alone: command to response. Back to back: from response to response, as a long run would show */
			double cycles = jobs == 1 ? static_cast<double>(z.rsp_cycle - z.cmd_cycle) : static_cast<double>(z.rsp_cycle - a.rsp_cycle) / (jobs - 1);
			rate[mode] = n / cycles;
			l.port.forget();
		}
		printf("%8u %10.2f %10.2f %10.2f %10.2f %10.2f %10.2f\n", n, rate[0], rate[1], rate[2], rate[3], rate[4], rate[5]);
		if (n == 16384) {
			/* an opened record of TLS 1.3 leaves only when its tag was right, so one alone takes the time twice */
			for (int mode = 0; mode < 2; mode++) CHECK(l.tb, rate[mode] >= (tls13 && mode == 1 ? 0.47 : 0.90) * 16, "16 KiB record alone");
			for (int mode = 2; mode < 6; mode++) CHECK(l.tb, rate[mode] >= 0.97 * 16, "16 KiB records back to back at 97 % of the lane or better");
		}
		if (n == 1024)
			for (int mode = 4; mode < 6; mode++) CHECK(l.tb, rate[mode] >= 0.90 * 16, "1 KiB records of different sessions at 90 % of the lane or better");
	}
}

static void cipher_rates(Lane &l) {
	Session b = l.make(SLUICE_ALG_AES_CBC, 20), c = l.make(SLUICE_ALG_AES_CTR, 21);
	l.load(b);
	l.load(c);
	l.forget();
	Bytes in = l.tb.rng.bytes(16384), iv = l.tb.rng.bytes(16);
	const struct { const char *what; Session *s; uint8_t op; bool cbc, enc; } kinds[] = {
		{"CTR", &c, SLUICE_OP_CIPHER_ENC, false, true}, {"CBC decrypt", &b, SLUICE_OP_CIPHER_DEC, true, false}, {"CBC encrypt", &b, SLUICE_OP_CIPHER_ENC, true, true}};
	for (auto &k : kinds) {
		l.job(k.what, k.op, k.s->handle(), iv + in, 0, 0, SLUICE_ST_OK, ref_cipher(k.s->key, k.cbc, k.enc, iv, in));
		size_t id = l.wants.back().id;
		l.settle();
		double rate = 16384.0 / l.port.result(id).cycles;
		printf("%-12s 16 KiB: %.2f bytes per cycle\n", k.what, rate);
		CHECK(l.tb, (k.cbc && k.enc) || rate >= 0.90 * 16, "CTR and CBC decryption at 90 % of the lane or better");
	}
	l.port.forget();
}

/* The same work under different keys and data takes the same cycles. */
static void constant_time(Lane &l) {
	std::vector<uint32_t> base;
	for (unsigned round = 0; round < 20; round++) {
		Session g = l.make(SLUICE_ALG_AES_GCM, 30), b = l.make(SLUICE_ALG_AES_CBC, 31);
		g.key = l.tb.rng.bytes(32);
		b.key = l.tb.rng.bytes(16);
		g.seq = round * 1000;
		Bytes pt = l.tb.rng.bytes(777), iv = l.tb.rng.bytes(16), blocks = l.tb.rng.bytes(160);
		Bytes bad = ref_record(g.key, g.salt, g.seq + 2, 3, 23, g.version, pt);
		l.load(g);
		l.load(b);
		l.seal(g, 23, pt);
		l.open(g, 23, pt);
		if (round & 1) bad[20 + round] ^= 1; /* right and wrong tags alike */
		if (round & 1) l.open_bad(g, bad);
		else l.open(g, 23, pt);
		l.job("CIPHER_ENC", SLUICE_OP_CIPHER_ENC, b.handle(), iv + blocks, 0, 0, SLUICE_ST_OK, ref_cipher(b.key, true, true, iv, blocks));
		l.job("CIPHER_DEC", SLUICE_OP_CIPHER_DEC, b.handle(), iv + blocks, 0, 0, SLUICE_ST_OK, ref_cipher(b.key, true, false, iv, blocks));
		std::vector<uint32_t> cycles;
		std::vector<size_t> ids;
		for (const Want &w : l.wants) ids.push_back(w.id);
		l.settle();
		for (size_t id : ids) cycles.push_back(l.port.result(id).cycles);
		if (round == 2) base = cycles; /* the first rounds also move the banks' turn */
		if (round > 2) CHECK(l.tb, cycles == base, "cycles depend on nothing secret");
		l.port.forget();
	}
}

/* Clock edges while the lane is idle change nothing: with any number of them between jobs, answers and cycle counts are the same. */
static void idle_edges(Lane &l) {
	Session g = l.make(SLUICE_ALG_AES_GCM, 40), b = l.make(SLUICE_ALG_AES_CBC, 41);
	Bytes pt = l.tb.rng.bytes(300), iv = l.tb.rng.bytes(16), blocks = l.tb.rng.bytes(64);
	std::vector<uint32_t> base;
	for (unsigned round = 0; round < 12; round++) {
		std::vector<uint32_t> cycles;
		start(l);
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
		Session s = g;
		l.load(s);
		one();
		l.load(b);
		one();
		for (unsigned i = 0; i < 4; i++) {
			l.seal(s, 23, pt);
			one();
			l.open(s, 23, pt);
			one();
			l.job("CIPHER_DEC", SLUICE_OP_CIPHER_DEC, b.handle(), iv + blocks, 0, 0, SLUICE_ST_OK, ref_cipher(b.key, true, false, iv, blocks));
			one();
		}
		if (!round) base = cycles;
		CHECK(l.tb, cycles == base, "idle edges change no cycle count");
	}
}

int main(int argc, char **argv) {
	Bench tb(argc, argv, "aead_lane");
	Port port(tb);
	Secrets secrets(tb);
	Lane l(tb, port, secrets);
	uint64_t seed = tb.seed(), ops = 0;
	const char *vectors = nullptr;
	for (int i = 1; i + 1 < argc; i++) {
		if (!strcmp(argv[i], "--ops")) ops = strtoull(argv[i + 1], nullptr, 0);
		if (!strcmp(argv[i], "--cavp")) vectors = argv[i + 1];
	}
	if (vectors || ops) { /* these alone */
		start(l);
		if (vectors) cavp(l, vectors);
		for (uint64_t done = 0; done < ops && !tb.failed; done += 10000) {
			tb.mark();
			random_jobs(l, static_cast<unsigned>(std::min<uint64_t>(ops - done, 10000)), 4096);
		}
		return tb.finish();
	}
	self_test(l);
	records(l);
	refusals(l);
	tls13_records(l);
	tls13_timing(l);
	secret_sessions(l);
	functions(l);
	erased(l);
	many_sessions(l);
	random_jobs(l, 400, 16384);
	start(l);
	faults(l);
	resets(l);
	constant_time(l);
	idle_edges(l);
	record_rates(l, false);
	record_rates(l, true);
	cipher_rates(l);
	for (uint64_t s = 1; s <= 4; s++) {
		tb.reseed(seed + s);
		port.rest();
		start(l);
		random_jobs(l, 250, 3000);
		many_sessions(l);
	}
	return tb.finish();
}
