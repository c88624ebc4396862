/* Loads a library with the interface of sluice_sim.h at run time, so that one program can hold several beside each other. */
#ifndef SLUICE_SIM_LIB_H
#define SLUICE_SIM_LIB_H

#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>

#include "sim/bridge/sluice_sim.h"

struct SimLib {
	decltype(&sluice_sim_create) create;
	decltype(&sluice_sim_destroy) destroy;
	decltype(&sluice_sim_reg_read32) read32;
	decltype(&sluice_sim_reg_write32) write32;
	decltype(&sluice_sim_run) run;
	decltype(&sluice_sim_idle) idle;
	decltype(&sluice_sim_cycles) cycles;
	decltype(&sluice_sim_wall_ns) wall_ns;
	decltype(&sluice_sim_get_stats) get_stats;

	explicit SimLib(const char *path) {
		void *h = dlopen(path, RTLD_NOW | RTLD_LOCAL);
		if (!h) {
			fprintf(stderr, "%s\n", dlerror());
			exit(2);
		}
		get(h, "sluice_sim_create", create);
		get(h, "sluice_sim_destroy", destroy);
		get(h, "sluice_sim_reg_read32", read32);
		get(h, "sluice_sim_reg_write32", write32);
		get(h, "sluice_sim_run", run);
		get(h, "sluice_sim_idle", idle);
		get(h, "sluice_sim_cycles", cycles);
		get(h, "sluice_sim_wall_ns", wall_ns);
		get(h, "sluice_sim_get_stats", get_stats);
	}

  private:
	template <class F> static void get(void *h, const char *name, F &f) {
		f = reinterpret_cast<F>(dlsym(h, name));
		if (!f) {
			fprintf(stderr, "%s: missing\n", name);
			exit(2);
		}
	}
};

#endif
