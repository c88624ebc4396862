/*
 * Keys of SSL 2.0 (draft-hickman-netscape-ssl 1.2.1, 2.6.1 to 2.6.3) and what is kept of a session:
 * its master key with the key argument, which is the first IV both ways.
 */
#include <string.h>

#include "common/ct.h"
#include "control/handshake/ssl2/ssl2.h"

void
ssl2_key_material(const uint8_t *master, size_t master_len, const uint8_t *challenge,
	size_t challenge_len, const uint8_t *connection_id, size_t connection_id_len, uint8_t *out,
	size_t len)
{
	for (uint8_t i = 0; len >= (i + 1u) * MD5_DIGEST_LENGTH; i++) {
		uint8_t digit = (uint8_t)('0' + i);
		struct hs_digest d;

		hs_digest_init(&d, HS_DIGEST_MD5);
		hs_digest_add(&d, master, master_len);
		hs_digest_add(&d, &digit, 1);
		hs_digest_add(&d, challenge, challenge_len);
		hs_digest_add(&d, connection_id, connection_id_len);
		hs_digest_now(&d, out + (size_t)i * MD5_DIGEST_LENGTH);
		ct_wipe(&d, sizeof(d));
	}
}

/* A key is the MAC secret as well: 1.2.1. */
static enum tls_err
install(struct hs_call *c, enum ipc_keys_dir dir, bool client_writes, uint64_t seq)
{
	const struct hs_suite *s = c->hs->suite;
	const struct hs2 *t = c->w->t2;
	const uint8_t *key = t->material + (client_writes ? s->key_len : 0);
	struct hs_keys k = {
		.dir = (uint8_t)dir,
		.when = IPC_KEYS_NOW,
		.version = TLS_V_SSL2,
		.alg = s->alg,
		.seq = seq,
		.mac = key,
		.key = key,
		.iv = t->key_arg,
		.mac_len = s->mac_len,
		.key_len = s->key_len,
		.iv_len = s->iv_len,
	};

	return hs_emit_keys(c, &k);
}

enum tls_err
ssl2_install_keys(struct hs_call *c)
{
	const struct hs_suite *s = c->hs->suite;
	bool client = c->hs->role == HS_CLIENT;
	struct hs2 *t = c->w->t2;
	enum tls_err err;

	ssl2_key_material(t->master, s->key_len, t->challenge, t->challenge_len, t->connection_id,
		t->connection_id_len, t->material, 2u * s->key_len);
	err = install(c, IPC_DIR_READ, !client, t->received);
	return err == TLS_E_OK ? install(c, IPC_DIR_WRITE, client, t->sent) : err;
}

void
ssl2_secret_put(const struct hs2 *t, const struct hs_suite *s, struct session_entry *e)
{
	memcpy(e->secret, t->master, s->key_len);
	memcpy(e->secret + s->key_len, t->key_arg, s->iv_len);
	e->secret_len = (uint8_t)(s->key_len + s->iv_len);
}

bool
ssl2_secret_get(struct hs2 *t, const struct hs_suite *s, const struct session_entry *e)
{
	if (e->secret_len != s->key_len + s->iv_len)
		return false;
	memcpy(t->master, e->secret, s->key_len);
	memcpy(t->key_arg, e->secret + s->key_len, s->iv_len);
	return true;
}

void
ssl2_session_id(struct hs *hs, const uint8_t id[SSL2_ID_LEN])
{
	memset(hs->session_id, 0, sizeof(hs->session_id));
	memcpy(hs->session_id, id, SSL2_ID_LEN);
	hs->session_id_len = TLS_MAX_SESSION_ID;
}

/* The session for the store (server) or for the next connection (client). */
static enum tls_err
keep_session(struct hs_call *c, enum hs_act_type type)
{
	struct session_entry *e = hs_entry_new(c, type);
	struct hs *hs = c->hs;

	if (e == NULL)
		return TLS_E_INTERNAL_ERROR;
	memcpy(e->id, hs->session_id, hs->session_id_len);
	e->id_len = hs->session_id_len;
	ssl2_secret_put(c->w->t2, hs->suite, e);
	memcpy(e->bind, c->w->bind, sizeof(e->bind));
	if (hs->peer != NULL)
		memcpy(e->peer, hs->peer->fingerprint, sizeof(e->peer));
	e->version = TLS_V_SSL2;
	e->suite = hs->suite->code;
	e->lifetime_s = hs->conf->session_lifetime_s;
	e->issued_ms = c->env->now_ms;
	e->expires_s = c->env->now_s + hs->conf->session_lifetime_s;
	return TLS_E_OK;
}

enum tls_err
ssl2_connected(struct hs_call *c)
{
	struct hs *hs = c->hs;
	enum tls_err err = TLS_E_OK;

	if (!hs->resumed && hs->conf->session_cache)
		err = keep_session(c, hs->role == HS_CLIENT ? HS_ACT_CLIENT_PUT : HS_ACT_SESSION_PUT);
	if (err == TLS_E_OK)
		err = hs_emit_ready(c, 0);
	return err == TLS_E_OK ? hs_emit_done(c) : err;
}

bool
ssl2_session_fits(struct hs_call *c, const struct session_entry *e)
{
	const struct hs_conf *conf = c->hs->conf;
	static const uint8_t nobody[32];
	bool had_peer = !ct_memeq(e->peer, nobody, sizeof(nobody));
	bool offered = false;

	for (unsigned i = 0; ssl2_suite_at(i) != NULL; i++)
		offered |= ssl2_suite_at(i)->code == e->suite && (c->w->t2->ciphers & 1u << i) != 0;
	if (!conf->session_cache || !offered || e->version != TLS_V_SSL2 ||
		c->env->now_s >= e->expires_s || memcmp(e->bind, c->w->bind, sizeof(e->bind)) != 0)
		return false;
	/* whoever would be asked for a certificate is known by it, or asked again */
	return conf->client_auth == HS_AUTH_NONE ? !had_peer : had_peer && c->peer != NULL;
}
