/*
 * Taking the answers of our own side: session store, private key, PRF; and cutting the key block.
 */
#include <stdlib.h>
#include <string.h>

#include "common/ct.h"
#include "control/handshake/tls12/s12.h"

/* A full handshake: a new session id when it may be resumed later. */
enum tls_err
s12_session_miss(struct hs_call *c, struct rd *answer)
{
	struct hs *hs = c->hs;

	if (hs->conf->session_cache) {
		hs->session_id_len = TLS_MAX_SESSION_ID;
		c->env->random(c->env->ctx, hs->session_id, TLS_MAX_SESSION_ID);
	}
	return TLS_E_OK;
}

/* The session's master secret is in place: the id goes back as it came. */
enum tls_err
s12_session_hit(struct hs_call *c, struct rd *answer)
{
	struct hs *hs = c->hs;

	hs->resumed = true;
	hs12_set_master(c, c->session->secret);
	hs->session_id_len = c->w->hello.session_id_len;
	memcpy(hs->session_id, c->w->hello.session_id, hs->session_id_len);
	return TLS_E_OK;
}

/* A fixed-length answer. A wrong length would be our own side's mistake, never the peer's. */
static enum tls_err
take(struct rd *answer, uint8_t *out, size_t n)
{
	const uint8_t *p = rd_bytes(answer, n);

	if (p == NULL || !rd_done(answer))
		return TLS_E_INTERNAL_ERROR;
	memcpy(out, p, n);
	return TLS_E_OK;
}

enum tls_err
s12_premaster_done(struct hs_call *c, struct rd *answer)
{
	c->w->t12->premaster_len = TLS_MASTER_LEN;
	return take(answer, c->w->t12->premaster, TLS_MASTER_LEN);
}

/* The handshake is over: tell, store the session. */
enum tls_err
s12_connected(struct hs_call *c)
{
	struct hs *hs = c->hs;
	enum tls_err err;

	if (!hs->resumed && hs->session_id_len != 0) {
		struct session_entry *e = hs_entry_new(c, HS_ACT_SESSION_PUT);

		if (e == NULL)
			return TLS_E_INTERNAL_ERROR;
		memcpy(e->id, hs->session_id, hs->session_id_len);
		e->id_len = hs->session_id_len;
		memcpy(e->secret, c->w->t12->key.master, TLS_MASTER_LEN);
		e->secret_len = TLS_MASTER_LEN;
		memcpy(e->bind, c->w->bind, sizeof(e->bind));
		e->version = hs->version;
		e->suite = hs->suite->code;
		e->flags = hs->extended_master_secret ? SESSION_EMS : 0;
		e->lifetime_s = hs->conf->session_lifetime_s;
		e->issued_ms = c->env->now_ms;
		e->expires_s = c->env->now_s + hs->conf->session_lifetime_s;
	}
	err = hs_emit_ready(c, 0);
	return err == TLS_E_OK ? hs_emit_done(c) : err;
}
