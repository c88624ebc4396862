/*
 * Simulation speed of the aead lane: records of 16 KiB and 1 KiB sealed back to back with the smallest possible bench around it.
 * Prints cycles per CPU second, MB per CPU second, and the cost of an idle tick. One line of JSON at the end.
 */
#include <algorithm>

#include "Vtb_aead_lane.h"
#include "common/gen/sluice_regs.h"
#include "sim/harness/engine_port.h"

using Bench = Tb<Vtb_aead_lane>;
using Port = EnginePort<Vtb_aead_lane>;

struct Rate {
	double mcycles, mbytes, per_cycle;
};

/* Drives the port by hand: the command and its words are always there, results are always taken. */
static Rate run(Vtb_aead_lane *v, uint32_t bytes, unsigned records) {
	const uint32_t words = (bytes + 15) / 16;
	uint64_t cycles = 0, sent = 0, answered = 0;
	uint32_t word = 0;
	uint8_t desc[64] = {};
	EngineJob job = EngineJob::make(SLUICE_OP_RECORD_SEAL, 1u << 16, std::vector<uint8_t>(bytes), 23);
	memcpy(desc, job.desc, 64);
	v->clk_i = 0;
	v->eval();
	memcpy(&v->cmd_desc_i, desc, 64);
	v->out_ready_i = v->rsp_ready_i = 1;
	v->in_bytes_i = 16;
	uint64_t owed = 0;
	double t0 = tb_cpu_seconds();
	while (answered < records && cycles < 100000000) {
		v->cmd_valid_i = sent < records;
		v->in_valid_i = owed > 0;
		v->in_last_i = word == words - 1;
		bool cmd = v->cmd_valid_i && v->cmd_ready_o, in = v->in_valid_i && v->in_ready_o, rsp = v->rsp_valid_o;
		v->clk_i = 1;
		v->eval();
		v->clk_i = 0;
		v->eval();
		if (cmd) {
			sent++;
			owed += words;
		}
		if (in) {
			owed--;
			word = word + 1 == words ? 0 : word + 1;
		}
		answered += rsp;
		cycles++;
	}
	double dt = tb_cpu_seconds() - t0;
	v->cmd_valid_i = v->in_valid_i = 0;
	return {static_cast<double>(cycles) / dt / 1e6, static_cast<double>(records) * bytes / dt / 1e6,
	        static_cast<double>(records) * bytes / static_cast<double>(cycles)};
}

int main(int argc, char **argv) {
	Bench tb(argc, argv, "aead_lane speed");
	Rate best16{}, best1{};
	double idle = 1e9;
	{
		Port port(tb);
		tb.reset();
		CHECK(tb, port.self_test(), "self test passes");
		std::vector<uint8_t> ctx(128);
		ctx[0] = SLUICE_ALG_AES_GCM;
		ctx[1] = 32;
		ctx[2] = ctx[3] = 3;
		CHECK(tb, port.run(EngineJob::make(SLUICE_OP_SESSION_LOAD, 1u << 16, ctx)).status == SLUICE_ST_OK, "session loads");
		tb.tick();
		tb.before_edge.clear();
	}
	auto *v = tb.v.get();
	for (int i = 0; i < 5; i++) {
		Rate a = run(v, 16384, 400), b = run(v, 1024, 4000);
		if (a.mbytes > best16.mbytes) best16 = a;
		if (b.mbytes > best1.mbytes) best1 = b;
		double t0 = tb_cpu_seconds();
		for (int k = 0; k < 200000; k++) {
			v->clk_i = 1;
			v->eval();
			v->clk_i = 0;
			v->eval();
		}
		idle = std::min(idle, (tb_cpu_seconds() - t0) / 200000 * 1e9);
	}
	printf("AES-256-GCM records sealed back to back, best of 5\n");
	printf("16 KiB: %.2f bytes/cycle, %.2f M cycles/s, %.1f MB/s\n", best16.per_cycle, best16.mcycles, best16.mbytes);
	printf(" 1 KiB: %.2f bytes/cycle, %.2f M cycles/s, %.1f MB/s\n", best1.per_cycle, best1.mcycles, best1.mbytes);
	printf("idle tick: %.0f ns\n", idle);
	printf("{\"bench\": \"aead_lane\", \"gcm_16k_bytes_per_cycle\": %.3f, \"gcm_16k_mb_s\": %.1f, \"gcm_1k_mb_s\": %.1f, \"mcycles_s\": %.3f, "
	       "\"idle_ns\": %.1f}\n", best16.per_cycle, best16.mbytes, best1.mbytes, best16.mcycles, idle);
	CHECK(tb, best16.per_cycle >= 0.97 * 16, "16 KiB records at 97 % of the lane or better");
	return tb.finish();
}
