/*
 * From what was read to what runs: defaults, ranges, names, addresses, certificates. Every mistake
 * is told, not only the first.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/log.h"
#include "control/config_int.h"
#include "control/handshake/hs_digest.h"

#define PATH_LEN 256
#define BASE_LEN 96

/* ---- small things ---- */

static uint32_t
number(struct config_diag *d, const char *base, const char *key, const unsigned *given,
	uint32_t otherwise, uint32_t min, uint32_t max)
{
	char path[PATH_LEN];

	if (given == NULL)
		return otherwise;
	if (*given >= min && *given <= max)
		return *given;
	snprintf(path, sizeof(path), "%.120s.%s", base, key);
	config_error(d, path, "expected a whole number from %u to %u, got %u", min, max, *given);
	return otherwise;
}

/*
 * libcyaml takes any text that is not a word for false as true: that will not do for
 * allow_insecure.
 */
static bool
boolean(struct config_diag *d, const char *base, const char *key, const bool *given, bool otherwise)
{
	char path[PATH_LEN];
	const char *text;

	if (given == NULL)
		return otherwise;
	snprintf(path, sizeof(path), "%.120s.%s", base, key);
	config_loc_find(d->loc, path, &text);
	if (text == NULL || (strcmp(text, "true") != 0 && strcmp(text, "false") != 0))
		config_error(d, path, "expected true or false, got %s",
			text != NULL ? text : "something else");
	return *given;
}

/* An id that stays the same over reloads: connections name listeners and pools by it. */
static uint32_t
stable_id(const char *text)
{
	uint32_t h = 2166136261u; /* FNV-1a */

	for (; *text != '\0'; text++)
		h = (h ^ (uint8_t)*text) * 16777619u;
	return h != 0 ? h : 1;
}

static bool
parse_ip(const char *text, struct ipc_addr *a)
{
	memset(a, 0, sizeof(*a));
	if (inet_pton(AF_INET, text, a->ip) == 1)
		a->family = 4;
	else if (inet_pton(AF_INET6, text, a->ip) == 1)
		a->family = 6;
	return a->family != 0;
}

const char *
config_addr_text(const struct ipc_addr *a, char *buf, size_t cap)
{
	char ip[INET6_ADDRSTRLEN] = "?";

	inet_ntop(a->family == 4 ? AF_INET : AF_INET6, a->ip, ip, sizeof(ip));
	snprintf(buf, cap, a->family == 6 ? "[%s]:%u" : "%s:%u", ip, a->port);
	return buf;
}

static void
endpoint(struct config_diag *d, const char *base, const char *address, unsigned port,
	struct ipc_addr *a)
{
	char path[PATH_LEN];

	if (!parse_ip(address, a)) {
		snprintf(path, sizeof(path), "%s.address", base);
		config_error(d, path, "expected an IPv4 or IPv6 address such as 198.18.0.1, got %s",
			address);
	}
	if (port < 1 || port > 65535) {
		snprintf(path, sizeof(path), "%s.port", base);
		config_error(d, path, "expected a port from 1 to 65535, got %u", port);
	}
	a->port = (uint16_t)port;
}

/* ---- interfaces ---- */

static void
iface_address(struct config *c, struct config_diag *d, const struct raw_iface *r, const char *base,
	const char *key, const char *text, unsigned family)
{
	struct ipc_cfg_iface *f = &c->ifaces[c->iface_count];
	char path[PATH_LEN], ip[64];
	const char *slash;
	char *end = NULL;
	unsigned long prefix = 0;

	if (text == NULL || c->iface_count == CONFIG_MAX_IFACES)
		return;
	slash = strchr(text, '/');
	snprintf(ip, sizeof(ip), "%.*s", slash != NULL ? (int)(slash - text) : (int)strlen(text),
		text);
	if (slash != NULL)
		prefix = strtoul(slash + 1, &end, 10);
	snprintf(path, sizeof(path), "%s.%s", base, key);
	if (slash == NULL || end == slash + 1 || *end != '\0' || !parse_ip(ip, &f->addr) ||
		f->addr.family != family || prefix < 1 || prefix > (family == 4 ? 32u : 128u)) {
		config_error(d, path, "expected an address with its prefix such as %s, got %s",
			family == 4 ? "198.18.0.1/24" : "fd00:18::1/64", text);
		return;
	}
	f->port = r->port;
	f->prefix = (uint8_t)prefix;
	f->mtu = (uint16_t)number(d, base, "mtu", r->mtu, 0, 576, 9216);
	c->iface_count++;
}

