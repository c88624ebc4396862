/*
 * What each operation of the simulated device costs through rings and DMA: cycles alone (doorbell to completion), cycles each when the queue
 * is kept full, bytes per cycle, and how fast the simulation runs meanwhile. One line of JSON per operation; every completion is checked.
 *   bench_ops LIBRARY [quick]
 */
#include <cstdio>

#include "sim/harness/tb.h"
#include "sim/tb/sluice_top/sim_host.h"

static int failures;

struct Op {
	const char *name;
	unsigned engine, opcode, alg, mac_key_bytes;
	uint32_t param0, param1;
	uint32_t len; /* of the source; of the plaintext for records */
};

static const unsigned kMac1 = SLUICE_ALG_AES_CBC_HMAC_SHA1, kMac256 = SLUICE_ALG_AES_CBC_HMAC_SHA256;

static void must(bool ok, const char *op, const char *what) {
	if (ok) return;
	failures++;
	fprintf(stderr, "bench_ops: %s: %s\n", op, what);
}

static sluice_session session_of(const Op &o) {
	sluice_session s = {};
	TbRng rng(3);
	s.alg = static_cast<uint8_t>(o.alg);
	s.version = 0x0303;
	s.key_bytes = 16;
	rng.fill(s.key, 16);
	if (o.alg == SLUICE_ALG_AES_GCM) rng.fill(s.iv, 4);
	s.mac_key_bytes = static_cast<uint8_t>(o.mac_key_bytes);
	rng.fill(s.mac_key, o.mac_key_bytes);
	return s;
}

/* Runs until n completions in all, in steps fine enough to time them. */
static bool finish(SimHost &h, size_t n) {
	for (uint64_t until = h.lib.cycles(h.sim) + 50000000; h.q[0].done.size() < n && h.lib.cycles(h.sim) < until; h.poll(0)) h.lib.run(h.sim, 16);
	return h.q[0].done.size() == n;
}

/* The descriptors of n operations: for opens, of records that are sealed first. */
static std::vector<sluice_desc> prepare(SimHost &h, const Op &o, unsigned n) {
	std::vector<sluice_desc> descs(n);
	TbRng rng(5);
	bool open = o.opcode == SLUICE_OP_RECORD_OPEN;
	uint32_t room = o.len + 128 > o.param1 ? o.len + 128 : o.param1;
	for (sluice_desc &d : descs) {
		d = {};
		d.opcode = static_cast<uint8_t>(open ? static_cast<unsigned>(SLUICE_OP_RECORD_SEAL) : o.opcode);
		d.handle = o.alg ? 0x10000u : 0;
		d.param0 = open ? 23 : o.param0;
		d.param1 = o.param1;
		d.src_len = o.len;
		d.dst_len = room;
		d.src_addr = h.alloc(o.len);
		d.dst_addr = h.alloc(room);
		rng.fill(h.at(d.src_addr), o.len);
	}
	for (sluice_desc &d : descs) {
		if (!open) break;
		must(h.one(0, d) == SLUICE_ST_OK, o.name, "record to open was not sealed");
		d.opcode = SLUICE_OP_RECORD_OPEN;
		d.handle = 0x10001u;
		d.param0 = 0;
		d.src_len = h.q[0].done.back().length;
		uint64_t record = d.dst_addr;
		d.dst_addr = d.src_addr;
		d.src_addr = record;
	}
	return descs;
}

