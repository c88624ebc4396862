/* CertificateStatus, RFC 6066 8: the OCSP response that the ServerHello announced. */
#include "control/cert/cert.h"
#include "control/handshake/tls12/s12.h"

#define STATUS_OCSP 1

bool
s12_has_staple(const struct hs_call *c)
{
	return c->w->hello.status_request && !c->hs->resumed && c->hs->version > TLS_V_SSL30 &&
	       c->w->cert != NULL && cert_staple(c->w->cert) != NULL;
}

/* The ServerHello went out in the same turn of the loop: the staple is the one it meant. */
enum tls_err
msg_certificate_status_send(struct hs_call *c)
{
	const struct staple *s;
	size_t mark, response;
	struct wr w;

	if (!s12_has_staple(c))
		return TLS_E_OK;
	s = cert_staple(c->w->cert);
	w = hs_msg_begin(c, 22, &mark);
	wr_u8(&w, STATUS_OCSP);
	response = wr_open(&w, 3);
	wr_bytes(&w, s->der, s->len);
	wr_close(&w, response, 3);
	return hs_msg_end(c, &w, mark);
}
