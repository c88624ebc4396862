/* Queues one by one: abort, interrupts, functions and their memory windows, tampering. */
#include "sim/tb/sluice_dev/suite.h"

/* Abort of one queue with work in flight: the others go on, its memory is free when its own STATE says so. */
void Suite::queue_state() {
	h.queue_start(0, 5, 0);
	h.queue_start(31, 5, 0);
	h.queue_start(1, 5, 1);
	CHECK(tb, h.read(SLUICE_QUEUE_REG(0, STATE)) == 0, "idle after start");
	CHECK(tb, h.read(SLUICE_QUEUE_REG(SLUICE_NUM_QUEUES, CONFIG)) == 0, "a queue beyond this build reads zero");
	h.write(SLUICE_REG_FAULT_INJECT, 1u | SLUICE_FAULT_INJECT_HANG_MASK);
	Op stuck = make(1, layout(64, 1), layout(64, 1));
	h.submit(1, stuck.desc);
	h.doorbell(1);
	for (int round = 0; round < 6; round++) {
		std::vector<Op> lost, good;
		for (int i = 0; i < 16; i++) lost.push_back(make(0, layout(1500, 4), layout(1500, 4)));
		for (int i = 0; i < 16; i++) good.push_back(make(0, layout(300, 2), layout(300, 2)));
		size_t base = h.q[31].done.size();
		for (auto &o : lost) h.submit(0, o.desc);
		h.doorbell(0);
		for (auto &o : good) h.submit(31, o.desc);
		h.doorbell(31);
		for (uint32_t n = 100 + tb.rng.below(900); n; n--) tb.tick();
		h.queue_stop(0);
		uint32_t most = 0;
		bool idle = tb.run_until([&] {
			uint32_t s = h.read(SLUICE_QUEUE_REG(0, STATE));
			most = std::max(most, s >> SLUICE_QUEUE_STATE_INFLIGHT_SHIFT);
			return !(s & SLUICE_QUEUE_STATE_BUSY_MASK);
		}, 60000);
		CHECK(tb, idle && most <= 17, "its work ends although another engine hangs");
		CHECK(tb, h.read(SLUICE_REG_STATUS) & SLUICE_STATUS_BUSY_MASK, "while the device as a whole is busy");
		std::vector<std::vector<uint8_t>> dst;
		for (auto &o : lost) {
			dst.push_back(gather(o.dst, sum(o.dst)));
			for (auto &s : o.src) memset(h.mem.at(s.addr), 0x77, s.len); /* its memory is free: used for something else */
		}
		CHECK(tb, h.wait(31, base + good.size()), "the other queue of the class goes on");
		for (size_t i = 0; i < good.size() && h.q[31].done.size() == base + good.size(); i++) expect(good[i], h.q[31].done[base + i]);
		for (size_t i = 0; i < lost.size(); i++) CHECK(tb, gather(lost[i].dst, sum(lost[i].dst)) == dst[i], "nothing is written afterwards");
		h.queue_start(0, 5, 0);
	}
	CHECK(tb, h.read(SLUICE_QUEUE_REG(1, STATE)) & SLUICE_QUEUE_STATE_BUSY_MASK, "the hung queue stays busy");
	restart(20, 0);
}

/* A tail that goes back while its descriptors are fetched, in every cycle of that: nothing is fetched that was not submitted. */
void Suite::tail_goes_back() {
	static const unsigned q = 7, kRing = 16, kNew = 3;
	unsigned halted = 0;
	for (unsigned wait = 0; wait < 60; wait++) {
		h.queue_start(q, 4, 0);
		std::vector<Op> old, fresh;
		for (unsigned i = 0; i < kRing; i++) old.push_back(make(0, layout(16, 1), layout(16, 1)));
		batch(q, old); /* the ring is full of descriptors that would run */
		size_t base = h.q[q].done.size();
		for (unsigned i = 0; i < kNew; i++) fresh.push_back(make(0, layout(16, 1), layout(16, 1)));
		for (auto &o : fresh) h.submit(q, o.desc);
		h.doorbell(q);
		for (unsigned i = 0; i < wait; i++) tb.tick();
		h.write(SLUICE_QUEUE_REG(q, SQ_TAIL), kRing);
		for (int i = 0; i < 2000; i++) tb.tick();
		h.poll(q);
		size_t ran = h.q[q].done.size() - base;
		uint32_t error = h.read(SLUICE_QUEUE_REG(q, ERROR));
		CHECK(tb, ran <= kNew, "no descriptor runs twice");
		CHECK(tb, error == 1 || (error == 0 && ran == 0), "told as a doorbell beyond the ring, unless the work was taken back in time");
		halted += error == 1;
		h.queue_stop(q);
	}
	CHECK(tb, halted > 20, "most come too late");
	restart(20, 0);
}

