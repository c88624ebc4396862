/* Certificate, RFC 5246 7.4.2: the chain as it was made ready when it was loaded. */
#include "control/cert/cert.h"
#include "control/handshake/tls12/s12.h"

enum tls_err
msg_certificate_send(struct hs_call *c)
{
	size_t mark, list;
	struct wr w = hs_msg_begin(c, 11, &mark);

	list = wr_open(&w, 3);
	wr_bytes(&w, c->w->cert->chain, c->w->cert->chain_len);
	wr_close(&w, list, 3);
	return hs_msg_end(c, &w, mark);
}
