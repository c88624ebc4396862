/*
 * `show policy`: not what is written in the configuration but what comes of it: suites that really
 * can be chosen, in order, each with its versions, certificate and signature scheme.
 */
#include <stdio.h>
#include <string.h>

#include "common/tls.h"
#include "control/cert/trust.h"
#include "control/handshake/hs_profile.h"
#include "control/handshake/ssl2/ssl2.h"
#include "control/manage/manage_int.h"

static const uint16_t versions[] = { TLS_V_13, TLS_V_12, TLS_V_11, TLS_V_10, TLS_V_SSL30, TLS_V_SSL2 };
#define VERSIONS (sizeof(versions) / sizeof(versions[0]))

static json_t *
version_list(uint8_t set)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < VERSIONS; i++)
		if (set & hs_version_bit(versions[i]))
			json_array_append_new(list, json_string(hs_version_name(versions[i])));
	return list;
}

static void
text(json_t *o, const char *key, const char *value)
{
	json_object_set_new(o, key, json_string(value != NULL ? value : ""));
}

static void
number(json_t *o, const char *key, uint64_t n)
{
	json_object_set_new(o, key, json_integer((json_int_t)n));
}

static void
flag(json_t *o, const char *key, bool value)
{
	json_object_set_new(o, key, json_boolean(value));
}

static void
add_suite(json_t *list, const struct hs_policy *p, const struct config_side *side,
	const struct hs_suite *s, uint8_t set)
{
	json_t *j = json_object();
	char code[8];

	snprintf(code, sizeof(code), "0x%04x", s->code);
	text(j, "name", s->name);
	text(j, "code", code);
	json_object_set_new(j, "versions", version_list(set));
	for (unsigned i = 0; i < VERSIONS; i++) { /* of the newest of them */
		const struct cert *cert;
		uint16_t scheme;

		if (!(set & hs_version_bit(versions[i])))
			continue;
		cert = config_use_cert(p, side, s, versions[i]);
		scheme = cert != NULL && s->kx != HS_KX_RSA ? config_use_scheme(p, cert, versions[i]) : 0;
		text(j, "certificate", cert != NULL ? cert->chain_file : "");
		text(j, "scheme", scheme != 0 ? hs_scheme_name(scheme) : "");
		break;
	}
	json_array_append_new(list, j);
}

/* Returns the versions that can be negotiated. */
static uint8_t
add_suites(json_t *o, const struct hs_policy *p, const struct config_side *side)
{
	json_t *list = json_array();
	const struct hs_suite *s;
	uint8_t all = 0;

	for (unsigned i = 0; i < p->suite_count; i++) {
		uint8_t set = config_use_versions(p, side, p->suites[i], NULL);

		all |= set;
		if (set != 0)
			add_suite(list, p, side, p->suites[i], set);
	}
	for (unsigned i = 0; (p->versions & HS_V_SSL2) && (s = ssl2_suite_at(i)) != NULL; i++) {
		if (side->role == HS_SERVER && config_use_cert(p, side, s, TLS_V_SSL2) == NULL)
			continue;
		all |= HS_V_SSL2;
		add_suite(list, p, side, s, HS_V_SSL2);
	}
	json_object_set_new(o, "versions", version_list(all));
	json_object_set_new(o, "suites", list);
	return all;
}

static void
add_names(json_t *o, const struct hs_policy *p)
{
	json_t *groups = json_array(), *schemes = json_array();

	for (unsigned i = 0; i < p->group_count; i++)
		json_array_append_new(groups, json_string(hs_group_name(p->groups[i])));
	for (unsigned i = 0; i < p->scheme_count; i++)
		json_array_append_new(schemes, json_string(hs_scheme_name(p->schemes[i])));
	json_object_set_new(o, "groups", groups);
	json_object_set_new(o, "signature_algorithms", schemes);
	text(o, "preference", p->prefer_client ? "client" : "server");
	flag(o, "v2_hello", p->v2_hello);
	flag(o, "compression", p->compression);
}

static void
add_verification(json_t *o, const struct trust *t)
{
	static const char *const crl[] = { "off", "leaf", "all" }, *const ocsp[] = { "off", "soft", "hard" };
	const struct trust_conf *c;

	if (t == NULL)
		return;
	c = trust_conf(t);
	text(o, "ca", c->ca_file);
	number(o, "depth", c->depth);
	text(o, "crl_check", crl[c->crl_check]);
	text(o, "crl_missing", c->crl_hard ? "refuse" : "allow");
	text(o, "ocsp", ocsp[c->ocsp]);
	number(o, "allow_rules", c->allow_count);
}

static void
add_listener(json_t *o, const struct config_listener *l, uint8_t all)
{
	static const char *const modes[] = { "none", "request", "require" };
	bool old = (all & (HS_V_12 | HS_V_11 | HS_V_10 | HS_V_SSL3 | HS_V_SSL2)) != 0,
	     new = (all & HS_V_13) != 0, tickets = l->tickets.enabled;
	json_t *r = json_object(), *auth = json_object();

	flag(r, "session_ids", old && l->hs.session_cache);
	flag(r, "tickets", tickets && (all & ~(uint8_t)(HS_V_SSL3 | HS_V_SSL2)) != 0);
	number(r, "lifetime_s", l->hs.session_lifetime_s);
	if (tickets) {
		number(r, "tickets_per_handshake", new ? l->hs.ticket_count : 1);
		text(r, "keys", l->tickets.key_file != NULL ? l->tickets.key_file : "made here");
		number(r, "rotate_s", l->tickets.key_file != NULL ? 0 : l->tickets.rotate_s);
		number(r, "keep_s", l->tickets.key_file != NULL ? 0 : l->tickets.keep_s);
	}
	text(o, "keys", l->hs.keys_on_card ? "card" : "host");
	flag(r, "psk_only", new && l->hs.psk_only);
	flag(r, "single_use", new && l->hs.single_use);
	number(r, "early_data", new ? l->hs.early_data_max : 0);
	json_object_set_new(o, "resumption", r);
	text(auth, "mode", modes[l->hs.client_auth]);
	add_verification(auth, l->trust);
	json_object_set_new(o, "client_auth", auth);
}

