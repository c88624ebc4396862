/* What hs_runner tells of a connection. */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "tests/runner/hs_runner.h"

static void
set(json_t *o, const char *name, json_t *value)
{
	json_object_set_new(o, name, value);
}

/* A string, or null for "" and NULL. */
static json_t *
text(const char *s)
{
	return s != NULL && *s != '\0' ? json_string_nocheck(s) : json_null();
}

static void
set_end(json_t *o, const struct hs_end *e, const struct hs_info *i, bool eof)
{
	set(o, "handshakes", json_integer(e->handshakes));
	set(o, "key_updates", json_integer(i->key_updates));
	set(o, "renegotiations", json_integer(i->renegotiations));
	set(o, "error", e->err == TLS_E_OK ? json_null() : json_string(tls_err_name(e->err)));
	set(o, "alert_sent", e->alert == TLS_ALERT_NONE ? json_null() : json_string(tls_alert_name(e->alert)));
	set(o, "alert_received", i->alert_received == TLS_ALERT_NONE
					  ? json_null()
					  : json_string(tls_alert_name(i->alert_received)));
	set(o, "peer_closed", json_boolean(e->peer_closed));
	set(o, "eof", json_boolean(eof));
	set(o, "state", json_string(hs_state_name(i->state)));
}

void
runner_report(FILE *f, const struct hs_end *e, const char *event, bool eof)
{
	json_t *o = json_object();
	struct hs_info i;

	HS_REC_CHECK(o != NULL);
	hs_info(e->hs, &i);
	set(o, "event", json_string(event));
	set(o, "ok", json_boolean(e->err == TLS_E_OK && e->handshakes != 0));
	set(o, "role", json_string(i.role == HS_CLIENT ? "client" : "server"));
	set(o, "version", text(hs_version_name(i.version)));
	set(o, "suite", text(i.suite));
	set(o, "group", i.group != 0 ? json_string(hs_group_name(i.group)) : json_null());
	set(o, "scheme", i.scheme != 0 ? json_string(hs_scheme_name(i.scheme)) : json_null());
	set(o, "resumed", json_boolean(i.resumed));
	set(o, "ems", json_boolean(i.extended_master_secret));
	set(o, "etm", json_boolean(i.encrypt_then_mac));
	set(o, "early_data", json_boolean(i.early_data));
	set(o, "server_name", text(i.server_name));
	set(o, "alpn", text(i.alpn));
	set(o, "peer", i.peer != NULL ? text(i.peer->subject) : json_null());
	set(o, "peer_reason", i.peer != NULL ? text(i.peer->reason) : json_null());
	set_end(o, e, &i, eof);
	json_dumpf(o, f, JSON_COMPACT);
	fputc('\n', f);
	json_decref(o);
}