/* Vectors: with each completion, by count, by time, masked, cleared, and by polling. */
void Suite::interrupts() {
	auto *v = tb.v.get();
	static const unsigned q = 5;
	h.queue_start(q, 6, 0);
	h.q[q].auto_head = false;
	auto run = [&](unsigned n) {
		std::vector<Op> ops;
		for (unsigned i = 0; i < n; i++) ops.push_back(make(0, layout(40, 1), layout(40, 1)));
		size_t base = h.q[q].done.size();
		for (auto &o : ops) h.submit(q, o.desc);
		h.doorbell(q);
		return base + n;
	};
	auto status = [&] { return h.read(SLUICE_REG_INT_STATUS0) >> q & 1; };
	size_t n = run(1);
	CHECK(tb, h.wait(q, n) && tb.run_until([&] { return status() == 1; }, 1000) && v->irq_o == 0, "status without enable raises no vector");
	h.write(SLUICE_REG_INT_ENABLE0, 1u << q);
	CHECK(tb, tb.run_until([&] { return v->irq_o == 1u << q; }, 10), "enable raises this queue's vector alone");
	h.write(SLUICE_REG_INT_STATUS0, ~(1u << q));
	CHECK(tb, status() == 1, "zeros clear nothing");
	h.write(SLUICE_REG_INT_STATUS0, 1u << q);
	CHECK(tb, status() == 0 && tb.run_until([&] { return v->irq_o == 0; }, 10), "write one to clear");
	h.write(SLUICE_REG_INT_STATUS1, ~0u);
	CHECK(tb, h.read(SLUICE_REG_INT_STATUS1) == 0 && h.read(SLUICE_REG_INT_ENABLE1) == 0, "no queues above 31 in this build");
	/* by count, no time: 7 completions raise nothing, the 8th does, and the completion is in memory then */
	h.write(SLUICE_QUEUE_REG(q, CQ_HEAD), h.q[q].head);
	h.write(SLUICE_QUEUE_REG(q, COALESCE), 8);
	CHECK(tb, h.read(SLUICE_QUEUE_REG(q, COALESCE)) == 8, "COALESCE reads back");
	n = run(7);
	CHECK(tb, h.wait(q, n), "came");
	h.settle();
	CHECK(tb, status() == 0 && v->irq_o == 0, "below the count");
	n = run(1);
	CHECK(tb, tb.run_until([&] { return v->irq_o == 1u << q; }, 5000), "at the count");
	h.poll(q);
	CHECK(tb, h.q[q].done.size() == n, "what was announced is in memory");
	h.write(SLUICE_REG_INT_STATUS0, 1u << q);
	h.write(SLUICE_QUEUE_REG(q, CQ_HEAD), h.q[q].head);
	/* by time: one completion, TIME cycles */
	h.write(SLUICE_QUEUE_REG(q, COALESCE), 100 | 700u << 16);
	n = run(1);
	CHECK(tb, h.wait(q, n), "came");
	uint64_t seen = tb.cycle;
	CHECK(tb, tb.run_until([&] { return v->irq_o != 0; }, 2000), "by time");
	CHECK(tb, tb.cycle - seen > 500 && tb.cycle - seen < 700 + 2 * SLUICE_NUM_QUEUES + 200, "about TIME cycles later");
	h.write(SLUICE_REG_INT_STATUS0, 1u << q);
	h.write(SLUICE_QUEUE_REG(q, CQ_HEAD), h.q[q].head);
	/* polling: all read before the time is over, nothing is raised */
	h.q[q].auto_head = true;
	n = run(2);
	CHECK(tb, h.wait(q, n), "came");
	for (int i = 0; i < 3000; i++) tb.tick();
	CHECK(tb, v->quiet_o && status() == 0, "a queue that is polled is not announced, and the timers' clock stands still");
	h.queue_stop(q);
	h.write(SLUICE_REG_INT_ENABLE0, 0);
}

