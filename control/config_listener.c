/* Listeners: what clients connect to. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/rand.h>

#include "control/cert/trust.h"
#include "control/config_int.h"
#include "control/session/ticket.h"

#define MAX_TICKETS 8

struct listen {
	struct config *c;
	struct config_listener *l;
	const struct raw_listener *r;
	struct config_diag *d;
	char base[CONFIG_BASE_LEN], tls[CONFIG_BASE_LEN + 8];
	bool allow_insecure, certs_known;
};

/* ---- certificates ---- */

static void
check_certificates(struct listen *n)
{
	const struct raw_listener *r = n->r;
	struct config_listener *l = n->l;
	char path[CONFIG_PATH_LEN];

	l->certs = cert_store_new();
	l->hs.certs = l->certs;
	for (unsigned i = 0; l->certs != NULL && i < r->certificates_count; i++) {
		snprintf(path, sizeof(path), "%s.certificates[%u]", n->base, i);
		if (!config_certificate(n->c, n->d, path, &r->certificates[i], l->certs))
			return; /* indexes after a failed one would be wrong */
	}
	n->certs_known = true;
}

/* ---- client authentication ---- */

static void
check_client_auth(struct listen *n)
{
	static const char *const modes[] = { "none", "request", "require", NULL };
	const struct raw_auth *r = n->r->client_auth;
	struct config_listener *l = n->l;
	char base[CONFIG_BASE_LEN + 16];
	size_t len;

	if (r == NULL)
		return;
	snprintf(base, sizeof(base), "%s.client_auth", n->base);
	l->hs.client_auth = (uint8_t)config_choice(n->d, base, "mode", r->mode, modes, HS_AUTH_NONE);
	if (l->hs.client_auth == HS_AUTH_NONE)
		return;
	if (r->trust.ca == NULL) {
		config_error_at(n->d, base, "ca",
			"expected the file of CA certificates that clients' are checked by, got nothing");
		return;
	}
	l->trust = config_trust(n->d, base, &r->trust, TRUST_CLIENTS, n->allow_insecure);
	l->hs.trust = l->trust;
	if (l->trust == NULL)
		return;
	l->hs.ca_names = trust_ca_names(l->trust, &len) + 2; /* without the length in front */
	l->hs.ca_names_len = len - 2;
}

/* ---- policy ---- */

static struct config_side
side_of(const struct listen *n)
{
	const struct raw_tls *t = n->r->tls;

	return (struct config_side){ .role = HS_SERVER,
		.card = t != NULL && t->keys != NULL && strcmp(t->keys, "card") == 0,
		.asks = n->l->hs.client_auth != HS_AUTH_NONE,
		.certs = n->certs_known ? n->l->certs : NULL };
}

/* `suites` beside `profile`, where it was before there was `tls`, means tls.suites. */
static void
check_policy(struct listen *n)
{
	const struct raw_listener *r = n->r;
	struct raw_lists lists = r->tls != NULL ? r->tls->lists : (struct raw_lists){ 0 };
	struct config_policy_in in = { .base = n->base,
		.profile = r->profile,
		.lists_base = n->tls,
		.lists = &lists,
		.allow_insecure = n->allow_insecure,
		.side = side_of(n) };

	if (r->suites != NULL && lists.suites != NULL)
		config_error_at(n->d, n->base, "suites", "expected tls.suites alone, got both");
	if (r->suites != NULL && lists.suites == NULL) {
		lists.suites = r->suites;
		lists.suites_count = r->suites_count;
		in.lists_base = n->base;
	}
	config_policy(n->d, &in, &n->l->policy);
	n->l->profile = n->l->policy.name;
}

static bool
name_is_pattern(char *text)
{
	const char *p = text;

	if (p[0] == '*' && p[1] == '.')
		p += 2;
	if (*p == '\0' || *p == '.' || strlen(text) > HS_MAX_NAME)
		return false;
	for (char *q = text; *q != '\0'; q++)
		if (*q >= 'A' && *q <= 'Z')
			*q = (char)(*q + 'a' - 'A');
	return p[strspn(p, "abcdefghijklmnopqrstuvwxyz0123456789-_.")] == '\0' &&
	       strstr(p, "..") == NULL;
}

