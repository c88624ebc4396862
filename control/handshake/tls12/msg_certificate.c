/*
 * Certificate, RFC 5246 7.4.2 and 7.4.6, RFC 6101 5.6.2: ours as it was made ready when it was
 * loaded; the client's is cut here for form, and judged elsewhere.
 */
#include "control/cert/cert.h"
#include "control/handshake/tls12/s12.h"

enum tls_err
msg_certificate_send(struct hs_call *c)
{
	size_t mark, list;
	struct wr w;

	if (c->w->cert == NULL) /* anonymous */
		return TLS_E_OK;
	w = hs_msg_begin(c, 11, &mark);
	list = wr_open(&w, 3);
	wr_bytes(&w, c->w->cert->chain, c->w->cert->chain_len);
	wr_close(&w, list, 3);
	return hs_msg_end(c, &w, mark);
}

enum tls_err
hs12_certificate_read(struct rd *body, struct hs_span *chain)
{
	struct rd list = rd_vec24(body), certs = list;

	if (!rd_ok(body) || rd_left(&list) > PEER_MAX_CHAIN)
		return TLS_E_DECODE_ERROR;
	while (rd_left(&certs) != 0) {
		struct rd one = rd_vec24(&certs);

		if (!rd_ok(&certs) || rd_left(&one) == 0)
			return TLS_E_DECODE_ERROR;
	}
	*chain = (struct hs_span){ .p = list.p, .n = (uint32_t)rd_left(&list) };
	return TLS_E_OK;
}

enum tls_err
msg_client_certificate_recv(struct hs_call *c, struct rd *body)
{
	return hs12_certificate_read(body, &c->w->t12->in_hand);
}
