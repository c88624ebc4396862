/*
 * From the hellos to the handshake's keys in the client's role: ServerHello, HelloRetryRequest, the
 * shared secret. RFC 8446 4.1.3, 4.1.4, 4.2.8, 4.2.11, 7.1.
 */
#include <stdlib.h>
#include <string.h>

#include "common/ct.h"
#include "control/handshake/tls13/c13.h"

static enum tls_err
make_t13(struct hs_call *c)
{
	if (c->w->t13 == NULL)
		c->w->t13 = calloc(1, sizeof(*c->w->t13));
	return c->w->t13 != NULL ? TLS_E_OK : TLS_E_INTERNAL_ERROR;
}

/* pre_shared_key of a ServerHello: our only one, with the suite's hash, RFC 8446 4.2.11. */
static enum tls_err
take_psk(struct hs_call *c)
{
	const struct hs_client *cl = c->w->cl;
	struct rd chosen = hs_span_rd(c->w->answer.psk_ids);

	if (c->w->answer.psk_ids.p == NULL)
		return TLS_E_OK;
	if (rd_u16(&chosen) != 0 || !cl->offers_psk ||
		hs_suite_by_code(cl->session.suite)->prf != c->hs->suite->prf)
		return TLS_E_ILLEGAL_PARAMETER;
	c->w->t13->psk_len = cl->session.secret_len;
	hs_client_resumed(c);
	return TLS_E_OK;
}

enum tls_err
c13_server_hello(struct hs_call *c, struct rd *nothing)
{
	struct rd share = hs_span_rd(c->w->answer.shares), key;
	enum tls_err err;
	uint16_t group;

	if (c->w->answer.shares.p == NULL)
		return TLS_E_MISSING_EXTENSION; /* psk_ke was not offered */
	group = rd_u16(&share);
	key = rd_vec16(&share);
	if (!rd_done(&share) || rd_left(&key) == 0)
		return TLS_E_DECODE_ERROR;
	if (hs_client_share(c->w->cl, group) == NULL)
		return TLS_E_ILLEGAL_PARAMETER;
	err = make_t13(c);
	if (err == TLS_E_OK)
		err = take_psk(c);
	if (err != TLS_E_OK)
		return err;
	c->hs->group = group;
	c->w->t13->share = (struct hs_span){ .p = key.p, .n = (uint32_t)rd_left(&key) };
	return TLS_E_OK;
}

/*
 * The group of a HelloRetryRequest: offered, and not among the shares already; 0: none is asked
 * for.
 */
static enum tls_err
retry_group(struct hs_call *c, uint16_t *group)
{
	const struct hs_policy *p = c->w->policy;
	struct rd share = hs_span_rd(c->w->answer.shares);
	bool offered = false;

	*group = 0;
	if (c->w->answer.shares.p == NULL)
		return TLS_E_OK;
	*group = rd_u16(&share);
	if (!rd_done(&share))
		return TLS_E_DECODE_ERROR;
	for (unsigned i = 0; i < p->group_count; i++)
		offered |= p->groups[i] == *group;
	return offered && hs_client_share(c->w->cl, *group) == NULL ? TLS_E_OK
								    : TLS_E_ILLEGAL_PARAMETER;
}

enum tls_err
c13_retry(struct hs_call *c, struct rd *nothing)
{
	struct hs_client *cl = c->w->cl;
	struct hs_span cookie = c->w->answer.cookie;
	uint16_t group;
	enum tls_err err = retry_group(c, &group);

	if (err != TLS_E_OK)
		return err;
	if (group == 0 && cookie.p == NULL)
		return TLS_E_ILLEGAL_PARAMETER; /* 4.1.4: nothing would change */
	if (cookie.p != NULL)
		err = hs_blob_set(&cl->cookie, cookie.p, cookie.n);
	if (err == TLS_E_OK)
		err = make_t13(c);
	if (err != TLS_E_OK)
		return err;
	cl->retried = true;
	/* the binder is made with the suite's hash, 4.1.4 */
	if (cl->offers_psk && hs_suite_by_code(cl->session.suite)->prf != c->hs->suite->prf)
		cl->offers_psk = false;
	hs_client_want_only(cl, group);
	hs_raise(c, group != 0 ? HS_EV_CL_SHARE : HS_EV_CL_HELLO, NULL, 0);
	return TLS_E_OK;
}

/* ---- the shared secret ---- */

enum tls_err
hs_ask_C13_AGREE(struct hs_call *c)
{
	const struct hs_share *s = hs_client_share(c->w->cl, c->hs->group);
	struct pka_req req = { .kind = PKA_KEX_DERIVE, .code = s->group, .split = s->private_len };

	return hs_ask_pka(
		c, &req, s->bytes, s->private_len, c->w->t13->share.p, c->w->t13->share.n);
}

enum tls_err
c13_agreed(struct hs_call *c, struct rd *answer)
{
	struct hs13 *t = c->w->t13;
	int prf = c->hs->suite->prf;
	uint8_t hash[HS_DIGEST_MAX];
	size_t n = rd_left(answer);

	if (n == 0)
		return TLS_E_ILLEGAL_PARAMETER; /* not a valid share, 4.2.8.2, 7.4.2 */
	ks13_early(&t->ks, prf, t->psk_len != 0 ? c->w->cl->session.secret : NULL, t->psk_len);
	ks13_handshake(&t->ks, rd_bytes(answer, n), n);
	hs13_transcript_hash(c, hash);
	ks13_derive(&t->ks, "c hs traffic", hash, t->hs_traffic[HS13_CLIENT]);
	ks13_derive(&t->ks, "s hs traffic", hash, t->hs_traffic[HS13_SERVER]);
	hs_keylog(c, "CLIENT_HANDSHAKE_TRAFFIC_SECRET", t->hs_traffic[HS13_CLIENT],
		hs_digest_len(prf));
	hs_keylog(c, "SERVER_HANDSHAKE_TRAFFIC_SECRET", t->hs_traffic[HS13_SERVER],
		hs_digest_len(prf));
	return hs13_install(c, IPC_DIR_READ, 0, t->hs_traffic[HS13_SERVER]);
}

enum tls_err
c13_ccs_send(struct hs_call *c)
{
	static const uint8_t one = 1;
	struct hs_client *cl = c->w->cl;

	if (cl->ccs_sent || c->w->hello.session_id_len == 0)
		return TLS_E_OK;
	cl->ccs_sent = true;
	return hs_send_bytes(c, TLS_CT_CCS, 0, &one, 1);
}

enum tls_err
c13_write_keys(struct hs_call *c)
{
	return hs13_install(c, IPC_DIR_WRITE, 0, c->w->t13->hs_traffic[HS13_CLIENT]);
}
