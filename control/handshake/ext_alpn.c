/*
 * application_layer_protocol_negotiation, RFC 7301. Without configured protocols the extension is
 * ignored and not sent.
 */
#include <string.h>

#include "control/handshake/ext.h"

/* Form, RFC 7301 3.1: a list of names of 1 to 255 bytes; a server answers exactly one. */
static enum tls_err
alpn_recv(struct hs_call *c, unsigned where, struct rd *data, struct hs_hello *hello)
{
	struct rd list = rd_vec16(data), names = list;
	unsigned count = 0;

	if (!rd_ok(data) || rd_left(&list) == 0)
		return TLS_E_DECODE_ERROR;
	for (; rd_left(&names) != 0; count++) {
		struct rd name = rd_vec8(&names);

		if (!rd_ok(&names) || rd_left(&name) == 0)
			return TLS_E_DECODE_ERROR;
	}
	if (where != EXT_CH && count != 1)
		return TLS_E_DECODE_ERROR;
	hello->alpn = (struct hs_span){ .p = list.p, .n = (uint32_t)rd_left(&list) };
	return TLS_E_OK;
}

enum tls_err
hs_choose_alpn(struct hs_call *c)
{
	const struct hs_conf *conf = c->hs->conf;
	struct rd list = hs_span_rd(c->w->hello.alpn);
	unsigned best = conf->alpn_count;

	c->hs->alpn[0] = '\0';
	if (c->w->hello.alpn.p == NULL || conf->alpn_count == 0)
		return TLS_E_OK;
	while (rd_left(&list) != 0) {
		struct rd name = rd_vec8(&list);
		size_t n = rd_left(&name);

		for (unsigned i = 0; i < best; i++)
			if (strlen(conf->alpn[i]) == n && memcmp(conf->alpn[i], name.p, n) == 0)
				best = i;
	}
	if (best == conf->alpn_count)
		return TLS_E_NO_APPLICATION_PROTOCOL; /* RFC 7301 3.2 */
	strncpy(c->hs->alpn, conf->alpn[best], HS_MAX_ALPN_NAME);
	return TLS_E_OK;
}

static bool
alpn_wanted(const struct hs_call *c, unsigned where)
{
	if (where == EXT_CH)
		return c->hs->conf->alpn_count != 0;
	return c->w->hello.alpn.p != NULL && c->hs->alpn[0] != '\0';
}

static void
alpn_send(const struct hs_call *c, unsigned where, struct wr *w)
{
	const struct hs_conf *conf = c->hs->conf;
	size_t list = wr_open(w, 2), one;

	for (unsigned i = 0; i < (where == EXT_CH ? conf->alpn_count : 1); i++) {
		const char *name = where == EXT_CH ? conf->alpn[i] : c->hs->alpn;

		one = wr_open(w, 1);
		wr_bytes(w, name, strlen(name));
		wr_close(w, one, 1);
	}
	wr_close(w, list, 2);
}

const struct ext ext_alpn = { 16, EXT_CH | EXT_SH12 | EXT_EE, "application_layer_protocol_negotiation",
	alpn_recv, alpn_wanted, alpn_send };
