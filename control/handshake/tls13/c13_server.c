/*
 * The server's encrypted flight as the client takes it: EncryptedExtensions, CertificateRequest,
 * Certificate, CertificateVerify, Finished. RFC 8446 4.3, 4.4.
 */
#include <stdlib.h>
#include <string.h>

#include "common/ct.h"
#include "control/handshake/ext.h"
#include "control/handshake/tls13/c13.h"

#define MAX_REQUESTS 64 /* after the handshake, on one connection */

/* ---- EncryptedExtensions ---- */

enum tls_err
c13_encrypted_extensions_recv(struct hs_call *c, struct rd *body)
{
	struct rd block = rd_vec16(body);
	struct hs_hello said = { .version = TLS_V_13 };
	struct hs *hs = c->hs;
	enum tls_err err;

	if (!rd_ok(body))
		return TLS_E_DECODE_ERROR;
	err = ext_read(c, EXT_EE, &block, &said);
	if (err == TLS_E_OK)
		err = hs_client_take_alpn(c, said.alpn);
	if (err != TLS_E_OK)
		return err;
	/* RFC 8449 4: the inner content type counts */
	if (said.record_size_limit != 0 && said.record_size_limit <= TLS_MAX_PLAIN)
		hs->max_fragment = said.record_size_limit - 1;
	hs_raise(c, hs->resumed ? HS_EV_CL_RESUMED : HS_EV_CL_SIGNED, NULL, 0);
	return TLS_E_OK;
}

/* ---- CertificateRequest ---- */

/* Its extensions, 4.3.2: signature_algorithms must be there. */
static enum tls_err
read_request(struct hs_call *c, struct rd *body)
{
	static const struct hs_span any_type;
	struct hs_hello said = { .version = TLS_V_13 };
	struct rd context = rd_vec8(body), block = rd_vec16(body);
	enum tls_err err;

	if (!rd_ok(body))
		return TLS_E_DECODE_ERROR;
	/* empty in the handshake, not in a request after it */
	if ((rd_left(&context) != 0) != c->hs->ready)
		return TLS_E_ILLEGAL_PARAMETER;
	err = ext_read(c, EXT_CR, &block, &said);
	if (err != TLS_E_OK)
		return err;
	if (said.schemes.p == NULL)
		return TLS_E_MISSING_EXTENSION;
	c->w->cl->asked = true;
	hs_client_choose_cert(c, said.schemes, any_type, said.server_names_cas);
	return hs_blob_set(&c->w->cl->context, context.p, rd_left(&context));
}

enum tls_err
c13_certificate_request_recv(struct hs_call *c, struct rd *body)
{
	return read_request(c, body);
}

enum tls_err
c13_post_request_recv(struct hs_call *c, struct rd *body)
{
	struct hs *hs = c->hs;
	enum tls_err err;

	c->no_transcript = true;
	if (!hs->conf->post_handshake_auth || hs->l13->transcript == NULL)
		return TLS_E_UNEXPECTED_MESSAGE; /* was not offered, 4.6.2 */
	/* each costs a signature: nobody needs so many */
	if (++hs->l13->requests > MAX_REQUESTS)
		return TLS_E_UNEXPECTED_MESSAGE;
	err = hs_begin(hs);
	c->w = hs->w;
	if (err != TLS_E_OK)
		return err;
	c->w->cl = calloc(1, sizeof(*c->w->cl));
	c->w->t13 = calloc(1, sizeof(*c->w->t13));
	if (c->w->cl == NULL || c->w->t13 == NULL)
		return TLS_E_INTERNAL_ERROR;
	c->w->policy = hs->conf->policy;
	c->w->transcript.digest = *hs->l13->transcript;
	c->w->transcript.fixed = true;
	err = read_request(c, body);
	if (err != TLS_E_OK)
		return err;
	hs_raise(c, c->w->cl->sign_scheme != 0 ? HS_EV_CL_PROVE : HS_EV_CL_GO, NULL, 0);
	return hs_transcript_add(&c->w->transcript, c->raw, c->raw_len);
}

/* ---- Certificate ---- */

/* Entries become the list that verification takes; the first one's staple is kept. */
static enum tls_err
read_entries(struct hs_call *c, struct rd *list)
{
	struct hs_client *cl = c->w->cl;
	struct wr w = wr_init(cl->chain.p, cl->chain.n);
	bool leaf = true;
	enum tls_err err;

	for (; rd_left(list) != 0; leaf = false) {
		struct rd der = rd_vec24(list), block = rd_vec16(list);
		struct hs_hello said = { .version = TLS_V_13 };

		if (!rd_ok(list) || rd_left(&der) == 0)
			return TLS_E_DECODE_ERROR;
		err = ext_read(c, EXT_CT, &block, &said);
		if (err == TLS_E_OK && leaf && said.staple.p != NULL)
			err = hs_blob_set(&cl->staple, said.staple.p, said.staple.n);
		if (err != TLS_E_OK)
			return err;
		wr_u24(&w, (uint32_t)rd_left(&der));
		wr_bytes(&w, der.p, rd_left(&der));
	}
	cl->chain.n = (uint32_t)wr_len(&w);
	return wr_ok(&w) ? TLS_E_OK : TLS_E_INTERNAL_ERROR;
}

