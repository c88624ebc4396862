/*
 * What the management API shows of connections, sessions and listeners. Reads states; changes nothing;
 * shows no secret.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "control/handshake/hs_digest.h"
#include "control/manage/manage_int.h"

#define SHOWN 1000 /* connections or sessions in one answer */

static void
put(json_t *o, const char *key, uint64_t n)
{
	json_object_set_new(o, key, json_integer((json_int_t)n));
}

/* Per mille of the device's cycles in which an engine had work; 0 where nothing ran. */
static uint64_t
busy(uint64_t engine, uint64_t device)
{
	return device != 0 && engine <= device ? engine * 1000 / device : 0;
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
	uint64_t in_flight = 0;

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
		put(j, "busy_permille", busy(sum.cycles, first->device_cycles));
		put(j, "busy_permille_now",
			busy(first->engines[e].cycles - first->engine_before[e],
				first->device_cycles - first->cycles_before));
		json_array_append_new(list, j);
	}
	json_object_set_new(o, "engine", json_string(app_engine_name(h != NULL ? h->engine : 0)));
	json_object_set_new(o, "state",
		json_string(states[first->engine_state <= 2 ? first->engine_state : 0]));
	for (uint32_t w = 0; w < dp_link_workers(a->link); w++)
		in_flight += a->workers[w].in_flight;
	put(o, "in_flight", in_flight);
	put(o, "device_cycles", first->device_cycles);
	json_object_set_new(o, "sim_seconds", json_real((double)first->sim_ns / 1e9));
	json_object_set_new(o, "engines", list);
	return o;
}

const char *
view_conn_id(uint32_t worker, ipc_conn_t handle, char buf[32])
{
	snprintf(buf, 32, "%u-%" PRIx64, worker, (uint64_t)handle);
	return buf;
}

/* Those of TLS 1.1 and older have no name of their own: MD5 with SHA-1, or SHA-1. */
static const char *
scheme_text(uint16_t scheme)
{
	if (scheme == 0)
		return "";
	if (scheme == SIG_RSA_MD5_SHA1_RAW || scheme == SIG_RSA_PKCS1_MD5)
		return scheme == SIG_RSA_PKCS1_MD5 ? "rsa_pkcs1_md5" : "rsa_pkcs1_md5_sha1";
	return scheme == SIG_ECDSA_SHA1_RAW ? "ecdsa_sha1" : hs_scheme_name(scheme);
}

static void
add_connection(void *ctx, const struct conns_view *v)
{
	const struct hs_info *h = &v->hs;
	json_t *j = json_object();
	char peer[64], id[32];

	json_object_set_new(j, "id", json_string(view_conn_id(v->worker, v->handle, id)));
	json_object_set_new(j, "role", json_string(v->role == HS_CLIENT ? "client" : "server"));
	if (v->role == HS_CLIENT)
		json_object_set_new(j, "for", json_string(view_conn_id(v->worker, v->front, id)));
	json_object_set_new(j, "peer", json_string(config_addr_text(v->peer, peer, sizeof(peer))));
	json_object_set_new(j, "listener", json_string(v->listener));
	put(j, "worker", v->worker);
	json_object_set_new(j, "state",
		json_string(v->hs.ready			     ? "connected"
			    : v->hs.state == HS_WAIT_NOTHING ? "closing"
							     : "handshake"));
	json_object_set_new(j, "waits_for", json_string(hs_state_name(v->hs.state)));
	json_object_set_new(j, "version", json_string(h->version != 0 ? hs_version_name(h->version) : ""));
	json_object_set_new(j, "suite", json_string(v->hs.suite != NULL ? v->hs.suite : ""));
	json_object_set_new(j, "group", json_string(h->group != 0 ? hs_group_name(h->group) : ""));
	json_object_set_new(j, "scheme", json_string(scheme_text(h->scheme)));
	json_object_set_new(j, "subject",
		json_string(h->peer != NULL && h->peer->subject != NULL ? h->peer->subject : ""));
	json_object_set_new(j, "verified", json_boolean(h->peer != NULL && h->peer->verdict == TLS_E_OK));
	json_object_set_new(j, "extended_master_secret", json_boolean(h->extended_master_secret));
	json_object_set_new(j, "encrypt_then_mac", json_boolean(h->encrypt_then_mac));
	json_object_set_new(j, "early_data", json_boolean(h->early_data));
	put(j, "renegotiations", h->renegotiations);
	put(j, "key_updates", h->key_updates);
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

static bool
any_set(const uint8_t *p, size_t n)
{
	uint8_t all = 0;

	for (size_t i = 0; i < n; i++)
		all |= p[i];
	return all != 0;
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
	uint64_t now = (uint64_t)time(NULL);
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
	json_object_set_new(j, "version", json_string(hs_version_name(e->version)));
	json_object_set_new(j, "suite", json_string(s != NULL ? s->name : "?"));
	json_object_set_new(j, "alpn", json_stringn(e->alpn, e->alpn_len <= sizeof(e->alpn) ? e->alpn_len : 0));
	json_object_set_new(j, "client_certificate", json_boolean(any_set(e->peer, sizeof(e->peer))));
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

void
view_add_warning(void *ctx, const char *warning)
{
	json_array_append_new(ctx, json_string(warning));
}

json_t *
view_listeners(const struct app *a)
{
	static const char *const modes[] = { "none", "request", "require" };
	json_t *o = json_object(), *list = json_array(), *all = json_array();

	for (unsigned i = 0; i < a->cfg->listener_count; i++) {
		const struct config_listener *l = &a->cfg->listeners[i];
		json_t *j = json_object(), *suites = json_array(), *versions = json_array(),
		       *warnings = json_array();
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
		for (uint16_t v = TLS_V_13; v >= TLS_V_SSL30; v--)
			if (l->policy.versions & hs_version_bit(v))
				json_array_append_new(versions, json_string(hs_version_name(v)));
		if (l->policy.versions & HS_V_SSL2)
			json_array_append_new(versions, json_string(hs_version_name(TLS_V_SSL2)));
		json_object_set_new(j, "versions", versions);
		json_object_set_new(j, "insecure", json_boolean(l->insecure));
		json_object_set_new(j, "keylog", json_boolean(l->hs.keylog));
		json_object_set_new(j, "client_auth", json_string(modes[l->hs.client_auth]));
		json_object_set_new(j, "tickets", json_boolean(l->hs.tickets != NULL));
		put(j, "names", l->hs.by_name_count);
		config_warnings_of(a->cfg, l, NULL, view_add_warning, warnings);
		if (app_keys_missing(a, l))
			view_add_warning(warnings, APP_KEYS_MISSING);
		json_object_set_new(j, "warnings", warnings);
		json_object_set_new(j, "session_cache", json_boolean(l->hs.session_cache));
		put(j, "max_record", l->ipc.max_record);
		json_object_set_new(j, "suites", suites);
		json_array_append_new(list, j);
	}
	put(o, "generation", a->generation);
	json_object_set_new(o, "configured", json_boolean(a->applied));
	json_object_set_new(o, "refused", json_string(a->refused));
	json_object_set_new(o, "listeners", list);
	config_warnings(a->cfg, view_add_warning, all);
	json_object_set_new(o, "warnings", all);
	return o;
}
