/* The client's answers and decisions: the server's certificate, its key, our own certificate. */
#include <stdlib.h>
#include <string.h>

#include "control/handshake/ssl2/ssl2.h"

enum tls_err
c2_go(struct hs_call *c, struct rd *nothing)
{
	hs_raise(c, c->hs->resumed ? HS_EV_SESSION_HIT : HS_EV_SESSION_MISS, NULL, 0);
	return TLS_E_OK;
}

/* The offered session goes on: its cipher, its key, straight to the second phase. */
enum tls_err
c2_session_hit(struct hs_call *c, struct rd *nothing)
{
	struct hs2 *t = c->w->t2;

	for (unsigned i = 0; ssl2_suite_at(i) != NULL; i++)
		if (ssl2_suite_at(i)->code == t->session.suite)
			c->hs->suite = ssl2_suite_at(i);
	if (c->hs->suite == NULL || !ssl2_secret_get(t, c->hs->suite, &t->session))
		return TLS_E_INTERNAL_ERROR;
	peer_unref(c->hs->peer);
	c->hs->peer = t->session_peer;
	t->session_peer = NULL;
	return ssl2_install_keys(c);
}

enum tls_err
c2_session_miss(struct hs_call *c, struct rd *nothing)
{
	return TLS_E_OK;
}

/* The server is who it should be: a master key for it. */
enum tls_err
c2_peer_done(struct hs_call *c, struct rd *nothing)
{
	const struct hs_suite *s = c->hs->suite;
	struct hs2 *t = c->w->t2;

	if (c->peer->verdict != TLS_E_OK)
		return c->peer->verdict;
	if (c->peer->key == NULL || EVP_PKEY_get_base_id(c->peer->key) != EVP_PKEY_RSA)
		return TLS_E_UNSUPPORTED_CERTIFICATE;
	peer_unref(c->hs->peer);
	c->hs->peer = peer_ref(c->peer);
	c->env->random(c->env->ctx, t->master, s->key_len);
	c->env->random(c->env->ctx, t->key_arg, s->iv_len);
	return TLS_E_OK;
}

/* An answer of our own side that is sent on as it is. */
static enum tls_err
keep(struct hs2 *t, struct rd *answer)
{
	size_t n = rd_left(answer);
	const uint8_t *p = rd_bytes(answer, n);

	free(t->proof);
	t->proof = malloc(n + 1);
	if (t->proof == NULL || n == 0)
		return TLS_E_INTERNAL_ERROR;
	memcpy(t->proof, p, n);
	t->proof_len = (uint32_t)n;
	return TLS_E_OK;
}

enum tls_err
c2_encrypt_done(struct hs_call *c, struct rd *answer)
{
	return keep(c->w->t2, answer);
}

enum tls_err
c2_go_prove(struct hs_call *c, struct rd *nothing)
{
	return TLS_E_OK;
}

enum tls_err
c2_go_without(struct hs_call *c, struct rd *nothing)
{
	return TLS_E_OK;
}

enum tls_err
c2_sign_done(struct hs_call *c, struct rd *answer)
{
	return keep(c->w->t2, answer);
}
