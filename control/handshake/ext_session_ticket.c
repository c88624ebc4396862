/* session_ticket, RFC 5077 3.2: empty, or a ticket; SSL 3.0 to TLS 1.2. */
#include "control/handshake/tls12/hs12.h"
#include "control/handshake/ext.h"

static enum tls_err
session_ticket_recv(struct hs_call *c, unsigned where, struct rd *data, struct hs_hello *h)
{
	h->ticket = (struct hs_span){ .p = data->p, .n = (uint32_t)rd_left(data) };
	rd_bytes(data, rd_left(data));
	return TLS_E_OK;
}

/* Empty: announces NewSessionTicket. */
static bool
session_ticket_wanted(const struct hs_call *c, unsigned where)
{
	return where == EXT_SH12 && c->w->t12->ticket_due;
}

const struct ext ext_session_ticket = { 35, EXT_CH | EXT_SH12, "session_ticket", session_ticket_recv,
	session_ticket_wanted, NULL };
