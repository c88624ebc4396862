/*
 * When a stored session may be resumed: RFC 5246 7.4.1.2 and F.1.4, RFC 6066 3 (server name), RFC
 * 7627 5.3 (extended master secret).
 */
#include <string.h>

#include "common/ct.h"
#include "control/handshake/hs_int.h"

void
hs_session_bind(const struct hs_conf *conf, const char *server_name, uint8_t out[32])
{
	struct hs_digest d;

	hs_digest_init(&d, HS_PRF_SHA256);
	hs_digest_add(&d, conf->bind, sizeof(conf->bind));
	hs_digest_add(&d, server_name, strlen(server_name));
	hs_digest_now(&d, out);
}

bool
hs_session_fits(struct hs_call *c, const struct session_entry *e, enum tls_err *err)
{
	const struct hs_hello *h = &c->w->hello;

	if (!c->hs->conf->session_cache || e->id_len == 0 || e->id_len != h->session_id_len ||
	    memcmp(e->id, h->session_id, e->id_len) != 0)
		return false;
	/*
	 * the suite we would choose now: a client that takes it back from its offer, or a changed
	 * policy, gets a full handshake
	 */
	if (e->version != c->hs->version || e->suite != c->hs->suite->code ||
		c->env->now_s >= e->expires_s)
		return false;
	if (memcmp(e->bind, c->w->bind, sizeof(e->bind)) != 0)
		return false;
	if ((e->flags & SESSION_EMS) && !h->extended_master_secret) {
		*err = TLS_E_HANDSHAKE_FAILURE; /* RFC 7627 5.3: MUST abort */
		return false;
	}
	return (e->flags & SESSION_EMS) != 0 || !h->extended_master_secret;
}
