/*
 * Renegotiation in the client's role: a HelloRequest, or our own side's wish. Only with RFC 5746 on
 * both sides, only where the configuration has it, and as often as it says.
 */
#include "control/handshake/tls12/c12.h"

#define MINUTE 60

/* RFC 5746 on both sides, and a session that is surely this server's (RFC 7627 5.4). */
static bool
possible(const struct hs *hs)
{
	return hs->conf->renegotiation != HS_RENEG_REFUSE && hs->l12 != NULL && hs->l12->secure &&
	       (!hs->resumed || hs->extended_master_secret);
}

/* Whether the server asked too often; this time counts. */
static bool
too_often(struct hs_call *c)
{
	struct hs12_live *l = c->hs->l12;

	if (c->env->now_s - l->minute >= MINUTE) {
		l->minute = c->env->now_s;
		l->count = 0;
	}
	return ++l->count > c->hs->conf->renegotiations_max;
}

enum tls_err
c12_hello_request(struct hs_call *c, struct rd *body)
{
	enum tls_err err = TLS_E_OK;
	bool yes = possible(c->hs) && !too_often(c);

	if (yes)
		err = hs_client_again(c);
	c->no_transcript = true; /* RFC 5246 7.4.1.1 */
	hs_raise(c, yes ? HS_EV_CL_HELLO : HS_EV_CL_REFUSE, NULL, 0);
	return err;
}

enum tls_err
c12_command(struct hs_call *c, struct rd *nothing)
{
	bool yes = possible(c->hs) && c->hs->conf->renegotiation == HS_RENEG_BOTH;
	enum tls_err err = yes ? hs_client_again(c) : TLS_E_OK;

	hs_raise(c, yes ? HS_EV_CL_HELLO : HS_EV_CL_GO, NULL, 0);
	return err;
}

/* A warning, and not for ever: RFC 5246 7.2.2 no_renegotiation; SSL 3.0 does not know it. */
enum tls_err
c12_refuse(struct hs_call *c, struct rd *nothing)
{
	if (++c->hs->warnings > HS_MAX_WARNINGS)
		return TLS_E_WARNING_FLOOD;
	return c->hs->version == TLS_V_SSL30
		       ? TLS_E_OK
		       : msg_alert_send_warning(c, TLS_ALERT_NO_RENEGOTIATION);
}
