/* The schema of sluice.yaml: one table is parser, validator and the source of "expected …" in messages. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/cert/trust.h"
#include "control/config_int.h"

#define OPT (CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL)
#define STR(key, type, member, flags) CYAML_FIELD_STRING_PTR(key, flags, struct type, member, 1, 4096)
#define NUM_OPT(key, type, member) CYAML_FIELD_UINT_PTR(key, OPT, struct type, member)

static const cyaml_schema_value_t string_value = { CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, 256) };

#define BOOL_OPT(key, type, member) CYAML_FIELD_BOOL_PTR(key, OPT, struct type, member)
#define LIST_OPT(key, type, member, max) CYAML_FIELD_SEQUENCE(key, OPT, struct type, member, &string_value, 1, max)
#define MAP_OPT(key, type, member, fields) CYAML_FIELD_MAPPING_PTR(key, OPT, struct type, member, fields)

static const cyaml_schema_field_t staple_fields[] = {
	STR("file", raw_staple, file, OPT),
	BOOL_OPT("ocsp", raw_staple, ocsp),
	STR("responder", raw_staple, responder, OPT),
	STR("issuer", raw_staple, issuer, OPT),
	NUM_OPT("timeout_ms", raw_staple, timeout_ms),
	CYAML_FIELD_END
};
static const cyaml_schema_field_t cert_fields[] = {
	STR("chain", raw_cert, chain, CYAML_FLAG_POINTER),
	STR("key", raw_cert, key, CYAML_FLAG_POINTER),
	MAP_OPT("staple", raw_cert, staple, staple_fields),
	CYAML_FIELD_END
};
static const cyaml_schema_value_t cert_value = { CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct raw_cert, cert_fields) };

static const cyaml_schema_field_t session_fields[] = {
	CYAML_FIELD_BOOL_PTR("enabled", OPT, struct raw_session, enabled),
	NUM_OPT("lifetime_s", raw_session, lifetime_s),
	CYAML_FIELD_END
};

/* What is offered and accepted: of a listener, of a name, of a pool. */
#define LISTS(type) \
	LIST_OPT("versions", type, lists.versions, 6), \
	LIST_OPT("suites", type, lists.suites, HS_MAX_SUITES), \
	LIST_OPT("groups", type, lists.groups, HS_MAX_GROUPS), \
	LIST_OPT("signature_algorithms", type, lists.schemes, HS_MAX_SCHEMES)
/* Whom to believe. */
#define TRUST(type) \
	STR("ca", type, trust.ca, OPT), \
	LIST_OPT("crl", type, trust.crl, TRUST_MAX_CRL_FILES), \
	STR("crl_check", type, trust.crl_check, OPT), \
	STR("crl_missing", type, trust.crl_missing, OPT), \
	NUM_OPT("depth", type, trust.depth), \
	NUM_OPT("min_rsa_bits", type, trust.min_rsa_bits), \
	BOOL_OPT("partial_chain", type, trust.partial_chain), \
	MAP_OPT("ocsp", type, trust.ocsp, ocsp_fields)

static const cyaml_schema_field_t ocsp_fields[] = {
	STR("mode", raw_ocsp, mode, OPT),
	STR("responder", raw_ocsp, responder, OPT),
	NUM_OPT("timeout_ms", raw_ocsp, timeout_ms),
	CYAML_FIELD_END
};
static const cyaml_schema_field_t auth_fields[] = {
	STR("mode", raw_auth, mode, CYAML_FLAG_POINTER),
	TRUST(raw_auth),
	LIST_OPT("allow", raw_auth, trust.allow, TRUST_MAX_RULES),
	CYAML_FIELD_END
};
static const cyaml_schema_field_t ticket_fields[] = {
	BOOL_OPT("enabled", raw_tickets, enabled),
	NUM_OPT("count", raw_tickets, count),
	NUM_OPT("rotate_s", raw_tickets, rotate_s),
	NUM_OPT("keep_s", raw_tickets, keep_s),
	STR("key_file", raw_tickets, key_file, OPT),
	CYAML_FIELD_END
};
static const cyaml_schema_field_t tls_fields[] = {
	LISTS(raw_tls),
	STR("preference", raw_tls, lists.preference, OPT),
	BOOL_OPT("v2_hello", raw_tls, v2_hello),
	BOOL_OPT("compression", raw_tls, lists.compression),
	NUM_OPT("early_data", raw_tls, early_data),
	BOOL_OPT("psk_only", raw_tls, psk_only),
	BOOL_OPT("single_use_tickets", raw_tls, single_use_tickets),
	MAP_OPT("tickets", raw_tls, tickets, ticket_fields),
	NUM_OPT("record_size_limit", raw_tls, record_size_limit),
	STR("keys", raw_tls, keys, OPT),
	STR("renegotiation", raw_tls, renegotiation, OPT),
	NUM_OPT("renegotiations_per_minute", raw_tls, renegotiations_per_minute),
	NUM_OPT("rekey_records", raw_tls, rekey_records),
	CYAML_FIELD_END
};
static const cyaml_schema_field_t name_fields[] = {
	STR("server_name", raw_name, server_name, CYAML_FLAG_POINTER),
	STR("profile", raw_name, profile, OPT),
	LISTS(raw_name),
	STR("preference", raw_name, lists.preference, OPT),
	BOOL_OPT("compression", raw_name, lists.compression),
	CYAML_FIELD_END
};
static const cyaml_schema_value_t name_value = { CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct raw_name, name_fields) };

