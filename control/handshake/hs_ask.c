/* Questions to our own side that every version shares: key operations, verification, the session store. */
#include "control/handshake/hs_int.h"

static enum tls_err
finish(struct hs_call *c, struct hs_act *a, const struct wr *w, enum hs_act_type by)
{
	hs_act_end(c->out, a, w);
	if (a == NULL || c->out->overflow)
		return TLS_E_INTERNAL_ERROR;
	a->tag = ++c->hs->tag;
	c->hs->asked_by = (uint8_t)by;
	return TLS_E_OK;
}

enum tls_err
hs_ask_pka(struct hs_call *c, const struct pka_req *req, const void *a, size_t a_len, const void *b,
	size_t b_len)
{
	struct hs_act *act = hs_act_new(c->out, HS_ACT_PKA);
	struct wr w = hs_act_wr(c->out);

	wr_bytes(&w, a, a_len);
	wr_bytes(&w, b, b_len);
	if (act != NULL)
		act->pka = *req;
	return finish(c, act, &w, HS_ACT_PKA);
}

enum tls_err
hs_ask_verify(struct hs_call *c, const void *chain, size_t len, const void *staple, size_t staple_len)
{
	struct hs_act *a = hs_act_new(c->out, HS_ACT_VERIFY);
	struct wr w = hs_act_wr(c->out);

	wr_bytes(&w, chain, len);
	wr_bytes(&w, staple, staple_len);
	if (a != NULL)
		a->verify.staple_len = (uint32_t)staple_len;
	return finish(c, a, &w, HS_ACT_VERIFY);
}

enum tls_err
hs_ask_session_id(struct hs_call *c, const uint8_t *id, size_t n)
{
	struct hs_act *a = hs_act_new(c->out, HS_ACT_SESSION_GET);
	struct wr w = hs_act_wr(c->out);

	wr_bytes(&w, id, n);
	return finish(c, a, &w, HS_ACT_SESSION_GET);
}

enum tls_err
hs_ask_SESSION(struct hs_call *c)
{
	return hs_ask_session_id(c, c->w->hello.session_id, c->w->hello.session_id_len);
}
