/*
 * Inside the configuration: what libcyaml reads, where each item stands in the file, and collecting
 * mistakes.
 */
#ifndef SLUICE_CONTROL_CONFIG_INT_H
#define SLUICE_CONTROL_CONFIG_INT_H

#include <cyaml/cyaml.h>

#include "common/tls.h"
#include "control/config.h"
#include "control/handshake/hs_profile.h"

#define CONFIG_PATH_LEN 256
#define CONFIG_BASE_LEN 96

/* Optional numbers are pointers: NULL says "not given". */
struct raw_staple {
	char *file, *responder, *issuer;
	bool *ocsp;
	unsigned *timeout_ms;
};
struct raw_cert {
	char *chain, *key;
	struct raw_staple *staple;
};
struct raw_ocsp {
	char *mode, *responder;
	unsigned *timeout_ms;
};
struct raw_trust { /* whom to believe, and which of them */
	char *ca, *crl_check, *crl_missing;
	char **crl, **allow;
	unsigned crl_count, allow_count;
	unsigned *depth, *min_rsa_bits;
	bool *partial_chain;
	struct raw_ocsp *ocsp;
};
struct raw_auth {
	char *mode;
	struct raw_trust trust;
};
struct raw_tickets {
	bool *enabled;
	unsigned *count, *rotate_s, *keep_s;
	char *key_file;
};
struct raw_lists { /* what is offered and accepted */
	char **versions, **suites, **groups, **schemes;
	unsigned versions_count, suites_count, groups_count, schemes_count;
	char *preference;
	bool *compression;
};
struct raw_tls { /* of a listener */
	struct raw_lists lists;
	bool *v2_hello, *psk_only, *single_use_tickets;
	unsigned *early_data, *record_size_limit, *renegotiations_per_minute, *rekey_records;
	char *renegotiation, *keys;
	struct raw_tickets *tickets;
};
struct raw_name { /* a policy for some server names */
	char *server_name, *profile;
	struct raw_lists lists;
};
struct raw_pool_tls {
	struct raw_lists lists;
	struct raw_trust trust;
	struct raw_cert *certificate;
	char *profile, *server_name, *verify, *renegotiation, *keys;
	bool *allow_insecure, *session_reuse, *post_handshake_auth;
	unsigned *handshake_timeout_ms, *record_size_limit, *rekey_records;
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
	struct raw_tls *tls;
	struct raw_auth *client_auth;
	struct raw_name *names;
	unsigned names_count;
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
	char *proxy_protocol;
	struct raw_pool_tls *tls;
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
	bool *curves_on_card;
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
struct raw_keylog {
	char *file;
	bool *i_know;
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
	struct raw_keylog *keylog;
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

bool config_loc_has(const struct config_loc *l, const char *path);

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

/* The same for BASE.KEY. */
void config_error_at(struct config_diag *d, const char *base, const char *key, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
void config_note_at(struct config_diag *d, const char *base, const char *key, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* config_value.c: one value each; a mistake is told and the default taken. */
uint32_t config_number(struct config_diag *d, const char *base, const char *key,
	const unsigned *given, uint32_t otherwise, uint32_t min, uint32_t max);
bool config_boolean(struct config_diag *d, const char *base, const char *key, const bool *given,
	bool otherwise);
/* Index into names, which NULL ends. */
unsigned config_choice(struct config_diag *d, const char *base, const char *key, const char *given,
	const char *const *names, unsigned otherwise);
/* An id that stays the same over reloads: connections name listeners and pools by it. */
uint32_t config_stable_id(const char *text);
bool config_parse_ip(const char *text, struct ipc_addr *a);
void config_endpoint(struct config_diag *d, const char *base, const char *address, unsigned port,
	struct ipc_addr *a);

/* config_check.c: fills c from c->raw; mistakes go to d. */
void config_check(struct config *c, struct config_diag *d);
/* Address, port and pool of listener i. */
void config_check_place(struct config *c, struct config_diag *d, const char *base, unsigned i);

/* config_policy.c */
struct config_policy_in {
	const char *base; /* where profile stands */
	const char *profile; /* NULL: default_profile */
	enum hs_profile default_profile;
	const char *lists_base; /* where lists stand */
	const struct raw_lists *lists, *inherited; /* NULL: none */
	bool allow_insecure;
	struct config_side side;
};
void config_policy(struct config_diag *d, const struct config_policy_in *in, struct hs_policy *p);

/* config_listener.c, config_pool.c: item i of c->raw; the pools come first. */
void config_check_listener(struct config *c, struct config_diag *d, unsigned i);
void config_check_pool(struct config *c, struct config_diag *d, unsigned i);

/* config_trust.c. NULL after a mistake, and when there is nobody to believe. */
struct trust *config_trust(struct config_diag *d, const char *base, const struct raw_trust *r,
	uint8_t purpose, bool weak);
/* A certificate of ours into a store. False after a mistake. */
bool config_certificate(struct config *c, struct config_diag *d, const char *path,
	const struct raw_cert *r, struct cert_store *store);

/* config_bind.c: what sessions of a listener or pool are bound to. */
void config_bind_listener(struct config_listener *l);
void config_bind_pool(struct config_pool *p);
/* config_load.c: reads by libcyaml, turning its log into messages. */
struct config_raw *config_read(const char *file, struct config_diag *d);
void config_raw_free(struct config_raw *raw);

#endif
