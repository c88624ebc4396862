/*
 * The server's side of TLS 1.3: what it asks its own side for (key share, signature, the client's
 * chain and proof), the answers, and the keys that follow from them. RFC 8446 7.1, 4.4.
 */
#include <string.h>

#include "common/ct.h"
#include "control/handshake/tls13/s13.h"

enum tls_err
s13_go(struct hs_call *c, struct rd *nothing)
{
	return TLS_E_OK;
}

/* ---- (EC)DHE ---- */

enum tls_err
hs_ask_S13_SHARE(struct hs_call *c)
{
	struct pka_req req = { .kind = PKA_KEX_RESPOND, .code = c->hs->group };
	struct hs_span theirs = s13_share_of(&c->w->hello, c->hs->group);

	return hs_ask_pka(c, &req, theirs.p, theirs.n, NULL, 0);
}

/* pair(our public, shared secret): the public part is borrowed for the flight of this cell. */
enum tls_err
s13_share_done(struct hs_call *c, struct rd *answer)
{
	struct hs13 *t = c->w->t13;
	struct rd ours;
	size_t n;

	if (rd_left(answer) == 0)
		return TLS_E_ILLEGAL_PARAMETER; /* 4.2.8.2, 7.4.2: not a valid share */
	ours = rd_vec16(answer);
	n = rd_left(answer);
	if (!rd_ok(answer) || n == 0)
		return TLS_E_INTERNAL_ERROR;
	t->share = (struct hs_span){ .p = ours.p, .n = (uint32_t)rd_left(&ours) };
	if (t->psk_len != 0)
		ks13_handshake(&t->ks, rd_bytes(answer, n), n);
	else
		ks13_handshake_fresh(&t->ks, c->hs->suite->prf, rd_bytes(answer, n), n);
	return TLS_E_OK;
}

enum tls_err
s13_psk_alone(struct hs_call *c, struct rd *nothing)
{
	ks13_handshake(&c->w->t13->ks, NULL, 0);
	return TLS_E_OK;
}

/* ---- keys ---- */

enum tls_err
s13_handshake_keys(struct hs_call *c)
{
	struct hs13 *t = c->w->t13;
	size_t n = hs_digest_len(c->hs->suite->prf);
	uint8_t hash[HS_DIGEST_MAX];
	enum tls_err err;

	err = msg13_ccs_send(c);
	if (err != TLS_E_OK)
		return err;
	hs13_transcript_hash(c, hash);
	ks13_derive(&t->ks, "c hs traffic", hash, t->hs_traffic[HS13_CLIENT]);
	ks13_derive(&t->ks, "s hs traffic", hash, t->hs_traffic[HS13_SERVER]);
	ks13_master(&t->ks);
	hs_keylog(c, "CLIENT_HANDSHAKE_TRAFFIC_SECRET", t->hs_traffic[HS13_CLIENT], n);
	hs_keylog(c, "SERVER_HANDSHAKE_TRAFFIC_SECRET", t->hs_traffic[HS13_SERVER], n);
	return hs13_install(c, IPC_DIR_WRITE, 0, t->hs_traffic[HS13_SERVER]);
}

enum tls_err
s13_flight_end(struct hs_call *c)
{
	struct hs13 *t = c->w->t13;
	size_t n = hs_digest_len(c->hs->suite->prf);
	uint8_t hash[HS_DIGEST_MAX];
	enum tls_err err;

	hs13_transcript_hash(c, hash);
	ks13_derive(&t->ks, "c ap traffic", hash, t->ap_traffic[HS13_CLIENT]);
	ks13_derive(&t->ks, "s ap traffic", hash, t->ap_traffic[HS13_SERVER]);
	hs_keylog(c, "CLIENT_TRAFFIC_SECRET_0", t->ap_traffic[HS13_CLIENT], n);
	hs_keylog(c, "SERVER_TRAFFIC_SECRET_0", t->ap_traffic[HS13_SERVER], n);
	err = hs13_install(c, IPC_DIR_WRITE, 0, t->ap_traffic[HS13_SERVER]);
	if (err != TLS_E_OK)
		return err;
	if (c->hs->early) {
		hs_raise(c, HS_EV_GO_EARLY, NULL, 0);
		err = hs13_install(c, IPC_DIR_READ, 0, t->early_traffic);
		if (err == TLS_E_OK)
			err = hs_emit_ready(c, IPC_READY_EARLY);
		if (err == TLS_E_OK)
			c->out->act[c->out->n - 1].ready.early_max = t->early_max;
		return err;
	}
	c->hs->skip_bytes = s13_skip_bytes(c);
	err = hs13_install(c, IPC_DIR_READ, 0, t->hs_traffic[HS13_CLIENT]);
	if (err != TLS_E_OK)
		return err;
	hs_raise(c, t->want_cert ? HS_EV_GO_CERTIFICATE : HS_EV_GO_FINISHED, NULL, 0);
	return TLS_E_OK;
}

