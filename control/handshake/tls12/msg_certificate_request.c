/*
 * CertificateRequest, RFC 5246 7.4.4, RFC 8422 5.5: kinds of keys, from TLS 1.2 on signature
 * schemes, and the names of authorities.
 */
#include "control/handshake/tls12/s12.h"

#define RSA_SIGN   1
#define ECDSA_SIGN 64

enum tls_err
msg_certificate_request_send(struct hs_call *c)
{
	const struct hs_conf *conf = c->hs->conf;
	const struct hs_policy *p = c->w->policy;
	size_t mark, list;
	struct wr w;

	if (!c->w->t12->asks)
		return TLS_E_OK;
	w = hs_msg_begin(c, 13, &mark);
	list = wr_open(&w, 1);
	wr_u8(&w, RSA_SIGN);
	if (c->hs->version > TLS_V_SSL30) /* RFC 6101 5.6.4 has no such number */
		wr_u8(&w, ECDSA_SIGN);
	wr_close(&w, list, 1);
	if (c->hs->version == TLS_V_12) {
		list = wr_open(&w, 2);
		for (unsigned i = 0; i < p->scheme_count; i++)
			wr_u16(&w, p->schemes[i]);
		wr_close(&w, list, 2);
	}
	list = wr_open(&w, 2);
	wr_bytes(&w, conf->ca_names, conf->ca_names_len);
	wr_close(&w, list, 2);
	return hs_msg_end(c, &w, mark);
}
