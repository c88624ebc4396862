/*
 * Bench of the mac lane behind its port. Order: power on, primitives, records, refusals, faults, constant time, figures.
 * Every word is checked by the port driver (held, parity, one last word, one response); every result against libcrypto.
 * Compiled for one slot (tb_mac_lane) and for many (tb_mac_slots4, tb_mac_slots8).
 *   tb_mac_lane [--seed N] [--only PART[,PART…]] [--skip PART[,PART…]] [--ops N] [--cavp FILE]
 * N: random jobs of part cluster. FILE: vectors that cavp.py wrote.
 */
#include "sim/tb/mac_lane/lane_bench.h"

void Lane::power_on() {
	tb.v->rst_ni = 0;
	port.rest();
	secrets.rest();
	tb.v->rnd_fail_i = 0;
	tb.reset();
	CHECK(tb, tb.v->busy_o, "busy while the slots are erased");
	tb.mark();
	tb.run_until([&] { return !tb.v->busy_o; }, 3000);
	CHECK(tb, !tb.v->busy_o, "erasing ends");
	CHECK(tb, port.self_test(), "the self test passes");
}

int main(int argc, char **argv) {
	Lane l(argc, argv);
	std::string only, skip;
	for (int i = 1; i + 1 < argc; i++) {
		if (!strcmp(argv[i], "--only")) only = argv[i + 1];
		if (!strcmp(argv[i], "--skip")) skip = argv[i + 1];
		if (!strcmp(argv[i], "--cavp")) l.vectors = argv[i + 1];
		if (!strcmp(argv[i], "--ops")) l.rounds = static_cast<unsigned>(strtoul(argv[i + 1], nullptr, 0) / 170 + 1);
	}
	auto names = [](const std::string &list, const std::string &part) { return ("," + list + ",").find("," + part + ",") != std::string::npos; };
	struct { const char *name; void (*run)(Lane &); } parts[] = {
	    {"hashes", test_hashes}, {"prf", test_prf}, {"cavp", test_cavp}, {"ciphers", test_ciphers}, {"records", test_records}, {"bad_records", test_bad_records},
	    {"secrets", test_secrets}, {"refusals", test_refusals}, {"faults", test_faults}, {"constant_time", test_constant_time}, {"cluster", test_cluster},
	    {"speed", MAC_SLOTS == 1 ? print_speed : print_cluster_speed},
	};
	l.power_on();
	for (auto &p : parts)
		if ((only.empty() || names(only, p.name)) && !names(skip, p.name)) {
			uint64_t c = l.tb.cycle, passed = l.tb.passed;
			double t = tb_cpu_seconds();
			p.run(l);
			printf("%-14s %8llu checks %10llu cycles %6.1f s\n", p.name, static_cast<unsigned long long>(l.tb.passed - passed),
			       static_cast<unsigned long long>(l.tb.cycle - c), tb_cpu_seconds() - t);
			fflush(stdout);
		}
	return l.tb.finish();
}
