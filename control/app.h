/*
 * sluice-cp as a whole: the loop, the running configuration, and what joins channel, connections,
 * keys and management.
 */
#ifndef SLUICE_CONTROL_APP_H
#define SLUICE_CONTROL_APP_H

#include <uv.h>

#include "common/chan.h"
#include "control/config.h"
#include "control/conns.h"
#include "control/dp_link.h"
#include "control/cert/stapler.h"
#include "control/cert/verifier.h"
#include "control/pka/pka.h"
#include "control/session/client_store.h"
#include "control/session/once.h"
#include "control/session/ticket.h"

enum app_counter {
#define CTR(name, meaning) APP_CTR_##name,
#include "common/counters.def"
	APP_COUNTERS
};
#define APP_MAX_ENGINES 8

struct manage;
struct keylog;

struct app_worker { /* what a worker reported last */
	uint64_t counters[APP_COUNTERS];
	uint32_t engine_count, engine_state;
	uint32_t in_flight;
	uint64_t device_cycles, sim_ns;
	struct ipc_engine_stat engines[APP_MAX_ENGINES];
	/* of the report before: what the engines did since */
	uint64_t cycles_before, engine_before[APP_MAX_ENGINES];
};

struct app_tickets { /* keys of one listener's tickets */
	uint32_t listener;
	struct ticket_keys *keys; /* NULL: the place is free */
};

struct app {
	uv_loop_t *loop;
	struct log log;
	struct config *cfg; /* what runs */
	struct config *next; /* sent to the dataplane, not confirmed yet; NULL: none */
	uint32_t generation, results_due;
	bool applied; /* the dataplane has cfg */
	/* why the last one was not taken; "" */
	char refused[sizeof(((struct ipc_cfg_result *)0)->text)];
	struct dp_link *link;
	struct pka *pka;
	struct session_cache *cache;
	struct keylog *keylog; /* NULL: none */
	struct verifier *verifier;
	struct stapler *stapler; /* OCSP responses for our own certificates */
	struct client_store *clients; /* sessions with servers behind */
	struct once *once; /* single-use tickets and early data that were used */
	struct app_tickets tickets[CONFIG_MAX_LISTENERS];
	struct conns *conns;
	struct manage *manage;
	struct app_worker workers[CHAN_MAX_WORKERS];
	uint64_t started_ms, reloads, reloads_failed;
	uv_timer_t sweep;
	uv_signal_t hup, term, intr;
	bool stopping;
};

/*
 * Takes the configuration's reference. on_thread (may be NULL) is called once on each of the pool's
 * threads. 0, or -1 with a sentence in err.
 */
int app_open(struct app *a, uv_loop_t *loop, struct config *cfg, void (*on_thread)(void),
	char err[CONFIG_ERR_LEN]);
/* Runs until a signal ends it. */
void app_run(struct app *a);
void app_close(struct app *a);
/*
 * Reads the configuration file again. 0, or -1 with the mistakes in err: then the old one goes on.
 */
int app_reload(struct app *a, char err[CONFIG_ERR_LEN]);
/*
 * One message of the dataplane, its lengths checked by ipc_check(). 0, or -EBADMSG: the dataplane
 * is broken, detach.
 */
int app_message(
	struct app *a, uint32_t worker, uint16_t type, const void *body, const uint8_t *data);
/* Gives the listeners of a configuration that is to run their ticket keys. */
void app_tickets_follow(struct app *a, struct config *c);
/* Forgets the keys of listeners that this configuration does not have. */
void app_tickets_trim(struct app *a, const struct config *c);
void app_tickets_close(struct app *a);
/* NULL: the listener has none. */
struct app_tickets *app_tickets_find(struct app *a, uint32_t listener);
/* Sum over the workers. */
/* Whether a listener's secrets should stay on a card, and no card can keep them (app_keys.c); and the log of those that are so. */
#define APP_KEYS_MISSING "keys: card, and no card with secret slots is there"
bool app_keys_missing(const struct app *a, const struct config_listener *l);
void app_keys_tell(struct app *a);

uint64_t app_counter(const struct app *a, unsigned counter);
const char *app_counter_name(unsigned counter);
const char *app_counter_meaning(unsigned counter);
const char *app_engine_name(uint32_t engine); /* enum ipc_engine */

#endif
