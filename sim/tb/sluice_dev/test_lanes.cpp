/* Several lanes of a class, and what waits for what: order over lanes, the gain, small jobs among large ones. */
#include "sim/tb/sluice_dev/suite.h"

/* Jobs of one queue over several lanes: completions in order whatever their sizes, also with fences and without handles; and faster. */
void Suite::lanes_of_a_class() {
	uint64_t took[2];
	for (unsigned cls : {1u, 0u, 4u}) {
		for (unsigned q = 0; q < 3; q++) h.queue_start(q, 6, cls);
		size_t top = h.mark();
		for (int round = 0; round < 6; round++) {
			std::vector<Op> ops[3];
			for (unsigned q = 0; q < 3; q++) {
				for (int i = 0; i < 40; i++) {
					uint32_t len = tb.rng.percent(20) ? tb.rng.below(4000) : tb.rng.below(100);
					ops[q].push_back(make(cls, layout(len, 1 + tb.rng.below(4)), layout(len, 1 + tb.rng.below(4)), tb.rng.percent(30) ? kSplit : 0));
					if (tb.rng.percent(30)) ops[q].back().desc.handle = 0;
					if (tb.rng.percent(10)) ops[q].back().desc.flags |= SLUICE_DESC_FENCE;
				}
			}
			size_t base[3];
			for (unsigned q = 0; q < 3; q++) base[q] = h.q[q].done.size();
			for (int i = 0; i < 40; i++)
				for (unsigned q = 0; q < 3; q++) {
					h.submit(q, ops[q][static_cast<size_t>(i)].desc);
					if (tb.rng.percent(30) || i == 39) h.doorbell(q);
				}
			for (unsigned q = 0; q < 3; q++) {
				CHECK(tb, h.wait(q, base[q] + 40, 400000), "all came");
				for (size_t i = 0; i < 40 && h.q[q].done.size() == base[q] + 40; i++) expect(ops[q][i], h.q[q].done[base[q] + i]);
			}
			h.release(top);
		}
		std::vector<Op> ops;
		for (uint32_t i = 0; i < 48; i++) {
			ops.push_back(make(cls, {{room(2048, 0), 2048}}, {{room(2048, 0), 2048}}));
			ops.back().desc.handle = 0x10000u | i;
		}
		uint64_t from = tb.cycle;
		batch(0, ops);
		if (cls < 2) took[cls] = tb.cycle - from;
		for (unsigned q = 0; q < 3; q++) h.queue_stop(q);
		CHECK(tb, h.settle(), "settles");
		h.release(4096);
	}
	printf("  48 jobs of 2 KiB: %llu cycles in %u lane%s, %llu in one\n", static_cast<unsigned long long>(took[0]), lanes(0), lanes(0) > 1 ? "s" : "",
	       static_cast<unsigned long long>(took[1]));
	CHECK(tb, lanes(0) == 1 || took[0] * 13 < took[1] * 10, "two lanes are faster than one, also when memory is slow");
}

/* A small record of one queue waits for a bounded amount of other queues' large ones. */
void Suite::small_among_large() {
	for (unsigned q = 0; q < 4; q++) h.queue_start(q, 5, 1);
	std::vector<Op> big;
	for (int i = 0; i < 24; i++) big.push_back(make(1, {{room(16384, 0), 16384}}, {{room(16384, 0), 16384}}));
	uint64_t from = tb.cycle;
	std::vector<Op> first(big.begin(), big.begin() + 2);
	batch(3, first);
	uint64_t alone = (tb.cycle - from) / 2;
	for (unsigned q = 0; q < 3; q++) {
		for (unsigned i = 0; i < 8; i++) h.submit(q, big[8 * q + i].desc);
		h.doorbell(q);
	}
	for (uint64_t n = alone; n; n--) tb.tick();
	uint64_t worst = 0;
	for (int i = 0; i < 5; i++) {
		Op o = make(1, layout(64, 1), layout(64, 1));
		size_t base = h.q[3].done.size();
		from = tb.cycle;
		h.submit(3, o.desc);
		h.doorbell(3);
		CHECK(tb, h.wait(3, base + 1), "the small record came");
		worst = std::max(worst, tb.cycle - from);
	}
	printf("  64 bytes among three queues of 16 KiB: at most %.1f times the time of one of those\n", static_cast<double>(worst) / static_cast<double>(alone));
	CHECK(tb, worst < 8 * alone, "not starved");
	for (unsigned q = 0; q < 3; q++) CHECK(tb, h.wait(q, 8, 400000), "the large ones came");
}
