/* server_name, RFC 6066 3: which certificate, and part of what a session is bound to. */
#include "control/handshake/ext.h"

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
server_name_recv(const struct hs_call *c, struct rd *data, struct hs_hello *hello)
{
	struct rd list = rd_vec16(data);
	bool host = false;

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
server_name_wanted(const struct hs_call *c)
{
	return c->w->hello.has_server_name && !c->hs->resumed;
}

const struct ext ext_server_name = { 0, "server_name", server_name_recv, server_name_wanted, NULL };
