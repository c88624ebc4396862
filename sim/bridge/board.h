/*
 * What sluice_sim.cpp needs of a simulated device. Two files implement make_board(): board_split.cpp (front end and engines verilated one
 * by one) and board_whole.cpp (one model of sluice_top); each library links one of them.
 */
#ifndef SLUICE_SIM_BOARD_H
#define SLUICE_SIM_BOARD_H

#include <memory>

#include "sim/bridge/axi_mem.h"
#include "sim/bridge/sluice_sim.h"

class Board {
  public:
	virtual ~Board() = default;
	virtual uint32_t read32(uint32_t offset) = 0;
	virtual void write32(uint32_t offset, uint32_t value) = 0;
	/* Runs until idle, at most max cycles; returns the cycles run. */
	virtual uint64_t run(uint64_t max) = 0;
	virtual bool idle() const = 0;
	virtual uint64_t cycles() const = 0;
	virtual void stats(sluice_sim_stats *out) const = 0;
};

std::unique_ptr<Board> make_board(const sluice_sim_config &cfg);

/* Memory as the configuration wants it. */
static inline AxiMemConfig memory_config(const sluice_sim_config &cfg) {
	AxiMemConfig c;
	c.latency = cfg.mem_latency ? cfg.mem_latency : 20;
	c.jitter = cfg.mem_jitter;
	c.seed = cfg.seed;
	c.read = cfg.dma_read;
	c.write = cfg.dma_write;
	c.user = cfg.user;
	return c;
}

static inline void memory_stats(const AxiMem &m, sluice_sim_stats *out) {
	out->dma_reads = m.reads;
	out->dma_read_bytes = m.read_bytes;
	out->dma_writes = m.writes;
	out->dma_write_bytes = m.write_bytes;
}

/* Puts the host-side inputs of a model to rest. */
template <class V> void lite_rest(V *v) {
	v->s_awvalid_i = v->s_wvalid_i = v->s_bready_i = v->s_arvalid_i = v->s_rready_i = 0;
	v->s_awaddr_i = v->s_araddr_i = 0;
	v->s_wdata_i = v->s_wstrb_i = 0;
}

/* One AXI4-Lite write; clock() is one cycle of the whole device. */
template <class V, class Clock> void lite_write(V *v, uint32_t offset, uint32_t value, Clock clock) {
	bool aw = true, w = true;
	v->s_awaddr_i = static_cast<uint16_t>(offset);
	v->s_wdata_i = value;
	v->s_wstrb_i = 0xf;
	v->s_bready_i = 1;
	for (;;) {
		v->s_awvalid_i = aw;
		v->s_wvalid_i = w;
		bool aw_ok = v->s_awready_o, w_ok = v->s_wready_o, b = v->s_bvalid_o;
		clock();
		if (aw_ok) aw = false;
		if (w_ok) w = false;
		if (b) break;
	}
	lite_rest(v);
}

template <class V, class Clock> uint32_t lite_read(V *v, uint32_t offset, Clock clock) {
	bool ar = true;
	uint32_t data;
	v->s_araddr_i = static_cast<uint16_t>(offset);
	v->s_rready_i = 1;
	for (;;) {
		v->s_arvalid_i = ar;
		bool ar_ok = v->s_arready_o, r = v->s_rvalid_o;
		data = v->s_rdata_o;
		clock();
		if (ar_ok) ar = false;
		if (r) break;
	}
	lite_rest(v);
	return data;
}

#endif
