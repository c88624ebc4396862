/*
 * The client before its hello: what is offered, which key shares are made for it; and the memory of
 * all that. See hs_client.h.
 */
#include "control/handshake/hs_client.h"

#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>

#include "common/ct.h"
#include "control/handshake/ssl2/ssl2.h"

/* ---- memory ---- */

void
hs_blob_drop(struct hs_blob *b)
{
	if (b->p != NULL)
		ct_wipe(b->p, b->n);
	free(b->p);
	*b = (struct hs_blob){ .n = 0 };
}

enum tls_err
hs_blob_set(struct hs_blob *b, const void *p, size_t n)
{
	hs_blob_drop(b);
	b->p = malloc(n + 1);
	if (b->p == NULL)
		return TLS_E_INTERNAL_ERROR;
	if (n != 0)
		memcpy(b->p, p, n);
	b->n = (uint32_t)n;
	return TLS_E_OK;
}

static void
drop_shares(struct hs_client *cl)
{
	for (unsigned i = 0; i < cl->share_count; i++) {
		ct_wipe(cl->share[i].bytes, cl->share[i].len);
		free(cl->share[i].bytes);
	}
	cl->share_count = 0;
}

void
hs_client_drop(struct hs_client *cl)
{
	if (cl == NULL)
		return;
	drop_shares(cl);
	hs_blob_drop(&cl->ticket);
	peer_unref(cl->session_peer);
	hs_blob_drop(&cl->cookie);
	hs_blob_drop(&cl->chain);
	hs_blob_drop(&cl->staple);
	hs_blob_drop(&cl->params);
	hs_blob_drop(&cl->context);
	hs_blob_drop(&cl->new_ticket);
	hs_blob_drop(&cl->key_exchange);
	ct_wipe(cl, sizeof(*cl));
	free(cl);
}

size_t
hs_client_memory(const struct hs_client *cl)
{
	size_t n;

	if (cl == NULL)
		return 0;
	n = sizeof(*cl) + cl->ticket.n + cl->cookie.n + cl->chain.n + cl->staple.n + cl->params.n +
	    cl->context.n + cl->new_ticket.n + cl->key_exchange.n;
	for (unsigned i = 0; i < cl->share_count; i++)
		n += cl->share[i].len;
	return n;
}

/* ---- what is offered ---- */

const char *
hs_client_sni(const struct hs_conf *conf)
{
	uint8_t address[16];

	if (conf->server_name == NULL || conf->server_name[0] == '\0' ||
		inet_pton(AF_INET, conf->server_name, address) == 1 ||
		inet_pton(AF_INET6, conf->server_name, address) == 1)
		return NULL;
	return conf->server_name;
}

void
hs_client_bind(const struct hs_conf *conf, uint8_t out[32])
{
	hs_session_bind(conf, conf->server_name != NULL ? conf->server_name : "", out);
}

/*
 * A suite of this number, or one with the same hash for a PSK, is in what we offer in that version.
 */
static bool
offers_suite(const struct hs_policy *p, const struct session_entry *e)
{
	const struct hs_suite *of = hs_suite_by_code(e->suite);

	for (unsigned i = 0; of != NULL && i < p->suite_count; i++)
		if (hs_suite_in(p->suites[i], e->version) &&
			(e->version == TLS_V_13 ? p->suites[i]->prf == of->prf
						: p->suites[i] == of))
			return true;
	return false;
}

/* Whoever the session was made with is known, where that matters. */
static bool
knows_peer(const struct hs_call *c, const struct session_entry *e)
{
	const struct peer *peer = c->peer;
	static const uint8_t nobody[sizeof(e->peer)];

	if (c->hs->conf->trust == NULL || memcmp(e->peer, nobody, sizeof(nobody)) == 0)
		return true;
	return peer != NULL && memcmp(e->peer, peer->fingerprint, sizeof(e->peer)) == 0;
}

/*
 * A session from before is offered when it was made under this conf and what it stands for is still
 * offered. One that does not fit is no error: the handshake is a full one.
 */
