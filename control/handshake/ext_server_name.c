/* server_name, RFC 6066 3: which certificate, and part of what a session is bound to. */
#include <string.h>

#include "control/handshake/ext.h"
#include "control/handshake/hs_client.h"

#define NAME_TYPE_HOST 0

/*
 * Lower case, and only what a DNS name may hold (letters, digits, '-', '_', '.'): it goes into logs
 * and a hash.
 */
static bool
copy_name(char *out, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint8_t ch = p[i];

		if (ch >= 'A' && ch <= 'Z')
			ch = (uint8_t)(ch - 'A' + 'a');
		if (!((ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9') || ch == '-' ||
			    ch == '_' || ch == '.'))
			return false;
		out[i] = (char)ch;
	}
	if (n > 1 && out[n - 1] == '.') /* the root dot is not sent, but some do */
		n--;
	out[n] = '\0';
	return true;
}

static enum tls_err
server_name_recv(struct hs_call *c, unsigned where, struct rd *data, struct hs_hello *hello)
{
	struct rd list;
	bool host = false;

	if (where != EXT_CH) /* an empty answer: the name was used */
		return TLS_E_OK;
	list = rd_vec16(data);
	if (!rd_ok(data) || rd_left(&list) == 0)
		return TLS_E_DECODE_ERROR;
	while (rd_left(&list) != 0) {
		uint8_t type = rd_u8(&list);
		struct rd name = rd_vec16(&list);
		size_t n = rd_left(&name);

		if (!rd_ok(&list) || n == 0)
			return TLS_E_DECODE_ERROR;
		if (type != NAME_TYPE_HOST)
			continue;
		if (host || n > HS_MAX_NAME ||
			!copy_name(hello->server_name, rd_bytes(&name, n), n))
			return TLS_E_ILLEGAL_PARAMETER;
		host = true;
	}
	hello->has_server_name = host;
	return TLS_E_OK;
}

/* An empty answer tells that the name was used; not on resumption (RFC 6066 3). */
static bool
server_name_wanted(const struct hs_call *c, unsigned where)
{
	/* the first hello of SSL 3.0 may have had none: a renegotiation does not bring one */
	if (where == EXT_CH)
		return hs_client_sni(c->hs->conf) != NULL &&
		       !(c->w->cl->again && c->hs->version == TLS_V_SSL30);
	return c->w->hello.has_server_name && !c->hs->resumed;
}

static void
server_name_send(const struct hs_call *c, unsigned where, struct wr *w)
{
	const char *name = c->hs->conf->server_name;
	size_t list, one;

	if (where != EXT_CH)
		return;
	list = wr_open(w, 2);
	wr_u8(w, NAME_TYPE_HOST);
	one = wr_open(w, 2);
	wr_bytes(w, name, strlen(name));
	wr_close(w, one, 2);
	wr_close(w, list, 2);
}

const struct ext ext_server_name = { 0, EXT_CH | EXT_SH12 | EXT_EE, "server_name", server_name_recv,
	server_name_wanted, server_name_send };
