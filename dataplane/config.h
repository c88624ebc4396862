/*
 * A worker's configuration as the control process sends it: collected from CFG_* messages,
 * validated as a whole at CFG_COMMIT, and only then put in the place of the running one.
 */
#ifndef SLUICE_DATAPLANE_CONFIG_H
#define SLUICE_DATAPLANE_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "common/ipc.h"
#include "dataplane/net/net_addr.h"

#define CFG_MAX_PORTS 8
#define CFG_MAX_IFACES 16
#define CFG_MAX_LISTENERS 64
#define CFG_MAX_POOLS 64
#define CFG_MAX_SERVERS 256
#define CFG_MAX_RETRIES 256 /* of a pool: attempts that fail at once are made in one turn */
#define CFG_MAX_IDLE_US 1000000 /* sleep of an idle worker, which a packet does not end */

struct dp_config {
	uint32_t generation;
	bool open; /* between CFG_BEGIN and CFG_COMMIT */
	int error; /* first error while collecting, -errno */
	uint32_t n_ifaces, n_listeners, n_pools, n_servers;
	struct ipc_cfg_iface iface[CFG_MAX_IFACES];
	struct ipc_cfg_listener listener[CFG_MAX_LISTENERS];
	struct ipc_cfg_pool pool[CFG_MAX_POOLS];
	struct ipc_cfg_server server[CFG_MAX_SERVERS];
	struct ipc_cfg_limits limits;
	bool has_limits; /* CFG_LIMITS came */
};

/* Starts collecting; what was collected before is forgotten. */
void cfg_begin(struct dp_config *c, uint32_t generation);
/* Adds one message's item. 0, -EBADMSG outside BEGIN..COMMIT; -ENOSPC is remembered for
 * cfg_check(). */
int cfg_add(struct dp_config *c, uint16_t type, const void *body);
/* Judges the whole: 0, or -errno with one sentence in text. `ports` is the number of ports of this
 * dataplane. */
int cfg_check(const struct dp_config *c, uint32_t generation, uint32_t ports, char *text,
	size_t text_len);
/* The pool with this id, or NULL. */
const struct ipc_cfg_pool *cfg_pool(const struct dp_config *c, uint32_t id);
/* The n-th server of a pool (n counted from 0), or NULL; *count (may be NULL) gets how many there
 * are. */
const struct ipc_cfg_server *cfg_pool_server(
	const struct dp_config *c, uint32_t pool, uint32_t n, uint32_t *count);
/* An address of the channel as net's. False: family unknown. */
bool cfg_addr(const struct ipc_addr *a, struct net_addr *to);

#endif
