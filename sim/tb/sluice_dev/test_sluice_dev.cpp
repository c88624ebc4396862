/*
 * The front end with test engines (loop_engine.sv): rings, scatter lists, alignments, refusals, faults, reset. The engines pause at
 * random; memory timing differs from round to round. Repeat a failure with the --seed it prints.
 */
#include "sim/tb/sluice_dev/suite.h"

void Suite::identity() {
	CHECK(tb, h.read(SLUICE_REG_MAGIC) == SLUICE_MAGIC, "magic");
	CHECK(tb, h.read(SLUICE_REG_MAP_VERSION) == SLUICE_MAP_VERSION, "map version");
	CHECK(tb, h.read(SLUICE_REG_MAP_HASH) == SLUICE_MAP_HASH, "map hash");
	CHECK(tb, h.read(SLUICE_REG_CAP0) == (SLUICE_NUM_QUEUES | lanes(0) << 8 | lanes(1) << 12 | lanes(2) << 16 | SLUICE_NUM_KEYS << 24), "CAP0");
	CHECK(tb, h.read(SLUICE_REG_CAP1) == (SLUICE_NUM_SESSIONS | SLUICE_MAX_RING_LOG2 << 20), "CAP1");
	CHECK(tb, h.read(SLUICE_REG_CAP2) == (lanes(3) | lanes(4) << 8 | 1u << 12 | kAll << 16), "CAP2");
	CHECK(tb, h.read(SLUICE_REG_CAP3) == SLUICE_NUM_SECRETS, "CAP3");
	CHECK(tb, h.read(SLUICE_REG_SELFTEST_DONE) == kAll && h.read(SLUICE_REG_SELFTEST_PASS) == kAll, "self tests over and passed");
	CHECK(tb, h.read(0x0ffc) == 0 && h.read(0xfffc) == 0, "unknown registers read zero");
	uint64_t c0 = h.read(SLUICE_REG_CYCLES_LO), t0 = tb.cycle, c1 = h.read(SLUICE_REG_CYCLES_LO);
	CHECK(tb, c1 - c0 == tb.cycle - t0, "CYCLES counts clock cycles");
	for (unsigned e = 0; e < kEngines; e++) {
		h.queue_start(e, 3, e);
		sluice_desc nop = {};
		nop.cookie = 0xabcd0000u + e;
		CHECK(tb, one(e, nop) == SLUICE_ST_OK, "NOP on every class");
		CHECK(tb, h.q[e].done[0].cpl.sq_head == 1, "sq_head in the completion");
	}
}

void Suite::alignments() {
	static const uint32_t lens[] = {1, 5, 15, 16, 17, 31, 33, 64, 250, 256, 257, 300};
	h.queue_start(0, 9, 0);
	size_t top = h.mark();
	for (uint32_t len : lens) {
		std::vector<Op> ops;
		for (unsigned s = 0; s < 16; s++)
			for (unsigned d = 0; d < 16; d++)
				ops.push_back(make(0, {{room(len, s), len}}, {{room(len, d), len}}, tb.rng.percent(50) ? kSplit : 0));
		batch(0, ops);
		h.release(top);
	}
}

void Suite::scattered() {
	for (unsigned e = 0; e < kEngines; e++) h.queue_start(e, 6, e);
	size_t top = h.mark();
	for (int round = 0; round < 18; round++) {
		unsigned e = static_cast<unsigned>(round) % kEngines;
		std::vector<Op> ops;
		for (int i = 0; i < 24; i++) {
			uint32_t len = tb.rng.percent(20) ? tb.rng.below(40) : tb.rng.below(2000);
			uint32_t room_at = tb.rng.percent(80) ? len + 16 : tb.rng.below(len + 1);
			uint32_t p = (tb.rng.percent(50) ? kSplit : 0) | (tb.rng.percent(10) ? kNoResult : 0) | (tb.rng.percent(10) ? kAuthFail : 0);
			if (len && tb.rng.percent(10)) p |= kLonger;
			if (p & kNoResult) p &= ~(kLonger | kSplit);
			ops.push_back(make(e, layout(len, 1 + tb.rng.below(12)), layout(room_at, 1 + tb.rng.below(12)), p));
		}
		batch(e, ops);
		h.release(top);
	}
}

