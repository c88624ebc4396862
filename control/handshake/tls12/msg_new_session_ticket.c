/* NewSessionTicket, RFC 5077 3.3. */
#include "control/handshake/tls12/s12.h"

enum tls_err
msg_new_session_ticket_send(struct hs_call *c)
{
	return TLS_E_OK;
}
