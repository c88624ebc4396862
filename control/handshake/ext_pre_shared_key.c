/* pre_shared_key, psk_key_exchange_modes and cookie: RFC 8446 4.2.11, 4.2.9, 4.2.2. */
#include <string.h>

#include "control/handshake/ext.h"
#include "control/handshake/hs_client.h"
#include "control/handshake/tls13/hs13.h"

static enum tls_err
pre_shared_key_recv(struct hs_call *c, unsigned where, struct rd *data, struct hs_hello *h)
{
	struct rd ids, binders, walk;

	if (where != EXT_CH) { /* ServerHello: the index that was chosen */
		h->psk_ids = (struct hs_span){ .p = data->p, .n = 2 };
		rd_u16(data);
		return TLS_E_OK;
	}
	ids = walk = rd_vec16(data);
	while (rd_left(&walk) != 0) {
		struct rd id = rd_vec16(&walk);

		rd_u32(&walk);
		if (!rd_ok(&walk) || rd_left(&id) == 0)
			return TLS_E_DECODE_ERROR;
	}
	h->psk_binders_at = (uint32_t)(data->p - h->copy);
	binders = walk = rd_vec16(data);
	while (rd_left(&walk) != 0) {
		struct rd binder = rd_vec8(&walk);

		if (!rd_ok(&walk) || rd_left(&binder) < 32)
			return TLS_E_DECODE_ERROR;
	}
	if (!rd_ok(data) || rd_left(&ids) == 0 || rd_left(&binders) == 0)
		return TLS_E_DECODE_ERROR;
	h->psk_ids = (struct hs_span){ .p = ids.p, .n = (uint32_t)rd_left(&ids) };
	h->psk_binders = (struct hs_span){ .p = binders.p, .n = (uint32_t)rd_left(&binders) };
	return TLS_E_OK;
}

static bool
pre_shared_key_wanted(const struct hs_call *c, unsigned where)
{
	return where == EXT_CH ? c->w->cl->offers_psk : where == EXT_SH13 && c->w->t13->psk_len != 0;
}

/* One identity; its binder is filled in when the hello is complete (hs_client_hello.c). */
static void
send_identity(const struct hs_call *c, struct wr *w)
{
	const struct hs_client *cl = c->w->cl;
	uint64_t age_ms = c->env->now_ms - cl->session.issued_ms;
	size_t n = hs_digest_len(hs_suite_by_code(cl->session.suite)->prf), ids, one;
	uint8_t *binder;

	ids = wr_open(w, 2);
	one = wr_open(w, 2);
	wr_bytes(w, cl->ticket.p, cl->ticket.n);
	wr_close(w, one, 2);
	wr_u32(w, (uint32_t)age_ms + cl->session.age_add); /* modulo 2^32, RFC 8446 4.2.11.1 */
	wr_close(w, ids, 2);
	wr_u16(w, (uint16_t)(n + 1));
	wr_u8(w, (uint8_t)n);
	binder = wr_room(w, n);
	if (binder != NULL)
		memset(binder, 0, n);
}

/* ServerHello: which one was taken. */
static void
pre_shared_key_send(const struct hs_call *c, unsigned where, struct wr *w)
{
	if (where == EXT_CH)
		send_identity(c, w);
	else
		wr_u16(w, c->w->t13->psk_index);
}

const struct ext ext_pre_shared_key = { 41, EXT_CH | EXT_SH13, "pre_shared_key", pre_shared_key_recv,
	pre_shared_key_wanted, pre_shared_key_send };

static enum tls_err
psk_modes_recv(struct hs_call *c, unsigned where, struct rd *data, struct hs_hello *h)
{
	struct rd list = rd_vec8(data);

	if (!rd_ok(data) || rd_left(&list) == 0)
		return TLS_E_DECODE_ERROR;
	h->psk_modes = (struct hs_span){ .p = list.p, .n = (uint32_t)rd_left(&list) };
	return TLS_E_OK;
}

static bool
psk_modes_wanted(const struct hs_call *c, unsigned where)
{
	return where == EXT_CH && hs_offers(c, HS_V_13) && c->hs->conf->session_cache;
}

/* psk_dhe_ke alone: every connection has its own secret */
static void
psk_modes_send(const struct hs_call *c, unsigned where, struct wr *w)
{
	wr_u8(w, 1);
	wr_u8(w, 1);
}

const struct ext ext_psk_key_exchange_modes = { 45, EXT_CH, "psk_key_exchange_modes", psk_modes_recv,
	psk_modes_wanted, psk_modes_send };

static enum tls_err
cookie_recv(struct hs_call *c, unsigned where, struct rd *data, struct hs_hello *h)
{
	struct rd cookie = rd_vec16(data);

	if (!rd_ok(data) || rd_left(&cookie) == 0)
		return TLS_E_DECODE_ERROR;
	h->cookie = (struct hs_span){ .p = cookie.p, .n = (uint32_t)rd_left(&cookie) };
	return TLS_E_OK;
}

static bool
cookie_wanted(const struct hs_call *c, unsigned where)
{
	return where == EXT_CH && c->w->cl->cookie.n != 0;
}

static void
cookie_send(const struct hs_call *c, unsigned where, struct wr *w)
{
	const struct hs_client *cl = c->w->cl;
	size_t one = wr_open(w, 2);

	wr_bytes(w, cl->cookie.p, cl->cookie.n);
	wr_close(w, one, 2);
}

const struct ext ext_cookie = { 44, EXT_CH | EXT_HRR, "cookie", cookie_recv, cookie_wanted, cookie_send };
