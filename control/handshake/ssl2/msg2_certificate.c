/*
 * REQUEST-CERTIFICATE and CLIENT-CERTIFICATE, draft-hickman-netscape-ssl 2.6.5, 2.7.4, 2.8.1: the
 * client signs the key material, the server's challenge and the server's certificate with RSA and
 * MD5.
 */
#include <stdlib.h>
#include <string.h>

#include "control/cert/cert.h"
#include "control/handshake/ssl2/ssl2.h"

enum tls_err
msg2_request_certificate_send(struct hs_call *c)
{
	struct hs2 *t = c->w->t2;
	struct wr w = ssl2_begin(c, 7);

	t->cert_challenge_len = SSL2_MIN_CHALLENGE;
	c->env->random(c->env->ctx, t->cert_challenge, t->cert_challenge_len);
	wr_u8(&w, SSL2_AT_MD5_RSA);
	wr_bytes(&w, t->cert_challenge, t->cert_challenge_len);
	return ssl2_end(c, &w);
}

/* The certificate of ours that can answer: RSA. */
static bool
signs(void *ctx, const struct cert *cert)
{
	return cert->key_type == CERT_RSA;
}

enum tls_err
msg2_request_certificate_recv(struct hs_call *c, struct rd *body)
{
	const struct hs_conf *conf = c->hs->conf;
	struct hs2 *t = ssl2_take(c);
	uint8_t type = rd_u8(body);
	size_t n = rd_left(body);
	const uint8_t *challenge = rd_bytes(body, n);

	if (!rd_ok(body) || n < SSL2_MIN_CHALLENGE || n > SSL2_MAX_CHALLENGE)
		return TLS_E_DECODE_ERROR;
	memcpy(t->cert_challenge, challenge, n);
	t->cert_challenge_len = (uint8_t)n;
	if (conf->certs != NULL && type == SSL2_AT_MD5_RSA && !c->hs->resumed)
		c->w->cert = cert_store_choose(conf->certs, "", signs, NULL);
	hs_raise(c, c->w->cert != NULL ? HS_EV_GO_CERTIFICATE : HS_EV_GO_FINISHED, NULL, 0);
	return TLS_E_OK;
}

/* What is signed. server: the server's certificate, DER. The caller frees. */
static uint8_t *
signed_bytes(const struct hs_call *c, const uint8_t *server, size_t server_len, size_t *len)
{
	const struct hs2 *t = c->w->t2;
	size_t material = 2u * c->hs->suite->key_len;
	size_t room = material + t->cert_challenge_len + server_len;
	uint8_t *p = malloc(room);
	struct wr w;

	if (p == NULL)
		return NULL;
	w = wr_init(p, room);
	wr_bytes(&w, t->material, material);
	wr_bytes(&w, t->cert_challenge, t->cert_challenge_len);
	wr_bytes(&w, server, server_len);
	*len = wr_len(&w);
	return p;
}

/* ---- the client ---- */

enum tls_err
hs_ask_SSL2_SIGN(struct hs_call *c)
{
	struct pka_req req = { .kind = PKA_SIGN, .code = SIG_RSA_PKCS1_MD5, .cert = c->w->cert };
	const struct hs2 *t = c->w->t2;
	enum tls_err err;
	uint8_t *p;
	size_t len;

	p = signed_bytes(c, t->list + 3, t->list_len - 3, &len);
	if (p == NULL)
		return TLS_E_INTERNAL_ERROR;
	err = hs_ask_pka(c, &req, p, len, NULL, 0);
	free(p);
	return err;
}

enum tls_err
msg2_client_certificate_send(struct hs_call *c)
{
	struct rd list = rd_init(c->w->cert->chain, c->w->cert->chain_len), der = rd_vec24(&list);
	const struct hs2 *t = c->w->t2;
	struct wr w = ssl2_begin(c, 8);

	if (rd_left(&der) > SSL2_MAX_CERT)
		return TLS_E_INTERNAL_ERROR;
	wr_u8(&w, SSL2_CT_X509);
	wr_u16(&w, (uint16_t)rd_left(&der));
	wr_u16(&w, (uint16_t)t->proof_len);
	wr_bytes(&w, der.p, rd_left(&der));
	wr_bytes(&w, t->proof, t->proof_len);
	return ssl2_end(c, &w);
}

/* ---- the server ---- */

/* Certificate and response outlive the record: they are looked at one after the other. */
static enum tls_err
keep(struct hs2 *t, const uint8_t *der, size_t len, const uint8_t *response, size_t response_len)
{
	struct wr w;

	t->list = malloc(3 + len);
	t->proof = malloc(response_len + 1);
	if (t->list == NULL || t->proof == NULL)
		return TLS_E_INTERNAL_ERROR;
	w = wr_init(t->list, 3 + len);
	wr_u24(&w, (uint32_t)len);
	wr_bytes(&w, der, len);
	t->list_len = (uint32_t)wr_len(&w);
	memcpy(t->proof, response, response_len);
	t->proof_len = (uint32_t)response_len;
	return TLS_E_OK;
}

enum tls_err
msg2_client_certificate_recv(struct hs_call *c, struct rd *body)
{
	struct hs2 *t = ssl2_take(c);
	uint8_t type = rd_u8(body);
	uint16_t len = rd_u16(body), response_len = rd_u16(body);
	const uint8_t *der = rd_bytes(body, len), *response = rd_bytes(body, response_len);

	if (!rd_ok(body))
		return TLS_E_DECODE_ERROR;
	if (type != SSL2_CT_X509)
		return TLS_E_UNSUPPORTED_CERTIFICATE;
	if (len == 0 || response_len == 0 || response_len > 1024)
		return TLS_E_BAD_CERTIFICATE;
	return keep(t, der, len, response, response_len);
}

/* Either role: the other side's certificate. */
enum tls_err
hs_ask_SSL2_PEER(struct hs_call *c)
{
	return hs_ask_verify(c, c->w->t2->list, c->w->t2->list_len, NULL, 0);
}

enum tls_err
hs_ask_SSL2_PROOF(struct hs_call *c)
{
	struct rd list = rd_init(c->w->cert->chain, c->w->cert->chain_len), der = rd_vec24(&list);
	const struct hs2 *t = c->w->t2;
	struct pka_req req = {
		.kind = PKA_VERIFY,
		.code = SIG_RSA_PKCS1_MD5,
		.split = t->proof_len,
		.peer = c->hs->peer,
	};
	enum tls_err err;
	uint8_t *p;
	size_t len;

	p = signed_bytes(c, der.p, rd_left(&der), &len);
	if (p == NULL)
		return TLS_E_INTERNAL_ERROR;
	err = hs_ask_pka(c, &req, t->proof, t->proof_len, p, len);
	free(p);
	return err;
}