static const cyaml_schema_field_t listener_fields[] = {
	STR("name", raw_listener, name, CYAML_FLAG_POINTER),
	STR("address", raw_listener, address, CYAML_FLAG_POINTER),
	CYAML_FIELD_UINT("port", CYAML_FLAG_DEFAULT, struct raw_listener, port),
	STR("profile", raw_listener, profile, OPT),
	CYAML_FIELD_BOOL_PTR("allow_insecure", OPT, struct raw_listener, allow_insecure),
	CYAML_FIELD_SEQUENCE("suites", OPT, struct raw_listener, suites, &string_value, 1, HS_MAX_SUITES),
	CYAML_FIELD_SEQUENCE("alpn", OPT, struct raw_listener, alpn, &string_value, 1, HS_MAX_ALPN),
	STR("pool", raw_listener, pool, CYAML_FLAG_POINTER),
	CYAML_FIELD_SEQUENCE("certificates", CYAML_FLAG_POINTER, struct raw_listener, certificates, &cert_value, 1, CONFIG_MAX_CERTS),
	MAP_OPT("tls", raw_listener, tls, tls_fields),
	CYAML_FIELD_SEQUENCE("names", OPT, struct raw_listener, names, &name_value, 1, CONFIG_MAX_NAMES),
	MAP_OPT("client_auth", raw_listener, client_auth, auth_fields),
	MAP_OPT("sessions", raw_listener, sessions, session_fields),
	NUM_OPT("handshake_timeout_ms", raw_listener, handshake_timeout_ms),
	NUM_OPT("idle_timeout_ms", raw_listener, idle_timeout_ms),
	NUM_OPT("max_record", raw_listener, max_record),
	NUM_OPT("backlog", raw_listener, backlog),
	CYAML_FIELD_END
};
static const cyaml_schema_value_t listener_value = { CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct raw_listener, listener_fields) };

static const cyaml_schema_field_t server_fields[] = {
	STR("address", raw_server, address, CYAML_FLAG_POINTER),
	CYAML_FIELD_UINT("port", CYAML_FLAG_DEFAULT, struct raw_server, port),
	CYAML_FIELD_END
};
static const cyaml_schema_value_t server_value = { CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct raw_server, server_fields) };

static const cyaml_schema_field_t pool_tls_fields[] = {
	STR("profile", raw_pool_tls, profile, OPT),
	BOOL_OPT("allow_insecure", raw_pool_tls, allow_insecure),
	LISTS(raw_pool_tls),
	STR("server_name", raw_pool_tls, server_name, OPT),
	STR("verify", raw_pool_tls, verify, OPT),
	TRUST(raw_pool_tls),
	MAP_OPT("certificate", raw_pool_tls, certificate, cert_fields),
	BOOL_OPT("post_handshake_auth", raw_pool_tls, post_handshake_auth),
	BOOL_OPT("session_reuse", raw_pool_tls, session_reuse),
	STR("renegotiation", raw_pool_tls, renegotiation, OPT),
	STR("keys", raw_pool_tls, keys, OPT),
	NUM_OPT("record_size_limit", raw_pool_tls, record_size_limit),
	NUM_OPT("rekey_records", raw_pool_tls, rekey_records),
	NUM_OPT("handshake_timeout_ms", raw_pool_tls, handshake_timeout_ms),
	CYAML_FIELD_END
};
static const cyaml_schema_field_t pool_fields[] = {
	STR("name", raw_pool, name, CYAML_FLAG_POINTER),
	CYAML_FIELD_SEQUENCE("servers", CYAML_FLAG_POINTER, struct raw_pool, servers, &server_value, 1, CONFIG_MAX_SERVERS),
	NUM_OPT("connect_timeout_ms", raw_pool, connect_timeout_ms),
	NUM_OPT("retries", raw_pool, retries),
	STR("proxy_protocol", raw_pool, proxy_protocol, OPT),
	MAP_OPT("tls", raw_pool, tls, pool_tls_fields),
	CYAML_FIELD_END
};
static const cyaml_schema_value_t pool_value = { CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct raw_pool, pool_fields) };

static const cyaml_schema_field_t iface_fields[] = {
	STR("name", raw_iface, name, CYAML_FLAG_POINTER),
	CYAML_FIELD_UINT("port", CYAML_FLAG_DEFAULT, struct raw_iface, port),
	STR("address", raw_iface, address, OPT),
	STR("address6", raw_iface, address6, OPT),
	NUM_OPT("mtu", raw_iface, mtu),
	CYAML_FIELD_END
};
static const cyaml_schema_value_t iface_value = { CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct raw_iface, iface_fields) };

