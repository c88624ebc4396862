/* sluice-cp as a whole; see app.h. */
#include "control/app.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "control/keylog.h"
#include "control/manage/manage.h"

#define SWEEP_MS 250
#define CLIENT_SESSIONS_BYTES (8u << 20) /* of sessions with servers, tickets and all */
#define CLIENT_SESSIONS_EACH 8
#define ONCE_CAPACITY (1u << 17) /* tickets of single use within their lives */

static const char *const counter_names[] = {
#define CTR(name, meaning) #name,
#include "common/counters.def"
};
static const char *const counter_meanings[] = {
#define CTR(name, meaning) meaning,
#include "common/counters.def"
};

const char *
app_counter_name(unsigned counter)
{
	return counter < APP_COUNTERS ? counter_names[counter] : NULL;
}

const char *
app_counter_meaning(unsigned counter)
{
	return counter < APP_COUNTERS ? counter_meanings[counter] : NULL;
}

uint64_t
app_counter(const struct app *a, unsigned counter)
{
	uint64_t sum = 0;

	for (unsigned w = 0; w < CHAN_MAX_WORKERS; w++)
		sum += a->workers[w].counters[counter];
	return sum;
}

const char *
app_engine_name(uint32_t engine)
{
	static const char *const names[] = { "none", "soft", "fpga", "cryptodev", "null" };

	return engine < sizeof(names) / sizeof(names[0]) ? names[engine] : "unknown";
}

/* ---- configuration to the dataplane ---- */

static void
send_config_to(struct app *a, const struct config *c, uint32_t worker)
{
	struct ipc_cfg_begin begin = { .generation = a->generation };

	dp_link_send(a->link, worker, IPC_CFG_BEGIN, &begin, sizeof(begin), NULL, 0);
	for (unsigned i = 0; i < c->iface_count; i++)
		dp_link_send(a->link, worker, IPC_CFG_IFACE, &c->ifaces[i], sizeof(c->ifaces[i]),
			NULL, 0);
	for (unsigned i = 0; i < c->listener_count; i++)
		dp_link_send(a->link, worker, IPC_CFG_LISTENER, &c->listeners[i].ipc,
			sizeof(c->listeners[i].ipc), NULL, 0);
	for (unsigned i = 0; i < c->pool_count; i++) {
		const struct config_pool *p = &c->pools[i];

		dp_link_send(a->link, worker, IPC_CFG_POOL, &p->ipc, sizeof(p->ipc), NULL, 0);
		for (unsigned s = 0; s < p->server_count; s++) {
			struct ipc_cfg_server server = { .pool = p->ipc.id, .addr = p->servers[s] };

			dp_link_send(
				a->link, worker, IPC_CFG_SERVER, &server, sizeof(server), NULL, 0);
		}
	}
	dp_link_send(a->link, worker, IPC_CFG_LIMITS, &c->limits, sizeof(c->limits), NULL, 0);
	dp_link_send(a->link, worker, IPC_CFG_COMMIT, &begin, sizeof(begin), NULL, 0);
}

static void
send_config(struct app *a, const struct config *c)
{
	a->generation++;
	a->results_due = dp_link_workers(a->link);
	a->refused[0] = '\0';
	for (uint32_t w = 0; w < a->results_due; w++)
		send_config_to(a, c, w);
	dp_link_flush_all(a->link);
}

/* CRL files of whom listeners and pools trust are watched. */
static void
follow_trusts(struct app *a, struct config *c)
{
	struct trust *t[CONFIG_MAX_LISTENERS + CONFIG_MAX_POOLS];
	unsigned n = 0;

	for (unsigned i = 0; i < c->listener_count; i++)
		if (c->listeners[i].trust != NULL)
			t[n++] = c->listeners[i].trust;
	for (unsigned i = 0; i < c->pool_count; i++)
		if (c->pools[i].trust != NULL)
			t[n++] = c->pools[i].trust;
	if (verifier_set_trusts(a->verifier, t, n) != 0)
		log_line(&a->log, LOG_ERROR, "out_of_memory what=\"watch of CRL files\"");
}

static void
warn(void *ctx, const char *warning)
{
	log_line(&((struct app *)ctx)->log, LOG_WARN, "insecure warning=\"%s\"", warning);
}