void Suite::bad_descriptors() {
	for (unsigned e = 0; e < kEngines; e++) h.queue_start(e, 6, e);
	auto try_one = [&](unsigned q, const char *what, const std::function<void(sluice_desc &)> &spoil) {
		Op o = make(q, layout(64, 1), layout(64, 1));
		spoil(o.desc);
		CHECK(tb, one(q, o.desc) == SLUICE_ST_BAD_DESC, what);
		CHECK(tb, guards(o.dst, 0), "refused work writes nothing");
	};
	uint32_t refused = h.read(SLUICE_REG_ERR_DESC);
	uint64_t bytes = counter(0, SLUICE_ENGINE_BYTES_LO);
	unsigned n = 0;
	auto bad = [&](const char *what, const std::function<void(sluice_desc &)> &spoil) { try_one(0, what, spoil); n++; };
	bad("rsvd0", [](sluice_desc &d) { d.rsvd0 = 0x8000; });
	bad("handle2", [](sluice_desc &d) { d.handle2 = 1; });
	bad("handle3", [](sluice_desc &d) { d.handle3 = 1; });
	bad("rsvd2", [](sluice_desc &d) { d.rsvd2 = 1ull << 63; });
	for (unsigned b = 3; b < 8; b++) bad("unknown flag", [b](sluice_desc &d) { d.flags = static_cast<uint8_t>(1u << b); });
	bad("source list without entries", [](sluice_desc &d) { d.flags = SLUICE_DESC_SRC_SGL; d.src_addr &= ~15ull; d.src_nseg = 0; });
	bad("source list too long", [](sluice_desc &d) { d.flags = SLUICE_DESC_SRC_SGL; d.src_addr &= ~15ull; d.src_nseg = SLUICE_MAX_SEGMENTS + 1; });
	bad("source list misaligned", [](sluice_desc &d) { d.flags = SLUICE_DESC_SRC_SGL; d.src_addr |= 8; d.src_nseg = 1; });
	bad("destination list without entries", [](sluice_desc &d) { d.flags = SLUICE_DESC_DST_SGL; d.dst_addr &= ~15ull; d.dst_nseg = 0; });
	bad("destination list too long", [](sluice_desc &d) { d.flags = SLUICE_DESC_DST_SGL; d.dst_addr &= ~15ull; d.dst_nseg = 0xffff; });
	bad("destination list misaligned", [](sluice_desc &d) { d.flags = SLUICE_DESC_DST_SGL; d.dst_addr |= 1; d.dst_nseg = 1; });
	bad("source wraps", [](sluice_desc &d) { d.src_addr = ~0ull - 5; });
	bad("destination wraps", [](sluice_desc &d) { d.dst_addr = ~0ull - 5; });
	for (unsigned cls = 0; cls < kEngines; cls++) {
		for (unsigned op = 0; op < 256; op++) {
			bool ok = sluice_op_engines(static_cast<uint8_t>(op)) >> cls & 1;
			Op o = make(cls, layout(32, 1), layout(64, 1));
			o.desc.opcode = static_cast<uint8_t>(op);
			unsigned got = one(cls, o.desc);
			CHECK(tb, got == (ok ? SLUICE_ST_OK : SLUICE_ST_BAD_DESC), "opcode and class as the map has them");
			n += !ok;
			if (cls == 0) bytes += ok && op != SLUICE_OP_NOP ? 32 : 0;
		}
	}
	CHECK(tb, h.read(SLUICE_REG_ERR_DESC) - refused == n, "ERR_DESC counts refusals");
	CHECK(tb, counter(0, SLUICE_ENGINE_BYTES_LO) == bytes, "refused work has no source bytes");
}

