/* The server's answers and decisions: session store, private key, the client's certificate. */
#include <string.h>

#include "control/cert/cert.h"
#include "control/handshake/ssl2/ssl2.h"

enum tls_err
s2_go(struct hs_call *c, struct rd *nothing)
{
	return TLS_E_OK;
}

enum tls_err
hs_ask_SSL2_SESSION(struct hs_call *c)
{
	return hs_ask_session_id(c, c->w->hello.session_id, c->w->hello.session_id_len);
}

enum tls_err
s2_session_miss(struct hs_call *c, struct rd *nothing)
{
	const struct hs_conf *conf = c->hs->conf;
	uint8_t id[SSL2_ID_LEN];

	c->w->cert = conf->certs != NULL ? cert_store_select(conf->certs, "") : NULL;
	if (c->w->cert == NULL)
		return TLS_E_HANDSHAKE_FAILURE;
	c->env->random(c->env->ctx, id, sizeof(id));
	ssl2_session_id(c->hs, id);
	return TLS_E_OK;
}

/* Straight to the second phase; ssl2_session_fits() was asked before. */
enum tls_err
s2_session_hit(struct hs_call *c, struct rd *nothing)
{
	struct hs *hs = c->hs;

	for (unsigned i = 0; ssl2_suite_at(i) != NULL; i++)
		if (ssl2_suite_at(i)->code == c->session->suite)
			hs->suite = ssl2_suite_at(i);
	if (hs->suite == NULL || !ssl2_secret_get(c->w->t2, hs->suite, c->session))
		return TLS_E_INTERNAL_ERROR;
	hs->resumed = true;
	ssl2_session_id(hs, c->w->hello.session_id);
	if (c->peer != NULL)
		hs->peer = peer_ref(c->peer);
	return TLS_E_OK;
}

enum tls_err
s2_master_done(struct hs_call *c, struct rd *answer)
{
	size_t n = c->hs->suite->key_len;
	const uint8_t *master = rd_bytes(answer, n);

	if (master == NULL || !rd_done(answer))
		return TLS_E_INTERNAL_ERROR;
	memcpy(c->w->t2->master, master, n);
	return TLS_E_OK;
}

enum tls_err
s2_go_request(struct hs_call *c, struct rd *nothing)
{
	return TLS_E_OK;
}

enum tls_err
s2_go_finish(struct hs_call *c, struct rd *nothing)
{
	return TLS_E_OK;
}

enum tls_err
s2_peer_done(struct hs_call *c, struct rd *nothing)
{
	if (c->peer->verdict != TLS_E_OK)
		return c->peer->verdict;
	if (c->peer->key == NULL || EVP_PKEY_get_base_id(c->peer->key) != EVP_PKEY_RSA)
		return TLS_E_UNSUPPORTED_CERTIFICATE;
	peer_unref(c->hs->peer);
	c->hs->peer = peer_ref(c->peer);
	return TLS_E_OK;
}

enum tls_err
s2_proof_done(struct hs_call *c, struct rd *answer)
{
	uint8_t good = rd_u8(answer);

	if (!rd_done(answer))
		return TLS_E_INTERNAL_ERROR;
	if (good != 1)
		return TLS_E_BAD_CERTIFICATE;
	hs_raise(c, HS_EV_GO_FINISHED, NULL, 0);
	return TLS_E_OK;
}
