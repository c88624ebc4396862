/*
 * Many slots behind one port: jobs of every kind on many sessions at once, against the reference in the order in which they were given;
 * throughput with all slots busy; how long a small record waits behind large ones.
 */
#include <algorithm>

#include "sim/tb/mac_lane/lane_bench.h"

/* What a job must give. */
struct Want {
	uint8_t op = 0, status = 0;
	Bytes data;       /* result; seal: the plaintext */
	Keys seal_with;   /* seal: the keys as they stood */
	const char *what = "";
};

void test_cluster(Lane &l) {
	auto &tb = l.tb;
	const uint32_t sessions = 12;
	uint32_t generation = 0x100;
	for (unsigned pass = 0; pass < l.rounds; pass++) {
		l.pace(pass % 3 == 1 ? 25 : 0, pass % 3 == 2 ? 35 : 0);
		Keys rx[sessions], tx[sessions];
		uint32_t gen[sessions] = {};
		std::vector<Want> wants;
		std::vector<size_t> id;
		auto give = [&](const EngineJob &j, Want w) {
			w.op = j.desc[0];
			id.push_back(l.port.submit(j));
			wants.push_back(std::move(w));
		};
		auto load = [&](uint32_t c) { /* also over a slot in use, with records of the old keys still in flight */
			const auto &all = suites();
			gen[c] = generation;
			generation = generation == 0xffff ? 1 : generation + 1;
			rx[c] = random_keys(tb.rng, all[tb.rng.below(static_cast<uint32_t>(all.size()))], tb.rng.percent(50));
			tx[c] = random_keys(tb.rng, all[tb.rng.below(static_cast<uint32_t>(all.size()))], tb.rng.percent(50));
			give(EngineJob::make(SLUICE_OP_SESSION_LOAD, slot(2 * c, gen[c]), rx[c].context()), {0, SLUICE_ST_OK, {}, {}, "load"});
			give(EngineJob::make(SLUICE_OP_SESSION_LOAD, slot(2 * c + 1, gen[c]), tx[c].context()), {0, SLUICE_ST_OK, {}, {}, "load"});
		};
		for (uint32_t c = 0; c < sessions; c++) load(c);
		for (unsigned i = 0; i < 150; i++) {
			const uint32_t c = tb.rng.below(tb.rng.percent(30) ? 2 : sessions), what = tb.rng.below(20);
			Bytes data = tb.rng.bytes(tb.rng.below(tb.rng.percent(5) ? 6000 : tb.rng.percent(50) ? 400 : 60));
			if (what < 8) {
				Keys before = rx[c];
				Bytes rec = rx[c].seal(23, data, tb.rng.below(3), tb.rng.bytes(16));
				const bool good = !tb.rng.percent(15);
				if (!good) {
					rec[rx[c].ssl3() ? 5 : rec.size() - 1] ^= 0x40; /* SSL 3.0 looks at no padding byte but the length */
					rx[c] = before;
				}
				give(EngineJob::make(SLUICE_OP_RECORD_OPEN, slot(2 * c, gen[c]), rec),
				     {0, static_cast<uint8_t>(good ? SLUICE_ST_OK : SLUICE_ST_AUTH_FAILED), good ? data : Bytes(), {}, "open"});
			} else if (what < 15) {
				Want w = {0, SLUICE_ST_OK, data, tx[c], "seal"};
				if (tx[c].explicit_iv()) {
					tx[c].seq++;
				} else { /* the device's own padding, also in SSL 3.0: the chained IV comes out of it */
					Bytes body = tx[c].body(22, data, 0);
					std::fill(body.end() - 1 - body.back(), body.end(), body.back());
					tx[c].seal(22, {}, 0, {}, &body);
				}
				give(EngineJob::make(SLUICE_OP_RECORD_SEAL, slot(2 * c + 1, gen[c]), data, 22), w);
			} else if (what == 15) {
				load(c);
			} else if (what == 16) {
				give(EngineJob::make(SLUICE_OP_RECORD_SEAL, slot(2 * c + 1, gen[c] - 1), data, 22), {0, SLUICE_ST_BAD_HANDLE, {}, {}, "a stale handle"});
			} else if (what == 17) {
				give(EngineJob::make(SLUICE_OP_HASH, 0, data, SLUICE_HASH_SHA384), {0, SLUICE_ST_OK, ref_hash(2, data), {}, "hash"});
			} else if (what == 18) {
				give(EngineJob::make(SLUICE_OP_HMAC, slot(2 * c, gen[c]), data),
				     {0, static_cast<uint8_t>(rx[c].ssl3() ? SLUICE_ST_BAD_SESSION : SLUICE_ST_OK),
				      rx[c].ssl3() ? Bytes() : ref_hmac(rx[c].suite.alg, rx[c].mac_key, data), {}, "HMAC"});
			} else { /* gone at once, and all that follows on it */
				give(EngineJob::make(SLUICE_OP_SESSION_FREE, slot(2 * c, gen[c]), {}), {0, SLUICE_ST_OK, {}, {}, "free"});
				give(EngineJob::make(SLUICE_OP_RECORD_OPEN, slot(2 * c, gen[c]), data), {0, SLUICE_ST_BAD_HANDLE, {}, {}, "a freed handle"});
				load(c);
			}
		}
		l.port.drain();
		for (size_t i = 0; i < id.size(); i++) {
			EngineResult r = l.port.result(id[i]);
			Want &w = wants[i];
			if (w.op == SLUICE_OP_RECORD_SEAL && w.status == SLUICE_ST_OK) {
				uint8_t type = 0;
				Bytes got;
				CHECK(tb, r.status == SLUICE_ST_OK && r.seq == w.seal_with.seq && w.seal_with.open(r.data, type, got) && got == w.data && type == 22, w.what);
			} else {
				CHECK(tb, r.status == w.status && r.data == w.data, w.what);
			}
		}
		l.port.forget();
	}
}