enum tls_err
c13_certificate_recv(struct hs_call *c, struct rd *body)
{
	struct rd context = rd_vec8(body), list = rd_vec24(body);
	enum tls_err err;

	/* 4.4.2.4: an empty list is a decode_error in a server's message */
	if (!rd_ok(body) || rd_left(&list) == 0)
		return TLS_E_DECODE_ERROR;
	if (rd_left(&context) != 0)
		return TLS_E_ILLEGAL_PARAMETER;
	if (rd_left(&list) > PEER_MAX_CHAIN)
		return TLS_E_BAD_CERTIFICATE;
	/* room: the list as it stands is longer than what becomes of it */
	err = hs_blob_set(&c->w->cl->chain, list.p, rd_left(&list));
	return err == TLS_E_OK ? read_entries(c, &list) : err;
}

enum tls_err
hs_ask_C13_PEER(struct hs_call *c)
{
	const struct hs_client *cl = c->w->cl;

	return hs_ask_verify(c, cl->chain.p, cl->chain.n, cl->staple.p, cl->staple.n);
}

enum tls_err
c13_peer_done(struct hs_call *c, struct rd *nothing)
{
	return hs_client_take_peer(c, &c->w->t13->peer);
}

/* ---- CertificateVerify ---- */

static bool
offered(const struct hs_policy *p, uint16_t scheme)
{
	for (unsigned i = 0; i < p->scheme_count; i++)
		if (p->schemes[i] == scheme)
			return true;
	return false;
}

/*
 * Signed is the transcript before this message; the driver adds it before the question is asked, so
 * that signature | content are put together here.
 */
static enum tls_err
keep_question(struct hs_call *c, struct rd signature)
{
	struct hs_client *cl = c->w->cl;
	uint8_t in[4096 + HS13_SIGNED_MAX]; /* the message itself has at most 4096 */
	uint8_t hash[HS_DIGEST_MAX];
	size_t n = rd_left(&signature), hash_len = hs13_transcript_hash(c, hash);

	memcpy(in, signature.p, n);
	cl->params_len = (uint32_t)n;
	return hs_blob_set(
		&cl->params, in, n + hs13_signed_content(HS13_SERVER, hash, hash_len, in + n));
}

enum tls_err
c13_certificate_verify_recv(struct hs_call *c, struct rd *body)
{
	struct hs_client *cl = c->w->cl;
	struct rd signature;

	cl->scheme = rd_u16(body);
	signature = rd_vec16(body);
	if (!rd_ok(body) || rd_left(&signature) == 0)
		return TLS_E_DECODE_ERROR;
	if (!offered(c->w->policy, cl->scheme) || !hs13_scheme_may_sign(cl->scheme) ||
		!hs_client_scheme_fits(cl->scheme, c->w->t13->peer->key, TLS_V_13))
		return TLS_E_ILLEGAL_PARAMETER;
	return keep_question(c, signature);
}

enum tls_err
hs_ask_C13_SIGNATURE(struct hs_call *c)
{
	const struct hs_client *cl = c->w->cl;
	struct pka_req req = { .kind = PKA_VERIFY,
		.code = cl->scheme,
		.split = cl->params_len,
		.peer = c->w->t13->peer };

	return hs_ask_pka(c, &req, cl->params.p, cl->params.n, NULL, 0);
}

enum tls_err
c13_signature_done(struct hs_call *c, struct rd *answer)
{
	struct hs *hs = c->hs;
	uint8_t good = rd_u8(answer);

	if (!rd_ok(answer))
		return TLS_E_INTERNAL_ERROR;
	if (good != 1)
		return TLS_E_DECRYPT_ERROR;
	hs->scheme = c->w->cl->scheme;
	peer_unref(hs->peer);
	hs->peer = c->w->t13->peer;
	c->w->t13->peer = NULL;
	return TLS_E_OK;
}

/* ---- Finished ---- */

enum tls_err
c13_finished_recv(struct hs_call *c, struct rd *body)
{
	uint8_t hash[HS_DIGEST_MAX], want[HS_DIGEST_MAX];
	const uint8_t *have;
	size_t n;
	bool good;

	hs13_transcript_hash(c, hash);
	n = ks13_finished(c->hs->suite->prf, c->w->t13->hs_traffic[HS13_SERVER], hash, want);
	have = rd_bytes(body, n);
	if (have == NULL)
		return TLS_E_DECODE_ERROR;
	good = ct_memeq(have, want, n);
	ct_wipe(want, sizeof(want));
	if (!good)
		return TLS_E_DECRYPT_ERROR;
	hs_raise(c, c->w->cl->sign_scheme != 0 ? HS_EV_CL_PROVE : HS_EV_CL_GO, NULL, 0);
	return TLS_E_OK;
}
