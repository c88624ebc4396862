/*
 * What the management API shows, as JSON and as Prometheus text. Reads states; changes nothing;
 * shows no secret.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/handshake/hs_digest.h"
#include "control/manage/manage_int.h"

#define SHOWN 1000 /* connections or sessions in one answer */

static void
put(json_t *o, const char *key, uint64_t n)
{
	json_object_set_new(o, key, json_integer((json_int_t)n));
}

/* Our own counters, one list for JSON and Prometheus. */
struct number {
	const char *name, *help;
	uint64_t value;
	bool level;
};

static unsigned
numbers(const struct app *a, struct number out[64])
{
	struct conns_stats c;
	struct session_stats s;
	struct pka_stats p;
	struct dp_link_stats l;
	unsigned n = 0;

	conns_stats(a->conns, &c);
	session_cache_stats(a->cache, &s);
	pka_stats(a->pka, &p);
	dp_link_stats(a->link, &l);
#define NUM(name, help, value, level) out[n++] = (struct number){ name, help, value, level }
	NUM("connections_known", "connections in the table", c.open, true);
	NUM("handshakes_under_way", "handshakes not finished", c.half_open, true);
	NUM("connections_opened", "connections announced by the dataplane", c.opened, false);
	NUM("handshakes_full", "full handshakes completed", c.handshakes_full, false);
	NUM("handshakes_resumed", "resumed handshakes completed", c.handshakes_resumed, false);
	NUM("handshakes_failed", "handshakes ended by an error", c.failed, false);
	NUM("handshake_timeouts", "handshakes not finished in time", c.timeouts, false);
	NUM("handshakes_dropped", "oldest handshakes dropped for new ones", c.dropped_oldest,
		false);
	NUM("stale_handles", "messages for connections that were gone", c.stale, false);
	NUM("connection_bytes", "memory of connections and their tables", c.memory, true);
	NUM("sessions", "sessions in the cache", s.entries, true);
	NUM("session_hits", "session ids found", s.hits, false);
	NUM("session_misses", "session ids not found", s.misses, false);
	NUM("session_evictions", "sessions that made room for newer ones", s.evicted, false);
	NUM("rsa_card", "RSA key transports done by the card", p.rsa_card, false);
	NUM("rsa_software", "RSA key transports done in software", p.rsa_soft, false);
	NUM("signatures_card", "signatures made by the card", p.sign_card, false);
	NUM("signatures_software", "signatures made in software", p.sign_soft, false);
	NUM("key_exchanges", "ephemeral key operations", p.kex, false);
	NUM("peer_key_operations", "operations with a peer's public key", p.peer, false);
	NUM("prf_card", "PRF operations done by the card", p.prf_card, false);
	NUM("prf_software", "PRF operations done in software", p.prf_soft, false);
	NUM("card_timeouts", "operations that the card did not answer in time", p.card_timeouts,
		false);
	NUM("card_refused", "operations that the card refused or could not do", p.card_refused,
		false);
	NUM("card_busy", "operations that the card had no room for", p.card_busy, false);
	NUM("card_faults", "signatures of the card that were wrong and did not leave",
		p.card_faults, false);
	NUM("card_keys_loaded", "private keys loaded into the card", p.keys_loaded, false);
	NUM("card_keys_refused", "private keys that the card refused", p.keys_refused, false);
	NUM("operations_in_flight", "key operations under way", p.in_flight, true);
	NUM("operations_failed", "key operations that nobody could do", p.failed, false);
	NUM("operations_refused", "key operations for which there was no room", p.refused, false);
	NUM("operations_bytes", "memory of key operations under way", p.room, true);
	NUM("dataplane_attaches", "times the dataplane attached", l.attaches, false);
	NUM("ipc_malformed", "malformed messages of the dataplane", l.malformed, false);
	NUM("ipc_received", "messages from the dataplane", l.messages_in, false);
	NUM("ipc_sent", "messages to the dataplane", l.messages_out, false);
	NUM("reloads", "times the configuration was read again", a->reloads, false);
	NUM("reloads_failed", "configurations refused", a->reloads_failed, false);
#undef NUM
	return n;
}