static void
add_pool(json_t *o, const struct config_pool *p)
{
	json_t *r = json_object(), *v = json_object();

	flag(r, "session_reuse", p->session_reuse);
	json_object_set_new(o, "resumption", r);
	text(v, "mode", p->trust == NULL ? "none" : p->hs.verify_name ? "full" : "ca");
	text(v, "server_name", p->hs.server_name);
	add_verification(v, p->trust);
	json_object_set_new(o, "verify", v);
	text(o, "certificate", p->certs != NULL ? cert_store_at(p->certs, 0)->chain_file : "");
	flag(o, "post_handshake_auth", p->hs.post_handshake_auth);
	text(o, "proxy_protocol", p->proxy_protocol ? "v2" : "none");
}

static void
add_common(json_t *o, const struct hs_conf *hs, uint32_t rekey_records, uint8_t all)
{
	static const char *const renegotiation[] = { "refuse", "server", "both" };
	json_t *alpn = json_array();
	bool may = (all & ~(uint8_t)(HS_V_13 | HS_V_SSL2)) != 0;

	for (unsigned i = 0; i < hs->alpn_count; i++)
		json_array_append_new(alpn, json_string(hs->alpn[i]));
	json_object_set_new(o, "alpn", alpn);
	text(o, "renegotiation", renegotiation[may ? hs->renegotiation : HS_RENEG_REFUSE]);
	number(o, "renegotiations_per_minute",
		may && hs->renegotiation == HS_RENEG_BOTH ? hs->renegotiations_max : 0);
	number(o, "record_size_limit", hs->record_size_limit);
	number(o, "rekey_records", rekey_records);
}

/* As the handshake finds it: the exact name, then the first pattern, then the listener's own. */
static const struct hs_policy *
policy_for(const struct config_listener *l, const char *name, const char **of)
{
	const struct hs_policy *p = name != NULL ? hs_policy_for(&l->hs, name) : &l->policy;

	*of = "listener";
	for (unsigned i = 0; i < l->hs.by_name_count; i++)
		if (l->hs.by_name[i].policy == p)
			*of = l->hs.by_name[i].name;
	return p;
}

static json_t *
of_listener(const struct app *a, const struct config_listener *l, const char *server_name)
{
	struct config_side side = { .role = HS_SERVER,
		.asks = l->hs.client_auth != HS_AUTH_NONE,
		.certs = l->certs,
		.server_name = server_name,
		.card = l->hs.keys_on_card };
	json_t *o = json_object(), *warnings = json_array();
	const struct hs_policy *p;
	const char *of;
	char addr[64];
	uint8_t all;

	p = policy_for(l, server_name, &of);
	text(o, "name", l->name);
	text(o, "role", "server");
	text(o, "address", config_addr_text(&l->ipc.addr, addr, sizeof(addr)));
	text(o, "profile", p->name);
	text(o, "server_name", server_name);
	text(o, "policy_of", of);
	all = add_suites(o, p, &side);
	add_names(o, p);
	add_listener(o, l, all);
	add_common(o, &l->hs, l->ipc.rekey_records, all);
	config_warnings_of(a->cfg, l, NULL, view_add_warning, warnings);
	if (app_keys_missing(a, l))
		view_add_warning(warnings, APP_KEYS_MISSING);
	json_object_set_new(o, "warnings", warnings);
	return o;
}

static json_t *
of_pool(const struct app *a, const struct config_pool *p)
{
	struct config_side side = { .role = HS_CLIENT };
	json_t *o = json_object(), *warnings = json_array();
	uint8_t all;

	text(o, "name", p->name);
	text(o, "role", "client");
	text(o, "profile", p->profile);
	all = add_suites(o, &p->policy, &side);
	add_names(o, &p->policy);
	add_pool(o, p);
	add_common(o, &p->hs, p->ipc.rekey_records, all);
	config_warnings_of(a->cfg, NULL, p, view_add_warning, warnings);
	json_object_set_new(o, "warnings", warnings);
	return o;
}

json_t *
view_policy(const struct app *a, const char *name, const char *server_name, char *err, size_t cap)
{
	for (unsigned i = 0; i < a->cfg->listener_count; i++)
		if (strcmp(a->cfg->listeners[i].name, name) == 0)
			return of_listener(a, &a->cfg->listeners[i], server_name);
	for (unsigned i = 0; i < a->cfg->pool_count; i++) {
		const struct config_pool *p = &a->cfg->pools[i];

		if (strcmp(p->name, name) != 0)
			continue;
		if (p->ipc.flags & IPC_POOL_TLS)
			return of_pool(a, p);
		snprintf(err, cap, "pool %s speaks no TLS to its servers", p->name);
		return NULL;
	}
	snprintf(err, cap, "no listener and no pool of that name; `sluicectl show listeners` tells them");
	return NULL;
}
