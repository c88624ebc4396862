/*
 * From what was read to what runs: the whole, interfaces and what is global. Every mistake is told,
 * not only the first.
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

/* ---- interfaces ---- */

static void
iface_address(struct config *c, struct config_diag *d, const struct raw_iface *r, const char *base,
	const char *key, const char *text, unsigned family)
{
	struct ipc_cfg_iface *f = &c->ifaces[c->iface_count];
	char path[CONFIG_PATH_LEN], ip[64];
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
	if (slash == NULL || end == slash + 1 || *end != '\0' || !config_parse_ip(ip, &f->addr) ||
		f->addr.family != family || prefix < 1 || prefix > (family == 4 ? 32u : 128u)) {
		config_error(d, path, "expected an address with its prefix such as %s, got %s",
			family == 4 ? "198.18.0.1/24" : "fd00:18::1/64", text);
		return;
	}
	f->port = r->port;
	f->prefix = (uint8_t)prefix;
	f->mtu = (uint16_t)config_number(d, base, "mtu", r->mtu, 0, 576, 9216);
	c->iface_count++;
}

static void
check_ifaces(struct config *c, struct config_diag *d)
{
	for (unsigned i = 0; i < c->raw->interfaces_count; i++) {
		const struct raw_iface *r = &c->raw->interfaces[i];
		char base[CONFIG_BASE_LEN], path[CONFIG_PATH_LEN];

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

/* ---- where listeners stand ---- */

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

void
config_check_place(struct config *c, struct config_diag *d, const char *base, unsigned i)
{
	const struct raw_listener *r = &c->raw->listeners[i];
	struct config_listener *l = &c->listeners[i];
	char text[80];

	config_endpoint(d, base, r->address, r->port, &l->ipc.addr);
	l->ipc.id = l->hs.id =
		config_stable_id(config_addr_text(&l->ipc.addr, text, sizeof(text)));
	for (unsigned k = 0; k < c->pool_count; k++)
		if (strcmp(c->pools[k].name, r->pool) == 0)
			l->pool_id = c->pools[k].ipc.id;
	if (l->pool_id == 0)
		config_error_at(d, base, "pool",
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

/* It gives away every secret of every connection: that is said twice in the file. */
static void
check_keylog(struct config *c, struct config_diag *d)
{
	const struct raw_keylog *k = c->raw->keylog;

	if (k == NULL)
		return;
	if (!config_boolean(d, "keylog", "i_know_this_breaks_confidentiality", k->i_know, false)) {
		config_error(d, "keylog",
			"expected i_know_this_breaks_confidentiality: true in it, got a key log without");
		return;
	}
	c->keylog = k->file;
	config_note(d, "keylog",
		"INSECURE: the secrets of every connection are written to %s; whoever reads it reads and changes everything",
		k->file);
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
	check_keylog(c, d);
	c->device_timeout_ms = config_number(d, "device", "timeout_ms",
		r->device != NULL ? r->device->timeout_ms : NULL, 10000, 10, 600000);
	c->device_curves = config_boolean(d, "device", "curves_on_card",
		r->device != NULL ? r->device->curves_on_card : NULL, true);
	c->session_capacity = config_number(d, "session_cache", "size",
		r->session_cache != NULL ? r->session_cache->size : NULL, 100000, 1, 1u << 24);
	c->max_handshakes =
		config_number(d, "limits", "max_handshakes", l->max_handshakes, 10000, 1, 1u << 20);
	c->limits.max_conns =
		config_number(d, "limits", "max_connections", l->max_connections, 0, 1, 1u << 22);
	c->limits.control_wait_ms =
		config_number(d, "limits", "control_wait_ms", l->control_wait_ms, 5000, 0, 600000);
	c->limits.idle_poll_us =
		config_number(d, "limits", "idle_poll_us", l->idle_poll_us, 1000, 0, 1000000);
	c->log_level = level;
	if (level < 0)
		config_error(d, "log.level", "expected error, warn, info or debug, got %s",
			r->log->level);
}

static void
check_pools(struct config *c, struct config_diag *d)
{
	unsigned all = 0;

	for (unsigned i = 0; i < c->pool_count; i++) {
		config_check_pool(c, d, i);
		all += c->pools[i].server_count;
	}
	if (all > CONFIG_MAX_SERVERS)
		config_error(d, "pools", "expected at most %u servers in all, got %u",
			CONFIG_MAX_SERVERS, all);
}

void
config_check(struct config *c, struct config_diag *d)
{
	check_globals(c, d);
	check_ifaces(c, d);
	c->pools = calloc(c->raw->pools_count, sizeof(*c->pools));
	c->listeners = calloc(c->raw->listeners_count, sizeof(*c->listeners));
	if (c->listeners == NULL || c->pools == NULL) {
		config_error(d, "", "out of memory");
		return;
	}
	c->pool_count = c->raw->pools_count;
	c->listener_count = c->raw->listeners_count;
	check_pools(c, d);
	for (unsigned i = 0; i < c->listener_count; i++)
		config_check_listener(c, d, i);
}