/* The configuration that new connections, keys and the cache follow. Takes the reference. */
static void
run_config(struct app *a, struct config *c)
{
	struct config *old = a->cfg;
	struct session_cache *cache;
	char err[CERT_ERR_LEN];

	if (old == NULL || c->session_capacity != old->session_capacity) {
		cache = session_cache_new(c->session_capacity);
		if (cache != NULL) {
			conns_set_cache(a->conns, cache);
			session_cache_free(a->cache);
			a->cache = cache;
		}
	}
	app_tickets_follow(a, c);
	follow_trusts(a, c);
	a->cfg = c;
	a->log.level = (enum log_level)c->log_level;
	conns_set_config(a->conns, c);
	if (c->kek != NULL && pka_load_kek(a->pka, c->kek, err) != 0)
		log_line(&a->log, LOG_WARN, "card_kek_unchanged reason=\"%s\"", err);
	pka_set_timeout(a->pka, c->device_timeout_ms);
	pka_set_curves(a->pka, c->device_curves);
	pka_set_keys(a->pka, c->all_certs, c->cert_count);
	if (stapler_set_certs(a->stapler, c->all_certs, c->cert_count) != 0)
		log_line(&a->log, LOG_ERROR, "out_of_memory what=\"OCSP responses to staple\"");
	app_tickets_trim(a, c);
	config_warnings(c, warn, a);
	dp_link_flush_all(a->link);
	if (old != c)
		config_unref(old);
}

/* Text of another process, for a log line and for JSON: what could end either is replaced. */
static void
copy_text(char *out, const char *text)
{
	for (; *text != '\0'; text++)
		*out++ =
			*text >= ' ' && *text < 0x7f && *text != '"' && *text != '\\' ? *text : '?';
	*out = '\0';
}

static int
on_cfg_result(struct app *a, const struct ipc_cfg_result *r)
{
	if (memchr(r->text, '\0', sizeof(r->text)) == NULL)
		return -EBADMSG;
	if (r->generation != a->generation || a->results_due == 0)
		return 0;
	a->results_due--;
	if (r->status != 0) {
		copy_text(a->refused, r->text);
		log_line(&a->log, LOG_ERROR,
			"config_refused generation=%u status=%d reason=\"%s\" running=%s",
			r->generation, r->status, a->refused,
			a->next != NULL ? "the old one" : "nothing");
		a->reloads_failed++;
		config_unref(a->next);
		a->next = NULL;
		return 0;
	}
	a->applied = true;
	if (a->next != NULL) { /* the first worker that runs it: the others judge alike */
		run_config(a, a->next);
		app_keys_tell(a);
		a->next = NULL;
	}
	if (a->results_due == 0)
		log_line(&a->log, LOG_INFO, "config_running generation=%u listeners=%u pools=%u",
			r->generation, a->cfg->listener_count, a->cfg->pool_count);
	return 0;
}

int
app_reload(struct app *a, char err[CONFIG_ERR_LEN])
{
	struct config *c;
	char notes[CONFIG_ERR_LEN];

	c = config_load(a->cfg->file, err, notes);
	a->reloads++;
	if (c == NULL) {
		a->reloads_failed++;
		for (char *line = err, *end; line != NULL; line = end) { /* one mistake a line */
			end = strchr(line, '\n');
			log_line(&a->log, LOG_ERROR, "reload_refused running=old mistake=%.*s",
				end != NULL ? (int)(end - line) : (int)strlen(line), line);
			end += end != NULL;
		}
		return -1;
	}
	if (strcmp(c->dp_socket, a->cfg->dp_socket) != 0 ||
		strcmp(c->manage_socket, a->cfg->manage_socket) != 0)
		log_line(&a->log, LOG_WARN,
			"reload_note sockets=\"changed: in force after a restart\"");
	if (c->keylog != NULL && (a->keylog == NULL || strcmp(c->keylog, a->cfg->keylog) != 0))
		log_line(&a->log, LOG_WARN, "reload_note keylog=\"changed: in force after a restart\"");
	config_unref(a->next);
	a->next = NULL;
	if (dp_link_attached(a->link)) {
		a->next = c;
		send_config(a, c);
	} else {
		run_config(a, c);
	}
	log_line(&a->log, LOG_INFO, "reload_checked file=%s", a->cfg->file);
	return 0;
}

/* ---- the channel's events ---- */

static void
on_attached(void *ctx)
{
	struct app *a = ctx;
	uint32_t n = dp_link_workers(a->link), max[CHAN_MAX_WORKERS];
	const struct ipc_hello *hello = dp_link_hello(a->link, 0);

	for (uint32_t w = 0; w < n; w++)
		max[w] = dp_link_hello(a->link, w)->max_conns;
	if (conns_attach(a->conns, n, max) != 0)
		log_line(&a->log, LOG_ERROR, "out_of_memory what=\"connection tables\"");
	memset(a->workers, 0, sizeof(a->workers));
	a->applied = false;
	if (a->next != NULL) {
		/*
		 * it was on its way when the dataplane went: it has been checked, so it is the one
		 */
		run_config(a, a->next);
		a->next = NULL;
	}
	send_config(a, a->cfg);
	pka_card_attached(a->pka,
		&(struct pka_card_info){ hello->key_slots, hello->card, hello->secrets });
	app_keys_tell(a);
	dp_link_flush_all(a->link);
}

