/*
 * When a stored session may be resumed: RFC 5246 7.4.1.2 and F.1.4, RFC 6066 3 (server name), RFC
 * 7627 5.3 (extended master secret).
 */
#include <string.h>

#include "common/ct.h"
#include "control/handshake/tls12/hs12.h"

void
hs_session_bind(const struct hs_conf *conf, const char *server_name, uint8_t out[32])
{
	struct hs_digest d;

	hs_digest_init(&d, HS_PRF_SHA256);
	hs_digest_add(&d, conf->bind, sizeof(conf->bind));
	hs_digest_add(&d, server_name, strlen(server_name));
	hs_digest_now(&d, out);
}

/*
 * Whose session it is, B4: a client that has to show a certificate, or has shown one on this
 * connection, is resumed only as the same one.
 */
static bool
peer_fits(const struct hs_call *c, const struct session_entry *e)
{
	static const uint8_t nobody[sizeof(e->peer)];
	bool anonymous = memcmp(e->peer, nobody, sizeof(nobody)) == 0;
	const struct hs *hs = c->hs;

	if (hs->peer != NULL && memcmp(e->peer, hs->peer->fingerprint, sizeof(e->peer)) != 0)
		return false;
	if (anonymous)
		return hs->conf->client_auth != HS_AUTH_REQUIRE;
	if (c->peer == NULL)
		return hs->conf->client_auth == HS_AUTH_NONE;
	return c->peer->verdict == TLS_E_OK &&
	       memcmp(e->peer, c->peer->fingerprint, sizeof(e->peer)) == 0;
}

bool
hs_session_usable(struct hs_call *c, const struct session_entry *e, enum tls_err *err)
{
	const struct hs *hs = c->hs;

	/*
	 * the suite we would choose now: a client that takes it back from its offer, or a changed
	 * policy, gets a full handshake
	 */
	if (e->version != hs->version || hs->suite == NULL || e->suite != hs->suite->code ||
		c->env->now_s >= e->expires_s)
		return false;
	if (memcmp(e->bind, c->w->bind, sizeof(e->bind)) != 0 || !peer_fits(c, e))
		return false;
	if ((e->flags & SESSION_EMS) && !hs->extended_master_secret) {
		*err = TLS_E_HANDSHAKE_FAILURE; /* RFC 7627 5.3: MUST abort */
		return false;
	}
	return c->w->t12 == NULL || e->flags == hs12_session_flags(c);
}

bool
hs_session_fits(struct hs_call *c, const struct session_entry *e, enum tls_err *err)
{
	const struct hs_hello *h = &c->w->hello;

	if (c->hs->version == TLS_V_SSL2)
		return ssl2_session_fits(c, e);
	if (!c->hs->conf->session_cache || e->id_len == 0 || e->id_len != h->session_id_len ||
	    memcmp(e->id, h->session_id, e->id_len) != 0)
		return false;
	return hs_session_usable(c, e, err);
}
