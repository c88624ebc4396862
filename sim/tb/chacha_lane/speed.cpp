/* Bytes of data per cycle at the port of the chacha lane: records alone and back to back, of one session and of several. */
#include "sim/tb/chacha_lane/lane.h"

static constexpr double TargetBits = 22.0 * CHACHA_CORES; /* per cycle, on long records */

void speed(Lane &l) {
	Session one = l.make_session(0x0303, 0), one13 = l.make_session(0x0304, 20);
	std::vector<Session> ss;
	l.load(one);
	l.load(one13);
	for (uint16_t i = 1; i < 13; i++) {
		ss.push_back(l.make_session(i & 1 ? 0x0303 : 0x0304, i));
		l.load(ss.back());
	}
	l.forget();
	static const char *names[] = {"seal alone", "open alone", "seal same", "open same", "seal1.3 same", "open1.3 same", "seal mixed", "open mixed"};
	printf("ChaCha20-Poly1305 records, %d core%s, bytes per cycle at the port\n%8s", CHACHA_CORES, CHACHA_CORES > 1 ? "s" : "", "bytes");
	for (const char *n : names) printf(" %12s", n);
	printf("\n");
	std::string json = "{\"bench\": \"chacha_lane\", \"cores\": " + std::to_string(CHACHA_CORES);
	for (uint32_t n : {64u, 256u, 1024u, 4096u, 16384u}) {
		double rate[8];
		for (int mode = 0; mode < 8; mode++) {
			bool open = mode & 1;
			unsigned jobs = mode < 2 ? 1 : 24;
			size_t first = 0, last = 0;
			for (unsigned i = 0; i < jobs; i++) {
				Session &s = mode < 4 ? one : mode < 6 ? one13 : ss[i % ss.size()];
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
		printf("%8u", n);
		for (double r : rate) printf(" %12.3f", r);
		printf("\n");
		char buf[160];
		snprintf(buf, sizeof(buf), ", \"seal_%u\": %.4f, \"open_%u\": %.4f, \"open_same_%u\": %.4f", n, rate[6], n, rate[7], n, rate[3]);
		json += buf;
		if (n == 16384) {
			for (int mode = 2; mode < 8; mode++) CHECK(l.tb, rate[mode] * 8 >= TargetBits, "16 KiB records back to back at 22 bits a cycle and core or better");
			printf("16 KiB back to back, mixed sessions: %.2f bits a cycle (target %.0f)\n", rate[6] * 8, TargetBits);
		}
	}
	printf("%s}\n", json.c_str());
}
