/*
 * Taking the answers of our own side (key exchange, private keys, the client's certificate and its
 * signature), deciding what comes next, and the handshake's end.
 */
#include <stdlib.h>
#include <string.h>

#include "common/ct.h"
#include "control/handshake/tls12/s12.h"

enum tls_err
s12_nothing(struct hs_call *c, struct rd *nothing)
{
	return TLS_E_OK;
}

/* Whether a client certificate plays a part from here on. */
static void
decide(struct hs_call *c, bool with)
{
	hs_raise(c, with ? HS_EV_WITH_CERTIFICATE : HS_EV_WITHOUT_CERTIFICATE, NULL, 0);
}

/* ServerECDHParams (RFC 8422 5.4) or ServerDHParams (RFC 5246 7.4.3) with our public value. */
static enum tls_err
write_params(struct hs12 *t, const uint8_t *public, size_t len)
{
	struct wr w = wr_init(t->kx->params, sizeof(t->kx->params));
	struct hs_span prime = hs12_ffdhe_prime(t->group);
	size_t mark;

	if (prime.p != NULL) {
		wr_u16(&w, (uint16_t)prime.n);
		wr_bytes(&w, prime.p, prime.n);
		wr_u16(&w, 1);
		wr_u8(&w, 2); /* the generator, RFC 7919 A */
	} else {
		wr_u8(&w, 3); /* named_curve */
		wr_u16(&w, t->group);
	}
	mark = wr_open(&w, prime.p != NULL ? 2 : 1);
	wr_bytes(&w, public, len);
	wr_close(&w, mark, prime.p != NULL ? 2 : 1);
	t->kx->params_len = (uint16_t)wr_len(&w);
	return wr_ok(&w) ? TLS_E_OK : TLS_E_INTERNAL_ERROR;
}

enum tls_err
s12_keygen_done(struct hs_call *c, struct rd *answer)
{
	struct hs12 *t = c->w->t12;
	struct rd secret;
	size_t n;

	if (t->group == 0)
		return TLS_E_OK;
	if (c->hs->card != NULL) { /* the private value is there */
		n = rd_left(answer);
		return n != 0 ? write_params(t, rd_bytes(answer, n), n) : TLS_E_INTERNAL_ERROR;
	}
	secret = rd_vec16(answer);
	n = rd_left(answer);
	if (!rd_ok(answer) || n == 0 || rd_left(&secret) > sizeof(t->kx->secret))
		return TLS_E_INTERNAL_ERROR;
	t->kx->secret_len = (uint16_t)rd_left(&secret);
	memcpy(t->kx->secret, secret.p, t->kx->secret_len);
	return write_params(t, rd_bytes(answer, n), n);
}

/* The flight goes out behind this. */
enum tls_err
s12_sign_done(struct hs_call *c, struct rd *answer)
{
	struct hs12 *t = c->w->t12;
	size_t n = rd_left(answer);

	decide(c, t->asks);
	if (t->group == 0 || c->hs->suite->auth == HS_AUTH_ANON)
		return TLS_E_OK;
	if (n == 0 || n > sizeof(t->kx->signature))
		return TLS_E_INTERNAL_ERROR;
	memcpy(t->kx->signature, rd_bytes(answer, n), n);
	t->kx->signature_len = (uint16_t)n;
	return TLS_E_OK;
}

/* RFC 5246 8.1.2: leading zeros of a finite field's secret do not count. The key is used once. */
static struct hs_span
strip(const uint8_t *p, size_t n)
{
	while (n > 1 && *p == 0) {
		p++;
		n--;
	}
	return (struct hs_span){ .p = p, .n = (uint32_t)n };
}

enum tls_err
s12_premaster_done(struct hs_call *c, struct rd *answer)
{
	struct hs12 *t = c->w->t12;
	size_t n = rd_left(answer);
	struct hs_span s = { .p = rd_bytes(answer, n), .n = (uint32_t)n };

	if (n == 0 && t->group != 0)
		return TLS_E_ILLEGAL_PARAMETER; /* the client's share is not valid */
	if (c->hs->card != NULL) /* the premaster secret is there */
		return n == 1 ? TLS_E_OK : TLS_E_INTERNAL_ERROR;
	if (n > sizeof(t->premaster) || (t->group == 0 && n != TLS_MASTER_LEN))
		return TLS_E_INTERNAL_ERROR;
	if (c->hs->suite->kx == HS_KX_DHE)
		s = strip(s.p, s.n);
	memcpy(t->premaster, s.p, s.n);
	t->premaster_len = (uint16_t)s.n;
	if (t->kx != NULL)
		ct_wipe(t->kx->secret, sizeof(t->kx->secret));
	return TLS_E_OK;
}

