/*
 * What the client of SSL 3.0 to TLS 1.2 asks of our own side, and the answers: the server's chain,
 * its signature, the key agreement, our own signature. RFC 5246 7.4.3, 7.4.7, 7.4.8.
 */
#include <string.h>

#include "common/ct.h"
#include "control/cert/cert.h"
#include "control/handshake/tls12/c12.h"

/* ---- the server's certificate ---- */

enum tls_err
hs_ask_C12_PEER(struct hs_call *c)
{
	const struct hs_client *cl = c->w->cl;

	return hs_ask_verify(c, cl->chain.p, cl->chain.n, cl->staple.p, cl->staple.n);
}

/* The key is one for the suite, RFC 5246 7.4.2, RFC 8422 2. */
static bool
key_fits_suite(const struct hs_call *c)
{
	switch (cert_key_type(c->w->t12->peer->key)) {
	case CERT_RSA: return c->hs->suite->auth == HS_AUTH_RSA;
	case CERT_RSA_PSS:
		return c->hs->suite->auth == HS_AUTH_RSA && c->hs->suite->kx != HS_KX_RSA;
	case CERT_P256:
	case CERT_P384:
	case CERT_ED25519: return c->hs->suite->auth == HS_AUTH_ECDSA;
	default: return false;
	}
}

enum tls_err
c12_rsa_peer_done(struct hs_call *c, struct rd *nothing)
{
	enum tls_err err = hs_client_take_peer(c, &c->w->t12->peer);

	if (err != TLS_E_OK)
		return err;
	return key_fits_suite(c) ? TLS_E_OK : TLS_E_ILLEGAL_PARAMETER;
}

enum tls_err
c12_peer_done(struct hs_call *c, struct rd *nothing)
{
	struct hs12 *t = c->w->t12;
	enum tls_err err = hs_client_take_peer(c, &t->peer);

	if (err != TLS_E_OK)
		return err;
	return key_fits_suite(c) &&
			       hs_client_scheme_fits(c->w->cl->scheme, t->peer->key, c->hs->version)
		       ? TLS_E_OK
		       : TLS_E_ILLEGAL_PARAMETER;
}

/* ---- its signature over the parameters ---- */

enum tls_err
hs_ask_C12_SIGNATURE(struct hs_call *c)
{
	const struct hs_client *cl = c->w->cl;
	struct pka_req req = { .kind = PKA_VERIFY,
		.code = cl->scheme,
		.split = cl->signature.n,
		.peer = c->w->t12->peer };
	uint8_t message[2 * TLS_RANDOM_LEN + 4 + 1 + 2 + 2 + 3 * C12_DH_MAX + 8];
	struct wr w = wr_init(message, sizeof(message));

	if (c->hs->version < TLS_V_12) {
		size_t n = ks12_params_digest(cl->scheme, c->w->hello.random, c->w->server_random,
			cl->params.p, cl->params_len, message);

		return hs_ask_pka(c, &req, cl->signature.p, cl->signature.n, message, n);
	}
	wr_bytes(&w, c->w->hello.random, TLS_RANDOM_LEN);
	wr_bytes(&w, c->w->server_random, TLS_RANDOM_LEN);
	wr_bytes(&w, cl->params.p, cl->params_len);
	if (!wr_ok(&w))
		return TLS_E_INTERNAL_ERROR;
	return hs_ask_pka(c, &req, cl->signature.p, cl->signature.n, message, wr_len(&w));
}

enum tls_err
c12_signature_done(struct hs_call *c, struct rd *answer)
{
	uint8_t good = rd_u8(answer);

	if (!rd_ok(answer))
		return TLS_E_INTERNAL_ERROR;
	c->hs->scheme = c->w->cl->scheme;
	return good == 1 ? TLS_E_OK : TLS_E_DECRYPT_ERROR;
}

/* ---- (EC)DHE ---- */

enum tls_err
hs_ask_C12_AGREE(struct hs_call *c)
{
	const struct hs_client *cl = c->w->cl;
	struct pka_req req = { .kind = PKA_KEX_RESPOND, .code = cl->kx_group };

	/* who was shown a certificate before is not replaced by nobody */
	if (c->hs->suite->auth == HS_AUTH_ANON && c->hs->peer != NULL)
		return TLS_E_ILLEGAL_PARAMETER;
	return hs_ask_pka(c, &req, cl->kx_public.p, cl->kx_public.n, NULL, 0);
}

