/* Registers as the map has them: what is kept, what is read only, what a running queue no longer takes, what lies between. */
#include "sim/tb/sluice_dev/suite.h"
#ifdef SLUICE_DEV_ROOT_H
#include SLUICE_DEV_ROOT_H
#endif

void Suite::queue_registers() {
	static const uint32_t base[] = {SLUICE_QUEUE_SQ_BASE_LO, SLUICE_QUEUE_SQ_BASE_HI, SLUICE_QUEUE_CQ_BASE_LO, SLUICE_QUEUE_CQ_BASE_HI};
	static const uint32_t other[] = {SLUICE_QUEUE_SQ_TAIL, SLUICE_QUEUE_CQ_HEAD, SLUICE_QUEUE_SQ_HEAD, SLUICE_QUEUE_ERROR, SLUICE_QUEUE_STATE};
	const uint32_t config = 5u << SLUICE_QUEUE_CONFIG_SIZE_LOG2_SHIFT | 3u << SLUICE_QUEUE_CONFIG_CLASS_SHIFT | 6u << SLUICE_QUEUE_CONFIG_FUNC_SHIFT;
	std::vector<uint32_t> kept;
	auto at = [](unsigned q, uint32_t reg) { return SLUICE_QUEUE_REG(q, SQ_BASE_LO) + reg; };
	for (unsigned q = 0; q < SLUICE_NUM_QUEUES; q++) {
		for (uint32_t r : base) {
			kept.push_back(tb.rng.u32());
			h.write(at(q, r), kept.back());
		}
		h.write(at(q, SLUICE_QUEUE_CONFIG), config);
		for (uint32_t r : other) h.write(at(q, r), ~0u);
		for (uint32_t r = SLUICE_QUEUE_COALESCE + 4; r < SLUICE_QUEUE_STRIDE; r += 4) h.write(at(q, r), ~0u);
	}
	for (unsigned q = 0; q < SLUICE_NUM_QUEUES; q++) {
		for (unsigned i = 0; i < 4; i++) CHECK(tb, h.read(at(q, base[i])) == kept[4 * q + i], "a ring's address, of each queue its own");
		CHECK(tb, h.read(at(q, SLUICE_QUEUE_CONFIG)) == config, "CONFIG");
		for (uint32_t r : other) CHECK(tb, h.read(at(q, r)) == 0, "a queue that never ran takes no index");
		for (uint32_t r = SLUICE_QUEUE_COALESCE + 4; r < SLUICE_QUEUE_STRIDE; r += 4) CHECK(tb, h.read(at(q, r)) == 0, "nothing behind the last register");
	}
	for (uint32_t r : {SLUICE_QUEUE_SQ_BASE_LO, SLUICE_QUEUE_CONFIG, SLUICE_QUEUE_COALESCE}) {
		h.write(at(SLUICE_NUM_QUEUES, r), ~0u);
		CHECK(tb, h.read(at(SLUICE_NUM_QUEUES, r)) == 0, "a queue that this build does not have");
	}
	/* a running one: its addresses and its configuration stay what they were when it was started */
	h.queue_start(4, 4, 2);
	std::vector<Op> ops = {make(2, layout(70, 1), layout(70, 1)), make(2, layout(5, 1), layout(5, 1)), make(2, layout(16, 2), layout(16, 2))};
	batch(4, ops);
	for (uint32_t r : base) h.write(at(4, r), 0x5a5a5a40u);
	h.write(at(4, SLUICE_QUEUE_CONFIG), config | SLUICE_QUEUE_CONFIG_ENABLE_MASK);
	CHECK(tb, h.read(at(4, SLUICE_QUEUE_SQ_BASE_LO)) == static_cast<uint32_t>(h.q[4].sq) && h.read(at(4, SLUICE_QUEUE_SQ_BASE_HI)) == h.q[4].sq >> 32, "submission ring stays");
	CHECK(tb, h.read(at(4, SLUICE_QUEUE_CQ_BASE_LO)) == static_cast<uint32_t>(h.q[4].cq) && h.read(at(4, SLUICE_QUEUE_CQ_BASE_HI)) == h.q[4].cq >> 32, "completion ring stays");
	CHECK(tb, h.read(at(4, SLUICE_QUEUE_CONFIG)) == (4u << SLUICE_QUEUE_CONFIG_SIZE_LOG2_SHIFT | 2u << SLUICE_QUEUE_CONFIG_CLASS_SHIFT | SLUICE_QUEUE_CONFIG_ENABLE_MASK), "CONFIG stays");
	CHECK(tb, h.read(at(4, SLUICE_QUEUE_SQ_TAIL)) == 3 && h.read(at(4, SLUICE_QUEUE_SQ_HEAD)) == 3 && h.read(at(4, SLUICE_QUEUE_CQ_HEAD)) == 3, "its indexes");
	h.write(at(4, SLUICE_QUEUE_SQ_HEAD), 9);
	h.write(at(4, SLUICE_QUEUE_ERROR), 2);
	CHECK(tb, h.read(at(4, SLUICE_QUEUE_SQ_HEAD)) == 3 && h.read(at(4, SLUICE_QUEUE_ERROR)) == 0, "SQ_HEAD and ERROR are read only");
	batch(4, ops);
	h.queue_stop(4);
}

