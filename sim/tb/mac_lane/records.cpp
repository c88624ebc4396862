/* RECORD_SEAL and RECORD_OPEN against the reference: all lengths, versions, hashes, keys and both orders, in both directions, and what must fail. */
#include "sim/tb/mac_lane/lane_bench.h"

/* The device seals, the reference opens; the device opens what the reference sealed. tx and rx are the reference's ends. */
static void both_ways(Lane &l, Keys &tx, Keys &rx, uint32_t tx_slot, uint32_t rx_slot, const Bytes &data, unsigned extra) {
	auto &tb = l.tb;
	uint8_t type = static_cast<uint8_t>(20 + tb.rng.below(4)), got_type = 0;
	Bytes got;
	uint64_t seq = tx.seq;
	EngineResult r = l.run(SLUICE_OP_RECORD_SEAL, tx_slot, data, type);
	CHECK(tb, r.status == SLUICE_ST_OK && r.seq == seq, "seal answers OK and the sequence number");
	CHECK(tb, r.data.size() == tx.around() + (data.size() + (tx.suite.etm ? 0 : tx.mac_len()) + 16) / 16 * 16, "seal uses the least padding");
	CHECK(tb, tx.open(r.data, got_type, got) && got_type == type && got == data, "the reference opens the sealed record");

	seq = rx.seq;
	Bytes rec = rx.seal(type, data, extra, tb.rng.bytes(16));
	r = l.run(SLUICE_OP_RECORD_OPEN, rx_slot, rec);
	CHECK(tb, r.status == SLUICE_ST_OK && r.info == type && r.seq == seq, "open answers OK, the type and the sequence number");
	CHECK(tb, r.data == data, "the device opens the reference's record");
}

void test_records(Lane &l) {
	auto &tb = l.tb;
	for (const Suite &suite : suites()) {
			Keys tx, rx;
			for (uint32_t n = 0; n <= 300; n += n < 150 ? 1 : 3) {
				l.pace(n % 4 == 1 ? 40 : 0, n % 4 >= 2 ? 30 : 0);
				if (n % 36 == 0) {
					tx = random_keys(tb.rng, suite, tb.rng.percent(50));
					rx = random_keys(tb.rng, suite, tb.rng.percent(50));
					l.load(slot(1, 2), tx);
					l.load(slot(1023, 0xffff), rx);
				}
				both_ways(l, tx, rx, slot(1, 2), slot(1023, 0xffff), tb.rng.bytes(n), 0);
			}
			for (uint32_t n : {16384u, 16369u, 1u + tb.rng.below(16384), 1u + tb.rng.below(4096)}) {
				l.pace(n % 2 * 30, n % 3 * 15);
				both_ways(l, tx, rx, slot(1, 2), slot(1023, 0xffff), tb.rng.bytes(n), tb.rng.below(3));
			}
		}

	/* every padding length on open: any length up to 255 that makes whole blocks */
	l.pace(0, 0);
	for (int alg = 0; alg < 3; alg++)
		for (uint32_t pad = 0; pad < 512; pad++) {
			Suite s = {alg, static_cast<uint16_t>(0x0301 + pad % 3), pad >= 256};
			if (alg == 0 && pad % 256 < 16 && pad % 2) s = {0, 0x0300, false};
			Keys rx = random_keys(tb.rng, s, pad & 1);
			l.load(slot(5), rx);
			uint32_t n = 64 * tb.rng.below(6) + (2 * 256 - (s.etm ? 0 : static_cast<uint32_t>(rx.mac_len())) - 1 - pad % 256) % 16;
			Bytes data = tb.rng.bytes(n), rec = rx.seal(23, data, pad % 256 / 16, tb.rng.bytes(16));
			CHECK(tb, l.run(SLUICE_OP_RECORD_OPEN, slot(5), rec).data == data, "every padding length opens");
		}

	/* records of two connections back to back, offered without waiting for answers, stalled at random */
	for (unsigned pass = 0; pass < 3 * suites().size(); pass++) {
		const unsigned pace = pass % 3 ? 0 : 35;
		l.pace(pace, pace);
		Keys rx[2], tx[2];
		std::vector<Bytes> want;
		std::vector<size_t> id;
		for (unsigned c = 0; c < 2; c++) {
			rx[c] = random_keys(tb.rng, c ? suites()[tb.rng.below(static_cast<uint32_t>(suites().size()))] : suites()[pass / 3], c == 0);
			tx[c] = random_keys(tb.rng, c ? suites()[pass / 3] : suites()[tb.rng.below(static_cast<uint32_t>(suites().size()))], c == 1);
			l.load(slot(20 + c), rx[c]);
			l.load(slot(30 + c), tx[c]);
		}
		std::vector<int> sealed;
		std::vector<bool> good;
		for (int i = 0; i < 60; i++) {
			unsigned c = tb.rng.below(2), what = tb.rng.below(10);
			Bytes data = tb.rng.bytes(tb.rng.below(i % 10 == 0 ? 4000 : 400));
			if (what < (pass % 2 ? 6u : 4u)) {
				Keys before = rx[c];
				Bytes rec = rx[c].seal(23, data, tb.rng.below(4), tb.rng.bytes(16));
				bool ok = !tb.rng.percent(25);
				if (!ok) {
					rec[rx[c].ssl3() ? 5 : rec.size() - 1 - tb.rng.below(16)] ^= 0x40; /* SSL 3.0 looks at no padding byte but the length */
					rx[c] = before; /* a refused record does not count */
				}
				id.push_back(l.port.submit(EngineJob::make(SLUICE_OP_RECORD_OPEN, slot(20 + c), rec)));
				good.push_back(ok);
				want.push_back(ok ? data : Bytes());
				sealed.push_back(-1);
			} else if (what < 9) {
				id.push_back(l.port.submit(EngineJob::make(SLUICE_OP_RECORD_SEAL, slot(30 + c), data, 22)));
				good.push_back(true);
				want.push_back(data);
				sealed.push_back(static_cast<int>(c));
			} else { /* a refusal in between keeps its place */
				id.push_back(l.port.submit(EngineJob::make(SLUICE_OP_RECORD_OPEN, slot(20 + c, 77), data)));
				good.push_back(false);
				want.push_back({});
				sealed.push_back(-2);
			}
		}
		l.port.drain();
		for (size_t i = 0; i < id.size(); i++) {
			EngineResult r = l.port.result(id[i]);
			if (sealed[i] >= 0) {
				uint8_t type = 0;
				Bytes got;
				CHECK(tb, tx[sealed[i]].open(r.data, type, got) && got == want[i] && type == 22, "sealed among others");
			} else {
				uint8_t fail = sealed[i] == -2 ? SLUICE_ST_BAD_HANDLE : SLUICE_ST_AUTH_FAILED;
				CHECK(tb, r.status == (good[i] ? SLUICE_ST_OK : fail) && r.data == want[i], "opened among others");
			}
		}
		l.port.forget();
	}
}

