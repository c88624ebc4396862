/*
 * Renegotiation as a server: who may begin one and how often, and what it must not change. RFC 5746
 * 3.7 and 4.4 (always; the unsafe kind of before is refused), RFC 5246 7.4.1.1 (HelloRequest).
 */
#include <string.h>

#include "common/ct.h"
#include "control/handshake/ext.h"
#include "control/handshake/tls12/s12.h"

#define MINUTE 60

/* Renegotiations of the peer's own, by a window of a minute. */
static bool
within_rate(struct hs_call *c)
{
	struct hs12_live *l = c->hs->l12;

	if (c->env->now_s - l->minute >= MINUTE) {
		l->minute = c->env->now_s;
		l->count = 0;
	}
	if (l->count >= c->hs->conf->renegotiations_max)
		return false;
	l->count++;
	return true;
}

/* RFC 5746 on both sides, and a session that is surely this client's (RFC 7627 5.4). */
static bool
can_renegotiate(const struct hs *hs)
{
	return hs->l12 != NULL && hs->l12->secure && (!hs->resumed || hs->extended_master_secret);
}

static bool
allowed(struct hs_call *c)
{
	const struct hs *hs = c->hs;

	if (!can_renegotiate(hs))
		return false;
	return hs->l12->wanted || (hs->conf->renegotiation == HS_RENEG_BOTH && within_rate(c));
}

static bool
offers_version(const struct hs_hello *h, uint16_t version)
{
	return h->versions.p != NULL ? hs_span_has16(h->versions, version) : h->version >= version;
}

/* RFC 5746 3.7: bound to the handshake before. */
static enum tls_err
check_binding(const struct hs_call *c)
{
	const struct hs_hello *h = &c->w->hello;
	const struct hs12_live *l = c->hs->l12;

	if (h->scsv_renegotiation || h->renegotiated.p == NULL ||
		h->renegotiated.n != l->verify_len ||
		!ct_memeq(h->renegotiated.p, l->client_verify, l->verify_len))
		return TLS_E_HANDSHAKE_FAILURE;
	return TLS_E_OK;
}

/* Version and server name stay; a hello may leave the name out. */
static enum tls_err
check_same(const struct hs_call *c)
{
	struct hs_hello *h = &c->w->hello;
	const struct hs *hs = c->hs;
	const char *before = hs->has_server_name ? hs->server_name : "";

	if (!offers_version(h, hs->version))
		return TLS_E_PROTOCOL_VERSION;
	if (memchr(h->compression.p, 0, h->compression.n) == NULL)
		return TLS_E_ILLEGAL_PARAMETER;
	if (h->has_server_name && strcmp(h->server_name, before) != 0)
		return TLS_E_HANDSHAKE_FAILURE;
	memcpy(h->server_name, before, strlen(before) + 1); /* it came in a hello: it fits */
	return TLS_E_OK;
}

enum tls_err
msg_client_hello_again(struct hs_call *c, struct rd *body)
{
	struct hs *hs = c->hs;
	enum tls_err err;

	if (!allowed(c)) {
		rd_bytes(body, rd_left(body));
		hs_raise(c, HS_EV_RENEGOTIATION_REFUSED, NULL, 0);
		return TLS_E_OK;
	}
	err = hs_begin(hs);
	if (err != TLS_E_OK)
		return err;
	c->w = hs->w;
	err = hs_hello_read(c, body, &c->w->hello);
	if (err == TLS_E_OK)
		err = check_binding(c);
	if (err == TLS_E_OK)
		err = check_same(c);
	if (err != TLS_E_OK)
		return err;
	c->w->policy = hs_policy_for(hs->conf, c->w->hello.server_name);
	hs_session_bind(hs->conf, c->w->hello.server_name, c->w->bind);
	hs_raise(c, HS_EV_GO_12, NULL, 0);
	return TLS_E_OK;
}

enum tls_err
s12_refuse_again(struct hs_call *c)
{
	if (c->hs->version == TLS_V_SSL30)
		return TLS_E_HANDSHAKE_FAILURE; /* it has no such warning */
	if (++c->hs->warnings > HS_MAX_WARNINGS)
		return TLS_E_WARNING_FLOOD;
	return msg_alert_send_warning(c, TLS_ALERT_NO_RENEGOTIATION);
}

enum tls_err
s12_want_again(struct hs_call *c, struct rd *nothing)
{
	struct hs *hs = c->hs;

	if (can_renegotiate(hs))
		hs->l12->wanted = true;
	return TLS_E_OK;
}

enum tls_err
s12_want_certificate(struct hs_call *c, struct rd *nothing)
{
	struct hs *hs = c->hs;

	if (!can_renegotiate(hs))
		return TLS_E_OK;
	hs->l12->wanted = true;
	hs->l12->reauth = hs->conf->trust != NULL; /* or nobody could judge it */
	return TLS_E_OK;
}

/* HelloRequest, RFC 5246 7.4.1.1: no part of any transcript, there is no work area. */
enum tls_err
msg_hello_request_send(struct hs_call *c)
{
	size_t mark;
	struct wr w;

	if (!can_renegotiate(c->hs))
		return TLS_E_OK;
	w = hs_msg_begin(c, 0, &mark);
	return hs_msg_end(c, &w, mark);
}
