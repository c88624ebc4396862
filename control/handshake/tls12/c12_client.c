/*
 * Our messages in the client's role, SSL 3.0 to TLS 1.2, and the end of the handshake. RFC 5246
 * 7.4.6 to 7.4.9.
 */
#include <stdlib.h>
#include <string.h>

#include "common/ct.h"
#include "control/cert/cert.h"
#include "control/handshake/tls12/c12.h"

#define ALERT_NO_CERTIFICATE 41 /* SSL 3.0 alone, RFC 6101 5.4.2 */

/* Left out when nobody asked; empty when nothing fits, RFC 5246 7.4.6. */
enum tls_err
c12_certificate_send(struct hs_call *c)
{
	const struct cert *cert = c->w->cert;
	size_t mark, list;
	struct wr w;

	if (!c->w->cl->asked)
		return TLS_E_OK;
	if (cert == NULL && c->hs->version == TLS_V_SSL30)
		return msg_alert_send_warning(c, ALERT_NO_CERTIFICATE);
	w = hs_msg_begin(c, 11, &mark);
	list = wr_open(&w, 3);
	if (cert != NULL)
		wr_bytes(&w, cert->chain, cert->chain_len);
	wr_close(&w, list, 3);
	return hs_msg_end(c, &w, mark);
}

enum tls_err
c12_client_key_exchange_send(struct hs_call *c)
{
	const struct hs_blob *b = &c->w->cl->key_exchange;
	size_t mark, n;
	unsigned prefix = c->hs->suite->kx == HS_KX_ECDHE ? 1 : 2;
	struct wr w = hs_msg_begin(c, 16, &mark);

	if (c->hs->suite->kx == HS_KX_RSA && c->hs->version == TLS_V_SSL30) {
		wr_bytes(&w, b->p, b->n); /* as everybody did it: RFC 5246 7.4.7.1 */
	} else {
		n = wr_open(&w, prefix);
		wr_bytes(&w, b->p, b->n);
		wr_close(&w, n, prefix);
	}
	return hs_msg_end(c, &w, mark);
}

enum tls_err
c12_certificate_verify_send(struct hs_call *c)
{
	const struct hs_blob *b = &c->w->cl->key_exchange;
	size_t mark, n;
	struct wr w = hs_msg_begin(c, 15, &mark);

	if (c->hs->version == TLS_V_12)
		wr_u16(&w, c->w->cl->sign_scheme);
	n = wr_open(&w, 2);
	wr_bytes(&w, b->p, b->n);
	wr_close(&w, n, 2);
	return hs_msg_end(c, &w, mark);
}

/* The session for the next connection: a fresh one, or an old one with a new ticket. */
static enum tls_err
keep_session(struct hs_call *c)
{
	const struct hs_client *cl = c->w->cl;
	struct hs *hs = c->hs;
	uint32_t lifetime = hs->conf->session_lifetime_s;
	struct session_entry *e;

	if (!hs->conf->session_cache || cl->again ||
		(cl->new_ticket.n == 0 && (hs->resumed || hs->session_id_len == 0)))
		return TLS_E_OK;
	e = hs_client_put(c, cl->new_ticket.p, cl->new_ticket.n);
	if (e == NULL)
		return TLS_E_INTERNAL_ERROR;
	if (cl->new_ticket.n != 0 && cl->new_lifetime_s != 0 && cl->new_lifetime_s < lifetime)
		lifetime = cl->new_lifetime_s;
	memcpy(e->id, hs->session_id, hs->session_id_len);
	e->id_len = hs->session_id_len;
	memcpy(e->secret, c->w->t12->key.master, TLS_MASTER_LEN);
	e->secret_len = TLS_MASTER_LEN;
	e->flags = (uint8_t)((hs->extended_master_secret ? SESSION_EMS : 0) |
			     (hs->encrypt_then_mac ? SESSION_ETM : 0));
	e->lifetime_s = lifetime;
	e->expires_s = c->env->now_s + lifetime;
	return TLS_E_OK;
}

/* What a renegotiation will need, RFC 5746 3.1; nothing where none is allowed. */
static enum tls_err
keep_live(struct hs_call *c)
{
	const struct hs12 *t = c->w->t12;
	struct hs *hs = c->hs;
	struct hs12_live *l = hs->l12;

	if (hs->conf->renegotiation == HS_RENEG_REFUSE)
		return TLS_E_OK;
	if (l == NULL)
		l = hs->l12 = (struct hs12_live *)hs->live;
	l->verify_len = ks12_verify_len(hs->version);
	memcpy(l->client_verify, t->client_verify, l->verify_len);
	memcpy(l->server_verify, t->server_verify, l->verify_len);
	l->secure = c->w->answer.renegotiated.p != NULL;
	return TLS_E_OK;
}

enum tls_err
c12_connected(struct hs_call *c)
{
	struct hs *hs = c->hs;
	enum tls_err err = keep_live(c);

	if (err != TLS_E_OK)
		return err;
	if (c->w->t12->peer != NULL) {
		peer_unref(hs->peer);
		hs->peer = c->w->t12->peer;
		c->w->t12->peer = NULL;
	}
	err = keep_session(c);
	if (err != TLS_E_OK)
		return err;
	if (c->w->cl->again)
		hs->renegotiations++;
	else
		err = hs_emit_ready(c, 0);
	return err == TLS_E_OK ? hs_emit_done(c) : err;
}
