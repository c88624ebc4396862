/*
 * NewSessionTicket, RFC 8446 4.6.1. The server's: the session sealed into the ticket itself, so
 * that nothing is kept here.
 */
#include <string.h>

#include "common/ct.h"
#include "control/handshake/ext.h"
#include "control/handshake/tls13/s13.h"
#include "control/session/ticket.h"

#define NEW_SESSION_TICKET 4
#define MAX_LIFETIME_S 604800 /* seven days */

static uint32_t
lifetime(const struct hs_call *c)
{
	const struct hs13 *t = c->w->t13;
	uint64_t s = c->hs->conf->session_lifetime_s;

	if (s > MAX_LIFETIME_S)
		s = MAX_LIFETIME_S;
	/*
	 * what a session rests on (its keys, its client's certificate) does not get younger by use
	 */
	if (t->psk_len == 0)
		return (uint32_t)s;
	if (t->psk_expires_s <= c->env->now_s) /* it ended while this handshake went on */
		return 0;
	if (t->psk_expires_s - c->env->now_s < s)
		s = t->psk_expires_s - c->env->now_s;
	return (uint32_t)s;
}

/* All but its secret. */
static void
describe(const struct hs_call *c, struct session_entry *e)
{
	const struct hs *hs = c->hs;
	uint8_t random[sizeof(e->id) + sizeof(e->age_add)];

	memset(e, 0, sizeof(*e));
	c->env->random(c->env->ctx, random, sizeof(random));
	memcpy(e->id, random, sizeof(e->id));
	memcpy(&e->age_add, random + sizeof(e->id), sizeof(e->age_add));
	e->id_len = sizeof(e->id);
	memcpy(e->bind, c->w->bind, sizeof(e->bind));
	if (hs->peer != NULL)
		memcpy(e->peer, hs->peer->fingerprint, sizeof(e->peer));
	e->version = TLS_V_13;
	e->suite = hs->suite->code;
	e->flags = hs->conf->psk_only ? SESSION_PSK_ONLY : 0;
	e->alpn_len = (uint8_t)strlen(hs->alpn);
	memcpy(e->alpn, hs->alpn, e->alpn_len);
	e->early_max = hs->conf->early_data_max;
	e->lifetime_s = lifetime(c);
	e->issued_ms = c->env->now_ms;
	e->expires_s = c->env->now_s + e->lifetime_s;
}

static enum tls_err
send_one(struct hs_call *c, const struct session_entry *e, uint8_t nonce)
{
	uint8_t sealed[sizeof(*e) + TICKET_OVERHEAD];
	size_t n, mark;
	struct wr w;

	n = ticket_seal(c->hs->conf->tickets, c->env->now_s, e, sizeof(*e), sealed, sizeof(sealed));
	if (n == 0)
		return TLS_E_OK; /* no key to be had: the client does without */
	w = hs_msg_begin(c, NEW_SESSION_TICKET, &mark);
	wr_u32(&w, e->lifetime_s);
	wr_u32(&w, e->age_add);
	wr_u8(&w, 1);
	wr_u8(&w, nonce);
	wr_u16(&w, (uint16_t)n);
	wr_bytes(&w, sealed, n);
	ext_write(c, EXT_NST, &w, true);
	return hs_msg_end(c, &w, mark);
}

/* As many as the listener says after a full handshake; one for one after a resumed one. */
unsigned
s13_ticket_count(const struct hs_call *c)
{
	const struct hs_conf *conf = c->hs->conf;

	/* 4.2.9: a client without psk_key_exchange_modes does not resume */
	if (conf->tickets == NULL || c->w->hello.psk_modes.p == NULL || lifetime(c) == 0)
		return 0;
	return c->hs->resumed ? conf->ticket_count != 0 : conf->ticket_count;
}

enum tls_err
msg13_wrapped_ticket_send(struct hs_call *c, const uint8_t *wrapped, size_t len, uint8_t nonce)
{
	struct session_entry e;

	describe(c, &e);
	memcpy(e.secret, wrapped, len);
	e.secret_len = (uint8_t)len;
	e.flags |= SESSION_WRAPPED;
	return send_one(c, &e, nonce);
}

enum tls_err
msg13_new_session_ticket_send(struct hs_call *c)
{
	unsigned count = s13_ticket_count(c);
	int prf = c->hs->suite->prf;
	uint8_t hash[HS_DIGEST_MAX], res_master[KS13_LEN];
	enum tls_err err = TLS_E_OK;
	struct session_entry e;

	if (count == 0)
		return TLS_E_OK;
	hs13_transcript_hash(c, hash);
	ks13_derive(&c->w->t13->ks, "res master", hash, res_master);
	for (unsigned i = 0; err == TLS_E_OK && i < count; i++) {
		describe(c, &e);
		e.secret_len = (uint8_t)hs_digest_len(prf);
		ks13_ticket_psk(prf, res_master, &(uint8_t){ (uint8_t)i }, 1, e.secret);
		err = send_one(c, &e, (uint8_t)i);
	}
	ct_wipe(&e, sizeof(e));
	ct_wipe(res_master, sizeof(res_master));
	return err;
}
