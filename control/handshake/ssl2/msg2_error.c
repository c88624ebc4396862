/* ERROR, draft-hickman-netscape-ssl 1.5.1, 2.9.1. NO-CERTIFICATE alone lets the handshake go on. */
#include "control/handshake/ssl2/ssl2.h"

static enum tls_err
take(struct hs_call *c, struct rd *body, uint16_t *code)
{
	if (c->w->t2 != NULL)
		ssl2_take(c);
	*code = rd_u16(body);
	return rd_ok(body) ? TLS_E_OK : TLS_E_DECODE_ERROR;
}

enum tls_err
msg2_error_recv(struct hs_call *c, struct rd *body)
{
	uint16_t code;
	enum tls_err err = take(c, body, &code);

	return err == TLS_E_OK ? TLS_E_PEER_ALERT : err;
}

/* The client's answer to REQUEST-CERTIFICATE: none, or none that it can use. */
enum tls_err
msg2_error_no_certificate_recv(struct hs_call *c, struct rd *body)
{
	uint16_t code;
	enum tls_err err = take(c, body, &code);

	if (err != TLS_E_OK)
		return err;
	if (code != SSL2_NO_CERTIFICATE && code != SSL2_UNSUPPORTED_CERTIFICATE_TYPE)
		return TLS_E_PEER_ALERT;
	if (c->hs->conf->client_auth == HS_AUTH_REQUIRE)
		return TLS_E_CERTIFICATE_REQUIRED;
	hs_raise(c, HS_EV_GO_FINISHED, NULL, 0);
	return TLS_E_OK;
}

static enum tls_err
send(struct hs_call *c, enum ssl2_error code)
{
	struct wr w = ssl2_begin(c, 0);

	wr_u16(&w, (uint16_t)code);
	return ssl2_end(c, &w);
}

enum tls_err
msg2_error_no_certificate_send(struct hs_call *c)
{
	return send(c, SSL2_NO_CERTIFICATE);
}

void
ssl2_send_failure(struct hs_call *c, enum tls_err err)
{
	switch (err) {
	case TLS_E_HANDSHAKE_FAILURE: (void)send(c, SSL2_NO_CIPHER); break;
	case TLS_E_CERTIFICATE_REQUIRED: (void)send(c, SSL2_NO_CERTIFICATE); break;
	case TLS_E_UNSUPPORTED_CERTIFICATE: /* of another type; or verified, and not for this use */
		(void)send(c, c->peer == NULL ? SSL2_UNSUPPORTED_CERTIFICATE_TYPE
					      : SSL2_BAD_CERTIFICATE);
		break;
	case TLS_E_BAD_CERTIFICATE:
	case TLS_E_CERTIFICATE_REVOKED:
	case TLS_E_CERTIFICATE_EXPIRED:
	case TLS_E_CERTIFICATE_UNKNOWN:
	case TLS_E_UNKNOWN_CA:
	case TLS_E_ACCESS_DENIED: (void)send(c, SSL2_BAD_CERTIFICATE); break;
	default: break; /* SSL 2.0 has no word for it: the connection is closed */
	}
}
