/* NewSessionTicket, RFC 5077 3.3: the session sealed for ourselves. */
#include <string.h>

#include "common/ct.h"
#include "control/handshake/tls12/s12.h"
#include "control/session/ticket.h"

/* An empty ticket where none could be made: it was announced. */
enum tls_err
msg_new_session_ticket_send(struct hs_call *c)
{
	struct session_entry e;
	uint8_t ticket[sizeof(e) + TICKET_OVERHEAD];
	uint64_t now = c->env->now_s;
	size_t mark, m;
	struct wr w;

	if (!c->w->t12->ticket_due)
		return TLS_E_OK;
	memset(&e, 0, sizeof(e));
	s12_session_fill(c, &e);
	w = hs_msg_begin(c, 4, &mark);
	wr_u32(&w, e.expires_s > now ? (uint32_t)(e.expires_s - now) : 0);
	m = wr_open(&w, 2);
	wr_bytes(&w, ticket,
		ticket_seal(c->hs->conf->tickets, now, &e, sizeof(e), ticket, sizeof(ticket)));
	wr_close(&w, m, 2);
	ct_wipe(&e, sizeof(e));
	return hs_msg_end(c, &w, mark);
}
