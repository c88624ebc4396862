/*
 * The chacha lane at its engine port against libcrypto: published vectors, AEAD and records of TLS 1.2 and 1.3 of random lengths under random
 * sessions, with random gaps and back-pressure; every refusal; keys from the secret store; faults; resets in mid-job; several seeds of initial
 * register values; throughput.
 *
 *   tb_chacha_lane [--seed N] [--ops N] [--only vectors|records|refusals|secrets|random|faults|speed]
 *
 * --ops N: at least N random operations (the default makes some 10 000).
 */
#include "sim/tb/chacha_lane/lane.h"

static Bytes hex(const char *s) {
	Bytes b;
	for (; s[0] && s[1]; s += 2) b.push_back(static_cast<uint8_t>(std::stoul(std::string(s, 2), nullptr, 16)));
	return b;
}

/* RFC 8439 2.8.2 and A.5 */
static void vectors(Lane &l) {
	struct Vector {
		const char *key, *iv, *aad, *text, *out;
	};
	static const Vector list[] = {
		{"808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f", "070000004041424344454647", "50515253c0c1c2c3c4c5c6c7",
	     "4c616469657320616e642047656e746c656d656e206f662074686520636c617373206f66202739393a204966204920636f756c64206f6666657220796f75206f6e6c79206f6e6520"
	     "74697020666f7220746865206675747572652c2073756e73637265656e20776f756c642062652069742e",
	     "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b3692ddbd7f2d778b8c"
	     "9803aee328091b58fab324e4fad675945585808b4831d7bc3ff4def08e4b7a9de576d26586cec64b61161ae10b594f09e26a7e902ecbd0600691"},
		{"1c9240a5eb55d38af333888604f6b5f0473917c1402b80099dca5cbc207075c0", "000000000102030405060708", "f33388860000000000004e91",
	     "496e7465726e65742d4472616674732061726520647261667420646f63756d656e74732076616c696420666f722061206d6178696d756d206f6620736978206d6f6e74687320616e"
	     "64206d617920626520757064617465642c207265706c616365642c206f72206f62736f6c65746564206279206f7468657220646f63756d656e747320617420616e792074696d652e"
	     "20497420697320696e617070726f70726961746520746f2075736520496e7465726e65742d447261667473206173207265666572656e6365206d6174657269616c206f7220746f20"
	     "63697465207468656d206f74686572207468616e206173202fe2809c776f726b20696e2070726f67726573732e2fe2809d",
	     "64a0861575861af460f062c79be643bd5e805cfd345cf389f108670ac76c8cb24c6cfc18755d43eea09ee94e382d26b0bdb7b73c321b0100d4f03b7f355894cf332f830e710b97ce"
	     "98c8a84abd0b948114ad176e008d33bd60f982b1ff37c8559797a06ef4f0ef61c186324e2b3506383606907b6a7c02b0f9f6157b53c867e4b9166c767b804d46a59b5216cde7a4e9"
	     "9040c5a40433225ee282a1b0a06c523eaf4534d7f83fa1155b0047718cbc546a0d072b04b3564eea1b422273f548271a0bb2316053fa76991955ebd63159434ecebb4e466dae5a10"
	     "73a6727627097a1049e617d91d361094fa68f0ff77987130305beaba2eda04df997b714d6c6f2c29a6ad5cb4022b02709beead9d67890cbb22392336fea1851f38"},
	};
	for (const Vector &v : list) {
		Session s = l.make_session(0, 4);
		s.key = hex(v.key);
		l.load(s);
		Bytes iv = hex(v.iv), aad = hex(v.aad), text = hex(v.text), out = hex(v.out);
		l.job("RFC 8439 vector", SLUICE_OP_AEAD_SEAL, s, iv + aad + text, static_cast<uint32_t>(aad.size()), 0, SLUICE_ST_OK, out);
		l.job("RFC 8439 vector", SLUICE_OP_AEAD_OPEN, s, iv + aad + out, static_cast<uint32_t>(aad.size()), 16, SLUICE_ST_OK, text);
		l.forget();
	}
	/* Poly1305 at the edges of its arithmetic: keys of the RFC's A.3 cannot be set here, so long runs of equal bytes stand for them */
	for (unsigned fill : {0u, 0xffu}) {
		Session s = l.make_session(0, 5);
		l.load(s);
		for (unsigned n : {0u, 1u, 15u, 16u, 17u, 64u, 300u}) l.aead(s, Bytes(n, static_cast<uint8_t>(fill)), Bytes(n, static_cast<uint8_t>(fill)));
		l.forget();
	}
}