/* Everything that must be refused, in one suite. */
static void bad_records(Lane &l, const Suite &suite) {
	auto &tb = l.tb;
	Keys k = random_keys(tb.rng, suite, suite.version == 0x0302);
	l.load(slot(9), k);
	/* None of the following may count as a record: the sequence number and the chained IV stay, so a good one opens at the end. */
	auto refused = [&](const Bytes &rec, uint8_t status, const char *what) {
		EngineResult r = l.run(SLUICE_OP_RECORD_OPEN, slot(9), rec);
		CHECK(tb, r.status == status && r.data.empty() && r.info == 0, what);
	};
	auto with_body = [&](const Bytes &body) {
		Keys copy = k;
		return copy.seal(23, {}, 0, tb.rng.bytes(16), &body);
	};
	const size_t mac = k.mac_len(), inside = suite.etm ? 0 : mac;
	Bytes data = tb.rng.bytes(100), body = k.body(23, data, 3);
	const size_t pad = body.back();
	for (size_t i = 0; i < pad && !k.ssl3(); i++) { /* the length byte itself is among the cases below */
		Bytes b = body;
		b[b.size() - 2 - i] ^= static_cast<uint8_t>(1u << tb.rng.below(8));
		refused(with_body(b), SLUICE_ST_AUTH_FAILED, "every padding byte counts");
	}
	for (size_t bit = 0; bit < 8 * mac; bit++) {
		Bytes b = body;
		if (suite.etm) {
			Bytes rec = with_body(b);
			rec[rec.size() - mac + bit / 8] ^= static_cast<uint8_t>(1u << (bit % 8));
			refused(rec, SLUICE_ST_AUTH_FAILED, "every bit of the MAC counts");
			continue;
		}
		b[data.size() + bit / 8] ^= static_cast<uint8_t>(1u << (bit % 8));
		refused(with_body(b), SLUICE_ST_AUTH_FAILED, "every bit of the MAC counts");
	}
	for (size_t i = 0; i < data.size(); i += 9) {
		Bytes rec = with_body(body);
		if (suite.etm) {
			rec[5 + i] ^= 1; /* IV and ciphertext */
		} else {
			Bytes b = body;
			b[i] ^= 1;
			rec = with_body(b);
		}
		refused(rec, SLUICE_ST_AUTH_FAILED, "every data byte counts");
	}
	for (unsigned v = 0; v < 256; v++) { /* any other padding length, most of them longer than MAC and data leave room for */
		Bytes b = body;
		if (v == pad || (suite.etm && v == 0)) continue; /* 0 is a good padding, of a longer plaintext */
		b.back() = static_cast<uint8_t>(v);
		refused(with_body(b), SLUICE_ST_AUTH_FAILED, "a wrong padding length");
		Bytes small(b.end() - static_cast<long>((inside + 16) / 16 * 16), b.end());
		refused(with_body(small), SLUICE_ST_AUTH_FAILED, "a padding length in the smallest record");
	}
	if (!suite.etm) {
		Bytes b((mac + 16) / 16 * 16, static_cast<uint8_t>((mac + 16) / 16 * 16 - 1)); /* all padding, no room for a MAC */
		refused(with_body(b), SLUICE_ST_AUTH_FAILED, "padding that fills the record");
	}
	Keys copy = k;
	Bytes rec = copy.seal(23, data, 0, tb.rng.bytes(16));
	for (size_t n = 0; n < rec.size(); n++) refused(Bytes(rec.begin(), rec.begin() + static_cast<long>(n)), SLUICE_ST_BAD_RECORD, "a truncated record");
	for (unsigned byte = 1; byte < 5; byte++)
		for (unsigned bit = 0; bit < 8; bit++) {
			Bytes r = rec;
			r[byte] ^= static_cast<uint8_t>(1u << bit);
			refused(r, SLUICE_ST_BAD_RECORD, "a wrong version or length");
		}
	for (size_t cut = 1; cut <= rec.size() - 5; cut++) { /* the header agrees, but bytes are missing */
		Bytes r(rec.begin(), rec.end() - static_cast<long>(cut));
		const size_t frag = r.size() - 5, iv = k.explicit_iv() ? 16 : 0, after = suite.etm ? mac : 0;
		r[3] = static_cast<uint8_t>(frag >> 8);
		r[4] = static_cast<uint8_t>(frag);
		const bool shape = frag >= iv + after + (suite.etm ? 16 : mac + 1) && (frag - iv - after) % 16 == 0;
		refused(r, shape ? SLUICE_ST_AUTH_FAILED : SLUICE_ST_BAD_RECORD, "a record cut with its header");
	}
	Bytes r = rec;
	r[0] ^= 2;
	refused(r, SLUICE_ST_AUTH_FAILED, "another content type");
	refused(tb.rng.bytes(1), SLUICE_ST_BAD_RECORD, "one byte");
	Bytes big = tb.rng.bytes(5 + 18432 + (suite.etm ? mac : 16));
	big[1] = static_cast<uint8_t>(suite.version >> 8); big[2] = static_cast<uint8_t>(suite.version);
	big[3] = static_cast<uint8_t>((big.size() - 5) >> 8); big[4] = static_cast<uint8_t>(big.size() - 5);
	refused(big, SLUICE_ST_BAD_RECORD, "a fragment beyond 2^14 + 2048");
	Bytes huge = tb.rng.bytes(5 + 65536);
	refused(huge, SLUICE_ST_BAD_RECORD, "a source far longer than a record");
	/* right in every way but longer than 2^14: refused after its MAC was found right */
	copy = k;
	refused(copy.seal(23, tb.rng.bytes(16385), 0, tb.rng.bytes(16)), SLUICE_ST_BAD_RECORD, "2^14 + 1 bytes of plaintext");
	copy = k;
	copy.seq++;
	refused(copy.seal(23, data, 0, tb.rng.bytes(16)), SLUICE_ST_AUTH_FAILED, "a record out of its sequence");
	copy = k;
	copy.seq += 1ull << 32;
	refused(copy.seal(23, data, 0, tb.rng.bytes(16)), SLUICE_ST_AUTH_FAILED, "a sequence number with another upper half");
	if (!k.ssl3()) { /* the other order of MAC and cipher */
		copy = k;
		copy.suite.etm = !suite.etm;
		Bytes other = copy.seal(23, tb.rng.bytes(16 * 6 + (suite.etm ? 0 : 11)), 0, tb.rng.bytes(16));
		EngineResult e = l.run(SLUICE_OP_RECORD_OPEN, slot(9), other);
		CHECK(tb, (e.status == SLUICE_ST_AUTH_FAILED || e.status == SLUICE_ST_BAD_RECORD) && e.data.empty(), "MAC and cipher in the other order");
	}
	EngineResult ok = l.run(SLUICE_OP_RECORD_OPEN, slot(9), k.seal(23, data, 0, tb.rng.bytes(16)));
	CHECK(tb, ok.status == SLUICE_ST_OK && ok.data == data, "after all refusals the next good record opens");
}

void test_bad_records(Lane &l) {
	l.pace(0, 0);
	for (const Suite &s : suites()) bad_records(l, s);
}