static enum tls_err
offer_session(struct hs_call *c)
{
	const struct session_entry *e = c->session;
	struct hs_client *cl = c->w->cl;

	if (e == NULL || !c->hs->conf->session_cache || c->env->now_s >= e->expires_s ||
		!(cl->versions & hs_version_bit(e->version)) || e->version == TLS_V_SSL2 ||
		memcmp(e->bind, c->w->bind, sizeof(e->bind)) != 0 ||
		!offers_suite(c->w->policy, e) || c->ticket_len > UINT16_MAX ||
		!knows_peer(c, e))
		return TLS_E_OK;
	if (e->version == TLS_V_13) {
		cl->offers_psk = c->ticket_len != 0 && e->secret_len != 0 &&
				 e->secret_len <= sizeof(e->secret);
	} else {
		cl->offers_session = (c->ticket_len != 0 || e->id_len != 0) &&
				     e->secret_len == TLS_MASTER_LEN && e->id_len <= sizeof(e->id);
	}
	if (!cl->offers_psk && !cl->offers_session)
		return TLS_E_OK;
	cl->session = *e;
	cl->session_peer = c->peer != NULL ? peer_ref(c->peer) : NULL;
	return hs_blob_set(&cl->ticket, c->ticket, c->ticket_len);
}

/* Legacy version, random, session id. */
static void
fill_hello(struct hs_call *c)
{
	struct hs_hello *h = &c->w->hello;
	const struct hs_client *cl = c->w->cl;

	for (unsigned v = TLS_V_SSL30; v <= TLS_V_12; v++)
		if (cl->versions & hs_version_bit((uint16_t)v))
			h->version = (uint16_t)v;
	if (cl->versions & HS_V_13)
		h->version = TLS_V_12; /* RFC 8446 4.1.2 */
	c->env->random(c->env->ctx, h->random, sizeof(h->random));
	h->session_id_len = 0;
	if (cl->offers_session && cl->ticket.n == 0) {
		h->session_id_len = cl->session.id_len;
		memcpy(h->session_id, cl->session.id, cl->session.id_len);
	} else if (cl->offers_session || (cl->versions & HS_V_13)) {
		/*
		 * tells a ticket that was taken (RFC 5077 3.4); looks like TLS 1.2 (RFC 8446 D.4)
		 */
		h->session_id_len = TLS_MAX_SESSION_ID;
		c->env->random(c->env->ctx, h->session_id, TLS_MAX_SESSION_ID);
	}
}

/* A share for the group we like best; beside the hybrid one X25519, which every server has. */
static void
choose_shares(struct hs_call *c)
{
	const struct hs_policy *p = c->w->policy;
	struct hs_client *cl = c->w->cl;

	cl->want_count = cl->want_next = 0;
	if (p->group_count == 0)
		return;
	cl->want[cl->want_count++] = p->groups[0];
	for (unsigned i = 1; p->groups[0] == KEX_X25519MLKEM768 && i < p->group_count; i++)
		if (p->groups[i] == KEX_X25519)
			cl->want[cl->want_count++] = KEX_X25519;
}

static enum tls_err
begin(struct hs_call *c, uint8_t versions)
{
	struct hs_work_area *w = c->w;

	w->cl = calloc(1, sizeof(*w->cl));
	if (w->cl == NULL)
		return TLS_E_INTERNAL_ERROR;
	w->policy = c->hs->conf->policy;
	w->cl->versions = versions;
	hs_client_bind(c->hs->conf, w->bind);
	return TLS_E_OK;
}

/* SSL 2.0 and nothing else: its own hello. */
static enum tls_err
start_ssl2(struct hs_call *c)
{
	const struct session_entry *e = c->session;
	struct hs_work_area *w = c->w;
	enum tls_err err = ssl2_new(c);

	if (err != TLS_E_OK)
		return err;
	w->policy = c->hs->conf->policy;
	hs_client_bind(c->hs->conf, w->bind);
	if (e != NULL && e->version == TLS_V_SSL2 && c->hs->conf->session_cache &&
		c->env->now_s < e->expires_s && memcmp(e->bind, w->bind, sizeof(e->bind)) == 0 &&
		knows_peer(c, e)) {
		w->t2->session = *e;
		w->t2->session_peer = c->peer != NULL ? peer_ref(c->peer) : NULL;
		w->t2->offers = true;
	}
	hs_raise(c, HS_EV_GO_SSL2, NULL, 0);
	return TLS_E_OK;
}

