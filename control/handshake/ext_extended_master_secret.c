/*
 * extended_master_secret, RFC 7627: binds the master secret to the handshake's transcript. Answered
 * when offered; SSL 3.0 has no use for it (RFC 7627 4).
 */
#include "control/handshake/ext.h"
#include "control/handshake/hs_client.h"

static enum tls_err
extended_master_secret_recv(struct hs_call *c, unsigned where, struct rd *data, struct hs_hello *hello)
{
	hello->extended_master_secret = true;
	return TLS_E_OK;
}

static bool
extended_master_secret_wanted(const struct hs_call *c, unsigned where)
{
	if (where == EXT_CH)
		return hs_offers(c, HS_V_10 | HS_V_11 | HS_V_12);
	return c->hs->extended_master_secret;
}

const struct ext ext_extended_master_secret = { 23, EXT_CH | EXT_SH12, "extended_master_secret",
	extended_master_secret_recv, extended_master_secret_wanted, NULL };
