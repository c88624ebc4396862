/*
 * What the server asks of our own side for SSL 3.0 to TLS 1.2: key exchange, its private keys, the
 * client's certificate and signature. One function per question; those of the key schedule are in
 * hs12_keys.c. A question that a suite does not have answers itself with nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "control/cert/cert.h"
#include "control/handshake/tls12/s12.h"

static enum tls_err
not_needed(struct hs_call *c)
{
	hs_raise(c, HS_EV_WORK_DONE, NULL, 0);
	return TLS_E_OK;
}

enum tls_err
hs_ask_S12_KEYGEN(struct hs_call *c)
{
	struct hs12 *t = c->w->t12;
	struct pka_req req = { .kind = PKA_KEX_KEYGEN, .code = t->group };

	if (t->group == 0)
		return not_needed(c);
	t->kx = calloc(1, sizeof(*t->kx));
	if (c->hs->card != NULL) {
		req.secret_out = hs_secret_fresh(c, HS_SECRET_PRIVATE);
		if (req.secret_out == 0)
			return TLS_E_INTERNAL_ERROR;
	}
	return t->kx != NULL ? hs_ask_pka(c, &req, NULL, 0, NULL, 0) : TLS_E_INTERNAL_ERROR;
}

enum tls_err
hs_ask_S12_SIGN(struct hs_call *c)
{
	const struct hs_work_area *w = c->w;
	const struct hs12 *t = w->t12;
	struct pka_req req = { .kind = PKA_SIGN, .code = t->scheme, .cert = w->cert };
	uint8_t head[2 * TLS_RANDOM_LEN];
	struct wr wr = wr_init(head, sizeof(head));

	if (t->group == 0 || c->hs->suite->auth == HS_AUTH_ANON)
		return not_needed(c);
	if (c->hs->version < TLS_V_12) {
		uint8_t digest[KS12_SIGNED_MAX];
		size_t n = ks12_params_digest(t->scheme, w->hello.random, w->server_random,
			t->kx->params, t->kx->params_len, digest);

		return hs_ask_pka(c, &req, digest, n, NULL, 0);
	}
	wr_bytes(&wr, w->hello.random, TLS_RANDOM_LEN);
	wr_bytes(&wr, w->server_random, TLS_RANDOM_LEN);
	return hs_ask_pka(c, &req, head, sizeof(head), t->kx->params, t->kx->params_len);
}

/* RFC 5246 8.1: from RSA's ciphertext, or from the client's public value. */
enum tls_err
hs_ask_PREMASTER(struct hs_call *c)
{
	const struct hs_work_area *w = c->w;
	const struct hs12 *t = w->t12;
	struct pka_req req = { 0 };

	if (c->hs->card != NULL) {
		req.secret_out = hs_secret_fresh(c, HS_SECRET_SHARED);
		if (req.secret_out == 0)
			return TLS_E_INTERNAL_ERROR;
	}
	if (t->group == 0) {
		req.kind = PKA_RSA_PREMASTER;
		req.code = w->hello.version;
		req.cert = w->cert;
		return hs_ask_pka(c, &req, t->in_hand.p, t->in_hand.n, NULL, 0);
	}
	req.kind = PKA_KEX_DERIVE;
	req.code = t->group;
	if (c->hs->card != NULL) {
		req.secret_in = hs_secret_handle(c, HS_SECRET_PRIVATE);
		return hs_ask_pka(c, &req, t->in_hand.p, t->in_hand.n, NULL, 0);
	}
	req.split = t->kx->secret_len;
	return hs_ask_pka(c, &req, t->kx->secret, t->kx->secret_len, t->in_hand.p, t->in_hand.n);
}

/* The chain of the client's Certificate; an empty one is a decision of ours. */
enum tls_err
hs_ask_S12_PEER(struct hs_call *c)
{
	struct hs_span chain = c->w->t12->in_hand;

	if (chain.n != 0)
		return hs_ask_verify(c, chain.p, chain.n, NULL, 0);
	hs_raise(c, HS_EV_WITHOUT_CERTIFICATE, NULL, 0);
	return TLS_E_OK;
}

/* The signature in hand, over the transcript before it. */
enum tls_err
hs_ask_S12_PROOF(struct hs_call *c)
{
	const struct hs12 *t = c->w->t12;
	struct pka_req req = {
		.kind = PKA_VERIFY, .code = t->scheme, .split = t->in_hand.n, .peer = t->peer
	};

	if (t->digest_len != 0)
		return hs_ask_pka(c, &req, t->in_hand.p, t->in_hand.n, t->digest, t->digest_len);
	return hs_ask_pka(c, &req, t->in_hand.p, t->in_hand.n, c->w->transcript.raw, t->signed_len);
}
