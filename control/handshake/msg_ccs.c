/*
 * ChangeCipherSpec, RFC 5246 7.1: a record type of its own, one byte of value 1; the keys change
 * behind it.
 */
#include "control/handshake/hs_int.h"

enum tls_err
msg_ccs_recv(struct hs_call *c, struct rd *body)
{
	uint8_t value = rd_u8(body);

	if (!rd_ok(body))
		return TLS_E_DECODE_ERROR;
	if (value != 1)
		return TLS_E_ILLEGAL_PARAMETER;
	c->hs->read_epoch++;
	return TLS_E_OK;
}

enum tls_err
msg_ccs_send(struct hs_call *c)
{
	struct hs_act *a = hs_act_new(c->out, HS_ACT_SEND);
	struct wr w = hs_act_wr(c->out);

	wr_u8(&w, 1);
	if (a != NULL)
		a->content_type = TLS_CT_CCS;
	hs_act_end(c->out, a, &w);
	return hs_install_keys(c, IPC_DIR_WRITE, IPC_KEYS_NOW);
}
