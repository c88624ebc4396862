/*
 * ServerKeyExchange, RFC 5246 7.4.3, RFC 8422 5.4: the parameters of a key exchange, signed but for
 * anonymous suites; from TLS 1.2 on with the signature's scheme.
 */
#include "control/handshake/tls12/s12.h"

enum tls_err
msg_server_key_exchange_send(struct hs_call *c)
{
	const struct hs12 *t = c->w->t12;
	size_t mark, signature;
	struct wr w;

	if (t->group == 0)
		return TLS_E_OK;
	w = hs_msg_begin(c, 12, &mark);
	wr_bytes(&w, t->kx->params, t->kx->params_len);
	if (c->hs->suite->auth != HS_AUTH_ANON) {
		if (c->hs->version == TLS_V_12)
			wr_u16(&w, t->scheme);
		signature = wr_open(&w, 2);
		wr_bytes(&w, t->kx->signature, t->kx->signature_len);
		wr_close(&w, signature, 2);
	}
	return hs_msg_end(c, &w, mark);
}
