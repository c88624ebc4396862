/*
 * extended_master_secret, RFC 7627: binds the master secret to the handshake's transcript. Always
 * answered when offered.
 */
#include "control/handshake/ext.h"

static enum tls_err
extended_master_secret_recv(const struct hs_call *c, struct rd *data, struct hs_hello *hello)
{
	hello->extended_master_secret = true;
	return TLS_E_OK;
}

static bool
extended_master_secret_wanted(const struct hs_call *c)
{
	return c->hs->extended_master_secret;
}

const struct ext ext_extended_master_secret = { 23, "extended_master_secret",
	extended_master_secret_recv, extended_master_secret_wanted, NULL };
