/*
 * Resumption as a server: by session id from the store, by RFC 5077 ticket from the hello itself; and
 * what a connection leaves behind for it. RFC 5246 7.3 and F.1.4; what a session may be used for is
 * judged in hs_session.c.
 */
#include <string.h>

#include "control/handshake/tls12/s12.h"

/* The certificate of the client whose session this is; NULL: it showed none. */
static enum tls_err
take_peer(struct hs_call *c)
{
	c->w->t12->peer = c->peer != NULL ? peer_ref(c->peer) : NULL;
	return TLS_E_OK;
}

/* The id goes back as it came, RFC 5077 3.4 for the one of a client with a ticket. */
enum tls_err
s12_session_hit(struct hs_call *c, struct rd *nothing)
{
	struct hs *hs = c->hs;

	hs->resumed = true;
	c->w->t12->asks = false;
	hs_transcript_drop_raw(&c->w->transcript);
	hs->session_id_len = c->w->hello.session_id_len;
	memcpy(hs->session_id, c->w->hello.session_id, hs->session_id_len);
	hs12_set_master(c, c->session->secret);
	return take_peer(c);
}

/* A full handshake: a new session id when it may be resumed by one later. */
enum tls_err
s12_session_miss(struct hs_call *c, struct rd *nothing)
{
	struct hs *hs = c->hs;

	hs->resumed = false;
	hs->group = c->w->t12->group;
	hs->scheme = c->w->t12->scheme;
	hs->session_id_len = 0;
	if (hs->conf->session_cache && !c->w->t12->ticket_due) {
		hs->session_id_len = TLS_MAX_SESSION_ID;
		c->env->random(c->env->ctx, hs->session_id, TLS_MAX_SESSION_ID);
	}
	return TLS_E_OK;
}

/* The operator wants to see a certificate now. */
static bool
must_prove_anew(const struct hs_call *c)
{
	return c->hs->l12 != NULL && c->hs->l12->reauth;
}

enum tls_err
hs_ask_S12_SESSION(struct hs_call *c)
{
	const struct hs_hello *h = &c->w->hello;

	if (h->session_id_len != 0 && c->hs->conf->session_cache && !must_prove_anew(c))
		return hs_ask_session_id(c, h->session_id, h->session_id_len);
	hs_raise(c, HS_EV_SESSION_MISS, NULL, 0);
	return TLS_E_OK;
}

void
s12_session_fill(const struct hs_call *c, struct session_entry *e)
{
	const struct hs *hs = c->hs;
	const struct hs12 *t = c->w->t12;

	memcpy(e->id, hs->session_id, hs->session_id_len);
	e->id_len = hs->session_id_len;
	memcpy(e->secret, t->key.master, TLS_MASTER_LEN);
	e->secret_len = TLS_MASTER_LEN;
	memcpy(e->bind, c->w->bind, sizeof(e->bind));
	if (t->peer != NULL)
		memcpy(e->peer, t->peer->fingerprint, sizeof(e->peer));
	e->version = hs->version;
	e->suite = hs->suite->code;
	e->flags = hs12_session_flags(c);
	e->lifetime_s = hs->conf->session_lifetime_s;
	e->issued_ms = c->env->now_ms;
	e->expires_s = c->env->now_s + hs->conf->session_lifetime_s;
}