static void
on_detached(void *ctx)
{
	struct app *a = ctx;

	conns_detach(a->conns);
	pka_card_detached(a->pka);
	a->applied = false;
}

static int
on_counters(struct app *a, uint32_t worker, const struct ipc_counters *m, const uint8_t *data)
{
	uint32_t n = m->count < APP_COUNTERS ? m->count : APP_COUNTERS;

	memcpy(a->workers[worker].counters, data, n * sizeof(uint64_t));
	return 0;
}

static int
on_engine_info(struct app *a, uint32_t worker, const struct ipc_engine_info *m, const uint8_t *data)
{
	struct app_worker *w = &a->workers[worker];

	if (m->state > 2)
		return -EBADMSG;
	w->engine_count = m->count < APP_MAX_ENGINES ? m->count : APP_MAX_ENGINES;
	w->engine_state = m->state;
	w->in_flight = m->in_flight;
	w->cycles_before = w->device_cycles;
	for (uint32_t i = 0; i < APP_MAX_ENGINES; i++)
		w->engine_before[i] = w->engines[i].cycles;
	w->device_cycles = m->device_cycles;
	w->sim_ns = m->sim_ns;
	memcpy(w->engines, data, w->engine_count * sizeof(w->engines[0]));
	for (uint32_t i = 0; i < w->engine_count; i++)
		if (memchr(w->engines[i].name, '\0', sizeof(w->engines[i].name)) == NULL)
			return -EBADMSG;
	return 0;
}

static void
on_device_reset(struct app *a, const struct ipc_device_reset *m)
{
	log_line(&a->log, LOG_WARN, "device_reset key_slots=%u", m->key_slots);
	pka_card_attached(
		a->pka, &(struct pka_card_info){ m->key_slots, m->card, m->secrets });
	app_keys_tell(a);
}

int
app_message(struct app *a, uint32_t worker, uint16_t type, const void *body, const uint8_t *data)
{
	uint64_t now = uv_now(a->loop);

	switch (type) {
	case IPC_CONN_OPEN: return conns_open(a->conns, worker, body, now);
	case IPC_RECORD_IN: return conns_record(a->conns, worker, body, data);
	case IPC_KEY_LIMIT: return conns_key_limit(a->conns, worker, body);
	case IPC_CONN_CLOSED: return conns_closed(a->conns, worker, body);
	case IPC_PKA_DONE:
		pka_card_done(a->pka, body, data);
		return 0;
	case IPC_CFG_RESULT: return on_cfg_result(a, body);
	case IPC_COUNTERS: return on_counters(a, worker, body, data);
	case IPC_ENGINE_INFO: return on_engine_info(a, worker, body, data);
	case IPC_DEVICE_RESET:
		on_device_reset(a, body);
		return 0;
	default: return -EBADMSG;
	}
}

static int
on_message(void *ctx, uint32_t worker, uint16_t type, const void *body, const uint8_t *data,
	uint32_t len)
{
	return app_message(ctx, worker, type, body, data);
}

static void
on_batch_end(void *ctx, uint32_t worker)
{
	/* answers of the card may have gone to connections of other workers' batches */
	dp_link_flush_all(((struct app *)ctx)->link);
}

/* ---- glue ---- */

static int
send_to_dp(void *ctx, uint32_t worker, uint16_t type, const void *body, size_t body_len,
	const void *data, size_t data_len)
{
	return dp_link_send(
		((struct app *)ctx)->link, worker, type, body, body_len, data, data_len);
}

static void
flush_dp(void *ctx, uint32_t worker)
{
	dp_link_flush(((struct app *)ctx)->link, worker);
}

static void
wake_dp(void *ctx, uint32_t worker)
{
	dp_link_flush_urgent(((struct app *)ctx)->link, worker);
}

static void
on_work_done(void *ctx, const struct pka_owner *who, const uint8_t *result, size_t len)
{
	struct app *a = ctx;

	conns_work_done(a->conns, who, result, len);
}

static int64_t
wall_clock(void *ctx)
{
	return (int64_t)time(NULL);
}

static void
on_verified(void *ctx, const struct verify_owner *who, struct peer *peer)
{
	conns_verified(((struct app *)ctx)->conns, who, peer);
}

static void
sweep(uv_timer_t *t)
{
	struct app *a = t->data;

	conns_sweep(a->conns, uv_now(a->loop));
}

static void
on_signal(uv_signal_t *s, int signum)
{
	struct app *a = s->data;
	char err[CONFIG_ERR_LEN];

	if (signum == SIGHUP) {
		app_reload(a, err);
		return;
	}
	log_line(&a->log, LOG_INFO, "stopping signal=%d", signum);
	a->stopping = true;
	uv_stop(a->loop);
}

/* ---- life ---- */

