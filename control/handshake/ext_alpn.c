/*
 * application_layer_protocol_negotiation, RFC 7301. Without configured protocols the extension is
 * ignored.
 */
#include <string.h>

#include "control/handshake/ext.h"

static enum tls_err
alpn_recv(const struct hs_call *c, struct rd *data, struct hs_hello *hello)
{
	const struct hs_listener *l = c->hs->listener;
	struct rd list = rd_vec16(data);
	unsigned best = l->alpn_count;

	if (!rd_ok(data) || rd_left(&list) == 0)
		return TLS_E_DECODE_ERROR;
	while (rd_left(&list) != 0) {
		struct rd name = rd_vec8(&list);
		size_t n = rd_left(&name);
		const uint8_t *p = rd_bytes(&name, n);

		if (!rd_ok(&list) || n == 0)
			return TLS_E_DECODE_ERROR;
		for (unsigned i = 0; i < best; i++)
			if (strlen(l->alpn[i]) == n && memcmp(l->alpn[i], p, n) == 0)
				best = i;
	}
	if (l->alpn_count == 0)
		return TLS_E_OK;
	if (best == l->alpn_count)
		return TLS_E_NO_APPLICATION_PROTOCOL; /* RFC 7301 3.2 */
	hello->alpn = l->alpn[best];
	return TLS_E_OK;
}

static bool
alpn_wanted(const struct hs_call *c)
{
	return c->w->hello.alpn != NULL;
}

static void
alpn_send(const struct hs_call *c, struct wr *w)
{
	const char *name = c->w->hello.alpn;
	size_t list = wr_open(w, 2), one = wr_open(w, 1);

	wr_bytes(w, name, strlen(name));
	wr_close(w, one, 1);
	wr_close(w, list, 2);
}

const struct ext ext_alpn = { 16, "application_layer_protocol_negotiation", alpn_recv, alpn_wanted,
	alpn_send };
