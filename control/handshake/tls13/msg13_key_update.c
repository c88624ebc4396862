/*
 * KeyUpdate, RFC 8446 4.6.3, both roles: the sender's records are under the next generation of its
 * key from here on.
 */
#include "common/ct.h"
#include "control/handshake/tls13/hs13.h"

#define KEY_UPDATE 24
/* Taken from the peer in one window: many more than any limit of an AEAD asks for (5.5). */
#define MAX_UPDATES 64
#define WINDOW_S 10

enum { NOT_REQUESTED, REQUESTED };

static enum hs13_side
side(const struct hs *hs, bool ours)
{
	return (hs->role == HS_SERVER) == ours ? HS13_SERVER : HS13_CLIENT;
}

/* Ours: nothing may come between the message and the key, hence the hold. */
static enum tls_err
send_update(struct hs_call *c, uint8_t request)
{
	uint8_t message[] = { KEY_UPDATE, 0, 0, 1, request };
	struct hs13_live *l = c->hs->l13;
	uint8_t *secret = l->traffic[side(c->hs, true)];
	enum tls_err err;

	err = hs_send_bytes(c, TLS_CT_HANDSHAKE, IPC_SEND_HOLD, message, sizeof(message));
	if (err != TLS_E_OK)
		return err;
	ks13_update(l->prf, secret);
	c->hs->key_updates++;
	return hs13_install(c, IPC_DIR_WRITE, IPC_KEYS_RELEASE, secret);
}

static bool
too_many(struct hs13_live *l, uint64_t now_s)
{
	if (now_s - l->updates_since_s >= WINDOW_S) {
		l->updates_since_s = now_s;
		l->updates = 0;
	}
	return ++l->updates > MAX_UPDATES;
}

enum tls_err
hs13_key_update_read(struct hs_call *c, struct rd *body, bool *requested)
{
	uint8_t request = rd_u8(body);

	c->no_transcript = true;
	if (!rd_ok(body))
		return TLS_E_DECODE_ERROR;
	if (request > REQUESTED)
		return TLS_E_ILLEGAL_PARAMETER;
	*requested = request == REQUESTED;
	return too_many(c->hs->l13, c->env->now_s) ? TLS_E_KEY_UPDATE_FLOOD : TLS_E_OK;
}

enum tls_err
msg13_key_update_recv(struct hs_call *c, struct rd *body)
{
	struct hs13_live *l = c->hs->l13;
	uint8_t *secret = l->traffic[side(c->hs, false)];
	bool requested;
	enum tls_err err = hs13_key_update_read(c, body, &requested);

	if (err != TLS_E_OK)
		return err;
	ks13_update(l->prf, secret);
	err = hs13_install(c, IPC_DIR_READ, 0, secret);
	if (err != TLS_E_OK)
		return err;
	c->hs->key_updates++;
	return requested ? send_update(c, NOT_REQUESTED) : TLS_E_OK;
}

/* HS_CMD_REKEY: both directions get new keys. */
enum tls_err
msg13_key_update_start(struct hs_call *c, struct rd *nothing)
{
	return send_update(c, REQUESTED);
}