void Suite::lying_lists() {
	h.queue_start(0, 6, 0);
	std::vector<Seg> s = layout(200, 5);
	Op o = make(0, s, layout(300, 3));
	o.desc.src_len = 201;
	CHECK(tb, one(0, o.desc) == SLUICE_ST_BAD_DESC, "source list shorter than src_len");
	o = make(0, layout(200, 64), layout(900, 3));
	o.desc.src_len = 700;
	CHECK(tb, one(0, o.desc) == SLUICE_ST_BAD_DESC, "64 entries, much too short");
	std::vector<Op> ops;
	o = make(0, layout(200, 5), layout(300, 3));
	o.desc.src_len = 123; /* the list has room for more: the rest is not read */
	o.data.resize(123);
	ops.push_back(o);
	o = make(0, layout(200, 5), layout(150, 4));
	o.desc.dst_len = 10000; /* list shorter than dst_len: the list counts */
	ops.push_back(o);
	o = make(0, layout(200, 5), layout(300, 4));
	o.desc.dst_len = o.dst_len = 77; /* longer than dst_len: dst_len counts */
	ops.push_back(o);
	batch(0, ops);
	for (int side = 0; side < 2; side++) {
		for (int kind = 0; kind < 2; kind++) {
			o = make(0, layout(200, 6), layout(200, 6));
			uint8_t *entry = h.mem.at(side ? o.desc.dst_addr : o.desc.src_addr) + 16 * 5;
			sluice_seg bad;
			memcpy(&bad, entry, 16);
			if (bad.len == 0) bad.len = 1; /* the last piece may be empty by chance */
			if (kind) bad.rsvd = 0x01000000;
			else bad.addr = ~0ull;
			if (!kind) bad.len = std::max(bad.len, 2u);
			memcpy(entry, &bad, 16);
			if (side) o.desc.dst_len += 2;
			else o.desc.src_len += 2;
			if (side) o.desc.param0 |= kLonger;
			CHECK(tb, one(0, o.desc) == SLUICE_ST_BAD_DESC, "malformed list entry");
		}
	}
	CHECK(tb, (h.read(SLUICE_REG_STATUS) & ~SLUICE_STATUS_BUSY_MASK) == SLUICE_STATUS_READY_MASK, "device goes on");
	std::vector<Op> after = {make(0, layout(500, 3), layout(500, 3))};
	batch(0, after);
}

void Suite::lengths() {
	h.queue_start(1, 6, 1);
	size_t top = h.mark();
	for (uint32_t len : {0u, 1u, 16u, 4096u, 16384u, 18437u}) {
		std::vector<Op> ops;
		ops.push_back(make(1, {{room(len, 3), len}}, {{room(len, 5), len}}));
		ops.push_back(make(1, layout(len, 64), layout(len, 64), kSplit));
		ops.push_back(make(1, {{room(len, 0), len}}, {{room(len + 16, 0), len + 16}}, len ? kLonger : 0));
		if (len) ops.push_back(make(1, layout(len, 2), {{room(0, 7), 0}}, 0));
		if (len) ops.push_back(make(1, layout(len, 2), layout(len - 1, 7), 0));
		ops.push_back(make(1, {{room(len, 1), len}}, {{room(0, 7), 0}}, kNoResult));
		batch(1, ops);
		h.release(top);
	}
}

void Suite::completion_ring_full() {
	h.queue_start(3, 2, 0); /* 4 entries */
	h.queue_start(4, 4, 0); /* another queue of the class must not suffer */
	auto &q = h.q[3];
	q.auto_head = false;
	std::vector<Op> ops;
	for (int i = 0; i < 8; i++) ops.push_back(make(0, layout(40, 1), layout(40, 1)));
	for (int i = 0; i < 4; i++) h.submit(3, ops[i].desc);
	h.doorbell(3);
	CHECK(tb, h.wait(3, 4), "a ring full");
	for (int i = 4; i < 8; i++) h.submit(3, ops[i].desc); /* submission slots are free, completion slots are not */
	h.doorbell(3);
	uint8_t before[128], after[128];
	memcpy(before, h.mem.at(q.cq), 128);
	std::vector<Op> others;
	for (int i = 0; i < 6; i++) others.push_back(make(0, layout(300, 2), layout(300, 2)));
	batch(4, others);
	for (int i = 0; i < 500; i++) tb.tick();
	memcpy(after, h.mem.at(q.cq), 128);
	CHECK(tb, !memcmp(before, after, 128), "unread completions are not written over");
	CHECK(tb, h.read(SLUICE_QUEUE_REG(3, SQ_HEAD)) == 4, "nothing is fetched that could not complete");
	for (uint16_t i = 1; i <= 4; i++) { /* one slot at a time */
		h.write(SLUICE_QUEUE_REG(3, CQ_HEAD), i);
		CHECK(tb, h.wait(3, 4u + i), "one freed slot, one completion");
		for (int k = 0; k < 200; k++) tb.tick();
		CHECK(tb, h.poll(3) == 0, "and no more");
	}
	for (int i = 0; i < 8; i++) expect(ops[i], q.done[i]);
}