/* A lane that has not passed its self test, or failed it, refuses everything and still drains. */
static void self_test(Lane &l) {
	l.reset();
	CHECK(l.tb, !l.tb.v->st_done_o && !l.tb.v->st_pass_o, "no verdict before the self test");
	Session s = l.make_session(0x0303, 3);
	for (int pass = 0; pass < 2; pass++) {
		l.job("before the self test", SLUICE_OP_SESSION_LOAD, s, s.context(), 0, 0, SLUICE_ST_SELFTEST_FAILED);
		l.job("before the self test", SLUICE_OP_NOP, s, l.tb.rng.bytes(33), 0, 0, SLUICE_ST_SELFTEST_FAILED);
		l.job("before the self test", SLUICE_OP_AEAD_SEAL, s, l.tb.rng.bytes(100), 0, 0, SLUICE_ST_SELFTEST_FAILED);
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

/* Every tag bit; every length around block boundaries; wrong headers; truncated records; sequence numbers. */
static void records(Lane &l, uint16_t version) {
	Session s = l.make_session(version, 1);
	const bool v13 = s.tls13();
	s.seq = 0xfffffffe;
	l.load(s);
	for (unsigned n = 0; n <= 140; n++) {
		Bytes pt = l.tb.rng.bytes(n);
		l.seal(s, 22, pt, v13 ? n % 37 : 0);
		l.open(s, 21, pt, v13 ? n % 41 : 0);
	}
	l.forget();
	Bytes pt = l.tb.rng.bytes(37);
	Bytes rec = s.record(23, pt);
	for (unsigned bit = 0; bit < 128; bit++) {
		Bytes bad = rec;
		bad[bad.size() - 16 + bit / 8] ^= static_cast<uint8_t>(1u << (bit % 8));
		l.open_bad(s, bad, "tag bit flipped");
	}
	l.forget();
	for (unsigned i = 0; i < rec.size() - 16; i++) {
		Bytes bad = rec;
		bad[i] ^= static_cast<uint8_t>(1u << l.tb.rng.below(8));
		if ((i == 0 && !v13) || i >= 5) l.open_bad(s, bad, "record byte changed");
		else l.job("header changed", SLUICE_OP_RECORD_OPEN, s, bad, 0, 0, SLUICE_ST_BAD_RECORD);
	}
	l.forget();
	for (size_t n = 0; n < rec.size(); n++) /* truncated: the header's length is not that of the source */
		l.job("truncated record", SLUICE_OP_RECORD_OPEN, s, Bytes(rec.begin(), rec.begin() + static_cast<long>(n)), 0, 0, SLUICE_ST_BAD_RECORD);
	l.job("trailing byte", SLUICE_OP_RECORD_OPEN, s, rec + Bytes{0}, 0, 0, SLUICE_ST_BAD_RECORD);
	for (size_t n = 21; n < rec.size(); n++) { /* truncated and the header's length with it */
		Bytes cut(rec.begin(), rec.begin() + static_cast<long>(n));
		cut[3] = 0;
		cut[4] = static_cast<uint8_t>(n - 5);
		if (n == 21 && v13) l.job("no inner type", SLUICE_OP_RECORD_OPEN, s, cut, 0, 0, SLUICE_ST_BAD_RECORD);
		else l.open_bad(s, cut, "truncated record, length adjusted");
	}
	l.open(s, 23, l.tb.rng.bytes(16384));
	l.seal(s, 23, l.tb.rng.bytes(16384));
	l.job("fragment too long", SLUICE_OP_RECORD_SEAL, s, l.tb.rng.bytes(16385), 23, 0, SLUICE_ST_BAD_DESC);
	l.job("record too long", SLUICE_OP_RECORD_OPEN, s, s.record(23, l.tb.rng.bytes(16385)), 0, 0, SLUICE_ST_BAD_RECORD, {}, v13 ? s.seq : 0);
	/* a failed open leaves the number, so the right record still opens */
	Session ahead = s;
	ahead.seq++;
	l.open_bad(s, ahead.record(23, pt), "record ahead of its turn");
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
		l.job("numbers used up", SLUICE_OP_RECORD_OPEN, s, rec, 0, 0, SLUICE_ST_SEQ_EXHAUSTED);
		l.job("numbers used up", SLUICE_OP_RECORD_SEAL, s, pt, 23, 0, SLUICE_ST_SEQ_EXHAUSTED);
	}
	l.forget();
}

/* Padding and inner types of TLS 1.3: content with zeros in it and at its end, content types of every value, nothing but zeros. */
static void padding(Lane &l) {
	Session s = l.make_session(0x0304, 9);
	l.load(s);
	for (unsigned type = 1; type < 256; type += 7) l.open(s, static_cast<uint8_t>(type), l.tb.rng.bytes(type), 255 - type);
	for (unsigned n : {0u, 1u, 15u, 16u, 17u, 31u, 32u, 33u, 100u}) {
		l.open(s, 23, Bytes(n), 70);
		l.seal(s, 23, Bytes(n), 70);
		l.open(s, 23, Bytes(n), 0);
	}
	l.seal(s, 0, l.tb.rng.bytes(20)); /* an inner type of zero is the caller's own doing */
	l.forget();
	for (unsigned n : {1u, 2u, 15u, 16u, 17u, 33u, 1000u, 16385u}) {
		l.job("no inner type", SLUICE_OP_RECORD_OPEN, s, ref_record13(s.key, s.iv, s.seq, Bytes(n)), 0, 0, SLUICE_ST_BAD_RECORD, {}, s.seq);
		l.open(s, 22, l.tb.rng.bytes(3)); /* its number was not used */
	}
	l.open(s, 23, {}, 16384);
	l.open(s, 23, l.tb.rng.bytes(1), 16383);
	l.open(s, 23, l.tb.rng.bytes(16384), 0);
	l.open(s, 23, l.tb.rng.bytes(16383), 1);
	l.seal(s, 23, {}, 16384);
	l.seal(s, 23, l.tb.rng.bytes(16384), 0);
	l.seal(s, 23, l.tb.rng.bytes(10000), 6384);
	l.job("too much padding", SLUICE_OP_RECORD_SEAL, s, l.tb.rng.bytes(10000), 23, 6385, SLUICE_ST_BAD_DESC);
	l.job("too much padding", SLUICE_OP_RECORD_SEAL, s, {}, 23, 16385, SLUICE_ST_BAD_DESC);
	l.job("padding wraps", SLUICE_OP_RECORD_SEAL, s, l.tb.rng.bytes(16), 23, 0xfffffff8, SLUICE_ST_BAD_DESC);
	for (unsigned n : {16386u, 16400u, 16624u}) {
		Bytes rec = ref_record13(s.key, s.iv, s.seq, Bytes(n, 1));
		l.job("inner plaintext too long", SLUICE_OP_RECORD_OPEN, s, rec, 0, 0, SLUICE_ST_BAD_RECORD, {}, s.seq);
		rec.back() ^= 1;
		l.open_bad(s, rec);
	}
	l.job("record too long", SLUICE_OP_RECORD_OPEN, s, ref_record13(s.key, s.iv, s.seq, Bytes(16625, 1)), 0, 0, SLUICE_ST_BAD_RECORD);
	l.open(s, 23, l.tb.rng.bytes(5));
	l.forget();
}

static void refusals(Lane &l) {
	Session g = l.make_session(0x0303, 10), h = l.make_session(0x0304, 11, 3), plain = l.make_session(0, 13), old = l.make_session(0x0302, 14);
	for (Session *s : {&g, &h, &plain, &old}) l.load(*s);
	Bytes x = l.tb.rng.bytes(64);
	for (unsigned op = 0; op < 256; op++) {
		if (op == 0 || (op >= 0x10 && op <= 0x15)) continue;
		l.job("unknown opcode", static_cast<uint8_t>(op), g, x, 0, 0, SLUICE_ST_BAD_DESC);
	}
	for (uint8_t op : {SLUICE_OP_SESSION_FREE, SLUICE_OP_RECORD_SEAL, SLUICE_OP_RECORD_OPEN, SLUICE_OP_AEAD_SEAL, SLUICE_OP_AEAD_OPEN}) {
		auto no = [&](const char *what, uint32_t handle, uint8_t func) { l.submit(what, Lane::make(op, handle, x, 0, 16, func), SLUICE_ST_BAD_HANDLE); };
		no("stale generation", g.handle() + 0x10000, 0);
		no("generation zero", g.index, 0);
		no("unused slot", 200 | 1u << 16, 0);
		no("slot beyond the last", SLUICE_NUM_SESSIONS | 1u << 16, 0);
		no("slot that aliases a used one", g.handle() + SLUICE_NUM_SESSIONS, 0);
		no("another function's slot", g.handle(), 3);
		no("another function's slot", h.handle(), 0);
	}
	l.submit("another function's slot is not replaced", Lane::make(SLUICE_OP_SESSION_LOAD, g.handle(), g.context(), 0, 0, 3), SLUICE_ST_BAD_HANDLE);
	l.forget();
	for (Session *s : {&plain, &old})
		for (uint8_t op : {SLUICE_OP_RECORD_SEAL, SLUICE_OP_RECORD_OPEN}) l.job("not a record session", op, *s, x, 0, 0, SLUICE_ST_BAD_SESSION);
	l.job("content type beyond a byte", SLUICE_OP_RECORD_SEAL, g, x, 256, 0, SLUICE_ST_BAD_DESC);
	l.job("padding in TLS 1.2", SLUICE_OP_RECORD_SEAL, g, x, 23, 1, SLUICE_ST_BAD_DESC);
	l.job("param1 without a meaning", SLUICE_OP_AEAD_SEAL, g, x, 0, 16, SLUICE_ST_BAD_DESC);
	l.job("source shorter than IV and AAD", SLUICE_OP_AEAD_SEAL, g, x, 53, 0, SLUICE_ST_BAD_DESC);
	l.job("AAD length wraps", SLUICE_OP_AEAD_SEAL, g, x, 0xfffffff8, 0, SLUICE_ST_BAD_DESC);
	l.job("AAD too long", SLUICE_OP_AEAD_SEAL, g, Bytes(65600), 65537, 0, SLUICE_ST_BAD_DESC);
	l.job("source shorter than IV, AAD and tag", SLUICE_OP_AEAD_OPEN, g, x, 37, 16, SLUICE_ST_BAD_DESC);
	l.job("AAD length wraps", SLUICE_OP_AEAD_OPEN, g, x, 0xfffffff0, 16, SLUICE_ST_BAD_DESC);
	for (uint32_t t : {0u, 1u, 4u, 15u, 17u, 32u, 0xffffffffu}) l.job("tag length", SLUICE_OP_AEAD_OPEN, g, x, 0, t, SLUICE_ST_BAD_DESC);
	Session n = l.make_session(0x0303, 20);
	for (size_t k : {0u, 1u, 127u, 129u, 500u}) l.job("context length", SLUICE_OP_SESSION_LOAD, n, Bytes(k), 0, 0, SLUICE_ST_BAD_DESC);
	l.submit("generation zero", Lane::make(SLUICE_OP_SESSION_LOAD, 20, g.context()), SLUICE_ST_BAD_HANDLE);
	l.submit("slot beyond the last", Lane::make(SLUICE_OP_SESSION_LOAD, SLUICE_NUM_SESSIONS | 1u << 16, g.context()), SLUICE_ST_BAD_HANDLE);
	l.forget();
	static const struct {
		unsigned at;
		uint8_t value;
	} bad[] = {{0, 0}, {0, 1}, {0, 7}, {0, 9}, {0, 0x88}, {1, 0}, {1, 16}, {1, 31}, {1, 33}, {4, 20}, {5, 1}, {6, 1}, {6, 2}, {6, 3}, {6, 4}, {7, 0x80}};
	for (auto &e : bad) {
		Bytes ctx = g.context();
		ctx[e.at] = e.value;
		l.job("context field", SLUICE_OP_SESSION_LOAD, g, ctx, 0, 0, SLUICE_ST_BAD_SESSION);
	}
	/* refused loads left the slot as it was */
	l.seal(g, 23, x);
	l.seal(h, 23, x, 3);
	l.aead(plain, Bytes(65536, 0x5a), l.tb.rng.bytes(17));
	l.aead(old, Bytes(65535, 0x5a), {});
	l.aead(g, {}, {});
	l.aead(h, {}, l.tb.rng.bytes(70000));
	l.forget();
	l.job("SESSION_FREE drains", SLUICE_OP_SESSION_FREE, plain, l.tb.rng.bytes(77), 0, 0, SLUICE_ST_OK);
	l.job("freed twice", SLUICE_OP_SESSION_FREE, plain, {}, 0, 0, SLUICE_ST_BAD_HANDLE);
	l.job("freed", SLUICE_OP_AEAD_SEAL, plain, x, 0, 0, SLUICE_ST_BAD_HANDLE);
	l.submit("a free slot is anybody's", Lane::make(SLUICE_OP_SESSION_LOAD, plain.handle(), plain.context(), 0, 0, 9), SLUICE_ST_OK);
	l.forget();
}

/* Keys from the secret store. */
static void secrets(Lane &l) {
	for (unsigned round = 0; round < 30; round++) {
		l.store.wait_percent = round % 3 * 40;
		uint8_t slice = static_cast<uint8_t>(1 + round % 3);
		Session s = l.make_session(slice == SLUICE_SLICE_WHOLE ? 0x0304 : 0x0303, static_cast<uint16_t>(round), static_cast<uint8_t>(round % 4));
		uint32_t handle = 77 | (round + 1) << 16;
		l.load_secret(s, slice, handle);
		l.seal(s, 23, l.some(300));
		l.open(s, 22, l.some(300));
		for (uint8_t op : {SLUICE_OP_AEAD_SEAL, SLUICE_OP_AEAD_OPEN}) l.job("no AEAD with a secret's keys", op, s, Bytes(64), 0, 16, SLUICE_ST_BAD_SESSION);
		l.forget();
		auto bad = [&](const char *what, const Bytes &ctx, uint8_t func, uint32_t h, uint8_t status) {
			Session n = l.make_session(0x0304, static_cast<uint16_t>(500 + round), func);
			l.submit(what, Lane::make(SLUICE_OP_SESSION_LOAD, n.handle(), ctx, 0, 0, func, h), status);
			l.job("refused load made no slot", SLUICE_OP_SESSION_FREE, n, {}, 0, 0, SLUICE_ST_BAD_HANDLE);
		};
		Bytes ctx = s.context(), keyed = ctx, late = ctx, high = ctx;
		bad("a slice twice", ctx, s.func, handle, SLUICE_ST_BAD_SECRET);
		bad("no such secret", ctx, s.func, handle + 1, SLUICE_ST_BAD_SECRET);
		l.forget();
		l.store.secrets[handle].spent = 0;
		bad("another function's secret", ctx, static_cast<uint8_t>(s.func + 1), handle, SLUICE_ST_BAD_SECRET);
		l.forget();
		keyed[16 + round] = 1;
		late[48 + round * 5 % 80] = 1;
		high[6] = 4;
		uint64_t reads = l.store.reads;
		bad("keys beside a secret", keyed, s.func, handle, SLUICE_ST_BAD_SESSION);
		bad("IV or MAC key beside a secret", late, s.func, handle, SLUICE_ST_BAD_SESSION);
		bad("no such slice", high, s.func, handle, SLUICE_ST_BAD_SESSION);
		bad("slice without a secret", ctx, s.func, 0, SLUICE_ST_BAD_SESSION);
		for (unsigned version : {0u, 0x0302u, slice == SLUICE_SLICE_WHOLE ? 0x0303u : 0x0304u}) {
			Bytes v = ctx;
			v[2] = static_cast<uint8_t>(version);
			v[3] = static_cast<uint8_t>(version >> 8);
			bad("slice of another version", v, s.func, handle, SLUICE_ST_BAD_SESSION);
		}
		ctx[6] = 0;
		bad("secret without a slice", ctx, s.func, handle, SLUICE_ST_BAD_SESSION);
		l.forget();
		CHECK(l.tb, l.store.reads == reads, "a bad context reads no secret");
		l.store.secrets[handle].kind = SLUICE_SECRET_MASTER;
		bad("not a key block", s.context(), s.func, handle, SLUICE_ST_BAD_SECRET);
		l.forget();
		l.store.secrets[handle].kind = SLUICE_SECRET_KEY_BLOCK;
		for (unsigned len : {1u, 16u, 43u, 45u, 48u, 87u, 88u, 192u}) {
			if (slice != SLUICE_SLICE_WHOLE && len >= 88) continue;
			l.store.secrets[handle].spent = 0;
			l.store.secrets[handle].data.resize(len);
			bad("key block that does not fit", s.context(), s.func, handle, SLUICE_ST_BAD_SESSION);
			l.forget();
		}
		l.seal(s, 23, l.some(50));
		l.forget();
	}
	l.store.wait_percent = 0;
	l.store.secrets.clear();
}

static void random_jobs(Lane &l, uint64_t count, uint32_t max) {
	static const uint16_t versions[] = {0x0303, 0x0304, 0, 0x0304};
	std::vector<Session> ss;
	for (uint16_t i = 0; i < 9; i++) {
		ss.push_back(l.make_session(versions[i % 4], static_cast<uint16_t>(i == 8 ? SLUICE_NUM_SESSIONS - 1 : i * 7), static_cast<uint8_t>(i % 3)));
		l.load(ss.back());
	}
	uint64_t end = l.jobs + count;
	for (unsigned n = 0; l.jobs < end; n++) {
		Session &s = ss[l.tb.rng.below(9)];
		const bool v13 = s.tls13();
		uint32_t what = l.tb.rng.below(100);
		if (n % 16 == 0) {
			l.port.gap_percent = l.tb.rng.percent(50) ? 0 : l.tb.rng.below(70);
			l.port.stall_percent = l.tb.rng.percent(50) ? 0 : l.tb.rng.below(70);
			l.store.wait_percent = l.port.gap_percent;
			l.forget();
		}
		if (what < 3) { /* a session is replaced */
			s = l.make_session(s.version, s.index, s.func);
			if (s.version && l.tb.rng.percent(50)) {
				l.settle();
				l.load_secret(s, v13 ? SLUICE_SLICE_WHOLE : static_cast<uint8_t>(1 + l.tb.rng.below(2)), 5 | s.index << 8 | 1u << 16);
			} else {
				l.load(s);
			}
		} else if (what < 5) {
			l.job("SESSION_FREE", SLUICE_OP_SESSION_FREE, s, {}, 0, 0, SLUICE_ST_OK);
			l.job("freed", s.version ? SLUICE_OP_RECORD_SEAL : SLUICE_OP_AEAD_SEAL, s, l.tb.rng.bytes(48), 0, 0, SLUICE_ST_BAD_HANDLE);
			s.slice = 0;
			l.load(s);
		} else if (what < 8) {
			l.job("NOP", SLUICE_OP_NOP, s, l.tb.rng.bytes(l.tb.rng.below(40)), 0, 0, SLUICE_ST_OK);
		} else if (!s.version || (what < 15 && !s.slice)) {
			l.aead(s, l.some(600), l.some(max));
		} else if (what < 50) {
			Bytes pt = l.some(std::min(max, 16000u));
			l.seal(s, static_cast<uint8_t>(20 + l.tb.rng.below(5)), pt, v13 && l.tb.rng.percent(40) ? l.tb.rng.below(384) : 0);
		} else {
			unsigned burst = l.tb.rng.below(4); /* opens of one session directly behind each other */
			for (unsigned b = 0; b <= burst; b++) {
				Bytes pt = l.some(std::min(max, 16000u));
				uint32_t pad = v13 && l.tb.rng.percent(40) ? l.tb.rng.below(384) : 0;
				if (l.tb.rng.percent(15)) {
					Bytes rec = s.record(23, pt, pad);
					rec[5 + l.tb.rng.below(static_cast<uint32_t>(rec.size()) - 5)] ^= static_cast<uint8_t>(1 + l.tb.rng.below(255));
					l.open_bad(s, rec);
				}
				l.open(s, static_cast<uint8_t>(20 + l.tb.rng.below(5)), pt, pad);
			}
		}
	}
	l.forget();
	l.port.gap_percent = l.port.stall_percent = l.store.wait_percent = 0;
}

int main(int argc, char **argv) {
	Bench tb(argc, argv, "chacha_lane");
	Port port(tb);
	Store store(tb);
	Lane l(tb, port, store);
	uint64_t seed = tb.seed(), ops = 10000;
	std::string only;
	for (int i = 1; i + 1 < argc; i++) {
		if (!strcmp(argv[i], "--ops")) ops = strtoull(argv[i + 1], nullptr, 0);
		if (!strcmp(argv[i], "--only")) only = argv[i + 1];
	}
	auto want = [&](const char *name) { return only.empty() || only == name; };
	self_test(l);
	if (want("vectors")) vectors(l);
	if (want("records")) {
		records(l, 0x0303);
		records(l, 0x0304);
		padding(l);
	}
	if (want("refusals")) refusals(l);
	if (want("secrets")) {
		l.start();
		secrets(l);
	}
	if (want("random")) {
		l.start();
		random_jobs(l, ops / 10, 16000);
	}
	if (want("faults")) {
		l.start();
		faults(l);
		resets(l);
		constant_time(l);
		idle_edges(l);
	}
	if (want("speed")) {
		l.start();
		speed(l);
	}
	if (want("random")) {
		for (uint64_t s = 1; s <= 4; s++) {
			tb.reseed(seed + s);
			l.start();
			random_jobs(l, ops * 9 / 40, 1500);
		}
		CHECK(tb, l.jobs >= ops, "as many operations as asked for");
	}
	return tb.finish();
}
