/*
 * The actions of one call into the machine: a list with spans of one buffer, and our own messages
 * written into it. What may be secret is wiped by hs_out_wipe().
 */
#include <string.h>

#include "common/ct.h"
#include "control/handshake/hs_int.h"

void
hs_out_start(struct hs_out *out)
{
	out->n = 0;
	out->used = 0;
	out->overflow = false;
}

void
hs_out_wipe(struct hs_out *out)
{
	for (unsigned i = 0; i < out->n; i++) {
		const struct hs_act *a = &out->act[i];

		if (a->type == HS_ACT_KEYS || a->type == HS_ACT_PRF)
			ct_wipe(out->data + a->off, a->len);
		if (a->type == HS_ACT_SESSION_PUT)
			ct_wipe(&out->entry, sizeof(out->entry));
	}
	hs_out_start(out);
}

struct hs_act *
hs_act_new(struct hs_out *out, enum hs_act_type type)
{
	/*
	 * the last two places are kept for the end: there is always room to remove the session and
	 * to close
	 */
	unsigned room = type == HS_ACT_CLOSE || type == HS_ACT_SESSION_REMOVE ? HS_MAX_ACTS
									      : HS_MAX_ACTS - 2;
	struct hs_act *a;

	if (out->n >= room) {
		out->overflow = true;
		return NULL;
	}
	a = &out->act[out->n++];
	memset(a, 0, sizeof(*a));
	a->type = type;
	a->off = out->used;
	return a;
}

struct wr
hs_act_wr(struct hs_out *out)
{
	return wr_init(out->data + out->used, HS_OUT_BYTES - TLS_MAX_SESSION_ID - out->used);
}

void
hs_act_end(struct hs_out *out, struct hs_act *a, const struct wr *w)
{
	if (!wr_ok(w) || a == NULL) {
		ct_wipe(w->start, wr_len(w)); /* no action names these bytes: nobody else would */
		out->overflow = true;
		return;
	}
	a->len = (uint32_t)wr_len(w);
	out->used += a->len;
}

struct wr
hs_msg_begin(struct hs_call *c, uint8_t type, size_t *mark)
{
	struct wr w = hs_act_wr(c->out);

	wr_u8(&w, type);
	*mark = wr_open(&w, 3);
	return w;
}

enum tls_err
hs_msg_end(struct hs_call *c, struct wr *w, size_t mark)
{
	struct hs_out *out = c->out;
	struct hs_act *last = out->n != 0 ? &out->act[out->n - 1] : NULL;

	wr_close(w, mark, 3);
	if (!wr_ok(w))
		return TLS_E_INTERNAL_ERROR;
	hs_digest_add(&c->w->transcript, w->start, wr_len(w));
	if (last != NULL && last->type == HS_ACT_SEND && last->content_type == TLS_CT_HANDSHAKE &&
		last->off + last->len == out->used) {
		/* one record can hold several messages: RFC 5246 6.2.1 */
		last->len += (uint32_t)wr_len(w);
		out->used += (uint32_t)wr_len(w);
		return out->overflow ? TLS_E_INTERNAL_ERROR : TLS_E_OK;
	}
	last = hs_act_new(out, HS_ACT_SEND);
	if (last != NULL)
		last->content_type = TLS_CT_HANDSHAKE;
	hs_act_end(out, last, w);
	return out->overflow ? TLS_E_INTERNAL_ERROR : TLS_E_OK;
}
