/*
 * ClientKeyExchange with an RSA-encrypted premaster secret, RFC 5246 7.4.7.1. Only the ciphertext's
 * length, which anyone can see, is judged here; what it decrypts to never decides anything before
 * Finished.
 */
#include "control/cert/cert.h"
#include "control/handshake/tls12/s12.h"

enum tls_err
msg_client_key_exchange_recv(struct hs_call *c, struct rd *body)
{
	struct rd secret = rd_vec16(body);

	if (!rd_ok(body) || rd_left(&secret) != c->w->cert->key_bytes)
		return TLS_E_DECODE_ERROR;
	c->w->t12->in_hand = (struct hs_span){ .p = secret.p, .n = (uint32_t)rd_left(&secret) };
	return TLS_E_OK;
}