void Suite::bad_queues() {
	h.queue_start(0, 4, 0);
	h.queue_start(5, 4, 0);
	h.write(SLUICE_QUEUE_REG(5, SQ_TAIL), 17);
	CHECK(tb, h.read(SLUICE_QUEUE_REG(5, ERROR)) == 1, "doorbell beyond the ring");
	h.queue_start(6, 4, 0);
	h.write(SLUICE_QUEUE_REG(6, CQ_HEAD), 1);
	CHECK(tb, h.read(SLUICE_QUEUE_REG(6, ERROR)) == 1, "completion head beyond what was written");
	std::vector<Op> ops = {make(0, layout(100, 2), layout(100, 2))};
	batch(0, ops);
	h.queue_stop(5);
	h.queue_start(5, 4, 0);
	CHECK(tb, h.read(SLUICE_QUEUE_REG(5, ERROR)) == 0, "restart clears the error");
	ops[0] = make(0, layout(100, 2), layout(100, 2));
	batch(5, ops);
	static const struct { uint32_t config, sq, cq; const char *what; } rows[] = {
		{0, 0, 0, "size 1"}, {SLUICE_MAX_RING_LOG2 + 1, 0, 0, "size too big"}, {4 | kEngines << 4, 0, 0, "no such class"},
		{4 | 15u << 4, 0, 0, "no such class"}, {4, 32, 0, "submission ring misaligned"}, {4, 0, 16, "completion ring misaligned"}};
	for (auto &r : rows) {
		h.write(SLUICE_QUEUE_REG(7, SQ_BASE_LO), r.sq);
		h.write(SLUICE_QUEUE_REG(7, CQ_BASE_LO), r.cq);
		h.write(SLUICE_QUEUE_REG(7, CONFIG), r.config | SLUICE_QUEUE_CONFIG_ENABLE_MASK);
		CHECK(tb, h.read(SLUICE_QUEUE_REG(7, ERROR)) == 2, r.what);
		h.write(SLUICE_QUEUE_REG(7, SQ_TAIL), 1);
		h.queue_stop(7);
	}
	CHECK(tb, h.settle(), "a bad queue does nothing");
}

void Suite::dma_errors() {
	for (unsigned i = 0; i < 4; i++) h.queue_start(i, 4, 0);
	uint32_t before = h.read(SLUICE_REG_ERR_DMA);
	auto fail = [&](const char *what, bool write, const std::function<Seg(Op &)> &where) {
		Op o = make(0, layout(900, 4), layout(900, 4));
		Seg s = where(o);
		h.mem.faults = {{s.addr, s.len, !write, write}};
		CHECK(tb, one(0, o.desc) == SLUICE_ST_DMA_ERROR, what);
		h.mem.faults.clear();
		std::vector<Op> good = {make(0, layout(700, 3), layout(700, 3)), make(0, layout(70, 3), layout(70, 3))};
		batch(0, good);
	};
	auto longest = [](std::vector<Seg> &v) { return *std::max_element(v.begin(), v.end(), [](Seg &a, Seg &b) { return a.len < b.len; }); };
	fail("source", false, [&](Op &o) { Seg s = longest(o.src); s.addr += s.len - 1; s.len = 1; return s; });
	fail("source list", false, [&](Op &o) { return Seg{o.desc.src_addr + 16, 1}; });
	fail("destination", true, [&](Op &o) { Seg s = longest(o.dst); s.addr += s.len / 2; s.len = 1; return s; });
	fail("destination list", false, [&](Op &o) { return Seg{o.desc.dst_addr, 64}; });
	CHECK(tb, h.read(SLUICE_REG_ERR_DMA) - before == 4, "ERR_DMA counts transfers");
	Op o = make(0, layout(900, 1), layout(900, 1)); /* nowhere at all */
	o.desc.src_addr = 0;
	CHECK(tb, one(0, o.desc) == SLUICE_ST_DMA_ERROR, "unmapped source");
	/* submission ring unreadable: queue 1 stops, queue 0 goes on */
	o = make(0, layout(90, 1), layout(90, 1));
	h.mem.faults = {{h.q[1].sq, 64, true, false}};
	h.submit(1, o.desc);
	h.doorbell(1);
	h.settle();
	CHECK(tb, h.read(SLUICE_QUEUE_REG(1, ERROR)) == 3 && h.poll(1) == 0, "submission ring unreadable");
	h.mem.faults = {{h.q[2].cq, 64, false, true}};
	h.submit(2, o.desc);
	h.doorbell(2);
	h.settle();
	CHECK(tb, h.read(SLUICE_QUEUE_REG(2, ERROR)) == 3 && h.poll(2) == 0, "completion ring not writable");
	h.mem.faults.clear();
	std::vector<Op> good = {make(0, layout(700, 3), layout(700, 3))};
	batch(0, good);
	batch(3, good = {make(0, layout(700, 3), layout(700, 3))});
}

