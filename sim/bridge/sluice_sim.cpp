/* The C interface: checks the configuration, keeps the wall clock, and passes everything on to the board. */
#include "sim/bridge/sluice_sim.h"

#include <cerrno>
#include <ctime>
#include <new>

#include "sim/bridge/board.h"

struct sluice_sim {
	sluice_sim_config cfg;
	std::unique_ptr<Board> board;
	uint64_t wall_ns;
};

namespace {
/* Adds the time spent in a scope to the device's account. */
class Stopwatch {
  public:
	explicit Stopwatch(sluice_sim *s) : s_(s), from_(now()) {}
	~Stopwatch() { s_->wall_ns += now() - from_; }

  private:
	static uint64_t now() {
		timespec t;
		clock_gettime(CLOCK_MONOTONIC, &t);
		return static_cast<uint64_t>(t.tv_sec) * 1'000'000'000u + static_cast<uint64_t>(t.tv_nsec);
	}
	sluice_sim *s_;
	uint64_t from_;
};
} // namespace

extern "C" {

struct sluice_sim *sluice_sim_create(const struct sluice_sim_config *cfg) {
	if (!cfg || cfg->api_version != SLUICE_SIM_API_VERSION || cfg->rsvd || !cfg->dma_read || !cfg->dma_write) {
		errno = EINVAL;
		return nullptr;
	}
	try {
		auto s = std::unique_ptr<sluice_sim>(new sluice_sim{*cfg, nullptr, 0});
		Stopwatch w(s.get());
		s->board = make_board(s->cfg);
		return s.release();
	} catch (const std::bad_alloc &) {
		errno = ENOMEM;
		return nullptr;
	}
}

void sluice_sim_destroy(struct sluice_sim *sim) { delete sim; }

uint32_t sluice_sim_reg_read32(struct sluice_sim *sim, uint32_t offset) {
	Stopwatch w(sim);
	return sim->board->read32(offset);
}

void sluice_sim_reg_write32(struct sluice_sim *sim, uint32_t offset, uint32_t value) {
	Stopwatch w(sim);
	sim->board->write32(offset, value);
}

uint64_t sluice_sim_run(struct sluice_sim *sim, uint64_t max_cycles) {
	Stopwatch w(sim);
	return sim->board->run(max_cycles);
}

int sluice_sim_idle(const struct sluice_sim *sim) { return sim->board->idle(); }

uint64_t sluice_sim_cycles(const struct sluice_sim *sim) { return sim->board->cycles(); }

uint64_t sluice_sim_wall_ns(const struct sluice_sim *sim) { return sim->wall_ns; }

void sluice_sim_get_stats(const struct sluice_sim *sim, struct sluice_sim_stats *out) {
	*out = {};
	sim->board->stats(out);
	out->cycles = sim->board->cycles();
	out->wall_ns = sim->wall_ns;
}

} // extern "C"