/* Tickets of shared keys may have been used elsewhere, or before this process began. */
static uint64_t
used_before_until(const struct config *c)
{
	uint64_t longest = 0;

	for (unsigned i = 0; i < c->listener_count; i++)
		if (c->listeners[i].tickets.key_file != NULL && c->listeners[i].hs.session_lifetime_s > longest)
			longest = c->listeners[i].hs.session_lifetime_s;
	return longest != 0 ? (uint64_t)time(NULL) + longest : 0;
}

static void
watch_signal(struct app *a, uv_signal_t *s, int signum)
{
	uv_signal_init(a->loop, s);
	s->data = a;
	uv_signal_start(s, on_signal, signum);
}

int
app_open(struct app *a, uv_loop_t *loop, struct config *cfg, void (*on_thread)(void),
	char err[CONFIG_ERR_LEN])
{
	const struct pka_ops pka_ops = { .done = on_work_done, .send = send_to_dp, .ctx = a };
	const struct conns_ops conns_ops = { send_to_dp, flush_dp, wake_dp, a };
	const struct dp_link_ops link_ops = { on_attached, on_detached, on_message, on_batch_end,
		a };
	const struct verifier_ops verifier_ops = { on_verified, a };
	const struct cert_clock clock = { wall_clock, NULL };
	struct conns_deps deps;

	memset(a, 0, sizeof(*a));
	a->loop = loop;
	a->log = (struct log){
		.ident = "sluice-cp", .level = (enum log_level)cfg->log_level, .fd = 2
	};
	a->started_ms = uv_now(loop);
	snprintf(err, CONFIG_ERR_LEN, "out of memory");
	a->pka = pka_new(loop, &a->log, &pka_ops, cfg->device_timeout_ms);
	if (a->pka == NULL)
		return -1;
	pka_set_curves(a->pka, cfg->device_curves);
	if (cfg->kek != NULL && pka_load_kek(a->pka, cfg->kek, err) != 0)
		return -1;
	pka_start_threads(a->pka, on_thread);
	if (cfg->keylog != NULL && (a->keylog = keylog_open(cfg->keylog, &a->log, err, CONFIG_ERR_LEN)) == NULL)
		return -1;
	a->verifier = verifier_new(loop, &a->log, &clock, &verifier_ops);
	a->stapler = stapler_new(loop, &a->log, &clock);
	a->clients = client_store_new(CLIENT_SESSIONS_BYTES, CLIENT_SESSIONS_EACH);
	a->once = once_new(ONCE_CAPACITY, used_before_until(cfg));
	if (a->verifier == NULL || a->stapler == NULL || a->clients == NULL || a->once == NULL)
		return -1;
	deps = (struct conns_deps){ .pka = a->pka,
		.verifier = a->verifier,
		.clients = a->clients,
		.once = a->once,
		.keylog = a->keylog };
	a->conns = conns_new(&a->log, &conns_ops, &deps);
	a->link = dp_link_new(loop, &a->log, cfg->dp_socket, &link_ops);
	if (a->conns == NULL || a->link == NULL)
		return -1;
	run_config(a, cfg);
	if (a->cache == NULL)
		return -1;
	a->manage = manage_open(a, cfg->manage_socket, err, CONFIG_ERR_LEN);
	if (a->manage == NULL)
		return -1;
	uv_timer_init(loop, &a->sweep);
	a->sweep.data = a;
	uv_timer_start(&a->sweep, sweep, SWEEP_MS, SWEEP_MS);
	watch_signal(a, &a->hup, SIGHUP);
	watch_signal(a, &a->term, SIGTERM);
	watch_signal(a, &a->intr, SIGINT);
	return 0;
}

void
app_run(struct app *a)
{
	uv_run(a->loop, UV_RUN_DEFAULT);
}

void
app_close(struct app *a)
{
	if (a->manage != NULL) {
		manage_close(a->manage);
		uv_close((uv_handle_t *)&a->sweep, NULL);
		uv_close((uv_handle_t *)&a->hup, NULL);
		uv_close((uv_handle_t *)&a->term, NULL);
		uv_close((uv_handle_t *)&a->intr, NULL);
	}
	if (a->link != NULL)
		dp_link_close(a->link);
	if (a->pka != NULL)
		pka_close(a->pka);
	verifier_close(a->verifier);
	stapler_close(a->stapler);
	uv_run(a->loop, UV_RUN_DEFAULT);
	manage_free(a->manage);
	conns_free(a->conns);
	pka_free(a->pka);
	dp_link_free(a->link);
	session_cache_free(a->cache);
	keylog_close(a->keylog);
	verifier_free(a->verifier);
	stapler_free(a->stapler);
	client_store_free(a->clients);
	once_free(a->once);
	app_tickets_close(a);
	config_unref(a->next);
	config_unref(a->cfg);
}
