/*
 * sluice.yaml: loading, checking, and the running configuration made of it.
 *
 * A `struct config` is complete and valid, or it does not exist: config_load() either returns one
 * or says in one line per mistake where it is (FILE:LINE: path.to.item: expected …, got …). It is
 * immutable and counted; handshakes hold the one they began under.
 */
#ifndef SLUICE_CONTROL_CONFIG_H
#define SLUICE_CONTROL_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/ipc.h"
#include "control/cert/cert.h"
#include "control/handshake/hs.h"

#define CONFIG_MAX_IFACES 16
#define CONFIG_MAX_LISTENERS 64
#define CONFIG_MAX_POOLS 64
#define CONFIG_MAX_SERVERS 256
#define CONFIG_MAX_CERTS 64
#define CONFIG_MAX_NAMES 64
#define CONFIG_ERR_LEN 4096

struct trust; /* cert/trust.h */

struct config_tickets {
	bool enabled;
	uint32_t rotate_s, keep_s;
	const char *key_file; /* shared between appliances; NULL: keys of our own */
};

struct config_listener {
	const char *name, *profile, *pool;
	uint32_t pool_id, handshake_timeout_ms;
	struct ipc_cfg_listener ipc;
	struct hs_conf hs;
	struct hs_policy policy;
	struct hs_name_policy *by_name; /* as many as hs.by_name_count */
	struct hs_policy *by_name_policy;
	bool insecure; /* it, or a policy of a name, admits what only legacy and museum do */
	struct cert_store *certs;
	struct trust *trust; /* client authentication; NULL: none */
	struct config_tickets tickets; /* hs.tickets is filled in by who holds the keys: app_tickets.c */
};

struct config_pool {
	const char *name;
	struct ipc_cfg_pool ipc;
	struct ipc_addr *servers;
	unsigned server_count;
	/* TLS to the servers (ipc.flags has IPC_POOL_TLS): our side of it, role HS_CLIENT */
	struct hs_conf hs;
	struct hs_policy policy;
	struct cert_store *certs; /* for client authentication; NULL: none */
	struct trust *trust; /* NULL: servers are not verified */
	bool session_reuse; /* across connections */
	bool proxy_protocol; /* version 2 header before the client's bytes */
	const char *profile; /* with TLS */
	bool insecure; /* as for a listener, or servers are not verified */
};

struct config_raw; /* as libcyaml read it; strings above point into it */

struct config {
	unsigned refs;
	struct config_raw *raw;
	const char *file, *dp_socket, *manage_socket, *kek; /* kek: NULL when not given */
	bool device_curves; /* operations on curves go to a card that has them */
	uint32_t device_timeout_ms, session_capacity, max_handshakes;
	int log_level; /* enum log_level */
	const char *keylog; /* file of the key log; NULL: none. In force from the start of the process on */
	struct ipc_cfg_limits limits;
	struct ipc_cfg_iface ifaces[CONFIG_MAX_IFACES];
	unsigned iface_count;
	struct config_listener *listeners;
	unsigned listener_count;
	struct config_pool *pools;
	unsigned pool_count;
	struct cert *all_certs[CONFIG_MAX_CERTS * CONFIG_MAX_LISTENERS + CONFIG_MAX_POOLS];
	unsigned cert_count;
};

/*
 * Reads and checks. NULL: err holds the mistakes, one per line, without a newline at the end. notes
 * (may be NULL): things to know.
 */
struct config *config_load(const char *file, char err[CONFIG_ERR_LEN], char notes[CONFIG_ERR_LEN]);
struct config *config_ref(struct config *c);
/* Frees with the last reference. c may be NULL. */
void config_unref(struct config *c);
const struct config_listener *config_listener_by_id(const struct config *c, uint32_t id);
const struct config_pool *config_pool_by_id(const struct config *c, uint32_t id);

/* Whose point of view a policy is looked at from. */
struct config_side {
	uint8_t role; /* enum hs_role: ours */
	bool asks; /* the other side shows certificates: clients when asked, servers that are verified */
	const struct cert_store *certs; /* server: ours. NULL: not known, any will do */
	const char *server_name; /* lower case; NULL: any of the certificates will do */
	bool card; /* server: keys: card */
};
enum config_use { /* what keeps a suite from being negotiated */
	CONFIG_USE_OK,
	CONFIG_USE_VERSION,
	CONFIG_USE_GROUP,
	CONFIG_USE_CERT,
	CONFIG_USE_SCHEME,
	CONFIG_USE_ANON,
	CONFIG_USE_CARD, /* keys: card, and no key for it that the card has */
};
enum config_use config_use(const struct hs_policy *p, const struct config_side *side,
	const struct hs_suite *s, uint16_t version);
/* Versions of the policy that it can be used in, a set; why (may be NULL): not even one. */
uint8_t config_use_versions(const struct hs_policy *p, const struct config_side *side,
	const struct hs_suite *s, enum config_use *why);
/* The certificate of such a handshake; NULL: none. */
const struct cert *config_use_cert(const struct hs_policy *p, const struct config_side *side,
	const struct hs_suite *s, uint16_t version);
/* Whether the policy's schemes and this key make a signature in a version; the scheme, or 0. */
uint16_t config_use_scheme(const struct hs_policy *p, const struct cert *cert, uint16_t version);

/* What is dangerous about it, one phrase each: of one listener or one pool, or of all. */
void config_warnings_of(const struct config *c, const struct config_listener *l,
	const struct config_pool *p, void (*f)(void *ctx, const char *warning), void *ctx);
void config_warnings(const struct config *c, void (*f)(void *ctx, const char *warning), void *ctx);
/* enum tls_version of "TLS 1.2", "TLSv1.2", "tls1.2"; 0: unknown. */
uint16_t config_version_by_name(const char *name);

/* The commented example that --example prints. */
const char *config_example(void);
/* "198.18.0.1:443" or "[fd00::1]:443". */
const char *config_addr_text(const struct ipc_addr *a, char *buf, size_t cap);

#endif