void Suite::damaged_results() {
	h.queue_start(0, 4, 0);
	uint32_t before = h.read(SLUICE_REG_ERR_PARITY);
	for (unsigned word : {0u, 3u, 9u}) {
		Op o = make(0, layout(160, 2), layout(160, 2), kParity | word << 8);
		CHECK(tb, one(0, o.desc) == SLUICE_ST_PARITY, "wrong parity");
		CHECK(tb, h.q[0].done.back().cpl.length == 16 * word, "written up to the damaged word");
		CHECK(tb, guards(o.dst, 16 * word), "the damaged word is not written");
	}
	h.write(SLUICE_REG_FAULT_INJECT, 0u | SLUICE_FAULT_INJECT_FLIP_MASK);
	Op o = make(0, layout(160, 2), layout(160, 2));
	CHECK(tb, one(0, o.desc) == SLUICE_ST_PARITY, "FLIP is caught");
	CHECK(tb, h.read(SLUICE_REG_FAULT_INJECT) == 0, "FLIP acts once");
	CHECK(tb, h.read(SLUICE_REG_ERR_PARITY) - before == 4, "ERR_PARITY counts words");
	std::vector<Op> good = {make(0, layout(160, 2), layout(160, 2))};
	batch(0, good);
}

void Suite::dropped() {
	h.queue_start(0, 4, 0);
	h.queue_start(1, 4, 1);
	h.write(SLUICE_REG_FAULT_INJECT, 0u | SLUICE_FAULT_INJECT_DROP_MASK);
	std::vector<Op> other = {make(1, layout(60, 2), layout(60, 2))};
	batch(1, other); /* another engine's work is not hit */
	CHECK(tb, h.read(SLUICE_REG_FAULT_INJECT) == SLUICE_FAULT_INJECT_DROP_MASK, "DROP waits for its engine");
	Op lost = make(0, layout(60, 2), layout(60, 2)), next = make(0, layout(60, 2), layout(60, 2));
	h.submit(0, lost.desc);
	h.submit(0, next.desc);
	h.doorbell(0);
	CHECK(tb, h.settle(), "device is idle with a completion missing");
	CHECK(tb, h.poll(0) == 0, "the dropped completion's slot stays empty");
	CHECK(tb, gather(lost.dst, 60) == result(lost), "its work was done");
	sluice_cpl c;
	memcpy(&c, h.mem.at(h.q[0].cq + 32), 32);
	CHECK(tb, c.cookie == next.cookie && c.phase == 1, "the next one is in the next slot");
}

void Suite::hang_and_reset() {
	h.queue_start(2, 4, 2);
	h.queue_start(0, 4, 0);
	std::vector<Op> good = {make(2, layout(160, 2), layout(160, 2))};
	batch(2, good);
	h.write(SLUICE_REG_FAULT_INJECT, 2u | SLUICE_FAULT_INJECT_HANG_MASK);
	Op o = make(2, layout(160, 2), layout(160, 2));
	h.submit(2, o.desc);
	h.doorbell(2);
	CHECK(tb, !h.wait(2, 2, 5000), "a hung engine answers nothing");
	CHECK(tb, h.read(SLUICE_REG_STATUS) & SLUICE_STATUS_BUSY_MASK, "busy");
	good = {make(0, layout(160, 2), layout(160, 2))};
	batch(0, good);
	restart(20, 0);
	h.queue_start(2, 4, 2);
	good = {make(2, layout(160, 2), layout(160, 2))};
	batch(2, good);
	CHECK(tb, h.read(SLUICE_ENGINE_REG(2, OPS_LO)) == 1, "counters start again");
}

