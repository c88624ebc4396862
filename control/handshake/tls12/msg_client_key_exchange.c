/*
 * ClientKeyExchange, RFC 5246 7.4.7, RFC 8422 5.7: an RSA-encrypted premaster secret, or the
 * client's public value. Of the ciphertext only the length, which anyone can see, is judged here;
 * what it decrypts to never decides anything before Finished.
 */
#include "control/cert/cert.h"
#include "control/handshake/tls12/s12.h"

/* SSL 3.0 has the ciphertext without a length of its own, RFC 6101 5.6.7 and RFC 5246 7.4.7.1. */
static struct rd
read_secret(struct hs_call *c, struct rd *body)
{
	struct rd all;

	if (c->hs->version > TLS_V_SSL30)
		return rd_vec16(body);
	all = *body;
	rd_bytes(body, rd_left(body));
	return all;
}

enum tls_err
msg_client_key_exchange_recv(struct hs_call *c, struct rd *body)
{
	struct rd in;
	bool ok;

	switch (c->hs->suite->kx) {
	case HS_KX_RSA:
		in = read_secret(c, body);
		ok = rd_left(&in) == c->w->cert->key_bytes;
		break;
	case HS_KX_ECDHE:
		in = rd_vec8(body);
		ok = rd_left(&in) != 0;
		break;
	default:
		in = rd_vec16(body);
		ok = rd_left(&in) != 0 && rd_left(&in) <= hs12_ffdhe_prime(c->w->t12->group).n;
	}
	if (!rd_ok(body) || !ok)
		return TLS_E_DECODE_ERROR;
	c->w->t12->in_hand = (struct hs_span){ .p = in.p, .n = (uint32_t)rd_left(&in) };
	return TLS_E_OK;
}
