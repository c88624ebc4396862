/*
 * Taking the answers of our own side: session store, private key, PRF; and cutting the key block.
 */
#include <stdlib.h>
#include <string.h>

#include "common/ct.h"
#include "control/handshake/tls12/s12.h"

/* A full handshake: a new session id when it may be resumed later. */
enum tls_err
s12_session_miss(struct hs_call *c, struct rd *answer)
{
	struct hs *hs = c->hs;

	if (hs->conf->session_cache) {
		hs->session_id_len = TLS_MAX_SESSION_ID;
		c->env->random(c->env->ctx, hs->session_id, TLS_MAX_SESSION_ID);
	}
	return TLS_E_OK;
}

/* The session's master secret is in place: the id goes back as it came. */
enum tls_err
s12_session_hit(struct hs_call *c, struct rd *answer)
{
	struct hs *hs = c->hs;

	hs->resumed = true;
	memcpy(c->w->t12->master, c->session->secret, TLS_MASTER_LEN);
	hs->session_id_len = c->w->hello.session_id_len;
	memcpy(hs->session_id, c->w->hello.session_id, hs->session_id_len);
	return TLS_E_OK;
}

/* A fixed-length answer. A wrong length would be our own side's mistake, never the peer's. */
static enum tls_err
take(struct rd *answer, uint8_t *out, size_t n)
{
	const uint8_t *p = rd_bytes(answer, n);

	if (p == NULL || !rd_done(answer))
		return TLS_E_INTERNAL_ERROR;
	memcpy(out, p, n);
	return TLS_E_OK;
}

enum tls_err
s12_premaster_done(struct hs_call *c, struct rd *answer)
{
	return take(answer, c->w->t12->premaster, TLS_MASTER_LEN);
}

enum tls_err
s12_master_done(struct hs_call *c, struct rd *answer)
{
	ct_wipe(c->w->t12->premaster, sizeof(c->w->t12->premaster)); /* RFC 5246 8.1 */
	return take(answer, c->w->t12->master, TLS_MASTER_LEN);
}

enum tls_err
s12_keys_done(struct hs_call *c, struct rd *answer)
{
	const struct hs_suite *s = c->hs->suite;
	size_t n = 2u * (s->mac_len + s->key_len + s->iv_len);
	enum tls_err err;

	_Static_assert(sizeof(c->w->t12->key_block) >= 2 * (48 + 32 + 16), "the longest key block");
	err = take(answer, c->w->t12->key_block, n);
	if (err != TLS_E_OK)
		return err;
	return s12_install_keys(c, IPC_DIR_READ, IPC_KEYS_AFTER_CCS);
}

enum tls_err
s12_client_verify_done(struct hs_call *c, struct rd *answer)
{
	return take(answer, c->w->t12->client_verify, HS12_VERIFY_LEN);
}

enum tls_err
s12_server_verify_done(struct hs_call *c, struct rd *answer)
{
	return take(answer, c->w->t12->server_verify, HS12_VERIFY_LEN);
}

/*
 * Key block: client MAC, server MAC, client key, server key, client IV, server IV; RFC 5246 6.3. We
 * read with the client's.
 */
enum tls_err
s12_install_keys(struct hs_call *c, enum ipc_keys_dir dir, enum ipc_keys_when when)
{
	const struct hs_suite *s = c->hs->suite;
	const uint8_t *block = c->w->t12->key_block;
	unsigned which = dir == IPC_DIR_WRITE;
	struct hs_keys k = {
		.dir = (uint8_t)dir,
		.when = (uint8_t)when,
		.version = c->hs->version,
		.alg = s->alg,
		.mac = block + which * s->mac_len,
		.key = block + 2 * s->mac_len + which * s->key_len,
		.iv = block + 2 * s->mac_len + 2 * s->key_len + which * s->iv_len,
		.mac_len = s->mac_len,
		.key_len = s->key_len,
		/* explicit in every record from TLS 1.1 on */
		.iv_len = s->cbc && c->hs->version > TLS_V_10 ? 0 : s->iv_len,
	};

	return hs_emit_keys(c, &k);
}

/* The handshake is over: tell, store the session. */
enum tls_err
s12_connected(struct hs_call *c)
{
	struct hs *hs = c->hs;
	enum tls_err err;

	if (!hs->resumed && hs->session_id_len != 0) {
		struct session_entry *e = hs_entry_new(c, HS_ACT_SESSION_PUT);

		if (e == NULL)
			return TLS_E_INTERNAL_ERROR;
		memcpy(e->id, hs->session_id, hs->session_id_len);
		e->id_len = hs->session_id_len;
		memcpy(e->secret, c->w->t12->master, TLS_MASTER_LEN);
		e->secret_len = TLS_MASTER_LEN;
		memcpy(e->bind, c->w->bind, sizeof(e->bind));
		e->version = hs->version;
		e->suite = hs->suite->code;
		e->flags = hs->extended_master_secret ? SESSION_EMS : 0;
		e->lifetime_s = hs->conf->session_lifetime_s;
		e->issued_ms = c->env->now_ms;
		e->expires_s = c->env->now_s + hs->conf->session_lifetime_s;
	}
	err = hs_emit_ready(c, 0);
	return err == TLS_E_OK ? hs_emit_done(c) : err;
}

void
hs12_drop(struct hs12 *t)
{
	if (t != NULL)
		ct_wipe(t, sizeof(*t));
	free(t);
}

void
hs12_live_drop(struct hs12_live *l)
{
	free(l);
}

size_t
hs12_memory(const struct hs *hs)
{
	return (hs->w != NULL && hs->w->t12 != NULL ? sizeof(struct hs12) : 0) +
	       (hs->l12 != NULL ? sizeof(struct hs12_live) : 0);
}
