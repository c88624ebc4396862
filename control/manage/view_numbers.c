/* The counters of both processes, as JSON and as Prometheus text. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/manage/manage_int.h"

static void
put(json_t *o, const char *key, uint64_t n)
{
	json_object_set_new(o, key, json_integer((json_int_t)n));
}

#define NUMBERS 128

/* Our own counters, one list for JSON and Prometheus. */
struct number {
	const char *name, *help;
	uint64_t value;
	bool level;
};

/* Sum over the listeners. */
static void
tickets_of_all(const struct app *a, struct ticket_stats *sum)
{
	struct ticket_stats s;

	*sum = (struct ticket_stats){ 0 };
	for (unsigned i = 0; i < CONFIG_MAX_LISTENERS; i++) {
		if (a->tickets[i].keys == NULL)
			continue;
		ticket_keys_stats(a->tickets[i].keys, &s);
		sum->sealed += s.sealed;
		sum->opened += s.opened;
		sum->unknown_key += s.unknown_key;
		sum->forged += s.forged;
	}
}

static unsigned
numbers(const struct app *a, struct number out[NUMBERS])
{
	struct conns_stats c;
	struct session_stats s;
	struct pka_stats p;
	struct dp_link_stats l;
	struct verifier_stats v;
	struct stapler_stats o;
	struct once_stats once;
	struct ticket_stats t;
	unsigned n = 0;

	conns_stats(a->conns, &c);
	session_cache_stats(a->cache, &s);
	pka_stats(a->pka, &p);
	dp_link_stats(a->link, &l);
	verifier_stats(a->verifier, &v);
	stapler_stats(a->stapler, &o);
	once_stats(a->once, &once);
	tickets_of_all(a, &t);
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
	NUM("backend_handshakes_full", "full handshakes with servers behind", c.backend_full, false);
	NUM("backend_handshakes_resumed", "resumed handshakes with servers behind", c.backend_resumed,
		false);
	NUM("renegotiations", "handshakes on connections that were open", c.renegotiations, false);
	NUM("key_updates", "KeyUpdates of TLS 1.3, both directions", c.key_updates, false);
	NUM("key_limits", "keys that had protected nearly all they may", c.key_limits, false);
	NUM("stale_handles", "messages for connections that were gone", c.stale, false);
	NUM("connection_bytes", "memory of connections and their tables", c.memory, true);
	NUM("sessions", "sessions in the cache", s.entries, true);
	NUM("session_hits", "session ids found", s.hits, false);
	NUM("session_misses", "session ids not found", s.misses, false);
	NUM("session_evictions", "sessions that made room for newer ones", s.evicted, false);
	NUM("tickets_sealed", "session tickets given out", t.sealed, false);
	NUM("tickets_left_out", "connections without tickets: the card made none", c.tickets_left_out, false);
	NUM("tickets_opened", "session tickets that came back good", t.opened, false);
	NUM("tickets_unknown", "session tickets of keys that are gone", t.unknown_key, false);
	NUM("tickets_forged", "session tickets that were damaged or forged", t.forged, false);
	NUM("single_use_seen", "tickets and early data that came a second time", once.seen, false);
	NUM("certificates_verified", "chains of others found good", v.verified, false);
	NUM("certificates_refused", "chains of others found bad", v.refused, false);
	NUM("certificates_remembered", "chains of others judged from memory", v.cached, false);
	NUM("verifications_in_flight", "chains being verified", v.in_flight, true);
	NUM("ocsp_soft_failed", "certificates taken though OCSP gave no answer", v.ocsp_soft_failed, false);
	NUM("crl_reloads", "times a CRL file was read again", v.crl_reloads, false);
	NUM("crl_errors", "times a CRL file could not be read", v.crl_errors, false);
	NUM("staples", "certificates of ours with an OCSP response", o.stapled, true);
	NUM("staples_wanted", "certificates of ours that should have an OCSP response", o.wanted, true);
	NUM("staples_revoked", "certificates of ours that are revoked", o.revoked, true);
	NUM("staples_renewed", "OCSP responses for our certificates renewed", o.renewed, false);
	NUM("staples_failed", "attempts to renew one that failed", o.failed, false);
	NUM("rsa_card", "RSA key transports done by the card", p.rsa_card, false);
	NUM("rsa_software", "RSA key transports done in software", p.rsa_soft, false);
	NUM("signatures_card", "signatures made by the card", p.sign_card, false);
	NUM("signatures_software", "signatures made in software", p.sign_soft, false);
	NUM("key_exchanges", "ephemeral key operations", p.kex, false);
	NUM("peer_key_operations", "operations with a peer's public key", p.peer, false);
	NUM("kex_card", "key exchanges on curves done by the card", p.kex_card, false);
	NUM("prf_card", "PRF operations done by the card", p.prf_card, false);
	NUM("prf_software", "PRF operations done in software", p.prf_soft, false);
	NUM("secrets", "scripts of derivations sent to the card", p.secrets, false);
	NUM("secrets_failed", "scripts of derivations that the card refused or never got", p.secrets_failed, false);
	NUM("secret_slots", "secret slots of the card in use", p.secret_slots, true);
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
	struct number list[NUMBERS];
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

/* The same failures by the alert that the peer got. */
static void
metrics_alerts(const struct conns_stats *c, FILE *f)
{
	uint64_t sum[256] = { 0 };

	fprintf(f, "# HELP sluice_cp_handshake_alerts handshakes by the alert that ended them\n"
		   "# TYPE sluice_cp_handshake_alerts counter\n");
	for (unsigned i = 1; i < TLS_E_COUNT; i++)
		sum[tls_err_alert(i)] += c->errors[i];
	for (unsigned i = 0; i < 256; i++)
		if (strcmp(tls_alert_name((uint8_t)i), "unknown") != 0 && i != TLS_ALERT_NONE)
			fprintf(f, "sluice_cp_handshake_alerts{alert=\"%s\"} %" PRIu64 "\n",
				tls_alert_name((uint8_t)i), sum[i]);
	fprintf(f, "sluice_cp_handshake_alerts{alert=\"none\"} %" PRIu64 "\n", sum[TLS_ALERT_NONE]);
}

char *
view_metrics(const struct app *a)
{
	struct number list[NUMBERS];
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
	metrics_alerts(&c, f);
	for (unsigned i = 0; i < APP_COUNTERS; i++)
		fprintf(f,
			"# HELP sluice_dp_%s %s\n# TYPE sluice_dp_%s %s\nsluice_dp_%s %" PRIu64
			"\n",
			app_counter_name(i), app_counter_meaning(i), app_counter_name(i),
			strstr(app_counter_meaning(i), "a level") != NULL ? "gauge" : "counter",
			app_counter_name(i), app_counter(a, i));
	return fclose(f) == 0 ? text : NULL;
}