enum tls_err
c12_agreed(struct hs_call *c, struct rd *answer)
{
	struct hs12 *t = c->w->t12;
	struct rd mine;

	if (rd_left(answer) == 0)
		return TLS_E_ILLEGAL_PARAMETER; /* not a point of the curve, not a number of the
						   group */
	mine = rd_vec16(answer);
	/*
	 * the exchange of finite fields strips leading zeros, RFC 5246 8.1.2; curves keep them, RFC
	 * 8422 5.10
	 */
	while (c->hs->suite->kx == HS_KX_DHE && rd_left(answer) > 1 && *answer->p == 0)
		rd_u8(answer);
	if (!rd_ok(answer) || rd_left(answer) == 0 || rd_left(answer) > sizeof(t->premaster))
		return TLS_E_INTERNAL_ERROR;
	t->premaster_len = (uint16_t)rd_left(answer);
	memcpy(t->premaster, rd_bytes(answer, t->premaster_len), t->premaster_len);
	c->hs->group = c->w->cl->kx_group == KEX_GROUP_EXPLICIT ? 0 : c->w->cl->kx_group;
	return hs_blob_set(&c->w->cl->key_exchange, mine.p, rd_left(&mine));
}

/* ---- RSA key transport ---- */

enum tls_err
hs_ask_C12_ENCRYPT(struct hs_call *c)
{
	struct hs12 *t = c->w->t12;
	struct pka_req req = { .kind = PKA_RSA_ENCRYPT, .peer = t->peer };

	t->premaster_len = TLS_MASTER_LEN;
	/* the version that was offered, not the one agreed: RFC 5246 7.4.7.1 */
	t->premaster[0] = (uint8_t)(c->w->hello.version >> 8);
	t->premaster[1] = (uint8_t)c->w->hello.version;
	c->env->random(c->env->ctx, t->premaster + 2, TLS_MASTER_LEN - 2);
	return hs_ask_pka(c, &req, t->premaster, TLS_MASTER_LEN, NULL, 0);
}

enum tls_err
c12_encrypted(struct hs_call *c, struct rd *answer)
{
	size_t n = rd_left(answer);

	if (n == 0)
		return TLS_E_INTERNAL_ERROR;
	return hs_blob_set(&c->w->cl->key_exchange, rd_bytes(answer, n), n);
}

/* ---- keys, and our proof ---- */

enum tls_err
c12_keys_done(struct hs_call *c, struct rd *answer)
{
	enum tls_err err = hs12_keys_done(c, answer);

	if (err == TLS_E_OK)
		hs_raise(c, c->w->cl->sign_scheme != 0 ? HS_EV_CL_PROVE : HS_EV_CL_GO, NULL, 0);
	return err;
}

/*
 * TLS 1.2 signs all messages so far, before it digests of them: RFC 5246 7.4.8, RFC 4346 7.4.8, RFC
 * 6101 5.6.8.
 */
enum tls_err
hs_ask_C12_SIGN(struct hs_call *c)
{
	const struct hs_transcript *t = &c->w->transcript;
	struct pka_req req = {
		.kind = PKA_SIGN, .code = c->w->cl->sign_scheme, .cert = c->w->cert
	};
	uint8_t digest[KS12_SIGNED_MAX];
	size_t n;

	if (c->hs->version == TLS_V_12)
		return hs_ask_pka(c, &req, t->raw, t->len, NULL, 0);
	n = ks12_transcript_digest(
		req.code, c->hs->version, &t->digest, c->w->t12->key.master, digest);
	return hs_ask_pka(c, &req, digest, n, NULL, 0);
}

enum tls_err
c12_sign_done(struct hs_call *c, struct rd *answer)
{
	size_t n = rd_left(answer);

	if (n == 0)
		return TLS_E_INTERNAL_ERROR;
	/* the bytes of the transcript were for this */
	hs_transcript_drop_raw(&c->w->transcript);
	return hs_blob_set(&c->w->cl->key_exchange, rd_bytes(answer, n), n);
}

static void
raise_ending(struct hs_call *c)
{
	/* RFC 5077 3.2: the server said that a ticket comes */
	hs_raise(c, c->w->answer.ticket.p != NULL ? HS_EV_CL_TICKET : HS_EV_CL_GO, NULL, 0);
}

enum tls_err
c12_client_verify_done(struct hs_call *c, struct rd *answer)
{
	enum tls_err err = hs12_client_verify_done(c, answer);

	if (err == TLS_E_OK)
		raise_ending(c);
	return err;
}

enum tls_err
c12_resumed_keys_done(struct hs_call *c, struct rd *answer)
{
	enum tls_err err = hs12_keys_done(c, answer);

	if (err == TLS_E_OK)
		raise_ending(c);
	return err;
}