enum tls_err
hs_client_start(struct hs_call *c, struct rd *nothing)
{
	struct hs *hs = c->hs;
	uint8_t versions = hs->conf->policy->versions;
	const char *name = hs_client_sni(hs->conf);
	enum tls_err err;

	if (versions == HS_V_SSL2)
		return start_ssl2(c);
	err = begin(c, versions & (uint8_t)~HS_V_SSL2);
	if (err == TLS_E_OK)
		err = offer_session(c);
	if (err != TLS_E_OK)
		return err;
	if (c->w->cl->versions == 0)
		return TLS_E_INTERNAL_ERROR;
	if (name != NULL && (err = hs_keep_name(hs, name)) != TLS_E_OK)
		return err;
	fill_hello(c);
	/* of the first record: RFC 8446 5.1 */
	hs->version = c->w->cl->versions == HS_V_SSL3 ? TLS_V_SSL30 : TLS_V_10;
	if (c->w->cl->versions & HS_V_13)
		choose_shares(c);
	hs_raise(c, c->w->cl->want_count != 0 ? HS_EV_CL_SHARE : HS_EV_CL_HELLO, NULL, 0);
	return TLS_E_OK;
}

enum tls_err
hs_client_again(struct hs_call *c)
{
	enum tls_err err = hs_begin(c->hs);

	c->w = c->hs->w;
	if (err == TLS_E_OK)
		err = begin(c, hs_version_bit(c->hs->version));
	if (err != TLS_E_OK)
		return err;
	c->w->cl->again = true;
	fill_hello(c);
	return TLS_E_OK;
}

enum tls_err
hs_client_go(struct hs_call *c, struct rd *nothing)
{
	return TLS_E_OK;
}

enum tls_err
hs_client_ignore(struct hs_call *c, struct rd *body)
{
	c->no_transcript = true;
	return ++c->hs->warnings > HS_MAX_WARNINGS ? TLS_E_WARNING_FLOOD : TLS_E_OK;
}

/* ---- key shares ---- */

enum tls_err
hs_ask_SHARE(struct hs_call *c)
{
	struct hs_client *cl = c->w->cl;
	struct pka_req req = { .kind = PKA_KEX_KEYGEN, .code = cl->want[cl->want_next] };

	return hs_ask_pka(c, &req, NULL, 0, NULL, 0);
}

static enum tls_err
take_share(struct hs_client *cl, struct rd *answer)
{
	struct hs_share *s = &cl->share[cl->share_count];
	struct rd private = rd_vec16(answer);
	size_t n = rd_left(&private), all = n + rd_left(answer);

	if (!rd_ok(answer) || n == 0 || rd_left(answer) == 0)
		return TLS_E_INTERNAL_ERROR;
	s->bytes = malloc(all);
	if (s->bytes == NULL)
		return TLS_E_INTERNAL_ERROR;
	memcpy(s->bytes, private.p, n);
	memcpy(s->bytes + n, rd_bytes(answer, all - n), all - n);
	s->private_len = (uint32_t)n;
	s->len = (uint32_t)all;
	s->group = cl->want[cl->want_next++];
	cl->share_count++;
	return TLS_E_OK;
}

enum tls_err
hs_client_share_done(struct hs_call *c, struct rd *answer)
{
	struct hs_client *cl = c->w->cl;
	enum tls_err err = take_share(cl, answer);

	if (err == TLS_E_OK)
		hs_raise(c, cl->want_next < cl->want_count ? HS_EV_CL_SHARE : HS_EV_CL_HELLO, NULL,
			0);
	return err;
}

enum tls_err
hs_client_last_share_done(struct hs_call *c, struct rd *answer)
{
	return take_share(c->w->cl, answer);
}

const struct hs_share *
hs_client_share(const struct hs_client *cl, uint16_t group)
{
	for (unsigned i = 0; i < cl->share_count; i++)
		if (cl->share[i].group == group)
			return &cl->share[i];
	return NULL;
}

void
hs_client_want_only(struct hs_client *cl, uint16_t group)
{
	if (group == 0)
		return;
	drop_shares(cl);
	cl->want[0] = group;
	cl->want_count = 1;
	cl->want_next = 0;
}