static void
check_names(struct listen *n)
{
	const struct raw_listener *r = n->r;
	struct config_listener *l = n->l;

	if (r->names_count == 0)
		return;
	l->by_name = calloc(r->names_count, sizeof(*l->by_name));
	l->by_name_policy = calloc(r->names_count, sizeof(*l->by_name_policy));
	l->hs.by_name = l->by_name;
	for (unsigned i = 0; l->by_name != NULL && l->by_name_policy != NULL && i < r->names_count; i++) {
		const struct raw_name *raw = &r->names[i];
		char base[CONFIG_BASE_LEN + 24];
		struct config_policy_in in = { .base = base,
			.profile = raw->profile,
			.default_profile = hs_profile_by_name(l->policy.name),
			.lists_base = base,
			.lists = &raw->lists,
			.inherited = raw->profile == NULL && r->tls != NULL ? &r->tls->lists : NULL,
			.allow_insecure = n->allow_insecure,
			.side = side_of(n) };

		snprintf(base, sizeof(base), "%s.names[%u]", n->base, i);
		if (in.side.certs != NULL && raw->server_name[0] != '*')
			in.side.server_name = raw->server_name;
		if (!name_is_pattern(raw->server_name))
			config_error_at(n->d, base, "server_name",
				"expected a host name, or one behind *. for all of its first labels, got %s",
				raw->server_name);
		for (unsigned k = 0; k < i; k++)
			if (strcmp(l->by_name[k].name, raw->server_name) == 0)
				config_error_at(n->d, base, "server_name",
					"expected each name once, got %s, which names[%u] has",
					raw->server_name, k);
		config_policy(n->d, &in, &l->by_name_policy[i]);
		l->by_name_policy[i].v2_hello = false; /* no server name in such a hello */
		l->by_name[i] = (struct hs_name_policy){ raw->server_name, &l->by_name_policy[i] };
		l->hs.by_name_count = i + 1;
	}
}

static bool
any_version(const struct config_listener *l, uint8_t versions)
{
	uint8_t all = l->policy.versions;

	for (unsigned i = 0; i < l->hs.by_name_count; i++)
		all |= l->by_name_policy[i].versions;
	return (all & versions) != 0;
}

/* ---- finer settings ---- */

/* Whoever holds the keys reads it again: what is wrong with it must show now. */
static void
check_key_file(struct listen *n, const char *base, const char *file)
{
	struct ticket_keys *keys;
	char err[TICKET_ERR_LEN] = "out of memory";

	if (file == NULL)
		return;
	keys = ticket_keys_new(3600, 3600);
	if (keys == NULL || ticket_keys_load(keys, file, err) != 0)
		config_error_at(n->d, base, "key_file", "%s", err);
	ticket_keys_free(keys);
}

static void
check_tickets(struct listen *n, const struct raw_tls *t)
{
	static const struct raw_tickets none;
	const struct raw_tickets *r = t != NULL && t->tickets != NULL ? t->tickets : &none;
	struct config_listener *l = n->l;
	char base[CONFIG_BASE_LEN + 16];
	struct config_tickets *k = &l->tickets;

	snprintf(base, sizeof(base), "%s.tickets", n->tls);
	k->enabled = config_boolean(n->d, base, "enabled", r->enabled, true);
	l->hs.ticket_count = (uint8_t)config_number(n->d, base, "count", r->count, 2, 1, MAX_TICKETS);
	k->rotate_s = config_number(n->d, base, "rotate_s", r->rotate_s, 3600, 60, 604800);
	k->keep_s = config_number(
		n->d, base, "keep_s", r->keep_s, l->hs.session_lifetime_s, 0, 14 * k->rotate_s);
	k->key_file = r->key_file;
	if (r->key_file != NULL && (r->rotate_s != NULL || r->keep_s != NULL))
		config_error_at(n->d, base, "key_file",
			"expected no rotate_s or keep_s beside it (the file's keys are rotated by who writes it), got both");
	else
		check_key_file(n, base, k->key_file);
	if (!k->enabled && (r->count != NULL || r->rotate_s != NULL || r->keep_s != NULL || r->key_file != NULL))
		config_error_at(n->d, base, "enabled", "expected nothing beside enabled: false, got other keys");
}

