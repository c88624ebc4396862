/*
 * The second phase, draft-hickman-netscape-ssl 2.6.4, 2.7.2, 2.7.3: SERVER-VERIFY brings the
 * challenge back, CLIENT-FINISHED the connection id, SERVER-FINISHED the session's id, each under
 * the keys that were agreed.
 */
#include <string.h>

#include "common/ct.h"
#include "control/handshake/ssl2/ssl2.h"

/* The body must be exactly these bytes. */
static enum tls_err
same(struct rd *body, const uint8_t *want, size_t n)
{
	const uint8_t *got = rd_bytes(body, n);

	if (got == NULL)
		return TLS_E_DECODE_ERROR;
	return ct_memeq(got, want, n) ? TLS_E_OK : TLS_E_DECRYPT_ERROR;
}

static enum tls_err
send(struct hs_call *c, uint8_t code, const uint8_t *p, size_t n)
{
	struct wr w = ssl2_begin(c, code);

	wr_bytes(&w, p, n);
	return ssl2_end(c, &w);
}

enum tls_err
msg2_server_verify_recv(struct hs_call *c, struct rd *body)
{
	const struct hs2 *t = ssl2_take(c);

	return same(body, t->challenge, t->challenge_len);
}

enum tls_err
msg2_server_verify_send(struct hs_call *c)
{
	return send(c, 5, c->w->t2->challenge, c->w->t2->challenge_len);
}

/* The client holds the keys. Who it is may still be asked. */
enum tls_err
msg2_client_finished_recv(struct hs_call *c, struct rd *body)
{
	const struct hs2 *t = ssl2_take(c);
	const struct hs_conf *conf = c->hs->conf;
	enum tls_err err = same(body, t->connection_id, t->connection_id_len);

	if (err != TLS_E_OK)
		return err;
	hs_raise(c, conf->client_auth != HS_AUTH_NONE && !c->hs->resumed ? HS_EV_GO_CERTIFICATE
									  : HS_EV_GO_FINISHED,
		NULL, 0);
	return TLS_E_OK;
}

enum tls_err
msg2_client_finished_send(struct hs_call *c)
{
	return send(c, 3, c->w->t2->connection_id, c->w->t2->connection_id_len);
}

enum tls_err
msg2_server_finished_recv(struct hs_call *c, struct rd *body)
{
	const uint8_t *id = rd_bytes(body, SSL2_ID_LEN);

	ssl2_take(c);
	if (id == NULL)
		return TLS_E_DECODE_ERROR;
	ssl2_session_id(c->hs, id);
	return TLS_E_OK;
}

enum tls_err
msg2_server_finished_send(struct hs_call *c)
{
	return send(c, 6, c->hs->session_id, SSL2_ID_LEN);
}