static void
check_ifaces(struct config *c, struct config_diag *d)
{
	for (unsigned i = 0; i < c->raw->interfaces_count; i++) {
		const struct raw_iface *r = &c->raw->interfaces[i];
		char base[BASE_LEN], path[PATH_LEN];

		snprintf(base, sizeof(base), "interfaces[%u]", i);
		if (r->address == NULL && r->address6 == NULL)
			config_error(d, base, "expected address or address6, got neither");
		iface_address(c, d, r, base, "address", r->address, 4);
		iface_address(c, d, r, base, "address6", r->address6, 6);
		for (unsigned k = 0; k < i; k++) {
			if (c->raw->interfaces[k].port != r->port)
				continue;
			snprintf(path, sizeof(path), "%s.port", base);
			config_error(d, path,
				"expected a port of its own, got %u, which interfaces[%u] has",
				r->port, k);
		}
	}
}

/* ---- pools ---- */

static void
check_pools(struct config *c, struct config_diag *d)
{
	unsigned all = 0;

	c->pools = calloc(c->raw->pools_count, sizeof(*c->pools));
	if (c->pools == NULL)
		return;
	c->pool_count = c->raw->pools_count;
	for (unsigned i = 0; i < c->pool_count; i++) {
		const struct raw_pool *r = &c->raw->pools[i];
		struct config_pool *p = &c->pools[i];
		char base[BASE_LEN], path[PATH_LEN];

		snprintf(base, sizeof(base), "pools[%u]", i);
		p->name = r->name;
		p->ipc.id = stable_id(r->name);
		p->ipc.connect_timeout_ms = number(
			d, base, "connect_timeout_ms", r->connect_timeout_ms, 2000, 1, 3600000);
		p->ipc.retries = number(d, base, "retries", r->retries, 2, 0, 16);
		p->servers = calloc(r->servers_count, sizeof(*p->servers));
		p->server_count = p->servers != NULL ? r->servers_count : 0;
		for (unsigned s = 0; s < p->server_count; s++) {
			char server[2 * BASE_LEN];

			snprintf(server, sizeof(server), "%s.servers[%u]", base, s);
			endpoint(d, server, r->servers[s].address, r->servers[s].port,
				&p->servers[s]);
		}
		all += p->server_count;
		for (unsigned k = 0; k < i; k++) {
			if (c->pools[k].ipc.id != p->ipc.id)
				continue;
			snprintf(path, sizeof(path), "%s.name", base);
			config_error(d, path,
				"expected a name of its own, got %s, which pools[%u] has", r->name,
				k);
		}
	}
	if (all > CONFIG_MAX_SERVERS)
		config_error(d, "pools", "expected at most %u servers in all, got %u",
			CONFIG_MAX_SERVERS, all);
}

/* ---- listeners ---- */

static const char *const profiles[] = { "modern", "compatible", "legacy", "museum" };

static void
check_profile(struct config_listener *l, const struct raw_listener *r, struct config_diag *d,
	const char *base)
{
	char path[PATH_LEN];
	unsigned i;

	snprintf(path, sizeof(path), "%s.profile", base);
	l->profile = r->profile != NULL ? r->profile : "compatible";
	for (i = 0; i < 4 && strcmp(profiles[i], l->profile) != 0; i++)
		;
	if (i == 4)
		config_error(d, path, "expected modern, compatible, legacy or museum, got %s",
			l->profile);
	if (i == 0)
		config_error(d, path,
			"expected compatible (TLS 1.2 with RSA key transport), got modern, whose suites need (EC)DHE or TLS 1.3, "
			"which this version does not speak");
	if (!boolean(d, base, "allow_insecure", r->allow_insecure, false) && (i == 2 || i == 3))
		config_error(d, path, "expected allow_insecure: true beside it, got %s without",
			l->profile);
	else if (i == 2 || i == 3)
		config_note(d, path,
			"%s is insecure; in this version it gives what compatible gives (TLS 1.2 only)",
			l->profile);
}