enum tls_err
s13_connected(struct hs_call *c)
{
	struct hs13 *t = c->w->t13;
	enum tls_err err;

	err = hs13_install(c, IPC_DIR_READ, 0, t->ap_traffic[HS13_CLIENT]);
	if (err == TLS_E_OK)
		hs13_go_live(c);
	if (err == TLS_E_OK)
		err = s13_keep_transcript(c);
	if (err == TLS_E_OK)
		err = hs_emit_ready(c, 0);
	if (err == TLS_E_OK)
		err = hs_emit_done(c);
	return err;
}

/* ---- our signature ---- */

enum tls_err
hs_ask_S13_SIGNATURE(struct hs_call *c)
{
	struct pka_req req = { .kind = PKA_SIGN, .code = c->hs->scheme, .cert = c->w->cert };
	uint8_t hash[HS_DIGEST_MAX], content[HS13_SIGNED_MAX];
	size_t n = hs13_transcript_hash(c, hash);

	return hs_ask_pka(
		c, &req, content, hs13_signed_content(HS13_SERVER, hash, n, content), NULL, 0);
}

enum tls_err
s13_signature_done(struct hs_call *c, struct rd *answer)
{
	size_t n = rd_left(answer);

	if (n == 0 || n > UINT16_MAX)
		return TLS_E_INTERNAL_ERROR;
	c->w->t13->signature = (struct hs_span){ .p = rd_bytes(answer, n), .n = (uint32_t)n };
	return TLS_E_OK;
}

/* ---- the client's certificate ---- */

/* No certificate came, which is allowed here: RFC 8446 4.4.2.4. */
enum tls_err
hs_ask_S13_CHAIN(struct hs_call *c)
{
	struct hs13 *t = c->w->t13;

	if (t->chain.n == 0) {
		hs_raise(c, HS_EV_GO_FINISHED, NULL, 0);
		return TLS_E_OK;
	}
	return hs_ask_verify(c, t->chain.p, t->chain.n, NULL, 0);
}

/*
 * What is wrong with it decides at once, but for a listener that only asked: the pool gets the
 * verdict.
 */
enum tls_err
s13_chain_verified(struct hs_call *c, struct rd *nothing)
{
	struct peer *peer = c->peer;

	if (peer->verdict != TLS_E_OK) {
		peer_unref(c->hs->peer);
		c->hs->peer = peer_ref(peer); /* its reason goes to the log */
		return peer->verdict;
	}
	if (peer->key == NULL)
		return TLS_E_BAD_CERTIFICATE;
	peer_unref(c->w->t13->peer);
	c->w->t13->peer = peer_ref(peer);
	return TLS_E_OK;
}

enum tls_err
hs_ask_S13_PROOF(struct hs_call *c)
{
	struct hs13 *t = c->w->t13;
	struct pka_req req = {
		.kind = PKA_VERIFY, .code = t->scheme, .split = t->signature.n, .peer = t->peer
	};
	uint8_t content[HS13_SIGNED_MAX];
	size_t n = hs_digest_len(c->hs->suite->prf);

	return hs_ask_pka(c, &req, t->signature.p, t->signature.n, content,
		hs13_signed_content(HS13_CLIENT, t->signed_hash, n, content));
}

enum tls_err
s13_proof_done(struct hs_call *c, struct rd *answer)
{
	struct hs13 *t = c->w->t13;
	uint8_t good = rd_u8(answer);

	if (!rd_ok(answer))
		return TLS_E_INTERNAL_ERROR;
	if (good != 1)
		return TLS_E_DECRYPT_ERROR; /* 4.4.3 */
	peer_unref(c->hs->peer);
	c->hs->peer = t->peer;
	t->peer = NULL;
	return TLS_E_OK;
}
