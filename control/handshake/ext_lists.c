/*
 * Extensions that RSA key transport has no use for: their form is checked, their content is
 * ignored. supported_groups (RFC 8422 5.1.1) and signature_algorithms (RFC 5246 7.4.1.4.1) are
 * lists of 16-bit codes; session_ticket (RFC 5077 3.2) is opaque, and not answering it means no
 * ticket.
 */
#include "control/handshake/ext.h"

static enum tls_err
code_list_recv(const struct hs_call *c, struct rd *data, struct hs_hello *hello)
{
	struct rd list = rd_vec16(data);

	if (!rd_ok(data) || rd_left(&list) == 0 || rd_left(&list) % 2 != 0)
		return TLS_E_DECODE_ERROR;
	return TLS_E_OK;
}

static enum tls_err
opaque_recv(const struct hs_call *c, struct rd *data, struct hs_hello *hello)
{
	rd_bytes(data, rd_left(data));
	return TLS_E_OK;
}

const struct ext ext_supported_groups = { 10, "supported_groups", code_list_recv, NULL, NULL };
const struct ext ext_signature_algorithms = { 13, "signature_algorithms", code_list_recv, NULL,
	NULL };
const struct ext ext_session_ticket = { 35, "session_ticket", opaque_recv, NULL, NULL };
