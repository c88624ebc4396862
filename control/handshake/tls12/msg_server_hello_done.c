/* ServerHelloDone, RFC 5246 7.4.5. */
#include "control/handshake/tls12/s12.h"

enum tls_err
msg_server_hello_done_send(struct hs_call *c)
{
	size_t mark;
	struct wr w = hs_msg_begin(c, 14, &mark);

	return hs_msg_end(c, &w, mark);
}
