/* Pools: the servers behind, and TLS towards them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/cert/trust.h"
#include "control/config_int.h"

enum verify { VERIFY_FULL, VERIFY_CA, VERIFY_NONE };

/* ---- TLS ---- */

static enum verify
check_verify(struct config_pool *p, const struct raw_pool_tls *r, struct config_diag *d,
	const char *base, bool allow)
{
	static const char *const how[] = { "full", "ca", "none", NULL };
	enum verify v = (enum verify)config_choice(d, base, "verify", r->verify, how, VERIFY_FULL);
	bool weak = hs_profile_insecure(hs_profile_of_policy(&p->policy));

	if (v == VERIFY_NONE && !allow)
		config_error_at(d, base, "verify",
			"expected allow_insecure: true beside it, got none without: anybody could be the server");
	if (v != VERIFY_NONE && r->trust.ca == NULL)
		config_error_at(d, base, "ca",
			"expected the file of CA certificates that the servers' are checked by, got nothing");
	if (v == VERIFY_FULL && r->server_name == NULL)
		config_error_at(d, base, "server_name",
			"expected the name in the servers' certificates (or verify: ca), got nothing");
	if (v == VERIFY_NONE && (r->trust.ca != NULL || r->trust.crl_count != 0))
		config_error_at(d, base, r->trust.ca != NULL ? "ca" : "crl",
			"expected verify: full or ca beside it, got verify: none");
	if (v != VERIFY_NONE && r->trust.ca != NULL)
		p->trust = config_trust(d, base, &r->trust, TRUST_SERVERS, weak);
	p->insecure |= weak || v == VERIFY_NONE;
	p->hs.trust = p->trust;
	p->hs.verify_name = v == VERIFY_FULL;
	return v;
}

static void
check_tls(struct config *c, struct config_pool *p, const struct raw_pool_tls *r,
	struct config_diag *d, const char *pool)
{
	static const char *const renegotiation[] = { "refuse", "server", "both", NULL };
	char base[CONFIG_BASE_LEN + 8], path[CONFIG_PATH_LEN];
	bool allow;

	snprintf(base, sizeof(base), "%s.tls", pool);
	allow = config_boolean(d, base, "allow_insecure", r->allow_insecure, false);
	p->ipc.flags |= IPC_POOL_TLS;
	p->hs.role = HS_CLIENT;
	p->hs.id = p->ipc.id;
	p->hs.policy = &p->policy;
	p->hs.server_name = r->server_name;
	p->hs.session_lifetime_s = 86400;
	p->hs.session_cache = p->session_reuse =
		config_boolean(d, base, "session_reuse", r->session_reuse, true);
	p->hs.post_handshake_auth =
		config_boolean(d, base, "post_handshake_auth", r->post_handshake_auth, false);
	p->hs.renegotiation = (uint8_t)config_choice(
		d, base, "renegotiation", r->renegotiation, renegotiation, HS_RENEG_REFUSE);
	p->hs.renegotiations_max = 6;
	if (r->keys != NULL && strcmp(r->keys, "host") != 0)
		config_error_at(d, base, "keys", "expected host (a card keeps what is agreed with clients, not with servers), got %s",
			r->keys);
	p->hs.record_size_limit = (uint16_t)config_number(
		d, base, "record_size_limit", r->record_size_limit, 16384, 64, 16384);
	p->ipc.handshake_timeout_ms = config_number(
		d, base, "handshake_timeout_ms", r->handshake_timeout_ms, 5000, 100, 600000);
	p->ipc.rekey_records =
		config_number(d, base, "rekey_records", r->rekey_records, 0, 0, 1u << 24);
	config_policy(d,
		&(struct config_policy_in){ .base = base, .profile = r->profile, .lists_base = base,
			.lists = &r->lists, .allow_insecure = allow,
			/* nobody who has to prove who he is may choose a suite without a proof */
			.side = { .role = HS_CLIENT,
				.asks = r->verify == NULL || strcmp(r->verify, "none") != 0 } },
		&p->policy);
	p->profile = p->policy.name;
	p->policy.v2_hello = (p->policy.versions & HS_V_SSL2) != 0;
	if (p->policy.v2_hello)
		p->ipc.flags |= IPC_POOL_V2;
	check_verify(p, r, d, base, allow);
	if (r->certificate != NULL) {
		snprintf(path, sizeof(path), "%s.certificate", base);
		p->certs = cert_store_new();
		if (r->certificate->staple != NULL)
			config_error_at(d, path, "staple", "expected none for a client's certificate, got one");
		else if (p->certs != NULL && config_certificate(c, d, path, r->certificate, p->certs))
			p->hs.certs = p->certs;
	} else if (p->hs.post_handshake_auth) {
		config_error_at(d, base, "post_handshake_auth", "expected certificate beside it, got it without");
	}
}

/* ---- the pool ---- */

static void
check_servers(struct config_pool *p, const struct raw_pool *r, struct config_diag *d, const char *base)
{
	p->servers = calloc(r->servers_count, sizeof(*p->servers));
	p->server_count = p->servers != NULL ? r->servers_count : 0;
	for (unsigned s = 0; s < p->server_count; s++) {
		char server[2 * CONFIG_BASE_LEN];

		snprintf(server, sizeof(server), "%s.servers[%u]", base, s);
		config_endpoint(d, server, r->servers[s].address, r->servers[s].port, &p->servers[s]);
	}
}

void
config_check_pool(struct config *c, struct config_diag *d, unsigned i)
{
	static const char *const proxy[] = { "none", "v2", NULL };
	const struct raw_pool *r = &c->raw->pools[i];
	struct config_pool *p = &c->pools[i];
	char base[CONFIG_BASE_LEN];

	snprintf(base, sizeof(base), "pools[%u]", i);
	p->name = r->name;
	p->ipc.id = config_stable_id(r->name);
	p->ipc.connect_timeout_ms = config_number(
		d, base, "connect_timeout_ms", r->connect_timeout_ms, 2000, 1, 3600000);
	p->ipc.retries = config_number(d, base, "retries", r->retries, 2, 0, 16);
	p->proxy_protocol = config_choice(d, base, "proxy_protocol", r->proxy_protocol, proxy, 0) == 1;
	check_servers(p, r, d, base);
	for (unsigned k = 0; k < i; k++)
		if (c->pools[k].ipc.id == p->ipc.id)
			config_error_at(d, base, "name",
				"expected a name of its own, got %s, which pools[%u] has", r->name, k);
	if (r->tls == NULL)
		return;
	check_tls(c, p, r->tls, d, base);
	p->hs.keylog = c->keylog != NULL;
	config_bind_pool(p);
}