/* Records of as many sessions as fit, all slots kept busy; the bound is every slot's hash with nothing between its records. */
void print_cluster_speed(Lane &l) {
	auto &tb = l.tb;
	const unsigned n = MAC_SLOTS;
	l.pace(0, 0);
	printf("  %u slots: %-16s %8s %14s %12s %9s\n", n, "operation", "bytes", "cycles/record", "bytes/cycle", "of bound");
	uint64_t c0 = tb.cycle;
	double t0 = tb_cpu_seconds();
	for (const Suite &suite : {Suite{0, 0x0303, false}, Suite{1, 0x0303, false}})
		for (uint32_t bytes : {64u, 1024u, 16384u})
			for (bool open : {false, true}) {
				const unsigned count = bytes > 10000 ? 6 * n : 40 * n, sessions = 2 * n;
				std::vector<Keys> k;
				for (unsigned s = 0; s < sessions; s++) {
					k.push_back(random_keys(tb.rng, suite, false));
					l.load(slot(100 + s), k[s]);
				}
				std::vector<size_t> id;
				for (unsigned i = 0; i < count; i++) {
					const unsigned s = i % sessions;
					Bytes data = tb.rng.bytes(bytes);
					id.push_back(l.port.submit(open ? EngineJob::make(SLUICE_OP_RECORD_OPEN, slot(100 + s), k[s].seal(23, data, 0, tb.rng.bytes(16)))
					                                : EngineJob::make(SLUICE_OP_RECORD_SEAL, slot(100 + s), data, 23)));
				}
				l.port.drain();
				for (size_t i : id) CHECK(tb, l.port.result(i).status == SLUICE_ST_OK, "timed records are good");
				/* from the first answer on all slots are busy, to the last one */
				const uint64_t from = l.port.result(id[n - 1]).rsp_cycle, to = l.port.result(id.back()).rsp_cycle;
				l.port.forget();
				const double per = static_cast<double>(to - from) / (count - n);
				const uint32_t mac = static_cast<uint32_t>(k[0].mac_len()), longest = (bytes + mac + 16) / 16 * 16 - mac - 1;
				const double bound = (((open ? longest : bytes) + 13 + 72) / 64 + 1) * (suite.alg ? 66.0 : 82.0) / n;
				printf("  %u slots: %s %-16s %6u %14.1f %12.3f %8.1f%%\n", n, open ? "open" : "seal", suite.name().c_str(), bytes, per, bytes / per, 100 * bound / per);
				if (bytes >= 1024) CHECK(tb, bound / per >= 0.95, "slots are hash-bound (95 %)");
			}
	printf("  simulated: %.2f M cycles/s\n", static_cast<double>(tb.cycle - c0) / (tb_cpu_seconds() - t0) * 1e-6);

	/* a small record now and then among large ones that fill every slot */
	const unsigned sessions = 2 * n;
	std::vector<Keys> k;
	for (unsigned s = 0; s <= sessions; s++) {
		k.push_back(random_keys(tb.rng, {0, 0x0303, false}, false));
		l.load(slot(100 + s), k[s]);
	}
	std::vector<size_t> small, large;
	for (unsigned i = 0; i < 8 * n; i++) {
		if (i % 3 == 2) small.push_back(l.port.submit(EngineJob::make(SLUICE_OP_RECORD_SEAL, slot(100 + sessions), tb.rng.bytes(64), 23)));
		large.push_back(l.port.submit(EngineJob::make(SLUICE_OP_RECORD_SEAL, slot(100 + i % sessions), tb.rng.bytes(16384), 23)));
	}
	l.port.drain();
	uint64_t worst = 0;
	for (size_t i : small) worst = std::max(worst, l.port.result(i).rsp_cycle - l.port.result(i).cmd_cycle);
	const uint64_t longest = 258 * 82, out = 1100;
	printf("  %u slots: a record of 64 bytes among records of 16 KiB waits %llu cycles at most (one of 16 KiB takes %llu)\n", n,
	       static_cast<unsigned long long>(worst), static_cast<unsigned long long>(longest));
	CHECK(tb, worst <= 2 * longest + 2 * n * out, "no more than two large records before it, and their way out");
	l.port.forget();
}