/* What leaves the window of a function is refused at each kind of transfer, and counted; other functions do not notice. */
void Suite::windows() {
	auto window = [&](unsigned f, uint64_t base, uint64_t limit, bool on) {
		h.write(SLUICE_FUNC_REG(f, BASE_LO), static_cast<uint32_t>(base));
		h.write(SLUICE_FUNC_REG(f, BASE_HI), static_cast<uint32_t>(base >> 32));
		h.write(SLUICE_FUNC_REG(f, LIMIT_LO), static_cast<uint32_t>(limit));
		h.write(SLUICE_FUNC_REG(f, LIMIT_HI), static_cast<uint32_t>(limit >> 32));
		h.write(SLUICE_FUNC_REG(f, CTRL), on);
	};
	auto errors = [&](unsigned f) { return h.read(SLUICE_FUNC_REG(f, ERRORS)); };
	h.queue_start(2, 4, 0);
	uint64_t out = room(4096, 0);
	uint64_t base = h.alloc(0, 4096);
	h.func = 3;
	h.queue_start(9, 4, 0);
	h.func = 0;
	std::vector<Op> ops;
	for (int i = 0; i < 4; i++) ops.push_back(make(0, layout(900, 4), layout(900, 4)));
	ops.push_back(make(0, {{room(64, 3), 64}}, {{room(64, 5), 64}}));
	uint64_t edge_src = room(777, 3), edge_dst = room(800, 5);
	Op edge = make(0, {{edge_src, 777}}, {{edge_dst, 777}});
	uint64_t limit = edge.dst[0].addr + 776;
	window(3, base, limit, true);
	CHECK(tb, h.read(SLUICE_FUNC_REG(3, LIMIT_LO)) == static_cast<uint32_t>(limit) && h.read(SLUICE_FUNC_REG(3, CTRL)) == 1, "reads back");
	ops.push_back(edge);
	batch(9, ops);
	CHECK(tb, errors(3) == 0, "inside, to the last byte");
	h.alloc(4096);
	uint32_t dma = h.read(SLUICE_REG_ERR_DMA), n = 0;
	auto refuse = [&](const char *what, const std::function<void(Op &)> &spoil) {
		Op o = make(0, layout(300, 1), layout(300, 1));
		/* put inside the window again: the arena used above */
		o.desc.flags = 0;
		o.desc.src_addr = ops[4].src[0].addr;
		o.desc.dst_addr = ops[4].dst[0].addr;
		o.desc.src_len = o.desc.dst_len = 64;
		o.desc.src_nseg = o.desc.dst_nseg = 0;
		spoil(o);
		std::vector<uint8_t> kept(h.mem.at(out), h.mem.at(out) + 4096);
		CHECK(tb, one(9, o.desc) == SLUICE_ST_DMA_ERROR, what);
		CHECK(tb, !memcmp(kept.data(), h.mem.at(out), kept.size()), "nothing is written outside");
		CHECK(tb, errors(3) == ++n, "counted for the function");
		std::vector<Op> good = {make(0, layout(200, 3), layout(200, 3))};
		batch(2, good);
	};
	refuse("source below", [&](Op &o) { o.desc.src_addr = base - 1; });
	refuse("source beyond by one byte", [&](Op &o) { o.desc.src_addr = limit - 62; });
	refuse("destination below", [&](Op &o) { o.desc.dst_addr = out; });
	refuse("destination beyond by one byte", [&](Op &o) { o.desc.dst_addr = limit - 62; });
	refuse("source list outside", [&](Op &o) { o.desc.flags = SLUICE_DESC_SRC_SGL; o.desc.src_addr = (out + 15) & ~15ull; o.desc.src_nseg = 2; });
	refuse("source list ends outside", [&](Op &o) { o.desc.flags = SLUICE_DESC_SRC_SGL; o.desc.src_addr = (limit & ~15ull) - 16; o.desc.src_nseg = 3; });
	refuse("destination list outside", [&](Op &o) { o.desc.flags = SLUICE_DESC_DST_SGL; o.desc.dst_addr = (out + 15) & ~15ull; o.desc.dst_nseg = 2; });
	for (int side = 0; side < 2; side++) {
		refuse("an entry outside", [&](Op &o) {
			uint64_t l = ops[side ? 1 : 0].desc.src_addr & ~15ull; /* a list inside, rewritten */
			uint64_t in = side ? ops[4].dst[0].addr : ops[4].src[0].addr;
			sluice_seg s[3] = {{in, 20, 0}, {out, 20, 0}, {in, 24, 0}};
			memcpy(h.mem.at(l), s, sizeof(s));
			o.desc.flags = side ? SLUICE_DESC_DST_SGL : SLUICE_DESC_SRC_SGL;
			(side ? o.desc.dst_addr : o.desc.src_addr) = l;
			(side ? o.desc.dst_nseg : o.desc.src_nseg) = 3;
		});
	}
	CHECK(tb, h.read(SLUICE_REG_ERR_DMA) - dma == n, "and for the device");
	/* rings outside: the queue stops with ERROR 3 and nobody else */
	for (int ring = 0; ring < 2; ring++) {
		h.func = 3;
		h.queue_start(10, 4, 0); /* both outside now */
		h.func = 0;
		if (ring == 0) {
			window(3, h.q[10].cq, h.q[10].cq + 32 * 16 - 1, true);
		} else {
			window(3, h.q[10].sq, h.q[10].sq + 64 * 16 - 1, true);
		}
		sluice_desc nop = {};
		h.submit(10, nop);
		h.doorbell(10);
		CHECK(tb, tb.run_until([&] { return h.read(SLUICE_QUEUE_REG(10, ERROR)) == 3; }, 2000), ring ? "completion ring outside" : "submission ring outside");
		CHECK(tb, errors(3) == ++n, "counted");
		sluice_cpl c;
		memcpy(&c, h.mem.at(h.q[10].cq), 32);
		CHECK(tb, c.phase == 0, "no completion is written");
		h.queue_stop(10);
		CHECK(tb, tb.run_until([&] { return h.read(SLUICE_QUEUE_REG(10, STATE)) == 0; }, 2000), "and nothing stays in flight");
	}
	for (unsigned f = 0; f < 8; f++) CHECK(tb, f == 3 || errors(f) == 0, "no other function has errors");
	h.queue_stop(9);
	window(3, 0, 0, false);
}

