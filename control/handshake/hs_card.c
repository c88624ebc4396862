/* Slots and steps on the card; see hs_card.h. */
#include "control/handshake/hs_card.h"

#include <string.h>

uint32_t
hs_secret_fresh(struct hs_call *c, enum hs_secret what)
{
	uint32_t *h = &c->hs->card->handle[what];

	*h = c->env->secret_new != NULL ? c->env->secret_new(c->env->ctx, *h) : 0;
	return *h;
}

uint32_t
hs_secret_handle(const struct hs_call *c, enum hs_secret what)
{
	return c->hs->card->handle[what];
}

unsigned
hs_secrets(struct hs *hs, uint32_t *out, unsigned max)
{
	unsigned n = 0;

	for (unsigned i = 0; hs->card != NULL && i < HS_SECRETS && n < max; i++) {
		if (hs->card->handle[i] == 0)
			continue;
		out[n++] = hs->card->handle[i];
		hs->card->handle[i] = 0;
	}
	return n;
}

void
hs_script_start(struct hs_script *s)
{
	s->w = wr_init(s->buf, sizeof(s->buf));
	s->out_len = 0;
	s->spoiled = false;
}

void
hs_script_step(struct hs_script *s, int prf, const struct hs_step *step)
{
	struct ipc_kdf_step ipc = {
		.in = step->in,
		.in2 = step->in2,
		.out = step->out,
		.kdf = step->kdf,
		.hash = prf == HS_PRF_SHA384 ? IPC_HASH_SHA384 : IPC_HASH_SHA256,
		.key_block = step->key_block,
		.src_len = (uint16_t)step->src_len,
		.out_len = step->out_len,
	};
	static const uint8_t pad[3];

	wr_bytes(&s->w, &ipc, sizeof(ipc));
	wr_bytes(&s->w, step->src, step->src_len);
	wr_bytes(&s->w, pad, -step->src_len & 3);
	s->out_len += step->out_len;
	/* every step leaves something: a slot, or a public result */
	if (step->src_len > IPC_KDF_MAX_SOURCE || (step->out == 0 && step->out_len == 0))
		s->spoiled = true;
}

void
hs_script_drop(struct hs_call *c, struct hs_script *s, enum hs_secret what)
{
	struct hs_act *a;

	if (c->hs->card->handle[what] == 0)
		return;
	a = hs_act_new(c->out, HS_ACT_SECRET_FREE);
	if (a == NULL) {
		s->spoiled = true;
		return;
	}
	a->secret = c->hs->card->handle[what];
	c->hs->card->handle[what] = 0;
}

enum tls_err
hs_script_send(struct hs_call *c, struct hs_script *s)
{
	struct hs_act *a;
	struct wr w;

	if (!wr_ok(&s->w) || s->spoiled)
		return TLS_E_INTERNAL_ERROR;
	a = hs_act_new(c->out, HS_ACT_SECRETS);
	w = hs_act_wr(c->out);
	wr_bytes(&w, s->buf, wr_len(&s->w));
	hs_act_end(c->out, a, &w);
	return c->out->overflow ? TLS_E_INTERNAL_ERROR : TLS_E_OK;
}

enum tls_err
hs_script_ask(struct hs_call *c, struct hs_script *s)
{
	struct pka_req req = { .kind = PKA_SECRETS, .out_len = s->out_len };

	if (!wr_ok(&s->w) || s->spoiled)
		return TLS_E_INTERNAL_ERROR;
	return hs_ask_pka(c, &req, s->buf, wr_len(&s->w), NULL, 0);
}
