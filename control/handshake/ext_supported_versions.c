/*
 * supported_versions, RFC 8446 4.2.1: when it is there it alone tells what the client speaks, and
 * the hello's own version field does not count. A ServerHello of TLS 1.2 does not answer it.
 */
#include "control/handshake/ext.h"

static enum tls_err
supported_versions_recv(const struct hs_call *c, struct rd *data, struct hs_hello *hello)
{
	struct rd list = rd_vec8(data);

	if (!rd_ok(data) || rd_left(&list) == 0 || rd_left(&list) % 2 != 0)
		return TLS_E_DECODE_ERROR;
	hello->lists_versions = true;
	while (rd_left(&list) != 0)
		hello->lists_tls12 |= rd_u16(&list) == TLS_V_12;
	return TLS_E_OK;
}

const struct ext ext_supported_versions = { 43, "supported_versions", supported_versions_recv, NULL,
	NULL };
