/*
 * CLIENT-HELLO, draft-hickman-netscape-ssl 2.6.1. One that offers 3.x in this format (RFC 5246 E.2)
 * becomes an ordinary hello and is never answered in SSL 2.0; one that offers 2.0 alone never goes
 * anywhere else.
 */
#include <stdlib.h>
#include <string.h>

#include "control/handshake/ssl2/ssl2.h"

struct fields {
	uint16_t version;
	struct rd ciphers, id, challenge;
};

static enum tls_err
read_fields(struct rd *body, struct fields *f)
{
	uint16_t ciphers_len, id_len, challenge_len;
	const uint8_t *ciphers, *id, *challenge;

	f->version = rd_u16(body);
	ciphers_len = rd_u16(body);
	id_len = rd_u16(body);
	challenge_len = rd_u16(body);
	ciphers = rd_bytes(body, ciphers_len);
	id = rd_bytes(body, id_len);
	challenge = rd_bytes(body, challenge_len);
	if (!rd_ok(body) || ciphers_len == 0 || ciphers_len % 3 != 0)
		return TLS_E_DECODE_ERROR;
	if ((id_len != 0 && id_len != SSL2_ID_LEN) || challenge_len < SSL2_MIN_CHALLENGE ||
		challenge_len > SSL2_MAX_CHALLENGE)
		return TLS_E_DECODE_ERROR;
	f->ciphers = rd_init(ciphers, ciphers_len);
	f->id = rd_init(id, id_len);
	f->challenge = rd_init(challenge, challenge_len);
	return TLS_E_OK;
}

/* The hello as one of 3.x would have it: RFC 5246 E.2. */
static enum tls_err
convert(struct hs_hello *h, const struct fields *f)
{
	struct rd list = f->ciphers;
	size_t room = rd_left(&list) + 1, n = rd_left(&f->challenge);
	struct wr w;

	h->copy = calloc(1, room);
	if (h->copy == NULL)
		return TLS_E_INTERNAL_ERROR;
	w = wr_init(h->copy, room);
	while (rd_left(&list) >= 3) {
		uint32_t kind = rd_u24(&list);

		if (kind >> 16 != 0)
			continue; /* a cipher of SSL 2.0 */
		wr_u16(&w, (uint16_t)kind);
		h->scsv_renegotiation |= kind == 0x00ff; /* RFC 5746 3.3 */
		h->scsv_fallback |= kind == 0x5600; /* RFC 7507 */
	}
	h->suites = (struct hs_span){ .p = h->copy, .n = (uint32_t)wr_len(&w) };
	h->compression = (struct hs_span){ .p = h->copy + wr_len(&w), .n = 1 };
	wr_u8(&w, 0);
	h->copy_len = (uint32_t)wr_len(&w);
	h->version = f->version;
	h->v2 = true;
	memcpy(h->random + TLS_RANDOM_LEN - n, f->challenge.p, n);
	return TLS_E_OK;
}

static enum tls_err
take_3x(struct hs_call *c, const struct fields *f)
{
	const struct hs_policy *p = c->hs->conf->policy;
	struct hs_hello *h = &c->w->hello;
	enum tls_err err;

	if (!p->v2_hello)
		return TLS_E_PROTOCOL_VERSION;
	err = convert(h, f);
	return err == TLS_E_OK ? hs_hello_decide(c) : err;
}

static enum tls_err
take_20(struct hs_call *c, const struct fields *f)
{
	struct hs_hello *h = &c->w->hello;
	struct hs2 *t;
	enum tls_err err;

	if (!(c->hs->conf->policy->versions & HS_V_SSL2))
		return TLS_E_PROTOCOL_VERSION;
	err = ssl2_new(c);
	if (err != TLS_E_OK)
		return err;
	t = ssl2_take(c);
	h->version = f->version;
	t->ciphers = ssl2_suite_set(f->ciphers);
	t->challenge_len = (uint8_t)rd_left(&f->challenge);
	memcpy(t->challenge, f->challenge.p, t->challenge_len);
	if (rd_left(&f->id) != 0) { /* padded as in the store */
		memcpy(h->session_id, f->id.p, SSL2_ID_LEN);
		h->session_id_len = TLS_MAX_SESSION_ID;
	}
	c->w->policy = c->hs->conf->policy;
	hs_session_bind(c->hs->conf, "", c->w->bind);
	if (t->ciphers == 0)
		return TLS_E_HANDSHAKE_FAILURE;
	hs_raise(c, HS_EV_GO_SSL2, NULL, 0);
	return TLS_E_OK;
}

enum tls_err
msg2_client_hello_recv(struct hs_call *c, struct rd *body)
{
	struct fields f = { 0 };
	enum tls_err err = read_fields(body, &f);

	if (err != TLS_E_OK)
		return err;
	if (f.version == TLS_V_SSL2)
		return take_20(c, &f);
	return f.version >= TLS_V_SSL30 ? take_3x(c, &f) : TLS_E_PROTOCOL_VERSION;
}

/* ssl2_new() was called, and t->session filled in where one is offered. */
enum tls_err
msg2_client_hello_send(struct hs_call *c)
{
	struct hs2 *t = c->w->t2;
	struct wr w = ssl2_begin(c, 1);
	size_t ciphers = 0;

	t->challenge_len = SSL2_MIN_CHALLENGE;
	c->env->random(c->env->ctx, t->challenge, t->challenge_len);
	while (ssl2_suite_at((unsigned)ciphers) != NULL)
		t->ciphers |= (uint8_t)(1u << ciphers++);
	wr_u16(&w, TLS_V_SSL2);
	wr_u16(&w, (uint16_t)(3 * ciphers));
	wr_u16(&w, t->offers ? SSL2_ID_LEN : 0);
	wr_u16(&w, t->challenge_len);
	for (unsigned i = 0; i < ciphers; i++)
		wr_u24(&w, ssl2_suite_kind(ssl2_suite_at(i)));
	wr_bytes(&w, t->session.id, t->offers ? SSL2_ID_LEN : 0);
	wr_bytes(&w, t->challenge, t->challenge_len);
	return ssl2_end(c, &w);
}
