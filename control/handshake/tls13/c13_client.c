/* Our messages in the client's role and the end of the handshake. RFC 8446 4.4, 7.1. */
#include <stdlib.h>
#include <string.h>

#include "common/ct.h"
#include "control/cert/cert.h"
#include "control/handshake/tls13/c13.h"

enum tls_err
c13_answer(struct hs_call *c, struct rd *nothing)
{
	struct hs13 *t = c->w->t13;
	size_t n = hs_digest_len(c->hs->suite->prf);
	uint8_t hash[HS_DIGEST_MAX];

	ks13_master(&t->ks);
	hs13_transcript_hash(c, hash);
	ks13_derive(&t->ks, "c ap traffic", hash, t->ap_traffic[HS13_CLIENT]);
	ks13_derive(&t->ks, "s ap traffic", hash, t->ap_traffic[HS13_SERVER]);
	hs_keylog(c, "CLIENT_TRAFFIC_SECRET_0", t->ap_traffic[HS13_CLIENT], n);
	hs_keylog(c, "SERVER_TRAFFIC_SECRET_0", t->ap_traffic[HS13_SERVER], n);
	return hs13_install(c, IPC_DIR_READ, 0, t->ap_traffic[HS13_SERVER]);
}

/* Left out when nobody asked; empty when nothing fits, 4.4.2. */
enum tls_err
c13_certificate_send(struct hs_call *c)
{
	const struct hs_client *cl = c->w->cl;
	const struct cert *cert = c->w->cert;
	size_t mark, list, one;
	struct rd chain;
	struct wr w;

	if (!cl->asked)
		return TLS_E_OK;
	w = hs_msg_begin(c, 11, &mark);
	one = wr_open(&w, 1);
	wr_bytes(&w, cl->context.p, cl->context.n);
	wr_close(&w, one, 1);
	list = wr_open(&w, 3);
	chain = rd_init(
		cert != NULL ? cert->chain : cl->context.p, cert != NULL ? cert->chain_len : 0);
	while (rd_left(&chain) != 0) {
		struct rd der = rd_vec24(&chain);

		if (!rd_ok(&chain))
			return TLS_E_INTERNAL_ERROR;
		one = wr_open(&w, 3);
		wr_bytes(&w, der.p, rd_left(&der));
		wr_close(&w, one, 3);
		wr_u16(&w, 0); /* no extensions */
	}
	wr_close(&w, list, 3);
	return hs_msg_end(c, &w, mark);
}

enum tls_err
hs_ask_C13_SIGN(struct hs_call *c)
{
	struct pka_req req = {
		.kind = PKA_SIGN, .code = c->w->cl->sign_scheme, .cert = c->w->cert
	};
	uint8_t hash[HS_DIGEST_MAX], content[HS13_SIGNED_MAX];
	size_t n = hs13_transcript_hash(c, hash);

	n = hs13_signed_content(HS13_CLIENT, hash, n, content);
	return hs_ask_pka(c, &req, content, n, NULL, 0);
}

enum tls_err
c13_sign_done(struct hs_call *c, struct rd *answer)
{
	size_t n = rd_left(answer);

	if (n == 0)
		return TLS_E_INTERNAL_ERROR;
	return hs_blob_set(&c->w->cl->key_exchange, rd_bytes(answer, n), n);
}

enum tls_err
c13_certificate_verify_send(struct hs_call *c)
{
	const struct hs_blob *signature = &c->w->cl->key_exchange;
	size_t mark, one;
	struct wr w = hs_msg_begin(c, 15, &mark);

	wr_u16(&w, c->w->cl->sign_scheme);
	one = wr_open(&w, 2);
	wr_bytes(&w, signature->p, signature->n);
	wr_close(&w, one, 2);
	return hs_msg_end(c, &w, mark);
}

static enum tls_err
send_finished(struct hs_call *c, const uint8_t *secret)
{
	uint8_t hash[HS_DIGEST_MAX], verify[HS_DIGEST_MAX];
	size_t mark, n;
	struct wr w;

	hs13_transcript_hash(c, hash);
	n = ks13_finished(c->hs->suite->prf, secret, hash, verify);
	w = hs_msg_begin(c, 20, &mark);
	wr_bytes(&w, verify, n);
	return hs_msg_end(c, &w, mark);
}

enum tls_err
c13_finished_send(struct hs_call *c)
{
	return send_finished(c, c->w->t13->hs_traffic[HS13_CLIENT]);
}

enum tls_err
c13_post_finished_send(struct hs_call *c)
{
	/* 4.4: under the application traffic secret of now */
	return send_finished(c, c->hs->l13->traffic[HS13_CLIENT]);
}

/* What the connected one keeps: for tickets to come, for requests to come. */
static enum tls_err
keep_live(struct hs_call *c)
{
	struct hs13 *t = c->w->t13;
	uint8_t hash[HS_DIGEST_MAX];
	struct hs13_live *l;

	hs13_go_live(c);
	l = c->hs->l13;
	hs13_transcript_hash(c, hash);
	ks13_derive(&t->ks, "res master", hash, l->res_master);
	if (!c->hs->conf->post_handshake_auth)
		return TLS_E_OK;
	l->transcript = malloc(sizeof(*l->transcript));
	if (l->transcript == NULL)
		return TLS_E_INTERNAL_ERROR;
	*l->transcript = c->w->transcript.digest;
	return TLS_E_OK;
}

enum tls_err
c13_connected(struct hs_call *c)
{
	enum tls_err err = hs13_install(c, IPC_DIR_WRITE, 0, c->w->t13->ap_traffic[HS13_CLIENT]);

	if (err == TLS_E_OK)
		err = keep_live(c);
	if (err == TLS_E_OK)
		err = hs_emit_ready(c, 0);
	return err == TLS_E_OK ? hs_emit_done(c) : err;
}
