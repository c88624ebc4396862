/*
 * CLIENT-MASTER-KEY, draft-hickman-netscape-ssl 2.6.2. Our ciphers have no clear part: the whole
 * master key is encrypted. What it decrypts to decides nothing before CLIENT-FINISHED.
 */
#include <stdlib.h>
#include <string.h>

#include "control/cert/cert.h"
#include "control/handshake/ssl2/ssl2.h"

enum tls_err
msg2_client_master_key_recv(struct hs_call *c, struct rd *body)
{
	struct hs2 *t = ssl2_take(c);
	int i = ssl2_suite_find(rd_u24(body));
	uint16_t clear = rd_u16(body), encrypted = rd_u16(body), arg = rd_u16(body);
	const uint8_t *key, *key_arg;

	rd_bytes(body, clear);
	key = rd_bytes(body, encrypted);
	key_arg = rd_bytes(body, arg);
	if (!rd_ok(body))
		return TLS_E_DECODE_ERROR;
	if (i < 0 || !(t->ciphers & 1u << i))
		return TLS_E_ILLEGAL_PARAMETER;
	c->hs->suite = ssl2_suite_at((unsigned)i);
	/* a clear part would be an export cipher's, and lets keys be found out byte by byte */
	if (clear != 0 || arg != c->hs->suite->iv_len || encrypted != c->w->cert->key_bytes)
		return TLS_E_ILLEGAL_PARAMETER;
	t->encrypted_key = rd_init(key, encrypted);
	memcpy(t->key_arg, key_arg, arg);
	return TLS_E_OK;
}

enum tls_err
hs_ask_SSL2_MASTER(struct hs_call *c)
{
	struct pka_req req = {
		.kind = PKA_RSA_SSL2, .cert = c->w->cert, .out_len = c->hs->suite->key_len
	};
	const struct rd *key = &c->w->t2->encrypted_key;

	return hs_ask_pka(c, &req, key->p, rd_left(key), NULL, 0);
}

/* The key was encrypted with the server's: t->proof. */
enum tls_err
msg2_client_master_key_send(struct hs_call *c)
{
	const struct hs_suite *s = c->hs->suite;
	const struct hs2 *t = c->w->t2;
	struct wr w = ssl2_begin(c, 2);

	wr_u24(&w, ssl2_suite_kind(s));
	wr_u16(&w, 0);
	wr_u16(&w, (uint16_t)t->proof_len);
	wr_u16(&w, s->iv_len);
	wr_bytes(&w, t->proof, t->proof_len);
	wr_bytes(&w, t->key_arg, s->iv_len);
	return ssl2_end(c, &w);
}

enum tls_err
hs_ask_SSL2_ENCRYPT(struct hs_call *c)
{
	struct pka_req req = { .kind = PKA_RSA_ENCRYPT, .peer = c->hs->peer };

	return hs_ask_pka(c, &req, c->w->t2->master, c->hs->suite->key_len, NULL, 0);
}
