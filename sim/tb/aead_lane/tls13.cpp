/* TLS 1.3 records (RFC 8446 5.2 to 5.4): sealed with padding, opened and stripped; refusals; and that the time shows nothing of what is inside. */
#include "sim/tb/aead_lane/cases.h"

/* Opens a record with this inner plaintext, under a right tag. */
static void open_inner(Lane &l, Session &s, const Bytes &inner, const char *what) {
	size_t n = inner.size();
	while (n && !inner[n - 1]) n--;
	Bytes rec = ref_record13_inner(s.key, s.salt, s.seq, inner);
	if (n && inner.size() <= 16385) {
		l.job(what, SLUICE_OP_RECORD_OPEN, s.handle(), rec, 0, 0, SLUICE_ST_OK, Bytes(inner.begin(), inner.begin() + static_cast<long>(n) - 1), s.seq, inner[n - 1]);
		s.seq++;
	} else { /* whatever is not OK leaves the number */
		l.job(what, SLUICE_OP_RECORD_OPEN, s.handle(), rec, 0, 0, SLUICE_ST_BAD_RECORD, {}, s.seq);
	}
}

static void lengths(Lane &l, Session &s) {
	for (unsigned n = 0; n <= 50; n++) {
		for (unsigned pad : {0u, 1u, 14u, 15u, 16u, 17u, 40u}) {
			uint8_t type = static_cast<uint8_t>(1 + l.tb.rng.below(255));
			l.seal(s, type, l.tb.rng.bytes(n), pad);
			l.open(s, type, l.tb.rng.bytes(n), pad);
		}
		l.forget();
	}
	/* zeros inside the content stay; zeros behind the type go */
	for (unsigned n : {1u, 2u, 15u, 16u, 17u, 31u, 32u, 33u, 200u, 256u}) {
		for (unsigned k = 0; k <= n; k += 1 + n / 20) {
			Bytes inner(n);
			if (k) inner[k - 1] = static_cast<uint8_t>(1u << l.tb.rng.below(8));
			open_inner(l, s, inner, "one byte among zeros");
		}
		l.forget();
	}
	l.job("no inner plaintext at all", SLUICE_OP_RECORD_OPEN, s.handle(), ref_record13_inner(s.key, s.salt, s.seq, {}), 0, 0, SLUICE_ST_BAD_RECORD);
	/* the longest */
	l.seal(s, 23, l.tb.rng.bytes(16384));
	l.seal(s, 22, l.tb.rng.bytes(16000), 384);
	l.seal(s, 21, {}, 16384);
	l.open(s, 23, l.tb.rng.bytes(16384));
	l.open(s, 22, l.tb.rng.bytes(3), 16381);
	l.open(s, 21, {}, 16384);
	open_inner(l, s, l.tb.rng.bytes(16623) + Bytes{9}, "fragment of 2^14 + 256");
	open_inner(l, s, Bytes(16624), "all zeros, longest");
	for (size_t n : {16384u, 16385u, 16386u}) open_inner(l, s, l.tb.rng.bytes(n - 1) + Bytes{9}, "inner plaintext of 2^14 + 1 and around");
	l.forget();
}

static void refused(Lane &l, Session &s) {
	Bytes pt = l.tb.rng.bytes(40), rec = s.record(0, 23, pt, 5);
	auto bad = [&](const char *what, const Bytes &r) { l.job(what, SLUICE_OP_RECORD_OPEN, s.handle(), r, 0, 0, SLUICE_ST_BAD_RECORD); };
	for (size_t n = 0; n < rec.size(); n++) bad("truncated", Bytes(rec.begin(), rec.begin() + static_cast<long>(n)));
	bad("trailing byte", rec + Bytes{0});
	for (unsigned bit = 0; bit < 40; bit++) { /* type, version or length */
		Bytes r = rec;
		r[bit / 8] ^= static_cast<uint8_t>(1u << (bit % 8));
		bad("header bit", r);
	}
	bad("fragment of 2^14 + 257", ref_record13_inner(s.key, s.salt, s.seq, l.tb.rng.bytes(16625)));
	for (size_t bit = 40; bit < rec.size() * 8; bit++) {
		Bytes r = rec;
		r[bit / 8] ^= static_cast<uint8_t>(1u << (bit % 8));
		l.open_bad(s, r, "one bit wrong");
	}
	l.forget();
	for (size_t n = 22; n < rec.size(); n++) {
		Bytes cut(rec.begin(), rec.begin() + static_cast<long>(n));
		cut[4] = static_cast<uint8_t>(n - 5);
		l.open_bad(s, cut, "truncated, length adjusted");
	}
	l.open_bad(s, ref_record13(s.key, s.salt, s.seq + 1, 23, pt), "ahead of its turn");
	l.open(s, 23, pt); /* a failed open left the number */
	auto no = [&](const char *what, const Bytes &src, uint32_t p0, uint32_t p1) {
		l.job(what, SLUICE_OP_RECORD_SEAL, s.handle(), src, p0, p1, SLUICE_ST_BAD_DESC);
	};
	no("content type beyond a byte", pt, 256, 0);
	no("content too long", l.tb.rng.bytes(16385), 23, 0);
	no("content and padding too long", l.tb.rng.bytes(16384), 23, 1);
	no("content and padding too long", pt, 23, 16345);
	no("padding wraps", pt, 23, 0xffffffff);
	no("padding wraps", l.tb.rng.bytes(1), 23, 0xfffffff0);
	l.seal(s, 23, pt, 16344);
	l.forget();
	s.seq = ~uint64_t{0} - 4;
	s.gen++;
	l.load(s);
	l.seal(s, 23, pt);
	l.open(s, 23, pt);
	l.open_bad(s, rec);
	l.open(s, 23, pt, 3);
	l.seal(s, 23, pt, 30);
	l.job("numbers used up", SLUICE_OP_RECORD_OPEN, s.handle(), rec, 0, 0, SLUICE_ST_SEQ_EXHAUSTED);
	l.job("numbers used up", SLUICE_OP_RECORD_SEAL, s.handle(), pt, 23, 0, SLUICE_ST_SEQ_EXHAUSTED);
	l.forget();
}

