/* pre_shared_key, psk_key_exchange_modes and cookie: RFC 8446 4.2.11, 4.2.9, 4.2.2. */
#include "control/handshake/ext.h"
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
	return where == EXT_SH13 && c->w->t13->psk_len != 0;
}

/* ServerHello: which one was taken. */
static void
pre_shared_key_send(const struct hs_call *c, unsigned where, struct wr *w)
{
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

const struct ext ext_psk_key_exchange_modes = { 45, EXT_CH, "psk_key_exchange_modes", psk_modes_recv,
	NULL, NULL };

static enum tls_err
cookie_recv(struct hs_call *c, unsigned where, struct rd *data, struct hs_hello *h)
{
	struct rd cookie = rd_vec16(data);

	if (!rd_ok(data) || rd_left(&cookie) == 0)
		return TLS_E_DECODE_ERROR;
	h->cookie = (struct hs_span){ .p = cookie.p, .n = (uint32_t)rd_left(&cookie) };
	return TLS_E_OK;
}

const struct ext ext_cookie = { 44, EXT_CH | EXT_HRR, "cookie", cookie_recv, NULL, NULL };
