/* session_ticket, RFC 5077 3.2: empty, or a ticket; SSL 3.0 to TLS 1.2. */
#include "control/handshake/ext.h"
#include "control/handshake/hs_client.h"
#include "control/handshake/tls12/hs12.h"

static enum tls_err
session_ticket_recv(struct hs_call *c, unsigned where, struct rd *data, struct hs_hello *h)
{
	h->ticket = (struct hs_span){ .p = data->p, .n = (uint32_t)rd_left(data) };
	if (where == EXT_CH) /* a server's is empty */
		rd_bytes(data, rd_left(data));
	return TLS_E_OK;
}

static bool
session_ticket_wanted(const struct hs_call *c, unsigned where)
{
	if (where == EXT_CH)
		return c->hs->conf->session_cache && !c->w->cl->again &&
		       hs_offers(c, HS_V_10 | HS_V_11 | HS_V_12);
	return where == EXT_SH12 && c->w->t12->ticket_due;
}

/* Ours is empty when we would like one; a server's announces NewSessionTicket. */
static void
session_ticket_send(const struct hs_call *c, unsigned where, struct wr *w)
{
	if (where == EXT_CH && c->w->cl->offers_session)
		wr_bytes(w, c->w->cl->ticket.p, c->w->cl->ticket.n);
}

const struct ext ext_session_ticket = { 35, EXT_CH | EXT_SH12, "session_ticket", session_ticket_recv,
	session_ticket_wanted, session_ticket_send };