json_t *
view_stats(const struct app *a)
{
	const struct ipc_hello *h = dp_link_hello(a->link, 0);
	json_t *o = json_object(), *control = json_object(), *dataplane = json_object(),
	       *errors = json_object();
	struct number list[64];
	struct conns_stats c;
	unsigned n = numbers(a, list);

	json_object_set_new(o, "attached", json_boolean(dp_link_attached(a->link)));
	json_object_set_new(o, "configured", json_boolean(a->applied));
	json_object_set_new(o, "engine", json_string(app_engine_name(h != NULL ? h->engine : 0)));
	json_object_set_new(o, "card", json_boolean(pka_has_card(a->pka)));
	put(o, "workers", dp_link_workers(a->link));
	put(o, "uptime_s", (uv_now(a->loop) - a->started_ms) / 1000);
	for (unsigned i = 0; i < n; i++)
		put(control, list[i].name, list[i].value);
	conns_stats(a->conns, &c);
	for (unsigned i = 1; i < TLS_E_COUNT; i++)
		if (c.errors[i] != 0)
			put(errors, tls_err_name(i), c.errors[i]);
	for (unsigned i = 0; i < APP_COUNTERS; i++)
		put(dataplane, app_counter_name(i), app_counter(a, i));
	json_object_set_new(o, "control", control);
	json_object_set_new(o, "handshake_errors", errors);
	json_object_set_new(o, "dataplane", dataplane);
	return o;
}

/*
 * Workers share a card: its counters are told by each of them alike, those of software engines are
 * each worker's own.
 */
json_t *
view_engines(const struct app *a)
{
	static const char *const states[] = { "none", "running", "failed" };
	const struct ipc_hello *h = dp_link_hello(a->link, 0);
	bool shared = h != NULL && h->engine == IPC_ENGINE_FPGA;
	uint32_t workers = shared ? 1 : dp_link_workers(a->link);
	const struct app_worker *first = &a->workers[0];
	json_t *o = json_object(), *list = json_array();

	for (uint32_t e = 0; e < first->engine_count; e++) {
		struct ipc_engine_stat sum = first->engines[e];
		json_t *j = json_object();

		for (uint32_t w = 1; w < workers; w++) {
			sum.ops += a->workers[w].engines[e].ops;
			sum.bytes += a->workers[w].engines[e].bytes;
			sum.cycles += a->workers[w].engines[e].cycles;
			sum.failed += a->workers[w].engines[e].failed;
		}
		json_object_set_new(j, "name", json_string(sum.name));
		put(j, "ops", sum.ops);
		put(j, "bytes", sum.bytes);
		put(j, "cycles", sum.cycles);
		put(j, "failed", sum.failed);
		json_array_append_new(list, j);
	}
	json_object_set_new(o, "engine", json_string(app_engine_name(h != NULL ? h->engine : 0)));
	json_object_set_new(o, "state",
		json_string(states[first->engine_state <= 2 ? first->engine_state : 0]));
	put(o, "device_cycles", first->device_cycles);
	json_object_set_new(o, "sim_seconds", json_real((double)first->sim_ns / 1e9));
	json_object_set_new(o, "engines", list);
	return o;
}

static void
add_connection(void *ctx, const struct conns_view *v)
{
	json_t *j = json_object();
	char peer[64];

	json_object_set_new(j, "peer", json_string(config_addr_text(v->peer, peer, sizeof(peer))));
	json_object_set_new(j, "listener", json_string(v->listener));
	put(j, "worker", v->worker);
	json_object_set_new(j, "state",
		json_string(v->hs.ready			     ? "connected"
			    : v->hs.state == HS_WAIT_NOTHING ? "closing"
							     : "handshake"));
	json_object_set_new(j, "waits_for", json_string(hs_state_name(v->hs.state)));
	json_object_set_new(j, "suite", json_string(v->hs.suite != NULL ? v->hs.suite : ""));
	json_object_set_new(j, "resumed", json_boolean(v->hs.resumed));
	json_object_set_new(j, "server_name", json_string(v->hs.server_name));
	json_object_set_new(j, "alpn", json_string(v->hs.alpn));
	put(j, "age_ms", v->age_ms);
	json_array_append_new(ctx, j);
}

json_t *
view_connections(const struct app *a)
{
	json_t *o = json_object(), *list = json_array();
	struct conns_stats c;

	conns_stats(a->conns, &c);
	conns_walk(a->conns, SHOWN, uv_now(a->loop), add_connection, list);
	put(o, "total", c.open);
	put(o, "handshakes", c.half_open);
	put(o, "shown", json_array_size(list));
	json_object_set_new(o, "connections", list);
	return o;
}

struct session_list {
	const struct app *a;
	json_t *list;
};