static void
check_resumption(struct listen *n, const struct raw_tls *t)
{
	struct config_listener *l = n->l;
	bool fresh = any_version(l, HS_V_13) && l->tickets.enabled;

	l->hs.psk_only = config_boolean(n->d, n->tls, "psk_only", t->psk_only, false);
	l->hs.single_use =
		config_boolean(n->d, n->tls, "single_use_tickets", t->single_use_tickets, false);
	l->hs.early_data_max = config_number(n->d, n->tls, "early_data", t->early_data, 0, 0, 1u << 20);
	if (l->hs.psk_only && !fresh)
		config_error_at(n->d, n->tls, "psk_only", "expected TLS 1.3 and its tickets beside it, got true without");
	if (l->hs.single_use && !fresh)
		config_error_at(n->d, n->tls, "single_use_tickets",
			"expected TLS 1.3 and its tickets beside it, got true without");
	if (l->hs.early_data_max != 0 && !fresh)
		config_error_at(n->d, n->tls, "early_data",
			"expected TLS 1.3 and its tickets beside it, got %u without", l->hs.early_data_max);
}

static void
check_renegotiation(struct listen *n, const struct raw_tls *t)
{
	static const char *const modes[] = { "refuse", "server", "both", NULL };
	struct config_listener *l = n->l;

	l->hs.renegotiation = (uint8_t)config_choice(
		n->d, n->tls, "renegotiation", t->renegotiation, modes, HS_RENEG_REFUSE);
	l->hs.renegotiations_max = (uint16_t)config_number(n->d, n->tls, "renegotiations_per_minute",
		t->renegotiations_per_minute, 6, 1, 65535);
	if (l->hs.renegotiation != HS_RENEG_REFUSE && !any_version(l, HS_V_12 | HS_V_11 | HS_V_10 | HS_V_SSL3))
		config_error_at(n->d, n->tls, "renegotiation",
			"expected a version before TLS 1.3 beside it, got %s with none", t->renegotiation);
	if (t->renegotiations_per_minute != NULL && l->hs.renegotiation != HS_RENEG_BOTH)
		config_error_at(n->d, n->tls, "renegotiations_per_minute",
			"expected renegotiation: both beside it, got it without");
}

/* keys: card: nothing that would need a secret here. What is negotiated is config_policy()'s. */
static void
check_keys(struct listen *n, const struct raw_tls *t)
{
	static const char *const places[] = { "host", "card", NULL };
	struct config_listener *l = n->l;

	l->hs.keys_on_card = config_choice(n->d, n->tls, "keys", t->keys, places, 0) == 1;
	if (!l->hs.keys_on_card)
		return;
	if (l->hs.psk_only || l->hs.early_data_max != 0)
		config_error_at(n->d, n->tls, l->hs.psk_only ? "psk_only" : "early_data",
			"expected none of it, because keys is card, got %s",
			l->hs.psk_only ? "true" : "early data");
	else if (n->c->raw->device == NULL || n->c->raw->device->kek == NULL)
		config_error_at(n->d, n->tls, "keys", "expected device.kek in the file, got card without it");
	else if (l->hs.ticket_count > HS_CARD_MAX_TICKETS)
		config_error_at(n->d, n->tls, "tickets.count", "expected at most %u, because keys is card, got %u",
			HS_CARD_MAX_TICKETS, l->hs.ticket_count);
	else if (l->hs.keylog)
		config_error_at(n->d, n->tls, "keys", "expected no keylog, which the card's secrets cannot be written to, got card with one");
	l->hs.keylog = false;
}

static void
check_finer(struct listen *n)
{
	static const struct raw_tls none;
	const struct raw_tls *t = n->r->tls != NULL ? n->r->tls : &none;
	struct config_listener *l = n->l;

	l->hs.record_size_limit = (uint16_t)config_number(
		n->d, n->tls, "record_size_limit", t->record_size_limit, 16384, 64, 16384);
	l->ipc.rekey_records =
		config_number(n->d, n->tls, "rekey_records", t->rekey_records, 0, 0, 1u << 24);
	l->policy.v2_hello =
		config_boolean(n->d, n->tls, "v2_hello", t->v2_hello, l->policy.v2_hello);
	if (t->v2_hello != NULL && l->policy.v2_hello &&
		!(l->policy.versions & (HS_V_SSL2 | HS_V_SSL3 | HS_V_10 | HS_V_11 | HS_V_12)))
		config_error_at(n->d, n->tls, "v2_hello",
			"expected a version before TLS 1.3 beside it, which is all that such a hello can ask for, got none");
	if (t->v2_hello != NULL && !l->policy.v2_hello && (l->policy.versions & HS_V_SSL2))
		config_error_at(n->d, n->tls, "v2_hello", "expected true, because SSL 2.0 knows no other hello, got false");
	if (l->policy.v2_hello)
		l->ipc.flags |= IPC_LISTEN_V2;
	check_tickets(n, n->r->tls);
	check_resumption(n, t);
	check_renegotiation(n, t);
	check_keys(n, t);
}