void tls13_records(Lane &l) {
	Session s = l.make13(1);
	s.seq = 0xfffffff0;
	l.load(s);
	l.port.gap_percent = l.port.stall_percent = 0;
	lengths(l, s);
	l.port.gap_percent = 20;
	l.port.stall_percent = 40;
	refused(l, s);
	l.port.gap_percent = l.port.stall_percent = 0;
	/* mixed with TLS 1.2, other sessions, and jobs whose words must wait behind gated ones */
	std::vector<Session> ss;
	for (uint16_t i = 0; i < 6; i++) {
		ss.push_back(i % 3 == 2 ? l.make(SLUICE_ALG_AES_GCM, static_cast<uint16_t>(30 + i)) : l.make13(static_cast<uint16_t>(30 + i)));
		l.load(ss.back());
	}
	for (unsigned n = 0; n < 600; n++) {
		Session &q = ss[l.tb.rng.below(6)];
		uint8_t type = static_cast<uint8_t>(20 + l.tb.rng.below(5));
		uint32_t pad = q.tls13() && l.tb.rng.percent(50) ? l.tb.rng.below(200) : 0;
		if (n % 32 == 0) {
			l.forget();
			l.port.gap_percent = l.tb.rng.percent(50) ? 0 : l.tb.rng.below(70);
			l.port.stall_percent = l.tb.rng.percent(50) ? 0 : l.tb.rng.below(70);
		}
		Bytes pt = l.some(5000);
		if (l.tb.rng.percent(10)) {
			Bytes rec = q.record(7, type, pt, pad);
			rec[5 + l.tb.rng.below(static_cast<uint32_t>(rec.size()) - 5)] ^= static_cast<uint8_t>(1 + l.tb.rng.below(255));
			l.open_bad(q, rec);
		}
		if (l.tb.rng.percent(40)) l.seal(q, type, pt, pad);
		else l.open(q, type, pt, pad);
	}
	l.forget();
	l.port.gap_percent = l.port.stall_percent = 0;
}

/*
 * Records of equal length, with all kinds of content, padding, key, tag and verdict: every word and response must come in the same cycle, the
 * number of words must be the same, and where no word is dropped by a verdict only the bytes differ.
 */
void tls13_timing(Lane &l) {
	std::vector<uint64_t> base;
	for (unsigned round = 0; round < 40; round++) {
		Session s = l.make13(60);
		s.key = l.tb.rng.bytes(32);
		l.load(s);
		l.settle();
		for (unsigned i = 0; i < 100; i++) l.tb.tick(); /* until the response has left and the lane is idle */
		std::vector<uint64_t> seen;
		uint64_t start = l.tb.cycle;
		auto hook = l.tb.before_edge.size();
		l.tb.before_edge.push_back([&] {
			auto *v = l.tb.v.get();
			if (v->out_valid_o && v->out_ready_i) seen.push_back((l.tb.cycle - start) << 2 | v->out_last_o);
			if (v->rsp_valid_o && v->rsp_ready_i) seen.push_back((l.tb.cycle - start) << 2 | 2);
			if (v->cmd_ready_o) seen.push_back((l.tb.cycle - start) << 2 | 3);
		});
		for (unsigned k = 0; k < 3; k++) {
			Bytes inner = l.tb.rng.bytes(700);
			unsigned keep = l.tb.rng.below(701);
			std::fill(inner.begin() + keep, inner.end(), 0);
			if (round % 5 == 4 && k == 1) l.open_bad(s, ref_record13_inner(s.key, s.salt, s.seq + 1, inner));
			else open_inner(l, s, inner, "record of the same length");
		}
		l.settle();
		for (unsigned i = 0; i < 60; i++) l.tb.tick();
		l.tb.before_edge.resize(hook);
		if (round == 4) base = seen; /* the first rounds also move the banks' turn */
		if (round > 4) CHECK(l.tb, seen == base, "the schedule shows nothing of content, padding and verdict");
		l.port.forget();
	}
}