static void
check_suites(struct config_listener *l, const struct raw_listener *r, struct config_diag *d,
	const char *base)
{
	const struct hs_suite *s;
	char path[PATH_LEN];

	for (unsigned i = 0; r->suites == NULL && (s = hs_suite_at(i)) != NULL; i++)
		if (s->kx == HS_KX_RSA && s->alg <= IPC_ALG_AES256_CBC_SHA256)
			l->policy.suites[l->policy.suite_count++] = s;
	for (unsigned i = 0; r->suites != NULL && i < r->suites_count; i++) {
		s = hs_suite_by_name(r->suites[i]);
		snprintf(path, sizeof(path), "%s.suites[%u]", base, i);
		if (s == NULL)
			config_error(d, path,
				"expected a suite of this version such as TLS_RSA_WITH_AES_128_GCM_SHA256, got %s",
				r->suites[i]);
		else
			l->policy.suites[l->policy.suite_count++] = s;
	}
	for (unsigned i = 0; i < r->alpn_count; i++) {
		snprintf(path, sizeof(path), "%s.alpn[%u]", base, i);
		if (strcmp(r->alpn[i], "http/1.1") != 0 && strcmp(r->alpn[i], "http/1.0") != 0)
			config_error(d, path,
				"expected http/1.1 or http/1.0, which is what the servers behind are spoken to, got %s",
				r->alpn[i]);
		l->hs.alpn[l->hs.alpn_count++] = r->alpn[i];
	}
}

static void
check_certificates(struct config *c, struct config_listener *l, const struct raw_listener *r,
	struct config_diag *d, const char *base)
{
	char path[PATH_LEN], err[CERT_ERR_LEN];

	l->certs = cert_store_new();
	l->hs.certs = l->certs;
	l->hs.policy = &l->policy;
	l->policy.versions = HS_V_12;
	for (unsigned i = 0; l->certs != NULL && i < r->certificates_count; i++) {
		if (cert_store_add(
			    l->certs, r->certificates[i].chain, r->certificates[i].key, err) == 0) {
			c->all_certs[c->cert_count++] = cert_store_at(l->certs, i);
			continue;
		}
		snprintf(path, sizeof(path), "%s.certificates[%u]", base, i);
		config_error(d, path, "%s", err);
		return; /* indexes after a failed one would be wrong */
	}
}

static bool
is_any(const struct ipc_addr *a)
{
	const struct ipc_addr any = { 0 };

	return memcmp(a->ip, any.ip, sizeof(any.ip)) == 0;
}

static void
check_overlap(struct config_diag *d, const char *base, const struct config_listener *l,
	const struct config_listener *earlier, unsigned k)
{
	const struct ipc_addr *a = &l->ipc.addr, *b = &earlier->ipc.addr;
	char text[80];

	config_addr_text(a, text, sizeof(text));
	if (memcmp(a, b, sizeof(*a)) == 0)
		config_error(d, base,
			"expected an address and port of its own, got %s, which listeners[%u] (%s) has",
			text, k, earlier->name);
	else if (a->family == b->family && a->port == b->port && (is_any(a) || is_any(b)))
		config_error(d, base,
			"expected an address and port of its own, got %s, which %s listeners[%u] (%s)",
			text, is_any(a) ? "covers" : "is covered by", k, earlier->name);
	else if (l->ipc.id == earlier->ipc.id)
		config_error(d, base,
			"expected another port: %s and listeners[%u] get the same internal id",
			text, k);
}

