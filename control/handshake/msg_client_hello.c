/* ClientHello, RFC 5246 7.4.1.2, RFC 8446 4.1.2: the version is decided here, the rest by its table. */
#include <stdlib.h>
#include <string.h>

#include "common/ct.h"
#include "control/handshake/ext.h"

static bool
offers_null_compression(const struct hs_hello *h)
{
	return memchr(h->compression.p, 0, h->compression.n) != NULL;
}

static enum tls_err
keep_name(struct hs *hs, const struct hs_hello *h)
{
	if (!h->has_server_name || hs->server_name != NULL)
		return TLS_E_OK;
	return hs_keep_name(hs, h->server_name);
}

/* RFC 7507: a client that fell back although we speak better. */
static bool
fell_back(const struct hs_policy *p, const struct hs_hello *h, uint16_t version)
{
	uint8_t newer = (uint8_t)~(hs_version_bit(version) * 2 - 1);

	return h->scsv_fallback && version != 0 && (p->versions & newer) != 0;
}

enum tls_err
msg_client_hello_recv(struct hs_call *c, struct rd *body)
{
	enum tls_err err = hs_hello_read(c, body, &c->w->hello);

	return err == TLS_E_OK ? hs_hello_decide(c) : err;
}

enum tls_err
hs_hello_decide(struct hs_call *c)
{
	struct hs_hello *h = &c->w->hello;
	struct hs *hs = c->hs;
	uint16_t version;
	enum tls_err err;

	if (!offers_null_compression(h))
		return TLS_E_ILLEGAL_PARAMETER;
	c->w->policy = hs_policy_for(hs->conf, h->server_name);
	version = hs_choose_version(c->w->policy, h);
	if (fell_back(c->w->policy, h, version))
		return TLS_E_INAPPROPRIATE_FALLBACK;
	if (version == 0)
		return h->scsv_fallback && h->versions.p == NULL && h->version >= TLS_V_SSL30
			       ? TLS_E_INAPPROPRIATE_FALLBACK
			       : TLS_E_PROTOCOL_VERSION;
	err = keep_name(hs, h);
	if (err != TLS_E_OK)
		return err;
	hs->version = version;
	hs->agreed = true;
	hs_session_bind(hs->conf, h->server_name, c->w->bind);
	hs_raise(c, version == TLS_V_13 ? HS_EV_GO_13 : HS_EV_GO_12, NULL, 0);
	return TLS_E_OK;
}
