/*
 * Constant time of RECORD_OPEN, measured: every handshake output of the lane, cycle by cycle from the command to the response, must be the
 * same for all records of one public length, whatever their padding, MAC and verdict. And the figures that the README quotes.
 */
#include <functional>

#include "sim/tb/mac_lane/lane_bench.h"

/* Handshake outputs of every cycle while a job is in the lane. */
static Bytes trace_of(Lane &l, const std::vector<EngineJob> &jobs, std::vector<uint8_t> &status) {
	auto &tb = l.tb;
	auto *v = tb.v.get();
	Bytes trace;
	std::vector<size_t> id;
	tb.run_until([&] { return !v->busy_o; }, 1000);
	for (auto &j : jobs) id.push_back(l.port.submit(j));
	tb.mark();
	while (!l.port.idle()) {
		tb.tick();
		trace.push_back(static_cast<uint8_t>(v->cmd_ready_o | v->in_ready_o << 1 | v->out_valid_o << 2 | v->out_last_o << 3 |
		                                     v->rsp_valid_o << 4 | v->rnd_ready_o << 5 | v->busy_o << 6));
	}
	for (size_t i : id) status.push_back(l.port.result(i).status);
	l.port.forget();
	return trace;
}

/* ct_len: enciphered bytes. Encrypt then MAC: the body holds no MAC, the record does. */
static void same_length_same_time(Lane &l, const Suite &suite, uint32_t ct_len) {
	auto &tb = l.tb;
	Keys k = random_keys(tb.rng, suite, tb.rng.percent(50));
	const uint32_t mac = suite.etm ? 0 : static_cast<uint32_t>(k.mac_len());
	Bytes first;
	unsigned count = 0, bad = 0;
	auto probe = [&](const Bytes &body, uint8_t want, const char *what, size_t damage = 0) {
		Keys a = k, b = k;
		Bytes probed = a.seal(23, {}, 0, tb.rng.bytes(16), &body);
		if (damage) probed[probed.size() - damage] ^= 1;
		b = want == SLUICE_ST_OK ? a : k;
		l.load(slot(6), k);
		/* a good record follows at once: what a record leaves behind must not show in the next one's time either */
		Bytes next = b.seal(23, tb.rng.bytes(200), 0, tb.rng.bytes(16));
		std::vector<uint8_t> status;
		Bytes t = trace_of(l, {EngineJob::make(SLUICE_OP_RECORD_OPEN, slot(6), probed), EngineJob::make(SLUICE_OP_RECORD_OPEN, slot(6), next)}, status);
		CHECK(tb, status[0] == want && status[1] == SLUICE_ST_OK, what);
		if (first.empty()) first = t;
		CHECK(tb, t == first, "all records of one length take the same time, cycle by cycle");
		count++;
		bad += want != SLUICE_ST_OK;
	};
	for (uint32_t pad = 0; pad < 256 && pad + 1 + mac <= ct_len; pad++) { /* all good paddings of this length */
		uint32_t n = ct_len - mac - 1 - pad;
		if (n > 16384 || (k.ssl3() && pad > 15)) continue;
		Bytes body = k.body(23, tb.rng.bytes(n), pad / 16);
		probe(body, SLUICE_ST_OK, "a good record");
		if (pad % 16 != 3) continue;
		if (suite.etm) {
			probe(body, SLUICE_ST_AUTH_FAILED, "a bad MAC", 1 + tb.rng.below(static_cast<uint32_t>(k.mac_len())));
			probe(body, SLUICE_ST_AUTH_FAILED, "bad ciphertext", k.mac_len() + 1 + tb.rng.below(ct_len));
		}
		Bytes b = body;
		if (mac) {
			b[n + tb.rng.below(mac)] ^= 0x80;
			probe(b, SLUICE_ST_AUTH_FAILED, "a bad MAC");
		}
		if (!k.ssl3()) {
			b = body;
			b[n + mac + tb.rng.below(pad)] ^= 1;
			probe(b, SLUICE_ST_AUTH_FAILED, "a bad padding byte");
		}
		b = body;
		b.back() ^= k.ssl3() ? 0x10 : 1;
		probe(b, SLUICE_ST_AUTH_FAILED, "a bad padding length");
		if (n && mac) {
			b = body;
			b[tb.rng.below(n)] ^= 1;
			probe(b, SLUICE_ST_AUTH_FAILED, "bad data");
		}
	}
	for (unsigned v = 0; v < 256; v += v < 40 ? 1 : 5) { /* any last byte on random bytes */
		Bytes b = tb.rng.bytes(ct_len);
		b.back() = static_cast<uint8_t>(v);
		if (suite.etm && v == 0) continue; /* a good record of another plaintext */
		if (suite.etm) b[ct_len - 2] = static_cast<uint8_t>(v + 1);
		probe(b, SLUICE_ST_AUTH_FAILED, "random bytes");
	}
	if (ct_len == 16384 + 48 - 16 && mac) { /* refused for its length after a good MAC */
		Bytes body = k.body(23, tb.rng.bytes(ct_len - mac - 1), 0);
		probe(body, ct_len - mac - 1 > 16384 ? SLUICE_ST_BAD_RECORD : SLUICE_ST_OK, "too long");
	}
	Bytes longer = k.body(23, tb.rng.bytes(ct_len + 128 - mac - 1), 0), rec;
	std::vector<uint8_t> status;
	Keys a = k;
	l.load(slot(6), k);
	rec = a.seal(23, {}, 0, tb.rng.bytes(16), &longer);
	Bytes other = trace_of(l, {EngineJob::make(SLUICE_OP_RECORD_OPEN, slot(6), rec)}, status);
	CHECK(tb, other != first, "the measure sees a difference where there is one");
	printf("  constant time: %-19s %5u bytes: %4u records (%u bad), one time\n", suite.name().c_str(), ct_len, count, bad);
}

