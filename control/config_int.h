/*
 * Inside the configuration: what libcyaml reads, where each item stands in the file, and collecting
 * mistakes.
 */
#ifndef SLUICE_CONTROL_CONFIG_INT_H
#define SLUICE_CONTROL_CONFIG_INT_H

#include <cyaml/cyaml.h>

#include "control/config.h"

/* Optional numbers are pointers: NULL says "not given". */
struct raw_cert {
	char *chain, *key;
};
struct raw_session {
	bool *enabled;
	unsigned *lifetime_s;
};
struct raw_listener {
	char *name, *address, *pool, *profile;
	unsigned port;
	bool *allow_insecure;
	char **suites, **alpn;
	unsigned suites_count, alpn_count;
	struct raw_cert *certificates;
	unsigned certificates_count;
	struct raw_session *sessions;
	unsigned *handshake_timeout_ms, *idle_timeout_ms, *max_record, *backlog;
};
struct raw_server {
	char *address;
	unsigned port;
};
struct raw_pool {
	char *name;
	struct raw_server *servers;
	unsigned servers_count;
	unsigned *connect_timeout_ms, *retries;
};
struct raw_iface {
	char *name, *address, *address6;
	unsigned port, *mtu;
};
struct raw_dataplane {
	char *socket;
};
struct raw_device {
	char *kek;
	unsigned *timeout_ms;
};
struct raw_cache {
	unsigned *size;
};
struct raw_limits {
	unsigned *max_connections, *max_handshakes, *control_wait_ms, *idle_poll_us;
};
struct raw_log {
	char *level;
};
struct config_raw {
	struct raw_dataplane *dataplane, *management;
	struct raw_device *device;
	struct raw_iface *interfaces;
	unsigned interfaces_count;
	struct raw_listener *listeners;
	unsigned listeners_count;
	struct raw_pool *pools;
	unsigned pools_count;
	struct raw_cache *session_cache;
	struct raw_limits *limits;
	struct raw_log *log;
};

/* config_schema.c */
extern const cyaml_schema_value_t config_schema;
/* What the schema wants at a path ("a whole number"), in buf. */
const char *config_expected(const char *path, char *buf, size_t cap);

/* config_loc.c: where each item stands. */
struct config_loc;
/* Reads the file by libyaml. NULL when it cannot (no such file, not YAML): libcyaml will say so. */
struct config_loc *config_loc_new(const char *file);
void config_loc_free(struct config_loc *l);
/*
 * Line of the item at a path, or of the nearest thing around it; 1 when nothing is known. value
 * (may be NULL): its text, or NULL.
 */
unsigned config_loc_find(const struct config_loc *l, const char *path, const char **value);

/* Line where the path stands the last time: a key that is there twice. */
unsigned config_loc_last(const struct config_loc *l, const char *path);

/* Line where the file stops being YAML. */
unsigned config_loc_problem(const struct config_loc *l);

/* Mistakes and notes while checking. */
struct config_diag {
	const char *file;
	const struct config_loc *loc;
	char *err, *notes;
	size_t err_len, notes_len;
	unsigned errors;
};
/* FILE:LINE: path: message */
void config_error(struct config_diag *d, const char *path, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void config_note(struct config_diag *d, const char *path, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* config_check.c: fills c from c->raw; mistakes go to d. */
void config_check(struct config *c, struct config_diag *d);
/* config_load.c: reads by libcyaml, turning its log into messages. */
struct config_raw *config_read(const char *file, struct config_diag *d);
void config_raw_free(struct config_raw *raw);

#endif
