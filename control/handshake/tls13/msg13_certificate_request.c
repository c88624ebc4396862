/*
 * CertificateRequest, RFC 8446 4.3.2: in the handshake when the listener wants to know its clients
 * (with an empty context), and after it, with a context of its own (4.6.2).
 */
#include "control/handshake/ext.h"
#include "control/handshake/tls13/s13.h"

#define CERTIFICATE_REQUEST 13

enum tls_err
msg13_certificate_request_send(struct hs_call *c)
{
	size_t mark;
	struct wr w;

	if (c->hs->conf->client_auth == HS_AUTH_NONE || c->hs->conf->trust == NULL)
		return TLS_E_OK;
	c->w->t13->want_cert = true;
	w = hs_msg_begin(c, CERTIFICATE_REQUEST, &mark);
	wr_u8(&w, 0);
	ext_write(c, EXT_CR, &w, true);
	return hs_msg_end(c, &w, mark);
}
