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

static void same_length_same_time(Lane &l, bool sha256, uint16_t version, uint32_t ct_len) {
	auto &tb = l.tb;
	Keys k = random_keys(tb.rng, sha256, version, tb.rng.percent(50));
	const uint32_t mac = static_cast<uint32_t>(k.mac_len());
	Bytes first;
	unsigned count = 0, bad = 0;
	auto probe = [&](const Bytes &body, uint8_t want, const char *what) {
		Keys a = k, b = k;
		Bytes probed = a.seal(23, {}, 0, tb.rng.bytes(16), &body);
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
		if (n > 16384) continue;
		Bytes body = k.body(23, tb.rng.bytes(n), pad / 16);
		probe(body, SLUICE_ST_OK, "a good record");
		if (pad % 16 == 3) {
			Bytes b = body;
			b[n + tb.rng.below(mac)] ^= 0x80;
			probe(b, SLUICE_ST_AUTH_FAILED, "a bad MAC");
			b = body;
			b[n + mac + tb.rng.below(pad)] ^= 1;
			probe(b, SLUICE_ST_AUTH_FAILED, "a bad padding byte");
			b = body;
			b.back() ^= 1;
			probe(b, SLUICE_ST_AUTH_FAILED, "a bad padding length");
			if (n) {
				b = body;
				b[tb.rng.below(n)] ^= 1;
				probe(b, SLUICE_ST_AUTH_FAILED, "bad data");
			}
		}
	}
	for (unsigned v = 0; v < 256; v += v < 40 ? 1 : 5) { /* any last byte on random bytes */
		Bytes b = tb.rng.bytes(ct_len);
		b.back() = static_cast<uint8_t>(v);
		probe(b, SLUICE_ST_AUTH_FAILED, "random bytes");
	}
	if (ct_len == 16384 + 48 - 16) { /* refused for its length after a good MAC */
		Bytes body = k.body(23, tb.rng.bytes(ct_len - mac - 1), 0);
		probe(body, ct_len - mac - 1 > 16384 ? SLUICE_ST_BAD_RECORD : SLUICE_ST_OK, "too long");
	}
	Bytes longer = k.body(23, tb.rng.bytes(ct_len + 64 - mac - 1), 0), rec;
	std::vector<uint8_t> status;
	Keys a = k;
	l.load(slot(6), k);
	rec = a.seal(23, {}, 0, tb.rng.bytes(16), &longer);
	Bytes other = trace_of(l, {EngineJob::make(SLUICE_OP_RECORD_OPEN, slot(6), rec)}, status);
	CHECK(tb, other != first, "the measure sees a difference where there is one");
	printf("  constant time: %s TLS 1.%u, %5u bytes: %4u records (%u bad), one time\n", sha256 ? "SHA-256" : "SHA-1  ", version - 0x0301u, ct_len, count, bad);
}

void test_constant_time(Lane &l) {
	l.pace(0, 0);
	for (bool wide : {false, true})
		for (uint16_t version : {0x0301, 0x0302, 0x0303})
			for (uint32_t n : {48u, 64u, 112u, 304u, 512u}) same_length_same_time(l, wide, version, n);
	same_length_same_time(l, false, 0x0303, 1072);
	same_length_same_time(l, true, 0x0301, 1072);
}

void print_speed(Lane &l) {
	auto &tb = l.tb;
	l.pace(0, 0);
	printf("  %-22s %8s %10s %12s %9s\n", "operation", "bytes", "cycles", "bytes/cycle", "of bound");
	uint64_t c0 = tb.cycle;
	double t0 = tb_cpu_seconds();
	for (int alg = 0; alg < 2; alg++)
		for (uint32_t n : {64u, 1024u, 16384u})
			for (bool open : {false, true}) {
				Keys k = random_keys(tb.rng, alg == 1, 0x0303, false);
				l.load(slot(3), k);
				const int runs = 8;
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
				uint32_t longest = open ? (n + static_cast<uint32_t>(k.mac_len()) + 16) / 16 * 16 - static_cast<uint32_t>(k.mac_len()) - 1 : n;
				double bound = ((longest + 13 + 72) / 64 + 1) * (alg ? 66.0 : 82.0);
				printf("  %-22s %8u %10.1f %12.3f %8.1f%%\n", open ? (alg ? "open  SHA-256 back2back" : "open  SHA-1 back2back") : (alg ? "seal  SHA-256 back2back" : "seal  SHA-1 back2back"),
				       n, cycles, n / cycles, 100 * bound / cycles);
				if (n == 16384) CHECK(tb, bound / cycles >= 0.95, "16 KiB records are hash-bound (95 %)");
				if (n == 1024) CHECK(tb, bound / cycles >= 0.90, "1 KiB records are nearly hash-bound (90 %)");
			}
	double seconds = tb_cpu_seconds() - t0;
	printf("  simulated: %.2f M cycles/s\n", static_cast<double>(tb.cycle - c0) / seconds * 1e-6);
	for (uint32_t n : {12u, 48u, 104u, 136u}) {
		EngineResult r = l.run(SLUICE_OP_TLS_PRF, 0, tb.rng.bytes(48 + 77), 48, n);
		CHECK(tb, r.status == SLUICE_ST_OK, "timed PRF");
		printf("  TLS_PRF  secret 48, label and seed 77, output %3u: %5u cycles\n", n, r.cycles);
	}
	EngineResult r = l.run(SLUICE_OP_SESSION_LOAD, slot(3), random_keys(tb.rng, false, 0x0303, false).context());
	printf("  SESSION_LOAD: %u cycles\n", r.cycles);
}