void test_constant_time(Lane &l) {
	l.pace(0, 0);
	unsigned turn = 0;
	for (const Suite &s : suites()) {
		const uint32_t least = s.etm ? 16 : s.alg == 2 ? 64 : 48, some[] = {64, 80, 112, 304};
		same_length_same_time(l, s, least);
		if (s.version != 0x0301) same_length_same_time(l, s, some[turn++ % 3]);
		if (s.version != 0x0302) same_length_same_time(l, s, s.version == 0x0303 ? 512 : some[3]);
	}
	same_length_same_time(l, {0, 0x0303, false}, 1072);
	same_length_same_time(l, {2, 0x0303, false}, 1072);
	same_length_same_time(l, {1, 0x0303, true}, 1072);
}

void print_speed(Lane &l) {
	auto &tb = l.tb;
	l.pace(0, 0);
	printf("  %-22s %8s %10s %12s %9s\n", "operation", "bytes", "cycles", "bytes/cycle", "of bound");
	uint64_t c0 = tb.cycle;
	double t0 = tb_cpu_seconds();
	for (const Suite &suite : {Suite{0, 0x0303, false}, Suite{1, 0x0303, false}, Suite{2, 0x0303, false}, Suite{0, 0x0300, false}, Suite{0, 0x0303, true}, Suite{1, 0x0303, true}})
		for (uint32_t n : {64u, 1024u, 16384u})
			for (bool open : {false, true}) {
				Keys k = random_keys(tb.rng, suite, false);
				l.load(slot(3), k);
				const int runs = n < 1000 ? 64 : n < 10000 ? 32 : 8;
				std::vector<EngineJob> jobs;
				for (int i = 0; i < runs; i++) {
					Bytes data = tb.rng.bytes(n);
					jobs.push_back(open ? EngineJob::make(SLUICE_OP_RECORD_OPEN, slot(3), k.seal(23, data, 0, tb.rng.bytes(16)))
					                    : EngineJob::make(SLUICE_OP_RECORD_SEAL, slot(3), data, 23));
				}
				uint64_t start = tb.cycle;
				std::vector<size_t> id;
				for (auto &j : jobs) id.push_back(l.port.submit(j));
				l.port.drain();
				double cycles = static_cast<double>(tb.cycle - start) / runs;
				for (size_t i : id) CHECK(tb, l.port.result(i).status == SLUICE_ST_OK, "timed records are good");
				l.port.forget();
				/* the bound: inner and outer compressions of this record, one after the other */
				uint32_t mac = static_cast<uint32_t>(k.mac_len()), ct = (n + (suite.etm ? 0 : mac) + 16) / 16 * 16;
				uint32_t hashed = suite.etm ? ct + 16 : open ? ct - mac - 1 : n;
				double blocks = suite.alg == 2 ? (hashed + 13 + 144) / 128 : (hashed + (k.ssl3() ? 71 : 13) + 72) / 64;
				double bound = (blocks + (k.ssl3() ? 2 : 1)) * (suite.alg == 1 ? 66 : 82);
				printf("  %s %-16s %8u %10.1f %12.3f %8.1f%%\n", open ? "open" : "seal", suite.name().c_str(), n, cycles, n / cycles, 100 * bound / cycles);
				if (suite.alg == 2) continue; /* bound by the cipher: 128 bytes take 88 cycles of AES-128, 82 of SHA-384 */
				CHECK(tb, bound / cycles >= (n >= 16384 ? 0.98 : n >= 1024 ? 0.97 : 0.87), "records back to back are hash-bound");
			}
	double seconds = tb_cpu_seconds() - t0;
	printf("  simulated: %.2f M cycles/s\n", static_cast<double>(tb.cycle - c0) / seconds * 1e-6);
	for (uint32_t n : {12u, 48u, 104u, 136u}) {
		EngineResult r = l.run(SLUICE_OP_TLS_PRF, 0, tb.rng.bytes(48 + 77), 48, n);
		CHECK(tb, r.status == SLUICE_ST_OK, "timed PRF");
		printf("  TLS_PRF  secret 48, label and seed 77, output %3u: %5u cycles\n", n, r.cycles);
	}
	EngineResult r = l.run(SLUICE_OP_SESSION_LOAD, slot(3), random_keys(tb.rng, {0, 0x0303, false}, false).context());
	printf("  SESSION_LOAD: %u cycles\n", r.cycles);
}
