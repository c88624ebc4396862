/* What hs_runner tells of a connection, and how it judges certificates. */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>

#include "common/rd.h"
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

/* ---- certificates ---- */

static STACK_OF(X509) *
certificates(const uint8_t *chain, size_t len)
{
	STACK_OF(X509) *all = sk_X509_new_null();
	struct rd r = rd_init(chain, len);

	while (all != NULL && rd_left(&r) != 0) {
		struct rd der = rd_vec24(&r);
		const uint8_t *p = der.p;
		X509 *x = rd_ok(&r) ? d2i_X509(NULL, &p, (long)rd_left(&der)) : NULL;

		if (x == NULL)
			break;
		sk_X509_push(all, x);
	}
	return all;
}

static void
judge(const struct runner_opts *o, struct peer *p, X509 *leaf, STACK_OF(X509) *all)
{
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();

	HS_REC_CHECK(store != NULL && ctx != NULL);
	if (o->ca != NULL)
		X509_STORE_load_file(store, o->ca);
	X509_STORE_CTX_init(ctx, store, leaf, all);
	X509_STORE_CTX_set_default(ctx, o->client ? "ssl_server" : "ssl_client");
	if (o->conf.verify_name && o->name != NULL)
		X509_VERIFY_PARAM_set1_host(X509_STORE_CTX_get0_param(ctx), o->name, 0);
	if (X509_verify_cert(ctx) != 1) {
		p->x509_error = X509_STORE_CTX_get_error(ctx);
		p->verdict = p->x509_error == X509_V_ERR_CERT_HAS_EXPIRED ? TLS_E_CERTIFICATE_EXPIRED
									   : TLS_E_UNKNOWN_CA;
		snprintf(p->reason, sizeof(p->reason), "%s", X509_verify_cert_error_string(p->x509_error));
	}
	X509_STORE_CTX_free(ctx);
	X509_STORE_free(store);
}

struct peer *
runner_verify(void *ctx, const uint8_t *chain, size_t len, const uint8_t *staple, size_t staple_len)
{
	const struct runner_opts *o = ctx;
	STACK_OF(X509) *all = certificates(chain, len);
	X509 *leaf = sk_X509_value(all, 0);
	struct peer *p = calloc(1, sizeof(*p));
	uint8_t *der = NULL;
	int n;

	HS_REC_CHECK(p != NULL);
	p->refs = 1;
	p->verdict = TLS_E_BAD_CERTIFICATE;
	p->subject = strdup("");
	p->common_name = strdup("");
	p->alt_names = strdup("");
	p->key_text = strdup("");
	p->sig_text = strdup("");
	if (leaf != NULL && (n = i2d_X509(leaf, &der)) > 0) {
		char *name = X509_NAME_oneline(X509_get_subject_name(leaf), NULL, 0);

		free(p->subject);
		p->subject = strdup(name);
		OPENSSL_free(name);
		p->verdict = TLS_E_OK;
		p->key = X509_get_pubkey(leaf);
		SHA256(der, (size_t)n, p->fingerprint);
		p->der = malloc((size_t)n);
		HS_REC_CHECK(p->der != NULL);
		memcpy(p->der, der, (size_t)n);
		p->der_len = (size_t)n;
		OPENSSL_free(der);
		if (!o->no_verify)
			judge(o, p, leaf, all);
	}
	sk_X509_pop_free(all, X509_free);
	return p;
}