void Suite::reset_anywhere() {
	for (int round = 0; round < 25; round++) {
		for (unsigned e = 0; e < kEngines; e++) {
			h.queue_start(e, 5, e);
			for (int i = 0; i < 12; i++) {
				Op o = make(e, layout(tb.rng.below(1500), 1 + tb.rng.below(6)), layout(1600, 1 + tb.rng.below(6)), kSplit);
				h.submit(e, o.desc);
			}
			h.doorbell(e);
		}
		for (uint32_t n = tb.rng.below(2500); n; n--) tb.tick();
		h.write(SLUICE_REG_CTRL, SLUICE_CTRL_RESET_MASK);
		CHECK(tb, h.ready(), "ready after reset in the middle of work");
		CHECK(tb, h.read(SLUICE_REG_CTRL) == 0, "RESET reads zero when over, ENABLE is off");
		CHECK(tb, h.read(SLUICE_REG_STATUS) == SLUICE_STATUS_READY_MASK, "not busy");
		CHECK(tb, h.read(SLUICE_QUEUE_REG(1, CONFIG)) == 0, "queues are cleared");
		CHECK(tb, h.axi->idle(), "no bus transfer is left over");
		h.release(4096);
		h.write(SLUICE_REG_CTRL, SLUICE_CTRL_ENABLE_MASK);
		h.queue_start(round % kEngines, 4, round % kEngines);
		std::vector<Op> good = {make(round % kEngines, layout(333, 3), layout(333, 3)), make(round % kEngines, layout(33, 3), layout(33, 3))};
		batch(round % kEngines, good);
		h.queue_stop(round % kEngines);
	}
}

void Suite::fences() {
	h.queue_start(0, 6, 0);
	for (int round = 0; round < 20; round++) {
		uint32_t len = 64 + tb.rng.below(2000);
		Op a = make(0, layout(len, 3), layout(len, 3)), b = make(0, {{room(len, 0), len}}, {{room(len, 2), len}});
		b.src = a.dst; /* reads what a writes */
		b.desc.src_addr = a.desc.dst_addr;
		b.desc.src_nseg = a.desc.dst_nseg;
		b.desc.flags |= SLUICE_DESC_FENCE | (a.dst_list ? SLUICE_DESC_SRC_SGL : 0);
		b.data = result(a);
		std::vector<Op> ops = {a, b};
		batch(0, ops);
	}
}

void Suite::fairness() {
	for (unsigned i = 0; i < 16; i++) h.queue_start(i, 5, 0);
	std::vector<Op> ops[16];
	for (unsigned i = 0; i < 16; i++)
		for (int k = 0; k < 32; k++) ops[i].push_back(make(0, layout(48, 1), layout(48, 1)));
	for (unsigned i = 0; i < 16; i++)
		for (auto &o : ops[i]) h.submit(i, o.desc);
	h.write(SLUICE_REG_CTRL, 0); /* all doorbells first */
	for (unsigned i = 0; i < 16; i++) h.doorbell(i);
	h.write(SLUICE_REG_CTRL, SLUICE_CTRL_ENABLE_MASK);
	size_t all = 0, worst = 0;
	for (int guard = 0; guard < 100000 && all < 16 * 32; guard++) {
		tb.tick();
		size_t lo = SIZE_MAX, hi = 0;
		all = 0;
		for (unsigned i = 0; i < 16; i++) {
			sluice_cpl c;
			auto &q = h.q[i];
			memcpy(&c, h.mem.at(q.cq + 32u * (q.head & (q.size - 1u))), 32);
			if (q.head < 32 && (c.phase & 1)) {
				q.done.push_back({c, tb.cycle});
				q.head++;
			}
			lo = std::min(lo, q.done.size());
			hi = std::max(hi, q.done.size());
			all += q.done.size();
		}
		worst = std::max(worst, hi - lo);
	}
	CHECK(tb, all == 16 * 32, "16 queues, all served");
	CHECK(tb, worst <= 8, "no queue is more than two turns ahead");
	for (unsigned i = 0; i < 16 && all == 16 * 32; i++)
		for (size_t k = 0; k < 32; k++) expect(ops[i][k], h.q[i].done[k]);
}

