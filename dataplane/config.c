/*
 * Collecting and judging configurations. Every field of a message is checked here before anyone
 * acts on it.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/tls.h"
#include "dataplane/config.h"

void
cfg_begin(struct dp_config *c, uint32_t generation)
{
	memset(c, 0, sizeof(*c));
	c->generation = generation;
	c->open = true;
}

int
cfg_add(struct dp_config *c, uint16_t type, const void *body)
{
	bool full = false;

	if (!c->open)
		return -EBADMSG;
	switch (type) {
	case IPC_CFG_IFACE:
		full = c->n_ifaces == CFG_MAX_IFACES;
		if (!full)
			memcpy(&c->iface[c->n_ifaces++], body, sizeof(c->iface[0]));
		break;
	case IPC_CFG_LISTENER:
		full = c->n_listeners == CFG_MAX_LISTENERS;
		if (!full)
			memcpy(&c->listener[c->n_listeners++], body, sizeof(c->listener[0]));
		break;
	case IPC_CFG_POOL:
		full = c->n_pools == CFG_MAX_POOLS;
		if (!full)
			memcpy(&c->pool[c->n_pools++], body, sizeof(c->pool[0]));
		break;
	case IPC_CFG_SERVER:
		full = c->n_servers == CFG_MAX_SERVERS;
		if (!full)
			memcpy(&c->server[c->n_servers++], body, sizeof(c->server[0]));
		break;
	case IPC_CFG_LIMITS:
		memcpy(&c->limits, body, sizeof(c->limits));
		c->has_limits = true;
		break;
	default:
		return -EBADMSG;
	}
	if (full && c->error == 0)
		c->error = -ENOSPC;
	return 0;
}

bool
cfg_addr(const struct ipc_addr *a, struct net_addr *to)
{
	uint32_t v4;

	if (a->family == 4) {
		memcpy(&v4, a->ip, sizeof(v4));
		*to = net_addr_v4(v4);
		return true;
	}
	if (a->family != 6)
		return false;
	*to = net_addr_v6(a->ip);
	return true;
}

static const char *
check_iface(const struct dp_config *c, uint32_t i, uint32_t ports)
{
	const struct ipc_cfg_iface *f = &c->iface[i];
	struct net_addr a;

	if (f->port >= ports)
		return "port index beyond the dataplane's ports";
	if (!cfg_addr(&f->addr, &a) || net_addr_is_any(&a))
		return "address missing or of an unknown family";
	if (f->prefix > (f->addr.family == 4 ? 32 : 128))
		return "prefix longer than the address";
	if (f->mtu != 0 && f->mtu < 576)
		return "MTU below 576";
	for (uint32_t k = 0; k < i; k++)
		if (c->iface[k].port == f->port && c->iface[k].addr.family == f->addr.family)
			return "second address of one family on a port";
	return NULL;
}

static const char *
check_listener(const struct dp_config *c, uint32_t i)
{
	const struct ipc_cfg_listener *l = &c->listener[i];
	struct net_addr a;

	if (!cfg_addr(&l->addr, &a))
		return "address of an unknown family";
	if (l->addr.port == 0)
		return "port 0";
	if (l->max_record < 512 || l->max_record > TLS_MAX_PLAIN)
		return "max_record outside 512..16384";
	if ((l->flags & ~(uint32_t)IPC_LISTEN_V2) != 0)
		return "unknown flag";
	if (l->handshake_timeout_ms == 0)
		return "handshake timeout 0";
	for (uint32_t k = 0; k < i; k++) {
		if (c->listener[k].id == l->id)
			return "id used twice";
		if (memcmp(&c->listener[k].addr, &l->addr, sizeof(l->addr)) == 0)
			return "address and port used twice";
	}
	return NULL;
}

static const char *
check_pool(const struct dp_config *c, uint32_t i)
{
	const struct ipc_cfg_pool *p = &c->pool[i];
	uint32_t servers;

	cfg_pool_server(c, p->id, 0, &servers);
	if (servers == 0)
		return "no server";
	if (p->connect_timeout_ms == 0)
		return "connect timeout 0";
	if ((p->flags & ~(uint32_t)(IPC_POOL_TLS | IPC_POOL_V2)) != 0)
		return "unknown flag";
	if (p->retries > CFG_MAX_RETRIES)
		return "more retries than allowed";
	for (uint32_t k = 0; k < i; k++)
		if (c->pool[k].id == p->id)
			return "id used twice";
	return NULL;
}

static const char *
check_server(const struct dp_config *c, uint32_t i)
{
	const struct ipc_cfg_server *s = &c->server[i];
	struct net_addr a;

	if (!cfg_addr(&s->addr, &a) || net_addr_is_any(&a))
		return "address missing or of an unknown family";
	if (s->addr.port == 0)
		return "port 0";
	if (cfg_pool(c, s->pool) == NULL)
		return "pool does not exist";
	return NULL;
}

static int
refuse(char *text, size_t n, const char *what, uint32_t i, const char *why)
{
	snprintf(text, n, "%s %u: %s", what, i, why);
	return -EINVAL;
}

int
cfg_check(
	const struct dp_config *c, uint32_t generation, uint32_t ports, char *text, size_t text_len)
{
	const char *why;

	if (!c->open || c->generation != generation) {
		snprintf(text, text_len, "commit of generation %u without its begin", generation);
		return -EINVAL;
	}
	if (c->error != 0) {
		snprintf(text, text_len,
			"too many items (%d ifaces, %d listeners, %d pools, %d servers at most)",
			CFG_MAX_IFACES, CFG_MAX_LISTENERS, CFG_MAX_POOLS, CFG_MAX_SERVERS);
		return c->error;
	}
	for (uint32_t i = 0; i < c->n_ifaces; i++)
		if ((why = check_iface(c, i, ports)) != NULL)
			return refuse(text, text_len, "iface", i, why);
	for (uint32_t i = 0; i < c->n_listeners; i++)
		if ((why = check_listener(c, i)) != NULL)
			return refuse(text, text_len, "listener", i, why);
	for (uint32_t i = 0; i < c->n_pools; i++)
		if ((why = check_pool(c, i)) != NULL)
			return refuse(text, text_len, "pool", i, why);
	for (uint32_t i = 0; i < c->n_servers; i++)
		if ((why = check_server(c, i)) != NULL)
			return refuse(text, text_len, "server", i, why);
	if (c->limits.idle_poll_us > CFG_MAX_IDLE_US)
		return refuse(text, text_len, "limits", 0, "idle_poll_us beyond a second");
	return 0;
}

const struct ipc_cfg_pool *
cfg_pool(const struct dp_config *c, uint32_t id)
{
	for (uint32_t i = 0; i < c->n_pools; i++)
		if (c->pool[i].id == id)
			return &c->pool[i];
	return NULL;
}

const struct ipc_cfg_server *
cfg_pool_server(const struct dp_config *c, uint32_t pool, uint32_t n, uint32_t *count)
{
	const struct ipc_cfg_server *found = NULL;
	uint32_t k = 0;

	for (uint32_t i = 0; i < c->n_servers; i++) {
		if (c->server[i].pool != pool)
			continue;
		if (k++ == n)
			found = &c->server[i];
	}
	if (count != NULL)
		*count = k;
	return found;
}
