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

/* The longest that one of `n` records of 1 KiB took from the doorbell to its completion, each alone in its queue. */
uint64_t Suite::slowest(unsigned q, unsigned cls, unsigned n) {
	uint64_t worst = 0;
	size_t top = h.mark();
	for (unsigned i = 0; i < n; i++) {
		Op o = make(cls, {{room(1024, 0), 1024}}, {{room(1024, 0), 1024}});
		size_t base = h.q[q].done.size();
		uint64_t from = tb.cycle;
		h.submit(q, o.desc);
		h.doorbell(q);
		CHECK(tb, h.wait(q, base + 1), "the record came");
		if (h.q[q].done.size() <= base) break;
		worst = std::max(worst, tb.cycle - from);
		expect(o, h.q[q].done[base]);
		h.release(top);
	}
	return worst;
}

/*
 * No class waits for another but for its share of the bus. Engines that think for 20 000 cycles a job, with more jobs than their runner holds,
 * cost a record of another class no more than the two bursts that fetch such a job. Two classes that move 16 KiB records without a pause cost
 * it at most what they have under way on the bus, twice (before its descriptor, before its data), one burst of each between its own, and
 * a full queue of bursts before each of its writes.
 */
void Suite::classes_apart() {
	enum : unsigned { kThink = 1250, kOwnWrites = 6, kUnderWay = 128, kBurst = 16, kWriteQueue = 4, kFloods = 2 };
	h.queue_start(0, 6, 0);
	h.queue_start(1, 6, 2);
	h.queue_start(2, 6, 1);
	h.queue_start(3, 6, 3);
	uint64_t alone = slowest(0, 0, 20);
	for (unsigned i = 0; i < 40; i++) h.submit(1, make(2, {{room(256, 0), 256}}, {{room(256, 0), 256}}, kThink << 16).desc);
	h.doorbell(1);
	uint64_t thinking = slowest(0, 0, 20);
	for (unsigned q : {2u, 3u}) {
		for (unsigned i = 0; i < 48; i++) h.submit(q, make(q == 2 ? 1 : 3, {{room(16384, 0), 16384}}, {{room(16384, 0), 16384}}).desc);
		h.doorbell(q);
	}
	for (int i = 0; i < 2000; i++) tb.tick();
	uint64_t flooded = slowest(0, 0, 20);
	for (unsigned q : {1u, 2u, 3u}) h.poll(q);
	CHECK(tb, h.q[1].done.size() < 30, "the thinking class was at work all the time");
	CHECK(tb, h.q[2].done.size() < 48 && h.q[3].done.size() < 48, "the flooding classes were at work all the time");
	uint64_t share = 2 * kFloods * kUnderWay + 3 * kFloods * kBurst + kOwnWrites * kWriteQueue * kBurst;
	if (stalls_) share = share * 4 / 3; /* a quarter of the bus's cycles */
	uint64_t slack = 2 * kBurst + 32 + (stalls_ ? alone / 4 : 0); /* completions are looked at every 16 cycles; memory's own jitter */
	printf("  1 KiB: at most %llu cycles alone, %llu beside engines that think, %llu beside two floods (bound %llu)\n",
	       static_cast<unsigned long long>(alone), static_cast<unsigned long long>(thinking), static_cast<unsigned long long>(flooded),
	       static_cast<unsigned long long>(alone + share));
	CHECK(tb, thinking <= alone + slack, "long work in another class delays nobody by more than its descriptors and data");
	CHECK(tb, flooded <= alone + share, "a flooded class delays another by its share of the bus at most");
	h.write(SLUICE_REG_CTRL, SLUICE_CTRL_RESET_MASK); /* the rest is not waited for */
	CHECK(tb, h.ready(), "ready after reset");
	h.write(SLUICE_REG_CTRL, SLUICE_CTRL_ENABLE_MASK);
}