static const cyaml_schema_field_t socket_fields[] = {
	CYAML_FIELD_STRING_PTR("socket", CYAML_FLAG_POINTER, struct raw_dataplane, socket, 1, 107),
	CYAML_FIELD_END
};
static const cyaml_schema_field_t device_fields[] = {
	STR("kek", raw_device, kek, OPT),
	NUM_OPT("timeout_ms", raw_device, timeout_ms),
	BOOL_OPT("curves_on_card", raw_device, curves_on_card),
	CYAML_FIELD_END
};
static const cyaml_schema_field_t cache_fields[] = {
	NUM_OPT("size", raw_cache, size),
	CYAML_FIELD_END
};
static const cyaml_schema_field_t limits_fields[] = {
	NUM_OPT("max_connections", raw_limits, max_connections),
	NUM_OPT("max_handshakes", raw_limits, max_handshakes),
	NUM_OPT("control_wait_ms", raw_limits, control_wait_ms),
	NUM_OPT("idle_poll_us", raw_limits, idle_poll_us),
	CYAML_FIELD_END
};
static const cyaml_schema_field_t log_fields[] = {
	STR("level", raw_log, level, OPT),
	CYAML_FIELD_END
};
static const cyaml_schema_field_t keylog_fields[] = {
	STR("file", raw_keylog, file, CYAML_FLAG_POINTER),
	BOOL_OPT("i_know_this_breaks_confidentiality", raw_keylog, i_know),
	CYAML_FIELD_END
};

static const cyaml_schema_field_t root_fields[] = {
	CYAML_FIELD_MAPPING_PTR("dataplane", CYAML_FLAG_POINTER, struct config_raw, dataplane, socket_fields),
	CYAML_FIELD_MAPPING_PTR("management", CYAML_FLAG_POINTER, struct config_raw, management, socket_fields),
	CYAML_FIELD_MAPPING_PTR("device", OPT, struct config_raw, device, device_fields),
	CYAML_FIELD_SEQUENCE("interfaces", CYAML_FLAG_POINTER, struct config_raw, interfaces, &iface_value, 1, CONFIG_MAX_IFACES / 2),
	CYAML_FIELD_SEQUENCE("listeners", CYAML_FLAG_POINTER, struct config_raw, listeners, &listener_value, 1, CONFIG_MAX_LISTENERS),
	CYAML_FIELD_SEQUENCE("pools", CYAML_FLAG_POINTER, struct config_raw, pools, &pool_value, 1, CONFIG_MAX_POOLS),
	CYAML_FIELD_MAPPING_PTR("session_cache", OPT, struct config_raw, session_cache, cache_fields),
	CYAML_FIELD_MAPPING_PTR("limits", OPT, struct config_raw, limits, limits_fields),
	CYAML_FIELD_MAPPING_PTR("log", OPT, struct config_raw, log, log_fields),
	CYAML_FIELD_MAPPING_PTR("keylog", OPT, struct config_raw, keylog, keylog_fields),
	CYAML_FIELD_END
};
const cyaml_schema_value_t config_schema = { CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct config_raw, root_fields) };

static const char *
describe(const cyaml_schema_value_t *v, char *buf, size_t cap)
{
	size_t n;

	switch (v->type) {
	case CYAML_UINT: return "a whole number from 0 to 4294967295";
	case CYAML_BOOL: return "true or false";
	case CYAML_STRING:
		snprintf(buf, cap, "text of 1 to %u characters", v->string.max);
		return buf;
	case CYAML_SEQUENCE:
		snprintf(buf, cap, "a list of %u to %u entries", v->sequence.min, v->sequence.max);
		return buf;
	case CYAML_MAPPING:
		n = (size_t)snprintf(buf, cap, "a mapping with the keys");
		for (const cyaml_schema_field_t *f = v->mapping.fields; f->key != NULL && n < cap; f++)
			n += (size_t)snprintf(buf + n, cap - n, "%s %s%s", f != v->mapping.fields ? "," : "", f->key,
				f->value.flags & CYAML_FLAG_OPTIONAL ? "" : " (required)");
		return buf;
	default: return "another type";
	}
}

const char *
config_expected(const char *path, char *buf, size_t cap)
{
	const cyaml_schema_value_t *v = &config_schema;

	while (*path != '\0' && v != NULL) {
		if (*path == '[') {
			v = v->type == CYAML_SEQUENCE ? v->sequence.entry : NULL;
			path += strcspn(path, "]");
			path += *path == ']';
		} else {
			size_t n = strcspn(path, ".[");
			const cyaml_schema_field_t *f = v->type == CYAML_MAPPING ? v->mapping.fields : NULL;

			while (f != NULL && f->key != NULL && (strncmp(f->key, path, n) != 0 || f->key[n] != '\0'))
				f++;
			v = f != NULL && f->key != NULL ? &f->value : NULL;
			path += n;
		}
		path += *path == '.';
	}
	return v != NULL ? describe(v, buf, cap) : "a known key";
}