void Suite::stop_and_restart() {
	unsigned refused = 0;
	for (int round = 0; round < 12; round++) {
		h.queue_start(0, 5, 0);
		for (int i = 0; i < 20; i++) {
			Op o = make(0, layout(200, 2), layout(200, 2));
			h.submit(0, o.desc);
		}
		h.doorbell(0);
		for (uint32_t n = tb.rng.below(800); n; n--) tb.tick();
		h.queue_stop(0);
		uint64_t old = h.q[0].cq;
		unsigned state = h.read(SLUICE_QUEUE_REG(0, STATE));
		h.queue_start(0, 5, 0); /* at once: refused while work of the old life is under way */
		unsigned error = h.read(SLUICE_QUEUE_REG(0, ERROR));
		CHECK(tb, error == 0 || (error == 4 && (state & SLUICE_QUEUE_STATE_BUSY_MASK)), "a start is refused only while busy");
		refused += error == 4;
		h.queue_stop(0);
		CHECK(tb, tb.run_until([&] { return !(h.read(SLUICE_QUEUE_REG(0, STATE)) & SLUICE_QUEUE_STATE_BUSY_MASK); }, 20000), "STATE.BUSY falls");
		CHECK(tb, h.read(SLUICE_QUEUE_REG(0, STATE)) == 0, "nothing in flight");
		uint8_t before[1024];
		memcpy(before, h.mem.at(old), 1024);
		h.queue_start(0, 5, 0);
		CHECK(tb, h.read(SLUICE_QUEUE_REG(0, ERROR)) == 0, "started again");
		std::vector<Op> good = {make(0, layout(90, 1), layout(90, 1)), make(0, layout(90, 1), layout(90, 1))};
		batch(0, good);
		CHECK(tb, !memcmp(before, h.mem.at(old), 1024), "no completion of the old life afterwards");
		h.queue_stop(0);
		CHECK(tb, h.settle(), "settles");
	}
	CHECK(tb, refused > 0, "some were stopped in the middle of work");
}

void Suite::partial_writes() {
	auto *v = tb.v.get();
	v->s_awaddr_i = SLUICE_REG_FAULT_INJECT;
	v->s_wdata_i = ~0u;
	v->s_wstrb_i = 3;
	v->s_awvalid_i = v->s_wvalid_i = v->s_bready_i = 1;
	tb.tick();
	v->s_awvalid_i = v->s_wvalid_i = 0;
	CHECK(tb, tb.run_until([&] { return v->s_bvalid_o; }, 10) && v->s_bresp_o == 2, "a partial register write is an error");
	tb.tick();
	v->s_bready_i = 0;
	CHECK(tb, h.read(SLUICE_REG_FAULT_INJECT) == 0, "and writes nothing");
}

int Suite::run() {
	static const struct { uint32_t latency, jitter; } timing[] = {{20, 0}, {1, 30}, {150, 9}};
	tb.reset();
	for (auto &t : timing) {
		static const struct { const char *name; void (Suite::*fn)(); } cases[] = {
			{"identity", &Suite::identity}, {"registers", &Suite::registers}, {"queue_registers", &Suite::queue_registers}, {"alignments", &Suite::alignments}, {"scattered", &Suite::scattered},
			{"bad_descriptors", &Suite::bad_descriptors}, {"lying_lists", &Suite::lying_lists}, {"lengths", &Suite::lengths},
			{"completion_ring_full", &Suite::completion_ring_full}, {"bad_queues", &Suite::bad_queues},
			{"dma_errors", &Suite::dma_errors}, {"damaged_results", &Suite::damaged_results}, {"dropped", &Suite::dropped},
			{"hang_and_reset", &Suite::hang_and_reset}, {"reset_anywhere", &Suite::reset_anywhere}, {"fences", &Suite::fences},
			{"fairness", &Suite::fairness}, {"stop_and_restart", &Suite::stop_and_restart}, {"partial_writes", &Suite::partial_writes},
			{"queue_state", &Suite::queue_state}, {"tail_goes_back", &Suite::tail_goes_back}, {"interrupts", &Suite::interrupts}, {"windows", &Suite::windows},
			{"functions_at_the_port", &Suite::functions_at_the_port}, {"tampering", &Suite::tampering},
			{"lanes_of_a_class", &Suite::lanes_of_a_class}, {"small_among_large", &Suite::small_among_large}, {"classes_apart", &Suite::classes_apart}};
		for (auto &c : cases) {
			restart(t.latency, t.jitter);
			uint64_t failed = tb.failed, cycle = tb.cycle;
			(this->*c.fn)();
			CHECK(tb, !(h.read(SLUICE_REG_STATUS) & SLUICE_STATUS_FATAL_MASK), "no state machine in its error state");
			printf("%-22s latency %3u jitter %2u  %8llu cycles  %s\n", c.name, t.latency, t.jitter,
			       static_cast<unsigned long long>(tb.cycle - cycle), tb.failed == failed ? "ok" : "FAILED");
			fflush(stdout);
		}
	}
	return tb.finish();
}

int main(int argc, char **argv) { return Suite(argc, argv).run(); }
