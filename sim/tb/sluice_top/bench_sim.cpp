/*
 * Speed and efficiency of the simulated device through its C interface: GCM records of 16 KiB and 1 KiB back to back through rings and
 * scatter lists, CBC+HMAC records, and RSA-2048 alone and eight at a time. Prints a table and checks that every completion is OK. Also
 * what the build of the library measures its models with before it compiles them (mk/sim.mk), so it should do a little of everything.
 *   bench_sim LIBRARY [records [gcm]]   gcm: GCM records alone
 */
#include <cstdio>

#include "sim/harness/tb.h"
#include "sim/tb/pka_engine/keys.h"
#include "sim/tb/sluice_top/sim_host.h"

static int failures;

static void must(bool ok, const char *what) {
	if (ok) return;
	failures++;
	fprintf(stderr, "bench_sim: %s\n", what);
}

/* What is done to records: by which engine, under sessions of which kind. */
struct Kind {
	const char *name;
	unsigned engine, alg, mac_key_bytes;
	bool open;
};
static const Kind kGcm = {"GCM", SLUICE_ENGINE_AEAD, SLUICE_ALG_AES_GCM, 0, false};
static const Kind kGcmOpen = {"GCM open", SLUICE_ENGINE_AEAD, SLUICE_ALG_AES_GCM, 0, true};
static const Kind kCbc[] = {
    {"CBC+SHA-1 seal", SLUICE_ENGINE_MAC, SLUICE_ALG_AES_CBC_HMAC_SHA1, 20, false},
    {"CBC+SHA-1 open", SLUICE_ENGINE_MAC, SLUICE_ALG_AES_CBC_HMAC_SHA1, 20, true},
    {"CBC+SHA-256 seal", SLUICE_ENGINE_MAC, SLUICE_ALG_AES_CBC_HMAC_SHA256, 32, false},
    {"CBC+SHA-256 open", SLUICE_ENGINE_MAC, SLUICE_ALG_AES_CBC_HMAC_SHA256, 32, true},
};

/* `count` records of `len` bytes, sources and destinations in pieces of `piece` bytes (0: flat, opens are), offset from alignment by `skew`. */
static void records(const SimLib &lib, const Kind &k, unsigned count, uint32_t len, uint32_t piece, unsigned skew) {
	SimHost h(lib, 64u << 20, 1);
	TbRng rng(7);
	must(h.ready(), "ready");
	h.start(0, 8, k.engine);
	sluice_session s = {};
	s.alg = static_cast<uint8_t>(k.alg);
	s.key_bytes = 16;
	s.mac_key_bytes = static_cast<uint8_t>(k.mac_key_bytes);
	s.version = 0x0303;
	for (uint32_t i = 0; i < 4; i++) { /* records of four sessions in turn */
		rng.fill(s.key, 16);
		rng.fill(s.iv, k.mac_key_bytes ? 0 : 4);
		rng.fill(s.mac_key, k.mac_key_bytes);
		must(h.load_session(0, 0x10000u | i, s) == SLUICE_ST_OK, "session");
		if (k.open) must(h.load_session(0, 0x10010u | i, s) == SLUICE_ST_OK, "session to open with"); /* has a sequence number of its own */
	}
	const unsigned slots = k.open ? count : 64; /* each record can be opened once */
	std::vector<sluice_desc> descs(slots);
	for (unsigned i = 0; i < slots; i++) {
		sluice_desc &d = descs[i];
		d = {};
		uint32_t room = len + 128;
		auto place = [&](uint32_t total, uint16_t *nseg) {
			if (!piece) return h.alloc(total, 64, skew);
			uint64_t list = h.alloc(16 * ((total + piece - 1) / piece), 16);
			*nseg = 0;
			for (uint32_t left = total, n; left; left -= n) {
				n = left < piece ? left : piece;
				sluice_seg g = {h.alloc(n, 64, skew), n, 0};
				memcpy(h.at(list) + 16 * (*nseg)++, &g, 16);
			}
			return list;
		};
		d.opcode = SLUICE_OP_RECORD_SEAL;
		d.flags = static_cast<uint8_t>(piece ? SLUICE_DESC_SRC_SGL | SLUICE_DESC_DST_SGL : 0);
		d.handle = 0x10000u | (i & 3);
		d.src_len = len;
		d.dst_len = room;
		d.param0 = 23;
		d.src_addr = place(len, &d.src_nseg);
		d.dst_addr = place(room, &d.dst_nseg);
		d.cookie = i;
		if (!k.open) continue;
		must(h.one(0, d) == SLUICE_ST_OK, "record to open was not sealed");
		d.opcode = SLUICE_OP_RECORD_OPEN;
		d.handle |= 0x10;
		d.param0 = 0;
		d.src_len = h.q[0].done.back().length;
		uint64_t record = d.dst_addr;
		d.dst_addr = d.src_addr;
		d.src_addr = record;
	}
	sluice_sim_stats a, b;
	lib.get_stats(h.sim, &a);
	double cpu = tb_cpu_seconds();
	unsigned sent = 0;
	size_t base = h.q[0].done.size();
	while (h.q[0].done.size() - base < count) {
		while (sent < count && sent - (h.q[0].done.size() - base) < slots) h.submit(0, descs[sent++ % slots]);
		h.doorbell(0);
		size_t before = h.q[0].done.size();
		lib.run(h.sim, 16 * (len / 16 + 8));
		h.poll(0);
		if (h.q[0].done.size() == before && lib.idle(h.sim)) break;
	}
	lib.get_stats(h.sim, &b);
	cpu = tb_cpu_seconds() - cpu;
	must(h.q[0].done.size() - base == count, "all records came");
	for (size_t i = base; i < h.q[0].done.size(); i++) must(h.q[0].done[i].status == SLUICE_ST_OK, "record");
	double cycles = static_cast<double>(b.cycles - a.cycles), secs = 1e-9 * static_cast<double>(b.wall_ns - a.wall_ns);
	double bytes = static_cast<double>(count) * len;
	char share[32] = "";
	if (k.engine == SLUICE_ENGINE_AEAD) snprintf(share, sizeof(share), " (%5.1f %% of a lane)", 100 * bytes / cycles / 16);
	printf("%s %5u B %-22s %8.0f cycles/record  %5.2f bytes/cycle%s  %6.2f MB/s of CPU time (%.2f of wall)  %5.2f Mcycle/s\n", k.name, len,
	       piece ? (skew ? "scattered, unaligned" : "scattered") : (skew ? "flat, unaligned" : "flat"), cycles / count, bytes / cycles, share,
	       bytes / cpu / 1e6, bytes / secs / 1e6, cycles / cpu / 1e6);
}

