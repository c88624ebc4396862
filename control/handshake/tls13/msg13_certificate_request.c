/*
 * CertificateRequest, RFC 8446 4.3.2: in the handshake when the listener wants to know its clients
 * (with an empty context), and after it, with a context of its own (4.6.2).
 */
#include "control/handshake/ext.h"
#include "control/handshake/tls13/s13.h"

#define CERTIFICATE_REQUEST 13

static enum tls_err
send_request(struct hs_call *c)
{
	const struct hs13 *t = c->w->t13;
	size_t mark, context;
	struct wr w = hs_msg_begin(c, CERTIFICATE_REQUEST, &mark);

	context = wr_open(&w, 1);
	wr_bytes(&w, t->request_context, t->request_context_len);
	wr_close(&w, context, 1);
	ext_write(c, EXT_CR, &w, true);
	return hs_msg_end(c, &w, mark);
}

enum tls_err
msg13_certificate_request_send(struct hs_call *c)
{
	if (c->hs->conf->client_auth == HS_AUTH_NONE)
		return TLS_E_OK;
	c->w->t13->want_cert = true;
	return send_request(c);
}

enum tls_err
msg13_certificate_request_again_send(struct hs_call *c)
{
	return send_request(c);
}