static void measure(const SimLib &lib, const Op &o, unsigned n) {
	SimHost h(lib, 64u << 20, 1);
	must(h.ready(), o.name, "device is not ready");
	h.start(0, 8, o.engine);
	for (uint32_t slot = 0; slot < 2 && o.alg; slot++) must(h.load_session(0, 0x10000u | slot, session_of(o)) == SLUICE_ST_OK, o.name, "session refused");
	std::vector<sluice_desc> descs = prepare(h, o, n + 1);
	size_t base = h.q[0].done.size();
	uint64_t begun = lib.cycles(h.sim);
	h.submit(0, descs[0]);
	h.doorbell(0);
	must(finish(h, base + 1), o.name, "did not finish");
	uint64_t alone = lib.cycles(h.sim) - begun;
	sluice_sim_stats a, b;
	lib.get_stats(h.sim, &a);
	double cpu = tb_cpu_seconds();
	for (unsigned i = 1; i <= n; i++) h.submit(0, descs[i]);
	h.doorbell(0);
	must(finish(h, base + 1 + n), o.name, "did not finish");
	cpu = tb_cpu_seconds() - cpu;
	lib.get_stats(h.sim, &b);
	for (size_t i = base; i < h.q[0].done.size(); i++) must(h.q[0].done[i].status == SLUICE_ST_OK, o.name, "failed");
	const std::vector<uint64_t> &seen = h.q[0].seen;
	unsigned first = n / 4; /* the pipe is full from here */
	if (seen.size() < base + 1 + n) return;
	double each = static_cast<double>(seen[base + n] - seen[base + first]) / (n - first), cycles = static_cast<double>(b.cycles - a.cycles);
	printf("{\"op\": \"%s\", \"bytes\": %u, \"alone_cycles\": %llu, \"each_cycles\": %.1f, \"bytes_per_cycle\": %.3f, \"cycles_per_cpu_s\": %.0f, "
	       "\"mb_per_cpu_s\": %.3f}\n", o.name, o.len, static_cast<unsigned long long>(alone), each, o.len / each, cycles / cpu, n * o.len / cpu / 1e6);
	fflush(stdout);
}

int main(int argc, char **argv) {
	if (argc < 2) {
		fprintf(stderr, "usage: bench_ops LIBRARY [quick]\n");
		return 2;
	}
	SimLib lib(argv[1]);
	bool quick = argc > 2;
	const Op records[] = {
		{"GCM seal", SLUICE_ENGINE_AEAD, SLUICE_OP_RECORD_SEAL, SLUICE_ALG_AES_GCM, 0, 23, 0, 0},
		{"GCM open", SLUICE_ENGINE_AEAD, SLUICE_OP_RECORD_OPEN, SLUICE_ALG_AES_GCM, 0, 0, 0, 0},
		{"CBC+HMAC-SHA-1 seal", SLUICE_ENGINE_MAC, SLUICE_OP_RECORD_SEAL, kMac1, 20, 23, 0, 0},
		{"CBC+HMAC-SHA-1 open", SLUICE_ENGINE_MAC, SLUICE_OP_RECORD_OPEN, kMac1, 20, 0, 0, 0},
		{"CBC+HMAC-SHA-256 seal", SLUICE_ENGINE_MAC, SLUICE_OP_RECORD_SEAL, kMac256, 32, 23, 0, 0},
		{"CBC+HMAC-SHA-256 open", SLUICE_ENGINE_MAC, SLUICE_OP_RECORD_OPEN, kMac256, 32, 0, 0, 0},
		{"SHA-1", SLUICE_ENGINE_MAC, SLUICE_OP_HASH, 0, 0, SLUICE_HASH_SHA1, 0, 0},
		{"SHA-256", SLUICE_ENGINE_MAC, SLUICE_OP_HASH, 0, 0, SLUICE_HASH_SHA256, 0, 0},
	};
	for (Op o : records) {
		for (uint32_t len : {64u, 256u, 1024u, 4096u, 16384u}) {
			if (quick && (len == 256 || len == 4096)) continue;
			o.len = len;
			measure(lib, o, len > 4096 ? (quick ? 12 : 24) : 64);
		}
	}
	for (uint32_t out : {12u, 48u, 104u}) { /* Finished, master secret, key block of CBC with SHA-1 */
		char name[32];
		snprintf(name, sizeof(name), "TLS 1.2 PRF, %u out", out);
		measure(lib, {name, SLUICE_ENGINE_MAC, SLUICE_OP_TLS_PRF, 0, 0, 48, out, 48 + 77}, 32);
	}
	printf("%d passed, %d failed\n", failures ? 0 : 1, failures);
	return failures != 0;
}