static void
check_alpn(struct listen *n)
{
	for (unsigned i = 0; i < n->r->alpn_count; i++) {
		const char *name = n->r->alpn[i];
		char key[32];

		snprintf(key, sizeof(key), "alpn[%u]", i);
		if (strcmp(name, "http/1.1") != 0 && strcmp(name, "http/1.0") != 0)
			config_error_at(n->d, n->base, key,
				"expected http/1.1 or http/1.0, which is what the servers behind are spoken to, got %s",
				name);
		n->l->hs.alpn[n->l->hs.alpn_count++] = name;
	}
}

/* ---- the listener ---- */

static void
check_limits(struct listen *n)
{
	const struct raw_listener *r = n->r;
	const struct raw_session *s = r->sessions;
	struct config_listener *l = n->l;
	char path[CONFIG_PATH_LEN];

	l->ipc.backlog = config_number(n->d, n->base, "backlog", r->backlog, 1024, 1, 1u << 20);
	l->handshake_timeout_ms = config_number(
		n->d, n->base, "handshake_timeout_ms", r->handshake_timeout_ms, 15000, 100, 600000);
	l->ipc.handshake_timeout_ms = l->handshake_timeout_ms;
	l->ipc.idle_timeout_ms = config_number(
		n->d, n->base, "idle_timeout_ms", r->idle_timeout_ms, 300000, 1000, 86400000);
	l->ipc.max_record =
		config_number(n->d, n->base, "max_record", r->max_record, 16384, 512, 16384);
	snprintf(path, sizeof(path), "%s.sessions", n->base);
	l->hs.session_cache =
		config_boolean(n->d, path, "enabled", s != NULL ? s->enabled : NULL, true);
	l->hs.session_lifetime_s = config_number(
		n->d, path, "lifetime_s", s != NULL ? s->lifetime_s : NULL, 3600, 1, 86400);
}

/* Loud, at every start and reload. */
static void
tell_insecure(struct listen *n)
{
	struct config_listener *l = n->l;
	enum hs_profile worst = hs_profile_of_policy(&l->policy);

	for (unsigned i = 0; i < l->hs.by_name_count; i++) {
		enum hs_profile p = hs_profile_of_policy(&l->by_name_policy[i]);

		worst = p > worst ? p : worst;
	}
	l->insecure = hs_profile_insecure(worst);
	if (l->insecure)
		config_note(n->d, n->base,
			"INSECURE: listener %s admits what only the profile %s does: whoever is on the way may read and change what its clients send",
			l->name, hs_profile_name(worst));
}

void
config_check_listener(struct config *c, struct config_diag *d, unsigned i)
{
	struct listen n = { .c = c, .l = &c->listeners[i], .r = &c->raw->listeners[i], .d = d };
	struct config_listener *l = n.l;

	snprintf(n.base, sizeof(n.base), "listeners[%u]", i);
	snprintf(n.tls, sizeof(n.tls), "%s.tls", n.base);
	l->name = n.r->name;
	l->pool = n.r->pool;
	l->hs.role = HS_SERVER;
	l->hs.policy = &l->policy;
	l->hs.keylog = c->keylog != NULL;
	n.allow_insecure = config_boolean(d, n.base, "allow_insecure", n.r->allow_insecure, false);
	if (RAND_bytes(l->hs.cookie_key, sizeof(l->hs.cookie_key)) != 1)
		config_error(d, n.base, "expected randomness from the system, got none");
	config_check_place(c, d, n.base, i);
	check_limits(&n);
	check_certificates(&n);
	check_client_auth(&n);
	check_policy(&n);
	check_names(&n);
	check_finer(&n);
	check_alpn(&n);
	tell_insecure(&n);
	config_bind_listener(l);
}
