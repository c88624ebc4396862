/* status_request, RFC 6066 8 and RFC 8446 4.4.2.1: the client would like a stapled OCSP response. */
#include "control/cert/cert.h"
#include "control/handshake/ext.h"
#include "control/handshake/hs_client.h"
#include "control/handshake/tls12/s12.h"

#define STATUS_OCSP 1

/* CertificateStatus as an extension of a Certificate entry, RFC 8446 4.4.2.1. */
static enum tls_err
response_recv(struct rd *data, struct hs_hello *h)
{
	uint8_t type = rd_u8(data);
	struct rd response = rd_vec24(data);

	if (!rd_ok(data) || rd_left(&response) == 0)
		return TLS_E_DECODE_ERROR;
	if (type != STATUS_OCSP)
		return TLS_E_ILLEGAL_PARAMETER;
	h->staple = (struct hs_span){ .p = response.p, .n = (uint32_t)rd_left(&response) };
	return TLS_E_OK;
}

static enum tls_err
status_request_recv(struct hs_call *c, unsigned where, struct rd *data, struct hs_hello *h)
{
	struct rd ids, extensions;

	h->status_request = where != EXT_CH;
	if (where == EXT_CT)
		return response_recv(data, h);
	if (where != EXT_CH) /* ServerHello: empty; CertificateRequest: as in a hello, not ours to answer */
		return where == EXT_CR && rd_bytes(data, rd_left(data)) == NULL ? TLS_E_DECODE_ERROR : TLS_E_OK;
	if (rd_u8(data) != STATUS_OCSP) { /* another kind: not ours to read */
		rd_bytes(data, rd_left(data));
		return TLS_E_OK;
	}
	ids = rd_vec16(data);
	extensions = rd_vec16(data);
	if (!rd_ok(data) || !rd_ok(&ids) || !rd_ok(&extensions))
		return TLS_E_DECODE_ERROR;
	h->status_request = true;
	return TLS_E_OK;
}

/* The response that we have for the certificate sent: RFC 8446 4.4.2.1. */
static const struct staple *
staple_for(const struct hs_call *c)
{
	return c->w->hello.status_request && c->w->cert != NULL ? cert_staple(c->w->cert) : NULL;
}

/* Up to TLS 1.2 the answer is empty and announces CertificateStatus. */
static bool
status_request_wanted(const struct hs_call *c, unsigned where)
{
	if (where == EXT_CH)
		return true;
	if (where == EXT_SH12)
		return s12_has_staple(c);
	return where == EXT_CT && c->hs->role == HS_SERVER && staple_for(c) != NULL;
}

static void
status_request_send(const struct hs_call *c, unsigned where, struct wr *w)
{
	const struct staple *s;
	size_t der;

	if (where == EXT_SH12)
		return;
	wr_u8(w, STATUS_OCSP);
	if (where == EXT_CH) { /* any responder, no extensions */
		wr_u16(w, 0);
		wr_u16(w, 0);
		return;
	}
	s = staple_for(c);
	der = wr_open(w, 3);
	wr_bytes(w, s->der, s->len);
	wr_close(w, der, 3);
}

const struct ext ext_status_request = { 5, EXT_CH | EXT_SH12 | EXT_CR | EXT_CT, "status_request",
	status_request_recv, status_request_wanted, status_request_send };
