/*
 * ChangeCipherSpec, RFC 5246 7.1: a record type of its own, one byte of value 1; the keys change
 * behind it.
 */
#include "control/handshake/tls12/hs12.h"

enum tls_err
msg_ccs_recv(struct hs_call *c, struct rd *body)
{
	uint8_t value = rd_u8(body);

	if (!rd_ok(body))
		return TLS_E_DECODE_ERROR;
	if (value != 1)
		return TLS_E_ILLEGAL_PARAMETER;
	c->hs->read_epoch++;
	c->hs->fresh_epoch = true;
	return TLS_E_OK;
}

enum tls_err
msg_ccs_send(struct hs_call *c)
{
	static const uint8_t one = 1;
	enum tls_err err = hs_send_bytes(c, TLS_CT_CCS, IPC_SEND_HOLD, &one, 1);

	if (err != TLS_E_OK)
		return err;
	return hs12_install_keys(c, IPC_DIR_WRITE, IPC_KEYS_NOW);
}