/* Only a prefix of a hash: whoever sees it cannot resume the session. */
static void
add_session(void *ctx, const struct session_entry *e)
{
	struct session_list *l = ctx;
	const struct hs_suite *s = hs_suite_by_code(e->suite);
	uint64_t now = uv_now(l->a->loop) / 1000;
	json_t *j = json_object();
	uint8_t digest[HS_DIGEST_MAX];
	struct hs_digest d;
	char text[17];

	hs_digest_init(&d, HS_PRF_SHA256);
	hs_digest_add(&d, e->id, e->id_len);
	hs_digest_now(&d, digest);
	for (unsigned i = 0; i < 8; i++)
		snprintf(text + 2 * i, 3, "%02x", digest[i]);
	json_object_set_new(j, "id_hash", json_string(text));
	json_object_set_new(j, "suite", json_string(s != NULL ? s->name : "?"));
	json_object_set_new(j, "extended_master_secret", json_boolean((e->flags & SESSION_EMS) != 0));
	put(j, "expires_in_s", e->expires_s > now ? e->expires_s - now : 0);
	json_array_append_new(l->list, j);
}

json_t *
view_sessions(const struct app *a)
{
	json_t *o = json_object();
	struct session_list l = { a, json_array() };
	struct session_stats s;

	session_cache_stats(a->cache, &s);
	session_cache_walk(a->cache, SHOWN, add_session, &l);
	put(o, "total", s.entries);
	put(o, "capacity", s.capacity);
	put(o, "hits", s.hits);
	put(o, "misses", s.misses);
	put(o, "expired", s.expired);
	put(o, "evicted", s.evicted);
	put(o, "stored", s.stored);
	put(o, "removed", s.removed);
	put(o, "bytes", s.bytes);
	json_object_set_new(o, "sessions", l.list);
	return o;
}

json_t *
view_listeners(const struct app *a)
{
	json_t *o = json_object(), *list = json_array();

	for (unsigned i = 0; i < a->cfg->listener_count; i++) {
		const struct config_listener *l = &a->cfg->listeners[i];
		json_t *j = json_object(), *suites = json_array();
		unsigned certs = 0;
		char text[64];

		while (cert_store_at(l->certs, certs) != NULL)
			certs++;
		for (unsigned s = 0; s < l->policy.suite_count; s++)
			json_array_append_new(suites, json_string(l->policy.suites[s]->name));
		json_object_set_new(j, "name", json_string(l->name));
		json_object_set_new(j, "address",
			json_string(config_addr_text(&l->ipc.addr, text, sizeof(text))));
		json_object_set_new(j, "profile", json_string(l->profile));
		json_object_set_new(j, "pool", json_string(l->pool));
		put(j, "certificates", certs);
		json_object_set_new(j, "session_cache", json_boolean(l->hs.session_cache));
		put(j, "max_record", l->ipc.max_record);
		json_object_set_new(j, "suites", suites);
		json_array_append_new(list, j);
	}
	put(o, "generation", a->generation);
	json_object_set_new(o, "configured", json_boolean(a->applied));
	json_object_set_new(o, "refused", json_string(a->refused));
	json_object_set_new(o, "listeners", list);
	return o;
}

char *
view_metrics(const struct app *a)
{
	struct number list[64];
	struct conns_stats c;
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	if (f == NULL)
		return NULL;
	fprintf(f,
		"# HELP sluice_attached the dataplane is attached\n# TYPE sluice_attached gauge\nsluice_attached %d\n",
		dp_link_attached(a->link));
	for (unsigned i = 0, n = numbers(a, list); i < n; i++)
		fprintf(f,
			"# HELP sluice_cp_%s %s\n# TYPE sluice_cp_%s %s\nsluice_cp_%s %" PRIu64
			"\n",
			list[i].name, list[i].help, list[i].name,
			list[i].level ? "gauge" : "counter", list[i].name, list[i].value);
	conns_stats(a->conns, &c);
	fprintf(f,
		"# HELP sluice_cp_handshake_errors handshakes by the error that ended them\n# TYPE sluice_cp_handshake_errors counter\n");
	for (unsigned i = 1; i < TLS_E_COUNT; i++)
		fprintf(f, "sluice_cp_handshake_errors{error=\"%s\"} %" PRIu64 "\n",
			tls_err_name(i), c.errors[i]);
	for (unsigned i = 0; i < APP_COUNTERS; i++)
		fprintf(f,
			"# HELP sluice_dp_%s %s\n# TYPE sluice_dp_%s %s\nsluice_dp_%s %" PRIu64
			"\n",
			app_counter_name(i), app_counter_meaning(i), app_counter_name(i),
			strstr(app_counter_meaning(i), "a level") != NULL ? "gauge" : "counter",
			app_counter_name(i), app_counter(a, i));
	return fclose(f) == 0 ? text : NULL;
}
