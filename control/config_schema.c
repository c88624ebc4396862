/* The schema of sluice.yaml: one table is parser, validator and the source of "expected …" in messages. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/config_int.h"

#define OPT (CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL)
#define STR(key, type, member, flags) CYAML_FIELD_STRING_PTR(key, flags, struct type, member, 1, 4096)
#define NUM_OPT(key, type, member) CYAML_FIELD_UINT_PTR(key, OPT, struct type, member)

static const cyaml_schema_value_t string_value = { CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, 256) };

static const cyaml_schema_field_t cert_fields[] = {
	STR("chain", raw_cert, chain, CYAML_FLAG_POINTER),
	STR("key", raw_cert, key, CYAML_FLAG_POINTER),
	CYAML_FIELD_END
};
static const cyaml_schema_value_t cert_value = { CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct raw_cert, cert_fields) };

static const cyaml_schema_field_t session_fields[] = {
	CYAML_FIELD_BOOL_PTR("enabled", OPT, struct raw_session, enabled),
	NUM_OPT("lifetime_s", raw_session, lifetime_s),
	CYAML_FIELD_END
};

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
	CYAML_FIELD_MAPPING_PTR("sessions", OPT, struct raw_listener, sessions, session_fields),
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

static const cyaml_schema_field_t pool_fields[] = {
	STR("name", raw_pool, name, CYAML_FLAG_POINTER),
	CYAML_FIELD_SEQUENCE("servers", CYAML_FLAG_POINTER, struct raw_pool, servers, &server_value, 1, CONFIG_MAX_SERVERS),
	NUM_OPT("connect_timeout_ms", raw_pool, connect_timeout_ms),
	NUM_OPT("retries", raw_pool, retries),
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
