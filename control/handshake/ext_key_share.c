/* key_share, RFC 8446 4.2.8: the entries of a ClientHello; one in a ServerHello; a group in HelloRetryRequest. */
#include "control/handshake/ext.h"

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

const struct ext ext_key_share = { 51, EXT_CH | EXT_SH13 | EXT_HRR, "key_share", key_share_recv, NULL,
	NULL };