/* The function of a queue reaches the engine in rsvd2, whatever the host writes there is refused. */
void Suite::functions_at_the_port() {
	for (unsigned f = 0; f < 8; f++) {
		h.func = f;
		h.queue_start(16 + f, 4, f % kEngines);
		h.func = 0;
	}
	for (unsigned f = 0; f < 8; f++) {
		CHECK(tb, (h.read(SLUICE_QUEUE_REG(16 + f, CONFIG)) & SLUICE_QUEUE_CONFIG_FUNC_MASK) >> SLUICE_QUEUE_CONFIG_FUNC_SHIFT == f, "FUNC reads back");
		Op o = make(f % kEngines, layout(50, 1), layout(50, 1), kTellFunc);
		size_t base = h.q[16 + f].done.size();
		h.submit(16 + f, o.desc);
		h.doorbell(16 + f);
		CHECK(tb, h.wait(16 + f, base + 1) && h.q[16 + f].done[base].cpl.info == f, "the engine sees the queue's function");
		o = make(f % kEngines, layout(50, 1), layout(50, 1));
		o.desc.rsvd2 = f + 1;
		CHECK(tb, one(16 + f, o.desc) == SLUICE_ST_BAD_DESC, "a function named by the host is refused");
	}
}

/* Tamper pin and CTRL.ZEROIZE in the middle of work: engines in reset in the next cycles, the bus ends cleanly, only RESET brings it back. */
void Suite::tampering() {
	auto *v = tb.v.get();
	for (int round = 0; round < 10; round++) {
		bool pin = round & 1;
		for (unsigned e = 0; e < kEngines; e++) {
			h.queue_start(e, 5, e);
			for (int i = 0; i < 10; i++) {
				Op o = make(e, layout(1200, 3), layout(1300, 3));
				h.submit(e, o.desc);
			}
			h.doorbell(e);
		}
		for (uint32_t n = 20 + tb.rng.below(1500); n; n--) tb.tick();
		if (pin) {
			v->tamper_i = 1;
			CHECK(tb, tb.run_until([&] { return v->eng_rst_no == 0; }, 5), "engines in reset within five cycles");
		} else {
			h.write(SLUICE_REG_CTRL, SLUICE_CTRL_ENABLE_MASK | SLUICE_CTRL_ZEROIZE_MASK);
		}
		CHECK(tb, tb.run_until([&] { return h.read(SLUICE_REG_STATUS) == SLUICE_STATUS_TAMPER_MASK; }, 20000), "STATUS: TAMPER alone");
		CHECK(tb, h.axi->idle(), "the bus has come to rest");
		CHECK(tb, h.read(SLUICE_REG_CTRL) == 0 && h.read(SLUICE_QUEUE_REG(1, CONFIG)) == 0, "queues are gone");
		CHECK(tb, h.read(SLUICE_REG_SELFTEST_DONE) == 0 && h.read(SLUICE_REG_SELFTEST_PASS) == 0, "no engine may work");
		uint64_t accesses = h.axi->reads + h.axi->writes;
		h.write(SLUICE_REG_CTRL, SLUICE_CTRL_ENABLE_MASK);
		h.queue_start(0, 4, 0);
		Op o = make(0, layout(64, 1), layout(64, 1));
		h.submit(0, o.desc);
		h.doorbell(0);
		for (int i = 0; i < 500; i++) tb.tick();
		CHECK(tb, h.axi->reads + h.axi->writes == accesses, "nothing runs");
		if (pin) {
			h.write(SLUICE_REG_CTRL, SLUICE_CTRL_RESET_MASK);
			CHECK(tb, tb.run_until([&] { return h.read(SLUICE_REG_STATUS) == SLUICE_STATUS_TAMPER_MASK; }, 20000), "RESET does not end it while the pin is active");
			v->tamper_i = 0;
			for (int i = 0; i < 10; i++) tb.tick();
			CHECK(tb, h.read(SLUICE_REG_STATUS) == SLUICE_STATUS_TAMPER_MASK, "nor does the pin's end");
		}
		h.write(SLUICE_REG_CTRL, SLUICE_CTRL_RESET_MASK);
		CHECK(tb, h.ready() && h.read(SLUICE_REG_STATUS) == SLUICE_STATUS_READY_MASK, "RESET does");
		CHECK(tb, h.read(SLUICE_REG_SELFTEST_PASS) == kAll, "engines tested again");
		h.release(4096);
		h.write(SLUICE_REG_CTRL, SLUICE_CTRL_ENABLE_MASK);
		h.queue_start(2, 4, 2);
		std::vector<Op> good = {make(2, layout(333, 3), layout(333, 3))};
		batch(2, good);
	}
	v->entropy_fail_i = 1;
	for (int i = 0; i < 3; i++) tb.tick();
	v->entropy_fail_i = 0;
	CHECK(tb, h.read(SLUICE_REG_STATUS) & SLUICE_STATUS_ENTROPY_MASK, "STATUS.ENTROPY is kept");
	std::vector<Op> good = {make(2, layout(333, 3), layout(333, 3))};
	batch(2, good);
	restart(20, 0);
	CHECK(tb, !(h.read(SLUICE_REG_STATUS) & SLUICE_STATUS_ENTROPY_MASK), "until reset");
}
