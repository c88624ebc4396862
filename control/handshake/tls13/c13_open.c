/* Tickets on a connection that is up, in the client's role. RFC 8446 4.6.1. */
#include <string.h>

#include "common/ct.h"
#include "control/handshake/ext.h"
#include "control/handshake/tls13/c13.h"

#define MAX_LIFETIME_S 604800 /* seven days, 4.6.1 */

/* The PSK and the ticket that stands for it, for the next connection. */
static enum tls_err
keep_ticket(
	struct hs_call *c, uint32_t lifetime, uint32_t age_add, struct rd nonce, struct rd ticket)
{
	const struct hs13_live *l = c->hs->l13;
	struct session_entry *e;

	/* more tickets in one record than there is room for: the first ones are enough */
	if (!c->hs->conf->session_cache || lifetime == 0 ||
		c->out->entries == sizeof(c->out->entry) / sizeof(c->out->entry[0]))
		return TLS_E_OK;
	e = hs_client_put(c, ticket.p, rd_left(&ticket));
	if (e == NULL)
		return TLS_E_INTERNAL_ERROR;
	ks13_ticket_psk(l->prf, l->res_master, nonce.p, rd_left(&nonce), e->secret);
	e->secret_len = (uint8_t)hs_digest_len(l->prf);
	e->age_add = age_add;
	e->lifetime_s = lifetime;
	e->expires_s = c->env->now_s + lifetime;
	return TLS_E_OK;
}

enum tls_err
c13_new_session_ticket_recv(struct hs_call *c, struct rd *body)
{
	struct hs_hello said = { .version = TLS_V_13 };
	uint32_t lifetime = rd_u32(body), age_add = rd_u32(body);
	struct rd nonce = rd_vec8(body), ticket = rd_vec16(body), block = rd_vec16(body);
	enum tls_err err;

	c->no_transcript = true;
	if (!rd_ok(body) || rd_left(&ticket) == 0)
		return TLS_E_DECODE_ERROR;
	err = ext_read(c, EXT_NST, &block, &said);
	if (err != TLS_E_OK)
		return err;
	if (lifetime > MAX_LIFETIME_S)
		lifetime = MAX_LIFETIME_S;
	if (lifetime > c->hs->conf->session_lifetime_s)
		lifetime = c->hs->conf->session_lifetime_s;
	return keep_ticket(c, lifetime, age_add, nonce, ticket);
}