static void rsa(const SimLib &lib) {
	TbRng rng(11);
	uint8_t kek[32];
	rng.fill(kek, sizeof(kek));
	RsaKey key(rng, 65537);
	uint8_t blob[KEYBLOB_WRAPPED_BYTES];
	size_t blob_len;
	must(!keyblob_wrap(kek, key.plain.data(), key.plain.size(), blob, sizeof(blob), &blob_len), "key wrapped");
	SimHost h(lib, 1u << 20, 1, kek);
	must(h.ready(), "ready");
	sluice_sim_stats a, b;
	lib.get_stats(h.sim, &a);
	printf("reset and self tests: %llu cycles, %.3f s wall\n", static_cast<unsigned long long>(a.cycles), 1e-9 * static_cast<double>(a.wall_ns));
	must(h.reg(SLUICE_REG_SELFTEST_PASS) == SLUICE_ENGINE_MASK, "self tests");
	h.start(0, 5, SLUICE_ENGINE_PKA);
	sluice_desc d = {};
	d.opcode = SLUICE_OP_KEY_LOAD;
	d.handle = 0x10000;
	d.src_len = static_cast<uint32_t>(blob_len);
	d.src_addr = h.alloc(blob_len);
	memcpy(h.at(d.src_addr), blob, blob_len);
	must(h.one(0, d) == SLUICE_ST_OK, "key loaded");
	d = {};
	d.opcode = SLUICE_OP_RSA_PRIVATE;
	d.handle = 0x10000;
	d.src_len = d.dst_len = 256;
	d.src_addr = h.alloc(256);
	rng.fill(h.at(d.src_addr) + 1, 255);
	for (unsigned n : {1u, 8u}) {
		lib.get_stats(h.sim, &a);
		double cpu = tb_cpu_seconds();
		size_t base = h.q[0].done.size();
		for (unsigned i = 0; i < n; i++) {
			d.dst_addr = h.alloc(256);
			h.submit(0, d);
		}
		h.doorbell(0);
		must(h.wait(0, base + n), "RSA came");
		for (size_t i = base; i < h.q[0].done.size(); i++) must(h.q[0].done[i].status == SLUICE_ST_OK, "RSA");
		lib.get_stats(h.sim, &b);
		cpu = tb_cpu_seconds() - cpu;
		double cycles = static_cast<double>(b.cycles - a.cycles), secs = 1e-9 * static_cast<double>(b.wall_ns - a.wall_ns);
		printf("RSA-2048 x%u %36.0f cycles  %.0f cycles/op  %.3f s CPU (%.3f s wall)  %.2f Mcycle/s  front end ticked %.2f %% of cycles\n", n, cycles,
		       cycles / n, cpu, secs, cycles / cpu / 1e6, 100.0 * static_cast<double>(b.ticks_dev - a.ticks_dev) / cycles);
	}
}

int main(int argc, char **argv) {
	if (argc < 2) {
		fprintf(stderr, "usage: bench_sim LIBRARY [records [gcm]]\n");
		return 2;
	}
	SimLib lib(argv[1]);
	unsigned n = argc > 2 ? static_cast<unsigned>(atoi(argv[2])) : 200;
	records(lib, kGcm, n, 16384, 0, 0);
	records(lib, kGcm, n, 16384, 2048, 0);
	records(lib, kGcm, n, 16384, 1460, 6);
	records(lib, kGcm, n * 4, 1024, 0, 0);
	records(lib, kGcm, n * 4, 1024, 700, 9);
	if (argc < 4) {
		records(lib, kGcmOpen, n, 16384, 0, 0);
		for (const Kind &k : kCbc) records(lib, k, n / 10 + 1, 16384, 0, 0);
		rsa(lib);
	}
	printf("%d passed, %d failed\n", failures ? 0 : 1, failures);
	return failures != 0;
}
