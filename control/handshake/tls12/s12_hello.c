/*
 * The server's choices for SSL 3.0 to TLS 1.2: suite, certificate, what goes into the ServerHello;
 * and a ClientHello that comes on an established connection. RFC 5246 7.4.1.
 */
#include <stdlib.h>
#include <string.h>

#include "control/cert/cert.h"
#include "control/handshake/tls12/s12.h"

/* Our preference decides. NULL: none in common. */
static const struct hs_suite *
choose_suite(const struct hs_call *c)
{
	const struct hs_policy *p = c->w->policy;

	for (unsigned i = 0; i < p->suite_count; i++) {
		const struct hs_suite *s = p->suites[i];

		if (hs_suite_in(s, c->hs->version) && s->kx == HS_KX_RSA &&
			hs_span_has16(c->w->hello.suites, s->code))
			return s;
	}
	return NULL;
}

enum tls_err
s12_client_hello(struct hs_call *c, struct rd *nothing)
{
	struct hs *hs = c->hs;
	enum tls_err err;

	err = hs12_new(c);
	if (err != TLS_E_OK)
		return err;
	hs->suite = choose_suite(c);
	if (hs->suite == NULL)
		return TLS_E_HANDSHAKE_FAILURE;
	c->w->cert = cert_store_select(hs->conf->certs, c->w->hello.server_name);
	if (c->w->cert == NULL)
		return TLS_E_UNRECOGNIZED_NAME;
	err = hs_choose_alpn(c);
	if (err != TLS_E_OK)
		return err;
	hs->extended_master_secret = c->w->hello.extended_master_secret;
	c->env->random(c->env->ctx, c->w->server_random, TLS_RANDOM_LEN);
	hs_transcript_fix(&c->w->transcript, hs_suite_prf(hs->suite, hs->version), false);
	return TLS_E_OK;
}

/* Renegotiation is refused by a warning, and not for ever (RFC 5246 7.2.2 no_renegotiation). */
enum tls_err
msg_client_hello_refuse(struct hs_call *c, struct rd *body)
{
	rd_bytes(body, rd_left(body));
	if (++c->hs->warnings > HS_MAX_WARNINGS)
		return TLS_E_WARNING_FLOOD;
	return msg_alert_send_warning(c, TLS_ALERT_NO_RENEGOTIATION);
}
