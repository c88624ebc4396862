/* The client's role: connections to servers behind, and the sessions kept for the next ones. */
#include <string.h>

#include "common/ct.h"
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

void
conns_start_client(struct conns *c, struct conn *k)
{
	const struct config_pool *p = keeps_sessions(c, k);
	struct hs_env env = conns_env(c);
	uint8_t name[CLIENT_STORE_NAME_LEN], ticket[CLIENT_STORE_MAX_TICKET];
	struct session_entry e;
	size_t len = 0;
	struct peer *peer = NULL;
	bool known = false;
	enum tls_err err;

	if (p != NULL) {
		store_name(k, &p->hs, name);
		known = client_store_take(c->deps.clients, name, env.now_s, &e, ticket, &len);
	}
	hs_out_start(&c->out);
	if (known)
		peer = conns_known_peer(c, hs_conf_of(k->hs), e.peer, env.now_s);
	err = hs_start(k->hs, &env, known ? &e : NULL, known ? ticket : NULL, len, peer, &c->out);
	if (known)
		ct_wipe(&e, sizeof(e));
	peer_unref(peer);
	conns_carry_out(c, k, err);
}
