/*
 * renegotiation_info, RFC 5746, and its signalling suite value: in a first handshake the client's
 * must be empty, and so is our answer. Renegotiation itself is refused, so no verify data is ever
 * carried.
 */
#include "control/handshake/ext.h"

static enum tls_err
renegotiation_info_recv(const struct hs_call *c, struct rd *data, struct hs_hello *hello)
{
	struct rd verify = rd_vec8(data);

	if (!rd_ok(data))
		return TLS_E_DECODE_ERROR;
	if (rd_left(&verify) != 0)
		return TLS_E_HANDSHAKE_FAILURE; /* RFC 5746 3.6 */
	hello->secure_renegotiation = true;
	return TLS_E_OK;
}

static bool
renegotiation_info_wanted(const struct hs_call *c)
{
	return c->w->hello.secure_renegotiation;
}

static void
renegotiation_info_send(const struct hs_call *c, struct wr *w)
{
	wr_u8(w, 0);
}

const struct ext ext_renegotiation_info = { 0xff01, "renegotiation_info", renegotiation_info_recv,
	renegotiation_info_wanted, renegotiation_info_send };
