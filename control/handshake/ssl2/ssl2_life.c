/* Memory of SSL 2.0 handshakes, and how their messages are framed: one record each. */
#include <stdlib.h>

#include "common/ct.h"
#include "control/handshake/ssl2/ssl2.h"

void
hs2_drop(struct hs2 *t)
{
	if (t == NULL)
		return;
	free(t->list);
	free(t->proof);
	peer_unref(t->session_peer);
	ct_wipe(t, sizeof(*t));
	free(t);
}

size_t
hs2_memory(const struct hs *hs)
{
	const struct hs2 *t = hs->w != NULL ? hs->w->t2 : NULL;

	return t != NULL ? sizeof(*t) + t->list_len + t->proof_len : 0;
}

enum tls_err
ssl2_new(struct hs_call *c)
{
	hs2_drop(c->w->t2);
	c->w->t2 = calloc(1, sizeof(*c->w->t2));
	if (c->w->t2 == NULL)
		return TLS_E_INTERNAL_ERROR;
	c->hs->version = TLS_V_SSL2;
	c->hs->agreed = true;
	return TLS_E_OK;
}

struct hs2 *
ssl2_take(struct hs_call *c)
{
	c->no_transcript = true;
	c->w->t2->received++;
	return c->w->t2;
}

struct wr
ssl2_begin(struct hs_call *c, uint8_t code)
{
	struct wr w = hs_act_wr(c->out);

	wr_u8(&w, code);
	return w;
}

enum tls_err
ssl2_end(struct hs_call *c, const struct wr *w)
{
	struct hs_act *a = hs_act_new(c->out, HS_ACT_SEND);

	if (a != NULL) {
		a->send.content_type = TLS_CT_SSL2;
		a->send.version = TLS_V_SSL2;
	}
	hs_act_end(c->out, a, w);
	if (c->w != NULL && c->w->t2 != NULL)
		c->w->t2->sent++;
	return c->out->overflow ? TLS_E_INTERNAL_ERROR : TLS_E_OK;
}