static void
check_listener(struct config *c, struct config_diag *d, unsigned i)
{
	const struct raw_listener *r = &c->raw->listeners[i];
	struct config_listener *l = &c->listeners[i];
	const struct raw_session *s = r->sessions;
	char base[BASE_LEN], path[PATH_LEN], text[80];
	struct hs_digest digest;

	snprintf(base, sizeof(base), "listeners[%u]", i);
	l->name = r->name;
	l->pool = r->pool;
	endpoint(d, base, r->address, r->port, &l->ipc.addr);
	l->ipc.id = l->hs.id = stable_id(config_addr_text(&l->ipc.addr, text, sizeof(text)));
	l->ipc.backlog = number(d, base, "backlog", r->backlog, 1024, 1, 1u << 20);
	l->handshake_timeout_ms = number(
		d, base, "handshake_timeout_ms", r->handshake_timeout_ms, 15000, 100, 600000);
	l->ipc.handshake_timeout_ms = l->handshake_timeout_ms;
	l->ipc.idle_timeout_ms =
		number(d, base, "idle_timeout_ms", r->idle_timeout_ms, 300000, 1000, 86400000);
	l->ipc.max_record = number(d, base, "max_record", r->max_record, 16384, 512, 16384);
	snprintf(path, sizeof(path), "%s.sessions", base);
	l->hs.session_cache = boolean(d, path, "enabled", s != NULL ? s->enabled : NULL, true);
	l->hs.session_lifetime_s =
		number(d, path, "lifetime_s", s != NULL ? s->lifetime_s : NULL, 3600, 1, 86400);
	hs_digest_init(&digest, HS_PRF_SHA256);
	hs_digest_add(&digest, text, strlen(text));
	hs_digest_now(&digest, l->hs.bind);
	check_profile(l, r, d, base);
	check_suites(l, r, d, base);
	check_certificates(c, l, r, d, base);
	l->pool_id = 0;
	for (unsigned k = 0; k < c->pool_count; k++)
		if (strcmp(c->pools[k].name, r->pool) == 0)
			l->pool_id = c->pools[k].ipc.id;
	snprintf(path, sizeof(path), "%s.pool", base);
	if (l->pool_id == 0)
		config_error(d, path,
			"expected the name of one of pools, got %s, which is not there", r->pool);
	for (unsigned k = 0; k < i; k++)
		check_overlap(d, base, l, &c->listeners[k], k);
}

/* ---- the rest ---- */

#define KEK_BYTES 32

static void
check_kek(const char *file, struct config_diag *d)
{
	struct stat st;

	if (access(file, R_OK) != 0 || stat(file, &st) != 0)
		config_error(d, "device.kek",
			"%s: cannot read the card's key-encryption key: %s; check the path and that the user of sluice-cp "
			"may read it",
			file, strerror(errno));
	else if (st.st_size != KEK_BYTES)
		config_error(d, "device.kek",
			"expected a file of exactly %d bytes, got %s of %lld; give the key that the card was provisioned with",
			KEK_BYTES, file, (long long)st.st_size);
}

static void
check_globals(struct config *c, struct config_diag *d)
{
	const struct config_raw *r = c->raw;
	const struct raw_limits none = { 0 }, *l = r->limits != NULL ? r->limits : &none;
	int level =
		r->log != NULL && r->log->level != NULL ? log_level_parse(r->log->level) : LOG_INFO;

	c->dp_socket = r->dataplane->socket;
	c->manage_socket = r->management->socket;
	if (strcmp(c->dp_socket, c->manage_socket) == 0)
		config_error(d, "management.socket",
			"expected another socket than the dataplane's, got %s", c->manage_socket);
	c->kek = r->device != NULL ? r->device->kek : NULL;
	if (c->kek != NULL)
		check_kek(c->kek, d);
	c->device_timeout_ms = number(d, "device", "timeout_ms",
		r->device != NULL ? r->device->timeout_ms : NULL, 10000, 10, 600000);
	c->session_capacity = number(d, "session_cache", "size",
		r->session_cache != NULL ? r->session_cache->size : NULL, 100000, 1, 1u << 24);
	c->max_handshakes =
		number(d, "limits", "max_handshakes", l->max_handshakes, 10000, 1, 1u << 20);
	c->limits.max_conns =
		number(d, "limits", "max_connections", l->max_connections, 0, 1, 1u << 22);
	c->limits.control_wait_ms =
		number(d, "limits", "control_wait_ms", l->control_wait_ms, 5000, 0, 600000);
	c->limits.idle_poll_us =
		number(d, "limits", "idle_poll_us", l->idle_poll_us, 1000, 0, 1000000);
	c->log_level = level;
	if (level < 0)
		config_error(d, "log.level", "expected error, warn, info or debug, got %s",
			r->log->level);
}

void
config_check(struct config *c, struct config_diag *d)
{
	check_globals(c, d);
	check_ifaces(c, d);
	check_pools(c, d);
	c->listeners = calloc(c->raw->listeners_count, sizeof(*c->listeners));
	if (c->listeners == NULL || c->pools == NULL) {
		config_error(d, "", "out of memory");
		return;
	}
	c->listener_count = c->raw->listeners_count;
	for (unsigned i = 0; i < c->listener_count; i++)
		check_listener(c, d, i);
}
