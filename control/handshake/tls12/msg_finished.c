/*
 * Finished, RFC 5246 7.4.9: both verify values come from the PRF; the peer's is compared in
 * constant time.
 */
#include "common/ct.h"
#include "control/handshake/tls12/s12.h"

enum tls_err
msg_finished_recv(struct hs_call *c, struct rd *body)
{
	const uint8_t *verify = rd_bytes(body, HS12_VERIFY_LEN);

	if (verify == NULL)
		return TLS_E_DECODE_ERROR;
	if (!ct_memeq(verify, c->w->t12->client_verify, HS12_VERIFY_LEN))
		return TLS_E_DECRYPT_ERROR;
	return TLS_E_OK;
}

enum tls_err
msg_finished_send(struct hs_call *c)
{
	size_t mark;
	struct wr w = hs_msg_begin(c, 20, &mark);

	wr_bytes(&w, c->w->t12->server_verify, HS12_VERIFY_LEN);
	return hs_msg_end(c, &w, mark);
}