void Suite::registers() {
	/* windows: five registers of each function, the counter is read only */
	static const uint32_t window[] = {SLUICE_FUNC_BASE_LO, SLUICE_FUNC_BASE_HI, SLUICE_FUNC_LIMIT_LO, SLUICE_FUNC_LIMIT_HI};
	std::vector<uint32_t> kept;
	for (unsigned f = 0; f < SLUICE_FUNC_COUNT; f++) {
		for (uint32_t r : window) {
			kept.push_back(tb.rng.u32());
			h.write(SLUICE_FUNC_REG(f, BASE_LO) + r, kept.back());
		}
		h.write(SLUICE_FUNC_REG(f, CTRL), ~(f & 1));
		for (uint32_t r = SLUICE_FUNC_ERRORS; r < SLUICE_FUNC_STRIDE; r += 4) h.write(SLUICE_FUNC_REG(f, BASE_LO) + r, ~0u);
	}
	for (unsigned f = 0; f < SLUICE_FUNC_COUNT; f++) {
		for (unsigned i = 0; i < 4; i++) CHECK(tb, h.read(SLUICE_FUNC_REG(f, BASE_LO) + window[i]) == kept[4 * f + i], "a window, of each function its own");
		CHECK(tb, h.read(SLUICE_FUNC_REG(f, CTRL)) == !(f & 1), "CTRL has one bit");
		for (uint32_t r = SLUICE_FUNC_ERRORS; r < SLUICE_FUNC_STRIDE; r += 4) CHECK(tb, h.read(SLUICE_FUNC_REG(f, BASE_LO) + r) == 0, "ERRORS is read only, nothing lies behind it");
		h.write(SLUICE_FUNC_REG(f, CTRL), 0);
	}
	/* what software can set */
	h.write(SLUICE_REG_FAULT_INJECT, 5u | SLUICE_FAULT_INJECT_HANG_MASK | SLUICE_FAULT_INJECT_FLIP_MASK | SLUICE_FAULT_INJECT_DROP_MASK);
	CHECK(tb, h.read(SLUICE_REG_FAULT_INJECT) == (5u | SLUICE_FAULT_INJECT_HANG_MASK | SLUICE_FAULT_INJECT_FLIP_MASK | SLUICE_FAULT_INJECT_DROP_MASK), "FAULT_INJECT reads back");
	h.write(SLUICE_REG_FAULT_INJECT, 0);
	CHECK(tb, h.read(SLUICE_REG_FAULT_INJECT) == 0 && h.read(SLUICE_REG_CTRL) == SLUICE_CTRL_ENABLE_MASK, "FAULT_INJECT is off again, ENABLE is on");
	h.write(SLUICE_REG_INT_ENABLE0, 0x8000'0021u);
	h.write(SLUICE_REG_INT_ENABLE1, ~0u);
	CHECK(tb, h.read(SLUICE_REG_INT_ENABLE0) == 0x8000'0021u && h.read(SLUICE_REG_INT_ENABLE1) == 0, "INT_ENABLE has a bit for each queue of this build");
	h.write(SLUICE_REG_INT_ENABLE0, 0);
	/* counters: after work that succeeds, work that fails, and none */
	for (unsigned e = 0; e < kEngines; e++) {
		h.queue_start(e, 5, e);
		std::vector<Op> ops;
		for (unsigned i = 0; i <= e; i++) ops.push_back(make(e, layout(100 + e, 2), layout(100 + e, 1), i ? 0u : uint32_t{kAuthFail}));
		batch(e, ops);
		h.queue_stop(e);
	}
	h.settle();
	auto pair = [&](unsigned e, uint32_t lo) { return h.read(SLUICE_ENGINE_REG(e, OPS_LO) + lo) | static_cast<uint64_t>(h.read(SLUICE_ENGINE_REG(e, OPS_LO) + lo + 4)) << 32; };
	for (unsigned e = 0; e < kEngines; e++) {
		CHECK(tb, pair(e, SLUICE_ENGINE_OPS_LO) == e + 1 && pair(e, SLUICE_ENGINE_BYTES_LO) == (e + 1) * (100 + e), "operations and their bytes");
		CHECK(tb, h.read(SLUICE_ENGINE_REG(e, FAILED)) == 1, "those that failed");
		CHECK(tb, pair(e, SLUICE_ENGINE_BUSY_LO) > 6 && pair(e, SLUICE_ENGINE_BUSY_LO) < tb.cycle, "cycles with work");
		for (uint32_t r = SLUICE_ENGINE_FAILED + 4; r < SLUICE_ENGINE_STRIDE; r += 4) CHECK(tb, h.read(SLUICE_ENGINE_REG(e, OPS_LO) + r) == 0, "nothing behind the last register");
	}
	for (unsigned e = kEngines; e < SLUICE_ENGINE_COUNT; e++)
		for (uint32_t r = 0; r < SLUICE_ENGINE_STRIDE; r += 4) CHECK(tb, h.read(SLUICE_ENGINE_REG(e, OPS_LO) + r) == 0, "an engine that this build does not have");
	/* read only: all ones change nothing */
	std::vector<uint32_t> fixed = {SLUICE_REG_MAGIC, SLUICE_REG_MAP_VERSION, SLUICE_REG_MAP_HASH, SLUICE_REG_CAP0, SLUICE_REG_CAP1, SLUICE_REG_CAP2, SLUICE_REG_CAP3,
		SLUICE_REG_STATUS, SLUICE_REG_SELFTEST_DONE, SLUICE_REG_SELFTEST_PASS, SLUICE_REG_ERR_DESC, SLUICE_REG_ERR_DMA, SLUICE_REG_ERR_PARITY};
	for (unsigned e = 0; e < SLUICE_ENGINE_COUNT; e++)
		for (uint32_t r = 0; r <= SLUICE_ENGINE_FAILED; r += 4) fixed.push_back(SLUICE_ENGINE_REG(e, OPS_LO) + r);
	std::vector<uint32_t> before;
	for (uint32_t r : fixed) before.push_back(h.read(r));
	for (uint32_t r : fixed) h.write(r, ~0u);
	for (size_t i = 0; i < fixed.size(); i++) CHECK(tb, h.read(fixed[i]) == before[i], "read only");
#ifdef SLUICE_DEV_ROOT_H /* the bench of one build reaches into it */
	tb.v->rootp->dev_loop__DOT__u_dev__DOT__u_regs__DOT__cycles_q = 0xffff'fff0ull;
	CHECK(tb, h.read(SLUICE_REG_CYCLES_LO) >= 0xffff'fff0u && h.read(SLUICE_REG_CYCLES_HI) == 0, "CYCLES before it passes 32 bits");
	for (int i = 0; i < 20; i++) tb.tick();
	CHECK(tb, h.read(SLUICE_REG_CYCLES_HI) == 0, "HI is what it was when LO was read");
	CHECK(tb, h.read(SLUICE_REG_CYCLES_LO) < 64 && h.read(SLUICE_REG_CYCLES_HI) == 1, "and after");
#endif
}
