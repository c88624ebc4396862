/* What resumption and verification live on: ticket keys, OCSP responses for our certificates, CRLs. */
#include <string.h>
#include <time.h>

#include "control/cert/trust.h"
#include "control/manage/manage_int.h"

static void
put(json_t *o, const char *key, uint64_t n)
{
	json_object_set_new(o, key, json_integer((json_int_t)n));
}

/* Seconds from now; below zero: since then. */
static void
put_in(json_t *o, const char *key, int64_t when)
{
	json_object_set_new(o, key, json_integer((json_int_t)(when - (int64_t)time(NULL))));
}

json_t *
view_tickets(const struct app *a)
{
	json_t *o = json_object(), *list = json_array();
	struct client_store_stats c;
	struct once_stats once;

	for (unsigned i = 0; i < a->cfg->listener_count; i++) {
		const struct config_listener *l = &a->cfg->listeners[i];
		struct ticket_stats s;
		json_t *j;

		if (l->hs.tickets == NULL)
			continue;
		ticket_keys_stats(l->hs.tickets, &s);
		j = json_object();
		json_object_set_new(j, "listener", json_string(l->name));
		json_object_set_new(j, "keys_from", json_string(s.from_file ? l->tickets.key_file : "made here"));
		put(j, "keys", s.keys);
		put(j, "rotate_s", s.from_file ? 0 : l->tickets.rotate_s);
		put(j, "keep_s", s.from_file ? 0 : l->tickets.keep_s);
		put(j, "sealed", s.sealed);
		put(j, "opened", s.opened);
		put(j, "opened_old", s.opened_old);
		put(j, "unknown_key", s.unknown_key);
		put(j, "forged", s.forged);
		put(j, "keys_made", s.keys_made);
		put(j, "keys_retired", s.keys_retired);
		json_array_append_new(list, j);
	}
	json_object_set_new(o, "listeners", list);
	once_stats(a->once, &once);
	put(o, "used_once", once.entries);
	put(o, "used_again", once.seen);
	client_store_stats(a->clients, &c);
	put(o, "sessions_with_servers", c.entries);
	put(o, "sessions_with_servers_bytes", c.bytes);
	put(o, "sessions_with_servers_found", c.hits);
	put(o, "sessions_with_servers_not_found", c.misses);
	return o;
}

json_t *
view_staples(const struct app *a)
{
	json_t *o = json_object(), *list = json_array();
	struct stapler_stats s;
	struct stapler_view v;

	for (unsigned i = 0; stapler_view(a->stapler, i, &v); i++) {
		json_t *j = json_object();

		json_object_set_new(j, "certificate", json_string(v.chain_file));
		json_object_set_new(j, "source", json_string(v.source != NULL ? v.source : ""));
		json_object_set_new(j, "state",
			json_string(v.this_update == 0 ? "none" : v.revoked ? "revoked" : "good"));
		if (v.this_update != 0) {
			put_in(j, "this_update_in_s", v.this_update);
			put_in(j, "next_update_in_s", v.next_update);
		}
		json_object_set_new(j, "error", json_string(v.error));
		json_array_append_new(list, j);
	}
	stapler_stats(a->stapler, &s);
	put(o, "wanted", s.wanted);
	put(o, "stapled", s.stapled);
	put(o, "renewed", s.renewed);
	put(o, "failed", s.failed);
	json_object_set_new(o, "staples", list);
	return o;
}

static void
add_trust(json_t *list, const char *name, const struct trust *t)
{
	struct trust_view v;
	json_t *j;

	if (t == NULL)
		return;
	j = json_object();
	trust_look(t, &v);
	json_object_set_new(j, "name", json_string(name));
	json_object_set_new(j, "ca", json_string(trust_conf(t)->ca_file));
	put(j, "crl_files", trust_conf(t)->crl_file_count);
	put(j, "crls", v.crls);
	if (v.crls != 0) {
		put_in(j, "file_changed_in_s", v.changed);
		if (v.until != INT64_MAX)
			put_in(j, "next_update_in_s", v.until);
	}
	json_array_append_new(list, j);
}

json_t *
view_crls(const struct app *a)
{
	json_t *o = json_object(), *list = json_array();
	struct verifier_stats s;

	for (unsigned i = 0; i < a->cfg->listener_count; i++)
		add_trust(list, a->cfg->listeners[i].name, a->cfg->listeners[i].trust);
	for (unsigned i = 0; i < a->cfg->pool_count; i++)
		add_trust(list, a->cfg->pools[i].name, a->cfg->pools[i].trust);
	verifier_stats(a->verifier, &s);
	put(o, "reloads", s.crl_reloads);
	put(o, "errors", s.crl_errors);
	put(o, "verified", s.verified);
	put(o, "refused", s.refused);
	json_object_set_new(o, "trusts", list);
	return o;
}
