/* The client's role: connections to servers behind, and the sessions kept for the next ones. */
#include <string.h>

#include "common/wr.h"
#include "control/conns_int.h"
#include "control/handshake/hs_digest.h"
#include "control/session/client_store.h"

/* The name of a pool's server in the store: what a session must be shared by nobody else than. */
static void
store_name(const struct conn *k, const struct hs_conf *conf, uint8_t name[CLIENT_STORE_NAME_LEN])
{
	uint8_t text[sizeof(conf->bind) + sizeof(struct ipc_addr) + HS_MAX_NAME + 8];
	struct wr w = wr_init(text, sizeof(text));

	wr_bytes(&w, conf->bind, sizeof(conf->bind));
	wr_u8(&w, k->peer.family);
	wr_u16(&w, k->peer.port);
	wr_bytes(&w, k->peer.ip, sizeof(k->peer.ip));
	if (conf->server_name != NULL)
		wr_bytes(&w, conf->server_name, strlen(conf->server_name));
	hs_digest_of(HS_PRF_SHA256, text, wr_len(&w), name);
}

/* The pool, when sessions with its servers are kept. */
static const struct config_pool *
keeps_sessions(const struct conns *c, const struct conn *k)
{
	const struct config_pool *p = config_pool_by_id(k->cfg, k->owner);

	return p != NULL && p->session_reuse && c->deps.clients != NULL ? p : NULL;
}

void
conns_client_put(struct conns *c, const struct conn *k, const struct session_entry *e,
	const uint8_t *ticket, size_t len)
{
	const struct config_pool *p = keeps_sessions(c, k);
	uint8_t name[CLIENT_STORE_NAME_LEN];

	if (p == NULL)
		return;
	store_name(k, &p->hs, name);
	client_store_put(c->deps.clients, name, e, ticket, len);
}

void
conns_client_remove(struct conns *c, const struct conn *k)
{
	const struct config_pool *p = keeps_sessions(c, k);
	uint8_t name[CLIENT_STORE_NAME_LEN];

	if (p == NULL)
		return;
	store_name(k, &p->hs, name);
	client_store_remove(c->deps.clients, name, NULL);
}
