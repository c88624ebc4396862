/* ServerHello, RFC 5246 7.4.1.3. */
#include "control/handshake/ext.h"
#include "control/handshake/tls12/s12.h"

enum tls_err
msg_server_hello_send(struct hs_call *c)
{
	const struct hs *hs = c->hs;
	const struct hs_hello *h = &c->w->hello;
	bool echo = c->w->t12->by_ticket; /* RFC 5077 3.4 */
	size_t mark, id;
	struct wr w = hs_msg_begin(c, 2, &mark);

	wr_u16(&w, hs->version);
	wr_bytes(&w, c->w->server_random, TLS_RANDOM_LEN);
	id = wr_open(&w, 1);
	wr_bytes(&w, echo ? h->session_id : hs->session_id,
		echo ? h->session_id_len : hs->session_id_len);
	wr_close(&w, id, 1);
	wr_u16(&w, hs->suite->code);
	wr_u8(&w, c->w->t12->compression);
	ext_write(c, EXT_SH12, &w, false);
	return hs_msg_end(c, &w, mark);
}
