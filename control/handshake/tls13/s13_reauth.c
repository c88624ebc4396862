/*
 * Asking an established client for its certificate: RFC 8446 4.6.2. The transcript goes on where
 * the handshake's ended.
 */
#include <stdlib.h>
#include <string.h>

#include "control/handshake/tls13/s13.h"

/* Kept at the end of a handshake when the client offered post_handshake_auth and we may ask. */
enum tls_err
s13_keep_transcript(struct hs_call *c)
{
	struct hs13_live *l = c->hs->l13;

	if (!c->w->hello.post_handshake_auth ||
		(c->hs->conf->trust == NULL && c->hs->conf->client_auth == HS_AUTH_NONE))
		return TLS_E_OK;
	l->transcript = malloc(sizeof(*l->transcript));
	if (l->transcript == NULL)
		return TLS_E_INTERNAL_ERROR;
	*l->transcript = c->w->transcript.digest;
	return TLS_E_OK;
}

enum tls_err
s13_reauth(struct hs_call *c, struct rd *nothing)
{
	struct hs *hs = c->hs;
	struct hs_work_area *w;

	if (hs->l13->transcript == NULL) {
		hs_raise(c, HS_EV_GO_OPEN, NULL, 0);
		return TLS_E_OK;
	}
	if (hs_begin(hs) != TLS_E_OK)
		return TLS_E_INTERNAL_ERROR;
	c->w = w = hs->w;
	w->t13 = calloc(1, sizeof(*w->t13));
	if (w->t13 == NULL)
		return TLS_E_INTERNAL_ERROR;
	w->policy = hs_policy_for(hs->conf, hs->server_name != NULL ? hs->server_name : "");
	w->transcript.fixed = true;
	w->transcript.digest = *hs->l13->transcript;
	w->t13->request_context_len = sizeof(w->t13->request_context);
	c->env->random(c->env->ctx, w->t13->request_context, sizeof(w->t13->request_context));
	hs_raise(c, HS_EV_GO_CERTIFICATE, NULL, 0);
	return TLS_E_OK;
}

enum tls_err
s13_reauthenticated(struct hs_call *c)
{
	return hs_emit_done(c);
}
