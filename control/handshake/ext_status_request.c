/* status_request, RFC 6066 8 and RFC 8446 4.4.2.1: the client would like a stapled OCSP response. */
#include "control/handshake/ext.h"

#define STATUS_OCSP 1

static enum tls_err
status_request_recv(struct hs_call *c, unsigned where, struct rd *data, struct hs_hello *h)
{
	struct rd ids, extensions;

	if (where != EXT_CH) {
		rd_bytes(data, rd_left(data));
		h->status_request = true;
		return TLS_E_OK;
	}
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

const struct ext ext_status_request = { 5, EXT_CH | EXT_SH12 | EXT_CR | EXT_CT, "status_request",
	status_request_recv, NULL, NULL };
