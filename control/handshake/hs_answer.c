/*
 * Taking the answers of our own side: session store, private key, PRF; and cutting the key block.
 */
#include <string.h>

#include "common/ct.h"
#include "control/handshake/hs_int.h"

/* A full handshake: a new session id when it may be resumed later. */
enum tls_err
hs_session_miss(struct hs_call *c, struct rd *answer)
{
	struct hs *hs = c->hs;

	if (hs->listener->session_cache) {
		hs->session_id_len = TLS_MAX_SESSION_ID;
		c->env->random(c->env->ctx, hs->session_id, TLS_MAX_SESSION_ID);
	}
	return TLS_E_OK;
}

/* The session's master secret is in place: the id goes back as it came. */
enum tls_err
hs_session_hit(struct hs_call *c, struct rd *answer)
{
	struct hs *hs = c->hs;

	hs->resumed = true;
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
hs_premaster_done(struct hs_call *c, struct rd *answer)
{
	return take(answer, c->w->premaster, TLS_MASTER_LEN);
}

enum tls_err
hs_master_done(struct hs_call *c, struct rd *answer)
{
	ct_wipe(c->w->premaster, sizeof(c->w->premaster)); /* RFC 5246 8.1 */
	return take(answer, c->w->master, TLS_MASTER_LEN);
}

enum tls_err
hs_keys_done(struct hs_call *c, struct rd *answer)
{
	const struct hs_suite *s = c->hs->suite;
	size_t n = 2u * (s->mac_len + s->key_len + s->iv_len);
	enum tls_err err;

	_Static_assert(sizeof(c->w->key_block) >= 2 * (48 + 32 + 16), "the longest key block");
	err = take(answer, c->w->key_block, n);
	if (err != TLS_E_OK)
		return err;
	return hs_install_keys(c, IPC_DIR_READ, IPC_KEYS_AFTER_CCS);
}

enum tls_err
hs_client_verify_done(struct hs_call *c, struct rd *answer)
{
	return take(answer, c->w->client_verify, HS_VERIFY_LEN);
}

enum tls_err
hs_server_verify_done(struct hs_call *c, struct rd *answer)
{
	return take(answer, c->w->server_verify, HS_VERIFY_LEN);
}

/*
 * Key block: client MAC, server MAC, client key, server key, client IV, server IV; RFC 5246 6.3. We
 * read with the client's.
 */
enum tls_err
hs_install_keys(struct hs_call *c, enum ipc_keys_dir dir, enum ipc_keys_when when)
{
	const struct hs_suite *s = c->hs->suite;
	unsigned which = dir == IPC_DIR_WRITE;
	const uint8_t *mac = c->w->key_block + which * s->mac_len;
	const uint8_t *key = c->w->key_block + 2 * s->mac_len + which * s->key_len;
	const uint8_t *iv = c->w->key_block + 2 * s->mac_len + 2 * s->key_len + which * s->iv_len;
	struct hs_act *a = hs_act_new(c->out, HS_ACT_KEYS);
	struct wr w = hs_act_wr(c->out);

	wr_bytes(&w, mac, s->mac_len);
	wr_bytes(&w, key, s->key_len);
	wr_bytes(&w, iv, s->iv_len);
	if (a != NULL) {
		a->keys.dir = (uint8_t)dir;
		a->keys.when = (uint8_t)when;
		a->keys.mac_key_len = s->mac_len;
		a->keys.key_len = s->key_len;
		a->keys.iv_len = s->iv_len;
		a->keys.alg = s->alg;
	}
	hs_act_end(c->out, a, &w);
	return c->out->overflow ? TLS_E_INTERNAL_ERROR : TLS_E_OK;
}
