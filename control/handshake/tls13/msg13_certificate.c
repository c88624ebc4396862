/*
 * Certificate, RFC 8446 4.4.2: a list of entries, each with extensions of its own; ours carries the
 * stapled OCSP response with the first (4.4.2.1).
 */
#include <stdlib.h>
#include <string.h>

#include "control/handshake/ext.h"
#include "control/handshake/tls13/s13.h"

#define CERTIFICATE 11

/* The server's. */
enum tls_err
msg13_certificate_send(struct hs_call *c)
{
	const struct cert *cert = c->w->cert;
	struct rd chain = rd_init(cert->chain, cert->chain_len);
	size_t mark, list, one;
	struct wr w = hs_msg_begin(c, CERTIFICATE, &mark);

	wr_u8(&w, 0); /* no context in the handshake */
	list = wr_open(&w, 3);
	for (bool leaf = true; rd_left(&chain) != 0; leaf = false) {
		struct rd der = rd_vec24(&chain);

		if (!rd_ok(&chain))
			return TLS_E_INTERNAL_ERROR;
		one = wr_open(&w, 3);
		wr_bytes(&w, der.p, rd_left(&der));
		wr_close(&w, one, 3);
		if (leaf)
			ext_write(c, EXT_CT, &w, true);
		else
			wr_u16(&w, 0);
	}
	wr_close(&w, list, 3);
	return hs_msg_end(c, &w, mark);
}

/*
 * The client's: its entries become the list that verification takes, in a buffer of the work area.
 * We asked for no extension in an entry, so that there must be none.
 */
static enum tls_err
read_entries(struct hs_call *c, struct rd *list)
{
	struct hs13 *t = c->w->t13;
	struct wr w;

	free(t->chain_copy);
	t->chain_copy = malloc(rd_left(list));
	if (t->chain_copy == NULL)
		return TLS_E_INTERNAL_ERROR;
	w = wr_init(t->chain_copy, rd_left(list));
	while (rd_left(list) != 0) {
		struct rd der = rd_vec24(list), extensions = rd_vec16(list);

		if (!rd_ok(list) || rd_left(&der) == 0)
			return TLS_E_DECODE_ERROR;
		if (rd_left(&extensions) != 0)
			return TLS_E_UNSUPPORTED_EXTENSION;
		wr_u24(&w, (uint32_t)rd_left(&der));
		wr_bytes(&w, der.p, rd_left(&der));
	}
	t->chain = (struct hs_span){ .p = t->chain_copy, .n = (uint32_t)wr_len(&w) };
	return wr_ok(&w) ? TLS_E_OK : TLS_E_INTERNAL_ERROR;
}

enum tls_err
msg13_certificate_recv(struct hs_call *c, struct rd *body)
{
	struct hs13 *t = c->w->t13;
	struct rd context = rd_vec8(body), list = rd_vec24(body);

	if (!rd_ok(body))
		return TLS_E_DECODE_ERROR;
	if (rd_left(&context) != t->request_context_len ||
		memcmp(context.p, t->request_context, t->request_context_len) != 0)
		return TLS_E_ILLEGAL_PARAMETER;
	t->chain = (struct hs_span){ .p = NULL };
	if (rd_left(&list) > PEER_MAX_CHAIN)
		return TLS_E_BAD_CERTIFICATE;
	if (rd_left(&list) != 0)
		return read_entries(c, &list);
	return c->hs->conf->client_auth == HS_AUTH_REQUIRE ? TLS_E_CERTIFICATE_REQUIRED : TLS_E_OK;
}
