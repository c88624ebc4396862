/* key_share, RFC 8446 4.2.8: the entries of a ClientHello; one in a ServerHello; a group in HelloRetryRequest. */
#include "control/handshake/ext.h"
#include "control/handshake/hs_client.h"
#include "control/handshake/tls13/hs13.h"

static enum tls_err
key_share_recv(struct hs_call *c, unsigned where, struct rd *data, struct hs_hello *h)
{
	struct rd list, entries;

	if (where != EXT_CH) {
		h->shares = (struct hs_span){ .p = data->p, .n = (uint32_t)rd_left(data) };
		rd_bytes(data, rd_left(data));
		return TLS_E_OK;
	}
	list = entries = rd_vec16(data);
	while (rd_left(&entries) != 0) {
		struct rd key;

		rd_u16(&entries);
		key = rd_vec16(&entries);
		if (!rd_ok(&entries) || rd_left(&key) == 0)
			return TLS_E_DECODE_ERROR;
	}
	if (!rd_ok(data))
		return TLS_E_DECODE_ERROR;
	h->shares = (struct hs_span){ .p = list.p, .n = (uint32_t)rd_left(&list) };
	return TLS_E_OK;
}

static bool
key_share_wanted(const struct hs_call *c, unsigned where)
{
	return where == EXT_CH ? hs_offers(c, HS_V_13) : where == EXT_SH13 && c->w->t13->share.n != 0;
}

/* A client's: all that were made for this hello. */
static void
send_shares(const struct hs_client *cl, struct wr *w)
{
	size_t list = wr_open(w, 2), one;

	for (unsigned i = 0; i < cl->share_count; i++) {
		const struct hs_share *s = &cl->share[i];

		wr_u16(w, s->group);
		one = wr_open(w, 2);
		wr_bytes(w, s->bytes + s->private_len, s->len - s->private_len);
		wr_close(w, one, 2);
	}
	wr_close(w, list, 2);
}

/* ServerHello: our one. */
static void
key_share_send(const struct hs_call *c, unsigned where, struct wr *w)
{
	struct hs_span share;

	if (where == EXT_CH) {
		send_shares(c->w->cl, w);
		return;
	}
	share = c->w->t13->share;
	wr_u16(w, c->hs->group);
	wr_u16(w, (uint16_t)share.n);
	wr_bytes(w, share.p, share.n);
}

const struct ext ext_key_share = { 51, EXT_CH | EXT_SH13 | EXT_HRR, "key_share", key_share_recv,
	key_share_wanted, key_share_send };
