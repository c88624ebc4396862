/*
 * Resumption as a server: by session id from the store, by RFC 5077 ticket from the hello itself;
 * and what a connection leaves behind for it. RFC 5246 7.3 and F.1.4; what a session may be used
 * for is judged in hs_session.c.
 */
#include <string.h>

#include "common/ct.h"
#include "control/handshake/tls12/s12.h"
#include "control/session/ticket.h"

enum tls_err
s12_session_found(struct hs_call *c, struct rd *nothing)
{
	struct hs12 *t = c->w->t12;

	if (t->by_ticket)
		return TLS_E_OK; /* try_ticket() took what was in it */
	hs12_take_session(c, c->session);
	t->peer = c->peer != NULL ? peer_ref(c->peer) : NULL;
	return TLS_E_OK;
}

/* The id goes back as it came; for one that a client made up beside its ticket see RFC 5077 3.4. */
enum tls_err
s12_session_taken(struct hs_call *c, struct rd *nothing)
{
	struct hs12 *t = c->w->t12;
	struct hs *hs = c->hs;

	hs->resumed = true;
	t->asks = false;
	hs_transcript_drop_raw(&c->w->transcript);
	hs->session_id_len = t->by_ticket ? 0 : c->w->hello.session_id_len;
	memcpy(hs->session_id, c->w->hello.session_id, hs->session_id_len);
	return TLS_E_OK;
}

enum tls_err
s12_session_hit(struct hs_call *c, struct rd *nothing)
{
	enum tls_err err = s12_session_found(c, nothing);

	return err == TLS_E_OK ? s12_session_taken(c, nothing) : err;
}

/* A secret of another card's, or of this one's with another key: what was found is as good as nothing. */
enum tls_err
s12_unwrap_done(struct hs_call *c, struct rd *answer)
{
	bool ours = rd_left(answer) == 1 && rd_u8(answer) == 1;

	hs_raise(c, ours ? HS_EV_SESSION_HIT : HS_EV_SESSION_MISS, NULL, 0);
	return TLS_E_OK;
}

enum tls_err
s12_session_unknown(struct hs_call *c, struct rd *nothing)
{
	struct hs12 *t = c->w->t12;

	peer_unref(t->peer);
	t->peer = NULL;
	t->wrapped_len = 0;
	t->by_ticket = t->ticket_due = false;
	return s12_session_miss(c, nothing);
}

/* A full handshake: a ticket or a new session id when it may be resumed later. */
enum tls_err
s12_session_miss(struct hs_call *c, struct rd *nothing)
{
	struct hs *hs = c->hs;

	hs->resumed = false;
	hs->group = c->w->t12->group;
	hs->scheme = c->w->t12->scheme;
	hs_emit_session_remove(c); /* a renegotiation: should it fail, both sessions are gone */
	hs->session_id_len = 0;
	if (hs->conf->tickets != NULL && c->w->hello.ticket.p != NULL &&
		hs->version > TLS_V_SSL30) {
		c->w->t12->ticket_due = true;
	} else if (hs->conf->session_cache) {
		hs->session_id_len = TLS_MAX_SESSION_ID;
		c->env->random(c->env->ctx, hs->session_id, TLS_MAX_SESSION_ID);
	}
	return TLS_E_OK;
}

/* Whose certificate a session was made with: a reference, or NULL. */
static struct peer *
known_peer(const struct hs_call *c, const struct session_entry *e)
{
	static const uint8_t nobody[sizeof(e->peer)];

	if (c->env->known_peer == NULL || memcmp(e->peer, nobody, sizeof(nobody)) == 0)
		return NULL;
	return c->env->known_peer(c->env->ctx, c->hs->conf, e->peer);
}

/* RFC 5077 3.1: whatever is wrong with a ticket, the handshake is a full one. True: resumed. */
static bool
try_ticket(struct hs_call *c, enum tls_err *err)
{
	const struct hs_hello *h = &c->w->hello;
	struct hs12 *t = c->w->t12;
	struct session_entry e;
	bool old = false, ok;

	ok = ticket_open(c->hs->conf->tickets, c->env->now_s, h->ticket.p, h->ticket.n, &e,
		     sizeof(e), &old) == sizeof(e);
	if (ok) {
		t->peer = c->peer = known_peer(c, &e);
		ok = hs_session_usable(c, &e, err);
		c->peer = NULL;
	}
	if (ok) {
		t->by_ticket = true;
		t->ticket_due = old;
		t->expires_s = e.expires_s;
		hs12_take_session(c, &e);
	} else {
		peer_unref(t->peer);
		t->peer = NULL;
	}
	ct_wipe(&e, sizeof(e));
	return ok;
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
	const struct hs_conf *conf = c->hs->conf;
	enum hs_event found = c->hs->card != NULL ? HS_EV_SESSION_WRAPPED : HS_EV_SESSION_HIT;
	enum tls_err err = TLS_E_OK;
	bool hit = false;

	if (must_prove_anew(c)) {
		hit = false;
	} else if (conf->tickets != NULL && h->ticket.n != 0 && c->hs->version > TLS_V_SSL30) {
		hit = try_ticket(c, &err);
	} else if (h->session_id_len != 0 && conf->session_cache) {
		return hs_ask_session_id(c, h->session_id, h->session_id_len);
	}
	hs_raise(c, hit ? found : HS_EV_SESSION_MISS, NULL, 0);
	return err;
}

enum tls_err
hs_ask_S12_UNWRAP(struct hs_call *c)
{
	return hs12_card_resume(c);
}

void
s12_session_fill(const struct hs_call *c, struct session_entry *e)
{
	const struct hs *hs = c->hs;
	const struct hs12 *t = c->w->t12;

	memcpy(e->id, hs->session_id, hs->session_id_len);
	e->id_len = hs->session_id_len;
	hs12_fill_secret(c, e);
	memcpy(e->bind, c->w->bind, sizeof(e->bind));
	if (t->peer != NULL)
		memcpy(e->peer, t->peer->fingerprint, sizeof(e->peer));
	e->version = hs->version;
	e->suite = hs->suite->code;
	e->flags |= hs12_session_flags(c);
	e->lifetime_s = hs->conf->session_lifetime_s;
	e->issued_ms = c->env->now_ms;
	/* a new ticket for an old session does not make it younger */
	e->expires_s = t->by_ticket ? t->expires_s : c->env->now_s + hs->conf->session_lifetime_s;
}