enum tls_err
s12_keys_done(struct hs_call *c, struct rd *answer)
{
	enum tls_err err = hs12_keys_done(c, answer);

	decide(c, c->w->t12->peer != NULL);
	return err;
}

/* ---- the client's certificate ---- */

/* RFC 5246 7.4.6. In a renegotiation somebody does not become nobody. */
enum tls_err
s12_no_certificate(struct hs_call *c, struct rd *nothing)
{
	const struct hs *hs = c->hs;

	hs_transcript_drop_raw(&c->w->transcript);
	if (hs->conf->client_auth == HS_AUTH_REQUIRE || hs->peer != NULL)
		return TLS_E_HANDSHAKE_FAILURE;
	return TLS_E_OK;
}

/* Whether the key can prove itself in this version and policy. */
static bool
can_prove(const struct hs_call *c, const EVP_PKEY *key)
{
	if (key == NULL)
		return false;
	if (c->hs->version < TLS_V_12)
		return hs12_old_scheme(key) != 0;
	for (unsigned i = 0; i < c->w->policy->scheme_count; i++)
		if (hs12_scheme_fits(c->w->policy->schemes[i], key))
			return true;
	return false;
}

enum tls_err
s12_peer_verified(struct hs_call *c, struct rd *nothing)
{
	const struct hs *hs = c->hs;

	c->w->t12->peer = peer_ref(c->peer);
	if (c->peer->verdict != TLS_E_OK)
		return c->peer->verdict;
	if (!can_prove(c, c->peer->key))
		return TLS_E_UNSUPPORTED_CERTIFICATE;
	/* who the client is does not change in a renegotiation */
	if (hs->peer != NULL && memcmp(hs->peer->fingerprint, c->peer->fingerprint,
					sizeof(c->peer->fingerprint)) != 0)
		return TLS_E_HANDSHAKE_FAILURE;
	return TLS_E_OK;
}

enum tls_err
s12_proof_done(struct hs_call *c, struct rd *answer)
{
	uint8_t good = rd_u8(answer);

	hs_transcript_drop_raw(&c->w->transcript);
	if (!rd_done(answer))
		return TLS_E_INTERNAL_ERROR;
	return good == 1 ? TLS_E_OK : TLS_E_DECRYPT_ERROR;
}

/* ---- the end ---- */

/* What a renegotiation will need, where one may come. */
static enum tls_err
go_live(struct hs_call *c)
{
	struct hs *hs = c->hs;
	const struct hs_hello *h = &c->w->hello;
	const struct hs12 *t = c->w->t12;
	struct hs12_live *l = hs->l12;

	if (l == NULL) {
		if (hs->conf->renegotiation == HS_RENEG_REFUSE ||
			!(h->scsv_renegotiation || h->renegotiated.p != NULL))
			return TLS_E_OK;
		l = hs->l12 = (struct hs12_live *)hs->live;
		l->secure = true;
		l->minute = c->env->now_s;
	}
	l->wanted = l->reauth = false;
	l->verify_len = ks12_verify_len(hs->version);
	memcpy(l->client_verify, t->client_verify, l->verify_len);
	memcpy(l->server_verify, t->server_verify, l->verify_len);
	if (!hs->resumed && c->w->cert != NULL)
		l->cert = c->w->cert;
	return TLS_E_OK;
}

static enum tls_err
store_session(struct hs_call *c)
{
	struct session_entry *e;

	if (c->hs->resumed || c->hs->session_id_len == 0)
		return TLS_E_OK;
	e = hs_entry_new(c, HS_ACT_SESSION_PUT);
	if (e == NULL)
		return TLS_E_INTERNAL_ERROR;
	s12_session_fill(c, e);
	return TLS_E_OK;
}

/* The handshake is over: store the session, tell. */
enum tls_err
s12_connected(struct hs_call *c)
{
	struct hs *hs = c->hs;
	struct hs12 *t = c->w->t12;
	enum tls_err err = store_session(c);

	if (err == TLS_E_OK)
		err = go_live(c);
	if (err == TLS_E_OK)
		err = hs12_card_done(c);
	if (err != TLS_E_OK)
		return err;
	if (t->peer != NULL) {
		peer_unref(hs->peer);
		hs->peer = t->peer;
		t->peer = NULL;
	}
	if (t->again)
		hs->renegotiations++;
	else
		err = hs_emit_ready(c, 0);
	return err == TLS_E_OK ? hs_emit_done(c) : err;
}
