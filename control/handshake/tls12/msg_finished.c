/*
 * Finished, RFC 5246 7.4.9, RFC 6101 5.6.9: both verify values come from the key schedule; the
 * peer's is compared in constant time.
 */
#include "common/ct.h"
#include "control/handshake/tls12/hs12.h"

enum tls_err
msg_finished_recv(struct hs_call *c, struct rd *body)
{
	const struct hs12 *t = c->w->t12;
	size_t n = ks12_verify_len(c->hs->version);
	const uint8_t *verify = rd_bytes(body, n);

	if (verify == NULL)
		return TLS_E_DECODE_ERROR;
	return ct_memeq(verify, c->hs->role == HS_SERVER ? t->client_verify : t->server_verify, n)
		       ? TLS_E_OK
		       : TLS_E_DECRYPT_ERROR;
}

enum tls_err
msg_finished_send(struct hs_call *c)
{
	const struct hs12 *t = c->w->t12;
	size_t mark;
	struct wr w = hs_msg_begin(c, 20, &mark);

	wr_bytes(&w, c->hs->role == HS_SERVER ? t->server_verify : t->client_verify,
		ks12_verify_len(c->hs->version));
	return hs_msg_end(c, &w, mark);
}
